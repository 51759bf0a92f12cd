/**
 * How MySQL and MariaDB carry out each action of ALTER TABLE on InnoDB. Sources: MySQL 8.0 and 5.7 manuals, "Online DDL
 * Operations" (tables 17.16 to 17.23, kept as test/automation/check/mysql/onlineDdlTable.ts); MariaDB, "InnoDB Online DDL
 * Operations" by algorithm; test/lab/database/onlineDdl.test.ts asks a MariaDB server.
 */
import type { AlterAction, AlterTable } from "./alterAction.ts";
import { columnChange, renaming } from "./columnChange.ts";
import type { ColumnDefinition } from "./columnDefinition.ts";
import { build, copy, instant, metadata, type Online, rebuild, worst } from "./online.ts";
import { hasName } from "./qualifiedName.ts";
import { isAtLeast, isMeasured, type ServerVersion } from "./serverVersion.ts";
import { convertCharset, hasFulltext, option, partition } from "./tableChange.ts";
import type { IndexDefinition } from "./tableElements.ts";
import { indexesOf, type TableFacts } from "./tableFacts.ts";

export interface OnlineInput {
  readonly server: ServerVersion;
  /** undefined when no file made the table. */
  readonly table: TableFacts | undefined;
  /** Whether the session looks at each row of a foreign key. */
  readonly checksForeignKeys: boolean;
  /** Whether a foreign key names this column of the table as the one that it points to. */
  readonly isReferenced: (column: string) => boolean;
}

/** Judges the whole statement. @returns undefined when it changes nothing */
export function onlineOf({ actions }: AlterTable, input: OnlineInput): Online | undefined {
  const judged = actions.flatMap((action) => actionOnline(action, input, actions) ?? []);
  if (judged.length === 0) return undefined;
  const all = worst(judged);
  const addsOrDrops = judged.some(
    ({ algorithm }, index) => algorithm === "INSTANT" && changesRows(actions[index]),
  );
  // An instant ADD or DROP COLUMN beside an action that is not instant is done in place, and then rebuilds the table.
  const rebuilds = addsOrDrops && all.algorithm !== "INSTANT";
  const whole = rebuilds && all.work !== "rebuild" ? worst([all, rebuild(all.reason)]) : all;
  return online(
    cannotRebuild(whole, actions, input) ? { ...copy(whole.reason), sure: whole.sure } : whole,
    input.server,
  );
}

/** MySQL refuses to rebuild such tables in place. MySQL 8.0.33 server, measured. */
function cannotRebuild(
  { work }: Online,
  actions: readonly AlterAction[],
  { server, table }: OnlineInput,
): boolean {
  if (work !== "rebuild" || server.engine !== "mysql") return false;
  // Error 1846, "InnoDB presently supports one FULLTEXT index creation at a time".
  if (hasFulltext(table)) return true;
  // Error 1846, "INPLACE ADD or DROP of virtual columns cannot be combined with other ALTER TABLE actions".
  const moves = actions.some(
    (action) =>
      action.kind === "dropColumn" || (action.kind === "addColumn" && action.column.position !== undefined),
  );
  return moves && isMeasured(server) && hasGenerated(table, "virtual");
}

function changesRows(action: AlterAction | undefined): boolean {
  if (action?.kind === "addColumn") return action.column.generated === undefined;
  return action?.kind === "dropColumn";
}

/** MariaDB copies without blocking writes from 11.2 on (MDEV-16329), but for what its manual lists. */
function online(judged: Online, server: ServerVersion): Online {
  // The word INSTANT is new in MySQL 8.0.12 and MariaDB 10.3.2.
  if (judged.algorithm === "INSTANT" && !isInstantRelease(server)) return { ...judged, algorithm: "INPLACE" };
  const copies = judged.algorithm === "COPY" && isAtLeast(server, "mariadb", 110200);
  return copies ? { ...judged, writes: true, sure: false } : judged;
}

function actionOnline(
  action: AlterAction,
  input: OnlineInput,
  all: readonly AlterAction[],
): Online | undefined {
  const { server, table } = input;
  switch (action.kind) {
    case "addColumn":
      return addColumn(action.column, input);
    case "dropColumn":
      return dropColumn(action.name, input);
    case "changeColumn":
      return columnChange(table?.columns.get(action.from.toLowerCase()), action.column, {
        table,
        server,
        isReferenced: input.isReferenced(action.from),
      });
    case "renameColumn":
      return renaming(action.from, input.isReferenced(action.from), server);
    case "columnDefault":
      return instant(`changes the default of column ${action.name}`);
    case "visibility":
      // Of an index MySQL changes the data dictionary alone.
      return (server.engine === "mysql" && action.of === "index" ? metadata : instant)(
        `hides or shows ${action.name}`,
      );
    case "addIndex":
      return addIndex(action.index, input);
    case "dropIndex":
      return {
        ...metadata(`drops index ${action.name}`),
        algorithm: server.engine === "mariadb" ? "NOCOPY" : "INPLACE",
      };
    case "dropPrimaryKey":
      return dropPrimaryKey(all, input);
    case "renameIndex":
      return (isAtLeast(server, "mariadb", 100502) ? instant : metadata)("renames an index");
    case "addForeignKey":
      return addForeignKey(input);
    case "dropForeignKey":
      return (server.engine === "mariadb" ? instant : metadata)("drops a foreign key");
    case "addCheck":
      return action.enforced
        ? copy("adds a check, which reads every row")
        : instant("adds a check that is not enforced, or enforces one no more");
    case "dropConstraint":
      return server.engine === "mariadb"
        ? instant("drops a constraint")
        : metadata("drops a constraint", { sure: false });
    case "renameTable":
      // Neither touches a row; MariaDB refuses the clause LOCK=NONE.
      return instant(`renames the table to ${action.to}`, { writes: server.engine === "mysql" });
    case "convertCharset":
      return convertCharset(action.charset, action.collation, input);
    case "option":
      return option(action, input);
    case "force":
      return rebuild("rebuilds the table", { writes: !hasFulltext(table) });
    case "orderBy":
      return copy("orders the rows");
    case "partition":
      return partition(action);
    case "systemVersioning":
      return action.adds
        ? copy("adds system versioning")
        : rebuild("drops system versioning", { sure: false });
    case "none":
    case "unknown":
      return undefined;
    default:
      return action satisfies never;
  }
}

function isInstantRelease(server: ServerVersion): boolean {
  return isAtLeast(server, "mysql", 80012) || isAtLeast(server, "mariadb", 100302);
}

function hasGenerated(table: TableFacts | undefined, kind?: "virtual"): boolean {
  return [...(table?.columns.values() ?? [])].some(
    ({ generated }) => generated !== undefined && (kind === undefined || generated === kind),
  );
}

/** What keeps InnoDB from adding or dropping a column instantly, whatever the column is. */
function refusesInstant({ table }: OnlineInput): boolean {
  return hasFulltext(table) || table?.rowFormat === "COMPRESSED";
}

/** MariaDB rebuilds a table with a FULLTEXT index with writes blocked; MySQL copies it. */
function inPlaceColumn(what: string, { table }: OnlineInput): Online {
  return rebuild(what, { writes: !hasFulltext(table) });
}

function addColumn(column: ColumnDefinition, input: OnlineInput): Online {
  const { server, table } = input;
  const what = `adds column ${column.name}`;
  if (column.generated === "stored") return copy(`${what}, which is stored and computed for every row`);
  if (column.generated === "virtual")
    return table?.partitioned && !isMeasured(server) ? copy(what, { sure: false }) : instant(what);
  if (column.autoIncrement) return rebuild(`${what} with AUTO_INCREMENT`, { writes: false });
  if (column.primaryKey || column.unique) return rebuild(`${what} with an index`);
  if (hasExpressionDefault(column))
    return copy(`${what} with a default that is computed`, { sure: server.engine === "mysql" });
  if (column.check && server.engine === "mysql") return copy(`${what} with a check`);
  const anywhere = isAtLeast(server, "mysql", 80029) || isAtLeast(server, "mariadb", 100400);
  const isInstant = isInstantRelease(server) && (anywhere || column.position === undefined);
  if (!isInstant || refusesInstant(input) || hasZeroDefault(column, server))
    return inPlaceColumn(what, input);
  // Asked of a server: between other columns MariaDB copies a table that has generated ones.
  if (server.engine === "mariadb" && column.position !== undefined && hasGenerated(table)) return copy(what);
  return instant(what);
}

/** The rows that exist would get a value that is no date or no geometry. MySQL 8.0.33 server, measured. */
export function hasZeroDefault(
  { notNull, defaultValue, type }: ColumnDefinition,
  { engine }: ServerVersion,
): boolean {
  return engine === "mysql" && notNull && defaultValue === undefined && ZERO_IS_REFUSED.test(type.name);
}

const ZERO_IS_REFUSED = /^(?:DATE|DATETIME|(?:MULTI)?(?:POINT|LINESTRING|POLYGON)|GEOMETRY(?:COLLECTION)?)$/;

/** A literal, NULL and the time of the statement are the same for all rows that exist. */
function hasExpressionDefault({ defaultValue }: ColumnDefinition): boolean {
  if (defaultValue === undefined) return false;
  if (/^(?:current_timestamp|now|localtime|localtimestamp)\b/i.test(defaultValue)) return false;
  return /[(]/.test(defaultValue);
}

function dropColumn(name: string, input: OnlineInput): Online {
  const { server, table } = input;
  const what = `drops column ${name}`;
  const isIndexed = indexesOf(table).some(({ columns }) => hasName(columns, name));
  if (table?.columns.get(name.toLowerCase())?.generated === "virtual") return instant(what);
  const isInstant = isAtLeast(server, "mysql", 80029) || isAtLeast(server, "mariadb", 100400);
  if (!isInstant || refusesInstant(input)) return inPlaceColumn(what, input);
  if (!isIndexed) return instant(what, { sure: table !== undefined });
  // The column's index goes with it: MariaDB still touches no row, MySQL rebuilds.
  return server.engine === "mariadb"
    ? { ...metadata(what), algorithm: "NOCOPY" }
    : rebuild(what, { sure: isMeasured(server) });
}

function addIndex(index: IndexDefinition, { server, table }: OnlineInput): Online {
  const name = index.name ?? index.columns.join("_");
  switch (index.kind) {
    case "primary":
      return rebuild("adds the primary key");
    case "fulltext":
      // The first one of a table adds a hidden column to every row.
      return hasFulltext(table)
        ? inPlace(build(`builds FULLTEXT index ${name}`, { writes: false }), server)
        : { ...rebuild(`builds FULLTEXT index ${name}`), writes: false };
    case "spatial":
      return inPlace(build(`builds SPATIAL index ${name}`, { writes: false }), server);
    case "index":
    case "unique": {
      // Error 1846, "ADD COLUMN col...VIRTUAL, ADD INDEX(col)": MySQL keeps an expression as a hidden column.
      const isOfExpression =
        server.engine === "mysql" && index.columns.some((column) => column.startsWith("("));
      return inPlace(build(`builds index ${name}`, { writes: !isOfExpression }), server);
    }
    default:
      return index.kind satisfies never;
  }
}

function inPlace(judged: Online, server: ServerVersion): Online {
  return isAtLeast(server, "mariadb", 100302) ? { ...judged, algorithm: "NOCOPY" } : judged;
}

function dropPrimaryKey(all: readonly AlterAction[], { server, table }: OnlineInput): Online {
  const replaced = all.some((action) => action.kind === "addIndex" && action.index.kind === "primary");
  if (replaced) return rebuild("replaces the primary key");
  // InnoDB takes a unique key of columns that are NOT NULL in its place; then MariaDB rebuilds without copying.
  if (server.engine === "mariadb" && hasUniqueNotNull(table)) return rebuild("drops the primary key");
  return copy("drops the primary key");
}

function hasUniqueNotNull(table: TableFacts | undefined): boolean {
  return indexesOf(table).some(
    ({ kind, columns }) =>
      kind === "unique" && columns.every((name) => table?.columns.get(name.toLowerCase())?.notNull),
  );
}

function addForeignKey({ server, checksForeignKeys }: OnlineInput): Online {
  if (checksForeignKeys) return copy("adds a foreign key, which is checked for every row");
  return (server.engine === "mariadb" ? instant : metadata)("adds a foreign key without looking at the rows");
}
