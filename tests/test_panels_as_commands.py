"""What each panel draws is what it was told: the drawing commands, read back, against the numbers and the sentences."""

import re
from dataclasses import replace

import numpy as np
import pytest
from commands import CLOSE, colour_at, coloured
from framing import picture
from mpl_toolkits.mplot3d import proj3d
from test_network_panels import SENTENCES, by_hand
from test_race_panels import SIX, race

from gdlab import (
    MLP,
    Activation,
    Adam,
    Bars,
    Basins,
    Confusion,
    Contours,
    Decision,
    Fit,
    GradientDescent,
    Graph,
    HeatMap,
    Images,
    Landscape,
    Lines,
    LossCurve,
    MatrixProduct,
    Memory,
    Momentum,
    Network,
    OneWeight,
    Plot,
    Race,
    Slice,
    Tensor,
    bowl,
    descend,
    double_well,
    himmelblau,
    line_loss,
    moons,
    ravine,
    train,
)
from gdlab.maths.words import number
from gdlab.panels import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, RED
from gdlab.panels.plots import LOOKS

POINT = 100 / 72  # pixels
SIZE, PRICE = np.array([1, 2, 3, 4, 5]), np.array([2, 3, 5, 4, 6])


def near(value):
    return pytest.approx(np.asarray(value, dtype=float), abs=CLOSE)


def at(panel, points):
    """Where points of the axes lie in the figure."""
    return panel.ax.transData.transform(points)


def data(panel, points):
    return panel.ax.transData.inverted().transform(points)


def columns(*values):
    return np.column_stack(np.broadcast_arrays(*values))


def drawn(panel, *arguments):
    """What moves when a panel, alone in its picture, shows this."""
    if not hasattr(panel, "frame_of"):
        panel.frame_of = picture(panel.show, panel)
    return panel.frame_of.drawn(*arguments)


def middle(points):
    return (points.min(axis=0) + points.max(axis=0)) / 2


def within(place, points):
    """Whether a place lies in the box around points."""
    return bool(((place > points.min(axis=0)) & (place < points.max(axis=0))).all())


def bars(panel, moving, fill):
    """Of each bar with this fill: (left, right, its middle's height), in units of the axes."""
    boxes = [data(panel, path.points) for path in moving.all("path", fill=fill)]
    return np.array([(box[:, 0].min(), box[:, 0].max(), middle(box)[1]) for box in boxes])


# A surface and a walk on it


def test_contours_have_the_walk_its_ends_its_arrow_and_the_fog():
    panel, path = Contours(bowl), descend(bowl, (-4, 3), GradientDescent(0.1), 9)
    moving = drawn(panel, path, {"−g": -path.gradients[-1]}, 2)
    places = at(panel, path.points)
    assert moving.one("path", edge=RED).points == near(places)
    dots, here = moving.all("markers", fill=RED)
    assert dots.places == near(places) and here.places == near(places[-1:])
    assert moving.one("markers", fill="white", edge=BLACK).places == near(places[:1])
    # The arrow goes the way it tells, from the walker; its head ends where it ends.
    shaft, head = moving.one("path", edge=BLACK, fill=None).points, moving.one("path", fill=BLACK).points
    tip = at(panel, path.points[-1] - path.gradients[-1])
    along = (tip - places[-1]) / np.hypot(*(tip - places[-1]))
    assert shaft[0] == near(places[-1])
    assert np.abs((shaft - places[-1]) @ (along[1], -along[0])).max() < 0.1
    assert 0 <= np.hypot(*(tip - places[-1])) - ((head - places[-1]) @ along).max() < 5
    (name,) = moving.all("text")
    assert name.words == "−g" and 0 < (name.place - tip) @ along < 30
    # Around the walker there is a hole in the fog, as large as the eye can see.
    unit = np.diff(at(panel, [(0, 0), (1, 0)])[:, 0])
    fog = [one for one in moving.all("path") if (one.fill or "").startswith("#dfe3e4")]
    radii = [np.hypot(*(one.points - places[-1]).T) for one in fog]
    assert [radius.min() for radius in radii] == pytest.approx([2 * unit[0] * (1 + 0.09 * i) for i in range(4)], abs=0.1)
    assert not any(one.fill.startswith("#dfe3e4") for one in drawn(panel, path) if one.kind == "path" and one.fill)


def test_a_place_has_no_start_nor_arrows_nor_fog_of_the_walk_before():
    panel, walk = Contours(bowl), descend(bowl, (-4, 3), GradientDescent(0.1), 9)
    before = drawn(panel, (1, 1))
    assert not before.all("markers", fill="white") and not before.texts()
    one, other = drawn(panel, walk, {"one": (2, 0), "other": (0, -2)}, 2).all("path", fill=None)[-2:]
    assert one.edge != other.edge and one.dashes is None and other.dashes  # told apart without colours
    assert str(drawn(panel, (1, 1))) == str(before)


def test_a_list_of_places_is_shown_as_the_path_of_the_same_walk():
    path = descend(bowl, (-4, 3), GradientDescent(0.1), 9)
    for panel in (Contours(bowl), Landscape(bowl), Slice(bowl, along="x"), Fit(SIZE, PRICE)):
        assert str(drawn(panel, list(map(tuple, path.points)))) == str(drawn(panel, path)) != str(drawn(panel, path.points[-1]))
        with pytest.raises(ValueError, match="the path of one walk, or a point"):
            panel.show([])


@pytest.mark.parametrize("panel", [Contours, Landscape, LossCurve], ids=lambda panel: panel.__name__)
def test_another_surface_brings_its_own_ground_and_leaves_nothing_behind(panel):
    one, other = (descend(surface, (-1.2, 1), GradientDescent(0.1), 5) for surface in (bowl, double_well))
    first, second = (panel(), panel()) if panel is LossCurve else (panel(bowl), panel(double_well))
    frame = picture(first.show, first)
    before = frame(one)
    frame(other)
    picture(second.show, second)(other)
    for limits in ("get_xlim", "get_ylim", "get_title"):
        assert getattr(first.ax, limits)() == getattr(second.ax, limits)()
    assert frame(one) == before


@pytest.mark.parametrize(("lr", "opaque"), [(0.05, True), (0.19, True), (0.2, False), (0.25, False)])
def test_a_walk_that_crosses_the_map_again_and_again_lets_the_ground_through(lr, opaque):
    panel = Contours(ravine(10))
    drawn(panel, descend(ravine(10), (-4.5, 2), GradientDescent(lr), 30))
    assert (panel._trail.get_alpha() == 1) == opaque
    drawn(panel, (1, 1))
    assert panel._trail.get_alpha() == 1


@pytest.mark.parametrize("even", [False, True])
def test_a_map_may_have_its_lines_at_even_heights(even):
    panel = Contours(replace(bowl, value=lambda x, y: 3 * x + 0 * y, gradient=lambda x, y: (3, 0), minima=()), even=even)
    drawn(panel, (1, 1))
    (lines,) = (it for it in panel.ax.collections if not it.filled)
    gaps = np.diff(np.sort([path.vertices[0, 0] for path in lines.get_paths() if len(path.vertices)]))
    assert len(gaps) > 12 and (np.ptp(gaps) < 1e-6) == even and gaps[0] <= gaps[-1]


def test_a_landscape_has_the_walk_on_its_ground():
    panel, path = Landscape(ravine(10)), descend(ravine(10), (-4, 2), GradientDescent(0.15), 9)
    moving = drawn(panel, path)
    x, y, _z = proj3d.proj_transform(*path.points.T, path.losses + panel._lift, panel.ax.get_proj())
    places = at(panel, columns(x, y))
    dots, here = moving.all("markers", fill=RED)
    assert moving.one("path", edge=RED).points == near(places)
    assert dots.places == near(places) and here.places == near(places[-1:])


def test_a_mark_is_a_hollow_diamond_above_the_fog_with_its_words_beside_it():
    panel = Contours(bowl)
    before = drawn(panel, (1, 1))
    for here, mark, side in (((1, 1), (3, 2), 1), ((1, 1), (-1, -2), -1), ((3, 4), (3, 4.9), -1), ((4, -4), (4.9, -4.9), 1)):
        moving = drawn(panel, here, None, 0.5, None, mark)
        halo, diamond = (one for one in moving.all("markers") if one.fill == "#00000000")
        assert all(one.places == near(at(panel, [mark])) for one in (halo, diamond)) and halo.width > diamond.width
        assert (halo.edge, diamond.edge) == ("#ffffff", coloured(BLACK)) and len(diamond.points) == 4
        (words,) = moving.all("text")
        above, (left, right) = (words.place - diamond.places[0])[1] * side, panel.ax.bbox.intervalx
        assert words.words == "your guess" and 12 < above < 40 and left - 2 < words.place[0] < right - 85
        kinds = [(one.fill or "")[:7] if one.kind != "text" else one.words for one in moving]
        layers = [len(kinds) - 1 - kinds[::-1].index(kind) for kind in ("#dfe3e4", "#000000", "your guess", coloured(RED))]
        assert layers == sorted(layers)  # over the fog, under the walker
    assert str(drawn(panel, (1, 1))) == str(before) == str(drawn(panel, (1, 1), None, None, None, (8, 0)))


@pytest.mark.parametrize("arrow", [(1.5, 2), np.array([-6, 0.5]), (0, 0.01)])
def test_an_arrow_lies_on_the_floor_of_a_landscape_beneath_where_one_stands(arrow):
    panel = Landscape(bowl)
    before = drawn(panel, (3, 4))
    moving = drawn(panel, (3, 4), arrow)
    floor = panel.ax.get_zlim()[0]

    def flat(x, y, z=floor):
        return at(panel, np.transpose(proj3d.proj_transform(x, y, z, panel.ax.get_proj())[:2]))

    drop, shaft = moving.all("path", edge=BLACK, fill=None)
    foot, tip = flat(3, 4), flat(*np.add((3, 4), arrow))
    assert drop.dashes and drop.points == near([foot, flat(3, 4, 25)])
    assert moving.one("markers", fill=BLACK).places == near([foot])
    assert shaft.points[[0, 1, -1]] == near([foot, tip, tip])
    # Its head lies on the floor, too, on both sides of the shaft.
    long, wide = np.hypot(*arrow), min(0.24, 0.2 * np.hypot(*arrow))
    aside = wide / long * np.array([-arrow[1], arrow[0]])
    back = np.add((3, 4), arrow) * (1 - 2.5 * wide / long) + np.multiply((3, 4), 2.5 * wide / long)
    assert shaft.points[2:4] == near([flat(*(back + aside)), flat(*(back - aside))])
    assert str(drawn(panel, (3, 4))) == str(before) and not before.all("path", edge=BLACK)


def test_a_loss_curve_goes_through_the_losses_and_the_disc_stands_on_the_last():
    panel = LossCurve(12)
    path = descend(bowl, (-4, 3), GradientDescent(0.1), 9)
    moving = drawn(panel, path)
    places = at(panel, columns(np.arange(10), path.losses))
    dots, here = moving.all("markers", fill=RED)
    assert moving.one("path", edge=RED).points == near(places)
    assert dots.places == near(places) and here.places == near(places[-1:])
    assert number(data(panel, here.places)[0, 1], 2) == number(path.losses[-1], 2) and number(path.losses[-1]) in path.summary()
    assert panel.ax.get_xlim() == pytest.approx((-0.24, 12.24))
    gone = drawn(panel, descend(bowl, (-4, 3), GradientDescent(1.4), 12))
    (mark,) = gone.all("text")
    top = panel.ax.bbox.y1
    assert mark.words == "▲" and top - 20 < mark.place[1] < top and gone.one("path", edge=RED).points[:, 1].max() > top


def test_a_loss_that_stays_above_0_is_drawn_on_a_logarithmic_axis_that_begins_beneath_it():
    panel, path = LossCurve(), descend(line_loss(SIZE, PRICE), (0, 0), GradientDescent(0.04), 9)
    drawn(panel, path)
    low, high = panel.ax.get_ylim()
    assert panel.ax.get_yscale() == "log" and 0.2 < low < 0.38 and 18 < high < 400


@pytest.mark.parametrize("along", ["x", "y"])
def test_a_slice_is_the_surface_with_its_point_and_the_slope_it_tells(along):
    panel, axis = Slice(himmelblau, along), "xy".index(along)
    path = descend(himmelblau, (-1, 2), GradientDescent(0.01), 4)
    here = path.points[-1]
    moving = drawn(panel, path)
    curve = data(panel, moving.one("path", edge=BLUE).points)
    seen = (curve[:, 1] > panel.ax.get_ylim()[0]) & (curve[:, 1] < panel.ax.get_ylim()[1])
    line = np.where(np.arange(2) == axis, curve[:, :1], here)
    heights = at(panel, columns(curve[:, 0], himmelblau(*line.T)))
    assert seen.sum() > 30 and np.abs(heights - at(panel, curve))[seen].max() < 1
    (x0, y0), (x1, y1) = data(panel, moving.one("path", edge=BLACK).points)
    slope = himmelblau.grad(*here)[axis]
    assert (y1 - y0) / (x1 - x0) == pytest.approx(slope, rel=0.01)
    (note,) = moving.all("text")
    assert note.words == f"slope {number(slope)}"
    trail, disc = moving.all("markers", fill=RED)
    assert trail.places == near(at(panel, columns(path.points[:, axis], path.losses)))
    joined = moving.one("path", edge=RED)
    assert joined.points == near(trail.places) and joined.width < 2
    assert disc.places == near(at(panel, [(here[axis], path.losses[-1])]))


def test_a_map_of_basins_has_its_letters_and_the_walk():
    panel, path = Basins(himmelblau), descend(himmelblau, (-0.5, -1), GradientDescent(0.01), 30)
    moving = drawn(panel, np.zeros((5, 5), int), path)
    places = at(panel, path.points)
    line, dots = moving.one("path", edge=BLACK, fill=None), moving.one("markers", fill=BLACK)
    assert line.points == near(places) and dots.places == near(places)
    assert moving.one("markers", fill="white").places == near(places[:1])
    assert moving.one("image").box == near(at(panel, [(-5, -5), (5, 5)]).ravel())
    for minimum, letter in zip(himmelblau.minima, "ABCD", strict=True):
        assert moving.texts()[letter] == pytest.approx(at(panel, minimum), abs=8)


# Plain graphs


def test_a_fit_has_its_line_its_errors_and_what_came_before():
    panel = Fit(SIZE, PRICE, "size", "price")
    path = descend(line_loss(SIZE, PRICE), (0, 0), GradientDescent(0.04), 9)
    (x0, x1), (low, high) = (panel.ax.get_xlim(), panel.ax.get_ylim()) if drawn(panel, (1, 0)) else ()
    assert x0 < 0 and x1 > 5 and low < 0 and high > 6
    for where, (w, b) in (((0.5, 2), (0.5, 2)), (path, path.points[-1])):
        moving = drawn(panel, where)
        assert moving.one("markers", fill=BLUE).places == near(at(panel, columns(SIZE, PRICE)))
        assert moving.one("path", edge=RED).points == near(at(panel, [(x, w * x + b) for x in (x0, x1)]))
        errors = moving.one("path", edge=BLACK)
        ends = np.stack([columns(SIZE, PRICE), columns(SIZE, w * SIZE + b)], axis=1)
        assert errors.dashes and errors.letters == 5 * "ML" and errors.points == near(at(panel, ends.reshape(-1, 2)))
    (pale,) = [one for one in moving.all("path") if one.edge and one.edge not in (coloured(RED), coloured(BLACK))]
    before = [(x, w * x + b) for w, b in path.points[[0, 1, 2, 4, 8]] for x in (x0, x1)]
    assert pale.points == near(at(panel, before)) and len(pale.edge) == 9  # it can be seen through
    assert len(drawn(panel, (1, 0)).all("path")) == 2


def test_a_fit_shows_what_is_far_off_without_a_warning():
    panel, loss = Fit(SIZE, PRICE), line_loss(SIZE, PRICE)
    for place in ((1e300, -1e300), (1e308, 1e308), (-1e9, 5)):
        moving = drawn(panel, place)
        assert not moving.all("path", edge=RED) and len(moving.all("markers", fill=BLUE)) == 1
    for lr in (0.1, 5, 1e200):
        drawn(panel, descend(loss, (0, 0), GradientDescent(lr), 300))
    steep = drawn(panel, (1000, -3000)).one("path", edge=BLACK)  # the errors end at the frame
    assert data(panel, steep.points)[:, 1].max() == pytest.approx(panel.ax.get_ylim()[1], abs=0.01)


@pytest.mark.parametrize(
    "x, xlim", [([1990, 2000, 2010], (1987, 2013)), ([-2, 3], (-2.75, 3.75)), ([-5, -4, -1], (-5.75, 0.75))]
)
def test_the_axes_of_a_fit_show_0_where_it_is_near(x, xlim):
    panel = Fit(x, np.full(len(x), 7.0))
    drawn(panel, (0, 7))
    assert panel.ax.get_xlim() == pytest.approx(xlim) and panel.ax.get_ylim() == pytest.approx((6.85, 7.15))


@pytest.mark.parametrize("ylog", [False, True])
def test_a_plot_has_its_point_its_drop_and_its_line(ylog):
    panel = Plot("x", "y", (0, 3), (0.1, 1000), ylog=ylog)
    moving = drawn(panel, 2, 40, "forty", ([0.5, 1, 2], [10, 20, 40]))
    here = at(panel, [(2, 40)])
    dots, disc = moving.all("markers", fill=RED)
    assert disc.places == near(here) and dots.places == near(at(panel, [(0.5, 10), (1, 20), (2, 40)]))
    drop, line = moving.all("path", edge=RED)
    assert drop.dashes and drop.points == near([(here[0, 0], panel.ax.bbox.y0), here[0]])
    assert not line.dashes and line.points == near(dots.places)
    assert moving.texts()["forty"] == pytest.approx(here[0], abs=60)
    beyond = drawn(panel, 9, 1e9)
    assert beyond.all("markers", fill=RED)[-1].places == near(at(panel, [(3, 1000)]))
    assert len(beyond.all("path", edge=RED)) == 1  # the line is gone


def test_curves_that_stand_still_differ_in_colour_and_in_line():
    panel = Plot("x", "y", (0, 1), (0, 1), {name: ([0, 1], [0, 1]) for name in "abc"})
    drawn(panel, 0.5, 0.5)
    looks = [(curve.get_color(), curve.get_linestyle()) for curve in panel.ax.get_legend().get_lines()]
    assert all(len(set(look)) == 3 for look in zip(*looks, strict=True))


def test_lines_go_through_their_numbers_each_in_its_look():
    panel = Lines(SIX, "step", "loss", (0, 40), (1e-9, 1e4), ylog=True)
    paths = race(steps=12)
    moving = drawn(panel, {name: (np.arange(13), path.losses) for name, path in paths.items()})
    for (colour, _marker, style), path in zip(LOOKS, paths.values(), strict=True):
        places = at(panel, columns(np.arange(13), path.losses))
        line = moving.one("path", edge=colour)
        assert line.points == near(places) and (line.dashes is None) == (style == "-")
        assert moving.one("markers", fill=colour).places == near(places[-1:])
    shapes = {one.letters + str(one.points) for one in moving.all("markers")}
    assert len(shapes) == len(paths)


def test_bars_are_as_long_as_their_numbers_tell():
    panel, values = Bars(["a", "b", "c"], (-1, 2), ["mine", "true"]), ([0.5, -3, 1.25], [1, 0, 9])
    moving = drawn(panel, *values)
    notes = [text.words for text in moving.all("text")]
    assert notes == [number(value) for series in values for value in series]
    for k, (fill, series) in enumerate(zip((BLUE, ORANGE), values, strict=True)):
        ends = np.clip(series, -1, 2)
        found = bars(panel, moving, fill)
        expected = columns(np.minimum(ends, 0), np.maximum(ends, 0), np.arange(3) + (k - 0.5) * 0.36)
        assert found == pytest.approx(expected, abs=0.01)
        for text, end, (_left, _right, height) in zip(moving.all("text")[3 * k :], ends, found, strict=False):
            x, y = data(panel, text.place)
            assert abs(x - end) < 0.5 and abs(y - height) < 0.2
    assert not moving.all("path", fill=ORANGE, edge="white")  # an edge of a bar of length 0 would hide the axis
    hatched = [one.clip_path for one in moving.all("path") if one.clip_path is not None]  # told apart without colours
    assert [middle(data(panel, path)) for path in hatched[:1]] == [pytest.approx((0.5, 0.18), abs=0.01)] and len(hatched) >= 2


# Several walks


def test_a_race_has_trails_heads_and_arrows_that_point_downhill_and_ahead():
    panel, paths, longer = Race(ravine(10), SIX), race(), race(steps=41)
    k = 7
    moving = drawn(panel, paths, k)
    for (colour, _marker, _style), path, after in zip(LOOKS, paths.values(), longer.values(), strict=True):
        places = at(panel, path.points[: k + 1])
        assert moving.one("path", edge=colour, fill=None).points == near(places)
        assert moving.one("markers", fill=colour, edge="white").places == near(places[-1:])
        steps = (("white", colour, -path.gradients[k]), (colour, "white", after.points[k + 1] - path.points[k]))
        for fill, edge, vector in steps:
            arrow = moving.outlines(fill=fill, edge=edge)[0] - places[-1]
            tip = arrow[np.argmax(np.hypot(*arrow.T))]
            way = at(panel, vector) - at(panel, (0, 0))
            assert tip @ way / np.hypot(*tip) / np.hypot(*way) > 0.999
    assert moving.one("markers", fill="white", edge=BLACK).places == near(at(panel, [(-4, 2)]))


def test_memory_has_bars_as_long_as_their_share_and_tells_their_numbers():
    rules = {"momentum": Momentum(0.02), "Adam": Adam(0.2)}
    panel, paths, k = Memory(rules), race(rules=rules), 7
    moving = drawn(panel, paths, k)
    one, other = (paths[name].memories for name in rules)
    held = np.vstack([one["velocity"].T, other["velocity"].T, np.sqrt(other["squares"]).T])  # a row a bar, from top to bottom
    found = np.concatenate([bars(panel, moving, colour) for colour, _marker, _style in LOOKS[:2]])
    share = held[:, k] / np.abs(held).max(axis=1)
    lengths = np.where(np.abs(found[:, 0] - panel.middle) < 0.01, found[:, 1], found[:, 0]) - panel.middle
    assert lengths == pytest.approx(panel.half * share, abs=0.01)
    assert [text.words for text in moving.all("text")] == [number(value) for value in held[:, k]]
    for text, (_left, _right, height) in zip(moving.all("text"), found, strict=True):
        assert data(panel, text.place)[1] == pytest.approx(height, abs=0.4)


# Graphs and matrices


def test_a_graph_fills_in_the_numbers_and_marks_the_edge_that_its_sentence_names():
    x, y, z = Tensor(-2, "x"), Tensor(5, "y"), Tensor(-4, "z")
    q = x + y
    q.name = "q"
    f = q * z
    f.name = "f"
    panel = Graph(f)
    moving = drawn(panel, f, 4)
    assert moving.sentence == "Backward, from f to q: upstream 1 × local −4 = −4."
    titles = {words.split()[0]: place for words, place in moving.still.texts().items() if words.split()[0] in "xyzqf"}
    below = {(text.words, text.colour): text.place for text in moving.all("text")}
    values = [("x", "−2"), ("y", "5"), ("z", "−4"), ("q", "3"), ("f", "−12")]
    for colour, told, deep in ((BLUE, values, 40), (RED, [("q", "−4"), ("f", "1")], 70)):
        for name, words in told:
            beside, under = titles[name] - below[words, coloured(colour)]
            assert abs(beside) < 45 and 0 < under < deep
    assert below["3", coloured(BLUE)][1] > below["−4", coloured(RED)][1] + 10  # the value of q, and beneath it its gradient
    assert {words for words, colour in below if colour == coloured(RED)} == {"−4", "1", "∂f/∂q = ∂f/∂f · z = 1 × −4 = −4"}
    (edge,) = [one.points for one in moving.all("path", edge=RED, fill=None) if "Z" not in one.letters]
    assert abs(edge[0] - titles["f"])[0] < 140 > abs(edge[-1] - titles["q"])[0]  # from the result back
    assert titles["q"][0] < edge[-1, 0] < edge[0, 0] < titles["f"][0]
    (mark,) = [one for one in moving.all("path", edge=RED, fill=None) if "Z" in one.letters]
    assert within(titles["q"], mark.points) and not any(within(titles[name], mark.points) for name in "xyzf")


def test_a_product_marks_the_row_and_the_column_of_the_entry_that_it_tells():
    left, right = np.array([[1, 2, 3], [4, 5, 6]]), np.array([[7, 10], [8, 11], [9, 12]])
    panel = MatrixProduct()
    moving = drawn(panel, left, right, ("A", "B", "C"), 3)
    assert moving.sentence == "Entry 3 of C is row 2 of A times column 1 of B: 4 × 7 + 5 × 8 + 6 × 9 = 122."
    row, column, entry = (moving.one("path", edge=colour).points for colour in (BLUE, ORANGE, RED))
    numbers = {**moving.still.texts(), **moving.texts()}
    assert {words for words in numbers if within(numbers[words], row)} == {"4", "5", "6"}
    assert {words for words in numbers if within(numbers[words], column)} == {"7", "8", "9"}
    assert {words for words in numbers if within(numbers[words], entry)} == {"122"}
    assert [text.words for text in moving.all("text")] == ["50", "68", "122", "4 × 7 + 5 × 8 + 6 × 9 = 122"]
    assert [text.words for text in drawn(panel, left, right, ("A", "B", "C"), 0)] == []


def test_one_weight_is_lit_where_it_works_with_a_colour_for_each_example():
    batch, weights, upstream = [[1, 2], [3, -4], [5, 6]], [[10, 20, 30], [40, 50, 60]], [[7, 8, 9], [11, 12, -13], [14, 15, 16]]
    panel = OneWeight()
    moving = drawn(panel, batch, weights, ("X", "W", "Y"), upstream, 6)
    assert moving.sentence.startswith("w₂₃ works in column 3 of Y, once for each example.")
    assert moving.sentence.endswith("2 × 9 + (−4) × (−13) + 6 × 16 = 166.")
    still, texts = moving.still.texts(), moving.texts()
    shares = (BLUE, "2", "9", "2 × 9"), (GREEN, "−4", "−13", "(−4) × (−13)"), (PURPLE, "6", "16", "6 × 16")
    for colour, slope, arrived, term in shares:
        of_slope, of_product, of_term = (path.points for path in moving.all("path", edge=colour))
        assert within(still[slope], of_slope) and within(texts[arrived], of_product) and within(texts[term], of_term)
    weight = moving.one("path", edge=RED).points
    assert within(still["60"], weight) and within(texts["166"], weight)
    # The gradients of the weights are known as far as the slider is, and stand beneath their values.
    gradient = (np.transpose(batch) @ upstream).ravel()
    for entry in (6, 2):
        found = [text.words for text in drawn(panel, batch, weights, ("X", "W", "Y"), upstream, entry).all("text", colour=RED)]
        assert found == [number(value) for value in [*np.ravel(upstream), *gradient[:entry]]]
    assert still["60"][1] > texts["166"][1] + 10


def shade(colour):
    """Blue above 0, orange below, and how strong."""
    red, _green, blue, _alpha = colour.astype(int)
    return (blue - red) / 255


def test_a_heat_map_has_a_colour_and_a_number_for_each_entry():
    panel, matrix = HeatMap("x", "y"), np.array([[1, -0.5, 0], [0.25, -1, 0.5]])
    moving = drawn(panel, matrix)
    image = moving.one("image")
    assert image.box == near(at(panel, [(0, 0), (1, 1)]).ravel()) and not image.smooth
    for (i, j), value in np.ndenumerate(matrix):
        place = at(panel, ((j + 0.5) / 3, 1 - (i + 0.5) / 2))
        found = shade(colour_at(image, place))
        assert np.sign(round(found, 2)) == np.sign(value) and abs(value) * 0.5 - 0.1 < abs(found) < abs(value) + 0.01
        (text,) = [text for text in moving.all("text") if np.hypot(*(text.place - place)) < 25]
        assert text.words == number(value) and text.colour == coloured("white" if value == 1 else "black")
    assert drawn(panel, np.eye(7)).all("text") == []


# Networks


def test_a_network_draws_its_weights_and_writes_the_numbers_that_its_sentence_tells():
    panel, model = Network([2, 2, 1]), by_hand()
    moving = drawn(panel, model, (1, 0.5), 1, 3)
    assert moving.sentence == SENTENCES[3]
    weights = np.concatenate([tensor.data.ravel() for tensor in model.parameters[::2]])
    wires = [path for path in moving.all("path") if path.letters == "ML" and path.edge in (coloured(BLUE), coloured(ORANGE))]
    assert [wire.width for wire in wires] == near((0.8 + 2.2 * np.abs(weights)) * POINT)
    assert [wire.edge == coloured(BLUE) for wire in wires] == [wire.dashes is None for wire in wires] == list(weights > 0)
    units = [middle(outline) for outline in moving.still.outlines(edge=GREY)]  # circles, column by column
    ends = [(units[a], units[b]) for a, b in ((0, 2), (0, 3), (1, 2), (1, 3), (2, 4), (3, 4))]
    for wire, (start, end) in zip(wires, ends, strict=True):
        (near_start, near_end), (long,) = np.hypot(*(wire.points - (start, end)).T), np.hypot(*np.diff(wire.points, axis=0).T)
        assert near_start == pytest.approx(near_end, abs=0.2)
        assert near_start + long + near_end == pytest.approx(np.hypot(*(end - start)), abs=0.2)  # on one line
    texts = moving.texts()
    assert "E = 0.104" in texts and "y 1" in texts and "a = 0.544" in moving.sentence
    assert texts["a 0.544"] == pytest.approx(units[4], abs=30) and texts["a 0.525"] == pytest.approx(units[2], abs=30)
    # On the way back the blame stands below its unit, and gradients are red.
    back = drawn(panel, model, (1, 0.5), 1, 5)
    assert "δ₂ · input: −0.113 × 0.525 = −0.0594" in back.sentence
    red = {text.words: text.place for text in back.all("text", colour=RED)}
    assert red["δ −0.113"] == pytest.approx(units[4] - (0, 45), abs=35)
    assert units[2][0] < red["−0.0594"][0] < units[4][0]
    assert [path.edge for path in back.all("path") if path.letters == "ML"][4:6] == [coloured(RED)] * 2


@pytest.mark.parametrize("name, z", [("sigmoid", 0.5), ("tanh", -1), ("relu", -1), ("relu", 2)])
def test_an_activation_has_its_curve_its_point_and_the_slope_it_tells(name, z):
    panel = Activation(name)
    moving = drawn(panel, z)
    value, slope = {
        "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2),
        "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
        "relu": (lambda z: np.maximum(z, 0), lambda z: float(z > 0)),
    }[name]
    curve = data(panel, moving.one("path", edge=BLUE).points)
    assert np.abs(at(panel, columns(curve[:, 0], value(curve[:, 0]))) - at(panel, curve)).max() < 0.5
    assert curve[:, 0].max() == pytest.approx(6, abs=0.01) and curve[:, 0].min() == pytest.approx(min(z, 0), abs=0.06)
    assert moving.one("markers", fill=RED).places == near(at(panel, [(z, value(z))]))
    (x0, y0), (x1, y1) = data(panel, moving.one("path", edge=BLACK).points)
    assert (y1 - y0) / (x1 - x0) == pytest.approx(slope(z), abs=0.01)
    words = [text.words for text in moving.all("text")]
    assert words == [f"z = {number(z)}", f"a = {number(value(z))}", f"slope {number(slope(z))}"]


def test_a_decision_is_blue_where_the_score_is_above_0_and_its_line_runs_where_it_is_0():
    points, labels = moons(60)
    panel, model = Decision(points, labels, units=3), MLP([2, 6, 1], seed=2)
    moving = drawn(panel, model)
    ground, *units = moving.all("image")
    assert len(units) == 3 and all(unit.smooth for unit in units)
    score = lambda places: model(places).data.ravel()
    rng = np.random.default_rng(0)
    places = panel._corner + rng.uniform(0.02, 0.98, (300, 2)) * panel._side
    clear = np.abs(score(places)) > 0.05
    found = [shade(colour_at(ground, at(panel, place))) for place in places[clear]]
    assert np.array_equal(np.sign(found), np.sign(score(places[clear]))) and 0.05 < np.mean(score(places) > 0) < 0.95
    line = data(panel, moving.one("path", edge=BLACK).points)
    inside = ((line > panel._corner) & (line < panel._corner + panel._side)).all(axis=1)
    assert inside.sum() > 10 and np.abs(score(line[inside])).max() < 0.02
    assert moving.one("markers", fill=BLUE).places == near(at(panel, points[labels == 1]))
    assert moving.one("markers", fill="#b87a00").places == near(at(panel, points[labels == 0]))
    # A small map is blue where its unit is, as a whole.
    outputs = model.layers(places)[-2][1].data
    for image, (left, low, wide), unit in zip(units, panel._frames[1:], outputs.T, strict=False):
        spots = at(panel, (left, low) + (places - panel._corner) / panel._side * wide)
        shades = np.array([shade(colour_at(image, spot)) for spot in spots])
        assert np.corrcoef(shades, unit)[0, 1] > 0.95


def test_a_training_goes_through_its_losses_and_marks_an_epoch():
    points, labels = moons(40)
    history = train(MLP([2, 4, 1], seed=1, output="sigmoid"), points, labels, Adam(0.05), 20, "mse")
    panel = LossCurve(30)
    moving = drawn(panel, history, 7)
    losses = [*history.losses, history.kept_losses[-1]]
    curve, drop = moving.all("path", edge=RED)
    assert curve.points == near(at(panel, columns(np.arange(21), losses))) and panel.ax.get_xlabel() == "epoch"
    here = at(panel, [(7, losses[7])])
    assert moving.one("markers", fill=RED).places == near(here)
    assert drop.dashes and drop.points == near([(here[0, 0], panel.ax.bbox.y0), here[0]])


def test_bars_on_a_logarithmic_axis_begin_at_its_low_end():
    panel, values = Bars(["a", "b", "c"], (1e-6, 10), log=True), [0.02, 4e-4, 7]
    moving = drawn(panel, values)
    found = bars(panel, moving, BLUE)
    assert found[:, 0] == pytest.approx(1e-6, rel=0.02) and found[:, 1] == pytest.approx(values, rel=0.02)
    assert [text.words for text in moving.all("text")] == [number(value) for value in values]


def test_a_confusion_matrix_counts_what_its_sentence_tells():
    panel = Confusion(["puppy", "kitten", "bead"])
    moving = drawn(panel, [0, 0, 0, 1, 1, 2], [0, 1, 1, 1, 0, 2])
    assert moving.sentence == "3 of 6 are right. The most frequent mistake: puppy is taken for kitten, in 2 of 3 cases."
    image, counts = moving.one("image"), {(0, 0): 1, (0, 1): 2, (1, 0): 1, (1, 1): 1, (2, 2): 1}
    assert len(moving.all("text")) == len(counts)
    for i, j in np.ndindex(3, 3):
        place = at(panel, ((j + 0.5) / 3, 1 - (i + 0.5) / 3))
        words = [text.words for text in moving.all("text") if np.hypot(*(text.place - place)) < 15]
        assert words == ([str(counts[i, j])] if (i, j) in counts else [])
        assert np.sign(round(shade(colour_at(image, place)), 2)) == ((i, j) in counts) * (1 if i == j else -1)


def test_images_are_as_dark_as_their_numbers_each_in_its_frame_above_its_caption():
    images = np.random.default_rng(0).uniform(size=(5, 8, 8))
    panel = Images(2, 3)
    moving = drawn(panel, images, list("abcde"))
    ground = moving.one("image")
    for k, image in enumerate(images):
        corner = np.array([k % 3 * panel.across, k // 3 * panel.down])
        grey = np.array([[colour_at(ground, at(panel, corner + (j + 0.5, i + 0.5)))[0] for j in range(8)] for i in range(8)])
        assert np.corrcoef(grey.ravel(), image.ravel())[0, 1] < -0.98
        (frame,) = [one for one in moving.all("path") if np.hypot(*(middle(one.points) - at(panel, corner + 4))) < 1]
        assert frame.edge == coloured(GREY)
        x, y = data(panel, moving.texts()["abcde"[k]]) - corner
        assert 3 < x < 5 and 8 < y < 12
    assert len(moving.all("text")) == 5 and not re.search("[^a-e]", "".join(text.words for text in moving.all("text")))
