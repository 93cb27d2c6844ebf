// What can be said of a file before it is sent.
import { size } from "@/ui/format";
import { draftWords as t } from "./messages";

/** The server's limit for one file. */
export const MOST_BYTES = 50 * 1024 * 1024;

/** Why a file cannot be attached, in words; nothing if it can, as far as is seen here. */
export async function fileFault(file: File): Promise<string | undefined> {
  if (file.size === 0) return t.fileEmpty;
  if (file.size > MOST_BYTES) return t.fileTooLarge(size(file.size), size(MOST_BYTES));
  // By what it is, not by what it is called; some programs write a few bytes before the mark.
  const head = new TextDecoder("latin1").decode(await file.slice(0, 1024).arrayBuffer());
  return head.includes("%PDF-") ? undefined : t.notPdf;
}
