"""Lesson 00, Start here: the words, and what they must agree with."""

import numpy as np

from gdlab import GradientDescent, descend, mountain
from prose import Lesson

lesson = Lesson("00")


def side(x, y, lr=0.2):
    """In which valley a walk ends."""
    return "left" if descend(mountain, (x, y), GradientDescent(lr), 100).points[-1, 0] < 0 else "right"


def arrives(steps):
    """Whether one comes to the bottom by feeling the ground so many times, and walking straight on in between."""
    x, y = lesson.controls["walk"]["start"]
    for _step in range(steps):
        down = -np.array(mountain.grad(x, y))
        x, y = min(((x, y) + far * down for far in np.linspace(0, 30 / steps, 300)), key=lambda at: mountain(*at))
    return mountain(x, y) < mountain(*min(mountain.minima, key=lambda end: mountain(*end))) + 0.01


ROWS = [
    ("I feel which way is down, take a step, and feel again", lambda: arrives(steps=30) and not arrives(steps=1)),
    ("There are two valleys here.", lambda: len(mountain.minima) == 2),
    ("the deep one on the right", lambda: min(mountain.minima, key=lambda end: mountain(*end))[0] > 0),
    ("From where you began, the arrow leads into the deep one on the right",
     lambda: side(*lesson.controls["walk"]["start"]) == "right"),
    ("A walk starts at (−1, 0.5) with learning rate 0.2", lambda x, y, lr: side(x, y, lr) == lesson.which_valley.right),
    ("The left valley is nearer, and a walk from (−1.1, 0.5) still ends there.", lambda x, y: side(x, y) == "left"),
    ("(−1, 0.5) lies just on the other side of the divide", lambda x, y: side(x, y) == "right"),
]
RIGHT = {"fog": "I feel which way is down, take a step, and feel again"}
HINTS = {"which_valley": [("Drag the white square in the picture above to (−1, 0.5)", "left")]}
FREE = {
    "the derivative of x²": "school",
    "It is half the lesson": "not counted",
    "half an hour": "not measured",
}
