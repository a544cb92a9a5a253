"""The graph of a computation, and the two passes through it: values forwards, blame backwards, one edge at a time.

The layout is a layered one (Sugiyama, Tagawa & Toda 1981): a tensor stands to the right of all that it was made from,
long edges are led through the layers that they cross, and each layer is sorted so that few edges cross.
"""

import networkx
import numpy as np
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path as Outline

from gdlab.maths.engine import Tensor
from gdlab.maths.narration import name_all, sign
from gdlab.panels import BLUE, GREY, RED, Panel
from gdlab.maths.words import _, number

MOST = 32  # tensors: a graph of more cannot be read on one screen; fewer must find room, too
HIGH = 3.6  # inches: the height of the axes, in which they are measured


class Graph(Panel):
    """The graph of a tensor, laid out from left to right, with a slider's worth of positions through both passes.

    Position 0 shows what was given. Each following one computes a value, then the gradient of the result with respect
    to itself is set to 1, and then each passes one contribution back along one edge.

    Args:
        tensor: the result whose graph is drawn.
        title: above the picture.
    """

    width = 10.0

    def __init__(self, tensor, title=None):
        if not isinstance(tensor, Tensor):
            raise ValueError(_("a Graph needs a tensor, the result of a computation, not {it!r}.").format(it=tensor))
        self.title = title
        self._take(tensor)

    def _take(self, tensor):
        """Note what the passes through this tensor's graph consist of; returns whether the graph looks the same."""
        nodes = tensor.graph()
        place = {node.order: i for i, node in enumerate(nodes)}
        self.names = list(name_all(nodes).values())
        self.tensor, self.nodes = tensor, nodes
        self.edges = [
            (place[source.order], i, k)
            for i, node in enumerate(nodes)
            for k, source in enumerate(node.inputs)
            if isinstance(source, Tensor)
        ]
        self.computed = [i for i, node in enumerate(nodes) if node.operation]
        self.steps = list(tensor.steps(np.ones(tensor.shape)[()]))
        self._ends = [(place[step.input.order], place[step.output.order]) for step in self.steps]
        looks = [(name, _sign(node), np.shape(node.data)) for name, node in zip(self.names, nodes, strict=True)], self.edges
        same, self._looks = looks == getattr(self, "_looks", None), looks
        if not same:
            self.drawn = len(nodes) <= MOST and self._place_boxes()
        return same

    @property
    def positions(self):
        """How many positions there are after position 0: one a value, one to begin the way back, one a contribution."""
        return len(self.computed) + 1 + len(self.steps)

    def draw_still(self):
        ax = self.ax
        ax.set(xlim=(0, self.width), ylim=(0, HIGH), title=self.title or "")
        ax.axis("off")
        if not self.drawn:
            ax.text(self.width / 2, HIGH / 2, self._summary(), ha="center", va="center", linespacing=1.6)
            return
        self._font = 11.5 if len(self._layers) <= 6 else 9.5
        ax.text(0.05, 0.1, _("value"), color=BLUE, va="center", size=10)
        ax.text(0.6, 0.1, _("gradient"), color=RED, va="center", size=10, weight="bold")
        for (x, y), (wide, high), name, node in zip(self._at, self._size, self.names, self.nodes, strict=True):
            colour = "#f2f5f7" if node.operation else "#fff6dd"
            ax.add_patch(_box(x, y, wide, high, fc=colour, ec=GREY, lw=1.2))
            sign = _sign(node)
            ax.text(x, y + high / 2 - 0.15, f"{name}   {sign}" if sign else name, ha="center", va="center", weight="bold", size=self._font)
        self._paths = [self._path(*edge) for edge in self.edges]
        for path in self._paths:
            ax.add_patch(_arrow(path, GREY, 1.2, head=8))

    def make_moving(self):
        self._formula = self.ax.text(self.width / 2, 0.1, "", ha="center", va="center", size=11.5, weight="bold")
        if not self.drawn:
            return [self._formula]
        # Each edge at work, forwards and back; those that rest are invisible.
        self._ahead = [_arrow(path, BLUE, 3) for path in self._paths]
        self._back = [_arrow(Outline(path.vertices[::-1], path.codes), RED, 3) for path in self._paths]
        self._mark = _box(0, 0, 1, 1, fc="none", lw=2.6)
        for patch in (*self._ahead, *self._back, self._mark):
            self.ax.add_patch(patch)
        self._values, self._grads = [], []
        for (x, y), (_wide, high), node in zip(self._at, self._size, self.nodes, strict=True):
            middle, line = y - 0.15, (high - 0.32) / 4
            centred = {"ha": "center", "va": "center", "size": self._font}
            self._values.append(self.ax.text(x, middle + line, "", color=BLUE, **centred))
            self._grads.append(self.ax.text(x, middle - line, "", color=RED, weight="bold", **centred))
        return [*self._ahead, *self._back, self._mark, *self._values, *self._grads, self._formula]

    def show(self, tensor, position=None):
        """Show a tensor's graph at a position in its two passes, at the end unless told; returns the sentence."""
        if not isinstance(tensor, Tensor):
            raise ValueError(_("show needs a tensor, not {it!r}.").format(it=tensor))
        if tensor is not self.tensor and not self._take(tensor):
            self.redraw()
        position = self.positions if position is None else position
        if not 0 <= position <= self.positions:
            raise ValueError(_("the position goes from 0 to {most}, not {it!r}.").format(most=self.positions, it=position))
        back = position - len(self.computed) - 1  # so many contributions have been passed
        if not self.drawn:
            return self._summary().split("\n")[0]
        symbols, sentence = self._say(position, back)
        self._formula.set_text(symbols)
        self._formula.set_color(RED if back >= 0 else BLUE)
        self._draw(position, back)
        return sentence

    def _draw(self, position, back):
        """Fill in the numbers up to a position, and mark what is at work."""
        known = set(self.computed[:position])
        for i, (node, value, grad) in enumerate(zip(self.nodes, self._values, self._grads, strict=True)):
            value.set_text(_lines(node.data) if not node.operation or i in known else "")
            received = [step.contribution for step, (to, _of) in zip(self.steps[: max(back, 0)], self._ends, strict=False) if to == i]
            if back >= 0 and node is self.tensor:
                received = [np.ones(node.shape)[()]]
            due = sum(to == i for to, _of in self._ends) - len(received)
            at_work = back > 0 and self._ends[back - 1][0] == i
            # The sum is written out while it grows; then its total stands there.
            told = _sum(received) if at_work or due > 0 else _sum([sum(received)] if received else [])
            grad.set_text(told + (" + …" if received and due > 0 else ""))
        colour = RED if back >= 0 else BLUE
        if back > 0:
            to, of = self._ends[back - 1]
            # An input that is used twice by one operation has two edges there: the one whose turn it is.
            turn = sum(ends == (to, of) for ends in self._ends[: back - 1])
            work, mark = [[j for j, (a, b, _k) in enumerate(self.edges) if (a, b) == (to, of)][turn]], to
        elif position == 0:
            work, mark = [], None
        else:
            mark = self.computed[position - 1] if back < 0 else len(self.nodes) - 1
            work = [j for j, (_a, b, _k) in enumerate(self.edges) if b == mark] if back < 0 else []
        for j, (ahead, backwards) in enumerate(zip(self._ahead, self._back, strict=True)):
            ahead.set_visible(back < 0 and j in work)
            backwards.set_visible(back > 0 and j in work)
        self._mark.set_visible(mark is not None)
        if mark is not None:
            (x, y), (wide, high) = self._at[mark], self._size[mark]
            self._mark.set_bounds(x - wide / 2, y - high / 2, wide, high)
            self._mark.set_edgecolor(colour)

    def _say(self, position, back):
        """(The formula at work, the sentence below the picture)."""
        result = self.names[-1]
        if position == 0:
            given = [f"{name} = {_line(node.data)}" for name, node in zip(self.names, self.nodes, strict=True) if not node.operation]
            return "", _("Given: {values}. The rest is computed from left to right.").format(values=", ".join(given))
        if back < 0:
            i = self.computed[position - 1]
            node, name = self.nodes[i], self.names[i]
            inputs = {t.order: n for t, n in zip(self.nodes, self.names, strict=True)}
            formula = f"{name} = {_sign(node, inputs)} = {_line(node.data)}"
            return formula, _("Forward: {formula}.").format(formula=formula)
        if back == 0:
            formula = f"∂{result}/∂{result} = 1"
            return formula, _("The way back begins: {formula}. If {f} grows by 1, {f} grows by 1.").format(
                formula=formula, f=result
            )
        step, (to, of) = self.steps[back - 1], self._ends[back - 1]
        upstream, local, product, total = step.symbols
        given = _line(step.contribution)
        if step.local is None or np.ndim(step.contribution) or np.ndim(step.upstream):
            formula = f"{product} = {given}"
            sentence = _("Backward, from {of} to {to}: {formula}.")
        else:
            formula = f"{upstream} · {local} = {_line(step.upstream)} × {_line(step.local)} = {given}"
            sentence = _("Backward, from {of} to {to}: upstream {up} × local {local} = {given}.")
        sentence = sentence.format(
            of=self.names[of], to=self.names[to], formula=formula, up=_line(step.upstream),
            local="" if step.local is None else _line(step.local), given=given,
        )  # fmt: skip
        earlier = [s for s, (end, _of) in zip(self.steps[: back - 1], self._ends, strict=False) if end == to]
        due = sum(end == to for end, _of in self._ends[back:])
        if earlier:
            sentence += " " + _("It adds to what {to} had: {sum} = {total}.").format(
                to=self.names[to], sum=f"{_line(earlier[-1].total)} + {given}".replace("+ −", "− "), total=_line(step.total)
            )
        if due:
            sentence += " " + _("{to} is used elsewhere, too: more is to come.").format(to=self.names[to])
        elif not self.nodes[to].operation:
            sentence += " " + _("So {symbol} = {total}.").format(symbol=total, total=_line(step.total))
        if earlier:
            so_far = f"{total} = {_sum([s.contribution for s in (*earlier, step)])}"
            return f"{formula}      {so_far}" + (" + …" if due else f" = {_line(step.total)}"), sentence
        return (f"{formula}      {total} = {given} + …" if due else f"{total} = {formula}"), sentence

    def _summary(self):
        """What is said of a graph that is too big to draw."""
        kinds = [node.operation.name for node in self.nodes if node.operation]
        counts = sorted(((kinds.count(kind), kind) for kind in set(kinds)), reverse=True)[:10]
        return "\n".join(
            [
                _("A graph of {n} tensors and {m} edges: too big to draw.").format(n=len(self.nodes), m=len(self.edges)),
                "",
                *(f"{count} × {kind}" for count, kind in counts),
            ]
        )

    def _place_boxes(self):
        """Where each box stands, its size, and through which points each edge is led, in inches; returns whether all fit."""
        graph = networkx.DiGraph([edge[:2] for edge in self.edges])
        graph.add_nodes_from(range(len(self.nodes)))
        layer = {}
        for depth, generation in enumerate(networkx.topological_generations(graph)):
            layer.update(dict.fromkeys(generation, depth))
        for i in networkx.topological_sort(graph.reverse(copy=False)):
            if not self.nodes[i].operation and graph.out_degree(i):  # what is given stands just before its first use
                layer[i] = min(layer[j] for j in graph.successors(i)) - 1
        routes, layers = {}, [[] for _depth in range(max(layer.values()) + 1)]
        for i, depth in layer.items():
            layers[depth].append(i)
        for a, b, _k in self.edges:  # a stand-in in each layer that a long edge crosses
            routes[a, b] = [(a, b, depth) for depth in range(layer[a] + 1, layer[b])]
            for stand_in in routes[a, b]:
                if stand_in not in layers[stand_in[2]]:
                    layers[stand_in[2]].append(stand_in)
        links = [pair for (a, b), route in routes.items() for pair in zip([a, *route], [*route, b], strict=True)]
        _untangle(layers, links)
        self._layers = layers
        tall = [max((_height(self.nodes[i]) if isinstance(i, int) else 0.3) for i in column) for column in layers]
        column_width = (self.width - 0.2) / len(layers)
        if column_width < 0.8 or any(len(column) * high > HIGH - 0.3 for column, high in zip(layers, tall, strict=True)):
            return False
        where = {}
        for depth, column in enumerate(layers):
            gap = min((HIGH - 0.35) / len(column), 1.35 * tall[depth] + 0.25)
            for k, item in enumerate(column):
                where[item] = (0.1 + (depth + 0.5) * column_width, 0.28 + (HIGH - 0.3) / 2 + ((len(column) - 1) / 2 - k) * gap)
        self._at = [where[i] for i in range(len(self.nodes))]
        self._size = [(min(0.8 * column_width, 1.55), _height(node)) for node in self.nodes]
        # A long edge crosses a layer level, so that it bends in the gaps between the boxes only.
        half = 0.46 * column_width
        self._via = {
            ends: [(x + side, y) for stand_in in route for x, y in [where[stand_in]] for side in (-half, half)]
            for ends, route in routes.items()
        }
        return True

    def _path(self, a, b, k):
        """An edge: from the right of one box to the left of another, level at both ends; operand k enters at its place."""
        (xa, ya), (xb, yb) = self._at[a], self._at[b]
        count = sum(end == b for _a, end, _k in self.edges)
        entry = 0.0 if count == 1 else 0.5 - sum(end == b and j < k for _a, end, j in self.edges) / (count - 1)
        ends = [(xa + self._size[a][0] / 2, ya), *self._via[a, b], (xb - self._size[b][0] / 2 - 0.03, yb + 0.5 * entry * self._size[b][1])]
        points, codes = [ends[0]], [Outline.MOVETO]
        for (x0, y0), (x1, y1) in zip(ends, ends[1:], strict=False):
            points += [((x0 + x1) / 2, y0), ((x0 + x1) / 2, y1), (x1, y1)]
            codes += [Outline.CURVE4] * 3
        return Outline(points, codes)


def _untangle(layers, links):
    """Sort each layer by the mean place of its neighbours in the layer before, then after: few edges cross."""
    before, after = {}, {}
    for a, b in links:
        before.setdefault(b, []).append(a)
        after.setdefault(a, []).append(b)
    for sweep in range(6):
        forwards = sweep % 2 == 0
        for depth in range(1, len(layers)) if forwards else range(len(layers) - 2, -1, -1):
            beside = layers[depth - 1] if forwards else layers[depth + 1]
            place = {item: k - len(beside) / 2 for k, item in enumerate(beside)}

            def mean(item, place=place, near=before if forwards else after):
                found = [place[other] for other in near.get(item, []) if other in place]
                return np.mean(found) if found else 0.0

            layers[depth].sort(key=mean)


def _sign(node, names=None):
    """How a tensor was made, in symbols."""
    return sign(node, names or {source.order: source.name or "…" for source in (node, *node.inputs) if isinstance(source, Tensor)})


def _lines(value):
    """A number or a small array as it stands in a box; of a larger one the shape."""
    if np.ndim(value) == 0:
        return number(value)
    if np.ndim(value) == 1 and len(value) <= 3:
        return "(" + ", ".join(number(v) for v in value) + ")"
    if np.ndim(value) == 2 and len(value) <= 2 and np.shape(value)[1] <= 2:
        return "\n".join("  ".join(number(v) for v in row) for row in value)
    return " × ".join(map(str, np.shape(value)))


def _line(value):
    """The same on one line."""
    text = _lines(value)
    return "[" + text.replace("\n", "; ") + "]" if np.ndim(value) == 2 else text


def _sum(received):
    """Contributions written as a sum: of numbers all of them, of arrays the total."""
    if not received:
        return ""
    if len(received) == 1 or np.ndim(received[0]):
        return _lines(sum(received))
    return " + ".join(map(number, received)).replace("+ −", "− ")


def _height(node):
    """The height of a tensor's box, in inches: a title, the value's lines and as many of the gradient."""
    return 0.36 + 0.4 * (1 + _lines(node.data).count("\n"))


def _box(x, y, wide, high, **look):
    return FancyBboxPatch((x - wide / 2, y - high / 2), wide, high, boxstyle="round,pad=0,rounding_size=0.08", **look)


def _arrow(path, colour, width, head=16):
    return FancyArrowPatch(path=path, arrowstyle="-|>", mutation_scale=head, color=colour, lw=width, shrinkA=0, shrinkB=0)
