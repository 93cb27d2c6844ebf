// What can be said about a sign-in form before the server is asked. The server decides; this only spares a round trip.

export const isPhone = (text: string): boolean => /^1[3-9]\d{9}$/.test(text);
export const isCode = (text: string): boolean => /^\d{6}$/.test(text);
export const isCaptcha = (text: string): boolean => /^\d{5}$/.test(text);

/** The two rules for a new password: its length, and at least three kinds of characters. */
export function passwordRules(text: string): { length: boolean; kinds: boolean } {
  const characters = [...text].length;
  const kinds = [/[A-Z]/, /[a-z]/, /\d/, /[^A-Za-z\d]/].filter((kind) => kind.test(text)).length;
  return { length: characters >= 8 && characters <= 64, kinds: kinds >= 3 };
}
