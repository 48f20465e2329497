// With the keyboard alone, and with focus kept; filters, thresholds, bad input.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { browser, open, settled } from "./page.mjs";

after(() => browser.close());

const at = (id) => "#/case/" + encodeURIComponent(id);
const focus = (page) => page.evaluate(() => document.activeElement.id || document.activeElement.className || document.activeElement.tagName);
const title = (page) => page.locator(".case h1").innerText().then((t) => t.split("\n")[0]);

test("tab reaches the tabs, the filter, the strip, the legend, the rows", async () => {
  const { page, close } = await open("#/run");
  const seen = [];
  for (let i = 0; i < 70; i++) {
    await page.keyboard.press("Tab");
    seen.push(await focus(page));
  }
  for (const wanted of ["skip", "q", "theme", "help-button", "strip", "legend-failed", "scroll-x", "need"]) assert.ok(seen.includes(wanted), `${wanted} in ${seen}`);
  await close();
});

test("the strip moves by arrows, and opens with Enter", async () => {
  const { page, close } = await open("#/run");
  await page.focus("#strip");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.getAttribute("#strip", "aria-valuetext"), "boxes both, failed");
  await page.keyboard.press("End");
  assert.equal(await page.getAttribute("#strip", "aria-valuenow"), await page.getAttribute("#strip", "aria-valuemax"));
  await page.keyboard.press("Home");
  await page.keyboard.press("Enter");
  await settled(page);
  assert.equal(await title(page), "finds the disc and the square");
  await close();
});

test("letters go through cases, and rest while somebody types", async () => {
  const { page, close } = await open(at("marks/finds-the-disc-and-the-square@base"));
  await page.keyboard.press("j");
  await settled(page);
  assert.equal(await title(page), "boxes both");
  await page.keyboard.press("k");
  await page.keyboard.press("f");
  await settled(page);
  assert.equal(await title(page), "boxes both");
  await page.keyboard.press("/");
  assert.equal(await focus(page), "q");
  await page.keyboard.type("jfo");
  assert.equal(await page.inputValue("#q"), "jfo");
  assert.equal(await title(page), "boxes both", "the case leaves the filter, and stays until somebody moves");
  assert.equal(await page.locator("#case-rows .item").count(), 1);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+j");
  assert.equal(await title(page), "boxes both", "acts with Ctrl");
  await page.keyboard.press("?");
  await page.click("#letters");
  await page.keyboard.press("Escape");
  await page.keyboard.press("g");
  await page.keyboard.press("r");
  assert.match(page.url(), /#\/case/, "acts though switched off");
  await close();
});

test("g and a letter lead to a view", async () => {
  const { page, close } = await open("#/run");
  for (const [key, view] of [["g", "gallery"], ["c", "case"], ["d", "compare"], ["h", "threshold"], ["m", "metrics"], ["y", "history"], ["r", "run"]]) {
    await page.keyboard.press("g");
    await page.keyboard.press(key);
    await page.waitForFunction((v) => location.hash.startsWith("#/" + v), view);
  }
  await close();
});

test("the list keeps focus while it moves", async () => {
  const { page, close } = await open("#/case");
  await page.focus("#case-rows");
  for (const key of ["ArrowDown", "PageDown", "End", "ArrowUp"]) {
    await page.keyboard.press(key);
    await settled(page);
    assert.equal(await focus(page), "case-rows", key);
  }
  const active = await page.getAttribute("#case-rows", "aria-activedescendant");
  assert.equal(await page.getAttribute("#" + active, "aria-selected"), "true");
  assert.equal(await page.getAttribute("#" + active, "aria-setsize"), "76");
  await close();
});

test("the filter keeps focus and text in every view, and goes along", async () => {
  const { page, close } = await open("#/gallery");
  await page.focus("#q");
  for (const c of "s:failed") await page.keyboard.type(c);
  assert.equal(await focus(page), "q");
  assert.match(page.url(), /q=s%3Afailed/);
  assert.equal(await page.locator("[role=status].small").innerText(), "15 of 76");
  await page.click("nav.tabs >> text=History");
  assert.equal(await page.inputValue("#q"), "s:failed");
  await close();
});

test("the legend filters, and keeps focus", async () => {
  const { page, close } = await open("#/gallery");
  await page.focus("#legend-error");
  await page.keyboard.press("Enter");
  assert.equal(await focus(page), "legend-error");
  assert.equal(await page.inputValue("#q"), "s:error");
  assert.equal(await page.locator(".tile").count(), 1);
  await page.keyboard.press("Enter");
  assert.equal(await page.inputValue("#q"), "");
  await close();
});

test("tiles by arrows, in rows and columns", async () => {
  const { page, close } = await open("#/gallery");
  await page.locator(".tile").first().focus();
  const name = () => page.evaluate(() => document.activeElement.querySelector(".cap .clip")?.textContent);
  await page.keyboard.press("ArrowRight");
  assert.equal(await name(), "boxes both");
  await page.keyboard.press("ArrowDown");
  assert.equal(await name(), "boxes both");
  assert.match(await page.evaluate(() => document.activeElement.href), /tuned$/);
  await page.keyboard.press("ArrowUp");
  assert.match(await page.evaluate(() => document.activeElement.href), /base$/);
  await close();
});

test("the threshold moves by keys and by drag, selects no text, and flips none at the spec's value", async () => {
  const { page, close } = await open("#/threshold");
  const flips = () => page.locator(".readings dd").last().innerText(), handle = page.locator("#handle");
  assert.equal(await flips(), "none");
  await handle.focus();
  await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("ArrowRight");
  assert.equal(await focus(page), "handle");
  assert.match(await flips(), /^\d+ to pass$/);
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Shift+ArrowLeft");
  assert.equal(await flips(), "none", "back at the spec's value");
  assert.equal(await page.locator("#handle").getAttribute("aria-valuenow"), "0.75");
  const r = await page.locator("#histogram").boundingBox();
  await page.mouse.move(r.x + r.width / 2, r.y + 60);
  await page.mouse.down();
  await page.mouse.move(r.x + 60, r.y + 250, { steps: 5 });
  await page.mouse.up();
  assert.equal(await page.evaluate(() => String(getSelection())), "");
  assert.match(await flips(), /^\d+ to fail$/);
  const value = await handle.getAttribute("aria-valuenow");
  assert.match(await page.locator(".codeline code").innerText(), new RegExp(`^within: ${value.replace(".", "\\.")}$`));
  assert.equal(await page.evaluate(() => document.querySelector("#handle").getAttribute("aria-valuetext")), `${Number(value).toFixed(2)}: ${await page.locator(".readings b").first().innerText()} of 24 pass`);
  await close();
});

test("a theme stays chosen", async () => {
  const { page, close } = await open("#/run");
  await page.keyboard.press("t");
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
  await page.keyboard.press("t");
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "light");
  await close();
});

test("what a model says is text", async () => {
  const { page, faults, close } = await open("#/case?q=hostile");
  await page.click("summary");
  assert.doesNotMatch(await page.title(), /^obeyed/);
  assert.equal(await page.locator("img[src=x]").count(), 0);
  const answer = await page.locator(".answer > .text").innerText();
  for (const text of ["<img src=x", "</script><script>", "U+202E", "U+200B", "U+001B"]) assert.ok(answer.includes(text), text);
  assert.doesNotMatch(await page.locator("body").innerText(), /[\u202e\u200b\u001b]/);
  assert.deepEqual(faults, []);
  await close();
});

test("a megabyte is cut until somebody wants it", async () => {
  const { page, close } = await open(at("texts/a-long-answer@base"));
  assert.equal((await page.locator(".answer .text").textContent()).length, 2001);
  await page.click("text=show all 1,048,576 characters");
  assert.equal((await page.locator(".answer .text").textContent()).length, 1048576);
  await close();
});

test("what is missing says so", async () => {
  for (const [id, why] of [["rest/cannot-be-read@tuned", "text.png"], ["rest/has-lost-its-image@tuned", "no longer there"], ["rest/shows-no-image@tuned", "shows no image"]]) {
    const { page, faults, close } = await open(at(id));
    assert.match(await page.locator(".stage-empty").innerText(), new RegExp(why));
    assert.deepEqual(faults, []);
    await close();
  }
});

test("a file that was cut off says so", async () => {
  const context = await browser.newContext(), page = await context.newPage();
  const whole = readFileSync("build/ui/sample.html", "utf8"), file = process.cwd() + "/build/ui/damaged.html";
  writeFileSync(file, whole.replace(/(id="summary">[^<]{400})[^<]*/, "$1"));
  await page.goto("file://" + file);
  await page.waitForSelector("text=cannot be read");
  await context.close();
});

test("a newer report shows what the page knows, and names the rest", async () => {
  const whole = readFileSync("build/ui/sample.html", "utf8"), file = process.cwd() + "/build/ui/newer.html";
  const packed = /id="summary">([^<]*)/.exec(whole)[1], summary = JSON.parse(gunzipSync(Buffer.from(packed, "base64")));
  const newer = gzipSync(JSON.stringify({ ...summary, format: 9, version: "9.0.0", judge_panel: [] })).toString("base64");
  writeFileSync(file, whole.replace(packed, newer));
  const { page, close } = await open("#/run", { file });
  assert.match(await page.locator(".banner").innerText(), /written by vlmspec 9\.0\.0, which is newer.*76 cases; left out: judge_panel/s);
  await close();
});

test("copies the command without a clipboard too", async () => {
  const { page, close } = await open(at("marks/boxes-both@base"));
  await page.keyboard.press("y");
  await page.waitForSelector(".toast >> text=Copied");
  await close();
});
