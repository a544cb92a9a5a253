"""What several test modules share: one Chromium for the whole session, since Playwright allows only one at a time."""

import pytest
from browser import open_chromium


@pytest.fixture(scope="session")
def chromium():
    with open_chromium() as browser:
        yield browser
