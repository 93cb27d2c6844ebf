import { api, take } from "@/api/client";
import { actor, hasRole, session } from "@/app/session";
import { ElMessage } from "element-plus/es/components/message/index";
import "element-plus/es/components/message/style/css";

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

/** Whether the actor manages what is shown: a person his own, an administrator the organisation's. */
export const manages = (): boolean => session.actor === "person" || hasRole("administrator");
export const isOrganisation = (): boolean => session.actor.startsWith("org_");
export const actorName = (): string => actor.value?.name ?? "";

/** Says that something was done, where nothing else on the page shows it. */
export const sayDone = (message: string): void => void ElMessage({ type: "success", message, duration: 5000, showClose: true });
