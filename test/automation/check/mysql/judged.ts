/**
 * Sixty statements as real folders have them, each judged by hand: the rules that it should break on MySQL 8.0, on top of
 * the tables of `lint.ts`. The hand's judgement is the MySQL 8.0 manual's and a MySQL 8.0.33 server's; what MariaDB does is asked in
 * test/lab/database/onlineDdl.test.ts.
 */
export const JUDGED: readonly (readonly [sql: string, rules: string])[] = [
  // Columns.
  ["ALTER TABLE `users` ADD COLUMN `phone` varchar(32) DEFAULT NULL", ""],
  ["ALTER TABLE `users` ADD COLUMN `phone` varchar(32) NOT NULL DEFAULT '' AFTER `email`", ""],
  ["ALTER TABLE `users` ADD `status` enum('new','active') NOT NULL DEFAULT 'new'", ""],
  ["ALTER TABLE users ADD COLUMN score DECIMAL(10,2) NOT NULL", "insert-breaks"],
  ["ALTER TABLE users ADD COLUMN meta JSON NOT NULL", "insert-breaks"],
  ["ALTER TABLE users ADD COLUMN meta JSON NULL, ALGORITHM=INSTANT", ""],
  ["ALTER TABLE users ADD COLUMN full_name VARCHAR(99) GENERATED ALWAYS AS (concat(email, '!')) VIRTUAL", ""],
  [
    "ALTER TABLE users ADD COLUMN full_name VARCHAR(99) GENERATED ALWAYS AS (concat(email, '!')) STORED",
    "writes-blocked",
  ],
  ["ALTER TABLE users ADD COLUMN uuid CHAR(36) NOT NULL DEFAULT (uuid())", "function-binlog writes-blocked"],
  ["ALTER TABLE users ADD COLUMN created DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP", ""],
  ["ALTER TABLE users ADD COLUMN (a INT, b INT)", ""],
  ["ALTER TABLE users DROP COLUMN note, DROP COLUMN age", "drop-column drop-column"],
  ["ALTER TABLE users MODIFY COLUMN note LONGTEXT", "writes-blocked"],
  ["ALTER TABLE users MODIFY COLUMN email VARCHAR(63) NOT NULL", ""],
  ["ALTER TABLE users MODIFY COLUMN email VARCHAR(255) NOT NULL", "writes-blocked"],
  ["ALTER TABLE users MODIFY age SMALLINT", "writes-blocked"],
  ["ALTER TABLE users CHANGE COLUMN age years INT", "rename"],
  ["ALTER TABLE users ALTER COLUMN age SET DEFAULT 18", ""],
  ["ALTER TABLE users ALTER age DROP DEFAULT", ""],
  ["ALTER TABLE users RENAME COLUMN age TO years", "rename"],
  ["ALTER TABLE users MODIFY id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT COMMENT 'key'", ""],
  // Indexes and keys.
  ["CREATE INDEX users_email_idx ON users (email)", ""],
  ["CREATE UNIQUE INDEX users_email_uq ON users (email) ALGORITHM=INPLACE LOCK=NONE", ""],
  ["CREATE FULLTEXT INDEX users_note_ft ON users (note)", "writes-blocked"],
  ["CREATE FULLTEXT INDEX users_note_ft ON users (note) LOCK=NONE", "writes-blocked algorithm-refused"],
  ["ALTER TABLE users ADD KEY `idx_age_email` (`age`,`email`) USING BTREE", ""],
  ["ALTER TABLE users ADD INDEX idx_lower ((lower(email)))", "writes-blocked"],
  ["ALTER TABLE users ADD INDEX idx_note (note(20)), ADD INDEX idx_mail (email DESC)", ""],
  ["ALTER TABLE users ALTER INDEX age_idx INVISIBLE", ""],
  ["ALTER TABLE users DROP INDEX age_idx", ""],
  ["DROP INDEX age_idx ON users", ""],
  ["ALTER TABLE users DROP PRIMARY KEY", "refused writes-blocked"],
  ["ALTER TABLE users DROP PRIMARY KEY, ADD PRIMARY KEY (id, email)", ""],
  [
    "ALTER TABLE users ADD CONSTRAINT fk_age FOREIGN KEY (age) REFERENCES ages (id) ON DELETE CASCADE",
    "writes-blocked",
  ],
  ["ALTER TABLE users DROP FOREIGN KEY fk_age", "foreign-key-refused"],
  ["ALTER TABLE users ADD CONSTRAINT chk_age CHECK (age >= 0)", "writes-blocked"],
  ["ALTER TABLE users DROP CHECK chk_age", ""],
  // Tables.
  [
    "CREATE TABLE `orders` (`id` bigint unsigned NOT NULL AUTO_INCREMENT, `user_id` bigint unsigned NOT NULL, PRIMARY KEY (`id`), KEY `user_id` (`user_id`), CONSTRAINT `orders_users` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci",
    "",
  ],
  ["CREATE TABLE logs (at DATETIME, line TEXT)", "no-primary-key"],
  [
    "CREATE TABLE logs (id INT PRIMARY KEY) ENGINE=MyISAM DEFAULT CHARSET=utf8",
    "not-innodb three-byte-charset",
  ],
  [
    "CREATE TABLE IF NOT EXISTS tags (id INT PRIMARY KEY, name VARCHAR(20) CHARACTER SET utf8 NOT NULL)",
    "three-byte-charset",
  ],
  [
    "CREATE TABLE parts (id INT NOT NULL, at DATE NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (year(at)) (PARTITION p0 VALUES LESS THAN (2025), PARTITION p1 VALUES LESS THAN MAXVALUE)",
    "",
  ],
  ["ALTER TABLE users PARTITION BY HASH (id) PARTITIONS 4", "writes-blocked"],
  ["ALTER TABLE users REMOVE PARTITIONING", "refused writes-blocked"],
  ["ALTER TABLE users TRUNCATE PARTITION p0", "drop-table refused"],
  ["ALTER TABLE users ADD PARTITION (PARTITION p9 VALUES LESS THAN (9))", "refused"],
  [
    "ALTER TABLE users REORGANIZE PARTITION p1 INTO (PARTITION p1 VALUES LESS THAN (5), PARTITION p2 VALUES LESS THAN MAXVALUE)",
    "refused writes-blocked",
  ],
  ["ALTER TABLE users CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci", ""],
  ["ALTER TABLE users ENGINE=InnoDB", ""],
  ["ALTER TABLE users AUTO_INCREMENT = 1000", ""],
  ["ALTER TABLE users COMMENT = 'people'", ""],
  ["ALTER TABLE users RENAME TO people", "rename"],
  ["RENAME TABLE users TO users_old, users_new TO users", "rename rename"],
  ["DROP TABLE IF EXISTS users", "drop-table"],
  ["TRUNCATE TABLE users", "drop-table"],
  // Rows.
  ["UPDATE users SET email = lower(email)", "update-all-rows"],
  ["UPDATE users SET age = 1 WHERE age IS NULL LIMIT 1000", ""],
  ["DELETE FROM users WHERE created_at < NOW() - INTERVAL 1 YEAR", ""],
  ["INSERT IGNORE INTO users (email) VALUES ('a@b.c') ON DUPLICATE KEY UPDATE email = VALUES(email)", ""],
  ["INSERT INTO users (email) SELECT email FROM leads", ""],
  ["REPLACE INTO users (id, email) VALUES (1, 'a;b')", ""],
  // Programs and settings.
  ["CREATE DEFINER=`admin`@`%` TRIGGER t BEFORE INSERT ON users FOR EACH ROW SET NEW.age = 1", "definer"],
  [
    "CREATE ALGORITHM=UNDEFINED DEFINER=`root`@`localhost` SQL SECURITY DEFINER VIEW v AS SELECT id FROM users",
    "definer",
  ],
  ["CREATE FUNCTION next_id(a INT) RETURNS INT BEGIN RETURN a + 1; END", "function-binlog"],
  ["CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM logs WHERE at < NOW() - INTERVAL 7 DAY", ""],
  ["SET SESSION sql_mode = 'NO_ENGINE_SUBSTITUTION'; ALTER TABLE users ADD COLUMN z INT", "sql-mode"],
  ["SET GLOBAL innodb_online_alter_log_max_size = 1073741824", "global-setting"],
  ["GRANT SELECT ON shop.* TO 'reader'@'%'", ""],
];
