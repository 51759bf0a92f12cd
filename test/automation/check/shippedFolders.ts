import assert from "node:assert/strict";
import type { Finding } from "../../../automation/check/finding.ts";
import { checkOrder } from "../../../automation/check/shippedRules.ts";
import type { ShippedMigration } from "../../../automation/contract/outputs.ts";
import {
  type MigrationFile,
  parseMigrationFileName,
  recordOf,
} from "../../../automation/migrations/folder.ts";

export const NOW = new Date("2026-11-24T12:00:00Z");

/** The folder as it would be read, from names and texts. */
export function folder(files: Record<string, string>): MigrationFile[] {
  return Object.entries(files).map(([file, text]) => ({
    file,
    parsed: parseMigrationFileName(file),
    bytes: Buffer.from(text),
  }));
}

/** A folder's own record. */
export function record(files: Record<string, string>): ShippedMigration[] {
  const { migrations, problems } = recordOf(folder(files));
  assert.deepEqual(problems, []);
  return migrations;
}

export const FIX = "npx ecs-migrate check --against prod --fix";

export function compare(checkout: readonly MigrationFile[], shipped: readonly ShippedMigration[]): Finding[] {
  const records = [{ holder: "stack prod", migrations: shipped }];
  return checkOrder({ files: checkout, records, now: NOW, fixCommand: FIX });
}
