"""A warning that gdlab, a lesson or a test causes is a fault; one that another package gives by itself is none."""

import warnings

import nbformat
import pytest
import refresh

CAUSES = {
    "a logarithm of zero": "import numpy as np\ndef cause(): np.log(np.zeros(1))",
    "a mean of nothing": "import numpy as np\ndef cause(): np.mean([])",  # which numpy warns of in its own name
    "an old name": "import matplotlib._api\ndef cause(): matplotlib._api.warn_deprecated('3.9', name='that')",
    "a word": "import warnings\ndef cause(): warnings.warn('look out')",
    "a word about its caller": "import warnings\ndef cause(): (lambda: warnings.warn('old', FutureWarning, stacklevel=2))()",
}
OURS = ["gdlab.maths.walks", "gdlab", "prose.lesson_03", "test_walks", "commands", "03_learning_rate", "<string>", "__main__"]
OTHERS = ["pyparsing.core", "traitlets", "gdlabs", "the_test_of_another"]


def cause(what, module):
    """Do it in code of this module."""
    names = {"__name__": module}
    exec(CAUSES[what], names)
    names["cause"]()


@pytest.mark.parametrize("what", CAUSES)
@pytest.mark.parametrize("module", OURS)
def test_our_own_warnings_are_errors(what, module):
    with pytest.raises(Warning):
        cause(what, module)


@pytest.mark.parametrize("module", OTHERS)
def test_another_packages_warnings_are_none(module):
    others = CAUSES.keys() - {"a mean of nothing"}
    with warnings.catch_warnings(record=True) as told:
        for what in others:
            cause(what, module)
    assert len(told) == len(others)


def test_so_it_is_in_the_kernels_of_lessons():
    calls = f"names = {{}}\nexec({CAUSES['a logarithm of zero']!r}, names)"
    call = "names['__name__'] = {!r}\ntry:\n    names['cause']()\nexcept Warning as warning:\n    print(type(warning).__name__)"
    cells = [calls, call.format("gdlab.maths.walks"), call.format("__main__"), call.format("pyparsing.core")]
    cells += ["import warnings\nwarnings.warn_explicit('of its own', UserWarning, 'it.py', 1, module='anywidget')"]
    cells += ["import numpy as np\ntry:\n    np.log(np.zeros(1))\nexcept RuntimeWarning:\n    print('caught')"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    outputs = [cell.outputs for cell in refresh.run(notebook).cells]
    said = [[output.text for output in found] for found in outputs]
    assert said == [[], ["RuntimeWarning\n"], ["RuntimeWarning\n"], [], [], ["caught\n"]]
