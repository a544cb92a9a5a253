"""Frames of panels, for the tests of what they show."""

import itertools

import commands

from gdlab import Steps, live


def picture(show, *panels):
    """A picture of some panels, as a function that gives the commands for given arguments of `show`."""
    wanted = []
    live_picture = live(*panels, k=Steps(1))(lambda k: show(*wanted[-1]) or "A sentence.")

    def frame(*arguments):
        wanted.append(arguments)
        return commands.frame(live_picture)

    def drawn(*arguments):
        wanted.append(arguments)
        return commands.drawn(live_picture)

    frame.drawn = drawn
    return frame


def overlapping(texts):
    """Pairs of texts whose letters, not their boxes, lie on each other."""
    boxes = []
    for text in texts:
        if text.get_visible() and text.get_text().strip():
            text.set_bbox(None)
            boxes.append((text.get_text(), text.get_window_extent().padded(-1)))
    return [(a, b) for (a, one), (b, other) in itertools.combinations(boxes, 2) if one.overlaps(other)]
