"""Training beside its peers: a network that is trained anew on each tick of a slider, and the digits.

Each peer is used as its own documentation does, in double precision, with the same network, loss, optimizer
and batches. They work in a process of their own with one thread, by turns, and processor time is what counts.
"""

import statistics
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from multiprocessing import get_context

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from autograd.misc.optimizers import adam

from gdlab import MLP, Adam, Decision, LogSlider, accuracy, digits, live, moons, train

TITLE, HEADER = "training, in one thread", ["", "gdlab", "peer", "ratio"]
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
SIZES, EPOCHS, RATE = [2, 16, 16, 1], 300, 0.02
DIGITS, GOAL, SEEDS, MOST = {"sizes": [64, 64, 10], "batch": 32, "rate": 0.003}, 0.97, range(5), 60

with_torch = pytest.mark.skipif(
    find_spec("torch") is None, reason="PyTorch is not installed; to measure beside it: pip install torch"
)


# A tick of a slider: 2-16-16-1 with tanh, 200 points, 300 epochs of Adam on all of them, the scores on a grid
# of 100 x 100. Each function takes a learning rate and returns the scores.

POINTS, LABELS = moons(200)
TARGETS = 2.0 * LABELS[:, None] - 1
GRID = np.stack(np.meshgrid(*[np.linspace(-2, 2, 100)] * 2), axis=-1).reshape(-1, 2)


def start():
    """The first weights, as [W, b, W, b, ...]."""
    return [tensor.data.copy() for tensor in MLP(SIZES).parameters]


def tick_of_gdlab(rate):
    model = MLP(SIZES)
    train(model, POINTS, TARGETS, Adam(rate), EPOCHS, loss="mse")
    return model(GRID).data


def tick_of_autograd(rate):
    def scores(parameters, h):
        for weights, bias in parameters[:-1]:
            h = anp.tanh(anp.dot(h, weights) + bias)
        weights, bias = parameters[-1]
        return anp.dot(h, weights) + bias

    def loss(parameters, _step):
        return anp.mean((scores(parameters, POINTS) - TARGETS) ** 2)

    first = start()
    found = adam(
        grad(loss), list(zip(first[::2], first[1::2], strict=True)), num_iters=EPOCHS, step_size=rate
    )
    return scores(found, GRID)


def tick_of_torch(rate):
    import torch

    torch.set_num_threads(1)
    model, loss_of = torch_network(SIZES, torch.nn.Tanh, start()), torch.nn.MSELoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    x, targets = torch.tensor(POINTS), torch.tensor(TARGETS)
    for _epoch in range(EPOCHS):
        optimizer.zero_grad()
        loss_of(model(x), targets).backward()
        optimizer.step()
    with torch.no_grad():
        return model(torch.tensor(GRID)).numpy()


def torch_network(sizes, activation, weights):
    import torch

    layers = []
    for weight, bias in zip(weights[::2], weights[1::2], strict=True):
        layer = torch.nn.Linear(*weight.shape, dtype=torch.float64)
        layer.weight.data, layer.bias.data = torch.tensor(weight.T).contiguous(), torch.tensor(bias)
        layers += [layer, activation()]
    return torch.nn.Sequential(*layers[:-1])


def picture():
    """All that a tick is in the kernel: training, the map with its boundary, the frame for the browser."""
    ground = Decision(POINTS, LABELS)

    @live(ground, rate=LogSlider(RATE, 0.001, 0.1))
    def retrain(rate):
        model = MLP(SIZES)
        history = train(model, POINTS, TARGETS, Adam(rate), EPOCHS, loss="mse")
        ground.show(model)
        return history.summary()

    return lambda rate: retrain._frame({"rate": rate})


def seconds(work, *arguments):
    began = time.process_time()
    work(*arguments)
    return time.process_time() - began


def ticks(rounds, peers):
    """{name: the seconds of each round}, with gdlab's whole picture; first, all must find the same scores."""
    works = {name: globals()[f"tick_of_{name}"] for name in ("gdlab", *peers)}
    expected = works["gdlab"](RATE)
    for work in works.values():
        np.testing.assert_allclose(work(RATE), expected, rtol=1e-6, atol=1e-6)
    works["picture"] = picture()
    times = {name: [] for name in works}
    for i in range(rounds):
        for name, work in works.items():
            times[name].append(seconds(work, RATE + i * 1e-4))
    return times


# The digits: 64-64-10 with relu, cross-entropy, Adam on batches of 32, until 97 % of the test images are
# right. Each function takes a seed and a number of epochs, and trains; `after` is called after each epoch
# with the share of test images that are right.


def digits_of_gdlab(seed, epochs, after=None):
    data, model = digits(), MLP(DIGITS["sizes"], "relu", seed=seed)
    keep = epochs if after else 1
    history = train(model, data.train_x, data.train_y, Adam(DIGITS["rate"]), epochs, batch=DIGITS["batch"], seed=seed, keep=keep)
    for epoch in range(1, epochs + 1) if after else ():
        after(accuracy(history.at(epoch)(data.test_x), data.test_y))


def digits_of_sklearn(seed, epochs, after=None):
    from sklearn.neural_network import MLPClassifier

    data = digits()
    model = MLPClassifier(
        DIGITS["sizes"][1:-1], "relu", batch_size=DIGITS["batch"], learning_rate_init=DIGITS["rate"], alpha=0,
        max_iter=epochs, n_iter_no_change=epochs, tol=0, random_state=np.random.RandomState(seed),
    )  # fmt: skip
    if after:
        for _epoch in range(epochs):
            model.partial_fit(data.train_x, data.train_y, classes=np.arange(10))
            after(model.score(data.test_x, data.test_y))
    else:
        with warnings.catch_warnings(action="ignore"):  # that it could go on
            model.fit(data.train_x, data.train_y)


def digits_of_torch(seed, epochs, after=None):
    import torch

    torch.set_num_threads(1)
    data = digits()
    x, y, test_x, test_y = map(torch.tensor, (data.train_x, data.train_y, data.test_x, data.test_y))
    first = [tensor.data for tensor in MLP(DIGITS["sizes"], "relu", seed=seed).parameters]
    model, loss_of = torch_network(DIGITS["sizes"], torch.nn.ReLU, first), torch.nn.CrossEntropyLoss()
    optimizer, random = torch.optim.Adam(model.parameters(), lr=DIGITS["rate"]), np.random.default_rng(seed)

    for _epoch in range(epochs):
        for rows in torch.tensor(random.permutation(len(x))).split(DIGITS["batch"]):
            optimizer.zero_grad()
            loss_of(model(x[rows]), y[rows]).backward()
            optimizer.step()
        if after:
            with torch.no_grad():
                after(float((model(test_x).argmax(dim=1) == test_y).double().mean()))


def epochs_to_goal(work, seed):
    """After how many epochs so many test images are right for the first time."""
    shares = []
    work(seed, MOST, shares.append)
    return 1 + next(i for i, share in enumerate(shares) if share >= GOAL)


def to_goal(rounds, peers):
    """{name: (epochs of all seeds together, seconds of each round)}; a round is one network for each seed."""
    works = {name: globals()[f"digits_of_{name}"] for name in ("gdlab", *peers)}
    needed = {name: [epochs_to_goal(work, seed) for seed in SEEDS] for name, work in works.items()}
    times = {name: [] for name in works}
    for _round in range(rounds):
        for name, work in works.items():
            times[name].append(sum(map(seconds, [work] * len(SEEDS), SEEDS, needed[name])))
    return {name: (sum(needed[name]), times[name]) for name in works}


# The measuring


def alone(function, *arguments):
    """What a function returns in a process of its own, in which numpy and PyTorch have one thread."""
    with pytest.MonkeyPatch.context() as environment:
        for name in ONE_THREAD:
            environment.setenv(name, "1")
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            return pool.submit(function, *arguments).result()


PEERS = ["torch"] if find_spec("torch") else []


@pytest.fixture(scope="module")
def tick():
    return alone(ticks, 20, ["autograd", *PEERS])


@pytest.fixture(scope="module")
def goal():
    return alone(to_goal, 3, ["sklearn", *PEERS])


def compared(table, what, ours, theirs):
    """How many times as long as ours the peer takes, the median of the rounds' ratios; noted in the table."""
    ratio = statistics.median(b / a for a, b in zip(ours, theirs, strict=True))
    times = [f"{statistics.median(column) * 1e3:,.0f} ms" for column in (ours, theirs)]
    table(TITLE, HEADER, [[what, *times, f"{ratio:.1f} x"]])
    return ratio


def test_a_tick_is_there_before_one_sees_it_missing(tick, table):
    # The quickest of the rounds: what else the machine does can only be added.
    best = min(tick["picture"])
    table(
        TITLE,
        HEADER,
        [["a tick: training, map and frame; the best of 20", f"{best * 1e3:.0f} ms", "60 ms", ""]],
    )
    assert best < 0.060


# Our ticks are whole; the peers have only to train and to find the scores, and have no picture to draw.


def test_a_tick_is_quicker_than_autograds(tick, table):
    assert compared(table, "a tick, beside autograd's training", tick["picture"], tick["autograd"]) >= 5


@with_torch
def test_a_tick_is_quicker_than_pytorchs(tick, table):
    assert compared(table, "a tick, beside PyTorch's training", tick["picture"], tick["torch"]) >= 2


def against(goal, table, peer, name):
    (our_epochs, ours), (their_epochs, theirs) = goal["gdlab"], goal[peer]
    what = f"digits to 97 %, beside {name} ({our_epochs} and {their_epochs} epochs)"
    return compared(table, what, ours, theirs)


def test_the_digits_are_learned_no_slower_than_by_scikit_learn(goal, table):
    assert against(goal, table, "sklearn", "scikit-learn") >= 1


@with_torch
def test_the_digits_are_learned_no_slower_than_by_pytorch(goal, table):
    assert goal["gdlab"][0] == goal["torch"][0]  # the same weights, the same batches, the same course
    assert against(goal, table, "torch", "PyTorch") >= 1
