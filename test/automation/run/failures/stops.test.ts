import assert from "node:assert/strict";
import type { TaskScript } from "../../../support/fakeTask.ts";
import { again, applied, FIRST, killed, notStarted, playRows, type Row, readVersion } from "./row.ts";

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

playRows("the container is stopped", STOPS);
