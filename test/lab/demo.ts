/**
 * The main job on the embedded local AWS: deploys of stack `local` as CodeBuild makes them, one of them with a broken
 * migration, the way out of that, and what Slack shows of each. `npm run demo`, `npm run demo -- --mysql` for MariaDB, or
 * `npm run demo -- --app ../their-app --migrations db/migrate` for another application's own migrations.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readMigrationFiles } from "../../automation/migrations/folder.ts";
import { migrationFoldersBelow } from "../../automation/migrations/foldersBelow.ts";
import type { RunReport } from "../../automation/report/report.ts";
import { serviceLine } from "../../automation/report/services.ts";
import { shellWord } from "../../automation/text/commandLine.ts";
import type { Mariadb } from "./database/mariadb.ts";
import { MYSQL_STACK, startMariadbOf } from "./database/ofLab.ts";
import { DATABASE } from "./database/server.ts";
import { type Act, MYSQL_ACTS, OWN_ACTS, POSTGRES_ACTS } from "./demoActs.ts";
import { SERVICE_STACK, Visitor } from "./demoService.ts";
import { type Lab, withLab } from "./lab.ts";
import { LabError } from "./labError.ts";
import { createLabStack, type LabStack } from "./labStack.ts";
import { renderSlackMessage } from "./slack/render.ts";

const HELP = `Usage: npm run demo -- [options]

Deploys the example to a local AWS with real containers and a real Postgres, and stops everything again.

  --mysql         a real MariaDB in place of Postgres, and the example's MySQL migrations; the broken one stays half done
  --app <folder>  your own application in place of the example's: a folder with a Dockerfile
  --migrations <path>  its folder of migrations below that, such as db/migrate; default resources/db/migrations
  --keep          leave everything up until Ctrl-C, for commands by hand; Slack's messages are shown as they come
  --help               this text`;
const DEFAULT_MIGRATIONS = "resources/db/migrations";

interface Outcome {
  readonly title: string;
  readonly exitCode: number | null;
  readonly headline: string;
  /** What became of the example's service; empty for a command that is no deploy. */
  readonly service: string;
  readonly seconds: number;
  readonly asExpected: boolean;
}

process.exitCode = await demo();

async function demo(): Promise<number> {
  try {
    const chosen = options();
    if (chosen.help) {
      say(HELP);
      return 0;
    }
    const dockerfile = chosen.app === undefined ? {} : { dockerfile: join(chosen.app, "Dockerfile") };
    return await withLab({ report: say, sharedPlugins: true, ...dockerfile }, (lab) =>
      chosen.mysql ? playOnMariadb(lab, chosen) : play(lab, chosen),
    );
  } catch (error) {
    if (error instanceof Error && error.name === "AbortError") return 130;
    if (!(error instanceof LabError)) throw error;
    say(error.message);
    return 2;
  }
}

interface DemoOptions {
  readonly app: string | undefined;
  /** The folder of migrations below the application's. */
  readonly migrations: string;
  readonly mysql: boolean;
  readonly keep: boolean;
  readonly help: boolean;
}

/** @throws {LabError} for an option that there is not, and for a folder that is no application */
function options(): DemoOptions {
  try {
    const known = {
      app: { type: "string" },
      migrations: { type: "string" },
      mysql: { type: "boolean", default: false },
      keep: { type: "boolean", default: false },
      help: { type: "boolean", default: false, short: "h" },
    } as const;
    const { app, mysql, keep, help, ...given } = parseArgs({ options: known }).values;
    const own = mysql && app === undefined ? MYSQL_STACK["ecs-migrate:migrationsPath"] : DEFAULT_MIGRATIONS;
    const migrations = given.migrations ?? own;
    if (app !== undefined && !help) requireApp(app, migrations);
    return { app, migrations, mysql, keep, help };
  } catch (error) {
    if (error instanceof LabError) throw error;
    throw new LabError(
      `${(error as Error).message}. The demo takes --mysql, --app FOLDER, --migrations PATH and --keep.`,
    );
  }
}

function requireApp(app: string, migrations: string): void {
  if (!existsSync(join(app, "Dockerfile")))
    throw new LabError(
      `There is no Dockerfile in ${app}; name with --app an application's folder that has one.`,
    );
  if (
    existsSync(join(app, migrations)) &&
    readMigrationFiles(join(app, migrations)).some(({ parsed }) => parsed)
  )
    return;
  const [found = "db/migrate"] = migrationFoldersBelow(app);
  throw new LabError(
    `There is no migration in ${migrations} of ${app}; name the folder of migrations with --migrations, such as --migrations ${shellWord(found)}.`,
  );
}

async function playOnMariadb(lab: Lab, chosen: DemoOptions): Promise<number> {
  const mariadb = await startMariadbOf(lab, say);
  try {
    return await play(lab, chosen, mariadb);
  } finally {
    await mariadb.stop();
  }
}

/** @param mariadb in place of the lab's Postgres */
async function play(lab: Lab, chosen: DemoOptions, mariadb?: Mariadb): Promise<number> {
  const { app, migrations, mysql, keep } = chosen;
  // Of a user's own application nobody knows the port; with --mysql the stack builds no image of the application.
  const serves = app === undefined && !mysql;
  const stackConfig = {
    ...(mysql && app === undefined ? MYSQL_STACK : {}),
    ...(serves ? SERVICE_STACK : {}),
    ...(migrations === DEFAULT_MIGRATIONS ? {} : { "ecs-migrate:migrationsPath": migrations }),
  };
  const stack = await createLabStack(lab, {
    stackConfig,
    ...(app !== undefined && { app }),
    ...(mariadb && { databaseUrl: mariadb.urlFromContainer }),
  });
  const examples = mysql ? MYSQL_ACTS : POSTGRES_ACTS;
  const visitor = serves ? new Visitor(lab) : undefined;
  const outcomes: Outcome[] = [];
  for (const act of app === undefined ? examples : OWN_ACTS) {
    outcomes.push(await perform({ lab, stack, mariadb, migrations, visitor }, act));
    if (lab.signal.aborted) return 130;
  }
  say(summary(outcomes));
  if (keep) await keepRunning(lab, stack);
  say("Stopping the lab: its containers, processes, ports and temporary folders go away with it.");
  return outcomes.every(({ asExpected }) => asExpected) ? 0 : 1;
}

/** Where an act is played. */
interface Stage {
  readonly lab: Lab;
  readonly stack: LabStack;
  readonly mariadb: Mariadb | undefined;
  readonly migrations: string;
  readonly visitor: Visitor | undefined;
}

async function perform({ lab, stack, mariadb, migrations, visitor }: Stage, act: Act): Promise<Outcome> {
  const { title, args, byHand, exitCode, headline } = act;
  say(`\n=== ${title}`);
  if (byHand !== undefined) say(`By hand, in the database: ${byHand}`);
  say(`$ ecs-migrate ${args.join(" ")} --stack local\n`);
  act.prepare?.(join(stack.project, "app", migrations));
  if (byHand !== undefined) await mariadb?.query(DATABASE, byHand);
  const before = lab.slack.messages.length;
  const report = join(lab.folder, `report-${before}.json`);
  const run = () =>
    stack.run(headline ? [...args, "--report", report] : args, {
      onOutput: (text) => process.stdout.write(text),
    });
  const { result, ...asked } = visitor
    ? await visitor.during(run)
    : { result: await run(), asked: 0, failed: 0 };
  const messages = lab.slack.messages.slice(before);
  for (const message of messages) say(`\n--- Slack\n${renderSlackMessage(message)}\n---`);
  const told = headline ? readReport(lab, report) : undefined;
  const visit = visitor && told && act.service ? await visitor.visit(told, act.service, asked) : undefined;
  if (visit) say(`\n--- The application\n${visit.text}\n---`);
  const said = headline
    ? messages.length === 1 && headline.test(told?.headline ?? "")
    : messages.length === 0;
  return {
    title,
    exitCode: result.exitCode,
    headline: told?.headline ?? "",
    service: visitor === undefined ? "" : (told?.services.map(serviceLine).join() ?? ""),
    seconds: result.milliseconds / 1000,
    asExpected: said && result.exitCode === exitCode && visit?.asExpected !== false,
  };
}

function readReport(lab: Lab, report: string): RunReport | undefined {
  if (!readdirSync(lab.folder).includes(report.slice(lab.folder.length + 1))) return undefined;
  return JSON.parse(readFileSync(report, "utf8")) as RunReport;
}

function summary(outcomes: readonly Outcome[]): string {
  const rows = outcomes.flatMap(({ title, exitCode, headline, service, seconds, asExpected }) => [
    `${asExpected ? "as expected" : "UNEXPECTED "}  exit ${String(exitCode).padStart(2)}  ${seconds.toFixed(1).padStart(6)} s  ${title}`,
    ...[headline, service].filter(Boolean).map((line) => `${" ".repeat(33)}${line}`),
  ]);
  return `\n=== Summary\n${rows.join("\n")}\n`;
}

/** Leaves the lab up for commands by hand, until Ctrl-C. */
async function keepRunning(lab: Lab, stack: LabStack): Promise<void> {
  const names = [
    "PATH",
    "PULUMI_HOME",
    "PULUMI_BACKEND_URL",
    "PULUMI_CONFIG_PASSPHRASE",
    "AWS_ENDPOINT_URL",
    "AWS_REGION",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
  ];
  const exports = names.map((name) => `export ${name}='${lab.env[name] ?? ""}'`);
  say(
    `The lab stays up. In another shell:\n\ncd ${stack.project}\n${exports.join("\n")}\n\nnpx ecs-migrate deploy --stack local\nnpx ecs-migrate migrate status --stack local\npulumi up -s local\n\nSlack's messages are shown here. Ctrl-C here stops the lab.`,
  );
  let shown = lab.slack.messages.length;
  await new Promise<void>((resolve) => {
    // The timer keeps the process alive as well; the lab's own signal handlers abort.
    const alive = setInterval(() => {
      for (const message of lab.slack.messages.slice(shown))
        say(`\n--- Slack\n${renderSlackMessage(message)}\n---`);
      shown = lab.slack.messages.length;
    }, 1_000);
    lab.signal.addEventListener("abort", () => {
      clearInterval(alive);
      resolve();
    });
  });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
