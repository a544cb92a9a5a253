"""The prose of the lessons is true: its numbers, its formulas, what it says of a picture, and what a hint says of an answer.

What it must agree with stands in a table beside each lesson, in tests/prose; see there for how to write one.
"""

import inspect
import re
from importlib import import_module
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
import refresh
from prose import disagreement, evaluate, holds, missing, numbers, plain, standing, unbound

from gdlab import Exercise, Goal, check
from gdlab.lessons.exercises import Verdict

TABLES = {path.stem: import_module(f"prose.lesson_{path.stem[:2]}") for path in refresh.lessons()}
every_lesson = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)


@every_lesson
def test_the_words_of_a_table_stand_in_its_lesson(table):
    assert not missing(table.lesson, table)


@every_lesson
def test_numbers_and_claims_are_true(table):
    wrong = [disagreement(words, computed) for words, computed in table.ROWS]
    assert not list(filter(None, wrong))


@every_lesson
def test_formulas_are_true(table):
    random = np.random.default_rng(0)
    for words, function in getattr(table, "FORMULAS", ()):
        for _draw in range(3):
            letters = {name: random.uniform(0.2, 0.9) for name in inspect.signature(function).parameters}
            said = evaluate(plain(words), letters)
            assert said is not None and np.allclose(said, function(**letters), rtol=1e-6, atol=1e-8), (words, said)


@every_lesson
def test_every_number_is_bound(table):
    left = [f"{where}: {number} in “{around}”" for where, number, around in unbound(table.lesson, table)]
    assert not left, f"Bind these in {table.__file__}. An equation among them that is written out is false."


@every_lesson
def test_what_is_free_is_little_and_has_its_reason(table):
    free = getattr(table, "FREE", {})
    assert len(free) <= 8 and all(free.values())


@every_lesson
def test_every_hint_is_reached_by_the_mistake_that_it_describes(table):
    exercises = {name: it for name, it in table.lesson.names.items() if isinstance(it, (Exercise, Goal))}
    assert {name for name, it in exercises.items() if isinstance(it, Exercise)} <= table.HINTS.keys() <= exercises.keys()
    for name in table.HINTS:
        exercise = exercises[name]
        verdicts = [judged(exercise, wrong) for _words, wrong in table.HINTS[name]]
        for (words, _wrong), verdict in zip(table.HINTS[name], verdicts, strict=True):
            assert verdict.correct is False and standing(words).search(plain(verdict.message)), (name, words, verdict)
        if isinstance(exercise, Exercise):
            assert [verdict.message for verdict in verdicts] == [hint for _wrong, hint in exercise.hints], name


def judged(exercise, wrong):
    """The verdict on a wrong answer; one to a goal in a picture is a dict of the values of its controls."""
    return Verdict(*exercise.judge(**wrong)) if isinstance(wrong, dict) else check(exercise, wrong)


@every_lesson
def test_the_right_choices_are_right(table):
    assert table.lesson.right.keys() == table.RIGHT.keys()
    words = {words for words, _computed in table.ROWS}
    for picture, right in table.lesson.right.items():
        if isinstance(right, str):
            assert right == table.RIGHT[picture] and right in words
        else:  # a guess is held against this place or number
            assert np.allclose(right, table.RIGHT[picture], rtol=1e-3), picture


def test_the_right_choice_is_anywhere():
    """Over the whole course it stands about as often first as last: nobody can guess from the form."""
    letters = []
    for table in TABLES.values():
        cells = nbformat.read(table.lesson.path, as_version=4).cells
        told = [out.data.get("text/plain", "") for cell in cells for out in cell.get("outputs", ()) if "data" in out]
        for right in (right for right in table.RIGHT.values() if isinstance(right, str)):
            (letter,) = {line[0] for text in told for line in text.splitlines() if line[1:] == f") {right}"}
            letters.append(letter)
    assert min(letters.count(letter) for letter in "abc") >= 0.2 * len(letters), letters


@every_lesson
def test_lessons_and_exercises_have_their_numbers(table):
    cells = nbformat.read(table.lesson.path, as_version=4).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    links = re.findall(r"\[(?:← )?(\d\d) [^\]]*\]\((\d\d)_", text) + re.findall(r"\*\*(\d\d)\*\* \| \[[^\]]*\]\((\d\d)_", text)
    assert links and all(number == target for number, target in links)
    assert set(re.findall(r"lessons? (\d\d)", text)) <= {name[:2] for name in TABLES}
    for kind in ("Exercise", "Question"):
        found = re.findall(rf"\*\*{kind} (\d)\.\*\*", text)
        assert found == [str(number) for number in range(1, len(found) + 1)]


# The test itself: does it notice?


@pytest.mark.parametrize(
    ("lesson", "right", "wrong"),
    [
        ("02", "(1.536, 2.048)", "(1.563, 2.048)"),
        ("02", "each time times 0.8, as", "each time times 0.9, as"),
        ("02", "10³⁰ evaluations", "10²⁰ evaluations"),
        ("03", "it has gone 6 % of the way", "it has gone 9 % of the way"),
        ("03", "4⁵¹⁰", "4⁵⁰⁰"),
        ("03", "½(x² + κy²)", "½(x² + κy³)"),
        ("04", "In a day 43,200", "In a day 42,300"),
        ("04", "(2 + h)³ = 16 + 24h + 12h² + 2h³", "(2 + h)³ = 16 + 24h + 6h² + 2h³"),
        ("06", "0.44 · 0.1 + 0.52 · (−0.3) = −0.112", "0.44 · 0.1 + 0.52 · (−0.3) = 0.112"),
        ("09", "Of the 21 seeds 19", "Of the 21 seeds 17"),
        ("09", "At 0.32 it learns faster", "At 0.1 it learns faster"),
        ("12", "2 / 134 = 0.0149", "2 / 134 = 0.0159"),
    ],
)
def test_changed_words_are_noticed(lesson, right, wrong):
    table = import_module(f"prose.lesson_{lesson}")
    changed = SimpleNamespace(prose={where: text.replace(right, wrong) for where, text in table.lesson.prose.items()})
    assert changed.prose != table.lesson.prose
    assert missing(changed, table) + unbound(changed, table)


@pytest.mark.parametrize(
    ("words", "computed"),
    [
        ("19 of 21 seeds", lambda right, seeds: right == 17),
        ("3 | (1.536, 2.048)", lambda step: (1.563, 2.048)),
        ("3 | (1.536, 2.048)", lambda step: 1.536),
        ("keeps 64 %", 0.8),
        ("about 3.6 · 10⁻¹⁵", 3.6e-14),
        ("the loss is below 1", lambda: True),  # and the 1 is not looked at
        ("twice", 3),
    ],
)
def test_wrong_rows_are_noticed(words, computed):
    assert disagreement(words, computed)


def test_numbers_are_read_as_prose_writes_them():
    read = {
        "−0.5, 1,437 and 64 %": (-0.5, 1437, 0.64),
        "4 − 0.2": (4, 0.2),
        "1.8 · 10³⁰ or 1e-8": (1.8e30, 1e-8),
        "0.8², x² and ½": (0.64, 2, 0.5),
        "w₁₂ of v1": (),
        "some sixty times": (60,),
    }
    for words, values in read.items():
        assert np.allclose([float(number.value) for number in numbers(words)], values), words


def test_equations_hold_only_if_they_do():
    assert holds("9 + 16", "25") and not holds("9 + 16", "26")
    assert holds("2 / 11", "0.1818") and not holds("2 / 11", "0.1819")
    assert holds("(1 + h)³", "1 + 3h + 3h² + h³") and not holds("(1 + h)³", "1 + 3h + h³")
    assert not holds("x", "5")
