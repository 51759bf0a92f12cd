import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";

const SCRIPT = join(import.meta.dirname, "..", "..", "..", "infra", "pipeline", "deadBuild.sh");

interface Ending {
  readonly code: number | null;
  readonly output: string;
}

async function run(env: Readonly<Record<string, string>>): Promise<Ending> {
  const child = spawn("sh", [SCRIPT], { env: { PATH: process.env.PATH, ...env } });
  const [out, error, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { code: code as number | null, output: out + error };
}

/** Runs the script against a webhook that answers `status`. */
async function tell(status: number, env: Readonly<Record<string, string>> = {}) {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    bodies.push(await text(request));
    response.writeHead(status).end();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/services/T0/B0/s3cret`;
  const ending = await run({ SLACK_WEBHOOK_URL: url, ...env });
  server.close();
  await once(server, "close");
  return { ...ending, bodies };
}

test("Slack hears which stack, branch, commit and build", async () => {
  const { code, output, bodies } = await tell(200, {
    STACK: "stage",
    CODEBUILD_WEBHOOK_HEAD_REF: "refs/heads/stage/login",
    CODEBUILD_RESOLVED_SOURCE_VERSION: "4af3a95",
    CODEBUILD_BUILD_URL:
      "https://console.aws.amazon.com/codebuild/home?region=ap-northeast-1#/builds/a:b/view/new",
  });
  assert.deepEqual([code, output], [0, ""]);
  assert.deepEqual(
    bodies.map((body) => JSON.parse(body)),
    [
      {
        text:
          ":x: *stage*: the build ended before the deploy could report.\n" +
          "Branch refs/heads/stage/login, commit 4af3a95\n" +
          "https://console.aws.amazon.com/codebuild/home?region=ap-northeast-1#/builds/a:b/view/new\n" +
          "Whether a migration ran: `npx ecs-migrate migrate status --stack stage`",
      },
    ],
  );
});

test("a branch's name can neither break the message nor mean anything to Slack", async () => {
  const { bodies } = await tell(200, { CODEBUILD_WEBHOOK_HEAD_REF: 'refs/heads/stage/"},<!channel>`$(id)`' });
  assert.match(JSON.parse(bodies[0] ?? "").text, /^Branch refs\/heads\/stage\/channelid, commit unknown$/m);
});

test("a webhook that refuses is a warning: no failure, and its URL stays unsaid", async () => {
  const { code, output } = await tell(404);
  assert.deepEqual([code, output], [0, "Slack could not be told of the dead build\n"]);
});

test("without a webhook it says so", async () => {
  assert.deepEqual(await run({}), {
    code: 0,
    output: "Slack was not told of the dead build: SLACK_WEBHOOK_URL is not set\n",
  });
});
