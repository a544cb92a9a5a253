"""What every function asks of its arguments: one way to refuse a value, and to say what was wrong and what to do.

What Python and numpy say well by themselves is left to them. These messages are plain English, for whoever writes code;
what a picture or a check says to a learner can be translated (words.py).
"""

import math
import reprlib

import numpy as np


def need(condition, needed, *value):
    """Raise a ValueError "{needed}, not {value}." unless the condition holds; without a value just "{needed}."."""
    if not condition:
        raise ValueError(f"{needed}, not {reprlib.repr(value[0])}." if value else f"{needed}.")


def numbers(value, name, kinds="fiub"):
    """The value as an array of its own, of floats: integers are converted, and what holds no numbers is refused.

    kinds: numpy's letters for what is taken; with a "c" among them, complex numbers stay complex.
    """
    if type(value) is np.ndarray and value.dtype == float:  # mostly: be quick
        return value.copy()
    try:
        array = np.array(value)
    except (TypeError, ValueError):  # a ragged list; a Tensor
        array = np.array(None)
    need(array.dtype.kind in kinds, f"{name} must be a number or an array of numbers", value)
    return array if array.dtype.kind == "c" else array.astype(float, copy=False)


def pairs(x, y):
    """Data to put a line through: two arrays of one length, whose x are not all the same."""
    x, y = numbers(x, "x"), numbers(y, "y")
    fits = x.ndim == 1 and x.shape == y.shape and np.isfinite([x, y]).all() and len(set(x.tolist())) > 1
    need(fits, "x and y must be two lists of numbers of one length, such as [1, 2] and [2, 3], with x not all equal", (x, y))
    return x, y


def is_number(value):
    """Whether it is one finite real number."""
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool) and math.isfinite(value)


def is_count(value):
    """Whether it is a whole number above 0."""
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool) and value > 0
