"""Gradients without calculus, and the check of those that came from calculus.

`numerical_gradient` measures slopes from values of the function alone. `check_gradient` holds a gradient that somebody
derived against the measured one and says in words whether to trust it: which coordinates are off, by how much, and what
kind of mistake would look like that.
"""

import cmath
import math
from collections import namedtuple
from dataclasses import dataclass
from html import escape

import numpy as np

from gdlab.engine import Tensor
from gdlab.words import _, number

_EPS = np.finfo(float).eps
# The steps at which the error of cutting the Taylor series off and that of rounding are about equal (Press et al.,
# Numerical Recipes, section 5.7), for x near 1. The complex step subtracts nothing, so nothing is rounded away.
_STEPS = {"forward": math.sqrt(_EPS), "central": _EPS ** (1 / 3), "complex": 1e-20}
_ROWS = 8  # of a report's table
_BLOCK = 25_000  # numbers in one call of a vectorised function: more would not fit into the processor's cache
AGREES, CLOSE, DOUBTFUL = 1e-7, 1e-4, 1e-2  # relative errors: the upper ends of the bands

# What the values of f around x tell. Arrays of shape (x.size,): the slope; those on both sides of a kink, nan where
# there is none; what rounding, or the length of the steps, may have added to the slope; how rough f is where shorter
# steps do not help, else 0. And whether f(x) is the same twice.
_Slopes = namedtuple("_Slopes", "slope left right noise rough steady")
_TRANSPOSED = (
    _("The numbers are right, but transposed."),
    _("Look at the order of the factors in the matrix product: dW = Xᵀ dY, and dX = dY Wᵀ."),
)
_KINK = (
    _("f has a kink there: its slope jumps, and the derived one is a slope on one side, or between."),
    _("That is no mistake. To be sure, check beside the kink, too."),
)


def numerical_gradient(f, x, method="central", h=None):
    """The gradient of a function of one array, from its values alone.

    Args:
        f: takes an array of x's shape and returns one number. Where it also takes many points at once, stacked along a
            new last axis (x[0], x[1], ... are then arrays) or a new first one, it is called once for all of them; this
            is tried out at points where the answer is known, and else f is called point by point.
        x: where; a number or an array of any shape. It is never changed, and f gets copies.
        method: "central": (f(x + h) − f(x − h)) / 2h, an error of order h². "forward": (f(x + h) − f(x)) / h, of order
            h. "complex": Im f(x + ih) / h, exact to rounding, for an f whose formula also takes complex numbers
            (Squire & Trapp 1998).
        h: the step, for all coordinates; if None, ε^⅓ · max(1, |xᵢ|), √ε · max(1, |xᵢ|) or 10⁻²⁰ with these methods.

    Returns:
        An array of x's shape; a float for a number.
    """
    x, index, h = _prepared(f, x, method, h)
    if method == "complex":
        here, values = _values(f, x.astype(complex), index, 1j * h)
        slopes = values.imag / h
    elif method == "forward":
        here, values = _values(f, x, index, h)
        slopes = (values - here) / h
    else:
        here, values = _values(f, x, np.concatenate([index, index]), np.concatenate([h, -h]))
        slopes = (values[: x.size] - values[x.size :]) / (2 * h)
    if not all(map(cmath.isfinite, (here, *slopes.tolist()))):
        where = [int(i) for i in np.unravel_index(np.argmin(np.isfinite(slopes)), x.shape)]
        raise ValueError(_("f is not finite within {h} of x, at coordinate {i}.").format(h=number(np.max(h)), i=where))
    return slopes.reshape(x.shape)[()]


def _prepared(f, x, method, h):
    """x as an array of floats, the numbers of its coordinates, and a step for each."""
    _check_function(f)
    if method not in tuple(_STEPS):
        raise ValueError(_("method must be 'central', 'forward' or 'complex', not {method!r}.").format(method=method))
    array = _floats(x, "x")
    flat = array.ravel()
    if not all(map(math.isfinite, flat.tolist())):  # for few numbers quicker than numpy
        raise ValueError(_("x must be finite, not {x!r}.").format(x=x))
    if h is not None and (not isinstance(h, (int, float, np.number)) or not 0 < h < np.inf):
        raise ValueError(_("the step h must be a number above 0, not {h!r}.").format(h=h))
    if method == "complex":
        step = np.full(flat.size, h or _STEPS[method])
    else:
        step = h or _STEPS[method] * np.maximum(np.abs(flat), 1.0)
        step = (flat + step) - flat  # that which is really taken, after rounding
    if h is not None and not step.all():
        raise ValueError(_("the step h = {h} is lost in rounding: x + h is x. Take a larger one.").format(h=number(h)))
    return array, np.arange(flat.size), step


def _check_function(f):
    if not callable(f):
        raise ValueError(_("f must be a function, not {f!r}.").format(f=f))


def _floats(value, name):
    try:
        array = np.asarray(value)
    except (ValueError, TypeError):  # a ragged list; a Tensor
        array = np.array(None)
    if array.dtype.kind not in "fiub":
        raise ValueError(_("{name} must be a number or an array of numbers, not {it!r}.").format(name=name, it=value))
    return array.astype(float)


def _number(value):
    """What f returned, if it is one number."""
    array = np.asarray(value)
    if array.size != 1 or array.dtype.kind not in "fciub":
        raise ValueError(_("f must return one number, not {value!r}.").format(value=value))
    return array.item()


def _values(f, x, index, change):
    """f at x, and at each point that is x but for one coordinate: number index[k], changed by change[k]."""
    with np.errstate(all="ignore"):  # what is not finite is told in words
        here = _number(f(x.copy()[()]))
        values = _values_at_once(f, x, index, change, here)
        if values is None:
            values = []
            for i, difference in zip(index, change, strict=True):
                point = x.flatten()  # a copy
                point[i] += difference
                values.append(_number(f(point.reshape(x.shape)[()])))
            values = np.array(values)
    if values.size and (values.dtype.kind == "c") != (x.dtype.kind == "c"):
        if x.dtype.kind == "c":
            raise ValueError(_("f gives no complex number for a complex x, as this step needs. Use method='central'."))
        raise ValueError(_("f must return real numbers, and returned {value!r}.").format(value=here))
    return here, np.asarray(values, x.dtype)


def _values_at_once(f, x, index, change, here):
    """The same values in few calls, with the points stacked along a new axis; None unless f evidently takes them so.

    Each stack has four points more, whose values are known: x and another, `away`, at the beginning and at the end.
    Whatever mixes the points up, or decides for all of them at once, gives others there.
    """
    flat = x.ravel()
    away = flat + 0.01 * (1 + np.abs(flat)) * np.cos(np.arange(float(flat.size)))
    moved = flat[index] + change
    size = _BLOCK // max(1, flat.size) - 4
    if size < 8:  # so few points at once would save next to nothing
        return None
    try:
        there = _number(f(away.reshape(x.shape)[()]))
    except Exception:  # f may not be defined there
        return None
    error = 1e-10 * abs(there - here) + 16 * _EPS * max(abs(here), abs(there))
    for axis in (-1, 0):
        found = []
        try:
            for begin in range(0, len(index), size):
                which = index[begin : begin + size]
                points = np.repeat(flat[:, None], len(which) + 4, axis=1)
                points[which, np.arange(2, len(which) + 2)] = moved[begin : begin + size]
                points[:, 1] = points[:, -1] = away
                stack = points.reshape(*x.shape, -1)
                values = np.array(f(stack if axis else np.moveaxis(stack, -1, 0).copy()))
                if values.dtype.kind not in "fciub" or values.shape != (len(which) + 4,):
                    break
                if not (abs(values[0] - here) <= error and abs(values[-2] - here) <= error):
                    break  # also where one of them is nan, which shows nothing
                if not (abs(values[1] - there) <= error and abs(values[-1] - there) <= error):
                    break
                found.append(values[2:-2])
            else:
                return np.concatenate(found)
        except Exception:  # whatever it is, f does not take a stack; if it is f's own fault, it will raise again
            pass
    return None


def check_gradient(f, grad, x, names=None):
    """Hold a derived gradient against the measured one.

    Measured is by central steps h and 2h, extrapolated (Richardson), so that a smooth f leaves errors near 10⁻¹⁰. Where
    these steps meet a kink or a pole, steps of h/1000 are taken, too.

    Args:
        f: takes an array of x's shape, returns one number or an array; called as by `numerical_gradient`. For a list of
            Tensors as x it takes nothing and returns a Tensor, one number, made from them.
        grad: its gradient: an array, or a function of x that returns one of x's shape. For an f that returns an array,
            a function of (x, cotangent) that returns the gradient of sum(cotangent · f(x)); the cotangent is drawn at
            random. For a list of Tensors, a list of arrays. None checks the engine's backpropagation through f.
        x: where: a number or an array; or the parameters of a network, a list of Tensors. Of these one random direction
            each is tried, and then the coordinates of the worst.
        names: what to call the coordinates of a vector, such as "xy"; else they are x[0], x[1], ...

    Returns:
        A `GradientCheck`; its truth value is the verdict.
    """
    if isinstance(x, (list, tuple)) and x and all(isinstance(part, Tensor) for part in x):
        return _check_parameters(f, grad, x)
    x = _prepared(f, x, "central", None)[0]
    if names is not None and len(names) != x.size:
        raise ValueError(_("there are {n} names for {size} coordinates.").format(n=len(names), size=x.size))
    names = [_coordinate("x", i, x.shape) for i in range(x.size)] if names is None else list(map(str, names))
    if grad is None:
        function, f, grad = f, lambda point: _result(function, Tensor(point)).data, _backpropagation(f)
    with np.errstate(all="ignore"):
        value = _floats(f(x.copy()[()]), "f(x)")
    if value.size == 1:
        return _compare(f, grad(x.copy()[()]) if callable(grad) else grad, x, names)
    if not callable(grad):
        raise ValueError(_("f returns an array: grad must be a function of x and of a cotangent in the shape of f(x)."))
    cotangent = np.random.default_rng(0).normal(size=value.shape)
    return _compare(lambda point: np.vdot(cotangent, f(point)), grad(x.copy()[()], cotangent), x, names)


def _result(f, *inputs):
    """What an f made of the engine's operations returned."""
    value = f(*inputs)
    if not isinstance(value, Tensor):
        raise ValueError(_("f must return a Tensor that is made from x, not {value!r}.").format(value=value))
    return value


def _backpropagation(f):
    """The gradient of f by the engine, as a function of x and, where f gives an array, of a cotangent."""

    def gradient(x, cotangent=None):
        tensor = Tensor(x)
        result = _result(f, tensor)
        result.backward(np.ones(result.shape) if cotangent is None else cotangent)
        return np.zeros_like(x) if tensor.grad is None else tensor.grad

    return gradient


def _coordinate(name, i, shape):
    """How entry number i of an array is called: W[0, 1]."""
    return f"{name}{[int(k) for k in np.unravel_index(i, shape)]}" if shape else name


@dataclass(frozen=True)
class Row:
    """One coordinate of a check: the derived and the measured slope, their difference, and that relative to the larger.

    `kink` holds the slopes on the left and on the right where only a kink explains the difference; else it is empty.
    """

    name: str
    analytic: float
    numeric: float
    absolute: float
    relative: float
    kink: tuple = ()

    @property
    def apparent(self):
        """The relative error with all that rounding may have added to it."""
        return self.absolute / (max(abs(self.analytic), abs(self.numeric)) or 1.0)


@dataclass(frozen=True, eq=False)
class GradientCheck:
    """The report of `check_gradient`. True where the gradient may be trusted.

    Attributes:
        verdict: in words, after the largest relative error: below 10⁻⁷ the gradients agree, below 10⁻⁴ nearly, below
            10⁻² it is doubtful, above they differ. At a kink, any slope between that on its left and that on its right
            is accepted.
        rows: a `Row` for each coordinate, or each direction, that was looked at; the worst first.
        cause: the kind of mistake that looks like this; empty where there is none.
        advice: what to look at next.
    """

    correct: bool
    verdict: str
    rows: tuple
    cause: str = ""
    advice: str = ""

    def __bool__(self):
        return self.correct

    def _table(self):
        """The header and the worst rows, as text. Digits that differ from machine to machine are left out."""
        yield _("coordinate"), _("derived"), _("measured"), _("difference"), _("relative error")
        for row in self.rows[:_ROWS]:
            if row.kink:
                cells = " | ".join(map(number, row.kink)), "", _("kink")
            elif row.relative >= AGREES:
                cells = number(row.numeric, 6), number(row.absolute, 2), number(row.relative, 2)
            elif row.apparent < AGREES:
                cells = number(row.numeric, 6), "≈ 0", _("below 10⁻⁷")
            elif row.apparent < CLOSE:
                cells = number(row.numeric), "≈ 0", _("below 10⁻⁴")
            else:
                cells = _("lost in rounding"), "", ""
            yield row.name, number(row.analytic, 6), *cells

    def _more(self):
        return _("… and {n} more").format(n=len(self.rows) - _ROWS) if len(self.rows) > _ROWS else ""

    def __repr__(self):
        rows = list(self._table()) if self.rows else []
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [f"{'✓' if self else '✗'} {self.verdict}", self.cause, self.advice]
        lines += ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
        return "\n".join(filter(None, [*lines, self._more()]))

    def _repr_html_(self):
        mark, colour = ("✓", "#00734f") if self else ("✗", "#b3261e")
        head, *rows = (
            "<tr>" + "".join(f"<td style='text-align:right'>{escape(cell)}</td>" for cell in row) + "</tr>"
            for row in self._table()
        )
        table = f"<table><thead>{head}</thead><tbody>{''.join(rows)}</tbody></table>" if rows else ""
        lines = (self.cause, self.advice, self._more())
        cause, advice, more = (f"<p>{escape(line)}</p>" if line else "" for line in lines)
        verdict = f"<p style='color:{colour};font-weight:600'>{mark} {escape(self.verdict)}</p>"
        return verdict + cause + advice + table + more


def _compare(f, analytic, x, names):
    """The check of a gradient of an f that returns one number."""
    analytic = _floats(analytic, _("the gradient"))
    if analytic.size == x.size == 1:
        analytic = analytic.reshape(x.shape)
    if analytic.shape != x.shape:
        return _of_another_shape(analytic, x, _measured(f, x))
    slopes = _measured(f, x, analytic)
    rows = _rows(names, analytic, slopes)
    return _report(rows, _cause(rows, analytic, slopes, x))


def _measured(f, x, claimed=np.nan):
    """The slopes of f at x, where these are claimed."""
    x, index, step = _prepared(f, x, "central", None)
    here, found = _around(f, x, index, step)
    slope, left, right, rounding, spread, kink = found
    steep, rough = np.abs(left) + np.abs(right), np.zeros(x.size)
    # Where f is no parabola within these steps, or the claim is wrong, shorter steps tell: is a kink or a pole near?
    again = (kink == 1) | ~(spread <= 1e-8 * steep + 3 * rounding) | (np.abs(slope - np.ravel(claimed)) > CLOSE * steep)
    if (again := np.flatnonzero(again)).size:
        closer = _around(f, x, again, step[again] / 1000)[1]
        # What is constant on short steps but not on long ones is a staircase: f is rounded, or in float32.
        stairs = ~closer[1:3].any(axis=0) & (np.minimum(np.abs(left), np.abs(right))[again] > closer[3])
        worse = stairs | (closer[4] > spread[again] + 3 * closer[3])
        better = ~worse & (closer[3] + closer[4] < (rounding + spread)[again])
        rough[again] = np.where(worse, spread[again], 0) + np.where(stairs, 0.02 * steep[again], 0)
        found[:, again[better]], kink[again[stairs]] = closer[:, better], 0
    if not np.isfinite(slope).all():
        raise ValueError(_("f is not finite at x or near it, so no slope can be measured there. Choose another x."))
    left, right = np.where(kink, (left, right), np.nan)
    with np.errstate(all="ignore"):
        steady = abs(_number(f(x.copy()[()])) - here) <= 1e-14 * abs(here)
    # Of a rough f no more is excused than what is left where terms near 1, or near x, cancel.
    excused = np.where(rough, np.minimum(spread, 64 * _EPS * np.max(np.abs(x), initial=1.0) / step), spread)
    return _Slopes(slope, left, right, rounding + excused, rough, steady)


def _around(f, x, index, step):
    """f(x), and what one step and two steps to both sides tell of these coordinates: six numbers of each.

    The slope, extrapolated; the slopes on the left and on the right; what rounding may have added to the slope; how far
    the slopes are from those of a parabola; whether there is a kink.
    """
    flat = x.ravel()[index]
    step = (flat + step) - flat
    here, values = _values(f, x, np.tile(index, 4), np.concatenate([-step, step, -2 * step, 2 * step]))
    with np.errstate(invalid="ignore"):
        values = values.reshape(4, -1)
        left, right, far_left, far_right = (values - here) / np.multiply.outer([-1, 1, -2, 2], step)
        slope, wide, jump, far = (left + right) / 2, (far_left + far_right) / 2, right - left, far_right - far_left
        steep = np.abs(left) + np.abs(right)
        rounding = 8 * _EPS * np.max(np.abs(values), axis=0, initial=abs(here)) / step + 1e-9 * steep
        # At a kink the slopes to the two sides stay apart, however short the step; elsewhere they approach each other.
        straight = np.maximum(np.abs(left - far_left), np.abs(right - far_right)) < 0.02 * np.abs(jump)
        kink = straight & (np.abs(jump) > 1e-3 * steep + 10 * rounding)
        spread = 3 * np.abs(slope - wide) + np.where(kink, 0, np.abs(far - 2 * jump))
        found = np.array([slope + (slope - wide) / 3, left, right, rounding, spread, kink])
    return here, np.where(np.isfinite(spread), found, [[np.nan]] * 3 + [[np.inf]] * 2 + [[0]])


def _rows(names, analytic, slopes):
    """A Row for each coordinate."""
    analytic = analytic.ravel()
    absolute, largest = np.abs(analytic - slopes.slope), np.maximum(np.abs(analytic), np.abs(slopes.slope))
    with np.errstate(invalid="ignore", divide="ignore"):
        relative = np.where(absolute <= slopes.noise, 0.0, (absolute - slopes.noise) / largest)
    relative[~np.isfinite(analytic)] = np.inf
    low, high = np.minimum(slopes.left, slopes.right), np.maximum(slopes.left, slopes.right)
    margin = CLOSE * np.maximum(np.abs(low), np.abs(high)) + slopes.noise
    explained = (relative >= CLOSE) & (analytic >= low - margin) & (analytic <= high + margin)  # not if nan
    kinks = [(float(l), float(r)) if e else () for l, r, e in zip(slopes.left, slopes.right, explained, strict=True)]
    columns = (analytic, slopes.slope, absolute, relative)
    return [Row(*row) for row in zip(names, *(column.tolist() for column in columns), kinks, strict=True)]


def _of_another_shape(analytic, x, slopes, name="x"):
    """The report where the gradient has not even x's shape."""
    verdict = _("The gradients differ: the derived one has the shape {shape}, {name} has {wanted}.").format(
        shape=analytic.shape, name=name, wanted=x.shape
    )
    cause = "", _("A gradient has the shape of x. Was something summed or broadcast that should not be?")
    if slopes:
        numeric, noise = slopes.slope.reshape(x.shape), slopes.noise.reshape(x.shape)
        extra = tuple(range(analytic.ndim - x.ndim))
        if analytic.shape == x.shape[::-1] and _near(analytic.T, numeric, noise):
            cause = _TRANSPOSED
        elif analytic.size == x.size and _near(analytic.reshape(x.shape), numeric, noise):
            cause = _("The numbers are right, in another shape."), _("Give the gradient the shape of x.")
        elif extra and _near(analytic.sum(axis=extra), numeric, noise):
            told = _("Its sum over the first axis is right.")
            cause = told, _("What is broadcast is used many times: add up the gradients of all uses.")
    return GradientCheck(False, verdict, (), *cause)


def _near(one, other, noise):
    """Whether two gradients are equal, but for what may be measured wrongly."""
    if one.shape != other.shape or not np.isfinite(one).all():
        return False
    return bool(np.all(np.abs(one - other) <= CLOSE * np.maximum(np.abs(one), np.abs(other)) + noise))


def _multiple(a, b):
    """The c for which c · b is nearest to a."""
    scaled = b / (np.max(np.abs(b)) or 1.0)
    return float(np.vdot(scaled, a) / (np.vdot(scaled, b) or 1.0))


def _cause(rows, analytic, slopes, x):
    """(The kind of mistake that looks like this, what to look at next); analytic and x of one shape, a row an entry."""
    off = np.array([row.relative >= CLOSE and not row.kink for row in rows], dtype=bool)
    bent = ~np.isnan(slopes.left)
    if not off.any():
        return _KINK if any(row.kink for row in rows) else ("", "")
    if not slopes.steady:
        told = _("f gives another value each time that it is called with the same x.")
        return told, _("Fix its seed, or switch its noise off.")
    if bent[off].all():
        told = _("f has a kink there, and the derived slope is not between those on its left and on its right.")
        return told, _("Check beside the kink, where there is only one slope.")
    off &= ~bent  # where f has a kink the measured slope is no slope, and would blur the pattern
    names = _list([row.name for row, is_off in zip(rows, off, strict=True) if is_off])
    a, n, noise, where = (array.ravel()[off] for array in (analytic, slopes.slope, slopes.noise + slopes.rough, x))
    if np.all(np.abs(a - n) < 10 * slopes.rough[off]):
        return _("f is too rough to measure it better."), _("Is anything in it computed with float32, or rounded?")
    if not np.isfinite(a).all():
        return _("The derived gradient is not finite."), _("Look for a division by 0, or a log or a root at its edge.")
    if not a.any():
        told = _("The derived gradient is 0 at {names}.").format(names=names)
        return told, _("A term is left out: no blame arrives there. Is a path from x to f forgotten, or assigned over?")
    alone = a.size == 1 < x.size
    ratio = _multiple(a, n) if np.all(np.abs(n) > 10 * noise) else 0.0
    if _near(a, ratio * n, abs(ratio) * noise) and not (alone and min(abs(ratio - k) for k in (-1, 0.5, 2)) > 2e-3):
        all_of_it = _near(analytic.ravel()[~bent], ratio * slopes.slope[~bent], abs(ratio) * slopes.noise[~bent])
        return _factor(ratio, "" if all_of_it else _(" at {names}").format(names=names), x.size)
    if alone:
        return _("Only {name} is off.").format(name=names), _("Look at the terms of f that hold this coordinate.")
    if x.ndim == 2 and x.shape[0] == x.shape[1] and _near(analytic.T[off.reshape(x.shape)], n, noise):
        return _TRANSPOSED
    if _near(np.sort(a), np.sort(n), noise.max()):
        return _("The numbers are right, but in other places."), _("Look at the order of the coordinates.")
    penalty, linear = _multiple(a - n, where), _multiple(a - n, np.ones(a.size))
    if penalty and _near(a - n, penalty * where, noise):
        told = _("The difference is {c} · x.").format(c=number(penalty))
        return told, _("Is the gradient of a penalty such as ½λ·x² forgotten, or taken twice?")
    if linear and _near(a - n, np.full(a.size, linear), noise):
        told = _("The difference is {c} everywhere.").format(c=number(linear))
        return told, _("Is a term forgotten that is linear in x?")
    if max(row.relative for row in rows if not row.kink) < DOUBTFUL:
        return _("The numbers are nearly right."), _("Is a constant rounded, or anything computed with float32?")
    return "", _("No simple pattern. Check one coordinate by hand at a simple x, or check the parts of f one by one.")


def _list(names):
    return ", ".join(names[:4]) + (", …" if len(names) > 4 else "")


def _factor(ratio, where, size):
    """What a constant ratio of the derived to the measured gradient suggests; size: of x."""
    if abs(ratio + 1) < 2e-3:
        return _("The sign is flipped{where}.").format(where=where), _("Look for a minus: missing, or one too many.")
    told = _("The derived gradient is {r} times the measured one{where}.").format(r=number(ratio, 4), where=where)
    if abs(ratio - 0.5) < 1e-3:
        return told, _("The 2 that comes down from a square may be missing.")
    if abs(ratio - 2) < 4e-3:
        return told, _("A ½ of f may have been forgotten, or a term may be added twice.")
    for n, advice in (
        (ratio, _("A mean over {n} may have been derived like a sum: divide by {n}.")),
        (1 / ratio, _("A factor {n} is missing: that of a power, or a sum of {n} was derived like a mean.")),
    ):
        if n > 2 and abs(n - round(n)) < CLOSE * n:
            return told, advice.format(n=round(n))
    if size == 1:  # a single number is always some multiple of another
        return told, _("Check at another x: if the ratio stays, a constant factor is wrong; if not, a term of f.")
    return told, _("Look for a constant factor that is missing or one too many.")


def _report(rows, cause):
    """The report for these rows: the verdict is the band of the worst that no kink explains."""
    # Rounded, so that equals keep their order: the last digits of a measurement differ from machine to machine.
    rows = tuple(sorted(rows, key=lambda r: (bool(r.kink), -float(f"{r.relative:.1e}"), -float(f"{r.absolute:.1e}"))))
    smooth, kinks = [row for row in rows if not row.kink], [row.name for row in rows if row.kink]
    worst = smooth[0] if smooth else Row("", 0.0, 0.0, 0.0, 0.0)
    if worst.relative >= DOUBTFUL:
        verdict = _("The gradients differ: at {name} {analytic} was derived and {numeric} measured.")
    elif worst.relative >= CLOSE:
        verdict = _("Doubtful: at {name} {analytic} was derived and {numeric} measured.")
    elif worst.relative >= AGREES:
        verdict = _("The gradients nearly agree: the largest relative error is {error}, at {name}.")
    elif kinks:
        verdict = _("The gradients agree, but for a kink at {kinks}.")
    elif any(row.apparent >= AGREES for row in smooth):
        verdict = _("The gradients agree, as closely as f can be measured.")
    else:
        verdict = _("The gradients agree: every relative error is below 10⁻⁷.")
    words = {"name": worst.name, "error": number(worst.relative, 2), "kinks": _list(kinks)}
    verdict = verdict.format(**words, analytic=number(worst.analytic, 6), numeric=number(worst.numeric, 6))
    return GradientCheck(worst.relative < CLOSE, verdict, rows, *cause)


def _check_parameters(f, gradients, tensors, most=200):
    """The check of a network: one random direction for each parameter, then the coordinates of the worst."""
    _check_function(f)
    if gradients is None:
        _result(f).backward()
        gradients = [np.zeros(tensor.shape) if tensor.grad is None else tensor.grad for tensor in tensors]
    if not isinstance(gradients, (list, tuple)) or len(gradients) != len(tensors):
        raise ValueError(_("grad must be a list with one array for each tensor, not {it!r}.").format(it=gradients))
    random, names = np.random.default_rng(0), [t.name or _("parameter {i}").format(i=i) for i, t in enumerate(tensors)]
    gradients = [_floats(g, _("the gradient of {name}").format(name=n)) for n, g in zip(names, gradients, strict=True)]
    rows = []
    for name, tensor, gradient in zip(names, tensors, gradients, strict=True):
        x = np.array(tensor.data)
        if gradient.shape != x.shape:
            slopes = _measured(*_entries(f, tensor, np.arange(x.size))) if x.size <= most else None
            return _of_another_shape(gradient, x, slopes, name)
        direction = random.normal(size=x.shape) * np.maximum(1, np.abs(x))
        slope = np.vdot(gradient, direction)
        slopes = _measured(_moved(f, tensor, lambda way, x=x, d=direction: x + float(way) * d), np.zeros(()), slope)
        rows += _rows([_("{name}, a random direction").format(name=name) if x.shape else name], slope, slopes)
    off = [row for row in rows if row.relative >= CLOSE and not row.kink]
    if not off:
        return _report(rows, _KINK if any(row.kink for row in rows) else ("", ""))
    worst = rows.index(max(off, key=lambda row: row.relative))
    size = np.size(tensors[worst].data)
    chosen = np.sort(random.permutation(size)[:most])
    value, x = _entries(f, tensors[worst], chosen)
    gradient = gradients[worst].ravel()[chosen]
    slopes = _measured(value, x, gradient)
    shape = tensors[worst].shape if size <= most else x.shape
    found = _rows([_coordinate(names[worst], i, tensors[worst].shape) for i in chosen], gradient, slopes)
    cause = _cause(found, gradient.reshape(shape), slopes, x.reshape(shape))
    if all(row.relative < CLOSE or row.kink for row in found):
        told = _("Of the {n} coordinates that were tried none is off.").format(n=x.size)
        cause = told, _("Is it one of the others? Or has f a kink there, which this direction crosses?")
    elif size <= most:
        del rows[worst]  # its coordinates tell more
    return _report([*found, *rows], cause)


def _entries(f, tensor, chosen):
    """f as a function of these entries of a tensor, and where they are."""
    flat = np.ravel(tensor.data)

    def placed(entries):
        whole = flat.copy()
        whole[chosen] = entries
        return whole.reshape(tensor.shape)

    return _moved(f, tensor, placed), flat[chosen]


def _moved(f, tensor, place):
    """f as a function of what `place` makes the data of one of its tensors from; that is put back each time."""
    kept = tensor.data

    def value(it):
        data = place(it)
        tensor.data = data if np.ndim(data) else float(data)
        try:
            return _result(f).data
        finally:
            tensor.data = kept

    return value
