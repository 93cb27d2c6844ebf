// Asking for an SMS code, and the wait before another.

import { computed, onScopeDispose, ref } from "vue";
import { api } from "@/api/client";
import { Problem } from "@/api/problem";
import type { components } from "@/api/schema";
import { useSubmit } from "@/ui/submit";

const WAIT_SECONDS = 60;

export function useSmsCode(purpose: components["schemas"]["Purpose"], phone: () => string) {
  const until = ref(0);
  const now = ref(Date.now());
  const sentTo = ref<string>();
  const timer = setInterval(() => (now.value = Date.now()), 1000);
  onScopeDispose(() => clearInterval(timer));
  const wait = computed(() => Math.max(0, Math.ceil((until.value - now.value) / 1000)));

  function pause(seconds: number): void {
    now.value = Date.now();
    until.value = now.value + seconds * 1000;
  }
  const sending = useSubmit(async () => {
    const to = phone();
    try {
      await api.POST("/api/v1/sms-codes", { body: { phone: to, purpose } });
    } catch (error) {
      if (error instanceof Problem && error.retryAfter !== undefined) pause(error.retryAfter);
      throw error;
    }
    sentTo.value = to;
    pause(WAIT_SECONDS);
  });
  return { wait, sentTo, send: sending.run, busy: sending.busy, problem: sending.problem };
}
