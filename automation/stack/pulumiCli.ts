/**
 * Reads a stack's outputs with one call of the Pulumi CLI. A rerun needs nothing else of Pulumi, so the Automation API,
 * which takes longer to load than this call takes, stays out of its way.
 */
import { execFile } from "node:child_process";
import { EcsMigrateError, EXIT } from "../contract/errors.ts";
import { type Outputs, parseOutputs } from "../contract/outputs.ts";
import { applicationOf, backendOf, readStackFile, stackFileName } from "./settings.ts";

/** The Pulumi CLI is not there, or it refused; nothing was started. */
export class PulumiError extends EcsMigrateError {
  readonly code = "pulumi";
  readonly exitCode = EXIT.usage;
}

/** The stack was never deployed, so it has no outputs to read. */
class NotDeployedError extends EcsMigrateError {
  readonly code = "notDeployed";
  readonly exitCode = EXIT.usage;
}

export interface PulumiLocation {
  readonly stack: string;
  /** The folder of Pulumi.yaml. */
  readonly project: string;
  /** With PULUMI_BACKEND_URL of the stack's own backend. */
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
  /** The stack's own backend; undefined if its file does not name one, so that the user's login decides. */
  readonly backend?: string | undefined;
  /** The application that the stack's file names. */
  readonly application?: string | undefined;
}

/** The stack belongs to another application. Nothing was started. */
export class OtherApplicationError extends EcsMigrateError {
  readonly code = "otherApplication";
  readonly exitCode = EXIT.usage;
}

/** A stack and the backend that its file names. The user's own login is neither used nor changed then. */
export function locateStack(
  stack: string,
  project: string,
  process: { readonly env: NodeJS.ProcessEnv; readonly signal?: AbortSignal },
): PulumiLocation {
  const settings = readStackFile(project, stack);
  const backend = backendOf(settings);
  const { env, signal } = process;
  return {
    ...{ stack, project, backend, application: applicationOf(settings) },
    env: backend === undefined ? env : { ...env, PULUMI_BACKEND_URL: backend },
    ...(signal ? { signal } : {}),
  };
}

/**
 * @throws {NotDeployedError} if the stack has no outputs yet
 * @throws {OutputsError} if they are not those that this version reads
 * @throws {PulumiError} if the CLI is missing, or knows no such stack, or cannot reach its state
 */
export async function readOutputs(location: PulumiLocation): Promise<Outputs> {
  const outputs = await findOutputs(location);
  if (outputs) return outputs;
  throw new NotDeployedError(
    `Stack ${location.stack} has no outputs yet; run \`pulumi up -s ${location.stack}\` once as an operator`,
  );
}

/** As {@link readOutputs}, but undefined if the stack was never deployed. */
export async function findOutputs(location: PulumiLocation): Promise<Outputs | undefined> {
  const text = await pulumi(["stack", "output", "--json", "--stack", location.stack], location);
  const raw: unknown = JSON.parse(text);
  if (typeof raw === "object" && raw !== null && Object.keys(raw).length === 0) return undefined;
  const outputs = parseOutputs(raw, location.stack);
  requireApplication(outputs, location);
  return outputs;
}

/** @throws {OtherApplicationError} if the outputs are another application's than the stack's file names */
function requireApplication(outputs: Outputs, { stack, application, backend }: PulumiLocation): void {
  if (application === undefined || application === outputs.application) return;
  const where = backend ?? "the backend that Pulumi is logged in to";
  throw new OtherApplicationError(
    `Stack ${stack} in ${where} belongs to application ${outputs.application}, but ${stackFileName(stack)} names ${application}, so nothing was started; correct the file, or make a state of its own for ${application} with \`npm run bootstrap -- --stack ${stack}\``,
  );
}

/** The stack's configuration as text, by full key (`ecs-migrate:appPath`), the project's defaults included. Secrets are left out. */
export async function readStackConfig(location: PulumiLocation): Promise<Map<string, string>> {
  const text = await pulumi(["config", "--json", "--stack", location.stack], location);
  const entries = Object.entries(JSON.parse(text) as Record<string, { value?: string; secret?: boolean }>);
  return new Map(
    entries.flatMap(([key, { value, secret }]) => (value === undefined || secret ? [] : [[key, value]])),
  );
}

/** Runs the Pulumi CLI and gives its standard output. */
function pulumi(args: readonly string[], location: PulumiLocation): Promise<string> {
  const { project, env, signal } = location;
  const childEnv = { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const options = { cwd: project, env: childEnv, maxBuffer: 64 * 1024 * 1024, ...(signal ? { signal } : {}) };
  return new Promise((resolve, reject) => {
    execFile(
      "pulumi",
      [...args, "--non-interactive", "--color", "never"],
      options,
      (error, stdout, stderr) => {
        // Stopped on purpose: that is no fault of Pulumi's.
        if (error && signal?.aborted) reject(error);
        else if (error) reject(new PulumiError(pulumiFailure(error, stderr, location), { cause: error }));
        else resolve(stdout);
      },
    );
  });
}

/** One sentence for a failure of the CLI, with the next command. Pure. */
export function pulumiFailure(
  error: { readonly code?: unknown; readonly message: string },
  stderr: string,
  { stack, backend }: Pick<PulumiLocation, "stack" | "backend">,
): string {
  if (error.code === "ENOENT") {
    return "The Pulumi CLI is not on the PATH; install it (https://www.pulumi.com/docs/install/) and run the same command again";
  }
  const said = stderr
    .split("\n")
    .map((line) => line.replace(/^error: /, "").trim())
    .filter((line) => line !== "" && !line.startsWith("warning:"))
    .join(" ");
  if (/no stack named/.test(said)) return noStackText(stack, backend);
  if (/PULUMI_ACCESS_TOKEN|not logged in|pulumi login/.test(said)) {
    return `Pulumi does not know where the state of stack ${stack} is; set ecs-migrate:stateBucket in ${stackFileName(stack)} (\`npm run bootstrap -- --stack ${stack}\` prints the line)`;
  }
  if (/no Pulumi(\.yaml| project)/i.test(said)) {
    return "There is no Pulumi.yaml here; run the command in the project's folder, or name it with --project";
  }
  return `Pulumi could not read stack ${stack}: ${said || error.message}`;
}

/** Never proposes \`pulumi stack init\`: in the wrong backend it would make a second stack of the name. */
function noStackText(stack: string, backend: string | undefined): string {
  const file = stackFileName(stack);
  if (backend === undefined) {
    return `There is no stack ${stack} in the backend that Pulumi is logged in to, and ${file} does not say where its state is; set ecs-migrate:stateBucket there (\`npm run bootstrap -- --stack ${stack}\` prints the line)`;
  }
  return `There is no stack ${stack} in ${backend}, which ${file} names; correct ecs-migrate:stateBucket there, or run \`npm run bootstrap -- --stack ${stack}\` if the stack was never made`;
}
