"""Lesson 07, Look inside a neuron: the words, and what they must agree with."""

import numpy as np

from gdlab import numerical_gradient
from prose import Lesson, told

lesson = Lesson("07")
W1, B1, W2, B2 = np.array([[0.2, -0.4], [0.7, 0.1]]), np.array([0.1, -0.2]), np.array([0.6, -0.3]), 0.05
W, B, X = np.array([2, -1]), 0.5, np.array([1, 4])  # of exercise 1


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def answer(x1=0.5, x2=1, w1=1, w2=2, b=0):
    """(z, a) of the first picture's neuron, as it says."""
    said = told(lesson.says("turn", w1=w1, w2=w2, b=b))
    assert np.allclose(said[-1], sigmoid(x1 * w1 + x2 * w2 + b), atol=6e-4)
    return said[-2:]


def slopes(z):
    """Of sigmoid, tanh and ReLU, as the picture says them."""
    return told(lesson.says("let_through", z=z))[-3:]


def by_hand():
    """Every number of the worked example."""
    a1 = sigmoid(W1 @ [1, 0.5] + B1)
    a2 = sigmoid(W2 @ a1 + B2)
    return a1, a2, lesson.delta2


def measured(layer):
    """The blame of the z of a layer: the slope along its biases, measured."""
    _w1, b1, _w2, b2 = (parameter.data for parameter in lesson.network.parameters)
    x = np.array([1, 0.5])
    first = lambda b: 0.5 * (1 - sigmoid(W2 @ sigmoid(W1 @ x + b) + B2)) ** 2  # noqa: E731
    last = lambda b: 0.5 * (1 - sigmoid(W2 @ sigmoid(W1 @ x + B1) + b)) ** 2  # noqa: E731
    return numerical_gradient(first, b1) if layer == 1 else numerical_gradient(last, b2)[0]


def hidden(a, W, delta):
    return a * (1 - a) * (W.T @ delta)


ROWS = [
    ("Inputs 0.5 and 1, weights 1 and 2. You move the bias from 0 down to −4",
     lambda x1, x2, w1, w2, b, to: answer(x1, x2, w1, w2, to)[1] < 0.5 < answer(x1, x2, w1, w2, b)[1]),
    ("It falls, from near 1 to near 0",
     lambda high, low: high - 0.1 < answer()[1] < high and low < answer(b=-4)[1] < low + 0.2),
    ("At b = −4 the sum is 2.5 − 4 = −1.5", lambda b: [answer()[0], -b, answer(b=b)[0]]),
    ("a falls from 0.92 to 0.18", lambda: [answer()[1], answer(b=-4)[1]]),
    ("z falls from 2.5 to −1.5", lambda: [answer()[0], answer(b=-4)[0]]),
    ("with b = −4 the weighted inputs must pass 4 before a passes ½",
     lambda b, threshold, half: sigmoid(threshold + b) == half),
    ("the sigmoid squeezes every z between 0 and 1: a falls to 0.18, never below 0",
     lambda low, high, a, least: low < sigmoid(-30) < sigmoid(30) < high and round(answer(b=-4)[1], 2) == a > least),
    ("a passes ½ where the weighted inputs pass −b", lambda half: sigmoid(3 - 3) == half),
    ("Set w₁ to −3", lambda w1: answer(w1=w1)[1] < answer(w1=0)[1]),
    ("Where is it almost 0?", lambda zero: slopes(6)[0] < zero + 0.01),
    ("| sigmoid | 1 / (1 + e⁻ᶻ) | a (1 − a), at most ¼ |",
     lambda one, two, three, most: max(slopes(z)[0] for z in (-1, 0, 1)) == most and one / (two + np.exp(-1)) == sigmoid(1)
     and three == 1),
    ("| ReLU | z if z > 0, else 0 | 1 if z > 0, else 0 |",
     lambda edge, zero, slope, other, level: slopes(edge + 0.1)[2] == slope and slopes(other - 0.1)[2] == level
     and np.maximum(edge - 1, 0) == zero),
    ("For z below 0", lambda edge: slopes(edge - 0.1)[2] == 0 < slopes(edge + 0.1)[2]),
    ("For z > 0 it passes all of it. But for z < 0 the curve is level, its slope is 0",
     lambda edge, other, level: slopes(edge + 0.1)[2] == 1 and slopes(other - 0.1)[2] == level),
    ("Drag z below 0", lambda edge: slopes(edge - 0.1)[2] == 0),
    ("There the curve is level and its slope is 0", lambda: slopes(-2)[2]),
    ("A unit whose z is below 0 for every example", lambda edge: slopes(edge - 0.1)[2] == 0),
    ("There sigmoid and tanh are almost level", lambda: max(slopes(6)[:2]) < 0.01),
    ("ReLU has slope 1 for every z above 0", lambda slope, edge: slopes(edge + 0.1)[2] == slopes(6)[2] == slope),
    ("For z far from 0 the sigmoid and tanh are level: whatever comes from upstream is multiplied by almost 0",
     lambda edge, zero: max(*slopes(edge + 6)[:2], *slopes(edge - 6)[:2]) < zero + 0.01),
    ("A ReLU unit whose z is below 0 for", lambda edge: slopes(edge - 0.1)[2] == 0),
    ("x = (1, 0.5), the network should answer y = 1", lambda: [lesson.x, lesson.y]),
    (r"-(1 - 0.5436) \cdot 0.5436 \cdot 0.4564 = -0.1132",
     lambda: [1, by_hand()[1], by_hand()[1], 1 - by_hand()[1], measured(2)]),
    ("−0.1132 · 0.5250 = −0.0594, and −0.1132 · 0.6341 = −0.0718",
     lambda: [(measured(2), a, measured(2) * a) for a in by_hand()[0]]),
    ("the first hidden neuron hands its output on with weight 0.6", lambda: W2[0]),
    ("0.525 · 0.475 · 0.6 · (−0.1132) = −0.0169",
     lambda: [by_hand()[0][0], 1 - by_hand()[0][0], W2[0], measured(2), measured(1)[0]]),
    ("For the second the weight is −0.3, and the blame changes sign: 0.0079", lambda: [W2[1], measured(1)[1]]),
    ("those weights, the 0.6 and the −0.3", lambda: lesson.second.data),
    ("A neuron with w = (2, −1), b = 0.5 and the activation ReLU gets x = (1, 4)",
     lambda *said: max(np.dot(said[:2], said[3:]) + said[2], 0) == lesson.relu_output.right and said == (*W, B, *X)),
    ("z = −1.5, so a = 0. For this example the neuron's slope is 0, too",
     lambda: [W @ X + B, lesson.relu_output.right, slopes(-1.5)[2]]),
]  # fmt: skip
FORMULAS = [
    ("½(y − a)²", lambda a, y: 0.5 * (y - a) ** 2),
    ("a(1 − a)", lambda a: numerical_gradient(sigmoid, np.log(a / (1 - a)))),
    ("1 − a²", lambda a: numerical_gradient(np.tanh, np.arctanh(a))),
]
RIGHT = {"turn": "It falls, from near 1 to near 0", "let_through": "For z below 0"}
HINTS = {
    "relu_output": [
        ("That is z. What does ReLU make of a negative number?", W @ X + B),
        ("z is 2 − 4 + 0.5. And ReLU takes no sign away: below 0 it answers 0.", abs(W @ X + B)),
        ("The second weight is −1.", abs(W) @ X + B),
        ("That is the bias alone.", B),
    ],
    "hidden_blame": [
        ("That is what arrives. Now the neuron's own activation: times a(1 − a).", lambda a, W, delta: W.T @ delta),
        ("The slope of the sigmoid is a(1 − a), not a.", lambda a, W, delta: hidden(a, W, delta) / (1 - a)),
        ("Right with one next neuron. With several, their shares add up.", lambda a, W, delta: hidden(a, W[:1], delta[:1])),
        ("1 − a² is the slope of tanh. For the sigmoid it is a(1 − a).", lambda a, W, delta: (1 - a**2) * (W.T @ delta)),
        ("And the blame of the next neurons? Each weight is multiplied by it.",
         lambda a, W, delta: hidden(a, W, np.ones(len(W)))),
    ],
}
FREE = {"The same numbers, twice": "a count of what stands there"}
