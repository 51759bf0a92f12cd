/**
 * The services go back to an earlier revision, after a look at the migrations that were applied since. The database is
 * not touched.
 */
import type { CheckSettings } from "../check/settings.ts";
import { ConfigError, EXIT } from "../contract/errors.ts";
import type { Origin } from "../contract/origin.ts";
import type { Outputs } from "../contract/outputs.ts";
import type { KnownVersionDeps } from "../history/knownVersion.ts";
import type { MigrationFile } from "../migrations/folder.ts";
import {
  type Between,
  ROLLBACK_SCHEMA,
  type RollbackReport,
  rollbackServiceLine,
  rollbackSteps,
  type Way,
  wayLines,
} from "../report/rollback.ts";
import { isLive, type ServiceReport } from "../report/services.ts";
import type { Terminal } from "../report/terminal.ts";
import type { ServiceApi, ServiceTarget } from "../service/api.ts";
import { serviceProblem } from "../service/deployment.ts";
import { earlierRevision, readDeployments } from "../service/deployments.ts";
import { hasNoCode, sourceOf } from "../service/revision.ts";
import { rollToRevisions } from "../service/roll.ts";
import { revisionName } from "../text/image.ts";
import { lookBetween, widest } from "./between.ts";

interface RollbackDeps extends KnownVersionDeps {
  readonly stack: string;
  readonly outputs: Outputs;
  readonly services: ServiceApi;
  readonly checkout: readonly MigrationFile[];
  readonly settings: CheckSettings;
  readonly terminal: Terminal;
  readonly origin: Origin;
  readonly signal: AbortSignal;
  /** Asks on a production stack. @throws if it was not confirmed */
  readonly confirm: (effect: string) => Promise<void>;
}

export interface RollbackWish {
  /** The one service; undefined: all of the stack. */
  readonly service: string | undefined;
  /** The number of the revision; undefined: the newest older one that went live. */
  readonly revision: number | undefined;
}

/**
 * @throws {ConfigError} if there is nothing to go back to; nothing was changed then
 */
export async function rollback(deps: RollbackDeps, wish: RollbackWish): Promise<RollbackReport> {
  const startedAt = deps.clock.now();
  const settings = deps.outputs.services;
  const targets = chooseTargets(deps, wish);
  const chosen: Chosen[] = [];
  for (const target of targets) chosen.push(await chooseRevision(deps, target, wish.revision));
  const ways = chosen.map(({ way }) => way);
  const between = widest(
    await Promise.all(chosen.map(({ registeredAt }) => lookBetween(deps, registeredAt))),
  );
  for (const line of wayLines(ways, between)) deps.terminal.say(line);
  await deps.confirm(effectText(ways, between));
  const services = await rollToRevisions(
    {
      ...{ api: deps.services, clock: deps.clock, signal: deps.signal },
      say: (line) => deps.terminal.say(line),
      timeoutMs: (settings?.timeoutSeconds ?? 0) * 1_000,
      parallel: settings?.parallel ?? false,
    },
    targets.map((target, index) => ({
      ...target,
      from: ways[index]?.from ?? "",
      taskDefinition: ways[index]?.to ?? "",
    })),
  );
  for (const service of services) deps.terminal.say(rollbackServiceLine(service));
  return reportOf(deps, { ways, between, services, startedAt });
}

/** @throws {ConfigError} if the stack has no such service, or a revision's number fits several */
function chooseTargets(
  { outputs, stack }: RollbackDeps,
  { service, revision }: RollbackWish,
): readonly ServiceTarget[] {
  const all = outputs.services?.targets ?? [];
  const names = all.map((target) => target.service);
  if (all.length === 0)
    throw new ConfigError([
      `Stack ${stack} rolls no service: name them in ecs-migrate:services (docs/service.md)`,
    ]);
  const targets = service === undefined ? all : all.filter((target) => target.service === service);
  if (targets.length === 0)
    throw new ConfigError([`Stack ${stack} has no service ${service}; it has ${names.join(", ")}`]);
  if (revision !== undefined && targets.length > 1)
    throw new ConfigError([
      `--to ${revision} is a revision of one service: add --service ${names.join(" or --service ")}`,
    ]);
  return targets;
}

interface Chosen {
  readonly way: Way;
  /** Milliseconds since the epoch. */
  readonly registeredAt: number;
}

async function chooseRevision(
  { services: api }: RollbackDeps,
  target: ServiceTarget,
  revision: number | undefined,
): Promise<Chosen> {
  const service = await api.describeService(target);
  const problem = serviceProblem(service);
  if (!service?.taskDefinition || problem !== undefined)
    throw new ConfigError([
      `Service ${target.service} cannot be rolled back: ${problem ?? "it has no task definition"}`,
    ]);
  const from = service.taskDefinition;
  const family = from.slice(0, from.lastIndexOf(":"));
  const to =
    revision === undefined
      ? earlierRevision(from, await readDeployments(api, target))
      : `${family}:${revision}`;
  if (to === undefined) throw new ConfigError([nothingEarlier(target.service, from)]);
  const found = await api.describeTaskDefinition(to);
  if (found?.definition.status !== "ACTIVE")
    throw new ConfigError([
      `There is no active revision ${revisionName(to)} for service ${target.service}; ${listRevisions(family)} lists them`,
    ]);
  if (hasNoCode(found.definition))
    throw new ConfigError([
      `Revision ${revisionName(to)} of service ${target.service} has no code: the stack made it before the first deploy; ${listRevisions(family)} lists the others`,
    ]);
  const { cluster, service: name } = target;
  const way = { cluster, service: name, from, to, commit: sourceOf(found)?.commit ?? null };
  return { way, registeredAt: found.definition.registeredAt?.getTime() ?? 0 };
}

function nothingEarlier(service: string, from: string): string {
  const family = from.slice(0, from.lastIndexOf(":"));
  return `ECS remembers no revision before ${revisionName(from)} that went live in service ${service}; name one with --to (${listRevisions(family)} lists them)`;
}

function listRevisions(family: string): string {
  return `\`aws ecs list-task-definitions --family-prefix ${revisionName(family)} --sort DESC\``;
}

/** The end of the question on a production stack. Pure. */
function effectText(ways: readonly Way[], { breaks, doubts }: Between): string {
  const to = ways.map(({ service, to: arn }) => `${service} to ${revisionName(arn)}`).join(", ");
  const known = [
    ...(breaks.length > 0 ? ["the earlier code may not live with what was applied since"] : []),
    ...(doubts.length > 0 ? ["not everything could be looked at"] : []),
  ];
  return `rolls ${to}${known.length === 0 ? "" : ` (${known.join("; ")})`}`;
}

function reportOf(
  { stack, outputs, origin, clock }: RollbackDeps,
  facts: {
    readonly ways: readonly Way[];
    readonly between: Between;
    readonly services: readonly ServiceReport[];
    readonly startedAt: number;
  },
): RollbackReport {
  const { ways, between, services, startedAt } = facts;
  const back = isLive(services);
  const names = ways.map(({ service, to }) => `${service} at ${revisionName(to)}`).join(", ");
  return {
    schema: ROLLBACK_SCHEMA,
    stack,
    application: outputs.application,
    production: outputs.production,
    exitCode: back ? EXIT.ok : EXIT.notLive,
    headline: back ? `Rolled back: ${names}` : `Not rolled back: ${names}`,
    ...{ ways, between, services, next: rollbackSteps(services, stack), origin },
    startedAt: new Date(startedAt).toISOString(),
    durationMs: clock.now() - startedAt,
    warnings: [],
  };
}
