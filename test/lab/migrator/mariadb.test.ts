/** A broken file on a real MariaDB, and the way out that doctor shows: each query is asked, each command is run. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { lintTarget } from "../../../automation/check/lintTarget.ts";
import { DEFAULT_CHECK } from "../../../automation/check/settings.ts";
import { CONTAINER_EXIT } from "../../../automation/contract/container.ts";
import { type DirtyGuide, dirtyGuide } from "../../../automation/doctor/dirtyGuide.ts";
import { doctorLines } from "../../../automation/doctor/text.ts";
import { readMigrationFiles, recordOf } from "../../../automation/migrations/folder.ts";
import { explainError } from "../../../automation/verdict/databaseError.ts";
import { describeVerdict } from "../../../automation/verdict/describe.ts";
import { sampleOutputs } from "../../support/sampleOutputs.ts";
import { CONTEXT } from "../../support/verdictSamples.ts";
import { type Mariadb, startMariadb } from "../database/mariadb.ts";
import { migratorBinary } from "../docker/baseImages.ts";
import { thisMachine } from "../machine.ts";
import { clean, type Run, runMigrator } from "./support.ts";

const FILE = "20261121_add_discounts.up.sql";
const FIRST =
  "CREATE TABLE products (id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, sku VARCHAR(40) NOT NULL) ENGINE=InnoDB;\n";
/** The third statement names a table that does not exist: `discount` for `discounts`. */
const broken = (table: string) =>
  `CREATE TABLE discounts (id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, percent INT NOT NULL);
ALTER TABLE products ADD COLUMN discount_id BIGINT UNSIGNED NULL;
ALTER TABLE ${table} ADD COLUMN starts_at DATETIME NULL;
CREATE INDEX products_discount ON products (discount_id);
`;

const folder = mkdtempSync(join(tmpdir(), "migrator-mariadb-"));
let mariadb: Mariadb;
let binary: string;

before(async () => {
  binary = await migratorBinary(thisMachine(), { report: () => undefined });
  mariadb = await startMariadb({ folder, gateway: "127.0.0.1" });
});

after(async () => {
  await mariadb?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Two files, the second broken, in a database of their own. */
async function brokenDatabase(name: string) {
  const path = mkdtempSync(join(folder, "migrations-"));
  const write = (sql: string) => writeFileSync(join(path, FILE), sql);
  writeFileSync(join(path, "20261120_create_products.up.sql"), FIRST);
  write(broken("discount"));
  const { fromHost } = await mariadb.createDatabase(name);
  const env = { MIGRATION_DB: fromHost, MIGRATIONS_PATH: path };
  const run = (args: readonly string[]): Promise<Run> =>
    runMigrator({ binary, password: mariadb.password }, args, env);
  return { path, write, run, name };
}

/** As `doctor` makes it of the run that left the mark. */
async function guideOf(path: string, { result }: Run): Promise<DirtyGuide> {
  const files = readMigrationFiles(path);
  return dirtyGuide({
    version: result.to?.version ?? null,
    run: { result, logStream: "local/migration/1", taskId: "1", at: 1 },
    outputs: sampleOutputs({ migrations: recordOf(files).migrations }),
    stack: "local",
    files,
    target: lintTarget({ ...DEFAULT_CHECK }, files, result.database),
  });
}

/** `npx ecs-migrate migrate force 20261120 --stack local` as the migrator's own arguments. */
function argumentsOf(guide: DirtyGuide, finding: RegExp): string[] {
  const { command } =
    guide.choices.find((choice) => finding.test(choice.finding)) ?? assert.fail(`${finding}`);
  return (command ?? "")
    .replace(/^.* migrate /, "")
    .replace(/ --stack .*$/, "")
    .split(" ");
}

describe("a file of four statements, the third of which fails", () => {
  it("is told statement by statement, and each query tells whether its statement took effect", async (t) => {
    const { path, run, name } = await brokenDatabase("told");
    const ran = await run(["up"]);
    assert.equal(ran.code, CONTAINER_EXIT.dirty);
    const { failed, to } = ran.result;
    assert.deepEqual(to, { version: 20261121, dirty: true });
    assert.deepEqual(failed?.statement, { n: 3, of: 4, line: 3 });
    assert.deepEqual(
      failed?.completed.map(({ n, kind }) => [n, kind]),
      [
        [1, "CREATE TABLE"],
        [2, "ALTER TABLE"],
      ],
    );
    const guide = await guideOf(path, ran);
    assert.match(guide.database, /^MariaDB \d+\.\d+/);
    assert.deepEqual(
      guide.statements.map(({ outcome }) => outcome),
      ["completed", "completed", "failed", "notStarted"],
    );
    for (const { looks, outcome, text } of guide.statements)
      for (const { query, tells } of looks) {
        assert.equal(tells, "1: it took effect; 0: it did not");
        const [[answer] = []] = await mariadb.query(name, query ?? "");
        assert.equal(answer, outcome === "completed" ? "1" : "0", text);
      }
    const { from, files, error } = ran.result;
    const why = describeVerdict(
      { kind: "dirty", version: 20261121, from, files, error, failure: failed ?? null },
      { ...CONTEXT, stack: "local", engine: "mysql" },
    ).why;
    assert.equal(
      why,
      `What the file uses does not exist (Table 'told.discount' doesn't exist (error 1146)). Of ${FILE} statements 1 (line 1, CREATE TABLE) and 2 (line 2, ALTER TABLE) took effect; statement 3 of 4 (line 3) did not complete.`,
    );
    const lines = doctorLines({ schema: 1, stack: "local", exitCode: 12, checks: [], dirty: guide }, false);
    if (process.env.SHOW_TABLE) t.diagnostic(`\n${why}\n${lines.join("\n")}`);
  });

  it("back: what took effect is undone by hand, then the commands as doctor prints them", async () => {
    const { path, write, run, name } = await brokenDatabase("back");
    const guide = await guideOf(path, await run(["up"]));
    assert.equal((await run(["up"])).code, CONTAINER_EXIT.dirty, "nothing runs while it is dirty");
    await mariadb.query(name, "ALTER TABLE products DROP COLUMN discount_id; DROP TABLE discounts;");
    const force = argumentsOf(guide, /none .* took effect/);
    assert.deepEqual(force, ["force", "20261120"]);
    assert.deepEqual((await run(force)).result.to, clean(20261120));
    write(broken("discounts"));
    const corrected = await run(["up"]);
    assert.equal(corrected.code, 0);
    assert.deepEqual(corrected.result.to, clean(20261121));
  });

  it("forward: the rest is finished by hand, then force to the file's own version", async () => {
    const { path, run, name } = await brokenDatabase("forward");
    const guide = await guideOf(path, await run(["up"]));
    const rest = broken("discounts").split("\n").slice(2).join("\n");
    await mariadb.query(name, rest);
    assert.deepEqual((await run(argumentsOf(guide, /all of .* took effect/))).result.to, clean(20261121));
    const again = await run(["up"]);
    assert.deepEqual([again.code, again.result.outcome], [0, "unchanged"]);
  });
});

describe("no session with MariaDB", () => {
  const kindOf = async (change: (url: string) => string) => {
    const path = mkdtempSync(join(folder, "migrations-"));
    writeFileSync(join(path, "1_a.up.sql"), "SELECT 1;\n");
    const env = { MIGRATION_DB: change(mariadb.urlFromHost), MIGRATIONS_PATH: path, CONNECT_TIMEOUT: "0" };
    const { result } = await runMigrator({ binary, password: mariadb.password }, ["up"], env);
    assert.deepEqual([result.from, result.to], [null, null]);
    const { kind, beforeAnyFile } = explainError(result.error ?? "", result.failed);
    assert.equal(beforeAnyFile, true);
    return kind;
  };

  it("a wrong password, TLS that it does not offer and a database that is not there are each told as such", async () => {
    assert.equal(await kindOf((url) => url.replace(/:[^:@]*@tcp/, ":wrong@tcp")), "mysqlPassword");
    assert.equal(await kindOf((url) => `${url}?tls=true`), "mysqlTls");
    assert.equal(await kindOf((url) => url.replace(/\/shop$/, "/nope")), "noDatabase");
  });
});
