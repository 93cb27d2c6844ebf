// What signing several contracts together asks of the server.
import { api, take } from "@/api/client";
import type { components } from "@/api/schema";

type Schemas = components["schemas"];
export type BatchDesk = Schemas["BatchDeskAnswer"];
export type Ready = Schemas["ReadyBody"];
export type Apart = Schemas["ApartBody"];
export type BatchAnswer = Schemas["BatchAnswer"];
export type BatchOutcome = Schemas["BatchOutcomeAnswer"];
export type OneOutcome = Schemas["OneOutcomeBody"];

const at = (id: string) => ({ params: { path: { id } } });

/** The chosen contracts, sorted into those that can be signed together and the others. */
export const fetchBatchDesk = (contracts: readonly string[], signal?: AbortSignal) =>
  take(api.GET("/api/v1/batch-desk", { params: { query: { contracts: contracts.join(",") } }, signal }));
export const askBatch = (ready: readonly Ready[], ends_step: boolean) =>
  take(
    api.POST("/api/v1/signing-batches", {
      body: { contracts: ready.map(({ contract_id, version, placements }) => ({ contract_id, version, placements })), ends_step },
    }),
  );
export const chooseBatchEnding = (batch: string, ends_step: boolean) =>
  take(api.POST("/api/v1/signing-batches/{id}/ending", { ...at(batch), body: { ends_step } }));
export const checkBatchPassword = (batch: string, certificate_id: string, certificate_password: string) =>
  take(api.POST("/api/v1/signing-batches/{id}/password", { ...at(batch), body: { certificate_id, certificate_password } }));
export const releaseBatch = async (batch: string, tickets: string[], sms_code: string): Promise<void> => {
  await api.POST("/api/v1/signing-batches/{id}/release", { ...at(batch), body: { tickets, sms_code } });
};
/** Signs one contract of a released batch. */
export const completeOne = (intent: string, tickets: string[]) => take(api.POST("/api/v1/signing-intents/{id}/completion", { ...at(intent), body: { tickets } }));
export const fetchOutcome = (batch: string, signal?: AbortSignal) => take(api.GET("/api/v1/signing-batches/{id}", { ...at(batch), signal }));
