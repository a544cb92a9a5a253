"""gdlab: what the lessons on gradient descent and backpropagation share. This page is its table of contents.

Each folder imports from those above it only: the mathematics, which needs numpy and nothing else; the panels that draw it;
what makes a picture live; and what makes a lesson answer.
"""

from gdlab.maths.surfaces import (
    Surface, beale, bowl, double_well, from_function, himmelblau, line_loss, mountain, parse, ravine, rosenbrock, saddle,
)  # isort: skip
from gdlab.maths.formulas import FormulaError
from gdlab.maths.descent import AdaGrad, Adam, GradientDescent, Momentum, Nesterov, RMSProp, descend
from gdlab.maths.walks import Path
from gdlab.maths.basins import basins
from gdlab.maths.planes import path_plane, random_plane
from gdlab.maths.engine import Tensor
from gdlab.maths.gradients import GradientCheck, check_gradient, numerical_gradient
from gdlab.maths.nn import MLP, History, accuracy, cross_entropy, mse, train
from gdlab.maths.data import blobs, circles, digits, moons, spirals

from gdlab.panels import Panel
from gdlab.panels.terrain import Basins, Contours, Landscape, Slice
from gdlab.panels.plots import Fit, Lines, LossCurve, Plot
from gdlab.panels.bars import Bars
from gdlab.panels.graph import Graph
from gdlab.panels.matrices import HeatMap, MatrixProduct, OneWeight
from gdlab.panels.race import Memory, Race
from gdlab.panels.network import Activation, Network
from gdlab.panels.learning import Confusion, Decision, Images

from gdlab.pictures.controls import Blanks, Choice, Drawing, LogSlider, Point, Slider, Steps, Text
from gdlab.pictures.live import Live, live

from gdlab.lessons.predictions import predict
from gdlab.lessons.exercises import Exercise, Goal, check
