// The administrator and the members of his organisation (S3-028, S3-058).

import assert from "node:assert/strict";
import { actFor, signIn, worker } from "../acts.mjs";
import { accessible, look, story, visitor } from "../browser.mjs";
import { PURCHASER, SUPPLIER, member } from "../world.mjs";

const organisation = PURCHASER["henan-mall"];

story("a member is added with a role, given another, and removed; the last administrator stays", async () => {
  // Somebody whose name is verified, at home elsewhere.
  const { phone } = member(SUPPLIER.jiaozuo, "经办人");
  const page = await worker(organisation);
  await page.getByRole("link", { name: "单位管理", exact: true }).click();
  await page.getByRole("heading", { name: "单位管理" }).waitFor();
  const rows = page.locator(".card li");
  await rows.first().waitFor();
  const before = await rows.count();
  await look(page, "organisation");

  await page.getByRole("button", { name: "添加成员" }).click();
  const dialog = page.getByRole("dialog").filter({ visible: true });
  assert.deepEqual(await accessible(page, "adding a member"), []);
  const box = await dialog.getByRole("checkbox").first().boundingBox();
  const words = await dialog.locator("label.tick > span").first().boundingBox();
  assert.ok(words.x - (box.x + box.width) >= 8, "a gap between a box and its words");
  await look(page, "add-member");
  await dialog.locator("#member-phone").fill("12345");
  await dialog.getByRole("checkbox", { name: /^经办人/ }).uncheck();
  await dialog.getByRole("button", { name: "添加成员" }).click();
  await dialog.getByText("请输入 11 位手机号码。").waitFor();
  await dialog.getByText("请至少选择一个角色。").waitFor();
  // Nobody has this number: the server's word is shown, and what was typed stays.
  await dialog.locator("#member-phone").fill("13999999999");
  await dialog.getByRole("checkbox", { name: /^审批人/ }).check();
  await dialog.getByRole("button", { name: "添加成员" }).click();
  await dialog.getByRole("alert").filter({ hasText: "实名" }).waitFor();
  await dialog.locator("#member-phone").fill(`+86 ${phone}`);
  await dialog.getByRole("button", { name: "添加成员" }).dblclick();
  await page.getByText("已添加成员。").waitFor();
  await rows.nth(before).waitFor();
  assert.equal(await rows.count(), before + 1);

  // He may act for it at once, and see the members without being offered to change them.
  const other = await visitor("/login");
  await signIn(other, phone);
  await other.waitForURL((url) => url.pathname !== "/login");
  await actFor(other, organisation);
  await other.goto("/organisation");
  await other.locator(".card li").nth(before).waitFor();
  assert.equal(await other.getByRole("button", { name: /修改角色|移出|添加成员/ }).count(), 0);

  const row = rows.last();
  await row.getByRole("button", { name: /^修改角色/ }).click();
  await dialog.getByRole("checkbox", { name: /^印章管理员/ }).check();
  await dialog.getByRole("button", { name: "保存" }).click();
  await page.getByText("已修改角色。").waitFor();
  await row.getByText("印章管理员", { exact: true }).waitFor();

  await row.getByRole("button", { name: /移出本单位/ }).click();
  await dialog.getByText("不能再以本单位身份查看和办理合同").waitFor();
  await dialog.getByRole("button", { name: "移出" }).click();
  await page.getByText("已移出。").waitFor();
  await rows.nth(before).waitFor({ state: "detached" });
  await other.goto("/");
  await other.getByRole("button", { name: /^切换操作身份/ }).click();
  assert.equal(await other.getByRole("menuitemradio", { name: organisation }).count(), 0, "he acts for it no more");

  // Without an administrator nobody could mend it.
  const own = rows.filter({ hasText: "我" }).first();
  await own.getByRole("button", { name: /移出本单位/ }).click();
  await dialog.getByRole("button", { name: "移出" }).click();
  await dialog.getByRole("alert").filter({ hasText: "管理员" }).waitFor();
});
