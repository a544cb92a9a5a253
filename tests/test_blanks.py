"""Numbers that a learner types into a graph or a matrix product: what is right lights up, what is wrong is told why."""

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from test_graph import fork, layer, named, neuron, product, square, tensors

from gdlab import Blanks, Contours, Graph, MatrixProduct, Slider, Tensor, bowl, live, numerical_gradient

ORANGE_EDGE, GREY_EDGE = "#d55e00", "#9aa3a8"


def graph(tensor):
    panel = Graph(tensor)
    return panel, live(panel, typed=Blanks(panel))(lambda typed: panel.fill(tensor, typed))


def sheet(left, right, names=("A", "B", "C")):
    panel = MatrixProduct(left, right, names)
    return panel, live(panel, typed=Blanks(panel))(lambda typed: panel.fill(left, right, names, typed))


def typed(picture, *texts):
    """Type these in the first fields; returns the sentence."""
    return picture.set(typed=[*texts, *[""] * (len(picture.values["typed"]) - len(texts))])


def lit(panel):
    """The edges over which blame is seen to come, by the names of their ends."""
    names = [panel.names[node.order] for node in panel.nodes]
    return {
        f"{names[end]} <- {names[start]}"
        for (end, start), arrow in zip(panel.edges, panel._back, strict=True)
        if arrow.get_visible()
    }


def looks(panel):
    """Of each field whether it looks right, wrong or open, by colour and line."""
    kinds = {("-", 2.4): True, ("--", 1.6): False, ("-", 1.2): None}
    assert all(field.get_visible() for field in panel.fields)
    return [kinds[field.get_linestyle(), field.get_linewidth()] for field in panel.fields]


# (x + y) z at (−2, 5, −4): q = 3, f = −12; gradients q −4, z 3, x −4, y −4. By hand.


def test_an_empty_graph_shows_its_values_and_asks():
    panel, picture = graph(product())
    assert panel.blanks == ["∂f/∂q", "∂f/∂z", "∂f/∂x", "∂f/∂y"]
    assert typed(picture).endswith("into each orange field. Right so far: 0 of 4. Next: ∂f/∂q.")
    assert [text.get_text() for text in panel._values] == ["−2", "5", "−4", "3", "−12"]
    assert [text.get_text() for text in panel._grads] == ["", "", "", "", "1"]
    assert lit(panel) == set() and looks(panel) == [None] * 4


@pytest.mark.parametrize("four", ["−4", "-4", " -4 ", "-4.0", "-4,0", "-8/2", "-4.03", "-4e0"])
def test_a_right_number_lights_up_its_edge_in_any_way_to_write_it(four):
    panel, picture = graph(product())
    assert typed(picture, four).endswith("Right so far: 1 of 4. Next: ∂f/∂z.")
    assert lit(panel) == {"q <- f"} and looks(panel) == [True, None, None, None]


@pytest.mark.parametrize("half", ["", "-", "−", ".", "-.", "1/", " ", "abc", "z"])
def test_half_a_number_is_not_judged(half):
    panel, picture = graph(product())
    assert typed(picture, half) == typed(picture) and looks(panel) == [None] * 4
    assert "such as −4, 0.5 or 1/3" in typed(picture, half)


def test_right_numbers_light_up_all_edges_and_then_it_is_complete():
    panel, picture = graph(product())
    assert "Next: ∂f/∂x." in typed(picture, "-4", "3")
    assert typed(picture, "-4", "3", "-4", "-4") == "Complete: 4 of 4 are right."
    assert lit(panel) == {"q <- f", "z <- f", "x <- q", "y <- q"} and looks(panel) == [True] * 4


WRONG = [
    (["4"], "∂f/∂q: the size of 4 is right, its sign is not."),
    (["1"], "∂f/∂q: 1 is the upstream, ∂f/∂f, as it came. Multiply it by the local slope, z."),
    (["3"], "∂f/∂q: 3 takes q itself for the local slope, which is z."),
    (["7"], "∂f/∂q: it is not 7, but ∂f/∂f · z."),
    (["-4", "-4"], "∂f/∂z: −4 takes z itself for the local slope, which is q."),
    (["-4", "3", "1"], "∂f/∂x: 1 is the local slope alone. Multiply it by the upstream, ∂f/∂q."),
    (["-4", "3", "-2"], "∂f/∂x: −2 takes x itself for the local slope, which is 1."),
    (["-4", "3", "8"], "∂f/∂x: 8 takes x itself for the local slope, which is 1."),  # −4 × −2
    (["-4", "3", "-4", "4"], "∂f/∂y: the size of 4 is right, its sign is not."),
    (["", "", "1"], "∂f/∂x: first find ∂f/∂q, which is the upstream here."),
    (["", "2", "1"], "∂f/∂z: it is not 2, but ∂f/∂f · q."),  # the one nearest to the result
]


@pytest.mark.parametrize(("texts", "said"), WRONG, ids=lambda it: it[-1] if isinstance(it, list) else "")
def test_a_wrong_number_is_told_why(texts, said):
    panel, picture = graph(product())
    assert typed(picture, *texts) == said
    right = [text == truth for text, truth in zip(texts, ["-4", "3", "-4", "-4"], strict=False)]
    assert looks(panel) == [good if text else None for good, text in zip(right, texts, strict=True)] + [None] * (4 - len(texts))
    assert len(lit(panel)) == sum(right)


# xy + x at (3, −2): p = −6; shares of x: 1 from f, −2 from p, together −1; y gets 3.


FORK = [
    (["1", "1"], "∂f/∂x: x is used 2 times, and 1 is the share of f alone. Add them all."),
    (["1", "-2"], "∂f/∂x: x is used 2 times, and −2 is the share of p alone. Add them all."),
    (["1", "2"], "∂f/∂x: it is not 2, but ∂f/∂f · 1 + ∂f/∂p · y."),
    (["", "-2"], "∂f/∂x: first find ∂f/∂p, which is the upstream here."),
    (["1", "-1", "3"], "Complete: 3 of 3 are right."),
]


@pytest.mark.parametrize(("texts", "said"), FORK)
def test_of_a_fork_each_share_counts(texts, said):
    panel, picture = graph(fork())
    assert typed(picture, *texts) == said
    assert ({"x <- f", "x <- p"} <= lit(panel)) == (texts[1] == "-1")


def test_shares_are_not_multiplied():
    _panel, picture = graph(fork(3.0, -5.0))  # shares 1 and −5: the product is a share; with y x too
    assert "is the share of p alone" in typed(picture, "1", "-5")
    x = Tensor(3, "x")
    _panel, picture = graph(named(f=x * x)["f"])  # 3 + 3
    assert typed(picture, "9") == "∂f/∂x: 9 multiplies the shares: they are added."
    assert typed(picture, "3") == "∂f/∂x: x is used 2 times, and 3 is the share of f alone. Add them all."
    assert typed(picture, "6") == "Complete: 1 of 1 are right."


def slope(tensor, at):
    """The gradient of a tensor along one that was given or computed, by running all that came later with a little more."""

    def run(value):
        values = {}
        for node in tensor.graph():
            inputs = [values[it.order] if isinstance(it, Tensor) else it for it in node.inputs]
            values[node.order] = node.operation.value(*inputs) if node.operation else node.data
            if node.order == at.order:
                values[node.order] = float(value)
        return values[tensor.order]

    return float(numerical_gradient(run, at.data))


@pytest.mark.parametrize("make", [product, neuron, fork, square])
def test_what_is_measured_is_right(make):
    tensor = make()
    panel, picture = graph(tensor)
    measured = [f"{slope(tensor, panel.nodes[i]):.3g}" for i in panel._due]
    assert typed(picture, *measured).startswith("Complete")
    assert len(lit(panel)) == len({(panel.names[panel.nodes[a].order], b) for a, b in panel.edges})


@settings(max_examples=15, deadline=None, phases=[Phase.generate])
@given(tensors(), st.integers(0, 30))
def test_what_is_measured_is_right_in_any_graph_and_twice_as_much_is_wrong(tensor, k):
    try:
        panel, picture = graph(tensor)
    except ValueError as refused:
        assert "too big to draw" in str(refused)
        return
    tensor.backward()
    grads = [panel.nodes[i].grad for i in panel._due]
    if not grads or not np.isfinite(grads).all() or any(0 < abs(grad) < 1e-6 or abs(grad) > 1e12 for grad in grads):
        return
    if all(abs(node.data) < 50 for node in panel.nodes):
        measured = [slope(tensor, panel.nodes[i]) for i in panel._due]
        assert measured == pytest.approx(grads, rel=1e-4, abs=1e-4)
    texts = [f"{grad:.3g}" for grad in grads]
    assert typed(picture, *texts).startswith("Complete")
    k %= len(grads)
    texts[k] = f"{2.03 * grads[k] + 0.02:.4g}"
    assert typed(picture, *texts).startswith(f"{panel.blanks[k]}: ") and looks(panel).count(False) == 1


def test_gradients_that_are_arrays_are_refused():
    with pytest.raises(ValueError, match="only gradients that are plain numbers can be filled in, not arrays"):
        Blanks(Graph(layer()))


def test_what_a_graph_shows_otherwise_has_no_fields():
    panel, picture = graph(product())
    typed(picture, "-4")
    panel.show(panel.tensor)
    assert not any(field.get_visible() for field in panel.fields)


# Matrix products: [[1, 2], [3, 4]] @ [[5, 6], [7, 8]] = [[19, 22], [43, 50]]

ROW1 = "Go along row 1 of A and down column 1 of B: multiply in pairs, then add."
ENTRY = "C, row 1, column 1"
PRODUCT = [
    ([], "Right so far: 0 of 4. Next: C, row 1, column 1."),
    (["-"], "Right so far: 0 of 4. Next: C, row 1, column 1."),
    (["19"], "Right so far: 1 of 4. Next: C, row 1, column 2."),
    (["5"], f"{ENTRY}: 5 is one of the products alone. {ROW1}"),
    (["14"], f"{ENTRY}: 14 is one of the products alone. {ROW1}"),
    (["70"], f"{ENTRY}: 70 multiplies the products: they are added. {ROW1}"),
    (["17"], f"{ENTRY}: 17 is a row times a row. {ROW1}"),  # 1 · 5 + 2 · 6
    (["43"], f"{ENTRY}: 43 belongs in another field. {ROW1}"),
    (["-19"], f"{ENTRY}: the size of −19 is right, its sign is not. {ROW1}"),
    (["12"], f"{ENTRY}: it is not 12. {ROW1}"),
    (["19", "43"], ": 43 belongs in another field. Go along row 1 of A and down column 2 of B: multiply in pairs, then add."),
    (["19", "22", "43", "50"], "Complete: 4 of 4 are right."),
]


@pytest.mark.parametrize(("texts", "said"), PRODUCT)
def test_a_product_is_filled_in_entry_by_entry(texts, said):
    panel, picture = sheet([[1, 2], [3, 4]], [[5, 6], [7, 8]])
    assert typed(picture, *texts).endswith(said)
    assert [mark.get_visible() for mark in panel._marks] == [False in looks(panel)] * 2 + [False]
    assert not panel._sum.get_visible() and not any(text.get_visible() for text in panel._entries)


def test_the_row_and_the_column_of_a_wrong_entry_are_marked():
    panel, picture = sheet([[0.1, 0.5], [-0.3, 0.8]], [[0.2], [0.4]], ("W", "x", "q"))
    said = "q, row 2, column 1: 0.32 is one of the products alone. Go along row 2 of W and down column 1 of x:"
    assert typed(picture, "0,22", "0.32").startswith(said)
    assert looks(panel) == [True, False]
    (rows, columns, _results), half = panel._cells, panel._half
    for mark, cells in zip(panel._marks[:2], (rows[1], columns[:, 0]), strict=True):
        assert np.allclose(mark.get_bbox().get_points(), [cells.min(axis=0) - half, cells.max(axis=0) + half])


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_any_product_is_complete_with_its_entries(data):
    n, m, p = (data.draw(st.integers(1, 3)) for _side in "nmp")
    entries = st.integers(-9, 9)
    left, right = (
        np.reshape(data.draw(st.lists(entries, min_size=k * j, max_size=k * j)), (k, j)) for k, j in ((n, m), (m, p))
    )
    panel, picture = sheet(left, right)
    texts = [str(entry) for entry in np.ravel(left @ right)]
    assert typed(picture, *texts).startswith("Complete") and looks(panel) == [True] * (n * p)
    k = data.draw(st.integers(0, n * p - 1))
    texts[k] = str(int(texts[k]) * 2 + 1)
    said = "Complete" if int(texts[k]) == -1 and (left @ right).flat[k] == -1 else panel.blanks[k]
    assert typed(picture, *texts).startswith(said)


# The control


def test_what_is_no_text_for_each_field_is_refused():
    panel, picture = graph(product())
    for wrong in ("-4", ("-4",), (1, 2, 3, 4), ("",) * 5, ("0" * 21, "", "", ""), None):
        with pytest.raises(ValueError, match="typed must be 4 texts of up to 20 characters, one for each field, not"):
            picture.set(typed=wrong)
    assert picture.values == {"typed": ("",) * 4}
    with pytest.raises(ValueError, match="there are 4 numbers to fill in: a text is needed for each"):
        panel.fill(panel.tensor, ["1"])
    with pytest.raises(ValueError, match="a Graph or a MatrixProduct"):
        Blanks(Contours(bowl))
    with pytest.raises(ValueError, match=r"needs its numbers: MatrixProduct\(left, right, names\)"):
        Blanks(MatrixProduct())
    with pytest.raises(ValueError, match="12 entries at most, not \\(4, 4\\)"):
        Blanks(MatrixProduct(np.ones((4, 1)), np.ones((1, 4)), "ABC"))
    with pytest.raises(ValueError, match="typed is a Blanks of a panel that is not in this picture"):
        live(Graph(product()), typed=Blanks(Graph(product())))(lambda typed: "")


def test_places_go_with_the_still_part_and_follow_the_panel():
    tensor, other = product(), fork()
    panel = Graph(tensor)
    picture = live(panel, typed=Blanks(panel), x=Slider(0, 0, 1, 1))(
        lambda typed, x: panel.fill(other if x else tensor, typed[: 3 if x else 4])
    )
    spec = picture._controls["typed"].spec("typed")
    assert spec["kind"] == "blanks" and spec["blanks"] == panel.blanks and spec["positions"] == []
    picture.set(x=0)
    places = picture._still[1]["blanks"]["typed"]
    renderer = picture._canvas.get_renderer()
    width, height = picture._canvas.get_width_height()
    for place, field in zip(places, panel.fields, strict=True):
        box = field.get_window_extent(renderer)
        assert place == pytest.approx([100 * box.x0 / width, 100 * (1 - box.y1 / height), 100 * box.width / width,
                                       100 * box.height / height], abs=0.01)  # fmt: skip
    name = picture._still[0]
    picture.set(typed=("-4", "", "", ""))
    assert picture._still[0] == name  # typing moves nothing
    picture.set(x=1)
    assert len(picture._still[1]["blanks"]["typed"]) == 3 and picture._still[0] != name


@pytest.mark.parametrize("make", [product, neuron, fork, square])
def test_fields_lie_in_their_boxes_below_the_value(make):
    panel, picture = graph(make())
    typed(picture)
    renderer = picture._canvas.get_renderer()
    for i, field in zip(panel._due, panel.fields, strict=True):
        x, y, wide, high = panel._boxes[i]
        (x0, y0), (x1, y1) = field.get_bbox().get_points()
        assert x - wide / 2 < x0 < x1 < x + wide / 2 and y - high / 2 < y0
        letters = panel._values[i].get_window_extent(renderer)
        assert field.get_window_extent(renderer).y1 <= letters.y0 + 3  # of the room for letters such as g
