/** What a server refuses because a foreign key of the files needs it. Asked of MySQL 8.0.33 and MariaDB 10.11. */
import type { AlterAction } from "./alterAction.ts";
import { typeText } from "./columnChange.ts";
import type { ColumnDefinition } from "./columnDefinition.ts";
import type { BrokenRule } from "./effect.ts";
import type { SchemaMemory } from "./schemaMemory.ts";
import type { ServerVersion } from "./serverVersion.ts";
import type { StatementBody } from "./statementBody.ts";
import type { ForeignKeyDefinition, KnownForeignKey } from "./tableElements.ts";

/** Nothing is said once code has run that `check` does not look into: it may have dropped the key. */
export function neededByForeignKeys(
  body: StatementBody,
  memory: SchemaMemory,
  { engine }: ServerVersion,
): BrokenRule[] {
  if (memory.ranCode) return [];
  const isOff = /^(?:0|off)$/i.test(memory.settings.get("foreign_key_checks") ?? "");
  switch (body.kind) {
    case "drop":
      return body.object === "table" && !isOff ? droppedParents(body.names, memory, engine) : [];
    case "truncate":
      return isOff
        ? []
        : childrenOf(body.table, [body.table], memory).map((key) => needs(body.table, key, 1701));
    case "createTable":
      return body.elements.flatMap((element) =>
        element.kind === "foreignKey" ? unlike(element.foreignKey, columnsOf(body.elements), memory) : [],
      );
    case "alterTable":
      return body.actions.flatMap((action) => neededByAction(body.table, action, body.actions, memory));
    default:
      return [];
  }
}

function columnsOf(
  elements: Extract<StatementBody, { kind: "createTable" }>["elements"],
): Map<string, ColumnDefinition> {
  return new Map(
    elements.flatMap((element) =>
      element.kind === "column" ? [[element.column.name.toLowerCase(), element.column] as const] : [],
    ),
  );
}

function childrenOf(parent: string, except: readonly string[], memory: SchemaMemory): KnownForeignKey[] {
  return memory.foreignKeys.filter(
    ({ table, references }) => references === parent && !except.includes(table),
  );
}

function droppedParents(
  names: readonly string[],
  memory: SchemaMemory,
  engine: ServerVersion["engine"],
): BrokenRule[] {
  // MariaDB drops one after the other: a child behind its parent is too late. MySQL 8 looks at the whole list.
  return names.flatMap((name, at) =>
    childrenOf(name, engine === "mariadb" ? names.slice(0, at + 1) : names, memory).map((key) =>
      needs(`table ${name}`, key, 3730),
    ),
  );
}

function neededByAction(
  table: string,
  action: AlterAction,
  all: readonly AlterAction[],
  memory: SchemaMemory,
): BrokenRule[] {
  const isDropped = ({ table: of, name }: KnownForeignKey) =>
    of === table &&
    all.some((one) => one.kind === "dropForeignKey" && one.name.toLowerCase() === name?.toLowerCase());
  const naming = (column: string) =>
    memory.foreignKeys.filter(
      (key) =>
        !isDropped(key) &&
        ((key.table === table && has(key.columns, column)) ||
          (key.references === table && has(key.referenced, column))),
    );
  switch (action.kind) {
    case "dropColumn":
      return naming(action.name).map((key) =>
        needs(`column ${action.name}`, key, key.table === table ? 1828 : 1829),
      );
    case "changeColumn": {
      const old = memory.tableOf(table)?.columns.get(action.from.toLowerCase());
      if (!old || isAlike(old, action.column)) return [];
      return naming(action.from).map((key) =>
        needs(`the type of column ${action.from}`, key, "1833 or 3780"),
      );
    }
    case "addForeignKey":
      return unlike(action.foreignKey, memory.tableOf(table)?.columns ?? new Map(), memory);
    default:
      return [];
  }
}

function has(columns: readonly string[], name: string): boolean {
  return columns.some((column) => column.toLowerCase() === name.toLowerCase());
}

const WHOLE_NUMBERS = /INT$/;

/** Whole numbers must be of one size and sign; of other types the lengths may differ, and those are not compared. */
function isAlike(one: ColumnDefinition, other: ColumnDefinition): boolean {
  if (!WHOLE_NUMBERS.test(one.type.name) && !WHOLE_NUMBERS.test(other.type.name)) return true;
  return one.type.name === other.type.name && one.type.unsigned === other.type.unsigned;
}

function unlike(
  { name, columns, references, referenced }: ForeignKeyDefinition,
  own: ReadonlyMap<string, ColumnDefinition>,
  memory: SchemaMemory,
): BrokenRule[] {
  return columns.flatMap((column, at) => {
    const child = own.get(column.toLowerCase());
    const parent = memory.tableOf(references)?.columns.get((referenced[at] ?? "").toLowerCase());
    if (!child || !parent || isAlike(child, parent)) return [];
    return [
      {
        rule: "foreign-key-refused",
        subject: name ?? column,
        message: `${column} is ${typeText(child)} and ${references}.${parent.name} is ${typeText(parent)}: a foreign key needs one type and sign (errors 3780 and 1005)`,
        fix: `give ${column} the type ${typeText(parent)}`,
      },
    ];
  });
}

function needs(what: string, { name, table }: KnownForeignKey, error: number | string): BrokenRule {
  const key = name === undefined ? "a foreign key" : `foreign key ${name}`;
  return {
    rule: "foreign-key-refused",
    subject: `${what} ${name ?? table}`,
    message: `${key} of ${table} needs ${what}: the server refuses the statement (error ${error})`,
    fix: `drop ${key} of ${table} before it, and add it again after it if it is to stay`,
  };
}
