/** What CREATE TABLE does, and the choices in it that are regretted later. */

import { charsetOf } from "./charset.ts";
import type { CreateTable } from "./createTable.ts";
import { type BrokenRule, type Effect, harmless } from "./effect.ts";

export function createEffects(create: CreateTable): Effect[] {
  const { table, temporary, like, elements, options, fromQuery } = create;
  const breaks = temporary
    ? []
    : [
        ...(like === undefined && !fromQuery && elements.length > 0 ? primaryKey(create) : []),
        ...withoutTransactions(options.get("ENGINE"), table),
        ...utf8mb3(charsetOf(options.get("CHARACTER SET"), options.get("COLLATE")), table),
        ...elements.flatMap((element) =>
          element.kind === "column" ? utf8mb3(element.column.charset, `${table}.${element.column.name}`) : [],
        ),
      ];
  const parents = elements.flatMap((element) => {
    if (element.kind === "foreignKey") return [element.foreignKey.references];
    return element.kind === "column" && element.column.references ? [element.column.references] : [];
  });
  const own: Effect = fromQuery
    ? { table: undefined, lock: "none", duration: "long", reason: "copies the rows of a query", breaks }
    : harmless(`creates table ${table}`, ...breaks);
  return [
    own,
    ...parents.map(
      (parent): Effect => ({
        table: parent,
        lock: "some",
        duration: "some",
        reason: `adds a foreign key to ${parent}`,
        breaks: [],
      }),
    ),
  ];
}

function primaryKey({ table, elements }: CreateTable): BrokenRule[] {
  const has = elements.some(
    (element) =>
      (element.kind === "column" && element.column.primaryKey) ||
      (element.kind === "index" && element.index.kind === "primary"),
  );
  if (has) return [];
  return [
    {
      rule: "no-primary-key",
      subject: table,
      message: `table ${table} has no primary key: a replica looks through all rows for each that changes, and sql_require_primary_key refuses it (error 3750)`,
      fix: "add one: id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY",
    },
  ];
}

const WITHOUT_TRANSACTIONS = new Set([
  "MYISAM",
  "ARIA",
  "MEMORY",
  "HEAP",
  "CSV",
  "ARCHIVE",
  "MRG_MYISAM",
  "MERGE",
]);

export function withoutTransactions(engine: string | undefined, table: string): BrokenRule[] {
  if (engine === undefined || !WITHOUT_TRANSACTIONS.has(engine.toUpperCase())) return [];
  return [
    {
      rule: "not-innodb",
      subject: table,
      message: `table ${table} is of engine ${engine}, which has no transactions; RDS's snapshots and point-in-time recovery are for InnoDB`,
      fix: "use ENGINE=InnoDB, or leave ENGINE out",
    },
  ];
}

export function utf8mb3(charset: string | undefined, subject: string): BrokenRule[] {
  if (charset === undefined || !["utf8", "utf8mb3"].includes(charset.toLowerCase())) return [];
  return [
    {
      rule: "three-byte-charset",
      subject,
      message: `${subject} has the character set ${charset.toLowerCase()}, which holds at most three bytes a character; emoji and some names fail (error 1366)`,
      fix: "use utf8mb4",
    },
  ];
}
