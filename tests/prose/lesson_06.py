"""Lesson 06, Send blame through vectors and matrices: the words, and what they must agree with."""

import numpy as np

from gdlab import Tensor, numerical_gradient
from prose import Lesson, told

lesson = Lesson("06")
A, X = np.array([[0.1, 0.5], [-0.3, 0.8]]), np.array([0.2, 0.4])  # of the first pictures
DQ = 2 * A @ X


def f(A, x):
    return np.sum((A @ x) ** 2)


def along_a():
    return numerical_gradient(lambda A: f(A, X), A)


def along_x():
    return numerical_gradient(lambda x: f(A, x), X)


def of_weights():
    """The gradient of L along the weights, measured on a loss whose gradient along Y is dY."""
    return numerical_gradient(lambda W: np.sum(lesson.dY * (lesson.X @ W)), lesson.W).round(6)


def of_inputs():
    return numerical_gradient(lambda X: np.sum(lesson.dY * (X @ lesson.W)), lesson.X).round(6)


def of_bias():
    return numerical_gradient(lambda b: np.sum(lesson.dY * (lesson.X @ lesson.W + b)), np.zeros(4)).round(6)


def changed():
    """What adding 1 to w₂₃ changes in Y."""
    nudged = np.array(lesson.W)
    nudged[1, 2] += 1
    return lesson.X @ nudged - lesson.X @ lesson.W


def fits(*shapes):
    """Whether a product of two matrices of these shapes exists, and has the third shape."""
    (a, b), (c, d), result = np.reshape(shapes, (3, 2))
    return b == c and (a, d) == tuple(result)


def shapes():
    return [*lesson.X.shape, *lesson.W.shape, *lesson.dY.shape]


def entry_is_sum(product, entry, value):
    """Whether the sheet says that this entry of a product comes to this value."""
    return told(lesson.says("multiply", product=product, entry=entry))[-1] == value


def shares():
    """The three shares of the blame of w₂₃, each as the picture's sentence tells it, and their sum."""
    return np.array(told(lesson.says("one_weight", weight=7))[-7:])


def adds_rows(axis):
    return np.allclose(lesson.dY.sum(axis=axis), of_bias())


def backward(X, W, dY, **instead):
    """The right answer of exercise 3, but for what is given."""
    right = {"dX": dY @ W.T, "dW": X.T @ dY, "db": dY.sum(axis=0)} | instead
    return tuple(right.values())


def both_products(X, W, b, V, dY, **instead):
    """The right answer of exercise 4, but for what is given as a function of dH."""
    dH = instead.get("dH", dY @ V.T)
    dW, db = instead.get("dW", X.T @ dH), instead.get("db", dH.sum(axis=0))
    return dW, db, (X @ W + b).T @ dY


def chain(X, matrices, dY):
    """The gradients of a chain, by gdlab's engine."""
    tensors, result = [Tensor(W) for W in matrices], X
    for tensor in tensors:
        result = np.tanh(result @ tensor)
    result.backward(dY)
    return [tensor.grad for tensor in tensors]


def straight_chain(X, matrices, dY):
    """The same without the slope of tanh."""
    values = [X]
    for W in matrices:
        values.append(np.tanh(values[-1] @ W))
    found = []
    for W, value in zip(matrices[::-1], values[-2::-1], strict=True):
        found, dY = [value.T @ dY, *found], dY @ W.T
    return found


def evaluations(hidden):
    """How many times a loss is evaluated to measure the slopes of the first matrix with so many columns."""
    calls = []
    numerical_gradient(lambda W: calls.append(W) or np.sum(W), np.ones((20, hidden)))
    return len(calls)


def products(passes):
    """How many products of matrices these lines of the engine's code hold."""
    forward, backward = str(lesson.loss.code()).split("# backward")
    return {"forward": forward, "backward": backward}[passes].count("@")


ROWS = [
    ("A 2 × 2 matrix, as A is", lambda: along_a().shape),
    ("The sum of the three rows of dY", lambda: np.allclose(of_bias(), lesson.dY.sum(axis=0)) and len(lesson.dY) == 3),
    ("q₁ = 0.1 · 0.2 + 0.5 · 0.4 = 0.22", lambda: [*np.ravel([*zip(A[0], X)]), (A @ X)[0]]),
    ("Type it into the upper orange field",
     lambda: lesson.says("by_hand", typed=("0.22", "")).endswith("Right so far: 1 of 2. Next: q, row 2, column 1.")),
    ("With a wrong one you are told where to look",
     lambda: "Go along row 2 of A and down column 1 of x" in lesson.says("by_hand", typed=("0.22", "0.5"))),
    (r"f = \|q\|^2 = q_1^2 + q_2^2", lambda *powers: all(np.isclose(np.sum((A @ X) ** n), lesson.f.data) for n in powers)),
    ("The bars with the 2 mean just that", lambda power: np.isclose(np.sum(lesson.q.data**power), lesson.f.data)),
    ("From your two numbers comes f = 0.116", lambda: f(A, X)),
    ("= 0.22² + 0.26², so the slopes",
     lambda *q: np.isclose(sum(q), f(A, X)) and "Complete" in lesson.says("by_hand", typed=[str(v**0.5) for v in q])),
    ("(2q₁, 2q₂) = (0.44, 0.52)", lambda: [2, 2, *DQ]),
    ("0.44 · 0.4 = 0.176", lambda: [DQ[0], X[1], along_a()[0, 1]]),
    (r"\begin{pmatrix} 0.44\cdot0.2&0.44\cdot0.4\\ 0.52\cdot0.2&0.52\cdot0.4 \end{pmatrix}",
     lambda: [(dq, x) for dq in DQ for x in X]),
    (r"\begin{pmatrix} 0.088&0.176\\ 0.104&0.208 \end{pmatrix}", along_a),
    ("x₁ is used in q₁, times 0.1, and in q₂, times −0.3", lambda: A[:, 0]),
    ("0.44 · 0.1 + 0.52 · (−0.3) = −0.112", lambda: [DQ[0], A[0, 0], DQ[1], A[1, 0], along_x()[0]]),
    ("0.44 · 0.5 + 0.52 · 0.8 = 0.636", lambda: [DQ[0], A[0, 1], DQ[1], A[1, 1], along_x()[1]]),
    ("All four slopes of A are positive, so each entry", lambda: (along_a() > 0).sum() == along_a().size == 4),
    ("The entry a₁₂ (row 1, column 2)", lambda row, column: np.isclose(along_a()[row - 1, column - 1], 0.176)),
    ("Python counts from 0: a₁₂ is `A[0, 1]`", lambda first, i, j: (i, j) == (first, first + 1)),
    ("The picture writes this as ∂f/∂q xᵀ", lambda: "∂f/∂q xᵀ" in lesson.says("pass_blame", step=lesson.graph.positions - 1)),
    ("With 3 examples of 2 inputs X has the shape (3, 2): 3 rows, 2 columns", lambda: 3 * lesson.X.shape),
    ("W has shape (2, 4), a column for each of 4 outputs, so Y has shape (3, 4)",
     lambda *said: said == (*lesson.W.shape, lesson.W.shape[1], *(lesson.X @ lesson.W).shape)),
    ("Add 1 to w₂₃ (row 2, column 3). Which of the 12 entries of Y change",
     lambda by, row, column, entries: np.argwhere(lesson.nudged - lesson.W == by).tolist() == [[row - 1, column - 1]]
     and changed().size == entries),
    ("Column 3 of dY is 3, −1, 2", lambda column, *said: np.array_equal(said, lesson.dY[:, column - 1])),
    ("3 · 2 + (−1) · (−1) + 2 · 2 = 11",
     lambda *said: np.array_equal(np.reshape(said[:6], (3, 2))[:, ::-1].ravel(), shares()[:6])
     and said[6] == shares()[6] == of_weights()[1, 2]),
    ("Only column 3 of Y changes", lambda column: set(np.nonzero(changed())[1]) == {column - 1}),
    ("The local slopes are 2, −1, 2: column 2 of X",
     lambda *said: np.array_equal(said[:3], lesson.X[:, said[3] - 1]) and np.array_equal(said[:3], changed()[:, 2])),
    ("three shares make one entry of dW", lambda: (shares()[:6:2] * shares()[1:6:2]).sum() == shares()[6]),
    ("Its inputs are (2, 1), its row of dY is (1, 0, 3, −2)",
     lambda *it: (np.vstack([lesson.X, it[:2]]).T @ np.vstack([lesson.dY, it[2:]]))[1, 2] == lesson.fourth_example.right),
    ("Input 2 of the new example, times the third number of its row of dY", lambda place: (2, 1)[place - 1] * 3 + 11 == 14),
    ("In the picture, begin with Y: its sums run over the inputs",
     lambda: lesson.says("multiply").endswith("One term for each input.")),
    ("choose dW, and find 11 again", lambda value: entry_is_sum("dW", 7, value)),
    ("they vanish: (2, 3)(3, 4) → (2, 4)", fits),
    ("X has shape (3, 2), W (2, 4) and dY (3, 4)", shapes),
    ("Which has shape (3, 2)? Which (2, 4)? (2, 3)? (4, 2)?",
     lambda *said: said == tuple(np.ravel([found.shape for found in sorted_products()]))),
    ("X dY would be (3, 2)(3, 4): the 2 and the 3 in the middle do not fit",
     lambda *said: said[:4] == (*lesson.X.shape, *lesson.dY.shape) and said[4:] == said[1:3] and said[1] != said[2]),
    ("One of the five has the shape of X",
     lambda: [found.shape == lesson.X.shape for found in sorted_products()] == [True] + 3 * [False]),
    ("Take x₂₁: example 2, input 1", lambda example, input: of_inputs()[example - 1, input - 1] == 1),
    ("Only row 2 of Y uses x₂₁, each output once, with the weights of row 1. Its blame is 2 · 1 + 1 "
     "· 0 + (−1) · (−1) + (−1) · 2 = 1.",
     lambda *said: np.array_equal(said[:2] + said[2:-1], [2, 1, *np.ravel([*zip(lesson.dY[1], lesson.W[0])])])
     and of_inputs()[1, 0] == said[-1]),
    ("In the picture above it is entry 3 of dX", lambda entry: entry_is_sum("dX", entry, of_inputs()[1, 0])),
    ("dX = dY Wᵀ.", lambda: np.allclose(lesson.dY @ lesson.W.T, of_inputs())),
    ("dW = Xᵀ dY.", lambda: np.allclose(lesson.X.T @ lesson.dY, of_weights())),
    ("Here b has 4 numbers, and numpy adds it to each of the 3 rows", lambda: [*of_bias().shape, len(lesson.X)]),
    ("b has 4 numbers, dY has 3 rows of 4", lambda: [*of_bias().shape, *lesson.dY.shape]),
    ("But b itself has 4 numbers", lambda: of_bias().shape),
    ("with local slope 1. A fork", lambda: (2.5 + 1) - 2.5),
    ("nothing divides by 3. (Where", lambda examples: adds_rows(0) and len(lesson.X) == examples),
    ("Fill in db",
     lambda: lesson.says("bias", typed=[str(v) for v in of_bias()]).startswith("Complete")),
    ("a fork, with local slope 1 on each branch", lambda: (2.5 + 1) - 2.5),
    ("whose input is always 1", lambda one: np.allclose(np.full((1, 3), one) @ lesson.dY, of_bias())),
    ("`dY.sum(axis=0)`", adds_rows),
    ("predictions of shape (3, 1) minus targets of shape (3,), a plain list, make a 3 × 3 table",
     lambda a, b, c, *table: (np.zeros((a, b)) - np.zeros(c)).shape == tuple(table)),
    ("W and V are 2 × 2", lambda *shape: all(_drawn[k].shape == shape for _drawn in lesson._drawn for k in (1, 3))),
    ("of which the first has 1,000 weights", lambda: lesson.first.size),
    ("takes two evaluations for each weight", lambda: evaluations(50) == 2 * lesson.first.size),
    ("for 1,000 weights, near 2,000 is right", lambda weights, all: (lesson.first.size, evaluations(50)) == (weights, all)),
    ("With twice as many weights, measuring takes twice as many evaluations",
     lambda weights, measured: evaluations(50 * weights) == measured * evaluations(50)),
    ("All slopes, for the price of",
     lambda: np.allclose(lesson.both_passes()[0][:2, :3], numerical_gradient(lesson.evaluate, lesson.first)[:2, :3])),
    ("each product of the forward pass has two on the way back", lambda: products("backward") == 2 * products("forward")),
    ("chains of 1, 2, 3, 5 and 10 matrices; your score",
     lambda *lengths: [len(given[1]) for given in tried()] == list(lengths)),
    ("tanh has the slope 1 − tanh²",
     lambda one, power: np.isclose(numerical_gradient(np.tanh, 0.3), one - np.tanh(0.3) ** power)),
    ("From x to q there are four", lambda: A.size == 4),
    ("For A that is Aᵀ∇q", lambda: np.allclose(A.T @ DQ, along_x())),
    ("output 3 depends on input 3 alone", lambda i, j: np.flatnonzero(lesson.jacobians["tanh"][i]).tolist() == [j]),
    ("all: n²", lambda power: np.array_equal(lesson.curves["all: n²"][1], lesson.numbers**power)),
    ("tanh of 64 numbers: its Jacobian has 64 · 64 = 4,096 entries",
     lambda n, *said: told(lesson.says("jacobian", operation="tanh", n=n))[1] == said[-1]),
    ("How many of them are not 0?", lambda zero: np.count_nonzero(lesson.jacobians["tanh"] != zero) == 64),
    ("tanh of 4,096 numbers is nothing special, and its Jacobian would have 16.8 million entries, to hold 4,096 slopes",
     lambda n, entries, slopes: round(n**2 / 1e6, 1) == entries and slopes == n),
    ("upstream · (1 − tanh²)",
     lambda one, power: np.allclose(lesson.z @ lesson.jacobians["tanh"], lesson.z * (one - np.tanh(lesson.z) ** power))),
]  # fmt: skip


def sorted_products():
    """The four products of exercise 2 that exist, in the order of the answer."""
    found = {"B": lesson.X.T @ lesson.dY, "C": lesson.dY @ lesson.W.T, "D": lesson.W @ lesson.dY.T, "E": lesson.dY.T @ lesson.X}
    return [found[letter] for letter in lesson.which_shapes.right[:4]]


def tried():
    """What the chains of exercise 5 are tried with."""
    given = []
    lesson.any_chain.judge(lambda *arguments: given.append(arguments) or chain(*arguments))
    return given


FREE = {"the Jacobian: white is 0": "a colour"}
FORMULAS = [("q₁² + q₂²", lambda q1, q2: f(np.eye(2), (q1, q2)))]
RIGHT = {
    "pass_blame": "A 2 × 2 matrix, as A is", "one_weight": np.dot((2, -1, 2), (3, -1, 2)),
    "bias": "The sum of the three rows of dY", "jacobian": 64,
}  # fmt: skip
HINTS = {
    "fourth_example": [
        ("That is the share of the fourth example alone. The other three still count", 1 * 3),
        ("That is without the fourth example", 11),
        ("w₂₃ stands in row 2 of W: it takes input 2 of each example, and that is 1 here.", 11 + 2 * 3),
        ("w₂₃ works in column 3 of Y: from upstream comes 3, the third number of the row.", 11 + 1 * -2),
        ("That is the mean over the examples. A fork adds, and nothing divides by 4.", (11 + 1 * 3) / 4),
    ],
    "which_shapes": [
        ("D and E have changed places. The outer numbers stay: W dYᵀ has the 2 rows of W.", "C, B, E, D, A"),
        ("B and C have changed places. X has 3 rows, so Xᵀ has 3 columns, and Xᵀ dY has 2 rows.", list("BCDEA")),
    ],
    "batch_backward": [
        ("But db must have the shape of b: one number for each output.", lambda X, W, dY: backward(X, W, dY, db=dY)),
        ("db is the sum over the batch, not the mean.", lambda X, W, dY: backward(X, W, dY, db=dY.mean(axis=0))),
        ("db has one number for each output: add the rows, with axis=0.", lambda X, W, dY: backward(X, W, dY, db=dY.sum())),
        ("For db add the rows up, with axis=0.", lambda X, W, dY: backward(X, W, dY, db=dY.sum(axis=1))),
        ("db is a list of numbers, no matrix with one row: dY.sum(axis=0) makes one.",
         lambda X, W, dY: backward(X, W, dY, db=np.ones((1, len(X))) @ dY)),
        ("dX and dW are both transposed: each must have the shape of its thing.",
         lambda X, W, dY: backward(X, W, dY, dX=(dY @ W.T).T, dW=(X.T @ dY).T)),
        ("dW is transposed: it must have the shape of W.", lambda X, W, dY: backward(X, W, dY, dW=(X.T @ dY).T)),
        ("dW is a sum over the batch: nothing divides by its size.", lambda X, W, dY: backward(X, W, dY, dW=X.T @ dY / len(X))),
        ("dX is transposed: it must have the shape of X.", lambda X, W, dY: backward(X, W, dY, dX=(dY @ W.T).T)),
        ("These are the right matrices in another order: return dX, dW, db.",
         lambda X, W, dY: (X.T @ dY, dY @ W.T, dY.sum(axis=0))),
        ("These are the right arrays in another order: return dX, dW, db.",
         lambda X, W, dY: [backward(X, W, dY)[k] for k in (1, 2, 0)]),
        ("dX is right. dW and db are sums over the batch: nothing divides by its size.",
         lambda X, W, dY: backward(X, W, dY, dW=X.T @ dY / len(X), db=dY.mean(axis=0))),
        ("The bias is missing: return dX, dW, db.", lambda X, W, dY: backward(X, W, dY)[:2]),
    ],
    "two_bugs": [
        ("Both bugs are still there.", lambda *given: lesson.broken(*given)),
        ("db is right now. And dW?", lambda X, W, b, V, dY: both_products(X, W, b, V, dY, dW=(X.T @ dY @ V.T).T)),
        ("dW is right now. And db?", lambda X, W, b, V, dY: both_products(X, W, b, V, dY, db=(dY @ V.T).mean(axis=0))),
        ("dH was right: H is to the second product what X is to the first, so dH = dY Vᵀ.",
         lambda X, W, b, V, dY: both_products(X, W, b, V, dY, dH=dY @ V)),
        ("But db must have the shape of b: add the rows of dH.",
         lambda X, W, b, V, dY: both_products(X, W, b, V, dY, db=dY @ V.T)),
        ("And dW? W is in the first product: its upstream gradient is dH, not dY.",
         lambda X, W, b, V, dY: both_products(X, W, b, V, dY, dW=X.T @ dY)),
        ("And db? b is in the first product: its upstream gradient is dH, not dY.",
         lambda X, W, b, V, dY: both_products(X, W, b, V, dY, db=dY.sum(axis=0))),
        ("The right gradients in another order: return dW, db, dV.",
         lambda *given: [both_products(*given)[k] for k in (0, 2, 1)]),
        ("dV was right already: return it, too.", lambda *given: both_products(*given)[:2]),
        ("return dW, db, dV.", lambda *given: [both_products(*given)[k] for k in (1, 0, 2)]),
        ("dH Xᵀ has a row for each example, W one for each input",
         lambda X, W, b, V, dY: both_products(X, W, b, V, dY, dW=dY @ V.T @ X.T)),
        ("But db has a number for each output: add the rows of dH, with axis=0.",
         lambda X, W, b, V, dY: both_products(X, W, b, V, dY, db=(dY @ V.T).sum())),
    ],
    "any_chain": [
        ("A list is asked for, with one gradient for each matrix.", lambda *given: chain(*given)[0]),
        ("The slope of tanh is missing.", straight_chain),
        ("Right gradients, but the last matrix comes first: turn the list round.", lambda *given: chain(*given)[::-1]),
    ],
}
