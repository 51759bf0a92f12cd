/**
 * What to do with a service: which revision it is to run, or why it is left alone. Nothing is changed but that a revision
 * may be registered; one that a process that died has registered is taken.
 */
import type { Service, ServiceDeploymentBrief } from "@aws-sdk/client-ecs";
import { APP_CONTAINER } from "../contract/createdService.ts";
import type { Source } from "../contract/source.ts";
import type { ServiceReport } from "../report/services.ts";
import { familyOf, isSameImage, revisionName } from "../text/image.ts";
import type { FirstRoll, RegisteredDefinition, ServiceApi, ServiceTarget } from "./api.ts";
import { isRolling, primaryOf, serviceDeploymentState, type WatchedDeployment } from "./deployment.ts";
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
  /** The deployment of this very revision that failed, by its id or ARN; undefined: the service runs another revision. */
  readonly failed?: string | undefined;
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
  readonly failed?: string | undefined;
  readonly noTasks: boolean;
  /** The look that this was chosen by. */
  readonly service: Service;
}

/** What a deploy does with a service as it is; nothing was changed to find out. */
export type Look =
  | { readonly kind: "notRolled"; readonly detail: string }
  /** Nothing was deployed to the service that the stack made. */
  | (Known & { readonly kind: "first"; readonly first: FirstRoll })
  | (Running & (NamedLook | { readonly kind: "roll" | "overtaken" }));

interface Known {
  readonly found: RegisteredDefinition;
  /** The newest ACTIVE revision of the family. */
  readonly newest: RegisteredDefinition | undefined;
}

interface Running extends Known {
  readonly container: { readonly name: string; readonly image: string };
  /** Of the image; null if nobody said. */
  readonly commit: string | null;
}

/** The service names the wanted code already: an earlier process of the same deploy, or a deploy of the same image. */
export type NamedLook =
  | { readonly kind: "unchanged" }
  /** @property known ARNs of the deployments before the one that is in progress */
  | { readonly kind: "follow"; readonly known: readonly string[] }
  /** ECS starts no task for a deployment that failed (Amazon ECS API reference, Deployment, rolloutState). */
  | { readonly kind: "again"; readonly failed: string; readonly reason: string };

/** @param image by digest; null: one that is not built yet */
export async function lookAt(
  { api, image, repositoryUrl, isNewer }: LookDeps,
  target: ServiceTarget,
  service: Service,
): Promise<Look> {
  const current = service.taskDefinition ?? "";
  const newest = await api.describeTaskDefinition(familyOf(current));
  // One call serves for both, as long as nobody has registered a revision that the service does not run.
  const isNewest = newest?.definition.taskDefinitionArn === current;
  const found = isNewest ? newest : await api.describeTaskDefinition(current);
  if (!found) return { kind: "notRolled", detail: `ECS does not know its task definition ${current}` };
  const known = { found, newest };
  if (target.first && hasNoCode(found.definition)) return { ...known, kind: "first", first: target.first };
  const container = chooseContainer(found.definition, target.container, repositoryUrl);
  if ("problem" in container) return { kind: "notRolled", detail: container.problem };
  const source = sourceOf(found);
  const running = { ...known, container, commit: source?.commit ?? null };
  if (image !== null && isSameImage(container.image, image))
    return { ...running, ...(await lookAtNamed(api, target, service)) };
  return { ...running, kind: source && (await isNewer(source)) ? "overtaken" : "roll" };
}

export type LookDeps = Pick<RollDeps, "isNewer" | "repositoryUrl"> & {
  readonly api: NamedApi & Pick<ServiceApi, "describeTaskDefinition">;
  readonly image: string | null;
};

type NamedApi = Pick<ServiceApi, "listServiceDeployments" | "describeServiceRevisions">;

export async function chooseNew(
  deps: RollDeps,
  target: ServiceTarget,
  service: Service,
): Promise<Chosen | Ready | Outcome> {
  const look = await lookAt(deps, target, service);
  const current = service.taskDefinition ?? "";
  switch (look.kind) {
    case "notRolled":
      return refused(look.detail);
    case "overtaken":
      return { kind: look.kind, detail: `commit ${look.commit?.slice(0, 7)}`, taskDefinition: current };
    case "first":
      return chooseFirst(deps, look, service);
    case "roll": {
      const taskDefinition = await revisionWith(deps, look, look.container.name);
      return { taskDefinition, previous: current, withoutCode: target.first?.taskDefinition };
    }
  }
  return chooseNamed(target, service, look);
}

/** From the stack's newest revision, not from the service's: the port may have been corrected since. */
async function chooseFirst(
  deps: RollDeps,
  { first, ...known }: Known & { readonly first: FirstRoll },
  service: Service,
): Promise<Chosen | Outcome> {
  const { taskDefinition, desiredCount } = first;
  const isStacks = known.found.definition.taskDefinitionArn === taskDefinition;
  const found = isStacks ? known.found : await deps.api.describeTaskDefinition(taskDefinition);
  if (!found) return refused(`ECS does not know the stack's task definition ${taskDefinition}`);
  const previous = service.taskDefinition ?? "";
  return {
    taskDefinition: await revisionWith(deps, { ...known, found }, APP_CONTAINER),
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
  if (previous === taskDefinition)
    return chooseNamed(target, service, await lookAtNamed(deps.api, target, service));
  if (previous === from) return { taskDefinition, previous };
  return refused(
    `it was changed meanwhile: ${revisionName(from)} → ${revisionName(previous)}; give the command again`,
  );
}

export function refused(detail: string): Outcome {
  return { kind: "notRolled", detail, taskDefinition: null };
}

function chooseNamed(target: ServiceTarget, service: Service, look: NamedLook): Chosen | Ready | Outcome {
  const taskDefinition = service.taskDefinition ?? "";
  if (look.kind === "unchanged") return { kind: "unchanged", detail: null, taskDefinition };
  const watched = {
    ...{ taskDefinition, withoutCode: target.first?.taskDefinition },
    previous: service.deployments?.find(({ status }) => status !== "PRIMARY")?.taskDefinition ?? "",
  };
  if (look.kind === "again") return { ...watched, failed: look.failed };
  return {
    watched: { ...watched, id: primaryOf(service)?.id ?? "" },
    known: new Set(look.known),
    mustUpdate: false,
    noTasks: service.desiredCount === 0,
    service,
  };
}

async function lookAtNamed(api: NamedApi, target: ServiceTarget, service: Service): Promise<NamedLook> {
  if (!isRolling(service)) return lookAtOther(api, target, service.taskDefinition);
  const { id = "", rolloutState, rolloutStateReason } = primaryOf(service) ?? {};
  if (rolloutState === "IN_PROGRESS") return { kind: "follow", known: [] };
  if (rolloutState !== "FAILED") return { kind: "unchanged" };
  return { kind: "again", failed: id, reason: rolloutStateReason ?? "ECS gives no reason" };
}

/** Of the strategies that are not rolling, by the service's newest deployment. */
async function lookAtOther(
  api: NamedApi,
  target: ServiceTarget,
  taskDefinition: string | undefined,
): Promise<NamedLook> {
  const [newest, ...earlier] = (await api.listServiceDeployments(target)).map((brief) => ({
    ...{ brief, arn: brief.serviceDeploymentArn ?? "", state: serviceDeploymentState(brief) },
  }));
  if (!newest || newest.state.kind === "live") return { kind: "unchanged" };
  const { brief, arn, state } = newest;
  if (state.kind === "inProgress") return { kind: "follow", known: earlier.map((each) => each.arn) };
  if (state.kind === "rolledBack" && (await cameBackTo(api, brief, taskDefinition)))
    return { kind: "unchanged" };
  return { kind: "again", failed: arn, reason: state.detail };
}

/** The deployment that was rolled back was another revision's. */
async function cameBackTo(
  api: NamedApi,
  { targetServiceRevisionArn: arn }: ServiceDeploymentBrief,
  taskDefinition: string | undefined,
): Promise<boolean> {
  const [target] = arn === undefined ? [] : await api.describeServiceRevisions([arn]);
  return target !== undefined && target.taskDefinition !== taskDefinition;
}

async function revisionWith(
  { api, image, source }: RollDeps,
  { found, newest }: Known,
  container: string,
): Promise<string> {
  const input = withImage(found, container, image, source);
  const registered = isSameRevision(newest, input, container) ? newest?.definition : undefined;
  const { taskDefinitionArn = "" } = registered ?? (await api.registerTaskDefinition(input));
  return taskDefinitionArn;
}
