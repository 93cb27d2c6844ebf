// Every page is looked at, at three sizes: what is serious to axe, and what is wider than the window, fails.

import { worker, actFor, signIn } from "../acts.mjs";
import { look, story, visitor } from "../browser.mjs";
import { OPERATOR, PURCHASER, SUPPLIER, member } from "../world.mjs";
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
  await seen(page, "/verify", "verify");
  await page.locator("input[type=file]").setInputFiles(demoPdf);
  await page.locator(".signatures").waitFor();
  await page.locator(".pdf-page canvas").first().waitFor();
  await look(page, "verify-report");
  await seen(page, "/notices", "notices");
  const first = page.locator("a[href^='/notices/']").first();
  await first.click();
  await page.waitForURL(/\/notices\/./);
  await settled(page);
  await look(page, "notice");
});

story("the pages of an organisation", async () => {
  const page = await worker(PURCHASER.jiaozuo);
  await seen(page, "/", "home");
  for (const list of ["waiting_for_me", "waiting_for_others", "completed", "voided", "started_by_me", "drafts"]) {
    await seen(page, `/contracts?tab=${list}`, `list-${list.replaceAll("_", "-")}`);
  }
  await seen(page, "/awards", "awards");
  await seen(page, "/seals", "seals");
  await seen(page, "/certificates", "certificates");
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
  await settled(page);
  const paths = await page.locator("nav a[href]").evaluateAll((links) => [...new Set(links.map((link) => link.getAttribute("href")))]);
  for (const path of paths.filter((one) => one.startsWith("/operator"))) {
    await seen(page, path, path.slice(1).replace(/[^a-z]+/g, "-"));
  }
});

story("the main pages in English, and with large letters", async () => {
  const page = await worker(PURCHASER["henan-mall"]);
  const main = { home: "/", "list-waiting-for-me": "/contracts?tab=waiting_for_me", awards: "/awards", verify: "/verify", certificates: "/certificates" };
  await page.getByRole("button", { name: "English" }).first().click();
  for (const [name, path] of Object.entries(main)) await seen(page, path, `en-${name}`);
  await page.evaluate(() => localStorage.clear());
  await page.goto("/");
  await page.getByRole("button", { name: /适老化/ }).first().click();
  for (const [name, path] of Object.entries(main)) await seen(page, path, `elder-${name}`);
});
