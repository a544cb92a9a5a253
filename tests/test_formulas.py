"""A learner's own formula: what it means, what is refused and where, and that no text does anything else.

What a text means is known from Python, which reads the same signs with the same precedence. Its gradient is
held against the complex step of a formula that was put together beside the text, and never read from it.
"""

import ast
import builtins
import json
import math
import random
import time

import numpy as np
import pytest
from commands import frame
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from matplotlib.mathtext import MathTextParser
from mpl_toolkits.mplot3d import Axes3D

from gdlab import (
    Contours, FormulaError, GradientDescent, Landscape, LossCurve, Slice, Steps, Surface, Text,
    check_gradient, descend, from_function, live, numerical_gradient, parse,
)  # fmt: skip
from gdlab.pictures.film import pictures
from gdlab.maths.formulas import DEEPEST, FUNCTIONS, LONGEST, NAMES, read

PI, E = math.pi, math.e

# A text, what Python makes of it, and its LaTeX.
MEANT = [
    ("x", lambda x, y: x, "x"),
    ("3", lambda x, y: 3, "3"),
    (".5", lambda x, y: 0.5, "0.5"),
    ("1.", lambda x, y: 1, "1"),
    ("1e-3", lambda x, y: 0.001, "0.001"),
    ("2.5E+2*x", lambda x, y: 250 * x, r"250\,x"),
    ("1e-07*x", lambda x, y: 1e-7 * x, r"1 \cdot 10^{-7}\,x"),
    ("2e30**2", lambda x, y: 4e60, r"(2 \cdot 10^{30})^{2}"),
    ("pi", lambda x, y: PI, r"\pi"),
    ("e", lambda x, y: E, "e"),
    ("2*pi*x", lambda x, y: 2 * PI * x, r"2\,\pi\,x"),
    ("e**x", lambda x, y: E**x, "e^{x}"),
    ("x + y", lambda x, y: x + y, "x + y"),
    ("  x\t+y\n", lambda x, y: x + y, "x + y"),
    ("x-y-2", lambda x, y: x - y - 2, "x - y - 2"),
    ("x-(y-2)", lambda x, y: x - (y - 2), "x - (y - 2)"),
    ("x/y/2", lambda x, y: x / y / 2, "(x / y) / 2"),
    ("x/(y/2)", lambda x, y: x / (y / 2), "x / (y / 2)"),
    ("x/y*2", lambda x, y: x / y * 2, r"(x / y) \cdot 2"),
    ("2*x/y", lambda x, y: 2 * x / y, r"2\,x / y"),
    ("1/(x*y)", lambda x, y: 1 / (x * y), r"1 / (x\,y)"),
    ("x*.5*y", lambda x, y: x * 0.5 * y, r"x \cdot 0.5\,y"),
    ("(x+1)*(y-1)", lambda x, y: (x + 1) * (y - 1), r"(x + 1)\,(y - 1)"),
    ("x**2", lambda x, y: x**2, "x^{2}"),
    ("x^2", lambda x, y: x**2, "x^{2}"),
    ("x**2**3", lambda x, y: x**8, "x^{2^{3}}"),
    ("x^2^3", lambda x, y: x**8, "x^{2^{3}}"),
    ("(x**2)**3", lambda x, y: x**6, "(x^{2})^{3}"),
    ("x**-2", lambda x, y: x**-2, "x^{-2}"),
    ("x**(1/2)", lambda x, y: x**0.5, "x^{1 / 2}"),
    ("x**20+y**-20", lambda x, y: x**20 + y**-20.0, "x^{20} + y^{-20}"),
    ("-x**2", lambda x, y: -(x**2), "-x^{2}"),
    ("(-x)**2", lambda x, y: x**2, "(-x)^{2}"),
    ("2**-x", lambda x, y: 2**-x, "2^{-x}"),
    ("2**x**2", lambda x, y: 2 ** (x**2), "2^{x^{2}}"),
    ("-2*x", lambda x, y: -2 * x, r"-2\,x"),
    ("-x/y", lambda x, y: -x / y, "-x / y"),
    ("x*-y", lambda x, y: -x * y, r"x\,(-y)"),
    ("x--y", lambda x, y: x + y, "x - (-y)"),
    ("x-(-2*y)", lambda x, y: x + 2 * y, r"x - (-2\,y)"),
    ("x-+y", lambda x, y: x - y, "x - y"),
    ("+x", lambda x, y: x, "x"),
    ("+-+x", lambda x, y: -x, "(-x)"),
    ("((x))", lambda x, y: x, "x"),
    ("sin(x)*cos(y)", lambda x, y: math.sin(x) * math.cos(y), r"\sin(x)\,\cos(y)"),
    ("sin (x)", lambda x, y: math.sin(x), r"\sin(x)"),
    ("exp(-x)", lambda x, y: math.exp(-x), r"\exp(-x)"),
    ("log(x)", lambda x, y: math.log(x), r"\log(x)"),
    ("sqrt(x)", lambda x, y: math.sqrt(x), r"\sqrt{x}"),
    ("tanh(x)", lambda x, y: math.tanh(x), r"\tanh(x)"),
    ("abs(x-3)", lambda x, y: abs(x - 3), "|x - 3|"),
    ("sin(pi/2)", lambda x, y: 1, r"\sin(\pi / 2)"),
    ("(1-x)^2 + 100*(y-x^2)^2", lambda x, y: (1 - x) ** 2 + 100 * (y - x**2) ** 2, None),
    ("+".join(["x"] * 100), lambda x, y: 100 * x, None),
]
MEANT += [
    ("−x", lambda x, y: -x, "-x"),  # as our own sentences write the signs
    ("x − 3·y×x", lambda x, y: x - 3 * y * x, r"x - 3\,y\,x"),
    ("1.5 × 10**−2 · x", lambda x, y: 1.5e-2 * x, None),
]
PLACES = [(1.5, 0.75), (0.2, 3.0), (2.0, -1.25)]


@pytest.mark.parametrize("text, meant, latex", MEANT, ids=[text.strip()[:30] for text, _f, _l in MEANT])
def test_a_formula_means_what_python_means(text, meant, latex):
    function, written = read(text)
    for x, y in PLACES:
        assert function(x, y) == pytest.approx(meant(x, y), rel=1e-14)
    xs, ys = np.transpose(PLACES)
    np.testing.assert_allclose(parse(text)(xs, ys), [meant(x, y) for x, y in PLACES], rtol=1e-14)
    assert latex is None or written == latex
    assert parse(text).formula == written and parse(text).name == text
    assert MathTextParser("path").parse(f"${written}$").width > 0


NO_SIGN, UNKNOWN, MISSING = "a sign is missing", "this is not known", "missing here"
# A text, how the message shows its place, and a word of the reason.
REFUSED = [
    ("", "▸◂:", "missing at the end"),
    ("   ", "▸◂:", "missing at the end"),
    ("x+", "x+▸◂:", "missing at the end"),
    ("(", "(▸◂:", "missing at the end"),
    ("(x", "▸(◂x:", "'(' was never closed"),
    ("2*(x+(y-1)", "2*▸(◂x+(y-1):", "'(' was never closed"),
    ("x)", "x▸)◂:", "unmatched ')'"),
    ("()", "(▸)◂:", MISSING),
    ("*x", "▸*◂x:", MISSING),
    ("x+*y", "x+▸*◂y:", MISSING),
    ("x***2", "x**▸*◂2:", MISSING),
    ("x^^2", "x^▸^◂2:", MISSING),
    ("2x", "2▸x◂:", NO_SIGN),
    ("x y", "x ▸y◂:", NO_SIGN),
    ("(x)(y)", "(x)▸(◂y):", NO_SIGN),
    ("x(2)", "x▸(◂2):", NO_SIGN),
    ("x^2(y)", "x^2▸(◂y):", NO_SIGN),
    ("2sin(x)", "2▸sin◂(x):", NO_SIGN),
    ("1..2", "1.▸.2◂:", NO_SIGN),
    ("1e", "1▸e◂:", NO_SIGN),
    ("0x10", "0▸x10◂:", UNKNOWN),
    ("1_000", "1▸_000◂:", UNKNOWN),
    ("007", "▸0◂07:", "leading zeros"),
    ("(x 2)", "(x ▸2◂):", NO_SIGN),
    ("sin x", "▸sin◂ x:", "a function needs brackets, as in sin(x)"),
    ("(sin)(x)", "(▸sin◂)(x):", "brackets"),
    ("sin()", "sin(▸)◂:", MISSING),
    ("sin(x, y)", "sin(x▸,◂ y):", UNKNOWN),
    ("foo(x)", "▸foo◂(x):", UNKNOWN),
    ("xy", "▸xy◂:", UNKNOWN),
    ("X", "▸X◂:", UNKNOWN),
    ("x + z", "x + ▸z◂:", UNKNOWN),
    ("x if y else x", "x ▸if◂ y else x:", UNKNOWN),
    ("True", "▸True◂:", UNKNOWN),
    ("__import__('os')", "▸__import__◂('os'):", UNKNOWN),
    ("π*x", "▸π◂*x:", UNKNOWN),
    ("x^2 + x²", "x^2 + ▸x²◂:", UNKNOWN),  # as a word of Python would have it
    ("x + ٣", "x + ▸٣◂:", UNKNOWN),  # digits of other scripts: Python's float would read them
    ("x.real", "x▸.◂real:", UNKNOWN),
    ("x=2", "x▸=◂2:", UNKNOWN),
    ("x[0]", "x▸[◂0]:", UNKNOWN),
    ("x//y", "x/▸/◂y:", MISSING),
    ("x % 2", "x ▸%◂ 2:", UNKNOWN),
    ("x − y ×", "x − y ×▸◂:", "missing at the end"),
    ("'x'", "▸'◂x':", UNKNOWN),
    ("x\0", "x▸\0◂:", UNKNOWN),
    ("x**y", "x**▸y◂:", "an exponent must be a number from −20 to 20, or its base a number above 0"),
    ("x^2*y^(x-1)", "x^2*y^(▸x-1◂):", "an exponent must be"),
    ("(-2)**x", "(-2)**▸x◂:", "above 0"),
    ("0**x", "0**▸x◂:", "above 0"),
    ("x**21", "x**▸21◂:", "from −20 to 20"),
    ("x**-20.5", "x**▸-20.5◂:", "from −20"),
    ("x**9**9**9", "x**▸9**9**9◂:", "from −20"),
    ("1e999", "▸1e999◂:", UNKNOWN),
    ("-" * 30 + "x", "-" * 21 + "▸---------x◂", f"more than {DEEPEST} parts"),
    ("2**" * 30 + "x", "…" + "2**" * 10 + "▸" + "2**" * 9 + "x◂:", "parts within each other"),
    ("sin(" * 25 + "x" + ")" * 25, "sin(" * 7 + "▸sin(sin(sin(sin(x))))◂", "parts within each other"),
]


@pytest.mark.parametrize("text, place, reason", REFUSED, ids=[ascii(text[:20]) for text, _p, _r in REFUSED])
def test_what_is_no_formula_is_refused_at_its_place(text, place, reason):
    with pytest.raises(FormulaError) as caught:
        read(text)
    message = str(caught.value)
    assert place in message and reason in message, message
    assert len(text) > 30 or message.replace("▸", "", 1).replace("◂", "", 1).startswith(text.strip())
    allowed = message.split("Allowed are ")[1]
    assert all(name in allowed for name in (*NAMES, *FUNCTIONS))


def test_of_a_long_text_the_message_shows_what_stands_around_the_place():
    for text, shown in (
        ("x+" * 20 + "z" + "+x" * 20, "…" + "x+" * 15 + "▸z◂" + "+x" * 15 + "…: this is"),
        ("x+" * 15 + "z" + "+x" * 15, "x+" * 15 + "▸z◂" + "+x" * 15 + ": this is"),
        ("x+" * 90, "…" + "x+" * 15 + "▸◂: something"),
        ("z" + "+x" * 90, "▸z◂" + "+x" * 15 + "…: this is"),
    ):
        with pytest.raises(FormulaError) as caught:
            read(text)
        assert str(caught.value).startswith(shown)


def test_a_formula_may_be_so_long_and_so_deep():
    assert read("x" + " " * (LONGEST - 1))[1] == read("(" * 99 + "x" + ")" * 99)[1] == "x"
    assert read("(x)*" * 49 + "(x)")[0](1.0, 0) == 1  # beside each other, parts are not deep
    began = time.process_time()
    for text in ("x" + " " * LONGEST, "(" * 10**6):
        with pytest.raises(ValueError, match=f"200 characters at most, not {len(text)}"):
            read(text)
    assert time.process_time() - began < 0.1


@pytest.mark.parametrize("it", [None, 3, 2.5, True, b"x", ("x",), lambda x, y: x], ids=lambda it: type(it).__name__)
@pytest.mark.parametrize("reader", [read, parse, lambda it: Text(it)])
def test_what_is_no_text_is_told_so(reader, it):
    with pytest.raises(ValueError, match="a text"):
        reader(it)


# Random texts

NASTY = list(
    "xyepi0123456789.+-*/^()() \t\n_eEjJ=<>!,;:[]{}'\"\\@#%&|~`$?lambdstrnq²٣π−×\0\u200b\u00a0\U0001f600"
)
TOKENS = [
    *FUNCTIONS, *NAMES, *"xy+-*/^()()0123456789", "**", "sin(", "2.5", ".5", "1e3", "1e-300", " ", "//", ".", "if",
]  # fmt: skip
PARTS = ["x", "y", "-x", "2", ".5", "e", "(x+y)", "sin(y)", "sqrt(x)", "log(2)", "1e300", "(x", "y)", "exp(x"]
BETWEEN = ["+", "-", "*", "/", "**", "^", " * ", "**2*", "/(", ")+"]
FORMULAS = [text for text, _f, _l in MEANT]
SNIPPETS = [
    "__import__('os').system('true')", "().__class__.__bases__[0].__subclasses__()", "x.__class__.__mro__[1]",
    "[x for x in (1, 2)]", "(lambda: x)()", "{x: y}", "f'{x}'", "x if y else x", "exec('x=1')", "eval('x')",
    "open('/dev/null')", "print(x)", "globals()", "__builtins__", "sin.__globals__", "x := 2", "9**9**9**9",
    "9**-9**9**9*x", "not x", "x and y", "'x'*10**9", "exp(exp(exp(exp(x))))", "(((((((((x)))))))))", "import os",
    "x;y", "yield x", "sin(*x)", "%s" % ("x**20*" * 30 + "x"),
]  # fmt: skip


def random_texts(n, seed):
    """n texts: of characters, of tokens, and formulas and pieces of Python in which something was changed."""
    chance = random.Random(seed)

    def some(of, most):
        return "".join(chance.choices(of, k=chance.randint(0, most)))

    def changed(text):
        for _ in range(chance.randint(1, 3)):
            begin, end = sorted((chance.randint(0, len(text)), chance.randint(0, len(text))))
            match chance.randrange(4):
                case 0:
                    text = text[:begin] + some(NASTY, 2) + text[begin:]
                case 1:
                    text = text[:begin] + text[begin + 1 :]
                case 2:
                    text = text[:begin] + some(TOKENS, 3) + text[begin:]
                case 3:
                    text = text[:begin] + text[begin:end] + text[begin:]  # a piece twice
        return text

    def alternating():
        return "".join(
            chance.choice(PARTS) + chance.choice(BETWEEN) for _ in range(chance.randint(0, 6))
        ) + chance.choice(PARTS)

    makers = [
        alternating,
        lambda: some(NASTY, 25),
        lambda: some(TOKENS, 12),
        lambda: changed(chance.choice(FORMULAS)),
        lambda: changed(chance.choice(SNIPPETS)),
    ]
    return [makers[k % len(makers)]() for k in range(n)]


def tried(texts):
    """The functions that these texts become. A text that runs something or takes a second fails the test."""

    def never(*arguments, **_options):
        raise AssertionError(f"a text was run: {arguments!r}")

    def only_a_tree(source, filename, mode, flags, **options):
        assert flags & ast.PyCF_ONLY_AST and filename == "<unknown>", "a text was compiled"
        return kept["compile"](source, filename, mode, flags, **options)

    functions, longest = {}, 0
    kept = {name: getattr(builtins, name) for name in ("eval", "exec", "compile", "__import__", "open")}
    try:  # by hand: pytest's monkeypatch imports something itself
        vars(builtins).update(dict.fromkeys(kept, never) | {"compile": only_a_tree})
        for text in texts:
            began = time.process_time()
            try:
                functions[text] = read(text)
            except ValueError as error:
                assert len(str(error)) < 500
            longest = max(longest, time.process_time() - began)
    finally:
        vars(builtins).update(kept)
    assert longest < 1
    return functions


POINTS = np.array([[0.5, -1.5, 0, 3], [-2, 1, 0, 1e6]])


def test_a_random_text_becomes_a_function_or_an_error():
    functions = tried(random_texts(40_000, seed=1))
    assert 1_200 < len(functions) < 24_000  # else one of both is hardly tried
    longest = 0
    with np.errstate(all="ignore"):
        for function, _latex in functions.values():
            began = time.process_time()
            assert np.ndim(function(0.5, -1.5)) == 0
            assert np.shape(function(*POINTS)) in ((), (4,))
            longest = max(longest, time.process_time() - began)
    assert longest < 1


def test_what_a_random_text_becomes_has_a_gradient_and_can_be_written():
    functions = list(tried(random_texts(3_000, seed=2)))
    assert len(functions) > 200
    written = MathTextParser("path").parse
    for text in functions:
        surface = parse(text)
        assert np.shape(surface.grad(*POINTS)) == (2, 4) and np.shape(surface(*POINTS)) == (4,)
        assert written(f"${surface.formula}$").width > 0, text


# Random formulas, each with the function that was put together beside it: (text, its rank, function)

NUMBERS = {"2": 2, "0.5": 0.5, ".25": 0.25, "3.": 3, "1e-1": 0.1, "pi": PI, "e": E, "10": 10}
LEAVES = [("x", 5, lambda x, y: x), ("y", 5, lambda x, y: y)]
LEAVES += [(text, 5, lambda x, y, number=number: number) for text, number in NUMBERS.items()]
OWN = {name: getattr(np, name) for name in FUNCTIONS if name != "abs"}
OWN["abs"] = lambda z: z * np.sign(np.real(z))  # the absolute value has no complex step; this has
SIGNS = {"+": (1, np.add), "-": (1, np.subtract), "*": (2, np.multiply), "/": (2, np.divide)}


def within(part, rank):
    return part[0] if part[1] >= rank else f"({part[0]})"


@st.composite
def composed(draw, parts):
    kind = draw(
        st.sampled_from(
            ["sum", "product", "product", "power", "exponential", "negative", "function", "brackets"]
        )
    )
    one = draw(parts)
    text, _rank, f = one
    if kind in ("sum", "product"):
        sign = draw(st.sampled_from("+-" if kind == "sum" else "*/"))
        rank, operation = SIGNS[sign]
        other = draw(parts)
        g, space = other[2], draw(st.sampled_from(["", " "]))
        text = within(one, rank) + space + sign + space + within(other, rank + 1)
        return text, rank, lambda x, y: operation(f(x, y), g(x, y))
    if kind == "power":
        exponent = draw(st.sampled_from(["2", "3", "-1", "-2", "0.5", "(1/2)", "2**1"]))
        power = eval(exponent)
        return (
            f"{within(one, 5)}{draw(st.sampled_from(['**', '^']))}{exponent}",
            4,
            lambda x, y: f(x, y) ** float(power),
        )
    if kind == "exponential":
        return f"2**{within(one, 3)}", 4, lambda x, y: np.exp(math.log(2) * f(x, y))
    if kind == "negative":
        return f"-{within(one, 3)}", 3, lambda x, y: -f(x, y)
    if kind == "function":
        name = draw(st.sampled_from(sorted(OWN)))
        return f"{name}({text})", 5, lambda x, y: OWN[name](f(x, y))
    return f"({text})", 5, f


formulas = st.recursive(st.sampled_from(LEAVES), composed, max_leaves=6)
coordinates = st.floats(-3, 3).map(lambda v: round(v, 3))


@settings(max_examples=400, deadline=None)
@given(formulas, coordinates, coordinates)
def test_value_and_gradient_of_a_random_formula(formula, x, y):
    text, _rank, function = formula
    try:
        surface = parse(text)
    except FormulaError as error:  # x**(pi**pi) and such: not what is tried here.
        assert "above 0" in str(error)
        assume(False)
    with np.errstate(all="ignore"):
        point = np.float64(x), np.float64(y)
        value = function(*point)
        h = 1e-30
        steps = function(point[0] + 1j * h, point[1]), function(point[0], point[1] + 1j * h)
    assume(np.isreal(value) and np.isfinite(value) and abs(value) < 1e6)  # Python makes (-2)**0.5 complex
    assert surface(x, y) == pytest.approx(value, rel=1e-9, abs=1e-9)
    slopes = np.imag(steps) / h
    assume(np.all(np.abs(slopes) < 1e6))
    grad = np.array(surface.grad(x, y))
    assume(np.isfinite(grad).all())  # at the edge of a root's domain a slope is infinite
    np.testing.assert_allclose(grad, slopes, rtol=1e-7, atol=1e-7)


def gradient_of(surface):
    return lambda point: surface(*point), lambda point: np.array(surface.grad(*point))


@pytest.mark.parametrize(
    "text", [text for text, _f, _l in MEANT], ids=[text.strip()[:30] for text, _f, _l in MEANT]
)
def test_the_gradient_is_the_measured_one(text):
    value, gradient = gradient_of(parse(text))
    for place in PLACES:
        assert check_gradient(value, gradient, place)
        measured = numerical_gradient(value, place)
        np.testing.assert_allclose(gradient(place), measured, rtol=1e-5, atol=1e-5 * (1 + abs(value(place))))


def test_where_there_is_no_height_there_is_no_slope():
    dx, dy = parse("log(x) + y").grad([-1, 0, 1], 1)
    assert np.array_equal(dx, [np.nan, np.inf, 1], equal_nan=True)
    assert np.array_equal(dy, [np.nan, 1, 1], equal_nan=True)


# A function of one's own

OWN_FUNCTIONS = {
    "a bowl": lambda x, y: x**2 + 3 * y**2,
    "numpy": lambda x, y: np.sin(x) * np.exp(-(y**2)) + np.tanh(x * y) - np.cos(y),
    "roots": lambda x, y: np.sqrt(x**2 + y**2 + 1) + np.log(1 + x**2) / (2 + np.cos(y)),
    "kinks": lambda x, y: np.abs(x) + np.maximum(y, 0.5 * x),
    "only x": lambda x, y: 1 / (1 + x**2),
    "only y": lambda x, y: 2**y,
    "a constant": lambda x, y: 7,
    "several lines": lambda x, y: sum((x - k) ** 2 * y / (k + 1) for k in range(3)),
}
every_function = pytest.mark.parametrize("f", OWN_FUNCTIONS.values(), ids=OWN_FUNCTIONS)


@every_function
def test_the_gradient_of_ones_own_function(f):
    surface = from_function(f)
    value, gradient = gradient_of(surface)
    for place in np.random.default_rng(3).uniform(-2, 2, (10, 2)):
        assert value(place) == f(*place)
        assert check_gradient(value, gradient, place)


@every_function
@pytest.mark.parametrize(
    "x_shape, y_shape", [((), ()), ((4,), ()), ((3, 1), (5,)), ((2, 1, 4), (3, 1)), ((0,), ())]
)
def test_shapes_broadcast(f, x_shape, y_shape):
    surface, random = from_function(f), np.random.default_rng(1)
    x, y = random.uniform(-1, 1, x_shape), random.uniform(-1, 1, y_shape)
    shape = np.broadcast_shapes(x_shape, y_shape)
    z, dx, dy = surface(x, y), *surface.grad(x, y)
    assert np.shape(z) == np.shape(dx) == np.shape(dy) == shape
    for i in np.ndindex(shape):
        pair = [float(np.broadcast_to(v, shape)[i]) for v in (x, y)]
        np.testing.assert_allclose(
            [z[i], dx[i], dy[i]], [surface(*pair), *surface.grad(*pair)], rtol=1e-12, atol=1e-12
        )


@every_function
def test_integers_are_converted(f):
    surface = from_function(f)
    x, y = np.array([3, 11, -2]), np.array([2, -11, 1])
    assert np.array_equal(surface(x, y), surface(x.astype(float), y.astype(float)))
    assert np.array_equal(surface.grad(x, y), surface.grad(x.astype(float), y.astype(float)))
    assert all(isinstance(value, float) for value in (surface(3, 1), *surface.grad(3, 1)))


def test_one_knows_its_name_and_its_window():
    surface = from_function(lambda x, y: x * y, "mine", "xy", ((0, 1), (2, 3)), ((0.5, 2.5),))
    assert (surface.name, surface.formula, surface.window) == ("mine", "xy", ((0, 1), (2, 3)))
    assert surface.minima == ((0.5, 2.5),) and isinstance(surface, Surface)
    assert from_function(np.add).formula == "f(x, y)"


@pytest.mark.parametrize(
    "f, kind, words",
    [
        (lambda x, y: x if x > 0 else y, TypeError, "a comparison or a conversion would lose its gradient"),
        (lambda x, y: math.sin(x) + y, TypeError, "Take its .data, or a function of numpy"),
        (lambda x, y: np.cbrt(x), TypeError, "np.cbrt of x (0): the engine has no rule for it"),
        (lambda x, y: None, ValueError, "f: what the function returns must be a number or an array of numbers, not None"),
        (lambda x, y: (x, y), ValueError, "not (2,)"),
        (lambda x: x, TypeError, "argument"),
        ("x**2", ValueError, "needs a function of x and y (for a text take parse), not 'x**2'"),
        (None, ValueError, "take parse), not None"),
    ],
)
def test_what_cannot_be_walked_on_is_told_at_once(f, kind, words):
    with pytest.raises(kind) as caught:
        from_function(f)
    assert words in str(caught.value)


def test_a_walk_on_a_formula():
    path = descend(parse("x**2 + y**2"), (-4, 3), GradientDescent(0.1), 30)
    expected = 0.8 ** np.arange(31)[:, None] * [-4, 3]
    np.testing.assert_allclose(path.points, expected, rtol=1e-12)
    assert descend(parse("x^4 - 2*x^2 + y^2"), (0.5, 1), GradientDescent(0.1), 200).points[
        -1
    ] == pytest.approx([1, 0])
    many = descend(parse("x**2 + sin(y)"), np.ones((5, 2)), GradientDescent([0.1, 0.2, 0.3, 0.4, 0.5]), 10)
    assert many.points.shape == (11, 5, 2)


def test_the_same_text_is_the_same_object_and_not_drawn_again():
    assert parse("x*y") is parse("x*y") is not parse("y*x")
    terrain, drawn = Contours(parse("x*y")), []

    @live(terrain, text=Text("x*y"), steps=Steps(9))
    def walk(text, steps):
        terrain.show(descend(text, (1, 2), GradientDescent(0.1), steps))
        return text.name

    walk.set()
    redraw = terrain.redraw
    terrain.redraw = lambda: drawn.append(terrain.surface.name) or redraw()
    for values in ({"steps": 3}, {"text": "x*y"}, {"text": "x+y"}, {"steps": 5}, {"text": "x*y"}):
        walk.set(**values)
    assert drawn == ["x+y", "x*y"]
    assert parse.cache_info().maxsize  # a learner may type for hours


# Pictures of whatever a learner types: a warning in one of them would be an error here

ODD = [
    "1/x", "log(x)", "sqrt(x)", "3", "1/(x**2+y**2)", "exp(exp(x))", "log(-1-x**2)", "tanh(50*x)", "1e17",
    "1e16+x", "1e308*x", "1e-320*x", "exp(800+x)", "log(x)*sqrt(y)/(x-y)", "+".join(["sin(x)*cos(y)"] * 14),
]  # fmt: skip


@pytest.mark.parametrize("text", ODD)
def test_an_odd_function_can_be_drawn(text):
    surface = parse(text)
    panels = [*(panel(surface) for panel in (Contours, Slice, Landscape)), LossCurve()]

    @live(*panels, lr=Steps(3))
    def walk(lr):
        path = descend(surface, (3, 2), GradientDescent((0.01, 0.1, 1.5, 1e9)[lr]), 20)
        for panel in panels:
            panel.show(path)
        return path.summary()

    for lr in range(4):
        assert json.dumps(frame(walk, lr=lr), allow_nan=False)
    ((raster, _sentence),) = pictures(walk, [walk.values])
    assert raster.width > 500


def drawn(panel):
    """The panel, in a picture that was drawn."""
    live(panel)(lambda: "Drawn.").set()
    return panel


@pytest.mark.parametrize("text, missing", [("log(x)", 0.5), ("log(-1-x**2)", 1), ("x", 0), ("1/x", 0)])
def test_where_a_function_has_no_value_the_map_is_hatched_and_the_landscape_ends(text, missing, monkeypatch):
    grounds, plot_surface = [], Axes3D.plot_surface

    def noted(ax, x, y, z, **options):
        grounds.append(z)
        return plot_surface(ax, x, y, z, **options)

    monkeypatch.setattr(Axes3D, "plot_surface", noted)
    terrain, _land = drawn(Contours(parse(text))), drawn(Landscape(parse(text)))
    assert bool(terrain.ax.patch.get_hatch()) == (missing > 0)
    assert np.isnan(grounds[0]).mean() == pytest.approx(missing, abs=0.01)


def title_of(text):
    return drawn(Contours(parse(text))).ax.title


def test_a_formula_that_is_too_long_to_stand_above_its_map_is_not_written():
    term = "sin(x)*cos(y)"
    assert r"\sin" in title_of("+".join([term] * 3)).get_text()
    assert title_of("+".join([term] * 5)).get_text() == "$f(x, y)$"
    for n in (1, 2, 3, 5):
        title = title_of("+".join([term] * n))
        box = title.get_window_extent(title.figure.canvas.get_renderer())
        assert box.x0 >= 0 and box.y1 <= title.figure.bbox.y1


def test_a_high_formula_does_not_leave_the_picture():
    # The layout is made for the first surface and kept: what comes later must fit into it.
    terrain = Contours(parse("x"))

    @live(terrain, text=Text("x"))
    def shown(text):
        terrain.show((1, 1), surface=text)
        return text.name

    shown.set()
    for text in ("1/(x**2/y**2)", "x/y/(2/x)/(y/3)", "sqrt(sqrt(x))/2**(2**x)"):
        shown.set(text=text)
        title = terrain.ax.title
        assert title.get_window_extent(title.figure.canvas.get_renderer()).y1 <= title.figure.bbox.y1, text
