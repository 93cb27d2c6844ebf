// Several contracts signed together: read first, one password and one code, and what became of each (ui.md 2; S3-080 to S3-087).

import assert from "node:assert/strict";
import { downloaded, worker } from "../acts.mjs";
import { look, story } from "../browser.mjs";
import { holds, scratch } from "../paper.mjs";
import { CERTIFICATE_PASSWORD, PURCHASER, messages, pushAward, revokedBySupplier, sealedBySupplier, sentToPurchaser, smsCode } from "../world.mjs";

story("three contracts at one go, of which the supplier revokes one meanwhile", async () => {
  const mark = `批量${process.pid}`;
  const named = (award) => (award.project.name = `${award.project.name}${mark}`);
  const awards = [];
  for (let nth = 0; nth < 4; nth += 1) awards.push(await pushAward("mall-order", named));
  const ids = [];
  for (const award of awards.slice(0, 3)) ids.push(await sealedBySupplier(award));
  const unconfirmed = (await sentToPurchaser(awards[3])).id;

  const page = await worker(PURCHASER["henan-mall"]);
  await page.goto(`/contracts?tab=waiting_for_me&text=${encodeURIComponent(mark)}`);
  const rows = page.locator("table.contract-table tbody tr");
  await rows.nth(3).waitFor();
  assert.equal(await rows.count(), 4);
  await page.locator("table.contract-table thead .el-checkbox").click();
  await look(page, "batch-list");
  await page.locator("[data-act=batch-sign]").click();
  await page.waitForURL(/batch-sign/);

  // What cannot be signed with the others is told with its reason, and nothing is dropped.
  await page.getByRole("heading", { name: "可一并签署 3 份" }).waitFor();
  const apart = page.locator(".apart li");
  assert.equal(await apart.count(), 1);
  assert.match(await apart.innerText(), /查看合同/);
  assert.ok((await page.locator("#main").innerText()).includes("公章"));
  await look(page, "batch-read");

  // First read, then sign.
  const confirm = page.locator("[data-act=confirm]");
  assert.ok(await confirm.isDisabled());
  assert.equal(await page.getByRole("checkbox", { name: /^我已阅读/ }).first().isDisabled(), true, "ticked only after it was opened");
  await page.locator("footer").getByRole("button", { name: "阅读合同" }).click();
  for (let left = 3; left > 0; left -= 1) {
    const drawer = page.getByRole("dialog").filter({ visible: true });
    await drawer.locator(".pdf-page canvas").first().waitFor();
    const title = await drawer.locator("header").innerText();
    await drawer.getByRole("button", { name: left > 1 ? "我已阅读，看下一份" : "我已阅读这份合同" }).click();
    if (left > 1) await page.waitForFunction((before) => document.querySelector(".preview-drawer header")?.innerText !== before, title);
  }
  await page.getByText("已阅读 3 / 3 份").waitFor();
  // A reload, as a telephone makes it when one looks for the code, forgets nothing of it.
  await page.reload();
  await page.getByText("已阅读 3 / 3 份").waitFor();

  // One confirmation: how many, how much, each with its marks, whether the steps end with it.
  const seen = (await messages(page.phone)).length;
  await confirm.click();
  const sheet = page.getByRole("dialog", { name: "确认签署 3 份合同" });
  await sheet.locator("#sms-code").waitFor();
  await sheet.getByText("29,629.50").first().waitFor();
  await sheet.locator("details summary").first().click();
  await sheet.getByText(/SM3 /).first().waitFor();
  await sheet.locator("[data-act=end-now]").check();
  await sheet.locator("[data-act=end-now]:checked:enabled").waitFor();
  await look(page, "batch-confirm");
  const code = await smsCode(page.phone, seen);
  const [{ text }] = await messages(page.phone);
  assert.ok(text.includes("批量签署3份合同，合计29629.50元"), text);
  assert.equal((await messages(page.phone)).length, seen + 1, "one code for all, whatever is chosen");
  // The supplier revokes one while the purchaser's people look for the code.
  await revokedBySupplier(ids[1]);
  await sheet.locator("input[type=password]").fill(CERTIFICATE_PASSWORD);
  await sheet.locator("#sms-code").fill(code);
  await sheet.locator("[data-act=sign]").dblclick();

  await page.getByRole("heading", { name: "已签署 2 份，1 份未签署" }).waitFor();
  const stages = page.locator(".outcome li");
  const told = () => stages.evaluateAll((lines) => lines.map((line) => line.dataset.stage));
  assert.deepEqual((await told()).sort(), ["missed", "sent", "sent"]);
  const missed = page.locator(".outcome li[data-stage=missed]");
  assert.match(await missed.innerText(), /错误代码 contract\.ended/);
  await look(page, "batch-outcome");
  // A reload finds it again, and signs nothing.
  await page.reload();
  await page.getByRole("heading", { name: "已签署 2 份，1 份未签署" }).waitFor();
  assert.deepEqual((await told()).sort(), ["missed", "sent", "sent"]);

  // What was signed is concluded, stands before the independent judges, and the one left apart waits as before.
  for (const id of [ids[0], ids[2]]) {
    await page.goto(`/contracts/${id}/sign`);
    await page.getByText("合同签订完成", { exact: true }).waitFor();
  }
  await holds(await downloaded(page, scratch("batch.pdf")));
  await page.goto(`/contracts/${ids[2]}/track`);
  await page.getByText("签章后结束签章并发送").first().waitFor();
  await page.goto(`/contracts/${unconfirmed}`);
  await page.getByRole("button", { name: "去确认" }).waitFor();
});
