"""The prose of the lessons is true: its numbers, its formulas, what it says of a picture, and what a hint says of an answer.

What it must agree with stands in a table beside each lesson, in tests/prose; see there for how to write one.
"""

import inspect
from importlib import import_module

import numpy as np
import pytest
import refresh
from prose import bound_words, disagreement, evaluate, plain, standing, unbound

from gdlab import Exercise, check

TABLES = {path.stem: import_module(f"prose.lesson_{path.stem[:2]}") for path in refresh.lessons()}
every_lesson = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)


@every_lesson
def test_the_words_of_a_table_stand_in_its_lesson(table):
    text = "\n".join(table.lesson.prose.values())
    missing = [words for words in bound_words(table) if not standing(words).search(text)]
    assert not missing


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
    assert not left, f"Bind these in {table.__file__}; an equation among them that is written out is false."


@every_lesson
def test_what_is_free_is_little_and_has_its_reason(table):
    free = getattr(table, "FREE", {})
    assert len(free) <= 12 and all(free.values())


@every_lesson
def test_every_hint_is_reached_by_the_mistake_that_it_describes(table):
    exercises = {name: value for name, value in table.lesson.names.items() if isinstance(value, Exercise)}
    for name, exercise in exercises.items():
        reached = []
        for words, wrong in table.HINTS[name]:
            verdict = check(exercise, wrong)
            assert verdict.correct is False and standing(words).search(plain(verdict.message)), (name, words, verdict)
            reached.append(verdict.message)
        assert reached == [hint for _wrong, hint in exercise.hints], name
    assert table.HINTS.keys() == exercises.keys()
