// Lists of more than one page. Last of all, because it leaves many contracts behind (S0-005; ui.md, lists).

import assert from "node:assert/strict";
import { worker } from "../acts.mjs";
import { story } from "../browser.mjs";
import { PURCHASER, pushAward, sentToPurchaser } from "../world.mjs";

story("a long list is turned page by page: nothing twice, nothing left out, and a reload stays where one is", async () => {
  const about = `翻页${process.pid}`;
  for (let number = 1; number <= 21; number += 1) {
    await sentToPurchaser(await pushAward("mall-order", (award) => (award.project.name = `${about}第${number}批`)));
  }
  const page = await worker(PURCHASER["henan-mall"]);
  await page.goto(`/contracts?tab=waiting_for_me&text=${encodeURIComponent(about)}`);
  const rows = page.locator(".contract-table tbody tr");
  const links = () => rows.locator("a.title").evaluateAll((all) => all.map((one) => one.getAttribute("href")));
  const count = (wanted) => page.waitForFunction((many) => document.querySelectorAll(".contract-table tbody tr").length === many, wanted);
  const pager = page.locator("nav.foot");
  await count(20);
  assert.equal(await pager.getByRole("button", { name: "上一页" }).isDisabled(), true);
  const first = await links();
  await pager.getByRole("button", { name: "下一页" }).click();
  await count(1);
  const second = await links();
  assert.equal(new Set([...first, ...second]).size, 21, "every contract once");
  assert.equal(await pager.getByRole("button", { name: "下一页" }).isDisabled(), true);
  await page.reload();
  await count(1);
  assert.deepEqual(await links(), second, "a reload stays on the page");
  await pager.getByRole("button", { name: "上一页" }).click();
  await count(20);
  assert.deepEqual(await links(), first, "and back is the page before");
});
