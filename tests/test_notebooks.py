"""The committed lessons: clean, up to date, the right length, with exercises whose solutions are right.

nbval compares what each cell says (see pyproject.toml); here stands what it cannot see: pictures, hygiene, links,
and what a learner would type. The last tests break a copy of a lesson or a picture, and want it noticed.
"""

import ast
import base64
import copy
import io
import itertools
import os
import re
import shutil
import subprocess
import sys

import nbformat
import numpy as np
import pytest
import refresh
from PIL import Image, ImageChops
from prose import Lesson
from repository import ROOT

from gdlab.pictures.live import Live

LESSONS = refresh.lessons()
every_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def read(path):
    return nbformat.read(path, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]


def is_hidden(cell):
    return cell.metadata.get("jupyter", {}).get("source_hidden", False)


def test_the_course_is_there():
    numbers = [path.stem[:2] for path in LESSONS]
    assert numbers[:10] == [f"{n:02}" for n in range(10)] and len(set(numbers)) == len(numbers)


def test_each_lesson_leads_to_the_next_and_is_on_the_map():
    map_of_lessons = "".join(cell.source for cell in read(LESSONS[0]).cells)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for before, after in itertools.pairwise(LESSONS):
        for cell in (read(before).cells[0], read(before).cells[-1]):
            assert f"]({after.name})" in cell.source, f"{before.name} does not lead to {after.name}"
        assert f"]({before.name})" in read(after).cells[0].source, f"{after.name} does not lead back to {before.name}"
        assert f"]({after.name})" in map_of_lessons and f"](notebooks/{after.name})" in readme


@every_lesson
def test_committed_clean(path):
    notebook = read(path)
    nbformat.validate(notebook)
    cells = code_cells(notebook)
    outputs = [output for cell in cells for output in cell.outputs]
    kinds = [kind for output in outputs for kind in output.get("data", {})]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1)), "not run from top to bottom"
    assert not [output for output in outputs if output.output_type == "error"]
    assert not [output for output in outputs if output.get("name") == "stderr"]
    assert "widgets" not in notebook.metadata and refresh.VIEW not in kinds, "holds widget state or a widget view"
    assert kinds.count("image/png") >= 3, "opened without running it must show its pictures"
    assert path.stat().st_size <= 600_000


def core_text(notebook):
    """What every learner reads, a text for each cell: without optional sections, and without folded solutions."""
    optional = False
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            if heading := re.search(r"^##? (.*)", cell.source, re.MULTILINE):
                optional = heading[1].startswith("Optional: ")
            assert cell.metadata.get(refresh.FOLDED, False) == bool(heading and optional), f"folded, or not: {cell.source[:60]}"
            if not optional:
                yield re.sub(r"<details>.*?</details>", "", cell.source, flags=re.DOTALL)


@every_lesson
def test_shape_of_a_lesson(path):
    notebook = read(path)
    assert 15 <= len(notebook.cells) <= 36 and sum(len(re.findall(r"\w\S*", text)) for text in core_text(notebook)) <= 1500
    for cell in code_cells(notebook):
        lines = cell.source.splitlines()
        if not is_hidden(cell):  # a learner reads it, in a cell about 94 characters wide
            assert len(lines) <= 20 and max(map(len, lines)) <= 92, cell.source
    first, last = notebook.cells[0].source, notebook.cells[-1].source
    assert first.startswith("# ") and all(part in first for part in ("**You will**", "**Afterwards you can**", "**You need**"))
    assert "## Remember" in last
    # The answers of predictions and exercises must not stand open above their questions.
    for cell in code_cells(notebook):
        if cell.source.startswith("predict(") or re.search(r"^\w+ = (Exercise|Goal)\(", cell.source, re.MULTILINE):
            assert is_hidden(cell), cell.source[:60]
    # Nor between a question and its picture; and no picture takes another's name.
    sources = [cell.source for cell in notebook.cells]
    for source, below in itertools.pairwise(sources):
        if asked := re.search(r"^predict\(\s*(\w+),", source, re.MULTILINE):
            assert below == asked[1]
    names = [name for source in sources for name in re.findall(r"^@live\([^@]*?\ndef (\w+)\(", source, re.MULTILINE)]
    assert len(names) == len(set(names)) >= 3


@every_lesson
def test_links_lead_somewhere(path):
    for cell in read(path).cells:
        if cell.cell_type == "markdown":
            for target in re.findall(r"\]\((?!https?://)([^)#]+)", cell.source):
                assert (path.parent / target).is_file(), target


@pytest.fixture(scope="module")
def run_again():
    """Each lesson run afresh with its exercises solved, once for all tests that look at the result."""
    done = {}

    def run(path):
        if path not in done:
            done[path] = refresh.run(solved(read(path)))
        return done[path]

    return run


@every_lesson
def test_up_to_date(path, run_again):
    changes = refresh.changes(read(path), unsolved(run_again(path), read(path)))
    assert not changes, f"stale: {changes}. Run `uv run python tests/refresh.py {path.stem[:2]}`."


def unsolved(notebook, committed):
    """The notebook as it was before it was solved: the exercises' own cells are the committed ones (nbval runs those)."""
    notebook = copy.deepcopy(notebook)
    notebook.cells = [cell for cell in notebook.cells if "judged" not in cell.metadata.get("tags", [])]
    for i, cell in enumerate(notebook.cells):
        if "solved" in cell.metadata.get("tags", []):
            notebook.cells[i] = committed.cells[i]
    for number, cell in enumerate(code_cells(notebook), start=1):
        cell.execution_count = number  # the cells that judged have gone
    return notebook


def solved(notebook):
    """The notebook with its exercises solved, and after each a cell that judges the wrong answers in its hints."""
    notebook = copy.deepcopy(notebook)
    cells, waiting = [], None
    for cell in notebook.cells:
        cells.append(cell)
        if cell.cell_type == "code" and (name := exercise_of(cell)):
            waiting = cell, name
        elif cell.cell_type == "markdown" and "<summary>Solution</summary>" in cell.source:
            (solution,) = re.findall(r"```python\n(.*?)```", cell.source.split("</details>")[0], re.DOTALL)
            exercise, name = waiting
            exercise.source = f"{solution}\n\n{exercise.source.splitlines()[-1]}"
            exercise.metadata["tags"] = ["solved"]
            judge = f"[(check({name}, wrong).correct, repr(check({name}, wrong))[2:] == hint) for wrong, hint in {name}.hints]"
            judge += f" if hasattr({name}, 'hints') else 'a goal'"
            cells.append(nbformat.v4.new_code_cell(judge, metadata={"tags": ["judged"]}))
            waiting = None
    assert waiting is None, "an exercise without a solution"
    notebook.cells = cells
    return notebook


def exercise_of(cell):
    """The name of the Exercise that the cell's last line checks an answer against, or None."""
    last = ast.parse(cell.source).body[-1:]
    match last:
        case [ast.Expr(ast.Call(ast.Name("check"), [ast.Name(name), *_]))]:
            return name
    return None


@every_lesson
def test_solutions_are_right_and_wrong_answers_are_not(path, run_again):
    notebook = run_again(path)
    found = {tag: [cell for cell in notebook.cells if tag in cell.metadata.get("tags", [])] for tag in ("solved", "judged")}
    assert len(found["solved"]) == len(found["judged"]) >= (1 if path.stem.startswith("00") else 2)
    for cell in found["solved"]:
        assert cell.outputs[-1].data["text/plain"].startswith("✓"), cell.source
    for cell in found["judged"]:
        verdicts = ast.literal_eval(cell.outputs[-1].data["text/plain"])
        assert verdicts == "a goal" or set(verdicts) == {(False, True)}, f"{cell.source}: {verdicts}"


def elsewhere(control):
    """Values of a control to move it to."""
    if control.kind == "point":
        return [tuple(low + share * (high - low) for low, high in control.window) for share in (0.3, 0.7)]
    if control.kind == "blanks":
        return [("1",) * len(control.value)]
    given = {"drawing": [np.eye(8)], "text": ["x**2 + 3*y**2"]}
    return given.get(control.kind) or control.positions[:: max(len(control.positions) // 2, 1)] + control.positions[-1:]


@every_lesson
def test_every_control_moves_something_and_every_panel_is_moved(path):
    for picture in {id(it): it for it in Lesson(path.stem[:2]).names.values() if isinstance(it, Live)}.values():
        begin, resting = dict(picture.values), set(picture._panels)

        def drawn(values):
            picture._draw(values)
            # A panel that has drawn its ground anew has new artists.
            return {panel: (panel.moving, str(picture._canvas.renderer.record(panel.moving))) for panel in picture._panels}

        before = drawn(begin)
        for name, control in picture._controls.items():
            found = [drawn({**begin, name: value}) for value in elsewhere(control)]
            moved = {panel for after in found for panel in after if after[panel] != before[panel]}
            assert moved, f"{picture.__name__}: {name} changes nothing in the picture, whatever the sentence says"
            resting -= moved
        assert not resting, f"{picture.__name__}: {resting} shows always the same"


@every_lesson
def test_untried_exercises_say_so(path):
    for cell in code_cells(read(path)):
        if exercise_of(cell):
            assert cell.outputs[-1].data["text/plain"].startswith("… Not tried yet"), cell.source


# nbval itself, on lessons that are broken on purpose


def nbval(folder, package, **notebooks):
    """What strict nbval says of some notebooks, with this folder's gdlab: {name: that all of it passed}, and all its words."""
    for name, notebook in notebooks.items():
        nbformat.write(notebook, folder / f"{name}.ipynb")
    options = ["--nbval", "--nbval-cell-timeout=60", "-q", "-rfE", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *sorted(folder.glob("*.ipynb"))],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(package)},
        capture_output=True,
        text=True,
    )
    assert done.returncode in (0, 1) and done.stdout.count("::Cell"), done.stdout
    red = set(re.findall(r"^(?:FAILED|ERROR) (?:.*/)?(\w+)\.ipynb::", done.stdout, re.MULTILINE))
    return {name: name not in red for name in notebooks}, done.stdout


def head(path, having):
    """A lesson up to the first cell whose output holds these words: enough to see nbval at work."""
    notebook = read(path)
    for i, cell in enumerate(notebook.cells):
        if having in str(cell.get("outputs", "")):
            notebook.cells = notebook.cells[: i + 1]
            return notebook
    raise AssertionError(f"{path.name} never says {having!r}")


def changed(notebook, old, new):
    """A copy of a notebook, with these words in the only cell that has them replaced."""
    notebook = copy.deepcopy(notebook)
    (cell,) = [cell for cell in notebook.cells if cell.cell_type == "code" and old in cell.source]
    cell.source = cell.source.replace(old, new)
    return notebook


def test_nbval_tells_a_sound_lesson_from_a_broken_one(tmp_path):
    sound, says = head(LESSONS[2], "The gradient is 10 long"), "fall.show(path)"
    other = "import warnings; warnings.warn_explicit('of its own', UserWarning, 'it.py', 1, module='anywidget')\n    "
    passed, said = nbval(
        tmp_path,
        ROOT,
        sound=sound,
        another_package_warns=changed(sound, says, other + says),
        raises=changed(sound, says, "raise ArithmeticError('planted')"),
        warns=changed(sound, says, f"import numpy as np; np.log(np.zeros(1))\n    {says}"),
    )
    assert passed == {"sound": True, "another_package_warns": True, "raises": False, "warns": False}, said
    assert "planted" in said and "divide by zero" in said


def test_nbval_notices_a_wrong_coefficient(tmp_path):
    shutil.copytree(ROOT / "gdlab", tmp_path / "gdlab")
    surfaces, right = tmp_path / "gdlab/maths/surfaces.py", "lambda x, y: (2 * x, 2 * y),"
    assert right in surfaces.read_text()
    surfaces.write_text(surfaces.read_text().replace(right, right.replace("2 * x", "2.01 * x")))
    said = nbval(tmp_path, tmp_path, sound=head(LESSONS[2], "The gradient is 10 long"))
    assert not said[0]["sound"] and "is 10 long, the next step 1." in said[1]


def test_what_a_cell_prints_that_measures_times_is_not_compared():
    printed = [nbformat.v4.new_output("stream", name="stdout", text=text) for text in ("1.9 evaluations", "2.3 evaluations")]
    for tags, expected in (([], ["cell 0: its stdout"]), ([refresh.VARIES], [])):
        cells = [nbformat.v4.new_code_cell(execution_count=1, outputs=[it], metadata={"tags": tags}) for it in printed]
        one, other = (nbformat.v4.new_notebook(cells=[cell]) for cell in cells)
        assert refresh.changes(one, other) == expected
    del other.cells[0].outputs[:]
    assert refresh.changes(one, other)


# The comparison of pictures


def png_of(image):
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode()


@pytest.fixture(scope="module")
def committed():
    """Two pictures of each lesson, as they are committed, in base64."""
    outputs = [[output for cell in code_cells(read(path)) for output in cell.outputs] for path in LESSONS]
    pictures = [[it.data["image/png"] for it in found if "image/png" in it.get("data", {})] for found in outputs]
    return [png for found in pictures for png in found[:2]]


def test_a_wrong_picture_is_noticed_also_where_another_version_drew_it(committed):
    for one, other in itertools.pairwise(committed):
        assert refresh.look_alike(one, one)
        assert not refresh.look_alike(one, other) and not refresh.look_alike(one, other, "another")


def test_another_version_may_move_what_it_draws_a_little(committed):
    for png in committed[::5]:
        image = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
        moved = [png_of(ImageChops.offset(image, by, 1)) for by in (2, 30)]
        assert [refresh.look_alike(png, it, "another") for it in moved] == [True, False]
        assert not refresh.look_alike(png, moved[1])
