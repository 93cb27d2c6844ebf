// Two parties of the profile jiaozuo, the second at a telephone (S4-040 to S4-052).

import assert from "node:assert/strict";
import { begin, conclude, deskReady, downloaded, fillMissing, freeze, irreversibly, onPage, markOnScreen, sign, worker } from "../acts.mjs";
import { look, story, touchDrag, visitor } from "../browser.mjs";
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

/** What anybody is told of the file that the page offers now. */
async function verified(page, name) {
  const file = await downloaded(page, scratch(name));
  const anybody = await visitor("/verify");
  await anybody.locator("input[type=file]").setInputFiles(file);
  await anybody.locator(".signatures").waitFor();
  return anybody;
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
  const half = await verified(desk, "jiaozuo-half.pdf");
  await half.getByText("签章有效，但合同未签完（1/2方）").waitFor();
  const picture = half.getByRole("img", { name: /^印章图样：/ });
  await picture.waitFor();
  assert.ok(await picture.evaluate((image) => image.complete && image.naturalWidth > 100), "the picture of the seal is drawn");
  await look(half, "verify-unfinished");

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
  const whole = await verified(phone, "jiaozuo-whole.pdf");
  await whole.locator(".band").getByText("有效").first().waitFor();
  assert.equal(await whole.getByText("合同未签完").count(), 0);
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

  // The purchaser is told who, when, why and what comes next, and may change the text again; the other party is told to wait.
  await desk.goto(`/contracts/${id}`);
  const notice = desk.locator(".standing");
  await notice.getByText("乙方 示例信息技术有限公司不同意合同文本，已盖印章作废").waitFor();
  await notice.getByText("交货地点与投标文件不一致").waitFor();
  assert.match(await notice.innerText(), /乙方 示例信息技术有限公司 · .\*.*20\d\d-\d\d-\d\d \d\d:\d\d/s);
  await notice.getByText("改好后重新清稿、盖章并提交").waitFor();
  await look(desk, "contract-disagreed");
  await phone.goto(`/contracts/${id}`);
  await phone.locator(".standing").getByText("我方不同意合同文本，已盖印章作废").waitFor();
  await phone.locator(".standing").getByText("等待甲方 示例县行政审批服务中心修改草稿").waitFor();
  await desk.getByRole("button", { name: "继续起草" }).click();
  await desk.waitForURL("**/draft");
  await desk.locator("#section-04").getByText("交货地点与投标文件不一致").waitFor();
  await desk.getByRole("button", { name: "清稿并加盖印章" }).waitFor();
});
