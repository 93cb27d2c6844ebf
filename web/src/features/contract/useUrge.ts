// 催办: once, and the answer says who is told and when it may be done again.

import { listed } from "@/app/language";
import { reactive } from "vue";
import { Problem } from "@/api/problem";
import { moment, shortMoment } from "@/ui/format";
import { sayDone, sayRefused } from "@/ui/toast";
import { contractChanged, urge } from "./api";
import { contractWords as t } from "./messages";

interface Urgent {
  contract_id: string;
  organisation_id: string;
  holder: { names: string[] };
}

export function useUrge() {
  /** Until when a contract may not be urged again, microseconds UTC. */
  const paused = reactive(new Map<string, number>());
  const busy = reactive(new Set<string>());

  async function run(contract: Urgent): Promise<void> {
    const id = contract.contract_id;
    if (busy.has(id)) return;
    busy.add(id);
    try {
      const urged = await urge(id, contract.organisation_id);
      paused.set(id, urged.again_at);
      const names = listed(contract.holder.names);
      sayDone(names ? t.urged(names) : t.urgedNobody);
      await contractChanged(id);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const again = error.members["again_at"];
      if (typeof again === "number") paused.set(id, again);
      sayRefused(error);
    } finally {
      busy.delete(id);
    }
  }
  /** The sentence that says when it may be urged again, while it may not. */
  function pause(id: string): string | undefined {
    const until = paused.get(id);
    if (until === undefined || until <= Date.now() * 1000) return undefined;
    return t.urgeAgain(moment(until).slice(0, 10) === moment(Date.now() * 1000).slice(0, 10) ? moment(until).slice(11) : shortMoment(until));
  }
  return { run, busy, pause };
}
