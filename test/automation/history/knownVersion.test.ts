/** What a standing makes of the record; how it is found is in guardCheckout.test.ts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { mayHaveRun, type Standing } from "../../../automation/history/knownVersion.ts";
import { sampleOutputs } from "../../support/sampleOutputs.ts";

const known = (version: number | null, dirty = false): Standing => ({
  kind: "known",
  version: { version, dirty },
});

const ALL = [20261120, 20261122, 20261124];

for (const [what, standing, versions] of [
  ["an unknown one: all", { kind: "unknown", why: "nobody asked" }, ALL],
  ["a dirty one: all, since a down leaves its mark below the file", known(20261122, true), ALL],
  ["dirty at none: all", known(null, true), ALL],
  ["no version: none", known(null), []],
  ["a version: those up to it", known(20261122), [20261120, 20261122]],
  ["a version between two: those below", known(20261123), [20261120, 20261122]],
  ["a version above all: all", known(20270101), ALL],
] as const satisfies readonly (readonly [string, Standing, readonly number[]])[])
  test(`of ${what} may have run`, () => {
    assert.deepEqual(
      mayHaveRun(sampleOutputs().migrations, standing).map(({ version }) => version),
      versions,
    );
  });
