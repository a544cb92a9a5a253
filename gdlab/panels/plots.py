"""Plain graphs: curves that stand still, and what moves on them."""

import numpy as np

from gdlab.panels import BLUE, GREEN, ORANGE, RED, Panel
from gdlab.maths.words import number


class Plot(Panel):
    """A plain graph: curves that stand still, and lines and points that move on it.

    `still` holds curves to draw once, {name: (x, y)}; `x` and `y` label the axes. `xlog` and `ylog` make an axis
    logarithmic.
    """

    def __init__(self, x, y, xlim, ylim, still=None, title=None, xlog=False, ylog=False):
        self.x, self.y, self.xlim, self.ylim = x, y, xlim, ylim
        self.still, self.title, self.xlog, self.ylog = still or {}, title, xlog, ylog

    def draw_still(self):
        ax = self.ax
        for (name, (x, y)), colour, style in zip(self.still.items(), (BLUE, ORANGE, GREEN), ("-", "--", "-."), strict=False):
            ax.plot(x, y, style, color=colour, label=name)
        ax.set(xlabel=self.x, ylabel=self.y, title=self.title or "", xlim=self.xlim, ylim=self.ylim)
        if self.xlog:
            ax.set_xscale("log")
        if self.ylog:
            ax.set_yscale("log")
        elif self.ylim[0] < 0 < self.ylim[1]:
            ax.axhline(0, color="#555555", lw=0.8)
        ax.grid(True)
        if len(self.still) > 1:
            ax.legend(loc="best")

    def make_moving(self):
        (self._drop,) = self.ax.plot([], [], ":", color=RED, lw=1.4)
        (self._line,) = self.ax.plot([], [], "o-", color=RED, lw=1.6, ms=5.5, mec="white", mew=0.8)
        (self._here,) = self.ax.plot([], [], "o", color=RED, ms=10, mec="white", mew=1.5, clip_on=False)
        self._note = self.ax.annotate("", (0, 0), (0, 0), textcoords="offset points", color=RED, weight="bold")
        self._note.set_bbox({"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none", "alpha": 0.85})
        return self._drop, self._line, self._note, self._here

    def show(self, x, y, note="", line=None):
        """Move the point to (x, y), with a note beside it, a word or a number; beyond the axes it stays at their edge.

        `line` holds more points, (x, y): they are marked with small dots, and joined.
        """
        x, y = (float(np.clip(v, *sorted(lim))) for v, lim in ((x, self.xlim), (y, self.ylim)))
        bottom = self.ylim[0] if self.ylog else max(min(0, self.ylim[1]), self.ylim[0])
        self._drop.set_data([x, x], [bottom, y])
        self._line.set_data(*(([], []) if line is None else line))
        self._here.set_data([x], [y])
        self._note.set_text(note if isinstance(note, str) else number(note))
        # Beside the point, on the side that has room.
        self._note.xy = (x, y)
        left, below = self.ax.transAxes.inverted().transform(self.ax.transData.transform((x, y))) > (0.7, 0.5)
        self._note.set(x=-9 if left else 9, y=-9 if below else 9)
        self._note.set(ha="right" if left else "left", va="top" if below else "bottom")
