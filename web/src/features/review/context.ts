// The review of this page, for its parts.
import { inject, type InjectionKey } from "vue";
import type { Contract } from "./api";
import type { Review } from "./useReview";

export const reviewContext: InjectionKey<Review> = Symbol("review");

/** The review that the page has loaded; its parts are drawn only while the contract is the reader's to confirm. */
export function useLoadedReview(): { review: Review; now: () => Contract } {
  const review = inject(reviewContext);
  if (!review) throw new Error("no review around");
  return {
    review,
    now: () => {
      const contract = review.mine.value ?? review.contract.data.value;
      if (!contract) throw new Error("the contract is not loaded");
      return contract;
    },
  };
}
