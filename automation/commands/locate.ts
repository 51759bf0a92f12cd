/** What each command that runs or follows a task begins with. */

import { resolve } from "node:path";
import { loadClients } from "../aws/clients.ts";
import type { CommandContext } from "../cli/context.ts";
import type { CommonOptions } from "../cli/options.ts";
import { originOf } from "../cli/origin.ts";
import { ConfigError } from "../contract/errors.ts";
import type { Outputs } from "../contract/outputs.ts";
import { type PulumiLocation, readOutputs, readStackConfig } from "../stack/pulumiCli.ts";

/** The Pulumi CLI answers while the clients load. */
export async function readOutputsAndLoad(location: PulumiLocation): Promise<Outputs> {
  const outputs = readOutputs(location);
  loadClients();
  return outputs;
}

/** The stack that a command is about, and where Pulumi finds it. */
export function locate(context: CommandContext, options: CommonOptions): PulumiLocation {
  const { branch } = originOf(context.env);
  const stack = requireStack(options.stack, stackOfBranch(branch), branch);
  return { stack, project: projectFolder(context, options), env: context.env, signal: context.signal };
}

export function projectFolder(context: CommandContext, { project }: CommonOptions): string {
  return resolve(project ?? context.home);
}

/**
 * The checkout's folder of migrations, from the same two keys that `infra/config.ts` reads.
 *
 * @param config the stack's configuration, where it was read already
 */
export async function migrationsFolder(
  location: PulumiLocation,
  config?: ReadonlyMap<string, string>,
): Promise<string> {
  const values = config ?? (await readStackConfig(location));
  const app = values.get("ecs-migrate:appPath") || "app";
  return resolve(
    location.project,
    app,
    values.get("ecs-migrate:migrationsPath") || "resources/db/migrations",
  );
}

/** The stack that a branch deploys: `stage/*` stage, `prod/*` prod; undefined for any other branch. */
export function stackOfBranch(branch: string | null): string | undefined {
  const environment = branch?.split("/")[0];
  return branch?.includes("/") && (environment === "stage" || environment === "prod")
    ? environment
    : undefined;
}

/**
 * The stack that a command is about.
 *
 * @throws {ConfigError} where neither --stack nor the branch names one
 */
export function requireStack(
  stack: string | undefined,
  fromBranch: string | undefined,
  branch: string | null,
): string {
  const chosen = stack ?? fromBranch;
  if (chosen !== undefined && /^[\w.-]+(\/[\w.-]+){0,2}$/.test(chosen)) return chosen;
  if (chosen !== undefined) throw new ConfigError([`--stack ${chosen} is no stack's name`]);
  const where =
    branch === null
      ? "there is no branch to tell it by"
      : `the branch ${branch} is neither stage/* nor prod/*`;
  throw new ConfigError([`Which stack? ${where}; name it with --stack`]);
}
