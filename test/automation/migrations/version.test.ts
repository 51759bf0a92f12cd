import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { digitsOf, LARGEST_VERSION, momentOf, versionAfter } from "../../../automation/migrations/version.ts";

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
  const cases: [string[], string][] = [
    [[], "20261124120000"],
    [["7", "20991231"], "20261124120000"],
    [["20261124120000"], "20261124120001"],
    [["20261124235959"], "20261125000000"],
    [["20261299000000"], "20261299000001"],
    [["20991231235959"], "21000101000000"],
    [["9007199254740990"], "9007199254740991"],
    [["000001", "000012"], "000013"],
    [["0009", "0010"], "0011"],
    [["999"], "1000"],
    [["099", "100"], "101"],
    [["1500000000", "1700000000"], "1795521600"],
    [["1795521600"], "1795521601"],
    [["1700000000000"], "1795521600999"],
    [["2021010112000001"], "2026112412000000"],
    [["2026112412000000"], "2026112412000001"],
    [["000050", "20240101120000"], "20261124120000"],
    [["2026112401"], "20261124120000"],
  ];
  for (const [known, expected] of cases) assert.equal(versionAfter(known, [], NOW), expected, String(known));
  assert.equal(versionAfter(["000002"], [7n], NOW), "000008");
  assert.equal(versionAfter([], [7n], NOW), "8");
});

test("a version is written as the folder writes it", () => {
  assert.equal(digitsOf(7n, ["000001", "000007"]), "000007");
  assert.equal(digitsOf(9, ["000001"]), "000009");
  assert.equal(digitsOf(9, ["1", "20261124"]), "9");
});

test("property: the next version is above every known one", () => {
  fc.assert(
    fc.property(
      fc.array(fc.bigInt({ min: 0n, max: LARGEST_VERSION - 1n })),
      fc.date({ min: new Date(0), max: new Date("9999-12-31"), noInvalidDate: true }),
      (known, now) => {
        const next = BigInt(versionAfter(known.map(String), [], now));
        assert.ok(known.every((version) => version < next));
      },
    ),
  );
});
