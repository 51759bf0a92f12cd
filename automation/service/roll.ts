/**
 * Rolls ECS services to a new image, after the migration that the image needs has passed. What was begun by a process that
 * died is found again: a revision that is registered already is taken, a deployment that is under way is followed.
 */
import type { Service } from "@aws-sdk/client-ecs";
import { awsErrorText } from "../aws/errors.ts";
import type { Source } from "../contract/source.ts";
import type { ServiceReport } from "../report/services.ts";
import { isLive } from "../report/services.ts";
import type { RegisteredDefinition, ServiceName } from "./api.ts";
import { isRolling, serviceProblem, type WatchedDeployment } from "./deployment.ts";
import { chooseContainer, isSameRevision, sourceOf, withImage } from "./revision.ts";
import { type Ended, type WatchDeps, watchDeployment } from "./watch.ts";

export interface ServiceTarget extends ServiceName {
  /** The container whose image is replaced; null: the one that runs this repository's image. */
  readonly container: string | null;
}

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

/** One report a service, in the order of the configuration. */
export async function rollServices(
  deps: RollDeps,
  targets: readonly ServiceTarget[],
): Promise<ServiceReport[]> {
  return oneByOne(deps.parallel, targets, (target) => reported(deps, target, () => begin(deps, target)));
}

/** As {@link rollServices}, to a revision that is registered already. */
export async function rollToRevisions(deps: BackDeps, targets: readonly WayBack[]): Promise<ServiceReport[]> {
  return oneByOne(deps.parallel, targets, (target) => reported(deps, target, () => beginAt(deps, target)));
}

interface WayBack extends ServiceTarget {
  /** ARN of the revision that the service ran when its way back was confirmed. */
  readonly from: string;
  /** ARN of the revision to go back to. */
  readonly taskDefinition: string;
}

type BackDeps = WatchDeps & Pick<RollDeps, "parallel">;

async function oneByOne<T extends ServiceTarget>(
  parallel: boolean,
  targets: readonly T[],
  roll: (target: T) => Promise<ServiceReport>,
): Promise<ServiceReport[]> {
  if (parallel) return Promise.all(targets.map(roll));
  const reports: ServiceReport[] = [];
  for (const target of targets) {
    const stopped = reports.find((report) => !isLive([report]));
    reports.push(
      stopped
        ? notRolled(target, `service ${stopped.service} before it did not go live`)
        : await roll(target),
    );
  }
  return reports;
}

/** The reports of services that are left alone. Pure. */
export function notRolled({ cluster, service }: ServiceName, detail: string): ServiceReport {
  return { cluster, service, kind: "notRolled", detail, taskDefinition: null, durationMs: 0 };
}

async function reported(
  deps: WatchDeps,
  target: ServiceTarget,
  start: () => Promise<Begun>,
): Promise<ServiceReport> {
  const startedAt = deps.clock.now();
  const outcome = await finish(deps, target, start);
  const { cluster, service } = target;
  return { cluster, service, ...outcome, durationMs: deps.clock.now() - startedAt };
}

type Outcome = Pick<ServiceReport, "kind" | "detail" | "taskDefinition">;

async function finish(deps: WatchDeps, target: ServiceTarget, start: () => Promise<Begun>): Promise<Outcome> {
  let begun: Begun;
  try {
    begun = await start();
  } catch (error) {
    // Nothing but a registered revision can have come of it so far.
    return { kind: "notRolled", detail: awsErrorText(error), taskDefinition: null };
  }
  if (!("watched" in begun)) return begun;
  const { taskDefinition } = begun.watched;
  const ended = await update(deps, target, begun);
  return { kind: ended.kind, detail: "detail" in ended ? ended.detail : null, taskDefinition };
}

interface Ready {
  readonly watched: WatchedDeployment;
  /** ARNs of the deployments that were there before. */
  readonly known: ReadonlySet<string>;
  /** False if a deployment to this revision is under way already. */
  readonly mustUpdate: boolean;
}

type Begun = Ready | Outcome;

/** So often a service's revision may change while a new one is made from it. */
const MOST_TRIES = 3;

/**
 * Chooses the revision; nothing is changed but that it may be registered. UpdateService takes no condition, so the service
 * is looked at again right before it: a revision made from what it no longer runs would undo somebody's change.
 */
async function begin(deps: RollDeps, target: ServiceTarget): Promise<Begun> {
  let service = await deps.api.describeService(target);
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const chosen = await choose(deps, target, service);
    if (!("previous" in chosen)) return chosen;
    service = await deps.api.describeService(target);
    if (service?.taskDefinition === chosen.previous)
      return ready(deps, target, service, { ...chosen, mustUpdate: true });
    deps.say(changedText(target, chosen.previous, service?.taskDefinition));
  }
  return refused(`its revision changed ${MOST_TRIES} times while a new one was made from it; deploy again`);
}

function changedText({ service }: ServiceTarget, before: string, now = "none"): string {
  return `Service ${service} was changed meanwhile: ${shortName(before)} → ${shortName(now)}; looking at it again`;
}

type Chosen = Pick<WatchedDeployment, "taskDefinition" | "previous">;

async function choose(
  deps: RollDeps,
  target: ServiceTarget,
  service: Service | undefined,
): Promise<Chosen | Begun> {
  const { api, image, repositoryUrl } = deps;
  const problem = serviceProblem(service);
  if (!service || problem !== undefined) return refused(problem ?? "");
  const current = service.taskDefinition ?? "";
  const found = await api.describeTaskDefinition(current);
  if (!found) return refused(`ECS does not know its task definition ${current}`);
  const container = chooseContainer(found.definition, target.container, repositoryUrl);
  if ("problem" in container) return refused(container.problem);
  if (container.image === image) return underWay(deps, target, service);
  const running = sourceOf(found);
  if (running && (await deps.isNewer(running)))
    return { kind: "overtaken", detail: `commit ${running.commit.slice(0, 7)}`, taskDefinition: current };
  return { taskDefinition: await revisionWith(deps, found, container.name), previous: current };
}

async function beginAt(deps: WatchDeps, target: WayBack): Promise<Begun> {
  const { taskDefinition, from } = target;
  const service = await deps.api.describeService(target);
  const problem = serviceProblem(service);
  if (!service || problem !== undefined) return refused(problem ?? "");
  const previous = service.taskDefinition ?? "";
  if (previous === taskDefinition) return underWay(deps, target, service);
  if (previous !== from)
    return refused(
      `it was changed meanwhile: ${shortName(from)} → ${shortName(previous)}; give the command again`,
    );
  return ready(deps, target, service, { taskDefinition, previous, mustUpdate: true });
}

function refused(detail: string): Outcome {
  return { kind: "notRolled", detail, taskDefinition: null };
}

/** The service names this image already: an earlier process of the same deploy, or a deploy of the same image. */
async function underWay(deps: WatchDeps, target: ServiceTarget, service: Service): Promise<Begun> {
  const taskDefinition = service.taskDefinition ?? "";
  const primary = service.deployments?.find(({ status }) => status === "PRIMARY");
  const settled = primary?.rolloutState === "COMPLETED" || primary?.rolloutState === undefined;
  if (settled && isRolling(service)) return { kind: "unchanged", detail: null, taskDefinition };
  const previous = service.deployments?.find(({ status }) => status !== "PRIMARY")?.taskDefinition ?? "";
  if (primary?.rolloutState === "FAILED") {
    const detail = primary.rolloutStateReason ?? "its last deployment failed";
    return { kind: "failed", detail, taskDefinition };
  }
  return ready(deps, target, service, { taskDefinition, previous, mustUpdate: false });
}

async function ready(
  { api }: WatchDeps,
  target: ServiceTarget,
  service: Service,
  chosen: { readonly taskDefinition: string; readonly previous: string; readonly mustUpdate: boolean },
): Promise<Ready> {
  const before = isRolling(service) ? [] : await api.listServiceDeployments(target);
  // One that is under way is the newest: it is the one to watch.
  const known = chosen.mustUpdate ? before : before.slice(1);
  const primary = service.deployments?.find(({ status }) => status === "PRIMARY");
  return {
    watched: { id: primary?.id ?? "", taskDefinition: chosen.taskDefinition, previous: chosen.previous },
    known: new Set(known.map(({ serviceDeploymentArn = "" }) => serviceDeploymentArn)),
    mustUpdate: chosen.mustUpdate,
  };
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

/** An answer of UpdateService that is lost is asked for by a look: the service names the revision, or it does not. */
async function update(
  deps: WatchDeps,
  target: ServiceTarget,
  begun: Ready,
): Promise<Ended | { readonly kind: "notRolled"; readonly detail: string }> {
  const { api, say } = deps;
  const { watched, known, mustUpdate } = begun;
  say(
    `${mustUpdate ? "Rolling" : "Following"} service ${target.service} to ${shortName(watched.taskDefinition)}`,
  );
  if (!mustUpdate) return watchDeployment(deps, target, watched, known);
  let service: Service | undefined;
  try {
    service = await api.updateService(target, watched.taskDefinition);
  } catch (error) {
    const detail = `UpdateService failed: ${awsErrorText(error)}`;
    service = await api.describeService(target).catch(() => undefined);
    if (!service) return { kind: "unknown", detail };
    if (service.taskDefinition !== watched.taskDefinition) return { kind: "notRolled", detail };
  }
  const own = service.deployments?.find(({ taskDefinition }) => taskDefinition === watched.taskDefinition);
  return watchDeployment(deps, target, { ...watched, id: own?.id ?? "" }, known);
}

function shortName(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}
