// The operator at his console: what was refused and why, what is put aside and started anew, and whom he lets in (S4-003, S0-034, S0-035, S4-028).

import assert from "node:assert/strict";
import { signIn, worker } from "../acts.mjs";
import { look, story, visitor } from "../browser.mjs";
import { OPERATOR, PURCHASER, concludedOnPaper, pushAward, register, supervision, until } from "../world.mjs";

/** The console, open at one of its parts. */
async function consoleAt(part) {
  const page = await visitor("/login");
  await signIn(page, OPERATOR);
  await page.waitForURL((url) => url.pathname !== "/login");
  await page.goto(`/operator?part=${part}`);
  await page.locator(".parts button").first().waitFor();
  return page;
}

/** Chooses in the list of a part which entries it shows. */
async function show(page, state) {
  await page.locator(".bar .el-select").click();
  await page.getByRole("option", { name: state, exact: true }).filter({ visible: true }).click();
}

story("an award with faults is told with its remedies, and checked again", async () => {
  const operator = await consoleAt("pushes");
  await assert.rejects(pushAward("goods-devices", (award) => (award.project.name = "")), /422/);
  await show(operator, "已拒收");
  const row = operator.locator("li.row").filter({ hasText: "示例交易系统（故事）" }).first();
  await row.locator(".faults").filter({ hasText: "project.name" }).waitFor();
  await row.getByRole("button", { name: "重新检查" }).click();
  // It is still what it was, and says so with the code of each fault.
  await row.locator("[role=alert]").filter({ hasText: "award.refused" }).waitFor();
  await look(operator, "operator-refused-push");
});

story("a refused filing goes back to the purchaser, who submits it again", async () => {
  const award = await pushAward("mall-order");
  await supervision("refuse", award.code, "合同附件缺少验收标准");
  const id = await concludedOnPaper(award);
  const purchaser = await worker(PURCHASER["henan-mall"]);
  await purchaser.goto(`/contracts/${id}`);
  const notice = purchaser.locator(".standing");
  await notice.getByText("备案未通过").waitFor();
  await notice.getByText("合同附件缺少验收标准").waitFor();
  await look(purchaser, "contract-filing-refused");

  const operator = await consoleAt("filings");
  await show(operator, "被退回");
  const filed = operator.locator("li.row").filter({ hasText: award.name }).filter({ hasText: "合同附件缺少验收标准" });
  await filed.getByText("尚未重新报送").waitFor();

  await supervision("accept", award.code);
  await purchaser.locator("#filing textarea").fill("已补充验收标准");
  await purchaser.locator("#filing").getByRole("button", { name: "重新提交备案" }).click();
  await purchaser.locator("#filing").getByText("已备案").waitFor();
  await notice.waitFor({ state: "detached" });
  await operator.reload();
  await filed.getByText("已重新报送").waitFor();
});

story("a job that was put aside is started anew when its cause is mended", async () => {
  const award = await pushAward("mall-order");
  await supervision("silent", award.code);
  const id = await concludedOnPaper(award);
  const operator = await consoleAt("jobs");
  const job = operator.locator("li.row").filter({ hasText: "报送备案" }).first();
  await until("the job is put aside", async () => {
    await operator.reload();
    await operator.locator(".parts").waitFor();
    await operator.waitForFunction(() => !document.querySelector("[aria-busy=true]"));
    return (await job.count()) > 0 ? true : undefined;
  }, 180);
  await job.getByText("失败原因").waitFor();
  await look(operator, "operator-dead-job");
  await supervision("accept", award.code);
  await job.getByRole("button", { name: "重新执行" }).click();
  await operator.getByText("已重新排队执行。").waitFor();
  const purchaser = await worker(PURCHASER["henan-mall"], { path: "/login" });
  await purchaser.goto(`/contracts/${id}`);
  await purchaser.locator("#filing").getByText("已备案").waitFor();
});

story("a name and a certificate are refused with a reason that the applicant reads", async () => {
  const phone = `139${String(process.pid).padStart(8, "0").slice(-8)}`;
  await register(phone);
  const person = await visitor("/login");
  await signIn(person, phone);
  await person.waitForURL((url) => url.pathname !== "/login");
  await person.goto("/certificates");
  const claim = async (name) => {
    await person.locator("#real-name").fill(name);
    await person.locator("#resident-id").fill("110101199001010015");
    await person.getByRole("button", { name: "提交实名认证" }).click();
    await person.getByText("已提交，等待平台运营核对。").waitFor();
  };
  await claim("示例申请人");

  const operator = await consoleAt("claims");
  const row = operator.locator("li.row").filter({ hasText: "示例申请人" });
  await row.getByRole("button", { name: "不通过" }).click();
  const dialog = operator.getByRole("dialog").filter({ visible: true });
  // Without a reason nothing is refused.
  await dialog.getByRole("button", { name: "不通过" }).click();
  await dialog.getByText("请填写原因。").waitFor();
  await dialog.locator("textarea").fill("姓名与证件不一致");
  await dialog.getByRole("button", { name: "不通过" }).click();
  await row.waitFor({ state: "detached" });

  await person.reload();
  await claim("示例申请人");
  await operator.reload();
  await row.getByRole("button", { name: "通过", exact: true }).click();
  await operator.locator(".el-popconfirm").filter({ visible: true }).getByRole("button", { name: "通过" }).click();
  await row.waitFor({ state: "detached" });

  await person.reload();
  await person.getByRole("button", { name: "申请证书" }).first().click();
  const apply = person.getByRole("dialog").filter({ visible: true });
  for (const field of await apply.locator("input[type=password]").all()) await field.fill("Zhengshu-2026");
  await apply.getByRole("button", { name: "提交申请" }).click();
  await apply.waitFor({ state: "detached" });

  await operator.goto("/operator?part=applications");
  const application = operator.locator("li.row").filter({ hasText: "示例申请人" });
  await application.getByRole("button", { name: "不通过" }).click();
  await dialog.locator("textarea").fill("请改用单位证书");
  await dialog.getByRole("button", { name: "不通过" }).click();
  await application.waitFor({ state: "detached" });
  await person.reload();
  await person.getByText("请改用单位证书").waitFor();
});
