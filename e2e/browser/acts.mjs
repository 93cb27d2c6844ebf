// What people do again and again, by hand as anybody would: sign in, choose as whom to act, fill a draft, confirm, sign, send.

import assert from "node:assert/strict";
import { phoneVisitor, visitor } from "./browser.mjs";
import { CERTIFICATE_PASSWORD, PASSWORD, member, messages, smsCode } from "./world.mjs";

/** Signs in at the page that is open. */
export async function signIn(page, phone, password = PASSWORD) {
  await page.locator("#phone").fill(phone);
  await page.locator("#password").fill(password);
  await page.getByRole("button", { name: "登录", exact: true }).click();
}

/** Chooses as whom to act, in the switcher at the top right. */
export async function actFor(page, organisation) {
  await page.getByRole("button", { name: /^切换操作身份/ }).click();
  await page.getByRole("menuitemradio", { name: organisation }).click();
  await page.getByRole("button", { name: `切换操作身份：${organisation}` }).waitFor();
}

/** The administrator of an organisation at a browser of his own, signed in and acting for it; gives the page, with his `phone` number. */
export async function worker(organisation, { role, onPhone = false, path = "/login" } = {}) {
  const { phone } = member(organisation, role);
  const page = await (onPhone ? phoneVisitor(path) : visitor(path));
  await signIn(page, phone);
  await page.waitForURL((url) => url.pathname !== "/login");
  await actFor(page, organisation);
  return Object.assign(page, { phone });
}

/** Begins the contract of an award, as its page offers it. */
export async function begin(page, award, button = "确定，开始起草") {
  await page.goto(`/awards/${award.id}/begin`);
  await page.getByRole("radio").first().check();
  await page.getByRole("button", { name: button }).click();
  await page.waitForURL(/\/contracts\/ctr_\w+\/draft$/);
  return page.url().match(/ctr_\w+/)[0];
}

/** Fills everything that the rail says is missing, each field by its link. */
export async function fillMissing(page) {
  const gaps = page.locator(".rail .gap");
  await page.locator(".rail .missing").waitFor();
  for (let left = 60; (await gaps.count()) > 0; left -= 1) {
    assert.ok(left > 0, `what is missing never ends: ${await gaps.allInnerTexts()}`);
    const name = await gaps.first().innerText();
    await gaps.first().click();
    const id = await page.evaluate(() => document.activeElement?.closest(".field")?.getAttribute("data-field"));
    assert.ok(id, `the link of ${name} leads to its field`);
    await fillField(page, id);
    await page.waitForFunction((before) => document.querySelector(".rail .gap")?.innerText !== before, name);
  }
}

/** A fitting value for a field that is open to the drafter. */
async function fillField(page, id) {
  const field = page.locator(`[data-field="${id}"]`);
  const kind = await field.locator("label").first().innerText();
  if (await field.locator(".el-select").count()) {
    await field.locator(".el-select").click();
    await page.getByRole("option").filter({ visible: true }).first().click();
  } else if (await field.getByPlaceholder("YYYY-MM-DD").count()) {
    await field.getByRole("textbox").fill("2027-06-30");
  } else if (await field.locator("[inputmode=decimal]").count()) {
    await field.locator("[inputmode=decimal]").first().fill("5");
  } else {
    await field.getByRole("textbox").first().fill(/电话|phone/i.test(kind) ? "0371-00000000" : `示例${kind.replace("*", "")}`);
  }
}

/** Presses a button whose act cannot be undone, and types the word that the dialog asks for; `reason` where it wants one. */
export async function irreversibly(page, button, word, reason) {
  await button.click();
  const dialog = page.getByRole("dialog").filter({ has: page.locator(".gesture input") }).filter({ visible: true });
  if (reason !== undefined) await dialog.locator("textarea").fill(reason);
  await dialog.locator(".gesture input").fill(word);
  const confirm = dialog.getByRole("button").last();
  await confirm.click();
  return { dialog, confirm };
}

/** 发送: the other party may confirm, return or modify it. */
export async function send(page) {
  await page.getByRole("button", { name: "发送", exact: true }).click();
  await page.getByRole("dialog").filter({ visible: true }).getByRole("button", { name: "发送", exact: true }).click();
  await page.waitForURL(/\/contracts\/ctr_\w+$/);
}

/** Answers what the profile asks before confirming, paid by transfer and sealed online, and confirms. */
export async function answer(page) {
  await page.locator(".el-select").filter({ has: page.locator("#payment-method") }).click();
  await page.getByRole("option", { name: "单位自行转账" }).click();
  if ((await page.locator("#payment-amount").inputValue()) === "") await page.locator("#payment-amount").fill("1000.00");
  await page.getByLabel("是，线上签章").check();
  await irreversibly(page, page.getByRole("button", { name: "确认合同" }), "确认");
  await page.waitForURL((url) => !url.pathname.endsWith("/review"));
}

/** 清稿: the text is final, and the desk opens. */
export async function freeze(page) {
  await irreversibly(page, page.getByRole("button", { name: "清稿并加盖印章" }), "清稿");
  await deskReady(page);
}

/** Waits until the desk has drawn the text and seals can be placed. */
export async function deskReady(page) {
  await page.waitForURL("**/sign");
  await page.locator(".pdf-page canvas").first().waitFor();
}

/** Brings a page into view, with what is at `share` of its height in the middle; gives the page. */
export async function bringPage(page, index, share) {
  const sheet = page.locator(`.viewer .pdf-page[data-page="${index}"]`);
  // Pages far away are not drawn: their small picture leads there.
  if ((await sheet.count()) === 0) await page.locator(".left").getByRole("button", { name: new RegExp(`^(第 ${index + 1} 页|Page ${index + 1}\\b)`) }).first().click();
  await sheet.evaluate((element, at) => {
    const scroller = element.closest(".viewer");
    scroller.scrollTop += element.getBoundingClientRect().top + at * element.offsetHeight - scroller.getBoundingClientRect().top - scroller.clientHeight / 2;
  }, share);
  return sheet;
}

/** Where a point of a page is in the window: `x` and `y` in millimetres from the page's upper left corner. */
export async function onPage(page, index, x, y) {
  // The templates are set on A4.
  const box = await (await bringPage(page, index, y / 297)).boundingBox();
  return { x: box.x + (x * box.width) / 210, y: box.y + (y * box.width) / 210 };
}

/** Drags one of my seals with the mouse from the panel to a point of the window; with Alt, so that nothing draws it to lines nearby. */
export async function dragTo(page, type, to) {
  const from = await page.locator(`[data-seal="${type}"]`).boundingBox();
  await page.mouse.move(from.x + from.width / 2, from.y + 20);
  await page.mouse.down();
  await page.keyboard.down("Alt");
  await page.mouse.move(to.x - 30, to.y - 30, { steps: 6 });
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await page.mouse.up();
  await page.keyboard.up("Alt");
}

/** Drags one of my seals to a point of a page, in millimetres. */
export async function dragSeal(page, type, index, { x, y }) {
  const before = await page.locator('[data-mark][data-kind="seal"]').count();
  await dragTo(page, type, await onPage(page, index, x, y));
  await page.waitForFunction((count) => document.querySelectorAll('[data-mark][data-kind="seal"]').length > count, before);
}

/** What the desk says of a mark: its kind, page (from 0) and centre in millimetres, measured on the screen. */
export async function markOnScreen(page, kind = "seal") {
  return page.locator(`[data-mark][data-kind="${kind}"]`).first().evaluate((mark) => {
    const sheet = mark.closest(".pdf-page");
    const [of, at] = [sheet.getBoundingClientRect(), mark.getBoundingClientRect()];
    const mm = (pixels) => (pixels * 210) / of.width;
    return { page: Number(sheet.dataset.page), x: mm(at.left + at.width / 2 - of.left), y: mm(at.top + at.height / 2 - of.top) };
  });
}

/**
 * 确认签署: opens the sheet (`opened` then looks at it), gives the certificate's password and the code from the telephone, and signs.
 * With `toEnd` the step ends with it (结束签章).
 */
export async function sign(page, phone, { password = CERTIFICATE_PASSWORD, opened = async () => {}, toEnd = false } = {}) {
  const seen = (await messages(phone)).length;
  await page.locator("[data-act=confirm]").click();
  const sheet = page.getByRole("dialog", { name: /^(确认签署|Confirm and sign)/ });
  await sheet.locator("#sms-code").waitFor();
  if (toEnd) {
    await sheet.locator("[data-act=end-now]").check();
    await sheet.locator("[data-act=end-now]:checked:enabled").waitFor();
  }
  await opened();
  for (const field of await sheet.locator("input[type=password]").all()) await field.fill(password);
  await sheet.locator("#sms-code").fill(await smsCode(phone, seen));
  await sheet.locator("[data-act=sign]").click();
  return sheet;
}

/** The act that ends the step: 提交, 同意 or 结束签章. */
export async function conclude(page) {
  const button = page.locator("[data-act=send]");
  return irreversibly(page, button, (await button.innerText()).trim());
}

/** The file that the page offers for download. */
export async function downloaded(page, path) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("[data-act=download]").click()]);
  await download.saveAs(path);
  return path;
}

export { CERTIFICATE_PASSWORD, messages, smsCode };
