"""Small networks on top of the engine: layers, losses, and a training loop that remembers how it went.

Training is the loop of the lessons: forward, error, backward, update, again and again. Both passes are the code that the
engine writes of one step (`History.code`). The update is a step rule of `gdlab.maths.descent` on all parameters as one long
vector: what walks down a surface of two coordinates walks down this one, too.
"""

import math
from copy import deepcopy
from dataclasses import dataclass

import numpy as np

from gdlab.maths.checks import is_count, need, numbers
from gdlab.maths.code import Code
from gdlab.maths.descent import GradientDescent
from gdlab.maths.engine import Tensor, apply
from gdlab.maths.words import _, number

ACTIVATIONS = {"tanh": Tensor.tanh, "relu": Tensor.relu, "sigmoid": Tensor.sigmoid, "identity": lambda z: z}

# The standard deviation of a layer's first weights. Too small, and the signal fades; too large, tanh and sigmoid saturate.
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
        activation, output: of the hidden layers, and of the last: "tanh", "relu", "sigmoid" or "identity".
        init: "xavier", "he", "zeros" or "large"; unless told "he" for relu and "xavier" for the others. Biases are 0.

    Its `parameters` are the Tensors W1, b1, W2, b2, ...; a W has the shape (inputs, outputs) of its layer.
    """

    def __init__(self, sizes, activation="tanh", output="identity", init=None, seed=0):
        counts = isinstance(sizes, (list, tuple)) and len(sizes) >= 2 and all(map(is_count, sizes))
        need(counts, "sizes must be two or more whole numbers above 0, such as [2, 16, 1]", sizes)
        init = ("he" if activation == "relu" else "xavier") if init is None else init
        for name, value, known in ("activation", activation, ACTIVATIONS), ("output", output, ACTIVATIONS), ("init", init, INITS):
            need(isinstance(value, str) and value in known, f"{name} must be one of {', '.join(known)}", value)
        self.sizes, self.activation, self.output = list(sizes), activation, output
        self.activations = [activation] * (len(sizes) - 2) + [output]
        random, self.parameters = np.random.default_rng(seed), []
        for i, (inputs, outputs) in enumerate(zip(sizes, sizes[1:], strict=False), start=1):
            weights = INITS[init](inputs, outputs) * random.normal(size=(inputs, outputs))
            self.parameters += [Tensor(weights, f"W{i}"), Tensor(np.zeros(outputs), f"b{i}")]

    def __call__(self, x):
        """The scores, a Tensor of shape (n, outputs), for inputs of shape (n, inputs)."""
        return self.layers(x)[-1][1]

    def layers(self, x):
        """For each layer the pair (z, a): the weighted sums and, after the activation, the outputs; both Tensors."""
        shape = np.shape(x)
        need(len(shape) == 2 and shape[1] == self.sizes[0], f"the network takes inputs of shape (n, {self.sizes[0]})", shape)
        found = []
        for i, activation in enumerate(self.activations, start=1):
            z = apply("linear", x, *self.parameters[2 * i - 2 : 2 * i])
            x = _named(f"a{i}", ACTIVATIONS[activation](z))
            found.append((_named(f"z{i}", z), x))
        return found


def mse(scores, targets):
    """The mean squared error, a Tensor, of scores of shape (n, outputs); with one output, n targets will do."""
    if not isinstance(targets, Tensor):
        targets = numbers(targets, "targets")
        targets = targets.reshape(-1, 1) if scores.shape == (*targets.shape, 1) else targets
        words = f"mse needs targets of the scores' shape, {scores.shape}; for labels take np.eye({scores.shape[-1]})[labels]"
        need(targets.shape == scores.shape and targets.size, words, targets.shape)
    return _named("loss", apply("squared error", scores, targets))


def cross_entropy(scores, labels):
    """The mean of −log p(label), a Tensor: p is the softmax of the scores, of shape (n, classes); a label is 0 to classes − 1."""
    if not isinstance(labels, Tensor):
        n, classes = scores.shape
        need(classes > 1, "cross_entropy needs an output for each class, and there is one: take two outputs, or mse")
        whole = np.shape(labels) == (n,) and n and np.asarray(labels).dtype.kind in "iu"
        need(whole, f"cross_entropy needs a whole number as label for each of the {n} rows", labels)
        need(0 <= np.min(labels) and np.max(labels) < classes, f"labels must go from 0 to {classes - 1}", labels)
        labels = np.eye(classes)[labels]  # for each row 1 for its class, and 0 for all others
    return _named("loss", apply("cross-entropy", scores, labels))


def _named(name, tensor):
    tensor.name = name
    return tensor


LOSSES = {"mse": mse, "cross_entropy": cross_entropy}


def accuracy(scores, y, middle=0.0):
    """The share of rows that are right: where the largest score is the label's, or the one with the largest target.

    Scores have the shape (n, outputs), labels (n,), targets either. With one output, a score is right if it lies on the same
    side of `middle` as its target: of 0 where targets are −1 and 1.
    """
    scores, y = numbers(scores.data if isinstance(scores, Tensor) else scores, "scores"), numbers(y, "y")
    fit = scores.ndim == 2 and scores.size and y.shape in (scores.shape, scores.shape[:1])
    need(fit, f"accuracy needs scores of shape (n, outputs) and as many labels: {scores.shape} and {y.shape} do not fit")
    if scores.shape[1] == 1:
        return np.mean((scores.ravel() > middle) == (y.ravel() > middle))
    return np.mean(scores.argmax(axis=1) == (y if y.ndim == 1 else y.argmax(axis=1)))


def train(model, x, y, optimizer, epochs, loss="cross_entropy", batch=None, seed=0, keep=60):
    """Train an `MLP`: forward, error, backward, update, again and again; its parameters are changed. Returns the `History`.

    Args:
        x, y: inputs, shape (n, inputs), and labels or targets, one a row, as the loss wants them: "mse" or "cross_entropy".
        optimizer: a step rule of `gdlab.maths.descent`, such as Adam(0.01).
        epochs, keep: how many times to go through the data, and to keep the parameters beside those at the start.
        batch, seed: how many rows to a step, in an order drawn anew for each epoch, from this seed; all of them unless told.

    A run that diverges is no error: it ends, the history says when, and the model has the parameters that were kept last.
    """
    need(isinstance(model, MLP), "model must be an MLP, such as MLP([2, 16, 1])", model)
    one_rate = isinstance(optimizer, GradientDescent) and not np.ndim(optimizer.lr)
    need(one_rate, "optimizer must be a step rule with one learning rate, such as Adam(0.01)", optimizer)
    for name, value in (("epochs", epochs), ("batch", 1 if batch is None else batch), ("keep", keep)):
        need(is_count(value), f"{name} must be a whole number above 0", value)
    random, (inputs, targets) = np.random.default_rng(seed), examples(model, x, y, loss)
    error = LOSSES[loss](model(Tensor(inputs, "x")), Tensor(targets, "y"))
    code, scores = error.code(*model.parameters), error.inputs[0].name
    names = [tensor.name for tensor in model.parameters]
    both_passes = code.function(["x", "y", *names], ["loss", scores, *(f"d_{name}" for name in names)])
    # One long vector holds all parameters, and each tensor is a window on its part: one step moves them all.
    flat = np.concatenate([np.ravel(tensor.data) for tensor in model.parameters])
    parts, memory, n = windows(flat, look_into(flat, model)), optimizer.start(flat), len(inputs)
    batch, middle = n if batch is None else min(batch, n), (targets.min() + targets.max()) / 2
    wanted = set(np.linspace(0, epochs, min(keep, epochs) + 1).round().astype(int).tolist())
    losses, kept, diverged_at = [], [], -1
    with np.errstate(all="ignore"):  # a divergence is the lesson, not a warning
        for epoch in range(epochs + 1):
            if batch == n or epoch in wanted:
                value, answers, *gradients = both_passes(inputs, targets, *parts)
                if not math.isfinite(value):
                    losses.append(value)
                    diverged_at = epoch
                    break
                if epoch in wanted:
                    norms = [np.linalg.norm(gradient) for gradient in gradients[::2]]
                    kept.append((epoch, flat.copy(), value, accuracy(answers, targets, middle), norms))
            if epoch == epochs:
                break
            if batch < n:
                value, order = 0.0, random.permutation(n)
            for begin in range(0, n, batch):
                if batch < n:
                    rows = order[begin : begin + batch]
                    part, _answers, *gradients = both_passes(inputs[rows], targets[rows], *parts)
                    value += part * len(rows) / n
                displacement, memory = optimizer.step(np.concatenate([part.ravel() for part in gradients]), memory)
                flat += displacement
            losses.append(value)
            if not math.isfinite(value):
                diverged_at = epoch + 1
                break
    if diverged_at >= 0:
        flat[:] = kept[-1][1]  # what is not finite is of no use to anybody
    columns = (np.array(column) for column in zip(*kept, strict=True))
    return History(model, code, np.array(losses), *columns, diverged_at)


def windows(flat, model):
    """For each parameter of a model an array in its shape that is a part of one long vector."""
    ends = np.cumsum([np.size(tensor.data) for tensor in model.parameters])[:-1]
    return [part.reshape(tensor.shape) for part, tensor in zip(np.split(flat, ends), model.parameters, strict=True)]


def look_into(flat, model):
    """Make each parameter of a model a window on its part of one long vector; returns the model."""
    for tensor, window in zip(model.parameters, windows(flat, model), strict=True):
        tensor.data = window
    return model


def examples(model, x, y, loss):
    """Inputs, and what the scores are held against, as two matrices; all that can be wrong with them is found here, once."""
    need(isinstance(loss, str) and loss in LOSSES, f"loss must be one of {', '.join(LOSSES)}", loss)
    x, shape = numbers(x, "x"), numbers(y, "y").shape
    rows = x.ndim and shape and 0 < len(x) == shape[0]
    need(rows, f"x and y must have a row for each example, one or more; their shapes are {x.shape} and {shape}")
    with np.errstate(all="ignore"):
        error = LOSSES[loss](model(x), y)
    need(np.isfinite(x).all() and math.isfinite(error.data), "the loss is not finite even before the first step: make x, y and the parameters finite")
    return x, error.values[1]


@dataclass(frozen=True, eq=False)
class History:
    """How a training went, and what it kept: at the start, and then at evenly spaced epochs."""

    model: MLP  # with the parameters that it had in the end; where it diverged, with those kept last
    code: Code  # the very lines that trained it: both passes of one step
    losses: np.ndarray  # the mean loss in each epoch, each batch's taken before its update; with a divergence it ends
    epochs: np.ndarray  # after how many epochs the following were taken, shape (k,)
    parameters: np.ndarray  # as one long vector, shape (k, parameters)
    kept_losses: np.ndarray  # on all data, as the following are, shape (k,)
    accuracies: np.ndarray  # shape (k,)
    gradient_norms: np.ndarray  # the length of the gradient of each layer's weights, shape (k, layers)
    diverged_at: int  # the epoch, counted from 1, in which the loss ceased to be finite; -1 if it never did

    def index(self, epoch):
        """Which of the kept epochs is the last one that is not after `epoch`."""
        return max(int(np.searchsorted(self.epochs, epoch, side="right")) - 1, 0)

    def at(self, epoch):
        """The network as it was after so many epochs, or at the last epoch kept before."""
        return look_into(self.parameters[self.index(epoch)].copy(), deepcopy(self.model))

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
