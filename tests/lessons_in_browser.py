"""Every lesson as a learner meets it: all cells run, every kind of control driven, in one of the two applications.

test_lessons_in_lab.py takes these tests over, and test_lessons_in_notebook.py most of them, for two lessons: view.js is the
same there. A lesson is opened once, and the tests then drive it further, one after the other.
"""

import re

import pytest
import refresh
from browser import VIEWPORT, JupyterServer, write_notebook

NAMES = [path.name for path in refresh.lessons()]


@pytest.fixture(scope="module")
def server(app):
    """A running JupyterLab or Notebook 7; `app` comes from the file that takes the tests over."""
    with JupyterServer(refresh.NOTEBOOKS, app) as started:
        yield started


@pytest.fixture(scope="module")
def window(chromium):
    """What the pages of a file share: what one has loaded, the next need not load again."""
    with chromium.new_context(viewport=VIEWPORT) as context:
        yield context


@pytest.fixture(scope="module")
def lab(server, window):
    """A window of JupyterLab, with an empty notebook in its first tab; to load it takes longer than to run a lesson."""
    write_notebook(server.folder / "empty.ipynb")
    return server.open(window.new_page(), "empty.ipynb")


@pytest.fixture(scope="module", params=NAMES)
def notebook(request, lab):
    """A lesson with all its cells run; the tests below share it, each goes on where the one before left it."""
    opened = lab.open_beside(request.param)
    opened.run_all()
    yield opened
    opened.put_away()


# What is view.js's own and the same for every picture: tried where there is one of each kind.
SOME = pytest.mark.parametrize("notebook", ["02_gradient_descent.ipynb", "10_optimizers.ipynb"], indirect=True)


# A picture has settled when no answer is on its way and its frame has stayed the same for some display frames.
SETTLED = """async root => {
    const canvas = root.querySelector("canvas"), readout = root.querySelector(".gdlab-readout");
    let since = performance.now(), seen = null;
    while (performance.now() - since < 60) {
        await new Promise(go => setTimeout(go, 10));
        const now = canvas.dataset.frame + readout.textContent;
        if (now !== seen || root.getAttribute("aria-busy") === "true") { seen = now; since = performance.now(); }
    }
    const pixels = new Uint32Array(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer);
    let hash = 0;
    for (const pixel of pixels) hash = (Math.imul(hash, 31) + pixel) | 0;
    return [readout.textContent, hash];
}"""


class Picture:
    """A live picture in a page, by its position among those of the notebook."""

    def __init__(self, notebook, index):
        self.page = notebook.page
        self.root = notebook.root.locator(".gdlab-live").nth(index)
        self.canvas = self.root.locator("canvas.gdlab-picture")

    def settled(self):
        """Wait until nothing changes any more; returns what the learner sees: the sentence, and a hash of the pixels."""
        return tuple(self.root.evaluate(SETTLED))

    def frame(self):
        """The values of the controls that the frame now shown was made for."""
        return self.canvas.get_attribute("data-frame")

    def leave(self):
        """Take hand and focus away, so that the kernel stops looking ahead and is free for the next picture."""
        self.page.mouse.move(2, 2)
        self.page.evaluate("document.activeElement.blur()")

    def unlock(self, notebook):
        """Answer every prediction of the notebook that is still open."""
        if "gdlab-locked" in self.root.get_attribute("class"):
            for box in reversed(notebook.root.locator(".gdlab-question:enabled").all()):  # one answered is no longer among them
                answer(box)
            self.page.wait_for_function("e => !e.classList.contains('gdlab-locked')", arg=self.root.element_handle())


def answer(box):
    """Answer the question in this box: the second choice, a number, or whatever is set in the picture below."""
    radios, line, button = box.locator("input[type=radio]"), box.locator("input[type=text]"), box.locator("button")
    if radios.count():
        radios.first.focus()
        box.page.keyboard.press("ArrowDown")
    elif line.count():
        line.focus()
        box.page.keyboard.type("1/2")
    else:
        button.focus()
    if radios.count() or line.count():
        box.page.keyboard.press("Tab")
    box.page.keyboard.press("Enter")


def pictures(notebook):
    notebook.root.locator(".gdlab-live").first.wait_for(timeout=30_000)
    return [Picture(notebook, i) for i in range(notebook.root.locator(".gdlab-live").count())]


def test_runs_without_an_error(notebook):
    assert notebook.cell_errors() == []
    assert notebook.console_errors == []
    assert len(pictures(notebook)) >= 3


def test_each_picture_is_shown_with_its_sentence(notebook):
    for picture in pictures(notebook):
        picture.canvas.scroll_into_view_if_needed()
        sentence, _pixels = picture.settled()
        assert sentence and picture.canvas.get_attribute("aria-label") == sentence
        assert picture.canvas.get_attribute("role") == "img"
        # As sharp as the screen: a device pixel for each pixel of the canvas, and never wider than its cell. A picture
        # that has to be narrower than it was drawn is drawn again a moment after it is shown.
        picture.page.wait_for_function(
            "c => Math.abs(c.getBoundingClientRect().width * devicePixelRatio / c.width - 1) < 0.02",
            arg=picture.canvas.element_handle(),
        )
        assert picture.canvas.evaluate("c => c.offsetWidth <= c.closest('.gdlab-live').clientWidth + 1")


def test_a_prediction_locks_until_it_is_answered_by_keyboard(notebook):
    locked = [picture for picture in pictures(notebook) if "gdlab-locked" in picture.root.get_attribute("class")]
    boxes = notebook.root.locator(".gdlab-question")
    assert len(locked) == boxes.count() >= 1
    for picture, box in zip(locked, boxes.all(), strict=True):
        controls = picture.root.locator("input, select, button")
        free = [control for control in controls.all() if control.is_enabled()]
        guessed = box.locator("input").count() == 0
        assert len(free) <= guessed  # only what is guessed with moves; a point on the map is no such element
        if "gdlab-veiled" in picture.root.get_attribute("class"):
            # Behind the veil are the frames of the axes, and the sentence waits, too.
            assert picture.settled()[0] == "Answer the question above, and the picture is yours."
            assert picture.frame() == "" and picture.canvas.get_attribute("aria-label") == picture.settled()[0]
        else:
            assert guessed and not free and picture.settled()[0]
        assert box.locator("button").is_disabled() != guessed
        answer(box)
        picture.page.wait_for_function("e => !e.classList.contains('gdlab-locked')", arg=picture.root.element_handle())
        box.get_by_text(re.compile(r"Right\.|Not so\.|You guessed")).first.wait_for()
        assert all(control.is_enabled() for control in controls.all())


def test_every_slider_changes_picture_and_sentence(notebook):
    for picture in pictures(notebook):
        picture.unlock(notebook)
        for slider in picture.root.locator("input[type=range]").all():
            before = picture.settled()
            at = slider.evaluate("s => (s.value - s.min) / (s.max - s.min)")
            notebook.drag_slider(slider, to_fraction=0.06 if at > 0.5 else 0.9, moves=4)
            after = picture.settled()
            assert before[0] != after[0] and before[1] != after[1], slider.get_attribute("data-control")
            picture.leave()
    assert notebook.console_errors == []


@SOME
def test_every_slider_obeys_the_keyboard(notebook):
    for picture in pictures(notebook):
        picture.unlock(notebook)
        for slider in picture.root.locator("input[type=range]").all():
            slider.scroll_into_view_if_needed()
            before, at = picture.frame(), slider.evaluate("s => s.valueAsNumber")
            slider.focus()
            notebook.page.keyboard.press("ArrowLeft" if at > 1 else "ArrowRight")
            assert abs(slider.evaluate("s => s.valueAsNumber") - at) == 1
            picture.settled()
            assert picture.frame() != before
            picture.leave()


def test_choices_change_the_picture(notebook):
    for picture in pictures(notebook):
        picture.unlock(notebook)
        for menu in picture.root.locator("select").all():
            for slider in picture.root.locator("input[data-control=steps]").all():
                slider.fill(slider.get_attribute("max"))  # where the choices have had time to differ
            now, before = menu.input_value(), picture.settled()
            option = next(option for option in menu.locator("option").all_inner_texts() if option != now)
            menu.select_option(option)
            assert picture.settled() != before, option


def test_points_are_dragged_and_moved_by_arrow_keys(notebook):
    for picture in pictures(notebook):
        picture.unlock(notebook)
        if "gdlab-draggable" not in picture.canvas.get_attribute("class"):
            continue
        start, end = place_to_drag(picture)
        before = picture.settled()
        notebook.drag_on(picture.canvas, start, end, moves=4)
        dragged = picture.settled()
        assert dragged[1] != before[1]
        assert picture.canvas.evaluate("c => document.activeElement === c")
        notebook.page.keyboard.press("ArrowUp")
        notebook.page.keyboard.press("ArrowLeft")
        moved = picture.settled()
        assert moved[1] != dragged[1]
        notebook.page.keyboard.press("ArrowDown")
        notebook.page.keyboard.press("ArrowRight")
        assert picture.settled() == dragged  # there and back again
        picture.leave()
    assert notebook.console_errors == []


@SOME
def test_play_runs_to_the_end(notebook):
    for picture in pictures(notebook):
        picture.unlock(notebook)
        for button in picture.root.locator("button[data-play]").all():
            slider = picture.root.locator(f"input[data-control={button.get_attribute('data-play')}]")
            last = int(slider.get_attribute("max"))
            slider.fill(str(last - 3))
            picture.settled()
            button.click()
            notebook.page.wait_for_function("s => s.value === s.max", arg=slider.element_handle())
            notebook.page.wait_for_function("b => b.textContent === '▶'", arg=button.element_handle())
            button.click()  # from the end it begins anew; and pauses
            notebook.page.wait_for_function("s => +s.value > 0 && +s.value < +s.max", arg=slider.element_handle())
            button.click()
            at = slider.input_value()
            notebook.page.wait_for_timeout(500)
            assert slider.input_value() == at


def with_slider(notebook):
    """The first picture that has a slider."""
    return next(picture for picture in pictures(notebook) if picture.root.locator("input[type=range]").count())


def test_reload_and_run_again(server, chromium):
    notebook = server.open(chromium.new_page(viewport=VIEWPORT), "02_gradient_descent.ipynb")
    notebook.run_all()
    first = with_slider(notebook)
    first.unlock(notebook)
    notebook.drag_slider(first.root.locator("input[type=range]").first, to_fraction=0.3)
    before = first.settled()
    notebook.reload()
    first = with_slider(notebook)
    first.canvas.scroll_into_view_if_needed()
    assert first.settled()[0] == before[0]  # the kernel remembers where the controls stood
    notebook.run_all()
    assert notebook.cell_errors() == []
    first = with_slider(notebook)
    first.unlock(notebook)
    before = first.settled()
    notebook.drag_slider(first.root.locator("input[type=range]").first, to_fraction=0.8)
    assert first.settled() != before
    assert notebook.console_errors == []
    notebook.close()


def place_to_drag(picture):
    """Where a drag can begin and end, in fractions of the canvas: found by where the cursor offers one."""
    picture.canvas.scroll_into_view_if_needed()
    box = picture.canvas.bounding_box()
    found = []
    for u in (k / 40 for k in range(2, 39)):
        picture.page.mouse.move(box["x"] + u * box["width"], box["y"] + 0.5 * box["height"])
        if picture.canvas.evaluate("c => c.style.cursor") == "grab":
            found.append(u)
        elif found:
            break  # the far edge of the first map
    assert len(found) > 3, "no place of the picture offers to be dragged"
    left, width = found[0], found[-1] - found[0]
    return (left + 0.3 * width, 0.42), (left + 0.75 * width, 0.58)
