"""A line of text as a control: what it takes, what the function gets, what view.js is told of a refusal."""

import json

import pytest
from commands import Wire, frame

from gdlab import (
    Contours,
    FormulaError,
    GradientDescent,
    LossCurve,
    Slider,
    Steps,
    Surface,
    Text,
    descend,
    live,
    parse,
)
from gdlab.pictures.view import Refused

BROKEN = "x**2 +"


def walk_picture(**controls):
    """A walk on the ground that is typed."""
    terrain, curve = Contours(parse("x**2 + y**2")), LossCurve()

    @live(terrain, curve, **(controls or {"ground": Text("x**2 + y**2"), "steps": Steps(9)}))
    def walk(ground, steps):
        path = descend(ground, (-4, 3), GradientDescent(0.1), steps)
        terrain.show(path)
        curve.show(path)
        return f"{steps} steps on {ground.name}: {path.losses[-1]:.4f}."

    return walk


@pytest.fixture
def walk():
    return walk_picture()


# Values


def test_the_function_gets_what_is_read():
    ground = Text("x*y").argument("x*y")
    assert isinstance(ground, Surface) and ground is parse("x*y")
    assert Text("x*y").value == Text("x*y").check("x*y") == "x*y"


@pytest.mark.parametrize("value", [None, 3, True, b"x", parse("x")], ids=str)
def test_what_is_no_text_is_refused(walk, value):
    with pytest.raises(ValueError, match="^a formula must be a text such as "):
        Text(value)
    with pytest.raises(ValueError, match="^walk: ground a formula must be a text such as "):
        walk.set(ground=value)


def test_a_start_that_cannot_be_read_is_told_at_once():
    with pytest.raises(FormulaError, match=r"^x\*\*2 \+▸◂: something is missing"):
        Text(BROKEN)


# Moved from code


def test_set_from_code(walk):
    assert walk.set() == "9 steps on x**2 + y**2: 0.4504."
    assert walk.set(ground="x**2") == "9 steps on x**2: 0.2882."
    assert walk.values == {"ground": "x**2", "steps": 9}
    assert walk.set(steps=0) == "0 steps on x**2: 16.0000."


def test_a_refused_text_leaves_the_picture_as_it_was(walk):
    before, was = walk.set(steps=4), frame(walk)
    with pytest.raises(Refused) as caught:
        walk.set(ground=BROKEN, steps=7)
    assert str(caught.value).startswith(f"walk: ground {BROKEN}▸◂: something is missing at the end.")
    assert caught.value.number == 0 and caught.value.reason.startswith(f"{BROKEN}▸◂")
    assert walk.values == {"ground": "x**2 + y**2", "steps": 4}
    assert walk.set() == before and frame(walk) == was


def test_a_refused_slider_is_told_by_its_name_too(walk):
    with pytest.raises(Refused, match="^walk: steps must be a number from 0 to 9") as caught:
        walk.set(steps=10)
    assert caught.value.number == 1


def test_set_reaches_a_view_that_is_there(walk):
    wire = Wire(walk)
    sentence = walk.set(ground="x*y")
    values, shown = wire.begin()
    assert values == ["x*y", 9] and shown["sentence"] == sentence and shown["commands"]


def test_a_text_changes_the_frame_and_back(walk):
    before = frame(walk)
    assert frame(walk, ground="x + y") != before
    assert frame(walk, ground="x**2 + y**2") == before


# What view.js is told


def test_what_view_js_needs_to_draw_it():
    picture = walk_picture(ground=Text("x*y", label="your function"), steps=Slider(1, 0, 9, 1))
    assert json.loads(json.dumps(picture.view.controls[0])) == {
        "kind": "text", "name": "ground", "label": "your function", "positions": [], "step": None,
    }  # fmt: skip
    assert Wire(picture).begin()[0] == ["x*y", 1]


def test_a_text_is_answered_with_its_frame(walk):
    shown = Wire(walk).ask("x*y", 3)
    assert shown["sentence"].startswith("3 steps on x*y") and shown["commands"]
    assert walk.values == {"ground": "x*y", "steps": 3}


def test_a_refused_text_is_answered_with_its_reason(walk):
    before = walk.values
    answer = Wire(walk).ask(BROKEN, 3)
    assert set(answer) == {"error", "refused"} and answer["refused"] == 0
    # Beneath the line stands the reason only: which line it is can be seen.
    assert answer["error"].startswith(f"{BROKEN}▸◂: something is missing at the end. Allowed are")
    assert walk.values == before


def test_the_number_is_that_of_the_control():
    curve = LossCurve()

    @live(curve, steps=Steps(9), first=Text("x"), second=Text("y"))
    def two(steps, first, second):
        return f"{first.name}, {second.name}, {steps}"

    wire = Wire(two)
    for values, number in (([3, BROKEN, "y"], 1), ([3, "x", BROKEN], 2), ([3, BROKEN, BROKEN], 1)):
        assert wire.ask(*values)["refused"] == number
    assert two.set() == "x, y, 9"


def test_the_other_controls_go_on_after_a_refusal(walk):
    wire = Wire(walk)
    # view.js goes back to the last good text
    answers = [wire.ask(*values).get("sentence", "refused")[:11] for values in (["x*y", 9], ["x*", 9], ["x*y", 2])]
    assert answers == ["9 steps on ", "refused", "2 steps on "]
    assert walk.values == {"ground": "x*y", "steps": 2}


def test_what_is_refused_has_the_number_of_its_control(walk):
    wire = Wire(walk)
    steps, ground = wire.ask("x*y", 99), wire.ask(3, 3)
    assert steps["refused"] == 1 and steps["error"].startswith("must be a number from 0 to 9")
    assert ground["refused"] == 0 and ground["error"].startswith("a formula must be a text")


def test_an_error_of_the_lessons_own_function_is_no_refusal():
    @live(LossCurve(), ground=Text("x"))
    def fragile(ground):
        raise ValueError("the function's own")

    with pytest.raises(ValueError, match="^the function's own$"):
        fragile.set(ground="y")


def test_a_text_that_is_left_before_its_answer_is_no_error(walk):
    wire, before = Wire(walk), walk.values
    wire.deliver("moved", values=[BROKEN, 3])
    assert wire.take() == [] and walk.values == before
    wire.deliver("moved", values=["x*y", 3])
    assert walk.values == {"ground": "x*y", "steps": 3}
