// Where contracts are opened, and as whom.

import type { RouteLocationRaw, Router } from "vue-router";
import { say } from "@/app/language";
import { actAs, session } from "@/app/session";
import { sayNews } from "@/ui/toast";
import { contractWords as t } from "./messages";
import type { Text } from "./model";

/** The page on which an act is done, as the server names it. */
export function placeOf(page: string, id: string): RouteLocationRaw {
  const params = { id };
  switch (page) {
    case "draft":
    case "review":
    case "desk":
      return { name: page, params };
    case "track":
      return { name: "track", params };
    case "filing":
      return { name: "contract", params, hash: "#filing" };
    default:
      return { name: "contract", params };
  }
}

/** Acts for the organisation whose contract it is, and says so when that changes something. */
export function switchTo(organisation: string): void {
  if (organisation === session.actor) return;
  const name = session.actors.find((one) => one.actor === organisation)?.name;
  if (name === undefined) return;
  actAs(organisation);
  sayNews(t.switched(name));
}

/** Opens a page of an organisation's contract as that organisation. */
export async function openAs(router: Router, organisation: string, to: RouteLocationRaw): Promise<void> {
  switchTo(organisation);
  await router.push(to);
}

/** What the button of an act is called in a row, where long names have no room. */
export function actLabel(code: string, label: Text): string {
  return code === "resubmit" ? t.resubmitShort : say(label);
}
