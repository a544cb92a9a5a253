"""Graphs: curves that stand still with a point that moves on them, moving lines, and a loss as it falls."""

import numpy as np
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import ScaledTranslation

from gdlab.maths.checks import need, pairs
from gdlab.maths.walks import since
from gdlab.maths.words import _, number
from gdlab.panels import BLACK, BLUE, DOTS, DROP, GREEN, HERE, ORANGE, PAPER, PURPLE, RED, SKY, TRAIL, Panel, logarithmic
from gdlab.panels.terrain import grid, span, walked

# Colour, marker and line of each of several walks: any one of the three tells it from the others.
LOOKS = (
    (BLACK, "o", "-"), (BLUE, "s", "--"), (SKY, "P", (0, (1, 1))),
    (GREEN, "^", "-."), (PURPLE, "v", (0, (5, 1, 1, 1, 1, 1))), (RED, "D", (0, (3, 1))),
)  # fmt: skip


def looks(names, **more):
    """How the lines of these names look, with `more` for all of them."""
    need(0 < len(names) <= len(LOOKS), f"there must be one to {len(LOOKS)} names", names)
    return [{"color": c, "marker": m, "ls": ls, "mec": "white", "mew": 0.7, **more} for c, m, ls in LOOKS[: len(names)]]


def legend(panel, **more):
    """A legend of a panel's names beneath its axes: inside, it would lie on lines that are not there yet."""
    ax, names = panel.ax, panel.names
    beneath = ax.transAxes + ScaledTranslation(0, -0.47, ax.figure.dpi_scale_trans)  # inches: room for the axis' label
    ax.legend(
        panel.lines(*panel.looks, ms=6, lw=1.9, **more), names, loc="upper center", bbox_to_anchor=(0.5, 0),
        bbox_transform=beneath, ncols=min(3, len(names)), fontsize=8.5, handlelength=2.6, handletextpad=0.5,
        labelspacing=0.25, columnspacing=1, borderpad=0, borderaxespad=0,
    )  # fmt: skip


class Plot(Panel):
    """A plain graph: up to three curves that stand still, {name: (x, y)}, and a point and a line that move on it."""

    def __init__(self, x, y, xlim, ylim, still=(), title="", xlog=False, ylog=False):
        self.x, self.y, self.xlim, self.ylim = x, y, xlim, ylim
        self.still, self.title, self.xlog, self.ylog = dict(still), title, xlog, ylog

    def draw_still(self, ax):
        for (name, (x, y)), colour, style in zip(self.still.items(), (BLUE, ORANGE, GREEN), ("-", "--", "-."), strict=False):
            ax.plot(x, y, style, color=colour, label=name)
        ax.set(xlabel=self.x, ylabel=self.y, title=self.title, xlim=self.xlim, ylim=self.ylim)
        ax.set(xscale="log" if self.xlog else "linear", yscale="log" if self.ylog else "linear")
        if self.ylim[0] < 0 < self.ylim[1]:
            ax.axhline(0, color="#555555", lw=0.8)
        ax.grid(True)
        if len(self.still) > 1:
            ax.legend(loc="best")

    def make_moving(self, ax):
        self._drop, self._line = self.lines(DROP, {**TRAIL, **DOTS, "ls": "-"})
        self._note = ax.annotate("", (0, 0), (0, 0), textcoords="offset points", color=RED, weight="bold", bbox=PAPER)
        (self._here,) = self.lines(HERE, clip_on=False)

    def show(self, x, y, note="", line=((), ())):
        """Move the point to (x, y), with a note beside it, a word or a number; beyond the axes it stays at their edge. `line`
        holds more points, (x, y): they are marked with small dots, and joined."""
        x, y = (float(np.clip(v, *lim)) for v, lim in ((x, self.xlim), (y, self.ylim)))
        self._drop.set_data([x, x], [np.clip(0, *self.ylim), y])
        self._line.set_data(*line)
        self._here.set_data([x], [y])
        # Beside the point, on the side that has room.
        left, below = self.ax.transAxes.inverted().transform(self.ax.transData.transform((x, y))) > (0.7, 0.5)
        self._note.set(text=note if isinstance(note, str) else number(note), x=-9 if left else 9, y=-9 if below else 9)
        self._note.set(ha="right" if left else "left", va="top" if below else "bottom")
        self._note.xy = (x, y)


class Lines(Plot):
    """A graph of up to six moving lines, each with its own colour, marker and line; `mark` says whether a marker ends each."""

    def __init__(self, names, x, y, xlim, ylim, title="", xlog=False, ylog=False, mark=True):
        super().__init__(x, y, xlim, ylim, (), title, xlog, ylog)
        self.names, self.looks, self.mark = list(names), looks(names), mark

    def draw_still(self, ax):
        super().draw_still(ax)
        if not self.xlog:
            ax.xaxis.set_major_locator(MaxNLocator(6))
        if not self.title:
            ax.set(title=self.y, ylabel="")
        legend(self, **({} if self.mark else {"marker": ""}))

    def make_moving(self, ax):
        self._lines = self.lines(*self.looks, lw=1.9, marker="")
        self._ends = self.lines(*self.looks, ms=8, ls="", clip_on=False)

    def show(self, lines):
        """Show the lines, {name: (x, y)}; what lies beyond the axes is not drawn."""
        low, high = self.ylim
        for name, line, end in zip(self.names, self._lines, self._ends, strict=True):
            x, y = (np.asarray(values, dtype=float) for values in lines[name])
            y = np.where(np.isfinite(y), np.clip(y, low / 10 if self.ylog else 2 * low - high, 2 * high - low), np.nan)
            line.set_data(x, y)
            last = np.flatnonzero(np.isfinite(y))[-1:]
            inside = (y[last] >= low) & (y[last] <= high) & (x[last] >= self.xlim[0]) & (x[last] <= self.xlim[1]) & self.mark
            end.set_data(x[last][inside], y[last][inside])


class Fit(Panel):
    """Data, the line ŷ = wx + b of a place (w, b) with its errors, and of a walk some earlier lines, pale."""

    def __init__(self, x, y, xlabel="x", ylabel="y"):
        (self.x, self.y), self.labels = pairs(x, y), (xlabel, ylabel)

    def draw_still(self, ax):
        # 0 is shown where it is no farther from the data than these are from one another.
        ends = [[*v, 0] if np.abs(v).min() <= np.ptp(v) else v for v in (self.x, self.y)]
        xlim, ylim = ((min(v) - room, max(v) + room) for v in ends for room in [0.15 * (np.ptp(v) or 1)])
        ax.set(xlim=xlim, ylim=ylim, xlabel=self.labels[0], ylabel=self.labels[1], title=_("the line and its errors"))
        ax.grid(True)

    def make_moving(self, ax):
        looks = {**TRAIL, "alpha": 0.3}, {**DROP, "color": BLACK}, {**TRAIL, "lw": 2.4}, {**DOTS, "color": BLUE, "ms": 9}
        self._earlier, self._errors, self._line, dots = self.lines(*looks)
        dots.set_data(self.x, self.y)

    def show(self, where):
        """Show the line of a place (w, b), or of where a `Path` stands; each error is a dotted line from a dot to it."""
        points, (low, high) = walked(where), self.ax.get_ylim()
        kept = [k for k in (0, 1, 2, 4, 8, 16) if k < len(points) - 1]  # the first steps are those that turn it most
        with np.errstate(all="ignore"):  # of a walk that flies away
            w, b = points[[*kept, -1], :, None].swapaxes(0, 1)
            x = np.array([*self.ax.get_xlim(), np.nan])  # NaN: one line ends
            lines, heights = w * x + b, np.clip(w[-1] * self.x + b[-1], low, high)
            lines[~(np.abs(lines) < 1e4 * max(high, -low))] = np.nan  # as good as upright
        self._earlier.set_data(np.tile(x, len(kept)), lines[:-1].ravel())
        self._line.set_data(x, lines[-1])
        self._errors.set_data(*(np.ravel(v, "F") for v in ([self.x, self.x, self.x], [self.y, heights, np.nan * self.y])))


class LossCurve(Panel):
    """The loss after each step of a walk or each epoch of a training, with an arrow where it leaves the axes for good. There is
    room for so many steps, or more where a walk is longer. The axis is linear on ground that may lie below 0."""

    def __init__(self, steps=30):
        self.least, self.steps, self.surface = steps, steps, None

    def draw_still(self, ax):
        self._low, self._high, self._log = self._limits()
        if self._log:
            logarithmic(ax, "y")
        ax.set(xlim=(-0.02 * self.steps, 1.02 * self.steps), ylim=(self._low, self._high))
        ax.set(xlabel=_("step") if self.surface else _("epoch"), title=_("loss after each step") if self.surface else _("loss"))
        ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        ax.grid(True)

    def _limits(self):
        """(low, high, whether logarithmic): of a walk they come from its ground alone, so that they do not move with it."""
        if self.surface is None:
            return 1e-4, 10.0, True
        low, high = span(grid(self.surface, 81)[2])
        low = min((float(self.surface(*minimum)) for minimum in self.surface.minima), default=low)
        if self.surface.minima and low > -1e-9:  # no height is below 0
            top = 10.0 ** np.ceil(np.log10(high) + 0.5)
            return (0.7 * low, 2 * high, True) if low > 1e-9 else (top * 1e-8, top, True)
        return low - 0.06 * (high - low), high + 0.06 * (high - low), False

    def make_moving(self, ax):
        self._dots, self._line, self._drop, self._here = self.lines(DOTS, TRAIL, DROP, {**HERE, "clip_on": False})
        self._beyond = ax.text(0, 0, "", color=RED, ha="center", weight="bold")

    def show(self, walk, epoch=None):
        """Show the losses of a `Path`, or of a `History`; mark an epoch, or else the end."""
        surface, losses = getattr(walk, "surface", None), getattr(walk, "losses", None)
        need(np.ndim(losses) == 1, "show needs the path of one walk, or the history that train returns", walk)
        if surface is None and walk.diverged_at < 0:
            losses = np.append(losses, walk.kept_losses[-1])  # what the last update led to: the others were taken before theirs
        last = len(losses) - 1
        self.renew(surface=surface, steps=max(self.least, last))
        low, high, losses = self._low, self._high, np.nan_to_num(losses, nan=np.inf)
        # Values beyond the axes are drawn just outside them, so that the line leaves where it should.
        shown = np.clip(losses, *((low / 1e3, 1e3 * high) if self._log else (2 * low - high, 2 * high - low)))
        self._line.set_data(np.arange(last + 1), shown)
        self._dots.set_data(*([], []) if surface is None else self._line.get_data())
        at = last if epoch is None else int(np.clip(epoch, 0, last))
        height = np.clip(losses[at], low, high)
        self._drop.set_data(([], []) if epoch is None else ([at, at], [low, height]))
        self._here.set_data([at], [height])
        self._here.set_visible(epoch is not None or low <= losses[-1] <= high)
        left, up = max(since(losses > high), since(losses < low)), losses[-1] > high
        self._beyond.set(visible=left >= 0, x=left, y=high if up else low)
        self._beyond.set(text="▲" if up else "▼", va="top" if up else "bottom")
