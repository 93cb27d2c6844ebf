// 导出列表: the whole list as it is narrowed and sorted, page by page.

import { ref } from "vue";
import { Problem } from "@/api/problem";
import { say } from "@/app/language";
import { day, moment, money } from "@/ui/format";
import { sayDone, sayRefused } from "@/ui/toast";
import { fetchList } from "../api";
import { holderName } from "../holder";
import { contractWords as c } from "../messages";
import type { List, Listed } from "../model";
import { save } from "../save";
import { csv } from "./csv";
import { toQuery, type Conditions } from "./filters";
import { listWords as t } from "./messages";

/** More rows than this are a matter for a report, not for a list. */
const MOST = 2000;
const AT_ONCE = 100;

export function useExport() {
  const busy = ref(false);

  async function run(list: List, conditions: Conditions): Promise<void> {
    if (busy.value) return;
    busy.value = true;
    try {
      const rows: Listed[] = [];
      let cursor = "";
      do {
        const page = await fetchList({ ...toQuery(list, { ...conditions, cursor }, day(Date.now() * 1000)), limit: AT_ONCE });
        rows.push(...page.items);
        cursor = page.next_cursor ?? "";
      } while (cursor !== "" && rows.length < MOST);
      const head = [t.columnContract, t.columnNumber, t.columnParty, t.columnAmount, t.columnState, t.columnHolder, t.columnSince, t.columnDue];
      const lines = rows.map((row) => [
        row.title,
        row.number,
        row.others.join("、"),
        money(row.amount_fen),
        say(row.label),
        holderName(row.holder),
        moment(row.holder.since),
        row.deadline?.last_day ?? "",
      ]);
      save(new Blob([csv([head, ...lines])], { type: "text/csv;charset=utf-8" }), `${c[list]} ${day(Date.now() * 1000)}.csv`);
      sayDone(cursor === "" ? t.exported(rows.length) : t.exportedSome(rows.length));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      sayRefused(error);
    } finally {
      busy.value = false;
    }
  }
  return { run, busy };
}
