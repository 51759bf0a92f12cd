/** The SDK's own waiter with its defaults. */
import { DescribeTasksCommand, ECSClient, waitUntilTasksStopped } from "@aws-sdk/client-ecs";
import { cluster, startTask } from "./startTask.ts";

const client = new ECSClient();
const task = await startTask(client);
await waitUntilTasksStopped({ client, maxWaitTime: 1200 }, { cluster, tasks: [task] });
const { tasks } = await client.send(new DescribeTasksCommand({ cluster, tasks: [task] }));
process.stdout.write(`verdict: exit code ${tasks?.[0]?.containers?.[0]?.exitCode}\n`);
