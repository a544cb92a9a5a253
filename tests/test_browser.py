"""The browser tests' own instrument: it must see a broken lesson as broken, and a sound one as sound."""

import pytest
from browser import VIEWPORT, JupyterServer, write_notebook

SLIDER = """\
import anywidget, traitlets
class Slider(anywidget.AnyWidget):
    _esm = '''
    export default { render({ model, el }) {
        const input = Object.assign(document.createElement("input"), { type: "range", max: 200 });
        const text = document.createElement("output");
        input.oninput = () => { text.textContent = input.value; };
        el.append(input, text);
    } }'''
Slider()"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebooks")
    write_notebook(folder / "sound.ipynb", "1 + 1", *["print('a line\\n' * 20)"] * 5, SLIDER)
    write_notebook(folder / "raises.ipynb", "1 / 0", "2 + 2")
    write_notebook(
        folder / "logs.ipynb",
        "import anywidget",
        "class Bad(anywidget.AnyWidget):\n"
        "    _esm = 'export default { render() { console.error(\"planted\") } }'\n"
        "Bad()",
    )
    return folder


@pytest.fixture(scope="module", params=["lab", "notebook"])
def server(request, folder, chromium):
    with JupyterServer(folder, request.param) as jupyter:
        yield jupyter


def test_a_sound_notebook_runs_and_its_slider_below_the_fold_is_dragged(server, chromium):
    notebook = server.open(chromium.new_page(viewport=VIEWPORT), "sound.ipynb")
    for _ in range(2):
        notebook.run_all()
        assert notebook.cell_errors() == []
        slider = notebook.root.locator("input[type=range]")
        assert notebook.drag_slider(slider, to_fraction=0.9) == pytest.approx(180, abs=2)
        assert notebook.root.locator("output").inner_text() == slider.input_value()
        notebook.reload()
    assert notebook.console_errors == []
    notebook.close()


@pytest.mark.parametrize("server", ["notebook"], indirect=True)  # it has errors of its own, which must not hide this one
def test_an_error_in_the_console_is_reported(server, chromium):
    notebook = server.open(chromium.new_page(viewport=VIEWPORT), "logs.ipynb")
    notebook.run_all()
    notebook.page.wait_for_timeout(500)
    assert "planted" in notebook.console_errors
    notebook.close()


@pytest.mark.parametrize("server", ["lab"], indirect=True)  # Notebook 7 shows one notebook a window
def test_two_notebooks_share_a_window_of_jupyterlab(server, chromium):
    first = server.open(chromium.new_page(viewport=VIEWPORT), "raises.ipynb")
    second = first.open_beside("sound.ipynb")
    second.run_all()
    first.run_all()
    assert first.cell_errors() == ["cell 0: ZeroDivisionError: division by zero"] and not second.cell_errors()
    second.activate()
    assert second.drag_slider(second.root.locator("input[type=range]"), 0.5) == pytest.approx(100, abs=2)
    first.close()
