// How facts are written: moments and days in China's time, money with its capitals, middle-shortened names.

/** China has one time zone and no summer time. */
const OFFSET_MS = 8 * 3600 * 1000;

function china(micros: number): Date {
  return new Date(Math.floor(micros / 1000) + OFFSET_MS);
}

/** `2025-03-24 16:05`; input in microseconds UTC. */
export function moment(micros: number): string {
  return china(micros).toISOString().slice(0, 16).replace("T", " ");
}

/** `2025-03-24`. */
export function day(micros: number): string {
  return china(micros).toISOString().slice(0, 10);
}

/** `03-24 16:05`, for narrow columns of things that happened lately. */
export function shortMoment(micros: number): string {
  return moment(micros).slice(5);
}

/** Whole days in China from one moment to a day `2025-03-24`: 0 is today, negative is past. */
export function daysUntil(lastDay: string, nowMicros: number): number {
  return Math.round((Date.parse(lastDay) - Date.parse(day(nowMicros))) / 86_400_000);
}

/** `1,025,826.73`; input in 分. */
export function money(fen: number): string {
  const sign = fen < 0 ? "-" : "";
  const absolute = Math.abs(fen);
  const yuan = Math.floor(absolute / 100).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  return `${sign}${yuan}.${(absolute % 100).toString().padStart(2, "0")}`;
}

const DIGITS = "零壹贰叁肆伍陆柒捌玖";
const UNITS = ["", "拾", "佰", "仟"];
const GROUPS = ["", "万", "亿", "万亿"];

/** Up to four digits; `inner` says that a higher group stands before, so that missing thousands read 零. */
function group(value: number, inner: boolean): string {
  let text = "";
  let zero = inner && value < 1000;
  for (let place = 3; place >= 0; place -= 1) {
    const digit = Math.floor(value / 10 ** place) % 10;
    if (digit === 0) {
      zero = zero || text !== "";
      continue;
    }
    if (zero) text += "零";
    zero = false;
    text += DIGITS.charAt(digit) + UNITS[place];
  }
  return text;
}

/** The amount in capitals: 壹佰零贰万伍仟捌佰贰拾陆元柒角叁分; input in 分. */
export function capitals(fen: number): string {
  if (!Number.isSafeInteger(fen)) return "";
  if (fen === 0) return "零元整";
  const absolute = Math.abs(fen);
  const yuan = Math.floor(absolute / 100);
  const jiao = Math.floor(absolute / 10) % 10;
  const cent = absolute % 10;
  let text = "";
  let gap = false;
  for (let place = GROUPS.length - 1; place >= 0; place -= 1) {
    const value = Math.floor(yuan / 10_000 ** place) % 10_000;
    if (value === 0) {
      gap = gap || text !== "";
      continue;
    }
    const words = group(value, text !== "");
    text += (gap && !words.startsWith("零") ? "零" : "") + words + GROUPS[place];
    gap = false;
  }
  if (yuan > 0) text += "元";
  if (jiao === 0 && cent === 0) text += "整";
  else {
    if (jiao > 0) text += `${DIGITS.charAt(jiao)}角`;
    else if (yuan > 0) text += "零";
    text += cent > 0 ? `${DIGITS.charAt(cent)}分` : "整";
  }
  return fen < 0 ? `负${text}` : text;
}

/** How many characters at the end stay when a title is shortened in its middle: lots of one project differ only there. */
export const TAIL = 8;

/** How far back the tail may reach so that a name in brackets is not cut in two: （三标段）（A包）合同. */
const LONGEST_TAIL = 14;

/** Head and tail of a title; a short one has no tail. */
export function middle(text: string): { head: string; tail: string } {
  const characters = [...text];
  if (characters.length <= TAIL * 2) return { head: text, tail: "" };
  const bracket = characters.findIndex((one, at) => (one === "（" || one === "(") && characters.length - at <= LONGEST_TAIL);
  const cut = bracket < 0 ? characters.length - TAIL : Math.min(bracket, characters.length - TAIL);
  return { head: characters.slice(0, cut).join(""), tail: characters.slice(cut).join("") };
}

/** `18 KB`, `1.4 MB`. */
export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
