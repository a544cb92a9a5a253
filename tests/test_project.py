"""The project keeps its word to whoever clones it: its commands, its files, its wheel, its quick import."""

import ast
import re
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import nbformat
import yaml
from repository import ROOT, copy_project, project_files, run, uv

CI_SCRIPT = ROOT / ".ci/run"
TOP_LEVEL = set("pyproject.toml README.md LICENSE CONTRIBUTING.md gdlab notebooks tests binder".split())

# Written in pieces, so that this file does not itself name what it forbids.
REGISTRY_HOSTS = ["pypi" + ".org", "pythonhosted" + ".org", "registry.npmjs" + ".org", "anaconda" + ".org"]
MACHINE_FOLDERS = ["root", "home", "Users", "work", "tmp", "opt", "mnt"]


def test_readme_gives_the_test_command_that_ci_runs():
    command = CI_SCRIPT.read_text().splitlines()[-1]
    assert command.endswith(" run pytest")
    readme = (ROOT / "README.md").read_text()
    blocks = re.findall(r"^```\w*\n(.*?)^```$", readme, flags=re.MULTILINE | re.DOTALL)
    assert command in [line for block in blocks for line in block.splitlines()]


def test_what_the_readmes_name_is_there():
    for name in ("README.md", "CONTRIBUTING.md"):
        text = (ROOT / name).read_text()
        named = re.findall(r"(?<![\w/.])(?:notebooks|tests|gdlab|binder|\.github|\.ci)/[\w./]*\w", text)
        assert len(named) > 3
        assert [path for path in named if not (ROOT / path).exists() and "NN" not in path] == []


def test_the_readmes_picture_runs():
    (code,) = re.findall(r"^```python\n(.*?)^```$", (ROOT / "README.md").read_text(), flags=re.MULTILINE | re.DOTALL)
    names = {}
    exec(compile(code, "README.md", "exec"), names)
    assert "diverges" in names["walk"].set() and "arrives" not in names["walk"].set(lr=0.1)


def test_what_is_imported_is_declared():
    # ipywidgets is what a front end needs to show gdlab's widgets; what the tests start as programs they need not import.
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())
    names = lambda lines: {re.match(r"[\w-]+", line)[0] for line in lines if isinstance(line, str)}
    needed, groups = names(declared["project"]["dependencies"]), declared["dependency-groups"]
    assert packages("gdlab") == needed - {"ipywidgets"}
    assert packages("notebooks") <= needed | names(groups["lessons"])
    assert packages("tests", leave="benchmarks") - {"torch"} <= needed | names(groups["test"])  # torch: where it is there
    assert packages("tests/benchmarks") - {"torch"} <= needed | names(groups["test"]) | names(groups["benchmarks"])


def packages(folder, leave=None):
    """The packages, by the names under which they are installed, that the code in a folder imports."""
    sources = [path.read_text() for path in (ROOT / folder).rglob("*.py") if leave not in path.parts]
    cells = [cell for path in (ROOT / folder).glob("*.ipynb") for cell in nbformat.read(path, 4).cells]
    sources += [cell.source for cell in cells if cell.cell_type == "code"]
    names = [name for source in sources for node in ast.walk(ast.parse(source)) for name in imported_by(node) if name]
    own = {"gdlab", "prose"} | {path.stem for path in (ROOT / "tests").rglob("*.py")}
    modules = {name.split(".")[0] for name in names} - set(sys.stdlib_module_names) - own
    called = {"sklearn": ["scikit-learn"], **packages_distributions()}
    return {called.get(name, [name])[0].lower().replace("_", "-") for name in modules}


def test_ci_script_can_be_run():
    assert CI_SCRIPT.stat().st_mode & 0o100, "chmod +x .ci/run"


def test_workflow_runs_the_ci_script_on_every_supported_python():
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
    assert {"push", "pull_request"} <= set(workflow[True])  # YAML 1.1 reads the key `on` as true
    assert workflow["permissions"] == {"contents": "read"}
    job = workflow["jobs"]["test"]
    assert job["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13", "3.14"]
    assert job["strategy"]["matrix"]["versions"] == ["known"]
    others = job["strategy"]["matrix"]["include"]
    assert [it["versions"] for it in others] == ["lowest", "newest"]
    assert job["env"]["UV_PYTHON"] == "${{ matrix.python }}" and "== 'lowest' && 'lowest-direct'" in job["env"]["UV_RESOLUTION"]
    newest, script = [step for step in job["steps"] if "run" in step]
    assert newest == {"if": "matrix.versions == 'newest'", "run": "python3 tests/versions.py --newest"}
    assert script == {"run": ".ci/run"}


def test_top_level_holds_only_what_it_should():
    top = {path.split("/")[0] for path in project_files()}
    assert {name for name in top if not name.startswith(".")} == TOP_LEVEL


def test_no_file_names_a_registry_or_a_folder_of_a_machine():
    # A folder counts where a path begins with it: not within an address, nor in a picture's base64.
    own = [re.escape(str(path)) for path in (ROOT, Path(sys.prefix), Path.home()) if len(path.parts) > 1]
    folders = [f"/{name}/" for name in MACHINE_FOLDERS] + [rf"{path}(?![\w.-])" for path in own]
    hosts = "|".join(map(re.escape, REGISTRY_HOSTS))
    forbidden = re.compile(rf"{hosts}|[A-Z]:\\+Users|(?<![\w.~+/}})\]-])(?:{'|'.join(folders)})\S*")
    texts = {path: (ROOT / path).read_text(errors="ignore") for path in project_files()}
    assert [(path, match[0]) for path, text in texts.items() for match in forbidden.finditer(text)] == []


def test_wheel_holds_the_whole_package_and_nothing_else(tmp_path):
    project = copy_project(tmp_path / "project")
    run(uv(), "build", "--wheel", "--out-dir", tmp_path, project)
    (wheel,) = tmp_path.glob("*.whl")
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert "gdlab/pictures/view.js" in packed
    assert packed == {path for path in project_files() if path.startswith("gdlab/")}


def test_imports_point_downwards():
    floors = ["maths", "panels", "pictures", "lessons"]
    for path in (ROOT / "gdlab").glob("*/*.py"):
        level = floors.index(path.parent.name)
        names = [name for node in ast.walk(ast.parse(path.read_text())) for name in imported_by(node)]
        homes = {name.split(".")[1] for name in names if name.startswith("gdlab.")}
        assert homes <= set(floors[: level + 1]) and "gdlab" not in names, path
        if not level:  # the mathematics is true without a picture
            others = {name.split(".")[0] for name in names} - set(sys.stdlib_module_names) - {"gdlab"}
            assert others <= {"numpy"}, path


def imported_by(node):
    """The modules that a node of a syntax tree imports."""
    if isinstance(node, ast.Import):
        return [it.name for it in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) else []
