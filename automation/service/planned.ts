/** What a deploy would do with each service, by the same look as the deploy itself. Nothing is changed. */
import type { Service } from "@aws-sdk/client-ecs";
import { awsErrorText } from "../aws/errors.ts";
import type { Source } from "../contract/source.ts";
import type { PlanReport } from "../plan/makePlan.ts";
import type { PlannedService } from "../plan/services.ts";
import type { ServiceApi, ServiceTarget } from "./api.ts";
import { type Look, type LookDeps, lookAt } from "./choose.ts";
import { serviceProblem } from "./deployment.ts";

interface PlanServicesDeps extends Omit<LookDeps, "api"> {
  readonly api: LookDeps["api"] & Pick<ServiceApi, "describeService">;
  /** Of the image. */
  readonly source: Source | null;
  readonly parallel: boolean;
}

/** The plan with its services: a migration that is refused lets none of them go on. */
export async function withServices(
  plan: PlanReport,
  targets: readonly ServiceTarget[],
  look: () => Promise<PlannedService[]>,
): Promise<PlanReport> {
  const refused = () => targets.map((target) => stays(target, "its migration would be refused"));
  return { ...plan, services: plan.outcome === "refused" ? refused() : await look() };
}

/** In the order of the configuration; a service that cannot be read is `unknown`. */
export async function planServices(
  deps: PlanServicesDeps,
  targets: readonly ServiceTarget[],
): Promise<PlannedService[]> {
  const planned: PlannedService[] = [];
  let stopped: string | undefined;
  for (const target of targets) {
    if (stopped !== undefined) {
      planned.push(stays(target, `service ${stopped} before it would not go live`));
      continue;
    }
    const { plan, goesOn } = await planService(deps, target);
    planned.push(plan);
    if (!goesOn && !deps.parallel) stopped = target.service;
  }
  return planned;
}

/** A service that is left alone for this reason, a clause. Pure. */
function stays({ cluster, service }: ServiceTarget, detail: string): PlannedService {
  return { cluster, service, outcome: "stays", from: null, to: null, detail };
}

interface Planned {
  readonly plan: PlannedService;
  /** False if the deploy does not come to the services after it. */
  readonly goesOn: boolean;
}

async function planService(deps: PlanServicesDeps, target: ServiceTarget): Promise<Planned> {
  try {
    const service = await deps.api.describeService(target);
    const problem = serviceProblem(service);
    if (!service || problem !== undefined) return { plan: stays(target, problem ?? ""), goesOn: false };
    const look = await lookAt(deps, target, service);
    return { plan: planOf(deps, target, service, look), goesOn: look.kind !== "notRolled" };
  } catch (error) {
    const detail = `it could not be looked at: ${awsErrorText(error)}`;
    return { plan: { ...stays(target, detail), outcome: "unknown" }, goesOn: true };
  }
}

function planOf(
  { image, source }: PlanServicesDeps,
  target: ServiceTarget,
  { taskDefinition = "" }: Service,
  look: Look,
): PlannedService {
  const to = { image, commit: source?.commit ?? null };
  const rolls = { ...stays(target, ""), outcome: "rolls", to, detail: null } as const;
  if (look.kind === "first") return rolls;
  if (look.kind === "notRolled") return stays(target, look.detail);
  const from = { taskDefinition, image: look.container.image, commit: look.commit };
  switch (look.kind) {
    case "roll":
      return { ...rolls, from };
    case "again":
      return { ...rolls, from, detail: `its last deployment failed and is tried again: ${look.reason}` };
    case "overtaken":
      return { ...stays(target, "it runs a newer commit"), from };
    case "unchanged":
      return { ...stays(target, "it runs this image already"), from };
    case "follow":
      return { ...stays(target, "a deployment of this image is in progress and is followed"), from };
  }
  return look satisfies never;
}
