/**
 * The revisions of the migration task definition, and which migrations each carries: `infra/` writes the versions into a
 * Docker label of the container, so an old revision tells even after the stack moved on.
 */
import type { ContainerDefinition } from "@aws-sdk/client-ecs";
import type { EcsApi } from "../aws/clients.ts";
import { awsErrorText } from "../aws/errors.ts";
import { ConfigError } from "../contract/errors.ts";
import type { Outputs } from "../contract/outputs.ts";

/** The labels that `infra/containerDefinition.ts` writes. */
const MIGRATIONS_LABEL = "ecs-migrate.migrations";

/** So many of the newest revisions are searched; each costs one call. */
const SEARCHED_REVISIONS = 50;

export interface Revision {
  /** With its revision. */
  readonly taskDefinition: string;
  /** The versions that its image carries, ascending; null if the revision has no record. */
  readonly versions: readonly number[] | null;
  readonly image: string | null;
}

/** `family:7` or an ARN that ends so, as the number 7. */
export function revisionNumber(taskDefinition: string): number {
  return Number(taskDefinition.slice(taskDefinition.lastIndexOf(":") + 1));
}

/**
 * The revision that an operation is to run: the stack's own, or the one that `--revision` names.
 *
 * @throws {ConfigError} if there is no such revision, or it was deregistered
 */
export async function chooseRevision(
  ecs: EcsApi,
  outputs: Outputs,
  revision: number | undefined,
): Promise<Revision> {
  if (revision === undefined) {
    const versions = outputs.migrations.map((migration) => migration.version);
    return { taskDefinition: outputs.taskDefinitionArn, versions, image: outputs.image };
  }
  const name = `${outputs.taskDefinitionFamily}:${revision}`;
  try {
    const { taskDefinition } = await ecs.describeTaskDefinition({ taskDefinition: name });
    if (taskDefinition?.status === "INACTIVE")
      throw new ConfigError([`Revision ${name} was deregistered, so it cannot run`]);
    const container = taskDefinition?.containerDefinitions?.find(
      ({ name }) => name === outputs.containerName,
    );
    const taskDefinitionArn = taskDefinition?.taskDefinitionArn ?? name;
    return {
      taskDefinition: taskDefinitionArn,
      versions: recordedVersions(container),
      image: container?.image ?? null,
    };
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const current = revisionNumber(outputs.taskDefinitionArn);
    throw new ConfigError(
      [`There is no revision ${name} to run (${awsErrorText(error)}); the stack's own is ${current}`],
      { cause: error },
    );
  }
}

/** The newest revision of the family whose image carries a version, or undefined. */
export async function findRevisionWith(
  ecs: EcsApi,
  family: string,
  version: number,
): Promise<number | undefined> {
  const { taskDefinitionArns } = await ecs.listTaskDefinitions({
    familyPrefix: family,
    status: "ACTIVE",
    sort: "DESC",
    maxResults: SEARCHED_REVISIONS,
  });
  for (const arn of taskDefinitionArns ?? []) {
    const { taskDefinition } = await ecs.describeTaskDefinition({ taskDefinition: arn });
    const carries = taskDefinition?.containerDefinitions?.some((container) =>
      recordedVersions(container)?.includes(version),
    );
    if (carries && taskDefinition?.family === family) return revisionNumber(arn);
  }
  return undefined;
}

/** The versions in a container definition's record. Pure. */
export function recordedVersions(container: ContainerDefinition | undefined): number[] | null {
  const label = container?.dockerLabels?.[MIGRATIONS_LABEL];
  if (label === undefined) return null;
  return label === "" ? [] : label.split(",").map(Number);
}
