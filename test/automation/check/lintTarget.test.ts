import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { lintTarget, readAs, type TargetSettings } from "../../../automation/check/lintTarget.ts";
import { filesOf } from "./folders.ts";

const MYSQL = filesOf({
  "1_a.up.sql": "CREATE TABLE `t` (id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY) ENGINE=InnoDB;",
});
const POSTGRES = filesOf({ "1_a.up.sql": "CREATE TABLE t (id bigserial PRIMARY KEY, at timestamptz);" });
const AUTO: TargetSettings = { dialect: "auto" };

function nameOf(...args: Parameters<typeof lintTarget>): string {
  return readAs(lintTarget(...args));
}

describe("whose SQL a folder holds", () => {
  test("a guess goes by what only one server takes", () => {
    assert.equal(nameOf(AUTO, MYSQL), "MySQL 8.0 (what the SQL looks like; --dialect names another)");
    assert.equal(nameOf(AUTO, POSTGRES), "Postgres (what the SQL looks like; --dialect names another)");
    assert.equal(
      nameOf(AUTO, filesOf({ "1_a.up.sql": "SELECT 1;" })),
      "Postgres (what the SQL looks like; --dialect names another)",
    );
    assert.equal(
      nameOf(AUTO, filesOf({ "1_a.up.sql": "-- ENGINE=InnoDB `t`\nSELECT '`';" })),
      "Postgres (what the SQL looks like; --dialect names another)",
    );
    const maria = filesOf({ "1_a.up.sql": "ALTER TABLE `t` ADD SYSTEM VERSIONING;" });
    assert.equal(nameOf(AUTO, maria), "MariaDB 10.11 (what the SQL looks like; --dialect names another)");
  });

  test("what the last run reported wins over what the SQL looks like", () => {
    const reports = (engine: string, serverVersion: string | null) =>
      nameOf(AUTO, POSTGRES, { engine, serverVersion });
    assert.equal(reports("mysql", "8.0.28"), "MySQL 8.0.28 (what the database reported)");
    assert.equal(
      reports("mysql", "10.11.19-MariaDB-0+deb12u1"),
      "MariaDB 10.11.19 (what the database reported)",
    );
    assert.equal(reports("mysql", "5.5.5-10.6.4-MariaDB"), "MariaDB 10.6.4 (what the database reported)");
    assert.equal(reports("mysql", null), "MySQL 8.0 (what the database reported)");
    assert.equal(reports("postgres", "15.18"), "Postgres (what the database reported)");
    assert.equal(reports("pgx5", null), "Postgres (what the database reported)");
    assert.equal(reports("sqlserver", null), "SQL of another database (what the database reported)");
  });

  test("a setting wins over both", () => {
    assert.equal(
      nameOf({ dialect: "postgres" }, MYSQL, { engine: "mysql", serverVersion: "8.0.28" }),
      "Postgres",
    );
    assert.equal(nameOf({ dialect: "mysql" }, POSTGRES), "MySQL 8.0");
    assert.equal(nameOf({ dialect: "mariadb" }, MYSQL), "MariaDB 10.11");
    assert.equal(nameOf({ dialect: "mysql", mysqlVersion: "8.4" }, MYSQL), "MySQL 8.4");
    assert.equal(nameOf({ dialect: "mysql", mysqlVersion: "mariadb-11.4" }, MYSQL), "MariaDB 11.4");
    assert.equal(nameOf({ ...AUTO, engine: "mysql" }, POSTGRES), "MySQL 8.0 (databaseEngine)");
    const maria = filesOf({ "1_a.up.sql": "ALTER TABLE `t` ADD COLUMN IF NOT EXISTS a INT;" });
    assert.equal(nameOf({ ...AUTO, engine: "mysql" }, maria), "MariaDB 10.11 (databaseEngine)");
    assert.equal(
      nameOf({ ...AUTO, engine: "mysql", mysqlVersion: "8.4" }, maria),
      "MySQL 8.4 (databaseEngine)",
    );
    assert.equal(
      nameOf({ ...AUTO, engine: "mysql", mysqlVersion: "mariadb-10.6" }, POSTGRES),
      "MariaDB 10.6 (databaseEngine)",
    );
    assert.equal(
      nameOf({ ...AUTO, engine: "postgres" }, MYSQL, { engine: "mysql", serverVersion: "8.0.28" }),
      "MySQL 8.0.28 (what the database reported)",
    );
    assert.equal(
      nameOf({ ...AUTO, mysqlVersion: "8.0.11" }, MYSQL, { engine: "mysql", serverVersion: "8.0.28" }),
      "MySQL 8.0.11 (what the database reported)",
    );
  });
});
