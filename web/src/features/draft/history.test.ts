import { describe, expect, it } from "vitest";
import type { TrackEntry } from "./api";
import { history } from "./history";

const entry = (seq: number, kind: string, organisation: string, person: string): TrackEntry =>
  ({ seq, kind, at: seq * 10, organisation_id: organisation, person_id: person, person_name: person, title: { zh: kind, en: kind }, opinion: kind.endsWith("returned") ? "改金额" : null }) as TrackEntry;

// S4-053
describe("the history of handling", () => {
  it("says when each step came into the hand, and counts savings in a row as one", () => {
    const rows = history([
      entry(1, "contract.started", "org_b", "乙一"),
      entry(2, "contract.draft_edited", "org_b", "乙一"),
      entry(3, "contract.draft_edited", "org_b", "乙一"),
      entry(4, "contract.draft_edited", "org_b", "乙二"),
      entry(5, "contract.sent", "org_b", "乙一"),
      entry(6, "contract.returned", "org_a", "甲一"),
    ]);
    expect(rows.map((row) => [row.title.zh, row.times, row.received, row.handled, row.opinion])).toEqual([
      ["contract.started", 1, undefined, 10, undefined],
      ["contract.draft_edited", 2, undefined, 30, undefined],
      ["contract.draft_edited", 1, undefined, 40, undefined],
      ["contract.sent", 1, undefined, 50, undefined],
      ["contract.returned", 1, 50, 60, "改金额"],
    ]);
  });
});
