import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ResultLine } from "../../../automation/contract/resultLine.ts";
import { judgeDatabase, judgeHistory } from "../../../automation/doctor/judgeRuns.ts";
import type { HistoryEntry } from "../../../automation/history/history.ts";
import { makeReport } from "../../../automation/report/makeReport.ts";
import type { Verdict } from "../../../automation/verdict/verdict.ts";
import { NOBODY } from "../../support/runFixture.ts";
import { sampleOutputs } from "../../support/sampleOutputs.ts";

function entry(changes: Partial<ResultLine>): HistoryEntry {
  const result: ResultLine = {
    ecsMigrate: 1,
    operation: "up",
    argument: null,
    outcome: "applied",
    exitCode: 0,
    from: { version: 20261122, dirty: false },
    to: { version: 20261124, dirty: false },
    files: [],
    error: null,
    startedAt: "2026-11-24T12:00:00Z",
    durationMs: 1,
    ...changes,
  };
  return { result, logStream: "s/c/7", taskId: "7", at: 1 };
}

const dirty = { version: 20261124, dirty: true };

describe("judgeHistory", () => {
  const one = (...entries: HistoryEntry[]) =>
    judgeHistory(entries, "stage").map(({ state, text, fix }) => [state, text, fix]);

  it("passes over questions", () => {
    for (const operation of ["status", "inspect"] as const)
      assert.deepEqual(one(entry({}), entry({ operation, outcome: "unchanged" })), [
        ["ok", "up at 2026-11-24T12:00:00Z: applied, 20261122 → 20261124 (task 7)", null],
      ]);
    assert.deepEqual(one(), [["ok", "the log group remembers none", null]]);
  });

  it("calls a failed one a problem, and a warning once a later question found the database clean", () => {
    const failed = entry({ outcome: "dirty", to: dirty });
    const text = "up at 2026-11-24T12:00:00Z: dirty, 20261122 → 20261124 (dirty) (task 7)";
    const fix = "see npx ecs-migrate history --stack stage";
    assert.deepEqual(one(failed), [["problem", text, fix]]);
    assert.deepEqual(one(failed, entry({ operation: "version", outcome: "unchanged" })), [
      ["warning", text, fix],
    ]);
  });
});

describe("judgeDatabase", () => {
  const outputs = sampleOutputs();
  const judged = (verdict: Verdict) => {
    const report = makeReport({
      stack: "stage",
      outputs,
      operation: { name: "status" },
      taskDefinition: null,
      verdict,
      origin: NOBODY,
      startedAt: 0,
      endedAt: 1,
    });
    const { state, text, fix } = judgeDatabase(report, outputs, "stage");
    return `${state}: ${text}${fix === null ? "" : ` → ${fix}`}`;
  };
  const at = (version: number | null) => ({ version, dirty: false });

  it("is ok at the highest version", () => {
    assert.equal(
      judged({ kind: "unchanged", version: at(20261124), pending: [] }),
      "ok: is at 20261124, the highest that the stack has shipped",
    );
  });

  it("warns of what is pending, and of a database that is newer than the stack", () => {
    assert.equal(
      judged({
        kind: "unchanged",
        version: at(20261122),
        pending: [{ version: 20261124, name: "index_email" }],
      }),
      "warning: is at 20261122, 1 migration pending → npx ecs-migrate migrate up --stack stage",
    );
    assert.equal(
      judged({ kind: "unchanged", version: at(20261231), pending: [] }),
      "warning: is at 20261231, and the stack has shipped 20261124: a newer image migrated it → deploy the newer checkout: npx ecs-migrate deploy --stack stage",
    );
  });

  it("calls an image that lacks the shipped files a problem", () => {
    for (const version of [20261122, null])
      assert.match(
        judged({ kind: "unchanged", version: at(version), pending: [] }),
        /^problem: is at (20261122|no version), the stack has shipped 20261124, and the image has no file in between → make the Dockerfile copy the folder that ecs-migrate:migrationsPath names, then deploy again$/,
      );
  });

  it("calls a dirty one and one that could not be asked a problem", () => {
    assert.equal(
      judged({ kind: "dirty", version: 20261124, from: dirty, files: [], error: null }),
      "problem: is dirty at 20261124 → see the guide below",
    );
    assert.match(
      judged({ kind: "notStarted", reason: "secret", detail: "ResourceInitializationError" }),
      /^problem: Not started/,
    );
  });
});
