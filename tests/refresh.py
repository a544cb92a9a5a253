"""Run the lessons afresh, and keep what a committed notebook holds: its source, its sentences and its pictures.

    uv run python tests/refresh.py             run every lesson, rewrite those that changed, say what changed
    uv run python tests/refresh.py --check     change nothing; say which are stale, and exit with 1 if any is
    uv run python tests/refresh.py 03          only the lessons whose names contain 03

A live view cannot be kept: without its kernel it would show "Error displaying widget". So the picture and its sentence
are kept in its stead. A picture that looks the same as the committed one is left alone, though its bytes differ with
the version of matplotlib: so a refresh rewrites only what a reader would see change. Refresh with the versions that
pyproject.toml knows to work: other versions' pictures are compared with less rigour.
"""

import base64
import copy
import io
import sys
from pathlib import Path

import matplotlib
import nbformat
import numpy as np
import versions
from nbclient import NotebookClient
from PIL import Image, ImageFilter
from strict import strict_kernels

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
VIEW = "application/vnd.jupyter.widget-view+json"
FOLDED = "jp-MarkdownHeadingCollapsed"  # how JupyterLab and Notebook 7 note that a heading hides its section
VARIES = "nbval-ignore-output"  # the tag of a cell that measures times: what it prints differs at each run
SECONDS_PER_CELL = 60
BLOCK = 4  # pixels


def lessons(having=""):
    """The paths of the lessons, in order."""
    return [path for path in sorted(NOTEBOOKS.glob("*.ipynb")) if having in path.name]


def run(notebook, folder=NOTEBOOKS):
    """A copy of the notebook, run from top to bottom in a fresh kernel, and clean. A cell that raises, raises."""
    notebook = copy.deepcopy(notebook)
    client = NotebookClient(
        notebook,
        timeout=SECONDS_PER_CELL,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
        store_widget_state=False,
    )
    with strict_kernels():
        client.execute()
    return clean(notebook)


def clean(notebook):
    """Take out of an executed notebook what must not be committed: live views, and the traces of one machine."""
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        cell.metadata = {key: value for key, value in cell.metadata.items() if key in ("jupyter", "tags", FOLDED)}
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(VIEW, None)
    return notebook


def changes(old, new):
    """What a reader would see differ between two runs of one notebook, a line each; [] where they are the same."""
    if [cell.source for cell in old.cells] != [cell.source for cell in new.cells]:
        return ["the cells themselves"]
    if all(cell.get("execution_count") is None for cell in old.cells):
        return ["it had not been run"]
    lines = []
    for i, (before, after) in enumerate(zip(old.cells, new.cells, strict=True)):
        if before.get("execution_count") != after.get("execution_count"):
            lines.append(f"cell {i}: its number, {before.get('execution_count')} -> {after.get('execution_count')}")
        was, now = (_by_kind(cell) for cell in (before, after))
        if VARIES in after.metadata.get("tags", []) and was.keys() == now.keys():
            continue
        if was.keys() != now.keys():
            lines.append(f"cell {i}: its outputs were {sorted(was)} and are {sorted(now)}")
        for kind in sorted(was.keys() & now.keys()):
            same = look_alike if kind.startswith("image/") else lambda one, other: one == other
            if not all(map(same, was[kind], now[kind])) or len(was[kind]) != len(now[kind]):
                lines.append(f"cell {i}: its {'picture' if kind.startswith('image/') else kind}")
    return lines


def _by_kind(cell):
    """All that a cell put out, {MIME type or stream: contents in order}."""
    found = {}
    for output in cell.get("outputs", []):
        parts = output.get("data") or {output.get("name") or output.output_type: output.get("text", "")}
        for kind, content in parts.items():
            found.setdefault(kind, []).append("".join(content) if isinstance(content, list) else content)
    for stream in {"stdout", "stderr"} & found.keys():
        found[stream] = ["".join(found[stream])]  # in how many pieces it comes is the machine's affair
    return found


def look_alike(one, other, drawn_by=matplotlib.__version__):
    """Whether two PNGs in base64 look the same, one drawn by this version of matplotlib and one by the version known to work.

    The same version draws hardly a pixel differently. Another one has letters of another width, and so moves axes by some
    pixels: there each colour must be found nearby, which the moved numbers at the axes of a few pictures are not.
    """
    if one == other:
        return True
    one, other = (Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB") for data in (one, other))
    if drawn_by == versions.bounded().get("matplotlib"):
        if one.size != other.size:
            return False
        # Averaged over blocks of 4 x 4 pixels: the smoothing of edges does not count, a moved line does.
        one, other = (np.asarray(image.reduce(4), dtype=float) for image in (one, other))
        return bool(np.mean(np.abs(one - other).max(axis=-1) > 40) < 0.002)
    if np.abs(np.subtract(one.size, other.size)).max() > 24:  # a line of the sentence may be broken elsewhere
        return False
    wide, high = np.minimum(one.size, other.size) // BLOCK * BLOCK
    blurred = [image.filter(ImageFilter.GaussianBlur(1)).crop((0, 0, wide, high)) for image in (one, other)]
    one, other = (np.asarray(image, dtype=np.int16) for image in blurred)
    return max(_strange(one, other), _strange(other, one)) < 0.008


def _strange(one, other):
    """The share of the pixels whose colour is not found in the other picture, within some pixels around."""
    least, most = (_around(other, extreme) for extreme in (np.min, np.max))
    return np.mean(((one < least - 16) | (one > most + 16)).any(axis=-1))


def _around(pixels, extreme):
    """The least or most of each colour in the block of a pixel and the eight blocks around it."""
    rows, columns = pixels.shape[0] // BLOCK, pixels.shape[1] // BLOCK
    blocks = np.pad(extreme(pixels.reshape(rows, BLOCK, columns, BLOCK, 3), axis=(1, 3)), ((1, 1), (1, 1), (0, 0)), mode="edge")
    shifted = [blocks[i : i + rows, j : j + columns] for i in range(3) for j in range(3)]
    return extreme(shifted, axis=0).repeat(BLOCK, axis=0).repeat(BLOCK, axis=1)


def _keep_pictures_thatlook_alike(old, new):
    """Put the committed bytes back where a picture did not visibly change, nor the sentence that is written beneath it."""
    for before, after in zip(old.cells, new.cells, strict=False):
        for was, now in zip(before.get("outputs", []), after.get("outputs", []), strict=False):
            was, now = (output.get("data", {}) for output in (was, now))
            if {"image/png"} <= was.keys() & now.keys() and was.get("text/plain") == now.get("text/plain"):
                if look_alike(was["image/png"], now["image/png"]):
                    now["image/png"] = was["image/png"]


def main(arguments):
    """The command line; returns the exit code."""
    only_check = "--check" in arguments
    having = next((argument for argument in arguments if not argument.startswith("-")), "")
    found = lessons(having)
    if not found:
        print(f"No lesson's name contains {having!r}.")
        return 1
    stale = 0
    for path in found:
        old = nbformat.read(path, as_version=4)
        new = run(old)
        lines = changes(old, new)
        if old.metadata != new.metadata:
            lines.append("the metadata")
        stale += bool(lines)
        print(f"{path.name}: {'; '.join(lines) or 'up to date'}", flush=True)
        if lines and not only_check:
            _keep_pictures_thatlook_alike(old, new)
            nbformat.write(new, path)
    return 1 if only_check and stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
