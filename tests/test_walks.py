"""Every clause of every sentence about a walk is true, also of what comes after it.

Random walks over surfaces of all kinds; each is walked on for ten times as long, and every clause of its summary is held
against that. The oracle is written here, clause by clause, from points, losses and gradients alone. A clause that it does
not know fails. By hand, for as many walks as you like:

    uv run python tests/test_walks.py 12000 7     that many walks, from this seed: what was false, and how often each was said
"""

import re
import sys
from dataclasses import replace
from collections import Counter

import numpy as np
import pytest

from gdlab import (
    AdaGrad,
    Adam,
    GradientDescent,
    Momentum,
    Nesterov,
    RMSProp,
    beale,
    bowl,
    descend,
    double_well,
    himmelblau,
    mountain,
    parse,
    ravine,
    rosenbrock,
    saddle,
)

BUILT_IN = (bowl, ravine(3), ravine(10), ravine(50), saddle, double_well, rosenbrock, himmelblau, beale, mountain)
FORMULAS = (
    "x**2 + y**2", "{a}*x**2 + {b}*y**2", "{a}*x**2 + {b}*y**2 + 0.9*x*y", "x**2 + x*y + y**2", "x*y", "x**2 - {a}*y**2",
    "x**2", "abs(x) + abs(y)", "abs(x) + {a}*y**2", "abs(x - y) + {b}*(x + y)**2", "sqrt(x**2 + y**2)",
    "sqrt({a} + x**2 + y**2)", "x**4 + y**2", "x**4 + y**4", "x**4 - 2*x**2 + y**2", "x**4 - {a}*x**2 + {b}*x*y + y**2",
    "(x**2 - y)**2 + {a}*(x - 1)**2", "(1-x)^2 + 100*(y-x^2)^2", "sin(x) + cos({a}*y)", "sin(3*x)*sin(3*y) + (x^2+y^2)/10",
    "x**2/10 + y**2/5 + 2*sin(x)*cos(y)", "-exp(-x^2-y^2)", "-exp(-(x^2+{a}*y^2)/9) + x**2/50", "1/(1+x^2) + y^2",
    "log(1 + x**2 + {b}*y**2)", "log(x) + y**2", "sqrt(x + 20) + y**2", "x**2 + log({a} + y)", "1/x + x + y**2",
    "exp(x) - x + y**2",
    "exp({a}*x) + y**2", "(x - 40)**2 + y**2", "20*cos(x/20) + y**2", "x + {a}*y", "x**3 + y**2", "tanh(x) + y**2",
    "tanh(x)**2 + {b}*y**2", "abs(x)**1.5 + y**2", "3 + 0*x", "x**2*y**2", "(x**2 + y**2 - 1)**2",
    "x**6 + {a}*y**2", "cos(x)*y", "(x + y)**2 + 0.001*(x - y)**2",
    "x**2 + 0.00001*y**2",
)  # fmt: skip
RULES = (
    GradientDescent, GradientDescent, Momentum, Nesterov, AdaGrad, RMSProp, Adam,
    lambda lr: Momentum(lr, beta=0.5), lambda lr: Momentum(lr, beta=0.99), lambda lr: Adam(lr, beta1=0.5),
)  # fmt: skip
NICE = (0.001, 0.01, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 1e10)
TOGETHER = 8  # walks over one surface with one rule: they are walked on in one go
FORE = 10  # times as long
ARRAYS = ("points", "losses", "gradients")


def drawn(random):
    """(surface, rule, starts, rates, steps) for some walks."""
    if random.random() < 0.4:
        surface = BUILT_IN[random.integers(len(BUILT_IN))]
    else:
        a, b = np.exp(random.uniform(-2, 2, 2)).round(2)
        formula = FORMULAS[random.integers(len(FORMULAS))].format(a=a, b=b)
        if random.random() < 0.4:
            formula += random.choice([" - 10", " + 1", " - 0.5", " - 1000", " + 100000", " - 3*x", " + y/2"])
        half = random.choice([1.0, 2.0, 5.0, 5.0])
        surface = replace(parse(formula), window=((-half, half), (-half, half)))
    low, high = np.transpose(surface.window)
    starts = random.uniform(low, high, (TOGETHER, 2))
    for start in starts:
        kind = random.random()
        if kind < 0.15:
            start[random.integers(2)] = 0.0  # on an axis
        elif kind < 0.35:
            start[:] = start.round(random.integers(2))
        elif kind < 0.45 and surface.minima:  # close to a minimum
            start[:] = surface.minima[0] + (high - low) * random.normal(size=2) * 10 ** random.uniform(-6, -2)
        elif kind < 0.5:
            start *= 4  # off the map
    rates = np.where(random.random(TOGETHER) < 0.3, random.choice(NICE, TOGETHER), 10 ** random.uniform(-4, 0.5, TOGETHER))
    if random.random() < 0.25:  # about the limit of bouncing: 2 divided by the curvature, at a minimum or where it starts
        at = np.array(surface.minima[:1]) if surface.minima and random.random() < 0.7 else starts
        steepest = np.abs(np.array(surface.grad(*(at + 1e-5).T)) - np.array(surface.grad(*at.T))).max(axis=0) / 1e-5
        rates = random.uniform(1.5, 2.1, TOGETHER) / np.where((steepest > 1e-3) & (steepest < 1e6), steepest, 1.0)
    steps = random.choice([random.integers(1, 6), random.integers(3, 25), random.integers(10, 81), 200])
    return surface, RULES[random.integers(len(RULES))], starts, rates, int(steps)


def told(text):
    """The number that a sentence writes."""
    mantissa, _times, power = text.replace("−", "-").partition(" × 10")
    power = power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    return float(mantissa) * 10.0 ** int(power or 0)


NUMBER = r"(−?(?:[\d.]+|inf)(?: × 10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?|nan)"
POINT = rf"\({NUMBER}, {NUMBER}\)"


def same(text, value, digits=3):
    return np.isclose(told(text), value, rtol=0.6 * 10.0 ** (1 - digits), atol=1e-300)


class Oracle:
    """What a walk of n steps did, and what it does afterwards: arrays of all steps, the told ones and those that follow."""

    def __init__(self, surface, points, losses, gradients, n):
        self.surface, self.n = surface, n
        self.p, self.loss, self.g = points, losses, gradients
        self.size = np.diff(surface.window, axis=1).ravel()
        self.moves = np.diff(points, axis=0)  # moves[j - 1] is step j
        away = np.abs(points - np.mean(surface.window, axis=1)) / self.size
        self.far = np.linalg.norm(away, axis=1)
        self.outside = ~((away <= 1.5).all(axis=1) & np.isfinite(losses))
        self.widths = np.linalg.norm(self.moves, axis=1)

    def turns(self, k):
        """Each step after step k, up to the last that is told, turned back against the one before."""
        return all(self.moves[j - 1] @ self.moves[j - 2] < 0 for j in range(max(k + 1, 2), self.n + 1))

    def crosses(self, k):
        """Each step from step k on began downhill and ended uphill: there is a floor between. So the steps turn back, too."""
        steps = range(max(k, 1), self.n + 1)
        return self.turns(k) and all(self.g[j - 1] @ self.moves[j - 1] < 0 < self.g[j] @ self.moves[j - 1] for j in steps)

    def minimum(self):
        """Where the minimum is that the end of the told walk is beside; None if there is none."""
        end = self.p[self.n]
        if self.surface.minima:
            return min(self.surface.minima, key=lambda minimum: np.linalg.norm((end - minimum) / self.size))
        # Look for the lowest place in a disc two dots wide, and in smaller ones around it.
        centre, reach = end, 0.01
        turn, share = np.meshgrid(np.linspace(0, 2 * np.pi, 32, endpoint=False), np.linspace(0, 1, 12))
        disc = np.stack([np.cos(turn), np.sin(turn)], axis=-1).reshape(-1, 2) * share.reshape(-1, 1)
        for k in range(12):
            around = centre + disc * reach * self.size
            heights = self.surface(*around.T)
            lowest = np.nanargmin(heights + 1e-6 * share.ravel() * np.ptp(heights))  # of equals, the nearest
            if k == 0 and not heights[lowest] <= np.nanmin(heights[-32:]):  # it goes on down beyond the disc
                return None
            centre, reach = around[lowest] if heights[lowest] < self.surface(*centre) else centre, 0.6 * reach
        return centre

    def near(self, k, last, most):
        minimum = self.minimum()
        if minimum is None:
            return False
        away = np.linalg.norm((self.p[k : last + 1] - minimum) / self.size, axis=1)
        return (away <= most).all()

    # One method for each clause: what it claims.

    def after(self, steps, x, y, loss):
        count = 1 if steps == "one step" else int(steps.split()[0])
        return count == self.n and same(x, self.p[0, 0]) and same(y, self.p[0, 1]) and same(loss, self.loss[self.n], 4)

    def moving(self, x, y):
        return (self.p[self.n - 1] != self.p[self.n]).any() and same(x, self.p[self.n, 0]) and same(y, self.p[self.n, 1])

    def higher(self, x, y):
        return self.moving(x, y) and self.loss[self.n] > self.loss[0]

    def stands(self, x, y):
        stays = (self.p[self.n - 1] == self.p[self.n]).all()
        return stays and same(x, self.p[self.n, 0]) and same(y, self.p[self.n, 1])

    def no_slope(self):
        return (self.g[0] == 0).all() and (self.p == self.p[0]).all()

    def converged(self, k):
        k, end = int(k), self.p[self.n]
        stays = (np.linalg.norm((self.p[k:] - end) / self.size, axis=1) <= 0.01).all()  # two dots across
        return stays and self.near(k, len(self.p), 0.006) and not (k and self.near(k - 1, k - 1, 0.0045))

    def close(self, k):
        return self.near(int(k), self.n, 0.006)

    def off(self, k):
        k = int(k)
        return self.outside[k : self.n + 1].all() and not (k and self.outside[k - 1])

    def diverges(self, k):
        farther = not np.isfinite(self.far[-1]) or not np.isfinite(self.loss[-1]) or self.far[-1] > self.far[self.n]
        return self.off(k) and self.outside[int(k) :].all() and farther

    def nowhere(self, k):
        k = int(k)
        lost = ~(np.isfinite(self.loss) & np.isfinite(self.g).all(axis=1) & np.isfinite(self.p).all(axis=1))
        return lost[k:].all() and not lost[:k].any() and np.isfinite(self.p[k]).all()

    def grows(self):
        rises = (np.diff(self.loss[self.n - 5 : self.n + 1]) > 0).all()
        return rises and self.crosses(self.n - 4) and not self.loss[self.n + 1 :].max() <= self.loss[self.n]

    def cycles(self):
        here, slack = self.widths[self.n - 1], 1e-3 * self.widths[self.n - 1] * np.linalg.norm(self.g[self.n])
        back = np.linalg.norm(self.p[self.n + 2 :] - self.p[self.n : -2], axis=1)
        no_lower = self.loss[self.n :].min() >= self.loss[self.n - 1 : self.n + 1].min() - slack
        stays = (back <= 1e-3 * here).all() and (self.widths[self.n :] > 0.99 * here).all()
        return self.crosses(self.n - 4) and no_lower and stays

    def lower(self):
        falls = all(self.loss[j] < self.loss[j - 2] for j in range(self.n - 3, self.n + 1))
        narrower = self.widths[-1] < 0.5 * self.widths[self.n - 1]
        much = self.loss[self.n] - np.nanmin(self.loss[self.n + 1 :]) > 5 * (self.loss[self.n - 2] - self.loss[self.n])
        return self.crosses(self.n - 4) and falls and (narrower or much)

    def bounces(self, loss):
        return self.turns(self.n - 3) and same(loss, self.loss[self.n - 2], 4)

    def multiplies(self, x, y=None):
        (minimum,) = self.surface.minima
        distance = self.p - minimum
        scale = np.abs(distance[0]).max()
        expected = distance[:-1] * [told(x), told(y or x)]
        with np.errstate(all="ignore"):
            right = np.abs(distance[1:] - expected) <= 0.006 * np.abs(expected) + 0.006 * np.abs(distance[:-1]) + 1e-9 * scale
            # What is told to be shrinking shrinks; what grows, grows.
            for axis, f in enumerate((told(x), told(y or x))):
                d = np.abs(distance[:, axis])
                if d[0] > 1e-6 * scale and np.isfinite(d[-1]):
                    right &= np.sign(np.round(np.log(max(d[1], 1e-300) / d[0]), 9)) == np.sign(np.log(abs(f) or 1e-300))
        return (right | ~np.isfinite(distance[1:])).all()

    def lands(self):
        (minimum,) = self.surface.minima
        return (np.abs(self.p[1:] - minimum) <= 1e-8 * self.size).all()


CLAUSES = {
    rf"After (one step|\d+ steps) from {POINT} the loss is {NUMBER}\.": Oracle.after,
    rf"Still moving, at {POINT}\.": Oracle.moving,
    rf"Still moving, at {POINT}, and higher than at the start\.": Oracle.higher,
    rf"It stands still for now, at {POINT}\.": Oracle.stands,
    r"The gradient is zero at the start, so no step moves\.": Oracle.no_slope,
    r"Converged: at the minimum since step (\d+)\.": Oracle.converged,
    r"It is close to the minimum since step (\d+)\.": Oracle.close,
    r"It is far off the map since step (\d+)\.": Oracle.off,
    r"The walk diverges: from step (\d+) on it is far off the map\.": Oracle.diverges,
    r"From step (\d+) on the walker stands where the function has no value, or no slope to follow\.": Oracle.nowhere,
    r"By now the loss grows: each step overshoots\.": Oracle.grows,
    r"By now it bounces back and forth and comes no lower\.": Oracle.cycles,
    r"By now it crosses the valley at each step, and comes lower\.": Oracle.lower,
    rf"It bounces back and forth: two steps ago the loss was {NUMBER}\.": Oracle.bounces,
    rf"Each step multiplies the distance to the minimum by {NUMBER}\.": Oracle.multiplies,
    rf"Each step multiplies the distance to the minimum by {NUMBER}: it lands on the other side\.": Oracle.multiplies,
    rf"Each step multiplies the distance to the minimum by {NUMBER} along x and by {NUMBER} along y\.": Oracle.multiplies,
    r"One step lands on the minimum\.": Oracle.lands,
}  # fmt: skip


def clauses(sentence):
    """The clauses of a summary: (pattern, what it tells)."""
    while sentence:
        for pattern in CLAUSES:
            match = re.match(pattern + r"(?: |$)", sentence)
            if match:
                yield pattern, match.groups()
                sentence = sentence[match.end() :]
                break
        else:
            raise AssertionError(f"not known: {sentence}")


def false_clauses(walks, seed):
    """(what is false, how often each clause was said) among so many random walks."""
    random, false, said = np.random.default_rng(seed), [], Counter()
    for _group in range(-(-walks // TOGETHER)):
        surface, kind, starts, rates, steps = drawn(random)
        longer = descend(surface, starts, kind(rates), FORE * steps)
        for i, (start, lr) in enumerate(zip(starts, rates, strict=True)):
            path = descend(surface, start, kind(lr), steps)
            if np.allclose(longer.points[: steps + 1, i], path.points, rtol=1e-12, atol=1e-12, equal_nan=True):
                on = [getattr(longer, name)[:, i].copy() for name in ARRAYS]
            else:  # sin of an array may round otherwise than of a number, and chaos grows
                alone = descend(surface, start, kind(lr), FORE * steps)
                on = [getattr(alone, name) for name in ARRAYS]
            for whole, name in zip(on, ARRAYS, strict=True):
                whole[: steps + 1] = getattr(path, name)
            sentence = path.summary()
            with np.errstate(all="ignore"):
                oracle = Oracle(surface, *on, steps)
                for pattern, values in clauses(sentence):
                    said[pattern] += 1
                    if not CLAUSES[pattern](oracle, *values):
                        call = f"{surface.name} {surface.window[0]}, {tuple(start.tolist())}, {path.optimizer}, {steps}"
                        false.append(f"{pattern.replace(NUMBER, '#')}\n    {call}\n    {sentence}")
    return false, said


@pytest.mark.parametrize("seed", range(5))
def test_every_clause_is_true_of_the_walk_that_goes_on(seed):
    false, said = false_clauses(200, seed)
    assert not false, "\n".join(false)
    assert len(said) > 10


WAS_FALSE = {
    "as good as level": (parse("(1-x)^2 + 100*(y-x^2)^2"), (-4, 3), GradientDescent(1e-4), 100),
    "each step overshoots, below 0": (parse("x**2+y**2-10"), (2, 1), GradientDescent(1.0), 20),
    "a cycle that comes lower": (double_well, (1, 0.3), GradientDescent(0.37), 60),
    "converged in passing": (bowl, (-4, 0), Momentum(0.01), 14),
    "diverges and comes back": (rosenbrock, (-1.5, 2), RMSProp(0.5), 3),
    "crosses at each second step": (parse("abs(x)+abs(y)"), (-0.03, -2.56), GradientDescent(0.0485), 24),
    "a factor of 1 that shrinks": (bowl, (3, 4), GradientDescent(1e-5), 30),
    "a limit rounded away": (ravine(10), (2.0183957144476743, -1.924736879168688), GradientDescent(0.2), 200),
}


@pytest.mark.parametrize("walk", WAS_FALSE.values(), ids=WAS_FALSE)
def test_what_was_told_wrongly_is_told_truly(walk):
    surface, start, rule, steps = walk
    path, longer = descend(*walk), descend(surface, start, rule, FORE * steps)
    oracle = Oracle(surface, longer.points, longer.losses, longer.gradients, steps)
    told = list(clauses(path.summary()))
    assert len(told) > 1
    for pattern, values in told:
        assert CLAUSES[pattern](oracle, *values), path.summary()


@pytest.mark.parametrize(
    "surface, start, rule, steps, says",
    [
        (parse("x**2+y**2"), (3, 4), GradientDescent(0.1), 30, "Converged: at the minimum since step 21."),
        (parse("x**2+y**2-10"), (3, 4), GradientDescent(0.99), 30, "By now it crosses the valley at each step, and comes lower."),
        (bowl, (3, 4), Momentum(0.1), 300, "It is close to the minimum since step "),
        (bowl, (3, 4), AdaGrad(1.0), 100, "It is close to the minimum since step 25."),
        (bowl, (3, 4), Adam(0.1), 300, "It is close to the minimum since step 94."),  # it may be thrown out again
        (double_well, (1, 0.3), GradientDescent(0.37), 60, "By now it bounces back and forth and comes no lower."),
        (parse("log(x)"), (1, 0), GradientDescent(3), 5, "From step 1 on the walker stands where the function has no value, or"),
        (parse("log(x)"), (-1, 0), GradientDescent(3), 0, "From step 0 on the walker stands where the function has no value, or"),
        (bowl, (-4, 3), Momentum(2.0), 30, "two steps ago the loss was 1.291 × 10¹². It is far off the map since step 2."),
        (parse("sqrt(x**2 + y**2)"), (0, 0), GradientDescent(0.1), 5, "From step 0 on the walker stands where"),
        (parse("0 - exp(x)"), (4, 0), GradientDescent(1), 9, "The walk diverges: from step 1 on it is far off the map."),
        (saddle, (1, 1e-9), GradientDescent(0.1), 60, "Still moving, at (1.53 × 10⁻⁶, 5.63 × 10⁻⁵)."),  # it has hardly begun
    ],
)
def test_what_the_path_shows_is_said(surface, start, rule, steps, says):
    assert says in descend(surface, start, rule, steps).summary()


def test_many_walks_arrive_when_the_single_ones_do():
    rates = np.array([1e-3, 0.1, 0.37, 0.6, 1.0, 1e10])
    for rule in (GradientDescent, Momentum, Adam):
        for surface in (double_well, replace(parse("x**4 - 2*x**2 + x/2 + y**2"), window=double_well.window)):
            together = descend(surface, (1, 0.3), rule(rates), 60).converged_at
            assert list(together) == [descend(surface, (1, 0.3), rule(lr), 60).converged_at for lr in rates]


if __name__ == "__main__":
    false, said = false_clauses(*map(int, sys.argv[1:]))
    print("\n".join(false[:60]))
    print("\n".join(f"{count:7} {pattern.replace(NUMBER, '#')}" for pattern, count in said.most_common()))
    print(len(false), "false")
