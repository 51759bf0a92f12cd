/**
 * Amazon ECS as its API reference describes it, on virtual time: clientToken, eventual visibility, the life of a task from
 * PROVISIONING to STOPPED, and stopped tasks that are forgotten after an hour.
 */
import type { RunTaskCommandInput, Task } from "@aws-sdk/client-ecs";
import type { EcsApi } from "../../automation/aws/clients.ts";
import type { FakeClock } from "./fakeClock.ts";
import { FakeContainer } from "./fakeContainer.ts";
import type { FakeDatabase } from "./fakeDatabase.ts";
import { FakeAwsError, type Faults } from "./fakeFaults.ts";
import type { FakeLogs } from "./fakeLogs.ts";
import { type FakeRevision, shownRevision } from "./fakeRevision.ts";
import { FakeTask, shownTask, type TaskScript } from "./fakeTask.ts";

const HOUR_MS = 3_600_000;

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
        const taskDefinition = { ...shownRevision(revision, containerName), family, revision: number };
        return {
          ...metadata,
          taskDefinition: { ...taskDefinition, taskDefinitionArn: this.revisionArn(number) },
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
    return shownTask(task, this.#options);
  }
}
