"""Walking downhill: step rules (optimizers) and `descend`, which applies one again and again and keeps the path.

An optimizer is pure: `step(gradient, memory)` returns a displacement and the new memory, and changes nothing. So one
rule serves a single walker, a thousand of them at once (arrays broadcast) and the weights of a network. Definitions and
default values are those of PyTorch's `torch.optim`; the tests hold each rule against its recorded trajectories.
"""

from dataclasses import dataclass, replace

import numpy as np

from gdlab.maths.checks import is_number, need, numbers
from gdlab.maths.walks import Path


@dataclass(frozen=True, eq=False)
class GradientDescent:
    """x ← x − lr · g: a step against the gradient g, as long as the learning rate times its length."""

    lr: float
    remembers = ()  # what its memory holds, by name
    carries = 0.0  # the share of a step that its memory repeats in the next one

    def __post_init__(self):
        for name, value in vars(self).items():
            whose = f"{type(self).__name__}: {name}"
            rates = numbers(value, whose, kinds="fiu")
            if name == "lr":
                need(np.all((rates > 0) & (rates < np.inf)), f"{whose}, the learning rate, must be above 0, such as 0.1", value)
            else:
                need(np.all((rates >= 0) & (rates < 1)), f"{whose} must be at least 0 and below 1", value)

    def start(self, position):
        """The memory before the first step: an array of `position`'s shape for each name in `remembers`."""
        return tuple(np.zeros_like(position) for _name in self.remembers)

    def step(self, gradient, memory):
        """(displacement, new memory) for this gradient; arrays of any shape, all alike."""
        return -self.lr * gradient, memory


@dataclass(frozen=True, eq=False)
class Momentum(GradientDescent):
    """v ← βv + g, x ← x − lr · v: the walker keeps a part β of its velocity, a sum of gradients (Polyak 1964).

    The learning rate multiplies it at the step, as in PyTorch. A steady slope is walked at up to 1/(1 − β) the speed.
    """

    beta: float = 0.9
    remembers = ("velocity",)
    carries = property(lambda rule: rule.beta)

    def step(self, gradient, memory):
        velocity = self.beta * memory[0] + gradient
        return -self.lr * velocity, (velocity,)


@dataclass(frozen=True, eq=False)
class Nesterov(Momentum):
    """v ← βv + g, x ← x − lr · (g + βv): momentum that looks one step ahead (Nesterov 1983), in PyTorch's form."""

    def step(self, gradient, memory):
        velocity = self.beta * memory[0] + gradient
        return -self.lr * (gradient + self.beta * velocity), (velocity,)


@dataclass(frozen=True, eq=False)
class AdaGrad(GradientDescent):
    """s ← s + g², x ← x − lr · g / (√s + 10⁻¹⁰): each coordinate's step shrinks with all it has seen (Duchi et al. 2011)."""

    remembers = ("squares",)

    def step(self, gradient, memory):
        squares = memory[0] + gradient**2
        return -self.lr * gradient / (np.sqrt(squares) + 1e-10), (squares,)


@dataclass(frozen=True, eq=False)
class RMSProp(GradientDescent):
    """s ← ρs + (1 − ρ)g², x ← x − lr · g / (√s + 10⁻⁸): AdaGrad that forgets (Hinton 2012). ρ is PyTorch's `alpha`."""

    rho: float = 0.99
    remembers = ("squares",)

    def step(self, gradient, memory):
        squares = self.rho * memory[0] + (1 - self.rho) * gradient**2
        return -self.lr * gradient / (np.sqrt(squares) + 1e-8), (squares,)


@dataclass(frozen=True, eq=False)
class Adam(GradientDescent):
    """Momentum over the root of RMSProp's mean square, both corrected for their start at zero (Kingma & Ba 2015).

    m ← β₁m + (1 − β₁)g, s ← β₂s + (1 − β₂)g², x ← x − lr · m/(1 − β₁ᵗ) / (√(s/(1 − β₂ᵗ)) + 10⁻⁸) at step t.
    """

    beta1: float = 0.9
    beta2: float = 0.999
    remembers = ("velocity", "squares")
    carries = property(lambda rule: rule.beta1)

    def start(self, position):
        return *super().start(position), 0  # and the number of steps

    def step(self, gradient, memory):
        mean, squares, t = memory
        t = t + 1
        mean = self.beta1 * mean + (1 - self.beta1) * gradient
        squares = self.beta2 * squares + (1 - self.beta2) * gradient**2
        scale = np.sqrt(squares / (1 - self.beta2**t)) + 1e-8
        return -self.lr / (1 - self.beta1**t) * mean / scale, (mean, squares, t)


@np.errstate(all="ignore")  # a divergence is the lesson, not a warning
def descend(surface, start, optimizer, steps):
    """Walk down a `Surface`, so many steps (0 to 100,000) of an optimizer; returns the `Path`. One that diverges says so.

    `start` is one point or an array of them, shape (..., 2). The optimizer's learning rate may be an array, too: it broadcasts
    against the leading axes of `start`.
    """
    need(isinstance(optimizer, GradientDescent), "optimizer must be a step rule, such as GradientDescent(0.1)", optimizer)
    need(hasattr(surface, "grad"), "surface must be a Surface such as bowl", surface)
    position = numbers(start, "start", kinds="fiu")
    need(position.shape[-1:] == (2,) and np.isfinite(position).all(), "start must be a point (x, y) or an array of them", start)
    need(is_number(steps) and steps % 1 == 0 and 0 <= steps <= 1e5, "steps must be a whole number from 0 to 100,000", steps)
    lr = np.asarray(optimizer.lr, dtype=float)
    rule = replace(optimizer, lr=lr[..., None] if lr.ndim else float(lr))
    position = np.broadcast_to(position, (*np.broadcast_shapes(position.shape[:-1], lr.shape), 2))
    points = np.empty((int(steps) + 1, *position.shape))
    gradients, displacements, held, memory = np.empty_like(points), np.empty_like(points), [], rule.start(position)
    for k in range(len(points)):
        points[k] = position
        gradients[k, ..., 0], gradients[k, ..., 1] = surface.grad(position[..., 0], position[..., 1])
        held.append(memory)
        displacements[k], memory = rule.step(gradients[k], memory)
        position = position + displacements[k]
    return Path(surface, rule, points, surface(points[..., 0], points[..., 1]), gradients, displacements, held)
