"""Arithmetic on plain numbers and arrays alike: Python's functions for the ones, ten times as quick there, numpy's for the others.

Neither stops at what is infinite or nan, nor warns of it: the engine says in words where it began.
"""

import math

import numpy as np

from gdlab.maths.checks import numbers


def taken(value, name):
    """A plain number as a Python float, anything else that holds numbers as an array of floats of its own."""
    if type(value) is float or type(value) is int:
        return float(value)
    array = numbers(value, name)
    return array if array.ndim else float(array)


def is_finite(value):
    if type(value) is float:
        return math.isfinite(value)
    return math.isfinite(np.vdot(value, value)) or bool(np.isfinite(value).all())  # the first is quick, and may overflow


@np.errstate(all="ignore")
def with_numpy(function, *values):
    """The function in numpy's arithmetic, which makes inf or nan where Python's raises."""
    return function(*[np.float64(value) if type(value) is float else value for value in values])


def log_softmax(a):
    shifted = a - a.max(axis=-1, keepdims=True)  # so that exp cannot overflow
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def softmax(a):
    return np.exp(log_softmax(a))


def maximum(a, b):
    if type(a) is np.ndarray or type(b) is np.ndarray:
        return np.maximum(a, b)
    return a if a >= b or a != a else b  # nan stays nan, as in numpy


def _quick(name, quiet=np.errstate(all="ignore")):
    scalar, array = getattr(math, name), quiet(getattr(np, name))
    return lambda a: scalar(a) if type(a) is float else array(a)


FUNCTIONS = {name: _quick(name) for name in ("exp", "log", "sqrt", "sin", "cos")}
FUNCTIONS |= {"tanh": _quick("tanh", lambda tanh: tanh)}
FUNCTIONS |= {"maximum": maximum, "softmax": softmax, "log_softmax": log_softmax}
FUNCTIONS |= {"sign": np.sign, "outer": np.outer, "ones_like": np.ones_like}
