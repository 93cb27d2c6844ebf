/** A Chinese mobile number as people type it (spaces, dashes, +86, full-width digits) in its plain form; none if it is not one. */
export function cleanPhone(text: string): string | null {
  const plain = text.normalize("NFKC").replace(/[\s-]/g, "").replace(/^\+?86(?=1\d{10}$)/, "");
  return /^1\d{10}$/.test(plain) ? plain : null;
}
