// The browser's half of a prediction (the kernel's is predictions.py): a question, its choices or a line to type a number
// in, and a button. It sends answer {answer}: the choice, the text, or null for what is set in the picture below; `verdict`
// comes back as a trait, so that a page loaded anew still shows it. A verdict without `right` is a remark only.

function render({ model, el }) {
  const [words, kind, ways] = ["words", "kind", "ways"].map((name) => model.get(name));
  const own = { choice: { type: "radio", name: `gdlab-question-${Math.random()}` }, number: { type: "text", size: 8 } }[kind];
  const inputs = own ? ways.map((value) => make("input", { ...own, value: kind === "choice" ? value : "" })) : [];
  const legend = make("legend", {}, make("b", {}, words.first), " ", model.get("question"));
  const labels = ways.map((way, i) => make("label", {}, inputs[i] ?? "", " ", way));
  const button = make("button", { type: "button", class: "gdlab-confirm" }, words.confirm);
  const note = make("p", { class: "gdlab-verdict", "aria-live": "polite" });
  const box = make("fieldset", { class: "gdlab-question" }, legend, ...labels, button, note);
  const answer = () => (kind === "guess" ? null : kind === "number" ? inputs[0].value.trim() : inputs.find((one) => one.checked)?.value);
  const update = () => {
    const { choice, right, explanation } = model.get("verdict");
    box.disabled = right !== undefined; // it has been answered
    for (const input of inputs) {
      if (box.disabled && kind === "choice") input.checked = input.value === choice;
      if (box.disabled && kind === "number" && choice !== undefined) input.value = choice;
    }
    button.disabled = box.disabled || answer() === undefined || answer() === "";
    const mark = make("b", { style: `color: ${right ? "#009e73" : "#d55e00"}` }, right ? "✓ " : "✗ ");
    note.replaceChildren(...(box.disabled ? [mark] : []), explanation ?? "");
  };
  box.addEventListener("input", update);
  button.addEventListener("click", () => {
    button.disabled = true;
    try {
      model.send({ kind: "answer", answer: answer() });
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
