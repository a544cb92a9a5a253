"""Networks learn as they should: gradients are held against measured ones, training against PyTorch's record
and the lesson's six lines, and the history against what happened.

What is random is seeded. The engine that the networks stand on has its own tests.
"""

import math
import warnings
from dataclasses import replace

import numpy as np
import pytest
from autograd import grad
from autograd import numpy as anp
from hypothesis import given, settings
from hypothesis import strategies as st
from record_torch import EPOCHS, KEPT, PROBLEMS, RATES, RULES, TRAINED, TRAININGS, examples, train_with_torch

from gdlab import (
    MLP,
    Adam,
    GradientDescent,
    Momentum,
    Tensor,
    accuracy,
    blobs,
    check_gradient,
    circles,
    cross_entropy,
    digits,
    moons,
    mse,
    spirals,
    train,
)
from gdlab.maths.nn import ACTIVATIONS, INITS, LOSSES

every_activation = pytest.mark.parametrize("activation", ACTIVATIONS)
every_rule = pytest.mark.parametrize("rule", [rule for rule, _name, _arguments in RULES.values()], ids=RULES)
every_loss = pytest.mark.parametrize("loss", LOSSES)


def problem(loss, rows=12, inputs=3, outputs=4, seed=0):
    """Inputs at random, and targets or labels."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(rows, inputs))
    if loss == "mse":
        return x, random.normal(size=(rows, outputs))
    return x, random.integers(outputs, size=rows)


def vector(model):
    """All parameters as one long vector."""
    return np.concatenate([np.ravel(tensor.data) for tensor in model.parameters])


def blame(model, x, y, loss):
    """The engine's gradients, one for each parameter, and the loss."""
    error = LOSSES[loss](model(x), y)
    error.backward()
    return [tensor.grad for tensor in model.parameters], error.data


# Gradients, by measuring


@every_loss
@pytest.mark.parametrize("output", ACTIVATIONS)
@every_activation
def test_gradients_of_a_network_are_those_that_are_measured(activation, output, loss):
    x, y = problem(loss)
    model = MLP([3, 5, 4, 4], activation, output, seed=2)
    for tensor in model.parameters[1::2]:
        tensor.data = np.random.default_rng(len(tensor.data)).normal(size=tensor.shape)  # no bias is 0
    check = check_gradient(lambda: LOSSES[loss](model(x), y), None, model.parameters)
    assert check, check
    assert max(row.relative for row in check.rows) < 1e-6


@every_activation
def test_gradients_of_a_layer_are_those_that_are_measured(activation):
    model = MLP([3, 4], output=activation, seed=1)

    x = Tensor(np.random.default_rng(0).normal(size=(5, 3)), "x")
    weights = np.random.default_rng(1).normal(size=(5, 4))
    check = check_gradient(lambda: (weights * model.layers(x)[0][1]).sum(), None, [x, *model.parameters])
    assert check, check


@pytest.mark.parametrize("rows", [1, 7])
@every_loss
def test_gradients_of_a_loss_are_those_that_are_measured(loss, rows):
    _x, y = problem(loss, rows)
    scores = Tensor(np.random.default_rng(1).normal(size=(rows, 4)), "scores")
    check = check_gradient(lambda: LOSSES[loss](scores, y), None, [scores])
    assert check, check


def test_the_gradient_of_cross_entropy_is_what_it_gives_less_what_is_right():
    scores = Tensor([[1.0, 2.0, 0.5], [0.0, -1.0, 3.0]])
    cross_entropy(scores, [1, 2]).backward()
    given_out = np.exp(scores.data) / np.exp(scores.data).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(scores.grad, (given_out - [[0, 1, 0], [0, 0, 1]]) / 2, rtol=1e-12)


@every_loss
def test_gradients_are_autograds(loss):
    x, y = problem(loss)
    model = MLP([3, 6, 5, 4], seed=3)

    def error(parameters):
        (w1, b1, w2, b2, w3, b3), h = parameters, x
        h = anp.tanh(anp.dot(anp.tanh(anp.dot(h, w1) + b1), w2) + b2)
        scores = anp.dot(h, w3) + b3
        if loss == "mse":
            return anp.mean((scores - y) ** 2)
        norm = anp.log(anp.sum(anp.exp(scores), axis=1))
        return anp.mean(norm - scores[anp.arange(len(y)), y])

    theirs = grad(error)([tensor.data for tensor in model.parameters])
    for one, other in zip(blame(model, x, y, loss)[0], theirs, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-13)


@every_loss
@every_activation
@pytest.mark.parametrize("sizes", [[3, 4], [3, 1, 4], [3, 8, 5, 4]])
def test_training_takes_the_engines_gradients(sizes, activation, loss):
    x, y = problem(loss)
    model = MLP(sizes, activation, seed=4)
    gradients, error = blame(model, x, y, loss)
    history = train(model, x, y, GradientDescent(1.0), 1, loss=loss)
    step = np.concatenate([gradient.ravel() for gradient in gradients])
    np.testing.assert_allclose(history.parameters[0] - history.parameters[1], step, rtol=1e-9, atol=1e-14)
    norms = [np.linalg.norm(gradient) for gradient in gradients[::2]]
    np.testing.assert_allclose(history.gradient_norms[0], norms, rtol=1e-12)
    assert history.losses[0] == history.kept_losses[0] == pytest.approx(error, rel=1e-14)


# The network and its first weights


def test_a_network_by_hand():
    # The worked example of lesson 07.
    model = MLP([2, 2, 1], "sigmoid", output="sigmoid")
    w1, b1, w2, b2 = model.parameters
    w1.data, b1.data = np.array([[0.2, 0.7], [-0.4, 0.1]]), np.array([0.1, -0.2])
    w2.data, b2.data = np.array([[0.6], [-0.3]]), np.array([0.05])
    (z1, a1), (z2, a2) = model.layers(np.array([[1.0, 0.5]]))
    np.testing.assert_allclose(z1.data, [[0.1, 0.55]], atol=1e-12)
    np.testing.assert_allclose(a1.data, [[0.5250, 0.6341]], atol=5e-5)
    np.testing.assert_allclose([z2.data, a2.data], [[[0.1747]], [[0.5436]]], atol=1e-4)
    assert model(np.array([[1.0, 0.5]])).data == a2.data
    assert [tensor.name for tensor in model.parameters] == ["W1", "b1", "W2", "b2"]
    assert model.activations == ["sigmoid", "sigmoid"] and MLP([2, 3, 4, 1]).activations == [
        "tanh",
        "tanh",
        "identity",
    ]


@every_activation
def test_an_activation_is_what_its_name_says(activation):
    z, a = MLP([2, 3], output=activation).layers(np.random.default_rng(0).normal(size=(9, 2)))[0]
    formula = {
        "tanh": np.tanh,
        "relu": lambda z: np.where(z > 0, z, 0),
        "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
        "identity": lambda z: z,
    }[activation]
    np.testing.assert_allclose(a.data, formula(z.data), rtol=1e-14)


@pytest.mark.parametrize("init", INITS)
def test_first_weights_scatter_as_they_should(init):
    scatter = {"xavier": math.sqrt(2 / 500), "he": math.sqrt(2 / 300), "zeros": 0, "large": 3}[init]
    weights, bias = MLP([300, 200], init=init).parameters
    assert np.std(weights.data) == pytest.approx(scatter, rel=0.02)
    assert abs(np.mean(weights.data)) <= 0.02 * scatter
    assert not bias.data.any()


def test_relu_starts_with_hes_weights_and_the_others_with_glorots():
    for activation in ACTIVATIONS:
        init = "he" if activation == "relu" else "xavier"
        assert np.array_equal(
            vector(MLP([4, 5, 2], activation)), vector(MLP([4, 5, 2], activation, init=init))
        )


@pytest.mark.parametrize("activation, init", [("identity", "xavier"), ("relu", "he")])
def test_what_an_initialisation_is_for(activation, init):
    # Through ten layers the signal neither fades nor grows, forwards and back; with relu and Glorot's weights
    # it fades.
    x = np.random.default_rng(0).normal(size=(50, 200))
    sizes = [200] * 11
    model = MLP(sizes, activation, output=activation, init=init)
    layers = model.layers(x)
    (layers[-1][1] ** 2).mean().backward()
    assert 0.3 < np.mean(layers[-1][1].data ** 2) / np.mean(layers[0][1].data ** 2) < 3
    norms = [np.linalg.norm(tensor.grad) for tensor in model.parameters[::2]]
    assert max(norms) < 3 * min(norms)
    if activation == "relu":
        faded = MLP(sizes, activation, output=activation, init="xavier").layers(x)
        assert np.mean(faded[-1][1].data ** 2) < 0.01 * np.mean(faded[0][1].data ** 2)


def test_units_that_start_alike_stay_alike():
    model = MLP([2, 4, 2], "sigmoid", init="zeros")
    model.parameters[2].data = np.tile([0.3, -0.2], (4, 1))  # else nothing would move at all
    train(model, *moons(40), Adam(0.1), 30)
    first, last = model.parameters[0].data, model.parameters[2].data
    assert np.ptp(first, axis=1).max() < 1e-12 and np.ptp(last, axis=0).max() < 1e-12
    assert np.abs(first).min() > 0.01
    still = MLP([2, 4, 2], "tanh", init="zeros")
    train(still, *moons(40), Adam(0.1), 30)
    assert not still.parameters[0].data.any() and not still.parameters[2].data.any()


def test_a_seed_names_the_first_weights():
    first, again, other = (vector(MLP([3, 4, 2], seed=seed)) for seed in (5, 5, 6))
    assert np.array_equal(first, again) and not np.array_equal(first, other)
    assert np.array_equal(first, vector(MLP([3, 4, 2], seed=np.random.default_rng(5))))
    assert np.array_equal(vector(MLP([3, 4, 2])), vector(MLP([3, 4, 2], seed=0)))


# Losses and accuracy


def test_mse_by_hand():
    scores = Tensor([[1.0, 2.0], [3.0, 4.0]])
    assert mse(scores, [[1, 0], [0, 4]]).data == (4 + 9) / 4
    one = Tensor([[1.0], [3.0]])
    assert mse(one, [0, 1]).data == mse(one, [[0], [1]]).data == (1 + 4) / 2


def test_cross_entropy_by_hand_and_far_out():
    assert cross_entropy(Tensor([[0.0, 0.0]]), [1]).data == pytest.approx(math.log(2), rel=1e-14)
    assert cross_entropy(Tensor([[math.log(3), 0.0]]), [0]).data == pytest.approx(math.log(4 / 3), rel=1e-13)
    scores = Tensor([[1e4, 0.0, -1e4], [0.0, 800.0, 0.0]])
    for labels, expected in (([0, 1], 0), ([2, 1], 1e4), ([0, 0], 400)):
        error = cross_entropy(scores, labels)
        error.backward()
        assert error.data == expected and np.isfinite(scores.grad).all()


@pytest.mark.parametrize(
    "scores, y, share",
    [
        ([[0.2, 0.1], [0.3, 0.9], [5, 6], [2, 1]], [0, 1, 0, 1], 0.5),
        ([[0.2, 0.1], [0.3, 0.9], [5, 6], [2, 1]], [[1, 0], [0, 1], [1, 0], [0, 1]], 0.5),
        ([[1, 2, 3]], [2], 1),
        ([[-0.2], [0.3], [4], [-5]], [-1, 1, 1, 1], 0.75),
        ([[-0.2], [0.3], [4], [-5]], [[-1], [1], [1], [1]], 0.75),
        ([[0.2], [0.4], [0.6], [-0.9]], [-1, -1, 1, 1], 0.25),
    ],
)
def test_accuracy_counts_what_is_right(scores, y, share):
    assert accuracy(np.array(scores), np.array(y)) == share
    assert accuracy(Tensor(scores), y) == share


def test_accuracy_depends_on_no_other_row():
    for targets, middle in (([-1.0, 1.0], 0), ([0.0, 1.0], 0.5), ([2.0, 6.0], 4)):
        for score, y, right in ((middle + 0.3, targets[1], 1), (middle + 0.3, targets[0], 0), (middle - 0.1, targets[0], 1)):
            assert accuracy([[score]], [y], middle) == right
    assert accuracy([[0.3]], [1.0]) == 1


def test_a_history_knows_how_its_targets_are_coded():
    x, y = blobs()
    shares = [train(MLP([2, 1]), x, low + (high - low) * y, Adam(0.1), 50, "mse").accuracies[-1] for low, high in ((-1, 1), (0, 1), (3, 7))]
    assert min(shares) > 0.95


# Training, by PyTorch


def trained_as_by_torch(name, first):
    which, rule = TRAININGS[name]
    (model, loss, rows, batch), (x, y) = PROBLEMS[which], examples(which)
    model = MLP(model.sizes, model.activation, model.output)
    ends = np.cumsum([tensor.data.size for tensor in model.parameters])
    for tensor, part in zip(model.parameters, np.split(first, ends[:-1]), strict=True):
        tensor.data = part.reshape(tensor.shape)
    optimizer = RULES[rule][0](RATES[rule])
    return train(
        model, x, y, optimizer, EPOCHS, loss=loss, batch=batch if batch < rows else None, keep=len(KEPT) - 1
    )


def assert_trained_alike(ours, losses, kept):
    assert ours.epochs.tolist() == list(KEPT)
    np.testing.assert_allclose(ours.losses, losses, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(ours.parameters, kept, rtol=1e-10, atol=1e-12)
    assert np.max(np.abs(kept[-1] - kept[0])) > 0.1  # it has moved


@pytest.mark.parametrize("name", TRAININGS)
def test_training_agrees_with_recorded_pytorch(name):
    with np.load(TRAINED) as recorded:
        assert str(recorded["torch_version"]) >= "2"
        ours = trained_as_by_torch(name, recorded[TRAININGS[name][0]])
        assert_trained_alike(ours, recorded[f"{name}, losses"], recorded[f"{name}, kept"])


@pytest.mark.parametrize("name", TRAININGS)
def test_training_agrees_with_installed_pytorch(name):
    pytest.importorskip("torch", reason="PyTorch is not installed; its recorded trainings stand in for it")
    first = vector(PROBLEMS[TRAININGS[name][0]][0])
    assert_trained_alike(trained_as_by_torch(name, first), *train_with_torch(*TRAININGS[name], first))


# Training, by the six lines


def by_hand(model, x, y, rule, epochs, loss, batch, seed=0):
    """The loop of the lessons, with the engine and a memory for each parameter; returns each epoch's loss."""
    random, losses = np.random.default_rng(seed), []
    memories = [rule.start(tensor.data) for tensor in model.parameters]
    for _epoch in range(epochs):
        order, total = random.permutation(len(x)) if batch < len(x) else np.arange(len(x)), 0.0
        for begin in range(0, len(x), batch):
            rows = order[begin : begin + batch]
            gradients, error = blame(model, x[rows], y[rows], loss)
            total += error * len(rows)
            for i, (tensor, gradient) in enumerate(zip(model.parameters, gradients, strict=True)):
                step, memories[i] = rule.step(gradient, memories[i])
                tensor.data = tensor.data + step
        losses.append(total / len(x))
    return losses


@pytest.mark.parametrize("batch", [12, 5, 1])
@every_loss
@every_rule
def test_training_is_the_loop_of_the_lessons(rule, loss, batch):
    x, y = problem(loss)
    one, other = MLP([3, 6, 4], seed=1), MLP([3, 6, 4], seed=1)
    losses = by_hand(one, x, y, rule(0.03), 8, loss, batch, seed=9)
    history = train(other, x, y, rule(0.03), 8, loss=loss, batch=batch, seed=9)
    np.testing.assert_allclose(history.losses, losses, rtol=1e-10)
    np.testing.assert_allclose(vector(other), vector(one), rtol=1e-9, atol=1e-13)


@every_rule
def test_training_changes_nothing_but_the_model(rule):
    x, y = problem("cross_entropy")
    kept, optimizer = (x.copy(), y.copy()), rule(0.1)
    before = dict(vars(optimizer))
    for batch in (None, 5):
        train(MLP([3, 4, 4]), x, y, optimizer, 5, batch=batch)
    assert np.array_equal(x, kept[0]) and np.array_equal(y, kept[1]) and vars(optimizer) == before


def test_lists_and_whole_numbers_will_do():
    data = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    as_lists = train(MLP([2, 4, 2]), *data, Adam(0.1), 20)
    as_arrays = train(MLP([2, 4, 2]), np.array(data[0], float), np.array(data[1]), Adam(0.1), 20)
    assert np.array_equal(as_lists.parameters, as_arrays.parameters)
    turned = train(
        MLP([2, 4, 2]), np.asfortranarray(data[0]), np.array(data[1], dtype=np.int8), Adam(0.1), 20
    )
    np.testing.assert_allclose(turned.parameters, as_arrays.parameters, rtol=1e-12)


def test_one_output_takes_targets_in_a_row_or_in_a_column():
    x, y = moons(30)
    row, column = (
        train(MLP([2, 3, 1]), x, t, Adam(0.1), 9, loss="mse") for t in (2 * y - 1, 2.0 * y[:, None] - 1)
    )
    assert np.array_equal(row.parameters, column.parameters) and np.array_equal(
        row.accuracies, column.accuracies
    )


def test_a_batch_of_all_is_no_batch():
    x, y = problem("cross_entropy")
    runs = [
        train(MLP([3, 4, 4]), x, y, Adam(0.1), 6, batch=batch, seed=batch or 0) for batch in (None, 12, 99)
    ]
    assert all(np.array_equal(run.parameters, runs[0].parameters) for run in runs)


@pytest.mark.parametrize("batch", [None, 7])
def test_seeds_reproduce_bit_for_bit(batch):
    x, y = spirals(50, seed=3)

    def run(seed, first=1):
        history = train(MLP([2, 8, 2], seed=first), x, y, Adam(0.05), 20, batch=batch, seed=seed)
        return [
            getattr(history, name).tobytes()
            for name in ("losses", "parameters", "accuracies", "gradient_norms")
        ]

    kept = run(4)
    train(MLP([2, 3, 2]), x, y, Adam(0.1), 3, batch=9)  # whatever is done in between
    np.random.default_rng(4).normal()
    assert run(4) == kept == run(np.random.default_rng(4))
    assert run(4, first=2) != kept
    assert (run(5) == kept) == (batch is None)


def test_each_epoch_sees_each_row_once_in_another_order():
    # A network without hidden units, one weight for each row, tells which rows a step saw.
    n, seen = 10, []
    model = MLP([n, 1], init="zeros")
    train(model, np.eye(n), np.ones(n), Recorder(0.1, seen), 3, loss="mse", batch=4)
    assert [len(rows) for rows in seen] == [4, 4, 2] * 3
    epochs = [sum(seen[i : i + 3], []) for i in (0, 3, 6)]
    assert all(sorted(epoch) == list(range(n)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 3


class Recorder(GradientDescent):
    """A step rule that notes which weights have a gradient."""

    def __init__(self, lr, seen):
        super().__init__(lr)
        object.__setattr__(self, "seen", seen)

    def step(self, gradient, memory):
        self.seen.append(np.flatnonzero(gradient[:-1]).tolist())
        return super().step(gradient, memory)


def test_training_goes_on_where_it_stopped():
    x, y = problem("mse")
    whole, parts = MLP([3, 5, 4]), MLP([3, 5, 4])
    train(whole, x, y, GradientDescent(0.1), 12, loss="mse")
    for epochs in (5, 7):
        train(parts, x, y, GradientDescent(0.1), epochs, loss="mse")
    assert np.array_equal(vector(whole), vector(parts))


# The history


@pytest.mark.parametrize("batch", [None, 5])
@every_loss
def test_a_history_is_scrubbed_without_training_again(loss, batch):
    x, y = problem(loss)

    def make():
        return MLP([3, 5, 4], "relu", seed=2)

    history = train(make(), x, y, Adam(0.05), 12, loss=loss, batch=batch)
    assert history.epochs.tolist() == list(range(13))
    for k in (1, 5, 12):
        short = train(make(), x, y, Adam(0.05), k, loss=loss, batch=batch)
        assert np.array_equal(history.losses[:k], short.losses)
        model = history.at(k)
        assert np.array_equal(vector(model), vector(short.model))
        assert (model.sizes, model.activations) == (history.model.sizes, history.model.activations)
        gradients, error = blame(model, x, y, loss)
        assert history.kept_losses[k] == pytest.approx(error, rel=1e-13)
        assert history.accuracies[k] == accuracy(model(x), y)
        norms = [np.linalg.norm(gradient) for gradient in gradients[::2]]
        np.testing.assert_allclose(history.gradient_norms[k], norms, rtol=1e-10)
    assert np.array_equal(history.parameters[0], vector(make()))
    assert np.array_equal(history.parameters[-1], vector(history.model))
    if batch is None:
        assert np.array_equal(history.kept_losses[:-1], history.losses)


@settings(max_examples=25, deadline=None)
@given(epochs=st.integers(1, 200), keep=st.integers(1, 300))
def test_kept_epochs_are_evenly_spaced_from_the_first_to_the_last(epochs, keep):
    history = train(MLP([1, 1]), [[1.0]], [[1.0]], GradientDescent(0.1), epochs, loss="mse", keep=keep)
    gaps = np.diff(history.epochs)
    assert history.epochs[0] == 0 and history.epochs[-1] == epochs and len(history.losses) == epochs
    assert len(gaps) == min(keep, epochs) and gaps.min() >= 1 and np.ptp(gaps) <= 1
    k = len(history.epochs)
    assert history.parameters.shape == (k, 2) and history.gradient_norms.shape == (k, 1)
    assert history.kept_losses.shape == history.accuracies.shape == (k,)
    assert [history.index(epoch) for epoch in history.epochs] == list(range(k))
    for epoch in range(epochs + 5):
        i = history.index(epoch)
        assert history.epochs[i] <= epoch and (i == k - 1 or epoch < history.epochs[i + 1])
    assert history.index(-3) == 0


def test_what_is_kept_is_nobodys_else():
    x, y = problem("mse")
    history = train(MLP([3, 4]), x, y, GradientDescent(0.1), 4, loss="mse")
    kept = history.parameters.copy()
    for model in (history.at(2), history.at(2), history.model):
        for tensor in model.parameters:
            tensor.data += 1
    train(history.model, x, y, GradientDescent(0.1), 2, loss="mse")
    assert np.array_equal(history.parameters, kept) and np.array_equal(vector(history.at(2)), kept[2])


def test_a_summary_says_what_the_numbers_say():
    x, y = moons(200)
    history = train(MLP([2, 8, 1]), x, 2 * y - 1, Adam(0.02), 100, loss="mse")
    said = history.summary()
    assert said.startswith("After 100 epochs the loss is 0.") and said.endswith(
        " % of the answers are right."
    )
    assert f"{100 * history.accuracies[-1]:.3g} %" in said
    assert history.summary(0).startswith("After 0 epochs ") and history.summary(2).startswith(
        "After 2 epochs "
    )
    assert train(MLP([2, 2]), x, y, Adam(0.1), 1).summary().startswith("After one epoch the loss is ")
    almost = replace(history, accuracies=np.full(61, 0.999))
    assert "99.9 %" in almost.summary()  # and not 100


# What diverges


@pytest.mark.parametrize("batch", [None, 5])
@pytest.mark.parametrize("activation", ["identity", "relu", "tanh"])
@pytest.mark.parametrize("lr", [3.0, 1e10, 1e160, 1e300])
@every_loss
@every_rule
def test_a_diverging_run_ends_with_a_sentence(rule, loss, lr, activation, batch):
    x, y = problem(loss)
    history = train(MLP([3, 5, 4], activation), x, y, rule(lr), 120, loss=loss, batch=batch, keep=40)
    assert np.isfinite(history.parameters).all() and np.isfinite(history.kept_losses).all()
    assert np.isfinite(history.losses[:-1]).all()
    said = history.summary()
    if history.diverged_at < 0:
        assert np.isfinite(history.losses).all() and said.startswith("After 120 epochs")
        return
    k = history.diverged_at
    assert 1 <= k <= 120 and history.epochs[-1] < k and not np.isfinite(history.losses[-1])
    because = "the loss is no longer a number. Lower the learning rate."
    assert said == f"The training diverges: in epoch {k} {because}"
    assert history.summary(k) == history.summary(500) == said
    assert history.summary(k - 1).startswith("After ")
    assert np.array_equal(vector(history.model), history.parameters[-1])  # which can still be used
    history.at(120)(x)


def test_the_epoch_of_a_divergence_is_the_one_that_did_it():
    # One weight, no bias to speak of: each step multiplies by −19, until the square overflows.
    model = MLP([1, 1], init="zeros")
    model.parameters[0].data[:] = 1e100
    history = train(model, [[1.0], [-1.0]], [[0.0], [0.0]], GradientDescent(10), 200, loss="mse", keep=200)
    overflow = next(k for k in range(200) if 19.0**k * 1e100 > math.sqrt(np.finfo(float).max))
    assert history.diverged_at == overflow and len(history.losses) == overflow + 1
    assert history.epochs[-1] == overflow - 1
    # In the very last epoch, too, where no other would follow.
    model.parameters[0].data[:] = 1e100
    history = train(model, [[1.0], [-1.0]], [[0.0], [0.0]], GradientDescent(10), overflow, loss="mse", keep=3)
    assert history.diverged_at == overflow and history.summary().startswith(
        f"The training diverges: in epoch {overflow} "
    )
    model.parameters[0].data[:] = 1e100
    history = train(
        model, [[1.0], [-1.0]], [[0.0], [0.0]], GradientDescent(10), overflow - 1, loss="mse", keep=3
    )
    assert history.diverged_at == -1


def test_the_epoch_of_a_divergence_in_batches():
    x, y = problem("mse")
    history = train(MLP([3, 4]), x, y, GradientDescent(1e200), 9, loss="mse", batch=4)
    assert history.diverged_at == 1 and len(history.losses) == 1 and history.epochs.tolist() == [0]
    history = train(MLP([3, 4]), x, y, GradientDescent(1e30), 9, loss="mse", batch=4)
    # The losses of the second epoch's batches were finite still; that of all data after it was not.
    assert history.diverged_at == 2 and np.isfinite(history.losses).tolist() == [True, True, False]


# What is learned


@pytest.mark.parametrize(
    "make, sizes, least",
    [
        (blobs, [2, 1], 1),
        (moons, [2, 16, 16, 1], 1),
        (circles, [2, 8, 1], 1),
        (spirals, [2, 16, 16, 1], 0.95),
    ],
)
def test_toy_data_are_learned(make, sizes, least):
    for seed in range(3):
        x, y = make(200, seed=seed)
        history = train(MLP(sizes, seed=seed), x, 2 * y - 1, Adam(0.02), 500, loss="mse")
        assert history.accuracies[-1] >= least - 0.005
        assert history.kept_losses[-1] < 0.4 * history.kept_losses[0]


@pytest.mark.parametrize("make, most", [(circles, 0.65), (spirals, 0.75)])
def test_what_a_straight_line_cannot_do(make, most):
    x, y = make(200)
    assert train(MLP([2, 1]), x, 2 * y - 1, Adam(0.05), 300, loss="mse").accuracies[-1] < most


def test_digits_are_read():
    data, model = digits(), MLP([64, 64, 10], "relu")
    history = train(model, data.train_x, data.train_y, Adam(0.003), 15, batch=32, keep=3)
    assert accuracy(model(data.test_x), data.test_y) >= 0.97
    assert history.accuracies[-1] > 0.99 and history.accuracies[0] < 0.2


# tanh, which the engine computes in its own way


@pytest.mark.parametrize("scale", [1e-300, 1e-8, 1e-4, 0.01, 1, 10, 1e3, 1e300])
def test_tanh_is_numpys_to_the_last_digits(scale):
    x = scale * np.random.default_rng(0).normal(size=(50, 40))
    with warnings.catch_warnings(action="error"):
        np.testing.assert_allclose(Tensor(x).tanh().data, np.tanh(x), rtol=1e-15)
    odd = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 1.7e308, -1.7e308, 5e-324])
    np.testing.assert_array_equal(Tensor(odd).tanh().data, np.tanh(odd))
    assert np.signbit(Tensor(odd).tanh().data[1])


# What is refused

X, Y = problem("cross_entropy")
NAN = math.nan


def fit(model=None, x=X, y=Y, optimizer=None, epochs=3, **options):
    return train(model or MLP([3, 4]), x, y, optimizer or Adam(0.1), epochs, **options)


REFUSED = {
    # The network
    "no list of sizes": (lambda: MLP(3), ["two or more whole numbers", "3"]),
    "one size": (lambda: MLP([3]), ["two or more whole numbers", "[3]"]),
    "a size of 0": (lambda: MLP([3, 0, 1]), ["whole numbers above 0", "[3, 0, 1]"]),
    "half a unit": (lambda: MLP([3, 2.5]), ["2.5"]),
    "a truth value": (lambda: MLP([True, 1]), ["whole numbers above 0", "[True, 1]"]),
    "an unknown activation": (
        lambda: MLP([3, 1], "swish"),
        ["activation must be one of tanh, relu", "'swish'"],
    ),
    "an unknown output": (lambda: MLP([3, 1], output="softmax"), ["output must be one of", "'softmax'"]),
    "an unknown init": (lambda: MLP([3, 1], init="ones"), ["init must be one of xavier, he", "'ones'"]),
    "a list as activation": (lambda: MLP([3, 1], ["tanh"]), ["activation must be one of"]),
    "inputs of another width": (lambda: MLP([3, 1])(np.ones((5, 2))), ["shape (n, 3)", "(5, 2)"]),
    "a single input": (lambda: MLP([3, 1])(np.ones(3)), ["shape (n, 3)", "(3,)"]),
    # Losses
    "targets of another shape": (lambda: mse(Tensor(np.ones((5, 2))), np.ones((5, 3))), ["(5, 2)", "(5, 3)"]),
    "labels for mse": (
        lambda: mse(Tensor(np.ones((5, 3))), [0, 1, 2, 0, 1]),
        ["(5, 3)", "(5,)", "np.eye(3)[labels]"],
    ),
    "too few targets": (lambda: mse(Tensor(np.ones((5, 1))), [1, 1]), ["(5, 1)", "(2,)"]),
    "words as targets": (lambda: mse(Tensor(np.ones((2, 1))), ["a", "b"]), ["targets must be", "'a'"]),
    "ragged targets": (lambda: mse(Tensor(np.ones((2, 2))), [[1, 2], [3]]), ["targets must be", "[3]"]),
    "no scores for mse": (
        lambda: mse(Tensor(np.ones((0, 2))), np.ones((0, 2))),
        ["(0, 2)"],
    ),
    "no scores for cross_entropy": (
        lambda: cross_entropy(Tensor(np.ones((0, 2))), np.ones(0, int)),
        ["a whole number as label for each of the"],
    ),
    "a label too large": (lambda: cross_entropy(Tensor(np.ones((2, 3))), [0, 3]), ["from 0 to 2", "[0, 3]"]),
    "a label too small": (
        lambda: cross_entropy(Tensor(np.ones((2, 3))), [0, -1]),
        ["from 0 to 2", "[0, -1]"],
    ),
    "half a label": (lambda: cross_entropy(Tensor(np.ones((2, 3))), [0, 0.5]), ["a whole number as label"]),
    "too many labels": (
        lambda: cross_entropy(Tensor(np.ones((2, 3))), [0, 1, 2]),
        ["each of the 2 rows"],
    ),
    "a single class": (
        lambda: cross_entropy(Tensor(np.ones((2, 1))), [0, 1]),
        ["an output for each class", "mse"],
    ),
    # Accuracy
    "scores in a row": (lambda: accuracy(np.ones(3), [1, 1, 1]), ["(n, outputs)", "(3,)"]),
    "fewer labels than scores": (lambda: accuracy(np.ones((3, 2)), [1, 1]), ["(3, 2)", "(2,)"]),
    "accuracy of nothing": (lambda: accuracy(np.ones((0, 2)), []), ["(0, 2)"]),
    "words as scores": (lambda: accuracy([["a", "b"]], [1]), ["scores must be"]),
    # Training
    "no network": (lambda: train([3, 4], X, Y, Adam(0.1), 3), ["model must be an MLP", "[3, 4]"]),
    "a number as optimizer": (lambda: fit(optimizer=0.1), ["optimizer must be a step rule", "0.1"]),
    "a class as optimizer": (lambda: fit(optimizer=Adam), ["optimizer must be a step rule"]),
    "several rates": (lambda: fit(optimizer=Adam([0.1, 0.2])), ["one learning rate"]),
    "an unknown loss": (lambda: fit(loss="hinge"), ["loss must be one of mse, cross_entropy", "'hinge'"]),
    "a function as loss": (lambda: fit(loss=mse), ["loss must be one of"]),
    "no epochs": (lambda: fit(epochs=0), ["epochs must be a whole number above 0", "0"]),
    "half an epoch": (lambda: fit(epochs=0.5), ["epochs must be", "0.5"]),
    "empty batches": (lambda: fit(batch=0), ["batch must be a whole number above 0", "0"]),
    "batches below 0": (lambda: fit(batch=-5), ["batch must be", "-5"]),
    "half a row": (lambda: fit(batch=2.5), ["batch must be", "2.5"]),
    "nothing to keep": (lambda: fit(keep=0), ["keep must be", "0"]),
    "no rows": (
        lambda: fit(x=np.ones((0, 3)), y=np.ones(0, int)),
        ["a row for each example, one or more", "(0, 3)"],
    ),
    "more labels than rows": (lambda: fit(x=X[:5]), ["a row for each example", "(5, 3)", "(12,)"]),
    "one number as labels": (lambda: fit(y=1), ["a row for each example", "()"]),
    "a wide x": (lambda: fit(x=np.ones((12, 5))), ["shape (n, 3)", "(12, 5)"]),
    "x in a row": (lambda: fit(x=np.ones(12)), ["shape (n, 3)", "(12,)"]),
    "words as x": (lambda: fit(x=[["a"] * 3] * 12), ["x must be a number or an array of numbers"]),
    "a ragged x": (lambda: fit(x=[[1, 2, 3], [1, 2]], y=[0, 1]), ["x must be a number or an array of numbers"]),
    "a ragged y": (lambda: fit(x=X[:2], y=[[1, 2], [3]]), ["must be a number or an array of numbers"]),
    "a Tensor as x": (lambda: fit(x=Tensor(X)), ["x must be a number or an array of numbers"]),
    "nan in x": (lambda: fit(x=np.where(X == X[0, 0], NAN, X)), ["not finite even before the first step"]),
    "inf in x": (
        lambda: fit(MLP([3, 2, 4]), x=np.where(X == X[0, 0], np.inf, X)),
        ["not finite even before"],
    ),
    "nan in y": (lambda: fit(y=np.full((12, 4), NAN), loss="mse"), ["not finite even before the first step"]),
    "a label out of range": (lambda: fit(y=np.full(12, 4)), ["from 0 to 3", "4"]),
    "labels that are no whole numbers": (lambda: fit(y=Y + 0.5), ["a whole number as label"]),
    "two kinds and one output": (lambda: fit(MLP([3, 1]), y=Y % 2), ["an output for each class"]),
    "targets that do not fit": (lambda: fit(loss="mse"), ["(12, 4)", "(12,)", "np.eye(4)"]),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_wrong_is_said(what):
    call, words = REFUSED[what]
    with pytest.raises(ValueError) as refused:
        call()
    message = str(refused.value)
    assert all(word in message for word in words), message
    assert message[-1] in ".?"


def test_what_is_refused_leaves_the_model_alone():
    model = MLP([3, 4])
    kept = vector(model)
    for options in ({"loss": "mse"}, {"y": np.full(12, 4)}, {"epochs": 0}, {"batch": 0}):
        with pytest.raises(ValueError):
            fit(model, **options)
    assert np.array_equal(vector(model), kept)


def test_momentum_is_that_of_descent():
    # No second set of rules: whoever changes one of gdlab.maths.descent, changes training.
    class Half(Momentum):
        def step(self, gradient, memory):
            displacement, memory = super().step(gradient, memory)
            return displacement / 2, memory

    whole, half = (fit(optimizer=rule(0.1), epochs=1) for rule in (Momentum, Half))
    moved = [history.parameters[1] - history.parameters[0] for history in (whole, half)]
    np.testing.assert_allclose(moved[0], 2 * moved[1], rtol=1e-9, atol=1e-15)
