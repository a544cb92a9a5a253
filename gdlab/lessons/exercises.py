"""What makes a lesson answer the learner: predictions that unlock a picture, and exercises that check themselves.

Whoever predicts before looking learns from what they see; so `predict` locks a live picture until its question is
answered, and explains the answer either way. `check` judges an exercise at once and never raises: whatever is off, it
says what, and where to look. Both leave text that is the same at every run.
"""

from copy import deepcopy
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np
import traitlets

from gdlab.maths.engine import Tensor
from gdlab.pictures.live import GONE, Widget, view_of
from gdlab.maths.words import _, number


def predict(picture, question, choices, right):
    """Ask a question, and lock a live picture until it is answered.

    Args:
        picture: the live picture that shows the answer. Show it in the cell below. `picture.set` is never locked.
        question: what will happen?
        choices: {choice: what to say to someone who made it}; both are texts.
        right: the choice that is right.
    """
    return Prediction(picture, question, choices, right)


class Prediction:
    """A question with its choices; see `predict`. `answer("b")` answers it from code, as a teacher may."""

    def __init__(self, picture, question, choices, right):
        if not isinstance(choices, dict) or not all(isinstance(choice, str) for choice in choices):
            message = _("choices must be a dict of choice to explanation, both texts, not {choices!r}.")
            raise ValueError(message.format(choices=choices))
        if right not in choices:
            raise ValueError(_("right must be one of the choices, not {right!r}.").format(right=right))
        self.question, self.choices, self.right, self._picture = question, choices, right, picture
        self._view = QuestionView(
            question=question,
            choices=list(choices),
            words={"first": _("Predict first."), "confirm": _("That is my prediction"), "gone": GONE},
        )
        self._view.on_msg(lambda _view, message, _buffers: self.answer(list(choices)[message["index"]]))

    def answer(self, choice):
        """Make a choice, by its text or its letter: unlocks the picture and returns the explanation."""
        choice = str(choice)
        letters = {chr(ord("a") + i): text for i, text in enumerate(self.choices)}
        choice = choice if choice in self.choices else letters.get(choice, choice)
        if choice not in self.choices:
            raise ValueError(_("choose one of {letters}, not {choice!r}.").format(letters=list(letters), choice=choice))
        self._picture.lock("")
        right = choice == self.right
        explanation = f"{_('Right.') if right else _('Not so.')} {self.choices[choice]}"
        self._view.verdict = {"choice": choice, "right": right, "explanation": explanation}
        return explanation

    def _repr_mimebundle_(self, include=None, exclude=None):
        self._view.verdict = {}
        self._picture.lock(_("Answer the question above, and the picture is yours."))
        letters = [f"{chr(ord('a') + i)}) {choice}" for i, choice in enumerate(self.choices)]
        lines = "".join(f"<br>{escape(line)}" for line in letters)
        return {
            "text/plain": "\n".join([f"{_('Predict first.')} {self.question}", *letters]),
            "text/html": f"<p><b>{_('Predict first.')}</b> {escape(self.question)}{lines}</p>",
            **view_of(self._view),
        }


class QuestionView(Widget):
    """What travels to question.js: the question, and the verdict once it is answered."""

    _esm = Path(__file__).with_name("question.js")
    _css = Path(__file__).parent.parent / "pictures" / "view.css"
    question = traitlets.Unicode().tag(sync=True)
    choices = traitlets.List().tag(sync=True)
    words = traitlets.Dict().tag(sync=True)
    verdict = traitlets.Dict().tag(sync=True)


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
        if callable(self.right) and not self.on:
            raise ValueError(_("an Exercise whose answer is a function needs `on`: the arguments to try it on."))

    def same(self, one, other):
        """Whether two results agree: same shape, same words, numbers within the tolerance; tuples and lists part by part."""
        if (word := _word(one)) is not None and (of_other := _word(other)) is not None:
            return word == of_other
        if all(isinstance(it, (tuple, list)) for it in (one, other)):  # such as a layer's gradients, each of its shape
            return len(one) == len(other) and all(map(self.same, one, other))
        one, other = _numbers(one), _numbers(other)
        if one is None or other is None:
            return False
        return one.shape == other.shape and bool(np.allclose(one, other, rtol=self.tolerance, atol=self.tolerance * 1e-3))


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
        if callable(exercise.right):
            return _check_function(exercise, answer)
        return _check_value(exercise, answer)
    except Exception as error:  # an answer may be anything at all
        told = _("This could not be judged: {error}. Is it the kind of answer asked for?")
        return Verdict(False, told.format(error=_cut(repr(error))))


def _check_value(exercise, answer):
    parts = answer if isinstance(answer, (tuple, list)) else [answer]
    if any(part is None or part is ... for part in parts):
        return Verdict(None, _("Not tried yet: replace the three dots by your answer, and run the cell."))
    if any(isinstance(part, Tensor) for part in parts):
        return Verdict(False, _("A Tensor remembers how it was made. The answer is its value alone: add .data."))
    if exercise.same(answer, exercise.right):
        return Verdict(True, _("Correct."))
    if hint := _hint(exercise, lambda wrong: exercise.same(answer, wrong)):
        return Verdict(False, hint)
    yours, right = _kind(answer), _kind(exercise.right)
    if yours != right:
        return Verdict(False, _("The answer is {right}; yours is {yours}.").format(yours=yours, right=right))
    answer, _right = _told(answer, exercise.right)
    return Verdict(False, _("Not {answer}. Work it out once more, step by step.").format(answer=answer))


def _hint(exercise, given):
    """The hint for the wrong answer that was given; a hint that cannot be tried on this answer is not for it."""
    for wrong, hint in exercise.hints:
        try:
            if given(wrong):
                return hint
        except Exception:
            continue
    return ""


def _check_function(exercise, function):
    if function is None or function is ...:
        return Verdict(None, _("Not tried yet: replace the three dots by your answer, and run the cell."))
    if not callable(function):
        return Verdict(False, _("A function is asked for, and this is {answer}.").format(answer=_cut(repr(function))))
    results = []
    for arguments in exercise.on:
        call = f"{getattr(function, '__name__', 'your function')}({', '.join(map(_text, arguments))})"
        try:
            result = deepcopy(function(*_copies(arguments)))  # it may fill the same array the next time
        except Exception as error:
            words = {"call": call, "kind": type(error).__name__, "error": _cut(str(error))}
            return Verdict(False, _("{call} raised {kind}: {error}").format(**words))
        if result is ...:
            return Verdict(None, _("Not tried yet: replace the three dots after `return`, and run the cell."))
        if result is None:
            return Verdict(False, _("{call} returns nothing. Is there a `return`, and is it reached?").format(call=call))
        results.append((call, result, exercise.right(*_copies(arguments))))
    off = [(call, result, right) for call, result, right in results if not exercise.same(result, right)]
    if not off:
        return Verdict(True, _("Correct: tried on {n} cases.").format(n=len(results)))

    answers = [result for _call, result, _right in results]
    if hint := _hint(exercise, lambda wrong: all(map(exercise.same, answers, (wrong(*_copies(on)) for on in exercise.on)))):
        return Verdict(False, hint)
    call, *both = off[0]
    result, right = _told(*both)
    return Verdict(False, _("{call} gives {result}, and should give {right}.").format(call=call, result=result, right=right))


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
    for digits in (6, 9, 17):
        texts = _text(one, digits), _text(other, digits)
        if texts[0] != texts[1]:
            break
    return texts


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
