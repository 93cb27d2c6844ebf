import { describe, expect, it, vi } from "vitest";
import type { Contract } from "./api";
import { outcomeOf } from "./outcome";

vi.mock("@/pdf/engine", () => ({ PdfFile: class {} }));

const contract = (content: string, signing: object) =>
  ({ state: { content: { state: content }, signing }, parties: [{ key: "A", own: false }, { key: "B", own: true }] }) as unknown as Contract;
const steps = (a: string, b: string) => ({ state: "signing", steps: [{ party: "B", state: { state: b } }, { party: "A", state: { state: a } }] });

describe("what has become of a contract", () => {
  it("is told from its state and from what this party has sent", () => {
    expect(outcomeOf(contract("frozen", { state: "concluded" }))).toBe("concluded");
    expect(outcomeOf(contract("frozen", { state: "rejected" }))).toBe("over");
    expect(outcomeOf(contract("frozen", steps("open", "sent")))).toBe("sent");
    expect(outcomeOf(contract("frozen", steps("sent", "waiting")))).toBe("waiting");
    expect(outcomeOf(contract("drafting", { state: "not_started" }))).toBe("returned");
  });
});
