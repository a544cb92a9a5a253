"""The walks are right: PyTorch's rules to the last digits, the lessons' numbers by hand, and words that are
true.

PyTorch's trajectories were recorded (see record_torch.py), so that no test needs PyTorch; where it is
installed they are walked again. The rest are properties: many walks at once equal the same walks one by one,
a rule remembers nothing outside its memory, a divergence neither raises nor warns, and what `summary` claims
holds for the path.
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from record_torch import RECORD, RULES, STEPS, WALKS, walk_with_torch

from gdlab import (
    Adam,
    GradientDescent,
    Momentum,
    beale,
    bowl,
    descend,
    double_well,
    himmelblau,
    mountain,
    ravine,
    rosenbrock,
    saddle,
)

OPTIMIZERS = {name: rule for name, (rule, _optimizer, _arguments) in RULES.items()}
SURFACES = (bowl, ravine(10), saddle, double_well, rosenbrock, himmelblau, beale, mountain)
every_optimizer = pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
every_surface = pytest.mark.parametrize(
    "surface", SURFACES, ids=lambda surface: surface.name.replace("κ", "kappa")
)


def walk(lr, steps=30, start=(-4, 3), surface=bowl):
    return descend(surface, start, GradientDescent(lr), steps)


# PyTorch


def assert_agrees(name, theirs):
    surface, start, rule, lr = WALKS[name]
    ours = descend(surface, start, OPTIMIZERS[rule](lr), STEPS).points
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12 * np.abs(theirs).max())


@pytest.mark.parametrize("name", WALKS)
def test_agrees_with_recorded_pytorch(name):
    with np.load(RECORD) as recorded:
        assert str(recorded["torch_version"]) >= "2"
        assert_agrees(name, recorded[name])


@pytest.mark.parametrize("name", WALKS)
def test_agrees_with_installed_pytorch(name):
    pytest.importorskip("torch", reason="PyTorch is not installed; its recorded walks stand in for it")
    assert_agrees(name, walk_with_torch(*WALKS[name]))


# The lessons' numbers


def test_four_points_by_hand():
    path = walk(0.1, steps=3, start=(3, 4))
    np.testing.assert_allclose(path.points, [(3, 4), (2.4, 3.2), (1.92, 2.56), (1.536, 2.048)], rtol=1e-14)
    np.testing.assert_allclose(path.losses, [25, 16, 10.24, 6.5536], rtol=1e-14)
    np.testing.assert_allclose(path.losses[1:] / path.losses[:-1], 0.64, rtol=1e-14)
    np.testing.assert_allclose(path.gradients[0], (6, 8))


@pytest.mark.parametrize("lr", [0.001, 0.1, 0.3, 0.5, 0.7, 0.95, 1.0, 1.1, 1.5])
def test_a_bowl_multiplies_by_one_minus_twice_the_rate(lr):
    path = walk(lr, steps=20)
    np.testing.assert_allclose(path.points[1:], (1 - 2 * lr) * path.points[:-1], rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(path.factors, [1 - 2 * lr] * 2, atol=1e-12)


@pytest.mark.parametrize("kappa", [2, 10, 50])
def test_a_ravine_has_a_limit_and_a_best_rate(kappa):
    ends = [
        np.abs(walk(lr, 2000, (-4, 2), ravine(kappa)).points[-1]).max() for lr in (1.99 / kappa, 2.01 / kappa)
    ]
    assert ends[0] < 1e-3 and ends[1] > 1e3

    best, keeps = 2 / (1 + kappa), (kappa - 1) / (kappa + 1)
    np.testing.assert_allclose(walk(best, 10, (-4, 2), ravine(kappa)).factors, [keeps, -keeps], rtol=1e-12)
    for other in (0.97 * best, 1.03 * best):
        assert np.abs(walk(other, 10, (-4, 2), ravine(kappa)).factors).max() > keeps
    if kappa == 10:
        assert (round(best, 4), round(keeps, 3)) == (0.1818, 0.818)


# Many walks at once


@every_optimizer
@every_surface
def test_many_walks_are_the_single_walks(optimizer, surface):
    random = np.random.default_rng(3)
    low, high = np.transpose(surface.window)
    starts, rates = random.uniform(low, high, (4, 1, 2)), np.array([0.001, 0.02, 0.9])
    together = descend(surface, starts, optimizer(rates), 25)
    assert together.points.shape == (26, 4, 3, 2) and together.losses.shape == (26, 4, 3)
    for i, j in np.ndindex(4, 3):
        alone = descend(surface, starts[i, 0], optimizer(rates[j]), 25)
        for name in ("points", "losses", "gradients"):
            ours, single = getattr(together, name)[:, i, j], getattr(alone, name)
            if surface is mountain:  # numpy's exp of an array may round otherwise than of a number
                np.testing.assert_allclose(ours, single, rtol=1e-9, atol=1e-9)
            else:
                assert np.array_equal(ours, single, equal_nan=True)
        assert together.converged_at[i, j] == alone.converged_at


@every_optimizer
def test_a_rate_of_each_shape_broadcasts(optimizer):
    assert descend(bowl, (1, 2), optimizer([0.1, 0.2, 0.3]), 5).losses.shape == (6, 3)
    assert descend(bowl, np.ones((3, 2)), optimizer(0.1), 5).losses.shape == (6, 3)
    assert descend(bowl, np.ones((3, 2)), optimizer(np.full((4, 3), 0.1)), 5).losses.shape == (6, 4, 3)
    assert descend(bowl, np.ones((3, 1, 2)), optimizer(0.1), 0).losses.shape == (1, 3, 1)


def test_words_are_about_a_single_walk():
    path = walk(np.array([0.001, 0.1, 1.0, 1.1, 1.2]))
    for ask in (path.summary, lambda: path.status):
        with pytest.raises(ValueError, match="tell of one walk, and this path holds 5"):
            ask()


# Purity


@every_optimizer
def test_a_walk_changes_nothing_of_its_callers(optimizer):
    start, rates = np.array([[3.0, 4.0], [-1.0, 2.0]]), np.array([0.1, 0.01])
    rule = optimizer(rates)
    before = repr(vars(rule))
    first = descend(bowl, start, rule, 20)
    again = descend(bowl, start, rule, 20)
    assert np.array_equal(start, [[3, 4], [-1, 2]]) and np.array_equal(rates, [0.1, 0.01])
    assert repr(vars(rule)) == before
    assert np.array_equal(first.points, again.points)
    arrays = [
        first.points,
        first.losses,
        first.gradients,
        again.points,
        again.losses,
        again.gradients,
        start,
        rates,
    ]
    assert not any(np.shares_memory(a, b) for i, a in enumerate(arrays) for b in arrays[:i])


@every_optimizer
def test_a_step_changes_neither_gradient_nor_memory(optimizer):
    rule, gradient = optimizer(0.1), np.array([6.0, -8.0])
    memory, before = rule.start(gradient), dict(vars(rule))
    for _again in range(2):
        kept = [np.copy(part) for part in memory]
        displacement, after = rule.step(gradient, memory)
        assert np.array_equal(gradient, [6, -8])
        assert all(np.array_equal(one, other) for one, other in zip(memory, kept, strict=True))
        assert np.all(displacement * gradient < 0)
        assert all(np.array_equal(a, b) for a, b in zip(rule.step(gradient, memory)[1], after, strict=True))
        memory = after
    assert vars(rule) == before


# What a rule remembers on its way


def by_hand(name, lr, gradients):
    """What a rule remembers before it sees each gradient, and its step then: its docstring's formulas."""
    v = s = np.zeros_like(gradients[0])
    held, moves = [], []
    for t, g in enumerate(gradients, start=1):
        held.append({"velocity": v, "squares": s})
        if name == "GradientDescent":
            move = -lr * g
        elif name == "Momentum":
            v = 0.9 * v + g
            move = -lr * v
        elif name == "Nesterov":
            v = 0.9 * v + g
            move = -lr * (g + 0.9 * v)
        elif name == "AdaGrad":
            s = s + g**2
            move = -lr * g / (np.sqrt(s) + 1e-10)
        elif name == "RMSProp":
            s = 0.99 * s + 0.01 * g**2
            move = -lr * g / (np.sqrt(s) + 1e-8)
        else:
            v, s = 0.9 * v + 0.1 * g, 0.999 * s + 0.001 * g**2
            move = -lr * (v / (1 - 0.9**t)) / (np.sqrt(s / (1 - 0.999**t)) + 1e-8)
        moves.append(move)
    return held, np.array(moves)


REMEMBERS = {
    "GradientDescent": (),
    "Momentum": ("velocity",),
    "Nesterov": ("velocity",),
    "AdaGrad": ("squares",),
    "RMSProp": ("squares",),
    "Adam": ("velocity", "squares"),
}


@pytest.mark.parametrize("steps", [0, 1, 40])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_path_tells_what_its_rule_remembered(name, steps):
    path = descend(himmelblau, (-0.5, -1), OPTIMIZERS[name](0.004), steps)
    held, moves = by_hand(name, 0.004, path.gradients)
    assert OPTIMIZERS[name].remembers == tuple(path.memories) == REMEMBERS[name]
    for what, values in path.memories.items():
        assert values.shape == path.points.shape and not values[0].any()
        np.testing.assert_allclose(values, [after[what] for after in held], rtol=1e-12)
    np.testing.assert_allclose(path.displacements, moves, rtol=1e-12)


@every_optimizer
def test_a_displacement_leads_to_the_next_point(optimizer):
    path = descend(rosenbrock, (-1.2, 1), optimizer(0.001), 30)
    assert path.displacements.shape == path.points.shape
    assert np.array_equal(path.points[:-1] + path.displacements[:-1], path.points[1:])
    longer = descend(rosenbrock, (-1.2, 1), optimizer(0.001), 31)
    assert np.array_equal(path.points[-1] + path.displacements[-1], longer.points[-1])


@every_optimizer
def test_many_walks_remember_what_the_single_ones_do(optimizer):
    starts, rates = np.array([[[-4.0, 3]], [[1, 1]]]), np.array([0.01, 0.1, 1.2])
    together = descend(bowl, starts, optimizer(rates), 20)
    assert together.displacements.shape == (21, 2, 3, 2)
    for i, j in np.ndindex(2, 3):
        alone = descend(bowl, starts[i, 0], optimizer(rates[j]), 20)
        assert np.array_equal(together.displacements[:, i, j], alone.displacements)
        for what, values in alone.memories.items():
            assert np.array_equal(together.memories[what][:, i, j], values)


@every_optimizer
def test_to_look_at_a_memory_changes_no_path_and_warns_of_no_divergence(optimizer):
    path = descend(himmelblau, (1.1, 0.9), optimizer(1e10), 60)
    before = path.points.copy(), path.gradients.copy()
    assert len(path.memories) == len(optimizer.remembers) and len(path.displacements) == 61
    assert np.array_equal(path.points, before[0], equal_nan=True)
    assert np.array_equal(path.gradients, before[1], equal_nan=True)


@every_optimizer
def test_an_optimizer_cannot_be_changed(optimizer):
    with pytest.raises(AttributeError):
        optimizer(0.1).lr = 0.2


def test_integers_are_converted():
    path = descend(bowl, np.array([3, 4]), GradientDescent(1), 2)
    assert path.points.dtype == float
    assert np.array_equal(path.points, [(3, 4), (-3, -4), (3, 4)])


# What a path says of itself


@pytest.mark.parametrize(
    "lr, status, says",
    [
        (
            0.001,
            "moving",
            "Still moving, at (−3.77, 2.83). Each step multiplies the distance to the minimum by 0.998.",
        ),
        (
            0.1,
            "converged",
            "at the minimum since step 21. Each step multiplies the distance to the minimum by 0.8.",
        ),
        (0.5, "converged", "at the minimum since step 1. One step lands on the minimum."),
        (
            0.7,
            "converged",
            "at the minimum since step 6. Each step multiplies the distance to the minimum by −0.4",
        ),
        (0.99, "bouncing", "By now it crosses the valley at each step, and comes lower. Each step multiplies"),
        (1.0, "bouncing", "the loss is 25. By now it bounces"),
        (1.0, "bouncing", "and comes no lower."),
        (
            1.01,
            "bouncing",
            "By now the loss grows: each step overshoots. Each step multiplies the distance to the minimum by −1.02",
        ),
        (
            1.1,
            "diverged",
            "diverges: from step 8 on it is far off the map. Each step multiplies the distance",
        ),
        (1e10, "diverged", "diverges: from step 1 on it is far off the map."),
        (1e300, "diverged", "diverges: from step 1 on it is far off the map."),
    ],
)
def test_a_walk_on_the_bowl_in_words(lr, status, says):
    path = walk(lr)
    assert path.status == status
    assert says in path.summary()


def test_diverged_at_is_the_step_that_leaves_for_good():
    path = walk(1.1)
    outside = np.abs(path.points).max(axis=1) > 15  # three times the window
    assert not outside[7] and outside[8:].all() and path.diverged_at == 8
    assert walk(1.1, steps=7).diverged_at == -1
    assert walk(0.1).diverged_at == -1


def test_converged_at_is_the_step_that_stays_near():
    path = walk(0.1)
    near = np.hypot(*path.points.T) <= 0.005 * 10  # ½ % of the window
    assert not near[20] and near[21:].all() and path.converged_at == 21
    assert walk(0.1, steps=20).converged_at == -1


def test_himmelblau_converges_to_a_minimum_and_beyond_its_limit_does_not():
    path = walk(0.01, 50, (0, 0), himmelblau)
    assert path.status == "converged"
    np.testing.assert_allclose(path.points[-1], (3, 2), atol=1e-4)
    assert walk(0.03, 50, (0, 0), himmelblau).status == "bouncing"
    assert walk(0.1, 50, (0, 0), himmelblau).status == "diverged"
    assert path.factors is None  # four minima


def test_a_zero_gradient_moves_nobody():
    for surface, start in ((bowl, (0, 0)), (himmelblau, (3, 2)), (saddle, (0, 0))):
        path = walk(0.1, 10, start, surface)
        assert np.array_equal(path.points, np.tile(start, (11, 1)))
        assert "The gradient is zero at the start, so no step moves." in path.summary()
        assert path.factors is None


def test_a_saddle_is_never_called_a_minimum():
    for start, steps in (((0, 0), 30), ((1, 0), 30), ((1, 0), 60), ((1, 0), 1000)):
        assert "minimum" not in walk(0.1, steps, start, saddle).summary()
    assert walk(0.1, 60, (1, 1e-9), saddle).status != "diverged"  # it has hardly begun to slide off
    assert walk(0.1, 60, (1, 1), saddle).status == "diverged"


def test_starting_at_the_minimum_is_said():
    assert "Converged: at the minimum since step 0." in walk(0.1, 10, (0.001, 0)).summary()


def test_no_step_and_one_step_in_words():
    assert walk(0.1, 0).summary() == "At (−4, 3) the loss is 25. No step taken yet."
    assert walk(0.1, 1).summary().startswith("After one step from (−4, 3) the loss is 16. ")
    assert walk(0.1, 0).steps == 0 and walk(0.1, 0).factors is None and walk(0.1, 0).status == "moving"


def test_who_comes_nearer_does_not_diverge():
    path = walk(0.1, 5, (100, 0))  # from far off the map, straight to the minimum
    assert path.losses[-1] < path.losses[0] / 4
    assert "diverges" not in path.summary()


@every_surface
@pytest.mark.parametrize("lr", [0.1, 1.1, 1e10, 1e300])
@every_optimizer
def test_a_divergence_neither_raises_nor_warns(surface, lr, optimizer):
    path = descend(surface, (1.1, 0.9), optimizer(lr), 60)
    assert path.status in ("moving", "converged", "bouncing", "standing", "diverged")
    assert path.summary().endswith(".")
    if not np.isfinite(path.losses[-1]):
        assert path.status == "diverged"
        assert "nan" not in path.summary() and "inf" not in path.summary()


@pytest.mark.parametrize(
    "surface", [s for s in SURFACES if len(s.minima) == 1], ids=lambda surface: surface.name[:6]
)
@every_optimizer
@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    steps=st.one_of(st.integers(1, 3), st.integers(4, 40)),
    lr=st.one_of(st.floats(1e-4, 1.5), st.floats(1.5, 1e12)),
)
def test_factors_are_right_or_none(surface, optimizer, seed, steps, lr):
    # "Each step multiplies the distance by" is a claim about every further step, too: so walk three further.
    start = np.random.default_rng(seed).uniform(*np.transpose(surface.window))
    factors = descend(surface, start, optimizer(lr), steps).factors
    if factors is None:
        return
    (minimum,) = surface.minima
    distance = descend(surface, start, optimizer(lr), steps + 3).points - minimum
    with np.errstate(all="ignore"):
        telling = (np.abs(distance[:-1]) > 1e-8) & (np.abs(distance[1:]) < 1e150)
        expected = factors * distance[:-1]
        off = np.abs(distance[1:] - expected) > 1e-5 * (np.abs(expected) + np.abs(distance[:-1]))
    assert not np.any(off & telling)


def test_factors_are_there_where_they_hold():
    np.testing.assert_allclose(walk(0.05, 20, (-4, 2), ravine(10)).factors, (0.95, 0.5), rtol=1e-12)
    np.testing.assert_allclose(walk(0.1, 40, (-4, 2), ravine(10)).factors, (0.9, 0), atol=1e-12)
    np.testing.assert_allclose(
        walk(0.1, 2000).factors, (0.8, 0.8), rtol=1e-12
    )  # far below what rounding leaves
    np.testing.assert_allclose(walk(0.1, 20, (0, 3)).factors[1], 0.8)
    assert descend(bowl, (3, 4), Momentum(0.1), 20).factors is None
    assert descend(bowl, (3, 4), Adam(0.1), 20).factors is None


def test_a_steady_slope_is_walked_ten_times_as_fast_with_momentum():
    # What Momentum's docstring promises: 1/(1 − β) times the step, in the end.
    rule, memory = Momentum(0.1, beta=0.9), (np.zeros(2),)
    for _step in range(400):
        displacement, memory = rule.step(np.array([1.0, -2.0]), memory)
    np.testing.assert_allclose(displacement, [-1.0, 2.0], rtol=1e-12)
    no_memory = replace(rule, beta=0.0)
    assert np.array_equal(descend(bowl, (3, 4), no_memory, 9).points, walk(0.1, 9, (3, 4)).points)
