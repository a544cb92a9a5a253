"""Every frame of every picture of the lessons: its bytes, and what it costs the kernel beside the same frame as a JPEG.

The peer is how pictures were shown before there were commands: Agg draws the moving artists over a kept background, and
Pillow encodes the whole. Both call the lesson's function. Processor time is what counts, each position once, since
numbers that were laid out before cost less.
"""

import io
import statistics
import time
import zlib

import matplotlib
import numpy as np
import pytest
from lesson_pictures import pictures, positions
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from gdlab.panels import STYLE
from gdlab.pictures.view import BATCH_SECONDS, BATCH_SIZE, Answer


def seconds(work, *arguments):
    began = time.thread_time()
    work(*arguments)
    return time.thread_time() - began


def commands(picture, wanted):
    """(Seconds, bytes alone) of each frame, and the bytes of all messages in which they travel to a page, many to one."""
    plan, batch, times, alone, travelled = Answer(picture), 0, [], [], 0

    def frame(values):
        plan.add(list(values.values()))
        alone.append(len(zlib.compress(plan.lines[-1].encode())))

    for values in wanted:
        times.append(seconds(frame, values))
        batch += times[-1]
        if batch > BATCH_SECONDS or sum(map(len, plan.lines)) > BATCH_SIZE or values is wanted[-1]:
            assert not [line for line in plan.lines if '\t{"error"' in line]
            travelled, batch = travelled + len(plan.packed()), 0
    return times, alone, travelled


def jpegs(picture, wanted):
    """The seconds of each frame."""
    figure = picture._figure
    canvas, ground = FigureCanvasAgg(figure), None

    def frame(values):
        nonlocal ground
        picture._function(**arguments(picture, values))
        if ground is None or any(panel.stale for panel in picture._panels):
            with matplotlib.rc_context(STYLE):
                canvas.draw()
            ground = canvas.copy_from_bbox(figure.bbox)
            for panel in picture._panels:
                panel.stale = False
        canvas.restore_region(ground)
        for artist in picture._moving:
            artist.axes.draw_artist(artist)
        pixels = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
        pixels.save(io.BytesIO(), "JPEG", quality=90, subsampling=0)

    frame(wanted[0])
    return [seconds(frame, values) for values in wanted]


def arguments(picture, values):
    return {name: picture._controls[name].argument(value) for name, value in values.items()}


@pytest.fixture(scope="module")
def measured(table):
    """For each picture: its name, (seconds, bytes) of its frames, bytes of a frame as they travel, seconds of the peer's."""
    found = []
    for picture in pictures():
        wanted = positions(picture)
        for values in wanted:  # what the lesson itself keeps of earlier calls shall not make a difference
            picture._function(**arguments(picture, values))
        picture.set()
        times, alone, travelled = commands(picture, wanted)
        theirs = jpegs(picture, wanted)
        found.append((f"{picture.lesson} {picture.__name__}", times, alone, travelled / len(wanted), theirs))
    header = ["", "frames", "kernel", "as a JPEG", "ratio", "bytes", "most", "in messages"]
    rows = [
        [name, len(times), *[f"{1e3 * statistics.median(column):.1f} ms" for column in (times, theirs)]]
        + [f"{ratio(times, theirs):.2f} x", f"{statistics.median(alone):,.0f}", f"{max(alone):,}", f"{travelled:,.0f}"]
        for name, times, alone, travelled, theirs in sorted(found, key=lambda row: ratio(row[1], row[4]))
    ]
    table("frames of the lessons' pictures", header, rows)
    return found


def ratio(times, theirs):
    return statistics.median(times) / statistics.median(theirs)


def test_a_frame_is_a_kilobyte(measured, table):
    every = [size for _name, _times, alone, _travelled, _theirs in measured for size in alone]
    worst = max(statistics.median(alone) for _name, _times, alone, _travelled, _theirs in measured)
    rows = [["median of all", f"{statistics.median(every):,.0f}"], ["a picture's own median, at most", f"{worst:,.0f}"]]
    table("bytes of a frame", ["", "bytes"], rows)
    assert statistics.median(every) <= 1500 and worst <= 25_000


def test_a_frame_costs_the_kernel_less_than_a_jpeg(measured, table):
    ratios = [ratio(times, theirs) for _name, times, _alone, _travelled, theirs in measured]
    rows = [["median of all", f"{statistics.median(ratios):.2f} x"], ["at most", f"{max(ratios):.2f} x"]]
    table("kernel time of a frame beside a JPEG", ["", "ratio"], rows)
    assert statistics.median(ratios) <= 0.8 and max(ratios) <= 1.3
