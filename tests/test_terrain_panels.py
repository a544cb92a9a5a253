"""What the panels of a walk, of plain curves and of matrices draw: as commands, at the places of the numbers that they are given."""

import numpy as np
import pytest
from commands import CLOSE, colour_at
from framing import picture
from mpl_toolkits.mplot3d.proj3d import proj_transform

from gdlab import (
    Bars,
    Contours,
    GradientDescent,
    HeatMap,
    Landscape,
    LossCurve,
    MatrixProduct,
    Plot,
    Slice,
    bowl,
    descend,
    double_well,
    mountain,
)
from gdlab.panels import BLACK, BLUE, GREEN, ORANGE, RED
from gdlab.words import number

LONG, SHORT = (descend(bowl, (-4, 3), GradientDescent(0.1), steps) for steps in (12, 0))


def at(panel, *points):
    """Where points of the axes' lie on the figure."""
    return panel.ax.transData.transform(np.reshape(points, (-1, 2)))


def line(moving, **look):
    """The points of the one line that looks so; None where there is none."""
    found = moving.all("path", fill=None, **look)
    return found[0].points if found else None


def near(one, other):
    assert np.shape(one) == np.shape(other)
    np.testing.assert_allclose(one, other, atol=CLOSE)


def bar_widths(panel, patches):
    """How wide drawn bars are, in units of the axes."""
    return np.ptp([panel.ax.transData.inverted().transform(outline)[:, 0] for outline in patches], axis=1)


# A walk


@pytest.mark.parametrize("path", [LONG, descend(mountain, (3, -3), GradientDescent(0.3), 7)], ids=["bowl", "mountain"])
def test_the_walk_is_drawn_through_all_its_points_up_to_where_it_stands(path):
    panel = Contours(path.surface)
    moving = picture(panel.show, panel).drawn(path)
    points = at(panel, path.points)
    near(line(moving, edge=RED), points)
    dots, here = moving.all("markers", fill=RED)
    near(dots.places, points)
    near(here.places, points[-1:])
    near(moving.one("markers", fill="white", edge=BLACK).places, points[:1])
    assert panel.ax.get_xlim() == path.surface.window[0] and panel.ax.get_ylim() == path.surface.window[1]


def test_a_place_without_a_walk_has_no_start_nor_fog_nor_arrows_of_an_earlier_one():
    panel = Contours(bowl)
    frame = picture(panel.show, panel)
    before = frame.drawn(SHORT)
    assert not before.all("markers", fill="white") and not before.texts() and not before.outlines(fill="#dfe3e4")
    frame(LONG, {"down": (1, -1), "up": (-1, 1)}, 2)
    assert str(frame.drawn(SHORT)) == str(before)


def test_arrows_lead_from_the_walker_to_their_tips_and_differ_also_by_their_lines():
    panel = Contours(bowl)
    moving = picture(panel.show, panel).drawn(LONG, {"one": (2, 0), "other": (0, -2)})
    (start,) = at(panel, LONG.points[-1])
    for colour, dashed, tip in ((BLACK, False, (2, 0)), ("#8a2f72", True, (0, -2))):
        shaft, head = (moving.one("path", fill=fill, edge=colour) for fill in (None, colour))
        assert bool(shaft.dashes) == dashed
        near(shaft.points[0], start)
        reach = at(panel, LONG.points[-1] + tip)[0]
        assert np.min(np.linalg.norm(head.points - reach, axis=1)) < 5  # its edge is thick
    assert {"one", "other"} == set(moving.texts())


def test_the_fog_leaves_a_hole_around_the_walker():
    panel = Contours(bowl)
    fog = picture(panel.show, panel).drawn(LONG, None, 2).outlines(fill="#dfe3e4")  # the last is the thickest, others are pale
    walker, edge = at(panel, LONG.points[-1], LONG.points[-1] + (2 * 1.27, 0))
    ring = fog[-1][np.linalg.norm(fog[-1] - walker, axis=1) < 1.01 * np.ptp([walker, edge], axis=0)[0]]
    assert len(ring) > 30
    np.testing.assert_allclose(np.linalg.norm(ring - walker, axis=1), edge[0] - walker[0], rtol=0.01)


@pytest.mark.parametrize("path", [LONG, descend(double_well, (1.7, 0), GradientDescent(0.02), 9)], ids=["log", "linear"])
def test_a_loss_curve_goes_through_the_losses_and_its_disc_stands_on_the_last(path):
    panel = LossCurve()
    moving = picture(panel.show, panel).drawn(path)
    points = at(panel, np.column_stack([np.arange(len(path.losses)), path.losses]))
    near(line(moving, edge=RED), points)
    dots, here = moving.all("markers", fill=RED)
    near(dots.places, points)
    near(here.places, points[-1:])
    assert panel.ax.get_xlim() == pytest.approx((-0.6, 30.6))


@pytest.mark.parametrize("along", "xy")
def test_a_slice_is_the_surface_with_its_tangent_where_the_walker_stands(along):
    panel, axis = Slice(mountain, along), "xy".index(along)
    path = descend(mountain, (3, -3), GradientDescent(0.3), 7)
    moving = picture(panel.show, panel).drawn(path)
    here, height, slope = path.points[-1], path.losses[-1], path.gradients[-1, axis]
    t = np.linspace(*mountain.window[axis], 201)
    curve = [mountain(*np.where(np.arange(2) == axis, value, here)) for value in t]
    drawn = line(moving, edge=BLUE)  # points on a straight line are left out
    at_them = np.interp(drawn[:, 0], *at(panel, np.column_stack([t, curve])).T)
    np.testing.assert_allclose(at_them, drawn[:, 1], atol=0.3)
    (x0, y0), (x1, y1) = panel.ax.transData.inverted().transform(line(moving, edge=BLACK))
    assert (y1 - y0) / (x1 - x0) == pytest.approx(slope, rel=0.01)
    trail, disc = moving.all("markers", fill=RED)
    near(trail.places, at(panel, np.column_stack([path.points[:, axis], path.losses])))
    near(disc.places, at(panel, (here[axis], height)))
    assert list(moving.texts()) == [f"slope {number(slope)}"]
    assert panel.ax.get_xlim() == mountain.window[axis]


def test_on_a_landscape_the_walk_lies_on_the_ground():
    panel = Landscape(bowl)
    moving = picture(panel.show, panel).drawn(LONG)
    dots, here = moving.all("markers", fill=RED)
    assert len(line(moving, edge=RED)) == len(dots.places) == 13
    near(line(moving, edge=RED), dots.places)
    near(here.places, dots.places[-1:])
    lifted = (*LONG.points.T, LONG.losses + panel._lift)
    near(dots.places, panel.ax.transData.transform(np.column_stack(proj_transform(*lifted, panel.ax.get_proj())[:2])))
    assert 0 < panel._lift < 0.02 * np.ptp(bowl(*np.meshgrid([0, 5], [0, 5])))


@pytest.mark.parametrize("panel", [Contours, Landscape, LossCurve], ids=lambda panel: panel.__name__)
def test_another_surface_brings_its_own_ground(panel):
    one, other = (descend(surface, (-1.2, 1), GradientDescent(0.1), 5) for surface in (bowl, double_well))
    first, second = (panel(), panel()) if panel is LossCurve else (panel(bowl), panel(double_well))
    frame, limits = picture(first.show, first), lambda it: (it.ax.get_xlim(), it.ax.get_ylim())
    before = frame(one)
    frame(other)
    picture(second.show, second)(other)
    assert limits(first) == limits(second) and first.ax.get_title() == second.ax.get_title()
    assert frame(one) == before


# A plain graph


def test_a_plot_marks_its_point_its_note_and_the_line_so_far():
    panel = Plot("x", "y", (0, 2), (-1, 3))
    frame = picture(panel.show, panel)
    moving = frame.drawn(0.5, 2.0, 2.0, ([0, 0.25, 0.5], [1, 0, 2]))
    near(moving.all("markers", fill=RED)[-1].places, at(panel, (0.5, 2)))
    near(line(moving, edge=RED, dashes=None), at(panel, (0, 1), (0.25, 0), (0.5, 2)))
    assert list(moving.texts()) == ["2"]
    far = frame.drawn(0.5, 20.0, "far")  # stays at the edge, and keeps no line
    near(far.all("markers", fill=RED)[-1].places, at(panel, (0.5, 3)))
    assert line(far, edge=RED, dashes=None) is None and list(far.texts()) == ["far"]
    assert (panel.ax.get_xlim(), panel.ax.get_ylim()) == ((0, 2), (-1, 3))


def test_curves_that_stand_still_are_told_apart_by_colour_and_by_line():
    panel = Plot("x", "y", (0, 1), (0, 1), {name: ([0, 1], [0, 1]) for name in "abc"})
    picture(panel.show, panel)(0.5, 0.5)
    looks = [(curve.get_color(), curve.get_linestyle()) for curve in panel.ax.get_legend().get_lines()]
    assert looks == [(BLUE, "-"), (ORANGE, "--"), (GREEN, "-.")]


# Bars and matrices


def test_bars_are_drawn_as_long_as_the_numbers_and_the_second_ones_are_hatched():
    panel = Bars(["a", "b"], (-1, 4), ["mine", "true"])
    moving = picture(panel.show, panel).drawn([0.5, 3], [1, 2])
    for colour, values in ((BLUE, [0.5, 3]), (ORANGE, [1, 2])):
        np.testing.assert_allclose(bar_widths(panel, moving.outlines(fill=colour)), values, atol=0.01)
    assert {"0.5", "3", "1", "2"} == set(moving.texts())
    hatch = [one for one in moving.all("path", edge="white") if one.clip_path is not None or one.clip]
    assert hatch, "orange and blue are not enough"


def test_a_product_marks_the_row_the_column_and_the_entry_at_work():
    panel = MatrixProduct()
    left, right = np.array([[1, 2], [3, 4], [5, 6]]), np.array([[7, 8, 9, 10], [0.5, 1.5, 2.5, 3.5]])
    frame = picture(panel.show, panel)
    product = left @ right
    for k, (i, j) in enumerate(np.ndindex(product.shape), start=1):
        moving = frame.drawn(left, right, "ABC", k)
        words = [text.words for text in moving.all("text")]
        assert words[:-1] == [number(value) for value in product.ravel()[:k]]
        assert words[-1].endswith(f"= {number(product[i, j])}")
        wide, high = panel._cell
        row, column, entry = ((x + j0 * wide, top - i1 * high, x + j1 * wide, top - i0 * high) for (x, top, _shape), i0, i1, j0, j1 in (
            (panel._at[0], i, i + 1, 0, 2), (panel._at[1], 0, 2, j, j + 1), (panel._at[2], i, i + 1, j, j + 1),
        ))  # fmt: skip
        for colour, box in ((BLUE, row), (ORANGE, column), (RED, entry)):
            (mark,) = moving.outlines(edge=colour)
            near([mark.min(axis=0), mark.max(axis=0)], at(panel, box))
    assert len(frame.drawn(left, right, "ABC", 0)) == 0
    assert len(frame.drawn(left, right, "ABC", 13)) == 12


def test_a_heat_map_has_its_colours_and_its_numbers_at_their_places():
    panel, matrix = HeatMap("columns", "rows"), np.array([[1, -1, 0], [-1, 0.4, 1]])
    frame = picture(panel.show, panel)
    moving = frame.drawn(matrix)
    (image,) = moving.all("image")
    texts = moving.all("text")
    for (i, j), text in zip(np.ndindex(2, 3), texts, strict=True):
        place = at(panel, ((j + 0.5) / 3, 1 - (i + 0.5) / 2))[0]
        red, _green, blue, _alpha = colour_at(image, place).astype(int)
        assert np.sign(blue - red) == np.sign(matrix[i, j]) and text.words == number(matrix[i, j])
        assert np.abs(text.place - place).max() < 15
    assert not frame.drawn(np.zeros((9, 9))).all("text")  # nor those of the last one
    assert str(frame.drawn(matrix)) == str(moving)
