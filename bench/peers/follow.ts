/** The way of a `task run --follow`: DescribeTasks each 6 s, and beside it the log each second. */
import { setTimeout as delay } from "node:timers/promises";
import { CloudWatchLogsClient, GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeTasksCommand, ECSClient } from "@aws-sdk/client-ecs";
import { cluster, startTask } from "./startTask.ts";

const { LOG_GROUP, LOG_PREFIX, CONTAINER } = process.env;
const ecs = new ECSClient();
const logs = new CloudWatchLogsClient();
const task = await startTask(ecs);
const describe = async () =>
  (await ecs.send(new DescribeTasksCommand({ cluster, tasks: [task] }))).tasks?.[0];
let over = false;
const following = follow();
for (;;) {
  const seen = await describe();
  if (seen?.lastStatus === "STOPPED") {
    over = true;
    process.stdout.write(`verdict: exit code ${seen.containers?.[0]?.exitCode}\n`);
    break;
  }
  await delay(6_000);
}
await following;

async function follow(): Promise<void> {
  const logStreamName = `${LOG_PREFIX}/${CONTAINER}/${task.slice(task.lastIndexOf("/") + 1)}`;
  let nextToken: string | undefined;
  while (!over) {
    try {
      const page = await logs.send(
        new GetLogEventsCommand({
          logGroupName: LOG_GROUP,
          logStreamName,
          startFromHead: true,
          ...(nextToken === undefined ? {} : { nextToken }),
        }),
      );
      nextToken = page.nextForwardToken;
      for (const { message } of page.events ?? []) process.stdout.write(`${message}\n`);
    } catch (error) {
      if ((error as Error).name !== "ResourceNotFoundException") throw error;
    }
    await delay(1_000);
  }
}
