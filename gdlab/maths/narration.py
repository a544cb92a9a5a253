"""The engine in words and symbols: what tensors are called, what an operation says, a backward pass told edge by edge, and
what went wrong. All symbols are made from the texts of the table of operations.
"""

import ast
import re
from itertools import count
from typing import NamedTuple

import numpy as np

from gdlab.maths.arithmetic import computed, is_finite, taken
from gdlab.maths.words import number

AS_WRITTEN = (  # from Python's way to write a formula to a reader's, step by step
    (r"ones_like\(.+?\)", "1"), (r"\w+\.size|len\(\w+\)", "n"), (r" \* 1\b", ""),
    (r"(∂\S+)\.T\b", r"(\1)ᵀ"), (r"\.T\b", "ᵀ"), (r"outer\((.+), (∂.+)\)", r"\1 (\2)ᵀ"), (r"outer\((.+), (.+)\)", r"\1 \2ᵀ"),
    (r"(\w+|\(.+\))\.(sum|mean)\(\)", r"\2 \1"), (r"abs\((.+)\)", r"|\1|"), (r"sqrt\((\w+)\)", r"√\1"), ("maximum", "max"),
    (r"\b([a-z_]+)\((\w+)\)", r"\1 \2"), ("log_softmax", "log softmax"), (r"\(?([^()]+ >=? [^()]+)\)?", r"[\1]"), (">=", "≥"),
    (r" \*\* 2\b", "²"), (r" \*\* ", "^"), (r" \* ", " · "), (" / ", "/"), (" @ ", " "),
    (r"(?<![\w.])\d[\d.]*(e[-+]?\d+)?", lambda found: re.sub(".+×.+", r"(\g<0>)", number(found[0], 4))), ("-", "−"),
)  # fmt: skip


def expression(text, parts):
    """The syntax tree of a text of the table with these parts, names or numbers, put in, and what follows of them worked out."""
    return _Filled(parts).visit(ast.parse(text, mode="eval").body)


class _Filled(ast.NodeTransformer):
    def __init__(self, parts):
        self.parts = parts

    def visit_Name(self, node):
        part = self.parts.get(node.id, node.id)
        return ast.Name(part) if isinstance(part, str) else _literal(part)

    def visit_BinOp(self, node):
        self.generic_visit(node)
        left, right = _number(node.left), _number(node.right)
        if isinstance(node.op, ast.Sub) and None not in (left, right):
            return _literal(left - right)
        if right == 1 and isinstance(node.op, (ast.Mult, ast.Pow)):
            return node.left
        if left in (1, -1) and isinstance(node.op, ast.Mult):
            return node.right if left == 1 else ast.UnaryOp(ast.USub(), node.right)
        return node


def _literal(value):
    whole = float(value).is_integer() and abs(value) < 1e15
    return ast.parse(repr(int(value) if whole else value), mode="eval").body


def _number(tree):
    try:
        return ast.literal_eval(tree)
    except ValueError:
        return None


def symbols(tree):
    """A syntax tree as a reader writes it: 2 · (a − b)/n."""
    text = ast.unparse(tree)
    for python, written in AS_WRITTEN:
        text = re.sub(python, written, text)
    return text


def name_all(tensors):
    """{order: name}: each tensor's own name, or v1, v2, ... in the order of creation."""
    used = {tensor.name for tensor in tensors}
    free = (name for name in (f"v{i}" for i in count(1)) if name not in used)
    return {tensor.order: tensor.name or next(free) for tensor in sorted(tensors, key=lambda tensor: tensor.order)}


def sign(tensor, names):
    """How a result was made, with the names of its inputs: x × y, or "" for a tensor that was given."""
    return symbols(_filled(tensor.operation.text, tensor, names)).replace("·", "×") if tensor.operation else ""


def _filled(text, tensor, names, **more):
    """A text of a tensor's operation with what it was done on put in, as a syntax tree."""
    parts = {"y": names[tensor.order], **more}
    for letter, source, value in zip("abc", tensor.inputs, tensor.values):
        parts[letter] = names[source.order] if is_tensor(source) else value if type(value) is float else "C"
    return expression(text, parts)


def is_tensor(source):
    return hasattr(source, "operation")


class Step(NamedTuple):
    """One contribution in a backward pass: blame flows from `output` back along an edge to `input`."""

    output: object
    input: object
    upstream: object  # the gradient of the final result along the output, complete by now
    local: object  # the derivative of the output along the input where it is a factor, else None, as in a matmul
    contribution: object  # what this edge adds to the input's gradient, in the input's shape
    total: object  # what the input has received so far, this contribution included
    symbols: tuple  # upstream, local, contribution and total in symbols


def steps(tensor, cotangent=None):
    """The backward pass once more, one contribution at a time: yields a `Step` for each, and assigns no gradient."""
    tensors = tensor.graph()
    names, totals = name_all(tensors), {tensor.order: seed(tensor, cotangent)}
    about = f"∂{names[tensor.order]}/∂"
    for output in reversed(tensors):
        for k, source in enumerate(output.inputs):
            if not is_tensor(source):
                continue
            operation, upstream, y, local = output.operation, totals[output.order], output.data, None
            text, g = operation.passes[k], about + names[output.order]
            factor = product = symbols(_filled(text, output, names, g=g))
            with np.errstate(all="ignore"):
                given = operation.pass_back(k, upstream, y, output.values)
                totals[source.order] = totals[source.order] + given if source.order in totals else given
                if not any(part in text for part in ("@", ".T", "outer")):
                    local = computed(operation.rules[k], np.ones_like(y)[()], y, *output.values)
                    local = local if np.ndim(local) else float(local)
                    tree = _filled(text, output, names, g=1.0)
                    factor = symbols(tree)
                    if isinstance(tree, ast.BinOp) and isinstance(tree.op, (ast.Add, ast.Sub)):
                        factor = f"({factor})"
                    product = f"{g} · {factor}"
            written = g, factor, product, about + names[source.order]
            yield Step(output, source, upstream, local, given, totals[source.order], written)


def seed(tensor, cotangent):
    """The gradient with which a backward pass begins: 1, or the cotangent that was given."""
    if cotangent is None and type(tensor.data) is float:
        return 1.0
    if cotangent is None:
        raise ValueError(f"backward of {told(tensor)}: a single number is needed. Take its sum or its mean, or pass a cotangent.")
    cotangent = taken(cotangent, "the cotangent")
    if np.shape(cotangent) != tensor.shape:
        raise ValueError(f"backward of {told(tensor)}: the cotangent must have the same shape, not {np.shape(cotangent)}.")
    return cotangent


# What went wrong


def told(source):
    """A tensor or a constant, as a message names it."""
    value = source.data if is_tensor(source) else source
    kind = number(value, 4) if np.ndim(value) == 0 else f"shape {np.shape(value)}"
    made = "a constant" if not is_tensor(source) else f"the result of {source.operation.name}" if source.operation else "a tensor"
    return f"{getattr(source, 'name', None) or made} ({kind})"


def misfit(name, inputs):
    """Why an operation cannot be done on these."""
    reason = "the shapes do not fit: from the last one on, axes must be equally long, or one of them 1"
    if name in ("matmul", "dot", "row @ matrix", "matrix @ column"):
        reason = "the last axis of the first must be as long as the first of the second; vectors and matrices only"
    elif name == "linear":
        reason = "x needs the shape (batch, inputs), the weights (inputs, outputs), and the bias (outputs,)"
    return f"{name}: {' and '.join(map(told, inputs))}: {reason}."


def unknown(tensor, name, known):
    return f"np.{name} of {told(tensor)}: the engine has no rule for it. It has {', '.join(known)}; and a = a + x for a += x."


def no_number(tensor, *_arguments, **_options):
    why = "a condition, a comparison or a conversion would lose its gradient. Take its .data, or a function of numpy"
    raise TypeError(f"{told(tensor)} is no plain number: {why}.")


def where_it_began(root, cotangent):
    """Which operation made the first value, or else the first gradient, that is infinite or nan."""
    for tensor in root.graph():
        if not is_finite(tensor.data):
            if not tensor.operation:
                return f"{told(tensor)} itself is not finite."
            inputs = " and ".join(map(told, tensor.inputs))
            return f"{tensor.operation.name} of {inputs} made the first value that is not finite."
    if not is_finite(cotangent):
        return f"backward of {told(root)}: the cotangent itself is not finite."
    step = next(step for step in steps(root, cotangent) if not is_finite(step.contribution))
    name = step.output.operation.name
    return f"{name} of {told(step.input)} passes back the first gradient that is not finite: {step.symbols[2]}."
