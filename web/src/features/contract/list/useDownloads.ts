// Files of several contracts: one is saved as it is, several come as one archive.

import { ref } from "vue";
import { isAbort, Problem } from "@/api/problem";
import { fetchDocument } from "../api";
import { fileName, type Listed } from "../model";
import { save } from "../save";
import { listWords as t } from "./messages";
import { zip, type Member } from "./zip";

export function useDownloads() {
  const busy = ref(false);
  const progress = ref<[done: number, all: number]>([0, 0]);

  /** Saves what can be fetched; the answer says how many, and what could not. */
  async function download(rows: readonly Listed[]): Promise<{ saved: number; failed: string[] } | undefined> {
    if (busy.value || rows.length === 0) return undefined;
    busy.value = true;
    const members: Member[] = [];
    const failed: string[] = [];
    try {
      for (const [done, row] of rows.entries()) {
        progress.value = [done, rows.length];
        try {
          const file = await fetchDocument(row.contract_id, row.phase, row.organisation_id);
          members.push({ name: fileName(row.title, row.number, "pdf"), bytes: new Uint8Array(await file.arrayBuffer()) });
        } catch (error) {
          if (isAbort(error) || !(error instanceof Problem)) throw error;
          failed.push(`${row.number}（${error.title}）`);
        }
      }
      const [first] = members;
      if (members.length === 1 && first) save(new Blob([first.bytes], { type: "application/pdf" }), first.name);
      else if (members.length > 1) save(zip(members), t.archive(members.length));
      return { saved: members.length, failed };
    } finally {
      busy.value = false;
    }
  }
  return { busy, progress, download };
}
