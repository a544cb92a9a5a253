// The player: it draws the commands of a frame (recorder.py says which they are) with the pen of a canvas. UNIT parts of a
// coordinate make a pixel of the figure; k is how large one of them is on the canvas.
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

// Draw a path at each of these places: its outline is made once, and its look set once.
function stamp(pen, k, [[fill, edge, width = 0, cap, join, flags = 0, dashes = [0]], letters, steps, places = [0, 0]]) {
  const [wide, outline] = [width * k, new Path2D()];
  trace(outline, letters, steps, k, flags & SNAPPED ? (Math.round(wide) % 2) / 2 : undefined);
  const [first, ...lengths] = dashes.map((v) => v * k);
  pen.setLineDash(lengths);
  [pen.lineDashOffset, pen.lineCap, pen.lineJoin] = [first, CAPS[cap], JOINS[join]];
  const seamless = flags & SEAMLESS && !edge;
  [pen.fillStyle, pen.strokeStyle, pen.lineWidth] = [fill || "#0000", seamless ? fill : edge || "#0000", seamless ? 1 : wide];
  let [x, y] = [0, 0];
  for (let i = 0; i < places.length; i += 2) {
    pen.setTransform(1, 0, 0, 1, (x += places[i]) * k, (y += places[i + 1]) * k);
    if (fill) pen.fill(outline);
    if (edge || seamless) pen.stroke(outline);
  }
  pen.resetTransform();
}

const scratch = new Map(); // a canvas for each size of image

const commands = {
  c(pen, k, [box, path]) {
    pen.restore();
    pen.save();
    for (const outline of [box && ["MLLLZ", [box[0], box[1], box[2], 0, 0, box[3], -box[2], 0], k, 0], path && [...path, k]]) {
      if (outline) pen.beginPath(), trace(pen, ...outline), pen.clip();
    }
  },
  p: stamp, m: stamp,
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
    const [bytes, image, size] = [atob(pixels), new ImageData(wide, high), `${wide} ${high}`];
    const coloured = palette ? new Uint32Array(image.data.buffer) : image.data;
    // A plain loop: `from` with a function takes ten times as long.
    for (let j = 0; j < bytes.length; j++) coloured[j] = palette ? palette[bytes.charCodeAt(j)] : bytes.charCodeAt(j);
    if (!scratch.has(size)) scratch.set(size, new OffscreenCanvas(wide, high));
    scratch.get(size).getContext("2d").putImageData(image, 0, 0);
    const [left, top, right, bottom] = [x, y, x + w, y + h].map((v) => Math.round(v * k));
    pen.imageSmoothingEnabled = Boolean(smooth);
    pen.setTransform((right - left) / wide, 0, 0, (bottom - top) / high, left, top);
    pen.drawImage(scratch.get(size), 0, 0);
    pen.resetTransform();
  },
};

function play(pen, k, frame, glyphs) {
  const state = { glyphs, palette: 0 };
  pen.save();
  for (const [kind, ...what] of frame.commands) commands[kind](pen, k, what, state);
  pen.restore();
}
