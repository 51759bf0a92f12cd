/** After the migration: the services go to the new image, or stay where they are, and one report says both. */
import { EXIT } from "../contract/errors.ts";
import type { Outputs } from "../contract/outputs.ts";
import type { RunReport } from "../report/report.ts";
import {
  isNotLive,
  reasonToLeave,
  type ServiceReport,
  serviceLine,
  serviceSteps,
} from "../report/services.ts";
import type { DeployDeps } from "./deps.ts";
import { isNewer } from "./migration.ts";

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
  const api = await deps.connectServices(outputs.region);
  return rollServices(
    {
      ...{ api, clock, signal },
      say: (line) => terminal.say(line),
      timeoutMs: services.timeoutSeconds * 1_000,
      image: outputs.image,
      source: outputs.source,
      isNewer: (running) => isNewer(deps, running),
      repositoryUrl: outputs.repositoryUrl,
      parallel: services.parallel,
    },
    services.targets,
  );
}

async function leave({ targets }: Services, reason: string): Promise<ServiceReport[]> {
  const { notRolled } = await import("../service/roll.ts");
  return targets.map((target) => notRolled(target, reason));
}
