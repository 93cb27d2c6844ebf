// The one place that talks to the server. Pages call `take(api.GET(...))`; nothing else in the application calls `fetch`.
//
// Every request says as whom it is made (X-Actor), in which language the answer should speak, and carries the CSRF token when it
// changes something. When the session has ended, the request waits while the user signs in again, and is then sent once more:
// the page and what was typed into it stay as they are.

import createClient from "openapi-fetch";
import { locale } from "@/app/language";
import { apiWords } from "./messages";
import { Problem, readProblem } from "./problem";
import type { paths } from "./schema";

/** What the client must know about the session; `app/session.ts` provides it. */
export interface Credentials {
  actor(): string | undefined;
  csrf(): string | undefined;
  /** Asks the server for the session anew, because another tab may have changed it; true if it is still the same person's. */
  renew(): Promise<boolean>;
  /** Lets the user sign in again; true if the same person did. */
  signInAgain(): Promise<boolean>;
}

let credentials: Credentials = {
  actor: () => undefined,
  csrf: () => undefined,
  renew: () => Promise.resolve(false),
  signInAgain: () => Promise.resolve(false),
};

export function useCredentials(given: Credentials): void {
  credentials = given;
}

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

function dressed(request: Request): Request {
  const copy = request.clone();
  copy.headers.set("accept-language", locale.value);
  const actor = credentials.actor();
  if (actor !== undefined && !copy.headers.has("x-actor")) copy.headers.set("x-actor", actor);
  const csrf = credentials.csrf();
  if (csrf !== undefined && !SAFE.has(copy.method)) copy.headers.set("x-csrf-token", csrf);
  return copy;
}

async function once(request: Request): Promise<Response> {
  try {
    return await fetch(dressed(request));
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw new Problem({ code: "network.unreachable", title: apiWords.unreachable, detail: apiWords.unreachableDetail }, 0);
  }
}

async function refusal(response: Response): Promise<Problem> {
  const server = response.status >= 500;
  return readProblem(response, {
    title: server ? apiWords.serverFailed : apiWords.refused,
    detail: server ? apiWords.serverFailedDetail : apiWords.refusedDetail(response.status),
  });
}

async function send(request: Request): Promise<Response> {
  const response = await once(request);
  if (response.ok) return response;
  const problem = await refusal(response);
  // Signing in and asking who is signed in answer 401 for their own reasons.
  const own = /\/api\/v1\/sessions?$/.test(new URL(request.url).pathname);
  const again =
    (problem.code === "session.missing" && !own && (await credentials.signInAgain())) ||
    (problem.code === "session.csrf" && (await credentials.renew()));
  if (!again) throw problem;
  const second = await once(request);
  if (!second.ok) throw await refusal(second);
  return second;
}

export const api = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? "",
  credentials: "same-origin",
  fetch: send,
});

/** The answer's body; a refusal is thrown as a `Problem`. */
export async function take<T>(answer: Promise<{ data?: T }>): Promise<T> {
  const { data } = await answer;
  return data as T;
}

/** A file of the server (PDF, picture) that needs the actor's header and so cannot be a plain `src` or `href`. */
export async function takeFile(path: string, signal?: AbortSignal): Promise<Blob> {
  const response = await send(new Request(new URL(path, globalThis.location.origin), { signal: signal ?? null }));
  return response.blob();
}
