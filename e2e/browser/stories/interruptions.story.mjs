// What happens to people at work: the session ends, they reload, press twice, and have two windows open (S0-005, S1-003).

import assert from "node:assert/strict";
import { begin, deskReady, fillMissing, irreversibly, sign, signIn, worker } from "../acts.mjs";
import { look, story } from "../browser.mjs";
import { CERTIFICATE_PASSWORD, PURCHASER, messages, pushAward, sealedBySupplier, session, smsCode } from "../world.mjs";

const purchaser = PURCHASER.jiaozuo;
const textOf = (page, field) => page.locator(`[data-field="${field}"]`).getByRole("textbox").first();

story("the session ends in the middle of drafting, and nothing is lost", async () => {
  const page = await worker(purchaser);
  await begin(page, await pushAward("goods-devices"));
  await textOf(page, "sign_place").fill("示例市甲区");
  await page.locator(".save-state").filter({ hasText: "已自动保存" }).waitFor();
  await page.context().clearCookies();
  await textOf(page, "sign_place").fill("示例市乙区三号楼");
  const dialog = page.getByRole("dialog", { name: "登录已过期，请重新登录" });
  await dialog.waitFor();
  assert.equal(await textOf(page, "sign_place").inputValue(), "示例市乙区三号楼", "what was typed stays behind the dialog");
  await look(page, "session-ended");
  await signIn(dialog, page.phone);
  await dialog.waitFor({ state: "detached" });
  await page.locator(".save-state").filter({ hasText: "已自动保存" }).waitFor();
  await page.reload();
  assert.equal(await textOf(page, "sign_place").inputValue(), "示例市乙区三号楼", "and is on the server");
});

story("reload at every step and press everything twice: each act happens once", async () => {
  const page = await worker(purchaser);
  const award = await pushAward("goods-devices");
  await page.goto(`/awards/${award.id}/begin`);
  await page.getByRole("radio").first().check();
  await page.getByRole("button", { name: "确定，开始起草" }).dblclick();
  await page.waitForURL("**/draft");
  const id = page.url().match(/ctr_\w+/)[0];
  await fillMissing(page);
  await page.locator(".save-state").filter({ hasText: "已自动保存" }).waitFor();
  await page.reload();
  await page.getByText("内容已填写完整").first().waitFor();

  await page.getByRole("button", { name: "清稿并加盖印章" }).click();
  await page.locator(".gesture input").fill("清稿");
  await page.getByRole("dialog").getByRole("button", { name: "清稿并加盖印章" }).dblclick();
  await deskReady(page);
  const marks = page.getByRole("heading", { name: "已放置 3" });
  await marks.waitFor();
  await page.reload();
  await deskReady(page);
  await marks.waitFor();

  // The sheet asks for one code however often the button is pressed, and a reload does not ask for another.
  const seen = (await messages(page.phone)).length;
  await page.locator("[data-act=confirm]").dblclick();
  const sheet = page.getByRole("dialog", { name: "确认签署" });
  await sheet.locator("#sms-code").waitFor();
  const code = await smsCode(page.phone, seen);
  await page.reload();
  await deskReady(page);
  if (!(await sheet.isVisible())) await page.locator("[data-act=confirm]").click();
  await sheet.locator("#sms-code").waitFor();
  assert.equal((await messages(page.phone)).length, seen + 1, "one message");
  await sheet.locator("input[type=password]").first().fill(CERTIFICATE_PASSWORD);
  await sheet.locator("#sms-code").fill(code);
  await sheet.locator("[data-act=sign]").dblclick();
  await page.getByText("已盖章，尚未提交").waitFor();
  await page.reload();
  await page.getByText("已盖章，尚未提交").waitFor();

  await page.locator("[data-act=send]").click();
  await page.locator(".gesture input").fill("提交合同");
  await page.getByRole("dialog").getByRole("button", { name: "提交合同" }).dblclick();
  await page.getByText("本方已完成签署", { exact: true }).waitFor();
  await page.reload();
  await page.getByText("本方已完成签署", { exact: true }).waitFor();

  const actor = await page.evaluate(() => sessionStorage.getItem("yinxin.actor"));
  const track = await (await session(page.phone, actor)).get(`/api/v1/contracts/${id}/track`);
  const acts = track.map(({ kind }) => kind);
  for (const act of ["contract.started", "contract.frozen", "contract.sealed", "contract.step_sent"]) {
    assert.equal(acts.filter((kind) => kind === act).length, 1, `${act} in ${acts}`);
  }
});

story("the document is signed by somebody while it is opened, and then a part of it does not come: it is opened all the same", async () => {
  const id = await sealedBySupplier(await pushAward("mall-order"));
  const page = await worker(PURCHASER["henan-mall"]);
  /** What is asked for after the first part is answered by `answer` first, and then as ever. */
  const firstOfRest = async (answer) => {
    let asked = 0;
    await page.unroute("**/document.pdf");
    await page.route("**/document.pdf", async (route) => {
      if ((await route.request().headerValue("range")).startsWith("bytes=0-") || (asked += 1) > 1) return route.continue();
      return answer(route);
    });
    return () => asked;
  };
  const changed = await firstOfRest(async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), etag: '"another"' } });
  });
  await page.goto(`/contracts/${id}/sign`);
  await deskReady(page);
  assert.ok(changed() > 1, "the document is longer than its first part, and was opened anew");

  const broken = await firstOfRest((route) => route.abort());
  await page.reload();
  await page.locator(".centre").getByText("连接不上服务器").waitFor();
  assert.equal(broken(), 1);
  await page.locator(".centre").getByRole("button", { name: "重试" }).click();
  await deskReady(page);
  await page.locator(".centre").getByText("连接不上服务器").waitFor({ state: "detached" });
});

story("two windows: the second is told what happened in the first", async () => {
  const first = await worker(purchaser);
  const id = await begin(first, await pushAward("goods-devices"));
  await fillMissing(first);
  const second = await first.context().newPage();
  await second.goto(first.url());
  await second.getByText("内容已填写完整").first().waitFor();
  await irreversibly(first, first.getByRole("button", { name: "清稿并加盖印章" }), "清稿");
  await deskReady(first);
  // What is typed in the other window meanwhile is refused with a reason, and kept on the screen.
  await textOf(second, "sign_place").fill("示例市丙区");
  await second.getByText("合同文本已定稿，不能再修改或补充").or(second.getByText("这份合同已不能再编辑")).waitFor();
  assert.equal(await textOf(second, "sign_place").inputValue(), "示例市丙区");

  await second.goto(`/contracts/${id}/sign`);
  await deskReady(second);
  await sign(first, first.phone);
  await first.getByText("已盖章，尚未提交").waitFor();
  await second.getByText("本页内容已不是最新").waitFor();
  assert.ok(await second.locator("[data-act=confirm]").isDisabled(), "nothing can be signed on what is out of date");
});
