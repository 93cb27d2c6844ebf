// What becomes of those who wait for an answer that cannot come.

/** A file that is read in parts, of which one may not come; pdf.js itself would wait for it for ever. */
export class Loss {
  /** Fails once a part did not come. */
  readonly told: Promise<never>;
  private tell!: (error: unknown) => void;
  private error: unknown;
  private readonly waiting = new Set<(error: unknown) => void>();

  constructor() {
    this.told = new Promise((_, reject) => (this.tell = reject));
    // That nobody listens is no error.
    this.told.catch(() => undefined);
  }

  happened(error: unknown): void {
    this.error ??= error;
    this.tell(error);
    for (const refuse of this.waiting) refuse(error);
  }

  /** What pdf.js answers, or why it will not answer. Nothing of an answer is kept here. */
  answer<T>(asked: Promise<T>): Promise<T> {
    return new Promise((give, refuse) => {
      if (this.error !== undefined) return refuse(this.error);
      this.waiting.add(refuse);
      void asked.then(give, refuse).finally(() => this.waiting.delete(refuse));
    });
  }
}
