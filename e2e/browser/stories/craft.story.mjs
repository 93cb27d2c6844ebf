// What holds on every page whatever is done on it: the server goes away and comes back, letters of twice the size, dialogs and sheets that are
// open, and news from the other party (S0-005, S1-044; ui.md, Behaviour).

import assert from "node:assert/strict";
import { actFor, begin, deskReady, dragSeal, fillMissing, freeze, send, signIn, worker } from "../acts.mjs";
import { PHONE, accessible, look, story, visitor } from "../browser.mjs";
import { PURCHASER, SUPPLIER, member, pushAward } from "../world.mjs";

/** Fails with what is serious to axe on the page as it is, dialogs and sheets included. */
async function sound(page, where) {
  assert.deepEqual(await accessible(page, where), []);
}

story("the server is away when the application is opened: it says so, and opens when it is back", async () => {
  const page = await visitor("/help");
  const away = (route) => route.fulfill({ status: 502, contentType: "text/html", body: "<h1>Bad Gateway</h1>" });
  await page.route("**/api/**", away);
  await page.goto("/login");
  await page.getByText("服务器暂时无法处理").waitFor();
  await look(page, "server-away");
  await page.unroute("**/api/**", away);
  await page.getByRole("button", { name: "刷新页面" }).click();
  await page.locator("#phone").waitFor();
});

story("the connection breaks in the middle of work: the page stays, says so, and goes on when it is back", async () => {
  const page = await worker(PURCHASER.jiaozuo);
  await begin(page, await pushAward("goods-devices"));
  const place = page.locator('[data-field="sign_place"]').getByRole("textbox").first();
  await place.fill("示例市甲区");
  await page.locator(".save-state").filter({ hasText: "已自动保存" }).waitFor();
  // What says so must have come while the server was there.
  await page.waitForFunction(() => performance.getEntriesByType("resource").some(({ name }) => /StrayProblem-.*\.js/.test(name)));
  await page.context().setOffline(true);
  await place.fill("示例市断网街一号");
  await page.locator(".save-state").filter({ hasText: "未能保存到服务器，内容已留在本机" }).waitFor();
  // A page that was never open cannot be fetched; the one that is open stays.
  await page.getByRole("link", { name: "印章", exact: true }).click();
  const asked = page.getByRole("dialog", { name: "还有内容没有保存到服务器" });
  await asked.getByRole("button", { name: "离开" }).click();
  await page.locator(".stray").getByText("连接不上服务器").waitFor();
  assert.equal(await place.inputValue(), "示例市断网街一号", "what was typed is still there");
  await page.context().setOffline(false);
  await page.locator(".save-state").filter({ hasText: "已自动保存" }).waitFor({ timeout: 60_000 });
  await page.reload();
  assert.equal(await place.inputValue(), "示例市断网街一号", "and is on the server");
});

story("letters of twice the size, as the browser's own zoom makes them: nothing is wider than the window, and the desk works", async () => {
  // 200 % of 1440 × 900.
  const page = await visitor("/login", { viewport: { width: 720, height: 450 }, deviceScaleFactor: 2 });
  const { phone } = member(PURCHASER["henan-mall"]);
  await signIn(page, phone);
  await page.waitForURL((url) => url.pathname !== "/login");
  await actFor(page, PURCHASER["henan-mall"]);
  for (const path of ["/", "/contracts?tab=waiting_for_me", "/awards", "/seals", "/certificates", "/notices", "/verify", "/help"]) {
    await page.goto(path);
    await page.getByRole("heading", { level: 1 }).filter({ visible: true }).first().waitFor();
    await page.waitForFunction(() => !document.querySelector("[aria-busy=true]"));
    const excess = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(excess <= 0, `${path} is ${excess} px wider than the window`);
  }
  await page.goto("/contracts?tab=waiting_for_me");
  await page.getByRole("button", { name: /^签章/ }).filter({ visible: true }).first().click();
  await deskReady(page);
  await page.getByRole("button", { name: "开始盖章" }).click();
  const confirm = page.locator("[data-act=confirm]");
  await confirm.waitFor();
  const box = await confirm.boundingBox();
  assert.ok(box.y + box.height <= 450, `the main button is within the window: ${JSON.stringify(box)}`);
});

story("dialogs, menus and sheets while they are open", async () => {
  const page = await worker(PURCHASER["henan-mall"]);
  await page.getByRole("button", { name: /^切换操作身份/ }).click();
  await page.getByRole("menuitemradio").first().waitFor();
  await sound(page, "the switcher of actors");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /^通知/ }).click();
  await page.getByRole("dialog", { name: "通知" }).waitFor();
  await sound(page, "the notifications");
  await page.keyboard.press("Escape");

  await page.goto("/contracts?tab=waiting_for_me");
  await page.getByRole("button", { name: "更多条件" }).click();
  await sound(page, "the further filters");
  await page.locator("button.dots").first().click();
  await page.getByRole("menuitem", { name: "预览" }).waitFor();
  await sound(page, "the menu of a row");
  await page.getByRole("menuitem", { name: "预览" }).click();
  await page.getByRole("dialog").locator("canvas").first().waitFor();
  await sound(page, "the preview");
  await page.keyboard.press("Escape");

  await page.goto("/seals");
  await page.getByRole("button", { name: "制作印章" }).click();
  await page.getByRole("dialog").filter({ visible: true }).waitFor();
  await sound(page, "making a seal");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "授权给成员" }).first().click();
  await page.getByRole("dialog").filter({ visible: true }).waitFor();
  await sound(page, "granting a seal");
  await page.goto("/certificates");
  await page.getByRole("button", { name: "修改密码" }).first().click();
  await page.getByRole("dialog").filter({ visible: true }).waitFor();
  await sound(page, "another certificate password");

  // A sheet from the foot of a telephone's screen, while the desk's dialog of refusing is open, and without.
  await page.goto("/contracts?tab=waiting_for_me");
  await page.getByRole("button", { name: /^签章/ }).first().click();
  await deskReady(page);
  await page.getByRole("button", { name: "拒签" }).click();
  await page.getByRole("dialog").filter({ visible: true }).waitFor();
  await sound(page, "refusing to sign");
  await page.keyboard.press("Escape");
  await page.setViewportSize(PHONE);
  await page.getByRole("button", { name: "开始盖章" }).or(page.locator("[data-act=confirm]")).first().waitFor();
  await sound(page, "the desk's sheet on a telephone");
});

story("filters survive going back; who waits is urged, and hears of it without asking", async () => {
  const supplier = await worker(SUPPLIER["henan-mall"]);
  const award = await pushAward("mall-order");
  await begin(supplier, award);
  await fillMissing(supplier);
  const purchaser = await worker(PURCHASER["henan-mall"]);
  await purchaser.goto("/contracts?tab=waiting_for_me");
  await purchaser.locator("tbody tr").first().waitFor();
  // Behind a proxy that holds streams back waiting requests bring the same.
  const behind = await worker(PURCHASER["henan-mall"]);
  const polled = behind.waitForRequest((request) => /\/api\/v1\/events\?/.test(request.url()) && request.resourceType() === "fetch");
  await behind.route(/\/api\/v1\/events\?/, (route) => (route.request().resourceType() === "eventsource" ? undefined : route.continue()));
  await behind.goto("/contracts?tab=waiting_for_me");
  await polled;
  // It comes by itself, while the page is open.
  await send(supplier);
  await purchaser.getByText(award.name).first().waitFor();
  await behind.getByText(award.name).first().waitFor();

  await supplier.goto("/contracts?tab=waiting_for_others");
  const words = supplier.locator(".filters").getByRole("textbox").first();
  await words.fill(award.name);
  await supplier.waitForURL(/text=/);
  const row = supplier.locator("tbody tr").filter({ hasText: award.name });
  await row.first().waitFor();
  assert.equal(await supplier.locator("tbody tr").count(), 1);
  await row.getByRole("link").first().click();
  await supplier.waitForURL(/\/contracts\/ctr_\w+$/);
  await supplier.goBack();
  await row.first().waitFor();
  assert.equal(await words.inputValue(), award.name);
  assert.equal(await supplier.locator("tbody tr").count(), 1, "the filter is as it was");

  const bell = purchaser.getByRole("button", { name: /^通知/ });
  const before = await bell.innerText();
  await row.getByRole("button", { name: /^催办/ }).click();
  await purchaser.waitForFunction((text) => [...document.querySelectorAll(".bell")].some((one) => one.innerText !== text), before);
  await bell.click();
  await purchaser.getByRole("dialog", { name: "通知" }).getByText("催办").first().waitFor();
  // Nobody is urged twice at once.
  assert.ok(await row.getByRole("button", { name: /^催办/ }).isDisabled());
});

story("a seal over another is warned of, drawn to what is near, and the paper is zoomed by wheel and by two fingers", async () => {
  const page = await worker(PURCHASER.jiaozuo);
  await begin(page, await pushAward("goods-devices"));
  await fillMissing(page);
  await freeze(page);
  await page.getByRole("button", { name: "全部移除" }).click();
  await dragSeal(page, "company", 0, { x: 60, y: 100 });
  await dragSeal(page, "company", 0, { x: 75, y: 110 });
  await page.getByText("有印章重叠，盖章后文字可能看不清。").waitFor();
  await page.getByRole("button", { name: "撤销" }).click();
  await page.getByText("有印章重叠").waitFor({ state: "detached" });

  const percent = () => page.locator(".centre .percent").innerText().then((text) => Number.parseInt(text, 10));
  const before = await percent();
  const sheet = await page.locator(".viewer").boundingBox();
  await page.mouse.move(sheet.x + sheet.width / 2, sheet.y + sheet.height / 2);
  await page.keyboard.down("Control");
  await page.mouse.wheel(0, -200);
  await page.keyboard.up("Control");
  await page.waitForFunction((was) => Number.parseInt(document.querySelector(".centre .percent").innerText, 10) > was, before);

  const id = page.url().match(/ctr_\w+/)[0];
  const phone = await worker(PURCHASER.jiaozuo, { onPhone: true });
  await phone.goto(`/contracts/${id}/sign`);
  await deskReady(phone);
  const width = () => phone.locator(".pdf-page").first().evaluate((one) => one.offsetWidth);
  const narrow = await width();
  const devtools = await phone.context().newCDPSession(phone);
  const touch = (type, points) => devtools.send("Input.dispatchTouchEvent", { type, touchPoints: points });
  await touch("touchStart", [{ x: 150, y: 300, id: 1 }, { x: 230, y: 300, id: 2 }]);
  for (let step = 1; step <= 8; step += 1) await touch("touchMove", [{ x: 150 - step * 8, y: 300, id: 1 }, { x: 230 + step * 8, y: 300, id: 2 }]);
  await touch("touchEnd", []);
  await phone.waitForFunction((was) => document.querySelector(".pdf-page").offsetWidth > was * 1.3, narrow);
});
