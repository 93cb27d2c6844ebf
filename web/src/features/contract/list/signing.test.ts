import { describe, expect, it } from "vitest";
import type { Listed } from "../model";
import { MOST_SIGNED, signingObstacle } from "./signing";

const rows = (count: number, organisation = "org_a") => Array.from({ length: count }, () => ({ organisation_id: organisation }) as Listed);

describe("the contracts ticked", () => {
  it("are signed together up to the server's limit, and as one organisation", () => {
    expect(signingObstacle(rows(MOST_SIGNED))).toBeNull();
    expect(signingObstacle(rows(MOST_SIGNED + 1))).toBe("many");
    expect(signingObstacle([...rows(1), ...rows(1, "org_b")])).toBe("units");
  });
});
