// Times of a report are RFC 3339 in China's time; they are shown as they stand, wherever the reader is.

/** `2026-01-02T03:04:05+08:00` as `2026-01-02 03:04:05`. */
export function clock(time: string): string {
  return time.slice(0, 19).replace("T", " ");
}

/** The day of a time. */
export function dayOf(time: string): string {
  return time.slice(0, 10);
}
