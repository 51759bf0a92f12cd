/** The ways around "once" and "true" (L1 to L21) are driven through a whole run over the model of AWS. */
import type { TestContext } from "node:test";
import type { Operation } from "../../../../automation/contract/operations.ts";
import { RunFixture, temporaryHome } from "../../../support/runFixture.ts";
import { SAMPLE_FILES } from "../../../support/sampleOutputs.ts";

export const UP: Operation = { name: "up" };
export const DOWN: Operation = { name: "down", steps: 1 };
export const [FIRST, SECOND, THIRD] = SAMPLE_FILES.map(({ version }) => version) as [number, number, number];

export async function setUp(t: TestContext, version: number | null = THIRD): Promise<RunFixture> {
  const fixture = new RunFixture(await temporaryHome(t));
  fixture.aws.database.version = version;
  return fixture;
}
