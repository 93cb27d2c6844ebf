import { describe, expect, it } from "vitest";
import { body, faults, type Answers, type Asked } from "./questions";

const asked: Asked = { differences: 0, payment: true, sealing: true, most: 987650, ready: true, today: "2026-11-27" };
const answers: Answers = { accepts: undefined, method: "transfer", amount: "9876.50", online: true, signedOn: "" };

describe("the questions at confirmation", () => {
  // S1-009
  it("want payment method and amount, within the contract's", () => {
    expect(faults(answers, asked)).toEqual({});
    expect(faults({ ...answers, method: "", amount: "" }, asked)).toEqual({ method: "method_missing", amount: "amount_missing" });
    expect(faults({ ...answers, amount: "0" }, asked)).toEqual({ amount: "amount_zero" });
    expect(faults({ ...answers, amount: "9876.51" }, asked)).toEqual({ amount: "amount_more" });
    expect(faults({ ...answers, amount: "九千" }, asked)).toEqual({ amount: "amount_format" });
    expect(faults({ ...answers, method: "", amount: "" }, { ...asked, payment: false })).toEqual({});
  });
  // S1-012, S1-017
  it("ask online or on paper, and refuse online while a party is not ready", () => {
    expect(faults({ ...answers, online: undefined }, asked)).toEqual({ online: "online_missing" });
    expect(faults(answers, { ...asked, ready: false })).toEqual({ online: "online_not_ready" });
    expect(faults({ ...answers, online: undefined }, { ...asked, sealing: false })).toEqual({});
  });
  // S1-014: the date is mandatory on paper, the scan is not
  it("want the date that the paper bears, not in the future", () => {
    const paper = { ...answers, online: false };
    expect(faults(paper, asked)).toEqual({ signedOn: "signed_missing" });
    expect(faults({ ...paper, signedOn: "2026-11-28" }, asked)).toEqual({ signedOn: "signed_future" });
    expect(faults({ ...paper, signedOn: "2026-13-01" }, asked)).toEqual({ signedOn: "signed_format" });
    expect(faults({ ...paper, signedOn: "2026-11-27" }, { ...asked, ready: false })).toEqual({});
  });
  it("want the differences accepted", () => {
    const differing = { ...asked, differences: 2 };
    expect(faults(answers, differing)).toEqual({ accepts: "accept_missing" });
    expect(faults({ ...answers, accepts: false }, differing)).toEqual({ accepts: "not_accepted" });
    expect(faults({ ...answers, accepts: true }, differing)).toEqual({});
  });
  it("are told to the server in 分, and a paper's date only on paper", () => {
    expect(body(3, { ...answers, signedOn: "2026-11-20" }, asked)).toEqual({ version: 3, online: true, payment_method: "transfer", payment_amount_fen: 987650, signed_on: null });
    expect(body(3, { ...answers, online: false, signedOn: " 2026-11-20 " }, asked)).toMatchObject({ online: false, signed_on: "2026-11-20" });
  });
});
