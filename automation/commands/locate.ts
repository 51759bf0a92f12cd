/** What each command that runs or follows a task begins with. */

import { join, resolve } from "node:path";
import { loadClients } from "../aws/clients.ts";
import type { CommandContext } from "../cli/context.ts";
import type { CommonOptions } from "../cli/options.ts";
import { originOf } from "../cli/origin.ts";
import { ConfigError } from "../contract/errors.ts";
import type { Outputs } from "../contract/outputs.ts";
import { locateStack, type PulumiLocation, readOutputs } from "../stack/pulumiCli.ts";
import { isProject, readText, requireProjectName } from "../stack/settings.ts";
import { shellWord } from "../text/commandLine.ts";

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
  return locateStack(stack, projectFolder(context, options), context);
}

/**
 * The folder of Pulumi.yaml: --project, else the folder that the person stands in if it is such a project (a copy whose
 * program is a link elsewhere, as the demo's), else the one of package.json.
 *
 * @throws {ConfigError} if --project names no project, or it has another name than its settings
 */
export function projectFolder(context: CommandContext, { project }: Pick<CommonOptions, "project">): string {
  const folder = project === undefined ? standingProject(context) : resolve(context.cwd, project);
  const yaml = readText(join(folder, "Pulumi.yaml"));
  if (yaml === "" && project !== undefined)
    throw new ConfigError([`There is no Pulumi.yaml in ${project}, which --project names`]);
  requireProjectName(yaml);
  return folder;
}

function standingProject({ cwd, home }: CommandContext): string {
  return isProject(readText(join(cwd, "Pulumi.yaml"))) ? cwd : home;
}

/**
 * The outputs of each stack, by its name.
 *
 * @throws {NotDeployedError} if one has none yet; {@link readOutputs} names the others
 */
export async function outputsOf(
  context: CommandContext,
  options: Pick<CommonOptions, "project">,
  stacks: readonly string[],
): Promise<Map<string, Outputs>> {
  const project = projectFolder(context, options);
  const outputs = new Map<string, Outputs>();
  for (const name of stacks) {
    const stack = requireStack(name, undefined, null);
    outputs.set(stack, await readOutputs(locateStack(stack, project, context)));
  }
  return outputs;
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
 * @throws {ConfigError} if neither --stack nor the branch names one
 */
export function requireStack(
  stack: string | undefined,
  fromBranch: string | undefined,
  branch: string | null,
): string {
  const chosen = stack ?? fromBranch;
  if (chosen !== undefined && /^[\w.-]+(\/[\w.-]+){0,2}$/.test(chosen)) return chosen;
  if (chosen !== undefined) throw new ConfigError([`--stack ${shellWord(chosen)} is no stack's name`]);
  const where =
    branch === null
      ? "there is no branch to tell it by"
      : `the branch ${branch} is neither stage/* nor prod/*`;
  throw new ConfigError([`Which stack? ${where}; name it with --stack`]);
}
