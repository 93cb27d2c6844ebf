import { api, take } from "@/api/client";

const at = (id: string) => ({ params: { path: { id } } });

export const fetchSeal = (id: string, signal: AbortSignal) => take(api.GET("/api/v1/seals/{id}", { ...at(id), signal }));
export const fetchPicture = (id: string, signal: AbortSignal) =>
  take(api.GET("/api/v1/seals/{id}/image.svg", { ...at(id), parseAs: "text", signal })).then(String);
export const fetchMembers = (id: string, signal: AbortSignal) => take(api.GET("/api/v1/organisations/{id}/members", { ...at(id), signal }));
export const makeSeal = (body: { seal_type: string; certificate_id: string; code: string | null; person_id: string | null }) =>
  take(api.POST("/api/v1/seals", { body }));
export const grantSeal = (id: string, person_id: string, expires_at: number | null) =>
  take(api.POST("/api/v1/seals/{id}/grants", { ...at(id), body: { person_id, expires_at, contract_id: null } }));
export const endGrant = (id: string, grant_id: string) => take(api.DELETE("/api/v1/seals/{id}/grants/{grant_id}", { params: { path: { id, grant_id } } }));
export const suspendSeal = (id: string, reason: string) => take(api.POST("/api/v1/seals/{id}/suspension", { ...at(id), body: { reason } }));
export const resumeSeal = (id: string) => take(api.POST("/api/v1/seals/{id}/resumption", at(id)));
export const cancelSeal = (id: string, reason: string) => take(api.POST("/api/v1/seals/{id}/cancellation", { ...at(id), body: { reason } }));
