"""A real browser on a real Jupyter: the one way in which our tests drive the lessons as a learner does.

`JupyterServer` starts JupyterLab or Notebook 7 on a copy of a folder of notebooks (Jupyter saves by itself
what is driven, stale views included) with settings of its own, so that neither the user's configuration nor
the internet has a say. `open_chromium` starts Chromium through Playwright. `server.open(page, name)` gives a
`Notebook`: it runs all cells, reports what went wrong in cells and console, and moves sliders with real mouse
events.

    with open_chromium() as browser, JupyterServer(folder, "lab") as server:
        notebook = server.open(browser.new_page(viewport=VIEWPORT), "lesson.ipynb")
        notebook.run_all()
        assert not notebook.cell_errors() and not notebook.console_errors
        notebook.drag_slider(notebook.root.locator("input[type=range]").first, to_fraction=0.9)
"""

import functools
import itertools
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import nbformat
import psutil
import pytest
from strict import write_profile

VIEWPORT = {"width": 1400, "height": 1000}

WHY_NO_BROWSER = (
    "no Chromium found: install one with `apt-get install chromium` or `uv run playwright install chromium`, "
    "or name one in the environment variable GDLAB_CHROMIUM"
)


@functools.cache
def find_chromium():
    """The path of a Chromium: GDLAB_CHROMIUM, or one on PATH, or the one Playwright downloaded; else None."""
    named = os.environ.get("GDLAB_CHROMIUM")
    if named:
        if not Path(named).is_file():
            raise FileNotFoundError(f"GDLAB_CHROMIUM names {named!r}, which is not a file")
        return named
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if path := shutil.which(name):
            return path
    # Only Playwright knows where it downloads to. Asked in a process of its own: its API cannot be nested.
    ask = "from playwright.sync_api import sync_playwright\n"
    ask += "with sync_playwright() as p: print(p.chromium.executable_path)"
    answer = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, timeout=60)
    path = answer.stdout.strip()
    return path if path and Path(path).is_file() else None


def require_chromium():
    """The path of Chromium. Without one the test is skipped with the remedy; in CI it fails instead."""
    path = find_chromium()
    if path is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(WHY_NO_BROWSER)
    return path


@contextmanager
def open_chromium():
    """Chromium as a Playwright `Browser`. Playwright allows one at a time: let the test session share it."""
    path = require_chromium()
    from playwright.sync_api import sync_playwright

    # No sandbox: containers run as root. No GPU: software rendering is the same everywhere.
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        try:
            yield browser
        finally:
            browser.close()


# Attach every cell to the page, also those out of sight: else a locator finds nothing below the fold. And ask
# no question about news, which would cover the notebook and reach for the internet.
SETTINGS = {
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
}


def write_notebook(path, *codes):
    """Write a notebook that has a cell for each of these pieces of code."""
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cells = [nbformat.v4.new_code_cell(code) for code in codes]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), path)


class JupyterServer:
    """JupyterLab ("lab") or Notebook 7 ("notebook") serving a copy of `folder`, as a context manager.

    `.folder` is the copy, `.url` the address, `.log` the server's log. On exit server and kernels are gone.
    """

    def __init__(self, folder, app="lab"):
        self.source = Path(folder)
        self.app = app
        self._workspaces = itertools.count()

    def __enter__(self):
        self._home = Path(tempfile.mkdtemp(prefix="gdlab-jupyter-"))
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start(self):
        self.folder = self._home / "notebooks"
        shutil.copytree(self.source, self.folder, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
        overrides = self._home / "config" / "labconfig" / "default_setting_overrides.json"
        overrides.parent.mkdir(parents=True)
        overrides.write_text(json.dumps(SETTINGS))
        write_profile(self._home / "ipython")
        self._token = secrets.token_hex(16)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.log = self._home / "server.log"
        # The kernel needs no kernelspec of the user's: Jupyter Server offers the interpreter that it runs on.
        home = {"CONFIG": "config", "DATA": "data", "RUNTIME": "runtime"}
        own = {f"JUPYTER_{kind}_DIR": str(self._home / name) for kind, name in home.items()}
        with self.log.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", {"lab": "jupyterlab", "notebook": "notebook"}[self.app]]
                + ["--no-browser", "--allow-root"]
                + ["--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"]
                + [f"--ServerApp.root_dir={self.folder}", f"--IdentityProvider.token={self._token}"]
                # `window.jupyterapp` lets us ask for commands by name instead of clicking through menus.
                + ["--expose-app-in-browser", "--LabApp.extension_manager=readonly"],
                env=os.environ | own | {"IPYTHONDIR": str(self._home / "ipython")},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait_until_it_answers(seconds=90)

    def _wait_until_it_answers(self, seconds):
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        deadline = time.monotonic() + seconds
        while self._process.poll() is None and time.monotonic() < deadline:
            try:
                direct.open(f"{self.url}/api?token={self._token}", timeout=5).close()
                return
            except OSError:
                time.sleep(0.1)
        log = self.log.read_text()[-4000:]
        raise RuntimeError(f"Jupyter did not start within {seconds} s. Its log:\n{log}")

    def __exit__(self, *error):
        process = getattr(self, "_process", None)
        if process is not None and process.poll() is None:
            # Kernels are sessions of their own and outlive a killed server, so note them before it goes.
            family = [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
            process.terminate()
            _, alive = psutil.wait_procs(family, timeout=15)
            for survivor in alive:
                survivor.kill()
            process.wait()
        shutil.rmtree(self._home, ignore_errors=True)

    def open(self, page, name):
        """Open the notebook `name` in `page` and wait for its kernel. Returns a `Notebook`."""
        self._browser = page.context.browser
        return Notebook(self, page, name)

    def address(self, name):
        # In JupyterLab each opening has a workspace of its own, so that none restores the tabs of another.
        lab = f"lab/workspaces/test-{next(self._workspaces)}/tree"
        place = lab if self.app == "lab" else "notebooks"
        return f"{self.url}/{place}/{quote(name)}?token={self._token}"

    @functools.cached_property
    def own_errors(self):
        """The errors that are Jupyter's own: what an empty notebook logs. Which show is a race at start: open it twice."""
        name = "an-empty-notebook.ipynb"
        write_notebook(self.folder / name)
        seen = set()
        for _ in range(2):
            notebook = Notebook(self, self._browser.new_page(viewport=VIEWPORT), name)
            notebook.page.wait_for_timeout(500)
            seen |= set(notebook._messages)
            notebook.close()
        return frozenset(seen)


class Notebook:
    """One notebook, open in a browser's page. `.root` is the locator of all that it shows."""

    def __init__(self, server, page, name):
        self.server, self.page, self.name = server, page, name
        self._messages, self._before = [], 0
        page.on("console", lambda message: message.type == "error" and self._messages.append(message.text))
        page.on("pageerror", lambda error: self._messages.append(f"{error.name}: {error.message}"))
        page.goto(server.address(name))
        self._wait_until_ready()

    def _wait_until_ready(self):
        self.page.wait_for_function(
            "name => window.jupyterapp"
            " && [...jupyterapp.shell.widgets('main')].some(w => w.context?.path === name)",
            arg=self.name,
            timeout=60_000,
        )
        panel = self._ask(
            "await panel.context.ready; await panel.revealed; await panel.sessionContext.ready;"
            "while (panel.sessionContext.session?.kernel?.status !== 'idle') await sleep(50);"
            "return panel.id;",
            seconds=60,
        )
        self.root = self.page.locator(f"[id='{panel}']")

    def _ask(self, body, seconds=30):
        """Run the JavaScript `body` in the page; it sees `app`, this notebook's `panel` and `sleep`."""
        return self.page.evaluate(
            """([name, milliseconds]) => {
                const app = window.jupyterapp;
                const panel = [...app.shell.widgets('main')].find(w => w.context?.path === name);
                const late = new Error(`${name}: not done after ${milliseconds / 1000} s`);
                let over = false;
                const sleep = ms => new Promise((go, stop) => setTimeout(() => over ? stop(late) : go(), ms));
                const work = (async () => { %s })();
                const limit = new Promise((_, stop) => setTimeout(() => {
                    over = true;
                    stop(late);
                }, milliseconds));
                return Promise.race([work, limit]);
            }"""
            % body,
            [self.name, seconds * 1000],
        )

    def run_all(self, seconds=120):
        """Run all cells, and wait until they have run, the kernel is idle and every widget is shown.

        A cell that raises stops the run, as in Jupyter: ask `cell_errors()`. Sections that were folded run so, and open then.
        """
        self.activate()
        self._ask(
            # Forget what the file holds from an earlier run: what is there afterwards, this run made.
            "for (const cell of panel.content.widgets)"
            "    if (cell.model.type === 'code') cell.model.clearExecution();"
            "await app.commands.execute('notebook:run-all-cells');"
            "while (panel.sessionContext.session.kernel.status !== 'idle') await sleep(50);"
            "await app.commands.execute('notebook:expand-all-headings');"
            "while (panel.node.innerText.includes('Loading widget...')) await sleep(50);",
            seconds,
        )
        not_run = self._ask(
            "return panel.content.widgets.flatMap((cell, i) => cell.model.type === 'code' &&"
            " cell.model.sharedModel.getSource().trim() && cell.model.executionCount === null ? [i] : [])"
        )
        assert not not_run or self.cell_errors(), f"{self.name}: cells {not_run} did not run"

    def cell_errors(self):
        """What went wrong in the cells, a line each: exceptions, and widgets that Jupyter could not show."""
        return self._ask(
            """return panel.content.widgets.flatMap((cell, i) => {
                const outputs = cell.model.outputs ? cell.model.outputs.toJSON() : [];
                const raised = outputs.filter(o => o.output_type === 'error')
                    .map(o => `${o.ename}: ${o.evalue}`);
                const shown = [...cell.node.querySelectorAll('.jp-OutputArea-output')].map(o => o.innerText);
                const broken = shown.filter(t => /^(Error|Failed) .*(widget|model|view)/.test(t.trim()));
                return [...raised, ...broken].map(text => `cell ${i}: ${text}`);
            })"""
        )

    @property
    def console_errors(self):
        """Errors in the page's console since the notebook was opened, but for those that an empty notebook logs."""
        return [message for message in self._messages[self._before :] if message not in self.server.own_errors]

    def open_beside(self, name):
        """Open a second notebook in this JupyterLab window, as a learner with two tabs does."""
        before = len(self._messages)
        self._ask(f"await app.commands.execute('docmanager:open', {{path: {json.dumps(name)}}})", seconds=60)
        other = object.__new__(Notebook)
        other.server, other.page, other.name = self.server, self.page, name
        other._messages, other._before = self._messages, before
        other._wait_until_ready()
        return other

    def activate(self):
        """Bring this notebook's tab to the front of its JupyterLab window."""
        # Commands act on the notebook that has the focus, which follows the tab a moment later.
        self._ask(
            "while (app.shell.currentWidget !== panel || !panel.node.contains(document.activeElement)) {"
            "    app.shell.activateById(panel.id); await sleep(50); }"
        )

    def reload(self):
        """Save and load the page anew, as a learner's browser does. The kernel lives on."""
        self._ask("await panel.context.save()")
        self.page.reload()
        self._wait_until_ready()

    def put_away(self):
        """Stop the kernel and close the notebook's tab; its JupyterLab window stays."""
        self._ask("await panel.sessionContext.shutdown(); panel.dispose();")

    def close(self):
        """Stop the kernel and close the page."""
        self._ask("await panel.sessionContext.shutdown()")
        self.page.close()

    def drag_slider(self, slider, to_fraction, moves=20, pause=0):
        """Drag an `<input type=range>` with the mouse to a fraction of its range. Returns its value then."""
        slider.hover()  # scrolls it into view, and fails where something covers it
        box = slider.bounding_box()
        # The thumb's centre stays half a thumb away from either end; Chromium's thumb is 16 px wide.
        x = lambda fraction: box["x"] + 8 + fraction * (box["width"] - 16)
        y = box["y"] + box["height"] / 2
        fraction_now = slider.evaluate("s => (s.value - (s.min || 0)) / ((s.max || 100) - (s.min || 0))")
        drag(self.page, (x(fraction_now), y), (x(to_fraction), y), moves, pause)
        return slider.evaluate("s => s.valueAsNumber")

    def drag_on(self, picture, start, end, moves=20, pause=0):
        """Drag on an element from `start` to `end`: (x, y) as fractions of it, from its upper left corner."""
        picture.scroll_into_view_if_needed()
        box = picture.bounding_box()
        place = lambda at: (box["x"] + at[0] * box["width"], box["y"] + at[1] * box["height"])
        drag(self.page, place(start), place(end), moves, pause)

    def screenshot(self, path):
        """Save what the page shows now as a PNG. Scroll first: `locator.scroll_into_view_if_needed()`."""
        self.page.screenshot(path=path)


def drag(page, start, end, moves, pause=0):
    """Press the mouse at `start`, go to `end` in equal moves of at least `pause` seconds, release."""
    page.mouse.move(*start)
    page.mouse.down()
    for k in range(1, moves + 1):
        began = time.perf_counter()
        page.mouse.move(*(a + (b - a) * k / moves for a, b in zip(start, end, strict=True)))
        time.sleep(max(0, pause - (time.perf_counter() - began)))
    page.mouse.up()
