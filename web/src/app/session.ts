// Who is signed in, and as whom he acts. The only store of the application beside small preferences.

import { computed, reactive, readonly, type DeepReadonly } from "vue";
import { api, take, useCredentials } from "@/api/client";
import type { components } from "@/api/schema";
import { Problem } from "@/api/problem";
import { forgetAll } from "@/ui/query";
import { remember, remembered } from "./memory";

type SessionOut = components["schemas"]["SessionOut"];
export type Actor = DeepReadonly<components["schemas"]["ActorOut"]>;
export type Role = "administrator" | "clerk" | "seal_keeper" | "approver";

const state = reactive({
  /** Whether the server was asked yet. */
  known: false,
  csrf: undefined as string | undefined,
  person: undefined as SessionOut["person"] | undefined,
  actors: [] as SessionOut["actors"],
  actor: "person",
  /** True while the dialog for signing in again is open. */
  ended: false,
});

export const session = readonly(state);

/** As whom the user acts now. */
export const actor = computed<Actor | undefined>(
  () => state.actors.find((one) => one.actor === state.actor) ?? state.actors[0],
);
/** The organisations among the actors. */
export const organisations = computed(() => state.actors.filter((one) => one.actor.startsWith("org_")));
export const signedIn = computed(() => state.person !== undefined);

/** Whether the present actor is an organisation in which the user has one of these roles. */
export function hasRole(...roles: Role[]): boolean {
  return actor.value?.roles.some((role) => roles.includes(role as Role)) ?? false;
}
/** Whether the actor manages what is his: a person his own, an administrator the organisation's. */
export const manages = (): boolean => session.actor === "person" || hasRole("administrator");
export const isOrganisation = (): boolean => session.actor.startsWith("org_");
export const actorName = (): string => actor.value?.name ?? "";

const TAB = "yinxin.actor";

/** The actor of this tab, else of the last visit: two tabs may act for two organisations. */
function chosen(): string {
  try {
    return sessionStorage.getItem(TAB) ?? remembered("actor") ?? "person";
  } catch {
    return "person";
  }
}

function accept(answer: SessionOut): void {
  state.known = true;
  state.csrf = answer.csrf_token;
  state.person = answer.person;
  state.actors = answer.actors;
  const wanted = chosen();
  // Who only runs the platform has nothing to do as a private person.
  const first = answer.actors.some((one) => one.actor === "operator") ? "operator" : "person";
  const personal = wanted === "person" && remembered("actor") === null ? first : wanted;
  state.actor = answer.actors.some((one) => one.actor === personal) ? personal : first;
}

export function actAs(id: string): void {
  if (!state.actors.some((one) => one.actor === id)) return;
  state.actor = id;
  remember("actor", id);
  try {
    sessionStorage.setItem(TAB, id);
  } catch {
    // The choice then ends with the page.
  }
}

/** Asks the server once who is signed in. */
export async function learn(): Promise<void> {
  if (state.known) return;
  try {
    accept(await take(api.GET("/api/v1/session")));
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 401) throw error;
    state.known = true;
  }
}

/** Asks whether the server answers at all, whatever it answers. */
export async function reach(): Promise<void> {
  try {
    await api.GET("/api/v1/session");
  } catch (error) {
    if (!(error instanceof Problem) || error.code === "network.unreachable" || error.status >= 500) throw error;
  }
}

/** Asks again: the organisations or roles of the user have changed. */
export async function relearn(): Promise<void> {
  accept(await take(api.GET("/api/v1/session")));
}

export type Login = components["schemas"]["LoginRequest"];

export async function signIn(body: Login): Promise<void> {
  const answer = await take(api.POST("/api/v1/sessions", { body }));
  if (state.person?.id !== answer.person.id) forgetAll();
  accept(answer);
}

export async function signOut(): Promise<void> {
  try {
    await api.DELETE("/api/v1/session");
  } catch (error) {
    // An ended session is what was wanted.
    if (!(error instanceof Problem) || error.status !== 401) throw error;
  }
  // Everything that pages hold belongs to the person who left: start the application anew.
  location.assign("/login");
}

let waiting: { promise: Promise<boolean>; answer: (same: boolean) => void } | undefined;

/** Opens the dialog for signing in again; several requests that found the session ended wait for the same dialog. */
function signInAgain(): Promise<boolean> {
  if (state.person === undefined) return Promise.resolve(false);
  if (waiting === undefined) {
    let answer: (same: boolean) => void = () => undefined;
    const promise = new Promise<boolean>((resolve) => (answer = resolve));
    waiting = { promise, answer };
    state.ended = true;
  }
  return waiting.promise;
}

/**
 * The dialog's outcome. What another person may not see or send is dropped by loading the application anew.
 */
export async function signedInAgain(body: Login): Promise<void> {
  const before = state.person?.id;
  const answer = await take(api.POST("/api/v1/sessions", { body }));
  if (answer.person.id !== before) {
    location.assign("/");
    return;
  }
  accept(answer);
  settle(true);
}

/** The user closed the dialog: the requests that wait are refused, and the page stays as it is. */
export function stayOut(): void {
  settle(false);
}

function settle(same: boolean): void {
  state.ended = false;
  waiting?.answer(same);
  waiting = undefined;
}

async function renew(): Promise<boolean> {
  try {
    const answer = await take(api.GET("/api/v1/session"));
    const same = answer.person.id === state.person?.id;
    if (same) accept(answer);
    return same;
  } catch {
    return false;
  }
}

useCredentials({
  actor: () => (state.person === undefined ? undefined : state.actor),
  csrf: () => state.csrf,
  renew,
  signInAgain,
});
