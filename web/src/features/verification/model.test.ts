import { describe, expect, it } from "vitest";
import { changesAfter, checks, isPlatform, pictureOf, unfinished, type Holder, type Report, type Signature } from "./model";

const holder = (facts: Partial<Holder> = {}): Holder => ({
  name: "示例公司",
  organisation: "示例公司",
  unified_social_credit_code: null,
  issuer: "TEST CA",
  serial: "01",
  valid_from: "",
  valid_to: "",
  sha256: "",
  trusted: true,
  chain: [],
  revocation: { status: "good", at: null },
  ...facts,
});
const signature = (facts: Partial<Signature> = {}): Signature => ({
  field: "Sig1",
  page: 1,
  kind: "seal",
  revision: 1,
  covers_whole_file: false,
  verdict: "valid_trusted",
  summary: { zh: "", en: "" },
  faults: [],
  algorithm: "SM2-SM3",
  signer: holder(),
  seal: { name: "示例公司", owner_code: null, seal_code: null, valid_from: "", valid_to: "", maker: null },
  time: { claimed: null, proven: "2026-01-01T00:00:00+08:00", clock: "operator", authority: null },
  reason: null,
  ...facts,
});
const report = (signatures: Signature[], facts: Partial<Report> = {}): Report => ({
  verdict: "valid_trusted",
  summary: { zh: "", en: "" },
  length: 1,
  sm3: "",
  faults: [],
  revisions: [],
  signatures,
  contract: null,
  pictures: [],
  ...facts,
});
const fault = (code: string) => ({ code, verdict: "invalid" as const, zh: "", en: "" });

describe("the five checks of a report", () => {
  it("all hold for a sealed file", () => {
    expect(checks(report([signature()]))).toEqual({ whole: "holds", chain: "holds", revocation: "holds", time: "holds", seal: "holds" });
  });
  it("a fault fails the check that it speaks against, and an unnamed one the wholeness", () => {
    const found = checks(report([signature({ faults: [fault("timestamp.imprint"), fault("signature.altered_after")] })]));
    expect(found).toMatchObject({ whole: "fails", time: "fails", chain: "holds", seal: "holds" });
    expect(checks(report([signature()], { faults: [fault("file.hidden")] })).whole).toBe("fails");
  });
  it("a chain to no trusted root fails without a fault, and a revoked certificate too", () => {
    expect(checks(report([signature({ signer: holder({ trusted: false }) })])).chain).toBe("fails");
    const revoked = holder({ revocation: { status: "revoked_before", at: null } });
    expect(checks(report([signature({ signer: revoked })])).revocation).toBe("fails");
    expect(checks(report([signature({ faults: [fault("revocation.not_proven")] })]))).toMatchObject({ revocation: "fails", whole: "holds" });
  });
  it("what nothing speaks of is not called sound", () => {
    const bare = signature({ kind: "cms", seal: null, signer: holder({ revocation: { status: "unknown", at: null } }), time: { claimed: null, proven: null, clock: null, authority: null } });
    expect(checks(report([bare]))).toEqual({ whole: "holds", chain: "holds", revocation: "unknown", time: "unknown", seal: "unknown" });
    expect(checks(report([])).whole).toBe("unknown");
  });
});

it("what changed after a signature is what later revisions brought", () => {
  const change = (code: string) => ({ code, allowed: true, zh: "", en: "" });
  const revisions = ["change.a", "change.b", "change.c"].map((code) => ({ signatures: [], changes: [change(code)] }));
  expect(changesAfter(report([], { revisions }), signature({ revision: 1 })).map((one) => one.code)).toEqual(["change.c"]);
});

it("the platform's signature is told by its own words, a party's is not", () => {
  expect(isPlatform(signature({ kind: "cms", reason: "平台存证签名，非合同当事人" }))).toBe(true);
  expect(isPlatform(signature({ kind: "cms" }))).toBe(false);
});

describe("a file of a contract", () => {
  it("is unfinished only where it says so itself", () => {
    expect(unfinished(report([signature()]))).toBeUndefined();
    expect(unfinished(report([signature()], { contract: { parties: 2, signed: 1 } }))).toEqual({ parties: 2, signed: 1 });
    expect(unfinished(report([signature()], { contract: { parties: 2, signed: 2 } }))).toBeUndefined();
    // A text that nobody has signed is told as such.
    expect(unfinished(report([], { contract: { parties: 2, signed: 0 } }))).toBeUndefined();
  });

  it("shows the pictures of its seals in their true proportion, and nothing but PNG", () => {
    const picture = { signature: 1, media_type: "image/png" as const, data: "iVBO", width_mm: 42, height_mm: 21 };
    const found = report([signature(), signature()], { pictures: [picture] });
    expect(pictureOf(found, 0)).toBeUndefined();
    expect(pictureOf(found, 1)).toEqual({ source: "data:image/png;base64,iVBO", width: 96, height: 48 });
    const other = { ...picture, media_type: "image/svg+xml" as "image/png" };
    expect(pictureOf(report([signature()], { pictures: [{ ...other, signature: 0 }] }), 0)).toBeUndefined();
  });
});
