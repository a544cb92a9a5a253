"""Controls: what a learner can move in a live picture.

Each has a start value and, as `positions`, the values that it can be dragged to: so a frame can be kept by the values that
it shows. `check` takes a value as it comes, from code or from a page, and says what is allowed.
"""

import math

import numpy as np

from gdlab.maths.checks import is_count, is_number, need
from gdlab.maths.surfaces import parse
from gdlab.maths.words import point


class Control:
    """One thing to move."""

    step = None  # of a point's grid
    kind = property(lambda control: type(control).__name__.lower())  # so view.js knows how to draw it

    def __init__(self, value, label=None, positions=()):
        self.label, self.positions = label, list(positions)
        self.value = self.check(value)

    def check(self, value):
        """The value as a picture keeps it. One between two positions is fine."""
        low, high = self.positions[0], self.positions[-1]
        need(is_number(value) and low <= value <= high, f"must be a number from {low:g} to {high:g}", value)
        return float(value)

    def argument(self, value):
        """What the lesson's function receives for this value."""
        return value

    def spec(self, name):
        """What view.js needs to draw the control of this name, as plain JSON."""
        label = self.label or name.replace("_", " ")
        return {"kind": self.kind, "name": name, "label": label, "positions": self.positions, "step": self.step}


class Slider(Control):
    """Numbers from `low` to `high` in equal steps, a hundredth of the range unless told."""

    def __init__(self, value, low, high, step=None, label=None):
        width = _width(low, high)
        step = width / 100 if step is None else step
        fits = is_number(step) and 0 < step <= width < 1001 * step
        need(fits, f"a slider's step must be from {width / 1000:g} to {width:g}, which makes 1 to 1000 steps", step)
        digits = 9 - math.floor(math.log10(step))  # so that a position is 0.3 and not 0.30000000000000004
        positions = [round(low + i * step, digits) for i in range(math.floor(width / step + 1e-9) + 1)]
        super().__init__(value, label, positions)


class LogSlider(Control):
    """Round numbers from `low` to `high`, about equally far apart in ratio: 0.1, 0.105, 0.11 … 0.2, 0.21 … 0.5, 0.52 …"""

    def __init__(self, value, low, high, label=None):
        need(_width(low, high) and low > 0, "a LogSlider's low end must be above 0 (that of a Slider need not be)", low)
        decade = [*range(100, 200, 5), *range(200, 500, 10), *range(500, 1000, 20)]
        powers = range(math.floor(math.log10(low)), math.floor(math.log10(high)) + 1)
        grid = [float(f"{n}e{power - 2}") for power in powers for n in decade]
        super().__init__(value, label, sorted({float(low), *(v for v in grid if low < v < high), float(high)}))


def _width(low, high):
    need(is_number(low) and is_number(high) and low < high, "a slider needs two numbers low < high", (low, high))
    return high - low


class Steps(Control):
    """How far a walk has come: 0 to `most` steps, to scrub or to play. It starts at the end unless told."""

    def __init__(self, most, value=None, label=None):
        need(is_count(most) and most <= 1000, "Steps needs a whole number from 1 to 1000 as its end", most)
        super().__init__(most if value is None else value, label, range(most + 1))

    def check(self, value):
        need(super().check(value) % 1 == 0, "must be a whole number of steps", value)
        return int(value)


class Choice(Control):
    """One of a few: a list of words, or a dict of words to what each stands for. It starts with the first."""

    def __init__(self, options, value=None, label=None):
        words = isinstance(options, (dict, list, tuple)) and options and all(isinstance(word, str) for word in options)
        need(words, "Choice needs a list of words, or a dict whose keys are words", options)
        self.options = options if isinstance(options, dict) else dict(zip(options, options, strict=True))
        super().__init__(next(iter(options)) if value is None else value, label, options)

    def check(self, value):
        need(isinstance(value, str) and value in self.options, f"must be one of {self.positions}", value)
        return value

    def argument(self, value):
        return self.options[value]


class Point(Control):
    """A place on a map, to drag with the pointer or to move with the arrow keys."""

    def __init__(self, x, y, label=None):
        self.window = ((-math.inf, math.inf),) * 2
        super().__init__((x, y), label)

    def lie_on(self, ax):
        """Take the limits of a map, and as grid a 200th of its width, rounded down to 1, 2 or 5 times a power of ten."""
        self.window = ax.get_xlim(), ax.get_ylim()
        finest = (self.window[0][1] - self.window[0][0]) / 200
        power = 10.0 ** math.floor(math.log10(finest))
        self.step = max(factor * power for factor in (1, 2, 5) if factor * power <= finest * (1 + 1e-9))

    def check(self, value):
        pair = isinstance(value, (tuple, list, np.ndarray)) and len(value) == 2 and all(map(is_number, value))
        need(pair, "must be a point (x, y)", value)
        (x0, x1), (y0, y1) = self.window
        x, y = map(float, value)
        within = x0 <= x <= x1 and y0 <= y <= y1
        need(within, f"{point((x, y))} lies outside the map: x goes from {x0:g} to {x1:g}, y from {y0:g} to {y1:g}")
        return x, y


class Drawing(Control):
    """A square pad to draw a digit on. The function gets an array of shape (8, 8), from 0 (paper) to 1 (ink).

    The value is 64 counts, row by row: of 32 × 32 cells, the inked ones of each 4 × 4 block. An image like those of
    `gdlab.digits` will do, too: from 0 to 1, of shape (8, 8) or (64,). The pad is empty unless told.
    """

    def __init__(self, value=(0,) * 64, label=None):
        super().__init__(value, label)

    def check(self, value):
        image = np.asarray(value, object)
        ink = image.ravel().tolist()
        most = 16 if image.shape == (64,) and all(isinstance(v, (int, np.integer)) for v in ink) else 1
        fits = image.shape in ((8, 8), (64,)) and all(is_number(v) and 0 <= v <= most for v in ink)
        need(fits, "must be an (8, 8) image from 0 to 1, or 64 whole numbers from 0 to 16", value)
        return tuple(round(16 / most * v) for v in ink)

    def argument(self, value):
        return np.reshape(value, (8, 8)) / 16


class Text(Control):
    """A line to type a formula of x and y in; the function gets it as a Surface (see `gdlab.parse`). What is no formula is told
    beneath the line while the learner types, and the picture stays as it was."""

    argument = staticmethod(parse)

    def check(self, value):
        parse(value)
        return value


class Blanks(Control):
    """Fields on a panel, a Graph or a MatrixProduct, to type its numbers in; the function gets the texts, "" where empty."""

    def __init__(self, panel):
        need(hasattr(panel, "blanks"), "Blanks needs a panel with numbers to fill in, a Graph or a MatrixProduct", panel)
        self.panel, self.labels = panel, panel.blanks
        super().__init__(("",) * len(self.labels))

    def check(self, value):
        texts = isinstance(value, (tuple, list)) and all(isinstance(text, str) and len(text) <= 20 for text in value)
        fit = texts and len(value) == len(self.labels)
        need(fit, f"must be {len(self.labels)} texts of up to 20 characters, one for each field", value)
        return tuple(value)

    def spec(self, name):
        return {**super().spec(name), "blanks": self.labels}

    def places(self):
        """Of each field its left end, top, width and height, in percent of the frame."""
        figure = self.panel.ax.figure.transFigure.inverted()
        boxes = [field.get_window_extent().transformed(figure) for field in self.panel.fields]
        return [[round(100 * part, 3) for part in (box.x0, 1 - box.y1, box.width, box.height)] for box in boxes]
