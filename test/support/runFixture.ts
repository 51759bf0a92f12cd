/** `runOperation` and `deploy` over the fake AWS, with what they said and a home of their own. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Operation } from "../../automation/contract/operations.ts";
import type { Origin } from "../../automation/contract/origin.ts";
import { deploy } from "../../automation/deploy/deploy.ts";
import type { DeployDeps } from "../../automation/deploy/deps.ts";
import type { RunReport } from "../../automation/report/report.ts";
import { createTerminal } from "../../automation/report/terminal.ts";
import { type RunDeps, type RunSettings, runOperation } from "../../automation/run/runOperation.ts";
import { redact } from "../../automation/text/redact.ts";
import { FakeAws } from "./fakeAws.ts";
import { FakeServices } from "./fakeServices.ts";
import { fakeStack } from "./previews.ts";
import { sampleCheckout } from "./sampleOutputs.ts";

export const NOBODY: Origin = { by: null, commit: null, branch: null, build: null, buildUrl: null };

export const SETTINGS: RunSettings = {
  timeoutMs: 60 * 60_000,
  waitMs: 0,
  stopOnCancel: false,
  capacityWaitMs: 40_000,
};

/** A folder for the journal, removed when the test is over. */
export async function temporaryHome(t: { after(fn: () => Promise<void>): void }): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), "ecs-migrate-test-"));
  t.after(() => rm(home, { recursive: true, force: true }));
  return home;
}

export class RunFixture {
  readonly aws: FakeAws;
  readonly home: string;
  /** All that the terminal showed. */
  said = "";
  origin: Origin = NOBODY;
  settings: RunSettings = SETTINGS;
  signal: AbortSignal = new AbortController().signal;

  constructor(home: string, aws = new FakeAws()) {
    this.home = home;
    this.aws = aws;
  }

  deps(): RunDeps {
    const { aws } = this;
    return {
      stack: "stage",
      outputs: aws.outputs,
      ecs: aws.ecs.api,
      logs: aws.logs.api,
      clock: aws.clock,
      terminal: createTerminal({
        stream: {
          write: (text) => {
            this.said += text;
          },
        },
        redact,
        now: () => aws.clock.now(),
      }),
      origin: this.origin,
      env: { XDG_STATE_HOME: this.home },
      settings: this.settings,
      signal: this.signal,
    };
  }

  run(operation: Operation, taskDefinition = this.aws.outputs.taskDefinitionArn): Promise<RunReport> {
    return runOperation(this.deps(), operation, taskDefinition);
  }

  /** As {@link run}, with other dependencies. */
  runWith(changes: Partial<RunDeps>, operation: Operation): Promise<RunReport> {
    return runOperation({ ...this.deps(), ...changes }, operation, this.aws.outputs.taskDefinitionArn);
  }

  deployDeps(changes: Partial<DeployDeps> = {}): DeployDeps {
    const { aws } = this;
    return {
      ...this.deps(),
      openStack: async () => fakeStack(),
      findOutputs: async () => aws.outputs,
      readCheckout: async () => sampleCheckout(),
      connectEcs: async () => aws.ecs.api,
      connectLogs: async () => aws.logs.api,
      connectServices: async () => new FakeServices(aws.clock).api,
      allowInfra: false,
      migrate: undefined,
      ...changes,
    };
  }

  async deploy(changes: Partial<DeployDeps> = {}): Promise<RunReport> {
    return (await deploy(this.deployDeps(changes))).report;
  }
}
