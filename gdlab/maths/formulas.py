"""A learner's own formula: text that becomes a function of x and y, and never code.

The text is cut into tokens: their kinds, in a row, show most slips, and where. Then Python's own grammar (`ast`) says what
belongs to what; of its tree only numbers, x, y, arithmetic and a few functions are let through, and nothing is ever run.
"""

import ast
import re

import numpy as np

from gdlab.maths.checks import need
from gdlab.maths.words import _

LONGEST, DEEPEST = 200, 20  # characters, and parts within parts
AS_PYTHON = str.maketrans({"^": "**", "−": "-", "×": "*", "·": "*"})  # our sentences have −, × and ·, and a learner copies them
NUMBER = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
NAMES = {"x": (lambda x, y: x, "x"), "y": (lambda x, y: y, "y"), "pi": (lambda *_: np.pi, r"\pi"), "e": (lambda *_: np.e, "e")}
# A function, its LaTeX, how tightly that holds together (6: as a name), and how tightly what it takes must, to go unbracketed.
# A quotient stands in one line: a fraction would be too high for the title of a map.
FUNCTIONS = {name: (getattr(np, name), rf"\{name}({{}})", 6, 0) for name in ("sin", "cos", "exp", "log", "tanh")}
FUNCTIONS |= {"sqrt": (np.sqrt, r"\sqrt{{{}}}", 6, 0), "abs": (np.abs, "|{}|", 6, 0)}
OPERATORS = {
    ast.UAdd: (lambda value: value, "{}", 6, 6), ast.USub: (np.negative, "-{}", 3, 4), ast.Add: (np.add, "{} + {}", 1, 1, 2),
    ast.Sub: (np.subtract, "{} - {}", 1, 1, 2), ast.Div: (np.divide, "{} / {}", 2, 3, 5),
    ast.Mult: (np.multiply, r"{}\,{}", 4, 3, 4), ast.Pow: (np.power, "{}^{{{}}}", 5, 6, 0),
}  # fmt: skip
TOKEN = rf"({NUMBER}|(?:{'|'.join(NAMES)})\b)|((?:{'|'.join(FUNCTIONS)})\b)|(\*\*|[*/])|([-+])|(\()|(\))|([^\W\d]\w*|\S)"
KINDS = "0f*-()?"  # of these: a number or x, a function, an operator, a sign, brackets, and what is not known
SLIPS = {  # a pattern of such kinds, and what is wrong there
    r"\?": _("this is not known"),
    r"(?<=[0)])[0f(]": _("a sign is missing before this, such as *"),
    r"f(?!\()": _("a function needs brackets, as in sin(x)"),
    r"(?<![0)])[*)]": _("a number, x, y or a function is missing here"),
    r"(?<![0)])$": _("something is missing at the end"),
}


class FormulaError(ValueError):
    """A text that is no formula. The message shows the place, between ▸ and ◂, and says what is allowed."""


def read(text):
    """The function of x and y (numbers, arrays, tensors) and the LaTeX of a formula; a FormulaError for what is none."""
    need(isinstance(text, str), "a formula must be a text such as 'x**2 + y**2'", text)
    need(len(text) <= LONGEST, f"a formula must have {LONGEST} characters at most, not {len(text)}")
    text = " ".join(text.split())
    code, places = text.translate(AS_PYTHON), [i for i, sign in enumerate(text + " ") for _again in sign.translate(AS_PYTHON)]

    def refuse(why, begin, end):  # what stands there in the code
        shown = f"{text[: places[begin]]}▸{text[places[begin] : places[end]]}◂{text[places[end] :]}"
        shown = re.sub(r"^.+(?=.{30}▸)|(?<=◂.{30}).+$", "…", shown)  # of a long text, what stands around the place
        told = _("{shown}: {why}. Allowed are numbers, {names}, + - * / ** ^ ( ) and {functions}.")
        raise FormulaError(told.format(shown=shown, why=why, names=", ".join(NAMES), functions=", ".join(FUNCTIONS)))

    tokens = [(KINDS[token.lastindex - 1], *token.span()) for token in re.finditer(TOKEN, code)] + [("", len(code), len(code))]
    kinds = "".join(kind for kind, *_span in tokens)
    for k, why in sorted((slip.start(), why) for slips, why in SLIPS.items() for slip in re.finditer(slips, kinds)):
        refuse(why, *tokens[k][1:])
    try:
        return _part(ast.parse(code, mode="eval").body, refuse, 0)[:2]
    except (SyntaxError, RecursionError, MemoryError) as error:  # such as a bracket that is never closed
        place = getattr(error, "offset", None) or 1
        refuse((*error.args, _("this cannot be read"))[0], place - 1, place)


def _part(node, refuse, depth):
    """What a part of the tree is: (a function of x and y, its LaTeX, and how tightly it holds together, as above)."""
    match node:
        case ast.Name(id=name) if name in NAMES:
            return *NAMES[name], 6
        case ast.Constant(value=int() | float() as number) if number < np.inf:
            mantissa, _e, power = f"{number:.15g}".partition("e")
            latex = rf"{mantissa} \cdot 10^{{{int(power)}}}" if power else mantissa
            return (lambda x, y: float(number)), latex, 4 if power else 6
        case ast.Call(func=ast.Name(id=name), args=[_one] as inner) if name in FUNCTIONS:
            function, latex, holds, *least = FUNCTIONS[name]
        case ast.UnaryOp(op=op) | ast.BinOp(op=op) if type(op) in OPERATORS:
            function, latex, holds, *least = OPERATORS[type(op)]
            inner = [part for part in ast.iter_child_nodes(node) if part is not op]
        case _:
            refuse(_("this is not known"), node.col_offset, node.end_col_offset)
    if depth > DEEPEST:
        refuse(_("more than {most} parts within each other").format(most=DEEPEST), node.col_offset, node.end_col_offset)
    values, texts = [], []
    for part, low in zip(inner, least, strict=True):
        value, text, rank = _part(part, refuse, depth + (part is inner[-1]))
        values.append(value)
        texts.append(f"({text})" if rank < low or low and text[0] == "-" and part is inner[-1] else text)
    if function is np.power:
        with np.errstate(all="ignore"):
            base, exponent = (value(np.nan, np.nan) for value in values)  # nan, but for a constant
        if not (base > 0 or abs(exponent) <= 20):
            why = _("an exponent must be a number from −20 to 20, or its base a number above 0")
            refuse(why, inner[1].col_offset, inner[1].end_col_offset)
    if function is np.multiply and texts[1][0].isdigit():
        latex = r"{} \cdot {}"
    return (lambda x, y: function(*(value(x, y) for value in values))), latex.format(*texts), holds
