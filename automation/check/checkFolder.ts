/** All rules over one folder, in one pass: what `check`, `plan` and a deploy find. Pure but for the parser that it loads. */

import { groupByVersion, type MigrationFile, type NamedMigrationFile, sha256 } from "../migrations/folder.ts";
import { checkBytes } from "./byteRules.ts";
import { onlyLineEnds } from "./changedFiles.ts";
import { disabledByComment } from "./disableComment.ts";
import { compareFindings, errorsOf, type Finding } from "./finding.ts";
import { looksLike } from "./guessDialect.ts";
import { type KnownDatabase, type LintTarget, lintTarget } from "./lintTarget.ts";
import { loadDialect } from "./loadDialect.ts";
import { checkNames } from "./nameRules.ts";
import type { Rule } from "./rule.ts";
import { RULES } from "./rules.ts";
import type { CheckSettings } from "./settings.ts";
import { checkOrder, type ShippedRecord } from "./shippedRules.ts";

export interface FolderInput {
  files: readonly MigrationFile[];
  /** Empty when nothing is known of what was shipped. */
  records: readonly ShippedRecord[];
  settings: CheckSettings;
  /** What the last run said of the database; null when nothing is known. */
  database?: KnownDatabase | null;
  /** The clock, UTC. */
  now: Date;
  /** The command that renames late and doubled files, as it is printed. */
  fixCommand: string;
  /** The command that makes a new migration, as it is printed; left out: without `--dir`. */
  newCommand?: string;
  /** Whether only order and edits are looked at, and no file is read for what it holds. */
  orderOnly?: boolean;
}

/**
 * Checks a folder against all rules.
 *
 * A file that some record holds as it is gets no finding for its content or name: nobody may edit it any more.
 *
 * @returns in order of file and line
 */
export async function checkFolder(input: FolderInput): Promise<Finding[]> {
  const content = input.orderOnly ? [] : await checkContent(input);
  const disabled = new Set(input.settings.disable);
  const found = [...checkOrder(input), ...content].filter(({ rule }) => !disabled.has(rule));
  return onePerFolder(found.sort(compareFindings));
}

/** A matter of the whole folder is one finding, at the first of its files; an error before a warning. */
function onePerFolder(findings: readonly Finding[]): Finding[] {
  const groups = new Map<string, Finding[]>();
  for (const found of findings) groups.set(found.rule, [...(groups.get(found.rule) ?? []), found]);
  return findings.flatMap((found) => {
    const { perFolder }: Rule = RULES[found.rule];
    if (!perFolder) return [found];
    const group = groups.get(found.rule) ?? [];
    if (found !== (errorsOf(group)[0] ?? group[0])) return [];
    const others = new Set(group.map(({ file }) => file)).size - 1;
    const more = others === 0 ? "" : ` (and ${others} more ${others === 1 ? "file" : "files"})`;
    return [{ ...found, message: `${found.message}${more}` }];
  });
}

async function checkContent(input: FolderInput): Promise<Finding[]> {
  const named = [...groupByVersion(input.files).values()].flat();
  const ran = ranTest(input.records);
  const open = named.filter((file) => !ran(file));
  const names = new Set(open.map(({ file }) => file));
  const texts = new Map<string, string>();
  const findings = checkNames(named, input.now).filter(({ file }) => names.has(file));
  for (const entry of named) {
    const { findings: found, text } = checkBytes(entry);
    if (text !== undefined) texts.set(entry.file, text);
    if (names.has(entry.file)) findings.push(...found);
  }
  findings.push(...(await checkSql(input, named, texts, ran)));
  return applyComments(findings, open, texts);
}

/** A file that git has given other line ends is the one that was shipped. */
function ranTest(records: readonly ShippedRecord[]): (file: NamedMigrationFile) => boolean {
  const shipped = new Map<string, Set<string>>();
  const add = (key: string, hash: string) => shipped.set(key, (shipped.get(key) ?? new Set()).add(hash));
  for (const { version, up, down } of records.flatMap(({ migrations }) => migrations)) {
    add(`${version} up`, up);
    if (down !== null) add(`${version} down`, down);
  }
  return ({ parsed, bytes }) => {
    const hashes = shipped.get(`${parsed.version} ${parsed.direction}`);
    return (
      hashes !== undefined && [...hashes].some((hash) => sha256(bytes) === hash || onlyLineEnds(bytes, hash))
    );
  };
}

async function checkSql(
  { settings, database, records }: FolderInput,
  files: readonly NamedMigrationFile[],
  texts: ReadonlyMap<string, string>,
  hasRun: (file: NamedMigrationFile) => boolean,
): Promise<Finding[]> {
  const target = lintTarget(settings, files, database);
  const dialect = await loadDialect(target);
  const lint = dialect?.openLint({ ...settings, historyKnown: records.length > 0 });
  if (!lint) return [];
  const findings: Finding[] = [];
  for (const entry of inOrderOfRunning(files)) {
    const text = texts.get(entry.file);
    if (text === undefined || text.trim() === "") continue;
    const ran = hasRun(entry);
    const found = await lint.check({ file: entry.file, direction: entry.parsed.direction, text, ran });
    if (!ran) findings.push(...found);
  }
  return findings.some(({ rule }) => rule === "syntax") ? namingDialect(findings, target, files) : findings;
}

/** Where the SQL looks like another server's than the one that refuses it, the syntax is not what is to be corrected. */
function namingDialect(
  findings: readonly Finding[],
  { dialect }: LintTarget,
  files: readonly NamedMigrationFile[],
): Finding[] {
  const guess = looksLike(files);
  if (guess === undefined || (guess === "postgres") === (dialect === "postgres")) return [...findings];
  const [name, option] = guess === "postgres" ? ["Postgres", "postgres"] : ["MySQL or MariaDB", guess];
  const fix = `the folder's SQL looks like that of ${name}: give --dialect ${option}, or set ecs-migrate:checkDialect`;
  return findings.map((found) => (found.rule === "syntax" ? { ...found, fix } : found));
}

/** A version's up file comes before its down file, which knows what the up file made. */
function inOrderOfRunning(files: readonly NamedMigrationFile[]): NamedMigrationFile[] {
  const upFirst = (entry: NamedMigrationFile) => (entry.parsed.direction === "up" ? 0 : 1);
  return [...groupByVersion(files).values()].flatMap((pair) =>
    pair.toSorted((a, b) => upFirst(a) - upFirst(b)),
  );
}

/** Drops what a comment in the file switches off, and adds what is wrong with the comments. */
function applyComments(
  findings: readonly Finding[],
  open: readonly NamedMigrationFile[],
  texts: ReadonlyMap<string, string>,
): Finding[] {
  const off = new Map<string, ReadonlySet<string>>();
  const unknown: Finding[] = [];
  for (const { file } of open) {
    const comments = disabledByComment(file, texts.get(file) ?? "");
    off.set(file, comments.rules);
    unknown.push(...comments.findings);
  }
  return [...findings, ...unknown].filter(({ rule, file }) => !off.get(file)?.has(rule));
}
