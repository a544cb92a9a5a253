"""Every lesson in Notebook 7; see lessons_in_browser.py."""

import pytest
from lessons_in_browser import *  # noqa: F403, the tests and their fixtures


@pytest.fixture(scope="module")
def app():
    return "notebook"
