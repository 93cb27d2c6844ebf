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

/** The one place of a text in a document; undefined if there is none, or more than one. */
export function placeOf(pages: readonly PageText[], words: string): Place | undefined {
  const wanted = bare(words);
  if ([...wanted].length < LEAST) return undefined;
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
      if (found) return undefined;
      const first = text.pieces[owner[at] ?? 0];
      if (!first) return undefined;
      found = { page, x: first.x, y: first.y, width: first.width, height: first.height };
    }
  }
  return found;
}
