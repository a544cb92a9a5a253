"""Loss surfaces: functions z = f(x, y) to walk down on, each with its exact gradient.

A `Surface` is called like the function it is. Its gradient is written by hand, from the same formula that a lesson
shows, and the tests compare each one with the complex step and with finite differences at hundreds of random points.
The gradient of a learner's own function comes from the engine.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from gdlab.maths.engine import Tensor
from gdlab.maths.formulas import read
from gdlab.maths.words import _


@dataclass(frozen=True, eq=False)
class Surface:
    """A function of two variables, with all that a picture of it needs.

    Attributes:
        name: a short name, as it stands in a legend.
        formula: the right-hand side in LaTeX, without dollar signs.
        value: the function itself, `value(x, y)`, in plain numpy.
        gradient: its two partial derivatives, `gradient(x, y) -> (dz/dx, dz/dy)`.
        window: the part worth looking at, ((x low, x high), (y low, y high)).
        minima: the known local minima as (x, y) pairs; empty where there are none or none are known.
        axes: what the two variables are called.
    """

    name: str
    formula: str
    value: Callable
    gradient: Callable
    window: tuple = ((-5.0, 5.0), (-5.0, 5.0))
    minima: tuple = ()
    axes: tuple = ("x", "y")

    def __call__(self, x, y):
        """The height z at (x, y). Numbers or arrays of any shapes that broadcast; integers are converted."""
        x, y = _numbers(x, y)
        return self._shaped(self.value(x, y), x, y)

    def grad(self, x, y):
        """The partial derivatives (dz/dx, dz/dy) at (x, y), each of the broadcast shape of x and y."""
        x, y = _numbers(x, y)
        both = self.gradient(x, y)
        if not isinstance(both, (tuple, list, np.ndarray)) or len(both) != 2:
            raise ValueError(_("{name}: its gradient must return a pair (dz/dx, dz/dy).").format(name=self.name))
        return self._shaped(both[0], x, y), self._shaped(both[1], x, y)

    def _shaped(self, z, x, y):
        """What a function returned at x and y, in their broadcast shape, as an array of its own."""
        if type(z) is np.ndarray and z.shape == x.shape == y.shape and z.ndim and z.dtype.kind in "fc":  # mostly: be quick
            return z.copy()
        shape = np.broadcast_shapes(np.shape(x), np.shape(y))
        z = np.asarray(z)
        if z.dtype.kind not in "fciub":
            raise ValueError(_("{name}: the function returned {z!r} and no number.").format(name=self.name, z=z[()]))
        if z.dtype.kind in "iub":
            z = z.astype(float)
        try:
            return np.array(np.broadcast_to(z, shape))[()]
        except ValueError:
            raise ValueError(
                _("{name}: the function returned the shape {z} where x and y have {shape}; use x and y as they come.").format(
                    name=self.name, z=z.shape, shape=shape
                )
            ) from None

    def __repr__(self):
        return f"<Surface {self.name}: z = {self.formula}>"


def _numbers(*values):
    """Each value as a floating-point (or complex) array: integers converted, anything else refused.

    A copy, always: a function that changes its arguments in place, as `x += y` does, changes nobody else's.
    """
    if all(type(value) is np.ndarray and value.dtype.kind in "fc" for value in values):
        return [value.copy() for value in values]
    try:
        arrays = [np.asarray(value) for value in values]
    except ValueError:
        raise ValueError(_("x and y must be numbers or arrays of numbers, not {value!r}.").format(value=values)) from None
    for value, array in zip(values, arrays, strict=True):
        if array.dtype.kind not in "fciub":
            raise ValueError(_("x and y must be numbers or arrays of numbers, not {value!r}.").format(value=value))
    return [array.astype(array.dtype if array.dtype.kind in "fc" else float) for array in arrays]


bowl = Surface(
    name="bowl",
    formula="x^2 + y^2",
    value=lambda x, y: x**2 + y**2,
    gradient=lambda x, y: (2 * x, 2 * y),
    minima=((0.0, 0.0),),
)


def ravine(kappa=10.0):
    """A bowl squeezed in y: z = ½(x² + κy²). κ, its condition number, is the ratio of the two curvatures."""
    if not isinstance(kappa, (int, float, np.number)) or not 0 < kappa < np.inf:
        raise ValueError(_("kappa must be a positive number, not {value!r}. Try ravine(10).").format(value=kappa))
    return _ravine(float(kappa))


@cache  # one object for each κ, so that a picture knows it has drawn that ground already
def _ravine(kappa):
    return Surface(
        name=f"ravine, κ = {kappa:g}",
        formula=rf"\frac{{1}}{{2}}(x^2 + {kappa:g}\,y^2)",
        value=lambda x, y: 0.5 * (x**2 + kappa * y**2),
        gradient=lambda x, y: (x, kappa * y),
        window=((-5.0, 5.0), (-3.0, 3.0)),
        minima=((0.0, 0.0),),
    )


saddle = Surface(
    name="saddle",
    formula="x^2 - y^2",
    value=lambda x, y: x**2 - y**2,
    gradient=lambda x, y: (2 * x, -2 * y),
    window=((-3.0, 3.0), (-3.0, 3.0)),
)

double_well = Surface(
    name="double well",
    formula=r"x^4 - 2x^2 + \frac{1}{2}x + y^2",
    value=lambda x, y: x**4 - 2 * x**2 + 0.5 * x + y**2,
    gradient=lambda x, y: (4 * x**3 - 4 * x + 0.5, 2 * y),
    window=((-1.8, 1.8), (-1.2, 1.2)),
    # The outer roots of 4x³ − 4x + ½ = 0; the left well is the deeper one.
    minima=((-1.0574537707384, 0.0), (0.9304029265559, 0.0)),
)

rosenbrock = Surface(
    name="Rosenbrock",
    formula="(1 - x)^2 + 100(y - x^2)^2",
    value=lambda x, y: (1 - x) ** 2 + 100 * (y - x**2) ** 2,
    gradient=lambda x, y: (-2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2)),
    window=((-2.0, 2.0), (-1.0, 3.0)),
    minima=((1.0, 1.0),),
)


def _himmelblau_slopes(x, y):
    u, v = x**2 + y - 11, x + y**2 - 7
    return 4 * x * u + 2 * v, 2 * u + 4 * y * v


himmelblau = Surface(
    name="Himmelblau",
    formula="(x^2 + y - 11)^2 + (x + y^2 - 7)^2",
    value=lambda x, y: (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2,
    gradient=_himmelblau_slopes,
    minima=(
        (3.0, 2.0),
        (-2.8051180869527, 3.1313125182506),
        (-3.7793102533777, -3.2831859912862),
        (3.5844283403305, -1.8481265269644),
    ),
)

beale = Surface(
    name="Beale",
    formula="(1.5 - x + xy)^2 + (2.25 - x + xy^2)^2 + (2.625 - x + xy^3)^2",
    value=lambda x, y: (
        (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2
    ),
    gradient=lambda x, y: (
        2 * (1.5 - x + x * y) * (y - 1)
        + 2 * (2.25 - x + x * y**2) * (y**2 - 1)
        + 2 * (2.625 - x + x * y**3) * (y**3 - 1),
        2 * (1.5 - x + x * y) * x
        + 4 * (2.25 - x + x * y**2) * x * y
        + 6 * (2.625 - x + x * y**3) * x * y**2,
    ),
    window=((-4.5, 4.5), (-4.5, 4.5)),
    minima=((3.0, 0.5),),
)

_RASTRIGIN_VALLEYS = (0.0, -0.9949586376523, 0.9949586376523, -1.9899122337085, 1.9899122337085)
rastrigin = Surface(
    name="Rastrigin",
    formula=r"20 + x^2 - 10\cos 2\pi x + y^2 - 10\cos 2\pi y",
    value=lambda x, y: 20 + x**2 - 10 * np.cos(2 * np.pi * x) + y**2 - 10 * np.cos(2 * np.pi * y),
    gradient=lambda x, y: (
        2 * x + 20 * np.pi * np.sin(2 * np.pi * x),
        2 * y + 20 * np.pi * np.sin(2 * np.pi * y),
    ),
    window=((-2.5, 2.5), (-2.5, 2.5)),
    # A local minimum near every pair of whole numbers, the lowest one first.
    minima=tuple((x, y) for x in _RASTRIGIN_VALLEYS for y in _RASTRIGIN_VALLEYS),
)


def _dip(x, y, x0, y0):
    """A round hollow of depth 1 and radius about 1.4 at (x0, y0): a Gaussian turned upside down."""
    return -np.exp(-((x - x0) ** 2 + (y - y0) ** 2) / 2)


mountain = Surface(
    name="mountain",
    formula=r"\frac{1}{10}(x^2 + y^2) - 3e^{-((x-2)^2 + (y-1)^2)/2} - 2e^{-((x+2)^2 + (y+2)^2)/2}",
    value=lambda x, y: (x**2 + y**2) / 10 + 3 * _dip(x, y, 2, 1) + 2 * _dip(x, y, -2, -2),
    gradient=lambda x, y: (
        x / 5 - 3 * (x - 2) * _dip(x, y, 2, 1) - 2 * (x + 2) * _dip(x, y, -2, -2),
        y / 5 - 3 * (y - 1) * _dip(x, y, 2, 1) - 2 * (y + 2) * _dip(x, y, -2, -2),
    ),
    window=((-4.0, 4.0), (-4.0, 4.0)),
    minima=((1.8738105313373, 0.9369006060511), (-1.8121959916607, -1.8122148500929)),
)


def from_function(f, name="f", formula="f(x, y)", window=((-5.0, 5.0), (-5.0, 5.0)), minima=()):
    """A Surface of your own function f(x, y) in plain numpy; its gradient comes from the engine.

    Args:
        f: takes numbers, arrays or tensors x and y, and calculates with them as numpy does: no `if`, no `math.sin`.
        name, formula, window, minima: see `Surface`.
    """
    if not callable(f):
        raise ValueError(_("from_function needs a function of x and y, not {it!r}. For a text take parse.").format(it=f))

    def gradient(x, y):
        x, y = (Tensor(values, name) for name, values in zip("xy", np.broadcast_arrays(x, y), strict=True))
        with np.errstate(all="ignore"):  # a pole is no error: its slope is infinite
            z = f(x, y)
            if not isinstance(z, Tensor):
                return 0.0, 0.0
            z.backward(np.ones(z.shape))
        # Where there is no height, there is no slope: the rule of log, 1/x, knows nothing of that.
        slopes = (0.0 if tensor.grad is None else tensor.grad for tensor in (x, y))
        return tuple(np.where(np.isnan(z.data), np.nan, slope) for slope in slopes)

    def value(x, y):
        with np.errstate(all="ignore"):
            return f(x, y)

    surface = Surface(name, formula, value, gradient, window, minima)
    centre = np.mean(window, axis=1)
    surface.grad(*centre), surface(*centre)  # what has no rule, or is no number, is told here and not in the midst of a walk
    return surface


def parse(text, window=((-5.0, 5.0), (-5.0, 5.0))):
    """A Surface of a text that a learner types, such as "x**2 + 3*sin(y)"; `gdlab.maths.formulas` says what is allowed.

    Raises:
        FormulaError: for a text that is no formula; it shows the place.
    """
    if not isinstance(text, str):
        read(text)  # says what is needed
    return _parsed(text, tuple(map(tuple, window)))


@lru_cache(maxsize=256)  # the same object for the same text, so that a picture knows it has drawn that ground already
def _parsed(text, window):
    function, formula = read(text)
    return from_function(function, text, formula, window)
