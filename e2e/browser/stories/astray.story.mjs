// What people do by mistake: files that are no signed contracts, contracts that are not theirs, what was refused and is tried otherwise
// (S0-005; ui.md, Behaviour).

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { signIn, worker } from "../acts.mjs";
import { phoneVisitor, story, visitor } from "../browser.mjs";
import { demoPdf, scratch } from "../paper.mjs";
import { OPERATOR, PURCHASER } from "../world.mjs";

story("files that cannot be verified: each is refused in words, with what to do instead", async () => {
  const page = await visitor("/verify");
  const contract = readFileSync(demoPdf);
  const files = {
    empty: [Buffer.alloc(0), "文件是空的"],
    text: [Buffer.from("no PDF at all"), "这不是 PDF 文件"],
    large: [Buffer.concat([contract, Buffer.alloc(51 * 1024 * 1024, 32)]), "最多 50.0 MB"],
  };
  for (const [name, [bytes, said]] of Object.entries(files)) {
    const path = scratch(`${name}.pdf`);
    writeFileSync(path, bytes);
    await page.locator("input[type=file]").setInputFiles(path);
    await page.getByRole("alert").filter({ hasText: said }).waitFor();
  }
  const cut = scratch("cut.pdf");
  writeFileSync(cut, contract.subarray(0, contract.length / 2));
  await page.locator("input[type=file]").setInputFiles(cut);
  await page.getByText("文件不是 PDF，或已损坏").waitFor();
  await page.getByText("文件内容无法显示").waitFor();
  // There is no verdict that could stand.
  assert.equal(await page.getByText("验证结果不受影响").count(), 0);
  await page.getByRole("button", { name: "验证另一个文件" }).click();
  await page.locator("input[type=file]").setInputFiles(demoPdf);
  await page.locator(".signatures").waitFor();
  // Nothing is dragged with a finger.
  const phone = await phoneVisitor("/verify");
  await phone.getByText("选择签好的 PDF 文件").waitFor();
});

story("a contract that is not there, or another's: the page says so and leads on, the signing desk too", async () => {
  const page = await worker(PURCHASER.jiaozuo);
  for (const path of ["", "/sign", "/draft", "/review", "/track"]) {
    await page.goto(`/contracts/ctr_00000000000000000000000000${path}`);
    await page.getByRole("button", { name: "回到首页" }).waitFor();
  }
  await page.getByRole("button", { name: "回到首页" }).click();
  await page.waitForURL((url) => url.pathname === "/");
});

story("what was refused one way of signing in is not held against the other", async () => {
  const page = await visitor("/login");
  await signIn(page, "13999999999", "not-the-password");
  const refused = page.getByText("账号或密码错误", { exact: true });
  await refused.waitFor();
  await page.getByRole("tab", { name: "短信登录" }).click();
  await refused.waitFor({ state: "detached" });
});

story("on a telephone the chosen one of many tabs is in view", async () => {
  const inView = async (page, tab) => {
    await tab.waitFor();
    await page.waitForFunction((one) => one.getBoundingClientRect().left >= 0 && one.getBoundingClientRect().right <= innerWidth, await tab.elementHandle());
  };
  const page = await worker(PURCHASER.jiaozuo, { onPhone: true });
  await page.goto("/contracts?tab=drafts");
  await inView(page, page.locator(".tab.current", { hasText: "草稿箱" }));
  const operator = await phoneVisitor("/login");
  await signIn(operator, OPERATOR);
  await operator.waitForURL((url) => url.pathname !== "/login");
  await operator.goto("/operator?part=sandbox");
  await inView(operator, operator.locator(".parts .chosen", { hasText: "沙箱控制" }));
});
