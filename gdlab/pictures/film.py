"""A live picture as pixels, its sentence beneath: what a page shows without a kernel, and films of what the play control shows."""

import sys
import tempfile
import textwrap
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from PIL import Image
from tqdm.auto import tqdm

from gdlab.maths.checks import need
from gdlab.panels import STYLE
from gdlab.pictures.recorder import DPI, alone
from gdlab.pictures.view import notebook

FASTEST, USUAL = 0.04, 6.0  # seconds: from frame to frame at least, and for the whole of a film that is not too long for it


def pictures(picture, positions, rows=1):
    """For each of these values of the controls the picture as a Pillow image, with room for so many lines, and its sentence."""
    name = None
    for values in positions:
        with alone:
            sentence = picture._draw(values)
            if name != picture._still[0]:
                name, renderer = picture._still[0], RendererAgg(*map(round, picture._figure.bbox.size), DPI)
                with matplotlib.rc_context(STYLE):
                    picture._figure.draw(renderer)
                ground = renderer.copy_from_bbox(picture._figure.bbox)
            renderer.restore_region(ground)
            for artist in picture._moving:
                artist.draw(renderer)
            pixels = np.array(renderer.buffer_rgba())[..., :3]
            lines = _lines(sentence, picture)
            with matplotlib.rc_context(STYLE):
                size = (pixels.shape[1] + 0.01) / DPI, 0.22 * max(len(lines), rows) + 0.15
                caption = FigureCanvasAgg(Figure(figsize=size, dpi=DPI))
                caption.figure.text(0.012, 0.95, "\n".join(lines), va="top", parse_math=False, linespacing=1.35)
                caption.draw()
        yield Image.fromarray(np.concatenate([pixels, np.asarray(caption.buffer_rgba())[..., :3]])), sentence


def _lines(sentence, picture):
    """A sentence in lines that are as wide as the picture."""
    return textwrap.wrap(sentence, width=round(picture._figure.bbox.width / 8.6))


def save(picture, path, control=None):
    """Save as a GIF what a live picture shows while its play control runs, its sentence beneath; returns the path.

    `control` is the name of the `Steps` to play, if there are several; all controls stay where they are. The film takes six
    seconds, or more where it is long, and stands still for one. A file of that name is replaced when the new one is complete.
    """
    path = Path(path)
    need(path.suffix.lower() == ".gif", "save needs a file name that ends in .gif", str(path))
    steps = [name for name, one in picture._controls.items() if one.kind == "steps"]
    control = steps[0] if control is None and len(steps) == 1 else control
    need(control in steps, f"{picture.__name__}: which control shall be played? It has: {', '.join(steps) or 'no Steps'}")
    positions = [{**picture.values, control: step} for step in picture._controls[control].positions]
    count = len(positions)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:  # beside the file, so that it is replaced at one stroke
        partial = Path(folder) / "film.gif"
        rows = max(len(_lines(picture._draw(values), picture)) for values in positions)
        # One palette for all of a film, so that no still colour flickers.
        some = [frame for frame, _sentence in pictures(picture, positions[:: max(count // 2, 1)], rows)]
        palette = Image.fromarray(np.concatenate(some)).quantize(256, dither=Image.Dither.NONE)
        # What is almost white is white: Pillow's search for the nearest colour is coarse, and would turn the paper grey.
        colours = np.reshape(palette.getpalette(), (-1, 3))
        colours[colours.min(axis=1) >= 248] = 255
        palette.putpalette(colours.ravel().tolist())
        # A bar that goes when it is done, and comes only where somebody waits for longer than a second: not in a test, where
        # nobody is there to be asked for input, either.
        watched = notebook.asked("content").get("allow_stdin", sys.stderr.isatty())
        bar = {"total": count, "unit": " frames", "delay": 1, "leave": False, "disable": not watched}
        drawn = tqdm(pictures(picture, positions, rows), **bar)
        frames = (frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame, _sentence in drawn)
        stay = round(1000 * max(USUAL / count, FASTEST))
        stays = [stay] * (count - 1) + [stay + 1000]
        next(frames).save(partial, save_all=True, append_images=frames, duration=stays, loop=0)
        partial.replace(path)
    return path
