"""gdlab: what the lessons on gradient descent and backpropagation share.

`from gdlab import bowl, descend, live, ...` finds every public name here. A name is looked up when it is first asked
for, so that `import gdlab`, and all of its mathematics, costs no more than numpy: matplotlib and the widgets load with
the first picture.
"""

from importlib import import_module

_HOMES = {
    "surfaces": (
        "Surface beale bowl double_well from_function himmelblau mountain parse rastrigin ravine rosenbrock saddle"
    ),
    "formulas": "FormulaError",
    "descent": "AdaGrad Adam GradientDescent Momentum Nesterov RMSProp descend",
    "walks": "Path",
    "attraction": "basins",
    "planes": "path_plane random_plane",
    "engine": "Tensor linear softmax_cross_entropy squared_error",
    "gradients": "GradientCheck check_gradient numerical_gradient",
    "nn": "MLP History accuracy cross_entropy mse train",
    "progressbar": "progress",
    "data": "Digits blobs circles digits moons spirals",
    "panels": "Panel",
    "panels.terrain": "Contours Landscape LossCurve Slice",
    "panels.plots": "Plot",
    "panels.graph": "Graph",
    "panels.matrices": "HeatMap MatrixProduct",
    "panels.bars": "Bars",
    "panels.race": "Basins Lines Memory Race",
    "panels.network": "Activation Network",
    "panels.learning": "Confusion Decision Images Layers Training",
    "picture": "Choice Drawing Live LogSlider Point Slider Steps Text live",
    "lesson": "Exercise check predict",
}
_HOME = {name: module for module, names in _HOMES.items() for name in names.split()}
__all__ = sorted(_HOME)


def __getattr__(name):
    if name not in _HOME:
        raise AttributeError(f"gdlab has no {name!r}; it has: {', '.join(__all__)}.")
    value = getattr(import_module(f"gdlab.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__():
    return __all__
