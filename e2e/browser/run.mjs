// Runs the browser stories: `node run.mjs [--bench] [NAME…]`. Starts the product once as `yinxin demo` leaves it, on a free port and in a folder of
// its own, lets every story use it through a real Chromium, and stops it again. A story whose file name contains none of the NAMEs
// is left out. With `--bench` it runs what is measured in the browser (`bench/`) instead of the stories.

import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const here = import.meta.dirname;
const binary = resolve(process.env.YINXIN_BIN ?? join(here, "../../target/debug/yinxin"));
const folderOfStories = join(here, process.argv.includes("--bench") ? "bench" : "stories");
const names = process.argv.slice(2).filter((name) => name !== "--bench");
const stories = readdirSync(folderOfStories)
  .filter((file) => file.endsWith(".story.mjs") && (names.length === 0 || names.some((name) => file.includes(name))))
  .sort();
if (stories.length === 0) {
  console.error("no story of that name");
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), "yinxin-stories-"));
const said = [];
const demo = spawn(binary, ["demo"], {
  cwd: folder,
  // A job whose outside system stays silent is put aside after half a minute, not after a day; the ceremony of the demo needs no second try.
  env: { ...process.env, YINXIN__HTTP__LISTEN: "127.0.0.1:0", YINXIN__JOBS__MAX_ATTEMPTS: "3", YINXIN__SUPERVISION__TIMEOUT_SECONDS: "5" },
  stdio: ["ignore", "pipe", "pipe"],
});
const ended = new Promise((done) => demo.once("exit", done));
for (const stream of [demo.stdout, demo.stderr]) createInterface({ input: stream }).on("line", (line) => said.push(line));

/** Waits until the product serves and the sample world stands; gives its address. */
function ready() {
  return new Promise((done, failed) => {
    const late = setTimeout(() => failed(new Error("the demo was not ready within five minutes")), 300_000);
    demo.once("exit", (code) => failed(new Error(`the demo ended with status ${code}`)));
    createInterface({ input: demo.stdout }).on("line", (line) => {
      if (!line.includes("服务运行中")) return;
      clearTimeout(late);
      const base = said.join("\n").match(/http:\/\/127\.0\.0\.1:\d+/)?.[0];
      if (base) done(base);
      else failed(new Error("the demo did not say where it serves"));
    });
  });
}

/** The sample logins, from the table that the demo prints: phone, two passwords, name, organisation, roles. */
function people() {
  return said.flatMap((line) => {
    const [, phone, , , , organisation, roles] = line.split(/\s+/);
    return /^1\d{10}$/.test(phone ?? "") && roles ? [{ phone, organisation, roles: roles.split("、") }] : [];
  });
}

let status = 1;
try {
  const base = await ready();
  console.log(`the product serves at ${base}`);
  const files = stories.map((file) => join(folderOfStories, file));
  const tests = spawn(process.execPath, ["--test", "--test-concurrency=1", "--test-reporter=spec", ...files], {
    cwd: here,
    env: { ...process.env, YINXIN_URL: base, YINXIN_FOLDER: folder, YINXIN_BINARY: binary, YINXIN_PEOPLE: JSON.stringify(people()) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const total = { pass: 0, fail: 0, skipped: 0 };
  const failures = new Set();
  createInterface({ input: tests.stdout }).on("line", (line) => {
    console.log(line);
    const [, what, count] = /^ℹ (pass|fail|skipped) (\d+)$/.exec(line) ?? [];
    if (what) total[what] += Number(count);
    const [, name] = /^✖ (.+) \([\d.]+ms\)$/.exec(line) ?? [];
    if (name) failures.add(name);
  });
  status = await new Promise((done) => tests.once("close", (code) => done(code ?? 1)));
  // In the words of `cargo test`, so that one tally takes both.
  for (const name of failures) console.log(`test ${name} ... FAILED`);
  console.log(`test result: ${status === 0 ? "ok" : "FAILED"}. ${total.pass} passed; ${total.fail} failed; ${total.skipped} ignored`);
} catch (error) {
  console.error(String(error));
}
if (status !== 0) console.error(`the product said last:\n${said.slice(-60).join("\n")}`);
demo.kill("SIGINT");
await ended;
if (status === 0) rmSync(folder, { recursive: true, force: true });
else console.error(`kept: ${folder}`);
process.exit(status);
