// The contract under review with its facts, the answers given, and the three acts.

import { computed, reactive, ref } from "vue";
import { useRouter } from "vue-router";
import { session } from "@/app/session";
import { day } from "@/ui/format";
import { changed, useQuery } from "@/ui/query";
import { useSubmit } from "@/ui/submit";
import { fetchProfiles, fetchReadiness } from "../draft/api";
import { confirm, fetchComparison, fetchContract, modify, returnDraft, type Contract } from "./api";
import { body, faults, type Answers, type Asked, type Place } from "./questions";

export function useReview(id: string) {
  const router = useRouter();
  const contract = useQuery(() => ["contract", id, session.actor], (signal) => fetchContract(id, signal));
  const mine = computed(() => (contract.data.value && may(contract.data.value, "confirm") ? contract.data.value : undefined));
  const key = (what: string) => () => (mine.value ? ["contract", id, session.actor, what, mine.value.version] : undefined);
  const comparison = useQuery(key("comparison"), (signal) => fetchComparison(id, signal));
  const readiness = useQuery(key("readiness"), (signal) => fetchReadiness(id, signal));
  const profiles = useQuery(["flow-profiles"], (signal) => fetchProfiles(signal));
  const profile = computed(() => profiles.data.value?.find((one) => one.name === contract.data.value?.profile));

  const answers = reactive<Answers & { touched: Partial<Record<Place, boolean>> }>({
    accepts: undefined,
    method: "",
    amount: "",
    online: undefined,
    signedOn: "",
    touched: {},
  });
  const asked = computed<Asked>(() => ({
    differences: (comparison.data.value?.items ?? []).filter((item) => !item.same && item.level).length,
    payment: (profile.value?.confirmation?.payment_methods.length ?? 0) > 0,
    sealing: profile.value?.confirmation?.asks_sealing ?? false,
    most: contract.data.value?.amount_fen ?? 0,
    ready: readiness.data.value?.ready ?? false,
    today: day(Date.now() * 1000),
  }));
  const wrong = computed(() => faults(answers, asked.value));
  /** Everything that is asked is known, so that nothing is confirmed unasked. */
  const known = computed(() => profile.value !== undefined && comparison.data.value !== undefined && readiness.data.value !== undefined);
  const answered = computed(() => known.value && Object.keys(wrong.value).length === 0);

  /** On which page each difference stands, from 1, where that is certain. */
  const places = ref<Record<string, number>>({});

  async function after(to: "contract" | "draft" | "desk"): Promise<void> {
    await Promise.all([changed("contract", id), changed("contracts"), changed("home")]);
    await router.push({ name: router.hasRoute(to) ? to : "contract", params: { id } });
  }
  const version = (): number => mine.value?.version ?? 0;
  const doConfirm = useSubmit(async () => {
    await confirm(id, body(version(), answers, asked.value));
    await after("contract");
  });
  const doReturn = useSubmit(async (reason: string) => {
    await returnDraft(id, version(), reason);
    await after("contract");
  });
  const doModify = useSubmit(async () => {
    await modify(id, version());
    await after("draft");
  });
  return { id, contract, mine, comparison, readiness, profile, answers, asked, wrong, known, answered, places, doConfirm, doReturn, doModify };
}

export type Review = ReturnType<typeof useReview>;

export function may(contract: Contract, verb: string): boolean {
  return contract.actions.some((action) => action.verb === verb);
}
