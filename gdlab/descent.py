"""Walking downhill: step rules (optimizers) and `descend`, which applies one again and again and keeps the path.

An optimizer is pure: `step(gradient, memory)` returns a displacement and the new memory, and changes nothing. So one
rule serves a single walker, a thousand of them at once (arrays broadcast) and the weights of a network. The
definitions, and the default values, are those of PyTorch's `torch.optim`; the tests hold each against its recorded
trajectories.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from gdlab.words import _, number, point

MOST_STEPS = 100_000


@dataclass(frozen=True, eq=False)
class GradientDescent:
    """x ← x − lr · g: a step against the gradient g, as long as the learning rate times its length."""

    lr: float
    remembers = ()  # what its memory holds, by name

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


@dataclass(frozen=True, eq=False)
class Path:
    """Where a walk went. Leading axis: the step, 0 to `steps`; then the axes over which start and lr broadcast.

    Attributes:
        points: positions, shape (steps + 1, ..., 2).
        losses: heights there, shape (steps + 1, ...).
        gradients: gradients there, shape (steps + 1, ..., 2).
    """

    surface: object
    optimizer: object
    points: np.ndarray
    losses: np.ndarray
    gradients: np.ndarray

    @property
    def steps(self):
        """How many steps were taken."""
        return len(self.points) - 1

    @cached_property
    def _replay(self):
        """What the rule did at each step: (its memory before it, its displacement). The rules are pure, so this can be had
        again, and needs not be kept."""
        kept, moves, memory = [], [], self.optimizer.start(self.points[0])
        with np.errstate(all="ignore"):
            for gradient in self.gradients:
                kept.append(memory[: len(self.optimizer.remembers)])
                displacement, memory = self.optimizer.step(gradient, memory)
                moves.append(displacement)
        return kept, np.array(moves)

    @cached_property
    def memories(self):
        """What the optimizer remembers after each step: an array of points' shape for each name in its `remembers`."""
        columns = zip(*self._replay[0], strict=True)
        return {name: np.array(column) for name, column in zip(self.optimizer.remembers, columns, strict=True)}

    @property
    def displacements(self):
        """The step that is taken from each point, the last one's, too, which is not taken any more; points' shape."""
        return self._replay[1]

    @cached_property
    def diverged_at(self):
        """The step from which a walk has left the map for good (its window, taken three times as wide), −1 if none.

        An array of the broadcast shape; a value that is no longer finite counts as outside.
        """
        with np.errstate(all="ignore"):
            (x0, x1), (y0, y1) = self.surface.window
            centre, size = np.array([x0 + x1, y0 + y1]) / 2, np.array([x1 - x0, y1 - y0])
            inside = np.all(np.abs(self.points - centre) <= 1.5 * size, axis=-1) & np.isfinite(self.losses)
            far = np.linalg.norm((self.points - centre) / size, axis=-1)
        first = _first_of_the_last_run(~inside)
        # Who began out there and comes nearer does not diverge.
        return np.where((first == 0) & (far[-1] < far[0]), -1, first)[()]

    @cached_property
    def converged_at(self):
        """The step from which a walk stays within a dot's width of a minimum (½ % of the window), −1 if none.

        Where no minimum is known: from which the gradient is a thousandth of the steepest one met.
        """
        with np.errstate(all="ignore"):
            if self.surface.minima:
                sizes = np.diff(self.surface.window, axis=1).ravel()
                near = np.zeros(self.losses.shape, dtype=bool)
                for minimum in self.surface.minima:
                    near |= np.linalg.norm((self.points - np.array(minimum)) / sizes, axis=-1) <= 0.005
            else:
                steepness = np.linalg.norm(self.gradients, axis=-1)
                near = steepness <= 1e-3 * np.max(steepness, axis=0)
        return _first_of_the_last_run(near)

    @cached_property
    def bounces(self):
        """Whether the last steps went back and forth: each of them, up to three, points against the one before."""
        if self.steps < 3:
            return np.zeros(self.losses.shape[1:], dtype=bool)
        with np.errstate(all="ignore"):
            moves = np.diff(self.points[-5:], axis=0)
            return np.all(np.sum(moves[1:] * moves[:-1], axis=-1) < 0, axis=0)

    @cached_property
    def status(self):
        """"converged", "diverged", "bouncing" or "moving": one word, or an array of them for many walks."""
        words = np.select(
            [self.diverged_at >= 0, self.converged_at >= 0, self.bounces], ["diverged", "converged", "bouncing"], "moving"
        )
        return words if words.ndim else str(words)

    @cached_property
    def factors(self):
        """By how much every step multiplies the distance to the minimum, along x and along y: shape (2,) or None.

        None unless the walk is single, the minimum is one, and the factor is the same at each step: so it is measured
        on the path and not taken from a theory. It holds for gradient descent on quadratic bowls.
        """
        if type(self.optimizer) is not GradientDescent or not self.steps:
            return None  # a rule that remembers may begin with such a step, and go on otherwise
        if self.losses.ndim != 1 or len(self.surface.minima) != 1:
            return None
        with np.errstate(all="ignore"):
            minimum = np.array(self.surface.minima[0])
            distance = self.points - minimum
            # One step shows a factor anywhere. It is the next one's, too, on a quadratic bowl: half the distance
            # along an axis has half the slope along it, and the other slope stays.
            for share in ((0.5, 1), (1, 0.5)):
                slopes = np.array(self.surface.grad(*(minimum + share * distance[0])))
                if not np.allclose(slopes, share * self.gradients[0], rtol=1e-9):
                    return None
            ratios = distance[1:] / distance[:-1]
            # A distance that rounding has eaten away says nothing, nor one that never was.
            telling = np.abs(distance[:-1]) > 1e-9 * np.max(np.abs(distance[0]))
            telling &= np.isfinite(ratios)
            if not np.all(telling[0] | (distance[0] == 0)):
                return None
            first = np.where(telling[0], ratios[0], np.nan)
            steady = np.all(~telling | (np.abs(ratios - first) < 1e-6 * (1 + np.abs(first))))
        if not steady or np.all(np.isnan(first)):
            return None
        return np.where(np.isnan(first), first[::-1], first)

    def summary(self):
        """One sentence or two for the learner: where the walk ended, how it went, and why."""
        if self.losses.ndim > 1 or self.losses.shape[1:]:
            words = {
                "bouncing": _("bouncing"), "converged": _("converged"), "diverged": _("diverged"), "moving": _("moving"),
            }  # fmt: skip
            counts = zip(*np.unique(self.status, return_counts=True), strict=True)
            told = ", ".join(f"{count} {words[word]}" for word, count in counts)
            return _("{total} walks of {steps} steps: {told}.").format(
                total=self.losses[0].size, steps=self.steps, told=told
            )
        start, end = self.points[0], self.points[-1]
        if not self.steps:
            return _("At {start} the loss is {loss}. No step taken yet.").format(
                start=point(start), loss=number(self.losses[0], 4)
            )
        steps = _("one step") if self.steps == 1 else _("{n} steps").format(n=self.steps)
        if self.status == "diverged":
            k = self.diverged_at
            where = _("The walk diverges: from step {k} on it is far off the map.").format(k=k)
            if np.isnan(self.losses[k]) and np.isfinite(self.points[k]).all():
                where = _("From step {k} on the walker stands where the function has no value.").format(k=k)
        else:
            where = _("After {steps} from {start} the loss is {loss}.").format(
                steps=steps, start=point(start), loss=number(self.losses[-1], 4)
            )
        return " ".join(filter(None, [where, self._course(end), self._why()]))

    def _course(self, end):
        """The middle of the summary: what the walk is doing at its end."""
        if not self.gradients[0].any():
            return _("The gradient is zero at the start, so no step moves.")
        if self.status == "converged":
            if self.converged_at == 0:
                return _("It began at a minimum.")
            if not self.surface.minima:
                return _("Converged: the ground is as good as level since step {k}.").format(k=self.converged_at)
            return _("Converged: at the minimum since step {k}.").format(k=self.converged_at)
        if self.status == "diverged":
            return ""
        if self.losses[-1] > self.losses[0] * (1 + 1e-9):
            return _("The loss grows: each step overshoots.") if self.bounces else _("The loss grows.")
        if self.bounces and self.losses[-1] >= self.losses[-3] * (1 - 1e-9):
            return _("It bounces back and forth and comes no lower.")
        if self.bounces:
            return _("It crosses the valley at each step, and comes lower.")
        return _("Still moving, at {end}.").format(end=point(end))

    def _why(self):
        """The end of the summary: the factor that drives it, where the path has one."""
        if self.factors is None:
            return ""
        fx, fy = self.factors
        if abs(fx - fy) < 1e-6:
            if abs(fx) < 1e-9:
                return _("One step lands on the minimum.")
            told = _("Each step multiplies the distance to the minimum by {f}.")
            if fx < 0:
                told = _("Each step multiplies the distance to the minimum by {f}: it lands on the other side.")
            return told.format(f=number(fx))
        return _("Each step multiplies the distance to the minimum by {fx} along x and by {fy} along y.").format(
            fx=number(fx), fy=number(fy)
        )


def _first_of_the_last_run(true):
    """The index from which a boolean array is true to its end, along axis 0; −1 where its last entry is false."""
    length = np.argmin(true[::-1], axis=0)
    length = np.where(np.all(true, axis=0), len(true), length)
    return np.where(true[-1], len(true) - length, -1)[()]
