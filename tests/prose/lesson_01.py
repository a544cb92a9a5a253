"""Lesson 01, Find the way down: the words, and what they must agree with."""

from functools import cache

import numpy as np
import refresh

from gdlab import bowl, check, ravine
from prose import Lesson, told

lesson = Lesson("01")


def slope(surface, x, y, direction):
    """The slope along a direction, measured."""
    u = np.array(direction) / np.hypot(*direction)
    return (surface(*((x, y) + 1e-4 * u)) - surface(*((x, y) - 1e-4 * u))) / 2e-4


def steep(*direction):
    return slope(bowl, 3, 4, direction)


def turned(degrees):
    """What the compass says: (the direction, the slope), and once the arrow is shown, how far it is away."""
    numbers = told(lesson.says("turn", direction=degrees))
    return numbers[:2] + numbers[4:]  # between them stands (6, 8)


@cache  # each position draws a landscape anew
def zoomed(steps):
    """What the picture says: (the zoom, how far the plane rises, how far the ground is above it)."""
    return told(lesson.says("zoom", steps=steps))


def bend(steps):
    """How far a contour line bends away from the plane's on the zoomed map, as a share of the map's width."""
    r = 5 / 2**steps
    y = 4 + np.linspace(-r, r, 201)
    on_map = (y**2 <= 25) & (np.abs(np.sqrt(np.maximum(25 - y**2, 0)) - 3) <= r)
    return np.max(np.abs(np.sqrt(25 - y[on_map] ** 2) - (3 - 4 / 3 * (y[on_map] - 4)))) / (2 * r)


def off(kappa, x, y):
    """By how many degrees the way down misses the minimum."""
    return told(lesson.says("aim", kappa=kappa, where=(x, y)))[0]


def stretched():
    """How many times as long as one unit of x one of y is drawn, where the map lies."""
    lesson.says("maps")
    x, y = np.diff(lesson.stretched.ax.transData.transform([(0, 0), (1, 1)]), axis=0)[0]
    return y / x


def unequal(last):
    """The lessons up to this one with maps whose axes are not equal."""
    return [path.stem[:2] for path in refresh.lessons()[: last + 1] if "equal=False" in path.read_text(encoding="utf-8")]


def beside_the_minimum(surface, x, y):
    """Whether the way down comes to the floor, y = 0, before it is abreast of the minimum."""
    dx, dy = surface.grad(x, y)
    return 0 < y / dy < x / dx


def drawn_on_the_floor(where):
    """(The length on the map of the arrow under the landscape, the gradient's, the heights at which it lies, the floor's)."""
    lesson.says("floor", where=where)
    x, y, z = lesson.hills._arrow.get_data_3d()
    return np.hypot(x[1] - x[0], y[1] - y[0]), np.hypot(*bowl.grad(*where)), set(np.asarray(z)), lesson.hills.ax.get_zlim()[0]


def flat_on_the_floor():
    """Whether the arrow lies at the height of the floor, at a quarter of its length, from beneath where one stands."""
    for where in ((3, 4), (-5, 1), (0.5, -0.5)):
        drawn, long, heights, floor = drawn_on_the_floor(where)
        if not (np.isclose(drawn, long / 4) and heights == {floor} and floor <= 0):
            return False
    return True


def derived_g(x, y):
    return 2 * x + 3 * y, 3 * x


def measured_g(x, y):
    g = lambda x, y: x**2 + 3 * x * y
    return slope(g, x, y, (1, 0)), slope(g, x, y, (0, 1))


def by_friend(x, y):
    return 2 * x + 3 * y, 3


def every_degree(measure):
    return max(range(360), key=measure)


def two_looks(measure):
    return np.degrees(np.arctan2(measure(90), measure(0)))


def score(steepest):
    """The number of looks that the challenge tells."""
    verdict = check(lesson.steepest_way, steepest)
    return verdict.correct and int(verdict.message.split("score: ")[1].split()[0])


ROWS = [
    ("The height there is f(3, 4) = 9 + 16 = 25", lambda x, y: (x**2, y**2, bowl(x, y))),
    ("You stand at (3, 4)", lambda: lesson.controls["slices"]["where"]),
    ("a place where the slope along x is 0, but", lambda zero: bowl.grad(0, 2)[0] == zero),
    ("Any place with x = 0 will do, but for the middle",
     lambda x: [lesson.judge_place((x, y))[0] for y in (-5, 2, 0.1, 0, 5)] == [True, True, True, False, True]),
    ("At x = 3 the slope is 6", lambda x: slope(bowl, x, 4, (1, 0))),
    ("Cut along x at y = 4. Then 4 is", lambda: 2 * lesson.controls["slices"]["where"][1:]),
    ("Cut along y at x = 3", lambda: lesson.controls["slices"]["where"][0]),
    ("At y = 4 the slope is 8", lambda y: slope(bowl, 3, y, (0, 1))),
    ("What are the two slopes at (1, −2)", lambda x, y: bowl.grad(x, y) == lesson.two_slopes.right),
    ("∂f/∂x = 2x = 2 and ∂f/∂y = 2y = −4", lambda *said: said == (2, bowl.grad(1, -2)[0], 2, bowl.grad(1, -2)[1])),
    ("the ground around (3, 4)", lambda *here: np.allclose(np.mean(lesson.near(8).window, axis=1), here)),
    ("look at the ground at (3, 4) from very near", lambda *here: np.allclose(np.mean(lesson.near(64).window, axis=1), here)),
    ("You zoom in on (3, 4)", lambda *here: np.allclose(np.mean(lesson.near(64).window, axis=1), here)),
    ("They become straight and parallel",
     lambda: bend(0) > 0.4 and bend(7) < 0.006 and (np.diff([bend(k) for k in range(8)]) < 0).all()),
    ("each step doubles the zoom", lambda: [zoomed(k)[0] for k in range(8)] == [2**k for k in range(8)]),
    ("each step halves the rise from corner to corner, but quarters the gap between ground and plane",
     lambda quarter: all(np.allclose(np.divide(zoomed(k), zoomed(k - 1)), (2, 0.5, quarter), rtol=0.05) for k in range(1, 8))),
    ("At zoom 128 the rise is 1.09, the gap 0.0031", lambda zoom: zoomed(7)[1:] if zoomed(7)[0] == zoom else ()),
    ("it rises by 6 for each unit along x, and by 8 for each unit along y", bowl.grad(3, 4)),
    ("Go u₁ along x, and you rise by 6·u₁. From there go u₂ along y, and you rise by 8·u₂ more", bowl.grad(3, 4)),
    (r"6 \cdot u_1 + 8 \cdot u_2", bowl.grad(3, 4)),
    ("0.01 along x and 0.01 along y make 0.06 + 0.08 = 0.14", lambda h, k: (6 * h, 8 * k, 6 * h + 8 * k)),
    ("rises from 25 to f(3.01, 4.01) = 9.0601 + 16.0801 = 25.1402",
     lambda low, x, y: (x**2, y**2, bowl(x, y)) if low == bowl(3, 4) else ()),
    ("dot product of (6, 8) and (u₁, u₂), written (6, 8)", [bowl.grad(3, 4)] * 2),
    ("0° is along x, 90° along y",
     lambda x, y: np.allclose([slope(bowl, 3, 4, (1, 0)), slope(bowl, 3, 4, (0, 1))], lesson.slopes[[x, y]])),
    ("Does it hold in all directions?", lambda: lesson.gap < 1e-9 and len(lesson.slopes) == 361),
    ("One unit in such a direction is (u₁, u₂): the cosine and the sine of its angle",
     lambda: np.allclose([*turned(30)[:1], lesson.u1[30], lesson.u2[30]], [30, np.sqrt(3) / 2, 1 / 2])
     and np.allclose(np.hypot(lesson.u1, lesson.u2), 1)),
    ("At (3, 4) the slope is 6 along x, at 0°, and 8 along y, at 90°",
     lambda x, y, dx, east, dy, north: bowl.grad(x, y) == (dx, dy) and np.allclose(lesson.slopes[[east, north]], (dx, dy))),
    ("At 53° the ground rises by 10", lambda angle: turned(angle)[1] if angle == np.argmax(lesson.slopes) else ()),
    ("more than 8, but less than 6 + 8 = 14",
     lambda north, dx, dy, both: max(dx, dy) == north < max(lesson.slopes) < both == dx + dy),
    ("only 0.6 along x and 0.8 along y", lambda: [lesson.u1[53], lesson.u2[53]]),
    ("6 · 0.6 + 8 · 0.8 = 10", lambda dx, x, dy, y: dx * x + dy * y),
    ("(6, 8)", bowl.grad(3, 4)),
    ("At 233° you look the opposite way, and the ground falls by 10", lambda angle, fall: turned(angle) == [angle, -fall, 180]),
    ("Near 143° and 323° it is level", lambda *angles: all(abs(turned(angle)[1]) < 0.05 for angle in angles)),
    ("so 0.02 is left", lambda: abs(turned(143)[1])),
    ("Why 53°? Go 6 along x and 8 along y", lambda angle, x, y: abs(np.degrees(np.arctan2(y, x)) - angle) < 0.5),
    ("The map shows it from 53° on, at a quarter of its length",
     lambda angle, quarter: [len(turned(at)) for at in (0, angle - 1, angle, 360)] == [2, 2, 3, 3] and arrow(angle - 1) == 0
     and arrow(angle) == 10 * quarter),
    (r"Its length is $\sqrt{6^2 + 8^2} = 10$", lambda dx, dy, long: np.sqrt(dx + dy) == long),
    ("and so is the slope that way", lambda: np.isclose(max(lesson.slopes), np.hypot(*bowl.grad(3, 4)), rtol=1e-4)),
    (r"\nabla f(3, 4) = (6,\ 8)", lambda x, y: bowl.grad(x, y)),
    ("You stand at (3, 4). Sort these directions", lambda x, y: bowl.grad(x, y) == (6, 8)),
    ("A (1, 0), B (0, −1), C (0.6, 0.8), D (−0.8, 0.6), E (0, 1)",
     lambda *parts: by_slope(parts) == lesson.sorted_slopes.right),
    ("The slopes are 10, 8, 6, 0 and −8", [steep(0.6, 0.8), steep(0, 1), steep(1, 0), steep(-0.8, 0.6), steep(0, -1)]),
    ("the slope is 10 to the right, and 0 at right angles to that", [steep(6, 8), steep(-8, 6)]),
    ("so you rise by 10 · cos θ",
     lambda long: np.allclose(lesson.slopes, long * np.cos(np.radians(lesson.degrees) - np.arctan2(8, 6)), atol=1e-9)),
    ("For any u = (u₁, u₂) of length 1", lambda length: np.allclose(np.hypot(lesson.u1, lesson.u2), length)),
    ("No cosine is greater than 1, and it is 1 only at θ = 0. So no other way up is as steep as along the gradient.",
     lambda most, same, angle: most == same == np.cos(angle) and all(steep(6, 8) > steep(6 + k, 8) for k in (-3, -0.1, 0.1, 3))),
    ("At (3, 4) you walk 60° away", lambda x, y, angle: np.isclose(10 * np.cos(np.radians(angle)), 5) and (x, y) == (3, 4)),
    ("The gradient is 10 long and cos 60° = ½: the slope is 5",
     lambda: [np.hypot(*bowl.grad(3, 4)), 60, np.cos(np.radians(60)), lesson.slope_at_60.right]),
    ("Turn the compass to 113°, and you measure it",
     lambda angle: turned(angle)[2] == 60 and check(lesson.slope_at_60, turned(angle)[1]).correct),
    ("At (3, 4) the gradient is (6, 8). Where in the landscape", lambda x, y: bowl.grad(x, y)),
    ("It has two: 6 along x, 8 along y.", bowl.grad(3, 4)),
    ("It has two numbers, 6 along x and 8 along y, and no height", bowl.grad(3, 4)),
    ("Flat on the floor, under the landscape", flat_on_the_floor),
    ("long far out, short near the middle, nothing at the bottom",
     lambda: (np.diff([drawn_on_the_floor((x, x))[0] for x in (0.5, 2, 5)]) > 0).all()
     and "(0, 0)" in lesson.says("floor", where=(0, 0))),
    ("(It is drawn at a quarter of its length.)", lambda quarter: np.isclose(drawn_on_the_floor((3, 4))[0], 10 * quarter)),
    ("At κ = 1 it is round", lambda kappa: off(kappa, 3, 1) == 0),
    ("You begin on the round bowl. Raise κ: the two arrows part",
     lambda: lesson.controls["aim"]["kappa"] == 1
     and off(1, 3.6, 1.2) == 0 < min(off(kappa, 3.6, 1.2) for kappa in range(2, 11))),
    ("Across the valley, to its floor beside the minimum",
     lambda: all(beside_the_minimum(ravine(k), 3.6, 1.2) for k in range(2, 11))),
    ("In a long valley it does so only where x = 0 or y = 0.",
     lambda x, y: off(4, 3, y) == off(4, x, 1) == 0 < off(4, 3, 1)),
    ("Raise κ from 1, the round bowl: only there do the two arrows agree everywhere",
     lambda kappa: max(off(kappa, x, y) for x in (-4, -1, 3.6) for y in (-3, 1.2, 2)) == 0 < off(kappa + 1, 3.6, 1.2)),
    ("for κ = 10 at (3, 1): ∇f = (x, κy) = (3, 10)", lambda kappa, x, y: ravine(kappa).grad(x, y)),
    ("Down is (−3, −10)", -np.array(ravine(10).grad(3, 1))),
    ("Height 0. The gradient is (0, 0): here the ground is flat.",
     lambda height, dx, dy: (bowl(0, 0), *bowl.grad(0, 0)) == (height, dx, dy)),
    ("The minimum lies at (−3, −1) from here", lambda x, y: np.allclose(ravine(10).minima, (3 + x, 1 + y))),
    *((f"| {at} | {said} | {so} |", lambda x, y: [by_friend(x, y), measured_g(x, y)]) for at, said, so in (
        ("(1, 2)", "(8, 3)", "(8, 3)"), ("(0, 1)", "(3, 3)", "(3, 0)"), ("(−2, 0.5)", "(−2.5, 3)", "(−2.5, −6)"))),
    ("At x = 1 that happens to be 3", lambda x: derived_g(x, 7)[1]),
    ("finds the steepest way up, in degrees, within 1°",
     lambda most: [score(lambda measure, off=off: two_looks(measure) + off) for off in (0.9 * most, -0.9 * most, 1.1 * most)]
     == [2, 2, False]),
    ("Looking in all 360 whole degrees scores 360", lambda looks, same: score(every_degree) == looks == same),
    ("`measure(30)` gives the slope towards 30°", lambda degrees, same: degrees == same),
    ("Two looks: a plane has no more to tell", lambda: score(two_looks) == 2),
    ("All other maps up to lesson 09 have equal axes.", lambda last: unequal(last) == ["01"]),
    ("one unit of y is drawn about twice as long as one of x", lambda twice: abs(stretched() / twice - 1) < 0.15),
]  # fmt: skip
FORMULAS = [
    ("x² + y²", bowl),
    ("x² + 16", lambda x: bowl(x, 4)),
    ("9 + y²", lambda y: bowl(3, y)),
    ("2x", lambda x: bowl.grad(x, 4)[0]),
    ("2y", lambda y: bowl.grad(3, y)[1]),
    ("(2x, 2y)", lambda x, y: bowl.grad(x, y)),
    ("½(x² + κy²)", lambda x, y, κ: ravine(κ)(x, y)),
    ("x² + 3xy", lambda x, y: x * x + 3 * x * y),
    ("3x", lambda x: derived_g(x, 2)[1]),
]
RIGHT = {
    "zoom": "They become straight and parallel",
    "turn": round(np.degrees(np.arctan2(8, 6))),
    "floor": "Flat on the floor, under the landscape",
    "aim": "Across the valley, to its floor beside the minimum",
}


def arrow(direction):
    """How long the arrow (6, 8) is drawn on the compass' map, in units of the axes."""
    lesson.says("turn", direction=direction)
    shown = lesson.compass._arrows[0]
    if not shown.get_visible():
        return 0
    return np.hypot(*np.subtract(*shown._posA_posB))


def by_slope(parts):
    """Letters A, B, ... of directions, the greatest slope first."""
    slopes = {letter: 6 * x + 8 * y for letter, x, y in zip("ABCDE", parts[::2], parts[1::2], strict=True)}
    return "".join(sorted(slopes, key=slopes.get, reverse=True))


HINTS = {
    "two_slopes": [
        ("The second slope is 2y, and y is −2: mind the sign.", (2, 4)),
        ("the slopes are 2x and 2y, with x = 1 and y = −2", tuple(-part for part in bowl.grad(1, -2))),
        ("First comes the slope along x, then the one along y.", bowl.grad(1, -2)[::-1]),
        ("That is the point itself. The slope along x is 2x: twice as much.", (1, -2)),
        ("That is x² and y².", (1**2, (-2) ** 2)),
        ("Those are the slopes at (3, 4). Here x is 1, and y is −2.", bowl.grad(3, 4)),
        ("That is the height there.", bowl(1, -2)),
    ],
    "sorted_slopes": [
        ("That begins with the steepest way down.", "CEADB"[::-1]),
        ("(0, −1) goes 8 down: its slope is −8, and comes after all others.", "CEBAD"),
        ("(0, −1) goes 8 down: its slope is −8, and comes after all others.", "CBEAD"),
        ("For C take both products: 6 · 0.6 + 8 · 0.8.", "ECADB"),
    ],
    "gradient_of_g": [
        ("That is your friend's. Along y, hold x still: the derivative of 3xy is 3 times x.", by_friend),
        ("the derivative of 3xy is then not 3y", lambda x, y: (derived_g(x, y)[0], 3 * y)),
        ("Along y the term x² stands still: its derivative there is 0.", lambda x, y: (derived_g(x, y)[0], 2 * x + 3 * x)),
        ("The second slope is right now, but the first was right before: 2x + 3y.", lambda x, y: (2 * x, 3 * x)),
        ("The second slope is right now, but the first was right before: 2x + 3y.", lambda x, y: (2 * x + 3, 3 * x)),
        ("In 3xy, hold y still and its derivative along x is 3y, not 3.", lambda x, y: (2 * x + 3, 3)),
    ],
    "slope_at_60": [
        ("That is the slope along the gradient itself. At 60° it is less", np.hypot(*bowl.grad(3, 4))),
        ("That is 10 · sin 60°.", 10 * np.sin(np.radians(60))),
        ("np.cos takes radians: write np.cos(np.radians(60)). Or use cos 60° = ½.", 10 * np.cos(60)),
        ("That is cos 60°.", np.cos(np.radians(60))),
        ("60° is less than 90°, so you still go up.", -10 * np.cos(np.radians(60))),
        ("That is the slope at 60° of the compass. What is asked for is 60° away from the gradient.",
         steep(np.cos(np.radians(60)), np.sin(np.radians(60)))),
    ],
    "flat_along_x": [
        ("there both slopes are 0. Stay on the line x = 0, but leave the middle.", {"where": (0, 0)}),
        ("Here it is the other way round: 0 along y.", {"where": (3, 0)}),
    ],
    "steepest_way": [
        ("One number is asked for: the direction in degrees.", lambda measure: (measure(0), measure(90))),
        ("It measured nothing. Begin with a = measure(0).", lambda measure: 53),
        ("That is how steep it is. In which direction?", lambda measure: np.hypot(measure(0), measure(90))),
        ("That is straight down: turn around.", lambda measure: two_looks(measure) + 180),
        ("Is it in degrees?", lambda measure: np.radians(two_looks(measure))),
        ("np.arctan2 takes the slope along y first.", lambda measure: np.degrees(np.arctan2(measure(0), measure(90)))),
        ("np.arctan does not know right from left", lambda measure: np.degrees(np.arctan(measure(90) / measure(0)))),
    ],
}
FREE = {
    "the derivative of x²": "school",
    "like `(6, 8)`": "how to write two numbers",
    "3xy is the constant 3x": "two parts of a product",
}
