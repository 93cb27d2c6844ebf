// What a proof says: whether the entry's digest can be made again here, and where its marks stand.

import type { components } from "@/api/schema";
import { trackWords as t } from "./messages";
import { bytesOf, hex, sm3 } from "./sm3";

export type Entry = components["schemas"]["TrackOut"];
export type Proof = components["schemas"]["ProofOut"];
export type SignatureProof = Proof["signatures"][number];

/** What follows by itself from somebody's act is nobody's: its title stands without a party. */
const FOLLOWS = ["contract.frozen", "contract.concluded", "contract.draft_opened", "contract.filing_due", "contract.notice_due"];

/** The party whose act an entry is, or whose turn it says has come. */
export function actingParty(entry: Pick<Entry, "kind" | "data" | "party" | "organisation_id">): string | undefined {
  if (FOLLOWS.includes(entry.kind)) return undefined;
  if (entry.kind === "contract.step_opened") return (entry.data as { party?: string }).party;
  return entry.organisation_id == null ? undefined : (entry.party ?? undefined);
}

/** The entry's digest computed anew; undefined where a part of it is another party's own and not told. */
export function recomputed(proof: Proof): boolean | undefined {
  const parts = proof.hashed.map((field) => (field == null ? undefined : new TextEncoder().encode(field)));
  const message = new Uint8Array(32 + parts.reduce((sum, part) => sum + 4 + (part?.length ?? 0), 0));
  const view = new DataView(message.buffer);
  message.set(bytesOf(proof.previous_hash));
  let at = 32;
  for (const part of parts) {
    view.setUint32(at, part?.length ?? 0xffffffff);
    if (part) message.set(part, at + 4);
    at += 4 + (part?.length ?? 0);
  }
  if (hex(sm3(message)) === proof.entry.hash) return true;
  // A person's act came from somewhere: if that is not told, the digest cannot be made here.
  return proof.entry.ip == null && proof.entry.person_id != null ? undefined : false;
}

/** 1–8 of consecutive pages, 2、5 of others; pages counted from 0. */
export function pageRanges(pages: readonly number[]): string {
  const sorted = [...new Set(pages)].sort((a, b) => a - b);
  const ranges: [number, number][] = [];
  for (const page of sorted) {
    const last = ranges[ranges.length - 1];
    if (last && last[1] === page - 1) last[1] = page;
    else ranges.push([page, page]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from + 1}` : `${from + 1}–${to + 1}`)).join("、");
}

/** 第 6、8 页；日期章；骑缝章. */
export function places(signature: SignatureProof): string[] {
  const pages = signature.placed.flatMap((mark) => (mark.page != null && ["seal", "personal"].includes(mark.kind) ? [mark.page] : []));
  const said = pages.length > 0 ? [t.pages(pageRanges(pages))] : [];
  if (signature.placed.some((mark) => mark.kind === "date")) said.push(t.date);
  if (signature.placed.some((mark) => mark.kind === "seam")) said.push(t.seam);
  return said;
}

/** `SM3 7c1e90b4…4f2ad83d`. */
export const shortDigest = (digest: string): string => `SM3 ${digest.slice(0, 8)} … ${digest.slice(-8)}`;

/** `5A3C 0017 92E4 88B1`. */
export const grouped = (serial: string): string => serial.toUpperCase().replace(/(.{4})(?=.)/g, "$1 ");

const PROGRAMS: readonly [RegExp, string][] = [
  [/Edg(?:A|iOS)?\/(\d+)/, "Edge"],
  [/MicroMessenger\/(\d+)/, "微信"],
  [/360(?:SE|EE)/, "360"],
  [/Firefox\/(\d+)/, "Firefox"],
  [/(?:Chrome|CriOS)\/(\d+)/, "Chrome"],
  [/Version\/(\d+).*Safari\//, "Safari"],
];

/** The name of a program by its long one. */
export function program(agent: string): string {
  for (const [pattern, name] of PROGRAMS) {
    const found = pattern.exec(agent);
    if (found) return found[1] === undefined ? name : `${name} ${found[1]}`;
  }
  return agent.length > 40 ? `${agent.slice(0, 40)}…` : agent;
}

/** The drawing of a seal: one path in its own units. */
export interface Drawing {
  viewBox: string;
  path: string;
}

/** Reads the path out of a seal's SVG, so that no markup of a file becomes part of the page. */
export function readDrawing(svg: string): Drawing | undefined {
  const root = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
  const path = root.querySelector("path")?.getAttribute("d");
  const viewBox = root.getAttribute("viewBox");
  return path && viewBox ? { viewBox, path } : undefined;
}
