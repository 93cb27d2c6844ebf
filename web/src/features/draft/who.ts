// Who saved a contract meanwhile, by name where it is known.
import type { Contract } from "./api";
import { draftWords as t } from "./messages";
import type { Meanwhile } from "./session";

/** 示例戊（示例县行政审批服务中心）; `people` are the names that the track tells. */
export function whoSaved(meanwhile: Meanwhile, contract: Contract, people: ReadonlyMap<string, string>): string {
  const organisation = contract.parties.find((party) => party.organisation_id === meanwhile.organisation);
  const person = meanwhile.person === undefined ? undefined : people.get(meanwhile.person);
  if (person === undefined) return organisation && !organisation.own ? organisation.name : t.somebody;
  return organisation && !organisation.own ? `${person}（${organisation.name}）` : person;
}
