// What people type and what the server takes: amounts, shares, whole numbers. Faults have codes; their words stand in messages.ts.

import type { Field, Value } from "./model";

export type FaultCode =
  | "money_format"
  | "money_too_large"
  | "integer_format"
  | "number_range"
  | "ratio_format"
  | "ratio_range"
  | "date_format"
  | "too_long"
  | "control";

export interface Fault {
  code: FaultCode;
  /** The limits that the sentence names. */
  facts: (string | number)[];
}

/** A value (null clears the field), or what is wrong with what was typed. */
export type Read = { value: Value | null } | { fault: Fault };

export const TEXT_LIMIT = 300;
export const LONG_TEXT_LIMIT = 4000;
export const MOST_ROWS = 60;
/** 十万亿元 in 分. */
const MOST_FEN = 10_000_000_000_000 * 100;

const bad = (code: FaultCode, ...facts: (string | number)[]): Read => ({ fault: { code, facts } });

/** Full-width digits and signs, which Chinese input methods produce, as ASCII; thousands separators, spaces and currency signs go. */
export function plain(typed: string): string {
  return typed
    .replace(/[０-９．，％－]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0))
    .replace(/。/g, ".")
    .replace(/[\s,￥¥元]/g, "");
}

/** `486,350.00` → 48635000 分. No floating point: yuan and 分 are read as whole numbers. */
export function readMoney(typed: string): Read {
  const text = plain(typed);
  if (text === "") return { value: null };
  const match = /^(\d{1,17})(?:\.(\d{0,2}))?$/.exec(text);
  if (!match) return bad("money_format");
  const fen = Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0"));
  if (!Number.isSafeInteger(fen) || fen > MOST_FEN) return bad("money_too_large");
  return { value: fen };
}

export function readInteger(typed: string, field: Pick<Field, "min" | "max">): Read {
  const text = plain(typed);
  if (text === "") return { value: null };
  if (!/^-?\d{1,15}$/.test(text)) return bad("integer_format");
  const number = Number(text);
  const [min, max] = [field.min ?? 0, field.max ?? 4_294_967_295];
  if (number < min || number > max) return bad("number_range", min, max);
  return { value: number };
}

/** A decimal string shifted by places to the right (positive) or left, exact. */
export function shift(decimal: string, places: number): string {
  const negative = decimal.startsWith("-");
  const [whole = "0", part = ""] = decimal.replace("-", "").split(".");
  const digits = whole + part;
  const point = whole.length + places;
  const padded = point <= 0 ? "0".repeat(1 - point) + digits : digits.padEnd(point, "0");
  const at = Math.max(point, 1);
  const left = padded.slice(0, at).replace(/^0+(?=\d)/, "");
  const right = padded.slice(at).replace(/0+$/, "");
  return `${negative ? "-" : ""}${left}${right ? `.${right}` : ""}`;
}

/** `0.0005` → `0.05` (per cent). */
export const percent = (ratio: string): string => shift(ratio, 2);

/** Typed per cent → the share as a decimal string. The server keeps millionths, so 4 decimals of a per cent. */
export function readRatio(typed: string, field: Pick<Field, "max_ratio">): Read {
  const text = plain(typed).replace(/%$/, "");
  if (text === "") return { value: null };
  if (!/^\d{1,6}(\.\d{0,4})?$/.test(text)) return bad("ratio_format");
  const most = percent(field.max_ratio ?? "1");
  if (Number(text) > Number(most)) return bad("ratio_range", most);
  return { value: atLeastTwoDecimals(shift(text, -2)) };
}

/** As trading systems write shares: `0.30`, `0.05`, `0.0005`. */
function atLeastTwoDecimals(decimal: string): string {
  const [whole = "0", part = ""] = decimal.split(".");
  return `${whole}.${part.padEnd(2, "0")}`;
}

/** A decimal without zeros at its end: two ways to write one number are one number. */
export function canonical(decimal: string): string {
  return /^\d+(\.\d+)?$/.test(decimal) ? shift(decimal, 0) : decimal;
}

const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}]/u;

export function readText(typed: string, long: boolean): Read {
  const text = typed.trim();
  if (text === "") return { value: null };
  const limit = long ? LONG_TEXT_LIMIT : TEXT_LIMIT;
  const count = [...text].length;
  if (count > limit) return bad("too_long", limit, count);
  const odd = [...text].find((sign) => INVISIBLE.test(sign) && !(long && sign === "\n"));
  if (odd) return bad("control", `U+${odd.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0") ?? ""}`);
  return { value: text };
}

export function readDate(typed: string): Read {
  if (typed.trim() === "") return { value: null };
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(typed.trim());
  if (!match) return bad("date_format");
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const date = new Date(Date.UTC(year, month - 1, day));
  const real = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return real && year >= 1900 ? { value: typed.trim() } : bad("date_format");
}

/** A share of an amount in 分, to the nearest 分, by whole numbers. */
export function share(fen: number, ratio: string): number {
  const millionths = Number(shift(ratio, 6));
  return Number((BigInt(Math.round(fen)) * BigInt(Math.round(millionths)) + 500_000n) / 1_000_000n);
}

/** The sum of shares in millionths; undefined while one of them cannot be read. */
export function shareSum(ratios: readonly string[]): number | undefined {
  let sum = 0;
  for (const ratio of ratios) {
    if (!/^\d+(\.\d+)?$/.test(ratio)) return undefined;
    sum += Math.round(Number(shift(ratio, 6)));
  }
  return sum;
}
