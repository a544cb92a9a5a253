"""A lesson answers its learner: predictions lock and unlock a picture, and explain.

What a notebook keeps of them must be the same at every run, since nbval compares it. Exercises: test_exercises.py.
"""

import pytest

from gdlab import Contours, LossCurve, Point, Slider, Steps, bowl, live, predict

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
    for choice, said in zip("abx", ("Right. second", "Not so. first", "Not so. third"), strict=True):
        assert asked.answer(choice) == said
        assert asked._view.verdict == {"choice": choice, "right": choice == "a", "explanation": said}


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


def test_what_raises_in_the_picture_is_not_taken_for_a_wrong_number():
    @live(LossCurve(), lr=Slider(0.1, 0, 1, 0.1))
    def picture(lr):
        if lr == 1:
            raise ValueError("the lesson's own")
        return "A sentence."

    asked = predict(picture, "How many?", truth=10, within=0.5, then={"lr": 1})
    asked._repr_mimebundle_()
    with pytest.raises(ValueError, match="the lesson's own"):
        asked.answer("10")
    assert asked._view.verdict == {"choice": "10", "right": True, "explanation": "You guessed 10, and so it is."}
    assert picture.view.locked == ""


@pytest.mark.parametrize("typed", ["ten", "", "1/0", "1 2", "nan", "1e999"])
def test_what_is_no_number_leaves_the_question_open(ground, typed):
    asked = predict(ground, "How many?", truth=10, within=0.5)
    asked._repr_mimebundle_()
    asked._view._handle_custom_msg({"answer": typed}, [])
    assert asked._view.verdict == {"explanation": "A number is asked for, such as 0.5 or 1/2."} and ground.view.locked
