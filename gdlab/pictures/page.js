// What the scripts of a picture and of a question share.

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  // Without this mark, JupyterLab takes the arrow keys of what has the focus for itself.
  if (["input", "select", "button", "canvas"].includes(tag)) element.dataset.lmSuppressShortcuts = "true";
  return element;
}
