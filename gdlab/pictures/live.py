"""Live pictures: a function of its controls that moves the artists and says in a sentence what the picture shows.

    @live(terrain, curve, lr=LogSlider(0.1, 0.001, 1.5))
    def walk(lr):
        path = descend(bowl, (-4, 3), GradientDescent(lr), 30)
        terrain.show(path)
        curve.show(path)
        return path.summary()

The kernel's half is here, the browser's in view.js, and what travels between them are drawing commands (recorder.py).
The still part of the figure is written down once; for a change, only what the few moving artists draw. The browser
keeps frames by the values of the controls, and while the kernel has nothing else to do it asks for the neighbouring
positions ahead of time (`ahead`), so that a drag needs no trip to the kernel.
"""

import asyncio
import contextlib
import copy
import functools
import hashlib
import inspect
import io
import json
import math
import reprlib
import sys
import textwrap
import threading
import time
import weakref
import zlib
from pathlib import Path

import anywidget
import matplotlib
import numpy as np
import traitlets
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from PIL import Image

from gdlab.panels import STYLE, Panel
from gdlab.pictures.recorder import FigureCanvas
from gdlab.maths.surfaces import parse
from gdlab.maths.words import _, number, point, written

GONE = _("The kernel that made this is gone. Run its cell again (Shift+Enter), or choose Run → Run All Cells.")
DPI = 100  # CSS pixels to an inch of figure
HEIGHT = 3.9  # inches; with the sliders below, a picture fits a laptop's screen
WIDEST = 10.2  # inches: a notebook's cell is rarely wider, and a picture that must shrink has small print
MOST_CONTROLS = 3
VERSION = 1  # of the messages and commands; view.js refuses another
# Frames made ahead travel many to a message, and a page tells what it has got: a move never waits behind much.
BATCH_SIZE, BATCH_SECONDS, UNREAD = 100_000, 0.06, 4  # characters before they are deflated; messages on their way
AHEAD_SECONDS = 5  # of the kernel's time for what is made ahead, until a control moves again


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
        digits = 9 - math.floor(math.log10(step))
        positions = [round(low + i * step, digits) for i in range(count + 1)]
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
        try:
            self.read(value)
        except ValueError:
            raise
        except Exception as error:  # the lesson's own `read` may raise anything
            raise ValueError(f"{type(error).__name__}: {error}") from error
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
        self._cell = _notebook.cell()
        self._take(panels)
        self._function, self._panels = function, panels
        self._controls = {name: copy.copy(control) for name, control in controls.items()}  # a point takes its map's limits
        self._figure = _compose(panels)
        self._canvas = FigureCanvas(self._figure)
        self._still = None  # (its name, its commands as JSON) of what does not move
        self._view = None
        self._plan = None  # what view.js wants ahead of time
        self._last = None  # (the page that asked last, the values that it asked for, the answer)
        self._sets = 0  # how often code has moved the controls
        self._turns = {}  # of each page, the number of its latest message
        for name, control in self._controls.items():
            if control.kind == "point":
                self._place(name, control)
        self.values = {name: control.value for name, control in self._controls.items()}

    def _take(self, panels):
        """Make these panels this picture's own. What an earlier run of the same cell made has come to its end."""
        for other in list(_LIVE):
            if self._cell and other._cell and other._cell[0] == self._cell[0] and other._cell[1] != self._cell[1]:
                other.end()
        for panel in panels:
            owner = panel.picture and panel.picture()
            if owner and owner._function and self._cell and owner._cell[1] != self._cell[1] and owner.__name__ == self.__name__:
                owner.end()  # the same picture, run again in a front end that names no cells
            elif owner and owner._function:
                message = _("{name}: this {panel} belongs to the picture {owner}. Make a panel for each picture.")
                raise ValueError(message.format(name=self.__name__, panel=type(panel).__name__, owner=owner.__name__))
        for panel in panels:
            panel.picture = weakref.ref(self)
        _LIVE.add(self)

    def end(self):
        """Let go of all that this picture holds, since another has taken its place; where it is shown still, it says so."""
        if self._figure:
            self._figure.clear()  # its artists know each other: Python would keep them until there are many
        self._function, self._panels, self._figure, self._canvas, self._still, self._plan = None, (), None, None, None, None
        if self._view:
            self._view.ground, self._view.start = b"", b""
            self._view.gone = _("This picture has been made anew. Run this cell, too, to see the new one.")

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
            self._sets += 1
            with self._view.hold_sync():
                self._view.ground, self._view.start = self.told().values()
        return sentence

    # Drawing

    def _draw(self, values):
        """Bring the panels to these values; returns the sentence."""
        if self._function is None:
            raise RuntimeError(_("{name} has been made anew: this is the old one.").format(name=self.__name__))
        arguments = {name: self._controls[name].argument(value) for name, value in values.items()}
        sentence = self._function(**arguments)
        if not isinstance(sentence, str):
            raise ValueError(
                _("{name} must return one sentence that says what the picture shows, not {value!r}.").format(
                    name=self.__name__, value=sentence
                )
            )
        if self._still is None or any(panel.stale for panel in self._panels):
            self._note_still()
        return written(sentence)

    def _note_still(self):
        """Write down all that stands still, and of each map where a point can be dragged on it."""
        with matplotlib.rc_context(STYLE):
            layout = self._figure.get_layout_engine()
            if isinstance(layout, ConstrainedLayoutEngine):  # once: later frames must not shift by a pixel
                self._figure.set_layout_engine("none")
                if any(panel.projection for panel in self._panels):
                    self._figure.draw_without_rendering()  # before matplotlib 3.11.1 a solid knows its room only once drawn
                layout.execute(self._figure)
            commands = self._canvas.still()
        areas = [panel.area() for panel in self._panels if panel.holds_point]
        still = _json({"areas": areas, "commands": commands})
        self._still = hashlib.blake2s(still.encode(), digest_size=6).hexdigest(), still
        for panel in self._panels:
            panel.stale = False

    @property
    def _moving(self):
        return [artist for panel in self._panels for artist in panel.moving]

    def _frame(self, values):
        """The frame for these values: commands to play over the still part that it names."""
        sentence = self._draw(values)
        return {"sentence": sentence, "still": self._still[0], "commands": self._canvas.moving(self._moving)}

    def pictures(self, positions):
        """For each of these values of the controls the picture, with its sentence written beneath, as a Pillow image."""
        canvas = name = ground = None
        for values in positions:
            with _DRAWING:
                sentence = self._draw(values)
                canvas = canvas or FigureCanvasAgg(self._figure)
                self._figure.set_canvas(canvas)
                try:
                    if self._still[0] != name:
                        name = self._still[0]
                        with matplotlib.rc_context(STYLE):
                            canvas.draw()
                        ground = canvas.copy_from_bbox(self._figure.bbox)
                    canvas.restore_region(ground)
                    for artist in self._moving:
                        artist.draw(canvas.get_renderer())
                    pixels = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
                finally:
                    self._figure.set_canvas(self._canvas)
            yield _captioned(pixels, sentence), sentence

    # Showing

    @_alone
    def _repr_mimebundle_(self, include=None, exclude=None):
        """The live view for a front end that is there, and for all others the picture and its sentence."""
        ((picture, sentence),) = self.pictures([self.values])
        stream = io.BytesIO()
        # 256 colours are all that a diagram needs, and keep a committed notebook small.
        picture.quantize(256, dither=Image.Dither.NONE).save(stream, "PNG", optimize=True)
        data = {"text/plain": sentence, "image/png": stream.getvalue(), **view_of(self.view)}
        return data, {"image/png": {"width": picture.width, "height": picture.height}}

    @property
    def view(self):
        """The widget itself, for putting a picture inside other widgets; made when first asked for."""
        if self._view is None:
            with _DRAWING:
                controls = [
                    {**control.spec(), "name": name, "label": control.label or name.replace("_", " ")}
                    for name, control in self._controls.items()
                ]
                size = [float(side) for side in self._figure.bbox.size]
                self._view = View(self, controls=controls, size=size, **self.told())
            self._view.on_msg(self._receive)
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

    def save(self, path, control=None, seconds=None):
        """Save what the play button shows as an animation; see `gdlab.pictures.film.save`."""
        from gdlab.pictures.film import save

        return save(self, path, control, seconds)

    def lock(self, reason=""):
        """Lock the controls in the browser and show why; an empty reason unlocks. `set` is never locked."""
        self.view.locked = reason

    # Talking with view.js

    @_alone
    def _receive(self, _widget, message, _buffers):
        """A message from view.js: see there for their kinds."""
        page, turn = message["page"], message["turn"]
        if message["kind"] == "got":
            if self._plan and (self._plan.page, self._plan.turn) == (page, turn):
                self._plan.unread -= 1
            return
        # One that waited while a cell ran may come after later ones, or twice.
        if turn <= self._turns.get(page, 0) or self._function is None:
            return
        self._turns[page] = turn
        if message["kind"] == "moved":
            with contextlib.suppress(ValueError):  # a text, left before its answer has come: that says what is wrong
                self.values = self._named(message["values"])
        elif message["kind"] == "show":
            if not (message["again"] and self._last and self._last[:2] == (page, message["values"])):
                question = _Question(message)
                self._answer(message["values"], question, keep=True)
                self._last = page, message["values"], self._packed(question)  # it may be lost, and asked for again
            self._view.send({"kind": "frames"}, [self._last[2]])
        elif message["kind"] == "ahead":
            self._plan = _Question(message)
            asyncio.get_running_loop().create_task(self._look_ahead(self._plan))

    def _named(self, values):
        return self._checked(dict(zip(self._controls, values, strict=True)))

    @_alone
    def _answer(self, wanted, question, keep=False):
        """Add to an answer the frame for these values, or what is wrong with them: every question has its answer."""
        try:
            values = self._named(wanted)
            if keep:
                self.values = values
            line = self._frame(values)
            wanted = list(values.values())
            if self._still[0] not in question.stills:
                question.stills.add(self._still[0])
                question.ground.append(self._still)
        except Refused as refused:
            line = {"error": str(refused)}
            if self._controls[refused.control].kind == "text":
                line = {"error": refused.reason, "refused": list(self._controls).index(refused.control)}
        except KeyboardInterrupt:
            line = {"error": _("Interrupted. Move a control to go on.")}
        except BaseException as raised:  # whatever it is, it belongs under the picture and not in a hidden log
            line = {"error": f"{type(raised).__name__}: {raised}"}
        question.lines.append(f"{_json(wanted)}\t{_json(line)}")

    def _packed(self, question, over=True):
        """An answer as view.js reads it, deflated: a header, the still parts, and a line for each frame."""
        glyphs = self._canvas.renderer.glyphs
        header = {"version": VERSION, "page": question.page, "turn": question.turn, "over": over, "count": len(question.lines)}
        header |= {"first": question.glyphs, "glyphs": glyphs[question.glyphs :]}
        ground = ",".join(f'"{name}":{still}' for name, still in question.ground)
        text = "\n".join([_json(header), f"{{{ground}}}", *question.lines])
        question.glyphs, question.ground, question.lines = len(glyphs), [], []
        return zlib.compress(text.encode())

    async def _look_ahead(self, plan):
        """Make the frames of a plan, many to a message, letting every message that has come meanwhile go first."""
        spent = batch = 0.0
        for values in plan.wanted:
            while self._plan is plan and (plan.unread >= UNREAD or _notebook.runs()):
                await asyncio.sleep(0.01)
            if self._plan is not plan:
                return
            began = time.perf_counter()
            self._answer(values, plan)
            took = time.perf_counter() - began
            spent, batch = spent + took, batch + took
            if batch > BATCH_SECONDS or sum(map(len, plan.lines)) > BATCH_SIZE:
                plan.unread, batch = plan.unread + 1, 0.0
                self._view.send({"kind": "frames"}, [self._packed(plan, over=False)])
            if spent > AHEAD_SECONDS:
                break
            await asyncio.sleep(0)
        if self._plan is plan:
            self._plan = None
            self._view.send({"kind": "frames"}, [self._packed(plan)])

    @_alone
    def told(self):
        """What a page is told that shows the picture for the first time: the still part, and where the controls stand."""
        question = _Question({"page": "", "turn": self._sets, "glyphs": 0, "stills": []})
        self._answer(list(self.values.values()), question)
        artists = [part for panel in self._panels for part in panel.frame()]
        with matplotlib.rc_context(STYLE):  # on which the number of ticks depends
            veil = _json({"areas": [], "commands": self._canvas.moving(artists)})
        ground = zlib.compress(f'{{{",".join(f"{_json(name)}:{still}" for name, still in [*question.ground, ("veil", veil)])}}}'.encode())
        question.ground = []
        return {"ground": ground, "start": self._packed(question)}


class _Question:
    """What a page asks for and knows already, and the parts of the answer."""

    def __init__(self, message):
        self.page, self.turn = message["page"], message["turn"]
        self.glyphs, self.stills = message["glyphs"], set(message["stills"])
        self.wanted = message.get("wanted", ())
        self.unread = 0  # messages on their way to the page
        self.ground, self.lines = [], []


class Widget(anywidget.AnyWidget):
    """A widget whose questions are answered while a cell runs, where the front end has a thread (a subshell) for them."""

    def open(self):
        super().open()
        if self.comm is not None:
            # ipykernel 7.4 sends what the page says to the thread that spoke last: the busy one that showed the widget.
            self.comm._reply_subshell_for = None


class View(Widget):
    """What travels to view.js when a picture is shown; frames follow as messages."""

    _esm = "\n".join(Path(__file__).with_name(name).read_text(encoding="utf-8") for name in ("player.js", "view.js", "pad.js"))
    _css = Path(__file__).with_name("view.css")
    controls = traitlets.List().tag(sync=True)
    size = traitlets.List().tag(sync=True)
    ground = traitlets.Bytes().tag(sync=True)
    start = traitlets.Bytes().tag(sync=True)
    words = traitlets.Dict().tag(sync=True)
    locked = traitlets.Unicode().tag(sync=True)
    gone = traitlets.Unicode().tag(sync=True)

    def __init__(self, picture, **traits):
        self._picture = picture
        super().__init__(words=_words(), **traits)

    def get_state(self, key=None, drop_defaults=False):
        state = super().get_state(key, drop_defaults)
        if key is None and not self.gone and self.comm is not None:  # a page that was loaded anew: where things stand now
            state.update(self._picture.told())
        return state


class _Notebook:
    """The notebook that runs us, if one does: which cell runs now, and which one it was."""

    def __init__(self):
        self._shell, self._running, self._ended = None, False, -math.inf

    @property
    def shell(self):
        """IPython's shell, watched from the first time that it is asked for."""
        shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
        if shell is not None and shell is not self._shell:
            self._shell, self._running = shell, True  # it is a cell that asks
            shell.events.register("pre_run_cell", lambda _info: self._note(True))
            shell.events.register("post_run_cell", lambda _result: self._note(False))
        return shell

    def _note(self, running):
        self._running, self._ended = running, time.monotonic()

    def runs(self):
        """Whether cells run: "Run all" leaves moments between them."""
        return self._running or time.monotonic() - self._ended < 0.2

    def cell(self):
        """(The name of the cell that runs, if the front end gives it one, and the number of this run), or None."""
        if self.shell is None:
            return None
        parent = getattr(self.shell, "get_parent", dict)()
        return parent.get("metadata", {}).get("cellId") or object(), self.shell.execution_count


_notebook = _Notebook()
_LIVE = weakref.WeakSet()


def _json(value):
    return json.dumps(value, separators=(",", ":"))


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
        "waiting": _("waiting for the kernel: it is busy, or far away. Your move is kept."),
        "gone": GONE,
        "broken": _("This picture cannot be read: its data are cut short, or of another version of gdlab. Run its cell again."),
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
    """A figure with the panels in one row, each as wide as it asks for."""
    with matplotlib.rc_context(STYLE):
        width = min(sum(panel.width for panel in panels), WIDEST)
        figure = Figure(figsize=(width, HEIGHT), dpi=DPI, layout="constrained")
        grid = figure.add_gridspec(1, len(panels), width_ratios=[panel.width for panel in panels])
        for column, panel in enumerate(panels):
            panel.attach(figure.add_subplot(grid[column], projection=panel.projection))
    return figure
