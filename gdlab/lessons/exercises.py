"""Exercises: `check` judges an answer at once and never raises. Whatever is off, it says what, and where to look."""

from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from html import escape

import numpy as np

from gdlab.maths.checks import need
from gdlab.maths.engine import Tensor
from gdlab.maths.surfaces import Surface
from gdlab.maths.words import _, number, read_number, written
from gdlab.pictures.live import Live

MARKS = {True: ("✓", "#00734f, #3fbf8f"), False: ("✗", "#b3261e, #ff7b72"), None: ("…", "#6b6b6b, #a0a0a0")}  # light, dark
ENTRIES = {(): _("It"), (0,): _("The first"), (1,): _("The second"), (2,): _("The third"), (3,): _("The fourth")}


@dataclass(frozen=True, eq=False)
class Exercise:
    """What an answer is held against."""

    right: object  # the right answer: a number, an array, a word, a few LETTERS in their order, or a function
    on: tuple = ()  # for a function, the arguments to try it on: a tuple of argument tuples
    hints: tuple = ()  # pairs (a wrong answer of the same kind, what to tell whoever gives it)
    tolerance: float = 1e-6  # how far off a number may be, relative to its size
    among: tuple = ()  # the words, or letters, that an answer may consist of

    def __post_init__(self):
        need(self.on or not callable(self.right), "an Exercise whose answer is a function needs `on`: arguments to try it on")

    def same(self, one, other):
        """Whether two results agree: same words, or same shape and numbers within the tolerance; unlike parts one by one."""
        one, other = _plain(one), _plain(other)
        if isinstance(one, list) and isinstance(other, list):
            return len(one) == len(other) and all(map(self.same, one, other))
        if not (isinstance(one, np.ndarray) and isinstance(other, np.ndarray)):
            return isinstance(one, str) and isinstance(other, str) and one == other
        return one.shape == other.shape and bool(np.allclose(one, other, rtol=self.tolerance, atol=self.tolerance * 1e-3))

    def hint(self, given):
        """The hint for the wrong answer that was given; a hint that cannot be tried on this answer is not for it."""
        for wrong, hint in self.hints:
            with suppress(Exception):
                if given(wrong):
                    return hint
        return ""


@dataclass(frozen=True, eq=False)
class Goal:
    """Something to reach in a picture, or a challenge with a score."""

    judge: Callable  # gets the picture's values by name, or an answer; returns (True, False or None: not tried, what to say)


@dataclass(frozen=True)
class Verdict:
    """The answer to an answer: `correct` is True, False, or None where nothing was tried yet."""

    correct: bool | None
    message: str

    def __bool__(self):
        return self.correct is True

    def __repr__(self):
        return f"{MARKS[self.correct][0]} {self.message:.600}"  # an answer may be long

    def _repr_html_(self):
        return f'<span style="color:light-dark({MARKS[self.correct][1]});font-weight:600">{escape(repr(self))}</span>'


def check(exercise, answer):
    """Judge an answer, or how a picture stands: not tried yet, correct, or what is off and where to look. Never raises."""
    try:
        parts = answer if isinstance(answer, (tuple, list)) else [answer]
        if any(part is None or part is ... for part in parts):
            return Verdict(None, _("Not tried yet: replace the three dots by your answer, and run the cell."))
        if isinstance(exercise, Goal):
            return Verdict(*_goal(exercise.judge, answer))
        if any(isinstance(part, Tensor) for part in parts):
            return Verdict(False, _("A Tensor remembers how it was made. The answer is its value alone: add .data."))
        return Verdict(*(_function if callable(exercise.right) else _value)(exercise, answer))
    except Exception as error:  # an answer may be anything, even an object that raises when it is looked at
        return Verdict(False, _("This could not be judged: {error!r}. Is it the kind of answer asked for?").format(error=error))


def _goal(judge, answer):
    """(Whether a goal is reached, what to say of it)."""
    if not isinstance(answer, Live):
        reached, said = judge(answer)
    elif answer.values == {name: control.value for name, control in answer._controls.items()}:
        return None, _("Not tried yet: move the picture above, then run this cell.")
    else:
        reached, said = judge(**{name: answer._controls[name].argument(value) for name, value in answer.values.items()})
    need(reached in (True, False, None) and isinstance(said, str), "a judge must return a verdict and a text", (reached, said))
    return reached if reached is None else bool(reached), written(said)


def _value(exercise, answer):
    """(Whether a value is correct, what to say of it)."""
    right, same, why = exercise.right, exercise.same, _("Work it out once more, step by step.")
    if isinstance(answer, str) and not isinstance(right, str):
        with suppress(ValueError):
            answer = read_number(answer)
    if same(answer, right):
        return True, _("Correct.")
    if hint := exercise.hint(lambda wrong: same(answer, wrong)):
        return False, hint
    if isinstance(right, str) and right.isupper() and len(_plain(right)) > 1:
        why = _letters(_plain(answer), _plain(right), set(_plain(exercise.among or right)))
    elif exercise.among and not any(same(answer, word) for word in exercise.among):
        why = _("The answer is one of these: {words}.").format(words=", ".join(exercise.among))
    elif _kind(answer) != _kind(right):
        why = _("The answer is {right}; yours is {yours}.").format(yours=_kind(answer), right=_kind(right))
    elif isinstance(_plain(right), np.ndarray):
        why = _numbers(same, _plain(answer), _plain(right))
    return False, _("Not {answer}. {why}").format(answer=_told(answer, right)[0], why=why)


def _letters(yours, right, allowed):
    """What is off in letters: which of them are not in their place."""
    if not (isinstance(yours, str) and len(yours) == len(right) and allowed.issuperset(yours)):
        listed = ", ".join(sorted(allowed)).upper()
        return _("The answer is {n} letters out of {listed}.").format(n=len(right), listed=listed)
    off = [one.upper() for one, other in zip(yours, right, strict=True) if one != other]
    again = _(" and ").join(", ".join(dict.fromkeys(off)).rsplit(", ", 1))
    told = _("In the right place: {n} of {all}. Look again at {again}.")
    return told.format(n=len(right) - len(off), all=len(right), again=again)


def _numbers(same, yours, right):
    """What is off in an array: its first wrong entry."""
    place = next(place for place in np.ndindex(right.shape) if not same(yours[place], right[place]))
    one, other = yours[place], right[place]
    told = _("{it} is too large.") if one > other else _("{it} is too small.") if one < other else _("{it} is no number.")
    told = _("{it} has the right size and the wrong sign.") if same(-one, other) else told
    return told.format(it=ENTRIES.get(place) or _("Entry {place}").format(place=list(place)))


def _function(exercise, function):
    """(Whether a function is correct, what to say of it)."""
    if not callable(function):
        return False, _("A function is asked for, and this is {answer}.").format(answer=repr(function))
    cases = [[np.array(it, float) if np.ndim(it) else it for it in arguments] for arguments in exercise.on]
    calls, answers = [], []  # copies go in and out: a function may change its arguments, or fill the same array each time
    for arguments in cases:
        calls.append(f"{getattr(function, '__name__', 'your function')}({', '.join(map(_text, arguments))})")
        try:
            answers.append(deepcopy(function(*deepcopy(arguments))))
        except Exception as error:
            if "ellipsis" in str(error):  # those of this exercise, or of an earlier one that the function calls
                return None, _("Not tried yet: three dots are left in this exercise, or in an earlier one that it uses.")
            return False, _("{call} raised {kind}: {error}").format(call=calls[-1], kind=type(error).__name__, error=error)
        if answers[-1] is ...:
            return None, _("Not tried yet: replace the three dots after `return`, and run the cell.")
        if answers[-1] is None:
            return False, _("{call} returns nothing. Is there a `return`, and is it reached?").format(call=calls[-1])

    results = lambda right: [right(*deepcopy(arguments)) for arguments in cases]
    for call, answer, right in zip(calls, answers, results(exercise.right), strict=True):
        if not exercise.same(answer, right):
            hint = exercise.hint(lambda wrong: all(map(exercise.same, answers, results(wrong))))
            result, right = _told(answer, right)
            told = _("{call} gives {result}, and should give {right}.").format(call=call, result=result, right=right)
            return False, hint or told
    return True, _("Correct: tried on {n} cases.").format(n=len(answers))


def _plain(answer):
    """What an answer consists of: a word, without spaces, capitals and , < > →; an array of floats; a list of such; or None."""
    if isinstance(answer, (tuple, list)) and answer and all(isinstance(part, str) for part in answer):
        answer = "".join(answer)
    if isinstance(answer, str):
        return "".join(one for one in answer if one not in ",<>→" and not one.isspace()).casefold()
    try:
        array = np.asarray(answer)
        return None if array.dtype.kind == "c" else array.astype(float)
    except (TypeError, ValueError, OverflowError):
        return list(map(_plain, answer)) if isinstance(answer, (tuple, list)) else None


def _kind(answer):
    """In words, what an answer consists of."""
    plain = _plain(answer)
    if isinstance(plain, str):
        return _("a word")
    if not isinstance(plain, np.ndarray):
        return _("of the type {name}").format(name=type(answer).__name__)
    if plain.ndim == 1:
        return _("an array of one number") if len(plain) == 1 else _("{n} numbers").format(n=len(plain))
    return _("an array of shape {s}").format(s=plain.shape) if plain.ndim else _("one number")


def _told(one, other):
    """Two values as a message tells them: rounded, but not so far that they would be the same."""
    texts = [(_text(one, digits), _text(other, digits)) for digits in (4, 6, 9, 17)]
    return next((pair for pair in texts if pair[0] != pair[1]), texts[-1])


def _text(value, digits=6):
    if isinstance(plain := _plain(value), np.ndarray):
        how = {"all": lambda entry: number(entry, digits)}
        return " ".join(np.array2string(plain, separator=", ", threshold=20, formatter=how).split())
    if isinstance(value, (tuple, list)):
        return f"({', '.join(_text(part, digits) for part in value[:20])})"
    return value.name if isinstance(value, Surface) else getattr(value, "__name__", f"{value!s:.100}")
