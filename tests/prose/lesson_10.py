"""Lesson 10, Race the optimizers: the words, and what they must agree with."""

import numpy as np

from gdlab import AdaGrad, Adam, GradientDescent, Momentum, Nesterov, RMSProp, descend, ravine, saddle
from prose import Lesson, told

lesson = Lesson("10")
GROUND = ravine(10)
PLAIN = 0.001, 0.0008, 0.0008  # the rates of plain, momentum and Nesterov on Rosenbrock
DIVIDING = {"AdaGrad", "RMSProp", "Adam"}


def walk(rule, steps=2):
    return descend(GROUND, (4, 2), rule, steps).points


def velocity(steps):
    """Momentum's v after so many steps: the displacement over the learning rate."""
    points = walk(Momentum(0.05, 0.9), steps)
    return (points[-2] - points[-1]) / 0.05


def heavy(beta, steps=80):
    """The loss of the walker with momentum, as the picture says it."""
    return told(lesson.says("roll", beta=beta, steps=steps))[-1]


def one_valley(values):
    """Whether the values fall, and then rise."""
    signs = np.sign(np.diff(values))
    return signs[0] < 0 < signs[-1] and np.sum(np.diff(signs) != 0) == 1


def swings(beta):
    """How often the heavy walker changes sides along the ravine."""
    x = descend(lesson.narrow, (-4, 2), Momentum(0.03, beta), 80).points[:, 0]
    return np.sum(np.diff(np.sign(x)) != 0)


def paths_on(kappa):
    return [path.points for path in lesson.adapted(ravine(kappa)).values()]


def lowest(surface, start, rates):
    """The walkers, the lowest first."""
    paths = lesson.walks(surface, start, rates)
    return sorted(paths, key=lambda name: paths[name].losses[-1])


def away(step):
    """Who is more than 1 away from the ridge after so many steps, as the picture says."""
    said = lesson.says("leave", steps=step).rstrip(".")
    return {*said.split("ridge: ")[1].split(", ")} - {"nobody"}


def best_steps(kappa):
    """The steps with the best rate, as the picture says them: plain, momentum, Nesterov, AdaGrad, RMSProp, Adam."""
    return told(lesson.says("sweep", kappa=kappa))[1:]


def arrived(kind, kappa=10):
    return descend(ravine(kappa), (-4, 2), kind(lesson.many), 300).converged_at


def best_rate(kind, kappa):
    steps = arrived(kind, kappa)
    return lesson.many[np.argmin(np.where(steps < 0, 999, steps))]


def floor(kind):
    """By which factor the rates reach that need at most half as many steps again as the best one."""
    steps = np.where(arrived(kind) < 0, 999, arrived(kind))
    good = lesson.many[steps <= 1.5 * steps.min()]
    return good.max() / good.min()


def last_losses(batch, lr=5.0):
    return told(lesson.says("stagger", batch=batch, lr=lr))[-1]


def turned(angle):
    """The losses of plain, momentum, AdaGrad and Adam on the turned ravine."""
    return told(lesson.says("turn", angle=angle))[-4:]


def astray(beta2):
    """Where Adam ends."""
    return told(lesson.says("astray", beta2=beta2))[-1]


def rmsprop(x, g, s, sign=-1):
    s = 0.9 * s + 0.1 * g**2
    return x + sign * 0.1 * g / np.sqrt(s), s


ROWS = [
    ("It falls first, then it rises again", lambda: one_valley([heavy(beta) for beta in (0, 0.3, 0.7, 0.9, 0.98)])),
    ("Not at all", lambda: all(np.allclose(paths_on(1), paths_on(kappa), atol=1e-3) for kappa in (10, 100, 1000))),
    ("momentum has gone farther along, and has already *overshot* across",
     lambda: walk(Momentum(0.05))[2, 0] < walk(GradientDescent(0.05))[2, 0] and walk(Momentum(0.05))[2, 1] < 0),
    ("AdaGrad's only ever grow", lambda: np.all(np.diff(lesson.adapted(GROUND)["AdaGrad"].memories["squares"], axis=0) >= 0)),
    ("You raise β from 0 to 0.98. How does the loss after 80 steps change?",
     lambda low, high, steps: heavy(0.7, steps) < heavy(low, steps) < heavy(high, steps)),
    ("Near 0.7 it is lowest", lambda beta: abs(min(np.arange(0, 0.99, 0.02), key=heavy) - beta) < 0.03),
    ("Then go to 0.98 and press play: the heavy walker swings like a ball in a bowl", lambda beta: swings(beta) > 3),
    ("from (4, 2), with α = 0.05 and β = 0.9. The gradient is",
     lambda x, y, lr, beta: np.allclose(descend(GROUND, (x, y), Momentum(lr, beta), 2).points, walk(Momentum(0.05)))),
    ("v = (4, 20), so the first step", lambda: velocity(1)),
    ("(4 − 0.2, 2 − 1) = (3.8, 1). That is the plain step",
     lambda: [4, 0.05 * 4, 2, 0.05 * 20, walk(GradientDescent(0.05), 1)[-1]]),
    ("The gradient is now (3.8, 10), and v = 0.9 · (4, 20) + (3.8, 10) = (7.4, 28)",
     lambda: [GROUND.grad(3.8, 1), 0.9, velocity(1), GROUND.grad(3.8, 1), velocity(2)]),
    ("The step goes to (3.43, −0.4)", lambda: walk(Momentum(0.05))[-1]),
    ("The plain walker would stand at (3.61, 0.5)", lambda: walk(GradientDescent(0.05))[-1]),
    ("Its first step is 0.05 · (7.6, 38), to (3.62, 0.1), the second goes to (3.114, −0.805)",
     lambda: [0.05, 0.9 * velocity(1) + GROUND.grad(4, 2), *walk(Nesterov(0.05))[1:]]),
    (r"s \leftarrow s + (\nabla f)^2",
     lambda power: np.allclose(AdaGrad(1).step(np.array([3.0]), AdaGrad(1).start(np.zeros(1)))[1], 3.0**power)),
    ("s ← ρs + (1 − ρ)(∇f)²",
     lambda one, power: np.isclose(RMSProp(1, 0.9).step(3.0, (2.0,))[1][0], 0.9 * 2 + (one - 0.9) * 3**power)),
    ("Both means begin at 0", lambda: [abs(np.array(Adam(1).start(np.ones(1))[:2])).max()]),
    ("by 1 − β₁ᵗ and 1 − β₂ᵗ",
     lambda one, other: one - 0.9 == other - 0.9 and np.isclose(Adam(1).step(2.0, (0.0, 0.0, 0))[0], -1)),
    ("Usually β₁ = 0.9 for the slopes and β₂ = 0.999 for their squares", lambda: [Adam(1).beta1, Adam(1).beta2]),
    ("By hand, from (4, 2) once more", lambda: walk(Adam(0.5))[0]),
    ("At the first step s = (16, 400), its root is (4, 20)", lambda: [np.square(GROUND.grad(4, 2)), GROUND.grad(4, 2)]),
    ("the quotient is (1, 1)", lambda: (walk(AdaGrad(0.5))[0] - walk(AdaGrad(0.5))[1]) / 0.5),
    ("RMSProp's is √10 times as long: its s has only a tenth of the squares",
     lambda: [((4 - walk(RMSProp(0.1, 0.9))[1, 0]) / 0.1) ** 2, 1 - 0.9]),
    ("learning rate | after 1 step | after 2 steps",
     lambda *steps: [len(walk(Adam(0.5), step)) - 1 for step in steps] == [*steps]),
    ("| AdaGrad | 0.5 | (3.5, 1.5) | (3.171, 1.2) |", lambda lr: walk(AdaGrad(lr))[1:]),
    ("| RMSProp, ρ = 0.9 | 0.1 | (3.684, 1.684) | (3.464, 1.474) |", lambda rho, lr: walk(RMSProp(lr, rho))[1:]),
    ("| Adam | 0.5 | (3.5, 1.5) | (3.003, 1.009) |", lambda lr: walk(Adam(lr))[1:]),
    ("A round bowl has κ = 1, a gorge κ = 1000.", lambda *kappas: np.allclose(*map(paths_on, kappas), atol=1e-3)),
    ("a coordinate that is a thousand times as steep is divided by a thousand times as much",
     lambda steep, divided: np.allclose(paths_on(steep), paths_on(divided)) and steep == 1000),
    ("in 100 steps you hardly see it shrink", lambda steps: len(paths_on(1)[0]) - 1 == steps),
    ("drawn before the division by 1 − βᵗ", lambda one: np.isclose(Adam(1).step(2.0, (0.0, 0.0, 0))[1][0] / (one - 0.9), 2)),
    ("AdaGrad and RMSProp arrive first by far",
     lambda: {*lowest(lesson.narrow, (-4, 2), lesson.decent)[:2]} == {"AdaGrad", "RMSProp"}),
    ("the same two, and the plain walker, get almost nowhere at these rates",
     lambda: {*lowest(*lesson.grounds["Rosenbrock"])[3:]} == {"AdaGrad", "RMSProp", "plain"}),
    ("There, and on Beale's plain, those with momentum lead",
     lambda: all({*lowest(*ground)[:3]} == {"momentum", "Nesterov", "Adam"} for ground in lesson.grounds.values())),
    ("give AdaGrad 2 and RMSProp 0.2 on Rosenbrock, and they jump to the front",
     lambda one, other: {*lowest(*lesson.grounds["Rosenbrock"][:2], (*PLAIN, one, other, 0.2))[:2]} == {"AdaGrad", "RMSProp"}),
    ("On the saddle x² − y² the start (2, 0.001) stands almost on the ridge. Across it, the slope is tiny: 0.002",
     lambda _x, _y, x, y: abs(saddle.grad(x, y)[1])),
    ("from a slope of 0.002", lambda: abs(saddle.grad(2, 0.001)[1])),
    ("Those that divide by the size of the slopes", lambda: away(20) == DIVIDING),
    ("A tiny slope divided by its own size is 1: a full step at once", lambda: 0.002 / abs(saddle.grad(2, 0.001)[1])),
    ("After 60 steps the plain walker is only 0.3 away from the ridge",
     lambda steps: abs(lesson.walks(saddle, (2, 0.001), lesson.rates)["plain"].points[steps, 1])),
    ("Here are 200 rates for each of the six: 1,200 walks at every tick of κ",
     lambda: [lesson.many.size, lesson.many.size * len(lesson.six)]),
    ("it did not arrive within 300", lambda steps: 0.9 * steps < arrived(GradientDescent).max() <= steps),
    ("So plain descent's best climbs, from 23 steps to 221", lambda: [best_steps(10)[0], best_steps(100)[0]]),
    ("and momentum's hardly at all. The other three stand still",
     lambda: best_steps(100)[1] < 1.1 * best_steps(10)[1] and best_steps(100)[3:] == best_steps(10)[3:]),
    ("momentum's and Adam's have a long floor",
     lambda: min(floor(Momentum), floor(Adam)) > max(map(floor, (GradientDescent, Nesterov)))),
    ("AdaGrad's best is fast, and at κ = 10 twenty times as large as Nesterov's",
     lambda kappa: best_rate(AdaGrad, kappa) / best_rate(Nesterov, kappa)),
    ("Here are two weights and 80 beads", lambda: len(lesson.points)),
    ("Set the rate to 5 and compare: 0.148 with 80 beads, 0.154 with 8, 0.243 with one",
     lambda lr: [last_losses("80 beads", lr), 80, last_losses("8 beads", lr), 8, last_losses("1 bead", lr)]),
    ("it staggers around the bottom, and the larger the learning rate, the wider",
     lambda: last_losses("1 bead", 5) > last_losses("1 bead", 2) > last_losses("80 beads", 2)),
    ("Eight are nearly as good as all, at a tenth of the price",
     lambda tenth: tenth * 80 == 8 and last_losses("8 beads") < 1.05 * last_losses("80 beads")),
    ("Plain descent and momentum do not notice the turn", lambda: turned(0)[:2] == turned(20)[:2] == turned(45)[:2]),
    ("AdaGrad and Adam do.", lambda: turned(45)[2] > 100 * turned(0)[2] and turned(45)[3] > 10 * turned(0)[3]),
    ("The first has slope 3, the two others −1: on average ⅓, so x must fall",
     lambda one, others, mean: np.isclose((one + 2 * others) / 3, float(mean)) and told(lesson.says("astray"))[2] < 0),
    ("here without its velocity (β₁ = 0)", lambda: lesson.pair["Adam"](0.3).beta1),
    ("Adam's usual β₂ is 0.999", lambda: Adam(1).beta2),
    ("From which β₂ on does it go the right way here? (Just below 0.5.)",
     lambda beta2: astray(beta2 - 0.05) > 0 > astray(beta2 - 0.01)),
    ("Momentum with β = 0.9. The slope was 2, then −2, then 2. What is v after these three, from v = 0?",
     lambda beta, *said: velocity_after(beta, *said) == lesson.velocity_after.right),
    ("2, then 1.8 − 2 = −0.2, then −0.18 + 2 = 1.82",
     lambda: [2, 0.9 * 2, 2, velocity_after(0.9, 2, -2, 0), -0.9 * 0.2, 2, velocity_after(0.9, 2, -2, 2, 0)]),
    ("with learning rate 0.1 and ρ = 0.9",
     lambda lr, rho: np.isclose(lesson.rmsprop_step.right(4, 3, 2)[0] - 4, RMSProp(lr, rho).step(3, (2,))[0])),
]  # fmt: skip


def velocity_after(beta, *slopes_and_start):
    """v after these slopes; the last number is the v that it began with."""
    *slopes, v = slopes_and_start
    for slope in slopes:
        v = beta * v + slope
    return round(v, 9)


FORMULAS = [
    ("½(x² + 10y²)", lambda x, y: GROUND(x, y)),
    ("(x, 10y)", lambda x, y: GROUND.grad(x, y)),
    ("x² − y²", saddle),
    ("½(u² + 50v²)", lambda u, v: lesson.narrow(u, v)),
]
RIGHT = {
    "roll": "It falls first, then it rises again",
    "adapt": "Not at all",
    "leave": "Those that divide by the size of the slopes",
}
HINTS = {
    "velocity_after": [
        ("That would be so without a memory. v ← 0.9 v + slope, three times.", 2 - 2 + 2),
        ("That is v after two slopes. One more.", velocity_after(0.9, 2, -2, 0)),
        ("The second slope is −2.", velocity_after(0.9, 2, 2, 2, 0)),
        ("Here the slope is added as it is, not (1 − β) times.", velocity_after(0.9, 0.2, -0.2, 0.2, 0)),
    ],
    "rmsprop_step": [
        ("That is AdaGrad: it never forgets. Keep 0.9 of s, and a tenth of g².",
         lambda x, g, s: (x - 0.1 * g / np.sqrt(s + g**2), s + g**2)),
        ("Divide by the root of s.", lambda x, g, s: (x - 0.1 * g / rmsprop(x, g, s)[1], rmsprop(x, g, s)[1])),
        ("Downhill: against the slope.", lambda x, g, s: rmsprop(x, g, s, sign=1)),
    ],
}
FREE = {
    "2018": "the year of a paper",
    "several powers of ten": "advice",
    "80 beads": "a choice of the picture, which its row reads",
    "8 beads": "a choice of the picture, which its row reads",
    "1 bead": "a choice of the picture, which its row reads",
}
