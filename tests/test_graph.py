"""The graph of a computation, drawn and scrubbed: nothing overlaps, every position says and shows what is true there."""

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from gdlab import Bars, Graph, Steps, Tensor, live


def named(**tensors):
    for name, tensor in tensors.items():
        tensor.name = name
    return tensors


def product():
    x, y, z = Tensor(-2, "x"), Tensor(5, "y"), Tensor(-4, "z")
    q = x + y
    return named(q=q, f=q * z)["f"]


def neuron():
    w0, x0, w1, x1, w2 = (Tensor(value, name) for value, name in zip((2, -1, -3, -2, -3), ("w₀", "x₀", "w₁", "x₁", "w₂")))
    return named(f=1 / (1 + np.exp(-(w0 * x0 + w1 * x1 + w2))))["f"]


def matrix():
    q = Tensor([[0.1, 0.5], [-0.3, 0.8]], "W") @ Tensor([0.2, 0.4], "x")
    s = q**2
    return named(q=q, s=s, f=s.sum())["f"]


def fork(x=3.0, y=-2.0):
    x, y = Tensor(x, "x"), Tensor(y, "y")
    p = x * y
    return named(p=p, f=p + x)["f"]


def square():
    x = Tensor(3, "x")
    return named(f=x * x)["f"]


def layer():
    y = Tensor(np.ones((3, 2)), "X") @ Tensor(np.ones((2, 4)), "W") + Tensor(np.zeros(4), "b")
    return named(f=y.tanh().mean())["f"]


EXAMPLES = [product, neuron, matrix, fork, square, layer]
every_example = pytest.mark.parametrize("make", EXAMPLES, ids=lambda make: make.__name__)


def picture(tensor):
    graph = Graph(tensor)
    drawn = live(graph, step=Steps(graph.positions))(lambda step: graph.show(tensor, step))
    drawn.set(step=graph.positions)
    return graph, drawn


@st.composite
def tensors(draw):
    """A random graph of up to 30 tensors."""
    made = [Tensor(draw(st.integers(-3, 3)), name) for name in "xyz"]
    for _i in range(draw(st.integers(1, 26))):
        one, other = draw(st.sampled_from(made)), draw(st.sampled_from(made[-4:]))
        made.append(draw(st.sampled_from([lambda: one + other, lambda: one * other, lambda: other.tanh()]))())
    return made[-1]


def check_layout(graph):
    boxes = [(x - w / 2, x + w / 2, y - h / 2, y + h / 2) for x, y, w, h in graph._boxes]
    for a, b in graph.edges:
        assert boxes[a][1] < boxes[b][0], "an edge that does not go from left to right"
    for i, (left, right, low, high) in enumerate(boxes):
        assert left >= 0 and right <= graph.width
        for other in boxes[:i]:
            assert right < other[0] or left > other[1] or high < other[2] + 1e-9 or low > other[3] - 1e-9


@every_example
def test_boxes_stand_apart_and_edges_go_to_the_right(make):
    check_layout(picture(make())[0])


PLAIN = str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789")  # numbers as Python reads them


@settings(max_examples=20, deadline=None, phases=[Phase.generate])  # to shrink would take minutes
@given(tensors())
def test_random_graphs_are_laid_out_and_scrubbed_to_the_gradients_of_backward(tensor):
    try:
        graph, drawn = picture(tensor)
    except ValueError as refused:
        assert "too big to draw" in str(refused)
        return
    check_layout(graph)
    tensor.backward()
    for node, text in zip(graph.nodes, graph._grads, strict=True):
        if node.grad is not None and "…" not in text.get_text() and np.isfinite(node.grad) and abs(node.grad) < 1e3:
            written = text.get_text().replace(" × 10", "e").translate(PLAIN)
            total = sum(float(part) for part in written.replace("- ", "+ -").split(" + ") if part)
            assert total == pytest.approx(node.grad, rel=2e-2, abs=2e-2)


def test_edges_that_enter_a_box_do_not_cross_before_it():
    graph, _drawn = picture(fork())  # x enters the sum from above p
    ends = {graph.nodes[a].name: path.vertices[-1] for (a, b), path in zip(graph.edges, graph._paths, strict=True) if b == 3}
    assert ends["x"][0] == ends["p"][0] and ends["x"][1] > ends["p"][1]


@every_example
def test_numbers_lie_within_their_boxes(make):
    graph, drawn = picture(make())
    renderer = drawn._canvas.get_renderer()
    for (x, y, wide, high), value, grad in zip(graph._boxes, graph._values, graph._grads, strict=True):
        low, top = graph.ax.transData.transform([(x - wide / 2, y - high / 2), (x + wide / 2, y + high / 2)])
        extents = [text.get_window_extent(renderer) for text in (value, grad) if text.get_text()]
        for extent in extents:
            assert extent.x0 >= low[0] - 6 and extent.x1 <= top[0] + 6 and extent.y0 >= low[1] and extent.y1 <= top[1]
        if len(extents) == 2:
            assert not extents[0].overlaps(extents[1])
    formula = graph._formula.get_window_extent(renderer)
    assert formula.x0 >= 0 and formula.x1 <= drawn._canvas.get_width_height()[0]


@every_example
def test_values_are_filled_in_first_and_then_the_gradients(make):
    graph, drawn = picture(make())
    given = sum(not node.operation for node in graph.nodes)
    for step in range(graph.positions + 1):
        drawn.set(step=step)
        values = sum(bool(text.get_text()) for text in graph._values)
        grads = sum(bool(text.get_text()) for text in graph._grads)
        back = step - len(graph.computed) - 1
        assert values == given + min(step, len(graph.computed))
        reached = {end for end, _start in graph.edges[: max(back, 0)]}
        assert grads == (len(reached) + 1 if back >= 0 else 0)


@every_example
def test_the_edge_at_work_is_marked_in_its_direction(make):
    graph, drawn = picture(make())
    for step in range(graph.positions + 1):
        drawn.set(step=step)
        ahead, back = (
            [edge for edge, arrow in zip(graph.edges, arrows, strict=True) if arrow.get_visible()]
            for arrows in (graph._ahead, graph._back)
        )
        place = step - len(graph.computed) - 1
        if place > 0:
            ((end, start),), step = back, graph.steps[place - 1]
            assert graph.nodes[end] is step.input and graph.nodes[start] is step.output and ahead == []
        elif 0 < step <= len(graph.computed):
            assert {end for _start, end in ahead} == {graph.computed[step - 1]} and back == []
        else:
            assert ahead == back == []


@pytest.mark.parametrize("make", [product, neuron, fork], ids=lambda make: make.__name__)
def test_every_position_has_a_sentence_of_its_own(make):
    graph, drawn = picture(make())
    sentences = [drawn.set(step=step) for step in range(graph.positions + 1)]
    assert len(set(sentences)) == len(sentences)


def test_what_is_said_of_x_plus_y_times_z():
    graph, drawn = picture(product())
    assert graph.positions == 7
    assert drawn.set(step=0) == "Given: x = −2, y = 5, z = −4. The rest is computed from left to right."
    assert drawn.set(step=1) == "Forward: q = x + y = 3."
    assert drawn.set(step=2) == "Forward: f = q × z = −12."
    assert "∂f/∂f = 1" in drawn.set(step=3)
    assert drawn.set(step=4) == "Backward, from f to q: upstream 1 × local −4 = −4."
    assert drawn.set(step=5) == "Backward, from f to z: upstream 1 × local 3 = 3. So ∂f/∂z = 3."
    assert drawn.set(step=6) == "Backward, from q to x: upstream −4 × local 1 = −4. So ∂f/∂x = −4."
    assert graph._formula.get_text() == "∂f/∂x = ∂f/∂q · 1 = −4 × 1 = −4"


def test_a_neuron_writes_its_products_out():
    graph, drawn = picture(neuron())
    said = [drawn.set(step=step) for step in range(graph.positions + 1)]
    assert sum("upstream 0.197 × local −1 = −0.197" in sentence for sentence in said) == 1  # w₀
    assert any("So ∂f/∂x₁ = −0.59" in sentence for sentence in said)


def test_a_fork_shows_its_sum_growing():
    graph, drawn = picture(fork())
    x = next(i for i, node in enumerate(graph.nodes) if node.name == "x")
    steps = [k for k, edge in enumerate(graph.edges) if edge[0] == x]
    first, last = (len(graph.computed) + 2 + k for k in steps)
    assert "more is to come" in drawn.set(step=first) and graph._grads[x].get_text() == "1 + …"
    assert graph._formula.get_text().split("      ") == ["∂f/∂f · 1 = 1 × 1 = 1", "∂f/∂x = 1 + …"]
    assert "1 − 2 = −1" in drawn.set(step=last) and graph._grads[x].get_text() == "1 − 2"
    assert "∂f/∂x = 1 − 2 = −1" in graph._formula.get_text()


def test_a_tensor_used_twice_by_one_operation_has_two_edges():
    graph, drawn = picture(square())
    assert len(graph.edges) == 2
    marked = []
    for step in (graph.positions - 1, graph.positions):
        drawn.set(step=step)
        marked += [j for j, arrow in enumerate(graph._back) if arrow.get_visible()]
    assert sorted(marked) == [0, 1] and "3 + 3 = 6" in drawn.set(step=graph.positions)


def test_matrices_are_written_out_if_small_and_by_their_shape_if_not():
    graph, drawn = picture(matrix())
    texts = dict(zip(graph.names.values(), graph._values, strict=True))
    assert texts["W"].get_text() == "0.1  0.5\n−0.3  0.8" and texts["q"].get_text() == "(0.22, 0.26)"
    grads = dict(zip(graph.names.values(), graph._grads, strict=True))
    assert grads["W"].get_text() == "0.088  0.176\n0.104  0.208" and grads["x"].get_text() == "(−0.112, 0.636)"
    graph, drawn = picture(layer())
    texts = dict(zip(graph.names.values(), graph._values, strict=True))
    assert texts["X"].get_text() == "3 × 2" and texts["W"].get_text() == "2 × 4" and texts["f"].get_text() == "0.964"


def test_other_values_keep_the_still_part_and_another_graph_does_not():
    graph, drawn = picture(fork())
    graph.stale = False
    graph.show(fork(1.5, 4.0))
    assert not graph.stale and graph._values[0].get_text() == "1.5"
    graph.show(product())
    assert graph.stale and len(graph._values) == 5


def test_a_frame_depends_on_the_position_alone():
    graph, drawn = picture(neuron())
    frames = [drawn._frame({"step": step}) for step in (3, 15)]
    assert [drawn._frame({"step": step}) for step in (3, 15)] == frames and frames[0] != frames[1]


def test_what_is_no_graph_to_draw_is_refused():
    with pytest.raises(ValueError, match="needs a tensor, the result of a computation, not 3.0"):
        Graph(3.0)
    graph, drawn = picture(product())
    before = drawn.set(step=4)
    with pytest.raises(ValueError, match="needs a tensor"):
        graph.show("f")
    for position in (-1, 8):
        with pytest.raises(ValueError, match="from 0 to 7"):
            graph.show(product(), position)
    many, deep = [Tensor(1.0) * 2], Tensor(1.0)
    for _i in range(15):
        many, deep = [*many, many[-1] + many[0]], deep * 2
    wide = sum(Tensor(1.0) * Tensor(2.0) for _i in range(5))
    for big in (sum(many), deep, wide):
        with pytest.raises(ValueError, match="too big to draw: take a part of it"):
            graph.show(big)
    assert drawn.set(step=4) == before and not graph.stale


def test_a_tensor_alone_is_a_graph():
    alone, drawn = picture(Tensor(2.0, "x"))
    assert alone.positions == 1 and drawn.set(step=0).startswith("Given: x = 2")


# Bars


def test_bars_are_as_long_as_their_numbers_and_end_at_the_edge():
    bars = Bars(["a", "b", "c"], (-1, 2), ["mine", "true"])
    drawn = live(bars, k=Steps(3))(lambda k: bars.show([0.5, -3, k], [1, 0, 9]) or f"{k}")
    drawn.set(k=1)
    assert [bar.get_width() for bar in bars._bars[0]] == [0.5, -1, 1]
    assert [bar.get_width() for bar in bars._bars[1]] == [1, 0, 2]
    assert [note.get_text() for note in bars._notes[0]] == ["0.5", "−3", "1"]
    renderer = drawn._canvas.get_renderer()
    box = bars.ax.get_window_extent(renderer)
    for note in (*bars._notes[0], *bars._notes[1]):
        extent = note.get_window_extent(renderer)
        assert extent.x0 >= box.x0 - 2 and extent.x1 <= box.x1 + 2
