"""A bar for long training, which leaves no trace: the cell's output is the same at every run and on every machine.

Its place in the output is taken at once, by nothing. What is shown there later is an update, and at the end it is
nothing again. So a committed notebook holds an empty output, however long the training took, and nbval finds it equal.
"""

import time
import uuid

from IPython import get_ipython
from IPython.display import publish_display_data

from gdlab.maths.words import _

PATIENCE, PAUSE = 1.0, 0.1  # seconds until a bar appears, and from one position of it to the next


def progress(total, words=None):
    """A bar for `train(..., epochs, on_epoch=progress(epochs))`, which appears where that takes longer than a second.

    Args:
        total: how many epochs there will be.
        words: what stands beside the bar, with {done} and {total} in it, where it is not epochs that are counted.

    Returns:
        A function to be called with the number of epochs done; with `total` the bar goes. Outside of Jupyter it does
        nothing.
    """
    if not isinstance(total, int) or total < 1:
        raise ValueError(_("progress needs a whole number of epochs above 0, not {total!r}.").format(total=total))
    if getattr(get_ipython(), "kernel", None) is None:
        return lambda done: None
    place = {"display_id": uuid.uuid4().hex}
    publish_display_data({"text/html": ""}, transient=place)
    due = time.monotonic() + PATIENCE

    def on_epoch(done):
        nonlocal due
        html = ""
        if done < total:
            if time.monotonic() < due:
                return
            told = (words or _("{done} of {total} epochs")).format(done=done, total=total)
            html = f"<progress value='{done}' max='{total}' aria-label='{told}'></progress> {told}"
        publish_display_data({"text/html": html}, transient=place, update=True)
        due = time.monotonic() + PAUSE

    return on_epoch
