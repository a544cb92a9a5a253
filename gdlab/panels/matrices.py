"""Matrices as one sees them: a product with one entry at work, and a matrix of any size as a map of colours."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from gdlab.panels import BLUE, GREY, ORANGE, RED, Panel
from gdlab.maths.words import _, number

HIGH = 3.6  # inches: the height of the axes, in which a product is measured
CELL = 0.68, 0.46  # inches: one entry of a matrix, at most
SIGNS = LinearSegmentedColormap.from_list("signs", [ORANGE, "#ffffff", BLUE])
LEGIBLE = 6  # a map of at most so many rows and columns has its numbers written in


class MatrixProduct(Panel):
    """Two matrices and their product, one entry of it at work: its row on the left, its column on the right, the sum.

    The product fills up row by row, as a slider over its entries goes on.
    """

    width = 10.0

    def __init__(self):
        self._matrices = self._names = None

    def show(self, left, right, names, entries):
        """Show left @ right with its first `entries` entries, the last of these at work; returns the sentence.

        Args:
            left, right: matrices of shapes (n, m) and (m, p).
            names: what to call the two, and their product.
            entries: from 0 to n · p; from there on all are shown, and none is at work.
        """
        left, right = (np.array(matrix, dtype=float) for matrix in (left, right))
        a, b, c = names
        if left.ndim != 2 or right.ndim != 2 or left.shape[1] != right.shape[0]:
            raise ValueError(
                _("{a} has shape {m}, {b} has {n}: the first needs as many columns as the second has rows.").format(
                    a=a, m=left.shape, b=b, n=right.shape
                )
            )
        product = left @ right
        self._take([left, right, product], [a, b, c])
        for k, text in enumerate(self._entries):
            text.set_visible(k < entries)
        at_work = 0 < entries <= product.size
        for artist in (*self._marks, self._sum):
            artist.set_visible(at_work)
        if entries == 0:
            return _("{a} has shape {m}, {b} has {n}: so their product {c} has shape {p}.").format(
                a=a, b=b, c=c, m=left.shape, n=right.shape, p=product.shape
            )
        if not at_work:
            return _("{c} is complete: {n} entries, each a sum of {m} products.").format(
                c=c, n=product.size, m=len(right)
            )
        i, j = divmod(int(entries) - 1, product.shape[1])
        every = slice(None)
        for mark, at, row, column in zip(self._marks, self._at, (i, every, i), (every, j, j), strict=True):
            mark.set_bounds(*self._bounds(at, row, column))
        factors = zip(left[i], right[:, j], strict=True)
        terms = " + ".join(f"{_factor(one, first=k == 0)} × {_factor(other)}" for k, (one, other) in enumerate(factors))
        terms = f"{terms} = {number(product[i, j])}"
        self._sum.set_text(terms)
        return _("Entry {k} of {c} is row {i} of {a} times column {j} of {b}: {terms}.").format(
            k=int(entries), a=a, b=b, c=c, i=i + 1, j=j + 1, terms=terms
        )

    def _take(self, matrices, names):
        """Draw these matrices, unless they are drawn already."""
        if names == self._names and all(map(np.array_equal, matrices, self._matrices)):
            return
        self._matrices, self._names = matrices, names
        self.redraw()

    def draw_still(self):
        ax = self.ax
        ax.set(xlim=(0, self.width), ylim=(0, HIGH))
        ax.axis("off")
        if self._matrices is None:
            return
        gap, middle = 0.75, 1.95  # between two matrices, where the sign stands; and their middle's height
        columns = sum(matrix.shape[1] for matrix in self._matrices)
        rows = max(matrix.shape[0] for matrix in self._matrices)
        wide, high = min(CELL[0], (self.width - 2 * gap - 0.2) / columns), min(CELL[1], 2.3 / rows)
        x = (self.width - 2 * gap - wide * columns) / 2
        self._cell, self._at = (wide, high), []  # each matrix's left, its upper edge and its shape
        for name, matrix, sign in zip(self._names, self._matrices, ("@", "=", ""), strict=True):
            rows, columns = matrix.shape
            top = middle + rows * high / 2
            self._at.append((x, top, matrix.shape))
            for i, j in np.ndindex(matrix.shape):
                cell = x + j * wide, top - (i + 1) * high
                ax.add_patch(Rectangle(cell, wide, high, fc="#f7f9fa", ec=GREY, lw=0.8))
            ax.text(x + columns * wide / 2, top + 0.35, name, ha="center", va="center", weight="bold", size=12.5)
            shape = f"{rows} × {columns}"
            ax.text(x + columns * wide / 2, top + 0.13, shape, ha="center", va="center", color="#555555", size=9.5)
            x += columns * wide + gap
            ax.text(x - gap / 2, middle, sign, ha="center", va="center", size=14)
        for at, matrix in zip(self._at[:2], self._matrices, strict=False):
            self._write(at, matrix)

    def make_moving(self):
        if self._matrices is None:
            return []
        self._marks = [
            Rectangle((0, 0), 1, 1, fc=(colour, 0.2), ec=colour, lw=2.4, ls=style)
            for colour, style in ((BLUE, "-"), (ORANGE, "--"), (RED, "-"))
        ]
        for mark in self._marks:
            self.ax.add_patch(mark)
        self._entries = self._write(self._at[2], self._matrices[2], weight="bold")
        self._sum = self.ax.text(self.width / 2, 0.3, "", ha="center", va="center", size=12.5, weight="bold")
        return [*self._marks, *self._entries, self._sum]

    def _write(self, at, matrix, **look):
        """A matrix's numbers in their cells, row by row."""
        cells = [self._bounds(at, i, j) for i, j in np.ndindex(matrix.shape)]
        return [
            self.ax.text(x + wide / 2, y + high / 2, number(value), ha="center", va="center", size=11.5, **look)
            for (x, y, wide, high), value in zip(cells, matrix.ravel(), strict=True)
        ]

    def _bounds(self, at, row, column):
        """(left, bottom, width, height) of an entry of a matrix, or where an index is a slice, of its row or column."""
        (x, top, (rows, columns)), (wide, high) = at, self._cell
        i, tall = (rows - 1, rows) if isinstance(row, slice) else (row, 1)
        j, broad = (0, columns) if isinstance(column, slice) else (column, 1)
        return x + j * wide, top - (i + 1) * high, broad * wide, tall * high


class HeatMap(Panel):
    """A matrix of numbers from −1 to 1 as a map: blue above 0, orange below, white at 0; a small one with its numbers.

    `x` and `y` say what its columns and its rows stand for.
    """

    width = 4.2

    def __init__(self, x, y, title=None):
        self.x, self.y, self.title = x, y, title

    def draw_still(self):
        self.ax.set(xlim=(0, 1), ylim=(0, 1), xticks=[], yticks=[])
        self.ax.set(xlabel=self.x, ylabel=self.y, title=self.title or "")
        self.ax.set_aspect("equal")
        self.ax.spines[:].set_visible(False)

    def make_moving(self):
        look = {"cmap": SIGNS, "vmin": -1, "vmax": 1, "interpolation": "nearest", "aspect": "equal"}
        self._image = self.ax.imshow([[0.0]], extent=(0, 1, 0, 1), **look)
        self._texts = [self.ax.text(0, 0, "", ha="center", va="center", size=9.5) for _i in range(LEGIBLE**2)]
        frame = self.ax.add_patch(Rectangle((0, 0), 1, 1, fc="none", ec="#555555", lw=1, clip_on=False))  # over the map
        return [self._image, *self._texts, frame]

    def show(self, matrix):
        """Show this matrix, row 1 on top."""
        matrix = np.asarray(matrix, dtype=float)
        rows, columns = matrix.shape
        self._image.set_data(matrix)
        for text in self._texts:
            text.set_text("")
        if max(rows, columns) <= LEGIBLE:
            for text, (i, j) in zip(self._texts, np.ndindex(matrix.shape), strict=False):
                text.set_text(number(round(matrix[i, j], 2)))
                text.set_color("white" if matrix[i, j] > 0.5 else "black")  # legible on full blue
                text.set_position(((j + 0.5) / columns, 1 - (i + 0.5) / rows))


def _factor(value, first=False):
    """A number as it stands beside a times sign; a negative one needs brackets, unless it opens the line."""
    return f"({number(value)})" if value < 0 and not first else number(value)
