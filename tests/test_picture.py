"""The kernel's half of a live picture: frames that depend on the values alone, and the talk with view.js.

No browser here: a stub stands where the widget would send its messages. Frames are compared pixel by pixel as
they are on the canvas, before they are encoded.
"""

import asyncio
import io
import itertools
import random
import threading

import numpy as np
import pytest
from PIL import Image

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
    rastrigin,
    ravine,
    rosenbrock,
    saddle,
)

SURFACES = {
    surface.name.replace("κ", "kappa"): surface
    for surface in (bowl, ravine(10), saddle, double_well, rosenbrock, himmelblau, beale, rastrigin, mountain)
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


def pixels(picture, **values):
    """The frame for these values, height × width × 3."""
    picture.set(**values)
    return np.array(picture._canvas.buffer_rgba())[..., :3]


def background(picture):
    """The kept still part, height × width × 3."""
    picture._canvas.restore_region(picture._background)
    return np.array(picture._canvas.buffer_rgba())[..., :3]


def places(picture, n=None):
    """n values of all controls, or all those at their ends and in their middle, in an order of no order."""
    sides = [control.positions or [control.value, (1.0, -0.5)] for control in picture._controls.values()]
    chosen = list(itertools.product(*((side[0], side[len(side) // 2], side[-1]) for side in sides)))
    random.Random(2).shuffle(chosen)
    return [dict(zip(picture._controls, values, strict=True)) for values in chosen[:n]]


class Wire:
    """Stands for the widget's connection: keeps what is sent, and delivers what view.js would send."""

    def __init__(self, picture):
        self.picture, self.sent = picture, []
        picture.view.send = lambda message, buffers=None: self.sent.append((message, buffers))

    def deliver(self, kind, **rest):
        self.picture._receive(self.picture.view, {"kind": kind, **rest}, [])

    def take(self):
        """The messages since the last call, each with its frame as an array, or None."""
        sent, self.sent = self.sent, []
        return [(message, buffers and np.array(decoded(buffers[0]))) for message, buffers in sent]


def decoded(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


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
    sentence = walk.set(lr=0.3)
    ((message, _frame),) = wire.take()
    assert message["kind"] == "frame" and message["adopt"] and message["values"] == [0.3, 30, (-3.0, 2.5)]
    assert message["sentence"] == sentence


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
        before = pixels(picture)
        for value in others:
            assert not np.array_equal(pixels(picture, **{name: value}), before), (name, value)
        assert np.array_equal(pixels(picture, **{name: control.value}), before)


@every_picture
def test_a_frame_depends_on_the_values_and_not_on_what_came_before(make):
    picture = make()
    all_values = places(picture)
    there = [pixels(picture, **values) for values in all_values]
    back = [pixels(picture, **values) for values in reversed(all_values)][::-1]
    for values, one, other in zip(all_values, there, back, strict=True):
        assert np.array_equal(one, other), values


@every_steady_picture
def test_a_frame_does_not_depend_on_what_was_drawn_first(make):
    first, last = places(make(), 2)
    one, other = make(), make()
    one.set(**first)
    assert np.array_equal(pixels(one, **last), pixels(other, **last))


@every_steady_picture
def test_nothing_that_moves_is_in_the_background(make):
    picture = make()
    still = []
    for values in places(picture, 3):
        picture._background = None
        frame = pixels(picture, **values)
        still.append(background(picture))
        assert not np.array_equal(frame, still[-1])
    assert np.array_equal(still[0], still[1]) and np.array_equal(still[0], still[2])


@every_steady_picture
def test_the_still_part_is_drawn_once(make):
    picture = make()
    draws = []
    draw = picture._canvas.draw
    picture._canvas.draw = lambda: draws.append(1) or draw()
    for values in places(picture, 12):
        picture.set(**values)
    assert len(draws) == 1


def test_the_still_part_is_drawn_again_when_the_surface_changes():
    picture = changing_picture()
    draws = []
    draw = picture._canvas.draw
    picture._canvas.draw = lambda: draws.append(1) or draw()
    for ground, count in (("bowl", 1), ("bowl", 1), ("saddle", 2), ("saddle", 2), ("bowl", 3)):
        picture.set(ground=ground)
        assert len(draws) == count


@every_picture
def test_no_label_is_cut_off(make):
    picture = make()
    picture.set()
    width, height = picture._canvas.get_width_height()
    for panel in picture._panels:
        box = panel.ax.get_tightbbox()
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height


@pytest.mark.parametrize("scale", [0.5, 1, 1.5, 2, 3])
def test_a_frame_has_the_size_that_the_view_asks_for(scale):
    picture = plot_picture()
    wire = Wire(picture)
    wire.deliver("hello", scale=scale)
    ((message, frame),) = wire.take()
    width, height = picture.view.size
    assert (width, height) == pytest.approx((900, 390))
    assert message["scale"] == scale
    assert frame.shape == (int(390 * scale), int(900 * scale), 3)


def test_an_absurd_scale_is_kept_within_reason(walk):
    wire = Wire(walk)
    for scale in (0, -1, 1e9, float("nan")):
        wire.deliver("hello", scale=scale)
    sizes = [frame.shape for _message, frame in wire.take()]
    assert (
        min(height for height, _w, _c in sizes) >= 90 and max(height for height, _w, _c in sizes) <= 4 * 390
    )


def test_a_jpeg_frame_is_the_canvas(walk):
    wire = Wire(walk)
    expected = pixels(walk, lr=0.3).astype(int)
    ((_message, frame),) = wire.take()
    assert np.abs(frame - expected).mean() < 1.5  # JPEG is not exact, but no eye sees the difference


@pytest.mark.parametrize("scale", [1, 2])
@pytest.mark.parametrize("name", SURFACES)
def test_areas_say_where_the_pointer_is_on_the_map(name, scale):
    surface = SURFACES[name]
    terrain, curve = Contours(surface), LossCurve()

    @live(curve, terrain, start=Point(*np.mean(surface.window, axis=1)))
    def place(start):
        terrain.show(start)
        return "Here."

    wire = Wire(place)
    wire.deliver("hello", scale=scale)
    ((message, _frame),) = wire.take()
    (area,) = message["areas"]
    (x0, x1), (y0, y1) = surface.window
    assert (area["x"], area["y"]) == ([x0, x1], [y0, y1])

    for share_x, share_y in ((0.25, 0.25), (0.5, 0.8), (0.9, 0.4)):
        x, y = x0 + share_x * (x1 - x0), y0 + share_y * (y1 - y0)
        frame = pixels(place, start=(x, y)).astype(int)
        rows, columns = np.nonzero(np.abs(frame - background(place)).sum(axis=-1) > 60)
        height, width = frame.shape[:2]
        # What view.js computes from an area: fractions of the frame, from its upper left.
        expected = (
            (area["left"] + share_x * area["width"]) * width,
            (area["top"] + (1 - share_y) * area["height"]) * height,
        )
        middle = (columns.min() + columns.max() + 1) / 2, (rows.min() + rows.max() + 1) / 2
        np.testing.assert_allclose(middle, expected, atol=1.5)  # the disc that the learner drags


def test_no_area_without_a_point():
    wire = Wire(landscape_picture())
    wire.deliver("hello", scale=1)
    assert wire.take()[0][0]["areas"] == []


def test_a_loss_that_leaves_its_axes_is_marked_where_it_does():
    curve = LossCurve()
    picture = live(curve, lr=LogSlider(0.001, 0.001, 1e200))(
        lambda lr: curve.show(descend(himmelblau, (1, 1), GradientDescent(lr), 30)) or "A sentence."
    )
    for lr, marked in ((0.001, False), (1, True), (1e200, True), (0.001, False)):  # 1e200 ends in NaN
        picture.set(lr=lr)
        assert curve._beyond.get_visible() == marked
    assert curve._beyond.get_text() == "▲"


# Showing


@every_picture
def test_a_shown_picture_has_a_sentence_an_image_and_a_view(make):
    picture = make()
    data, metadata = picture._repr_mimebundle_()
    assert data["text/plain"] == picture.set()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == picture.view.model_id
    image = decoded(data["image/png"])
    assert image.format == "PNG"
    assert image.size == (metadata["image/png"]["width"], metadata["image/png"]["height"])
    frame, whole = pixels(picture).astype(int), np.array(image.convert("RGB")).astype(int)
    assert np.abs(whole[: len(frame)] - frame).mean() < 3  # no more than 256 colours are left
    assert (
        whole.shape[1] == frame.shape[1] and whole[len(frame) :].min() < 128
    )  # the sentence is written below
    assert len(data["image/png"]) < 120_000
    assert picture._repr_mimebundle_()[0] == data


def test_what_is_shown_first_is_in_the_view_from_the_start(walk):
    data, _metadata = walk._repr_mimebundle_()
    start = walk.view.start
    assert start["sentence"] == data["text/plain"]
    assert [list(v) if isinstance(v, tuple) else v for v in start["values"]] == [0.1, 30, [-3, 2.5]]
    assert decoded(walk.view.frame).size == tuple(round(side) for side in walk.view.size)
    assert [control["name"] for control in walk.view.controls] == ["lr", "steps", "start"]
    assert [control["kind"] for control in walk.view.controls] == ["slider", "steps", "point"]


def test_the_output_is_of_scale_one_whatever_a_view_has_asked_for(walk):
    before = walk._repr_mimebundle_()[0]["image/png"]
    wire = Wire(walk)
    wire.deliver("hello", scale=2)
    assert walk._repr_mimebundle_()[0]["image/png"] == before


def test_nothing_is_drawn_ahead_when_a_picture_is_shown():
    calls = []
    picture = live(LossCurve(), lr=LogSlider(0.1, 0.001, 1.5))(lambda lr: calls.append(lr) or "A sentence.")

    async def run_all():
        picture._repr_mimebundle_()
        Wire(picture).deliver("hello", scale=1)
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
    before = pixels(fragile)
    with pytest.raises(ZeroDivisionError, match="planted"):
        fragile.set(lr=1.5)
    assert fragile.values == {"lr": 0.5}
    assert np.array_equal(pixels(fragile), before)


def test_what_a_function_raises_is_shown_under_the_picture(fragile):
    wire = Wire(fragile)
    before = pixels(fragile)
    wire.take()
    wire.deliver("show", values=[1.5], scale=1)
    ((message, frame),) = wire.take()
    assert message["error"] == "ZeroDivisionError: planted" and message["values"] == [1.5]
    assert frame is None and "sentence" not in message
    wire.deliver("show", values=[0.5], scale=1)
    ((message, frame),) = wire.take()
    assert message["sentence"] == "At 0.5." and "error" not in message
    assert np.array_equal(pixels(fragile, lr=0.5), before)


def test_a_view_that_asks_for_the_impossible_gets_an_answer(walk):
    # view.js asks one question at a time: without an answer the picture would hang for good.
    wire = Wire(walk)
    wire.deliver("show", values=[0.1, 30, [-5.004, 3]], scale=1)
    ((message, _frame),) = wire.take()
    assert "outside the map" in message["error"] and message["values"] == [0.1, 30, [-5.004, 3]]
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


def test_hello_is_answered_with_where_things_stand(walk):
    sentence = walk.set(lr=0.7)
    wire = Wire(walk)
    wire.deliver("hello", scale=2)
    ((message, frame),) = wire.take()
    assert message["adopt"] and not message["ahead"]
    assert (message["values"], message["sentence"]) == ([0.7, 30, (-3.0, 2.5)], sentence)
    assert frame.shape[0] == 780


def test_show_is_answered_with_that_frame(walk):
    wire = Wire(walk)
    wire.deliver("show", values=[0.5, 2, [1, 2]], scale=1)
    ((message, frame),) = wire.take()
    assert not message["adopt"] and not message["ahead"]
    assert message["values"] == [0.5, 2, (1.0, 2.0)]
    assert message["sentence"] == descend(bowl, (1, 2), GradientDescent(0.5), 2).summary()
    assert walk.values == {"lr": 0.5, "steps": 2, "start": (1.0, 2.0)}
    assert np.abs(frame - pixels(walk).astype(int)).mean() < 1.5


def test_moved_is_noted_and_not_answered(walk):
    wire = Wire(walk)
    wire.deliver("moved", values=[0.9, 5, [0, 1]])
    assert wire.take() == []
    assert walk.values == {"lr": 0.9, "steps": 5, "start": (0.0, 1.0)}


def ahead(picture, wanted, after=lambda wire: None, turns=40):
    """What is sent when view.js wants these rates ahead; `after(wire)` happens once one frame has come."""

    async def talk():
        wire = Wire(picture)
        wire.deliver("ahead", wanted=[[lr, 30, [-3, 2.5]] for lr in wanted], scale=1)
        assert wire.sent == []  # the message itself costs nothing
        done = False
        for _turn in range(turns):
            await asyncio.sleep(0)
            if wire.sent and not done:
                assert len(wire.sent) == 1, "several frames without letting a message in between"
                done = True
                after(wire)
        return [(message["values"][0], message["ahead"]) for message, _frame in wire.take()]

    return asyncio.run(talk())


def test_frames_ahead_come_in_order_one_at_a_time(walk):
    before = walk.set(), dict(walk.values)
    wanted = [0.1, 0.105, 0.095, 0.11, 0.09]
    assert ahead(walk, wanted) == [(lr, True) for lr in wanted]
    assert (walk.values, walk.set()) == before[::-1]  # looking ahead moves nothing


def test_a_frame_ahead_is_the_frame_that_show_gives(walk):
    async def talk():
        wire = Wire(walk)
        wire.deliver("ahead", wanted=[[0.5, 30, [-3, 2.5]], [0.9, 30, [-3, 2.5]]], scale=1)
        for _turn in range(5):
            await asyncio.sleep(0)
        for lr in (0.9, 0.5):
            wire.deliver("show", values=[lr, 30, [-3, 2.5]], scale=1)
        return wire.sent

    sent = asyncio.run(talk())
    assert [buffers[0] for _message, buffers in sent[:2]] == [buffers[0] for _message, buffers in sent[:1:-1]]


def test_a_new_position_drops_the_plan(walk):
    show = lambda wire: wire.deliver("show", values=[1.2, 30, [-3, 2.5]], scale=1)
    assert ahead(walk, [0.1, 0.2, 0.3, 0.4], after=show) == [(0.1, True), (1.2, False)]


def test_a_new_plan_takes_the_place_of_the_old(walk):
    plan = lambda wire: wire.deliver("ahead", wanted=[[lr, 30, [-3, 2.5]] for lr in (0.7, 0.8)], scale=1)
    assert ahead(walk, [0.1, 0.2, 0.3, 0.4], after=plan) == [(0.1, True), (0.7, True), (0.8, True)]
    assert ahead(walk, [0.1, 0.2, 0.3], after=lambda wire: wire.deliver("ahead", wanted=[], scale=1)) == [
        (0.1, True)
    ]


def test_an_error_ahead_does_not_stop_the_plan(fragile):
    async def talk():
        wire = Wire(fragile)
        wire.deliver("ahead", wanted=[[0.9], [1.1], [9.0], [0.8]], scale=1)
        for _turn in range(20):
            await asyncio.sleep(0)
        return [(message["values"], "error" in message) for message, _frame in wire.take()]

    assert asyncio.run(talk()) == [([0.9], False), ([1.1], True), ([9.0], True), ([0.8], False)]


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
    assert isinstance(Steps(30.0).check(7.0), int)


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
