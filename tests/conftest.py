"""What several test modules share: Chromium, one for each of them.

Not one for the whole session: while Playwright is open an event loop runs in the main thread, and tests that start
one of their own would fail.
"""

import pytest

pytest.register_assert_rewrite("lessons_in_browser")

from browser import open_chromium  # noqa: E402


@pytest.fixture(scope="module")
def chromium():
    with open_chromium() as browser:
        yield browser
