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
  /** The revision that the stack made before anything was deployed; undefined if the service is not the stack's. */
  readonly withoutCode?: string | undefined;
}

const IN_PROGRESS: DeploymentState = { kind: "inProgress" };

/**
 * A rolling update, by its own id. ECS reports COMPLETED when the service has reached a steady state, and FAILED only if
 * the circuit breaker or an alarm is on (Amazon ECS API reference, Deployment, rolloutState).
 */
export function rollingState(service: Service, watched: WatchedDeployment): DeploymentState {
  const deployments = service.deployments ?? [];
  const own = deployments.find(({ id }) => id === watched.id);
  const primary = primaryOf(service);
  if (own?.rolloutState === "COMPLETED") return { kind: "live" };
  const reason = own?.rolloutState === "FAILED" ? reasonOf(own) : undefined;
  if (reason !== undefined && (primary ?? own)?.taskDefinition === watched.taskDefinition)
    return { kind: "failed", detail: reason };
  if (!own || own !== primary) return replacedState(primary, watched, reason);
  return own.rolloutState === undefined ? classicState(service, own) : IN_PROGRESS;
}

function reasonOf({ rolloutStateReason }: Deployment): string {
  return rolloutStateReason ?? "ECS gives no reason";
}

/**
 * Another deployment is the primary one: a rollback, or somebody else's. The own one may not be listed any more: without
 * tasks it is not.
 *
 * @param reason why the own one failed, if ECS says that it did
 */
function replacedState(
  primary: Deployment | undefined,
  { taskDefinition, previous, withoutCode }: WatchedDeployment,
  reason?: string,
): DeploymentState {
  const current = primary?.taskDefinition;
  if (primary && current === taskDefinition) return sameRevisionState(primary);
  if (current !== undefined && current === withoutCode)
    return { kind: "failed", detail: reason ?? "ECS took it back, and there is no earlier code" };
  if (reason === undefined && current !== previous)
    return { kind: "unknown", detail: `another deployment, of ${current ?? "nothing"}, replaced it` };
  if (primary?.rolloutState === "IN_PROGRESS") return IN_PROGRESS;
  const detail = reason ?? "the service runs its earlier revision again";
  if (primary?.rolloutState !== "FAILED") return { kind: "rolledBack", detail };
  return { kind: "failed", detail: `${detail}; so did the rollback: ${reasonOf(primary)}` };
}

/** Another deployment of the same revision: by a look that came late, or by hand. */
function sameRevisionState(primary: Deployment): DeploymentState {
  if (primary.rolloutState === "FAILED") return { kind: "failed", detail: reasonOf(primary) };
  return primary.rolloutState === "COMPLETED" ? { kind: "live" } : IN_PROGRESS;
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

/** The deployment that the service is to run. */
export function primaryOf({ deployments = [] }: Service): Deployment | undefined {
  return deployments.find(({ status }) => status === "PRIMARY");
}

/** Rolling updates are watched by `deployments`, the other strategies by the service's deployments of their own. */
export function isRolling({ deploymentConfiguration }: Service): boolean {
  return (deploymentConfiguration?.strategy ?? "ROLLING") === "ROLLING";
}
