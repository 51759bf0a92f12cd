import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { RollDeps } from "../../../automation/service/choose.ts";
import { MADE_TARGET, NEW_IMAGE, OLD_IMAGE, type ServiceModel } from "../../support/fakeServices.ts";
import { killAt, roll, world } from "../../support/serviceWorld.ts";

describe("the first roll of a service that the stack made", () => {
  const first = (model: ServiceModel = {}) => world({ ...model, made: true });
  const firstRoll = (deps: RollDeps) => roll(deps, [MADE_TARGET]);

  test("starts its tasks on the new image", async () => {
    const { services, deps } = first();
    const report = await firstRoll(deps);
    assert.deepEqual([report.kind, report.detail, services.desiredCount], ["live", null, 2]);
    assert.equal(services.servingImage, NEW_IMAGE);
    assert.equal((await firstRoll(deps)).kind, "unchanged");
  });

  test("starts from the stack's newest revision: a wrong port may have been corrected since", async () => {
    const { services, deps } = first();
    const [made] = services.registered;
    const { taskDefinitionArn: taskDefinition = "" } = await services.api.registerTaskDefinition({
      family: "web",
      containerDefinitions: made?.containerDefinitions,
      memory: "1024",
    });
    await roll(deps, [{ ...MADE_TARGET, first: { taskDefinition, desiredCount: 1 } }]);
    assert.equal(services.registered.at(-1)?.memory, "1024");
  });

  test("that fails is failed: no old image runs, and the next deploy tries again", async () => {
    const { services, deps } = first({ circuitBreaker: true, isBroken: (image) => image === NEW_IMAGE });
    const report = await firstRoll(deps);
    assert.deepEqual(
      [report.kind, report.detail],
      ["failed", "ECS deployment circuit breaker: tasks failed to start."],
    );
    const next = await firstRoll({ ...deps, image: OLD_IMAGE });
    assert.deepEqual([next.kind, services.servingImage, services.desiredCount], ["live", OLD_IMAGE, 2]);
  });

  test("that went live once: a service that somebody scaled to 0 later stays there, and the report says so", async () => {
    const { services, deps } = first();
    await firstRoll({ ...deps, image: OLD_IMAGE });
    services.desiredCount = 0;
    const report = await firstRoll(deps);
    assert.deepEqual([report.kind, report.detail], ["live", "its desired count is 0: no task runs"]);
    assert.equal(services.desiredCount, 0);
  });

  for (const call of ["registerTaskDefinition", "updateService"])
    test(`killed after ${call}: the next command goes on, nothing twice`, async () => {
      const { services, deps } = first();
      await killAt(services, deps, call, "after", MADE_TARGET);
      assert.equal((await firstRoll(deps)).kind, "live");
      assert.deepEqual([services.desiredCount, services.registered.length, services.started], [2, 2, 1]);
    });
});
