// The browser's half of a prediction (the kernel's is predictions.py): a question, its choices, and a button.
// It sends answer {index of the choice}; `verdict` comes back as a trait, so that a page loaded anew still shows it.

function render({ model, el }) {
  const words = model.get("words");
  const own = { type: "radio", name: `gdlab-question-${Math.random()}` };
  const inputs = model.get("choices").map((choice) => make("input", { ...own, value: choice }));
  const legend = make("legend", {}, make("b", {}, words.first), " ", model.get("question"));
  const labels = inputs.map((input) => make("label", {}, input, " ", input.value));
  const button = make("button", { type: "button", class: "gdlab-confirm" }, words.confirm);
  const note = make("p", { class: "gdlab-verdict", "aria-live": "polite" });
  const box = make("fieldset", { class: "gdlab-question" }, legend, ...labels, button, note);
  const update = () => {
    const { choice, right, explanation } = model.get("verdict");
    box.disabled = choice !== undefined; // it has been answered
    for (const input of inputs) input.checked = box.disabled ? input.value === choice : input.checked;
    button.disabled = !inputs.some((input) => input.checked);
    const mark = make("b", { style: `color: ${right ? "#009e73" : "#d55e00"}` }, right ? "✓ " : "✗ ");
    note.replaceChildren(...(box.disabled ? [mark, explanation] : []));
  };
  box.addEventListener("change", update);
  button.addEventListener("click", () => {
    button.disabled = true;
    try {
      model.send({ kind: "answer", index: inputs.findIndex((input) => input.checked) });
    } catch {
      note.textContent = words.gone;
    }
  });
  model.on("change:verdict", update);
  update();
  el.append(box);
  return () => model.off("change:verdict", update);
}

export default { render };
