"""Record how PyTorch's optimizers walk on three surfaces: what tests/test_descent.py holds gdlab's against.

Run it where PyTorch and numpy are installed, from the top of the repository, after a change of `WALKS` or to
follow a newer PyTorch; gdlab itself never needs PyTorch:

    PYTHONPATH=. python tests/record_torch.py

It writes tests/data/torch_trajectories.npz: for each walk its points, and the version of PyTorch that walked
them. PyTorch takes the gradients itself, by automatic differentiation of the surface's value.
"""

from pathlib import Path

import numpy as np

from gdlab import AdaGrad, Adam, GradientDescent, Momentum, Nesterov, RMSProp, himmelblau, ravine, rosenbrock

RECORD = Path(__file__).parent / "data" / "torch_trajectories.npz"
STEPS = 100

# gdlab's rule, and PyTorch's optimizer with its arguments: what is not given is the default of both.
RULES = {
    "GradientDescent": (GradientDescent, "SGD", {}),
    "Momentum": (Momentum, "SGD", {"momentum": 0.9}),
    "Nesterov": (Nesterov, "SGD", {"momentum": 0.9, "nesterov": True}),
    "AdaGrad": (AdaGrad, "Adagrad", {}),
    "RMSProp": (RMSProp, "RMSprop", {}),
    "Adam": (Adam, "Adam", {}),
}
# Each surface with a start, a rate for the rules whose step grows with the gradient, and one for the others.
GROUNDS = {
    "ravine": (ravine(10), (-4.0, 2.0), 0.02, 0.1),
    "rosenbrock": (rosenbrock, (-1.2, 1.0), 0.0005, 0.03),
    "himmelblau": (himmelblau, (-0.5, -1.0), 0.004, 0.2),
}
WALKS = {
    f"{ground} {rule}": (surface, start, rule, large if rule in ("AdaGrad", "RMSProp", "Adam") else small)
    for ground, (surface, start, small, large) in GROUNDS.items()
    for rule in RULES
}


def walk_with_torch(surface, start, rule, lr):
    """The points, shape (STEPS + 1, 2), of PyTorch's optimizer."""
    import torch

    _rule, optimizer_name, arguments = RULES[rule]
    position = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimizer = getattr(torch.optim, optimizer_name)([position], lr=lr, **arguments)
    points = [position.detach().numpy().copy()]
    for _step in range(STEPS):
        optimizer.zero_grad()
        surface.value(position[0], position[1]).backward()
        optimizer.step()
        points.append(position.detach().numpy().copy())
    return np.array(points)


if __name__ == "__main__":
    import torch

    RECORD.parent.mkdir(exist_ok=True)
    walks = {name: walk_with_torch(*walk) for name, walk in WALKS.items()}
    np.savez_compressed(RECORD, torch_version=torch.__version__, **walks)
    print(f"PyTorch {torch.__version__}: {len(walks)} walks, {RECORD.stat().st_size / 1000:.0f} kB")
