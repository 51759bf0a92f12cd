/** What ECS remembers of a service's deployments, and which earlier revision that leaves to go back to. */
import type { ServiceDeploymentBrief, ServiceRevision } from "@aws-sdk/client-ecs";
import type { ServiceApi, ServiceName } from "./api.ts";

export interface PastDeployment {
  readonly status: NonNullable<ServiceDeploymentBrief["status"]> | "unknown";
  /** Why it ended so; null if ECS gives no reason. */
  readonly reason: string | null;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** null while it is in progress. */
  readonly finishedAt: number | null;
  /** ARN; null if ECS does not say what it brought up. */
  readonly taskDefinition: string | null;
}

/** DescribeServiceRevisions takes 20 at most. */
const MOST_ARNS = 20;

/** Newest first. */
export async function readDeployments(
  api: Pick<ServiceApi, "listServiceDeployments" | "describeServiceRevisions">,
  name: ServiceName,
): Promise<PastDeployment[]> {
  const briefs = await api.listServiceDeployments(name);
  const arns = [...new Set(briefs.flatMap(({ targetServiceRevisionArn: arn }) => (arn ? [arn] : [])))];
  const revisions: ServiceRevision[] = [];
  for (let from = 0; from < arns.length; from += MOST_ARNS)
    revisions.push(...(await api.describeServiceRevisions(arns.slice(from, from + MOST_ARNS))));
  const broughtUp = new Map(
    revisions.map(({ serviceRevisionArn, taskDefinition }) => [serviceRevisionArn, taskDefinition]),
  );
  return briefs.map((brief) => ({
    status: brief.status ?? "unknown",
    reason: brief.statusReason ?? null,
    createdAt: (brief.createdAt ?? brief.startedAt)?.getTime() ?? 0,
    finishedAt: brief.finishedAt?.getTime() ?? null,
    taskDefinition: broughtUp.get(brief.targetServiceRevisionArn) ?? null,
  }));
}

/**
 * The revision to go back to: the newest older one that went live. A way back that is under way already is followed.
 *
 * @param current ARN of the revision that the service names
 * @param deployments newest first
 */
export function earlierRevision(current: string, deployments: readonly PastDeployment[]): string | undefined {
  const inProgress = deployments.find(({ finishedAt }) => finishedAt === null)?.taskDefinition === current;
  const live = deployments
    .filter(({ status }) => status === "SUCCESSFUL")
    .flatMap(({ taskDefinition }) => taskDefinition ?? []);
  const [last] = live;
  if (inProgress && last !== undefined && isOlder(current, last)) return current;
  return live.find((taskDefinition) => isOlder(taskDefinition, current));
}

function isOlder(one: string, other: string): boolean {
  const [family, revision] = split(one);
  const [otherFamily, otherRevision] = split(other);
  return family === otherFamily && revision < otherRevision;
}

function split(taskDefinition: string): readonly [string, number] {
  const at = taskDefinition.lastIndexOf(":");
  return [taskDefinition.slice(0, at), Number(taskDefinition.slice(at + 1))];
}
