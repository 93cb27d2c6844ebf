// A seal stands where it was dropped on pages of every rotation with a CropBox that begins somewhere else (S3-083). Files of others
// cannot be put into a contract yet, so two answers of the server are replaced here: the desk's document and the sizes of its pages. The page,
// its viewer and its drag are those of the product; what they would send is placed by the product's engine (`yinxin sign`), and poppler says
// where the ink is.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { begin, bringPage, deskReady, dragTo, fillMissing, freeze, worker } from "../acts.mjs";
import { story } from "../browser.mjs";
import { redInk, scratch } from "../paper.mjs";
import { PURCHASER, pushAward } from "../world.mjs";

const CROP = { x0: 31, y0: -57, x1: 31 + 510, y1: -57 + 722 };
const POINTS_PER_MM = 72 / 25.4;
const ROTATIONS = [0, 90, 180, 270];
const upright = { width: (CROP.x1 - CROP.x0) / POINTS_PER_MM, height: (CROP.y1 - CROP.y0) / POINTS_PER_MM };
/** The size of a page as it is seen. */
const seen = (rotate) => (rotate % 180 === 0 ? upright : { width: upright.height, height: upright.width });

/** One page for each rotation; the MediaBox is larger than the CropBox on every side. */
function testFile() {
  const pages = ROTATIONS.map((rotate, index) => `<</Type/Page/Parent 2 0 R/MediaBox[-40 -120 640 820]/CropBox[${CROP.x0} ${CROP.y0} ${CROP.x1} ${CROP.y1}]/Rotate ${rotate}/Resources<<>>/Contents ${3 + ROTATIONS.length + index} 0 R>>`);
  const lines = "0.8 G 0.5 w 40 -50 m 530 650 l S 40 650 m 530 -50 l S";
  const streams = ROTATIONS.map(() => `<</Length ${lines.length}>>stream\n${lines}\nendstream`);
  const kids = ROTATIONS.map((_, index) => `${3 + index} 0 R`).join(" ");
  const objects = ["<</Type/Catalog/Pages 2 0 R>>", `<</Type/Pages/Count ${ROTATIONS.length}/Kids[${kids}]>>`, ...pages, ...streams];
  let file = "%PDF-1.7\n";
  const offsets = objects.map((body, index) => {
    const at = file.length;
    file += `${index + 1} 0 obj\n${body}\nendobj\n`;
    return at;
  });
  const table = offsets.map((at) => `${String(at).padStart(10, "0")} 00000 n \n`).join("");
  const size = objects.length + 1;
  return Buffer.from(`${file}xref\n0 ${size}\n0000000000 65535 f \n${table}trailer\n<</Size ${size}/Root 1 0 R>>\nstartxref\n${file.length}\n%%EOF\n`);
}

/** Drops the seal with the mouse at a point of a page, on whole pixels; gives where that is on the paper, mm as seen. */
async function drop(page, index, share) {
  const sheet = await bringPage(page, index, share.y);
  await sheet.locator("canvas").waitFor();
  const box = await sheet.boundingBox();
  const to = { x: Math.round(box.x + share.x * box.width), y: Math.round(box.y + share.y * box.height) };
  await dragTo(page, "company", to);
  // The picture has the size of the paper; the box around it is cut to whole pixels.
  const paper = await sheet.locator("canvas").evaluate((canvas) => {
    const { left, top, width } = canvas.getBoundingClientRect();
    return { left, top, width };
  });
  const mm = seen(ROTATIONS[index]).width / paper.width;
  return { x: (to.x - paper.left) * mm, y: (to.y - paper.top) * mm };
}

story("a seal dropped on pages turned by 0, 90, 180 and 270 degrees stands there on paper", async () => {
  const page = await worker(PURCHASER.jiaozuo);
  await begin(page, await pushAward("goods-devices"));
  await fillMissing(page);
  const file = testFile();
  let picture;
  await page.route("**/api/v1/contracts/*/document.pdf", (route) => route.fulfill({ status: 200, contentType: "application/pdf", body: file }));
  await page.route("**/api/v1/contracts/*/desk", async (route) => {
    const desk = await (await route.fetch()).json();
    picture = desk.seals.find((seal) => seal.seal_type === "company");
    const pages = ROTATIONS.map((rotation) => ({ ...desk.pages[0], width_mm: seen(rotation).width, height_mm: seen(rotation).height, rotation }));
    await route.fulfill({ json: { ...desk, pages, suggestions: [], places: [] } });
  });
  let sent;
  await page.route("**/api/v1/contracts/*/signing-intents", async (route) => {
    sent = route.request().postDataJSON().placements;
    await route.abort();
  });
  await freeze(page);
  await deskReady(page);

  const shares = [{ x: 0.31, y: 0.27 }, { x: 0.64, y: 0.41 }, { x: 0.42, y: 0.66 }, { x: 0.27, y: 0.58 }];
  const dropped = [];
  for (const [index, share] of shares.entries()) dropped.push(await drop(page, index, share));
  await page.locator("[data-act=confirm]").click();
  await page.waitForFunction(() => document.querySelector("[role=alert]") !== null);
  const placed = sent.filter((one) => one.kind === "seal").sort((a, b) => a.page - b.page);
  assert.deepEqual(placed.map((one) => one.page), [0, 1, 2, 3]);

  // A key of this run, the seal's own picture, and one signature for each page.
  const [key, cert, png] = [scratch("turned.key"), scratch("turned.pem"), scratch("turned.png")];
  execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", cert, "-days", "2",
    "-subj", "/CN=Example signer", "-addext", "keyUsage=critical,digitalSignature,nonRepudiation"], { stdio: "ignore" });
  const bytes = await page.evaluate(async ([id, actor]) => {
    const answer = await fetch(`/api/v1/seals/${id}/image.png`, { headers: { "X-Actor": actor } });
    return [...new Uint8Array(await answer.arrayBuffer())];
  }, [picture.seal_id, await page.evaluate(() => sessionStorage.getItem("yinxin.actor"))]);
  writeFileSync(png, Buffer.from(bytes));
  let signed = scratch("turned-0.pdf");
  writeFileSync(signed, file);
  for (const one of placed) {
    const next = scratch(`turned-${one.page + 1}.pdf`);
    execFileSync(process.env.YINXIN_BINARY, ["sign", signed, next, "--key", key, "--cert", cert, "--seal", png, "--page", String(one.page + 1),
      `--at=${one.x_mm},${one.y_mm}`, "--width", String(picture.width_mm), "--field", `turned-${one.page}`]);
    signed = next;
  }
  assert.ok(readFileSync(signed).length > file.length);

  for (const [index, at] of dropped.entries()) {
    const ink = redInk(signed, index, at, picture.width_mm / 2 + 4);
    const off = Math.hypot(ink.x - at.x, ink.y - at.y);
    assert.ok(off <= 0.3, `turned by ${ROTATIONS[index]}: dropped at ${at.x.toFixed(2)}, ${at.y.toFixed(2)} mm and stands ${off.toFixed(2)} mm beside it`);
    assert.ok(Math.abs(ink.width - picture.width_mm) <= 0.5, `turned by ${ROTATIONS[index]}: ${ink.width} mm wide`);
    // The name of a seal runs along its upper arc: there is more ink above than below, whichever way the page is turned.
    assert.ok(ink.above > 1.1 * ink.below, `turned by ${ROTATIONS[index]}: the seal stands upright (${ink.above} pixels above, ${ink.below} below)`);
    assert.ok(Math.abs(ink.left - ink.right) < 0.1 * (ink.left + ink.right), `turned by ${ROTATIONS[index]}: ${ink.left} pixels left, ${ink.right} right`);
  }
});
