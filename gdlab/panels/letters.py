"""Letters in a hurry: texts that move, drawn by Pillow in a fraction of matplotlib's time.

matplotlib lays each text out anew, which takes it about a millisecond: more than for a curve. A picture with a dozen
numbers that change at every position of a slider would do little else.
"""

from functools import cache

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.font_manager import findfont
from matplotlib.text import Text
from PIL import Image, ImageDraw, ImageFont


class Print(Text):
    """A text of one line, horizontal, without formulas and without a box; it is centred in its height."""

    def draw(self, renderer):
        text = self.get_text()
        if not text or not self.get_visible():
            return
        font = _font(self.get_fontproperties(), renderer.points_to_pixels(self.get_size()))
        anchor = {"left": "lm", "center": "mm", "right": "rm"}[self.get_horizontalalignment()]
        left, top, right, bottom = font.getbbox(text, anchor=anchor)
        ink = Image.new("L", (right - left, bottom - top))
        ImageDraw.Draw(ink).text((-left, -top), text, 255, font, anchor)
        x, y = np.rint(self.get_transform().transform(self.get_position())).astype(int)
        letters = np.empty((*ink.size[::-1], 4), np.uint8)
        letters[..., :3] = [round(255 * part) for part in to_rgb(self.get_color())]
        letters[::-1, :, 3] = ink  # the lowest row first
        renderer.draw_image(renderer.new_gc(), x + left, y - bottom, letters)
        self.stale = False


@cache
def _font(properties, pixels):
    return ImageFont.truetype(findfont(properties), pixels, layout_engine=ImageFont.Layout.BASIC)
