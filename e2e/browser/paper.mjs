// What becomes of the paper: the file that people downloaded, judged by programs that share nothing with the product.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { BASE } from "./world.mjs";

const root = join(import.meta.dirname, "../..");
const python = process.env.YINXIN_PYTHON ?? join(root, ".venv/bin/python");

/** A path in the folder of this run. */
export const scratch = (name) => join(process.env.YINXIN_FOLDER, name);

/** The contract that the demo concluded by itself. */
export const demoPdf = scratch("yinxin-demo/out/contract.pdf");

/** Fails unless the independent checker finds every signature of a file whole, valid and trusted; gives what it said. */
export async function holds(path) {
  const trust = scratch("trust.pem");
  writeFileSync(trust, await (await fetch(`${BASE}/api/v1/trust.pem`)).text());
  const { status, stdout, stderr } = spawnSync(python, [join(root, "oracles/check_pdf.py"), path, "--trust", trust], { encoding: "utf8" });
  assert.equal(status, 0, `${stdout}\n${stderr}`);
  return stdout;
}

const DPI = 300;
const mm = (pixels) => (pixels * 25.4) / DPI;

/**
 * The centre of the red ink within `reach` mm around a point of a page (from 0), mm from its upper left corner as seen, in a render of 300 dpi
 * by poppler; and how many pixels of it lie on each side of that centre.
 */
export function redInk(path, page, at, reach) {
  const px = (length) => Math.round((length / 25.4) * DPI);
  const [left, top, size] = [px(at.x - reach), px(at.y - reach), px(2 * reach)];
  const number = String(page + 1);
  const args = ["-cropbox", "-r", DPI, "-f", number, "-l", number, "-x", left, "-y", top, "-W", size, "-H", size, "-singlefile", path].map(String);
  const image = execFileSync("pdftoppm", args, { maxBuffer: 64 << 20 });
  // P6, width, height, 255, then three bytes for each pixel.
  const head = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(image.subarray(0, 64).toString("latin1"));
  const [width, height] = [Number(head[1]), Number(head[2])];
  const found = { left: width, right: -1, top: height, bottom: -1 };
  const red = [];
  for (let y = 0, place = head[0].length; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, place += 3) {
      if (image[place] < 140 || image[place + 1] > 110 || image[place + 2] > 110) continue;
      red.push({ x, y });
      found.left = Math.min(found.left, x);
      found.right = Math.max(found.right, x);
      found.top = Math.min(found.top, y);
      found.bottom = Math.max(found.bottom, y);
    }
  }
  assert.ok(found.right > found.left, "there is red ink");
  const centre = { x: (found.left + found.right) / 2, y: (found.top + found.bottom) / 2 };
  const count = (side) => red.filter(side).length;
  return {
    left: count(({ x }) => x < centre.x),
    right: count(({ x }) => x > centre.x),
    above: count(({ y }) => y < centre.y),
    below: count(({ y }) => y > centre.y),
    x: mm(left + (found.left + found.right + 1) / 2),
    y: mm(top + (found.top + found.bottom + 1) / 2),
    width: mm(found.right + 1 - found.left),
    height: mm(found.bottom + 1 - found.top),
  };
}

/** Fails unless a seal stands within 0.3 mm of where it was dropped. */
export function stands(path, { page, x, y }, diameter) {
  const ink = redInk(path, page, { x, y }, diameter / 2 + 4);
  assert.ok(Math.hypot(ink.x - x, ink.y - y) <= 0.3, `dropped at ${x.toFixed(2)}, ${y.toFixed(2)} mm and stands at ${ink.x.toFixed(2)}, ${ink.y.toFixed(2)} mm`);
  assert.ok(Math.abs(ink.width - diameter) <= 0.5, `${ink.width} mm wide`);
}
