import { api, take } from "@/api/client";
import type { components } from "@/api/schema";

export type Overview = components["schemas"]["OverviewOut"];
export type Push = components["schemas"]["PushView"];
export type Filed = components["schemas"]["FiledOut"];
export type Organisation = components["schemas"]["OrganisationOut"];
export type Behaviour = components["schemas"]["Behaviour"];
export type ClientKind = components["schemas"]["ClientKind"];

const LIMIT = 20;
const page = <Q extends object>(cursor: string | undefined, more: Q) => ({ query: { cursor, limit: LIMIT, ...more } });
const at = (id: string) => ({ params: { path: { id } } });
/** A filter of a list; `all` is no filter. */
const given = (text: string): string | undefined => (text === "all" ? undefined : text);

export const fetchOverview = (signal: AbortSignal) => take(api.GET("/api/v1/operator/overview", { signal }));
export const fetchPushes = (outcome: string, cursor: string | undefined, signal: AbortSignal) =>
  take(api.GET("/api/v1/operator/pushes", { params: page(cursor, { outcome: given(outcome) }), signal }));
export const recheckPush = (id: string) => take(api.POST("/api/v1/operator/pushes/{id}/recheck", at(id)));
export const fetchFilings = (outcome: string, cursor: string | undefined, signal: AbortSignal) =>
  take(api.GET("/api/v1/operator/filings", { params: page(cursor, { outcome: given(outcome) }), signal }));
export const fetchJobs = (state: string, cursor: string | undefined, signal: AbortSignal) =>
  take(api.GET("/api/v1/operator/outbox", { params: page(cursor, { state: given(state) }), signal }));
export const redriveJob = (id: string) => take(api.POST("/api/v1/operator/outbox/{id}/redrive", at(id)));
export const fetchOrganisations = (state: string, cursor: string | undefined, signal: AbortSignal) =>
  take(api.GET("/api/v1/operator/organisations", { params: page(cursor, { state: given(state) }), signal }));
export const verifyOrganisation = (id: string, administrator_person_id: string, note: string) =>
  take(api.POST("/api/v1/operator/organisations/{id}/verification", { ...at(id), body: { administrator_person_id, note } }));
export const fetchClaims = (cursor: string | undefined, signal: AbortSignal) =>
  take(api.GET("/api/v1/operator/real-name-claims", { params: page(cursor, {}), signal }));
export const decideClaim = (id: string, accept: boolean, reason: string | null) =>
  take(api.POST("/api/v1/operator/real-name-claims/{id}/decision", { ...at(id), body: { accept, reason } }));
export const fetchApplications = (state: string, cursor: string | undefined, signal: AbortSignal) =>
  take(api.GET("/api/v1/operator/certificate-applications", { params: page(cursor, { state: given(state) }), signal }));
export const decideApplication = (id: string, accept: boolean, reason: string | null) =>
  take(api.POST("/api/v1/operator/certificate-applications/{id}/decision", { ...at(id), body: { accept, reason } }));
export const fetchClients = (cursor: string | undefined, signal: AbortSignal) => take(api.GET("/api/v1/operator/clients", { params: page(cursor, {}), signal }));
export const createClient = (name: string, kind: ClientKind) => take(api.POST("/api/v1/operator/clients", { body: { name, kind } }));
export const setBehaviour = (behaviour: Behaviour, project_prefix: string, reason: string | null, delay_seconds: number | null) =>
  take(api.POST("/api/v1/sandbox/supervision", { body: { behaviour, project_prefix, reason, delay_seconds } }));
export const advanceClock = (advance_seconds: number) => take(api.POST("/api/v1/sandbox/clock", { body: { advance_seconds } }));
