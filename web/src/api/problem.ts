// What the server says when it refuses (RFC 9457 with a stable code), as an error that pages can show and test.

import type { components } from "./schema";

export type Fault = components["schemas"]["Fault"];

export class Problem extends Error {
  override readonly name = "Problem";
  /** Stable: `contract.not_yours`. Compare this, never the text. */
  readonly code: string;
  readonly status: number;
  readonly title: string;
  /** What happened and what to do, in the language of the interface. */
  readonly detail: string;
  readonly faults: readonly Fault[];
  readonly requestId: string | undefined;
  /** Seconds after which trying again is right. */
  readonly retryAfter: number | undefined;
  /** Members of this code's own, such as who edited meanwhile. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(body: Record<string, unknown>, status: number, retryAfter?: number) {
    const text = (name: string): string => (typeof body[name] === "string" ? body[name] : "");
    super(text("detail") || text("title"));
    this.code = text("code");
    this.status = status;
    this.title = text("title");
    this.detail = text("detail");
    this.faults = Array.isArray(body["faults"]) ? (body["faults"] as Fault[]) : [];
    this.requestId = text("request_id") || undefined;
    this.retryAfter = retryAfter;
    this.members = body;
  }

  /** The fault of one field, for showing it beside the field. */
  fault(path: string): Fault | undefined {
    return this.faults.find((fault) => fault.path === path);
  }
}

/** Reads a refusal. What is no problem document (a proxy's page, a broken line) becomes one of ours. */
export async function readProblem(response: Response, words: { title: string; detail: string }): Promise<Problem> {
  const wait = Number(response.headers.get("retry-after"));
  const retryAfter = Number.isFinite(wait) && wait > 0 ? wait : undefined;
  let body: unknown;
  try {
    body = await response.json();
  } catch {
    body = undefined;
  }
  if (typeof body === "object" && body !== null && "code" in body) {
    return new Problem(body as Record<string, unknown>, response.status, retryAfter);
  }
  return new Problem({ code: `http.${response.status}`, ...words }, response.status, retryAfter);
}

/** Whether somebody stopped a request on purpose; nothing to show then. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
