// Files that the user keeps.

/** Gives a file to the browser's downloads. */
export function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser reads the file after the click: a minute is ample.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
