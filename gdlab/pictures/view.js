// The browser's half of a live picture (the kernel's is view.py). A frame is a list of drawing commands, which player.js
// draws over the still part of the figure, at any size and at once. A Picture keeps the frames that it has seen by the
// values of the controls. A move shows the kept frame, or else asks for it, one question at a time: while an answer is on
// its way only the newest position waits. What is in view has its other positions made ahead. Nothing here needs a kernel:
// a model whose `send` answers from a file will do. What is sent to it:
//   show {values, again}   this frame now; `again` if the answer has not come
//   ahead {wanted}         these frames when there is time, and none of those wanted before
//   moved {values}         a kept frame was shown: these are the values
//   got {}                 there is room for another message of frames
// with the page, its turn (a growing number), and the `glyphs` and `stills` that it knows. Frames come as messages; the
// trait `start` tells the first of them.

const VERSION = 1; // of messages and commands
const STORE = 6e6; // characters of frames kept; the oldest go first
const REST = 100; // ms without a move before frames are asked for ahead of time
const PATIENCE = 150; // ms without an answer before the picture says that it is working
const AGAIN = 1000; // ms without one before it asks again: the first question may stand behind a cell that runs
const AROUND = [-6, -4, -2, 0, 2, 4, 6].flatMap((h, _i, all) => all.map((v) => [h, v])); // grid steps ahead of a point
AROUND.sort((a, b) => Math.hypot(...a) - Math.hypot(...b));
const keyOf = (values) => JSON.stringify(values);

// A value as the sentences have it (words.py): 1413, 0.1, −2.5, 3 × 10⁻⁷.
function written(value) {
  if (Array.isArray(value)) return `(${value.map(written).join(", ")})`;
  const size = Math.abs(value);
  let text = String(size < 1000 ? Number(value.toPrecision(3)) : Math.round(value));
  if (size >= 1e6 || (size && size < 1e-4)) {
    const [digits, power] = value.toExponential(2).split("e").map(Number);
    text = `${digits} × 10${String(power).replace(/./g, (sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)])}`;
  }
  return text.replace("-", "−");
}

// The number of the position that is nearest to a value.
function nearest(positions, value) {
  if (typeof value !== "number") return positions.indexOf(value);
  const far = positions.map((position) => Math.abs(position - value));
  return far.indexOf(Math.min(...far));
}

// Follow a pointer from where `begin` takes it up until it is let go.
function follow(element, begin, move, end) {
  element.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button || !begin(event)) return;
    event.preventDefault();
    element.focus({ preventScroll: true });
    element.setPointerCapture(event.pointerId);
    move(event);
  });
  element.addEventListener("pointermove", (event) => element.hasPointerCapture(event.pointerId) && move(event));
  element.addEventListener("lostpointercapture", end);
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
    this.errors = new Map(); // what the lesson's function raised, by the values: not asked for ahead again
    this.frames = new Map(); // JSON of the frames, by the values of the controls
    this.stored = 0; // characters of all of them
    [this.moved, this.lastMove] = [0, 0]; // the control that moved last, and when, in ms of the page's clock
    this.asked = null; // the key of the frame that is on its way
    this.plan = null; // the turn of the frames wanted ahead that are still to come,
    this.place = null; // and where the picture stood then: what the kernel had no time for is not asked for again
    this.over = model.get("gone"); // why nothing new will come
    this.views = new Set();
    this.reading = Promise.resolve(); // the reading of what has come
    const begin = () => model.get("start").byteLength && this.read(model.get("start"));
    begin();
    model.on("change:start", begin);
    model.on("msg:custom", (_message, [buffer]) => this.read(buffer));
    for (const name of ["locked", "free", "marks"]) model.on(`change:${name}`, () => this.update());
    model.on("change:gone", () => this.end(model.get("gone")));
    // A kernel that restarts lets go of the model. A moment later it is known whether it is there again.
    model.on("comm_live_update", () => setTimeout(() => this.send("got"), 500));
  }

  get locked() { return this.model.get("locked"); }
  // While a prediction is open, only what it asks for moves; where that is no point on a map, nothing is to be seen.
  isFree(i) { return !this.locked || i === this.model.get("free"); }
  get veiled() { return this.controls[this.model.get("free")]?.kind === "point" ? "" : this.locked; }
  get areas() { return this.stills.get(this.shown.still).areas; }
  get key() { return this.values && keyOf(this.values); }
  forget() { [this.frames, this.stored, this.place] = [new Map(), 0, null]; }
  tell() { for (const view of this.views) view.refresh(); }

  // Read an answer, after those that came before: a header, the still parts, and lines of [values, tab, frame].
  read(buffer) {
    const step = async () => {
      const [first, second, ...lines] = (await inflated(buffer)).split("\n");
      const header = JSON.parse(first);
      if (header.version !== VERSION || header.count !== lines.length) throw new Error("another version, or cut short");
      if (header.first > this.glyphs.length) return this.update(); // it is for a page that knows more glyphs
      header.glyphs.forEach(([letters, steps], i) => trace((this.glyphs[header.first + i] = new Path2D()), letters, steps, 1));
      for (const [name, still] of Object.entries(JSON.parse(second))) this.stills.set(name, still);
      const keys = lines.map((line) => this.arrive(header, ...line.split("\t")));
      const ahead = header.page === this.page && header.turn === this.plan;
      if (ahead && header.over) this.plan = null;
      else if (ahead) this.send("got", { turn: this.plan });
      this.update(keys.at(-1));
    };
    this.reading = this.reading.then(step).catch(() => this.end(this.words.broken));
  }

  // A frame has come, or what is wrong in its stead. Returns the key that it is kept by.
  arrive({ page }, told, text) {
    const [values, { error, refused: i }] = [JSON.parse(told), text.startsWith('{"error"') ? JSON.parse(text) : {}];
    const key = keyOf(values);
    if (!page) [this.values, this.refused] = [values]; // at first, or when code has moved a control
    if (key === this.asked) this.answered();
    if (!error) this.keep(key, text);
    else if (this.controls[i]?.kind !== "text") this.errors.set(key, error);
    else if (key === this.key) {
      // A text that cannot be read: the picture stays as it was, and the other controls go on from there.
      this.refused = { i, error };
      this.values = this.values.with(i, JSON.parse(this.shown.key)[i]);
      this.settle();
    }
    return key;
  }

  // A learner's hand: control number i goes to a value.
  move(i, value) {
    if (this.refused?.i === i) this.refused = undefined;
    if (!this.values || keyOf(this.values[i]) === keyOf(value)) return this.tell();
    this.values = this.values.with(i, value);
    [this.moved, this.lastMove] = [i, performance.now()];
    if (this.controls[i].kind === "drawing") this.forget(); // nobody draws the same twice
    this.update();
  }

  // Bring the picture to the values, from the store or by asking: unless they have just been answered, by an error.
  update(answered) {
    const { key } = this;
    const text = this.frames.get(key);
    if (text && this.shown?.text !== text) this.shown = { key, text, ...JSON.parse(text) };
    if (this.shown?.key !== key && key !== answered && this.asked === null) this.ask();
    this.tell();
    this.lookAhead();
  }

  ask(patience = AGAIN) {
    if (this.over || this.veiled) return;
    this.asked = this.key;
    const say = (what) => this.tell((this.doing = this.words[what]));
    this.waiting ??= setTimeout(say, PATIENCE, "working");
    if (patience > 2 * AGAIN) say("waiting");
    this.again = setTimeout(() => this.ask(2 * patience), patience);
    this.send("show", { values: this.values, again: patience > AGAIN });
  }

  answered() {
    for (const timer of [this.waiting, this.again]) clearTimeout(timer);
    this.asked = this.waiting = this.doing = null;
  }

  // Tell the kernel where a drag through kept frames has ended.
  settle() { if (this.asked === null && !this.over) this.send("moved", { values: this.values }); }

  send(kind, what) {
    const known = { glyphs: this.glyphs.length, stills: [...this.stills.keys()] };
    try {
      this.model.send({ kind, page: this.page, turn: ++this.turn, ...known, ...what });
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
    for (const [first, { length }] of this.frames) {
      if (this.stored <= STORE || first === key) break;
      this.frames.delete(first);
      this.stored -= length;
    }
    if (this.stills.size < 9) return;
    const stood = new Set(["veil", this.shown?.still, ...[...this.frames.values()].map((frame) => JSON.parse(frame).still)]);
    for (const name of this.stills.keys()) if (!stood.has(name)) this.stills.delete(name);
  }

  // Ask for the frames that may be wanted next, once the hand rests: a plan that is under way goes on meanwhile.
  lookAhead() {
    clearTimeout(this.resting);
    const [seen, place] = [[...this.views].some((view) => view.seen), `${this.moved} ${this.key}`];
    if (!seen && this.plan !== null) this.plan = this.place = this.send("ahead", { wanted: [] }) ?? null;
    if (!seen || !this.shown || this.over || this.asked !== null) return;
    const rest = this.lastMove + REST - performance.now();
    if (rest > 0) return (this.resting = setTimeout(() => this.lookAhead(), rest));
    if (this.plan !== null && this.place === place) return;
    const wanted = this.wanted();
    const done = !wanted.length || this.place === place;
    for (const view of this.views) view.root.dataset.ahead = done ? "done" : "";
    if (done) return;
    [this.plan, this.place] = [this.turn + 1, place];
    this.send("ahead", { wanted });
  }

  // The positions along each control, that of the hand first, that have not come: as many as there is room for.
  wanted() {
    const order = [...this.controls.keys()].sort((i, j) => (j === this.moved) - (i === this.moved));
    const all = order.flatMap((i) => this.neighbours(i).map((value) => this.values.with(i, value)));
    const room = this.frames.size ? (0.7 * STORE * this.frames.size) / this.stored : 0;
    return all.slice(0, room).filter((values) => !this.frames.has(keyOf(values)) && !this.errors.has(keyOf(values)));
  }

  // The positions of a control, nearest first; of a point those around it.
  neighbours(i) {
    const [control, value] = [this.controls[i], this.values[i]];
    if (control.kind === "point") return AROUND.map((steps) => this.placed(control, value, steps));
    const here = nearest(control.positions, value);
    const order = [...control.positions.keys()].sort((j, k) => Math.abs(j - here) - Math.abs(k - here));
    return order.map((j) => control.positions[j]);
  }

  // The place of a point's grid that is nearest to another, or some steps further, and on its map.
  placed({ step }, place, steps = [0, 0]) {
    return place.map((v, axis) => {
      const [low, high] = this.areas[0][axis ? "y" : "x"].map((end) => end / step);
      const k = Math.min(Math.max(Math.round(v / step) + steps[axis], Math.ceil(low - 1e-9)), Math.floor(high + 1e-9));
      return Number((k * step).toFixed(6)) || 0;
    });
  }
}

// One view of a picture in a page; the same picture may be shown twice.
class PictureView {
  constructor(picture, el) {
    this.picture = picture;
    this.stops = []; // of what plays
    const [width, height] = picture.model.get("size");
    this.ground = make("canvas"); // the still part, as it is drawn at this size
    const style = `width: ${width}px; aspect-ratio: ${width} / ${height}`;
    this.canvas = make("canvas", { class: "gdlab-picture", role: "img", width, height, style });
    this.working = make("div", { class: "gdlab-working", role: "status" });
    const frame = make("div", { style: `position: relative; max-width: ${width}px` }, this.canvas, this.working);
    this.inputs = picture.controls.map((control, i) => this.makeControl(control, i));
    this.boxes = this.inputs.map((input) => make("fieldset", {}, input.element));
    this.controls = make("div", { class: "gdlab-controls" }, ...this.boxes);
    this.readout = make("div", { class: "gdlab-readout", "aria-live": "polite" });
    const wide = `max-width: ${Math.max(width, 720) + 4}px`;
    this.root = make("div", { class: "gdlab-live", style: wide }, frame, this.controls, this.readout);
    el.append(this.root);
    picture.views.add(this);
    this.refresh();
    const see = (entries) => picture.lookAhead((this.seen = entries.at(-1).isIntersecting));
    this.observers = [new ResizeObserver(this.draw), new IntersectionObserver(see)];
    for (const observer of this.observers) observer.observe(this.canvas);
    addEventListener("resize", this.draw); // a zoom may leave the canvas as wide as it was
  }

  close = () => {
    this.picture.views.delete(this);
    for (const observer of this.observers) observer.disconnect();
    removeEventListener("resize", this.draw);
    for (const stop of this.stops) stop();
    for (const canvas of [this.canvas, this.ground]) canvas.width = canvas.height = 0; // Jupyter keeps a model's last view
    if (!this.picture.views.size) this.picture.forget();
    this.picture.lookAhead();
  };

  // Say and show what the picture holds.
  refresh() {
    const { locked, veiled, over, shown, key, asked, doing, errors } = this.picture;
    this.root.classList.toggle("gdlab-locked", Boolean(locked));
    this.root.classList.toggle("gdlab-veiled", Boolean(veiled));
    this.root.setAttribute("aria-busy", !shown || asked !== null);
    this.boxes.forEach((box, i) => (box.disabled = !this.picture.isFree(i)));
    this.working.textContent = doing ?? "";
    if (key) for (const input of this.inputs) input.place();
    const error = over || (!veiled && errors.get(key));
    this.readout.textContent = error || veiled || shown?.sentence || "";
    this.readout.classList.toggle("gdlab-error", Boolean(error));
    if (this.drawn !== shown || this.veiled !== veiled) this.draw();
  }

  // Draw what the picture shows, as sharp as the screen; behind the veil there are only the frames of its axes.
  draw = () => {
    const { canvas, ground, picture } = this;
    const { shown, glyphs, stills, veiled } = picture;
    if (!shown || !canvas.clientWidth) return;
    [this.drawn, this.veiled] = [shown, veiled];
    const size = picture.model.get("size");
    const scale = Math.min((canvas.clientWidth * devicePixelRatio) / size[0], 4);
    const [width, height] = size.map((side) => Math.round(side * scale));
    const still = veiled ? "veil" : shown.still;
    const paint = (pen, frame) => play(pen, scale / UNIT, frame, glyphs);
    if (this.laid !== still || ground.width !== width) {
      [this.laid, canvas.width, canvas.height, ground.width, ground.height] = [still, width, height, width, height];
      paint(ground.getContext("2d"), stills.get(still));
    }
    const pen = canvas.getContext("2d");
    pen.drawImage(ground, 0, 0);
    if (!veiled) paint(pen, shown);
    canvas.dataset.frame = veiled ? "" : shown.key;
    canvas.setAttribute("aria-label", veiled || shown.sentence);
  };

  // A control: its element, and how to bring it to where the picture stands. A text that is refused stays as it was typed.
  makeControl(control, i) {
    const [{ picture }, { kind, positions }] = [this, control];
    if (kind === "drawing") return makePad(picture, control, i); // pad.js
    if (kind === "blanks") return makeBlanks(picture, control, i, this.canvas); // blanks.js
    const value = make("output", { class: "gdlab-value" });
    const say = () => (value.textContent = written(picture.values[i]));
    if (kind === "point") {
      this.makePoint(control, i);
      const hint = make("span", { class: "gdlab-hint" }, picture.words.drag);
      return { element: make("div", { class: "gdlab-control" }, control.label, value, hint), place: say };
    }
    const note = make("div", { class: "gdlab-refused", role: "alert", id: `gdlab-refused-${Math.random()}` });
    const line = { type: "text", spellcheck: false, autocomplete: "off", size: 46, "aria-describedby": note.id };
    const range = { type: "range", min: 0, max: positions.length - 1 };
    const input = kind === "choice" ? make("select") : make("input", kind === "text" ? line : range);
    if (kind === "choice") input.append(...positions.map((word) => new Option(word)));
    const ranged = input.type === "range";
    const marks = make("span", { class: "gdlab-marks", "aria-hidden": true }); // what was guessed, and what is true
    input.dataset.control = control.name;
    input.addEventListener("input", () => {
      for (const stop of this.stops) stop();
      picture.move(i, ranged ? positions[input.valueAsNumber] : input.value);
    });
    input.addEventListener("change", () => picture.settle());
    const place = () => {
      const error = picture.refused?.i === i ? picture.refused.error : "";
      const here = ranged ? nearest(positions, picture.values[i]) : picture.values[i];
      if (!error && input.value !== here) input.value = here;
      if (note.textContent !== error) note.textContent = error;
      input.setAttribute("aria-invalid", Boolean(error));
      if (ranged) input.setAttribute("aria-valuetext", say());
      const told = picture.model.get("marks")[control.name] ?? [];
      if (marks.dataset.told !== told.join()) marks.replaceChildren(...told.map((mark, k) => {
        const left = `left: calc(8px + ${nearest(positions, mark) / (positions.length - 1)} * (100% - 16px))`;
        return make("span", { style: left, title: written(mark) }, k ? "✓" : "?");
      }));
      marks.dataset.told = told.join();
    };
    const play = kind === "steps" ? [this.makePlay(control, i)] : [];
    const track = ranged ? [make("span", { class: "gdlab-track" }, input, marks), value] : [input];
    const label = make("label", { class: "gdlab-control" }, control.label, ...track);
    const parts = [...play, label, ...(kind === "text" ? [note] : [])];
    return { element: make("div", { class: `gdlab-control gdlab-${kind}` }, ...parts), place };
  }

  // Play takes about six seconds. What is not there in time is waited for, and what was due meanwhile is left out.
  makePlay({ name, positions }, i) {
    const { picture } = this;
    const button = make("button", { type: "button", class: "gdlab-play", "data-play": name });
    const last = positions.length - 1;
    const pace = Math.min(200, 6000 / last);
    let timer;
    const stop = () => {
      timer = clearInterval(timer);
      Object.assign(button, { textContent: "▶", ariaLabel: picture.words.play });
    };
    const run = (start, began) => {
      if (picture.asked !== null) return;
      const due = Math.min(start + Math.floor((performance.now() - began) / pace), last);
      if (picture.values[i] === last) stop(), picture.settle();
      else picture.move(i, due);
    };
    button.addEventListener("click", () => {
      if (timer) return stop(), picture.settle();
      const start = picture.values[i] % last;
      picture.move(i, start);
      Object.assign(button, { textContent: "❚❚", ariaLabel: picture.words.pause });
      timer = setInterval(run, Math.min(pace, 30), start, performance.now());
    });
    stop();
    this.stops.push(stop);
    return button;
  }

  // The pointer drags the point on its map; the arrow keys move it when the picture has the focus.
  makePoint(control, i) {
    const { canvas, picture } = this;
    canvas.tabIndex = 0;
    canvas.classList.add("gdlab-draggable");
    let area; // the map on which a drag began
    const within = (event, { left, top, width, height }) =>
      [(event.offsetX / canvas.clientWidth - left) / width, (event.offsetY / canvas.clientHeight - top) / height];
    const areaAt = (event) => {
      const on = (one) => within(event, one).every((part) => part >= 0 && part <= 1);
      return picture.isFree(i) && picture.shown ? picture.areas.find(on) : undefined;
    };
    const drag = (event) => {
      const [[right, down], [x0, x1], [y0, y1]] = [within(event, area), area.x, area.y];
      picture.move(i, picture.placed(control, [x0 + right * (x1 - x0), y1 - down * (y1 - y0)]));
    };
    follow(canvas, (event) => (area = areaAt(event)), drag, () => (area = picture.settle()));
    const cursor = (event) => (area ? "grabbing" : areaAt(event) ? "grab" : "default");
    canvas.addEventListener("pointermove", (event) => (canvas.style.cursor = cursor(event)));
    canvas.addEventListener("keydown", (event) => {
      const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] }[event.key];
      if (!way || !picture.isFree(i)) return;
      event.preventDefault(); // the page would scroll
      picture.move(i, picture.placed(control, picture.values[i], way.map((steps) => steps * (event.shiftKey ? 10 : 2))));
      picture.settle();
    });
  }
}

export default () => {
  let picture;
  return {
    initialize: ({ model }) => void (picture = new Picture(model)),
    render: ({ el }) => new PictureView(picture, el).close,
  };
};
