"""Basins of attraction: in which minimum descent ends, for every start on a grid at once.

All walkers take their steps together, in one array. One that has come to rest at a minimum is taken out, so that soon
only the undecided are left to walk: those between two basins, and those that never settle.
"""

import numpy as np

from gdlab.maths.checks import need
from gdlab.maths.descent import GradientDescent, descend

REACH = 0.25  # a walk that ends so near to a minimum has arrived


@np.errstate(all="ignore")  # where walkers fly away
def basins(surface, optimizer, steps, n=200):
    """Where each walker of a grid over the surface's window arrives: the index of the minimum near which it ends, or −1.

    Returns whole numbers, shape (n, n), the first row at the lower edge. With RMSProp and Adam, which forget how steep the ground
    was and may throw out a walker at rest, up to three in a thousand may be told to be at a minimum that they have just left.
    """
    single = isinstance(optimizer, GradientDescent) and not np.ndim(optimizer.lr)
    need(single, "optimizer must be a step rule with one learning rate, such as Adam(0.01)", optimizer)
    minima = np.array(getattr(surface, "minima", ()), dtype=float)
    need(len(minima), "basins needs a surface whose minima are known, such as himmelblau", surface)
    # A minimum holds a walker at rest if those that start around it come back to it, and are not thrown far.
    turn = np.arange(8) * np.pi / 4
    guards = minima[:, None] + REACH * np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    path = descend(surface, guards, optimizer, min(steps, 60))
    holds = np.all(np.linalg.norm(path.points[-1] - minima[:, None], axis=-1) < REACH, axis=1)
    holds &= np.all(np.abs(path.displacements[0]) < 2.5 * REACH)

    position = np.stack(np.meshgrid(*(np.linspace(*ends, n) for ends in surface.window))).reshape(2, -1)
    found, who, memory, look = np.full(n * n, -1), np.arange(n * n), optimizer.start(position), 4
    for k in range(1, steps + 1):
        move, memory = optimizer.step(np.stack(surface.grad(*position)), memory)
        position = position + move
        if k == look:
            look += max(2, k // 4)
            slow = np.flatnonzero(np.abs(move).max(axis=0) < 0.5 * REACH * (1 - optimizer.carries))  # others may roll out again
            near = _nearest(position[:, slow], minima, REACH / 2)
            rests = (near >= 0) & holds[near]
            found[who[slow[rests]]] = near[rests]
            position[:, slow[rests]] = np.inf  # taken out, and so are those that nothing brings back
            left = np.flatnonzero(np.abs(position).max(axis=0) < 1e6)
            who, position = who[left], position.take(left, axis=1)
            memory = tuple(part.take(left, axis=1) if np.ndim(part) else part for part in memory)
    found[who] = _nearest(position, minima, REACH)
    return found.reshape(n, n)


def _nearest(position, minima, reach):
    """The index of the minimum within reach of each walker, −1 if none is."""
    away = [(position[0] - x) ** 2 + (position[1] - y) ** 2 for x, y in minima]
    return np.where(np.min(away, axis=0) < reach**2, np.argmin(away, axis=0), -1)
