"""A live picture in a plain page: view.js with a model that answers from what a test gives it, without Jupyter.

    with plain_page(chromium) as page:
        shown = Shown(page, picture)      # a `Live`
        shown.set(lr=0.5)                 # as a cell would
        shown.pixels()                    # of its canvas, shape (height, width, 3)
"""

import asyncio
import base64
import io
import json
import threading
from contextlib import contextmanager
from pathlib import Path

import gdlab
import numpy as np
from PIL import Image

from gdlab.pictures.view import View

HOME = Path(gdlab.__file__).parent / "pictures"

# A model as anywidget hands it to a view. `sent` is what the view sent; `told(buffer)` is what a kernel would send.
MODEL = """
class Model {
    constructor(traits) { this.traits = traits; this.heard = {}; this.sent = []; this.alive = true; }
    get(name) { return this.traits[name]; }
    on(name, heard) { (this.heard[name] ??= []).push(heard); }
    off() {}
    fire(name, ...what) { for (const heard of this.heard[name] ?? []) heard(...what); }
    set(traits) {
        Object.assign(this.traits, traits);
        for (const name of Object.keys(traits)) this.fire("change:" + name);
    }
    send(message) { if (!this.alive) throw new Error("Cannot send"); this.sent.push(structuredClone(message)); }
    told(buffer) { this.fire("msg:custom", { kind: "frames" }, [bytes(buffer)]); }
}
const bytes = (text) => new DataView(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
const revived = (traits) => Object.fromEntries(Object.entries(traits).map(
    ([name, value]) => [name, value?.bytes === undefined ? value : bytes(value.bytes)]));
window.models = [];
window.show = async (traits) => {
    const model = new Model(revived(traits));
    const widget = widgetOf();
    await widget.initialize({ model });
    const el = Object.assign(document.createElement("div"), { id: `model-${models.length}` });
    document.body.append(el);
    model.close = await widget.render({ model, el });
    model.el = el;
    models.push(model);
    return models.length - 1;
};
"""


@contextmanager
def plain_page(browser, script=None, **options):
    """A page of Chromium that knows view.js, or another script in its stead; `options` are those of Playwright's new_page."""
    page = browser.new_page(**{"viewport": {"width": 1200, "height": 1000}, **options})
    page.set_content("<!doctype html><body style='margin: 8px'></body>")
    page.add_style_tag(content=(HOME / "view.css").read_text())
    script = (script or View._esm).replace("export default", "window.widgetOf =")
    page.add_script_tag(content=f"{script}\nObject.assign(window, {{ play, trace, UNIT, written }});\n{MODEL}", type="module")
    page.wait_for_function("() => Boolean(window.show)")
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: message.type == "error" and errors.append(message.text))
    try:
        yield page
    finally:
        page.close()
    assert not errors, errors


class Shown:
    """A picture that is shown in a plain page."""

    def __init__(self, page, live):
        self.page, self.live = page, live
        self.index = page.evaluate("traits => show(traits)", self._traits(live.view.get_state()))
        self.root = page.locator(f"#model-{self.index} .gdlab-live")
        self.canvas = self.root.locator("canvas.gdlab-picture")

    def _traits(self, state):
        raw = {name: {"bytes": base64.b64encode(value).decode()} for name, value in state.items() if isinstance(value, bytes)}
        return {name: value for name, value in state.items() if not name.startswith("_")} | raw

    def set(self, **values):
        """Move the controls as a cell does; returns the sentence."""
        sentence = self.live.set(**values)
        told = {"start": self.live.view.start}
        self.page.evaluate("([i, traits]) => models[i].set(revived(traits))", [self.index, self._traits(told)])
        self.wait()
        return sentence

    def close(self):
        """Take the picture from the page."""
        self.page.evaluate("i => { models[i].close(); models[i].el.remove(); }", self.index)

    def wait(self):
        """Wait until the page shows what the kernel holds."""
        self.page.wait_for_function(
            "([canvas, key]) => canvas.dataset.frame && canvas.dataset.frame === JSON.stringify(JSON.parse(key))",
            arg=[self.canvas.element_handle(), json.dumps(list(self.live.values.values()))],
        )

    def pixels(self):
        """The canvas as the page draws it, shape (height, width, 3), from 0 to 255."""
        url = self.canvas.evaluate("canvas => canvas.toDataURL('image/png')")
        return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))).convert("RGB"))

    def sent(self, kind=None):
        """The messages that the page has sent and that no one has taken yet, of one kind or all."""
        messages = self.page.evaluate("i => models[i].sent.splice(0)", self.index)
        return [message for message in messages if kind in (None, message["kind"])]

    def answer(self, messages):
        """Hand messages to the kernel, and what it answers to the page; returns how many messages that were."""
        told = []

        def send(_content, buffers):
            told.append(bytes(buffers[0]))
            if self.live.view._plan:
                self.live.view._plan.unread = 0  # a page that reads at once

        self.live.view.send = send

        async def talk():
            for message in messages:
                self.live.view._receive(None, message, [])
            while self.live.view._plan:
                await asyncio.sleep(0)

        # In a thread of its own: Playwright has the loop of this one.
        thread = threading.Thread(target=lambda: asyncio.run(talk()))
        thread.start()
        thread.join()
        for buffer in told:
            self.tell(buffer)
        return len(told)

    def tell(self, buffer):
        """Send the page a message of frames."""
        self.page.evaluate("([i, text]) => models[i].told(text)", [self.index, base64.b64encode(buffer).decode()])
        self.page.evaluate("async () => { await new Promise(go => setTimeout(go, 60)); }")
