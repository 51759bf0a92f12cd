/**
 * Transactions as golang-migrate 4.20.1 leaves them to Postgres.
 *
 * Its `postgres` and `pgx` drivers send a whole file as one simple query (`database/postgres/postgres.go`, Run). Postgres
 * runs the statements of one simple query as one implicit transaction (manual, protocol flow, "Multiple Statements in
 * a Simple Query"), and refuses there what cannot run in a transaction block. All this does not hold with
 * `x-multi-statement=true` in the database URL, which splits the file at semicolons.
 */
import type { Node, TransactionStmt } from "libpg-query";
import { type Finding, finding } from "../finding.ts";
import { blockOf, statementsInside } from "./procedural.ts";
import type { Schema } from "./schema.ts";
import { listName } from "./sqlNames.ts";
import type { Statement } from "./statements.ts";
import { bodiesOf, bodyOf, hasOption } from "./tree.ts";

/**
 * Checks what the statements of one file are to each other.
 *
 * @param calls the statements that call what commits, with the words for it
 */
export function checkTransactions(
  file: string,
  statements: readonly Statement[],
  calls: ReadonlyMap<Node, string>,
): Finding[] {
  return [
    ...transactionControl(file, statements),
    ...mustBeAlone(file, statements, calls),
    ...insideBlocks(file, statements),
    ...copies(file, statements),
  ];
}

function transactionOf({ node }: Statement): TransactionStmt | undefined {
  return "TransactionStmt" in node ? node.TransactionStmt : undefined;
}

function transactionControl(file: string, statements: readonly Statement[]): Finding[] {
  const control = statements.filter((statement) => transactionOf(statement));
  const first = control[0];
  if (!first) return [];
  if (isWrapped(statements, control)) {
    return [
      finding(
        "transaction-wrapped",
        { file, line: first.line },
        "golang-migrate sends the file as one query, which Postgres runs as one transaction anyway",
        "delete BEGIN and COMMIT",
      ),
    ];
  }
  return control.map((statement) =>
    finding(
      "transaction-control",
      { file, line: statement.line, subject: statement.text },
      `${firstWords(statement.text)} fights the one transaction in which Postgres runs the file: a failure after it leaves part of the file committed, or a transaction open`,
      "delete it; what must commit by itself goes into a migration of its own",
    ),
  );
}

/** BEGIN first, COMMIT last, and none between. A setting before BEGIN holds as well: BEGIN takes the open transaction over. */
function isWrapped(statements: readonly Statement[], control: readonly Statement[]): boolean {
  const [begin, commit] = control;
  const first = statements.find(({ node }) => !("VariableSetStmt" in node));
  if (control.length !== 2 || begin !== first || commit !== statements.at(-1)) return false;
  const kinds = control.map((statement) => transactionOf(statement)?.kind);
  return (
    (kinds[0] === "TRANS_STMT_BEGIN" || kinds[0] === "TRANS_STMT_START") && kinds[1] === "TRANS_STMT_COMMIT"
  );
}

function firstWords(text: string): string {
  return text.split(/\s+/).slice(0, 2).join(" ").toUpperCase();
}

/** The name of a statement that cannot run in a transaction block, or undefined. */
export function nonTransactional(node: Node, schema?: Schema): string | undefined {
  if ("IndexStmt" in node && node.IndexStmt.concurrent) return "CREATE INDEX CONCURRENTLY";
  if ("DropStmt" in node && node.DropStmt.concurrent) return "DROP INDEX CONCURRENTLY";
  if ("ReindexStmt" in node) {
    const { kind, params } = node.ReindexStmt;
    const whole = kind !== "REINDEX_OBJECT_INDEX" && kind !== "REINDEX_OBJECT_TABLE";
    return hasOption(params, "concurrently")
      ? "REINDEX CONCURRENTLY"
      : whole
        ? "REINDEX of a schema or database"
        : undefined;
  }
  if ("VacuumStmt" in node) return node.VacuumStmt.is_vacuumcmd ? "VACUUM" : undefined;
  if ("ClusterStmt" in node) return node.ClusterStmt.relation ? undefined : "CLUSTER of all tables";
  if ("AlterTableStmt" in node) {
    const commands = bodiesOf(node.AlterTableStmt.cmds, "AlterTableCmd");
    const detaches = commands.some(({ def }) => bodyOf(def, "PartitionCmd")?.concurrent);
    return detaches ? "DETACH PARTITION CONCURRENTLY" : undefined;
  }
  if ("DoStmt" in node)
    return blockOf(node.DoStmt)?.commits ? "DO with COMMIT or ROLLBACK inside" : undefined;
  if ("CallStmt" in node) {
    const name = listName(node.CallStmt.funccall?.funcname);
    return schema?.functions.get(name)?.commits ? `CALL of ${name}, which commits or rolls back,` : undefined;
  }
  return ALONE[Object.keys(node)[0] ?? ""];
}

const ALONE: Record<string, string> = {
  CreatedbStmt: "CREATE DATABASE",
  DropdbStmt: "DROP DATABASE",
  CreateTableSpaceStmt: "CREATE TABLESPACE",
  DropTableSpaceStmt: "DROP TABLESPACE",
  AlterSystemStmt: "ALTER SYSTEM",
};

/** A block is a transaction of its own even where it is alone in its file (xact.c, PreventInTransactionBlock). */
function insideBlocks(file: string, statements: readonly Statement[]): Finding[] {
  return statements.flatMap(statementsInside).flatMap(({ node, line, text }) => {
    const what = nonTransactional(node);
    if (what === undefined) return [];
    const fix =
      "put it into a file of its own, without the block; IF NOT EXISTS or IF EXISTS stands for the condition";
    return [finding("alone", { file, line, subject: text }, `${what} cannot run in a DO block`, fix)];
  });
}

function mustBeAlone(
  file: string,
  statements: readonly Statement[],
  calls: ReadonlyMap<Node, string>,
): Finding[] {
  if (statements.length < 2) return [];
  return statements.flatMap(({ node, line, text }) => {
    const what = nonTransactional(node) ?? calls.get(node);
    if (what === undefined) return [];
    return [
      finding(
        "alone",
        { file, line, subject: text },
        `${what} cannot run in a transaction block, and beside other statements it is in one`,
        "put it into a file of its own (a SET beside it counts as a statement too)",
      ),
    ];
  });
}

function copies(file: string, statements: readonly Statement[]): Finding[] {
  return statements.flatMap(({ node, line, text }) => {
    if (!("CopyStmt" in node)) return [];
    const { is_from: from, filename, is_program: program } = node.CopyStmt;
    const place = { file, line, subject: text };
    if (program || filename) {
      const what = program ? "runs a program" : `${from ? "reads" : "writes"} a file`;
      const message = `COPY ${what} on the database server's own machine, which RDS allows nobody`;
      const fix = from ? "write the rows as INSERT … VALUES" : "delete it: a migration leaves no file behind";
      return [{ ...finding("copy-stdin", place, message, fix), severity: "warning" as const }];
    }
    if (!from) return [];
    return [
      finding(
        "copy-stdin",
        place,
        "COPY FROM STDIN waits for data that golang-migrate never sends",
        "write the rows as INSERT … VALUES",
      ),
    ];
  });
}
