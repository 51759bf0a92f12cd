/** Makes the input of `check` from names and texts, as if a folder had been read. */
import assert from "node:assert/strict";
import { checkFolder, type FolderInput } from "../../../automation/check/checkFolder.ts";
import type { Finding } from "../../../automation/check/finding.ts";
import { type CheckSettings, DEFAULT_CHECK } from "../../../automation/check/settings.ts";
import type { ShippedRecord } from "../../../automation/check/shippedRules.ts";
import {
  type MigrationFile,
  parseMigrationFileName,
  recordOf,
} from "../../../automation/migrations/folder.ts";

export const NOW = new Date("2026-11-24T12:00:00Z");

/** As a check without records prints it. */
export const FIX_COMMAND = "npx ecs-migrate check --fix";

export type Files = Record<string, string | Uint8Array>;

export function filesOf(files: Files): MigrationFile[] {
  return Object.entries(files).map(([file, content]) => ({
    file,
    parsed: parseMigrationFileName(file),
    bytes: typeof content === "string" ? Buffer.from(content) : content,
  }));
}

/** The record that a stack which shipped these files has. */
export function recordFrom(holder: string, files: Files): ShippedRecord {
  const { migrations, problems } = recordOf(filesOf(files));
  assert.deepEqual(problems, []);
  return { holder, migrations };
}

/** The findings, each as `file:line severity rule`. */
export async function findingsOf(files: Files, options: FolderOptions = {}): Promise<string[]> {
  const findings = await check(files, options);
  return findings.map(({ file, line, severity, rule }) => `${file}:${line} ${severity} ${rule}`);
}

export type FolderOptions = Partial<Omit<FolderInput, "files" | "settings">> & Partial<CheckSettings>;

export function check(files: Files, options: FolderOptions = {}): Promise<Finding[]> {
  return checkFolder({
    ...{ records: [], now: NOW, fixCommand: FIX_COMMAND, ...options },
    settings: { ...DEFAULT_CHECK, dialect: "postgres", ...options },
    files: filesOf(files),
  });
}

export const SET = "SET LOCAL lock_timeout = '5s';\n";
export const UP = "20261124_x.up.sql";
export const DOWN = "20261124_x.down.sql";

/** Folders of one pair: the up file as given, a way back that says why there is none. */
export const pair = (up: string): Files => ({ [UP]: up, [DOWN]: "-- nothing to undo\n" });
/** The same with a lock_timeout in its first line. */
export const timed = (up: string): Files => pair(SET + up);
