/** A map over another one that it leaves as it is. */
export class Layer<V> {
  readonly #own = new Map<string, V | undefined>();
  readonly #base: Layer<V> | undefined;

  constructor(base?: Layer<V>) {
    this.#base = base;
  }

  get(key: string): V | undefined {
    return this.#own.has(key) ? this.#own.get(key) : this.#base?.get(key);
  }

  set(key: string, value: V): void {
    this.#own.set(key, value);
  }

  delete(key: string): void {
    if (this.#base) this.#own.set(key, undefined);
    else this.#own.delete(key);
  }

  *entries(): Generator<[string, V]> {
    for (const [key, value] of this.#own) if (value !== undefined) yield [key, value];
    if (!this.#base) return;
    for (const [key, value] of this.#base.entries()) if (!this.#own.has(key)) yield [key, value];
  }

  /** Moves a value to another key. */
  rename(from: string, to: string): void {
    const value = this.get(from);
    if (value === undefined) return;
    this.delete(from);
    this.set(to, value);
  }
}
