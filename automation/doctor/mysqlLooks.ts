/** How to see in a MySQL or MariaDB database whether a statement took effect. Pure. */
import type { AlterAction, AlterTable } from "../check/mysql/alterAction.ts";
import type { Statement } from "../check/mysql/statements.ts";
import type { StoredProgram } from "../check/mysql/storedProgram.ts";
import type { Look } from "./look.ts";

const BY_HAND: Look = { query: null, tells: "no catalogue tells: look at what it changes" };
const MADE = "1: it took effect; 0: it did not";
const GONE = "0: it took effect; 1: it did not";

/** One a statement but for lists of tables: the server carries an ALTER TABLE out as a whole or not at all. */
export function mysqlLooks({ body }: Statement): Look[] {
  switch (body.kind) {
    case "createTable":
      return body.temporary
        ? [{ query: null, tells: "leaves nothing behind" }]
        : [tableLook(body.table, MADE)];
    case "alterTable":
      return [altered(body)];
    case "renameTable":
      return body.pairs.map(([, to]) => tableLook(to, MADE));
    case "drop":
      return body.names.map((name) => dropped(body.object, name));
    case "program":
      return [programLook(body)];
    case "truncate":
    case "insert":
    case "loadData":
      return [rows(body.table)];
    case "update":
    case "delete":
      return body.tables.map(rows);
    case "set":
    case "transaction":
    case "lockTables":
    case "unlockTables":
    case "use":
      return [{ query: null, tells: "leaves nothing behind" }];
    case "query":
      return [{ query: null, tells: "changes nothing" }];
    case "delimiter":
      return [{ query: null, tells: "the server refuses it, so neither it nor what follows took effect" }];
    case "code":
    case "definition":
    case "maintenance":
    case "unknown":
      return [BY_HAND];
    default:
      return body satisfies never;
  }
}

function altered({ table, actions }: AlterTable): Look {
  const looks = actions.map((action) => actionLook(table, action));
  return looks.find((look) => look !== undefined) ?? showTable(table);
}

/** undefined when another action of the same statement tells more. */
function actionLook(table: string, action: AlterAction): Look | undefined {
  switch (action.kind) {
    case "addColumn":
      return columnLook(table, action.column.name, MADE);
    case "dropColumn":
      return columnLook(table, action.name, GONE);
    case "renameColumn":
      return columnLook(table, action.to, MADE);
    case "changeColumn":
      return action.from.toLowerCase() === action.column.name.toLowerCase()
        ? definitionLook(table, action.column.name)
        : columnLook(table, action.column.name, MADE);
    case "addIndex":
      if (action.index.kind === "primary") return constraintLook(table, "PRIMARY", MADE);
      return action.index.name === undefined ? undefined : indexLook(table, action.index.name, MADE);
    case "dropIndex":
      return indexLook(table, action.name, GONE);
    case "renameIndex":
      return indexLook(table, action.to, MADE);
    case "dropPrimaryKey":
      return constraintLook(table, "PRIMARY", GONE);
    case "addForeignKey":
      return action.foreignKey.name === undefined
        ? undefined
        : constraintLook(table, action.foreignKey.name, MADE);
    case "dropForeignKey":
    case "dropConstraint":
      return constraintLook(table, action.name, GONE);
    case "addCheck":
      return action.name === undefined ? undefined : constraintLook(table, action.name, MADE);
    case "renameTable":
      return tableLook(action.to, MADE);
    case "partition":
      return partitionsLook(table);
    default:
      return undefined;
  }
}

function count(view: string, schemaColumn: string, conditions: string, tells: string): Look {
  return {
    query: `SELECT COUNT(*) FROM information_schema.${view} WHERE ${schemaColumn} = ${conditions};`,
    tells,
  };
}

function tableLook(name: string, tells: string): Look {
  return count("tables", "table_schema", `${schemaOf(name)} AND table_name = ${quoted(nameOf(name))}`, tells);
}

function onTable(table: string): string {
  return `${schemaOf(table)} AND table_name = ${quoted(nameOf(table))}`;
}

function columnLook(table: string, column: string, tells: string): Look {
  return count("columns", "table_schema", `${onTable(table)} AND column_name = ${quoted(column)}`, tells);
}

function definitionLook(table: string, column: string): Look {
  const query = `SELECT column_type, is_nullable, column_default, extra FROM information_schema.columns WHERE table_schema = ${onTable(table)} AND column_name = ${quoted(column)};`;
  return { query, tells: "compare it with the statement" };
}

/** An index has a row for each of its columns. */
function indexLook(table: string, index: string, tells: string): Look {
  const query = `SELECT COUNT(DISTINCT index_name) FROM information_schema.statistics WHERE table_schema = ${onTable(table)} AND index_name = ${quoted(index)};`;
  return { query, tells };
}

function constraintLook(table: string, name: string, tells: string): Look {
  return count(
    "table_constraints",
    "table_schema",
    `${onTable(table)} AND constraint_name = ${quoted(name)}`,
    tells,
  );
}

function partitionsLook(table: string): Look {
  const query = `SELECT partition_name, partition_description FROM information_schema.partitions WHERE table_schema = ${onTable(table)};`;
  return { query, tells: "compare the partitions with the statement" };
}

function showTable(table: string): Look {
  return { query: `SHOW CREATE TABLE ${identifier(table)};`, tells: "compare it with the statement" };
}

function rows(table: string): Look {
  return {
    query: `SELECT * FROM ${identifier(table)} LIMIT 20;`,
    tells: "compare the rows with the statement",
  };
}

function dropped(object: string, name: string): Look {
  if (object === "table" || object === "view" || object === "sequence") return tableLook(name, GONE);
  if (object === "database") return count("schemata", "schema_name", quoted(name), GONE);
  const known = OBJECTS[object];
  return known ? objectLook(known, name, GONE) : BY_HAND;
}

const OBJECTS: Readonly<Record<string, readonly [view: string, prefix: string] | undefined>> = {
  procedure: ["routines", "routine"],
  function: ["routines", "routine"],
  trigger: ["triggers", "trigger"],
  event: ["events", "event"],
};

function objectLook([view, prefix]: readonly [string, string], name: string, tells: string): Look {
  return count(
    view,
    `${prefix}_schema`,
    `${schemaOf(name)} AND ${prefix}_name = ${quoted(nameOf(name))}`,
    tells,
  );
}

function programLook({ program, name, repeatable, verb }: StoredProgram): Look {
  const known = OBJECTS[program];
  // One that replaces another has the same name before and after.
  if (repeatable || verb === "ALTER") {
    const kind = program.toUpperCase();
    return { query: `SHOW CREATE ${kind} ${identifier(name)};`, tells: "compare it with the statement" };
  }
  if (program === "view") return tableLook(name, MADE);
  return known ? objectLook(known, name, MADE) : BY_HAND;
}

function schemaOf(name: string): string {
  const parts = name.split(".");
  return parts.length > 1 ? quoted(parts[0] ?? "") : "DATABASE()";
}

function nameOf(name: string): string {
  return name.split(".").at(-1) ?? name;
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}

function identifier(name: string): string {
  return name
    .split(".")
    .map((part) => (/^[A-Za-z_][A-Za-z0-9_]*$/.test(part) ? part : `\`${part.replaceAll("`", "``")}\``))
    .join(".");
}
