"""Drawing commands read back as view.js plays them, and a page that asks for them as view.js does."""

import base64
import itertools
import json
import zlib
from types import SimpleNamespace

import numpy as np
from matplotlib.colors import to_hex, to_rgba

from gdlab.pictures.view import VERSION
from gdlab.pictures.recorder import CAPS, JOINS, SEAMLESS, SNAPPED, UNIT

CLOSE = 0.71 / UNIT  # pixels: how far rounding may move a point


def coloured(colour):
    """A colour as commands write it."""
    return to_hex(colour, keep_alpha=to_rgba(colour)[3] < 1)


class Drawn(list):
    """What commands draw: paths, markers, images and texts, placed in pixels from the figure's lower left corner."""

    def __init__(self, commands, recorder):
        super().__init__()
        self.high, self.glyphs, self.palette = recorder.height, recorder.glyphs, None
        clip = {"clip": None, "clip_path": None}
        for kind, *what in commands:
            if kind == "c":
                box, path = what
                clip = {"clip": self._box(*box) if box else None, "clip_path": self._points(path[1]) if path else None}
            elif kind == "l":
                self.palette = what[0] and np.frombuffer(bytes.fromhex(what[0]), np.uint8).reshape(-1, 4)
            else:
                self.append(SimpleNamespace(**getattr(self, f"_{kind}")(*what), **clip))

    def all(self, kind, **look):
        """All of a kind that look so: `fill`, `edge` and `colour` are colours, or None for none."""
        look = {name: coloured(it) if name in ("fill", "edge", "colour") and it else it for name, it in look.items()}
        return [one for one in self if one.kind == kind and all(getattr(one, name) == it for name, it in look.items())]

    def one(self, kind, **look):
        (found,) = self.all(kind, **look)
        return found

    def outlines(self, **look):
        """The points of each path that looks so, also of a marker wherever it stands: a lone shape is drawn as one."""
        found = [*self.all("path", **look), *self.all("markers", **look)]
        return [one.points + place for one in found for place in getattr(one, "places", [0])]

    def texts(self):
        """Where the words stand: {words: place}."""
        return {text.words: text.place for text in self.all("text")}

    def _points(self, steps, high=None):
        points = np.cumsum(np.reshape(steps, (-1, 2)), axis=0) / UNIT
        return points * (1, -1) + (0, self.high if high is None else high)

    def _box(self, x, y, wide, high):
        """[left, low, right, top]; an image's first row lies at its top, unless it is upside down."""
        return [x / UNIT, self.high - (y + high) / UNIT, (x + wide) / UNIT, self.high - y / UNIT]

    def _p(self, look, letters, steps, high=None):
        fill, edge, width, cap, join, flags, *dashes = [*look, *[0, 0, 0, 0, 0, 0][len(look) :]]
        points = self._points(steps, high)
        assert letters[0] == "M" and set(letters) <= set("MLQCZ") and len(letters.replace("Z", "")) == len(points)
        look = {"fill": fill or None, "edge": edge or None, "width": width / UNIT}
        look |= {"cap": list(CAPS)[cap], "join": list(JOINS)[join]}
        look |= {"snapped": bool(flags & SNAPPED), "seamless": bool(flags & SEAMLESS)}
        look["dashes"] = [part / UNIT for part in dashes[0]] if dashes else None
        return {"kind": "path", "letters": letters, "points": points, **look}

    def _m(self, look, letters, steps, places):
        return {**self._p(look, letters, steps, 0), "kind": "markers", "places": self._points(places)}

    def _i(self, box, smooth, size, pixels):
        pixels = np.frombuffer(base64.b64decode(pixels), np.uint8)
        pixels = (pixels if self.palette is None or not len(self.palette) else self.palette[pixels]).reshape(*size[::-1], 4)
        left, low, right, top = self._box(*box)
        pixels = pixels[:: 1 if low < top else -1, :: 1 if left < right else -1]  # the first row is the one on top
        box = [min(left, right), min(low, top), max(left, right), max(low, top)]
        return {"kind": "image", "box": box, "smooth": bool(smooth), "pixels": pixels}

    def _t(self, words, colour, place, glyphs):
        (x, y), (size, angle) = np.divide(place[:2], UNIT), place[2:]
        glyphs = [(self.glyphs[number], *where) for number, *where in np.reshape(glyphs, (-1, 4)).tolist()]
        look = {"colour": colour, "size": size / UNIT, "angle": angle}
        return {"kind": "text", "words": words, "place": np.array([x, self.high - y]), "glyphs": glyphs, **look}


def colour_at(image, place):
    """The colour, 0 to 255, of an image's pixel at a place of the figure."""
    left, low, right, top = image.box
    rows, columns, _rgba = image.pixels.shape
    column, row = (place[0] - left) / (right - left) * columns, (top - place[1]) / (top - low) * rows
    return image.pixels[int(row), int(column)]


def drawn(picture, **values):
    """What moves in a picture for these values; `still` is what does not, `sentence` what is said."""
    picture.set(**values)
    made, recorder = picture._frame(picture.values), picture._canvas.renderer
    moving = Drawn(made["commands"], recorder)
    moving.still, moving.sentence = Drawn(picture._still[1]["commands"], recorder), made["sentence"]
    return moving


def frame(picture, **values):
    """All that a picture draws for these values, comparable also with what another picture draws."""
    picture.set(**values)
    moving = picture._frame(picture.values)["commands"]
    commands = picture._still[1]["commands"] + moving
    glyphs = picture._canvas.renderer.glyphs  # which are numbered as they are met
    named = lambda placed: [it if i % 4 else glyphs[it] for i, it in enumerate(placed)]
    return [[*command[:4], named(command[4])] if command[0] == "t" else command for command in commands]


class Wire:
    """A page in which a picture is shown: it asks as view.js does, and reads what comes as that does."""

    PAGES = itertools.count()

    def __init__(self, picture):
        self.picture, self.page, self.turn, self.sent = picture, f"page {next(self.PAGES)}", 0, []
        self.glyphs, self.stills = [], {}
        picture.view.send = lambda message, buffers: self.sent.append((message, buffers))
        self.begin()

    def begin(self):
        """Read where things stand, as a page does that is loaded, and as code moves the controls: (values, frame)."""
        ((values, frame),) = self.read(self.picture.view.start).frames
        return values, frame

    def deliver(self, kind, **rest):
        """Send a message as view.js does."""
        self.turn += 1
        message = {"kind": kind, "page": self.page, "turn": self.turn, "again": False}
        message |= {"glyphs": len(self.glyphs), "stills": list(self.stills), **rest}
        self.picture.view._receive(None, json.loads(json.dumps(message, default=str)), [])

    def take(self):
        """The answers that have been sent since the last call."""
        sent, self.sent = self.sent, []
        assert all(message == {"kind": "frames"} for message, _buffers in sent)
        return [self.read(buffer) for _message, (buffer,) in sent]

    def ask(self, *values):
        """Ask for the frame of these values; returns it, or what is wrong."""
        self.deliver("show", values=values)
        (answer,) = self.take()
        ((of, frame),) = answer.frames
        assert (answer.page, answer.turn, answer.over) == (self.page, self.turn, True)
        assert of == json.loads(json.dumps(values))  # view.js finds the frame by them
        return frame

    def read(self, buffer):
        """An answer; all that it needs must have been told by it, or earlier."""
        first, second, *lines = zlib.decompress(buffer).decode().split("\n")
        header, stills = SimpleNamespace(**json.loads(first)), json.loads(second)
        assert header.version == VERSION and header.count == len(lines) and header.first <= len(self.glyphs)
        self.glyphs[header.first : header.first + len(header.glyphs)] = header.glyphs
        self.stills |= stills
        frames = [tuple(map(json.loads, line.split("\t"))) for line in lines]
        for frame in (frame for _values, frame in frames if "still" in frame):
            texts = [text for text in frame["commands"] + self.stills[frame["still"]]["commands"] if text[0] == "t"]
            assert all(number < len(self.glyphs) for text in texts for number in text[4][::4])
        return SimpleNamespace(**vars(header), stills=stills, frames=frames)
