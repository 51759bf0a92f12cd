/** What is found in the last file of each folder of the bench; that a server agrees, `node bench/lint/lint.ts` shows. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FOLDERS } from "../../../../bench/lint/folders.ts";
import { type Files, findingsOf, recordFrom } from "../folders.ts";
import { FOUND } from "./foundInFolders.ts";

const nameOf = (index: number) => `${String(index + 1).padStart(6, "0")}_x.up.sql`;

for (const { name, files } of FOLDERS) {
  test(name, async () => {
    const all: Files = Object.fromEntries(files.map((sql, index) => [nameOf(index), sql]));
    const ran: Files = Object.fromEntries(Object.entries(all).slice(0, -1));
    const records = [recordFrom("stack bench", ran)];
    const found = await findingsOf(all, { records, disable: ["missing-down"], postgresVersion: 15 });
    assert.deepEqual(
      found.map((line) => line.split(" ").slice(1).join(" ")),
      FOUND[name],
    );
  });
}

test("every folder has its findings", () => {
  assert.deepEqual(Object.keys(FOUND).sort(), FOLDERS.map(({ name }) => name).sort());
});
