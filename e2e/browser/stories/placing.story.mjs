// Seals placed by the words of the text and by page numbers, with a mouse, with keys alone, and by a finger (S3-083 to S3-085).

import assert from "node:assert/strict";
import { begin, conclude, deskReady, downloaded, fillMissing, freeze, sign, worker } from "../acts.mjs";
import { look, story } from "../browser.mjs";
import { holds, scratch, stands } from "../paper.mjs";
import { PURCHASER, SUPPLIER, pushAward } from "../world.mjs";

const placed = (page, count) => page.getByRole("heading", { name: `已放置 ${count}` }).waitFor();
const panelOf = (page) => page.getByRole("region", { name: "按关键字或页码放置" });

story("by the words that stand at the place, at the next and at all, taken back in one step; by page numbers", async () => {
  const page = await worker(PURCHASER.jiaozuo);
  const id = await begin(page, await pushAward("goods-devices"));
  await fillMissing(page);
  await freeze(page);
  await page.getByRole("button", { name: "全部移除" }).click();
  await placed(page, 0);

  // Opened by keys; what is typed wrong is said beside the field.
  await page.locator("[data-act=by-words]").focus();
  await page.keyboard.press("Enter");
  const panel = panelOf(page);
  const word = panel.getByLabel("关键字（正文中的文字）");
  await word.waitFor();
  await page.waitForFunction(() => document.activeElement?.matches(".placing input.text"));
  await page.keyboard.press("Enter");
  await panel.getByText("请输入关键字。").waitFor();
  await word.fill("<b>没有这样的字</b>");
  await page.keyboard.press("Enter");
  await panel.getByText("正文中没有这个关键字").waitFor();
  await word.fill("字".repeat(201));
  await page.keyboard.press("Enter");
  await panel.getByText("最多 200 个字。").waitFor();

  // Blanks and radicals make no difference: it is found where the text says 甲方.
  await word.fill("甲 ⽅");
  await page.keyboard.press("Enter");
  const found = panel.locator(".found");
  await found.filter({ hasText: /^找到 \d+ 处/ }).waitFor();
  await page.locator(".over > .found").first().waitFor();
  const said = await found.innerText();
  await look(page, "desk-by-words");
  // It was a telephone for a moment, whose panel is another: what was asked and found is still there.
  assert.equal(await word.inputValue(), "甲 ⽅");
  assert.equal(await found.innerText(), said);
  await page.locator(".over > .found").first().waitFor();
  await panel.locator("[data-act=place-next]").click();
  await placed(page, 1);
  const all = panel.locator("[data-act=place-all]");
  const many = 1 + Number(/（(\d+) 处）/.exec(await all.innerText())[1]);
  assert.ok(many >= 3, await all.innerText());
  await all.click();
  await placed(page, many);
  await panel.getByText("每一处都已放置。").waitFor();
  await page.getByRole("button", { name: "撤销" }).click();
  await placed(page, 1);
  await page.getByRole("button", { name: "重做" }).click();
  await placed(page, many);
  await page.getByRole("button", { name: "撤销" }).click();
  await placed(page, 1);

  // The seal that is selected, on pages that are named as people type them.
  await page.getByRole("button", { name: /^公章/ }).and(page.locator(".about")).click();
  const pages = panel.getByLabel(/页码$/);
  const total = await page.locator(".left header").innerText().then((text) => Number(/\/ (\d+)/.exec(text)[1]));
  await pages.fill(`${total}-1`);
  await panel.locator("[data-act=place-pages]").click();
  await panel.getByText(`请填写 1 至 ${total} 的页码`).waitFor();
  await pages.fill("２、３");
  await panel.locator("[data-act=place-pages]").click();
  await placed(page, 3);
  await page.keyboard.press("Escape");

  // Where it stood on the screen it stands on paper.
  const mark = page.locator('.viewer .pdf-page[data-page="1"] [data-mark][data-kind="seal"]');
  await page.locator(".left").getByRole("button", { name: "第 2 页" }).first().click();
  const at = await mark.evaluate((element) => {
    const sheet = element.closest(".pdf-page").getBoundingClientRect();
    const box = element.getBoundingClientRect();
    const mm = 210 / sheet.width;
    return { page: 1, x: (box.left + box.width / 2 - sheet.left) * mm, y: (box.top + box.height / 2 - sheet.top) * mm };
  });
  await sign(page, page.phone);
  await conclude(page);
  await page.getByText("本方已完成签署", { exact: true }).waitFor();
  const file = await downloaded(page, scratch("by-words.pdf"));
  await holds(file);
  stands(file, at, 42);
  await phoneToo(id);
});

/** The other party at a telephone: a suggested word, one tap for all, and back. */
async function phoneToo(id) {
  const phone = await worker(SUPPLIER.jiaozuo, { onPhone: true });
  await phone.goto(`/contracts/${id}/sign`);
  await deskReady(phone);
  await phone.getByRole("button", { name: "开始盖章" }).tap();
  await phone.locator("[data-act=by-words]").tap();
  const panel = panelOf(phone);
  await panel.getByRole("button", { name: "乙方", exact: true }).tap();
  await panel.locator(".found").filter({ hasText: /^找到 \d+ 处/ }).waitFor();
  await look(phone, "phone-by-words");
  await panel.locator("[data-act=place-next]").tap();
  await panel.getByRole("button", { name: "收起" }).tap();
  await phone.getByText("必盖的印章已放好").waitFor();
  await sign(phone, phone.phone);
  await conclude(phone);
  await phone.getByText("合同签订完成", { exact: true }).waitFor();
  await holds(await downloaded(phone, scratch("by-words-phone.pdf")));
}
