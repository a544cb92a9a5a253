"""A matplotlib backend whose screen is a canvas in the browser: artists are written down instead of rasterised.

An artist draws itself by calling a renderer. This one notes each call as a command, a short list of texts and whole
numbers, which view.js plays on a canvas at any size: a frame is about a kilobyte of them. The commands are

    ["c", rectangle, path]                           clip what follows to a rectangle [x, y, width, height], or to a path
    ["p", look, operations, coordinates]             a path
    ["m", look, operations, coordinates, places]     one path, drawn at each of these places
    ["l", colours]                                   a palette for the images that follow, 8 digits for a colour
    ["i", [x, y, width, height], smooth, [columns, rows], pixels]   an image: 8 bits a pixel, or 32 without a palette
    ["t", words, colour, [x, y, size, angle], glyphs]   a text: for each glyph its number, x, y and size

A path's operations are the letters of SVG, one for each of its points, and Z where it is closed; `look` is [fill, edge,
width, cap, join, flags, dashes]. Coordinates are differences from one point to the next, in `UNIT`s of a CSS pixel,
from the upper left corner. A glyph's outline is told once, in the table `glyphs`, whose parts are 1/64 of its size / 100.
"""

import base64
import threading
from functools import cached_property, lru_cache

import numpy as np
from matplotlib.backend_bases import FigureCanvasBase, RendererBase
from matplotlib.image import AxesImage
from matplotlib.path import Path
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Affine2D, TransformedPath

DPI = 100  # CSS pixels to an inch of figure
UNIT = 16  # parts of a pixel
FAR = 1e6  # pixels: beyond, no screen shows a difference
SNAPPED, SEAMLESS = 1, 2  # flags: upright edges lie on whole pixels; no seam between this and what it touches
CAPS = {"butt": 0, "round": 1, "projecting": 2}
JOINS = {"miter": 0, "round": 1, "bevel": 2}
LETTERS = bytes.maketrans(bytes([Path.MOVETO, Path.LINETO, Path.CURVE3, Path.CURVE4, Path.CLOSEPOLY]), b"MLQCZ")
# `with alone`, nothing else draws: a front end may send its messages to a thread of their own (a subshell) while cells run in
# the main one, and parts of matplotlib, such as its parser of formulas, are shared by all figures.
alone = threading.RLock()


class Recorder(RendererBase):
    """A renderer for a figure; `record` says what some artists draw."""

    def __init__(self, figure):
        super().__init__()
        self.dpi = figure.dpi
        self.width, self.height = map(float, figure.bbox.size)
        self.glyphs = []  # the outlines of all glyphs used so far: [operations, coordinates]
        self._numbers = {}  # theirs, by matplotlib's name for them
        self._laid = lru_cache(4096)(self._lay)

    def record(self, artists):
        """The commands for what these artists draw, in this order: an image by its own pixels, where these lie on a grid."""
        self._commands, self._clip, self._palette = [], [0, 0], None
        for artist in artists:
            if not isinstance(artist, AxesImage):
                artist.draw(self)
            elif artist.get_visible():
                self._draw_map(artist)
        return self._commands

    # What matplotlib asks of a renderer

    def get_canvas_width_height(self):
        return self.width, self.height

    def points_to_pixels(self, points):
        return points * self.dpi / 72

    def option_image_nocomposite(self):
        return True

    def draw_path(self, gc, path, transform, rgbFace=None):
        letters, points, snap = self._outline(path, transform, gc, rgbFace is None and not gc.get_hatch())
        if letters:
            self._clip_to(gc)
            self._commands.append(["p", self._look(gc, rgbFace, snap), letters, _steps(points)])
        if gc.get_hatch():
            self._hatch(gc, path, transform)

    def draw_markers(self, gc, marker_path, marker_trans, path, trans, rgbFace=None):
        letters, points, snap = self._outline(marker_path, marker_trans, gc)
        places = trans.transform(path.vertices)
        with np.errstate(invalid="ignore"):
            places = places[(np.abs(places) < FAR).all(axis=1)]
        if letters and len(places):
            self._clip_to(gc)
            outline = letters, _steps(points - (0, round(UNIT * self.height)))  # around the place itself
            self._commands.append(["m", self._look(gc, rgbFace, snap), *outline, _steps(self._whole(places))])

    def draw_image(self, gc, x, y, im, transform=None):
        high, wide = im.shape[:2]
        self._note_image(gc, (x, y, x + wide, y + high), im, None, False)  # the lowest row comes first

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
        glyphs, rects = self._laid(s, prop, bool(ismath))
        size = self.points_to_pixels(prop.get_size_in_points())
        self._clip_to(gc)
        place = [round(UNIT * float(x)), round(UNIT * float(y)), round(UNIT * size), round(float(angle), 2)]
        self._commands.append(["t", s, _colour(gc.get_rgb()), place, glyphs])
        turned = Affine2D().scale(size / text_to_path.FONT_SCALE).rotate_deg(angle).translate(x, self.height - y)
        for vertices, codes in rects:  # such as the line of a fraction
            gc.set_linewidth(0)
            self.draw_path(gc, Path(vertices, codes), turned, gc.get_rgb())

    # How it is written down

    def _draw_map(self, image):
        """An image of some axes by its own pixels, not by those of the screen."""
        gc = self.new_gc()
        image._set_gc_clip(gc)
        left, right, low, high = image.get_extent()
        rows = (high, low) if image.origin == "upper" else (low, high)
        (x0, y0), (x1, y1) = image.get_transform().transform(np.column_stack([(left, right), rows]))
        pixels, palette = _pixels(image)
        kind, (high, wide) = image.get_interpolation(), pixels.shape[:2]
        large = abs(x1 - x0) > 3 * wide and abs(y1 - y0) > 3 * high  # as matplotlib has it, where nothing is told
        smooth = kind not in ("nearest", "none") and not (large and kind in ("auto", "antialiased"))
        self._note_image(gc, (x0, y0, x1, y1), pixels, palette, smooth)

    def _clip_to(self, gc):
        """Note by what the following is clipped, where it is not the same as before."""
        box, (path, transform) = gc.get_clip_rectangle(), gc.get_clip_path()
        clip = [0, 0]
        if box is not None:
            (x0, y1), (x1, y0) = self._whole(box.get_points()).tolist()
            clip[0] = [x0, y0, x1 - x0, y1 - y0]
        if path is not None:
            letters, points, _snap = self._outline(path, transform, gc)
            clip[1] = [letters, _steps(points)]
        if clip != self._clip:
            self._clip = clip
            self._commands.append(["c", *clip])

    def _whole(self, points):
        """Points of the figure as whole numbers of units from the upper left corner."""
        points = np.minimum(np.maximum(points, -FAR), FAR) * (UNIT, -UNIT)
        points[:, 1] += UNIT * self.height
        return np.rint(points, points).astype(int)

    def _outline(self, path, transform, gc, line=False):
        """(Operations, points, whether edges lie on whole pixels) of a path without what is no number; a line has no fill."""
        count = len(path.vertices)
        path = path.cleaned(
            transform, remove_nans=True, curves=True, simplify=line and path.should_simplify, sketch=gc.get_sketch_params(),
            clip=(-1, -1, self.width + 1, self.height + 1) if line else None,  # as Agg has it: dashes begin at the edge
        )  # fmt: skip
        codes, points = path.codes[:-1], path.vertices[:-1]  # the last one says that it ends
        letters = codes.tobytes().translate(LETTERS).decode()
        if line and np.isnan(points).any():  # what overflows even here
            return "", points, False
        if "Z" in letters:
            points, codes = points[codes != Path.CLOSEPOLY], codes[codes != Path.CLOSEPOLY]
        snap = gc.get_snap()
        if snap is None:  # as matplotlib has it: where all edges are upright or level
            edges = np.abs(points[1:] - points[:-1])[codes[1:] == Path.LINETO]
            snap = count <= 1024 and not set("QC") & set(letters) and bool((edges.min(axis=1, initial=1) < 1e-4).all())
        return letters, self._whole(points), snap

    def _look(self, gc, face, snap):
        """[fill, edge, width, cap, join, flags, dashes], without the zeros at its end."""
        forced = face is not None and (gc.get_forced_alpha() or len(face) < 4)
        fill = 0 if face is None else _colour((*face[:3], gc.get_alpha() if forced else face[3]))
        flags = SNAPPED * bool(snap) + SEAMLESS * bool(fill and not gc.get_antialiased())
        width = round(UNIT * self.points_to_pixels(gc.get_linewidth()))
        if not width:
            return [fill, 0, 0, 0, 0, flags] if flags else [fill]
        offset, dashes = gc.get_dashes()
        parts = [] if dashes is None else [[round(UNIT * self.points_to_pixels(float(it))) for it in (offset or 0, *dashes)]]
        return [fill, _colour(gc.get_rgb()), width, CAPS[gc.get_capstyle()], JOINS[gc.get_joinstyle()], flags, *parts]

    def _hatch(self, gc, path, transform):
        """The lines of a hatch, in tiles of an inch from the upper left corner, clipped to the path."""
        corners = path.get_extents(transform).get_points() * (1, -1) + (0, self.height)
        if np.isfinite(corners).all():
            tile, side = gc.get_hatch_path(), self.dpi
            (i0, j0), (i1, j1) = np.sort(np.clip(corners, 0, (self.width, self.height)), axis=0) // side
            tiles = [(side * i, self.height - side * (j + 1)) for i in np.arange(i0, i1 + 1) for j in np.arange(j0, j1 + 1)]
            lines = np.concatenate([side * tile.vertices + corner for corner in tiles])
            within = self.new_gc()
            within.set_clip_rectangle(gc.get_clip_rectangle())
            within.set_clip_path(TransformedPath(path, transform))
            within.set_linewidth(gc.get_hatch_linewidth())
            within.set_foreground(gc.get_hatch_color())
            self.draw_path(within, Path(lines, np.tile(tile.codes, len(tiles))), Affine2D(), gc.get_hatch_color())

    def _note_image(self, gc, box, pixels, palette, smooth):
        """Note an image whose first row begins at the corner (x0, y0) of a box, and whose last one ends at (x1, y1)."""
        self._clip_to(gc)
        if palette != self._palette:
            self._palette = palette
            self._commands.append(["l", palette.hex() if palette else 0])
        (x0, y0), (x1, y1) = self._whole(np.reshape(box, (2, 2))).tolist()
        text = base64.b64encode(pixels.tobytes()).decode()
        self._commands.append(["i", [x0, y0, x1 - x0, y1 - y0], int(smooth), list(pixels.shape[1::-1]), text])

    def _lay(self, text, prop, ismath):
        """The glyphs of a text as [number, x, y, size, ...], and the outlines of the lines among them."""
        layout = text_to_path.get_glyphs_mathtext if ismath else text_to_path.get_glyphs_with_font
        placed, outlines, rects = layout(prop if ismath else text_to_path._get_font(prop), text)
        glyphs = []
        for name, x, y, size in placed:
            if name not in self._numbers:
                self._numbers[name] = len(self.glyphs)
                vertices, codes = np.reshape(outlines[name][0], (-1, 2)), np.asarray(outlines[name][1], np.uint8)
                points = np.rint(64 * vertices[codes != Path.CLOSEPOLY] * (1, -1)).astype(int)
                self.glyphs.append([codes.tobytes().translate(LETTERS).decode(), _steps(points)])
            glyphs += [self._numbers[name], round(64 * x), round(64 * y), round(64 * size)]
        return glyphs, rects


def _steps(points):
    """Points, shape (n, 2), as one list: the first, and then each as its distance from the one before."""
    steps = points.copy()
    steps[1:] -= points[:-1]
    return steps.ravel().tolist()


@lru_cache(4096)
def _colour(rgba):
    """A colour as browsers write it."""
    parts = [round(255 * float(part)) for part in rgba]
    return "#" + "".join(f"{part:02x}" for part in (parts if parts[3] < 255 else parts[:3]))


def _pixels(image):
    """(Pixels, palette) of an image: numbers of colours, shape (n, m), or RGBA of shape (n, m, 4) without a palette."""
    values, alpha = image.get_array(), image.get_alpha()
    if values.ndim == 2 and alpha is None and image.cmap.N <= 256:
        places = image.norm(values)
        if not np.ma.is_masked(places) and np.all((places >= 0) & (places <= 1)):
            count = image.cmap.N
            numbers = np.minimum(np.ma.getdata(places) * count, count - 1).astype(np.uint8)
            return numbers, image.cmap(np.arange(count), bytes=True).tobytes()
    return image.to_rgba(values, alpha, bytes=True), None


class FigureCanvas(FigureCanvasBase):
    """What a figure is drawn on: matplotlib's name for a backend's screen."""

    renderer = cached_property(lambda canvas: Recorder(canvas.figure))
    get_renderer = lambda canvas: canvas.renderer
