// People at browsers: each has a browser context of his own in one real Chromium. What a page must never do (script errors, violations of
// the content security policy, requests to elsewhere) is collected the whole time and fails the story at its end.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chromium, devices } from "playwright-core";
import { BASE, PASSWORD } from "./world.mjs";

export const DESKTOP = { width: 1440, height: 900 };
export const LAPTOP = { width: 1366, height: 768 };
export const PHONE = { width: 390, height: 844 };
/** Long enough for a loaded machine; nothing waits for it that has happened. */
const PATIENCE = 30_000;
const axe = readFileSync(join(import.meta.dirname, "node_modules/axe-core/axe.min.js"), "utf8");
const screenshots = join(import.meta.dirname, "../../docs/screenshots");

let browser;
const contexts = [];
const faults = [];
/** What the story under way has found at pages that it looked at. */
const wrong = [];

before(async () => {
  const executablePath = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser"].find((path) => path && existsSync(path));
  assert.ok(executablePath, "Chromium is not installed: run `cargo xtask test --only tools`");
  // The sandbox of Chromium needs a user namespace, which root in a container often does not have.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  browser = await chromium.launch({ executablePath, args: [...args, "--font-render-hinting=none"] });
});

after(async () => {
  await browser?.close();
  assert.deepEqual(faults, [], "what pages must not do");
});

/** A story. When it fails, what each of its people saw last is kept beside the product's files. */
export function story(name, tell) {
  test(name, async () => {
    try {
      await tell();
      assert.deepEqual(wrong.splice(0), [], "what was looked at");
    } catch (error) {
      const pages = contexts.flatMap((context) => context.pages());
      for (const [index, page] of pages.entries()) {
        await page.screenshot({ path: join(process.env.YINXIN_FOLDER ?? ".", `failed-${process.pid}-${index}.png`) }).catch(() => {});
      }
      throw error;
    } finally {
      for (const context of contexts.splice(0)) await context.close();
    }
  });
}

/** Opens a browser of somebody's own at a page; `options` as Playwright's `newContext`. */
export async function visitor(path = "/", options = {}) {
  const context = await browser.newContext({ baseURL: BASE, locale: "zh-CN", timezoneId: "Asia/Shanghai", viewport: DESKTOP, ...options });
  contexts.push(context);
  context.setDefaultTimeout(PATIENCE);
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) =>
      console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`),
    );
  });
  context.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(BASE) && !/^(data|blob):/.test(url)) faults.push(`a request to elsewhere: ${url}`);
  });
  context.on("weberror", (error) => faults.push(`an error in a script: ${error.error().stack ?? error.error()}`));
  context.on("console", (message) => {
    // A refused request is the server's word and shown to the user; it is no fault of the page.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) faults.push(`console: ${message.text()}`);
  });
  const page = await context.newPage();
  await page.goto(path);
  return page;
}

/** The same on a phone: touch, 390 × 844. */
export function phoneVisitor(path = "/") {
  const { userAgent, hasTouch, isMobile } = devices["Pixel 7"];
  return visitor(path, { userAgent, hasTouch, isMobile, viewport: PHONE, deviceScaleFactor: 2 });
}

/** Drags with one finger from one point of the window to another, in pixels. */
export async function touchDrag(page, from, to, steps = 12) {
  const devtools = await page.context().newCDPSession(page);
  const touch = (type, points) => devtools.send("Input.dispatchTouchEvent", { type, touchPoints: points });
  await touch("touchStart", [from]);
  for (let step = 1; step <= steps; step += 1) {
    const share = step / steps;
    await touch("touchMove", [{ x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share }]);
  }
  await touch("touchEnd", []);
  await devtools.detach();
}

/** Every finding of axe that is serious or worse. */
export async function accessible(page, where) {
  // What is half faded in has the contrast of nothing that anybody reads.
  await page.evaluate(async () => {
    // An entrance begins in the frame after the one that shows its first state.
    await new Promise((begun) => requestAnimationFrame(() => requestAnimationFrame(begun)));
    const ending = document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(ending.map((one) => one.finished));
  });
  await page.evaluate(axe);
  const found = await page.evaluate(async () => (await globalThis.axe.run(document, { resultTypes: ["violations"] })).violations);
  const grave = found
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
  return grave.map((finding) => `${where}: ${finding}`);
}

/** Runs in the page: by how much it is wider than the window of `width` pixels, and what reaches out. What passes, as a menu that closes, may. */
async function wider(width) {
  const root = document.documentElement;
  const late = performance.now() + 3_000;
  while (innerWidth !== width || root.scrollWidth > root.clientWidth) {
    if (performance.now() > late) {
      const out = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > root.clientWidth + 0.5);
      const named = out.slice(-6).map((one) => `${one.tagName.toLowerCase()}.${one.getAttribute("class") ?? ""} ${one.getAttribute("style") ?? ""}`);
      return `${root.scrollWidth - root.clientWidth} px wider than the window: ${named.join(" | ")}`;
    }
    await new Promise((drawn) => requestAnimationFrame(drawn));
  }
  return "";
}

/** Runs in the page: waits until what moves is at rest and every page of a document in view is drawn as sharp as the screen, and says what is not. */
async function unrest() {
  // Counted in frames: a browser that is held up draws none.
  let frames = 600;
  const inView = (one) => {
    const box = one.getBoundingClientRect();
    return box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  };
  const drawn = (paper) => {
    const canvas = paper.querySelector("canvas");
    return canvas !== null && canvas.width >= Math.floor(canvas.getBoundingClientRect().width * Math.min(2, devicePixelRatio) * 0.98);
  };
  for (;;) {
    const moving = document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime !== Infinity && one.playState === "running");
    const blank = [...document.querySelectorAll(".pdf-page, .thumbnails .paper")].filter((one) => inView(one) && !drawn(one));
    // Behind a dialog things may wait for what it asks.
    const busy = document.querySelector("[role=dialog]") ? [] : [...document.querySelectorAll("[aria-busy=true]")].filter(inView);
    if (moving.length === 0 && blank.length === 0 && busy.length === 0) return "";
    frames -= 1;
    if (frames === 0) return `${moving.length} things still move, ${blank.length} pages in view are not drawn, and ${busy.length} parts are still busy`;
    await new Promise((next) => requestAnimationFrame(next));
  }
}

/** Runs in the page: which sheets and dialogs reach out of the window, which makes no page wider. */
function outside() {
  const sheets = [...document.querySelectorAll("[role=dialog]")].map((one) => [one, one.getBoundingClientRect()]);
  return sheets.flatMap(([one, box]) => (box.width > 0 && (box.left < -0.5 || box.right > innerWidth + 0.5) ? [`${one.className} from ${box.left} to ${box.right}`] : []));
}

/**
 * Photographs a page at the three sizes when YINXIN_SCREENSHOTS is set; at its end the story fails with everything that is serious to axe,
 * or wider than the window.
 */
export async function look(page, name) {
  const before = page.viewportSize();
  for (const [label, size] of Object.entries({ "1440": DESKTOP, "1366": LAPTOP, "390": PHONE })) {
    await page.setViewportSize(size);
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    const wide = await page.evaluate(wider, size.width);
    if (wide) wrong.push(`${name} at ${label} is ${wide}`);
    const restless = await page.evaluate(unrest);
    if (restless) wrong.push(`${name} at ${label}: ${restless}`);
    for (const sheet of await page.evaluate(outside)) wrong.push(`${name} at ${label}: a sheet reaches out of the window: ${sheet}`);
    if (process.env.YINXIN_SCREENSHOTS) {
      mkdirSync(screenshots, { recursive: true });
      const path = join(screenshots, `${name}-${label}.png`);
      await page.screenshot({ path });
      // Pages have few colours: a third of the size, where ImageMagick is installed.
      spawnSync("convert", [path, "+dither", "-colors", "128", "-strip", `png8:${path}`]);
    }
  }
  await page.setViewportSize(before);
  wrong.push(...(await accessible(page, name)));
}

export { PASSWORD };
