"""The pictures of networks: their numbers are the engine's, their frames depend on the arguments alone, and
nothing that is written overlaps.

The worked example is lesson 07's: sigmoid units, two inputs, two hidden units, one output.
"""

import itertools

import numpy as np
import pytest
from framing import overlapping, picture
from matplotlib.colors import to_rgb

from gdlab import (
    MLP,
    Activation,
    Adam,
    Bars,
    Confusion,
    Contours,
    Decision,
    GradientDescent,
    Images,
    Landscape,
    LossCurve,
    MatrixProduct,
    Network,
    OneWeight,
    Surface,
    check_gradient,
    circles,
    descend,
    moons,
    spirals,
    train,
)
from gdlab.panels import BLUE, ORANGE, RED

NAN, INF = float("nan"), float("inf")
X, Y = (1, 0.5), 1
SIZES = [1, 1], [2, 1], [1, 1, 1], [1, 2, 1], [2, 1, 1], [2, 2, 1]
SENTENCES = [
    "Given: x₁ = 1, x₂ = 0.5, the weights and the biases. The rest is computed from left to right.",
    "Forward, layer 1: the weighted sums are z₁ = (0.1, 0.55), "
    "and sigmoid makes a₁ = (0.525, 0.634) of them.",
    "Forward, layer 2: the weighted sums are z₂ = 0.175, and sigmoid makes a₂ = 0.544 of them.",
    "The target is y = 1, the output a = 0.544: the error is E = 0.104.",
    "Backward, layer 2: δ₂ = −(y − a₂) f′(z₂): −(1 − 0.544) × 0.248 = −0.113.",
    "Backward, the weights of layer 2: ∂E/∂w = δ₂ · input: −0.113 × 0.525 = −0.0594; "
    "−0.113 × 0.634 = −0.0718. And ∂E/∂b = δ.",
    "Backward, layer 1: δ₁ = f′(z₁) · Σ w δ₂: 0.249 × (0.6 × (−0.113)) = −0.0169; "
    "0.232 × (−0.3 × (−0.113)) = 0.00788.",
    "Backward, the weights of layer 1: ∂E/∂w = δ₁ · input: −0.0169 × 1 = −0.0169; "
    "−0.0169 × 0.5 = −0.00847; 0.00788 × 1 = 0.00788; 0.00788 × 0.5 = 0.00394. And ∂E/∂b = δ.",
    "All gradients are known, and no weight has moved yet. Now the update is due, of all layers at once.",
]


# Instruments


def by_hand(*values, activation="sigmoid", output="sigmoid"):
    """Lesson 07's network, or other values. Its rows of W₁, one a hidden unit, are columns here."""
    model = MLP([2, 2, 1], activation, output)
    given = np.transpose([[0.2, -0.4], [0.7, 0.1]]), [0.1, -0.2], [[0.6], [-0.3]], [0.05]
    for tensor, data in zip(model.parameters, values or given, strict=True):
        tensor.data = np.array(data, dtype=float)
    return model


def spoilt(value, sizes=(2, 2, 1), **options):
    model = MLP(sizes, **options)
    model.parameters[0].data[0, 0] = value
    return model


# A network


def test_a_network_says_each_step_of_the_worked_example():
    panel, model = Network([2, 2, 1]), by_hand()
    frame = picture(panel.show, panel)
    assert panel.positions == len(SENTENCES) - 1
    frame(model, X, Y)
    assert [panel.show(model, X, Y, k) for k in range(9)] == SENTENCES
    assert panel.show(model, X, Y) == SENTENCES[-1]


def test_the_numbers_of_the_worked_example_stand_where_they_belong():
    panel = Network([2, 2, 1])
    picture(panel.show, panel)(by_hand(), X, Y)
    groups = panel._inside, panel._above, panel._below, panel._weights, panel._grads
    assert [[text.get_text() for text in texts] for texts in groups] == [
        ["1", "0.5", "z 0.1\na 0.525", "z 0.55\na 0.634", "z 0.175\na 0.544"],
        ["", "", "b 0.1", "b −0.2", "b 0.05"],
        ["", "", "δ −0.0169", "δ 0.00788", "δ −0.113"],
        ["0.2", "0.7", "−0.4", "0.1", "0.6", "−0.3"],
        ["−0.0169", "0.00788", "−0.0085", "0.00394", "−0.0594", "−0.0718"],
    ]
    assert [text.get_text() for text in (panel._target, panel._error)] == ["y 1", "E = 0.104"]


@pytest.mark.parametrize("sizes", [[2, 1], [1, 2, 1], [2, 2, 1]], ids=str)
def test_connections_are_as_thick_as_weights_and_then_as_gradients(sizes):
    model, panel = MLP(sizes, seed=2), Network(sizes)
    x, y = np.linspace(-1, 1, sizes[0]), 0.5
    frame = picture(panel.show, panel)
    depth = len(sizes) - 1
    weights = np.concatenate([tensor.data.ravel() for tensor in model.parameters[::2]])
    frame(model, x, y, depth + 1)
    assert np.allclose(panel._wires.get_linewidths(), 0.8 + 2.2 * np.abs(weights))
    colours = [to_rgb(BLUE if weight > 0 else ORANGE) for weight in weights]
    assert np.allclose(panel._wires.get_colors()[:, :3], colours)
    assert [dashes is None for _offset, dashes in panel._wires.get_linestyle()] == list(weights > 0)
    frame(model, x, y)
    error = 0.5 * ((model(x[None]) - y) ** 2).sum()
    error.backward()
    gradients = np.concatenate([tensor.grad.ravel() for tensor in model.parameters[::2]])
    sizes = np.abs(gradients)
    assert np.allclose(panel._wires.get_linewidths(), 0.8 + 5.2 * sizes / sizes.max())
    assert np.allclose(panel._wires.get_colors()[:, :3], to_rgb(RED))


def test_gradients_appear_layer_by_layer_from_the_last_one_and_blame_passes_through_the_weights():
    panel, model = Network([2, 2, 1]), by_hand()
    frame = picture(panel.show, panel)
    red = []
    for position in range(panel.positions + 1):
        frame(model, X, Y, position)
        red.append([np.allclose(colour[:3], to_rgb(RED)) for colour in panel._wires.get_colors()])
    assert [sum(connections[:4]) for connections in red] == [0, 0, 0, 0, 0, 0, 0, 4, 4]
    assert [sum(connections[4:]) for connections in red] == [0, 0, 0, 0, 0, 2, 0, 2, 2]


def test_a_hidden_delta_is_the_slope_times_the_blame_of_what_comes_after():
    # The engine's numbers against the formula that the sentence gives.
    from gdlab.panels.network import _passes

    model = MLP([3, 4, 2], "tanh", "sigmoid", seed=5)
    layers, error = _passes(model, np.array([0.5, -1, 2]), np.array([1, 0]))
    _inputs, first, last = layers
    assert error == pytest.approx(0.5 * np.sum((np.array([1, 0]) - last.a) ** 2))
    assert np.allclose(last.delta, -(np.array([1, 0]) - last.a) * last.a * (1 - last.a))
    assert np.allclose(first.delta, (1 - first.a**2) * (last.weights @ last.delta))
    assert np.allclose(first.gradient, np.outer([0.5, -1, 2], first.delta))
    assert np.allclose(first.slope, 1 - first.a**2)


def test_a_picture_leaves_the_network_as_it_was():
    model, panel = by_hand(), Network([2, 2, 1])
    model(np.array([[1.0, 2.0]])).sum().backward()
    before = [(tensor.data.copy(), tensor.grad.copy()) for tensor in model.parameters]
    picture(panel.show, panel)(model, X, Y)
    for tensor, (data, grad) in zip(model.parameters, before, strict=True):
        assert np.array_equal(tensor.data, data) and np.array_equal(tensor.grad, grad)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_no_numbers_of_a_network_overlap(sizes):
    panel = Network(sizes)
    # At the end all of them are there.
    picture(panel.show, panel)(MLP(sizes, seed=1), np.linspace(-1, 1, sizes[0]), 1)
    width, height = panel.ax.figure.canvas.get_width_height()
    for text in panel.ax.texts:
        box = text.get_window_extent()
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height
    assert overlapping(panel.ax.texts) == []


def test_a_dead_unit_passes_no_blame():
    model = by_hand([[-1, 0.7], [-1, 0.1]], [0, 0], [[0.6], [-0.3]], [0.05], activation="relu")
    panel = Network([2, 2, 1])
    frame = picture(panel.show, panel)
    frame(model, X, Y)
    assert [text.get_text() for text in panel._grads][:4:2] == ["0", "0"]
    assert ": 0 × (0.6 × " in panel.show(model, X, Y, 6)


def test_a_network_with_extreme_numbers_is_drawn_without_a_warning():
    panel, curve = Network([2, 2, 1]), Activation("relu")
    frame = picture(lambda model, x, *more: (curve.show(x[0]), panel.show(model, x, *more))[1], panel, curve)
    for value, activation in itertools.product([NAN, INF, -INF, 1e200, -1e-200], ["sigmoid", "relu"]):
        model = spoilt(value, activation=activation)
        frame(model, X, 0)
        assert len({panel.show(model, X, 0, position) for position in range(9)}) == 9
    frame(by_hand(), (value, 1), 0)


# An activation


def test_an_activation_does_not_show_what_it_does_below_0_before_the_point_has_been_there():
    panel = Activation("relu")
    frame = picture(panel.show, panel)
    for z, left in ((1, 0), (6, 0), (-2.5, -2.5), (-6, -6), (-9, -6)):
        frame(z)
        x, a = panel._curve.get_data()
        assert (x[0], x[-1]) == pytest.approx((left, 6)) and np.array_equal(a, np.maximum(x, 0))


def test_an_activation_far_out_stays_on_its_curve_and_tells_the_true_number():
    panel = Activation("relu")
    picture(panel.show, panel)(9)
    assert panel._here.get_xydata()[0] == pytest.approx((6, 6))
    assert panel._note.get_text() == "z = 9\na = 9\nslope 1"


# A decision


def test_the_boundary_of_one_neuron_is_the_line_where_its_sum_is_zero():
    points, labels = moons()
    model = MLP([2, 1], output="sigmoid")
    model.parameters[0].data, model.parameters[1].data = np.array([[2.0], [-3.0]]), np.array([0.5])
    panel = Decision(points, labels)
    picture(panel.show, panel)(model)
    line = panel._line.get_xydata()
    line = line[np.isfinite(line).all(axis=1)]
    assert len(line) > 50 and np.abs(line @ [2, -3] + 0.5).max() < 1e-4
    assert np.ptp(line[:, 0]) > 2


def test_with_two_outputs_the_larger_one_decides():
    points, labels = circles()
    model = MLP([2, 6, 2], seed=3)
    panel = Decision(points, labels)
    picture(panel.show, panel)(model)
    scores = model(panel._grid.astype(float)).data
    shown = panel._maps[0].get_array().data.ravel()
    assert np.allclose(shown, scores[:, 1] - scores[:, 0], atol=1e-4)


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "identity"])
def test_small_maps_show_the_outputs_of_the_last_hidden_units(activation):
    points, labels = circles()
    model = MLP([2, 5, 3, 1], activation, seed=3)
    panel = Decision(points, labels, units=4)
    picture(panel.show, panel)(model)
    outputs = model.layers(panel._grid.astype(float))[-2][1].data - (activation == "sigmoid") / 2
    for image, unit in zip(panel._maps[1:4], outputs.T, strict=True):
        expected = unit.reshape(100, 100)[1::3, 1::3]
        assert np.allclose(image.get_array(), expected / (np.abs(unit).max() or 1), atol=0.02)
    assert not panel._maps[4].get_array().any()  # the layer has three


def test_points_are_told_apart_by_shape_and_colour_and_can_be_exchanged():
    points, labels = moons()
    panel = Decision(points, labels)
    frame = picture(panel.show, panel)
    model = MLP([2, 1])
    before = frame(model)
    zero, one = panel._kinds
    assert zero.get_marker() != one.get_marker() and zero.get_color() != one.get_color()
    others = circles(50)
    assert frame(model, *others) != before
    assert np.array_equal(one.get_xydata(), others[0][others[1] == 1])
    assert frame(model) == before


def test_a_decision_of_a_spoilt_network_is_drawn_without_a_warning():
    panel = Decision(*moons(), units=3)
    frame = picture(panel.show, panel)
    for sizes, value in itertools.product([(2, 1), (2, 3, 2), (2, 3, 3)], [NAN, INF, -INF, 1e30, 1e300]):
        frame(spoilt(value, sizes))


def test_a_network_of_zeros_decides_nothing():
    panel = Decision(*moons())
    frame = picture(panel.show, panel)
    for sizes in ((2, 1), (2, 3, 2)):
        (ground,) = frame.drawn(MLP(sizes, init="zeros")).all("image")
        assert (ground.pixels == 255).all() and not panel._line.get_xydata().size


# A training


@pytest.fixture(scope="module")
def runs():
    """A history that comes down, one of mini-batches, and one that diverges."""
    x, y = spirals(60)
    return [
        train(MLP([2, 8, 2], seed=1), x, y, Adam(0.05), 40),
        train(MLP([2, 8, 2], seed=1), x, y, Adam(0.05), 10, batch=20),
        train(MLP([2, 8, 1], "identity"), 9 * x, y, GradientDescent(9.0), 200, "mse"),
    ]


def test_the_loss_curve_is_the_historys_and_its_axes_stay(runs):
    panel = LossCurve(200)
    frame = picture(panel.show, panel)
    limits = []
    for history in runs:
        frame(history)
        limits.append((panel.ax.get_xlim(), panel.ax.get_ylim()))
    assert limits[0] == limits[1] == limits[2]
    frame(runs[0], 7)
    assert np.array_equal(panel._line.get_ydata(), [*runs[0].losses, runs[0].kept_losses[-1]])
    assert panel._here.get_xydata()[0] == pytest.approx((7, runs[0].losses[7]))
    frame(runs[0])
    assert panel._here.get_xydata()[0] == pytest.approx((40, runs[0].kept_losses[-1]))
    assert not panel._beyond.get_visible()


def test_a_diverged_training_leaves_the_axes_with_an_arrow(runs):
    panel, history = LossCurve(200), runs[2]
    assert history.diverged_at > 0
    picture(panel.show, panel)(history, 150)
    assert panel._beyond.get_visible() and panel._beyond.get_text() == "▲"
    first = np.argmax(~(history.losses <= 10))
    assert panel._beyond.get_position() == (first, 10)


# What is taken for what


def test_a_confusion_matrix_counts_and_names_the_most_frequent_mistake():
    panel = Confusion(["puppy", "kitten", "bead"])
    show = picture(panel.show, panel)
    show([0, 0, 0, 1, 1, 2], [0, 1, 1, 1, 0, 2])
    counts = [text.get_text() for text in panel._texts]
    assert counts == ["1", "2", "", "1", "1", "", "", "", "1"]
    assert (panel._image.get_array().diagonal() > 0).all() and panel._image.get_array()[0, 1] < 0
    assert panel.show([0, 0, 0, 1, 1, 2], [0, 1, 1, 1, 0, 2]) == (
        "3 of 6 are right. The most frequent mistake: puppy is taken for kitten, in 2 of 3 cases."
    )
    assert panel.show([0, 1], [0, 1]) == "2 of 2 are right."


# Images


def test_images_lie_row_by_row():
    images = np.random.default_rng(0).uniform(size=(5, 8, 8))
    panel = Images(2, 3)
    frame = picture(panel.show, panel)
    frame(images.reshape(5, 64), list("abcde"))
    assert np.array_equal(panel._image.get_array()[:8, 10:18], images[1])
    assert np.array_equal(panel._image.get_array()[11:19, :8], images[3])
    assert [caption.get_text() for caption in panel._captions] == ["a", "b", "c", "d", "e", ""]
    assert [patch.get_visible() for patch in panel._frames] == [True] * 5 + [False]
    frame(images[:0])


def test_weights_are_shown_with_their_signs_each_image_by_its_largest():
    weights = np.zeros((3, 8, 8))
    weights[0, :2, :2], weights[2, :2, :2] = [[0.5, -2], [0, 1]], [[NAN, INF], [0, -INF]]
    panel = Images(1, 3, signed=True)
    picture(panel.show, panel)(weights)
    shown = panel._image.get_array()
    assert np.array_equal(shown[:8, :8], weights[0] / 2)
    assert not shown[:, 8:20].any()
    assert np.array_equal(shown[:2, 20:22], [[0, 1], [0, -1]])


# All of them


def all_pictures(runs):
    """For each panel how to show it, and arguments for two frames that must differ."""
    points, labels = spirals(60)
    one, other = MLP([2, 8, 1], seed=0), MLP([2, 8, 1], seed=1)
    images = np.eye(64)[:6]
    return [
        (Network([2, 2, 1]), [(by_hand(), X, Y, 1), (by_hand(), X, Y, 7)]),
        (Network([2, 1]), [(MLP([2, 1]), X, Y, 3), (MLP([2, 1], seed=1), X, Y, 4)]),
        (Activation("tanh"), [(0.5,), (-1,)]),
        (Decision(points, labels), [(one,), (other,)]),
        (Decision(points, labels, units=6), [(one,), (other,)]),
        (LossCurve(40), [(runs[0], 3), (runs[1], 5)]),
        (Bars("ab", (1e-6, 10), log=True), [([1e-3, 1],), ([0.1, 1e-5],)]),
        (Confusion(range(10), title="Confusion"), [([1, 2], [1, 2]), ([1, 2], [1, 3])]),
        (Images(2, 3, title="Images"), [(images,), (1 - images[:4], list("abcd"))]),
    ]


def test_frames_depend_on_the_arguments_alone_and_nothing_is_cut_off(runs):
    for (panel, (one, other)), (fresh, _same) in zip(all_pictures(runs), all_pictures(runs), strict=True):
        frame = picture(panel.show, panel)
        first, second = frame(*one), frame(*other)
        assert first != second, panel
        assert frame(*one) == first, panel
        assert picture(fresh.show, fresh)(*other) == second, panel
        width, height = panel.ax.figure.canvas.get_width_height()
        box = panel.ax.get_tightbbox()
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height, panel


def test_the_loss_over_two_weights_is_a_surface_like_any_other():
    # As lesson 08 does it: one neuron, its bias kept, for all weights of the grid at once.
    points, labels = moons(60)

    def output(u, v):
        return 1 / (1 + np.exp(-(np.multiply.outer(u, points[:, 0]) + np.multiply.outer(v, points[:, 1]))))

    def loss(u, v):
        return np.mean((output(u, v) - labels) ** 2, axis=-1)

    def slopes(u, v):
        a = output(u, v)
        blame = 2 * (a - labels) * a * (1 - a)
        return np.mean(blame * points[:, 0], axis=-1), np.mean(blame * points[:, 1], axis=-1)

    surface = Surface("neuron", "E(w_1, w_2)", loss, slopes, window=((-6, 6), (-6, 6)))
    assert check_gradient(lambda w: surface(*w), lambda w: surface.grad(*w), (0.5, -2))
    path = descend(surface, (-4, 4), GradientDescent(5.0), 30)
    panels = Contours(surface), Landscape(surface), LossCurve()
    picture(lambda it: [panel.show(it) for panel in panels] and "Down.", *panels)(path)
    assert path.losses[-1] < path.losses[0]


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: Network([3]), "2 or 3 layers"),
        (lambda: Network([2, 3, 1]), "1 or 2 units"),
        (lambda: Network([2, 2]), "1 output"),
        (lambda: Network("two"), "such as"),
        (lambda: Network([2, 2, 1]).show(by_hand(), X, Y, 9), "from 0 to 8"),
        (lambda: Network([2, 2, 1]).show(by_hand(), X, Y, 1.5), "from 0 to 8"),
        (lambda: Network([2, 1]).show(by_hand(), X, Y), "sizes"),
        (lambda: Network([2, 2, 1]).show("model", X, Y), "MLP"),
        (lambda: Network([2, 2, 1]).show(by_hand(), (1, 2, 3), Y), "as many numbers as there are inputs, 2"),
        (lambda: Activation("softmax"), "one of sigmoid, tanh, relu, not 'softmax'"),
        (lambda: Decision([(0, 0)], [2]), "zeros and ones"),
        (lambda: Decision([(0, NAN)], [1]), "finite"),
        (lambda: Decision("points", [1]), "points must be a number or an array of numbers"),
        (lambda: Decision(*moons(), units=17), "0 to 16"),
        (lambda: Decision(*moons()).show(MLP([3, 1])), "two inputs"),
        (lambda: Decision(*moons()).show("model"), "two inputs"),
        (lambda: Decision(*moons()).show(MLP([2, 1]), [(0, 0)], [1, 0]), "zeros and ones"),
        (lambda: LossCurve(10).show([1, 2]), "history"),
        (lambda: Confusion("ab").show([0, 1], [0]), "equally many"),
        (lambda: Confusion("ab").show([0, 1], [0, 2]), "from 0 to 1"),
        (lambda: Confusion("ab").show([0.0], [1.0]), "whole numbers"),
        (lambda: Images(1, 2).show(np.zeros((3, 64))), "up to 2 images"),
        (lambda: Images(1, 2).show(np.zeros((2, 63))), r"\(8, 8\)"),
        (lambda: Images(1, 2).show(np.zeros((2, 64)), ["a"]), "captions"),
        (lambda: MatrixProduct().show(np.ones((2, 3)), np.ones((2, 3)), ("A", "B", "C"), 1), "a column for each row"),
        (lambda: OneWeight().show(np.ones((2, 2)), np.ones((2, 2)), ("A", "B", "C"), np.ones((2, 2)), 1), "3 examples"),
    ],
)
def test_what_is_wrong_is_said(call, words):
    with pytest.raises(ValueError, match=words):
        call()
