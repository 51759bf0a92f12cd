/**
 * Deploys of two commits against a model of ECS, its services and a database, with faults at any call: never new code
 * before its migration passed, never a false `live`, nothing rolled twice, never an older commit over a newer one.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Outputs } from "../../../automation/contract/outputs.ts";
import type { RunReport } from "../../../automation/report/report.ts";
import { FakeAws } from "../../support/fakeAws.ts";
import type { FakeFile } from "../../support/fakeDatabase.ts";
import {
  FakeServices,
  MADE_TARGET,
  NO_CODE_IMAGE,
  OLD_IMAGE,
  REPOSITORY,
  TARGET,
} from "../../support/fakeServices.ts";
import { MortalProcess, TROUBLES, type Troubles } from "../../support/mortalProcess.ts";
import { fakeStack } from "../../support/previews.ts";
import { RunFixture } from "../../support/runFixture.ts";
import { revisionOf, SAMPLE_FILES, sampleCheckout, sampleOutputs } from "../../support/sampleOutputs.ts";

/** In the order of the history; the first is what runs. */
const NAMES = ["old", "middle", "new"] as const;
type Name = (typeof NAMES)[number];

interface Play {
  /** One a command: which commit it deploys, and what happens to its calls, by their number. */
  readonly commands: readonly {
    readonly name: Name;
    readonly troubles: Troubles;
  }[];
  /** Images whose tasks never become healthy. */
  readonly broken: readonly Name[];
  /** Commits whose migration fails. */
  readonly failing: readonly Name[];
  /** Before the last deploys, the cause is gone: those images start. */
  readonly healed: boolean;
  /** False: a deployment that fails stays where it is. */
  readonly rollsBack: boolean;
  /** True: the stack made the service, and nothing was deployed yet. */
  readonly made: boolean;
}

const plays: fc.Arbitrary<Play> = fc.record({
  commands: fc.array(
    fc.record({
      name: fc.constantFrom<Name>("middle", "middle", "new"),
      troubles: fc.array(fc.tuple(fc.integer({ min: 0, max: 24 }), fc.constantFrom(...TROUBLES)), {
        maxLength: 4,
      }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  broken: fc.subarray<Name>(["middle", "new"]),
  failing: fc.subarray<Name>(["middle", "new"]),
  healed: fc.boolean(),
  rollsBack: fc.boolean(),
  made: fc.boolean(),
});

const FILES: Readonly<Record<Name, readonly FakeFile[]>> = {
  old: SAMPLE_FILES,
  middle: [...SAMPLE_FILES, { version: 20261125, name: "second", ms: 2_000 }],
  new: [
    ...SAMPLE_FILES,
    { version: 20261125, name: "second", ms: 2_000 },
    { version: 20261126, name: "third", ms: 2_000 },
  ],
};
const IMAGES: Readonly<Record<Name, string>> = {
  old: OLD_IMAGE,
  middle: `${REPOSITORY}@sha256:${"1".repeat(64)}`,
  new: `${REPOSITORY}@sha256:${"2".repeat(64)}`,
};

const indexOf = (name: Name): number => NAMES.indexOf(name);

function outputsOf(name: Name, made = false): Outputs {
  const index = indexOf(name);
  const sample = sampleOutputs(
    {
      image: IMAGES[name],
      services: { targets: [made ? MADE_TARGET : TARGET], parallel: false, timeoutSeconds: 300 },
      source: {
        commit: name,
        branch: "stage/shop",
        time: new Date(Date.UTC(2026, 10, 24, 8, index)).toISOString(),
      },
    },
    FILES[name],
  );
  return { ...sample, taskDefinitionArn: sample.taskDefinitionArn.replace(/:12$/, `:${12 + index}`) };
}

class World {
  readonly #aws = new FakeAws(outputsOf("old"));
  readonly #services: FakeServices;
  readonly #broken: readonly Name[];
  readonly #made: boolean;
  #outputs: Outputs;
  #violation: unknown;
  #healed = false;
  /** How often a deployment of each commit began. */
  readonly rolls = new Map<Name, number>();

  constructor({ broken, failing, made, rollsBack }: Play) {
    this.#broken = broken;
    this.#made = made;
    this.#outputs = outputsOf("old", made);
    this.#services = new FakeServices(this.#aws.clock, {
      ...{ circuitBreaker: rollsBack || "stop", made },
      isBroken: (image) => !this.#healed && broken.includes(nameOf(image)),
    });
    for (const name of NAMES) {
      const files = FILES[name].map((file) =>
        failing.includes(name) && file === FILES[name].at(-1) ? { ...file, error: "syntax error" } : file,
      );
      this.#aws.revisions.set(12 + indexOf(name), revisionOf(outputsOf(name), files));
    }
    this.#aws.database.version = 20261124;
    const { api } = this.#services;
    const { updateService } = api;
    api.updateService = async (service, taskDefinition, change) => {
      try {
        this.#mayRoll(taskDefinition, change?.forceNewDeployment ?? false);
      } catch (error) {
        // The roll takes what UpdateService throws for a refusal of AWS.
        this.#violation ??= error;
      }
      return updateService(service, taskDefinition, change);
    };
  }

  /** The two safety rules, at the moment when new code would start. */
  #mayRoll(taskDefinition: string, again: boolean): void {
    const name = nameOf(this.#imageOf(taskDefinition));
    const { state } = this.#aws.database;
    assert.deepEqual(state.dirty, false, `${name} was rolled onto a dirty database`);
    assert.ok(
      (state.version ?? 0) >= (FILES[name].at(-1)?.version ?? 0),
      `${name} was rolled before its migration`,
    );
    const current = nameOf(this.#imageOf(this.#services.current));
    const isNewer = indexOf(name) > indexOf(current);
    if (again) assert.ok(this.#services.primary?.rolloutState === "FAILED", `${name} was rolled again`);
    else assert.ok(isNewer, `${name} was rolled over ${current}`);
    this.rolls.set(name, (this.rolls.get(name) ?? 0) + 1);
  }

  #imageOf(taskDefinition: string): string {
    const found = this.#services.registered.find((each) => each.taskDefinitionArn === taskDefinition);
    return found?.containerDefinitions?.[0]?.image ?? "";
  }

  /** @returns undefined if its process died */
  async deploy(name: Name, troubles: Troubles = []): Promise<RunReport | undefined> {
    const fixture = new RunFixture("/nowhere", this.#aws);
    const process = new MortalProcess(troubles, async () => {
      await this.deploy("new");
    });
    const { source } = outputsOf(name);
    const report = fixture.deploy({
      source,
      orderTo: async () => "unknown",
      allowInfra: true,
      checkContent: false,
      readCheckout: async () => sampleCheckout(FILES[name]),
      findOutputs: async () => this.#outputs,
      openStack: async () =>
        fakeStack({
          up: async () => {
            this.#outputs = outputsOf(name, this.#made);
          },
        }),
      connectEcs: async () => process.through(this.#aws.ecs.api),
      connectLogs: async () => process.through(this.#aws.logs.api),
      connectServices: async () => process.through(this.#services.api),
    });
    return Promise.race([report, process.death.promise]);
  }

  /** A report must not claim more than what is. */
  judge(name: Name, report: RunReport): void {
    const [service] = report.services;
    const serving = nameOf(this.#services.servingImage);
    if (service?.kind === "live" || service?.kind === "unchanged")
      assert.ok(
        indexOf(serving) >= indexOf(name),
        `${name} is said to be ${service.kind}, and ${serving} serves`,
      );
    if (service?.kind === "rolledBack")
      assert.notEqual(this.#services.servingImage, NO_CODE_IMAGE, "the old image runs, and there is none");
    if (report.exitCode === 0 && service === undefined)
      assert.ok(this.#outputs.source?.commit !== name || serving === name, "success without the service");
  }

  /** Without further trouble the newest commit goes live after three commands at most, if it can. */
  async settle({ failing, healed }: Play): Promise<void> {
    let last = "";
    this.#healed = healed;
    for (let tries = 0; tries < 3; tries++) {
      this.#aws.clock.advance(120_000);
      const report = await this.deploy("new");
      assert.ok(report);
      this.judge("new", report);
      last = `${report.verdict.kind}: ${report.why ?? report.headline}; ${JSON.stringify(report.services)}`;
      // A verdict may be an honest `unknown` once: what a killed command began is looked for first.
      if (report.exitCode === 0) break;
    }
    if (failing.length > 0 || (!healed && this.#broken.includes("new"))) return;
    assert.equal(nameOf(this.#services.servingImage), "new", last);
    assert.equal(this.#services.desiredCount, this.#made ? 2 : 1);
  }

  judgeCounts(): void {
    if (this.#violation) throw this.#violation;
    for (const [name, count] of this.rolls)
      assert.ok(count <= 1 || this.#broken.includes(name), `${name} was rolled ${count} times`);
  }
}

function nameOf(image: string): Name {
  return NAMES.find((name) => IMAGES[name] === image) ?? "old";
}

async function run(play: Play): Promise<void> {
  const world = new World(play);
  for (const { name, troubles } of play.commands) {
    const report = await world.deploy(name, troubles);
    if (report) world.judge(name, report);
  }
  await world.settle(play);
  world.judgeCounts();
}

test("1,000 sequences of deploys with faults keep every promise about the service", async () => {
  await fc.assert(fc.asyncProperty(plays, run), {
    ...{ numRuns: 1_000, seed: 20261126, includeErrorInReport: true },
  });
});
