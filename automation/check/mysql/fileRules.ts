/** The rules over a file as a whole: what its statements do to each other and to the files after it. */
import type { PlacedRule } from "./effect.ts";
import type { JudgedStatement } from "./judge.ts";
import { lockedOut } from "./lockedTables.ts";
import type { ServerVersion } from "./serverVersion.ts";
import type { Assignment } from "./statementBody.ts";
import type { Statement } from "./statements.ts";
import type { Token } from "./tokens.ts";

/** MySQL 8.0 manual, "Statements That Cause an Implicit Commit". */
const COMMITS = new Set<Statement["body"]["kind"]>([
  "createTable",
  "alterTable",
  "program",
  "drop",
  "renameTable",
  "truncate",
  "maintenance",
  "lockTables",
  "definition",
  "loadData",
]);
const CHANGES_ROWS = new Set<Statement["body"]["kind"]>(["insert", "update", "delete"]);

function commitsImplicitly({ body }: Statement): boolean {
  return COMMITS.has(body.kind) && !("temporary" in body && body.temporary);
}

/** @param lockLimit whether the migrator limits the wait for a lock before it runs a file */
export function fileRules(
  statements: readonly JudgedStatement[],
  lockLimit: boolean,
  server: ServerVersion,
): PlacedRule[] {
  return [
    ...halfApplied(statements, server),
    ...implicitCommit(statements),
    ...transactionOpen(statements),
    ...lockedOut(statements),
    ...lockWait(statements, lockLimit),
    ...sessionSettings(statements),
    ...statements.flatMap(({ tokens }) => longNames(tokens, server)),
  ];
}

/** One a file, at the first statement whose failure would leave another behind. */
function halfApplied(statements: readonly Statement[], { name }: ServerVersion): PlacedRule[] {
  const effective = statements.filter(leavesSomething);
  if (effective.length < 2 || isOneTransaction(statements)) return [];
  const stuck = effective.slice(0, -1).find((statement) => !isRepeatable(statement));
  if (!stuck) return [];
  const next = effective[effective.indexOf(stuck) + 1];
  const hasDdl = effective.some(commitsImplicitly);
  const message = `${name} commits each of the ${effective.length} statements by itself: if one fails, those before it stay, the version is dirty and the file cannot run again`;
  const fix = hasDdl
    ? "one such statement a file; or write each so that it can run twice (IF NOT EXISTS, IF EXISTS)"
    : "put START TRANSACTION; before them and COMMIT; after them";
  return [{ rule: "half-applied", line: next?.line ?? 1, subject: `${effective.length}`, message, fix }];
}

function leavesSomething(statement: Statement): boolean {
  return commitsImplicitly(statement) || CHANGES_ROWS.has(statement.body.kind);
}

/** Whether all that changes rows stands between one BEGIN and one COMMIT, without data definition. */
function isOneTransaction(statements: readonly Statement[]): boolean {
  const effective = statements.filter(({ body }) => body.kind !== "set");
  const verbs = effective.flatMap(({ body }) =>
    body.kind === "transaction" && body.verb !== "savepoint" ? [body.verb] : [],
  );
  if (effective.some(commitsImplicitly) || verbs.join() !== "begin,commit") return false;
  const [first] = effective;
  const last = effective.at(-1);
  return first?.body.kind === "transaction" && last?.body.kind === "transaction";
}

/** Whether a second run of it does not fail. */
function isRepeatable({ body }: Statement): boolean {
  switch (body.kind) {
    case "createTable":
    case "program":
    case "drop":
      return body.repeatable;
    case "alterTable":
      return body.actions.every((action) => "repeatable" in action && action.repeatable);
    case "truncate":
    case "maintenance":
    case "delete":
      return true;
    default:
      return false;
  }
}

function implicitCommit(statements: readonly Statement[]): PlacedRule[] {
  let open: Statement | undefined;
  for (const statement of statements) {
    const { body } = statement;
    if (body.kind === "transaction" && body.verb === "begin") open = statement;
    else if (body.kind === "transaction" && body.verb !== "savepoint") open = undefined;
    else if (open && commitsImplicitly(statement)) {
      const [first, second] = statement.tokens;
      const words = `${first?.value} ${second?.value}`.toUpperCase();
      const message = `${words} commits the transaction of line ${open.line} before it runs, and itself when it ends; ROLLBACK undoes neither`;
      const fix =
        "leave BEGIN and COMMIT out, and put data definition and changes of rows into files of their own";
      return [{ rule: "implicit-commit", line: statement.line, subject: words, message, fix }];
    }
  }
  return [];
}

function transactionOpen(statements: readonly Statement[]): PlacedRule[] {
  let open: { line: number; what: string } | undefined;
  for (const { body, line } of statements) {
    if (body.kind === "transaction" && body.verb === "begin") open = { line, what: "the transaction" };
    else if (body.kind === "lockTables") open = { line, what: "LOCK TABLES" };
    else if (body.kind === "unlockTables" || (body.kind === "transaction" && body.verb !== "savepoint"))
      open = undefined;
  }
  if (!open) return [];
  const fix = `end the file with ${open.what === "LOCK TABLES" ? "UNLOCK TABLES" : "COMMIT"};`;
  const message = `${open.what} that begins here does not end in the file; golang-migrate's own statements then run inside it`;
  return [{ rule: "transaction-open", line: open.line, subject: open.what, message, fix }];
}

/** One a file, at the first metadata lock that is asked for without a limit. */
function lockWait(statements: readonly JudgedStatement[], lockLimit: boolean): PlacedRule[] {
  let limited = lockLimit;
  let why = "the migrator sets no limit, since ecs-migrate:lockTimeout is 0";
  for (const { body, line, effects } of statements) {
    const set = body.kind === "set" ? body.assignments.findLast(isWaitLimit) : undefined;
    if (set) {
      limited = /^\d{1,4}$/.test(set.value);
      why = `the file sets lock_wait_timeout to ${set.value}`;
    }
    if (limited || ("limitsWait" in body && body.limitsWait)) continue;
    const lock = effects.find((effect) => effect.lock !== "none" && !CHANGES_ROWS.has(body.kind));
    if (!lock) continue;
    const on = lock.table ?? "a table";
    const message = `behind a long query the statement waits for the metadata lock on ${on}, and every query on ${on} waits behind it: ${why}`;
    const fix = "put SET SESSION lock_wait_timeout = 5; before it";
    return [{ rule: "lock-wait-timeout", line, subject: lock.table ?? "", message, fix }];
  }
  return [];
}

function isWaitLimit({ scope, name }: Assignment): boolean {
  return scope === "session" && name === "lock_wait_timeout";
}

/** Settings that change what the files after it may do; a limit of waiting and SET NAMES are meant to stay. */
const LEAKING = [
  "foreign_key_checks",
  "unique_checks",
  "sql_log_bin",
  "autocommit",
  "sql_safe_updates",
  "check_constraint_checks",
];

function sessionSettings(statements: readonly Statement[]): PlacedRule[] {
  const changed = new Map<string, { line: number; value: string; count: number }>();
  for (const { body, line } of statements) {
    if (body.kind !== "set") continue;
    for (const { scope, name, value } of body.assignments) {
      if (scope !== "session" || !(LEAKING.includes(name) || name === "sql_mode")) continue;
      const before = changed.get(name);
      changed.set(name, { line: before?.line ?? line, value, count: (before?.count ?? 0) + 1 });
    }
  }
  return [...changed].flatMap(([name, { line, value, count }]) => {
    if (name === "sql_mode") return isRestored(value, count) ? [] : [sqlMode(line)];
    const isDefault = /^(?:1|on|default|true)$/i.test(value) || isRestored(value, count);
    return isDefault ? [] : [leaks(name, line)];
  });
}

/** Put back from a variable that kept the old value, as dumps do. */
function isRestored(value: string, count: number): boolean {
  return value.startsWith("@") && count > 1;
}

function sqlMode(line: number): PlacedRule {
  const message =
    "sql_mode holds for the rest of the run, and stored programs keep it: without STRICT_TRANS_TABLES values are cut without an error";
  const fix =
    "leave it as the server has it; else SET @mode = @@sql_mode first, and SET sql_mode = @mode at the end of the file";
  return { rule: "sql-mode", line, subject: "sql_mode", message, fix };
}

function leaks(name: string, line: number): PlacedRule {
  const message = `${name} stays as it is set here for the files that run after this one`;
  return {
    rule: "setting-left",
    line,
    subject: name,
    message,
    fix: `put SET ${name} = 1; at the end of the file`,
  };
}

/** MySQL 8.0 manual, "Identifier Length Limits": 64 characters, 256 for an alias. */
const MAX_NAME = 64;

function longNames(tokens: readonly Token[], server: ServerVersion): PlacedRule[] {
  return tokens
    .flatMap(({ kind, value, text, line }) => {
      if (kind !== "word" && kind !== "name") return [];
      const name = kind === "word" ? text : value;
      const { length } = [...name];
      if (length <= MAX_NAME) return [];
      const message = `the name ${name} has ${length} characters; ${server.name} takes ${MAX_NAME} (error 1059)`;
      return [{ rule: "name-too-long" as const, line, subject: name, message, fix: "shorten it" }];
    })
    .slice(0, 1);
}
