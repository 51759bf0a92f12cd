/**
 * A map over another one that it leaves as it is. Values may name other things, and those that name one are found without a
 * look at all of them: a folder may make 10,000 tables.
 */
export class Layer<V> {
  readonly #own = new Map<string, V | undefined>();
  readonly #base: Layer<V> | undefined;
  readonly #linksOf: (value: V) => readonly string[];
  /** By what is named: the keys whose value names it, or has once named it. */
  readonly #linking = new Map<string, Set<string>>();

  /** @param linksOf what a value names */
  constructor(base?: Layer<V>, linksOf: (value: V) => readonly string[] = () => []) {
    this.#base = base;
    this.#linksOf = linksOf;
  }

  get(key: string): V | undefined {
    return this.#own.has(key) ? this.#own.get(key) : this.#base?.get(key);
  }

  set(key: string, value: V): void {
    this.#own.set(key, value);
    for (const name of this.#linksOf(value))
      this.#linking.set(name, (this.#linking.get(name) ?? new Set()).add(key));
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

  /** The entries whose value names this. */
  linking(name: string): [string, V][] {
    return [...this.#candidates(name)].flatMap((key): [string, V][] => {
      const value = this.get(key);
      return value !== undefined && this.#linksOf(value).includes(name) ? [[key, value]] : [];
    });
  }

  #candidates(name: string): Set<string> {
    const own = this.#linking.get(name) ?? [];
    return new Set([...own, ...(this.#base ? this.#base.#candidates(name) : [])]);
  }

  /** Moves a value to another key. */
  rename(from: string, to: string): void {
    const value = this.get(from);
    if (value === undefined) return;
    this.delete(from);
    this.set(to, value);
  }
}
