// Writes src/api/schema.d.ts from the committed description of the API; with --check only says whether it is stale.

import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString, COMMENT_HEADER } from "openapi-typescript";

const target = new URL("../src/api/schema.d.ts", import.meta.url);
const description = JSON.parse(readFileSync(new URL("../../api/openapi.json", import.meta.url), "utf8"));
const text = COMMENT_HEADER + astToString(await openapiTS(description));
if (!process.argv.includes("--check")) writeFileSync(target, text);
else if (readFileSync(target, "utf8") !== text) {
  console.error("src/api/schema.d.ts does not fit api/openapi.json: npm run types");
  process.exit(1);
}
