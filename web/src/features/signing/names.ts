// What marks and places are called in the present language.
import { words } from "./messages";
import { sealOf, type Desk, type DeskSeal, type Kind } from "./model";

export function kindName(kind: Kind): string {
  return { seal: words.kindSeal, personal: words.kindPersonal, date: words.kindDate, seam: words.kindSeam }[kind];
}

/** What kind of seal it is, as people call it: the owner's name is in its picture. */
export function sealTypeName(type: string): string {
  const names: Record<string, string> = {
    company: words.typeCompany,
    contract: words.typeContract,
    finance: words.typeFinance,
    legal_representative: words.typeLegal,
    personal_name: words.typePersonal,
    bid: words.typeBid,
  };
  return names[type] ?? words.kindSeal;
}

/** The name of a mark: of its kind of seal if it is one, else of its kind. */
export function markName(desk: Desk, mark: { kind: Kind; sealId: string }): string {
  if (mark.kind === "date" || mark.kind === "seam") return kindName(mark.kind);
  const seal = sealOf(desk, mark);
  return seal ? sealTypeName(seal.seal_type) : kindName(mark.kind);
}

/** 乙方盖章处 … */
export function placeName(party: string, kind: Kind): string {
  const name = words.party(party);
  if (kind === "seal") return words.placeSeal(name);
  if (kind === "personal") return words.placePersonal(name);
  return kind === "date" ? words.placeDate(name) : words.placeSeam;
}

export function sealSize(seal: DeskSeal): string {
  const round = seal.width_mm === seal.height_mm && !["personal_name", "legal_representative"].includes(seal.seal_type);
  return round ? words.sealRound(seal.width_mm) : words.sealSquare(seal.width_mm, seal.height_mm);
}

/** The ends of a digest, by which it is compared. */
export function digestShort(text: string): string {
  const bare = text.replace(/^.*:/, "");
  return `SM3 ${bare.slice(0, 4)} ${bare.slice(4, 8)} … ${bare.slice(-8, -4)} ${bare.slice(-4)}`;
}

/** A length in mm with one decimal, as it is shown everywhere. */
export const mm = (length: number): string => length.toFixed(1);

/** The length that was typed, also in the wide digits of a Chinese keyboard; null if it is none. */
export function readMm(text: string): number | null {
  const plain = text
    .normalize("NFKC")
    .trim()
    .replace(/[,。]/, ".")
    .replace(/\s*(mm|毫米)$/i, "");
  return /^-?\d+(\.\d+)?$/.test(plain) ? Number(plain) : null;
}
