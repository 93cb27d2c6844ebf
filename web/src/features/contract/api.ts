// What the lists, the contract's page and the first page ask of the server.

import { api, take } from "@/api/client";
import type { paths } from "@/api/schema";
import { changed } from "@/ui/query";

export type ListQuery = NonNullable<paths["/api/v1/contracts"]["get"]["parameters"]["query"]>;

const at = (id: string) => ({ params: { path: { id } } });

export const fetchList = (query: ListQuery, signal?: AbortSignal) => take(api.GET("/api/v1/contracts", { params: { query }, signal }));
export const fetchCounts = (signal?: AbortSignal) => take(api.GET("/api/v1/contract-counts", { signal }));
export const fetchHome = (signal?: AbortSignal) => take(api.GET("/api/v1/home", { signal }));
export const fetchContract = (id: string, signal?: AbortSignal) => take(api.GET("/api/v1/contracts/{id}", { ...at(id), signal }));
export const fetchTrack = (id: string, signal?: AbortSignal) => take(api.GET("/api/v1/contracts/{id}/track", { ...at(id), signal }));
export const fetchProof = (id: string, seq: number, signal?: AbortSignal) =>
  take(api.GET("/api/v1/contracts/{id}/track/{seq}", { params: { path: { id, seq } }, signal }));
export const fetchComparison = (id: string, signal?: AbortSignal) => take(api.GET("/api/v1/contracts/{id}/comparison", { ...at(id), signal }));
export const fetchFiling = (id: string, signal?: AbortSignal) => take(api.GET("/api/v1/contracts/{id}/filing", { ...at(id), signal }));

export const fetchNotice = (id: string, signal?: AbortSignal) => take(api.GET("/api/v1/contracts/{id}/notice", { ...at(id), signal }));
export const fetchProfiles = (signal?: AbortSignal) => take(api.GET("/api/v1/flow-profiles", { signal }));

/** A revision of the document, as it was after an entry of the track. */
export async function fetchRevision(id: string, sm3: string, signal?: AbortSignal): Promise<Blob> {
  const { data } = await api.GET("/api/v1/contracts/{id}/documents/{sm3}", { params: { path: { id, sm3 } }, parseAs: "blob", signal });
  return data as Blob;
}

export async function fetchAttachment(id: string, place: number): Promise<Blob> {
  const { data } = await api.GET("/api/v1/contracts/{id}/attachments/{place}", { params: { path: { id, place } }, parseAs: "blob" });
  return data as Blob;
}

/** Attaches a PDF in one of the profile's slots. */
export const attach = (id: string, kind: string, file: File) =>
  take(
    api.POST("/api/v1/contracts/{id}/attachments", {
      params: { path: { id }, query: { kind, name: file.name } },
      // The schema knows bytes; the client sends the file as it is.
      body: file as unknown as number[],
      bodySerializer: (body) => body as unknown as Blob,
      headers: { "content-type": "application/pdf" },
    }),
  );

export const withdraw = (id: string, version: number) => take(api.POST("/api/v1/contracts/{id}/withdrawal", { ...at(id), body: { version } }));
export const reject = (id: string, version: number, reason: string) =>
  take(api.POST("/api/v1/contracts/{id}/rejection", { ...at(id), body: { version, reason } }));
export const revoke = (id: string, version: number, reason: string) =>
  take(api.POST("/api/v1/contracts/{id}/revocation", { ...at(id), body: { version, reason } }));
export const resubmitFiling = (id: string, version: number, note: string) =>
  take(api.POST("/api/v1/contracts/{id}/filing/resubmission", { ...at(id), body: { version, note } }));

/** The drawing of a seal that stands on the contract. */
export async function fetchSealDrawing(contract: string, seal: string, signal?: AbortSignal): Promise<string> {
  const { data } = await api.GET("/api/v1/contracts/{id}/seals/{seal_id}/image.svg", { params: { path: { id: contract, seal_id: seal } }, parseAs: "text", signal });
  return String(data);
}

/** 催办, as the organisation in whose list the contract stands. */
export const urge = (id: string, organisation: string) =>
  take(api.POST("/api/v1/contracts/{id}/urging", { ...at(id), headers: { "x-actor": organisation } }));

/** Until the text is frozen there is no document, only the draft as it would be printed. */
const UNFROZEN = ["drafting", "returned", "in_review"];

/** The file as it stands now for the organisation in whose list the contract is. */
export async function fetchDocument(id: string, phase: string, organisation?: string, signal?: AbortSignal): Promise<Blob> {
  const asked = { ...at(id), parseAs: "blob", signal, ...(organisation === undefined ? {} : { headers: { "x-actor": organisation } }) } as const;
  const answer = UNFROZEN.includes(phase)
    ? await api.GET("/api/v1/contracts/{id}/preview.pdf", asked)
    : await api.GET("/api/v1/contracts/{id}/document.pdf", asked);
  return answer.data as Blob;
}

/** Something was done to a contract: every page that shows it, and every list, asks anew. */
export async function contractChanged(id?: string): Promise<void> {
  const asked = [changed("contracts"), changed("home")];
  if (id !== undefined) asked.push(changed("contract", id));
  await Promise.all(asked);
}
