// The same contract by two people who read English: from the draft to the conclusion, and a seal that finds its line.

import assert from "node:assert/strict";
import { begin, bringPage, conclude, deskReady, downloaded, fillMissing, markOnScreen, onPage, sign, worker } from "../acts.mjs";
import { look, story } from "../browser.mjs";
import { holds, scratch } from "../paper.mjs";
import { PURCHASER, SUPPLIER, pushAward } from "../world.mjs";

/** Somebody at work who has chosen English. */
async function reader(organisation) {
  const page = await worker(organisation);
  await page.getByRole("button", { name: "English" }).first().click();
  await page.getByRole("button", { name: "中文" }).first().waitFor();
  return page;
}

/** What a page says in Chinese although English was chosen; what the parties and the law call things stays as it is. */
async function leftInChinese(page, places) {
  return page.locator(places).evaluateAll((elements) => elements.map((one) => one.innerText).filter((text) => /[\u4e00-\u9fff]/.test(text)));
}

story("a contract in English", async () => {
  const award = await pushAward("goods-devices");
  const purchaser = await reader(PURCHASER.jiaozuo);
  const id = await begin(purchaser, award, "Begin the draft");
  await fillMissing(purchaser);
  await purchaser.getByRole("button", { name: "Finalise and seal" }).click();
  const dialog = purchaser.getByRole("dialog").filter({ has: purchaser.locator(".gesture input") });
  await dialog.locator(".gesture input").fill("finalise");
  await dialog.getByRole("button").last().click();
  await deskReady(purchaser);
  assert.deepEqual(await leftInChinese(purchaser, ".desk aside button, .desk aside h2, .desk aside h3, [data-act]"), []);

  // A seal that comes near the middle of the place that the text leaves is drawn into it; with Alt it stays where it is let go.
  const mark = purchaser.locator('[data-mark][data-kind="seal"]').first();
  await bringPage(purchaser, 5, 0.5);
  await mark.waitFor();
  const place = await markOnScreen(purchaser);
  const drag = async (dx, dy) => {
    const from = await onPage(purchaser, place.page, place.x, place.y);
    const at = await mark.boundingBox();
    const start = { x: at.x + at.width / 2, y: at.y + at.height / 2 };
    const mm = (await purchaser.locator(`.viewer .pdf-page[data-page="${place.page}"]`).boundingBox()).width / 210;
    await purchaser.mouse.move(start.x, start.y);
    await purchaser.mouse.down();
    await purchaser.mouse.move(from.x + 40 * mm, from.y - 40 * mm, { steps: 5 });
    await purchaser.mouse.move(from.x + dx * mm, from.y + dy * mm, { steps: 5 });
    await purchaser.mouse.up();
    return markOnScreen(purchaser);
  };
  const snapped = await drag(0.8, -0.7);
  assert.ok(Math.abs(snapped.x - place.x) < 0.1 && Math.abs(snapped.y - place.y) < 0.1, `drawn into its place: ${JSON.stringify({ place, snapped })}`);
  await purchaser.keyboard.down("Alt");
  const loose = await drag(0.8, -0.7);
  await purchaser.keyboard.up("Alt");
  assert.ok(Math.abs(loose.x - place.x - 0.8) < 0.25 && Math.abs(loose.y - place.y + 0.7) < 0.25, `with Alt where it was let go: ${JSON.stringify({ place, loose })}`);

  await sign(purchaser, purchaser.phone, { opened: () => look(purchaser, "en-confirm-sheet") });
  await conclude(purchaser);
  await purchaser.getByText("Your side has signed", { exact: true }).waitFor();

  const supplier = await reader(SUPPLIER.jiaozuo);
  await supplier.goto(`/contracts/${id}`);
  await look(supplier, "en-contract");
  await supplier.getByRole("button", { name: "Sign", exact: true }).click();
  await deskReady(supplier);
  await look(supplier, "en-desk");
  await sign(supplier, supplier.phone);
  await conclude(supplier);
  await supplier.getByText("The contract is concluded", { exact: true }).waitFor();
  await look(supplier, "en-outcome");
  await holds(await downloaded(supplier, scratch("english.pdf")));
});
