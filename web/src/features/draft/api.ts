// What drafting asks of the server.
import { api, take } from "@/api/client";
import type { components } from "@/api/schema";
import { PdfFile } from "@/pdf/engine";
import type { Award, Edits, Template } from "./model";

export type Contract = components["schemas"]["ContractOut"];
export type Checks = components["schemas"]["ChecksOut"];
export type AwardSummary = components["schemas"]["AwardSummary"];
export type AwardView = components["schemas"]["AwardView"];
export type FlowProfile = components["schemas"]["ProfileOut"];
export type Readiness = components["schemas"]["ReadinessOut"];
export type TrackEntry = components["schemas"]["TrackOut"];

const at = (id: string) => ({ params: { path: { id } } });

export const fetchContract = (id: string, signal?: AbortSignal) =>
  take(api.GET("/api/v1/contracts/{id}", { ...at(id), ...(signal ? { signal } : {}) }));
export const fetchChecks = (id: string) => take(api.GET("/api/v1/contracts/{id}/checks", at(id)));
export const fetchReadiness = (id: string, signal: AbortSignal) => take(api.GET("/api/v1/contracts/{id}/readiness", { ...at(id), signal }));
export const fetchTrack = (id: string, signal: AbortSignal) => take(api.GET("/api/v1/contracts/{id}/track", { ...at(id), signal }));
export const fetchProfiles = (signal?: AbortSignal) => take(api.GET("/api/v1/flow-profiles", signal ? { signal } : {}));
export const fetchAwards = (cursor: string | undefined, signal: AbortSignal) =>
  take(api.GET("/api/v1/awards", { params: { query: { limit: 100, ...(cursor ? { cursor } : {}) } }, signal }));

export async function fetchAward(id: string, signal?: AbortSignal): Promise<AwardView & { award: Award }> {
  const view = await take(api.GET("/api/v1/awards/{id}", { ...at(id), ...(signal ? { signal } : {}) }));
  return view as AwardView & { award: Award };
}

export async function fetchTemplate(id: string): Promise<Template> {
  const view = await take(api.GET("/api/v1/templates/{id}", at(id)));
  return view as unknown as Template;
}

export const fetchTemplates = (profile: string, signal: AbortSignal) =>
  take(api.GET("/api/v1/templates", { params: { query: { profile } }, signal }));

export const begin = (award_id: string, template_id: string) =>
  take(api.POST("/api/v1/contracts", { body: { award_id, template_id } }));

export const save = (id: string, version: number, fields: Edits, reasons: Record<string, string>) =>
  take(api.PATCH("/api/v1/contracts/{id}/draft", { ...at(id), body: { version, fields: fields as Record<string, never>, reasons } }));

export const send = (id: string, version: number) => take(api.POST("/api/v1/contracts/{id}/send", { ...at(id), body: { version } }));
export const freeze = (id: string, version: number) => take(api.POST("/api/v1/contracts/{id}/freeze", { ...at(id), body: { version } }));
export const revoke = (id: string, version: number, reason: string) =>
  take(api.POST("/api/v1/contracts/{id}/revocation", { ...at(id), body: { version, reason } }));

export const attach = (id: string, kind: string, file: File) =>
  take(
    api.POST("/api/v1/contracts/{id}/attachments", {
      params: { path: { id }, query: { kind, name: file.name } },
      body: file as unknown as never,
      bodySerializer: (body: unknown) => body as BodyInit,
      headers: { "content-type": "application/pdf" },
    }),
  );

/** The draft as it would be printed now. */
export async function openPreview(id: string): Promise<PdfFile> {
  const { data } = await api.GET("/api/v1/contracts/{id}/preview.pdf", { ...at(id), parseAs: "arrayBuffer" });
  const bytes = new Uint8Array(data as ArrayBuffer);
  return PdfFile.open(() => Promise.resolve({ bytes, total: bytes.length }));
}
