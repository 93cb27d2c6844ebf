// What surrounds the people of a story: the sandbox's short messages and clock, the trading system that pushes awards, and the sample
// people of the demo. A story uses it for what happens outside the browser, never for what a person does in it.

import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const BASE = process.env.YINXIN_URL;
export const PASSWORD = "Yanshi-2026";
export const CERTIFICATE_PASSWORD = "Zhengshu-2026";
export const OPERATOR = "13800000000";
const samples = join(import.meta.dirname, "../../samples/awards");

const people = JSON.parse(process.env.YINXIN_PEOPLE);
/** The sample person of an organisation whose first role this is: `管理员` may do everything, `经办人` keeps no seals. */
export function member(organisation, role = "管理员") {
  const found = people.find((one) => one.organisation === organisation && one.roles[0] === role);
  if (!found) throw new Error(`the demo has no ${role} of ${organisation}`);
  return found;
}
export const PURCHASER = { "henan-mall": "示例市第三中学", jiaozuo: "示例县行政审批服务中心" };
export const SUPPLIER = { "henan-mall": "示例办公用品有限公司", jiaozuo: "示例信息技术有限公司" };

/** Repeats `look` until it gives something other than undefined, for at most `seconds`. */
export async function until(what, look, seconds = 30) {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    await new Promise((wake) => setTimeout(wake, 50));
  }
}

async function json(method, path, { headers = {}, body } = {}) {
  const answer = await fetch(BASE + path, {
    method,
    headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
    body: body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return { value: text === "" ? undefined : JSON.parse(text), headers: answer.headers };
}

/** A session over HTTP, for what a story needs to have happened before it begins. */
export async function session(phone, actor, password = PASSWORD) {
  const { value, headers } = await json("POST", "/api/v1/sessions", { body: { phone, password } });
  const cookie = headers.get("set-cookie").split(";")[0];
  const own = { cookie, "x-actor": actor, "x-csrf-token": value.csrf_token };
  return {
    get: async (path) => (await json("GET", path, { headers: own })).value,
    post: async (path, body) => (await json("POST", path, { headers: own, body })).value,
    patch: async (path, body) => (await json("PATCH", path, { headers: own, body })).value,
  };
}

let machine;
async function tradingSystem() {
  if (machine === undefined) {
    const operator = await session(OPERATOR, "operator");
    const made = await operator.post("/api/v1/operator/clients", { name: "示例交易系统（故事）", kind: "trading" });
    machine = { id: made.client_id, secret: made.secret };
  }
  return machine;
}

let pushed = 0;
/**
 * Pushes a variation of a sample award, as a trading system does.
 * @param sample `mall-order` (henan-mall) or `goods-devices` (jiaozuo)
 * @param change what differs, laid over the sample
 * @returns the award's id, project code and name
 */
export async function pushAward(sample, change = () => {}) {
  const award = JSON.parse(readFileSync(join(samples, `${sample}.json`), "utf8"));
  pushed += 1;
  // Every file is a process of its own, and its awards have numbers of their own.
  const code = `${award.project.code.replace(/-2025-\d+$/, "-2026-")}${process.pid}${String(pushed).padStart(2, "0")}`;
  award.project.code = code;
  award.project.name = `${award.project.name}（第${pushed}批）`;
  if (award.order) award.order.code = code;
  change(award);
  const { id, secret } = await tradingSystem();
  const body = JSON.stringify(award);
  const { value: clock } = await json("GET", "/api/v1/sandbox/clock").catch(() => ({ value: undefined }));
  const timestamp = String(Math.floor((clock?.now ?? Date.now() * 1000) / 1_000_000));
  const signature = createHmac("sha256", secret).update(`${timestamp}\nPOST\n/api/v1/awards\n${body}`).digest("hex");
  const { value } = await json("POST", "/api/v1/awards", {
    headers: { "x-client-id": id, "x-timestamp": timestamp, "x-signature": signature },
    body,
  });
  return { id: value.award_id, code, name: award.project.name, amount: award.amount };
}

/** How many short messages this phone has had. */
export async function messages(phone) {
  return (await json("GET", `/api/v1/sandbox/messages?phone=${phone}`)).value.items;
}

/** The code of the first short message to `phone` after the `seen` it had. */
export async function smsCode(phone, seen) {
  return until(`a short message to ${phone}`, async () => {
    const items = await messages(phone);
    return items.length > seen ? items[0].text.match(/\d{6}/)?.[0] : undefined;
  });
}

/** The supervising system of the sandbox: how it answers for projects whose number begins with `prefix`. */
export async function supervision(behaviour, prefix, reason) {
  const operator = await session(OPERATOR, "operator");
  await operator.post("/api/v1/sandbox/supervision", { behaviour, project_prefix: prefix, reason });
}

/** Registers a person by his telephone, as the registration page does. */
export async function register(phone) {
  const seen = (await messages(phone)).length;
  await json("POST", "/api/v1/sms-codes", { body: { phone, purpose: "register" } });
  const sms_code = await smsCode(phone, seen);
  await json("POST", "/api/v1/registrations", { body: { phone, password: PASSWORD, sms_code, agreed: true } });
}

/** A session of an organisation's administrator, acting for it. */
async function memberSession(organisation) {
  const { phone } = member(organisation);
  const { actors } = await (await session(phone, "person")).get("/api/v1/session");
  return session(phone, actors.find((one) => one.name === organisation).actor);
}

/** A mall contract drafted and sent: the purchaser is to confirm it. Gives its id and version. */
export async function sentToPurchaser(award) {
  const supplier = await memberSession(SUPPLIER["henan-mall"]);
  const begun = await supplier.post("/api/v1/contracts", { award_id: award.id, template_id: "mall-order-1" });
  const path = `/api/v1/contracts/${begun.contract_id}`;
  const saved = await supplier.patch(`${path}/draft`, { version: begun.version, fields: { sign_place: "示例县", dispute_way: "court" } });
  const sent = await supplier.post(`${path}/send`, { version: saved.version });
  return { id: begun.contract_id, version: sent.version };
}

/** A mall contract as `sentToPurchaser`, and confirmed as signed on paper: it goes straight to filing (S1-013). */
export async function concludedOnPaper(award) {
  const { id, version } = await sentToPurchaser(award);
  const purchaser = await memberSession(PURCHASER["henan-mall"]);
  await purchaser.post(`/api/v1/contracts/${id}/confirmation`, { version, payment_method: "transfer", payment_amount_fen: 987_650, online: false, signed_on: "2026-01-05" });
  return id;
}

/** A mall contract as `sentToPurchaser`, confirmed for sealing online, and sealed and sent by the supplier: the purchaser is to seal. */
export async function sealedBySupplier(award) {
  const { id, version } = await sentToPurchaser(award);
  const purchaser = await memberSession(PURCHASER["henan-mall"]);
  await purchaser.post(`/api/v1/contracts/${id}/confirmation`, { version, payment_method: "transfer", payment_amount_fen: 987_650, online: true });
  const supplier = await memberSession(SUPPLIER["henan-mall"]);
  const { phone } = member(SUPPLIER["henan-mall"]);
  const seen = (await messages(phone)).length;
  const desk = await supplier.get(`/api/v1/contracts/${id}/desk`);
  const wanted = desk.suggestions.filter((one) => one.kind !== "personal");
  const placements = wanted.map(({ optional: _, ...placement }) => placement);
  const intent = await supplier.post(`/api/v1/contracts/${id}/signing-intents`, { version: desk.version, placements, ends_step: true });
  const path = `/api/v1/signing-intents/${intent.intent_id}`;
  const { ticket } = await supplier.post(`${path}/password`, { certificate_password: CERTIFICATE_PASSWORD });
  await supplier.post(`${path}/completion`, { ticket, sms_code: await smsCode(phone, seen) });
  return id;
}

/** The supplier revokes what it drafted, while nobody else is bound. */
export async function revokedBySupplier(id) {
  const supplier = await memberSession(SUPPLIER["henan-mall"]);
  const { version } = await supplier.get(`/api/v1/contracts/${id}`);
  await supplier.post(`/api/v1/contracts/${id}/revocation`, { version, reason: "订单取消" });
}

/** Moves the product's clock forward. */
export async function advanceClock(seconds) {
  const operator = await session(OPERATOR, "operator");
  await operator.post("/api/v1/sandbox/clock", { seconds });
}
