/** The command line: names, arguments, help. It parses and validates; what the commands do is in {@link Commands}. */
import { Command, Option } from "commander";
import type { DialectChoice } from "../check/choices.ts";
import { type Operation, parseDown, parseVersioned } from "../contract/operations.ts";
import {
  type CommonOptions,
  dialectOption,
  disableOption,
  positive,
  type RunOptions,
  withCommon,
  withRunOptions,
} from "./options.ts";
import { addCheck, addDoctor, addHistory, addNew, addPlan, type LookCommands } from "./programLook.ts";

export interface DeployOptions extends RunOptions {
  readonly allowInfra: boolean;
  readonly allowOlder: boolean;
  readonly breakLock: boolean;
  /** False: the order and the edits are looked at, the SQL is not. */
  readonly check: boolean;
  /** Rules that are off, for this deploy, besides those that the stack's configuration names. */
  readonly disable: readonly string[];
  /** undefined: as the stack's configuration says. */
  readonly dialect?: DialectChoice;
  /** Says what will run before it runs; on a production stack to Slack as well. */
  readonly plan: boolean;
}

export interface MigrateOptions extends RunOptions {
  readonly revision?: number;
  /** The stack's name, typed in advance for what prod asks to be confirmed. */
  readonly yes?: string;
  /** `force` only: the version is that of another checkout. */
  readonly unknownVersion?: boolean;
}

export interface RollbackOptions extends CommonOptions {
  /** The number of a revision. */
  readonly to?: number;
  readonly service?: string;
  /** The stack's name, typed in advance for what prod asks to be confirmed. */
  readonly yes?: string;
  readonly report?: string;
  readonly slack: boolean | undefined;
}

/** What the commands do. Each resolves when all is told. */
export interface Commands extends LookCommands {
  deploy(options: DeployOptions): Promise<void>;
  migrate(operation: Operation, options: MigrateOptions): Promise<void>;
  attach(taskArn: string, options: RunOptions): Promise<void>;
  rollback(options: RollbackOptions): Promise<void>;
}

const EXIT_CODES = `
Exit codes: 0 applied or unchanged, 2 wrong usage or configuration, 3 refused by a guard, 10 not started (the database is
untouched by this command), 11 failed, 12 dirty, 13 interrupted, 14 unknown or timed out, 15 the migration passed and a
service is not live.`;

export function createProgram(commands: Commands, version: string): Command {
  const program = new Command("ecs-migrate")
    .description(
      "Runs a database migration once a deploy as a one-off Amazon ECS task, and tells Slack what happened.",
    )
    .version(version)
    .showHelpAfterError("(--help shows the options)")
    .addHelpText("after", EXIT_CODES)
    .exitOverride();
  addDeploy(program, commands);
  addMigrate(program, commands);
  addAttach(program, commands);
  addRollback(program, commands);
  addCheck(program, commands);
  addNew(program, commands);
  addPlan(program, commands);
  addHistory(program, commands);
  addDoctor(program, commands);
  return program;
}

function addDeploy(program: Command, commands: Commands): void {
  withRunOptions(withCommon(program.command("deploy")))
    .description("bring the stack up, run the migration where there is something to run, tell Slack")
    .option("--allow-infra", "let the deploy change more than the image: an operator's word", false)
    .option("--allow-older", "Deploy this commit even if a newer one of the branch is deployed", false)
    .option("--break-lock", "Take Pulumi's lock away from an update that died; make sure that it did", false)
    .option(
      "--no-check",
      "do not look into the new files' SQL; their order and edits are looked at all the same",
    )
    .addOption(disableOption())
    .addOption(dialectOption())
    .option("--plan", "say what will run before it runs; of a production stack in Slack as well", false)
    .addHelpText(
      "after",
      `
The stack is --stack, or follows from the branch in CodeBuild: stage/* deploys stage, prod/* prod.
MIGRATE=skip runs no migration in this build, MIGRATE=auto only where there is something to run.

Examples:
  ecs-migrate deploy --stack stage
  MIGRATE=skip ecs-migrate deploy --stack stage
  ecs-migrate deploy --stack prod --allow-infra --report result.json`,
    )
    .action((options: DeployOptions) => commands.deploy(options));
}

function addMigrate(program: Command, commands: Commands): void {
  const migrate = program
    .command("migrate")
    .description("run one operation on a stack's database, from the stack's outputs alone");
  const operation = (name: string, summary: string): Command =>
    withRunOptions(withCommon(migrate.command(name).description(summary)))
      .addOption(new Option("--revision <n>", "run this revision of the task definition").argParser(positive))
      .option("--yes <stack>", "confirm in advance, by the stack's name, what a production stack asks for");
  operation("up", "apply every migration that is pending").action((options: MigrateOptions) =>
    commands.migrate({ name: "up" }, options),
  );
  operation("down", "undo the last N migrations, or all")
    .argument("[n]", "how many")
    .option("--all", "every one", false)
    .action((n: string | undefined, { all, ...options }: MigrateOptions & { all: boolean }) =>
      commands.migrate(parseDown(n, all), options),
    );
  operation("goto", "migrate up or down to a version")
    .argument("<version>")
    .action((version: string, options: MigrateOptions) =>
      commands.migrate(parseVersioned("goto", version), options),
    );
  operation("force", "set the version without running anything, and clear the dirty mark (-1: no version)")
    .argument("<version>")
    .option("--unknown-version", "Set a version that no migration of the stack has")
    .action((version: string, options: MigrateOptions) =>
      commands.migrate(parseVersioned("force", version), options),
    );
  operation("version", "ask the database for its version").action((options: MigrateOptions) =>
    commands.migrate({ name: "version" }, options),
  );
  operation("status", "ask for the version and the migrations that are pending").action(
    (options: MigrateOptions) => commands.migrate({ name: "status" }, options),
  );
  migrate.addHelpText(
    "after",
    `
Examples:
  ecs-migrate migrate version --stack prod
  ecs-migrate migrate down 1 --stack stage
  ecs-migrate migrate goto 20261124 --stack prod --revision 41 --yes prod
  ecs-migrate migrate force -1 --stack stage`,
  );
}

function addAttach(program: Command, commands: Commands): void {
  withRunOptions(withCommon(program.command("attach")))
    .description("follow a task that is already there to its verdict, and tell Slack")
    .argument("<task>", "the task's ARN or id")
    .addHelpText(
      "after",
      "\nExample:\n  ecs-migrate attach arn:aws:ecs:…:task/stage-shop/0123456789abcdef --stack stage",
    )
    .action((task: string, options: RunOptions) => commands.attach(task, options));
}

function addRollback(program: Command, commands: Commands): void {
  withCommon(program.command("rollback"))
    .description("Roll the stack's services back to an earlier revision; the database stays as it is")
    .addOption(
      new Option("--to <revision>", "This revision of the service's task definition").argParser(positive),
    )
    .option("--service <name>", "Only this service of the stack")
    .option("--yes <stack>", "Confirm in advance, by the stack's name, what a production stack asks for")
    .option("--report <file>", "Write the report to a file, as JSON")
    .option("--no-slack", "Do not notify Slack")
    .addHelpText(
      "after",
      `
Without --to each service goes to the newest older revision that went live. The migrations that were applied since are
listed first, with what the earlier code may not live with.
Exit codes: 0 rolled back, 2 wrong usage, 3 not confirmed, 15 a service is not back.

Examples:
  ecs-migrate rollback --stack stage
  ecs-migrate rollback --stack prod --service web --to 41 --yes prod`,
    )
    .action((options: RollbackOptions) => commands.rollback(options));
}
