"""The measured gradient is right whatever f does with its argument, and the check tells right from wrong.

`numerical_gradient` is held against formulas. `check_gradient` must accept what is right, also at awkward places, and refuse each of
the planted faults in words that name it; and every clause of its reports must be true, of random functions, too.
"""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdlab import GradientCheck, Tensor, check_gradient, numerical_gradient
from gdlab.maths import surfaces
from gdlab.maths.surfaces import Surface, ravine

SURFACES = [surface for surface in vars(surfaces).values() if isinstance(surface, Surface)]
SURFACES += map(ravine, (0.25, 10, 1e4))
METHODS = ("forward", "central", "complex")
ACCURACY = {"forward": 1e-6, "central": 1e-8, "complex": 1e-13}  # relative to the largest slope
NAN = float("nan")

every_method = pytest.mark.parametrize("method", METHODS)
every_surface = pytest.mark.parametrize("surface", SURFACES, ids=lambda surface: surface.name.replace("κ", "kappa"))


def table(rows):
    """Parametrize by the values of a dictionary, each with its key as id."""
    return pytest.mark.parametrize("row", rows.values(), ids=[re.sub(r"[^\x20-\x7e]", "?", name) for name in rows])


def assert_close(one, other, accuracy):
    np.testing.assert_allclose(one, other, rtol=accuracy, atol=accuracy * np.max(np.abs(other), initial=0))


def squares(x):
    return (x**2).sum(axis=0)


V = np.array([1.3, -0.7, 2.1])
M = np.array([[1.2, -0.5], [0.3, 2.2]])

# The numerical gradient


def test_the_numbers_of_the_lesson():
    def f(x):
        return 2 * x**3

    found = [numerical_gradient(f, 2, method, h) for h in (0.1, 0.01) for method in ("forward", "central")]
    np.testing.assert_allclose(found, [25.22, 24.02, 24.1202, 24.0002], rtol=1e-10)
    assert numerical_gradient(f, 2, "complex") == 24
    assert all(isinstance(numerical_gradient(f, x), float) for x in (2, 2.0, np.float64(2), np.array(2.0)))


@every_method
@pytest.mark.parametrize("shape", [(), (1,), (4,), (1, 1), (3, 2), (2, 3, 4), (0,), (2, 0)])
def test_every_shape(method, shape):
    x = np.random.default_rng(0).uniform(-2, 2, shape)
    gradient = numerical_gradient(lambda x: (np.sin(x) * x**2).sum(), x, method)
    assert np.shape(gradient) == shape
    assert_close(gradient, np.cos(x) * x**2 + 2 * x * np.sin(x), ACCURACY[method])


@every_method
@every_surface
def test_every_surface(surface, method):
    low, high = np.transpose(surface.window)
    steepest = np.abs(surface.grad(*np.transpose(np.linspace(low, high, 9)))).max()
    for point in np.random.default_rng(1).uniform(low, high, (25, 2)):
        gradient = numerical_gradient(lambda xy: surface(*xy), point, method)
        np.testing.assert_allclose(gradient, surface.grad(*point), atol=ACCURACY[method] * steepest)


@pytest.mark.parametrize("method, order", [("forward", 1), ("central", 2)])
def test_the_error_falls_with_the_step_as_promised(method, order):
    errors = [abs(numerical_gradient(np.exp, 1.0, method, h) - np.e) for h in (1e-2, 1e-3)]
    assert errors[0] / errors[1] == pytest.approx(10**order, rel=0.02)


def test_the_complex_step_has_no_rounding_to_fear():
    for h in (1e-300, 1e-20, 1e-10):
        assert numerical_gradient(np.exp, 1.0, "complex", h) == pytest.approx(np.e, rel=1e-15)


@every_method
@pytest.mark.parametrize("scale", [1, 1e5, 1e12])
def test_the_step_grows_with_x(scale, method):
    x = scale * np.array([1.0, -2.0])
    assert_close(numerical_gradient(lambda x: (x**3).sum(), x, method), 3 * x**2, ACCURACY[method])


@every_method
@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.int64, bool, np.float32, list])
def test_integers_are_converted_and_never_truncated(method, kind):
    x = [3, 1, 0] if kind is list else np.array([3, 1, 0]).astype(kind)
    wanted = 4 * np.array(x, dtype=float) ** 3  # 4 · 3⁵ does not fit into 8 bits, nor does a step of 10⁻⁶
    assert_close(numerical_gradient(lambda x: (x**4).sum(), x, method), wanted, ACCURACY[method])


def test_f_is_called_as_often_as_the_lesson_counts():
    seen = []

    def rosenbrock(x):
        seen.append(x.shape)
        return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()

    numerical_gradient(rosenbrock, np.linspace(-1, 1, 50))
    assert seen == [(50,)] * 100


PECULIAR = {  # f, its gradient, where
    "gives an array of one": (lambda x: np.array([[x @ x]]), lambda x: 2 * x, V),
    "gives a list of one": (lambda x: [float(x @ x)], lambda x: 2 * x, V),
    "a loop of Python's": (lambda x: sum(float(v) ** 2 for v in np.ravel(x)), lambda x: 2 * x, M),
    "an if": (lambda x: x @ x if x[0] > 1.29 else 0.0, lambda x: 2 * x, V),
    "sorted": (lambda x: np.sort(x)[0] ** 2, lambda x: 2 * x * (x == x.min()), V),
    "a determinant": (np.linalg.det, lambda x: np.array([[x[1, 1], -x[1, 0]], [-x[0, 1], x[0, 0]]]), M),
    "constant": (lambda x: 3.0, np.zeros_like, V),
    "nan not far from x": (lambda x: x**2 if abs(x - 0.4) < 1e-3 else NAN, lambda x: 2 * x, 0.4),
    "the edge not far from x": (lambda x: np.sqrt(0.41 - x), lambda x: -0.5 / np.sqrt(0.41 - x), 0.4),
}


@table(PECULIAR)
def test_functions_may_do_as_they_like(row):
    f, gradient, x = row
    kept = np.copy(x)
    for method in ("forward", "central"):
        assert_close(numerical_gradient(f, x, method), gradient(np.copy(x)), 1e-6)
    assert check_gradient(f, gradient, x)
    assert np.array_equal(x, kept)


# The check accepts what is right


@every_surface
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_gradient_of_every_surface_is_accepted(surface, seed):
    low, high = np.transpose(surface.window)
    for point in np.random.default_rng(seed).uniform(low, high, (4, 2)):
        found = check_gradient(lambda xy: surface(*xy), lambda xy: surface.grad(*xy), point, names="xy")
        assert found and not found.cause, found


@every_surface
def test_at_minima_and_at_round_numbers_too(surface):
    for point in (*surface.minima, (0, 0), (1, 1), (-1, 2)):
        assert check_gradient(lambda xy: surface(*xy), lambda xy: surface.grad(*xy), point), point


def summed(f):
    return lambda x: f(x).sum(axis=0)


def power(k):
    return lambda x: x**k, lambda x: k * x ** (k - 1)


def sine(scale=1.0, speed=1.0, offset=0.0):
    f = summed(lambda x: scale * np.sin(speed * x))
    return lambda x: offset + f(x), lambda x: scale * speed * np.cos(speed * x)


INVERSE = (lambda x: 1 / x, lambda x: -1 / x**2)
LOG, ROOT = (np.log, lambda x: 1 / x), (np.sqrt, lambda x: 0.5 / np.sqrt(x))
THIRDS = np.array([0.3, 1.0, -2.0])
RIGHT = {
    "a minimum": (squares, lambda x: 2 * x, np.zeros(3)),
    "a minimum elsewhere": (summed(lambda x: (x - 0.1) ** 2), lambda x: 2 * (x - 0.1), np.full(3, 0.1)),
    "a top": (summed(np.cos), lambda x: -np.sin(x), np.zeros(2)),
    "a saddle": (lambda x: x[0] * x[1], lambda x: x[::-1], np.zeros(2)),
    **{f"x^{k} at {x}": (*power(k), x) for k in range(1, 8) for x in (0.0, 1e-9, 1e-6, -7e-6, 1e-3, 1.0, -30.0)},
    "x^3 at 0, in one coordinate": (lambda x: (x**3).sum(), lambda x: 3 * x**2, np.array([0.0, 1.0])),
    "a constant": (lambda x: 3.0, np.zeros(3), THIRDS),
    "a plane": (lambda x: 5 + x[0] - 2 * x[1], np.array([1, -2, 0]), THIRDS),
    **{f"times {scale:g}": (*sine(scale), THIRDS) for scale in (1e-300, 1e-30, 1e-12, 1e-6, 1e6, 1e12, 1e200)},
    **{f"plus {offset:g}": (*sine(offset=offset), THIRDS) for offset in (1e3, 1e6, 1e9, -1e12, 1e16)},
    **{f"x near {size:g}": (squares, lambda x: 2 * x, size * np.array([1.0, -2.3])) for size in (1e-9, 1e-5, 1e5, 1e9, 1e100)},
    "x near 1e5, and one near 0": (squares, lambda x: 2 * x, np.array([1e5, 1e-3])),
    **{f"sin at {x:g}": (*sine(), np.array([x, 0.9 * x])) for x in (1.0, 100.0, 1e4, 1e5)},
    **{f"sin of {k:g} x": (*sine(speed=k), THIRDS) for k in (1e-5, 0.1, 10.0, 1000.0, 1e5)},
    "a steep exponential": (summed(lambda x: np.exp(20 * x)), lambda x: 20 * np.exp(20 * x), THIRDS),
    **{f"beside a pole, {x:g}": (*INVERSE, x) for x in (1e-1, 1e-3, 1e-4, 2e-5, 1e-5, -3e-6)},
    **{f"where the logarithm ends, {x:g}": (*LOG, x) for x in (1e-1, 1e-3, 1e-4, 2e-5, 1e-5, 3e-6)},
    **{f"where the root ends, {x:g}": (*ROOT, x) for x in (1e-3, 1e-4, 1e-5)},
    "saturated": (summed(np.tanh), lambda x: 1 / np.cosh(x) ** 2, np.array([30.0, -8.0, 19.0, 0.1])),
    "a seam without a kink": (lambda x: x * np.abs(x), lambda x: 2 * np.abs(x), 0.0),
    "a seam and a constant": (lambda x: 1000 + x * np.abs(x), lambda x: 2 * np.abs(x), 0.0),
    "a seam beside x": (lambda x: x * np.abs(x), lambda x: 2 * np.abs(x), 2e-6),
    "cancelling": (summed(lambda x: (x + 1e6) - 1e6 + x**2), lambda x: 1 + 2 * x, THIRDS),
    "a gradient of integers": (squares, [6, 8], [3, 4]),
    "a gradient of truth values": (lambda x: x.sum(axis=0), np.ones(2, dtype=bool), [3.0, 4.0]),
    "a gradient of one for a number": (np.square, [6.0], 3.0),
    "a number for a gradient of one": (lambda x: x[0] ** 2, 6.0, [3.0]),
    "a gradient in float32": (squares, lambda x: (2 * x).astype(np.float32), THIRDS),
    "off by a millionth": (squares, lambda x: 2.000002 * x, THIRDS),
    "a matrix": (lambda x: (x @ M @ x.T).trace(), lambda x: x @ (M + M.T), np.array([[1.0, 2.0], [0.5, -1.0]])),
    "three axes": (lambda x: (x**3).sum(), lambda x: 3 * x**2, np.arange(12.0).reshape(2, 3, 2)),
    "no coordinates": (lambda x: 1.0, np.zeros(0), np.zeros(0)),
}


@table(RIGHT)
def test_a_right_gradient_is_accepted_and_with_a_mistake_it_is_refused(row):
    f, gradient, x = row
    found = check_gradient(f, gradient, x)
    assert found and (found.cause, found.advice) == ("", ""), found
    assert found.verdict.startswith("The gradients ")
    right = np.array(gradient(np.array(x, dtype=float)[()]) if callable(gradient) else gradient, dtype=float)
    for wrong in (1.01 * right, -right, right + 0.01 * np.max(np.abs(right), initial=0)):
        found = check_gradient(f, wrong, x)
        if np.any(right) and found:  # rounding hides the mistake, and then the report says so
            assert found.verdict == "The gradients agree, as closely as f can be measured."
            assert "lost in rounding" in repr(found)


# Planted faults

RANDOM = np.random.default_rng(7)
X, Y = RANDOM.normal(size=(10, 3)), RANDOM.normal(size=(10, 2))
W, S = RANDOM.normal(size=(3, 2)), RANDOM.normal(size=(3, 3))
WEIGHTS, POINT, B = np.array([0.7, -1.2, 0.4]), np.array([1.5, -0.7]), np.array([0.3, -0.2])


def tanh_slopes(x):
    """Of tanh(x)²."""
    return 2 * np.tanh(x) * (1 - np.tanh(x) ** 2)


def bowl(x):
    return x[0] ** 2 + 3 * x[1] ** 2 + x[0] * x[1]


def bowl_gradient(x):
    return np.array([2 * x[0] + x[1], 6 * x[1] + x[0]])


# A function, its gradient, and a place.
BOWL, CUBE = (bowl, bowl_gradient, POINT), (*power(3), 1.3)
LOSS = lambda w: ((X @ w - Y) ** 2).mean(), lambda w: 2 * X.T @ (X @ w - Y) / Y.size, W  # a linear layer, ten samples
CHAIN = lambda w: (np.tanh(X @ w) ** 2).sum(), lambda w: X.T @ tanh_slopes(X @ w), WEIGHTS
HIDDEN = lambda w: (np.maximum(X @ w, 0) ** 2).sum() / 2 + w.sum(), lambda w: X.T @ np.maximum(X @ w, 0) + 1, WEIGHTS
SQUARE = lambda w: (S @ w @ S.T).trace() + (w**2 * S).sum(), lambda w: S.T @ S + 2 * w * S, S
BIASED = lambda b: (np.tanh(X[:, :2] + b) ** 2).sum(), lambda b: tanh_slopes(X[:, :2] + b).sum(axis=0), B


def at(i, change):
    """A change of one coordinate of a gradient."""

    def wrong(g):
        g[i] = change(g[i])
        return g

    return wrong


def instead(gradient):
    """Another gradient, in whose formula is the mistake."""
    return lambda g, x: gradient(x)


NO_PATTERN = "No simple pattern"
FAULTS = {  # (f, its gradient, where), what the fault makes of the gradient, words that the report must hold
    "factor 2": (LOSS, lambda g: 2 * g, "is 2 times", "½ of f"),
    "factor 1/2": (LOSS, lambda g: g / 2, "is 0.5 times", "2 that comes down"),
    "sum for mean, N": (LOSS, lambda g: 20 * g, "is 20 times", "divide by 20"),
    "mean for sum, 1/N": (CHAIN, lambda g: g / 10, "a sum of 10", "like a mean"),
    "factor 3, of a number": (CUBE, lambda g: g / 3, "is 0.3333 times", "sum of 3", "of a power"),
    "some factor": (CHAIN, lambda g: 0.77 * g, "is 0.77 times", "constant factor"),
    "some factor, of a number": (CUBE, lambda g: 0.77 * g, NO_PATTERN),
    "off by a thousandth": (CHAIN, lambda g: 1.001 * g, "Doubtful", "1.001 times"),
    "sign": (LOSS, lambda g: -g, "The sign is flipped.", "a minus"),
    "sign of a number": ((np.sin, np.cos, 0.4), lambda g: -g, "The sign is flipped."),
    "sign and factor": (LOSS, lambda g: -2 * g, "is −2 times"),
    "sign of one coordinate": (BOWL, at(1, lambda g: -g), "Only x[1] is off."),
    "one coordinate": (LOSS, at((2, 1), lambda g: g + 0.3), "Only x[2, 1] is off."),
    "a missing term": (BOWL, at(0, lambda g: 3.0), "Only x[0] is off.", "terms of f"),
    "some coordinates doubled": (LOSS, lambda g: g * [1, 2], NO_PATTERN),
    "transposed, square": (SQUARE, lambda g: g.T, "but transposed", "Rows and columns"),
    "transposed, not square": (LOSS, lambda g: g.T, "transposed", "(2, 3)", "(3, 2)"),
    "swapped coordinates": (BOWL, lambda g: g[::-1], NO_PATTERN),
    "zero": (LOSS, lambda g: 0 * g, "is 0 times", "forgotten"),
    "a linear term forgotten": (HIDDEN, lambda g: g - 1, NO_PATTERN),
    "1 − y² forgotten": (CHAIN, instead(lambda w: X.T @ (2 * np.tanh(X @ w))), NO_PATTERN),
    "1 − y for 1 − y²": (CHAIN, instead(lambda w: X.T @ (2 * np.tanh(X @ w) * (1 - np.tanh(X @ w)))), NO_PATTERN),
    "1 − x² for 1 − y²": (CHAIN, instead(lambda w: X.T @ (2 * np.tanh(X @ w) * (1 - (X @ w) ** 2))), NO_PATTERN),
    "relu the wrong way round": (HIDDEN, instead(lambda w: X.T @ np.minimum(X @ w, 0) + 1), NO_PATTERN),
    "relu forgotten": (HIDDEN, instead(lambda w: X.T @ (X @ w) + 1), NO_PATTERN),
    "the wrong data": (LOSS, instead(lambda w: 2 * X.T @ (X @ w + Y) / Y.size), NO_PATTERN),
    "nan": (BOWL, at(1, lambda g: NAN), "not finite", "division by 0", "nan"),
    "infinite": (BOWL, at(0, lambda g: np.inf), "not finite", "inf"),
    "nan everywhere": (LOSS, lambda g: NAN * g, "not finite"),
    "broadcast, and not summed": (BIASED, instead(lambda b: tanh_slopes(X[:, :2] + b)), "(10, 2)", "(2,)", "summed or broadcast"),
    "broadcast, and averaged": (BIASED, lambda g: g / 10, "a sum of 10"),
    "summed away": (LOSS, lambda g: g.sum(axis=0), "(2,)", "summed or broadcast"),
    "a number for a vector": (BOWL, lambda g: g.sum(), "shape ()", "has (2,)"),
    "a column for a vector": (BOWL, lambda g: g[:, None], "(2, 1)", "shape of x"),
    "a flat matrix": (LOSS, lambda g: g.ravel(), "(6,)", "shape of x"),
    "rounded to three digits": (CHAIN, lambda g: np.array([float(f"{one:.2e}") for one in g]), "Doubtful", NO_PATTERN),
}


@table(FAULTS)
def test_a_planted_fault_is_refused_and_named(row):
    (f, right, x), fault, *words = row
    assert check_gradient(f, right, x)
    kept, g = np.copy(x), np.array(right(x))[()]
    wrong = fault(g, x) if fault.__qualname__.startswith("instead") else fault(g)
    found = check_gradient(f, lambda x: wrong, x)
    assert not found and found.correct is False
    for text in (repr(found), re.sub("<[^>]*>", " ", found._repr_html_())):
        assert [word for word in words if word not in text] == [], found
    assert np.array_equal(x, kept)
    again = check_gradient(f, wrong, x)  # the same fault in a gradient that is given as an array
    assert repr(again) == repr(found) and again._repr_html_() == found._repr_html_()


def logistic(x):
    """The cross-entropy of two scores where the first is right, as it is computed from a softmax."""
    x = x - x.max()
    return np.log(np.exp(x).sum()) - x[0]


def pole(x):
    return 30 + 6 * np.sin(x) + 1e-10 / (x - 12.5 + 5e-8)


def dent(x):
    return 1e5 + np.sin(1000 * x) + 100 * x * np.exp(-((3e5 * x) ** 2))


SAID_WRONGLY = {  # f, its derived gradient, where, what the report must say and what it must not
    "a pole nearby": (lambda x: 1 / x, lambda x: -1 / x**2, 1e-8, ("✓ The gradients agree: every",), "✗"),
    "a bend in rounding": (lambda x: np.log(1 + x**2), lambda x: 2 * x / (1 + x**2), 1e-7, ("as closely as f can",), "kink"),
    "a loss in rounding": (logistic, [-1.3888e-11, 1.3888e-11], np.array([25.0, 0]), ("lost in rounding",), "transposed"),
    "a pole that is seen from near only": (pole, lambda x: 6 * np.cos(x) - 4e4, 12.5, ("as closely as f can",), "✗"),
    "a dent that far points overlook": (dent, lambda x: 1100, 0.0, ("✓ The gradients agree, as closely",), "✗"),
    "a term beside a large one": (lambda x: 1e7 + np.tanh(x), lambda x: 0, -7.55, ("as closely", "lost in rounding"), "below"),
}


@table(SAID_WRONGLY)
def test_what_was_once_said_wrongly(row):
    f, gradient, x, says, never = row
    found = repr(check_gradient(f, gradient, x))
    assert [words for words in says if words not in found] == [], found
    assert never not in found, found


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), size=st.integers(2, 12))
def test_the_coordinates_that_are_off_are_listed_first(seed, size):
    random = np.random.default_rng(seed)
    x, off = random.uniform(0.5, 2, size), random.permutation(size)[: random.integers(1, size + 1)]
    wrong = 3 * x**2
    wrong[off] *= 1 + 0.01 * np.arange(1, len(off) + 1)
    found = check_gradient(lambda x: (x**3).sum(), wrong, x)
    assert not found and len(found.rows) == size
    assert [row.name for row in found.rows[: len(off)]] == [f"x[{i}]" for i in off[::-1]]
    for row, i in zip(found.rows, off[::-1], strict=False):
        assert row.analytic == wrong[i] and row.numeric == pytest.approx(3 * x[i] ** 2, rel=1e-8)
        assert row.absolute == pytest.approx(abs(wrong[i] - 3 * x[i] ** 2), rel=1e-4)
        assert row.relative == pytest.approx(abs(wrong[i] - 3 * x[i] ** 2) / wrong[i], rel=1e-4)


AGREE, NEARLY = "The gradients agree: every relative error is below 10⁻⁷.", "The gradients nearly agree: "
WORST = "the largest relative error is {}, at x[0]."
NUMBERS = "at x[0] {:.6g} was derived and 0.825336 measured."


BANDS = [(0, AGREE), (3e-8, AGREE), (3e-7, NEARLY + WORST.format("3 × 10⁻⁷")), (9e-5, NEARLY + WORST.format("9 × 10⁻⁵"))]
BANDS += [(1.2e-4, "Doubtful: " + NUMBERS), (9e-3, "Doubtful: " + NUMBERS), (1.2e-2, "The gradients differ: " + NUMBERS)]


@pytest.mark.parametrize("error, verdict", BANDS)
def test_the_verdict_is_the_band_of_the_worst(error, verdict):
    x = np.array([0.6, 1.1])
    found = check_gradient(summed(np.sin), np.cos(x) * (1 + error, 1), x)
    assert found.correct == bool(found) == (error < 1e-4)
    assert found.verdict == verdict.format(np.cos(0.6) * (1 + error))


# Every clause of a report is true: faults of known kind are planted in gradients of random functions

PLANTED = {  # kind of fault: the causes that the report may name
    "right": "kink",
    "factor": "times the measured|sign is flipped",
    "mean": "times the measured",
    "transposed": "transposed",
    "one coordinate": "times the measured|sign is flipped",  # where there is but one
    "some coordinates": "nothing",
    "constant": "nothing",
    "zero": "is 0 times",
}
NEUTRAL = "^$|Only|kink|cannot be measured closely"
PLAIN = str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789")


def random_problem(random):
    """(f, gradient at x, x, where f has a kink, whether rounding or a pole may blur it) for a random function."""
    shape = [(), (1,), (2,), (3,), (6,), (2, 2), (2, 3), (3, 3)][random.integers(8)]
    x = np.array(random.normal(size=shape) * 10 ** random.uniform(-1, 1))
    if random.random() < 0.1:
        x = np.ones(shape) * np.round(x.ravel()[0] * 4) / 4
    weights, speed, scale = random.normal(size=(5, *shape)), random.uniform(0.2, 3, (5, *shape)), 10 ** random.uniform(-6, 6)
    mixed = random.normal(size=(x.size, x.size)) * (random.random() < 0.5)
    penalty, slant = random.normal(size=2) * (random.random(2) < 0.5)
    offset = 10 ** random.uniform(2, 12) * (random.random() < 0.2)
    kinks = np.where(random.random(shape) < 0.3, random.normal(size=shape), 0.0) * (random.random() < 0.2)
    # (A pole beside a large constant can be hidden in its rounding, and nothing of f's values shows it.)
    poles = np.where(random.random(shape) < 0.3, 10 ** random.uniform(-9, 0, shape), 0.0)
    poles *= random.random() < 0.2 and not offset
    place, pole = x.copy(), x - poles

    def f(x):
        a, b, c, d, e = weights
        value = (a * np.sin(speed[0] * x) + b * np.tanh(speed[1] * x) + c * np.log1p((speed[2] * x) ** 2)).sum()
        value += (d * np.exp(-speed[3] * x**2) + e * x**3).sum() + x.ravel() @ mixed @ x.ravel()
        value += penalty / 2 * (x**2).sum() + slant * x.sum() + (kinks * np.abs(x - place)).sum()
        return scale * value + offset + (scale * poles / np.where(poles, x - pole, 1)).sum()

    a, b, c, d, e = weights
    g = a * speed[0] * np.cos(speed[0] * x) + b * speed[1] / np.cosh(speed[1] * x) ** 2
    g = g + 2 * c * speed[2] ** 2 * x / (1 + (speed[2] * x) ** 2) - 2 * d * speed[3] * x * np.exp(-speed[3] * x**2)
    g = g + 3 * e * x**2
    g = g + ((mixed + mixed.T) @ x.ravel()).reshape(shape) + penalty * x + slant
    g = scale * (g - np.where(poles, poles / np.where(poles, x - pole, 1) ** 2, 0))
    return f, g, x, scale * np.abs(kinks), bool(offset or poles.any())


def plant(kind, random, g, x):
    """The gradient with a fault of this kind; None where there is none such."""
    wrong, typical = np.array(g), np.abs(g).max()
    some = random.random(g.shape) < 0.5
    one = tuple(random.integers(0, size) for size in g.shape)
    if kind == "factor":
        return g * random.choice([2, 0.5, 3, 0.1, -1, -2, random.uniform(0.1, 10)])
    if kind == "mean":
        return g * g.size ** random.choice([-1.0, 1.0]) if g.size > 1 else None
    if kind == "transposed":
        return g.T.copy() if g.ndim == 2 and g.shape[0] == g.shape[1] else None
    if kind == "one coordinate":
        wrong[one] += typical * random.choice([1, -1]) * 10 ** random.uniform(-3, 1)
    elif kind == "some coordinates":
        wrong += typical * some * random.normal(size=g.shape) * 10 ** random.uniform(-2, 1)
    elif kind == "constant":
        wrong += typical * random.choice([1, -1]) * 10 ** random.uniform(-2, 1)
    return 0 * g if kind == "zero" else wrong


def assert_every_clause(found, planted, derived, g, x, kinks, blurred):
    """That what a report says is so, where g is the gradient, but for slopes up to kinks to both sides of it."""
    text, at = repr(found), {f"x{list(i)}" if i else "x": i for i in np.ndindex(x.shape)}
    with np.errstate(invalid="ignore"):
        off = np.maximum(np.abs(derived - g) - kinks, 0) / np.maximum(np.maximum(np.abs(derived), np.abs(g)), 1e-300)
    rows = {at[row.name]: row for row in found.rows}
    hidden = {i for i, row in rows.items() if row.apparent >= 1e-4 and row.relative < 1e-4 and not row.kink}
    assert not any(row.kink and not kinks[i] for i, row in rows.items()), "a kink that is none"
    assert ("kink" in text) <= bool(np.any(kinks)), "a kink that is none"
    assert not hidden or "as closely as" in text or not found, "what is hidden is not said to be"
    assert not found or all(off[i] < 1.1e-4 for i in rows if i not in hidden), "a wrong gradient is accepted"
    assert found or blurred and "cannot be measured" in text or np.any(off > 0.9e-4), "a right gradient is refused"
    assert "is below" not in found.verdict or np.all(off < 1.1e-7), "not every error is below 10⁻⁷"
    assert "nearly agree" not in found.verdict or off.max() < 2.1 * found.rows[0].relative, "the largest error is larger"
    for i, row in rows.items():
        if row.relative >= 1e-4 and not blurred:
            allowed = 1e-3 * row.absolute + 1e-4 * abs(g[i]) + 1.001 * kinks[i]
            assert abs(row.absolute - abs(g[i] - derived[i])) <= allowed, "not the difference that is told"
    ratio = re.search(r"is (−?[\d.]+(?: × 10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?) times", text)
    if "sign is flipped" in text:
        assert np.all(np.abs(derived + g) <= 1e-3 * np.abs(g) + 1e-300), "the sign"
    if ratio:
        value = float(ratio[1].translate(PLAIN).replace(" × 10", "e"))
        assert np.all(np.abs(derived - value * g) <= 2e-3 * np.abs(derived)), "the factor"
    if "Only" in text:
        there = at[found.cause.split()[1] if x.ndim < 2 else re.search(r"x\[.*?\]", found.cause)[0]]
        assert off[there] > 0.9e-4 and all(off[i] < 1.1e-4 for i in rows if i != there and i not in hidden), "the only one"
    if "transposed" in text:
        assert np.all(np.abs(derived.T - g) <= 1e-3 * np.abs(g).max() + kinks.max()), "transposed"
    if not re.search(NEUTRAL, found.cause):
        assert re.search(PLANTED[planted], found.cause), "a cause that is not the one"


def planted_faults(seed):
    """Plant a fault of each kind in one random function, and hold every clause of the reports against it."""
    random = np.random.default_rng(seed)
    f, g, x, kinks, blurred = random_problem(random)
    count = 0
    for kind in PLANTED:
        derived = plant(kind, random, g, x)
        if derived is None or kind != "right" and np.array_equal(derived, g):
            continue
        found = check_gradient(f, derived, x)
        count += 1
        try:
            assert_every_clause(found, kind, np.asarray(derived), np.asarray(g), x, np.asarray(kinks), blurred)
        except AssertionError as error:
            raise AssertionError(f"seed {seed}, {kind}: {error}\n{found!r}\nright: {g}, kinks: {kinks}") from None
    return count


@pytest.mark.parametrize("seeds", [range(k, k + 10) for k in range(0, 60, 10)], ids=lambda seeds: str(seeds[0]))
def test_every_clause_of_a_report_is_true(seeds):
    assert sum(map(planted_faults, seeds)) > 50


# Kinks


def relu(x):
    return np.maximum(x, 0)


KINKS = {  # f of a number, the slopes on its left and on its right at 0
    "relu": (relu, 0, 1),
    "abs": (np.abs, -1, 1),
    "abs, times a million": (lambda x: 1e6 * np.abs(x), -1e6, 1e6),
    "abs, times a millionth": (lambda x: 1e-6 * np.abs(x), -1e-6, 1e-6),
    "relu and a parabola": (lambda x: relu(x) + 5 * x**2 - 3 * x, -3, -2),
    "relu and a large constant": (lambda x: 1000 + relu(x), 0, 1),
    "leaky relu": (lambda x: np.maximum(x, 0.1 * x), 0.1, 1),
    "a roof": (lambda x: np.minimum(2 * x, -x), 2, -1),
    "maximum of two curves": (lambda x: np.maximum(np.sin(x), np.exp(x) - 1 + x), 1, 2),
    "a slight bend": (lambda x: x + 0.01 * np.abs(x), 0.99, 1.01),
}


@table(KINKS)
def test_at_a_kink_every_slope_between_is_right_and_no_other(row):
    f, left, right = row
    for share in (0, 0.25, 0.5, 0.75, 1):
        slope = left + share * (right - left)
        found = check_gradient(f, slope, 0.0)
        assert found and found.verdict == "The gradients agree, but for a kink at x."
        assert "kink" in found.cause and "no mistake" in found.advice
        assert found.rows[0].kink == pytest.approx((left, right), rel=1e-4, abs=1e-4 * max(abs(left), abs(right)))
        assert " | " in repr(found) and "kink" in repr(found).splitlines()[-1]
    for share in (-1, -0.05, 1.05, 3):
        found = check_gradient(f, left + share * (right - left), 0.0)
        assert not found and "kink" in found.cause and "not between" in found.cause and "beside" in found.advice


@table(KINKS)
@settings(max_examples=60, deadline=None)
@given(exponent=st.floats(-7.5, -1), side=st.sampled_from([-1, 1]))
def test_beside_a_kink_there_is_only_one_slope(row, exponent, side):
    f, left, right = row
    x = side * 10**exponent
    slope = numerical_gradient(f, x, h=abs(x) / 10)
    found = check_gradient(f, slope, x)
    assert found and not found.rows[0].kink, found
    other = check_gradient(f, left + right - slope, x)  # that of the other side, or nearly
    assert not other, other


def test_a_maximum_shared_by_several():
    x = np.array([-0.3, 0.5, 0.5, -1.0, 0.5])
    one, share = np.array([0, 1, 0, 0, 0]), np.array([0, 1, 1, 0, 1]) / 3
    for gradient in (one, share):
        found = check_gradient(np.max, gradient, x)
        assert found and found.verdict == "The gradients agree, but for a kink at x[1], x[2], x[4]."
    for wrong in (1.5 * one, one - [0, 0, 0.5, 0, 0], one + [1, 0, 0, 0, 0]):
        assert not check_gradient(np.max, wrong, x)


def test_relu_at_its_kink_among_other_coordinates():
    x = np.array([0.0, 1.0, -1.0])
    found = check_gradient(lambda x: relu(x).sum(axis=0), lambda x: (x > 0).astype(float), x)
    assert found.verdict == "The gradients agree, but for a kink at x[0]."
    assert found.rows[-1].name == "x[0]" and found.rows[-1].kink == pytest.approx((0, 1))
    # A mistake elsewhere is neither hidden by the kink nor blurred by it.
    found = check_gradient(lambda x: relu(x).sum(axis=0), lambda x: 2.0 * (x > 0), x)
    assert not found and found.rows[0].name == "x[1]" and "Only x[1]" in found.cause
    found = check_gradient(lambda x: relu(x).sum(axis=0), lambda x: (x >= 0) - 1.0 * (x < 0), x)
    assert not found and found.rows[0].name == "x[2]"
    # Nor is a bug taken for a kink where there are both.
    found = check_gradient(lambda x: relu(x).sum(), [3, 2, 0, 2], [0.0, 1, -1, 2])
    assert not found and len(found.rows) == 4 and "is 2 times" in found.cause


# f that cannot be measured


def test_float32_in_f_is_told():
    found = check_gradient(lambda x: np.sum(np.float32(x) ** 2 * np.float32(1.7)), lambda x: 3.4 * x, THIRDS)
    assert found and found.verdict == "The gradients agree, as closely as f can be measured."
    found = check_gradient(lambda x: np.sum(np.float32(x) ** 2 * np.float32(1.7)), lambda x: 3.404 * x, THIRDS)
    assert not found and "closely enough" in found.cause and "float32" in found.advice
    found = check_gradient(lambda x: np.round(np.sum(x**2), 5), lambda x: 2 * x, THIRDS)
    assert not found and "closely enough" in found.cause and "rounded" in found.advice


def test_a_rounded_f_is_never_taken_for_an_exact_one():
    accepted = 0
    for seed in range(150):
        random = np.random.default_rng(seed)
        x, w, digits = random.normal(size=3), random.normal(size=3), int(random.integers(5, 11))
        right, f = w * np.cos(x) + 2 * x, lambda x, w=w: (w * np.sin(x) + x**2).sum()
        rounded = [lambda x, f=f: np.round(f(x), digits), lambda x, f=f: float(np.float32(f(x)))][seed % 2]  # noqa: B023
        found = check_gradient(rounded, right, x)
        assert found or "cannot be measured" in found.cause, (seed, found)
        assert not check_gradient(rounded, 1.01 * right, x), seed
        accepted += bool(found)
    assert accepted > 60


def test_a_jump_is_no_slope():
    for gradient in (0.0, 1.0, 1e5):
        assert not check_gradient(lambda x: np.where(x > 0, 1.0, 0.0), gradient, 0.0)
    assert check_gradient(lambda x: np.where(x > 0, 1.0, 0.0), 0.0, 1e-6)


def test_chance_in_f_is_told():
    random = np.random.default_rng(0)

    def dropout(x):
        return (x * (random.random(3) < 0.5)).sum()

    found = check_gradient(dropout, np.ones(3), THIRDS)
    assert not found and "cannot be measured closely" in found.cause and "random" in found.advice
    assert not check_gradient(lambda x: x @ x + 1e-3 * random.normal(), lambda x: 2 * x, THIRDS)
    assert check_gradient(lambda x: x @ x + 1e-16 * random.normal(), lambda x: 2 * x, THIRDS)


def test_what_rounding_hides_is_not_said_to_agree():
    found = check_gradient(lambda x: 1e10 + np.sin(x).sum(axis=0), np.cos, np.array([0.3, 1.0]))
    assert found and found.verdict == "The gradients agree, as closely as f can be measured."
    assert repr(found).count("lost in rounding") == 2
    found = check_gradient(lambda x: 1e6 + np.sin(x).sum(axis=0), np.cos, np.array([0.3, 1.0]))
    assert found and "below 10⁻⁴" in repr(found) and "0.955  " in repr(found)


# The report

NAMES = ["<b>slope</b>", "bias & co"]


def report(**names):
    return check_gradient(bowl, lambda x: bowl_gradient(x) * (1, 1.7), POINT, **names)


def test_the_report_as_text():
    assert repr(report()).splitlines() == [
        "✗ The gradients differ: at x[1] −4.59 was derived and −2.7 measured.",
        "Only x[1] is off.",
        "Look at the terms of f that hold this coordinate.",
        "coordinate  derived  measured  difference  relative error",
        "      x[1]    −4.59      −2.7         1.9            0.41",
        "      x[0]      2.3       2.3         ≈ 0      below 10⁻⁷",
    ]
    assert repr(check_gradient(bowl, bowl_gradient, POINT, names=("width", "height"))).splitlines() == [
        "✓ The gradients agree: every relative error is below 10⁻⁷.",
        "coordinate  derived  measured  difference  relative error",
        "     width      2.3       2.3         ≈ 0      below 10⁻⁷",
        "    height     −2.7      −2.7         ≈ 0      below 10⁻⁷",
    ]
    assert repr(check_gradient(relu, 0, 0.0)).splitlines() == [
        "✓ The gradients agree, but for a kink at x.",
        "f has a kink there: its slope jumps, and the derived one is a slope on one side, or between.",
        "That is no mistake. To be sure, check beside the kink, too.",
        "coordinate  derived  measured  difference  relative error",
        "         x        0     0 | 1                        kink",
    ]


def cells(found):
    """The rows of a report's table, and all of its text; what is no well-formed HTML raises."""
    html = ElementTree.fromstring(f"<div>{found._repr_html_()}</div>")
    return [[cell.text or "" for cell in row.iter("td")] for row in html.iter("tr")], "".join(html.itertext())


@pytest.mark.parametrize("names", [{}, {"names": NAMES}, {"names": "xy"}])
def test_the_report_as_html_holds_the_same(names):
    found = report(**names)
    rows, text = cells(found)
    assert [re.split("  +", line.strip()) for line in repr(found).splitlines()[3:]] == rows
    assert all(line in text and line in repr(found) for line in (found.verdict, found.cause, found.advice))
    right = check_gradient(*BOWL)._repr_html_()
    assert right.split("✓ The")[0] != found._repr_html_().split("✗ The")[0]  # another colour


def test_a_long_table_shows_the_worst():
    x = np.linspace(1, 2, 30)
    found = check_gradient(squares, 2 * x + (np.arange(30) == 17), x)
    assert len(found.rows) == 30
    lines = repr(found).splitlines()
    assert lines[-1].strip() == "… and 22 more" and len(lines) == 3 + 1 + 8 + 1
    assert lines[4].split()[0] == "x[17]"
    rows, text = cells(found)
    assert len(rows) == 10 and "… and 22 more" in text
    assert "more" not in repr(report()) + report()._repr_html_()


def test_a_report_cannot_be_changed():
    assert isinstance(report(), GradientCheck)
    with pytest.raises(AttributeError):
        report().correct = True


def test_coordinates_have_names():
    assert [row.name for row in report(names="xy").rows] == ["y", "x"]
    assert [row.name for row in report(names=NAMES).rows] == NAMES[::-1]
    assert [row.name for row in report(names=[1, 2]).rows] == ["2", "1"]
    assert sorted(row.name for row in check_gradient(*LOSS).rows) == [f"x[{i}, {j}]" for i, j in np.ndindex(3, 2)]
    assert check_gradient(np.sin, np.cos, 1.0).rows[0].name == "x"


# The engine's gradient


def test_where_the_engine_is_wrong_it_is_refused():
    # A constant that was made from x's data carries no gradient: the path through it is lost.
    x = Tensor(POINT, "x")
    found = check_gradient(lambda: (x * x.data).sum(), None, [x])
    assert not found and "is 0.5 times" in found.cause
    found = check_gradient(lambda: (x * 0.0).sum() + float(np.sum(x.data**2)), None, [x])
    assert not found and "forgotten" in found.advice


# Parameters

def network(seed=0):
    """(loss, its parameters): 3 inputs, 4 hidden neurons, 2 outputs."""
    random = np.random.default_rng(seed)
    w1, b1 = Tensor(random.normal(size=(3, 4)), "W1"), Tensor(random.normal(size=4), "b1")
    w2, b2 = Tensor(random.normal(size=(4, 2)), "W2"), Tensor(random.normal(size=2), "b2")

    def f():
        return ((np.tanh(X @ w1 + b1) @ w2 + b2 - Y) ** 2).sum() * 0.1

    return f, [w1, b1, w2, b2]


def backpropagated(f, tensors):
    f().backward()
    return [np.array(tensor.grad) for tensor in tensors]


@pytest.mark.parametrize("seed", range(5))
def test_the_parameters_of_a_network(seed):
    f, tensors = network(seed)
    for gradients in (None, backpropagated(f, tensors)):
        found = check_gradient(f, gradients, tensors)
        assert found.verdict == "The gradients agree: every relative error is below 10⁻⁷."
        assert {row.name for row in found.rows} == {
            f"{name}, a random direction" for name in ("W1", "b1", "W2", "b2")
        }


PARAMETER_FAULTS = {  # which parameter, what the fault makes of its gradient, words that the report must hold
    "factor 2": (2, lambda g: 2 * g, "is 2 times", "W2["),
    "sum for mean": (0, lambda g: 10 * g, "is 10 times", "divide by 10", "W1["),
    "sign": (3, lambda g: -g, "The sign is flipped", "b2["),
    "zero": (1, np.zeros_like, "is 0 times", "b1["),
    "one coordinate": (0, lambda g: g + 0.2 * (g == g[2, 3]), "Only W1[2, 3] is off."),
    "one coordinate 0": (0, lambda g: g * (g != g[1, 1]), "Only W1[1, 1] is off."),
    "transposed": (2, lambda g: g.T, "W2", "(2, 4)", "(4, 2)", "transposed"),
    "not summed": (3, lambda g: np.broadcast_to(g / 10, (10, 2)), "b2", "(10, 2)", "(2,)", "sum"),
    "nan": (1, lambda g: g * NAN, "not finite", "b1["),
    "a constant": (1, lambda g: g - 0.1, "b1[", "No simple pattern"),
}


@table(PARAMETER_FAULTS)
def test_a_fault_in_one_parameter_is_named(row):
    k, fault, *words = row
    f, tensors = network()
    gradients = backpropagated(f, tensors)
    gradients[k] = fault(gradients[k])
    found = check_gradient(f, gradients, tensors)
    assert not found and [word for word in words if word not in repr(found)] == [], found
    assert repr(found) == repr(check_gradient(f, gradients, tensors))
    gradients[k - 1] = 1.001 * gradients[k - 1]  # the worst is looked at
    assert repr(found) == repr(check_gradient(f, gradients, tensors))


@pytest.mark.parametrize("change", [1.0, 0.1])
def test_one_wrong_entry_among_thousands(change):
    random, calls = np.random.default_rng(0), []
    w, x, y = Tensor(random.normal(size=(60, 50)), "W"), random.normal(size=(20, 60)), random.normal(size=(20, 50))

    def f():
        calls.append(1)
        return ((x @ w - y) ** 2).sum() * 0.001

    (gradient,) = backpropagated(f, [w])
    assert check_gradient(f, [gradient], [w]) and len(calls) < 15
    gradient[17, 31] += change
    found = check_gradient(f, [gradient], [w])
    assert not found and len(calls) < 100
    assert [row.name for row in found.rows] == ["W, a random direction"]  # it has too many entries to try each


def test_numbers_and_nameless_parameters():
    a, b = Tensor(2.0), Tensor(np.array(-1.5))
    assert check_gradient(lambda: a * b + a * a, None, [a, b])
    assert check_gradient(lambda: a * b + a * a, [2.5, 2.0], (a, b))
    found = check_gradient(lambda: a * b + a * a, [2.5, -2.0], [a, b])
    assert not found and found.rows[0].name == "parameter 1" and "sign" in found.cause
    v, w = Tensor(np.ones(2), "w"), Tensor(np.ones(2), "w")  # of the same name
    found = check_gradient(lambda: (v * 2.0).sum() + (w * 3.0).sum(), [[2.0, 2.0], [3.0, 9.0]], [v, w])
    assert not found and found.rows[0].analytic == 9
    unused = Tensor([1.0, 2.0], "unused")
    assert check_gradient(lambda: a * b, None, [a, b, unused])


def test_a_parameter_at_a_kink():
    w = Tensor(np.zeros((3, 2)), "W")
    found = check_gradient(lambda: np.maximum(X @ w, 0).sum(), None, [w])
    assert found and "kink" in found.verdict and "kink" in found.cause
    found = check_gradient(lambda: np.maximum(X @ w, 0).sum() + w.sum(), [np.full((3, 2), 99.0)], [w])
    assert not found and "kink" in found.cause
    # Each coordinate alone may be right, and yet both of them together not.
    a, b = Tensor(0.0, "a"), Tensor(np.zeros(2), "b")
    found = check_gradient(lambda: abs(b.sum()) + a, [1.0, np.array([0.9, -0.9])], [a, b])
    assert not found and found.rows[0].name == "b, a random direction" and "kink" in found.cause


@pytest.mark.parametrize("call", [1, 2, 5, 20, 40, 10**9])
def test_the_parameters_are_put_back_also_when_f_raises(call):
    f, tensors = network()
    gradients, calls = [2 * g for g in backpropagated(f, tensors)], []
    kept, copies = [t.data for t in tensors], [np.array(t.data) for t in tensors]

    def raises():
        calls.append(1)
        if len(calls) >= call:
            raise KeyError("planted")
        return f()

    if call < 10**9:
        with pytest.raises(KeyError, match="planted"):
            check_gradient(raises, gradients, tensors)
    else:
        assert not check_gradient(f, gradients, tensors) and check_gradient(f, None, tensors)
    assert all(t.data is data and np.array_equal(data, copy) for t, data, copy in zip(tensors, kept, copies, strict=True))


# Nothing of the caller's is changed


def test_f_and_its_gradient_get_copies():
    def in_place(x, then):
        x += 1
        return then(x)

    x = np.array([1.0, -2.0])
    assert_close(numerical_gradient(lambda x: in_place(x, squares), x), [4, -2], 1e-6)
    assert check_gradient(lambda x: in_place(x, squares), lambda x: in_place(x, lambda x: 2 * x), x)
    assert np.array_equal(x, [1, -2])


def test_a_gradient_of_a_gradient():
    def slope(x):
        return numerical_gradient(lambda x: x**4, x, h=1e-3)

    assert numerical_gradient(slope, 1.0, h=1e-3) == pytest.approx(12, rel=1e-4)


@pytest.mark.parametrize("f, x", [(np.log, 0.0), (np.sqrt, 0.0), (lambda x: 1 / x, 0.0), (np.arcsin, 1.0)])
def test_where_f_ends_is_told_without_a_warning(f, x):
    with pytest.raises(ValueError, match="must be finite at x and near it"):
        check_gradient(f, 1.0, x)
    if x or f(1.0) < 1:
        with pytest.raises(ValueError, match="not finite within"):
            numerical_gradient(f, x)


def test_an_error_of_f_is_raised_as_it_is():
    for call in (lambda: numerical_gradient({}.__getitem__, 3.0), lambda: check_gradient({}.__getitem__, 1.0, 3.0)):
        with pytest.raises(KeyError):
            call()


# Bad input

TENSOR = Tensor([1.0, 2.0], "w")
BAD = {
    "f and x exchanged": (lambda: numerical_gradient(V, squares), "x must be a number or an array"),
    "x a Tensor": (lambda: numerical_gradient(squares, TENSOR), "x must be a number or an array", "Tensor"),
    "x nan": (lambda: numerical_gradient(squares, [1, NAN]), "not finite", "coordinate [0]"),
    "x infinite": (lambda: numerical_gradient(squares, np.inf, "complex"), "not finite"),
    "h nan": (lambda: numerical_gradient(squares, V, h=NAN), "above 0", "nan"),
    "h too small": (lambda: numerical_gradient(squares, V, h=1e-20), "lost in rounding", "larger"),
    "f gives an array": (lambda: numerical_gradient(lambda x: x, V), "f must return one real number", "array"),
    "f not complex": (lambda: numerical_gradient(abs, 3.0, "complex"), "complex number", "'central'"),
    "f is nan for one": (lambda: numerical_gradient(lambda x: np.sqrt(x).sum(), [1.0, 0.0]), "coordinate [1]"),
    "check: gradient a Tensor": (lambda: check_gradient(squares, TENSOR, POINT), "the gradient must be", "Tensor"),
    "check: too few names": (lambda: check_gradient(squares, V, V, names="xy"), "names must be 3", "'xy'"),
    "check: f gives an array": (lambda: check_gradient(np.sin, np.cos, V), "f must return one real number", "array"),
    "check: mixed list": (lambda: check_gradient(lambda: TENSOR.sum(), None, [TENSOR, 3.0]), "x must be a number"),
    "parameters: no Tensor made": (lambda: check_gradient(lambda: 3.0, None, [TENSOR]), "returns a Tensor", "3.0"),
    "parameters: an array": (lambda: check_gradient(lambda: TENSOR * 2, [V[:2]], [TENSOR]), "one real number"),
    "parameters: a function": (lambda: check_gradient(lambda: TENSOR.sum(), np.ones, [TENSOR]), "one array a tensor"),
}


@table(BAD)
def test_bad_input_is_answered_in_words(row):
    call, *words = row
    with pytest.raises(ValueError) as caught:
        call()
    message = str(caught.value)
    assert [word for word in words if word not in message] == [], message
