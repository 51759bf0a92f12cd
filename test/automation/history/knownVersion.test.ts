/** Which shipped files may have run at a version that is known, and how it is known. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { digest16 } from "../../../automation/contract/container.ts";
import { readHistory } from "../../../automation/history/history.ts";
import { type KnownVersion, mayHaveRun } from "../../../automation/history/knownVersion.ts";
import { FAULTS } from "../../support/fakeFaults.ts";
import { RunFixture, temporaryHome } from "../../support/runFixture.ts";
import { sampleOutputs } from "../../support/sampleOutputs.ts";
import { HIGHEST, known, setUp, UP, VERSION } from "./setUp.ts";

const at = (version: number | null, dirty = false): KnownVersion => ({
  kind: "known",
  version: { version, dirty },
  holds: null,
});

const ALL = [20261120, 20261122, 20261124];

for (const [what, known, versions] of [
  ["an unknown one: all", { kind: "unknown", why: "nobody asked" }, ALL],
  ["a dirty one: all, since a down leaves its mark below the file", at(20261122, true), ALL],
  ["dirty at none: all", at(null, true), ALL],
  ["no version: none", at(null), []],
  ["a version: those up to it", at(20261122), [20261120, 20261122]],
  ["a version between two: those below", at(20261123), [20261120, 20261122]],
  ["a version above all: all", at(20270101), ALL],
] as const satisfies readonly (readonly [string, KnownVersion, readonly number[]])[])
  test(`of ${what} may have run`, () => {
    assert.deepEqual(
      mayHaveRun(sampleOutputs().migrations, known).map(({ version }) => version),
      versions,
    );
  });

describe("the known version", () => {
  test("L3: is that of the line that ended last, not that of a question in between", async (t) => {
    const fixture = await setUp(t);
    const { aws } = fixture;
    const other = new RunFixture(await temporaryHome(t), aws);
    // The question's line comes after the migration's.
    aws.ecs.scripts.push({}, { lateLogsMs: 0 });
    const late = async () => {
      await aws.clock.sleep(3_500);
      return other.run(VERSION);
    };
    await aws.clock.together([() => fixture.run(UP), late]);
    assert.deepEqual(await known(fixture), {
      kind: "known",
      version: { version: HIGHEST, dirty: false },
      holds: { count: 3, first: 20261120, last: HIGHEST, sha256: aws.outputs.migrationsSha256 },
      database: {
        engine: "postgres",
        serverVersion: "16.4",
        secret: digest16(aws.outputs.databaseSecret ?? ""),
        endpoint: digest16(aws.database.endpoint),
      },
    });
    const entries = await readHistory({ logs: aws.logs.api, outputs: aws.outputs }, 0);
    assert.deepEqual(
      entries.map(({ result, duringChange }) => [result.operation, duringChange ?? false]),
      [
        ["version", true],
        ["up", false],
      ],
    );
  });

  test("a question that could not reach the database says nothing, and hides nothing", async (t) => {
    const fixture = await setUp(t);
    await fixture.run(UP);
    fixture.aws.database.unreachable = "i/o timeout";
    await fixture.run(VERSION);
    assert.equal((await known(fixture)).kind, "known");
  });

  test("is unknown if AWS refuses, with its words", async (t) => {
    const fixture = await setUp(t);
    fixture.aws.faults.always("filterLogEvents", FAULTS.denied());
    assert.match(
      JSON.stringify(await known(fixture)),
      /the history could not be read: AccessDeniedException/,
    );
  });
});
