/**
 * Reads a stack's outputs with one call of the Pulumi CLI. A rerun needs nothing else of Pulumi, so the Automation API,
 * which takes longer to load than this call takes, stays out of its way.
 */
import { execFile } from "node:child_process";
import { EcsMigrateError, EXIT } from "../contract/errors.ts";
import { type Outputs, parseOutputs } from "../contract/outputs.ts";

/** The Pulumi CLI is not there, or it refused; nothing was started. */
export class PulumiError extends EcsMigrateError {
  readonly code = "pulumi";
  readonly exitCode = EXIT.usage;
}

/** The stack was never deployed, so it has no outputs to read. */
export class NotDeployedError extends EcsMigrateError {
  readonly code = "notDeployed";
  readonly exitCode = EXIT.usage;
}

export interface PulumiLocation {
  readonly stack: string;
  /** The folder of Pulumi.yaml. */
  readonly project: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
}

/**
 * @throws {NotDeployedError} where the stack has no outputs yet
 * @throws {OutputsError} where they are not those that this version reads
 * @throws {PulumiError} where the CLI is missing, or knows no such stack, or cannot reach its state
 */
export async function readOutputs(location: PulumiLocation): Promise<Outputs> {
  const outputs = await findOutputs(location);
  if (outputs) return outputs;
  throw new NotDeployedError(
    `Stack ${location.stack} has no outputs yet; run \`pulumi up -s ${location.stack}\` once as an operator`,
  );
}

/** As {@link readOutputs}, but undefined where the stack was never deployed. */
export async function findOutputs(location: PulumiLocation): Promise<Outputs | undefined> {
  const text = await pulumi(["stack", "output", "--json", "--stack", location.stack], location);
  const raw: unknown = JSON.parse(text);
  if (typeof raw === "object" && raw !== null && Object.keys(raw).length === 0) return undefined;
  return parseOutputs(raw, location.stack);
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
  const { project, env, signal, stack } = location;
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
        else if (error) reject(new PulumiError(pulumiFailure(error, stderr, stack), { cause: error }));
        else resolve(stdout);
      },
    );
  });
}

/** One sentence for a failure of the CLI, with the next command. Pure. */
export function pulumiFailure(
  error: { readonly code?: unknown; readonly message: string },
  stderr: string,
  stack: string,
): string {
  if (error.code === "ENOENT") {
    return "The Pulumi CLI is not on the PATH; install it (https://www.pulumi.com/docs/install/) and run the same command again";
  }
  const said = stderr
    .split("\n")
    .map((line) => line.replace(/^error: /, "").trim())
    .filter((line) => line !== "" && !line.startsWith("warning:"))
    .join(" ");
  if (/no stack named/.test(said)) {
    return `There is no stack ${stack} in this backend; \`pulumi stack ls\` lists those there are, \`pulumi stack init ${stack}\` makes it`;
  }
  if (/PULUMI_ACCESS_TOKEN|not logged in|pulumi login/.test(said)) {
    return "Pulumi does not know where its state is; run `pulumi login s3://<bucket>?region=<region>`, or set PULUMI_BACKEND_URL";
  }
  if (/no Pulumi(\.yaml| project)/i.test(said)) {
    return "There is no Pulumi.yaml here; run the command in the project's folder, or name it with --project";
  }
  return `Pulumi could not read stack ${stack}: ${said || error.message}`;
}
