// The browser's half of a live picture (the kernel's is picture.py).
//
// A Picture holds the values of the controls and the frames it has seen, kept by those values. Moving a control shows
// the frame at once if it is there, and else asks the kernel, one question at a time: while an answer is on its way
// only the newest position waits. Once a learner has touched the picture, it asks for the other positions of the
// control that moved last, nearest first, a few at a time. Frames are kept as JPEGs; those that the hand is about to
// reach are decoded beforehand, so that they can be drawn in the very display frame in which a control moves. A drawing
// has no neighbours, and nobody draws the same twice: nothing is asked for ahead of it, and when it changes, all frames
// are forgotten.
//
// Messages to the kernel   hello {scale}            show me where things stand
//                          show {values, scale}     this frame now
//                          moved {values}           a kept frame was shown: these are the values
//                          ahead {wanted, scale}    these frames when there is time; [] drops the plan
// Messages from the kernel frame {values, scale, sentence | error, refused, areas, adopt, ahead}, with the JPEG beside it;
//                          refused is the number of the control whose text cannot be read

const AHEAD = 4; // frames asked for at a time: never more than these stand in the way of a new position
const REST = 100; // ms without a move before frames are asked for ahead of time
const STORE = 64e6; // bytes of frames kept; the oldest go first
const DECODED = 96e6; // bytes of pixels kept ready to draw, of the frames that a hand may reach next
const PAD = 200; // CSS pixels, the side of the pad that a drawing is made on; see view.css
const PATIENCE = 150; // ms without an answer before the picture says that it is working

const keyOf = (values) => JSON.stringify(values);
const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};
const written = (value) =>
  Array.isArray(value)
    ? `(${value.map(written).join(", ")})`
    : typeof value === "number"
      ? String(Number(value.toPrecision(3))).replace("-", "−")
      : value;
const nearest = (positions, value) => {
  if (typeof value !== "number") return positions.indexOf(value);
  let best = 0;
  positions.forEach((position, i) => {
    if (Math.abs(position - value) < Math.abs(positions[best] - value)) best = i;
  });
  return best;
};

// The 64 numbers of a drawing, made from its strokes as those of the UCI digits were made from scans, by programs of
// NIST (M. D. Garris et al., NIST Form-Based Handprint Recognition System, NISTIR 5469, 1994). They scaled the box
// around a digit to 20 x 32 cells, were it large or small, broad or narrow, and put it in the middle of 32 x 32. Then
// they sheared it, until the left end of its top row stood above that of its bottom row: all digits stand equally
// upright. Of each 4 x 4 block the inked cells were counted. A pen 5 cells wide leaves about as much ink as theirs.
const CELLS = 32;
const [BROAD, HIGH, PEN] = [20, 32, 5];
const cells = make("canvas", { width: CELLS, height: CELLS }).getContext("2d", { willReadFrequently: true });

function counted(strokes) {
  const counts = new Array(64).fill(0);
  if (!strokes.length) return counts;
  const [[left, right], [top, bottom]] = [0, 1].map((axis) => {
    const places = strokes.flat().map((point) => point[axis]);
    return [Math.min, Math.max].map((end) => places.reduce((a, b) => end(a, b)));
  });
  // No side counts as less than half of the other: a line, or the first stroke of a digit, is not blown up to a blot.
  const broad = Math.max(right - left, (bottom - top) / 2, 0.01);
  const high = Math.max(bottom - top, (right - left) / 2, 0.01);
  const scaled = strokes.map((stroke) =>
    stroke.map(([x, y]) => [
      CELLS / 2 + ((x - (left + right) / 2) / broad) * (BROAD - PEN),
      CELLS / 2 + ((y - (top + bottom) / 2) / high) * (HIGH - PEN),
    ]),
  );
  cells.clearRect(0, 0, CELLS, CELLS);
  trace(cells, scaled, PEN);
  const pixels = cells.getImageData(0, 0, CELLS, CELLS).data;
  const across = [...Array(CELLS).keys()];
  const rows = across.map((y) => across.filter((x) => pixels[4 * (CELLS * y + x) + 3] > 127)); // the inked x of each y
  const inked = rows.filter((row) => row.length);
  const slope = (inked[0][0] - inked.at(-1)[0]) / (CELLS - 1);
  rows.forEach((row, y) => {
    for (const x of row) {
      const sheared = x + Math.round(slope * (y - (CELLS - 1) / 2));
      if (sheared >= 0 && sheared < CELLS) counts[8 * (y >> 2) + (sheared >> 2)] += 1;
    }
  });
  return counts;
}

// Strokes of a round pen, all at once: where two of them cross, it is no darker.
function trace(context, strokes, pen) {
  context.lineWidth = pen;
  context.lineCap = context.lineJoin = "round";
  context.beginPath();
  for (const stroke of strokes) {
    context.moveTo(...stroke[0]);
    context.lineTo(stroke[0][0] + 1e-3, stroke[0][1]); // a line without any length would not be drawn
    for (const point of stroke) context.lineTo(...point);
  }
  context.stroke();
}

class Picture {
  constructor(model) {
    this.model = model;
    this.controls = model.get("controls");
    const { values, sentence, areas } = model.get("start");
    this.values = values;
    this.scale = 1;
    this.shown = { key: keyOf(values), bytes: model.get("frame"), sentence, areas };
    this.frames = new Map();
    this.failed = new Set(); // keys of positions at which the lesson's function raised: not asked for ahead again
    this.stored = 0;
    this.drawings = this.controls.map(() => ({ strokes: [], counts: [] })); // of each Drawing, what the learner drew
    this.moved = 0; // the control that moved last
    this.pace = 0; // by how many positions it moved
    this.decoded = new Set(); // frames with pixels, the least recently used first
    this.decoding = 0; // how many of these are being made
    this.urgent = 0; // how many are awaited by a view: nothing else is decoded meanwhile
    this.touched = false;
    this.lastMove = 0; // when a control moved, in ms of the page's clock
    this.asked = null; // the key of the frame that is on its way
    this.planned = 0; // frames asked for ahead of time and not come yet
    this.views = new Set();
    model.on("msg:custom", (message, buffers) => this.receive(message, buffers));
    model.on("change:locked", () => this.tell("lock"));
  }

  tell(what, ...details) {
    for (const view of this.views) view[what]?.(...details);
  }

  // A learner's hand: control number i goes to a value.
  move(i, value) {
    if (keyOf(this.values[i]) === keyOf(value)) return;
    this.pace = this.moved === i ? this.indexOf(i, value) - this.indexOf(i, this.values[i]) : 0;
    this.values = this.values.map((v, j) => (j === i ? value : v));
    this.moved = i;
    this.touched = true;
    this.lastMove = performance.now();
    if (this.controls[i].kind === "drawing") this.forget();
    this.tell("place");
    this.tell("plan", false);
    this.update();
  }

  // Bring the picture to the values: from the store, or by asking for it.
  update() {
    const kept = this.frames.get(keyOf(this.values));
    if (kept) {
      this.tell("accept");
      this.show(kept);
      this.warm();
      this.lookAhead();
    } else if (this.asked === null) {
      this.ask();
    }
  }

  // A view has come: ask where things stand, for a frame of its size.
  greet(scale) {
    this.scale = scale;
    this.asked = keyOf(this.values);
    this.tell("busy", true);
    this.model.send({ kind: "hello", scale });
  }

  ask() {
    this.asked = keyOf(this.values);
    this.tell("busy", true);
    this.planned = 0; // the kernel drops its plan for this
    this.model.send({ kind: "show", values: this.values, scale: this.scale });
    this.waiting ??= setTimeout(() => this.tell("work", true), PATIENCE);
  }

  // Tell the kernel where a drag through kept frames has ended.
  settle() {
    this.model.send({ kind: "moved", values: this.values });
  }

  receive(message, buffers) {
    if (message.kind !== "frame") return;
    const key = keyOf(message.values);
    if (message.ahead) this.planned = Math.max(0, this.planned - 1);
    else this.answered();
    if (message.refused !== undefined) {
      this.refuse(message.refused, message.values, message.error);
    } else if (message.error) {
      this.failed.add(key);
      if (!message.ahead) {
        this.tell("accept");
        this.tell("fail", message.error);
      }
    } else {
      if (!message.ahead) this.tell("accept");
      const frame = { key, bytes: buffers[0], sentence: message.sentence, areas: message.areas };
      if (message.adopt && (keyOf(this.values) !== key)) {
        this.values = message.values;
        this.tell("place");
      }
      if (this.fits(message.scale)) this.keep(frame);
      if (!message.ahead || key === keyOf(this.values)) this.show(frame);
    }
    // Meanwhile a control may have moved on, or the page have changed its width.
    if (!message.ahead && (key !== keyOf(this.values) || !this.fits(message.scale))) this.update();
    else this.lookAhead();
  }

  // A text that the kernel cannot read: the picture stays as it was, and the other controls go on from there.
  refuse(i, values, error) {
    if (this.values[i] !== values[i]) return; // typed further meanwhile: that is asked next
    this.values = this.values.map((value, j) => (j === i ? JSON.parse(this.shown.key)[i] : value));
    this.settle();
    this.tell("refuse", i, error);
  }

  answered() {
    this.asked = null;
    clearTimeout(this.waiting);
    this.waiting = undefined;
    this.tell("busy", false);
    this.tell("work", false);
  }

  keep(frame) {
    if (this.frames.has(frame.key)) return;
    this.frames.set(frame.key, frame);
    this.stored += frame.bytes.byteLength;
    for (const [key, old] of this.frames) {
      if (this.stored <= STORE) break;
      this.frames.delete(key);
      this.stored -= old.bytes.byteLength;
    }
  }

  forget() {
    this.frames.clear();
    this.stored = 0;
    for (const old of this.decoded) this.release(old);
  }

  // The pixels of a frame: a promise, and from then on frame.bitmap.
  decode(frame) {
    frame.pixels ??= createImageBitmap(new Blob([frame.bytes], { type: "image/jpeg" })).then((bitmap) => {
      frame.bitmap = bitmap;
      this.use(frame);
      return bitmap;
    });
    return frame.pixels;
  }

  // Note that a decoded frame is in use, and let go of the pixels that have not been for longest.
  use(frame) {
    this.decoded.delete(frame);
    this.decoded.add(frame);
    const most = Math.max(8, DECODED / (4 * frame.bitmap.width * frame.bitmap.height));
    for (const old of this.decoded) {
      if (this.decoded.size <= most) break;
      this.release(old);
    }
  }

  release(frame) {
    this.decoded.delete(frame);
    frame.bitmap.close();
    frame.bitmap = frame.pixels = undefined;
  }

  // Decode, two at a time, the kept frames nearest to where the next move will probably lead.
  warm() {
    for (const value of this.neighbours(this.pace).slice(0, 24)) {
      const frame = this.frames.get(keyOf(this.valuesWith(value)));
      if (this.decoding >= 2 || this.urgent) return;
      if (!frame || frame.pixels) continue;
      this.decoding += 1;
      this.decode(frame).finally(() => {
        this.decoding -= 1;
        this.warm();
      });
    }
  }

  show(frame) {
    this.shown = frame;
    this.tell("draw", frame);
  }

  fits(scale) {
    return Math.abs(scale - this.scale) < 0.01;
  }

  rescale(scale) {
    if (this.fits(scale)) return;
    this.scale = scale;
    this.forget();
    if (this.asked === null) this.ask();
  }

  touch() {
    if (this.touched) return;
    this.touched = true;
    this.lastMove = performance.now();
    this.lookAhead();
  }

  // The hand has gone elsewhere: what was wanted ahead of time is wanted no more.
  leave() {
    if (!this.touched) return;
    this.touched = false;
    clearTimeout(this.resting);
    if (this.planned) this.model.send({ kind: "ahead", wanted: [], scale: this.scale });
    this.planned = 0;
  }

  // Ask for the neighbours of the control that moved last, when nothing more urgent is on its way.
  lookAhead() {
    clearTimeout(this.resting);
    if (!this.touched || this.asked !== null || this.planned || this.model.get("locked")) return;
    const rest = this.lastMove + REST - performance.now();
    if (rest > 0) {
      this.resting = setTimeout(() => this.lookAhead(), rest);
      return;
    }
    // No more than half of the store, so that what is made ahead is not thrown away before it is reached.
    const room = Math.floor(STORE / 2 / this.shown.bytes.byteLength);
    const wanted = this.neighbours()
      .slice(0, room)
      .map((value) => this.valuesWith(value))
      .filter((values) => !this.frames.has(keyOf(values)) && !this.failed.has(keyOf(values)))
      .slice(0, AHEAD);
    this.tell("plan", wanted.length === 0);
    this.warm();
    if (!wanted.length) return;
    this.planned = wanted.length;
    this.model.send({ kind: "ahead", wanted, scale: this.scale });
  }

  valuesWith(value) {
    return this.values.map((v, j) => (j === this.moved ? value : v));
  }

  indexOf(i, value) {
    return this.controls[i].kind === "point" ? 0 : nearest(this.controls[i].positions, value);
  }

  // The positions of the control that moved last, nearest first: to where it stands, or to so many positions further.
  neighbours(further = 0) {
    const control = this.controls[this.moved];
    if (!control) return [];
    const value = this.values[this.moved];
    if (control.kind === "point") {
      const around = [];
      for (let i = -3; i <= 3; i++)
        for (let j = -3; j <= 3; j++) around.push([Math.hypot(i, j), this.shifted(control, value, i, j)]);
      return around.sort((a, b) => a[0] - b[0]).map((pair) => pair[1]);
    }
    const here = nearest(control.positions, value) + further;
    return control.positions
      .map((position, i) => [Math.abs(i - here), position])
      .sort((a, b) => a[0] - b[0])
      .map((pair) => pair[1]);
  }

  // A point some grid steps further, kept on its map.
  shifted(control, [x, y], i, j) {
    return this.placed(control, x + i * control.step * 2, y + j * control.step * 2);
  }

  placed(control, x, y) {
    const area = this.shown.areas[0];
    const { step } = control;
    const on = (v, [low, high]) => {
      const k = Math.min(Math.max(Math.round(v / step), Math.ceil(low / step - 1e-9)), Math.floor(high / step + 1e-9));
      return Number((k * step).toFixed(6)) || 0;
    };
    return [on(x, area.x), on(y, area.y)];
  }
}

let notes = 0; // beneath lines of text: each has a number, by which its line refers to it

// One view of a picture in a page; the same picture may be shown twice.
class PictureView {
  constructor(picture, el) {
    this.picture = picture;
    this.words = picture.model.get("words");
    this.drawn = 0;
    this.newest = 0;
    const [width, height] = picture.model.get("size");
    this.width = width;
    this.canvas = make("canvas", { class: "gdlab-picture", role: "img", width, height });
    this.canvas.style.width = `${width}px`;
    this.canvas.style.aspectRatio = `${width} / ${height}`;
    this.lockNote = make("div", { class: "gdlab-lock", hidden: "" });
    this.readout = make("div", { class: "gdlab-readout", "aria-live": "polite" });
    this.working = make("div", { class: "gdlab-working", hidden: "" }, this.words.working);
    this.inputs = picture.controls.map((control, i) => this.makeControl(control, i));
    this.frame = make("div", { class: "gdlab-frame" }, this.canvas, this.lockNote, this.working);
    this.frame.style.maxWidth = `${width}px`;
    this.root = make(
      "div",
      { class: "gdlab-live" },
      this.frame,
      make("div", { class: "gdlab-controls" }, ...this.inputs.map((input) => input.element)),
      this.readout,
    );
    // Without this mark, JupyterLab takes the arrow keys of what has the focus for itself.
    for (const own of this.root.querySelectorAll("input, select, button, canvas")) own.dataset.lmSuppressShortcuts = "true";
    this.root.style.maxWidth = `${Math.max(width, 720)}px`;
    el.append(this.root);
    for (const sign of ["pointerenter", "focusin"]) this.root.addEventListener(sign, () => picture.touch());
    for (const sign of ["pointerleave", "focusout"]) {
      // Asked a moment later, when the focus has reached its new place.
      this.root.addEventListener(sign, () => setTimeout(() => this.touching() || picture.leave()));
    }
    picture.views.add(this);
    this.place();
    this.lock();
    this.draw(picture.shown);
    this.resizer = new ResizeObserver(() => {
      clearTimeout(this.resizing);
      this.resizing = setTimeout(() => this.measure(), 120);
    });
    this.resizer.observe(this.canvas);
    picture.greet(this.scale());
  }

  touching() {
    return this.root.matches(":hover, :focus-within");
  }

  close() {
    this.picture.views.delete(this);
    this.resizer.disconnect();
    clearTimeout(this.resizing);
    this.stop?.();
  }

  // Device pixels to a pixel of the figure as it is shown here.
  scale() {
    const shown = this.canvas.getBoundingClientRect().width || this.width;
    const scale = Math.round((window.devicePixelRatio * shown * 100) / this.width) / 100;
    return Math.min(Math.max(scale, 0.25), 4); // the kernel makes no smaller and no larger ones
  }

  measure() {
    if (this.canvas.isConnected && this.canvas.offsetWidth) this.picture.rescale(this.scale());
  }

  makeControl(control, i) {
    const value = make("output", { class: "gdlab-value" });
    const name = make("span", { class: "gdlab-name" }, control.label);
    if (control.kind === "point") {
      this.makePoint(control, i);
      const element = make("div", { class: "gdlab-control" }, name, value, make("span", { class: "gdlab-hint" }, this.words.drag));
      return { element, disable() {}, place: () => (value.textContent = written(this.picture.values[i])) };
    }
    if (control.kind === "drawing") return this.makePad(control, i, name);
    if (control.kind === "text") return this.makeText(control, i, name);
    const input = control.kind === "choice" ? make("select") : make("input", { type: "range", min: 0, step: 1 });
    input.dataset.control = control.name;
    if (control.kind === "choice") {
      for (const option of control.positions) input.append(make("option", { value: option }, option));
      input.addEventListener("change", () => this.picture.move(i, input.value));
    } else {
      input.max = control.positions.length - 1;
      input.addEventListener("input", () => {
        this.stop?.();
        this.picture.move(i, control.positions[input.valueAsNumber]);
      });
    }
    input.addEventListener("change", () => this.picture.settle());
    const element = make("label", { class: `gdlab-control gdlab-${control.kind}` }, name, input);
    if (control.kind !== "choice") element.append(value);
    const buttons = control.kind === "steps" ? [this.makePlay(control, i)] : [];
    return {
      element: buttons.length ? make("div", { class: "gdlab-control" }, ...buttons, element) : element,
      disable: (off) => [input, ...buttons].forEach((one) => (one.disabled = off)),
      place: () => {
        const at = this.picture.values[i];
        if (control.kind === "choice") input.value = at;
        else input.value = nearest(control.positions, at);
        value.textContent = written(at);
        input.setAttribute("aria-valuetext", written(at));
      },
    };
  }

  // Play runs through the positions in about six seconds at most, and waits for each frame to be shown.
  makePlay(control, i) {
    const button = make("button", { type: "button", class: "gdlab-play", "data-play": control.name });
    const last = control.positions.length - 1;
    const pace = Math.min(200, Math.max(30, 6000 / last));
    const say = (playing) => {
      button.textContent = playing ? "❚❚" : "▶";
      button.setAttribute("aria-label", playing ? this.words.pause : this.words.play);
    };
    let timer;
    this.stop = () => {
      clearInterval(timer);
      timer = undefined;
      say(false);
    };
    button.addEventListener("click", () => {
      if (timer) return this.stop(), this.picture.settle();
      if (nearest(control.positions, this.picture.values[i]) === last) this.picture.move(i, control.positions[0]);
      say(true);
      timer = setInterval(() => {
        if (this.picture.asked !== null) return;
        const next = nearest(control.positions, this.picture.values[i]) + 1;
        if (next > last) return this.stop(), this.picture.settle();
        this.picture.move(i, control.positions[next]);
      }, pace);
    });
    say(false);
    return button;
  }

  // The pointer drags the point on its map; the arrow keys move it when the picture has the focus.
  makePoint(control, i) {
    const { canvas, picture } = this;
    canvas.tabIndex = 0;
    canvas.classList.add("gdlab-draggable");
    let area; // the map on which a drag began
    const inside = (event) => {
      const box = canvas.getBoundingClientRect();
      const [u, v] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
      const found = picture.shown.areas.find(
        (a) => u >= a.left && u <= a.left + a.width && v >= a.top && v <= a.top + a.height,
      );
      return [u, v, found];
    };
    const drag = (event) => {
      const [u, v] = inside(event);
      const x = area.x[0] + ((u - area.left) / area.width) * (area.x[1] - area.x[0]);
      const y = area.y[1] - ((v - area.top) / area.height) * (area.y[1] - area.y[0]);
      picture.move(i, picture.placed(control, x, y));
    };
    canvas.addEventListener("pointerdown", (event) => {
      area = this.locked ? undefined : inside(event)[2];
      if (!area) return;
      event.preventDefault();
      canvas.focus({ preventScroll: true });
      canvas.setPointerCapture(event.pointerId);
      drag(event);
    });
    canvas.addEventListener("pointermove", (event) => {
      canvas.style.cursor = this.locked || !inside(event)[2] ? "default" : area ? "grabbing" : "grab";
      if (area) drag(event);
    });
    const end = () => {
      if (area) picture.settle();
      area = undefined;
    };
    canvas.addEventListener("pointerup", end);
    canvas.addEventListener("pointercancel", end);
    canvas.addEventListener("keydown", (event) => {
      const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] }[event.key];
      if (!way || this.locked) return;
      event.preventDefault(); // the page would scroll
      const far = event.shiftKey ? 5 : 1;
      picture.move(i, picture.shifted(control, picture.values[i], way[0] * far, way[1] * far));
      picture.settle();
    });
  }

  // A line to type in. What it holds may be refused: then it stays as it was typed, and what is wrong stands beneath.
  makeText(control, i, name) {
    const { picture } = this;
    const input = make("input", { type: "text", spellcheck: false, autocomplete: "off", size: 46 });
    input.dataset.control = control.name;
    const note = make("div", { class: "gdlab-refused", role: "alert", id: `gdlab-refused-${++notes}` });
    input.setAttribute("aria-describedby", note.id);
    let good; // the value that stays in force while what was typed is refused
    const say = (error) => {
      good = error ? picture.values[i] : undefined;
      note.textContent = error;
      input.setAttribute("aria-invalid", Boolean(error));
    };
    input.addEventListener("input", () => {
      if (picture.values[i] === input.value) say("");
      picture.move(i, input.value);
    });
    input.addEventListener("change", () => picture.settle());
    return {
      element: make("div", { class: "gdlab-control gdlab-text" }, make("label", {}, name, " ", input), note),
      disable: (off) => (input.disabled = off),
      refuse: say,
      accept: () => input.value === picture.values[i] && say(""),
      place: () => {
        if (document.activeElement === input || picture.values[i] === good) return;
        say(""); // moved from code
        input.value = picture.values[i];
      },
    };
  }

  // A pad: the pointer draws on it, and the button or the Delete key clears it. It shows the learner's own strokes as
  // long as the value is theirs. Of a drawing that was set from code, its 64 numbers are all there is to show.
  makePad(control, i, name) {
    const { picture, words } = this;
    const drawing = picture.drawings[i];
    const pad = make("canvas", { class: "gdlab-pad", role: "img", "aria-label": `${control.label}: ${words.draw}` });
    pad.setAttribute("aria-keyshortcuts", "Delete");
    pad.dataset.control = control.name;
    const button = make("button", { type: "button", class: "gdlab-clear" }, words.clear);
    const change = () => {
      drawing.counts = counted(drawing.strokes);
      picture.move(i, drawing.counts);
      picture.tell("place"); // the strokes have changed, even where the numbers have not
    };
    const clear = () => {
      drawing.strokes = [];
      change();
      picture.settle();
    };
    let pointer; // the one that draws
    const placeOf = (event) => {
      const box = pad.getBoundingClientRect();
      return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height].map((v) =>
        Math.min(Math.max(v, 0), 1),
      );
    };
    pad.addEventListener("pointerdown", (event) => {
      if (this.locked || !event.isPrimary || event.button) return;
      event.preventDefault();
      pad.focus({ preventScroll: true });
      pad.setPointerCapture(event.pointerId);
      pointer = event.pointerId;
      drawing.strokes.push([placeOf(event)]);
      change();
    });
    pad.addEventListener("pointermove", (event) => {
      const stroke = drawing.strokes.at(-1); // none if it was cleared meanwhile
      if (event.pointerId !== pointer || !stroke) return;
      // All places since the last event, so that a quick stroke stays round when the page is busy.
      stroke.push(...(event.getCoalescedEvents?.() ?? [event]).map(placeOf));
      change();
    });
    const end = (event) => {
      if (event.pointerId !== pointer) return;
      pointer = undefined;
      picture.settle();
    };
    pad.addEventListener("pointerup", end);
    pad.addEventListener("pointercancel", end);
    pad.addEventListener("keydown", (event) => {
      if (this.locked || !["Delete", "Backspace"].includes(event.key)) return;
      event.preventDefault();
      clear();
    });
    button.addEventListener("click", clear);
    const hint = make("span", { class: "gdlab-hint" }, words.draw);
    return {
      element: make("div", { class: "gdlab-control" }, pad, make("div", { class: "gdlab-beside" }, name, hint, button)),
      disable: (off) => {
        button.disabled = off;
        pad.tabIndex = off ? -1 : 0;
      },
      place: () => {
        const counts = picture.values[i];
        if (keyOf(drawing.counts) !== keyOf(counts)) drawing.strokes = [];
        pad.width = pad.height = 8 * Math.round((PAD / 8) * devicePixelRatio); // 8 x 8 blocks of whole pixels
        const context = pad.getContext("2d");
        context.scale(pad.width, pad.height);
        if (drawing.strokes.length) return trace(context, drawing.strokes, 0.08);
        counts.forEach((count, k) => {
          context.globalAlpha = count / 16;
          context.fillRect((k % 8) / 8, (k >> 3) / 8, 1 / 8, 1 / 8);
        });
      },
    };
  }

  place() {
    for (const input of this.inputs) input.place();
  }

  lock() {
    this.locked = this.picture.model.get("locked");
    this.lockNote.hidden = !this.locked;
    this.lockNote.textContent = this.locked;
    this.root.classList.toggle("gdlab-locked", Boolean(this.locked));
    for (const input of this.inputs) input.disable(Boolean(this.locked));
  }

  refuse(i, error) {
    this.inputs[i].refuse(error);
  }

  accept() {
    for (const input of this.inputs) input.accept?.();
  }

  busy(on) {
    this.root.setAttribute("aria-busy", on);
  }

  work(on) {
    this.working.hidden = !on;
  }

  fail(error) {
    this.readout.textContent = error;
    this.readout.classList.add("gdlab-error");
  }

  plan(done) {
    this.root.dataset.ahead = done ? "done" : "";
  }

  async urgently(frame) {
    this.picture.urgent += 1;
    this.busy(true);
    const bitmap = await this.picture.decode(frame);
    this.picture.urgent -= 1;
    this.busy(this.picture.asked !== null || this.picture.urgent > 0);
    this.picture.warm();
    return bitmap;
  }

  async draw(frame) {
    const turn = ++this.newest;
    // No await where the pixels are there: the frame belongs to this very display frame.
    const bitmap = frame.bitmap ?? (await this.urgently(frame));
    if (turn < this.drawn || !frame.bitmap) return; // a later frame was quicker
    this.drawn = turn;
    if (this.canvas.width !== bitmap.width || this.canvas.height !== bitmap.height) {
      this.canvas.width = bitmap.width;
      this.canvas.height = bitmap.height;
    }
    this.canvas.getContext("2d").drawImage(bitmap, 0, 0);
    this.picture.use(frame);
    this.canvas.dataset.frame = frame.key;
    this.canvas.setAttribute("aria-label", frame.sentence);
    this.readout.textContent = frame.sentence;
    this.readout.classList.remove("gdlab-error");
  }
}

export default () => {
  let picture;
  return {
    initialize({ model }) {
      picture = new Picture(model);
    },
    render({ el }) {
      const view = new PictureView(picture, el);
      return () => view.close();
    },
  };
};
