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


def computed(function, *values):
    """The function in Python's arithmetic; where that raises, or makes a complex root, in numpy's, which makes inf or nan."""
    try:
        result = function(*values)
        if type(result) is not complex:
            return result
    except (ArithmeticError, ValueError, TypeError, AttributeError):
        pass
    with np.errstate(all="ignore"):
        return function(*[np.float64(value) if type(value) is float else value for value in values])


def fitted(given, value, g):
    """What is passed back to an input in the shape of its value: a sum where that was broadcast. No array is g or a view."""
    if type(value) is float:
        return float(np.sum(given))
    own = given is not g and type(given) is np.ndarray and given.base is None
    given = np.asarray(given)
    while given.ndim > value.ndim:
        given, own = given.sum(axis=0), True
    if given.shape == value.shape:
        return given if own else given.copy()
    stretched = tuple(axis for axis, size in enumerate(value.shape) if size == 1 and given.ndim)
    return given.sum(axis=stretched, keepdims=True) + np.zeros(value.shape)


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
