// Two parties of the profile jiaozuo, the second at a telephone (S4-040 to S4-052).

import assert from "node:assert/strict";
import { begin, conclude, deskReady, downloaded, fillMissing, freeze, irreversibly, onPage, markOnScreen, sign, worker } from "../acts.mjs";
import { story, touchDrag } from "../browser.mjs";
import { holds, scratch, stands } from "../paper.mjs";
import { PURCHASER, SUPPLIER, pushAward } from "../world.mjs";

const purchaser = () => worker(PURCHASER.jiaozuo);
const supplier = () => worker(SUPPLIER.jiaozuo, { onPhone: true });

/** The purchaser drafts, finalises, seals where the text leaves room, and submits. */
async function submitted(page) {
  const award = await pushAward("goods-devices");
  const id = await begin(page, award);
  await fillMissing(page);
  await freeze(page);
  await sign(page, page.phone);
  await conclude(page);
  await page.getByText("本方已完成签署", { exact: true }).waitFor();
  return id;
}

/** On the telephone: first read, then seal. */
async function sealOnPhone(page, id) {
  await page.goto(`/contracts/${id}`);
  await page.getByRole("button", { name: "去签章" }).click();
  await deskReady(page);
  await page.getByRole("button", { name: "开始盖章" }).tap();
}

story("a contract by finger on a telephone: agreed", async () => {
  const desk = await purchaser();
  const id = await submitted(desk);

  const phone = await supplier();
  await sealOnPhone(phone, id);
  // What stands is dragged by a finger to where there is nothing else, and stays there.
  const mark = phone.locator('[data-mark][data-kind="seal"]');
  const at = await mark.boundingBox();
  const from = { x: at.x + at.width / 2, y: at.y + at.height / 2 };
  await touchDrag(phone, from, { x: from.x + 40, y: from.y - 60 });
  const dropped = await markOnScreen(phone);
  await sign(phone, phone.phone);
  await phone.getByText("已盖章，尚未提交").waitFor();
  await conclude(phone);
  await phone.getByText("合同签订完成", { exact: true }).waitFor();

  const file = await downloaded(phone, scratch("jiaozuo.pdf"));
  await holds(file);
  stands(file, dropped, 42);
});

story("a contract that the other party does not agree with opens anew", async () => {
  const desk = await purchaser();
  const id = await submitted(desk);

  const phone = await supplier();
  await sealOnPhone(phone, id);
  await sign(phone, phone.phone);
  const disagree = phone.getByRole("button", { name: "不同意" });
  await disagree.waitFor();
  await irreversibly(phone, disagree, "不同意", "交货地点与投标文件不一致");
  await phone.getByText("合同文本正在修改", { exact: true }).waitFor();

  // The purchaser is told why, and may change the text again.
  await desk.goto(`/contracts/${id}`);
  await desk.getByRole("button", { name: "继续起草" }).click();
  await desk.waitForURL("**/draft");
  await desk.locator("#section-04").getByText("交货地点与投标文件不一致").waitFor();
  await desk.getByRole("button", { name: "清稿并加盖印章" }).waitFor();
});
