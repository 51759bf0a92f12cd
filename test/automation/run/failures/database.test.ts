import assert from "node:assert/strict";
import type { RunFixture } from "../../../support/runFixture.ts";
import { SAMPLE_FILES } from "../../../support/sampleOutputs.ts";
import {
  always,
  applied,
  attach,
  FIRST,
  killed,
  notStarted,
  PASSWORD,
  playRows,
  type Row,
  readVersion,
  SECOND,
  THIRD,
} from "./row.ts";

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

playRows("the log", LOGS);
playRows("the database", DATABASE);
