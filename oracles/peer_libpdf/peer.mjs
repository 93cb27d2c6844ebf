// LibPDF as a peer of `cargo xtask bench`: signs the same PDF in memory, prints rows as the bench does.
//
//   node peer.mjs FILE.pdf KEYS [--rounds N]      KEYS holds p256.p12 and rsa.p12, password "peer"
//
// P-256 and RSA, without a picture (L1) and with a stamp drawn on the first page (L2: a ring and a line of text; this library draws no
// appearance of a signature field). Processor time of the process; reading the key comes before.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { P12Signer, PDF, rgb } from "@libpdf/core";

const [file, keys, ...rest] = process.argv.slice(2);
const rounds = rest[0] === "--rounds" ? Number(rest[1]) : 20;
const bytes = new Uint8Array(readFileSync(file));

async function sign(signer, stamped) {
  const pdf = await PDF.load(bytes);
  if (stamped) {
    const page = pdf.getPage(0);
    page.drawCircle({ x: 160, y: 160, radius: 60, borderColor: rgb(0.8, 0, 0), borderWidth: 3 });
    page.drawText("Sample landscaping company", { x: 108, y: 156, size: 8, color: rgb(0.8, 0, 0) });
  }
  const signed = await pdf.sign({ signer, fieldName: "Signature1" });
  if (signed.bytes.length <= bytes.length) throw new Error("nothing was added");
}

for (const [name, key] of [["P-256", "p256.p12"], ["RSA", "rsa.p12"]]) {
  const signer = await P12Signer.create(new Uint8Array(readFileSync(join(keys, key))), "peer");
  for (const [level, stamped] of [["L1", false], ["L2", true]]) {
    // The compiler of the engine needs its time; it is not counted.
    for (let round = 0; round < 30; round += 1) await sign(signer, stamped);
    const walls = [];
    const before = process.cpuUsage();
    for (let round = 0; round < rounds; round += 1) {
      const begun = performance.now();
      await sign(signer, stamped);
      walls.push(performance.now() - begun);
    }
    const used = process.cpuUsage(before);
    const cpu = (used.user + used.system) / 1e3 / rounds;
    const wall = walls.sort((a, b) => a - b)[rounds >> 1];
    const work = `peer: LibPDF, ${stamped ? "the same with a drawn stamp" : "20 pages, 30 KB"}, ${name}`;
    const note = `${wall.toFixed(1)} ms wall (median)`;
    console.log(JSON.stringify({ level, work, measured: cpu, unit: "ms CPU", sense: "tell", target: null, note }));
  }
}
