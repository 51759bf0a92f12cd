/** What the soak rests on: its plan, its look at a report against the database, and its own verdict. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { RunReport } from "../../automation/report/report.ts";
import type { Verdict } from "../../automation/verdict/verdict.ts";
import { SLOW_VERSION } from "../../bench/benchStack.ts";
import { interruptionName, planDeploy, SCRIPT_MOMENTS, soakVersion } from "../../bench/soak/plan.ts";
import { isSound, SoakTally } from "../../bench/soak/tally.ts";
import { findContradictions, type Observed } from "../../bench/soak/verdict.ts";

const [OLD, NEW] = [41, 42].map((version) => ({ version, dirty: false })) as [Version, Version];
const DIRTY = { version: 42, dirty: true };
interface Version {
  readonly version: number;
  readonly dirty: boolean;
}

const FILE = { version: 42, name: "soak", direction: "up", ms: 1 } as const;
const NO_FILES = { from: null, to: null, files: [] } as const;
const EXITS = {
  applied: 0,
  unchanged: 0,
  notStarted: 10,
  failed: 11,
  dirty: 12,
  interrupted: 13,
  unknown: 14,
};

/** A report of a task that the command itself started, and a database that went from `before` to `after`. */
function observed(
  verdict: Verdict,
  databaseChanged: RunReport["databaseChanged"],
  [before, after]: readonly [Version, Version],
  more: Partial<Observed> & { attached?: boolean } = {},
): Observed {
  const exitCode = EXITS[verdict.kind];
  const task = { attached: more.attached ?? false };
  const report = { verdict, databaseChanged, exitCode, task, operation: { name: "up" } };
  return {
    report: report as RunReport,
    exitCode,
    before,
    quiet: true,
    atEnd: after,
    after,
    effects: new Set(after === NEW ? [42] : []),
    ...more,
  };
}

const APPLIED: Verdict = { kind: "applied", from: OLD, to: NEW, files: [FILE] };
const INTERRUPTED: Verdict = { ...NO_FILES, kind: "interrupted", cause: "killed", detail: "" };
const UNKNOWN: Verdict = { kind: "unknown", cause: "lost", detail: "" };
const NOT_STARTED: Verdict = { kind: "notStarted", reason: "network", detail: "" };
const BUSY: Verdict = { kind: "notStarted", reason: "busy", detail: "" };
const DIRTY_VERDICT: Verdict = { kind: "dirty", version: 42, from: OLD, files: [], error: "" };
const FAILED: Verdict = { kind: "failed", from: OLD, to: OLD, files: [], error: "" };
const NOW_AT_OLD: Verdict = { ...UNKNOWN, detail: "why; the database now stands at 41, not dirty" };

const TRUE: readonly (readonly [string, Observed])[] = [
  ["applied", observed(APPLIED, "yes", [OLD, NEW], { checkout: 42 })],
  ["applied, its log unread", observed({ ...NO_FILES, kind: "applied" }, "maybe", [OLD, NEW])],
  ["applied by a task that was found", observed(APPLIED, "yes", [NEW, NEW], { attached: true })],
  ["unchanged", observed({ kind: "unchanged", version: NEW }, "no", [NEW, NEW])],
  ["not started", observed(NOT_STARTED, "no", [OLD, OLD])],
  ["another's task was running", observed(BUSY, "no", [OLD, NEW], { quiet: false })],
  ["failed", observed(FAILED, "no", [OLD, OLD])],
  ["dirty", observed(DIRTY_VERDICT, "maybe", [OLD, DIRTY])],
  ["interrupted", observed({ ...INTERRUPTED, to: OLD }, "maybe", [OLD, OLD])],
  ["interrupted, and dirty for all that is known", observed(INTERRUPTED, "maybe", [OLD, DIRTY])],
  ["unknown", observed(UNKNOWN, "maybe", [OLD, DIRTY])],
  ["unknown, and the version was asked for", observed(NOW_AT_OLD, "maybe", [OLD, OLD])],
];

for (const [name, input] of TRUE)
  test(`true: ${name}`, () => {
    assert.deepEqual(findContradictions(input), []);
  });

const FALSE: readonly (readonly [string, Observed, RegExp])[] = [
  [
    "applied at another version",
    observed(APPLIED, "yes", [OLD, OLD], { effects: new Set([42]) }),
    /42 was said/,
  ],
  [
    "applied without effect",
    observed(APPLIED, "yes", [OLD, NEW], { effects: new Set() }),
    /did not take effect/,
  ],
  ["applied from elsewhere", observed(APPLIED, "yes", [{ ...OLD, version: 40 }, NEW]), /was at 40/],
  [
    "applied, its log unread, and dirty",
    observed({ ...NO_FILES, kind: "applied" }, "maybe", [OLD, DIRTY]),
    /dirty/,
  ],
  [
    "a deploy that brought less",
    observed({ kind: "unchanged", version: OLD }, "no", [OLD, OLD], { checkout: 42 }),
    /the deploy of 42/,
  ],
  [
    "unchanged at another version",
    observed({ kind: "unchanged", version: OLD }, "maybe", [NEW, NEW]),
    /41 was said/,
  ],
  ["not started, yet changed", observed(NOT_STARTED, "no", [OLD, NEW]), /no change was said/],
  ["failed, yet dirty", observed({ ...FAILED, to: null }, "maybe", [OLD, DIRTY]), /the database is dirty/],
  ["dirty, and it is not", observed(DIRTY_VERDICT, "maybe", [OLD, NEW]), /dirty was said/],
  ["dirty before, and it was not", observed(DIRTY_VERDICT, "no", [OLD, DIRTY]), /no change was said/],
  [
    "interrupted at another version",
    observed({ ...INTERRUPTED, to: OLD }, "maybe", [OLD, NEW]),
    /41 was said/,
  ],
  ["unknown, and at another version", observed(NOW_AT_OLD, "maybe", [OLD, NEW]), /41 was said/],
  ["a change that is none", observed({ ...INTERRUPTED, to: OLD }, "yes", [OLD, OLD]), /a change was said/],
  ["an exit code of its own", observed(NOT_STARTED, "no", [OLD, OLD], { exitCode: 0 }), /ended with 0/],
];

for (const [name, input, contradiction] of FALSE)
  test(`found: ${name}`, () => {
    assert.match(findContradictions(input).join("; "), contradiction);
  });

test("a deploy's plan follows from seed and number, its faults included", () => {
  const plan = (seed: number, number: number) => {
    const { nextFault, ...rest } = planDeploy(seed, number);
    return { ...rest, faults: Array.from({ length: 50 }, () => nextFault("RunTask")) };
  };
  assert.deepEqual(plan(3, 7), plan(3, 7));
  assert.notDeepEqual(plan(3, 7), plan(3, 8));
  assert.notDeepEqual(plan(3, 7), plan(4, 7));
});

test("versions are dates, one after another, and later than the bench's", () => {
  assert.equal(soakVersion(0), SLOW_VERSION);
  assert.deepEqual([1, 7, 8, 39].map(soakVersion), [20261124, 20261130, 20261201, 20270101]);
});

test("200 deploys have every interruption, each at least five times", () => {
  const names = Array.from({ length: 200 }, (_, index) =>
    interruptionName(planDeploy(1, index + 1).interruption),
  );
  const wanted = [
    ...["none", "killContainer start", "killContainer running", "stopTask", "badSql", "databaseShut"],
    ...["slackDown", "slackSlow", "slackLimited"],
    ...SCRIPT_MOMENTS.map((moment) => `killScript ${moment}`),
  ];
  for (const name of wanted) assert.equal(names.filter((other) => other === name).length >= 5, true, name);
  assert.deepEqual(
    names.filter((name) => !wanted.includes(name)),
    [],
  );
});

test("a soak is sound only where it ran to its end, found nothing and left nothing", () => {
  const tally = new SoakTally(1, 200);
  assert.equal(isSound(tally.figures()), false);
  tally.ended = "time is up";
  tally.rest = { tasks: 0, containers: null, processes: 0, folders: 0 };
  assert.equal(isSound(tally.figures()), true);
  tally.rest = { tasks: 0, containers: 0, processes: 1, folders: 0 };
  assert.equal(isSound(tally.figures()), false);
  tally.rest = null;
  tally.problem("deploy", "said applied");
  assert.equal(isSound(tally.figures()), false);
});

test("a interruption is counted where it was ordered and where it injected", () => {
  const tally = new SoakTally(1, 200);
  tally.interruption("killScript preview", "ordered");
  tally.interruption("killScript up", "injected");
  assert.deepEqual(tally.figures().interruptions, {
    "killScript preview": { ordered: 1, injected: 0 },
    "killScript up": { ordered: 0, injected: 1 },
  });
});
