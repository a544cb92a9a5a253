"""Small networks on top of the engine: layers, losses, and a training loop that remembers how it went.

A network is a list of parameters and a function of them. Training is the loop of the lessons: forward, error, backward,
update, again and again. The update is a step rule of `gdlab.maths.descent`, applied to all parameters at once as one long
vector: what walks down a surface of two coordinates walks down this one, too.
"""

import math
from dataclasses import dataclass

import numpy as np

from gdlab.maths.data import generator
from gdlab.maths.descent import GradientDescent
from gdlab.maths.engine import Tensor, linear, softmax_cross_entropy, squared_error
from gdlab.maths.operations import OPERATIONS, add_rows
from gdlab.maths.words import _, number

_LINEAR = OPERATIONS["linear"]
ACTIVATIONS = {"tanh": Tensor.tanh, "relu": Tensor.relu, "sigmoid": Tensor.sigmoid, "identity": lambda z: z}

# The standard deviation of the first weights of a layer, from how many inputs and outputs it has. Too small, and the
# signal fades from layer to layer; too large, and tanh and sigmoid saturate.
INITS = {
    "xavier": lambda inputs, outputs: np.sqrt(2 / (inputs + outputs)),  # keeps the variance: Glorot & Bengio 2010
    "he": lambda inputs, outputs: np.sqrt(2 / inputs),  # relu halves it, so twice as much: He et al. 2015
    "zeros": lambda inputs, outputs: 0.0,  # all units of a layer stay alike for ever: a lesson shows it
    "large": lambda inputs, outputs: 3.0,
}


class MLP:
    """A multilayer perceptron: linear layers, each followed by an activation.

    Args:
        sizes: how many inputs, units in each hidden layer, and outputs: [2, 16, 16, 1].
        activation: of the hidden layers: "tanh", "relu", "sigmoid" or "identity".
        output: that of the last layer.
        init: "xavier", "he", "zeros" or "large"; unless told "he" for relu and "xavier" for the others. Biases are 0.
        seed: of the first weights.

    Attributes:
        parameters: the Tensors W1, b1, W2, b2, ...; a W has the shape (inputs, outputs) of its layer.
        activations: the name of each layer's activation.
    """

    def __init__(self, sizes, activation="tanh", output="identity", init=None, seed=0):
        if not isinstance(sizes, (list, tuple)) or len(sizes) < 2 or not all(map(_is_count, sizes)):
            raise ValueError(
                _("sizes must be two or more whole numbers above 0, such as [2, 16, 1], not {it!r}.").format(it=sizes)
            )
        init = ("he" if activation == "relu" else "xavier") if init is None else init
        _check_choice("activation", activation, ACTIVATIONS)
        _check_choice("output", output, ACTIVATIONS)
        _check_choice("init", init, INITS)
        self.sizes, self.activation, self.output = list(sizes), activation, output
        self.activations = [activation] * (len(sizes) - 2) + [output]
        random, self.parameters = generator(seed), []
        for i, (inputs, outputs) in enumerate(zip(sizes, sizes[1:], strict=False), start=1):
            weights = INITS[init](inputs, outputs) * random.normal(size=(inputs, outputs))
            self.parameters += [Tensor(weights, f"W{i}"), Tensor(np.zeros(outputs), f"b{i}")]

    def __call__(self, x):
        """The scores, a Tensor of shape (n, outputs), for inputs of shape (n, inputs)."""
        return self.layers(x)[-1][1]

    def layers(self, x):
        """For each layer the pair (z, a): the weighted sums and, after the activation, the outputs; both Tensors."""
        shape = np.shape(x.data if isinstance(x, Tensor) else x)
        if len(shape) != 2 or shape[1] != self.sizes[0]:
            message = _("the network takes inputs of shape (n, {inputs}), not {shape}.")
            raise ValueError(message.format(inputs=self.sizes[0], shape=shape))
        found = []
        for i, activation in enumerate(self.activations):
            z = linear(x, *self.parameters[2 * i : 2 * i + 2])
            x = ACTIVATIONS[activation](z)
            found.append((z, x))
        return found


def mse(scores, targets):
    """The mean squared error.

    Args:
        scores: a Tensor of shape (n, outputs).
        targets: numbers in the same shape; with one output, (n,) will do.
    """
    targets = _numbers(_("targets"), targets)
    if targets.shape == scores.shape[:1] and scores.shape[1:] == (1,):
        targets = targets[:, None]
    if targets.shape != scores.shape:
        raise ValueError(
            _("mse needs targets of the scores' shape, {scores}, not {targets}. For labels take np.eye({k})[labels].")
            .format(scores=scores.shape, targets=targets.shape, k=scores.shape[-1])
        )
    if not targets.size:
        raise ValueError(_("mse needs one row of scores or more."))
    return squared_error(scores, targets)


def cross_entropy(scores, labels):
    """The mean of −log p(label), where p is the softmax of the scores: in one operation, which cannot overflow.

    Args:
        scores: a Tensor of shape (n, classes).
        labels: whole numbers from 0 to classes − 1, shape (n,).
    """
    if scores.shape[-1:] == (1,):
        raise ValueError(_("cross_entropy needs an output for each class, and there is one. Take two outputs, or mse."))
    return softmax_cross_entropy(scores, labels)


LOSSES = {"mse": mse, "cross_entropy": cross_entropy}


def accuracy(scores, y):
    """The share of rows that are right: where the largest score is the label's, or the one with the largest target.

    With one output, a score is right if it is nearer to its target than to the other; they are −1 and 1, or 0 and 1.

    Args:
        scores: a Tensor or an array of shape (n, outputs).
        y: labels or targets, shape (n,) or (n, outputs).
    """
    scores, y = scores.data if isinstance(scores, Tensor) else _numbers(_("scores"), scores), _numbers("y", y)
    if scores.ndim != 2 or not scores.size or y.shape not in (scores.shape, scores.shape[:1]):
        raise ValueError(
            _("accuracy needs scores of shape (n, outputs) and as many labels, not shapes {scores} and {y}.").format(
                scores=scores.shape, y=y.shape
            )
        )
    if scores.shape[1] == 1:
        y = y.ravel()
        middle = 0 if y.min() < 0 else 0.5
        right = (scores[:, 0] > middle) == (y > middle)
    else:
        right = scores.argmax(axis=1) == (y if y.ndim == 1 else y.argmax(axis=1))
    return np.count_nonzero(right) / len(right)


def train(model, x, y, optimizer, epochs, loss="cross_entropy", batch=None, seed=0, keep=60, on_epoch=None):
    """Train a network: forward, error, backward, update, again and again; the model's parameters are changed.

    Args:
        model: an `MLP`.
        x: inputs, shape (n, inputs).
        y: labels or targets, one a row, as the loss wants them.
        optimizer: a step rule of `gdlab.maths.descent`, such as Adam(0.01).
        epochs: how many times to go through the data.
        loss: "mse" or "cross_entropy".
        batch: how many rows to a step, in an order drawn anew for each epoch; all of them unless told.
        seed: of that order.
        keep: how many times to keep the parameters, evenly spaced, beside those at the start.
        on_epoch: called with the number of epochs done, after each; and with `epochs` at the end, however it comes. See
            `progress`.

    Returns:
        A `History`. A run that diverges is no error: it ends, the history says when, and the model has the parameters
        that were kept last.
    """
    if not isinstance(model, MLP):
        raise ValueError(_("model must be an MLP, such as MLP([2, 16, 1]), not {it!r}.").format(it=model))
    if not isinstance(optimizer, GradientDescent) or np.ndim(optimizer.lr):
        message = _("optimizer must be a step rule with one learning rate, such as Adam(0.01), not {it!r}.")
        raise ValueError(message.format(it=optimizer))
    _check_choice("loss", loss, LOSSES)
    for name, value in (("epochs", epochs), ("batch", 1 if batch is None else batch), ("keep", keep)):
        if not _is_count(value):
            raise ValueError(_("{name} must be a whole number above 0, not {value!r}.").format(name=name, value=value))
    if not (on_epoch is None or callable(on_epoch)):
        raise ValueError(_("on_epoch must be a function of the number of epochs done, not {it!r}.").format(it=on_epoch))
    random = generator(seed)
    x, y, operation = _examples(model, x, y, loss)
    n = len(x)
    batch = n if batch is None else min(int(batch), n)
    # One long vector holds all parameters, and each tensor is a window on its part: one step moves them all.
    flat = np.concatenate([np.ravel(tensor.data) for tensor in model.parameters])
    gradient = np.empty_like(flat)
    _look_into(flat, model)
    layers = _layers(model, gradient)
    memory = optimizer.start(flat)
    wanted = set(np.linspace(0, epochs, min(keep, epochs) + 1).round().astype(int).tolist())
    losses, kept, diverged_at = [], [], -1

    def update(memory):
        displacement, memory = optimizer.step(gradient, memory)
        np.add(flat, displacement, out=flat)
        return memory

    try:
        with np.errstate(all="ignore"):  # a divergence is the lesson, not a warning
            for epoch in range(epochs + 1):
                if batch == n or epoch in wanted:
                    value, scores = _backpropagate(layers, operation, x, y)
                    if not math.isfinite(value):
                        losses.append(value)
                        diverged_at = epoch
                        break
                    if epoch in wanted:
                        norms = [math.sqrt(np.vdot(into, into)) for _w, _b, into, _into_b, _activation in layers]
                        kept.append((epoch, flat.copy(), value, accuracy(scores, y), norms))
                if epoch == epochs:
                    break
                if batch == n:
                    memory = update(memory)
                else:
                    order, value = random.permutation(n), 0.0
                    for begin in range(0, n, batch):
                        rows = order[begin : begin + batch]
                        error, _scores = _backpropagate(layers, operation, x[rows], y[rows])
                        value += error * len(rows) / n
                        memory = update(memory)
                losses.append(value)
                if not math.isfinite(value):
                    diverged_at = epoch + 1
                    break
                if on_epoch and epoch + 1 < epochs:
                    on_epoch(epoch + 1)
    finally:
        if on_epoch:
            on_epoch(epochs)
    if diverged_at >= 0:
        flat[:] = kept[-1][1]  # what is not finite is of no use to anybody
    columns = (np.array(column) for column in zip(*kept, strict=True))
    return History(model, np.array(losses), *columns, diverged_at)


def _layers(model, gradient):
    """For each layer (W, b, the gradient of W, that of b, its activation's operation); windows on `gradient`."""
    into = _windows(gradient, model)
    arrays = [tensor.data for tensor in model.parameters]
    activations = map(OPERATIONS.get, model.activations)  # None for the identity
    return list(zip(arrays[::2], arrays[1::2], into[::2], into[1::2], activations, strict=True))


def _backpropagate(layers, loss, x, y):
    """(loss, scores) of a chain of layers; the gradients are written into their places.

    What `Tensor.backward` does, by the same rules. But in a chain the way back is known. So it needs no graph, on which a
    small network would spend a third of its time.
    """
    inputs, sums, a = [], [], x
    for weights, bias, _into, _into_bias, activation in layers:
        inputs.append(a)
        sums.append(_LINEAR.value(a, weights, bias))
        a = activation.value(sums[-1]) if activation else sums[-1]
    value = loss.value(a, y)
    blame, output = loss.rules[0](1.0, value, a, y), a
    for layer, before, z in zip(layers[::-1], inputs[::-1], sums[::-1], strict=True):
        weights, bias, into, into_bias, activation = layer
        if activation:
            blame = activation.rules[0](blame, output, z)
        into[...] = _LINEAR.rules[1](blame, z, before, weights, bias)
        into_bias[...] = add_rows(blame)
        if before is not x:
            blame = _LINEAR.rules[0](blame, z, before, weights, bias)
        output = before
    return value, a


def _windows(flat, model):
    """For each parameter of a model an array in its shape that is a part of one long vector."""
    shapes = [np.shape(tensor.data) for tensor in model.parameters]
    ends = np.cumsum([math.prod(shape) for shape in shapes])
    return [part.reshape(shape) for part, shape in zip(np.split(flat, ends[:-1]), shapes, strict=True)]


def _look_into(flat, model):
    """Make each parameter of a model a window on its part of one long vector."""
    for tensor, window in zip(model.parameters, _windows(flat, model), strict=True):
        tensor.data = window


def _examples(model, x, y, loss):
    """x and y as the loss takes them, and its operation; all that can be wrong with them is found here, once."""
    x, y = np.ascontiguousarray(_numbers("x", x), dtype=float), _numbers("y", y)
    if not x.ndim or not y.ndim or not len(x) or len(x) != len(y):
        raise ValueError(
            _("x and y must have a row for each example, one or more; their shapes are {x} and {y}.").format(
                x=x.shape, y=y.shape
            )
        )
    with np.errstate(all="ignore"):
        error = LOSSES[loss](model(x), y)
    if not (np.isfinite(x).all() and math.isfinite(error.data)):
        raise ValueError(_("the loss is not finite even before the first step. Are x, y and the parameters?"))
    return x, error.values[1], error.operation


def _numbers(name, value):
    """As an array, if it holds numbers."""
    try:
        array = np.asarray(value)
    except (TypeError, ValueError):  # a ragged list; a Tensor
        array = np.array(None)
    if array.dtype.kind not in "fiub":
        raise ValueError(_("{name} must be an array of numbers, not {it!r}.").format(name=name, it=value))
    return array


def _is_count(value):
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool) and value > 0


def _check_choice(name, value, known):
    if not isinstance(value, str) or value not in known:
        message = _("{name} must be one of {known}, not {it!r}.")
        raise ValueError(message.format(name=name, known=", ".join(known), it=value))


@dataclass(frozen=True, eq=False)
class History:
    """How a training went.

    Attributes:
        model: the network, with the parameters that it had in the end; where it diverged, with those kept last.
        losses: the mean loss in each epoch, each batch's taken before its update, shape (epochs,). Where the training
            diverges it ends with the first that is not finite.
        epochs: after how many epochs the following were taken, shape (k,).
        parameters: all parameters as one long vector, shape (k, parameters).
        kept_losses, accuracies: on all data, shape (k,).
        gradient_norms: the length of the gradient, on all data, of each layer's weights, shape (k, layers).
        diverged_at: the epoch, counted from 1, in which the loss ceased to be finite; -1 if it never did.
    """

    model: MLP
    losses: np.ndarray
    epochs: np.ndarray
    parameters: np.ndarray
    kept_losses: np.ndarray
    accuracies: np.ndarray
    gradient_norms: np.ndarray
    diverged_at: int

    def index(self, epoch):
        """Which of the kept epochs is the last one that is not after `epoch`."""
        return max(int(np.searchsorted(self.epochs, epoch, side="right")) - 1, 0)

    def at(self, epoch):
        """The network as it was after so many epochs, or at the last epoch kept before."""
        model = MLP(self.model.sizes, self.model.activation, self.model.output)
        _look_into(self.parameters[self.index(epoch)].copy(), model)
        return model

    def summary(self, epoch=None):
        """One sentence or two for the learner: how far the training came, or how it stood after an epoch."""
        if self.diverged_at >= 0 and (epoch is None or epoch >= self.diverged_at):
            message = _("The training diverges: in epoch {k} the loss is no longer a number. Lower the learning rate.")
            return message.format(k=self.diverged_at)
        i = -1 if epoch is None else self.index(epoch)
        done = int(self.epochs[i])
        epochs = _("one epoch") if done == 1 else _("{n} epochs").format(n=done)
        return _("After {epochs} the loss is {loss}, and {share} % of the answers are right.").format(
            epochs=epochs, loss=number(self.kept_losses[i]), share=number(100 * self.accuracies[i])
        )
