// Opens a report in Chromium, from disk, and watches what it does.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const dir = process.env.VLMSPEC_UI ?? "build/ui";
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });

// open shows a view. What the page prints, asks of a network or breaks is kept in
// faults.
export async function open(hash, { file = `${process.cwd()}/${dir}/sample.html`, width = 1280, height = 820, theme = "light", media } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, reducedMotion: "reduce" });
  const page = await context.newPage(), faults = [];
  page.on("console", (m) => ["error", "warning"].includes(m.type()) && faults.push(m.text()));
  page.on("pageerror", (e) => faults.push(String(e)));
  page.on("request", (r) => /^(file|blob|data):/.test(r.url()) || faults.push(`asks for ${r.url()}`));
  if (media) await page.emulateMedia({ media });
  await page.goto(`file://${file}${hash}`);
  await page.waitForSelector("main");
  await settled(page);
  return { page, faults, close: () => context.close() };
}

// settled waits until nothing is being inflated or decoded.
export async function settled(page) {
  await page.waitForFunction(() => !document.querySelector("[aria-busy=true]") && [...document.images].every((i) => i.complete || i.loading === "lazy"));
  await page.evaluate(() => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next))));
}

// axe are the violations that axe-core finds, one a line.
export async function axe(page) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target} ${n.failureSummary?.split("\n")[1] ?? ""}`));
}

// pixel is the colour at a place of the window.
export async function pixel(page, x, y) {
  const png = await page.screenshot({ clip: { x: Math.round(x) - 1, y: Math.round(y) - 1, width: 3, height: 3 } });
  const eye = await browser.newPage();
  const rgb = await eye.evaluate(async (src) => {
    const image = new Image();
    image.src = src;
    await image.decode();
    const c = new OffscreenCanvas(3, 3).getContext("2d");
    c.drawImage(image, 0, 0);
    return [...c.getImageData(1, 1, 1, 1).data].slice(0, 3);
  }, "data:image/png;base64," + png.toString("base64"));
  await eye.close();
  return rgb;
}

export const near = (a, b, most = 24) => a.every((v, i) => Math.abs(v - b[i]) <= most);
