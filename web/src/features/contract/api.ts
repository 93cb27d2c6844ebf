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
export const fetchFiling = (id: string, signal?: AbortSignal) => take(api.GET("/api/v1/contracts/{id}/filing", { ...at(id), signal }));

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
