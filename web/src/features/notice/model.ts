// The fields of a notice (财办库〔2020〕50号, 合同公告). The API's description leaves them open, so they are read with care here.

export interface PublicParty {
  name: string;
  address?: string | undefined;
  contact?: string | undefined;
  phone?: string | undefined;
  size?: string | undefined;
}
export interface Item {
  no: string;
  name: string;
  spec: string;
  quantity: string;
  unitPrice: string;
  amount?: number | undefined;
  group: boolean;
}
export interface Content {
  number: string;
  title: string;
  projectCode: string;
  projectName: string;
  method: string;
  purchaser: PublicParty;
  suppliers: PublicParty[];
  items: Item[];
  amount?: number | undefined;
  period: string;
  place: string;
  signedOn: string;
  publishedOn: string;
  remarks: string[];
}

type Bag = Readonly<Record<string, unknown>>;
const bag = (value: unknown): Bag => (typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Bag) : {});
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string => (typeof value === "string" ? value : "");
const some = (value: unknown): string | undefined => text(value) || undefined;
const amount = (value: unknown): number | undefined => (typeof value === "number" && Number.isSafeInteger(value) ? value : undefined);

function party(value: unknown): PublicParty {
  const one = bag(value);
  return { name: text(one["name"]), address: some(one["address"]), contact: some(one["contact"]), phone: some(one["phone"]), size: some(one["size"]) };
}

function item(value: unknown): Item {
  const one = bag(value);
  return {
    no: text(one["no"]),
    name: text(one["name"]),
    spec: text(one["spec"]),
    quantity: [text(one["quantity"]), text(one["unit"])].filter(Boolean).join(" "),
    unitPrice: text(one["unit_price"]),
    amount: amount(one["amount_fen"]),
    group: one["is_group"] === true,
  };
}

/** What is published; what is missing is empty and is not shown. */
export function readContent(value: unknown): Content {
  const one = bag(value);
  return {
    number: text(one["contract_number"]),
    title: text(one["title"]),
    projectCode: text(one["project_code"]),
    projectName: text(one["project_name"]),
    method: text(one["method"]),
    purchaser: party(one["purchaser"]),
    suppliers: list(one["suppliers"]).map(party),
    items: list(one["items"]).map(item),
    amount: amount(one["amount_fen"]),
    period: text(one["period"]),
    place: text(one["place"]),
    signedOn: text(one["signed_on"]),
    publishedOn: text(one["published_on"]),
    remarks: list(one["remarks"]).map(text).filter(Boolean),
  };
}
