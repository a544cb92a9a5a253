"""A learner's own formula: text that becomes a function of x and y, and never code.

The text is cut into tokens, each of which must be known, and put together again by four rules: a sum is made of products,
a product of powers, a power of atoms, and an atom is a number, a name, a function or a sum in brackets. What comes out
is arithmetic on numpy's functions. Nothing of the text is ever compiled or run, so nothing can hide in it.
"""

import math
import re
from dataclasses import dataclass, replace

import numpy as np

from gdlab.maths.words import _

LONGEST, DEEPEST, HIGHEST = 200, 20, 20  # characters, brackets within brackets, the largest exponent
AROUND = 30  # characters before and after the place that a message shows
AS_WRITTEN = str.maketrans("−×·", "-**")  # as our own sentences write them, and a learner copies them
CONSTANTS = {"pi": (math.pi, r"\pi"), "e": (math.e, "e")}
FUNCTIONS = {
    "sin": (np.sin, r"\sin({})"), "cos": (np.cos, r"\cos({})"), "exp": (np.exp, r"\exp({})"),
    "log": (np.log, r"\log({})"), "sqrt": (np.sqrt, r"\sqrt{{{}}}"), "tanh": (np.tanh, r"\tanh({})"),
    "abs": (np.abs, r"|{}|"),
}  # fmt: skip
_NUMBER, _NAME, _SIGN = r"([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", r"[^\W0-9]\w*", r"\*\*|[-−+*×·/^()]"
_TOKEN = re.compile(f"(?P<number>{_NUMBER})|(?P<name>{_NAME})|(?P<sign>{_SIGN})")


class FormulaError(ValueError):
    """A text that is no formula. The message shows the place, between ▸ and ◂, and says what is allowed."""


@dataclass(frozen=True)
class _Part:
    """A part of a formula: its function of x and y; its value where it is a constant, else None; its LaTeX; how tightly
    it holds together (1 a sum, 2 a negative, 3 a quotient, 4 a product, 5 a power, 6 an atom); where it begins and ends in
    the text."""

    run: callable
    value: float | None
    latex: str
    rank: int
    begin: int
    end: int

    def within(self, rank):
        """Its LaTeX, in brackets where it holds together less tightly than that."""
        return self.latex if self.rank >= rank else f"({self.latex})"


def read(text):
    """Read a formula such as "x**2 + 3*sin(y)" or "(1-x)^2 + 100*(y-x^2)^2".

    Args:
        text: numbers, x, y, pi, e, + - * / ** ^, brackets, and sin, cos, exp, log, sqrt, tanh, abs; up to 200 characters.
            −, × and · will do, too: so our sentences write them. An exponent is a number from −20 to 20, unless its base is
            a number above 0, as in 2**x.

    Returns:
        (function, LaTeX). The function takes numbers, arrays or tensors x and y.

    Raises:
        FormulaError: for anything else.
    """
    if not isinstance(text, str):
        raise FormulaError(_("a formula is a text such as 'x**2 + y**2', not {it!r}.").format(it=text))
    if len(text) > LONGEST:
        raise FormulaError(_("A formula has {most} characters at most, and this one {n}.").format(most=LONGEST, n=len(text)))
    whole = _Reader(text).formula()
    return whole.run, whole.latex


class _Reader:
    """Reads one text from left to right. `token`, its `kind` and its `begin` are what comes next."""

    def __init__(self, text):
        self.text, self.end, self.depth = text, 0, 0
        self.step()

    def step(self):
        """Go on to the next token; at the end of the text it is empty."""
        self.last = self.end
        self.begin = self.end + len(self.text[self.end :]) - len(self.text[self.end :].lstrip())
        match = _TOKEN.match(self.text, self.begin)
        if match is None and self.begin < len(self.text):
            self.fail(_("this sign is not known"), self.begin, self.begin + 1)
        self.token, self.kind = (match[0].translate(AS_WRITTEN), match.lastgroup) if match else ("", None)
        self.end = self.begin + len(self.token)

    def fail(self, why, begin=None, end=None):
        begin, end = self.begin if begin is None else begin, self.end if end is None else end
        before, after = self.text[:begin], self.text[end:]  # of a long text, what stands around the place
        before, after = "…" * (len(before) > AROUND) + before[-AROUND:], after[:AROUND] + "…" * (len(after) > AROUND)
        raise FormulaError(
            _("{before}▸{here}◂{after}: {why}. Allowed are numbers, x, y, {constants}, + - * / ** ^ ( ) and {functions}.").format(
                before=before, here=self.text[begin:end], after=after, why=why,
                constants=", ".join(CONSTANTS), functions=", ".join(FUNCTIONS),
            )  # fmt: skip
        )

    def formula(self):
        whole = self.sum()
        if self.token:
            self.fail(_("a bracket too much") if self.token == ")" else _("a sign is missing before this, such as *"))
        return whole

    def sum(self):
        left = self.product()
        while self.token in ("+", "-"):
            sign = self.token
            self.step()
            right = self.product()
            left = self.join(np.add if sign == "+" else np.subtract, left, right, f"{left.latex} {sign} {right.within(3)}", 1)
        return left

    def product(self):
        left = self.signed()
        while self.token in ("*", "/"):
            sign = self.token
            self.step()
            right = self.signed()
            negative = left.rank == 2  # as in −2x, where no bracket is needed
            before = left.latex if negative else left.within(4)
            if sign == "*":
                dot = r" \cdot " if right.latex[0] in "0123456789.-" else r"\,"
                latex, rank = f"{before}{dot}{right.within(4)}", 2 if negative else 4
                left = self.join(np.multiply, left, right, latex, rank)
            else:  # in one line: a fraction would be too high for the title of a map
                latex, rank = f"{before} / {right.within(5)}", 1 if negative else 3
                left = self.join(np.divide, left, right, latex, rank)
        return left

    def signed(self):
        if self.token not in ("+", "-"):
            return self.power()
        begin, sign = self.begin, self.token
        self.step()
        part = self.nested(self.signed)
        if sign == "+":
            return replace(part, begin=begin)
        return self.apply(np.negative, part, f"-{part.within(4)}", 2, begin)

    def power(self):
        base = self.atom()
        if self.token not in ("**", "^"):
            return base
        self.step()
        exponent = self.nested(self.signed)
        if exponent.value is None and not (base.value or 0) > 0:
            self.fail(_("an exponent must be a number, or its base a number above 0"), exponent.begin, exponent.end)
        if exponent.value is not None and abs(exponent.value) > HIGHEST:
            self.fail(_("an exponent goes from −{most} to {most}").format(most=HIGHEST), exponent.begin, exponent.end)
        return self.join(np.power, base, exponent, f"{base.within(6)}^{{{exponent.latex}}}", 5)

    def atom(self):
        begin, token, kind = self.begin, self.token, self.kind
        if kind == "number":
            self.step()
            mantissa, _e, power = token.lower().partition("e")
            latex = rf"{mantissa} \cdot 10^{{{int(power)}}}" if power else mantissa
            return self.constant(float(token), latex, 4 if power else 6, begin)
        if token == "(":
            inside = self.bracket()
            return _Part(inside.run, inside.value, inside.latex, inside.rank, begin, self.last)
        if kind == "name":
            self.step()
            if token in ("x", "y"):
                return _Part((lambda x, y: x) if token == "x" else (lambda x, y: y), None, token, 6, begin, self.last)
            if token in CONSTANTS:
                return self.constant(*CONSTANTS[token], 6, begin)
            if token not in FUNCTIONS:
                self.fail(_("this name is not known"), begin, self.last)
            if self.token != "(":
                self.fail(_("a function needs brackets, as in {name}(x)").format(name=token), begin, self.last)
            function, latex = FUNCTIONS[token]
            inside = self.bracket()
            return self.apply(function, inside, latex.format(inside.latex), 6, begin)
        self.fail(_("a number, x, y or a function is missing here") if token else _("something is missing at the end"))

    def bracket(self):
        opened = self.begin
        self.step()
        inside = self.nested(self.sum)
        if self.token != ")":
            if self.token:
                self.fail(_("a sign is missing before this, such as *"))
            self.fail(_("this bracket is never closed"), opened, opened + 1)
        self.step()
        return inside

    def nested(self, rule):
        self.depth += 1
        if self.depth > DEEPEST:
            self.fail(_("more than {most} parts within each other").format(most=DEEPEST))
        part = rule()
        self.depth -= 1
        return part

    def constant(self, value, latex, rank, begin):
        if not math.isfinite(value):
            self.fail(_("this is no number that a computer can hold"), begin, self.last)
        return _Part(lambda x, y: value, value, latex, rank, begin, self.last)

    def apply(self, function, part, latex, rank, begin):
        if part.value is None:
            return _Part(lambda x, y: function(part.run(x, y)), None, latex, rank, begin, self.last)
        with np.errstate(all="ignore"):
            return self.constant(float(function(part.value)), latex, rank, begin)

    def join(self, function, left, right, latex, rank):
        if left.value is None or right.value is None:
            run = lambda x, y: function(left.run(x, y), right.run(x, y))  # noqa: E731
            return _Part(run, None, latex, rank, left.begin, self.last)
        with np.errstate(all="ignore"):
            return self.constant(float(function(left.value, right.value)), latex, rank, left.begin)
