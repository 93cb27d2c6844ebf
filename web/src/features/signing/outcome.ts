// What has become of a contract for the party that looks, once there is nothing for it to do at the desk.
import type { Contract } from "./api";

export type Outcome = "concluded" | "over" | "sent" | "returned" | "waiting";

interface Signing {
  state?: string;
  steps?: { party?: string; state?: { state?: string } }[];
}

export function outcomeOf(contract: Contract): Outcome {
  const signing = (contract.state.signing ?? {}) as Signing;
  if (signing.state === "concluded" || signing.state === "offline") return "concluded";
  if (signing.state === "rejected" || signing.state === "revoked" || signing.state === "expired") return "over";
  const own = contract.parties.find((party) => party.own)?.key;
  if (signing.steps?.some((step) => step.party === own && step.state?.state === "sent")) return "sent";
  const content = (contract.state.content as { state?: string } | null)?.state;
  return content === "frozen" ? "waiting" : "returned";
}
