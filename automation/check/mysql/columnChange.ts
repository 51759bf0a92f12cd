/**
 * What MODIFY and CHANGE cost. Sources: MySQL 8.0 manual, 17.12.1 "Online DDL Operations", "Column Operations"; MariaDB,
 * "InnoDB Online DDL Operations with the INSTANT Alter Algorithm". test/lab/database/onlineDdl.test.ts asks a server.
 */
import { BYTES, charsetOfColumn } from "./charset.ts";
import type { ColumnDefinition } from "./columnDefinition.ts";
import { build, copy, instant, metadata, type Online, rebuild, worst } from "./online.ts";
import { hasName, sameName } from "./qualifiedName.ts";
import { isAtLeast, isMeasured, type ServerVersion } from "./serverVersion.ts";
import { indexesOf, type TableFacts } from "./tableFacts.ts";

/** @param old undefined when no file declares the column */
export function columnChange(
  old: ColumnDefinition | undefined,
  column: ColumnDefinition,
  {
    table,
    server,
    isReferenced,
  }: { table: TableFacts | undefined; server: ServerVersion; isReferenced: boolean },
): Online {
  const what = `changes column ${column.name}`;
  if (!old) return copy(`${what}, which copies the table unless its type stays the same`, { sure: false });
  if (old.generated || column.generated)
    return copy(`${what}, a generated one, unless its expression stays the same`, {
      sure: old.generated !== column.generated,
    });
  const parts = [typeChange(old, column, table, server)];
  if (old.notNull !== column.notNull)
    parts.push(rebuild(`makes column ${column.name} ${column.notNull ? "NOT NULL" : "NULL"}`));
  if (column.position !== undefined) parts.push(reordering(column, server));
  if (!sameName(old.name, column.name)) parts.push(renaming(old.name, isReferenced, server));
  if (!old.autoIncrement && column.autoIncrement) parts.push(copy(`${what} to AUTO_INCREMENT`));
  return worst(parts);
}

function reordering({ name }: ColumnDefinition, server: ServerVersion): Online {
  const what = `moves column ${name}`;
  return isAtLeast(server, "mariadb", 100400) ? instant(what) : rebuild(what);
}

/** MySQL renames instantly from 8.0.28 on, but not what a foreign key names (error 1846, measured); else in place. */
export function renaming(name: string, isReferenced: boolean, server: ServerVersion): Online {
  const isInstant =
    server.number >= (server.engine === "mariadb" ? 100300 : 80028) &&
    !(isReferenced && server.engine === "mysql");
  return isInstant ? instant(`renames column ${name}`) : metadata(`renames column ${name}`);
}

function typeChange(
  old: ColumnDefinition,
  column: ColumnDefinition,
  table: TableFacts | undefined,
  server: ServerVersion,
): Online {
  const { name } = column;
  if (old.type.name !== column.type.name || old.type.unsigned !== column.type.unsigned)
    return copy(`changes the type of column ${name} from ${typeText(old)} to ${typeText(column)}`);
  const charset = charsetChange(old, column, table, server);
  const size = sizeChange(old, column, table, server);
  const same = instant(`changes what column ${name} says beside its type`);
  return worst([...(size ? [size] : []), ...(charset ? [charset] : []), ...(size || charset ? [] : [same])]);
}

const TEXT_TYPES = new Set(["CHAR", "VARCHAR", "TINYTEXT", "TEXT", "MEDIUMTEXT", "LONGTEXT", "ENUM", "SET"]);
/** The length of an integer's column is for display. */
const WIDTH_MEANS_NOTHING = new Set(["TINYINT", "SMALLINT", "MEDIUMINT", "INT", "BIGINT", "YEAR"]);

function sizeChange(
  old: ColumnDefinition,
  column: ColumnDefinition,
  table: TableFacts | undefined,
  server: ServerVersion,
): Online | undefined {
  if (WIDTH_MEANS_NOTHING.has(column.type.name) || old.type.args.join() === column.type.args.join())
    return undefined;
  const { name } = column.type;
  if (name === "ENUM" || name === "SET") return members(old, column);
  if (name === "VARCHAR" || name === "VARBINARY") return longer(old, column, table, server);
  return copy(`changes column ${column.name} from ${typeText(old)} to ${typeText(column)}`);
}

function longer(
  old: ColumnDefinition,
  column: ColumnDefinition,
  table: TableFacts | undefined,
  server: ServerVersion,
): Online {
  const before = Number(old.type.args[0]);
  const after = Number(column.type.args[0]);
  const span = `column ${column.name} from ${typeText(old)} to ${typeText(column)}`;
  if (after < before) return copy(`shortens ${span}`);
  const width = column.type.name === "VARBINARY" ? { bytes: 1, known: true } : bytesOf(column, table);
  const [from, to] = [before * width.bytes, after * width.bytes];
  // One byte holds a length up to 255, two a longer one; MariaDB can switch to two when the old length is below 128.
  const keeps = to <= 255 || from > 255 || (isAtLeast(server, "mariadb", 100403) && from <= 127);
  if (!keeps) return copy(`lengthens ${span}, past 255 bytes`, { sure: width.known });
  return server.engine === "mariadb"
    ? instant(`lengthens ${span}`)
    : metadata(`lengthens ${span}`, { sure: width.known });
}

function members(old: ColumnDefinition, column: ColumnDefinition): Online {
  const [before, after] = [old.type.args, column.type.args];
  const isAppended = before.every((member, index) => after[index] === member);
  const size = column.type.name === "SET" ? setBytes : enumBytes;
  const what = `the values of column ${column.name}`;
  if (isAppended && size(before.length) === size(after.length)) return instant(`appends to ${what}`);
  return copy(
    isAppended
      ? `appends to ${what}, which then need more bytes`
      : `changes ${what} that exist or stand before them`,
  );
}

function enumBytes(count: number): number {
  return count < 256 ? 1 : 2;
}

/** MySQL 8.0 manual, "Data Type Storage Requirements": 1, 2, 3, 4 or 8 bytes. */
function setBytes(count: number): number {
  const bytes = Math.ceil(count / 8);
  return bytes > 4 ? 8 : bytes;
}

function charsetChange(
  old: ColumnDefinition,
  column: ColumnDefinition,
  table: TableFacts | undefined,
  server: ServerVersion,
): Online | undefined {
  if (!TEXT_TYPES.has(column.type.name)) return undefined;
  const [before, after] = [charsetOfColumn(old, table), charsetOfColumn(column, table)];
  if (before === after && (old.collation === column.collation || column.collation === undefined))
    return undefined;
  const what = `changes the character set or collation of column ${column.name}`;
  const widens = before === after || (before === "utf8mb3" && after === "utf8mb4");
  const isIndexed =
    old.primaryKey || old.unique || indexesOf(table).some(({ columns }) => hasName(columns, column.name));
  if (server.engine === "mariadb" && widens)
    return isIndexed ? { ...build(`${what}, and rebuilds its index`), algorithm: "NOCOPY" } : instant(what);
  if (isMeasured(server) && widens && !isIndexed) return sameBytes(old, column, before, after, what);
  return copy(what, { sure: before !== undefined && after !== undefined });
}

/** MySQL 8.0.33 server, measured: no row changes, unless the length of a VARCHAR then needs two bytes for one. */
function sameBytes(
  old: ColumnDefinition,
  { type, name }: ColumnDefinition,
  before: string | undefined,
  after: string | undefined,
  what: string,
): Online {
  if (type.name === "ENUM" || type.name === "SET") return instant(what);
  const bytes = (charset: string | undefined) => Number(old.type.args[0]) * (BYTES[charset ?? ""] ?? 4);
  const crosses = type.name === "VARCHAR" && bytes(before) <= 255 && bytes(after) > 255;
  return crosses ? copy(`${what}, and lengthens ${name} past 255 bytes`) : metadata(what);
}

/** What CONVERT TO CHARACTER SET does to a column. @returns undefined where nothing changes */
export function conversion(
  column: ColumnDefinition,
  to: { charset: string; collation: string | undefined },
  table: TableFacts,
  server: ServerVersion,
): Online | undefined {
  const change = charsetChange(column, { ...column, ...to }, table, server);
  const isText = /TEXT$/.test(column.type.name);
  // A TEXT becomes the next larger type where the same number of characters would not fit (manual, "ALTER TABLE").
  const grows = isText && charsetOfColumn(column, table) !== charsetOfColumn({ ...column, ...to }, table);
  return change && grows ? copy(change.reason) : change;
}

/** The most bytes of a character. Without a character set in the files, that of utf8mb4, MySQL 8's default. */
function bytesOf(column: ColumnDefinition, table: TableFacts | undefined): { bytes: number; known: boolean } {
  const bytes = BYTES[charsetOfColumn(column, table) ?? ""];
  return { bytes: bytes ?? 4, known: bytes !== undefined };
}

export function typeText({ type: { name, args, unsigned } }: ColumnDefinition): string {
  const shown = name === "ENUM" || name === "SET" ? [] : args;
  return `${name}${shown.length > 0 ? `(${shown.join(",")})` : ""}${unsigned ? " UNSIGNED" : ""}`;
}
