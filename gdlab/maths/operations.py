"""The operations that the engine knows, each with its value and its local derivatives: the chain rule as a table.

To teach the engine another function, add a row: how it is computed, and for each input what it passes back.
"""

import math
import operator
from dataclasses import dataclass
from functools import cache

import numpy as np


@dataclass(frozen=True, slots=True)
class Operation:
    """A row of the table: y = value(a, b), and for each input its rule(g, y, a, b) -> contribution.

    g is the upstream gradient, in y's shape. A contribution may have y's shape where the input was broadcast: the
    backward pass sums it. `sign` writes the operation; `local` writes for each input the local derivative or, where
    that is no plain factor, the whole contribution with {g} in it. `singular`: a rule may make inf or nan.
    """

    name: str
    sign: str
    value: callable
    rules: tuple
    local: tuple
    singular: bool = False


def _fast(scalar, array):
    """Python's function for a plain number, numpy's for an array: for a number ten times as fast."""
    return lambda a: scalar(a) if type(a) is float else array(a)


_exp, _log = _fast(math.exp, np.exp), _fast(math.log, np.log)
_sin, _cos = _fast(math.sin, np.sin), _fast(math.cos, np.cos)


def _tanhs(a):
    if a.dtype != float:
        return np.tanh(a)
    e = np.minimum(a, 20.0)  # beyond, tanh is 1
    np.expm1(e, out=e)  # eᵃ − 1, with all its digits near 0, and still in three quarters of np.tanh's time
    y = e + 2
    e *= y  # e²ᵃ − 1
    np.add(e, 2, out=y)
    return np.divide(e, y, out=y)


def _tanh_rule(g, y, a):
    slope = 1 - y * y
    slope *= g  # in place
    return slope


def _sigmoids(a):
    small = np.exp(-np.abs(a))  # of a negative number only: it cannot overflow
    return np.where(a >= 0, 1, small) / (1 + small)


def _power(a, b):
    return math.pow(a, b) if type(a) is type(b) is float else a**b


def _power_rule(g, y, a, b):
    if type(b) is float:  # a⁰ is 1 even at 0, and its slope 0
        return g * (2 * a) if b == 2 else g * b * _power(a, b - 1) if b else 0 * g
    return g * b * a ** np.where(b == 0, 1, b - 1)


def _exponent_rule(g, y, a, b):
    return g * y * _log(np.where(np.equal(a, 0), 1, a) if type(a) is not float else a or 1.0)  # 0ᵇ: 0 for all b > 0


_ones = cache(np.ones)


def add_rows(matrix):
    """The sum of its rows, as a product with ones: in half the time of a sum."""
    return _ones(len(matrix)) @ matrix


def _linear(a, b, c):
    y = _matmul(a, b)
    y += c
    return y


def _matmul(a, b):
    if a.ndim > 2 or b.ndim > 2:
        raise ValueError("vectors and matrices only")  # _matmul_left and _matmul_right are right for no others
    return a @ b


def _matmul_left(g, y, a, b, c=None):
    return g @ b.T if b.ndim > 1 else np.multiply.outer(g, b)


def _matmul_right(g, y, a, b, c=None):
    return a.T @ g if a.ndim > 1 else np.multiply.outer(a, g)


def _squared_error(a, b):
    error = a - b
    return np.vdot(error, error) / np.size(error)


def _squared_error_rule(g, y, a, b):
    error = a - b
    return (g * 2 / np.size(error)) * error


def _mean(a, axis, keepdims):
    total = a.sum(axis, keepdims=keepdims)  # half the time of np.mean
    return total * (total.size / a.size)


def _spread(g, a, axis, keepdims):
    """What a reduction left, put back beside what it reduced."""
    return g if axis is None or keepdims else np.expand_dims(g, axis)


def _share(g, y, a, axis, keepdims):
    """The gradient of a maximum goes to the largest entry; several share it equally."""
    largest = np.equal(a, _spread(y, a, axis, keepdims))
    return _spread(g, a, axis, keepdims) * largest / np.sum(largest, axis=axis, keepdims=True)


def _scatter(g, y, a, index):
    whole = np.zeros(np.shape(a))
    np.add.at(whole, index, g)  # an entry that was taken twice is given twice
    return whole


def _log_softmax(a):
    shifted = a - np.max(a, axis=-1, keepdims=True)  # exp cannot overflow
    return shifted - np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True))


def _cross_entropy(a, labels):
    return -np.mean(np.take_along_axis(_log_softmax(a), labels[..., None], axis=-1))


def _cross_entropy_rule(g, y, a, labels):
    return g * (np.exp(_log_softmax(a)) - (np.arange(a.shape[-1]) == labels[..., None])) / labels.size


# fmt: off
OPERATIONS = {row.name: row for row in (
    Operation("add", "{a} + {b}", operator.add,
              (lambda g, y, a, b: g, lambda g, y, a, b: g), ("1", "1")),
    Operation("subtract", "{a} − {b}", operator.sub,
              (lambda g, y, a, b: g, lambda g, y, a, b: -g), ("1", "−1")),
    Operation("multiply", "{a} × {b}", operator.mul,
              (lambda g, y, a, b: g * b, lambda g, y, a, b: g * a), ("{b}", "{a}")),
    Operation("divide", "{a} / {b}", operator.truediv,
              (lambda g, y, a, b: g / b, lambda g, y, a, b: -g * y / b), ("1/{b}", "−{y}/{b}"), singular=True),
    Operation("power", "{a} ** {b}", _power,
              (_power_rule, _exponent_rule), ("{b} · {a}^({b}−1)", "{y} · log {a}"), singular=True),
    Operation("maximum", "max({a}, {b})", lambda a, b: np.maximum(a, b),  # a tie is shared equally
              (lambda g, y, a, b: g * (0.5 * np.greater_equal(a, b) + 0.5 * np.greater(a, b)),
               lambda g, y, a, b: g * (0.5 * np.greater_equal(b, a) + 0.5 * np.greater(b, a))),
              ("[{a} > {b}]", "[{b} > {a}]")),
    Operation("negative", "−{a}", operator.neg, (lambda g, y, a: -g,), ("−1",)),
    Operation("exp", "exp {a}", _exp, (lambda g, y, a: g * y,), ("{y}",), singular=True),  # 0 · inf
    Operation("log", "log {a}", _log, (lambda g, y, a: g / a,), ("1/{a}",), singular=True),
    Operation("sqrt", "√{a}", _fast(math.sqrt, np.sqrt), (lambda g, y, a: g / (2 * y),), ("1/(2{y})",), singular=True),
    Operation("sin", "sin {a}", _sin, (lambda g, y, a: g * _cos(a),), ("cos {a}",)),
    Operation("cos", "cos {a}", _cos, (lambda g, y, a: -g * _sin(a),), ("−sin {a}",)),
    Operation("tanh", "tanh {a}", _fast(math.tanh, _tanhs), (_tanh_rule,), ("1 − {y}²",)),
    Operation("sigmoid", "sigmoid {a}", _fast(lambda a: 1 / (1 + math.exp(-a)), _sigmoids),
              (lambda g, y, a: g * (y * (1 - y)),), ("{y}(1 − {y})",)),
    Operation("relu", "relu {a}", _fast(lambda a: 0.0 if a <= 0 else a, lambda a: np.maximum(a, 0.0)),
              (lambda g, y, a: g * (a > 0),), ("[{a} > 0]",)),  # at 0 the slope is taken as 0
    Operation("abs", "|{a}|", abs, (lambda g, y, a: g * np.sign(a),), ("sign {a}",)),  # at 0, too
    Operation("sum", "sum {a}", lambda a, axis, keepdims: a.sum(axis, keepdims=keepdims),
              (lambda g, y, a, axis, keepdims: _spread(g, a, axis, keepdims),), ("{g} to each",)),
    Operation("mean", "mean {a}", _mean,
              (lambda g, y, a, axis, keepdims: _spread(g, a, axis, keepdims) * (np.size(y) / a.size),), ("{g}/n to each",)),
    Operation("max", "max {a}", lambda a, axis, keepdims: a.max(axis, keepdims=keepdims), (_share,), ("{g} to the largest",)),
    Operation("reshape", "reshape {a}", np.reshape, (lambda g, y, a, shape: np.reshape(g, np.shape(a)),), ("{g}, reshaped",)),
    Operation("transpose", "{a}ᵀ", np.transpose, (lambda g, y, a: np.transpose(g),), ("{g}ᵀ",)),
    Operation("index", "{a}[…]", lambda a, index: a[index], (_scatter,), ("{g} to its place",)),
    Operation("matmul", "{a} @ {b}", _matmul, (_matmul_left, _matmul_right), ("{g} {b}ᵀ", "{a}ᵀ {g}")),
    # What networks do all the time, each in one go: fewer tensors, and for the last a formula that cannot overflow.
    Operation("linear", "{a} @ {b} + {c}", _linear,
              (_matmul_left, _matmul_right, lambda g, y, a, b, c: g), ("{g} {b}ᵀ", "{a}ᵀ {g}", "1")),
    Operation("squared error", "mean ({a} − {b})²", _squared_error,
              (_squared_error_rule, lambda g, y, a, b: -_squared_error_rule(g, y, a, b)),
              ("{g} · 2({a} − {b})/n", "{g} · 2({b} − {a})/n")),
    Operation("softmax cross-entropy", "cross-entropy {a}", _cross_entropy,
              (_cross_entropy_rule,), ("{g} · (softmax {a} − labels)/n",)),
)}
# fmt: on
