"""The loss surface of a network, as far as it can be seen: over a plane.

A plane through the space of its parameters is a point and two directions; over it the mean squared error is a `Surface` like
any other, to be drawn as a map or as a landscape.
"""

from copy import deepcopy

import numpy as np

from gdlab.maths.checks import need
from gdlab.maths.engine import Tensor
from gdlab.maths.nn import ACTIVATIONS, MLP, History, examples, look_into, mse, windows
from gdlab.maths.surfaces import Surface
from gdlab.maths.walks import Path
from gdlab.maths.words import _


def random_plane(model, x, y, seed=0):
    """The error around an `MLP` along two random directions, each normalised unit by unit (Li et al. 2018).

    In a direction each unit's incoming weights are drawn at random and given the length of those that the network has:
    so one step means as much for a unit with small weights as for one with large ones. Biases stay as they are.
    """
    need(isinstance(model, MLP), "model must be an MLP, such as MLP([2, 16, 1])", model)
    random, origin = np.random.default_rng(seed), np.concatenate([np.ravel(tensor.data) for tensor in model.parameters])
    directions = np.zeros((2, len(origin)))
    for direction in directions:
        for part, tensor in zip(windows(direction, model), model.parameters, strict=True):
            if part.ndim == 2:  # a column holds the incoming weights of a unit
                draw = random.normal(size=part.shape)
                part[...] = draw * np.linalg.norm(tensor.data, axis=0) / np.linalg.norm(draw, axis=0)
    return _plane(model, x, y, origin, directions, ((-1.0, 1.0), (-1.0, 1.0)), (_("direction 1"), _("direction 2")))


def path_plane(history, x, y):
    """(surface, path, share): the error over the plane in which a training moved most, and its path there.

    The directions are the first two principal components of the kept parameters, seen from where they ended. What is drawn of
    the path is its shadow: a share of its variance, from 0 to 1, lies in the plane.
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


def _plane(model, x, y, origin, directions, window, axes):
    """The error at origin + a · directions[0] + b · directions[1], as a Surface over (a, b)."""
    probe = look_into(origin.copy(), deepcopy(model))  # a network of our own: the caller's is left alone
    x, y = examples(probe, x, y, "mse")
    parts = list(zip(*(windows(flat, model) for flat in (origin, *directions)), strict=True))

    @np.errstate(all="ignore")
    def errors(a, b):
        """Of as many networks as there are numbers a and b, which go through the layers side by side."""
        out, many = x, [part + np.multiply.outer(a, one) + np.multiply.outer(b, other) for part, one, other in parts]
        for weights, bias, activation in zip(many[::2], many[1::2], model.activations, strict=True):
            out = ACTIVATIONS[activation](Tensor(out @ weights + bias[:, None])).data
        return np.mean((out - y) ** 2, axis=(1, 2))

    def value(a, b):
        places = np.stack([part.ravel() for part in np.broadcast_arrays(a, b)])
        groups = np.split(places, range(50, places.shape[1], 50), axis=1)  # so few fit into the processor's cache
        return np.concatenate([errors(*group) for group in groups]).reshape(np.broadcast_shapes(np.shape(a), np.shape(b)))

    @np.errstate(all="ignore")
    def slopes(a, b):
        look_into(origin + (a, b) @ directions, probe)
        mse(probe(x), Tensor(y)).backward()
        return tuple(directions @ np.concatenate([np.ravel(tensor.grad) for tensor in probe.parameters]))

    return Surface("plane", "L", value, np.vectorize(slopes, otypes=[float, float]), window, (), axes)
