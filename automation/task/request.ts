/** What RunTask is asked for: the run's names, its place, its command. Pure. */
import type { RunTaskCommandInput } from "@aws-sdk/client-ecs";
import { type Operation, operationCommand } from "../contract/operations.ts";
import type { Origin } from "../contract/origin.ts";
import type { Outputs } from "../contract/outputs.ts";

/** RunTask's startedBy: at most 128 of letters, digits, `-`, `_` and `/` (Amazon ECS API reference, RunTask). */
export function startedBy(runId: string): string {
  return `ecs-migrate/${runId}`;
}

/** RunTask's clientToken: at most 64 characters. A new attempt is a new token, since the old one may answer its old failure. */
export function clientToken(runId: string, attempt: number): string {
  return `${runId}-${attempt}`;
}

export interface RunRequest {
  readonly outputs: Outputs;
  /** With its revision. */
  readonly taskDefinition: string;
  readonly operation: Operation;
  readonly origin: Origin;
  /** See `run/identity.ts`. */
  readonly runId: string;
}

/** The input of RunTask for one attempt. */
export function runTaskInput(request: RunRequest, attempt: number): RunTaskCommandInput {
  const { outputs, operation, origin } = request;
  return {
    cluster: outputs.clusterArn,
    taskDefinition: request.taskDefinition,
    count: 1,
    clientToken: clientToken(request.runId, attempt),
    startedBy: startedBy(request.runId),
    ...placement(outputs),
    overrides: {
      containerOverrides: [
        {
          name: outputs.containerName,
          command: operationCommand(operation),
          environment: originEnvironment(origin),
        },
      ],
    },
    enableECSManagedTags: true,
    propagateTags: "TASK_DEFINITION",
  };
}

function placement(outputs: Outputs): Partial<RunTaskCommandInput> {
  const { capacityProvider, launchType, network } = outputs;
  return {
    ...(capacityProvider === null
      ? { launchType }
      : { capacityProviderStrategy: [{ capacityProvider, weight: 1, base: 0 }] }),
    ...(network === null
      ? {}
      : {
          networkConfiguration: {
            awsvpcConfiguration: {
              subnets: network.subnets,
              securityGroups: network.securityGroups,
              assignPublicIp: network.assignPublicIp ? "ENABLED" : "DISABLED",
            },
          },
        }),
  };
}

/** Who asked, for the result line. Overrides are limited to 8,192 characters in all, so each is clipped. */
function originEnvironment(origin: Origin): { name: string; value: string }[] {
  const variables = {
    RUN_BY: origin.by,
    RUN_COMMIT: origin.commit,
    RUN_BRANCH: origin.branch,
    RUN_BUILD: origin.build,
  };
  return Object.entries(variables).flatMap(([name, value]) =>
    value ? [{ name, value: value.slice(0, 256) }] : [],
  );
}
