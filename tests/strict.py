"""Which warnings are faults: those that gdlab, the lessons or the tests cause, here and in the kernels that tests start.

What another package warns of by itself is its own affair: else a new release of any of them would stop all tests.
"""

import contextlib
import os
import tempfile
from pathlib import Path
from unittest import mock

# A warning belongs to the module that its stacklevel points at: of an old name of matplotlib's, to who still uses it. Code
# that is compiled from text belongs to "<string>", a cell to "__main__", and a lesson that tests run to its file's name.
TESTS = "|".join(path.stem for path in Path(__file__).parent.glob("*.py"))
OURS = rf"(gdlab|prose|{TESTS})(\.|$)|<string>$|__main__$|\d\d_\w+$"
# What numpy and matplotlib compute in their own code, they compute for us: the mean of nothing, the logarithm of 0.
COMPUTING = r"(numpy|matplotlib|mpl_toolkits|contourpy)(\.|$)"

FILTERS = [
    f"error:::{OURS}",
    f"error::RuntimeWarning:{COMPUTING}",
    # An error that nobody could catch.
    "error::pytest.PytestUnraisableExceptionWarning",
    "error::pytest.PytestUnhandledThreadExceptionWarning",
]

STARTUP = f"""
import warnings
warnings.simplefilter("ignore")
warnings.filterwarnings("error", module={OURS!r})
warnings.filterwarnings("error", category=RuntimeWarning, module={COMPUTING!r})
"""


def write_profile(folder):
    """Make in `folder` what IPython reads as it starts, for its IPYTHONDIR: no settings of the user's, and these warnings."""
    startup = Path(folder, "profile_default", "startup")
    startup.mkdir(parents=True)
    (startup / "strict.py").write_text(STARTUP)


@contextlib.contextmanager
def strict_kernels():
    """As long as it lasts, kernels that are started raise an error where they would print such a warning, and no other."""
    with tempfile.TemporaryDirectory(prefix="gdlab-ipython-") as folder, mock.patch.dict(os.environ, IPYTHONDIR=folder):
        write_profile(folder)
        yield
