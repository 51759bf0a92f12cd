/** All rules over one folder, in one pass: what `check`, `plan` and a deploy find. Pure but for the parser that it loads. */

import { groupByVersion, type MigrationFile, type NamedMigrationFile, sha256 } from "../migrations/folder.ts";
import { checkBytes } from "./byteRules.ts";
import { disabledByComment } from "./disableComment.ts";
import { compareFindings, type Finding } from "./finding.ts";
import { loadDialect } from "./loadDialect.ts";
import { checkNames } from "./nameRules.ts";
import type { CheckSettings } from "./settings.ts";
import { checkOrder, type ShippedRecord } from "./shippedRules.ts";

export interface FolderInput {
  files: readonly MigrationFile[];
  /** Empty when nothing is known of what was shipped. */
  records: readonly ShippedRecord[];
  settings: CheckSettings;
  /** The clock, UTC. */
  now: Date;
  /** The command that renames late and doubled files, as it is printed. */
  fixCommand: string;
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
  return [...checkOrder(input), ...content].filter(({ rule }) => !disabled.has(rule)).sort(compareFindings);
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

function ranTest(records: readonly ShippedRecord[]): (file: NamedMigrationFile) => boolean {
  const shipped = new Set(
    records.flatMap(({ migrations }) =>
      migrations.flatMap(({ version, up, down }) => [`${version} up ${up}`, `${version} down ${down}`]),
    ),
  );
  return ({ parsed, bytes }) => shipped.has(`${parsed.version} ${parsed.direction} ${sha256(bytes)}`);
}

async function checkSql(
  { settings, records }: FolderInput,
  files: readonly NamedMigrationFile[],
  texts: ReadonlyMap<string, string>,
  hasRun: (file: NamedMigrationFile) => boolean,
): Promise<Finding[]> {
  const dialect = await loadDialect(settings.dialect);
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
  return findings;
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
