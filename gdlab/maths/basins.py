"""Basins of attraction: in which minimum descent ends, for every start on a grid at once.

All walkers take their steps together, in one array. One that has come to rest at a minimum is taken out, so that soon
only the undecided are left to walk: those between two basins, and those who never settle.
"""

import numpy as np

from gdlab.maths.descent import GradientDescent
from gdlab.maths.words import _

REACH = 0.25  # of a minimum: who ends within, has arrived
THROW = 2.5 * REACH  # who is thrown no farther by a step has soon come back
LOST = 1e6  # who is so far off does not come back


def basins(surface, optimizer, steps, n=200):
    """Where each walker of a grid over the surface's window has arrived.

    Args:
        surface: with known minima.
        optimizer: a step rule of `gdlab.maths.descent`, with one learning rate.
        steps: how many steps each takes.
        n: the grid has n × n starts.

    Returns:
        Whole numbers, shape (n, n), the first row at the lower edge of the window: the index of the minimum within 0.25
        of which the walk ended; −1 where it ended elsewhere. RMSProp and Adam forget how steep the ground was, and may throw
        out who has come to rest: with them up to three walkers in a thousand may be told to be at a minimum that they have
        just left.
    """
    if not isinstance(optimizer, GradientDescent) or np.ndim(optimizer.lr):
        message = _("optimizer must be a step rule with one learning rate, such as Adam(0.01), not {it!r}.")
        raise ValueError(message.format(it=optimizer))
    minima = np.array(getattr(surface, "minima", ()), dtype=float)
    if not len(minima):
        raise ValueError(_("basins needs a surface whose minima are known, such as himmelblau, not {it!r}.").format(it=surface))
    for name, value in (("steps", steps), ("n", n)):
        if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or value < 1:
            raise ValueError(_("{name} must be a whole number above 0, not {value!r}.").format(name=name, value=value))
    (x0, x1), (y0, y1) = surface.window
    starts = np.stack(np.meshgrid(np.linspace(x0, x1, n), np.linspace(y0, y1, n))).reshape(2, -1)
    # A minimum can only be trusted to hold whoever rests there if guards who start around it come back to it.
    turn = np.arange(8) * np.pi / 4
    guards = (minima.T[:, :, None] + REACH * np.stack([np.cos(turn), np.sin(turn)])[:, None]).reshape(2, -1)
    kept = _walk(surface, optimizer, min(steps, 60), guards, minima, np.zeros(len(minima), bool)).reshape(len(minima), -1)
    holds = (kept == np.arange(len(minima))[:, None]).all(axis=1)
    # A rule that forgets throws who rests out again one day, as far as its first step goes: then nobody is taken out.
    with np.errstate(all="ignore"):
        first, _memory = optimizer.step(np.stack(surface.grad(*guards)), optimizer.start(guards))
    holds &= bool(_within(first, THROW).all())
    return _walk(surface, optimizer, steps, starts, minima, holds).reshape(n, n)


def _walk(surface, optimizer, steps, position, minima, holds):
    """The index of the minimum at which each walker ends, shape (walkers,); at those that hold, who rests is taken out."""
    found = np.full(position.shape[1], -1)
    who, memory, look = np.arange(len(found)), optimizer.start(position), 4
    calm = 0.5 * REACH * (1 - optimizer.carries)  # who is near, but not yet slow, may roll out again
    with np.errstate(all="ignore"):
        for k in range(1, steps):
            displacement, memory = optimizer.step(np.stack(surface.grad(*position)), memory)
            position = position + displacement
            if k < look:
                continue
            look = k + max(2, k // 4)
            slow = np.flatnonzero(_within(displacement, calm))
            near = _nearest(position.take(slow, axis=1), minima, REACH / 2)
            rests = (near >= 0) & holds[near]
            found[who[slow[rests]]] = near[rests]
            goes_on = _within(position, LOST)
            goes_on[slow[rests]] = False
            left = np.flatnonzero(goes_on)
            if len(left) < len(who):
                who, position = who[left], position.take(left, axis=1)
                memory = tuple(part.take(left, axis=1) if np.ndim(part) else part for part in memory)
            if not len(who):
                return found
        displacement, _memory = optimizer.step(np.stack(surface.grad(*position)), memory)
        found[who] = _nearest(position + displacement, minima)
    return found


def _within(vectors, most):
    return (np.abs(vectors[0]) < most) & (np.abs(vectors[1]) < most)


def _nearest(position, minima, reach=REACH):
    """The index of the minimum within reach of each walker, −1 if none is."""
    near = np.full(position.shape[1], -1)
    for i, (x, y) in enumerate(minima):
        near[(position[0] - x) ** 2 + (position[1] - y) ** 2 < reach**2] = i
    return near
