"""What the kernel itself saves: a frame of a picture, many descents in one loop.

As in the other benchmark, each is measured beside its peer in one run, by turns, and asserted as a ratio.
"""

import statistics
import time

import matplotlib
import numpy as np
from IPython.core.pylabtools import print_figure
from peer_figure import plotted

from gdlab import Contours, GradientDescent, LogSlider, LossCurve, Point, Steps
from gdlab import bowl, descend, himmelblau, live
from gdlab.pictures.view import Answer

HEADER = ["", "gdlab", "peer", "ratio"]


def milliseconds(work, *arguments):
    began = time.perf_counter()
    work(*arguments)
    return (time.perf_counter() - began) * 1e3


def test_a_frame_costs_a_fraction_of_clear_and_replot(table):
    terrain, curve = Contours(bowl), LossCurve()

    @live(terrain, curve, lr=LogSlider(0.1, 0.001, 1.5), steps=Steps(30), start=Point(-4, 3))
    def walk(lr, steps, start):
        path = descend(bowl, start, GradientDescent(lr), steps)
        terrain.show(path)
        curve.show(path)
        return path.summary()

    page = Answer(walk)

    def ours(lr):
        page.add([lr, 30, (-4, 3)])  # draw and pack, as for the browser
        return page.packed()

    def peer(lr):
        import matplotlib.pyplot as plt

        figure = plotted(lr)
        png = print_figure(figure)  # what the inline backend calls: PNG, bbox_inches="tight"
        plt.close(figure)
        return png

    matplotlib.use("agg")
    ours(0.1), peer(0.1)  # the still background, fonts
    # Frames are quick, so several make one measurement.
    frames, replots = [], []
    for lr in np.linspace(0.02, 0.9, 12):
        frames.append(statistics.median(milliseconds(ours, lr + i / 1000) for i in range(5)))
        replots.append(milliseconds(peer, lr))
    frame, replot = statistics.median(frames), statistics.median(replots)
    row = ["a frame, beside replotting", f"{frame:.1f} ms", f"{replot:.0f} ms", f"{replot / frame:.0f} x"]
    table("in the kernel", HEADER, [row])
    assert replot >= 25 * frame


def test_a_thousand_descents_run_as_one(table):
    starts = np.random.default_rng(0).uniform(-5, 5, (1000, 2))
    optimizer, steps = GradientDescent(0.01), 200

    def one_by_one():
        return [descend(himmelblau, start, optimizer, steps) for start in starts]

    at_once = [milliseconds(descend, himmelblau, starts, optimizer, steps) for _ in range(5)]
    together = statistics.median(at_once)
    apart = milliseconds(one_by_one)
    row = [
        "1,000 descents of 200 steps, beside one by one",
        f"{together:.0f} ms",
        f"{apart:.0f} ms",
        f"{apart / together:.0f} x",
    ]
    table("in the kernel", HEADER, [row])
    assert apart >= 25 * together
