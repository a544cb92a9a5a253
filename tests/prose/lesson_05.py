"""Lesson 05, Follow the blame: the words, and what they must agree with."""

import math

import numpy as np

from gdlab import numerical_gradient
from prose import Lesson, told

lesson = Lesson("05")
W, X = (2, -3, -3), (-1, -2)


def team(x, y, z):
    return (x + y) * z


def fork(x, y):
    return x * y + x


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


def slope(f, *at, along=0):
    return round(numerical_gradient(lambda v: f(*v), np.array(at, float))[along], 6)


def neuron(w, x):
    return sigmoid(w[0] * x[0] + w[1] * x[1] + w[2])


def gradient(w, x):
    """Of the neuron along its weights, measured."""
    return numerical_gradient(lambda w: neuron(w, x), w)


def says(picture, graph, words):
    """The sentences of a graph's steps that begin with these words."""
    said = [lesson.says(picture, step=step) for step in range(graph.positions + 1)]
    return [sentence for sentence in said if words in sentence]


def unnoticed(y):
    """Which of the two switches leaves the engine's answer as it was."""
    right = lesson.says("break_it", y=y)
    switches = {"shares": "replace", "order": "as they are met"}
    return [key for key, wrong in switches.items() if lesson.says("break_it", y=y, **{key: wrong}) == right]


ROWS = [
    ("−2 + 1 = −1: the two are added", lambda one, other, both: one + other == both == slope(fork, 3, -2)),
    ("f = (x + y) · z, at x = −2, y = 5, z = −4", lambda x, y, z: team(x, y, z) == lesson.f.data == -12),
    ("x grows from −2 to −1.99, by 0.01.", lambda x, to, by: np.isclose(x + by, to)),
    ("What does f = (x + y) · z do, with y = 5 and z = −4?", lambda y, z: team(-2, y, z) == lesson.f.data),
    ("It grows by 0.01", lambda wrong: np.isclose(wrong, -1.99 - -2)),
    ("It falls by 0.04", lambda: team(-2, 5, -4) - team(-1.99, 5, -4)),
    ("It grows by 0.05", lambda wrong: np.isclose(wrong, 5 * 0.01)),
    ("So f changes by −4 times as much: it falls by 0.04", lambda: [slope(team, -2, 5, -4), 4 * 0.01]),
    ("multiplied by z = −4. So f", lambda: lesson.z.data),
    ("and is then multiplied by z = −4.", lambda: lesson.z.data),
    ("The sum grows by 0.01, and the product", lambda: (-1.99 + 5) - (-2 + 5)),
    ("0.01 · (−4) = −0.04. So the slope of f along x is −4", lambda by, times: [by * times, slope(team, -2, 5, -4)]),
    ("The 5 is y, and x is added to it", lambda: lesson.y.data),
    ("The sum grows by 0.01, and is then", lambda: (-1.99 + 5) - (-2 + 5)),
    ("Set *step* to 0", lambda step: "Forward" in lesson.says("blame", step=step + 1)),
    ("If q grows by 1, f grows by z = −4", lambda by: team(0, 3 + by, -4) - team(0, 3, -4)),
    ("So its local slope along q is −4, and along z it is q = 3",
     lambda: [slope(lambda q, z: q * z, 3, -4, along=along) for along in (0, 1)]),
    ("If x grows by 1, q grows by 1: its local slope is 1", lambda by: 2 * [by + 5 - 5]),
    ("f changes by −4 for each 1 of q", lambda: [slope(lambda q: q * -4, 3), 1]),
    ("∂f/∂f = 1.", lambda: told(says("blame", lesson.team, "The way back begins")[0])[0]),
    ("| a + b | 1 and 1 |", lambda: [slope(lambda a, b: a + b, 2, 3, along=along) for along in (0, 1)]),
    ("| max(a, b) | 1 and 0 |", lambda: [slope(max, 3, 2, along=along) for along in (0, 1)]),
    ("f = x · y + x at x = 3, y = −2. The product sends back y = −2, the sum sends back 1.",
     lambda x, y: [slope(lambda a, b: a * b, x, y), 1]),
    ("1: what comes last counts", lambda: slope(lambda product, x: product + x, -6, 3, along=1)),
    ("if it grows by 1, the product changes by −2 and the other term by 1, so f by −1",
     lambda by: [by * -2, by, fork(3 + by, -2) - fork(3, -2)]),
    ("If x grows by 1, the product changes by −2 and the other term by 1. Together f changes by −1",
     lambda by: [by * -2, by, fork(3 + by, -2) - fork(3, -2)]),
    ("first 1 arrives and it waits, then −2", lambda: [told(said)[4] for said in says("two_jobs", lesson.fork, " to x:")]),
    ("Now drag y to −1. The two shares cancel, and ∂f/∂x is 0", lambda y: slope(fork, 3, y)),
    ("squeezes the sum between 0 and 1.", lambda low, high: low < sigmoid(-30) < sigmoid(30) < high),
    ("Take w = (2, −3, −3) and x = (−1, −2). The forward pass gives 0.731.",
     lambda *said: round(neuron(said[:3], said[3:5]), 3) == said[5]),
    ("eight stations", lambda: len(says("through_a_neuron", lesson.stations, "Forward"))),
    ("Its gradient is 0.197. It took four stations", lambda: sigmoid(1) * (1 - sigmoid(1))),
    ("It took four stations to get there from f",
     lambda: len(says("through_a_neuron", lesson.stations, "Backward")[: -8]) == 4),
    ("w₀ gets 0.1966 · (−1), x₀ gets 0.1966 · 2",
     lambda: [sigmoid(1) * (1 - sigmoid(1)), X[0], sigmoid(1) * (1 - sigmoid(1)), W[0]]),
    ("the slope of the whole sigmoid is f · (1 − f)",
     lambda one: np.isclose(slope(sigmoid, 0.7), sigmoid(0.7) * (one - sigmoid(0.7)))),
    ("f(1 − f)", lambda one: np.isclose(slope(sigmoid, 0.7), sigmoid(0.7) * (one - sigmoid(0.7)))),
    ("`return Node(value, (self,), (1 - value**2,))`",
     lambda one, power: np.isclose(slope(math.tanh, 0.7), one - math.tanh(0.7) ** power)),
    ("0.731 · 0.269 = 0.1966", lambda: [sigmoid(1), 1 - sigmoid(1), sigmoid(1) * (1 - sigmoid(1))]),
    ("A small step of w₁ changes f most, by −0.393 times the step", lambda: min(gradient(W, X), key=lambda part: -abs(part))),
    ("Which switch goes unnoticed at y = 0?", lambda y: unnoticed(y) == ["order"]),
    ("teach the neuron to answer 1", lambda target: lesson.loss.data < 0.1 and target > lesson.at),
    ("f = (x + y) · x at x = 2, y = 3. What is ∂f/∂x?",
     lambda x, y: slope(lambda x, y: (x + y) * x, x, y) == lesson.fork_by_hand.right),
    ("sends x + y = 5 straight to x, and x = 2 to the sum",
     lambda x_plus_y, x: x_plus_y == 2 + 3 and x_plus_y + x == lesson.fork_by_hand.right),
    ("the derivative of x² + xy is 2x + y = 7", lambda *said: said == (2, 2, slope(lambda x, y: x * x + x * y, 2, 3))),
]  # fmt: skip
FORMULAS = [
    (r"\frac{1}{1 + e^{-(w_0 x_0 + w_1 x_1 + w_2)}}", lambda w0, x0, w1, x1, w2: neuron((w0, w1, w2), (x0, x1))),
    ("1 − tanh(a)²", lambda a: numerical_gradient(lambda a: np.tanh(a), a)),
]
RIGHT = {"blame": "It falls by 0.04", "two_jobs": "−2 + 1 = −1: the two are added"}
HINTS = {
    "fork_by_hand": [
        ("That is the share of the product's own factor: x + y.", 2 + 3),
        ("That is the share through the sum: upstream x = 2, times 1.", 2 * 1),
        ("That is f itself. What is its slope along x?", (2 + 3) * 2),
        ("That would be y.", 3),
    ],
    "tanh_station": [
        ("In the slope it is the value that is squared, not the input: 1 − tanh(a)².", lambda a: (math.tanh(a), 1 - a**2)),
        ("That is the rule of the sigmoid. For tanh it is 1 − value².",
         lambda a: (math.tanh(a), math.tanh(a) * (1 - math.tanh(a)))),
        ("Right, but the other way round: first the value, then the slope.", lambda a: (1 - math.tanh(a) ** 2, math.tanh(a))),
        ("The value is right. Return the local slope beside it.", math.tanh),
        ("The value is to be squared: 1 − tanh(a)².", lambda a: (math.tanh(a), 1 - math.tanh(a))),
    ],
    "neuron_by_hand": [
        ("w₂ is a weight, too. What is its local slope?", lambda w, x: gradient(w, x)[:2]),
        ("Each product sends a factor the other one: the weights get the inputs.", lambda w, x: gradient(w, x)[2] * w),
        ("Those are the slopes of the sum.", lambda w, x: [*x, 1.0]),
        ("w₂ is added, so its local slope is 1.", lambda w, x: gradient(w, x) * [1, 1, 0]),
    ],
}
FREE = {
    "write it in 40 lines": "not counted",
    "Used twice": "a count of what stands there",
    "a value is used twice": "a count of what stands there",
}
