"""Data to learn from: each toy set looks as its name says, and the digits are those of UCI."""

import ast
import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from repository import ROOT

from gdlab import blobs, circles, digits, moons, spirals

DIGITS = ROOT / "gdlab/maths/digits.npz"
TOYS = (blobs, moons, circles, spirals)
every_toy = pytest.mark.parametrize("toy", TOYS, ids=lambda toy: toy.__name__)


def parts(toy, **options):
    """The points of kind 0 and those of kind 1."""
    x, y = toy(**options)
    return x[y == 0], x[y == 1]


# Toy data


@every_toy
@given(n=st.integers(2, 300), seed=st.integers(0, 2**32 - 1))
def test_half_of_the_points_are_of_each_kind(toy, n, seed):
    x, y = toy(n, seed=seed)
    assert x.shape == (n, 2) and x.dtype == float and y.shape == (n,) and y.dtype.kind == "i"
    assert sorted(set(y.tolist())) == [0, 1] and np.count_nonzero(y) == n // 2
    assert np.isfinite(x).all()


@every_toy
def test_the_window_is_about_three_wide(toy):
    reach = [np.abs(toy(200, seed=seed)[0]).max() for seed in range(30)]
    assert 1.2 < np.mean(reach) < 1.65 and np.max(reach) < 2.1
    x = np.concatenate([toy(200, seed=seed)[0] for seed in range(30)])
    assert np.abs(x.mean(axis=0)).max() < 0.1  # it lies in the middle


@every_toy
def test_a_seed_names_the_points(toy):
    (x, y), (same, labels), (other, _labels) = (toy(seed=seed) for seed in (7, 7, 8))
    assert x.tobytes() == same.tobytes() and y.tobytes() == labels.tobytes()
    assert not np.array_equal(x, other)
    assert np.array_equal(x, toy(seed=np.random.default_rng(7))[0])
    assert np.array_equal(toy()[0], toy(200, seed=0)[0])
    # A generator goes on: from it come other points each time.
    random = np.random.default_rng(7)
    assert np.array_equal(toy(seed=random)[0], x) and not np.array_equal(toy(seed=random)[0], x)


@every_toy
def test_the_points_of_seed_0_stay(toy):
    # Lessons speak of them.
    first = {
        blobs: [(-0.612, -0.69), (0.842, 0.681), (-0.811, -0.542)],
        moons: [(-0.93, 0.579), (-0.095, -0.541), (0.406, -0.276)],
        circles: [(-0.19, 0.303), (0.493, 1.071), (0.112, -0.199)],
        spirals: [(1.014, -0.002), (0.376, 0.567), (-0.142, 0.219)],
    }[toy]
    np.testing.assert_allclose(toy(200)[0][:3], first, atol=6e-4)


@every_toy
def test_noise_scatters_as_much_as_it_says(toy):
    still, moved = toy(4000, noise=0)[0], toy(4000, noise=0.2)[0]
    assert np.std(moved - still) == pytest.approx(0.2, rel=0.05)
    assert abs(np.mean(moved - still)) < 0.01


def test_blobs_are_two_clouds_on_two_sides_of_a_line():
    low, high = parts(blobs, n=2000)
    np.testing.assert_allclose(
        [low.mean(axis=0), high.mean(axis=0)], [(-0.65, -0.65), (0.65, 0.65)], atol=0.03
    )
    for cloud in (low, high):  # round
        np.testing.assert_allclose(np.cov(cloud.T), 0.09 * np.eye(2), atol=0.012)
    assert np.mean(low.sum(axis=1) < 0) > 0.99 and np.mean(high.sum(axis=1) > 0) > 0.99


def test_moons_are_two_half_circles_that_reach_into_each_other():
    upper, lower = (part / 0.95 for part in parts(moons, n=2000, noise=0))
    for moon, centre, side in ((upper, (-0.5, -0.25), 1), (lower, (0.5, 0.25), -1)):
        np.testing.assert_allclose(np.linalg.norm(moon - centre, axis=1), 1, rtol=1e-12)
        assert np.all(side * (moon[:, 1] - centre[1]) >= -1e-12)
        angles = np.arctan2(side * (moon[:, 1] - centre[1]), moon[:, 0] - centre[0])
        assert angles.min() < 0.02 and angles.max() > np.pi - 0.02 and abs(angles.mean() - np.pi / 2) < 0.05
    # The end of each lies within the other, so that no straight line parts them.
    assert lower[:, 0].min() < upper[:, 0].max() and lower[:, 1].max() > upper[:, 1].min()


def test_circles_are_a_disc_in_a_ring():
    disc, ring = parts(circles, n=4000, noise=0)
    np.testing.assert_allclose(np.linalg.norm(ring, axis=1), 1.15, rtol=1e-12)
    radii = np.linalg.norm(disc, axis=1)
    assert 0.49 < radii.max() <= 0.5
    assert np.mean(radii < 0.25) == pytest.approx(0.25, abs=0.03)  # evenly filled
    for part in (disc, ring):
        assert np.abs(part.mean(axis=0)).max() < 0.05


def test_spirals_are_two_arms_wound_into_each_other():
    arms = parts(spirals, n=2000, noise=0)
    for arm, turned in zip(arms, (0, np.pi), strict=True):
        radius = np.linalg.norm(arm, axis=1)
        angle = 2.5 * np.pi * radius / 1.3 + turned
        np.testing.assert_allclose(
            arm, radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]), atol=1e-12
        )
        assert radius.min() < 0.25 and 1.28 < radius.max() <= 1.3
        # As many points on each stretch as it is long: half of the radius holds a quarter of them.
        assert np.mean(radius < 0.65) == pytest.approx(0.24, abs=0.03)


@pytest.mark.parametrize("seed", range(3))
def test_the_arms_of_the_spirals_do_not_touch(seed):
    zero, one = parts(spirals, seed=seed)
    nearest = np.sqrt(((zero[:, None] - one) ** 2).sum(axis=-1)).min(axis=1)
    assert np.median(nearest) > 0.25 and np.mean(nearest < 0.1) < 0.05


# Digits


def test_digits_are_those_of_uci():
    with np.load(DIGITS) as file:
        images, labels = file["images"], file["labels"]
        assert file.files == ["images", "labels"]
    assert images.shape == (1797, 64) and labels.shape == (1797,)
    assert images.min() == 0 and images.max() == 16
    # How often each digit occurs in the test set, by the repository's own description of it.
    assert np.bincount(labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    # The numbers themselves, whatever file they are in.
    whole = np.column_stack([images, labels]).astype(np.uint8).tobytes()
    assert (
        hashlib.sha256(whole).hexdigest()
        == "68aea062d35a127749050fa0e52dca09d6569ac08092c925610e0954e172dde2"
    )
    assert DIGITS.stat().st_size < 60_000


def test_digits_name_their_source_and_licence():
    said = " ".join(ast.get_docstring(ast.parse((ROOT / "gdlab/maths/data.py").read_text())).split())
    for words in (
        "E. Alpaydin and C. Kaynak",
        "Optical Recognition of Handwritten Digits",
        "UCI Machine Learning Repository",
        "https://doi.org/10.24432/C50P49",
        "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/",
        "No number was changed",
    ):
        assert words in said


def test_digits_are_split_once_and_for_all():
    found = digits()
    assert [part.shape for part in found] == [(1437, 64), (1437,), (360, 64), (360,)]
    assert found.train_y[:8].tolist() == [6, 6, 6, 2, 5, 6, 6, 2]
    assert found.test_y[:8].tolist() == [0, 8, 8, 9, 8, 3, 7, 5]
    labels = hashlib.sha256(found.test_y.astype(np.uint8).tobytes()).hexdigest()
    assert labels == "78326c297ed5b04d99ee45f8fa208c1dabd6c49cb8fa66230238c95ceb33ee29"
    # All of them, each once, with its label.
    with np.load(DIGITS) as file:
        whole = np.column_stack([file["images"] / 16, file["labels"]])
    split = [np.column_stack([found.train_x, found.train_y]), np.column_stack([found.test_x, found.test_y])]
    assert sorted(map(tuple, np.concatenate(split))) == sorted(map(tuple, whole))
    # Every digit is in both parts, about as often as it should be.
    assert np.bincount(found.test_y).min() > 25 and np.bincount(found.train_y).min() > 120


def test_digits_are_white_at_0_and_ink_at_1():
    found = digits()
    assert found.train_x.min() == 0 and found.train_x.max() == 1 and found.train_y.dtype.kind == "i"
    images = found.train_x.reshape(-1, 8, 8)
    assert (
        images[:, :, 0].mean() < 0.01 < 0.4 < images[:, :, 3:5].mean()
    )  # the edge is empty, the middle is not
    zeros = images[found.train_y == 0].mean(axis=0)
    assert zeros[3:5, 3:5].mean() < 0.15 < 0.5 < zeros[3:5, 2].mean()  # a ring


def test_nobody_changes_the_digits_of_others():
    digits().train_x[:] = 1
    assert digits().train_x.mean() < 0.5
