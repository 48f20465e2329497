// Measures a page of 10,000 cases, and prints what docs/performance.md says of it:
// in the form of Go's benchmarks.

import { browser, settled } from "./page.mjs";

const file = `file://${process.cwd()}/build/ui/large.html`, rounds = 5;
const median = (xs) => xs.sort((a, b) => a - b)[Math.floor(xs.length / 2)];
const taken = { list: [], heap: [], key: [], open: [] };

// worst is the longest time from a keystroke in the filter to the next frame.
async function worst(text) {
  const q = document.getElementById("q"), took = [];
  for (let n = 1; n <= text.length; n++) {
    const began = performance.now();
    q.value = text.slice(0, n);
    q.dispatchEvent(new InputEvent("input", { bubbles: true }));
    await new Promise((next) => requestAnimationFrame(() => setTimeout(next)));
    took.push(performance.now() - began);
  }
  return Math.max(...took);
}

for (let i = 0; i < rounds; i++) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 820 } }), page = await context.newPage(), cdp = await context.newCDPSession(page);
  await page.addInitScript(() => {
    new MutationObserver((_, o) => {
      if (!document.querySelector("#case-rows .item")) return;
      o.disconnect();
      requestAnimationFrame(() => (window.listed = performance.now()));
    }).observe(document, { childList: true, subtree: true });
  });
  await page.goto(file + "#/case");
  await page.waitForFunction(() => window.listed);
  taken.list.push(await page.evaluate(() => window.listed));
  await settled(page);
  await cdp.send("HeapProfiler.collectGarbage");
  taken.heap.push((await cdp.send("Runtime.getHeapUsage")).usedSize / 1e6);
  await page.goto(file + "#/gallery");
  await settled(page);
  taken.key.push(await page.evaluate(worst, "number 77"));
  const open = (to, n) =>
    page.evaluate(async ({ to, n }) => {
      const began = performance.now();
      location.hash = to;
      const there = () => document.querySelector(".evidence .reason") && document.querySelector(".case h1")?.textContent.includes(`number ${n}`);
      while (!there() && performance.now() - began < 5000) await new Promise((next) => setTimeout(next));
      await new Promise(requestAnimationFrame);
      return performance.now() - began;
    }, { to, n });
  const id = (n) => `#/case/${encodeURIComponent(`suite-${String(Math.floor((n * 20) / 10000)).padStart(2, "0")}/finds-the-thing-number-${n}@tuned`)}`;
  const opened = [];
  for (const n of [9000, 20, 5111]) {
    opened.push(await open(id(n), n));
    await page.goto("about:blank");
    await page.goto(file + "#/gallery");
    await settled(page);
  }
  taken.open.push(Math.max(...opened));
  await context.close();
}
console.log(`BenchmarkPageOf10000Cases ${rounds} ${median(taken.list).toFixed(0)} list-ms ${median(taken.heap).toFixed(1)} heap-MB ${median(taken.key).toFixed(1)} key-ms ${median(taken.open).toFixed(1)} open-ms`);
await browser.close();
