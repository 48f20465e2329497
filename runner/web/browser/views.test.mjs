// Every view, in light and dark, at widths from a phone to 4k.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { axe, browser, open } from "./page.mjs";

after(() => browser.close());

const views = {
  run: "#/run", filtered: "#/run?q=s:failed", nothing: "#/gallery?q=nobody-says-this", gallery: "#/gallery", list: "#/gallery?as=list", outcome: "#/gallery?by=outcome",
  points: "#/case/" + encodeURIComponent("marks/finds-the-disc-and-the-square@base"), boxes: "#/case/" + encodeURIComponent("marks/boxes-both@base"),
  mask: "#/case/" + encodeURIComponent("marks/stays-inside-the-mask@base"), images: "#/case/" + encodeURIComponent("marks/says-which-is-further-left@base"),
  hostile: "#/case?q=hostile", golden: "#/case/" + encodeURIComponent("texts/describes-the-cup@base"), judge: "#/case/" + encodeURIComponent("texts/a-judge-and-a-group@base"),
  unstable: "#/case/" + encodeURIComponent("rest/is-unstable@tuned"), error: "#/case/" + encodeURIComponent("rest/cannot-be-read@tuned"),
  missing: "#/case/" + encodeURIComponent("rest/has-lost-its-image@tuned"), imageless: "#/case/" + encodeURIComponent("rest/shows-no-image@tuned"),
  skipped: "#/case/" + encodeURIComponent("rest/is-skipped@tuned"), unknown: "#/case/nobody", compare: "#/compare", slider: "#/compare?mode=swipe", all: "#/compare?mode=all",
  "other run": "#/compare?a=0&b=2", threshold: "#/threshold", moved: "#/threshold?at=0.5", metrics: "#/metrics", history: "#/history",
};

for (const [name, hash] of Object.entries(views)) {
  for (const theme of ["light", "dark"]) {
    test(`${name}, ${theme}`, async () => {
      for (const [width, height] of [[360, 740], [1280, 820], [2560, 1440]]) {
        const { page, faults, close } = await open(hash, { width, height, theme });
        assert.deepEqual(faults, [], `at ${width}`);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0, `scrolls sideways at ${width}`);
        assert.deepEqual(await axe(page), [], `at ${width}`);
        await close();
      }
    });
  }
}

test("4k has no sideways scroll", async () => {
  for (const hash of Object.values(views)) {
    const { page, close } = await open(hash, { width: 3840, height: 2160 });
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, hash);
    await close();
  }
});

test("the dialog of keys", async () => {
  for (const theme of ["light", "dark"]) {
    const { page, close } = await open("#/run", { theme });
    await page.keyboard.press("?");
    await page.waitForSelector("dialog[open]");
    assert.deepEqual(await axe(page), []);
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("dialog[open]").count(), 0);
    await close();
  }
});

test("all passed: the list of what needs you is gone", async () => {
  const { page, close, faults } = await open("#/run", { file: `${process.cwd()}/${process.env.VLMSPEC_UI ?? "build/ui"}/alone.html` });
  assert.equal(await page.locator("h1").innerText(), "Passed");
  assert.equal(await page.locator(".needs").count(), 0);
  await page.goto(page.url().replace("#/run", "#/compare"));
  await page.waitForSelector("text=has one backend of one run");
  assert.deepEqual(faults, []);
  await close();
});

test("on paper there are no controls", async () => {
  const { page, close } = await open("#/case/" + encodeURIComponent("marks/boxes-both@base"), { media: "print" });
  for (const gone of [".top", ".caselist", ".stage-bar", ".pager"]) assert.equal(await page.locator(gone).first().isVisible(), false, gone);
  assert.ok(await page.locator(".stage-canvas img").isVisible());
  await close();
});
