// Elder-friendly mode (适老化): everything larger, with more contrast. Kept for the next visit.

import { ref } from "vue";
import { remember, remembered } from "./memory";

export const elder = ref(remembered("elder") === "on");

export function setElder(on: boolean): void {
  elder.value = on;
  remember("elder", on ? "on" : "off");
  document.documentElement.classList.toggle("elder", on);
}
