import { api, take } from "@/api/client";
import type { Report } from "./model";

/** The most that the server takes of one file as it comes (`[http] upload_limit_bytes`); a larger one is refused before it is sent. */
export const MOST_BYTES = 50 * 1024 * 1024;

/** Has a file verified; the server keeps nothing of it. */
export async function verifyFile(file: Blob, signal?: AbortSignal): Promise<Report> {
  const answer = await take(
    api.POST("/api/v1/verifications", {
      body: file as unknown as number[],
      bodySerializer: () => file,
      headers: { "content-type": "application/pdf" },
      ...(signal ? { signal } : {}),
    }),
  );
  return answer as unknown as Report;
}
