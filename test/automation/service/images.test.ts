/** Services of other shapes than the example's: how their images are named, how their tasks are placed, what changes them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { NEW_IMAGE, OLD_IMAGE, REPOSITORY, TARGET } from "../../support/fakeServices.ts";
import { roll, world } from "../../support/serviceWorld.ts";

const DIGEST = NEW_IMAGE.split("@")[1] ?? "";
const LOCAL = "registry.internal:5000/team/shop";

/** A service whose task definition has these images, by container. */
function worldOf(images: Readonly<Record<string, string>>) {
  const made = world();
  const [revision] = made.services.registered;
  assert.ok(revision);
  revision.containerDefinitions = Object.entries(images).map(([name, image]) => ({ name, image }));
  const imagesNow = () =>
    made.services.registered
      .find(({ taskDefinitionArn }) => taskDefinitionArn === made.services.current)
      ?.containerDefinitions?.map(({ name, image }) => `${name} ${image}`);
  return { ...made, imagesNow };
}

test("a tag beside the digest is the same image: nothing is rolled", async () => {
  const { services, deps } = worldOf({ app: `${REPOSITORY}:1.2@${DIGEST}` });
  assert.equal((await roll(deps)).kind, "unchanged");
  assert.deepEqual([services.started, services.registered.length], [0, 1]);
});

test("a tag alone may name another image by now: it is rolled to the digest", async () => {
  const { deps, imagesNow } = worldOf({ app: `${REPOSITORY}:latest` });
  assert.equal((await roll(deps)).kind, "live");
  assert.deepEqual(imagesNow(), [`app ${NEW_IMAGE}`]);
});

test("a registry with a port is found, with and without a tag, and a sidecar stays as it is", async () => {
  const image = `${LOCAL}@${DIGEST}`;
  for (const running of [LOCAL, `${LOCAL}:1.2`, `${LOCAL}:1.2@sha256:${"2".repeat(64)}`]) {
    const { deps, imagesNow } = worldOf({ proxy: "registry.internal:5000/envoy:1", app: running });
    assert.equal((await roll({ ...deps, image, repositoryUrl: LOCAL })).kind, "live", running);
    assert.deepEqual(imagesNow(), ["proxy registry.internal:5000/envoy:1", `app ${image}`]);
  }
});

test("the same digest in another registry is another image", async () => {
  const { deps, imagesNow } = worldOf({ app: `mirror.example/shop@${DIGEST}` });
  const unnamed = await roll(deps);
  assert.deepEqual(
    [unnamed.kind, unnamed.detail],
    [
      "notRolled",
      `no container runs an image of ${REPOSITORY} (it has app); name the container in ecs-migrate:services`,
    ],
  );
  assert.equal((await roll(deps, [{ ...TARGET, container: "app" }])).kind, "live");
  assert.deepEqual(imagesNow(), [`app ${NEW_IMAGE}`]);
});

test("of two containers with the repository's image one must be named, and the other keeps its image", async () => {
  const { services, deps, imagesNow } = worldOf({ app: OLD_IMAGE, worker: OLD_IMAGE });
  assert.equal(
    (await roll(deps)).detail,
    `2 containers run an image of ${REPOSITORY} (it has app, worker); name the container in ecs-migrate:services`,
  );
  assert.equal(services.started, 0);
  assert.equal((await roll(deps, [{ ...TARGET, container: "worker" }])).kind, "live");
  assert.deepEqual(imagesNow(), [`app ${OLD_IMAGE}`, `worker ${NEW_IMAGE}`]);
});

test("a deregistered revision is rolled all the same, also if its family has no other", async () => {
  const { services, deps } = world();
  const [revision] = services.registered;
  assert.ok(revision);
  revision.status = "INACTIVE";
  const { describeTaskDefinition } = services.api;
  // AWS: a family stands for its newest ACTIVE revision.
  services.api.describeTaskDefinition = async (wanted) => {
    const found = await describeTaskDefinition(wanted);
    return wanted.includes(":task-definition/") || found?.definition.status === "ACTIVE" ? found : undefined;
  };
  assert.equal((await roll(deps)).kind, "live");
  assert.equal(services.servingImage, NEW_IMAGE);
});

test("how tasks are placed and counted stays as it is", async () => {
  for (const changes of [
    { schedulingStrategy: "DAEMON" as const },
    { capacityProviderStrategy: [{ capacityProvider: "FARGATE_SPOT", weight: 1 }] },
    { desiredCount: 0 },
  ]) {
    const { services, deps } = world();
    services.changes = changes;
    const given: unknown[] = [];
    const { updateService } = services.api;
    services.api.updateService = (...args) => {
      given.push(args[2]);
      return updateService(...args);
    };
    const { kind, detail } = await roll(deps);
    assert.equal(kind, "live");
    assert.equal(detail, "desiredCount" in changes ? "its desired count is 0: no task runs" : null);
    assert.deepEqual(given, [{ desiredCount: undefined, forceNewDeployment: false }]);
  }
});

test("a service that was deleted is refused by its status", async () => {
  const { services, deps } = world();
  services.changes = { status: "INACTIVE" };
  const report = await roll(deps);
  assert.deepEqual([report.kind, report.detail], ["notRolled", "it is INACTIVE"]);
});
