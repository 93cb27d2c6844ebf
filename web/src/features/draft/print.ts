// Values as people read them.
import { say } from "@/app/language";
import { money } from "@/ui/format";
import { draftWords as t } from "./messages";
import { label, type Entry, type Field, type Value } from "./model";
import { canonical, percent, readDate, readInteger, readMoney, readRatio, readText, type Read } from "./values";

/** The name of a field; of a party's field with the party before it. */
export function named(entry: Entry): string {
  const own = say(label(entry.field));
  return entry.party ? `${t.partyOf(entry.party.key)}${own.match(/^[A-Za-z]/) ? " " : ""}${own}` : own;
}

export function printed(field: Field, value: Value | null | undefined): string {
  if (value === null || value === undefined) return t.empty;
  if (field.kind === "money" && typeof value === "number") return money(value);
  if (field.kind === "ratio" && typeof value === "string") return `${percent(canonical(value))}%`;
  if (field.kind === "choice") {
    const choice = field.choices?.find((one) => one.value === value);
    return choice ? say(label(choice)) : String(value);
  }
  if (Array.isArray(value)) {
    return value
      .map((row) => row.map((cell, place) => (field.columns?.[place]?.kind === "ratio_of_amount" ? `${percent(canonical(cell))}%` : cell)).join(" "))
      .join("；");
  }
  return String(value);
}

/** The text of a value in its input. */
export function inInput(field: Field, value: Value | undefined): string {
  if (value === undefined || Array.isArray(value)) return "";
  if (field.kind === "money" && typeof value === "number") return money(value);
  if (field.kind === "ratio" && typeof value === "string") return percent(canonical(value));
  return String(value);
}

/** Reads what was typed into the input of a field. */
export function read(field: Field, typed: string): Read {
  switch (field.kind) {
    case "money":
      return readMoney(typed);
    case "integer":
      return readInteger(typed, field);
    case "ratio":
      return readRatio(typed, field);
    case "date":
      return readDate(typed);
    case "long_text":
      return readText(typed, true);
    case "text":
      return readText(typed, false);
    case "choice":
    case "table":
      return { value: typed === "" ? null : typed };
  }
}
