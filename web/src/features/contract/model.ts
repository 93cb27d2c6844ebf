// What the server says of contracts, under the names that the pages use.

import type { components } from "@/api/schema";

type Schemas = components["schemas"];
export type Listed = Schemas["ListedOut"];
export type Clock = Schemas["ClockOut"];
export type Holder = Schemas["HolderOut"];
export type Text = Schemas["TextOut"];
export type Contract = Schemas["ContractOut"];
export type Milestone = Schemas["MilestoneOut"];

/** The six lists, in their order. */
export const LISTS = ["waiting_for_me", "waiting_for_others", "completed", "voided", "started_by_me", "drafts"] as const;
export type List = (typeof LISTS)[number];

export const isList = (text: unknown): text is List => LISTS.includes(text as List);

export type Tone = "blue" | "orange" | "green" | "grey";

/** How the server's tone is shown. */
export function toneOf(tone: string): Tone {
  return ({ in_hand: "blue", attention: "orange", done: "green" } as const)[tone] ?? "grey";
}

/** Days left at which a clock is shown as near: working days pass more slowly than the days of the calendar. */
const NEAR = { days: 3, workingDays: 1 };

export function isNear(clock: Clock): boolean {
  return clock.over || clock.days_left <= (clock.working_days ? NEAR.workingDays : NEAR.days);
}

/** How much of a clock's time is used, 0 to 100. */
export function usedPercent(clock: Clock): number {
  if (clock.over || clock.days <= 0) return 100;
  return Math.min(100, Math.max(0, Math.round(((clock.days - clock.days_left) / clock.days) * 100)));
}

/** The number, and the project where the title does not say it: what tells contracts on one form apart. */
export function beneathTitle(row: Pick<Listed, "title" | "number" | "project_name">): string {
  return row.title.includes(row.project_name) ? row.number : `${row.number} · ${row.project_name}`;
}

/** A name that every file system takes. */
export function fileName(title: string, number: string, extension: string): string {
  // eslint-disable-next-line no-control-regex
  const clean = `${title} ${number}`.replace(/[\\/:*?"<>|\u0000-\u001f]/g, " ").replace(/\s+/g, " ").trim();
  return `${[...clean].slice(0, 120).join("")}.${extension}`;
}
