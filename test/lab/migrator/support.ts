/** What the tests of the migrator's binary and of its images share. */
import assert from "node:assert/strict";
import { join } from "node:path";

export const PROJECT = join(import.meta.dirname, "..", "..", "..");
export const APP = join(PROJECT, "app");
/** The shop's own migrations; the last has the version 20261120. */
export const SHIPPED = join(APP, "resources", "db", "migrations");

/** The file in the middle runs long enough to be met by a signal. */
export const STOPPABLE = {
  "1_one.up.sql": "SELECT 1;",
  "2_slow.up.sql": "SELECT pg_sleep(2); CREATE TABLE slow (id int);",
  "3_three.up.sql": "SELECT 1;",
};

export const clean = (version: number) => ({ version, dirty: false });

/** No spelling of the password may leave the container. */
export function assertNoPassword(password: string, text: string): void {
  for (const secret of [password, encodeURIComponent(password), password.slice(0, 9)])
    assert.ok(!text.includes(secret), text);
}
