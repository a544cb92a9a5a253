// The player: it draws the commands of a frame (recorder.py says which they are) with the pen of a canvas.
//
// UNIT parts of a coordinate make a pixel of the figure; k is how large one of them is on the canvas.

const [UNIT, SNAPPED, SEAMLESS] = [16, 1, 2];
const [CAPS, JOINS] = [["butt", "round", "square"], ["miter", "round", "bevel"]];

// Draw a path with a pen (a canvas or a Path2D), with its edges on whole pixels where `grid` says which part of them.
function trace(pen, letters, steps, k, grid) {
  const on = grid === undefined ? (v) => v * k : (v) => Math.floor(v * k + 0.5) + grid;
  let [x, y, j] = [0, 0, 0];
  const next = () => [on((x += steps[j++])), on((y += steps[j++]))];
  for (let i = 0; i < letters.length; i++) {
    const letter = letters[i];
    if (letter === "L") pen.lineTo(...next());
    else if (letter === "M") pen.moveTo(...next());
    else if (letter === "Z") pen.closePath();
    else if (letter === "Q") pen.quadraticCurveTo(...next(), ...next(), (i += 1));
    else pen.bezierCurveTo(...next(), ...next(), ...next(), (i += 2));
  }
}

const commands = {
  c(pen, k, [box, path]) {
    pen.restore();
    pen.save();
    for (const outline of [box && ["MLLLZ", [box[0], box[1], box[2], 0, 0, box[3], -box[2], 0], k, 0], path && [...path, k]]) {
      if (outline) pen.beginPath(), trace(pen, ...outline), pen.clip();
    }
  },
  p(pen, k, [[fill, edge, width = 0, cap, join, flags = 0, dashes = [0]], letters, steps]) {
    const wide = width * k;
    pen.beginPath();
    trace(pen, letters, steps, k, flags & SNAPPED ? (Math.round(wide) % 2) / 2 : undefined);
    if (fill) (pen.fillStyle = fill), pen.fill();
    const [first, ...lengths] = dashes.map((v) => v * k);
    pen.setLineDash(lengths);
    pen.lineDashOffset = first;
    if (flags & SEAMLESS) ([pen.strokeStyle, pen.lineWidth] = [fill, 1]), pen.stroke();
    [pen.strokeStyle, pen.lineWidth, pen.lineCap, pen.lineJoin] = [edge || "#0000", wide, CAPS[cap], JOINS[join]];
    if (edge) pen.stroke();
  },
  m(pen, k, [look, letters, steps, places]) {
    let [x, y] = [0, 0];
    for (let i = 0; i < places.length; i += 2) {
      pen.setTransform(1, 0, 0, 1, (x += places[i]) * k, (y += places[i + 1]) * k);
      commands.p(pen, k, [look, letters, steps]);
    }
    pen.resetTransform();
  },
  t(pen, k, [, colour, [x, y, size, angle], placed], { glyphs }) {
    const [sine, cosine] = [Math.sin, Math.cos].map((f) => f((angle * Math.PI) / 180));
    const unit = (size * k) / 6400; // of the 6400 in which a glyph is told
    const [left, base] = [x, y].map((v) => (angle ? v * k : Math.round(v * k))); // crisp, where it is level
    pen.fillStyle = colour;
    for (let i = 0; i < placed.length; i += 4) {
      const [right, up, large] = [placed[i + 1] * unit, placed[i + 2] * unit, (placed[i + 3] / 64) * unit];
      const [at, under] = [left + cosine * right - sine * up, base - sine * right - cosine * up];
      pen.setTransform(cosine * large, -sine * large, sine * large, cosine * large, at, under);
      pen.fill(glyphs[placed[i]]);
    }
    pen.resetTransform();
  },
  l(pen, k, [colours], state) {
    state.palette = colours && new Uint32Array(Uint8Array.from(colours.match(/../g), (two) => parseInt(two, 16)).buffer);
  },
  i(pen, k, [[x, y, w, h], smooth, [wide, high], pixels], { palette }) {
    const bytes = Uint8Array.from(atob(pixels), (letter) => letter.charCodeAt(0));
    const coloured = palette ? Uint32Array.from(bytes, (number) => palette[number]) : bytes;
    const image = new OffscreenCanvas(wide, high);
    image.getContext("2d").putImageData(new ImageData(new Uint8ClampedArray(coloured.buffer), wide), 0, 0);
    const [left, top, right, bottom] = [x, y, x + w, y + h].map((v) => Math.round(v * k));
    pen.imageSmoothingEnabled = Boolean(smooth);
    pen.setTransform((right - left) / wide, 0, 0, (bottom - top) / high, left, top);
    pen.drawImage(image, 0, 0);
    pen.resetTransform();
  },
};

function play(pen, k, frame, glyphs) {
  const state = { glyphs, palette: 0 };
  pen.save();
  for (const [kind, ...what] of frame.commands) commands[kind](pen, k, what, state);
  pen.restore();
}
