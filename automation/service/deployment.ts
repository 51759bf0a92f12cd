/** Where a service's deployment stands, from what ECS says of the service. Pure. */
import type { Deployment, Service, ServiceDeploymentBrief } from "@aws-sdk/client-ecs";

export type DeploymentState =
  | { readonly kind: "inProgress" }
  | { readonly kind: "live" }
  | { readonly kind: "rolledBack" | "failed" | "unknown"; readonly detail: string };

/** The deployment that is watched. */
export interface WatchedDeployment {
  readonly id: string;
  /** The new revision's ARN. */
  readonly taskDefinition: string;
  /** The revision that the service had before. */
  readonly previous: string;
}

const IN_PROGRESS: DeploymentState = { kind: "inProgress" };

/**
 * A rolling update, by its own id. ECS reports COMPLETED when the service has reached a steady state, and FAILED only if
 * the circuit breaker or an alarm is on (Amazon ECS API reference, Deployment, rolloutState).
 */
export function rollingState(service: Service, watched: WatchedDeployment): DeploymentState {
  const deployments = service.deployments ?? [];
  const own = deployments.find(({ id }) => id === watched.id);
  const primary = deployments.find(({ status }) => status === "PRIMARY");
  if (!own) return goneState(primary, watched);
  if (own.rolloutState === "FAILED") return failedState(own, primary, watched);
  if (own.rolloutState === "COMPLETED") return { kind: "live" };
  if (own !== primary) return replacedState(own, primary, watched);
  return own.rolloutState === undefined ? classicState(service, own) : IN_PROGRESS;
}

function failedState(
  own: Deployment,
  primary: Deployment | undefined,
  { taskDefinition }: WatchedDeployment,
): DeploymentState {
  const detail = own.rolloutStateReason ?? "ECS gives no reason";
  if (!primary || primary === own || primary.taskDefinition === taskDefinition)
    return { kind: "failed", detail };
  return primary.rolloutState === "IN_PROGRESS" ? IN_PROGRESS : { kind: "rolledBack", detail };
}

/** A deployment without tasks is not listed any more. */
function goneState(
  primary: Deployment | undefined,
  { taskDefinition, previous }: WatchedDeployment,
): DeploymentState {
  if (primary?.taskDefinition === taskDefinition)
    return primary.rolloutState === "COMPLETED" ? { kind: "live" } : IN_PROGRESS;
  if (primary?.taskDefinition === previous && primary.rolloutState === "IN_PROGRESS") return IN_PROGRESS;
  if (primary?.taskDefinition === previous)
    return { kind: "rolledBack", detail: "the service runs its earlier revision again" };
  return {
    kind: "unknown",
    detail: `another deployment, of ${primary?.taskDefinition ?? "nothing"}, replaced it`,
  };
}

/** Another deployment became the primary one: a rollback, or somebody else's. */
function replacedState(
  own: Deployment,
  primary: Deployment | undefined,
  watched: WatchedDeployment,
): DeploymentState {
  if (primary?.taskDefinition === watched.previous && primary.rolloutState === "COMPLETED")
    return {
      kind: "rolledBack",
      detail: own.rolloutStateReason ?? "the service runs its earlier revision again",
    };
  return primary?.taskDefinition === watched.previous ? IN_PROGRESS : goneState(primary, watched);
}

/** Behind a Classic Load Balancer there is no rolloutState: steady as the waiter `services-stable` means it. */
function classicState(
  { deployments = [], runningCount, desiredCount }: Service,
  own: Deployment,
): DeploymentState {
  const alone = deployments.length === 1 && own.runningCount === own.desiredCount;
  return alone && runningCount === desiredCount ? { kind: "live" } : IN_PROGRESS;
}

/**
 * ECS's own blue/green, linear and canary deployments, which have no rolloutState.
 * Source: Amazon ECS API reference, ServiceDeploymentBrief, status.
 */
export function serviceDeploymentState({
  status,
  statusReason,
}: Pick<ServiceDeploymentBrief, "status" | "statusReason">): DeploymentState {
  const detail = statusReason ?? "ECS gives no reason";
  switch (status) {
    case "SUCCESSFUL":
      return { kind: "live" };
    case "ROLLBACK_SUCCESSFUL":
      return { kind: "rolledBack", detail };
    case "ROLLBACK_FAILED":
    case "STOPPED":
      return { kind: "failed", detail };
    case "PENDING":
    case "IN_PROGRESS":
    case "STOP_REQUESTED":
    case "ROLLBACK_REQUESTED":
    case "ROLLBACK_IN_PROGRESS":
    case undefined:
      return IN_PROGRESS;
  }
  return status satisfies never;
}

/** Why this service cannot be rolled from here; undefined if it can. */
export function serviceProblem(service: Service | undefined): string | undefined {
  if (!service) return "ECS does not know this service";
  if (service.status !== "ACTIVE") return `it is ${service.status ?? "without a status"}`;
  const controller = service.deploymentController?.type ?? "ECS";
  if (controller === "ECS") return undefined;
  return `its deployment controller is ${controller}, which rolls it itself: UpdateService cannot change its revision`;
}

/** Rolling updates are watched by `deployments`, the other strategies by the service's deployments of their own. */
export function isRolling({ deploymentConfiguration }: Service): boolean {
  return (deploymentConfiguration?.strategy ?? "ROLLING") === "ROLLING";
}
