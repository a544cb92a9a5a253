"""Data to learn from: four toy sets in the plane, drawn anew from a seed, and real handwritten digits.

The toy sets have two kinds of points, labelled 0 and 1 by turns, within about −1.5 to 1.5. The same seed gives the same
points.

The digits in `digits.npz` are by E. Alpaydin and C. Kaynak: Optical Recognition of Handwritten Digits, UCI Machine
Learning Repository, 1998, https://doi.org/10.24432/C50P49, under the licence CC BY 4.0,
https://creativecommons.org/licenses/by/4.0/. Of the two parts of that data set this is the smaller, which it calls the
test set: 1,797 images of 8 × 8 numbers from 0 to 16, and their labels, as scikit-learn carries them. No number was
changed; the format of the file is another.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from gdlab.maths.words import _

DIGITS = Path(__file__).with_name("digits.npz")
DIGITS_SHA256 = "af104d81e7cd419be5f343d23c6ca2e4e4ff847b06636260802df8e903c6183f"


def blobs(n=200, noise=0.3, seed=0):
    """Two round clouds, one at the lower left and one at the upper right, which a straight line parts.

    Args:
        n: how many points; so it is for all these sets.
        noise: how far they scatter, as a standard deviation.
        seed: of the random numbers: a whole number, or numpy's Generator.

    Returns:
        Points, shape (n, 2), and labels, shape (n,).
    """
    random, labels = _start(n, noise, seed)
    return np.where(labels[:, None], 0.65, -0.65) + noise * random.normal(size=(n, 2)), labels


def moons(n=200, noise=0.1, seed=0):
    """Two half-moons that reach into each other. Returns (points (n, 2), labels (n,)); see `blobs`."""
    random, labels = _start(n, noise, seed)
    angle = np.pi * random.uniform(size=n)
    x = np.where(labels, 1 - np.cos(angle), np.cos(angle)) - 0.5
    y = np.where(labels, 0.5 - np.sin(angle), np.sin(angle)) - 0.25
    return 0.95 * np.column_stack([x, y]) + noise * random.normal(size=(n, 2)), labels


def circles(n=200, noise=0.1, seed=0):
    """A disc, and a ring around it. Returns (points (n, 2), labels (n,)); see `blobs`."""
    random, labels = _start(n, noise, seed)
    radius = np.where(labels, 1.15, 0.5 * np.sqrt(random.uniform(size=n)))  # the root: a disc evenly filled
    angle = 2 * np.pi * random.uniform(size=n)
    points = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return points + noise * random.normal(size=(n, 2)), labels


def spirals(n=200, noise=0.05, seed=0, turns=1.25):
    """Two arms of a spiral that wind so many turns. Returns (points (n, 2), labels (n,)); see `blobs`."""
    if not isinstance(turns, (int, float, np.number)) or not 0 < turns < np.inf:
        raise ValueError(_("turns must be a number above 0, not {turns!r}.").format(turns=turns))
    random, labels = _start(n, noise, seed)
    along = np.sqrt(random.uniform(0.02, 1, size=n))  # the root: as dense outside as inside
    angle = 2 * np.pi * turns * along + np.pi * labels
    points = 1.3 * along[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return points + noise * random.normal(size=(n, 2)), labels


def _start(n, noise, seed):
    """The generator for a seed, and n labels, 0 and 1 by turns."""
    if not isinstance(n, (int, np.integer)) or n < 2:
        raise ValueError(_("n must be a whole number of points, 2 or more, not {n!r}.").format(n=n))
    if not isinstance(noise, (int, float, np.number)) or not 0 <= noise < np.inf:
        raise ValueError(_("noise must be a number, 0 or more, not {noise!r}.").format(noise=noise))
    return generator(seed), np.arange(n) % 2


def generator(seed):
    """numpy's random Generator for a seed; if it is one, itself."""
    try:
        if seed is not None:  # by which numpy means another one each time
            return np.random.default_rng(seed)
    except (TypeError, ValueError):
        pass
    raise ValueError(_("seed must be a whole number, 0 or more, or numpy's Generator, not {seed!r}.").format(seed=seed))


@dataclass(frozen=True, eq=False)
class Digits:
    """Handwritten digits: images as rows of 64 numbers from 0 (white) to 1 (ink), and which digit each one is.

    `train_x` has the shape (1437, 64), `train_y` (1437,), `test_x` (360, 64), `test_y` (360,). They are read-only.
    """

    train_x: np.ndarray
    train_y: np.ndarray
    test_x: np.ndarray
    test_y: np.ndarray


@cache
def digits():
    """The 1,797 digits as `Digits`: four fifths of them to learn from and the others to test with, always the same."""
    packed = DIGITS.read_bytes() if DIGITS.is_file() else b""
    if hashlib.sha256(packed).hexdigest() != DIGITS_SHA256:
        raise ValueError(_("{name} is missing or damaged: install gdlab again.").format(name=DIGITS.name))
    with np.load(DIGITS) as file:
        x, y = file["images"] / 16, file["labels"].astype(int)
    order = np.random.default_rng(0).permutation(len(x))
    train, test = order[:1437], order[1437:]
    parts = x[train], y[train], x[test], y[test]
    for part in parts:
        part.flags.writeable = False  # they are shared by everybody
    return Digits(*parts)
