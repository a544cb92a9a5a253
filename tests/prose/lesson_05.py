"""Lesson 05, Follow the blame: the words, and what they must agree with."""

import ast
import math

import nbformat
import numpy as np

from gdlab import numerical_gradient
from prose import Lesson, told

lesson = Lesson("05")
W, X = (2, -3, -3), (-1, -2)


def team(x, y, z):
    return (x + y) * z


def fork(x, y):
    return x * y + x


def in_a_row(x):
    return (2 * x) ** 2


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


def slope(f, *at, along=0):
    return round(numerical_gradient(lambda v: f(*v), np.array(at, float))[along], 6)


def neuron(w, x):
    return sigmoid(w[0] * x[0] + w[1] * x[1] + w[2])


def gradient(w, x):
    """Of the neuron along its weights, measured."""
    return numerical_gradient(lambda w: neuron(w, x), w)


def says(picture, graph, words):
    """The sentences of a graph's steps that begin with these words."""
    said = [lesson.says(picture, step=step) for step in range(graph.positions + 1)]
    return [sentence for sentence in said if words in sentence]


def houses(steps):
    """(w, b) after so many steps on the loss of the centred houses with rate ⅓, by calculus."""
    w, b = 0.0, 0.0
    for _ in range(steps):
        w, b = w - (4 * w - 3.6) / 3, b - (2 * b - 8) / 3
    return w, b


def engine(houses):
    """What the sentence of the engine's training says after so many steps: w, b and the loss."""
    return told(lesson.says("by_your_engine", steps=houses))[1:]


def fill(**typed):
    """The sentence when these gradients are typed, and no others."""
    return lesson.says("fill_in", typed=tuple(typed.get(name[-1], "") for name in lesson.team.blanks))


def newest(nodes):
    return sorted(nodes, key=lambda node: -node.number)


def fills(rule):
    """A learner's `pass_back`, with this rule for a share."""
    return lambda node: lesson.names["_share"](rule)(node)


def shares(rule):
    """What it leaves, as its exercise tries it."""
    return lambda *given: lesson.names["_pass"](fills(rule))(*given)


def powers(*exponents):
    """A way to x¹⁵: each step multiplies two powers that are there already."""

    def way(x):
        found = {1: x}
        for a, b in exponents:
            found[a + b] = found[a] * found[b]
        return found[a + b]

    return way


def unnoticed(y):
    """Which of the two switches leaves the engine's answer as it was."""
    right = lesson.says("break_it", y=y)
    switches = {"shares": "replace", "order": "as they are met"}
    return [key for key, wrong in switches.items() if lesson.says("break_it", y=y, **{key: wrong}) == right]


def score(*steps):
    """How many products the judge counts."""
    return told(lesson.check(lesson.fewest, powers(*steps)).message)[0]


def scored(*steps):
    return lesson.check(lesson.fewest, powers(*steps)).correct


def fewest_products(power):
    """The length of the shortest addition chain, by trying them all."""
    chains, length = [(1,)], 0
    while not any(power in chain for chain in chains):
        chains = [(*chain, a + b) for chain in chains for a in chain for b in chain if chain[-1] < a + b <= power]
        length += 1
    return length


def counted(n):
    """How often a numerical gradient of n numbers computes the function."""
    calls = []
    numerical_gradient(lambda v: calls.append(v) or float(v.sum()), np.ones(n))
    return len(calls)


def lost(y):
    """What x and y get too little of in the wrong order, at x = 1.5."""
    right, wrong = (told(lesson.says("break_it", y=y, order=order))[:2] for order in ("newest first", "as they are met"))
    return [one - other for one, other in zip(right, wrong, strict=True)]


def passed_twice():
    """The gradients of two passes, one after the other, through x · x."""
    x = lesson.Node(3.0)
    result = x * x
    found = []
    for _ in range(2):
        lesson.backward(result)
        found.append((result.grad, x.grad))
    return found


def caption(picture, graph, step):
    """The formula in the picture at a step."""
    lesson.says(picture, step=step)
    return graph._formula.get_text()


def remembers(node):
    """Its value, how many inputs it has, and the slopes along them."""
    return node.value, len(node.inputs), node.slopes


def by_hand(x, y):
    """The gradients of f, s, y and x in f = s * x, s = x + y: at first, and after each node has passed back."""
    x, y = lesson.Node(x), lesson.Node(y)
    s = x + y
    f = s * x
    nodes = newest([x, y, s, f])
    assert nodes == [f, s, y, x]
    f.grad, found = 1.0, [[1, 0, 0, 0]]
    for node in nodes:
        lesson.pass_on(node)
        found.append([it.grad for it in nodes])
    return found


def lines():
    """How long the engine is: its class and its functions, the learner's four in it."""
    cells = [cell.source for cell in nbformat.read(lesson.path, 4).cells if cell.cell_type == "code"]
    parts = {part.name: part for source in cells for part in ast.parse(source).body if hasattr(part, "name")}
    of_the_engine = ("plus_slopes", "times_slopes", "newest_first", "pass_back", "Node", "backward")
    return sum(parts[name].end_lineno - parts[name].lineno + 1 for name in of_the_engine)


def stands_in(gap, right, wrong):
    """Whether the engine takes what is right, and something else, which is right as well, for what is wrong or not tried."""
    taken = lesson.yours(gap, wrong), lesson.yours(gap, lambda *given: ...)
    return lesson.yours(gap, right) is right and wrong not in taken and all(lesson.yours(gap, it) is it for it in taken)


ROWS = [
    ("(Until yours is right, ours works in its place.)",
     lambda: stands_in(lesson.plus_rule, lambda a, b: [1, 1.0], lambda a, b: (1, 0))
     and stands_in(lesson.times_rule, lambda a, b: [b, a], lambda a, b: (a, b))
     and stands_in(lesson.order_rule, newest, list)
     and stands_in(lesson.pass_rule, fills(lambda had, up, slope: up * slope + had),
                   fills(lambda had, up, slope: up * slope))),
    ("write it in 40 lines", lambda most: 0.7 * most < lines() <= most),
    ("For n numbers that is 2n times", lambda two: counted(7) == two * 7),
    ("x = 3 goes in. The first doubles it: q = 2x = 6.", lambda x, two, q: lesson.in_a_row(x).inputs[0].data == two * x == q),
    ("f = q² = 36", lambda two, f: lesson.in_a_row(3).data == 6**two == f),
    ("x grows from 3 to 3.01, by 0.01.", lambda x, to, by: np.isclose(x + by, to)),
    ("f = (2x)² grow, roughly?", lambda a, b: (a * 1.7) ** b == in_a_row(1.7)),
    ("q grows by 2 · 0.01 = 0.02.", lambda: [2, 0.01, 2 * 3.01 - 2 * 3]),
    ("Where q is 6, the slope of q² is 2q = 12: so f grows by 12 · 0.02 = 0.24",
     lambda q, power, two, twelve, again, by, f: slope(lambda q: q**power, q) == two * q == twelve == again and again * by == f),
    ("(Exactly, it is 0.2404.)", lambda: [in_a_row(3.01) - in_a_row(3)]),
    ("Set x back to 3 and *step* to 0", lambda x, step: "x = 3" in lesson.says("one_wire", x=x, step=step)),
    ("First come the values, blue, from left to right", lambda: [
        said.split(":")[0] for said in (lesson.says("one_wire", step=step) for step in (1, 2))] == ["Forward"] * 2),
    ("Then blame, orange, from right to left", lambda: [
        told(said) for said in says("one_wire", lesson.wire, "Backward")] == [[1, 12, 12], [12, 2, 24, 24]]),
    ("The doubling says 2, the squaring says 2q = 12.", lambda: [slope(lambda x: 2 * x, 3), 2, slope(lambda q: q * q, 6)]),
    ("where blame begins with ∂f/∂f = 1.", lambda: told(says("one_wire", lesson.wire, "The way back begins")[0])[0]),
    ("f = (x + y) · z, at x = −2, y = 5, z = −4", lambda x, y, z: team(x, y, z) == lesson.f.data == -12),
    ("Type the gradients into the orange fields, from right to left", lambda: "first find ∂f/∂q" in fill(x="1")
     and "Complete: " in fill(q="−4", z="3", x="-4", y="-4")),
    ("if this number grew by 1, by how much would the next box grow? That is the local slope.",
     lambda by: [(3 + by) * -4 - 3 * -4, 3 * (-4 + by) - 3 * -4, (-2 + by) + 5 - (-2 + 5)]
     == [slope(lambda q, z: q * z, 3, -4), slope(lambda q, z: q * z, 3, -4, along=1), slope(lambda x, y: x + y, -2, 5)]),
    ("If q grows by 1, f grows by z = −4", lambda by: team(0, 3 + by, -4) - team(0, 3, -4)),
    ("So along q the local slope is −4, and along z it is q = 3",
     lambda: [slope(lambda q, z: q * z, 3, -4, along=along) for along in (0, 1)]),
    ("The sum hands on −4 · 1 = −4 to x, and to y.", lambda up, local, blame: up * local == blame
     and blame == slope(team, -2, 5, -4) == slope(team, -2, 5, -4, along=1)),
    ("| a + b | 1 and 1 |", lambda: [slope(lambda a, b: a + b, 2, 3, along=along) for along in (0, 1)]),
    ("| max(a, b) | 1 and 0 |", lambda: [slope(max, 3, 2, along=along) for along in (0, 1)]),
    ("f = x · y + x at x = 3, y = −2. The product sends back y = −2, the sum sends back 1.",
     lambda x, y: [slope(lambda a, b: a * b, x, y), 1]),
    ("−2 + 1 = −1: the two are added", lambda one, other, both: one + other == both == slope(fork, 3, -2)),
    ("1: what comes last counts", lambda: slope(lambda product, x: product + x, -6, 3, along=1)),
    ("if it grows by 1, the product changes by −2 and the other term by 1, so f by −1",
     lambda by: [by * -2, by, fork(3 + by, -2) - fork(3, -2)]),
    ("If x grows by 1, the product changes by −2 and the other term by 1. Together f changes by −1",
     lambda by: [by * -2, by, fork(3 + by, -2) - fork(3, -2)]),
    ("first 1 arrives and it waits, then −2", lambda: [told(said)[4] for said in says("two_jobs", lesson.fork, " to x:")]),
    ("Drag y to −1. The shares cancel, and ∂f/∂x is 0", lambda y: slope(fork, 3, y)),
    ("f = (x + y) · x at x = 2, y = 3. What is ∂f/∂x?",
     lambda x, y: slope(lambda x, y: (x + y) * x, x, y) == lesson.fork_by_hand.right),
    ("sends x + y = 5 straight to x, and x = 2 to the sum",
     lambda x_plus_y, x: x_plus_y == 2 + 3 and x_plus_y + x == lesson.fork_by_hand.right),
    ("the derivative of x² + xy is 2x + y = 7", lambda *said: said == (2, 2, slope(lambda x, y: x * x + x * y, 2, 3))),
    ("squeezes any number between 0 and 1:", lambda low, high: low < sigmoid(-30) < sigmoid(30) < high),
    ("Take w = (2, −3, −3) and x = (−1, −2). The forward pass gives 0.731.",
     lambda *said: round(neuron(said[:3], said[3:5]), 3) == said[5]),
    ("eight stations", lambda: len(says("through_a_neuron", lesson.stations, "Forward"))),
    ("that of 1/v is −1/v², and that of eᵛ is eᵛ again",
     lambda top, minus, power: np.isclose(slope(lambda v: top / v, 1.7), minus / 1.7**power)
     and np.isclose(slope(math.exp, 1.7), math.exp(1.7))),
    ("(With f = 1/v, the picture writes −f/v.)",
     lambda top: "∂f/∂v6 = ∂f/∂f · −f/v6" in caption("through_a_neuron", lesson.stations, 10)
     and np.isclose(slope(lambda v: top / v, 1.7), -(top / 1.7) / 1.7)),
    ("Set *step* to 0, and press", lambda step: "Given" in lesson.says("through_a_neuron", step=step)),
    ("its gradient is 0.197.", lambda: sigmoid(1) * (1 - sigmoid(1))),
    ("It took four stations to get there", lambda: len(says("through_a_neuron", lesson.stations, "Backward")[: -8]) == 4),
    ("the slope of the whole sigmoid is f · (1 − f)",
     lambda one: np.isclose(slope(sigmoid, 0.7), sigmoid(0.7) * (one - sigmoid(0.7)))),
    ("0.731 · 0.269 = 0.1966", lambda: [sigmoid(1), 1 - sigmoid(1), sigmoid(1) * (1 - sigmoid(1))]),
    ("w₀ gets 0.1966 · (−1) = −0.197, x₀ gets 0.1966 · 2 = 0.393.",
     lambda local, x, gw, same, w, gx: x == X[0] and w == W[0] and local == same == round(sigmoid(1) * (1 - sigmoid(1)), 4)
     and np.allclose((local * x, local * w), (gw, gx), atol=5e-4)),
    ('`Noted(7, "soup")`', lambda euros: lesson.bill.value == euros + 2 + 3 and lesson.bill.note == "((soup + tea) + cake)"),
    ("So `Node(3) * Node(-4)` holds −12, its two inputs, and their slopes −4 and 3.",
     lambda a, b, value, *slopes: remembers(lesson.Node(a) * lesson.Node(b)) == (value, 2, slopes)),
    ("`Node(3)` alone has no inputs.", lambda a: lesson.Node(a).inputs == ()),
    ("So take the newest first.", lambda: not unnoticed(1) and bool(lesson.check(lesson.order_rule, lesson.names["_order"](newest)))),
    ("sets their gradients to 0, gives the result its 1", lambda zero, one: passed_twice() == [(one, 6.0)] * 2),
    ("These are the numbers of the picture: it works.", lambda: [round(node.grad, 3) for node in lesson.leaves]
     == [round(part, 3) for part in numerical_gradient(lambda v: neuron(v[:3], v[3:]), (*W, *X))]),
    ("`x = Node(2)`, `y = Node(3)`, `s = x + y`, `f = s * x`. The newest is f, then come s, y and x. `f.grad` is 1, the others are 0.",
     lambda x, y, one, zero: by_hand(x, y)[0] == [one, zero, zero, zero]),
    ("its inputs are s and x, with slopes 2 and 5. So `s.grad` becomes 0 + 1 · 2 = 2, and `x.grad` 0 + 1 · 5 = 5.",
     lambda at_s, at_x, *said: said[3] == said[2] == at_s and said[7] == said[6] == at_x
     and by_hand(2, 3)[1] == [1, said[3], 0, said[7]]),
    ("with slopes 1 and 1. So `x.grad` becomes 5 + 2 · 1 = 7, and `y.grad` 0 + 2 · 1 = 2.",
     lambda *said: by_hand(2, 3)[1][3] == said[2] and by_hand(2, 3)[2] == by_hand(2, 3)[4] == [1, 2, said[9], said[5]]),
    ("The derivative of tanh(a) is 1 − tanh(a)²",
     lambda one, power: np.isclose(slope(math.tanh, 0.7), one - math.tanh(0.7) ** power)),
    ("learning rate ⅓", lambda rate: np.allclose(houses(1), np.multiply(float(rate), (3.6, 8)))),
    ("(1.2, 2.667), (0.8, 3.556), (0.933, 3.852): the same steps", lambda: [houses(k) for k in (1, 2, 3)]),
    ("where calculus gave the slopes", lambda: all(np.allclose(engine(k)[:2], houses(k), atol=6e-4) for k in range(9))),
    ("After 4 steps the loss is within 0.01 of the lowest, 0.38.",
     lambda steps, near, low: engine(steps)[2] < low + near < engine(steps - 1)[2] and engine(8)[2] < low + near / 20),
    ("again at y = 0: there one bug goes unnoticed", lambda y: len(unnoticed(y)) == 1 and not unnoticed(1)),
    ("A share that replaces loses the others.",
     lambda: not lesson.check(lesson.pass_rule, shares(lambda had, up, slope: up * slope))),
    ("The share that comes from there, a times 1, never reaches x and y",
     lambda one: np.allclose(lost(2.0), [one * 3 * 2, one * 3 * 1.5], atol=0.1)),
    ("At y = 0 nobody notices the wrong order: a = x · y is 0 there, and so is the share that is lost.",
     lambda y, a: unnoticed(y) == ["order"] and a == 1.5 * y and lost(y) == [0, 0]),
    ("along b the slope is −a / b²", lambda power: np.isclose(slope(lambda a, b: a / b, 3, 4, along=1), -3 / 4**power)),
    ("Make x¹⁵ from a Node x", lambda power: scored(*[(1, k) for k in range(1, power)]) is True),
    ("it takes 14 products", lambda: score(*[(1, k) for k in range(1, 15)])),
    ("Five products: two for x³, one for x⁶, one for x¹², one for x¹⁵.",
     lambda *powers_: powers_ == (3, 6, 12, 15) and score((1, 1), (1, 2), (3, 3), (6, 6), (3, 12)) == 5 == fewest_products(15)),
]  # fmt: skip
FORMULAS = [
    (r"\frac{1}{1 + e^{-(w_0 x_0 + w_1 x_1 + w_2)}}", lambda w0, x0, w1, x1, w2: neuron((w0, w1, w2), (x0, x1))),
    ("1 − tanh(a)²", lambda a: numerical_gradient(lambda a: np.tanh(a), a)),
]
RIGHT = {"one_wire": 0.24, "two_jobs": "−2 + 1 = −1: the two are added"}
HINTS = {
    "fork_by_hand": [
        ("That is the share of the product's own factor: x + y.", 2 + 3),
        ("That is the share through the sum: upstream x = 2, times 1.", 2 * 1),
        ("10 is f itself, and it is 5 · 2: the two shares multiplied.", (2 + 3) * 2),
        ("That would be y.", 3),
    ],
    "plus_rule": [
        ("Those are the slopes of ×. If a grows by 1", lambda a, b: (b, a)),
        ("Those are the inputs themselves. If a grows by 1", lambda a, b: (a, b)),
        ("b counts as well: if it grows by 1, so does a + b.", lambda a, b: (1, 0)),
        ("A slope for each input, please: two numbers", lambda a, b: 1),
        ("That is the value of the sum.", lambda a, b: a + b),
    ],
    "times_rule": [
        ("The right numbers in the wrong order: if a grows by 1, a · b grows by b.", lambda a, b: (a, b)),
        ("Those are the slopes of +. If a grows by 1", lambda a, b: (1, 1)),
        ("That is the slope along a. Return the one along b, too.", lambda a, b: b),
        ("That is the value of the product. What is asked", lambda a, b: a * b),
        ("That is the value of the product, twice. If a grows by 1, it grows by b.", lambda a, b: (a * b, a * b)),
    ],
    "two_rules": [
        ("The right numbers in the wrong order", (lambda a, b: ..., lambda a, b: (a, b))),
        ("Those are the slopes of +. If a grows by 1", (lambda a, b: [1, 1.0], lambda a, b: (1, 1))),
    ],
    "order_rule": [
        ("That is oldest first. With reverse=True", sorted),
        ("That turns the list round, whatever stands in it.", lambda numbers: numbers[::-1]),
        ("They come back as they came.", lambda numbers: numbers),
        ("Return the nodes themselves, not their numbers.",
         lambda numbers: lesson.names["_order"](lambda nodes: [node.number for node in newest(nodes)])(numbers)),
    ],
    "pass_rule": [
        ("That replaces what the source had: of a fork only one share is left.", shares(lambda had, up, slope: up * slope)),
        ("That adds the local slope alone.", shares(lambda had, up, slope: had + slope)),
        ("That hands blame on unchanged.", shares(lambda had, up, slope: had + up)),
        ("That multiplies what the source had by the new share.", shares(lambda had, up, slope: had * up * slope)),
        ("Upstream and local slope are multiplied, not added.", shares(lambda had, up, slope: had + up + slope)),
        ("No gradient has changed.", shares(lambda had, up, slope: had)),
        ("That is the local slope alone. Multiply it by node.grad", shares(lambda had, up, slope: slope)),
        ("That is the upstream as it came.", shares(lambda had, up, slope: up)),
    ],
    "way_back": [
        ("That is oldest first.",
         (lambda nodes: newest(nodes)[::-1], fills(lambda had, up, slope: had + up * slope))),
        ("That replaces what the source had", (newest, fills(lambda had, up, slope: up * slope))),
    ],
    "tanh_rule": [
        ("In the slope it is the value that is squared, not the input: 1 − tanh(a)².", lambda a: (math.tanh(a), 1 - a**2)),
        ("That is the rule of the sigmoid. For tanh it is 1 − value².",
         lambda a: (math.tanh(a), math.tanh(a) * (1 - math.tanh(a)))),
        ("Right, but the other way round: first the value, then the slope.", lambda a: (1 - math.tanh(a) ** 2, math.tanh(a))),
        ("The value is to be squared: 1 − tanh(a)².", lambda a: (math.tanh(a), 1 - math.tanh(a))),
    ],
    "tanh_station": [
        ("A Node is no number: its number is node.value.", math.tanh),
        ("Use math.tanh, and ** for a power.", lambda node: math.tanh(node.value) ^ 2),
        ("That is no Node, and remembers nothing.", lambda node: (math.tanh(node.value), 1 - math.tanh(node.value) ** 2)),
        ("Inputs and slopes are tuples, also of one, with a comma",
         lambda node: lesson.Node(math.tanh(node.value), (node), (1 - math.tanh(node.value) ** 2))),
        ("An input is a node, not its number.",
         lambda node: lesson.Node(math.tanh(node.value), (node.value,), (1 - math.tanh(node.value) ** 2,))),
        ("In the slope it is the value that is squared",
         lambda node: lesson.Node(math.tanh(node.value), (node,), (1 - node.value**2,))),
    ],
    "divide_rule": [
        ("The sign is right now. But one b too few", lambda a, b: (a / b, 1 / b, -a / b)),
        ("The minus belongs to the other slope", lambda a, b: (a / b, -1 / b, a / b**2)),
        ("The slope along a was right as it stood.", lambda a, b: (a / b, -1 / b, -a / b**2)),
        ("1 / b has the slope −1 / b².", lambda a, b: (a / b, 1 / b, -1 / b**2)),
        ("The value was right as it stood.", lambda a, b: (-a / b, 1 / b, -a / b**2)),
    ],
    "divide_station": [
        ("But one b too few: `value` has been divided by it once already.",
         lambda a, b: lesson.Node(a.value / b.value, (a, b), (1 / b.value, -a.value / b.value))),
    ],
    "fewest": [
        ("That is no Node.", lambda x: x.value**15),
        ("A node is multiplied by a node, and by nothing else. Begin with x.", lambda x: x**15),
        ("Only x and products may be in it.", lambda x: lesson.Node(x.value**15, (x,), (15 * x.value**14,))),
    ],
}
FREE = {
    "size − 3": "the label of an axis",
    "Used twice": "a count of what stands there",
    "a value is used twice": "a count of what stands there",
}
