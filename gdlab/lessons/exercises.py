"""Exercises: `check` judges an answer at once and never raises. Whatever is off, it says what, and where to look."""

from copy import deepcopy
from dataclasses import dataclass
from html import escape

import numpy as np

from gdlab.maths.checks import need
from gdlab.maths.engine import Tensor
from gdlab.maths.words import _, number


@dataclass(frozen=True, eq=False)
class Exercise:
    """What an answer is held against.

    Attributes:
        right: the right answer: a number, an array, a word or a few letters, or a function.
        on: for a function, the arguments to try it on: a tuple of argument tuples.
        hints: pairs (a wrong answer of the same kind, what to tell whoever gives it).
        tolerance: how far off a number may be, relative to its size.
    """

    right: object
    on: tuple = ()
    hints: tuple = ()
    tolerance: float = 1e-6

    def __post_init__(self):
        need(self.on or not callable(self.right), "an Exercise whose answer is a function needs `on`: the arguments to try it on")

    def same(self, one, other):
        """Whether two results agree: same shape, same words, numbers within the tolerance; tuples and lists part by part."""
        if (word := _word(one)) is not None and (of_other := _word(other)) is not None:
            return word == of_other
        if all(isinstance(it, (tuple, list)) for it in (one, other)):  # such as a layer's gradients, each of its shape
            return len(one) == len(other) and all(map(self.same, one, other))
        one, other = _numbers(one), _numbers(other)
        if one is None or other is None or one.shape != other.shape:
            return False
        return bool(np.allclose(one, other, rtol=self.tolerance, atol=self.tolerance * 1e-3))

    def hint(self, given):
        """The hint for the wrong answer that was given; a hint that cannot be tried on this answer is not for it."""
        for wrong, hint in self.hints:
            try:
                if given(wrong):
                    return hint
            except Exception:
                continue
        return ""


@dataclass(frozen=True)
class Verdict:
    """The answer to an answer: `correct` is True, False, or None where nothing was tried yet."""

    correct: bool | None
    message: str

    def __bool__(self):
        return self.correct is True

    def __repr__(self):
        return f"{ {True: '✓', False: '✗', None: '…'}[self.correct]} {self.message}"

    def _repr_html_(self):
        colour = {True: "#00734f", False: "#b3261e", None: "#6b6b6b"}[self.correct]
        return f'<span style="color:{colour};font-weight:600">{escape(repr(self))}</span>'


def check(exercise, answer):
    """Judge an answer: not tried yet, correct, or what is off and where to look. Never raises."""
    try:
        parts = answer if isinstance(answer, (tuple, list)) else [answer]
        if any(part is None or part is ... for part in parts):
            return Verdict(None, _("Not tried yet: replace the three dots by your answer, and run the cell."))
        return Verdict(*(_judge_function if callable(exercise.right) else _judge)(exercise, answer, parts))
    except Exception as error:  # an answer may be anything, even an object that raises when it is looked at
        told = _("This could not be judged: {error}. Is it the kind of answer asked for?")
        return Verdict(False, told.format(error=_cut(repr(error))))


def _judge(exercise, answer, parts):
    if any(isinstance(part, Tensor) for part in parts):
        return False, _("A Tensor remembers how it was made. The answer is its value alone: add .data.")
    if exercise.same(answer, exercise.right):
        return True, _("Correct.")
    if hint := exercise.hint(lambda wrong: exercise.same(answer, wrong)):
        return False, hint
    yours, right = _kind(answer), _kind(exercise.right)
    if yours != right:
        return False, _("The answer is {right}; yours is {yours}.").format(yours=yours, right=right)
    answer, _right = _told(answer, exercise.right)
    return False, _("Not {answer}. Work it out once more, step by step.").format(answer=answer)


def _judge_function(exercise, function, _parts):
    if not callable(function):
        return False, _("A function is asked for, and this is {answer}.").format(answer=_cut(repr(function)))
    calls, answers = [], []
    for arguments in exercise.on:
        calls.append(f"{getattr(function, '__name__', 'your function')}({', '.join(map(_text, arguments))})")
        try:
            answers.append(deepcopy(function(*_copies(arguments))))  # it may fill the same array the next time
        except Exception as error:
            words = {"call": calls[-1], "kind": type(error).__name__, "error": _cut(str(error))}
            return False, _("{call} raised {kind}: {error}").format(**words)
        if answers[-1] is ...:
            return None, _("Not tried yet: replace the three dots after `return`, and run the cell.")
        if answers[-1] is None:
            return False, _("{call} returns nothing. Is there a `return`, and is it reached?").format(call=calls[-1])

    def results(right):
        return [right(*_copies(arguments)) for arguments in exercise.on]

    for call, answer, right in zip(calls, answers, results(exercise.right), strict=True):
        if not exercise.same(answer, right):
            hint = exercise.hint(lambda wrong: all(map(exercise.same, answers, results(wrong))))
            told = _("{call} gives {result}, and should give {right}.")
            result, right = _told(answer, right)
            return False, hint or told.format(call=call, result=result, right=right)
    return True, _("Correct: tried on {n} cases.").format(n=len(answers))


def _word(answer):
    """A word, or a list of letters, without what does not matter: spaces, commas and capitals. Else None."""
    if isinstance(answer, (tuple, list)) and answer and all(isinstance(part, str) for part in answer):
        answer = "".join(answer)
    return "".join(answer.replace(",", " ").split()).casefold() if isinstance(answer, str) else None


def _numbers(answer):
    """An array of floats, if the answer consists of real numbers. Else None."""
    try:
        array = np.asarray(answer)
        return None if array.dtype.kind == "c" else array.astype(float)
    except (TypeError, ValueError, OverflowError):
        return None


def _kind(answer):
    """In words, what an answer consists of."""
    if _word(answer) is not None:
        return _("a word")
    if (numbers := _numbers(answer)) is None:
        return _("of the type {name}").format(name=type(answer).__name__)
    if numbers.ndim == 1:
        return _("an array of one number") if len(numbers) == 1 else _("{n} numbers").format(n=len(numbers))
    return _("an array of shape {s}").format(s=numbers.shape) if numbers.ndim else _("one number")


def _told(one, other):
    """Two values as a message tells them: rounded, but not so far that they would be the same."""
    texts = [(_text(one, digits), _text(other, digits)) for digits in (6, 9, 17)]
    return next((pair for pair in texts if pair[0] != pair[1]), texts[-1])


def _text(value, digits=6):
    if isinstance(value, (tuple, list)) and _numbers(value) is None:
        return _cut(f"({', '.join(_text(part, digits) for part in value[:20])})")
    if isinstance(value, str) or (numbers := _numbers(value)) is None:
        return _cut(getattr(value, "__name__", str(value)))
    how = {"all": lambda entry: number(entry, digits)}
    return " ".join(np.array2string(numbers, separator=", ", threshold=20, formatter=how).split())


def _cut(text):
    return text if len(text) <= 300 else f"{text[:300]} …"


def _copies(arguments):
    """The arguments afresh, so that an answer that changes its arrays spoils nothing."""
    return [np.array(value, float) if isinstance(value, (tuple, list, np.ndarray)) else value for value in arguments]
