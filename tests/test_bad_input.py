"""Whatever a learner or an author gets wrong, the answer is a ValueError that says what was wrong and what to
do.

One table holds all bad input: what is called, and words that its message must contain. A new check in gdlab
gets its row here; a row that fails says that somebody would meet a message about gdlab's insides instead of
their own mistake.
"""

import re

import numpy as np
import pytest

from gdlab import (
    AdaGrad,
    Adam,
    Choice,
    Contours,
    Fit,
    GradientDescent,
    Landscape,
    LogSlider,
    LossCurve,
    Momentum,
    Nesterov,
    Point,
    RMSProp,
    Slice,
    Slider,
    Steps,
    Surface,
    Text,
    bowl,
    descend,
    from_function,
    line_loss,
    live,
    parse,
    predict,
    ravine,
)
from gdlab.lessons.exercises import Exercise

OPTIMIZERS = (GradientDescent, Momentum, Nesterov, AdaGrad, RMSProp, Adam)
RULE = GradientDescent(0.1)
WALK = descend(bowl, (1, 1), RULE, 3)
MANY_WALKS = descend(bowl, [(1, 1), (2, 2)], RULE, 3)
NAN = float("nan")


def picture(function=lambda lr, steps, start: "A sentence."):
    controls = {"lr": LogSlider(0.1, 0.001, 1.5), "steps": Steps(30), "start": Point(-4, 3)}
    return live(Contours(bowl), **controls)(function)


def shown(panel, *arguments):
    """A picture of one panel that shows these arguments."""
    return live(panel, k=Steps(3))(lambda k: panel.show(*arguments) or "A sentence.").set()


def surface(value=lambda x, y: x * y, gradient=lambda x, y: (y, x)):
    return Surface("home-made", "?", value, gradient)


def row(call, *words):
    return (call, words)


FOUR = np.ones(4)

TABLE = {
    # Optimizers
    **{
        f"{rule.__name__}({value!r})": row(lambda rule=rule, value=value: rule(value), rule.__name__, *words)
        for rule in OPTIMIZERS
        for value, words in (
            (-0.1, ["learning rate, must be above 0, such as 0.1, not -0.1"]),
            (0, ["must be above 0, such as 0.1, not 0"]),
            (NAN, ["must be above 0", "nan"]),
            (float("inf"), ["must be above 0", "inf"]),
            ("0.1", ["lr must be a number", "'0.1'"]),
            (None, ["lr must be a number", "None"]),
            (True, ["lr must be a number", "True"]),
            ([0.1, -1], ["learning rate, must be above 0", "-1"]),
        )
    },
    "rates in a ragged list": row(lambda: GradientDescent([[0.1], [0.1, 0.2]]), "lr must be a number"),
    "Momentum beta 1": row(lambda: Momentum(0.1, beta=1), "Momentum: beta", "below 1"),
    "Nesterov beta 1.5": row(lambda: Nesterov(0.1, beta=1.5), "Nesterov: beta", "below 1", "1.5"),
    "Momentum beta negative": row(lambda: Momentum(0.1, beta=-0.1), "beta must be at least 0"),
    "Momentum beta NaN": row(lambda: Momentum(0.1, beta=NAN), "beta must be at least 0", "nan"),
    "RMSProp rho 1": row(lambda: RMSProp(0.1, rho=1), "rho", "below 1"),
    "Adam beta1 1": row(lambda: Adam(0.1, beta1=1), "beta1", "below 1"),
    "Adam beta2 2": row(lambda: Adam(0.1, beta2=2), "beta2", "below 1"),
    # descend
    "start NaN": row(lambda: descend(bowl, (NAN, 0), RULE, 3), "start must be a point (x, y)", "nan"),
    "start infinite": row(lambda: descend(bowl, (1e999, 0), RULE, 3), "start must be a point (x, y)"),
    "start of three": row(lambda: descend(bowl, (1, 2, 3), RULE, 3), "start must be a point (x, y)"),
    "start a number": row(lambda: descend(bowl, 5, RULE, 3), "start must be a point (x, y)", "5"),
    "start text": row(lambda: descend(bowl, ("a", "b"), RULE, 3), "start must be a number or an array", "a"),
    "start None": row(lambda: descend(bowl, None, RULE, 3), "start must be a number or an array"),
    "start ragged": row(lambda: descend(bowl, [(1, 2), (3,)], RULE, 3), "start must be a number or an array"),
    **{
        f"steps {steps!r}": row(
            lambda steps=steps: descend(bowl, (1, 1), RULE, steps), "steps must be a whole number", "0 to"
        )
        for steps in (-1, 2.5, 1_000_000, True, "3", None, NAN, float("inf"))
    },
    "rates that do not fit the starts": row(
        lambda: descend(bowl, np.ones((4, 2)), GradientDescent([0.1, 0.2, 0.3]), 3),
        "shape mismatch",
        "(4,)",
        "(3,)",
    ),
    "a number for an optimizer": row(
        lambda: descend(bowl, (1, 1), 0.1, 3), "optimizer", "GradientDescent(0.1)"
    ),
    "an optimizer without its rate": row(
        lambda: descend(bowl, (1, 1), GradientDescent, 3), "optimizer", "GradientDescent(0.1)"
    ),
    "a function for a surface": row(lambda: descend(lambda x, y: x * y, (1, 1), RULE, 3), "surface", "bowl"),
    # Surfaces
    **{
        f"ravine({kappa!r})": row(
            lambda kappa=kappa: ravine(kappa), "kappa must be a positive number", "ravine(10)"
        )
        for kappa in (0, -1, NAN, float("inf"), "wide", None)
    },
    **{
        f"{name} of {words}": row(
            lambda make=make, data=data: make(*data), "two lists of numbers of one length", "x not all equal"
        )
        for name, make in (("line_loss", line_loss), ("Fit", Fit))
        for words, data in {
            "unlike lengths": ([1, 2, 3], [1, 2]),
            "one point": ([1], [2]),
            "no points": ([], []),
            "x all equal": ([3, 3, 3], [1, 2, 3]),
            "NaN": ([1, 2], [NAN, 1]),
            "infinity": ([1, float("inf")], [0, 1]),
            "numbers": (1, 2),
            "a table": (np.ones((2, 2)), np.ones((2, 2))),
        }.items()
    },
    "line_loss of text": row(lambda: line_loss(["a", "b"], [1, 2]), "x must be a number or an array", "'a'"),
    "bowl of text": row(lambda: bowl("3", 4), "x must be a number or an array", "'3'"),
    "bowl of None": row(lambda: bowl(None, 4), "x must be a number or an array", "None"),
    "bowl of a ragged list": row(lambda: bowl([[1], [2, 3]], 4), "x must be a number or an array"),
    "slope of text": row(lambda: bowl.grad(3, ["a", "b"]), "y must be a number or an array", "'a'"),
    "shapes that do not broadcast": row(lambda: bowl(np.ones(3), FOUR), "(3,)", "(4,)"),
    "value of the wrong shape": row(
        lambda: surface(lambda x, y: np.ones(3))(FOUR, FOUR), "home-made", "shape", "(3,)", "(4,)"
    ),
    "value None": row(lambda: surface(lambda x, y: None)(1, 1), "home-made", "None"),
    "value a pair": row(lambda: surface(lambda x, y: (x, y))(1.0, 1.0), "home-made", "shape of x and y, (), not (2,)"),
    "gradient of the wrong shape": row(
        lambda: surface(gradient=lambda x, y: (np.ones(3), y)).grad(FOUR, FOUR),
        "home-made",
        "shape",
        "(3,)",
        "(4,)",
    ),
    # Functions of one's own
    "a formula of a number": row(lambda: parse(3), "a formula must be a text such as 'x**2 + y**2'", "3"),
    "a formula with a product implied": row(lambda: parse("2x"), "2▸x◂", "a sign is missing"),
    "a formula as a function": row(lambda: from_function("x**2"), "function of x and y", "'x**2'", "parse"),
    "a function of no number": row(lambda: from_function(lambda x, y: None), "f: what the function returns must be a number", "None"),
    "Text of a number": row(lambda: Text(3), "a formula must be a text", "3"),
    "Text of no formula": row(lambda: Text("x +"), "x +▸◂", "something is missing at the end"),
    "set a text to no formula": row(
        lambda: live(Contours(bowl), ground=Text("x"))(lambda ground: "").set(ground="z"),
        "ground ▸z◂: this is not known",
    ),
    "save without a file's kind": row(lambda: picture().save("walk"), "ends in .gif", "'walk'"),
    # Controls
    "LogSlider from 0": row(lambda: LogSlider(0.1, 0, 1), "LogSlider's low end must be above 0", "Slider", "0"),
    "LogSlider from below 0": row(lambda: LogSlider(0.1, -1, 1), "LogSlider's low end must be above 0", "-1"),
    "LogSlider upside down": row(lambda: LogSlider(0.1, 1, 0.01), "low < high", "0.01"),
    "LogSlider to infinity": row(lambda: LogSlider(0.1, 0.01, float("inf")), "low < high", "inf"),
    "LogSlider NaN": row(lambda: LogSlider(NAN, 0.01, 1), "must be a number from 0.01 to 1", "nan"),
    "LogSlider beyond its end": row(lambda: LogSlider(2, 0.01, 1), "must be a number from 0.01 to 1", "2"),
    "Slider from NaN": row(lambda: Slider(0, NAN, 1), "low < high", "nan"),
    "Slider without width": row(lambda: Slider(1, 1, 1), "low < high"),
    "Slider of text": row(lambda: Slider("1", 0, 2), "must be a number from 0 to 2", "'1'"),
    "Slider step 0": row(lambda: Slider(0.5, 0, 1, step=0), "step must be from 0.001 to 1", "0"),
    "Slider step too long": row(lambda: Slider(0.5, 0, 1, step=2), "step must be from 0.001 to 1", "2"),
    "Slider of too many positions": row(lambda: Slider(0.5, 0, 1, step=1e-5), "1 to 1000 steps", "1e-05"),
    **{
        f"Steps({most!r})": row(
            lambda most=most: Steps(most), "Steps needs a whole number from 1 to 1000", repr(most)
        )
        for most in (0, -5, 2.5, 1_000_000, True, NAN, "30", None)
    },
    "Steps from halfway": row(lambda: Steps(30, 2.5), "must be a whole number of steps", "2.5"),
    "Steps beyond the end": row(lambda: Steps(30, 31), "from 0 to 30", "31"),
    "Choice of nothing": row(lambda: Choice([]), "Choice needs a list of words"),
    "Choice of numbers": row(lambda: Choice([1, 2]), "Choice needs a list of words"),
    "Choice of None": row(lambda: Choice(None), "Choice needs a list of words"),
    "Choice of one text": row(lambda: Choice("bowl"), "Choice needs a list of words"),
    "Choice of what is not there": row(
        lambda: Choice(["bowl", "saddle"], "bowel"), "must be one of", "'saddle'", "'bowel'"
    ),
    "Choice of a list": row(lambda: Choice(["bowl", "saddle"], ["bowl"]), "must be one of", "'saddle'"),
    "Point of text": row(lambda: Point("a", 1), "must be a point (x, y)", "'a'"),
    "Point NaN": row(lambda: Point(NAN, 1), "must be a point (x, y)", "nan"),
    # Live pictures
    "live without a panel": row(
        lambda: live(lr=Slider(1, 0, 2))(lambda lr: ""), "at least one panel", "Contours(bowl)"
    ),
    "live with a surface for a panel": row(
        lambda: live(bowl, lr=Slider(1, 0, 2))(lambda lr: ""), "panel", "Contours(bowl)"
    ),
    "live with a number for a control": row(
        lambda: live(Contours(bowl), lr=0.1)(lambda lr: ""), "lr must be a Slider", "0.1"
    ),
    "live without its panels": row(lambda: live(lambda lr: ""), "at least one panel", "Contours(bowl)", "function"),
    "no sentence": row(
        lambda: picture(lambda lr, steps, start: None).set(), "must return one sentence", "None"
    ),
    "a number for a sentence": row(
        lambda: picture(lambda lr, steps, start: 3).set(), "must return one sentence", "3"
    ),
    "Point outside the map": row(
        lambda: live(Contours(bowl), start=Point(9, 1))(lambda start: ""),
        "start (9, 1) lies outside the map",
        "from -5 to 5",
    ),
    "Point without a map": row(
        lambda: live(LossCurve(), start=Point(1, 1))(lambda start: ""), "start is a Point", "map"
    ),
    "set an unknown control": row(lambda: picture().set(rate=1), "no control 'rate'", "lr, steps, start"),
    "set beyond the end": row(lambda: picture().set(lr=2), "lr must be a number from 0.001 to 1.5", "2"),
    "set to NaN": row(lambda: picture().set(lr=NAN), "lr must be a number", "nan"),
    "set to text": row(lambda: picture().set(lr="0.1"), "lr must be a number", "'0.1'"),
    "set half a step": row(lambda: picture().set(steps=2.5), "steps must be a whole number", "2.5"),
    "set a point outside the map": row(
        lambda: picture().set(start=(9, 9)), "start (9, 9) lies outside the map", "from -5 to 5"
    ),
    "set a point to a number": row(lambda: picture().set(start=3), "start must be a point (x, y)", "3"),
    "set a point to text": row(
        lambda: picture().set(start=("1", "2")), "start must be a point (x, y)", "'1'"
    ),
    # Panels
    "Slice along z": row(lambda: Slice(bowl, along="z"), "'x' or 'y'", "'z'"),
    "Contours of a name": row(lambda: Contours("bowl"), "surface", "'bowl'"),
    "Landscape of a function": row(lambda: shown(Landscape(lambda x, y: x * y), WALK), "surface"),
    "Contours.show of one number": row(lambda: shown(Contours(bowl), 5), "point (x, y)", "5"),
    "Contours.show of half a point": row(lambda: shown(Contours(bowl), (1,)), "point (x, y)"),
    "Contours.show of NaN": row(lambda: shown(Contours(bowl), (NAN, 1)), "point (x, y)", "nan"),
    "Contours.show of many walks": row(lambda: shown(Contours(bowl), MANY_WALKS), "one walk"),
    "Contours.show with half a mark": row(lambda: shown(Contours(bowl), (1, 1), None, None, None, 3), "point (x, y)", "3"),
    "Fit.show of NaN": row(lambda: shown(Fit([1, 2], [2, 3]), (NAN, 1)), "point (x, y)", "nan"),
    "Fit.show of many walks": row(lambda: shown(Fit([1, 2], [2, 3]), MANY_WALKS), "one walk"),
    "LossCurve.show of a point": row(lambda: shown(LossCurve(), (1, 1)), "path", "train"),
    "LossCurve.show of many walks": row(lambda: shown(LossCurve(), MANY_WALKS), "one walk"),
    # Lessons
    "predict with a wrong right": row(
        lambda: predict(picture(), "Why?", {"yes": "Because."}, "no"), "right must be one of", "'no'"
    ),
    "predict with choices unexplained": row(
        lambda: predict(picture(), "Why?", ["yes", "no"], "no"), "choices", "explanation"
    ),
    "answer z": row(
        lambda: predict(picture(), "Why?", {"yes": "Because."}, "yes").answer("z"),
        "choose one of",
        "'a'",
        "'z'",
    ),
    "answer a list": row(
        lambda: predict(picture(), "Why?", {"yes": "Because."}, "yes").answer(["a"]), "choose one of", "'a'"
    ),
    "choices that are no texts": row(
        lambda: predict(picture(), "How many?", {1: "One.", 2: "Two."}, 1), "both texts", "{1: 'One.'"
    ),
    "an exercise that tries nothing": row(lambda: Exercise(right=lambda x: 2 * x), "on"),
}


@pytest.mark.parametrize(
    "call, words", TABLE.values(), ids=[re.sub(r"[^\x20-\x7e]", "?", name) for name in TABLE]
)
def test_bad_input_is_answered_in_words(call, words):
    with pytest.raises(ValueError) as caught:
        call()
    message = str(caught.value)
    assert [word for word in words if word not in message] == [], message


def test_a_refused_set_leaves_the_picture_as_it_was():
    walk = picture(lambda lr, steps, start: f"{lr:g} after {steps} from {start}")
    before = walk.set(lr=0.2, steps=7)
    for wrong in ({"lr": 2}, {"lr": 0.3, "steps": 99}, {"lr": 0.3, "rate": 1}):
        with pytest.raises(ValueError):
            walk.set(**wrong)
    assert walk.set() == before == "0.2 after 7 from (−4.0, 3.0)"
