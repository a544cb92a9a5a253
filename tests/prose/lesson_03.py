"""Lesson 03, Choose the learning rate: the words, and what they must agree with."""

import numpy as np

from gdlab import GradientDescent, bowl, check, descend, double_well, line_loss, numerical_gradient, ravine
from prose import Lesson, told

lesson = Lesson("03")
LARGEST = int(np.finfo(float).max)
SIZE, PRICE = np.array([1, 2, 3, 4, 5]), np.array([2, 3, 5, 4, 6])
HOUSES, CENTRED = line_loss(SIZE, PRICE), line_loss(SIZE - 3, PRICE)
ACROSS, ALONG = np.linalg.eigvalsh([[22, 6], [6, 2]])[::-1]


def factor(lr):
    """By what one step on the bowl multiplies x."""
    return descend(bowl, (1, 1), GradientDescent(lr), 1).points[1, 0]


def says(lr):
    return lesson.says("walk", lr=lr)


def distances(lr, steps=30):
    return np.hypot(*descend(bowl, (-4, 3), GradientDescent(lr), steps).points.T)


def arrives(lr):
    """At which step the walk arrives, as the picture says; None where it does not."""
    said = lesson.says("arrive", lr=lr)
    return None if "does not arrive" in said else told(said)[-1]


def faster(*rates):
    """Whether each of these walks arrives sooner than the one before."""
    return bool(np.all(np.diff([arrives(lr) for lr in rates]) < 0))


def ball(lr, steps):
    """Where the ball of the middle picture has been: x after each step, from the start of the map."""
    lesson.says("walk", lr=lr, steps=steps)
    return lesson.ball._dots.get_xdata()


def in_order():
    """The letters of the five walks by their learning rates, and the factors that their pictures show."""
    walks = lesson.five
    lesson.says("compare")
    lines = dict(zip(lesson.places.names, lesson.places._lines, strict=True))
    assert all(np.array_equal(lines[name].get_ydata(), path.points[:, 0]) for name, path in walks.items())
    letters = "".join(sorted(walks, key=lambda name: walks[name].optimizer.lr))
    return letters, {name: path.points[1, 0] / path.points[0, 0] for name, path in walks.items()}


def on_ravine(lr, kappa=10, steps=200):
    return descend(ravine(kappa), (-4.5, 2), GradientDescent(lr), steps)


def flies(lr, kappa=10):
    return on_ravine(lr, kappa).status == "diverged"


def elbow(lr):
    """Whether the loss curve has two slopes: by what the loss is multiplied at first, and at the end, and that it bends once."""
    ratios = on_ravine(lr, steps=30).losses
    ratios = ratios[1:] / ratios[:-1]
    return ratios[0] < 0.6 and np.all(np.diff(ratios) > -1e-12) and np.allclose(ratios[8:], (1 - lr) ** 2, rtol=1e-3)


def takes(lr, picture="fit"):
    """After how many steps the loss is within 0.01 of the lowest, as the picture says; None if it says that it is not."""
    said = lesson.says(picture, lr=lr)
    return told(said.split("since step")[1])[0] if "since step" in said else None


def steps_to(ground, lr, steps=500):
    """The same, counted anew."""
    near = descend(ground, (0, 0), GradientDescent(lr), steps).losses < ground(*ground.minima[0]) + 0.01
    return int(np.argmax(near)) if near.any() else None


def by_hand(ground, lr, steps):
    return descend(ground, (0, 0), GradientDescent(lr), steps).points


def two_steps():
    """How much of the loss above the lowest is left after two steps, each with the rate that makes one factor 0."""
    (w, b), slopes = (0.0, 0.0), HOUSES.grad
    for curvature in (ACROSS, ALONG):
        w, b = np.array([w, b]) - np.array(slopes(w, b)) / curvature
    return HOUSES(w, b) - HOUSES(*HOUSES.minima[0])


def long_run(lr):
    """By what the slower of the two directions multiplies the distance at each step."""
    return max(abs(1 - lr * ACROSS), abs(1 - lr * ALONG))


def ends(lr):
    """In which valley the walk from far right comes to rest: the shallow one is on the right."""
    path = descend(double_well, (1.7, 0), GradientDescent(lr), 30)
    return path.status if path.status != "converged" else "shallow" if path.points[-1, 0] > 0 else "deep"


def goal(lr, steps=30):
    """What is said to who has moved the picture of the two valleys so: (whether the goal is reached, the words)."""
    return lesson.deep_valley.judge(lr=lr, steps=steps)


def game(*tries):
    """What is said to who has made these tries: (whether the score is good, the words)."""
    verdict = check(lesson.game, list(tries))
    return verdict.correct, verdict.message


def fewest(*rates):
    """The fewest steps that walks with these rates take on the unknown ground, counted anew."""
    near = descend(lesson.unknown, (-4, 3), GradientDescent(np.array(rates)), 200).losses < 0.01
    return min(int(np.argmax(walk)) for walk in near.T if walk.any())


def score(*tries):
    """The points for these tries: the fewest steps that any rate takes, as a share of those that the best try takes."""
    return round(100 * fewest(*np.geomspace(1e-3, 5e-3, 400)) / fewest(*tries))


ROWS = [
    ("Farther away than it began, and still going", lambda: distances(1.1)[30] > distances(1.1)[29] > 5),
    ("on the bowl α = 0.1. It took some 20 steps to arrive", lambda lr: round(arrives(lr), -1)),
    ("let us make them ten times as long, or a little more", lambda times: times * 0.1 <= 1.1),
    ("with learning rate 1.1 instead of 0.1: where is the walk after 30 steps?",
     lambda lr, before, steps: says(before) == says(0.1) and distances(lr)[steps] > 5),
    ("At 1.1 every step lands on the other side, farther away than it came from.", lambda lr: factor(lr) < -1),
    ("that happens at exactly 1. At 1.1 each step lands on the other side, and a little farther away",
     lambda same, lr: factor(same) == -1 > factor(lr)),
    ("At 1.1 the walk goes farther and farther away: it diverges",
     lambda lr: "diverges" in says(lr) and np.all(np.diff(distances(lr)) > 0)),
    ("On the map all its jumps lie on one line", lambda: "diverges" in says(1.1) and np.ptp(np.divide(*lesson.ground._trail.get_data())) < 1e-9),
    ("each step throws it to the other wall, higher than before",
     lambda: np.allclose(ball(1.1, 8), -4 * factor(1.1) ** np.arange(9)) and factor(1.1) < -1),
    ("curve x²", lambda power: np.allclose(lesson.ball._dots.get_ydata(), ball(1.1, 8) ** power)),
    ("Put the gradient 2x", lambda: bowl.grad(1, 0)[0]),
    ("| 0.001 | 0.998 | crawls: after 30 steps it has gone 6 % of the way",
     lambda lr: [factor(lr), 30, 1 - distances(lr)[30] / 5]),
    ("| 0.1 | 0.8 | comes nearer, always from the same side", factor),
    ("| 0.5 | 0 | is there in one step",
     lambda lr, left: factor(lr) == left == distances(lr)[1] and "One step lands" in says(lr)),
    ("| 0.9 | −0.8 | jumps across at every step, and comes nearer", factor),
    ("| 1 | −1 | bounces from side to side for ever", factor),
    ("bounces from side to side for ever", lambda: "bounces back and forth and comes no lower" in says(1)),
    ("| 1.1 | −1.2 | flies away: each step lands farther off than the last", factor),
    ("|1 − 2α| must be below 1",
     lambda one, two, limit: one - two * 0.99 > -limit and "bounces" in says(1) and "diverges" in says(1.1)),
    ("Five walks on", lambda: len(lesson.five) == 5),
    ("start at x = 3", lambda x: all(path.points[0, 0] == x for path in lesson.five.values())),
    ("Sort them by learning rate, the smallest first", lambda: in_order()[0] == lesson.by_rate.right),
    ("The factors: 0.9 (C), 0.3 (A), −0.9 (E), −1 (B), −1.08 (D)", lambda: [in_order()[1][name] for name in "CAEBD"]),
    ("C and E have the same loss curve", lambda: np.allclose(lesson.five["C"].losses, lesson.five["E"].losses)),
    ("A is the fastest, but its factor is not the nearest to 1",
     lambda one: min(lesson.five, key=lambda name: lesson.five[name].losses[-1]) == "A"
     and min(lesson.five, key=lambda name: abs(in_order()[1][name] - one)) == "C"),
    ("from x = 3 with α = 0.9: 3 → −2.4 → 1.92 → −1.536",
     lambda x, lr: descend(bowl, (x, 4), GradientDescent(lr), 3).points[:, 0]),
    ("almost 1,000 walks at once", lambda nearly: nearly * 0.95 < lesson.needed["steps"][0].size < nearly),
    ("Why are walks slow near 0, and why near 1?",
     lambda low, high: lesson.needed["steps"][0][0] - low < 0.05 > high - lesson.needed["steps"][0][-1]
     and arrives(low + 0.02) > 100 < arrives(high - 0.02)),
    ("\"Bigger is faster\" is true up to ½, and false from there on",
     lambda half: faster(0.1, 0.2, 0.4, half) and faster(0.9, 0.8, 0.6, half)),
    ("All rates from 0.35 to 0.39 arrive at step 4. A little less, and 4 steps fall just short: one step more",
     lambda low, high, steps, same: {arrives(lr) for lr in np.arange(low, high + 0.001, 0.01)} == {steps}
     and same == steps == arrives(low - 0.02) - 1),
    ("The ½ cancels the 2 of the derivative", lambda half, two: half * two == 1),
    ("On the ravine with κ = 10: above which", lambda: lesson.controls["squeeze"]["kappa"]),
    ("Along y it is κ (kappa) times as curved as along x", lambda: np.divide(*ravine(10).grad(1, 1)[::-1]) == 10),
    ("at α = 0.2 it is −1.", lambda lr: 1 - 10 * lr),
    ("Along the valley alone the limit would be 2.", lambda limit: 1 - limit == -1),
    ("as soon as one direction does: the most curved one decides",
     lambda: all(flies(2 / kappa + 0.02, kappa) and not flies(2 / kappa - 0.001, kappa) for kappa in (2, 10, 25))),
    ("Go back to 0.05: the walk drops to the valley's floor, and then crawls along it",
     lambda lr: abs(on_ravine(lr, steps=10).points[-1, 1]) < 0.01 < 1 < -on_ravine(lr, steps=10).points[-1, 0]),
    ("Its loss curve has an elbow: two factors, two slopes", lambda: elbow(0.05)),
    ("At 2/κ the factor 1 − ακ is −1", lambda two, one, bounce: one - two == bounce),
    ("across the valley the walk bounces for ever", lambda: np.allclose(abs(on_ravine(0.2).points[:, 1]), 2)),
    ("Above 2/κ it flies away", lambda two: flies(two / 10 + 0.01)),
    ("Up to α = 1/κ both shrink", lambda one: 1 - 10 * one / 10 == 0 < 1 - one / 10),
    ("both equally large, one positive and one negative: 1 − α = −(1 − ακ)",
     lambda one, other: np.isclose(one - 2 / 11, -(other - 2 / 11 * 10))),
    ("Then 2 = α + ακ", lambda two: np.isclose(two, 2 / 11 + 2 / 11 * 10)),
    ("By hand for κ = 10: α = 2/11 = 0.1818, and each step keeps 9/11 = 0.818",
     lambda kappa: [2, 1 + kappa, best(kappa), 9, 11, (kappa - 1) / (kappa + 1)]),
    (r"1 - \alpha_{best} = \frac{\kappa - 1}{\kappa + 1}",
     lambda one, *rest: np.isclose(one - lesson.best_of_two.right(one, 10), on_ravine(2 / 11).factors[0]) and rest == (1, 1)),
    ("9/11 =", lambda nine, eleven: np.isclose(nine / eleven, on_ravine(2 / 11).factors[0])),
    ("On the bowl one step was enough", lambda: arrives(0.5) == 1),
    ("the *best* rate takes more than 20", lambda steps: steps < on_ravine(2 / 11).converged_at < 1.5 * steps),
    ("best of 191 rates:", lambda rates: rates == lesson.many.size),
    ("1 − αa = −(1 − αb) gives", lambda one, other: np.isclose(one - 2 / 8 * 3, -(other - 2 / 8 * 5))),
    ("gives α(a + b) = 2", lambda two: np.isclose(lesson.best_of_two.right(3, 5) * 8, two)),
    ("With a = b = 2, the bowl x² + y², it is ½: one step.", lambda b, *rest: lesson.best_of_two.right(b, b) == rest[-1]),
    ("Here it is 23.66 across the valley, and 0.338 along it", lambda: [lesson.across, lesson.along]),
    ("One step at 1/23.66 = 0.0423", lambda one, curvature: [one / ACROSS]),
    ("makes the first factor 0, and one at 1/0.338 = 2.96 the second: so two steps are enough in lesson 02's challenge",
     lambda left, *told: left == 0 and two_steps() < 1e-9 and np.isclose(told[2], 1 / ALONG, atol=5e-3)),
    ("With 0.04 it takes 105 steps to come within 0.01 of the lowest loss, 0.38, and with 0.08 it takes 53",
     lambda lr, steps, near, least, other, fewer: near == 0.01 and np.isclose(HOUSES(*HOUSES.minima[0]), least)
     and takes(lr) == steps == steps_to(HOUSES, lr) and takes(other) == fewer == steps_to(HOUSES, other)),
    ("also past the limit, 2/23.66 = 0.0845", lambda two, curvature: [two / ACROSS]),
    ("At 0.0845, just below the limit, it bounces from wall to wall: 120 steps are far too few",
     lambda lr, steps: 0 < 2 / ACROSS - lr < 1e-4 and takes(lr) is None and steps_to(HOUSES, lr, 10 * steps) is None
     and lesson.loss_map._trail.get_alpha() < 1 and takes(0.04) and lesson.loss_map._trail.get_alpha() == 1),
    ("At 0.09 it flies away", lambda lr: descend(HOUSES, (0, 0), GradientDescent(lr), 120).status == "diverged"),
    ("κ is 70", lambda: ACROSS / ALONG),
    ("`best_rate(23.66, 0.338)` says 1/12, right in the long run",
     lambda *told: np.isclose(lesson.best_of_two.right(*told[:2]), 1 / 12, rtol=1e-3) and long_run(1 / 12) < min(map(long_run, (0.08, 0.0834, 0.084)))),
    ("and 0.08 brings it down sooner", lambda lr: steps_to(HOUSES, lr) < 0.5 * steps_to(HOUSES, 1 / 12)),
    ("this walk begins high on a wall",
     lambda: abs(np.dot(HOUSES.grad(0, 0), (0.962, 0.272))) > 10 * abs(np.dot(HOUSES.grad(0, 0), (-0.272, 0.962)))),
    ("no learning rate helps much", lambda: min(filter(None, map(takes, np.arange(0.05, 0.085, 0.0005)))) > 40),
    ("A larger w must then come with a smaller b, or the line misses the houses",
     lambda: HOUSES(1.2, 0.4) < HOUSES(1.2, 1.3) and np.isclose(CENTRED.grad(1.2, 4)[1], 0)),
    ("A curvature tells how fast the slope changes, and stands beside α in the factor",
     lambda: np.isclose(ravine(7).grad(0, 1)[1], 7) and on_ravine(0.1, 7).factors[1] == 1 - 0.1 * 7),
    ("The curvatures are now 4 along w (twice the mean of centred²) and 2 along b: κ = 2, the limit is 2/4 = 0.5, and `best_rate(4, 2)` is ⅓",
     lambda w, twice, power, b, kappa, *rest: CENTRED.curvatures == (w, b) and w / b == kappa
     and twice * np.mean((SIZE - 3) ** power) == w and rest[2] == 2 / w == 0.5
     and lesson.best_of_two.right(w, b) == float(rest[-1])),
    ("Those are the sizes minus 4, the mean price", lambda mean: PRICE.mean() == mean),
    ("The houses took 53 steps to come within 0.01 of the lowest loss", lambda steps, near: takes(0.08) == steps and near == 0.01),
    ("How many does it take with centred sizes, at ⅓?", lambda lr: steps_to(CENTRED, lr) == 4 == takes(0.33, "fit_centred")),
    ("With κ = 2 each step keeps only a third of the distance",
     lambda kappa, third: (kappa - 1) / (kappa + 1) == third
     and np.allclose(np.abs(by_hand(CENTRED, 1 / 3, 3) - (0.9, 4)), np.outer(third ** np.arange(4), (0.9, 4)))),
    ("a ninth of what the loss is above its lowest",
     lambda: np.isclose(np.divide(*(CENTRED(*by_hand(CENTRED, 1 / 3, 2).T)[1:] - 0.38)), 9)),
    ("size − 3", lambda mean: SIZE.mean() == mean),
    ("By hand, with α = ⅓:", lambda lr: np.allclose(1 - lr * np.array(CENTRED.curvatures), (1 - 4 / 3, 1 - 2 / 3))),
    ("They multiply the distance to the minimum, (0.9, 4): w is 0.9 below it, then 0.3 above",
     lambda w, b, below, above: np.allclose(CENTRED.minima[0], (w, b)) and below == w
     and np.isclose(by_hand(CENTRED, 1 / 3, 1)[1, 0], w + above)),
    ("so (0, 0) → (1.2, 2.667) → (0.8, 3.556) → (0.933, 3.852)", lambda: by_hand(CENTRED, 1 / 3, 3)),
    ("after 4 steps it is there. 53 steps became 4",
     lambda steps, before, after: steps == after == steps_to(CENTRED, 1 / 3) and before == steps_to(HOUSES, 0.08)),
    ("make a slow walk thirteen times as fast", lambda: 53 // 4 == 13),
    ("0.9 · (size − 3) + 4 = 0.9 · size + 1.3",
     lambda *told: np.allclose([*CENTRED.minima[0], *HOUSES.minima[0]], [told[0], told[2], told[3], told[4]]) and told[1] == 3),
    ("start at w = 0, b = 0", lambda w, b: np.allclose(lesson.loop_on_houses.right(HOUSES, 0.04, 0), (w, b))),
    ("the shallow one on the right, the deep one on the left. The walk starts far right",
     lambda: double_well(*double_well.minima[0]) < double_well(*double_well.minima[1])
     and double_well.minima[0][0] < 0 < double_well.minima[1][0] < 1.7),
    ("With a small learning rate it slides into the first valley", lambda: {ends(lr) for lr in np.arange(0.02, 0.1, 0.01)} == {"shallow"}),
    ("deep valley in at most 6 steps",
     lambda most: goal(0.16, most)[0] and goal(0.135)[0] and not goal(0.13)[0] and "it takes 7 steps" in goal(0.13)[1]),
    ("The fewest are 2. Do you find them?",
     lambda fewest: "fewest" not in goal(0.18)[1] and f"in {fewest} steps" in goal(0.18)[1] and "fewest" in goal(0.16)[1]
     and not any(f"in {few} steps" in goal(lr)[1] for few in range(fewest) for lr in np.arange(0.01, 0.3, 0.005))),
    ("The walk flies away. Take a smaller learning rate.", lambda: goal(0.28) == (False, "The walk flies away. Take a smaller learning rate.")),
    ("This is the shallow valley, on the right.", lambda: not goal(0.02)[0] and "shallow" in goal(0.02)[1] and "shallow" in goal(0.245)[1]),
    ("It does not come to rest in the deep valley, the one on the left.",
     lambda: not goal(0.23)[0] and goal(0.23) == goal(0.16, 2) and "not come to rest" in goal(0.23)[1]),
    ("Go on to 0.23: the walk jumps back and forth and does not settle", lambda lr: ends(lr) == "bouncing"),
    ("And at 0.245? It is back in the shallow valley", lambda lr: ends(lr) == "shallow"),
    ("so after k steps the loss is 25 · 4^k", lambda: descend(bowl, (3, 4), GradientDescent(1.5), 1).losses / [1, 25]),
    ("25 · 4⁵¹⁰ is larger than any number that the computer can store, about 1.8 · 10³⁰⁸",
     lambda start, power, most: start * power > LARGEST > start * power // 4 and abs(most - LARGEST) < 10**307 // 2),
    ("The fewer steps your best try needs until the loss is below 0.01, the more points: 80 of 100 are good",
     lambda near, good, most: near == 0.01 and game(0.0035) == (True, f"0.0035 takes {fewest(0.0035)} steps. {score(0.0035)} of {most} points. Well chosen.")
     and score(0.0035) >= good > score(0.001, 0.003) and f" {score(0.001, 0.003)} of {most} points" in game(0.001, 0.003)[1]
     and game(0.003)[0] is None and "Tries left: 4" in game(0.003)[1]),
    ("80 are wanted: empty the list, and begin anew.",
     lambda wanted: game(*[0.001] * 5)[0] is False and f" {wanted} are wanted" in game(*[0.001] * 5)[1] and score(0.001) < wanted),
    ("Five tries are allowed, and these are more.",
     lambda: game(*[0.0037] * 6) == (False, "Five tries are allowed, and these are more.") and game(*[0.0037] * 5)[0]),
    ("A learning rate is a number above 0, such as 0.1.",
     lambda low, such: all(game(lr) == (False, f"A learning rate is a number above {low}, such as {such}.") for lr in (low, -1, np.inf, np.nan))
     and "flies" in game(such)[1]),
    ("Not tried yet: put a learning rate into the list", lambda: game()[0] is None and "into the list" in game()[1]),
    ("There is no better one.", lambda: game(0.0037)[1].endswith("100 of 100 points. There is no better one.")),
    ("While it flies away, divide by ten. Once it crawls, go up again",
     lambda by: all("flies" in game(lr)[1] for lr in (0.1, 0.1 / by)) and "crawls" in game(0.1 / by**3)[1]),
    ("The best rate is close below the limit", lambda: 0.85 < 0.0037 / (2 / 480) < 1 and game(0.0042)[1].startswith("0.0042 flies")),
    ("If its size is below 1, the walk arrives", lambda limit: arrives(0.99) and factor(0.99) > -limit and not arrives(1.0)),
    ("the most curved direction sets the limit, 2/κ", lambda two: flies(two / 10 + 0.01) and not flies(two / 10)),
]  # fmt: skip


def best(kappa):
    return 2 / (1 + kappa)


def line_after(loss, lr, steps, aside=False):
    """(w, b) after so many steps from (0, 0); `aside`: b moves by the slope that it has when w has moved."""
    w = b = 0.0
    for _step in range(steps):
        before = w, b
        w = w - lr * loss.grad(*before)[0]
        b = b - lr * loss.grad(*((w, b) if aside else before))[1]
    return w, b


FORMULAS = [
    ("x² + y²", bowl),
    ("1 − 2α", lambda α: factor(α)),
    ("½(x² + κy²)", lambda x, y, κ: ravine(κ)(x, y)),
    (r"\tfrac{1}{2}(x^2 + \kappa y^2)", lambda x, y, κ: ravine(κ)(x, y)),
    ("1 − α", lambda α: 1 - α * ravine(10).grad(1, 1)[0]),
    ("1 − ακ", lambda α, κ: 1 - α * ravine(κ).grad(1, 1)[1]),
    ("1 − 10α", lambda α: 1 - α * ravine(10).grad(1, 1)[1]),
    (r"\frac{2}{1 + \kappa}", lambda κ: lesson.best_of_two.right(1, κ)),
    (r"\frac{\kappa - 1}{\kappa + 1}", lambda κ: 1 - lesson.best_of_two.right(1, κ)),
    ("½(ax² + by²)", lambda a, b, x, y: a / 2 * x * x + b / 2 * y * y),
]
RIGHT = {"walk": "Farther away than it began, and still going", "squeeze": 2 / 10, "fit_centred": 4}
HINTS = {
    "by_rate": [
        ("That is the largest first.", "DBEAC"),
        ("C and E fall alike, but not in x", "EACBD"),
        ("That is by speed.", "ACEBD"),
    ],
    "best_of_two": [
        ("Right where a is 1. The factors are 1 − αa and 1 − αb", lambda a, b: 2 / (1 + b)),
        ("Right where b is 1. The factors are 1 − αa and 1 − αb", lambda a, b: 2 / (1 + a)),
        ("b/a is κ, but this surface is also a times as steep: divide by a.", lambda a, b: best(b / a)),
        ("Right where the smaller one is 1. Elsewhere divide by the smaller one, too.", lambda a, b: best(max(a, b) / min(a, b))),
        ("That is the limit. The best learning rate makes both factors equally large.", lambda a, b: 2 / max(a, b)),
        ("That is the limit, if b is the larger one.", lambda a, b: 2 / b),
        ("That is what each step keeps.", lambda a, b: 1 - 2 * a / (a + b)),
        ("There the larger factor is 0, and the other one is still slow.", lambda a, b: 1 / max(a, b)),
        ("Nearly. Solve 1 − αa = −(1 − αb) for α once more.", lambda a, b: 1 / (a + b)),
    ],
    "centring": [
        ("Now the smallest is at 0.", SIZE - SIZE.min()),
        ("The other way round", SIZE.mean() - SIZE),
        ("Those are the sizes minus 4, the mean price.", SIZE - PRICE.mean()),
        ("Divided by their mean they are still all above 0.", SIZE / SIZE.mean()),
        ("Centred, and scaled, too.", (SIZE - SIZE.mean()) / SIZE.std()),
        ("That is the mean.", SIZE.mean()),
    ],
    "loop_on_houses": [
        ("It has not moved. 2w and 2b are the slopes of the bowl", lambda loss, lr, steps: tuple(descend(bowl, (0, 0), GradientDescent(lr), steps).points[-1])),
        ("Right for our houses only.", lambda loss, lr, steps: line_after(HOUSES, lr, steps)),
        ("The slopes were felt at the start only.", lambda loss, lr, steps: tuple(-lr * steps * np.array(loss.grad(0, 0)))),
        ("That is one step too many", lambda loss, lr, steps: line_after(loss, lr, steps + 1)),
        ("First both slopes, then both moves", lambda loss, lr, steps: line_after(loss, lr, steps, aside=True)),
        ("One step is missing", lambda loss, lr, steps: line_after(loss, lr, steps - 1)),
        ("That is one step only.", lambda loss, lr, steps: line_after(loss, lr, 1)),
        ("That walks uphill: mind the sign.", lambda loss, lr, steps: line_after(loss, -lr, steps)),
        ("The steps are too long: where is the learning rate?", lambda loss, lr, steps: line_after(loss, 1, steps)),
        ("Return w first, then b.", lambda loss, lr, steps: line_after(loss, lr, steps)[::-1]),
    ],
}
FREE = {
    "to a third or a tenth": "advice",
}
