/** Loads a dialect's lint when it is needed: Postgres's parser is large. */
import type { LintTarget } from "./lintTarget.ts";
import { DEFAULT_MYSQL } from "./mysql/serverVersion.ts";
import type { SqlDialect } from "./sqlDialect.ts";

/** @returns undefined for `other`, whose files are not parsed */
export async function loadDialect({ dialect, server }: LintTarget): Promise<SqlDialect | undefined> {
  switch (dialect) {
    case "postgres":
      return (await import("./postgres/postgres.ts")).postgres;
    case "mysql":
    case "mariadb":
      return (await import("./mysql/mysql.ts")).mysqlDialect(server ?? DEFAULT_MYSQL);
    case "other":
      return undefined;
    default:
      return dialect satisfies never;
  }
}
