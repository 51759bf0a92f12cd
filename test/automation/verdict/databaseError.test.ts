import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { briefError, explainError } from "../../../automation/verdict/databaseError.ts";
import type { DatabaseErrorRow } from "../../../automation/verdict/databaseErrorRow.ts";
import { DATABASE_ERRORS } from "../../../automation/verdict/databaseErrors.ts";
import { cpuMs } from "../../support/cpuTime.ts";
import { FAILURE, SQL_ERROR } from "../../support/verdictSamples.ts";

describe("explainError recognises what golang-migrate and the drivers say", () => {
  const lines: [kind: string, error: string][] = [
    ["dirtyBefore", "Dirty database version 20261124. Fix and force version."],
    ["olderImage", "no migration found for version 9: read down for version 9 .: file does not exist"],
    ["shortLimit", "limit 2 short"],
    ["locked", "can't acquire database lock"],
    ["locked", "timeout: can't acquire database lock"],
    [
      "locked",
      "try lock failed in line 0: SELECT pg_advisory_lock($1) (details: pq: canceling statement due to lock timeout)",
    ],
    [
      "timeout",
      "migration failed: canceling statement due to lock timeout in line 0: ALTER TABLE a ADD b int (details: pq: canceling statement due to lock timeout)",
    ],
    [
      "timeout",
      "migration failed in line 0: ALTER TABLE a (details: Error 1205 (HY000): Lock wait timeout exceeded; try restarting transaction)",
    ],
    ["deadlock", "migration failed: deadlock detected in line 0: UPDATE a (details: pq: deadlock detected)"],
    ["hostUnknown", "failed to open database: dial tcp: lookup db.internal on 10.0.0.2:53: no such host"],
    ["unreachable", "failed to open database: dial tcp 10.0.1.7:5432: connect: connection refused"],
    ["unreachable", "failed to open database: dial tcp 10.0.1.7:5432: i/o timeout"],
    ["lost", "migration failed in line 0: SELECT 1 (details: driver: bad connection)"],
    ["lost", "failed to open database: unexpected EOF"],
    ["refusing", "failed to open database: pq: the database system is starting up"],
    ["refusing", "failed to open database: pq: sorry, too many clients already"],
    ["password", 'failed to open database: pq: password authentication failed for user "app"'],
    [
      "mysqlPassword",
      "failed to open database: Error 1045 (28000): Access denied for user 'app'@'10.0.0.1' (using password: YES)",
    ],
    [
      "login",
      'failed to open database: pq: no pg_hba.conf entry for host "10.0.0.1", user "app", database "shop", no encryption',
    ],
    ["login", 'failed to open database: pq: role "app" does not exist'],
    ["tls", "failed to open database: pq: SSL is not enabled on the server"],
    ["tls", "failed to open database: x509: certificate signed by unknown authority"],
    ["noDatabase", 'failed to open database: pq: database "shop" does not exist'],
    ["noDatabase", "failed to open database: Error 1049 (42000): Unknown database 'shop'"],
    ["url", 'failed to open database: parse "postgres://app:hunter2%@db/shop": invalid URL escape "%@d"'],
    ["url", "failed to open database: database driver: unknown driver oracle (forgotten import?)"],
    ["source", "duplicate migration file: 20261124_b.up.sql"],
    [
      "readOnly",
      "pq: cannot execute CREATE TABLE in a read-only transaction in line 0: CREATE TABLE IF NOT EXISTS",
    ],
    [
      "readOnly",
      "Error 1290 (HY000): The MySQL server is running with the --read-only option so it cannot execute this statement",
    ],
    [
      "permission",
      "migration failed: permission denied for schema public (column 14) in line 1: CREATE TABLE a (b int) (details: pq: permission denied for schema public)",
    ],
    [
      "permission",
      "migration failed: must be owner of table users in line 0: ALTER TABLE users (details: pq: must be owner of table users)",
    ],
    [
      "permission",
      "migration failed in line 0: DROP TABLE a (details: Error 1142 (42000): DROP command denied to user 'app'@'%' for table 'a')",
    ],
    [
      "permission",
      "failed to open database: Error 1044 (42000): Access denied for user 'app'@'%' to database 'shop'",
    ],
    [
      "transaction",
      "migration failed: CREATE INDEX CONCURRENTLY cannot run inside a transaction block in line 0: x (details: pq: y)",
    ],
    ["syntax", SQL_ERROR],
    [
      "syntax",
      "migration failed in line 0: CREAT (details: Error 1064 (42000): You have an error in your SQL syntax; check the manual)",
    ],
    [
      "data",
      'migration failed: duplicate key value violates unique constraint "a", Key (id)=(1) already exists. in line 0: x (details: pq: y)',
    ],
    [
      "data",
      "migration failed in line 0: x (details: Error 1062 (23000): Duplicate entry '1' for key 'PRIMARY')",
    ],
    [
      "exists",
      'migration failed: relation "certificate" already exists in line 0: CREATE TABLE certificate (id int) (details: pq: relation "certificate" already exists)',
    ],
    [
      "missing",
      'migration failed: column "tls" of relation "a" does not exist in line 0: x (details: pq: column "tls" of relation "a" does not exist)',
    ],
    ["missing", "migration failed in line 0: x (details: Error 1146 (42S02): Table 'shop.a' doesn't exist)"],
    [
      "disk",
      'migration failed: could not extend file "base/1": No space left on device in line 0: x (details: pq: y)',
    ],
    ["other", "the container ended with exit code 1"],
    ["other", ""],
  ];
  for (const [kind, error] of lines) {
    test(`${kind}: ${error.slice(0, 80)}`, () => {
      const explained = explainError(error);
      assert.equal(explained.kind, kind);
      assert.match(explained.sentence, /[.…]$/);
      assert.ok(explained.fix === null || explained.fix.endsWith("."));
    });
  }

  test("the SQL of a statement is not taken for the error", () => {
    const sql =
      "INSERT INTO log VALUES ('password authentication failed', 'connection refused, syntax error')";
    const explained = explainError(
      `migration failed: permission denied for table log in line 1: ${sql} (details: pq: permission denied for table log)`,
    );
    assert.equal(explained.kind, "permission");
    assert.equal(
      explained.sentence,
      "The database user lacks a privilege (migration failed: permission denied for table log in line 1).",
    );
  });

  test("a password in the error goes no further", () => {
    const { sentence } = explainError(
      'failed to open database: parse "postgres://app:hunter2%@db/shop": invalid URL escape "%@d"',
    );
    assert.equal(
      sentence,
      'The database URL cannot be read (failed to open database: parse "postgres://***@db/shop": invalid URL escape "***").',
    );
  });
});

describe("each row", () => {
  for (const [kind, { example, codes, beforeAnyFile }] of Object.entries<DatabaseErrorRow>(DATABASE_ERRORS)) {
    test(`${kind} has an example that leads to it, and codes of its own`, () => {
      assert.equal(explainError(example).kind, kind);
      const place = beforeAnyFile ? { file: null, statement: null } : {};
      for (const code of codes ?? [])
        assert.equal(explainError("", { ...FAILURE, kind: "statement", code, ...place }).kind, kind, code);
    });
  }
});

describe("the right cause (R13)", () => {
  const rows: [kind: string, error: string][] = [
    [
      "caFile",
      "failed to open database: failed to configure TLS (unable to read CA file: open /certs/rds.pem: no such file or directory)",
    ],
    [
      "noSchema",
      "failed to open database: pq: no schema has been selected to create in in line 0: CREATE TABLE",
    ],
    [
      "tls",
      "failed to open database: failed to connect to `user=app database=shop`: 10.0.0.1:5432 (db): server refused TLS connection",
    ],
    ["mysqlTls", "failed to open database: TLS requested but server does not support TLS"],
    ["password", 'failed to open database: pq: PAM authentication failed for user "app"'],
    [
      "lineFeed",
      'failed to open database: parse "postgres://***@db/shop\\n": net/url: invalid control character in URL',
    ],
    ["pooler", "failed to open database: pq: unsupported startup parameter: lock_timeout"],
  ];
  for (const [kind, error] of rows)
    test(`${kind}: ${error.slice(0, 90)}`, () => {
      const explained = explainError(error);
      assert.equal(explained.kind, kind);
      assert.equal(explained.beforeAnyFile, true, "nothing can have changed (R4)");
      assert.ok(explained.fix);
    });
});

test("80 KB of anything is explained in less than 50 ms (L19)", () => {
  for (const unit of [" ", "\n", "in line 1: ", "(details: ", "a", "error: "]) {
    const text = unit.repeat(Math.ceil(80_000 / unit.length));
    const ms = cpuMs(() => explainError(text));
    assert.ok(ms < 50, `${JSON.stringify(unit)}: ${ms} ms`);
  }
});

describe("briefError", () => {
  test("leaves the SQL out and keeps the line", () => {
    assert.equal(
      briefError(`error: ${SQL_ERROR}`),
      'migration failed: syntax error at or near "INDX" (column 8) in line 1',
    );
  });

  test("takes the driver's words where golang-migrate knows no line", () => {
    assert.equal(
      briefError(
        "migration failed in line 0: DROP TABLE a;\n\nDROP TABLE b; (details: Error 1051: Unknown table)",
      ),
      "migration failed: Error 1051: Unknown table",
    );
  });

  test("is one line of at most 240 characters, cut between characters", () => {
    const brief = briefError(`a\n${"👩‍👩‍👧".repeat(200)}`);
    assert.ok(brief.length <= 240);
    assert.match(brief, /^a (👩‍👩‍👧)+…$/u);
  });
});
