"""Texts that Pillow draws stand where matplotlib would put them, in the same size and colour."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from gdlab.panels.letters import Print

TEXTS = ("2.41", "−0.0312", "1.09 × 10⁻⁵")


def drawn(kind, text, dpi=100, **look):
    """The pixels of a text in the middle of white axes, shape (high, wide, 3)."""
    figure = Figure(figsize=(3, 1), dpi=dpi)
    canvas = FigureCanvasAgg(figure)
    ax = figure.add_axes((0, 0, 1, 1))
    ax.axis("off")
    ax.add_artist(kind(0.5, 0.5, text, va="center", **look))
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].astype(int)


def box(pixels):
    """(left, right, top, bottom) of the ink."""
    rows, columns = np.nonzero((pixels < 160).any(axis=-1))
    return np.array([columns.min(), columns.max(), rows.min(), rows.max()])


@pytest.mark.parametrize("dpi", [50, 100, 237])
@pytest.mark.parametrize("ha", ["left", "center", "right"])
@pytest.mark.parametrize("text", TEXTS)
def test_it_stands_where_matplotlibs_own_would(text, ha, dpi):
    ours, theirs = (drawn(kind, text, dpi, ha=ha, size=11) for kind in (Print, Text))
    assert np.abs(box(ours) - box(theirs)).max() <= 2 * dpi / 100 + 1
    ink = [(255 - pixels).sum() for pixels in (ours, theirs)]
    assert ink[0] == pytest.approx(ink[1], rel=0.2)


def test_it_is_the_right_way_up():
    for text, half in (("7", 0), ("L", 1)):  # where most of the ink is
        pixels = drawn(Print, text, size=40)
        _left, _right, top, bottom = box(pixels)
        halves = np.array_split(255 - pixels[top : bottom + 1], 2)
        assert halves[half].sum() > 1.3 * halves[1 - half].sum()


@pytest.mark.parametrize("text", TEXTS)
def test_no_letter_is_missing(text):
    missing = drawn(Print, "\U0010fffd", size=11)
    for letter in set(text) - {" "}:
        assert (drawn(Print, letter, size=11) != missing).any(), f"{letter} is not in the font"


def test_it_has_its_colour_and_weight():
    red = drawn(Print, "8", color="#ff0000", size=30)
    inked = red[(red != 255).any(axis=-1)]
    assert (inked[:, 0] == 255).all() and inked[:, 1:].min() == 0
    assert (255 - drawn(Print, "8", weight="bold", size=30)).sum() > 1.2 * (255 - drawn(Print, "8", size=30)).sum()


def test_what_is_empty_or_hidden_leaves_no_ink():
    for text, look in (("", {}), ("8", {"visible": False}), (" ", {})):
        assert (drawn(Print, text, **look) == 255).all()


def test_it_follows_its_text():
    figure = Figure(figsize=(3, 1), dpi=100)
    canvas = FigureCanvasAgg(figure)
    text = figure.add_artist(Print(0.5, 0.5, "1", transform=figure.transFigure, size=20))
    before = canvas.draw() or np.array(canvas.buffer_rgba())
    text.set(text="2", color="red")
    canvas.draw()
    assert (np.array(canvas.buffer_rgba()) != before).any()
