/** What CREATE TABLE does, and the choices in it that are regretted later. */

import { charsetOf } from "./charset.ts";
import type { CreateTable } from "./createTable.ts";
import { type BrokenRule, type Effect, harmless, moment } from "./effect.ts";
import { columnsOf } from "./statementNames.ts";
import { factsOf } from "./tableFacts.ts";

export function createEffects(create: CreateTable): Effect[] {
  const { table, temporary, like, elements, options, fromQuery } = create;
  const breaks = temporary
    ? []
    : [
        ...(like === undefined && !fromQuery && elements.length > 0 ? primaryKey(create) : []),
        ...withoutTransactions(options.get("ENGINE"), table),
        ...utf8mb3(charsetOf(options.get("CHARACTER SET"), options.get("COLLATE")), table),
        ...columnsOf(create).flatMap(({ name, charset }) => utf8mb3(charset, `${table}.${name}`)),
      ];
  const parents = elements.flatMap((element) => {
    if (element.kind === "foreignKey") return [element.foreignKey.references];
    return element.kind === "column" && element.column.references ? [element.column.references] : [];
  });
  const own: Effect = fromQuery
    ? { table: undefined, lock: "none", duration: "long", reason: "copies the rows of a query", breaks }
    : harmless(`creates table ${table}`, ...breaks);
  return [own, ...parents.map((parent) => moment(parent, `adds a foreign key to ${parent}`))];
}

function primaryKey(create: CreateTable): BrokenRule[] {
  if (factsOf(create, undefined).hasPrimaryKey) return [];
  const { table } = create;
  const message = `table ${table} has no primary key: a replica looks through all rows for each that changes, and sql_require_primary_key refuses it (error 3750)`;
  const fix = "add one: id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY";
  return [{ rule: "no-primary-key", subject: table, message, fix }];
}

/** Storage engines. */
const WITHOUT_TRANSACTIONS = /^(?:MYISAM|ARIA|MEMORY|HEAP|CSV|ARCHIVE|MRG_MYISAM|MERGE)$/i;

export function withoutTransactions(engine: string | undefined, table: string): BrokenRule[] {
  if (!WITHOUT_TRANSACTIONS.test(engine ?? "")) return [];
  const message = `table ${table} is of engine ${engine}, which has no transactions; RDS's snapshots and point-in-time recovery are for InnoDB`;
  return [{ rule: "not-innodb", subject: table, message, fix: "use ENGINE=InnoDB, or leave ENGINE out" }];
}

export function utf8mb3(charset: string | undefined, subject: string): BrokenRule[] {
  if (charset === undefined || !/^utf8(?:mb3)?$/i.test(charset)) return [];
  const message = `${subject} has the character set ${charset.toLowerCase()}, which holds at most three bytes a character; emoji and some names fail (error 1366)`;
  return [{ rule: "three-byte-charset", subject, message, fix: "use utf8mb4" }];
}
