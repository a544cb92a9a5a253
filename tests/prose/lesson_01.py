"""Lesson 01, Find the way down: the words, and what they must agree with."""

import numpy as np

from gdlab import bowl, ravine
from prose import Lesson, told

lesson = Lesson("01")


def slope(surface, x, y, direction):
    """The slope along a direction, measured."""
    u = np.array(direction) / np.hypot(*direction)
    return (surface(*((x, y) + 1e-4 * u)) - surface(*((x, y) - 1e-4 * u))) / 2e-4


def steep(*direction):
    return slope(bowl, 3, 4, direction)


def turned(degrees):
    """What the compass says: how far from the gradient, and how steep."""
    return told(lesson.says("turn", direction=degrees))


def off(kappa, x, y):
    """By how many degrees the way down misses the minimum."""
    return told(lesson.says("aim", kappa=kappa, where=(x, y)))[0]


def stretched():
    """How many times as long as one unit of x one of y is drawn, where the map lies."""
    lesson.says("maps")
    x, y = np.diff(lesson.stretched.ax.transData.transform([(0, 0), (1, 1)]), axis=0)[0]
    return y / x


def past_the_minimum(surface, x, y):
    """Whether the way down comes to the floor, y = 0, before it is abreast of the minimum."""
    dx, dy = surface.grad(x, y)
    return 0 < y / dy < x / dx


def derived_g(x, y):
    return 2 * x + 3 * y, 3 * x


ROWS = [
    ("To the valley's floor, and past the minimum", lambda: past_the_minimum(ravine(4), 3.6, 1.2)),
    ("The height there is f(3, 4) = 9 + 16 = 25", lambda x, y: (x**2, y**2, bowl(x, y))),
    ("You stand at (3, 4)", lambda: lesson.controls["slices"]["where"]),
    ("a place where the slope along x is 0, but", lambda zero: bowl.grad(0, 2)[0] == zero),
    ("Any place with x = 0 will do", lambda x: bowl.grad(x, 2.0) == (0, 4)),
    ("At x = 3 the slope is 6", lambda x: slope(bowl, x, 4, (1, 0))),
    ("Cut along x at y = 4. Then 4 is", lambda: 2 * lesson.controls["slices"]["where"][1:]),
    ("Cut along y at x = 3", lambda: lesson.controls["slices"]["where"][0]),
    ("At y = 4 the slope is 8", lambda y: slope(bowl, 3, y, (0, 1))),
    (r"\nabla f(3, 4) = (6,\ 8)", lambda x, y: bowl.grad(x, y)),
    ("6 to the right, 8 up", bowl.grad(3, 4)),
    ("At (3, 4) the slope is 6 along x and 8 along y", lambda x, y: bowl.grad(x, y)),
    ("8: the larger of the two", lambda: max(bowl.grad(3, 4))),
    ("14: both together, 6 + 8", lambda: [sum(bowl.grad(3, 4)), *bowl.grad(3, 4)]),
    ("10: between 8 and 14", lambda: [max(lesson.slopes), 8, 14]),
    ("a direction that is steeper than 8", lambda steep: max(lesson.slopes) > steep),
    ("the slope is greatest: it is 10", lambda: max(lesson.slopes)),
    ("drawn at a quarter of its length", 1 / 4),
    ("At 53° you look along the gradient. The ground rises by 10", lambda angle: turned(angle)[1]),
    ("At 53° you look along the gradient", lambda angle: turned(angle)[0] == 0),
    ("At 233° you look the opposite way, and the ground falls by 10", lambda angle, fall: turned(angle) == [180, -fall]),
    ("Near 143° and 323° it is level", lambda *angles: all(abs(turned(angle)[1]) < 0.05 for angle in angles)),
    ("so 0.02 is left", lambda: abs(turned(143)[1])),
    ("the height changes by 6·u₁ + 8·u₂", bowl.grad(3, 4)),
    ("If u has length 1", lambda length: np.isclose(np.hypot(*lesson.ways.T), length).all()),
    ("for three directions at (3, 4)", lambda x, y: np.array_equal(lesson.here, (x, y))),
    ("| (1, 0) | 6·1 + 8·0 = 6 |", lambda x, y: [6, x, 8, y, steep(x, y)]),
    ("| (0.6, 0.8) | 6·0.6 + 8·0.8 = 10 |", lambda x, y: [6, x, 8, y, steep(x, y)]),
    ("| (−0.8, 0.6) | 6·(−0.8) + 8·0.6 = 0 |", lambda x, y: [6, x, 8, y, steep(x, y)]),
    ("agree to a billionth", lambda: lesson.gap < 1e-9),
    ("At κ = 1 it is round", lambda kappa: off(kappa, 3, 1) == 0),
    ("You begin on the round bowl. Raise κ: the two arrows part",
     lambda: lesson.controls["aim"]["kappa"] == 1
     and off(1, 3.6, 1.2) == 0 < min(off(kappa, 3.6, 1.2) for kappa in range(2, 11))),
    ("In a long valley it does so only from its two axes.", lambda: off(4, 3, 0) == off(4, 0, 1) == 0 < off(4, 3, 1)),
    ("Raise κ from 1, the round bowl: only there do the two arrows agree everywhere",
     lambda kappa: max(off(kappa, x, y) for x in (-4, -1, 3.6) for y in (-3, 1.2, 2)) == 0 < off(kappa + 1, 3.6, 1.2)),
    ("for κ = 10 at (3, 1): ∇f = (x, κy) = (3, 10)", lambda kappa, x, y: ravine(kappa).grad(x, y)),
    ("Down is (−3, −10)", -np.array(ravine(10).grad(3, 1))),
    ("The minimum lies at (−3, −1) from here", lambda x, y: np.allclose(ravine(10).minima, (3 + x, 1 + y))),
    ("one unit of y is drawn about twice as long as one of x", lambda twice: abs(stretched() / twice - 1) < 0.15),
    ("What is the gradient of x² + y² at (1, −2)?", lambda p, q, x, y: bowl.grad(x, y) == lesson.gradient_at_point.right),
    ("∂f/∂x = 2x = 2 and ∂f/∂y = 2y = −4", lambda *said: said == (2, bowl.grad(1, -2)[0], 2, bowl.grad(1, -2)[1])),
    ("At (3, 4) on the bowl you walk 60° away",
     lambda x, y, angle: np.isclose(10 * np.cos(np.radians(angle)), 5) and (x, y) == (3, 4)),
    ("length is 10 and cos 60° = ½: the slope is 5",
     lambda: [np.hypot(*bowl.grad(3, 4)), 60, np.cos(np.radians(60)), lesson.slope_at_60.right]),
]
FORMULAS = [
    ("x² + y²", bowl),
    ("x² + 16", lambda x: bowl(x, 4)),
    ("9 + y²", lambda y: bowl(3, y)),
    ("√(6² + 8²)", lambda: 10),
    ("2x", lambda x: bowl.grad(x, 4)[0]),
    ("2y", lambda y: bowl.grad(3, y)[1]),
    ("(2x, 2y)", lambda x, y: bowl.grad(x, y)),
    ("½(x² + κy²)", lambda x, y, κ: ravine(κ)(x, y)),
    ("x² + 3xy", lambda x, y: x * x + 3 * x * y),
]
RIGHT = {"turn": "10: between 8 and 14", "aim": "To the valley's floor, and past the minimum"}
HINTS = {
    "gradient_at_point": [
        ("The second slope is 2y, and y is −2: mind the sign.", (2, 4)),
        ("That is the way down. The gradient points up: (2x, 2y).", tuple(-part for part in bowl.grad(1, -2))),
        ("First comes the slope along x, then the one along y.", bowl.grad(1, -2)[::-1]),
        ("That is the point itself. The slope along x is 2x: twice as much.", (1, -2)),
        ("That is x² and y².", (1**2, (-2) ** 2)),
    ],
    "gradient_of_g": [
        ("Along x the term 3xy counts, too: its derivative with respect to x is 3y.",
         lambda x, y: (derived_g(x, y)[0] - 3 * y, 3 * x)),
        ("The term 3xy counts in both slopes: its derivative is 3y along x, and 3x along y.", lambda x, y: (2 * x, 3 * y)),
        ("In 3xy, hold y fixed and its derivative with respect to x is 3y, not 3.", lambda x, y: (2 * x + 3, 3)),
        ("The first slope is right. For the second hold x fixed.", lambda x, y: (derived_g(x, y)[0],) * 2),
    ],
    "slope_at_60": [
        ("That is the slope along the gradient itself. At 60° it is less", np.hypot(*bowl.grad(3, 4))),
        ("That is 10 · sin 60°.", 10 * np.sin(np.radians(60))),
        ("np.cos takes radians: write np.cos(np.radians(60)). Or use cos 60° = ½.", 10 * np.cos(60)),
        ("That is cos 60°.", np.cos(np.radians(60))),
        ("60° is less than 90°, so you still go up.", -10 * np.cos(np.radians(60))),
    ],
}
FREE = {
    "the derivative of x²": "school",
    "like `(6, 8)`": "how to write two numbers",
    "3y is a constant": "a part of 3xy",
}
