"""Lesson 11, Read handwriting: the words, and what they must agree with."""

import math

import numpy as np

from gdlab import MLP, Adam, accuracy
from prose import Lesson, told

lesson = Lesson("11")
Z = np.array([2.0, 1, 0])  # the scores of the worked example
TRAINED, BATCH, EPOCHS = 1437, 64, 20


def softmax(z):
    return np.exp(z) / np.exp(z).sum()


def cross_entropy(right):
    return -np.log(softmax(Z))[right]


def seen_and_unseen(labels):
    """The shares of its own images and of unseen ones that are right in the end, as the picture says."""
    _epoch, seen, _own, unseen, *_rest = told(lesson.says("cram", labels=labels, epoch=40))
    return seen, unseen


def misread(epoch):
    """Of the test images, as the picture says."""
    return told(lesson.says("learn", epoch=epoch))[1]


def shown(strange):
    """(share right, how sure on average) of the test images made strange, as the picture says."""
    return told(lesson.says("ask", show=strange))[-2:]


def right_after(batch):
    """The share of the test images right after one epoch of mini-batches of this size, as the cell prints it."""
    return next(told(line)[1] for line in lesson.found if told(line)[0] == batch)


def right_after_training(batch, epochs):
    network = MLP([64, 64, 10], "relu")
    lesson.train(network, lesson.data.train_x, lesson.data.train_y, Adam(0.01), epochs, batch=batch)
    return round(accuracy(network(lesson.data.test_x), lesson.data.test_y), 2)


def moved(pixels):
    """By how much the weights of these pixels have moved at most, in the middle."""
    return np.median(np.abs(lesson.weights - lesson.begun).max(axis=1)[pixels])


def inked():
    """The share of the training images in which each pixel has ink."""
    return np.mean(lesson.data.train_x > 0, axis=0)


ROWS = [
    ("1,797 digits, scanned, and shrunk to 8 × 8 pixels",
     lambda: [len(lesson.data.train_x) + len(lesson.data.test_x), *lesson.images.shape[1:]]),
    ("the first image, a 6", lambda: lesson.data.train_y[0]),
    ("They are sixteenths", lambda: np.array_equal(16 * lesson.data.train_x, np.round(16 * lesson.data.train_x))),
    ("the network gets them as 64 numbers in a row, from 0 (white paper) to 1 (all ink)",
     lambda: [lesson.data.train_x[0].size, lesson.data.train_x.min(), lesson.data.train_x.max()]),
    ("It gets 100 images", lambda: len(lesson.crammed["true"].model(lesson.data.train_x[:100]).data)),
    ("of its own 100 images, for how many", lambda images: told(lesson.says("cram"))[2] == images),
    ("About 10, by chance", lambda: 100 / 10),
    ("All 100", lambda images: seen_and_unseen("shuffled")[0] * 100 == images),
    ("own 64 numbers, and the network has 4,810 weights and biases",
     lambda: [lesson.network.sizes[0], sum(np.size(p.data) for p in MLP([64, 64, 10]).parameters)]),
    ("own 64 numbers, and the network has room", lambda: lesson.network.sizes[0]),
    ("learn every single one by heart: 100 of 100", lambda right, of: seen_and_unseen("shuffled")[0] == right / of),
    ("of unseen images it reads about one in ten", lambda ten: abs(seen_and_unseen("shuffled")[1] - 1 / ten) < 0.03),
    ("about nine in ten", lambda nine, ten: abs(seen_and_unseen("true")[1] - nine / ten) < 0.03),
    ("100 % on what it has seen does not mean that it has understood: both networks have that",
     lambda all: seen_and_unseen("true")[0] == seen_and_unseen("shuffled")[0] == all),
    ("a loss that falls and falls", lambda: np.all(np.diff(lesson.crammed["shuffled"].losses[::4]) < 0)),
    ("So 360 of the 1,797 images are put aside",
     lambda: [len(lesson.data.test_x), len(lesson.data.train_x) + len(lesson.data.test_x)]),
    ("From ten scores to ten probabilities", lambda: 2 * [lesson.network.sizes[-1]]),
    ("The network has 64 inputs, 64 hidden units and 10 outputs", lambda: lesson.network.sizes),
    ("for three scores z = (2, 1, 0): the powers are 7.389, 2.718 and 1, together 11.107",
     lambda: [Z, np.exp(Z), np.exp(Z).sum()]),
    ("So p = (0.665, 0.245, 0.090)", lambda: softmax(Z)),
    ("−log 0.665 = 0.408", lambda: [softmax(Z)[0], cross_entropy(0)]),
    ("−log 0.090 = 2.408", lambda: [softmax(Z)[2], cross_entropy(2)]),
    ("less 1 for the right class", lambda less: np.allclose(lesson.z.grad[0], softmax(Z) - [less, 0, 0])),
    ("(0.665 − 1, 0.245, 0.090)", lambda: [softmax(Z)[0], 1, softmax(Z)[1:]]),
    ("e¹⁰⁰⁰ is too large for a computer", lambda power: np.log(np.finfo(float).max) < power),
    ("That of 64 images is not exact, it is *noisy*. But it costs a 22nd as much",
     lambda images, part: round(TRAINED / images) == part),
    ("You ask 64 people", BATCH),
    ("Here is one epoch, each time with the same learning rate", lambda: right_after_training(64, 1) == right_after(64)),
    ("Many rough steps beat a few exact ones", lambda: right_after(64) > right_after(360) > right_after(1437)),
    ("After one epoch it misreads about 36 of the 360 unseen digits. How many after 20?",
     lambda many, unseen, epochs: misread(1) == many and len(lesson.data.test_y) == unseen
     and lesson.history.epochs[-1] == epochs and lesson.controls["learn"]["epoch"] == 1),
    ("Less than 11", lambda most: misread(EPOCHS) < most),
    ("less than 11 are wrong", lambda most: misread(EPOCHS) < most),
    ("Less than 11 are wrong: at least 97 % are right",
     lambda most, share: misread(EPOCHS) < most and 1 - (most - 1) / 360 >= share),
    ("At least 97 % are right", lambda share: lesson.tested[-1] >= share),
    ("Still about 36: those are the unclear ones", lambda many: misread(1) == many > 2 * misread(EPOCHS)),
    ("Most is learned in the first two", lambda: misread(0) - misread(2) > 0.95 * misread(0)),
    ("now and then an epoch makes it worse", lambda: np.max(np.diff(lesson.tested)) > 0 > np.min(np.diff(lesson.tested))),
    ("In the end hardly a training image is misread, and a few of the test images",
     lambda: 0.995 < lesson.history.accuracies[-1] and 3 <= misread(EPOCHS) <= 10),
    ("it can be wrong and quite sure", lambda: sure_and_wrong() > 0.8),
    ("A hidden unit has 64 weights", lambda: len(lesson.weights)),
    ("Here are 32 of the 64 units", lambda: [4 * 8, lesson.weights.shape[1]]),
    ("32 hidden units", lambda units: units == 4 * 8),
    ("until z was below 0 for every image", lambda edge: np.sum(lesson.outputs.max(axis=0) == edge) > 0),
    ("What if the input is always 0?", lambda: lesson.data.train_x[:, lesson.never].max()),
    ("of the 64 units are dead.", lambda: lesson.outputs.shape[1]),
    ("A pixel that is hardly ever inked has moved as much as the others",
     lambda: moved((inked() < 0.02) & ~lesson.never) > 0.8 * moved(inked() > 0.3)),
    ("and shrunk to 8 × 8: the small image", lambda: lesson.images.shape[1:]),
    ("So 98 % is a promise for *their* hands", lambda: lesson.tested[-1]),
    ("About 10 % for each digit", lambda: 1 / 10),
    ("One of the ten, and mostly rather surely", lambda ten: lesson.network.sizes[-1] == ten and shown("noise")[-1] > 0.8),
    ("It has ten outputs", lambda: lesson.network.sizes[-1]),
    ("The softmax always hands out 100 %, and only among these ten",
     lambda all, ten: np.isclose(softmax(np.arange(ten)).sum(), all)),
    ("The softmax always hands out 100 % among the ten", lambda all, ten: np.isclose(softmax(np.arange(ten)).sum(), all)),
    ("It always answers one of ten", lambda: lesson.network.sizes[-1]),
    ("To the network most of the 64 numbers are others, and it misreads more than half of them and stays sure",
     lambda numbers, half: np.mean(lesson.images != lesson.strange["a pixel to the left"]) > 0.5
     and 1 - shown("a pixel to the left")[0] > half and numbers == 64 and shown("a pixel to the left")[1] > 0.8),
    ("White on black it reads next to nothing", lambda: shown("white on black")[0] < 0.05),
    ("On noise it is sure, too", lambda: shown("noise")[1] > 0.8),
    ("1,437 images in mini-batches of 64: how many steps are taken in 20 epochs?",
     lambda images, batch, epochs: epochs * math.ceil(images / batch) == lesson.step_count.right and images == len(lesson.x)),
    ("22 full mini-batches are 1,408 images. 29 are left for a 23rd.",
     lambda full, images, left, last: (full * BATCH, TRAINED - images, full + 1) == (images, left, last)),
    ("from 0 to 1.",
     lambda low, high: lesson.share_right.right(np.eye(2), [1, 0]) == low
     and lesson.share_right.right(np.eye(2), [0, 1]) == high),
]  # fmt: skip


def sure_and_wrong():
    """How sure the network is of its surest mistake."""
    p = lesson.answers(EPOCHS)
    return p.max(axis=1)[p.argmax(axis=1) != lesson.data.test_y].max()


def said(scores):
    return scores.argmax(axis=1)


RIGHT = {"cram": "All 100", "learn": "Less than 11", "ask": "One of the ten, and mostly rather surely"}
HINTS = {
    "step_count": [
        ("1437 / 64 is 22.45. What becomes of the 29 images that are left over?", TRAINED // BATCH * EPOCHS),
        ("That is one epoch.", math.ceil(TRAINED / BATCH)),
        ("That is one epoch, and 29 images are left over in it.", TRAINED // BATCH),
        ("That would be one step for each epoch, with all images at once.", EPOCHS),
        ("That would be one step for each image. Here 64 images share one.", TRAINED * EPOCHS),
        ("There are no fractions of a step", TRAINED / BATCH * EPOCHS),
    ],
    "your_softmax": [
        ("These are the powers. They must add up to 1: divide by their sum.", np.exp),
        ("First e to the power of each score: a score may be negative, a probability may not.",
         lambda scores: scores / scores.sum()),
        ("Divide by the sum, not by the largest one.", lambda scores: np.exp(scores) / np.exp(scores).max()),
        ("First the powers, then their sum. You took the power of the sum.",
         lambda scores: np.exp(scores) / np.exp(scores.sum())),
    ],
    "share_right": [
        ("That is how many. Divide by the number of rows, or take np.mean.",
         lambda scores, labels: np.sum(said(scores) == labels)),
        ("That is the share of mistakes.", lambda scores, labels: 1 - np.mean(said(scores) == labels)),
        ("axis=0 goes down the columns. Each row is an image: axis=1.",
         lambda scores, labels: np.mean(scores.argmax(axis=0) == labels)),
        ("max is the largest score. You want its place: argmax.", lambda scores, labels: np.mean(scores.max(axis=1) == labels)),
    ],
}
FREE = {
    "CC BY 4.0": "the name of a licence",
    "tells a 4 from a 9": "digits as examples",
    "a 3 may be called 7, the next 3 may be called 0": "digits as examples",
    "the loop of a 9": "a digit as an example",
    "a 5 or an 8": "digits to draw",
    "your 1, your 7, your 9": "digits to draw",
    "Only 13 people wrote": "from the data set's own description",
    "About half": "a wrong choice",
}
