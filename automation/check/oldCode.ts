/** What a file of migrations does to code that was written before it: a name is gone, or the code's rows are refused. */
import { groupByVersion, type MigrationFile } from "../migrations/folder.ts";
import { checkBytes } from "./byteRules.ts";
import { lintTarget } from "./lintTarget.ts";
import { loadDialect } from "./loadDialect.ts";
import type { RuleId } from "./rules.ts";
import type { CheckSettings } from "./settings.ts";
import type { SqlDialect } from "./sqlDialect.ts";

/** `gone`, `renamed`: code that names it fails. `rows`: an INSERT or UPDATE that does not fill it fails. */
type BreakKind = "gone" | "renamed" | "rows";

export interface Break {
  readonly kind: BreakKind;
  /** Base name. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** `users`, `users.email`; the default schema is left out. */
  readonly name: string;
  /** Of a column: its table, as `name` begins with it. */
  readonly table: string | null;
}

interface OldCodeLook {
  /** In order of file and line. */
  readonly breaks: readonly Break[];
  /** Base names of the files whose SQL could not be read. */
  readonly unread: readonly string[];
}

const KINDS: Partial<Record<RuleId, BreakKind>> = {
  "drop-table": "gone",
  "drop-column": "gone",
  "drop-object": "gone",
  rename: "renamed",
  "not-null-without-default": "rows",
  "set-not-null": "rows",
  "insert-breaks": "rows",
  "nulls-refused": "rows",
};

/**
 * Reads the up files that the old code does not know; those before them say what the schema was.
 *
 * @param isNew whether the old code was built without the file of this version
 */
export async function lookAtOldCode(
  files: readonly MigrationFile[],
  isNew: (version: number) => boolean,
  settings: CheckSettings,
): Promise<OldCodeLook> {
  const ups = [...groupByVersion(files).values()].flat().filter(({ parsed }) => parsed.direction === "up");
  const unknown = ups.filter(({ parsed }) => isNew(Number(parsed.version)));
  if (unknown.length === 0) return { breaks: [], unread: [] };
  const dialect = await loadDialect(lintTarget(settings, files));
  if (!dialect) return { breaks: [], unread: unknown.map(({ file }) => file) };
  const lint = dialect.openLint({ ...settings, historyKnown: true });
  const breaks: Break[] = [];
  const unread: string[] = [];
  for (const entry of ups) {
    const text = checkBytes(entry).text ?? "";
    const ran = !unknown.includes(entry);
    const found = await lint.check({ file: entry.file, direction: "up", text, ran });
    if (ran) continue;
    const dropped = await dialect.droppedBy(text);
    if (dropped === undefined) unread.push(entry.file);
    else breaks.push(...breaksOf(found, text, emptied(dropped)));
  }
  return { breaks, unread };
}

type Found = Awaited<ReturnType<ReturnType<SqlDialect["openLint"]>["check"]>>;

function breaksOf(found: Found, text: string, rowsOnly: ReadonlySet<string>): Break[] {
  return found.flatMap(({ rule, file, line, subject: name }) => {
    const kind = KINDS[rule];
    if (kind === undefined || rowsOnly.has(name)) return [];
    const table = rule === "drop-object" || rule === "drop-table" ? null : tableOf(name, rule, text);
    return kind !== "rows" && isMadeAgain(text, name) ? [] : [{ kind, file, line, name, table }];
  });
}

/** A rename of `a.b` is one of a column, or of a table in a schema. */
function tableOf(name: string, rule: RuleId, text: string): string | null {
  const at = name.lastIndexOf(".");
  const renamesTable =
    rule === "rename" &&
    !new RegExp(`(?:rename|change)\\s+(?:column\\s+|value\\s+)?${quotedWord(name.slice(at + 1))}`, "i").test(
      text,
    );
  return at < 0 || renamesTable ? null : name.slice(0, at);
}

/** The tables that lose rows and stay: code that names them goes on. */
function emptied(dropped: NonNullable<Awaited<ReturnType<SqlDialect["droppedBy"]>>>): Set<string> {
  const gone = new Set(dropped.filter(({ kind }) => kind !== "rows").map(({ name }) => name));
  return new Set(dropped.map(({ name }) => name).filter((name) => !gone.has(name)));
}

/** A file may put a view under the name that a table had: old code goes on with that. */
function isMadeAgain(text: string, name: string): boolean {
  const quoted = name.split(".").map(quotedWord).join("\\s*\\.\\s*");
  const create = `create\\s+(?:or\\s+replace\\s+)?(?:materialized\\s+)?(?:view|table|function|type)\\s+(?:if\\s+not\\s+exists\\s+)?`;
  return new RegExp(`${create}(?:\\w+\\s*\\.\\s*)?${quoted}(?![\\w."\`])`, "i").test(text);
}

/** A pattern of an identifier, or of an enum's label, in its quotes perhaps. */
function quotedWord(word: string): string {
  return `["\`']?${word.replace(/[^\w]/g, "\\$&")}["\`']?`;
}
