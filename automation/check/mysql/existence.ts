/** Names that are there already, or are not there, by what the files have made. Asked of MySQL 8.0.33 and MariaDB 10.11. */
import type { AlterAction, AlterTable } from "./alterAction.ts";
import type { BrokenRule } from "./effect.ts";
import { hasName, sameName } from "./qualifiedName.ts";
import { refusal } from "./refusal.ts";
import type { SchemaMemory } from "./schemaMemory.ts";
import type { ServerVersion } from "./serverVersion.ts";
import type { StatementBody } from "./statementBody.ts";
import { columnUse } from "./statementNames.ts";
import type { StoredProgram } from "./storedProgram.ts";
import type { TableFacts } from "./tableFacts.ts";

/** Of what no file made nothing is said: the database may have had it before the folder began. */
export function refusedNames(body: StatementBody, memory: SchemaMemory, server: ServerVersion): BrokenRule[] {
  if (memory.ranCode) return [];
  const gone = (names: readonly string[]) =>
    names.filter((name) => memory.isGone(name)).map((name) => tableGone(name, server));
  switch (body.kind) {
    case "program": {
      const isThere =
        memory.hasProgram(body.program, body.name) || (body.program === "view" && memory.tableOf(body.name));
      // A package and its body have one name.
      if (
        body.verb !== "CREATE" ||
        body.repeatable ||
        body.program === "package" ||
        body.name === "" ||
        !isThere
      )
        return [];
      return [programThere(body, server)];
    }
    case "createTable": {
      const isView = memory.hasProgram("view", body.table);
      const isThere = (memory.tableOf(body.table) || isView) && !body.temporary && !body.repeatable;
      return [
        ...(isThere ? [tableThere(body.table, server)] : []),
        ...gone(body.like === undefined ? [] : [body.like]),
      ];
    }
    case "drop":
      return body.object === "table" && !body.repeatable && !body.temporary ? gone(body.names) : [];
    case "renameTable":
      return renamed(body.pairs, memory, server);
    case "alterTable":
      if (memory.isGone(body.table)) return body.ifExists ? [] : gone([body.table]);
      return refusedActions(body, memory, server);
    case "insert":
      return gone([body.table]);
    case "update":
    case "delete":
    case "truncate":
      return gone(body.kind === "truncate" ? [body.table] : body.tables);
    default:
      return [];
  }
}

function tableThere(table: string, server: ServerVersion): BrokenRule {
  const fix = "take another name, drop the old one first, or write IF NOT EXISTS";
  return refusal(server, table, `table ${table} is there already`, 1050, fix);
}

function tableGone(table: string, server: ServerVersion): BrokenRule {
  const fix = "write the name that it has now, or IF EXISTS behind DROP TABLE";
  const words = `an earlier statement has dropped or renamed table ${table}`;
  return refusal(server, table, words, "1146 and 1051", fix);
}

function programThere({ program, name }: StoredProgram, server: ServerVersion): BrokenRule {
  const fix = `put DROP ${program.toUpperCase()} IF EXISTS ${name} into a file before it, or take another name`;
  return refusal(server, name, `${program} ${name} is there already`, "1304, 1359, 1537 and 1050", fix);
}

/** One RENAME TABLE may let tables change places. */
function renamed(
  pairs: readonly (readonly [string, string])[],
  memory: SchemaMemory,
  server: ServerVersion,
): BrokenRule[] {
  const [pair, ...more] = pairs;
  if (!pair || more.length > 0) return [];
  const [from, to] = pair;
  if (memory.isGone(from)) return [tableGone(from, server)];
  return memory.tableOf(to) && from !== to ? [tableThere(to, server)] : [];
}

export function columnMissing(
  table: string,
  name: string,
  facts: TableFacts,
  server: ServerVersion,
): BrokenRule {
  const fix = `correct the name; the files gave ${table} the columns ${[...facts.columns.values()].map((column) => column.name).join(", ")}`;
  return refusal(server, `${table}.${name}`, `${table} has no column ${name}`, "1054, 1072 and 1091", fix);
}

/** Names of an ALTER TABLE are those that the table had before it, but for what it adds. */
function refusedActions(alter: AlterTable, memory: SchemaMemory, server: ServerVersion): BrokenRule[] {
  const { table, actions } = alter;
  const facts = memory.tableOf(table);
  const after = memory.altered(alter);
  if (!facts?.known || !after) return [];
  const to = actions.flatMap((action) => (action.kind === "renameTable" ? [action.to] : []))[0];
  if (to !== undefined && to !== table && memory.tableOf(to)) return [tableThere(to, server)];
  const uses = actions.map((action) => {
    const { old, made } = columnUse(action);
    return { action, old, made: sameName(old, made) ? undefined : made };
  });
  const added = uses.flatMap(({ made }) => made ?? []);
  const left = uses.flatMap(({ action, old }) => (action.kind === "columnDefault" ? [] : (old ?? [])));
  const isRenaming = uses.some(({ old, made }) => old !== undefined && made !== undefined);
  const isKnown = (name: string) => facts.columns.has(name.toLowerCase()) || hasName(added, name);
  return uses
    .flatMap(({ action, old, made }): BrokenRule[] => {
      const canRepeat = "repeatable" in action && action.repeatable;
      if (old !== undefined && !canRepeat && !isKnown(old)) return [columnMissing(table, old, facts, server)];
      const isThere = made !== undefined && facts.columns.has(made.toLowerCase()) && !hasName(left, made);
      if (isThere && !canRepeat) return [columnThere(table, made, server)];
      const behind = "column" in action ? action.column.after : undefined;
      if (behind !== undefined && !isRenaming && !isKnown(behind))
        return [columnMissing(table, behind, facts, server)];
      return refusedIndex(table, action, facts, actions, server);
    })
    .slice(0, 1);
}

function columnThere(table: string, name: string, server: ServerVersion): BrokenRule {
  const fix = "take another name, or leave the column out";
  return refusal(server, `${table}.${name}`, `${table} has a column ${name} already`, 1060, fix);
}

function indexThere(table: string, name: string, server: ServerVersion): BrokenRule {
  const fix = "take another name, or drop the old index in the same statement";
  return refusal(server, `${table}.${name}`, `${table} has an index ${name} already`, 1061, fix);
}

function refusedIndex(
  table: string,
  action: AlterAction,
  facts: TableFacts,
  all: readonly AlterAction[],
  server: ServerVersion,
): BrokenRule[] {
  const isLeft = (name: string) =>
    all.some(
      (one) =>
        (one.kind === "dropIndex" && sameName(one.name, name)) ||
        (one.kind === "renameIndex" && sameName(one.from, name)),
    );
  if (action.kind === "addIndex" && action.index.name !== undefined) {
    const { name, kind } = action.index;
    const index = facts.indexes.get(name.toLowerCase());
    if (!index || index.implicit || isLeft(name) || action.repeatable || kind === "primary") return [];
    return [indexThere(table, name, server)];
  }
  if (action.kind === "renameIndex" && facts.indexes.has(action.to.toLowerCase()) && !isLeft(action.to))
    return [indexThere(table, action.to, server)];
  const isCheck = action.kind === "addCheck" && action.adds && action.name !== undefined;
  if (
    isCheck &&
    facts.checks.some(({ name }) => sameName(name, action.name)) &&
    !all.some(({ kind }) => kind === "dropConstraint")
  )
    return [
      refusal(
        server,
        `${table}.${action.name}`,
        `${table} has a CHECK ${action.name} already`,
        "3822 and 1826",
        "take another name",
      ),
    ];
  if (action.kind !== "dropIndex" && action.kind !== "renameIndex") return [];
  const old = action.kind === "dropIndex" ? action.name : action.from;
  if (action.repeatable || facts.indexes.has(old.toLowerCase())) return [];
  if (sameName(old, "primary") || mayBeMadeUp(old, facts)) return [];
  const has = [...facts.indexes.keys()].join(", ");
  const fix = `correct the name; ${has === "" ? `${table} has none` : `the files gave ${table} ${has}`}`;
  return [refusal(server, `${table}.${old}`, `${table} has no index ${old}`, "1091 and 1176", fix)];
}

/** A name that the server gives an index without one. */
function mayBeMadeUp(name: string, { columns }: TableFacts): boolean {
  return columns.has(name.toLowerCase().replace(/_\d+$/, "")) || /_ibfk_\d+$/i.test(name);
}
