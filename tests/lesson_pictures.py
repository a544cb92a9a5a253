"""The pictures of the lessons, without Jupyter: their code cells are run in this process.

    for picture in pictures("03"):
        for values in positions(picture):
            picture._frame(values)
"""

import ast
import contextlib
import io
from unittest import mock

import nbformat
import numpy as np
import refresh

from gdlab import digits
from gdlab.pictures.live import Live


def pictures(having=""):
    """All live pictures of the lessons whose names contain `having`, each with `lesson`, its lesson's number."""
    return [picture for path in refresh.lessons(having) for picture in pictures_of(path)]


def pictures_of(path):
    """The live pictures that a lesson makes."""
    made, make = [], Live.__init__

    def note(picture, *arguments):
        make(picture, *arguments)
        picture.lesson = path.stem[:2]
        made.append(picture)

    names = {"__name__": path.stem}
    cells = [cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    with mock.patch.object(Live, "__init__", note), contextlib.redirect_stdout(io.StringIO()), contextlib.chdir(path.parent):
        for cell in cells:
            exec(compile(ast.parse(cell), path.name, "exec"), names)
    return made


def positions(picture):
    """All positions of each control through the start values of the others; a coarse grid of a point, digits of a drawing."""
    found = [picture.values]
    for name, control in picture._controls.items():
        found += [{**picture.values, name: position} for position in _positions(control)]
    return found


def _positions(control):
    if control.kind == "point":
        (x0, x1), (y0, y1) = control.window
        return [(x, y) for x in np.linspace(x0, x1, 7).tolist() for y in np.linspace(y0, y1, 7).tolist()]
    if control.kind == "blanks":
        return [(text,) * len(control.value) for text in ("1", "-4", "what")]
    drawn = [control.check(image) for image in digits().test_x[:20]] if control.kind == "drawing" else []
    return control.positions or drawn
