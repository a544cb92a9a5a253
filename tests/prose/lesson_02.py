"""Lesson 02, Walk down in the fog: the words, and what they must agree with."""

import numpy as np

from gdlab import GradientDescent, bowl, check, descend, line_loss, saddle
from prose import Lesson, told

lesson = Lesson("02")
SIZE, PRICE = np.array([1.0, 2, 3, 4, 5]), np.array([2.0, 3, 5, 4, 6])


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
    return [told(lesson.says("fog", steps=k))[-1] for k in range(31)]


def labelled_lines():
    lesson.says("fog")  # which draws it
    return lesson.fall.ax.get_yticks()


def your_walk(x, y, lr, steps, factor=2):
    for _step in range(steps):
        x, y = x - lr * factor * x, y - lr * factor * y
    return x, y


def height_walk(x, y, lr, steps):
    for _step in range(steps):
        x, y = x - lr * x**2, y - lr * y**2
    return x, y


def next_steps():
    """How long the next steps of the four walkers are."""
    return [2 * np.hypot(*at) * lr for at, lr in (((3, 4), 0.1), ((0.3, 0.4), 0.2), ((6, 8), 0.02), ((0, 1), 0.3))]


def fit(w, b):
    """The loss of a line through the five houses."""
    return np.mean((w * SIZE + b - PRICE) ** 2)


def slopes(w, b, mean=np.mean):
    error = w * SIZE + b - PRICE
    return 2 * mean(error * SIZE), 2 * mean(error)


def line_walk(steps, lr=0.04):
    return descend(line_loss(SIZE, PRICE), (0, 0), GradientDescent(lr), steps)


def house(at):
    """A row of the table of the houses: size, price, prediction, error, and error × size, for the line of (0, 0)."""
    size, price = SIZE[at - 1], PRICE[at - 1]
    return [price, 0, -price, -price * size]


def swings(step):
    """w, b, loss, and how far this is above the lowest, as the picture says it."""
    return told(lesson.says("swing", steps=step))[1:]


def within(gap, steps):
    """Whether after so many steps, and not sooner, the picture is within this gap of the lowest loss."""
    return line_walk(steps).losses[-1] - 0.38 < gap < line_walk(steps - 1).losses[-1] - 0.38


def b_waits_not(w, b, lr):
    w = w - lr * slopes(w, b)[0]
    return w, b - lr * slopes(w, b)[1]


def w_waits_not(w, b, lr):
    b = b - lr * slopes(w, b)[1]
    return w - lr * slopes(w, b)[0], b


def few(*rates):
    """(Whether these learning rates reach the goal, the numbers in what is said)."""
    verdict = check(lesson.few_steps, list(rates))
    return verdict.correct, told(verdict.message)


def eye(w, b):
    return lesson.by_eye.judge(at=(w, b))[0]


def one_step_is_enough():
    """Whether any learning rate comes so low in one step."""
    return any(few(lr)[0] for lr in np.linspace(0.001, 0.1, 991))


def ridge():
    return descend(saddle, (2.5, lesson.starts["exactly on it"]), GradientDescent(0.1), 119).points


ROWS = [
    ("you stand at (3, 4)", lambda x, y: told(lesson.says("first"))[:2] == [x, y]),
    ("At (3, 4) the gradient is (6, 8), and the learning rate is 0.1",
     lambda x, y, dx, dy, lr: told(lesson.says("first")) == [x, y, dx, dy]
     and np.allclose(told(lesson.says("first", walker="has taken one step")), [x, y, x - lr * dx, y - lr * dy])),
    ("the step is a tenth of it", lambda part: part * 10 == np.hypot(0.6, 0.8)),
    ("the learning rate stays 0.1 all the way", lambda lr: np.isclose(lengths()[0], lr * 10)),
    ("Shorter and shorter, as the ground gets flatter", lambda: np.all(np.diff(lengths()) < 0)),
    ("On flatter ground the gradient is shorter, and so is the step",
     lambda: all(np.isclose(told(lesson.says("fog", steps=k))[-2], lengths()[k] * 10, rtol=1e-3) for k in (0, 9))),
    ("All of the same length, as the learning rate stays the same", lambda: len({*lengths()}) > 1),
    ("the step is 0.1 times the gradient", lambda: np.divide(*told(lesson.says("fog", steps=4))[:1:-1])),
    ("watch the dots of the path: they come closer and closer",
     lambda: np.all(np.diff(np.hypot(*np.diff(walk(30).points, axis=0).T)) < 0) and ends_at("fog", 30)),
    ("each labelled line is 100 times the one below", lambda: np.divide(*labelled_lines()[2:0:-1])),
    ("A straight curve there means: each step divides the loss by the same number",
     lambda: np.ptp(np.diff(np.log(walk(30).losses))) < 1e-9),
    ("A at (3, 4) with α = 0.1; B at (0.3, 0.4) with α = 0.2; C at (6, 8) with α = 0.02; D at (0, 1) with α = 0.3",
     lambda *given: len(given) == 12 and "".join("ABCD"[k] for k in np.argsort(next_steps())) == lesson.step_lengths.right),
    ("The gradients are 1, 20, 2 and 10 long, and the steps 0.2, 0.4, 0.6 and 1.", [1, 20, 2, 10, *sorted(next_steps())]),
    ("Start at (3, 4), α = 0.1",
     lambda x, y, lr: np.allclose(descend(bowl, (x, y), GradientDescent(lr), 3).points, walk(3).points)),
    ("−0.1 × gradient", lambda lr: np.allclose(walk(1).points[1], walk(1).points[0] + lr * walk(1).gradients[0])),
    ("| 0 | (3, 4) | 25 | (6, 8) | (−0.6, −0.8) |", row),
    ("| 1 | (2.4, 3.2) | 16 | (4.8, 6.4) | (−0.48, −0.64) |", row),
    ("| 2 | (1.92, 2.56) | 10.24 | (3.84, 5.12) | (−0.384, −0.512) |", row),
    ("| 3 | (1.536, 2.048) | 6.5536 | | |", lambda step: row(step)[:2]),
    ("3 → 2.4 → 1.92, each time times 0.8", lambda: [*walk(2).points[:, 0], walk(2).points[2, 0] / 2.4]),
    ("as x − 0.1 · 2x = 0.8x", lambda lr, slope, kept: np.isclose(1 - lr * slope, kept) and bowl.grad(1, 0)[0] == slope),
    ("25 → 16 → 10.24: each time times 0.64, which is 0.8²", lambda: [*walk(2).losses, 16 / 25, 0.8**2]),
    ("Every step keeps 64 % of the loss", lambda: walk(5).losses[5] / walk(5).losses[4]),
    ("what is the loss after 10 steps from (3, 4), with α = 0.1?",
     lambda steps, x, y, lr: np.isclose(descend(bowl, (x, y), GradientDescent(lr), steps).losses[-1],
     lesson.loss_after_ten.right)),
    ("About 0.288.", lambda: walk(10).losses[-1]),
    ("sizes 1, 2, 3, 4, 5, prices 2, 3, 5, 4, 6",
     lambda *given: np.array_equal(given, [*lesson.size, *lesson.price]) and np.array_equal(given, [*SIZE, *PRICE])),
    ("the price that it tells for size 0", lambda size: 0.9 * size + 1.3 == 1.3),
    ("the loss of the line w = 0, b = 0:", lambda w, b: fit(w, b) == lesson.loss(w, b) == 18),
    ("until the loss is below 0.5", lambda least: eye(0.9, 1.3 + np.sqrt(least - 0.38 + 1e-6)) is False
     and eye(0.9, 1.3 + np.sqrt(least - 0.38 - 1e-6)) is True),
    ("The lowest that a line can reach is 0.38", lambda: fit(0.9, 1.3)),
    ("So compute the slopes, at (0, 0)", lambda w, b: slopes(w, b) == (-27.6, -8)),
    ("size 3, price 5. Its error is 3w + b − 5, here −5", lambda size, price, w, there, here: price == PRICE[size - 1]
     and w == size and there == price and here == -price),
    ("the derivative of error² is, by the chain rule, 2 · error · 3: the 3 stands before w",
     lambda square, two, size, stands: np.isclose((15.0001**square - 15**square) / 0.0001, two * 15, rtol=1e-3)
     and stands == size == 3),
    ("| 1 | 2 | 0 | −2 | −2 |", house),
    ("| 2 | 3 | 0 | −3 | −6 |", house),
    ("| 3 | 5 | 0 | −5 | −15 |", house),
    ("| 4 | 4 | 0 | −4 | −16 |", house),
    ("| 5 | 6 | 0 | −6 | −30 |", house),
    ("mean | −4 | −13.8", [np.mean(-PRICE), np.mean(-PRICE * SIZE)]),
    ("(∂ L)/(∂ w) = 2 · (-13.8) = -27.6", [2, -13.8, slopes(0, 0)[0]]),
    ("(∂ L)/(∂ b) = 2 · (-4) = -8", [2, -4, slopes(0, 0)[1]]),
    ("the way down is to more w and more b", lambda: fit(1e-3, 0) < fit(0, 0) > fit(0, 1e-3)),
    ("`error` holds five numbers already", lambda: len(0 * lesson.size + 0 - lesson.price) == 5),
    ("With α = 0.04 the first step leads from (0, 0) to (0.04 · 27.6, 0.04 · 8) = (1.104, 0.32)",
     lambda lr: [0, 0, lr, -slopes(0, 0)[0], lr, -slopes(0, 0)[1], *line_walk(1, lr).points[1]]),
    ("One step has brought the loss from 18 down to 0.6. The lowest loss that a line can have is 0.38",
     [*line_walk(1).losses, fit(0.9, 1.3)]),
    ("is the walk within 0.01 of it?", lambda gap: within(gap, lesson.right["swing"])),
    ("There the walk crawls", lambda: np.hypot(*np.diff(line_walk(3).points, axis=0)[2]) < 0.02),
    ("Pull the slider back to 0", lambda begin: lesson.controls["swing"]["steps"] == begin),
    ("At the first step the line swings almost into place, with a loss of 0.5987", lambda: swings(1)[2]),
    ("The second leads to (1.1597, 0.3494), where the loss is 0.5443", lambda: swings(2)[:3]),
    ("crawls along it to (0.9, 1.3), where the loss is 0.38",
     lambda: [*line_walk(1000).points[-1], line_walk(1000).losses[-1]]),
    ("With `lr` 0.04 this step should lead from (0, 0) to (1.104, 0.32). It leads to (1.104, 0.055).",
     lambda lr, w, b: [*line_walk(1, lr).points[1], *b_waits_not(w, b, lr)]),
    ("this still lands at (1.104, 0.055)", lambda: b_waits_not(0, 0, 0.04)),
    ("on the bowl each step leaves 0.8 of the way", lambda: walk(1).points[1, 0] / 3),
    ("the loss falls by less than 0.001 a step from step 57 on, when it is still 0.037 above the lowest",
     lambda least, step: [line_walk(step).losses[-1] - 0.38] if np.all(-np.diff(line_walk(300).losses)[step:] < least)
     and -np.diff(line_walk(300).losses)[step - 1] > least else False),
    ("The third rule is stricter here", lambda: lesson.steps == 260),
    ("may take 1,000 values, trying everything takes 1000ⁿ evaluations", lambda values, each: values == each),
    ("Descent takes n + 1 at each step: the loss where it stands, and a little to the side for each weight",
     lambda one: one == 1),
    ("With ten weights and 1,000 steps that is 11,000 against 10³⁰ evaluations: at a billion a second, some 30 trillion years",
     lambda weights, steps, few, tries, years: (weights + 1) * steps == few and 1000**weights == tries
     and round(tries / 1e9 / 31_557_600 / 1e12, -1) == years),
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
    ("each step makes y 1.2 times as large, but from a billionth that takes long",
     lambda more: lesson.starts["a billionth beside"] == -1e-9
     and np.allclose(np.divide(*descend(saddle, (2.5, -1e-9), GradientDescent(0.1), 60).points[[60, 59], 1]), more)),
    ("With α = 0.04 the houses took 105 steps to come within 0.01 of the lowest loss",
     lambda lr, steps, gap: lr == 0.04 and within(gap, steps)),
    ("How few steps do you need to come as low, below 0.39?", lambda least: np.isclose(least, 0.38 + 0.01)),
    ("one for each step from (0, 0), such as `[0.04, 0.04, 0.2]`",
     lambda w, b, *rates: (w, b) == (0, 0) and few(*rates)[0] is False),
    ("(`[0.04] * 60` is a list of sixty.)", lambda lr, many, same: len([lr] * int(many)) == same),
    ("That is not below 0.39",
     lambda least: np.isclose(least, 0.38 + 0.01) and few(*[0.04] * 105)[0] and not few(*[0.04] * 104)[0]),
    ("Three small steps drop to the floor, and one giant step goes along it", lambda: few(0.04, 0.04, 0.04, 2.9)[0]),
    ("even 2.9 is not too much. A second such step would throw the walk up the wall, to a loss of 9.",
     lambda lr: few(0.04, 0.04, 0.04, lr, lr)[1][-2] if few(0.04, 0.04, 0.04, lr)[0] else 0),
    ("Two steps are enough with `[0.04226, 2.96]`", lambda *rates: few(*rates)[0] is True and not one_step_is_enough()),
]  # fmt: skip


FORMULAS = [
    ("x² + y²", bowl),
    ("(2x, 2y)", lambda x, y: bowl.grad(x, y)),
    ("x² − y²", saddle),
]
RIGHT = {
    "first": np.subtract((3, 4), 0.1 * np.array([6, 8])),
    "fog": "Shorter and shorter, as the ground gets flatter",
    "swing": np.argmax(line_walk(200).losses < 0.38 + 0.01),
    "ridge": "In the middle of the saddle, at (0, 0)",
}
HINTS = {
    "step_lengths": [
        ("That is the order of the learning rates.", "C A B D"),
        ("That is the order of the gradients.", "B, D, A, C"),
        ("The right order, but from the longest to the shortest.", "adcb"),
    ],
    "whole_walk": [
        ("That is where the first step leads.", lambda x, y, lr, steps: (x - lr * 2 * x, y - lr * 2 * y)),
        ("The slopes were felt at the start only.", lambda x, y, lr, steps: (x - lr * 2 * x * steps, y - lr * 2 * y * steps)),
        ("One step is missing", lambda x, y, lr, steps: your_walk(x, y, lr, steps - 1)),
        ("That is one step too many", lambda x, y, lr, steps: your_walk(x, y, lr, steps + 1)),
        ("The slope of x² is 2x: a factor 2 is missing.", lambda x, y, lr, steps: your_walk(x, y, lr, steps, factor=1)),
        ("That walks uphill: mind the sign.", lambda x, y, lr, steps: your_walk(x, y, lr, steps, factor=-2)),
        ("The steps are too long: where is the learning rate?", lambda x, y, lr, steps: your_walk(x, y, 1, steps)),
        ("Right for 0.1 only. The learning rate is given", lambda x, y, lr, steps: your_walk(x, y, 0.1, steps)),
        ("x² is the height. The slope along x is 2x.", height_walk),
        ("That is the loss there.", lambda x, y, lr, steps: bowl(*your_walk(x, y, lr, steps))),
    ],
    "loss_after_ten": [
        ("0.8 is what each step keeps of the distance.", 25 * 0.8**10),
        ("That is the part that is left. The walk starts with a loss of 25.", walk(10).losses[-1] / 25),
        ("Multiply by 0.64 ten times: 0.64**10.", 25 * 0.64 * 10),
        ("Nearly: give three digits.", round(25 * 0.64**10, 1)),
        ("One step is missing: the loss is 25 after no step, and 16 after one.", walk(9).losses[-1]),
        ("That is one step too many: the loss is 25 after no step, and 16 after one.", walk(11).losses[-1]),
        ("The first step takes 9 off, but each later one takes less: it keeps 64 %.", 25 - (25 - 16) * 10),
    ],
    "by_eye": [
        ("On the whole the line lies too low: raise it.", {"at": (0, 0)}),
        ("On the whole the line lies too high: lower it.", {"at": (1, 3)}),
        ("the line is too flat: more w, less b.", {"at": (0.5, 2.5)}),
        ("the line is too steep: less w, more b.", {"at": (1.3, 0.1)}),
    ],
    "loss_slopes": [
        ("A factor 2 is missing", lambda w, b: (slopes(w, b)[0] / 2, slopes(w, b)[1] / 2)),
        ("That is the sum over the houses. The loss is a mean: divide by 5.", lambda w, b: slopes(w, b, np.sum)),
        ("That is a slope for each house.", lambda w, b: slopes(w, b, np.array)),
        ("These are the right numbers.", lambda w, b: slopes(w, b)[::-1]),
        ("Along b it is right. Along w the factor is what stands before w", lambda w, b: (slopes(w, b)[1] * w, slopes(w, b)[1])),
        ("Along b it is right. Along w each error counts", lambda w, b: (slopes(w, b)[1], slopes(w, b)[1])),
        ("Multiply each error by the size of its own house first.", lambda w, b: (3 * slopes(w, b)[1], slopes(w, b)[1])),
        ("Along w these are five numbers.", lambda w, b: (slopes(w, b)[1] * SIZE, slopes(w, b)[1])),
        ("That is the way down.", lambda w, b: (-slopes(w, b)[0], -slopes(w, b)[1])),
        ("These are the slopes at (0, 0).", lambda w, b: slopes(0, 0)),
    ],
    "both_first": [
        ("Not tried yet", b_waits_not),
        ("Now b moves first, and the error of w is taken at another place.", w_waits_not),
    ],
    "few_steps": [
        ("That is not below 0.39.", [0.04] * 104),
        ("That is not below 0.39.", []),
        ("That is not below 0.39.", [1e200, 1e200]),
    ],
}
