import { api, take } from "@/api/client";
import type { components } from "@/api/schema";

export type Member = components["schemas"]["MemberOut"];
export const ROLES = ["administrator", "clerk", "seal_keeper", "approver"] as const;
export type Role = (typeof ROLES)[number];

const at = (id: string) => ({ params: { path: { id } } });
const of = (id: string, person_id: string) => ({ params: { path: { id, person_id } } });

export const fetchOrganisation = (id: string, signal: AbortSignal) => take(api.GET("/api/v1/organisations/{id}", { ...at(id), signal }));
export const fetchMembers = (id: string, signal: AbortSignal) => take(api.GET("/api/v1/organisations/{id}/members", { ...at(id), signal }));
export const addMember = (id: string, phone: string, roles: Role[]) => take(api.POST("/api/v1/organisations/{id}/members", { ...at(id), body: { phone, roles } }));
export const changeMember = (id: string, person: string, roles: Role[]) => take(api.PATCH("/api/v1/organisations/{id}/members/{person_id}", { ...of(id, person), body: { roles } }));
export const removeMember = (id: string, person: string) => take(api.DELETE("/api/v1/organisations/{id}/members/{person_id}", of(id, person)));
