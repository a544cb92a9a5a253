"""Every lesson as a learner meets it: in JupyterLab and in Notebook 7, all cells run, everything dragged.

A lesson is opened once in each application, and the tests then drive it further, one after the other.
"""

import pytest
import refresh
from browser import VIEWPORT, JupyterServer

NAMES = [path.name for path in refresh.lessons()]


@pytest.fixture(scope="module", params=["lab", "notebook"])
def server(request, chromium):
    with JupyterServer(refresh.NOTEBOOKS, request.param) as jupyter:
        yield jupyter


@pytest.fixture(scope="module")
def lesson(server, chromium):
    """Open a lesson by name and run all its cells, once; the page stays open until another lesson is asked for."""
    open_now = {}

    def opened(name):
        if name not in open_now:
            for other in open_now.values():
                other.close()
            open_now.clear()
            notebook = open_now[name] = server.open(chromium.new_page(viewport=VIEWPORT), name)
            notebook.run_all()
        return open_now[name]

    yield opened
    for notebook in open_now.values():
        notebook.close()


class Picture:
    """A live picture in a page, by its position among those of the notebook."""

    def __init__(self, notebook, index):
        self.page = notebook.page
        self.root = notebook.root.locator(".gdlab-live").nth(index)
        self.canvas = self.root.locator("canvas.gdlab-picture")

    def state(self):
        """What the learner sees: the sentence and the pixels."""
        return self.root.locator(".gdlab-readout").inner_text(), self.canvas.evaluate("c => c.toDataURL()")

    def settled(self):
        """Wait until the frame shown is the one that the controls ask for; returns the state."""
        self.page.wait_for_timeout(60)
        self.root.locator(".gdlab-working").wait_for(state="hidden")
        before = None
        while before != (before := self.state()):
            self.page.wait_for_timeout(80)
        return before

    def unlock(self, notebook):
        """Answer every prediction of the notebook that is still open."""
        if "gdlab-locked" in self.root.get_attribute("class"):
            for button in notebook.root.locator("button", has_text="That is my prediction").all():
                if button.is_disabled() and (box := button.locator("xpath=..")).locator("input:enabled").count():
                    box.locator("input[type=radio]").first.check()
                    button.click()
            self.page.wait_for_function("e => !e.classList.contains('gdlab-locked')", arg=self.root.element_handle())


def pictures(notebook):
    return [Picture(notebook, i) for i in range(notebook.root.locator(".gdlab-live").count())]


every_lesson = pytest.mark.parametrize("name", NAMES)


@every_lesson
class TestLesson:
    def test_runs_without_an_error(self, lesson, name):
        notebook = lesson(name)
        assert notebook.cell_errors() == []
        assert notebook.console_errors == []
        assert len(pictures(notebook)) >= 3

    def test_each_picture_is_shown_with_its_sentence(self, lesson, name):
        for picture in pictures(lesson(name)):
            picture.canvas.scroll_into_view_if_needed()
            sentence, _pixels = picture.settled()
            assert sentence and picture.canvas.get_attribute("aria-label") == sentence
            assert picture.canvas.get_attribute("role") == "img"
            # As sharp as the screen: a device pixel for each pixel of the canvas, and never wider than its cell.
            shown, drawn, room = picture.canvas.evaluate(
                "c => [c.getBoundingClientRect().width * devicePixelRatio, c.width, c.closest('.gdlab-live').clientWidth]"
            )
            assert abs(shown - drawn) < 0.02 * shown and shown <= room + 1

    def test_a_prediction_locks_until_it_is_answered_by_keyboard(self, lesson, name):
        notebook = lesson(name)
        locked = [picture for picture in pictures(notebook) if "gdlab-locked" in picture.root.get_attribute("class")]
        buttons = notebook.root.locator("button", has_text="That is my prediction")
        assert len(locked) == buttons.count() >= 1
        for picture, button in zip(locked, buttons.all(), strict=True):
            controls = picture.root.locator("input, select, button")
            assert controls.count() == 0 or all(control.is_disabled() for control in controls.all())
            assert picture.root.locator(".gdlab-lock").is_visible() and button.is_disabled()
            box = button.locator("xpath=..")
            box.locator("input[type=radio]").first.focus()
            notebook.page.keyboard.press("ArrowDown")  # the second choice
            notebook.page.keyboard.press("Tab")
            notebook.page.keyboard.press("Enter")
            notebook.page.wait_for_function(
                "e => !e.classList.contains('gdlab-locked')", arg=picture.root.element_handle()
            )
            assert any(word in box.inner_text() for word in ("Right.", "Not so."))
            assert all(control.is_enabled() for control in controls.all())

    def test_every_slider_changes_picture_and_sentence(self, lesson, name):
        notebook = lesson(name)
        for picture in pictures(notebook):
            picture.unlock(notebook)
            for slider in picture.root.locator("input[type=range]").all():
                before = picture.settled()
                at = slider.evaluate("s => (s.value - s.min) / (s.max - s.min)")
                notebook.drag_slider(slider, to_fraction=0.06 if at > 0.5 else 0.9, moves=12)
                after = picture.settled()
                assert before[0] != after[0] and before[1] != after[1], slider.get_attribute("data-control")
        assert notebook.console_errors == []

    def test_every_slider_obeys_the_keyboard(self, lesson, name):
        notebook = lesson(name)
        for picture in pictures(notebook):
            picture.unlock(notebook)
            for slider in picture.root.locator("input[type=range]").all():
                slider.scroll_into_view_if_needed()
                before, at = picture.settled(), slider.evaluate("s => s.valueAsNumber")
                slider.focus()
                notebook.page.keyboard.press("ArrowLeft" if at > 1 else "ArrowRight")
                assert abs(slider.evaluate("s => s.valueAsNumber") - at) == 1
                assert picture.settled() != before

    def test_choices_change_the_picture(self, lesson, name):
        notebook = lesson(name)
        for picture in pictures(notebook):
            picture.unlock(notebook)
            for menu in picture.root.locator("select").all():
                options = menu.locator("option").all_inner_texts()
                for option in options[1:]:
                    before = picture.settled()
                    menu.select_option(option)
                    assert picture.settled() != before, option

    def test_points_are_dragged_and_moved_by_arrow_keys(self, lesson, name):
        notebook = lesson(name)
        for picture in pictures(notebook):
            picture.unlock(notebook)
            if "gdlab-draggable" not in picture.canvas.get_attribute("class"):
                continue
            area = max(places_to_drag(picture), key=lambda place: place[0])
            before = picture.settled()
            notebook.drag_on(picture.canvas, start=area[1], end=area[2], moves=10)
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
        assert notebook.console_errors == []

    def test_play_runs_to_the_end(self, lesson, name):
        notebook = lesson(name)
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

    def test_reload_and_run_again(self, lesson, name):
        notebook = lesson(name)
        first = pictures(notebook)[0]
        first.unlock(notebook)
        before = first.settled()
        notebook.reload()
        first = pictures(notebook)[0]
        first.canvas.scroll_into_view_if_needed()
        assert first.settled()[0] == before[0]  # the kernel remembers where the controls stood
        notebook.run_all()
        assert notebook.cell_errors() == []
        slider = notebook.root.locator(".gdlab-live input[type=range]:enabled").first
        if slider.count():
            notebook.drag_slider(slider, to_fraction=0.4)
        assert notebook.console_errors == []


def places_to_drag(picture):
    """(size, start, end) on each map of the picture, in fractions of the canvas, found by where the cursor offers a drag."""
    box = picture.canvas.bounding_box()
    picture.canvas.scroll_into_view_if_needed()
    box = picture.canvas.bounding_box()
    found = []
    for u in (k / 40 for k in range(1, 40)):
        picture.page.mouse.move(box["x"] + u * box["width"], box["y"] + 0.5 * box["height"])
        if picture.canvas.evaluate("c => c.style.cursor") == "grab":
            found.append(u)
    assert found, "no place of the picture offers to be dragged"
    span = [u for u in found if u - found[0] <= found.index(u) / 40 + 1e-9]
    a, b = span[0], span[-1]
    return [(b - a, (a + 0.3 * (b - a), 0.42), (a + 0.75 * (b - a), 0.58))]


def test_two_lessons_open_at_once(server, chromium):
    if server.app != "lab":
        return  # Notebook 7 shows one notebook in a window
    first = server.open(chromium.new_page(viewport=VIEWPORT), NAMES[0])
    second = first.open_beside(NAMES[1])
    for notebook in (first, second):
        notebook.run_all()
    for notebook in (second, first):
        notebook.activate()
        picture = pictures(notebook)[0]
        picture.canvas.scroll_into_view_if_needed()
        before = picture.settled()
        if picture.root.locator("input[type=range]").count():
            notebook.drag_slider(picture.root.locator("input[type=range]").first, to_fraction=0.3)
        else:
            _, start, end = places_to_drag(picture)[0]
            notebook.drag_on(picture.canvas, start, end)
        assert picture.settled() != before
        assert notebook.cell_errors() == []
    assert first.console_errors == []
    first.close()
