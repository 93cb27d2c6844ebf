import { beforeEach, describe, expect, it, vi } from "vitest";
import { effectScope, shallowRef } from "vue";
import { Problem } from "@/api/problem";
import * as server from "./api";
import type { Draft } from "./draft";
import type { Desk, IntentAnswer, Mark } from "./model";
import { useCeremony } from "./useCeremony";
import type { DeskModel } from "./useDesk";

vi.mock("@/pdf/engine", () => ({ PdfFile: class {} }));
vi.mock("./api", async (original) => ({
  ...(await original<typeof server>()),
  askIntent: vi.fn(),
  chooseEnding: vi.fn(),
  checkPassword: vi.fn(),
  complete: vi.fn(),
}));

const answer = { intent_id: "int_1", certificates: ["cert_1", "cert_2"], expires_at: 1, warnings: [], missing: [], summary: { ends_step: false } } as unknown as IntentAnswer;
const desk = { version: 7, seals: [], pages: [], step: { acts: [], seal_types: [] }, unsent: [], present: [] } as unknown as Desk;
const mark: Mark = { id: "m1", kind: "seal", sealId: "s1", page: 0, x: 50, y: 50 };
const refused = (code: string, members = {}) => new Problem({ code, title: code, detail: code, ...members }, 422);

function aModel() {
  const model = {
    id: "ctr_1",
    desk: shallowRef(desk),
    marks: shallowRef<readonly Mark[]>([mark]),
    intent: shallowRef<Draft["intent"]>(null),
    acted: vi.fn().mockResolvedValue(undefined),
  };
  const ceremony = effectScope().run(() => useCeremony(model as unknown as DeskModel))!;
  return { model, ceremony };
}

const ask = vi.mocked(server.askIntent);
const check = vi.mocked(server.checkPassword);
const complete = vi.mocked(server.complete);
const choose = vi.mocked(server.chooseEnding);

beforeEach(() => {
  vi.resetAllMocks();
  ask.mockResolvedValue(answer);
  choose.mockImplementation((_, ends_step) => Promise.resolve({ ends_step } as IntentAnswer["summary"]));
  check.mockImplementation((_, certificate) => Promise.resolve({ ticket: `t ${certificate}`, certificate_id: certificate, expires_at: 1, remaining: [] }));
  complete.mockResolvedValue({} as Awaited<ReturnType<typeof server.complete>>);
});

async function proving() {
  const made = aModel();
  await made.ceremony.start();
  made.ceremony.passwords["cert_1"] = "one";
  made.ceremony.passwords["cert_2"] = "two";
  made.ceremony.code.value = "123456";
  return made;
}

describe("the confirmation at the server", () => {
  it("asks once, proves each certificate once and signs once, however often the button is pressed", async () => {
    // S3-086, S3-087
    const { model, ceremony } = aModel();
    await Promise.all([ceremony.start(), ceremony.start()]);
    expect(ask).toHaveBeenCalledTimes(1);
    expect(ask.mock.calls[0]).toEqual(["ctr_1", 7, [{ kind: "seal", seal_id: "s1", page: 0, x_mm: 50, y_mm: 50 }], false]);
    await Promise.all([ceremony.sign(), ceremony.sign(), ceremony.sign()]);
    expect(check).toHaveBeenCalledTimes(2);
    expect(complete).toHaveBeenCalledTimes(1);
    expect(complete.mock.calls[0]?.slice(0, 2)).toEqual(["int_1", ["t cert_1", "t cert_2"]]);
    expect(model.acted).toHaveBeenCalledTimes(1);
    expect(ceremony.state.value.stage).toBe("signed");
  });

  it("does not ask for a password twice after a wrong code", async () => {
    const { ceremony } = await proving();
    complete.mockRejectedValueOnce(refused("sms_code.wrong"));
    await ceremony.sign();
    expect(ceremony.state.value).toMatchObject({ stage: "proving", codeError: { code: "sms_code.wrong" } });
    expect(ceremony.code.value).toBe("");
    ceremony.code.value = "654321";
    await ceremony.sign();
    expect(check).toHaveBeenCalledTimes(2);
    expect(complete.mock.calls[1]?.[2]).toBe("654321");
  });

  it("stops at the certificate whose password is wrong, and empties that field alone", async () => {
    const { ceremony } = await proving();
    check.mockRejectedValueOnce(refused("certificate.password_wrong", { tries_left: 3 }));
    await ceremony.sign();
    expect(check).toHaveBeenCalledTimes(1);
    expect(complete).not.toHaveBeenCalled();
    expect(ceremony.passwords["cert_1"]).toBe("");
    expect(ceremony.passwords["cert_2"]).toBe("two");
    expect(ceremony.state.value).toMatchObject({ stage: "proving", passwordErrors: { cert_1: { triesLeft: 3 } } });
  });

  it("keeps what was typed when no answer comes to a password: it was not found wrong", async () => {
    const { ceremony } = await proving();
    check.mockRejectedValueOnce(new Problem({ code: "network.unreachable", title: "", detail: "" }, 0));
    await ceremony.sign();
    expect(ceremony.state.value).toMatchObject({ stage: "proving", busy: null, error: { code: "network.unreachable" } });
    expect(ceremony.passwords).toEqual({ cert_1: "one", cert_2: "two" });
    await ceremony.sign();
    expect(check).toHaveBeenCalledTimes(3);
    expect(ceremony.state.value.stage).toBe("signed");
  });

  it("takes up the same confirmation after a reload, and another for other places", async () => {
    const { model, ceremony } = aModel();
    await ceremony.start();
    ceremony.close();
    await ceremony.start();
    expect(ask).toHaveBeenCalledTimes(1);
    ceremony.close();
    model.marks.value = [{ ...mark, x: 60 }];
    await ceremony.start();
    expect(ask).toHaveBeenCalledTimes(2);
  });

  it("does not keep a confirmation whose password was proved: its ticket ends with the page", async () => {
    const { model, ceremony } = await proving();
    complete.mockRejectedValueOnce(refused("sms_code.wrong"));
    await ceremony.sign();
    expect(model.intent.value).toBeNull();
  });

  it("keeps everything when the line breaks, so that the same request can be sent again", async () => {
    const { ceremony } = await proving();
    complete.mockRejectedValueOnce(new Problem({ code: "network.unreachable", title: "", detail: "" }, 0));
    await ceremony.sign();
    expect(ceremony.state.value).toMatchObject({ stage: "proving", busy: null, error: { code: "network.unreachable" } });
    await ceremony.sign();
    expect(complete.mock.calls[1]).toEqual(complete.mock.calls[0]);
    expect(ceremony.state.value.stage).toBe("signed");
  });

  it("tells the server whether the step ends, keeps the code for it, and lets it be until the first password", async () => {
    // S3-086
    const { model, ceremony } = await proving();
    await Promise.all([ceremony.chooseEnding(true), ceremony.chooseEnding(true)]);
    expect(choose.mock.calls).toEqual([["int_1", true]]);
    expect(ask).toHaveBeenCalledTimes(1);
    expect(ceremony.state.value).toMatchObject({ stage: "proving", busy: null, answer: { summary: { ends_step: true } } });
    expect(model.intent.value?.answer.summary.ends_step, "a reload finds the choice").toBe(true);
    complete.mockRejectedValueOnce(refused("sms_code.wrong"));
    await ceremony.sign();
    await ceremony.chooseEnding(false);
    expect(choose).toHaveBeenCalledTimes(1);
  });

  it("keeps the former choice when the server refuses the other", async () => {
    const { ceremony } = await proving();
    choose.mockRejectedValueOnce(refused("contract.acts_missing"));
    await ceremony.chooseEnding(true);
    expect(ceremony.state.value).toMatchObject({ stage: "proving", busy: null, answer: { summary: { ends_step: false } }, error: { code: "contract.acts_missing" } });
  });

  it("asks for another code with the choice that was made", async () => {
    vi.useFakeTimers();
    const { ceremony } = await proving();
    await ceremony.chooseEnding(true);
    vi.advanceTimersByTime(61_000);
    await ceremony.resend();
    expect(ask.mock.calls[1]?.[3]).toBe(true);
    vi.useRealTimers();
  });

  it("says when a colleague was faster, and starts again when it has run out of time", async () => {
    const first = await proving();
    complete.mockRejectedValueOnce(refused("signing.meanwhile"));
    await first.ceremony.sign();
    expect(first.ceremony.state.value.stage).toBe("overtaken");
    const second = await proving();
    complete.mockRejectedValueOnce(refused("signing.intent_expired"));
    await second.ceremony.sign();
    expect(second.ceremony.state.value.stage).toBe("ended");
    await second.ceremony.restart();
    expect(second.ceremony.state.value.stage).toBe("proving");
    expect(Object.values(second.ceremony.passwords)).toEqual([]);
  });
});
