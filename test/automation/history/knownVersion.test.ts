/** Which shipped files may have run at a version that is known, and how it is known. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type KnownVersion, mayHaveRun } from "../../../automation/history/knownVersion.ts";
import { sampleOutputs } from "../../support/sampleOutputs.ts";

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
