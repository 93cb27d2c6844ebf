// The purchaser returns a contract with a reason, and modifies one by himself (S1-006, S1-007).

import assert from "node:assert/strict";
import { answer, begin, fillMissing, send, worker } from "../acts.mjs";
import { story } from "../browser.mjs";
import { PURCHASER, SUPPLIER, pushAward } from "../world.mjs";

story("returned with a reason, mended, sent again, modified by the reviewer, and confirmed", async () => {
  const supplier = await worker(SUPPLIER["henan-mall"]);
  const id = await begin(supplier, await pushAward("mall-order"));
  await fillMissing(supplier);
  await send(supplier);

  const purchaser = await worker(PURCHASER["henan-mall"]);
  await purchaser.goto(`/contracts/${id}/review`);
  // Without a reason nothing is returned.
  await purchaser.getByRole("button", { name: /^退回乙方/ }).click();
  const dialog = purchaser.getByRole("dialog").filter({ visible: true });
  await dialog.getByRole("button", { name: "退回", exact: true }).click();
  await dialog.getByText("请填写退回原因").waitFor();
  await dialog.locator("textarea").fill("请把签订地点写到区");
  await dialog.getByRole("button", { name: "退回", exact: true }).click();
  await purchaser.waitForURL((url) => !url.pathname.endsWith("/review"));

  await supplier.goto(`/contracts/${id}`);
  await supplier.getByText("请把签订地点写到区").first().waitFor();
  await supplier.getByRole("button", { name: "继续起草" }).click();
  const place = supplier.locator('[data-field="sign_place"]').getByRole("textbox").first();
  await place.fill("示例市甲区");
  await supplier.locator(".save-state").filter({ hasText: "已自动保存" }).waitFor();
  await send(supplier);

  // The reviewer modifies: it is a draft again, which its drafter must send.
  await purchaser.goto(`/contracts/${id}/review`);
  await purchaser.getByRole("button", { name: "修改", exact: true }).click();
  await purchaser.getByRole("button", { name: "开始修改" }).click();
  await purchaser.waitForURL("**/draft");
  await purchaser.locator('[data-field="sign_place"]').getByRole("textbox").first().fill("示例市乙区");
  await purchaser.getByRole("button", { name: "完成修改" }).click();
  await purchaser.waitForURL(/\/contracts\/ctr_\w+$/);

  await supplier.goto(`/contracts/${id}/draft`);
  await supplier.locator('[data-field="sign_place"]').waitFor();
  assert.equal(await place.inputValue(), "示例市乙区");
  await send(supplier);
  await purchaser.goto(`/contracts/${id}/review`);
  await answer(purchaser);
  await purchaser.goto(`/contracts/${id}`);
  await purchaser.getByText("待盖章").first().waitFor();
});
