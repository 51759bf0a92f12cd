/** New code goes live only after its migration passed. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DEFAULT_CHECK } from "../../../automation/check/settings.ts";
import { announce } from "../../../automation/deploy/announcePlan.ts";
import { slackNotifier } from "../../../automation/notify/slack/notifier.ts";
import { verdictLines } from "../../../automation/report/lines.ts";
import type { RunReport } from "../../../automation/report/report.ts";
import { FakeServices, OLD_IMAGE, type ServiceModel, TARGET } from "../../support/fakeServices.ts";
import { fakeStack, previewOf, stepOf } from "../../support/previews.ts";
import { RunFixture, temporaryHome } from "../../support/runFixture.ts";
import { sampleOutputs } from "../../support/sampleOutputs.ts";

type Test = Parameters<typeof temporaryHome>[0];

interface World {
  readonly services: FakeServices;
  readonly deploy: (changes?: Parameters<RunFixture["deploy"]>[0]) => Promise<RunReport>;
  readonly fixture: RunFixture;
}

async function world(t: Test, model: ServiceModel = {}): Promise<World> {
  const fixture = new RunFixture(await temporaryHome(t));
  const services = new FakeServices(fixture.aws.clock, model);
  const outputs = {
    ...fixture.aws.outputs,
    services: { targets: [TARGET], parallel: false, timeoutSeconds: 900 },
  };
  const openStack = async () =>
    fakeStack({ preview: async () => previewOf([stepOf("same", "aws:ecs/cluster:Cluster")]) });
  return {
    services,
    fixture,
    deploy: (changes = {}) =>
      fixture.deploy({
        findOutputs: async () => outputs,
        connectServices: async () => services.api,
        openStack,
        ...changes,
      }),
  };
}

describe("a deploy with a service", () => {
  test("rolls it after the migration, and one report says both", async (t) => {
    const { services, deploy, fixture } = await world(t);
    const report = await deploy();
    assert.equal(report.verdict.kind, "applied");
    assert.deepEqual(
      report.services.map(({ service, kind }) => `${service} ${kind}`),
      ["web live"],
    );
    assert.equal(report.exitCode, 0);
    assert.equal(services.servingImage, fixture.aws.outputs.image);
    const lines = verdictLines(report, { color: false });
    assert.ok(lines.includes("  ✔ service web runs the new image"), lines.join("\n"));
  });

  test("that ECS rolls back is exit code 15: the migration stays, the old image runs", async (t) => {
    const { services, deploy } = await world(t, {
      circuitBreaker: true,
      isBroken: (image) => image !== OLD_IMAGE,
    });
    const report = await deploy();
    assert.deepEqual([report.verdict.kind, report.exitCode], ["applied", 15]);
    assert.equal(services.servingImage, OLD_IMAGE);
    assert.match(verdictLines(report, { color: false })[0] ?? "", /^✖ /);
    assert.deepEqual(
      report.next.map(({ command }) => command),
      [
        "aws ecs describe-services --cluster shop --services web --query 'services[0].events[:10].message'",
        "npx ecs-migrate deploy --stack stage",
      ],
    );
  });

  test("a migration that was not run, or was skipped by hand, leaves the old image running", async (t) => {
    const { services, deploy } = await world(t);
    const report = await deploy({ migrate: "skip" });
    assert.deepEqual(
      report.services.map(({ kind, detail }) => `${kind}: ${detail}`),
      ["notRolled: its migration was not run"],
    );
    assert.equal(report.exitCode, 0);
    assert.deepEqual(services.calls, []);
  });

  test("a migration that fails leaves the old image running, and the verdict as it is", async (t) => {
    const { services, deploy, fixture } = await world(t);
    const report = await deploy({
      connectEcs: async () => ({
        ...fixture.aws.ecs.api,
        runTask: async () => ({ $metadata: {}, failures: [{ reason: "MISSING" }] }),
      }),
    });
    assert.notEqual(report.exitCode, 0);
    assert.notEqual(report.exitCode, 15);
    assert.deepEqual(
      report.services.map(({ kind, detail }) => `${kind}: ${detail}`),
      ["notRolled: its migration did not pass"],
    );
    assert.deepEqual(services.calls, []);
  });

  test("without services nothing is asked of ECS", async (t) => {
    const { services, deploy } = await world(t);
    const report = await deploy({ findOutputs: async () => sampleOutputs() });
    assert.deepEqual(report.services, []);
    assert.deepEqual(services.calls, []);
  });

  /** The plan as the terminal and as Slack have it. */
  async function planned({ deploy, fixture }: World, changes: Parameters<World["deploy"]>[0] = {}) {
    const bodies: string[] = [];
    const fetch = (async (_url: unknown, init?: RequestInit) => {
      bodies.push(String(init?.body));
      return new Response("ok");
    }) as typeof globalThis.fetch;
    const slack = slackNotifier("https://hooks.slack.com/services/T0/B0/secretsecret", fetch);
    const before = fixture.said.length;
    const report = await deploy({
      beforeUp: (deps) => announce(deps, DEFAULT_CHECK, async () => [slack]),
      ...changes,
    });
    return { report, said: fixture.said.slice(before), slack: bodies.join("") };
  }

  test("with --plan: which service rolls, from which image to which, on the terminal and in Slack", async (t) => {
    const made = await world(t);
    const { said, slack, report } = await planned(made);
    const image = made.fixture.aws.outputs.image.replace(/^.*\/(.*@sha256:.{12}).*$/, "$1");
    const line = `service web would roll: web:1 (shop@sha256:000000000000, commit not known) → ${image}, commit not known`;
    assert.ok(said.includes(`  ${line}\n`), said);
    assert.ok(slack.includes(line), slack);
    assert.ok(said.indexOf(line) < said.indexOf("Rolling service web"), "before the roll");
    assert.equal(report.exitCode, 0);
  });

  test("with --plan and no migration to run: the services are named all the same, and no task is started to ask", async (t) => {
    const made = await world(t);
    await made.fixture.deploy();
    const tasks = made.fixture.aws.ecs.tasks.length;
    const { said, slack } = await planned(made);
    for (const text of [said, slack]) {
      assert.match(text, /up would run nothing: the database is at 20261124/);
      assert.match(text, /service web would roll: web:1/);
    }
    const again = await planned(made);
    assert.match(again.slack, /service web would not roll: web:2 .*\(it runs this image already\)/);
    assert.equal(made.fixture.aws.ecs.tasks.length, tasks);
  });
});
