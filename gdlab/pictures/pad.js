// The pad on which a digit is drawn, a control of a live picture. The pointer draws on it, and the button or the Delete key
// clears it. It shows the learner's own strokes as long as the value is theirs, and its 64 numbers where code has set it.
function makePad(picture, control, i) {
  const drawing = (control.drawing ??= { strokes: [], counts: [] });
  const said = { role: "img", "aria-label": `${control.label}: ${picture.words.draw}`, "aria-keyshortcuts": "Delete" };
  const pad = make("canvas", { class: "gdlab-pad", "data-control": control.name, ...said });
  const hint = make("span", { class: "gdlab-hint" }, picture.words.draw);
  const button = make("button", { type: "button", class: "gdlab-clear" }, picture.words.clear);
  const change = () => picture.move(i, (drawing.counts = counted(drawing.strokes)));
  const clear = () => {
    drawing.strokes = [];
    change();
    picture.settle();
  };
  const draw = (event) => {
    const box = pad.getBoundingClientRect();
    const placeOf = ({ clientX, clientY }) =>
      [(clientX - box.left) / box.width, (clientY - box.top) / box.height].map((v) => Math.min(Math.max(v, 0), 1));
    // All places since the last event, so that a quick stroke stays round when the page is busy. None if it was cleared.
    drawing.strokes.at(-1)?.push(...[event.getCoalescedEvents?.() ?? [], event].flat().map(placeOf));
    change();
  };
  follow(pad, () => !picture.locked && drawing.strokes.push([]), draw, () => picture.settle());
  pad.addEventListener("keydown", (event) => {
    if (!picture.locked && ["Delete", "Backspace"].includes(event.key)) clear();
  });
  button.addEventListener("click", clear);
  const place = () => {
    const counts = picture.values[i];
    if (keyOf(drawing.counts) !== keyOf(counts)) drawing.strokes = [];
    pad.tabIndex = picture.locked ? -1 : 0;
    pad.width = pad.height = 8 * Math.round(25 * devicePixelRatio); // 8 x 8 blocks of whole pixels, on 200 CSS pixels
    const pen = pad.getContext("2d");
    pen.scale(pad.width, pad.height);
    if (drawing.strokes.length) return ink(pen, drawing.strokes, 0.08);
    counts.forEach((count, k) => {
      pen.globalAlpha = count / 16;
      pen.fillRect((k % 8) / 8, (k >> 3) / 8, 1 / 8, 1 / 8);
    });
  };
  const beside = make("div", { class: "gdlab-beside" }, control.label, hint, button);
  return { element: make("div", { class: "gdlab-control" }, pad, beside), place };
}

// The 64 numbers of a drawing, made from its strokes as those of the UCI digits were made from scans, by programs of
// NIST (M. D. Garris et al., NIST Form-Based Handprint Recognition System, NISTIR 5469, 1994). They scaled the box around a
// digit to 20 x 32 cells, in the middle of 32 x 32, and sheared it until the left end of its top row stood above that of
// its bottom row. Of each 4 x 4 block the inked cells were counted. A pen 5 cells wide leaves about as much ink as theirs.
const [CELLS, BROAD, HIGH, PEN] = [32, 20, 32, 5];
const cells = make("canvas", { width: CELLS, height: CELLS }).getContext("2d", { willReadFrequently: true });

function counted(strokes) {
  const counts = new Array(64).fill(0);
  if (!strokes.length) return counts;
  const sides = [0, 1].map((axis) => strokes.flat().map((place) => place[axis]));
  const [left, top] = sides.map((side) => Math.min(...side));
  const [wide, tall] = [Math.max(...sides[0]) - left, Math.max(...sides[1]) - top];
  // No side counts as less than half of the other: a line, or the first stroke of a digit, is not blown up to a blot.
  const [x, y] = [(BROAD - PEN) / Math.max(wide, tall / 2, 0.01), (HIGH - PEN) / Math.max(tall, wide / 2, 0.01)];
  const scaled = ([u, v]) => [CELLS / 2 + (u - left - wide / 2) * x, CELLS / 2 + (v - top - tall / 2) * y];
  cells.clearRect(0, 0, CELLS, CELLS);
  ink(cells, strokes.map((stroke) => stroke.map(scaled)), PEN);
  const pixels = cells.getImageData(0, 0, CELLS, CELLS).data;
  const across = [...Array(CELLS).keys()];
  const rows = across.map((y) => across.filter((x) => pixels[4 * (CELLS * y + x) + 3] > 127)); // the inked x of each y
  const inked = rows.filter((row) => row.length);
  const slope = (inked[0][0] - inked.at(-1)[0]) / (CELLS - 1);
  rows.forEach((row, y) => {
    const sheared = row.map((x) => x + Math.round(slope * (y - (CELLS - 1) / 2)));
    for (const x of sheared) if (x >= 0 && x < CELLS) counts[8 * (y >> 2) + (x >> 2)] += 1;
  });
  return counts;
}

// Strokes of a round pen, all at once: where two of them cross, it is no darker.
function ink(pen, strokes, width) {
  [pen.lineWidth, pen.lineCap, pen.lineJoin] = [width, "round", "round"];
  pen.beginPath();
  for (const [[x, y], ...places] of strokes) {
    pen.moveTo(x, y);
    for (const place of [[x + 1e-3, y], ...places]) pen.lineTo(...place); // a line without any length would not be drawn
  }
  pen.stroke();
}
