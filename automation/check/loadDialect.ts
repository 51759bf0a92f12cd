/** Loads a dialect's lint when it is needed: its parser is large. */
import type { Dialect } from "./choices.ts";
import type { SqlDialect } from "./sqlDialect.ts";

/** @returns undefined for `other`, whose files are not parsed */
export async function loadDialect(dialect: Dialect): Promise<SqlDialect | undefined> {
  switch (dialect) {
    case "postgres":
      return (await import("./postgres/postgres.ts")).postgres;
    case "other":
      return undefined;
    default:
      return dialect satisfies never;
  }
}
