"""A small network as it is drawn on a blackboard, and the two passes through it, layer by layer: forwards the weighted
sums and what the activation makes of them, backwards the blame of each unit, and from it that of each weight.

The error of the one example shown is E = ½ Σ (y − a)². A unit's blame is δ = ∂E/∂z: −(y − a) f′(z) in the last layer,
f′(zⱼ) Σₖ wₖⱼ δₖ in the others; a weight's is δ times its input (Rumelhart, Hinton & Williams 1986). All numbers are
the engine's.
"""

from types import SimpleNamespace

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.patches import Circle

from gdlab.maths.engine import Tensor
from gdlab.maths.nn import ACTIVATIONS
from gdlab.panels import BLACK, BLUE, GREY, ORANGE, RED, Panel
from gdlab.panels.matrices import _factor
from gdlab.maths.words import _, number

MOST = 8  # units in a layer: more cannot be told apart
DEEPEST = 5  # columns, the inputs among them
LEGIBLE = 16  # connections: so many have their numbers written on them
LOW, TOP = 0.34, 3.5  # inches: the units stand between them, above the line with the formula
DASHED = (0, (2.2, 1.1))
CURVES = {  # for each activation the limits of a, and its ticks
    "sigmoid": ((-0.1, 1.1), (0, 0.5, 1)),
    "tanh": ((-1.2, 1.2), (-1, 0, 1)),
    "relu": ((-0.8, 6.4), (0, 3, 6)),
    "identity": ((-6.4, 6.4), (-6, -3, 0, 3, 6)),
}


class Network(Panel):
    """A small network with one example in it, and a slider's worth of positions through both passes.

    A connection is as thick as its weight is large, blue and solid above 0, orange and dashed below. Once its gradient
    is known it is red, and as thick as that is large beside the network's largest. While some connections are at work
    the others are faint. Above a unit stands its bias, where there is room. In a network of up to three units a layer
    each shows its weighted sum z and its output a, and below it its δ; in a wider one its output, then its δ instead.

    Position 0 shows the inputs. Then come the layers, one by one; the error; on the way back for each layer first the
    δ of its units and then the gradients of its weights; and at the end all is known, and the update is due.

    Args:
        sizes: as for the `MLP`: how many inputs, units in each hidden layer, and outputs; up to 8 of each.
        title: above the picture.
        inputs: the inputs' names; x₁, x₂, … unless told.
    """

    def __init__(self, sizes, title=None, inputs=None):
        self.sizes, self.title = list(sizes) if np.ndim(sizes) == 1 else [], title
        if not 2 <= len(self.sizes) <= DEEPEST or not all(size in range(1, MOST + 1) for size in self.sizes):
            message = _("a Network has 2 to {deep} layers of 1 to {most} units, as in [2, 3, 1], and not {it!r}.")
            raise ValueError(message.format(deep=DEEPEST, most=MOST, it=sizes))
        self.inputs = [f"x{_sub(k + 1)}" for k in range(self.sizes[0])] if inputs is None else list(inputs)
        if len(self.inputs) != self.sizes[0]:
            raise ValueError(_("inputs must be {n} names, not {it!r}.").format(n=self.sizes[0], it=inputs))
        self.width = 6.4 if len(self.sizes) == 2 else 10.0
        connections = sum(a * b for a, b in zip(self.sizes, self.sizes[1:], strict=False))
        self._told = connections <= LEGIBLE and len(self.sizes) < DEEPEST  # the numbers stand on the connections
        # Where the units stand, and how large they are, in inches.
        widest = max(self.sizes)
        apart, self._full = min((TOP - LOW) / widest, 1.5), widest <= 3
        self._radius = min((0.34 if self._full else 0.38 if widest < 6 else 0.455) * apart, 0.42)
        self._room = apart - 2 * self._radius > 0.14  # for a bias
        self._at = [
            [np.array([x, (LOW + TOP) / 2 + ((size - 1) / 2 - k) * apart]) for k in range(size)]
            for x, size in zip(np.linspace(0.5, self.width - 2.35, len(self.sizes)), self.sizes, strict=True)
        ]

    @property
    def positions(self):
        """How many positions there are after position 0: one a layer, the error, two a layer, and the end."""
        return 3 * len(self.sizes) - 1

    def draw_still(self):
        ax = self.ax
        ax.set(xlim=(0, self.width), ylim=(0, TOP + 0.1), title=self.title or "")
        ax.set_aspect("equal")
        ax.axis("off")
        legend = (_("weight above 0"), BLUE, "-"), (_("below 0"), ORANGE, DASHED), (_("gradient"), RED, "-")
        for x, (words, colour, style) in zip((0.05, 1.6, 2.6), legend, strict=True):
            ax.plot([x, x + 0.28], [0.08, 0.08], color=colour, ls=style, lw=2.4)
            ax.text(x + 0.33, 0.08, words, va="center", size=8.5)
        for column in self._at:
            for unit in column:
                colour = "#fff6dd" if column is self._at[0] else "#f2f5f7"
                ax.add_patch(Circle(unit, self._radius, fc=colour, ec=GREY, lw=1.2))
        beside = (0, self._radius + 0.1) if self._room else (-self._radius - 0.15, 0)
        for unit, name in zip(self._at[0], self.inputs, strict=True):
            ax.text(*unit + beside, name, **_CENTRED, size=10 if self._room else 8)

    def make_moving(self):
        ax, radius = self.ax, self._radius
        size = min(9.2, (38 if self._full else 41) * radius)
        self._units = []  # for each column and unit: the texts above and below it, the ring around it, the text in it
        for column in self._at:
            self._units.append([])
            for x, y in column:
                ring = ax.add_patch(Circle((x, y), radius, fc="none", lw=2.6))
                inside = ax.text(x, y, "", **_CENTRED, size=size, linespacing=1.3)
                above = ax.text(x, y + radius + 0.1, "", **_CENTRED, size=9, bbox=_PAPER)
                below = ax.text(x, y - radius - 0.1, "", **_CENTRED, size=9, bbox=_PAPER, color=RED, weight="bold")
                self._units[-1].append((above, below, ring, inside))
        pairs = [(a, b) for before, after in zip(self._at, self._at[1:], strict=False) for a in before for b in after]
        gaps = [(b - a) / np.hypot(*(b - a)) * (radius + 0.03) for a, b in pairs]
        lines = np.array([(a + gap, b - gap) for (a, b), gap in zip(pairs, gaps, strict=True)])
        self._wires = ax.add_collection(LineCollection(lines), autolim=False)
        spots = _spots(lines) if self._told else []
        look = {"ha": "center", "size": 9, "bbox": _PAPER}
        self._weights = [ax.text(x, y, "", **look) for x, y in spots]
        self._grads = [ax.text(x, y - 0.02, "", va="top", color=RED, weight="bold", **look) for x, y in spots]
        end = self.width - 0.75, np.mean(self._at[-1], axis=0)[1]
        ways = [((x + radius, y), end) for x, y in self._at[-1]]
        self._ways = ax.add_collection(LineCollection(ways, colors=GREY, linewidths=1.2, linestyles=":"), autolim=False)
        beside = [(x + radius + 0.32, y) for x, y in self._at[-1]]
        self._targets = [ax.text(*spot, "", **_CENTRED, size=9.5, bbox=_PAPER) for spot in beside]
        box = {"boxstyle": "round,pad=0.45", "fc": "white", "ec": RED, "lw": 1.4}
        self._error = ax.text(*end, "", **_CENTRED, color=RED, weight="bold", bbox=box)
        self._formula = ax.text(self.width - 0.1, 0.08, "", ha="right", va="center", size=11, weight="bold")
        units = [artist for column in self._units for unit in column for artist in unit]
        # Where the panel must share a figure's width, the print shrinks with the drawing.
        share = ax.figure.get_figwidth() / sum(ax.get_gridspec().get_width_ratios())
        for text in ax.texts:
            text.set_size(text.get_size() * share)
        numbers = *self._weights, *self._grads, *self._targets, self._error, self._formula
        return [self._wires, self._ways, *units, *numbers]

    def show(self, model, x, y, position=None):
        """Show a network with an example at a position in both passes, at the end unless told; returns the sentence.

        Args:
            model: an `MLP` of this picture's sizes. Its parameters keep their values and their gradients.
            x: one example, shape (inputs,).
            y: its target, shape (outputs,), or a number where there is one output.
            position: from 0 to `positions`.
        """
        position = self.positions if position is None else position
        if position not in range(self.positions + 1):
            message = _("the position goes from 0 to {most}, not {it!r}.")
            raise ValueError(message.format(most=self.positions, it=position))
        if getattr(model, "sizes", None) != self.sizes:
            message = _("this picture is of an MLP of sizes {sizes}, not of {it!r}.")
            raise ValueError(message.format(sizes=self.sizes, it=model))
        x, y = _vector(x, self.sizes[0], "x"), _vector(y, self.sizes[-1], "y")
        layers, error = _passes(model, x, y)
        back = position - len(layers) - 1  # so many positions of the way back have been passed
        self._draw_units(layers, x, position, back)
        self._draw_connections(layers, position, back)
        for text, target in zip(self._targets, y, strict=True):
            text.set_text(f"y {_brief(target)}")
        self._error.set_text(f"E = {_brief(error)}")
        for artist in (*self._targets, self._ways, self._error):
            artist.set_visible(back >= 0)
        formula, sentence = self._say(layers, x, y, error, position, back)
        self._formula.set(text=formula, color=RED if back >= 0 else BLUE)
        return sentence

    def _draw_units(self, layers, x, position, back):
        """The numbers in the units and beside them, and a ring around those at work."""
        for (_above, _below, ring, inside), value in zip(self._units[0], x, strict=True):
            ring.set(visible=position == 0, ec=BLUE)
            inside.set(text=_brief(value) if self._full else _brief(round(value, 2), 5), color=BLUE)
        for i, (layer, units) in enumerate(zip(layers, self._units[1:], strict=True)):
            turn = 2 * (len(layers) - i) - 1  # on the way back, for δ
            blamed = back >= turn and not self._full  # a small unit has room for one number
            for k, (above, below, ring, inside) in enumerate(units):
                ring.set(visible=position == i + 1 or back == turn, ec=RED if back > 0 else BLUE)
                short = _brief(round(layer.delta[k] if blamed else layer.a[k], 2), 5)
                told = f"z {_brief(layer.z[k])}\na {_brief(layer.a[k])}" if self._full else short
                inside.set(text=told if position > i else "", color=RED if blamed else BLUE)
                inside.set_style("italic" if blamed else "normal")
                above.set_text(f"b {_brief(layer.bias[k])}" if self._room else "")
                below.set_text(f"δ {_brief(layer.delta[k])}" if back >= turn and self._full else "")

    def _draw_connections(self, layers, position, back):
        """The connections as weights or as gradients, and their numbers."""
        widths, colours, styles, texts = [], [], [], zip(self._weights, self._grads, strict=True)
        largest = max(np.max(_size(layer.gradient)) for layer in layers) or 1
        for i, layer in enumerate(layers):
            turn = 2 * (len(layers) - i)  # on the way back, for the gradients
            passing = i > 0 and back == turn + 1  # blame passes backwards through the weights: they are shown once more
            at_work = position == i + 1 or back == turn or passing
            strong = at_work or position in (0, len(layers) + 1, self.positions)
            red = back >= turn and not passing
            values = (layer.gradient if red else layer.weights).ravel()
            widths += list(0.8 + (5.2 * _size(values) / largest if red else 2.2 * np.minimum(_size(values), 3)))
            colours += [(RED if red else ORANGE if value < 0 else BLUE, 1 if strong else 0.3) for value in values]
            styles += [DASHED if value < 0 else "solid" for value in values]
            numbers = zip(layer.weights.ravel(), layer.gradient.ravel(), strict=True)
            for (weight, gradient), (above, below) in zip(numbers, texts, strict=False) if self._told else ():
                above.set(text=_brief(weight), va="bottom" if back >= turn else "center")
                below.set_text(_brief(gradient) if back >= turn else "")
        self._wires.set(linewidths=widths, colors=colours)
        self._wires.set_linestyle(styles)

    def _say(self, layers, x, y, error, position, back):
        """(The formula at work, the sentence below the picture)."""
        depth = len(layers)
        if position == 0:
            given = ", ".join(f"{name} = {number(value)}" for name, value in zip(self.inputs, x, strict=True))
            sentence = _("Given: {x}, the weights and the biases. The rest is computed from left to right.")
            return "", sentence.format(x=given)
        if back < 0:
            layer, sub = layers[position - 1], _sub(position)
            source = "x" if position == 1 else f"a{_sub(position - 1)}"
            sentence = _("Forward, layer {k}: the weighted sums are {z}, and {f} makes {a} of them.").format(
                k=position, z=f"z{sub} = {_told(layer.z)}", f=layer.name, a=f"a{sub} = {_told(layer.a)}"
            )
            return f"z{sub} = {source} W{sub} + b{sub},  a{sub} = f(z{sub})", sentence
        if back == 0:
            sentence = _("The target is y = {y}, the output a = {a}: the error is E = {e}.")
            return f"E = ½ Σ (y − a{_sub(depth)})²", sentence.format(y=_told(y), a=_told(layers[-1].a), e=number(error))
        if back == 2 * depth + 1:
            return "w ← w − α · ∂E/∂w", _(
                "All gradients are known, and no weight has moved yet. Now the update is due, of all layers at once."
            )
        i = depth - 1 - (back - 1) // 2
        layer, sub = layers[i], _sub(i + 1)
        if back % 2 == 0:
            formula, inputs = f"∂E/∂w = δ{sub} · {_('input')}", layers[i - 1].a if i else x
            products = [
                f"{_factor(delta, True)} × {_factor(a)} = {number(g)}"
                for delta, row in zip(layer.delta, layer.gradient.T, strict=True)
                for a, g in zip(inputs, row, strict=True)
            ]
            sentence = _("Backward, the weights of layer {k}: {formula}: {worked}. And ∂E/∂b = δ.")
            return formula, sentence.format(k=i + 1, formula=formula, worked=_few(products, 4))
        if i == depth - 1:
            formula = f"δ{sub} = −(y − a{sub}) f′(z{sub})"
            parts = zip(y, layer.a, layer.slope, strict=True)
            products = [f"−({number(target)} − {_factor(a)}) × {number(slope)}" for target, a, slope in parts]
        else:
            formula, after = f"δ{sub} = f′(z{sub}) · Σ w δ{_sub(i + 2)}", layers[i + 1]
            products = []
            for slope, row in zip(layer.slope, after.weights, strict=True):
                terms = [f"{_factor(w, True)} × {_factor(d)}" for w, d in zip(row, after.delta, strict=True)]
                total = " + ".join(terms) if len(terms) <= 3 else number(row @ after.delta)
                products.append(f"{number(slope)} × ({total})")
        worked = [f"{product} = {number(delta)}" for product, delta in zip(products, layer.delta, strict=True)]
        sentence = _("Backward, layer {k}: {formula}: {worked}.")
        return formula, sentence.format(k=i + 1, formula=formula, worked=_few(worked, 2))


class Activation(Panel):
    """The curve of an activation, with the point (z, a) on it and its slope there, by which blame is multiplied.

    Below 0 the curve is drawn only as far as z has come: what it does there is asked before it is seen.
    `name` is "sigmoid", "tanh", "relu" or "identity".
    """

    width = 3.7

    def __init__(self, name):
        self.name = self._drawn = _known(name)

    def draw_still(self):
        limits, ticks = CURVES[self._drawn]
        self.ax.set(xlim=(-6, 6), ylim=limits, xlabel="z", title=f"a = {self._drawn}(z)", xticks=range(-6, 7, 3))
        self.ax.set_yticks(ticks, [number(tick).rjust(3, "\u2007") for tick in ticks])  # as wide for every activation
        self.ax.grid(True)

    def make_moving(self):
        self._z = np.linspace(-6, 6, 121)
        self._a = _activate(self._drawn, self._z)[0]
        (self._curve,) = self.ax.plot([], [], color=BLUE)
        (self._tangent,) = self.ax.plot([], [], "--", color=BLACK, lw=1.8)
        (self._drop,) = self.ax.plot([], [], ":", color=RED, lw=1.4)
        (self._here,) = self.ax.plot([], [], "o", color=RED, ms=10, mec="white", mew=1.5, clip_on=False)
        self._note = self.ax.text(0.04, 0.96, "", transform=self.ax.transAxes, va="top", weight="bold", bbox=_PAPER)
        return self._curve, self._tangent, self._drop, self._note, self._here

    def show(self, z, name=None):
        """Move the point to z, on another curve if an activation is named. Beyond the axes it stays at their edge."""
        name = self.name if name is None else _known(name)
        if name != self._drawn:
            self._drawn = name
            self.redraw()
        z = _vector(z, 1, "z")[0]
        at = np.clip(z, -6, 6)
        (a, height), (slope, steep) = _activate(name, np.array([z, at]))
        seen = self._z >= min(at, 0)
        self._curve.set_data(self._z[seen], self._a[seen])
        self._tangent.set_data([at - 1.6, at + 1.6], [height - 1.6 * steep, height + 1.6 * steep])
        self._drop.set_data([at, at, -6], [CURVES[name][0][0], height, height])
        self._here.set_data([at], [height])
        self._note.set_text(_("z = {z}\na = {a}\nslope {slope}").format(z=number(z), a=number(a), slope=number(slope)))


def _passes(model, x, y):
    """What the engine says of one example: for each layer its units' and its weights' numbers, and the error."""
    kept = [tensor.grad for tensor in model.parameters]
    with np.errstate(all="ignore"):  # what diverges is shown as it is
        pairs = model.layers(x[None])
        error = 0.5 * ((y - pairs[-1][1]) ** 2).sum()
        error.backward()
    layers = []
    for i, (z, a) in enumerate(pairs):
        name = model.output if i == len(pairs) - 1 else model.activation
        weights, bias = model.parameters[2 * i : 2 * i + 2]
        layer = SimpleNamespace(name=name, z=z.data[0], a=a.data[0], delta=z.grad[0])
        layer.slope = _activate(name, layer.z)[1]
        layer.weights, layer.gradient, layer.bias = weights.data, weights.grad, bias.data
        layers.append(layer)
    for tensor, grad in zip(model.parameters, kept, strict=True):
        tensor.grad = grad
    return layers, error.data


def _activate(name, z):
    """An activation's values at an array z and its slopes there, both from the engine."""
    with np.errstate(all="ignore"):
        z = Tensor(z)
        a = ACTIVATIONS[name](z)
        a.sum().backward()
    return a.data, z.grad


def _known(name):
    if name not in CURVES:
        message = _("an activation must be one of {known}, not {it!r}.")
        raise ValueError(message.format(known=", ".join(CURVES), it=name))
    return name


def _vector(values, n, name):
    """The values as a vector of n floats."""
    try:
        vector = np.atleast_1d(np.asarray(values, dtype=float))
    except (TypeError, ValueError):
        vector = np.empty(0)
    if vector.shape != (n,):
        raise ValueError(_("{name} must hold {n} numbers, not {it!r}.").format(name=name, n=n, it=values))
    return vector


def _spots(lines):
    """Where on each connection its numbers stand: where they cover no others', and few other connections."""
    starts, size = lines[:, 0], np.array([0.62, 0.32])
    points = starts + np.linspace(0, 1, 41)[:, None, None] * (lines[:, 1] - starts)  # (41, lines, 2)
    spots = points[14]
    for k in list(range(len(lines))) * 4:  # again, since each goes out of the way of those placed before
        elsewhere, others = np.delete(points, k, axis=1), np.delete(spots, k, axis=0)

        def crowded(t, k=k, elsewhere=elsewhere, others=others):
            covered = (np.abs(others - points[t, k]) < size).all(axis=-1).sum()
            return covered, (np.abs(elsewhere - points[t, k]) < size / 2).all(axis=-1).sum(), abs(t - 14)

        spots[k] = points[min(range(5, 37), key=crowded), k]
    return spots


def _size(values):
    """How large numbers are, with what is not finite as 0 or as very large."""
    return np.abs(np.nan_to_num(values, posinf=1e9, neginf=1e9))


def _sub(k):
    return "₀₁₂₃₄₅₆₇₈₉"[k]


def _brief(value, longest=7):
    """A number where there is little room: with fewer digits if it must be, or as 4e−29."""
    for digits in (3, 2, 1):
        if len(text := number(value, digits)) <= longest:
            return text
    mantissa, exponent = f"{value:.0e}".split("e")
    return f"{mantissa}e{int(exponent)}".replace("-", "−")


def _told(values):
    """A number, or up to four numbers in brackets."""
    if len(values) == 1:
        return number(values[0])
    return "(" + ", ".join([*map(number, values[:4]), *["…"] * (len(values) > 4)]) + ")"


def _few(parts, most):
    return "; ".join([*parts[:most], *[_("and so on")] * (len(parts) > most)])


_CENTRED = {"ha": "center", "va": "center"}
_PAPER = {"boxstyle": "round,pad=0.12", "fc": "white", "ec": "none", "alpha": 0.9}
