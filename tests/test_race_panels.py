"""Pictures of several walks: what they show is what the walks did, their frames depend on the arguments
alone, and no walk, however far it goes, makes a warning or an artist more.
"""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from commands import colour_at
from framing import overlapping, picture
from matplotlib.colors import to_rgb

from gdlab import (
    AdaGrad,
    Adam,
    Basins,
    GradientDescent,
    Lines,
    Memory,
    Momentum,
    Nesterov,
    RMSProp,
    Race,
    basins,
    beale,
    bowl,
    descend,
    himmelblau,
    ravine,
    rosenbrock,
    saddle,
)
from gdlab.maths.words import number
from gdlab.panels.plots import LOOKS
from gdlab.panels.terrain import SHADES

NAN, INF = float("nan"), float("inf")
KINDS = {
    "gradient descent": GradientDescent,
    "momentum": Momentum,
    "Nesterov": Nesterov,
    "AdaGrad": AdaGrad,
    "RMSProp": RMSProp,
    "Adam": Adam,
}
SIX = {name: kind(0.02 if k < 3 else 0.2) for k, (name, kind) in enumerate(KINDS.items())}


def race(surface=ravine(10), start=(-4, 2), rules=SIX, steps=40):
    return {name: descend(surface, start, rule, steps) for name, rule in rules.items()}


def legend_of(panel):
    legend = panel.ax.get_legend()
    return [text.get_text() for text in legend.get_texts()], legend.get_lines()


# How six are told apart


def test_each_walk_has_a_colour_a_marker_and_a_line_of_its_own():
    for column in zip(*LOOKS, strict=True):
        assert len(set(column)) == len(LOOKS) == 6


@pytest.mark.parametrize("n", [1, 2, 3, 6])
def test_names_stand_in_a_legend_beside_their_looks(n):
    names = list(SIX)[:n]
    for panel in (Race(bowl, names), Lines(names, "step", "loss", (0, 9), (0, 1))):
        picture(panel.show, panel)
        words, lines = legend_of(panel)
        assert words == names
        looks = [(line.get_color(), line.get_marker()) for line in lines]
        assert looks == [look[:2] for look in LOOKS[:n]]
    panel = Memory(dict(list(SIX.items())[:n]))
    picture(panel.show, panel)
    written = {text.get_text(): text.get_color() for text in panel.ax.texts}
    assert [written[name] for name in names] == [look[0] for look in LOOKS[:n]]
    assert [line.get_marker() for line in panel.ax.lines if len(line.get_xdata()) == 1] == [
        look[1] for look in LOOKS[:n]
    ]


def all_panels(surface=beale):
    return {
        "race": Race(surface, SIX),
        "memory": Memory(SIX),
        "lines": Lines(SIX, "step", "loss", (0, 40), (1e-6, 1e3), ylog=True),
    }


def losses_of(paths, step=None):
    return {name: (np.arange(path.steps + 1)[:step], path.losses[:step]) for name, path in paths.items()}


@pytest.mark.parametrize("chosen", ["race", "memory", "lines", "race memory", "race lines"])
def test_no_words_overlap_and_nothing_is_cut_off(chosen):
    shown = [all_panels()[name] for name in chosen.split()]
    # Momentum diverges, so that its numbers are as long as they get.
    paths = race(beale, (1, 2), {**SIX, "momentum": Momentum(0.03)}, 12)

    def show(panels):
        for panel in panels:
            panel.show(losses_of(paths)) if isinstance(panel, Lines) else panel.show(paths, 12)

    picture(show, *shown)(shown)
    width, height = shown[0].ax.figure.canvas.get_width_height()
    for panel in shown:
        legend = panel.ax.get_legend()
        texts = [*panel.ax.texts, *(legend.get_texts() if legend else ()), panel.ax.xaxis.label]
        assert overlapping(texts) == []
        box = panel.ax.get_tightbbox()
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height


# A race


def test_trails_heads_and_arrows_are_those_of_the_walks():
    panel, paths = Race(ravine(10), SIX), race()
    frame, longer = picture(panel.show, panel), race(steps=41)
    for k in (40, 0, 7):
        frame(paths, k)
        assert panel._start.get_xydata().tolist() == [[-4, 2]]
        for path, trail, head in zip(paths.values(), panel._trails, panel._heads, strict=True):
            assert np.array_equal(trail.get_xydata(), path.points[: k + 1])
            assert np.array_equal(head.get_xydata(), path.points[k : k + 1])
        for arrows, vectors in (
            (panel._downhill, [-path.gradients[k] for path in paths.values()]),
            (panel._ahead, [path.points[k + 1] - path.points[k] for path in longer.values()]),
        ):
            assert np.array_equal(arrows.get_offsets(), [path.points[k] for path in paths.values()])
            drawn = np.column_stack([arrows.U, arrows.V])
            if arrows is panel._ahead and k == 0:  # who goes which way is asked before it is seen
                assert not drawn.any()
                continue
            lengths = np.linalg.norm(drawn, axis=1)
            assert np.allclose(lengths, lengths[0]) and 0.5 < lengths[0] < 1.5
            unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
            np.testing.assert_allclose(drawn / lengths[:, None], unit, atol=1e-7)


def test_an_arrow_is_drawn_as_long_and_in_the_direction_that_it_tells():
    panel = Race(bowl, ["plain"])
    walk = descend(bowl, (-4, 3), GradientDescent(0.1), 5)
    moving = picture(panel.show, panel).drawn({"plain": walk}, 1)
    ahead, disc = moving.outlines(fill="black", edge="white")
    head = disc.mean(axis=0)
    (x0, y0), (x1, y1) = panel.ax.transData.transform([(-3.2, 2.4), (-3.2, 2.4) + 1.1 * np.array([0.8, -0.6])])
    long = np.hypot(x1 - x0, y1 - y0)
    along = np.array([x1 - x0, y1 - y0]) / long
    assert head == pytest.approx((x0, y0), abs=0.5) and long > 20
    # From the middle of the disc up to its tip, no farther, and as far to the left as to the right of its line.
    reach, beside = (ahead - (x0, y0)) @ along, (ahead - (x0, y0)) @ (along[1], -along[0])
    assert reach.min() == pytest.approx(0, abs=0.2) and reach.max() == pytest.approx(long, abs=0.2)
    assert beside[np.argmax(reach)] == pytest.approx(0, abs=0.2) and beside.max() == pytest.approx(-beside.min(), abs=0.2)


def test_who_is_far_off_the_map_is_not_on_it():
    panel = Race(bowl, ["far", "near"])
    rules = {"far": GradientDescent(1e9), "near": GradientDescent(0.1)}
    paths = race(bowl, (-4, 3), rules, 5)
    picture(panel.show, panel)(paths, 5)
    far, near = panel._heads
    assert not far.get_xydata().size and near.get_xydata().size
    assert panel._trails[0].get_xydata().tolist() == [[-4, 3]]
    for arrows in (panel._ahead, panel._downhill):
        assert np.all(arrows.get_offsets()[0] < -5)  # nor are its arrows


def test_a_walker_that_stands_still_has_no_arrows():
    panel = Race(bowl, ["plain"])
    picture(panel.show, panel)({"plain": descend(bowl, (0, 0), GradientDescent(0.1), 5)}, 5)
    assert not panel._ahead.U.any() and not panel._downhill.V.any()


def test_a_race_on_another_surface_redraws_the_ground():
    panel = Race(bowl, SIX)
    frame = picture(panel.show, panel)
    before = frame(race(bowl), 40)
    frame(race(saddle, (-2, 0.1)), 40)
    assert panel.ax.get_title() == "saddle" and panel.ax.get_xlim() == (-3, 3)
    assert frame(race(bowl), 40) == before


# What they remember


def test_bars_and_numbers_are_what_the_rules_remember():
    panel, paths = Memory(SIX), race()
    frame = picture(panel.show, panel)
    for k in (40, 0, 7):
        frame(paths, k)
        found = iter(zip(panel._bars, panel._texts, strict=True))
        for place, (name, rule) in enumerate(SIX.items()):
            for what, axis in itertools.product(rule.remembers, (0, 1)):
                bar, text = next(found)
                held = paths[name].memories[what][:, axis]
                held = np.sqrt(held) if what == "squares" else held
                assert text.get_text() == number(held[k])
                assert bar.get_width() == pytest.approx(panel.half * held[k] / np.abs(held).max())
                assert to_rgb(bar.get_facecolor()[:3]) == to_rgb(LOOKS[place][0])
        assert next(found, None) is None
    assert [text.get_text() for text in panel.ax.texts].count("nothing") == 1


# Lines


def test_lines_are_the_numbers_and_end_in_a_marker():
    panel, paths = Lines(SIX, "step", "loss", (0, 60), (1e-9, 1e4), ylog=True), race(steps=10)
    picture(panel.show, panel)(losses_of(paths))
    for path, line, end in zip(paths.values(), panel._lines, panel._ends, strict=True):
        assert np.array_equal(line.get_xdata(), np.arange(11))
        assert np.array_equal(line.get_ydata(), path.losses)
        assert end.get_xydata().tolist() == [[10, path.losses[-1]]]
    assert (panel.ax.get_title(), panel.ax.get_ylabel()) == ("loss", "")


def test_lines_with_a_title_keep_the_name_of_their_axis():
    panel = Lines(["a"], "rate", "steps", (0.1, 1), (0, 9), title="How long it takes", xlog=True, mark=False)
    picture(panel.show, panel)({"a": ([0.1, 1], [2, 3])})
    assert (panel.ax.get_title(), panel.ax.get_ylabel()) == ("How long it takes", "steps")
    assert not panel._ends[0].get_xydata().size
    assert legend_of(panel)[1][0].get_marker() == ""


@pytest.mark.parametrize("ylog", [True, False])
def test_a_line_that_leaves_the_axes_has_no_marker_there(ylog):
    panel = Lines(["a", "b", "c", "d"], "x", "y", (0, 4), (0.1, 10), ylog=ylog)
    x = np.arange(5.0)
    lines = {
        "a": (x, [1, 2, 1e5, 1e200, INF]),
        "b": (x, [1, 0.5, 0, -3, -INF]),
        "c": (x, [1, NAN, 2, 3, NAN]),
        "d": (x + 3, [1, 2, 3, 4, 5]),
    }
    picture(panel.show, panel)(lines)
    assert [end.get_xydata().tolist() for end in panel._ends] == [[], [], [[3, 3]], []]
    drawn = panel._lines[0].get_ydata()
    assert np.array_equal(drawn[:2], [1, 2]) and (drawn[2:4] > 10).all() and np.isnan(drawn[4])


# Basins


def test_each_basin_has_its_shade_and_a_letter_at_its_minimum():
    panel, labels = Basins(himmelblau), basins(himmelblau, GradientDescent(0.0175), 200, 50)
    path = descend(himmelblau, (-0.5, -1), GradientDescent(0.01), 1)
    ground = picture(panel.show, panel).drawn(labels, path).one("image")
    assert set(labels.ravel()) == {-1, 0, 1, 3}
    letters = {text.get_text(): text.get_position() for text in panel.ax.texts}
    assert letters == dict(zip("ABCD", himmelblau.minima, strict=True))
    for row, column in itertools.product(range(2, 50, 5), repeat=2):
        place = -5 + 10 * (np.array([column, row]) + 0.5) / 50  # the middle of the cell, on the map
        label = labels[row, column]
        expected = to_rgb(SHADES.colors[label + 1])
        colour = colour_at(ground, panel.ax.transData.transform(place))
        assert np.abs(colour / 255 - (*expected, 1)).max() < 0.01


def test_a_path_is_drawn_on_the_basins():
    panel, labels = Basins(himmelblau), basins(himmelblau, GradientDescent(0.01), 200, 50)
    path = descend(himmelblau, (-0.5, -1), GradientDescent(0.01), 30)
    picture(panel.show, panel)(labels, path)
    assert np.array_equal(panel._trail.get_xydata(), path.points)
    assert panel._start.get_xydata().tolist() == [[-0.5, -1]]


def test_a_point_can_be_dragged_on_them():
    assert Basins(himmelblau).holds_point and Race(bowl, ["a"]).holds_point


# All of them


def extreme_races():
    """Walks that leave the map, end in inf or nan, start far off it, or never move."""
    rates = itertools.cycle((3.0, 1e10, 1e300))
    grounds = (ravine(10), (-4, 2)), (rosenbrock, (-1.2, 1)), (saddle, (-2, 0.1)), (beale, (4, 4))
    for surface, start in grounds:
        for lr in itertools.islice(rates, 2):
            yield race(surface, start, {name: kind(lr) for name, kind in KINDS.items()}, 30)
    yield race(bowl, (0, 0))
    yield race(bowl, (1e9, 0))
    yield race(bowl, steps=0)


def test_walks_that_go_far_are_drawn_without_a_warning():
    race_panel, memory, lines = all_panels().values()
    map_panel, labels = Basins(himmelblau), np.zeros((9, 9), int)

    def show(paths, step):
        race_panel.show(paths, step)
        memory.show(paths, step)
        lines.show(losses_of(paths, step))
        map_panel.show(labels, paths["Adam"])

    frame = picture(show, race_panel, memory, lines, map_panel)
    for paths in extreme_races():
        for step in (0, paths["Adam"].steps):
            frame(paths, step)


def test_frames_depend_on_the_arguments_alone_and_no_artist_is_added():
    whole, short = race(), race(start=(3, -2), steps=25)
    labels = [basins(himmelblau, GradientDescent(lr), 100, 20) for lr in (0.01, 0.02)]
    path = descend(himmelblau, (0, 0), GradientDescent(0.01), 20)
    arguments = {
        "race": [(whole, 8), (short, 25)],
        "memory": [(whole, 8), (short, 25)],
        "lines": [(losses_of(whole, 9),), ({name: ([25, 40], [300, 300]) for name in SIX},)],
        "basins": [(labels[0], path), (labels[1], path)],
    }
    fresh = [{**all_panels(ravine(10)), "basins": Basins(himmelblau)} for _time in range(2)]
    for name, (first, second) in arguments.items():
        panel, again = fresh[0][name], fresh[1][name]
        frame = picture(panel.show, panel)
        one = frame(*first)
        children = panel.ax.get_children()
        other = frame(*second)
        assert other != one, name
        assert frame(*first) == one, name
        assert panel.ax.get_children() == children, name
        assert picture(again.show, again)(*second) == other, name


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: Race(bowl, []), "one to 6 names"),
        (lambda: Race(bowl, list("abcdefg")), "one to 6 names"),
        (lambda: Race("bowl", ["a"]), "needs a surface"),
        (lambda: Memory({}), "one to 6 names"),
        (lambda: Lines([], "x", "y", (0, 1), (0, 1)), "one to 6 names"),
        (lambda: Basins(saddle), "one to six known minima"),
        (lambda: Basins(replace(bowl, minima=bowl.minima * 7)), "one to six known minima"),
        (lambda: Basins("himmelblau"), "one to six known minima"),
    ],
)
def test_what_is_wrong_is_said(call, words):
    with pytest.raises(ValueError, match=words):
        call()


SHOWN = race(bowl, (1, 1), steps=3)
MANY = {name: descend(bowl, np.ones((2, 2)), rule, 3) for name, rule in SIX.items()}


@pytest.mark.parametrize(
    "panel, shown, words",
    [
        (Race(bowl, SIX), (MANY, 3), "the path of one walk"),
        (Basins(himmelblau), ([1, 2], SHOWN["Adam"]), "labels that basins returns"),
    ],
)
def test_what_cannot_be_shown_is_said(panel, shown, words):
    with pytest.raises(ValueError, match=words):
        picture(panel.show, panel)(*shown)
