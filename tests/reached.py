"""Which statements of gdlab no lesson reaches: neither its cells, solutions and hints, nor any picture as it is driven.

    uv run python tests/reached.py              prints per file how many, and which lines
    uv run python tests/reached.py panels       only files whose paths contain a word
    uv run python tests/reached.py --source     with the lines themselves

gdlab stays thin: what is listed here goes, or has a reason to stay, which is printed beside it.
"""

import asyncio
import contextlib
import io
import itertools
import sys
import tempfile
from pathlib import Path

import coverage
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
WHY = {  # what is not reached, and why it stays
    "lessons/exercises": "answers that raise when they are looked at, and a verdict that is asked for in an `if`",
    "maths/arithmetic": "an axis of length 1 that was broadcast, the larger of two plain numbers: in a learner's own graph",
    "maths/code": "graphs of a learner's own: names that Python does not take, arrays without a name, a broadcast number",
    "maths/engine": "what is infinite or nan, in a graph of a learner's own",
    "maths/formulas": "Python that is no formula",
    "maths/gradients": "what the checker says of functions that no lesson checks, but a learner may: kinks, jumps, float32",
    "maths/narration": "words for what is infinite or nan; brackets around the slope of tanh, in a learner's own graph",
    "maths/nn": "a training in batches that diverges",
    "maths/surfaces": "a function of a learner's own that returns another shape",
    "maths/walks": "walks that no position of a lesson's pictures shows, on a learner's own function",
    "panels": "numbers, arrays and formulas too long for their place, which a learner's own graph or function may have",
    "pictures/live": "a picture that was made anew while its old one is still shown",
    "pictures/recorder": "images that are no map, curves without an end: in a panel of somebody's own",
    "pictures/view": "interrupts, errors of a lesson's own function, and the order in which kernel and page speak",
}


def visit(lessons="*.ipynb"):
    """Do all that learners of the course do: run, drive, predict, answer rightly, wrongly and not at all."""
    # Imported here, so that what gdlab does as it is imported counts, too.
    from IPython.core.interactiveshell import InteractiveShell
    from nbformat import read

    from gdlab.pictures import view

    for path in sorted((ROOT / "notebooks").glob(lessons)):
        shell = view.notebook.shell = InteractiveShell()
        sources = []
        for cell in read(path, 4).cells:
            if cell.cell_type == "code":
                sources.append(cell.source)
            elif "<summary>Solution</summary>" in cell.source:  # solved, and then judged by the exercise's last line
                sources += [cell.source.split("```python\n")[1].split("```")[0], sources[-1].splitlines()[-1]]
        shown = []
        for k, source in enumerate(sources):
            shell.get_parent = lambda k=k: {"metadata": {"cellId": str(k)}}  # as JupyterLab and Notebook 7 tell it
            result = shell.run_cell(source, store_history=True)
            result.raise_error()
            shown.append(result.result)
        drive_all([*shell.user_ns.values(), *shown], shell)
        for k, source in enumerate(sources):  # once more; a panel of another cell's has its picture and says so
            if "@live" in source or source.startswith("predict("):
                shell.get_parent = lambda k=k: {"metadata": {"cellId": str(k)}}
                shell.run_cell(source, store_history=True)
        InteractiveShell.clear_instance()
    make_mistakes()


UNFORESEEN = [12.345, object(), "a word", ["b", "a"], [1, 2], [[1, 2]], None, 1j, lambda *given: None, lambda *given: 1 / 0, lambda *given: ...]


def make_mistakes():
    """What learners get wrong with the engine and the checker: each is answered in words."""
    from gdlab import Tensor, check_gradient, numerical_gradient

    x, v, M = Tensor(0.0, "x"), Tensor([1.0, 2.0, 3.0], "v"), Tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    mistakes = [
        lambda: v @ M, lambda: M @ 2, lambda: v + [1, 2], lambda: bool(x), lambda: np.arctan(v), lambda: v.backward(),
        lambda: v.backward([1]), lambda: np.log(x).backward(), lambda: np.sqrt(x).backward(), lambda: (v * np.nan).sum().backward(),
        lambda: Tensor(np.inf).backward(), lambda: setattr(x * 2, "data", 1), lambda: repr(x * 2), lambda: Tensor([[1], [2, 3]]),
        lambda: check_gradient(np.sum, [1.0], [1.0, 2.0]), lambda: check_gradient(lambda x: 1 / x[0], [np.inf], [1.0]),
        lambda: numerical_gradient(np.sum, "x"),
    ]  # fmt: skip
    for mistake in mistakes:
        with contextlib.suppress(ValueError, TypeError, FloatingPointError), np.errstate(divide="ignore"):
            mistake()


def drive_all(made, shell):
    """Whatever a lesson has made or shown: its hints, its predictions, its pictures."""
    from commands import Wire

    from gdlab import Exercise, check
    from gdlab.lessons.predictions import Prediction
    from gdlab.pictures.live import Live

    made = list({id(it): it for it in made}.values())
    for exercise in [it for it in made if isinstance(it, Exercise)]:
        for wrong in [*(wrong for wrong, _hint in exercise.hints), *UNFORESEEN]:
            shell.user_ns["verdict"] = check(exercise, wrong)
            shell.run_cell("verdict")
    for prediction in [it for it in made if isinstance(it, Prediction)]:
        for answer in prediction.choices or ([None] if prediction.guess else ["nothing", "1/2"]):
            prediction._view._handle_custom_msg({"kind": "answer", "answer": answer}, [])
    for picture in [it for it in made if isinstance(it, Live)]:
        asyncio.run(drive(picture, Wire(picture)))


async def drive(picture, page):
    """Send what view.js sends while a learner moves everything, and while nothing moves."""
    begin = list(picture.values.values())
    for k, control in enumerate(picture._controls.values()):
        moved = [[*begin[:k], place, *begin[k + 1 :]] for place in places(control)]
        for values in moved:
            page.deliver("show", values=values)
        page.deliver("moved", values=moved[0])
        page.deliver("show", values=moved[0], again=True)
        page.deliver("ahead", wanted=moved[:4])
        while picture.view._plan:
            await asyncio.sleep(0)
            page.deliver("got")
    page.deliver("show", values=begin)
    with contextlib.suppress(RuntimeError):  # an old one, made anew meanwhile
        picture.set()
    picture.view.get_state()  # as a page that is loaded anew


def places(control):
    """Where a control is moved to: its ends and some between; of texts some that are right and some that are not."""
    if control.kind == "point":
        (x0, x1), (y0, y1) = control.window
        return [(x0 + u * (x1 - x0), y0 + v * (y1 - y0)) for u, v in itertools.product((0, 0.3, 0.6, 1), repeat=2)]
    if control.kind == "drawing":
        from gdlab import digits

        return [control.check(image) for image in [*digits().test_x[:3], 0 * digits().test_x[0]]]
    if control.kind == "text":
        return ["x**2 + 3*y**2", "sin(x) - exp(-x*y)/2", "abs(x) + sqrt(y**2)", "max(x, y)", "x +", "x + q", "log(x)", "2", "(x", "x**y", "3*4*x", "x if y else 1", "sin(" * 30 + "x" + ")" * 30]
    return [*control.positions[:: max(len(control.positions) // 8, 1)], control.positions[-1]]


def main(arguments):
    """The command line; returns how many statements are not reached."""
    words = [argument for argument in arguments if not argument.startswith("-")]
    measured = coverage.Coverage(data_file=None, source=[str(ROOT / "gdlab")], config_file=False)
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()):
        measured.start()
        try:
            visit()
        finally:
            measured.stop()
    total = 0
    for path in sorted((ROOT / "gdlab").rglob("*.py")):
        name = str(path.relative_to(ROOT))
        if words and not any(word in name for word in words):
            continue
        _path, statements, _excluded, missed, listed = measured.analysis2(str(path))
        total += len(missed)
        if missed:
            why = next((why for part, why in WHY.items() if part in name), "?")
            print(f"{name:34} {len(missed):4} of {len(statements):4}   {listed}\n    {why}")
        if "--source" in arguments:
            lines = path.read_text(encoding="utf-8").splitlines()
            for number in missed:
                print(f"    {number:4} {lines[number - 1]}")
    print(f"{total} statements of gdlab are reached by no lesson.")
    return total


if __name__ == "__main__":
    main(sys.argv[1:])
