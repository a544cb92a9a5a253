"""A graph as straight numpy: both of its passes, one line an operation, to read and to run.

The lines are the texts of the table of operations with the names of the tensors put in: z1 for a tensor of this name, d_z1 for
its gradient. No number of examples is written into them, so they serve for any; what was broadcast gets a sum back.
"""

import ast
import inspect
import keyword
import re
import unicodedata
from dataclasses import dataclass

import numpy as np

from gdlab.maths.arithmetic import FUNCTIONS, log_softmax, softmax, computed
from gdlab.maths.narration import expression, is_tensor, name_all, seed

OWN = {"log_softmax": log_softmax, "softmax": softmax}  # what numpy has not
NUMPYS = {name: f"np.{name}" for name in FUNCTIONS.keys() - OWN.keys()}


@dataclass(frozen=True, eq=False)
class Code:
    """Both passes of a graph: `print` them, or make a function of them."""

    lines: tuple  # one for each value and each gradient; `str` adds what they need besides numpy
    given: dict  # {variable: value} of what the graph was made from
    variables: dict  # {order: variable} of its tensors

    def __repr__(self):
        text = "\n".join(self.lines)
        return "\n\n".join([*map(inspect.getsource, OWN.values()), text] if "softmax(" in text else [text])

    def function(self, takes, returns):
        """A function of some of the variables, which returns a list of others. What it does not take is as it was."""
        names = {"np": np, **OWN, **self.given}
        exec("\n    ".join([f"def step({', '.join(takes)}):", *self.lines, f"return [{', '.join(returns)}]"]), names)
        return names["step"]


def write(result, *wanted):
    """The `Code` that computes this number, and its gradients along the tensors wanted: along all that were given, unless told."""
    seed(result, None)  # a single number it must be
    tensors = result.graph()
    variables, given = _variables(tensors)
    reached = {tensor.order for tensor in wanted or tensors if wanted or not tensor.operation}
    forward, backward = ["# forward"], ["# backward", f"d_{variables[result.order]} = 1"]
    for tensor in tensors:
        if tensor.operation:
            forward.append(_line(variables[tensor.order], tensor.operation.text, _names(tensor, variables)))
            if any(getattr(source, "order", None) in reached for source in tensor.inputs):
                reached.add(tensor.order)
    begun = set()
    for tensor in reversed(tensors):
        for k, source in enumerate(tensor.inputs):
            if tensor.order in reached and getattr(source, "order", None) in reached:
                names = _names(tensor, variables)
                line = _line(f"d_{variables[source.order]}", tensor.operation.passes[k], names, *_sums(tensor, k))
                backward.append(line if source.order not in begun else line.replace("= ", f"= {line.split()[0]} + ", 1))
                begun.add(source.order)
    return Code((*forward, *backward), given, variables)


def _variables(tensors):
    """({order: variable}, {variable: value} of what was given)."""
    used, variables, given = {"np", *OWN}, {}, {}

    def variable(name):
        word = re.sub(r"\W", "_", unicodedata.normalize("NFKC", name))  # a small ₁ becomes 1
        word = word if word.isidentifier() and not keyword.iskeyword(word) else f"v_{word}"
        while word in used or f"d_{word}" in used:
            word += "_"
        used.update((word, f"d_{word}"))
        return word

    names = name_all(tensors)
    for tensor in tensors:
        variables[tensor.order] = variable(names[tensor.order])
        if not tensor.operation:
            given[variables[tensor.order]] = tensor.data
    for tensor in tensors:
        for k, (source, value) in enumerate(zip(tensor.inputs, tensor.values, strict=True)):
            if not is_tensor(source) and not (type(value) is float and np.isfinite(value)):
                variables[tensor.order, k] = variable(f"c{1 + sum(type(key) is tuple for key in variables)}")
                given[variables[tensor.order, k]] = value
    return variables, given


def _names(tensor, variables):
    """What stands for a, b, c, y and g in the texts of a tensor's operation: variables, or numbers."""
    names = {"y": variables[tensor.order], "g": f"d_{variables[tensor.order]}", **NUMPYS}
    for k, (letter, source, value) in enumerate(zip("abc", tensor.inputs, tensor.values)):
        names[letter] = variables.get(getattr(source, "order", (tensor.order, k)), value)
    return names


def _line(variable, text, names, *sums):
    tree = ast.unparse(expression(text, names)).replace(" ** ", "**")
    tree = f"({tree})" if sums and not tree.isidentifier() else tree
    return f"{variable} = {tree}{''.join(sums)}"


def _sums(tensor, k):
    """Where input k was broadcast: the sums over what it passes back."""
    g, value = np.ones(tensor.shape), tensor.values[k]
    passed = np.shape(computed(tensor.operation.rules[k], g, tensor.data, *tensor.values))
    if not np.ndim(value):
        return [".sum()"] if passed else []
    extra = len(passed) - value.ndim
    stretched = [i for i, size in enumerate(value.shape) if size == 1 and passed[extra + i] > 1]
    sums = [f".sum(axis={0 if extra == 1 else tuple(range(extra))})"] * (extra > 0)
    return sums + [f".sum(axis={tuple(stretched)}, keepdims=True)"] * bool(stretched)
