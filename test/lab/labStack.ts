/**
 * Stack `local` in a lab: its secrets in the local AWS, its project folder, and the program's own commands run on it as
 * CodeBuild runs them, each in a process of its own.
 */
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import type { Lab } from "./lab.ts";
import { LabError } from "./labError.ts";
import type { StackConfig } from "./project.ts";

const MAIN = resolve(import.meta.dirname, "..", "..", "automation", "main.ts");

export const STACK = "local";
/** The application of Pulumi.local.yaml. */
const APPLICATION = "shop";

export interface LabStackOptions {
  /** Another application of the same account, with a state of its own; the example's where left out. */
  readonly application?: string;
  /** The application's folder; the example's where left out. */
  readonly app?: string;
  /** Configuration over Pulumi.local.yaml: full keys to values. */
  readonly stackConfig?: StackConfig;
  /** The database as a container sees it; the lab's own where left out. */
  readonly databaseUrl?: string;
}

export interface CommandResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
}

export interface CommandOptions {
  /** Called with each piece of output as it comes, and with a way to signal the process. */
  readonly onOutput?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
  /** Another stack's name than the lab's. */
  readonly stack?: string;
}

export interface LabStack {
  /** The folder of Pulumi.yaml; the application's copy is `app` below it. */
  readonly project: string;
  /** Runs `ecs-migrate <args> --stack local`. */
  run(args: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /** Runs `ecs-migrate <args>` for a command that has no --stack. */
  runAlone(args: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /** Runs the Pulumi CLI on the stack. */
  pulumi(args: readonly string[], options?: CommandOptions): Promise<CommandResult>;
}

/** Makes the stack: parameters, project folder, `pulumi stack init`. Nothing is deployed yet. */
export async function createLabStack(lab: Lab, options: LabStackOptions = {}): Promise<LabStack> {
  const { application = APPLICATION } = options;
  await putSecrets(lab, application, options.databaseUrl ?? lab.postgres.urlFromContainer);
  const own = application === APPLICATION ? undefined : ownState(lab, application);
  const { runtime, builder, migrator } = lab.images;
  const project = await lab.makeProject({
    ...(options.app === undefined ? {} : { app: options.app }),
    stackConfig: {
      "ecs-migrate:buildArgs": { RUNTIME_IMAGE: runtime, BUILDER_IMAGE: builder, MIGRATOR_IMAGE: migrator },
      ...own?.config,
      ...options.stackConfig,
    },
  });
  const stack: LabStack = {
    project,
    run: (args, run) =>
      execute(
        lab,
        process.execPath,
        [MAIN, ...args, "--stack", run?.stack ?? STACK, "--project", project],
        project,
        run,
      ),
    runAlone: (args, run) =>
      execute(lab, process.execPath, [MAIN, ...args, "--project", project], project, run),
    pulumi: (args, run) =>
      execute(lab, "pulumi", [...args, "--stack", STACK, "--non-interactive"], project, {
        ...run,
        env: { ...own?.env, ...run?.env },
      }),
  };
  const args = ["stack", "init", STACK, "--non-interactive"];
  const init = await execute(lab, "pulumi", args, project, own && { env: own.env });
  if (init.exitCode !== 0) throw new LabError(`pulumi stack init ${STACK} failed: ${init.stderr.trim()}`);
  return stack;
}

/** A second application's stack has the same name; its file names another state and Slack parameter. */
function ownState(lab: Lab, application: string) {
  const folder = join(lab.folder, `state-${application}`);
  mkdirSync(folder);
  const url = `file://${folder}`;
  return {
    config: {
      "ecs-migrate:application": application,
      "ecs-migrate:stateUrl": url,
      "ecs-migrate:sourceLocation": `local-${application}-source/source.zip`,
      "ecs-migrate:slackWebhookParameter": `/${application}/local/slack-webhook`,
    },
    env: { PULUMI_BACKEND_URL: url },
  };
}

/** The database's URL and the webhook's, as an operator would put them: SecureStrings that the stack only knows by name. */
async function putSecrets(lab: Lab, application: string, databaseUrl: string): Promise<void> {
  const client = new SSMClient(lab.clientConfig);
  const put = (Name: string, Value: string) =>
    client.send(new PutParameterCommand({ Name, Value, Type: "SecureString", Overwrite: true }));
  try {
    await put(`/${application}/local/migration`, databaseUrl);
    await put(`/${application}/local/slack-webhook`, lab.slack.url);
  } finally {
    client.destroy();
  }
}

function execute(
  lab: Lab,
  command: string,
  args: readonly string[],
  cwd: string,
  options: CommandOptions = {},
): Promise<CommandResult> {
  const { onOutput, env, signal = lab.signal } = options;
  const started = performance.now();
  const state = { XDG_STATE_HOME: join(lab.folder, "state-home") };
  return new Promise((done, failed) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...lab.env, ...state, CI: "true", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (text: string) => {
        output[name] += text;
        onOutput?.(text, (signal) => child.kill(signal));
      });
    }
    const stop = () => child.kill("SIGTERM");
    signal.addEventListener("abort", stop, { once: true });
    child.once("error", failed).once("close", (exitCode) => {
      signal.removeEventListener("abort", stop);
      done({ exitCode, ...output, milliseconds: performance.now() - started });
    });
  });
}
