"""Many walks at once beside the same walks done simply: a map of basins, and a sweep of learning rates.

The simple way is numpy's, too, and written here. All is measured in a process of its own with one thread, by
turns, and processor time is what counts.
"""

import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest

from gdlab import (
    AdaGrad,
    Adam,
    GradientDescent,
    Momentum,
    Nesterov,
    RMSProp,
    basins,
    descend,
    himmelblau,
    ravine,
)

TITLE, HEADER = "many walks at once, in one thread", ["", "gdlab", "simple", "ratio"]
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
N, STEPS = 200, 300
KINDS = (GradientDescent, Momentum, Nesterov, AdaGrad, RMSProp, Adam)
START, RATES, SAMPLE = (-4, 2), np.geomspace(1e-3, 3, 200), slice(0, 200, 20)


def simply(rule):
    """The map of basins by a loop over all walkers for all steps."""
    position = np.stack(np.meshgrid(*[np.linspace(low, high, N) for low, high in himmelblau.window]))
    memory = rule.start(position)
    with np.errstate(all="ignore"):
        for _step in range(STEPS):
            displacement, memory = rule.step(np.stack(himmelblau.gradient(*position)), memory)
            position = position + displacement
        away = np.array([np.hypot(position[0] - x, position[1] - y) for x, y in himmelblau.minima])
    return np.where(away.min(axis=0) < 0.25, away.argmin(axis=0), -1)


def sweep():
    return [descend(ravine(10), START, kind(RATES), STEPS).converged_at for kind in KINDS]


def one_by_one():
    """A twentieth of the sweep."""
    return [
        [descend(ravine(10), START, kind(lr), STEPS).converged_at for lr in RATES[SAMPLE]] for kind in KINDS
    ]


def seconds(work):
    began = time.process_time()
    work()
    return time.process_time() - began


def times(rounds):
    """{name: the seconds of each round}; first, both ways must find the same."""
    plain, adam = GradientDescent(0.01), Adam(0.1)
    for rule in (plain, adam):
        assert np.array_equal(basins(himmelblau, rule, STEPS, N), simply(rule))
    assert np.array_equal(np.array(sweep())[:, SAMPLE], one_by_one())
    works = {
        "basins": lambda: basins(himmelblau, plain, STEPS, N),
        "simply": lambda: simply(plain),
        "basins with Adam": lambda: basins(himmelblau, adam, STEPS, N),
        "sweep": sweep,
        "one by one": one_by_one,
    }
    found = {name: [] for name in works}
    for _round in range(rounds):
        for name, work in works.items():
            found[name].append(seconds(work))
    return found


@pytest.fixture(scope="module")
def measured():
    """What `times` returns in a process of its own, in which numpy has one thread."""
    with pytest.MonkeyPatch.context() as environment:
        for name in ONE_THREAD:
            environment.setenv(name, "1")
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            return pool.submit(times, 20).result()


def compared(table, what, ours, theirs, share=1):
    """How many times as long as ours theirs takes, the median of the rounds' ratios; noted in the table."""
    theirs = [one / share for one in theirs]
    ratio = statistics.median(b / a for a, b in zip(ours, theirs, strict=True))
    columns = [f"{statistics.median(column) * 1e3:,.0f} ms" for column in (ours, theirs)]
    table(TITLE, HEADER, [[what, *columns, f"{ratio:.1f} x"]])
    return ratio


def best(table, what, ours, limit):
    """The quickest of the rounds, in seconds: what else the machine does can only be added."""
    row = [f"{what}, the best of {len(ours)}", f"{min(ours) * 1e3:.1f} ms", f"{limit} ms", ""]
    table(TITLE, HEADER, [row])
    return min(ours)


def test_a_map_of_basins_is_there_at_once(measured, table):
    what = f"basins, {N} x {N} starts, {STEPS} steps"
    ratio = compared(table, what, measured["basins"], measured["simply"])
    best(table, what, measured["basins"], 15)
    assert ratio >= 5


def test_a_map_of_basins_with_adam_takes_a_little_longer(measured, table):
    what = "basins: plain descent, and Adam"
    assert compared(table, what, measured["basins"], measured["basins with Adam"]) <= 8


def test_a_sweep_of_rates_is_there_at_once(measured, table):
    what = f"{len(KINDS)} optimizers x {len(RATES)} rates x {STEPS} steps"
    share = len(RATES[SAMPLE]) / len(RATES)
    ratio = compared(table, f"{what}, beside one by one", measured["sweep"], measured["one by one"], share)
    assert best(table, what, measured["sweep"], 100) < 0.1 and ratio >= 10
