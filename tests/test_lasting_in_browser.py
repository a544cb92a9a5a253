"""A picture never dies in silence: kernels that restart, are interrupted or busy, servers that are away, pages that come back."""

import os
import signal
import time

import pytest
from browser import VIEWPORT, JupyterServer, write_notebook
from lessons_in_browser import Picture

WALK = """\
import time
from gdlab import Contours, GradientDescent, LogSlider, LossCurve, Point, Slider, Steps, bowl, descend, live, predict
terrain, curve = Contours(bowl), LossCurve()

@live(terrain, curve, lr=LogSlider(0.1, 0.001, 1.5), steps=Steps(30), start=Point(-4, 3))
def walk(lr, steps, start):
    path = descend(bowl, start, GradientDescent(lr), steps)
    terrain.show(path)
    curve.show(path)
    return f"lr = {lr:g}, {steps} steps, from {start}."

walk"""
BUSY = "time.sleep(7)"
SLOW = """\
slow = Contours(bowl)

@live(slow, x=Slider(0, -4, 4, 0.1))
def slowly(x):
    slow.show((x, 0))
    time.sleep(4 if x > 1 else 0)
    return f"x = {x:g}."

slowly"""
QUESTION = """\
asked = Contours(bowl)

@live(asked, x=Slider(0, -4, 4, 0.1))
def locked(x):
    asked.show((x, 0))
    return f"x = {x:g}."

predict(locked, "Which?", {"this": "Yes.", "that": "No."}, right="this")"""


@pytest.fixture(scope="module")
def server(tmp_path_factory, chromium):
    folder = tmp_path_factory.mktemp("lasting")
    write_notebook(folder / "walk.ipynb", WALK, SLOW, QUESTION, "locked")
    write_notebook(folder / "busy.ipynb", WALK, BUSY)
    with JupyterServer(folder, "lab") as server:
        yield server


@pytest.fixture
def opened(server, chromium):
    """A function that opens a notebook and runs its cells; what it opened is closed again."""
    found = []

    def open(name, run=True):
        found.append(server.open(chromium.new_page(viewport=VIEWPORT), name))
        if run:
            found[-1].run_all()
        return found[-1]

    yield open
    for notebook in found:
        # Jupyter's own, about the views that a saved notebook holds of a kernel that is gone.
        assert [error for error in notebook.console_errors if "widget model not found" not in error] == []
        notebook.page.close()


def sentence(picture):
    return picture.root.locator(".gdlab-readout").inner_text()


def wait_for(picture, text, seconds=10):
    picture.root.locator(".gdlab-readout", has_text=text).wait_for(timeout=1000 * seconds)


def drag(notebook, picture, to, **options):
    return notebook.drag_slider(picture.root.locator("input[type=range]").first, to, **options)


def rate(picture):
    """The learning rate at which the slider stands."""
    return picture.root.locator(".gdlab-value").first.inner_text()


def command(notebook, name):
    notebook._ask(f"app.commands.execute('{name}')")


def test_after_a_restart_each_picture_and_question_says_what_to_do(opened):
    notebook = opened("walk.ipynb")
    picture, question = Picture(notebook, 0), notebook.root.locator(".gdlab-question")
    picture.canvas.scroll_into_view_if_needed()
    picture.page.wait_for_selector(".gdlab-live[data-ahead=done]", timeout=30_000)
    notebook._ask("await panel.sessionContext.session.kernel.restart()")
    wait_for(picture, "Run its cell again")  # before it is touched
    drag(notebook, picture, 0.75)
    assert "Run its cell again" in sentence(picture)
    question.locator("input").first.check()
    question.locator("button").click()
    assert "Run its cell again" in question.locator(".gdlab-verdict").inner_text()
    notebook.run_all()
    drag(notebook, picture, 0.9)
    wait_for(picture, f"lr = {rate(picture)}")


def test_an_interrupt_is_an_answer_and_the_picture_goes_on(opened):
    notebook = opened("walk.ipynb")
    picture = Picture(notebook, 1)
    drag(notebook, picture, 0.9, moves=1)
    picture.root.locator(".gdlab-working", has_text="working").wait_for()
    notebook._ask("await panel.sessionContext.session.kernel.interrupt()")
    picture.page.wait_for_timeout(500)
    drag(notebook, picture, 0.2)
    wait_for(picture, f"x = {rate(picture)}.", 20)
    notebook._ask("await panel.sessionContext.session.kernel.interrupt()")  # between two frames
    drag(notebook, picture, 0.3)
    wait_for(picture, f"x = {rate(picture)}.")


def test_no_move_is_lost_while_a_cell_runs(opened):
    notebook = opened("busy.ipynb", run=False)
    notebook.activate()
    began = time.monotonic()
    notebook._ask("app.commands.execute('notebook:run-all-cells')")
    picture = Picture(notebook, 0)
    picture.canvas.wait_for(timeout=20_000)
    drag(notebook, picture, 0.8, moves=5)
    moved = rate(picture)
    assert moved != "0.1"
    wait_for(picture, f"lr = {moved},", 20)
    assert time.monotonic() - began < 7, "the picture waited for the cell"
    assert rate(picture) == moved
    drag(notebook, picture, 0.6, moves=5)
    wait_for(picture, f"lr = {rate(picture)},", 3)
    notebook._ask("while (panel.sessionContext.session.kernel.status !== 'idle') await sleep(50)")
    assert f"lr = {rate(picture)}," in sentence(picture) and moved != rate(picture)


def test_a_server_that_is_away_for_a_while(opened, server):
    notebook = opened("walk.ipynb")
    picture = Picture(notebook, 0)
    picture.canvas.scroll_into_view_if_needed()
    picture.page.wait_for_selector(".gdlab-live[data-ahead=done]", timeout=30_000)
    os.kill(server._process.pid, signal.SIGSTOP)
    try:
        drag(notebook, picture, 0.7)
        wait_for(picture, f"lr = {rate(picture)},", 2)  # it was made ahead: it needs no server
        start = picture.canvas.bounding_box()
        picture.page.mouse.click(start["x"] + 0.2 * start["width"], start["y"] + 0.5 * start["height"])
        picture.root.locator(".gdlab-working", has_text="waiting").wait_for(timeout=10_000)
        place = picture.root.locator(".gdlab-value").nth(2).inner_text()
        picture.page.wait_for_timeout(5000)
    finally:
        os.kill(server._process.pid, signal.SIGCONT)
    wait_for(picture, f"from {place}", 30)


def test_two_pages_on_one_kernel_do_not_disturb_each_other(opened, server, chromium):
    first = opened("walk.ipynb")
    first._ask("await panel.context.save()")
    second = opened("walk.ipynb", run=False)
    one, other = Picture(first, 0), Picture(second, 0)
    other.canvas.wait_for(timeout=20_000)
    one.canvas.scroll_into_view_if_needed(), other.canvas.scroll_into_view_if_needed()
    drag(first, one, 0.2)
    one.settled()
    drag(second, other, 0.9)
    other.settled()
    assert rate(one) != rate(other)
    for picture in (one, other):
        assert f"lr = {rate(picture)}," in sentence(picture)


def test_a_notebook_that_is_opened_the_next_day_runs_again(opened):
    notebook = opened("walk.ipynb")
    notebook._ask("await panel.context.save()")
    notebook._ask("await panel.sessionContext.shutdown()")
    notebook.page.close()
    again = opened("walk.ipynb", run=False)
    again.run_all()
    picture = Picture(again, 0)
    drag(again, picture, 0.8)
    wait_for(picture, f"lr = {rate(picture)},")


def test_what_was_made_anew_says_so_in_the_cell_that_shows_the_old_one(opened):
    notebook = opened("walk.ipynb")
    picture = Picture(notebook, 2)  # "locked", shown in a cell of its own
    notebook._ask("panel.content.activeCellIndex = 2; await app.commands.execute('notebook:run-cell')")
    wait_for(picture, "made anew")
