/**
 * Amazon ECS as its API reference describes it, on virtual time: clientToken, eventual visibility, the life of a task from
 * PROVISIONING to STOPPED, and stopped tasks that are forgotten after an hour.
 */
import type { Container, RunTaskCommandInput, Task } from "@aws-sdk/client-ecs";
import type { EcsApi } from "../../automation/aws/clients.ts";
import type { FakeClock } from "./fakeClock.ts";
import { type ContainerEnd, FakeContainer } from "./fakeContainer.ts";
import type { FakeDatabase, FakeFile } from "./fakeDatabase.ts";
import { FakeAwsError, type Faults } from "./fakeFaults.ts";
import type { FakeLogs } from "./fakeLogs.ts";

const HOUR_MS = 3_600_000;

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

export interface FakeRevision {
  readonly files: readonly FakeFile[];
  readonly image: string;
  readonly migrationsSha256: string;
  /** The name of its database's secret. */
  readonly secret: string;
  readonly status?: "ACTIVE" | "INACTIVE";
  /** false: a revision of before the record. */
  readonly recorded?: boolean;
}

export interface FakeEcsOptions {
  readonly clock: FakeClock;
  readonly faults: Faults;
  readonly logs: FakeLogs;
  /** The database that a secret names at this moment. */
  readonly databaseOf: (secret: string) => FakeDatabase;
  readonly clusterArn: string;
  readonly family: string;
  readonly containerName: string;
  readonly logStreamPrefix: string;
  readonly revisions: ReadonlyMap<number, FakeRevision>;
}

const metadata = { $metadata: {} };

class FakeTask {
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

export class FakeEcs {
  readonly tasks: FakeTask[] = [];
  /** ListTasks answers so many ARNs a page; 100 at most (Amazon ECS API reference). */
  pageSize = 100;
  /** How the next tasks go, one script each. */
  readonly scripts: TaskScript[] = [];
  readonly #options: FakeEcsOptions;
  readonly #tokens = new Map<string, { task: FakeTask; input: string }>();

  /** Tasks whose clientToken has started another one, since ECS had forgotten them. */
  readonly forgottenTokens = new Set<string>();

  constructor(options: FakeEcsOptions) {
    this.#options = options;
  }

  readonly api: EcsApi = {
    runTask: (input) =>
      this.#options.faults.call("runTask", input, () => {
        const known = this.#tokens.get(input.clientToken ?? "");
        if (known && this.isForgotten(known.task)) this.forgottenTokens.add(known.task.arn);
        else if (known) {
          if (known.input !== JSON.stringify(input)) {
            const text = "The provided clientToken is already in use with a different RunTask request.";
            throw new FakeAwsError("ConflictException", text, 400, [known.task.arn]);
          }
          return { ...metadata, tasks: [this.#shown(known.task)], failures: [] };
        }
        return this.#start(input);
      }),

    describeTasks: (input) =>
      this.#options.faults.call("describeTasks", input, () => {
        const found = (input.tasks ?? []).map((name) => ({ name, task: this.#find(name) }));
        return {
          ...metadata,
          tasks: found.flatMap(({ task }) => (task ? [this.#shown(task)] : [])),
          failures: found.flatMap(({ name, task }) => (task ? [] : [{ arn: name, reason: "MISSING" }])),
        };
      }),

    listTasks: (input) =>
      this.#options.faults.call("listTasks", input, () => {
        if (input.startedBy !== undefined && input.family !== undefined)
          throw new FakeAwsError("InvalidParameterException", "startedBy must be the only filter.");
        const taskArns = this.tasks
          .filter((task) => this.#isListed(task) && task.desiredStatus === (input.desiredStatus ?? "RUNNING"))
          .filter(
            ({ input: { startedBy } }) => input.startedBy === undefined || startedBy === input.startedBy,
          )
          .filter(() => input.family === undefined || input.family === this.#options.family)
          .map(({ arn }) => arn);
        const from = Number(input.nextToken ?? 0);
        const to = from + this.pageSize;
        const nextToken = to < taskArns.length ? { nextToken: String(to) } : {};
        return { ...metadata, taskArns: taskArns.slice(from, to), ...nextToken };
      }),

    stopTask: (input) =>
      this.#options.faults.call("stopTask", input, () => {
        const task = this.#find(input.task ?? "");
        if (!task) throw new FakeAwsError("InvalidParameterException", "The referenced task was not found.");
        this.#stop(task, "UserInitiated", input.reason ?? "Task stopped by user");
        return { ...metadata, task: this.#shown(task) };
      }),

    listTaskDefinitions: (input) =>
      this.#options.faults.call("listTaskDefinitions", input, () => {
        const numbers = [...this.#options.revisions]
          .filter(([, { status }]) => (status ?? "ACTIVE") === (input.status ?? "ACTIVE"))
          .map(([number]) => number)
          .sort((a, b) => (input.sort === "DESC" ? b - a : a - b));
        return {
          ...metadata,
          taskDefinitionArns: numbers
            .slice(0, input.maxResults ?? 100)
            .map((number) => this.revisionArn(number)),
        };
      }),

    describeTaskDefinition: (input) =>
      this.#options.faults.call("describeTaskDefinition", input, () => {
        const { family, containerName } = this.#options;
        const number = Number((input.taskDefinition ?? "").split(":").at(-1));
        const revision = this.#options.revisions.get(number);
        if (!revision) throw new FakeAwsError("ClientException", "Unable to describe task definition.");
        const versions = revision.files.map(({ version }) => version).join(",");
        return {
          ...metadata,
          taskDefinition: {
            family,
            revision: number,
            status: revision.status ?? ("ACTIVE" as const),
            taskDefinitionArn: this.revisionArn(number),
            containerDefinitions: [
              {
                name: containerName,
                image: revision.image,
                ...(revision.recorded === false
                  ? {}
                  : { dockerLabels: { "ecs-migrate.migrations": versions } }),
              },
            ],
          },
        };
      }),
  };

  revisionArn(number: number): string {
    return `arn:aws:ecs:eu-west-1:123456789012:task-definition/${this.#options.family}:${number}`;
  }

  /** Tasks whose container's process ran. */
  get ran(): FakeTask[] {
    return this.tasks.filter((task) => task.container !== undefined);
  }

  logStream(arn: string): string {
    const { logStreamPrefix, containerName } = this.#options;
    return `${logStreamPrefix}/${containerName}/${arn.slice(arn.lastIndexOf("/") + 1)}`;
  }

  #start(input: RunTaskCommandInput) {
    const script = this.scripts.shift() ?? {};
    if (script.failure) return { ...metadata, tasks: [], failures: [script.failure] };
    const { clock, clusterArn } = this.#options;
    const id = (this.tasks.length + 1).toString(16).padStart(32, "0");
    const arn = `${clusterArn.replace(":cluster/", ":task/")}/${id}`;
    const task = new FakeTask(arn, structuredClone(input), script, clock.now());
    this.tasks.push(task);
    this.#tokens.set(input.clientToken ?? arn, { task, input: JSON.stringify(input) });
    clock.after(script.provisioningMs ?? 400, () => this.#pending(task));
    return { ...metadata, tasks: [this.#shown(task)], failures: [] };
  }

  #pending(task: FakeTask): void {
    if (task.desiredStatus === "STOPPED") return;
    task.lastStatus = "PENDING";
    this.#options.clock.after(task.script.pendingMs ?? 1_500, () => this.#run(task));
  }

  #run(task: FakeTask): void {
    if (task.desiredStatus === "STOPPED") return;
    const { startFailure } = task.script;
    if (startFailure) {
      task.startFailed = true;
      this.#ended(task, "TaskFailedToStart", startFailure.stoppedReason);
      return;
    }
    task.lastStatus = "RUNNING";
    task.startedAt = this.#options.clock.now();
    task.container = this.#makeContainer(task);
    task.container.start();
    this.#disturb(task);
  }

  #makeContainer(task: FakeTask): FakeContainer {
    const { clock, databaseOf, logs, containerName, revisions } = this.#options;
    const { script, input } = task;
    const override = input.overrides?.containerOverrides?.find(({ name }) => name === containerName);
    const revision = revisions.get(Number(input.taskDefinition?.split(":").at(-1)));
    if (!revision) throw new Error(`RunTask took ${input.taskDefinition}, which is no revision`);
    const stream = this.logStream(task.arn);
    let lines = 0;
    const print = (line: string): void => {
      if (lines++ < (script.losesLogAfter ?? Number.POSITIVE_INFINITY))
        logs.put(stream, line, script.lateLogsMs);
    };
    for (const line of script.chatter ?? []) print(line);
    return new FakeContainer({
      clock,
      database: databaseOf(revision.secret),
      secret: revision.secret,
      files: revision.files,
      command: override?.command ?? [],
      taskArn: task.arn,
      image: revision.image,
      migrationsSha256: revision.migrationsSha256,
      environment: Object.fromEntries(
        (override?.environment ?? []).map(({ name, value }) => [name, value ?? ""]),
      ),
      print,
      onEnd: (end) => {
        task.endedAt = clock.now();
        const learns = (): void => {
          task.end = end;
          this.#ended(
            task,
            task.stopCode ?? "EssentialContainerExited",
            task.stoppedReason ?? "Essential container in task exited",
          );
        };
        if (script.exitCodeLateMs) clock.after(script.exitCodeLateMs, learns);
        else learns();
      },
    });
  }

  #disturb(task: FakeTask): void {
    const { kill, terminate } = task.script;
    const { clock } = this.#options;
    if (kill) {
      clock.after(kill.afterMs, () => {
        if (task.container?.over) return;
        task.stopCode = kill.stopCode ?? "EssentialContainerExited";
        task.stoppedReason = kill.stoppedReason ?? "Essential container in task exited";
        task.container?.kill({
          exitCode: kill.exitCode,
          ...(kill.containerReason === undefined ? {} : { reason: kill.containerReason }),
        });
      });
    }
    if (terminate)
      clock.after(terminate.afterMs, () => this.#stop(task, terminate.stopCode, terminate.reason));
  }

  /** StopTask and its like: SIGTERM, and SIGKILL after the stopTimeout of 120 s. */
  #stop(task: FakeTask, stopCode: NonNullable<Task["stopCode"]>, reason: string): void {
    if (task.desiredStatus === "STOPPED") return;
    task.stopCode = stopCode;
    task.stoppedReason = reason;
    if (!task.container) {
      this.#ended(task, stopCode, reason);
      return;
    }
    if (task.container.over) return;
    task.desiredStatus = "STOPPED";
    task.lastStatus = "STOPPING";
    task.container.terminate();
    this.#options.clock.after(120_000, () => task.container?.kill({ exitCode: 137 }));
  }

  #ended(task: FakeTask, stopCode: NonNullable<Task["stopCode"]>, reason: string): void {
    task.stopCode = task.script.stopCode ?? stopCode;
    task.stoppedReason = reason;
    task.desiredStatus = "STOPPED";
    task.lastStatus = "DEPROVISIONING";
    const { clock } = this.#options;
    task.knownEndedAt = clock.now();
    clock.after(task.script.deprovisioningMs ?? 1_000, () => {
      task.lastStatus = "STOPPED";
      task.stoppedAt = clock.now();
    });
  }

  /** Stopped tasks are forgotten in the order of their stops. */
  isForgotten(task: FakeTask): boolean {
    const { stoppedAt } = task;
    if (stoppedAt === undefined) return false;
    const now = this.#options.clock.now();
    return this.tasks.some(
      (other) =>
        other.stoppedAt !== undefined &&
        other.stoppedAt >= stoppedAt &&
        now - other.stoppedAt >= (other.script.forgottenMs ?? HOUR_MS),
    );
  }

  #isListed(task: FakeTask): boolean {
    return this.#options.clock.now() >= task.visibleAt && !this.isForgotten(task);
  }

  #find(name: string): FakeTask | undefined {
    return this.tasks.find(
      (task) => (task.arn === name || task.arn.endsWith(`/${name}`)) && this.#isListed(task),
    );
  }

  #shown(task: FakeTask): Task {
    const { script, input } = task;
    const hidden =
      script.noContainersAtFirst && task.startedAt === undefined && task.lastStatus !== "STOPPED";
    return {
      taskArn: task.arn,
      clusterArn: this.#options.clusterArn,
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
      containers: hidden ? [] : this.#containers(task),
    };
  }

  #containers(task: FakeTask): Container[] {
    const { script } = task;
    const over = task.end !== undefined || task.startFailed;
    const reported = script.exitCode === undefined ? task.end?.exitCode : script.exitCode;
    const reason = task.startFailed ? script.startFailure?.containerReason : task.end?.reason;
    const main: Container = {
      name: this.#options.containerName,
      lastStatus: over ? "STOPPED" : task.container ? "RUNNING" : "PENDING",
      ...(task.container ? { runtimeId: `${task.arn.slice(-8)}-1` } : {}),
      ...(over && typeof reported === "number" ? { exitCode: reported } : {}),
      ...(reason === undefined ? {} : { reason }),
    };
    const { sidecar } = script;
    return sidecar
      ? [{ name: sidecar.name, lastStatus: "STOPPED", exitCode: sidecar.exitCode }, main]
      : [main];
  }
}
