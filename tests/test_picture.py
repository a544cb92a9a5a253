"""The kernel's half of a live picture: frames that depend on the values alone, and the talk with view.js.

No browser here: a stub stands where the widget would send its messages (commands.py), and reads what view.js would play.
"""

import asyncio
import gc
import io
import itertools
import json
import random
import threading
import weakref

import numpy as np
import pytest
from commands import CLOSE, Drawn, Wire, drawn, frame
from PIL import Image

from gdlab.pictures import view as kernel
from gdlab import (
    Choice,
    Contours,
    GradientDescent,
    Landscape,
    LogSlider,
    LossCurve,
    Plot,
    Point,
    Slice,
    Slider,
    Steps,
    beale,
    bowl,
    descend,
    double_well,
    himmelblau,
    live,
    mountain,
    ravine,
    rosenbrock,
    saddle,
)

SURFACES = {
    surface.name.replace("κ", "kappa"): surface
    for surface in (bowl, ravine(10), saddle, double_well, rosenbrock, himmelblau, beale, mountain)
}


# Pictures to try


def walk_picture(surface=bowl, **controls):
    """A map, a slice and a loss curve with three sliders, as in the lessons."""
    terrain, cut, curve = Contours(surface), Slice(surface), LossCurve()
    (x0, x1), (y0, y1) = surface.window
    controls = controls or {
        "lr": LogSlider(0.1, 0.001, 1.5),
        "steps": Steps(30),
        "start": Point(0.8 * x0 + 0.2 * x1, 0.25 * y0 + 0.75 * y1),
    }

    @live(terrain, cut, curve, **controls)
    def walk(lr, steps, start):
        path = descend(surface, start, GradientDescent(lr), steps)
        terrain.show(path, arrows={"−g": -path.gradients[-1]}, sight=None if steps > 10 else 2)
        cut.show(path)
        curve.show(path)
        return path.summary()

    return walk


def landscape_picture(surface=bowl):
    land, curve = Landscape(surface), LossCurve()

    @live(land, curve, lr=LogSlider(0.1, 0.001, 1.5), steps=Steps(30))
    def walk(lr, steps):
        path = descend(surface, surface.window[0][0] * np.array([0.6, 0.3]), GradientDescent(lr), steps)
        land.show(path)
        curve.show(path)
        return path.summary()

    return walk


def changing_picture():
    """A picture whose still part changes, too: another surface, a longer axis for more steps."""
    terrain, land, curve = Contours(bowl), Landscape(bowl), LossCurve(steps=10)

    @live(
        terrain,
        land,
        curve,
        ground=Choice({"bowl": bowl, "ravine": ravine(10), "saddle": saddle}),
        steps=Steps(40, 5),
    )
    def walk(ground, steps):
        path = descend(ground, (-2, 1), GradientDescent(0.15), steps)
        for panel in (terrain, land, curve):
            panel.show(path)
        return path.summary()

    return walk


def plot_picture():
    t = np.linspace(0.01, 1.5, 50)
    graph = Plot("α", "factor", (0, 1.5), (-2, 1), still={"1 − 2α": (t, 1 - 2 * t), "best": (t, 0 * t)})
    counts = Plot("α", "steps", (0.001, 1.5), (1, 1000), ylog=True)

    @live(graph, counts, lr=LogSlider(0.1, 0.001, 1.5), height=Slider(1, -10, 2000, step=10))
    def both(lr, height):
        graph.show(lr, 1 - 2 * lr, f"{1 - 2 * lr:.2f}")
        counts.show(lr, height, f"{height:g} steps")
        return f"At {lr:g} the factor is {1 - 2 * lr:.2f}."

    return both


PICTURES = {
    "walk": walk_picture,
    "landscape": landscape_picture,
    "changing": changing_picture,
    "plot": plot_picture,
}
STEADY = {name: make for name, make in PICTURES.items() if name != "changing"}  # their still part stays
every_picture = pytest.mark.parametrize("make", PICTURES.values(), ids=PICTURES)
every_steady_picture = pytest.mark.parametrize("make", STEADY.values(), ids=STEADY)


# Instruments


def places(picture, n=None):
    """n values of all controls, or all those at their ends and in their middle, in an order of no order."""
    sides = [control.positions or [control.value, (1.0, -0.5)] for control in picture._controls.values()]
    chosen = list(itertools.product(*((side[0], side[len(side) // 2], side[-1]) for side in sides)))
    random.Random(2).shuffle(chosen)
    return [dict(zip(picture._controls, values, strict=True)) for values in chosen[:n]]


@pytest.fixture
def walk():
    return walk_picture()


# Set


def test_set_returns_the_sentence_and_keeps_the_other_values(walk):
    start = np.array([-3, 2.5])
    expected = descend(bowl, start, GradientDescent(0.2), 30).summary()
    assert walk.set(lr=0.2) == expected
    assert walk.set(steps=3) == descend(bowl, start, GradientDescent(0.2), 3).summary()
    assert walk.set(lr=0.1, start=(1, 1)) == descend(bowl, (1, 1), GradientDescent(0.1), 3).summary()
    assert walk.set() == walk.set(lr=0.1)
    assert walk.values == {"lr": 0.1, "steps": 3, "start": (1.0, 1.0)}


def test_set_works_while_the_picture_is_locked(walk):
    walk.lock("Predict first.")
    assert walk.view.locked == "Predict first."
    assert "diverges" in walk.set(lr=1.2)
    assert walk.view.locked == "Predict first."
    walk.lock()
    assert walk.view.locked == ""


def test_set_between_the_positions_of_a_slider(walk):
    assert 0.1234 not in walk._controls["lr"].positions
    walk.set(lr=0.1234)
    assert walk.values["lr"] == 0.1234


def test_set_reaches_a_view_that_is_there(walk):
    wire = Wire(walk)
    first = walk.view.start
    sentence = walk.set(lr=0.3)
    values, shown = wire.begin()
    assert walk.view.start != first and values == [0.3, 30, [-3, 2.5]]
    assert shown == walk._frame(walk.values) and shown["sentence"] == sentence
    first = walk.view.start
    walk.set(lr=0.3)  # as it was: yet the page may have gone on
    assert walk.view.start != first and wire.begin() == (values, shown)


def test_a_choice_gives_the_function_what_its_word_stands_for():
    seen = []
    picture = live(Contours(bowl), ground=Choice({"a bowl": bowl, "a saddle": saddle}))(
        lambda ground: seen.append(ground) or "Chosen."
    )
    picture.set(ground="a saddle")
    picture.set(ground="a bowl")
    assert seen == [saddle, bowl]
    assert picture.values == {"ground": "a bowl"}


# Frames


@every_picture
def test_every_control_changes_the_frame(make):
    picture = make()
    for name, control in picture._controls.items():
        others = control.positions[1 :: len(control.positions) // 3] if control.positions else [(1.0, -0.5)]
        before = frame(picture)
        for value in others:
            assert frame(picture, **{name: value}) != before, (name, value)
        assert frame(picture, **{name: control.value}) == before


@every_picture
def test_a_frame_depends_on_the_values_and_not_on_what_came_before(make):
    picture = make()
    all_values = places(picture)
    there = [frame(picture, **values) for values in all_values]
    back = [frame(picture, **values) for values in reversed(all_values)][::-1]
    for values, one, other in zip(all_values, there, back, strict=True):
        assert one == other, values


@every_steady_picture
def test_a_frame_does_not_depend_on_what_was_drawn_first(make):
    first, last = places(make(), 2)
    one, other = make(), make()
    one.set(**first)
    assert frame(one, **last) == frame(other, **last)


@every_steady_picture
def test_nothing_that_moves_is_in_the_still_part(make):
    picture = make()
    frames = []
    for values in places(picture, 3):
        picture._still = None
        picture.set(**values)
        frames.append(picture._frame(picture.values))
    assert len({made["still"] for made in frames}) == 1
    assert len({str(made["commands"]) for made in frames}) > 1


def count_stills(picture):
    """How often the still part is written down: a list that grows."""
    counted, still = [], picture._note_still
    picture._note_still = lambda: counted.append(1) or still()
    return counted


@every_steady_picture
def test_the_still_part_is_written_down_once(make):
    picture = make()
    counted = count_stills(picture)
    for values in places(picture, 6):
        frame(picture, **values)
    assert len(counted) == 1


def test_the_still_part_is_written_down_again_when_the_surface_changes():
    picture = changing_picture()
    counted, names = count_stills(picture), []
    for ground, count in (("bowl", 1), ("bowl", 1), ("saddle", 2), ("saddle", 2), ("bowl", 3)):
        picture.set(ground=ground)
        assert len(counted) == count
        names.append(picture._frame(picture.values)["still"])
    assert names[0] == names[1] == names[4] != names[2] == names[3]  # told by what it is, not by when it was drawn


@every_picture
def test_no_label_is_cut_off(make):
    picture = make()
    picture.set()
    width, height = picture.view.size
    for panel in picture._panels:
        box = panel.ax.get_tightbbox()
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height


@pytest.mark.parametrize("name", SURFACES)
def test_areas_say_where_the_pointer_is_on_the_map(name):
    surface = SURFACES[name]
    terrain, curve = Contours(surface), LossCurve()

    @live(curve, terrain, start=Point(*np.mean(surface.window, axis=1)))
    def place(start):
        terrain.show(start)
        return "Here."

    wire, (width, height) = Wire(place), place.view.size
    (area,) = wire.stills[wire.begin()[1]["still"]]["areas"]
    (x0, x1), (y0, y1) = surface.window
    assert (area["x"], area["y"]) == ([x0, x1], [y0, y1])
    for share_x, share_y in ((0.25, 0.25), (0.5, 0.8), (0.9, 0.4)):
        # What view.js computes from an area: fractions of the frame, from its upper left.
        expected = (
            (area["left"] + share_x * area["width"]) * width,
            (1 - area["top"] - (1 - share_y) * area["height"]) * height,
        )
        disc = drawn(place, start=(x0 + share_x * (x1 - x0), y0 + share_y * (y1 - y0))).all("markers")[-1]
        assert disc.places == pytest.approx(np.array([expected]), abs=CLOSE)  # the disc that the learner drags


def test_no_area_without_a_point():
    wire = Wire(landscape_picture())
    assert wire.stills[wire.begin()[1]["still"]]["areas"] == []


def test_a_locked_picture_shows_its_axes_and_nothing_that_is_drawn_on_them():
    picture = walk_picture(rosenbrock)
    veil = [Drawn(Wire(picture).stills["veil"]["commands"], picture._canvas.renderer)]
    picture.set(lr=0.001, steps=3, start=(1, 1))
    veil.append(Drawn(Wire(picture).stills["veil"]["commands"], picture._canvas.renderer))
    assert str(veil[0]) == str(veil[1])
    assert {one.kind for one in veil[0]} == {"path", "markers", "text"}
    paper, *lines = veil[0].all("path")
    assert paper.fill == "#ffffff" and np.ptp(paper.points, axis=0) == pytest.approx(picture._figure.bbox.size)
    assert {(one.letters, one.fill) for one in lines} == {("ML", None)}  # spines and the lines of a grid
    assert all(len(one.points) == 2 for one in veil[0].all("markers"))  # ticks
    words = set(veil[0].texts())
    assert {panel.ax.get_title() for panel in picture._panels} < words
    assert {text.get_text() for text in picture._panels[0].ax.get_xticklabels()} < words


def test_a_loss_that_leaves_its_axes_is_marked_where_it_does():
    curve = LossCurve()
    picture = live(curve, lr=LogSlider(0.001, 0.001, 1e200))(
        lambda lr: curve.show(descend(himmelblau, (1, 1), GradientDescent(lr), 30)) or "A sentence."
    )
    for lr, marks in ((0.001, []), (1, ["▲"]), (1e200, ["▲"]), (0.001, [])):  # 1e200 ends in NaN
        assert list(drawn(picture, lr=lr).texts()) == marks


# Showing


@every_picture
def test_a_shown_picture_has_a_sentence_an_image_and_a_view(make):
    picture = make()
    data, metadata = picture._repr_mimebundle_()
    assert data["text/plain"] == picture.set()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == picture.view.model_id
    image = Image.open(io.BytesIO(data["image/png"]))
    assert image.format == "PNG"
    assert image.size == (metadata["image/png"]["width"], metadata["image/png"]["height"])
    picture._figure.savefig(raster := io.BytesIO(), format="png", dpi=100)  # matplotlib's own way
    expected, whole = (np.array(one.convert("RGB")).astype(int) for one in (Image.open(raster), image))
    high, wide = expected.shape[:2]
    assert 0 <= whole.shape[1] - wide <= 1  # matplotlib may round down
    assert np.abs(whole[:high, :wide] - expected).mean() < 3  # no more than 256 colours are left
    assert whole[high:].min() < 128  # the sentence is written below
    assert len(data["image/png"]) < 120_000
    assert picture._repr_mimebundle_()[0] == data


def test_what_is_shown_first_is_in_the_view_from_the_start(walk):
    data, _metadata = walk._repr_mimebundle_()
    values, shown = Wire(walk).begin()
    assert values == [0.1, 30, [-3, 2.5]] and shown["sentence"] == data["text/plain"]
    assert walk.view.size == pytest.approx([100 * 10.2, 100 * 3.9])
    assert [control["name"] for control in walk.view.controls] == ["lr", "steps", "start"]
    assert [control["kind"] for control in walk.view.controls] == ["logslider", "steps", "point"]


def test_a_page_that_is_loaded_anew_is_told_where_things_stand(walk):
    wire = Wire(walk)
    shown = wire.ask(0.5, 2, [1, 2])
    walk.view.set_trait("start", walk.view.get_state()["start"])  # what the page gets
    assert wire.begin() == ([0.5, 2, [1, 2]], shown)


def test_nothing_is_drawn_ahead_when_a_picture_is_shown():
    calls = []
    picture = live(LossCurve(), lr=LogSlider(0.1, 0.001, 1.5))(lambda lr: calls.append(lr) or "A sentence.")

    async def run_all():
        picture._repr_mimebundle_()
        for _turn in range(20):
            await asyncio.sleep(0)

    asyncio.run(run_all())
    assert set(calls) == {0.1} and len(calls) <= 3


# Errors


@pytest.fixture
def fragile():
    """A picture that raises where the rate is above 1."""
    curve = LossCurve()

    @live(curve, lr=Slider(0.5, 0, 2))
    def frail(lr):
        if lr > 1:
            raise ZeroDivisionError("planted")
        curve.show(descend(bowl, (1, 1), GradientDescent(0.1 + lr), 5))
        return f"At {lr:g}."

    return frail


def test_what_a_function_raises_is_raised_by_set(fragile):
    before = frame(fragile)
    with pytest.raises(ZeroDivisionError, match="planted"):
        fragile.set(lr=1.5)
    assert fragile.values == {"lr": 0.5}
    assert frame(fragile) == before


def test_what_a_function_raises_is_shown_under_the_picture(fragile):
    wire = Wire(fragile)
    before = wire.begin()[1]
    assert wire.ask(1.5) == {"error": "ZeroDivisionError: planted"}
    assert wire.ask(0.5) == before and before["sentence"] == "At 0.5."


@pytest.mark.parametrize("fault", [KeyboardInterrupt, SystemExit, GeneratorExit, RecursionError, Warning])
def test_whatever_a_function_raises_is_an_answer(fault):
    def raises(x):
        if x:
            raise fault("planted")
        return "Fine."

    wire = Wire(live(LossCurve(), x=Slider(0, 0, 1))(raises))
    said = "Interrupted. Move a control to go on." if fault is KeyboardInterrupt else f"{fault.__name__}: planted"
    assert wire.ask(1) == {"error": said}
    assert wire.ask(0)["sentence"] == "Fine."


def test_a_view_that_asks_for_the_impossible_gets_an_answer(walk):
    # view.js asks one question at a time: without an answer the picture would hang for good.
    assert "outside the map" in Wire(walk).ask(0.1, 30, [-5.004, 3])["error"]
    assert walk.values["start"] == (-3.0, 2.5)


@pytest.mark.parametrize("name", SURFACES)
def test_a_point_may_go_to_every_edge_of_its_map(name):
    # What `placed` in view.js makes of a pointer on the edge: the nearest place on the point's grid.
    terrain = Contours(SURFACES[name])
    picture = live(terrain, start=Point(0, 0))(lambda start: "Here.")
    step = picture._controls["start"].step
    for x in terrain.surface.window[0]:
        for y in terrain.surface.window[1]:
            picture.set(start=[round(np.floor(v / step + 0.5) * step, 6) for v in (x, y)])


# The talk with view.js


def test_show_is_answered_with_that_frame(walk):
    wire = Wire(walk)
    shown = wire.ask(0.5, 2, [1, 2])
    assert shown["sentence"] == descend(bowl, (1, 2), GradientDescent(0.5), 2).summary()
    assert walk.values == {"lr": 0.5, "steps": 2, "start": (1.0, 2.0)}
    assert shown == walk._frame(walk.values)


def test_moved_is_noted_and_not_answered(walk):
    wire = Wire(walk)
    wire.deliver("moved", values=[0.9, 5, [0, 1]])
    assert wire.take() == []
    assert walk.values == {"lr": 0.9, "steps": 5, "start": (0.0, 1.0)}


def test_what_comes_late_is_left_alone(walk):
    wire, here = Wire(walk), [-3, 2.5]
    wire.ask(0.5, 2, here)
    late = wire.turn - 1
    for kind in ("show", "moved", "ahead"):
        for turn in (late, wire.turn):  # one that was overtaken, and one that comes twice
            wire.deliver(kind, values=[0.9, 9, here], wanted=[[0.9, 9, here]], turn=turn)
            wire.turn = late + 1
    assert wire.take() == [] and walk.values == {"lr": 0.5, "steps": 2, "start": (-3.0, 2.5)}
    assert Wire(walk).ask(0.9, 9, here)["sentence"]  # has turns of its own


def test_a_question_that_is_repeated_gets_the_same_answer_at_once():
    calls = []
    picture = live(LossCurve(), x=Slider(0, 0, 1))(lambda x: calls.append(x) or f"At {x:g}.")
    wire = Wire(picture)
    wire.deliver("show", values=[0.5])
    before = len(calls)
    wire.deliver("show", values=[0.5], again=True)
    one, other = (buffers for _message, buffers in wire.sent)
    assert one == other and len(calls) == before
    assert wire.take()[1].frames[0][1]["sentence"] == "At 0.5."
    wire.deliver("show", values=[0.7], again=True)  # the first was lost on its way here
    (answer,) = wire.take()
    assert answer.frames[0][1]["sentence"] == "At 0.7." and answer.turn == wire.turn


def test_a_page_gets_no_answer_of_another():
    picture = live(LossCurve(), x=Slider(0, 0, 1))(lambda x: f"At {x:g}.")
    one, other = Wire(picture), Wire(picture)
    other.ask(0.5)
    one.sent = other.sent
    one.deliver("show", values=[0.5], again=True)
    (answer,) = other.take()
    assert (answer.page, answer.turn) == (one.page, one.turn)


def test_glyphs_and_still_parts_are_told_once():
    """That they are told before they are needed, each `Wire` sees for itself."""
    wire = Wire(changing_picture())
    known = len(wire.glyphs)
    assert known
    for ground, steps, new in (("saddle", 5, 1), ("saddle", 9, 0), ("bowl", 5, 0), ("bowl", 40, 1), ("saddle", 5, 0)):
        wire.deliver("show", values=[ground, steps])
        (answer,) = wire.take()
        assert len(answer.stills) == new and answer.first == known
        known += len(answer.glyphs)
    assert known == len(wire.glyphs) == len({json.dumps(glyph) for glyph in wire.glyphs})
    # A page that has lost all of them, as one does that is loaded anew.
    wire.glyphs, wire.stills = [], {}
    wire.ask("saddle", 9)
    assert len(wire.glyphs) == known and len(wire.stills) == 1


def ahead(picture, wanted, then=None, got=True):
    """The answers when view.js wants these frames ahead. With the first of them it does `then(wire)`."""

    async def talk():
        wire, answers, todo = Wire(picture), [], then
        wire.deliver("ahead", wanted=wanted)
        assert wire.sent == []  # the message itself costs nothing
        for _turn in range(20_000):  # a frame is one of them; the rests between frames take some hundreds
            await asyncio.sleep(0)
            for answer in wire.take():
                answers.append(answer)
                if got and not answer.over:
                    wire.deliver("got", turn=answer.turn)
                if todo:
                    todo = todo(wire)
            if picture.view._plan is None:
                break
        return answers

    return asyncio.run(talk())


def rates(answers):
    """Of each message the first control's values."""
    return [[values[0] for values, _frame in answer.frames] for answer in answers]


RATES = [0.1, 0.105, 0.095, 0.11, 0.09]
WANTED = [[lr, 30, [-3, 2.5]] for lr in RATES]


@pytest.fixture
def one_by_one(monkeypatch):
    """A message for each frame."""
    monkeypatch.setattr(kernel, "BATCH_SECONDS", -1)


def test_frames_ahead_travel_together_in_order(walk, monkeypatch):
    monkeypatch.setattr(kernel, "BATCH_SECONDS", 60)  # however slow the machine is
    before = walk.set(), dict(walk.values)
    (answer,) = ahead(walk, WANTED)
    assert rates([answer]) == [RATES] and answer.over
    assert (walk.values, walk.set()) == before[::-1]  # looking ahead moves nothing


@pytest.mark.parametrize("limit, value", [("BATCH_SECONDS", -1), ("BATCH_SIZE", 100)])
def test_a_message_is_full_by_bytes_or_by_time(walk, monkeypatch, limit, value):
    monkeypatch.setattr(kernel, limit, value)
    answers = ahead(walk, WANTED)
    assert rates(answers) == [*([rate] for rate in RATES), []]
    assert [answer.over for answer in answers] == [False] * 5 + [True]


def test_a_frame_ahead_is_the_frame_that_show_gives(walk):
    frames = [frame for answer in ahead(walk, WANTED) for frame in answer.frames]
    wire = Wire(walk)
    assert len(frames) == 5 and all(wire.ask(*values) == shown for values, shown in frames)


def test_a_plan_waits_until_the_page_has_read_what_it_got(walk, one_by_one):
    wanted = [[0.1, steps, [-3, 2.5]] for steps in range(12)]
    assert len(ahead(walk, wanted, got=False)) == kernel.UNREAD == 4
    stale = lambda wire: wire.deliver("got", turn=wire.turn - 1)  # which tells of another plan
    assert len(ahead(walk, wanted, got=False, then=stale)) == 4
    assert len(ahead(walk, wanted)) == 13


def test_a_plan_tells_each_glyph_and_still_part_once(one_by_one):
    answers = ahead(changing_picture(), [["saddle", 5], ["saddle", 9], ["bowl", 40], ["saddle", 9]])
    assert [len(answer.stills) for answer in answers] == [1, 0, 1, 0, 0]
    known = [answer.first + len(answer.glyphs) for answer in answers]
    assert [answer.first for answer in answers[1:]] == known[:-1] and known[0] > answers[0].first


def test_no_frame_is_made_ahead_while_cells_run(walk, monkeypatch):
    monkeypatch.setattr(kernel.notebook, "ended", np.inf)
    assert ahead(walk, WANTED) == []
    monkeypatch.setattr(kernel.notebook, "ended", -np.inf)
    assert ahead(walk, WANTED)


def test_a_plan_takes_its_time_and_no_more(walk, one_by_one, monkeypatch):
    monkeypatch.setattr(kernel, "AHEAD_SECONDS", 0)
    assert rates(ahead(walk, WANTED)) == [[0.1], []]


def test_a_new_position_overtakes_the_plan_which_goes_on(walk, one_by_one):
    show = lambda wire: wire.deliver("show", values=[1.2, 30, [-3, 2.5]])
    assert rates(ahead(walk, WANTED, then=show)) == [[0.1], [1.2], *([rate] for rate in RATES[1:]), []]
    assert walk.values["lr"] == 1.2


def test_a_plan_rests_between_frames_for_a_message_takes_some_turns_of_the_loop_to_come_in(walk, one_by_one):
    async def made(turns):
        wire = Wire(walk)
        wire.deliver("ahead", wanted=WANTED)
        for _turn in range(turns):
            await asyncio.sleep(0)
        return len(wire.take())

    assert asyncio.run(made(turns=6)) <= 2


def test_a_new_plan_takes_the_place_of_the_old(walk, one_by_one):
    plan = lambda wire: wire.deliver("ahead", wanted=[[lr, 30, [-3, 2.5]] for lr in (0.7, 0.8)])
    assert rates(ahead(walk, WANTED, then=plan)) == [[0.1], [0.7], [0.8], []]
    assert rates(ahead(walk, WANTED, then=lambda wire: wire.deliver("ahead", wanted=[]))) == [[0.1], []]


def test_a_move_through_kept_frames_does_not_drop_the_plan(walk, one_by_one):
    moved = lambda wire: wire.deliver("moved", values=[0.3, 30, [-3, 2.5]])
    assert rates(ahead(walk, WANTED, then=moved)) == [*([rate] for rate in RATES), []]
    assert walk.values["lr"] == 0.3


def test_an_error_ahead_does_not_stop_the_plan(fragile):
    answers = ahead(fragile, [[0.9], [1.1], [9.0], [0.8]])
    made = [(values, "error" in made) for answer in answers for values, made in answer.frames]
    assert made == [([0.9], False), ([1.1], True), ([9.0], True), ([0.8], False)]


# Whose panels, whose points, and the end of a picture


def test_a_panel_belongs_to_one_picture():
    terrain, curve = Contours(bowl), LossCurve()
    first = live(terrain, x=Slider(0, 0, 1))(lambda x: "First.")
    before = frame(first)
    with pytest.raises(ValueError, match="this Contours belongs to the picture <lambda>. Make one for each picture."):
        live(curve, terrain, x=Slider(0, 0, 1))(lambda x: "Second.")
    assert frame(first) == before
    live(curve)(lambda: "It was not taken.")


def test_a_picture_that_could_not_be_made_leaves_its_panels_free(cells):
    curve = LossCurve()
    with pytest.raises(ValueError, match="no panel is a map") as kept:  # as IPython keeps it, with all that it names
        live(curve, start=Point(0, 0))(lambda start: "Here.")
    for cell in (("cell", 1), ("cell", 2)):
        cells.now = cell
        assert live(curve, x=Slider(0, 0, 1))(lambda x: "Here.").set() == "Here." and kept


def test_a_point_in_two_pictures_has_the_limits_of_each_map():
    start = Point(1, 1)
    near, far = (live(Contours(ground), start=start)(lambda start: "Here.") for ground in (saddle, bowl))
    assert far.set(start=(-5, 5)) == "Here."
    with pytest.raises(ValueError, match="x goes from -3 to 3"):
        near.set(start=(-5, 5))
    assert not np.isfinite(start.window).any() and (near._controls["start"].step, far._controls["start"].step) == (0.02, 0.05)


class Cells:
    """A notebook whose cells are run by hand: `now` is the cell that runs, and the number of its run."""

    now = ("cell", 1)

    def cell(self):
        return self.now

    def runs(self):
        return False


@pytest.fixture
def cells(monkeypatch):
    monkeypatch.setattr(kernel, "notebook", Cells())
    return kernel.notebook


def test_a_picture_whose_cell_runs_again_is_gone_and_leaves_nothing_behind(cells):
    old, beside = walk_picture(), plot_picture()
    assert old.view.gone == beside.view.gone == ""
    cells.now = ("another cell", 2)
    elsewhere = walk_picture()
    wire, figure = Wire(old), weakref.ref(old._figure)
    wire.deliver("show", values=[0.5, 2, [1, 2]])
    wire.take()
    cells.now = ("cell", 3)
    new = walk_picture()
    assert old.view.gone == beside.view.gone == "This picture has been made anew. Run this cell, too, to see the new one."
    assert old.view.start == b""
    gc.collect()
    assert figure() is None  # though ipywidgets keeps the view
    wire.deliver("show", values=[0.7, 2, [1, 2]])
    wire.deliver("moved", values=[0.7, 2, [1, 2]])
    assert wire.take() == [] and old.view.get_state()["start"] == b""
    with pytest.raises(RuntimeError, match="^walk has been made anew: this is the old one.$"):
        old.set(lr=0.2)
    for picture in (new, elsewhere):
        assert picture.view.gone == "" and Wire(picture).ask(0.5, 2, [1, 2])["sentence"]


def test_a_plan_ends_with_its_picture(cells, one_by_one):
    picture = walk_picture()

    def again(_wire):
        cells.now = ("cell", 2)
        walk_picture()

    assert rates(ahead(picture, WANTED, then=again)) == [[0.1]] and picture.view._plan is None


def test_where_cells_have_no_names_the_picture_of_the_same_name_and_panel_is_made_anew(cells):
    terrain = Contours(bowl)
    make = lambda: live(terrain, x=Slider(0, 0, 1))(lambda x: "Here.")
    cells.now = (object(), 1)
    old = make()
    with pytest.raises(ValueError, match="belongs to the picture"):
        make()  # twice in one cell
    cells.now = (object(), 2)
    new = make()
    for call in (old.set, old._repr_mimebundle_):
        with pytest.raises(RuntimeError, match="has been made anew"):
            call()
    assert new.set() == "Here."


# Every position


def sweep(picture, every=1):
    """Put every control to each of its positions, or each n-th and the last; a point all over its map."""
    for name, control in picture._controls.items():
        positions = [*control.positions[::every], *control.positions[-1:]]
        if control.kind == "point":
            positions = np.stack(
                np.meshgrid(*(np.linspace(*side, 5) for side in control.window)), -1
            ).reshape(-1, 2)
        for value in positions:
            assert picture.set(**{name: value}).endswith(".")
        picture.set(**{name: control.value})


@pytest.mark.parametrize("name", SURFACES)
def test_no_position_raises_or_warns(name):
    sweep(walk_picture(SURFACES[name]), every=1 if name in ("bowl", "Rosenbrock") else 4)


@pytest.mark.parametrize("make", [landscape_picture, changing_picture, plot_picture])
def test_no_position_of_the_other_panels_raises_or_warns(make):
    sweep(make(), every=3)


def test_a_point_dragged_far_with_a_rate_that_diverges(walk):
    walk.set(lr=1.5)
    for steps in range(31):
        for start in ((5, 5), (-5, 0), (1e-9, 0), (0, 0)):
            assert walk.set(steps=steps, start=start).endswith(".")


# Controls


@pytest.mark.parametrize("low, high", [(0.001, 1.5), (0.01, 1.0), (0.0003, 0.07), (1, 100), (0.05, 3.3)])
def test_a_log_slider_has_round_positions_close_together(low, high):
    positions = LogSlider(low, low, high).positions
    assert positions[0] == low and positions[-1] == high
    assert positions == sorted(set(positions))
    ratios = np.divide(positions[1:], positions[:-1])
    assert ratios.min() > 1 and ratios.max() <= 1.06
    assert all(float(f"{value:.3g}") == value for value in positions)
    for value in (0.001, 0.1, 0.5, 1.0, 1.05):
        assert (value in positions) == (low <= value <= high)


def test_a_slider_has_the_positions_of_its_steps():
    assert Slider(0.3, 0, 1, step=0.1).positions == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
    assert len(Slider(0, -1, 1).positions) == 101
    assert Slider(0, -1, 1).positions[::50] == [-1, 0, 1]
    assert Slider(1, 1, 2, step=0.3).positions == [1.0, 1.3, 1.6, 1.9]


def test_steps_count_from_nothing_to_the_end():
    assert Steps(3).positions == [0, 1, 2, 3]
    assert (Steps(3).value, Steps(3, 0).value) == (3, 0)
    assert isinstance(Steps(30).check(7.0), int)


def test_a_point_moves_on_a_round_grid_of_its_map():
    for window, step in ((((-5, 5), (-5, 5)), 0.05), (((-3, 3), (-3, 3)), 0.02), (((-1, 1), (-2, 2)), 0.01)):
        ground = type(bowl)("bowl", "x", bowl.value, bowl.gradient, window)
        picture = live(Contours(ground), start=Point(0, 0))(lambda start: "Here.")
        assert picture._controls["start"].step == pytest.approx(step)
        assert picture._controls["start"].window == window


def test_two_threads_draw_at_once():
    """Messages may come in a thread of their own while a cell runs; formulas are parsed by what all figures share."""
    faults = []

    def draw(seed):
        try:
            for k in range(6):
                picture = walk_picture(ravine(2.5 + seed + 3 * k))
                picture.set(lr=0.1 + k / 100)
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=draw, args=(seed,)) for seed in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults


def test_an_arrow_shorter_than_the_walkers_disc_is_hidden_with_its_name():
    terrain = Contours(bowl)
    picture = live(terrain, long=Slider(1, 0, 2))(lambda long: terrain.show((0, 0), {"step": (long, 0)}) or "An arrow.")
    arrow, name = terrain._arrows[0], terrain._names[0]
    for long in (0, 0.02, 0.1, 0.2):
        picture.set(long=long)
        assert not arrow.get_visible() and not name.get_visible()
    for long in (0.29, 0.4, 0.5, 1, 2):
        picture.set(long=long)
        begin, end = terrain.ax.transData.transform([(0, 0), (long, 0)])[:, 0]
        head = 0.4 * arrow.get_mutation_scale() * terrain.ax.figure.dpi / 72
        assert arrow.get_visible() and name.get_visible() and head < 0.85 * (end - begin)
    assert arrow.get_mutation_scale() == 16
