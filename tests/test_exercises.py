"""Exercises judge anything at all, goals judge how a picture stands, and both say what is off.

`check` may meet whatever Python can hold, so hypothesis throws absurd answers at it: it must judge, never raise, and be brief.
"""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdlab import (
    Choice, Contours, Exercise, Goal, LogSlider, LossCurve, Point, Slider, Steps, Tensor, Text, bowl, check, check_gradient, live,
    rosenbrock,
)  # isort: skip

LOSS = Exercise(25, hints=((7, "Add the squares, not the numbers."), (5, "That is the root of it.")))
GRADIENT = Exercise(np.array([6, 8]), hints=(((-6, -8), "That points downhill."),))
MATRIX = Exercise([[3, 0], [0, -1 / 3]])
WORD = Exercise("saddle", hints=(("minimum", "Look along y, too."),))
LISTED = Exercise("saddle", among=("minimum", "saddle", "top"), hints=WORD.hints)
LETTERS = Exercise("DBAEC", hints=(("DBACE", "One of the two is off in one place only."),))
KINDS = Exercise("AABA", among="ABC")
SQUARE = Exercise(
    lambda x: x**2, on=((3.0,), (-1.0,), ((1.0, 2.0),)), hints=((lambda x: 2 * x, "That is its derivative."),)
)
REACHED = Goal(lambda answer: (answer > 3, "More than three?"))
EXERCISES = {
    "a number": LOSS, "an array": GRADIENT, "a matrix": MATRIX, "a word": WORD, "one of some words": LISTED, "letters": LETTERS,
    "kinds": KINDS, "a function": SQUARE, "a goal": REACHED,
}  # fmt: skip
every_exercise = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)


def not_written(x):
    return ...


@every_exercise
@pytest.mark.parametrize("answer", [None, ...])
def test_not_tried_yet(exercise, answer):
    verdict = check(exercise, answer)
    assert verdict.correct is None and not verdict
    assert repr(verdict).startswith("… Not tried yet")


@pytest.mark.parametrize(
    "exercise, answer",
    [
        (GRADIENT, (..., ...)),
        (GRADIENT, [6, ...]),
        (GRADIENT, (None, None)),
        (SQUARE, lambda x: ...),
        (SQUARE, lambda x: x * not_written(x)),
        (SQUARE, lambda x: sum(not_written(x))),
    ],
)
def test_half_an_answer_is_not_tried_yet_either(exercise, answer):
    assert check(exercise, answer).correct is None


@pytest.mark.parametrize(
    "exercise, answer",
    [
        (LOSS, 25),
        (LOSS, 25.0),
        (LOSS, np.float32(25)),
        (LOSS, np.array(25)),
        (LOSS, 25 + 1e-9),
        (LOSS, "25"),
        (LOSS, " 25,0 "),
        (LOSS, "50/2"),
        (Exercise(-0.5), "−1 / 2"),
        (GRADIENT, (6, 8)),
        (GRADIENT, [6.0, 8.0]),
        (GRADIENT, np.array([6, 8])),
        (WORD, "saddle"),
        (WORD, " Saddle "),
        (LISTED, "Saddle"),
        (KINDS, "a a b a"),
        (LETTERS, "D B A E C"),
        (LETTERS, "d, b, a, e, c"),
        (LETTERS, "d,b,a,e,c"),
        (LETTERS, "D < B < A → E > C"),
        (LETTERS, ["D", "B", "A", "E", "C"]),
        (LETTERS, tuple("dbaec")),
        (SQUARE, lambda x: x * x),
        (SQUARE, np.square),
    ],
)
def test_correct(exercise, answer):
    verdict = check(exercise, answer)
    assert verdict.correct is True and verdict
    assert repr(verdict).startswith("✓ Correct")


def add_one_at_three(x):
    return x**2 + np.where(np.equal(x, 3), 1, 0)


def forgets_to_return(x):
    x**2


def raises(x):
    raise KeyError("planted")


def of_two(x, y):
    return x * y


def sum_of_squares(x):
    return np.sum(np.square(x))


@pytest.mark.parametrize(
    "exercise, answer, says",
    [
        (LOSS, 26, "26"),
        (LOSS, 25.001, "25.001"),
        (LOSS, float("nan"), "nan"),
        (LOSS, 7, "Add the squares, not the numbers."),
        (LOSS, 5, "That is the root of it."),
        (LOSS, (3, 4), "2 numbers"),
        (LOSS, "twenty-five", "Not twenty-five. The answer is one number; yours is a word."),
        (LOSS, "1/0", "The answer is one number; yours is a word."),
        (LOSS, "26,5", "Not 26.5. It is too large."),
        (LOSS, "5", "That is the root of it."),
        (LOSS, -25, "Not −25. It has the right size and the wrong sign."),
        (LOSS, 24.99, "Not 24.99. It is too small."),
        (LOSS, float("inf"), "Not inf. It is too large."),
        (LOSS, float("-inf"), "Not −inf. It is too small."),
        (LOSS, float("nan"), "Not nan. It is no number."),
        (LOSS, [], "Not []. The answer is one number; yours is 0 numbers."),
        (LOSS, bowl, "Not bowl. The answer is one number; yours is of the type Surface."),
        (LOSS, np.square, "Not square."),
        (LOSS, {25}, "The answer is one number; yours is of the type set."),
        (LOSS, 25 + 5j, "The answer is one number; yours is of the type complex."),
        (LOSS, [7], "Not [7]. The answer is one number; yours is an array of one number."),
        (LOSS, Tensor(25.0), "add .data"),
        (LOSS, 25.0001234567, "Not 25.0001. It is too large."),
        (LOSS, 25.00012345, "Not 25.0001. It is too large."),
        (LOSS, 25.0000256, "Not 25.0000256."),
        (LOSS, -0.000031, "Not −3.1 × 10⁻⁵."),
        (LOSS, True, "Not 1."),
        (GRADIENT, {25}, "The answer is 2 numbers; yours is of the type set."),
        (GRADIENT, [Tensor(6.0), Tensor(8.0)], "add .data"),
        (GRADIENT, ["6", "a"], "The answer is 2 numbers; yours is a word."),
        (GRADIENT, [1 / 3, 8], "Not [0.3333, 8]. The first is too small."),
        (GRADIENT, (8, 6), "Not [8, 6]. The first is too large."),
        (GRADIENT, (6, 7.9999), "Not [6, 7.9999]. The second is too small."),
        (GRADIENT, (6, -8), "Not [6, −8]. The second has the right size and the wrong sign."),
        (Exercise(np.arange(6)), (0, 1, 2, 3, 4, 6), "Entry [5] is too large."),
        (MATRIX, ((3, 0), (0, 1 / 3)), "Entry [1, 1] has the right size and the wrong sign."),
        (MATRIX, ((3, -1), (1, -1 / 3)), "Not [[3, −1], [1, −0.3333]]. Entry [0, 1] is too small."),
        (GRADIENT, (-6, -8), "That points downhill."),
        (GRADIENT, 10, "one number"),
        (GRADIENT, (6, 8, 0), "3 numbers"),
        (GRADIENT, [[6, 8]], "(1, 2)"),
        (GRADIENT, [[6], [6, 8]], "The answer is 2 numbers; yours is of the type list."),
        (WORD, "top", "Not top. Work it out"),
        (LISTED, "top", "Not top. Work it out"),
        (LISTED, "minimum", "Look along y, too."),
        (LISTED, "ridge", "Not ridge. The answer is one of these: minimum, saddle, top."),
        (LISTED, 3, "Not 3. The answer is one of these: minimum, saddle, top."),
        (WORD, "Minimum", "Look along y, too."),
        (WORD, 3, "The answer is a word; yours is one number."),
        (SQUARE, 9, "A function is asked for, and this is 9."),
        (SQUARE, "x**2", "A function is asked for, and this is 'x**2'."),
        (SQUARE, lambda x: 2 * x, "That is its derivative."),
        (SQUARE, add_one_at_three, "add_one_at_three(3) gives 10, and should give 9."),
        (SQUARE, forgets_to_return, "forgets_to_return(3) returns nothing"),
        (SQUARE, raises, "raises(3) raised KeyError: 'planted'"),
        (SQUARE, of_two, "of_two(3) raised TypeError"),
        (SQUARE, sum_of_squares, "gives 5, and should give [1, 4]."),
        (SQUARE, lambda x: "nine", "gives nine"),
        (SQUARE, lambda x: x**2 + 1e-4, "gives 9.0001, and should give 9."),
        (SQUARE, lambda x: x**2 * (1 + 2e-6), "gives 9.00002, and should give 9."),
        (SQUARE, lambda x: Tensor(3.0), "gives Tensor(3.0), and should give 9."),
        (LETTERS, "D, B, A, C, E", "One of the two is off in one place only."),
        (LETTERS, "C B, A E, D", "In the right place: 3 of 5. Look again at C and D."),
        (LETTERS, list("dabec"), "In the right place: 3 of 5. Look again at A and B."),
        (LETTERS, "ABDEC", "In the right place: 3 of 5. Look again at A and D."),
        (LETTERS, "ACDBE", "In the right place: 0 of 5. Look again at A, C, D, B and E."),
        (LETTERS, "DBAEE", "In the right place: 4 of 5. Look again at E."),
        (LETTERS, "DBA", "Not DBA. The answer is 5 letters out of A, B, C, D, E."),
        (LETTERS, ("D", "B"), "Not (D, B). The answer is 5 letters out of A, B, C, D, E."),
        (LETTERS, "DBAEF", "Not DBAEF. The answer is 5 letters out of A, B, C, D, E."),
        (LETTERS, 3, "Not 3. The answer is 5 letters out of A, B, C, D, E."),
        (KINDS, "CBBA", "In the right place: 2 of 4. Look again at C and B."),
        (KINDS, "CCCC", "In the right place: 0 of 4. Look again at C."),
        (KINDS, "AADA", "The answer is 4 letters out of A, B, C."),
    ],
)
def test_what_is_off_is_said(exercise, answer, says):
    verdict = check(exercise, answer)
    assert verdict.correct is False and not verdict
    assert repr(verdict).startswith("✗ ") and says in verdict.message


def test_a_function_that_changes_its_arguments_spoils_nothing():
    def in_place(x):
        x = np.asarray(x)
        x *= x
        return x

    arguments = np.array([1.0, 2.0])
    exercise = Exercise(lambda x: x**2, on=((arguments,), (arguments,)))
    assert check(exercise, in_place).correct is True
    assert np.array_equal(arguments, [1, 2])


def test_a_function_that_fills_one_array_each_time_is_judged_by_each_case():
    buffer = np.zeros(2)

    def fill(x):
        buffer[:] = np.square(x)
        return buffer

    def wrong_first(x):
        buffer[:] = np.square(x) if x[0] > 1 else 0
        return [buffer]

    exercise = Exercise(lambda x: x**2, on=(((1.0, 2.0),), ((3.0, 4.0),)))
    assert check(exercise, fill).correct is True
    verdict = check(exercise, lambda x: wrong_first(x)[0])
    assert verdict.message.endswith("([1, 2]) gives [0, 0], and should give [1, 4].")
    exercise = Exercise(lambda x: [x**2], on=exercise.on)
    assert check(exercise, wrong_first).correct is False and check(exercise, lambda x: [fill(x)]).correct is True


def test_a_hint_that_raises_spoils_no_answer():
    def broken(x):
        raise ZeroDivisionError

    exercise = Exercise(lambda x: x**2, on=((3.0,),), hints=((broken, "?"), (lambda x: 2 * x, "That is its derivative.")))
    assert check(exercise, lambda x: x * x).correct is True
    assert check(exercise, lambda x: 2 * x).message == "That is its derivative."
    assert check(exercise, lambda x: x).message == "<lambda>(3) gives 3, and should give 9."
    exercise = Exercise(7, hints=((Hostile(), "?"), (8, "One less.")))
    assert check(exercise, 7).correct is True and check(exercise, 8).message == "One less."
    assert check(exercise, 9).message == "Not 9. It is too large."


@pytest.mark.parametrize("many", [np.arange(1e5), list(range(100_000)), "many " * 20_000, [[1], ["word"] * 100_000]], ids=type)
def test_no_message_is_long(many):
    def fails(x):
        raise ValueError(many)

    exercise = Exercise(lambda x: x * 2, on=((np.arange(1e5),),))
    for verdict in (
        check(Exercise(np.zeros(100_000)), many),
        check(LOSS, many),
        check(WORD, many),
        check(exercise, many),
        check(exercise, lambda x: many),
        check(exercise, fails),
    ):
        assert verdict.correct is False and len(repr(verdict)) < 1000


def test_the_tolerance_is_relative():
    assert check(Exercise(1e6), 1e6 + 0.5).correct and not check(Exercise(1e6), 1e6 + 5)
    assert check(Exercise(0.818, tolerance=1e-3), 0.8185).correct
    assert check(Exercise(0), 1e-12).correct and not check(Exercise(0), 1e-3)


class Hostile:
    """Raises at whatever is done with it, even at being looked at."""

    __array__ = __eq__ = __str__ = __repr__ = __call__ = __float__ = __len__ = property(lambda self: 1 / 0)


numbers = st.one_of(
    st.integers(), st.floats(), st.complex_numbers(), st.fractions(), st.decimals(), st.booleans()
)
absurd = st.recursive(
    st.one_of(
        numbers,
        st.text(),
        st.binary(),
        st.dates(),
        st.sampled_from(
            [
                None,
                ...,
                object(),
                Hostile(),
                type,
                Hostile,
                len,
                print,
                np.ma.masked,
                np.array(["a"]),
                10**400,
            ]
        ),
        st.functions(like=lambda x: None, returns=st.one_of(numbers, st.text())),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.tuples(inner, inner),
        st.dictionaries(st.text(max_size=2), inner, max_size=2),
        st.builds(lambda value: lambda x: value, inner),
    ),
    max_leaves=6,
)


@pytest.mark.parametrize("kind", [tuple, list])
def test_gradients_of_unlike_shapes_may_come_as_a_tuple_or_a_list(kind):
    layer = Exercise(lambda x: (np.ones((2, 3)), np.ones(3), x), on=((1.0,), (2.0,)))
    assert check(layer, lambda x: kind([np.ones((2, 3)), np.ones(3), x])).correct
    for wrong in ([np.ones((2, 3)), np.ones(3)], [np.ones((2, 3)), np.ones(2), 1.0], [np.ones((2, 3)), np.ones(3), -1.0]):
        assert check(layer, lambda x, wrong=wrong: kind(wrong)).correct is False


@every_exercise
@settings(deadline=None)
@given(answer=absurd)
def test_no_answer_raises(exercise, answer):
    verdict = check(exercise, answer)
    assert verdict.correct in (True, False, None)
    assert repr(verdict)[0] in "✓✗…" and 5 < len(repr(verdict)) < 610
    assert verdict._repr_html_().startswith("<span")


def test_what_cannot_be_judged_is_told():
    class Broken:
        def __array__(self, *_arguments, **_options):
            raise RuntimeError("no array today")

    verdict = check(Exercise(7), Broken())
    assert verdict.correct is False and "could not be judged" in verdict.message and "no array today" in verdict.message


# Goals


@pytest.fixture
def walk():
    @live(
        Contours(bowl),
        lr=LogSlider(0.1, 0.01, 1),
        steps=Steps(30),
        start=Point(-4, 3),
        ground=Choice({"bowl": bowl, "valley": rosenbrock}),
        formula=Text("x + y"),
    )
    def walk(lr, steps, start, ground, formula):
        return "A walk."

    return walk


@Goal
def on_the_valley(lr, steps, start, ground, formula):
    if start[0] > 0:
        return None, "Start on the left."
    return ground is rosenbrock and formula(1, 2) == 3, f"{steps} steps."


def test_a_goal_is_judged_by_the_values_as_the_pictures_function_gets_them(walk):
    assert check(on_the_valley, walk).correct is None
    assert repr(check(on_the_valley, walk)) == "… Not tried yet: move the picture above, then run this cell."
    walk.set(steps=12)
    assert repr(check(on_the_valley, walk)) == "✗ 12 steps."
    walk.set(ground="valley", steps=30)
    assert repr(check(on_the_valley, walk)) == "✓ 30 steps." and check(on_the_valley, walk)
    walk.set(start=(4, 3))
    assert repr(check(on_the_valley, walk)) == "… Start on the left."
    walk.set(start=(-4, 3), ground="bowl")  # where it stood
    assert repr(check(on_the_valley, walk)).startswith("… Not tried yet: move the picture")


def test_a_goal_is_judged_when_the_picture_is_moved_in_the_browser(walk):
    values = [0.1, 30, [-4, 3], "valley", "x + y"]
    moved = {"kind": "moved", "page": "p", "turn": 1, "glyphs": 0, "stills": [], "values": values}  # what view.js sends
    walk.view._handle_custom_msg(moved, [])
    assert repr(check(on_the_valley, walk)) == "✓ 30 steps."


def test_a_goal_judges_an_answer_too():
    assert repr(check(REACHED, 4)) == "✓ More than three?" and repr(check(REACHED, np.float64(3))) == "✗ More than three?"
    assert check(REACHED, Tensor(3.0)).correct is False  # and is asked what it makes of it
    assert check(REACHED, ...).correct is None and check(REACHED, (1, ...)).correct is None
    assert check(Goal(lambda run: (None, "Run it first.")), "") == check(Goal(lambda run: (None, "Run it first.")), 3)


RUBBISH = [None, True, "yes", (True,), ("yes", "Yes."), (2, "Two."), (True, 3), (np.ones(2), ""), ([], "")]


@pytest.mark.parametrize("said", RUBBISH)
def test_a_judge_that_returns_rubbish_could_not_be_judged(said, walk):
    walk.set(lr=0.5)
    for goal, answer in ((Goal(lambda answer: said), 4), (Goal(lambda **values: said), walk), (Goal(said), 4)):
        verdict = check(goal, answer)
        assert verdict.correct is False and "could not be judged" in verdict.message
    assert "unexpected keyword" in check(REACHED, walk).message  # its judge asks for an answer


def test_a_picture_is_no_answer_to_an_exercise(walk):
    assert "yours is of the type Live" in check(LOSS, walk).message


# All of them


def test_a_verdict_is_a_text_and_the_same_text_in_colour():
    verdict = check(WORD, "<script>")
    assert repr(verdict) == f"✗ {verdict.message}" and "<script>" in verdict.message
    assert "&lt;script&gt;" in verdict._repr_html_() and "<script>" not in verdict._repr_html_()
    assert (
        len({check(LOSS, answer)._repr_html_().split(">")[0] for answer in (25, 26, ...)}) == 3
    )  # three colours


def brightness(colour):
    """The relative luminance of a colour such as #00734f (WCAG 2)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return np.dot([0.2126, 0.7152, 0.0722], [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels])


@pytest.mark.parametrize("said", [check(LOSS, 25), check(LOSS, 26), check(LOSS, ...)])
def test_a_verdict_can_be_read_on_a_light_page_and_on_a_dark_one(said):
    can_be_read(said._repr_html_())


@pytest.mark.parametrize("gradient", [6.0, 5.0])
def test_so_can_a_report_of_the_checker(gradient):
    can_be_read(check_gradient(np.square, gradient, 3.0)._repr_html_())


def can_be_read(html):
    """Whether its colours stand out, 4.5 : 1 or more, from JupyterLab's light page and from its dark one."""
    light, dark = re.search("color:light-dark\\((#.{6}), (#.{6})\\)", html).groups()
    assert 1.05 / (brightness(light) + 0.05) >= 4.5 and (brightness(dark) + 0.05) / (brightness("#111111") + 0.05) >= 4.5
