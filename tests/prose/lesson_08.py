"""Lesson 08, Draw the line: the words, and what they must agree with."""

import itertools

import numpy as np

from gdlab import numerical_gradient
from prose import Lesson, told

lesson = Lesson("08")
ANSWERS, LABELS = np.array([[0.8, 0.2], [0.4, 0.6], [0.3, 0.7]]), np.array([0, 1, 0])  # of the three photos


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def misjudged(w1, w2, b):
    return told(lesson.says("sort_beads", w1=w1, w2=w2, b=b))[-2]


def fewest():
    """The least number of beads that any position of the three sliders misjudges, by arithmetic."""
    where = np.arange(-2, 2.05, 0.1).round(1)
    w = np.array([*itertools.product(where, where)]).T
    z = (lesson.points @ w)[..., None] + where
    wrong = np.sum((z > 0) != (lesson.kinds == 1)[:, None, None], axis=0)
    (best, bias) = np.unravel_index(wrong.argmin(), wrong.shape)
    assert misjudged(*w[:, best], where[bias]) == wrong.min()
    return wrong.min()


def direction(w1, w2, b):
    """The direction of the line: from one of its points to another."""
    ends = [np.array([x1, -(w1 * x1 + b) / w2]) for x1 in (0, 1)]
    return round(np.arctan2(*(ends[1] - ends[0])), 9)


def nudged(random=np.random.default_rng(0)):
    """By how many the number of misjudged beads changes when random weights change a little."""
    w = random.uniform(-2, 2, 2)
    wrong = [np.sum((lesson.points @ (w + by) > 0) != (lesson.kinds == 1)) for by in (0, 0.001)]
    return wrong[1] - wrong[0]


def right(data, units, bend="tanh"):
    """The share of the points that a network of so many units gets right."""
    return told(lesson.says("several_lines", data=data, units=units, bend=bend))[-1]


def z_of(w1, w2, b, x1, x2):
    return w1 * x1 + w2 * x2 + b


def colour(*machine_and_bead):
    return "blue" if z_of(*machine_and_bead) > 0 else "orange"


def photo(number):
    """A row of the table: the answer, the wish, and the squared differences."""
    wish = np.eye(2)[LABELS[number]]
    return [ANSWERS[number], wish, (ANSWERS[number] - wish) ** 2]


def is_cut(w2):
    """Whether the curve on the left is the loss along w₁ with this w₂."""
    (curve,) = [line for line in lesson.cut.ax.lines if len(line.get_xdata()) == len(lesson.ws)]
    return np.allclose(curve.get_ydata(), lesson.beads(lesson.ws, w2))


def p(answers, labels):
    return np.asarray(answers)[np.arange(len(labels)), np.asarray(labels, int)]


ROWS = [
    ("b", lambda: direction(1, -1, 0) == direction(1, -1, 1) != direction(1.5, -1, 0) != direction(1, -1.5, 0)),
    ("Three", lambda: right("circles", 2) < 0.99 < right("circles", 3)),
    ("says *blue* where z is above 0", lambda edge: colour(1, 1, 0, 1, edge) == "blue"),
    ("Where z is exactly 0 it changes its mind",
     lambda edge: {colour(1, 1, b, 0, 0) for b in (edge - 0.1, edge + 0.1)} == {"blue", "orange"}),
    ("Down to 5 or 4?", lambda few, fewer: fewest() == fewer == few - 1),
    ("With w = (1, 1), b = −0.5, a bead at (0.7, 0.4) has z = 0.7 + 0.4 − 0.5 = 0.6: blue",
     lambda *said: np.isclose(z_of(*said[:5]), said[-1]) and colour(*said[:5]) == "blue"
     and said[5:8] == (*said[3:5], -said[2])),
    ("no line separates a disc from the ring around it", lambda: right("circles", 1) < 0.9),
    ("Two lines leave a strip between them, open at both ends. The ring crosses it there.", lambda: right("circles", 2) < 0.99),
    ("Three lines make a triangle around the disc", lambda: right("circles", 3) > 0.98),
    ("However many units you add, there is one straight line", lambda: right("circles", 8, "identity") < 0.9),
    ("Its slope is 0 almost everywhere", lambda slope: np.mean([nudged() == slope for _draw in range(50)]) > 0.9),
    ("wish for (1, 0) when it is a puppy and (0, 1) when it is a kitten", lambda: [photo(0)[1], photo(1)[1]]),
    ("| puppy | (0.8, 0.2) | (1, 0) | 0.04 + 0.04 |", lambda: photo(0)),
    ("| kitten | (0.4, 0.6) | (0, 1) | 0.16 + 0.16 |", lambda: photo(1)),
    ("| puppy | (0.3, 0.7) | (1, 0) | 0.49 + 0.49 |", lambda: photo(2)),
    ("The mean of the six is 1.38 / 6 = 0.23",
     lambda: [sum(np.sum(photo(k)[2]) for k in range(3)), lesson.answers.size, np.mean((lesson.answers - lesson.wishes) ** 2)]),
    ("if the answers are above 0 and add up to 1, as here",
     lambda low, sum: np.all(ANSWERS > low) and np.allclose(ANSWERS.sum(axis=1), sum)),
    ("(0.2231 + 0.5108 + 1.2040) / 3 = 0.646",
     lambda: [-np.log(p(ANSWERS, LABELS)), len(ANSWERS), lesson.your_cross_entropy.right(ANSWERS, LABELS)]),
    ("Near p = 0 the square is content with a slope of 2",
     lambda at: abs(numerical_gradient(lambda p: (1 - p) ** 2, float(at)))),
    ("The cross-entropy climbs without end", lambda: told(lesson.says("sure_and_wrong", p=0.01))[-1] == -100),
    ("answers σ(z) for blue and 1 − σ(z) = σ(−z) for orange", lambda one: np.isclose(one - sigmoid(0.3), sigmoid(-0.3))),
    ("With s = 1 for blue and s = −1 for orange that is p = σ(sz), so −log p = log(1 + e⁻ˢᶻ)",
     lambda blue, orange, one: {*lesson.signs} == {blue, orange}
     and all(np.isclose(-np.log(sigmoid(s * 0.3)), np.log(one + np.exp(-s * 0.3))) for s in (blue, orange))),
    ("its mean over the beads, with b = 0",
     lambda b: np.isclose(lesson.beads(0.7, 0.4), np.mean(-np.log(sigmoid(lesson.signs * (lesson.points @ (0.7, 0.4) + b)))))),
    ("a cut along w₁, held at w₂ = 1", is_cut),
    ("w₂ = 1", is_cut),
    ("With ten it needs 10³⁰ evaluations", lambda weights, tries: 1000**weights == tries),
    ("a billion a second, since the beginning of the universe, would be not even 10²⁷",
     lambda most: most / 10 < 13.8e9 * 31_557_600 * 1e9 < most),
    ("w = (2, −1), b = −0.5. On which side is the bead at (0.6, 0.9)?", lambda *said: colour(*said) == lesson.which_side.right),
    ("−0.2, which is below 0", lambda z, edge: np.isclose(z_of(2, -1, -0.5, 0.6, 0.9), z) and z < edge),
]  # fmt: skip
FORMULAS = [("(1 − p)²", lambda p: p * p - 2 * p + 1)]
RIGHT = {"sort_beads": "b", "several_lines": "Three"}
HINTS = {
    "which_side": [("z = 2 · 0.6 − 0.9 − 0.5. Is that above 0?", colour(-2, 1, 0.5, 0.6, 0.9))],
    "your_cross_entropy": [
        ("The sign: log of a number below 1 is negative.", lambda answers, labels: np.mean(np.log(p(answers, labels)))),
        ("That is the sum. Take the mean over the examples.", lambda answers, labels: np.sum(-np.log(p(answers, labels)))),
        ("Take −log p, not 1 − p.", lambda answers, labels: np.mean(1 - p(answers, labels))),
        ("First the log of each p, then the mean.", lambda answers, labels: -np.log(np.mean(p(answers, labels)))),
        ("Only the column that is right counts for each row.", lambda answers, labels: np.mean(-np.log(answers))),
    ],
}
