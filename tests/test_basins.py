"""A map of basins is what walking every start alone, to its end, would give: to take out who has come to rest
saves time, and must change no label.
"""

import numpy as np
import pytest

from gdlab import (
    AdaGrad,
    Adam,
    GradientDescent,
    Momentum,
    Nesterov,
    RMSProp,
    Surface,
    basins,
    beale,
    bowl,
    descend,
    double_well,
    himmelblau,
    mountain,
    rosenbrock,
    saddle,
)

# Himmelblau's minima let go of a walker one by one between 0.016 and 0.025: beyond 2/curvature.
PLAIN = (0.0005, 0.002, 0.01, 0.0155, 0.0165, 0.0175, 0.019, 0.0205, 0.022, 0.025, 0.03, 0.1, 5.0, 1e300)


def walked(surface, rule, steps, n):
    """The labels by a loop over all walkers for all steps, from which nobody is taken out."""
    (x0, x1), (y0, y1) = surface.window
    position = np.stack(np.meshgrid(np.linspace(x0, x1, n), np.linspace(y0, y1, n)))
    memory = rule.start(position)
    with np.errstate(all="ignore"):
        for _step in range(steps):
            displacement, memory = rule.step(np.array(surface.grad(*position)), memory)
            position = position + displacement
        away = np.array([np.hypot(position[0] - x, position[1] - y) for x, y in surface.minima])
        away = np.where(np.isfinite(away), away, np.inf)
    return np.where(away.min(axis=0) < 0.25, away.argmin(axis=0), -1)


def assert_same(surface, rule, steps, n=40):
    ours = basins(surface, rule, steps, n)
    assert ours.shape == (n, n) and ours.dtype.kind == "i"
    expected = walked(surface, rule, steps, n)
    assert np.array_equal(ours, expected), f"{np.count_nonzero(ours != expected)} labels of {n * n} differ"
    return ours


@pytest.mark.parametrize("lr", PLAIN)
def test_plain_descent_ends_where_every_single_walk_ends(lr):
    for steps in (7, 60, 300):
        assert_same(himmelblau, GradientDescent(lr), steps)


def test_the_rates_of_these_tests_are_of_all_kinds():
    # Where nothing ends, or everything, labels would agree by themselves.
    found = {lr: np.bincount(1 + basins(himmelblau, GradientDescent(lr), 300, 40).ravel()) for lr in PLAIN}
    assert found[0.0005][0] > 0  # too slow for some
    assert found[0.01][0] == 0 and (found[0.01][1:] > 300).all()
    assert found[0.0175][0] > 300 and np.count_nonzero(found[0.0175][1:] > 300) == 3  # one lets go
    assert found[0.022][0] > 500 and np.count_nonzero(found[0.022][1:] > 300) == 2
    assert (found[0.1][0], found[5.0][0], found[1e300][0]) == (1600,) * 3


@pytest.mark.parametrize(
    "rule",
    [
        *map(Momentum, (0.001, 0.004, 0.01, 0.02)),
        *map(Nesterov, (0.001, 0.004, 0.01, 0.02)),
        *map(AdaGrad, (0.01, 0.1, 0.5, 2.0)),
        *map(Adam, (0.01, 0.1, 0.5, 1.5)),
        Momentum(0.004, beta=0.5),
        Adam(0.1, beta1=0.5),
    ],
    ids=lambda rule: f"{type(rule).__name__} {rule.lr}",
)
def test_rules_that_remember_end_where_every_single_walk_ends(rule):
    # At 50 steps many a walker turns round within reach of a minimum, slowly, and goes out again.
    for steps in (20, 50, 200):
        assert_same(himmelblau, rule, steps)


@pytest.mark.parametrize(
    "rule, steps", [(Nesterov(0.0005), 50), (Momentum(0.00014150533078468376), 291), (Momentum(0.001, beta=0.99), 150)]
)
def test_who_rolls_along_a_narrow_valley_has_not_arrived(rule, steps):
    assert_same(rosenbrock, rule, steps)


@pytest.mark.parametrize("lr, steps", [(0.06, 100), (0.0605, 134), (0.08, 185), (0.11452146314212135, 115)])
def test_adam_may_throw_out_who_has_arrived(lr, steps):
    ours, expected = (work(beale, Adam(lr), steps, 40) for work in (basins, walked))
    assert np.mean(ours != expected) <= 3e-3 and np.all((ours == expected) | (expected == -1))


@pytest.mark.parametrize("lr", [0.002, 0.004, 0.01, 0.0165, 0.03])
def test_on_the_lessons_map_each_rule_is_exact(lr):
    # It says so by saying nothing else: lesson 12 draws Himmelblau's valleys, after 300 steps.
    for rule in (GradientDescent(lr), Momentum(lr / 3), Adam(20 * lr)):
        assert_same(himmelblau, rule, 300, 50)


@pytest.mark.parametrize(
    "lr, most", [(0.01, 0), (0.03, 0), (0.06, 2.5e-3), (0.095, 0), (0.3, 0), (1.5, 0)]
)
def test_rmsprop_jitters_for_ever_so_a_few_may_be_told_otherwise(lr, most):
    # It forgets the steep slopes and takes ever larger steps, until one throws it out: for a step or two a
    # walker is beyond the reach of its minimum. Where it is thrown far nobody is taken out: nothing differs.
    for steps in (100, 150, 500):
        ours, expected = (work(himmelblau, RMSProp(lr), steps, 60) for work in (basins, walked))
        assert np.mean(ours != expected) <= most
        assert np.all((ours == expected) | (expected == -1))  # never another minimum


@pytest.mark.parametrize(
    "surface", [double_well, bowl, rosenbrock, mountain], ids=lambda one: one.name
)
@pytest.mark.parametrize(
    "rule",
    [
        *map(GradientDescent, (0.001, 0.004, 0.1, 0.6)),
        Momentum(0.01),
        Nesterov(0.003),
        AdaGrad(0.3),
        Adam(0.05),
    ],
    ids=lambda rule: f"{type(rule).__name__} {rule.lr}",
)
def test_other_surfaces(surface, rule):
    for steps in (30, 150):
        assert_same(surface, rule, steps, 25)


@pytest.mark.parametrize("n", [1, 2, 3, 5])
@pytest.mark.parametrize("steps", [1, 2, 3, 4, 5])
def test_small_grids_and_few_steps(n, steps):
    for rule in (GradientDescent(0.01), GradientDescent(0.5), Adam(0.1)):
        assert_same(himmelblau, rule, steps, n)
        assert_same(bowl, rule, steps, n)


def test_rows_run_upwards_and_columns_to_the_right():
    labels = basins(himmelblau, GradientDescent(0.01), 200, 20)
    for (x, y), here in zip(himmelblau.minima, range(4), strict=True):
        column, row = (round(19 * (v + 5) / 10) for v in (x, y))
        assert labels[row, column] == here
    assert (labels[-1, -3], labels[-2, 2], labels[2, 2], labels[3, -2]) == (0, 1, 2, 3)


def test_a_label_is_the_end_of_the_walk_that_descend_takes():
    labels = basins(himmelblau, Momentum(0.005), 100, 11)
    grid = np.stack(np.meshgrid(*[np.linspace(-5, 5, 11)] * 2), axis=-1)
    ends = descend(himmelblau, grid, Momentum(0.005), 100).points[-1]
    away = np.linalg.norm(ends[..., None, :] - np.array(himmelblau.minima), axis=-1)
    assert np.array_equal(labels, np.where(away.min(axis=-1) < 0.25, away.argmin(axis=-1), -1))


def test_a_surface_of_ones_own_will_do():
    # A slope that is a plain number: descend takes it, too.
    gutter = Surface("gutter", "x^2", lambda x, y: x**2, lambda x, y: (2 * x, 0), minima=((0.0, 0.0),))
    labels = assert_same(gutter, GradientDescent(0.1), 50, 21)
    assert set(labels[10]) == {0} and set(labels[0]) == {-1}


def test_nothing_of_the_callers_is_changed():
    minima = [[0.0, 0.0]]
    surface = Surface("own", "x^2 + y^2", bowl.value, bowl.gradient, [[-1, 1], [-1, 1]], minima)
    rule = Adam(0.1)
    before = repr(vars(rule))
    first = basins(surface, rule, 30, 9)
    assert np.array_equal(basins(surface, rule, 30, 9), first)
    assert repr(vars(rule)) == before and minima == [[0.0, 0.0]] and surface.window == [[-1, 1], [-1, 1]]


@pytest.mark.parametrize(
    "arguments, words",
    [
        ((himmelblau, 0.1, 10), "step rule with one learning rate"),
        ((himmelblau, GradientDescent, 10), "step rule with one learning rate"),
        ((himmelblau, Adam([0.1, 0.2]), 10), "step rule with one learning rate"),
        ((saddle, Adam(0.1), 10), "minima are known, such as himmelblau, not <Surface sadd"),
        (("himmelblau", Adam(0.1), 10), "minima are known"),
        ((himmelblau, Adam(0.1), 10.5), "steps must be a whole number"),
        ((himmelblau, Adam(0.1), True), "steps must be a whole number"),
    ],
)
def test_what_is_wrong_is_said(arguments, words):
    with pytest.raises(ValueError, match=words):
        basins(*arguments)
