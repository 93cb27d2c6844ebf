// What the present actor was told: the newest page and the count, looked after while somebody is signed in.

import { onScopeDispose } from "vue";
import { api, take } from "@/api/client";
import { session } from "@/app/session";
import { useQuery } from "@/ui/query";

const EVERY_MS = 60_000;

export function useNotifications() {
  const query = useQuery(
    () => ["notifications", session.actor],
    (signal) => take(api.GET("/api/v1/notifications", { params: { query: { limit: 30 } }, signal })),
  );
  const look = (): void => {
    if (!document.hidden && !session.ended) void query.refresh();
  };
  const timer = setInterval(look, EVERY_MS);
  document.addEventListener("visibilitychange", look);
  onScopeDispose(() => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", look);
  });
  return query;
}
