/** A rollback says what lies between the images, asks on production, and touches the services only. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DEFAULT_CHECK } from "../../../automation/check/settings.ts";
import type { Outputs } from "../../../automation/contract/outputs.ts";
import { type RollbackWish, rollback } from "../../../automation/deploy/rollback.ts";
import { NotConfirmedError } from "../../../automation/guard/confirmation.ts";
import { type MigrationFile, parseMigrationFileName, sha256 } from "../../../automation/migrations/folder.ts";
import { rollbackMessage } from "../../../automation/notify/slack/rollbackMessage.ts";
import { type RollbackReport, rollbackLines } from "../../../automation/report/rollback.ts";
import {
  FakeServices,
  MADE_TARGET,
  OLD_IMAGE,
  REPOSITORY,
  type ServiceModel,
  TARGET,
} from "../../support/fakeServices.ts";
import { fakeStack, previewOf, stepOf } from "../../support/previews.ts";
import { RunFixture, temporaryHome } from "../../support/runFixture.ts";
import { revisionOf, SAMPLE_FILES, sampleCheckout, sampleOutputs } from "../../support/sampleOutputs.ts";

type Test = Parameters<typeof temporaryHome>[0];

const SQL =
  "SET lock_timeout = '5s';\nALTER TABLE users DROP COLUMN nick;\nALTER TABLE users ADD COLUMN age int NOT NULL;\n";
const FILE = "20261125_change.up.sql";
const COMMITS = ["a".repeat(40), "b".repeat(40)] as const;

/** Two deploys: the second applies one more file. */
async function world(t: Test, sql = SQL, model: ServiceModel = {}) {
  const fixture = new RunFixture(await temporaryHome(t));
  const { aws } = fixture;
  const services = new FakeServices(aws.clock, model);
  const changed: MigrationFile = {
    file: FILE,
    parsed: parseMigrationFileName(FILE),
    bytes: Buffer.from(sql),
  };
  const targets = [model.made ? MADE_TARGET : TARGET];
  const common = { services: { targets, parallel: false, timeoutSeconds: 900 } };
  const first = sampleOutputs({ ...common, source: { commit: COMMITS[0], branch: null, time: null } });
  const files = [...SAMPLE_FILES, { version: 20261125, name: "change", ms: 1_000 }];
  const shipped = sampleOutputs(common, files);
  const second: Outputs = {
    ...shipped,
    image: `${REPOSITORY}@sha256:${"c".repeat(64)}`,
    taskDefinitionArn: shipped.taskDefinitionArn.replace(/:12$/, ":13"),
    source: { commit: COMMITS[1], branch: null, time: null },
    migrations: shipped.migrations.map((each) =>
      each.version === 20261125 ? { ...each, up: sha256(sql), down: null } : each,
    ),
  };
  aws.revisions.set(13, revisionOf(second, files));
  const deploy = (outputs: Outputs) =>
    fixture.deploy({
      findOutputs: async () => outputs,
      connectServices: async () => services.api,
      openStack: async () =>
        fakeStack({ preview: async () => previewOf([stepOf("same", "aws:ecs/cluster:Cluster")]) }),
      checkContent: false,
      readCheckout: async () => sampleCheckout(),
    });
  await deploy(first);
  aws.clock.advance(3_600_000);
  const checkout = [...sampleCheckout(), changed];
  const back = (
    wish: Partial<RollbackWish> = {},
    changes: { confirm?: () => Promise<void>; checkout?: MigrationFile[] } = {},
  ) =>
    rollback(
      {
        ...fixture.deps(),
        outputs: second,
        services: services.api,
        connectEcs: async () => aws.ecs.api,
        connectLogs: async () => aws.logs.api,
        checkout,
        settings: { ...DEFAULT_CHECK, dialect: "postgres" },
        confirm: async () => undefined,
        ...changes,
      },
      { service: undefined, revision: undefined, ...wish },
    );
  return { fixture, services, deploySecond: () => deploy(second), back, second };
}

describe("rollback", () => {
  test("goes to the newest older revision that went live, and says what its code may not live with", async (t) => {
    const { fixture, services, deploySecond, back } = await world(t);
    const deployed = await deploySecond();
    assert.deepEqual([deployed.verdict.kind, deployed.exitCode], ["applied", 0]);
    const tasks = fixture.aws.ecs.tasks.length;
    const report = await back();
    assert.equal(services.servingImage, fixture.aws.outputs.image);
    assert.equal(fixture.aws.ecs.tasks.length, tasks, "a task was run");
    assert.deepEqual(report.between, {
      versionThen: 20261124,
      versionNow: 20261125,
      files: [FILE],
      breaks: [
        `${FILE}:2 drops users.nick: code that names it fails`,
        `${FILE}:3 makes users.age NOT NULL: an INSERT or UPDATE that leaves it empty fails`,
      ],
      doubts: [],
    });
    assert.deepEqual(rollbackLines(report), [
      "✔ shop stage: Rolled back: web at web:2",
      "  ✔ service web runs the earlier revision web:2",
      "  → The next deploy rolls forward again: revert the commit on the branch first. To deploy this checkout again:",
      "      npx ecs-migrate deploy --stack stage",
    ]);
    for (const line of [
      "service web: web:3 → web:2, commit aaaaaaa",
      `1 migration was applied since: ${FILE}; the database stays as it is`,
      `✖ ${FILE}:2 drops users.nick: code that names it fails`,
    ])
      assert.ok(fixture.said.includes(line), fixture.said);
  });

  test("says so if the earlier code can live with what was applied", async (t) => {
    const { fixture, deploySecond, back } = await world(t, "CREATE TABLE tags (id bigint PRIMARY KEY);\n");
    await deploySecond();
    const { between } = await back();
    assert.deepEqual([between.files, between.breaks, between.doubts], [[FILE], [], []]);
    assert.ok(fixture.said.includes("none of them drops or renames anything, or asks more of a row"));
  });

  test("does not guess at a file that the checkout does not have as it was shipped", async (t) => {
    const { deploySecond, back } = await world(t);
    await deploySecond();
    const { between } = await back({}, { checkout: sampleCheckout() });
    assert.deepEqual(between.breaks, []);
    assert.deepEqual(between.doubts, [
      `${FILE} is not in this checkout as it was shipped, so it was not read`,
    ]);
  });

  test("passes over a revision that ECS rolled back: it never went live", async (t) => {
    const broken = `${REPOSITORY}@sha256:${"c".repeat(64)}`;
    const { fixture, services, deploySecond, back } = await world(t, SQL, {
      circuitBreaker: true,
      isBroken: (image) => image === broken,
    });
    assert.equal((await deploySecond()).exitCode, 15);
    assert.equal(services.servingImage, fixture.aws.outputs.image);
    await back();
    assert.equal(services.servingImage, OLD_IMAGE);
  });

  test("--to names the revision; one that does not exist is refused before anything moves", async (t) => {
    const { services, deploySecond, back } = await world(t);
    await deploySecond();
    const { ways } = await back({ revision: 1 });
    assert.deepEqual(
      ways.map(({ to }) => to.split("/")[1]),
      ["web:1"],
    );
    assert.equal(services.servingImage, OLD_IMAGE);
    const updates = () => services.calls.filter((call) => call === "updateService").length;
    const before = updates();
    await assert.rejects(back({ revision: 9 }), {
      name: "ConfigError",
      message:
        "There is no active revision web:9 for service web; `aws ecs list-task-definitions --family-prefix web --sort DESC` lists them",
    });
    await assert.rejects(back({ service: "api" }), { message: "Stack stage has no service api; it has web" });
    assert.equal(updates(), before);
  });

  test("without an earlier revision says how to name one", async (t) => {
    const { services, back } = await world(t);
    services.history.splice(0);
    await assert.rejects(back(), {
      message:
        "ECS remembers no revision before web:2 that went live in service web; name one with --to (`aws ecs list-task-definitions --family-prefix web --sort DESC` lists them)",
    });
  });

  test("never goes to the revision that the stack made before anything was deployed", async (t) => {
    const { services, back } = await world(t, SQL, { made: true });
    const message =
      "Revision web:1 of service web has no code: the stack made it before the first deploy; `aws ecs list-task-definitions --family-prefix web --sort DESC` lists the others";
    await assert.rejects(back(), { name: "ConfigError", message });
    await assert.rejects(back({ revision: 1 }), { name: "ConfigError", message });
    assert.equal(services.started, 1);
  });

  test("that is not confirmed touches nothing", async (t) => {
    const { services, deploySecond, back } = await world(t);
    await deploySecond();
    const serving = services.servingImage;
    const refuse = async (): Promise<void> => {
      throw new NotConfirmedError("no");
    };
    await assert.rejects(back({}, { confirm: refuse }), NotConfirmedError);
    assert.equal(services.servingImage, serving);
  });

  test("of a killed command is followed, and not taken one revision further", async (t) => {
    const { services, deploySecond, back } = await world(t);
    await deploySecond();
    const died = Promise.withResolvers<undefined>();
    services.trouble = (call, moment) => {
      if (call !== "updateService" || moment !== "after") return;
      died.resolve(undefined);
      return new Promise(() => undefined);
    };
    await Promise.race([back(), died.promise]);
    services.trouble = () => undefined;
    const report = await back();
    assert.deepEqual(
      report.services.map(({ kind, taskDefinition }) => [kind, taskDefinition?.split("/")[1]]),
      [["live", "web:2"]],
    );
    assert.equal(services.started, 3);
  });

  test("counts the migration of a roll that registered in the second of its run as applied before", async (t) => {
    const { fixture, services, deploySecond, back } = await world(t);
    await deploySecond();
    const earlier = services.registered.find(({ revision }) => revision === 2);
    assert.ok(earlier);
    const task = fixture.aws.ecs.tasks[0];
    assert.ok(task?.startedAt !== undefined);
    // A run's start is in whole seconds: a registration in the same second may be no later.
    services.registeredAt.set(earlier, new Date(Math.floor(task.startedAt / 1_000) * 1_000));
    const { between } = await back();
    assert.deepEqual([between.versionThen, between.files, between.doubts], [20261124, [FILE], []]);
  });

  test("of a service that was changed while the question was open is not carried out", async (t) => {
    const { services, deploySecond, back } = await world(t);
    await deploySecond();
    const [first] = services.registered;
    const confirm = async (): Promise<void> => {
      await services.api.updateService(TARGET, first?.taskDefinitionArn ?? "");
    };
    const report = await back({}, { confirm });
    assert.deepEqual(
      report.services.map(({ kind, detail }) => [kind, detail]),
      [["notRolled", "it was changed meanwhile: web:3 → web:1; give the command again"]],
    );
    assert.equal(report.exitCode, 15);
    assert.equal(services.current, first?.taskDefinitionArn);
  });

  test("is told to Slack with the same words", async (t) => {
    const { deploySecond, back } = await world(t);
    await deploySecond();
    const text = JSON.stringify(rollbackMessage(await back()));
    for (const words of [
      "⏪ shop stage: Rolled back: web at web:2",
      "drops users.nick: code that names it fails",
    ])
      assert.ok(text.includes(words), text);
  });
});

test("a rollback that did not end well leads to the service's events", () => {
  const report: RollbackReport = {
    ...{ schema: 1, stack: "prod", application: "shop", production: true, exitCode: 15 },
    headline: "Not rolled back: web at web:2",
    ways: [],
    between: { versionThen: null, versionNow: null, files: [], breaks: [], doubts: [] },
    services: [
      {
        ...{
          cluster: "shop",
          service: "web",
          kind: "unknown",
          detail: "it was still in progress after 15 min",
        },
        ...{ taskDefinition: "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:2", durationMs: 1 },
      },
    ],
    next: [],
    origin: { by: null, branch: null, commit: null, build: null, buildUrl: null },
    ...{ startedAt: "2026-11-24T09:00:00.000Z", durationMs: 1, warnings: [] },
  };
  assert.deepEqual(rollbackLines(report), [
    "✖ shop prod: Not rolled back: web at web:2",
    "  ? service web may or may not go back: its deployment was not watched to the end (it was still in progress after 15 min)",
  ]);
});
