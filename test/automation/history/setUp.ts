import type { Operation } from "../../../automation/contract/operations.ts";
import { type KnownVersion, readKnownVersion } from "../../../automation/history/knownVersion.ts";
import { RunFixture, temporaryHome } from "../../support/runFixture.ts";
import { SAMPLE_RESULT } from "../../support/sampleResult.ts";

export const UP: Operation = { name: "up" };
export const DOWN: Operation = { name: "down", steps: 1 };
export const VERSION: Operation = { name: "version" };
export const HIGHEST = 20261124;

export function known({ aws }: RunFixture): Promise<KnownVersion> {
  const connectEcs = async () => aws.ecs.api;
  const connectLogs = async () => aws.logs.api;
  return readKnownVersion({ connectEcs, connectLogs, clock: aws.clock }, aws.outputs);
}

export async function setUp(t: Parameters<typeof temporaryHome>[0]): Promise<RunFixture> {
  return new RunFixture(await temporaryHome(t));
}

/** A result line in a stream of its own, written at a moment. */
export function wrote({ aws }: RunFixture, id: string, changes: object): void {
  const line = { ...SAMPLE_RESULT, startedAt: new Date(aws.clock.now()).toISOString(), ...changes };
  aws.logs.put(`stage/migration/${id}`, JSON.stringify(line));
}
