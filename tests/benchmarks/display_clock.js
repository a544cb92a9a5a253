// The clock of the live benchmark: when did the mouse move, and at the end of which display frame did the
// subject's content change? It treats every subject alike. A loop of animation frames runs all the time, so
// that the display ticks for everyone. In each frame it posts a message to itself, which arrives as the first
// task after that frame is painted: a change that was made before then is on the screen, and is dated by that
// message. The mouse's date is the time stamp of its event, which counts the wait for a busy page as well.
//
// `subject` is { kind, selector }: an "image" changes when its new picture has loaded (decoded, not merely
// named), a "canvas" when something is drawn on it, "text" and "style" when the DOM changes.
(subject) => {
  let moved = 0; // when the mouse moved last
  const frames = []; // [time, content]: the display frames that showed something new
  let touched = false;
  let draws = 0;
  const touch = () => { touched = true; };
  const element = () => document.querySelector(subject.selector);

  const content = {
    image: () => element().src,
    text: () => element().textContent,
    style: () => element().style.cssText,
    // gdlab names the frame that its canvas shows; of another canvas each drawing counts as a new one.
    canvas: () => element().dataset.frame ?? draws,
  }[subject.kind];

  if (subject.kind === "image") {
    document.addEventListener("load", (event) => event.target.matches?.(subject.selector) && touch(), true);
  } else if (subject.kind === "canvas") {
    for (const [owner, names] of [
      [CanvasRenderingContext2D.prototype, ["drawImage", "putImageData"]],
      [ImageBitmapRenderingContext.prototype, ["transferFromImageBitmap"]],
    ]) {
      for (const name of names) {
        const original = owner[name];
        owner[name] = function (...args) {
          original.apply(this, args);
          if (this.canvas.matches?.(subject.selector) && this.canvas.isConnected) { draws += 1; touch(); }
        };
      }
    }
  } else {
    new MutationObserver(touch).observe(element(), {
      childList: true, characterData: true, subtree: true, attributes: true, attributeFilter: ["style"],
    });
  }

  // Before anybody else's listener can stop the event.
  window.addEventListener("pointermove", (event) => { moved = event.timeStamp; }, true);

  let shown = content();
  const painted = new MessageChannel();
  painted.port1.onmessage = () => {
    if (!touched) return;
    touched = false;
    const now = content();
    if (now === shown) return;
    shown = now;
    frames.push([performance.now(), String(now)]);
  };
  const tick = () => { painted.port2.postMessage(null); requestAnimationFrame(tick); };
  tick();

  const sleep = (ms) => new Promise((go) => setTimeout(go, ms));
  window.displayClock = {
    // How many display frames have shown something new.
    frames: () => frames.length,
    // Milliseconds from the latest move to the first new frame after the first `seen`.
    latency: async (seen) => {
      const began = performance.now();
      while (frames.length <= seen) {
        if (performance.now() - began > 10_000) throw new Error("the picture did not change within 10 s");
        await sleep(5);
      }
      return frames[seen][0] - moved;
    },
    // Wait until nothing new has been shown for so many milliseconds.
    quiet: async (ms) => {
      let since = performance.now(), seen = frames.length;
      while (performance.now() - since < ms) {
        await sleep(10);
        if (frames.length > seen) { seen = frames.length; since = performance.now(); }
      }
    },
  };
}
