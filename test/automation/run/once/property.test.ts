/**
 * Random sequences of commands under random faults, over a model of the database: the verdict is never better than the
 * truth, and no migration is applied twice.
 *
 * ONCE_SEED and ONCE_RUNS repeat or lengthen a run.
 */
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { FAULTS, type FaultName } from "../../../support/fakeFaults.ts";
import type { TaskScript } from "../../../support/fakeTask.ts";
import { RunFixture, temporaryHome } from "../../../support/runFixture.ts";
import { SAMPLE_FILES } from "../../../support/sampleOutputs.ts";
import { EXIT_CODES, Sequence, type Step } from "./commands.ts";

const RUNS = Number(process.env.ONCE_RUNS ?? 1_000);
const SEED = Number(process.env.ONCE_SEED ?? 20261124);

const ms = (most: number) => fc.integer({ min: 0, max: most });

const script: fc.Arbitrary<TaskScript> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<TaskScript>({}) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<TaskScript>(
      { failure: { reason: "Capacity is unavailable at this time" } },
      { failure: { reason: "AGENT" } },
      { failure: { reason: "RESOURCE:MEMORY" } },
      { failure: { reason: "INACTIVE" } },
      { startFailure: { stoppedReason: "CannotPullContainerError: manifest unknown" } },
      { startFailure: { stoppedReason: "ResourceInitializationError: unable to pull secrets" } },
      { startFailure: { stoppedReason: "Capacity is unavailable at this time" } },
      { sidecar: { name: "logger", exitCode: 0 } },
      { noContainersAtFirst: true },
      { exitCode: null },
      { stopCode: "UserInitiated" },
      { deprovisioningMs: 0 },
    ),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kill: fc.record({
        afterMs: ms(14_000),
        exitCode: fc.constantFrom(137, 139, 143, 1, 2, null),
        containerReason: fc.constantFrom("", "OutOfMemoryError: Container killed due to memory usage"),
        stopCode: fc.constantFrom("EssentialContainerExited", "SpotInterruption", "TerminationNotice"),
      }),
      losesLogAfter: fc.constantFrom(1, 2, 3, 1_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      terminate: fc.record({
        afterMs: ms(14_000),
        stopCode: fc.constantFrom("UserInitiated", "SpotInterruption"),
        reason: fc.constant("Task stopped"),
      }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      lateLogsMs: ms(20_000),
      losesLogAfter: fc.constantFrom(1, 2, 3, 1_000),
      invisibleMs: ms(5_000),
      forgottenMs: fc.constantFrom(3_000, 3_600_000),
    }),
  },
) as fc.Arbitrary<TaskScript>;

const faultNames = Object.keys(FAULTS) as FaultName[];
const faults = fc.array(
  fc.tuple(
    fc.constantFrom(
      "runTask",
      "runTask",
      "describeTasks",
      "listTasks",
      "getLogEvents",
      "describeLogStreams",
      "startLiveTail",
    ),
    fc.array(fc.option(fc.constantFrom(...faultNames), { nil: null, freq: 3 }), {
      minLength: 1,
      maxLength: 5,
    }),
  ),
  { maxLength: 2 },
);

const command = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Step["command"]>("deploy") },
  { weight: 3, arbitrary: fc.constant<Step["command"]>({ name: "up" }) },
  {
    weight: 3,
    arbitrary: fc.integer({ min: 1, max: 2 }).map((steps): Step["command"] => ({ name: "down", steps })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(...SAMPLE_FILES)
      .map(({ version }): Step["command"] => ({ name: "goto", version })),
  },
  { weight: 1, arbitrary: fc.constantFrom<Step["command"]>({ name: "status" }, { name: "version" }) },
);

const step: fc.Arbitrary<Step> = fc.record({
  command,
  build: fc.boolean(),
  task: script,
  second: fc.oneof({ weight: 3, arbitrary: fc.constant<TaskScript>({}) }, script),
  faults,
  logsDenied: fc.oneof({ weight: 8, arbitrary: fc.constant(false) }, fc.constant(true)),
  liveTail: fc.constantFrom<Step["liveTail"]>(true, true, false, "silent"),
  losesEach: fc.constantFrom(0, 0, 1, 2),
  killedAfterMs: fc.option(ms(25_000), { nil: null, freq: 3 }),
  pauseMs: fc.constantFrom(0, 1_000, 30_000, 30 * 60_000, 2 * 60 * 60_000),
});

test(`the verdict is never better than the truth, in ${RUNS} sequences of seed ${SEED}`, async (t) => {
  const home = await temporaryHome(t);
  const seen = new Map<string, number>();
  const count = (name: string): void => void seen.set(name, (seen.get(name) ?? 0) + 1);
  let sequences = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), async (steps) => {
      const folder = join(home, String(sequences++));
      await new Sequence(new RunFixture(folder), count).play(steps);
      await rm(folder, { recursive: true, force: true });
    }),
    {
      numRuns: RUNS,
      seed: SEED,
      endOnFailure: process.env.ONCE_SHRINK === undefined,
      includeErrorInReport: true,
    },
  );
  t.diagnostic(
    `${sequences} sequences, seed ${SEED}: ${[...seen]
      .sort()
      .map(([name, n]) => `${name} ${n}`)
      .join(", ")}`,
  );
  // A generator that never reaches a verdict would prove nothing of it.
  for (const kind of Object.keys(EXIT_CODES)) if (RUNS >= 1_000) assert.ok((seen.get(kind) ?? 0) > 20, kind);
});
