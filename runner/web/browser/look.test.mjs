// What is drawn where: marks by the pixel, zoom, pan, the slider.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { browser, near, open, pixel, settled } from "./page.mjs";

after(() => browser.close());

const at = (id) => "#/case/" + encodeURIComponent(id);
const MISS = [0xff, 0x7a, 0x45], HIT_EYE = [0x06, 0x26, 0x4d];
const box = (page, selector) => page.locator(selector).first().boundingBox();

test("a miss and a hit lie where the answer says, at every zoom", async () => {
  const { page, close } = await open(at("marks/finds-the-disc-and-the-square@base"));
  let size = 0;
  for (const zoom of [1, 2]) {
    const r = await box(page, ".stage-canvas"), miss = await box(page, ".overlay path.mk-miss");
    const x = r.x + 0.5 * r.width, y = r.y + 0.25 * r.height;
    assert.ok(Math.abs(miss.x + miss.width / 2 - x) < 1 && Math.abs(miss.y + miss.height / 2 - y) < 1, `the cross is off at ${zoom}`);
    assert.ok(!size || Math.abs(miss.width - size) < 1, `the cross grows with the image: ${size}, ${miss.width}`);
    size = miss.width;
    assert.ok(near(await pixel(page, x, y), MISS), "the cross has another colour");
    if (zoom === 1) assert.ok(near(await pixel(page, r.x + 0.305 * r.width, r.y + 0.41 * r.height), HIT_EYE), "no hit at (0.305, 0.41)");
    await page.mouse.dblclick(x, y);
    await settled(page);
  }
  await close();
});

test("expected circles have the radius of the check", async () => {
  const { page, close } = await open(at("marks/finds-the-disc-and-the-square@base"));
  const r = await box(page, ".stage-canvas"), ring = await page.locator(".overlay circle.mk-exp").first().evaluate((c) => ({ r: c.getBoundingClientRect().width / 2, cx: c.getBoundingClientRect().x + c.getBoundingClientRect().width / 2 }));
  assert.ok(Math.abs(ring.r - 0.05 * r.width) < 2, `${ring.r} of ${0.05 * r.width}`);
  assert.ok(Math.abs(ring.cx - (r.x + 0.3 * r.width)) < 1);
  await close();
});

test("boxes lie where they were found; layers go and come", async () => {
  const { page, close } = await open(at("marks/boxes-both@base"));
  const r = await box(page, ".stage-canvas"), miss = await box(page, ".overlay rect.mk-miss");
  for (const [got, want] of [[miss.x, r.x + 0.5 * r.width], [miss.y, r.y + 0.5 * r.height], [miss.width, 0.22 * r.width], [miss.height, 0.45 * r.height]]) assert.ok(Math.abs(got - want) < 4, `${got}, want ${want}`);
  await page.click("#layer-found");
  assert.equal(await page.locator(".overlay .mk-miss").count(), 0);
  assert.equal(await page.evaluate(() => document.activeElement.id), "layer-found", "focus is lost");
  await page.keyboard.press("o");
  await page.keyboard.press("o");
  assert.equal(await page.locator(".overlay .mk-exp").count(), 0);
  await close();
});

test("a mask is hatched inside and nowhere else, and fades", async () => {
  const { page, close } = await open(at("marks/stays-inside-the-mask@tuned"));
  await page.waitForSelector(".overlay mask image", { state: "attached" });
  await settled(page);
  const r = await box(page, ".stage-canvas"), inside = () => pixel(page, r.x + 0.25 * r.width, r.y + 0.35 * r.height);
  const greenish = (c) => c[1] > 70 && c[1] > c[2];
  assert.ok(greenish(await inside()), `inside is ${await inside()}`);
  assert.ok(near(await pixel(page, r.x + 0.7 * r.width, r.y + 0.6 * r.height), [0x28, 0x50, 0xd2]), "outside is washed");
  await page.locator(".stage-bar input[type=range]").fill("0");
  assert.ok(near(await inside(), [0xd6, 0x2a, 0x2a]), `faded, inside is ${await inside()}`);
  await close();
});

test("zoom keeps what is under the pointer, and drag pans", async () => {
  const { page, close } = await open(at("marks/boxes-both@base"));
  const before = await box(page, ".stage-canvas"), x = before.x + 0.8 * before.width, y = before.y + 0.7 * before.height, place = await box(page, ".stage-view");
  await page.mouse.dblclick(x, y);
  await page.mouse.dblclick(x, y);
  await settled(page);
  const r = await box(page, ".stage-canvas");
  assert.ok(Math.abs(r.width - 4 * before.width) < 4, `${r.width}`);
  assert.ok(Math.abs((x - r.x) / r.width - 0.8) < 0.005 && Math.abs((y - r.y) / r.height - 0.7) < 0.005, "another place is under the pointer");
  const held = await box(page, ".stage-view");
  assert.ok(Math.abs(held.height - place.height) < 1 && Math.abs(held.y - place.y) < 1, "the place of the image moves");
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 60, y + 30, { steps: 3 });
  await page.mouse.up();
  const moved = await box(page, ".stage-canvas");
  assert.ok(Math.abs(moved.x - r.x - 60) < 2 && Math.abs(moved.y - r.y - 30) < 2, `moved by ${moved.x - r.x}, ${moved.y - r.y}`);
  await page.keyboard.press("0");
  await settled(page);
  assert.ok(Math.abs((await box(page, ".stage-canvas")).width - before.width) < 1);
  await close();
});

test("the pointer is told as fraction and pixel", async () => {
  const { page, close } = await open(at("marks/boxes-both@base"));
  const r = await box(page, ".stage-canvas");
  await page.mouse.move(r.x + r.width / 4, r.y + r.height / 2);
  assert.match(await page.locator(".readout").innerText(), /^0\.2[45]\d, 0\.(49|50)\d · 1[56]\d, 1[78]\d px$/);
  await close();
});

test("the slider divides the image, not its box", async () => {
  const { page, close } = await open("#/compare?mode=swipe");
  const r = await box(page, ".swipe"), image = await box(page, ".swipe img");
  assert.ok(Math.abs(r.width - image.width) < 1 && Math.abs(r.height - image.height) < 1, "the layers have another size than the slider");
  const [a, b] = await page.locator(".swipe .layer img").evaluateAll((all) => all.map((i) => i.getBoundingClientRect().toJSON()));
  assert.deepEqual(a, b);
  await page.locator("#swipe").fill("20");
  const line = await box(page, ".swipe .divider");
  assert.ok(Math.abs(line.x + line.width / 2 - (r.x + 0.2 * r.width)) < 1.5);
  // The miss of A at one half is now on B's side, and covered.
  assert.ok(!near(await pixel(page, r.x + 0.5 * r.width, r.y + 0.25 * r.height), MISS), "A's miss shows on B's side");
  await page.locator("#swipe").fill("90");
  assert.ok(near(await pixel(page, r.x + 0.5 * r.width, r.y + 0.25 * r.height), MISS), "A's miss is gone on A's side");
  await close();
});

test("several images are in order, and the one a check drew on is open", async () => {
  const { page, close } = await open(at("marks/says-which-is-further-left@base"));
  assert.deepEqual(await page.locator(".images button").allInnerTexts(), ["1. first.png", "2. second.png"]);
  await page.keyboard.press("i");
  assert.equal(await page.locator(".images button[aria-pressed=true]").innerText(), "2. second.png");
  await close();
});
