"""Lesson 06, Send blame through vectors and matrices: the words, and what they must agree with."""

import numpy as np

from gdlab import numerical_gradient
from prose import Lesson, told

lesson = Lesson("06")
W, X = np.array([[0.1, 0.5], [-0.3, 0.8]]), np.array([0.2, 0.4])  # of the first picture
DQ = 2 * W @ X


def f(W, x):
    return np.sum((W @ x) ** 2)


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


def axis_0(axis):
    return np.allclose(lesson.dY.sum(axis=axis), lesson.bias_tensor.grad)


def backward(X, W, dY, **instead):
    """The right answer of exercise 2, but for what is given."""
    right = {"dX": dY @ W.T, "dW": X.T @ dY, "db": dY.sum(axis=0)} | instead
    return tuple(right.values())


ROWS = [
    ("Xᵀ dY", lambda: np.allclose(of_weights(), lesson.X.T @ lesson.dY)),
    ("The sum of the three rows of dY", lambda: np.allclose(of_bias(), lesson.dY.sum(axis=0)) and len(lesson.dY) == 3),
    (r"f = \|Wx\|^2", lambda power: np.isclose(np.sum((W @ X) ** power), lesson.f.data)),
    (r"W = \begin{pmatrix} 0.1&0.5\\ -0.3&0.8 \end{pmatrix} \qquad x = (0.2,\ 0.4)",
     lambda: [lesson.weights.data, lesson.given.data]),
    ("The bars with the 2 mean: square the entries", lambda power: np.isclose(np.sum(lesson.q.data**power), lesson.f.data)),
    ("q₁ = 0.1 · 0.2 + 0.5 · 0.4 = 0.22", lambda: [*np.ravel([*zip(W[0], X)]), (W @ X)[0]]),
    ("q₂ = −0.3 · 0.2 + 0.8 · 0.4 = 0.26", lambda: [*np.ravel([*zip(W[1], X)]), (W @ X)[1]]),
    ("f = 0.22² + 0.26² = 0.116", lambda: [*(W @ X) ** 2, f(W, X)]),
    ("A 2 × 2 matrix, as W is", lambda: numerical_gradient(lambda W: f(W, X), W).shape),
    ("(2q₁, 2q₂) = (0.44, 0.52)", lambda: [2, 2, *DQ]),
    ("0.44 · 0.4 = 0.176", lambda: [DQ[0], X[1], numerical_gradient(lambda W: f(W, X), W)[0, 1]]),
    (r"\begin{pmatrix} 0.44\cdot0.2&0.44\cdot0.4\\ 0.52\cdot0.2&0.52\cdot0.4 \end{pmatrix}",
     lambda: [(dq, x) for dq in DQ for x in X]),
    (r"\begin{pmatrix} 0.088&0.176\\ 0.104&0.208 \end{pmatrix}", lambda: numerical_gradient(lambda W: f(W, X), W)),
    ("x₁ is used in q₁, times 0.1, and in q₂, times −0.3", lambda: W[:, 0]),
    ("0.44 · 0.1 + 0.52 · (−0.3) = −0.112",
     lambda: [DQ[0], W[0, 0], DQ[1], W[1, 0], numerical_gradient(lambda x: f(W, x), X)[0]]),
    ("0.44 · 0.5 + 0.52 · 0.8 = 0.636", lambda: [DQ[0], W[0, 1], DQ[1], W[1, 1], numerical_gradient(lambda x: f(W, x), X)[1]]),
    ("Python counts from 0: w₁₂ is `W[0, 1]`", lambda first, i, j: (i, j) == (first, first + 1)),
    ("above 0 it stays, else it becomes 0",
     lambda edge, other: np.maximum(edge + 0.3, 0) == edge + 0.3 and np.maximum(edge - 0.3, 0) == other),
    ("how many of its n² entries are not 0?",
     lambda power, zero: told(lesson.says("jacobian", n=5))[1] == 5**power and zero == 0),
    ("all: n²", lambda power: np.array_equal(lesson.curves["all: n²"][1], lesson.numbers**power)),
    ("Output 3 of ReLU depends on input 3 alone", lambda i, j: np.flatnonzero(lesson.relu[i]).tolist() in ([j], [])),
    ("at most n entries, the diagonal, are not 0",
     lambda zero: np.sum(lesson.relu != zero) <= 64 and np.array_equal(lesson.relu, np.diag(np.diag(lesson.relu)))),
    ("ReLU on 4,096 numbers is nothing special. Its Jacobian has 16.8 million entries, to hold 4,096 slopes",
     lambda n, entries, slopes: round(n**2 / 1e6, 1) == entries and slopes == n),
    ("ReLU passes blame on where the input was above 0",
     lambda edge: np.array_equal(lesson.upstream * (lesson.z > edge), lesson.shortcut)),
    ("With 3 examples of 2 inputs X has the shape (3, 2): 3 rows, 2 columns", lambda: 3 * lesson.X.shape),
    ("A layer makes 4 outputs of 2 inputs", lambda: lesson.W.shape[::-1]),
    ("X has shape (3, 2), W (2, 4) and dY (3, 4)", shapes),
    ("a row of X has 2 entries, a column of dY has 3", lambda: [lesson.X[0].size, lesson.dY[:, 0].size]),
    ("Shapes (4, 3) and (3, 2): the product exists, but has shape (4, 2). dW must have the shape of W, (2, 4)",
     lambda: [lesson.dY.T.shape, lesson.X.shape, (lesson.dY.T @ lesson.X).shape, lesson.W.shape]),
    ("Shapes (2, 3) and (3, 4): the 3 in the middle fit and vanish, and (2, 4) is left",
     lambda: [lesson.X.T.shape, lesson.dY.shape, lesson.X.shape[0], of_weights().shape]),
    ("they vanish: (2, 3)(3, 4) → (2, 4)", fits),
    ("Add 1 to one weight, w₂₃ (row 2, column 3). Which of the 12 entries of Y change",
     lambda by, row, column, entries: np.argwhere(lesson.nudged - lesson.W == by).tolist() == [[row - 1, column - 1]]
     and changed().size == entries),
    ("Only column 3 changes", lambda column: set(np.nonzero(changed())[1]) == {column - 1}),
    ("The local slopes are 2, −1, 2: column 2 of X",
     lambda *said: np.array_equal(said[:3], lesson.X[:, said[3] - 1]) and np.array_equal(said[:3], changed()[:, 2])),
    ("With column 3 of dY: 3 · 2 + (−1) · (−1) + 2 · 2 = 11",
     lambda column: [*zip(lesson.dY[:, column - 1], lesson.X[:, 1]), of_weights()[1, 2]]),
    ("Take x₂₁: example 2, input 1", lambda example, input: of_inputs()[example - 1, input - 1] == 1),
    ("Only row 2 of Y uses x₂₁, each output once, with the weights of row 1. Its blame is 2 · 1 + 1 "
     "· 0 + (−1) · (−1) + (−1) · 2 = 1.",
     lambda *said: np.array_equal(said[:2] + said[2:-1], [2, 1, *np.ravel([*zip(lesson.dY[1], lesson.W[0])])])
     and of_inputs()[1, 0] == said[-1]),
    ("Find both sums in the picture: entry 7 of dW, entry 3 of dX",
     lambda one, other: entry_is_sum("dW", one, 11) and entry_is_sum("dX", other, 1)),
    ("Here b has 4 numbers, and numpy adds it to each of the 3 rows", lambda: [lesson.b.size, len(lesson.X)]),
    ("b has 4 numbers, dY has 3 rows of 4", lambda: [lesson.b.size, *lesson.dY.shape]),
    ("But b itself has 4 numbers", lambda: lesson.b.size),
    ("with local derivative 1", lambda: (2.5 + 1) - 2.5),
    ("nothing divides by 3. (Where", lambda examples: axis_0(0) and len(lesson.X) == examples),
    ("a fork, with local slope 1 on each branch", lambda: (2.5 + 1) - 2.5),
    ("whose input is always 1", lambda one: np.allclose(np.full((1, 3), one) @ lesson.dY, lesson.bias_tensor.grad)),
    ("`dY.sum(axis=0)`", axis_0),
    ("dY.sum(axis=0) =", axis_0),
    ("predictions of shape (3, 1) minus targets of shape (3,) make a 3 × 3 table",
     lambda a, b, c, *table: (np.zeros((a, b)) - np.zeros(c)).shape == tuple(table)),
    ("shape of (3, 1) minus (3,):", lambda a, b, c: (np.zeros((a, b)) - np.zeros(c)).shape == (3, 3)),
    ("what is the gradient of w₁₄ (row 1, column 4)?",
     lambda row, column: of_weights()[row - 1, column - 1] == lesson.one_entry.right),
    ("Column 1 of X times column 4 of dY",
     lambda one, other: lesson.X[:, one - 1] @ lesson.dY[:, other - 1] == lesson.one_entry.right),
]  # fmt: skip
X1, X2, DY1, DY4 = np.array([(1, 3, 0), (2, -1, 2), (1, 2, -1), (1, -1, 1)])  # columns of X and dY
FREE = {"the Jacobian: white is 0": "a colour"}
FORMULAS = [("q₁² + q₂²", lambda q1, q2: f(np.eye(2), (q1, q2)))]
RIGHT = {"pass_blame": "A 2 × 2 matrix, as W is", "multiply": "Xᵀ dY", "bias": "The sum of the three rows of dY"}
HINTS = {
    "one_entry": [
        ("That is the term of example 1 alone.", X1[0] * DY4[0]),
        ("That is w₂₄. For w₁₄ you need column 1 of X: 1, 3, 0.", X2 @ DY4),
        ("That is w₁₁. For w₁₄ you need column 4 of dY: 1, −1, 1.", X1 @ DY1),
        ("That is the mean over the examples. A fork adds, and nothing divides by 3.", np.mean(X1 * DY4)),
        ("Mind the sign: example 2 contributes 3 · (−1).", X1 @ abs(DY4)),
    ],
    "layer_backward": [
        ("But db must have the shape of b: one number for each output.", lambda X, W, dY: backward(X, W, dY, db=dY)),
        ("db is the sum over the batch, not the mean.", lambda X, W, dY: backward(X, W, dY, db=dY.mean(axis=0))),
        ("db has one number for each output: add the rows, with axis=0.", lambda X, W, dY: backward(X, W, dY, db=dY.sum())),
        ("For db add the rows up, with axis=0.", lambda X, W, dY: backward(X, W, dY, db=dY.sum(axis=1))),
        ("dW is transposed: it must have the shape of W.", lambda X, W, dY: backward(X, W, dY, dW=(X.T @ dY).T)),
        ("dW is a sum over the batch: nothing divides by its size.", lambda X, W, dY: backward(X, W, dY, dW=X.T @ dY / len(X))),
        ("dX is transposed: it must have the shape of X.", lambda X, W, dY: backward(X, W, dY, dX=(dY @ W.T).T)),
        ("These are the right matrices in another order: return dX, dW, db.",
         lambda X, W, dY: (X.T @ dY, dY @ W.T, dY.sum(axis=0))),
        ("The bias is missing: return dX, dW, db.", lambda X, W, dY: backward(X, W, dY)[:2]),
    ],
    "from_the_left": [
        ("These are the right matrices in another order: return dW, dZ.", lambda W, Z, dQ: (W.T @ dQ, dQ @ Z.T)),
        ("dZ is right. dW is transposed: it must have the shape of W.", lambda W, Z, dQ: ((dQ @ Z.T).T, W.T @ dQ)),
        ("dW is right. dZ is transposed: it must have the shape of Z.", lambda W, Z, dQ: (dQ @ Z.T, (W.T @ dQ).T)),
        ("Both are transposed. Which shapes must they have?", lambda W, Z, dQ: ((dQ @ Z.T).T, (W.T @ dQ).T)),
    ],
}
