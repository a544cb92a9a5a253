"""Bars side by side: a few named numbers, once or in two versions to compare."""

import numpy as np
from matplotlib.patches import Patch

from gdlab.maths.words import number
from gdlab.panels import BLUE, ORANGE, Panel, logarithmic

LOOKS = {"facecolor": BLUE}, {"facecolor": ORANGE, "hatch": "//", "edgecolor": "white", "lw": 0}  # or a bar of 0 hides the axis


class Bars(Panel):
    """Horizontal bars, one a name, from top to bottom; or two, named by `series`, told apart by colour and hatching. One that
    is longer than `xlim`, (low, high), ends at the edge, and its number says how long it would be. On a logarithmic axis
    (`log`) the bars begin at its low end."""

    def __init__(self, names, xlim, series=(), title="", log=False):
        self.names, self.xlim, self.series, self.title, self.log = list(names), xlim, series, title, log
        self.width = 5.5 if len(self.names) * max(1, len(series)) > 3 else 4.0

    def draw_still(self, ax):
        if self.log:
            logarithmic(ax, "x", ticks=4)
        ax.set(xlim=self.xlim, ylim=(len(self.names) - 0.4, -0.6), title=self.title)
        ax.set_yticks(range(len(self.names)), self.names)
        ax.tick_params(axis="y", length=0)
        ax.axvline(self._end(0), color="#555555", lw=0.8)
        ax.grid(True, axis="x")
        ax.set_axisbelow(True)
        if self.series:
            looks = [Patch(**look, label=name) for look, name in zip(LOOKS, self.series, strict=True)]
            ax.legend(handles=looks, loc="upper center", bbox_to_anchor=(0.5, -0.08), ncols=2)

    def make_moving(self, ax):
        count, look = max(1, len(self.series)), {"va": "center", "size": 9.5, "transform": ax.get_yaxis_transform()}
        middles = [np.arange(len(self.names)) + 0.72 * ((k + 0.5) / count - 0.5) for k in range(count)]
        bars = [ax.barh(ys, 0, 0.648 / count, left=self._end(0), **LOOKS[k]) for k, ys in enumerate(middles)]
        self._bars, self._notes = [bar.patches for bar in bars], [[self.note(y=y, **look) for y in ys] for ys in middles]

    def _end(self, value):
        return float(np.clip(value, *self.xlim))

    def show(self, *values):
        """Set the bars: one array of numbers for each series."""
        share = self.ax.transScale + self.ax.transLimits  # of the axis, from 0 to 1
        for bars, notes, series in zip(self._bars, self._notes, values, strict=True):
            for bar, note, value in zip(bars, notes, series, strict=True):
                start, end = self._end(0), self._end(value)
                bar.set_width(end - start)
                # Beyond the end of the bar, or inside it where there is no room.
                place, right = share.transform((end, 0))[0], end >= start
                right ^= (1 - place if right else place) < 0.14
                note.set(x=place + (0.012 if right else -0.012), text=number(value), ha="left" if right else "right")
