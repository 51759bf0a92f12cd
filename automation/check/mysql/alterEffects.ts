/** What ALTER TABLE, CREATE INDEX and DROP INDEX do to those who use the table. */

import type { RowWork } from "../sqlDialect.ts";
import type { AlterAction, AlterTable } from "./alterAction.ts";
import { typeText } from "./columnChange.ts";
import type { ColumnDefinition } from "./columnDefinition.ts";
import { utf8mb3, withoutTransactions } from "./createEffects.ts";
import type { BrokenRule, Effect } from "./effect.ts";
import { accepts, type Online } from "./online.ts";
import { hasZeroDefault, type OnlineInput, onlineOf } from "./onlineDdl.ts";
import { sameName } from "./qualifiedName.ts";

const OSC = "pt-online-schema-change or gh-ost";

export function alterEffects(alter: AlterTable, input: OnlineInput): Effect[] {
  const online = onlineOf(alter, input);
  const breaks = [
    ...(online ? [...writesBlocked(alter, online), ...refused(alter, online, input)] : []),
    ...alter.actions.flatMap((action) => actionBreaks(alter.table, action, input)),
  ];
  const isLong = online !== undefined && online.work !== "metadata";
  return [
    {
      table: alter.table,
      lock: isLong && !online.writes ? "long" : "some",
      duration: isLong ? "long" : "some",
      rows: isLong ? rowWork(alter, online) : undefined,
      reason: online ? `${online.reason} (${howText(online)})` : "changes the table's definition",
      breaks,
    },
  ];
}

function rowWork({ actions }: AlterTable, { algorithm, work }: Online): RowWork {
  if (algorithm !== "COPY") return work === "build" ? "index" : "rebuild";
  return actions.some(({ kind }) => kind === "addForeignKey") ? "copyForeignKey" : "copy";
}

/** `ALGORITHM=COPY, writes wait`. */
function howText({ algorithm, work, writes }: Online): string {
  const how = work === "rebuild" && algorithm !== "COPY" ? `${algorithm}, rebuilds the table` : algorithm;
  return work === "metadata" ? how : `${how}, writes ${writes ? "go on" : "wait"}`;
}

function writesBlocked(alter: AlterTable, online: Online): BrokenRule[] {
  const locksByName = alter.lock === "SHARED" || alter.lock === "EXCLUSIVE";
  const copiesByName = alter.algorithm === "COPY";
  if (online.work === "metadata" && !copiesByName) return [];
  if (online.writes && !locksByName && !copiesByName) return [];
  const how = online.algorithm === "COPY" || copiesByName ? "copies the table" : "works through the table";
  const may =
    online.sure || copiesByName ? how : `may ${how.replace("copies", "copy").replace("works", "work")}`;
  const subject = `${alter.table} ${online.reason}`;
  const message = `the statement ${online.reason}: it ${may}, and writes to ${alter.table} wait until it ends`;
  return [{ rule: "writes-blocked", subject, message, fix: fixOf(alter) }];
}

function fixOf({ table, actions, algorithm, lock }: AlterTable): string {
  if (algorithm === "COPY" || lock === "SHARED" || lock === "EXCLUSIVE")
    return "leave ALGORITHM and LOCK out, or name ALGORITHM=INPLACE, LOCK=NONE";
  const kinds = new Set(actions.map(({ kind }) => kind));
  if (kinds.has("addForeignKey"))
    return "SET foreign_key_checks = 0 around it when the rows are known to fit (it is then added in place), or run it in a quiet hour";
  if (kinds.has("changeColumn"))
    return `add a new column, fill it in parts, switch the code over, drop the old one in a later deploy; or ${OSC}, or a quiet hour for a small ${table}`;
  return `run it in a quiet hour when ${table} is small, else use ${OSC}`;
}

function refused(alter: AlterTable, online: Online, { server }: OnlineInput): BrokenRule[] {
  const { algorithm, lock, table } = alter;
  const say = (named: string, why: string, fix: string): BrokenRule[] => {
    const message = `${server.name} refuses ${named} ${why}`;
    return [{ rule: "algorithm-refused", subject: `${table} ${named}`, message, fix }];
  };
  if (server.engine === "mysql" && algorithm === "INSTANT" && lock !== undefined && lock !== "DEFAULT") {
    const fix = "leave LOCK out: what is instant lets rows be read and written";
    return say(`LOCK=${lock}`, "beside ALGORITHM=INSTANT", fix);
  }
  // Partition clauses and a change of engine pass over the clause, so that nothing is said of them.
  if (!online.sure || alter.actions.some(({ kind }) => kind === "partition")) return [];
  const isNamed = algorithm !== undefined && !accepts(online, algorithm);
  if (!isNamed && !(lock === "NONE" && !online.writes)) return [];
  const can = online.writes ? `ALGORITHM=${online.algorithm}` : `ALGORITHM=${online.algorithm}, LOCK=SHARED`;
  const fix = `it can be done with ${can}; split the statement when a part of it can do better`;
  return say(isNamed ? `ALGORITHM=${algorithm}` : "LOCK=NONE", `for a statement that ${online.reason}`, fix);
}

function actionBreaks(table: string, action: AlterAction, input: OnlineInput): BrokenRule[] {
  switch (action.kind) {
    case "addColumn": {
      const { column } = action;
      const isFilled = column.defaultValue !== undefined || column.autoIncrement || column.generated;
      const found = utf8mb3(column.charset, `${table}.${column.name}`);
      return column.notNull && !isFilled ? [...found, insertBreaks(table, column, input)] : found;
    }
    case "dropColumn":
      return [dropsColumn(table, action.name)];
    case "changeColumn":
      return changeBreaks(table, action, input);
    case "renameColumn":
      return [renames(`${table}.${action.from}`)];
    case "renameTable":
      return [renames(table)];
    case "convertCharset":
      return utf8mb3(action.charset, table);
    case "option":
      if (action.name === "ENGINE") return withoutTransactions(action.value, table);
      return action.name === "CHARACTER SET" ? utf8mb3(action.value, table) : [];
    case "partition":
      return action.verb === "DROP" || action.verb === "TRUNCATE" ? [dropsRows(table, action.names)] : [];
    case "unknown":
      return [unknownAction(table, action.word)];
    default:
      return [];
  }
}

function insertBreaks(table: string, column: ColumnDefinition, { server }: OnlineInput): BrokenRule {
  const { name } = column;
  const rows = hasZeroDefault(column, server)
    ? "a table that has rows refuses it (errors 1292 and 1138)"
    : "rows that exist get 0 or '' without a word";
  const message = `column ${name} is NOT NULL without a default: ${rows}, and an INSERT of the running code that does not name it fails (error 1364)`;
  const fix = "give it a DEFAULT, or add it NULL and make it NOT NULL once the new code fills it";
  return { rule: "insert-breaks", subject: `${table}.${name}`, message, fix };
}

function dropsColumn(table: string, name: string): BrokenRule {
  const subject = `${table}.${name}`;
  const message = `the data of ${subject} are gone, and the code that still runs may read it`;
  const fix =
    "deploy code that does not use it first, and keep a backup; then disable this rule in the file with that reason";
  return { rule: "drop-column", subject, message, fix };
}

function dropsRows(table: string, names: readonly string[]): BrokenRule {
  const what = names.length > 0 ? `partition ${names.join(", ")}` : "the partitions";
  const message = `the rows in ${what} of ${table} are gone, and the code that still runs may read them`;
  const fix = "keep a backup; then disable this rule in the file with the reason";
  return { rule: "drop-table", subject: `${table} ${names.join(",")}`, message, fix };
}

export function renames(name: string): BrokenRule {
  const message = `the statement renames ${name}, which the code that still runs knows by its old name`;
  const fix =
    "add the new name beside the old one (a column or a view), switch the code over, drop the old one in a later deploy";
  return { rule: "rename", subject: name, message, fix };
}

function unknownAction(table: string, word: string): BrokenRule {
  const message = `neither MySQL nor MariaDB has an action of ALTER TABLE that begins with ${word}`;
  return { rule: "syntax", subject: `${table} ${word}`, message, fix: "correct the SQL" };
}

function changeBreaks(
  table: string,
  { from, column }: Extract<AlterAction, { kind: "changeColumn" }>,
  { table: facts }: OnlineInput,
): BrokenRule[] {
  const subject = `${table}.${from}`;
  const found = utf8mb3(column.charset, subject);
  if (!sameName(from, column.name)) found.push(renames(subject));
  const old = facts?.columns.get(from.toLowerCase());
  if (!old) return found;
  if (column.notNull && !old.notNull) found.push(refusesNulls(subject));
  const lost = [
    old.notNull && !column.notNull && !column.primaryKey ? "NOT NULL" : "",
    old.autoIncrement && !column.autoIncrement ? "AUTO_INCREMENT" : "",
    old.defaultValue !== undefined && column.defaultValue === undefined && !isNull(old.defaultValue)
      ? `DEFAULT ${old.defaultValue}`
      : "",
    old.onUpdate && !column.onUpdate ? "ON UPDATE" : "",
    old.comment !== undefined && column.comment === undefined ? "COMMENT" : "",
  ].filter(Boolean);
  if (lost.length > 0) found.push(loses(subject, typeText(column), lost));
  return found;
}

function isNull(value: string): boolean {
  return value.toUpperCase() === "NULL";
}

function refusesNulls(subject: string): BrokenRule {
  const message = `${subject} becomes NOT NULL: with one NULL in it the statement fails (error 1265), or without strict mode writes 0 or ''`;
  const fix = "fill the NULLs in an earlier migration, and deploy code that writes none first";
  return { rule: "nulls-refused", subject, message, fix };
}

function loses(subject: string, type: string, lost: readonly string[]): BrokenRule {
  const message = `the new definition of ${subject} (${type}) leaves out ${lost.join(", ")}, which it had`;
  const fix =
    "state the whole column again; to drop the attribute on purpose, disable this rule in the file with the reason";
  return { rule: "attributes-lost", subject, message, fix };
}
