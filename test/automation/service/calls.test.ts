/** Which calls a roll makes; docs/service.md says what each is for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { roll, world } from "../../support/serviceWorld.ts";

test("asks ECS once for each thing that no other answer holds", async () => {
  const { services, deps } = world({ takesMs: 500 });
  assert.equal((await roll(deps)).kind, "live");
  assert.deepEqual(services.calls, [
    ...["describeService", "describeTaskDefinition", "registerTaskDefinition"],
    // Right before the update: did somebody change the service meanwhile? Its answer is the first look at the deployment.
    ...["describeService", "updateService", "describeService"],
  ]);
});

test("reads the service's own revision too if a newer one of the family is registered", async () => {
  const { services, deps } = world();
  await services.api.registerTaskDefinition({ family: "web", containerDefinitions: [], cpu: "4096" });
  services.calls.length = 0;
  assert.equal((await roll(deps)).kind, "live");
  const [looked, ...reads] = services.calls;
  assert.deepEqual(
    [looked, ...reads.slice(0, 3)],
    [...["describeService", "describeTaskDefinition", "describeTaskDefinition", "registerTaskDefinition"]],
  );
  assert.equal(services.registered.at(-1)?.cpu, "256");
});
