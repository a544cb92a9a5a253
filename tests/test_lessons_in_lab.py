"""Every lesson in JupyterLab; see lessons_in_browser.py."""

import shutil

import pytest
import refresh
from lessons_in_browser import *  # noqa: F403, the tests and their fixtures
from lessons_in_browser import NAMES, pictures, place_to_drag


@pytest.fixture(scope="module")
def app():
    return "lab"


# Notebook 7 shows one notebook in a window.
def test_two_lessons_open_at_once(server, lab):
    for name in NAMES[:2]:  # as they are committed: the tests above have saved theirs
        shutil.copy(refresh.NOTEBOOKS / name, server.folder / name)
    first, second = (lab.open_beside(name) for name in NAMES[:2])
    for notebook in (first, second):
        notebook.run_all()
    for notebook in (second, first):
        notebook.activate()
        picture = pictures(notebook)[0]
        before = picture.settled()
        if picture.root.locator("input[type=range]").count():
            notebook.drag_slider(picture.root.locator("input[type=range]").first, to_fraction=0.3)
        else:
            notebook.drag_on(picture.canvas, *place_to_drag(picture))
        assert picture.settled() != before
        assert notebook.cell_errors() == []
    assert first.console_errors == []
