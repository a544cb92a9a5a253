// The blanks in a picture, a control of it: fields to type a number in, each over the place that the kernel has drawn for it.
// They are placed in percent of the frame, so that they stay there at any width; Tab goes from one to the next.
function makeBlanks(picture, control, i, canvas) {
  const own = { type: "text", maxlength: 20, autocomplete: "off", spellcheck: false };
  const fields = control.blanks.map((label) => make("input", { ...own, "aria-label": label }));
  const layer = make("div", { class: "gdlab-blanks", "data-control": control.name }, ...fields);
  canvas.after(layer);
  layer.addEventListener("input", () => picture.move(i, fields.map((field) => field.value)));
  layer.addEventListener("change", () => picture.settle());
  const place = () => {
    layer.hidden = Boolean(picture.veiled);
    const places = picture.stills.get(picture.shown?.still)?.blanks[control.name] ?? [];
    fields.forEach((field, k) => {
      field.disabled = !picture.isFree(i);
      if (field.value !== picture.values[i][k]) field.value = picture.values[i][k];
      const [left, top, width, height] = (places[k] ?? []).map((part) => `${part}%`);
      Object.assign(field.style, { left, top, width, height });
    });
  };
  return { element: "", place };
}
