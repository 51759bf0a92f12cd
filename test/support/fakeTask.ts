/** One task of the model of Amazon ECS: how it goes, where it stands, and how DescribeTasks shows it. */
import type { Container, RunTaskCommandInput, Task } from "@aws-sdk/client-ecs";
import type { ContainerEnd, FakeContainer } from "./fakeContainer.ts";

/** How the next task goes; all is well where nothing is said. Times in milliseconds. */
export interface TaskScript {
  /** RunTask starts nothing and answers with this. */
  readonly failure?: { readonly reason: string; readonly detail?: string };
  /** DescribeTasks and ListTasks do not know the task for so long. */
  readonly invisibleMs?: number;
  readonly provisioningMs?: number;
  readonly pendingMs?: number;
  /** From the container's end to the moment at which ECS learns of it; on Fargate some 10 s (aws-truth 11). */
  readonly exitCodeLateMs?: number;
  /** From there to STOPPED; on Fargate 12 to 23 s. */
  readonly deprovisioningMs?: number;
  /** The start fails: the container's process never runs. */
  readonly startFailure?: { readonly stoppedReason: string; readonly containerReason?: string };
  /** So long after the container began: the process is gone, without a word more. */
  readonly kill?: {
    readonly afterMs: number;
    readonly exitCode: number | null;
    readonly stopCode?: Task["stopCode"];
    readonly stoppedReason?: string;
    readonly containerReason?: string;
  };
  /** So long after the container began AWS or a person sends it SIGTERM, and SIGKILL 120 s later. */
  readonly terminate?: {
    readonly afterMs: number;
    readonly stopCode: NonNullable<Task["stopCode"]>;
    readonly reason: string;
  };
  /** What DescribeTasks says in place of the container's own exit code. */
  readonly exitCode?: number | null;
  /** What DescribeTasks says in place of EssentialContainerExited. */
  readonly stopCode?: Task["stopCode"];
  /** Lines arrive so much later. */
  readonly lateLogsMs?: number;
  /** After so many lines nothing of the log arrives. */
  readonly losesLogAfter?: number;
  /** Lines that the container prints before its own. */
  readonly chatter?: readonly string[];
  /** Another container of the task, listed first, with its exit code. */
  readonly sidecar?: { readonly name: string; readonly exitCode: number };
  /** DescribeTasks shows no containers before the task runs. */
  readonly noContainersAtFirst?: boolean;
  /** ECS forgets the task so long after its stop. */
  readonly forgottenMs?: number;
}

export class FakeTask {
  readonly arn: string;
  readonly input: RunTaskCommandInput;
  readonly script: TaskScript;
  readonly visibleAt: number;
  readonly createdAt: number;
  lastStatus = "PROVISIONING";
  desiredStatus = "RUNNING";
  startedAt: number | undefined;
  /** The container's end, and the moment at which ECS learnt of it. */
  endedAt: number | undefined;
  knownEndedAt: number | undefined;
  stoppedAt: number | undefined;
  stopCode: Task["stopCode"];
  stoppedReason: string | undefined;
  container: FakeContainer | undefined;
  end: ContainerEnd | undefined;
  startFailed = false;

  constructor(arn: string, input: RunTaskCommandInput, script: TaskScript, now: number) {
    this.arn = arn;
    this.input = input;
    this.script = script;
    this.createdAt = now;
    this.visibleAt = now + (script.invisibleMs ?? 0);
  }
}

/** Where a task runs, and what its container is called. */
interface Place {
  readonly clusterArn: string;
  readonly containerName: string;
}

/** A task as DescribeTasks shows it. */
export function shownTask(task: FakeTask, { clusterArn, containerName }: Place): Task {
  const { script, input } = task;
  const hidden = script.noContainersAtFirst && task.startedAt === undefined && task.lastStatus !== "STOPPED";
  return {
    taskArn: task.arn,
    clusterArn,
    ...(input.taskDefinition === undefined ? {} : { taskDefinitionArn: input.taskDefinition }),
    ...(input.startedBy === undefined ? {} : { startedBy: input.startedBy }),
    ...(input.overrides === undefined ? {} : { overrides: input.overrides }),
    lastStatus: task.lastStatus,
    desiredStatus: task.desiredStatus,
    createdAt: new Date(task.createdAt),
    ...(task.startedAt === undefined ? {} : { startedAt: new Date(task.startedAt) }),
    ...(task.endedAt === undefined ? {} : { executionStoppedAt: new Date(task.endedAt) }),
    ...(task.stoppedAt === undefined ? {} : { stoppedAt: new Date(task.stoppedAt) }),
    ...(task.stopCode === undefined ? {} : { stopCode: task.stopCode }),
    ...(task.stoppedReason === undefined ? {} : { stoppedReason: task.stoppedReason }),
    containers: hidden ? [] : containersOf(task, containerName),
  };
}

function containersOf(task: FakeTask, containerName: string): Container[] {
  const { script } = task;
  const over = task.end !== undefined || task.startFailed;
  const reported = script.exitCode === undefined ? task.end?.exitCode : script.exitCode;
  const reason = task.startFailed ? script.startFailure?.containerReason : task.end?.reason;
  const main: Container = {
    name: containerName,
    lastStatus: over ? "STOPPED" : task.container ? "RUNNING" : "PENDING",
    ...(task.container ? { runtimeId: `${task.arn.slice(-8)}-1` } : {}),
    ...(over && typeof reported === "number" ? { exitCode: reported } : {}),
    ...(reason === undefined ? {} : { reason }),
  };
  const { sidecar } = script;
  return sidecar ? [{ name: sidecar.name, lastStatus: "STOPPED", exitCode: sidecar.exitCode }, main] : [main];
}

/** The words that a task was started with; empty for the image's own. */
export function commandOf({ input }: { readonly input: RunTaskCommandInput }): string {
  return input.overrides?.containerOverrides?.[0]?.command?.join(" ") ?? "";
}
