"""Every surface of the catalogue is what its formula says, and its gradient and minima are those of its
function.

The gradients are written by hand, so three independent oracles look at them: the complex step (exact to
rounding), central differences, and Newton's method from all over the window, which must find the listed
minima and no others.
"""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.mathtext import MathTextParser

import gdlab
from gdlab.maths import surfaces
from gdlab import GradientDescent, descend
from gdlab.maths.surfaces import Surface, line_loss, ravine

FIXED = [surface for surface in vars(surfaces).values() if isinstance(surface, Surface)]
CATALOGUE = [*FIXED, *map(ravine, (0.25, 1, 10, 100, 1e4))]
SIZE, PRICE = np.array([1, 2, 3, 4, 5]), np.array([2, 3, 5, 4, 6])
HOUSES, CENTRED = line_loss(SIZE, PRICE), line_loss(SIZE - 3, PRICE, ((-3, 3), (-1, 6)), "centred houses")
LINES = [HOUSES, CENTRED, line_loss([-2.5, 0.5, 0.5, 7], [3, -1, 2, -8], ((-3, 1), (-2, 4)), "four points")]
SURFACES = [*CATALOGUE, *LINES]

every_surface = pytest.mark.parametrize(
    "surface", SURFACES, ids=lambda surface: surface.name.replace("κ", "kappa")
)


def anywhere(test):
    """Run a test on 2,000 random points: hypothesis chooses seeds, numpy a hundred points from each."""
    return settings(max_examples=20, deadline=None)(given(seed=st.integers(0, 2**32 - 1))(test))


def points_in(surface, n, seed):
    """x and y of n random points in the window."""
    low, high = np.transpose(surface.window)
    return np.random.default_rng(seed).uniform(low, high, (n, 2)).T


def steepest(surface):
    """The largest slope in the window: what rounding errors are measured against."""
    x, y = np.meshgrid(*(np.linspace(*side, 41) for side in surface.window))
    return np.abs(surface.grad(x, y)).max()


def hessian(surface, x, y, h=1e-30):
    """The second derivatives, shape (2, 2, ...), by the complex step of the gradient."""
    return np.array([np.imag(surface.grad(x + 1j * h, y)), np.imag(surface.grad(x, y + 1j * h))]) / h


def test_the_catalogue_is_all_there():
    exported = {value.name for name in dir(gdlab) if isinstance(value := getattr(gdlab, name), Surface)}
    assert exported == {surface.name for surface in FIXED}
    assert len(FIXED) >= 7


@every_surface
@anywhere
def test_gradient_is_the_complex_step(surface, seed):
    x, y = points_in(surface, 100, seed)
    h = 1e-30  # no difference is taken, so h may be as small as one likes
    by_step = np.imag([surface(x + 1j * h, y), surface(x, y + 1j * h)]) / h
    np.testing.assert_allclose(surface.grad(x, y), by_step, rtol=1e-12, atol=1e-14 * steepest(surface))


@every_surface
@anywhere
def test_gradient_is_the_central_difference(surface, seed):
    x, y = points_in(surface, 100, seed)
    h = 1e-5
    by_difference = [surface(x + h, y) - surface(x - h, y), surface(x, y + h) - surface(x, y - h)]
    # Truncation h²f‴/6 and rounding eps·f/h are both below a millionth of the steepest slope here.
    np.testing.assert_allclose(
        surface.grad(x, y), np.divide(by_difference, 2 * h), atol=1e-7 * steepest(surface)
    )


@every_surface
@pytest.mark.parametrize(
    "x_shape, y_shape", [((), ()), ((7,), (7,)), ((), (4,)), ((3, 1), (5,)), ((2, 1, 4), (3, 1)), ((0,), ())]
)
def test_shapes_broadcast(surface, x_shape, y_shape):
    random = np.random.default_rng(1)
    x, y = random.uniform(-1, 1, x_shape), random.uniform(-1, 1, y_shape)
    shape = np.broadcast_shapes(x_shape, y_shape)
    z, dx, dy = surface(x, y), *surface.grad(x, y)
    assert np.shape(z) == np.shape(dx) == np.shape(dy) == shape
    for i in np.ndindex(shape):
        one = (float(np.broadcast_to(v, shape)[i]) for v in (x, y))
        here = surface(*(pair := tuple(one))), *surface.grad(*pair)
        # At most a rounding apart: numpy's loops over arrays use other instructions than for one number.
        np.testing.assert_allclose([z[i], dx[i], dy[i]], here, rtol=1e-14, atol=1e-14 * steepest(surface))


@every_surface
def test_numbers_give_numbers(surface):
    for value in (surface(1.5, -0.5), *surface.grad(1.5, -0.5)):
        assert isinstance(value, float)


@every_surface
@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.int64, bool])
def test_integers_are_converted_and_never_truncated(surface, kind):
    x, y = (
        np.array([3, 11, 0]).astype(kind),
        np.array([2, 11, 1]).astype(kind),
    )  # 11⁴ does not fit into 8 bits
    assert np.array_equal(surface(x, y), surface(x.astype(float), y.astype(float)))
    assert np.array_equal(surface.grad(x, y), surface.grad(x.astype(float), y.astype(float)))
    assert np.array_equal(surface(x.tolist(), y.tolist()), surface(x, y))
    assert surface(3, 1) == surface(3.0, 1.0) and surface.grad(3, 1) == surface.grad(3.0, 1.0)


@every_surface
def test_the_callers_arrays_stay_theirs(surface):
    x, y = points_in(surface, 5, 0)
    before = x.copy(), y.copy()
    results = surface(x, y), *surface.grad(x, y)
    assert np.array_equal([x, y], before)
    for result in results:  # nor may a result change later, when the caller's array does
        assert not np.shares_memory(result, x) and not np.shares_memory(result, y)


def in_place(x, y):
    """x² + (x + y)², by somebody who saves memory."""
    y += x
    x *= x
    y **= 2
    x += y
    return x


@pytest.mark.parametrize(
    "made", [surfaces.from_function, lambda f: Surface("own", "", f, in_place_slopes)], ids=["engine", "by hand"]
)
def test_a_function_that_changes_its_arguments_changes_nobody_elses(made):
    own, pure = made(in_place), surfaces.from_function(lambda x, y: x**2 + (x + y) ** 2)
    x, y = points_in(own, 5, 0)
    before = x.copy(), y.copy()
    np.testing.assert_allclose(own(x, y), pure(x, y), rtol=1e-14)
    np.testing.assert_allclose(own.grad(x, y), pure.grad(x, y), rtol=1e-14)
    assert np.array_equal([x, y], before)
    for starts in ((3.0, 4.0), np.stack([x, y], axis=-1)):
        walks = [gdlab.descend(surface, starts, gdlab.Momentum(0.05), 20) for surface in (own, pure)]
        for name in ("points", "losses", "gradients"):
            np.testing.assert_allclose(getattr(walks[0], name), getattr(walks[1], name), rtol=1e-12, atol=1e-12)


def in_place_slopes(x, y):
    y += x
    slope = 2 * y
    x *= 2
    x += slope
    return x, slope


def stationary_points(surface):
    """Where the gradient vanishes in the window: Newton's method from 71 × 71 starts, each place once."""
    starts = np.meshgrid(*(np.linspace(*side, 71) for side in surface.window))
    at = np.array(starts).reshape(2, -1)
    with np.errstate(all="ignore"):  # where the Hessian is singular a start goes astray; the others do not
        for _ in range(60):
            (a, b), (c, d) = hessian(surface, *at)
            gx, gy = surface.grad(*at)
            at = at - np.array([d * gx - b * gy, a * gy - c * gx]) / (a * d - b * c)
        low, high = np.transpose(surface.window)[..., None]
        there = np.all((at >= low) & (at <= high), axis=0)
        there &= np.abs(surface.grad(*at)).max(axis=0) < 1e-9 * steepest(surface)
    return np.unique(np.round(at[:, there], 7) + 0.0, axis=1).T  # + 0.0 makes one of 0 and −0


@every_surface
def test_listed_minima_are_minima(surface):
    for x, y in surface.minima:
        (x0, x1), (y0, y1) = surface.window
        assert x0 < x < x1 and y0 < y < y1
        assert np.abs(surface.grad(x, y)).max() < 1e-11 * steepest(surface)
        assert np.linalg.eigvalsh(hessian(surface, x, y)).min() > 0
        around = np.linspace(0, 2 * np.pi, 60)
        assert np.all(surface(x + 1e-2 * np.cos(around), y + 1e-2 * np.sin(around)) > surface(x, y))


@every_surface
def test_no_minimum_is_missing(surface):
    found = [
        point
        for point in stationary_points(surface)
        if np.linalg.eigvalsh(hessian(surface, *point)).min() > 1e-6
    ]
    assert len(found) == len(surface.minima)
    for minimum in surface.minima:
        assert np.min(np.linalg.norm(np.array(found) - minimum, axis=1)) < 1e-6


def test_the_search_finds_minima_saddles_and_tops():
    # The oracle of the test above, held against what is known: Himmelblau has 4 minima, 4 saddles and 1 top.
    assert len(stationary_points(surfaces.himmelblau)) == 9
    assert np.array_equal(stationary_points(surfaces.saddle), [[0, 0]])


def from_latex(formula):
    """A function of x and y from the LaTeX of the catalogue: powers, fractions, cos, implied products."""
    formula = re.sub(r"\\frac\{(\d+)\}\{(\d+)\}", r"(\1/\2)", formula)
    formula = re.sub(r"\\cos ([^-+]+)", r"\\cos(\1)", formula)
    tokens = re.findall(r"\\cos|\\pi|\d+\.?\d*(?:e[-+]\d+)?|[xye]|[-+/^(){}]", formula)
    python, before = "", "("
    for token in tokens:
        if (before[-1] in ")}" or (before[-1].isalnum() and before != r"\cos")) and (
            token[0].isalnum() or token[0] in "(\\"
        ):
            python += "*"
        python += {"^": "**", "{": "(", "}": ")", r"\pi": "np.pi", r"\cos": "np.cos", "e": "np.e"}.get(
            token, token
        )
        before = token
    return eval(f"lambda x, y: {python}", {"np": np})


@pytest.mark.parametrize("surface", CATALOGUE, ids=lambda surface: surface.name.replace("κ", "kappa"))
def test_formula_says_what_the_function_does(surface):
    x, y = points_in(surface, 50, 0)
    np.testing.assert_allclose(from_latex(surface.formula)(x, y), surface(x, y), rtol=1e-9)


@every_surface
def test_formula_can_be_drawn(surface):
    parse = MathTextParser("path").parse
    assert parse(f"$z = {surface.formula}$").width > 0


def test_the_loss_of_a_line_is_the_mean_of_its_squared_errors():
    random = np.random.default_rng(0)
    w, b = random.uniform(-9, 9, (2, 100, 1))
    for n in (2, 5, 60):
        x, y = random.normal(random.normal(), 3, (2, n))
        loss, errors = line_loss(x, y), w * x + b - y
        np.testing.assert_allclose(loss(w, b)[:, 0], np.mean(errors**2, axis=1), rtol=1e-12)
        slopes = np.mean(2 * errors * x, axis=1), np.mean(2 * errors, axis=1)
        np.testing.assert_allclose(np.array(loss.grad(w, b))[..., 0], slopes, rtol=1e-12, atol=1e-11)
        np.testing.assert_allclose(loss.minima, [np.polyfit(x, y, 1)], rtol=1e-10)


def test_the_five_houses_have_the_numbers_of_the_lessons():
    assert HOUSES(0, 0) == pytest.approx(18) and HOUSES.grad(0, 0) == pytest.approx((-27.6, -8)) and HOUSES.axes == ("w", "b")
    assert HOUSES.minima[0] == pytest.approx((0.9, 1.3)) and HOUSES(*HOUSES.minima[0]) == pytest.approx(0.38)
    bend = hessian(HOUSES, 0.0, 0.0)
    np.testing.assert_allclose(bend, [[22, 6], [6, 2]], rtol=1e-12)
    assert np.linalg.eigvalsh(bend) == pytest.approx((0.338, 23.662), abs=5e-4) and HOUSES.curvatures == ()
    path = descend(HOUSES, (0, 0), GradientDescent(0.04), 2)
    np.testing.assert_allclose(path.points[1:], [(1.104, 0.32), (1.15968, 0.34944)], rtol=1e-12)
    assert path.losses[1:] == pytest.approx((0.5987, 0.5443), abs=5e-5)
    near = lambda loss, lr: np.argmax(descend(loss, (0, 0), GradientDescent(lr), 1000).losses < 0.39)  # 0: never
    assert [near(HOUSES, lr) for lr in (0.04, 0.08, 0.0845)] == [105, 53, 0] and near(CENTRED, 1 / 3) == 4
    assert descend(HOUSES, (0, 0), GradientDescent(0.09), 50).status == "diverged"


def test_centred_houses_are_a_bowl_along_the_axes_and_say_so():
    assert CENTRED.curvatures == pytest.approx((4, 2)) and CENTRED.minima[0] == pytest.approx((0.9, 4))
    path = descend(CENTRED, (0, 0), GradientDescent(1 / 3), 3)
    np.testing.assert_allclose(path.points[1:], [(1.2, 8 / 3), (0.8, 32 / 9), (14 / 15, 104 / 27)], rtol=1e-12)
    assert "by −0.333 along w and by 0.333 along b." in path.summary()
    assert line_loss(SIZE / 7 - np.mean(SIZE / 7), PRICE).curvatures  # centred but for rounding
    assert "Each step" not in descend(HOUSES, (0, 0), GradientDescent(0.04), 3).summary()


def test_a_ravine_is_one_object_for_each_kappa():
    # So a picture knows that it has drawn this ground already, and does not draw it again.
    assert ravine(10.0) is ravine(10.0)
    assert ravine(10) is not ravine(11)
