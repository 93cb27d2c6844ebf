// That it is the right person: wrong passwords and codes, lockouts, and the ways out of them (S0-013, S0-030, S3-019, S3-087).

import assert from "node:assert/strict";
import { begin, fillMissing, freeze, sign, signIn, worker } from "../acts.mjs";
import { look, story, visitor } from "../browser.mjs";
import { CERTIFICATE_PASSWORD, PASSWORD, PURCHASER, SUPPLIER, member, messages, pushAward, smsCode } from "../world.mjs";

story("a wrong password for signing in: captcha, lockout, and a new password by SMS", async () => {
  const { phone } = member(SUPPLIER.jiaozuo, "经办人");
  const page = await visitor("/login");
  let captcha;
  page.on("response", async (response) => {
    if (response.url().endsWith("/api/v1/captchas")) captcha = response.json();
  });
  const locked = page.getByText("账号已锁定").first();
  let asked = false;
  for (let attempt = 1; !(await locked.isVisible()); attempt += 1) {
    assert.ok(attempt <= 12, "ten failures lock the account");
    if (await page.locator("#captcha").isVisible()) {
      if (!asked) await look(page, "sign-in-captcha");
      asked = true;
      // The sandbox tells what the picture shows.
      await page.locator("#captcha").fill((await messages((await captcha).captcha_id))[0].text);
    }
    captcha = undefined;
    const [answer] = await Promise.all([page.waitForResponse("**/api/v1/sessions"), signIn(page, phone, `Cuowu-${attempt}`)]);
    assert.ok(answer.status() >= 400);
    if (asked) await page.waitForResponse("**/api/v1/captchas").catch(() => {});
    await page.getByRole("alert").or(page.locator("#captcha")).first().waitFor();
  }
  assert.ok(asked, "before the lock a captcha was asked for");
  await look(page, "sign-in-locked");

  await page.getByRole("link", { name: "忘记密码" }).click();
  await page.getByRole("heading", { name: "重置登录密码" }).waitFor();
  await page.locator("#phone").fill(phone);
  const seen = (await messages(phone)).length;
  await page.getByRole("button", { name: "获取验证码" }).click();
  await page.locator("[autocomplete=one-time-code]").fill(await smsCode(phone, seen));
  await page.locator("input[type=password]").first().fill(PASSWORD);
  await page.getByRole("button", { name: "重置密码" }).click();
  await page.getByText("密码已重置，请用新密码登录").waitFor();
  await signIn(page, phone);
  await page.waitForURL((url) => url.pathname !== "/login");
});

story("a wrong certificate password to the lock, its reset, and a wrong SMS code", async () => {
  const page = await worker(PURCHASER.jiaozuo);
  await begin(page, await pushAward("goods-devices"));
  await fillMissing(page);
  await freeze(page);
  const sheet = await sign(page, page.phone, { password: "Cuowu-0" });
  const password = sheet.locator("input[type=password]");
  const reset = sheet.getByRole("link", { name: "去重置密码" });
  for (let attempt = 1; ; attempt += 1) {
    await sheet.locator("[id^=password-error]").filter({ hasText: /./ }).waitFor();
    if (await reset.isVisible()) break;
    assert.ok(attempt < 8, "several wrong passwords lock the certificate");
    await password.fill(`Cuowu-${attempt}`);
    await Promise.all([page.waitForResponse((answer) => answer.request().method() === "POST"), sheet.locator("[data-act=sign]").click()]);
    await password.and(page.locator(":enabled")).waitFor();
  }

  const [other] = await Promise.all([page.waitForEvent("popup"), reset.click()]);
  const dialog = other.getByRole("dialog", { name: "重置证书密码" });
  await dialog.locator("#reset-phone").fill(page.phone);
  const seen = (await messages(page.phone)).length;
  await dialog.getByRole("button", { name: "获取验证码" }).click();
  await dialog.locator("#reset-code").fill(await smsCode(page.phone, seen));
  await dialog.locator("#reset-fresh").fill(CERTIFICATE_PASSWORD);
  await dialog.locator("#reset-fresh-again").fill(CERTIFICATE_PASSWORD);
  await dialog.getByRole("button", { name: "确定" }).click();
  await dialog.waitFor({ state: "detached" });

  const code = await sheet.locator("#sms-code").inputValue();
  await password.fill(CERTIFICATE_PASSWORD);
  await sheet.locator("#sms-code").fill(code === "000000" ? "000001" : "000000");
  await sheet.locator("[data-act=sign]").click();
  await sheet.locator("#sms-code-error").filter({ hasText: /./ }).waitFor();
  // What is typed in its place is judged by itself.
  await sheet.locator("#sms-code").fill("12");
  await sheet.locator("#sms-code-error").filter({ hasText: "请输入 6 位短信验证码" }).waitFor();

  // That was the fifth wrong proof: the confirmation counts no more, and one confirms anew with another code.
  await sheet.locator("#sms-code").fill(code);
  await sheet.locator("[data-act=sign]").click();
  const before = (await messages(page.phone)).length;
  await sheet.getByRole("button", { name: "重新确认" }).click();
  await sheet.locator("#sms-code").waitFor();
  await password.fill(CERTIFICATE_PASSWORD);
  await sheet.locator("#sms-code").fill(await smsCode(page.phone, before));
  await sheet.locator("[data-act=sign]").click();
  await page.getByText("已盖章，尚未提交").waitFor();
});
