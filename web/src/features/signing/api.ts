// What the desk asks of the server.
import { api, take } from "@/api/client";
import type { components } from "@/api/schema";
import { Problem } from "@/api/problem";
import { PdfFile } from "@/pdf/engine";
import type { Refusal } from "./ceremony";
import type { PlacementBody } from "./model";

export type Contract = components["schemas"]["ContractOut"];

const at = (id: string) => ({ params: { path: { id } } });

export const fetchContract = (id: string) => take(api.GET("/api/v1/contracts/{id}", at(id)));
export const fetchDesk = (id: string) => take(api.GET("/api/v1/contracts/{id}/desk", at(id)));
/** Where words stand in the text. */
export const fetchKeywordPlaces = (id: string, keyword: string) =>
  take(api.GET("/api/v1/contracts/{id}/keyword-places", { params: { path: { id }, query: { keyword } } }));

/** Opens the contract's document, read in parts if the server sends them; parts are of one file, by its entity tag. */
export async function openDocument(id: string): Promise<PdfFile> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await openAsItIs(id);
    } catch (error) {
      if (!(error instanceof DocumentChanged) || attempt === ATTEMPTS) throw error;
    }
  }
}

/** The parts that were read are of two documents: somebody, or the platform, has signed in between. */
export class DocumentChanged extends Error {}

/** A contract is signed by few, so that a document which changes more often while it is opened is a fault. */
const ATTEMPTS = 5;

function openAsItIs(id: string): Promise<PdfFile> {
  let tag: string | null = null;
  return PdfFile.open(async (begin, end) => {
    const { data, response } = await api.GET("/api/v1/contracts/{id}/document.pdf", {
      ...at(id),
      headers: { Range: `bytes=${begin}-${end - 1}` },
      parseAs: "arrayBuffer",
    });
    const now = response.headers.get("etag");
    if (tag !== null && now !== tag) throw new DocumentChanged("the document changed while it was read");
    tag = now;
    const bytes = new Uint8Array(data as ArrayBuffer);
    const total = /\/(\d+)$/.exec(response.headers.get("content-range") ?? "")?.[1];
    return { bytes, total: total === undefined ? bytes.length : Number(total) };
  });
}

/** The whole document as a file to keep. */
export async function downloadDocument(id: string): Promise<Blob> {
  const { data } = await api.GET("/api/v1/contracts/{id}/document.pdf", { ...at(id), parseAs: "blob" });
  return data as Blob;
}

/** The drawing of a seal: one path in its own units. */
export interface SealArt {
  viewBox: readonly [number, number, number, number];
  path: string;
  ink: string;
}

/** Reads the drawing out of the seal's picture, so that it needs no image element and no exception in the content security policy. */
export async function fetchSealArt(id: string): Promise<SealArt> {
  const { data } = await api.GET("/api/v1/seals/{id}/image.svg", { ...at(id), parseAs: "text" });
  return readSealArt(String(data));
}

/** The path, its ink and its units of a seal's SVG. */
export function readSealArt(svg: string): SealArt {
  const root = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
  const path = root.querySelector("path");
  const box = (root.getAttribute("viewBox") ?? "").trim().split(/[\s,]+/).map(Number);
  const [x, y, width, height] = box;
  if (!path || x === undefined || y === undefined || width === undefined || height === undefined || box.some((value) => !Number.isFinite(value))) {
    throw new Error("a seal's picture is not as described");
  }
  return { viewBox: [x, y, width, height], path: path.getAttribute("d") ?? "", ink: path.getAttribute("fill") ?? "#b5211e" };
}

export const askIntent = (id: string, version: number, placements: PlacementBody[], ends_step: boolean) =>
  take(api.POST("/api/v1/contracts/{id}/signing-intents", { ...at(id), body: { version, placements, ends_step } }));
/** Chooses anew whether the step ends with an intent; gives what the signer is shown then. */
export const chooseEnding = (intent: string, ends_step: boolean) =>
  take(api.POST("/api/v1/signing-intents/{id}/ending", { ...at(intent), body: { ends_step } }));
export const checkPassword = (intent: string, certificate_id: string, certificate_password: string) =>
  take(api.POST("/api/v1/signing-intents/{id}/password", { ...at(intent), body: { certificate_id, certificate_password } }));
export const complete = (intent: string, tickets: string[], sms_code: string) =>
  take(api.POST("/api/v1/signing-intents/{id}/completion", { ...at(intent), body: { tickets, sms_code } }));
export const discardUnsent = (id: string, version: number) =>
  take(api.DELETE("/api/v1/contracts/{id}/unsent-seals", { params: { path: { id }, query: { version } } }));
export const submit = (id: string, version: number) =>
  take(api.POST("/api/v1/contracts/{id}/submission", { ...at(id), body: { version } }));
export const agree = (id: string, version: number) =>
  take(api.POST("/api/v1/contracts/{id}/agreement", { ...at(id), body: { version } }));
export const disagree = (id: string, version: number, reason: string) =>
  take(api.POST("/api/v1/contracts/{id}/disagreement", { ...at(id), body: { version, reason } }));
export const reject = (id: string, version: number, reason: string) =>
  take(api.POST("/api/v1/contracts/{id}/rejection", { ...at(id), body: { version, reason } }));

/** A refusal in the words that the ceremony keeps. */
export function toRefusal(problem: Problem): Refusal {
  const tries = problem.members["tries_left"];
  const certificate = problem.members["certificate_id"];
  return {
    code: problem.code,
    title: problem.title,
    detail: problem.detail,
    requestId: problem.requestId ?? null,
    triesLeft: typeof tries === "number" ? tries : null,
    certificateId: typeof certificate === "string" ? certificate : null,
    faults: problem.faults,
  };
}
