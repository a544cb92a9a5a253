"""Live pictures: a function of its controls that moves the artists and says in a sentence what the picture shows.

    @live(terrain, curve, lr=LogSlider(0.1, 0.001, 1.5))
    def walk(lr):
        path = descend(bowl, (-4, 3), GradientDescent(lr), 30)
        terrain.show(path)
        curve.show(path)
        return path.summary()

The kernel's half is here, the browser's in view.js. The still part of the figure is drawn once and kept as pixels; a
change restores them, draws the few moving artists on top and encodes a frame. The browser asks for a frame by the
values of the controls, keeps what it has seen, and once a learner touches the picture it asks for the neighbouring
positions ahead of time (`ahead`), so that a drag needs no trip to the kernel.
"""

import asyncio
import contextlib
import functools
import inspect
import io
import math
import reprlib
import textwrap
import threading
from collections import deque
from pathlib import Path

import anywidget
import matplotlib
import numpy as np
import traitlets
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from gdlab.panels import STYLE, Panel
from gdlab.surfaces import parse
from gdlab.words import _, number, point, written

DPI = 100  # CSS pixels to an inch of figure, at scale 1
HEIGHT = 3.9  # inches; with the sliders below, a picture fits a laptop's screen
WIDEST = 10.2  # inches: a notebook's cell is rarely wider, and a picture that must shrink has small print
MOST_CONTROLS = 3


# A front end may send its messages to a thread of their own (a subshell), while cells run in the main one. matplotlib
# is not made for that, and parts of it, such as the parser of formulas, are shared by all figures: one at a time.
_DRAWING = threading.RLock()


def _alone(method):
    """Run the method while nothing else draws."""

    @functools.wraps(method)
    def alone(*arguments, **options):
        with _DRAWING:
            return method(*arguments, **options)

    return alone


# Controls: what the learner can move. Each is a start value and a finite list of positions, so that a frame can be
# kept by the values it shows.


class Control:
    """One thing to move. `kind` tells view.js how to draw it; `positions` are the values it can be dragged to."""

    kind = "slider"

    def __init__(self, value, positions, label=None):
        self.positions = list(positions)
        self.label = label
        self.value = self.check(value)

    def check(self, value):
        """The value as the function gets it, or a ValueError that says what is allowed. Between positions is fine."""
        low, high = self.positions[0], self.positions[-1]
        if not _is_number(value) or not low <= value <= high:
            raise ValueError(
                _("must be a number from {low} to {high}, not {value!r}.").format(
                    low=number(low, 6), high=number(high, 6), value=value
                )
            )
        return float(value)

    def argument(self, value):
        """What the lesson's function receives for this value."""
        return value

    def spec(self):
        """What view.js needs to draw the control, as plain JSON."""
        return {"kind": self.kind, "positions": self.positions, "label": self.label}


class Slider(Control):
    """Numbers from `low` to `high` in equal steps (a hundredth of the range unless told)."""

    def __init__(self, value, low, high, step=None, label=None):
        _check_range(low, high)
        step = (high - low) / 100 if step is None else step
        if not _is_number(step) or not 0 < step <= high - low:
            raise ValueError(_("a slider's step must be above 0 and at most high − low, not {step!r}.").format(step=step))
        count = math.floor((high - low) / step + 1e-9)
        if count > 1000:
            raise ValueError(
                _("a slider's step of {step!r} makes {count} positions; at most 1000 can be dragged to.").format(
                    step=step, count=count + 1
                )
            )
        # Rounded, so that a position is 0.3 and not 0.30000000000000004.
        positions = [round(low + i * step, 10) for i in range(count + 1)]
        super().__init__(value, positions, label)


class LogSlider(Control):
    """Round numbers from `low` to `high`, about equally far apart in ratio: 0.1, 0.105, 0.11 … 0.2, 0.21 … 0.5, 0.52 …"""

    def __init__(self, value, low, high, label=None):
        _check_range(low, high)
        if low <= 0:
            raise ValueError(_("a LogSlider's low end must be above 0, not {low!r}. Use Slider.").format(low=low))
        decade = [*range(100, 200, 5), *range(200, 500, 10), *range(500, 1000, 20)]
        powers = range(math.floor(math.log10(low)), math.floor(math.log10(high)) + 1)
        grid = [float(f"{n}e{power - 2}") for power in powers for n in decade]
        positions = sorted({float(low), *(v for v in grid if low < v < high), float(high)})
        super().__init__(value, positions, label)


class Steps(Control):
    """How far a walk has come: 0 to `most` steps, to scrub or to play. It starts at the end unless told."""

    kind = "steps"

    def __init__(self, most, value=None, label=None):
        if not _is_number(most) or int(most) != most or not 1 <= most <= 1000:
            raise ValueError(
                _("Steps needs a whole number from 1 to 1000 as its end, not {most!r}.").format(most=most)
            )
        super().__init__(most if value is None else value, range(int(most) + 1), label)

    def check(self, value):
        value = super().check(value)
        if value != int(value):
            raise ValueError(_("must be a whole number of steps, not {value}.").format(value=value))
        return int(value)


class Choice(Control):
    """One of a few: a list of words, or a dict of words to what each stands for. It starts with the first."""

    kind = "choice"

    def __init__(self, options, value=None, label=None):
        words = options if isinstance(options, (dict, list, tuple)) else []
        self.options = words if isinstance(words, dict) else {word: word for word in words}
        if not self.options or not all(isinstance(option, str) for option in self.options):
            raise ValueError(_("Choice needs a list of words, or a dict whose keys are words."))
        super().__init__(next(iter(self.options)) if value is None else value, self.options, label)

    def check(self, value):
        if not isinstance(value, str) or value not in self.options:
            raise ValueError(_("must be one of {options}, not {value!r}.").format(options=self.positions, value=value))
        return value

    def argument(self, value):
        return self.options[value]


class Point(Control):
    """A place on a map, to drag with the pointer or to move with the arrow keys."""

    kind = "point"

    def __init__(self, x, y, label=None):
        self.window = None  # set by the picture: the limits of the map that the point lies on
        self.step = 0.05
        super().__init__((x, y), [], label)

    def check(self, value):
        try:
            x, y = (float(v) for v in np.asarray(value) + 0.0)  # + 0.0, since float reads text, too
        except (TypeError, ValueError):
            raise ValueError(_("must be a point (x, y), not {value!r}.").format(value=value)) from None
        (x0, x1), (y0, y1) = self.window or ((-math.inf, math.inf), (-math.inf, math.inf))
        if not (x0 <= x <= x1 and y0 <= y <= y1 and math.isfinite(x) and math.isfinite(y)):
            raise ValueError(
                _("{point} lies outside the map: x goes from {x0:g} to {x1:g}, y from {y0:g} to {y1:g}.").format(
                    point=point((x, y)), x0=x0, x1=x1, y0=y0, y1=y1
                )
            )
        return (x, y)

    def spec(self):
        return {**super().spec(), "step": self.step}


class Drawing(Control):
    """A square pad to draw a digit on. The function gets an array of shape (8, 8), from 0 (paper) to 1 (ink).

    The value is 64 counts, row by row, as in `gdlab.digits`: of 32 × 32 cells, the inked ones of each 4 × 4 block. An
    image like those of `digits` will do, too: from 0 to 1, of shape (8, 8) or (64,). The pad is empty unless told.
    """

    kind = "drawing"

    def __init__(self, value=None, label=None):
        super().__init__((0,) * 64 if value is None else value, [], label)

    def check(self, value):
        try:
            ink = np.asarray(value)
        except (TypeError, ValueError):  # rows of unlike length
            ink = np.asarray(None)
        most = 16 if ink.shape == (64,) and ink.dtype.kind in "iu" else 1
        is_image = ink.shape in ((8, 8), (64,)) and ink.dtype.kind in "iuf"
        if not is_image or not np.all((0 <= ink) & (ink <= most)):
            raise ValueError(
                _("must be an (8, 8) image from 0 to 1, or 64 whole numbers from 0 to 16, not {value}.").format(
                    value=reprlib.repr(value)
                )
            )
        return tuple(np.rint(ink.ravel() * (16 / most)).astype(int).tolist())

    def argument(self, value):
        return np.reshape(value, (8, 8)) / 16


class Text(Control):
    """A line to type in. The function gets what `read` makes of it: unless told a Surface, by `gdlab.parse`.

    What `read` refuses with a ValueError is told beneath the line while the learner types, and the picture stays as it was.
    """

    kind = "text"

    def __init__(self, value, read=parse, label=None):
        self.read = read
        super().__init__(value, [], label)

    def check(self, value):
        if not isinstance(value, str):
            raise ValueError(_("must be a text, not {value!r}.").format(value=value))
        self.read(value)
        return value

    def argument(self, value):
        return self.read(value)


class Refused(ValueError):
    """A value that a control does not take: `control` is its name, and `reason` what is wrong."""

    def __init__(self, picture, control, reason):
        super().__init__(f"{picture}: {control} {reason}")
        self.control, self.reason = control, str(reason)


def _is_number(value):
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool) and math.isfinite(value)


def _round_number(value):
    """The largest of …, 0.1, 0.2, 0.5, 1, 2, 5, … that is not above the value."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(factor * power for factor in (5, 2, 1) if factor * power <= value * (1 + 1e-9))


def _check_range(low, high):
    if not (_is_number(low) and _is_number(high) and low < high):
        raise ValueError(_("a slider needs low < high, not {low!r} and {high!r}.").format(low=low, high=high))


# The picture


def live(*panels, **controls):
    """Turn a function of some controls into a live picture of some panels; see this module's first lines.

    The function gets the controls' values by name, calls `show` on the panels, and returns one sentence. It must be a
    function of its arguments alone: frames are made ahead of time and shown again.
    """

    def decorate(function):
        return Live(function, panels, controls)

    return decorate


class Live:
    """A live picture. Put it last in a cell to see it; `set` moves its controls from code."""

    def __init__(self, function, panels, controls):
        if not panels:
            raise ValueError(_("a live picture needs at least one panel: live(Contours(bowl), lr=...)."))
        for panel in panels:
            if not isinstance(panel, Panel):
                raise ValueError(_("a panel is needed, such as Contours(bowl), and not {panel!r}.").format(panel=panel))
        if not callable(function):
            raise ValueError(_("@live goes above a function, not {function!r}.").format(function=function))
        if len(controls) > MOST_CONTROLS:
            raise ValueError(
                _("{n} controls are too many to explore: at most {most}.").format(n=len(controls), most=MOST_CONTROLS)
            )
        for name, control in controls.items():
            if not isinstance(control, Control):
                raise ValueError(
                    _("{name} must be a Slider, LogSlider, Steps, Choice, Point, Drawing or Text, not {control!r}.").format(
                        name=name, control=control
                    )
                )
        takes = list(inspect.signature(function).parameters)
        if takes != list(controls):
            raise ValueError(
                _("the function takes ({takes}) but the controls are ({controls}): give both the same names in order.")
                .format(takes=", ".join(takes), controls=", ".join(controls))
            )
        self.__name__, self.__doc__ = function.__name__, function.__doc__
        self._function, self._panels, self._controls = function, panels, controls
        self._figure, self._canvas = _compose(panels)
        self._background = None
        self._view = None
        self._plan = deque()  # the frames that view.js wants ahead of time
        self._planner = None
        for name, control in controls.items():
            if control.kind == "point":
                self._place(name, control)
        self.values = {name: control.value for name, control in controls.items()}

    def _place(self, name, control):
        """Tell a point which map it lies on, and how fine its grid is: a two-hundredth of the map's width, rounded."""
        maps = [panel for panel in self._panels if panel.holds_point]
        if not maps:
            raise ValueError(_("{name} is a Point, but no panel is a map that could hold it.").format(name=name))
        control.window = tuple(map(tuple, (maps[0].ax.get_xlim(), maps[0].ax.get_ylim())))
        control.step = _round_number((control.window[0][1] - control.window[0][0]) / 200)
        self._checked({name: control.value})

    def _checked(self, values):
        """The values, each checked by its control; the message names the control."""
        unknown = [name for name in values if name not in self._controls]
        if unknown:
            raise ValueError(
                _("{name} has no control {unknown!r}; it has: {controls}.").format(
                    name=self.__name__, unknown=unknown[0], controls=", ".join(self._controls) or _("none")
                )
            )
        checked = {}
        for name, value in values.items():
            try:
                checked[name] = self._controls[name].check(value)
            except ValueError as error:
                raise Refused(self.__name__, name, error) from None
        return checked

    @_alone
    def set(self, **values):
        """Move controls from code, as a hand would; returns the sentence. What raises in the function raises here."""
        values = {**self.values, **self._checked(values)}
        sentence = self._draw(values)
        self.values = values
        if self._view:
            self._send(values, adopt=True)
        return sentence

    # Drawing

    def _draw(self, values):
        """Draw the picture for these values on the canvas; returns the sentence."""
        arguments = {name: self._controls[name].argument(value) for name, value in values.items()}
        sentence = self._function(**arguments)
        if not isinstance(sentence, str):
            raise ValueError(
                _("{name} must return one sentence that says what the picture shows, not {value!r}.").format(
                    name=self.__name__, value=sentence
                )
            )
        if self._background is None or any(panel.stale for panel in self._panels):
            self._draw_background()
        self._canvas.restore_region(self._background)
        for panel in self._panels:
            for artist in panel.moving:
                panel.ax.draw_artist(artist)
        return written(sentence)

    def _draw_background(self):
        """Draw all that stands still, and keep its pixels."""
        with matplotlib.rc_context(STYLE):
            layout = self._figure.get_layout_engine()
            if layout is not None:  # once: later frames must not shift by a pixel
                layout.execute(self._figure)
                self._figure.set_layout_engine("none")
            self._canvas.draw()
        self._background = self._canvas.copy_from_bbox(self._figure.bbox)
        for panel in self._panels:
            panel.stale = False

    def _pixels(self):
        """The canvas as a Pillow image that shares its memory."""
        buffer = self._canvas.buffer_rgba()
        return Image.frombuffer("RGBX", buffer.shape[1::-1], buffer, "raw", "RGBX", 0, 1)

    def _frame(self, values):
        """(bytes of a JPEG, sentence) for these values."""
        sentence = self._draw(values)
        stream = io.BytesIO()
        # 4:4:4: coloured lines keep their edges. Measured: a fifth of PNG's time, a half of deflated pixels'.
        self._pixels().save(stream, "JPEG", quality=90, subsampling=0)
        return stream.getvalue(), sentence

    def _rescale(self, scale):
        """Render for a view that shows the figure at `scale` device pixels to a CSS pixel."""
        scale = min(max(float(scale), 0.25), 4.0)
        if abs(self._figure.dpi - DPI * scale) > 0.1:
            self._figure.dpi = DPI * scale
            self._background = None

    # Showing

    @_alone
    def _repr_mimebundle_(self, include=None, exclude=None):
        """The live view for a front end that is there, and for all others the picture and its sentence."""
        if self._view is None:
            self._make_view()
        self._rescale(1)
        sentence = self._draw(self.values)
        picture = _captioned(self._pixels(), sentence)
        stream = io.BytesIO()
        # 256 colours are all that a diagram needs, and keep a committed notebook small.
        picture.quantize(256, dither=Image.Dither.NONE).save(stream, "PNG", optimize=True)
        data = {
            "text/plain": sentence,
            "image/png": stream.getvalue(),
            **view_of(self._view),
        }
        return data, {"image/png": {"width": picture.width, "height": picture.height}}

    @_alone
    def _make_view(self):
        frame, sentence = self._frame(self.values)
        width, height = self._figure.get_size_inches() * DPI
        self._view = View(
            controls=[
                {**control.spec(), "name": name, "label": control.label or name.replace("_", " ")}
                for name, control in self._controls.items()
            ],
            size=[width, height],
            start={"values": list(self.values.values()), "sentence": sentence, "areas": self._areas()},
            frame=frame,
            words=_words(),
        )
        self._view.on_msg(self._receive)

    @property
    def view(self):
        """The widget itself, for putting a picture inside other widgets; made when first asked for."""
        if self._view is None:
            self._make_view()
        return self._view

    def positions_of(self, control=None):
        """All values of the controls while one of them, a `Steps`, is played; the others stay where they are."""
        known = [name for name, one in self._controls.items() if one.kind == "steps"]
        if control is None and len(known) == 1:
            control = known[0]
        if control not in known:
            message = _("{name}: which control shall be played? It has: {known}.")
            raise ValueError(message.format(name=self.__name__, known=", ".join(known) or _("no Steps")))
        return [{**self.values, control: position} for position in self._controls[control].positions]

    @_alone
    def still(self, values):
        """The picture for these values of the controls, with its sentence written beneath, as a Pillow image."""
        self._rescale(1)
        sentence = self._draw(values)
        return _captioned(self._pixels(), sentence)

    def save(self, path, control=None, seconds=None):
        """Save what the play button shows as an animation; see `gdlab.animation.save`."""
        from gdlab.animation import save

        scale = self._figure.dpi / DPI
        try:
            return save(self, path, control, seconds)
        finally:
            self._rescale(scale)  # as sharp as before, where the picture is shown

    def lock(self, reason=""):
        """Lock the controls in the browser and show why; an empty reason unlocks. `set` is never locked."""
        self.view.locked = reason

    def _areas(self):
        """Where on the frame a point can be dragged: each map's box in fractions of the frame, and its limits."""
        if not any(control.kind == "point" for control in self._controls.values()):
            return []
        return [panel.area() for panel in self._panels if panel.holds_point]

    # Talking with view.js

    @_alone
    def _receive(self, _widget, message, _buffers):
        """A message from view.js: see there for their kinds."""
        if "scale" in message:
            self._rescale(message["scale"])
        if message["kind"] == "hello":
            self._send(self.values, adopt=True)
        elif message["kind"] == "moved":
            with contextlib.suppress(Refused):  # a text, left before its answer has come: that says what is wrong
                self.values = self._named(message["values"])
        elif message["kind"] == "show":
            self._plan.clear()
            self._answer(message["values"])
        elif message["kind"] == "ahead":
            self._plan = deque(message["wanted"])
            loop = asyncio.get_running_loop()
            # A page that is loaded anew has another thread and loop; what ran in the old one is gone with it.
            if self._planner is None or self._planner.done() or self._planner.get_loop() is not loop:
                self._planner = loop.create_task(self._look_ahead())

    def _named(self, values):
        return self._checked(dict(zip(self._controls, values, strict=True)))

    @_alone
    def _answer(self, wanted, ahead=False):
        """Answer view.js, which asks one question at a time: values that are refused must have their answer, too."""
        try:
            values = self._named(wanted)
        except ValueError as error:
            message = {"kind": "frame", "values": wanted, "adopt": False, "ahead": ahead, "error": str(error)}
            if isinstance(error, Refused) and self._controls[error.control].kind == "text":
                message |= {"error": error.reason, "refused": list(self._controls).index(error.control)}
            self._view.send({**message, "scale": self._figure.dpi / DPI})
            return
        if not ahead:
            self.values = values
        self._send(values, ahead=ahead)

    def _send(self, values, adopt=False, ahead=False):
        """Send the frame for these values, or the error that the function raised in its stead."""
        message = {"kind": "frame", "values": list(values.values()), "adopt": adopt, "ahead": ahead}
        message["scale"] = self._figure.dpi / DPI
        try:
            frame, message["sentence"] = self._frame(values)
        except Exception as error:  # whatever it is, it belongs under the picture and not in a hidden log
            self._view.send({**message, "error": f"{type(error).__name__}: {error}"})
        else:
            self._view.send({**message, "areas": self._areas()}, [frame])

    async def _look_ahead(self):
        """Make the frames that are wanted, letting every message that has come meanwhile go first."""
        while self._plan:
            self._answer(self._plan.popleft(), ahead=True)
            await asyncio.sleep(0)


class View(anywidget.AnyWidget):
    """What travels to view.js when a picture is shown; frames follow as messages."""

    _esm = Path(__file__).with_name("view.js")
    _css = Path(__file__).with_name("view.css")
    controls = traitlets.List().tag(sync=True)
    size = traitlets.List().tag(sync=True)
    start = traitlets.Dict().tag(sync=True)
    frame = traitlets.Bytes().tag(sync=True)
    words = traitlets.Dict().tag(sync=True)
    locked = traitlets.Unicode().tag(sync=True)


def view_of(widget):
    """The part of a MIME bundle that asks a front end for a widget's live view."""
    view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    return {"application/vnd.jupyter.widget-view+json": view}


def _words():
    """The words that view.js shows by itself."""
    return {
        "play": _("Play"),
        "pause": _("Pause"),
        "drag": _("drag it, or use the arrow keys"),
        "draw": _("draw with the pointer"),
        "clear": _("Clear"),
        "working": _("working …"),
    }


def _captioned(picture, sentence):
    """The picture with its sentence written beneath: where no kernel runs, a page shows the PNG and nothing else."""
    lines = textwrap.fill(sentence, width=round(picture.width / 8.6))
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(picture.width / DPI, 0.22 * (lines.count("\n") + 1) + 0.15), dpi=DPI)
        canvas = FigureCanvasAgg(figure)
        figure.text(0.012, 0.95, lines, va="top", parse_math=False, linespacing=1.35)
        canvas.draw()
    caption = Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3])
    whole = Image.new("RGB", (picture.width, picture.height + caption.height), "white")
    whole.paste(picture.convert("RGB"), (0, 0))
    whole.paste(caption, (0, picture.height))
    return whole


@_alone
def _compose(panels):
    """A figure with the panels in one row, each as wide as it asks for, on a canvas of pixels."""
    with matplotlib.rc_context(STYLE):
        width = min(sum(panel.width for panel in panels), WIDEST)
        figure = Figure(figsize=(width, HEIGHT), dpi=DPI, layout="constrained")
        canvas = FigureCanvasAgg(figure)
        grid = figure.add_gridspec(1, len(panels), width_ratios=[panel.width for panel in panels])
        for column, panel in enumerate(panels):
            panel.attach(figure.add_subplot(grid[column], projection=panel.projection))
    return figure, canvas
