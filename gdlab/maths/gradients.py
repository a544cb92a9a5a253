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

from gdlab.maths.engine import Tensor
from gdlab.maths.words import _, number

_EPS = math.ulp(1.0)
# The steps at which the error of cutting the Taylor series off and that of rounding are about equal (Press et al.,
# Numerical Recipes, section 5.7), for x near 1. The complex step subtracts nothing, so nothing is rounded away.
_STEPS = {"forward": math.sqrt(_EPS), "central": _EPS ** (1 / 3), "complex": 1e-20}
_ROWS = 8  # of a report's table
_MOST = 200  # coordinates of a parameter that are looked at
AGREES, CLOSE, DOUBTFUL = 1e-7, 1e-4, 1e-2  # relative errors: the upper ends of the bands
_TRANSPOSED = (
    _("The numbers are right, but transposed."),
    _("Look at the order of the factors in the matrix product: dW = Xᵀ dY, and dX = dY Wᵀ."),
)
_KINK = (
    _("f has a kink there: its slope jumps, and the derived one is a slope on one side, or between."),
    _("That is no mistake. To be sure, check beside the kink, too."),
)


@np.errstate(all="ignore")  # what is not finite is told in words
def numerical_gradient(f, x, method="central", h=None):
    """The gradient of a function of one array, from its values alone.

    Args:
        f: takes an array of x's shape and returns one number.
        x: where; a number or an array of any shape. It is never changed, and f gets copies.
        method: "central": (f(x + h) − f(x − h)) / 2h, an error of order h². "forward": (f(x + h) − f(x)) / h, of order
            h. "complex": Im f(x + ih) / h, exact to rounding, for an f whose formula also takes complex numbers
            (Squire & Trapp 1998).
        h: the step, for all coordinates; if None, ε^⅓ · max(1, |xᵢ|), √ε · max(1, |xᵢ|) or 10⁻²⁰ with these methods.

    Returns:
        An array of x's shape; a float for a number.
    """
    x = _place(f, x)
    if method not in tuple(_STEPS):
        raise ValueError(_("method must be 'central', 'forward' or 'complex', not {method!r}.").format(method=method))
    if h is not None and (not isinstance(h, (int, float, np.number)) or not 0 < h < np.inf):
        raise ValueError(_("the step h must be a number above 0, not {h!r}.").format(h=h))
    slopes, here = np.zeros(x.shape), _number(f(x.copy()[()]))
    for i in np.ndindex(x.shape):
        step = h or _STEPS[method] * (1 if method == "complex" else max(1.0, abs(x[i])))
        if method != "complex":
            step = (x[i] + step) - x[i]  # that which is really taken, after rounding
            if not step:
                raise ValueError(_("the step h = {h} is lost in rounding: x + h is x. Take a larger one.").format(h=number(h)))
        value = _along(f, x, i)
        if method == "complex":
            slope = value(1j * step).imag / step
        elif method == "forward":
            slope = (value(step) - here) / step
        else:
            slope = (value(step) - value(-step)) / (2 * step)
        if not (cmath.isfinite(slope) and math.isfinite(here)):
            raise ValueError(_("f is not finite within {h} of x, at coordinate {i}.").format(h=number(step), i=list(i)))
        slopes[i] = slope
    return slopes[()]


def _place(f, x):
    """x as an array of floats."""
    if not callable(f):
        raise ValueError(_("f must be a function, not {f!r}.").format(f=f))
    array = _floats(x, "x")
    if not np.isfinite(array).all():
        raise ValueError(_("x must be finite, not {x!r}.").format(x=x))
    return array


def _floats(value, name):
    try:
        array = np.asarray(value)
    except (ValueError, TypeError):  # a ragged list; a Tensor
        array = np.array(None)
    if array.dtype.kind not in "fiub":
        raise ValueError(_("{name} must be a number or an array of numbers, not {it!r}.").format(name=name, it=value))
    return array.astype(float)


def _along(f, x, i):
    """f as a function of how far coordinate i is moved."""

    def value(change):
        point = np.array(x, type(change))  # a copy
        point[i] += change
        result = f(point[()])
        if isinstance(change, complex) and not np.iscomplexobj(result):
            raise ValueError(_("f gives no complex number for a complex x, as this step needs. Use method='central'."))
        return _number(result, "fciub" if isinstance(change, complex) else "fiub")

    return value


def _number(value, kinds="fiub"):
    """What f returned, if it is one number."""
    array = np.asarray(value)
    if array.size != 1 or array.dtype.kind not in kinds:
        raise ValueError(_("f must return one real number, not {value!r}.").format(value=value))
    return array.item()


# Where f is evaluated around x, in steps. At even distances a rounded f could look like a straight line.
_POINTS = np.array([-4, -2.875, -1.75, -0.875, 0, 0.875, 1.75, 2.875, 4])


def _through(*which):
    """The weights of the values at the points that give the slope at 0 of the polynomial through these of them."""
    weights = np.zeros(9)
    weights[list(which)] = np.linalg.solve(np.vander(_POINTS[list(which)], increasing=True).T, np.eye(len(which))[1])
    return weights


# A polynomial through fewer of the points has nearly the same slope, and the highest difference is nearly 0, if f is
# smooth on their scale and no rounding is seen. Each of these, and the slope, is enlarged so that noise would be 1.
_SLOPE, _RIGHT, _LEFT = _through(*range(9)), _through(4, 5, 6, 7, 8), _through(4, 3, 2, 1, 0)
_HIGHEST = 1 / np.prod(np.subtract.outer(_POINTS, _POINTS) + np.eye(9), axis=1)
_WIGGLES = np.array([_SLOPE - _through(*range(1, 8)), _SLOPE - _through(*range(2, 7)), _HIGHEST])
_WIGGLES *= np.linalg.norm(_SLOPE) / np.linalg.norm(_WIGGLES, axis=1)[:, None]
_ONE_SIDED = np.array([_RIGHT - _through(4, 5, 6, 7), _LEFT - _through(4, 3, 2, 1)])


class _Scale(namedtuple("_Scale", "step slope floor wiggle left right blur")):
    """What nine points around x tell: slopes at x, on its left and right, and what rounding and wiggles may add to them."""

    @property
    def jump(self):
        return abs(self.right - self.left)


@np.errstate(all="ignore")
def _measured(value, x, claim, size):
    """The slope of `value` where its argument is 0, and how far off it may be; and what of that rounding explains.

    Nine points, a thousandth of x apart, give a slope with 12 digits where f is smooth on that scale. Where it is not, or
    where the slope is not the claimed one, closer points tell: is a kink, a pole or a finer pattern near? The scale is
    taken on which the points agree best with a polynomial; closer ones only see rounding.

    Returns:
        (slope, error, rounding, ends): ends are the slopes on the left and on the right of a kink, else ().
    """
    here, scales = value(0.0), []
    steps = [max(1.0, abs(x)) / 32**k for k in range(2, 9)] + [abs(x) / 1024] * (0 < abs(x) < 1e-3)
    for step in sorted(steps, reverse=True):
        step = 2.0 ** math.floor(math.log2(step))  # so that x + step is exact
        values = np.array([_beside(value, change) for change in (_POINTS * step).tolist()])
        if not np.isfinite([here, *values]).all():
            continue
        values[4] = here
        values -= here
        slope, right, left = (float(weights @ values) / step for weights in (_SLOPE, _RIGHT, _LEFT))
        if not values.any() and any(min(abs(far.left), abs(far.right)) > far.blur for far in scales):
            break  # constant on this scale, but not on a larger one: a staircase, f is rounded or in float32
        wiggle = 3 * float(np.max(np.abs(_WIGGLES @ values)))
        bend = 4 * _EPS * abs(x * (values[3] + values[5])) / step  # what x's own rounding does to the slope
        floor = _EPS * (4 * float(np.max(np.abs(values), initial=abs(here))) + 2 * abs(x * slope)) / step + bend / step
        blur = 3 * float(np.sum(np.abs(_ONE_SIDED @ values))) / step + 10 * floor
        scales.append(_Scale(step, slope, floor, wiggle, left, right, blur))
        near = abs(slope - claim) <= max(CLOSE * abs(slope), floor)
        if near and wiggle / step <= max(1e-8 * abs(slope), floor):
            break
    if not scales:
        raise ValueError(_("f is not finite at x or near it, so no slope can be measured there. Choose another x."))
    step, slope, error = 1.0, 0.0, math.inf
    for k, scale in enumerate(scales):
        off = scale.floor + max(closer.wiggle for closer in scales[k:]) / scale.step
        if off < error or abs(scale.slope - slope) > 2 * (off + error):
            step, slope, error = scale.step, scale.slope, off
    rounding = min(error, 64 * _EPS * max(1.0, size, abs(here)) / step)
    return 0.0 if abs(slope) <= rounding else slope, error, rounding, _kink(scales)


def _kink(scales):
    """The slopes on the left and on the right, if they stay apart however close the points are; else ()."""
    sharp = [scale for scale in scales if scale.jump > max(20 * scale.blur, 1e-3 * (abs(scale.left) + abs(scale.right)))]
    jump = sharp[-1].jump if sharp else 0.0
    sharp = [scale for scale in sharp if abs(scale.jump - jump) <= 0.1 * jump]
    gone = any(20 * scale.blur < jump and 2 * scale.jump < jump for scale in scales)
    best = min(sharp, key=lambda scale: scale.blur, default=None)
    return () if gone or len(sharp) < 2 else (best.left, best.right)


def _beside(value, change):
    """A value beside x, where f need not be defined."""
    try:
        return value(change)
    except (ArithmeticError, ValueError):
        return math.nan


def check_gradient(f, grad, x, names=None):
    """Hold a derived gradient against the measured one.

    Args:
        f: takes an array of x's shape, returns one number. For a list of Tensors as x it takes nothing and returns a
            Tensor, one number, made from them.
        grad: its gradient: an array, or a function of x that returns one of x's shape. For a list of Tensors, a list of
            arrays; None checks the engine's backpropagation.
        x: where: a number or an array; or the parameters of a network, a list of Tensors. Of these one random direction
            each is tried, and then the coordinates of the worst.
        names: what to call the coordinates of a vector, such as "xy"; else they are x[0], x[1], ...

    Returns:
        A `GradientCheck`; its truth value is the verdict.
    """
    if isinstance(x, (list, tuple)) and x and all(isinstance(part, Tensor) for part in x):
        return _check_parameters(f, grad, x)
    x = _place(f, x)
    if names is not None and len(names) != x.size:
        raise ValueError(_("there are {n} names for {size} coordinates.").format(n=len(names), size=x.size))
    names = [_coordinate("x", i) for i in np.ndindex(x.shape)] if names is None else list(map(str, names))
    analytic = _floats(grad(x.copy()[()]) if callable(grad) else grad, _("the gradient"))
    if analytic.size == x.size == 1:
        analytic = analytic.reshape(x.shape)
    return _report(*_compared(lambda i: _along(f, x, i), analytic, x, names))


def _coordinate(name, i):
    """How an entry of an array is called: W[0, 1]."""
    return f"{name}{list(i)}" if i else name


@dataclass(frozen=True)
class Row:
    """One coordinate of a check: the derived and the measured slope, their difference, and that relative to the larger.

    `relative` is 0 where rounding explains the difference; `apparent` includes what rounding may hide. `kink` holds the
    slopes on the left and on the right where only a kink explains the difference; else it is empty.
    """

    name: str
    analytic: float
    numeric: float
    absolute: float
    relative: float
    apparent: float
    kink: tuple = ()


@dataclass(frozen=True, eq=False)
class GradientCheck:
    """The report of `check_gradient`. True where the gradient may be trusted.

    Attributes:
        verdict: in words, after the largest relative error: below 10⁻⁷ the gradients agree, below 10⁻⁴ nearly, below
            10⁻² it is doubtful, above they differ. At a kink, any slope between that on its left and that on its right
            is accepted.
        rows: a `Row` for each coordinate, or each direction, that was looked at; the worst first.
        cause: what is particular about the numbers that are off; empty where there is nothing.
        advice: the kind of mistake that looks like this, and what to look at next.
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


def _compared(along, analytic, x, names, name="x"):
    """(rows, (cause, advice), verdict) of a gradient; along(i) is f as a function of how far coordinate i is moved."""
    indices, same = list(np.ndindex(x.shape)), analytic.shape == x.shape
    claims, size = analytic if same else np.full(x.shape, np.nan), float(np.max(np.abs(x), initial=0))
    found = [_measured(along(i), float(x[i]), float(claims[i]), size) for i in indices]
    slope, error = np.array([one[:2] for one in found]).reshape(-1, 2).T
    if not same:
        return _of_another_shape(analytic, slope.reshape(x.shape), error.reshape(x.shape), name)
    rows = _rows(names, analytic.ravel().tolist(), found)
    off, bent = np.array([(row.relative >= CLOSE, bool(one[3])) for row, one in zip(rows, found, strict=True)]).reshape(-1, 2).T
    if not off.any():
        return rows, _KINK if bent.any() else ("", ""), ""
    value = along(indices[np.argmax(off)])
    if np.ptp([value(0.0) for _again in range(4)]) > 1e-14 * abs(value(0.0)):
        told = _("f gives another value each time that it is called with the same x.")
        return rows, (told, _("Fix its seed, or switch its noise off.")), ""
    if bent[off].all():
        told = _("f has a kink there, and the derived slope is not between those on its left and on its right.")
        return rows, (told, _("Check beside the kink, where there is only one slope.")), ""
    cause = _cause(names, analytic.ravel(), slope, error, x, off, bent)
    if not any(cause) and max(row.relative for row in rows) < DOUBTFUL:
        cause = _("The numbers are nearly right."), _("Is a constant rounded, or anything computed with float32?")
    elif not any(cause):
        cause = "", _("No simple pattern. Check one coordinate by hand at a simple x, or check the parts of f one by one.")
    return rows, cause, ""


def _rows(names, analytic, found):
    """A Row for each slope that was derived and measured."""
    rows, largest = [], max(map(abs, [one[0] for one in found] + [a for a in analytic if math.isfinite(a)]), default=0)
    for name, a, (n, error, rounding, ends) in zip(names, analytic, found, strict=True):
        if ends and math.isfinite(a):
            n, error = min(max(a, min(ends)), max(ends)), CLOSE * max(map(abs, ends))
            if abs(a - n) <= error:
                rows.append(Row(name, a, n, 0.0, 0.0, 0.0, ends))
                continue
        off, scale = abs(a - n), max(abs(a), abs(n))
        unseen = off <= max(rounding, min(error, CLOSE * scale))
        relative = 0.0 if unseen else off / scale if math.isfinite(a) else math.inf
        apparent = (off + error) / (scale or largest or error or 1.0) if math.isfinite(a) else math.inf
        rows.append(Row(name, a, n, off, relative, apparent))
    return rows


def _of_another_shape(analytic, slope, error, name):
    """The same where the gradient has not even x's shape."""
    verdict = _("The gradients differ: the derived one has the shape {shape}, {name} has {wanted}.").format(
        shape=analytic.shape, name=name, wanted=slope.shape
    )
    cause = "", _("A gradient has the shape of x. Was something summed or broadcast that should not be?")
    if analytic.shape == slope.shape[::-1] and _near(analytic.T, slope, error):
        cause = _TRANSPOSED
    elif analytic.size == slope.size and _near(analytic.reshape(slope.shape), slope, error):
        cause = _("The numbers are right, in another shape."), _("Give the gradient the shape of x.")
    return (), cause, verdict


def _near(one, other, error):
    """Whether numbers are so near to each other, and so well known, that this is no chance."""
    size = np.maximum(np.abs(one), np.abs(other))
    same = np.abs(one - other) <= 1e-6 * size + error
    return bool(np.isfinite(one).all() and same.all() and np.all(error <= CLOSE * size.max(initial=0)))


def _cause(names, analytic, slope, error, x, off, bent):
    """(What is particular about the coordinates that are off, the kind of mistake that looks like this), or empty texts.

    A cause is named if no other fits the same numbers, as far as is known here.
    """
    alone, off = off.sum() == 1 < x.size, off & ~bent
    a, n, near = analytic[off], slope[off], error[off]
    listed = [name for name, is_off in zip(names, off, strict=True) if is_off]
    there = _(" at {names}").format(names=", ".join(listed[:4]) + (", …" if len(listed) > 4 else ""))
    if not np.isfinite(a).all():
        return _("The derived gradient is not finite."), _("Look for a division by 0, or a log or a root at its edge.")
    if np.any(np.abs(a - n) < 1e3 * near):
        told = _("f cannot be measured closely enough there to tell more.")
        return told, _("Is anything in it rounded, computed with float32, or does it jump? Or check at another x.")

    def multiple(of, gives, blur_of, blur):
        """The c for which c · of is what it gives, all over or there, and in which of these places; 0 if there is none."""
        scaled = of / (np.max(np.abs(of)) or 1.0)
        c = float(np.vdot(scaled[off], gives[off]) / (np.vdot(scaled[off], of[off]) or 1.0))
        fits = np.abs(gives - c * of) <= 1e-6 * np.abs(gives) + abs(c) * blur_of + blur
        return (c if fits[off].all() else 0.0), "" if fits.all() and not bent.any() else there

    rounding = error + 1e-9 * np.maximum(np.abs(analytic), np.abs(slope))
    ratio, place = multiple(slope, analytic, error, 0)
    found = []
    if not a.any():
        blame = _("No blame arrives there: is a path from x to f forgotten, or assigned over?")
        found.append((_("The derived gradient is 0{where}.").format(where=there), blame))
    elif ratio:
        found.append(_factor(ratio, place))
    if alone and not (found and min(abs(ratio - k) for k in (-1, 0, 0.5, 2)) < 1e-5):
        return _("Only {name} is off.").format(name=listed[0]), _("Look at the terms of f that hold this coordinate.")
    if a.size == 1:
        told, advice = found[0] if found else ("", "")
        more = "" if alone else _("One number fits other causes, too: check at another x.")
        return told, f"{advice} {more}".strip()
    square = x.ndim == 2 and x.shape[0] == x.shape[1]
    if square and _near(analytic.reshape(x.shape).T[off.reshape(x.shape)], n, near):
        found.append(_TRANSPOSED)
    elif _near(np.sort(a), np.sort(n), near[np.argsort(n)]):
        found.append((_("The numbers are right, but in other places."), _("Look at the order of the coordinates.")))
    penalty, place = multiple(x.ravel(), analytic - slope, 0, rounding)
    if penalty:
        told = _("The difference is {c} · x{where}.").format(c=number(penalty), where=place)
        found.append((told, _("Is the gradient of a penalty such as ½λ·x² forgotten, or taken twice?")))
    constant, place = multiple(np.ones(x.size), analytic - slope, 0, rounding)
    if constant:
        told = _("The difference is {c}{where}.").format(c=number(constant), where=place or _(" everywhere"))
        found.append((told, _("Is a term forgotten that is linear in x?")))
    if len(found) > 1:
        more = _("{advice} But another pattern fits, too. {others} Check at another x.")
        others = " ".join(told for told, _advice in found[1:])
        return found[0][0], more.format(advice=found[0][1], others=others)
    return found[0] if found else ("", "")


def _factor(ratio, where):
    """What a constant ratio of the derived to the measured gradient suggests."""
    if abs(ratio + 1) < 1e-3:
        return _("The sign is flipped{where}.").format(where=where), _("Look for a minus: missing, or one too many.")
    told = _("The derived gradient is {r} times the measured one{where}.").format(r=number(ratio, 4), where=where)
    if abs(ratio - 0.5) < 1e-5:
        return told, _("The 2 that comes down from a square may be missing.")
    if abs(ratio - 2) < 1e-5:
        return told, _("A ½ of f may have been forgotten, or a term may be added twice.")
    for n, advice in (
        (ratio, _("A mean over {n} may have been derived like a sum: divide by {n}.")),
        (1 / ratio, _("A factor {n} may be missing: that of a power, or a sum of {n} was derived like a mean.")),
    ):
        if 2 < n < 1e4 and abs(n - round(n)) < 1e-5:
            return told, advice.format(n=round(n))
    return told, _("Look for a constant factor that is missing or one too many.")


def _report(rows, cause, verdict=""):
    """The report for these rows: the verdict is the band of the worst that no kink explains."""
    if verdict:
        return GradientCheck(False, verdict, rows, *cause)

    def badness(row):  # rounded, so that equals keep their order: the last digits differ from machine to machine
        worse = (row.relative, row.absolute) if row.relative >= AGREES else (0, 0)
        return bool(row.kink), *(-float(f"{it:.1e}") for it in worse), row.apparent < CLOSE, row.apparent < AGREES

    rows = tuple(sorted(rows, key=badness))
    smooth, kinks = [row for row in rows if not row.kink], [row.name for row in rows if row.kink]
    worst = smooth[0] if smooth else Row("", 0.0, 0.0, 0.0, 0.0, 0.0)
    if worst.relative >= DOUBTFUL:
        verdict = _("The gradients differ: at {name} {analytic} was derived and {numeric} measured.")
    elif worst.relative >= CLOSE:
        verdict = _("Doubtful: at {name} {analytic} was derived and {numeric} measured.")
    elif worst.relative >= AGREES:
        verdict = _("The gradients nearly agree: the largest relative error is {error}, at {name}.")
    elif any(row.apparent >= AGREES for row in smooth):
        verdict = _("The gradients agree, as closely as f can be measured.")
    elif kinks:
        verdict = _("The gradients agree, but for a kink at {kinks}.")
    else:
        verdict = _("The gradients agree: every relative error is below 10⁻⁷.")
    words = {"name": worst.name, "error": number(worst.relative, 2), "kinks": ", ".join(kinks[:4] + ["…"] * (len(kinks) > 4))}
    verdict = verdict.format(**words, analytic=number(worst.analytic, 6), numeric=number(worst.numeric, 6))
    return GradientCheck(bool(worst.relative < CLOSE), verdict, rows, *cause)


def _check_parameters(f, gradients, tensors):
    """The check of a network: one random direction for each parameter, then the coordinates of the worst."""
    result = f() if callable(f) else f
    if not isinstance(result, Tensor):
        raise ValueError(_("f must be a function that returns a Tensor made from x, not {value!r}.").format(value=result))
    if gradients is None:
        result.backward()
        gradients = [np.zeros(tensor.shape) if tensor.grad is None else tensor.grad for tensor in tensors]
    if not isinstance(gradients, (list, tuple)) or len(gradients) != len(tensors):
        raise ValueError(_("grad must be a list with one array for each tensor, not {it!r}.").format(it=gradients))
    random, names = np.random.default_rng(0), [t.name or _("parameter {i}").format(i=i) for i, t in enumerate(tensors)]
    gradients = [_floats(g, _("the gradient of {name}").format(name=n)) for n, g in zip(names, gradients, strict=True)]
    told, claims, found = [], [], []
    for name, tensor, gradient in zip(names, tensors, gradients, strict=True):
        if gradient.shape != tensor.shape:
            return _report(*_entries(f, tensor, gradient, name))
        direction = random.normal(size=tensor.shape) * np.maximum(1, np.abs(tensor.data))
        told.append(_("{name}, a random direction").format(name=name) if tensor.shape else name)
        claims.append(float(np.vdot(gradient, direction)))
        size = float(np.max(np.abs(tensor.data), initial=0))
        found.append(_measured(_moved(f, tensor, ..., direction), 0.0, claims[-1], size))
    rows = _rows(told, claims, found)
    worst = max(range(len(rows)), key=lambda k: rows[k].relative)
    if rows[worst].relative < CLOSE:
        return _report(rows, _KINK if any(row.kink for row in rows) else ("", ""))
    if np.size(tensors[worst].data) > _MOST:
        return _report(rows, ("", _("It has too many entries to try each: check a smaller network.")))
    entries, cause, _verdict = _entries(f, tensors[worst], gradients[worst], names[worst])
    if all(row.relative < CLOSE for row in entries):
        cause = _("Each coordinate alone is right."), _("Has f a kink there, which this direction crosses?")
    else:
        del rows[worst]  # its coordinates tell more
    return _report([*entries, *rows], cause)


def _entries(f, tensor, gradient, name):
    """What `_compared` tells of the entries of a tensor."""
    names = [_coordinate(name, i) for i in np.ndindex(tensor.shape)]
    return _compared(lambda i: _moved(f, tensor, i), gradient, np.asarray(tensor.data), names, name)


def _moved(f, tensor, where, direction=1.0):
    """f as a function of how far these entries of a tensor are moved in a direction; its data is put back each time."""
    kept = tensor.data

    def value(change):
        moved = np.array(kept)
        moved[where] += change * direction
        tensor.data = moved
        try:
            return _number(f().data)
        finally:
            tensor.data = kept

    return value
