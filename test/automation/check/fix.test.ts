import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { applyRenames, planRenames } from "../../../automation/check/lateRenames.ts";
import { checkOrder } from "../../../automation/check/shippedRules.ts";
import type { MigrationFile } from "../../../automation/migrations/folder.ts";
import { parseMigrationFileName } from "../../../automation/migrations/folder.ts";
import { versionAfter } from "../../../automation/migrations/version.ts";
import { FIX_COMMAND, type Files, filesOf, NOW, recordFrom } from "./folders.ts";

const SHIPPED: Files = { "20261101_a.up.sql": "a", "20261101_a.down.sql": "", "20261110_b.up.sql": "b" };

function plan(files: Files, ...records: Files[]): string[] {
  const shipped = records.map((record) => recordFrom("s", record).migrations);
  return planRenames(filesOf(files), shipped, NOW).flatMap((unit) =>
    unit.map(({ from, to }) => `${from} > ${to}`),
  );
}

const CASES: [string, Files, Files[], string[]][] = [
  ["nothing where nothing is late", { ...SHIPPED, "20261111_c.up.sql": "c" }, [SHIPPED], []],
  ["nothing where no record is known", SHIPPED, [], []],
  [
    "a late pair, both files",
    { ...SHIPPED, "20261105_c.up.sql": "c", "20261105_c.down.sql": "" },
    [SHIPPED],
    ["20261105_c.up.sql > 20261124120000_c.up.sql", "20261105_c.down.sql > 20261124120000_c.down.sql"],
  ],
  [
    "late pairs in their order, behind what waits already",
    { ...SHIPPED, "20261107_d.up.sql": "d", "20261105_c.up.sql": "c", "20261124120000_w.up.sql": "w" },
    [SHIPPED],
    ["20261105_c.up.sql > 20261124120001_c.up.sql", "20261107_d.up.sql > 20261124120002_d.up.sql"],
  ],
  [
    "a late pair of two names, together",
    { ...SHIPPED, "20261105_c.up.sql": "c", "20261105_d.down.sql": "" },
    [SHIPPED],
    ["20261105_c.up.sql > 20261124120000_c.up.sql", "20261105_d.down.sql > 20261124120000_d.down.sql"],
  ],
  [
    "the pair that took a shipped version",
    { "20261110_0.up.sql": "0", "20261110_0.down.sql": "", ...SHIPPED },
    [SHIPPED],
    ["20261110_0.up.sql > 20261124120000_0.up.sql", "20261110_0.down.sql > 20261124120000_0.down.sql"],
  ],
  [
    "the second of two that took a new version",
    { ...SHIPPED, "20261112_c.up.sql": "c", "20261112_d.up.sql": "d" },
    [SHIPPED],
    ["20261112_d.up.sql > 20261124120000_d.up.sql"],
  ],
  [
    "both of two that took a late version",
    { ...SHIPPED, "20261105_c.up.sql": "c", "20261105_d.up.sql": "d" },
    [SHIPPED],
    ["20261105_c.up.sql > 20261124120000_c.up.sql", "20261105_d.up.sql > 20261124120001_d.up.sql"],
  ],
  [
    "late on one stack, not on the other",
    { ...SHIPPED, "20261105_c.up.sql": "c" },
    [{ "20261101_a.up.sql": "a" }, SHIPPED],
    ["20261105_c.up.sql > 20261124120000_c.up.sql"],
  ],
  [
    "nothing that one stack has shipped, though it is late on another",
    { ...SHIPPED, "20261105_c.up.sql": "c" },
    [{ ...SHIPPED, "20261105_c.up.sql": "c" }, SHIPPED],
    [],
  ],
  ["no edited file", { "20261101_a.up.sql": "edited" }, [SHIPPED], []],
  [
    "no shipped file under a wrong number",
    { "20261101_a.up.sql": "a", "20261109_b.up.sql": "b" },
    [SHIPPED],
    [],
  ],
  [
    "a late pair that repeats the SQL of a shipped one which is there",
    { ...SHIPPED, "20261105_c.up.sql": "a" },
    [SHIPPED],
    ["20261105_c.up.sql > 20261124120000_c.up.sql"],
  ],
  ["no backup", { ...SHIPPED, "20261105_c.up.sql.bak": "c" }, [SHIPPED], []],
];

for (const [what, files, records, expected] of CASES) {
  test(`renames ${what}`, () => assert.deepEqual(plan(files, ...records), expected));
}

test("property: after the renames no file is late and no version double, and the order of the late ones is as it was", () => {
  const version = fc.integer({ min: 1, max: 30 });
  const shippedVersions = fc.uniqueArray(version, { maxLength: 8 });
  const added = fc.uniqueArray(fc.tuple(version, fc.constantFrom("x", "y", "z"), fc.boolean()), {
    selector: ([v, name]) => `${v}_${name}`,
    maxLength: 10,
  });
  fc.assert(
    fc.property(shippedVersions, added, (versions, pairs) => {
      const record: Files = Object.fromEntries(versions.map((v) => [`${v}_s.up.sql`, `shipped ${v}`]));
      const extra: Files = Object.fromEntries(
        pairs.flatMap(([v, name, down]) => [
          [`${v}_${name}.up.sql`, `${v} ${name}`] as const,
          ...(down ? [[`${v}_${name}.down.sql`, "--"] as const] : []),
        ]),
      );
      const { migrations } = versions.length > 0 ? recordFrom("s", record) : { migrations: [] };
      const before = filesOf({ ...record, ...extra });
      const renames = planRenames(before, [migrations], NOW);
      const after = renamed(before, new Map(renames.flat().map(({ from, to }) => [from, to])));
      const records = [{ holder: "stack s", migrations }];
      assert.deepEqual(checkOrder({ files: after, records, now: NOW, fixCommand: FIX_COMMAND }), []);
      const digits = (file: string) => BigInt(parseMigrationFileName(file)?.digits ?? "");
      const moved = renames.map(([first]) => first).filter((rename) => rename !== undefined);
      for (const [index, rename] of moved.entries()) {
        const previous = moved[index - 1];
        if (!previous) continue;
        assert.ok(digits(previous.from) <= digits(rename.from));
        assert.ok(digits(previous.to) < digits(rename.to));
      }
    }),
    { numRuns: 500 },
  );
});

function renamed(files: readonly MigrationFile[], names: ReadonlyMap<string, string>): MigrationFile[] {
  return files.map(({ file, bytes }) => {
    const name = names.get(file) ?? file;
    return { file: name, parsed: parseMigrationFileName(name), bytes };
  });
}

test("renaming never overwrites, and puts the pair back where its second file cannot move", () => {
  const folder = mkdtempSync(join(tmpdir(), "ecs-migrate-"));
  try {
    for (const file of ["1_a.up.sql", "1_a.down.sql", "9_a.down.sql"])
      writeFileSync(join(folder, file), file);
    const pair = [
      { from: "1_a.up.sql", to: "9_a.up.sql" },
      { from: "1_a.down.sql", to: "9_a.down.sql" },
    ];
    assert.throws(() => applyRenames(folder, [pair]), {
      name: "RenameError",
      exitCode: 2,
      message:
        "Cannot rename 1_a.down.sql to 9_a.down.sql (EEXIST); correct that and run `npx ecs-migrate check --fix` again",
    });
    assert.deepEqual(readdirSync(folder).sort(), ["1_a.down.sql", "1_a.up.sql", "9_a.down.sql"]);
    assert.equal(readFileSync(join(folder, "9_a.down.sql"), "utf8"), "9_a.down.sql");
    rmSync(join(folder, "9_a.down.sql"));
    applyRenames(folder, [pair]);
    assert.deepEqual(readdirSync(folder).sort(), ["9_a.down.sql", "9_a.up.sql"]);
    assert.equal(readFileSync(join(folder, "9_a.up.sql"), "utf8"), "1_a.up.sql");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a message names the file as --fix makes it, also the second of two late ones", () => {
  const files = filesOf({ ...SHIPPED, "20261105_c.up.sql": "c", "20261107_d.up.sql": "d" });
  const found = checkOrder({ files, records: [recordFrom("s", SHIPPED)], now: NOW, fixCommand: FIX_COMMAND });
  assert.deepEqual(
    found.map(({ fix }) => fix),
    [
      `rename to 20261124120000_c.up.sql (${FIX_COMMAND})`,
      `rename to 20261124120001_d.up.sql (${FIX_COMMAND})`,
    ],
  );
});

test("an empty folder goes on in the scheme of what stacks have", () => {
  assert.equal(versionAfter([], new Map([[7n, 0]]).keys(), NOW), "8");
});
