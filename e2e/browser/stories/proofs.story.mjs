// That it is the right person: wrong passwords and codes, lockouts and the ways out of them (S0-076, S1-028).

import assert from "node:assert/strict";
import { begin, fillMissing, freeze, signIn, worker } from "../acts.mjs";
import { look, story, visitor } from "../browser.mjs";
import { CERTIFICATE_PASSWORD, PURCHASER, SUPPLIER, member, messages, pushAward, smsCode } from "../world.mjs";

story("a wrong password for signing in: captcha, then lockout, said in words", async () => {
  // The keeper of seals, whom no other story needs.
  const { phone } = member(SUPPLIER.jiaozuo, "印章管理员");
  const page = await visitor("/login");
  const notice = page.getByRole("alert").or(page.getByRole("status"));
  for (let attempt = 1; attempt <= 12; attempt += 1) {
    if (await page.getByText("账号已锁定").isVisible()) break;
    if (await page.locator("#captcha").isVisible()) {
      await look(page, "sign-in-captcha");
      break;
    }
    const [answer] = await Promise.all([page.waitForResponse("**/api/v1/sessions"), signIn(page, phone, `Cuowu-${attempt}`)]);
    assert.ok(answer.status() >= 400);
    await notice.first().waitFor();
  }
  assert.ok(await page.locator("#captcha").isVisible(), "after several failures the captcha is asked for");
});
