"""Lesson 12, Map the mountain: the words, and what they must agree with."""

from functools import cache

import numpy as np

from gdlab import MLP, GradientDescent, descend, himmelblau, numerical_gradient, parse, rosenbrock
from prose import Lesson, told

lesson = Lesson("12")
WALLS = {"A": 82, "C": 134}  # the greatest curvatures at two of Himmelblau's minima: see `curvature`
MOMENTS = {"the trained network": 300, "the start": 0}


def curvature(name):
    """The greatest curvature of Himmelblau's function at the minimum of this name."""
    at = np.array(himmelblau.minima["ABCD".index(name)], float)
    hessian = [numerical_gradient(lambda v, k=k: himmelblau.grad(*v)[k], at) for k in (0, 1)]
    return np.linalg.eigvalsh(hessian).max()


@cache
def settled(lr):
    return told(lesson.says("settle", lr=lr))


def share(name, lr):
    """The share of the starts that end in this valley, by plain descent, as the picture says."""
    return settled(lr)[1 + "ABCD".index(name)]


def around(moment, pair):
    """The loss of the network, and all that it takes around it."""
    surface, rim = lesson.around(MOMENTS[moment], pair), np.linspace(-1, 1, 41)
    return told(lesson.says("look_around", moment=moment, directions=pairs()[pair]))[0], surface(*np.meshgrid(rim, rim))


def rise(moment, pair):
    """How far the loss of the network goes up around it, at most."""
    middle, all_around = around(moment, pair)
    return all_around.max() - middle


def pairs():
    return list(lesson.pairs.options)


def smooth(moment):
    """Whether the loss never falls on the way out from the middle, whichever pair of directions."""
    out = np.linspace(0, 1, 20)
    return all(
        np.all(np.diff(lesson.around(MOMENTS[moment], pair)(out * np.cos(way), out * np.sin(way))) > 0)
        for pair in range(3)
        for way in np.arange(0, 2 * np.pi, 0.5)
    )


def in_plane(rate):
    return told(lesson.says("retrace", rate=rate, mark=100))[-1]


def aimless(dimensions=33, steps=100):
    """Which share of an aimless walk lies in its best plane, on average."""
    random = np.random.default_rng(0)
    shares = []
    for _walk in range(50):
        points = np.cumsum(random.normal(size=(steps, dimensions)), axis=0)
        sizes = np.linalg.svd(points - points.mean(axis=0), compute_uv=False) ** 2
        shares.append(sizes[:2].sum() / sizes.sum())
    return np.mean(shares)


def jumps(rate):
    """The largest rise of the loss from one kept epoch to the next, after the first."""
    return np.diff(lesson.trained(rate).kept_losses[5:]).max()


def counted(sizes):
    return sum(np.size(parameter.data) for parameter in MLP(sizes).parameters)


def scaled(weights, draw, weights_of=0, draw_of=0):
    """The draw, made as long as the weights: column by column, or with None as a whole."""
    return draw * np.linalg.norm(weights, axis=weights_of) / np.linalg.norm(draw, axis=draw_of)


ROWS = [
    ("C loses its basin", lambda: share("C", 0.0155) == 0 < min(share(name, 0.0155) for name in "ABD")),
    ("after 30 epochs", lambda epochs: lesson.moments.options["after 30 epochs"] == epochs),
    ("This network has 33 weights and biases", lambda: counted([2, 8, 1])),
    ("One smooth valley, and we are in it", lambda: smooth("the trained network")),
    ("Where it starts, the ground is smooth, and nearly flat",
     lambda: lesson.controls["look_around"]["moment"] == "the start"
     and all(np.median(around("the start", pair)[1]) < 1.1 * around("the start", pair)[0] for pair in range(3))),
    ("whichever directions you take, it goes up from there, and far",
     lambda: smooth("the trained network") and all(rise("the trained network", pair) > 10 * rise("the start", pair)
     for pair in range(3))),
    ("the loss is about 1 in the middle, and hardly lower anywhere: what looks like a valley on the map is less than 0.01 deep",
     lambda loss, deep: all(round(around("the start", pair)[0]) == loss
     and 0 < around("the start", pair)[0] - around("the start", pair)[1].min() < deep for pair in range(3))),
    ("Play it to the end: there the sentence tells how much of the walk lies in the plane",
     lambda: "of the walk" in lesson.says("retrace", mark=100) and "of the walk" not in lesson.says("retrace")),
    ("The walk could go in 33 directions", lambda: counted([2, 8, 1])),
    ("About 6 %, two of 33", lambda share, all: round(2 / all, 2) == share and all == counted([2, 8, 1])),
    ("even an aimless one would have about three quarters in them", lambda quarter: abs(aimless() - 3 * quarter) < 0.03),
    ("Almost all of it", lambda: in_plane("0.2") > 0.99),
    ("A walk through 33 dimensions is nearly flat", lambda: counted([2, 8, 1])),
    ("Then choose 0.33. That rate is near its limit", lambda rate: jumps(rate) > 0.3 > 0 > jumps(0.2)),
    ("A cut shows two dimensions of 33", lambda: counted([2, 8, 1])),
    ("Here is Himmelblau's, with four minima: 200 × 200 starts, 300 steps each",
     
     lambda *said: (*lesson.basins(himmelblau, GradientDescent(0.01), 1).shape, 300) == said),
    ("with four minima", lambda: len(himmelblau.minima) == 4),
    ("Adam, 20 × the rate", lambda: lesson.by["Adam, 20 × the rate"](0.5).lr / 0.5),
    ("The valley C is the steepest: across it the curvature is 134. You raise the learning rate slowly from 0.01",
     lambda steep, rate: round(curvature("C")) == steep == round(max(map(curvature, "ABCD")))
     and lesson.controls["settle"]["lr"] == rate),
    ("limit of its own, 2 / curvature",
     lambda two: share("C", 0.0145) > 0.2 and 0.0145 < two / curvature("C") < 0.0155 and share("C", 0.0155) == 0),
    ("a walk holds where the rate is below 2 / curvature",
     lambda two: share("C", 0.0145) > 0.2 and 0.0145 < two / curvature("C") < 0.0155 and share("C", 0.0155) == 0),
    ("2 / 134 = 0.0149", lambda two: [curvature("C"), two / curvature("C")]),
    ("Just above 0.015 the valley C turns white", lambda rate: share("C", rate + 0.0005) == 0 and share("C", rate) > 0.2),
    ("Far above the limit a few dots of C come back", lambda: 0 < share("C", 0.02) < 0.05),
    ("when the 300 steps were over", 
     lambda steps: round(np.mean(lesson.basins(himmelblau, GradientDescent(0.02), steps) == 2), 2) == share("C", 0.02)),
    ("x**2/10 + y**2/5 + 2*sin(x) * cos(y)",
     lambda *said: said == (2, 10, 2, 5, 2) and np.isclose(parse(lesson.first)(1, 2), 0.1 + 0.8 + 2 * np.sin(1) * np.cos(2))),
    ("At Himmelblau's minimum A the greatest curvature is 82", lambda: curvature("A")),
    ("About 0.0244. Watch A in the picture of the basins: from there on it is lost, too",
     lambda rate: round(2 / round(curvature("A")), 4) == rate and share("A", 0.024) > 0.2 and share("A", 0.025) == 0),
    ("`np.linalg.norm(weights, axis=0)` gives the length of each column",
     lambda axis: np.allclose(np.linalg.norm([[3, 1], [4, 0]], axis=axis), [5, 1])),
    ("A valley holds a walk only below 2 / curvature",
     lambda two: share("A", 0.024) > 0.2 and 0.024 < two / curvature("A") < 0.025 and share("A", 0.025) == 0),
]  # fmt: skip
FORMULAS = [
    ("(1-x)^2 + 100*(y-x^2)^2", rosenbrock),
    *[(words, parse(words)) for words in ("-exp(-x^2-y^2)", "sin(3*x)*sin(3*y) + (x^2+y^2)/10", "1/(1+x^2) + y^2")],
]
RIGHT = {"look_around": "One smooth valley, and we are in it", "retrace": "Almost all of it", "settle": "C loses its basin"}
HINTS = {
    "rate_limit": [
        ("There a step lands on the bottom of the steepest cut. It may be twice as long before the walk bounces away.",
         1 / WALLS["A"]),
        ("The steeper, the smaller: 2 divided by the curvature.", WALLS["A"]),
        ("That is C's limit. A is less steep.", 2 / WALLS["C"]),
        ("The other way round.", WALLS["A"] / 2),
    ],
    "normalise": [
        ("Now each column has length 1. Give it the length of the unit's own weights.",
         lambda weights, draw: scaled(np.eye(len(draw.T)), draw)),
        ("That is right for the whole matrix. Each column is a unit: axis=0.",
         lambda weights, draw: scaled(weights, draw, None, None)),
        ("First give each column of the draw length 1: divide by its own length.",
         lambda weights, draw: draw * np.linalg.norm(weights, axis=0)),
    ],
}
FREE = {
    "2018": "the year of a paper",
    "About half": "a wrong choice",
}
