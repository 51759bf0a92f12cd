import assert from "node:assert/strict";
import { FAULTS, type FaultName } from "../../../support/fakeFaults.ts";
import type { RunFixture } from "../../../support/runFixture.ts";
import { again, always, applied, attach, notStarted, playRows, type Row, readVersion, THIRD } from "./row.ts";

const next =
  (api: string, ...faults: FaultName[]) =>
  (fixture: RunFixture) =>
    fixture.aws.faults.next(api, ...faults.map((fault) => FAULTS[fault]()));

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

playRows("AWS calls fail", CALLS);
