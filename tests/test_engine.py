"""The engine's gradients are right, whatever is built of its operations; and it says so where something is wrong.

Random programs (shapes, broadcasting, reuse, depth) are run three times: by the engine, by HIPS autograd, and by plain
numpy for numerical gradients. The rest are the corners that no random program meets: ties and zeros, numbers too large
for exp, long chains, memory, and what a learner gets wrong.
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
    himmelblau,
    linear,
    mountain,
    rastrigin,
    ravine,
    rosenbrock,
    saddle,
    softmax_cross_entropy,
    squared_error,
)
from gdlab.operations import OPERATIONS

INF, NAN = float("inf"), float("nan")


# Random programs


@dataclass(frozen=True)
class Program:
    """Lines (name, operands, details), each with a row of OPERATE; operands are the numbers of earlier lines."""

    lines: tuple
    leaves: tuple
    cotangent: object


def run(program, leaves, np):
    """The values of all lines, in numpy, in autograd's numpy or, where the leaves are tensors, in the engine."""
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
        return softmax_cross_entropy(x, labels)
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
    "sum": lambda np, x, axis, keepdims: np.sum(x, axis=axis, keepdims=keepdims),
    "mean": lambda np, x, axis, keepdims: np.mean(x, axis=axis, keepdims=keepdims),
    "max": lambda np, x, axis, keepdims: np.max(x, axis=axis, keepdims=keepdims),
}
OTHERS = {
    "reshape": lambda np, x, shape: np.reshape(x, shape),
    "index": lambda np, x, index: x[index],
    "matmul": lambda np, x, y: x @ y,
    "linear": written_linear,
    "softmax cross-entropy": written_cross_entropy,
}
OPERATE = {
    "constant": lambda np, value: value,
    "scale": lambda np, x, factor: factor * x,
    **OF_ONE,
    **OF_TWO,
    **REDUCTIONS,
    **OTHERS,
}


def distances(largest, x):
    """How far entries are from being the largest, but for the largest themselves."""
    return np.sort(np.ravel(largest - x))[np.size(largest) :]


# How far from a kink: nearer than 0.01, the numerical gradient would step across it.
KINKS = {
    "relu": lambda x: x,
    "abs": lambda x: x,
    "maximum": lambda x, y: x - y,
    "max": lambda x, axis, keepdims: distances(np.max(x, axis=axis, keepdims=True), x),
}


SHAPES = [(), *((n,) for n in (1, 2, 3)), *((m, n) for m in (1, 2, 3) for n in (1, 2, 3))]


def partners(shape):
    """Shapes that broadcast with this one."""
    fit = [s for s in SHAPES if all(1 in pair or pair[0] == pair[1] for pair in zip(s[::-1], shape[::-1]))]
    return fit if shape in fit else [*fit, shape]


def indices(shape):
    """Ways to take entries of an array of this shape."""
    last = shape[0] - 1
    ways = [0, -1, slice(None), slice(None, None, -1), slice(0, 1), [last, 0, last], ...]
    ways.append(np.arange(shape[0]) != (0 if last else 1))  # a mask
    if len(shape) == 1:
        return [*ways, None, (slice(None), None)]
    end = shape[1] - 1
    ways += [(0, end), (slice(None), -1), (..., 0), (slice(None), [end, 0, end]), ([0, last], [end, 0])]
    return [*ways, (slice(None), None, 0), np.arange(math.prod(shape)).reshape(shape) % 2 == 0]


@st.composite
def programs(draw, most=10):
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

    def another(shapes):
        """A line to go with: an earlier one of such a shape, a new leaf or a constant."""
        earlier = [i for i, value in enumerate(values) if np.shape(value) in shapes]
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
        computed = [i for i, (name, *_rest) in enumerate(lines) if name != "constant"]
        x = pick(3 * computed[-1:] + computed)
        shape = np.shape(values[x])
        of_arrays = 3 * [*REDUCTIONS, *OTHERS] if shape else ["reshape"]
        name = pick([*OF_ONE, *3 * list(OF_TWO), *of_arrays])
        if name in OF_ONE:
            add(name, x)
        elif name in OF_TWO:
            pair = (x, another(partners(shape)))
            add(name, *(pair if draw(st.booleans()) else pair[::-1]))
        elif name in REDUCTIONS:
            axes = (None, 0, -1, 1, (0, 1), (1,)) if len(shape) == 2 else (None, 0, -1, (0,))
            add(name, x, details=(pick(axes), draw(st.booleans())))
        elif name == "reshape":
            size = math.prod(shape)
            add(name, x, details=(pick((-1, (size,), (size, 1), (1, -1), shape[::-1], shape)),))
        elif name == "index":
            add(name, x, details=(pick(indices(shape)),))
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


def vector_jacobian_product(program, np=anp):
    """(value, gradients) of the last line, by autograd."""
    product, value = make_vjp(lambda leaves: run(program, leaves, np)[-1])(list(program.leaves))
    cotangent = np.ones(()) if program.cotangent is None else program.cotangent
    return value, product(cotangent)
