/** The function that reports dead builds, on CodeBuild's own event, against a local SSM and a local webhook. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { handler, messageOf } from "../../../infra/pipeline/notifier/index.mjs";
import { buildLinkPattern } from "../../../infra/pipeline/notifier.ts";

const BUILD = "stage-shop-deploy:8745a7a9-c340-456a-9166-edf953571bef";
const ENV = { STACK: "stage", BUILD_LINK: "https://console.example/build/{id}/?region=us-west-2" };

interface Phase {
  readonly "phase-type": string;
  readonly "phase-status"?: string;
  readonly "phase-context"?: string[];
}

/**
 * The detail of the event as CodeBuild sends it, with the fields that are read and some that are not. Source: AWS CodeBuild
 * User Guide, "Build notifications input format reference" (build state change).
 */
function detailOf(status: string, phases: readonly Phase[]) {
  return {
    "build-status": status,
    "project-name": "stage-shop-deploy",
    "build-id": `arn:aws:codebuild:us-west-2:123456789012:build/${BUILD}`,
    "additional-information": {
      "timeout-in-minutes": 90,
      "build-complete": true,
      initiator: "GitLab-Hookshot/0a1b",
      "source-version": "4af3a95e7a1c3a4b2f6d8e9c0a1b2c3d4e5f6a7b",
      phases: [
        { "phase-context": [], "phase-type": "SUBMITTED", "phase-status": "SUCCEEDED" },
        ...phases,
        { "phase-type": "COMPLETED" },
      ],
    },
  };
}

const SUCCEEDED = (type: string): Phase => ({
  "phase-type": type,
  "phase-status": "SUCCEEDED",
  "phase-context": [],
});

test("a deploy that has reported is not reported again: only then post_build succeeds", () => {
  const failed = { "phase-type": "BUILD", "phase-status": "FAILED", "phase-context": ["exit status 11"] };
  const phases = [SUCCEEDED("INSTALL"), failed, SUCCEEDED("POST_BUILD")];
  assert.equal(messageOf(detailOf("FAILED", phases), ENV), undefined);
});

/** Each way in which a build ends without its deploy having reported, and how it is put. */
const DEAD: [string, string, readonly Phase[], string][] = [
  [
    "the source cannot be fetched",
    "FAILED",
    [
      {
        "phase-type": "DOWNLOAD_SOURCE",
        "phase-status": "FAILED",
        "phase-context": ["YAML_FILE_ERROR: YAML file does not exist"],
      },
    ],
    "failed, and the deploy has not reported its end.\nPhase DOWNLOAD_SOURCE: YAML_FILE_ERROR: YAML file does not exist",
  ],
  [
    "npm ci fails",
    "FAILED",
    [
      {
        "phase-type": "INSTALL",
        "phase-status": "FAILED",
        "phase-context": [
          "COMMAND_EXECUTION_ERROR: Error while executing command: npm ci. Reason: exit status 1",
        ],
      },
    ],
    "failed, and the deploy has not reported its end.\nPhase INSTALL: COMMAND_EXECUTION_ERROR: Error while executing command: npm ci. Reason: exit status 1",
  ],
  [
    "the deploy dies before it can report, and post_build finds no report",
    "FAILED",
    [
      { "phase-type": "BUILD", "phase-status": "FAILED", "phase-context": [": "] },
      { "phase-type": "POST_BUILD", "phase-status": "FAILED", "phase-context": [] },
    ],
    "failed, and the deploy has not reported its end.\nPhase BUILD",
  ],
  [
    "the build's time is over",
    "TIMED_OUT",
    [
      {
        "phase-type": "BUILD",
        "phase-status": "TIMED_OUT",
        "phase-context": ["BUILD_TIMED_OUT: Build has timed out."],
      },
    ],
    "timed out, and the deploy has not reported its end.\nPhase BUILD: BUILD_TIMED_OUT: Build has timed out.",
  ],
  [
    "it waits in the queue for too long",
    "TIMED_OUT",
    [{ "phase-type": "QUEUED", "phase-status": "TIMED_OUT" }],
    "timed out, and the deploy has not reported its end.\nPhase QUEUED",
  ],
  [
    "somebody stops it",
    "STOPPED",
    [{ "phase-type": "BUILD", "phase-status": "STOPPED", "phase-context": [] }],
    "was stopped, and the deploy has not reported its end.\nPhase BUILD",
  ],
  [
    "CodeBuild itself fails",
    "FAULT",
    [
      {
        "phase-type": "PROVISIONING",
        "phase-status": "FAULT",
        "phase-context": ["INTERNAL_SERVICE_ERROR: <!channel> `id`"],
      },
    ],
    "failed by a fault of CodeBuild's, and the deploy has not reported its end.\nPhase PROVISIONING: INTERNAL_SERVICE_ERROR: &lt;!channel&gt; 'id'",
  ],
];

for (const [name, status, phases, ending] of DEAD)
  test(`reported: ${name}`, () => {
    assert.equal(
      messageOf(detailOf(status, phases), ENV),
      `:x: *stage*: the build ${ending}\n` +
        `Source 4af3a95e7a1c3a4b2f6d8e9c0a1b2c3d4e5f6a7b, build ${BUILD}\n` +
        `https://console.example/build/${encodeURIComponent(BUILD)}/?region=us-west-2\n` +
        "A migration that had started goes on. Its state: `npx ecs-migrate migrate status --stack stage`",
    );
  });

test("the link's pattern leads to the build's page; a partition without a known console has none", () => {
  const place = { partition: "aws", region: "us-west-2", accountId: "123456789012" };
  assert.equal(
    buildLinkPattern(place, "stage-shop-deploy"),
    "https://us-west-2.console.aws.amazon.com/codesuite/codebuild/123456789012/projects/stage-shop-deploy/build/{id}/?region=us-west-2",
  );
  assert.equal(buildLinkPattern({ ...place, partition: "aws-iso" }, "stage-shop-deploy"), "");
});

/** An SSM that has the parameter, and the webhook behind it, on one port. */
async function serve(context: TestContext, slackStatus: number) {
  const bodies: string[] = [];
  const asked: unknown[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    if (request.headers["x-amz-target"] === undefined) {
      bodies.push(body);
      response.writeHead(slackStatus).end();
      return;
    }
    asked.push([request.headers["x-amz-target"], JSON.parse(body)]);
    response.writeHead(200, { "content-type": "application/x-amz-json-1.1" });
    response.end(JSON.stringify({ Parameter: { Value: `${url}/services/T0/B0/s3cret\n` } }));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const before = { ...process.env };
  Object.assign(process.env, ENV, {
    WEBHOOK_PARAMETER: "/stage/slack-webhook",
    AWS_ENDPOINT_URL: url,
    AWS_REGION: "us-west-2",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  });
  context.after(() => {
    process.env = before;
    server.close();
  });
  return { bodies, asked };
}

const STOPPED = { detail: detailOf("STOPPED", [{ "phase-type": "BUILD", "phase-status": "STOPPED" }]) };

test("called by EventBridge, it reads the parameter and posts one message", async (context) => {
  const { bodies, asked } = await serve(context, 200);
  assert.equal(await handler(STOPPED), "Reported to Slack");
  assert.deepEqual(asked, [
    ["AmazonSSM.GetParameter", { Name: "/stage/slack-webhook", WithDecryption: true }],
  ]);
  assert.deepEqual(
    bodies.map((body) => JSON.parse(body)),
    [{ text: messageOf(STOPPED.detail, ENV) }],
  );
});

test("a webhook that refuses is an error, so that Lambda tries again; the URL is no part of it", async (context) => {
  await serve(context, 404);
  await assert.rejects(handler(STOPPED), { message: "Slack answered 404" });
});

test("a deploy that has reported costs neither a parameter nor a message", async (context) => {
  const { bodies, asked } = await serve(context, 200);
  const detail = detailOf("FAILED", [SUCCEEDED("POST_BUILD")]);
  assert.equal(await handler({ detail }), "The deploy has reported this build");
  assert.deepEqual([bodies, asked], [[], []]);
});
