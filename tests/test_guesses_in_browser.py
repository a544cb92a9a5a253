"""Predictions that are no choice, as a learner meets them: a place that is dragged on a map, a limit that is set with a
slider, a number that is typed. By mouse, by keyboard and by touch; before it is confirmed nothing of the answer is seen.
"""

import pytest
from browser import VIEWPORT, JupyterServer, write_notebook
from lessons_in_browser import Picture

CODE = [
    """\
from gdlab import Contours, GradientDescent, LossCurve, Point, Slider, Steps, bowl, descend, live, predict

ground, fall, curve = Contours(bowl), Contours(bowl), LossCurve()

@live(ground, landing=Point(3, 4), steps=Steps(9, 0))
def place(landing, steps):
    ground.show(descend(bowl, (3, 4), GradientDescent(0.1), steps))
    return f"guess {landing[0]:g}, {landing[1]:g}, step {steps}"

@live(fall, lr=Slider(0.1, 0.1, 1.5, 0.1), steps=Steps(9))
def limit(lr, steps):
    fall.show(descend(bowl, (3, 4), GradientDescent(lr), steps))
    return f"rate {lr:g}, step {steps}"

@live(curve, lr=Slider(0.1, 0.1, 1.5, 0.1))
def count(lr):
    curve.show(descend(bowl, (3, 4), GradientDescent(lr), 9))
    return f"rate {lr:g}"

predict(place, "Where?", guess="landing", truth=(2.4, 3.2), within=0.3, why="So.", then={"steps": 1})""",
    "place",
    "predict(limit, 'Above which?', guess='lr', truth=1, within=0.1, why='So.')",
    "limit",
    "predict(count, 'How long?', truth=10, within=1, why='So.')",
    "count",
]

WAYS = "mouse", "keyboard", "touch"


@pytest.fixture(scope="module")
def lab(tmp_path_factory, chromium):
    """JupyterLab on a screen that takes touches, too, with a notebook for each way."""
    folder = tmp_path_factory.mktemp("guesses")
    for name in ("empty", *WAYS):
        write_notebook(folder / f"{name}.ipynb", *(CODE if name in WAYS else []))
    with JupyterServer(folder, "lab") as server:
        yield server.open(chromium.new_page(viewport=VIEWPORT, has_touch=True), "empty.ipynb")


@pytest.fixture(params=WAYS)
def notebook(request, lab):
    notebook = lab.open_beside(f"{request.param}.ipynb")
    notebook.run_all()
    notebook.by = request.param
    yield notebook
    assert notebook.console_errors == []
    notebook.put_away()


def press(notebook, element, x=0.5, y=0.5):
    """Click or tap on a place of an element, told in parts of its width and height."""
    element.scroll_into_view_if_needed()
    box = element.bounding_box()
    at = box["x"] + x * box["width"], box["y"] + y * box["height"]
    (notebook.page.touchscreen.tap if notebook.by == "touch" else notebook.page.mouse.click)(*at)


def confirm(notebook, box):
    """Confirm a guess; returns what is said of it."""
    button = box.locator("button")
    if notebook.by == "keyboard":
        button.press("Enter")
    else:
        press(notebook, button)
    notebook.page.wait_for_function("box => box.disabled", arg=box.element_handle())
    return box.locator(".gdlab-verdict").inner_text()


def test_guesses_are_made_confirmed_and_shown_beside_the_truth(notebook):
    boxes = notebook.root.locator(".gdlab-question").all()
    place, limit, count = (Picture(notebook, i) for i in range(3))

    # A place: the map is seen, at step 0, and only the point moves.
    place.canvas.scroll_into_view_if_needed()
    assert place.settled()[0] == "guess 3, 4, step 0"
    assert place.root.locator("input, button").evaluate_all("all => all.every(one => one.matches(':disabled'))")
    if notebook.by == "keyboard":
        place.canvas.focus()
        for _step in range(3):
            notebook.page.keyboard.press("Shift+ArrowLeft")
    else:
        press(notebook, place.canvas, 0.55, 0.4)
    guess = place.settled()[0]
    assert guess != "guess 3, 4, step 0" and guess.endswith("step 0")
    said = confirm(notebook, boxes[0])
    assert said.startswith("✗ You guessed (") and "It is (2.4, 3.2): " in said and said.endswith("apart. So.")
    place.page.wait_for_function("e => !e.classList.contains('gdlab-locked')", arg=place.root.element_handle())
    assert place.settled()[0] == guess.replace("step 0", "step 1")
    assert place.root.locator("input").is_enabled()

    # A limit: nothing is seen but the slider; then it goes to the truth, and both are marked.
    limit.canvas.scroll_into_view_if_needed()
    veiled = limit.settled()
    rate, steps = limit.root.locator("input").all()
    assert rate.is_enabled() and steps.is_disabled() and limit.frame() == ""
    if notebook.by == "keyboard":
        rate.press("End")
    else:
        press(notebook, rate, 0.98)
    assert limit.settled() == veiled and limit.frame() == ""
    assert limit.root.locator(".gdlab-marks span").count() == 0
    assert confirm(notebook, boxes[1]) == "✗ You guessed 1.5. It is 1: 0.5 apart. So."
    limit.page.wait_for_function("e => !e.classList.contains('gdlab-locked')", arg=limit.root.element_handle())
    assert limit.settled()[0] == "rate 1, step 9"
    marks = limit.root.locator(".gdlab-marks span")
    assert marks.all_inner_texts() == ["?", "✓"] and [mark.get_attribute("title") for mark in marks.all()] == ["1.5", "1"]
    guessed, true = (mark.bounding_box()["x"] for mark in marks.all())
    track = rate.bounding_box()
    assert 0.3 < (guessed - true) / track["width"] < 0.4  # 5 of 14 positions

    # A number: what is none leaves the question open.
    line = boxes[2].locator("input")
    line.scroll_into_view_if_needed()
    assert boxes[2].locator("button").is_disabled()
    for typed, says in (("ten", "A number is asked for"), ("9,5", "✓ You guessed 9.5. It is 10: 0.5 apart. So.")):
        line.fill("")
        line.focus()
        notebook.page.keyboard.type(typed)
        boxes[2].locator("button").press("Enter")
        boxes[2].get_by_text(says).wait_for()
    assert count.settled()[0] == "rate 0.1" and line.input_value() == "9,5"
