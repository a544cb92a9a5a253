"""Long use leaves little behind: memory of the page and of the kernel, after thousands of moves and many runs of a cell.

Both are measured after they have collected their garbage: what belongs to the page's process alone, and what the kernel
holds of the machine's memory.
"""

import json

import psutil
import pytest
import refresh
from browser import VIEWPORT, JupyterServer, write_notebook
from lessons_in_browser import pictures

MB = 1e6
WALK = """\
from gdlab import Contours, GradientDescent, LogSlider, LossCurve, Point, Steps, bowl, descend, live
terrain, curve = Contours(bowl), LossCurve()

@live(terrain, curve, lr=LogSlider(0.1, 0.001, 1.5), steps=Steps(30), start=Point(-4, 3))
def walk(lr, steps, start):
    path = descend(bowl, start, GradientDescent(lr), steps)
    terrain.show(path)
    curve.show(path)
    return path.summary()

walk"""

# Random moves of a picture's controls, as quick as events come from a mouse.
MOVES = """async (root, count) => {
    const inputs = [...root.querySelectorAll("input[type=range], select")];
    for (let k = 0; k < count; k++) {
        const input = inputs[Math.floor(Math.random() * inputs.length)];
        if (input.tagName === "SELECT") input.selectedIndex = Math.floor(Math.random() * input.options.length);
        else input.value = Math.floor(Math.random() * (1 + Number(input.max)));
        input.dispatchEvent(new Event("input"));
        await new Promise(go => setTimeout(go, 4));
    }
}"""

# The i-th picture goes to where it began, or to the values that a page shows as JSON.
GO = """
import json
from gdlab.pictures.live import Live
lives = [one for name, one in globals().items() if isinstance(one, Live) and not name.startswith("_")]
lives[{i}].set(**dict(zip(lives[{i}].values, json.loads({values!r}))))
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with JupyterServer(refresh.NOTEBOOKS, "lab") as server:
        write_notebook(server.folder / "walk.ipynb", WALK)
        yield server


@pytest.fixture
def opened(server, chromium):
    """A function that opens a notebook in a window of its own and runs its cells; what it opened is closed again."""
    found = []

    def open(name):
        notebook = server.open(chromium.new_page(viewport=VIEWPORT), name)
        found.append(notebook)
        notebook.run_all()
        return notebook

    yield open
    for notebook in found:
        notebook.close()


def in_kernel(notebook, code):
    """What the code prints in the notebook's kernel."""
    return notebook._ask(
        f"""const future = panel.sessionContext.session.kernel.requestExecute({{ code: {json.dumps(code)} }});
        let said = "";
        future.onIOPub = ({{ content }}) => {{ said += content.text ?? content.traceback?.join("") ?? ""; }};
        await future.done;
        return said;"""
    )


def memory(notebook):
    """MB held by (the page's process, the kernel)."""
    page = notebook.page
    page.wait_for_timeout(500)
    session = page.context.new_cdp_session(page)
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
    session.detach()
    browser = page.context.browser.new_browser_cdp_session()
    known = browser.send("SystemInfo.getProcessInfo")["processInfo"]
    browser.detach()
    held = sum(psutil.Process(one["id"]).memory_full_info().uss for one in known if one["type"] == "renderer")
    kernel = int(in_kernel(notebook, "import gc, psutil; gc.collect(); print(psutil.Process().memory_info().rss)"))
    return held / MB, kernel / MB


def left(notebook, before):
    return [now - then for then, now in zip(before, memory(notebook), strict=True)]


@pytest.mark.parametrize(("lesson", "moves"), [("03_learning_rate", 500), ("09_train_a_network", 667), ("10_optimizers", 120)])
def test_moves_leave_little_behind_and_the_last_frame_is_the_right_one(opened, lesson, moves):
    notebook = opened(f"{lesson}.ipynb")
    before, page = memory(notebook), notebook.page
    for i, picture in enumerate(pictures(notebook)):
        picture.unlock(notebook)
        picture.canvas.evaluate("canvas => canvas.scrollIntoView({ block: 'center' })")
        began = picture.frame()
        picture.root.evaluate(f"root => ({MOVES})(root, {moves})")
        moved, values = picture.settled(), picture.frame()
        # Elsewhere and back from code: then it shows what the kernel draws now, and not what was kept.
        for there in (began, values):
            assert in_kernel(notebook, GO.format(i=i, values=there)) == ""
            shown = [picture.canvas.element_handle(), there]
            page.wait_for_function("([canvas, key]) => canvas.dataset.frame === key", arg=shown)
        assert picture.settled() == moved
    of_page, of_kernel = left(notebook, before)
    assert of_page < 60 and of_kernel < 20


def test_a_cell_that_is_run_again_and_again_leaves_little_behind(opened):
    notebook = opened("walk.ipynb")
    before = memory(notebook)
    for _ in range(30):
        notebook._ask("panel.content.activeCellIndex = 0; await app.commands.execute('notebook:run-cell')")
    of_page, of_kernel = left(notebook, before)
    assert of_page < 30 and of_kernel < 30
