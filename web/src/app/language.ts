// The language of the interface: Chinese first, English on request. Kept for the next visit.

import { computed, ref } from "vue";
import { remembered, remember } from "./memory";

export type Language = "zh" | "en";

export const language = ref<Language>(remembered("language") === "en" ? "en" : "zh");

export function speak(next: Language): void {
  language.value = next;
  remember("language", next);
  document.documentElement.lang = next === "zh" ? "zh-CN" : "en";
}

/** What `Accept-Language` and `Intl` are told. */
export const locale = computed(() => (language.value === "zh" ? "zh-CN" : "en"));

// A word, or a sentence made from facts.
type Entry = string | ((...facts: never[]) => string);
type Same<Z> = { [K in keyof Z]: Z[K] extends (...facts: infer F) => string ? (...facts: F) => string : string };

/**
 * The words of one feature in both languages. A key that one language lacks, or a sentence that takes other facts, does not
 * compile. The result reads the present language, so a template that uses it changes with the switch.
 */
export function messages<Z extends Record<string, Entry>>(zh: Z, en: NoInfer<Same<Z>>): Same<Z> {
  return new Proxy(zh as unknown as Same<Z>, {
    get: (_, key: string) => (language.value === "zh" ? zh[key as keyof Z] : en[key as keyof Z]),
  });
}

/** A text that the server gives in both languages. */
export function say(text: { zh: string; en: string }): string {
  return language.value === "zh" ? text.zh : text.en;
}

/** Several names or words as one, with the comma of the present language. */
export function listed(words: readonly string[]): string {
  return words.join(language.value === "zh" ? "、" : ", ");
}

/** An addition in the brackets of the present language. */
export function bracketed(text: string): string {
  return language.value === "zh" ? `（${text}）` : ` (${text})`;
}

/** A heading and what it introduces, with the colon of the present language. */
export function introduced(heading: string, what: string): string {
  return language.value === "zh" ? `${heading}：${what}` : `${heading}: ${what}`;
}
