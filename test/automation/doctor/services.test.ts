/** What `doctor` says of the services that the stack rolls. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Service } from "@aws-sdk/client-ecs";
import { examineServices } from "../../../automation/doctor/services.ts";
import { doctorLines } from "../../../automation/doctor/text.ts";
import { FakeClock } from "../../support/fakeClock.ts";
import { FakeServices, OLD_IMAGE, TARGET } from "../../support/fakeServices.ts";
import { assertGolden } from "../../support/golden.ts";
import { sampleOutputs } from "../../support/sampleOutputs.ts";

const BREAKER = { deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } } };

/** The event's text is AWS's (Amazon ECS Developer Guide, "service event messages"). */
const STEADY = { events: [{ id: "1", message: "(service web) has reached a steady state." }] };

async function examine(changes: Partial<Service>, image = OLD_IMAGE): Promise<string> {
  const services = new FakeServices(new FakeClock());
  services.changes = { ...BREAKER, ...STEADY, ...changes };
  const [running] = services.registered;
  if (running) services.tags.set(running, [{ key: "ecs-migrate:commit", value: "1234567890abcdef" }]);
  const outputs = sampleOutputs({
    image,
    services: { targets: [TARGET], parallel: false, timeoutSeconds: 900 },
  });
  const checks = await examineServices(services.api, outputs, "prod");
  return doctorLines({ schema: 1, stack: "prod", exitCode: 0, checks, dirty: null }, false).join("\n");
}

describe("doctor looks at a service", () => {
  test("as the golden text says, one paragraph a state", async () => {
    const failed = {
      id: "ecs-svc/1",
      status: "PRIMARY",
      rolloutState: "FAILED" as const,
      rolloutStateReason: "ECS deployment circuit breaker: tasks failed to start.",
    };
    const texts = [
      await examine({}),
      await examine({}, `${OLD_IMAGE.slice(0, -64)}${"2".repeat(64)}`),
      await examine({ runningCount: 1, desiredCount: 2, deploymentConfiguration: {} }),
      await examine({ deployments: [failed] }),
      await examine({ deploymentController: { type: "CODE_DEPLOY" } }),
      await examine({ deploymentConfiguration: { strategy: "BLUE_GREEN" } }),
      await examine({ status: "INACTIVE" }),
    ];
    assertGolden("doctor-services.txt", `${texts.join("\n\n")}\n`);
  });

  test("and nothing is asked for a stack without services", async () => {
    const services = new FakeServices(new FakeClock());
    assert.deepEqual(await examineServices(services.api, sampleOutputs(), "prod"), []);
    assert.deepEqual(services.calls, []);
  });
});
