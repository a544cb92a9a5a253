"""A drawing as a control: what it takes, what the lesson's function gets, and what view.js may send."""

import io

import numpy as np
import pytest
from commands import Wire, frame
from PIL import Image

from gdlab import Bars, Drawing, Slider, digits, live

EMPTY = (0,) * 64
COUNTS = tuple(k % 17 for k in range(64))
SEVEN = np.zeros((8, 8))
SEVEN[0, 2:6] = SEVEN[1:, 5] = 1


def ink_picture(**controls):
    """A picture of how much ink there is in each row of a drawing."""
    rows = Bars([f"row {i}" for i in range(8)], (0, 8))

    @live(rows, **(controls or {"drawing": Drawing()}))
    def ink(drawing):
        rows.show(drawing.sum(axis=1))
        return f"There is ink for {drawing.sum():.4f} blocks."

    return ink


@pytest.fixture
def picture():
    return ink_picture()


@pytest.fixture(scope="module")
def empty_picture():
    """One for all tests that must leave it empty."""
    return ink_picture()


# Values


@pytest.mark.parametrize(
    "value, counts",
    [
        (EMPTY, EMPTY),
        (COUNTS, COUNTS),
        (list(COUNTS), COUNTS),
        (np.array(COUNTS, dtype=np.uint8), COUNTS),
        (np.array(COUNTS) / 16, COUNTS),
        (np.reshape(COUNTS, (8, 8)) / 16, COUNTS),
        ((np.reshape(COUNTS, (8, 8)) / 16).tolist(), COUNTS),
        (np.ones((8, 8)), (16,) * 64),
        (np.ones((8, 8), dtype=int), (16,) * 64),
        (np.ones(64, dtype=int), (1,) * 64),
        (np.full((8, 8), 0.49), (8,) * 64),
        (np.full((8, 8), -0.0), EMPTY),
    ],
)
def test_a_drawing_is_kept_as_64_counts(value, counts):
    for kept in (Drawing(value).value, Drawing().check(value)):
        assert kept == counts
        assert all(type(count) is int for count in kept)


def test_a_digit_of_the_data_is_a_drawing():
    data = digits()
    for image in data.train_x[:20]:
        drawing = Drawing(image)
        assert np.array_equal(drawing.argument(drawing.value), image.reshape(8, 8))
        assert drawing.check(drawing.value) == drawing.value


def test_the_pad_is_empty_unless_told():
    assert Drawing().value == EMPTY
    assert Drawing(SEVEN).value == tuple(16 * SEVEN.astype(int).ravel())


HOSTILE = {
    "nothing": None,
    "a number": 3,
    "text": "draw",
    "64 letters": "x" * 64,
    "words": ["ink"] * 64,
    "a dict": {"0": 1},
    "no numbers": [],
    "63 numbers": [0] * 63,
    "65 numbers": [0] * 65,
    "rows of unlike length": [[0] * 8] * 7 + [[0] * 7],
    "nested too deep": [[[0]] * 8] * 8,
    "another shape": [[0] * 4] * 16,
    "NaN": [float("nan")] * 64,
    "infinity": [float("inf")] * 64,
    "a count too many": [17] * 64,
    "a negative count": [-1] + [0] * 63,
    "a fraction of a count": [1.5] + [0] * 63,
    "huge numbers": [10**30] * 64,
    "truths": [True] * 64,
    "nulls": [None] * 64,
    "complex numbers": np.full(64, 1j),
    "an image above 1": np.full((8, 8), 1.01),
    "an image below 0": np.full((8, 8), -0.01),
    "counts as an image": np.full((8, 8), 16),
    "all the test images": np.zeros((360, 64)),
}
every_hostile_value = pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)


@every_hostile_value
def test_what_is_no_drawing_is_refused_in_few_words(empty_picture, value):
    with pytest.raises(ValueError, match=r"^ink: drawing must be an \(8, 8\) image .* or 64 whole") as caught:
        empty_picture.set(drawing=value)
    assert len(str(caught.value)) < 400 and "\n" not in str(caught.value)
    assert empty_picture.values == {"drawing": EMPTY}
    if value is not None:
        with pytest.raises(ValueError, match="must be an"):
            Drawing(value)


# In a picture


def test_the_function_gets_an_image_of_its_own():
    seen = []
    picture = live(Bars("a", (0, 1)), drawing=Drawing(SEVEN))(lambda drawing: seen.append(drawing) or "Seen.")
    picture.set()
    seen[0][:] = 0.5
    picture.set()
    assert seen[1].shape == (8, 8) and seen[1].dtype == float
    assert np.array_equal(seen[1], SEVEN)


def test_set_from_code(picture):
    assert picture.set(drawing=SEVEN) == "There is ink for 11.0000 blocks."
    assert picture.values == {"drawing": tuple(16 * SEVEN.astype(int).ravel())}
    assert picture.set() == picture.set(drawing=picture.values["drawing"])
    assert picture.set(drawing=EMPTY) == "There is ink for 0.0000 blocks."


def test_set_reaches_a_view_that_is_there(picture):
    wire = Wire(picture)
    sentence = picture.set(drawing=SEVEN)
    values, shown = wire.begin()
    assert values == [(16 * SEVEN).ravel().tolist()] and shown["sentence"] == sentence


def test_a_drawing_changes_the_frame_and_back(picture):
    before = frame(picture)
    assert frame(picture, drawing=SEVEN) != before
    assert frame(picture, drawing=EMPTY) == before


def test_a_shown_drawing_has_a_sentence_an_image_and_a_view():
    picture = ink_picture(drawing=Drawing(SEVEN, label="your digit"))
    data, _metadata = picture._repr_mimebundle_()
    assert data["text/plain"] == "There is ink for 11.0000 blocks."
    assert Image.open(io.BytesIO(data["image/png"])).width == 550
    (control,) = picture.view.controls
    assert control == {"kind": "drawing", "name": "drawing", "label": "your digit", "positions": [], "step": None}
    wire = Wire(picture)
    values, shown = wire.begin()
    assert values == [(16 * SEVEN).ravel().tolist()] and wire.stills[shown["still"]]["areas"] == []
    assert {"draw", "clear"} <= set(picture.view.words)


def test_what_is_no_control_is_told_what_is():
    with pytest.raises(ValueError, match="drawing must be a Slider, .* Drawing, Text or Blanks, not"):
        ink_picture(drawing=SEVEN)


# What view.js sends


def test_show_is_answered_with_the_frame_of_that_drawing(picture):
    shown = Wire(picture).ask(COUNTS)
    assert shown["sentence"] == f"There is ink for {sum(COUNTS) / 16:.4f} blocks."
    assert picture.values == {"drawing": COUNTS}
    assert shown == picture._frame(picture.values)


def test_moved_is_noted(picture):
    wire = Wire(picture)
    wire.deliver("moved", values=[list(COUNTS)])
    assert picture.values == {"drawing": COUNTS} and wire.take() == []


@every_hostile_value
def test_a_view_that_sends_no_drawing_gets_an_answer(empty_picture, value):
    wire = Wire(empty_picture)
    wire.deliver("show", values=[value.tolist() if isinstance(value, np.ndarray) else value])
    (answer,) = wire.take()
    ((_values, made),) = answer.frames
    assert "must be an (8, 8) image" in made["error"] and "commands" not in made
    assert empty_picture.values == {"drawing": EMPTY}


def test_a_drawing_beside_a_slider():
    rows = Bars("a", (0, 64))

    @live(rows, drawing=Drawing(), times=Slider(1, 0, 2))
    def scaled(drawing, times):
        rows.show([times * drawing.sum()])
        return f"{times * drawing.sum():g}"

    assert Wire(scaled).ask([16] * 64, 0.5)["sentence"] == "32" == scaled.set(times=0.5)
