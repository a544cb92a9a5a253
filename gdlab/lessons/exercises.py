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
from gdlab.maths.words import _, number, read_number
from gdlab.pictures.live import Live

MARKS = {True: ("✓", "#00734f"), False: ("✗", "#b3261e"), None: ("…", "#6b6b6b")}  # of a verdict, and their colours


@dataclass(frozen=True, eq=False)
class Exercise:
    """What an answer is held against."""

    right: object  # the right answer: a number, an array, a word, a few LETTERS in their order, or a function
    on: tuple = ()  # for a function, the arguments to try it on: a tuple of argument tuples
    hints: tuple = ()  # pairs (a wrong answer of the same kind, what to tell whoever gives it)
    tolerance: float = 1e-6  # how far off a number may be, relative to its size
    among: tuple = ()  # the words, or letters, that an answer may consist of

    def __post_init__(self):
        needed = "an Exercise whose answer is a function needs `on`: the arguments to try it on"
        need(self.on or not callable(self.right), needed)

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
        return f'<span style="color:{MARKS[self.correct][1]};font-weight:600">{escape(repr(self))}</span>'


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
        told = _("This could not be judged: {error}. Is it the kind of answer asked for?")
        return Verdict(False, told.format(error=repr(error)))


def _goal(judge, answer):
    """(Whether a goal is reached, what to say of it)."""
    if isinstance(answer, Live):
        controls = answer._controls.items()
        if all(answer.values[name] == control.value for name, control in controls):
            return None, _("Not tried yet: move the picture above, then run this cell.")
        verdict = judge(**{name: control.argument(answer.values[name]) for name, control in controls})
    else:
        verdict = judge(answer)
    reached, said = verdict
    need(reached in (True, False, None) and isinstance(said, str), "a judge must return True, False or None, and a text", verdict)
    return None if reached is None else bool(reached), said


def _value(exercise, answer):
    """(Whether a value is correct, what to say of it)."""
    if isinstance(answer, str) and not isinstance(exercise.right, str):
        with suppress(ValueError):
            answer = read_number(answer)
    if exercise.same(answer, exercise.right):
        return True, _("Correct.")
    if hint := exercise.hint(lambda wrong: exercise.same(answer, wrong)):
        return False, hint
    yours, right, why = _plain(answer), _plain(exercise.right), _("Work it out once more, step by step.")
    if isinstance(right, str) and len(right) > 1 and exercise.right.isupper():
        why = _letters(yours, right, _plain(exercise.among or right))
    elif exercise.among and not any(exercise.same(answer, word) for word in exercise.among):
        why = _("Answer with one of these: {words}.").format(words=", ".join(exercise.among))
    elif _kind(answer) != _kind(exercise.right):
        told = _("The answer is {right}; yours is {yours}.")
        return False, told.format(yours=_kind(answer), right=_kind(exercise.right))
    elif isinstance(right, np.ndarray):
        why = _numbers(exercise.same, yours, right)
    return False, _("Not {answer}. {why}").format(answer=_told(answer, exercise.right)[0], why=why)


def _letters(yours, right, allowed):
    """Which letters are not in their place."""
    if not (isinstance(yours, str) and len(yours) == len(right) and set(yours) <= set(allowed)):
        told = _("{n} letters are asked for, out of {letters}.")
        return told.format(n=len(right), letters=", ".join(sorted(set(allowed.upper()))))
    names = yours.upper() if len(set(yours)) == len(yours) else [_("place {i}").format(i=i + 1) for i in range(len(yours))]
    off = [name for name, one, other in zip(names, yours, right, strict=True) if one != other]
    told = _("In the right place: {n} of {all}. Look again at {off}.")
    return told.format(n=len(right) - len(off), all=len(right), off=_(" and ").join(", ".join(off).rsplit(", ", 1)))


def _numbers(same, yours, right):
    """What is off in an array: the sign of all of it, or its first wrong entry."""
    place = () if same(-yours, right) else next(i for i in np.ndindex(right.shape) if not same(yours[i], right[i]))
    one, other = yours[place], right[place]
    nth = _("first second third fourth fifth").split()
    which = _("It") if not place else _("The entry {place}").format(place=list(place))
    if len(place) == 1 and place[0] < len(nth):
        which = _("The {nth} number").format(nth=nth[place[0]])
    if same(-one, other):
        return _("{which} has the right size and the wrong sign.").format(which=which)
    told = _("{which} is too large.") if one > other else _("{which} is too small.") if one < other else _("{which} is no number.")
    return told.format(which=which)


def _function(exercise, function):
    """(Whether a function is correct, what to say of it)."""
    if not callable(function):
        return False, _("A function is asked for, and this is {answer}.").format(answer=repr(function))
    listed = (tuple, list, np.ndarray)
    cases = [[np.array(it, float) if isinstance(it, listed) else it for it in arguments] for arguments in exercise.on]
    calls, answers = [], []  # copies go in and out: a function may change its arguments, or fill the same array each time
    for arguments in cases:
        calls.append(f"{getattr(function, '__name__', 'your function')}({', '.join(map(_text, arguments))})")
        try:
            answers.append(deepcopy(function(*deepcopy(arguments))))
        except Exception as error:
            told = _("{call} raised {kind}: {error}")
            return False, told.format(call=calls[-1], kind=type(error).__name__, error=error)
        if answers[-1] is ...:
            return None, _("Not tried yet: replace the three dots after `return`, and run the cell.")
        if answers[-1] is None:
            return False, _("{call} returns nothing. Is there a `return`, and is it reached?").format(call=calls[-1])

    results = lambda right: [right(*deepcopy(arguments)) for arguments in cases]
    for call, answer, right in zip(calls, answers, results(exercise.right), strict=True):
        if not exercise.same(answer, right):
            hint = exercise.hint(lambda wrong: all(map(exercise.same, answers, results(wrong))))
            result, right = _told(answer, right)
            told = _("{call} gives {result}, and should give {right}.")
            return False, hint or told.format(call=call, result=result, right=right)
    return True, _("Correct: tried on {n} cases.").format(n=len(answers))


def _plain(answer):
    """What an answer consists of: a word, without spaces, commas and capitals; an array of floats; a list of such; or None."""
    if isinstance(answer, (tuple, list)) and answer and all(isinstance(part, str) for part in answer):
        answer = "".join(answer)
    if isinstance(answer, str):
        return "".join(answer.replace(",", " ").split()).casefold()
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
    return value.name if isinstance(value, Surface) else getattr(value, "__name__", str(value))
