/** What is found in the last file of each folder on the corpus's tables, those about what is there or is not there too; that a server agrees, `node bench/lint/lint.ts` shows. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { BASE } from "../../../../bench/lint/corpus.ts";
import { EXISTING } from "../../../../bench/lint/existing.ts";
import { ON_BASE } from "../../../../bench/lint/onBase.ts";
import { type Files, findingsOf, recordFrom } from "../folders.ts";
import { FOUND_EXISTING } from "./foundExisting.ts";
import { FOUND_ON_BASE } from "./foundOnBase.ts";

const nameOf = (index: number) => `${String(index + 1).padStart(6, "0")}_x.up.sql`;

for (const [folders, expected] of [
  [ON_BASE, FOUND_ON_BASE],
  [EXISTING, FOUND_EXISTING],
] as const) {
  for (const { name, files } of folders) {
    test(name, async () => {
      const all: Files = Object.fromEntries([BASE, ...files].map((sql, index) => [nameOf(index), sql]));
      const ran: Files = Object.fromEntries(Object.entries(all).slice(0, -1));
      const records = [recordFrom("stack bench", ran)];
      const found = await findingsOf(all, { records, disable: ["missing-down"], postgresVersion: 15 });
      assert.deepEqual(
        found.map((line) => line.split(" ").slice(1).join(" ")),
        expected[name],
      );
    });
  }

  test("every folder has its findings", () => {
    assert.deepEqual(Object.keys(expected).sort(), folders.map(({ name }) => name).sort());
  });
}
