/** One cluster, one log group and one database behind the AWS calls that the script makes. */
import type { Outputs } from "../../automation/contract/outputs.ts";
import { FakeClock } from "./fakeClock.ts";
import { FakeDatabase } from "./fakeDatabase.ts";
import { FakeEcs } from "./fakeEcs.ts";
import { Faults } from "./fakeFaults.ts";
import { FakeLogs } from "./fakeLogs.ts";
import type { FakeRevision } from "./fakeRevision.ts";
import { revisionOf, sampleOutputs, secretOf } from "./sampleOutputs.ts";

export class FakeAws {
  readonly clock: FakeClock;
  readonly faults: Faults;
  /** By the name of their secret. */
  readonly databases = new Map<string, FakeDatabase>();
  readonly logs: FakeLogs;
  readonly ecs: FakeEcs;
  readonly outputs: Outputs;
  /** Whom STS takes the caller for. */
  callerArn = "arn:aws:sts::123456789012:assumed-role/Operator/alice@example.com";
  readonly revisions: Map<number, FakeRevision>;

  constructor(outputs: Outputs = sampleOutputs(), clock = new FakeClock()) {
    this.outputs = outputs;
    this.clock = clock;
    this.faults = new Faults(() => clock.now());
    this.logs = new FakeLogs(clock, this.faults, outputs.logGroup);
    this.databases.set(secretOf(outputs), new FakeDatabase());
    this.revisions = new Map([[12, revisionOf(outputs)]]);
    this.ecs = new FakeEcs({
      clock,
      faults: this.faults,
      logs: this.logs,
      databaseOf: (secret) => this.databaseOf(secret),
      clusterArn: outputs.clusterArn,
      family: outputs.taskDefinitionFamily,
      containerName: outputs.containerName,
      logStreamPrefix: outputs.logStreamPrefix,
      revisions: this.revisions,
    });
  }

  /** The stack's own. */
  get database(): FakeDatabase {
    return this.databaseOf(secretOf(this.outputs));
  }

  databaseOf(secret: string): FakeDatabase {
    const database = this.databases.get(secret) ?? new FakeDatabase(`db.internal:5432${secret}`);
    this.databases.set(secret, database);
    return database;
  }
}
