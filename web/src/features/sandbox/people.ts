// The sample people of a demonstration, by the organisation for which each is shown.

import type { components } from "@/api/schema";

type Person = components["schemas"]["SamplePerson"];
export interface Group {
  /** Empty for those who act for no organisation, such as an operator. */
  name: string;
  people: Person[];
}

/** In the server's order; who acts for no organisation comes last. */
export function grouped(people: readonly Person[]): Group[] {
  const groups: Group[] = [];
  for (const person of people) {
    const name = person.organisation_name ?? "";
    const found = groups.find((one) => one.name === name);
    if (found) found.people.push(person);
    else groups.push({ name, people: [person] });
  }
  return [...groups.filter((one) => one.name !== ""), ...groups.filter((one) => one.name === "")];
}

/** The code in a message: six digits that are no part of a longer number. Written without a lookbehind, which old kernels lack. */
export const codeOf = (text: string): string | undefined => /(?:^|\D)(\d{6})(?!\d)/.exec(text)?.[1];
