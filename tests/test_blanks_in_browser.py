"""Blanks as a learner meets them: numbers typed into a graph and a product, by keyboard, on a narrow page and by touch."""

import json

import pytest
from browser import VIEWPORT, JupyterServer, write_notebook
from lessons_in_browser import Picture
from plain_page import Shown, plain_page
from test_blanks import graph, sheet
from test_graph import fork, neuron, product

CODE = [
    """\
from gdlab import Blanks, Graph, MatrixProduct, Tensor, live, predict

x, y, z = Tensor(-2, "x"), Tensor(5, "y"), Tensor(-4, "z")
q = x + y
f = q * z
q.name, f.name = "q", "f"
team = Graph(f)

@live(team, typed=Blanks(team))
def fill(typed):
    return team.fill(f, typed)

fill""",
    """\
W, v, names = [[0.1, 0.5], [-0.3, 0.8]], [[0.2], [0.4]], ("W", "v", "q")
sheet = MatrixProduct(W, v, names)

@live(sheet, typed=Blanks(sheet))
def multiply(typed):
    return sheet.fill(W, v, names, typed)

predict(multiply, "Which is larger?", {"the first": "No.", "the second": "Yes."}, right="the second")""",
    "multiply",
    "fill.set(typed=('−4', '', '9', ''))",
]


@pytest.fixture(scope="module")
def notebook(tmp_path_factory, chromium):
    folder = tmp_path_factory.mktemp("blanks")
    write_notebook(folder / "blanks.ipynb", *CODE)
    with JupyterServer(folder, "lab") as server:
        page = chromium.new_page(viewport=VIEWPORT, has_touch=True)
        notebook = server.open(page, "blanks.ipynb")
        notebook.run_all()
        yield notebook
        assert notebook.console_errors == []
        notebook.close()


class Sheet(Picture):
    """A picture with fields to type in."""

    def field(self, label):
        return self.root.get_by_role("textbox", name=label)

    def texts(self):
        return [field.input_value() for field in self.root.locator(".gdlab-blanks input").all()]

    def said(self):
        return self.settled()[0]

    def clear(self):
        for field in self.root.locator(".gdlab-blanks input").all():
            field.fill("")
        self.said()


@pytest.fixture
def sheet_of_team(notebook):
    shown = Sheet(notebook, 0)
    shown.canvas.scroll_into_view_if_needed()
    shown.clear()
    yield shown
    shown.leave()


def orange(picture):
    """How many pixels of the canvas have the colour of blame."""
    return picture.canvas.evaluate("""canvas => {
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        let count = 0;
        for (let k = 0; k < data.length; k += 4) count += data[k] === 213 && data[k + 1] === 94 && data[k + 2] === 0;
        return count;
    }""")


def test_code_fills_the_fields(notebook):
    shown = Sheet(notebook, 0)  # the cells have run: the last one has filled them
    assert shown.said() == "∂f/∂x: it is not 9, but ∂f/∂q · 1."
    assert shown.texts() == ["−4", "", "9", ""]


def test_typing_lights_up_edges_and_tab_goes_on(sheet_of_team, notebook):
    shown = sheet_of_team
    before = orange(shown)
    shown.field("∂f/∂q").focus()
    for text, said in (
        ("4", "∂f/∂q: the size of 4 is right, its sign is not."),
        (None, "Right so far: 0 of 4. Next: ∂f/∂q."),
        ("-", "Right so far: 0 of 4. Next: ∂f/∂q."),
        ("4", "Right so far: 1 of 4. Next: ∂f/∂z."),
    ):
        shown.page.keyboard.type(text) if text else shown.page.keyboard.press("Backspace")
        assert shown.said().endswith(said)
    assert orange(shown) > before + 300  # an arrow
    for text in ("3", "-4", "-4"):
        shown.page.keyboard.press("Tab")
        shown.page.keyboard.type(text)
    assert shown.said() == "Complete: 4 of 4 are right."
    assert shown.texts() == ["-4", "3", "-4", "-4"]
    assert json.loads(shown.frame()) == [["-4", "3", "-4", "-4"]]
    assert shown.page.evaluate("document.activeElement.getAttribute('aria-label')") == "∂f/∂y"


def test_keys_do_not_reach_jupyterlab(sheet_of_team, notebook):
    mode = "return [panel.content.mode, panel.content.activeCellIndex, panel.content.widgets.length]"
    was = notebook._ask(mode)
    sheet_of_team.field("∂f/∂z").focus()
    sheet_of_team.page.keyboard.type("abdd00xyz m/")
    for key in ("Enter", "Shift+Enter", "ArrowUp", "ArrowDown", "ArrowLeft", "Home"):
        sheet_of_team.page.keyboard.press(key)
    sheet_of_team.page.wait_for_timeout(200)
    assert sheet_of_team.field("∂f/∂z").input_value() == "abdd00xyz m/"
    assert notebook._ask(mode) == was
    assert sheet_of_team.field("∂f/∂z").evaluate("e => document.activeElement === e")


def test_a_field_takes_a_tap_and_twenty_characters(sheet_of_team):
    box = sheet_of_team.field("∂f/∂x").bounding_box()
    sheet_of_team.page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert sheet_of_team.field("∂f/∂x").evaluate("e => document.activeElement === e")
    sheet_of_team.page.keyboard.type("1" * 30)
    assert sheet_of_team.said() == "∂f/∂x: first find ∂f/∂q, which is the upstream here."
    assert sheet_of_team.texts() == ["", "", "1" * 20, ""]


def test_fields_wait_behind_a_prediction(notebook):
    shown = Sheet(notebook, 1)
    shown.canvas.scroll_into_view_if_needed()
    fields = shown.root.locator(".gdlab-blanks input")
    shown.said()
    assert fields.count() == 2 and not fields.first.is_visible() and fields.first.is_disabled()
    shown.unlock(notebook)
    assert fields.first.is_visible() and fields.first.is_enabled()
    fields.first.focus()
    shown.page.keyboard.type("0.02")
    assert shown.said().startswith("q, row 1, column 1: 0.02 is one of the products alone. Go along row 1 of W and down")
    fields.first.fill("0,22")
    shown.page.keyboard.press("Tab")
    shown.page.keyboard.type("0.26")
    assert shown.said() == "Complete: 2 of 2 are right."
    shown.leave()


@pytest.mark.parametrize("width", [1400, 700, 380])
@pytest.mark.parametrize("make", [lambda: graph(product()), lambda: graph(fork()), lambda: graph(neuron()),
                                  lambda: sheet([[1, 2], [3, 4]], [[5, 6, 7, 8], [9, 10, 11, 12]])],
                         ids=["product", "fork", "neuron", "matrix"])  # fmt: skip
def test_fields_lie_where_they_are_drawn_at_any_width(chromium, make, width):
    panel, picture = make()
    with plain_page(chromium, viewport={"width": width, "height": 700}) as page:
        picture.set(typed=["−0.534"] * len(panel.blanks))
        shown = Shown(page, picture)
        shown.wait()
        canvas, (full_width, full_height) = shown.canvas.bounding_box(), picture._figure.bbox.size
        scale = canvas["width"] / full_width
        assert scale <= 1 and canvas["x"] + canvas["width"] <= width
        for field, patch in zip(shown.root.locator(".gdlab-blanks input").all(), panel.fields, strict=True):
            box, drawn = field.bounding_box(), patch.get_window_extent()
            assert box["x"] == pytest.approx(canvas["x"] + scale * drawn.x0, abs=1)
            assert box["y"] == pytest.approx(canvas["y"] + scale * (full_height - drawn.y1), abs=1)
            assert (box["width"], box["height"]) == pytest.approx((scale * drawn.width, scale * drawn.height), abs=1)
            assert field.input_value() == "−0.534" and field.evaluate("e => e.scrollWidth <= e.clientWidth"), "clipped"
