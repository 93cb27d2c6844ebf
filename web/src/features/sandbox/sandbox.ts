// Whether this server is a sandbox. Its own routes exist only there, so asking one of them is the answer.

import { api } from "@/api/client";

let answer: Promise<boolean> | undefined;

export function isSandbox(): Promise<boolean> {
  answer ??= api.GET("/api/v1/sandbox/messages", { params: { query: { phone: "" } } }).then(
    () => true,
    () => false,
  );
  return answer;
}
