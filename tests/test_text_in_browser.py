"""A line of text as a learner meets it: typed in, wrong for a while, mended, and moved from code."""

import pytest
from browser import VIEWPORT, JupyterServer, write_notebook
from lessons_in_browser import Picture

CODE = [
    """\
from gdlab import Contours, GradientDescent, Steps, Text, bowl, descend, live

terrain = Contours(bowl)

@live(terrain, ground=Text("x**2 + y**2", label="your function"), steps=Steps(20))
def walk(ground, steps):
    if ground.name == "x - y":
        raise ArithmeticError("no walk here")
    terrain.show(descend(ground, (-4, 3), GradientDescent(0.1), steps))
    return f"{steps} steps on {ground.name}"

walk""",
    "walk.set(ground='x*y')",
    "walk.values",
    """\
from gdlab import Goal, check
check(Goal(lambda ground, steps: (steps < 9, f"{steps} steps on {ground.name}.")), walk)""",
]
START = "20 steps on x**2 + y**2"


@pytest.fixture(scope="module")
def notebook(tmp_path_factory, chromium):
    folder = tmp_path_factory.mktemp("text")
    write_notebook(folder / "text.ipynb", *CODE)
    with JupyterServer(folder, "lab") as server:
        notebook = server.open(chromium.new_page(viewport=VIEWPORT), "text.ipynb")
        notebook.run_all()
        yield notebook
        assert notebook.console_errors == []
        notebook.close()


class Line(Picture):
    """A picture with a line to type in."""

    def __init__(self, notebook):
        super().__init__(notebook, 0)
        self.line = self.root.get_by_label("your function")
        self.note = self.root.get_by_role("alert")

    def type(self, text):
        """Type this instead of what is there, key by key, and wait for the picture."""
        self.line.press("ControlOrMeta+a")
        self.page.keyboard.type(text)
        return self.settled()[0]

    def add(self, text):
        """Type this behind what is there, and wait for the picture."""
        self.line.press("End")
        self.page.keyboard.type(text)
        return self.settled()[0]

    def invalid(self):
        return self.line.get_attribute("aria-invalid") == "true"

    def boxes(self):
        """Where everything stands: what is typed must not move it."""
        parts = self.root.locator("canvas, input, button, .gdlab-readout, .gdlab-controls").all()
        return [part.bounding_box() for part in parts]


@pytest.fixture
def line(notebook):
    """The picture as it began, whatever the test before has left."""
    line = Line(notebook)
    line.line.scroll_into_view_if_needed()
    line.type("x**2 + y**2")
    line.root.locator("input[type=range]").fill("20")
    assert line.settled()[0] == START and not line.invalid()
    yield line
    line.leave()


def run_cell(notebook, index):
    """Run one cell, as Shift+Enter does."""
    notebook._ask(
        f"panel.content.activeCellIndex = {index}; panel.content.deselectAll();"
        "await app.commands.execute('notebook:run-cell');"
        "while (panel.sessionContext.session.kernel.status !== 'idle') await sleep(20);"
    )


def test_code_moves_the_line(notebook):
    # The cells have run: the second one has moved it.
    line = Line(notebook)
    assert line.settled()[0] == "20 steps on x*y" and line.line.input_value() == "x*y"


def test_typing_changes_picture_and_sentence(line):
    sentence, pixels = line.settled()
    assert line.type("x**2 - y") == sentence.replace("x**2 + y**2", "x**2 - y")
    assert line.settled()[1] != pixels
    assert line.type("x**2 + y**2") == sentence and line.settled()[1] == pixels
    assert line.note.inner_text() == "" and not line.invalid()


def test_a_broken_text_is_told_while_the_picture_stays(line):
    before, boxes = line.settled(), line.boxes()
    line.line.press("End")
    for key, typed in zip("+2*)", ("x**2 + y**2+", None, "x**2 + y**2+2*", "x**2 + y**2+2*)"), strict=True):
        good = line.settled() if typed else None
        line.page.keyboard.type(key)
        now = line.settled()
        if typed is None:
            assert not line.invalid() and line.note.inner_text() == "" and now[0].endswith("y**2+2")
            continue
        assert now == good  # the last that could be read
        assert line.invalid() and line.line.input_value() == typed
        assert line.note.is_visible() and "◂: " in line.note.inner_text()
    assert line.note.inner_text().startswith(
        "x**2 + y**2+2*▸)◂: a number, x, y or a function is missing here."
    )
    assert line.boxes() == boxes, "something jumps when an error appears"
    note, readout = line.note.bounding_box(), line.root.locator(".gdlab-readout").bounding_box()
    assert line.line.bounding_box()["y"] < note["y"] and note["y"] + note["height"] <= readout["y"] + 1
    for _ in range(3):
        line.line.press("Backspace")
    assert line.settled() == before or line.type("x**2 + y**2") == before[0]
    assert line.note.inner_text() == "" and not line.invalid()


def test_a_long_broken_text_moves_nothing(line):
    boxes = line.boxes()
    line.line.fill("+".join(["sin(x)*cos(y)"] * 14) + "+")
    line.settled()
    assert line.invalid() and line.boxes() == boxes
    assert line.note.inner_text().startswith("…") and "+▸◂: something is missing" in line.note.inner_text()
    assert line.note.evaluate("n => n.scrollHeight <= n.clientHeight && n.scrollWidth <= n.clientWidth"), (
        "it is cut off"
    )
    line.line.fill("x" * 300)
    line.settled()
    assert "200 characters at most, not 300" in line.note.inner_text() and line.boxes() == boxes


def test_sliders_go_on_with_the_last_good_text(line, notebook):
    line.add("+")
    assert line.invalid()
    steps = line.root.locator("input[type=range]")
    notebook.drag_slider(steps, to_fraction=0.25, moves=5)
    assert line.settled()[0] == "5 steps on x**2 + y**2"
    steps.press("ArrowRight")
    assert line.settled()[0] == "6 steps on x**2 + y**2"
    assert (
        line.invalid() and line.line.input_value() == "x**2 + y**2+" and "missing" in line.note.inner_text()
    )
    assert line.type("x") == "6 steps on x" and not line.invalid() and line.note.inner_text() == ""


def test_a_text_seen_before_clears_the_error_at_once(line):
    line.type("x*y")
    line.add("*")
    assert line.invalid()
    line.line.fill("x**2 + y**2")  # pasted: its frame is kept, and the kernel is not asked
    assert line.settled()[0] == START
    assert not line.invalid() and line.note.inner_text() == ""


def test_an_error_of_the_lessons_own_function_is_no_refusal(line):
    line.type("x - y+1")
    line.line.press("Backspace")
    line.settled()
    assert line.invalid()
    line.line.press("Backspace")
    line.settled()
    assert not line.invalid() and line.note.inner_text() == ""
    assert line.root.locator(".gdlab-error").inner_text() == "ArithmeticError: no walk here"
    assert line.type("x**2 + y**2") == START and not line.root.locator(".gdlab-error").count()


def test_code_moves_the_line_that_was_refused(line, notebook):
    line.add("+")
    assert line.invalid()
    line.leave()
    run_cell(notebook, 1)
    assert line.settled()[0] == "20 steps on x*y"
    assert line.line.input_value() == "x*y" and not line.invalid() and line.note.inner_text() == ""


def test_a_text_that_is_left_at_once_is_told_too(line, notebook):
    line.line.press("End")
    line.page.keyboard.type("-")
    line.page.keyboard.press("Tab")
    line.settled()
    assert line.invalid() and line.line.input_value() == "x**2 + y**2-"
    run_cell(notebook, 2)
    assert notebook.cell_errors() == []
    value = notebook._ask("return panel.content.widgets[2].node.innerText")
    assert "'ground': 'x**2 + y**2'" in value


def test_a_goal_is_judged_by_what_was_typed_and_dragged(line, notebook):
    run_cell(notebook, 0)
    Line(notebook).settled()
    judged = lambda: (run_cell(notebook, 3), notebook._ask("return panel.content.widgets[3].outputArea.node.innerText"))[1]
    assert "… Not tried yet: move the picture above" in judged()
    line = Line(notebook)
    line.type("x + y")
    assert "✗ 20 steps on x + y." in judged()
    notebook.drag_slider(line.root.locator("input[type=range]"), to_fraction=0.3)
    line.settled()
    assert "✓ 6 steps on x + y." in judged()


def test_keys_reach_the_line_and_not_jupyterlab(line, notebook):
    cells = "return panel.content.widgets.map(cell => [cell.model.type, cell.model.sharedModel.getSource()])"
    mode = "return [panel.content.mode, panel.content.activeCellIndex, app.shell.currentWidget === panel]"
    before, was = notebook._ask(cells), notebook._ask(mode)
    keys = "abcdefhijklmnopqrstuvwxyzABDJKMXYZ0011223456789/ -+*^().,"
    assert line.type(keys) and line.line.input_value() == keys
    for key in (
        "Enter",
        "Shift+Enter",
        "ArrowUp",
        "ArrowDown",
        "Home",
        "Delete",
        "End",
        "Backspace",
        "ArrowLeft",
    ):
        line.line.press(key)
    assert line.line.input_value() == keys[1:-1]
    line.page.wait_for_timeout(200)  # a shortcut would have shown by now
    assert line.line.evaluate("e => document.activeElement === e")
    assert notebook._ask(cells) == before and notebook._ask(mode) == was


def test_a_screen_reader_is_told(line):
    assert line.line.get_attribute("type") == "text" and line.note.get_attribute("role") == "alert"
    line.add("+")
    assert line.line.get_attribute("aria-invalid") == "true"
    described = line.line.get_attribute("aria-describedby")
    assert described and line.note.get_attribute("id") == described
