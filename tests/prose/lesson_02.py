"""Lesson 02, Walk down in the fog: the words, and what they must agree with."""

import numpy as np

from gdlab import GradientDescent, bowl, descend, saddle
from prose import Lesson, told

lesson = Lesson("02")


def walk(steps, lr=0.1):
    return descend(bowl, (3, 4), GradientDescent(lr), steps)


def row(step):
    """A row of the table: position, loss, gradient, and the way to go."""
    path = walk(step)
    return [path.points[-1], path.losses[-1], path.gradients[-1], -0.1 * path.gradients[-1]]


def beside_ridge(step):
    """|gradient| after so many steps a billionth beside the ridge, as the picture says it."""
    return told(lesson.says("ridge", start="a billionth beside", steps=step))[-1]


def ends_at(picture, steps):
    """Whether the picture can be played so far, and no farther."""
    lesson.says(picture, steps=steps)
    try:
        lesson.says(picture, steps=steps + 1)
    except ValueError:
        return True
    return False


def lengths():
    """How long the steps in the fog are, as the picture says it."""
    return [told(lesson.says("fog", steps=k))[-1] for k in range(13)]


def labelled_lines():
    lesson.says("walk")  # which draws it
    return lesson.curve.ax.get_yticks()


def your_walk(x, y, lr, steps, factor=2):
    for _step in range(steps):
        x, y = x - lr * factor * x, y - lr * factor * y
    return x, y


ROWS = [
    ("The walk starts at (3, 4), with α = 0.1",
     lambda x, y, lr: np.allclose(descend(bowl, (x, y), GradientDescent(lr), 3).points, walk(3).points)),
    ("The learning rate stays 0.1 all the way", lambda lr: np.isclose(told(lesson.says("fog", steps=0))[-1], lr * 10)),
    ("Shorter and shorter", lambda: np.all(np.diff(lengths()) < 0)),
    ("All of the same length, as the learning rate stays the same", lambda: len({*lengths()}) > 1),
    ("the step is 0.1 times the gradient", lambda: np.divide(*told(lesson.says("fog", steps=4))[:0:-1])),
    ("Start at (3, 4), α = 0.1",
     lambda x, y, lr: np.allclose(descend(bowl, (x, y), GradientDescent(lr), 3).points, walk(3).points)),
    ("minus 0.1 × gradient", lambda lr: np.allclose(walk(1).points[1], walk(1).points[0] - lr * walk(1).gradients[0])),
    ("| 0 | (3, 4) | 25 | (6, 8) | (−0.6, −0.8) |", row),
    ("| 1 | (2.4, 3.2) | 16 | (4.8, 6.4) | (−0.48, −0.64) |", row),
    ("| 2 | (1.92, 2.56) | 10.24 | (3.84, 5.12) | (−0.384, −0.512) |", row),
    ("| 3 | (1.536, 2.048) | 6.5536 | | |", lambda step: row(step)[:2]),
    ("3 → 2.4 → 1.92: each time times 0.8", lambda: [*walk(2).points[:, 0], walk(2).points[2, 0] / 2.4]),
    ("25 → 16 → 10.24: each time times 0.64, which is 0.8²", lambda: [*walk(2).losses, 16 / 25, 0.8**2]),
    ("Every step keeps 64 % of the loss", lambda: walk(5).losses[5] / walk(5).losses[4]),
    ("the loss is divided by 100", lambda: np.divide(*labelled_lines()[2:0:-1])),
    ("Multiplying by 0.64 again", lambda: walk(1).losses[1] / 25),
    ("0.8 of something is still something", lambda: walk(1).points[1, 0] / 3),
    ("`2 * position` doubles", lambda twice: np.allclose(twice * lesson.position, lesson.gradient)),
    ("31 steps, and not 21 as above", lambda: [lesson.steps, walk(30).converged_at]),
    ("each weight may take 1,000 values", lambda values: values**lesson.n == lesson.everything),
    ("n + 1 evaluations a step for n weights. Give it 1,000 steps.", lambda one, steps: (3 + one) * steps == 4000),
    ("descend, 1,000 steps", lambda steps: steps * (lesson.n + 1) == 1_001_000),
    ("With one weight, trying everything is cheaper. With two, descent wins easily.",
     lambda: 1000**1 < 2 * 1000 and 1000**2 > 10 * 3 * 1000),
    ("With ten, trying everything takes 10³⁰ evaluations: at a billion a second, some 30 trillion years",
     lambda weights, tries, years: 1000**weights == tries and round(tries / 1e9 / 31_557_600 / 1e12, -1) == years),
    ("On the line y = 0 the ground falls away to both sides", lambda y: saddle(1, y + 0.1) < saddle(1, y) > saddle(1, y - 0.1)),
    ("a walk starts at (2.5, 0), exactly on the ridge",
     lambda x, y: np.allclose(descend(saddle, (x, y), GradientDescent(0.1), 119).points, ridge())),
    ("In the middle of the saddle, at (0, 0)", lambda: ridge()[-1].round(3)),
    ("On the ridge y is 0, so the slope along y, −2y, is 0 as well",
     lambda y, factor, zero: saddle.grad(1, y)[1] == zero and saddle.grad(1, 1)[1] == factor),
    ("which is flat. It stops at (0, 0)", lambda: ridge()[-1].round(3)),
    ("Press ▶: it stops in the middle",
     lambda: lesson.controls["ridge"]["steps"] == 0 and told(lesson.says("ridge", steps=119)) == [119, 0, 0, 0]),
    ("choose \"a billionth beside\", and play all 119 steps again", lambda steps: ends_at("ridge", steps)),
    ("From about step 20 to step 90 the walk seems to have stopped",
     lambda *steps: max(map(beside_ridge, steps)) < 0.07 < beside_ridge(119)),
    ("Then it slides down the side", lambda: abs(told(lesson.says("ridge", start="a billionth beside", steps=119))[2]) > 1),
    ("from (3, 4) with learning rate 0.1, what is the loss after 10 steps?",
     lambda x, y, lr, steps: np.isclose(descend(bowl, (x, y), GradientDescent(lr), steps).losses[-1],
     lesson.loss_after_ten.right)),
    ("About 0.288.", lambda: walk(10).losses[-1]),
]  # fmt: skip


def ridge():
    return descend(saddle, (2.5, lesson.starts["exactly on it"]), GradientDescent(0.1), 119).points


FORMULAS = [
    ("x² + y²", bowl),
    ("(2x, 2y)", lambda x, y: bowl.grad(x, y)),
    ("2y", lambda y: bowl.grad(1, y)[1]),
    ("x² − y²", saddle),
]
RIGHT = {"fog": "Shorter and shorter", "ridge": "In the middle of the saddle, at (0, 0)"}
HINTS = {
    "update_rule": [
        ("That walks uphill: the gradient points up.", lambda position, gradient, lr: position + lr * gradient),
        ("The step is too long: where is the learning rate?", lambda position, gradient, lr: position - gradient),
        ("That is the step. Add it to where you stand.", lambda position, gradient, lr: 0 - lr * gradient),
        ("That is the step with the wrong sign.", lambda position, gradient, lr: lr * gradient),
    ],
    "whole_walk": [
        ("That is one step only. Is your return inside the loop?", lambda x, y, lr, steps: (x - lr * 2 * x, y - lr * 2 * y)),
        ("The slope of x² is 2x: a factor 2 is missing.", lambda x, y, lr, steps: your_walk(x, y, lr, steps, factor=1)),
        ("That walks uphill: mind the sign.", lambda x, y, lr, steps: your_walk(x, y, lr, steps, factor=-2)),
    ],
    "loss_after_ten": [
        ("0.8 is what each step keeps of the distance.", 25 * 0.8**10),
        ("That is the part that is left. The walk starts with a loss of 25.", walk(10).losses[-1] / 25),
        ("Multiply by 0.64 ten times: 0.64**10.", 25 * 0.64 * 10),
        ("Nearly: give three digits.", round(25 * 0.64**10, 1)),
        ("The first step takes 9 off, but each later one takes less: it keeps 64 %.", 25 - (25 - 16) * 10),
    ],
}
