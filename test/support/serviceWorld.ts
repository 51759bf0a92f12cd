/** A service in a model of ECS, a roll of it, and what may come between: somebody else's change, the death of the process. */
import assert from "node:assert/strict";
import type { ServiceReport } from "../../automation/report/services.ts";
import type { ServiceTarget } from "../../automation/service/api.ts";
import type { RollDeps } from "../../automation/service/choose.ts";
import { rollServices } from "../../automation/service/roll.ts";
import { FakeClock } from "./fakeClock.ts";
import { FakeServices, NEW_IMAGE, REPOSITORY, type ServiceModel, TARGET } from "./fakeServices.ts";

export function world(model: ServiceModel = {}) {
  const clock = new FakeClock();
  const services = new FakeServices(clock, model);
  const said: string[] = [];
  const deps: RollDeps = {
    api: services.api,
    clock,
    say: (line) => said.push(line),
    timeoutMs: 15 * 60_000,
    signal: new AbortController().signal,
    image: NEW_IMAGE,
    source: null,
    isNewer: async () => false,
    repositoryUrl: REPOSITORY,
    parallel: false,
  };
  return { clock, services, said, deps };
}

export async function roll(
  deps: RollDeps,
  targets: readonly ServiceTarget[] = [TARGET],
): Promise<ServiceReport> {
  const [report] = await rollServices(deps, targets);
  assert.ok(report);
  return report;
}

/** One command's report; undefined if its process died on the way: nothing of it goes on. */
export async function untilDeath(
  deps: RollDeps,
  services: FakeServices,
  fate: (call: string, moment: "before" | "after") => "death" | undefined,
  target: ServiceTarget = TARGET,
): Promise<ServiceReport | undefined> {
  const died = Promise.withResolvers<undefined>();
  services.trouble = (call, moment) => {
    if (fate(call, moment) === undefined) return;
    died.resolve(undefined);
    return new Promise(() => undefined);
  };
  const report = await Promise.race([roll(deps, [target]), died.promise]);
  services.trouble = () => undefined;
  return report;
}

export async function killAt(
  services: FakeServices,
  deps: RollDeps,
  call: string,
  moment: "before" | "after",
  target: ServiceTarget = TARGET,
): Promise<void> {
  const fate = (name: string, when: string) => (name === call && when === moment ? "death" : undefined);
  assert.equal(await untilDeath(deps, services, fate, target), undefined);
}

/** Somebody else gives the service a revision of their own, with another size. */
export async function change(services: FakeServices, memory: string): Promise<void> {
  const current = services.registered.find(({ taskDefinitionArn }) => taskDefinitionArn === services.current);
  const made = await services.api.registerTaskDefinition({
    family: "web",
    containerDefinitions: current?.containerDefinitions,
    memory,
  });
  await services.api.updateService(TARGET, made.taskDefinitionArn ?? "");
}

/** As {@link change}, right after each of the first calls of one kind. */
export function changeAfter(services: FakeServices, call: string, times: number, memory: string): void {
  let left = times;
  const trouble: FakeServices["trouble"] = async (name, moment) => {
    if (name !== call || moment !== "after" || left === 0) return;
    left--;
    services.trouble = () => undefined;
    await change(services, memory);
    services.trouble = trouble;
  };
  services.trouble = trouble;
}

/** As the SDK's request handler throws it. */
export function timeout(): Error {
  return Object.assign(new Error("socket hang up"), { name: "TimeoutError", code: "ECONNRESET" });
}
