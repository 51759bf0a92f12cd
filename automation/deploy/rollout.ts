/** After the migration: the services go to the new image, or stay where they are, and one report says both. */
import { EXIT } from "../contract/errors.ts";
import type { Outputs } from "../contract/outputs.ts";
import type { Source } from "../contract/source.ts";
import type { PlannedService } from "../plan/services.ts";
import type { RunReport } from "../report/report.ts";
import {
  isNotLive,
  reasonToLeave,
  type ServiceReport,
  serviceLine,
  serviceSteps,
} from "../report/services.ts";
import type { DeployDeps } from "./deps.ts";
import { isNewer } from "./overtaken.ts";

type RolloutDeps = Pick<
  DeployDeps,
  "clock" | "connectServices" | "signal" | "stack" | "terminal" | "allowOlder" | "source" | "orderTo"
>;

/**
 * Rolls the stack's services if the migration passed; a service runs its old image on every other end.
 *
 * @returns the report with what became of each service, and exit code 15 if the migration passed and one is not live
 */
export async function rollAfter(deps: RolloutDeps, outputs: Outputs, report: RunReport): Promise<RunReport> {
  const { services } = outputs;
  if (services === null) return report;
  const reason = reasonToLeave(report.verdict);
  const rolled = reason === undefined ? await roll(deps, outputs, services) : await leave(services, reason);
  for (const service of rolled) deps.terminal.say(serviceLine(service));
  if (!isNotLive(report.verdict, rolled)) return { ...report, services: rolled };
  const next = [...report.next, ...serviceSteps(rolled, deps.stack)];
  return { ...report, services: rolled, exitCode: EXIT.notLive, next };
}

type Services = NonNullable<Outputs["services"]>;

async function roll(deps: RolloutDeps, outputs: Outputs, services: Services): Promise<ServiceReport[]> {
  const { clock, signal, terminal } = deps;
  const { rollServices } = await import("../service/roll.ts");
  return rollServices(
    {
      ...(await lookDeps(deps, outputs, services)),
      ...{ clock, signal },
      say: (line) => terminal.say(line),
      timeoutMs: services.timeoutSeconds * 1_000,
    },
    services.targets,
  );
}

/** What {@link rollAfter} would do if the migration passes; nothing is changed. */
export async function plannedServices(deps: RolloutDeps, outputs: Outputs): Promise<PlannedService[]> {
  const { services } = outputs;
  if (services === null) return [];
  const { planServices } = await import("../service/planned.ts");
  return planServices(await lookDeps(deps, outputs, services), services.targets);
}

async function lookDeps(
  deps: RolloutDeps,
  { region, image, source, repositoryUrl }: Outputs,
  { parallel }: Services,
) {
  const api = await deps.connectServices(region);
  const newer = (running: Source) => isNewer(deps, running);
  return { api, image, source, repositoryUrl, parallel, isNewer: newer };
}

async function leave({ targets }: Services, reason: string): Promise<ServiceReport[]> {
  const { notRolled } = await import("../service/roll.ts");
  return targets.map((target) => notRolled(target, reason));
}
