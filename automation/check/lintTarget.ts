/** Which server's SQL a folder holds: as it is given, as the database said, or as the files look. Pure. */
import type { MigrationFile } from "../migrations/folder.ts";
import type { Dialect, DialectChoice } from "./choices.ts";
import { guessDialect } from "./guessDialect.ts";
import {
  DEFAULT_MARIADB,
  DEFAULT_MYSQL,
  readServerVersion,
  type ServerVersion,
} from "./mysql/serverVersion.ts";

export interface LintTarget {
  readonly dialect: Dialect;
  /** Of MySQL and MariaDB; undefined for the others. */
  readonly server: ServerVersion | undefined;
  /** Where it is taken from: a choice of the user's, the database itself, `databaseEngine`, or what the SQL looks like. */
  readonly from: "choice" | "database" | "configuration" | "sql";
}

/** What the container reported of the database, in the result line. */
export interface KnownDatabase {
  readonly engine: string;
  readonly serverVersion: string | null;
}

export interface TargetSettings {
  readonly dialect: DialectChoice;
  /** `8.0`, `8.4`, `mariadb-10.11`; undefined: what the database reported, else the default. */
  readonly mysqlVersion?: string | undefined;
  /** `postgres` or `mysql`, if the configuration of the stack says so. */
  readonly engine?: string | undefined;
}

/**
 * @param files the folder, for a guess when neither a setting nor the database says what it is
 * @param database of the last run; null when none is known
 */
export function lintTarget(
  { dialect: choice, mysqlVersion, engine }: TargetSettings,
  files: readonly MigrationFile[],
  database: KnownDatabase | null = null,
): LintTarget {
  const from = choice !== "auto" ? "choice" : database ? "database" : engine ? "configuration" : "sql";
  const dialect = {
    choice: () => choice as Dialect,
    database: () => dialectOf(database?.engine ?? "", database?.serverVersion ?? null),
    configuration: () => configured(dialectOf(engine ?? "", mysqlVersion ?? null), files),
    sql: () => guessDialect(files),
  }[from]();
  if (dialect !== "mysql" && dialect !== "mariadb") return { dialect, server: undefined, from };
  const server = serverOf(dialect, mysqlVersion, database);
  return { dialect: server.engine, server, from };
}

/** What a person calls it: `Postgres`, `MySQL 8.0`. */
export function targetName({ dialect, server }: LintTarget): string {
  if (server) return server.name;
  return dialect === "postgres" ? "Postgres" : "SQL of another database";
}

/** The same with where it is taken from: `MySQL 8.0 (what the SQL looks like; --dialect names another)`. */
export function readAs(target: LintTarget): string {
  const source = {
    choice: "",
    database: " (what the database reported)",
    configuration: " (databaseEngine)",
    sql: " (what the SQL looks like; --dialect names another)",
  }[target.from];
  return `${targetName(target)}${source}`;
}

/** @param engine the scheme of golang-migrate's drivers: `postgres`, `pgx5`, `mysql` */
function dialectOf(engine: string, serverVersion: string | null): Dialect {
  if (/^(?:postgres|pgx)/.test(engine)) return "postgres";
  if (engine === "mysql") return /mariadb/i.test(serverVersion ?? "") ? "mariadb" : "mysql";
  return "other";
}

/** `databaseEngine: mysql` is MariaDB too, and then the files say which. */
function configured(dialect: Dialect, files: readonly MigrationFile[]): Dialect {
  return dialect === "mysql" && guessDialect(files) === "mariadb" ? "mariadb" : dialect;
}

function serverOf(
  dialect: "mysql" | "mariadb",
  configured: string | undefined,
  database: KnownDatabase | null,
): ServerVersion {
  const given = configured === undefined ? undefined : readServerVersion(configured);
  if (given) return given;
  const reported = database?.engine === "mysql" ? reportedVersion(database.serverVersion ?? "") : undefined;
  return reported ?? (dialect === "mariadb" ? DEFAULT_MARIADB : DEFAULT_MYSQL);
}

/** `8.0.39`, `10.11.19-MariaDB-0+deb12u1`, `5.5.5-10.11.6-MariaDB` as old clients see it. */
function reportedVersion(text: string): ServerVersion | undefined {
  const match = /^(?:5\.5\.5-)?(\d+\.\d+\.\d+)/.exec(text);
  return match ? readServerVersion(`${/mariadb/i.test(text) ? "mariadb" : "mysql"}-${match[1]}`) : undefined;
}
