"""What all tests share: which warnings are faults; and what several share: Chromium, one for each module.

Not one for the whole session: while Playwright is open an event loop runs in the main thread, and tests that start
one of their own would fail.
"""

import contextlib
import os

import pytest
import strict

pytest.register_assert_rewrite("lessons_in_browser")


def pytest_configure(config):
    for line in strict.FILTERS:
        config.addinivalue_line("filterwarnings", line)
    # A run with the lowest versions is one of the tests, not of what they build with uv.
    os.environ.pop("UV_RESOLUTION", None)
    kernels = contextlib.ExitStack()
    kernels.enter_context(strict.strict_kernels())
    config.add_cleanup(kernels.close)


def pytest_collection_modifyitems(items):
    # It takes a third of the time that one worker has: begun last, the other worker would stand idle.
    items.sort(key=lambda item: item.path.name != "test_lessons_in_lab.py")


@pytest.fixture(scope="module")
def chromium():
    from browser import open_chromium  # nbformat takes seconds to import, and most tests need none

    with open_chromium() as browser:
        yield browser
