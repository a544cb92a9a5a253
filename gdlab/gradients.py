"""Gradients without calculus, and the check of those that came from calculus.

`numerical_gradient` measures slopes from values of the function alone. `check_gradient` holds a gradient that somebody
derived against the measured one and says in words whether to trust it: which coordinates are off, by how much, and what
kind of mistake would look like that.
"""

import math
from dataclasses import dataclass
from html import escape

import numpy as np

from gdlab.engine import Tensor
from gdlab.words import _, number

_EPS = np.finfo(float).eps
# The steps at which the error of cutting the Taylor series off and that of rounding are about equal (Press et al.,
# Numerical Recipes, section 5.7), for x near 1. The complex step subtracts nothing, so nothing is rounded away.
_STEPS = {"forward": math.sqrt(_EPS), "central": _EPS ** (1 / 3), "complex": 1e-20}
_BLOCK = 30_000  # numbers in one call of a vectorised function: more would not fit into the processor's cache
AGREES, CLOSE, DOUBTFUL = 1e-7, 1e-4, 1e-2  # relative errors: the upper ends of the bands


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
    x, flat, index, h = _prepared(x, method, h)
    if method == "complex":
        values = _values(f, x.astype(complex), index, 1j * h)
        if not np.iscomplexobj(values):
            raise ValueError(_("f gives no complex number for a complex x, so the complex step fails. Use method='central'."))
        slopes = values.imag / h
    elif method == "forward":
        h = (flat + h) - flat  # the step that is really taken, after rounding
        values = _values(f, x, np.append(index, 0), np.append(h, 0.0))
        slopes = (values[:-1] - values[-1]) / h
    else:
        values = _values(f, x, np.concatenate([index, index]), np.concatenate([h, -h]))
        slopes = (values[: x.size] - values[x.size :]) / ((flat + h) - (flat - h))
    if not np.all(np.isfinite(slopes)):
        where = tuple(map(int, np.unravel_index(np.argmin(np.isfinite(slopes)), x.shape)))
        raise ValueError(_("f is not finite within {h} of x, at coordinate {i}.").format(h=number(np.max(h)), i=list(where)))
    return slopes.reshape(x.shape)[()]


def _prepared(x, method, h):
    """x as an array of floats, the same as a vector, the index of each coordinate, and its step."""
    if method not in _STEPS:
        raise ValueError(_("method must be 'central', 'forward' or 'complex', not {method!r}.").format(method=method))
    array = _floats(x, "x")
    if not np.all(np.isfinite(array)):
        raise ValueError(_("x must be finite, not {x!r}.").format(x=x))
    if h is not None and (not isinstance(h, (int, float, np.number)) or not 0 < h < np.inf):
        raise ValueError(_("the step h must be a number above 0, not {h!r}.").format(h=h))
    flat = array.ravel()
    scale = np.ones(flat.size) if method == "complex" else np.maximum(1, np.abs(flat))
    step = np.full(flat.size, float(h)) if h is not None else _STEPS[method] * scale
    if np.any(flat + step == flat) and method != "complex":
        raise ValueError(_("the step h = {h} is lost in rounding: x + h is x. Take a larger one.").format(h=number(h)))
    return array, flat, np.arange(flat.size), step


def _floats(value, name):
    try:
        array = np.asarray(value)
    except ValueError:  # a ragged list
        array = np.array(None)
    if array.dtype.kind not in "fiub":
        raise ValueError(_("{name} must be a number or an array of numbers, not {it!r}.").format(name=name, it=value))
    return array.astype(float)


def _number(value):
    """What f returned, if it is one number."""
    array = np.asarray(value)
    if array.size != 1 or array.dtype.kind not in "fciub":
        raise ValueError(_("f must return one number, not {value!r}.").format(value=value))
    return array.reshape(())[()]


def _values(f, x, index, change):
    """f at each point that is x but for one coordinate: number index[k], changed by change[k]."""
    for axis in (-1, 0):
        values = _values_at_once(f, x, index, change, axis)
        if values is not None:
            return values
    values = []
    for i, difference in zip(index, change, strict=True):
        point = x.flatten()  # a copy
        point[i] += difference
        values.append(_number(f(point.reshape(x.shape)[()])))
    return np.array(values)


def _values_at_once(f, x, index, change, axis):
    """The same in few calls, with the points stacked along an axis; None unless f evidently takes them so."""
    flat = x.reshape(-1, 1)
    # Two points whose values are known: a stack that f muddles up would give others there.
    wiggle = np.cos(np.arange(2.0 * x.size)).reshape(-1, 2)
    known = flat + 0.01 * (1 + np.abs(flat)) * wiggle
    size, found = max(16, _BLOCK // max(1, x.size)), []
    try:
        with np.errstate(all="ignore"):
            truth = [_number(f(known[:, i].copy().reshape(x.shape)[()])) for i in (0, 1)]
            for begin in range(0, len(index), size):
                which = index[begin : begin + size]
                n = len(which)
                points = np.empty((x.size, n + 2), dtype=x.dtype)
                points[:, :n] = flat
                points[which, np.arange(n)] += change[begin : begin + size]
                points[:, n:] = known
                stack = points.reshape(*x.shape, -1)
                values = np.asarray(f(stack if axis == -1 else np.moveaxis(stack, -1, 0).copy()))
                if values.shape != (n + 2,):
                    return None
                if not (abs(values[n] - truth[0]) <= 1e-10 * abs(truth[0]) and abs(values[n + 1] - truth[1]) <= 1e-10 * abs(truth[1])):
                    return None  # also where one of them is nan, which shows nothing
                found.append(values[:n])
    except Exception:  # whatever it is, f does not take a stack; if it is f's own fault, it will raise again
        return None
    return np.concatenate(found)


def check_gradient(f, grad, x, names=None):
    """Hold a derived gradient against the measured one.

    Measured is by central steps h and 2h, extrapolated (Richardson), so that a smooth f leaves errors near 10⁻¹⁰.

    Args:
        f: takes an array of x's shape, returns one number or an array; called as by `numerical_gradient`. For a list of
            Tensors as x it takes nothing and returns a Tensor, one number, made from them.
        grad: its gradient: an array, or a function of x that returns one of x's shape. For an f that returns an array, a
            function of (x, cotangent) that returns the gradient of sum(cotangent · f(x)); the cotangent is drawn at
            random. For a list of Tensors, a list of arrays. None checks the engine's backpropagation through f.
        x: where: a number or an array; or the parameters of a network, a list of Tensors. Of these one random direction
            each is tried, and then the coordinates of the worst.
        names: what to call the coordinates of a vector, such as "xy"; else they are x[0], x[1], ...

    Returns:
        A `GradientCheck`; its truth value is the verdict.
    """
    if isinstance(x, (list, tuple)) and x and all(isinstance(part, Tensor) for part in x):
        return _check_parameters(f, grad, x)
    x = _prepared(x, "central", None)[0]
    if names is not None and len(names) != x.size:
        raise ValueError(_("there are {n} names for {size} coordinates.").format(n=len(names), size=x.size))
    names = list(names) if names is not None else [_coordinate("x", i, x.shape) for i in range(x.size)]
    if grad is None:
        function, f, grad = f, lambda point: function(Tensor(point)).data, _backpropagation(f)
    value = np.asarray(f(x.copy()[()]))
    if value.size == 1:
        return _compare(lambda point: f(point), grad(x.copy()[()]) if callable(grad) else grad, x, names)
    if not callable(grad):
        raise ValueError(_("f returns an array: grad must be a function of x and of a cotangent in the shape of f(x)."))
    cotangent = np.random.default_rng(0).normal(size=value.shape)
    return _compare(lambda point: np.vdot(cotangent, f(point)), grad(x.copy()[()], cotangent), x, names)


def _backpropagation(f):
    """The gradient of f by the engine, as a function of x and, where f gives an array, of a cotangent."""

    def gradient(x, cotangent=None):
        tensor = Tensor(x)
        f(tensor).backward(cotangent)
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

    def _table(self, most=8):
        """The header and the worst rows, as text."""
        yield _("coordinate"), _("derived"), _("measured"), _("difference"), _("relative error")
        for row in self.rows[:most]:
            # Below the first band only rounding is left, and that differs from machine to machine.
            small = row.relative < AGREES
            if row.kink:
                measured = _("{left} | {right}").format(left=number(row.kink[0]), right=number(row.kink[1]))
                yield row.name, number(row.analytic, 6), measured, "", _("kink")
            else:
                difference, relative = ("≈ 0", _("below 10⁻⁷")) if small else (number(row.absolute, 2), number(row.relative, 2))
                yield row.name, number(row.analytic, 6), number(row.numeric, 6), difference, relative

    def _more(self):
        return _("… and {n} more").format(n=len(self.rows) - 8) if len(self.rows) > 8 else ""

    def __repr__(self):
        rows = list(self._table())
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [f"{'✓' if self else '✗'} {self.verdict}", *filter(None, (self.cause, self.advice))]
        lines += ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows if self.rows]
        return "\n".join(filter(None, [*lines, self._more()]))

    def _repr_html_(self):
        colour = "#00734f" if self else "#b3261e"
        head, *rows = (
            "<tr>" + "".join(f"<td style='text-align:right'>{escape(cell)}</td>" for cell in row) + "</tr>" for row in self._table()
        )
        said = "".join(f"<p>{escape(line)}</p>" for line in (self.cause, self.advice) if line)
        table = f"<table><thead>{head}</thead><tbody>{''.join(rows)}</tbody></table>" if rows else ""
        mark = "✓" if self else "✗"
        return (
            f"<p style='color:{colour};font-weight:600'>{mark} {escape(self.verdict)}</p>{said}{table}<p>{self._more()}</p>"
        )


def _compare(f, analytic, x, names):
    """The check of a gradient of an f that returns one number."""
    analytic = np.asarray(analytic)
    if analytic.dtype.kind not in "fiub":
        raise ValueError(_("the gradient must be an array of numbers, not {it!r}.").format(it=analytic))
    if analytic.size == x.size == 1:
        analytic = analytic.reshape(x.shape)
    if analytic.shape != x.shape:
        return _of_another_shape(analytic, x, _measured(f, x).slope)
    slopes = _measured(f, x)
    rows = _rows(names, analytic.ravel(), slopes)
    if not slopes.steady:
        cause = _("f gives another value each time that it is called with the same x."), _("Fix its seed, or switch its noise off.")
    else:
        cause = _cause(rows, analytic, slopes, x)
    return _report(rows, cause)


@dataclass(frozen=True, eq=False)
class _Slopes:
    """What the values of f around x tell; arrays of shape (x.size,).

    slope: the derivative. left, right: the slopes to both sides of a kink, nan where there is none. noise: what rounding
    may have added to the slope. rough: how far f is from smooth. steady: whether f(x) is the same twice.
    """

    slope: np.ndarray
    left: np.ndarray
    right: np.ndarray
    noise: np.ndarray
    rough: np.ndarray
    steady: bool


def _measured(f, x):
    """The slopes of f at x from steps h and 2h to both sides."""
    _x, flat, index, step = _prepared(x, "central", None)
    step = (flat + step) - flat
    moves = np.concatenate([step, -step, 2 * step, -2 * step])
    values = np.real(_values(f, x, np.tile(index, 4), moves)).reshape(4, -1)
    here, again = float(_number(f(x.copy()[()]))), float(_number(f(x.copy()[()])))
    if not (np.all(np.isfinite(values)) and math.isfinite(here)):
        raise ValueError(_("f is not finite at x or near it, so no slope can be measured there. Choose another x."))
    up, down, far_up, far_down = values.astype(float) - here
    slope, wide = (up - down) / (2 * step), (far_up - far_down) / (4 * step)
    noise = 8 * _EPS * np.max(np.abs(values), axis=0, initial=abs(here)) / step + 0.01 * np.abs(slope - wide)
    left, right, far_left, far_right = -down / step, up / step, -far_down / (2 * step), far_up / (2 * step)
    jump, far, steep = np.abs(right - left), np.abs(far_right - far_left), np.abs(left) + np.abs(right)
    # At a kink the slopes to the two sides stay apart, however short the step; on a smooth f they approach each other.
    straight = np.maximum(np.abs(left - far_left), np.abs(right - far_right)) < 0.02 * jump
    kink = straight & (jump > 1e-3 * steep + 10 * noise)
    # A kink beside x, within the steps, is one that much shorter steps do not meet.
    # (Smooth is where `far` is twice `jump`.)
    if np.any(beside := ~kink & (np.abs(far - 2 * jump) > 0.1 * far) & (far > 1e-3 * steep)):
        tiny = step / 1000
        short = np.real(_values(f, x, np.tile(index, 2), np.concatenate([tiny, -tiny]))).reshape(2, -1)
        true = (short[0] - short[1]) / (2 * tiny)
        beside &= np.abs(true - slope) > 1e-3 * np.maximum(np.abs(true), np.abs(slope))
        left, right, kink = np.where(beside, true, left), np.where(beside, true, right), kink | beside
    left, right = (np.where(kink, side, np.nan) for side in (left, right))
    rough = np.abs(far_up - 4 * up - 4 * down + far_down) / step
    return _Slopes(slope + (slope - wide) / 3, left, right, noise, rough, here == again)


def _rows(names, analytic, slopes):
    """A Row for each coordinate."""
    absolute = np.abs(analytic - slopes.slope)
    with np.errstate(invalid="ignore", divide="ignore"):
        relative = (absolute - slopes.noise) / np.maximum(np.abs(analytic), np.abs(slopes.slope))
    relative = np.where(absolute <= slopes.noise, 0.0, np.where(np.isfinite(analytic), relative, np.inf))
    low, high = np.minimum(slopes.left, slopes.right), np.maximum(slopes.left, slopes.right)
    margin = CLOSE * np.maximum(np.abs(low), np.abs(high)) + slopes.noise
    explained = (relative > CLOSE) & (analytic >= low - margin) & (analytic <= high + margin)  # never, where they are nan
    kinks = [(float(l), float(r)) if e else () for l, r, e in zip(slopes.left, slopes.right, explained, strict=True)]
    columns = (analytic.astype(float), slopes.slope, absolute, relative)
    return [Row(*row) for row in zip(names, *(column.tolist() for column in columns), kinks, strict=True)]


def _of_another_shape(analytic, x, numeric):
    """The report where the gradient has not even x's shape."""
    verdict = _("The gradients differ: the derived one has the shape {shape}, x has {wanted}.").format(
        shape=analytic.shape, wanted=x.shape
    )
    if analytic.shape == x.shape[::-1] and _near(analytic.T, numeric.reshape(x.shape)):
        cause = _transposed()
    elif analytic.size == x.size and _near(analytic.ravel(), numeric):
        cause = _("The numbers are right, in another shape."), _("Give the gradient the shape of x.")
    else:
        cause = "", _("A gradient has the shape of x. Was something summed or broadcast that should not be?")
    return GradientCheck(False, verdict, (), *cause)


def _transposed():
    return (
        _("The numbers are right, but transposed."),
        _("Look at the order of the factors in the matrix product: dW = Xᵀ dY, and dX = dY Wᵀ."),
    )


def _near(one, other):
    return one.shape == other.shape and np.allclose(one, other, rtol=CLOSE, atol=CLOSE * np.max(np.abs(other), initial=0))


def _cause(rows, analytic, slopes, x):
    """(The kind of mistake that looks like this, what to look at next); analytic and x of one shape, a row an entry."""
    if not any(row.relative > CLOSE and not row.kink for row in rows):
        return _kink() if any(row.kink for row in rows) else ("", "")
    off = np.array([row.relative > CLOSE and not row.kink for row in rows])
    bent = ~np.isnan(slopes.left)
    if np.any(off & ~bent):
        off &= ~bent  # where f has a kink the measured slope is no slope, and would blur the pattern
    names = [row.name for row, is_off in zip(rows, off, strict=True) if is_off]
    if np.all(np.abs(analytic.ravel() - slopes.slope)[off] < 10 * slopes.rough[off]):
        return _("f is too rough to measure it better."), _("Is anything in it computed with float32, or rounded?")
    off, numeric = off.reshape(x.shape), slopes.slope.reshape(x.shape)
    if not np.all(np.isfinite(analytic)):
        return _("The derived gradient is not finite."), _("Look for a division by 0, or a log or a root at its edge.")
    a, n, where = analytic[off], numeric[off], x[off]
    if x.ndim == 2 and x.shape[0] == x.shape[1] and _near(analytic.T, numeric):
        return _transposed()
    if x.size > 1 and _near(np.sort(analytic, axis=None), np.sort(numeric, axis=None)):
        return _("The numbers are right, but in other places."), _("Look at the order of the coordinates.")
    if not a.any():
        told = _("The derived gradient is 0 at {names}.").format(names=_list(names))
        return told, _("A term is left out: no blame arrives there. Is a path from x to f forgotten, or assigned over?")
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = a / n
    if np.all(np.isfinite(ratio)) and np.ptp(ratio) <= 2e-3 * abs(ratio[0]):
        return _factor(float(ratio[0]), "" if _near(analytic, numeric * ratio[0]) else _list(names))
    slope = np.vdot(where, a - n) / np.vdot(where, where) if where.any() else 0.0
    if off.sum() > 1 and slope and _near(a - n, slope * where):
        told = _("The difference is {c} · x.").format(c=number(slope))
        return told, _("Is the gradient of a penalty such as ½λ·x² forgotten, or taken twice?")
    if off.sum() == 1 < x.size:
        told = _("Only {name} is off.").format(name=names[0])
        return told, _("Look at the terms of f that hold this coordinate.")
    if max(row.relative for row in rows if not row.kink) < DOUBTFUL:
        return _("The numbers are nearly right."), _("Is a constant rounded, or anything computed with float32?")
    return "", _("No simple pattern. Check one coordinate by hand where x is simple, or check the parts of f one by one.")


def _kink():
    return (
        _("f has a kink there: its slope jumps, and the derived one is a slope on one side, or between."),
        _("That is no mistake. To be sure, check beside the kink, too."),
    )


def _list(names):
    return ", ".join(names[:4]) + (", …" if len(names) > 4 else "")


def _factor(ratio, names):
    """What a constant ratio of the derived to the measured gradient suggests."""
    where = _(" at {names}").format(names=names) if names else ""
    if abs(ratio + 1) < 2e-3:
        return _("The sign is flipped{where}.").format(where=where), _("Look for a minus that is missing or one too many.")
    told = _("The derived gradient is {ratio} times the measured one{where}.").format(ratio=number(ratio, 4), where=where)
    if abs(ratio - 0.5) < 1e-3:
        return told, _("The 2 that comes down from a square may be missing.")
    if abs(ratio - 2) < 4e-3:
        return told, _("A ½ of f may have been forgotten, or a term may be added twice.")
    for n, advice in (
        (ratio, _("A mean over {n} may have been derived like a sum: divide by {n}.")),
        (1 / ratio, _("A sum of {n} may have been derived like a mean: is it divided by {n} once too often?")),
    ):
        if n > 2 and abs(n - round(n)) < 2e-3 * n:
            return told, advice.format(n=round(n))
    return told, _("Look for a constant factor that is missing or one too many.")


def _report(rows, cause):
    """The report for these rows: the verdict is the band of the worst that no kink explains."""
    # Rounded, so that equals keep their order: the last digits of a measurement differ from machine to machine.
    rows = tuple(sorted(rows, key=lambda row: (bool(row.kink), -float(f"{row.relative:.1e}"), -float(f"{row.absolute:.1e}"))))
    worst = next((row for row in rows if not row.kink), None)
    error = worst.relative if worst else 0.0
    kinks = any(row.kink for row in rows)
    if error >= CLOSE:
        verdict = _("The gradients differ: at {name} {analytic} was derived and {numeric} measured.") if error >= DOUBTFUL else _(
            "Doubtful: at {name} {analytic} was derived and {numeric} measured."
        )
        verdict = verdict.format(name=worst.name, analytic=number(worst.analytic, 6), numeric=number(worst.numeric, 6))
    elif error >= AGREES:
        verdict = _("The gradients nearly agree: the largest relative error is {error}, at {name}.").format(
            error=number(error, 2), name=worst.name
        )
    elif kinks:
        verdict = _("The gradients agree, but for a kink at {name}.").format(name=next(row.name for row in rows if row.kink))
    else:
        verdict = _("The gradients agree: every relative error is below 10⁻⁷.")
    return GradientCheck(error < CLOSE, verdict, rows, *cause)


def _check_parameters(f, gradients, tensors, most=200):
    """The check of a network: one random direction for each parameter, then the coordinates of the worst."""
    if gradients is None:
        f().backward()
        gradients = [np.zeros(tensor.shape) if tensor.grad is None else tensor.grad for tensor in tensors]
    if len(gradients) != len(tensors):
        raise ValueError(_("there are {n} gradients for {m} tensors.").format(n=len(gradients), m=len(tensors)))
    random, names = np.random.default_rng(0), [t.name or f"parameter {i}" for i, t in enumerate(tensors)]
    rows = []
    for name, tensor, gradient in zip(names, tensors, gradients, strict=True):
        if np.shape(gradient) != tensor.shape:
            return _of_another_shape(np.asarray(gradient), np.asarray(tensor.data), np.zeros(1))
        direction = random.normal(size=tensor.shape)
        direction = direction / np.sqrt(np.vdot(direction, direction))
        slope = np.atleast_1d(np.vdot(gradient, direction))
        told = _("{name}, a random direction").format(name=name) if tensor.shape else name
        rows += _rows([told], np.atleast_1d(np.vdot(gradient, direction)), _measured(_moved(f, tensor, direction), np.zeros(())))
    worst = max(range(len(rows)), key=lambda i: -1 if rows[i].kink else rows[i].relative)
    if rows[worst].relative < CLOSE or rows[worst].kink:
        return _report(rows, _kink() if any(row.kink for row in rows) else ("", ""))
    tensor, gradient = tensors[worst], np.asarray(gradients[worst], dtype=float)
    shape = gradient.shape if gradient.size <= most else (most,)
    chosen = np.sort(random.permutation(gradient.size)[:most])
    units = np.eye(gradient.size)[chosen].reshape(-1, *gradient.shape)
    measured = [_measured(_moved(f, tensor, unit), np.zeros(())) for unit in units]
    slopes = _Slopes(*(np.ravel([getattr(one, field) for one in measured]) for field in _Slopes.__dataclass_fields__))
    found = _rows([_coordinate(names[worst], i, gradient.shape) for i in chosen], gradient.ravel()[chosen], slopes)
    part = gradient.ravel()[chosen].reshape(shape), slopes, np.ravel(tensor.data)[chosen].reshape(shape)
    return _report([*found, *rows[:worst], *rows[worst + 1 :]], _cause(found, *part))


def _moved(f, tensor, direction):
    """f as a function of how far one of its tensors is moved in a direction; the tensor is put back each time."""

    def value(distance):
        kept = tensor.data
        tensor.data = kept + float(distance) * direction
        try:
            return f().data
        finally:
            tensor.data = kept

    return value
