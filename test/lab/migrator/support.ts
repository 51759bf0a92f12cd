/** What the tests of the migrator's binary and of its images share. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { parseResultLine, type ResultLine } from "../../../automation/contract/resultLine.ts";

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

export interface Run {
  readonly code: number | null;
  readonly lines: readonly string[];
  readonly result: ResultLine;
}

/** Sees all that was printed so far. */
export type OnOutput = (text: string, kill: (signal: NodeJS.Signals) => void) => void;

export interface MigratorRun {
  readonly binary: string;
  /** That must not be printed. */
  readonly password: string;
  readonly onOutput?: OnOutput | undefined;
}

/** Runs the binary on this machine until it ends. */
export async function runMigrator(
  { binary, password, onOutput }: MigratorRun,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Run> {
  const child = spawn(binary, args, { env });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    onOutput?.(stdout, (signal) => void child.kill(signal));
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  assertNoPassword(password, stdout + stderr);
  assert.equal(stderr, "");
  const lines = stdout.split("\n").slice(0, -1);
  return { code, lines, result: parseResultLine(lines.at(-1) ?? "") ?? assert.fail(stdout) };
}
