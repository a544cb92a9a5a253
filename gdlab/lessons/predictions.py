"""Predictions: a question locks a live picture until it is answered. Who predicts before looking learns from what they see."""

from html import escape
from pathlib import Path

import traitlets

from gdlab.maths.checks import need
from gdlab.maths.words import _
from gdlab.pictures.view import GONE, Widget, script


class Prediction:
    """A question that locks a live picture until it is answered. `answer("b")` answers it from code, as a teacher may.

    Args:
        picture: the live picture that shows the answer. Show it in the cell below. `picture.set` is never locked.
        question: what will happen?
        choices: {choice: what to say to someone who made it}; both are texts.
        right: the choice that is right.
    """

    def __init__(self, picture, question, choices, right):
        texts = isinstance(choices, dict) and all(isinstance(choice, str) for choice in choices)
        need(texts, "choices must be a dict of choice to explanation, both texts", choices)
        need(right in choices, "right must be one of the choices", right)
        self.question, self.choices, self.right, self._picture = question, choices, right, picture
        self._letters = dict(zip("abcdefgh", choices, strict=False))
        self._view = QuestionView(question=question, choices=list(choices))
        self._view.on_msg(lambda _view, message, _buffers: self.answer(list(choices)[message["index"]]))

    def answer(self, choice):
        """Make a choice, by its text or its letter: unlocks the picture and returns the explanation."""
        made = choice if choice in list(self.choices) else self._letters.get(str(choice))
        need(made, f"choose one of {list(self._letters)}", choice)
        self._picture.lock("")
        right = made == self.right
        explanation = f"{_('Right.') if right else _('Not so.')} {self.choices[made]}"
        self._view.verdict = {"choice": made, "right": right, "explanation": explanation}
        return explanation

    def _repr_mimebundle_(self, include=None, exclude=None):
        self._view.verdict = {}
        self._picture.lock(_("Answer the question above, and the picture is yours."))
        lines = [self.question, *(f"{letter}) {choice}" for letter, choice in self._letters.items())]
        plain = f"{WORDS['first']} " + "\n".join(lines)
        html = f"<p><b>{WORDS['first']}</b> {'<br>'.join(map(escape, lines))}</p>"
        return {"text/plain": plain, "text/html": html, **self._view.mime()}


predict = Prediction  # as lessons call it
WORDS = {"first": _("Predict first."), "confirm": _("That is my prediction"), "gone": GONE}


class QuestionView(Widget):
    """What travels to question.js: the question, and the verdict once it is answered."""

    _esm = script("page.js", Path(__file__).with_name("question.js"))
    question = traitlets.Unicode().tag(sync=True)
    choices = traitlets.List().tag(sync=True)
    words = traitlets.Dict(WORDS).tag(sync=True)
    verdict = traitlets.Dict().tag(sync=True)
