// What a clock says in words.

import { contractWords as t, wordFor } from "./messages";
import type { Clock } from "./model";

/** 剩 3 天 · 今天到期 · 已逾期 2 天. */
export function timeLeft(clock: Clock): string {
  const days = Math.abs(clock.days_left);
  if (clock.over || clock.days_left < 0) return clock.working_days ? t.overByWorkingDays(days) : t.overBy(days);
  if (days === 0) return t.today;
  return clock.working_days ? t.workingDaysLeft(days) : t.daysLeft(days);
}

/** 合同公告 · 2 个工作日内. A last day that is no working day moves on, so only working days are told as a number. */
export function clockName(clock: Clock): string {
  const name = wordFor(`clock_${clock.kind}`);
  return clock.working_days ? `${name} · ${t.withinWorkingDays(clock.days)}` : name;
}

/** `07-03` of `2025-07-03`. */
export const shortDay = (day: string): string => day.slice(5);

/** The last day, with what is due then where it is not the signing. */
export function lastDay(clock: Clock): string {
  return clock.kind === "sign" ? clock.last_day : `${wordFor(`brief_${clock.kind}`)} ${clock.last_day}`;
}
