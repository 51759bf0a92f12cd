/** What a server refuses because a foreign key of the files needs it. Asked of MySQL 8.0.33 and MariaDB 10.11. */
import { addedKey, isAlike, isServed } from "./addedForeignKey.ts";
import type { AlterAction, AlterTable } from "./alterAction.ts";
import { charsetOf } from "./charset.ts";
import type { BrokenRule } from "./effect.ts";
import { hasName, sameName } from "./qualifiedName.ts";
import type { SchemaMemory } from "./schemaMemory.ts";
import type { ServerVersion } from "./serverVersion.ts";
import type { StatementBody } from "./statementBody.ts";
import type { KnownForeignKey } from "./tableElements.ts";
import { factsOf, type TableFacts } from "./tableFacts.ts";

/** Nothing is said once code has run that `check` does not look into: it may have dropped the key. */
export function neededByForeignKeys(
  body: StatementBody,
  memory: SchemaMemory,
  { engine }: ServerVersion,
): BrokenRule[] {
  if (memory.ranCode) return [];
  const isOff = !memory.checksForeignKeys;
  switch (body.kind) {
    case "drop":
      return body.object === "table" && !isOff ? droppedParents(body.names, memory, engine) : [];
    case "truncate":
      return isOff
        ? []
        : childrenOf(body.table, [body.table], memory).map((key) => needs(body.table, key, 1701));
    case "createTable": {
      const own = factsOf(body, memory.tableOf(body.like ?? ""));
      return body.elements.flatMap((element) =>
        element.kind === "foreignKey" ? addedKey(body.table, element.foreignKey, own, memory, isOff) : [],
      );
    }
    case "alterTable": {
      const after = memory.altered(body);
      return [
        ...body.actions.flatMap((action) =>
          action.kind === "addForeignKey"
            ? addedKey(body.table, action.foreignKey, after, memory, isOff)
            : neededByAction(body.table, action, body.actions, memory, engine, isOff),
        ),
        ...(isOff && engine === "mariadb" ? [] : unservedKeys(body, after, memory)),
      ].slice(0, 1);
    }
    default:
      return [];
  }
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

/** Foreign keys whose last index the statement drops, of this table or of one that references it. */
function unservedKeys(
  { table, actions }: AlterTable,
  after: TableFacts | undefined,
  memory: SchemaMemory,
): BrokenRule[] {
  const before = memory.tableOf(table);
  if (!before?.known || !after?.known || !actions.some(({ kind }) => DROPS_INDEX.has(kind))) return [];
  const lost = (columns: readonly string[]) => isServed(before, columns) && !isServed(after, columns);
  return memory.foreignKeys
    .filter(
      (key) =>
        !isDropped(key, table, actions) &&
        ((key.table === table && lost(key.columns)) || (key.references === table && lost(key.referenced))),
    )
    .map((key) => needs(`the index of ${table}`, key, "1553 or 1025"));
}

const DROPS_INDEX = new Set<AlterAction["kind"]>(["dropIndex", "dropPrimaryKey", "dropConstraint"]);

function isDropped(
  { table: of, name }: KnownForeignKey,
  table: string,
  actions: readonly AlterAction[],
): boolean {
  return (
    of === table &&
    actions.some(
      (one) => (one.kind === "dropForeignKey" || one.kind === "dropConstraint") && sameName(one.name, name),
    )
  );
}

function neededByAction(
  table: string,
  action: AlterAction,
  all: readonly AlterAction[],
  memory: SchemaMemory,
  engine: ServerVersion["engine"],
  isOff: boolean,
): BrokenRule[] {
  const naming = (column: string) =>
    memory.foreignKeys.filter(
      (key) =>
        !isDropped(key, table, all) &&
        ((key.table === table && hasName(key.columns, column)) ||
          (key.references === table && hasName(key.referenced, column))),
    );
  switch (action.kind) {
    case "dropColumn":
      return naming(action.name).map((key) =>
        needs(`column ${action.name}`, key, key.table === table ? 1828 : 1829),
      );
    case "changeColumn": {
      const nulled = naming(action.from).find((key) => key.setsNull && key.table === table);
      if (nulled && action.column.notNull)
        return [needs(`NULL in column ${action.from}, which it sets,`, nulled, "1830 or 1832")];
      const old = memory.tableOf(table)?.columns.get(action.from.toLowerCase());
      if (!old || isAlike(old, action.column)) return [];
      return naming(action.from).map((key) =>
        needs(`the type of column ${action.from}`, key, "1833 or 3780"),
      );
    }
    case "dropForeignKey":
      return missingKey(table, action, memory);
    case "convertCharset":
      // MySQL lets it pass with foreign_key_checks = 0, MariaDB does not.
      return isOff && engine === "mysql" ? [] : converted(table, action.charset, naming, memory);
    default:
      return [];
  }
}

function missingKey(
  table: string,
  { name, repeatable }: Extract<AlterAction, { kind: "dropForeignKey" }>,
  memory: SchemaMemory,
): BrokenRule[] {
  const own = memory.foreignKeys.filter((key) => key.table === table);
  const isThere = own.some((key) => sameName(key.name, name) || sameName(key.index, name));
  // The server makes up names of its own for keys without one, and MariaDB has keys that a column declares.
  if (repeatable || isThere || !memory.tableOf(table)?.known || /_ibfk_\d+$/i.test(name)) return [];
  const names = own.flatMap((key) => key.name ?? []).join(", ");
  const message = `${table} has no foreign key ${name} (error 1091)`;
  const fix = `correct the name; ${names === "" ? `${table} has none` : `the files gave ${table} ${names}`}`;
  return [{ rule: "foreign-key-refused", subject: name, message, fix }];
}

/** A column of text in a foreign key must keep the character set of its partner. */
function converted(
  table: string,
  charset: string,
  naming: (column: string) => KnownForeignKey[],
  memory: SchemaMemory,
): BrokenRule[] {
  const facts = memory.tableOf(table);
  return [...(facts?.columns.values() ?? [])].flatMap((column) => {
    const before = charsetOf(column.charset, column.collation) ?? facts?.charset;
    if (!/CHAR$|^ENUM$/.test(column.type.name) || before === undefined || before === charset) return [];
    return naming(column.name).map((key) =>
      needs(`the character set of column ${column.name}`, key, "3780 or 1833"),
    );
  });
}

function needs(what: string, { name, table }: KnownForeignKey, error: number | string): BrokenRule {
  const key = name === undefined ? "a foreign key" : `foreign key ${name}`;
  const message = `${key} of ${table} needs ${what}: the server refuses the statement (error ${error})`;
  const fix = `drop ${key} of ${table} before it, and add it again after it if it is to stay`;
  return { rule: "foreign-key-refused", subject: `${what} ${name ?? table}`, message, fix };
}
