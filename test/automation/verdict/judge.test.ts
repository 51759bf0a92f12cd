import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Container, Task } from "@aws-sdk/client-ecs";
import type { ResultLine } from "../../../automation/contract/resultLine.ts";
import { type Evidence, judge } from "../../../automation/verdict/judge.ts";
import type { Verdict } from "../../../automation/verdict/verdict.ts";
import { applyVersionCheck, wantsVersionCheck } from "../../../automation/verdict/versionCheck.ts";

const clean = (version: number | null) => ({ version, dirty: false });
const file = { version: 8, name: "b", direction: "up" as const, ms: 5 };
const line = (changes: Partial<ResultLine> = {}): ResultLine => ({
  ecsMigrate: 1,
  operation: "up",
  argument: null,
  outcome: "applied",
  exitCode: 0,
  from: clean(7),
  to: clean(8),
  files: [file],
  error: null,
  startedAt: "2026-11-24T09:00:00Z",
  durationMs: 10,
  ...changes,
});
const ran = (container: Partial<Container>, task: Partial<Task> = {}): Task => ({
  lastStatus: "STOPPED",
  stopCode: "EssentialContainerExited",
  startedAt: new Date(0),
  containers: [
    { name: "logger", exitCode: 0 },
    { name: "migration", runtimeId: "r", ...container },
  ],
  ...task,
});

/** Kind, then the reason or cause where there is one. */
function short(verdict: Verdict): string {
  if (verdict.kind === "notStarted") return `notStarted ${verdict.reason}`;
  if (verdict.kind === "interrupted" || verdict.kind === "unknown") return `${verdict.kind} ${verdict.cause}`;
  return verdict.kind;
}

const dirtyLine = line({
  outcome: "dirty",
  exitCode: 12,
  to: { version: 8, dirty: true },
  files: [],
  error: "boom",
});
const failedLine = line({ outcome: "failed", exitCode: 11, to: clean(7), files: [], error: "boom" });
const neverStarted: Task = { containers: [{ name: "migration" }], stopCode: "TaskFailedToStart" };

const ROWS: [string, Omit<Evidence, "containerName">, string][] = [
  ["failures[] come first", { failures: [{ reason: "AGENT" }] }, "notStarted agent"],
  ["a task outweighs failures[]", { failures: [{ reason: "AGENT" }], task: ran({ exitCode: 0 }) }, "applied"],
  ["neither task nor failure", {}, "notStarted other"],
  ["forgotten, with its line", { forgotten: true, result: line() }, "applied"],
  ["forgotten, with a line that failed", { forgotten: true, result: failedLine }, "failed"],
  ["forgotten, without a line", { forgotten: true }, "unknown lost"],
  [
    "the start failed",
    { task: { ...neverStarted, stoppedReason: "CannotPullContainerError" } },
    "notStarted image",
  ],
  [
    "a result line outweighs a start that failed",
    { task: neverStarted, result: line() },
    "unknown noExitCode",
  ],
  [
    "stopped while pending",
    { task: { containers: [{ name: "migration" }], stopCode: "UserInitiated" } },
    "notStarted stopped",
  ],
  [
    "a host lost while pending",
    { task: { containers: [{ name: "migration" }], stopCode: "TerminationNotice" } },
    "interrupted host",
  ],
  [
    "Spot taken while pending",
    { task: { containers: [{ name: "migration" }], stopCode: "SpotInterruption" } },
    "interrupted spot",
  ],
  [
    "the named container is missing",
    { task: { startedAt: new Date(0), containers: [{ name: "logger", exitCode: 0 }] } },
    "unknown noContainer",
  ],
  ["containers []", { task: { startedAt: new Date(0), containers: [] } }, "unknown noContainer"],
  ["null exit code", { task: ran({}) }, "unknown noExitCode"],
  [
    "null exit code, stopped by a person",
    { task: ran({}, { stopCode: "UserInitiated" }) },
    "interrupted stopTask",
  ],
  ["null exit code, OOM", { task: ran({ reason: "OutOfMemoryError" }) }, "interrupted outOfMemory"],
  ["null exit code, dirty line", { task: ran({}), result: dirtyLine }, "dirty"],
  ["0 and its line", { task: ran({ exitCode: 0 }), result: line() }, "applied"],
  [
    "0 and an unchanged line",
    { task: ran({ exitCode: 0 }), result: line({ outcome: "unchanged", to: clean(7) }) },
    "unchanged",
  ],
  ["0 without a line", { task: ran({ exitCode: 0 }) }, "applied"],
  [
    "0 without a line, stopped by a person",
    { task: ran({ exitCode: 0 }, { stopCode: "UserInitiated" }) },
    "unknown contradiction",
  ],
  ["0 against a line that failed", { task: ran({ exitCode: 0 }), result: failedLine }, "failed"],
  ["0 against a dirty line", { task: ran({ exitCode: 0 }), result: dirtyLine }, "dirty"],
  [
    "0 against an applied line with 1",
    { task: ran({ exitCode: 0 }), result: line({ exitCode: 1 }) },
    "unknown contradiction",
  ],
  ["11 against an applied line", { task: ran({ exitCode: 11 }), result: line() }, "failed"],
  ["11 and its line", { task: ran({ exitCode: 11 }), result: failedLine }, "failed"],
  ["12 without a line", { task: ran({ exitCode: 12 }) }, "dirty"],
  [
    "2 and a usage line",
    { task: ran({ exitCode: 2 }), result: line({ outcome: "usage", exitCode: 2 }) },
    "notStarted usage",
  ],
  ["2 without a line", { task: ran({ exitCode: 2 }) }, "failed"],
  ["13", { task: ran({ exitCode: 13 }) }, "interrupted terminated"],
  ["13, Spot", { task: ran({ exitCode: 13 }, { stopCode: "SpotInterruption" }) }, "interrupted spot"],
  ["130", { task: ran({ exitCode: 130 }) }, "interrupted terminated"],
  ["137 without OOM", { task: ran({ exitCode: 137 }) }, "interrupted killed"],
  [
    "137 with OOM",
    { task: ran({ exitCode: 137, reason: "OutOfMemoryError: Container killed" }) },
    "interrupted outOfMemory",
  ],
  [
    "137, stopped by a person",
    { task: ran({ exitCode: 137 }, { stopCode: "UserInitiated" }) },
    "interrupted stopTask",
  ],
  ["139", { task: ran({ exitCode: 139 }) }, "interrupted crashed"],
  ["143", { task: ran({ exitCode: 143 }) }, "interrupted terminated"],
  ["143, host", { task: ran({ exitCode: 143 }, { stopCode: "InfrastructureHealth" }) }, "interrupted host"],
  [
    "137 against an applied line is no success",
    { task: ran({ exitCode: 137 }), result: line() },
    "interrupted killed",
  ],
  ["1", { task: ran({ exitCode: 1 }) }, "failed"],
];

describe("judge", () => {
  for (const [name, evidence, expected] of ROWS) {
    test(`${name}: ${expected}`, () => {
      assert.equal(short(judge({ containerName: "migration", ...evidence })), expected);
    });
  }

  test("carries versions, files and the error", () => {
    assert.deepEqual(judge({ containerName: "migration", task: ran({ exitCode: 11 }), result: failedLine }), {
      kind: "failed",
      from: clean(7),
      to: clean(7),
      files: [],
      error: "boom",
    });
  });
});

describe("applyVersionCheck", () => {
  const interrupted: Verdict = {
    kind: "interrupted",
    cause: "killed",
    from: null,
    to: null,
    files: [],
    detail: "137",
  };
  const unknown: Verdict = { kind: "unknown", cause: "lost", detail: "gone" };
  const probe = (to: ResultLine["to"]) =>
    line({ operation: "version", outcome: "unchanged", from: null, to });

  test("a dirty database makes every such verdict dirty", () => {
    for (const verdict of [interrupted, unknown])
      assert.equal(applyVersionCheck(verdict, probe({ version: 8, dirty: true })).kind, "dirty");
  });

  test("a clean one never makes a success", () => {
    assert.deepEqual(applyVersionCheck(interrupted, probe(clean(8))), { ...interrupted, to: clean(8) });
    assert.deepEqual(applyVersionCheck(unknown, probe(clean(null))), {
      ...unknown,
      detail: "gone; the database is now at no version, not dirty",
    });
  });

  test("no answer changes nothing", () => {
    assert.equal(applyVersionCheck(unknown, undefined), unknown);
    assert.equal(applyVersionCheck(interrupted, probe(null)), interrupted);
  });

  test("only what is over and open is asked about", () => {
    assert.equal(wantsVersionCheck(interrupted), true);
    assert.equal(wantsVersionCheck({ ...interrupted, cause: "cancelled" }), false);
    assert.equal(wantsVersionCheck({ ...interrupted, to: clean(8) }), false);
    assert.equal(wantsVersionCheck(unknown), true);
    for (const cause of ["timeout", "credentials", "unreadable"] as const)
      assert.equal(wantsVersionCheck({ ...unknown, cause }), false);
    assert.equal(
      wantsVersionCheck({ kind: "dirty", version: null, from: null, files: [], error: null }),
      true,
    );
  });
});
