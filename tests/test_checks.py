"""How a value is refused: what was wrong and what to do, in one sentence; and what counts as numbers."""

import numpy as np
import pytest

from gdlab import Tensor
from gdlab.maths.checks import is_count, is_number, need, numbers


def test_a_refusal_names_what_is_needed_and_what_came():
    need(True, "never said", 3)
    with pytest.raises(ValueError, match=r"^steps must be a whole number above 0, not -3\.$"):
        need(False, "steps must be a whole number above 0", -3)
    with pytest.raises(ValueError, match=r"^one panel is needed\.$"):
        need(False, "one panel is needed")
    with pytest.raises(ValueError) as raised:
        need(False, "a word is needed", list(range(10_000)))
    assert len(str(raised.value)) < 100


@pytest.mark.parametrize("value", ["two", None, [1, [2, 3]], [1, "a"], Tensor(1.0), 1j, [1 + 2j], {}])
def test_what_holds_no_numbers_is_refused_by_name(value):
    with pytest.raises(ValueError, match=r"^x must be a number or an array of numbers, not "):
        numbers(value, "x")


def test_numbers_are_floats_of_their_own():
    given = np.array([1, 2])
    assert numbers(given, "x").dtype == float and numbers(True, "x") == 1 and numbers([], "x").shape == (0,)
    floats = np.array([1.0, 2.0])
    taken = numbers(floats, "x")
    taken[0] = 9
    assert floats[0] == 1
    assert numbers(2j, "x", "fiubc").dtype == complex and numbers(2, "x", "fiubc").dtype == float


def test_numbers_and_counts_are_told_from_what_looks_like_them():
    assert all(map(is_number, (1, 0.5, np.float32(2), np.int64(-3), -0.0)))
    assert not any(map(is_number, (True, np.nan, np.inf, "1", None, 1j, [1])))
    assert all(map(is_count, (1, np.int64(7)))) and not any(map(is_count, (0, -1, True, 1.0, "1")))
