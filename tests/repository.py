"""The project as a stranger gets it: its files as git sees them, a copy of them, and uv to build with."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def run(*command, **options):
    """The finished process, its output as text; one that fails fails the test, with all that it said."""
    command = [str(part) for part in command]
    done = subprocess.run(command, text=True, capture_output=True, **options)
    if done.returncode:
        said = f"{done.stdout}\n{done.stderr}"
        pytest.fail(f"`{' '.join(command)}` returned {done.returncode}\n{said}", pytrace=False)
    return done


def project_files():
    """The paths, relative to ROOT, of all that is committed or would be by `git add --all`."""
    # safe.directory: in CI the checkout may belong to another user than the one who runs the tests.
    git = ["git", "-c", "safe.directory=*", "-C", ROOT]
    listed = run(*git, "ls-files", "-z", "--cached", "--others", "--exclude-standard").stdout.split("\0")
    return sorted(path for path in set(listed) if (ROOT / path).is_file())


def copy_project(folder):
    """Copy those files, with their modes, into `folder`, and return it."""
    for path in project_files():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, folder / path)
    return folder


def uv():
    """The uv that runs these tests, else the one on PATH."""
    found = os.environ.get("UV") or shutil.which("uv")
    if not found:
        why = "no uv found: run the tests with the command in README.md, or install uv with pip"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(why)
    return found
