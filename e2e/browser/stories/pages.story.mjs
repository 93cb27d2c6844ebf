// Every page is looked at, at three sizes: what is serious to axe, and what is wider than the window, fails.

import { signIn, worker } from "../acts.mjs";
import { look, story, visitor } from "../browser.mjs";
import { OPERATOR, PURCHASER, member } from "../world.mjs";
import { demoPdf } from "../paper.mjs";

/** Waits until a page has what it asked the server for. */
async function settled(page) {
  await page.getByRole("heading", { level: 1 }).filter({ visible: true }).first().waitFor();
  await page.waitForFunction(() => !document.querySelector("[aria-busy=true]"));
}

async function seen(page, path, name) {
  await page.goto(path);
  await settled(page);
  await look(page, name);
}

story("pages for everybody", async () => {
  const page = await visitor("/login");
  await settled(page);
  await look(page, "sign-in");
  await seen(page, "/register", "register");
  await seen(page, "/password-reset", "password-reset");
  await seen(page, `/inbox?phone=${OPERATOR}`, "inbox");
  // Nobody may take it for a real inbox.
  await page.getByText("演示环境", { exact: true }).first().waitFor();
  await seen(page, "/verify", "verify");
  await page.locator("input[type=file]").setInputFiles(demoPdf);
  await page.locator(".signatures").waitFor();
  await page.locator(".pdf-page canvas").first().waitFor();
  // Two seals by their own picture, two name seals as they stand in the document.
  await page.locator(".signatures img").nth(3).waitFor();
  await look(page, "verify-report");
  await seen(page, "/help", "help");
  await page.getByLabel("搜索帮助").fill("证书密码 锁定");
  await page.getByText("找到 1 个主题").waitFor();
  await page.getByRole("button", { name: "清除搜索" }).click();
  await seen(page, "/notices", "notices");
  const first = page.locator("a[href^='/notices/']").first();
  await first.click();
  await page.waitForURL(/\/notices\/./);
  await settled(page);
  await look(page, "notice");
});

story("the pages of an organisation", async () => {
  // What waits in all organisations of a person, before he acts for one.
  const own = await visitor("/login");
  await signIn(own, member(PURCHASER.jiaozuo).phone);
  await own.waitForURL((url) => url.pathname !== "/login");
  await seen(own, "/", "home-person");
  const page = await worker(PURCHASER.jiaozuo);
  await seen(page, "/", "home");
  for (const list of ["waiting_for_me", "waiting_for_others", "completed", "voided", "started_by_me", "drafts"]) {
    await seen(page, `/contracts?tab=${list}`, `list-${list.replaceAll("_", "-")}`);
  }
  await seen(page, "/awards", "awards");
  await page.getByRole("link", { name: /^起草/ }).filter({ visible: true }).last().click();
  await page.waitForURL("**/begin");
  await settled(page);
  await look(page, "begin");
  await seen(page, "/seals", "seals");
  await seen(page, "/certificates", "certificates");
  await seen(page, "/organisation", "organisation");
  await seen(page, "/no/such/page", "not-found");
  await page.goto("/contracts?tab=completed");
  await page.locator("a[href^='/contracts/ctr_']").first().click();
  await page.waitForURL(/\/contracts\/ctr_\w+$/);
  await settled(page);
  await look(page, "contract");
  await seen(page, `${new URL(page.url()).pathname}/track`, "track");
});

story("the operator's console", async () => {
  const page = await visitor("/login");
  await signIn(page, OPERATOR);
  await page.waitForURL((url) => url.pathname !== "/login");
  await page.goto("/operator");
  await page.locator(".parts button").first().waitFor();
  const parts = page.locator(".parts button");
  for (let part = 0; part < (await parts.count()); part += 1) {
    await parts.nth(part).click();
    await settled(page);
    await look(page, part === 0 ? "operator" : `operator-${part + 1}`);
  }
});

story("the main pages in English, and with large letters", async () => {
  const page = await worker(PURCHASER["henan-mall"]);
  const main = { home: "/", "list-waiting-for-me": "/contracts?tab=waiting_for_me", awards: "/awards", verify: "/verify", help: "/help", certificates: "/certificates" };
  await page.getByRole("button", { name: "English" }).first().click();
  for (const [name, path] of Object.entries(main)) await seen(page, path, `en-${name}`);
  await page.evaluate(() => localStorage.clear());
  await page.goto("/");
  await page.getByRole("button", { name: /适老化/ }).first().click();
  for (const [name, path] of Object.entries(main)) await seen(page, path, `elder-${name}`);
});
