"""Predictions: a question locks a live picture until it is answered. Who predicts before looking learns from what they see."""

from hashlib import blake2s
from html import escape
from pathlib import Path

import numpy as np
import traitlets

from gdlab.maths.checks import need
from gdlab.maths.words import _, number, point, read_number
from gdlab.pictures.view import GONE, Widget, script


class Prediction:
    """A question that locks a live picture until it is answered. `answer("b")` answers it from code, as a teacher may.

    It asks for a choice; or, with `guess`, for a place or a value that is set with the picture's own control, as the only
    one that moves till then; or, with neither, for a number that is typed.

    Args:
        picture: the live picture that shows the answer. Show it in the cell below. `picture.set` is never locked.
        question: what will happen?
        choices: {choice: what to say to someone who made it}; both are texts. They are shown in an order of chance.
        right: the choice that is right.
        guess: the name of a control. A point is set in the open picture, anything else on a veiled one.
        truth: the right value or place, and `within` how far off a guess may be to count as right, in the same units.
        why: what to say after a guess, whether right or not.
        then: where the picture's controls go when it opens, {name: value}; by default a guessed slider goes to the truth.
    """

    def __init__(self, picture, question, choices=(), right=None, guess=None, truth=None, within=None, why="", then=None):
        self.question, self._picture, self.guess, self.truth, self.within, self.why = question, picture, guess, truth, within, why
        controls = {name: control.kind for name, control in picture._controls.items()}
        if choices or right:
            texts = isinstance(choices, dict) and all(isinstance(choice, str) for choice in choices)
            need(texts, "choices must be a dict of choice to explanation, both texts", choices)
            need(right in choices, "right must be one of the choices", right)
        else:
            need(guess is None or guess in controls, f"guess must be one of {list(controls)}", guess)
            needed = "a guess needs its truth, and within: how near counts as right"
            need(truth is not None and within is not None and within >= 0, needed, (truth, within))
        self.right, self.slides = right, guess is not None and controls[guess] != "point"
        self.then = ({guess: truth} if self.slides else {}) if then is None else then
        order = sorted(choices, key=lambda choice: blake2s(f"{question} {choice}".encode()).digest())  # the same at each run
        self.choices = {choice: choices[choice] for choice in order}
        self._letters = dict(zip("abcdefgh", self.choices, strict=False))
        label = guess and (picture._controls[guess].label or guess.replace("_", " "))
        self.ways = list(self.choices) or [WORDS["set"].format(label=label) if guess else WORDS["type"]]
        self._view = QuestionView(question=question, kind="choice" if choices else "guess" if guess else "number", ways=self.ways)
        self._view.on_msg(self._receive)

    def _receive(self, _view, message, _buffers):
        made = message["answer"]
        try:
            if not self.choices and not self.guess:
                read_number(made)
        except ValueError:
            self._view.verdict = {"explanation": WORDS["number"]}
        else:
            self.answer(made)

    def answer(self, made=None):
        """Answer by a choice or its letter, a number, a place; or, with `guess`, by what is set in the picture. Opens it."""
        made, right, explanation = self._judged(made) if self.choices else self._measured(made)
        self._picture.lock("")
        self._view.verdict = {"choice": made, "right": right, "explanation": explanation}
        if self.then:
            self._picture.set(**self.then)
        return explanation

    def _judged(self, made):
        """(The choice, whether it is right, what to say)."""
        choice = made if made in list(self.choices) else self._letters.get(str(made))
        need(choice, f"choose one of {list(self._letters)}", made)
        right = choice == self.right
        return choice, right, f"{_('Right.') if right else _('Not so.')} {self.choices[choice]}"

    def _measured(self, made):
        """The same of a guess, which is told as it came."""
        guess = made if made is not None else self._picture.values.get(self.guess)
        if self.guess:
            guess = self._picture._controls[self.guess].check(guess)
        elif isinstance(guess, str):
            guess = read_number(guess)
        far, tell = float(np.linalg.norm(np.subtract(guess, self.truth))), point if np.ndim(self.truth) else number
        if self.slides:
            self._picture.view.marks = {self.guess: [guess, self.truth]}
        told = _("You guessed {guess}. It is {truth}: {far} apart.") if far else _("You guessed {guess}, and so it is.")
        told = told.format(guess=tell(guess), truth=tell(self.truth), far=number(far))
        return made, far <= self.within, f"{told} {self.why}".strip()

    def _repr_mimebundle_(self, include=None, exclude=None):
        self._view.verdict, self._picture.view.marks = {}, {}
        self._picture.lock(_("Answer the question above, and the picture is yours."), self.guess)
        letters = [f"{letter}) {choice}" for letter, choice in self._letters.items()]
        lines = [self.question, *(letters or self.ways)]
        plain = f"{WORDS['first']} " + "\n".join(lines)
        html = f"<p><b>{WORDS['first']}</b> {'<br>'.join(map(escape, lines))}</p>"
        return {"text/plain": plain, "text/html": html, **self._view.mime()}


predict = Prediction  # as lessons call it
WORDS = {
    "first": _("Predict first."), "confirm": _("That is my prediction"), "gone": GONE,
    "set": _("Set your guess in the picture below: {label}. Then confirm it here."), "type": _("Type a number, then confirm it."),
    "number": _("A number is asked for, such as 0.5 or 1/2."),
}  # fmt: skip


class QuestionView(Widget):
    """What travels to question.js: the question, and the verdict once it is answered."""

    _esm = script("page.js", Path(__file__).with_name("question.js"))
    question = traitlets.Unicode().tag(sync=True)
    kind = traitlets.Unicode().tag(sync=True)  # choice, guess or number
    ways = traitlets.List().tag(sync=True)  # the choices, or what to do
    words = traitlets.Dict(WORDS).tag(sync=True)
    verdict = traitlets.Dict().tag(sync=True)
