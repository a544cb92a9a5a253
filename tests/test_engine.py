"""The engine's gradients are right, whatever is built of its operations; what is wrong is said in words.

Random programs (shapes, broadcasting, reuse, depth) are run by the engine, by HIPS autograd, and by plain
numpy for numerical gradients. The rest are the corners that no random program meets: ties and zeros, numbers
too large for exp, long chains, memory, and what a learner gets wrong.
"""

import copy
import gc
import math
import weakref
from collections import Counter
from dataclasses import dataclass

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import make_vjp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gdlab import (
    Tensor,
    beale,
    bowl,
    double_well,
    cross_entropy,
    himmelblau,
    mountain,
    ravine,
    rosenbrock,
    saddle,
)
from gdlab.maths.engine import OPERATIONS, apply

INF, NAN = float("inf"), float("nan")


def linear(*inputs):
    return apply("linear", *inputs)


def squared_error(*inputs):
    return apply("squared error", *inputs)


# Random programs


@dataclass(frozen=True)
class Program:
    """Lines (name, operands, details): a row of OPERATE, the numbers of earlier lines, and what else."""

    lines: tuple
    leaves: tuple
    cotangent: object


def run(program, leaves, np):
    """The values of all lines: in numpy, in autograd's numpy or, of tensors, in the engine."""
    values = []
    for name, operands, details in program.lines:
        if name == "leaf":
            values.append(leaves[details[0]])
        else:
            values.append(OPERATE[name](np, *(values[i] for i in operands), *details))
    return values


def run_engine(program):
    """(leaves, values of all lines), after the backward pass from the last."""
    leaves = [Tensor(leaf) for leaf in program.leaves]
    values = run(program, leaves, np)
    values[-1].backward(program.cotangent)
    return leaves, values


def ours(*inputs):
    return any(isinstance(x, Tensor) for x in inputs)


def written_linear(np, x, weights, bias):
    return linear(x, weights, bias) if ours(x, weights, bias) else x @ weights + bias


def written_squared_error(np, x, targets):
    return squared_error(x, targets) if ours(x, targets) else np.mean((x - targets) ** 2)


def written_cross_entropy(np, x, labels):
    if ours(x):
        return cross_entropy(x, labels)
    chosen = labels[..., None] == np.arange(np.shape(x)[-1])
    return np.mean(np.log(np.sum(np.exp(x), axis=-1)) - np.sum(x * chosen, axis=-1))


# What keeps the values in a safe range stands in the formula: nothing here overflows or divides by zero.
OF_ONE = {
    "negative": lambda np, x: -x,
    "exp": lambda np, x: np.exp(x),
    "log": lambda np, x: np.log(1 + x * x),
    "sqrt": lambda np, x: np.sqrt(x * x + 1.0),
    "sin": lambda np, x: np.sin(x),
    "cos": lambda np, x: np.cos(x),
    "tanh": lambda np, x: np.tanh(x),
    "sigmoid": lambda np, x: x.sigmoid() if ours(x) else 1 / (1 + np.exp(-x)),
    "relu": lambda np, x: x.relu() if ours(x) else x * (x > 0),
    "abs": lambda np, x: abs(x),
    "reciprocal": lambda np, x: 1 / (2 + np.sin(x)),
    "square": lambda np, x: x**2,
    "cube": lambda np, x: x**3,
    "root": lambda np, x: (1 + x * x) ** -0.5,
    "power of a number": lambda np, x: 1.5**x,
    "twice": lambda np, x: x + x,
    "times itself": lambda np, x: x * x,
    "transpose": lambda np, x: x.T if ours(x) else np.transpose(x),
}
OF_TWO = {
    "add": lambda np, x, y: x + y,
    "subtract": lambda np, x, y: x - y,
    "multiply": lambda np, x, y: x * y,
    "divide": lambda np, x, y: x / (2 + np.sin(y)),
    "power": lambda np, x, y: (1 + x * x) ** np.sin(y),
    "maximum": lambda np, x, y: np.maximum(x, y),
    "squared error": written_squared_error,
}
REDUCTIONS = {
    "sum": lambda np, x: x.sum() if ours(x) else np.sum(x),
    "mean": lambda np, x: x.mean() if ours(x) else np.mean(x),
}
OTHERS = {
    "matmul": lambda np, x, y: x @ y,
    "linear": written_linear,
    "cross-entropy": written_cross_entropy,
}
OPERATE = {
    "constant": lambda np, value: value,
    "scale": lambda np, x, factor: factor * x,
    **OF_ONE,
    **OF_TWO,
    **REDUCTIONS,
    **OTHERS,
}


# How far from a kink: nearer than 0.01, the numerical gradient would step across it.
KINKS = {
    "relu": lambda x: x,
    "abs": lambda x: x,
    "maximum": lambda x, y: x - y,
}


SHAPES = [(), *((n,) for n in (1, 2, 3)), *((m, n) for m in (1, 2, 3) for n in (1, 2, 3))]


def partners(shape):
    """Shapes that broadcast with this one."""
    fit = [s for s in SHAPES if all(1 in pair or pair[0] == pair[1] for pair in zip(s[::-1], shape[::-1]))]
    return fit if shape in fit else [*fit, shape]


@st.composite
def programs(draw, most=16):
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    lines, values, leaves = [], [], []

    def pick(choices):
        return choices[draw(st.integers(0, len(choices) - 1))]

    def numbers(shape):
        return random.uniform(-2, 2, shape) if shape else float(random.uniform(-2, 2))

    def add(name, *operands, details=()):
        inputs = [values[i] for i in operands]
        if name in KINKS and np.min(np.abs(KINKS[name](*inputs, *details)), initial=1) < 0.01:
            return
        lines.append((name, operands, details))
        values.append(leaves[details[0]] if name == "leaf" else OPERATE[name](np, *inputs, *details))
        most = float(np.max(np.abs(values[-1])))
        if most > 3:
            add("scale", len(values) - 1, details=(2 / most,))

    def tame(i):
        """Whether exp and ** of it are far from overflowing: a large one goes on only as its scaled copy."""
        return np.max(np.abs(values[i])) <= 3

    def another(shapes):
        """A line to go with: an earlier one of such a shape, a new leaf or a constant."""
        earlier = [i for i, value in enumerate(values) if np.shape(value) in shapes and tame(i)]
        kind = pick(("earlier", "earlier", "leaf", "constant"))
        if kind == "earlier" and earlier:
            return pick(earlier)
        data = numbers(pick(shapes))
        if kind == "constant":
            add("constant", details=(data,))
        else:
            leaves.append(data)
            add("leaf", details=(len(leaves) - 1,))
        return len(values) - 1

    leaves.append(numbers(pick(SHAPES)))
    add("leaf", details=(0,))
    for _line in range(draw(st.integers(1, most))):
        computed = [i for i, (name, *_rest) in enumerate(lines) if name != "constant" and tame(i)]
        x = pick(3 * computed[-1:] + computed)
        shape = np.shape(values[x])
        of_arrays = [*REDUCTIONS, *5 * ["matmul"]] * bool(shape) + 5 * ["linear"] * (len(shape) == 2)
        of_arrays += 5 * ["cross-entropy"] * (len(shape) == 2 and shape[1] > 1)
        name = pick([*OF_ONE, *3 * [name for name in OF_TWO if shape or name != "squared error"], *of_arrays])
        if name in {**OF_ONE, **REDUCTIONS}:
            add(name, x)
        elif name in OF_TWO:
            pair = (x, another([shape] if name == "squared error" else partners(shape)))  # targets have the scores' shape
            add(name, *(pair if draw(st.booleans()) else pair[::-1]))
        elif name == "matmul" and draw(st.booleans()):
            add(name, x, another([(shape[-1],), *((shape[-1], n) for n in (1, 2, 3))]))
        elif name == "matmul":
            add(name, another([(shape[0],), *((n, shape[0]) for n in (1, 2, 3))]), x)
        elif name == "linear":
            weights = another([(shape[-1], n) for n in (1, 2, 3)])
            add(name, x, weights, another([np.shape(values[weights])[1:], (1,), ()]))
        else:
            add(name, x, details=(random.integers(0, shape[-1], shape[:-1]),))
    while lines[-1][0] == "constant":
        lines.pop()
    shape = np.shape(values[len(lines) - 1])
    return Program(tuple(lines), tuple(leaves), numbers(shape) if shape or draw(st.booleans()) else None)


def vector_jacobian_product(program):
    """(value, gradients) of the last line, by autograd."""
    product, value = make_vjp(lambda leaves: run(program, leaves, anp)[-1])(list(program.leaves))
    cotangent = np.ones(()) if program.cotangent is None else program.cotangent
    return value, product(cotangent)


def assert_close(gradient, expected, scale=1.0, rtol=1e-10):
    """To ten digits, but for what rounding leaves of numbers as large as `scale`."""
    assert np.shape(gradient) == np.shape(expected)
    np.testing.assert_allclose(gradient, expected, rtol=rtol, atol=1e-3 * rtol * scale)


def size_of(gradients):
    return max([1.0, *(float(np.max(np.abs(gradient), initial=0)) for gradient in gradients)])


def all_of(root):
    """Every tensor that a result was made from, found by walking back along the inputs."""
    found, waiting = [], [root]
    while waiting:
        tensor = waiting.pop()
        if not any(tensor is other for other in found):
            found.append(tensor)
            waiting += [source for source in tensor.inputs if isinstance(source, Tensor)]
    return found


many = settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
some = settings(many, max_examples=150)


@many
@given(programs())
def test_random_programs_agree_with_autograd(program):
    value, gradients = vector_jacobian_product(program)
    leaves, values = run_engine(program)
    assert_close(values[-1].data, value, size_of([value]))
    for leaf, expected in zip(leaves, gradients, strict=True):
        if leaf.grad is None:  # the result was not made from it
            assert not np.any(expected) and not any(leaf is tensor for tensor in all_of(values[-1]))
        else:
            assert type(leaf.grad) is type(leaf.data)
            assert_close(leaf.grad, expected, size_of(gradients))


@some
@given(programs(most=8))
def test_random_programs_agree_with_numerical_gradients(program):
    leaves, values = run_engine(program)
    cotangent = 1.0 if program.cotangent is None else program.cotangent
    gradients = [np.zeros(np.shape(t.data)) if t.grad is None else t.grad for t in leaves]
    along, step = [np.cos(np.arange(np.size(leaf)).reshape(np.shape(leaf))) for leaf in program.leaves], 1e-6

    def moved(by):
        return run(program, [leaf + by * towards for leaf, towards in zip(program.leaves, along)], np)[-1]

    numerical = np.sum(cotangent * (moved(step) - moved(-step))) / (2 * step)
    exact = sum(np.sum(gradient * towards) for gradient, towards in zip(gradients, along))
    assert abs(numerical - exact) <= 1e-5 * size_of(gradients)


@some
@given(programs())
def test_the_steps_of_random_programs_are_their_backward_passes(program):
    leaves, values = run_engine(program)
    root, totals = values[-1], {}
    kept = {tensor: np.copy(tensor.grad) for tensor in all_of(root)}
    edges = Counter((output, source) for output in kept for source in output.inputs if ours(source))
    scale = size_of(kept.values())
    for step in list(root.steps(program.cotangent)):
        # All that the output receives has come: nothing upstream of it is left.
        assert not any(source is step.output for _output, source in edges)
        edges -= Counter([(step.output, step.input)])
        assert_close(step.upstream, kept[step.output], scale, rtol=1e-12)
        if step.local is not None:
            product = summed(step.upstream * step.local, step.input.shape)
            assert_close(step.contribution, product, scale, rtol=1e-12)
        totals[step.input] = totals.get(step.input, 0.0) + step.contribution
        assert type(step.total) is type(step.contribution) is type(step.input.data)
        assert np.array_equal(step.total, totals[step.input])
        assert len(step.symbols) == 4 and all(step.symbols)
    assert not edges
    for tensor, gradient in kept.items():
        assert np.array_equal(tensor.grad, gradient)  # steps assign nothing
        if tensor is not root:
            assert_close(totals[tensor], gradient, scale, rtol=1e-12)


def summed(gradient, shape):
    """A gradient summed over the axes along which this shape was broadcast."""
    lead = np.ndim(gradient) - len(shape)
    stretched = tuple(i for i in range(np.ndim(gradient)) if i < lead or shape[i - lead] == 1)
    return np.sum(gradient, axis=stretched).reshape(shape)


@some
@given(programs())
def test_random_programs_change_nothing_and_share_no_memory(program):
    before = copy.deepcopy(program)
    leaves, values = run_engine(program)
    tensors = all_of(values[-1])
    first = {tensor: np.copy(tensor.grad) for tensor in tensors}
    constants = [details[0] for name, _operands, details in program.lines if name == "constant"]
    others = [*program.leaves, *constants, program.cotangent, *(tensor.data for tensor in tensors)]
    for tensor in tensors:
        assert not any(other is not None and np.shares_memory(tensor.grad, other) for other in others)
        others.append(tensor.grad)
    values[-1].backward(program.cotangent)
    for tensor in tensors:
        assert np.array_equal(tensor.grad, first[tensor])  # assigned, not added
    assert repr(program) == repr(before)
    for leaf, data in zip(leaves, before.leaves, strict=True):
        assert np.array_equal(leaf.data, data)
        assert not any(np.shares_memory(leaf.data, data) for data in program.leaves)


@some
@given(programs())
def test_random_programs_are_freed_without_the_garbage_collector(program):
    gc.disable()
    try:
        leaves, values = run_engine(program)
        list(values[-1].steps(program.cotangent))
        references = [weakref.ref(tensor) for tensor in all_of(values[-1]) if tensor.inputs]
        del leaves, values
        assert [reference() for reference in references if reference() is not None] == []
    finally:
        gc.enable()


def test_random_programs_know_every_operation():
    x, row = Tensor([[0.3, -0.7], [0.2, 1.1]]), Tensor([0.3, 0.7])
    more = {name: (x,) for name in OF_TWO} | {"linear": (x, x), "cross-entropy": (np.array([0, 1]),), "matmul": (x,)}
    results = [OPERATE[name](np, x, *more.get(name, ())) for name in {**OF_ONE, **OF_TWO, **REDUCTIONS, **OTHERS}]
    results += [row @ x, x @ row, row @ row]
    assert {t.operation.name for y in results for t in all_of(y) if t.operation} == set(OPERATIONS)


# The code that a graph is


@settings(many, max_examples=1500)
@given(programs())
def test_the_code_of_random_programs_gives_what_backward_gives(program):
    leaves, values = run_engine(program)
    result = values[-1]
    if program.cotangent is not None:  # code begins with 1
        result = (result * program.cotangent).sum()
        result.backward()
    code = result.code()
    reached = [leaf for leaf in leaves if any(leaf is tensor for tensor in all_of(result))]
    variables = [code.variables[tensor.order] for tensor in (result, *reached)]
    value, *gradients = code.function([], [variables[0], *(f"d_{name}" for name in variables[1:])])()
    scale = size_of([leaf.grad for leaf in reached])
    assert_close(value, result.data, size_of([value]), rtol=1e-12)
    for leaf, gradient in zip(reached, gradients, strict=True):
        assert_close(gradient, leaf.grad, scale, rtol=1e-12)


def test_code_reads_as_one_derives_it():
    x, targets = Tensor([[1, 2], [3, 4], [5, 6]], "x"), Tensor([[1], [0], [1]], "y")
    W1, b1 = Tensor([[0.1, 0.2], [0.3, 0.4]], "W₁"), Tensor([0, 0.5], "b1")
    z = x @ W1 + b1
    a = np.tanh(z)
    loss = ((a.sum() - targets) ** 2).mean() / 2
    z.name, a.name, loss.name = "z1", "a1", "loss"
    assert str(loss.code(W1, b1)).splitlines() == [
        "# forward",
        "v1 = x @ W1",
        "z1 = v1 + b1",
        "a1 = np.tanh(z1)",
        "v2 = a1.sum()",
        "v3 = v2 - y",
        "v4 = v3**2",
        "v5 = v4.mean()",
        "loss = v5 / 2",
        "# backward",
        "d_loss = 1",
        "d_v5 = d_loss / 2",
        "d_v4 = d_v5 / v4.size * np.ones_like(v4)",
        "d_v3 = d_v4 * 2 * v3",
        "d_v2 = d_v3.sum()",
        "d_a1 = d_v2 * np.ones_like(a1)",
        "d_z1 = d_a1 * (1 - a1**2)",
        "d_v1 = d_z1",
        "d_b1 = d_z1.sum(axis=0)",
        "d_W1 = x.T @ d_v1",
    ]


def test_code_begins_at_a_single_number():
    with pytest.raises(ValueError, match="a single number is needed"):
        (Tensor([1.0, 2.0]) * 2).code()


def test_code_serves_for_any_number_of_examples():
    random = np.random.default_rng(0)
    W, b = Tensor(random.normal(size=(3, 2)), "W"), Tensor(random.normal(size=2), "b")
    for loss_of, first in ((lambda s, y: squared_error(s, y), random.normal(size=(7, 2))), (lambda s, y: apply("cross-entropy", s, y), np.eye(2)[[0, 1] * 3 + [0]])):
        x = random.normal(size=(7, 3))
        code = loss_of(linear(Tensor(x, "x"), W, b).sigmoid(), Tensor(first, "y")).code(W, b)
        step = code.function(["x", "y", "W", "b"], ["d_W", "d_b"])
        for rows in ([0], [1, 2], range(7)):
            rows = list(rows)
            loss_of(linear(x[rows], W, b).sigmoid(), first[rows]).backward()
            for gradient, expected in zip(step(x[rows], first[rows], W.data, b.data), (W.grad, b.grad), strict=True):
                np.testing.assert_allclose(gradient, expected, rtol=1e-12, atol=1e-15)


def test_code_names_what_has_no_name_or_one_that_python_does_not_take():
    names = ["w₀", "w0", "λ", "lambda", "2x", "d_x", "x", "np", "softmax", "a b", None]
    leaves = [Tensor(k + 1.0, name) for k, name in enumerate(names)]
    total = leaves[0] * [1.0, 2.0] + INF * 0
    for leaf in leaves:
        total = total * leaf
    code = total.sum().code()
    with np.errstate(all="ignore"):
        namespace = {"np": np, **code.given}
        exec(str(code), namespace)
    assert len(code.given) == len(set(code.given)) == len(leaves) + 2
    assert all(np.isnan(namespace["d_" + code.variables[leaf.order]]) for leaf in leaves)
    gone = total.sum()
    gone.name = "total"
    assert str(gone.code(leaves[1])).count("d_") < str(gone.code()).count("d_")


def test_the_code_of_a_softmax_brings_its_function():
    scores = Tensor([[1.0, 2.0, 0.5]], "scores")
    loss = cross_entropy(scores, [2])
    loss.backward()
    namespace = {"np": np, **loss.code().given}
    exec(str(loss.code()), namespace)
    np.testing.assert_allclose(namespace["d_scores"], scores.grad, rtol=1e-14)
    assert "def softmax(a):" in str(loss.code()) and "def" not in str(scores.sum().code())


# Each way to write an operation

RANDOM = np.random.default_rng(6)
NUMBER, VECTOR, MATRIX = 0.7, RANDOM.uniform(0.2, 2, 3), RANDOM.uniform(0.2, 2, (2, 3))
WAYS = {
    "exp": (np.exp, Tensor.exp, math.exp),
    "log": (np.log, Tensor.log, math.log),
    "sqrt": (np.sqrt, Tensor.sqrt, math.sqrt),
    "sin": (np.sin, Tensor.sin, math.sin),
    "cos": (np.cos, Tensor.cos, math.cos),
    "tanh": (np.tanh, Tensor.tanh, math.tanh),
    "abs": (np.abs, Tensor.abs, abs),
    "negative": (np.negative, lambda x: -x, lambda x: -x),
}


@pytest.mark.parametrize(
    "data", [NUMBER, VECTOR, MATRIX, -NUMBER], ids=["number", "vector", "matrix", "negative"]
)
@pytest.mark.parametrize("name", WAYS)
def test_a_function_as_a_method_and_as_numpys(name, data):
    of_numpy, method, of_math = WAYS[name]
    if np.min(data) < 0 and name in ("log", "sqrt"):
        return
    results = []
    for write in (of_numpy, method, *([abs] if name == "abs" else [])):
        x = Tensor(data)
        y = write(x)
        y.backward(np.ones(y.shape))
        assert y.operation.name == name and y.inputs == (x,)
        np.testing.assert_allclose(y.data, of_numpy(data), rtol=1e-15)
        results.append(x.grad)
        assert np.array_equal(x.grad, results[0]) and type(x.grad) is type(x.data) is type(y.data)
    if np.ndim(data) == 0:
        assert y.data == of_math(data)


OPERATORS = {
    "add": (lambda a, b: a + b, np.add, 1, 1),
    "subtract": (lambda a, b: a - b, np.subtract, 1, -1),
    "multiply": (lambda a, b: a * b, np.multiply, 2.0, 4.0),
    "divide": (lambda a, b: a / b, np.divide, 0.5, -1.0),
    "power": (lambda a, b: a**b, np.power, 8.0, 16 * math.log(4)),
    "maximum": (lambda a, b: a.maximum(b) if ours(a) else np.maximum(a, b), np.maximum, 1, 0),
}


@pytest.mark.parametrize("name", OPERATORS)
@pytest.mark.parametrize(
    "kind",
    [
        int,
        float,
        np.float64,
        np.float32,
        np.int64,
        np.array,
        lambda x: [x, x],
        lambda x: (x, x),
        lambda x: [[x]],
    ],
)
def test_numbers_lists_and_arrays_are_constants_on_either_side(name, kind):
    operator, ufunc, left, right = OPERATORS[name]
    for write in (operator, ufunc):
        if name == "maximum" and write is operator:
            other = kind(2)
            results = [(Tensor(4).maximum(other), left)]
        else:
            results = [(write(Tensor(4), kind(2)), left), (write(kind(4), Tensor(2)), right)]
        for y, slope in results:
            value = ufunc(4.0, 2.0)
            (x,) = (source for source in y.inputs if isinstance(source, Tensor))
            y.backward(np.ones(y.shape))
            assert np.all(y.data == value) and y.shape == np.shape(kind(2))
            assert type(x.grad) is float and (type(y.data) is float or y.shape)
            assert x.grad == pytest.approx(slope * np.size(y.data), rel=1e-15)


def test_arrays_of_any_shape_are_constants_on_either_side_of_a_matmul():
    x, numbers = Tensor(MATRIX), [[1, 2], [3, 4]]
    for y in (numbers @ x, np.array(numbers) @ x, np.matmul(numbers, x)):
        y.backward(np.ones((2, 3)))
        assert np.array_equal(y.data, np.array(numbers) @ MATRIX)
        assert np.array_equal(x.grad, np.array(numbers).T @ np.ones((2, 3)))
    for y in (x @ [1, 2, 3], np.matmul(x, [1, 2, 3])):
        y.backward(np.array([1.0, 10]))
        assert np.array_equal(x.grad, [[1, 2, 3], [10, 20, 30]])


def test_sums_and_means_go_over_all_entries():
    x = Tensor(MATRIX)
    for of_numpy, method in ((np.sum, x.sum), (np.mean, x.mean)):
        assert method().data == pytest.approx(of_numpy(MATRIX), rel=1e-15)
        with pytest.raises(TypeError):
            of_numpy(x, axis=0)
    x = Tensor(3)
    for y in (x.sum(), x.mean(), x.T):
        y.backward()
        assert y.data == 3 and x.grad == 1 and type(x.grad) is float


def test_vectors_and_matrices_in_all_four_products():
    random = np.random.default_rng(3)
    for one, other in (((3,), (3,)), ((3,), (3, 2)), ((4, 3), (3,)), ((4, 3), (3, 2))):
        data = random.normal(size=one), random.normal(size=other)
        a, b = map(Tensor, data)
        y = a @ b
        cotangent = random.normal(size=y.shape)
        y.backward(cotangent)
        product, _value = make_vjp(lambda pair: pair[0] @ pair[1])(data)
        for tensor, expected in zip((a, b), product(cotangent), strict=True):
            np.testing.assert_allclose(tensor.grad, expected, rtol=1e-13)


@pytest.mark.parametrize(
    "surface",
    [bowl, ravine(10), saddle, double_well, rosenbrock, himmelblau, beale, mountain],
    ids=repr,
)
def test_a_function_in_plain_numpy_serves_for_tensors(surface):
    low, high = np.transpose(surface.window)
    points = np.random.default_rng(4).uniform(low, high, (20, 2)).T
    x, y = map(Tensor, points)
    surface.value(x, y).sum().backward()
    for tensor, expected in zip((x, y), surface.grad(*points), strict=True):
        np.testing.assert_allclose(tensor.grad, expected, rtol=1e-9, atol=1e-9 * np.abs(expected).max())
    x, y = map(Tensor, points[:, 0])
    surface.value(x, y).backward()
    assert type(x.grad) is type(y.grad) is float
    np.testing.assert_allclose((x.grad, y.grad), surface.grad(*points[:, 0]), rtol=1e-9, atol=1e-9)


# Networks: three operations in one go


def in_basic_operations(scores, labels):
    chosen = np.eye(scores.shape[-1])[labels]
    return (np.log(np.exp(scores) @ np.ones(scores.shape[-1])) - (scores * chosen) @ np.ones(scores.shape[-1])).mean()


def gradients_of(function, *data):
    tensors = [Tensor(array) for array in data]
    result = function(*tensors)
    result.backward(np.arange(1.0, 1 + np.size(result.data)).reshape(result.shape))
    return [result.data, *(tensor.grad for tensor in tensors)]


@pytest.mark.parametrize("shape", [(4, 3), (1, 5)], ids=str)
def test_cross_entropy_is_what_its_formula_says(shape):
    random = np.random.default_rng(len(shape))
    scores, labels = random.normal(0, 2, shape), random.integers(0, shape[-1], shape[:-1])
    for one in (labels, labels.tolist(), labels.astype(np.uint8)):
        together = gradients_of(lambda x: cross_entropy(x, one), scores)
        apart = gradients_of(lambda x: in_basic_operations(x, one), scores)
        for mine, written in zip(together, apart, strict=True):
            np.testing.assert_allclose(mine, written, rtol=1e-12, atol=1e-15)
    _product, value = make_vjp(lambda x: written_cross_entropy(anp, x, labels))(scores)
    np.testing.assert_allclose(together[0], value, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(together[1], _product(1.0), rtol=1e-12, atol=1e-15)


def test_a_softmax_cross_entropy_by_hand():
    scores = Tensor([[math.log(1), math.log(2), math.log(5)], [0, 0, 0]])
    loss = cross_entropy(scores, [2, 0])
    assert loss.data == pytest.approx((math.log(8 / 5) + math.log(3)) / 2, rel=1e-15)
    loss.backward()
    np.testing.assert_allclose(scores.grad, [[1 / 16, 2 / 16, -3 / 16], [-1 / 3, 1 / 6, 1 / 6]], rtol=1e-14)


@pytest.mark.parametrize(
    "shapes", [((4, 3), (3, 2), (2,)), ((4, 3), (3, 2), ()), ((1, 1), (1, 2), (1,))]
)
def test_linear_is_what_its_formula_says(shapes):
    data = [RANDOM.normal(size=shape) for shape in shapes]
    for mine, written in zip(
        gradients_of(linear, *data), gradients_of(lambda x, w, b: x @ w + b, *data), strict=True
    ):
        np.testing.assert_allclose(mine, written, rtol=1e-14)
        assert np.shape(mine) == np.shape(written)
    assert linear(data[0], Tensor(data[1]), data[2]).data.tolist() == linear(*map(Tensor, data)).data.tolist()


@pytest.mark.parametrize(
    "shapes", [((4,), (4,)), ((2, 3), (2, 3))]
)
def test_squared_error_is_what_its_formula_says(shapes):
    data = [RANDOM.normal(size=shape) for shape in shapes]
    for mine, written in zip(
        gradients_of(squared_error, *data),
        gradients_of(lambda x, y: ((x - y) ** 2).mean(), *data),
        strict=True,
    ):
        np.testing.assert_allclose(mine, written, rtol=1e-13)
        assert np.shape(mine) == np.shape(written)
    x = Tensor(data[0])
    squared_error(x, data[1]).backward()  # targets that are constants
    np.testing.assert_allclose(x.grad, gradients_of(squared_error, *data)[1])


# The lessons' numbers


def test_lesson_05_a_sum_times_a_number():
    x, y, z = Tensor(-2, "x"), Tensor(5, "y"), Tensor(-4, "z")
    f = (x + y) * z
    f.backward()
    assert f.data == -12 and (x.grad, y.grad, z.grad) == (-4, -4, 3)


def test_lesson_05_a_neuron():
    w, x = [Tensor(value) for value in (2, -3, -3)], [Tensor(value) for value in (-1, -2)]
    s = w[0] * x[0] + w[1] * x[1] + w[2]
    for f in (1 / (1 + np.exp(-s)), s.sigmoid()):
        f.backward()
        assert round(f.data, 3) == 0.731 and round(s.grad, 4) == 0.1966
        assert [round(weight.grad, 3) for weight in w] == [-0.197, -0.393, 0.197]
        assert [round(value.grad, 3) for value in x] == [0.393, -0.590]


def test_lesson_06_the_square_of_a_matrix_times_a_vector():
    W, x = Tensor([[0.1, 0.5], [-0.3, 0.8]]), Tensor([0.2, 0.4])
    q = W @ x
    f = (q**2).sum()
    f.backward()
    np.testing.assert_allclose(q.data, (0.22, 0.26), rtol=1e-14)
    assert f.data == pytest.approx(0.116, rel=1e-14)
    np.testing.assert_allclose(q.grad, (0.44, 0.52), rtol=1e-14)
    np.testing.assert_allclose(W.grad, [[0.088, 0.176], [0.104, 0.208]], rtol=1e-14)
    np.testing.assert_allclose(x.grad, (-0.112, 0.636), rtol=1e-14)


# Numbers, and whose arrays they are


@pytest.mark.parametrize(
    "data", [3, 3.0, True, np.float64(3), np.float32(3), np.int8(3), np.array(3), np.array(3.0)]
)
def test_a_number_is_a_python_float(data):
    x = Tensor(data)
    assert type(x.data) is float and x.data == float(data) and x.shape == ()
    results = [
        x + 1,
        1 - x,
        x * x,
        x / 2,
        x**2,
        2**x,
        x.maximum(1),
        -x,
        abs(x),
        x.T,
        x.sum(),
        Tensor([x.data]) @ [2],
    ]
    results += [np.exp(x), np.log(x), np.sqrt(x), np.sin(x), np.cos(x), np.tanh(x), x.sigmoid(), x.relu()]
    results += [Tensor([[1, 2]]).mean()]
    for y in results:
        assert type(y.data) is float, y
        y.backward()
        assert all(type(tensor.grad) is type(tensor.data) for tensor in all_of(y)), y


@pytest.mark.parametrize(
    "data", [[1, 2], (1, 2), range(1, 3), np.array([1, 2]), np.float32([1, 2]), np.int8([1, 2])]
)
def test_whole_numbers_become_floats(data):
    x = Tensor(data)
    assert x.data.dtype == float and x.data.tolist() == [1, 2]
    assert Tensor([[True, False]]).data.dtype == float
    ((x + data) ** -1 * np.array([3, 5])).sum().backward()  # whole numbers have no power −1 in numpy
    np.testing.assert_allclose(x.grad, [-3 / 4, -5 / 16])


def test_the_callers_arrays_stay_the_callers():
    mine, constant, cotangent = np.array([1.0, 2.0]), np.array([3.0, 4.0]), np.array([5.0, 6.0])
    x = Tensor(mine)
    mine[0] = 100
    assert x.data.tolist() == [1, 2]
    x.data[1] = 7
    assert mine.tolist() == [100, 2]
    y = linear(x * constant, np.eye(2), constant)
    y.backward(cotangent)
    assert constant.tolist() == [3, 4] and cotangent.tolist() == [5, 6]
    y.grad += 1
    x.grad += 1
    assert constant.tolist() == [3, 4] and cotangent.tolist() == [5, 6]


IN_PLACE = {  # (what is computed from the weights w and the constant c; what is changed in place between the two passes)
    "a parameter": (lambda w, c: (w * w * c).sum(), lambda w, c, y: w.data.__isub__(10)),
    "a parameter, assigned": (lambda w, c: (w * w * c).sum(), lambda w, c, y: setattr(w, "data", w.data * 5)),
    "a constant": (lambda w, c: (w * w * c).sum(), lambda w, c, y: c.__imul__(3)),
    "a constant in numpy's matmul": (lambda w, c: (c @ w).sum() + np.tanh(w @ c.T).sum(), lambda w, c, y: c.__imul__(3)),
    "a window on a constant": (lambda w, c: (w * w * c[:, ::-1]).sum(), lambda w, c, y: c.__imul__(3)),
    "a constant that was spread": (lambda w, c: (np.broadcast_to(c[0], (2, 2)) * w).sum(), lambda w, c, y: c.__imul__(3)),
    "a parameter, transposed": (lambda w, c: (w.T * w).exp().mean(), lambda w, c, y: w.data.__isub__(1)),
    "linear": (lambda w, c: linear(c, w, c[0]).tanh().sum(), lambda w, c, y: (w.data.__isub__(1), c.__imul__(3))),
    "squared error": (lambda w, c: squared_error(w, c), lambda w, c, y: (w.data.__isub__(1), c.__imul__(3))),
}


@pytest.mark.parametrize("compute, change", IN_PLACE.values(), ids=IN_PLACE)
def test_the_gradient_is_that_at_the_values_of_the_forward_pass(compute, change):
    w, c = Tensor([[1.0, 2.0], [3.0, 0.5]], "w"), np.array([[0.5, 2.0], [1.0, 3.0]])
    y = compute(w, c)
    y.backward()
    before, passed_back = w.grad, [step.contribution for step in y.steps()]
    change(w, c, y)
    y.backward()
    assert np.array_equal(w.grad, before)
    assert all(map(np.array_equal, passed_back, [step.contribution for step in y.steps()]))
    assert not np.array_equal(compute(w, c).data, y.data)


def test_labels_may_be_changed_too():
    w, labels = Tensor([[1.0, 2.0], [3.0, 0.5]]), np.array([0, 1])
    y = cross_entropy(w, labels)
    y.backward()
    before = w.grad
    labels[:] = [1, 0]
    y.backward()
    assert np.array_equal(w.grad, before)


def test_a_parameter_may_be_stepped_in_place():
    w, v = Tensor([1.0, 2.0]), Tensor([1.0, 2.0])
    for _step in range(3):
        for tensor in (w, v):
            (tensor * tensor).sum().backward()
        w.data -= 0.1 * w.grad
        v.data = v.data - 0.1 * v.grad
    assert np.array_equal(w.data, v.data) and np.allclose(w.data, 0.8**3 * np.array([1, 2]))


def test_results_are_read_only():
    w = Tensor([1.0, 2.0])
    y = w * 3
    with pytest.raises(ValueError, match="read-only"):
        y.data[0] = 7
    with pytest.raises(ValueError, match="the result of multiply.*is a result: the graph remembers it"):
        y.data = [7, 8]
    assert y.data.tolist() == [3, 6] and (y.data + 1).tolist() == [4, 7]


def test_whatever_is_assigned_to_data_is_converted():
    w = Tensor([1.0, 2.0])
    for value in ([3, 4], (3, 4), np.array([3, 4]), np.float32([3, 4])):
        w.data = value
        (w * w).sum().backward()
        assert w.data.dtype == float and w.grad.tolist() == [6, 8]
    with pytest.raises(ValueError, match="data must be a number or an array of numbers, not 'three'"):
        w.data = "three"


def test_who_changes_a_gradient_changes_no_other():
    x, y = Tensor([[1.0, 2.0]]), Tensor([[3.0, 4.0]])
    z = (x + y).T.T
    total = z + [[0, 0]]
    total.backward([[1, 1]])
    z.grad *= 100
    total.grad *= 1000
    x.grad *= 10
    assert x.grad.tolist() == [[10, 10]] and y.grad.tolist() == [[1, 1]]
    assert z.grad.tolist() == [[100, 100]] and z.inputs[0].grad.tolist() == [[1], [1]]
    x.backward(y.data)
    x.grad += 1
    assert y.data.tolist() == [[3, 4]]


@pytest.mark.parametrize("data", [2, np.float64(2), np.int64(2)], ids=lambda data: type(data).__name__)
def test_a_parameter_may_be_assigned_any_number(data):
    w = Tensor(3.0)
    w.data = data
    (w * w * [1, 2]).sum().backward()
    assert w.grad == 12 and type(w.grad) is float


# Ties, zeros, and numbers too large for exp


@pytest.mark.parametrize("shape", [(), (2,)])
def test_of_equals_the_first_is_the_maximum(shape):
    x, y = Tensor(np.full(shape, 2)), Tensor(np.full(shape, 2))
    x.maximum(y).sum().backward()
    assert np.all(x.grad == 1) and np.all(y.grad == 0)
    np.maximum(x, x).sum().backward()
    assert np.all(x.grad == 1)


@pytest.mark.parametrize("shape", [(), (2,)])
@pytest.mark.parametrize(
    "function, data, value, slope",
    [
        (Tensor.relu, 0, 0, 0),
        (Tensor.relu, -0.0, 0, 0),
        (Tensor.relu, -5, 0, 0),
        (Tensor.relu, 5, 5, 1),
        (Tensor.relu, 1e-300, 1e-300, 1),
        (abs, 0, 0, 0),
        (abs, -3, 3, -1),
        (lambda x: x**0, -2, 1, 0),
        (lambda x: x**1, 0, 0, 1),
        (lambda x: x**2, 0, 0, 0),
        (lambda x: x**3, 0, 0, 0),
        (lambda x: x**2, -3, 9, -6),
        (lambda x: x**3, -2, -8, 12),
        (lambda x: x**-1, -2, -0.5, -0.25),
        (lambda x: x**1.5, 4, 8, 3),
        (lambda x: 1**x, -3, 1, 0),
        (lambda x: x * 0, 3, 0, 0),
        (Tensor.sigmoid, 0, 0.5, 0.25),
        (Tensor.sigmoid, 1000, 1, 0),
        (Tensor.sigmoid, -1000, 0, 0),
        (Tensor.tanh, 1000, 1, 0),
        (Tensor.tanh, -1000, -1, 0),
        (Tensor.exp, -1000, 0, 0),
        (Tensor.log, 1e-300, math.log(1e-300), 1e300),  # nothing is added to keep log away from zero
    ],
)
def test_at_the_edges(function, data, value, slope, shape):
    x = Tensor(np.full(shape, float(data)))
    y = function(x)
    y.backward(np.ones(shape))
    assert np.all(y.data == value) and np.shape(y.data) == shape
    np.testing.assert_allclose(x.grad, np.full(shape, slope), rtol=1e-15)


@pytest.mark.parametrize("size", [40, 700, 1000])
def test_a_sigmoid_keeps_its_digits_and_does_not_overflow(size):
    for data in (-size, [-size, size]):
        x = Tensor(data)
        x.sigmoid().sum().backward()
        small = math.exp(-size)
        np.testing.assert_allclose(x.sigmoid().data, small if data == -size else [small, 1], rtol=1e-14)
        np.testing.assert_allclose(np.ravel(x.grad)[0], small, rtol=1e-14)


def test_a_tanh_keeps_its_digits_and_does_not_overflow():
    sizes = np.array([1e-300, 1e-17, 1e-9, 1e-3, 0.1, 0.5, 1, 3, 9, 15, 18.5, 19.5, 20.5, 300, 1e300])
    for data in (sizes, -sizes):
        expected = [math.tanh(number) for number in data]
        np.testing.assert_allclose(Tensor(data).tanh().data, expected, rtol=1e-15)
        assert [Tensor(number).tanh().data for number in data] == expected


def test_a_softmax_of_large_scores_neither_overflows_nor_warns():
    scores = Tensor([[1000, -1000], [-1000, 1000], [1e300, 1e300]])
    loss = cross_entropy(scores, [1, 1, 0])
    assert loss.data == pytest.approx((2000 + math.log(2)) / 3)
    loss.backward()
    np.testing.assert_allclose(scores.grad, np.array([[1, -1], [0, 0], [-0.5, 0.5]]) / 3, rtol=1e-15)


# Graphs


def test_a_chain_of_100_000_operations():
    x = y = Tensor(0.5)
    for _link in range(50_000):
        y = -(y + 1e-5)
    y.backward()
    assert x.grad == 1 and len(y.graph()) == 100_001
    chain = weakref.ref(y.inputs[0])
    del y
    assert chain() is None


def test_sixty_doublings():
    first = x = Tensor(1)
    for _doubling in range(60):
        x = x + x
    x.backward()
    assert x.data == first.grad == 2**60
    assert len(list(x.steps())) == 120


def test_what_is_used_twice_is_blamed_twice():
    x = Tensor(3)
    y = x * x
    y.backward()
    assert x.grad == 6 and y.inputs == (x, x)
    y.backward()
    assert x.grad == 6
    a = x + 1
    (a * x + a * a + x).backward()  # (x + 1)x + (x + 1)² + x
    assert x.grad == 4 * 3 + 4 and a.grad == 3 + 2 * 4


def test_graphs_may_share_tensors():
    w, u = Tensor(2, "w"), Tensor(5, "u")
    shared = w * w
    first, second = shared * 3, shared * u
    first.backward()
    assert (w.grad, shared.grad, first.grad, u.grad, second.grad) == (12, 3, 1, None, None)
    second.backward()
    assert (w.grad, shared.grad, first.grad, u.grad, second.grad) == (20, 5, 1, 4, 1)
    first.backward()
    assert (w.grad, shared.grad, u.grad) == (12, 3, 4)


def test_the_order_of_creation_is_no_matter_of_the_order_of_use():
    x = Tensor(2)
    early = x * 5
    late = x * x
    (late * early).backward()  # 5x³
    assert x.grad == 60
    (early - late * early).backward()
    assert x.grad == 5 - 60


def test_cotangents():
    x = Tensor([[1, 2], [3, 4]])
    y = x * x
    for cotangent in (np.array([[1.0, 10], [100, 1000]]), [[1, 10], [100, 1000]]):
        y.backward(cotangent)
        assert x.grad.tolist() == [[2, 40], [600, 8000]] and y.grad.tolist() == [[1, 10], [100, 1000]]
    y.sum().backward(3)
    assert x.grad.tolist() == [[6, 12], [18, 24]]
    x.backward(np.ones((2, 2)))
    assert x.grad.tolist() == [[1, 1], [1, 1]]
    z = Tensor(4)
    z.backward()
    assert z.grad == 1 and type(z.grad) is float


def test_a_graph_lists_its_tensors_in_the_order_of_creation():
    x, y = Tensor(1, "x"), Tensor(2, "y")
    a = y * 2
    b = x + a
    z = Tensor(3, "z")
    assert (z * b).graph()[:-1] == [x, y, a, b, z] and x.graph() == [x]
    assert a.operation.name == "multiply" and a.inputs == (y, 2) and x.inputs == () and x.operation is None


def test_a_copy_is_a_tensor_of_its_own():
    x = Tensor(3, "x")
    for other in (copy.copy(x), copy.deepcopy(x)):
        assert other.data == 3 and other.name == "x"
        y = x * other * other
        for _again in range(2):
            y.backward()
            assert x.grad == 9 and other.grad == 18


def test_a_tensor_shows_its_value_its_name_and_its_operation():
    x = Tensor(3, "x")
    assert repr(x) == "Tensor(3.0, name='x')" and repr(Tensor([1])) == "Tensor(array([1.]))"
    assert repr(x * x) == "Tensor(9.0, from multiply)"
    y = x * x
    y.name = "y"
    assert repr(y) == "Tensor(9.0, name='y', from multiply)"


# Steps


def test_the_steps_of_lesson_05():
    x, y, z = Tensor(-2, "x"), Tensor(5, "y"), Tensor(-4, "z")
    q = x + y
    f = q * z
    q.name, f.name = "q", "f"
    told = [(s.output, s.input, s.upstream, s.local, s.contribution, s.total, s.symbols) for s in f.steps()]
    assert told == [
        (f, q, 1, -4, -4, -4, ("∂f/∂f", "z", "∂f/∂f · z", "∂f/∂q")),
        (f, z, 1, 3, 3, 3, ("∂f/∂f", "q", "∂f/∂f · q", "∂f/∂z")),
        (q, x, -4, 1, -4, -4, ("∂f/∂q", "1", "∂f/∂q · 1", "∂f/∂x")),
        (q, y, -4, 1, -4, -4, ("∂f/∂q", "1", "∂f/∂q · 1", "∂f/∂y")),
    ]
    assert all(type(number) is float for step in told for number in step[2:6])
    assert all(tensor.grad is None for tensor in (x, y, z, q, f))


def test_the_steps_at_a_fork_add_up():
    x = Tensor(3, "x")
    y = x * x + x
    steps = list(y.steps())
    assert [(s.upstream, s.contribution, s.total) for s in steps] == [
        (1, 1, 1),
        (1, 1, 1),
        (1, 3, 4),
        (1, 3, 7),
    ]
    assert [s.symbols[3] for s in steps] == ["∂v2/∂v1", "∂v2/∂x", "∂v2/∂x", "∂v2/∂x"]


def test_steps_may_begin_with_a_cotangent():
    x = Tensor([1, 2], "x")
    (step,) = (x * 3).steps([1, 10])
    assert step.upstream.tolist() == [1, 10] and step.local.tolist() == [3, 3]
    assert step.contribution.tolist() == step.total.tolist() == [3, 30]
    with pytest.raises(ValueError, match="backward of the result of multiply"):
        next((x * 3).steps())
    assert list(Tensor(1).steps()) == []


def test_unnamed_tensors_are_numbered_around_the_names_that_are_there():
    named, unnamed = Tensor(2, "v1"), Tensor(3)
    assert [step.symbols[1] for step in (named * unnamed).steps()] == ["v2", "v1"]


A, B = 0.6, 1.7
SYMBOLS = {
    "add": (lambda a, b: a + b, {"1": 1}, {"1": 1}),
    "subtract": (lambda a, b: a - b, {"1": 1}, {"−1": -1}),
    "multiply": (lambda a, b: a * b, {"b": B}, {"a": A}),
    "divide": (lambda a, b: a / b, {"1/b": 1 / B}, {"−y/b": -(A / B) / B}),
    "square": (lambda a, b: a**2, {"2 · a": 2 * A}),
    "cube": (lambda a, b: a**3, {"3 · a²": 3 * A**2}),
    "power": (lambda a, b: a**b, {"b · a^(b − 1)": B * A ** (B - 1)}, {"y · log a": A**B * math.log(A)}),
    "maximum": (lambda a, b: a.maximum(b), {"[a ≥ b]": 0}, {"[b > a]": 1}),
    "negative": (lambda a, b: -a, {"−1": -1}),
    "exp": (lambda a, b: np.exp(a), {"y": math.exp(A)}),
    "log": (lambda a, b: np.log(a), {"1/a": 1 / A}),
    "sqrt": (lambda a, b: np.sqrt(a), {"1/(2 · y)": 1 / (2 * math.sqrt(A))}),
    "sin": (lambda a, b: np.sin(a), {"cos a": math.cos(A)}),
    "cos": (lambda a, b: np.cos(a), {"−sin a": -math.sin(A)}),
    "tanh": (lambda a, b: np.tanh(a), {"(1 − y²)": 1 - math.tanh(A) ** 2}),
    "sigmoid": (lambda a, b: a.sigmoid(), {"y · (1 − y)": math.exp(-A) / (1 + math.exp(-A)) ** 2}),
    "relu": (lambda a, b: a.relu(), {"[a > 0]": 1}),
    "abs": (lambda a, b: abs(-a), {"sign v1": -1}),
    "a constant": (lambda a, b: a * 2.5, {"2.5": 2.5}),
    "a large constant": (lambda a, b: a / 1e9, {"1/(1 × 10⁹)": 1e-9}),
    "a negative constant": (lambda a, b: -3 * a, {"−3": -3}),
}


@pytest.mark.parametrize("name", SYMBOLS)
def test_a_step_in_symbols_is_the_step_in_numbers(name):
    write, *expected = SYMBOLS[name]
    y = write(Tensor(A, "a"), Tensor(B, "b"))
    y.name = "y"
    steps = [step for step in y.steps() if step.output is y]
    assert len(steps) == len(expected)
    for step, meaning in zip(steps, expected, strict=True):
        ((symbol, value),) = meaning.items()
        about = f"∂y/∂{step.input.name or 'v1'}"
        assert step.symbols == ("∂y/∂y", symbol, f"∂y/∂y · {symbol}", about)
        assert step.local == step.contribution == pytest.approx(value, rel=1e-14)


@pytest.mark.parametrize(
    "write, symbols",
    [
        (lambda a, b, c: a @ b, ["∂y/∂y bᵀ", "aᵀ ∂y/∂y"]),
        (lambda a, b, c: a @ c, ["∂y/∂y cᵀ", "aᵀ ∂y/∂y"]),
        (lambda a, b, c: c @ a, ["a ∂y/∂y", "c (∂y/∂y)ᵀ"]),
        (lambda a, b, c: linear(a, b, c), ["∂y/∂y bᵀ", "aᵀ ∂y/∂y", "∂y/∂y · 1"]),
        (lambda a, b, c: linear(a, np.eye(2), c), ["∂y/∂y Cᵀ", "∂y/∂y · 1"]),
        (lambda a, b, c: a * np.eye(2), ["∂y/∂y · C"]),
        (lambda a, b, c: squared_error(a, b), ["∂y/∂y · 2 · (a − b)/n", "∂y/∂y · 2 · (b − a)/n"]),
        (lambda a, b, c: cross_entropy(a, [0, 1]), ["∂y/∂y · (softmax a − C)/n"]),
        (lambda a, b, c: a.sum(), ["∂y/∂y · 1"]),
        (lambda a, b, c: a.mean(), ["∂y/∂y · 1/n"]),
        (lambda a, b, c: a.T, ["(∂y/∂y)ᵀ"]),
    ],
)
def test_what_is_no_factor_is_written_as_a_whole(write, symbols):
    y = write(Tensor([[1, 2], [3, 4]], "a"), Tensor([[5, 6], [7, 8]], "b"), Tensor([9, 10], "c"))
    y.name = "y"
    steps = list(y.steps(np.ones(y.shape)))
    assert [step.symbols[2] for step in steps] == symbols
    assert [step.local is None for step in steps] == ["·" not in s for s in symbols]


# What a learner gets wrong

X, V, M, PAIR = Tensor(3, "x"), Tensor([1, 2, 3], "v"), Tensor([[1, 2, 3], [4, 5, 6]], "M"), Tensor([1, 2])
FIT, LABEL = "the shapes do not fit", "a whole number as label for each of the 2 rows"
LAST_AXIS = "the last axis of the first must be as long as the first of the second"
NUMBERS = "must be a number or an array of numbers"


def add_in_place(array, tensor):
    array += tensor


SHAPES_DO_NOT_FIT = {  # what is called, and words that the message must contain
    "backward": (lambda: V.backward(), "backward of v (shape (3,))", "its sum or its mean", "cotangent"),
    "of a result": (lambda: (M * 2).backward(), "backward of the result of multiply (shape (2, 3))", "sum"),
    "steps": (lambda: next(M.steps()), "backward of M (shape (2, 3))", "pass a cotangent"),
    "another shape": (lambda: V.backward([1, 2]), "of v (shape (3,))", "the same shape, not (2,)"),
    "would broadcast": (lambda: V.backward(1), "of v (shape (3,))", "the same shape, not ()"),
    "for a number": (lambda: X.backward([1]), "backward of x (3)", "the same shape, not (1,)"),
    "add": (lambda: V + [1, 2], "add: v (shape (3,)) and a constant (shape (2,))", FIT, "or one of them 1"),
    "subtract": (lambda: [1, 2] - V, "subtract: a constant (shape (2,)) and v (shape (3,))", FIT),
    "multiply": (lambda: PAIR * M, "multiply: a tensor (shape (2,)) and M (shape (2, 3))", FIT),
    "divide": (lambda: M / PAIR, "divide: M (shape (2, 3)) and a tensor (shape (2,))", FIT),
    "power": (lambda: V ** [1, 2], "power: v (shape (3,))", FIT),
    "maximum": (lambda: np.maximum(V, [1, 2]), "maximum: v (shape (3,))", FIT),
    "of results": (lambda: (V + V) + M.T, "the result of add (shape (3,)) and the result of transpose", FIT),
    "error": (lambda: squared_error(V, [1, 2]), "squared error: v (shape (3,)) and a constant", FIT),
    "matmul": (lambda: V @ M, "row @ matrix: v (shape (3,)) and M (shape (2, 3))", LAST_AXIS),
    "matmul of a number": (lambda: M @ X, "matmul: M (shape (2, 3)) and x (3)", LAST_AXIS),
    "matmul by a number": (lambda: 2 @ V, "matmul: a constant (2) and v (shape (3,))", LAST_AXIS),
    "matmul of numbers": (lambda: X @ X, "matmul: x (3) and x (3)", LAST_AXIS),
    "matmul of 3 axes": (lambda: Tensor(np.ones((2, 2, 2))) @ PAIR, "matmul: a tensor (shape (2, 2, 2))"),
    "linear": (lambda: linear(M, M, V), "linear: M (shape (2, 3)) and M (shape (2, 3)) and v (shape (3,))"),
    "linear's bias": (lambda: linear(M, M.T, V), "linear: ", "v (shape (3,))", "the bias (outputs,)"),
    "a label too high": (
        lambda: cross_entropy(M, [0, 3]),
        "labels must go from 0 to 2, not [0, 3]",
    ),
    "a label below 0": (lambda: cross_entropy(M, [-1, 0]), "0 to 2, not [-1, 0]"),
    "half a label": (lambda: cross_entropy(M, [0, 1.5]), LABEL, "1.5"),
    "a label of text": (lambda: cross_entropy(M, ["a", "b"]), LABEL, "'a'"),
    "too few labels": (lambda: cross_entropy(M, [0]), LABEL),
    "one-hot labels": (lambda: cross_entropy(M, np.eye(2, 3, dtype=int)), LABEL),
    "labels in a column": (lambda: cross_entropy(M, [[0], [1]]), LABEL),
    "no labels": (lambda: cross_entropy(M, []), LABEL),
}
COMPARISONS = {
    "less": lambda a, b: a < b,
    "at most": lambda a, b: a <= b,
    "more": lambda a, b: a > b,
    "at least": lambda a, b: a >= b,
    "same": lambda a, b: a == b,
    "other": lambda a, b: a != b,
    "reflected": lambda a, b: b < a,
    "highest": max,
    "sorted": lambda a, b: sorted([a, b]),
}
OPERANDS = {
    "add": lambda value: X + value,
    "subtract": lambda value: value - X,
    "multiply": lambda value: V * value,
    "divide": lambda value: value / V,
    "power": lambda value: X**value,
    "matmul": lambda value: V @ value,
    "maximum": lambda value: np.maximum(value, V),
    "squared error": lambda value: squared_error(V, value),
    "linear": lambda value: linear(M, value, 1),
    "cotangent": lambda value: X.backward(value),
}
NO_NUMBERS = ("2", 1j, {}, [1, "a"], [1, None], [[1], [1, 2]], object, np.array(["a"]), np.array([1, None]))
REFUSED = {
    "if": (lambda: bool(X), "x (3)", "condition", ".data"),
    "not": (lambda: not V, "v (shape (3,))", "condition", ".data"),
    "and": (lambda: X and V, "x (3)", "condition"),
    **{
        f"compare {name}": (lambda compare=compare: compare(X, 2), "x (3)", "comparison", ".data")
        for name, compare in COMPARISONS.items()
    },
    "compare an array": (lambda: np.ones(3) < V, "np.less of v (shape (3,))", "no rule"),
    "float": (lambda: float(X), "x (3)", "plain number", ".data", "numpy"),
    "int": (lambda: int(X),),
    "math": (lambda: math.exp(X), "x (3)", "plain number", "function of numpy"),
    "range": (lambda: range(X),),
    "array": (lambda: np.array(V), "v (shape (3,))", "plain number", ".data"),
    "a list of tensors": (lambda: np.array([X, X]), "x (3)", "plain number"),
    "a tensor of a tensor": (lambda: Tensor(V), "a Tensor", NUMBERS),
    "a tensor of tensors": (lambda: Tensor([X, X]), "a Tensor", NUMBERS),
    "arctan": (lambda: np.arctan(V), "np.arctan of v (shape (3,))", "no rule", "tanh"),
    "floor": (lambda: np.floor(X), "np.floor of x (3)", "no rule"),
    "reduce": (lambda: np.add.reduce(V), "np.add of v (shape (3,))", "no rule", "sum"),
    "out": (lambda: np.exp(V, out=np.zeros(3)), "np.exp", "v (shape (3,))", "a = a + x"),
    "in place": (lambda: add_in_place(np.zeros(3), V), "np.add", "v (shape (3,))", "a = a + x"),
    "too many arguments": (lambda: V.exp(3), "Tensor.exp() takes"),
    "an operand None": (lambda: X + None, "an input", "None", NUMBERS),
    **{
        f"{name} {value!r}": (lambda call=call, value=value: call(value), NUMBERS)
        for value in NO_NUMBERS
        for name, call in OPERANDS.items()
    },
    **{
        f"a tensor of {value!r}": (lambda value=value: Tensor(value), "a Tensor", NUMBERS)
        for value in NO_NUMBERS
    },
    "a tensor of None": (lambda: Tensor(None), "None", NUMBERS),
}


@pytest.mark.parametrize(
    "wrong", [*SHAPES_DO_NOT_FIT.values(), *REFUSED.values()], ids=[*SHAPES_DO_NOT_FIT, *REFUSED]
)
def test_what_is_wrong_is_answered_in_words(wrong):
    call, *words = wrong
    expected = (TypeError, ValueError) if wrong in REFUSED.values() else ValueError
    with pytest.raises(expected) as caught:
        call()
    message = str(caught.value)
    assert [word for word in words if word not in message] == [], message


def test_a_refused_backward_pass_leaves_the_gradients_as_they_were():
    x = Tensor([1, 2])
    y = x * 2
    y.backward([1, 1])
    for wrong in (None, [1], "a"):
        with pytest.raises((ValueError, TypeError)):
            y.backward(wrong)
    assert x.grad.tolist() == [2, 2]


def test_tensors_are_told_apart_by_identity():
    x, y = Tensor(1), Tensor(1)
    assert {x: "x", y: "y"}[y] == "y" and x in [x] and x is not y


# Infinite values, and nan


Z, N, BIG = Tensor(0, "z"), Tensor(-2, "n"), Tensor(1000, "big")
ZEROS = Tensor([0, 1], "zeros")
NOT_FINITE = {
    "log 0": (lambda: np.log(Z) * 2, "log of z (0) made the first value"),
    "log of less": (lambda: 1 + np.log(N), "log of n (−2) made the first value"),
    "sqrt of less": (lambda: np.sqrt(N - 1), "sqrt of the result of subtract (−3) made the first value"),
    "1 / 0": (lambda: 1 / Z + 1, "divide of a constant (1) and z (0) made the first value"),
    "0 / 0": (lambda: Z / Z, "divide of z (0) and z (0) made the first value"),
    "exp 1000": (lambda: np.exp(BIG) - 1, "exp of big (1000) made the first value"),
    "a power": (lambda: BIG**BIG, "power of big (1000) and big (1000) made the first value"),
    "0 to the power -1": (lambda: Z**-1, "power of z (0) and a constant (−1) made the first value"),
    "a root of less": (lambda: N**0.5, "power of n (−2) and a constant (0.5) made the first value"),
    "sin of inf": (
        lambda: np.sin(1e308 * BIG),
        "multiply of a constant (1 × 10³⁰⁸) and big (1000) made the first value",
    ),
    "a constant": (lambda: BIG * INF, "multiply of big (1000) and a constant (inf) made the first value"),
    "a leaf": (lambda: Tensor(NAN, "w") * 2, "w (nan) itself is not finite"),
    "a leaf of many": (lambda: (Tensor([1, INF], "w") * 2).sum(), "w (shape (2,)) itself is not finite"),
    "of an array": (lambda: np.log(ZEROS).sum(), "log of zeros (shape (2,)) made the first value"),
    "of two": (
        lambda: (1 / ZEROS + np.log(ZEROS)).sum(),
        "divide of a constant (1) and zeros (shape (2,)) made the first",
    ),
    # A value that is finite, and a gradient that is not
    "the slope of sqrt": (lambda: np.sqrt(Z) + 1, "sqrt of z (0) passes back the first gradient", "1/(2 · v1)"),
    "the slope of a root": (
        lambda: Z**0.5,
        "power of z (0) passes back the first gradient",
        "0.5 · z^(−0.5)",
    ),
    "of a negative base": (
        lambda: N ** Tensor(2, "p"),
        "power of p (2) passes back the first gradient",
        "log n",
    ),
    "of an array's sqrt": (
        lambda: np.sqrt(ZEROS * 2).sum(),
        "sqrt of the result of multiply (shape (2,)) passes back the first gradient",
    ),
    "a hidden value": (lambda: 1 / (1 + np.exp(BIG)), "exp of big (1000) made the first value"),
    "hidden in an array": (
        lambda: (1 / (1 + np.exp(Tensor([1, 1000], "b")))).sum(),
        "exp of b (shape (2,)) made the first",
    ),
    "hidden by relu": (lambda: np.log(Z).relu(), "log of z (0) made the first value"),
}


@pytest.mark.parametrize("case", NOT_FINITE.values(), ids=NOT_FINITE)
def test_what_is_not_finite_is_told_from_its_beginning(case):
    make, *words = case
    with np.errstate(all="ignore"):  # numpy warns of arrays by itself
        y = make()
        y.backward()  # and here the learner does not want to know
    with pytest.raises(FloatingPointError) as caught:
        y.backward()  # no warning of numpy's comes first
    message = str(caught.value)
    assert [word for word in words if word not in message] == [], message


def test_a_cotangent_that_is_not_finite():
    with pytest.raises(FloatingPointError, match="backward of the result of divide .*cotangent itself"):
        (Tensor([1, 2, 3], "v") / 2).backward([1, INF, 1])


def test_who_allows_nan_gets_nan():
    z = Tensor(0)
    y = np.log(z) * z
    with np.errstate(invalid="ignore"):
        y.backward()
    assert math.isnan(y.data) and math.isnan(z.grad)
    for other in ("warn", "raise", "print"):
        with np.errstate(invalid=other), pytest.raises(FloatingPointError):
            y.backward()


def test_steps_of_what_is_not_finite_neither_raise_nor_warn():
    x = Tensor([0, 1], "x")
    with np.errstate(all="ignore"):
        y = (np.sqrt(x) - np.sqrt(x) * 3 + x / x * 2).sum()
    assert not np.isfinite(list(y.steps())[-1].total).all()


def test_a_finite_result_of_large_numbers_is_left_alone():
    x = Tensor([1e300, -1e300])
    (x / 1e300).sum().backward()
    assert x.grad.tolist() == [1e-300, 1e-300]
