// From template and award to the form of one draft: which fields there are, what the award says of each, what may be changed,
// and which are asked for now. The server decides all of this again; here it decides what is shown while typing.

import type { Award, AwardParty, Condition, Entry, Field, Section, Template, Value, Values } from "./model";
import { canonical } from "./values";

/** The parties by key: A the purchaser, B, C … the suppliers. */
export function parties(award: Award): { key: string; side: "purchaser" | "supplier"; party: AwardParty }[] {
  const suppliers = award.suppliers.map((party, place) => ({
    key: String.fromCharCode("B".charCodeAt(0) + place),
    side: "supplier" as const,
    party,
  }));
  return [{ key: "A", side: "purchaser" as const, party: award.purchaser }, ...suppliers];
}

// Texts that the server prints for a code are taken from the draft itself, where they are locked: pricing_kind and party_size.
const OF_AWARD: Record<string, (award: Award) => Value | null | undefined> = {
  project_name: (award) => award.project.name,
  project_code: (award) => award.project.code,
  project_method: (award) => award.project.method,
  plan_code: (award) => award.project.plan_code,
  lots: (award) => award.lots.map((lot) => (lot.name ? `${lot.code}（${lot.name}）` : lot.code)).join("、"),
  order_code: (award) => award.order?.code,
  order_confirmed_on: (award) => award.order?.confirmed_on,
  notice_issued_on: (award) => award.award_notice?.issued_on,
  notice_number: (award) => award.award_notice?.number,
  agency_name: (award) => award.agency?.name,
  sme_reserved: (award) => (award.project.sme_reserved ? "yes" : "no"),
  amount: (award) => award.amount,
  pricing_ceiling: (award) => award.pricing.ceiling,
  discount_rate: (award) => award.pricing.rate,
  delivery_days: (award) => award.terms.delivery_days,
  period_from: (award) => award.terms.period?.from,
  period_to: (award) => award.terms.period?.to,
  delivery_place: (award) => award.terms.delivery_place,
  warranty_months: (award) => award.terms.warranty_months,
  bond_ratio: (award) => award.terms.performance_bond?.ratio,
  bond_form: (award) => award.terms.performance_bond?.form,
  payment: (award) => award.terms.payment.map((stage) => [stage.stage, stage.ratio]),
};

const OF_PARTY: Record<string, (party: AwardParty) => string | null> = {
  party_name: (party) => party.name,
  party_uscc: (party) => party.uscc,
  party_address: (party) => party.address,
  party_bank: (party) => party.bank,
  party_account: (party) => party.account,
  party_legal_representative: (party) => party.legal_representative,
  party_contact: (party) => party.contact,
  party_phone: (party) => party.phone,
};

/** Printed from a code by the server, and always locked: the draft's own value is the award's. */
const PRINTED = new Set(["pricing_kind", "party_size"]);

/** What the award says of a field; undefined if nothing. */
export function awarded(field: Field, award: Award, party: AwardParty | undefined, present: Value | undefined): Value | undefined {
  if (typeof field.source !== "object" || !("award" in field.source)) return undefined;
  const name = field.source.award;
  if (PRINTED.has(name)) return name === "party_size" && party?.size == null ? undefined : present;
  const value = party && name in OF_PARTY ? OF_PARTY[name]?.(party) : OF_AWARD[name]?.(award);
  if (value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0)) return undefined;
  return value;
}

/** All fields of a draft in the order of the form. */
export function entries(template: Template, award: Award, saved: Values): Entry[] {
  const all = parties(award);
  const one = (field: Field, of?: (typeof all)[number]): Entry => {
    const id = of ? `${of.key}.${field.id}` : field.id;
    const given = awarded(field, award, of?.party, saved[id]);
    const system = typeof field.source === "object" && "system" in field.source;
    return {
      id,
      field,
      ...(of ? { party: { key: of.key, name: of.party.name } } : {}),
      awarded: given,
      locked: field.change === "locked" && (system || given !== undefined),
      fromAward: given !== undefined,
    };
  };
  return template.fields.flatMap((field) =>
    field.party ? all.filter((of) => of.side === field.party).map((of) => one(field, of)) : [one(field)],
  );
}

/** Whether a condition holds for the present values. */
export function holds(condition: Condition | undefined, values: Values, award: Award): boolean {
  if (!condition) return true;
  if ("filled" in condition) return values[condition.filled] !== undefined;
  if ("empty" in condition) return values[condition.empty] === undefined;
  if ("is" in condition) return values[condition.is[0]] === condition.is[1];
  if ("all" in condition) return condition.all.every((each) => holds(each, values, award));
  switch (condition.fact) {
    case "consortium":
      return award.suppliers.length > 1;
    case "single_supplier":
      return award.suppliers.length === 1;
    case "sme_reserved":
      return award.project.sme_reserved;
    case "amount_differs":
      return values["amount"] !== undefined && values["amount"] !== award.amount;
    case "fixed_total":
      return award.pricing.kind === "total";
    case "unit_prices":
      return award.pricing.kind === "unit";
    case "discount":
    case "measured":
      return award.pricing.kind === condition.fact;
    // A fact that this version does not know: ask for the field rather than hide it.
    default:
      return true;
  }
}

/** Whether two values are the same. */
export function same(one: Value | null | undefined, other: Value | null | undefined): boolean {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}

/** A value with shares written in one way: `0.3` and `0.30` are the same share. */
function written(field: Field, value: Value | undefined): Value | undefined {
  if (field.kind === "ratio" && typeof value === "string") return canonical(value);
  if (field.kind === "table" && Array.isArray(value)) {
    return value.map((row) => row.map((cell, place) => (field.columns?.[place]?.kind === "ratio_of_amount" ? canonical(cell) : cell)));
  }
  return value;
}

/** Whether two values of a field say the same. */
export const agree = (field: Field, one: Value | undefined, other: Value | undefined): boolean =>
  same(written(field, one), written(field, other));

/** Whether a value departs from the award in a field where that matters. */
export function departs(entry: Entry, value: Value | undefined): boolean {
  return entry.awarded !== undefined && entry.field.change === "warn" && !agree(entry.field, entry.awarded, value);
}

/** A part of 合同信息: the template's own section, with its fields. */
export interface Part {
  section: Section;
  entries: Entry[];
}

/** The fields by section, without those that are not asked for; party fields stand together by party. */
export function parts(template: Template, all: readonly Entry[], values: Values, award: Award): Part[] {
  return template.sections
    .map((section) => ({
      section,
      entries: all
        .filter((entry) => entry.field.section === section.id && (values[entry.id] !== undefined || wanted(entry, values, award)))
        .sort((a, b) => (a.party?.key ?? "").localeCompare(b.party?.key ?? "")),
    }))
    .filter((part) => part.entries.length > 0);
}

/** Facts that an award of another kind cannot have: nobody is asked for them. */
function foreign(field: Field, award: Award): boolean {
  const source = typeof field.source === "object" && "award" in field.source ? field.source.award : "";
  if (source.startsWith("order_")) return award.order === null;
  if (source === "lots" || source === "agency_name") return award.order !== null;
  if (source.startsWith("notice_")) return award.award_notice === null && award.order !== null;
  return (source === "pricing_ceiling" || source === "discount_rate") && award.pricing.kind !== "discount";
}

/** Whether a field is asked for now: its condition holds, and an award of this kind can have it. */
export function wanted(entry: Entry, values: Values, award: Award): boolean {
  return holds(entry.field.when, values, award) && !foreign(entry.field, award);
}

/** Required fields without value, in the order of the form. */
export function unfilled(all: readonly Entry[], values: Values, award: Award): Entry[] {
  return all.filter((entry) => entry.field.required === true && values[entry.id] === undefined && wanted(entry, values, award));
}

/** How many fields are asked for at all: required ones. */
export function askedFor(all: readonly Entry[], values: Values, award: Award): number {
  return all.filter((entry) => entry.field.required === true && wanted(entry, values, award)).length;
}
