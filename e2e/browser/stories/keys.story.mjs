// A whole signing without a mouse: every step is reached by the keyboard alone, and where one is can be seen (S0-005; ui.md, Accessibility).

import assert from "node:assert/strict";
import { begin, fillMissing, freeze, worker } from "../acts.mjs";
import { story } from "../browser.mjs";
import { CERTIFICATE_PASSWORD, PURCHASER, messages, pushAward, smsCode } from "../world.mjs";

/** Goes on by the tabulator until it stands on what matches; fails where the focus is lost or cannot be seen on the way. */
async function tabTo(page, selector) {
  const passed = [];
  for (let left = 80; left > 0; left -= 1) {
    await page.keyboard.press("Tab");
    const [name, there, seen] = await page.evaluate((wanted) => {
      const one = document.activeElement;
      const shown = (element) => {
        const style = getComputedStyle(element);
        return style.outlineStyle !== "none" || style.boxShadow !== "none";
      };
      // An input may leave the ring to the frame around it.
      const ring = one.matches(":focus-visible") && [one, one.parentElement, one.parentElement?.parentElement].some((element) => element && shown(element));
      return [`${one.tagName} ${one.className} ${one.innerText ?? ""}`.slice(0, 80), one.matches(wanted), one === document.body || ring];
    }, selector);
    passed.push(name);
    assert.ok(seen, `the focus is seen on ${name}`);
    if (there) return;
  }
  assert.fail(`the keyboard does not lead to ${selector}, only to:\n${passed.join("\n")}`);
}

story("a contract is sealed and sent by the keyboard alone", async () => {
  const page = await worker(PURCHASER.jiaozuo);
  await begin(page, await pushAward("goods-devices"));
  await fillMissing(page);
  await freeze(page);
  await page.getByText("必盖的印章已放好").waitFor();

  // From here on nobody touches a mouse. A placed seal is chosen, moved and put back.
  await tabTo(page, '[data-mark][data-kind="seal"]');
  const place = () => page.locator('[data-mark][data-kind="seal"]').first().evaluate((mark) => mark.getBoundingClientRect().left);
  const before = await place();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Shift+ArrowRight");
  await page.waitForFunction((was) => document.querySelector('[data-mark][data-kind="seal"]').getBoundingClientRect().left > was, before);
  await page.keyboard.press("Control+z");
  await page.waitForFunction((was) => Math.abs(document.querySelector('[data-mark][data-kind="seal"]').getBoundingClientRect().left - was) < 0.5, before);

  const seen = (await messages(page.phone)).length;
  await tabTo(page, "[data-act=confirm]");
  await page.keyboard.press("Enter");
  await page.locator("#sms-code").waitFor();
  for (let left = await page.getByRole("dialog").locator("input[type=password]").count(); left > 0; left -= 1) {
    await tabTo(page, "[role=dialog] input[type=password]");
    await page.keyboard.type(CERTIFICATE_PASSWORD);
  }
  await tabTo(page, "#sms-code");
  await page.keyboard.type(await smsCode(page.phone, seen));
  await tabTo(page, "[data-act=sign]");
  await page.keyboard.press("Enter");

  const send = page.locator("[data-act=send]");
  const word = (await send.innerText()).trim();
  await tabTo(page, "[data-act=send]");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog").filter({ has: page.locator(".gesture input") }).filter({ visible: true });
  await dialog.waitFor();
  // The word may have the focus already, as the first thing that is asked.
  if (!(await page.evaluate(() => document.activeElement.matches(".gesture input")))) await tabTo(page, ".gesture input");
  await page.keyboard.insertText(word);
  await tabTo(page, "[role=dialog] .el-button--primary, [role=dialog] .el-button--danger");
  await page.keyboard.press("Enter");
  await page.getByText("本方已完成签署", { exact: true }).waitFor();
});
