"""The drawing pad as a learner meets it: drawn on with mouse and finger, cleared, locked, set from code."""

import json

import numpy as np
import pytest
from browser import VIEWPORT, JupyterServer, write_notebook
from lessons_in_browser import Picture

from gdlab import MLP, Adam, digits, train

CODE = [
    """\
import numpy as np
from gdlab import Bars, Drawing, Slider, live, predict

rows, calls = Bars([f"row {i}" for i in range(8)], (0, 8), title="ink in each row"), []

@live(rows, drawing=Drawing(label="your digit"), times=Slider(1, 0, 2, 0.5))
def ink(drawing, times):
    calls.append(drawing)
    rows.show(times * drawing.sum(axis=1))
    return f"There are {16 * drawing.sum():.0f} inked cells; call {len(calls)}."

ink""",
    """\
columns = Bars([f"column {i}" for i in range(8)], (0, 8))

@live(columns, drawing=Drawing())
def locked(drawing):
    columns.show(drawing.sum(axis=0))
    return f"There are {16 * drawing.sum():.0f} inked cells."

predict(locked, "Where is the ink?", {"here": "Yes.", "there": "No."}, right="here")""",
    "locked",
    """\
shown = Bars([f"row {i}" for i in range(8)], (0, 8))

@live(shown, drawing=Drawing())
def diagonal(drawing):
    shown.show(drawing.sum(axis=1))
    return f"There are {16 * drawing.sum():.0f} inked cells."

diagonal""",
    "diagonal.set(drawing=np.eye(8))",
]

# Digits as they are drawn: the points of each stroke, in hundredths of the pad.
DIGITS = {
    0: [[(50, 10), (30, 20), (22, 50), (30, 80), (50, 90), (70, 80), (78, 50), (70, 20), (50, 10)]],
    1: [[(30, 28), (52, 5), (52, 95)]],
    2: [[(20, 30), (30, 12), (50, 6), (70, 20), (62, 45), (20, 93), (80, 93)]],
    3: [[(20, 10), (45, 5), (70, 20), (45, 46), (72, 55), (75, 75), (55, 93), (25, 90)]],
    4: [[(40, 5), (15, 60), (85, 60)], [(65, 30), (65, 95)]],
    5: [[(78, 5), (35, 8), (25, 42), (55, 42), (75, 60), (65, 85), (40, 95), (20, 88)]],
    6: [[(55, 5), (35, 35), (25, 70), (40, 94), (70, 85), (70, 65), (45, 58), (28, 75)]],
    7: [[(20, 10), (75, 10), (60, 40), (45, 95)], [(30, 50), (75, 50)]],
    8: [[(70, 15), (50, 5), (30, 17), (74, 75), (55, 94), (30, 85), (30, 65), (70, 20)]],
    9: [[(70, 20), (50, 6), (30, 20), (32, 42), (52, 48), (70, 30), (72, 20), (60, 95)]],
}


@pytest.fixture(scope="module")
def notebook(tmp_path_factory, chromium):
    folder = tmp_path_factory.mktemp("drawing")
    write_notebook(folder / "drawing.ipynb", *CODE)
    with JupyterServer(folder, "lab") as server:
        page = chromium.new_page(viewport=VIEWPORT, has_touch=True, device_scale_factor=2)
        notebook = server.open(page, "drawing.ipynb")
        notebook.run_all()
        yield notebook
        assert notebook.console_errors == []
        notebook.close()


class Pad(Picture):
    """A picture with a pad."""

    def __init__(self, notebook, index):
        super().__init__(notebook, index)
        self.pad = self.root.locator("canvas.gdlab-pad")
        self.clear = self.root.get_by_role("button", name="Clear")

    def places(self, stroke, size=1.0, at=(0.5, 0.5)):
        """Where on the page the points of a stroke are, drawn in this size and there on the pad."""
        self.pad.scroll_into_view_if_needed()
        box = self.pad.bounding_box()
        corner, side = np.array([box["x"], box["y"]]), np.array([box["width"], box["height"]])
        return (corner + side * (np.array(at) + size * (np.array(stroke) / 100 - 0.5))).tolist()

    def draw(self, strokes, **where):
        """Draw with the mouse, and wait until the picture shows it; returns the 64 numbers."""
        for stroke in strokes:
            first, *others = self.places(stroke, **where)
            self.page.mouse.move(*first)
            self.page.mouse.down()
            for place in others:
                self.page.mouse.move(*place, steps=3)
            self.page.mouse.up()
        self.settled()
        return self.numbers()

    def numbers(self):
        """The 64 numbers that the frame now shown was made for; behind the veil none is shown."""
        return np.array(json.loads(self.frame() or "[[]]")[0])

    def shades(self):
        """How dark the pad is in each of 8 × 8 blocks, from 0 to 1."""
        blocks = self.pad.evaluate(
            """pad => {
                const { data, width } = pad.getContext("2d").getImageData(0, 0, pad.width, pad.height);
                const sums = new Array(64).fill(0), side = width / 8;
                for (let y = 0; y < width; y++) for (let x = 0; x < width; x++)
                    sums[8 * Math.floor(y / side) + Math.floor(x / side)] += data[4 * (width * y + x) + 3];
                return sums.map(sum => sum / side / side / 255);
            }"""
        )
        return np.reshape(blocks, (8, 8))


@pytest.fixture
def pad(notebook):
    """The first picture, its pad empty."""
    pad = Pad(notebook, 0)
    pad.clear.click()
    pad.settled()
    yield pad
    pad.leave()


def test_sentence_and_picture_change_while_the_pointer_draws(pad):
    seen = [pad.settled()]
    assert seen[0][0].startswith("There are 0 inked cells") and not pad.shades().any()
    places = pad.places([(30, 10), (30, 50), (60, 60), (40, 90)])
    pad.page.mouse.move(*places[0])
    pad.page.mouse.down()
    for place in places[1:]:
        pad.page.mouse.move(*place, steps=4)
        seen.append(pad.settled())  # the button is still down
    pad.page.mouse.up()
    for k in (0, 1):
        assert len({one[k] for one in seen}) == len(seen)
    assert pad.shades()[4, 2] > 0.3 and pad.shades()[:, 7].max() == 0  # the ink is where the pointer was
    drawn = pad.numbers()
    pad.page.mouse.move(*pad.places([(90, 90)])[0])
    pad.settled()
    assert np.array_equal(pad.numbers(), drawn)  # no button, no ink


def test_where_and_how_large_a_digit_is_drawn_does_not_matter(pad):
    large = pad.draw(DIGITS[3], size=0.95)
    pad.clear.click()
    small = pad.draw(DIGITS[3], size=0.3, at=(0.8, 0.2))
    assert np.abs(large - small).mean() < 0.5 and np.abs(large - small).max() <= 4
    for numbers in (large, small):  # as in the data: from the first row to the last, and margins beside
        image = numbers.reshape(8, 8)
        assert image[0].sum() > 8 and image[7].sum() > 8
        assert image[:, 0].sum() + image[:, 7].sum() < 12 and 220 < image.sum() < 400


def test_digits_drawn_are_like_those_of_the_data(pad):
    data, model = digits(), MLP([64, 64, 10], "relu")
    train(model, data.train_x, data.train_y, Adam(0.01), 20, batch=64)
    read = {}
    for digit, strokes in DIGITS.items():
        pad.clear.click()
        read[digit] = int(np.argmax(model(pad.draw(strokes, size=0.7)[None] / 16).data))
    assert sum(digit == answer for digit, answer in read.items()) >= 9, read


def test_a_dot_and_a_line_are_drawings(pad):
    (place,) = pad.places([(20, 30)])
    pad.page.mouse.click(*place)
    pad.settled()
    assert pad.numbers().sum() > 0 and pad.shades()[2, 1] > 0
    pad.clear.click()
    line = pad.draw([[(10, 50), (90, 50)]]).reshape(8, 8)
    assert not line[:2].any() and not line[6:].any() and line[3:5, 2:6].all()


def test_a_stroke_that_leaves_the_pad_stays_on_it(pad):
    pad.draw([[(50, 50), (250, 50), (250, 300), (50, 90)]])
    assert pad.shades()[7, 7] > 0.3


def test_a_finger_draws_and_does_not_scroll(pad):
    places = pad.places(DIGITS[7][0])
    before = pad.pad.bounding_box()
    session = pad.page.context.new_cdp_session(pad.page)
    for kind, (x, y) in zip(["touchStart"] + ["touchMove"] * 3, places, strict=True):
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    session.detach()
    pad.settled()
    assert pad.numbers().sum() > 200
    assert pad.pad.bounding_box() == before


def test_the_button_and_the_keyboard_clear_the_pad(pad):
    press = pad.page.keyboard.press
    button = lambda: pad.clear.click()
    enter = lambda: (press("Tab"), press("Enter"))  # from the pad, which has the focus, to the button
    for clear in (button, lambda: press("Delete"), lambda: press("Backspace"), enter):
        assert pad.draw(DIGITS[1]).any()
        clear()
        assert pad.settled()[0].startswith("There are 0 inked cells") and not pad.numbers().any()
        assert not pad.shades().any()
    assert pad.root.count() == 1  # Jupyter took no key for itself: the cell is still there
    label = pad.pad.get_attribute("aria-label")
    assert label.startswith("your digit: ") and pad.pad.get_attribute("role") == "img"
    assert pad.pad.get_attribute("data-lm-suppress-shortcuts") == "true"


def test_only_the_slider_is_made_ahead_of_a_drawing_and_nothing_kept_after_it(pad):
    calls = lambda: int(pad.settled()[0].split()[-1].rstrip("."))
    ahead = lambda: pad.page.wait_for_selector(".gdlab-live[data-ahead=done]")
    slider = pad.root.locator("input[type=range]")
    slider.focus()
    pad.draw(DIGITS[1])
    ahead()
    made = []
    for key in ("ArrowRight", "ArrowLeft", "ArrowLeft", "ArrowRight"):
        slider.press(key)
        made.append(calls())
    assert len(set(made)) == 3 and max(made) - min(made) <= 4  # the slider's five positions were all there
    pad.pad.press("Delete")
    ahead()
    slider.press("ArrowLeft")
    assert calls() > max(made)  # what was made for an earlier drawing is gone


def test_a_prediction_locks_the_pad(notebook):
    pad = Pad(notebook, 1)
    assert pad.clear.is_disabled() and pad.pad.get_attribute("tabindex") == "-1"
    before = pad.settled()
    assert not pad.draw(DIGITS[1]).size and not pad.shades().any()
    assert pad.settled() == before
    pad.unlock(notebook)
    assert pad.clear.is_enabled() and pad.pad.get_attribute("tabindex") == "0"
    assert pad.draw(DIGITS[1]).any() and pad.shades().any()
    pad.leave()


def test_a_drawing_set_from_code_is_shown_as_its_64_numbers(notebook):
    pad = Pad(notebook, 2)
    assert pad.settled()[0] == "There are 128 inked cells."
    np.testing.assert_allclose(pad.shades(), np.eye(8), atol=0.01)
    drawn = pad.draw(DIGITS[0])
    assert pad.shades()[4, 4] == 0 and drawn.any()  # the first stroke takes its place
    pad.leave()


def test_the_kernel_remembers_the_drawing(notebook):
    pad = Pad(notebook, 2)
    sentence, numbers = pad.settled()[0], pad.numbers()
    notebook.reload()
    pad = Pad(notebook, 2)
    pad.root.locator(".gdlab-readout", has_text=sentence).wait_for(timeout=30_000)
    np.testing.assert_allclose(pad.shades().ravel(), numbers / 16, atol=0.01)
