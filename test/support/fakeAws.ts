/** One cluster, one log group and one database behind the AWS calls that the script makes. */
import type { Outputs } from "../../automation/contract/outputs.ts";
import { FakeClock } from "./fakeClock.ts";
import { FakeDatabase } from "./fakeDatabase.ts";
import { FakeEcs, type FakeRevision } from "./fakeEcs.ts";
import { Faults } from "./fakeFaults.ts";
import { FakeLogs } from "./fakeLogs.ts";
import { revisionOf, sampleOutputs } from "./sampleOutputs.ts";

export class FakeAws {
  readonly clock: FakeClock;
  readonly faults: Faults;
  readonly database = new FakeDatabase();
  readonly logs: FakeLogs;
  readonly ecs: FakeEcs;
  readonly outputs: Outputs;
  readonly revisions: Map<number, FakeRevision>;

  constructor(outputs: Outputs = sampleOutputs(), clock = new FakeClock()) {
    this.outputs = outputs;
    this.clock = clock;
    this.faults = new Faults(() => clock.now());
    this.logs = new FakeLogs(clock, this.faults, outputs.logGroup);
    this.revisions = new Map([[12, revisionOf(outputs)]]);
    this.ecs = new FakeEcs({
      clock,
      faults: this.faults,
      logs: this.logs,
      database: this.database,
      clusterArn: outputs.clusterArn,
      family: outputs.taskDefinitionFamily,
      containerName: outputs.containerName,
      logStreamPrefix: outputs.logStreamPrefix,
      revisions: this.revisions,
    });
  }
}
