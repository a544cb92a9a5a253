"""Backpropagation: a table and a walk.

A row of the table is one operation as a textbook writes it: its value, made of a, b and c, and what it passes back to each of
these, as expressions in them, in the value y and in the upstream gradient g. From this text come the functions that compute,
the symbols that a graph shows (narration.py), and a graph's code (code.py). A `Tensor` remembers which operation made it. The
walk takes the tensors in the opposite order of their creation, in which each comes after all that used it.
"""

import operator
import re
from itertools import count

import numpy as np

from gdlab.maths import code, narration
from gdlab.maths.arithmetic import FUNCTIONS, computed, fitted, is_finite, taken

TABLE = """
    add              a + b                  g                          g
    subtract         a - b                  g                          -g
    multiply         a * b                  g * b                      g * a
    divide           a / b                  g / b                      -g * y / b
    power            a**b                   g * b * a**(b - 1)         g * y * log(a)
    maximum          maximum(a, b)          g * (a >= b)               g * (b > a)
    negative         -a                     -g
    exp              exp(a)                 g * y
    log              log(a)                 g / a
    sqrt             sqrt(a)                g / (2 * y)
    sin              sin(a)                 g * cos(a)
    cos              cos(a)                 -g * sin(a)
    tanh             tanh(a)                g * (1 - y**2)
    sigmoid          1 / (1 + exp(-a))      g * y * (1 - y)
    relu             maximum(a, 0)          g * (a > 0)
    abs              abs(a)                 g * sign(a)
    sum              a.sum()                g * ones_like(a)
    mean             a.mean()               g / a.size * ones_like(a)
    transpose        a.T                    g.T
    dot              a @ b                  g * b                      g * a
    row @ matrix     a @ b                  b @ g                      outer(a, g)
    matrix @ column  a @ b                  outer(g, b)                a.T @ g
    matmul           a @ b                  g @ b.T                    a.T @ g
    linear           a @ b + c              g @ b.T                    a.T @ g                    g
    squared error    ((a - b)**2).mean()    g * 2 * (a - b) / a.size   g * 2 * (b - a) / a.size
    cross-entropy    -(b * log_softmax(a)).sum() / len(a)    g * (softmax(a) - b) / len(a)    -g * log_softmax(a) / len(a)
"""


class Operation:
    """A row of the table: its texts, and the functions made of them."""

    def __init__(self, name, text, *passes):
        letters = ", ".join("abc"[: len(passes)])
        self.name, self.text, self.passes = name, text, passes
        self.value = eval(f"lambda {letters}: {text}", FUNCTIONS)
        self.rules = [eval(f"lambda g, y, {letters}: {passed}", FUNCTIONS) for passed in passes]

    def pass_back(self, k, g, y, values):
        """What input k gets, in its shape: where it was broadcast, a sum. An array is a new one, that nobody else changes."""
        given, value = computed(self.rules[k], g, y, *values), values[k]
        if type(given) is type(value):  # mostly it is what is wanted: be quick
            if type(value) is float or given.shape == value.shape and given.base is None and given is not g:
                return given
        return fitted(given, value, g)


OPERATIONS = {row.name: row for row in (Operation(*re.split(r"\s{2,}", line.strip())) for line in TABLE.strip().splitlines())}
PRODUCTS = {(1, 1): "dot", (1, 2): "row @ matrix", (2, 1): "matrix @ column", (2, 2): "matmul"}  # by the axes of both
_next, _order = count().__next__, operator.attrgetter("order")  # tensors are numbered as they are made


def apply(name, *inputs):
    """Do an operation of the table on tensors, numbers and arrays; the result remembers what it was done on."""
    operation, values = OPERATIONS[name], []
    for source in inputs:
        if type(source) is Tensor:  # what somebody may change in place before the backward pass is copied
            data = source._data
            values.append(data if source.operation or type(data) is float else data.copy())
        else:
            values.append(taken(source, "an input"))
    try:
        data = computed(operation.value, *values)
    except (ValueError, TypeError, AttributeError):
        raise ValueError(narration.misfit(name, inputs)) from None
    if type(data) is np.ndarray and data.ndim:
        data.flags.writeable = False
    else:
        data = float(data)
    result = object.__new__(Tensor)
    result._data, result.operation, result.inputs, result.values, result.order = data, operation, inputs, values, _next()
    result.name = result.grad = None
    return result


def _matmul(a, b):
    a, b = (it if type(it) is Tensor else taken(it, "an input of matmul") for it in (a, b))
    axes = np.ndim(a), np.ndim(b)
    if axes not in PRODUCTS:
        raise ValueError(narration.misfit("matmul", (a, b)))
    return apply(PRODUCTS[axes], a, b)


def _method(name, function):
    function.__qualname__ = f"Tensor.{name}"
    return function


def _of_one(name, of_numbers=True):
    return _method(name, lambda self: apply(name, self) if of_numbers or self.ndim else self)


def _of_two(name):
    return _method(name, lambda self, other: apply(name, self, other)), _method(name, lambda self, other: apply(name, other, self))


class Tensor:
    """A number, a vector or a matrix that remembers how it was made; numpy's functions work on it, too.

    `data` is its value, a float or an array of floats of its own: assign to it to change a parameter. `grad` is the gradient,
    in data's shape, of that on which `backward` was called last. `operation` made it from its `inputs`: None and () for a
    tensor that was given. `name` is what messages, pictures and code call it.
    """

    __slots__ = ("_data", "grad", "name", "operation", "inputs", "values", "order", "__weakref__")

    def __init__(self, data, name=None):
        self._data, self.name, self.order = taken(data, "a Tensor"), name, _next()
        self.grad, self.operation, self.inputs, self.values = None, None, (), ()

    def _assign(self, value):
        if self.operation:
            raise ValueError(f"{narration.told(self)} is a result: the graph remembers it. Assign to what it was made from.")
        self._data = value if type(value) is np.ndarray and value.dtype == float and value.ndim else taken(value, "data")

    data = property(lambda self: self._data, _assign)
    shape, ndim = property(lambda self: np.shape(self._data)), property(lambda self: np.ndim(self._data))
    __add__, __radd__ = _of_two("add")
    __sub__, __rsub__ = _of_two("subtract")
    __mul__, __rmul__ = _of_two("multiply")
    __truediv__, __rtruediv__ = _of_two("divide")
    __pow__, __rpow__ = _of_two("power")
    __matmul__, __rmatmul__ = _matmul, lambda self, other: _matmul(other, self)
    __neg__, __abs__, T = _of_one("negative"), _of_one("abs"), property(_of_one("transpose", False))
    exp, log, sqrt, sin, cos, tanh = map(_of_one, ("exp", "log", "sqrt", "sin", "cos", "tanh"))
    sigmoid, relu, abs, sum, mean = *map(_of_one, ("sigmoid", "relu", "abs")), _of_one("sum", False), _of_one("mean", False)
    maximum, steps, code = _of_two("maximum")[0], narration.steps, code.write

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        name = "abs" if ufunc is np.absolute else ufunc.__name__
        if name not in OPERATIONS or method != "__call__" or options:
            raise TypeError(narration.unknown(self, ufunc.__name__, OPERATIONS))
        return _matmul(*inputs) if name == "matmul" else apply(name, *inputs)

    def _refuse(self, *_arguments, **_options):
        raise TypeError(narration.no_number(self))

    __bool__ = __float__ = __array__ = __eq__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __hash__, __reduce__ = object.__hash__, lambda self: (Tensor, (self._data, self.name))  # a copy has no history

    def __repr__(self):
        name = f", name={self.name!r}" if self.name else ""
        return f"Tensor({self._data!r}{name}{', from ' + self.operation.name if self.operation else ''})"

    def graph(self):
        """All that this tensor was made from, and itself at the end: in the order of creation."""
        found, seen = [self], {self.order}
        for tensor in found:
            for source in tensor.inputs:
                if type(source) is Tensor and source.order not in seen:
                    seen.add(source.order)
                    found.append(source)
        return sorted(found, key=_order)

    def backward(self, cotangent=None):
        """Assign to each tensor that this one was made from its gradient: a second pass gives the same as the first.

        The cotangent is the gradient of some final result along this tensor, in its shape: for a number 1, unless told. A
        FloatingPointError names the operation that made the first value, or gradient, that is infinite or nan; within
        `np.errstate(invalid="ignore")` they pass.
        """
        tensors, seed = self.graph(), narration.seed(self, cotangent)
        for tensor in tensors:
            tensor.grad = None
        self.grad, finite = seed, is_finite(self._data)
        with np.errstate(all="ignore"):  # what is not finite is told below, by name
            for tensor in reversed(tensors):
                g, operation = tensor.grad, tensor.operation
                finite = finite and (operation is not None or is_finite(g))
                for k, source in enumerate(tensor.inputs):
                    if type(source) is Tensor:
                        given = operation.pass_back(k, g, tensor._data, tensor.values)
                        source.grad = given if source.grad is None else source.grad + given
        if not finite and np.geterr()["invalid"] != "ignore":
            raise FloatingPointError(narration.where_it_began(self, seed))
