"""A plane through the parameters of a network shows that network's loss: at every place of it that of an MLP
whose parameters are set by hand to those of the place.
"""

from dataclasses import replace

import numpy as np
import pytest

from gdlab import (
    MLP,
    Adam,
    Contours,
    GradientDescent,
    Landscape,
    Momentum,
    Steps,
    Surface,
    blobs,
    descend,
    live,
    moons,
    mse,
    numerical_gradient,
    path_plane,
    random_plane,
    train,
)
from gdlab.maths import planes

POINTS, SIDES = moons(40)
MANY, KINDS = np.random.default_rng(4).normal(size=(45, 2)), np.arange(45) % 4
# A network and its data, of each kind.
CASES = {
    "one output": (MLP([2, 5, 1], seed=1), POINTS, SIDES),
    "relu and sigmoid": (MLP([2, 4, 3, 2], "relu", "sigmoid", seed=2), POINTS, np.eye(2)[SIDES]),
    "two outputs": (MLP([2, 4, 2], "sigmoid", seed=3), POINTS, np.eye(2)[SIDES]),
    "four outputs": (MLP([2, 6, 5, 4], seed=4), MANY, np.eye(4)[KINDS]),
    "no hidden layer": (MLP([2, 4], seed=5), MANY, np.eye(4)[KINDS]),
}
RANDOM = np.random.default_rng(7)
for model, *_data in CASES.values():
    for tensor in model.parameters[1::2]:
        tensor.data = RANDOM.normal(size=tensor.shape)  # the biases begin at 0, and would prove nothing
every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


@pytest.fixture(scope="module")
def runs():
    """{name: (history, x, y)}."""
    x, y = blobs(30)
    batches = train(MLP([2, 6, 4], "relu"), MANY, np.eye(4)[KINDS], Momentum(0.02), 30, "mse", batch=10, keep=20)
    return {
        "whole": (train(MLP([2, 8, 1]), POINTS, SIDES, Adam(0.05), 60, "mse"), POINTS, SIDES),
        "mini-batches": (batches, MANY, np.eye(4)[KINDS]),
        "three kept": (train(MLP([2, 3, 1]), x, y, Adam(0.05), 9, "mse", keep=2), x, y),
    }


@pytest.fixture
def directions(monkeypatch):
    """A list, to which each plane that is made adds its two directions."""
    seen, plane = [], planes._plane

    def noted(model, x, y, origin, directions, *more):
        seen.append(directions)
        return plane(model, x, y, origin, directions, *more)

    monkeypatch.setattr(planes, "_plane", noted)
    return seen


def flat(model):
    return np.concatenate([tensor.data.ravel() for tensor in model.parameters])


def loss_at(parameters, model, x, y):
    """The loss of a network of the model's kind with these parameters, by the engine, and its gradient."""
    other, begin = MLP(model.sizes, model.activation, model.output), 0
    for tensor in other.parameters:
        size = tensor.data.size
        tensor.data = parameters[begin : begin + size].reshape(tensor.shape).copy()
        begin += size
    error = mse(other(np.asarray(x, float)), y)
    error.backward()
    return float(error.data), np.concatenate([tensor.grad.ravel() for tensor in other.parameters])


def assert_is_the_loss(surface, origin, directions, model, x, y):
    """At (0, 0), and at places all over the window and beyond it."""
    low, high = np.transpose(surface.window)
    places = np.vstack([(0, 0), np.random.default_rng(1).uniform(2 * low - high, 2 * high - low, (20, 2))])
    found = [loss_at(origin + place @ directions, model, x, y) for place in places]
    np.testing.assert_allclose(surface(*places.T), [value for value, _gradient in found], rtol=1e-10)
    np.testing.assert_allclose(
        np.transpose(surface.grad(*places.T)),
        [directions @ gradient for _value, gradient in found],
        rtol=1e-9,
        atol=1e-12,
    )


# A plane along two random directions


@every_case
def test_a_random_plane_shows_the_loss_of_the_networks_on_it(case, directions):
    model, x, y = case
    surface = random_plane(*case)
    value, _gradient = loss_at(flat(model), *case)
    assert surface(0, 0) == pytest.approx(value, rel=1e-12)
    assert_is_the_loss(surface, flat(model), directions[0], model, x, y)


@every_case
def test_its_gradient_is_the_numerical_one(case):
    surface, random = random_plane(*case, seed=2), np.random.default_rng(3)
    if case[0].activation == "relu":
        return  # a difference may lie across a kink
    for place in random.uniform(-1, 1, (5, 2)):
        gradient = np.array(surface.grad(*place))
        numerical = numerical_gradient(lambda w: surface(*w), place)
        np.testing.assert_allclose(gradient, numerical, rtol=1e-6, atol=1e-8)
        way = random.normal(size=2)
        slope = (surface(*(place + 1e-5 * way)) - surface(*(place - 1e-5 * way))) / 2e-5
        assert slope == pytest.approx(gradient @ way, rel=1e-5, abs=1e-8)


@every_case
def test_each_unit_moves_by_the_length_of_its_own_weights_and_no_bias_moves(case, directions):
    model = case[0]
    random_plane(*case)
    for direction in directions[0]:
        begin = 0
        for tensor in model.parameters:
            part = direction[begin : begin + tensor.data.size].reshape(tensor.shape)
            begin += tensor.data.size
            if part.ndim == 1:
                assert not part.any()
            else:
                for unit, own in zip(part.T, tensor.data.T, strict=True):
                    assert np.linalg.norm(unit) == pytest.approx(np.linalg.norm(own))
    one, other = directions[0]
    assert abs(one @ other) < 0.9 * np.linalg.norm(one) * np.linalg.norm(other)


def test_a_seed_repeats_and_another_differs():
    case = CASES["one output"]
    at = np.linspace(-1, 1, 5), np.linspace(1, 0.3, 5)
    same = random_plane(*case, seed=3)(*at)
    assert np.array_equal(random_plane(*case, seed=3)(*at), same)
    assert np.array_equal(random_plane(*case, seed=np.random.default_rng(3))(*at), same)
    assert not np.allclose(random_plane(*case, seed=4)(*at), same)


def test_dead_units_and_a_network_of_zeros_do_not_spoil_a_plane():
    surface = random_plane(MLP([2, 4, 1], init="zeros"), POINTS, SIDES)
    assert np.ptp(surface(np.linspace(-1, 1, 5), 0.3)) == 0


def test_a_grid_of_any_size_is_computed_in_parts_and_has_its_shape():
    model, x, y = CASES["four outputs"]
    surface = random_plane(model, x, y)
    a, b = np.meshgrid(np.linspace(-1, 1, 31), np.linspace(-1, 1, 37))
    together = surface(a, b)
    alone = [surface(*place) for place in zip(a.ravel(), b.ravel(), strict=True)]
    np.testing.assert_allclose(together.ravel(), alone, rtol=1e-12)
    assert surface([[0], [1]], [0, 1, 2]).shape == (2, 3) and surface(0, 0).shape == ()
    assert np.shape(surface.grad([[0], [1]], [0, 1, 2])) == (2, 2, 3)


def test_a_walk_goes_down_on_it():
    surface = random_plane(*CASES["two outputs"])
    path = descend(surface, (0.8, 0.8), GradientDescent(0.2), 30)
    assert np.all(np.diff(path.losses) < 0)


@pytest.mark.parametrize("place", [(1e300, 1e300), (np.inf, 0), (np.nan, 0)])
def test_far_away_neither_raises_nor_warns(place):
    for case in CASES.values():
        surface = random_plane(*case)
        surface(*place), surface.grad(*place)


# The plane of a path


@pytest.mark.parametrize("name", ["whole", "mini-batches", "three kept"])
def test_the_plane_of_a_path_shows_the_loss_of_the_networks_on_it(name, runs, directions):
    history, x, y = runs[name]
    surface, path, share = path_plane(history, x, y)
    end = history.parameters[-1]
    assert_is_the_loss(surface, end, directions[0], history.model, x, y)
    assert surface(0, 0) == pytest.approx(history.kept_losses[-1], rel=1e-10)
    assert np.abs(path.points[-1]).max() == 0 and path.surface is surface
    np.testing.assert_allclose(directions[0] @ directions[0].T, np.eye(2), atol=1e-12)
    np.testing.assert_allclose(path.points, (history.parameters - end) @ directions[0].T, atol=1e-12)
    np.testing.assert_allclose(path.losses, surface(*path.points.T))
    np.testing.assert_allclose(path.gradients, np.transpose(surface.grad(*path.points.T)))
    assert len(path.points) == len(history.epochs) and (path.points[0] <= 0).all()
    (x0, x1), (y0, y1) = surface.window
    assert np.all((path.points > (x0, y0)) & (path.points < (x1, y1)))


@pytest.mark.parametrize("name", ["whole", "mini-batches", "three kept"])
def test_the_share_is_the_variance_that_the_plane_explains(name, runs):
    history, x, y = runs[name]
    _surface, path, share = path_plane(history, x, y)
    variances, axes = np.linalg.eigh(np.cov(history.parameters.T))
    assert share == pytest.approx(variances[-2:].sum() / variances.sum(), rel=1e-9)
    assert 0 < share <= 1 + 1e-12
    # The directions are those of most variance, the first one first.
    along = np.abs((history.parameters - history.parameters[-1]) @ axes[:, -2:])[:, ::-1]
    np.testing.assert_allclose(np.abs(path.points), along, atol=1e-8)


def test_a_path_in_a_plane_has_it_all():
    # Kept three times: three points lie in a plane.
    history = train(MLP([2, 3, 1]), POINTS, SIDES, Adam(0.05), 8, "mse", keep=2)
    assert len(history.parameters) == 3
    assert path_plane(history, POINTS, SIDES)[2] == pytest.approx(1, abs=1e-12)


def test_a_path_in_a_straight_line_has_no_plane():
    history = train(MLP([2, 3, 1]), POINTS, SIDES, Adam(0.05), 8, "mse")
    line = np.outer(np.linspace(0, 1, 9), np.ones(history.parameters.shape[1]))
    with pytest.raises(ValueError, match="moved in two directions"):
        path_plane(replace(history, parameters=line), POINTS, SIDES)


def test_what_diverged_in_a_straight_line_is_told(runs):
    history = train(MLP([2, 3, 1], "identity"), 9 * POINTS, SIDES, GradientDescent(1.0), 60, "mse")
    assert history.diverged_at > 3
    with pytest.raises(ValueError, match="moved in two directions"):
        path_plane(history, 9 * POINTS, SIDES)


def test_the_path_can_be_told_in_words(runs):
    _surface, path, _share = path_plane(*runs["whole"])
    assert path.summary().startswith("After 60 steps from (") and "zero" not in path.summary()


# Both


def test_neither_the_model_nor_the_history_is_changed(runs):
    history, x, y = runs["whole"]
    history.model(x).sum().backward()
    kept = [(tensor.data.copy(), tensor.grad.copy()) for tensor in history.model.parameters]
    parameters, losses = history.parameters.copy(), history.kept_losses.copy()
    surfaces = random_plane(history.model, x, y), path_plane(history, x, y)[0]
    before = [float(surface(0.1, 0.2)) for surface in surfaces]
    for surface in surfaces:
        surface.grad(np.ones(3), 0.5)
    for tensor, (data, grad) in zip(history.model.parameters, kept, strict=True):
        assert np.array_equal(tensor.data, data) and np.array_equal(tensor.grad, grad)
    assert np.array_equal(history.parameters, parameters) and np.array_equal(history.kept_losses, losses)
    # Nor does a later training change the surface.
    fresh = MLP([2, 5, 1])
    surface = random_plane(fresh, x, y)
    first = float(surface(0.3, 0.3))
    train(fresh, x, y, Adam(0.1), 5, "mse")
    assert float(surface(0.3, 0.3)) == first
    assert [float(surface(0.1, 0.2)) for surface in surfaces] == before


def test_the_map_and_the_landscape_can_draw_them(runs):
    history, x, y = runs["mini-batches"]
    surface, path, _share = path_plane(history, x, y)
    assert isinstance(surface, Surface) and surface.axes == ("main direction", "second direction")
    ground, hills = Contours(surface, title="loss"), Landscape(surface)
    picture = live(ground, hills, k=Steps(1))(lambda k: ground.show(path) or hills.show(path) or "Down.")
    picture.set(k=0)
    np.testing.assert_allclose(ground._trail.get_xydata(), path.points)
    other = random_plane(history.model, x, y)
    assert other.axes == ("direction 1", "direction 2")
    ground.show((0, 0), surface=other)
    assert ground.ax.get_xlabel() == "direction 1"


MODEL, HISTORY = MLP([2, 3, 1]), train(MLP([2, 3, 1]), POINTS, SIDES, Adam(0.1), 9, "mse", keep=1)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: random_plane("model", POINTS, SIDES), "must be an MLP"),
        (lambda: random_plane(HISTORY, POINTS, SIDES), "must be an MLP"),
        (lambda: random_plane(MODEL, POINTS[:, :1], SIDES), r"shape \(n, 2\)"),
        (lambda: random_plane(MODEL, POINTS, SIDES[1:]), "a row for each example"),
        (lambda: random_plane(MLP([2, 3, 2]), POINTS, SIDES), "targets of the scores' shape"),
        (lambda: random_plane(MODEL, "points", SIDES), "x must be .* numbers"),
        (lambda: path_plane(HISTORY, POINTS, SIDES), "kept more often"),
        (lambda: path_plane(MODEL, POINTS, SIDES), "what train returned"),
    ],
)
def test_what_is_wrong_is_said(call, words):
    with pytest.raises(ValueError, match=words):
        call()
