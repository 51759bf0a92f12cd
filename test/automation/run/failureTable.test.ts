/**
 * Every failure that a runner of migrations must survive, one row each, driven through a whole run over the fake AWS: what
 * is the verdict, did the database change, why, and what now.
 */
import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { type Operation, operationText } from "../../../automation/contract/operations.ts";
import { InfraGuardError } from "../../../automation/guard/infra.ts";
import { slackMessage } from "../../../automation/notify/slack/runMessage.ts";
import { reportJson, reportMarkdown } from "../../../automation/report/file.ts";
import { verdictLines } from "../../../automation/report/lines.ts";
import type { RunReport } from "../../../automation/report/report.ts";
import { PulumiError } from "../../../automation/stack/pulumiCli.ts";
import { StackStoppedError, StackUpdateError } from "../../../automation/stack/update.ts";
import type { VerdictKind } from "../../../automation/verdict/verdict.ts";
import type { TaskScript } from "../../support/fakeEcs.ts";
import { FAULTS, FakeAwsError, type FaultName } from "../../support/fakeFaults.ts";
import { fakeStack } from "../../support/previews.ts";
import { NOBODY, RunFixture, temporaryHome } from "../../support/runFixture.ts";
import { SAMPLE_FILES } from "../../support/sampleOutputs.ts";

const PASSWORD = "hunter2S3cret";
const URL_LINE = `connecting to postgres://app:${PASSWORD}@db.internal:5432/shop?sslmode=require`;
const UP: Operation = { name: "up" };
const [FIRST, SECOND, THIRD] = SAMPLE_FILES.map(({ version }) => version) as [number, number, number];
const again = /npx ecs-migrate migrate (up|down 1) --stack stage/;
const readVersion = /npx ecs-migrate migrate version --stack stage/;
const attach =
  /npx ecs-migrate attach arn:aws:ecs:eu-west-1:123456789012:task\/shop-stage\/0+1 --stack stage/;

interface Row {
  readonly name: string;
  readonly arrange?: (fixture: RunFixture) => void;
  /** How the tasks go, one script each. */
  readonly tasks?: readonly TaskScript[];
  readonly operation?: Operation;
  readonly revision?: string;
  readonly kind: VerdictKind;
  readonly exitCode: number;
  readonly changed: RunReport["databaseChanged"];
  /** null: nothing went wrong. */
  readonly why: RegExp | null;
  readonly next: RegExp | null;
  /** Tasks that RunTask made. */
  readonly started?: number;
  readonly check?: (report: RunReport, fixture: RunFixture) => void;
}

const always = (api: string, fault: FaultName) => (fixture: RunFixture) =>
  fixture.aws.faults.always(api, FAULTS[fault]());
const next =
  (api: string, ...faults: FaultName[]) =>
  (fixture: RunFixture) =>
    fixture.aws.faults.next(api, ...faults.map((fault) => FAULTS[fault]()));

const applied = { kind: "applied", exitCode: 0, changed: "yes", why: null, next: null, started: 1 } as const;
const notStarted = { kind: "notStarted", exitCode: 10, changed: "no" } as const;

function failureReason(reason: string, why: RegExp, nextStep: RegExp, tries: number): Row {
  return {
    name: `RunTask failures[]: ${reason}`,
    tasks: Array.from({ length: tries }, () => ({ failure: { reason, detail: "said by ECS" } })),
    ...notStarted,
    why,
    next: nextStep,
    started: 0,
    check: (report, { aws }) => {
      assert.ok(report.why?.includes(reason), report.why ?? "");
      assert.equal(aws.faults.of("runTask").length, tries, "tries");
      const tokens = aws.faults
        .of("runTask")
        .map(({ input }) => (input as { clientToken: string }).clientToken);
      assert.equal(new Set(tokens).size, tries, "each new start has a token of its own");
    },
  };
}

const RUN_TASK_FAILURES: Row[] = [
  failureReason("RESOURCE:CPU", /has no capacity/, /Wait for capacity/, 4),
  failureReason("RESOURCE:MEMORY", /has no capacity/, /Wait for capacity/, 4),
  failureReason("RESOURCE:ENI", /has no capacity/, /Wait for capacity/, 4),
  failureReason("RESOURCE:PORTS", /has no capacity/, /Wait for capacity/, 4),
  failureReason(
    "Capacity is unavailable at this time. Please try again later",
    /has no capacity/,
    /several zones/,
    4,
  ),
  failureReason("AGENT", /ECS agent .* does not answer/, /Restart the ECS agent/, 4),
  failureReason("INACTIVE", /cluster does not exist or is not active/, /deploy --stack stage/, 1),
  failureReason("MISSING", /cluster does not exist or is not active/, /deploy --stack stage/, 1),
  failureReason(
    "ATTRIBUTE: ecs.os-type",
    /Nothing in the cluster can run this task definition/,
    /launch type/,
    1,
  ),
  failureReason("LOCATION", /Nothing in the cluster can run this task definition/, /placement attributes/, 1),
  failureReason("Something new", /ECS did not start the task/, again, 1),
];

function startFailure(name: string, stoppedReason: string, why: RegExp, nextStep: RegExp): Row {
  const check = (report: RunReport): void => {
    assert.equal(report.task?.stopCode, "TaskFailedToStart");
    assert.equal(report.task?.exitCode, null);
  };
  return {
    name,
    tasks: [{ startFailure: { stoppedReason } }],
    ...notStarted,
    why,
    next: nextStep,
    started: 1,
    check,
  };
}

const START_FAILURES: Row[] = [
  startFailure(
    "image not there (CannotPullContainerError, no exit code, no log stream)",
    "CannotPullContainerError: ref shop@sha256:ab not found: manifest unknown",
    /image could not be pulled .*manifest unknown/,
    /is in its repository/,
  ),
  startFailure(
    "secret not there (ResourceInitializationError)",
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: service call has been retried 1 time(s): invalid ssm parameters: /shop/stage/migration",
    /secret of the task does not exist/,
    /Create the secret in the stack's region/,
  ),
  startFailure(
    "log group gone (failed to initialize logging driver)",
    "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist",
    /log could not be opened/,
    /log group exists/,
  ),
  startFailure(
    "no network interface",
    "ResourceInitializationError: timeout waiting for network interface provisioning to complete",
    /got no network/,
    /free addresses/,
  ),
  startFailure(
    "wrong CPU architecture (exec format error)",
    "CannotStartContainerError: ResourceInitializationError: exec /entry_point.sh: exec format error",
    /entrypoint could not be run/,
    /CPU architecture/,
  ),
  {
    name: "no Fargate capacity after RunTask (TaskFailedToStart): started anew, with a new token",
    tasks: [
      { startFailure: { stoppedReason: "Capacity is unavailable at this time. Please try again later" } },
    ],
    ...applied,
    started: 2,
  },
  {
    name: "no Fargate capacity after RunTask, three times",
    tasks: Array.from({ length: 3 }, () => ({
      startFailure: { stoppedReason: "Capacity is unavailable at this time" },
    })),
    ...notStarted,
    why: /has no capacity/,
    next: /Wait for capacity/,
    started: 3,
  },
];

const refusedBy = (name: string, message: string, why: RegExp, nextStep: RegExp): Row => ({
  name: `RunTask refused: ${name}`,
  arrange: ({ aws }) => aws.faults.always("runTask", { error: new FakeAwsError(name, message) }),
  ...notStarted,
  why,
  next: nextStep,
  started: 0,
  check: (_, { aws }) => assert.equal(aws.faults.of("runTask").length, 1, "not tried again"),
});

const REFUSALS: Row[] = [
  refusedBy(
    "AccessDeniedException",
    "User: arn:aws:sts::123456789012:assumed-role/deploy/build is not authorized to perform: iam:PassRole on resource: arn:aws:iam::123456789012:role/execution because no identity-based policy allows the iam:PassRole action",
    /denied the call iam:PassRole on arn:aws:iam::123456789012:role\/execution to role deploy/,
    /Allow role deploy the action iam:PassRole/,
  ),
  refusedBy(
    "ExpiredTokenException",
    "The security token included in the request is expired",
    /does not accept the credentials/,
    /Renew/,
  ),
  refusedBy(
    "ClusterNotFoundException",
    "Cluster not found.",
    /cluster does not exist/,
    /deploy --stack stage/,
  ),
  refusedBy("InvalidParameterException", "No subnets given", /refused the request/, /subnets/),
  refusedBy(
    "PlatformUnknownException",
    "The platform version does not exist.",
    /refused the request/,
    /doctor/,
  ),
  refusedBy(
    "ClientException",
    "TaskDefinition is inactive: task definition",
    /task definition does not exist or was deregistered/,
    again,
  ),
  {
    name: "RunTask refused: the quota of tasks in PROVISIONING, then room",
    arrange: ({ aws }) => {
      const text = "You've reached the limit on the number of tasks that can be in the provisioning state.";
      aws.faults.next("runTask", { error: new FakeAwsError("ClientException", text) });
    },
    ...applied,
  },
];

const CALLS: Row[] = [
  ...(["listTasks", "describeTasks", "getLogEvents", "runTask"] as const).flatMap((api): Row[] =>
    (["throttled", "server", "reset"] as const).map((fault) => ({
      name: `${api}: ${fault} twice, then an answer`,
      arrange: next(api, fault, fault),
      ...applied,
    })),
  ),
  {
    name: "RunTask throttled each time: nothing was started",
    arrange: always("runTask", "throttled"),
    ...notStarted,
    why: /ThrottlingException: Rate exceeded/,
    next: again,
    started: 0,
  },
  {
    name: "RunTask's answer lost: one task, not two",
    arrange: next("runTask", "lost"),
    ...applied,
    check: (_, { aws }) => {
      const tokens = aws.faults
        .of("runTask")
        .map(({ input }) => (input as { clientToken: string }).clientToken);
      assert.equal(tokens.length, 2);
      assert.equal(tokens[0], tokens[1]);
    },
  },
  {
    name: "every answer of RunTask lost: its task is found by startedBy",
    arrange: always("runTask", "lost"),
    ...applied,
    check: (report) => assert.equal(report.task?.attached, true),
  },
  {
    name: "every answer of RunTask lost, and the task not to be found",
    arrange: always("runTask", "lost"),
    tasks: [{ invisibleMs: 10 * 60_000 }],
    kind: "unknown",
    exitCode: 14,
    changed: "maybe",
    why: /no longer knows .*RunTask was lost, so a task may run/,
    next: readVersion,
    started: 2,
  },
  {
    name: "RunTask's answer lost, then the credentials expired: never called not started",
    arrange: ({ aws }) => {
      aws.faults.next("runTask", FAULTS.lost());
      aws.clock.after(1_000, () => {
        aws.faults.always("runTask", FAULTS.expired());
        aws.faults.always("listTasks", FAULTS.expired());
      });
    },
    kind: "unknown",
    exitCode: 14,
    changed: "maybe",
    why: /ExpiredTokenException/,
    next: readVersion,
    started: 1,
  },
  {
    name: "clientToken used with other parameters (ConflictException): its task is adopted",
    arrange: ({ aws }) => {
      const { runTask } = aws.ecs.api;
      aws.faults.next("runTask", FAULTS.lost());
      let calls = 0;
      aws.ecs.api.runTask = (input) =>
        runTask(++calls === 1 ? input : { ...input, group: "another parameter than at first" });
    },
    ...applied,
    check: (report) => assert.equal(report.task?.attached, true),
  },
  {
    name: "credentials expire in mid-wait",
    arrange: ({ aws }) =>
      aws.clock.after(4_000, () => {
        aws.faults.always("describeTasks", FAULTS.expired());
        aws.faults.always("getLogEvents", FAULTS.expired());
      }),
    kind: "unknown",
    exitCode: 14,
    changed: "maybe",
    why: /no longer lets this command look .*ExpiredTokenException/,
    next: attach,
    started: 1,
  },
  { name: "DescribeTasks MISSING at the start", tasks: [{ invisibleMs: 20_000 }], ...applied },
  {
    name: "DescribeTasks MISSING for good",
    tasks: [{ invisibleMs: 10 * 60_000, losesLogAfter: 0 }],
    kind: "unknown",
    exitCode: 14,
    changed: "maybe",
    why: /ECS no longer knows the task/,
    next: readVersion,
  },
  {
    name: "DescribeTasks MISSING after the end: the result line tells",
    tasks: [{ forgottenMs: 0, lateLogsMs: 8_000 }],
    ...applied,
    check: (report) => assert.equal(report.task?.exitCode, null),
  },
  {
    name: "DescribeTasks MISSING after the end, and the log lost: the database is asked",
    tasks: [{ forgottenMs: 0, losesLogAfter: 1 }],
    kind: "unknown",
    exitCode: 14,
    changed: "maybe",
    why: new RegExp(`result line; the database is now at ${THIRD}, not dirty`),
    next: readVersion,
    started: 2,
  },
  { name: "containers [] while PROVISIONING", tasks: [{ noContainersAtFirst: true }], ...applied },
  {
    name: "PENDING straight to STOPPED between two polls",
    arrange: ({ aws }) => aws.database.force(THIRD, "before"),
    tasks: [{ provisioningMs: 5_000, pendingMs: 1, deprovisioningMs: 0 }],
    kind: "unchanged",
    exitCode: 0,
    changed: "no",
    why: null,
    next: null,
  },
];

const killed = (kill: NonNullable<TaskScript["kill"]>): TaskScript => ({ kill });

/** The container is gone in the middle of the first file: golang-migrate's mark stays, and the probe finds it. */
function midFile(name: string, kill: Omit<NonNullable<TaskScript["kill"]>, "afterMs">, why: RegExp): Row {
  return {
    name: `${name}, in mid-file`,
    tasks: [killed({ afterMs: 1_000, ...kill })],
    kind: "dirty",
    exitCode: 12,
    changed: "maybe",
    why,
    next: new RegExp(`force ${FIRST} --stack stage`),
    started: 2,
  };
}

const STOPS: Row[] = [
  midFile(
    "OOM",
    { exitCode: 137, containerReason: "OutOfMemoryError: Container killed due to memory usage" },
    /OutOfMemoryError/,
  ),
  midFile("exit 137 without OOM", { exitCode: 137 }, /exit code 137/),
  midFile("exit 139", { exitCode: 139 }, /exit code 139/),
  midFile("exit 143", { exitCode: 143 }, /exit code 143/),
  midFile("null exit code", { exitCode: null }, /no exit code/),
  midFile(
    "host lost (TerminationNotice)",
    { exitCode: null, stopCode: "TerminationNotice" },
    /TerminationNotice/,
  ),
  ...(
    [
      [
        "OOM before any file",
        137,
        "OutOfMemoryError: Container killed",
        /more memory .*OutOfMemoryError/,
        /Raise the task's memory/,
      ],
      ["exit 137 before any file", 137, undefined, /SIGKILL/, /stopTimeout/],
      ["exit 139 before any file", 139, undefined, /crashed/, again],
      ["exit 143 before any file", 143, undefined, /asked to stop/, again],
    ] as const
  ).map(
    ([name, exitCode, reason, why, nextStep]): Row => ({
      name,
      arrange: ({ aws }) => {
        aws.database.lockedBy = "somebody else";
        aws.clock.after(8_000, () => {
          aws.database.lockedBy = undefined;
        });
      },
      tasks: [
        killed({ afterMs: 1_000, exitCode, ...(reason === undefined ? {} : { containerReason: reason }) }),
      ],
      kind: "interrupted",
      exitCode: 13,
      changed: "maybe",
      why,
      next: nextStep,
      started: 2,
    }),
  ),
  {
    name: "Spot takes the host: SIGTERM, the running file is finished",
    tasks: [
      {
        terminate: {
          afterMs: 1_000,
          stopCode: "SpotInterruption",
          reason: "Your Spot Task was interrupted.",
        },
      },
    ],
    kind: "interrupted",
    exitCode: 13,
    changed: "yes",
    why: /Spot capacity back/,
    next: /not FARGATE_SPOT/,
    started: 1,
    check: (_, { aws }) => assert.deepEqual(aws.database.state, { version: FIRST, dirty: false }),
  },
  {
    name: "StopTask by a person (UserInitiated): SIGTERM, the running file is finished",
    tasks: [{ terminate: { afterMs: 1_000, stopCode: "UserInitiated", reason: "Task stopped by user" } }],
    kind: "interrupted",
    exitCode: 13,
    changed: "yes",
    why: /Somebody stopped the task .*Task stopped by user/,
    next: again,
  },
  {
    name: "StopTask before the container ran",
    tasks: [{ provisioningMs: 3_000, pendingMs: 60_000 }],
    arrange: ({ aws }) =>
      aws.clock.after(
        5_000,
        () => void aws.ecs.api.stopTask({ cluster: "c", task: aws.ecs.tasks[0]?.arn ?? "" }),
      ),
    ...notStarted,
    why: /stopped before it ran/,
    next: again,
  },
  {
    name: "exit 0 with stopCode UserInitiated and no result line: no success, the database is asked",
    tasks: [{ stopCode: "UserInitiated", losesLogAfter: 2 }],
    kind: "unknown",
    exitCode: 14,
    changed: "maybe",
    why: /contradict each other .*UserInitiated/,
    next: readVersion,
    started: 2,
  },
  {
    name: "a sidecar that exits 0 does not cover the migration's failure",
    arrange: ({ aws }) => {
      aws.database.unreachable = "dial tcp 10.0.0.5:5432: connect: connection refused";
    },
    tasks: [{ sidecar: { name: "logger", exitCode: 0 } }],
    kind: "failed",
    exitCode: 11,
    changed: "no",
    why: /could not be reached/,
    next: /security group/,
  },
  {
    name: "a sidecar that fails does not spoil the migration's success",
    tasks: [{ sidecar: { name: "logger", exitCode: 1 } }],
    ...applied,
  },
  {
    name: "the named container is not in the task",
    arrange: ({ aws }) => {
      Object.assign(aws, { outputs: { ...aws.outputs, containerName: "renamed" } });
    },
    kind: "unknown",
    exitCode: 14,
    changed: "maybe",
    why: /no container renamed \(it has: migration\)/,
    next: /outputs match its task definition again/,
  },
];

const LOGS: Row[] = [
  {
    name: "log lines after STOPPED: drained to the result line",
    tasks: [{ lateLogsMs: 9_000 }],
    ...applied,
    check: (report, { said }) => {
      assert.equal(report.verdict.kind === "applied" && report.verdict.files.length, 3);
      assert.match(said, /index_email/);
    },
  },
  {
    name: "log reading denied: the exit code judges",
    arrange: always("getLogEvents", "denied"),
    kind: "applied",
    exitCode: 0,
    changed: "maybe",
    why: null,
    next: readVersion,
    check: (report) => assert.match(report.warnings.join(), /could not be read \(AccessDeniedException/),
  },
  {
    name: "log group gone in mid-run: the exit code judges",
    arrange: ({ aws }) => aws.clock.after(2_500, () => Object.assign(aws.logs, { groupExists: false })),
    kind: "applied",
    exitCode: 0,
    changed: "maybe",
    why: null,
    next: readVersion,
  },
];

const withFiles = (fixture: RunFixture, change: (index: number) => object): void => {
  const revision = fixture.aws.revisions.get(12);
  const files = SAMPLE_FILES.map((file, index) => ({ ...file, ...change(index) }));
  if (revision) fixture.aws.revisions.set(12, { ...revision, files });
};

const SYNTAX = `migration failed: syntax error at or near "INDX" (column 8) in line 1: CREATE INDX i ON users (email); (details: pq: syntax error at or near "INDX")`;

const DATABASE: Row[] = [
  {
    name: "dirty before",
    arrange: ({ aws }) => {
      aws.database.version = SECOND;
      aws.database.dirty = true;
    },
    kind: "dirty",
    exitCode: 12,
    changed: "no",
    why: new RegExp(`was dirty at ${SECOND} before this run`),
    next: new RegExp(`force ${SECOND} --stack stage`),
  },
  {
    name: "dirty after: a file fails half-way",
    arrange: (fixture) => withFiles(fixture, (index) => (index === 1 ? { error: SYNTAX } : {})),
    kind: "dirty",
    exitCode: 12,
    changed: "yes",
    why: /syntax error/,
    next: new RegExp(`force ${FIRST} --stack stage`),
    check: (report) => assert.equal(report.verdict.kind === "dirty" && report.verdict.version, SECOND),
  },
  {
    name: "lock held by another session",
    arrange: ({ aws }) => {
      aws.database.lockedBy = "a session that was cut off";
    },
    kind: "failed",
    exitCode: 11,
    changed: "no",
    why: /holds golang-migrate's lock/,
    next: /Wait until the other run has ended/,
  },
  {
    name: "database unreachable",
    arrange: ({ aws }) => {
      aws.database.unreachable = "failed to open database: dial tcp 10.0.0.5:5432: i/o timeout";
    },
    kind: "failed",
    exitCode: 11,
    changed: "no",
    why: /could not be reached/,
    next: /security group lets the task's security group in/,
  },
  {
    name: "wrong password, never printed",
    arrange: ({ aws }) => {
      aws.database.unreachable = `failed to open database "postgres://app:${PASSWORD}@db.internal:5432/shop": pq: password authentication failed for user "app"`;
    },
    kind: "failed",
    exitCode: 11,
    changed: "no",
    why: /refused the password of user app/,
    next: /percent-encoded/,
  },
  {
    name: "a database URL that cannot be parsed, its password never printed",
    arrange: ({ aws }) => {
      aws.database.unreachable = `failed to open database: parse "postgres://app:${PASSWORD}%zz@db:5432/shop": invalid URL escape "%zz"`;
    },
    kind: "failed",
    exitCode: 11,
    changed: "no",
    why: /URL cannot be read/,
    next: /Correct the secret/,
  },
  {
    name: "old image against a newer database: the revision that has the file is named",
    arrange: ({ aws }) => {
      aws.database.version = THIRD;
      const revision = aws.revisions.get(12);
      if (revision) aws.revisions.set(7, { ...revision, files: SAMPLE_FILES.slice(0, 2) });
    },
    operation: { name: "down", steps: 1 },
    revision: "arn:aws:ecs:eu-west-1:123456789012:task-definition/shop-stage-migration:7",
    kind: "failed",
    exitCode: 11,
    changed: "no",
    why: new RegExp(`no file for version ${THIRD}`),
    next: /down 1 --revision 12 --stack stage/,
  },
  {
    name: "old image against a newer database, ListTaskDefinitions denied: the report comes all the same",
    arrange: (fixture) => {
      fixture.aws.database.version = 20261201;
      always("listTaskDefinitions", "denied")(fixture);
    },
    kind: "failed",
    exitCode: 11,
    changed: "no",
    why: /no file for version 20261201/,
    next: /newer revision/,
    check: (_, { said }) => assert.match(said, /could not be looked for \(AccessDeniedException/),
  },
  {
    name: "a migration longer than the timeout: left running, with the way to attach",
    arrange: (fixture) => {
      withFiles(fixture, () => ({ ms: 2 * 60 * 60_000 }));
    },
    kind: "unknown",
    exitCode: 14,
    changed: "maybe",
    why: /still running when this command stopped waiting/,
    next: attach,
    check: (_, { aws }) => {
      assert.equal(aws.faults.of("stopTask").length, 0);
      assert.equal(aws.ecs.tasks[0]?.lastStatus, "RUNNING");
    },
  },
  {
    name: "another migration is running",
    arrange: ({ aws }) => {
      const { clusterArn, containerName } = aws.outputs;
      const overrides = { containerOverrides: [{ name: containerName, command: ["down", "1"] }] };
      const taskDefinition = aws.ecs.revisionArn(12);
      void aws.ecs.api.runTask({ cluster: clusterArn, taskDefinition, clientToken: "other", overrides });
    },
    ...notStarted,
    why: /Another migration of this stack is running .*shop-stage\/0+1/,
    next: attach,
    started: 1,
  },
  {
    name: "exit 2 without its result line is no proof that nothing ran",
    tasks: [killed({ afterMs: 4_000, exitCode: 2 })],
    kind: "failed",
    exitCode: 11,
    changed: "maybe",
    why: /exit code 2/,
    next: readVersion,
  },
];

const ROWS: Record<string, Row[]> = {
  "RunTask failures[]": RUN_TASK_FAILURES,
  "the task fails to start": START_FAILURES,
  "RunTask is refused": REFUSALS,
  "AWS calls fail": CALLS,
  "the container is stopped": STOPS,
  "the log": LOGS,
  "the database": DATABASE,
};

for (const [group, rows] of Object.entries(ROWS)) {
  describe(`failure table: ${group}`, () => {
    for (const row of rows) test(row.name, async (t) => playRow(row, new RunFixture(await temporaryHome(t))));
  });
}

async function playRow(row: Row, fixture: RunFixture): Promise<void> {
  const { aws } = fixture;
  aws.ecs.scripts.push(...(row.tasks ?? []));
  // The password stands in every log.
  if (row.tasks === undefined) aws.ecs.scripts.push({ chatter: [URL_LINE] });
  row.arrange?.(fixture);
  const report = await fixture.run(row.operation ?? UP, row.revision);
  assertRow(row, report);
  if (row.started !== undefined) assert.equal(aws.ecs.tasks.length, row.started, "tasks");
  assert.equal(aws.database.appliedTwice(), undefined);
  row.check?.(report, fixture);
  assertNoSecret(report, fixture);
}

function assertRow(row: Row, report: RunReport): void {
  assert.equal(report.verdict.kind, row.kind, JSON.stringify(report.verdict));
  assert.equal(report.exitCode, row.exitCode);
  assert.equal(report.databaseChanged, row.changed, report.headline);
  if (row.why === null) assert.equal(report.why, null);
  else assert.match(report.why ?? "", row.why);
  const steps = report.next.map(({ text, command }) => `${text} ${command ?? ""}`).join("\n");
  if (row.next === null) assert.equal(steps, "");
  else assert.match(steps, row.next);
}

/** The password is in none of the doors by which a run is told of. */
function assertNoSecret(report: RunReport, { aws, said }: RunFixture): void {
  const doors = {
    report: reportJson(report),
    markdown: reportMarkdown(report),
    terminal: `${said}\n${verdictLines(report, { color: false }).join("\n")}`,
    slack: JSON.stringify(slackMessage(report)),
    calls: JSON.stringify(aws.faults.calls),
  };
  for (const [door, text] of Object.entries(doors)) assert.equal(text.includes(PASSWORD), false, door);
}

describe("failure table: the script is stopped", () => {
  async function stoppedRun(t: TestContext, stopOnCancel: boolean) {
    const fixture = new RunFixture(await temporaryHome(t));
    const stopped = new AbortController();
    fixture.aws.clock.after(3_000, () => stopped.abort());
    fixture.signal = stopped.signal;
    fixture.settings = { ...fixture.settings, stopOnCancel };
    return { report: await fixture.run(UP), stops: fixture.aws.faults.of("stopTask").length };
  }

  test("SIGINT or SIGTERM in mid-run, the task is left running", async (t) => {
    const { report, stops } = await stoppedRun(t, false);
    const row = { kind: "interrupted", exitCode: 13, changed: "maybe" } as const;
    assertRow({ name: "", ...row, why: /This command was stopped/, next: attach }, report);
    assert.equal(stops, 0);
    assert.deepEqual(report.warnings, []);
  });

  test("SIGINT or SIGTERM in mid-run, with --stop-on-cancel: what the stop left is told", async (t) => {
    const { report, stops } = await stoppedRun(t, true);
    assert.equal(stops, 1);
    assert.equal(report.task?.stopCode, "UserInitiated");
    assert.equal(report.verdict.kind, "interrupted");
    assert.equal(report.verdict.kind === "interrupted" && report.verdict.cause, "stopTask");
    assert.notEqual(report.verdict.kind === "interrupted" && report.verdict.to, null);
    assert.deepEqual(report.warnings, [`task ${report.task?.arn} was told to stop`]);
  });

  test("stopped before RunTask: nothing is started", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    fixture.signal = AbortSignal.abort();
    const report = await fixture.run(UP);
    const row = { kind: "interrupted", exitCode: 13, changed: "no" } as const;
    assertRow({ name: "", ...row, why: /stopped before it started a task/, next: again }, report);
    assert.equal(fixture.aws.faults.of("runTask").length, 0);
  });

  const runs: [string, Operation, number][] = [
    ["up", UP, 3],
    ["down", { name: "down", steps: 1 }, 1],
  ];
  for (const [name, operation, files] of runs) {
    for (const [when, ms, attachedTo] of [
      ["still runs", 3_000, "RUNNING"],
      ["has ended", 30 * 60_000, "STOPPED"],
    ] as const) {
      test(`kill -9 in mid-run, then \`${name}\` again while the task ${when}: it is found, nothing runs twice`, async (t) => {
        const fixture = new RunFixture(await temporaryHome(t));
        const { aws } = fixture;
        if (name === "down") aws.database.version = THIRD;
        const dead = dyingAfter(fixture, 3_000);
        void dead.run(operation);
        await dead.died;
        aws.clock.advance(ms - 3_000);
        assert.equal(aws.ecs.tasks[0]?.lastStatus, attachedTo);
        const report = await fixture.run(operation);
        assert.equal(report.verdict.kind, "applied");
        assert.equal(report.task?.attached, true);
        assert.equal(aws.database.ran.length, files);
        const label =
          /^This is the result of an earlier process of this run: its task ended at 2026-11-24T09:00:\d\d\.\d{3}Z and was never reported, and the database is still at \d+\. Nothing was run now\.$/;
        if (attachedTo === "STOPPED") assert.match(report.warnings.join(), label);
        else assert.deepEqual(report.warnings, []);
        assert.deepEqual(
          commandsOf(aws),
          attachedTo === "STOPPED" ? [operationText(operation), "version"] : [operationText(operation)],
        );
        const { durationMs } = report;
        assert.equal(
          durationMs,
          SAMPLE_FILES.slice(-files).reduce((sum, { ms }) => sum + ms, 0),
          "the migration's own time",
        );
      });
    }
  }

  test("kill -9 right after RunTask, then `up` again before ECS lists the task: it is waited for, no second one", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    const { aws } = fixture;
    aws.ecs.scripts.push({ invisibleMs: 4_000 });
    const dead = dyingAfter(fixture, 700);
    void dead.run(UP);
    await dead.died;
    const report = await fixture.run(UP);
    assert.equal(report.verdict.kind, "applied");
    assert.equal(report.task?.attached, true);
    assert.equal(aws.ecs.tasks.length, 1);
  });

  test("kill -9, then `up` again when its task could not start: another one is started", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    const { aws } = fixture;
    aws.ecs.scripts.push({ startFailure: { stoppedReason: "CannotPullContainerError: manifest unknown" } });
    const dead = dyingAfter(fixture, 700);
    void dead.run(UP);
    await dead.died;
    aws.clock.advance(60_000);
    const report = await fixture.run(UP);
    assert.equal(report.verdict.kind, "applied");
    assert.equal(report.task?.attached, false);
    assert.equal(aws.ecs.tasks.length, 2);
    assert.notEqual(aws.ecs.tasks[0]?.input.startedBy, aws.ecs.tasks[1]?.input.startedBy);
  });

  test("kill -9, then `down 1` again when ECS has forgotten the task: the log tells, no second step", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    const { aws } = fixture;
    aws.database.version = THIRD;
    const dead = dyingAfter(fixture, 3_000);
    void dead.run({ name: "down", steps: 1 });
    await dead.died;
    aws.clock.advance(3 * 60 * 60_000);
    const report = await fixture.run({ name: "down", steps: 1 });
    assert.equal(report.verdict.kind, "applied");
    assert.match(report.warnings.join(), /result of an earlier process of this run/);
    assert.equal(aws.database.version, SECOND);
    assert.deepEqual(commandsOf(aws), ["down 1", "version"]);
  });

  test("kill -9 while RunTask's answers are lost, then `down 1` again when ECS has forgotten: told, then a new run", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    const { aws } = fixture;
    aws.database.version = THIRD;
    aws.faults.always("runTask", FAULTS.lost());
    const dead = dyingAfter(fixture, 3_000);
    void dead.run({ name: "down", steps: 1 });
    await dead.died;
    aws.faults.clear();
    aws.clock.advance(3 * 60 * 60_000);
    const report = await fixture.run({ name: "down", steps: 1 });
    assert.equal(report.exitCode, 14);
    assert.match(report.why ?? "", /called RunTask, and ECS no longer says whether a task came of it/);
    assert.equal(aws.database.version, SECOND);
    await fixture.run({ name: "down", steps: 1 });
    assert.equal(aws.database.version, FIRST);
  });

  test("kill -9, then `down 1` again with expired credentials, then with good ones: one step", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    const { aws } = fixture;
    aws.database.version = THIRD;
    const dead = dyingAfter(fixture, 3_000);
    void dead.run({ name: "down", steps: 1 });
    await dead.died;
    aws.clock.advance(60_000);
    aws.faults.always("listTasks", FAULTS.expired());
    const refused = await fixture.run({ name: "down", steps: 1 });
    assertRow(
      {
        name: "",
        kind: "unknown",
        exitCode: 14,
        changed: "maybe",
        why: /may have started a task, and it could not be looked up: ExpiredTokenException/,
        next: /Renew the credentials/,
      },
      refused,
    );
    aws.faults.clear();
    const report = await fixture.run({ name: "down", steps: 1 });
    assert.equal(report.verdict.kind, "applied");
    assert.equal(aws.database.version, SECOND);
    assert.deepEqual(commandsOf(aws), ["down 1", "version"]);
  });

  test("`down 1` twice, each told, is two steps", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    fixture.aws.database.version = THIRD;
    await fixture.run({ name: "down", steps: 1 });
    await fixture.run({ name: "down", steps: 1 });
    assert.equal(fixture.aws.database.version, FIRST);
  });

  test("one build that runs `up`, `down 1` and `up` again gets three runs", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    fixture.origin = { ...NOBODY, build: "shop:1" };
    await fixture.run(UP);
    await fixture.run({ name: "down", steps: 1 });
    const report = await fixture.run(UP);
    assert.equal(report.headline, `Applied 1 migration: ${SECOND} → ${THIRD}`);
  });
});

/** What the tasks were started for, in order. */
function commandsOf(aws: RunFixture["aws"]): string[] {
  return aws.ecs.tasks.map(({ input }) => input.overrides?.containerOverrides?.[0]?.command?.join(" ") ?? "");
}

/** The script as it dies at a moment: no sleep of its own ends after that, and what it learnt is lost. */
function dyingAfter(fixture: RunFixture, ms: number) {
  const { clock } = fixture.aws;
  let die = (): void => undefined;
  const died = new Promise<void>((resolve) => {
    die = resolve;
  });
  const dies = clock.now() + ms;
  const mortal = {
    now: () => clock.now(),
    random: () => clock.random(),
    sleep: async (duration: number, signal?: AbortSignal): Promise<void> => {
      await clock.sleep(Math.min(duration, dies - clock.now()), signal);
      if (clock.now() < dies) return;
      die();
      await new Promise<never>(() => undefined);
    },
  };
  return { died, run: (operation: Operation) => fixture.runWith({ clock: mortal }, operation) };
}

describe("failure table: two at the same moment", () => {
  test("two deploys of one stack: the database runs each file once, and both say the truth", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    const other = new RunFixture(await temporaryHome(t), fixture.aws);
    const reports = await fixture.aws.clock.together([() => fixture.deploy(), () => other.deploy()]);
    assert.deepEqual(
      fixture.aws.database.ran.map(({ version }) => version),
      [FIRST, SECOND, THIRD],
    );
    for (const report of reports) assert.equal(report.exitCode, 0, report.headline);
  });

  test("a second deploy while the first one's task runs attaches to it", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    const other = new RunFixture(await temporaryHome(t), fixture.aws);
    const late = async () => {
      await fixture.aws.clock.sleep(4_000);
      return other.deploy();
    };
    const [first, second] = await fixture.aws.clock.together([() => fixture.deploy(), late]);
    assert.equal(fixture.aws.ecs.tasks.length, 1);
    assert.equal(first?.task?.attached, false);
    assert.equal(second?.task?.attached, true);
    assert.deepEqual(second?.verdict, first?.verdict);
  });

  test("`down 1` while another's runs is refused, and with --wait it comes after", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    const { aws } = fixture;
    aws.database.version = THIRD;
    const down: Operation = { name: "down", steps: 1 };
    const refused = new RunFixture(await temporaryHome(t), aws);
    const waits = new RunFixture(await temporaryHome(t), aws);
    waits.settings = { ...waits.settings, waitMs: 60 * 60_000 };
    const late = (who: RunFixture) => async () => {
      await aws.clock.sleep(4_000);
      return who.run(down);
    };
    const [first, second, third] = await aws.clock.together([
      () => fixture.run(down),
      late(refused),
      late(waits),
    ]);
    assert.equal(first?.verdict.kind, "applied");
    assert.equal(second?.exitCode, 10);
    assert.match(second?.why ?? "", /Another migration of this stack is running/);
    assert.equal(third?.verdict.kind, "applied");
    assert.equal(aws.database.version, FIRST);
  });

  test("a question neither stops a deploy nor is stopped by it", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    const other = new RunFixture(await temporaryHome(t), fixture.aws);
    const late = async () => {
      await fixture.aws.clock.sleep(1_000);
      return other.deploy();
    };
    const [status, deployed] = await fixture.aws.clock.together([
      () => fixture.run({ name: "status" }),
      late,
    ]);
    assert.equal(status?.verdict.kind, "unchanged");
    assert.equal(deployed?.verdict.kind, "applied");
  });
});

describe("failure table: a deploy that ends before its migration", () => {
  const refusals: [string, Error, number, RegExp, RegExp][] = [
    [
      "pulumi up fails",
      new StackUpdateError(
        "`pulumi up` of stack stage failed, so no migration was started:\naws:ecr: denied",
      ),
      10,
      /pulumi up` failed, so no migration was started/,
      /Fix what `pulumi up` reports/,
    ],
    [
      "the infrastructure would change",
      new InfraGuardError("stage", [{ what: "delete aws:ecs/cluster:Cluster main", values: [] }]),
      3,
      /delete aws:ecs\/cluster:Cluster main/,
      /Fix what the refusal names/,
    ],
  ];
  test("the outputs cannot be read once the stack is up: 10, since half the deploy is done", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    let reads = 0;
    const findOutputs = async () => {
      if (reads++ === 0) return fixture.aws.outputs;
      throw new PulumiError("Pulumi could not read stack stage: s3: timeout");
    };
    const report = await fixture.deploy({ findOutputs });
    const why =
      /Stack stage is up, but its outputs could not be read, .*: Pulumi could not read .* s3: timeout/;
    assertRow({ name: "", ...notStarted, why, next: /deploy --stack stage/ }, report);
    assert.equal(fixture.aws.faults.of("runTask").length, 0);
  });

  test("it is stopped while pulumi up runs: 13, and no word of a task", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    const up = async () => {
      throw new StackStoppedError("up", "stage");
    };
    const report = await fixture.deploy({
      openStack: async () => fakeStack({ up }),
    });
    const row = { name: "", kind: "interrupted", exitCode: 13, changed: "no" } as const;
    assertRow(
      { ...row, why: /`pulumi up` of stack stage was stopped, so no migration/, next: /Deploy/ },
      report,
    );
    assert.deepEqual(
      report.next.map(({ command }) => command),
      ["npx ecs-migrate deploy --stack stage", "pulumi cancel -s stage"],
    );
    assert.equal(report.headline, "Interrupted (the deploy was stopped): the database did not change");
    assert.equal(fixture.aws.faults.of("runTask").length, 0);
  });

  for (const [name, error, exitCode, why, nextStep] of refusals) {
    test(name, async (t) => {
      const fixture = new RunFixture(await temporaryHome(t));
      const up = async () => {
        throw error;
      };
      const report = await fixture.deploy({
        openStack: async () => fakeStack({ up }),
      });
      assertRow({ name, kind: "notStarted", exitCode, changed: "no", why, next: nextStep }, report);
      assert.equal(fixture.aws.faults.of("runTask").length, 0);
    });
  }

  test("a migration that golang-migrate would pass over in silence (out of order) is refused", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    const { sampleCheckout } = await import("../../support/sampleOutputs.ts");
    const late = { version: 20261121, name: "late", ms: 1 };
    const files = [...SAMPLE_FILES, late].sort((a, b) => a.version - b.version);
    const report = await fixture.deploy({ readCheckout: async () => sampleCheckout(files) });
    assertRow(
      {
        name: "",
        kind: "notStarted",
        exitCode: 3,
        changed: "no",
        why: /20261121_late\.up\.sql/,
        next: /deploy/,
      },
      report,
    );
  });
});
