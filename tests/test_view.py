"""What view.js promises beyond the lessons: errors shown, patience shown, sharp pixels, sliders moved from code."""

import pytest
from browser import VIEWPORT, JupyterServer, write_notebook
from lessons_in_browser import Picture

CODE = [
    """\
import time
from gdlab import Plot, Slider, live

graph, calls = Plot("x", "y", (0, 2), (0, 2)), []

@live(graph, x=Slider(0.2, 0, 2, 0.1))
def fragile(x):
    calls.append(x)
    if x > 1:
        raise ArithmeticError("x is above 1")
    graph.show(x, x)
    return f"x = {x:g}, call {len(calls)}"

fragile""",
    """\
plot = Plot("x", "y", (0, 2), (0, 2))

@live(plot, x=Slider(0.2, 0, 2, 0.1))
def slow(x):
    time.sleep(0.6)
    plot.show(x, x)
    return f"x = {x:g}"

slow""",
    """\
other = Plot("x", "y", (0, 2), (0, 2))

@live(other, x=Slider(0.2, 0, 2, 0.1))
def moved(x):
    other.show(x, x)
    return f"x = {x:g}"

moved""",
    "moved.set(x=1.37)",
]


@pytest.fixture(scope="module")
def notebook(tmp_path_factory, chromium):
    folder = tmp_path_factory.mktemp("view")
    write_notebook(folder / "view.ipynb", *CODE)
    with JupyterServer(folder, "lab") as server:
        notebook = server.open(chromium.new_page(viewport=VIEWPORT, device_scale_factor=2), "view.ipynb")
        notebook.run_all()
        yield notebook
        notebook.close()


def test_an_error_is_shown_where_it_happens_and_goes_away(notebook):
    picture = Picture(notebook, 0)
    slider, readout = picture.root.locator("input"), picture.root.locator(".gdlab-readout")
    notebook.drag_slider(slider, to_fraction=1)
    picture.settled()
    assert readout.inner_text() == "ArithmeticError: x is above 1"
    assert "gdlab-error" in readout.get_attribute("class")
    notebook.page.wait_for_timeout(1500)  # time to look ahead, at positions that raise as well
    notebook.drag_slider(slider, to_fraction=0.3)
    picture.settled()
    assert readout.inner_text().startswith("x = 0.6, call") and "gdlab-error" not in readout.get_attribute("class")
    assert int(readout.inner_text().split()[-1]) < 100, "positions that raise are asked for again and again"
    assert notebook.console_errors == []


def test_a_slow_function_says_that_it_works(notebook):
    picture = Picture(notebook, 1)
    slider = picture.root.locator("input")
    slider.focus()
    notebook.page.keyboard.press("ArrowRight")
    working = picture.root.locator(".gdlab-working")
    working.wait_for(state="visible", timeout=5000)
    working.wait_for(state="hidden", timeout=10_000)
    assert picture.settled()[0] == "x = 0.3"
    picture.leave()


def test_the_canvas_has_a_pixel_for_each_pixel_of_the_screen(notebook):
    canvas = Picture(notebook, 2).canvas
    canvas.scroll_into_view_if_needed()
    Picture(notebook, 2).settled()
    shown, drawn = canvas.evaluate("c => [c.getBoundingClientRect().width, c.width]")
    assert drawn == pytest.approx(2 * shown, rel=0.01)


def test_code_moves_the_same_slider(notebook):
    picture = Picture(notebook, 2)
    assert picture.settled()[0] == "x = 1.37"
    assert picture.root.locator(".gdlab-value").inner_text() == "1.37"
    assert picture.root.locator("input").evaluate("s => s.valueAsNumber") == 14  # the nearest position
