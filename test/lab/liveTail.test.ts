/** Live Tail through the SDK against the local AWS: what was pushed and what was read, together each line once. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { connectLogs, type EcsApi, type LogsApi } from "../../automation/aws/clients.ts";
import { systemClock } from "../../automation/task/clock.ts";
import { LiveTail } from "../../automation/task/liveTail.ts";
import { LogFollower } from "../../automation/task/logFollower.ts";
import { watchTask } from "../../automation/task/watch.ts";
import { SAMPLE_RESULT } from "../support/sampleResult.ts";
import { type MiniStack, REGION, startMiniStack } from "./aws/ministack.ts";

const GROUP = "/ecs/live-tail";
const GROUP_ARN = `arn:aws:logs:${REGION}:000000000000:log-group:${GROUP}`;
const ENVIRONMENT = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test", AWS_REGION: REGION };

let folder: string;
let aws: MiniStack;
let writer: CloudWatchLogsClient;
const saved = { ...process.env };

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "ecs-migrate-live-tail-"));
  aws = await startMiniStack({ report: () => undefined, folder });
  Object.assign(process.env, ENVIRONMENT, { AWS_ENDPOINT_URL: aws.endpoint });
  writer = new CloudWatchLogsClient({});
  await writer.send(new CreateLogGroupCommand({ logGroupName: GROUP }));
});

after(async () => {
  writer?.destroy();
  for (const name of [...Object.keys(ENVIRONMENT), "AWS_ENDPOINT_URL"]) delete process.env[name];
  Object.assign(process.env, saved);
  await aws?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** Watches a task that writes a batch of lines each 200 ms, so many times. */
async function follow(logStream: string, batches: number, linesEach: number) {
  await writer.send(new CreateLogStreamCommand({ logGroupName: GROUP, logStreamName: logStream }));
  const shown: string[] = [];
  const calls: string[] = [];
  const connected = await connectLogs(REGION);
  const logs: LogsApi = {
    ...connected,
    getLogEvents: (input) => {
      calls.push("getLogEvents");
      return connected.getLogEvents(input);
    },
    startLiveTail: async (input) => {
      const session = await connected.startLiveTail(input);
      calls.push("session");
      return session;
    },
  };
  let lastStatus = "RUNNING";
  const ecs = {
    describeTasks: async () => ({ $metadata: {}, tasks: [{ lastStatus }] }),
  } as unknown as EcsApi;
  const onLine = (line: string) => shown.push(line);
  const follower = new LogFollower({ logs, logGroup: GROUP, logStream, onLine });
  const tail = new LiveTail({
    start: logs.startLiveTail,
    clock: systemClock,
    logGroupArn: GROUP_ARN,
    logStream,
  });
  const watched = watchTask({
    ecs,
    clock: systemClock,
    follower,
    tail,
    clusterArn: "cluster",
    taskArn: "task",
    containerName: "migration",
    timeoutMs: 60_000,
  });
  for (let batch = 0; batch < batches; batch++) {
    const timestamp = Date.now();
    const logEvents = Array.from({ length: linesEach }, (_, line) => ({
      timestamp,
      message: `line ${batch * linesEach + line}`,
    }));
    await writer.send(new PutLogEventsCommand({ logGroupName: GROUP, logStreamName: logStream, logEvents }));
    await delay(200);
  }
  lastStatus = "STOPPED";
  const message = JSON.stringify(SAMPLE_RESULT);
  const logEvents = [{ timestamp: Date.now(), message }];
  await writer.send(new PutLogEventsCommand({ logGroupName: GROUP, logStreamName: logStream, logEvents }));
  assert.equal((await watched).end, "stopped");
  return { shown, calls, follower };
}

const numbered = (count: number) => Array.from({ length: count }, (_, line) => `line ${line}`);

test("pushed lines show once, in order, with hardly a GetLogEvents from the session on", async () => {
  const { shown, calls, follower } = await follow("some/lines/1", 50, 3);
  assert.deepEqual(shown, numbered(150));
  assert.equal(follower.unread, 0);
  assert.deepEqual(follower.result, SAMPLE_RESULT);
  const session = calls.indexOf("session");
  assert.ok(session > 0, "a session was had");
  // What the session missed while it began, and the reading back at the end.
  const afterwards = calls.slice(session + 1).length;
  assert.ok(afterwards <= 8, `${afterwards} GetLogEvents`);
});

test("a flood, of which Live Tail gives a sample: every line, once, in order", async () => {
  const { shown, calls } = await follow("flood/lines/1", 40, 500);
  assert.deepEqual(shown, numbered(20_000));
  assert.equal(calls.filter((call) => call === "session").length, 1);
});
