"""The graph of a computation, and the two passes through it: values forwards, blame backwards, one edge at a time.

The layout is a layered one (Sugiyama, Tagawa & Toda 1981): a tensor stands to the right of all that it was made from,
long edges are led through the layers that they cross, and each layer is sorted so that few edges cross.
"""

from collections import defaultdict
from itertools import pairwise

import numpy as np
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path as Outline

from gdlab.maths.checks import need
from gdlab.maths.engine import Tensor
from gdlab.maths.narration import name_all, sign
from gdlab.maths.words import _, number
from gdlab.panels import BLUE, GREY, RED, Panel
from gdlab.panels.matrices import WRONG_SIGN, entries, field, in_line, judge

MOST = 32  # tensors: a graph of more cannot be read on one screen
WIDE, HIGH = 10.0, 3.6  # inches: the size of the axes, in which all is measured


class Graph(Panel):
    """The graph of a tensor, laid out from left to right, with a slider's worth of positions through both passes. Position 0
    shows what was given. Each following one computes a value, then the gradient of the result with respect to itself is set
    to 1, and then each passes one contribution back along one edge."""

    width = WIDE

    def __init__(self, tensor):
        self.looks = self._take(tensor)

    def _take(self, tensor):
        """Note what the passes through a tensor's graph consist of; returns what the look of the graph depends on."""
        need(isinstance(tensor, Tensor), "a Graph needs a tensor, the result of a computation", tensor)
        nodes = tensor.graph()
        need(len(nodes) <= MOST, f"a graph of {len(nodes)} tensors is too big to draw: take a part of it, of up to {MOST}")
        names, place = name_all(nodes), {node.order: i for i, node in enumerate(nodes)}
        steps = list(tensor.steps(np.ones(tensor.shape)[()]))
        edges = [(place[step.input.order], place[step.output.order]) for step in steps]  # so each step has its edge
        titles = [names[node.order] + f" = {sign(node, names)}" * bool(node.operation) for node in nodes]
        heights = [0.76 + 0.4 * entries(node.data).count("\n") for node in nodes]  # a title, the value, the gradient
        self._boxes, self._paths = _layout(heights, edges)
        self.tensor, self.nodes, self.names, self.steps, self.edges = tensor, nodes, names, steps, edges
        self.computed = [i for i, node in enumerate(nodes) if node.operation]
        last = {end: k for k, (end, _start) in enumerate(edges)}
        self._due = {end: steps[k] for end, k in sorted(last.items(), key=lambda it: it[1])}  # what completes each gradient
        self.positions = len(self.computed) + 1 + len(steps)  # after position 0
        return titles, heights, edges

    @property
    def blanks(self):
        """What the fields are called in which the gradients can be typed, from the result backwards."""
        need(not any(node.ndim for node in self.nodes), "only gradients that are plain numbers can be filled in, not arrays")
        return [step.symbols[3] for step in self._due.values()]

    def draw_still(self, ax):
        ax.set(xlim=(0, WIDE), ylim=(0, HIGH))
        ax.axis("off")
        self._size = 11.5 if self._boxes[0][2] > 1.2 else 9.5  # of the letters in the boxes
        title_size = min(self._size, 108 * self._boxes[0][2] / max(map(len, self.looks[0])))
        ax.text(0.05, 0.1, _("value"), color=BLUE, va="center", size=10)
        ax.text(0.6, 0.1, _("gradient"), color=RED, va="center", size=10, weight="bold")
        for (x, y, wide, high), title, node in zip(self._boxes, self.looks[0], self.nodes, strict=True):
            ax.add_patch(_box(x, y, wide, high, fc="#f2f5f7" if node.operation else "#fff6dd", ec=GREY, lw=1.2))
            self.centred(x, y + high / 2 - 0.15, title, weight="bold", size=title_size)
        for path in self._paths:
            ax.add_patch(_arrow(path, GREY, 1.2, head=8))

    def make_moving(self, ax):
        self._values, self._grads = [], []
        # Each edge at work, forwards and back.
        self._ahead = [ax.add_patch(_arrow(path, BLUE, 3)) for path in self._paths]
        self._back = [ax.add_patch(_arrow(Outline(path.vertices[::-1], path.codes), RED, 3)) for path in self._paths]
        boxes = [self._boxes[i] for i in self._due]
        self.fields = [field(ax, x, y - 0.15 - (high - 0.32) / 4, wide - 0.14, 0.2) for x, y, wide, high in boxes]
        self._mark = ax.add_patch(_box(0, 0, 1, 1, fc="none", lw=2.6))
        for x, y, _wide, high in self._boxes:
            middle, line = y - 0.15, (high - 0.32) / 4
            self._values.append(self.centred(x, middle + line, color=BLUE, size=self._size))
            self._grads.append(self.centred(x, middle - line, color=RED, weight="bold", size=self._size))
        self._formula = self.centred(WIDE / 2, 0.1, size=11.5, weight="bold")

    def show(self, tensor, position=None):
        """Show a tensor's graph at a position in its two passes, at the end unless told; returns the sentence."""
        if tensor is not self.tensor:
            self.renew(looks=self._take(tensor))
        position = self.positions if position is None else position
        need(position in range(self.positions + 1), f"the position must be a whole number from 0 to {self.positions}", position)
        back = position - len(self.computed) - 1  # so many contributions have been passed
        colour = RED if back >= 0 else BLUE
        mark = [None, *self.computed, len(self.nodes) - 1, *(end for end, _start in self.edges)][position]
        for j, (ahead, backwards) in enumerate(zip(self._ahead, self._back, strict=True)):
            ahead.set_visible(back < 0 and self.edges[j][1] == mark)
            backwards.set_visible(j == back - 1)
        x, y, wide, high = self._boxes[mark or 0]
        self._mark.set_bounds(x - wide / 2, y - high / 2, wide, high)
        self._mark.set(visible=mark is not None, ec=colour)
        for it in self.fields:
            it.set_visible(False)
        for i, (node, value, grad) in enumerate(zip(self.nodes, self._values, self._grads, strict=True)):
            value.set_text("" if i in self.computed[position:] else entries(node.data))
            received, due = self._received(i, back)
            # The sum is written out while it grows; then its total stands there.
            parts = received if due or i == mark or not received else [sum(received)]
            grad.set_text(_sum(parts) + (" + …" if received and due else ""))
        symbols, sentence = self._say(position) if back < 0 else self._say_back(back)
        self._formula.set(text=symbols, color=colour)
        return sentence

    def fill(self, tensor, typed):
        """Show all values, and which of the texts typed for the gradients are right; returns the sentence."""
        self.show(tensor, len(self.computed) + 1)
        truths = [step.total for step in self._due.values()]
        good, sentence = judge(self.fields, typed, truths, self.blanks, self._likely)
        known = dict(zip(self._due, good, strict=True))
        for (end, _start), arrow in zip(self.edges, self._back, strict=True):
            arrow.set_visible(known[end])
        return sentence

    def _likely(self, at, v, good):
        """Wrong numbers that come to mind for the gradient of a field, and what to say of each."""
        known, end = dict(zip(self._due, good, strict=True)), [*self._due][at]
        shares = [(step, start) for step, (to, start) in zip(self.steps, self.edges, strict=True) if to == end]
        itself, pairs = _("{v} takes {to} itself for the local slope, which is {slope}."), []
        for step, start in shares:
            words = {"v": v, "n": len(shares), "up": step.symbols[0], "slope": step.symbols[1]}
            words |= {"to": self.names[step.input.order], "of": self.names[step.output.order]}
            if not known.get(start, True):
                return [(None, _("first find {up}, which is the upstream here.").format(**words))]
            said = [
                (step.contribution, _("{to} is used {n} times, and {v} is the share of {of} alone. Add them all.")),
                (step.local, _("{v} is the local slope alone. Multiply it by the upstream, {up}.")),
                (step.upstream, _("{v} is the upstream, {up}, as it came. Multiply it by the local slope, {slope}.")),
                *((wrong, itself) for wrong in (step.input.data, step.input.data * step.upstream)),
            ]
            pairs += [(wrong, told.format(**words)) for wrong, told in said]
        words["products"] = " + ".join(step.symbols[2] for step, _start in shares)
        shared = np.prod([step.contribution for step, _start in shares]), _("{v} multiplies the shares: they are added.")
        said = [shared, (-self._due[end].total, WRONG_SIGN), (None, _("it is not {v}, but {products}."))]
        return pairs + [(wrong, told.format(**words)) for wrong, told in said]

    def _received(self, i, back):
        """(What tensor i has been passed after so many contributions, whether more is due)."""
        if i == len(self.nodes) - 1:
            return [np.ones(self.tensor.shape)[()]] if back >= 0 else [], False
        ends, back = [end for end, _start in self.edges], max(back, 0)
        return [step.contribution for step, end in zip(self.steps[:back], ends, strict=False) if end == i], i in ends[back:]

    def _say(self, position):
        """(The formula at work, the sentence below the picture), on the way forwards."""
        if position == 0:
            given = [f"{self.names[node.order]} = {in_line(node.data)}" for node in self.nodes if not node.operation]
            return "", _("Given: {values}. The rest is computed from left to right.").format(values=", ".join(given))
        node = self.nodes[self.computed[position - 1]]
        formula = f"{self.names[node.order]} = {sign(node, self.names)} = {in_line(node.data)}"
        return formula, _("Forward: {formula}.").format(formula=formula)

    def _say_back(self, back):
        """The same on the way back."""
        if back == 0:
            result = self.names[self.tensor.order]
            formula = f"∂{result}/∂{result} = 1"
            sentence = _("The way back begins: {formula}. If {f} grows by 1, {f} grows by 1.")
            return formula, sentence.format(formula=formula, f=result)
        step, (received, due) = self.steps[back - 1], self._received(self.edges[back - 1][0], back)
        upstream, local, product, symbol = step.symbols
        given, total = in_line(step.contribution), in_line(step.total)
        words = {"of": self.names[step.output.order], "to": self.names[step.input.order], "up": in_line(step.upstream)}
        if step.local is None or np.ndim(step.contribution) or np.ndim(step.upstream):
            formula = f"{product} = {given}"
            sentence = _("Backward, from {of} to {to}: {formula}.")
        else:
            words["local"] = in_line(step.local)
            formula = f"{upstream} · {local} = {words['up']} × {words['local']} = {given}"
            sentence = _("Backward, from {of} to {to}: upstream {up} × local {local} = {given}.")
        if received[1:]:
            words["sum"] = f"{in_line(sum(received[:-1]))} + {given}".replace("+ −", "− ")
            sentence += " " + _("It adds to what {to} had: {sum} = {total}.")
        if due:
            sentence += " " + _("{to} is used elsewhere, too: more is to come.")
        elif not step.input.operation:
            sentence += " " + _("So {symbol} = {total}.")
        sentence = sentence.format(formula=formula, given=given, total=total, symbol=symbol, **words)
        if due or received[1:]:
            return f"{formula}      {symbol} = {_sum(received)}" + (" + …" if due else f" = {total}"), sentence
        return f"{symbol} = {formula}", sentence


def _layout(heights, edges):
    """For boxes of these heights (their middle x, y, their width, their height), and the paths of the edges, in inches."""
    layers, routes = _layers(len(heights), edges)
    column, at = (WIDE - 0.2) / len(layers), {}
    for depth, layer in enumerate(layers):
        tall = max(heights[item] if item in range(len(heights)) else 0.3 for item in layer)
        need(column >= 0.8 and len(layer) * tall <= HIGH - 0.3, "this graph is too big to draw: take a part of it")
        gap = min((HIGH - 0.35) / len(layer), 1.35 * tall + 0.25)
        for k, item in enumerate(layer):
            at[item] = 0.1 + (depth + 0.5) * column, 0.13 + HIGH / 2 + ((len(layer) - 1) / 2 - k) * gap
    wide, half, ways = min(0.8 * column, 1.55), 0.46 * column, []
    for a, b in edges:  # a long one crosses a layer level, so that it bends in the gaps between the boxes only
        crossed = [(at[item][0] + side, at[item][1]) for item in routes[a, b] for side in (-half, half)]
        ways.append([(at[a][0] + wide / 2, at[a][1]), *crossed])
    for b in {b for _a, b in edges}:  # edges enter a box in the order of where they come from: they do not cross there
        entering = sorted((way for way, edge in zip(ways, edges, strict=True) if edge[1] == b), key=lambda way: -way[-1][1])
        for way, side in zip(entering, np.linspace(0.25, -0.25, len(entering)) if entering[1:] else [0], strict=True):
            way.append((at[b][0] - wide / 2 - 0.03, at[b][1] + side * heights[b]))
    return [(*at[i], wide, high) for i, high in enumerate(heights)], [_smooth(way) for way in ways]


def _layers(count, edges):
    """(Columns of boxes, with a stand-in (a, b, depth) wherever a long edge crosses one; the stand-ins of each edge)."""
    edges, depth, near = sorted(edges, key=lambda edge: edge[1]), [0] * count, defaultdict(list)
    for a, b in edges:  # tensors are numbered in the order of their creation
        depth[b] = max(depth[b], depth[a] + 1)
    for i in {*range(count)} - {b for _a, b in edges}:  # what was given stands just before its first use
        depth[i] = min((depth[b] for a, b in edges if a == i), default=1) - 1
    layers = [[i for i, k in enumerate(depth) if k == layer] for layer in range(max(depth) + 1)]
    routes = {(a, b): [(a, b, k) for k in range(depth[a] + 1, depth[b])] for a, b in edges}
    for (a, b), route in routes.items():
        for stand_in in route:
            layers[stand_in[2]].append(stand_in)
        for one, other in pairwise([a, *route, b]):
            near[one].append(other)
            near[other].append(one)
    for way in (1, -1) * 3:  # sort each layer by the mean place of its neighbours in the layer before, then after
        for beside, layer in pairwise(layers[::way]):
            place = {item: k - len(beside) / 2 for k, item in enumerate(beside)}
            layer.sort(key=lambda item, place=place: np.mean([place[other] for other in near[item] if other in place] or [0]))
    return layers, routes


def _smooth(points):
    """A curve through points from left to right, level in each of them."""
    vertices, codes = points[:1], [Outline.MOVETO]
    for (x0, y0), (x1, y1) in pairwise(points):
        vertices += [((x0 + x1) / 2, y0), ((x0 + x1) / 2, y1), (x1, y1)]
        codes += [Outline.CURVE4] * 3
    return Outline(vertices, codes)


def _sum(received):
    """Contributions written as a sum: of numbers all of them, of arrays the total."""
    if len(received) > 1 and not np.ndim(received[0]):
        return " + ".join(map(number, received)).replace("+ −", "− ")
    return entries(sum(received)) if received else ""


def _box(x, y, wide, high, **look):
    return FancyBboxPatch((x - wide / 2, y - high / 2), wide, high, boxstyle="round,pad=0,rounding_size=0.08", **look)


def _arrow(path, colour, width, head=16):
    return FancyArrowPatch(path=path, arrowstyle="-|>", mutation_scale=head, color=colour, lw=width, shrinkA=0, shrinkB=0)
