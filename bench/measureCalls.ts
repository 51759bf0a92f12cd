/** API calls of a migration of ten minutes, and how soon its lines show: counted on virtual time, so the same each time. */
import { LogFollower } from "../automation/logs.ts";
import { watchTask } from "../automation/watchTask.ts";
import { FakeAws } from "../test/support/fakeAws.ts";
import type { Figure } from "./figures.ts";

const MINUTES_MS = 10 * 60_000;
/** `aws ecs wait tasks-stopped` calls DescribeTasks at once and then each 6 s (its waiter's `delay`). */
const WAIT_CALLS = 1 + MINUTES_MS / 6_000;

export interface CallSamples {
  readonly calls: Readonly<Record<string, number>>;
  /** Of lines at unforeseeable moments, from being there to being shown: the latest, in milliseconds. */
  readonly latestLineMs: number;
}

export async function measureCalls(): Promise<CallSamples> {
  const aws = new FakeAws();
  const { clock, outputs } = aws;
  const start = clock.now();
  const logStream = "stage/migration/1";
  aws.ecs.api.describeTasks = (input) =>
    aws.faults.call("describeTasks", input, () => ({
      $metadata: {},
      tasks: [{ lastStatus: clock.now() - start < MINUTES_MS ? "RUNNING" : "STOPPED", taskArn: "1" }],
    }));
  // Moments that share no factor with any delay.
  for (let at = 7_919; at < MINUTES_MS; at += 7_919)
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
    clusterArn: outputs.clusterArn,
    taskArn: "1",
    containerName: outputs.containerName,
    timeoutMs: 2 * MINUTES_MS,
  });
  const inTime = aws.faults.calls.filter(({ at }) => at - start <= MINUTES_MS);
  const count = (api: string) => inTime.filter((call) => call.api === api).length;
  return {
    calls: { describeTasks: count("describeTasks"), getLogEvents: count("getLogEvents") },
    latestLineMs,
  };
}

/** Pure. */
export function callFigures({ calls, latestLineMs }: CallSamples): Figure[] {
  const { describeTasks = 0, getLogEvents = 0 } = calls;
  const all = describeTasks + getLogEvents;
  return [
    {
      figure: "API calls in a migration of 10 minutes (virtual time)",
      measured: `${all} (DescribeTasks ${describeTasks}, GetLogEvents ${getLogEvents}) against ${WAIT_CALLS} of aws ecs wait, which shows no line`,
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
