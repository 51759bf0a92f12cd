import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { checkFolder } from "../../../automation/check/checkFolder.ts";
import { DEFAULT_CHECK } from "../../../automation/check/settings.ts";
import { createMigration, slugOf } from "../../../automation/migrations/create.ts";
import { filesOf, findingsOf } from "../check/folders.ts";

const NOW = new Date("2026-11-24T12:00:00Z");

function withFolder(files: readonly string[], use: (dir: string) => void | Promise<void>) {
  return async () => {
    const dir = mkdtempSync(join(tmpdir(), "ecs-migrate-"));
    try {
      for (const file of files) writeFileSync(join(dir, file), "SELECT 1;\n");
      await use(dir);
    } finally {
      rmSync(dir, { recursive: true });
    }
  };
}

test(
  "makes a pair named by the clock",
  withFolder([], (dir) => {
    assert.deepEqual(createMigration({ dir, name: "Add users' e-mail", now: NOW }), {
      up: join(dir, "20261124120000_add_users_e_mail.up.sql"),
      down: join(dir, "20261124120000_add_users_e_mail.down.sql"),
    });
    assert.deepEqual(readdirSync(dir).sort(), [
      "20261124120000_add_users_e_mail.down.sql",
      "20261124120000_add_users_e_mail.up.sql",
    ]);
  }),
);

test(
  "the version is later than the folder's and the stacks'",
  withFolder(["20261125_x.up.sql", "20261124120000_y.up.sql"], (dir) => {
    const hash = "0".repeat(64);
    const known = [{ version: 20261124120007, name: "z", up: hash, down: null }];
    assert.equal(createMigration({ dir, name: "a", now: NOW }).up, join(dir, "20261124120001_a.up.sql"));
    assert.equal(
      createMigration({ dir, name: "a", now: NOW, known }).up,
      join(dir, "20261124120008_a.up.sql"),
    );
  }),
);

test(
  "what it makes is refused as empty until it is written, and clean from then on",
  withFolder([], async (dir) => {
    const { up, down } = createMigration({ dir, name: "users", now: NOW });
    const texts = (...added: readonly string[]) =>
      Object.fromEntries(
        [up, down ?? ""].map((path, index) => [
          path.slice(dir.length + 1),
          readFileSync(path, "utf8") + (added[index] ?? ""),
        ]),
      );
    assert.deepEqual(await findingsOf(texts()), ["20261124120000_users.up.sql:1 error empty"]);
    const written = texts(
      "ALTER TABLE users ADD COLUMN email text;\n",
      "ALTER TABLE users DROP COLUMN email;\n",
    );
    assert.deepEqual(await findingsOf(written), []);
  }),
);

for (const version of ["8.0", "mariadb-10.11"]) {
  test(
    `a header for ${version} has no word of Postgres, and a file below it is clean`,
    withFolder([], async (dir) => {
      const { up, down } = createMigration({ dir, name: "users", now: NOW, header: "mysql" });
      const texts = [up, down ?? ""].map((path) => readFileSync(path, "utf8"));
      for (const text of texts)
        assert.doesNotMatch(text, /SET LOCAL|lock_timeout = '|CONCURRENTLY|NOT VALID/);
      const settings = { ...DEFAULT_CHECK, dialect: "mysql", mysqlVersion: version } as const;
      const found = await checkFolder({
        files: filesOf({
          "20261124120000_users.up.sql": `${texts[0]}ALTER TABLE users ADD COLUMN email VARCHAR(99), ALGORITHM=INSTANT;\n`,
          "20261124120000_users.down.sql": `${texts[1]}ALTER TABLE users DROP COLUMN email;\n`,
        }),
        ...{ records: [], settings, now: NOW, fixCommand: "" },
      });
      assert.deepEqual(found, []);
    }),
  );
}

test("names become lower-case letters, digits and single underscores", () => {
  const cases: [string, string][] = [
    ["add_users", "add_users"],
    ["  Add -- Users.email!  ", "add_users_email"],
    ["Überschrift é", "uberschrift_e"],
    ["../../etc/passwd", "etc_passwd"],
    ["x.up.sql", "x_up_sql"],
    ["7", "7"],
    ["a".repeat(100), "a".repeat(100)],
  ];
  for (const [name, expected] of cases) assert.equal(slugOf(name), expected);
});

test("a name of which nothing is left, and one too long, are refused before a file is made", async () => {
  await withFolder([], (dir) => {
    assert.throws(() => createMigration({ dir, name: "漢字 / ..", now: NOW }), {
      name: "ConfigError",
      exitCode: 2,
      message:
        '"漢字 / .." holds no letter a-z and no digit; say what the migration does: npx ecs-migrate new add_users_email',
    });
    assert.throws(() => createMigration({ dir, name: "a".repeat(101), now: NOW }), {
      name: "ConfigError",
      message: "the name has 101 characters, at most 100 fit; shorten it",
    });
    assert.deepEqual(readdirSync(dir), []);
  })();
});

test("nothing is made above the largest version", async () => {
  // The last that a stack records, the first above it, and the last that golang-migrate reads (uint64).
  for (const version of ["9007199254740991", "9007199254740992", "18446744073709551615"])
    await withFolder([`${version}_a.up.sql`], (dir) => {
      assert.throws(() => createMigration({ dir, name: "b", now: NOW }), {
        name: "ConfigError",
        exitCode: 2,
        message: `No version is left above ${version}: 9007199254740991 is the largest that a stack can record; give that migration the date and time (UTC) as YYYYMMDDHHMMSS first`,
      });
      assert.deepEqual(readdirSync(dir), [`${version}_a.up.sql`]);
    })();
  await withFolder(["9007199254740990_a.up.sql"], (dir) => {
    assert.equal(createMigration({ dir, name: "b", now: NOW }).up, join(dir, "9007199254740991_b.up.sql"));
  })();
});

test("a folder that is not there is named", () => {
  assert.throws(() => createMigration({ dir: "/nowhere/migrations", name: "a", now: NOW }), {
    name: "MigrationsError",
    message:
      "Migrations in /nowhere/migrations: there is no such folder; set the migrations' folder in the stack's configuration, or make it",
  });
});
