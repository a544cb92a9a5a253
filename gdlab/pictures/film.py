"""A live picture's play control as a file: a GIF, or an MP4 where ffmpeg is there."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from gdlab.pictures.progressbar import progress
from gdlab.maths.words import _, number

FASTEST, LONGEST = 0.04, 6.0  # seconds: from frame to frame at least, and for the whole unless told
SHORTEST, SLOWEST = 0.02, 60.0  # seconds from frame to frame: browsers slow down what is faster, a GIF can hold ten minutes


def save(picture, path, control=None, seconds=None):
    """Save what a live picture shows while its play control runs, each frame with its sentence beneath.

    Args:
        picture: a `Live` picture; its controls stay where they are.
        path: a file name that ends in .gif or .mp4. A file of that name is replaced when the new one is complete.
        control: the name of the `Steps` control to play, if there are several.
        seconds: how long it takes; about six at most unless told. The last frame of a GIF stays for a second more.

    Returns:
        The path, as a `pathlib.Path`.
    """
    kind = Path(path).suffix.lower() if isinstance(path, (str, os.PathLike)) else None
    if kind not in (".gif", ".mp4"):
        raise ValueError(_("save needs a file name that ends in .gif or .mp4, not {it!r}.").format(it=path))
    path = Path(path)
    if not path.parent.is_dir():
        raise ValueError(_("save: there is no folder {it}.").format(it=path.parent))
    if path.is_dir():
        raise ValueError(_("save: {it} is a folder. Give the file another name.").format(it=path))
    ffmpeg = shutil.which("ffmpeg")
    if kind == ".mp4" and ffmpeg is None:
        raise ValueError(_("save: for .mp4 the program ffmpeg must be installed. Install it, or take .gif."))
    positions = picture.positions_of(control)
    low, high = SHORTEST * len(positions), SLOWEST * len(positions)
    if seconds is not None and not (isinstance(seconds, (int, float, np.number)) and low <= seconds <= high):
        raise ValueError(
            _("save: seconds must be a number from {low} to {high} for {n} frames, not {it!r}.").format(
                low=number(low), high=number(high), n=len(positions), it=seconds
            )
        )
    pause = max(LONGEST / len(positions), FASTEST) if seconds is None else seconds / len(positions)
    frames = _frames(picture, positions)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:  # beside the file, so that it is replaced at one stroke
        partial = str(Path(folder) / f"film{kind}")
        (_gif if kind == ".gif" else _mp4)(frames, partial, pause, ffmpeg)
        Path(partial).replace(path)
    return path


def _frames(picture, positions):
    """The captioned pictures for these values of the controls, all of one size; a bar shows how far it has come."""
    bar = progress(len(positions), _("{done} of {total} frames"))
    try:
        drawn = []
        for k, (frame, _sentence) in enumerate(picture.pictures(positions), start=1):
            drawn.append(frame)
            bar(k)
    finally:
        bar(len(positions))
    height = max(frame.height for frame in drawn)  # a sentence may take two lines
    return [_padded(frame, frame.width, height) for frame in drawn]


def _padded(frame, width, height):
    whole = Image.new("RGB", (width, height), "white")
    whole.paste(frame, (0, 0))
    return whole


def _gif(frames, path, pause, _ffmpeg):
    # One palette for all, made of the first, the middle and the last frame, so that no still colour flickers.
    sample = _padded(frames[0], frames[0].width, 3 * frames[0].height)
    for k, frame in enumerate((frames[len(frames) // 2], frames[-1]), start=1):
        sample.paste(frame, (0, k * frame.height))
    palette = sample.quantize(256, dither=Image.Dither.NONE)
    # What is almost white is white: Pillow's search for the nearest colour is coarse, and would turn the paper grey.
    colours = np.reshape(palette.getpalette(), (-1, 3))
    colours[colours.min(axis=1) >= 248] = 255
    palette.putpalette(colours.ravel().tolist())
    first, *others = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    stays = [round(1000 * pause)] * len(frames)
    stays[-1] += 1000
    first.save(path, "GIF", save_all=True, append_images=others, duration=stays, loop=0)


def _mp4(frames, path, pause, ffmpeg):
    width, height = (side + side % 2 for side in frames[0].size)  # H.264 takes even sides only
    command = [ffmpeg, "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}"]
    command += ["-r", f"{1 / pause:.6g}", "-i", "-", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-movflags", "+faststart", path]
    pixels = b"".join(_padded(frame, width, height).tobytes() for frame in frames)
    done = subprocess.run(command, input=pixels, capture_output=True)
    if done.returncode:
        raise RuntimeError(_("ffmpeg could not make the film: {why}").format(why=done.stderr.decode(errors="replace").strip()))
