// Small preferences that outlive a visit. A browser that forbids storage just forgets them.

export function remembered(key: string): string | null {
  try {
    return localStorage.getItem(`yinxin.${key}`);
  } catch {
    return null;
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(`yinxin.${key}`, value);
  } catch {
    // Forgotten at the end of the visit.
  }
}
