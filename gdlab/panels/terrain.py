"""Panels of a loss surface and of a walk on it: the map, the landscape, a slice, and where descent ends."""

import re

import numpy as np
from matplotlib.colors import LightSource, ListedColormap
from matplotlib.patches import Annulus, FancyArrowPatch
from matplotlib.ticker import MaxNLocator

from gdlab.maths.checks import need, numbers
from gdlab.maths.words import _, number
from gdlab.panels import BLACK, BLUE, DOTS, DROP, GREY, GROUND, HERE, PAPER, SKY, START, TRAIL, Panel

SHADES = ListedColormap(["white", SKY, "#f0d48a", "#3f7fa6", "#c78fb0", "#8fc7a8", "#b86a3a"])  # of no basin, and of each


def grid(surface, n):
    """x, y and the heights on an n × n grid over a surface's window."""
    need(hasattr(surface, "window"), "a panel needs a surface such as bowl", surface)
    x, y = np.meshgrid(*(np.linspace(*ends, n) for ends in surface.window))
    return x, y, surface(x, y)


def span(z):
    """The lowest and the highest height worth drawing: of a pole, or of what is no number, only the neighbourhood."""
    z = np.clip(z[np.isfinite(z)], -1e300, 1e300)  # or their differences would overflow
    if not z.size:
        return 0.0, 1.0
    tenth, ninth = np.percentile(z, (10, 90))
    low, high = max(z.min(), tenth - 10 * (ninth - tenth)), min(z.max(), ninth + 10 * (ninth - tenth))
    # What differs by rounding only is level: between such heights there is no room for others.
    level = high - low <= max(1e-12 * max(abs(low), abs(high)), 1e-300)
    return float(low), float(low + max(1.0, 1e-3 * abs(low)) if level else high)


def shade(z, low, high):
    """How pale a height is, from 0 to 1; the root, so that shades change faster near the bottom, where the walk ends."""
    return np.sqrt((np.clip(z, low, high) - low) / (high - low))


def walked(where):
    """The points of one walk, a `Path` or a list of places, or of one place, shape (n, 2)."""
    points = np.atleast_2d(numbers(getattr(where, "points", where), "a point"))
    fits = points.ndim == 2 and points.shape[1] == 2 and len(points) and np.isfinite(points[0]).all()
    need(fits, "show needs the path of one walk, or a point (x, y)", where)
    return points


def near_window(points, window, sizes=1e4):
    """The points, shape (n, 2), up to the first that is far off the window: beyond, nothing is seen, and Agg overflows."""
    far = ~(np.abs(points - np.mean(window, axis=1)) < sizes * np.ptp(window, axis=1)).all(axis=-1)
    return points[: np.argmax(far)] if far.any() else points


def put(points, *lines):
    """Lead lines through points, shape (n, 2)."""
    for line in lines:
        line.set_data(*points.T)


class Contours(Panel):
    """A map of a surface seen from above, with its contour lines: deep is dark, a minimum is a cross. `equal` keeps one unit of
    x as long as one of y, so that a gradient stands at right angles to its contour. `even` draws the contour lines at even
    heights, not closer near the bottom."""

    holds_point = True

    def __init__(self, surface, title="", equal=True, even=False):
        need(hasattr(surface, "window"), "a panel needs a surface such as bowl", surface)
        self.surface, self.title, self.equal, self.even = surface, title, equal, even
        if equal:  # a map that is wider than high is given more room
            self.width = 4.5 * float(np.clip(np.divide(*np.ptp(surface.window, axis=1)), 1, 4 / 3))

    def draw_axes(self, title):
        """The frame around the map, and what stands above it."""
        ax, surface = self.ax, self.surface
        ax.set(xlim=surface.window[0], ylim=surface.window[1], xlabel=surface.axes[0], aspect="equal" if self.equal else "auto")
        ax.set_ylabel(surface.axes[1], rotation=0 if len(surface.axes[1]) < 3 else 90)
        ax.set_title(title)
        ax.spines[["top", "right"]].set_visible(True)

    def draw_still(self, ax):
        surface = self.surface
        x, y, z = grid(surface, 161)
        shades, levels = shade(z, *span(z)) ** (1 + self.even), np.linspace(0, 1, 19)
        ax.contourf(x, y, shades, levels=levels, cmap=GROUND, vmin=0, vmax=1)
        ax.contour(x, y, shades, levels=levels[1:], colors="white", linewidths=0.8, alpha=0.8)
        for minimum in surface.minima:
            ax.plot(*minimum, "x", color="white", ms=8, mew=2.2)
        fits = len(re.sub(r"[\\{}^_, ]", "", surface.formula)) < 10 * self.width
        self.draw_axes(self.title or (f"${surface.formula}$" if fits else "$f(x, y)$"))
        if np.isnan(z).any():  # hatched, since white would be taken for a height
            ax.patch.set(fc="#eeeeee", ec=GREY, hatch="//")

    def make_moving(self, ax):
        shape = {"arrowstyle": "-|>", "lw": 2.4, "shrinkA": 0, "shrinkB": 0}
        fog = [Annulus((0, 0), 1, 1, fc="#dfe3e4", ec="none", alpha=alpha) for alpha in (0.55, 0.7, 0.85, 1)]
        self._fog = [ax.add_patch(ring) for ring in fog]
        self._dots, self._trail, self._start = self.lines(DOTS, TRAIL, START)
        hollow = {"ls": "", "marker": "D", "mfc": "none", "ms": 11, "clip_on": False}
        self._mark = self.lines({**hollow, "mec": "white", "mew": 4.5}, {**hollow, "mec": BLACK, "mew": 2})
        self._guess = ax.annotate("", (0, 0), (0, 0), textcoords="offset points", weight="bold", bbox=PAPER)
        looks = {"color": BLACK}, {"color": "#8a2f72", "ls": (0, (4, 1.5))}
        self._arrows = [ax.add_patch(FancyArrowPatch((0, 0), (0, 0), **shape, **look)) for look in looks]
        (self._here,) = self.lines(HERE)
        self._names = [self.note(color=look["color"], clip_on=True) for look in looks]

    def show(self, where, arrows=None, sight=None, surface=None, mark=None):
        """Show a `Path`, from its start (a square) to where it stands (a disc), or a place (x, y).

        Args:
            arrows: up to two, {name: (dx, dy)}, drawn from where the walker stands, in units of the axes.
            sight: how far one sees in the fog, in units of the axes; None for a clear day.
            surface: the ground to show from now on, where a path does not know it.
            mark: a place that was guessed, for a hollow diamond.
        """
        self.renew(surface=surface or getattr(where, "surface", self.surface))
        window = self.surface.window
        points = near_window(walked(where), window)
        here = points[-1]
        put(points, self._trail, self._dots)
        # A walk that crosses the map again and again, as at the limit of a learning rate, would hide the ground.
        self._trail.set_alpha(0.4 if np.hypot(*np.diff(points.T)).sum() > 3 * np.ptp(window, axis=1).sum() else 1)
        put(points[:-1][:1], self._start)  # none of a place, or of a walk that has not begun
        put(points[-1:], self._here)
        marks = near_window(walked(mark), window, 0.51) if mark is not None else points[:0]
        put(marks, *self._mark)
        self._guess.set_text(_("your guess") if len(marks) else "")
        for place in marks:  # its words stand above or below, away from the walker if the map has room there
            across, up = (place - np.transpose(window)[0]) / np.ptp(window, axis=1)
            above = up < 0.93 and (up < 0.07 or place[1] >= here[1])
            side = "left" if across < 0.2 else "right" if across > 0.8 else "center"
            self._guess.set(y=12 if above else -12, va="bottom" if above else "top", ha=side)
            self._guess.xy = place
        given, wide = [*(arrows or {}).items(), *[("", (0, 0))] * 2], np.ptp(window[0])
        for arrow, name, (words, vector) in zip(self._arrows, self._names, given, strict=False):
            tip, long = here + vector, np.hypot(*vector)
            # Far off the map an arrow cannot be seen, and its name would overflow Agg. One of less than seven points would lie
            # under the walker, and its head stick out behind.
            size = 55 * self.width * long / wide if len(near_window(np.array([here, tip]), window, 10)) == 2 else 0
            arrow.set_visible(bool(size > 7))
            name.set(text=words, visible=bool(size > 7))
            if size > 7:
                way = np.divide(vector, long)
                arrow.set_positions(here, tip)
                arrow.set_mutation_scale(min(16, 1.75 * size))  # the head is 0.4 of it
                name.set_position(tip + 0.015 * wide * way)  # just beyond the tip, on the side to which it points
                across, along = (int(np.sign(part)) * (abs(part) > 0.4) for part in way)
                name.set(ha=("center", "left", "right")[across], va=("center", "bottom", "top")[along])
        reach = 2 * np.ptp(window, axis=1).sum()  # from all around the map
        for i, patch in enumerate(self._fog):
            patch.set_visible(sight is not None)
            patch.set(center=here, radii=reach, width=reach - (sight or 0) * (1 + 0.09 * i))


class Basins(Contours):
    """A map of where descent ends: a shade and a letter for each of up to six known minima, white where it ends nowhere."""

    def __init__(self, surface):
        need(0 < len(getattr(surface, "minima", ())) < 7, "Basins needs a surface with one to six known minima", surface)
        super().__init__(surface)

    def draw_still(self, ax):
        self.draw_axes(_("where descent ends"))

    def make_moving(self, ax):
        look = {"origin": "lower", "interpolation": "nearest", "aspect": "equal", "cmap": SHADES, "vmin": -1, "vmax": 5}
        self._map = ax.imshow([[-1]], extent=np.ravel(self.surface.window), **look)
        looks = {**TRAIL, "color": BLACK}, {**DOTS, "color": BLACK, "ms": 3.5, "mew": 0}, START
        self._trail, self._dots, self._start = self.lines(*looks)
        disc = {"boxstyle": "circle,pad=0.22", "fc": "white", "ec": BLACK, "lw": 1.2}
        for letter, place in zip("ABCDEF", self.surface.minima, strict=False):
            self.centred(*place, letter, weight="bold", size=11, bbox=disc)

    def show(self, labels, path):
        """Show the labels that `gdlab.basins` returns, shape (n, n), and a `Path` on them."""
        need(np.ndim(labels) == 2, "show needs the labels that basins returns", labels)
        self._map.set_data(labels)
        points = near_window(path.points, self.surface.window)
        put(points, self._trail, self._dots)
        put(points[:1], self._start)


class Landscape(Panel):
    """A surface as a landscape in three dimensions, with a walk on it."""

    width = 4.3
    projection = "3d"

    def __init__(self, surface, title="", azimuth=-60):
        self.surface, self.title, self.azimuth = surface, title, azimuth

    def draw_still(self, ax):
        surface = self.surface
        x, y, z = grid(surface, 81)
        low, high = span(z)
        # The map's colours, lit softly from the left.
        ground = np.nan_to_num(np.clip(z, low, high), nan=high)
        sun = LightSource(azdeg=200, altdeg=55)
        light = sun.hillshade(ground, vert_exag=6 / (high - low), dx=x[0, 1] - x[0, 0], dy=y[1, 0] - y[0, 0])
        colours = np.clip(GROUND(shade(ground, low, high))[..., :3] * (0.72 + 0.36 * light[..., None]), 0, 1)
        z = np.clip(z, low, high)  # where it is no number there is a hole: a wall would hide the ground behind it
        ax.plot_surface(x, y, z, facecolors=colours, rcount=80, ccount=80, linewidth=0, antialiased=False, shade=False)
        (xlim, ylim), (xlabel, ylabel) = surface.window, surface.axes
        ax.set(xlim=xlim, ylim=ylim, xlabel=xlabel, ylabel=ylabel, title=self.title or _("loss"))
        ax.set_box_aspect((1, 1, 0.72), zoom=1.12)
        ax.tick_params(pad=-2, labelsize=8.5)
        ax.tick_params(axis="z", pad=2)
        for axis, name in zip((ax.xaxis, ax.yaxis, ax.zaxis), (*surface.axes, ""), strict=True):
            axis.labelpad = -6 if len(name) < 3 else 0  # words would lie on the numbers
            # At the front corner x ends and y begins: only one of them has its number there.
            axis.set_major_locator(MaxNLocator(5, prune="lower" if axis is ax.yaxis else None))
            axis.pane.set_facecolor("#f6f6f4")
        ax.view_init(32, self.azimuth)
        self._lift = 0.01 * (high - low)  # so that the line lies on the ground and not half in it

    def make_moving(self, ax):
        # They are drawn last: a walk behind a ridge shines through, better seen than hidden.
        flat = {"color": BLACK, "lw": 2.4, "solid_joinstyle": "miter"}
        looks = {**DROP, "color": BLACK}, flat, {**DOTS, "color": BLACK, "ms": 6}, TRAIL, DOTS, HERE
        self._drop, self._arrow, self._foot, self._trail, self._dots, self._here = self.lines(*looks)

    def show(self, where, arrow=None):
        """Show a `Path` or a point (x, y); where it leaves the landscape it is not drawn. `arrow`, (dx, dy) in units of the
        axes, lies flat on the floor, from beneath where one stands."""
        surface, points = getattr(where, "surface", self.surface), walked(where)
        self.renew(surface=surface)
        low, high = np.transpose(surface.window)
        x, y = np.where(((points >= low) & (points <= high)).all(axis=1), points.T, np.nan)
        for line, part in ((self._trail, slice(None)), (self._dots, slice(None)), (self._here, slice(-1, None))):
            line.set_data_3d(x[part], y[part], surface(x, y)[part] + self._lift)
        here, floor, (dx, dy) = (x[-1], y[-1]), self.ax.get_zlim()[0], (np.nan, np.nan) if arrow is None else arrow
        h = min(0.5, 0.06 * (high - low)[0] / max(np.hypot(dx, dy), 1e-9))  # how long its head is, as a share of the whole
        head = np.array([(0, 0), (1, 0), (1 - h, 0.4 * h), (1 - h, -0.4 * h), (1, 0)])
        x, y = np.transpose(here + head @ [(dx, dy), (-dy, dx)])
        self._arrow.set_data_3d(x, y, np.full(5, floor))
        self._foot.set_data_3d(x[:1], y[:1], [floor])
        self._drop.set_data_3d(x[[0, 0]], y[[0, 0]], [floor, surface(*here)])


class Slice(Panel):
    """A cut through a surface along x or y, through a point: the curve, the point, and the tangent there."""

    width = 3.6

    def __init__(self, surface, along="x"):
        need(along in ("x", "y"), "a Slice runs along 'x' or 'y'", along)
        self.surface, self.axis = surface, "xy".index(along)

    def draw_still(self, ax):
        axis, surface = self.axis, self.surface
        low, high = span(grid(surface, 81)[2])
        self._t = np.linspace(*surface.window[axis], 201)
        ax.set(xlabel=surface.axes[axis], xlim=surface.window[axis], ylim=(low - 0.08 * (high - low), high))
        ax.set_title(_("the slice along {axis}").format(axis=surface.axes[axis]))
        ax.grid(True)

    def make_moving(self, ax):
        looks = {"color": BLUE}, {"color": BLACK, "ls": "--", "lw": 1.8}, {**TRAIL, "lw": 1}, {**DOTS, "ms": 5}, HERE
        self._curve, self._tangent, self._trail, self._dots, self._here = self.lines(*looks)
        self._slope = self.note("", 0.5, 0.97, transform=ax.transAxes, ha="center", va="top")

    def show(self, where):
        """Cut through a point (x, y), or through where a `Path` stands, with the steps that led there."""
        points, axis = near_window(walked(where), self.surface.window), self.axis
        here = points[-1]
        line = np.repeat(here[:, None], len(self._t), axis=1)
        line[axis] = self._t
        self._curve.set_data(self._t, self.surface(*line))
        height, slope = float(self.surface(*here)), float(self.surface.grad(*here)[axis])
        reach = 0.25 * (self._t[-1] - self._t[0]) * np.array([-1, 1])
        with np.errstate(all="ignore"):  # at a pole there is no tangent
            self._tangent.set_data(here[axis] + reach, height + slope * reach)
        put(np.column_stack([points[:, axis], self.surface(*points.T)]), self._trail, self._dots)
        self._here.set_data([here[axis]], [height])
        self._slope.set_text(_("slope {slope}").format(slope=number(slope)))
