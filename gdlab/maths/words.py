"""How gdlab speaks: every sentence it composes for a learner goes through `_`, every number through `number`.

A translation is a gettext catalogue at ``gdlab/locale/<language>/LC_MESSAGES/gdlab.mo``; without one the English text
itself is shown.
"""

import gettext
import math
import re
from contextlib import suppress
from pathlib import Path

_ = gettext.translation("gdlab", localedir=Path(__file__).parent.parent / "locale", fallback=True).gettext
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value, digits=3):
    """A number as a reader writes it: `digits` significant digits, a true minus sign, 3.8 × 10⁻⁵ where it is long."""
    value = float(value) + 0.0  # no −0
    whole = 1e3 <= abs(float(f"{value:.{digits}g}")) < 1e6
    return written(f"{value:.0f}" if whole else f"{value:.{digits}g}")


def written(sentence):
    """A sentence with its numbers as a reader writes them: −2.5 and 3 × 10⁻⁶, where Python's formats give -2.5 and 3e-06."""
    sentence = re.sub(r"(?<=\d)e([-+]\d+)\b", lambda e: f" × 10{str(int(e[1])).translate(_SUPERSCRIPTS)}", sentence)
    return re.sub(r"(?<![\w.)\]])-(?=\.?\d|inf\b)", "−", sentence)


def point(xy, digits=3):
    """A point as "(−4, 3)"."""
    return "(" + ", ".join(number(value, digits) for value in xy) + ")"


def read_number(text):
    """The number that a learner has typed: 0.5, 0,5, −2, 1/2 or 3e-4; a ValueError where it is none."""
    top, bar, bottom = text.replace("−", "-").replace(",", ".").partition("/")
    with suppress(ValueError, ZeroDivisionError):
        if math.isfinite(value := float(top) / float(bottom if bar else 1)):
            return value
    raise ValueError(f"a number is needed, such as 0.5 or 1/2, not {text!r}.")
