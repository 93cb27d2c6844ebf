// What a flow profile asks at confirmation, what was answered, and what is still wrong with it (S1-009 to S1-014).

import { readDate, readMoney } from "../draft/values";

export interface Answers {
  /** Accepts the differences from the award; undefined where nothing was said. */
  accepts: boolean | undefined;
  method: string;
  /** As typed. */
  amount: string;
  online: boolean | undefined;
  /** As typed. */
  signedOn: string;
}

export interface Asked {
  differences: number;
  /** Payment method and amount are asked for. */
  payment: boolean;
  /** 是否线上签章 is asked; otherwise it is always online. */
  sealing: boolean;
  /** The contract amount, 分. */
  most: number;
  /** Both parties could seal online. */
  ready: boolean;
  /** The day in China, YYYY-MM-DD. */
  today: string;
}

export type Fault =
  | "accept_missing"
  | "not_accepted"
  | "method_missing"
  | "amount_missing"
  | "amount_format"
  | "amount_zero"
  | "amount_more"
  | "online_missing"
  | "online_not_ready"
  | "signed_missing"
  | "signed_format"
  | "signed_future";

export type Place = "accepts" | "method" | "amount" | "online" | "signedOn";

/** Everything that keeps the contract from being confirmed, by question. */
export function faults(answers: Answers, asked: Asked): Partial<Record<Place, Fault>> {
  const found: Partial<Record<Place, Fault>> = {};
  if (asked.differences > 0 && answers.accepts === undefined) found.accepts = "accept_missing";
  if (asked.differences > 0 && answers.accepts === false) found.accepts = "not_accepted";
  if (asked.payment) {
    if (answers.method === "") found.method = "method_missing";
    const read = readMoney(answers.amount);
    if ("fault" in read) found.amount = "amount_format";
    else if (read.value === null) found.amount = "amount_missing";
    else if (read.value === 0) found.amount = "amount_zero";
    else if (typeof read.value === "number" && read.value > asked.most) found.amount = "amount_more";
  }
  const online = asked.sealing ? answers.online : true;
  if (online === undefined) found.online = "online_missing";
  if (online === true && !asked.ready) found.online = "online_not_ready";
  if (online === false) {
    const read = readDate(answers.signedOn);
    if ("fault" in read) found.signedOn = "signed_format";
    else if (read.value === null) found.signedOn = "signed_missing";
    else if (String(read.value) > asked.today) found.signedOn = "signed_future";
  }
  return found;
}

/** What the server is told. */
export function body(version: number, answers: Answers, asked: Asked) {
  const read = readMoney(answers.amount);
  const online = asked.sealing ? answers.online === true : true;
  return {
    version,
    online,
    payment_method: asked.payment ? answers.method : null,
    payment_amount_fen: asked.payment && "value" in read ? (read.value as number) : null,
    signed_on: online ? null : answers.signedOn.trim(),
  };
}
