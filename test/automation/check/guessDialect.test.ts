import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { guessDialect } from "../../../automation/check/guessDialect.ts";
import type { MigrationFile } from "../../../automation/migrations/folder.ts";

function guess(sql: string): string {
  return guessDialect([{ bytes: new TextEncoder().encode(sql) } as MigrationFile]);
}

/** Each alone must do: no backquote and no ENGINE. */
const MYSQL = [
  "source users.sql;",
  "\\. users.sql",
  "USE shop;",
  "CREATE TABLE users (id BIGINT AUTO_INCREMENT PRIMARY KEY)",
  "CREATE TABLE users (id BIGINT PRIMARY KEY, active TINYINT(1) NOT NULL DEFAULT 1)",
  "CREATE TABLE users (id BIGINT PRIMARY KEY, created_at DATETIME NOT NULL)",
  "CREATE TABLE users (id BIGINT PRIMARY KEY, age INT UNSIGNED)",
  "CREATE TABLE users (id INT(11) NOT NULL)",
  "ALTER TABLE users ADD COLUMN updated_at TIMESTAMP NULL ON UPDATE CURRENT_TIMESTAMP",
  "CREATE TABLE users (id BIGINT PRIMARY KEY) CHARSET utf8mb4",
  "ALTER TABLE users ADD COLUMN name VARCHAR(9) COLLATE utf8mb4_bin",
  "# adds a column\nALTER TABLE users ADD COLUMN a INT",
  "ALTER TABLE users MODIFY name VARCHAR(80) NOT NULL",
  "ALTER TABLE users CHANGE name full_name VARCHAR(80)",
  "ALTER TABLE users ADD COLUMN a INT AFTER id;",
  "ALTER TABLE users ADD INDEX by_name (name)",
  "ALTER TABLE users DROP FOREIGN KEY by_name",
  "DROP INDEX by_name ON users",
  "RENAME TABLE users TO people",
  "INSERT IGNORE INTO users (id) VALUES (1)",
  "REPLACE INTO users (id) VALUES (1)",
  "CREATE TABLE users (id BIGINT PRIMARY KEY, kind ENUM('a', 'b'))",
  "UPDATE users SET name = IFNULL(name, 'x') WHERE id = 1",
  "SET foreign_key_checks = 0",
  "SET NAMES utf8mb4",
];

const POSTGRES = [
  "ALTER TABLE people ADD COLUMN label text GENERATED ALWAYS AS (concat(first, last)) STORED",
  "ALTER TABLE people ADD COLUMN age int; SELECT last, first, age FROM people",
  "CREATE TABLE users (id BIGSERIAL PRIMARY KEY, datetime TIMESTAMPTZ)",
  "CREATE TABLE users (id UUID PRIMARY KEY DEFAULT gen_random_uuid(), modified_by TEXT)",
  'CREATE TABLE "users" ("id" INT GENERATED ALWAYS AS IDENTITY, "charset" TEXT)',
  "ALTER TABLE users ALTER COLUMN name TYPE VARCHAR(80)",
  "ALTER TABLE users ALTER COLUMN name SET NOT NULL",
  'UPDATE users SET data = data || \'{"engine": "InnoDB `t` AUTO_INCREMENT"}\'',
  "UPDATE users SET data = data #>> '{a,b}'\nWHERE data\n#> '{a}' IS NOT NULL",
  "DO $$ BEGIN PERFORM 1; END $$",
  "INSERT INTO users (id) VALUES (1) ON CONFLICT DO NOTHING",
  "CREATE TYPE mood AS ENUM ('sad', 'ok')",
  "CREATE INDEX CONCURRENTLY users_change ON users (change)",
  "CREATE TABLE users (id int, first int, after int)",
  "DROP TABLE users CASCADE",
  "\\i schema/users.sql",
  "\\copy users FROM 'users.csv' CSV",
  "SELECT 1",
  "",
];

const MARIADB = [
  "ALTER TABLE users ADD COLUMN IF NOT EXISTS a INT AFTER id;",
  "CREATE OR REPLACE TABLE users (id BIGINT AUTO_INCREMENT PRIMARY KEY)",
  "CREATE TABLE users (id BIGINT AUTO_INCREMENT PRIMARY KEY) COLLATE utf8mb4_uca1400_ai_ci",
  "CREATE SEQUENCE s; CREATE TABLE users (id BIGINT UNSIGNED PRIMARY KEY DEFAULT (NEXT VALUE FOR s))",
];

describe("what a file looks like", () => {
  for (const [dialect, files] of Object.entries({ mysql: MYSQL, postgres: POSTGRES, mariadb: MARIADB }))
    for (const sql of files)
      test(`${dialect}: ${sql.slice(0, 90)}`, () => {
        assert.equal(guess(sql), dialect);
      });

  test("MySQL's own words beside MariaDB's leave it MySQL", () => {
    const both =
      "ALTER TABLE users ADD COLUMN IF NOT EXISTS a INT AFTER id; SELECT a->>'$.b' FROM users; ALTER TABLE users ALTER INDEX i INVISIBLE;";
    assert.equal(guess(both), "mysql");
  });
});
