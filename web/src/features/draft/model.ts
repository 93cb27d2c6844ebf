// The form of a draft as the template describes it, in the shapes of the API.

/** A value of a field: text, choice, date and ratio are strings, money (分) and integers numbers, a table rows of strings. */
export type Value = string | number | string[][];
/** Values by field id; what is empty is absent. */
export type Values = Readonly<Record<string, Value>>;
/** Changes by field id; null clears one. */
export type Edits = Readonly<Record<string, Value | null>>;

export type Kind = "text" | "long_text" | "money" | "date" | "integer" | "choice" | "ratio" | "table";
export type Side = "purchaser" | "supplier";

export interface Choice {
  value: string;
  label_zh: string;
  label_en: string;
}

export interface Column {
  label_zh: string;
  label_en: string;
  kind: "text" | "ratio_of_amount";
  weight: number;
}

export type Condition =
  | { filled: string }
  | { empty: string }
  | { is: [string, string] }
  | { fact: string }
  | { all: Condition[] };

export interface Field {
  id: string;
  section: string;
  party?: Side;
  label_zh: string;
  label_en: string;
  kind: Kind;
  required?: boolean;
  when?: Condition;
  source?: "hand" | { award: string } | { system: string };
  change?: "free" | "warn" | "locked";
  choices?: Choice[];
  columns?: Column[];
  min?: number;
  max?: number;
  max_ratio?: string;
}

export interface Section {
  id: string;
  label_zh: string;
  label_en: string;
}

export interface Template {
  template_id: string;
  version: number;
  title: string;
  title_en: string;
  sections: Section[];
  fields: Field[];
}

/** A party of an award as the server has checked it. */
export interface AwardParty {
  name: string;
  uscc: string;
  address: string | null;
  size: string | null;
  bank: string | null;
  account: string | null;
  legal_representative: string | null;
  contact: string | null;
  phone: string | null;
}

/** The award, as far as fields are filled from it. */
export interface Award {
  amount: number;
  project: { name: string; code: string; method: string | null; plan_code: string | null; sme_reserved: boolean };
  order: { code: string; confirmed_on: string } | null;
  award_notice: { issued_on: string; number: string | null } | null;
  agency: { name: string } | null;
  lots: { code: string; name: string | null }[];
  pricing: { kind: string; ceiling?: number | null; rate?: string | null };
  purchaser: AwardParty;
  suppliers: AwardParty[];
  terms: {
    delivery_days: number | null;
    delivery_place: string | null;
    warranty_months: number | null;
    period: { from: string; to: string } | null;
    performance_bond: { ratio: string; form: string | null } | null;
    payment: { stage: string; ratio: string }[];
  };
}

/** A field of one draft: a party's field stands once for each party of its side. */
export interface Entry {
  /** `delivery_days`, or `B.bank`. */
  id: string;
  field: Field;
  /** The party it belongs to, by its key and name. */
  party?: { key: string; name: string };
  /** What the award says, if it says anything. */
  awarded: Value | undefined;
  /** It cannot be changed. */
  locked: boolean;
  /** The first value came from the award. */
  fromAward: boolean;
}

export interface Said {
  zh: string;
  en: string;
}

export const label = (thing: { label_zh: string; label_en: string }): Said => ({ zh: thing.label_zh, en: thing.label_en });
