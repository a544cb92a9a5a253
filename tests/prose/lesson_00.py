"""Lesson 00, Start here: the words, and what they must agree with."""

import re

import nbformat
import numpy as np
import refresh

from gdlab import MLP, GradientDescent, check, descend, mountain
from prose import Lesson

lesson = Lesson("00")
DEEP, SHALLOW = mountain.minima


def side(x, y, lr=0.2, steps=100):
    """In which valley a walk ends."""
    return "left" if descend(mountain, (x, y), GradientDescent(lr), steps).points[-1, 0] < 0 else "right"


def arrives(steps):
    """Whether one comes to the bottom by feeling the ground so many times, and walking straight on in between."""
    x, y = lesson.controls["walk"]["start"]
    for _step in range(steps):
        down = -np.array(mountain.grad(x, y))
        x, y = min(((x, y) + far * down for far in np.linspace(0, 30 / steps, 300)), key=lambda at: mountain(*at))
    return mountain(x, y) < mountain(*DEEP) + 0.01


def walks_in_the_picture(x, y):
    """Whether the picture of the walk shows how the one from there arrives, with the steps that it has."""
    return "Converged" in lesson.says("walk", start=(x, y))


def judged(goal, picture, **values):
    """Whether a goal is reached in a picture that has been moved so."""
    lesson.says(picture, **values)
    return check(lesson.names[goal], lesson.names[picture]).correct


def guessed(x, y, lr, steps):
    """Where the walk of the prediction stands in the end, which is where its words say that it goes."""
    path = descend(mountain, (x, y), GradientDescent(lr), steps)
    return "Converged" in lesson.says("follow", steps=steps) and np.allclose(path.points[-1], DEEP, atol=0.01)


def way_of_the_guess():
    """Whether that walk starts nearer to the left valley, comes by the middle of the map, and then goes down to the right."""
    points = descend(mountain, (-3, 2.6), GradientDescent(0.2), 60).points
    from_left, from_right = (np.hypot(*(points[0] - end)) for end in (SHALLOW, DEEP))
    middle = np.argmin(np.hypot(*points.T))
    return from_left < from_right and np.hypot(*points[middle]) < 0.6 and (np.diff(points[middle:, 0]) > -1e-9).all()


def fits(steps, start=None):
    """How much worse than the best line the one of the houses is after so many steps, as a share of the best."""
    names = lesson.names
    path = descend(names["loss"], start or lesson.controls["learn"]["start"], GradientDescent(0.02), steps)
    return path.losses[-1] / names["loss"](*names["loss"].minima[0]) - 1


# The course map and the terms


def minutes(path):
    """(Minutes for the core, and for the optional parts) of a lesson: 100 words, or ten lines of code to read, take one; so
    does a prediction; a picture takes two, and an exercise four."""
    spent, optional = [0.0, 0.0], False
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            optional = cell.source.startswith("## Optional:") or optional and not re.match("##? ", cell.source)
            spent[optional] += len(cell.source.split()) / 100
        else:
            per = {r"^@live": 2, r"^predict\(": 1, r"^check\(": 4}
            spent[optional] += sum(cost * len(re.findall(what, cell.source, re.MULTILINE)) for what, cost in per.items())
            spent[optional] += 0 if cell.metadata.get("jupyter") else len(cell.source.splitlines()) / 10
    return spent


def takes_so_long(number, first, more=0):
    """Whether the map's minutes for a lesson, core and optional, are about what they are reckoned to be. Of 10 and 12 all is
    optional."""
    core, optional = minutes(*refresh.lessons(f"{number:02}_"))
    told = first + more, core + optional
    return abs(told[0] - told[1]) <= 0.4 * told[1] and (number in (10, 12) or abs(first - core) <= 0.4 * core)


def tables():
    """The lines of the map, and the terms: (number, term)."""
    text = next(text for text in lesson.prose.values() if "What you can do afterwards" in text)
    times = re.findall(r"^\| \d\d \| .*", text, re.MULTILINE)
    text = next(text for text in lesson.prose.values() if "한국어" in text)
    return times, re.findall(r"^\| (\d\d) \| ([^|]*) \|", text, re.MULTILINE)


def words_of(number):
    """All prose of a lesson, in small letters."""
    return " ".join(Lesson(number).prose.values()).lower()


def unexplained():
    """The terms that do not stand in the lesson that is to explain them."""
    parts = [(n, part) for n, term in tables()[1] for part in re.sub(r"\(.*?\)|to ", "", term).lower().split(",")]
    return [(n, part) for n, part in parts if part.strip().rstrip("e") not in words_of(n)]


def needs(number):
    """The lessons that a lesson says it needs."""
    (line,) = re.findall(r"You need .*", next(iter(Lesson(number).prose.values())))
    return {n for found in re.findall(r"[Ll]essons? ([\d, and]*)", line) for n in re.findall(r"\d\d", found)}


ROWS = [
    ("I feel which way is down, take a step, and feel again", lambda: arrives(steps=30) and not arrives(steps=1)),
    ("how high you are | the loss", lambda: 0 < mountain(*DEEP) < 1),
    ("There are two valleys here.", lambda: len(mountain.minima) == 2),
    ("the deep one on the right", lambda: min(mountain.minima, key=lambda end: mountain(*end))[0] > 0),
    ("From where you began, the arrow leads into the deep one on the right",
     lambda: side(*lesson.controls["fog"]["you"]) == side(*lesson.controls["walk"]["start"]) == "right"),
    ("Come to the bottom of a valley, in the fog.",
     lambda: [judged("bottom", "fog", you=you)
              for you in (DEEP, SHALLOW, np.add(DEEP, 0.05), (-0.2, -0.6), (1.4, 1))] == [True] * 3 + [False] * 2),
    ("When the ground is flat", lambda: "flat" in lesson.says("fog", you=(1.86, 0.94))),
    ("The walk starts at (−3, 2.6), with learning rate 0.2. Where does it stand after 60 steps?", guessed),
    ("The left valley is nearer. But the ground leads to the middle of the map first, and from there down to the right.",
     way_of_the_guess),
    ("it asks its feet, sixty times", lambda: lesson.names["follow"]._controls["steps"].positions[-1]),
    ("The bottom of each valley is a local minimum; the lowest of them is the global minimum.",
     lambda: np.allclose(mountain.grad(*np.transpose(mountain.minima)), 0, atol=1e-9) and mountain(*DEEP) < mountain(*SHALLOW)),
    ("A walk starts at (−1, 0.5) with learning rate 0.2",
     lambda x, y, lr: side(x, y, lr) == lesson.which_valley.right and walks_in_the_picture(x, y)),
    ("The left valley is nearer, and a walk from (−1.1, 0.5) still ends there.",
     lambda x, y: side(x, y) == "left" and walks_in_the_picture(x, y)
     and np.hypot(*np.subtract((-1, y), SHALLOW)) < np.hypot(*np.subtract((-1, y), DEEP))),
    ("(−1, 0.5) lies just on the other side of the border between them", lambda x, y: side(x, y) == "right"),
    ("Anything from 3 up is good.",
     lambda least: [judged("far_away", "walk", start=np.subtract(SHALLOW, (least + more) / 2**0.5)) for more in (-0.05, 0.05)]
     == [False, True]),
    ("4.8 can be had", lambda best: np.hypot(*np.subtract((-4, 2.48), SHALLOW)) > best),
    ("This start is 4.82 away", [np.hypot(*np.subtract((-4, 2.48), SHALLOW))]),
    ("the left valley's land reaches farthest on the upper left edge",
     lambda: side(-4, 2.48) == "left" and side(-4, 2.56, steps=400) == "right" and side(1.76, -4, steps=400) == "right"),
    ("With learning rate 0.2 the walk needs more than 60 steps from there.",
     lambda lr, steps: 100 > descend(mountain, (-4, 2.48), GradientDescent(lr), 400).converged_at > steps),
    ("b, the price that it tells for size 0", lambda size: 0.9 * size + 1.3 == 1.3),
    ("The next cell calls `descend` as before, on this ground.",
     lambda: all(f"descend({ground}, start, GradientDescent({rate}), steps)" in lesson.path.read_text(encoding="utf-8")
                 for ground, rate in (("mountain", "lr"), ("loss", "0.02")))),
    ("After ten steps it is about as good as a line can be here", lambda steps: fits(steps) < 0.05 < 5 < fits(0)),
    ("from other places the line comes near at once, and then hardly moves",
     lambda: all(fits(5, far) < 0.2 * fits(0, far) and fits(30, far) > 0.1
                 and fits(29, far) - fits(30, far) < 0.001 * (fits(0, far) - fits(1, far))
                 for far in ((-1, 3), (2, 4), (0, 0), (3, -1)))),
    ("The network in the lesson [Read handwriting] has 4,810.",
     lambda: [sum(part.data.size for part in MLP([64, 64, 10], "relu").parameters)]),
    *((line, takes_so_long) for line in tables()[0]),
    ("The core leads to *Read handwriting*; the rest can wait.",
     lambda: not any({"10", "12"} & needs(f"{number:02}") for number in range(12))),
    ("Lesson 11 borrows a step rule from 10, Adam.",
     lambda *both: all("Adam(" in Lesson(str(number)).path.read_text(encoding="utf-8") for number in both)),
    ("Each with its symbol, and the lesson that explains it.", lambda: not unexplained()),
]  # fmt: skip
RIGHT = {
    "fog": "I feel which way is down, take a step, and feel again",
    "follow": descend(mountain, (-3, 2.6), GradientDescent(0.2), 60).points[-1],
}
HINTS = {
    "which_valley": [("Drag the white square in the picture above to (−1, 0.5)", "left")],
    "bottom": [
        ("The ground is not flat here.", {"you": (-0.4, 3.4), "sight": 0.7}),
        ("It is flat here, but no valley: a pass.", {"you": (-0.2, -0.6), "sight": 0.7}),
    ],
    "far_away": [
        ("This walk ends on the right.", {"lr": 0.2, "steps": 60, "start": (-1, 0.5)}),
        ("This walk has not arrived.", {"lr": 0.2, "steps": 30, "start": (-1.1, 0.5)}),
        ("Try from farther off: 3 or more.", {"lr": 0.2, "steps": 60, "start": (-3.9, -3.9)}),
    ],
}
FREE = {
    "the derivative of x²": "school",
}
