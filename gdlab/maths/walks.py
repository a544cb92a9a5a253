"""What a walk did, and in words: whether it arrived, bounces, stands still or flies away.

A path is a beginning. What comes next (it converges, it diverges, it comes no lower) is told of plain descent alone, and only
where its path shows why; else a sentence tells what has been so far. The tests walk ten times as far, to hold it against that.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gdlab.maths.checks import need
from gdlab.maths.words import _, number, point

DOT = 0.005  # of the window, ½ %: as near to a minimum as a dot on the map is wide


def found(method):
    """A property that is computed once, without a warning where the numbers of a divergence overflow."""
    return cached_property(np.errstate(all="ignore")(method))


@dataclass(frozen=True, eq=False)
class Path:
    """Where a walk went, or many at once. Leading axis: the step, from 0; then those over which start and lr broadcast."""

    surface: object  # what was walked on
    optimizer: object  # the rule that walked; None for the shadow of a training
    points: np.ndarray  # positions, shape (steps + 1, ..., 2)
    losses: np.ndarray  # the heights there, shape (steps + 1, ...)
    gradients: np.ndarray
    displacements: np.ndarray = None  # the step that is taken from each point, the last one's, too, which is not taken any more
    held: tuple = ()  # the rule's memory before each step

    steps = property(lambda path: len(path.points) - 1)
    _size = property(lambda path: np.diff(path.surface.window, axis=1).ravel())
    _plain = property(lambda path: path.optimizer is not None and not path.optimizer.remembers)  # its steps are all of a kind

    @cached_property
    def memories(self):
        """What the optimizer remembers after each step: an array of points' shape for each name in its `remembers`."""
        return {name: np.array([memory[i] for memory in self.held]) for i, name in enumerate(self.optimizer.remembers)}

    @found
    def converged_at(self):
        """The step from which on each walk was within a dot's width of a minimum, −1 if none; `status` tells if it stays."""
        return since(self._away <= DOT)

    @found
    def _away(self):
        """How far the walks are from the minimum that they have come to, in windows: the nearest that is known, or else one
        beside their end; NaN where there is none."""
        ends, minima = self.points[-1], np.array(self.surface.minima)
        if len(minima):
            at = minima[np.argmin(np.linalg.norm((ends[..., None, :] - minima) / self._size, axis=-1), axis=-1)]
        else:
            at = np.apply_along_axis(_minimum_beside, -1, ends, self.surface, self._size)
        return np.linalg.norm((self.points - at) / self._size, axis=-1)

    @found
    def _whereabouts(self):
        """(Where height or slope is no finite number; where it is that, or off the map, which is three windows wide; how many
        windows it is from its middle)."""
        lost = ~(np.isfinite(self.losses) & np.all(np.isfinite(self.gradients), axis=-1))
        places = (self.points - np.mean(self.surface.window, axis=1)) / self._size
        return lost, lost | ~np.all(np.abs(places) <= 1.5, axis=-1), np.linalg.norm(places, axis=-1)

    @found
    def diverged_at(self):
        """The step from which on a single walk has left the map for good, −1 if it has not. For good: its numbers are no longer
        finite; or plain descent takes each step farther away and longer than the one before, by a factor that does not shrink.
        A walk that is only thrown far off may come back."""
        lost, outside, far = self._whereabouts
        lengths = np.linalg.norm(np.diff(self.points[-6:], axis=0) / self._size, axis=-1)
        growth = lengths[1:] / lengths[:-1]
        longer = np.all(growth > 1.01) and np.all(growth[1:] > 0.95 * growth[:-1])
        flees = self._plain and self.steps >= 3 and longer and np.all(np.diff(far[-6:]) > 0)
        return since(outside) if flees or lost[-1] or not np.isfinite(far[-1]) else -1

    @found
    def status(self):
        """One word for a single walk: "diverged", "converged" (plain descent only), "standing", "bouncing" or "moving"."""
        need(self.losses.ndim == 1, f"status and summary tell of one walk, and this path holds {self.losses[0].size}")
        moves, near = np.diff(self.points[-5:], axis=0), self._plain and self.converged_at >= 0
        bend = near and _slope_and_bend(self.surface, self.points[-1], self._size)[1]
        words = {
            "diverged": self.diverged_at >= 0,
            # No minimum throws plain descent out again where lr times the curvature is below 2.
            "converged": near and np.max(self.optimizer.lr * np.linalg.eigvalsh(bend)) < 2,
            "standing": self.steps and not moves[-1].any(),
            "bouncing": self.steps >= 3 and np.all(np.sum(moves[1:] * moves[:-1], axis=-1) < 0),
        }
        return next((word for word, true in words.items() if true), "moving")

    @property
    def factors(self):
        """By how much each step of plain descent multiplies the distance to the minimum along each axis, if the surface
        tells its curvatures; or None."""
        moves = self._plain and self.steps and self.surface.curvatures and self.gradients[0].any()
        return 1 - self.optimizer.lr * np.array(self.surface.curvatures) if moves else None

    @np.errstate(all="ignore")
    def summary(self):
        """Some sentences for the learner: where a single walk ended, how it went, and the factor that drives it, if any."""
        course = self._course()
        if self.factors is None:
            return " ".join(course)
        (x, y), (first, second) = self.factors, self.surface.axes
        if not abs(x - y) < 1e-6:
            why = _("Each step multiplies the distance to the minimum by {x} along {first} and by {y} along {second}.")
        elif abs(x) < 1e-9:
            why = _("One step lands on the minimum.")
        elif x < 0:
            why = _("Each step multiplies the distance to the minimum by {x}: it lands on the other side.")
        else:
            why = _("Each step multiplies the distance to the minimum by {x}.")
        return " ".join([*course, why.format(x=_unlike_1(x), y=_unlike_1(y), first=first, second=second)])

    def _course(self):
        """Sentences: what the walk has come to, what it is doing at its end, and where."""
        diverged = self.status == "diverged"  # which refuses a path of many walks
        start, end, loss = point(self.points[0]), point(self.points[-1]), number(self.losses[-1], 4)
        near, (k, off), far = self.converged_at, map(since, self._whereabouts[:2]), self._whereabouts[2]
        if diverged:
            told, at = _("The walk diverges: from step {k} on it is far off the map."), self.diverged_at
            if k >= 0 and not far[k] >= (2 if np.isinf(self.losses[k]) else 1e6):  # it is not lost for its large numbers only
                told, at = _("From step {k} on the walker stands where the function has no value, or no slope to follow."), k
            return [told.format(k=at)]
        if not self.steps:
            return [_("At {start} the loss is {loss}. No step taken yet.").format(start=start, loss=loss)]
        steps = _("one step") if self.steps == 1 else _("{n} steps").format(n=self.steps)
        told = [_("After {steps} from {start} the loss is {loss}.").format(steps=steps, start=start, loss=loss)]
        if not self.gradients[0].any():
            return [*told, _("The gradient is zero at the start, so no step moves.")]
        if self.status == "converged":
            return [*told, _("Converged: at the minimum since step {k}.").format(k=near)]
        if self.status == "standing":
            told += [_("It stands still for now, at {end}.").format(end=end)]
        elif self.status == "bouncing":
            told += [self._bouncing()]
        elif near < 0 and self.losses[-1] > self.losses[0] + 1e-9 * np.abs(self.losses[0]):
            told += [_("Still moving, at {end}, and higher than at the start.").format(end=end)]
        elif near < 0:
            told += [_("Still moving, at {end}.").format(end=end)]
        if off >= 0:
            return [*told, _("It is far off the map since step {k}.").format(k=off)]
        return [*told, _("It is close to the minimum since step {k}.").format(k=near)] if near >= 0 else told

    def _bouncing(self):
        """How a walk bounces. Of plain descent the last five steps show whether the loss grows, falls, or comes back for ever.
        What a rule remembers may change that: then only what was is told."""
        points, losses = self.points[-6:], self.losses[-6:]
        moves = np.diff(points, axis=0)
        across = np.sum(moves * self.gradients[-len(moves) :], axis=-1) > 0  # it went down, and ends uphill
        if self._plain and self.steps >= 5 and np.all(across):
            widths, least = np.linalg.norm(moves, axis=-1), 1e-9 * np.abs(losses)
            a, b, c = widths[::2]
            if np.all(np.diff(losses) > least[1:]) and c * a > 0.95 * b**2:  # they widen by a factor that does not shrink
                return _("By now the loss grows: each step overshoots.")
            if np.all(np.linalg.norm(points[2:] - points[:-2], axis=-1) < 1e-6 * widths[1:]):
                return _("By now it bounces back and forth and comes no lower.")
            # Do they narrow towards nothing (Aitken), or to a cycle of two?
            if np.all(losses[:-2] - losses[2:] > least[2:]) and np.abs(c - (c - b) ** 2 / (c - 2 * b + a)) < 0.05 * c:
                return _("By now it crosses the valley at each step, and comes lower.")
        return _("It bounces back and forth: two steps ago the loss was {loss}.").format(loss=number(losses[-3], 4))


def _unlike_1(value):
    """A factor in so many digits that it is told from 1."""
    return number(value, next((digits for digits in (3, 5, 7, 9) if abs(float(f"{value:.{digits}g}")) != 1), 3))


def since(true):
    """The index from which on a boolean array is true to its end, along axis 0; −1 where its last entry is false."""
    length = np.cumprod(true[::-1], axis=0).sum(axis=0)
    return np.where(length, len(true) - length, -1)[()]


def _slope_and_bend(surface, place, size):
    """The gradient at a place, and the second derivatives there, shape (2, 2), by differences."""
    aside = 1e-5 * size * np.array([(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)])
    here, right, left, above, below = np.stack(surface.grad(*(place + aside).T), axis=-1)
    bend = np.stack([right - left, above - below]) / (2e-5 * size[:, None])
    return here, np.nan_to_num(bend + bend.T) / 2


def _minimum_beside(place, surface, size):
    """The minimum beside a place, by Newton's method; NaN where the ground is not curved up like a bowl all the way."""
    for _again in range(8):
        slope, bend = _slope_and_bend(surface, place, size)
        least, most = np.linalg.eigvalsh(bend)
        if not least > 1e-6 * most:
            return np.nan * place
        step = np.linalg.solve(bend, slope)
        place = place - step
    return place if np.linalg.norm(step / size) <= 1e-4 * DOT else np.nan * place
