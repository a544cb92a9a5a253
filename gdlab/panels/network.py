"""A small network as on a blackboard, and the two passes through it, layer by layer: forwards the weighted sums and what
the activation makes of them, backwards the blame of each unit, and from it that of each weight.

The error of the one example shown is E = ½ Σ (y − a)². A unit's blame is δ = ∂E/∂z: −(y − a) f′(z) in the last layer,
f′(zⱼ) Σₖ wₖⱼ δₖ in the others; a weight's is δ times its input (Rumelhart, Hinton & Williams 1986). All numbers are
the engine's.
"""

from copy import deepcopy
from itertools import pairwise, product
from types import SimpleNamespace

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.patches import Circle

from gdlab.maths.checks import need
from gdlab.maths.engine import Tensor
from gdlab.maths.nn import ACTIVATIONS
from gdlab.maths.words import _, number
from gdlab.panels import BLACK, BLUE, DROP, GREY, HERE, ORANGE, RED, Panel
from gdlab.panels.matrices import factor, finite, in_line

HIGH, MIDDLE, APART, RADIUS = 3.6, 1.92, 1.5, 0.42  # inches: of the axes, and how the units of a layer stand in them
DASHED = (0, (2.2, 1.1))
# For each activation the limits of a, and its ticks.
CURVES = {"sigmoid": ((-0.1, 1.1), (0, 0.5, 1)), "tanh": ((-1.2, 1.2), (-1, 0, 1)), "relu": ((-0.8, 6.4), (0, 3, 6))}
_SUBS = "₀₁₂"
_PAPER = {"boxstyle": "round,pad=0.12", "fc": "white", "ec": "none", "alpha": 0.9}


class Network(Panel):
    """A small network with one example in it, and a slider's worth of positions through both passes.

    A connection is as thick as its weight is large, blue and solid above 0, orange and dashed below; red, and as thick as
    its gradient is large, once that is known; and faint while others are at work. A unit shows its weighted sum z and its
    output a, above it its bias, and below it its δ. Position 0 shows the inputs. Then come the layers, one by one; the error;
    on the way back for each layer first the δ of its units and then the gradients of its weights; and at the end the update
    is due. `sizes` are those of the `MLP`: 1 or 2 inputs, as many hidden units, if there are any, and 1 output.
    """

    def __init__(self, sizes):
        fit = len(sizes) in (2, 3) and all(size in (1, 2) for size in sizes) and sizes[-1] == 1
        need(fit, "a Network has 2 or 3 layers of 1 or 2 units, and 1 output, such as [2, 2, 1]", sizes)
        self.sizes, self.width = list(sizes), 6.4 if len(sizes) == 2 else 10.0
        self.positions = 3 * len(sizes) - 1  # after position 0: one a layer, the error, two a layer, and the end
        columns = zip(np.linspace(0.5, self.width - 2.35, len(sizes)), sizes, strict=True)
        self._at = [[np.array([x, MIDDLE + ((n - 1) / 2 - k) * APART]) for k in range(n)] for x, n in columns]

    def draw_still(self, ax):
        ax.set(xlim=(0, self.width), ylim=(0, HIGH), aspect="equal")
        ax.axis("off")
        legend = (_("weight above 0"), BLUE, "-"), (_("below 0"), ORANGE, DASHED), (_("gradient"), RED, "-")
        for x, (words, colour, style) in zip((0.05, 1.6, 2.6), legend, strict=True):
            ax.plot([x, x + 0.28], [0.08, 0.08], color=colour, ls=style, lw=2.4)
            ax.text(x + 0.33, 0.08, words, va="center", size=8.5)
        for k, column in enumerate(self._at):
            for unit in column:
                ax.add_patch(Circle(unit, RADIUS, fc="#f2f5f7" if k else "#fff6dd", ec=GREY, lw=1.2))
        for k, (x, y) in enumerate(self._at[0], start=1):
            self.centred(x, y + RADIUS + 0.1, f"x{_SUBS[k]}", size=10)

    def make_moving(self, ax):
        units, end, lines = [unit for column in self._at for unit in column], self.width - 0.75, []
        for a, b in (pair for layers in pairwise(self._at) for pair in product(*layers)):
            gap = (b - a) / np.hypot(*(b - a)) * (RADIUS + 0.03)
            lines.append((a + gap, b - gap))
        self._wires = ax.add_collection(LineCollection(lines), autolim=False)
        (self._way,) = ax.plot([units[-1][0] + RADIUS, end], [MIDDLE] * 2, ":", color=GREY, lw=1.2)
        self._rings = [ax.add_patch(Circle(unit, RADIUS, fc="none", lw=2.6)) for unit in units]
        small, red = {"size": 9, "bbox": _PAPER}, {"color": RED, "weight": "bold"}
        self._above = [self.centred(x, y + RADIUS + 0.1, **small) for x, y in units]
        self._below = [self.centred(x, y - RADIUS - 0.1, **small, **red) for x, y in units]
        self._inside = [self.centred(x, y, size=9.2, linespacing=1.3, color=BLUE) for x, y in units]
        spots = [0.65 * a + 0.35 * b for a, b in lines]
        self._weights = [ax.text(x, y, "", ha="center", **small) for x, y in spots]
        self._grads = [ax.text(x, y - 0.02, "", ha="center", va="top", **small, **red) for x, y in spots]
        self._target = self.centred(units[-1][0] + RADIUS + 0.32, MIDDLE, size=9.5, bbox=_PAPER)
        self._error = self.centred(end, MIDDLE, **red, bbox={"boxstyle": "round,pad=0.45", "fc": "white", "ec": RED, "lw": 1.4})
        self._formula = ax.text(self.width - 0.1, 0.08, "", ha="right", va="center", size=11, weight="bold")

    def show(self, model, x, y, position=None):
        """Show an `MLP` of this picture's sizes at a position in both passes, at the end unless told; returns the sentence. The
        example is x, shape (inputs,), and its target y, a number. The network keeps its parameters and gradients."""
        position = self.positions if position is None else position
        need(position in range(self.positions + 1), f"the position must be a whole number from 0 to {self.positions}", position)
        need(getattr(model, "sizes", None) == self.sizes, f"this picture is of an MLP of sizes {self.sizes}", model)
        x, y = np.array(x, float, ndmin=1), float(y)
        need(x.shape == (self.sizes[0],), f"x must hold as many numbers as there are inputs, {self.sizes[0]}", x)
        layers, error = _passes(model, x, y)
        back = position - len(layers)  # so many positions of the way back have been passed
        self._draw(layers, position, back)
        self._target.set_text(f"y {_brief(y)}" if back >= 0 else "")
        self._error.set_text(f"E = {_brief(error)}" if back >= 0 else "")
        self._way.set_visible(back >= 0)
        formula, sentence = _forwards(layers, y, error, position) if back <= 0 else _backwards(layers, y, back)
        self._formula.set(text=formula, color=RED if back >= 0 else BLUE)
        return sentence

    def _draw(self, layers, position, back):
        """The numbers in the units and beside them, a ring around those at work; weights or gradients as connections."""
        units = zip(self._rings, self._inside, self._above, self._below, strict=True)
        texts, looks = zip(self._weights, self._grads, strict=True), []
        for value, (ring, inside, _above, _below) in zip(layers[0].a, units, strict=False):
            ring.set(visible=position == 0, ec=BLUE)
            inside.set_text(_brief(value))
        largest = max(np.abs(finite(layer.gradient)).max() for layer in layers[1:]) or 1
        for i, layer in enumerate(layers[1:], start=1):
            turn, now = 2 * (len(layers) - i), position == i  # on the way back gradients have their turn after δ
            for z, a, bias, delta, artists in zip(layer.z, layer.a, layer.bias, layer.delta, units, strict=False):
                ring, inside, above, below = artists
                ring.set(visible=now or back == turn - 1, ec=RED if back > 0 else BLUE)
                inside.set_text(f"z {_brief(z)}\na {_brief(a)}" if position >= i else "")
                above.set_text(f"b {_brief(bias)}")
                below.set_text(f"δ {_brief(delta)}" if back >= turn - 1 else "")
            passing = i > 1 and back == turn + 1  # blame passes backwards through the weights: they are shown once more
            strong = passing or now or back == turn or position in (0, len(layers), self.positions)
            for weight, gradient, (above, below) in zip(layer.weights.flat, layer.gradient.flat, texts, strict=False):
                above.set(text=_brief(weight), va="bottom" if back >= turn else "center")
                below.set_text(_brief(gradient) if back >= turn else "")
            red = back >= turn and not passing
            for value in finite(layer.gradient if red else layer.weights).flat:
                width = 0.8 + (5.2 * abs(value) / largest if red else 2.2 * min(abs(value), 3))
                colour = RED if red else ORANGE if value < 0 else BLUE
                looks.append((width, (colour, 1 if strong else 0.3), DASHED if value < 0 else "solid"))
        widths, colours, styles = map(list, zip(*looks, strict=True))
        self._wires.set(linewidths=widths, colors=colours, linestyles=styles)


def _forwards(layers, y, error, position):
    """(The formula at work, the sentence below the picture), up to the error."""
    if position == 0:
        given = ", ".join(f"x{_SUBS[k]} = {number(value)}" for k, value in enumerate(layers[0].a, start=1))
        return "", _("Given: {x}, the weights and the biases. The rest is computed from left to right.").format(x=given)
    if position == len(layers):
        sentence = _("The target is y = {y}, the output a = {a}: the error is E = {e}.")
        return f"E = ½ Σ (y − a{_SUBS[position - 1]})²", sentence.format(y=number(y), a=_told(layers[-1].a), e=number(error))
    layer, sub, source = layers[position], _SUBS[position], f"a{_SUBS[position - 1]}" if position > 1 else "x"
    sentence = _("Forward, layer {k}: the weighted sums are {z}, and {f} makes {a} of them.")
    told = {"z": f"z{sub} = {_told(layer.z)}", "a": f"a{sub} = {_told(layer.a)}"}
    return f"z{sub} = {source} W{sub} + b{sub},  a{sub} = f(z{sub})", sentence.format(k=position, f=layer.name, **told)


def _backwards(layers, y, back):
    """The same on the way back: for each layer first the δ of its units, then the gradients of its weights."""
    i = len(layers) - 1 - (back - 1) // 2
    if i == 0:
        sentence = _("All gradients are known, and no weight has moved yet. Now the update is due, of all layers at once.")
        return "w ← w − α · ∂E/∂w", sentence
    layer, sub = layers[i], _SUBS[i]
    results, sentence = layer.delta, _("Backward, layer {k}: {formula}: {worked}.")
    if back % 2 == 0:
        formula, results = f"∂E/∂w = δ{sub} · {_('input')}", layer.gradient.T.flat
        sentence = _("Backward, the weights of layer {k}: {formula}: {worked}. And ∂E/∂b = δ.")
        worked = [f"{factor(delta, True)} × {factor(a)}" for delta in layer.delta for a in layers[i - 1].a]
    elif layer is layers[-1]:
        formula = f"δ{sub} = −(y − a{sub}) f′(z{sub})"
        worked = [f"−({number(y)} − {factor(layer.a[0])}) × {number(layer.slope[0])}"]
    else:
        formula, after = f"δ{sub} = f′(z{sub}) · Σ w δ{_SUBS[i + 1]}", layers[i + 1]
        parts, blame = zip(layer.slope, after.weights[:, 0], strict=True), factor(after.delta[0])
        worked = [f"{number(slope)} × ({factor(weight, True)} × {blame})" for slope, weight in parts]
    told = "; ".join(f"{parts} = {number(result)}" for parts, result in zip(worked, results, strict=True))
    return formula, sentence.format(k=i, formula=formula, worked=told)


class Activation(Panel):
    """The curve of an activation ("sigmoid", "tanh" or "relu"), with the point (z, a) on it and its slope there, by which blame
    is multiplied. Below 0 the curve is drawn only as far as z has come: what it does there is asked before it is seen.
    """

    width = 3.7

    def __init__(self, name):
        need(name in CURVES, f"an activation must be one of {', '.join(CURVES)}", name)
        self.name = name

    def draw_still(self, ax):
        limits, ticks = CURVES[self.name]
        ax.set(xlim=(-6, 6), ylim=limits, xlabel="z", title=f"a = {self.name}(z)", xticks=range(-6, 7, 3))
        ax.set_yticks(ticks, [number(tick).rjust(3, "\u2007") for tick in ticks])  # as wide for every activation
        ax.grid(True)

    def make_moving(self, ax):
        self._z = np.linspace(-6, 6, 121)
        self._a, _slopes = _activate(self.name, self._z)
        looks = {"color": BLUE}, {"color": BLACK, "ls": "--", "lw": 1.8}, {**DROP, "lw": 1.4}
        self._curve, self._tangent, self._drop = self.lines(*looks)
        self._note = self.note("", 0.04, 0.96, transform=ax.transAxes, va="top", bbox=_PAPER)
        (self._here,) = self.lines(HERE, clip_on=False)

    def show(self, z):
        """Move the point to z; beyond the axes it stays at their edge."""
        at = np.clip(z, -6, 6)
        (a, height), (slope, steep) = _activate(self.name, [z, at])
        seen = self._z >= min(at, 0)
        self._curve.set_data(self._z[seen], self._a[seen])
        self._tangent.set_data([at - 1.6, at + 1.6], [height - 1.6 * steep, height + 1.6 * steep])
        self._drop.set_data([at, at, -6], [CURVES[self.name][0][0], height, height])
        self._here.set_data([at], [height])
        self._note.set_text(_("z = {z}\na = {a}\nslope {slope}").format(z=number(z), a=number(a), slope=number(slope)))


def _passes(model, x, y):
    """What the engine says of one example: (the inputs, then for each layer its units' and its weights' numbers; the error)."""
    model = deepcopy(model)  # the learner's own keeps its gradients
    with np.errstate(all="ignore"):  # what diverges is shown as it is
        pairs = model.layers(x[None])
        error = 0.5 * ((y - pairs[-1][1]) ** 2).sum()
        error.backward()
    layers, weights, biases = [SimpleNamespace(a=x)], model.parameters[::2], model.parameters[1::2]
    for (z, a), name, weight, bias in zip(pairs, model.activations, weights, biases, strict=True):
        units = {"z": z.data[0], "a": a.data[0], "slope": _activate(name, z.data[0])[1], "delta": z.grad[0], "bias": bias.data}
        layers.append(SimpleNamespace(name=name, weights=weight.data, gradient=weight.grad, **units))
    return layers, error.data


def _activate(name, z):
    """An activation's values at an array z and its slopes there, both from the engine."""
    with np.errstate(all="ignore"):
        z = Tensor(z)
        a = ACTIVATIONS[name](z)
        a.sum().backward()
    return a.data, z.grad


def _brief(value):
    """A number where there is little room: with fewer digits if it must be, or as 4e−29."""
    for digits in (3, 2, 1):
        if len(text := number(value, digits)) <= 7:
            return text
    mantissa, exponent = f"{value:.0e}".split("e")
    return f"{mantissa}e{int(exponent)}".replace("-", "−")


def _told(values):
    return in_line(values if len(values) > 1 else values[0])
