"""What a network has learned: its decision over the plane, what is taken for what, and images, be they data or weights.

What is above 0 is blue, and what is below orange, as in the drawing of a network.
"""

import numpy as np
from contourpy import contour_generator  # matplotlib's own; ax.contour would make new artists each time
from matplotlib.colors import ListedColormap, to_rgb
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from gdlab.maths.checks import need, numbers
from gdlab.maths.engine import OPERATIONS
from gdlab.maths.words import _
from gdlab.panels import BLACK, BLUE, DOTS, GREY, ORANGE, Panel
from gdlab.panels.matrices import FRAME, SIGNED, HeatMap, finite

WHITER = np.linspace(0.4, 0.82, 128)[:, None]
PALE = [np.array(to_rgb(colour)) * (1 - WHITER) + WHITER for colour in (ORANGE, BLUE)]  # from strong to pale
SIDES = ListedColormap(np.vstack([PALE[0], PALE[1][::-1]])).with_extremes(bad="white")  # a step at 0
SMOOTH = {"interpolation": "bilinear", "interpolation_stage": "rgba", "origin": "lower"}  # as a browser does it
SCORES = SMOOTH | {"cmap": SIDES, "vmin": -2, "vmax": 2}
ROWS, FINE = 4, 100  # small maps above each other; rows and columns in which the plane is computed
PIXELS = 8  # the height and the width of an image


class Decision(Panel):
    """Points of two kinds over the map of a network's score, with the boundary at which it changes its mind.

    Kind 1 is blue and round, kind 0 orange and square, and so is the ground that the network takes for theirs; it is white
    where the score is 0 everywhere, or no number. The score is the weighted sum of a single output; with several, it is that of
    output 1 less the largest of the others. The window is drawn around the points, shape (n, 2), with labels 0 or 1. So many
    `units` of the last hidden layer, up to 16, have small maps of their output beside it: blue above 0 (of a sigmoid: above ½),
    orange below, each in full colours where it is largest.
    """

    def __init__(self, points, labels, units=0):
        need(units in range(17), "units must be a whole number from 0 to 16", units)
        (self.points, self.labels), self.units = _labelled(points, labels), units
        low, high = self.points.min(axis=0), self.points.max(axis=0)
        self._side = side = 1.12 * float(np.max(high - low)) or 1.0
        self._corner = (low + high - side) / 2
        self._x, self._y = self._corner[:, None] + (np.arange(FINE) + 0.5) / FINE * side
        self._grid = np.stack(np.meshgrid(self._x, self._y), axis=-1).reshape(-1, 2).astype(np.float32)
        self._reach = side * (1 + (units > 0) * 0.05 + -(-units // ROWS) / ROWS)  # with the small maps
        self.width = 4.2 * self._reach / side

    def draw_still(self, ax):
        (x, y), side, cell = self._corner, self._side, self._side / ROWS
        middle = side / self._reach / 2
        ax.set(xlim=(x, x + self._reach), ylim=(y, y + side), aspect="equal")
        ax.set_xlabel("x₁", x=middle)
        ax.set_ylabel("x₂", rotation=0, va="center")
        ax.set_xticks([tick for tick in MaxNLocator(5).tick_values(x, x + side) if x <= tick <= x + side])
        ax.yaxis.set_major_locator(MaxNLocator(5))
        ax.spines[:].set_visible(False)
        small = [divmod(k, ROWS) for k in range(self.units)]
        corners = [(x + 1.05 * side + (i + 0.03) * cell, y + side - (j + 0.97) * cell) for i, j in small]
        self._frames = [(x, y, side), *((*corner, 0.94 * cell) for corner in corners)]
        for left, low, wide in self._frames:
            ax.add_patch(Rectangle((left, low), wide, wide, **FRAME | {"lw": 1.6}))
        if self.units:
            ax.text(x + (self._reach + 1.05 * side) / 2, y + 1.02 * side, _("hidden units"), ha="center", size=10)

    def make_moving(self, ax):
        extents = [(left, left + wide, low, low + wide) for left, low, wide in self._frames]
        maps = [SCORES] + [SIGNED | SMOOTH] * self.units
        self._maps = [ax.imshow([[0.0]], extent=extent, **look) for extent, look in zip(extents, maps, strict=True)]
        # Dots of a line are drawn in half the time of a scatter plot. A darker orange stands out from its ground.
        looks = [{**DOTS, "ms": 6, "marker": marker, "color": colour} for marker, colour in (("s", "#b87a00"), ("o", BLUE))]
        self._line, *self._kinds = self.lines({"color": BLACK}, *looks)
        for kind in self._kinds:
            kind.set_clip_path(ax.patches[0])  # the frame of the map

    def show(self, model, points=None, labels=None):
        """Show the decision of an `MLP` of two inputs, over the panel's own points or over others."""
        need(getattr(model, "sizes", [0])[0] == 2, "a Decision needs an MLP of two inputs", model)
        points, labels = (self.points, self.labels) if points is None else _labelled(points, labels)
        hidden, scores = _forward(model, self._grid)
        score = scores[:, 0] if scores.shape[1] == 1 else scores[:, 1] - np.delete(scores, 1, axis=1).max(axis=1)
        score = score.reshape(FINE, FINE)
        self._maps[0].set_data(np.clip(score, -2, 2) if score.any() else np.full(score.shape, np.nan))
        lines = contour_generator(self._x, self._y, finite(score)).lines(0.0)
        ends = [part for line in lines for part in (line, [[np.nan, np.nan]])]
        self._line.set_data(*np.concatenate([np.empty((0, 2)), *ends]).T)
        units, count = np.zeros((len(hidden), self.units), np.float32), min(self.units, hidden.shape[1])
        units[:, :count] = finite(hidden[:, :count]) - (0.5 if model.activation == "sigmoid" else 0)
        for image, unit in zip(self._maps[1:], units.T, strict=True):
            image.set_data(unit.reshape(FINE, FINE)[1::3, 1::3] / (np.max(np.abs(unit)) or 1))
        for k, kind in enumerate(self._kinds):
            kind.set_data(*points[labels == k].T)


class Confusion(HeatMap):
    """What is taken for what: a row for each true class, a column for each predicted one, and how often it happened. What is
    right stands on the diagonal, in blue; mistakes are orange. `classes` are their names, in the labels' order."""

    width = 4.6

    def __init__(self, classes, title=""):
        super().__init__(_("predicted"), _("true"), title)
        self.classes = list(map(str, classes))
        self.most, self.size = len(self.classes), min(11, 85 / len(self.classes))

    def draw_still(self, ax):
        super().draw_still(ax)
        middles = (np.arange(self.most) + 0.5) / self.most
        ax.set_xticks(middles, self.classes)
        ax.set_yticks(1 - middles, self.classes)
        ax.tick_params(length=0)

    def show(self, truth, predicted):
        """Count pairs of labels, whole numbers from 0, shape (n,) each; returns a sentence: how many are right."""
        n, pairs = self.most, np.array([truth, predicted] if np.shape(truth) == np.shape(predicted) else [])
        fit = pairs.size and pairs.dtype.kind in "iu" and 0 <= pairs.min() <= pairs.max() < n
        need(fit, f"truth and predicted must be equally many whole numbers from 0 to {n - 1}")
        counts, right = np.zeros((n, n), int), np.eye(n, dtype=bool)
        np.add.at(counts, tuple(pairs), 1)
        totals = counts.sum(axis=1, keepdims=True)
        shares = np.sqrt(counts / np.maximum(totals, 1))  # the root, so that a single mistake has a colour
        super().show(np.where(right, 0.8 * shares, -shares), [str(count) if count else "" for count in counts.flat])
        sentence = _("{right} of {n} are right.").format(right=counts[right].sum(), n=counts.sum())
        wrong = np.where(right, 0, counts)
        if not wrong.any():
            return sentence
        i, j = np.unravel_index(np.argmax(wrong), wrong.shape)
        most = _("The most frequent mistake: {i} is taken for {j}, in {k} of {n} cases.")
        return f"{sentence} {most.format(k=wrong[i, j], n=totals[i, 0], i=self.classes[i], j=self.classes[j])}"


class Images(Panel):
    """Small images with captions beneath, 8 pixels high and wide: grey, from 0 (white) to 1 (black); with room for `rows` ·
    `columns` of them. `signed` ones are weights: blue above 0, orange below, each image in full colours where it is largest."""

    down, across = PIXELS + 3, PIXELS + 2  # from one image to the next, with a caption and a gap

    def __init__(self, rows, columns, title="", signed=False):
        self.rows, self.columns, self.title, self.signed = rows, columns, title, signed
        self._high, self._wide = rows * self.down, columns * self.across
        self.width = float(np.clip(0.3 + 3.5 * self._wide / self._high, 1.5, 10))

    def draw_still(self, ax):
        ax.set(xlim=(-1, self._wide - 1), ylim=(self._high, -0.6), title=self.title, aspect="equal")
        ax.axis("off")

    def make_moving(self, ax):
        look = SIGNED if self.signed else SIGNED | {"cmap": "Greys", "vmin": 0}
        # One image holds all of them: it is drawn in the time of one.
        self._image = ax.imshow([[0.0]], extent=(0, self._wide, self._high, 0), **look)
        corners = [(j * self.across, i * self.down) for i, j in np.ndindex(self.rows, self.columns)]
        frames = [Rectangle(corner, PIXELS, PIXELS, **FRAME | {"ec": GREY, "lw": 0.8}) for corner in corners]
        self._frames = [ax.add_patch(frame) for frame in frames]
        look = {"ha": "center", "va": "top", "size": min(10, 160 / self.rows * 3 / self.down)}
        self._captions = [ax.text(x + PIXELS / 2, y + 1.08 * PIXELS, "", **look) for x, y in corners]

    def show(self, images, captions=()):
        """Show up to rows · columns images, row by row, each 8 × 8 or a row of 64 numbers; with a caption each, or none."""
        images, most = numbers(images, "images"), self.rows * self.columns
        n = len(images)
        need(images.size == n * PIXELS**2 and n <= most, f"show needs up to {most} images of shape (8, 8)", images.shape)
        need(len(captions) in (0, n), f"there must be as many captions as images, {n}", len(captions))
        images = finite(images.reshape(n, PIXELS, PIXELS))
        if self.signed:
            images = images / np.maximum(np.max(np.abs(images), axis=(1, 2), keepdims=True), 1e-300)
        whole = np.pad(images, ((0, most - n), (0, self.down - PIXELS), (0, self.across - PIXELS)))
        whole = whole.reshape(self.rows, self.columns, self.down, self.across).swapaxes(1, 2)
        self._image.set_data(whole.reshape(self._high, self._wide))
        for k, (frame, caption) in enumerate(zip(self._frames, self._captions, strict=True)):
            frame.set_visible(k < n)
            caption.set_text(str(captions[k]) if k < len(captions) else "")


@np.errstate(all="ignore")
def _forward(model, x):
    """(Outputs of the last hidden layer, weighted sums of the last layer) of a network. A map needs no gradient: without the
    engine, and in single precision, it is there six times as fast."""
    hidden, layers = x[:, :0], [tensor.data.astype(np.float32) for tensor in model.parameters]
    for weights, bias in zip(layers[:-2:2], layers[1:-2:2], strict=True):
        z = x @ weights + bias
        hidden = x = z if model.activation == "identity" else OPERATIONS[model.activation].value(z)
    return hidden, x @ layers[-2] + layers[-1]


def _labelled(points, labels):
    """The points and their labels as arrays, if that is what they are."""
    points, labels = numbers(points, "points"), np.ravel(labels)
    fit = len(labels) and points.shape == (len(labels), 2) and np.isfinite(points).all() and np.isin(labels, (0, 1)).all()
    need(fit, "points must be finite, of shape (n, 2), and labels be n zeros and ones")
    return points, labels.astype(int)
