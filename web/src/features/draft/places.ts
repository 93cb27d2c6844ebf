// Where the differences stand in the text: by their printed words, and only where these words stand once, so that no mark points
// to the wrong place.

export interface PageText {
  /** The pieces of a page's text, in order, with the box of each in mm from the page's upper left corner. */
  pieces: { text: string; x: number; y: number; width: number; height: number }[];
}

export interface Place {
  page: number;
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Texts shorter than this stand everywhere. */
const LEAST = 4;
const bare = (text: string): string => text.replace(/\s+/g, "");

const digit = (sign: string | undefined): boolean => sign !== undefined && /[0-9.,]/.test(sign);

/** The one place of a text in a document; undefined if there is none, or more than one. A number is no part of a longer one. */
export function placeOf(pages: readonly PageText[], words: string): Place | undefined {
  const wanted = bare(words);
  if ([...wanted].length < LEAST && !/^\d+(日|个月|天)$/.test(wanted)) return undefined;
  let found: Place | undefined;
  for (const [page, text] of pages.entries()) {
    let joined = "";
    const owner: number[] = [];
    text.pieces.forEach((piece, at) => {
      for (const unit of bare(piece.text).split("")) {
        joined += unit;
        owner.push(at);
      }
    });
    for (let at = joined.indexOf(wanted); at >= 0; at = joined.indexOf(wanted, at + 1)) {
      const end = at + wanted.length;
      if (digit(wanted[0]) && digit(joined[at - 1])) continue;
      if (digit(wanted[wanted.length - 1]) && digit(joined[end])) continue;
      const first = text.pieces[owner[at] ?? 0];
      if (found || !first) return undefined;
      found = { page, x: first.x, y: first.y, width: first.width, height: first.height };
    }
  }
  return found;
}

/** A number as the text has it, with the unit that its label names: 30日, 36个月. */
export function withUnit(printed: string, labelZh: string): string {
  if (!/^\d+$/.test(printed)) return printed;
  if (/日/.test(labelZh)) return `${printed}日`;
  return /月/.test(labelZh) ? `${printed}个月` : printed;
}

/** Pieces of text that were not there before, as far as they are few; a text set anew as a whole has no news. */
export function added(before: readonly PageText[], now: readonly PageText[]): Place[] {
  const known = new Map<string, number>();
  for (const page of before) for (const piece of page.pieces) known.set(piece.text, (known.get(piece.text) ?? 0) + 1);
  const found: Place[] = [];
  now.forEach((page, index) => {
    for (const piece of page.pieces) {
      const left = known.get(piece.text) ?? 0;
      if (left > 0) known.set(piece.text, left - 1);
      else if (piece.text.trim() !== "") found.push({ page: index, x: piece.x, y: piece.y, width: piece.width, height: piece.height });
    }
  });
  return found.length <= MOST_NEWS ? found : [];
}

/** More than this is no change of one field. */
const MOST_NEWS = 12;
