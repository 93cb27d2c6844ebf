import { describe, expect, it } from "vitest";
import { grouped, isFit, isResidentId, partOf, standing, stepStates, tone, type Certificate } from "./model";

const DAY = 86_400_000_000;
const NOW = Date.UTC(2026, 10, 26, 4) * 1000;
const certificate = (changes: Partial<Certificate>): Certificate => ({
  id: "cert_1",
  owner: "org_1",
  kind: "organisation",
  subject: "C=CN, O=示例单位, CN=示例单位",
  issuer: "CN=示例 CA",
  serial: "6356149c",
  custody: "cloud",
  state: "in_force",
  locked: false,
  not_before_at: NOW - DAY,
  not_after_at: NOW + 400 * DAY,
  renewable: false,
  sm3: "",
  certificate_pem: "",
  ...changes,
});

describe("how a certificate stands", () => {
  // S4-023: it is told of in its last 30 days.
  it.each([
    [{}, "inForce", "green"],
    [{ not_after_at: NOW + 31 * DAY }, "inForce", "green"],
    [{ not_after_at: NOW + 30 * DAY }, "expiring", "orange"],
    [{ not_after_at: NOW + 30 * DAY, locked: true }, "locked", "orange"],
    [{ state: "expired", not_after_at: NOW - DAY, locked: true }, "expired", "grey"],
    // The server answered before the last moment; the page is still open after it.
    [{ not_after_at: NOW }, "expired", "grey"],
    [{ state: "revoked", locked: true }, "revoked", "grey"],
  ] as const)("%o is %s", (changes, state, colour) => {
    const now = standing(certificate(changes), NOW);
    expect([now, tone(now)]).toEqual([state, colour]);
  });
});

it("the holder is read out of the distinguished name", () => {
  expect(partOf("C=CN, O=示例, OU=TEST, CN=示例县中心, organizationIdentifier=NTRCN-1", "CN")).toBe("示例县中心");
  expect(partOf("CN=甲\\, 乙公司, O=丙", "CN")).toBe("甲, 乙公司");
  expect(partOf("C=CN, OCN=no", "CN")).toBe("");
});

it.each([
  ["Zhengshu-2026", true],
  ["abcdefgh", false],
  ["abcdef1", false],
  ["abcdefg1", true],
  ["密码密码密码密1", true],
  [`a${"1".repeat(32)}`, false],
])("a certificate password %s fits: %s", (text, fits) => expect(isFit(text)).toBe(fits));

it.each([
  ["110101199001010109", false],
  ["11010519491231002X", true],
  ["11010519491231002x", true],
  ["110105194912310021", false],
  ["1101051949123100", false],
])("an identity number %s is right: %s", (text, right) => expect(isResidentId(text)).toBe(right));

it("serial numbers are grouped by four", () => expect([grouped("6356149c01"), grouped("abcd")]).toEqual(["6356 149C 01", "ABCD"]));

it("the three steps come one after the other", () => {
  const none = { named: false, claimed: false, certified: false, applied: false, sealed: false };
  expect(stepStates(none)).toEqual(["now", "later", "later"]);
  expect(stepStates({ ...none, claimed: true })).toEqual(["waiting", "later", "later"]);
  expect(stepStates({ ...none, named: true })).toEqual(["done", "now", "later"]);
  expect(stepStates({ ...none, named: true, applied: true })).toEqual(["done", "waiting", "later"]);
  expect(stepStates({ ...none, named: true, certified: true })).toEqual(["done", "done", "now"]);
  expect(stepStates({ ...none, named: true, certified: true, sealed: true })).toEqual(["done", "done", "done"]);
});
