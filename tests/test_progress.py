"""A progress bar that is seen while it is needed, and that no run of a notebook can be told by."""

import re
import subprocess
import sys

import nbformat
import pytest
import refresh
from jupyter_client.manager import start_new_kernel

from gdlab import progress

SETUP = """
import time
import numpy as np
from gdlab import Adam, GradientDescent, MLP, blobs, progress, train

def fit(epochs, seconds, rule=Adam(0.01), x=blobs(20)):
    bar, slow = progress(epochs), lambda done: (time.sleep(seconds), bar(done))
    return train(MLP([2, 3, 2]), *x, rule, epochs, on_epoch=slow)
"""
QUICK, SLOW = "fit(4, 0.0).summary()", "fit(4, 0.45).summary()"
EMPTY = {"text/html": ""}


@pytest.fixture(scope="module")
def published():
    """A function that runs code in a kernel, and returns what it published: pairs (kind of message, data)."""
    manager, client = start_new_kernel()

    def run(code):
        found = []

        def keep(message):
            if message["msg_type"] in ("display_data", "update_display_data", "error", "stream"):
                content = message["content"]
                found.append((message["msg_type"], content.get("data", content)))

        client.execute_interactive(code, timeout=60, output_hook=keep)
        return found

    try:
        assert run(SETUP) == []
        yield run
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def bars(messages):
    """How far each update of the place stood; 0 for none."""
    (kind, data), *updates = [message for message in messages if message[0] != "error"]
    assert kind == "display_data" and data == EMPTY
    assert {kind for kind, _data in updates} <= {"update_display_data"}
    bar = r"<progress value='(\d+)' max='4' aria-label='(.*)'></progress> \2$"
    found = [re.search(bar, data["text/html"]) for _kind, data in updates]
    assert all(data == EMPTY for (_kind, data), bar in zip(updates, found, strict=True) if not bar)
    return [int(bar[1]) if bar else 0 for bar in found]


def test_slow_training_has_a_bar_that_grows_and_goes(published):
    *rising, last, end = bars(published(SLOW + ";"))
    assert rising in ([], [2]) and (last, end) == (3, 0)  # after 0.45, 0.9 and 1.35 seconds, or later


def test_quick_training_has_none(published):
    assert bars(published(QUICK + ";")) == [0]


def test_the_bar_moves_ten_times_a_second_at_most(published):
    call = "while time.monotonic() < end: k += 1; bar(k)"
    _place, *updates = published("bar, k = progress(10**9), 0\nend = time.monotonic() + 1.6\n" + call)
    assert 1 <= len(updates) <= 7


@pytest.mark.parametrize(
    "code",
    [
        "fit(4, 0.6, GradientDescent(1e200))",
        "bar = progress(4)\nstop = lambda k: (time.sleep(0.6), bar(k), 1 / (k - 3))\n"
        "train(MLP([2, 3, 2]), *blobs(20), Adam(0.01), 4, on_epoch=stop)",
    ],
    ids=["a divergence", "an error"],
)
def test_whatever_ends_training_ends_the_bar(published, code):
    assert bars(published(code + ";"))[-1] == 0


def test_slow_and_quick_leave_the_same_and_nbval_agrees(tmp_path):
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(code) for code in (SETUP, QUICK, SLOW)]
    )
    done = refresh.run(notebook, tmp_path)
    _setup, quick, slow = ([output.get("data") for output in cell.outputs] for cell in done.cells)
    assert quick == slow and quick[0] == EMPTY and len(quick) == 2
    # Committed by a quick machine, run by a slow one, and the other way round.
    done.cells[1].source, done.cells[2].source = SLOW, QUICK
    nbformat.validate(done)
    nbformat.write(done, tmp_path / "lesson.ipynb")
    nbval = [sys.executable, "-m", "pytest", "--nbval", "-q", "-p", "no:cacheprovider", "lesson.ipynb"]
    said = subprocess.run(nbval, cwd=tmp_path, capture_output=True, text=True)
    assert said.returncode == 0, said.stdout


def test_outside_of_jupyter_it_does_nothing(capsys):
    bar = progress(3)
    assert [bar(1), bar(3)] == [None, None]
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("total", [0, -1, 2.5, None, "3"])
def test_a_total_that_is_none(total):
    with pytest.raises(ValueError, match="whole number of epochs"):
        progress(total)
