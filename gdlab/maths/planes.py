"""The loss surface of a network, as far as it can be seen: over a plane through the space of its parameters.

A network of a hundred parameters has its loss over a hundred axes. A plane through that space is a point and two
directions; over it the mean squared error is a `Surface` like any other, to be drawn as a map or as a landscape.
"""

import numpy as np

from gdlab.maths.checks import need, numbers
from gdlab.maths.data import generator
from gdlab.maths.engine import Tensor
from gdlab.maths.nn import ACTIVATIONS, MLP, History, mse
from gdlab.maths.surfaces import Surface
from gdlab.maths.walks import Path
from gdlab.maths.words import _


def random_plane(model, x, y, seed=0):
    """The error around an `MLP` along two random directions, each normalised unit by unit (Li et al. 2018).

    In a direction each unit's incoming weights are drawn at random and given the length of those that the network has:
    so one step means as much for a unit with small weights as for one with large ones. Biases stay as they are.
    """
    need(isinstance(model, MLP), "model must be an MLP, such as MLP([2, 16, 1])", model)
    random, parts = generator(seed), [tensor.data for tensor in model.parameters]

    def drawn(part):
        if part.ndim == 1:
            return 0 * part
        draw = random.normal(size=part.shape)
        return draw * np.linalg.norm(part, axis=0) / np.linalg.norm(draw, axis=0)  # a column holds a unit's weights

    directions = np.array([_long([drawn(part) for part in parts]) for _axis in "ab"])
    return _plane(model, x, y, _long(parts), directions, ((-1.0, 1.0), (-1.0, 1.0)), (_("direction 1"), _("direction 2")))


def path_plane(history, x, y):
    """(surface, path, share): the error over the plane in which a training moved most, and its path there.

    The two directions are the first principal components of the parameters that the history has kept, seen from where
    they ended. The path hardly ever lies in the plane itself: what is drawn is its shadow. The share, from 0 to 1, is that
    of the path's variance which lies in the plane.
    """
    need(isinstance(history, History), "path_plane needs what train returned", history)
    away = history.parameters - history.parameters[-1]
    _left, lengths, directions = np.linalg.svd(away - away.mean(axis=0), full_matrices=False)
    moved = len(directions) > 1 and lengths[1] > 1e-12 * lengths[0]
    need(moved, "path_plane needs a training that moved in two directions at least, and was kept more often")
    directions = directions[:2] * np.where(away[0] @ directions[:2].T > 0, -1, 1)[:, None]  # it begins at the lower left
    points = away @ directions.T
    low, high = points.min(axis=0), points.max(axis=0)
    reach = 0.65 * np.max(high - low) * np.array([-1, 1])
    window = tuple(tuple(map(float, middle + reach)) for middle in (low + high) / 2)
    axes = _("main direction"), _("second direction")
    surface = _plane(history.model, x, y, history.parameters[-1], directions, window, axes)
    shadow = Path(surface, None, points, surface(*points.T), np.stack(surface.grad(*points.T), axis=-1))
    return surface, shadow, float(np.sum(lengths[:2] ** 2) / np.sum(lengths**2))


def _long(parts):
    """Arrays as one long vector."""
    return np.concatenate([np.ravel(part) for part in parts])


def _plane(model, x, y, origin, directions, window, axes):
    """The error at origin + a · directions[0] + b · directions[1], as a Surface over (a, b)."""
    probe = MLP(model.sizes, model.activation, model.output)  # a network of our own: the caller's is left alone
    x, y = numbers(x, "x"), numbers(y, "y")
    mse(probe(x), y)  # says what does not fit
    ends = np.cumsum([tensor.data.size for tensor in probe.parameters])[:-1]

    def parameters(places):
        """An array for each parameter, shape (..., its own shape), at places of the plane, shape (..., 2)."""
        parts = zip(np.split(origin + places @ directions, ends, axis=-1), probe.parameters, strict=True)
        return [part.reshape(*places.shape[:-1], *tensor.shape) for part, tensor in parts]

    @np.errstate(all="ignore")
    def errors(places):
        """Of as many networks as there are places, which go through the layers side by side."""
        out, parts = x, parameters(places)
        for weights, bias, activation in zip(parts[::2], parts[1::2], probe.activations, strict=True):
            out = ACTIVATIONS[activation](Tensor(out @ weights + bias[:, None])).data
        return np.mean((out - y.reshape(out.shape[1:])) ** 2, axis=(1, 2))

    def value(a, b):
        places = np.stack(np.broadcast_arrays(a, b), axis=-1)
        groups = np.split(places.reshape(-1, 2), range(50, places.size // 2, 50))  # so few fit into the processor's cache
        return np.concatenate([errors(group) for group in groups]).reshape(places.shape[:-1])

    @np.errstate(all="ignore")
    def slopes(a, b):
        for tensor, part in zip(probe.parameters, parameters(np.array([a, b])), strict=True):
            tensor.data = part
        mse(probe(x), y).backward()
        return tuple(directions @ _long([tensor.grad for tensor in probe.parameters]))

    return Surface("plane", "L", value, np.vectorize(slopes, otypes=[float, float]), window, (), axes)
