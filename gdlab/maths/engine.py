"""Backpropagation in one class.

A `Tensor` is a number, a vector or a matrix that remembers which operation made it, and from what. `OPERATIONS` says for
each operation how its value is computed, and what it passes back to each of its inputs.

The backward pass takes the tensors in the opposite order of their creation, in which each comes after everything that
used it, and adds up what they pass back. It assigns the gradients: a second pass gives the same answer as the first. No
tensor refers to what was made from it, so a graph that is no longer needed is freed at once.

The gradient is that at the values of the forward pass. So the graph keeps copies of the parameters and the constants,
which somebody may change in place before the backward pass; and results are read-only.
"""

import math
import operator
from contextlib import nullcontext
from copy import deepcopy
from dataclasses import dataclass
from itertools import count

import numpy as np

from gdlab.maths.operations import OPERATIONS, add_rows
from gdlab.maths.words import _, number


# numpy's names of functions, where they are not the table's.
_OF_NUMPY = {"absolute": "abs", "amax": "max", "dot": "matmul"}
_Array, _FLOATS, _new = np.ndarray, np.dtype(float), object.__new__
_next = count().__next__  # tensors are numbered as they are made
_order = operator.attrgetter("order")


def _constant(value, doing=""):
    """A plain number as a Python float, anything else that holds numbers as an array of floats."""
    if type(value) is _Array and value.dtype is _FLOATS and value.ndim:
        return value
    if type(value) is float or type(value) is int:
        return float(value)
    try:
        array = np.asarray(value)
    except ValueError:  # a ragged list
        array = np.array(None)
    if array.dtype.kind not in "fiub":
        message = _("{value!r} is neither a number nor an array of numbers.").format(value=value)
        raise TypeError(f"{doing}: {message}" if doing else message)
    return array.astype(float) if array.ndim else float(array)


def _apply(operation, inputs, values):
    """Do an operation on values, and remember the inputs that they came from; those that are no tensors are constants."""
    try:
        data = operation.value(*values)
    except (ArithmeticError, ValueError, TypeError, IndexError, AttributeError):
        data = _value_or_reason(operation, inputs, values)
    result = _new(Tensor)
    result._data = data if type(data) is float or type(data) is _Array and data.ndim else float(data)
    result.operation, result.inputs, result.values, result.order = operation, inputs, values, _next()
    result.name = result.grad = None
    return result


def _taken(source, doing):
    """What an operation computes with: the value of a number, an array or a tensor.

    An array that somebody may change in place before the backward pass is copied: all but those of results.
    """
    if type(source) is Tensor:
        value = source._data
        return value if source.operation or type(value) is float else value.copy("K")
    if type(source) is float:
        return source
    value = _constant(source, doing)
    return value.copy("K") if value is source and type(value) is _Array else value


def _apply_to(name, *inputs):
    """The same for inputs that may be numbers, arrays or tensors."""
    return _apply(OPERATIONS[name], inputs, [_taken(t, name) for t in inputs])


def _carefully(function, *values):
    """A function in numpy's arithmetic, which makes inf or nan where Python's raises."""
    with np.errstate(all="ignore"):
        return function(*[np.float64(value) if type(value) is float else value for value in values])


def _value_or_reason(operation, inputs, values):
    try:
        return _carefully(operation.value, *values)
    except (ZeroDivisionError, ValueError, TypeError, IndexError, AttributeError) as error:
        told = _(" and ").join(_told(source, value) for source, value in zip(inputs, values, strict=False))
        reason = str(error)
        if operation.name in ("mean", "max") and not np.size(values[0]):
            reason = _("it has no entries.")
        elif operation.name == "linear":
            reason = _("x needs the shape (batch, inputs), the weights (inputs, outputs), and the bias (outputs,).")
        elif operation.name == "matmul":
            reason = _("the last axis of the first must be as long as the first of the second; vectors and matrices only.")
        elif len(inputs) == 2:
            reason = _("the shapes do not fit: from the last one on, axes must be equally long, or one of them 1.")
        # An IndexError says that a loop over the entries has come to its end; a plain number has none.
        kind = IndexError if isinstance(error, IndexError) and type(values[0]) is not float else ValueError
        raise kind(f"{operation.name}: {told}: {reason}") from None


def _told(source, value):
    """A tensor or a constant, as a message names it."""
    kind = _written(value) if type(value) is float else _("shape {shape}").format(shape=np.shape(value))
    if type(source) is not Tensor:
        return _("a constant ({kind})").format(kind=kind)
    unnamed = _("the result of {it}").format(it=source.operation.name) if source.operation else _("a tensor")
    return f"{source.name or unnamed} ({kind})"


def _written(value):
    """A constant as it stands in a formula: its number, or C for an array."""
    return number(value, 4) if type(value) is float else "C"


def _binary(name):
    operation = OPERATIONS[name]

    def forward(self, other):
        return _apply(operation, (self, other), (_taken(self, name), _taken(other, name)))

    def reflected(self, other):
        return _apply(operation, (other, self), (_taken(other, name), _taken(self, name)))

    forward.__doc__ = reflected.__doc__ = operation.sign.format(a="a", b="b")
    forward.__qualname__ = reflected.__qualname__ = f"Tensor.{name}"
    return forward, reflected


def _unary(name):
    operation = OPERATIONS[name]

    def forward(self):
        return _apply(operation, (self,), (_taken(self, name),))

    forward.__doc__, forward.__qualname__ = operation.sign.format(a="a"), f"Tensor.{name}"
    return forward


def _reduction(name):
    operation = OPERATIONS[name]

    def forward(self, axis=None, keepdims=False):
        return self if type(self._data) is float else _apply(operation, (self,), (_taken(self, name), axis, keepdims))

    forward.__doc__, forward.__qualname__ = f"The {name} over an axis, or over all entries.", f"Tensor.{name}"
    return forward


def _refused(message):
    def refuse(self, *_arguments, **_options):
        raise TypeError(message.format(it=_told(self, self._data)))

    return refuse


class Tensor:
    """A number, a vector or a matrix that remembers how it was made.

    Numbers and arrays that meet a tensor are constants. numpy's own functions work on tensors, too, so that one function
    in plain numpy serves for numbers, for grids and for backpropagation.

    Args:
        data: a number or an array of numbers; it is copied and converted to floats.
        name: what messages and pictures call it.

    Attributes:
        data: the value, a float or an array. To change a parameter, assign to it. That of a result is read-only.
        grad: the gradient, in data's shape, of that on which `backward` was called last; None before.
        operation, inputs: what made it, and from what; None and () for a tensor that was given.
    """

    __slots__ = ("_data", "grad", "name", "operation", "inputs", "values", "order", "__weakref__")

    def __init__(self, data, name=None):
        value = _constant(data)
        self._data = value.copy() if value is data and type(value) is _Array else value
        self.name, self.order = name, _next()
        self.grad = self.operation = None
        self.inputs = self.values = ()

    __add__, __radd__ = _binary("add")
    __sub__, __rsub__ = _binary("subtract")
    __mul__, __rmul__ = _binary("multiply")
    __truediv__, __rtruediv__ = _binary("divide")
    __pow__, __rpow__ = _binary("power")
    __matmul__, __rmatmul__ = _binary("matmul")
    maximum = _binary("maximum")[0]
    __neg__, __abs__ = _unary("negative"), _unary("abs")
    exp, log, sqrt, sin, cos = map(_unary, ("exp", "log", "sqrt", "sin", "cos"))
    tanh, sigmoid, relu, abs = map(_unary, ("tanh", "sigmoid", "relu", "abs"))
    sum, mean, max = map(_reduction, ("sum", "mean", "max"))
    T = property(_unary("transpose"))
    shape = property(lambda self: np.shape(self._data))

    def reshape(self, *shape):
        """The same entries in another shape: `x.reshape(2, 3)` or `x.reshape((2, 3))`."""
        return _apply(OPERATIONS["reshape"], (self,), (_taken(self, "reshape"), shape[0] if len(shape) == 1 else shape))

    def __getitem__(self, index):
        return _apply(OPERATIONS["index"], (self,), (_taken(self, "index"), deepcopy(index)))

    def _assign(self, value):
        if self.operation:
            message = _("{it}: a result cannot be replaced, since the graph remembers it. Assign to what it was made from.")
            raise ValueError(message.format(it=_told(self, self._data)))
        self._data = _constant(value, "data")

    def _handed_out(self):
        if not self.operation or type(self._data) is float:
            return self._data
        view = self._data.view()
        view.flags.writeable = False
        return view

    data = property(_handed_out, _assign)

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        name = _OF_NUMPY.get(ufunc.__name__, ufunc.__name__)
        if "out" in options:
            raise TypeError(
                _("np.{name}: an array cannot take up {it} in place. Write a = a + x instead of a += x.").format(
                    name=ufunc.__name__, it=_told(self, self._data)
                )
            )
        if name not in OPERATIONS or method != "__call__" or options:
            self._unknown(ufunc.__name__ if method == "__call__" else f"{ufunc.__name__}.{method}")
        return _apply_to(name, *inputs)

    def __array_function__(self, function, types, arguments, options):
        name = _OF_NUMPY.get(function.__name__, function.__name__)
        if name == "matmul" and not options:
            return _apply_to(name, *arguments)
        most, known = {"reshape": (2, ()), "transpose": (1, ())}.get(name, (2, ("axis", "keepdims")))
        taken = len(arguments) <= most and set(options) <= set(known)
        if name not in ("sum", "mean", "max", "reshape", "transpose") or not taken or type(arguments[0]) is not Tensor:
            self._unknown(function.__name__, *arguments[1:], *options)
        return arguments[0].T if name == "transpose" else getattr(arguments[0], name)(*arguments[1:], **options)

    def _unknown(self, name, *more):
        message = _("np.{name} of {it}: the engine has no rule for it. It has {known}.")
        if more:
            message = _("np.{name} of {it}: the engine has no rule for all of these arguments. It has {known}.")
        raise TypeError(message.format(name=name, it=_told(self, self._data), known=", ".join(OPERATIONS)))

    __bool__ = _refused(_("{it} is neither true nor false: a condition has no gradient. Ask about its .data instead."))
    __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = _refused(
        _("{it} cannot be compared: a comparison has no gradient. Compare its .data, or use relu, abs or maximum.")
    )
    __hash__ = object.__hash__
    __setitem__ = _refused(_("{it}: an entry cannot be replaced, since the graph remembers it. Make a new tensor."))
    __float__ = __int__ = __index__ = __array__ = _refused(
        _("{it} does not become a plain number, which would lose its gradient. Take its .data, or a function of numpy.")
    )

    def __repr__(self):
        name = f", name={self.name!r}" if self.name else ""
        return f"Tensor({self._data!r}{name}{', from ' + self.operation.name if self.operation else ''})"

    def __reduce__(self):
        """A copy is a tensor of its own, without a history."""
        return Tensor, (self._data, self.name)

    def backward(self, cotangent=None):
        """Compute the gradient with respect to all that this tensor was made from, and assign it to their `grad`.

        Args:
            cotangent: needed where this tensor is no plain number: the gradient of some final result with respect to
                it, in its shape.

        Raises:
            ValueError: from a vector or a matrix without a cotangent of its shape.
            FloatingPointError: where the result, or what exp, log, sqrt, / or ** passes back, is infinite or nan; it
                names the operation that made the first. Within `np.errstate(invalid="ignore")` they pass.
        """
        seed = _seed(self, cotangent)
        operations, leaves = _graph(self)
        singular, kind = False, Tensor
        for tensor in operations:
            tensor.grad = None
            if tensor.operation.singular and type(tensor._data) is not float:
                singular = True
        for tensor in leaves:
            tensor.grad = None
        self.grad, finite = seed, _finite(self._data)
        # What is not finite is told below, by name, and not by a warning. (errstate takes time: only where it is needed.)
        with np.errstate(all="ignore") if singular else nullcontext():
            for tensor in operations:
                operation, upstream, output, values = tensor.operation, tensor.grad, tensor._data, tensor.values
                for source, rule, value in zip(tensor.inputs, operation.rules, values):
                    if type(source) is not kind:
                        continue
                    try:
                        given = rule(upstream, output, *values)
                    except (ArithmeticError, ValueError):
                        given = _carefully(rule, upstream, output, *values)
                    if type(value) is float:
                        if type(given) is not float:
                            given = float(np.sum(given))
                    # Mostly it is a new array of the right shape; sizes are quicker compared than shapes.
                    elif (
                        type(given) is not _Array
                        or given.size != value.size
                        or given.ndim != value.ndim
                        or given is upstream
                        or given.base is not None
                    ):
                        given = _fit(given, value)
                    if operation.singular and not _finite(given):
                        finite = False
                    grad = source.grad
                    source.grad = given if grad is None else grad + given
        if not finite and np.geterr()["invalid"] != "ignore":
            raise FloatingPointError(_where_it_began(self, seed))

    def steps(self, cotangent=None):
        """The backward pass once more, one contribution at a time: yields a `Step` for each, and assigns no gradient."""
        operations, leaves = _graph(self)
        names = name_all((*operations, *leaves))
        about = f"∂{names[self.order]}/∂"
        totals = {self.order: _seed(self, cotangent)}
        for tensor in operations:
            upstream, output, values = totals[tensor.order], tensor._data, tensor.values
            inputs = list(zip(tensor.inputs, values, tensor.operation.rules, tensor.operation.local, strict=False))
            written = [names[t.order] if type(t) is Tensor else _written(value) for t, value, *_rest in inputs]
            words = {**dict(zip("abc", written, strict=False)), "y": names[tensor.order], "g": about + names[tensor.order]}
            for source, value, rule, template in inputs:
                if type(source) is not Tensor:
                    continue
                given = _fit(_carefully(rule, upstream, output, *values), value)
                factor = "{g}" not in template
                local = _carefully(rule, np.ones_like(output)[()], output, *values) if factor else None
                local = float(local) if factor and type(output) is float else local
                with np.errstate(all="ignore"):
                    totals[source.order] = totals[source.order] + given if source.order in totals else given
                product = template if not factor else "{g} · " + template
                symbols = ("{g}", template, product, about + names[source.order])
                # 2 · x^(2−1) is 2 · x.
                symbols = tuple(part.format(**words).replace("^(2−1)", "") for part in symbols)
                yield Step(tensor, source, upstream, local, given, totals[source.order], symbols)

    def graph(self):
        """All that this tensor was made from, and itself at the end: in the order of creation."""
        operations, leaves = _graph(self)
        return sorted((*operations, *leaves), key=_order)


@dataclass(frozen=True, eq=False)
class Step:
    """One contribution in a backward pass: blame flows from `output` back along an edge to `input`.

    Attributes:
        output, input: the tensors at the two ends of the edge.
        upstream: the gradient of the final result with respect to the output, in its shape; complete by now.
        local: the derivative of the output with respect to the input where it is a factor, else None, as in a matmul.
        contribution: what this edge adds to the input's gradient, in the input's shape.
        total: what the input has received so far, this contribution included.
        symbols: upstream, local, contribution and total in symbols.
    """

    output: Tensor
    input: Tensor
    upstream: object
    local: object
    contribution: object
    total: object
    symbols: tuple


def linear(x, weights, bias):
    """x @ weights + bias in one operation: shapes (batch, inputs), (inputs, outputs), (outputs,)."""
    return _apply_to("linear", x, weights, bias)


def squared_error(x, targets):
    """The mean of (x − targets)² over all entries."""
    return _apply_to("squared error", x, targets)


def softmax_cross_entropy(scores, labels):
    """The mean of −log p(label), where p is the softmax of the scores.

    Args:
        scores: a Tensor of shape (..., classes).
        labels: whole numbers from 0 to classes − 1, shape (...).
    """
    scores, labels = scores if type(scores) is Tensor else Tensor(scores), np.asarray(labels)
    shape = np.shape(scores.data)
    if labels.dtype.kind not in "iu" or not labels.size or not shape or labels.shape != shape[:-1]:
        raise ValueError(
            _("softmax cross-entropy of {it}: it needs a whole number as label for each row, not {labels!r}.").format(
                it=_told(scores, scores.data), labels=labels
            )
        )
    if labels.min() < 0 or labels.max() >= shape[-1]:
        raise ValueError(
            _("softmax cross-entropy of {it}: labels go from 0 to {most}, not from {low} to {high}.").format(
                it=_told(scores, scores.data), most=shape[-1] - 1, low=labels.min(), high=labels.max()
            )
        )
    return _apply(OPERATIONS["softmax cross-entropy"], (scores,), (_taken(scores, ""), labels.copy()))


def name_all(tensors):
    """{order: name}: each tensor's own name, or v1, v2, ... in the order of creation."""
    taken = {tensor.name for tensor in tensors}
    free = (name for name in (f"v{i}" for i in count(1)) if name not in taken)
    return {tensor.order: tensor.name or next(free) for tensor in sorted(tensors, key=_order)}


def _graph(root):
    """All that a tensor was made from: (results of operations, the newest first; tensors that were given)."""
    if root.operation is None:
        return [], [root]
    found, leaves, seen = [root], [], {root.order}
    for tensor in found:
        for source in tensor.inputs:
            if type(source) is Tensor and source.order not in seen:
                seen.add(source.order)
                (leaves if source.operation is None else found).append(source)
    found.sort(key=_order, reverse=True)
    return found, leaves


def _seed(root, cotangent):
    """The gradient with which a backward pass begins: 1, or the cotangent that was given."""
    if cotangent is None and type(root._data) is float:
        return 1.0
    if cotangent is None:
        message = _("backward of {it}: a single number is needed. Take the sum or the mean of it, or pass a cotangent.")
        raise ValueError(message.format(it=_told(root, root._data)))
    cotangent = _constant(cotangent, "cotangent")
    if np.shape(cotangent) != np.shape(root._data):
        message = _("backward of {it}: the cotangent must have the same shape, not {shape}.")
        raise ValueError(message.format(it=_told(root, root._data), shape=np.shape(cotangent)))
    return cotangent if type(cotangent) is float else cotangent.copy()


def _fit(gradient, value):
    """A contribution in the shape of the value that it belongs to: summed over the axes along which that was broadcast.

    Where it is an array it is a new one, and no view: whoever changes a gradient must change no other.
    """
    if type(value) is not _Array:
        return float(np.sum(gradient))
    if type(gradient) is not _Array or not gradient.ndim:
        whole = np.empty(value.shape)
        whole.fill(gradient)
        return whole
    given = gradient
    while gradient.ndim > value.ndim:
        gradient = add_rows(gradient) if gradient.ndim == 2 else gradient.sum(axis=0)
    if gradient.shape == value.shape:
        return gradient.copy() if gradient is given else gradient
    stretched = tuple(i for i, size in enumerate(value.shape) if size == 1)
    return gradient.sum(axis=stretched, keepdims=True) + np.zeros(value.shape)


def _finite(value):
    return math.isfinite(value) if type(value) is float else bool(np.isfinite(value).all())


def _where_it_began(root, cotangent):
    """In words: which operation made the first value, or else the first gradient, that is infinite or nan."""
    for tensor in root.graph():
        if not _finite(tensor._data):
            if tensor.operation is None:
                return _("{it} itself is not finite.").format(it=_told(tensor, tensor._data))
            told = _(" and ").join(_told(t, value) for t, value in zip(tensor.inputs, tensor.values, strict=False))
            return _("{operation} of {inputs} made the first value that is not finite.").format(
                operation=tensor.operation.name, inputs=told
            )
    if not _finite(cotangent):
        return _("backward of {it}: the cotangent itself is not finite.").format(it=_told(root, root._data))
    step = next(step for step in root.steps(cotangent) if not _finite(step.contribution))
    return _("{operation} of {it} passes back the first gradient that is not finite: {symbols}.").format(
        operation=step.output.operation.name, it=_told(step.input, step.input.data), symbols=step.symbols[2]
    )
