"""What the browser's canvas shows is what matplotlib's own raster shows: every picture of every lesson, and every kind of command.

Each frame is played in Chromium, and drawn by Agg at the same size. Both are blurred by a pixel, so that the smoothing of
edges does not count.
"""

import base64
import functools
import io
import json
from contextlib import nullcontext

import matplotlib
import numpy as np
import pytest
import refresh
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.text import Text
from PIL import Image, ImageFilter
from plain_page import plain_page
from prose import Lesson

from gdlab.pictures import recorder
from gdlab.pictures.live import Live
from gdlab.pictures.recorder import DPI
from gdlab.pictures.view import View
from gdlab.pictures.recorder import FigureCanvas

every_lesson = pytest.mark.parametrize("path", refresh.lessons(), ids=lambda path: path.stem)

# Play lists of commands over each other, `scale` pixels of the canvas to one of the figure; [] or a PNG in base64.
PLAYED = """text => {
    const [lists, glyphs, width, height, scale] = JSON.parse(text); // many numbers: as one text they are there at once
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [Math.round(width * scale), Math.round(height * scale)];
    const pen = canvas.getContext("2d");
    pen.fillStyle = "white";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    const outlines = glyphs.map(([letters, steps]) => { const path = new Path2D(); trace(path, letters, steps, 1); return path; });
    for (const commands of lists) play(pen, scale / UNIT, { commands }, outlines);
    return canvas.toDataURL("image/png").split(",")[1];
}"""


@pytest.fixture(scope="module")
def page(chromium):
    with plain_page(chromium) as page:
        yield page


def played(page, canvas, lists, scale=1):
    """What the player makes of lists of commands, shape (height, width, 3)."""
    renderer = canvas.renderer
    png = page.evaluate(PLAYED, json.dumps([lists, renderer.glyphs, renderer.width, renderer.height, scale]))
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB"))


class Raster:
    """Agg's canvas for a figure, as a context manager: `draw` gives its pixels, shape (height, width, 3)."""

    def __init__(self, figure, scale=1):
        self.figure, self.scale, self.grounds = figure, scale, {}

    def __enter__(self):
        self.kept = self.figure.canvas
        self.figure.set_dpi(DPI * self.scale)
        self.canvas = FigureCanvasAgg(self.figure)
        return self

    def __exit__(self, *error):
        self.figure.set_dpi(DPI)
        self.figure.set_canvas(self.kept)

    def draw(self, artists, still=None):
        """The still part, drawn once for each name of it, and some artists above it."""
        if still not in self.grounds:
            self.canvas.draw()
            self.grounds[still] = self.canvas.copy_from_bbox(self.figure.bbox)
        self.canvas.restore_region(self.grounds[still])
        for artist in artists:
            artist.draw(self.canvas.get_renderer())
        return np.array(self.canvas.buffer_rgba())[..., :3]

    def ink(self, text):
        """The corners (left, top) and (right, bottom) of the ink of a text alone, or None where some of it is cut off."""
        renderer = self.canvas.get_renderer()
        renderer.clear()
        text.draw(renderer)
        x0, y0, x1, y1 = np.rint(text.get_window_extent(renderer).extents).astype(int)
        wide, high = self.canvas.get_width_height()
        if text.get_clip_on() or not (5 < x0 < x1 < wide - 5 and 5 < y0 < y1 < high - 5):
            return None
        part = slice(high - y1 - 5, high - y0 + 5), slice(x0 - 5, x1 + 5)
        ink = np.argwhere(np.asarray(self.canvas.buffer_rgba())[*part, 3] > 50)[:, ::-1] + (part[1].start, part[0].start)
        return ink.min(axis=0), ink.max(axis=0) + 1


def blurred(pixels, radius):
    return np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(radius)), dtype=float)


def differing(one, other, scale=1):
    """The share of the pixels that differ by more than a quarter of the scale."""
    return float(np.mean(np.abs(blurred(one, scale) - blurred(other, scale)).max(axis=-1) > 64))


# Every picture of every lesson


@functools.cache
def lesson(path):
    return Lesson(path.stem[:2])


def settings(picture):
    """Values of the controls to look at: where they begin, and the far end of each control."""
    begin = dict(picture.values)
    yield begin
    for name, control in picture._controls.items():
        places = [place for place in (*control.positions[:1], *control.positions[-1:]) if place != begin[name]]
        if control.kind == "point":
            (x0, x1), (y0, y1) = control.window
            places = [(x0 + 0.7 * (x1 - x0), y0 + 0.6 * (y1 - y0))]
        if places:
            yield {**begin, name: places[-1]}


@every_lesson
def test_pictures_look_as_matplotlib_draws_them(path, page):
    pictures = {id(it): it for it in lesson(path).names.values() if isinstance(it, Live)}.values()
    assert pictures
    for number, picture in enumerate(pictures):
        scale = 1 + number % 2  # pixels of the screen to one of the figure: the player's affair, and not one picture's
        with Raster(picture._figure, scale) as raster:
            for values in settings(picture):
                picture._figure.set_dpi(DPI)
                frame = picture._frame(values)
                picture._figure.set_dpi(DPI * scale)
                shown = played(page, picture._canvas, [picture._still[1]["commands"], frame["commands"]], scale)
                drawn = raster.draw(picture._moving, frame["still"])
                assert np.abs(np.subtract(shown.shape, drawn.shape)).max() <= 1  # half a pixel is rounded up here, down there
                high, wide = np.minimum(shown.shape, drawn.shape)[:2]
                assert differing(shown[:high, :wide], drawn[:high, :wide], scale) <= 0.01, (picture.__name__, values)


@every_lesson
def test_texts_lie_where_matplotlib_has_them(path):
    # To a pixel and a half, its letters not moved to whole pixels, by which a line of them gets longer.
    for picture in [it for it in lesson(path).names.values() if isinstance(it, Live)]:
        picture._frame(picture.values)
        with Raster(picture._figure) as raster, matplotlib.rc_context({"text.hinting": "none"}):
            for text in picture._figure.findobj(Text):
                if text.get_visible() and text.get_text().strip():
                    text._bbox_patch = None
                    commands = [command for command in picture._canvas.renderer.record([text]) if command[0] == "t"]
                    corners = np.concatenate([outline(command, picture._canvas.renderer.glyphs) for command in commands])
                    if (ink := raster.ink(text)) is not None:
                        off = corners.min(axis=0) - ink[0], corners.max(axis=0) - ink[1]
                        assert np.abs(off).max() <= 1.5, (picture.__name__, text.get_text(), off)


def outline(command, glyphs):
    """The points of all glyphs of a text, in pixels from the upper left corner."""
    _kind, _words, _colour, (x, y, size, angle), placed = command
    turn = np.deg2rad(-angle)
    turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    points = [np.empty((0, 2))]
    for number, right, up, large in np.reshape(placed, (-1, 4)):
        steps = np.cumsum(np.reshape(glyphs[number][1], (-1, 2)), axis=0)
        points.append((steps * large / 64 + (right, -up)) * size / 6400 @ turned.T + (x, y))
    return np.concatenate(points) / recorder.UNIT


# Every kind of command, one in each field; and what must be noticed

FAULTS = {
    "a dash pattern dropped": ("player.js", "pen.setLineDash(lengths);", "pen.setLineDash([]);", "dashes"),
    "a clip ignored": ("player.js", "trace(pen, ...outline), pen.clip();", "trace(pen, ...outline);", "clip"),
    "alpha lost": ("recorder", "_colour", lambda colour: lambda rgba: colour((*rgba[:3], 1.0)), "alpha"),
    "an image upside down": ("player.js", "0, 0, (bottom - top) / high, left, top)", "0, 0, (top - bottom) / high, left, bottom)", "image"),
    "a marker one pixel off": ("player.js", "(x += places[i]) * k,", "(x += places[i]) * k + 1,", "marker"),
    "a curve made straight": ("player.js", "pen.bezierCurveTo(...next(), ...next(), ...next(), (i += 2));", "next(), next(), pen.lineTo(...next(), (i += 2));", "curve"),
    "a text two pixels too low": ("player.js", "base - sine * right", "base + 2 - sine * right", "text"),
    "a hatch left out": ("recorder", "Recorder._hatch", lambda hatch: lambda *what: None, "hatch"),
    "a width halved": ("player.js", "[width * k, new Path2D()]", "[(width * k) / 2, new Path2D()]", "dashes"),
    "the middle of a path skipped": ("recorder", "_steps", lambda steps: lambda points: steps(points[[*range(0, len(points), 2)]]) * 2, "clip"),
}  # fmt: skip


def every_kind():
    """A figure with a field for each kind of command, by names."""
    figure = Figure(figsize=(8, 4), dpi=DPI)
    canvas = FigureCanvas(figure)
    names = ["dashes", "clip", "alpha", "image", "marker", "curve", "text", "hatch"]
    fields = dict(zip(names, figure.subplots(2, 4).ravel(), strict=True))
    for ax in fields.values():
        ax.set(xlim=(0, 10), ylim=(0, 10))
        ax.axis("off")
    wave = np.linspace(0, 10, 60)
    fields["dashes"].plot(wave, 5 + 4 * np.sin(wave), "--", lw=4, color="black")
    far = fields["clip"].plot([-5, 3, 5, 15], [2, 9, 1, 8], lw=5, color="#0072B2")
    far[0].set_clip_path(PathPatch(Path.circle((5, 5), 4), transform=fields["clip"].transData))
    for x in (1, 3):
        fields["alpha"].add_patch(Rectangle((x, 2), 5, 5, fc="#D55E00", alpha=0.4))
    fields["image"].imshow(np.arange(12).reshape(3, 4) ** 2, extent=(1, 9, 1, 9), aspect="auto", interpolation="none")
    corner, size = fields["marker"].transData.transform([(0, 0), (10, 10)])
    whole = fields["marker"].transData.inverted().transform(np.floor(corner + (size - corner) * [[0.3, 0.4], [0.7, 0.6]]) + (0.49, 0.51))  # where Agg has them
    fields["marker"].plot(*whole.T, "o", ms=12, color="#009E73", mew=0)
    curve = Path([(1, 1), (1, 12), (9, -2), (9, 9)], [Path.MOVETO, *[Path.CURVE4] * 3])
    fields["curve"].add_patch(PathPatch(curve, fc="none", lw=4))
    fields["text"].text(5, 6, "gjpÅ−7", ha="center", size=22)
    fields["text"].text(5, 2, r"$\frac{x^2}{\kappa}$", ha="center", size=16)
    fields["hatch"].add_patch(Rectangle((1, 1), 8, 8, fc="#E69F00", ec="black", hatch="//"))
    return figure, canvas, fields


def unlike(page, figure, canvas, ax):
    """How much a field differs, beside the ink in it."""
    artists = [*ax.images, *ax.lines, *ax.patches, *ax.texts]
    for artist in artists:
        artist.set_animated(True)
    shown = played(page, canvas, [canvas.renderer.record(artists)])
    with Raster(figure) as raster:
        drawn = raster.draw(artists)
    x0, y0, x1, y1 = np.rint(ax.bbox.extents).astype(int)
    part = slice(shown.shape[0] - y1 - 4, shown.shape[0] - y0 + 4), slice(x0 - 4, x1 + 4)
    one, other = blurred(shown[part], 1), blurred(drawn[part], 1)
    return np.abs(one - other).sum() / (255 - other).sum()


@pytest.fixture(scope="module")
def kinds():
    return every_kind()


@pytest.mark.parametrize("name", ["dashes", "clip", "alpha", "image", "marker", "curve", "text", "hatch"])
def test_every_kind_of_command_looks_as_matplotlib_draws_it(name, kinds, page):
    figure, canvas, fields = kinds
    assert unlike(page, figure, canvas, fields[name]) <= LIMITS.get(name, 0.04)


LIMITS = {"text": 0.35}  # Agg moves the edges of letters to pixels


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_noticed(fault, chromium, page, monkeypatch):
    where, old, new, field = FAULTS[fault]
    if where == "recorder":
        owner = recorder if "." not in old else recorder.Recorder
        name = old.split(".")[-1]
        monkeypatch.setattr(owner, name, new(getattr(owner, name)))
        script = None
    else:
        assert View._esm.count(old) == 1, "the fault is planted nowhere"
        script = View._esm.replace(old, new)
    figure, canvas, fields = every_kind()
    with plain_page(chromium, script) if script else nullcontext(page) as page:
        assert unlike(page, figure, canvas, fields[field]) > 1.5 * LIMITS.get(field, 0.04)
