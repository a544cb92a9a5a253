"""A lesson answers its learner: predictions lock and unlock a picture and explain, exercises judge anything
at all.

`check` may meet whatever Python can hold, so hypothesis throws absurd answers at it: it must judge and never
raise. What a notebook keeps of both must be the same at every run, since nbval compares it.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdlab import Contours, Exercise, LossCurve, Point, Slider, Steps, Tensor, bowl, check, live, predict

CHOICES = {
    "It grows <fast>": "No: each step multiplies it by 0.64.",
    "It falls": "Yes: 25, 16, 10.24 & so on.",
    "It stays": "No: the gradient is not zero.",
}


@pytest.fixture
def picture():
    return live(LossCurve(), lr=Slider(0.1, 0, 1))(lambda lr: "A sentence.")


@pytest.fixture
def prediction(picture):
    return predict(picture, "What does the loss do?", CHOICES, "It falls")


# Predictions


def test_a_prediction_locks_when_it_is_shown_and_any_answer_unlocks(picture, prediction):
    assert picture.view.locked == ""
    for choice in CHOICES:
        prediction._repr_mimebundle_()
        assert "Answer the question" in picture.view.locked
        assert picture.set(lr=0.5) == "A sentence."  # from code nothing is locked
        assert picture.view.locked
        prediction.answer(choice)
        assert picture.view.locked == ""


@pytest.mark.parametrize("choice", CHOICES)
def test_every_answer_is_judged_and_explained(prediction, choice):
    said = prediction.answer(choice)
    assert said == prediction.answer("abc"[list(prediction.choices).index(choice)])
    assert said.endswith(CHOICES[choice])
    assert said.startswith("Right.") == (choice == "It falls")


def test_a_text_comes_before_a_letter(picture):
    asked = predict(picture, "Which?", {"b": "first", "a": "second", "x": "third"}, "a")
    asked._repr_mimebundle_()
    assert [asked.answer(choice) for choice in "abx"] == ["Right. second", "Not so. first", "Not so. third"]
    assert asked._view.verdict == {"choice": "x", "right": False, "explanation": "Not so. third"}


def test_choices_stand_in_an_order_of_chance_that_is_the_same_at_each_run(picture):
    """The right one is anywhere: of 300 questions it comes about equally often first, second and third."""
    places = []
    for k in range(300):
        one, again = (predict(picture, f"Question {k}?", CHOICES, "It falls") for _run in range(2))
        assert list(one.choices) == list(again.choices) == one._view.ways
        assert one.choices == CHOICES
        places.append(list(one.choices).index("It falls"))
    assert min(places.count(place) for place in range(3)) > 75


def test_a_wrong_answer_from_code_changes_nothing(picture, prediction):
    prediction._repr_mimebundle_()
    with pytest.raises(ValueError):
        prediction.answer("d")
    assert picture.view.locked


def test_a_learner_answers_in_the_browser(picture, prediction):
    prediction._repr_mimebundle_()
    assert sorted(prediction._view.ways) == sorted(CHOICES) and prediction._view.verdict == {}
    prediction._view._handle_custom_msg({"answer": "It stays"}, [])  # what question.js sends
    assert picture.view.locked == ""
    assert prediction._view.verdict == {
        "choice": "It stays",
        "right": False,
        "explanation": f"Not so. {CHOICES['It stays']}",
    }


def test_an_answer_that_was_given_in_code_is_shown_too(prediction):
    prediction._repr_mimebundle_()
    letter = "abc"[list(prediction.choices).index("It falls")]
    said = prediction.answer(letter)
    assert prediction._view.verdict == {"choice": "It falls", "right": True, "explanation": said}
    prediction._repr_mimebundle_()  # the cell is run again: the question is open again
    assert prediction._view.verdict == {}


def test_what_a_notebook_keeps_of_a_prediction_is_the_same_at_every_run(picture, prediction):
    kept = ("text/plain", "text/html")
    first = prediction._repr_mimebundle_()
    prediction.answer("a")
    again = predict(picture, "What does the loss do?", CHOICES, "It falls")._repr_mimebundle_()
    assert [first[kind] for kind in kept] == [again[kind] for kind in kept]
    question, *lines = first["text/plain"].splitlines()
    assert question == "Predict first. What does the loss do?"
    assert [line[:3] for line in lines] == ["a) ", "b) ", "c) "] and sorted(line[3:] for line in lines) == sorted(CHOICES)
    assert ") It grows &lt;fast&gt;" in first["text/html"]
    for explanation in CHOICES.values():  # nothing that is kept gives the answer away
        assert explanation not in first["text/plain"] + first["text/html"]
    assert first["application/vnd.jupyter.widget-view+json"]["model_id"] == prediction._view.model_id


# Guesses


@pytest.fixture
def ground():
    """A picture with a point, a slider and steps, that says where they are."""
    said = lambda landing, lr, steps: f"{landing}, {lr:g}, {steps}"
    return live(Contours(bowl), landing=Point(3, 4), lr=Slider(0.1, 0, 1, 0.1), steps=Steps(3, 0))(said)


def test_a_place_is_guessed_on_the_open_map(ground):
    asked = predict(ground, "Where?", guess="landing", truth=(2.4, 3.2), within=0.3, why="Because.", then={"steps": 1})
    bundle = asked._repr_mimebundle_()
    assert ground.view.locked and ground.view.free == 0
    assert "2.4" not in bundle["text/plain"] and "below: landing." in bundle["text/plain"]
    ground.set(landing=(2.6, 3.4))
    asked._view._handle_custom_msg({"answer": None}, [])
    assert asked._view.verdict["explanation"] == "You guessed (2.6, 3.4). It is (2.4, 3.2): 0.283 apart. Because."
    assert asked._view.verdict["right"] is True
    assert (ground.view.locked, ground.view.free) == ("", -1)
    assert ground.values == {"landing": (2.6, 3.4), "lr": 0.1, "steps": 1}  # guess and truth are seen together
    assert ground.view.marks == {}
    assert asked.answer((2, 3)).startswith("You guessed (2, 3). It is") and asked._view.verdict["right"] is False


def test_a_value_is_guessed_with_its_slider_which_then_goes_to_the_truth(ground):
    asked = predict(ground, "Which?", guess="lr", truth=0.7, within=0.05, why="Because.")
    asked._repr_mimebundle_()
    ground.set(lr=0.2)
    assert asked.answer() == "You guessed 0.2. It is 0.7: 0.5 apart. Because."
    assert asked._view.verdict["right"] is False and ground.values["lr"] == 0.7
    assert ground.view.marks == {"lr": [0.2, 0.7]}
    asked._repr_mimebundle_()
    assert ground.view.marks == {} and asked._view.verdict == {}


@pytest.mark.parametrize("typed, says", [
    ("10", "You guessed 10, and so it is. Because."), ("−8,5", "You guessed −8.5. It is 10: 18.5 apart. Because."),
    (" 21/2 ", "You guessed 10.5. It is 10: 0.5 apart. Because."), ("1e1", "You guessed 10, and so it is. Because."),
])  # fmt: skip
def test_a_number_is_typed(ground, typed, says):
    asked = predict(ground, "How many?", truth=10, within=0.5, why="Because.")
    assert asked._repr_mimebundle_()["text/plain"].endswith("Type a number, then confirm it.")
    assert ground.view.free == -1
    asked._view._handle_custom_msg({"answer": typed}, [])
    assert asked._view.verdict["explanation"] == says
    assert asked._view.verdict["right"] == ("18.5" not in says)
    assert ground.view.locked == "" and ground.values["steps"] == 0


@pytest.mark.parametrize("typed", ["ten", "", "1/0", "1 2", "nan", "1e999"])
def test_what_is_no_number_leaves_the_question_open(ground, typed):
    asked = predict(ground, "How many?", truth=10, within=0.5)
    asked._repr_mimebundle_()
    asked._view._handle_custom_msg({"answer": typed}, [])
    assert asked._view.verdict == {"explanation": "A number is asked for, such as 0.5 or 1/2."} and ground.view.locked


# Exercises

LOSS = Exercise(25, hints=((7, "Add the squares, not the numbers."), (5, "That is the root of it.")))
GRADIENT = Exercise(np.array([6, 8]), hints=(((-6, -8), "That points downhill."),))
WORD = Exercise("saddle", hints=(("minimum", "Look along y, too."),))
LETTERS = Exercise("DBAEC", hints=(("DBACE", "Look again at C and E."),))
SQUARE = Exercise(
    lambda x: x**2, on=((3.0,), (-1.0,), ((1.0, 2.0),)), hints=((lambda x: 2 * x, "That is its derivative."),)
)
EXERCISES = {"a number": LOSS, "an array": GRADIENT, "a word": WORD, "a function": SQUARE}
every_exercise = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)


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
        (GRADIENT, (6, 8)),
        (GRADIENT, [6.0, 8.0]),
        (GRADIENT, np.array([6, 8])),
        (WORD, "saddle"),
        (WORD, " Saddle "),
        (LETTERS, "D B A E C"),
        (LETTERS, "d, b, a, e, c"),
        (LETTERS, "d,b,a,e,c"),
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
        (LOSS, "twenty-five", "The answer is one number; yours is a word."),
        (LOSS, {25}, "The answer is one number; yours is of the type set."),
        (LOSS, 25 + 5j, "The answer is one number; yours is of the type complex."),
        (LOSS, [7], "The answer is one number; yours is an array of one number."),
        (LOSS, Tensor(25.0), "add .data"),
        (LOSS, 25.0001234567, "Not 25.0001."),
        (LOSS, 25.00012345, "Not 25.0001."),
        (LOSS, 25.0000256, "Not 25.0000256."),
        (LOSS, -0.000031, "Not −3.1 × 10⁻⁵."),
        (LOSS, True, "Not 1."),
        (GRADIENT, {25}, "The answer is 2 numbers; yours is of the type set."),
        (GRADIENT, [Tensor(6.0), Tensor(8.0)], "add .data"),
        (GRADIENT, ["6", "a"], "The answer is 2 numbers; yours is a word."),
        (GRADIENT, [1 / 3, 8], "Not [0.333333, 8]."),
        (GRADIENT, (8, 6), "8"),
        (GRADIENT, (-6, -8), "That points downhill."),
        (GRADIENT, 10, "one number"),
        (GRADIENT, (6, 8, 0), "3 numbers"),
        (GRADIENT, [[6, 8]], "(1, 2)"),
        (GRADIENT, [[6], [6, 8]], "The answer is 2 numbers; yours is of the type list."),
        (WORD, "top", "top"),
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
        (LETTERS, "DBACE", "C and E."),
        (LETTERS, "D, B, A, C, E", "C and E."),
        (LETTERS, "DBA", "Not DBA."),
        (LETTERS, ("D", "B"), "Not (D, B)."),
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
    assert check(exercise, 9).message == "Not 9. Work it out once more, step by step."


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
    assert repr(verdict)[0] in "✓✗…" and len(verdict.message) > 5
    assert verdict._repr_html_().startswith("<span")


def test_what_cannot_be_judged_is_told():
    class Broken:
        def __array__(self, *_arguments, **_options):
            raise RuntimeError("no array today")

    verdict = check(Exercise(7), Broken())
    assert verdict.correct is False and "could not be judged" in verdict.message and "no array today" in verdict.message


def test_a_verdict_is_a_text_and_the_same_text_in_colour():
    verdict = check(WORD, "<script>")
    assert repr(verdict) == f"✗ {verdict.message}" and "<script>" in verdict.message
    assert "&lt;script&gt;" in verdict._repr_html_() and "<script>" not in verdict._repr_html_()
    assert (
        len({check(LOSS, answer)._repr_html_().split(">")[0] for answer in (25, 26, ...)}) == 3
    )  # three colours
