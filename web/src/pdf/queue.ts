// One page is drawn at a time, the most wanted first; what nobody wants any more is given up, and only what is wanted is kept.

/** How the queue draws and lets go. */
export interface Work<T> {
  draw(index: number, signal: AbortSignal): Promise<T>;
  /** A page's picture is there, or a newer one. */
  drawn(index: number, picture: T): void;
  /** The picture is no longer kept. */
  dropped(index: number): void;
  failed(index: number, error: unknown): void;
}

export class RenderQueue<T> {
  private order: number[] = [];
  private edition = 0;
  /** Which edition of which page is kept. */
  private readonly kept = new Map<number, number>();
  private readonly broken = new Set<number>();
  private running: { index: number; edition: number; abort: AbortController } | null = null;

  constructor(private readonly work: Work<T>) {}

  /** Says which pages are wanted from now on, the most wanted first. */
  want(order: readonly number[]): void {
    this.order = [...order];
    for (const index of [...this.kept.keys()]) {
      if (!this.order.includes(index)) {
        this.kept.delete(index);
        this.work.dropped(index);
      }
    }
    if (this.running && !this.order.includes(this.running.index)) this.running.abort.abort();
    this.next();
  }

  /** Everything must be drawn anew, as after a zoom; old pictures stay until then. */
  renew(): void {
    this.edition += 1;
    this.broken.clear();
    this.running?.abort.abort();
    this.next();
  }

  /** Gives everything up. */
  stop(): void {
    this.want([]);
  }

  private next(): void {
    if (this.running) return;
    const index = this.order.find((page) => this.kept.get(page) !== this.edition && !this.broken.has(page));
    if (index === undefined) return;
    const run = { index, edition: this.edition, abort: new AbortController() };
    this.running = run;
    this.work.draw(index, run.abort.signal).then(
      (picture) => this.finish(run, () => this.keep(run, picture)),
      (error: unknown) => this.finish(run, () => this.fail(run, error)),
    );
  }

  private finish(run: { index: number }, then: () => void): void {
    if (this.running === run) this.running = null;
    then();
    this.next();
  }

  private keep(run: { index: number; edition: number; abort: AbortController }, picture: T): void {
    if (run.abort.signal.aborted || run.edition !== this.edition || !this.order.includes(run.index)) return;
    this.kept.set(run.index, run.edition);
    this.work.drawn(run.index, picture);
  }

  private fail(run: { index: number; abort: AbortController }, error: unknown): void {
    if (run.abort.signal.aborted) return;
    this.broken.add(run.index);
    this.work.failed(run.index, error);
  }
}
