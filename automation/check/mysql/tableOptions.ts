/** The options of a table, behind CREATE TABLE and in ALTER TABLE; those of a database are among them. */
import type { AlterAction } from "./alterAction.ts";
import type { TokenReader } from "./tokenReader.ts";

/** Table options stand one after the other, with or without commas. */
const OPTIONS = new Set(
  (
    "AUTO_INCREMENT COLLATE DELAY_KEY_WRITE IETF_QUOTES MIN_ROWS ROW_FORMAT STATS_SAMPLE_PAGES UNION " +
    "AUTOEXTEND_SIZE COMMENT ENCRYPTED INDEX PACK_KEYS SECONDARY_ENGINE STORAGE " +
    "AVG_ROW_LENGTH COMPRESSION ENCRYPTION INSERT_METHOD PAGE_CHECKSUM SECONDARY_ENGINE_ATTRIBUTE TABLE_CHECKSUM " +
    "CHARACTER CONNECTION ENCRYPTION_KEY_ID ITEF_QUOTES PAGE_COMPRESSED SEQUENCE TABLESPACE " +
    "CHARSET DATA ENGINE KEY_BLOCK_SIZE PAGE_COMPRESSION_LEVEL STATS_AUTO_RECALC TRANSACTIONAL " +
    "CHECKSUM DEFAULT ENGINE_ATTRIBUTE MAX_ROWS PASSWORD STATS_PERSISTENT TYPE"
  ).split(" "),
);

export function readOptions(reader: TokenReader): AlterAction[] {
  const actions: AlterAction[] = [];
  while (!reader.isAtEnd) {
    const token = reader.next();
    if (token?.kind !== "word" || !OPTIONS.has(token.value)) {
      const word = token?.text ?? "";
      return [...actions, { kind: "unknown", word, line: token?.line ?? 0 }];
    }
    let name = token.value;
    if (name === "DEFAULT") name = reader.next()?.value ?? "";
    if (name === "CHARACTER" || name === "DATA" || name === "INDEX") reader.next();
    if (name === "CHARACTER" || name === "CHARSET") name = "CHARACTER SET";
    reader.take("=");
    const group = reader.group();
    actions.push({ kind: "option", name, value: group ? "" : (reader.next()?.value ?? "") });
  }
  return actions;
}

export function optionMap(actions: readonly AlterAction[]): ReadonlyMap<string, string> {
  return new Map(
    actions.flatMap((action) => (action.kind === "option" ? [[action.name, action.value] as const] : [])),
  );
}
