"""The files in binder/ make the environment that they promise.

Three readers, the real ones: uv finds the pins to be what pyproject.toml asks for; repo2docker, which is
what Binder runs, shows that it reads the files as we mean them; and the environment itself is built here
from the same files, in the same order, and runs the first lesson.
"""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest
import versions
from repository import ROOT, copy_project, run, uv

FIRST_LESSON = "notebooks/00_start_here.ipynb"
PINS = (ROOT / "binder/requirements.txt").read_text()
PYTHON = (ROOT / "binder/runtime.txt").read_text().strip().removeprefix("python-")


def test_pins_are_exact_versions_and_nothing_else():
    pins = [line for line in PINS.splitlines() if not line.startswith("#")]
    assert len(pins) > 50
    assert [line for line in pins if not re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", line)] == []


def test_pins_satisfy_pyproject(tmp_path):
    # uv writes the command that makes the file at its top. Run again over the file, it keeps every version
    # that pyproject.toml still admits: so what changes is what is missing, superfluous or out of bounds.
    command = versions.compile_command()
    assert PYTHON in command, "requirements.txt and runtime.txt differ on the Python"
    project = copy_project(tmp_path)
    run(uv(), *command, cwd=project)
    now = set((project / "binder/requirements.txt").read_text().splitlines())
    kept = set(PINS.splitlines())
    assert (sorted(kept - now), sorted(now - kept)) == ([], []), "renew the pins: uv run python tests/versions.py"


@pytest.mark.skipif(os.environ.get("GDLAB_VERSIONS") == "newest", reason="the upper bounds have been taken out")
def test_every_pin_has_its_upper_bound():
    bounds = versions.bounded()
    pins = dict(line.split("==") for line in PINS.splitlines() if "==" in line)
    assert pins.keys() <= bounds.keys()
    older = {name for name, version in pins.items() if bounds[name] != version}  # as new as Binder's Python can have them
    assert len(older) <= len(pins) / 10, f"renew both: uv run python tests/versions.py: {older}"


def test_upper_bounds_are_written_and_taken_out(tmp_path, monkeypatch):
    monkeypatch.setattr(versions, "PYPROJECT", tmp_path / "pyproject.toml")
    versions.PYPROJECT.write_text((ROOT / "pyproject.toml").read_text())
    versions.bind({})
    assert versions.bounded() == {} and "constraint-dependencies = [\n]" in versions.PYPROJECT.read_text()
    versions.bind({"ipywidgets": "8.1", "a-b": "1"})
    assert list(versions.bounded().items()) == [("a-b", "1"), ("ipywidgets", "8.1")]


def test_repo2docker_reads_them_as_meant(tmp_path):
    # With --no-build it prints the recipe and asks for no container engine; should it ask, there is none.
    environ = os.environ | {"DOCKER_HOST": "tcp://127.0.0.1:1"}
    command = (sys.executable, "-m", "repo2docker", "--no-build", "--debug", ".")
    done = run(*command, cwd=copy_project(tmp_path), env=environ)
    assert f"python={PYTHON}\n" in done.stderr
    # One pattern, since the order counts: postBuild stands on the pins, and gdlab on the repository's files.
    steps = r'pip install .*-r "binder/requirements\.txt"$', r"^COPY .* src/ ", r"^RUN \./binder/postBuild$"
    assert re.search(".*".join(steps), done.stdout, flags=re.DOTALL | re.MULTILINE), done.stdout


class Environment:
    """What Binder's image holds: the repository's files, and the Python built from binder/."""

    def __init__(self, folder):
        self.project = copy_project(folder / "project")
        self.prefix = folder / "environment"
        # Nothing of this machine's Jupyter or Python may lend a hand, and nothing be written into its home.
        foreign = "PYTHON", "VIRTUAL_ENV", "JUPYTER"
        self.environ = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        self.environ["PATH"] = f"{self.prefix / 'bin'}{os.pathsep}{os.environ['PATH']}"
        jupyter = "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"
        for name in (*jupyter, "IPYTHONDIR", "MPLCONFIGDIR"):
            self.environ[name] = str(folder / name)

    def build(self):
        command = [uv(), "venv", "--python", PYTHON, self.prefix]
        made = subprocess.run(command, text=True, capture_output=True)
        if made.returncode:
            why = f"no Python {PYTHON}, which is Binder's: put one on PATH. uv said: {made.stderr.strip()}"
            (pytest.fail if os.environ.get("CI") else pytest.skip)(why)
        # The image has a pip; uv's environments have none unless asked.
        pins = self.project / "binder/requirements.txt"
        run(uv(), "pip", "install", "--python", self.prefix, "pip", "-r", pins)
        run(self.project / "binder/postBuild", cwd=self.project, env=self.environ)

    def run(self, name, *arguments):
        return run(self.prefix / "bin" / name, *arguments, cwd=self.project, env=self.environ)


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    environment = Environment(tmp_path_factory.mktemp("binder"))
    environment.build()
    return environment


def test_the_environment_is_whole(environment):
    run(uv(), "pip", "check", "--python", environment.prefix)
    where = environment.run("python", "-P", "-c", "import gdlab; print(gdlab.__file__)").stdout
    assert where.startswith(str(environment.prefix)), "postBuild did not install gdlab"


def test_the_first_lesson_runs_in_it(environment, tmp_path):
    options = "--to", "notebook", "--execute", "--output-dir", tmp_path
    environment.run("jupyter", "nbconvert", *options, environment.project / FIRST_LESSON)
    lesson = json.loads((tmp_path / "00_start_here.ipynb").read_text())
    assert lesson["metadata"]["language_info"]["version"].startswith(f"{PYTHON}.")
    cells = [cell for cell in lesson["cells"] if cell["cell_type"] == "code"]
    assert cells
    assert all(cell["execution_count"] for cell in cells if "".join(cell["source"]).strip())


def wait_for_address(server, folder, log):
    """The root URL and the token that a Jupyter server writes down once it listens."""
    note = Path(folder, f"jpserver-{server.pid}.json")
    patience = time.monotonic() + 60
    while server.poll() is None and time.monotonic() < patience:
        try:
            address = json.loads(note.read_text())
            return address["url"], address["token"]
        except (FileNotFoundError, json.JSONDecodeError):  # not there yet, or half written
            time.sleep(0.1)
    pytest.fail(f"no Jupyter server came up\n{log.read_text()}", pytrace=False)


def test_jupyterlab_lands_on_the_first_lesson(environment, tmp_path):
    # BinderHub starts `jupyter-lab`, and a link that names no file opens the server's root.
    command = [environment.prefix / "bin/jupyter-lab", "--no-browser", "--allow-root", "--port=0"]
    where = {"cwd": environment.project, "env": environment.environ}
    notes = environment.environ["JUPYTER_RUNTIME_DIR"]
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, **where)
        try:
            root, token = wait_for_address(server, notes, tmp_path / "log")
            with urlopen(f"{root}?token={token}", timeout=60) as page:
                assert page.url.removeprefix(root).partition("?")[0] == f"lab/tree/{FIRST_LESSON}"
            with urlopen(f"{root}api/contents/{FIRST_LESSON}?token={token}", timeout=60) as file:
                assert json.load(file)["type"] == "notebook"
        finally:
            server.terminate()
            server.wait()
