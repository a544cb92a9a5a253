"""Lesson 04, Measure a slope: the words, and what they must agree with."""

import numpy as np

from gdlab import check_gradient, numerical_gradient
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


def slopes(f, x, y, h, left=-1, right=1, over=2):
    along_x = (f(x + right * h, y) - f(x + left * h, y)) / (over * h)
    return along_x, (f(x, y + right * h) - f(x, y + left * h)) / (over * h)


def of_line(w, factor):
    """The gradient of the houses' loss, with this factor before the sums."""
    error = w[0] * lesson.size + w[1] - lesson.price
    return factor * np.sum(error * lesson.size), factor * np.sum(error)


def evaluations(gradient, *arguments):
    """How often this gradient of a function of two variables asks for its value."""
    asked = []
    gradient(lambda *at: asked.append(at) or 0.0, *arguments)
    return len(asked)


def verdict(error):
    """What the check says of a gradient with this relative error, but for the numbers in it."""
    report = check_gradient(lambda x: x * x, lambda x: 2 * x * (1 + error), 1.0)
    return NUMBER.sub("", report.verdict), bool(report)


def bands(agree, nearly, doubtful):
    """Whether the verdict changes at each of these errors, and says yes up to the second."""
    said = [verdict(error * factor) for error in (agree, nearly, doubtful) for factor in (0.5, 2)]
    changes = [one[0] != other[0] for one, other in zip(said[::2], said[1::2], strict=True)]
    return all(changes) and [yes for _verdict, yes in said] == 3 * [True] + 3 * [False]


def in_kink(zero, kink, left, right):
    """Whether relu has these slopes on the sides of this kink."""
    return lesson.relu(kink - 1) - lesson.relu(kink - 2) == left and lesson.relu(kink + 2) - lesson.relu(kink + 1) == right


def changed_places(*at):
    derived, measured = (values.reshape(2, 2).round(6) for values in lesson.gallery["E"])
    return derived[at[:2]] == measured[at[2:]] and derived[at[2:]] == measured[at[:2]] and at[:2] != at[2:]


ROWS = [
    ("a step called `tiny`, which was 0.001. Why 0.001?", 2 * [Lesson("01").tiny]),
    ("f'(2) = 24", lambda x: numerical_gradient(f, x)),
    ("tangent, slope 24", lambda: central(1e-5)),
    ("level: exact, 24", lambda: central(1e-5)),
    ("Forward with h = 0.1 measures 25.22: that is 1.22 too much", lambda h: told(lesson.says("secant", h=h))[1:]),
    ("Some sixty times less, 0.02", lambda: [1.22 / 0.02, *told(lesson.says("secant", h=0.1, way="central"))[2:]]),
    ("About half as far, 0.6", lambda half, wrong: np.isclose(half * 1.22, wrong, atol=0.02)),
    ("Choose central, and set h to 0.1.", lambda h: told(lesson.says("secant", h=h, way="central"))[2] == 0.02),
    ("What is left is 0.02", lambda: central(0.1) - 24),
    ("as h shrinks, it comes down to 24", lambda: told(lesson.says("secant", h=0.01))[1]),
    ("as the limit for h → 0", lambda h: abs(forward(h + 1e-7) - 24) < 1e-5),
    ("with h = 0.1: f(2.1) = 18.522, f(2) = 16 and f(1.9) = 13.718",
     lambda h: [2 + h, f(2 + h), 2, f(2), 2 - h, f(2 - h)]),
    ("Central: 4.804 / 0.2 = 24.02", lambda: [f(2.1) - f(1.9), 2 * 0.1, central(0.1)]),
    ("With a tenth of h, forward is about 10 times as good",
     lambda tenth, times: round((forward(0.1) - 24) / (forward(tenth * 0.1) - 24)) == times),
    ("100 times as good: 0.02 became 0.0002.",
     lambda: [(central(0.1) - 24) / (central(0.01) - 24), central(0.1) - 24, central(0.01) - 24]),
    ("really small: 0.00000001, or less", lambda h: abs(forward(h) - 24) < 1e-6),
    ("A computer can write 10⁻¹⁶, too. (Python writes it 1e-16.)", lambda small, same: small == same > 0),
    ("1e-8, that is 0.00000001", lambda small, same: small == same and abs(bottom("forward") - np.log10(small)) < 1),
    ("1e-16, the smallest", lambda h: off("forward", np.log10(h)) == 24),
    ("There the truncation error is 1.22.", lambda: forward(0.1) - 24),
    ("On the way from 0.1 to about 1e-8 the error shrinks with h",
     lambda *ends: np.all(np.diff([off("forward", k) for k in np.log10(ends)[0] - np.arange(7)]) < 0)),
    ("Then it grows again", lambda: off("forward", -13) > off("forward", -11) > 10 * off("forward", -8)),
    ("Drag the exponent to −8, and then on to −16",
     lambda best, last: off("forward", best) < off("forward", -1) and off("forward", last) == 24),
    ("Drag the exponent from −1 to −8, and then on to −16",
     lambda first, best, last: off("forward", best) < off("forward", first) < off("forward", last)),
    ("In a computer 2 + 1e-16 is 2: no step is taken, and the measured slope is 0",
     lambda x, h, same, slope: x + h == same and forward(h) == slope),
    ("A computer's scales show about 16 digits", lambda digits: round(-np.log10(np.finfo(float).eps)) == digits),
    ("f(2 + h) and f(2) share most of theirs", lambda x, same: x == same == 2),
    ("f(2 + h)             minus 16", lambda x, value: f(x) == value),
    ("At 1e-15 only two digits are left, and one of them is wrong: the slope is 21.3", forward),
    ("At 1e-16 nothing is left", lambda h: forward(h) == 0),
    ("It is about 3.6 · 10⁻¹⁵ (the gap between two numbers near 16)", lambda: [lesson.floor, 16]),
    ("the gap between two numbers near 16", lambda near: abs(np.spacing(float(near)) - lesson.floor) < 1e-16),
    ("Forward: 12h = 3.6 · 10⁻¹⁵ / h",
     lambda slope, gap: np.isclose(slope, (forward(1e-4) - 24) / 1e-4, rtol=1e-3) and gap == 3.6e-15),
    ("Central: 2h² = 3.6 · 10⁻¹⁵ / 2h",
     lambda two, square, gap, other: np.isclose(two, (central(1e-3) - 24) / 1e-3**square) and other == 2 and gap == 3.6e-15),
    ("about 2 · 10⁻⁸ and 10⁻⁵", lambda: [(3.6e-15 / 12) ** (1 / 2), round((3.6e-15 / 4) ** (1 / 3), 5)]),
    ("it wins twice. Its valley is deeper, and h need not be so small",
     lambda twice: np.sum([deepest("central") < deepest("forward"), bottom("central") > bottom("forward")]) == twice),
    ("h can be as small as you like", lambda: off("complex step", -16) < 1e-14),
    ("then 2(2 + ih)³ has the imaginary part 24h − 2h³, and divided by h that is 24 − 2h²",
     lambda *said: np.isclose(f(2 + 0.3j).imag, 24 * 0.3 - 2 * 0.3**3) and said == (2, 2, 3, 24, 2, 3, 24, 2, 2)),
    ("Forward needs n + 1 evaluations of the loss for n weights, central 2n.", 
     lambda one, two: (evaluations(slopes, 0, 0, 1, 0, 1, 1), evaluations(slopes, 0, 0, 1)) == (2 * two, 2 * two) and one == 1),
    ("you want to walk 1,000 steps",
     lambda steps: np.isclose(told(lesson.says("cost", n=10_000))[1], steps * 20 / 3600, rtol=1e-2)),
    ("measured, central: 2n",
     lambda two: np.allclose(lesson.bills["measured, central: 2n"][1], two * lesson.bills["measured, central: 2n"][0])),
    ("backpropagation: ~4", lambda: lesson.bills["backpropagation: ~4"][1][0]),
    ("slow: 2n evaluations", lambda two: evaluations(slopes, 0, 0, 1) == two * 2),
    ("3.9 / 2.5 = 1.56", lambda: [abs(1.4 + 2.5), abs(lesson.numerical_gradient(lesson.g, [0.7, -1.3])[0]), 3.9 / 2.5]),
    ("Below 10⁻⁷ the gradients agree. Below 10⁻⁴ they nearly do, and the check still says yes. Up "
     "to 10⁻² it is doubtful, and above they differ.",
     bands),
    ("Why not ask for 0?", lambda zero: abs(central(1e-5) - 24) > zero),
    ("They check it at x = 1: the gradients agree", says_yes),
    ("The check says yes at x = 1. What do you know about 6x?", lambda x, six: says_yes(x) and six * x == 6),
    ("At x = 1 the two are equal, because there x² = x", lambda x, power: x**power == x),
    ("Right at 1. But at 1.1 it is already off by 9 %",
     lambda x, further, error: says_yes(x) and not says_yes(further) and round(1 - 6 * further / (6 * further**2), 2) == error),
    ("the check says yes at 1 and at 0, where x² = x, and nowhere else",
     lambda one, zero, power: [k / 10 for k in range(-5, 21) if says_yes(k / 10)] == [zero, one]),
    ("At 0 and 1 too many things are equal: x, x², x³",
     lambda zero, one, square, cube: all(x == x**square == x**cube for x in (zero, one))),
    ("points with nothing special about them, like 0.7 and −1.3",
     lambda *xs: not any(check_gradient(f, lambda x: 6 * x, x) for x in xs)),
    ("`max(x, 0)`, called relu, has a kink at 0: the slope is 0 on its left and 1 on its right. A "
     "central difference measures ½, the mean.",
     lambda zero, kink, left, right, mean: in_kink(zero, kink, left, right) and numerical_gradient(lesson.relu, 0.0) == mean),
    ("Networks use 0, and that does no harm", lambda slope: bool(check_gradient(lesson.relu, lambda x: float(slope), 0.0))),
    ("of five gradients, each of a 2 × 2 matrix",
     lambda *shape: all(np.shape(fault[2]) == shape for fault in lesson._faults.values()) and len(lesson._faults) == 5),
    ("a missing factor 2", lambda factor: set(factors("D")) == {1 / factor}),
    ("D is half of what it should be, B its opposite, A four times as much",
     lambda half, four: [set(factors(case)) for case in "DBA"] == [{half}, {-1}, {four}]),
    ("In E, [0, 1] and [1, 0] have changed places", changed_places),
    ("measured halfway between 0 and 1.6",
     lambda low, high: np.isclose(lesson.gallery["C"][1][1], (low + high) / 2) and high == 2 * lesson._C[0, 1]),
    ("In C only one is off", lambda: np.sum(~np.isclose(*lesson.gallery["C"], atol=1e-6)) == 1),
    ("So it cancels in f(2 + h) − f(2 − h)", lambda x, same: np.isclose(f(x + 0.3) - f(same - 0.3), 24 * 0.6 + 4 * 0.3**3)),
    ("Somebody derives 2x³, and finds 6x.", lambda two, cube, six: six == two * cube and says_yes(1) and not says_yes(2)),
    ("It is right at x = 1, and no more", lambda x: says_yes(x) and not says_yes(x - 0.1) and not says_yes(x + 0.1)),
    ("It is right at x = 1, and nearly right close by", lambda x: says_yes(x)),
    ("Two things were missing: the 2 of the square, and the mean, which divides by 5. Together that is 2.5.", 
     lambda two, five, ratio: five / two == ratio
     and np.allclose(np.multiply(ratio, of_line([0.3, -0.2], two / five)), lesson.broken([0.3, -0.2]))),
    ("`check_gradient(loss, repaired, [0.3, -0.2])` says yes", 
     lambda *w: bool(check_gradient(lesson.loss, lesson.gradient_of_loss.right, w))),
    (r"\frac{f(x+h) - f(x-h)}{2h}", lambda two: (f(2.3) - f(1.7)) / (two * 0.3) == central(0.3)),
    ("(f(x + h) − f(x − h)) / 2h", lambda two: (f(2.3) - f(1.7)) / (two * 0.3) == central(0.3)),
    ("Take h near 10⁻⁵ (for numbers near 1)", lambda h, one: abs(bottom("central") - np.log10(h)) <= 1 and one == 1),
    ("Four evaluations: two for each variable", lambda: evaluations(slopes, 0, 0, 1) == 4),
]  # fmt: skip

FORMULAS = [
    ("2x³", f),
    ("6x²", lambda x: numerical_gradient(f, x)),
    ("x² + 3xy", lambda x, y: lesson.g((x, y))),
    ("(2x + 3y, 3x)", lambda x, y: numerical_gradient(lesson.g, (x, y))),
    ("24 + 12h + 2h²", lambda h: forward(h)),
    ("24 + 2h²", lambda h: central(h)),
    ("12h + 2h²", lambda h: forward(h) - 24),
    ("2h²", lambda h: central(h) - 24),
    ("12h²", lambda h: f(2 + h) - f(2) - 24 * h - 2 * h**3),
]
RIGHT = {
    "secant": "Some sixty times less, 0.02",
    "valley": "1e-8, that is 0.00000001",
    "one_point": "It is right at x = 1, and no more",
}
HINTS = {
    "central_in_two": [
        ("That is the forward difference. Step to both sides", lambda f, x, y, h: slopes(f, x, y, h, 0, 1, 1)),
        ("Twice too much: the two points lie 2h apart.", lambda f, x, y, h: slopes(f, x, y, h, over=1)),
        ("The sign is flipped. The value on the right comes first.", lambda f, x, y, h: slopes(f, x, y, h, 1, -1)),
        ("Half a forward difference.", lambda f, x, y, h: slopes(f, x, y, h, 0, 1, 2)),
        ("You moved x and y together.", lambda f, x, y, h: 2 * [(f(x + h, y + h) - f(x - h, y - h)) / (2 * h)]),
    ],
    "five_faults": [
        ("A and D are both a constant factor. The factor ½ is a lost 2. A mean over four gives 4, or ¼.", "ABDEC"),
        ("In one of C and E two numbers have changed places. In the other only one is off.", "DBACE"),
        ("B is right. Measure the factors of A and D, and see in C and E how many numbers are off.", "ABDCE"),
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
    ],
}
FREE = {
    "the derivative of x³": "school",
    **{entry: "the name of an entry" for entry in ("[0, 0]", "[0, 1]", "[1, 0]", "[1, 1]")},
}
