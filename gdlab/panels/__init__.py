"""Panels: the pictures' building blocks. One Panel is one set of axes.

The protocol, all of it:

- `width` is its share of the figure, in inches; `projection` is matplotlib's name for its kind of axes.
- The picture hands it its axes, `ax`. `draw_still(ax)` draws what does not move, and `make_moving(ax)` makes the artists that
  do, in drawing order. The picture writes the still part down once (`gdlab.pictures.recorder`), and then only what the moving
  artists draw.
- `show(...)` is what a lesson calls. It sets data on the moving artists, and makes no new ones. What it draws depends on
  its arguments alone, never on what was shown before.
- When the still part itself must change (another surface, a longer axis), `show` calls `renew(...)` or `redraw()`, which
  cost tens of milliseconds instead of one.
- A panel on which a `Point` can be dragged sets `holds_point`.

Colours are Okabe and Ito's, which colour-blind readers can tell apart, and never the only difference: markers and line
styles differ, too.
"""

import matplotlib
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import LogLocator, NullLocator

BLUE, ORANGE, GREEN, RED, PURPLE, SKY, BLACK = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#000000",
)  # fmt: skip
GREY = "#9aa3a8"
GROUND = LinearSegmentedColormap.from_list("ground", ["#2c5f7c", "#6d9bb0", "#b4cdd3", "#e6ecea", "#faf8f2"])
# A walk: its trail, a dot for each step, a square where it began, and a disc where one stands.
TRAIL = {"color": RED, "lw": 1.8, "solid_joinstyle": "round"}
DOTS = {"ls": "", "marker": "o", "color": RED, "ms": 4.5, "mec": "white", "mew": 0.7}
START = {"ls": "", "marker": "s", "color": "white", "ms": 8, "mec": BLACK, "mew": 1.5}
HERE = {"ls": "", "marker": "o", "color": RED, "ms": 10, "mec": "white", "mew": 1.5}
DROP = {"ls": ":", "color": RED, "lw": 1.5}  # from there down to the axis
PAPER = {"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none", "alpha": 0.85}  # behind a note
STYLE = {
    "font.size": 10.5, "axes.titlesize": 11, "axes.titlepad": 7, "axes.labelsize": 10.5, "mathtext.fontset": "dejavusans",
    "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": "#555555", "axes.grid": False,
    "grid.color": "#e4e4e4", "xtick.color": "#333333", "ytick.color": "#333333", "lines.linewidth": 2.0,
    "legend.frameon": False, "figure.constrained_layout.w_pad": 0.12, "figure.constrained_layout.h_pad": 0.08,
}  # fmt: skip


class Panel:
    """One set of axes; see this module's first lines for the protocol."""

    width = 4.5
    projection = None
    holds_point = False

    def redraw(self):
        """Draw the still part anew, and make the moving artists again."""
        with matplotlib.rc_context(STYLE):
            self.ax.clear()
            self.draw_still(self.ax)
            still = set(self.ax.get_children())
            self.make_moving(self.ax)
        self.moving = [artist for artist in self.ax.get_children() if artist not in still]
        for artist in self.moving:
            artist.set_animated(True)  # left out of the background
            artist.set_in_layout(False)  # or the layout would depend on where they first stood
        self.stale = True

    def renew(self, **still):
        """Set what the still part shows, such as `surface`, and draw it anew if that is another than before."""
        if any(getattr(self, name) != value for name, value in still.items()):
            vars(self).update(still)
            self.redraw()

    def lines(self, *looks, **more):
        """Lines of these looks, such as TRAIL, DOTS and HERE, without points yet; with `more` for all of them."""
        return [self.ax.plot([], [], **{**look, **more})[0] for look in looks]

    def centred(self, x, y, words="", **look):
        """Words with their middle at a place."""
        return self.ax.text(x, y, words, ha="center", va="center", **look)

    def note(self, words="", x=0, y=0, **look):
        """Words on white paper."""
        return self.ax.text(x, y, words, **{"weight": "bold", "bbox": PAPER, **look})

    def frame(self):
        """What may be seen of the axes while the picture is locked: all but what is drawn on them."""
        axes = [axis for axis in (self.ax.xaxis, self.ax.yaxis, getattr(self.ax, "zaxis", None)) if axis]
        return [*self.ax.spines.values(), *axes, self.ax.title] if self.ax.axison else [self.ax.title]

    def area(self):
        """Where the axes lie on the frame, in fractions from its upper left, and their limits: what view.js needs."""
        box, (x0, x1), (y0, y1) = self.ax.get_position(), self.ax.get_xlim(), self.ax.get_ylim()
        limits = {"x": [float(x0), float(x1)], "y": [float(y0), float(y1)]}
        return {"left": box.x0, "top": 1 - box.y1, "width": box.width, "height": box.height, **limits}


def logarithmic(ax, name, ticks=6):
    """Make an axis, "x" or "y", logarithmic, with up to so many ticks and none between them."""
    ax.set(**{f"{name}scale": "log"})
    axis = getattr(ax, f"{name}axis")
    axis.set_major_locator(LogLocator(numticks=ticks))
    axis.set_minor_locator(NullLocator())
