/** What is found in the last file of each folder on the corpus's tables; that a server agrees, `node bench/lint/lint.ts` shows. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { BASE } from "../../../../bench/lint/corpus.ts";
import { ON_BASE } from "../../../../bench/lint/onBase.ts";
import { type Files, findingsOf, recordFrom } from "../folders.ts";
import { FOUND_ON_BASE } from "./foundOnBase.ts";

const nameOf = (index: number) => `${String(index + 1).padStart(6, "0")}_x.up.sql`;

for (const { name, files } of ON_BASE) {
  test(name, async () => {
    const all: Files = Object.fromEntries([BASE, ...files].map((sql, index) => [nameOf(index), sql]));
    const ran: Files = Object.fromEntries(Object.entries(all).slice(0, -1));
    const records = [recordFrom("stack bench", ran)];
    const found = await findingsOf(all, { records, disable: ["missing-down"], postgresVersion: 15 });
    assert.deepEqual(
      found.map((line) => line.split(" ").slice(1).join(" ")),
      FOUND_ON_BASE[name],
    );
  });
}

test("every folder has its findings", () => {
  assert.deepEqual(Object.keys(FOUND_ON_BASE).sort(), ON_BASE.map(({ name }) => name).sort());
});
