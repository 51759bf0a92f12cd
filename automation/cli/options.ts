/** Options that several commands take, and the values they accept. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { DIALECTS } from "../check/choices.ts";

export interface CommonOptions {
  readonly stack?: string;
  readonly project?: string;
  readonly verbose: boolean;
  readonly json: boolean;
}

export interface RunOptions extends CommonOptions {
  /** Milliseconds. */
  readonly timeout: number;
  /** For how long a start without room is tried again, in milliseconds. */
  readonly capacityWait: number;
  readonly wait: boolean;
  readonly stopOnCancel: boolean;
  /** Files. */
  readonly report: readonly string[];
  readonly slack: boolean | undefined;
}

const DEFAULT_TIMEOUT = "60m";
const DEFAULT_CAPACITY_WAIT = "10m";

export function withCommon(command: Command): Command {
  return command
    .option("-s, --stack <name>", "the Pulumi stack")
    .option("-C, --project <folder>", "the folder of Pulumi.yaml (default: where package.json is)")
    .option("--json", "print the report as JSON", false)
    .option("--verbose", "print Pulumi's own output, and the stack trace of an error", false);
}

export function withRunOptions(command: Command): Command {
  return command
    .addOption(timeoutOption())
    .addOption(capacityWaitOption())
    .option("--wait", "wait for another running migration to end, instead of refusing", false)
    .option(
      "--stop-on-cancel",
      "stop the task when this command is stopped or times out; the database may end up dirty",
      false,
    )
    .addOption(reportOption())
    .option("--slack", "tell Slack, even of a mere question")
    .option("--no-slack", "tell Slack nothing");
}

/** `--markdown` and `--output`, of the commands whose report a merge request shows. */
export function withMarkdown(command: Command): Command {
  return command
    .option("--markdown", "print it as Markdown, for a merge request's comment", false)
    .option("--output <file>", "write the report to a file, and the human text to the terminal");
}

function repeatable(flags: string, description: string): Option {
  return new Option(flags, `${description}; may be given several times`)
    .default([], "none")
    .argParser((value: string, values: readonly string[]) => [...values, value]);
}

export function disableOption(): Option {
  return repeatable("--disable <rule>", "a rule of `check` that is off");
}

function reportOption(): Option {
  const kinds = "a page for .html, Markdown for .md, else JSON";
  return repeatable("--report <file>", `write the report to a file: ${kinds}`);
}

export function dialectOption(): Option {
  return new Option(
    "--dialect <name>",
    "whose SQL the files hold; auto goes by what the database reported, databaseEngine, or what it looks like; other reads only names and bytes",
  )
    .choices(DIALECTS)
    .default(undefined, "the stack's ecs-migrate:checkDialect");
}

export function postgresVersionOption(): Option {
  return new Option(
    "--postgres-version <major>",
    "Postgres's major version, for what only some versions can do",
  ).argParser((text) => {
    const version = Number(text);
    if (Number.isInteger(version) && version >= 9) return version;
    throw new InvalidArgumentError("It must be a major version, such as 16.");
  });
}

/** For a folder without a stack, whose configuration has it. */
export function mysqlVersionOption(): Option {
  return new Option(
    "--mysql-version <version>",
    "the server of a MySQL folder, such as 8.0, 8.4 or mariadb-10.11",
  );
}

/** EC2 from zero and managed instances take some minutes. */
function capacityWaitOption(): Option {
  return new Option(
    "--capacity-wait <duration>",
    "keep trying for this long when ECS has no room for the task, such as 90s, 30m",
  )
    .default(duration(DEFAULT_CAPACITY_WAIT), DEFAULT_CAPACITY_WAIT)
    .argParser(duration);
}

export function timeoutOption(): Option {
  return new Option(
    "--timeout <duration>",
    "stop watching after this long, such as 90s, 45m, 2h; the task is left running",
  )
    .default(duration(DEFAULT_TIMEOUT), DEFAULT_TIMEOUT)
    .argParser(duration);
}

/** Reads `90s`, `45m`, `2h` as milliseconds. */
export function duration(text: string): number {
  const [, count, unit] = /^(\d+)(s|m|h)$/.exec(text) ?? [];
  if (count === undefined || Number(count) === 0)
    throw new InvalidArgumentError("It must be like 90s, 45m or 2h.");
  const unitMs = unit === "h" ? 3_600_000 : unit === "m" ? 60_000 : 1_000;
  return Number(count) * unitMs;
}

export function positive(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("It must be a whole number of 1 or more.");
  return Number(text);
}

/** Reads `90m`, `12h`, `30d`, `2w` as milliseconds. */
export function since(text: string): number {
  const [, count, unit = ""] = /^(\d{1,4})([mhdw])$/.exec(text) ?? [];
  if (count === undefined || Number(count) === 0)
    throw new InvalidArgumentError("It must be like 90m, 12h, 30d or 2w.");
  const minutes = { m: 1, h: 60, d: 24 * 60, w: 7 * 24 * 60 }[unit] ?? 0;
  return Number(count) * minutes * 60_000;
}

/** `stage,prod` as a list, each once. An empty variable of a pipeline is refused: it would compare with nothing. */
export function stackList(text: string): string[] {
  const stacks = [...new Set(text.split(",").map((stack) => stack.trim()))].filter((stack) => stack !== "");
  if (stacks.length === 0) throw new InvalidArgumentError("It must name a stack, such as stage,prod.");
  return stacks;
}
