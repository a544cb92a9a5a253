"""What a walk did, and in words: whether it arrived, bounces, stands still or flies away.

A path is a beginning. Where a sentence speaks of what comes next (it converges, it diverges, it comes no lower), the path
must show why; where it cannot, the sentence tells what has been so far and no more. The tests walk ten times as far and
hold every sentence against that.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gdlab.maths.words import _, number, point

DOT = 0.005  # of the window: as near to a minimum as a dot on the map is wide


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

    @property
    def _plain(self):
        """Whether its rule remembers nothing."""
        return self.optimizer is not None and not self.optimizer.remembers

    @cached_property
    def _replay(self):
        """What the rule did at each step: (its memory before it, its displacement). The rules are pure, so this can be had
        again, and needs not be kept."""
        if self.optimizer is None:
            raise ValueError(_("This path is the shadow of a training: no rule has walked it, and nothing was remembered."))
        kept, moves, memory = [], [], self.optimizer.start(self.points[0])
        with np.errstate(all="ignore"):
            for gradient in self.gradients:
                kept.append(memory)
                displacement, memory = self.optimizer.step(gradient, memory)
                moves.append(displacement)
        return kept, np.array(moves)

    @cached_property
    def memories(self):
        """What the optimizer remembers after each step: an array of points' shape for each name in its `remembers`."""
        columns = zip(*self._replay[0], strict=True)
        return {name: np.array(column) for name, column in zip(self.optimizer.remembers, columns, strict=False)}

    @property
    def displacements(self):
        """The step that is taken from each point, the last one's, too, which is not taken any more; points' shape."""
        return self._replay[1]

    @property
    def _size(self):
        return np.diff(self.surface.window, axis=1).ravel()

    @property
    def _lost(self):
        """Where the height or the slope is no finite number: from there no step leads on."""
        return ~(np.isfinite(self.losses) & np.all(np.isfinite(self.gradients), axis=-1))

    @cached_property
    def _outside(self):
        """(Where the walks are far off the map or lost, how far they are from its middle). The map is the window, taken
        three times as wide."""
        with np.errstate(all="ignore"):
            away = (self.points - np.mean(self.surface.window, axis=1)) / self._size
            return self._lost | ~np.all(np.abs(away) <= 1.5, axis=-1), np.linalg.norm(away, axis=-1)

    @cached_property
    def diverged_at(self):
        """The step from which a walk has left the map for good, −1 if none: an array of the broadcast shape.

        For good: its numbers are no longer finite; or plain descent takes each step farther away and longer than the one
        before, by a factor that does not shrink. Who is only thrown far off may come back.
        """
        outside, far = self._outside
        with np.errstate(all="ignore"):
            lengths = np.linalg.norm(np.diff(self.points[-6:], axis=0) / self._size, axis=-1)
            growth = lengths[1:] / lengths[:-1]
            flees = np.all(growth > 1.01, axis=0) & np.all(growth[1:] > 0.95 * growth[:-1], axis=0)
            flees &= np.all(np.diff(far[-6:], axis=0) > 0, axis=0) & (self.steps >= 3) & self._plain
            flees |= self._lost[-1] | ~np.isfinite(far[-1])
        return np.where(flees, _first_of_the_last_run(outside), -1)[()]

    @cached_property
    def _away(self):
        """How far the walks are from the minimum that they have come to, in windows; NaN where there is none."""
        with np.errstate(all="ignore"):
            return np.linalg.norm((self.points - _minimum(self.surface, self.points[-1], self._size)) / self._size, axis=-1)

    @cached_property
    def converged_at(self):
        """The step from which on a walk was within a dot's width of a minimum (½ % of the window), −1 if none.

        Where no minimum is known, the one beside its end is looked for. `status` tells whether the walk will stay there.
        """
        with np.errstate(all="ignore"):
            return _first_of_the_last_run(self._away <= DOT)

    @cached_property
    def _settled(self):
        """Whether a walk that has come to a minimum will stay: its steps overshoot less and less, and even if it rolled on,
        it would not get a dot's width away."""
        if self.optimizer is None or not np.any(self.converged_at >= 0):
            return np.zeros(self.losses.shape[1:], dtype=bool)
        (*_before, memory), moves = self._replay
        gradient, nudge = self.gradients[-1], 1e-4 * np.max(np.abs(self.gradients[-20:]), axis=0) + 1e-300
        with np.errstate(all="ignore"):
            # By how much a step answers to a slope, times how much the slope changes on the way: above 2 it is thrown out.
            answer = np.abs(self.optimizer.step(gradient + nudge, memory)[0] - moves[-1]) / nudge
            root = np.nan_to_num(np.sqrt(answer))
            _slope, bend = _bend(self.surface, self.points[-1], self._size)
            holds = np.linalg.eigvalsh(root[..., None] * bend * root[..., None, :])[..., -1] < 2
            share = self.optimizer.carries
            on = np.abs(moves[-1]) * share / (1 - share) + self.optimizer.throws
            return holds & (self._away[-1] + np.linalg.norm(on / self._size, axis=-1) <= DOT)

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
        """"diverged", "converged", "standing", "bouncing" or "moving": one word, or an array of them for many walks."""
        stands = np.all(self.points[-2:] == self.points[-1], axis=(0, -1)) & (self.steps > 0)
        true = {"diverged": self.diverged_at >= 0, "converged": self._settled, "standing": stands, "bouncing": self.bounces}
        words = np.select([*true.values()], [*true], "moving")
        return words if words.ndim else str(words)

    @cached_property
    def factors(self):
        """By how much every step multiplies the distance to the minimum, along x and along y: shape (2,) or None.

        None unless the walk is single, the minimum is one, and the factor is the same at each step: so it is measured
        on the path and not taken from a theory. It holds for gradient descent on quadratic bowls.
        """
        if not self._plain or not self.steps:
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
            # A distance that rounding has eaten away says nothing, nor one that never was.
            size, tiny = np.abs(distance[:-1]), 1e-9 * np.max(np.abs(distance[0]))
            first = distance[1] / distance[0]
            unsteady = np.abs(distance[1:] - first * distance[:-1]) > 1e-6 * (1 + np.abs(first)) * size
        if np.any(unsteady & (size > tiny) & np.isfinite(distance[1:])) or np.any((size[0] > 0) & (size[0] <= tiny)):
            return None
        return None if np.all(np.isnan(first)) else np.where(np.isnan(first), first[::-1], first)

    def summary(self):
        """Some sentences for the learner: where the walk ended, how it went, and why."""
        if self.losses.ndim > 1:
            words = {
                "bouncing": _("bouncing"), "converged": _("converged"), "diverged": _("diverged"), "moving": _("moving"),
                "standing": _("standing still"),
            }  # fmt: skip
            counts = zip(*np.unique(self.status, return_counts=True), strict=True)
            told = ", ".join(f"{count} {words[word]}" for word, count in counts)
            return _("{total} walks of {steps} steps: {told}.").format(
                total=self.losses[0].size, steps=self.steps, told=told
            )
        start = point(self.points[0])
        if self.status == "diverged":
            told = [self._divergence()]
        elif not self.steps:
            told = [_("At {start} the loss is {loss}. No step taken yet.").format(start=start, loss=number(self.losses[0], 4))]
        else:
            steps = _("one step") if self.steps == 1 else _("{n} steps").format(n=self.steps)
            where = _("After {steps} from {start} the loss is {loss}.")
            told = [where.format(steps=steps, start=start, loss=number(self.losses[-1], 4)), *self._course()]
        return " ".join([*told, *self._why()])

    def _divergence(self):
        k, far = _first_of_the_last_run(self._lost), self._outside[1]
        if k >= 0 and far[k] < (2 if np.isinf(self.losses[k]) else 1e6):  # and not for its numbers are too large
            if np.isfinite(self.losses[k]):
                return _("At step {k} the walker stands where the function has no slope to follow.").format(k=k)
            return _("From step {k} on the walker stands where the function has no value.").format(k=k)
        return _("The walk diverges: from step {k} on it is far off the map.").format(k=self.diverged_at)

    def _course(self):
        """The middle of the summary: what the walk is doing at its end, and where."""
        end, k = point(self.points[-1]), self.converged_at
        if not self.gradients[0].any():
            return [_("The gradient is zero at the start, so no step moves.")]
        if self.status == "converged":
            return [_("Converged: at the minimum since step {k}.").format(k=k) if k else _("It began at a minimum.")]
        if self.status == "standing":
            told = [_("It stands still for now, at {end}.").format(end=end)]
        elif self.status == "bouncing":
            told = self._bouncing()
        elif self.losses[-1] > self.losses[0] + 1e-9 * np.abs(self.losses[0]):
            told = [_("Still moving, at {end}, and higher than at the start.").format(end=end)]
        else:
            told = [_("Still moving, at {end}.").format(end=end)]
        off = _first_of_the_last_run(self._outside[0])
        if off >= 0:
            told.append(_("It is far off the map since step {k}.").format(k=off))
        elif k >= 0:
            told.append(_("It is close to the minimum since step {k}.").format(k=k))
        return told

    def _bouncing(self):
        """How a walk bounces. Plain descent does tomorrow what it does today: there the path shows whether the loss grows,
        falls, or comes back for ever. What a rule remembers may change that: then only what was is told."""
        moves, losses = np.diff(self.points, axis=0), self.losses
        across, up, low, back = (np.full(len(losses), True) for _condition in range(4))
        widths = np.linalg.norm(moves, axis=-1)
        across[1:] = np.sum(moves * self.gradients[1:], axis=-1) > 0  # it went down, and ends uphill
        up[1:] = losses[1:] - losses[:-1] > 1e-9 * np.abs(losses[1:])
        low[2:] = losses[:-2] - losses[2:] > 1e-9 * np.abs(losses[2:])
        back[2:] = np.linalg.norm(moves[1:] + moves[:-1], axis=-1) < 1e-6 * widths[1:]
        # Do its bounces widen by a factor that does not shrink? Do they narrow towards nothing (Aitken), or to a cycle of two?
        with np.errstate(all="ignore"):
            a, b, c = widths[-5::2] if len(widths) >= 5 else (np.nan,) * 3
            widens, narrows = c * a > 0.95 * b**2, np.abs(c - (c - b) ** 2 / (c - 2 * b + a)) < 0.05 * c
        for true, told in (
            (up & widens, _("The loss grows: each step overshoots.")),
            (back, _("It bounces back and forth and comes no lower.")),
            (low & narrows, _("It crosses the valley at each step, and comes lower.")),
        ):
            k = _first_of_the_last_run(across & true)
            if 0 <= k <= max(0, self.steps - 4) and self._plain:
                return [told, _("So it goes from step {k} on.").format(k=k)] if k else [told]
        return [_("It bounces back and forth: two steps ago the loss was {loss}.").format(loss=number(losses[-3], 4))]

    def _why(self):
        """The end of the summary: the factor that drives it, where the path has one."""
        if self.factors is None:
            return []
        fx, fy = self.factors
        if abs(fx - fy) < 1e-6:
            if abs(fx) < 1e-9:
                return [_("One step lands on the minimum.")]
            told = _("Each step multiplies the distance to the minimum by {f}.")
            if fx < 0:
                told = _("Each step multiplies the distance to the minimum by {f}: it lands on the other side.")
            return [told.format(f=_factor(fx))]
        told = _("Each step multiplies the distance to the minimum by {fx} along x and by {fy} along y.")
        return [told.format(fx=_factor(fx), fy=_factor(fy))]


def _factor(value):
    """A factor in so many digits that it is told from 1."""
    return number(value, next((digits for digits in (3, 5, 7, 9) if abs(float(f"{value:.{digits}g}")) != 1), 3))


def _first_of_the_last_run(true):
    """The index from which a boolean array is true to its end, along axis 0; −1 where its last entry is false."""
    length = np.argmin(true[::-1], axis=0)
    length = np.where(np.all(true, axis=0), len(true), length)
    return np.where(true[-1], len(true) - length, -1)[()]


def _bend(surface, places, size):
    """The gradient at these places, shape (..., 2), and the second derivatives there, shape (..., 2, 2), by differences."""
    aside = 1e-5 * size * np.array([(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)])
    around = places + aside.reshape(5, *(1,) * (places.ndim - 1), 2)
    here, right, left, above, below = np.stack(surface.grad(around[..., 0], around[..., 1]), axis=-1)
    bend = np.stack([right - left, above - below], axis=-2) / (2e-5 * size[:, None])
    return here, np.nan_to_num(bend + np.swapaxes(bend, -1, -2)) / 2


def _minimum(surface, places, size):
    """The minimum next to each place: of those that the surface knows, or else by Newton's method; NaN where that fails,
    for the ground is not curved up like a bowl all the way."""
    if len(surface.minima):
        away = np.linalg.norm((places[..., None, :] - surface.minima) / size, axis=-1)
        return np.array(surface.minima)[np.argmin(away, axis=-1)]
    at = places
    for _again in range(8):
        slope, bend = _bend(surface, at, size)
        curvature, axes = np.linalg.eigh(bend)
        along = np.squeeze(slope[..., None, :] @ axes, axis=-2)
        firm = np.min(curvature, axis=-1, keepdims=True) > 1e-6 * np.max(np.abs(curvature), axis=-1, keepdims=True)
        step = np.squeeze(axes @ np.where(firm, along / curvature, np.nan)[..., None], axis=-1)
        at = at - step
    return np.where(np.linalg.norm(step / size, axis=-1, keepdims=True) <= 1e-4 * DOT, at, np.nan)
