"""Record how PyTorch's optimizers walk on three surfaces, and how they train three small networks: what
tests/test_descent.py and tests/test_nn.py hold gdlab's against.

Run it where PyTorch and numpy are installed, from the top of the repository, after a change of `WALKS` or of
`TRAININGS`, or to follow a newer PyTorch; gdlab itself never needs PyTorch:

    PYTHONPATH=. python tests/record_torch.py

It writes tests/data/torch_trajectories.npz, for each walk its points, and tests/data/torch_training.npz, for
each training its first parameters, and losses and parameters as it went on; both with the version of PyTorch
that made them. PyTorch takes the gradients itself, by automatic differentiation.
"""

from pathlib import Path

import numpy as np

from gdlab import AdaGrad, Adam, GradientDescent, Momentum, Nesterov, RMSProp
from gdlab import MLP, himmelblau, ravine, rosenbrock

RECORD = Path(__file__).parent / "data" / "torch_trajectories.npz"
TRAINED = RECORD.with_name("torch_training.npz")
STEPS = 100
EPOCHS, KEPT = 50, (0, 10, 20, 30, 40, 50)

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


# For each problem the network, its loss, how many rows there are, and how many of them make a batch.
PROBLEMS = {
    "tanh, mse": (MLP([2, 5, 4, 1], seed=1), "mse", 14, 14),
    "sigmoid, mse": (MLP([3, 4, 2], "sigmoid", output="sigmoid", seed=2), "mse", 14, 14),
    "relu, cross-entropy": (MLP([3, 6, 4], "relu", seed=3), "cross_entropy", 14, 14),
    "relu, cross-entropy, batches": (MLP([3, 6, 4], "relu", seed=3), "cross_entropy", 14, 4),
}
RATES = {
    "GradientDescent": 0.1,
    "Momentum": 0.05,
    "Nesterov": 0.05,
    "AdaGrad": 0.05,
    "RMSProp": 0.005,
    "Adam": 0.02,
}
TRAININGS = {f"{problem}, {rule}": (problem, rule) for problem in PROBLEMS for rule in RULES}


def examples(problem):
    """Inputs and targets or labels, at random."""
    model, loss, rows, _batch = PROBLEMS[problem]
    random = np.random.default_rng(len(problem))
    x, outputs = random.normal(size=(rows, model.sizes[0])), model.sizes[-1]
    return x, random.uniform(size=(rows, outputs)) if loss == "mse" else random.integers(outputs, size=rows)


def train_with_torch(problem, rule, first):
    """The mean loss in each epoch, and all parameters after the epochs in KEPT, from these first ones."""
    import torch

    model, loss, rows, batch = PROBLEMS[problem]
    kinds = {
        "tanh": torch.nn.Tanh,
        "relu": torch.nn.ReLU,
        "sigmoid": torch.nn.Sigmoid,
        "identity": torch.nn.Identity,
    }
    layers, begin = [], 0
    for inputs, outputs, activation in zip(model.sizes, model.sizes[1:], model.activations, strict=False):
        layer, size = torch.nn.Linear(inputs, outputs, dtype=torch.float64), inputs * outputs
        layer.weight.data = torch.tensor(first[begin : begin + size].reshape(inputs, outputs).T.copy())
        layer.bias.data = torch.tensor(first[begin + size : begin + size + outputs])
        begin += size + outputs
        layers += [layer, kinds[activation]()]
    network = torch.nn.Sequential(*layers)
    measure = {"mse": torch.nn.MSELoss, "cross_entropy": torch.nn.CrossEntropyLoss}[loss]()
    _rule, optimizer_name, arguments = RULES[rule]
    optimizer = getattr(torch.optim, optimizer_name)(network.parameters(), lr=RATES[rule], **arguments)
    x, y = map(torch.tensor, examples(problem))
    random, losses, kept = np.random.default_rng(0), [], []  # the order of batches is train's

    def parameters():
        return np.concatenate([p.detach().numpy().T.ravel() for p in network.parameters()])

    for epoch in range(EPOCHS + 1):
        if epoch in KEPT:
            kept.append(parameters())
        if epoch < EPOCHS:
            order = torch.arange(rows) if batch == rows else torch.tensor(random.permutation(rows))
            losses.append(0.0)
            for chosen in order.split(batch):
                optimizer.zero_grad()
                error = measure(network(x[chosen]), y[chosen])
                error.backward()
                optimizer.step()
                losses[-1] += float(error.detach()) * len(chosen) / rows
    return np.array(losses), np.array(kept)


def first_parameters(problem):
    return np.concatenate([tensor.data.ravel() for tensor in PROBLEMS[problem][0].parameters])


if __name__ == "__main__":
    import torch

    RECORD.parent.mkdir(exist_ok=True)
    walks = {name: walk_with_torch(*walk) for name, walk in WALKS.items()}
    np.savez_compressed(RECORD, torch_version=torch.__version__, **walks)
    first = {problem: first_parameters(problem) for problem in PROBLEMS}
    found = {
        name: train_with_torch(problem, rule, first[problem]) for name, (problem, rule) in TRAININGS.items()
    }
    trainings = {f"{name}, losses": losses for name, (losses, _kept) in found.items()}
    trainings |= {f"{name}, kept": kept for name, (_losses, kept) in found.items()}
    np.savez_compressed(TRAINED, torch_version=torch.__version__, **first, **trainings)
    for path, done in ((RECORD, len(walks)), (TRAINED, len(found))):
        print(
            f"PyTorch {torch.__version__}: {path.name}, {done} of them, {path.stat().st_size / 1000:.0f} kB"
        )
