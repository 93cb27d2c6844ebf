// What happens to the bundle once it is written: everything worth it is compressed beside itself, and the routes that have a budget
// are measured. A route over its budget fails the build.

import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin } from "vite";

// Not pdf.js' character maps and fonts: they are packed by their own means, and there are 180 of them.
const WORTH = /\.(js|mjs|css|html|svg|json)$/;

interface Chunk {
  file: string;
  css?: string[];
  assets?: string[];
  imports?: string[];
}
type Manifest = Record<string, Chunk>;

interface Budget {
  route: string;
  page: string;
  /** KB (1024 bytes), gzipped. */
  limit: number;
}

/** A page loads only what it needs. */
const BUDGETS: Budget[] = [
  { route: "signing", page: "src/features/signing/SigningPage.vue", limit: 700 },
  { route: "sign-in", page: "src/features/identity/SignInPage.vue", limit: 120 },
];

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Writes `.br` and `.gz` beside every file, unless that saves less than a twentieth. */
function compress(folder: string): void {
  for (const path of filesOf(folder).filter((path) => WORTH.test(path))) {
    const bytes = readFileSync(path);
    const made = {
      br: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
      gz: gzipSync(bytes, { level: 9 }),
    };
    for (const [ending, compressed] of Object.entries(made)) {
      if (compressed.length < bytes.length * 0.95) writeFileSync(`${path}.${ending}`, compressed);
    }
  }
}

/** The files that a page loads at once: the document, the program, and what they import; a worker is an asset of its importer. */
export function loadedBy(manifest: Manifest, page: string): Set<string> {
  const files = new Set<string>(["index.html"]);
  const visit = (key: string): void => {
    const chunk = manifest[key];
    if (chunk === undefined || files.has(chunk.file)) return;
    files.add(chunk.file);
    for (const sheet of chunk.css ?? []) files.add(sheet);
    for (const asset of chunk.assets ?? []) if (/\.m?js$/.test(asset)) files.add(asset);
    for (const next of chunk.imports ?? []) visit(next);
  };
  visit("index.html");
  visit(page);
  return files;
}

function measure(folder: string, manifest: Manifest): string[] {
  const over: string[] = [];
  for (const { route, page, limit } of BUDGETS) {
    if (manifest[page] === undefined) {
      over.push(`${route}: there is no page ${page} in the bundle`);
      continue;
    }
    const files = [...loadedBy(manifest, page)];
    const bytes = files.reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file)), { level: 9 }).length, 0);
    const line = `${route}: ${(bytes / 1024).toFixed(1)} KB of ${limit} KB gzipped, ${files.length} files`;
    console.info(line);
    if (bytes > limit * 1024) over.push(line);
  }
  return over;
}

export function finishBundle(): Plugin {
  let folder = "";
  return {
    name: "yinxin-finish-bundle",
    apply: "build",
    configResolved(config) {
      folder = join(config.root, config.build.outDir);
      if (config.build.outDir.startsWith("/")) folder = config.build.outDir;
    },
    // Runs only after everything was written, never after a failed build.
    writeBundle: {
      order: "post",
      sequential: true,
      handler() {
        const manifest = JSON.parse(readFileSync(join(folder, ".vite/manifest.json"), "utf8")) as Manifest;
        const over = measure(folder, manifest);
        // Only the build asks for it; the server must not offer it.
        rmSync(join(folder, ".vite"), { recursive: true });
        if (over.length > 0) throw new Error(`over the budget:\n${over.join("\n")}`);
        compress(folder);
      },
    },
  };
}
