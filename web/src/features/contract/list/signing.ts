// Which of the contracts ticked in a list can be handed to 批量签署.
import type { Listed } from "../model";

/** The most contracts that are signed together; the server has the same number. */
export const MOST_SIGNED = 20;

/** Why they cannot: too many, or of several organisations, as whose keeper one would have to act. */
export function signingObstacle(chosen: readonly Listed[]): "many" | "units" | null {
  if (chosen.length > MOST_SIGNED) return "many";
  return new Set(chosen.map((row) => row.organisation_id)).size > 1 ? "units" : null;
}
