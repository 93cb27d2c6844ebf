// The track as the sources show it: one row a step, many savings of one person in a row as one.
import type { TrackEntry } from "./api";

export interface HistoryRow {
  seq: number;
  title: { zh: string; en: string };
  who: string | undefined;
  organisation: string | undefined;
  /** When it came into his hands: when somebody else had acted last, microseconds UTC. */
  received: number | undefined;
  handled: number;
  opinion: string | undefined;
  /** How many savings stand for this row. */
  times: number;
}

export function history(track: readonly TrackEntry[]): HistoryRow[] {
  const rows: HistoryRow[] = [];
  let before: TrackEntry | undefined;
  let received: number | undefined;
  for (const entry of track) {
    const hand = entry.organisation_id ?? entry.agent ?? "";
    if (before && hand !== (before.organisation_id ?? before.agent ?? "")) received = before.at;
    const last = rows[rows.length - 1];
    const again = entry.kind === "contract.draft_edited" && before?.kind === entry.kind && before.person_id === entry.person_id;
    if (again && last) {
      last.handled = entry.at;
      last.times += 1;
    } else {
      rows.push({
        seq: entry.seq,
        title: entry.title,
        who: entry.person_name ?? undefined,
        organisation: entry.organisation_name ?? undefined,
        received,
        handled: entry.at,
        opinion: entry.opinion ?? undefined,
        times: 1,
      });
    }
    before = entry;
  }
  return rows;
}
