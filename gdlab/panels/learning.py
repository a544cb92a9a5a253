"""What a network has learned: its decision over the plane, what is taken for what, and images, be they data or the weights
of a unit.

What is above 0 is blue here, and what is below orange, as the connections are in the drawing of a network.
"""

import numpy as np
from contourpy import contour_generator  # matplotlib's own; ax.contour would make new artists each time
from matplotlib.colors import ListedColormap, to_rgb
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from gdlab.maths.operations import OPERATIONS
from gdlab.panels import BLACK, BLUE, GREY, ORANGE, RED, Panel
from gdlab.panels.matrices import SIGNS
from gdlab.maths.words import _


def _shades(colour):
    """A colour, from strong to pale."""
    white = np.linspace(0.4, 0.82, 128)[:, None]
    return np.array(to_rgb(colour)) * (1 - white) + white


SIDES = ListedColormap(np.vstack([_shades(ORANGE), _shades(BLUE)[::-1]])).with_extremes(bad="white")  # a step at 0
SIGNED = {"cmap": SIGNS, "vmin": -1, "vmax": 1, "interpolation": "nearest"}
SMOOTH = {"interpolation": "bilinear", "interpolation_stage": "rgba"}  # as a browser does it
ROWS = 4  # small maps above each other


class Decision(Panel):
    """Points of two kinds over the map of a network's score, with the boundary at which it changes its mind.

    Kind 1 is blue and round, kind 0 orange and square, and so is the ground that the network takes for theirs; it is
    white where the score is 0 everywhere, or no number. The score is the weighted sum of a single output; with several,
    it is that of output 1 less the largest of the others.

    Args:
        points, labels: shapes (n, 2) and (n,), the labels 0 or 1. The window is drawn around these points.
        title: above the map.
        units: so many units of the last hidden layer, up to 16, have small maps of their output beside it: blue above 0
            (of a sigmoid: above ½), orange below, each in full colours where it is largest.
        resolution: in so many rows and columns the plane is computed.
    """

    def __init__(self, points, labels, title=None, units=0, resolution=100):
        if units not in range(17) or resolution not in range(10, 501):
            message = _("units go from 0 to 16, and resolution from 10 to 500: not {it!r}.")
            raise ValueError(message.format(it=(units, resolution)))
        self.points, self.labels = _labelled(points, labels)
        self.title, self.units = title, units
        low, high = self.points.min(axis=0), self.points.max(axis=0)
        self._side = side = 1.12 * float(np.max(high - low)) or 1.0
        self._corner = (low + high - side) / 2
        self._x, self._y = self._corner[:, None] + (np.arange(resolution) + 0.5) / resolution * side
        self._grid = np.stack(np.meshgrid(self._x, self._y), axis=-1).reshape(-1, 2).astype(np.float32)
        self._reach = side * (1 + (units > 0) * 0.05 + -(-units // ROWS) / ROWS)  # with the small maps
        self.width = 4.2 * self._reach / side

    def draw_still(self):
        ax, (x, y), side, cell = self.ax, self._corner, self._side, self._side / ROWS
        middle = side / self._reach / 2
        ax.set(xlim=(x, x + self._reach), ylim=(y, y + side))
        ax.set_aspect("equal")
        ax.set_title(self.title or "", x=middle)
        ax.set_xlabel("x₁", x=middle)
        ax.set_ylabel("x₂", rotation=0, va="center")
        ax.set_xticks([tick for tick in MaxNLocator(5).tick_values(x, x + side) if x <= tick <= x + side])
        ax.yaxis.set_major_locator(MaxNLocator(5))
        ax.spines[:].set_visible(False)
        small = [divmod(k, ROWS) for k in range(self.units)]
        corners = [(x + 1.05 * side + (i + 0.03) * cell, y + side - (j + 0.97) * cell) for i, j in small]
        self._frames = [(x, y, side), *((*corner, 0.94 * cell) for corner in corners)]
        for left, low, wide in self._frames:
            ax.add_patch(Rectangle((left, low), wide, wide, fc="none", ec="#555555", lw=1.6, clip_on=False))
        if self.units:
            ax.text(x + (self._reach + 1.05 * side) / 2, y + 1.02 * side, _("hidden units"), ha="center", size=10)

    def make_moving(self):
        ax, self._maps = self.ax, []
        for left, low, wide in self._frames:
            look = {**SIGNED, **SMOOTH} if self._maps else {"cmap": SIDES, "vmin": -2, "vmax": 2, **SMOOTH}
            extent = left, left + wide, low, low + wide
            self._maps.append(_image(ax, np.zeros((2, 2), np.float32), extent=extent, origin="lower", **look))
        (self._line,) = ax.plot([], [], "-", color=BLACK, lw=2)
        # Lines without a line are drawn in half the time of a scatter plot. A darker orange stands out from its ground.
        looks = ("s", "#b87a00"), ("o", BLUE)
        self._kinds = [ax.plot([], [], look, color=colour, ms=6, mec="white", mew=0.7)[0] for look, colour in looks]
        for kind in self._kinds:
            kind.set_clip_path(Rectangle(self._corner, self._side, self._side, transform=ax.transData))
        return [*self._maps, self._line, *self._kinds]

    def show(self, model, points=None, labels=None):
        """Show the decision of an `MLP` of two inputs, over the panel's own points or over others."""
        if getattr(model, "sizes", [0])[0] != 2:
            raise ValueError(_("a Decision needs an MLP of two inputs, not {it!r}.").format(it=model))
        points, labels = (self.points, self.labels) if points is None else _labelled(points, labels)
        shape = len(self._y), len(self._x)
        hidden, scores = _forward(model, self._grid)
        score = scores[:, 0] if scores.shape[1] == 1 else scores[:, 1] - np.delete(scores, 1, axis=1).max(axis=1)
        score = score.reshape(shape)
        self._maps[0].set_data(np.clip(score, -2, 2) if score.any() else np.full(shape, np.nan))
        lines = contour_generator(self._x, self._y, _finite(score)).lines(0.0)
        ends = [part for line in lines for part in (line, [[np.nan, np.nan]])]
        self._line.set_data(*np.concatenate([np.empty((0, 2)), *ends]).T)
        units, count = np.zeros((len(hidden), self.units), np.float32), min(self.units, hidden.shape[1])
        units[:, :count] = _finite(hidden[:, :count]) - (0.5 if model.activation == "sigmoid" else 0)
        for image, unit in zip(self._maps[1:], units.T, strict=True):
            image.set_data(unit.reshape(shape)[1::3, 1::3] / (np.max(np.abs(unit)) or 1))
        for k, kind in enumerate(self._kinds):
            kind.set_data(*points[labels == k].T)


class Confusion(Panel):
    """What is taken for what: a row for each true class, a column for each predicted one, and how often it happened.

    What is right stands on the diagonal, in blue; mistakes are orange. `classes` are their names, in the labels' order.
    """

    width = 4.6

    def __init__(self, classes, title=None):
        self.classes, self.title = list(map(str, classes)), title

    def draw_still(self):
        ax, n = self.ax, len(self.classes)
        ax.set(xlim=(-0.5, n - 0.5), ylim=(n - 0.5, -0.5), title=self.title or "")
        ax.set(xlabel=_("predicted"), ylabel=_("true"), aspect="equal")
        ax.set_xticks(range(n), self.classes)
        ax.set_yticks(range(n), self.classes)
        ax.tick_params(length=0)

    def make_moving(self):
        n = len(self.classes)
        self._image = _image(self.ax, np.zeros((n, n)), extent=(-0.5, n - 0.5, n - 0.5, -0.5), **SIGNED)
        look = {"ha": "center", "va": "center", "size": min(11, 85 / n)}
        self._counts = [self.ax.text(j, i, "", **look) for i, j in np.ndindex(n, n)]
        frame = self.ax.add_patch(Rectangle((-0.5, -0.5), n, n, fc="none", ec="#555555", lw=1, clip_on=False))
        return [self._image, *self._counts, frame]

    def show(self, truth, predicted):
        """Count pairs of labels, whole numbers from 0, shape (n,) each; returns a sentence: how many are right."""
        n = len(self.classes)
        pairs = np.array([truth, predicted]) if np.shape(truth) == np.shape(predicted) else np.empty(0)
        if pairs.dtype.kind not in "iu" or pairs.ndim != 2 or not pairs.size or not 0 <= pairs.min() <= pairs.max() < n:
            message = _("truth and predicted must be equally many whole numbers from 0 to {most}.")
            raise ValueError(message.format(most=n - 1))
        counts, right = np.zeros((n, n), int), np.eye(n, dtype=bool)
        np.add.at(counts, tuple(pairs), 1)
        totals = counts.sum(axis=1, keepdims=True)
        shares = np.sqrt(counts / np.maximum(totals, 1))  # the root, so that a single mistake has a colour
        self._image.set_data(np.where(right, 0.8 * shares, -shares))
        for text, count, dark in zip(self._counts, counts.ravel(), (right & (shares > 0.7)).ravel(), strict=True):
            text.set(text=str(count) if count else "", color="white" if dark else BLACK)
        sentence = _("{right} of {n} are right.").format(right=counts[right].sum(), n=pairs.shape[1])
        wrong = np.where(right, 0, counts)
        if not wrong.any():
            return sentence
        i, j = np.unravel_index(np.argmax(wrong), wrong.shape)
        most = _("The most frequent mistake: {i} is taken for {j}, in {k} of {n} cases.")
        return f"{sentence} {most.format(k=wrong[i, j], n=totals[i, 0], i=self.classes[i], j=self.classes[j])}"


class Images(Panel):
    """Small images with captions beneath: grey, from 0 (white) to 1 (black).

    Args:
        rows, columns: how many there is room for.
        shape: of an image, in pixels.
        title: above them.
        signed: for weights: blue above 0, orange below, each image in full colours where it is largest.
    """

    def __init__(self, rows, columns, shape=(8, 8), title=None, signed=False):
        if not all(isinstance(n, (int, np.integer)) and n > 0 for n in (rows, columns, *shape)):
            message = _("rows, columns and shape must be whole numbers above 0, not {it!r}.")
            raise ValueError(message.format(it=(rows, columns, shape)))
        self.rows, self.columns, self.shape, self.title, self.signed = rows, columns, tuple(shape), title, signed
        high, wide = self.shape
        self._cell = high + max(3, round(0.36 * high)), wide + max(2, round(0.2 * wide))  # with a caption and a gap
        self._size = rows * self._cell[0], columns * self._cell[1]
        self.width = float(np.clip(0.3 + 3.5 * self._size[1] / self._size[0], 1.5, 10))

    def draw_still(self):
        gap = self._cell[1] - self.shape[1]
        self.ax.set(xlim=(-gap / 2, self._size[1] - gap / 2), ylim=(self._size[0], -0.6))
        self.ax.set(title=self.title or "", aspect="equal")
        self.ax.axis("off")

    def make_moving(self):
        ax, (high, wide), (down, across) = self.ax, self.shape, self._cell
        look = SIGNED if self.signed else {**SIGNED, "cmap": "Greys", "vmin": 0}
        # One image holds all of them: it is drawn in the time of one.
        self._image = _image(ax, np.zeros(self._size), extent=(0, self._size[1], self._size[0], 0), **look)
        corners = [(j * across, i * down) for i, j in np.ndindex(self.rows, self.columns)]
        self._frames = [ax.add_patch(Rectangle(corner, wide, high, fc="none", clip_on=False)) for corner in corners]
        look = {"ha": "center", "va": "top", "size": min(10, 160 / self.rows * (down - high) / down)}
        self._captions = [ax.text(x + wide / 2, y + 1.08 * high, "", **look) for x, y in corners]
        return [self._image, *self._frames, *self._captions]

    def show(self, images, captions=(), marks=()):
        """Show images, row by row.

        Args:
            images: up to rows · columns of them, each of this panel's shape, or as a row of as many numbers.
            captions: a text for each, or none.
            marks: for each whether it is wrong, or none: then its frame is thick, red and dashed.
        """
        images = np.asarray(images, dtype=float)
        n, (high, wide) = len(images), self.shape
        if images.size != n * high * wide or n > self.rows * self.columns:
            message = _("show needs up to {most} images of shape {shape}, not an array of shape {it}.")
            raise ValueError(message.format(most=self.rows * self.columns, shape=self.shape, it=images.shape))
        for name, given in (("captions", captions), ("marks", marks)):
            if len(given) not in (0, n):
                message = _("there must be as many {name} as images, {n}, not {it}.")
                raise ValueError(message.format(name=name, n=n, it=len(given)))
        images = _finite(images.reshape(n, high, wide))
        if self.signed and n:
            images = images / np.maximum(np.max(np.abs(images), axis=(1, 2), keepdims=True), 1e-300)
        whole = np.zeros((self.rows, self._cell[0], self.columns, self._cell[1]))
        for k, image in enumerate(images):
            whole[k // self.columns, :high, k % self.columns, :wide] = image
        self._image.set_data(whole.reshape(self._size))
        for k, (frame, caption) in enumerate(zip(self._frames, self._captions, strict=True)):
            wrong = k < len(marks) and bool(marks[k])
            frame.set(visible=k < n, ec=RED if wrong else GREY, lw=2.6 if wrong else 0.8)
            frame.set_linestyle((0, (3, 1.2)) if wrong else "-")
            caption.set_text(str(captions[k]) if k < len(captions) else "")


def _forward(model, x):
    """(Outputs of the last hidden layer, weighted sums of the last layer) of a network, in single precision.

    A map needs no gradient: without the engine, and in single precision, it is there six times as fast.
    """
    hidden = x[:, :0]
    with np.errstate(all="ignore"):
        for i in range(0, len(model.parameters), 2):
            weights, bias = (tensor.data.astype(np.float32) for tensor in model.parameters[i : i + 2])
            z = x @ weights
            z += bias
            if i + 2 < len(model.parameters):
                hidden = x = z if model.activation == "identity" else OPERATIONS[model.activation].value(z)
    return hidden, z


def _finite(values):
    """The values, with 0 for what is no number, and with what is infinite as a very large one."""
    return np.nan_to_num(values, posinf=1e9, neginf=-1e9)


def _image(ax, values, **look):
    """An image that leaves the limits of its axes as they are."""
    image = AxesImage(ax, **{"origin": "upper", **{k: v for k, v in look.items() if k not in ("vmin", "vmax")}})
    image.set_data(values)
    image.set_clim(look["vmin"], look["vmax"])
    return ax.add_image(image)


def _labelled(points, labels):
    """The points and their labels as arrays, if that is what they are."""
    try:
        points, labels = np.asarray(points, dtype=float), np.asarray(labels)
    except (TypeError, ValueError):
        points = labels = np.empty(0)
    one_each = points.ndim == 2 and points.shape[1] == 2 and len(points) and labels.shape == points.shape[:1]
    if not one_each or not np.isfinite(points).all() or not np.isin(labels, (0, 1)).all():
        raise ValueError(_("points must be finite, of shape (n, 2), and labels be n zeros and ones."))
    return points, labels.astype(int)
