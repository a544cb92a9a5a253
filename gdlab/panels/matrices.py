"""Matrices as one sees them: a product with one entry at work, a matrix of any size as a map of colours; and how numbers
and small arrays are written in every picture of a computation, or typed into it by the learner.
"""

import math
from contextlib import suppress
from itertools import zip_longest

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from gdlab.maths.checks import need
from gdlab.maths.words import _, number, point, read_number
from gdlab.panels import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, Panel

HIGH = 3.6  # inches: the height of the axes, in which a product is measured
CELL = 0.68, 0.46  # inches: one entry of a matrix, at most
SIGNS = LinearSegmentedColormap.from_list("signs", [ORANGE, "#ffffff", BLUE])
FRAME = {"fc": "none", "ec": "#555555", "lw": 1, "clip_on": False}  # of a map, over its edge
SIGNED = {"cmap": SIGNS, "vmin": -1, "vmax": 1, "interpolation": "nearest"}
EXAMPLES = (BLUE, "-"), (GREEN, "--"), (PURPLE, ":")  # of a batch: the colour of each, and its kind of line

OPEN = {"fc": "white", "ec": RED, "lw": 1.2, "ls": "-"}  # a field to type a number in, and when that is right or wrong
FIELDS = {None: OPEN, True: {**OPEN, "fc": (RED, 0.2), "lw": 2.4}, False: {**OPEN, "ec": GREY, "lw": 1.6, "ls": "--"}}
WRONG_SIGN = _("the size of {v} is right, its sign is not.")


class MatrixProduct(Panel):
    """Two matrices and their product, which fills up row by row as a slider over its entries goes on. One entry is at work: its
    row on the left, its column on the right, the sum."""

    width, lift = 10.0, 0  # inches; `lift` is how much above the middle of its cell a number stands
    looks = (BLUE, "-"), (ORANGE, "--"), (RED, "-")  # of the marks on the row, on the column, and on their entry
    names, matrices = ("", "", ""), [[[1]]] * 3  # until there is something to show

    def __init__(self, *given):
        self._given = given  # left, right and names: before there is something to show, Blanks asks for it

    @property
    def blanks(self):
        """What the fields are called in which the product's entries can be typed, row by row."""
        need(self._given, "to be filled in, a product needs its numbers: MatrixProduct(left, right, names)")
        (left, right, names), said = self._given, _("{c}, row {i}, column {j}")
        need(len(left) * len(right[0]) <= 12, "a product to be filled in has 12 entries at most", (len(left), len(right[0])))
        return [said.format(c=names[2], i=i + 1, j=j + 1) for i, j in np.ndindex(len(left), len(right[0]))]

    def show(self, left, right, names, entries):
        """Show left @ right, of shapes (n, m) and (m, p), with the first of its entries; returns the sentence. `names` are
        those of the two and of their product. The last of so many `entries` is at work, beyond n · p none."""
        left, right, (a, b, c) = np.array(left, float), np.array(right, float), names
        fit = left.ndim == right.ndim == 2 and left.shape[1] == right.shape[0]
        need(fit, f"{a} has shape {left.shape}, {b} has {right.shape}: the first needs a column for each row of the second")
        product = left @ right
        self.renew(names=names, matrices=[matrix.tolist() for matrix in (left, right, product)])
        at_work = 0 < entries <= product.size
        for k, text in enumerate(self._entries):
            text.set_visible(k < entries)
        for artist in (*self._marks, *self.fields):
            artist.set_visible(False)
        self._sum.set_visible(at_work)
        if not entries:
            said = _("{a} has shape {m}, {b} has {n}: so their product {c} has shape {p}.")
            return said.format(a=a, b=b, c=c, m=left.shape, n=right.shape, p=product.shape)
        if not at_work:
            return _("{c} is complete: {n} entries, each a sum of {m} products.").format(c=c, n=product.size, m=len(right))
        i, j = divmod(int(entries) - 1, product.shape[1])
        self._mark(i, j, self._marks)
        factors = zip(left[i], right[:, j], strict=True)
        terms = " + ".join(f"{factor(one, first=k == 0)} × {factor(other)}" for k, (one, other) in enumerate(factors))
        terms = f"{terms} = {number(product[i, j])}"
        self._sum.set_text(terms)
        said = _("Entry {k} of {c} is row {i} of {a} times column {j} of {b}: {terms}.")
        return said.format(k=int(entries), a=a, b=b, c=c, i=i + 1, j=j + 1, terms=terms)

    def _mark(self, i, j, marks):
        """Put these marks on a row, a column and the entry that they make."""
        rows, columns, results = self._cells
        self._cover(marks, (rows[i], columns[:, j], results[i, [j]]))

    def _cover(self, marks, places):
        for mark, cells in zip(marks, places, strict=False):
            low, top = cells.min(axis=0) - self._half, cells.max(axis=0) + self._half
            mark.set_bounds(*low, *(top - low))
            mark.set_visible(True)

    def fill(self, left, right, names, typed):
        """Show left @ right, and which of the texts typed for its entries, row by row, are right; returns the sentence."""
        self.show(left, right, names, 0)
        good, sentence = judge(self.fields, typed, np.ravel(self.matrices[2]), self.blanks, self._likely)
        if False in good:
            self._mark(*divmod(good.index(False), len(self.matrices[2][0])), self._marks[:2])
        return sentence

    def _likely(self, at, v, _good):
        """Wrong numbers that come to mind for an entry of the product, and what to say of each."""
        (left, right, product), (a, b, _c) = map(np.array, self.matrices), self.names
        i, j = divmod(at, product.shape[1])
        terms = left[i] * right[:, j]
        pairs = [(term, _("{v} is one of the products alone.")) for term in terms]
        pairs += [(np.prod(terms), _("{v} multiplies the products: they are added."))]
        pairs += [(left[i] @ row, _("{v} is a row times a row.")) for row in right[j : j + 1] if len(row) == len(terms)]
        pairs += [(-terms.sum(), WRONG_SIGN), *((entry, _("{v} belongs into another field.")) for entry in product.flat)]
        rule = _("Go along row {i} of {a} and down column {j} of {b}: multiply in pairs, then add.")
        pairs.append((None, _("it is not {v}.")))
        return [(wrong, f"{told} {rule}".format(v=v, i=i + 1, j=j + 1, a=a, b=b)) for wrong, told in pairs]

    def draw_still(self, ax):
        shapes = list(map(np.shape, self.matrices))
        ax.set(xlim=(0, self.width), ylim=(0, HIGH))
        ax.axis("off")
        gap, middle = 0.75, 1.95  # between two matrices, where the sign stands; and their middle's height
        most_rows, all_columns = max(rows for rows, _columns in shapes), sum(columns for _rows, columns in shapes)
        wide, high = min(CELL[0], (self.width - 2 * gap - 0.2) / all_columns), min(CELL[1], 2.3 / most_rows)
        x = (self.width - 2 * gap - wide * all_columns) / 2
        self._half, self._cells = np.array([wide, high]) / 2, []  # of each matrix the middles of its cells
        for name, (rows, columns), sign in zip(self.names, shapes, ("@", "=", ""), strict=True):
            top, centre = middle + rows * high / 2, x + columns * wide / 2
            cells = np.meshgrid(x + wide * (np.arange(columns) + 0.5), top - high * (np.arange(rows) + 0.5))
            self._cells.append(np.stack(cells, axis=-1))
            for corner in (self._cells[-1] - self._half).reshape(-1, 2):
                ax.add_patch(Rectangle(corner, wide, high, fc="#f7f9fa", ec=GREY, lw=0.8))
            self.centred(centre, top + 0.35, name, weight="bold", size=12.5)
            self.centred(centre, top + 0.13, f"{rows} × {columns}", color="#555555", size=9.5)
            x += columns * wide + gap
            self.centred(x - gap / 2, middle, sign, size=14)
        self._write(0)
        self._write(1)

    def make_moving(self, ax):
        looks = [{"fc": (colour, 0.2), "ec": colour, "ls": style} for colour, style in self.looks]
        self._marks = [ax.add_patch(Rectangle((0, 0), 1, 1, lw=2.4, **look)) for look in looks]
        self.fields = [field(ax, *place, *(1.88 * self._half)) for place in self._cells[2].reshape(-1, 2)]
        self._entries = self._write(2, weight="bold")
        self._sum = self.centred(self.width / 2, 0.3, size=12.5, weight="bold")

    def _write(self, k, **look):
        """Write the numbers of matrix k into their cells, row by row."""
        cells = zip(self._cells[k].reshape(-1, 2), np.ravel(self.matrices[k]), strict=True)
        return [self.centred(x, y + self.lift, number(value), size=11.5, **look) for (x, y), value in cells]


class OneWeight(MatrixProduct):
    """A batch of three times its weights, one of them lit: where it works in the product, and the shares of its blame.

    Each example has its colour. A gradient stands beneath its value, that of the weights as far as a slider over them is.
    """

    lift = 0.1
    looks = (*EXAMPLES, *EXAMPLES, (RED, "-"))

    def show(self, batch, weights, names, upstream, entry):
        """Show batch @ weights, the gradient `upstream` of this product, and weight number `entry`; returns the sentence."""
        need(len(batch) == len(EXAMPLES), f"a OneWeight shows a batch of {len(EXAMPLES)} examples, a row each", batch)
        super().show(batch, weights, names, np.size(upstream) + 1)
        (x, w, y), gradient = self._cells, np.transpose(batch) @ upstream
        k, j = divmod(int(entry) - 1, gradient.shape[1])
        self._cover(self._marks, [*x[:, [k]], *y[:, [j]], w[k, [j]]])
        slopes, arrived = np.array(batch)[:, k], np.array(upstream)[:, j]
        one, two, three = (f"{factor(slope)} × {factor(g)}" for slope, g in zip(slopes, arrived, strict=True))
        name, total = f"{names[1].lower()}{chr(8321 + k)}{chr(8321 + j)}", number(gradient[k, j])  # w₂₃
        known = map(number, [*np.ravel(upstream), *gradient.flat[: int(entry)]])
        words = [f"d{name} =", one, "+", two, "+", three, f"= {total}", *known]
        for text, word in zip_longest(self._words, words, fillvalue=""):
            text.set_text(word)
        said = _("{w} works in column {j} of {y}, once for each example. Slope × upstream, added: {terms} = {total}.")
        return said.format(w=name, j=j + 1, y=names[2], terms=f"{one} + {two} + {three}", total=total)

    def make_moving(self, ax):
        super().make_moving(ax)
        self._words = [self.centred(x, 0.35, size=12.5, weight="bold") for x in np.linspace(1.9, 8.1, 7)]
        for term, (colour, style) in zip(self._words[1::2], EXAMPLES, strict=True):
            term.set_bbox({"fc": (colour, 0.2), "ec": colour, "ls": style, "lw": 1.6})
        beneath = np.concatenate([self._cells[2].reshape(-1, 2), self._cells[1].reshape(-1, 2)]) - (0, self.lift)
        self._words += [self.centred(*place, color=RED, size=11.5, weight="bold") for place in beneath]


class HeatMap(Panel):
    """A matrix of numbers from −1 to 1 as a map: blue above 0, orange below, white at 0; a small one with its numbers. `x` and
    `y` say what its columns and its rows stand for."""

    width = 4.2
    most, size = 6, 9.5  # a map of at most so many rows and columns has words in its cells, of this size

    def __init__(self, x, y, title=""):
        self.x, self.y, self.title = x, y, title

    def draw_still(self, ax):
        ax.set(xlim=(0, 1), ylim=(0, 1), aspect="equal", xticks=[], yticks=[], xlabel=self.x, ylabel=self.y, title=self.title)
        ax.spines[:].set_visible(False)

    def make_moving(self, ax):
        self._image = ax.imshow([[0.0]], extent=(0, 1, 0, 1), **SIGNED)
        self._texts = [self.centred(0, 0, size=self.size) for _cell in range(self.most**2)]
        ax.add_patch(Rectangle((0, 0), 1, 1, **FRAME))

    def show(self, matrix, words=None):
        """Show this matrix, row 1 on top; its cells hold its numbers, or a word each, row by row."""
        matrix = np.asarray(matrix, dtype=float)
        self._image.set_data(matrix)
        if words is None:
            words = [number(round(value, 2)) for value in matrix.flat] if max(matrix.shape) <= self.most else []
        for text in self._texts:
            text.set_text("")
        for text, word, (i, j) in zip(self._texts, words, np.ndindex(matrix.shape), strict=False):
            text.set(text=word, color="white" if matrix[i, j] > 0.55 else "black")  # legible on full blue
            text.set_position((np.array([j, -i - 1]) + 0.5) / matrix.shape[::-1] + (0, 1))


def field(ax, x, y, wide, high):
    """A field to type a number in, with its middle at this place."""
    return ax.add_patch(Rectangle((x - wide / 2, y - high / 2), wide, high))


def judge(fields, typed, truths, labels, likely):
    """Show which of the texts typed in fields are right: rounded to three digits is good enough.

    Returns for each field True, False, or None while there is no number; and the sentence. It speaks of the first that is
    wrong: `likely(at, v, good)` gives pairs, a wrong number and what to say if `v` is that, of which the last is for any.
    """
    need(len(typed) == len(truths), f"there are {len(truths)} numbers to fill in: a text is needed for each", typed)
    read, near = list(map(_read, typed)), lambda one, other: math.isclose(one, other, rel_tol=0.01, abs_tol=1e-9)
    good = [None if one is None else near(one, truth) for one, truth in zip(read, truths, strict=True)]
    for it, verdict in zip(fields, good, strict=True):
        it.set(visible=True, **FIELDS[verdict])
    if all(good):
        return good, _("Complete: {n} of {n} are right.").format(n=len(good))
    at = good.index(False if False in good else None)
    if good[at] is None:
        said = _("Type a number, such as −4, 0.5 or 1/3, into each orange field. Right so far: {k} of {n}. Next: {label}.")
        return good, said.format(k=good.count(True), n=len(good), label=labels[at])
    *pairs, (_any, other) = likely(at, number(read[at]), good)
    return good, f"{labels[at]}: {next((said for wrong, said in pairs if near(read[at], wrong)), other)}"


def _read(text):
    with suppress(ValueError):
        return read_number(text)


def factor(value, first=False):
    """A number as it stands beside a times sign; a negative one needs brackets, unless it opens the line."""
    return f"({number(value)})" if value < 0 and not first else number(value)


def entries(value):
    """A number or a small array as it stands in a box, a row a line; of a larger array its shape."""
    shape = np.shape(value)
    if not shape:
        return number(value)
    if len(shape) == 1 and len(value) <= 3:
        return point(value)
    if len(shape) == 2 and max(shape) <= 2:
        return "\n".join("  ".join(map(number, row)) for row in value)
    return " × ".join(map(str, shape))


def in_line(value):
    """The same on one line, as in a formula."""
    return f"[{entries(value)}]".replace("\n", "; ") if np.ndim(value) == 2 else entries(value)


def finite(values):
    """The values, with 0 for what is no number, and a very large one for what is infinite."""
    return np.nan_to_num(values, posinf=1e9, neginf=-1e9)
