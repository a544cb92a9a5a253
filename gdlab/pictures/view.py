"""The kernel's half of the talk with view.js, which says what may be asked.

A page asks for a frame, one at a time, and for others ahead of time: those are made while the kernel has nothing else to
do, so that a drag needs no trip to it. An answer is a deflated text: a header, the still parts that the page does not know
yet, and for each frame a line, [values, tab, frame], or what is wrong in its stead.
"""

import asyncio
import contextlib
import json
import math
import time
import zlib
from pathlib import Path

import anywidget
import traitlets
from IPython import get_ipython

from gdlab.maths.words import _
from gdlab.pictures.recorder import alone

GONE = _("The kernel that made this is gone. Run its cell again (Shift+Enter), or choose Run → Run All Cells.")
WORDS = {  # that view.js shows by itself
    "play": _("Play"), "pause": _("Pause"), "clear": _("Clear"), "working": _("working …"), "gone": GONE,
    "drag": _("drag it, or use the arrow keys"), "draw": _("draw with the pointer"),
    "waiting": _("waiting for the kernel: it is busy, or far away. Your move is kept."),
    "broken": _("This picture cannot be read: its data are cut short, or of another version of gdlab. Run its cell again."),
}  # fmt: skip
HOME = Path(__file__).parent
VERSION = 1  # of the messages and commands; view.js refuses another
# Frames made ahead travel many to a message, and a page tells what it has got: a move never waits behind much.
BATCH_SIZE, BATCH_SECONDS, UNREAD = 100_000, 0.06, 4  # characters before they are deflated; messages on their way
AHEAD_SECONDS = 5  # of the kernel's time for what is made ahead, until a control moves again


class Widget(anywidget.AnyWidget):
    """A widget whose questions are answered while a cell runs, where the front end has a thread (a subshell) for them."""

    _css = HOME / "view.css"

    def open(self):
        super().open()
        if self.comm is not None:
            # ipykernel 7.4 sends what the page says to the thread that spoke last: the busy one that showed the widget.
            self.comm._reply_subshell_for = None

    def mime(self):
        """The part of a MIME bundle that asks a front end for the live view."""
        view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        return {"application/vnd.jupyter.widget-view+json": view}


def script(*names):
    """The source of a widget's script, put together from these files."""
    return "\n".join((HOME / name).read_text(encoding="utf-8") for name in names)


class Refused(ValueError):
    """A value that a control does not take: the control's number, and the reason."""

    def __init__(self, message, number, reason):
        super().__init__(message)
        self.number, self.reason = number, reason


class Answer:
    """What a page asks of a picture and knows already, and the parts of the answer."""

    def __init__(self, picture, page="", turn=0, glyphs=0, stills=(), wanted=()):
        self.picture, self.page, self.turn, self.wanted = picture, page, turn, wanted
        self.glyphs, self.stills = glyphs, set(stills)
        self.unread = 0  # messages on their way to the page
        self.ground, self.lines = {}, []

    def add(self, wanted):
        """Add the frame for these values, or what is wrong with them: every question has its answer."""
        try:
            with alone:
                values = self.picture._checked(wanted)
                line, (name, still) = self.picture._frame(values), self.picture._still
            wanted = list(values.values())
            if name not in self.stills:
                self.stills.add(name)
                self.ground[name] = still
        except Refused as refused:
            line = {"error": refused.reason, "refused": refused.number}
        except KeyboardInterrupt:
            line = {"error": _("Interrupted. Move a control to go on.")}
        except BaseException as raised:  # whatever it is, it belongs under the picture and not in a hidden log
            line = {"error": f"{type(raised).__name__}: {raised}"}
        self.lines.append(f"{_json(wanted)}\t{_json(line)}")

    def packed(self, over=True):
        """What has come together since the last time, as view.js reads it."""
        glyphs = self.picture._canvas.renderer.glyphs
        header = {"version": VERSION, "page": self.page, "turn": self.turn, "over": over, "count": len(self.lines)}
        header |= {"first": self.glyphs, "glyphs": glyphs[self.glyphs :]}
        text = "\n".join([_json(header), _json(self.ground), *self.lines])
        self.glyphs, self.ground, self.lines = len(glyphs), {}, []
        return zlib.compress(text.encode())


def _json(value):
    return json.dumps(value, separators=(",", ":"))


class View(Widget):
    """What travels to view.js when a picture is shown; frames follow as messages."""

    _esm = script("page.js", "player.js", "view.js", "pad.js", "blanks.js")
    controls = traitlets.List().tag(sync=True)
    size = traitlets.List().tag(sync=True)
    start = traitlets.Bytes().tag(sync=True)
    words = traitlets.Dict(WORDS).tag(sync=True)
    locked = traitlets.Unicode().tag(sync=True)
    free = traitlets.Int(-1).tag(sync=True)  # the number of the control that moves nevertheless
    marks = traitlets.Dict().tag(sync=True)  # {control: [what was guessed, what is true]}
    gone = traitlets.Unicode().tag(sync=True)

    def __init__(self, picture, **traits):
        self._picture = picture
        self._plan = None  # the Answer that is being made ahead of time
        self._last = None  # (the page that asked last, the values that it asked for, the answer)
        self._turns = {}  # of each page, the number of its latest message
        self._told = 0  # how often pages have been told where things stand: each time is news
        super().__init__(start=self.now(), **traits)
        self.on_msg(self._receive)

    def get_state(self, key=None, drop_defaults=False):
        state = super().get_state(key, drop_defaults)
        if key is None and self._picture and self.comm is not None:  # a page that was loaded anew
            state["start"] = self.now()
        return state

    def end(self):
        """Say that another picture has taken the place of this one, and let go of it."""
        self._picture = self._plan = self._last = None
        self.start = b""
        self.gone = _("This picture has been made anew. Run this cell, too, to see the new one.")

    def now(self):
        """Where things stand, for a page that is loaded or when code has moved a control: the frame, its still part, the veil."""
        self._told += 1
        answer = Answer(self._picture, turn=self._told)
        with alone:
            answer.add(list(self._picture.values.values()))
            answer.ground["veil"] = self._picture._veil()
            return answer.packed()

    def _receive(self, _widget, message, _buffers):
        """A message from view.js: see there for their kinds."""
        with alone:
            kind, page, turn = message["kind"], message["page"], message["turn"]
            if kind == "got" and self._plan and (self._plan.page, self._plan.turn) == (page, turn):
                self._plan.unread -= 1
            # One that waited while a cell ran may come after later ones, or twice.
            if kind == "got" or turn <= self._turns.get(page, 0) or self._picture is None:
                return
            self._turns[page] = turn
            asked = {name: message[name] for name in ("page", "turn", "glyphs", "stills")}
            if kind in ("moved", "show"):
                with contextlib.suppress(ValueError):  # a text that is no formula: the answer says what is wrong
                    self._picture.values = self._picture._checked(message["values"])
            if kind == "show":
                if not (message["again"] and self._last and self._last[:2] == (page, message["values"])):
                    answer = Answer(self._picture, **asked)
                    answer.add(message["values"])
                    self._last = page, message["values"], answer.packed()  # it may be lost, and asked for again
                self.send({"kind": "frames"}, [self._last[2]])
            elif kind == "ahead":
                self._plan = Answer(self._picture, **asked, wanted=message["wanted"])
                asyncio.get_running_loop().create_task(self._look_ahead(self._plan))

    async def _look_ahead(self, plan):
        """Make the frames of a plan, many to a message, letting every message that has come meanwhile go first."""
        spent = batch = 0.0
        for values in plan.wanted:
            while self._plan is plan and (plan.unread >= UNREAD or notebook.runs()):
                await asyncio.sleep(0.01)
            if self._plan is not plan:
                return
            began = time.perf_counter()
            plan.add(values)
            took = time.perf_counter() - began
            spent, batch = spent + took, batch + took
            if batch > BATCH_SECONDS or sum(map(len, plan.lines)) > BATCH_SIZE:
                plan.unread, batch = plan.unread + 1, 0.0
                self.send({"kind": "frames"}, [plan.packed(over=False)])
            if spent > AHEAD_SECONDS:
                break
            await asyncio.sleep(took / 20)  # a message takes several turns of the loop to come in
        if self._plan is plan:
            self._plan = None
            self.send({"kind": "frames"}, [plan.packed()])


class Notebook:
    """The notebook that runs us, if one does: whether cells run now, which one, and for whom."""

    def __init__(self):
        self.shell = get_ipython()
        self.ended = math.inf if self.shell else -math.inf  # when the last cell did; now it is a cell that imports us
        if self.shell:
            self.shell.events.register("pre_run_cell", lambda _info: vars(self).update(ended=math.inf))
            self.shell.events.register("post_run_cell", lambda _result: vars(self).update(ended=time.monotonic()))

    def runs(self):
        """Whether cells run: "Run all" leaves moments between them."""
        return time.monotonic() - self.ended < 0.2

    def asked(self, part):
        """A part of the message that made the cell run, as Jupyter's protocol has it; {} outside of Jupyter."""
        return getattr(self.shell, "get_parent", dict)().get(part, {})

    def cell(self):
        """(The name of the cell that runs, if the front end gives it one, the number of this run)."""
        return self.asked("metadata").get("cellId") or object(), getattr(self.shell, "execution_count", 0)


notebook = Notebook()
