/** What a change of the whole table costs: its character set, options and partitions. Sources: those of `onlineDdl.ts`. */
import { conversion } from "./columnChange.ts";
import { build, copy, instant, metadata, type Online, rebuild, worst } from "./online.ts";
import { isMeasured, type ServerVersion } from "./serverVersion.ts";
import { indexesOf, type TableFacts } from "./tableFacts.ts";

/** The server, and what the files say of the table. */
interface TableOnServer {
  readonly server: ServerVersion;
  readonly table: TableFacts | undefined;
}

export function hasFulltext(table: TableFacts | undefined): boolean {
  return indexesOf(table).some(({ kind }) => kind === "fulltext");
}

/** MySQL 8.0.33 server, measured: in place, with a rebuild, where each column alone would be in place. */
export function convertCharset(
  charset: string,
  collation: string | undefined,
  { server, table }: TableOnServer,
): Online {
  const what = `converts the table to ${charset}`;
  if (!isMeasured(server) || !table) return copy(what, { sure: server.engine === "mariadb" });
  const columns = [...table.columns.values()].flatMap(
    (column) => conversion(column, { charset, collation }, table, server) ?? [],
  );
  // Without COLLATE the collation is the default of the character set, and the files may have named another.
  if (columns.length === 0) return metadata(what, { sure: collation !== undefined });
  return { ...worst([rebuild(what), ...columns]), reason: what };
}

const REBUILDING_OPTIONS = new Set([
  "ROW_FORMAT",
  "KEY_BLOCK_SIZE",
  "PAGE_COMPRESSED",
  "PAGE_COMPRESSION_LEVEL",
  "ENCRYPTED",
]);

export function option(
  { name, value }: { name: string; value: string },
  { server, table }: TableOnServer,
): Online {
  const what = `sets ${name}`;
  if (name === "ENGINE") {
    const isSame = value.toUpperCase() === (table?.engine ?? "INNODB") && value.toUpperCase() === "INNODB";
    return isSame
      ? rebuild("rebuilds the table", { writes: !hasFulltext(table) })
      : copy(`moves the table to ${value}`);
  }
  if (REBUILDING_OPTIONS.has(name)) return rebuild(what);
  if (name === "TABLESPACE" && isMeasured(server)) return rebuild(what);
  if (name === "ENCRYPTION" || name === "TABLESPACE") return copy(what);
  // The manual says of MySQL that it rebuilds if the encoding differs; 8.0.33 keeps the table's id, measured.
  if ((name === "CHARACTER SET" || name === "COLLATE") && !isMeasured(server))
    return server.engine === "mariadb"
      ? instant(what)
      : rebuild(`${what}, which rebuilds when the encoding differs`);
  return server.engine === "mariadb" ? instant(what) : metadata(what);
}

/** The manual's table 17.23; of a clause that is not in it, the worse is said. */
export function partition({ verb, byRange }: { verb: string; byRange: boolean }): Online {
  const what = `${verb} PARTITION`;
  switch (verb) {
    case "BY":
    case "REMOVE":
      return copy(verb === "BY" ? "partitions the table" : "removes the partitions");
    case "ADD":
      return byRange
        ? metadata("adds a partition")
        : rebuild("adds partitions, which moves rows", { writes: false });
    case "COALESCE":
    case "REORGANIZE":
    case "REBUILD":
      return build(what, { writes: false });
    case "OPTIMIZE":
    case "DISCARD":
    case "IMPORT":
      return copy(what);
    default:
      return metadata(what);
  }
}
