/**
 * What to do with a service: which revision it is to run, or why it is left alone. Nothing is changed but that a revision
 * may be registered; one that a process that died has registered is taken.
 */
import type { Service, ServiceDeploymentBrief } from "@aws-sdk/client-ecs";
import { APP_CONTAINER } from "../contract/createdService.ts";
import type { Source } from "../contract/source.ts";
import type { ServiceReport } from "../report/services.ts";
import type { FirstRoll, RegisteredDefinition, ServiceTarget } from "./api.ts";
import { isRolling, serviceDeploymentState, shortName, type WatchedDeployment } from "./deployment.ts";
import { chooseContainer, hasNoCode, isSameRevision, sourceOf, withImage } from "./revision.ts";
import type { WatchDeps } from "./watch.ts";

export interface RollDeps extends WatchDeps {
  /** By digest. */
  readonly image: string;
  /** Of the image; null if nobody said. */
  readonly source: Source | null;
  /** Whether what a service runs is newer than the image. */
  readonly isNewer: (running: Source) => Promise<boolean>;
  /** Without tag and digest. */
  readonly repositoryUrl: string;
  /** True: all services at once; false: one after the other, ending at the first that does not go live. */
  readonly parallel: boolean;
}

export interface WayBack extends ServiceTarget {
  /** ARN of the revision that the service ran when its way back was confirmed. */
  readonly from: string;
  /** ARN of the revision to go back to. */
  readonly taskDefinition: string;
}

export type Outcome = Pick<ServiceReport, "kind" | "detail" | "taskDefinition">;

export interface Chosen extends Omit<WatchedDeployment, "id"> {
  /** How many tasks to start; undefined: as many as the service has. */
  readonly desiredCount?: number | undefined;
}

/** What to do with the service as it is. */
export type Choose = (service: Service) => Promise<Chosen | Ready | Outcome>;

export interface Ready {
  readonly watched: WatchedDeployment;
  /** ARNs of the deployments that were there before. */
  readonly known: ReadonlySet<string>;
  /** False if a deployment to this revision is under way already. */
  readonly mustUpdate: boolean;
  readonly desiredCount?: number | undefined;
  readonly noTasks: boolean;
}

export async function chooseNew(
  deps: RollDeps,
  target: ServiceTarget,
  service: Service,
): Promise<Chosen | Ready | Outcome> {
  const { api, image, repositoryUrl } = deps;
  const current = service.taskDefinition ?? "";
  const found = await api.describeTaskDefinition(current);
  if (!found) return refused(`ECS does not know its task definition ${current}`);
  if (target.first && hasNoCode(found.definition)) return chooseFirst(deps, target.first, service);
  const container = chooseContainer(found.definition, target.container, repositoryUrl);
  if ("problem" in container) return refused(container.problem);
  if (container.image === image) return underWay(deps, target, service);
  const running = sourceOf(found);
  if (running && (await deps.isNewer(running)))
    return { kind: "overtaken", detail: `commit ${running.commit.slice(0, 7)}`, taskDefinition: current };
  return {
    taskDefinition: await revisionWith(deps, found, container.name),
    previous: current,
    withoutCode: target.first?.taskDefinition,
  };
}

/** From the stack's newest revision, not from the service's: the port may have been corrected since. */
async function chooseFirst(
  deps: RollDeps,
  { taskDefinition, desiredCount }: FirstRoll,
  service: Service,
): Promise<Chosen | Outcome> {
  const found = await deps.api.describeTaskDefinition(taskDefinition);
  if (!found) return refused(`ECS does not know the stack's task definition ${taskDefinition}`);
  const previous = service.taskDefinition ?? "";
  return {
    taskDefinition: await revisionWith(deps, found, APP_CONTAINER),
    ...{ previous, withoutCode: previous },
    desiredCount: service.desiredCount === 0 ? desiredCount : undefined,
  };
}

export async function chooseBack(
  deps: WatchDeps,
  target: WayBack,
  service: Service,
): Promise<Chosen | Ready | Outcome> {
  const { taskDefinition, from } = target;
  const previous = service.taskDefinition ?? "";
  if (previous === taskDefinition) return underWay(deps, target, service);
  if (previous === from) return { taskDefinition, previous };
  return refused(
    `it was changed meanwhile: ${shortName(from)} → ${shortName(previous)}; give the command again`,
  );
}

export function refused(detail: string): Outcome {
  return { kind: "notRolled", detail, taskDefinition: null };
}

/** The service names this image already: an earlier process of the same deploy, or a deploy of the same image. */
async function underWay(deps: WatchDeps, target: ServiceTarget, service: Service): Promise<Ready | Outcome> {
  const taskDefinition = service.taskDefinition ?? "";
  const primary = service.deployments?.find(({ status }) => status === "PRIMARY");
  const unchanged: Outcome = { kind: "unchanged", detail: null, taskDefinition };
  const following = {
    watched: {
      ...{ id: primary?.id ?? "", taskDefinition, withoutCode: target.first?.taskDefinition },
      previous: service.deployments?.find(({ status }) => status !== "PRIMARY")?.taskDefinition ?? "",
    },
    mustUpdate: false,
    noTasks: service.desiredCount === 0,
  };
  if (!isRolling(service)) {
    const [newest, ...earlier] = await deps.api.listServiceDeployments(target);
    if (!newest || (await isSettled(deps, newest, taskDefinition))) return unchanged;
    return {
      ...following,
      known: new Set(earlier.map(({ serviceDeploymentArn = "" }) => serviceDeploymentArn)),
    };
  }
  if (primary?.rolloutState === "FAILED") {
    const detail = primary.rolloutStateReason ?? "its last deployment failed";
    return { kind: "failed", detail, taskDefinition };
  }
  return primary?.rolloutState === "IN_PROGRESS" ? { ...following, known: new Set() } : unchanged;
}

/** The newest deployment ended, and it brought this revision up or was another revision's: ECS came back to this one. */
async function isSettled(
  { api }: WatchDeps,
  newest: ServiceDeploymentBrief,
  taskDefinition: string,
): Promise<boolean> {
  const { kind } = serviceDeploymentState(newest);
  if (kind !== "rolledBack") return kind === "live";
  const arn = newest.targetServiceRevisionArn;
  const [target] = arn === undefined ? [] : await api.describeServiceRevisions([arn]);
  return target !== undefined && target.taskDefinition !== taskDefinition;
}

async function revisionWith(
  { api, image, source }: RollDeps,
  current: RegisteredDefinition,
  container: string,
): Promise<string> {
  const input = withImage(current, container, image, source);
  const newest = await api.describeTaskDefinition(current.definition.family ?? "");
  const registered = isSameRevision(newest, input, container) ? newest?.definition : undefined;
  const { taskDefinitionArn = "" } = registered ?? (await api.registerTaskDefinition(input));
  return taskDefinitionArn;
}
