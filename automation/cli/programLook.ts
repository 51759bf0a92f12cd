/** The part of the command line that only looks: check, new, plan, history, doctor. */
import { type Command, Option } from "commander";
import type { DialectChoice } from "../check/choices.ts";
import { FORMATS, type Format } from "../check/choices.ts";
import { ConfigError } from "../contract/errors.ts";
import { type Operation, parseDown, parseVersioned } from "../contract/operations.ts";
import {
  type CommonOptions,
  dialectOption,
  disableOption,
  mysqlVersionOption,
  postgresVersionOption,
  since,
  stackList,
  timeoutOption,
  withCommon,
  withMarkdown,
} from "./options.ts";

export interface CheckCommandOptions {
  readonly project?: string;
  readonly verbose: boolean;
  readonly json: boolean;
  readonly dir?: string;
  readonly against: readonly string[];
  readonly base?: string;
  readonly fix: boolean;
  readonly strict: boolean;
  readonly disable: readonly string[];
  /** undefined: as the stacks' configuration says. */
  readonly dialect?: DialectChoice;
  readonly mysqlVersion?: string;
  readonly postgresVersion?: number;
  readonly multiStatement: boolean;
  readonly format: Format;
  readonly markdown: boolean;
  /** The file that the report goes to; the terminal gets the human text then. */
  readonly output?: string;
}

export interface NewCommandOptions {
  readonly project?: string;
  readonly verbose: boolean;
  readonly json: boolean;
  readonly dir?: string;
  readonly against: readonly string[];
  /** undefined: as the stacks' configuration says. */
  readonly dialect?: DialectChoice;
}

export interface PlanCommandOptions extends CommonOptions {
  /** Milliseconds. */
  readonly timeout: number;
  /** undefined: as the stack's configuration says. */
  readonly dialect?: DialectChoice;
  readonly markdown: boolean;
  /** The file that the report goes to; the terminal gets the human text then. */
  readonly output?: string;
  /** Starts a task that looks at the database. */
  readonly database: boolean;
}

export interface HistoryCommandOptions extends CommonOptions {
  /** A page goes to this file besides. */
  readonly html?: string;
  /** How far back, in milliseconds. */
  readonly since: number;
}

export interface DoctorCommandOptions extends CommonOptions {
  /** Milliseconds. */
  readonly timeout: number;
  /** Asks the database for its version, by a task. */
  readonly database: boolean;
}

export interface LookCommands {
  check(options: CheckCommandOptions): Promise<void>;
  newMigration(name: string, options: NewCommandOptions): Promise<void>;
  plan(operation: Operation, options: PlanCommandOptions): Promise<void>;
  history(options: HistoryCommandOptions): Promise<void>;
  doctor(options: DoctorCommandOptions): Promise<void>;
}

const AGAINST = "what these stacks have shipped counts as well, as stage,prod";

export function addCheck(program: Command, commands: LookCommands): void {
  withMarkdown(withFolder(program.command("check")))
    .description("look for what would go wrong in the folder of migrations; asks no database")
    .addOption(new Option("--against <stacks>", AGAINST).argParser(stackList).default([], "none"))
    .option("--base <ref>", "what this git commit holds counts as shipped, such as origin/main")
    .option("--fix", "rename late and doubled migrations to versions after all that are known", false)
    .option("--strict", "warnings refuse as well", false)
    .addOption(disableOption())
    .addOption(dialectOption())
    .addOption(mysqlVersionOption())
    .addOption(postgresVersionOption())
    .option("--multi-statement", "the database URL has x-multi-statement=true", false)
    .addOption(new Option("--format <name>", "how to print it").choices(FORMATS).default("human"))
    .addHelpText(
      "after",
      `
Exit codes: 0 clean or warnings alone, 2 wrong usage, 3 errors (or warnings with --strict).

Examples:
  ecs-migrate check
  ecs-migrate check --against stage,prod --fix
  ecs-migrate check --base origin/main --format codequality --output codequality.json`,
    )
    .action((options: CheckCommandOptions) => commands.check(options));
}

export function addNew(program: Command, commands: LookCommands): void {
  withFolder(program.command("new"))
    .description("make the two files of a migration, with a version later than every known one")
    .argument("<name>", "what it does, such as add_users_email")
    .addOption(new Option("--against <stacks>", AGAINST).argParser(stackList).default([], "none"))
    .addOption(dialectOption())
    .addHelpText("after", '\nExample:\n  ecs-migrate new "add users email" --against prod')
    .action((name: string, options: NewCommandOptions) => commands.newMigration(name, options));
}

export function addPlan(program: Command, commands: LookCommands): void {
  withMarkdown(withCommon(program.command("plan")))
    .description(
      "say which files an operation would run, and what they do; asks the database, changes nothing",
    )
    .argument("[operation]", "up, down or goto", "up")
    .argument("[argument]", "how many for down, the version for goto")
    .option("--all", "down: every one", false)
    .option("--no-database", "start no task: the version is the last run's, and no size is known")
    .addOption(timeoutOption())
    .addOption(dialectOption())
    .addHelpText(
      "after",
      `
up plans what the next deploy of this checkout runs; down and goto run what the stack has shipped.

Examples:
  ecs-migrate plan --stack prod
  ecs-migrate plan --stack prod --markdown --output plan.md
  ecs-migrate plan down 2 --stack stage
  ecs-migrate plan goto 20261124 --stack stage --json`,
    )
    .action(
      (
        name: string,
        argument: string | undefined,
        { all, ...options }: PlanCommandOptions & { all: boolean },
      ) => commands.plan(plannedOperation(name, argument, all), options),
    );
}

/** @throws {ConfigError} for an operation that runs no file, or a wrong argument of one that does */
function plannedOperation(name: string, argument: string | undefined, all: boolean): Operation {
  if (all && name !== "down") throw new ConfigError(["--all goes with down alone"]);
  if (name === "down") return parseDown(argument, all);
  if (name === "goto") return parseVersioned("goto", argument ?? "");
  if (name === "up" && argument === undefined) return { name: "up" };
  if (name === "up") throw new ConfigError([`up takes no argument; you gave ${argument}`]);
  throw new ConfigError([`${name} cannot be planned; up, down N and goto V can`]);
}

export function addHistory(program: Command, commands: LookCommands): void {
  withCommon(program.command("history"))
    .description("list every run that the log group remembers, with who, what and how it ended")
    .option("--html <file>", "write a page of all those runs to a file")
    .addOption(
      new Option("--since <time>", "how far back, such as 12h, 30d, 8w")
        .argParser(since)
        .default(since("30d"), "30d"),
    )
    .addHelpText(
      "after",
      "\nExamples:\n  ecs-migrate history --stack prod\n  ecs-migrate history --stack prod --since 52w --json",
    )
    .action((options: HistoryCommandOptions) => commands.history(options));
}

export function addDoctor(program: Command, commands: LookCommands): void {
  withCommon(program.command("doctor"))
    .description("look at each part that a run needs, and guide out of a dirty version; changes nothing")
    .option("--database", "ask the database for its version as well, by a task", false)
    .addOption(timeoutOption())
    .addHelpText(
      "after",
      `
Exit codes: 0 all well or warnings alone, 2 wrong usage, 3 problems, 12 the database is dirty.

Examples:
  ecs-migrate doctor --stack prod
  ecs-migrate doctor --stack prod --database`,
    )
    .action((options: DoctorCommandOptions) => commands.doctor(options));
}

/** The options of a command that needs a folder and no stack. */
function withFolder(command: Command): Command {
  return command
    .option("--dir <folder>", "the folder of migrations (default: from Pulumi.yaml)")
    .option("-C, --project <folder>", "the folder of Pulumi.yaml (default: where package.json is)")
    .option("--json", "print it as JSON", false)
    .option("--verbose", "print the stack trace of an error", false);
}
