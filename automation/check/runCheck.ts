/** The command `check`: knows no AWS; reads the folder, perhaps git, and the records that it is given. */
import { relative, resolve, sep } from "node:path";
import { ConfigError, EXIT, type ExitCode } from "../contract/errors.ts";
import type { ShippedMigration } from "../contract/outputs.ts";
import { readMigrationFiles } from "../migrations/folder.ts";
import { checkFolder } from "./checkFolder.ts";
import type { Format } from "./choices.ts";
import { errorsOf, type Finding } from "./finding.ts";
import { fixCommand, folderCommand } from "./fixCommand.ts";
import { render } from "./formats.ts";
import type { Git } from "./git.ts";
import { readBase } from "./gitBase.ts";
import { applyRenames, planRenames, type Rename } from "./lateRenames.ts";
import { type KnownDatabase, lintTarget } from "./lintTarget.ts";
import { isRule } from "./rules.ts";
import type { CheckSettings } from "./settings.ts";
import type { ShippedRecord } from "./shippedRules.ts";

export interface CheckDeps {
  /** The clock, UTC. */
  now: () => Date;
  /** Where relative paths start, and what paths in the report are relative to: the repository's root. */
  cwd: string;
  git: Git;
}

export interface CheckOptions {
  /** The folder of migrations, absolute or relative to `cwd`. */
  dir: string;
  /** `--dir` as it was given, for the commands that a fix prints. */
  givenDir?: string | undefined;
  format: Format;
  settings: CheckSettings;
  /** Renames late and doubled migrations before it checks. */
  fix: boolean;
  /** Warnings refuse as well. */
  strict: boolean;
  /** A git commit whose migrations count as shipped. */
  base?: string;
  /** What each stack has shipped, by the stack's name; empty if no stack was asked. */
  shipped: ReadonlyMap<string, readonly ShippedMigration[]>;
  /** What the database of those stacks said it is; null if no run did. */
  database?: KnownDatabase | null;
}

interface CheckResult {
  findings: Finding[];
  renamed: Rename[];
  /** What the reader must know of the comparison, in sentences without a full stop. */
  notes: string[];
  /** 0 clean or warnings alone, 3 refused. */
  exitCode: ExitCode;
  /** The report in the format asked for; ends in a line feed. */
  text: string;
  /** The same report in another format. */
  textIn: (format: Format) => string;
}

/**
 * Checks a folder of migrations.
 *
 * @throws {ConfigError} for a rule that does not exist or a commit that git does not know (exit 2)
 * @throws {MigrationsError} if the folder cannot be read (exit 2)
 * @throws {RenameError} if `fix` meets a file in its way (exit 2)
 */
export async function runCheck(deps: CheckDeps, options: CheckOptions): Promise<CheckResult> {
  requireRules(options.settings.disable);
  const directory = resolve(deps.cwd, options.dir);
  const records = await recordsOf(deps, options, directory);
  const now = deps.now();
  const renamed = options.fix ? fix(directory, records, now) : [];
  const files = readMigrationFiles(directory);
  const { settings, base, givenDir, database = null } = options;
  const target = lintTarget(settings, files, database);
  const command = fixCommand([...options.shipped.keys()], base, givenDir);
  const findings = await checkFolder({
    ...{ files, records, settings, database, now, fixCommand: command },
    newCommand: folderCommand("new NAME", givenDir),
  });
  const refused = errorsOf(findings).length > 0 || (options.strict && findings.length > 0);
  const exitCode = refused ? EXIT.refused : EXIT.ok;
  const folder = relative(deps.cwd, directory).split(sep).join("/");
  const report = {
    findings,
    renamed,
    folder,
    files: files.filter(({ parsed }) => parsed).length,
    exitCode,
    target,
  };
  return {
    findings,
    renamed,
    notes: records
      .filter(({ lacksFolder }) => lacksFolder)
      .map(({ holder }) => `${holder} has no folder ${folder}, so every file counts as new`),
    exitCode,
    text: render(options.format, report),
    textIn: (format) => render(format, report),
  };
}

/** @throws {ConfigError} for a rule that does not exist */
function requireRules(rules: readonly string[]): void {
  const unknown = rules.filter((rule) => !isRule(rule));
  if (unknown.length > 0) {
    throw new ConfigError(
      unknown.map((rule) => `--disable ${rule}: there is no such rule; docs/check.md lists them all`),
    );
  }
}

async function recordsOf(
  deps: CheckDeps,
  options: CheckOptions,
  directory: string,
): Promise<ShippedRecord[]> {
  const stacks = [...options.shipped].map(([stack, migrations]) => ({
    holder: `stack ${stack}`,
    migrations,
  }));
  if (options.base === undefined) return stacks;
  // Read first, so that a folder that is missing is named as such and not as a fault of git's.
  const checkout = readMigrationFiles(directory);
  return [...stacks, await readBase(deps.git, directory, options.base, checkout)];
}

function fix(directory: string, records: readonly ShippedRecord[], now: Date): Rename[] {
  const plans = planRenames(
    readMigrationFiles(directory),
    records.map(({ migrations }) => migrations),
    now,
  );
  applyRenames(directory, plans);
  return plans.flat();
}
