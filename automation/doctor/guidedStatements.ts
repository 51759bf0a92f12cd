/** The statements of the file that failed: what each left behind, as the run reported it, and how to see it. */
import type { LintTarget } from "../check/lintTarget.ts";
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
      oneTransaction: isMysqlTransaction(statements),
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
  return statements.map((statement, index) => ({
    number: index + 1,
    line: statement.line,
    text: statement.text,
    outcome: outcomeOf(index + 1, statements.length, failure),
    looks: looks(statement),
  }));
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

/** MySQL commits each statement by itself, so only a file of one is whole or not at all. */
function isMysqlTransaction(statements: readonly MysqlStatement[]): boolean {
  return statements.length === 1 && statements[0]?.body.kind !== "code";
}
