// What a route may say about itself. Every feature brings its own routes in its routes.ts.

import type { RouteLocationRaw } from "vue-router";
import type { IconName } from "@/ui/icons";

export interface MenuChild {
  label: string;
  to: RouteLocationRaw;
  count?: number | undefined;
}

/** An entry of the left menu. Only what works has one. */
export interface MenuEntry {
  icon: IconName;
  /** Entries stand in this order: 10 home, 20 contracts, 30 drafting, 40 templates, 50 seals, 60 certificates, 70 organisation, 80 filing and notices, 90 operator. */
  order: number;
  label: () => string;
  /** Left out for actors who can do nothing there. Read again whenever what it reads changes. */
  show?: () => boolean;
  children?: () => MenuChild[];
}

declare module "vue-router" {
  interface RouteMeta {
    /** The document's title, in the present language. */
    title: () => string;
    /**
     * `menu` (the rule): top bar and left menu. `work`: the menu folded, and the page draws a `WorkBar`. `desk`: neither bar nor
     * menu, the page draws a `WorkBar` with the actor. `public`: for visitors. `none`: the page is the whole window.
     */
    frame?: "menu" | "work" | "desk" | "public" | "none";
    /** Open to who is not signed in. */
    open?: boolean;
    menu?: MenuEntry;
    /** The page means something for every actor: switching keeps it. All others lead home. */
    anyActor?: boolean;
  }
}
