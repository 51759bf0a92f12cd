/** Every way out is clean, and cleaning is linear in time (L14, L19, L21). */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { cleanData, jsonText } from "../../../automation/text/json.ts";
import { plainText, safeLine, safeText } from "../../../automation/text/plainText.ts";
import { redact } from "../../../automation/text/redact.ts";

const SIZE = 80_000;
const MOST_MS = 50;

/** CPU time of the best of three, in milliseconds: other processes of the machine do not count. */
function cpuMs(work: () => unknown): number {
  const times = [1, 2, 3].map(() => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}

function assertLinear(unit: string): void {
  const text = unit.repeat(Math.ceil(SIZE / unit.length));
  const ms = cpuMs(() => safeLine(text));
  assert.ok(ms < MOST_MS, `80 KB of ${JSON.stringify(unit)} take ${ms} ms`);
}

describe("80 KB of anything take less than 50 ms", () => {
  const units = [
    " ",
    "\n",
    "\t",
    " \n",
    "a",
    "@",
    ":",
    "://",
    "postgres://",
    "a:b@",
    '"',
    "\\",
    "'",
    "\x1b[",
    "\x1b]",
  ];
  const words = [
    "password=",
    "password = ",
    "PASSWORD '",
    "-----BEGIN PRIVATE KEY-----",
    "bearer ",
    "eyJaaaaaaaa.",
  ];
  for (const unit of [...units, ...words]) test(JSON.stringify(unit), () => assertLinear(unit));

  test("any short text, repeated", () => {
    const part = fc.oneof(fc.string({ minLength: 1, maxLength: 6 }), fc.constantFrom(...units, ...words));
    const unit = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(unit, (text) => assertLinear(text)),
      { numRuns: 30 },
    );
  });
});

test("nothing that commands a terminal or turns the writing around is left", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      assert.doesNotMatch(plainText(text), /(?!\n)[\p{Cc}\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/u);
    }),
  );
});

test("a control character in a password's midst does not hide it", () => {
  assert.equal(safeText("postgres://app:hun\u202eter\x072@db/shop"), "postgres://***@db/shop");
});

test("JSON is cleaned and masked, however deep, and stays JSON", () => {
  const value = { a: [{ b: "dial postgres://app:hunter2@db/shop\u202e", n: 1, none: null }] };
  const clean = { a: [{ b: "dial postgres://***@db/shop", n: 1, none: null }] };
  assert.deepEqual(JSON.parse(jsonText(value)), clean);
  assert.deepEqual(cleanData(value), clean);
});

test("masking is idempotent", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("postgres://", "u", ":", "p@", "h/", '"', " ", "@tcp(", "://")),
      (parts) => {
        const once = redact(parts.join(""));
        assert.equal(redact(once), once);
      },
    ),
  );
});
