/**
 * Random sequences of commands and events at the socket: no step twice, no verdict better than the truth, none that says
 * dirty of a clean database, no old result as a new one, no skip of work that is due.
 *
 * 1,000 sequences by default: most of them call the model directly, and as many as fit go through the real SDK clients to
 * the socket. The counts do not depend on the machine's speed, and nothing here waits for a clock.
 *
 * ONCE_SEED, ONCE_TRANSPORT (`memory` or `socket`) and ONCE_RUNS repeat or lengthen a run by hand.
 */
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import type { Operation } from "../../../../automation/contract/operations.ts";
import { FAULTS, type FaultName } from "../../../support/fakeFaults.ts";
import type { TaskScript } from "../../../support/fakeTask.ts";
import { temporaryHome } from "../../../support/runFixture.ts";
import { SAMPLE_FILES } from "../../../support/sampleOutputs.ts";
import type { Event, Transport } from "./events.ts";
import { Sequence } from "./sequence.ts";

/** A sequence at the socket takes ten times as long as one in memory. */
const RUNS: Readonly<Record<Transport, number>> = { memory: 960, socket: 40 };
const { ONCE_SEED, ONCE_RUNS, ONCE_TRANSPORT, ONCE_SHRINK } = process.env;
const SEED = Number(ONCE_SEED ?? 20261126);

const version = fc.constantFrom(...SAMPLE_FILES.map((file) => file.version));

const operation: fc.Arbitrary<Operation | "deploy" | "attach"> = fc.oneof(
  { weight: 4, arbitrary: fc.constant("deploy" as const) },
  { weight: 3, arbitrary: fc.constant<Operation>({ name: "up" }) },
  {
    weight: 5,
    arbitrary: fc.integer({ min: 1, max: 2 }).map((steps): Operation => ({ name: "down", steps })),
  },
  { weight: 1, arbitrary: version.map((to): Operation => ({ name: "goto", version: to })) },
  { weight: 1, arbitrary: version.map((to): Operation => ({ name: "force", version: to })) },
  { weight: 2, arbitrary: fc.constantFrom<Operation>({ name: "version" }, { name: "status" }) },
  { weight: 1, arbitrary: fc.constant("attach" as const) },
);

const script: fc.Arbitrary<TaskScript> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<TaskScript>({}) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<TaskScript>(
      { failure: { reason: "Capacity is unavailable at this time" } },
      { failure: { reason: "AGENT" } },
      { startFailure: { stoppedReason: "CannotPullContainerError: manifest unknown" } },
      { exitCode: null },
      { invisibleMs: 1_500 },
      { lateLogsMs: 8_000 },
      { losesLogAfter: 1 },
      // Fargate's clock.
      { exitCodeLateMs: 10_000, deprovisioningMs: 20_000 },
      { provisioningMs: 20_000 },
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({ afterMs: fc.integer({ min: 0, max: 12_000 }), exitCode: fc.constantFrom(137, 143, null) })
      .map((kill): TaskScript => ({ kill })),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 0, max: 12_000 }).map(
      (afterMs): TaskScript => ({
        terminate: { afterMs, stopCode: "UserInitiated", reason: "Task stopped" },
      }),
    ),
  },
);

const faultName = fc.constantFrom(...(Object.keys(FAULTS) as FaultName[]));
// A call that hangs costs real time at the socket, so it is rare.
const fault = fc.oneof(
  { weight: 12, arbitrary: fc.constant(null) },
  { weight: 8, arbitrary: faultName.filter((name) => name !== "timedOut") },
  { weight: 1, arbitrary: fc.constant<FaultName>("timedOut") },
);
const faults = fc.array(
  fc.tuple(
    fc.constantFrom(
      "runTask",
      "runTask",
      "runTask",
      "describeTasks",
      "listTasks",
      "getLogEvents",
      "filterLogEvents",
    ),
    fc.array(fault, { minLength: 1, maxLength: 4 }),
  ),
  { maxLength: 2 },
);

const command: fc.Arbitrary<Event> = fc.record({
  kind: fc.constant("command" as const),
  who: fc.constantFrom("alice" as const, "alice" as const, "bob" as const, "job" as const),
  command: operation,
  tasks: fc.array(script, { minLength: 1, maxLength: 3 }),
  faults,
  ends: fc.option(
    fc.record({
      atCall: fc.integer({ min: 1, max: 25 }),
      by: fc.constantFrom("kill" as const, "signal" as const),
    }),
    { nil: null, freq: 2 },
  ),
});

const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 10, arbitrary: command },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom(1_000, 30_000, 30 * 60_000, 2 * 60 * 60_000)
      .map((ms): Event => ({ kind: "pause", ms })),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom<Event>(
      { kind: "newRevision" },
      { kind: "otherDatabase" },
      { kind: "restore" },
      { kind: "rebuiltRunner" },
      { kind: "nextJob" },
    ),
  },
);

for (const transport of ["memory", "socket"] as const) {
  if (ONCE_TRANSPORT !== undefined && ONCE_TRANSPORT !== transport) continue;
  const runs = Number(ONCE_RUNS ?? RUNS[transport]);
  test(`once and true by ${transport}, in ${runs} sequences of seed ${SEED}`, async (t) => {
    const home = await temporaryHome(t);
    const seen = new Map<string, number>();
    const count = (name: string): void => void seen.set(name, (seen.get(name) ?? 0) + 1);
    let sequences = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 2, maxLength: 8 }), async (events) => {
        const folder = join(home, String(sequences++));
        await new Sequence(folder, transport, count).play(events);
        // A process that was killed may have been writing its journal.
        await rm(folder, { recursive: true, force: true, maxRetries: 5 });
      }),
      {
        numRuns: runs,
        seed: SEED,
        endOnFailure: ONCE_SHRINK === undefined,
        includeErrorInReport: true,
      },
    );
    const parts = [...seen].sort().map(([name, times]) => `${name} ${times}`);
    t.diagnostic(`${sequences} sequences, seed ${SEED}: ${parts.join(", ")}`);
    assert.equal(sequences, runs);
  });
}
