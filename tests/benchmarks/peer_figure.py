"""The figure that every peer draws: descent on x² + y² beside its loss on a logarithmic axis.

It knows nothing of gdlab. Notebooks of the browser benchmark import a copy of this file.
"""

import matplotlib.pyplot as plt
import numpy as np

SIZE = (9, 3.9)  # inches at 100 dpi: as many pixels as gdlab's picture of the same two panels
STEPS = 30


def descent(lr):
    """The points (STEPS + 1, 2) of gradient descent on x² + y² from (-4, 3), and their losses."""
    points = [np.array([-4.0, 3.0])]
    for _ in range(STEPS):
        points.append(points[-1] - lr * 2 * points[-1])
    points = np.array(points)
    return points, (points**2).sum(axis=1)


def still_figure():
    """A pyplot figure with all that does not move. Returns it with its two axes."""
    figure, (terrain, curve) = plt.subplots(1, 2, figsize=SIZE, dpi=100)
    x, y = np.meshgrid(np.linspace(-5, 5, 161), np.linspace(-5, 5, 161))
    z = x**2 + y**2
    terrain.contourf(x, y, z, levels=18)
    terrain.contour(x, y, z, levels=18, colors="white", linewidths=0.8)
    terrain.set(xlim=(-5, 5), ylim=(-5, 5), aspect="equal", xlabel="x", ylabel="y", title="$x^2 + y^2$")
    curve.set(xlim=(0, STEPS), ylim=(1e-5, 1e3), yscale="log", xlabel="step", title="loss after each step")
    curve.grid(True)
    return figure, terrain, curve


def plotted(lr):
    """The whole figure for one learning rate, drawn anew: what a function given to `interact` does."""
    figure, terrain, curve = still_figure()
    points, losses = descent(lr)
    terrain.plot(*points.T, "o-", color="red")
    curve.plot(losses, "o-", color="red")
    return figure
