"""What several test modules share: Chromium, one for each of them.

Not one for the whole session: while Playwright is open an event loop runs in the main thread, and tests that start
one of their own would fail.
"""

import pytest
from browser import open_chromium


@pytest.fixture(scope="module")
def chromium():
    with open_chromium() as browser:
        yield browser
