import { describe, expect, it } from "vitest";
import { bytesOf, hex, sm3 } from "./sm3";

const text = (value: string) => new TextEncoder().encode(value);

describe("SM3", () => {
  // GB/T 32905-2016, annex A.1 and A.2.
  it("gives the standard's examples", () => {
    expect(hex(sm3(text("abc")))).toBe("66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
    expect(hex(sm3(text("abcd".repeat(16))))).toBe("debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732");
  });
  it("pads every length", () => {
    const lengths = [0, 55, 56, 63, 64, 65, 119, 120];
    expect(new Set(lengths.map((length) => hex(sm3(text("a".repeat(length)))))).size).toBe(lengths.length);
    // Of no message: computed with OpenSSL.
    expect(hex(sm3(text("")))).toBe("1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b");
  });
  it("reads hexadecimal", () => expect([...bytesOf("00ff10")]).toEqual([0, 255, 16]));
});
