/** All rules over one folder; pure but for the parser that it loads. */

import type { ShippedMigration } from "../contract/outputs.ts";
import { groupByVersion, type MigrationFile, type NamedMigrationFile, sha256 } from "../migrations/folder.ts";
import { checkBytes } from "./byteRules.ts";
import { disabledByComment } from "./disableComment.ts";
import { compareFindings, type Finding, finding } from "./finding.ts";
import { checkNames } from "./nameRules.ts";
import { checkStatements } from "./postgres/rules.ts";
import { SchemaMemory } from "./postgres/schemaMemory.ts";
import { parseSql } from "./postgres/statements.ts";
import { findGuardProblems } from "./shippedRules.ts";

/** One memory of what was shipped: a stack's, or a git commit's. */
export interface ShippedRecord {
  /** As messages call it: `stack prod`, `origin/main`. */
  holder: string;
  migrations: readonly ShippedMigration[];
  /** Versions that the checkout need not have, because its branch has not merged them yet. */
  notMergedYet?: ReadonlySet<number>;
}

export interface FolderInput {
  files: readonly MigrationFile[];
  /** Empty where nothing is known of what was shipped. */
  records: readonly ShippedRecord[];
  dialect: "postgres" | "other";
  /** The clock, UTC. */
  now: Date;
  /** Rules that are off for the whole folder. */
  disabled: ReadonlySet<string>;
}

/**
 * Checks a folder against all rules.
 *
 * A file that some record holds as it is gets no finding for its content or name: nobody may edit it any more.
 *
 * @returns in order of file and line
 */
export async function checkFolder(input: FolderInput): Promise<Finding[]> {
  const named = [...groupByVersion(input.files).values()].flat();
  const isShipped = shippedTest(input.records);
  const open = named.filter((file) => !isShipped(file));
  const texts = new Map<string, string>();
  const findings = checkNames(named, input.now).filter(({ file }) => open.some((one) => one.file === file));
  for (const entry of named) {
    const { findings: found, text } = checkBytes(entry);
    if (text !== undefined) texts.set(entry.file, text);
    if (!isShipped(entry)) findings.push(...found);
  }
  if (input.dialect === "postgres") {
    const known = input.records.length > 0;
    findings.push(...(await checkSql(named, texts, isShipped, known)));
  }
  const kept = applyComments(findings, open, texts);
  return [...guardFindings(input), ...kept]
    .filter(({ rule }) => !input.disabled.has(rule))
    .sort(compareFindings);
}

function shippedTest(records: readonly ShippedRecord[]): (file: NamedMigrationFile) => boolean {
  const shipped = new Set(
    records.flatMap(({ migrations }) =>
      migrations.flatMap(({ version, up, down }) => [`${version} up ${up}`, `${version} down ${down}`]),
    ),
  );
  return ({ parsed, bytes }) => shipped.has(`${parsed.version} ${parsed.direction} ${sha256(bytes)}`);
}

/** What the guard says of each record, once; with none, what it says without any. */
function guardFindings({ files, records, now }: FolderInput): Finding[] {
  const holders = records.length > 0 ? records : [{ holder: "", migrations: [] }];
  const seen = new Map<string, Finding>();
  for (const { holder, migrations, notMergedYet } of holders) {
    for (const problem of findGuardProblems({
      checkout: files,
      shipped: migrations,
      stack: holder,
      holder,
      now,
    })) {
      const { rule, severity, file, version, message, mend } = problem;
      if (rule === "vanished" && version !== null && notMergedYet?.has(version)) continue;
      const subject = `${version ?? ""} ${rule === "broken-name" || rule === "duplicate-version" ? "" : holder}`;
      seen.set(`${rule}\t${file}\t${message}`, { rule, severity, file, line: 1, message, mend, subject });
    }
  }
  return [...seen.values()];
}

async function checkSql(
  files: readonly NamedMigrationFile[],
  texts: ReadonlyMap<string, string>,
  isShipped: (file: NamedMigrationFile) => boolean,
  recordKnown: boolean,
): Promise<Finding[]> {
  const memory = new SchemaMemory();
  const findings: Finding[] = [];
  for (const entry of inOrderOfRunning(files)) {
    const { file, parsed } = entry;
    const text = texts.get(file);
    if (text === undefined || text.trim() === "") continue;
    const isUp = parsed.direction === "up";
    // Without a record every file may have run long ago, so that only this version's tables are surely unused.
    if (isUp) memory.startFile(recordKnown);
    const sql = await parseSql(text);
    const shipped = isShipped(entry);
    const found = sql.ok
      ? checkStatements({ file, ...parsed }, sql.statements, isUp ? memory : memory.copy(), shipped)
      : [syntaxFinding(file, sql)];
    if (!shipped) findings.push(...found);
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

function syntaxFinding(file: string, { line, message }: { line: number; message: string }): Finding {
  return finding(
    "syntax",
    { file, line, subject: message },
    `Postgres's parser says: ${message}`,
    "mend the SQL; psql's commands (\\copy, \\i) are none",
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
