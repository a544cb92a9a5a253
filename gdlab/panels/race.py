"""Several walks at once: a race of optimizers on one map, and what each of them remembers."""

from itertools import product

import numpy as np

from gdlab.maths.words import _, number
from gdlab.panels import START, Panel
from gdlab.panels.plots import LOOKS, legend, looks
from gdlab.panels.terrain import Contours, near_window, put, walked


class Race(Contours):
    """A map with several walks on it, each with its own colour, marker and line; `names` are those of the walkers. At each of
    them two short arrows of equal length point the way: the pale one against the gradient, the strong one along the next step.
    (Not at the start: who gets away fastest is for the learner to guess.)"""

    def __init__(self, surface, names, title="", equal=True):
        super().__init__(surface, title, equal)
        self.names, self.looks = list(names), looks(names)

    def draw_still(self, ax):
        super().draw_still(ax)
        ax.set_title(self.title or self.surface.name)  # a formula may be wider than the map beside two other panels
        legend(self)

    def make_moving(self, ax):
        zeros, colours = np.zeros(len(self.names)), [look["color"] for look in self.looks]
        shape = {"scale": 1, "scale_units": "xy", "angles": "xy", "width": 0.011}
        shape |= {"headwidth": 2.8, "headlength": 3, "headaxislength": 2.8}
        (self._start,) = self.lines({**START, "marker": "o", "ms": 7})
        self._trails = self.lines(*self.looks, lw=2.2, marker="")
        self._downhill = ax.quiver(*[zeros] * 4, color="white", edgecolor=colours, linewidth=1.2, **shape)
        self._ahead = ax.quiver(*[zeros] * 4, color=colours, edgecolor="white", linewidth=0.6, **shape)
        self._heads = self.lines(*self.looks, ms=10, mew=1.3, ls="")

    def show(self, paths, step):
        """Show the walk of each walker, {name: Path}, until a step; all on the same surface, from one start."""
        paths = [paths[name] for name in self.names]
        self.renew(surface=paths[0].surface)
        window, ends, downhill, ahead = self.surface.window, [], [], []
        beside = [2 * low - high for low, high in window]  # where the arrows of a walker far off the map cannot be seen
        for path, trail, head in zip(paths, self._trails, self._heads, strict=True):
            points = walked(path)[: step + 1]
            here = near_window(points[-1:], window)
            put(near_window(points, window), trail)
            put(here, head)
            ends.append(here[0] if len(here) else beside)
            downhill.append(-path.gradients[step])
            ahead.append(path.displacements[step] if step else np.zeros(2))
        put(near_window(points[:1], window), self._start)
        for arrows, vectors in ((self._downhill, downhill), (self._ahead, ahead)):
            with np.errstate(all="ignore"):
                units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
            arrows.set_offsets(ends)
            arrows.set_UVC(*(0.11 * np.ptp(window[0]) * np.nan_to_num(units, posinf=0, neginf=0)).T)  # all of one length


class Memory(Panel):
    """What each optimizer, {name: step rule}, remembers along x and y: bars, each as long as its share of the walk's most."""

    width = 3.9
    middle, half = -0.12, 0.5  # where the bars begin, and how long they get; left of them are names, right numbers

    def __init__(self, optimizers):
        self.optimizers, self.looks = optimizers, looks(optimizers, ms=7, ls="")

    def draw_still(self, ax):
        at, self._rows = 0.0, []  # (number of the walker, what it remembers, axis, height of the bar)
        for k, (name, optimizer) in enumerate(self.optimizers.items()):
            ax.plot([-1.0], [at], **self.looks[k], clip_on=False)
            ax.text(-0.92, at, name, va="center", weight="bold", color=LOOKS[k][0], size=9.5)
            for what, axis in product(optimizer.remembers, (0, 1)) if optimizer.remembers else [("", 0)]:
                at += 0.95
                label = f"{'v' if what == 'velocity' else '√s'} {'xy'[axis]}" if what else _("nothing")
                ax.text(-0.92, at, label, va="center", size=8.5, color="#333333")
                if what:
                    ax.plot([self.middle] * 2, [at - 0.475, at + 0.475], color="#999999", lw=0.9)
                    self._rows.append((k, what, axis, at))
            at += 1.4
        ax.set(xlim=(-1.05, 1.05), ylim=(at - 0.45, -0.7), title=_("what each remembers"))
        ax.axis("off")

    def make_moving(self, ax):
        colours, heights = [LOOKS[row[0]][0] for row in self._rows], [row[-1] for row in self._rows]
        self._bars = ax.barh(heights, 0.0, 0.6, left=self.middle, color=colours).patches
        self._texts = [ax.text(1.05, at, "", ha="right", va="center", size=8.5) for at in heights]

    def show(self, paths, step):
        """Show what each walker, {name: Path}, remembers after a step."""
        paths = [paths[name] for name in self.optimizers]
        for (k, what, axis, _at), bar, text in zip(self._rows, self._bars, self._texts, strict=True):
            held = np.nan_to_num(paths[k].memories[what][:, axis], posinf=1e300, neginf=-1e300)
            held = np.sqrt(held) if what == "squares" else held
            bar.set_width(self.half * held[step] / (np.max(np.abs(held)) or 1))
            text.set_text(number(held[step]))
