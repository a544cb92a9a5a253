"""Data to learn from: four toy sets in the plane, drawn anew from a seed, and real handwritten digits.

The toy sets have two kinds of points, labelled 0 and 1 by turns, within about −1.5 to 1.5.

The digits in `digits.npz` are by E. Alpaydin and C. Kaynak: Optical Recognition of Handwritten Digits, UCI Machine
Learning Repository, 1998, https://doi.org/10.24432/C50P49, under the licence CC BY 4.0,
https://creativecommons.org/licenses/by/4.0/. Of the two parts of that data set this is the smaller, which it calls the
test set: 1,797 images of 8 × 8 numbers from 0 to 16, and their labels. No number was changed; the file's format was.
"""

from collections import namedtuple
from pathlib import Path

import numpy as np


def blobs(n=200, noise=0.3, seed=0):
    """Two round clouds, one at the lower left and one at the upper right, which a straight line parts.

    Returns points, shape (n, 2), which scatter by `noise`, a standard deviation, and labels, shape (n,); so do all these sets.
    """
    random, labels = _start(n, seed)
    return np.where(labels[:, None], 0.65, -0.65) + noise * random.normal(size=(n, 2)), labels


def moons(n=200, noise=0.1, seed=0):
    """Two half-moons that reach into each other."""
    random, labels = _start(n, seed)
    angle = np.pi * random.uniform(size=n)
    x = np.where(labels, 1 - np.cos(angle), np.cos(angle)) - 0.5
    y = np.where(labels, 0.5 - np.sin(angle), np.sin(angle)) - 0.25
    return 0.95 * np.column_stack([x, y]) + noise * random.normal(size=(n, 2)), labels


def circles(n=200, noise=0.1, seed=0):
    """A disc, and a ring around it."""
    random, labels = _start(n, seed)
    radius = np.where(labels, 1.15, 0.5 * np.sqrt(random.uniform(size=n)))  # the root: a disc evenly filled
    return _around(radius, 2 * np.pi * random.uniform(size=n)) + noise * random.normal(size=(n, 2)), labels


def spirals(n=200, noise=0.05, seed=0):
    """Two arms of a spiral, wound into each other."""
    random, labels = _start(n, seed)
    along = np.sqrt(random.uniform(0.02, 1, size=n))  # the root: as dense outside as inside
    return _around(1.3 * along, 2.5 * np.pi * along + np.pi * labels) + noise * random.normal(size=(n, 2)), labels


def _start(n, seed):
    """numpy's random generator for a seed, and n labels, 0 and 1 by turns."""
    return np.random.default_rng(seed), np.arange(n) % 2


def _around(radius, angle):
    return radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])


# Images as rows of 64 numbers from 0 (white) to 1 (ink), and which digit each one is.
Digits = namedtuple("Digits", "train_x train_y test_x test_y")


def digits():
    """The 1,797 handwritten digits as `Digits`: 1,437 to learn from and the others to test with, always the same."""
    with np.load(Path(__file__).with_name("digits.npz")) as file:
        x, y = file["images"] / 16, file["labels"].astype(int)
    train, test = np.split(np.random.default_rng(0).permutation(len(x)), [1437])
    return Digits(x[train], y[train], x[test], y[test])
