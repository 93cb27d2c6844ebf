import { api, take } from "@/api/client";

const at = (id: string) => ({ params: { path: { id } } });

export const fetchCertificates = (signal: AbortSignal) => take(api.GET("/api/v1/certificates", { signal }));
export const fetchApplications = (signal: AbortSignal) => take(api.GET("/api/v1/certificate-applications", { signal }));
export const fetchOrganisation = (id: string, signal: AbortSignal) => take(api.GET("/api/v1/organisations/{id}", { ...at(id), signal }));
export const apply = (certificate_password: string) => take(api.POST("/api/v1/certificate-applications", { body: { certificate_password } }));
export const changePassword = (id: string, old: string, fresh: string) =>
  take(api.POST("/api/v1/certificates/{id}/password", { ...at(id), body: { old, new: fresh } }));
export const resetPassword = (id: string, sms_code: string, new_password: string) =>
  take(api.POST("/api/v1/certificates/{id}/password-reset", { ...at(id), body: { sms_code, new_password } }));
export const revoke = (id: string, reason: string, certificate_password: string) =>
  take(api.POST("/api/v1/certificates/{id}/revocation", { ...at(id), body: { reason, certificate_password } }));
export const claimName = (name: string, resident_id: string) => take(api.POST("/api/v1/real-name-claims", { body: { name, resident_id } }));
