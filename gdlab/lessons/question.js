// The browser's half of a prediction (the kernel's is in lesson.py): a question, its choices, and a button.
//
// Sends answer {index of the choice} to the kernel; `verdict` comes back as a trait, so that a page loaded anew still shows it.

const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

function render({ model, el }) {
  const words = model.get("words");
  const group = `gdlab-question-${Math.random()}`;
  // Without the mark, JupyterLab takes the arrow keys for itself.
  const own = { type: "radio", name: group, "data-lm-suppress-shortcuts": "true" };
  const inputs = model.get("choices").map((choice) => make("input", { ...own, value: choice }));
  const button = make("button", { type: "button", class: "gdlab-confirm" }, words.confirm);
  const note = make("p", { class: "gdlab-verdict", "aria-live": "polite" });
  const box = make(
    "fieldset",
    { class: "gdlab-question" },
    make("legend", {}, make("b", {}, words.first), " ", model.get("question")),
    ...inputs.map((input) => make("label", {}, input, " ", input.value)),
    button,
    note,
  );
  const update = () => {
    const verdict = model.get("verdict");
    const answered = "choice" in verdict;
    for (const input of inputs) {
      input.disabled = answered;
      if (answered) input.checked = input.value === verdict.choice;
    }
    button.disabled = answered || !inputs.some((input) => input.checked);
    note.replaceChildren();
    if (answered) note.append(make("b", {}, verdict.right ? "✓ " : "✗ "), verdict.explanation);
    note.classList.toggle("gdlab-right", answered && verdict.right);
    note.classList.toggle("gdlab-wrong", answered && !verdict.right);
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
