"""Several walks at once: a race of optimizers on one map, what each of them remembers, and where descent ends."""

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter
from matplotlib.transforms import ScaledTranslation

from gdlab.panels import BLACK, BLUE, GREEN, PURPLE, RED, SKY, Panel
from gdlab.panels.terrain import Contours, _one_walk, near_window
from gdlab.maths.words import _, number

# Colour, marker and line of each walk: any one of the three tells it from the others.
LOOKS = (
    (BLACK, "o", "-"), (BLUE, "s", "--"), (SKY, "P", (0, (1, 1))),
    (GREEN, "^", "-."), (PURPLE, "v", (0, (5, 1, 1, 1, 1, 1))), (RED, "D", (0, (3, 1))),
)  # fmt: skip


def _look(k, **more):
    colour, marker, line = LOOKS[k]
    return {"color": colour, "marker": marker, "ls": line, "mec": "white", "mew": 0.7, **more}


def _legend(ax, names, **more):
    """A legend beneath the axes: inside, it would lie on lines that are not there yet."""
    handles = [ax.plot([], [], **_look(k, ms=6, lw=1.9, **more), label=name)[0] for k, name in enumerate(names)]
    beneath = ax.transAxes + ScaledTranslation(0, -0.47, ax.figure.dpi_scale_trans)  # inches: room for the axis' label
    ax.legend(
        handles=handles, loc="upper center", bbox_to_anchor=(0.5, 0), bbox_transform=beneath, ncols=min(3, len(names)),
        fontsize=8.5, handlelength=2.6, handletextpad=0.5, labelspacing=0.25, columnspacing=1, borderpad=0, borderaxespad=0,
    )  # fmt: skip


def _names(names):
    names = list(names)
    if not 0 < len(names) <= len(LOOKS) or not all(isinstance(name, str) for name in names):
        raise ValueError(_("there must be one to {most} names, not {it!r}.").format(most=len(LOOKS), it=names))
    return names


def _each(names, given):
    """What is given for each name, in order."""
    if not isinstance(given, dict) or list(given) != names:
        raise ValueError(_("show needs a dict with {names}, in this order, not {it!r}.").format(names=", ".join(names), it=given))
    return given.values()


class Race(Contours):
    """A map with several walks on it, each with its own colour, marker and line; `names` are those of the walkers.

    At each walker two short arrows of equal length point the way: the pale one against the gradient, the strong one along
    the step that the walker takes next. (Not at the start: who gets away fastest is for the learner to guess.)
    """

    def __init__(self, surface, names, title=None, equal=True):
        super().__init__(surface, title, equal)
        self.names = _names(names)

    def draw_still(self):
        super().draw_still()
        self.ax.set_title(self.title or self.surface.name)  # a formula may be wider than the map beside two other panels
        _legend(self.ax, self.names)

    def make_moving(self):
        ax = self.ax
        self._trails = [ax.plot([], [], **_look(k, lw=2.2, marker="None"))[0] for k in range(len(self.names))]
        steep = {"scale": 1, "scale_units": "xy", "angles": "xy", "width": 0.011, "headwidth": 2.8, "headlength": 3, "headaxislength": 2.8}
        zeros, colours = np.zeros(len(self.names)), [LOOKS[k][0] for k in range(len(self.names))]
        self._downhill = ax.quiver(zeros, zeros, zeros, zeros, color="white", edgecolor=colours, linewidth=1.2, **steep)
        self._ahead = ax.quiver(zeros, zeros, zeros, zeros, color=colours, edgecolor="white", linewidth=0.6, **steep)
        self._heads = [
            ax.plot([], [], **_look(k, ms=10, mew=1.3, ls="None"))[0] for k in range(len(self.names))
        ]
        (self._start,) = ax.plot([], [], "o", color="white", ms=7, mec=BLACK, mew=1.5)
        # One unit of length for all arrows, whatever the walk: only their direction tells.
        self._length = 0.11 * np.ptp(self.surface.window[0])
        return [self._start, *self._trails, self._downhill, self._ahead, *self._heads]

    def show(self, paths, step=None):
        """Show the walk of each walker, {name: Path}, until a step, or its end; all on the same surface, from one start."""
        paths = [_one_walk(path) for path in _each(self.names, paths)]
        if paths[0].surface is not self.surface:
            self.surface = paths[0].surface
            self.redraw()
        window = self.surface.window
        beside = [2 * low - high for low, high in window]  # where the arrows of who is far off the map cannot be seen
        ends, downhill, ahead = [], [], []
        for path, trail, head in zip(paths, self._trails, self._heads, strict=True):
            k = path.steps if step is None else min(step, path.steps)
            here = near_window(path.points[k : k + 1], window)
            trail.set_data(*near_window(path.points[: k + 1], window).T)
            head.set_data(*here.T)
            ends.append(here[0] if len(here) else beside)
            downhill.append(-path.gradients[k])
            ahead.append(path.displacements[k] if k else np.zeros(2))
        self._start.set_data(*near_window(paths[0].points[:1], window).T)
        for arrows, vectors in ((self._downhill, downhill), (self._ahead, ahead)):
            arrows.set_offsets(ends)
            arrows.set_UVC(*(self._length * _directions(vectors)).T)


def _directions(vectors):
    """The vectors with length 1; what has none, or is no number, as 0."""
    vectors = np.array(vectors)
    with np.errstate(all="ignore"):
        unit = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.where(np.isfinite(unit), unit, 0)


class Memory(Panel):
    """What each optimizer remembers, along x and along y, as bars, each as long as its share of the most that it holds in the walk.

    Args:
        optimizers: {name: step rule}, as in the race.
    """

    width = 3.9
    middle, half = -0.12, 0.5  # where the bars begin, and how long they get; left of them are names, right numbers

    def __init__(self, optimizers, title=None):
        self.names, self.title = _names(optimizers), title
        self.rows = []  # (walker's number, its name, what it remembers, axis)
        for k, (name, optimizer) in enumerate(optimizers.items()):
            for what in optimizer.remembers or (None,):
                self.rows += [(k, name, what, axis) for axis in ((0, 1) if what else (0,))]

    def draw_still(self):
        ax, signs = self.ax, {"velocity": "v", "squares": "√s", None: ""}
        ax.set(xlim=(-1.05, 1.05), title=self.title or _("what each remembers"))
        at, last, self._at = 0.0, None, []
        for k, name, what, axis in self.rows:
            if k != last:
                at += 0 if last is None else 0.45
                ax.plot([-1.0], [at], **_look(k, ms=7, ls="None"), clip_on=False)
                ax.text(-0.92, at, name, va="center", weight="bold", color=LOOKS[k][0], size=9.5)
                last = k
                at += 0.95
            self._at.append(at)
            label = f"{signs[what]} {'xy'[axis]}" if what else _("nothing")
            ax.text(-0.92, at, label, va="center", size=8.5, color="#333333")
            if what:
                ax.plot([self.middle] * 2, [at - 0.475, at + 0.475], color="#999999", lw=0.9)
            at += 0.95
        ax.set_ylim(at, -0.7)
        ax.axis("off")

    def make_moving(self):
        colours = [LOOKS[k][0] for k, _name, _what, _axis in self.rows]
        self._bars = self.ax.barh(self._at, 0.0, 0.6, left=self.middle, color=colours).patches
        self._texts = [self.ax.text(1.05, at, "", ha="right", va="center", size=8.5) for at in self._at]
        return [*self._bars, *self._texts]

    def show(self, paths, step=None):
        """Show what each walker, {name: Path}, remembers after a step, or at the end of its walk."""
        paths = [_one_walk(path) for path in _each(self.names, paths)]
        for (k, _name, what, axis), bar, text in zip(self.rows, self._bars, self._texts, strict=True):
            if what is None:
                continue
            held = np.nan_to_num(paths[k].memories[what][..., axis], posinf=1e300, neginf=-1e300)
            held = np.sqrt(held) if what == "squares" else held
            now = held[-1 if step is None else min(step, paths[k].steps)]
            bar.set_width(self.half * now / (np.max(np.abs(held)) or 1))
            text.set_text(number(now))


class Lines(Panel):
    """A graph of several moving lines, each with its own colour, marker and line, and with a legend.

    Args:
        names: of the lines.
        x, y: the labels of the axes.
        xlim, ylim: their limits.
        xlog, ylog: whether they are logarithmic.
        mark: whether a dot marks the end of each line.
    """

    def __init__(self, names, x, y, xlim, ylim, title=None, xlog=False, ylog=False, mark=True):
        self.names, self.x, self.y, self.xlim, self.ylim = _names(names), x, y, xlim, ylim
        self.title, self.xlog, self.ylog, self.mark = title, xlog, ylog, mark

    def draw_still(self):
        ax = self.ax
        for axis, log in (("x", self.xlog), ("y", self.ylog)):
            if log:
                getattr(ax, f"set_{axis}scale")("log")
                getattr(ax, f"{axis}axis").set_major_locator(LogLocator(numticks=7))
                getattr(ax, f"{axis}axis").set_minor_formatter(NullFormatter())
            else:
                getattr(ax, f"{axis}axis").set_major_locator(MaxNLocator(6))
        ax.set(xlim=self.xlim, ylim=self.ylim, xlabel=self.x, ylabel=self.y if self.title else "", title=self.title or self.y)
        ax.grid(True)
        _legend(ax, self.names, **({} if self.mark else {"marker": "None"}))

    def make_moving(self):
        self._lines = [self.ax.plot([], [], **_look(k, lw=1.9, marker="None"))[0] for k in range(len(self.names))]
        self._ends = [self.ax.plot([], [], **_look(k, ms=8, ls="None"), clip_on=False)[0] for k in range(len(self.names))]
        return [*self._lines, *self._ends]

    def show(self, lines):
        """Show the lines, {name: (x, y)}; what lies beyond the axes is not drawn."""
        low, high = self.ylim
        for (x, y), line, end in zip(_each(self.names, lines), self._lines, self._ends, strict=True):
            x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
            with np.errstate(invalid="ignore"):
                y = np.where(np.isfinite(y), np.clip(y, low / 10 if self.ylog else 2 * low - high, 2 * high - low), np.nan)
            line.set_data(x, y)
            known = np.flatnonzero(np.isfinite(y))
            shown = self.mark and known.size and low <= y[known[-1]] <= high and self.xlim[0] <= x[known[-1]] <= self.xlim[1]
            end.set_data(*((x[known[-1:]], y[known[-1:]]) if shown else ([], [])))


class Basins(Panel):
    """A map of where descent ends: one shade for each minimum, a letter at it; white where it ends nowhere.

    `surface` is one with up to six known minima.
    """

    holds_point = True
    SHADES = (SKY, "#f0d48a", "#3f7fa6", "#c78fb0", "#8fc7a8", "#b86a3a")

    def __init__(self, surface, title=None):
        if not 0 < len(getattr(surface, "minima", ())) <= len(self.SHADES):
            raise ValueError(_("Basins needs a surface with one to six known minima, not {it!r}.").format(it=surface))
        self.surface, self.title = surface, title

    def draw_still(self):
        ax, surface = self.ax, self.surface
        ax.set(xlim=surface.window[0], ylim=surface.window[1], title=self.title or _("where descent ends"))
        ax.set_xlabel(surface.axes[0])
        ax.set_ylabel(surface.axes[1], rotation=0)
        ax.set_aspect("equal")
        for side in ("top", "right"):
            ax.spines[side].set_visible(True)

    def make_moving(self):
        ax, (x, y) = self.ax, self.surface.window
        blank = np.full((2, 2, 3), 255, np.uint8)
        self._map = ax.imshow(blank, extent=(*x, *y), origin="lower", interpolation="nearest", aspect="equal")
        (self._trail,) = ax.plot([], [], "-", color=BLACK, lw=1.6)
        (self._dots,) = ax.plot([], [], "o", color=BLACK, ms=3.5)
        (self._start,) = ax.plot([], [], "s", color="white", ms=8, mec=BLACK, mew=1.5)
        look = {"ha": "center", "va": "center", "weight": "bold", "size": 11}
        look["bbox"] = {"boxstyle": "circle,pad=0.22", "fc": "white", "ec": BLACK, "lw": 1.2}
        letters = [ax.text(*minimum, letter, **look) for minimum, letter in zip(self.surface.minima, "ABCDEF", strict=False)]
        return [self._map, self._trail, self._dots, self._start, *letters]

    def show(self, labels, path=None):
        """Show the labels that `gdlab.basins` returns, shape (n, n), and a `Path` on them, if there is one."""
        labels = np.asarray(labels)
        whole = labels.ndim == 2 and labels.size and labels.dtype.kind in "iu"
        if not whole or not -1 <= labels.min() <= labels.max() < len(self.surface.minima):
            raise ValueError(_("show needs the labels that basins returns, not {it!r}.").format(it=labels))
        colours = np.array([(1, 1, 1), *map(to_rgb, self.SHADES)])
        self._map.set_data((255 * colours[labels + 1]).astype(np.uint8))
        points = np.empty((0, 2)) if path is None else near_window(path.points, self.surface.window)
        for line in (self._trail, self._dots):
            line.set_data(*points.T)
        self._start.set_data(*points[:1].T)

