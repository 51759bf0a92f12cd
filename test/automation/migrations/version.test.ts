import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { momentOf, versionAfter } from "../../../automation/migrations/version.ts";

const NOW = new Date("2026-11-24T12:00:00.999Z");

test("versions are read as moments in UTC", () => {
  assert.equal(momentOf("20261124"), Date.UTC(2026, 10, 24));
  assert.equal(momentOf("202611241530"), Date.UTC(2026, 10, 24, 15, 30));
  assert.equal(momentOf("20261124153059"), Date.UTC(2026, 10, 24, 15, 30, 59));
  assert.equal(momentOf("00990101"), Date.parse("0099-01-01T00:00:00Z"));
  for (const digits of [
    "20261301",
    "20260001",
    "20261100",
    "202611242400",
    "202611241260",
    "20261124120060",
  ]) {
    assert.equal(momentOf(digits), "impossible", digits);
  }
  for (const digits of ["", "7", "2026112", "202611241", "2026112412000"]) {
    assert.equal(momentOf(digits), undefined, digits);
  }
});

test("the next version is the clock's, or one after the highest known", () => {
  const cases: [bigint[], string][] = [
    [[], "20261124120000"],
    [[7n, 20991231n], "20261124120000"],
    [[20261124120000n], "20261124120001"],
    [[20261124235959n], "20261125000000"],
    [[20261299000000n], "20261299000001"],
    [[99991231235959n], "99991231235960"],
    [[9007199254740992n], "9007199254740993"],
  ];
  for (const [known, expected] of cases) assert.equal(versionAfter(known, NOW), expected);
});

test("property: the next version is above every known one", () => {
  fc.assert(
    fc.property(
      fc.array(fc.bigInt({ min: 0n, max: 10n ** 15n })),
      fc.date({ min: new Date(0), max: new Date("9999-12-31"), noInvalidDate: true }),
      (known, now) => {
        const next = BigInt(versionAfter(known, now));
        assert.ok(known.every((version) => version < next));
      },
    ),
  );
});
