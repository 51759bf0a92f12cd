/**
 * golang-migrate 4.20.1 as its source reads, on a list of file names: First, Next and Prev of the source driver, and
 * `read`, `readUp`, `readDown`, `newMigration` and `runMigrations` of migrate.go. Kept as close to the Go as it goes, so
 * that it can be held against it line by line.
 */
import type { Operation } from "../../automation/contract/operations.ts";

export type Ended = "done" | "no change" | "error";

export class GolangMigrate {
  version: number | null;
  /** Base names, in the order in which they ran. A version without a file of the direction runs nothing. */
  readonly ran: string[] = [];
  readonly #files: ReadonlySet<string>;
  readonly #versions: readonly number[];
  readonly #dirty: boolean;

  constructor(files: readonly string[], version: number | null, dirty: boolean) {
    this.#files = new Set(files);
    const versions = files.map((file) => Number(file.slice(0, file.indexOf("_"))));
    this.#versions = [...new Set(versions)].sort((a, b) => a - b);
    this.version = version;
    this.#dirty = dirty;
  }

  run(operation: Operation): Ended {
    if (this.#dirty) return "error";
    const from = this.version ?? -1;
    switch (operation.name) {
      case "up":
        return this.#readUp(from);
      case "down":
        return this.#readDown(from, operation.steps === "all" ? -1 : operation.steps);
      case "goto":
        return this.#read(from, operation.version);
      default:
        throw new Error(`${operation.name} runs no file`);
    }
  }

  #readUp(start: number): Ended {
    let from = start;
    if (from >= 0 && !this.#exists(from)) return "error";
    for (let count = 0; ; count++) {
      const next = from === -1 ? this.#first() : this.#next(from);
      if (next === undefined) return count === 0 ? "no change" : "done";
      this.#migrate(next, next);
      from = next;
    }
  }

  #readDown(start: number, limit: number): Ended {
    let from = start;
    if (from >= 0 && !this.#exists(from)) return "error";
    if (from === -1) return limit === -1 ? "no change" : "error";
    for (let count = 0; count < limit || limit === -1; count++) {
      const prev = this.#prev(from);
      if (prev === undefined) {
        this.#migrate(this.#first(), -1);
        return count + 1 < limit ? "error" : "done";
      }
      this.#migrate(from, prev);
      from = prev;
    }
    return "done";
  }

  #read(start: number, to: number): Ended {
    let from = start;
    if ((from >= 0 && !this.#exists(from)) || !this.#exists(to)) return "error";
    if (from === to) return "no change";
    if (from < to) {
      if (from === -1) {
        from = this.#first();
        this.#migrate(from, from);
      }
      while (from < to) {
        from = this.#next(from) as number;
        this.#migrate(from, from);
      }
      return "done";
    }
    while (from > to) {
      const prev = this.#prev(from) as number;
      this.#migrate(from, prev);
      from = prev;
    }
    return "done";
  }

  /** newMigration and runMigrations: up where the target is not below the version. */
  #migrate(version: number, target: number): void {
    const file = `${version}_m.${target >= version ? "up" : "down"}.sql`;
    if (this.#files.has(file)) this.ran.push(file);
    this.version = target === -1 ? null : target;
  }

  #exists(version: number): boolean {
    return this.#versions.includes(version);
  }

  #first(): number {
    return this.#versions[0] as number;
  }

  #next(version: number): number | undefined {
    return this.#versions[this.#versions.indexOf(version) + 1];
  }

  #prev(version: number): number | undefined {
    return this.#versions[this.#versions.indexOf(version) - 1];
  }
}
