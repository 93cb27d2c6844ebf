// How far the actor has come on the way to his first seal: one composable for the pages of certificates and of seals.

import { computed, ref } from "vue";
import { api, take } from "@/api/client";
import { isOrganisation, manages, session } from "@/app/session";
import { useQuery } from "@/ui/query";
import { fetchApplications, fetchCertificates, fetchOrganisation } from "./api";
import { isAlive, stepStates } from "./model";

/** Shared by both pages for as long as the application is open: the server does not tell of a claim that waits. */
const claimed = ref(false);

export function useReadiness() {
  const now = ref(Date.now() * 1000);
  const certificates = useQuery(
    () => ["certificates", session.actor],
    async (signal) => {
      const answer = await fetchCertificates(signal);
      now.value = Date.now() * 1000;
      return answer;
    },
  );
  const applications = useQuery(
    () => (manages() ? ["certificate-applications", session.actor] : undefined),
    (signal) => fetchApplications(signal),
  );
  const seals = useQuery(
    () => ["seals", session.actor],
    (signal) => take(api.GET("/api/v1/seals", { signal })),
  );
  const organisation = useQuery(
    () => (isOrganisation() ? ["organisation", session.actor] : undefined),
    (signal) => fetchOrganisation(session.actor, signal),
  );
  const named = computed(() => (isOrganisation() ? organisation.data.value?.state !== "unverified" : (session.person?.verified ?? false)));
  const alive = computed(() => (certificates.data.value?.items ?? []).filter((one) => isAlive(one, now.value)));
  const pending = computed(() => (applications.data.value?.items ?? []).some((one) => one.state === "pending"));
  const states = computed(() =>
    stepStates({
      named: named.value,
      claimed: claimed.value && !isOrganisation(),
      certified: alive.value.length > 0,
      applied: pending.value,
      sealed: (seals.data.value?.items ?? []).some((one) => one.state !== "cancelled" && one.certificate_in_force),
    }),
  );
  /** Known well enough to be shown: steps must not jump. */
  const settled = computed(() => certificates.data.value !== undefined && seals.data.value !== undefined && (!isOrganisation() || organisation.data.value !== undefined || organisation.problem.value !== undefined));
  const ready = computed(() => states.value.every((one) => one === "done"));
  return { certificates, applications, seals, named, alive, pending, states, settled, ready, claimed, now };
}
