// The browser's half of a live picture (the kernel's is picture.py).
//
// A frame is a list of drawing commands (recorder.py says which), played on a canvas over the still part of the figure, at
// any size and in the very display frame in which a control moves. A Picture keeps the frames that it has seen by the values
// of the controls. A move shows the kept frame, or else asks for it, one question at a time: while an answer is on its way
// only the newest position waits. What is in view has its other positions made ahead of time, when the kernel has nothing
// else to do. Nothing here needs a kernel: a model whose `send` answers from a file will do.
//
// To the kernel, each with a page and its turn, a growing number; … says which `glyphs` and `stills` the page knows:
//   show {values, …}              this frame now (`again` if the answer has not come)
//   ahead {wanted, …}             these frames when there is time, and none of those wanted before
//   moved {values}                a kept frame was shown: these are the values
//   got {}                        there is room for another message of frames
// From the kernel come messages of frames; the traits `ground` and `start` tell the first of them.

const VERSION = 1; // of messages and commands
const STORE = 6e6; // characters of frames kept; the oldest go first
const PAD = 200; // CSS pixels, the side of the pad that a drawing is made on; see view.css
const REST = 100; // ms without a move before frames are asked for ahead of time
const PATIENCE = 150; // ms without an answer before the picture says that it is working
const AGAIN = 1000; // ms without one before it asks again: the first question may stand behind a cell that runs

const keyOf = (values) => JSON.stringify(values);
const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};
const written = (value) => {
  if (Array.isArray(value)) return `(${value.map(written).join(", ")})`;
  return typeof value === "number" ? String(Number(value.toPrecision(3))).replace("-", "−") : value;
};
const nearest = (positions, value) => {
  if (typeof value !== "number") return positions.indexOf(value);
  const far = positions.map((position) => Math.abs(position - value));
  return far.indexOf(Math.min(...far));
};

// The player. UNIT parts of a coordinate make a pixel of the figure; k is how large one of them is on the canvas.

const UNIT = 16;
const [SNAPPED, SEAMLESS] = [1, 2];
const CAPS = ["butt", "round", "square"];
const JOINS = ["miter", "round", "bevel"];

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

// The text of a message. Bytes that are cut short raise an error.
const inflated = (bytes) => new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text();

class Picture {
  constructor(model) {
    this.model = model;
    this.words = model.get("words");
    this.controls = model.get("controls");
    this.page = Math.random().toString(36).slice(2); // tells our questions from those of another tab
    this.turn = 0;
    this.glyphs = []; // a Path2D each
    this.stills = new Map(); // the still parts, by their names
    this.frames = new Map(); // JSON of the frames, by the values of the controls
    this.errors = new Map(); // what the lesson's function raised, by these values: not asked for ahead again
    this.stored = 0;
    this.drawings = this.controls.map(() => ({ strokes: [], counts: [] })); // of each Drawing, what the learner drew
    this.moved = 0; // the control that moved last,
    this.lastMove = 0; // and when, in ms of the page's clock
    this.asked = null; // the key of the frame that is on its way
    this.plan = null; // the turn of the frames wanted ahead that are still to come
    this.planned = null; // where the picture stood when they were asked for: what takes too long is not asked for twice
    this.views = new Set();
    this.reading = Promise.resolve(); // messages are read one after the other
    this.read(() => this.begin());
    model.on("msg:custom", (_message, [buffer]) => this.read(() => this.receive(buffer)));
    model.on("change:start", () => model.get("start").byteLength && this.read(() => this.begin()));
    model.on("change:locked", () => this.update());
    model.on("change:gone", () => this.end(model.get("gone")));
    // A kernel that restarts lets go of the model. A moment later it is known whether it is there again.
    model.on("comm_live_update", () => setTimeout(() => this.send({ kind: "got" }), 500));
  }

  read(step) {
    this.reading = this.reading.then(step).catch(() => this.end(this.words.broken));
  }

  tell() {
    for (const view of this.views) view.refresh();
  }

  // Where things stand in the kernel: at first, and after code has moved a control.
  async begin() {
    const [ground, start] = await Promise.all(["ground", "start"].map((name) => inflated(this.model.get(name))));
    this.know(JSON.parse(ground));
    const { frames } = this.unpack(start);
    this.values = JSON.parse(frames[0][0]);
    this.refused = undefined;
    this.arrive(frames);
  }

  know(stills) {
    for (const [name, still] of Object.entries(stills)) this.stills.set(name, still);
  }

  // The header and the [key, frame] of a message; what it tells of glyphs and still parts is kept.
  unpack(text) {
    const [first, second, ...lines] = text.split("\n");
    const header = JSON.parse(first);
    if (header.version !== VERSION || header.count !== lines.length) throw new Error("another version, or cut short");
    // What is told to a page that knows more glyphs than this one is of no use here.
    if (header.first > this.glyphs.length) return { header, frames: [] };
    header.glyphs.forEach(([letters, steps], i) => trace((this.glyphs[header.first + i] = new Path2D()), letters, steps, 1));
    this.know(JSON.parse(second));
    return { header, frames: lines.map((line) => line.split("\t")).map(([key, frame]) => [keyOf(JSON.parse(key)), frame]) };
  }

  async receive(buffer) {
    const { header, frames } = this.unpack(await inflated(buffer));
    this.arrive(frames);
    if (header.page !== this.page || header.turn !== this.plan) return;
    if (!header.over) return this.send({ kind: "got", turn: this.plan });
    this.plan = null;
    this.lookAhead();
  }

  // Frames have come, or what is wrong in their stead.
  arrive(frames) {
    for (const [key, text] of frames) {
      const { error, refused: i } = text.startsWith('{"error"') ? JSON.parse(text) : {};
      if (key === this.asked) this.answered();
      if (!error) this.keep(key, text);
      else if (i === undefined) this.errors.set(key, error);
      else if (key === keyOf(this.values)) {
        // A text that cannot be read: the picture stays as it was, and the other controls go on from there.
        this.refused = { i, error };
        this.values = this.values.map((value, j) => (j === i ? JSON.parse(this.shown.key)[i] : value));
        this.settle();
      }
    }
    this.update(frames.at(-1)?.[0]);
  }

  // A learner's hand: control number i goes to a value.
  move(i, value) {
    if (this.refused?.i === i) this.refused = undefined;
    if (!this.values || keyOf(this.values[i]) === keyOf(value)) return this.tell();
    this.values = this.values.map((v, j) => (j === i ? value : v));
    if (this.moved !== i) this.plan = null; // other frames are wanted ahead now
    this.moved = i;
    this.lastMove = performance.now();
    if (this.controls[i].kind === "drawing") this.forget(); // nobody draws the same twice
    this.update();
  }

  // Bring the picture to the values, from the store or by asking: unless they have just been answered, by an error.
  update(answered) {
    const key = this.values && keyOf(this.values);
    if (this.frames.has(key) && this.shown?.key !== key) this.shown = { key, ...JSON.parse(this.frames.get(key)) };
    this.tell();
    if (this.shown?.key !== key && key !== answered && this.asked === null) this.ask();
    this.lookAhead();
  }

  ask(patience = AGAIN) {
    if (this.over || this.locked) return;
    this.asked = keyOf(this.values);
    this.plan = null; // the kernel drops it for this
    this.waiting ??= setTimeout(() => this.work("working"), PATIENCE);
    this.again = setTimeout(() => {
      if (patience > AGAIN) this.work("waiting");
      this.ask(2 * patience);
    }, patience);
    this.send({ kind: "show", values: this.values, again: patience > AGAIN, ...this.known() });
    this.tell();
  }

  work(what) {
    this.doing = this.words[what];
    this.tell();
  }

  answered() {
    clearTimeout(this.waiting);
    clearTimeout(this.again);
    this.asked = this.waiting = this.doing = null;
  }

  // Tell the kernel where a drag through kept frames has ended.
  settle() {
    if (this.asked === null && !this.over) this.send({ kind: "moved", values: this.values });
  }

  known() {
    return { glyphs: this.glyphs.length, stills: [...this.stills.keys()] };
  }

  send(message) {
    try {
      this.model.send({ turn: ++this.turn, ...message, page: this.page });
    } catch {
      this.end(this.words.gone);
    }
  }

  // Nothing new will come: say what to do. What has been seen answers still.
  end(why) {
    this.over = why;
    this.answered();
    this.tell();
  }

  keep(key, text) {
    this.stored += text.length - (this.frames.get(key)?.length ?? 0);
    this.frames.set(key, text);
    for (const [old, { length }] of this.frames) {
      if (this.stored <= STORE || old === key) break;
      this.frames.delete(old);
      this.stored -= length;
    }
    if (this.stills.size < 9) return;
    const stood = new Set(["veil", this.shown?.still, ...[...this.frames.values()].map((frame) => JSON.parse(frame).still)]);
    for (const name of this.stills.keys()) if (!stood.has(name)) this.stills.delete(name);
  }

  forget() {
    this.frames.clear();
    this.stored = 0;
  }

  get locked() {
    return this.model.get("locked");
  }

  // Ask for the frames that may be wanted next, when nothing more urgent is on its way.
  lookAhead() {
    clearTimeout(this.resting);
    const seen = [...this.views].some((view) => view.seen);
    if (!seen && this.plan !== null) this.plan = this.send({ kind: "ahead", wanted: [], ...this.known() }) ?? null;
    if (!seen || !this.shown || this.over || this.locked || this.asked !== null || this.plan !== null) return;
    const rest = this.lastMove + REST - performance.now();
    if (rest > 0) return (this.resting = setTimeout(() => this.lookAhead(), rest));
    const [wanted, place] = [this.wanted(), `${this.moved} ${this.shown.key}`];
    const done = !wanted.length || this.planned === place;
    for (const view of this.views) view.root.dataset.ahead = done ? "done" : "";
    if (done) return;
    [this.plan, this.planned] = [this.turn + 1, place];
    this.send({ kind: "ahead", wanted, ...this.known() });
  }

  // The positions along each control, that of the hand first, that have not come: as many as there is room for.
  wanted() {
    const order = [...new Set([this.moved, ...this.controls.keys()])].filter((i) => i in this.controls);
    const all = order.flatMap((i) => this.neighbours(i).map((value) => this.values.map((v, j) => (j === i ? value : v))));
    const room = this.frames.size ? (0.7 * STORE * this.frames.size) / this.stored : 0;
    return all.slice(0, room).filter((values) => !this.frames.has(keyOf(values)) && !this.errors.has(keyOf(values)));
  }

  // The positions of a control, nearest first; of a point those around it.
  neighbours(i) {
    const [control, value] = [this.controls[i], this.values[i]];
    const near = (places) => places.sort((a, b) => a[0] - b[0]).map((place) => place[1]);
    if (control.kind === "point") {
      const grid = [-3, -2, -1, 0, 1, 2, 3];
      return near(grid.flatMap((h) => grid.map((v) => [Math.hypot(h, v), this.shifted(control, value, 2 * h, 2 * v)])));
    }
    const here = nearest(control.positions, value);
    return near(control.positions.map((position, at) => [Math.abs(at - here), position]));
  }

  get areas() {
    return this.stills.get(this.shown.still).areas;
  }

  // A point some grid steps further, kept on its map.
  shifted(control, [x, y], i, j) {
    return this.placed(control, x + i * control.step, y + j * control.step);
  }

  placed({ step }, x, y) {
    const on = (v, [low, high]) => {
      const k = Math.min(Math.max(Math.round(v / step), Math.ceil(low / step - 1e-9)), Math.floor(high / step + 1e-9));
      return Number((k * step).toFixed(6)) || 0;
    };
    return [on(x, this.areas[0].x), on(y, this.areas[0].y)];
  }
}

// One view of a picture in a page; the same picture may be shown twice.
class PictureView {
  constructor(picture, el) {
    this.picture = picture;
    this.stops = []; // of what plays
    [this.width, this.height] = picture.model.get("size");
    const { width, height } = this;
    this.canvas = make("canvas", { class: "gdlab-picture", role: "img", width, height });
    this.canvas.style = `width: ${width}px; aspect-ratio: ${width} / ${height}`;
    this.ground = make("canvas"); // the still part, as it is drawn at this size
    this.readout = make("div", { class: "gdlab-readout", "aria-live": "polite" });
    this.working = make("div", { class: "gdlab-working", role: "status" });
    const frame = make("div", { class: "gdlab-frame", style: `max-width: ${width}px` }, this.canvas, this.working);
    this.inputs = picture.controls.map((control, i) => this.makeControl(control, i));
    const controls = make("div", { class: "gdlab-controls" }, ...this.inputs.map((input) => input.element));
    this.root = make("div", { class: "gdlab-live" }, frame, controls, this.readout);
    this.root.style.maxWidth = `${Math.max(width, 720) + 4}px`;
    // Without this mark, JupyterLab takes the arrow keys of what has the focus for itself.
    for (const own of this.root.querySelectorAll("input, select, button, canvas")) own.dataset.lmSuppressShortcuts = "true";
    el.append(this.root);
    picture.views.add(this);
    this.refresh();
    this.resizer = new ResizeObserver(() => this.draw());
    this.resizer.observe(this.canvas, { box: "device-pixel-content-box" }); // which a zoom changes, too
    this.watcher = new IntersectionObserver((entries) => {
      this.seen = entries.at(-1).isIntersecting;
      picture.lookAhead();
    });
    this.watcher.observe(frame);
  }

  close() {
    this.picture.views.delete(this);
    this.resizer.disconnect();
    this.watcher.disconnect();
    for (const stop of this.stops) stop();
    if (!this.picture.views.size) this.picture.forget();
    this.picture.lookAhead();
  }

  // Say and show what the picture holds.
  refresh() {
    const { picture, root } = this;
    const { locked, over, shown } = picture;
    root.classList.toggle("gdlab-locked", Boolean(locked));
    root.setAttribute("aria-busy", !shown || picture.asked !== null);
    for (const input of this.inputs) input.disable(Boolean(locked));
    this.working.textContent = picture.doing ?? "";
    if (picture.values) for (const input of this.inputs) input.place();
    const error = over || (!locked && picture.values && picture.errors.get(keyOf(picture.values)));
    this.readout.textContent = error || locked || shown?.sentence || "";
    this.readout.classList.toggle("gdlab-error", Boolean(error));
    if (this.drawn !== shown || this.veiled !== locked) this.draw();
  }

  // Draw what the picture shows, as sharp as the screen; behind the veil there are only the frames of its axes.
  draw() {
    const { canvas, ground, picture } = this;
    const { shown, glyphs, stills, locked } = picture;
    if (!shown || !canvas.clientWidth) return;
    [this.drawn, this.veiled] = [shown, locked];
    const scale = Math.min((canvas.clientWidth * devicePixelRatio) / this.width, 4);
    const [width, height, k] = [Math.round(this.width * scale), Math.round(this.height * scale), scale / UNIT];
    const still = locked ? "veil" : shown.still;
    if (this.laid !== still || ground.width !== width) {
      this.laid = still;
      [ground.width, ground.height] = [width, height];
      play(ground.getContext("2d"), k, stills.get(still), glyphs);
    }
    if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
    const pen = canvas.getContext("2d");
    pen.fillStyle = "white";
    pen.fillRect(0, 0, width, height);
    pen.drawImage(ground, 0, 0);
    if (!locked) play(pen, k, shown, glyphs);
    canvas.dataset.frame = locked ? "" : shown.key;
    canvas.setAttribute("aria-label", locked || shown.sentence);
  }

  makeControl(control, i) {
    const { picture } = this;
    const value = make("output", { class: "gdlab-value" });
    const name = make("span", { class: "gdlab-name" }, control.label);
    const say = () => (value.textContent = written(picture.values[i]));
    if (control.kind === "point") {
      this.makePoint(control, i);
      const hint = make("span", { class: "gdlab-hint" }, picture.words.drag);
      return { element: make("div", { class: "gdlab-control" }, name, value, hint), disable() {}, place: say };
    }
    if (control.kind === "drawing") return this.makePad(control, i, name);
    if (control.kind === "text") return this.makeText(control, i, name);
    const choice = control.kind === "choice";
    const input = choice ? make("select") : make("input", { type: "range", min: 0, max: control.positions.length - 1 });
    input.dataset.control = control.name;
    if (choice) for (const option of control.positions) input.append(make("option", { value: option }, option));
    input.addEventListener("input", () => {
      for (const stop of this.stops) stop();
      picture.move(i, choice ? input.value : control.positions[input.valueAsNumber]);
    });
    input.addEventListener("change", () => picture.settle());
    const label = make("label", { class: `gdlab-control gdlab-${control.kind}` }, name, input, ...(choice ? [] : [value]));
    const buttons = control.kind === "steps" ? [this.makePlay(control, i)] : [];
    return {
      element: buttons.length ? make("div", { class: "gdlab-control" }, ...buttons, label) : label,
      disable: (off) => [input, ...buttons].forEach((one) => (one.disabled = off)),
      place: () => {
        input.value = choice ? picture.values[i] : nearest(control.positions, picture.values[i]);
        input.setAttribute("aria-valuetext", say());
      },
    };
  }

  // Play runs through the positions in about six seconds. What is not there in time is waited for, and what should have
  // been shown meanwhile is left out.
  makePlay(control, i) {
    const { picture } = this;
    const button = make("button", { type: "button", class: "gdlab-play", "data-play": control.name });
    const last = control.positions.length - 1;
    const pace = Math.min(200, 6000 / last);
    let timer;
    const say = (playing) => {
      button.textContent = playing ? "❚❚" : "▶";
      button.setAttribute("aria-label", playing ? picture.words.pause : picture.words.play);
    };
    const stop = () => say((timer = clearInterval(timer)));
    this.stops.push(stop);
    button.addEventListener("click", () => {
      if (timer) return stop(), picture.settle();
      const [start, began] = [nearest(control.positions, picture.values[i]) % last, performance.now()];
      picture.move(i, control.positions[start]);
      say(true);
      timer = setInterval(() => {
        const due = Math.min(start + Math.floor((performance.now() - began) / pace), last);
        if (picture.asked === null && picture.values[i] === control.positions[last]) stop(), picture.settle();
        else if (picture.asked === null) picture.move(i, control.positions[due]);
      }, Math.min(pace, 30));
    });
    stop();
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
      const on = (a) => u >= a.left && u <= a.left + a.width && v >= a.top && v <= a.top + a.height;
      return [u, v, picture.locked || !picture.shown ? undefined : picture.areas.find(on)];
    };
    const drag = (event) => {
      const [u, v] = inside(event);
      const x = area.x[0] + ((u - area.left) / area.width) * (area.x[1] - area.x[0]);
      const y = area.y[1] - ((v - area.top) / area.height) * (area.y[1] - area.y[0]);
      picture.move(i, picture.placed(control, x, y));
    };
    canvas.addEventListener("pointerdown", (event) => {
      if (!(area = inside(event)[2])) return;
      event.preventDefault();
      canvas.focus({ preventScroll: true });
      canvas.setPointerCapture(event.pointerId);
      drag(event);
    });
    canvas.addEventListener("pointermove", (event) => {
      canvas.style.cursor = !inside(event)[2] ? "default" : area ? "grabbing" : "grab";
      if (area) drag(event);
    });
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => area && (area = picture.settle()));
    canvas.addEventListener("keydown", (event) => {
      const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] }[event.key];
      if (!way || picture.locked) return;
      event.preventDefault(); // the page would scroll
      const far = event.shiftKey ? 10 : 2;
      picture.move(i, picture.shifted(control, picture.values[i], way[0] * far, way[1] * far));
      picture.settle();
    });
  }

  // A line to type in. What it holds may be refused: then it stays as it was typed, and what is wrong stands beneath.
  makeText(control, i, name) {
    const { picture } = this;
    const note = make("div", { class: "gdlab-refused", role: "alert", id: `gdlab-refused-${Math.random()}` });
    const input = make("input", { type: "text", spellcheck: false, autocomplete: "off", size: 46, "aria-describedby": note.id });
    input.dataset.control = control.name;
    input.addEventListener("input", () => picture.move(i, input.value));
    input.addEventListener("change", () => picture.settle());
    return {
      element: make("div", { class: "gdlab-control gdlab-text" }, make("label", {}, name, " ", input), note),
      disable: (off) => (input.disabled = off),
      place: () => {
        const error = picture.refused?.i === i ? picture.refused.error : "";
        if (!error && input.value !== picture.values[i]) input.value = picture.values[i];
        if (note.textContent !== error) note.textContent = error;
        input.setAttribute("aria-invalid", Boolean(error));
      },
    };
  }

  // A pad: the pointer draws on it, and the button or the Delete key clears it. It shows the learner's own strokes as
  // long as the value is theirs. Of a drawing that was set from code, its 64 numbers are all there is to show.
  makePad(control, i, name) {
    const { picture } = this;
    const drawing = picture.drawings[i];
    const pad = make("canvas", { class: "gdlab-pad", role: "img", "aria-label": `${control.label}: ${picture.words.draw}` });
    pad.setAttribute("aria-keyshortcuts", "Delete");
    pad.dataset.control = control.name;
    const button = make("button", { type: "button", class: "gdlab-clear" }, picture.words.clear);
    const change = () => {
      drawing.counts = counted(drawing.strokes);
      picture.move(i, drawing.counts);
    };
    const clear = () => {
      drawing.strokes = [];
      change();
      picture.settle();
    };
    let pointer; // the one that draws
    const placeOf = (event) => {
      const box = pad.getBoundingClientRect();
      const place = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
      return place.map((v) => Math.min(Math.max(v, 0), 1));
    };
    pad.addEventListener("pointerdown", (event) => {
      if (picture.locked || !event.isPrimary || event.button) return;
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
    for (const end of ["pointerup", "pointercancel"]) {
      pad.addEventListener(end, (event) => event.pointerId === pointer && (pointer = picture.settle()));
    }
    pad.addEventListener("keydown", (event) => {
      if (picture.locked || !["Delete", "Backspace"].includes(event.key)) return;
      event.preventDefault();
      clear();
    });
    button.addEventListener("click", clear);
    const hint = make("span", { class: "gdlab-hint" }, picture.words.draw);
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
        const pen = pad.getContext("2d");
        pen.scale(pad.width, pad.height);
        if (drawing.strokes.length) return ink(pen, drawing.strokes, 0.08);
        counts.forEach((count, k) => {
          pen.globalAlpha = count / 16;
          pen.fillRect((k % 8) / 8, (k >> 3) / 8, 1 / 8, 1 / 8);
        });
      },
    };
  }
}

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
  const scaled = ([x, y]) => [
    CELLS / 2 + ((x - (left + right) / 2) / broad) * (BROAD - PEN),
    CELLS / 2 + ((y - (top + bottom) / 2) / high) * (HIGH - PEN),
  ];
  cells.clearRect(0, 0, CELLS, CELLS);
  ink(cells, strokes.map((stroke) => stroke.map(scaled)), PEN);
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
function ink(pen, strokes, width) {
  pen.lineWidth = width;
  pen.lineCap = pen.lineJoin = "round";
  pen.beginPath();
  for (const stroke of strokes) {
    pen.moveTo(...stroke[0]);
    pen.lineTo(stroke[0][0] + 1e-3, stroke[0][1]); // a line without any length would not be drawn
    for (const place of stroke) pen.lineTo(...place);
  }
  pen.stroke();
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
