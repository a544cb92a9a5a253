"""Live pictures: a function of its controls that moves the artists and says in a sentence what the picture shows.

    @live(terrain, curve, lr=LogSlider(0.1, 0.001, 1.5))
    def walk(lr):
        path = descend(bowl, (-4, 3), GradientDescent(lr), 30)
        terrain.show(path)
        curve.show(path)
        return path.summary()

The still part of the figure is written down once, as drawing commands (recorder.py), and for a change only what the few
moving artists draw. The browser (view.js) plays them, and talks with view.py.
"""

import copy
import hashlib
import io
import json
import weakref

import matplotlib
from matplotlib.figure import Figure
from PIL import Image

from gdlab.maths.checks import need
from gdlab.maths.words import written
from gdlab.panels import STYLE, Panel
from gdlab.pictures import film, view
from gdlab.pictures.controls import Control
from gdlab.pictures.recorder import DPI, FigureCanvas, alone

HEIGHT = 3.9  # inches; with the sliders below, a picture fits a laptop's screen
WIDEST = 10.2  # inches: a notebook's cell is rarely wider, and a picture that must shrink has small print
_LIVE = weakref.WeakSet()


def live(*panels, **controls):
    """Turn a function of some controls into a live picture of some panels; see this module's first lines.

    The function gets the controls' values by name, calls `show` on the panels, and returns one sentence. It must be a
    function of its arguments alone: frames are made ahead of time and shown again.
    """
    fit = panels and all(isinstance(panel, Panel) for panel in panels)
    need(fit, "a live picture needs at least one panel, such as Contours(bowl), and panels only", panels)
    for name, it in controls.items():
        need(isinstance(it, Control), f"{name} must be a Slider, LogSlider, Steps, Choice, Point, Drawing, Text or Blanks", it)
    return lambda function: Live(function, panels, controls)


class Live:
    """A live picture. Put it last in a cell to see it; `set` moves its controls from code."""

    _function = None  # until it is made, and when it has come to its end

    def __init__(self, function, panels, controls):
        self.__name__, self.__doc__, self._panels = function.__name__, function.__doc__, panels
        self._take(panels)
        with alone, matplotlib.rc_context(STYLE):  # the panels in one row, each as wide as it asks for
            width = min(sum(panel.width for panel in panels), WIDEST)
            self._figure = Figure(figsize=(width, HEIGHT), dpi=DPI, layout="constrained")
            row = self._figure.add_gridspec(1, len(panels), width_ratios=[panel.width for panel in panels])
            for place, panel in zip(row, panels, strict=True):
                panel.ax = self._figure.add_subplot(place, projection=panel.projection)
                panel.redraw()
        self._canvas = FigureCanvas(self._figure)
        self._still = self._view = None  # of what does not move (its name, its commands), and the widget
        self._controls = {name: copy.copy(control) for name, control in controls.items()}  # a point takes its map's limits
        for name, control in self._controls.items():
            if control.kind == "point":
                maps = [panel for panel in panels if panel.holds_point]
                need(maps, f"{name} is a Point, but no panel is a map that could hold it")
                control.lie_on(maps[0].ax)
            if control.kind == "blanks":
                need(control.panel in panels, f"{name} is a Blanks of a panel that is not in this picture")
        self.values = self._checked({name: control.value for name, control in self._controls.items()})
        self._function = function
        _LIVE.add(self)

    def _take(self, panels):
        """Make these panels this picture's own. What an earlier run of the same cell made has come to its end."""
        cell, run = self._cell = view.notebook.cell()
        for other in list(_LIVE):
            shared = other.__name__ == self.__name__ and set(other._panels) & set(panels)  # a front end may not name its cells
            if other._cell[1] != run and (other._cell[0] == cell or shared):
                other._end()
        for panel in panels:
            owner, kind = [other.__name__ for other in _LIVE if panel in other._panels], type(panel).__name__
            need(not owner, f"{self.__name__}: this {kind} belongs to the picture {''.join(owner)}. Make one for each picture")

    def _end(self):
        """Let go of all that this picture holds, since another has taken its place; where it is shown still, it says so."""
        _LIVE.discard(self)
        self._figure.clear()  # its artists know each other: Python would keep them until there are many
        self._function = self._figure = self._canvas = self._still = None
        self._panels = ()
        if self._view:
            self._view.end()

    def _checked(self, values):
        """The values, by name or in the order of the controls, each checked by its control; the message names the control."""
        checked, controls = {}, list(self._controls)
        for name, value in values.items() if isinstance(values, dict) else zip(controls, values, strict=True):
            need(name in controls, f"{self.__name__} has no control {name!r}; it has: {', '.join(controls) or 'none'}")
            try:
                checked[name] = self._controls[name].check(value)
            except ValueError as error:
                raise view.Refused(f"{self.__name__}: {name} {error}", controls.index(name), str(error)) from None
        return checked

    def set(self, **values):
        """Move controls from code, as a hand would; returns the sentence. What raises in the function raises here."""
        with alone:
            values = {**self.values, **self._checked(values)}
            sentence, self.values = self._draw(values), values
            if self._view:
                self._view.start = self._view.now()
        return sentence

    def lock(self, reason="", free=None):
        """Lock the controls in the browser, but for a free one, and show why; an empty reason unlocks. `set` is never locked."""
        self.view.free = list(self._controls).index(free) if free else -1
        self.view.locked = reason

    save = film.save

    def _draw(self, values):
        """Bring the panels to these values; returns the sentence."""
        if self._function is None:
            raise RuntimeError(f"{self.__name__} has been made anew: this is the old one.")
        sentence = self._function(**{name: self._controls[name].argument(value) for name, value in values.items()})
        needed = f"{self.__name__} must return one sentence that says what the picture shows"
        need(isinstance(sentence, str), needed, sentence)
        if self._still is None or any(panel.stale for panel in self._panels):
            self._note_still()
        return written(sentence)

    def _note_still(self):
        """Write down all that stands still, and where a point can be dragged or a number typed."""
        with matplotlib.rc_context(STYLE):
            if self._still is None:  # once: later frames must not shift by a pixel
                layout = self._figure.get_layout_engine()
                self._figure.set_layout_engine("none")
                if any(panel.projection for panel in self._panels):
                    self._figure.draw_without_rendering()  # before matplotlib 3.11.1 a solid knows its room only once drawn
                layout.execute(self._figure)
            commands = self._canvas.renderer.record([self._figure])
        blanks = {name: control.places() for name, control in self._controls.items() if control.kind == "blanks"}
        areas = [panel.area() for panel in self._panels if panel.holds_point]
        still = {"areas": areas, "blanks": blanks, "commands": commands}
        self._still = hashlib.blake2s(json.dumps(still).encode(), digest_size=6).hexdigest(), still
        for panel in self._panels:
            panel.stale = False

    @property
    def _moving(self):
        return [artist for panel in self._panels for artist in panel.moving]

    def _frame(self, values):
        """The frame for these values: commands to play over the still part that it names."""
        sentence = self._draw(values)
        return {"sentence": sentence, "still": self._still[0], "commands": self._canvas.renderer.record(self._moving)}

    def _veil(self):
        """What is seen of the picture while it is locked: the paper and the frames of its axes."""
        artists = [self._figure.patch, *(part for panel in self._panels for part in panel.frame())]
        with matplotlib.rc_context(STYLE):  # on which the number of ticks depends
            return {"areas": [], "commands": self._canvas.renderer.record(artists)}

    @property
    def view(self):
        """The widget itself, for putting a picture inside other widgets; made when first asked for."""
        if self._view is None:
            controls = [control.spec(name) for name, control in self._controls.items()]
            self._view = view.View(self, controls=controls, size=[float(side) for side in self._figure.bbox.size])
        return self._view

    def _repr_mimebundle_(self, include=None, exclude=None):
        """The live view for a front end that is there, and for all others the picture and its sentence."""
        ((picture, sentence),) = film.pictures(self, [self.values])
        stream = io.BytesIO()
        # 256 colours are all that a diagram needs, and keep a committed notebook small.
        picture.quantize(256, dither=Image.Dither.NONE).save(stream, "PNG", optimize=True)
        data = {"text/plain": sentence, "image/png": stream.getvalue(), **self.view.mime()}
        return data, {"image/png": {"width": picture.width, "height": picture.height}}
