/** What each rule of Postgres finds, and its fix applied: run by the test beside it. */
import type { RuleId } from "../../../automation/check/rules.ts";

const LOCAL = "SET LOCAL lock_timeout = '5s';\n";

/** As the finding says, once no code uses it any more. */
function disabled(rule: RuleId, sql: string): string {
  return `-- ecs-migrate:disable ${rule} no code uses it since the deploy before\n${LOCAL}${sql}`;
}

/** What was written, and the files that the fix makes of it. */
export const FIXES: [RuleId, string, string[]][] = [
  ["index-not-concurrent", "CREATE INDEX i ON users (age);", ["CREATE INDEX CONCURRENTLY i ON users (age);"]],
  [
    "index-not-concurrent",
    "CREATE INDEX i ON events (id);",
    [
      `${LOCAL}CREATE INDEX i ON ONLY events (id);`,
      "CREATE INDEX CONCURRENTLY i1 ON events_1 (id);",
      "CREATE INDEX CONCURRENTLY i2 ON events_2 (id);",
      "ALTER INDEX i ATTACH PARTITION i1;\nALTER INDEX i ATTACH PARTITION i2;",
    ],
  ],
  ["refused", "CREATE INDEX CONCURRENTLY i ON events (id);", [`${LOCAL}CREATE INDEX i ON ONLY events (id);`]],
  ["refused", "DROP INDEX CONCURRENTLY events_kind;", [`${LOCAL}DROP INDEX events_kind;`]],
  ["drop-index-not-concurrent", "DROP INDEX users_email;", ["DROP INDEX CONCURRENTLY users_email;"]],
  [
    "constraint-builds-index",
    "ALTER TABLE users ADD CONSTRAINT c UNIQUE (email);",
    [
      "CREATE UNIQUE INDEX CONCURRENTLY i ON users (email);",
      `${LOCAL}ALTER TABLE users ADD CONSTRAINT c UNIQUE USING INDEX i;`,
    ],
  ],
  [
    "set-not-null",
    "ALTER TABLE users ALTER COLUMN age SET NOT NULL;",
    [
      `${LOCAL}ALTER TABLE users ADD CONSTRAINT c CHECK (age IS NOT NULL) NOT VALID;`,
      "ALTER TABLE users VALIDATE CONSTRAINT c;",
      `${LOCAL}ALTER TABLE users ALTER COLUMN age SET NOT NULL;`,
    ],
  ],
  [
    "set-not-null",
    "ALTER TABLE plain ADD CONSTRAINT pk PRIMARY KEY USING INDEX plain_a;",
    [
      `${LOCAL}ALTER TABLE plain ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID;`,
      "ALTER TABLE plain VALIDATE CONSTRAINT c;",
      `${LOCAL}ALTER TABLE plain ALTER COLUMN a SET NOT NULL;\nALTER TABLE plain ADD CONSTRAINT pk PRIMARY KEY USING INDEX plain_a;`,
    ],
  ],
  [
    "check-validated",
    "ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0);",
    [
      `${LOCAL}ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NOT VALID;`,
      "ALTER TABLE users VALIDATE CONSTRAINT c;",
    ],
  ],
  [
    "foreign-key-validated",
    "ALTER TABLE users ADD CONSTRAINT c FOREIGN KEY (org) REFERENCES orgs (id);",
    [
      `${LOCAL}ALTER TABLE users ADD CONSTRAINT c FOREIGN KEY (org) REFERENCES orgs (id) NOT VALID;`,
      "ALTER TABLE users VALIDATE CONSTRAINT c;",
    ],
  ],
  [
    "foreign-key-validated",
    "ALTER TABLE events ADD CONSTRAINT c FOREIGN KEY (kind) REFERENCES orders (id);",
    [
      `${LOCAL}ALTER TABLE events_1 ADD CONSTRAINT c FOREIGN KEY (kind) REFERENCES orders (id) NOT VALID;\nALTER TABLE events_2 ADD CONSTRAINT c FOREIGN KEY (kind) REFERENCES orders (id) NOT VALID;`,
      "ALTER TABLE events_1 VALIDATE CONSTRAINT c;",
      "ALTER TABLE events_2 VALIDATE CONSTRAINT c;",
      `${LOCAL}ALTER TABLE events ADD CONSTRAINT c FOREIGN KEY (kind) REFERENCES orders (id);`,
    ],
  ],
  [
    "volatile-default",
    "ALTER TABLE users ADD COLUMN c uuid DEFAULT gen_random_uuid();",
    [
      `${LOCAL}ALTER TABLE users ADD COLUMN c uuid;\nALTER TABLE users ALTER COLUMN c SET DEFAULT gen_random_uuid();`,
      "UPDATE users SET c = gen_random_uuid() WHERE id < 100;",
    ],
  ],
  [
    "not-null-without-default",
    "ALTER TABLE users ADD COLUMN c int NOT NULL;",
    [`${LOCAL}ALTER TABLE users ADD COLUMN c int NOT NULL DEFAULT 0;`],
  ],
  [
    "column-type",
    "ALTER TABLE users ALTER COLUMN created TYPE timestamptz;",
    [`${LOCAL}SET LOCAL timezone = 'UTC';\nALTER TABLE users ALTER COLUMN created TYPE timestamptz;`],
  ],
  [
    "attach-partition",
    "ALTER TABLE events ATTACH PARTITION loose FOR VALUES FROM (200) TO (300);",
    [
      "CREATE INDEX CONCURRENTLY loose_kind ON loose (kind);",
      `${LOCAL}ALTER TABLE loose ADD CONSTRAINT f CHECK (at IS NOT NULL AND at >= 200 AND at < 300) NOT VALID;`,
      "ALTER TABLE loose VALIDATE CONSTRAINT f;",
      `${LOCAL}ALTER TABLE events ATTACH PARTITION loose FOR VALUES FROM (200) TO (300);`,
    ],
  ],
  [
    "domain-check",
    "ALTER DOMAIN amount ADD CONSTRAINT c CHECK (VALUE > 0);",
    [`${LOCAL}ALTER DOMAIN amount ADD CONSTRAINT c CHECK (VALUE > 0) NOT VALID;`],
  ],
  [
    "enum-value-used",
    "ALTER TYPE mood ADD VALUE 'fine';\nSELECT 'fine'::mood;",
    ["ALTER TYPE mood ADD VALUE 'fine';", "SELECT 'fine'::mood;"],
  ],
  [
    "pending-trigger-events",
    "INSERT INTO tree VALUES (9999, 1);\nALTER TABLE tree ADD COLUMN z int;",
    [
      `${LOCAL}INSERT INTO tree VALUES (9999, 1);\nSET CONSTRAINTS ALL IMMEDIATE;\nALTER TABLE tree ADD COLUMN z int;`,
    ],
  ],
  [
    "session-setting",
    "SELECT set_config('search_path', '', false);\nCREATE TABLE public.fresh (id int);",
    ["SET LOCAL search_path = '';\nCREATE TABLE public.fresh (id int);"],
  ],
  [
    "backfill-under-lock",
    "ALTER TABLE plain ADD COLUMN z int;\nUPDATE plain SET z = 1 WHERE b > 0;",
    [`${LOCAL}ALTER TABLE plain ADD COLUMN z int;`, "UPDATE plain SET z = 1 WHERE b > 0;"],
  ],
  [
    "validate-in-same-file",
    "ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NOT VALID;\nALTER TABLE users VALIDATE CONSTRAINT c;",
    [
      `${LOCAL}ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NOT VALID;`,
      "ALTER TABLE users VALIDATE CONSTRAINT c;",
    ],
  ],
  [
    "refused",
    "ALTER TABLE users ALTER COLUMN id TYPE bigint;\nALTER TABLE users DROP COLUMN active;",
    [
      `${LOCAL}DROP VIEW adults;\nALTER TABLE users DROP COLUMN active;\nCREATE VIEW adults AS SELECT id FROM users;`,
    ],
  ],
  ["refused", "DROP FUNCTION stamp();", [`${LOCAL}DROP TRIGGER stamp ON users;\nDROP FUNCTION stamp();`]],
  [
    "refused",
    "ALTER TABLE orders ALTER COLUMN state TYPE boolean USING state = 'new';",
    [
      `${LOCAL}CREATE TABLE done (id int PRIMARY KEY, state text DEFAULT 'new');\nALTER TABLE done ALTER COLUMN state DROP DEFAULT;\nALTER TABLE done ALTER COLUMN state TYPE boolean USING state = 'new';\nALTER TABLE done ALTER COLUMN state SET DEFAULT true;`,
    ],
  ],
  [
    "refused",
    "CREATE OR REPLACE VIEW adults AS SELECT active FROM users;",
    [`${LOCAL}DROP VIEW adults;\nCREATE VIEW adults AS SELECT active FROM users;`],
  ],
  [
    "refused",
    "CREATE MATERIALIZED VIEW m AS SELECT id FROM orders;\nREFRESH MATERIALIZED VIEW CONCURRENTLY m;",
    [
      "CREATE MATERIALIZED VIEW m AS SELECT id FROM orders;",
      "CREATE UNIQUE INDEX CONCURRENTLY m_id ON m (id);",
      "REFRESH MATERIALIZED VIEW CONCURRENTLY m;",
    ],
  ],
  [
    "alone",
    "CREATE INDEX CONCURRENTLY i ON users (age);\nSELECT 1;",
    ["CREATE INDEX CONCURRENTLY i ON users (age);", "SELECT 1;"],
  ],
  ["heavy-lock", "REFRESH MATERIALIZED VIEW summary;", ["REFRESH MATERIALIZED VIEW CONCURRENTLY summary;"]],
  ["heavy-lock", "REINDEX TABLE users;", ["REINDEX TABLE CONCURRENTLY users;"]],
  ["heavy-lock", "VACUUM FULL users;", ["VACUUM users;"]],
  [
    "transaction-control",
    "ALTER TABLE plain ADD COLUMN z int;\nCOMMIT;\nSELECT 1;",
    [`${LOCAL}ALTER TABLE plain ADD COLUMN z int;\nSELECT 1;`],
  ],
  ["transaction-wrapped", "BEGIN;\nCREATE TABLE w (id int);\nCOMMIT;", ["CREATE TABLE w (id int);"]],
  ["copy-stdin", "COPY plain FROM STDIN;", ["INSERT INTO plain VALUES (9001, 1, 'x');"]],
  [
    "lock-timeout",
    "SET LOCAL lock_timeout = '10min';\nALTER TABLE plain ADD COLUMN z int;",
    [`${LOCAL}ALTER TABLE plain ADD COLUMN z int;`],
  ],
  [
    "cascade",
    "ALTER TABLE users DROP COLUMN active CASCADE;",
    [`${LOCAL}DROP VIEW adults;\nALTER TABLE users DROP COLUMN active;`],
  ],
  [
    "invalid-index",
    "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON users (age);",
    ["DROP INDEX CONCURRENTLY IF EXISTS i;", "CREATE INDEX CONCURRENTLY i ON users (age);"],
  ],
  [
    "identifier-too-long",
    `CREATE TABLE ${"a".repeat(64)} (id int);`,
    [`CREATE TABLE ${"a".repeat(63)} (id int);`],
  ],
  ["update-all-rows", "UPDATE plain SET b = 1;", ["UPDATE plain SET b = 1 WHERE a BETWEEN 1 AND 10;"]],
  ["rename", "ALTER TABLE plain RENAME COLUMN a TO z;", [`${LOCAL}ALTER TABLE plain ADD COLUMN z int;`]],
  ["drop-table", "DROP TABLE plain;", [disabled("drop-table", "DROP TABLE plain;")]],
  [
    "drop-column",
    "ALTER TABLE plain DROP COLUMN c;",
    [disabled("drop-column", "ALTER TABLE plain DROP COLUMN c;")],
  ],
  ["drop-object", "DROP VIEW adults;", [disabled("drop-object", "DROP VIEW adults;")]],
];
