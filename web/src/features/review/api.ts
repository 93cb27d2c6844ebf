// What reviewing asks of the server.
import { api, take } from "@/api/client";
import type { components, paths } from "@/api/schema";
import { PdfFile } from "@/pdf/engine";

export type Contract = components["schemas"]["ContractOut"];
export type Comparison = components["schemas"]["ComparisonOut"];
export type Compared = Comparison["items"][number];
export type ConfirmBody = NonNullable<paths["/api/v1/contracts/{id}/confirmation"]["post"]["requestBody"]>["content"]["application/json"];

const at = (id: string) => ({ params: { path: { id } } });

export const fetchContract = (id: string, signal: AbortSignal) => take(api.GET("/api/v1/contracts/{id}", { ...at(id), signal }));
export const fetchComparison = (id: string, signal: AbortSignal) => take(api.GET("/api/v1/contracts/{id}/comparison", { ...at(id), signal }));
export const fetchTrack = (id: string, signal: AbortSignal) => take(api.GET("/api/v1/contracts/{id}/track", { ...at(id), signal }));

/** The text that is reviewed, and its bytes for keeping. */
export async function openText(id: string): Promise<{ file: PdfFile; bytes: Uint8Array<ArrayBuffer> }> {
  const { data } = await api.GET("/api/v1/contracts/{id}/preview.pdf", { ...at(id), parseAs: "arrayBuffer" });
  const bytes = new Uint8Array(data as ArrayBuffer);
  const kept = bytes.slice();
  // The reader takes the bytes it is given with it.
  const file = await PdfFile.open(() => Promise.resolve({ bytes, total: bytes.length }));
  return { file, bytes: kept };
}

export const confirm = (id: string, body: ConfirmBody) => take(api.POST("/api/v1/contracts/{id}/confirmation", { ...at(id), body }));
export const returnDraft = (id: string, version: number, reason: string) =>
  take(api.POST("/api/v1/contracts/{id}/return", { ...at(id), body: { version, reason } }));
export const modify = (id: string, version: number) => take(api.POST("/api/v1/contracts/{id}/modification", { ...at(id), body: { version } }));
