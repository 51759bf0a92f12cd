/**
 * What `ministack/fidelity.py` mends, against real containers: each test names what AWS does. They wait for the local
 * AWS as a program does, by asking it again.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  GetLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  BatchGetProjectsCommand,
  CodeBuildClient,
  CreateProjectCommand,
  CreateWebhookCommand,
  DeleteProjectCommand,
  DeleteWebhookCommand,
  UpdateProjectCommand,
  UpdateWebhookCommand,
} from "@aws-sdk/client-codebuild";
import {
  CreateRepositoryCommand,
  DescribeImagesCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
} from "@aws-sdk/client-ecr";
import {
  ConflictException,
  type ContainerDefinition,
  CreateClusterCommand,
  DeregisterTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  RunTaskCommand,
  type RunTaskCommandInput,
  StopTaskCommand,
  type Task,
} from "@aws-sdk/client-ecs";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { localRuntimeImage } from "../docker/baseImages.ts";
import { type Docker, ensureDocker, type RunningDocker } from "../docker/docker.ts";
import { type MiniStack, REGION, startMiniStack } from "./ministack.ts";

const report = () => undefined;
const CLUSTER = "fidelity";
const LOG_GROUP = "/ecs/fidelity";
const network = { awsvpcConfiguration: { subnets: ["subnet-00000001"] } };

let engine: RunningDocker;
let docker: Docker;
let aws: MiniStack;
let folder: string;
let image: string;
let ecs: ECSClient;
let logs: CloudWatchLogsClient;
let ssm: SSMClient;
let ecr: ECRClient;
let codebuild: CodeBuildClient;

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

function container(
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
async function register(
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

async function run(taskDefinition: string, more: Partial<RunTaskCommandInput> = {}): Promise<Task> {
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

async function describeTask(arn: string | undefined): Promise<Task> {
  const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster: CLUSTER, tasks: [String(arn)] }));
  const task = tasks?.[0];
  assert.ok(task);
  return task;
}

async function until<T>(ask: () => Promise<T>, enough: (answer: T) => boolean): Promise<T> {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    const answer = await ask();
    if (enough(answer)) return answer;
    await delay(50);
  }
  throw new Error(`the local AWS did not get there in 20 s: ${JSON.stringify(await ask())}`);
}

async function stopped(task: Task): Promise<Task> {
  return await until(
    () => describeTask(task.taskArn),
    ({ lastStatus }) => lastStatus === "STOPPED",
  );
}

async function running(task: Task): Promise<Task> {
  return await until(
    () => describeTask(task.taskArn),
    ({ lastStatus }) => lastStatus === "RUNNING",
  );
}

async function linesOf(task: Task, name: string): Promise<string[]> {
  const logStreamName = `t/${name}/${task.taskArn?.split("/").at(-1)}`;
  const input = { logGroupName: LOG_GROUP, logStreamName, startFromHead: true };
  const answer = await logs.send(new GetLogEventsCommand(input)).catch(() => undefined);
  return (answer?.events ?? []).map((event) => event.message ?? "");
}

/** Runs one container to its end. @returns its lines, once `last` is among them, and the task */
async function output(definition: string, last: string): Promise<{ lines: string[]; task: Task }> {
  const task = await stopped(await run(definition));
  return {
    lines: await until(
      () => linesOf(task, "main"),
      (lines) => lines.includes(last),
    ),
    task,
  };
}

const byName = (task: Task, name: string) => task.containers?.find((each) => each.name === name);

describe("a container is made as its definition says", { concurrency: true }, () => {
  test("a SecureString reaches the container decrypted", async () => {
    await ssm.send(
      new PutParameterCommand({ Name: "/fidelity/url", Type: "SecureString", Value: "p@ss/w%rd" }),
    );
    const secrets = [{ name: "URL", valueFrom: "/fidelity/url" }];
    const definition = await register([container("main", 'echo "url=$URL"; echo end', { secrets })]);
    assert.deepEqual((await output(definition, "end")).lines, ["url=p@ss/w%rd", "end"]);
  });

  test("entryPoint replaces the image's, command is its argument", async () => {
    const entryPoint = ["echo", "from"];
    const definition = await register([container("main", "", { entryPoint, command: ["both"] })]);
    assert.deepEqual((await output(definition, "from both")).lines, ["from both"]);
  });

  test("user, workingDirectory and readonlyRootFilesystem hold", async () => {
    const script = "id -u; pwd; touch /etc/x 2>/dev/null || echo read-only; echo end";
    const settings = { user: "65534", workingDirectory: "/usr/local/bin", readonlyRootFilesystem: true };
    const definition = await register([container("main", script, settings)]);
    assert.deepEqual((await output(definition, "end")).lines, [
      "65534",
      "/usr/local/bin",
      "read-only",
      "end",
    ]);
  });

  test("a volume without a host path is an empty folder to write to", async () => {
    const script = "echo kept > /tmp/file && cat /tmp/file; echo end";
    const mountPoints = [{ sourceVolume: "scratch", containerPath: "/tmp", readOnly: false }];
    const settings = { readonlyRootFilesystem: true, mountPoints };
    const definition = await register([container("main", script, settings)], {
      volumes: [{ name: "scratch" }],
    });
    assert.deepEqual((await output(definition, "end")).lines, ["kept", "end"]);
  });

  test("ulimits hold", async () => {
    const ulimits = [{ name: "nofile" as const, softLimit: 123, hardLimit: 456 }];
    const definition = await register([container("main", "ulimit -Sn; ulimit -Hn; echo end", { ulimits })]);
    assert.deepEqual((await output(definition, "end")).lines, ["123", "456", "end"]);
  });

  test("the digest of the running image is reported, and pushed images run by digest", async () => {
    const created = await ecr.send(new CreateRepositoryCommand({ repositoryName: "fidelity/app" }));
    const uri = String(created.repository?.repositoryUri);
    assert.equal(uri, `127.0.0.1:${aws.port}/fidelity/app`);
    await docker.exec(["tag", image, `${uri}:1`]);
    const pushed = await docker.exec(["push", `${uri}:1`]);
    const digest = /digest: (sha256:[0-9a-f]{64})/.exec(pushed)?.[1];
    await docker.exec(["rmi", `${uri}:1`]);
    const definition = await register([container("main", "exit 3", { image: `${uri}@${digest}` })]);
    const task = await stopped(await run(definition));
    assert.equal(byName(task, "main")?.imageDigest, digest);
    assert.equal(byName(task, "main")?.exitCode, 3);
    await docker.exec(["rmi", "--force", `${uri}@${digest}`]);
  });

  test("a tag that is there takes no other image where the repository is immutable, and no image is said so, in ECR's words", async () => {
    const repositoryName = "fidelity/immutable";
    await ecr.send(new CreateRepositoryCommand({ repositoryName, imageTagMutability: "IMMUTABLE" }));
    const reference = `127.0.0.1:${aws.port}/${repositoryName}:1`;
    const describe = () =>
      ecr.send(new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag: "1" }] }));
    await assert.rejects(describe(), {
      name: "ImageNotFoundException",
      message:
        "The image with imageId {imageDigest:'null', imageTag:'1'} does not exist within the repository with name 'fidelity/immutable' in the registry with id '000000000000'",
    });
    await docker.exec(["tag", image, reference]);
    await docker.exec(["push", reference]);
    await docker.exec(["push", reference]);
    const digest = (await describe()).imageDetails?.[0]?.imageDigest;
    await docker.exec(["build", "--tag", reference, "-"], { input: `FROM ${image}\nLABEL other=1\n` });
    await assert.rejects(docker.exec(["push", reference]), (error: Error) => {
      assert.match(
        error.message,
        /tag invalid: The image tag '1' already exists in the 'fidelity\/immutable' repository and cannot be overwritten because the repository is immutable\.$/m,
      );
      return true;
    });
    assert.equal((await describe()).imageDetails?.[0]?.imageDigest, digest);
    await docker.exec(["rmi", "--force", reference]);
  });

  test("the registry's address is one that answers here", async () => {
    const { authorizationData } = await ecr.send(new GetAuthorizationTokenCommand({}));
    assert.equal(authorizationData?.[0]?.proxyEndpoint, aws.endpoint);
    assert.equal((await fetch(`${aws.endpoint}/v2/`)).status, 200);
  });
});

describe("RunTask refuses what AWS refuses", { concurrency: true }, () => {
  const refused = async (input: Promise<Task>, name: string, message: string) => {
    await assert.rejects(input, (error: Error) => {
      assert.equal(error.name, name);
      assert.equal(error.message, message);
      return true;
    });
  };

  test("an unknown cluster, and makes none", async () => {
    const definition = await register([container("main", "exit 0")]);
    for (let attempt = 0; attempt < 2; attempt += 1)
      await refused(run(definition, { cluster: "nosuch" }), "ClusterNotFoundException", "Cluster not found.");
  });

  test("an unknown task definition", async () => {
    await refused(run("nosuch:1"), "ClientException", "TaskDefinition not found.");
  });

  test("an inactive task definition", async () => {
    const definition = await register([container("main", "exit 0")]);
    await ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: definition }));
    await refused(run(definition), "InvalidParameterException", "TaskDefinition is inactive");
  });

  test("an override for a container that is not there", async () => {
    const definition = await register([container("main", "exit 0")]);
    const overrides = { containerOverrides: [{ name: "other", command: ["x"] }] };
    const message = "Override for container named other is not a container in the TaskDefinition.";
    await refused(run(definition, { overrides }), "InvalidParameterException", message);
  });

  test("awsvpc without a network", async () => {
    const definition = await register([container("main", "exit 0")]);
    const message = "Network Configuration must be provided when networkMode 'awsvpc' is specified.";
    await refused(run(definition, { networkConfiguration: undefined }), "InvalidParameterException", message);
  });

  test("FARGATE for a task definition of EC2 alone", async () => {
    const definition = await register([container("main", "exit 0")], { requiresCompatibilities: ["EC2"] });
    await refused(
      run(definition),
      "InvalidParameterException",
      "Task definition does not support launch_type FARGATE.",
    );
  });
});

describe("one clientToken is one task", { concurrency: true }, () => {
  test("the same request again gets the same task, at the same moment as well", async () => {
    const definition = await register([container("main", "exit 0")]);
    const startedBy = "idempotent";
    const answers = await Promise.all(
      [1, 2, 3].map(() => run(definition, { clientToken: "once", startedBy })),
    );
    assert.equal(new Set(answers.map((task) => task.taskArn)).size, 1);
    await stopped(answers[0] as Task);
    assert.equal((await run(definition, { clientToken: "once", startedBy })).taskArn, answers[0]?.taskArn);
    const list = { cluster: CLUSTER, startedBy, desiredStatus: "STOPPED" as const };
    assert.deepEqual((await ecs.send(new ListTasksCommand(list))).taskArns, [answers[0]?.taskArn]);
  });

  test("another request with the token is a conflict that names the task", async () => {
    const definition = await register([container("main", "exit 0")]);
    const first = await run(definition, { clientToken: "taken" });
    await assert.rejects(run(definition, { clientToken: "taken", startedBy: "other" }), (error) => {
      assert.ok(error instanceof ConflictException);
      assert.deepEqual(error.resourceIds, [first.taskArn]);
      return true;
    });
    await stopped(first);
  });
});

describe("a task that cannot start says why", { concurrency: true }, () => {
  const reason = async (definition: ContainerDefinition) => {
    const task = await stopped(await run(await register([definition])));
    assert.equal(task.stopCode, "TaskFailedToStart");
    assert.equal(byName(task, "main")?.exitCode, undefined);
    return String(task.stoppedReason);
  };

  test("no log group", async () => {
    const options = { "awslogs-group": "/gone", "awslogs-region": REGION, "awslogs-stream-prefix": "t" };
    const definition = container("main", "exit 0", { logConfiguration: { logDriver: "awslogs", options } });
    assert.equal(
      await reason(definition),
      "ResourceInitializationError: failed to initialize logging driver: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist.",
    );
  });

  test("no image", async () => {
    const missing = `127.0.0.1:${aws.port}/nosuch:1`;
    assert.match(
      await reason(container("main", "exit 0", { image: missing })),
      /^CannotPullContainerError: /,
    );
  });

  test("no secret", async () => {
    const secrets = [{ name: "URL", valueFrom: "/fidelity/nosuch" }];
    assert.match(
      await reason(container("main", "exit 0", { secrets })),
      /^ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: .*\/fidelity\/nosuch/,
    );
  });

  test("no such entrypoint, and no container stays behind", async () => {
    const task = await stopped(await run(await register([container("main", "", { entryPoint: ["/nope"] })])));
    assert.match(String(task.stoppedReason), /^CannotStartContainerError: .*\/nope/);
    const label = `label=com.amazonaws.ecs.task-arn=${task.taskArn}`;
    assert.equal(await docker.exec(["ps", "--all", "--quiet", "--filter", label]), "");
  });
});

describe("the end of a task", { concurrency: true }, () => {
  test("an exit of the essential container: words, code, group", async () => {
    const definition = await register([container("main", "exit 12")]);
    const task = await stopped(await run(definition));
    assert.equal(task.stopCode, "EssentialContainerExited");
    assert.equal(task.stoppedReason, "Essential container in task exited");
    assert.equal(byName(task, "main")?.exitCode, 12);
    assert.equal(byName(task, "main")?.reason, undefined);
    assert.match(String(task.group), /^family:fidelity-\d+$/);
    assert.equal(task.containerInstanceArn, undefined);
  });

  test("a task that runs has no stop code and no exit code yet", async () => {
    const task = await running(
      await run(await register([container("main", "sleep 60", { stopTimeout: 2 })])),
    );
    assert.equal(task.stopCode, undefined);
    assert.equal(task.stoppedReason, undefined);
    assert.equal(byName(task, "main")?.exitCode, undefined);
    await ecs.send(new StopTaskCommand({ cluster: CLUSTER, task: task.taskArn }));
    await stopped(task);
  });

  test("a sidecar is stopped with the essential container and keeps its own exit code", async () => {
    const sidecar = container("sidecar", "trap 'exit 5' TERM; while :; do sleep 0.1; done", {
      essential: false,
    });
    const definition = await register([sidecar, container("main", "sleep 0.5; exit 0")]);
    const task = await stopped(await run(definition));
    assert.equal(task.stopCode, "EssentialContainerExited");
    assert.equal(byName(task, "main")?.exitCode, 0);
    assert.equal(byName(task, "sidecar")?.exitCode, 5);
  });

  test("a sidecar's own exit leaves the task running", async () => {
    const sidecar = container("sidecar", "exit 4", { essential: false });
    const main = container("main", "trap 'exit 0' TERM; while :; do sleep 0.1; done");
    const task = await running(await run(await register([sidecar, main])));
    const seen = await until(
      () => describeTask(task.taskArn),
      (now) => byName(now, "sidecar")?.exitCode !== undefined,
    );
    assert.equal(seen.lastStatus, "RUNNING");
    assert.equal(byName(seen, "sidecar")?.exitCode, 4);
    await ecs.send(new StopTaskCommand({ cluster: CLUSTER, task: task.taskArn }));
    await stopped(task);
  });

  test("StopTask answers at once; STOPPED comes with the container's own exit code", async () => {
    const script = "trap 'sleep 1; echo bye; exit 7' TERM; echo up; while :; do sleep 0.1; done";
    const task = await running(await run(await register([container("main", script)])));
    await until(
      () => linesOf(task, "main"),
      (lines) => lines.includes("up"),
    );
    const stop = { cluster: CLUSTER, task: task.taskArn, reason: "enough" };
    const answer = await ecs.send(new StopTaskCommand(stop));
    assert.equal(answer.task?.desiredStatus, "STOPPED");
    assert.notEqual(answer.task?.lastStatus, "STOPPED");
    const seen = new Set<string | undefined>();
    const end = await until(
      async () => {
        const now = await describeTask(task.taskArn);
        seen.add(now.lastStatus);
        return now;
      },
      (now) => now.lastStatus === "STOPPED",
    );
    assert.ok(seen.has("STOPPING"), [...seen].join());
    assert.equal(end.stopCode, "UserInitiated");
    assert.equal(end.stoppedReason, "enough");
    assert.equal(byName(end, "main")?.exitCode, 7);
    await until(
      () => linesOf(end, "main"),
      (lines) => lines.includes("bye"),
    );
  });

  test("a container that does not listen to SIGTERM is killed after its stopTimeout", async () => {
    const script = "trap '' TERM; echo up; while :; do sleep 0.1; done";
    const task = await running(await run(await register([container("main", script, { stopTimeout: 2 })])));
    await until(
      () => linesOf(task, "main"),
      (lines) => lines.includes("up"),
    );
    await ecs.send(new StopTaskCommand({ cluster: CLUSTER, task: task.taskArn }));
    const end = await stopped(task);
    assert.equal(byName(end, "main")?.exitCode, 137);
    assert.equal(byName(end, "main")?.reason, undefined);
    const seconds = (Number(end.stoppedAt) - Number(end.stoppingAt)) / 1000;
    assert.ok(seconds >= 2 && seconds <= 5, `${seconds} s`);
  });

  test("a task stopped before its container runs ends without an exit code or with the container's", async () => {
    const task = await run(await register([container("main", "sleep 60", { stopTimeout: 2 })]));
    await ecs.send(new StopTaskCommand({ cluster: CLUSTER, task: task.taskArn, reason: "early" }));
    const end = await stopped(task);
    assert.equal(end.stopCode, "UserInitiated");
    assert.equal(end.stoppedReason, "early");
    assert.notEqual(byName(end, "main")?.exitCode, 0);
  });

  test("memory over the limit: OutOfMemoryError, 137", async () => {
    const script = "x=aaaaaaaaaaaaaaaa; while :; do x=$x$x; done";
    const definition = await register([container("main", script, { memory: 32 })]);
    const task = await stopped(await run(definition));
    assert.equal(byName(task, "main")?.exitCode, 137);
    assert.equal(byName(task, "main")?.reason, "OutOfMemoryError: Container killed due to memory usage");
    assert.equal(task.stoppedReason, "Essential container in task exited");
  });

  test("a container removed behind the agent's back ends the task", async () => {
    const task = await running(await run(await register([container("main", "sleep 60")])));
    const label = `label=com.amazonaws.ecs.task-arn=${task.taskArn}`;
    const id = (await docker.exec(["ps", "--quiet", "--filter", label])).trim();
    await docker.exec(["rm", "--force", id]);
    const end = await stopped(task);
    assert.equal(end.stopCode, "EssentialContainerExited");
    // Docker kills before it removes: whoever looks in between still sees the exit code.
    const { exitCode, reason } = byName(end, "main") ?? {};
    if (exitCode === undefined) assert.match(String(reason), /^CannotInspectContainerError/);
    else assert.equal(exitCode, 137);
  });
});

describe("CodeBuild", () => {
  const project = {
    name: "fidelity",
    source: { type: "GITLAB" as const, location: "https://gitlab.com/group/app.git" },
    artifacts: { type: "NO_ARTIFACTS" as const },
    environment: {
      type: "LINUX_CONTAINER" as const,
      image: "aws/codebuild/standard:7.0",
      computeType: "BUILD_GENERAL1_SMALL" as const,
    },
    serviceRole: "arn:aws:iam::000000000000:role/build",
  };
  const read = async () =>
    (await codebuild.send(new BatchGetProjectsCommand({ names: ["fidelity"] }))).projects?.[0];
  const filter = (pattern: string) => [[{ type: "HEAD_REF" as const, pattern }]];

  test("a project keeps what it was given; its webhook is made, changed and removed; its ARN deletes it", async () => {
    const cache = { type: "LOCAL" as const, modes: ["LOCAL_DOCKER_LAYER_CACHE" as const] };
    const logsConfig = { cloudWatchLogs: { status: "ENABLED" as const, groupName: "/build" } };
    const given = { queuedTimeoutInMinutes: 60, concurrentBuildLimit: 1, cache, logsConfig };
    const created = await codebuild.send(new CreateProjectCommand({ ...project, ...given }));
    for (const each of [created.project, await read()])
      for (const [field, value] of Object.entries(given))
        assert.deepEqual(each?.[field as keyof typeof given], value, field);
    await codebuild.send(new UpdateProjectCommand({ name: "fidelity", queuedTimeoutInMinutes: 5 }));
    assert.equal((await read())?.queuedTimeoutInMinutes, 5);

    const made = await codebuild.send(
      new CreateWebhookCommand({ projectName: "fidelity", filterGroups: filter("^refs/heads/stage/") }),
    );
    assert.match(
      String(made.webhook?.payloadUrl),
      /^https:\/\/codebuild\.ap-northeast-1\.amazonaws\.com\/webhooks/,
    );
    assert.deepEqual((await read())?.webhook?.filterGroups, filter("^refs/heads/stage/"));
    assert.equal((await read())?.webhook?.secret, undefined);
    const twice = codebuild.send(new CreateWebhookCommand({ projectName: "fidelity" }));
    await assert.rejects(twice, { name: "ResourceAlreadyExistsException" });
    await codebuild.send(new UpdateWebhookCommand({ projectName: "fidelity", filterGroups: filter("^x$") }));
    assert.deepEqual((await read())?.webhook?.filterGroups, filter("^x$"));
    await codebuild.send(new DeleteWebhookCommand({ projectName: "fidelity" }));
    assert.equal((await read())?.webhook, undefined);
    const gone = codebuild.send(new DeleteWebhookCommand({ projectName: "fidelity" }));
    await assert.rejects(gone, { name: "ResourceNotFoundException" });

    await codebuild.send(new DeleteProjectCommand({ name: String(created.project?.arn) }));
    assert.equal(await read(), undefined);
  });

  test("a project gets AWS's defaults", async () => {
    await codebuild.send(new CreateProjectCommand(project));
    const { queuedTimeoutInMinutes, cache, projectVisibility, concurrentBuildLimit } = (await read()) ?? {};
    assert.deepEqual(
      { queuedTimeoutInMinutes, cache, projectVisibility, concurrentBuildLimit },
      {
        queuedTimeoutInMinutes: 480,
        cache: { type: "NO_CACHE" },
        projectVisibility: "PRIVATE",
        concurrentBuildLimit: undefined,
      },
    );
    await codebuild.send(new DeleteProjectCommand({ name: "fidelity" }));
  });
});
