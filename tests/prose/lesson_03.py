"""Lesson 03, Choose the learning rate: the words, and what they must agree with."""

import numpy as np

from gdlab import GradientDescent, bowl, descend, double_well, numerical_gradient, ravine
from prose import Lesson, told

lesson = Lesson("03")
LARGEST = int(np.finfo(float).max)


def factor(lr):
    """By what one step on the bowl multiplies x."""
    return descend(bowl, (1, 1), GradientDescent(lr), 1).points[1, 0]


def says(lr):
    return lesson.says("walk", lr=lr)


def distances(lr, steps=30):
    return np.hypot(*descend(bowl, (-4, 3), GradientDescent(lr), steps).points.T)


def arrives(lr):
    """At which step the walk arrives, as the picture says; None where it does not."""
    said = lesson.says("arrive", lr=lr)
    return None if "does not arrive" in said else told(said)[-1]


def faster(*rates):
    """Whether each of these walks arrives sooner than the one before."""
    return bool(np.all(np.diff([arrives(lr) for lr in rates]) < 0))


def on_ravine(lr, kappa=10, steps=200):
    return descend(ravine(kappa), (-4.5, 2), GradientDescent(lr), steps)


def flies(lr, kappa=10):
    return on_ravine(lr, kappa).status == "diverged"


def ends(lr):
    """In which valley the walk from far right comes to rest: the shallow one is on the right."""
    path = descend(double_well, (1.7, 0), GradientDescent(lr), 30)
    return path.status if path.status != "converged" else "shallow" if path.points[-1, 0] > 0 else "deep"


ROWS = [
    ("Farther away than it began, and going", lambda: distances(1.1)[30] > distances(1.1)[29] > 5),
    ("α = 0.1. It took some 20 steps to arrive", lambda lr: round(arrives(lr), -1)),
    ("let us make them ten times as long, or a little more", lambda times: times * 0.1 <= 1.1),
    ("with learning rate 1.1 instead of 0.1: where is the walk after 30 steps?",
     lambda lr, before, steps: says(before) == says(0.1) and distances(lr)[steps] > 5),
    ("At 1.1 every step lands on the other side, farther away than it came from.", lambda lr: factor(lr) < -1),
    ("that happens at exactly 1. At 1.1 each step lands on the other side, and a little farther away",
     lambda same, lr: factor(same) == -1 > factor(lr)),
    ("First set the slider to 1.1. (A walk that goes farther and farther away",
     lambda lr: "diverges" in says(lr) and np.all(np.diff(distances(lr)) > 0)),
    ("Put the gradient 2x", lambda: bowl.grad(1, 0)[0]),
    ("| 0.001 | 0.998 | crawls: after 30 steps it has gone 6 % of the way",
     lambda lr: [factor(lr), 30, 1 - distances(lr)[30] / 5]),
    ("| 0.1 | 0.8 | comes nearer, always from the same side", factor),
    ("| 0.5 | 0 | is there in one step",
     lambda lr, left: factor(lr) == left == distances(lr)[1] and "One step lands" in says(lr)),
    ("| 0.9 | −0.8 | jumps across at every step, and comes nearer", factor),
    ("| 1 | −1 | bounces from side to side for ever", factor),
    ("bounces from side to side for ever", lambda: "bounces back and forth and comes no lower" in says(1)),
    ("| 1.1 | −1.2 | flies away: each step lands farther off than the last", factor),
    ("|1 − 2α| must be below 1",
     lambda one, two, limit: one - two * 0.99 > -limit and "bounces" in says(1) and "diverges" in says(1.1)),
    ("from x = 3 with α = 0.9: 3 → −2.4 → 1.92 → −1.536",
     lambda x, lr: descend(bowl, (x, 4), GradientDescent(lr), 3).points[:, 0]),
    ("almost 200 walks at once", lambda nearly: nearly * 0.95 < lesson.many.size < nearly),
    ("Think of a learning rate near 0, and of one near 1.",
     lambda low, high: lesson.many[0] - low < 0.05 > high - lesson.many[-1]),
    ("\"bigger is faster\" is true up to ½, and false from there on",
     lambda half: faster(0.1, 0.2, 0.4, half) and faster(0.9, 0.8, 0.6, half)),
    ("The ½ is there to cancel the 2 of the derivative", lambda half, two: half * two == 1),
    ("On the ravine with κ = 10, above which", lambda: lesson.controls["squeeze"]["kappa"]),
    ("Above 1, as on the bowl", lambda lr: distances(lr + 0.01)[30] > 5 >= distances(lr)[30]),
    ("Across the valley the ground is ten times as curved as along it",
     lambda times: np.divide(*ravine(10).grad(1, 1)[::-1]) == times),
    ("it reaches −1 much sooner: at 0.2", lambda: (1 - 10 * 0.2, 2 / 10)),
    ("and at α = 0.2 it is −1.", lambda lr: 1 - 10 * lr),
    ("In general the limit is 2/κ",
     lambda two: all(flies(two / kappa + 0.02, kappa) and not flies(two / kappa - 0.001, kappa) for kappa in (2, 10, 25))),
    ("Above 2: along x the factor is 1 − α", lambda limit, one: one - limit == -1),
    ("it reaches −1 at 0.2.", lambda: (1 - 10 * 0.2, 2 / 10)),
    ("Above 0.2", lambda lr: flies(lr + 0.01) and not flies(lr)),
    ("At 0.05 the walk drops to the valley's floor and then crawls along it",
     lambda lr: abs(on_ravine(lr, steps=10).points[-1, 1]) < 0.01 < 1 < -on_ravine(lr, steps=10).points[-1, 0]),
    ("At 2/κ the factor 1 − ακ is −1", lambda two, one, bounce: one - two == bounce),
    ("while along it, it still comes nearer", lambda: abs(on_ravine(0.2, steps=30).points[-1, 0]) < 0.1),
    ("Above 2/κ it flies away", lambda two: flies(two / 10 + 0.01)),
    ("Up to α = 1/κ both shrink", lambda one: 1 - 10 * one / 10 == 0 < 1 - one / 10),
    ("both equally large, one positive and one negative: 1 − α = −(1 − ακ)",
     lambda one, other: np.isclose(one - 2 / 11, -(other - 2 / 11 * 10))),
    ("Then 2 = α + ακ", lambda two: np.isclose(two, 2 / 11 + 2 / 11 * 10)),
    ("By hand for κ = 10: α = 2/11 = 0.1818, and each step keeps 9/11 = 0.818",
     lambda kappa: [2, 1 + kappa, best(kappa), 9, 11, (kappa - 1) / (kappa + 1)]),
    ("9/11 =", lambda nine, eleven: np.isclose(nine / eleven, on_ravine(2 / 11).factors[0])),
    ("On the bowl one step was enough", lambda: arrives(0.5) == 1),
    ("it takes more than 20", lambda steps: steps < on_ravine(2 / 11).converged_at < 1.5 * steps),
    ("best of 191 rates tried", lambda rates: rates == lesson.tries.size),
    ("Find a learning rate that ends in the shallow valley, and a larger one that ends in the deep one",
     lambda: ends(0.02) == "shallow" and ends(0.15) == "deep"),
    ("go on to 0.23: the walk jumps back and forth and does not settle", lambda lr: ends(lr) == "bouncing"),
    ("And at 0.245? It is back in the shallow valley", lambda lr: ends(lr) == "shallow"),
    ("so after k steps the loss is 25 · 4^k", lambda: descend(bowl, (3, 4), GradientDescent(1.5), 1).losses / [1, 25]),
    ("25 · 4⁵¹⁰ is larger than any number that the computer can store, about 1.8 · 10³⁰⁸",
     lambda start, power, most: start * power > LARGEST > start * power // 4 and abs(most - LARGEST) < 10**307 // 2),
    ("with learning rate 0.3: by what does each step multiply", lambda lr: np.isclose(factor(lr), lesson.factor_at_03.right)),
    ("But 1 − 0.6 is positive", lambda one, taken: one - taken == lesson.factor_at_03.right > 0),
    ("The first reaches −1 at α = 0.2", lambda reached, lr: 1 - 10 * lr == reached),
    ("1 − αa = −(1 − αb) gives", lambda one, other: np.isclose(one - 2 / 8 * 3, -(other - 2 / 8 * 5))),
    ("gives α(a + b) = 2", lambda two: np.isclose(lesson.best_of_two.right(3, 5) * 8, two)),
    ("With a = b = 2, the bowl x² + y², it is ½: one step.", lambda b, *rest: lesson.best_of_two.right(b, b) == rest[-1]),
    ("If its size is below 1, the walk arrives", lambda limit: arrives(0.99) and factor(0.99) > -limit and not arrives(1.0)),
    ("the most curved direction sets the limit, 2/κ", lambda two: flies(two / 10 + 0.01) and not flies(two / 10)),
]  # fmt: skip


def best(kappa):
    return 2 / (1 + kappa)


FORMULAS = [
    ("x² + y²", bowl),
    ("1 − 2α", lambda α: factor(α)),
    ("½(x² + κy²)", lambda x, y, κ: ravine(κ)(x, y)),
    (r"\tfrac{1}{2}(x^2 + \kappa y^2)", lambda x, y, κ: ravine(κ)(x, y)),
    ("1 − α", lambda α: 1 - α * ravine(10).grad(1, 1)[0]),
    ("1 − ακ", lambda α, κ: 1 - α * ravine(κ).grad(1, 1)[1]),
    ("1 − 10α", lambda α: 1 - α * ravine(10).grad(1, 1)[1]),
    (r"\frac{2}{1 + \kappa}", lambda κ: lesson.best_of_two.right(1, κ)),
    (r"\frac{\kappa - 1}{\kappa + 1}", lambda κ: 1 - lesson.best_of_two.right(1, κ)),
    ("5x² + y²", lambda x, y: 5 * x * x + y * y),
    ("(10x, 2y)", lambda x, y: (numerical_gradient(lambda x: 5 * x * x, x), bowl.grad(0, y)[1])),
    ("½(ax² + by²)", lambda a, b, x, y: a / 2 * x * x + b / 2 * y * y),
]
RIGHT = {"walk": "Farther away than it began, and going", "squeeze": "Above 0.2"}
HINTS = {
    "factor_at_03": [
        ("That is 1 − α. The gradient of x² is 2x, so the factor is 1 − 2α.", 1 - 0.3),
        ("That is what each step keeps of the loss.", factor(0.3) ** 2),
        ("That is 2α, the part that is taken away.", 2 * 0.3),
        ("The right size. But 1 − 0.6 is positive", -factor(0.3)),
    ],
    "limit_on_5x2": [
        ("Along y that is right: 1 − 2α. But along x the gradient is 10x, and the factor 1 − 10α.", 2 / 2),
        ("The gradient of 5x² is 10x, not 5x.", 2 / 5),
        ("There the factor along x is 0: one step lands on x = 0. The limit is where it becomes −1.", 1 / 10),
    ],
    "best_of_two": [
        ("Right where a is 1. The factors are 1 − αa and 1 − αb", lambda a, b: 2 / (1 + b)),
        ("b/a is κ, but this surface is also a times as steep: divide by a.", lambda a, b: best(b / a)),
        ("That is the limit. The best learning rate makes both factors equally large.", lambda a, b: 2 / max(a, b)),
        ("Nearly. Solve 1 − αa = −(1 − αb) for α once more.", lambda a, b: 1 / (a + b)),
    ],
}
FREE = {
    "to a third or a tenth": "advice",
}
