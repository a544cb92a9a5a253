"""The versions known to work: the upper bounds in pyproject.toml's [tool.uv], and Binder's exact ones.

    uv run python tests/versions.py             renews both to the newest that there are; then run the tests
    python3 tests/versions.py --newest          takes the upper bounds out: for a run with what came after them

Bounds and not exact versions, so that `uv run --resolution lowest-direct pytest` still finds the lowest, and each Python the
newest of its own. A lock file would name the registry that made it.
"""

import os
import re
import shlex
import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT, PINS = ROOT / "pyproject.toml", ROOT / "binder/requirements.txt"
BOUNDS = re.compile(r"(?<=^constraint-dependencies = \[\n)[^]]*(?=^\])", re.MULTILINE)
# On every system and Python, all that the lessons and the tests need.
COMPILE = "pip compile pyproject.toml --group dev --universal --python-version 3.11 --no-annotate --no-header -q"


def bounded():
    """The upper bound of every package, {name: version}."""
    return dict(re.findall(r'"([\w-]+)<=([^"]+)"', BOUNDS.search(PYPROJECT.read_text(encoding="utf-8"))[0]))


def bind(versions):
    """Write upper bounds, {name: version}, into pyproject.toml."""
    words = " ".join(f'"{name}<={version}",' for name, version in sorted(versions.items()))
    lines = textwrap.wrap(words, 116, break_on_hyphens=False)
    text = BOUNDS.sub("".join(f"    {line}\n" for line in lines), PYPROJECT.read_text(encoding="utf-8"))
    PYPROJECT.write_text(text, encoding="utf-8")


def compile_command():
    """What makes Binder's file, as it stands at its top."""
    return shlex.split(re.search(r"^#\s+uv (pip compile .*)$", PINS.read_text(encoding="utf-8"), flags=re.MULTILINE)[1])


def renew(uv):
    bind({})
    found = subprocess.run([uv, *shlex.split(COMPILE)], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    newest = {}
    for name, version in re.findall(r"^([\w-]+)==([\w.]+)", found, flags=re.MULTILINE):
        # An older Python may have an older one.
        newest[name] = max(newest.get(name, version), version, key=lambda it: [int(part) for part in re.findall(r"\d+", it)])
    bind(newest)
    subprocess.run([uv, *compile_command(), "--upgrade", "--quiet"], cwd=ROOT, check=True, capture_output=True)


if __name__ == "__main__":
    bind({}) if "--newest" in sys.argv else renew(os.environ.get("UV", "uv"))
