/** What is there by a name, or was. */
export interface Named {
  get(name: string): unknown;
  isGone(name: string): boolean;
  names(): string[];
}

/**
 * A map over another one that it leaves as it is. Values may name other things, and those that name one are found without a
 * look at all of them: a folder may make 10,000 tables.
 */
export class Layer<V> {
  readonly #own = new Map<string, V | undefined>();
  #deleted = false;
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

  /** Leaves a mark, which {@link isGone} reads. */
  delete(key: string): void {
    this.#own.set(key, undefined);
    this.#deleted = true;
  }

  /** Whether anything was ever deleted. */
  get hasGone(): boolean {
    return this.#deleted || this.#base?.hasGone === true;
  }

  /** Whether it was deleted and not set again. */
  isGone(key: string): boolean {
    return this.#own.has(key) ? this.#own.get(key) === undefined : this.#base?.isGone(key) === true;
  }

  /** As if the key had never been. */
  forget(key: string): void {
    this.#own.delete(key);
  }

  forgetGone(): void {
    for (const [key, value] of this.#own) if (value === undefined && !this.#base) this.#own.delete(key);
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

  /** The entries whose key begins so, by the rest of the key. For a look only. */
  view(prefix: string): Named {
    const inside = (key: string) => key.startsWith(prefix);
    return {
      get: (key) => this.get(prefix + key),
      isGone: (key) => this.isGone(prefix + key),
      names: () =>
        [...this.entries()]
          .map(([key]) => key)
          .filter(inside)
          .map((key) => key.slice(prefix.length)),
    };
  }

  names(): string[] {
    return [...this.entries()].map(([key]) => key);
  }

  /** Moves a value to another key. */
  rename(from: string, to: string): void {
    const value = this.get(from);
    if (value === undefined) return;
    this.delete(from);
    this.set(to, value);
  }
}
