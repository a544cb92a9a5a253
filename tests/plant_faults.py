"""Plant faults one at a time, and see whether the tests that should notice do.

    uv run python tests/plant_faults.py              all of tests/faults.py; prints a row for each
    uv run python tests/plant_faults.py view.js      those with one of these words in their kind or file
    uv run python tests/plant_faults.py signs prose

Exit code 1 if any was not noticed. The project itself is left alone: faults are planted in copies of it, two side by side.
First the tests run there without a fault, and must pass: else nothing would be proved.
"""

import itertools
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import namedtuple
from pathlib import Path

from faults import FAULTS
from repository import copy_project

SECONDS = 300  # for the tests of one fault
COPIES = 2
_ever_later = itertools.count(1_000_000_000)
Fault = namedtuple("Fault", "kind file old new tests")
ALL = [Fault(kind, *entry) for kind, entries in FAULTS.items() for entry in entries]


def planted(text, fault):
    """The text of a file with the fault in it."""
    old, new = fault.old, fault.new
    if fault.file.endswith(".ipynb"):  # a notebook holds each line of a cell as JSON
        old, new = (json.dumps(part, ensure_ascii=False)[1:-1] for part in (old, new))
    if text.count(old) != 1:
        raise ValueError(f"the fault is planted nowhere: {fault.file} holds {text.count(old)} times {old!r}")
    return text.replace(old, new)


def new_copy(folder):
    """A copy of the project in a repository of its own, since some tests ask git which files there are."""
    project = copy_project(folder)
    subprocess.run(["git", "init", "--quiet", project], check=True)
    return project


def failing(project, *tests, seconds=SECONDS):
    """The first of these tests that fails in a copy of the project, "" if all pass. RuntimeError: they come to no end."""
    environ = os.environ | {"PYTHONPATH": str(project)}
    # Without nbval, which takes two seconds to import.
    options = ["-o", "addopts=", "-p", "no:nbval", "-x", "-q", "-n0", "-rfE", "--tb=line", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *options, *tests]
    said = {"text": True, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(command, cwd=project, env=environ, **said) as process:
        try:
            said, _none = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            raise RuntimeError(f"not done after {seconds} s: {' '.join(tests)}") from None
    if process.returncode not in (0, 1):
        raise RuntimeError(f"pytest returned {process.returncode}\n{said}")
    found = [line.split(" - ")[0].split(" ", 1)[1] for line in said.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    return found[0] if process.returncode else ""


def notices(project, fault):
    """The test that notices the fault, "" if none does."""
    path = project / fault.file
    sound = path.read_text(encoding="utf-8")

    def write(text):
        path.write_text(text, encoding="utf-8")
        seconds = next(_ever_later)  # Python knows its bytecode of a file by size and time, in whole seconds
        os.utime(path, (seconds, seconds))

    write(planted(sound, fault))
    try:
        return failing(project, *fault.tests.split())
    finally:
        write(sound)


def what(fault, room=34):
    """The change in a line: where old and new begin to differ, with a little of what stands around."""
    begin = len(os.path.commonprefix([fault.old, fault.new]))
    begin = max(0, begin - room // 3)
    cut = [" ".join(text[begin : begin + room].split()) for text in (fault.old, fault.new)]
    return f"{cut[0]} → {cut[1] or '(nothing)'}"


def row(fault, by, seconds):
    noticed = "yes" if by else "NO"
    columns = f"{fault.kind:16}", f"{fault.file:35}", f"{what(fault):71}", by or fault.tests, noticed, f"{seconds:.0f} s"
    print(" | ".join(columns), flush=True)


def side_by_side(work, things, folder):
    """Do work(project, thing) for each of the things, in as many copies of the project as there are; returns the results."""
    left, results, lock = list(enumerate(things)), {}, threading.Lock()

    def one_copy(project):
        while True:
            with lock:
                if not left:
                    return
                k, thing = left.pop(0)
            try:
                results[k] = work(project, thing)
            except Exception as error:
                results[k] = error

    copies = [new_copy(Path(folder) / f"copy{k}") for k in range(min(COPIES, len(left)))]
    threads = [threading.Thread(target=one_copy, args=[project]) for project in copies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [results[k] for k in range(len(things))]


def main(words=(), faults=ALL):
    """Plant those faults that hold one of the words in their kind or file; returns how many nobody noticed."""
    chosen = [fault for fault in faults if not words or any(word in f"{fault.kind} {fault.file}" for word in words)]
    if not chosen:
        raise SystemExit(f"No fault has one of these words in its kind or file: {', '.join(words)}.")
    files = {}  # the tests without a fault, a file at a time
    for test in sorted({test for fault in chosen for test in fault.tests.split()}):
        files.setdefault(test.split("::")[0], []).append(test)

    def sound(project, tests):
        return failing(project, *tests, seconds=SECONDS + 60 * len(tests))

    def plant(project, fault):
        began, by = time.monotonic(), ""
        try:
            by = notices(project, fault)
        finally:
            row(fault, by, time.monotonic() - began)
        return by

    with tempfile.TemporaryDirectory() as folder:
        broken = [it for it in side_by_side(sound, list(files.values()), Path(folder) / "sound") if it]
        if broken:
            raise SystemExit(f"Without any fault these fail already, so nothing is proved: {', '.join(map(str, broken))}")
        found = side_by_side(plant, chosen, Path(folder) / "planted")
    for fault, by in zip(chosen, found, strict=True):
        if isinstance(by, Exception):
            print(f"{fault.kind}, {fault.file}, {what(fault)}: {by}")
    left = sum(not by or isinstance(by, Exception) for by in found)
    print(f"{len(chosen)} faults of {len({fault.kind for fault in chosen})} kinds planted, {len(chosen) - left} noticed.")
    return left


if __name__ == "__main__":
    sys.exit(bool(main(sys.argv[1:])))
