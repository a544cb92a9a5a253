"""Lesson 04, Measure a slope: the words, and what they must agree with."""

import numpy as np

from gdlab import GradientDescent, check_gradient, descend, himmelblau, line_loss, numerical_gradient
from prose import NUMBER, Lesson, told

lesson = Lesson("04")


def f(x):
    return 2 * x**3


def forward(h):
    return (f(2 + h) - f(2)) / h


def central(h):
    return (f(2 + h) - f(2 - h)) / (2 * h)


def off(way, k):
    """By how much the picture of the V says that this way is off with h = 10ᵏ."""
    return told(lesson.says("valley", way=way, k=k))[-1]


def bottom(way):
    """The exponent of h where the valley of this way is deepest."""
    return min(np.arange(-16, 0.25, 0.25), key=lambda k: abs(lesson.measure[way](10.0**k) - 24))


def deepest(way):
    return off(way, bottom(way))


def says_yes(x):
    return "says yes" in lesson.says("one_point", x=x)


def factors(case):
    """Of a gradient in the gallery: what was derived over what was measured, entry by entry."""
    derived, measured = lesson.gallery[case]
    return np.round(derived / measured, 3)


def slopes(f, w, b, h, left=-1, right=1, over=lambda h: 2 * h):
    along_w = (f(w + right * h, b) - f(w + left * h, b)) / over(h)
    return along_w, (f(w, b + right * h) - f(w, b + left * h)) / over(h)


def walk(f, w, b, lr, steps, h=0.001, once=False, w_first=False, back=False):
    """A walk down measured slopes: measured but once, with w moved before b is measured, or back at the start in each pass."""
    start, found = (w, b), slopes(f, w, b, h)
    for _step in range(steps):
        w, b = start if back else (w, b)
        slope_w, slope_b = found if once else slopes(f, w, b, h)
        w = w - lr * slope_w
        b = b - lr * (slopes(f, w, b, h)[1] if w_first else slope_b)
    return w, b


def bowl_walk(f, w, b, lr, steps):
    for _step in range(steps):
        w, b = w - lr * 2 * w, b - lr * 2 * b
    return w, b


def derived_walk(steps=200):
    """The houses' line, trained with the slopes that calculus gives."""
    return descend(line_loss(lesson.size, lesson.price), (0, 0), GradientDescent(0.04), steps)


def first_near(within, least):
    """The first step after which the loss is within so much of the lowest one, by calculus and by measuring."""
    measured = [told(lesson.says("by_measuring", steps=steps))[-1] for steps in range(151)]
    return [int(np.argmax(np.array(losses) <= least + within)) for losses in (derived_walk().losses, measured)]


def seconds(weights):
    """How long the bill says that 1,000 steps with so many weights take."""
    words = lesson.says("cost", n=weights).split()
    return float(words[-5]) * lesson.units[words[-4]]


def of_line(w, factor):
    """The gradient of the houses' loss, with this factor before the sums."""
    error = w[0] * lesson.size + w[1] - lesson.price
    return factor * np.sum(error * lesson.size), factor * np.sum(error)


def evaluations(gradient, *arguments):
    """How often this gradient of a function of two variables asks for its value."""
    asked = []
    gradient(lambda *at: asked.append(at) or 0.0, *arguments)
    return len(asked)


def caught(*points):
    """How many of the six people a check at these points catches."""
    people = lesson._six.values()
    said_yes = lambda wrong, p: check_gradient(lambda p: p[0] ** 2 * p[1] + max(p), lambda p: wrong(*p), p)
    return sum(not all(said_yes(wrong, p) for p in points) for wrong in people)


def verdict(error):
    """What the check says of a gradient with this relative error, but for the numbers in it."""
    report = check_gradient(lambda x: x * x, lambda x: 2 * x * (1 + error), 1.0)
    return NUMBER.sub("", report.verdict), bool(report)


def bands(agree, nearly, doubtful):
    """Whether the verdict changes at each of these errors, and says yes up to the second."""
    said = [verdict(error * factor) for error in (agree, nearly, doubtful) for factor in (0.5, 2)]
    changes = [one[0] != other[0] for one, other in zip(said[::2], said[1::2], strict=True)]
    return all(changes) and [yes for _verdict, yes in said] == 3 * [True] + 3 * [False]


def in_kink(kink, left, right):
    """Whether relu has these slopes on the sides of this kink."""
    return lesson.relu(kink - 1) - lesson.relu(kink - 2) == left and lesson.relu(kink + 2) - lesson.relu(kink + 1) == right


def changed_places(*at):
    derived, measured = (values.reshape(2, 2).round(6) for values in lesson.gallery["E"])
    return derived[at[:2]] == measured[at[2:]] and derived[at[2:]] == measured[at[:2]] and at[:2] != at[2:]


ROWS = [
    ("2x and 2y on the bowl",
     lambda *twos: np.allclose(numerical_gradient(lambda p: p @ p, [0.3, 0.7]), np.multiply(twos, [0.3, 0.7]))),
    ("at (0, 0) with h = 0.001: L(0.001, 0) = 17.972411 and L(−0.001, 0) = 18.027611",
     lambda w, b, h: [h, b, lesson.loss(h, b), -h, b, lesson.loss(-h, b)]),
    ("The change is −0.0552, and −0.0552 / 0.002 = −27.6",
     lambda: [lesson.loss(0.001, 0) - lesson.loss(-0.001, 0)] * 2 + [0.002, derived_walk().gradients[0, 0]]),
    ("calculus gave the same", lambda: np.isclose(derived_walk().gradients[0, 0], -27.6)),
    (r"\frac{L(w + h,\ b) - L(w - h,\ b)}{2h}",
     lambda two: lesson.two_slopes.right(himmelblau, 1, 2, 0.1) == slopes(himmelblau, 1, 2, 0.1, over=lambda h: two * h)),
    ("with h = 0.001",
     lambda h: np.allclose(lesson.training.right(lesson.loss, 0, 0, 0.04, 9), walk(lesson.loss, 0, 0, 0.04, 9, h))),
    ("Put 2h in brackets: / (2 * h).", lambda two, same: two == same == 2),
    ("Put the difference in brackets: (f(...) - f(...)) / (2 * h).", lambda two: two == 2),
    ("{caught} of 6 caught with {n}. The checks say yes to {free}.", lambda six: len(lesson._six) == six),
    ("L(0, 0) =", lambda w, b: lesson.loss(w, b) == 18),
    ("Four evaluations: two for each weight", lambda: evaluations(slopes, 0, 0, 1) == 4),
    ("with learning rate 0.04",
     lambda lr: np.allclose(told(lesson.says("by_measuring", steps=1))[2:4], np.multiply(lr, [27.6, 8]))),
    ("The first step leads to (1.104, 0.32), as with slopes from calculus",
     lambda: told(lesson.says("by_measuring", steps=1))[2:4] if np.allclose(derived_walk().points[1], (1.104, 0.32)) else []),
    ("After 105 steps the loss is within 0.01 of the lowest one, 0.38: calculus needs just as many",
     lambda steps, within, least: first_near(within, least) == [steps, steps]
     and np.isclose(line_loss(lesson.size, lesson.price)(0.9, 1.3), least)),
    ("Each step took four evaluations, two for each weight", lambda: told(lesson.says("by_measuring", steps=25))[1] == 25 * 4),
    ("Say that one evaluation takes a millisecond, and that you want to walk 1,000 steps",
     lambda steps: np.isclose(seconds(400), steps * 2 * 400 / 1000, rtol=1e-2)),
    ("seconds for 1,000 steps",
     lambda steps: np.allclose(lesson.bills["measured"][1], steps * 2 * lesson.bills["measured"][0] / 1000)),
    ("In a day 43,200, in a year 16 million.", lambda day, year: np.isclose(seconds(day), 24 * 3600, rtol=1e-2)
     and np.isclose(seconds(1e6 * year), 365.25 * 24 * 3600, rtol=0.02)),
    ("For the houses it was exact, because along w and along b their loss is a parabola.",
     lambda: np.allclose(slopes(lesson.loss, 0.2, 0.4, 1.0), line_loss(lesson.size, lesson.price).grad(0.2, 0.4), rtol=1e-12)),
    ("f'(2) = 24", lambda x: numerical_gradient(f, x)),
    ("tangent, slope 24", lambda: central(1e-5)),
    ("level: exact, 24", lambda: central(1e-5)),
    ("Forward with h = 0.1 measures 25.22: that is 1.22 too much", lambda h: told(lesson.says("secant", h=h))[1:]),
    ("The picture shows it, with h = 0.1.", lambda h: told(lesson.says("secant", h=h, way="central"))[2] == 0.02),
    ("The curve is steeper on the right and flatter on the left",
     lambda: numerical_gradient(f, 1.9) < numerical_gradient(f, 2.0) < numerical_gradient(f, 2.1)),
    ("the slope that each h measures: it comes down to 24", lambda: told(lesson.says("secant", h=0.01))[1]),
    ("with h = 0.1: f(2.1) = 18.522, f(2) = 16 and f(1.9) = 13.718",
     lambda h: [2 + h, f(2 + h), 2, f(2), 2 - h, f(2 - h)]),
    ("Central: 4.804 / 0.2 = 24.02", lambda: [f(2.1) - f(1.9), 2 * 0.1, central(0.1)]),
    ("The 2h² comes from h³. A parabola has no h³, so there central is exact.",
     lambda *said: np.isclose(central(0.3) - 24, 2 * 0.3**2) and said == (2, 2, 3, 3)),
    ("With a tenth of h, forward is about 10 times as good",
     lambda tenth, times: round((forward(0.1) - 24) / (forward(tenth * 0.1) - 24)) == times),
    ("100 times as good: 0.02 became 0.0002.",
     lambda: [(central(0.1) - 24) / (central(0.01) - 24), central(0.1) - 24, central(0.01) - 24]),
    ("A computer can write 10⁻¹⁶, too. (In Python: 1e-16.)", lambda small, same: small == same > 0),
    ("at −3, h is 0.001", lambda k: told(lesson.says("valley", k=k))[0]),
    ("With a smaller h it gets worse again: drag on to −16.",
     lambda last: [off("forward", k) > 1.2 * off("forward", -8) for k in (-10.5, -11.5, -13, last)] == 4 * [True]
     and np.all(np.diff([off("forward", k) for k in np.arange(-1, -8, -1)]) < 0)),
    ("The error has the shape of a V", lambda: min(off("forward", -1), off("forward", -16)) > 1e6 * off("forward", -8)),
    ("the price of not going all the way to the limit h → 0", lambda h: abs(forward(h + 1e-7) - 24) < 1e-5),
    ("A computer's scales show about 16 digits", lambda digits: round(-np.log10(np.finfo(float).eps)) == digits),
    ("f(2 + h) and f(2) share most of theirs", lambda x, same: x == same == 2),
    ("With h = 10⁻¹⁶ nothing is left: 2 + h is 2, and the measured slope is 0.",
     lambda h, x, same, slope: x + h == same and forward(h) == slope),
    ("Forward is cheaper: the n + 1 evaluations",
     lambda one: evaluations(lambda f: [f(0, 0), f(1, 0), f(0, 1)]) == 2 + one),
    ("it wins twice. Its valley is deeper, and h need not be so small: 10⁻⁵ will do",
     lambda twice, h: [deepest("central") < deepest("forward"), bottom("central") > bottom("forward")] == twice * [True]
     and off("central", np.log10(h)) < deepest("forward") / 100),
    ("2n evaluations for n weights", lambda two: evaluations(slopes, 0, 0, 1) == two * 2),
    ("`max(x, 0)`, called relu", lambda zero: [lesson.relu(-2.0), lesson.relu(3.0)] == [zero, 3]),
    ("3.9 / 2.5 = 1.56", lambda: [abs(1.4 + 2.5), abs(lesson.numerical_gradient(lesson.g, [0.7, -1.3])[0]), 3.9 / 2.5]),
    ("Below 10⁻⁷ the gradients agree. Below 10⁻⁴ they nearly do, and the check still says yes. Up "
     "to 10⁻² it is doubtful, and above they differ.",
     bands),
    ("Why not ask for 0?", lambda zero: abs(central(1e-5) - 24) > zero),
    ("At 0, relu has slope 0 on its left and 1 on its right. A central difference gives ½, the mean.",
     lambda kink, left, right, mean: in_kink(kink, left, right) and numerical_gradient(lesson.relu, 0.0) == mean),
    ("Networks use 0, and that does no harm", lambda slope: bool(check_gradient(lesson.relu, lambda x: float(slope), 0.0))),
    ("of five gradients, each of a 2 × 2 matrix",
     lambda *shape: all(np.shape(fault[2]) == shape for fault in lesson._faults.values()) and len(lesson._faults) == 5),
    ("a missing factor 2", lambda factor: set(factors("D")) == {1 / factor}),
    ("a missing mean over four (a sum was derived instead)", lambda: set(factors("A")) == {4}),
    ("D is half of what it should be, B its opposite, A four times as much",
     lambda half, four: [set(factors(case)) for case in "DBA"] == [{half}, {-1}, {four}]),
    ("In E, [0, 1] and [1, 0] have changed places", changed_places),
    ("measured halfway between 0 and 1.6",
     lambda low, high: np.isclose(lesson.gallery["C"][1][1], (low + high) / 2) and high == 2 * lesson._C[0, 1]),
    ("In C only one is off", lambda: np.sum(~np.isclose(*lesson.gallery["C"], atol=1e-6)) == 1),
    ("So it cancels in f(2 + h) − f(2 − h)", lambda x, same: np.isclose(f(x + 0.3) - f(same - 0.3), 24 * 0.6 + 4 * 0.3**3)),
    ("Two things were missing: the 2 of the square, and the mean, which divides by 5. Together that is 2.5.",
     lambda two, five, ratio: five / two == ratio
     and np.allclose(np.multiply(ratio, of_line([0.3, -0.2], two / five)), lesson.broken([0.3, -0.2]))),
    ("`check_gradient(loss_at, repaired, [0.3, -0.2])` says yes",
     lambda *w: bool(check_gradient(lesson.loss_at, lesson.gradient_of_loss.right, w))),
    ("Somebody derives 2x³, and finds 6x.", lambda two, cube, six: six == two * cube and says_yes(1) and not says_yes(2)),
    ("They check it at x = 1: the gradients agree", says_yes),
    ("The check says yes at x = 1. What do you know about 6x?", lambda x, six: says_yes(x) and six * x == 6),
    ("At x = 1 the two are equal, because there x² = x", lambda x, power: x**power == x),
    ("It is right at x = 1, and may be wrong at any other point",
     lambda x: says_yes(x) and not any(says_yes(k / 10) for k in range(-5, 21) if k not in (0, 10))),
    ("it says yes at 1 and at 0, where x² = x, and at no other point of this picture",
     lambda one, zero, power: [k / 10 for k in range(-5, 21) if says_yes(k / 10)] == [zero, one]),
    ("at x = 1 it makes none. Move x: the check says yes at 1 and at 0, and at no other point of this picture",
     lambda x, one, zero: [k / 10 for k in range(-5, 21) if says_yes(k / 10)] == [zero, one] and x == one),
    ("At 0 and 1 too many things are equal: x, x², x³",
     lambda zero, one, square, cube: all(x == x**square == x**cube for x in (zero, one))),
    ("points with nothing special about them, like 0.7 and −1.3",
     lambda *xs: not any(check_gradient(f, lambda x: 6 * x, x) for x in xs)),
    ("Six people have derived the gradient of x²y + max(x, y). Each has made another mistake",
     lambda power: caught((0.7, -1.3), (-1.3, 0.7)) == 6),
    ("One point will not do", lambda: max(caught(p) for p in np.random.default_rng(0).normal(size=(50, 2))) == 5),
    ("f(2 + h)             minus 16", lambda x, value: f(x) == value),
    ("complex step, h = 1e-20:", lambda h: abs(f(2 + h * 1j).imag / h - 24) < 1e-14),
    ("At 1e-15 only two digits are left, and one of them is wrong: the slope is 21.3", forward),
    ("At 1e-16 nothing is left", lambda h: forward(h) == 0),
    ("about 3.6 · 10⁻¹⁵ (the gap between two numbers near 16)", lambda: [lesson.floor, 16]),
    ("the gap between two numbers near 16", lambda near: abs(np.spacing(float(near)) - lesson.floor) < 1e-16),
    ("Forward: 12h = 3.6 · 10⁻¹⁵ / h",
     lambda slope, gap: np.isclose(slope, (forward(1e-4) - 24) / 1e-4, rtol=1e-3) and gap == 3.6e-15),
    ("Central: 2h² = 3.6 · 10⁻¹⁵ / 2h",
     lambda two, square, gap, other: np.isclose(two, (central(1e-3) - 24) / 1e-3**square) and other == 2 and gap == 3.6e-15),
    ("about 2 · 10⁻⁸ and 10⁻⁵", lambda: [(3.6e-15 / 12) ** (1 / 2), round((3.6e-15 / 4) ** (1 / 3), 5)]),
    ("where i is the square root of −1. (Python writes it 1j.)", lambda square, one: (one * 1j) ** 2 == square),
    ("h can be as small as you like", lambda: abs(f(2 + 1e-300j).imag / 1e-300 - 24) < 1e-14),
    ("Then 2(2 + ih)³ has the imaginary part 24h − 2h³, and divided by h that is 24 − 2h²",
     lambda *said: np.isclose(f(2 + 0.3j).imag, 24 * 0.3 - 2 * 0.3**3) and said == (2, 2, 3, 24, 2, 3, 24, 2, 2)),
    (r"\frac{f(x+h) - f(x-h)}{2h}", lambda two: (f(2.3) - f(1.7)) / (two * 0.3) == central(0.3)),
    ("(f(x + h) − f(x − h)) / 2h", lambda two: (f(2.3) - f(1.7)) / (two * 0.3) == central(0.3)),
    ("Take h near 10⁻⁵ (for numbers near 1)", lambda h, one: abs(bottom("central") - np.log10(h)) <= 1 and one == 1),
]  # fmt: skip

FORMULAS = [
    ("2x³", f),
    ("6x²", lambda x: numerical_gradient(f, x)),
    ("x² + 3xy", lambda x, y: lesson.g((x, y))),
    ("(2x + 3y, 3x)", lambda x, y: numerical_gradient(lesson.g, (x, y))),
    ("24 + 12h + 2h²", lambda h: forward(h)),
    ("24 + 2h²", lambda h: central(h)),
    ("12h²", lambda h: f(2 + h) - f(2) - 24 * h - 2 * h**3),
]
RIGHT = {
    "secant": central(0.1) - 24,
    "valley": -8,
    "one_point": "It is right at x = 1, and may be wrong at any other point",
}
HINTS = {
    "two_slopes": [
        ("Python divides by 2, and multiplies by h after that.", lambda f, w, b, h: slopes(f, w, b, h, over=lambda h: 2 / h)),
        ("Python divides before it subtracts.",
         lambda f, w, b, h: (f(w + h, b) - f(w - h, b) / (2 * h), f(w, b + h) - f(w, b - h) / (2 * h))),
        ("Two pairs of brackets are missing: (f(...) - f(...)) / (2 * h).",
         lambda f, w, b, h: (f(w + h, b) - f(w - h, b) / 2 * h, f(w, b + h) - f(w, b - h) / 2 * h)),
        ("That is a step to one side only.", lambda f, w, b, h: slopes(f, w, b, h, 0, 1, lambda h: h)),
        ("Twice too much: the two places lie 2h apart.", lambda f, w, b, h: slopes(f, w, b, h, over=lambda h: h)),
        ("The sign is flipped. The value on the right comes first.", lambda f, w, b, h: slopes(f, w, b, h, 1, -1)),
        ("Half of what it should be.", lambda f, w, b, h: slopes(f, w, b, h, 0, 1)),
        ("That is the change in height. Divide it by the way between the two places, 2h.",
         lambda f, w, b, h: slopes(f, w, b, h, over=lambda h: 1)),
        ("You moved w and b together.", lambda f, w, b, h: 2 * [(f(w + h, b + h) - f(w - h, b - h)) / (2 * h)]),
        ("Those are the slopes of `loss`. Measure those of f.", lambda f, w, b, h: slopes(lesson.loss, w, b, h)),
        ("You measured with 0.001. Use the h that comes in.", lambda f, w, b, h: slopes(f, w, b, 0.001)),
        ("The right numbers, the other way round", lambda f, w, b, h: slopes(f, w, b, h)[::-1]),
    ],
    "training": [
        ("That is one step only.", lambda f, w, b, lr, steps: walk(f, w, b, lr, steps, back=True)),
        ("You measured once, before the loop.", lambda f, w, b, lr, steps: walk(f, w, b, lr, steps, once=True)),
        ("w moved before the slope along b was measured.", lambda f, w, b, lr, steps: walk(f, w, b, lr, steps, w_first=True)),
        ("That starts at 0, as for the houses.", lambda f, w, b, lr, steps: walk(f, 0.0, 0.0, lr, steps)),
        ("That walks uphill: mind the sign.", lambda f, w, b, lr, steps: walk(f, w, b, -lr, steps)),
        ("The steps are too long: where is the learning rate?", lambda f, w, b, lr, steps: walk(f, w, b, 1, steps)),
        ("Those are the slopes of the bowl, 2w and 2b.", bowl_walk),
        ("That walks down `loss`.", lambda f, w, b, lr, steps: walk(lesson.loss, w, b, lr, steps)),
        ("One step too many: range(steps) counts them.", lambda f, w, b, lr, steps: walk(f, w, b, lr, steps + 1)),
    ],
    "five_faults": [
        ("A and D are both a constant factor. The factor ½ is a lost 2. A mean over four gives 4, or ¼.", "ABDEC"),
        ("In one of C and E two numbers have changed places. In the other only one is off.", "DBACE"),
        ("You gave the cause of A, of B and so on.", "".join("ABCDE"["DBAEC".index(case)] for case in "ABCDE")),
    ],
    "gradient_of_loss": [
        ("That is the broken one. The report says 2.5 times too large: which two factors make 1 / 2.5 = 2 / 5?",
         lambda w: of_line(w, 1)),
        ("The mean is in now. Does the square leave something behind, too?", lambda w: of_line(w, 1 / 5)),
        ("The 2 of the square is in now. And the mean over five?", lambda w: of_line(w, 2)),
        ("The size is right. But error is prediction minus price, so its derivative has no minus.",
         lambda w: of_line(w, -2 / 5)),
        ("Divide by 2.5: the derived gradient is too large.", lambda w: of_line(w, 2.5)),
        ("The first is right. The 2 of the square belongs to both.", lambda w: (of_line(w, 2 / 5)[0], of_line(w, 1 / 5)[1])),
        ("That is a number for each house. Take their mean.",
         lambda w: [2 * (w[0] * lesson.size + w[1] - lesson.price) * factor for factor in (lesson.size, 1)]),
    ],
    "six_people": [
        ("of 6 caught with", [(1, 0), (0, 1)]),
        ("The checks say yes to", [(0.7, -1.3)]),
        ("The checks say yes to", (-1.3, 0.7)),
    ],
}
FREE = {
    "the derivative of x³": "school",
    **{entry: "the name of an entry" for entry in ("[0, 0]", "[0, 1]", "[1, 0]", "[1, 1]")},
}
