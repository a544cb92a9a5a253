"""The matplotlib backend that writes artists down: each kind of command for shapes made by hand, and what it refuses."""

import json
import warnings
from types import SimpleNamespace

import numpy as np
import pytest
from commands import CLOSE, Drawn, Wire
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D, IdentityTransform

from gdlab import Landscape, Slider, live, rosenbrock
from gdlab.panels import Panel
from gdlab.pictures.recorder import FAR, UNIT, FigureCanvas, Recorder

NAN, INF = float("nan"), float("inf")
WIDE, HIGH = 400, 200  # pixels of the figure, which its axes fill: a unit of these is a pixel


@pytest.fixture
def ax():
    ax = Figure(figsize=(WIDE / 100, HIGH / 100), dpi=100).add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, WIDE), ylim=(0, HIGH))
    FigureCanvas(ax.figure)
    return ax


def record(*artists):
    """The commands for some artists: twice the same, plain JSON, nothing in it far away."""
    record = artists[0].figure.canvas.renderer.record
    commands = record(artists)
    assert record(artists) == commands == json.loads(json.dumps(commands, allow_nan=False))
    for command in commands:
        for steps in {"p": command[3:], "m": command[3:], "i": command[1:2]}.get(command[0], []):
            assert all(type(step) is int for step in steps)
            assert np.abs(np.cumsum(np.reshape(steps, (-1, 2)), axis=0)).max() <= UNIT * (FAR + HIGH)
    return commands


def read(*artists):
    return Drawn(record(*artists), artists[0].figure.canvas.renderer)


def patch(ax, box=(100, 50, 80, 40), **look):
    return ax.add_patch(Rectangle(box[:2], *box[2:], **look))


# Looks


@pytest.mark.parametrize(
    "look, fill, edge",
    [
        ({"fc": "red", "ec": "blue"}, "#ff0000", "#0000ff"),
        ({"fc": "#ff000080", "ec": "#0000ff40"}, "#ff000080", "#0000ff40"),
        ({"fc": (1, 0, 0, 0.2), "ec": "blue", "alpha": 0.6}, "#ff000099", "#0000ff99"),  # forced
        ({"fc": (1, 0, 0, 0.2), "ec": "blue", "alpha": 1}, "#ff0000", "#0000ff"),
        ({"fc": "none", "ec": "blue"}, None, "#0000ff"),
        ({"fc": "red", "ec": "none"}, "#ff0000", None),
        ({"fc": "red", "ec": "blue", "lw": 0}, "#ff0000", None),
        ({"fc": "red", "ec": "blue", "alpha": 0}, None, None),
    ],
)
def test_colours_and_their_alpha(ax, look, fill, edge):
    one = read(patch(ax, **look)).one("path")
    assert (one.fill, one.edge) == (fill, edge)


@pytest.mark.parametrize(
    "face, alpha, fill",
    [
        ((1, 0, 0), None, "#ff0000"),
        ((1, 0, 0, 0.2), None, "#ff000033"),
        ((1, 0, 0), 0.4, "#ff000066"),
        ((1, 0, 0, 0.2), 0.4, "#ff000066"),
    ],
)
def test_the_alpha_of_a_face_is_its_own_unless_it_is_forced(ax, face, alpha, fill):
    def draw(renderer):
        gc = renderer.new_gc()
        gc.set_alpha(alpha)
        renderer.draw_path(gc, Path.unit_rectangle(), Affine2D().scale(9), face)

    renderer = Recorder(ax.figure)
    assert Drawn(renderer.record([SimpleNamespace(draw=draw)]), renderer).one("path").fill == fill


@pytest.mark.parametrize("width", [0.05, 0.8, 2.4, 30])
def test_widths_are_pixels(ax, width):
    (line,) = ax.plot([10, 90], [10, 40], lw=width, color="k")
    assert read(line).one("path", edge="k").width == pytest.approx(width * 100 / 72, abs=CLOSE)


@pytest.mark.parametrize("cap", ["butt", "round", "projecting"])
@pytest.mark.parametrize("join", ["miter", "round", "bevel"])
def test_caps_and_joins(ax, cap, join):
    (line,) = ax.plot([10, 50, 90], [10, 40, 10], solid_capstyle=cap, solid_joinstyle=join)
    looks = [(one.cap, one.join) for one in read(line, patch(ax, fc="r", ec="k", capstyle=cap, joinstyle=join))]
    assert looks == [(cap, join)] * 2


def test_dashes_are_pixels_and_grow_with_the_width(ax):
    styles = ("-", (0, (4, 2)), (3, (4, 2, 1, 2)))
    for style, width in ((style, width) for style in styles for width in (1, 3)):
        (line,) = ax.plot([10, 90], [10, 40], ls=style, lw=width)
        dashes = read(line).one("path").dashes
        if style == "-":
            assert dashes is None
        else:
            assert dashes == pytest.approx([part * width * 100 / 72 for part in (style[0], *style[1])], abs=CLOSE)


def test_flags_say_what_lies_on_whole_pixels(ax):
    slanted, level = ax.plot([10, 90], [10, 40])[0], ax.plot([10, 90, 90], [10, 10, 40])[0]
    stairs = np.repeat(np.arange(600) / 4, 2)
    long = ax.plot(stairs[1:], stairs[:-1])[0]  # too long to try
    forced, loose = Line2D([10, 90], [10, 40], snap=True), patch(ax, snap=False)
    ax.add_line(forced)
    circle = ax.add_patch(Circle((50, 50), 20))
    snapped = [one.snapped for one in read(slanted, level, long, circle, patch(ax), forced, loose)]
    assert snapped == [False, True, False, False, True, True, False]


def test_flags_say_what_is_filled_without_a_seam(ax):
    shapes = patch(ax, fc="r", aa=False), patch(ax, fc="r"), patch(ax, fc="none", aa=False)
    assert [one.seamless for one in read(*shapes)] == [True, False, False]


# Shapes


def test_a_path_has_its_points_and_its_curves(ax):
    codes = [Path.MOVETO, Path.LINETO, Path.CURVE3, Path.CURVE3, Path.CURVE4, Path.CURVE4, Path.CURVE4, Path.CLOSEPOLY]
    points = [(10, 10), (50.3, 10.7), (70, 10), (70, 30), (70, 90), (40, 95), (10, 60), (0, 0)]
    one = read(ax.add_patch(PathPatch(Path(points, codes)))).one("path")
    assert one.letters == "MLQQCCCZ" and one.points == pytest.approx(np.array(points[:-1]), abs=CLOSE)
    assert read(patch(ax)).one("path").letters == "MLLLZ"


def test_what_is_no_number_breaks_a_line_and_what_is_far_stays_in_sight(ax):
    nothing = ax.plot([1, NAN, NAN, 4], [NAN, 2, NAN, NAN])[0], ax.plot([], [])[0], ax.plot([INF, -INF], [1, INF])[0]
    assert record(*nothing) == []
    (broken,) = ax.plot([10, 20, NAN, 40, 50, INF, 60], [10, 20, 30, 40, 50, 60, -INF])
    one = read(broken).one("path")
    assert one.letters == "MLML" and one.points.tolist() == [[10, 10], [20, 20], [40, 40], [50, 50]]
    for far in (1e4, 1e9, 1e300):  # level with its place, so that the line enters the figure where it should
        (line,) = ax.plot([100, 100, -far, far], [100, far, 100, 100])
        points = read(line).one("path").points
        assert points[0].tolist() == [100, 100] and np.abs(points).max() < 5 * WIDE
        assert points[1, 0] == 100 and points[1, 1] > HIGH and points[-1].tolist() == [points[:, 0].max(), 100]
    filled = read(patch(ax, (0, 0, 1e300, 1e12)), patch(ax, (-1e12, NAN, 5, 5)))
    assert np.abs(filled[0].points).max() == FAR


def test_lines_beyond_the_figure_keep_their_slope(ax):
    (line,) = ax.plot([0, 1e9], [0, 5e8])
    (x0, y0), (x1, y1) = read(line).one("path").points
    assert (y1 - y0) / (x1 - x0) == pytest.approx(0.5, abs=1e-3) and x1 > WIDE


def test_markers_stand_at_their_places(ax):
    x, y = [10, 60.25, NAN, 110, 1e300, 160, -INF], [20, 70, 50, NAN, 10, 33.5, 5]
    one = read(ax.plot(x, y, "s", color="r", mec="k", ms=7.2, mew=0.72)[0]).one("markers", fill="r", edge="k")
    assert one.places.tolist() == [[10, 20], [60.25, 70], [160, 33.5]]
    assert sorted(map(tuple, one.points)) == [(-5, -5), (-5, 5), (5, -5), (5, 5)] and one.width == 1 and one.snapped
    for shape, letters in (("o", "M" + 24 * "C" + "Z"), ("x", "MLML"), ("v", "MLLZ")):
        one = read(ax.plot([10], [20], shape, ms=14.4)[0]).one("markers")
        assert one.letters == letters and np.abs(one.points).max() == pytest.approx(10, abs=0.1)
    down = read(ax.plot([10], [20], "v", ms=14.4)[0]).one("markers").points
    assert down[np.argmin(down[:, 1]), 0] == 0  # its one corner below points down


# Clips


def test_a_clip_is_told_where_it_changes(ax):
    ax.set_position((0.25, 0.5, 0.5, 0.25))  # 100 to 300, 100 to 150
    within, again = (ax.plot([0, 400], [0, k])[0] for k in (100, 200))
    free = ax.plot([0, 400], [0, 200], clip_on=False)[0]
    commands = record(within, again, free, within)
    assert [command[0] for command in commands] == ["c", "p", "p", "c", "p", "c", "p"]
    shapes = read(within, again, free, within)
    assert [one.clip for one in shapes] == [[100, 100, 300, 150]] * 2 + [None] + [[100, 100, 300, 150]]
    assert record(free)[0][0] == "p"


def test_a_clip_may_be_a_path_or_endless(ax):
    (line,) = ax.plot([0, 400], [0, 200])
    line.set_clip_path(Path([(10, 10), (90, 10), (50, 90), (10, 10)], closed=True), IdentityTransform())
    one = read(line).one("path")
    assert one.clip == [0, 0, WIDE, HIGH] and one.clip_path.tolist() == [[10, 10], [90, 10], [50, 90]]
    line.set_clip_path(Circle((50, 50), 20, transform=ax.transData))
    assert np.hypot(*(read(line).one("path").clip_path - 50).T) == pytest.approx(20, abs=3)  # with the curves' handles
    line.set_clip_path(Rectangle((10, 20), 30, 40, transform=ax.transData))
    one = read(line).one("path")
    assert one.clip == [10, 20, 40, 60] and one.clip_path is None


# Images

GREYS = np.linspace(0, 1, 6).reshape(2, 3)


def shown(ax, values, **look):
    ax.set_aspect("auto")
    image = ax.imshow(values, **{"extent": (100, 130, 50, 70), "cmap": "gray", "vmin": 0, "vmax": 1, "aspect": "auto", **look})
    ax.set(xlim=(0, WIDE), ylim=(0, HIGH))
    return image


@pytest.mark.parametrize("origin", ["upper", "lower"])
@pytest.mark.parametrize("flip", [False, True])
def test_an_image_has_its_own_pixels_the_right_way_up(ax, origin, flip):
    image = shown(ax, GREYS, origin=origin, interpolation="nearest")
    if flip:
        ax.set(xlim=(WIDE, 0), ylim=(HIGH, 0))
    one = read(image).one("image")
    assert one.box == ([270, 130, 300, 150] if flip else [100, 50, 130, 70])
    expected = GREYS if origin == "upper" else GREYS[::-1]
    expected = expected[::-1, ::-1] if flip else expected
    assert np.abs(one.pixels[..., 0] / 255 - expected).max() < 0.01 and (one.pixels[..., 3] == 255).all()


def test_what_has_a_colour_map_takes_a_byte_each(ax):
    many = np.random.default_rng(0).uniform(size=(30, 30, 3))
    for values, bytes_each in ((many[..., 0], 1), (many, 4)):
        image = shown(ax, values)
        palette, command = record(image)[-2:]
        assert (palette[0] == "l") == (bytes_each == 1) and len(command[4]) == 900 * bytes_each * 4 / 3
        expected = image.to_rgba(values, bytes=True)
        assert np.abs(read(image).one("image").pixels.astype(int) - expected).max() == 0
    grey = shown(ax, GREYS)
    assert [command[0] for command in record(image, grey, grey, image)] == ["c", "i", "l", "i", "i", "l", "i"]


@pytest.mark.parametrize("alpha, kind", [(None, "numbers"), (None, "floats"), (None, "bytes"), (0.5, "numbers"), ("each", "numbers")])
def test_alpha_of_an_image(ax, kind, alpha):
    rgba = np.dstack([GREYS, GREYS, GREYS, np.full((2, 3), 0.8)])
    values = {"numbers": GREYS, "floats": rgba, "bytes": (255 * rgba).astype(np.uint8)}[kind]
    alpha = GREYS if alpha == "each" else alpha
    one = read(shown(ax, values, alpha=alpha)).one("image")
    expected = np.full((2, 3), 1 if kind == "numbers" else 0.8) * (1 if alpha is None else alpha)
    assert np.abs(one.pixels[..., 3] / 255 - expected).max() < 0.01
    assert np.abs(one.pixels[..., 0] / 255 - GREYS).max() < 0.01


def test_pixels_that_are_no_numbers_have_no_colour(ax):
    one = read(shown(ax, np.array([[0.5, NAN, 2], [INF, -INF, 1]]))).one("image")
    assert one.pixels[..., 3].tolist() == [[255, 0, 255], [0, 0, 255]]
    assert one.pixels[0, 2, 0] == one.pixels[1, 2, 0] == 255  # what lies above vmax has the last colour


def test_an_image_of_one_pixel(ax):
    one = read(shown(ax, [[0.5]])).one("image")
    assert one.pixels.shape == (1, 1, 4) and one.pixels[0, 0, 0] in (127, 128) and one.box == [100, 50, 130, 70]


@pytest.mark.parametrize(
    "interpolation, smooth", [("nearest", False), ("none", False), ("bilinear", True), ("bicubic", True), ("auto", False)]
)
def test_an_image_is_smooth_or_has_visible_pixels(ax, interpolation, smooth):
    assert read(shown(ax, GREYS, interpolation=interpolation)).one("image").smooth == smooth


def test_an_image_that_is_made_smaller_is_smooth_unless_told(ax):
    assert read(shown(ax, np.zeros((100, 100)))).one("image").smooth


def test_an_image_of_the_still_part_lies_where_one_that_moves_would(ax):
    image = shown(ax, GREYS, interpolation="nearest")
    moving, canvas = read(image).one("image"), ax.figure.canvas
    still = Drawn(canvas.renderer.record([ax.figure]), canvas.renderer).one("image")
    assert still.box == pytest.approx(moving.box, abs=1)
    assert np.array_equal(still.pixels[5::10, 5::10], moving.pixels)


# Texts


def written(text):
    """The points of a text's glyphs where they are drawn."""
    angle, points = np.radians(text.angle), []
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    for (_letters, steps), x, y, size in text.glyphs:
        outline = np.cumsum(np.reshape(steps, (-1, 2)), axis=0) / 64 * (1, -1)
        points.append(text.place + (np.array([x, y]) / 64 + outline * size / 64) @ turn * text.size / 100)
    return np.concatenate(points)


@pytest.mark.parametrize("angle", [0, 90, 30, -45])
@pytest.mark.parametrize("words", ["Height", "x = −1.5", "AVAT", r"$z = \frac{1}{2}(x^2 + \kappa\,y^2)$", "two  words", "é"])
def test_a_text_is_made_of_glyphs(ax, words, angle):
    text = ax.text(100, 50, words, size=14.4, rotation=angle, rotation_mode="anchor", color="#12345680")
    shapes = read(text)
    one = shapes.one("text", colour="#12345680")
    assert one.words == words.replace("$", "") or "$" in words
    assert one.size == 20 and one.angle == angle % 360 and one.place == pytest.approx((100, 50), abs=1)
    expected = TextPath((0, 0), words, size=20)
    expected = Affine2D().rotate_deg(angle).translate(*one.place).transform_path(expected)
    lines = [shape.points for shape in shapes.all("path", fill="#12345680")]  # the line of a fraction
    assert len(lines) == words.count("frac")
    mine = np.concatenate([written(one), *lines])
    for side in (np.min, np.max):
        assert side(mine, axis=0) == pytest.approx(side(expected.vertices[expected.codes != Path.CLOSEPOLY], axis=0), abs=0.2)


def test_a_glyph_is_told_once(ax):
    recorder = ax.figure.canvas.renderer
    record(ax.text(0, 0, "abba"), ax.text(0, 0, "ab", size=20), ax.text(9, 9, "$b$", style="normal"))
    assert len(recorder.glyphs) == 3  # a letter of mathematics is slanted
    record(ax.text(0, 0, "a", weight="bold"))
    assert len(recorder.glyphs) == 4


def test_empty_texts_and_texts_at_no_place_are_nothing(ax):
    assert record(ax.text(9, 9, ""), *(ax.text(x, 9, "a") for x in (NAN, INF))) == []
    assert len(read(ax.text(9, 9, " ")).one("text").glyphs) <= 1
    assert [text.words for text in read(ax.text(9, 9, "one\n\ntwo")).all("text")][::2] == ["one", "two"]


def test_the_paper_of_a_text_lies_beneath_it(ax):
    text = ax.text(100, 50, "word", bbox={"fc": "white", "ec": "none", "alpha": 0.5})
    paper, words = read(text)
    assert paper.fill == "#ffffff80" and words.kind == "text"
    low, high = paper.points.min(axis=0), paper.points.max(axis=0)
    assert (written(words) > low).all() and (written(words) < high).all()


# Hatches


def test_a_hatch_lies_where_matplotlib_has_it(ax):
    ax.set_axis_off()
    shape = patch(ax, (150, 20, 120, 150), fc="white", ec="black", hatch="/", lw=0)
    ground, lines = read(shape).all("path")
    assert ground.fill == "#ffffff" and lines.edge == "#000000" and lines.width == pytest.approx(100 / 72, abs=CLOSE)
    assert lines.clip_path.min(axis=0).tolist() == [150, 20] and lines.clip_path.max(axis=0).tolist() == [270, 170]
    canvas = FigureCanvasAgg(ax.figure)
    canvas.draw()
    raster = np.asarray(canvas.buffer_rgba())[::-1, :, 0]
    ends = lines.points.reshape(-1, 2, 2)
    along = ends[:, 0, None] + np.linspace(0.02, 0.98, 200)[:, None] * (ends[:, 1] - ends[:, 0])[:, None]
    inside = along[((along > (152, 22)) & (along < (268, 168))).all(axis=-1)]
    x, y = inside.astype(int).T
    assert len(inside) > 500 and np.mean(raster[y, x] < 160) > 0.97
    # Half way to the next line it is white.
    gap = np.median(np.diff(np.unique(np.round(ends[:, 0, 0] - ends[:, 0, 1], 1))))
    x, y = (inside[inside[:, 0] + gap / 2 < 268] + (gap / 2, 0)).astype(int).T
    assert np.mean(raster[y, x] > 200) > 0.97


# What is not drawn


def test_what_is_invisible_is_nothing(ax):
    artists = [ax.plot([1, 9], [1, 9])[0], patch(ax), ax.text(9, 9, "a"), shown(ax, GREYS)]
    assert record(*artists)
    for artist in artists:
        artist.set_visible(False)
    assert record(*artists) == []


def test_nothing_is_warned_of(ax):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        record(ax.plot([NAN, 1e308, -1e308, INF], [1, -1e308, 1e308, 2], "o-")[0], patch(ax, (NAN, 0, 1e308, 1e308), hatch="/"))
