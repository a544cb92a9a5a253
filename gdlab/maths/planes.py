"""The loss surface of a network, as far as it can be seen: over a plane through the space of its parameters.

A network of a hundred parameters has its loss over a hundred axes. A plane through that space is a point and two
directions; over it the loss is a `Surface` like any other, to be drawn as a map or as a landscape.
"""

import numpy as np

from gdlab.maths.data import generator
from gdlab.maths.arithmetic import log_softmax
from gdlab.maths.engine import OPERATIONS, Tensor
from gdlab.maths.nn import LOSSES, MLP, History, examples, look_into, windows
from gdlab.maths.surfaces import Surface
from gdlab.maths.walks import Path
from gdlab.maths.words import _

MOST = 50_000  # numbers in a layer of as many networks as are computed at once: few enough for the processor's cache
# The losses of many networks in one go; scores have the shape (networks, examples, outputs).
LOSSES_OF_MANY = {
    "mse": lambda scores, targets: np.mean((scores - targets) ** 2, axis=(1, 2)),
    "cross_entropy": lambda scores, labels: -np.mean(np.sum(labels * log_softmax(scores), axis=2), axis=1),
}


def random_plane(model, x, y, loss="cross_entropy", seed=0, reach=1.0):
    """The loss around a network along two random directions, each normalised filter by filter (Li et al. 2018).

    In a direction each unit's incoming weights are drawn at random and given the length of those that the network has:
    so one step means as much for a unit with small weights as for one with large ones. Biases stay as they are.

    Args:
        model: an `MLP`; the plane goes through its parameters, at (0, 0).
        x, y, loss: as `train` takes them.
        seed: of the directions.
        reach: the window goes so far to either side; 1 is as far as the weights themselves are from 0.
    """
    if not isinstance(reach, (int, float, np.number)) or not 0 < reach < np.inf:
        raise ValueError(_("reach must be a positive number, not {value!r}. Try 1.").format(value=reach))
    random, flat = generator(seed), _flat(model)
    directions = np.zeros((2, len(flat)))
    for direction in directions:
        for part, tensor in zip(windows(direction, model), model.parameters, strict=True):
            if part.ndim == 2:  # a column holds the incoming weights of a unit
                draw = random.normal(size=part.shape)
                part[...] = draw * np.linalg.norm(tensor.data, axis=0) / np.linalg.norm(draw, axis=0)
    window = ((-reach, reach), (-reach, reach))
    return _plane(model, x, y, loss, flat, directions, window, _("a random plane"), (_("direction 1"), _("direction 2")))


def path_plane(history, x, y, loss="cross_entropy"):
    """The loss over the plane in which a training moved most, and its path there.

    The two directions are the first principal components of the parameters that the history has kept, seen from where
    they ended. The path hardly ever lies in the plane itself: what is drawn is its shadow.

    Args:
        history: what `train` returned.
        x, y, loss: as `train` took them.

    Returns:
        (surface, path, share): a `Surface`; the path's shadow as a `Path` on it; and which share of the path's variance
        lies in the plane, from 0 to 1.
    """
    if not isinstance(history, History):
        raise ValueError(_("path_plane needs what train returned, not {it!r}.").format(it=history))
    flat = history.parameters[-1]
    away = history.parameters - flat
    _left, lengths, directions = np.linalg.svd(away - away.mean(axis=0), full_matrices=False)
    directions = directions[:2] * np.where(away[0] @ directions[:2].T > 0, -1, 1)[:, None]  # it begins at the lower left
    if len(directions) < 2 or not lengths[1] > 1e-12 * lengths[0]:
        raise ValueError(_("path_plane needs a training that moved in two directions at least, and was kept more often."))
    points = away @ directions.T
    low, high = points.min(axis=0), points.max(axis=0)
    centre, half = (low + high) / 2, 0.65 * np.max(high - low)
    window = tuple((float(c - half), float(c + half)) for c in centre)
    surface = _plane(history.model, x, y, loss, flat, directions, window, _("the plane of the path"), (_("main direction"), _("second direction")))
    share = float(np.sum(lengths[:2] ** 2) / np.sum(lengths**2))
    gradients = np.stack(surface.grad(*points.T), axis=-1)
    return surface, Path(surface, None, points, surface(*points.T), gradients), share


def _flat(model):
    """All parameters of a model as one long vector, a copy."""
    if not isinstance(model, MLP):
        raise ValueError(_("model must be an MLP, such as MLP([2, 16, 1]), not {it!r}.").format(it=model))
    return np.concatenate([np.ravel(tensor.data) for tensor in model.parameters])


def _plane(model, x, y, loss, origin, directions, window, name, axes):
    """The loss at origin + a · directions[0] + b · directions[1], as a Surface over (a, b)."""
    probe = MLP(model.sizes, model.activation, model.output)  # a network of our own: the caller's is left alone
    look_into(origin.copy(), probe)
    x, y = examples(probe, x, y, loss)
    parts = list(zip(windows(origin, model), *(windows(direction, model) for direction in directions), strict=True))

    def value(a, b):
        a, b = np.broadcast_arrays(a, b)
        many = np.column_stack([a.ravel(), b.ravel()])
        at_once = max(1, MOST // (len(x) * max(model.sizes)))
        losses = [losses_of(*part.T) for part in np.array_split(many, range(at_once, len(many), at_once))]
        return np.concatenate(losses).reshape(a.shape)

    def losses_of(a, b):
        """Of as many networks as there are numbers a and b, all at once; shape (networks, examples, units)."""
        out, a, b = x, a[:, None, None], b[:, None, None]
        with np.errstate(all="ignore"):
            for i, activation in enumerate(model.activations):
                (weights, w1, w2), (bias, b1, b2) = parts[2 * i], parts[2 * i + 1]
                out = out @ (weights + a * w1 + b * w2)
                out += (bias + a[:, 0] * b1 + b[:, 0] * b2)[:, None]
                if activation != "identity":
                    out = OPERATIONS[activation].value(out)
            return LOSSES_OF_MANY[loss](out, y)

    def gradient(a, b):
        a, b = np.broadcast_arrays(a, b)
        slopes = np.empty((2, a.size))
        with np.errstate(all="ignore"):
            for k, place in enumerate(zip(a.ravel(), b.ravel(), strict=True)):
                look_into(origin + place @ directions, probe)
                LOSSES[loss](probe(x), Tensor(y)).backward()
                slopes[:, k] = directions @ np.concatenate([np.ravel(tensor.grad) for tensor in probe.parameters])
        return slopes.reshape(2, *a.shape)

    return Surface(name, "L", value, gradient, window, (), axes)
