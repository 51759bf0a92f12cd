import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ServiceTarget } from "../../../automation/service/api.ts";
import { rollServices, rollToRevisions } from "../../../automation/service/roll.ts";
import { type FakeServices, NEW_IMAGE, OLD_IMAGE, TARGET } from "../../support/fakeServices.ts";
import { change, changeAfter, killAt, roll, timeout, world } from "../../support/serviceWorld.ts";

describe("rollServices", () => {
  test("registers the service's own definition with the new image and nothing else, and waits until it is live", async () => {
    const { services, deps } = world();
    const report = await roll(deps);
    assert.deepEqual([report.kind, report.detail], ["live", null]);
    assert.equal(services.servingImage, NEW_IMAGE);
    const [before, after] = services.registered;
    assert.ok(before && after);
    const { revision: _, taskDefinitionArn: __, ...old } = before;
    const { revision: ___, taskDefinitionArn: arn, ...now } = after;
    assert.deepEqual(now, { ...old, containerDefinitions: [{ name: "app", image: NEW_IMAGE }] });
    assert.equal(report.taskDefinition, arn);
  });

  test("leaves a service alone that runs this image already", async () => {
    const { services, deps } = world();
    const report = await roll({ ...deps, image: OLD_IMAGE });
    assert.deepEqual([report.kind, report.detail], ["unchanged", null]);
    assert.deepEqual(services.calls, ["describeService", "describeTaskDefinition"]);
  });

  test("reports the circuit breaker's rollback as such, with the reasons of the stopped tasks", async () => {
    const { services, deps, said } = world({
      circuitBreaker: true,
      isBroken: (image) => image === NEW_IMAGE,
    });
    const report = await roll(deps);
    assert.deepEqual(
      [report.kind, report.detail],
      ["rolledBack", "ECS deployment circuit breaker: tasks failed to start."],
    );
    assert.equal(services.servingImage, OLD_IMAGE);
    assert.ok(
      said.includes(
        "  task arn:aws:ecs:eu-west-1:123456789012:task/shop/1 stopped: Essential container in task exited; app: exit code 1",
      ),
      said.join("\n"),
    );
  });

  test("says that it does not know if the deployment is still in progress at the end of its time", async () => {
    const { services, deps } = world({ isBroken: () => true });
    const report = await roll(deps);
    assert.deepEqual([report.kind, report.detail], ["unknown", "it was still in progress after 15 min"]);
    assert.equal(services.servingImage, OLD_IMAGE);
  });

  const refusals: [string, FakeServices["changes"], Partial<ServiceTarget>, string][] = [
    ["a service that is not there", {}, { service: "api" }, "ECS does not know this service"],
    ["a service that drains", { status: "DRAINING" }, {}, "it is DRAINING"],
    [
      "CODE_DEPLOY",
      { deploymentController: { type: "CODE_DEPLOY" } },
      {},
      "its deployment controller is CODE_DEPLOY, which rolls it itself: UpdateService cannot change its revision",
    ],
    [
      "EXTERNAL",
      { deploymentController: { type: "EXTERNAL" } },
      {},
      "its deployment controller is EXTERNAL, which rolls it itself: UpdateService cannot change its revision",
    ],
    ["a container that it lacks", {}, { container: "web" }, "it has no container web (it has app)"],
  ];
  for (const [what, changes, target, detail] of refusals)
    test(`refuses ${what} and changes nothing`, async () => {
      const { services, deps } = world();
      services.changes = changes;
      const report = await roll(deps, [{ ...TARGET, ...target }]);
      assert.deepEqual([report.kind, report.detail], ["notRolled", detail]);
      assert.ok(!services.calls.some((call) => /register|update/.test(call)));
    });

  test("one after the other: what comes after a service that did not go live is not touched", async () => {
    const { deps } = world();
    const kinds = (await rollServices(deps, [{ ...TARGET, service: "api" }, TARGET])).map(
      ({ kind, detail }) => `${kind}: ${detail}`,
    );
    assert.deepEqual(kinds, [
      "notRolled: ECS does not know this service",
      "notRolled: service api before it did not go live",
    ]);
  });

  test("in parallel each service is rolled by itself", async () => {
    const { deps } = world();
    const reports = await rollServices({ ...deps, parallel: true }, [{ ...TARGET, service: "api" }, TARGET]);
    assert.deepEqual(
      reports.map(({ kind }) => kind),
      ["notRolled", "live"],
    );
  });

  test("a service that runs a newer commit is left alone", async () => {
    const { services, deps } = world();
    const [running] = services.registered;
    const commit = "1234567890";
    if (running) services.tags.set(running, [{ key: "ecs-migrate:commit", value: commit }]);
    const report = await roll({ ...deps, isNewer: async (other) => other.commit === commit });
    assert.deepEqual([report.kind, report.detail], ["overtaken", "commit 1234567"]);
    assert.equal(services.started, 0);
  });

  test("a change that somebody makes meanwhile is kept: the revision is made again from it", async () => {
    const { services, deps, said } = world();
    changeAfter(services, "registerTaskDefinition", 1, "1024");
    const report = await roll(deps);
    assert.equal(report.kind, "live");
    const live = services.registered.find(({ taskDefinitionArn }) => taskDefinitionArn === services.current);
    assert.deepEqual(
      [live?.memory, live?.containerDefinitions],
      ["1024", [{ name: "app", image: NEW_IMAGE }]],
    );
    assert.deepEqual(said, [
      "Service web was changed meanwhile: web:1 → web:3; looking at it again",
      "Rolling service web to web:4",
    ]);
  });

  test("a service whose revision changes at each look is left alone", async () => {
    const { services, deps } = world();
    changeAfter(services, "registerTaskDefinition", 3, "1024");
    const report = await roll(deps);
    assert.deepEqual(
      [report.kind, report.detail],
      ["notRolled", "its revision changed 3 times while a new one was made from it; deploy again"],
    );
    // The three are somebody else's.
    assert.equal(services.started, 3);
  });

  test("rolled to the same image by another deploy meanwhile: that deployment is followed", async () => {
    const { services, deps } = world();
    services.trouble = async (call, moment) => {
      if (call !== "registerTaskDefinition" || moment !== "after") return;
      services.trouble = () => undefined;
      await services.api.updateService(TARGET, services.registered.at(-1)?.taskDefinitionArn ?? "");
    };
    const report = await roll(deps);
    assert.deepEqual([report.kind, services.started], ["live", 1]);
  });

  test("a deployment that somebody else began is replaced, and the own one is watched", async () => {
    const { services, deps } = world();
    await change(services, "1024");
    const report = await roll(deps);
    const live = services.registered.find(({ taskDefinitionArn }) => taskDefinitionArn === services.current);
    assert.deepEqual([report.kind, live?.memory], ["live", "1024"]);
    assert.equal(services.servingImage, NEW_IMAGE);
    assert.equal(services.started, 2);
  });

  test("an UpdateService whose answer is lost is looked up, not guessed", async () => {
    const { services, deps } = world();
    services.trouble = (call, moment) => {
      if (call === "updateService" && moment === "after") throw timeout();
    };
    assert.equal((await roll(deps)).kind, "live");
    assert.equal(services.calls.filter((call) => call === "updateService").length, 1);
  });

  test("back at a revision whose earlier deployment is still listed, the new one is watched", async () => {
    const { services, deps } = world();
    const { api } = services;
    const { updateService } = api;
    const old = { id: "ecs-svc/0", status: "ACTIVE", rolloutState: "COMPLETED" } as const;
    api.updateService = async (...given) => {
      const service = await updateService(...given);
      const deployments = [{ ...old, taskDefinition: given[1] }, ...(service.deployments ?? [])];
      return { ...service, deployments };
    };
    const { describeService } = api;
    api.describeService = async (name) => {
      const service = await describeService(name);
      const deployments = [{ ...old, taskDefinition: services.current }, ...(service?.deployments ?? [])];
      return service && { ...service, deployments };
    };
    const report = await roll(deps);
    assert.deepEqual([report.kind, services.servingImage], ["live", NEW_IMAGE]);
  });

  test("stopped tasks that may not be read are no end of the watch", async () => {
    const { services, deps, said } = world({
      circuitBreaker: true,
      isBroken: (image) => image === NEW_IMAGE,
    });
    services.trouble = (call) => {
      if (call === "listStoppedTasks")
        throw Object.assign(new Error("not authorized to perform: ecs:ListTasks"), {
          name: "AccessDeniedException",
        });
    };
    assert.equal((await roll(deps)).kind, "rolledBack");
    assert.ok(
      said.some((line) => line.startsWith("  why tasks stopped could not be read: ")),
      said.join("\n"),
    );
  });

  test("killed after the registration: the next command takes that revision", async () => {
    const { services, deps } = world();
    await killAt(services, deps, "registerTaskDefinition", "after");
    assert.equal((await roll(deps)).kind, "live");
    assert.equal(services.registered.length, 2);
  });

  test("killed after the update: the next command follows that deployment and starts none", async () => {
    const { services, deps } = world();
    await killAt(services, deps, "updateService", "after");
    assert.equal((await roll(deps)).kind, "live");
    assert.equal(services.calls.filter((call) => call === "updateService").length, 1);
    assert.equal(services.registered.length, 2);
  });

  /** Amazon ECS API reference, Deployment, rolloutState: a deployment in FAILED state doesn't launch any new tasks. */
  describe("a deployment of this image that failed and was not rolled back", () => {
    /** After a first deploy of an image that does not start. */
    async function failedOnce() {
      let broken = true;
      const made = world({ circuitBreaker: "stop", isBroken: () => broken });
      const { kind, detail } = await roll(made.deps);
      assert.deepEqual([kind, detail], ["failed", "ECS deployment circuit breaker: tasks failed to start."]);
      return { ...made, heal: () => (broken = false) };
    }

    test("is tried again by the next deploy, with the revision that is there", async () => {
      const { services, deps, said, heal } = await failedOnce();
      heal();
      assert.equal((await roll(deps)).kind, "live");
      assert.deepEqual(
        [services.servingImage, services.started, services.registered.length],
        [NEW_IMAGE, 2, 2],
      );
      assert.equal(said.at(-1), "Trying again to roll service web to web:2");
      assert.equal((await roll(deps)).kind, "unchanged");
    });

    test("fails again as long as its cause is there: once a deploy", async () => {
      const { services, deps } = await failedOnce();
      for (const started of [2, 3]) {
        const { kind, detail } = await roll(deps);
        assert.deepEqual(
          [kind, detail, services.started],
          ["failed", "ECS deployment circuit breaker: tasks failed to start.", started],
        );
      }
    });

    test("is tried again by `rollback` to that revision", async () => {
      const { services, deps, heal } = await failedOnce();
      heal();
      const back = { ...TARGET, from: services.current, taskDefinition: services.current };
      const [report] = await rollToRevisions(deps, [back]);
      assert.deepEqual([report?.kind, services.started], ["live", 2]);
    });

    test("killed after the second try began: that one is followed", async () => {
      const { services, deps, heal } = await failedOnce();
      heal();
      await killAt(services, deps, "updateService", "after");
      assert.equal((await roll(deps)).kind, "live");
      assert.equal(services.started, 2);
    });

    test("an UpdateService whose answer is lost is looked up: begun, or still the failed one", async () => {
      for (const moment of ["before", "after"] as const) {
        const { services, deps, heal } = await failedOnce();
        heal();
        services.trouble = (call, when) => {
          if (call === "updateService" && when === moment) throw timeout();
        };
        const { kind, detail } = await roll(deps);
        const lost = ["failed", "UpdateService failed: TimeoutError: socket hang up"];
        assert.deepEqual([kind, detail], moment === "after" ? ["live", null] : lost);
      }
    });

    test("that somebody tries again meanwhile is followed, not replaced", async () => {
      const { services, deps, said, heal } = await failedOnce();
      heal();
      let looks = 0;
      services.trouble = async (call, moment) => {
        if (call !== "describeService" || moment !== "after" || looks++ > 0) return;
        await services.api.updateService(TARGET, services.current, { forceNewDeployment: true });
      };
      assert.deepEqual([(await roll(deps)).kind, services.started], ["live", 2]);
      assert.ok(
        said.includes("Service web was changed meanwhile: a new deployment of web:2; looking at it again"),
        said.join("\n"),
      );
    });
  });
});
