"""Two lessons in Notebook 7, one with points and one with a pad; see lessons_in_browser.py.

Choices, the play button and the sliders' arrow keys are view.js's own, and the same in both applications:
JupyterLab's tests have them.
"""

import pytest
from lessons_in_browser import (  # noqa: F401, the tests and their fixtures
    server,
    test_a_prediction_locks_until_it_is_answered_by_keyboard,
    test_each_picture_is_shown_with_its_sentence,
    test_every_slider_changes_picture_and_sentence,
    test_points_are_dragged_and_moved_by_arrow_keys,
    test_reload_and_run_again,
    test_runs_without_an_error,
    window,
)


@pytest.fixture(scope="module", params=["02_gradient_descent.ipynb", "11_read_handwriting.ipynb"])
def notebook(request, server, window):
    opened = server.open(window.new_page(), request.param)
    opened.run_all()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def app():
    return "notebook"
