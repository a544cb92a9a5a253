"""Gradients without calculus, and the check of those that came from calculus.

`numerical_gradient` measures slopes from values of the function alone. `check_gradient` holds a derived gradient against them
and says in words whether to trust it: what is off, by how much, and what kind of mistake would look like that.
"""

import math
from collections import namedtuple
from dataclasses import dataclass
from functools import partial
from html import escape

import numpy as np

from gdlab.maths.checks import is_number, need, numbers
from gdlab.maths.engine import Tensor
from gdlab.maths.words import _, number

_EPS = math.ulp(1.0)
# A step and the slope from it. For x near 1, cutting the Taylor series off costs about as much there as rounding (Press et al.,
# Numerical Recipes, section 5.7). The complex step subtracts nothing, so nothing is rounded away.
_METHODS = {
    "central": (_EPS ** (1 / 3), lambda value, h: (value(h) - value(-h)) / (2 * h)),
    "forward": (_EPS ** (1 / 2), lambda value, h: (value(h) - value(0.0)) / h),
    "complex": (1e-20, lambda value, h: value(1j * h).imag / h),
}
AGREES, CLOSE, DOUBTFUL = 1e-7, 1e-4, 1e-2  # relative errors: the upper ends of the bands
_ROWS, _MOST = 8, 200  # rows of a report's table; coordinates of a parameter that are looked at


@np.errstate(all="ignore")  # what is not finite is told in words
def numerical_gradient(f, x, method="central", h=None):
    """The gradient of a function of one array, from its values alone: of x's shape, or a float for a number.

    Args:
        f: takes an array of x's shape and returns one number. It gets copies, one point at a time.
        x: where; a number or an array of any shape.
        method: "central", with an error of order h²; "forward", of order h; "complex", exact to rounding (Squire & Trapp 1998).
        h: the step; if None, max(1, |xᵢ|) times ε^⅓, √ε or 10⁻²⁰ with these methods.
    """
    x = numbers(x, "x")
    need(method in list(_METHODS), "method must be 'central', 'forward' or 'complex'", method)
    need(h is None or is_number(h) and h > 0, "the step h must be a number above 0", h)
    slopes, (step, slope) = np.zeros(x.shape), _METHODS[method]
    for i in np.ndindex(x.shape):
        taken = h or step * max(1.0, abs(x[i]))
        taken = taken if method == "complex" else (x[i] + taken) - x[i]  # what is really moved, after rounding
        need(taken, f"the step h = {h} is lost in rounding: x + h is x; take a larger one")
        slopes[i] = slope(partial(_moved, f, x, i, 1.0), taken)
        need(math.isfinite(slopes[i]), f"f is not finite within {taken:.2g} of x, at coordinate {list(i)}")
    return slopes[()]


def _moved(f, x, i, direction, change):
    """f where coordinate i of x, or all of x, is moved so far in a direction."""
    point = np.array(x, type(change))  # a copy
    point[i] += change * direction
    result = f(point[()])
    kinds, one = ("c", "complex number, or method be 'central'") if isinstance(change, complex) else ("fiub", "real number")
    need(np.size(result) == 1 and np.asarray(result).dtype.kind in kinds, f"f must return one {one}", result)
    return np.asarray(result).item()


# Where f is looked at, in steps. They are crooked, since at round numbers a rounded f could look like a straight line.
_POINTS = np.array([-4.0731, -2.8919, -1.7353, -0.8837, 0, 0.8461, 1.8127, 2.7643, 4.1287])


def _fit(points, degree):
    """What turns values at these points into the slope at 0 of the best-fitting polynomial, and into what that misses."""
    powers = np.vander(points, degree + 1, increasing=True)
    solve = np.linalg.pinv(powers)
    return np.vstack([solve[1], np.linalg.norm(solve[1]) * (np.eye(len(points)) - powers @ solve)])


_FITS = _fit(_POINTS, 4), _fit(_POINTS[:5], 3), _fit(_POINTS[4:], 3)  # all of them, those on the left, on the right
_Scale = namedtuple("_Scale", "step slope missed floor left right blur")


@np.errstate(all="ignore")
def _measured(value, x):
    """The slope of `value` at 0, how far off that may be, what of it rounding explains, and a kink's two slopes or ().

    A polynomial fitted to nine points gives the slope, and what it misses tells how far off that may be. If much (a kink, a pole
    or a fine pattern is near), closer points are tried, until they see rounding. The best is believed, but not more than closer.
    """
    here, scales = value(0.0), []
    for k in range(10, 45, 5):
        step = 0.97 * max(1.0, abs(x)) / 2**k
        values = np.array([value(change) - here for change in (_POINTS * step).tolist()])
        if not np.isfinite(values).all():
            continue
        fits = [(fit @ part / step).tolist() for fit, part in zip(_FITS, (values, values[:5], values[4:]), strict=True)]
        (slope, missed), (left, off_left), (right, off_right) = ((fit[0], sum(map(abs, fit[1:]))) for fit in fits)
        if not values.any() and any(min(abs(far.left), abs(far.right)) > far.blur for far in scales):
            break  # constant on this scale, but not on a larger one: a staircase, f is rounded or in float32
        floor = _EPS * (4 * abs(here) + (4 + abs(x) / step) * float(np.abs(values).max())) / step  # rounding
        scales.append(_Scale(step, slope, missed * step, floor, left, right, off_left + off_right + 10 * floor))
        if missed <= max(1e-8 * abs(slope), floor):
            break
    need(scales, "f must be finite at x and near it, or no slope can be measured there; choose another x")
    error, best = math.inf, scales[0]
    for k, scale in enumerate(scales):
        off = scale.floor + 3 * max(closer.missed for closer in scales[k:]) / scale.step
        if off < error or abs(scale.slope) > 2 * (abs(best.slope) + off + error):  # a pole, overlooked from afar
            error, best = off, scale
    rounding = min(error, 64 * _EPS * max(1.0, abs(x), abs(here)) / best.step)
    # At a kink the slopes on both sides stay apart, however close the points are.
    clear = [(one.left, one.right) for one in scales if one.blur <= 1e-4 * (abs(one.left) + abs(one.right))][-2:]
    bent = len(clear) == 2 and all(abs(right - left) > 1e-3 * (abs(left) + abs(right)) for left, right in clear)
    return 0.0 if abs(best.slope) <= rounding else best.slope, error, rounding, clear[-1] if bent else ()


def check_gradient(f, grad, x, names=None):
    """Hold a derived gradient against the measured one; returns a `GradientCheck`, whose truth value is the verdict.

    Args:
        f: takes an array of x's shape, returns one number. For Tensors it takes nothing and returns a Tensor made from them.
        grad: its gradient: an array, or a function of x. For Tensors a list of arrays; None checks what backpropagation gives.
        x: a number or an array; or a list of Tensors: a random direction of each is tried, then the coordinates of the worst.
        names: what to call the coordinates of an array, such as "xy"; else they are x[0], x[1], ...
    """
    if isinstance(x, (list, tuple)) and x and all(isinstance(part, Tensor) for part in x):
        return _check_parameters(f, grad, x)
    x = numbers(x, "x")
    need(names is None or len(names) == x.size, f"names must be {x.size}, one for each coordinate", names)
    derived = numbers(grad(x.copy()[()]) if callable(grad) else grad, "the gradient")
    return _compared(f, derived.reshape(x.shape) if derived.size == x.size == 1 else derived, x, "x", names)


# One coordinate, or direction. `numeric` may be off by `error`: `relative` is 0 where this explains it, `apparent` includes it.
Row = namedtuple("Row", "name analytic numeric absolute error relative apparent kink")


@dataclass(frozen=True, eq=False)
class GradientCheck:
    """The report of `check_gradient`: true where the gradient may be trusted."""

    correct: bool
    verdict: str  # by the largest relative error: they agree below 10⁻⁷, nearly below 10⁻⁴; doubtful below 10⁻²; or they differ
    rows: tuple = ()  # a `Row` for each coordinate, or each direction, that was looked at; the worst first
    cause: str = ""  # what is particular about the numbers that are off
    advice: str = ""  # the kind of mistake that looks like this, and what to look at next

    def __bool__(self):
        return self.correct

    def _table(self):
        """The header and the worst rows, as text. Digits that differ from machine to machine are left out."""
        if self.rows:
            yield _("coordinate"), _("derived"), _("measured"), _("difference"), _("relative error")
        for row in self.rows[:_ROWS]:
            if row.relative:
                cells = number(row.numeric, 6), number(row.absolute, 2), number(row.relative, 2)
            elif row.kink:
                cells = " | ".join(map(number, row.kink)), "", _("kink")
            elif row.apparent < CLOSE:
                sure = row.apparent < AGREES
                cells = number(row.numeric, 6 if sure else 3), "≈ 0", _("below 10⁻⁷") if sure else _("below 10⁻⁴")
            else:
                cells = _("lost in rounding"), "", ""
            yield row.name, number(row.analytic, 6), *cells
        if len(self.rows) > _ROWS:
            yield _("… and {n} more").format(n=len(self.rows) - _ROWS), "", "", "", ""

    def __repr__(self):
        rows = list(self._table())
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [f"{'✓' if self else '✗'} {self.verdict}", self.cause, self.advice]
        lines += ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
        return "\n".join(filter(None, lines))

    def _repr_html_(self):
        mark, colours = ("✓", "#00734f, #3fbf8f") if self else ("✗", "#b3261e, #ff7b72")  # on a light page, on a dark one
        rows = ["".join(f"<td style='text-align:right'>{escape(cell)}</td>" for cell in row) for row in self._table()]
        head, body = "".join(rows[:1]), "".join(f"<tr>{row}</tr>" for row in rows[1:])
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if rows else ""
        told = "".join(f"<p>{escape(line)}</p>" for line in (self.cause, self.advice) if line)
        return f"<p style='color:light-dark({colours});font-weight:600'>{mark} {escape(self.verdict)}</p>{told}{table}"


def _compared(f, derived, x, name, names=None):
    """The check of one array, coordinate by coordinate."""
    if derived.shape != x.shape:
        verdict = _("The gradients differ: the derived one has the shape {shape}, {name} has {wanted}.")
        advice = _("A gradient has the shape of x. Was something transposed, summed or broadcast that should not be?")
        return GradientCheck(False, verdict.format(shape=derived.shape, name=name, wanted=x.shape), advice=advice)
    places = list(np.ndindex(x.shape))
    names = [f"{name}{list(i)}" if i else name for i in places] if names is None else map(str, names)
    measured = [_measured(partial(_moved, f, x, i, 1.0), float(x[i])) for i in places]
    return _report(names, derived.ravel().tolist(), measured, x.shape)


def _report(names, derived, measured, shape=()):
    """The report on these slopes. Its verdict is the band of the worst that no kink explains."""
    rows, largest = [], max((abs(a) for a in (*derived, *(one[0] for one in measured)) if math.isfinite(a)), default=0)
    for name, a, (n, error, rounding, kink) in zip(names, derived, measured, strict=True):
        if kink and math.isfinite(a):  # any slope between is right
            n, rounding = min(max(a, min(kink)), max(kink)), CLOSE * max(map(abs, kink))
        off, scale = abs(a - n), max(abs(a), abs(n))
        same = off <= max(rounding, min(error, CLOSE * scale), AGREES * scale) and math.isfinite(a)
        apparent = (off + error) / (scale or largest or error or 1.0)
        rows.append(Row(name, a, n, off, error, 0.0 if same else off / scale if math.isfinite(a) else math.inf, apparent, kink))
    # By rounded numbers, so that equals keep their order: the last digits differ from machine to machine.
    order = sorted(rows, key=lambda row: (-float(f"{row.relative:.1e}"), row.kink > (), row.apparent < CLOSE))
    kinks, smooth = [row.name for row in rows if row.kink], [row for row in rows if not row.kink]
    worst = order[0] if rows else Row("", *[0.0] * 7)
    verdict = next(told for holds, told in (
        (worst.relative >= DOUBTFUL, _("The gradients differ: at {name} {analytic} was derived and {numeric} measured.")),
        (worst.relative >= CLOSE, _("Doubtful: at {name} {analytic} was derived and {numeric} measured.")),
        (worst.relative, _("The gradients nearly agree: the largest relative error is {error}, at {name}.")),
        (any(row.apparent >= AGREES for row in smooth), _("The gradients agree, as closely as f can be measured.")),
        (kinks, _("The gradients agree, but for a kink at {kinks}.")),
        (True, _("The gradients agree: every relative error is below 10⁻⁷.")),
    ) if holds)  # fmt: skip
    words = {name: number(getattr(worst, name), 6) for name in ("analytic", "numeric")} | {"error": number(worst.relative, 2)}
    verdict = verdict.format(name=worst.name, kinks=", ".join(kinks[:4] + ["…"] * (len(kinks) > 4)), **words)
    return GradientCheck(worst.relative < CLOSE, verdict, tuple(order), *_cause(rows, shape))


def _cause(rows, shape):
    """(What is particular about the numbers that are off, the kind of mistake that looks like this), or empty texts."""
    off = [row for row in rows if row.relative >= CLOSE]
    if not off:
        told = _("f has a kink there: its slope jumps, and the derived one is a slope on one side, or between.")
        advice = _("That is no mistake. To be sure, check beside the kink, too.")
        return (told, advice) if any(row.kink for row in rows) else ("", "")
    if all(row.kink for row in off):
        return _("f has a kink there, and the derived slope is not between those on both sides."), _("Check beside the kink.")
    if not all(math.isfinite(row.analytic) for row in off):
        return _("The derived gradient is not finite."), _("Look for a division by 0, or a log or a root at its edge.")
    alone, off, smooth = len(off) == 1 < len(rows), *([row for row in some if not row.kink] for some in (off, rows))
    if any(row.absolute < 1e3 * row.error for row in off):
        told = _("f cannot be measured closely enough there to tell more.")
        return told, _("Is anything in it random, rounded or in float32, or does it jump? Check at another x.")
    if alone:
        return _("Only {name} is off.").format(name=off[0].name), _("Look at the terms of f that hold this coordinate.")
    a, n, error = np.array([(row.analytic, row.numeric, row.error) for row in smooth]).T
    ratio = float(a[np.argmax(abs(n))] / (max(n, key=abs) or math.inf))
    if np.all(abs(a - ratio * n) <= 1e-6 * abs(a) + abs(ratio) * error):
        if abs(ratio + 1) < 1e-5:
            return _("The sign is flipped."), _("Look for a minus: missing, or one too many.")
        times = round(max(abs(ratio), 1 / (abs(ratio) or 1)))
        for known, advice in (
            (0, _("Nothing arrives there: is a way from x to f forgotten, or assigned over?")),
            (0.5, _("The 2 that comes down from a square may be missing.")),
            (2, _("A ½ of f may have been forgotten, or a term may be added twice.")),
            (times, _("A mean over {n} may have been derived like a sum: divide by {n}.")),
            (1 / times, _("A factor {n} may be missing: that of a power, or a sum of {n} was derived like a mean.")),
            (ratio if len(a) > 1 else 0, _("Look for a constant factor that is missing or one too many.")),
        ):
            if abs(ratio - known) <= 1e-5 * min(1, abs(known)):
                told = _("The derived gradient is {r} times the measured one.").format(r=number(ratio, 4))
                return told, advice.format(n=times)
    square = len(shape) == 2 and len(a) == shape[0] ** 2 == shape[1] ** 2
    if square and np.all(abs(a.reshape(shape).T.ravel() - n) <= 1e-6 * max(abs(n)) + error):
        advice = _("Rows and columns are exchanged. Is a .T missing or too many, or a matrix product in the wrong order?")
        return _("The numbers are right, but transposed."), advice
    return "", _("No simple pattern. Check one coordinate by hand at a simple x, or check the parts of f one by one.")


def _check_parameters(f, gradients, tensors):
    """The check of a network: one random direction for each parameter, and where one is off, the coordinates of the worst."""
    result = f()
    need(isinstance(result, Tensor), "f must be a function that returns a Tensor made from x", result)
    if gradients is None:
        result.backward()
        gradients = [np.zeros(tensor.shape) if tensor.grad is None else tensor.grad for tensor in tensors]
    need(isinstance(gradients, list | tuple) and len(gradients) == len(tensors), "grad must be one array a tensor", gradients)
    random, found, parts = np.random.default_rng(0), [], {}
    for i, (tensor, gradient) in enumerate(zip(tensors, gradients, strict=True)):
        name, x = tensor.name or _("parameter {i}").format(i=i), np.array(tensor.data, float)
        part = partial(_with, f, tensor), numbers(gradient, f"the gradient of {name}"), x, name
        if part[1].shape != x.shape:
            return _compared(*part)
        direction = random.normal(size=x.shape) * np.maximum(1, np.abs(x))
        one = _("{name}, a random direction").format(name=name) if x.shape else name, float(np.vdot(part[1], direction))
        found.append((*one, _measured(partial(_moved, part[0], x, ..., direction), 1.0)))
        parts[one] = part
    check = _report(*zip(*found, strict=True))
    worst = parts[check.rows[0][:2]]
    return check if check or worst[2].size > _MOST else _compared(*worst) and check  # at a kink each one alone may be right


def _with(f, tensor, data):
    """f where a tensor holds this data; its own is put back."""
    kept, tensor.data = tensor.data, data
    try:
        return f().data
    finally:
        tensor.data = kept
