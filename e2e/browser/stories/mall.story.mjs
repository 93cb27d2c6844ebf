// An order of the mall from draft to public notice: the supplier drafts and seals with a mouse, the purchaser seals with keys (S1-002 to S1-041).

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { answer, begin, conclude, deskReady, downloaded, dragSeal, fillMissing, markOnScreen, send, sign, worker } from "../acts.mjs";
import { DESKTOP, PHONE, look, story, visitor } from "../browser.mjs";
import { holds, scratch, stands } from "../paper.mjs";
import { PURCHASER, SUPPLIER, pushAward } from "../world.mjs";

story("a contract of the mall, from the draft to the public notice", async () => {
  const award = await pushAward("mall-order");
  const supplier = await worker(SUPPLIER["henan-mall"]);
  const id = await begin(supplier, award);
  // The live preview stands beside the form.
  await supplier.locator(".pdf-page canvas").first().waitFor();
  await look(supplier, "draft");
  await fillMissing(supplier);
  // 【保存】 says that it is saved, and a reload shows the same.
  await supplier.getByRole("button", { name: "保存", exact: true }).click();
  await supplier.locator(".save-state").filter({ hasText: "已" }).waitFor();
  await supplier.reload();
  await supplier.getByText("内容已填写完整").first().waitFor();
  await send(supplier);

  const purchaser = await worker(PURCHASER["henan-mall"]);
  await purchaser.goto(`/contracts/${id}`);
  await purchaser.getByRole("button", { name: "去确认" }).click();
  await purchaser.waitForURL("**/review");
  await purchaser.locator(".pdf-page canvas").first().waitFor();
  await look(purchaser, "review");
  // Each button says what it makes impossible.
  for (const said of ["乙方改好重发之前，您不能再处理", "须由乙方重新发送", "确认后正文冻结，双方都不能再改"]) await purchaser.getByText(said).first().waitFor();
  await answer(purchaser);

  // Sealed with the mouse; deleted; sealed again elsewhere.
  await supplier.goto(`/contracts/${id}`);
  await supplier.getByRole("button", { name: "去签章" }).click();
  await deskReady(supplier);
  await look(supplier, "desk");
  // A telephone turned into a desk shows the paper in its size again, not as wide as it was.
  await supplier.setViewportSize(PHONE);
  await supplier.locator(".desk.narrow .pdf-page canvas").first().waitFor();
  await supplier.setViewportSize(DESKTOP);
  await supplier.waitForFunction(() => /^100\s*%$/.test(document.querySelector(".centre .percent")?.textContent.trim() ?? ""));
  const placed = supplier.locator('[data-mark][data-kind="seal"]');
  await supplier.getByRole("button", { name: /^移除公章，/ }).click();
  await placed.waitFor({ state: "detached" });
  await dragSeal(supplier, "company", 0, { x: 70.3, y: 120.7 });
  await placed.locator("button.delete").click();
  await placed.waitFor({ state: "detached" });
  await dragSeal(supplier, "company", 0, { x: 81.4, y: 141.6 });
  // A reload forgets nothing that was placed.
  await supplier.reload();
  await deskReady(supplier);
  await placed.waitFor();
  await sign(supplier, supplier.phone, { opened: () => look(supplier, "confirm-sheet") });
  await supplier.locator("[data-act=discard]").waitFor();
  await look(supplier, "sealed");
  await supplier.locator("[data-act=discard]").click();
  await supplier.getByRole("dialog").getByRole("button", { name: "删除印章" }).click();
  await supplier.locator("[data-act=confirm]").waitFor();
  await supplier.getByRole("button", { name: /^移除公章，/ }).click();
  const dropped = { page: 0, x: 63.7, y: 152.3 };
  await dragSeal(supplier, "company", dropped.page, dropped);
  await sign(supplier, supplier.phone);
  await conclude(supplier);
  await supplier.getByText("本方已完成签署", { exact: true }).waitFor();

  // Sealed without a mouse: by keys on the mark, and by numbers.
  await purchaser.goto(`/contracts/${id}/sign`);
  await deskReady(purchaser);
  // The supplier's seals are seen and cannot be taken hold of.
  const theirs = purchaser.locator(`.viewer .pdf-page[data-page="${dropped.page}"]`).getByRole("img", { name: "乙方印章，不可移动" });
  await theirs.waitFor();
  assert.equal(await theirs.locator("button").count(), 0);
  const mark = purchaser.locator('[data-mark][data-kind="seal"]');
  await purchaser.getByRole("button", { name: /^公章/ }).and(purchaser.locator(".about")).focus();
  await purchaser.keyboard.press("Enter");
  await mark.waitFor();
  await purchaser.getByLabel("距页面左边（毫米）").fill("120");
  await purchaser.getByLabel("距页面左边（毫米）").press("Enter");
  await mark.focus();
  const before = await markOnScreen(purchaser);
  await purchaser.keyboard.press("Shift+ArrowUp");
  for (let step = 0; step < 3; step += 1) await purchaser.keyboard.press("ArrowRight");
  const after = await markOnScreen(purchaser);
  assert.ok(Math.abs(after.x - before.x - 1.5) < 0.1, `moved right by ${after.x - before.x} mm`);
  assert.ok(Math.abs(before.y - after.y - 5) < 0.1, `moved up by ${before.y - after.y} mm`);
  // S3-086: 结束签章 is a choice of the sheet, which says what cannot be undone then; nothing is left to send.
  const told = async () => {
    await purchaser.getByText("签章后立即“确认签章”，印章成为合同的一部分：不能撤回，本方不能再次签章。").waitFor();
    await look(purchaser, "confirm-to-end");
  };
  // The file with the new seals arrives half a second before the facts about it.
  const facts = `**/api/v1/contracts/${id}`;
  const arrived = purchaser.waitForResponse(/document\.pdf$/);
  await purchaser.route(
    facts,
    async (route) => {
      await arrived;
      setTimeout(() => void route.continue(), 500);
    },
    { times: 1 },
  );
  await sign(purchaser, purchaser.phone, { toEnd: true, opened: told });
  await purchaser.getByText("合同签订完成", { exact: true }).waitFor();
  await purchaser.locator(".viewer .pdf-page canvas").first().waitFor();
  await look(purchaser, "outcome");

  const file = await downloaded(purchaser, scratch("mall.pdf"));
  await holds(file);
  stands(file, dropped, 42);
  stands(file, after, 42);

  // The evidence of what happened, as one file.
  await purchaser.goto(`/contracts/${id}/track`);
  const [evidence] = await Promise.all([purchaser.waitForEvent("download"), purchaser.getByRole("button", { name: "下载轨迹" }).click()]);
  await evidence.saveAs(scratch("track.json"));
  const track = JSON.parse(readFileSync(scratch("track.json"), "utf8"));
  assert.ok(JSON.stringify(track).includes("contract.step_sent"), "it tells who sent what");
  await purchaser.getByText("签章后结束签章并发送").first().waitFor();

  // Anybody reads the notice, once the supervising system and the medium have answered.
  const anybody = await visitor("/notices");
  await anybody.getByRole("link", { name: new RegExp(award.code) }).or(anybody.getByText(award.name)).first().waitFor();
});
