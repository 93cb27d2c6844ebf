import { api, take, takeFile } from "@/api/client";

export const PAGE = 20;

export const fetchNotices = (q: string, cursor: string | undefined, signal: AbortSignal) =>
  take(api.GET("/api/v1/notices", { params: { query: { q: q || undefined, cursor, limit: PAGE } }, signal }));
export const fetchNotice = (id: string, signal: AbortSignal) => take(api.GET("/api/v1/notices/{id}", { params: { path: { id } }, signal }));
export const fetchNoticeDocument = (id: string, signal: AbortSignal) => takeFile(`/api/v1/notices/${encodeURIComponent(id)}/document.pdf`, signal);
