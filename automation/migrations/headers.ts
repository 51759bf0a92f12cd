/** What a new migration begins with: how to write a safe one for its database. */

export type HeaderKind = "postgres" | "mysql" | "other";

const BACK =
  "-- Undoes the up file, statement by statement from its last to its first. Data that the up file drops does not come back.\n";
const ONCE = "-- Once shipped this file is never edited; a mistake is undone by a new migration.\n";

export const HEADERS: Readonly<Record<HeaderKind, { readonly up: string; readonly down: string }>> = {
  postgres: {
    up: `-- What it does and why:
--
-- The whole file is one transaction: no BEGIN, no COMMIT. A lock lasts until its end, so keep it short.
-- On tables in use (npx ecs-migrate check says where):
--   index: CREATE INDEX CONCURRENTLY, alone in its file, without the SET below
--   new column: nullable or with a constant default; fill rows in a migration of their own
--   constraint: NOT VALID here, VALIDATE CONSTRAINT in the next migration
--   rename, type change, drop: first deploy code that works with both
${ONCE}SET LOCAL lock_timeout = '5s';

`,
    down: `${BACK}SET LOCAL lock_timeout = '5s';

`,
  },
  mysql: {
    up: `-- What it does and why:
--
-- Each statement commits by itself, so one statement a file: if the second fails, the first stays and the version is dirty.
-- Rows are the exception: START TRANSACTION; INSERT, UPDATE and DELETE; COMMIT; are undone as a whole.
-- On tables in use (npx ecs-migrate check says where):
--   index: ALTER TABLE ... ADD INDEX ..., ALGORITHM=INPLACE, LOCK=NONE, so that the server refuses what would block writes
--   new column: at the end, NULL or with a DEFAULT, ALGORITHM=INSTANT; fill rows in parts, in a migration of their own
--   foreign key, type, character set: the table is copied while writes wait; add a new column, or a quiet hour
--   rename, drop: first deploy code that works with both
-- Locks: the migrator sets lock_wait_timeout itself (ecs-migrate:lockTimeout); for one file: SET SESSION lock_wait_timeout = 30;
${ONCE}
`,
    down: `${BACK}
`,
  },
  other: {
    up: `-- What it does and why:
--
-- On tables in use: renames, type changes and drops come after code that works with both.
${ONCE}
`,
    down: `${BACK}
`,
  },
};
