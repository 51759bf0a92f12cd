/** LOCK TABLES shuts the session out of every table that it does not name. Asked of MySQL 8.0.33 and MariaDB 10.11. */
import type { PlacedRule } from "./effect.ts";
import { lastPart } from "./qualifiedName.ts";
import type { Statement } from "./statements.ts";

/** The first statement that changes a table which the file has not locked for writing. */
export function lockedOut(statements: readonly Statement[]): PlacedRule[] {
  let writable: readonly string[] | undefined;
  const temporary = new Set<string>();
  for (const { body, line } of statements) {
    if (body.kind === "lockTables") writable = body.writable.map(lastPart);
    // START TRANSACTION unlocks too; COMMIT and ROLLBACK do not.
    if (body.kind === "unlockTables" || (body.kind === "transaction" && body.verb === "begin"))
      writable = undefined;
    if (body.kind === "createTable" && body.temporary) temporary.add(lastPart(body.table));
    const table = lastPart(changedTable(body) ?? "");
    if (!writable || table === "" || writable.includes(table) || temporary.has(table)) continue;
    const message = `LOCK TABLES has not locked ${table} for writing: the server refuses the statement (errors 1099 and 1100)`;
    const fix = `add ${table} WRITE to LOCK TABLES, or put UNLOCK TABLES; before it`;
    return [{ rule: "refused", line, subject: `LOCK TABLES ${table}`, message, fix }];
  }
  return [];
}

/** The one table that the statement surely needs. */
function changedTable(body: Statement["body"]): string | undefined {
  switch (body.kind) {
    case "insert":
    case "truncate":
    case "alterTable":
      return body.table;
    case "createTable":
      return body.repeatable || body.temporary ? undefined : body.table;
    case "drop":
      return body.object === "table" && !body.repeatable && !body.temporary ? body.names[0] : undefined;
    case "update":
    case "delete":
      return body.isOne ? body.tables[0] : undefined;
    default:
      return undefined;
  }
}
