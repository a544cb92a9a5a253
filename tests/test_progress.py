"""A film that takes long shows how far it has come, where somebody looks on, and leaves no trace of that."""

import pytest
from jupyter_client.manager import start_new_kernel

SETUP = """
import time
from gdlab import Contours, Steps, bowl, live
terrain = Contours(bowl)

@live(terrain, steps=Steps(4), seconds=Steps(1, 0))
def film(steps, seconds):
    time.sleep(0.5 * seconds)
    return "A sentence."
"""
SAVE = "film.set(seconds={slow}); film.save({path!r}, 'steps');"


@pytest.fixture(scope="module")
def published():
    """A function that runs code in a kernel, with or without a reader, and returns the messages that it published."""
    manager, client = start_new_kernel()

    def run(code, watched=True):
        found = []
        keep = lambda message: message["msg_type"] in {"display_data", "stream", "error"} and found.append(message["content"])
        client.execute_interactive(code, timeout=60, output_hook=keep, allow_stdin=watched)
        return found

    try:
        assert run(SETUP) == []
        yield run
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_a_slow_film_shows_a_bar_to_whoever_looks_on(published, tmp_path):
    (bar,) = published(SAVE.format(slow=1, path=str(tmp_path / "film.gif")))
    assert "application/vnd.jupyter.widget-view+json" in bar["data"] and "/5 " in bar["data"]["text/plain"]


@pytest.mark.parametrize("slow, watched", [(0, True), (1, False)], ids=["quick", "not watched, as by nbval"])
def test_else_nothing_is_shown(published, tmp_path, slow, watched):
    assert published(SAVE.format(slow=slow, path=str(tmp_path / "film.gif")), watched) == []
    assert (tmp_path / "film.gif").exists()
