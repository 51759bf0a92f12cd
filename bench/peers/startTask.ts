/** Starts the task as the peers that are written with the SDK do. */
import type { ECSClient } from "@aws-sdk/client-ecs";
import { RunTaskCommand } from "@aws-sdk/client-ecs";

const { env } = process;
export const cluster = env.CLUSTER ?? "";

export async function startTask(ecs: ECSClient): Promise<string> {
  const { tasks } = await ecs.send(
    new RunTaskCommand({
      cluster,
      taskDefinition: env.TASK_DEFINITION,
      launchType: "FARGATE",
      networkConfiguration: {
        awsvpcConfiguration: {
          subnets: (env.SUBNETS ?? "").split(","),
          securityGroups: (env.SECURITY_GROUPS ?? "").split(","),
        },
      },
      overrides: { containerOverrides: [{ name: env.CONTAINER, command: [env.OPERATION ?? ""] }] },
    }),
  );
  return tasks?.[0]?.taskArn ?? "";
}
