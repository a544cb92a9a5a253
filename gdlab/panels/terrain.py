"""Panels of a loss surface and of a walk on it: the map, the landscape, a slice, and the loss after each step."""

import numpy as np
from matplotlib.colors import LightSource, Normalize
from matplotlib.mathtext import MathTextParser
from matplotlib.patches import FancyArrowPatch, PathPatch, Rectangle
from matplotlib.path import Path as Outline
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

from gdlab.panels import BLACK, BLUE, GREY, GROUND, RED, Panel
from gdlab.maths.words import _, number


HUGE = 1e300  # larger heights are cut: their differences would overflow


def _grid(window, n):
    """x and y on an n × n grid over a window."""
    (x0, x1), (y0, y1) = window
    return np.meshgrid(np.linspace(x0, x1, n), np.linspace(y0, y1, n))


def _range(z):
    """The lowest and the highest height worth drawing: of a pole, or of what is no number, only the neighbourhood."""
    z = np.clip(z[np.isfinite(z)], -HUGE, HUGE)
    if not z.size:
        return 0.0, 1.0
    tenth, ninth = np.percentile(z, (10, 90))
    low, high = max(z.min(), tenth - 10 * (ninth - tenth)), min(z.max(), ninth + 10 * (ninth - tenth))
    # What differs by rounding only is level: between such heights there is no room for others.
    level = high - low <= max(1e-12 * max(abs(low), abs(high)), 1 / HUGE)
    return float(low), float(low + max(1.0, 1e-3 * abs(low)) if level else high)


def _levels(z, n):
    """n + 1 heights from the lowest to the highest, closer together near the bottom, where the walk ends."""
    low, high = _range(z)
    return low + (high - low) * np.linspace(0, 1, n + 1) ** 2


def _points(where):
    """The points of one walk, or of one place, shape (n, 2)."""
    points = getattr(where, "points", None)
    if points is None:
        try:
            points = np.array([where], float)
        except (TypeError, ValueError):
            points = np.empty(0)
        if points.shape != (1, 2) or not np.isfinite(points).all():
            raise ValueError(_("show needs a path or a point (x, y), not {where!r}.").format(where=where))
    if points.ndim != 2:
        raise ValueError(_("show needs one walk; this path holds {n}.").format(n=points[0].size // 2))
    return points


def _one_walk(path):
    """The path, if it is the path of one walk."""
    if not hasattr(path, "points"):
        raise ValueError(_("show needs the path that descend returns, not {path!r}.").format(path=path))
    _points(path)
    return path


def _surface(surface):
    """The surface, if it is one."""
    if not hasattr(surface, "window"):
        raise ValueError(_("a panel needs a surface such as bowl, not {surface!r}.").format(surface=surface))
    return surface


def near_window(points, window, sizes=1e4):
    """The points up to the first that is far off the window: what lies beyond cannot be seen, and overflows Agg."""
    (x0, x1), (y0, y1) = window
    centre, size = np.array([x0 + x1, y0 + y1]) / 2, np.array([x1 - x0, y1 - y0])
    far = ~(np.abs(points - centre) < sizes * size).all(axis=-1)
    return points[: np.argmax(far)] if far.any() else points


def _side(component, below, above):
    """How to align a text that stands beyond the tip of an arrow with this component."""
    return below if component < -0.4 else above if component > 0.4 else "center"


class Contours(Panel):
    """A map of a surface seen from above, with its contour lines: deep is dark, a minimum is a cross.

    `equal` keeps one unit of x as long as one of y, so that a gradient stands at right angles to its contour.
    """

    holds_point = True

    def __init__(self, surface, title=None, equal=True):
        self.surface, self.title, self.equal = _surface(surface), title, equal
        if equal:  # a map that is wider than high is given more room
            across, along = np.diff(surface.window, axis=1).ravel()
            self.width = 4.5 * float(np.clip(across / along, 1, 4 / 3))

    def draw_still(self):
        ax, surface = self.ax, self.surface
        x, y = _grid(surface.window, 161)
        z = surface(x, y)
        levels = _levels(z, 18)
        norm = Normalize(0, 1)
        z = np.clip(z, levels[0], levels[-1])
        shade = np.sqrt((z - levels[0]) / (levels[-1] - levels[0]))
        ax.contourf(x, y, shade, levels=np.linspace(0, 1, 19), cmap=GROUND, norm=norm)
        ax.contour(x, y, z, levels=levels[1:], colors="white", linewidths=0.8, linestyles="solid", alpha=0.8)
        for minimum in surface.minima:
            ax.plot(*minimum, "x", color="white", ms=8, mew=2.2)
        ax.set(xlim=surface.window[0], ylim=surface.window[1], xlabel=surface.axes[0])
        ax.set_ylabel(surface.axes[1], rotation=0 if len(surface.axes[1]) < 3 else 90)
        ax.set_title(self.title or f"${surface.formula}$")
        if not self.title:
            self._fit_title()
        if np.isnan(z).any():
            # Hatched, since white would be taken for a height.
            ax.add_patch(Rectangle((0, 0), 1, 1, transform=ax.transAxes, fc="#eeeeee", ec=GREY, hatch="//", lw=0, zorder=0))
        ax.set_aspect("equal" if self.equal else "auto")
        for side in ("top", "right"):
            ax.spines[side].set_visible(True)

    def _fit_title(self):
        """A learner's formula may be wider than the map: then in smaller print, or by its name only."""
        title = self.ax.title
        widest = MathTextParser("path").parse(title.get_text(), 72, title.get_fontproperties()).width
        share = 66 * self.width / widest
        if share < 0.7:
            title.set_text("$f(x, y)$")
        elif share < 1:
            title.set_size(share * title.get_size())

    def make_moving(self):
        self._fog = [PathPatch(Outline([(0, 0)]), fc="#dfe3e4", ec="none", alpha=a) for a in (0.55, 0.7, 0.85, 1)]
        (self._trail,) = self.ax.plot([], [], "-", color=RED, lw=1.8, solid_joinstyle="round")
        (self._dots,) = self.ax.plot([], [], "o", color=RED, ms=4.5, mec="white", mew=0.7)
        (self._start,) = self.ax.plot([], [], "s", color="white", ms=8, mec=BLACK, mew=1.5)
        (self._here,) = self.ax.plot([], [], "o", color=RED, ms=10, mec="white", mew=1.5)
        self._arrows = [
            FancyArrowPatch((0, 0), (0, 0), arrowstyle="-|>", mutation_scale=16, lw=2.4, color=color, ls=style, shrinkA=0, shrinkB=0)
            for color, style in ((BLACK, "-"), ("#8a2f72", (0, (4, 1.5))))
        ]
        self._names = [self.ax.text(0, 0, "", color=arrow.get_edgecolor(), weight="bold") for arrow in self._arrows]
        for artist in (*self._fog, *self._arrows):
            self.ax.add_patch(artist)
        box = {"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none", "alpha": 0.75}
        for name in self._names:
            name.set(bbox=box, clip_on=True)
        return *self._fog, self._trail, self._dots, self._start, *self._arrows, self._here, *self._names

    def show(self, where, arrows=None, sight=None, surface=None):
        """Show a walk or a place.

        Args:
            where: a `Path`, drawn from its start (a square) to where it stands (a disc), or a point (x, y).
            arrows: up to two, {name: (dx, dy)}, drawn from where the walker stands, in units of the axes.
            sight: how far one sees in the fog, in units of the axes; None for a clear day.
            surface: the ground to show from now on, where `where` is no path that knows its own.
        """
        surface = surface or getattr(where, "surface", self.surface)
        if surface is not self.surface:
            self.surface = surface
            self.redraw()
        points = near_window(_points(where), self.surface.window)
        here = points[-1]
        for line in (self._trail, self._dots):
            line.set_data(points[:, 0], points[:, 1])
        self._start.set_data(points[:1, 0], points[:1, 1])
        self._start.set_visible(len(points) > 1)
        self._here.set_data(here[:1], here[1:])
        arrows = list((arrows or {}).items())
        for i, (arrow, name) in enumerate(zip(self._arrows, self._names, strict=True)):
            vector = np.array(arrows[i][1], float) if i < len(arrows) else np.zeros(2)
            # An arrow that begins or ends far off the map cannot be seen, and its name would overflow Agg.
            near = len(near_window(np.array([here, here + vector]), self.surface.window, 10)) == 2
            long = 55 * self.width * np.hypot(*vector) / np.ptp(self.surface.window[0]) if near else 0  # points, nearly
            shown = bool(long > 7)  # a shorter one would lie under the walker, and its head stick out behind
            arrow.set_visible(shown)
            name.set_visible(shown and bool(arrows[i][0]))
            if shown:
                arrow.set_positions(here, here + vector)
                arrow.set_mutation_scale(min(16, 1.75 * long))  # the head is 0.4 of it
                # Its name stands just beyond the tip, on the side to which it points.
                ahead = vector / np.hypot(*vector)
                name.set_position(here + vector + ahead * 0.015 * np.ptp(self.surface.window[0]))
                name.set(text=arrows[i][0], ha=_side(ahead[0], "right", "left"), va=_side(ahead[1], "top", "bottom"))
        for i, patch in enumerate(self._fog):
            patch.set_visible(sight is not None)
            if sight is not None:
                patch.set_path(self._all_but(here, sight * (1 + 0.09 * i)))

    def _all_but(self, centre, radius):
        """The outline of the whole map with a round hole in it: inner and outer ring run in opposite senses."""
        (x0, x1), (y0, y1) = self.surface.window
        frame = Outline([(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)], closed=True)
        turn = np.linspace(0, -2 * np.pi, 61)
        hole = Outline(centre + radius * np.column_stack([np.cos(turn), np.sin(turn)]), closed=True)
        return Outline.make_compound_path(frame, hole)


class Landscape(Panel):
    """A surface as a landscape in three dimensions, with a walk on it."""

    width = 4.3
    projection = "3d"

    def __init__(self, surface, title=None, azimuth=-60):
        self.surface, self.title, self.azimuth = _surface(surface), title, azimuth

    def draw_still(self):
        ax, surface = self.ax, self.surface
        x, y = _grid(surface.window, 81)
        z = surface(x, y)
        self._floor, self._top = _range(z)
        missing = np.isnan(z)
        z = np.clip(np.nan_to_num(z, nan=self._top), self._floor, self._top)
        # The map's colours, lit softly from the left, so that deep is dark here, too.
        colours = GROUND(np.sqrt((z - self._floor) / (self._top - self._floor)))[..., :3]
        light = LightSource(azdeg=200, altdeg=55).hillshade(z, vert_exag=6 / (self._top - self._floor), dx=x[0, 1] - x[0, 0], dy=y[1, 0] - y[0, 0])
        colours = np.clip(colours * (0.72 + 0.36 * light[..., None]), 0, 1)
        z[missing] = np.nan  # a hole, where a wall would hide the ground behind it
        ax.plot_surface(x, y, z, facecolors=colours, rcount=80, ccount=80, linewidth=0, antialiased=False, shade=False)
        ax.set(xlim=surface.window[0], ylim=surface.window[1], title=self.title or _("loss"))
        ax.set(xlabel=surface.axes[0], ylabel=surface.axes[1])
        ax.set_box_aspect((1, 1, 0.72), zoom=1.12)
        ax.tick_params(pad=-2, labelsize=8.5)
        ax.tick_params(axis="z", pad=2)
        for axis, name in zip((ax.xaxis, ax.yaxis), surface.axes, strict=True):
            axis.labelpad = -6 if len(name) < 3 else 0  # words would lie on the numbers
        for axis in (ax.xaxis, ax.yaxis, ax.zaxis):
            # At the front corner x ends and y begins: only one of them has its number there.
            axis.set_major_locator(MaxNLocator(5, prune="lower" if axis is ax.yaxis else None))
            axis.pane.set_facecolor("#f6f6f4")
        ax.view_init(32, self.azimuth)

    def make_moving(self):
        self._lift = 0.01 * (self._top - self._floor)  # so that the line lies on the ground and not half in it
        # Drawn last, so a walk behind a ridge shines through: better seen than hidden.
        (self._trail,) = self.ax.plot([], [], [], "-", color=RED, lw=2)
        (self._dots,) = self.ax.plot([], [], [], "o", color=RED, ms=4, mec="white", mew=0.6)
        (self._here,) = self.ax.plot([], [], [], "o", color=RED, ms=9, mec="white", mew=1.4)
        return self._trail, self._dots, self._here

    def show(self, path):
        """Show a `Path`; where it leaves the landscape it is not drawn."""
        _one_walk(path)
        if path.surface is not self.surface:
            self.surface = path.surface
            self.redraw()
        (x0, x1), (y0, y1) = self.surface.window
        x, y = path.points.T
        z = path.losses + self._lift
        inside = (x >= x0) & (x <= x1) & (y >= y0) & (y <= y1)
        x, y, z = (np.where(inside, values, np.nan) for values in (x, y, z))
        for line in (self._trail, self._dots):
            line.set_data_3d(x, y, z)
        self._here.set_data_3d(x[-1:], y[-1:], z[-1:])


class LossCurve(Panel):
    """The loss after each step. The axis is logarithmic where the surface's lowest loss is 0, linear otherwise."""

    def __init__(self, steps=30, title=None):
        self.least, self.steps, self.title, self.surface = steps, steps, title, None

    def draw_still(self):
        ax = self.ax
        ax.set(xlabel=_("step"), title=self.title or _("loss after each step"), xlim=(-0.02 * self.steps, 1.02 * self.steps))
        ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        ax.grid(True)
        if self.surface is None:
            return
        # The limits come from the surface alone, so that a frame depends on nothing that was shown before.
        z = self.surface(*_grid(self.surface.window, 81))
        lowest, highest = _range(z)
        minima = self.surface.minima
        self._lowest = min(float(self.surface(*m)) for m in minima) if minima else lowest
        self._logarithmic = bool(minima) and abs(self._lowest) < 1e-9
        if self._logarithmic:
            top = 10.0 ** np.ceil(np.log10(highest) + 0.5)
            ax.set_yscale("log")
            ax.set_ylim(top * 1e-8, top)
            ax.yaxis.set_major_locator(LogLocator(numticks=6))
            ax.yaxis.set_minor_formatter(NullFormatter())
            ax.yaxis.set_minor_locator(LogLocator(subs=()))
        else:
            spread = highest - self._lowest
            ax.set_ylim(self._lowest - 0.06 * spread, highest + 0.06 * spread)

    def make_moving(self):
        (self._line,) = self.ax.plot([], [], "-", color=RED, lw=1.8)
        (self._dots,) = self.ax.plot([], [], "o", color=RED, ms=4.5, mec="white", mew=0.7)
        (self._here,) = self.ax.plot([], [], "o", color=RED, ms=9, mec="white", mew=1.4)
        self._beyond = self.ax.text(0, 0, "", color=RED, ha="center", weight="bold")
        return self._line, self._dots, self._here, self._beyond

    def show(self, path):
        """Show the losses of a `Path`; one that leaves the axes is marked by an arrow where it does."""
        steps = max(self.least, _one_walk(path).steps)
        if path.surface is not self.surface or steps != self.steps:
            self.surface, self.steps = path.surface, steps
            self.redraw()
        low, high = self.ax.get_ylim()
        losses = np.nan_to_num(path.losses, nan=np.inf)
        above, below = losses > high, losses < low
        # Values beyond the axes are drawn just outside them, so that the line leaves where it should.
        shown = np.clip(losses, low * 1e-3 if self._logarithmic else low - (high - low), high * 1e3 if high > 0 else high)
        steps = np.arange(len(shown))
        for line in (self._line, self._dots):
            line.set_data(steps, shown)
        self._here.set_data(steps[-1:], shown[-1:])
        gone = above if above[-1] else below
        self._beyond.set_visible(bool(gone[-1]))
        if gone[-1]:
            self._beyond.set_position((np.argmax(gone), high if above[-1] else low))
            self._beyond.set_text("▲" if above[-1] else "▼")
            self._beyond.set_va("top" if above[-1] else "bottom")


class Slice(Panel):
    """A cut through a surface along x or y, through a point: the curve, the point, and the tangent there."""

    width = 3.6

    def __init__(self, surface, along="x"):
        if along not in ("x", "y"):
            raise ValueError(_("a Slice runs along 'x' or 'y', not {along!r}.").format(along=along))
        self.surface, self.along = _surface(surface), along

    def draw_still(self):
        ax, surface = self.ax, self.surface
        z = surface(*_grid(surface.window, 81))
        low, high = _range(z)
        self._t = np.linspace(*surface.window[self.along == "y"], 201)
        ax.set(xlabel=surface.axes[self.along == "y"], xlim=(self._t[0], self._t[-1]), ylim=(low - 0.08 * (high - low), high))
        ax.set_title(_("the slice along {axis}").format(axis=self.along))
        ax.grid(True)

    def make_moving(self):
        (self._curve,) = self.ax.plot([], [], "-", color=BLUE)
        (self._tangent,) = self.ax.plot([], [], "--", color=BLACK, lw=1.8)
        (self._trail,) = self.ax.plot([], [], "o", color=RED, ms=5, mec="white", mew=0.7)
        (self._here,) = self.ax.plot([], [], "o", color=RED, ms=10, mec="white", mew=1.5)
        self._slope = self.ax.text(
            0.5, 0.97, "", transform=self.ax.transAxes, ha="center", va="top", weight="bold",
            bbox={"boxstyle": "round,pad=0.25", "fc": "white", "ec": "none", "alpha": 0.85},
        )  # fmt: skip
        return self._curve, self._tangent, self._trail, self._here, self._slope

    def show(self, where):
        """Cut through a point (x, y), or through where a `Path` stands, with the steps that led there."""
        points = near_window(_points(where), self.surface.window)
        axis = 1 if self.along == "y" else 0
        here = points[-1]
        line = np.repeat(here[:, None], len(self._t), axis=1)
        line[axis] = self._t
        self._curve.set_data(self._t, self.surface(*line))
        height, slope = float(self.surface(*here)), float(self.surface.grad(*here)[axis])
        span = 0.25 * (self._t[-1] - self._t[0]) * np.array([-1, 1])
        with np.errstate(all="ignore"):  # at a pole there is no tangent
            self._tangent.set_data(here[axis] + span, height + slope * span)
        self._trail.set_data(points[:, axis], self.surface(*points.T))
        self._here.set_data([here[axis]], [height])
        self._slope.set_text(_("slope {slope}").format(slope=number(slope)))
