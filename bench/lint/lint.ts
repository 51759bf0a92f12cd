/**
 * `node bench/lint/lint.ts URL [squawk] [only]`: what `check` says of each file of the corpus, beside what a real Postgres does with it.
 *
 * URL: a superuser's, of a server that may be filled with databases. squawk: the program, if it is to be compared.
 * only: a part of the names of the items to run.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { checkFolder } from "../../automation/check/checkFolder.ts";
import { DEFAULT_CHECK } from "../../automation/check/settings.ts";
import { type MigrationFile, parseMigrationFileName, recordOf } from "../../automation/migrations/folder.ts";
import { BASE, ITEMS, type Item, ROWS } from "./corpus.ts";
import { EXISTING } from "./existing.ts";
import { FEATURES } from "./features.ts";
import { FOLDERS } from "./folders.ts";
import { HISTORIES } from "./histories.ts";
import { measure, type Truth } from "./measure.ts";
import { ON_BASE } from "./onBase.ts";
import { TEAMS } from "./teams.ts";

interface Judged {
  readonly item: Item;
  readonly truth: Truth;
  /** Rules by severity, of the last file. */
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  readonly squawk: readonly string[];
}

const [, , url = "", squawk, only = ""] = process.argv;
const TEMPLATE = "lint_base";
const NOW = new Date("2026-11-24T12:00:00Z");

async function main(): Promise<void> {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  const version = Number(
    (await admin.query("SHOW server_version_num")).rows[0].server_version_num.slice(0, 2),
  );
  await fresh(admin, TEMPLATE, "template0");
  await runAll(TEMPLATE, [BASE, ROWS, "ANALYZE"]);
  const judged: Judged[] = [];
  for (const [index, item] of [
    ...ITEMS,
    ...FOLDERS,
    ...ON_BASE,
    ...EXISTING,
    ...HISTORIES,
    ...TEAMS,
    ...FEATURES,
  ]
    .filter(({ name }) => name.includes(only))
    .entries()) {
    const database = `lint_${index % 4}`;
    await fresh(admin, database, item.rows === undefined ? TEMPLATE : "template0");
    const truth = await measure(databaseUrl(database), item.files, item.rows).catch((error: Error) => {
      throw new Error(`${item.name}: ${error.message}`, { cause: error });
    });
    const found = await findings(item, version);
    judged.push({ item, truth, ...found, squawk: squawk ? squawkRules(squawk, item) : [] });
  }
  await admin.end();
  report(judged, version);
}

async function fresh(admin: pg.Client, name: string, template: string): Promise<void> {
  await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
}

async function runAll(database: string, files: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl(database) });
  await client.connect();
  for (const file of files) await client.query(file);
  await client.end();
}

function databaseUrl(name: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${name}`;
  return parsed.href;
}

function fileOf(number: number, sql: string): MigrationFile {
  const file = `${String(number).padStart(6, "0")}_x.up.sql`;
  return { file, parsed: parseMigrationFileName(file), bytes: Buffer.from(sql) };
}

async function findings(
  { files, rows }: Item,
  version: number,
): Promise<{ errors: string[]; warnings: string[] }> {
  const all = (rows === undefined ? [BASE, ...files] : files).map((sql, index) => fileOf(index + 1, sql));
  const { migrations } = recordOf(all.slice(0, -1));
  const settings = {
    ...DEFAULT_CHECK,
    postgresVersion: version,
    disable: ["missing-down"],
    lockLimit: false,
  };
  const records = [{ holder: "stack bench", migrations }];
  const found = await checkFolder({ files: all, records, settings, now: NOW, fixCommand: "" });
  const of = (severity: string) => [
    ...new Set(found.filter((one) => one.severity === severity).map(({ rule }) => rule)),
  ];
  return { errors: of("error"), warnings: of("warning") };
}

/** Rules of squawk that speak of a file that fails, or of long work under a lock. */
const SQUAWK_DANGERS = new Set([
  ...[
    "adding-required-field",
    "adding-field-with-default",
    "adding-not-nullable-field",
    "adding-serial-primary-key-field",
  ],
  ...[
    "adding-foreign-key-constraint",
    "constraint-missing-not-valid",
    "changing-column-type",
    "disallowed-unique-constraint",
  ],
  ...[
    "require-concurrent-index-creation",
    "ban-concurrent-index-creation-in-transaction",
    "require-concurrent-refresh-matview",
  ],
  ...[
    "require-concurrent-partition-detach",
    "require-concurrent-reindex",
    "syntax-error",
    "ban-alter-domain-with-add-constraint",
  ],
  ...["require-enum-value-ordering", "ban-uncommitted-transaction"],
]);

function squawkRules(program: string, { files }: Item): string[] {
  const folder = mkdtempSync(join(tmpdir(), "lint-"));
  const file = join(folder, "x.sql");
  writeFileSync(file, files.at(-1) ?? "");
  const args = ["--reporter=Json", "--pg-version=15.0", "--assume-in-transaction", file];
  let text = "";
  try {
    text = execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch (error) {
    text = (error as { stdout?: string }).stdout ?? "";
  } finally {
    rmSync(folder, { recursive: true });
  }
  const found = JSON.parse(text.trim() === "" ? "[]" : text) as { rule_name: string }[];
  return [...new Set(found.map(({ rule_name: rule }) => rule))];
}

const SQUAWK_REFUSALS = new Set(["syntax-error", "ban-concurrent-index-creation-in-transaction"]);

/** Of a history without rows only these can be told right or wrong: nobody waits for an empty table. */
const REFUSALS = new Set(["refused", "enum-value-used", "pending-trigger-events", "syntax", "alone"]);

const canBeWrong = ({ rows }: Item, rule: string) => rows !== "" || REFUSALS.has(rule);

const isDanger = ({ truth }: Judged) => truth.refused !== null || truth.blocked.length > 0 || truth.leaks;

function report(judged: readonly Judged[], version: number): void {
  const dangers = judged.filter(isDanger);
  const harmless = judged.filter((one) => !isDanger(one));
  const falseAlarms = harmless.filter(({ item, errors }) => errors.some((rule) => canBeWrong(item, rule)));
  const missed = dangers.filter(({ errors }) => errors.length === 0);
  const hits = dangers.length - missed.length;
  for (const one of falseAlarms) print(`FALSE ${one.item.name} | ${one.errors.join(", ")}`);
  for (const one of missed)
    print(`MISS  ${one.item.name} | ${one.truth.refused ?? one.truth.blocked.join(", ")}`);
  reportWarnings(judged);
  print(
    `\nPostgres ${version}, ${judged.length} files: ${dangers.length} fail or keep others waiting, ${harmless.length} do neither`,
  );
  print("| | right | false | missed | false of all errors | missed of all dangers |");
  print("| --- | --- | --- | --- | --- | --- |");
  print(row("check", hits, falseAlarms.length, missed.length));
  if (squawk) {
    const warns = (one: Judged) => one.squawk.some((rule) => SQUAWK_DANGERS.has(rule));
    const right = dangers.filter(warns).length;
    // As with check's own: on a table without rows only a refusal can be told wrong.
    const wrong = harmless.filter(({ item, squawk: rules }) =>
      rules.some((rule) => SQUAWK_REFUSALS.has(rule) || (item.rows !== "" && SQUAWK_DANGERS.has(rule))),
    );
    for (const one of wrong) print(`FALSE squawk ${one.item.name} | ${one.squawk.join(", ")}`);
    print(row("squawk", right, wrong.length, dangers.length - right));
  }
  byRule(judged);
}

function row(name: string, right: number, wrong: number, missed: number): string {
  const percent = (part: number, all: number) => `${((100 * part) / Math.max(all, 1)).toFixed(1)} %`;
  return `| ${name} | ${right} | ${wrong} | ${missed} | ${percent(wrong, right + wrong)} | ${percent(missed, right + missed)} |`;
}

const OF_OLD_CODE = ["drop-table", "drop-column", "drop-object", "rename", "cascade", "update-all-rows"];

/** Warnings: what the old code can no longer read, and locks without a limit. */
function reportWarnings(judged: readonly Judged[]): void {
  const ran = judged.filter(({ truth }) => truth.refused === null);
  for (const { item, truth, warnings } of ran) {
    const said = warnings.some((rule) => OF_OLD_CODE.includes(rule));
    if (said !== truth.broken.length > 0 && !warnings.includes("update-all-rows"))
      print(`${said ? "FALSE" : "MISS "} old code: ${item.name} | ${truth.broken[0] ?? warnings.join(", ")}`);
    const limited = /lock_timeout|^BEGIN/.test(item.files.at(-1) ?? "");
    const asks = warnings.includes("lock-timeout");
    if (!limited && asks !== truth.locked.length > 0)
      print(`${asks ? "FALSE" : "MISS "} lock-timeout: ${item.name} | ${truth.locked.join(", ")}`);
  }
}

function byRule(judged: readonly Judged[]): void {
  const rules = [...new Set(judged.flatMap(({ errors }) => errors))].sort();
  print("\n| rule of severity error | right | false |\n| --- | --- | --- |");
  for (const rule of rules) {
    const found = judged.filter(({ errors }) => errors.includes(rule));
    const wrong = found.filter((one) => !isDanger(one) && canBeWrong(one.item, rule));
    print(`| \`${rule}\` | ${found.filter(isDanger).length} | ${wrong.length} |`);
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

await main();
