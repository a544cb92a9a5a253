"""Bars side by side: a few named numbers, once or in two versions to compare."""

import numpy as np
from matplotlib.patches import Patch

from gdlab.panels import BLUE, ORANGE, Panel
from gdlab.maths.words import number


class Bars(Panel):
    """Horizontal bars, one a name, or one a name and series.

    Args:
        names: what the bars stand for, from top to bottom.
        xlim: (low, high); a longer bar ends at the edge, and its number says how long it would be.
        series: two names to compare, told apart by colour and hatching; or none.
        title: above the axes.
    """

    width = 5.5

    def __init__(self, names, xlim, series=(), title=None):
        self.names, self.xlim, self.series, self.title = list(names), xlim, tuple(series), title

    def draw_still(self):
        ax = self.ax
        ax.set(xlim=self.xlim, ylim=(len(self.names) - 0.4, -0.6), title=self.title or "")
        ax.set_yticks(range(len(self.names)), self.names)
        ax.tick_params(axis="y", length=0)
        ax.axvline(0, color="#555555", lw=0.8)
        ax.grid(True, axis="x")
        ax.set_axisbelow(True)
        if self.series:
            looks = [Patch(**look, label=name) for look, name in zip(_LOOKS, self.series, strict=True)]
            ax.legend(handles=looks, loc="upper center", bbox_to_anchor=(0.5, -0.08), ncols=2)

    def make_moving(self):
        count = max(1, len(self.series))
        thick = 0.72 / count
        self._bars, self._notes = [], []
        for k in range(count):
            middles = np.arange(len(self.names)) + (k - (count - 1) / 2) * thick
            self._bars.append(self.ax.barh(middles, np.zeros(len(self.names)), 0.9 * thick, **_LOOKS[k]).patches)
            self._notes.append([self.ax.text(0, y, "", va="center", weight="bold", size=9.5, bbox=_PAPER) for y in middles])
        return [artist for group in (*self._bars, *self._notes) for artist in group]

    def show(self, *values):
        """Set the bars: one array of numbers for each series."""
        low, high = self.xlim
        for bars, notes, series in zip(self._bars, self._notes, values, strict=True):
            for bar, note, value in zip(bars, notes, series, strict=True):
                end = float(np.clip(value, low, high))
                bar.set_width(end)
                # Beyond the end of the bar, or inside it where there is no room.
                inside = (end - low if end < 0 else high - end) < 0.14 * (high - low)
                note.set(x=end + (0.012 if (end >= 0) != inside else -0.012) * (high - low), text=number(value))
                note.set_ha("left" if (end >= 0) != inside else "right")


_PAPER = {"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none", "alpha": 0.85}
_LOOKS = ({"facecolor": BLUE}, {"facecolor": ORANGE, "hatch": "//", "edgecolor": "white"})
