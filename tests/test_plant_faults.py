"""The list of faults is not stale, and planting them tells what is noticed from what is not."""

import pytest
from plant_faults import ALL, Fault, main, planted
from repository import ROOT

KINDS = "signs factors memory prose hints solutions outputs messages styles project browser".split()
KINDS += ["old frames", "swallowed errors", "unwired controls", "shifted pictures"]


def test_there_are_many_faults_of_all_kinds():
    assert len(ALL) >= 60 and len(set(ALL)) == len(ALL)
    assert {fault.kind for fault in ALL} == set(KINDS)
    modules = {str(path.relative_to(ROOT)) for path in (ROOT / "gdlab").rglob("*") if path.suffix in (".py", ".js", ".css")}
    modules -= {f"gdlab/{floor}/__init__.py" for floor in ("maths", "pictures", "lessons")}  # which only say what is there
    assert modules - {fault.file for fault in ALL} == set(), "nothing is planted there"


@pytest.mark.parametrize("fault", ALL, ids=lambda fault: f"{fault.file}: {fault.old[:40]}")
def test_a_fault_can_be_planted(fault):
    text = (ROOT / fault.file).read_text(encoding="utf-8")
    assert planted(text, fault) != text
    assert all((ROOT / test.split("::")[0]).is_file() for test in fault.tests.split())


def test_what_is_not_there_once_is_planted_nowhere():
    for text in ("", "a a"):
        with pytest.raises(ValueError, match="planted nowhere"):
            planted(text, Fault("signs", "gdlab/maths/words.py", "a", "b", ""))


def test_a_fault_is_noticed_and_what_changes_nothing_is_not(capsys):
    selection = "tests/test_words.py::test_a_point_is_a_pair"
    faults = [
        Fault("signs", "gdlab/maths/words.py", '", ".join(number', '"; ".join(number', selection),
        Fault("signs", "gdlab/maths/words.py", 'return "(" + ', "return '(' + ", selection),
    ]
    assert main(faults=faults) == 1
    rows = [line.split(" | ") for line in capsys.readouterr().out.splitlines() if " | " in line]
    assert sorted((line[4], "number" in line[2]) for line in rows) == [("NO", False), ("yes", True)]
    with pytest.raises(SystemExit, match="nothing is proved"):
        main(faults=[Fault("signs", "gdlab/maths/words.py", "return", "return", "tests/test_words.py::test_that_is_not_there")])
