/** A long record is read a fixed number of times per run, however many of them are questions. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Task } from "@aws-sdk/client-ecs";
import fc from "fast-check";
import { digest16 } from "../../../automation/contract/container.ts";
import { knownVersionOf, lastUpToDate } from "../../../automation/history/knownVersion.ts";
import { askedDuringChange, isQuestionRun, type RunRecord } from "../../../automation/history/record.ts";
import { FakeAws } from "../../support/fakeAws.ts";
import { secretOf } from "../../support/sampleOutputs.ts";
import { SAMPLE_RESULT } from "../../support/sampleResult.ts";

const { outputs, database } = new FakeAws();
const MINUTE = 60_000;
const HIGHEST = outputs.migrations.at(-1)?.version ?? assert.fail("no migrations");
const RESULT = {
  ...SAMPLE_RESULT,
  to: { version: HIGHEST, dirty: false },
  migrationsSha256: outputs.migrationsSha256,
  database: {
    engine: "postgres",
    secret: digest16(secretOf(outputs)),
    endpoint: digest16(database.endpoint),
    serverVersion: null,
  },
};

/** So often may each run of the record be looked at; the reads of a loop in a loop are thousands of times as many. */
const MOST_LOOKS = 12;

/** Counts the looks at its runs, and ends a test that looks too often at once: it would take hours. */
class CountedRecord {
  readonly runs: RunRecord[] = [];
  looks = 0;

  add(operation: "up" | "version", count: number): this {
    for (let n = 0; n < count; n++) this.runs.push(this.#run(operation, this.runs.length));
    return this;
  }

  #run(operation: "up" | "version", n: number): RunRecord {
    const look = () => this.#look();
    return {
      logStream: `stage/migration/${n}`,
      taskId: String(n),
      startedAt: n * MINUTE,
      endedAt: n * MINUTE + 1_000,
      result: { ...RESULT, operation },
      get operation() {
        look();
        return operation;
      },
    };
  }

  #look(): void {
    const most = this.runs.length * MOST_LOOKS;
    if (++this.looks > most) assert.fail(`${this.runs.length} runs were looked at more than ${most} times`);
  }
}

/** Tasks of the last hour, as ECS lists them, each with its result in the record. */
function tasksOf({ runs }: CountedRecord, count: number): Task[] {
  return runs.slice(-count).map(({ taskId, startedAt }) => ({
    taskArn: `arn:aws:ecs:eu-west-1:123456789012:task/shop-stage/${taskId}`,
    lastStatus: "STOPPED",
    createdAt: new Date(startedAt),
    overrides: { containerOverrides: [{ name: outputs.containerName, command: ["up"] }] },
    containers: [{ name: outputs.containerName, exitCode: 0 }],
  }));
}

describe("100,000 log streams, of which 10,000 are migrations", () => {
  test("whether a migration is due takes a fixed number of looks at each", () => {
    const record = new CountedRecord().add("up", 10_000).add("version", 90_000);
    const last = lastUpToDate(record.runs, tasksOf(record, 1_000), outputs);
    assert.equal(last !== "due" && last?.taskId, "9999");
    assert.ok(record.looks >= record.runs.length, "nothing was counted");
  });

  test("so does the known version, also if a change overlaps each question", () => {
    const record = new CountedRecord().add("up", 10_000).add("version", 90_000);
    const newest = record.runs[9_999];
    assert.ok(newest);
    record.runs[9_999] = { ...newest, operation: "down", endedAt: 200_000 * MINUTE };
    const known = knownVersionOf(record.runs, tasksOf(record, 1_000), outputs);
    assert.deepEqual(known, { kind: "known", version: RESULT.to, holds: null });
  });
});

describe("a question that was asked during a change", () => {
  const moment = fc.integer({ min: 0, max: 30 });
  const run: fc.Arbitrary<RunRecord> = fc.record({
    logStream: fc.constant("stage/migration/1"),
    taskId: fc.constant("1"),
    operation: fc.constantFrom("up", "down", "version", "status", null),
    startedAt: moment,
    // A container's clock may be ahead of CloudWatch's: an end may be before its start.
    endedAt: fc.option(moment),
    result: fc.constant(null),
  });

  test("is one that some change of the record overlaps, its ends included", () => {
    const overlaps = (question: RunRecord, change: RunRecord) =>
      change.startedAt <= (question.endedAt ?? Number.MAX_VALUE) &&
      (change.endedAt ?? Number.MAX_VALUE) >= question.startedAt;
    fc.assert(
      fc.property(fc.array(run, { maxLength: 12 }), run, (record, question) => {
        const changes = record.filter((other) => !isQuestionRun(other));
        const expected = changes.some((change) => overlaps(question, change));
        assert.equal(askedDuringChange(record)(question), expected);
      }),
      { numRuns: 2_000, seed: 20261126 },
    );
  });
});
