"""Lesson 09, Train a network: the words, and what they must agree with."""

import numpy as np

from gdlab import MLP, GradientDescent, numerical_gradient, spirals, train
from prose import Lesson, told

lesson = Lesson("09")


def moons(lr):
    return lesson.trained("moons", lr)


def says(lr):
    return lesson.says("retrain", lr=lr)


def loss_near(history, epoch):
    return history.kept_losses[history.index(epoch)]


def begun(start="xavier", epoch=300, seed=0):
    """(gradient of layer 1, of layer 2, loss, share right) of the second picture, as it says."""
    _seed, one, two, _epochs, loss, right = told(lesson.says("begin", start=start, epoch=epoch, seed=seed))
    return one, two, loss, right


def all_right(seed, lr=0.2):
    network = MLP([2, 8, 1], seed=seed)
    right = train(network, lesson.x, 2.0 * lesson.y - 1, GradientDescent(lr), 300, "mse").accuracies[-1] == 1
    assert lr != 0.2 or right == (begun(seed=seed)[-1] == 1)
    return right


def saturated():
    """The share of the tanh outputs of the large beginning that let less than a tenth of the blame through."""
    outputs = lesson.begun("large", 0).at(0).layers(lesson.x)[0][1].data
    return np.mean(1 - outputs**2 < 0.1)


def longer():
    """By what the gradients of the two layers are longer with the large beginning."""
    return np.divide(*[lesson.begun(start, 0).gradient_norms[0] for start in ("large", "xavier")])


def alike(start):
    """Whether the hidden units stay alike when all weights begin at this number."""
    network = MLP([2, 8, 1])
    for parameter in network.parameters:
        parameter.data = np.full_like(parameter.data, start)
    history = train(network, lesson.x, 2.0 * lesson.y - 1, GradientDescent(0.2), 50, "mse")
    weights, _bias, out, _ = (parameter.data for parameter in history.model.parameters)
    return np.allclose(weights, weights[:, :1]) and np.allclose(out, out[0])


def of_a_line():
    """The share of the spiral's points that a straight line gets right: the best of many."""
    x, y = spirals()
    angles, offsets = np.radians(np.arange(0, 360, 2)), np.linspace(-1.2, 1.2, 49)
    z = x @ [np.cos(angles), np.sin(angles)]
    return np.max(np.mean((z[..., None] > offsets) == y[:, None, None].astype(bool), axis=0))


def spiral(units, lr, bend="tanh"):
    return told(lesson.says("spiral", units=units, lr=lr, bend=bend))[-1]


def count(sizes, bias=1):
    return sum((a + bias) * b for a, b in zip(sizes, sizes[1:]))


def turn(w, x, y, lr, gradient):
    return w - lr * gradient(w * x - y)


ROWS = [
    ("It jumps, or flies away", lambda: "diverges" in says(1.0)),
    ("Nothing: its hidden units stay alike", lambda: begun("zeros")[-1] == 0.5 and alike(0)),
    ("Repeat from 2.", lambda step: f"\n{step}. Forward" in lesson.prose["cell 1"]),
    ("aims at −1 or 1, and its sign is the answer", lambda low, high: {*lesson.targets} == {low, high}),
    ("trained for 300 epochs, and", lambda: told(says(0.2))[1]),
    ("You raise the learning rate from 0.2 to 1.",
     lambda begin, lr: lesson.controls["retrain"]["lr"] == begin and "diverges" in says(lr)),
    ("Like now, only five times as fast", lambda times: times == 1 / 0.2),
    ("At 1 they overshoot: the loss jumps up and down or flies away", lambda lr: "diverges" in says(lr)),
    ("At 0.001 the network has hardly moved after 300 epochs",
     lambda lr, epochs: 0.4 < loss_near(moons(lr), epochs) and told(says(lr))[-1] < 0.8),
    ("At 0.2 it learns", lambda lr: told(says(lr))[-1] > 0.9),
    ("At 0.32 it learns faster, and near the end the loss jumps above 1.",
     lambda lr, high: loss_near(moons(lr), 200) < loss_near(moons(0.2), 300)
     and moons(lr).losses[250:].max() > high > moons(lr).losses[20:250].max()),
    ("At 1 the training diverges", lambda lr: "diverges" in says(lr)),
    ("At 0.2 the curve lies almost level for 180 epochs, and then falls again",
     lambda lr, epochs: 0.9 < loss_near(moons(lr), 15 + epochs) / loss_near(moons(lr), 15) < 1
     and loss_near(moons(lr), 300) < 0.6 * loss_near(moons(lr), 15)),
    ("Step 1 said: initialise", lambda step: f"\n{step}. Initialise" in lesson.prose["cell 1"]),
    ("All weights begin at 0. What has the network learned after 300 epochs?",
     lambda weight, epochs: alike(weight) and begun("zeros", epochs)[-1] == 0.5),
    ("Where all weights are 0, every hidden unit answers 0 and gets the blame times its weight to the output: 0",
     lambda weight, answer, blame: np.tanh(weight) == answer and begun("zeros")[0] == blame
     and not lesson.begun("zeros", 0).parameters.any()),
    ("with equally many points of both kinds", lambda: np.mean(lesson.y) == 0.5),
    ("All of them answer the same and get the same blame, here 0", lambda: begun("zeros")[0]),
    ("eight units are no better than none",
     lambda units: lesson.begun("zeros", 0).model.sizes[1] == units and begun("zeros")[-1] == 0.5),
    ("It begins with eight units that are the same", lambda: lesson.begun("zeros", 0).model.sizes[1]),
    ("The gradient of layer 1 is 0", lambda layer: begun("zeros")[layer - 1]),
    ("and that weight is 0.", lambda: abs(lesson.begun("zeros", 0).at(0).parameters[2].data).max()),
    ("Even if all weights were ½ instead, all units would get the *same* blame", lambda weight: alike(weight)),
    ("go back to epoch 0. The network is sure and wrong: its loss is 8.85, a third of its tanh outputs are saturated",
     lambda epoch: [begun("large", epoch)[2], saturated()]),
    ("its gradients are 40 to 100 times as long as with *xavier*",
     lambda low, high: low < min(longer()) < max(longer()) < high),
    ("This small network recovers", lambda: begun("large")[-1] == 1),
    ("√(2 / (inputs + outputs))", lambda two: abs(lesson.weights.std() / np.sqrt(two / (200 + 100)) - 1) < 0.02),
    ("Of the 21 seeds 19 get all points right", lambda seeds: sum(all_right(seed) for seed in range(seeds))),
    ("Seeds 7 and 15 do not. Scrub back", lambda *seeds: [seed for seed in range(21) if not all_right(seed)] == [*seeds]),
    ("they were nearly there, and jumped away",
     lambda: all(lesson.begun("xavier", seed).accuracies.max() > 0.95 for seed in (7, 15))),
    ("for them 0.2 is too long a step",
     lambda lr: all(not all_right(seed, lr) and all_right(seed, lr / 2) for seed in (7, 15))),
    ("the best straight line gets 75 % of the points right", of_a_line),
    ("can you get above 95 %?", lambda high: spiral(3, 0.1) > high),
    ("Three tanh units in each layer can do it with a rate of 0.1. With 0.01 they cannot, in 500 epochs.",
     lambda fast, slow, epochs: spiral(3, fast) > 0.95 > spiral(3, slow) and epochs == told(lesson.says("spiral"))[2]),
    ("And sixteen sigmoid units with 0.01 do no better than a line",
     lambda units, lr: spiral(units, lr, "sigmoid") <= of_a_line() + 0.01),
    ("the loss is (w · x − y)²",
     lambda power: np.isclose(3 - lesson.one_turn.right(3, 2, 5, 1), numerical_gradient(lambda w: (w * 2 - 5) ** power, 3))),
    ("How many weights and biases has MLP([2, 16, 16, 1])?",
     lambda *sizes: count(sizes) == lesson.how_many.right == sum(np.size(p.data) for p in MLP([*sizes]).parameters)),
]  # fmt: skip
RIGHT = {"retrain": "It jumps, or flies away", "begin": "Nothing: its hidden units stay alike"}
HINTS = {
    "one_turn": [
        ("That walks uphill: the step goes against the gradient.",
         lambda w, x, y, lr: turn(w, x, y, -lr, lambda error: 2 * error * x)),
        ("The chain rule: w is multiplied by x, so its slope has the factor x.",
         lambda w, x, y, lr: turn(w, x, y, lr, lambda error: 2 * error)),
        ("The derivative of a square brings down a 2.", lambda w, x, y, lr: turn(w, x, y, lr, lambda error: error * x)),
        ("Step by the slope of the loss, not by the loss.", lambda w, x, y, lr: turn(w, x, y, lr, lambda error: error**2)),
    ],
    "how_many": [
        ("Those are the weights. Each of the 33 units behind the inputs has a bias, too.", count([2, 16, 16, 1], bias=0)),
        ("The last layer has 16 weights as well, and every unit has a bias.", count([2, 16, 16], bias=0)),
        ("Those are the units. Count the connections", sum([2, 16, 16, 1])),
        ("Inputs have no bias.", count([2, 16, 16, 1]) + 2),
    ],
}
FREE = {
    "(08)": "a lesson's number",
    "(05, 06)": "lessons' numbers",
    "(02)": "a lesson's number",
}
