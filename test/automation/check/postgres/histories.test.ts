/** What is found in each file of the bench's histories; that a server agrees, `node bench/lint/lint.ts` shows. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FEATURES } from "../../../../bench/lint/features.ts";
import { HISTORIES } from "../../../../bench/lint/histories.ts";
import { TEAMS } from "../../../../bench/lint/teams.ts";
import { type Files, findingsOf, recordFrom } from "../folders.ts";
import { FOUND_FEATURES } from "./foundFeatures.ts";
import { FOUND_HISTORIES } from "./foundHistories.ts";
import { FOUND_TEAMS } from "./foundTeams.ts";

const ALL = [...HISTORIES, ...TEAMS, ...FEATURES];
const FOUND = { ...FOUND_HISTORIES, ...FOUND_TEAMS, ...FOUND_FEATURES };

const nameOf = (index: number) => `${String(index + 1).padStart(6, "0")}_x.up.sql`;

for (const { name, files } of ALL) {
  test(name, async () => {
    const all: Files = Object.fromEntries(files.map((sql, index) => [nameOf(index), sql]));
    const ran: Files = Object.fromEntries(Object.entries(all).slice(0, -1));
    const records = files.length > 1 ? [recordFrom("stack bench", ran)] : [];
    const found = await findingsOf(all, { records, disable: ["missing-down"], postgresVersion: 15 });
    assert.deepEqual(
      found.map((line) => line.split(" ").slice(1).join(" ")),
      FOUND[name] ?? [],
    );
  });
}

test("every pin has its file", () => {
  const names = new Set(ALL.map(({ name }) => name));
  assert.deepEqual(
    Object.keys(FOUND).filter((name) => !names.has(name)),
    [],
  );
});
