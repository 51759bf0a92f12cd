/** The local AWS of these tests, its clients, and how a task is run on it. They wait as a program does, by asking again. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  GetLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { CodeBuildClient } from "@aws-sdk/client-codebuild";
import { ECRClient } from "@aws-sdk/client-ecr";
import {
  type ContainerDefinition,
  CreateClusterCommand,
  DescribeTasksCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  RunTaskCommand,
  type RunTaskCommandInput,
  type Task,
} from "@aws-sdk/client-ecs";
import { SSMClient } from "@aws-sdk/client-ssm";
import { localRuntimeImage } from "../../docker/baseImages.ts";
import { type Docker, ensureDocker, type RunningDocker } from "../../docker/docker.ts";
import { type MiniStack, REGION, startMiniStack } from "../ministack.ts";

const report = () => undefined;
export const CLUSTER = "fidelity";
export const LOG_GROUP = "/ecs/fidelity";
export const network = { awsvpcConfiguration: { subnets: ["subnet-00000001"] } };

let engine: RunningDocker;
export let docker: Docker;
export let aws: MiniStack;
export let folder: string;
export let image: string;
export let ecs: ECSClient;
export let logs: CloudWatchLogsClient;
export let ssm: SSMClient;
export let ecr: ECRClient;
export let codebuild: CodeBuildClient;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "ecs-migrate-fidelity-"));
  engine = await ensureDocker({ report });
  docker = engine.docker;
  image = await localRuntimeImage({ docker, report });
  aws = await startMiniStack({ report, folder });
  const client = {
    endpoint: aws.endpoint,
    region: REGION,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  };
  ecs = new ECSClient(client);
  logs = new CloudWatchLogsClient(client);
  ssm = new SSMClient(client);
  ecr = new ECRClient(client);
  codebuild = new CodeBuildClient(client);
  await ecs.send(new CreateClusterCommand({ clusterName: CLUSTER }));
  await logs.send(new CreateLogGroupCommand({ logGroupName: LOG_GROUP }));
});

after(async () => {
  for (const client of [ecs, logs, ssm, ecr, codebuild]) client?.destroy();
  await aws?.stop();
  await engine?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

export function container(
  name: string,
  script: string,
  more: Partial<ContainerDefinition> = {},
): ContainerDefinition {
  return {
    name,
    image,
    entryPoint: ["sh", "-c"],
    command: [script],
    logConfiguration: {
      logDriver: "awslogs",
      options: { "awslogs-group": LOG_GROUP, "awslogs-region": REGION, "awslogs-stream-prefix": "t" },
    },
    ...more,
  };
}

let families = 0;

/** Registers a Fargate task definition of these containers under a family of its own. */
export async function register(
  containers: ContainerDefinition[],
  more: Partial<RegisterTaskDefinitionCommandInput> = {},
): Promise<string> {
  families += 1;
  const input = {
    family: `fidelity-${families}`,
    requiresCompatibilities: ["FARGATE" as const],
    networkMode: "awsvpc" as const,
    cpu: "256",
    memory: "512",
    containerDefinitions: containers,
    ...more,
  };
  const { taskDefinition } = await ecs.send(new RegisterTaskDefinitionCommand(input));
  return String(taskDefinition?.taskDefinitionArn);
}

export async function run(taskDefinition: string, more: Partial<RunTaskCommandInput> = {}): Promise<Task> {
  const input = {
    cluster: CLUSTER,
    taskDefinition,
    launchType: "FARGATE" as const,
    networkConfiguration: network,
  };
  const { tasks } = await ecs.send(new RunTaskCommand({ ...input, ...more }));
  const task = tasks?.[0];
  assert.ok(task);
  return task;
}

export async function describeTask(arn: string | undefined): Promise<Task> {
  const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster: CLUSTER, tasks: [String(arn)] }));
  const task = tasks?.[0];
  assert.ok(task);
  return task;
}

export async function until<T>(ask: () => Promise<T>, enough: (answer: T) => boolean): Promise<T> {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    const answer = await ask();
    if (enough(answer)) return answer;
    await delay(50);
  }
  throw new Error(`the local AWS did not get there in 20 s: ${JSON.stringify(await ask())}`);
}

export async function stopped(task: Task): Promise<Task> {
  return await until(
    () => describeTask(task.taskArn),
    ({ lastStatus }) => lastStatus === "STOPPED",
  );
}

export async function linesOf(task: Task, name: string): Promise<string[]> {
  const logStreamName = `t/${name}/${task.taskArn?.split("/").at(-1)}`;
  const input = { logGroupName: LOG_GROUP, logStreamName, startFromHead: true };
  const answer = await logs.send(new GetLogEventsCommand(input)).catch(() => undefined);
  return (answer?.events ?? []).map((event) => event.message ?? "");
}

export const byName = (task: Task, name: string) => task.containers?.find((each) => each.name === name);
