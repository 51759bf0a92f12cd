/** The statements of the file that failed: what each left behind, as the run reported it, and how to see it. */
import type { LintTarget } from "../check/lintTarget.ts";
import type { ServerVersion } from "../check/mysql/serverVersion.ts";
import { type Statement as MysqlStatement, readSql } from "../check/mysql/statements.ts";
import type { Statement as PostgresStatement } from "../check/postgres/statements.ts";
import type { Failure } from "../contract/resultLine.ts";
import type { Look } from "./look.ts";
import { looksFor } from "./lookQueries.ts";
import { mysqlLooks } from "./mysqlLooks.ts";

export interface GuidedStatement {
  /** Counted from 1. */
  readonly number: number;
  /** In the file, counted from 1. */
  readonly line: number;
  readonly text: string;
  /** What the migrator saw of it; `unknown` without its report. */
  readonly outcome: "completed" | "failed" | "notStarted" | "unknown";
  readonly looks: readonly Look[];
}

interface ReadStatements {
  readonly statements: readonly GuidedStatement[];
  /** Whether the database took the file whole or not at all. */
  readonly oneTransaction: boolean;
}

/**
 * @param failure of the run that left the mark; null when it has none, or is of another file
 * @returns undefined when the file cannot be read
 */
export async function guidedStatements(
  { dialect, server }: LintTarget,
  sql: string,
  failure: Failure | null,
): Promise<ReadStatements | undefined> {
  if (server) {
    const { statements, error } = readSql(sql, server);
    if (error) return undefined;
    return {
      statements: number(statements, failure, mysqlLooks),
      oneTransaction: isMysqlTransaction(statements, server),
    };
  }
  if (dialect !== "postgres") return undefined;
  const { parseSql } = await import("../check/postgres/statements.ts");
  const parsed = await parseSql(sql);
  if (!parsed.ok) return undefined;
  const statements = number(parsed.statements, failure, ({ node }) => looksFor(node));
  return { statements, oneTransaction: isPostgresTransaction(parsed.statements) };
}

function number<T extends { line: number; text: string }>(
  statements: readonly T[],
  failure: Failure | null,
  looks: (statement: T) => Look[],
): GuidedStatement[] {
  const guided = statements.map((statement, index) => ({
    number: index + 1,
    line: statement.line,
    text: statement.text,
    outcome: outcomeOf(index + 1, statements.length, failure),
    looks: looks(statement),
  }));
  return guided.map((one) => ({ ...one, looks: one.looks.map((look) => besidesOthers(look, one, guided)) }));
}

const ANSWERS = /^(?<done>[^:]+): it took effect; (?<undone>[^:]+): it did not$/;

/** Of two statements that make and drop the same, as `DROP PROCEDURE IF EXISTS p; CREATE PROCEDURE p`, one answer tells both. */
function besidesOthers(look: Look, own: GuidedStatement, all: readonly GuidedStatement[]): Look {
  const others = all.filter((one) => one !== own && one.looks.some(({ query }) => query === look.query));
  const [other] = others;
  if (look.query === null || other === undefined || others.length > 1) return look;
  const [first, second] = other.number < own.number ? [other, own] : [own, other];
  const answers = first.looks.find(({ query }) => query === look.query)?.tells.match(ANSWERS)?.groups;
  if (!answers || !ANSWERS.test(look.tells)) return look;
  const [one, two] = [`statement ${first.number}`, `statement ${second.number}`];
  return {
    query: look.query,
    tells: `${answers.done}: ${one} took effect and ${two} did not; ${answers.undone}: ${two} took effect, or neither did`,
  };
}

/** The report numbers the statements as they are numbered here; another count means that it cut them otherwise. */
function outcomeOf(n: number, count: number, failure: Failure | null): GuidedStatement["outcome"] {
  const failed = failure?.statement;
  if (!failure || !failed || failed.of !== count || failure.tookEffect === "unknown") return "unknown";
  if (failure.completed.some((one) => one.n === n)) return "completed";
  if (n === failed.n) return "failed";
  return n > failed.n ? "notStarted" : "unknown";
}

/**
 * Postgres runs the statements of one query as one transaction (PostgreSQL, "Multiple Statements in a Simple Query").
 * What commits by itself, and what cannot run in a transaction, is not undone with the rest.
 */
function isPostgresTransaction(statements: readonly PostgresStatement[]): boolean {
  return !statements.some(
    ({ node }) =>
      "TransactionStmt" in node ||
      ("IndexStmt" in node && node.IndexStmt.concurrent === true) ||
      ("DropStmt" in node && node.DropStmt.concurrent === true),
  );
}

/**
 * MySQL commits each statement by itself, so only a file of one is whole or not at all. MariaDB, and MySQL before 8.0,
 * drop the tables of a list one by one (MySQL 8.0 manual, "Atomic Data Definition Statement Support").
 */
function isMysqlTransaction(statements: readonly MysqlStatement[], server: ServerVersion): boolean {
  const body = statements[0]?.body;
  const isAtomic = server.engine === "mysql" && server.number >= 80_000;
  const isList = body?.kind === "drop" && body.names.length > 1;
  return statements.length === 1 && body?.kind !== "code" && (isAtomic || !isList);
}
