/** API calls of a migration of ten minutes, and how soon its lines show: counted on virtual time, so the same each time. */
import { LiveTail } from "../../automation/task/liveTail.ts";
import { LogFollower } from "../../automation/task/logFollower.ts";
import { watchTask } from "../../automation/task/watch.ts";
import { FakeAws } from "../../test/support/fakeAws.ts";
import type { Figure } from "../figures.ts";

const MINUTES_MS = 10 * 60_000;
/** `aws ecs wait tasks-stopped` calls DescribeTasks at once and then each 6 s (its waiter's `delay`). */
const WAIT_CALLS = 1 + MINUTES_MS / 6_000;

export interface CallSamples {
  readonly calls: Readonly<Record<string, number>>;
  /** The same where Live Tail is denied. */
  readonly callsAsking: Readonly<Record<string, number>>;
  /** Of lines at unforeseeable moments, from being there to being shown: the latest, in milliseconds. */
  readonly latestLineMs: number;
}

export async function measureCalls(): Promise<CallSamples> {
  const pushed = await countCalls(true);
  const asked = await countCalls(false);
  return {
    calls: pushed.calls,
    callsAsking: asked.calls,
    latestLineMs: Math.max(pushed.latestLineMs, asked.latestLineMs),
  };
}

async function countCalls(liveTail: boolean) {
  const aws = new FakeAws();
  const { clock, outputs } = aws;
  const start = clock.now();
  const logStream = "stage/migration/1";
  aws.logs.liveTail = liveTail;
  aws.ecs.api.describeTasks = (input) =>
    aws.faults.call("describeTasks", input, () => ({
      $metadata: {},
      tasks: [{ lastStatus: clock.now() - start < MINUTES_MS ? "RUNNING" : "STOPPED", taskArn: "1" }],
    }));
  // The entry point's first line, and then lines at moments that share no factor with any delay.
  for (let at = 1; at < MINUTES_MS; at += 7_919)
    clock.after(at, () => aws.logs.put(logStream, String(clock.now())));
  let latestLineMs = 0;
  const onLine = (line: string) => {
    latestLineMs = Math.max(latestLineMs, clock.now() - Number(line));
  };
  const follower = new LogFollower({ logs: aws.logs.api, logGroup: outputs.logGroup, logStream, onLine });
  await watchTask({
    ecs: aws.ecs.api,
    clock,
    follower,
    tail: new LiveTail({ start: aws.logs.api.startLiveTail, clock, logGroupArn: "", logStream }),
    clusterArn: outputs.clusterArn,
    taskArn: "1",
    containerName: outputs.containerName,
    timeoutMs: 2 * MINUTES_MS,
  });
  const inTime = aws.faults.calls.filter(({ at }) => at - start <= MINUTES_MS);
  const count = (api: string) => inTime.filter((call) => call.api === api).length;
  const calls = {
    describeTasks: count("describeTasks"),
    getLogEvents: count("getLogEvents"),
    startLiveTail: count("startLiveTail"),
  };
  return { calls, latestLineMs };
}

/** Pure. */
export function callFigures({ calls, callsAsking, latestLineMs }: CallSamples): Figure[] {
  const all = sum(calls);
  const { describeTasks, getLogEvents, startLiveTail } = calls;
  return [
    {
      figure: "API calls in a migration of 10 minutes (virtual time)",
      measured: `${all} (DescribeTasks ${describeTasks}, GetLogEvents ${getLogEvents}, StartLiveTail ${startLiveTail}) against ${WAIT_CALLS} of aws ecs wait, which shows no line; ${sum(callsAsking)} where Live Tail is denied`,
      goal: "no more than aws ecs wait",
      met: all <= WAIT_CALLS,
    },
    {
      figure: "a line shows after at most (virtual time)",
      measured: `${(latestLineMs / 1000).toFixed(2)} s`,
      goal: "2 s",
      met: latestLineMs <= 2_000,
    },
  ];
}

function sum(calls: Readonly<Record<string, number>>): number {
  return Object.values(calls).reduce((total, count) => total + count, 0);
}
