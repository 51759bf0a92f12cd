/** What RunTask is asked for: the run's names, its place, its command. Pure. */
import { createHash } from "node:crypto";
import type { RunTaskCommandInput } from "@aws-sdk/client-ecs";
import type { EcsApi } from "../aws/clients.ts";
import { type Operation, operationCommand, operationText } from "../contract/operations.ts";
import type { Origin } from "../contract/origin.ts";
import type { Outputs } from "../contract/outputs.ts";
import type { Clock } from "./clock.ts";

/**
 * The identity of a run: 32 hex digits. The same stack, revision, operation and build give the same identity, so a build
 * that is started again after its script died finds its own task.
 *
 * @param nonce the build's id, or a random text where there is no build
 */
export function runIdentity(
  stack: string,
  taskDefinition: string,
  operation: Operation,
  nonce: string,
): string {
  const parts = [stack, taskDefinition, operationText(operation), nonce];
  return createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 32);
}

/** RunTask's startedBy: at most 128 of letters, digits, `-`, `_` and `/` (Amazon ECS API reference, RunTask). */
export function startedBy(runId: string): string {
  return `ecs-migrate/${runId}`;
}

/** RunTask's clientToken: at most 64 characters. A new attempt is a new token, since the old one may answer its old failure. */
export function clientToken(runId: string, attempt: number): string {
  return `${runId}-${attempt}`;
}

export type RunRequest = Pick<StartOptions, "outputs" | "taskDefinition" | "operation" | "origin" | "runId">;

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

export interface StartOptions {
  readonly ecs: EcsApi;
  readonly clock: Clock;
  readonly outputs: Outputs;
  /** With its revision. */
  readonly taskDefinition: string;
  readonly operation: Operation;
  readonly origin: Origin;
  /** Names this run and no other: see `runTaskInput.ts`. */
  readonly runId: string;
  /** The attempt to begin with: the last that an earlier process of the same run made, since its answer may be lost. */
  readonly firstAttempt?: number;
  /** True where an earlier process began this run and never told its verdict: its task may be there. */
  readonly resumed?: boolean;
  /** The task that the earlier process had, which ECS may have forgotten since; its log has not. */
  readonly knownTask?: string | null;
  /** True where the earlier process called RunTask longer ago than ECS remembers a task that stopped. */
  readonly mayBeForgotten?: boolean;
  /** Makes a new identity where the run's own task is over and others have run since; see {@link findOwnRun}. */
  readonly renew?: () => Promise<string>;
  /** Awaited before each RunTask. */
  readonly onAttempt?: (attempt: number) => Promise<void> | void;
  /** Waits for another running task to end instead of refusing, at most so many milliseconds. */
  readonly waitMs: number;
  readonly signal?: AbortSignal;
  readonly say: (line: string) => void;
}
