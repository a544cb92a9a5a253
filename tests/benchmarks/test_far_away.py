"""A drag far away from the kernel: 100 ms each way and 20 Mbit/s, as on Binder from another continent."""

import shutil
from urllib.parse import urlsplit

import pytest
import refresh
from browser import JupyterServer
from far_away import far_away
from test_live import HERE, MOVES, PEERS, Bench, Subject

LESSON = Subject("gdlab, lesson 03", "canvas", "canvas.gdlab-picture", lesson="03_learning_rate.ipynb")
TITLE, HEADER = "a drag through 100 ms each way and 20 Mbit/s", ["", f"shown of {MOVES}", "moves/s"]


@pytest.fixture(scope="module")
def server():
    with JupyterServer(refresh.NOTEBOOKS, "lab") as server, far_away(urlsplit(server.url).port) as port:
        shutil.copy(HERE / "peer_figure.py", server.folder)
        server.url = f"http://127.0.0.1:{port}"
        yield server


@pytest.fixture
def opened(server, chromium):
    """A function that opens a subject far away, and closes it again."""
    found = []

    def open(subject):
        found.append(Bench(server, chromium, subject))
        return found[-1]

    yield open
    for bench in found:
        bench.close()


def test_a_drag_is_shown_one_second_after_the_picture_came_into_view(opened, table):
    bench = opened(LESSON)
    bench.page.locator(".gdlab-live").last.scroll_into_view_if_needed()
    for part in ("input", ".gdlab-confirm"):
        bench.page.locator(f".gdlab-question {part}").first.dispatch_event("click")  # does not scroll
    bench.page.wait_for_selector(".gdlab-live:not(.gdlab-locked)", state="attached")
    bench.page.wait_for_timeout(1000)
    bench.page.locator(LESSON.selector).first.evaluate("canvas => canvas.scrollIntoView({ block: 'center' })")
    shown, rate = bench.one_drag("lr", rest=0.8)
    table(TITLE, HEADER, [[LESSON.name, shown, f"{rate:.0f}"]])
    assert shown >= 50


@pytest.mark.parametrize("subject", PEERS, ids=lambda subject: subject.name)
def test_peers(opened, table, subject):
    shown, rate = opened(subject).one_drag()
    table(TITLE, HEADER, [[subject.name, shown, f"{rate:.0f}"]])
