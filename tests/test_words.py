"""gdlab's sentences: numbers as a reader writes them, and a translation that needs no change of code."""

import ast
import os
import shutil
import struct
import sys
from pathlib import Path

import pytest
from repository import ROOT, run

from gdlab.maths.words import number, point, read_number, written


@pytest.mark.parametrize(
    "value, text",
    [
        (0, "0"),
        (-0.0, "0"),
        (1, "1"),
        (-1.5, "−1.5"),
        (2 / 3, "0.667"),
        (0.0001, "0.0001"),
        (-0.000038, "−3.8 × 10⁻⁵"),
        (999.4, "999"),
        (999.6, "1000"),
        (-1000, "−1000"),
        (12345.678, "12346"),
        (1.25e6, "1.25 × 10⁶"),
        (-2e300, "−2 × 10³⁰⁰"),
    ],
)
def test_numbers_are_written_as_a_reader_does(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    "typed, value",
    [("0.5", 0.5), (" 0,5 ", 0.5), ("−2", -2), ("-2.", -2), ("1/2", 0.5), ("−1 / 3", -1 / 3), ("3e-4", 3e-4), ("0,3/0,4", 0.75)],
)
def test_a_number_is_read_in_the_forms_people_write(typed, value):
    assert read_number(typed) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize("typed", ["", " ", "/", "1/", "/2", "1/0", "1/2/3", "nan", "-inf", "1e999999999", "1,000.5", "2 3", "half"])
def test_what_is_no_number_is_refused_at_once(typed):
    with pytest.raises(ValueError, match="a number is needed, such as 0.5 or 1/2, not "):
        read_number(typed)


def test_digits_are_counted():
    assert [number(3.14159, digits) for digits in (1, 2, 4)] == ["3", "3.1", "3.142"]


def test_a_point_is_a_pair():
    assert point((-4, 3)) == "(−4, 3)"
    assert point((1 / 3, 2e-7), 2) == "(0.33, 2 × 10⁻⁷)"


@pytest.mark.parametrize(
    "sentence, as_a_reader_does",
    [
        ("y is -2, f = -0.5 and (-1, -.5)", "y is −2, f = −0.5 and (−1, −.5)"),
        ("loss 2.2e-06, then 4E5 and -1e+12.", "loss 2.2 × 10⁻⁶, then 4E5 and −1 × 10¹²."),
        ("a 2-2-1 network, x-1, sin(x)-1, a[0]-1 and 2.-1", "a 2-2-1 network, x-1, sin(x)-1, a[0]-1 and 2.-1"),
        ("well-known - or not - in 2026-11", "well-known - or not - in 2026-11"),
        ("the code 1e-5f stays", "the code 1e-5f stays"),
    ],
)
def test_a_sentence_is_written_as_a_reader_does(sentence, as_a_reader_does):
    assert written(sentence) == as_a_reader_does
    assert written(as_a_reader_does) == as_a_reader_does


def catalogue(messages):
    """The bytes of a gettext catalogue, as `msgfmt` would write them."""
    pairs = sorted({"": "Content-Type: text/plain; charset=UTF-8\n", **messages}.items())
    texts = [
        text.encode() for pair in zip(*pairs, strict=True) for text in pair
    ]  # originals, then translations
    at, tables, data = 28 + 16 * len(pairs), b"", b""
    for text in texts:
        tables += struct.pack("<2I", len(text), at + len(data))
        data += text + b"\0"
    return struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, at) + tables + data


def speak(folder, language):
    code = "from gdlab import *; print(descend(bowl, (3, 4), GradientDescent(0.1), 0).summary())"
    return run(
        sys.executable, "-c", code, cwd=folder, env={**os.environ, "LANGUAGE": language, "PYTHONUTF8": "1"}
    ).stdout


def test_a_catalogue_translates_a_sentence(tmp_path):
    shutil.copytree(ROOT / "gdlab", tmp_path / "gdlab", ignore=shutil.ignore_patterns("__pycache__"))
    messages = tmp_path / "gdlab/locale/ko/LC_MESSAGES"
    messages.mkdir(parents=True)
    english = "At {start} the loss is {loss}. No step taken yet."
    (messages / "gdlab.mo").write_bytes(
        catalogue({english: "{start}에서 손실은 {loss}입니다. 아직 걸음이 없습니다."})
    )
    assert speak(tmp_path, "ko") == "(3, 4)에서 손실은 25입니다. 아직 걸음이 없습니다.\n"
    assert speak(tmp_path, "fr") == "At (3, 4) the loss is 25. No step taken yet.\n"


@pytest.mark.parametrize("path", sorted((ROOT / "gdlab").rglob("*.py")), ids=lambda path: path.name)
def test_every_message_can_be_collected_for_translation(path):
    # xgettext reads `_("...")` and nothing else: a variable, or an f-string, would never be translated.
    calls = [node for node in ast.walk(ast.parse(Path(path).read_text())) if isinstance(node, ast.Call)]
    named = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "_"]
    assert [ast.unparse(call) for call in named if not isinstance(call.args[0], ast.Constant)] == []
