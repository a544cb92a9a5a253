"""From the hand to the picture: how long a slider's move takes to change the pixels, ours beside its peers.

Every subject is a notebook of its own in one JupyterLab in one Chromium, driven by real mouse events and
timed by the same clock in the page (`display_clock.js` says how). Nothing but ratios within this run is
asserted: the machine's speed cancels out. Two of the subjects are the scale: a progress bar linked in the
browser shows what the display itself takes, a label set by the kernel what the round trip to the kernel
takes.
"""

import random
import shutil
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from browser import VIEWPORT, JupyterServer, drag, write_notebook

HERE = Path(__file__).parent
SAMPLES = 40  # single moves, each waited for
MOVES = 60  # moves of one drag: one in each frame of the display, as far as Playwright keeps pace
FROM, TO = 0.2, 0.8  # where on the slider's track they happen


@dataclass(frozen=True)
class Subject:
    name: str
    kind: str  # how the page can see a change; see display_clock.js
    selector: str  # what changes
    code: str = ""
    lesson: str = ""  # the name of a notebook, instead of code


# More positions than moves, on a track so wide that each move reaches a new one.
SLIDER = """\
from math import log10
from ipywidgets import FloatLogSlider, IntProgress, IntSlider, Label, Layout, VBox, interact, jslink
wide = dict(continuous_update=True, layout=Layout(width="600px"))
slider = FloatLogSlider(0.1, min=-3, max=log10(1.5), step=0.005, **wide)
"""

# The two that give the scale come last, beside ours: the machine may not be the same a minute later.
PEERS = [
    Subject(
        "interact, clear and replot",
        "image",
        ".jupyter-widgets .jp-OutputArea img",
        SLIDER + """\
import matplotlib.pyplot as plt
from peer_figure import plotted
def replot(lr):
    plotted(lr)
    plt.show()
interact(replot, lr=slider);""",
    ),
    Subject(
        "ipympl, set_data and draw_idle",
        "canvas",
        ".jupyter-matplotlib canvas",
        "%matplotlib ipympl\n" + SLIDER + """\
import matplotlib.pyplot as plt
from peer_figure import descent, still_figure
with plt.ioff():
    figure, terrain, curve = still_figure()
path, = terrain.plot([], [], "o-", color="red")
losses, = curve.plot([], [], "o-", color="red")
def show(change):
    points, loss = descent(change.new)
    path.set_data(*points.T)
    losses.set_data(range(len(loss)), loss)
    figure.canvas.draw_idle()
slider.observe(show, "value")
VBox([slider, figure.canvas])""",
    ),
    Subject(
        "mpl-interactions (ipympl)",
        "canvas",
        ".jupyter-matplotlib canvas",
        "%matplotlib ipympl\n" + SLIDER + """\
import mpl_interactions.ipyplot as iplt
from peer_figure import STEPS, descent, still_figure
figure, terrain, curve = still_figure()
still = dict(xlim="fixed", ylim="fixed")
def x(lr):
    return descent(lr)[0][:, 0]
def y(x, lr):
    return descent(lr)[0][:, 1]
def loss(x, lr):
    return descent(lr)[1]
controls = iplt.plot(x, y, "o-", color="red", ax=terrain, lr=slider, **still)
iplt.plot(list(range(STEPS + 1)), loss, "o-", color="red", ax=curve, controls=controls, **still);""",
    ),
    Subject(
        "jslinked bar (the display)",
        "style",
        ".bar .progress-bar",
        SLIDER + """\
slider = IntSlider(0, max=200, **wide)
bar = IntProgress(max=200)
bar.add_class("bar")
jslink((slider, "value"), (bar, "value"))
VBox([slider, bar])""",
    ),
    Subject(
        "label (the round trip)",
        "text",
        ".answer",
        SLIDER + """\
label = Label("0")
label.add_class("answer")
def show(change):
    label.value = str(change.new)
slider.observe(show, "value")
VBox([slider, label])""",
    ),
]

OURS = Subject(
    "gdlab",
    "canvas",
    "canvas.gdlab-picture",
    """\
from gdlab import Contours, GradientDescent, LogSlider, LossCurve, Point, Steps, bowl, descend, live
terrain, curve = Contours(bowl), LossCurve()
@live(terrain, curve, lr=LogSlider(0.1, 0.001, 1.5), steps=Steps(30), start=Point(-4, 3))
def walk(lr, steps, start):
    path = descend(bowl, start, GradientDescent(lr), steps)
    terrain.show(path)
    curve.show(path)
    return path.summary()
walk""",
)


class Bench:
    """One subject, open and running: moves its slider by the mouse and reads the page's clock."""

    def __init__(self, server, browser, subject):
        if subject.code:
            write_notebook(server.folder / "subject.ipynb", subject.code)
        self.notebook = server.open(browser.new_page(viewport=VIEWPORT), subject.lesson or "subject.ipynb")
        self.page = self.notebook.page
        self.notebook.run_all()
        assert (errors := self.notebook.cell_errors()) == [], errors
        self.page.wait_for_selector(subject.selector, state="attached")
        self.page.wait_for_timeout(1000)
        watched = {"kind": subject.kind, "selector": subject.selector}
        self.page.evaluate((HERE / "display_clock.js").read_text(), watched)

    def close(self):
        self.notebook.close()

    def clock(self, call):
        return self.page.evaluate(f"displayClock.{call}")

    def handle(self, control=None):
        """Where the slider's handle is, and a function from a fraction of its track to a place."""
        if control:
            slider = self.notebook.root.locator(f"input[data-control={control}]").first
            slider.scroll_into_view_if_needed()
            box = slider.bounding_box()
            left, width = box["x"] + 8, box["width"] - 16  # Chromium's thumb is 16 px wide
            now = slider.evaluate("s => (s.value - s.min) / (s.max - s.min)")
        else:
            box = self.notebook.root.locator(".noUi-base").bounding_box()
            left, width = box["x"], box["width"]
            knob = self.notebook.root.locator(".noUi-handle").bounding_box()
            now = (knob["x"] + knob["width"] / 2 - left) / width
        y = box["y"] + box["height"] / 2
        return (left + now * width, y), lambda fraction: (left + fraction * width, y)

    def settle(self):
        # A random rest besides: the moves must not fall into step with the display.
        self.clock("quiet(80)")
        time.sleep(random.uniform(0, 0.05))

    def timed_move(self, place):
        seen = self.clock("frames()")
        self.page.mouse.move(*place)
        return self.clock(f"latency({seen})")

    def single_moves(self, control=None):
        """Median milliseconds from a move to changed pixels: the button down, each move waited for."""
        knob, at = self.handle(control)
        drag(self.page, knob, at(FROM), moves=1)
        self.page.mouse.move(*at(FROM))
        self.page.mouse.down()
        times = []
        for k in range(1, SAMPLES + 1):
            self.settle()
            times.append(self.timed_move(at(FROM + (TO - FROM) * k / SAMPLES)))
        self.page.mouse.up()
        return statistics.median(times)

    def cold_moves(self):
        """The same for positions of our picture never seen, the kernel at rest as it is for the label.

        All positions of the sliders are made ahead, and of the point those near it. So the point leaps over its map.
        """
        canvas = self.page.locator("canvas.gdlab-picture")
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        within = lambda begin, size, low, high: box[begin] + random.uniform(low, high) * box[size]
        place = lambda: (within("x", "width", 0.12, 0.4), within("y", "height", 0.2, 0.8))
        times = []
        self.page.mouse.move(*place())
        self.page.mouse.down()
        for _ in range(SAMPLES):
            self.look_ahead()
            self.settle()
            times.append(self.timed_move(place()))
        self.page.mouse.up()
        return statistics.median(times)

    def look_ahead(self):
        """Wait until our picture has all that it wanted ahead, and the kernel is at rest."""
        self.page.wait_for_timeout(200)  # it begins a moment after a move
        self.page.wait_for_selector(".gdlab-live[data-ahead=done]", timeout=60_000)

    def one_drag(self, control=None, rest=0.3):
        """(frames shown, moves a second) of one drag of MOVES moves, after some seconds of rest."""
        self.settle()
        knob, at = self.handle(control)
        self.page.mouse.move(*knob)
        self.clock(f"quiet({1000 * rest})")
        frames = self.clock("frames()")
        began = time.perf_counter()
        drag(self.page, knob, at(FROM), MOVES, pause=1 / 60)
        rate = MOVES / (time.perf_counter() - began)
        self.clock("quiet(1500)")
        return self.clock("frames()") - frames, rate


@dataclass(frozen=True)
class Result:
    name: str
    median: float
    shown: int | None = None
    rate: float | None = None


def measure_peer(server, browser, subject):
    bench = Bench(server, browser, subject)
    result = Result(subject.name, bench.single_moves(), *bench.one_drag())
    bench.close()
    return result


def measure_ours(server, browser):
    bench = Bench(server, browser, OURS)
    cold = Result("gdlab, position never seen", bench.cold_moves())
    knob, at = bench.handle("lr")
    drag(bench.page, knob, at(FROM), moves=3)
    bench.look_ahead()
    warmed = Result("gdlab, looked ahead", bench.single_moves("lr"), *bench.one_drag("lr"))
    bench.close()
    return warmed, cold


@pytest.fixture(scope="module")
def results(chromium, tmp_path_factory, table):
    folder = tmp_path_factory.mktemp("subjects")
    shutil.copy(HERE / "peer_figure.py", folder)
    with JupyterServer(folder, "lab") as server:
        peers = [measure_peer(server, chromium, subject) for subject in PEERS]
        warmed, cold = measure_ours(server, chromium)
    interact, _, _, bar, label = peers
    header = ["", "median ms", "of the bar", "of the label", "interact is", f"shown of {MOVES}", "moves/s"]
    rows = [
        [r.name, f"{r.median:.1f}", f"{r.median / bar.median:.2f} x", f"{r.median / label.median:.2f} x"]
        + [f"{interact.median / r.median:.1f} x slower"]
        + (["", ""] if r.shown is None else [r.shown, f"{r.rate:.0f}"])
        for r in (warmed, cold, *peers)
    ]
    table("slider to pixels, in JupyterLab in Chromium", header, rows)
    return {"warmed": warmed, "cold": cold, "bar": bar, "label": label, "interact": interact}


def test_a_seen_position_shows_as_fast_as_the_display(results):
    assert results["warmed"].median <= 1.5 * results["bar"].median


def test_a_seen_position_shows_eight_times_sooner_than_with_interact(results):
    assert results["interact"].median >= 8 * results["warmed"].median


def test_every_move_of_a_drag_is_shown(results):
    assert results["warmed"].shown == MOVES


def test_a_new_position_costs_little_more_than_the_round_trip(results):
    assert results["cold"].median <= 1.6 * results["label"].median
