// The facts of a proof, in the order in which they are shown.

import { listed, say } from "@/app/language";
import { day, moment } from "@/ui/format";
import { trackWords as t } from "./messages";
import { grouped, program, shortDigest, type Proof, type SignatureProof } from "./proof";

export interface FactRow {
  name: string;
  text: string;
  /** What the copy button copies, if there is one. */
  copy?: string;
  beneath?: string;
}

const words = t as unknown as Record<string, string>;
const word = (code: string): string => words[code] ?? code;

/** `2025-06-30 16:08:20`. */
export const second = (micros: number): string => `${moment(micros)}:${new Date(Math.floor(micros / 1000)).toISOString().slice(17, 19)}`;

const digest = (name: string, sm3: string | null | undefined): FactRow[] => (sm3 ? [{ name, text: shortDigest(sm3), copy: sm3 }] : []);

function origin(proof: Proof): FactRow[] {
  const { ip, user_agent: agent, person_id: person } = proof.entry;
  if (ip) return [{ name: t.origin, text: [ip, agent ? program(agent) : ""].filter(Boolean).join("，") }];
  return person ? [{ name: t.origin, text: t.hidden }] : [];
}

const kept = (proof: Proof): FactRow => ({ name: t.chain, text: t.chainText(proof.entry.seq, proof.chain_length) });

/** Of one signature: when, by whose clock, with which certificate, how the will was checked. */
export function signatureFacts(proof: Proof, one: SignatureProof): FactRow[] {
  return [
    { name: t.signedAt, text: second(one.signed_at) },
    { name: t.stamped, text: word(`stamped_${one.stamped_by}`), beneath: second(one.stamped_at) },
    { name: t.certificate, text: one.certificate_holder, beneath: [one.certificate_issuer, one.certificate_algorithm, word(one.custody)].join(" · ") },
    { name: t.serial, text: grouped(one.certificate_serial), copy: one.certificate_serial },
    { name: t.validity, text: `${day(one.not_before)} ${t.to} ${day(one.not_after)}` },
    { name: t.intent, text: listed(one.intent_checks.map(word)) },
    ...origin(proof),
    ...digest(t.before, proof.document_before),
    ...digest(t.after, one.document_sm3),
    kept(proof),
  ];
}

/** Of an entry without signatures. */
export function entryFacts(proof: Proof): FactRow[] {
  const { entry } = proof;
  const who = entry.person_name ?? (entry.actor_kind === "system" || entry.actor_kind === "client" ? word(entry.actor_kind) : undefined);
  return [
    { name: t.what, text: say(entry.title) },
    { name: t.happened, text: second(entry.at) },
    ...(entry.organisation_name ? [{ name: t.whom, text: entry.organisation_name }] : []),
    ...(who ? [{ name: t.who, text: who }] : []),
    ...origin(proof),
    ...(say(entry.detail) ? [{ name: t.detail, text: say(entry.detail) }] : []),
    ...(entry.opinion ? [{ name: t.opinion, text: entry.opinion }] : []),
    ...digest(t.documentNow, proof.document_after),
    ...digest(t.previous, proof.previous_hash),
    ...digest(t.hash, entry.hash),
    kept(proof),
  ];
}
