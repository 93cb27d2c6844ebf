// The verification report (docs/guides/verification-report.md) and what a page makes of it: the five checks and the kinds of signature.

export type Verdict = "valid_trusted" | "valid_untrusted" | "indeterminate" | "invalid";

export interface Sentence {
  zh: string;
  en: string;
}

export interface Fault extends Sentence {
  code: string;
  verdict: Verdict;
}

export interface Change extends Sentence {
  code: string;
  allowed: boolean;
}

export interface Holder {
  name: string;
  organisation: string | null;
  unified_social_credit_code: string | null;
  issuer: string;
  serial: string;
  valid_from: string;
  valid_to: string;
  sha256: string;
  trusted: boolean;
  chain: string[];
  revocation: { status: "good" | "unknown" | "revoked_after" | "revoked_before"; at: string | null };
}

export interface Signature {
  field: string;
  page: number | null;
  kind: "seal" | "cms" | "document_timestamp" | "unknown";
  revision: number;
  covers_whole_file: boolean;
  verdict: Verdict;
  summary: Sentence;
  faults: Fault[];
  algorithm: string | null;
  signer: Holder | null;
  seal: { name: string; owner_code: string | null; seal_code: string | null; valid_from: string; valid_to: string; maker: Holder | null } | null;
  time: { claimed: string | null; proven: string | null; clock: "operator" | "outside" | null; authority: Holder | null };
  reason: string | null;
}

export interface Report {
  verdict: Verdict;
  summary: Sentence;
  length: number;
  sm3: string;
  faults: Fault[];
  revisions: { signatures: number[]; changes: Change[] }[];
  signatures: Signature[];
  /** How many parties a text of ours was made for, and how many have signed; none where the file does not say it. */
  contract: { parties: number; signed: number } | null;
  pictures: Picture[];
}

/** The picture of a seal. */
export interface Picture {
  /** Index into `signatures`. */
  signature: number;
  media_type: "image/png";
  /** Base64. */
  data: string;
  width_mm: number;
  height_mm: number;
}

/** What a check came to: all hold, one fails, or nothing speaks of it. */
export type Outcome = "holds" | "fails" | "unknown";
export const CHECKS = ["whole", "chain", "revocation", "time", "seal"] as const;
export type Check = (typeof CHECKS)[number];

/** Codes of faults by what they speak against; what is not named here speaks against the file's wholeness. */
const ABOUT: [Check, RegExp][] = [
  ["revocation", /^chain\.revoked|^revocation\./],
  ["chain", /^(chain|material)\./],
  ["time", /^(time|timestamp)\./],
  ["seal", /^seal\./],
];

function about(code: string): Check {
  return ABOUT.find(([, codes]) => codes.test(code))?.[0] ?? "whole";
}

/** The five checks of a report, over the file and all its signatures. */
export function checks(report: Report): Record<Check, Outcome> {
  const faults = [...report.faults, ...report.signatures.flatMap((one) => one.faults)];
  // "Trusted by nobody we know" is no fault of a signature, and yet the chain does not hold.
  const untrusted = report.signatures.some((one) => one.signer !== null && !one.signer.trusted);
  const revocations = report.signatures.map((one) => one.signer?.revocation.status ?? "unknown");
  const fails = (check: Check): boolean =>
    faults.some((fault) => about(fault.code) === check) || (check === "chain" && untrusted) || (check === "revocation" && revocations.includes("revoked_before"));
  const silent: Record<Check, boolean> = {
    whole: report.signatures.length === 0,
    chain: report.signatures.every((one) => one.signer === null),
    revocation: revocations.every((status) => status === "unknown"),
    time: report.signatures.every((one) => one.time.proven === null),
    seal: report.signatures.every((one) => one.seal === null),
  };
  const outcome = (check: Check): Outcome => (fails(check) ? "fails" : silent[check] ? "unknown" : "holds");
  return { whole: outcome("whole"), chain: outcome("chain"), revocation: outcome("revocation"), time: outcome("time"), seal: outcome("seal") };
}

/** What the revisions after a signature's own changed. */
export function changesAfter(report: Report, signature: Signature): Change[] {
  return report.revisions.slice(signature.revision + 1).flatMap((revision) => revision.changes);
}

/** Whether the file says of itself that parties have not signed yet; what does not hold says nothing. */
export function unfinished(report: Report): { parties: number; signed: number } | undefined {
  const contract = report.contract;
  return contract && contract.signed > 0 && contract.signed < contract.parties ? contract : undefined;
}

/** The largest side of a picture beside its signature, in CSS pixels; a seal of 40 mm fills it, a smaller one is smaller. */
const LARGEST = 96;
const USUAL_MM = 42;

/** A picture as an image may show it, CSS pixels. */
export interface Shown {
  source: string;
  width: number;
  height: number;
}

/** How large something of this size (mm) is shown beside its signature. */
export function scaled(width_mm: number, height_mm: number): { width: number; height: number } {
  const scale = LARGEST / Math.max(USUAL_MM, width_mm, height_mm);
  return { width: Math.round(width_mm * scale), height: Math.round(height_mm * scale) };
}

/** The picture of a signature's seal as its maker certified it. */
export function pictureOf(report: Report, index: number): Shown | undefined {
  const found = report.pictures.find((one) => one.signature === index);
  if (!found || found.media_type !== "image/png") return undefined;
  return { source: `data:image/png;base64,${found.data}`, ...scaled(found.width_mm, found.height_mm) };
}

/** The platform's signature says by itself that it is no party's. */
export function isPlatform(signature: Signature): boolean {
  return signature.kind === "cms" && (signature.reason ?? "").includes("非合同当事人");
}
