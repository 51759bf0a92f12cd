/** `plan` and `deploy --plan` say what the deploy would do with each service, by the deploy's own look. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { PlanReport } from "../../../automation/plan/makePlan.ts";
import { plannedServiceLine } from "../../../automation/plan/services.ts";
import type { ServiceTarget } from "../../../automation/service/api.ts";
import { planServices, withServices } from "../../../automation/service/planned.ts";
import { rollServices } from "../../../automation/service/roll.ts";
import { type FakeServices, MADE_TARGET, NEW_IMAGE, OLD_IMAGE, TARGET } from "../../support/fakeServices.ts";
import { roll, world } from "../../support/serviceWorld.ts";

const SOURCE = { commit: "89abcdef0123", branch: "stage/shop", time: null };
const API = { ...TARGET, service: "api" };

type World = ReturnType<typeof world>;
type PlanDeps = Parameters<typeof planServices>[0];

async function lines(
  { deps }: World,
  changes: Partial<PlanDeps> = {},
  targets: readonly ServiceTarget[] = [TARGET],
): Promise<string[]> {
  return (await planServices({ ...deps, source: SOURCE, ...changes }, targets)).map(plannedServiceLine);
}

function tag({ registered, tags }: FakeServices, commit: string): void {
  const [running] = registered;
  if (running) tags.set(running, [{ key: "ecs-migrate:commit", value: commit }]);
}

describe("planServices", () => {
  test("says from which image and commit to which", async () => {
    const made = world();
    tag(made.services, "1234567890");
    assert.deepEqual(await lines(made), [
      "service web would roll: web:1 (shop@sha256:000000000000, commit 1234567) → shop@sha256:111111111111, commit 89abcde",
    ]);
    assert.ok(!made.services.calls.some((call) => /register|update/.test(call)), "nothing was changed");
  });

  test("of an image that is not built yet, and of a checkout by hand", async () => {
    const made = world();
    const from = "service web would roll: web:1 (shop@sha256:000000000000, commit not known) → ";
    assert.deepEqual(await lines(made, { image: null }), [
      `${from}the image that the deploy builds from commit 89abcde`,
    ]);
    assert.deepEqual(await lines(made, { image: null, source: null }), [
      `${from}the image that the deploy builds`,
    ]);
  });

  test("of a service that stays: why", async () => {
    const made = world();
    assert.deepEqual(await lines(made, { image: OLD_IMAGE }), [
      "service web would not roll: web:1 (shop@sha256:000000000000, commit not known) (it runs this image already)",
    ]);
    tag(made.services, "1234567890");
    assert.deepEqual(await lines(made, { isNewer: async () => true }), [
      "service web would not roll: web:1 (shop@sha256:000000000000, commit 1234567) (it runs a newer commit)",
    ]);
    made.services.changes = { deploymentController: { type: "CODE_DEPLOY" } };
    assert.deepEqual(await lines(made), [
      "service web would not roll: its deployment controller is CODE_DEPLOY, which rolls it itself: UpdateService cannot change its revision",
    ]);
  });

  test("of a service that the stack made, before anything was deployed", async () => {
    assert.deepEqual(await lines(world({ made: true }), {}, [MADE_TARGET]), [
      "service web would roll: no code → shop@sha256:111111111111, commit 89abcde",
    ]);
  });

  test("of a deployment of this image that is in progress, and of one that failed", async () => {
    const made = world({ circuitBreaker: "stop", isBroken: (image) => image === NEW_IMAGE });
    await roll({ ...made.deps, timeoutMs: 1_000 });
    const runs = "web:2 (shop@sha256:111111111111, commit not known)";
    assert.deepEqual(await lines(made), [
      `service web would not roll: ${runs} (a deployment of this image is in progress and is followed)`,
    ]);
    await roll(made.deps);
    assert.deepEqual(await lines(made), [
      `service web would roll: ${runs} → shop@sha256:111111111111, commit 89abcde (its last deployment failed and is tried again: ECS deployment circuit breaker: tasks failed to start.)`,
    ]);
  });

  test("one after the other, nothing goes on after a service that cannot roll; in parallel the rest does", async () => {
    const first = "service api would not roll: ECS does not know this service";
    assert.deepEqual(await lines(world(), {}, [API, TARGET]), [
      first,
      "service web would not roll: service api before it would not go live",
    ]);
    const [, second] = await lines(world(), { parallel: true }, [API, TARGET]);
    assert.match(second ?? "", /^service web would roll: /);
  });

  test("a migration that would be refused lets none go on, and nothing is asked", async () => {
    const look = async () => assert.fail("asked");
    const plan = { ...({} as PlanReport), outcome: "refused" } as const;
    const { services } = await withServices(plan, [TARGET], look);
    assert.deepEqual(services.map(plannedServiceLine), [
      "service web would not roll: its migration would be refused",
    ]);
  });

  test("a service that may not be read is not guessed", async () => {
    const made = world();
    made.services.trouble = () => {
      throw Object.assign(new Error("not authorized to perform: ecs:DescribeServices"), {
        name: "AccessDeniedException",
      });
    };
    assert.deepEqual(await lines(made), [
      "service web may roll: it could not be looked at: AccessDeniedException: not authorized to perform: ecs:DescribeServices",
    ]);
  });

  test("the deploy does what was said", async () => {
    for (const image of [OLD_IMAGE, NEW_IMAGE])
      for (const targets of [[TARGET], [API, TARGET], [TARGET, API]]) {
        const { deps } = world();
        const planned = await planServices({ ...deps, image }, targets);
        const rolled = await rollServices({ ...deps, image }, targets);
        assert.deepEqual(
          planned.map(({ outcome }) => outcome === "rolls"),
          rolled.map(({ kind }) => kind === "live"),
        );
      }
  });
});
