"""Walking downhill: step rules (optimizers) and `descend`, which applies one again and again and keeps the path.

An optimizer is pure: `step(gradient, memory)` returns a displacement and the new memory, and changes nothing. So one
rule serves a single walker, a thousand of them at once (arrays broadcast) and the weights of a network. The
definitions, and the default values, are those of PyTorch's `torch.optim`; the tests hold each against its recorded
trajectories.
"""

from dataclasses import dataclass, replace

import numpy as np

from gdlab.maths.walks import Path
from gdlab.maths.words import _

MOST_STEPS = 100_000


@dataclass(frozen=True, eq=False)
class GradientDescent:
    """x ← x − lr · g: a step against the gradient g, as long as the learning rate times its length."""

    lr: float
    remembers = ()  # what its memory holds, by name
    carries = 0.0  # the share of a step that its memory repeats in the next one
    throws = 0.0  # how far it may be thrown from a minimum once it has forgotten how steep the ground was

    def __post_init__(self):
        for name, value in vars(self).items():
            _check_rate(type(self).__name__, name, value)

    def start(self, position):
        """The memory before the first step: a tuple of arrays of `position`'s shape, here empty."""
        return ()

    def step(self, gradient, memory):
        """(displacement, new memory) for this gradient; arrays of any shape, all alike."""
        return -self.lr * gradient, memory


@dataclass(frozen=True, eq=False)
class Momentum(GradientDescent):
    """v ← βv + g, x ← x − lr · v: the walker keeps a part β of the velocity it had (Polyak 1964).

    As in PyTorch the velocity v is a sum of gradients and the learning rate multiplies it at the step, so a change of
    the learning rate acts at once; there is no dampening, so a steady slope is walked at up to 1/(1 − β) the speed.
    """

    beta: float = 0.9
    remembers = ("velocity",)
    carries = property(lambda rule: rule.beta)

    def start(self, position):
        return (np.zeros_like(position),)

    def step(self, gradient, memory):
        velocity = self.beta * memory[0] + gradient
        return -self.lr * velocity, (velocity,)


@dataclass(frozen=True, eq=False)
class Nesterov(Momentum):
    """v ← βv + g, x ← x − lr · (g + βv): momentum that looks one step ahead (Nesterov 1983).

    PyTorch's form, in which the gradient is taken where the walker stands (Sutskever et al. 2013, shifted).
    """

    def step(self, gradient, memory):
        velocity = self.beta * memory[0] + gradient
        return -self.lr * (gradient + self.beta * velocity), (velocity,)


@dataclass(frozen=True, eq=False)
class AdaGrad(GradientDescent):
    """s ← s + g², x ← x − lr · g / (√s + ε): each coordinate's step shrinks with all it has seen (Duchi et al. 2011)."""

    eps: float = 1e-10
    remembers = ("squares",)

    def start(self, position):
        return (np.zeros_like(position),)

    def step(self, gradient, memory):
        squares = memory[0] + gradient**2
        return -self.lr * gradient / (np.sqrt(squares) + self.eps), (squares,)


@dataclass(frozen=True, eq=False)
class RMSProp(GradientDescent):
    """s ← ρs + (1 − ρ)g², x ← x − lr · g / (√s + ε): AdaGrad that forgets (Hinton 2012). ρ is PyTorch's `alpha`."""

    rho: float = 0.99
    eps: float = 1e-8
    remembers = ("squares",)
    throws = property(lambda rule: 2 * rule.lr / np.sqrt(1 - rule.rho))  # twice its longest step

    def start(self, position):
        return (np.zeros_like(position),)

    def step(self, gradient, memory):
        squares = self.rho * memory[0] + (1 - self.rho) * gradient**2
        return -self.lr * gradient / (np.sqrt(squares) + self.eps), (squares,)


@dataclass(frozen=True, eq=False)
class Adam(GradientDescent):
    """Momentum over the root of RMSProp's mean square, both corrected for their start at zero (Kingma & Ba 2015).

    m ← β₁m + (1 − β₁)g, s ← β₂s + (1 − β₂)g², x ← x − lr · m/(1 − β₁ᵗ) / (√(s/(1 − β₂ᵗ)) + ε) at step t.
    """

    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    remembers = ("velocity", "squares")
    carries = property(lambda rule: rule.beta1)
    throws = property(lambda rule: 2 * rule.lr * (1 - rule.beta1) / np.sqrt(1 - rule.beta2))

    def start(self, position):
        return np.zeros_like(position), np.zeros_like(position), 0

    def step(self, gradient, memory):
        mean, squares, t = memory
        t = t + 1
        mean = self.beta1 * mean + (1 - self.beta1) * gradient
        squares = self.beta2 * squares + (1 - self.beta2) * gradient**2
        scale = np.sqrt(squares / (1 - self.beta2**t)) + self.eps
        return -self.lr / (1 - self.beta1**t) * mean / scale, (mean, squares, t)


def _array(value):
    """As an array; what cannot be one, such as a ragged list, becomes an array of objects, for the caller to refuse."""
    try:
        return np.asarray(value)
    except ValueError:
        return np.array(None)


def _check_rate(owner, name, value):
    """Refuse what cannot be a rate: a learning rate is positive, what an optimizer keeps of its past is below 1."""
    values = _array(value)
    if values.dtype.kind not in "fiu" or not np.all(np.isfinite(values)):
        raise ValueError(_("{owner}: {name} must be a number, not {value!r}.").format(**locals()))
    if name == "lr" and not np.all(values > 0):
        raise ValueError(
            _("{owner}: the learning rate must be above 0, not {value!r}. Try 0.1.").format(**locals())
        )
    if name != "lr" and not np.all((values >= 0) & (values < 1)):
        raise ValueError(_("{owner}: {name} must be at least 0 and below 1, not {value!r}.").format(**locals()))


def descend(surface, start, optimizer, steps):
    """Walk down a surface: `steps` steps of `optimizer` from `start`.

    Args:
        surface: what to walk on; any object with `surface(x, y)`, `surface.grad(x, y)`, `.window` and `.minima`.
        start: where to begin, shape (..., 2): one point or an array of them.
        optimizer: one of the step rules above. Its learning rate may be an array, too: it broadcasts against the
            leading axes of `start`, so that 1,000 starts, or 200 learning rates, cost one numpy loop.
        steps: how many steps to take, 0 to 100,000.

    Returns:
        A `Path`. A walk that diverges is no error: its numbers grow to infinity and the path says so.
    """
    if not isinstance(optimizer, GradientDescent):
        raise ValueError(
            _("optimizer must be a step rule with its learning rate, as in GradientDescent(0.1), not {it!r}.").format(
                it=optimizer
            )
        )
    if not hasattr(surface, "grad"):
        raise ValueError(_("surface must be a Surface such as bowl, not {it!r}.").format(it=surface))
    start = _array(start)
    if start.dtype.kind not in "fiu" or start.shape[-1:] != (2,) or not np.all(np.isfinite(start)):
        raise ValueError(_("start must be a point (x, y) or an array of them, not {start!r}.").format(start=start))
    whole = isinstance(steps, (int, float, np.number)) and not isinstance(steps, bool)
    if not whole or not 0 <= steps <= MOST_STEPS or steps != int(steps):
        raise ValueError(
            _("steps must be a whole number from 0 to {most:,}, not {steps!r}.").format(most=MOST_STEPS, steps=steps)
        )
    lr = np.asarray(optimizer.lr, dtype=float)
    try:
        shape = np.broadcast_shapes(start.shape[:-1], lr.shape)
    except ValueError:
        raise ValueError(
            _("start and learning rate must broadcast: {starts} starts do not fit {rates} learning rates.").format(
                starts=start.shape[:-1], rates=lr.shape
            )
        ) from None
    rule = replace(optimizer, lr=lr[..., None] if lr.ndim else float(lr))
    position = np.broadcast_to(start.astype(float), (*shape, 2))

    points = np.empty((int(steps) + 1, *shape, 2))
    gradients = np.empty_like(points)
    memory = rule.start(position)
    with np.errstate(all="ignore"):  # a divergence is the lesson, not a warning
        for k in range(int(steps) + 1):
            points[k] = position
            gradients[k, ..., 0], gradients[k, ..., 1] = surface.grad(position[..., 0], position[..., 1])
            if k < steps:
                displacement, memory = rule.step(gradients[k], memory)
                position = position + displacement
        losses = surface(points[..., 0], points[..., 1])
    return Path(surface, rule, points, losses, gradients)
