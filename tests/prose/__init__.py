"""The words of the lessons, and what they must agree with: a table for each lesson, in lesson_00.py and so on.

A table has up to five parts. Words stand in it as they stand in the lesson; `tests/test_prose.py` holds them against it.

    ROWS = [
        ("19 of 21 seeds", lambda right, seeds: sum(...) == right),    # takes all of its numbers: is it so?
        ("3 | (1.536, 2.048)", lambda step: walk(step)),               # takes the first, and computes the others
        ("about 2 · 10⁻⁸ and 0.4", [np.sqrt(3.6e-15 / 12), 4 / 11]),   # they are these, rounded as in the words
        ("falls and falls", lambda: np.diff(losses).max() < 0),        # a claim without a number
    ]
    FORMULAS = [("x² + y²", bowl)]                       # equal to this function of its letters
    RIGHT = {"walk": "It diverges", "aim": 53.13}        # the right choice of this picture's prediction, which has a row, too;
                                                         # or the truth of a guess, computed here once more
    HINTS = {"exercise": [("That is 1 − α.", 1 - 0.3)],  # words of a hint, and the wrong answer that they describe
             "goal": [("Here it is 0.", {"where": (0, 0)})]}  # or how the picture stands in which a goal is not reached
    FREE = {"in 2018": "the year of a paper"}            # bound to nothing, and why

An equation between numbers, such as 9 + 16 = 25, or an identity, such as (2 + h)² = 4 + 4h + h², needs no row: it is found,
and counts if it is true, and would not be with any one of its digits changed.
"""

import ast
import contextlib
import inspect
import io
import math
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

import nbformat
import numpy as np
import refresh

from gdlab.pictures.live import Live


class Lesson:
    """A lesson: its prose, and by attribute every name that its cells define. They are run when one is first asked for."""

    def __init__(self, number):
        (self.path,) = refresh.lessons(f"{number}_")

    @cached_property
    def prose(self):
        """All that a learner reads, {where it stands: words}: markdown, and what stands in questions, hints and titles."""
        found = {}
        for i, cell in enumerate(nbformat.read(self.path, as_version=4).cells):
            if cell.cell_type == "markdown":
                found[f"cell {i}"] = plain(re.sub(r"```python\n.*?```", "", cell.source, flags=re.DOTALL))
            else:
                for k, words in enumerate(_strings(cell.source)):
                    found[f"cell {i}, text {k}"] = plain(words)
        return found

    @cached_property
    def names(self):
        names = {"__name__": self.path.stem}
        for cell in nbformat.read(self.path, as_version=4).cells:
            if cell.cell_type == "code" and ".save(" not in cell.source:  # a film takes long, and leaves a file
                with contextlib.redirect_stdout(io.StringIO()):
                    exec(compile(cell.source, self.path.name, "exec"), names)
        return names

    @cached_property
    def right(self):
        """The right choice of each prediction, or what a guess is held against, {picture: choice, place or number}."""
        found = {}
        for cell in nbformat.read(self.path, as_version=4).cells:
            for node in ast.walk(ast.parse(cell.source)) if cell.cell_type == "code" else ():
                match node:
                    case ast.Call(ast.Name("predict"), [ast.Name(picture), *_], options):
                        right = next(option.value for option in options if option.arg in ("right", "truth"))
                        found[picture] = eval(compile(ast.Expression(right), picture, "eval"), dict(self.names))
        return found

    @cached_property
    def controls(self):
        """Where the controls of each picture begin, {picture: {control: value}}."""
        return {name: dict(it.values) for name, it in self.names.items() if isinstance(it, Live)}

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self.names[name]

    def says(self, picture, **values):
        """The sentence of a live picture, by its name, with these controls moved and the others where they begin."""
        return self.names[picture].set(**{**self.controls[picture], **values})


def _strings(source):
    """The texts in a code cell that hold more than one word; f-strings are no prose, but what a picture says."""
    tree = ast.parse(source)
    composed = {part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [node.value for node in texts if " " in node.value and node not in composed]


# Numbers, as prose writes them

SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
FRACTIONS = {"½": Fraction(1, 2), "¼": Fraction(1, 4), "⅓": Fraction(1, 3)}
# Smaller ones are counts of what stands there, for everybody to see: two views, three arrays.
IN_WORDS = {
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "sixteen": 16, "twenty": 20, "sixty": 60,
    "hundred": 100, "thousand": 1000, "half": Fraction(1, 2), "a third": Fraction(1, 3), "quarter": Fraction(1, 4),
    "quarters": Fraction(1, 4), "tenth": Fraction(1, 10), "twice": 2, "five times": 5, "four times": 4, "three times": 3,
}  # fmt: skip
NUMBER = re.compile(
    rf"""(?<![\w{SUPERSCRIPTS})\]]) (?P<sign>[−-]?) (?<![\w.])
        (?P<digits> \d{{1,3}}(,\d{{3}})+(\.\d+)? | \d+(\.\d+)? )
        ( e(?P<e>-?\d+) | [ ]?[·×][ ]?10(?P<ten>⁻?[{SUPERSCRIPTS}]+) | (?P<power>⁻?[{SUPERSCRIPTS}]+) )? (?P<percent>[ ]?%)?
        | (?P<fraction>[{"".join(FRACTIONS)}])
        | (?P<exponent>⁻?[{SUPERSCRIPTS}]+)
        | \b(?P<word>{"|".join(IN_WORDS).replace(" ", "[ ]")})\b(?!-)""",
    re.VERBOSE,
)
_TO_DIGITS = str.maketrans("⁻" + SUPERSCRIPTS, "-0123456789")
_TO_SUPERSCRIPTS = str.maketrans("-−0123456789", "⁻⁻" + SUPERSCRIPTS)
_TO_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_FROM_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


@dataclass(frozen=True)
class Number:
    """A number in a text: where it stands, its value, and by how much a number that is rounded to it may differ."""

    text: str
    span: tuple
    value: Fraction
    slack: Fraction

    def is_rounded(self, value):
        """Whether it is what the words make of this value."""
        return math.isfinite(value) and abs(Fraction(float(value)) - self.value) <= self.slack + abs(self.value) / 10**9

    @property
    def argument(self):
        return int(self.value) if self.value.denominator == 1 else float(self.value)


def numbers(words):
    """The numbers in a text that has been made `plain`, in order."""
    return [_number(match) for match in NUMBER.finditer(words)]


def _number(match):
    slack = Fraction(0)
    if match["fraction"]:
        value = FRACTIONS[match["fraction"]]
    elif match["exponent"]:
        value = Fraction(match["exponent"].translate(_TO_DIGITS))
    elif match["word"]:
        value = Fraction(IN_WORDS[match["word"]])
        slack = value / 10  # "some sixty"
    else:
        digits = match["digits"].replace(",", "")
        value, slack = Fraction(digits), Fraction(1, 2 * 10 ** len(digits.partition(".")[2]))
        if match["power"]:
            value, slack = value ** int(match["power"].translate(_TO_DIGITS)), 0
        ten = match["e"] or match["ten"]
        scale = Fraction(10) ** int(ten.translate(_TO_DIGITS) if ten else 0) / (100 if match["percent"] else 1)
        value, slack = value * scale * (-1 if match["sign"] else 1), slack * scale
    return Number(match[0], match.span(), value, slack)


_COMMANDS = {
    "cdot": "·", "times": "×", "leftarrow": "←", "partial": "∂", "nabla": "∇", "sqrt": "√", "sum": "Σ", "alpha": "α",
    "beta": "β", "kappa": "κ", "rho": "ρ", "delta": "δ", "theta": "θ",
}  # fmt: skip


def plain(text):
    """Prose without markdown's and LaTeX's marks: x² for x^2, (a)/(b) for a fraction, no bold, no address of a link."""
    text = re.sub(r"(?<!\w)\*\*(?=\S)(.+?)(?<=\S)\*\*(?!\w)", r"\1", text)
    text = re.sub(r"\]\([^)\s]+\)", "]", text)
    group = r"\{((?:[^{}]|\{[^{}]*\})*)\}"
    text = re.sub(rf"\\t?frac{group}{group}", r"(\1)/(\2)", text)
    text = re.sub(r"\\(begin|end)\{pmatrix\}", lambda edge: "(" if edge[1] == "begin" else ")", text)
    text = re.sub(r"\\(text|q?quad|,|;| |\|)", " ", text.replace("\\\\", "; "))
    text = re.sub(r"\\([a-z]+)", lambda command: _COMMANDS.get(command[1], command[1]), text)
    text = re.sub(r"\^(-?\d|\{-?\d+\})", lambda power: power[1].strip("{}").translate(_TO_SUPERSCRIPTS), text)
    text = re.sub(r"_(\w|\{\w+\})(?![\w(])", lambda index: index[1].strip("{}").translate(_TO_SUBSCRIPTS), text)
    return text.replace("{", "(").replace("}", ")").replace("&", ", ")


# Formulas, as prose writes them

_FUNCTIONS = ("log", "exp", "sin", "cos", "tanh", "sqrt", "maximum")
_MATHS = {name: getattr(np, name) for name in ("e", *_FUNCTIONS)} | {"__builtins__": {}}
_PART = re.compile(
    rf"\d[\d,]*(?<=\d)(?:\.\d+)?|[{''.join(FRACTIONS)}]|⁻?[{SUPERSCRIPTS}]+"
    rf"|{'|'.join(_FUNCTIONS)}|[^\W\d_][₀-₉]*|[-−+·×*/^√(),]"
)
_OPERATORS = {"−": "-", "·": "*", "×": "*", "^": "**", "√": "sqrt"}


def python_of(words):
    """A formula as Python: 2(x + h)³ becomes 2*(x+h)**(3)."""
    parts, code = _PART.findall(words), ""
    if "".join(parts) != re.sub(r"\s", "", words):
        raise SyntaxError(words)
    for before, part in pairwise(["", *parts]):
        ends, begins = before[-1:].isalnum() or before in (")", *FRACTIONS), part[0].isalnum() or part in ("(", *FRACTIONS, "√")
        if part[0] in "⁻" + SUPERSCRIPTS:
            code += f"**({part.translate(_TO_DIGITS)})"
        elif before == "√" and part != "(":
            code += f"({part})"
        else:
            called = before in _MATHS or before == "√"
            code += "*" * (ends and begins and not called)
            written = f"({FRACTIONS[part]})" if part in FRACTIONS else part.translate(_FROM_SUBSCRIPTS)
            code += _OPERATORS.get(part, written.replace(",", "") if part[0].isdigit() else written)
    return code


def evaluate(words, letters):
    """The value of a formula, or None where the words are none. `letters` maps each letter to a number."""
    try:
        value = eval(python_of(words), _MATHS, letters)
        return value if not any(callable(part) for part in _flat(value)) else None
    except (SyntaxError, TypeError, ArithmeticError, ValueError):
        return None


class _AnyLetters(dict):
    """Each letter has a value of its own, the same whenever it is asked for."""

    def __missing__(self, letter):
        if letter in _MATHS:
            raise KeyError(letter)
        self[letter] = 1 + ord(letter[0]) * 0.6180339887 % 1 + 0.1 * len(letter)
        return self[letter]


_LEFT, _RIGHT = re.compile(rf"(?:{_PART.pattern}|[ ])+$"), re.compile(rf"(?:{_PART.pattern}|[ ])+")


def equations(text):
    """The spans of all equations in a text that hold, and hold no more if any digit of theirs is changed."""
    found = []
    for sign in re.finditer("=", text):
        start, end = max(0, text.rfind("\n", 0, sign.start())), sign.end()
        left, right = _LEFT.search(text[start : sign.start()]), _RIGHT.match(text, end)
        if not left or not right:
            continue
        lefts = [left[0][part.start() :] for part in _PART.finditer(left[0])]
        rights = [right[0][: part.end()] for part in _PART.finditer(right[0])][::-1]
        pair = next(((one, other) for one in lefts for other in rights if holds(one, other)), None)
        if pair and not any(holds(*changed) for changed in _digits_changed(*pair)):
            found.append((sign.start() - len(pair[0]), end + len(pair[1])))
    return found


def holds(left, right):
    """Whether the two sides of an equation are equal: the right one, where it is but a number or a point, as it is rounded."""
    letters = _AnyLetters()
    values = [_flat(evaluate(side, letters)) for side in (left, right)]
    if None in values[0] + values[1] or len(values[0]) != len(values[1]):
        return False
    literal = numbers(right)
    if not letters and re.fullmatch(r"[\s(),]*", NUMBER.sub("", right)) and len(literal) == len(values[1]):
        return all(number.is_rounded(value) for number, value in zip(literal, values[0], strict=True))
    return bool(np.allclose(*values, rtol=1e-9, atol=1e-12))


def _digits_changed(left, right):
    """Both sides with one digit changed by one, for every digit."""
    for sides in ((left, right), (right, left)):
        for at, digit in enumerate(sides[0]):
            row = next((row for row in ("0123456789", SUPERSCRIPTS) if digit in row), None)
            for by in (1, -1) if row else ():
                changed = sides[0][:at] + row[(row.index(digit) + by) % 10] + sides[0][at + 1 :]
                yield (changed, sides[1]) if sides[0] is left else (sides[1], changed)


# A table, held against its lesson


def disagreement(words, computed):
    """What is wrong with a row of a table, in words; "" where words and computation agree."""
    found = numbers(plain(words))
    takes = 0
    if callable(computed):
        kinds = [parameter.kind for parameter in inspect.signature(computed).parameters.values()]
        takes = len(found) if inspect.Parameter.VAR_POSITIONAL in kinds else len(kinds)
        computed = computed(*[number.argument for number in found[:takes]])
    if isinstance(computed, (bool, np.bool_)):
        if takes < len(found):
            return f"{words!r}: its numbers are {len(found)}, of which {takes} are looked at"
        return "" if computed else f"{words!r}: this is not so"
    values = [float(value) for value in _flat(computed)]
    told = [number.text for number in found[takes:]]
    if len(values) != len(told):
        return f"{words!r}: there are {told}, and computed {values}"
    pairs = zip(found[takes:], values, strict=True)
    off = [f"{number.text} and not {value:.10g}" for number, value in pairs if not number.is_rounded(value)]
    return f"{words!r}: it says {', '.join(off)}" if off else ""


def _flat(values):
    if isinstance(values, (list, tuple, np.ndarray)):
        return [part for value in values for part in _flat(value)]
    return [values]


def told(sentence):
    """The numbers in a picture's sentence."""
    return [number.argument for number in numbers(sentence)]


ALWAYS_FREE = {
    r"\b[Ll]essons? \d\d(?:(?:,| and|,? \d\d,? and) \d\d)*": "a lesson's number",
    r"\[\d\d |\[← \d\d ": "a lesson's number in a link",
    r"(?:Exercise|Question) \d": "the number of an exercise",
    r"^\d\. ": "the number of an item in a list",
    r"^\| \d\d \|": "a lesson's number on the map",
}


def missing(lesson, table):
    """The words of the table that do not stand in the lesson."""
    text = "\n".join(lesson.prose.values())
    return [words for words in bound_words(table) if not standing(words).search(text)]


def unbound(lesson, table):
    """Every number in the lesson's prose that nothing binds, as (where, number, the words around it)."""
    patterns = [re.compile(pattern, re.MULTILINE) for pattern in ALWAYS_FREE]
    patterns += [standing(words) for words in bound_words(table)]
    left = []
    for where, text in lesson.prose.items():
        spans = [match.span() for pattern in patterns for match in pattern.finditer(text)] + equations(text)
        for number in numbers(text):
            start, end = number.span
            if not any(a <= start and end <= b for a, b in spans):
                left.append((where, number.text, text[max(0, start - 30) : end + 30].replace("\n", " ")))
    return left


def standing(words):
    """A pattern that finds these words, and not as a part of a longer word or number."""
    words = plain(words)
    before = r"(?<![\w.])" if words[0].isalnum() else ""
    after = rf"(?![\w{SUPERSCRIPTS}]|[.,]\d)" if words[-1].isalnum() else ""
    return re.compile(before + re.escape(words) + after)


def bound_words(table):
    """All words that stand in a lesson's table."""
    rows = [*getattr(table, "ROWS", ()), *getattr(table, "FORMULAS", ())]
    rows += [row for hints in getattr(table, "HINTS", {}).values() for row in hints]
    return [words for words, _computed in rows] + list(getattr(table, "FREE", {}))
