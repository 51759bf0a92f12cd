/** What is found of what is there already, or is not there; that a server agrees, `node bench/lint/lint.ts` shows. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { BASE } from "../../../../bench/lint/corpus.ts";
import { EXISTING } from "../../../../bench/lint/existing.ts";
import { type Files, findingsOf, recordFrom } from "../folders.ts";
import { FOUND_EXISTING } from "./foundExisting.ts";

const nameOf = (index: number) => `${String(index + 1).padStart(6, "0")}_x.up.sql`;

for (const { name, files } of EXISTING) {
  test(name, async () => {
    const all: Files = Object.fromEntries([BASE, ...files].map((sql, index) => [nameOf(index), sql]));
    const ran: Files = Object.fromEntries(Object.entries(all).slice(0, -1));
    const records = [recordFrom("stack bench", ran)];
    const found = await findingsOf(all, { records, disable: ["missing-down"], postgresVersion: 15 });
    assert.deepEqual(
      found.map((line) => line.split(" ").slice(1).join(" ")),
      FOUND_EXISTING[name],
    );
  });
}

test("every folder has its findings", () => {
  assert.deepEqual(Object.keys(FOUND_EXISTING).sort(), EXISTING.map(({ name }) => name).sort());
});
