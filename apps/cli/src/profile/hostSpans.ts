/** A piece of work of the host. */
export interface HostSpan {
  readonly name: string;
  /** Milliseconds by performance.now(). */
  readonly start: number;
  readonly milliseconds: number;
}

/** Collects what the host did and when. */
export class HostSpans {
  readonly spans: HostSpan[] = [];

  /** Does the work and notes how long it took. An arrow function, so that it can be handed on. */
  readonly measure = <T>(name: string, work: () => T): T => {
    const start = performance.now();
    const result = work();
    this.#add(name, start);
    return result;
  };

  /** Awaits the work and notes how long that took. */
  async await<T>(name: string, work: () => Promise<T>): Promise<T> {
    const start = performance.now();
    const result = await work();
    this.#add(name, start);
    return result;
  }

  #add(name: string, start: number): void {
    this.spans.push({ name, start, milliseconds: performance.now() - start });
  }
}
