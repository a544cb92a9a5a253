"""Loss surfaces: functions z = f(x, y) to walk down on, each with its exact gradient.

A `Surface` is called like the function it is. Its gradient is written by hand, from the formula that a lesson shows; the tests
hold it against the complex step at thousands of points. That of a learner's own function comes from the engine.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from gdlab.maths.checks import is_number, need, numbers, pairs
from gdlab.maths.engine import Tensor
from gdlab.maths.formulas import read

_KINDS = "fciub"  # complex numbers, too: for the complex step


@dataclass(frozen=True, eq=False)
class Surface:
    """A function of two variables, with all that a picture of it needs."""

    name: str  # as it stands in a legend
    formula: str  # the right-hand side in LaTeX, without dollar signs
    value: Callable  # the function itself, value(x, y), in plain numpy
    gradient: Callable  # its two partial derivatives, gradient(x, y) -> (dz/dx, dz/dy)
    window: tuple = ((-5.0, 5.0), (-5.0, 5.0))  # the part worth looking at: ((x low, x high), (y low, y high))
    minima: tuple = ()  # the known local minima, as pairs (x, y)
    axes: tuple = ("x", "y")  # what the two variables are called
    curvatures: tuple = ()  # of a bowl along the axes, whose slopes are these times the distance to its minimum

    def __call__(self, x, y):
        """The height z at (x, y): numbers, or arrays of any shapes that broadcast. The function gets copies."""
        x, y = numbers(x, "x", _KINDS), numbers(y, "y", _KINDS)
        return self._shaped(self.value(x, y), x, y)

    def grad(self, x, y):
        """The partial derivatives (dz/dx, dz/dy) at (x, y), each of the broadcast shape of x and y."""
        x, y = numbers(x, "x", _KINDS), numbers(y, "y", _KINDS)
        dx, dy = self.gradient(x, y)
        return self._shaped(dx, x, y), self._shaped(dy, x, y)

    def _shaped(self, z, x, y):
        """What a function returned at x and y, in their broadcast shape, as an array of its own."""
        z, shape = numbers(z, f"{self.name}: what the function returns", _KINDS), np.broadcast_shapes(x.shape, y.shape)
        try:
            return z[()] if z.shape == shape else np.array(np.broadcast_to(z, shape))[()]
        except ValueError:
            need(False, f"{self.name}: what the function returns must have the shape of x and y, {shape}", z.shape)

    def __repr__(self):
        return f"<Surface {self.name}: z = {self.formula}>"


bowl = Surface(
    "bowl", "x^2 + y^2",
    lambda x, y: x**2 + y**2,
    lambda x, y: (2 * x, 2 * y),
    minima=((0.0, 0.0),), curvatures=(2.0, 2.0),
)  # fmt: skip


@cache  # one object for each κ, so that a picture knows it has drawn that ground already
def ravine(kappa=10.0):
    """A bowl squeezed in y: z = ½(x² + κy²). κ, its condition number, is the ratio of the two curvatures."""
    need(is_number(kappa) and kappa > 0, "kappa must be a positive number, as in ravine(10)", kappa)
    return Surface(
        f"ravine, κ = {kappa:g}", rf"\frac{{1}}{{2}}(x^2 + {kappa:g}\,y^2)",
        lambda x, y: 0.5 * (x**2 + kappa * y**2),
        lambda x, y: (x, kappa * y),
        window=((-5.0, 5.0), (-3.0, 3.0)), minima=((0.0, 0.0),), curvatures=(1.0, float(kappa)),
    )  # fmt: skip


saddle = Surface(
    "saddle", "x^2 - y^2",
    lambda x, y: x**2 - y**2,
    lambda x, y: (2 * x, -2 * y),
    window=((-3.0, 3.0), (-3.0, 3.0)),
)  # fmt: skip

double_well = Surface(
    "double well", r"x^4 - 2x^2 + \frac{1}{2}x + y^2",
    lambda x, y: x**4 - 2 * x**2 + 0.5 * x + y**2,
    lambda x, y: (4 * x**3 - 4 * x + 0.5, 2 * y),
    window=((-1.8, 1.8), (-1.2, 1.2)),
    # The outer roots of 4x³ − 4x + ½ = 0; the left well is the deeper one.
    minima=((-1.0574537707384, 0.0), (0.9304029265559, 0.0)),
)  # fmt: skip

rosenbrock = Surface(
    "Rosenbrock", "(1 - x)^2 + 100(y - x^2)^2",
    lambda x, y: (1 - x) ** 2 + 100 * (y - x**2) ** 2,
    lambda x, y: (-2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2)),
    window=((-2.0, 2.0), (-1.0, 3.0)), minima=((1.0, 1.0),),
)  # fmt: skip

himmelblau = Surface(
    "Himmelblau", "(x^2 + y - 11)^2 + (x + y^2 - 7)^2",
    lambda x, y: (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2,
    lambda x, y: (4 * x * (x**2 + y - 11) + 2 * (x + y**2 - 7), 2 * (x**2 + y - 11) + 4 * y * (x + y**2 - 7)),
    minima=((3, 2), (-2.805118086953, 3.131312518251), (-3.779310253378, -3.283185991286), (3.58442834033, -1.848126526964)),
)  # fmt: skip

beale = Surface(
    "Beale", "(1.5 - x + xy)^2 + (2.25 - x + xy^2)^2 + (2.625 - x + xy^3)^2",
    lambda x, y: (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2,
    lambda x, y: (
        2 * (1.5 - x + x * y) * (y - 1) + 2 * (2.25 - x + x * y**2) * (y**2 - 1) + 2 * (2.625 - x + x * y**3) * (y**3 - 1),
        2 * (1.5 - x + x * y) * x + 4 * (2.25 - x + x * y**2) * x * y + 6 * (2.625 - x + x * y**3) * x * y**2,
    ),
    window=((-4.5, 4.5), (-4.5, 4.5)), minima=((3.0, 0.5),),
)  # fmt: skip


def _dip(x, y, x0, y0):
    """A round hollow of depth 1 and radius about 1.4 at (x0, y0): a Gaussian turned upside down."""
    return -np.exp(-((x - x0) ** 2 + (y - y0) ** 2) / 2)


mountain = Surface(
    "mountain", r"3 + \frac{1}{10}(x^2 + y^2) - 3e^{-((x-2)^2 + (y-1)^2)/2} - 2e^{-((x+2)^2 + (y+2)^2)/2}",
    # Raised by 3: it is shown as a loss, and a loss that is never below 0 raises no questions.
    lambda x, y: 3 + (x**2 + y**2) / 10 + 3 * _dip(x, y, 2, 1) + 2 * _dip(x, y, -2, -2),
    lambda x, y: (
        x / 5 - 3 * (x - 2) * _dip(x, y, 2, 1) - 2 * (x + 2) * _dip(x, y, -2, -2),
        y / 5 - 3 * (y - 1) * _dip(x, y, 2, 1) - 2 * (y + 2) * _dip(x, y, -2, -2),
    ),
    window=((-4.0, 4.0), (-4.0, 4.0)), minima=((1.8738105313373, 0.9369006060511), (-1.8121959916607, -1.8122148500929)),
)  # fmt: skip


def line_loss(x, y, window=((-1.5, 3.5), (-2.0, 4.0)), name="houses"):
    """The loss of a line ŷ = wx + b through data: L(w, b), the mean of (ŷ − y)². Data count by their means only:
    L = least + variance of x · (w − best w)² + (mean error)².
    """
    x, y = pairs(x, y)
    middle, height, spread = x.mean(), y.mean(), x.var()
    best = np.mean((x - middle) * (y - height)) / spread
    least = np.mean((best * (x - middle) + height - y) ** 2)
    mean_error = lambda w, b: w * middle + b - height
    return Surface(
        name, "L(w, b)",
        lambda w, b: least + spread * (w - best) ** 2 + mean_error(w, b) ** 2,
        lambda w, b: (2 * spread * (w - best) + 2 * middle * mean_error(w, b), 2 * mean_error(w, b)),
        window, ((float(best), float(height - best * middle)),), ("w", "b"),
        (2 * float(spread), 2.0) if abs(middle) < 1e-12 * np.sqrt(spread) else (),  # sizes that are centred
    )  # fmt: skip


def from_function(f, name="f", formula="f(x, y)", window=((-5.0, 5.0), (-5.0, 5.0)), minima=()):
    """A Surface of your own function f(x, y) in plain numpy; its gradient comes from the engine.

    f takes numbers, arrays or tensors, and calculates as numpy does: no `if`, no `math.sin`. For the others see `Surface`.
    """
    need(callable(f), "from_function needs a function of x and y (for a text take parse)", f)
    value = np.errstate(all="ignore")(f)  # a pole is no error: its height and its slope are infinite

    @np.errstate(all="ignore")
    def gradient(x, y):
        x, y = (Tensor(values, name) for name, values in zip("xy", np.broadcast_arrays(x, y), strict=True))
        z = f(x, y)
        if not isinstance(z, Tensor):
            return 0.0, 0.0
        z.backward(np.ones(z.shape))
        # Where there is no height, there is no slope: the rule of log, 1/x, knows nothing of that.
        return tuple(np.where(np.isnan(z.data), np.nan, 0.0 if at.grad is None else at.grad) for at in (x, y))

    surface = Surface(name, formula, value, gradient, window, minima)
    centre = np.mean(window, axis=1)
    surface.grad(*centre), surface(*centre)  # what has no rule, or is no number, is told here and not in the midst of a walk
    return surface


@lru_cache(maxsize=256)  # here, too, one object for each text
def parse(text):
    """A Surface of a text that a learner types, such as "x**2 + 3*sin(y)"; a FormulaError shows where a text is no formula."""
    function, formula = read(text)
    return from_function(function, text, formula)
