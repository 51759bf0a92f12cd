/** 20,000 lines of a log, written by one and followed by another over HTTP. */
import { setTimeout as delay } from "node:timers/promises";
import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { connectLogs } from "../../automation/aws/clients.ts";
import { LogFollower } from "../../automation/task/logFollower.ts";
import type { BenchStack } from "../benchStack.ts";
import type { Figure } from "../figures.ts";

const LINES = 20_000;
const BATCH = 500;
const PAUSE_MS = 200;
const POLL_MS = 1_000;

export interface LineSamples {
  readonly shown: number;
  readonly inOrder: boolean;
  readonly latestMs: number;
  /** What the follower's process kept on its heap, over what it had at the start. */
  readonly keptMiB: number;
}

export async function measureLines(bench: BenchStack): Promise<LineSamples> {
  const { outputs, lab } = bench;
  // `connectLogs` finds the local AWS and its credentials as the script does.
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: bench.proxy.url,
    AWS_ACCESS_KEY_ID: lab.env.AWS_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY: lab.env.AWS_SECRET_ACCESS_KEY,
  });
  const logStream = `bench/${Date.now()}`;
  const client = new CloudWatchLogsClient({ region: outputs.region });
  const stream = { logGroupName: outputs.logGroup, logStreamName: logStream };
  await client.send(new CreateLogStreamCommand(stream));
  let expected = 0;
  let inOrder = true;
  let latestMs = 0;
  const follower = new LogFollower({
    logs: await connectLogs(outputs.region),
    logGroup: outputs.logGroup,
    logStream,
    onLine: (line) => {
      const [number = "", at = ""] = line.split(" ");
      inOrder &&= Number(number) === expected++;
      latestMs = Math.max(latestMs, Date.now() - Number(at));
    },
  });
  const heapBefore = heap();
  const writing = write(client, stream);
  while (follower.lines < LINES && !lab.signal.aborted) {
    await follower.poll();
    await delay(POLL_MS);
  }
  await writing;
  client.destroy();
  return { shown: follower.lines, inOrder, latestMs, keptMiB: (heap() - heapBefore) / 2 ** 20 };
}

function heap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

async function write(
  client: CloudWatchLogsClient,
  stream: { logGroupName: string; logStreamName: string },
): Promise<void> {
  for (let first = 0; first < LINES; first += BATCH) {
    const timestamp = Date.now();
    const logEvents = Array.from({ length: BATCH }, (_, index) => ({
      timestamp,
      message: `${first + index} ${timestamp} ${"x".repeat(80)}`,
    }));
    await client.send(new PutLogEventsCommand({ ...stream, logEvents }));
    await delay(PAUSE_MS);
  }
}

/** Pure. */
export function lineFigures({ shown, inOrder, latestMs, keptMiB }: LineSamples): Figure[] {
  return [
    {
      figure: "20,000 log lines",
      measured: `${shown} shown${inOrder ? " in order" : ", not in order"}, at most ${(latestMs / 1000).toFixed(2)} s behind, ${keptMiB.toFixed(1)} MiB kept`,
      goal: "none lost, under 5 s behind, memory flat",
      met: shown === LINES && inOrder && latestMs < 5_000 && keptMiB < 10,
    },
  ];
}
