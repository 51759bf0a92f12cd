/** What depends on the server: its version, and its files. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { findingsOf } from "../folders.ts";

const found = (sql: string, postgresVersion?: number) =>
  findingsOf(
    { "000001_x.up.sql": sql },
    { disable: ["missing-down"], ...(postgresVersion ? { postgresVersion } : {}) },
  );

const MERGE =
  "MERGE INTO a USING b ON a.id = b.id WHEN MATCHED THEN DO NOTHING RETURNING a.id;\nSELECT JSON_VALUE('1', '$');";

test("what a newer server brought is refused on the version that is set", async () => {
  assert.deepEqual(await found(MERGE, 15), [
    "000001_x.up.sql:1 error refused",
    "000001_x.up.sql:2 error refused",
  ]);
  assert.deepEqual(await found(MERGE, 17), []);
});

test("nothing is said of the server's version where nobody has set it", async () => {
  assert.deepEqual(await found(MERGE), []);
});

test("COPY of the server's own file is a warning, COPY FROM STDIN an error, COPY TO STDOUT nothing", async () => {
  assert.deepEqual(await found("COPY t FROM '/data/t.csv' WITH (FORMAT csv);"), [
    "000001_x.up.sql:1 warning copy-stdin",
  ]);
  assert.deepEqual(await found("COPY t TO PROGRAM 'gzip > /tmp/t.gz';"), [
    "000001_x.up.sql:1 warning copy-stdin",
  ]);
  assert.deepEqual(await found("COPY t FROM STDIN;"), ["000001_x.up.sql:1 error copy-stdin"]);
  assert.deepEqual(await found("COPY t TO STDOUT;"), []);
});
