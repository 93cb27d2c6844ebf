// Conventions that no compiler knows: component length, and who may talk to the server.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const LONGEST = 300;
const root = new URL("../src", import.meta.url).pathname;
const faults = [];
for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath ?? entry.path, entry.name);
  if (!/\.(vue|ts)$/.test(entry.name)) continue;
  const text = readFileSync(path, "utf8");
  const name = path.slice(root.length + 1);
  const lines = text.split("\n").length - 1;
  if (entry.name.endsWith(".vue") && lines > LONGEST) faults.push(`${name}: ${lines} lines; a component has at most ${LONGEST}`);
  if (!name.startsWith("api/") && !name.endsWith(".test.ts") && /(?<![.\w])fetch\((?!\):)|(?<=window\.|globalThis\.)fetch\(|XMLHttpRequest|EventSource\(/.test(text)) {
    faults.push(`${name}: only src/api talks to the server`);
  }
  if (/v-html/.test(text)) faults.push(`${name}: v-html lets text become markup`);
  if (!name.startsWith("styles/") && /<style/.test(text)) {
    const style = text.slice(text.indexOf("<style"));
    const colour = /#[0-9a-f]{3,8}\b/i.exec(style)?.[0];
    if (colour && !["#fff", "#ffffff"].includes(colour)) faults.push(`${name}: ${colour} is not a colour of styles/tokens.css`);
  }
}
for (const fault of faults) console.error(fault);
process.exit(faults.length === 0 ? 0 : 1);
