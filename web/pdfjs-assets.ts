// pdf.js' own files (character maps, standard fonts, decoders) under /assets/pdfjs/, in `vite dev` and in the bundle alike.
import { createReadStream, readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, normalize } from "node:path";
import type { Plugin } from "vite";

const root = dirname(createRequire(import.meta.url).resolve("pdfjs-dist/package.json"));
const at = "/assets/pdfjs/";
// Decoders in WebAssembly would ask the content security policy for 'wasm-unsafe-eval'; pdf.js has the same ones as plain scripts.
const folders: [string, (name: string) => boolean][] = [
  ["cmaps", (name) => name.endsWith(".bcmap")],
  ["standard_fonts", (name) => !name.startsWith("LICENSE")],
  ["wasm", (name) => name.endsWith("_nowasm_fallback.js")],
];

export function pdfjsAssets(): Plugin {
  return {
    name: "yinxin-pdfjs-assets",
    configureServer(server) {
      server.middlewares.use(at, (request, response, next) => {
        const path = normalize(join(root, decodeURIComponent((request.url ?? "").split("?")[0] ?? "")));
        if (!path.startsWith(root) || !statSync(path, { throwIfNoEntry: false })?.isFile()) return next();
        response.setHeader("Content-Type", path.endsWith(".js") ? "text/javascript" : "application/octet-stream");
        createReadStream(path).pipe(response);
      });
    },
    generateBundle() {
      for (const [folder, wanted] of folders) {
        for (const name of readdirSync(join(root, folder)).filter(wanted)) {
          this.emitFile({ type: "asset", fileName: `${at.slice(1)}${folder}/${name}`, source: readFileSync(join(root, folder, name)) });
        }
      }
    },
  };
}
