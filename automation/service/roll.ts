/**
 * Rolls ECS services to a new image, after the migration that the image needs has passed. What was begun by a process that
 * died is found again: a revision that is registered already is taken, a deployment that is under way is followed.
 */
import type { Service, ServiceDeploymentBrief } from "@aws-sdk/client-ecs";
import { awsErrorText } from "../aws/errors.ts";
import { isLive, type ServiceReport } from "../report/services.ts";
import { revisionName } from "../text/image.ts";
import type { ServiceApi, ServiceName, ServiceTarget } from "./api.ts";
import {
  type Choose,
  type Chosen,
  chooseBack,
  chooseNew,
  type Outcome,
  type Ready,
  type RollDeps,
  refused,
  type WayBack,
} from "./choose.ts";
import { isRolling, primaryOf, serviceProblem } from "./deployment.ts";
import { type Ended, type WatchDeps, watchDeployment } from "./watch.ts";

/** One report a service, in the order of the configuration. */
export async function rollServices(
  deps: RollDeps,
  targets: readonly ServiceTarget[],
): Promise<ServiceReport[]> {
  return oneByOne(deps.parallel, targets, (target) =>
    reported(deps, target, (service) => chooseNew(deps, target, service)),
  );
}

/** As {@link rollServices}, to a revision that is registered already. */
export async function rollToRevisions(deps: BackDeps, targets: readonly WayBack[]): Promise<ServiceReport[]> {
  return oneByOne(deps.parallel, targets, (target) =>
    reported(deps, target, (service) => chooseBack(deps, target, service)),
  );
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

async function reported(deps: WatchDeps, target: ServiceTarget, choose: Choose): Promise<ServiceReport> {
  const startedAt = deps.clock.now();
  const outcome = await finish(deps, target, choose);
  const { cluster, service } = target;
  return { cluster, service, ...outcome, durationMs: deps.clock.now() - startedAt };
}

async function finish(deps: WatchDeps, target: ServiceTarget, choose: Choose): Promise<Outcome> {
  let begun: Ready | Outcome;
  try {
    begun = await begin(deps, target, choose);
  } catch (error) {
    // Nothing but a registered revision can have come of it so far.
    return refused(awsErrorText(error));
  }
  if (!("watched" in begun)) return begun;
  const { taskDefinition } = begun.watched;
  const ended = await update(deps, target, begun);
  if (ended.kind !== "live") return { ...ended, taskDefinition };
  return {
    kind: "live",
    detail: begun.noTasks ? "its desired count is 0: no task runs" : null,
    taskDefinition,
  };
}

/** So often a service's revision may change while a new one is made from it. */
const MOST_TRIES = 3;

/**
 * Chooses the revision; nothing is changed but that it may be registered. UpdateService takes no condition, so the service
 * is looked at again right before it: a revision made from what it no longer runs would undo somebody's change.
 */
async function begin(deps: WatchDeps, target: ServiceTarget, choose: Choose): Promise<Ready | Outcome> {
  let service = await deps.api.describeService(target);
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const problem = serviceProblem(service);
    if (!service || problem !== undefined) return refused(problem ?? "");
    const chosen = await choose(service);
    if (!("previous" in chosen)) return chosen;
    const before = isRolling(service) ? [] : await deps.api.listServiceDeployments(target);
    service = await deps.api.describeService(target);
    if (service && isAsChosen(service, chosen, before)) return readyFor(service, chosen, before);
    deps.say(changedText(target, chosen, service?.taskDefinition));
  }
  return refused(`its revision changed ${MOST_TRIES} times while a new one was made from it; deploy again`);
}

function isAsChosen(service: Service, chosen: Chosen, listed: readonly ServiceDeploymentBrief[]): boolean {
  const { taskDefinition, previous, failed } = chosen;
  if (failed === undefined) return service.taskDefinition === previous;
  return service.taskDefinition === taskDefinition && newestDeployment(service, listed) === failed;
}

/** By its id for rolling updates, else by its ARN. */
function newestDeployment(service: Service, listed: readonly ServiceDeploymentBrief[]): string | undefined {
  return isRolling(service) ? primaryOf(service)?.id : listed[0]?.serviceDeploymentArn;
}

function readyFor(service: Service, chosen: Chosen, before: readonly ServiceDeploymentBrief[]): Ready {
  const { desiredCount, failed, ...watched } = chosen;
  const known = new Set(before.map(({ serviceDeploymentArn = "" }) => serviceDeploymentArn));
  const noTasks = (desiredCount ?? service.desiredCount) === 0;
  return {
    ...{ watched: { ...watched, id: "" }, known, mustUpdate: true },
    ...{ desiredCount, failed, noTasks, service },
  };
}

function changedText({ service }: ServiceTarget, chosen: Chosen, now = "none"): string {
  const before = chosen.failed === undefined ? chosen.previous : chosen.taskDefinition;
  const what = before === now ? "a new deployment of" : `${revisionName(before)} →`;
  return `Service ${service} was changed meanwhile: ${what} ${revisionName(now)}; looking at it again`;
}

/** An answer of UpdateService that is lost is asked for by a look: the deployment is there, or it is not. */
async function update(
  deps: WatchDeps,
  target: ServiceTarget,
  begun: Ready,
): Promise<Ended | { readonly kind: "notRolled"; readonly detail: string }> {
  const { api, say } = deps;
  const { watched, known, mustUpdate, desiredCount, failed } = begun;
  const doing = failed !== undefined ? "Trying again to roll" : mustUpdate ? "Rolling" : "Following";
  say(`${doing} service ${target.service} to ${revisionName(watched.taskDefinition)}`);
  if (!mustUpdate) return watchDeployment(deps, target, watched, known, begun.service);
  let service: Service | undefined;
  try {
    const forceNewDeployment = failed !== undefined;
    service = await api.updateService(target, watched.taskDefinition, { desiredCount, forceNewDeployment });
  } catch (error) {
    const detail = `UpdateService failed: ${awsErrorText(error)}`;
    service = await api.describeService(target).catch(() => undefined);
    if (!service) return { kind: "unknown", detail };
    if (service.taskDefinition !== watched.taskDefinition) return { kind: "notRolled", detail };
    if (failed !== undefined && (await isStill(api, target, service, failed)))
      return { kind: "failed", detail };
  }
  // An earlier deployment of the same revision may still be listed, as ACTIVE and COMPLETED.
  const own = service.deployments?.find(
    ({ status, taskDefinition }) => status === "PRIMARY" && taskDefinition === watched.taskDefinition,
  );
  return watchDeployment(deps, target, { ...watched, id: own?.id ?? "" }, known, service);
}

async function isStill(
  api: ServiceApi,
  target: ServiceTarget,
  service: Service,
  failed: string,
): Promise<boolean> {
  const listed = isRolling(service) ? [] : await api.listServiceDeployments(target).catch(() => []);
  return newestDeployment(service, listed) === failed;
}
