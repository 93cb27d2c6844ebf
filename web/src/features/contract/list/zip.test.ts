import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { crc32, unique, zip } from "./zip";

const bytes = (text: string) => new TextEncoder().encode(text);

it("knows the check value of CRC-32", () => {
  // "123456789" is the check string of every catalogue of checksums.
  expect(crc32(bytes("123456789"))).toBe(0xcbf43926);
});

it("names every file once", () => {
  expect(unique(["a.pdf", "b.pdf", "a.pdf", "a.pdf"])).toEqual(["a.pdf", "b.pdf", "a (2).pdf", "a (3).pdf"]);
});

it("is read by another program", async () => {
  const folder = mkdtempSync(join(tmpdir(), "yinxin-zip-"));
  try {
    const archive = zip([
      { name: "东岸合同.pdf", bytes: bytes("%PDF-1.7 一") },
      { name: "空.pdf", bytes: bytes("") },
    ]);
    writeFileSync(join(folder, "a.zip"), Buffer.from(await archive.arrayBuffer()));
    execFileSync("python3", ["-c", "import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; z.extractall(sys.argv[2])", join(folder, "a.zip"), folder]);
    expect(readFileSync(join(folder, "东岸合同.pdf"), "utf8")).toBe("%PDF-1.7 一");
    expect(readFileSync(join(folder, "空.pdf"), "utf8")).toBe("");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
