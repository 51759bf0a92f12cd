/**
 * What the lint is measured on: a database as a first file makes it, with rows, and small files that follow it. Each item is what a
 * team might write, right or wrong; what it really does is read from the server, never written here.
 */

export interface Item {
  /** Unique. */
  readonly name: string;
  /** The files in order; the last one is judged, those before it have run. */
  readonly files: readonly string[];
  /** Of a folder with tables of its own, in place of {@link BASE}: what fills them before the last file. */
  readonly rows?: string;
}

/** The first file: every kind of object that the items touch. */
export const BASE = `
CREATE TYPE mood AS ENUM ('ok', 'sad');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE DOMAIN plain_text AS text;
CREATE DOMAIN amount AS int;
CREATE SCHEMA app;
CREATE SEQUENCE q;
CREATE TABLE users (id bigint PRIMARY KEY, email varchar(64), name text, age int, score numeric(8,2), active boolean NOT NULL DEFAULT true,
  mood mood, created timestamp, seen timestamptz, data json, tags text[], token uuid, code char(4), ip cidr, total amount, note plain_text, org int);
CREATE TABLE orgs (id int PRIMARY KEY, title varchar(20) NOT NULL UNIQUE);
CREATE TABLE orders (id int PRIMARY KEY, user_id bigint REFERENCES users (id), amount numeric, state text NOT NULL DEFAULT 'new', paid boolean);
CREATE TABLE tree (id int PRIMARY KEY, parent int REFERENCES tree (id) DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE events (id bigint NOT NULL, at int NOT NULL, kind int) PARTITION BY RANGE (at);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (100);
CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM (100) TO (200);
CREATE TABLE loose (id bigint NOT NULL, at int NOT NULL, kind int);
CREATE TABLE checked (id bigint NOT NULL, at int NOT NULL, kind int, CONSTRAINT fits CHECK (at >= 300 AND at < 400));
CREATE TABLE app.things (id int PRIMARY KEY, label varchar(10), user_id bigint);
CREATE TABLE plain (a int, b int, c text);
CREATE INDEX users_email ON users (email);
CREATE INDEX users_name ON users (name);
CREATE INDEX events_kind ON events (kind);
CREATE UNIQUE INDEX users_token ON users (token);
CREATE UNIQUE INDEX users_code ON users (code) WHERE active;
CREATE UNIQUE INDEX plain_a ON plain (a);
CREATE VIEW adults AS SELECT id, active FROM users WHERE active;
CREATE MATERIALIZED VIEW summary AS SELECT amount, count(*) AS n FROM orders GROUP BY amount;
CREATE UNIQUE INDEX summary_amount ON summary (amount);
CREATE FUNCTION one() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE FUNCTION dice() RETURNS int LANGUAGE sql AS 'SELECT (random() * 6)::int';
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.created := now(); RETURN NEW; END $$;
CREATE TRIGGER stamp BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION stamp();
`;

/** Rows for each table, so that what reads or writes them can be seen. */
export const ROWS = `
INSERT INTO orgs SELECT i, 'org ' || i FROM generate_series(1, 50) i;
INSERT INTO users SELECT i, 'u' || i || '@x', 'n' || i, i, i, true, 'ok', now(), now(), '{}', '{a}', gen_random_uuid(), lpad(i::text, 4, '0'), '10.0.0.0/8', i, 'x', 1 + i % 50 FROM generate_series(1, 400) i;
INSERT INTO orders SELECT i, i, i, 'new', true FROM generate_series(1, 400) i;
INSERT INTO tree SELECT i, 1 FROM generate_series(1, 200) i;
INSERT INTO events SELECT i, i % 200, i FROM generate_series(1, 400) i;
INSERT INTO loose SELECT i, 200 + i % 100, i FROM generate_series(1, 400) i;
INSERT INTO checked SELECT i, 300 + i % 100, i FROM generate_series(1, 400) i;
INSERT INTO app.things SELECT i, 't' || i, i FROM generate_series(1, 300) i;
INSERT INTO plain SELECT i, i, 'c' FROM generate_series(1, 300) i;
REFRESH MATERIALIZED VIEW summary;
`;

const SET = "SET LOCAL lock_timeout = '5s';\n";

/** One statement a line, each a file of its own behind a lock_timeout. */
function each(prefix: string, lines: string): Item[] {
  return lines
    .trim()
    .split("\n")
    .map((line, index) => ({ name: `${prefix} ${index + 1}: ${line}`, files: [`${SET}${line}`] }));
}

/** Files without a lock_timeout, as they are. */
function bare(prefix: string, lines: string): Item[] {
  return lines
    .trim()
    .split("\n")
    .map((line, index) => ({ name: `${prefix} ${index + 1}: ${line}`, files: [line] }));
}

/** Files that run one after the other, parted by `||`; the last one is judged. */
function after(prefix: string, lines: string): Item[] {
  return lines
    .trim()
    .split("\n")
    .map((line, index) => ({
      name: `${prefix} ${index + 1}: ${line}`,
      files: line.split("||").map((file) => file.trim()),
    }));
}

export const ITEMS: readonly Item[] = [
  ...each(
    "add column",
    `
ALTER TABLE users ADD COLUMN c int;
ALTER TABLE users ADD COLUMN c int DEFAULT 5;
ALTER TABLE users ADD COLUMN c int NOT NULL DEFAULT 5;
ALTER TABLE users ADD COLUMN c int NOT NULL;
ALTER TABLE users ADD COLUMN c text DEFAULT lower('X');
ALTER TABLE users ADD COLUMN c timestamptz DEFAULT now();
ALTER TABLE users ADD COLUMN c timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP;
ALTER TABLE users ADD COLUMN c timestamptz DEFAULT clock_timestamp();
ALTER TABLE users ADD COLUMN c timestamptz DEFAULT statement_timestamp();
ALTER TABLE users ADD COLUMN c uuid DEFAULT gen_random_uuid();
ALTER TABLE users ADD COLUMN c float DEFAULT random();
ALTER TABLE users ADD COLUMN c bigint DEFAULT nextval('q');
ALTER TABLE users ADD COLUMN c int DEFAULT one();
ALTER TABLE users ADD COLUMN c int DEFAULT dice();
ALTER TABLE users ADD COLUMN c serial;
ALTER TABLE users ADD COLUMN c bigserial;
ALTER TABLE users ADD COLUMN c int GENERATED ALWAYS AS IDENTITY;
ALTER TABLE users ADD COLUMN c int GENERATED ALWAYS AS (age * 2) STORED;
ALTER TABLE users ADD COLUMN c bigint DEFAULT extract(epoch FROM now())::bigint;
ALTER TABLE users ADD COLUMN c text DEFAULT to_char(now(), 'YYYY');
ALTER TABLE users ADD COLUMN c jsonb NOT NULL DEFAULT '{}';
ALTER TABLE users ADD COLUMN c jsonb DEFAULT jsonb_build_object('a', 1);
ALTER TABLE users ADD COLUMN c int[] DEFAULT ARRAY[1, 2];
ALTER TABLE users ADD COLUMN c text DEFAULT md5('x') || substr('abc', 2);
ALTER TABLE users ADD COLUMN c text DEFAULT md5(random()::text);
ALTER TABLE users ADD COLUMN c date DEFAULT CURRENT_DATE + 1;
ALTER TABLE users ADD COLUMN c interval DEFAULT make_interval(days => 3);
ALTER TABLE users ADD COLUMN c bytea DEFAULT decode('00', 'hex');
ALTER TABLE users ADD COLUMN c positive;
ALTER TABLE users ADD COLUMN c positive DEFAULT 5;
ALTER TABLE users ADD COLUMN c plain_text;
ALTER TABLE users ADD COLUMN c plain_text DEFAULT 'x';
ALTER TABLE users ADD COLUMN c mood DEFAULT 'ok';
ALTER TABLE users ADD COLUMN c int UNIQUE;
ALTER TABLE plain ADD COLUMN c2 int GENERATED ALWAYS AS IDENTITY PRIMARY KEY;
ALTER TABLE users ADD COLUMN c int CHECK (c > 0);
ALTER TABLE users ADD COLUMN c int DEFAULT 1 CHECK (c > 0);
ALTER TABLE users ADD COLUMN c int REFERENCES orgs (id);
ALTER TABLE users ADD COLUMN c int DEFAULT 1 REFERENCES orgs (id);
ALTER TABLE users ADD COLUMN IF NOT EXISTS email text NOT NULL;
ALTER TABLE users ADD COLUMN IF NOT EXISTS c int;
ALTER TABLE users ADD COLUMN c int, ADD COLUMN d int DEFAULT 3;
ALTER TABLE users ADD COLUMN c int, ADD COLUMN d uuid DEFAULT gen_random_uuid();
ALTER TABLE events ADD COLUMN c int;
ALTER TABLE events ADD COLUMN c int DEFAULT 7;
ALTER TABLE events ADD COLUMN c uuid DEFAULT gen_random_uuid();
ALTER TABLE app.things ADD COLUMN c text NOT NULL DEFAULT '';
ALTER TABLE app.things ADD COLUMN c text NOT NULL;
`,
  ),
  ...each(
    "set not null",
    `
ALTER TABLE users ALTER COLUMN age SET NOT NULL;
ALTER TABLE users ALTER COLUMN id SET NOT NULL;
ALTER TABLE users ALTER COLUMN active SET NOT NULL;
ALTER TABLE users ALTER COLUMN age DROP NOT NULL;
ALTER TABLE users ALTER COLUMN active DROP NOT NULL;
ALTER TABLE users ALTER COLUMN active DROP NOT NULL, ALTER COLUMN active SET NOT NULL;
ALTER TABLE users ADD COLUMN c int NOT NULL DEFAULT 0; ALTER TABLE users ALTER COLUMN c SET NOT NULL;
ALTER TABLE orgs ALTER COLUMN title SET NOT NULL;
ALTER TABLE events ALTER COLUMN kind SET NOT NULL;
ALTER TABLE events ALTER COLUMN at SET NOT NULL;
ALTER TABLE orders ALTER COLUMN state SET NOT NULL, ALTER COLUMN state DROP DEFAULT;
ALTER TABLE orders ALTER COLUMN paid SET NOT NULL;
`,
  ),
  ...after(
    "not null in steps",
    `
ALTER TABLE users ADD CONSTRAINT c CHECK (age IS NOT NULL) NOT VALID; || ALTER TABLE users VALIDATE CONSTRAINT c; || ${SET.trim()} ALTER TABLE users ALTER COLUMN age SET NOT NULL;
ALTER TABLE users ADD CONSTRAINT c CHECK (age IS NOT NULL) NOT VALID; || ${SET.trim()} ALTER TABLE users ALTER COLUMN age SET NOT NULL;
ALTER TABLE users ADD CONSTRAINT c CHECK (age IS NOT NULL AND name IS NOT NULL); || ${SET.trim()} ALTER TABLE users ALTER COLUMN name SET NOT NULL;
ALTER TABLE users ADD CONSTRAINT c CHECK (age IS NOT NULL); || ALTER TABLE users DROP CONSTRAINT c; || ${SET.trim()} ALTER TABLE users ALTER COLUMN age SET NOT NULL;
ALTER TABLE users ADD CONSTRAINT c CHECK (age IS NOT NULL); || ALTER TABLE users RENAME COLUMN age TO years; || ${SET.trim()} ALTER TABLE users ALTER COLUMN years SET NOT NULL;
ALTER TABLE users ADD CONSTRAINT c CHECK (age IS NOT NULL); || ALTER TABLE users RENAME TO people; || ${SET.trim()} ALTER TABLE people ALTER COLUMN age SET NOT NULL;
ALTER TABLE users ALTER COLUMN age SET NOT NULL; || ${SET.trim()} ALTER TABLE users ALTER COLUMN age SET NOT NULL;
ALTER TABLE users ALTER COLUMN age SET NOT NULL; || ALTER TABLE users ALTER COLUMN age DROP NOT NULL; || ${SET.trim()} ALTER TABLE users ALTER COLUMN age SET NOT NULL;
ALTER TABLE users ADD CONSTRAINT c CHECK (age IS NOT NULL OR name IS NOT NULL); || ${SET.trim()} ALTER TABLE users ALTER COLUMN age SET NOT NULL;
ALTER TABLE users ADD CONSTRAINT c CHECK (age IS NOT NULL) NOT VALID; || ALTER TABLE users RENAME CONSTRAINT c TO d; || ALTER TABLE users VALIDATE CONSTRAINT d; || ${SET.trim()} ALTER TABLE users ALTER COLUMN age SET NOT NULL;
`,
  ),
  ...each(
    "column type",
    `
ALTER TABLE users ALTER COLUMN email TYPE varchar(128);
ALTER TABLE users ALTER COLUMN email TYPE varchar(32);
ALTER TABLE users ALTER COLUMN email TYPE varchar;
ALTER TABLE users ALTER COLUMN email TYPE text;
ALTER TABLE users ALTER COLUMN email TYPE text USING email::text;
ALTER TABLE users ALTER COLUMN email TYPE text USING trim(email);
ALTER TABLE users ALTER COLUMN email TYPE varchar(128) USING email::varchar(128);
ALTER TABLE users ALTER COLUMN email TYPE char(64);
ALTER TABLE users ALTER COLUMN name TYPE varchar(100);
ALTER TABLE users ALTER COLUMN name TYPE varchar;
ALTER TABLE users ALTER COLUMN name TYPE text;
ALTER TABLE users ALTER COLUMN name TYPE text COLLATE "C";
ALTER TABLE users ALTER COLUMN note TYPE text;
ALTER TABLE users ALTER COLUMN note TYPE varchar;
ALTER TABLE users ALTER COLUMN name TYPE plain_text;
ALTER TABLE users ALTER COLUMN age TYPE bigint;
ALTER TABLE users ALTER COLUMN age TYPE smallint;
ALTER TABLE users ALTER COLUMN age TYPE integer;
ALTER TABLE users ALTER COLUMN age TYPE numeric;
ALTER TABLE users ALTER COLUMN age TYPE text;
ALTER TABLE users ALTER COLUMN age TYPE oid;
ALTER TABLE users ALTER COLUMN age TYPE positive;
ALTER TABLE users ALTER COLUMN age TYPE amount;
ALTER TABLE users ALTER COLUMN total TYPE int;
ALTER TABLE users ALTER COLUMN total TYPE bigint;
ALTER TABLE users ALTER COLUMN score TYPE numeric(10,2);
ALTER TABLE users ALTER COLUMN score TYPE numeric(8,3);
ALTER TABLE users ALTER COLUMN score TYPE numeric(10,3);
ALTER TABLE users ALTER COLUMN score TYPE numeric(6,2);
ALTER TABLE users ALTER COLUMN score TYPE numeric;
ALTER TABLE users ALTER COLUMN score TYPE double precision;
ALTER TABLE orders ALTER COLUMN state TYPE varchar(12);
ALTER TABLE users ALTER COLUMN created TYPE timestamptz;
ALTER TABLE users ALTER COLUMN created TYPE timestamp(3);
ALTER TABLE users ALTER COLUMN created TYPE timestamp(6);
ALTER TABLE users ALTER COLUMN created TYPE date;
ALTER TABLE users ALTER COLUMN seen TYPE timestamp;
ALTER TABLE users ALTER COLUMN seen TYPE timestamp USING seen AT TIME ZONE 'UTC';
ALTER TABLE users ALTER COLUMN data TYPE jsonb;
ALTER TABLE users ALTER COLUMN data TYPE jsonb USING data::jsonb;
ALTER TABLE users ALTER COLUMN tags TYPE varchar[];
ALTER TABLE users ALTER COLUMN token TYPE text;
ALTER TABLE users ALTER COLUMN code TYPE char(8);
ALTER TABLE users ALTER COLUMN code TYPE varchar(8);
ALTER TABLE users ALTER COLUMN ip TYPE inet;
ALTER TABLE users ALTER COLUMN mood TYPE text;
ALTER TABLE users ALTER COLUMN mood TYPE text USING mood::text;
ALTER TABLE users ALTER COLUMN active TYPE int USING active::int;
ALTER TABLE orgs ALTER COLUMN title TYPE varchar(40);
ALTER TABLE orgs ALTER COLUMN title TYPE varchar(10);
ALTER TABLE app.things ALTER COLUMN label TYPE varchar(20);
ALTER TABLE app.things ALTER COLUMN label TYPE int USING 1;
`,
  ),
  ...after(
    "column type in steps",
    `
ALTER TABLE users RENAME COLUMN email TO mail; || ${SET.trim()} ALTER TABLE users ALTER COLUMN mail TYPE varchar(128);
ALTER TABLE users RENAME TO people; || ${SET.trim()} ALTER TABLE people ALTER COLUMN email TYPE varchar(128);
ALTER TABLE users RENAME TO people; || ${SET.trim()} ALTER TABLE people ALTER COLUMN age TYPE bigint;
ALTER TABLE users ALTER COLUMN email TYPE varchar(20); || ${SET.trim()} ALTER TABLE users ALTER COLUMN email TYPE varchar(64);
ALTER TABLE app.things SET SCHEMA public; || ${SET.trim()} ALTER TABLE things ALTER COLUMN label TYPE varchar(20);
ALTER TABLE users SET SCHEMA app; || ${SET.trim()} ALTER TABLE app.users ALTER COLUMN email TYPE varchar(128);
SELECT 1; || ${SET.trim()} SET LOCAL timezone = 'UTC'; ALTER TABLE users ALTER COLUMN created TYPE timestamptz;
SELECT 1; || ${SET.trim()} SET LOCAL timezone = 'Asia/Tokyo'; ALTER TABLE users ALTER COLUMN created TYPE timestamptz;
SELECT 1; || ${SET.trim()} SET LOCAL search_path TO app; ALTER TABLE things ALTER COLUMN label TYPE varchar(20);
SELECT 1; || ${SET.trim()} SET LOCAL search_path TO app, public; ALTER TABLE users ALTER COLUMN age TYPE bigint;
ALTER TABLE users ADD COLUMN c varchar(5); || ${SET.trim()} ALTER TABLE users ALTER COLUMN c TYPE varchar(9);
ALTER DOMAIN plain_text ADD CONSTRAINT x CHECK (VALUE <> ''); || ${SET.trim()} ALTER TABLE users ALTER COLUMN name TYPE plain_text;
`,
  ),
  ...each(
    "index",
    `
CREATE INDEX i ON users (age);
CREATE UNIQUE INDEX i ON users (email);
CREATE INDEX ON users (org);
CREATE INDEX i ON users (lower(email));
CREATE INDEX i ON users (age) WHERE active;
CREATE INDEX i ON users USING hash (email);
CREATE INDEX IF NOT EXISTS users_email ON users (email);
CREATE INDEX IF NOT EXISTS i ON users (email);
CREATE INDEX i ON events (at);
CREATE INDEX i ON ONLY events (at);
CREATE INDEX i ON events_1 (id);
CREATE INDEX i ON app.things (label);
CREATE INDEX i ON summary (n);
CREATE TABLE fresh (id int); CREATE INDEX i ON fresh (id);
CREATE TABLE IF NOT EXISTS users (id int); CREATE INDEX i ON users (org);
CREATE TABLE fresh AS SELECT * FROM plain LIMIT 1; CREATE INDEX i ON fresh (a);
CREATE TEMP TABLE tmp (id int); CREATE INDEX i ON tmp (id);
DROP INDEX users_email;
DROP INDEX IF EXISTS nothing_there;
REINDEX INDEX users_email;
REINDEX TABLE users;
ALTER INDEX users_email RENAME TO users_mail;
ALTER INDEX users_email SET (fillfactor = 70);
DROP INDEX events_kind;
CREATE INDEX i ON users (age); CREATE INDEX j ON users (org);
`,
  ),
  ...bare(
    "index by itself",
    `
CREATE INDEX CONCURRENTLY i ON users (age);
CREATE UNIQUE INDEX CONCURRENTLY i ON users (email);
CREATE INDEX CONCURRENTLY i ON events (at);
CREATE INDEX CONCURRENTLY i ON events_1 (at);
CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON users (age);
DROP INDEX CONCURRENTLY users_email;
DROP INDEX CONCURRENTLY events_kind;
DROP INDEX CONCURRENTLY IF EXISTS nothing_there;
REINDEX INDEX CONCURRENTLY users_email;
REINDEX TABLE CONCURRENTLY users;
REINDEX TABLE CONCURRENTLY events;
VACUUM users;
VACUUM FULL users;
ANALYZE users;
CLUSTER users USING users_email;
REFRESH MATERIALIZED VIEW CONCURRENTLY summary;
ALTER TYPE mood ADD VALUE 'fine';
ALTER TABLE events DETACH PARTITION events_1 CONCURRENTLY;
SET lock_timeout = '5s'; CREATE INDEX CONCURRENTLY i ON users (age);
CREATE INDEX CONCURRENTLY i ON users (age); SELECT 1;
CREATE INDEX CONCURRENTLY i ON users (age); CREATE INDEX CONCURRENTLY j ON users (org);
VACUUM users; SELECT 1;
DROP INDEX CONCURRENTLY users_email; SELECT 1;
REINDEX TABLE CONCURRENTLY users; SELECT 1;
BEGIN; CREATE INDEX CONCURRENTLY i ON users (age); COMMIT;
`,
  ),
  ...each(
    "constraint",
    `
ALTER TABLE users ADD CONSTRAINT c UNIQUE (email);
ALTER TABLE users ADD CONSTRAINT c UNIQUE USING INDEX users_token;
ALTER TABLE users ADD CONSTRAINT c UNIQUE USING INDEX users_code;
ALTER TABLE plain ADD PRIMARY KEY (a);
ALTER TABLE plain ADD CONSTRAINT pk PRIMARY KEY USING INDEX plain_a;
ALTER TABLE plain ALTER COLUMN a SET NOT NULL, ADD CONSTRAINT pk PRIMARY KEY USING INDEX plain_a;
ALTER TABLE users ADD CONSTRAINT c EXCLUDE (age WITH =);
ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0);
ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NOT VALID;
ALTER TABLE users ADD CHECK (age > 0) NOT VALID;
ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NOT VALID; ALTER TABLE users VALIDATE CONSTRAINT c;
ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NOT VALID, VALIDATE CONSTRAINT c;
ALTER TABLE users ADD CONSTRAINT c FOREIGN KEY (org) REFERENCES orgs (id);
ALTER TABLE users ADD CONSTRAINT c FOREIGN KEY (org) REFERENCES orgs (id) NOT VALID;
ALTER TABLE users ADD CONSTRAINT c FOREIGN KEY (org) REFERENCES orgs (id) NOT VALID; ALTER TABLE users VALIDATE CONSTRAINT c;
ALTER TABLE users ADD FOREIGN KEY (org) REFERENCES orgs;
ALTER TABLE users ADD CONSTRAINT c FOREIGN KEY (org) REFERENCES orgs (id) ON DELETE CASCADE NOT VALID;
ALTER TABLE events ADD CONSTRAINT c FOREIGN KEY (kind) REFERENCES orders (id);
ALTER TABLE events ADD CONSTRAINT c FOREIGN KEY (kind) REFERENCES orders (id) NOT VALID;
ALTER TABLE events_1 ADD CONSTRAINT c FOREIGN KEY (kind) REFERENCES orders (id) NOT VALID;
ALTER TABLE events ADD CONSTRAINT c CHECK (kind > 0);
ALTER TABLE events ADD CONSTRAINT c CHECK (kind > 0) NOT VALID;
ALTER TABLE events ADD CONSTRAINT c UNIQUE (id, at);
ALTER TABLE events ADD CONSTRAINT c UNIQUE (at, id);
ALTER TABLE orders DROP CONSTRAINT orders_user_id_fkey;
ALTER TABLE orders DROP CONSTRAINT orders_pkey;
ALTER TABLE users DROP CONSTRAINT users_pkey;
ALTER TABLE orders RENAME CONSTRAINT orders_user_id_fkey TO c;
ALTER TABLE orders ALTER CONSTRAINT orders_user_id_fkey DEFERRABLE;
CREATE TABLE fresh (id int, u bigint REFERENCES users (id));
CREATE TABLE fresh (id int PRIMARY KEY); ALTER TABLE fresh ADD CONSTRAINT c CHECK (id > 0); ALTER TABLE fresh ALTER COLUMN id SET NOT NULL;
CREATE TABLE fresh (id int PRIMARY KEY); ALTER TABLE users ADD CONSTRAINT c FOREIGN KEY (org) REFERENCES fresh (id);
`,
  ),
  ...after(
    "constraint in steps",
    `
ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NOT VALID; || ALTER TABLE users VALIDATE CONSTRAINT c;
ALTER TABLE users ADD CONSTRAINT c FOREIGN KEY (org) REFERENCES orgs (id) NOT VALID; || ALTER TABLE users VALIDATE CONSTRAINT c;
ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NOT VALID; || ${SET.trim()} ALTER TABLE users ADD COLUMN z int; ALTER TABLE users VALIDATE CONSTRAINT c;
CREATE UNIQUE INDEX CONCURRENTLY i ON users (email); || ${SET.trim()} ALTER TABLE users ADD CONSTRAINT c UNIQUE USING INDEX i;
CREATE UNIQUE INDEX CONCURRENTLY i ON plain (b); || ${SET.trim()} ALTER TABLE plain ADD CONSTRAINT c PRIMARY KEY USING INDEX i;
ALTER TABLE plain ALTER COLUMN b SET NOT NULL; || CREATE UNIQUE INDEX CONCURRENTLY i ON plain (b); || ${SET.trim()} ALTER TABLE plain ADD CONSTRAINT c PRIMARY KEY USING INDEX i;
ALTER TABLE events_1 ADD CONSTRAINT c FOREIGN KEY (kind) REFERENCES orders (id) NOT VALID; || ALTER TABLE events_2 ADD CONSTRAINT c FOREIGN KEY (kind) REFERENCES orders (id) NOT VALID; || ALTER TABLE events_1 VALIDATE CONSTRAINT c; || ALTER TABLE events_2 VALIDATE CONSTRAINT c; || ${SET.trim()} ALTER TABLE events ADD CONSTRAINT c FOREIGN KEY (kind) REFERENCES orders (id);
CREATE INDEX i ON ONLY events (at); || CREATE INDEX CONCURRENTLY i1 ON events_1 (at); || ALTER INDEX i ATTACH PARTITION i1;
CREATE UNIQUE INDEX i ON ONLY events (at, id); || ${SET.trim()} ALTER TABLE events ADD CONSTRAINT c UNIQUE USING INDEX i;
`,
  ),
  ...each(
    "partition",
    `
ALTER TABLE events ATTACH PARTITION loose FOR VALUES FROM (200) TO (300);
ALTER TABLE events DETACH PARTITION events_1;
CREATE TABLE events_3 PARTITION OF events FOR VALUES FROM (300) TO (400);
CREATE TABLE events_d PARTITION OF events DEFAULT;
CREATE TABLE events_4 (LIKE events INCLUDING ALL); ALTER TABLE events ATTACH PARTITION events_4 FOR VALUES FROM (400) TO (500);
ALTER TABLE events_1 ADD COLUMN z int;
DROP TABLE events_1;
CREATE TABLE parts (id int) PARTITION BY HASH (id); CREATE TABLE parts_0 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 0); CREATE INDEX i ON parts (id);
`,
  ),
  ...after(
    "partition in steps",
    `
CREATE INDEX CONCURRENTLY loose_kind ON loose (kind); || ${SET.trim()} ALTER TABLE events ATTACH PARTITION loose FOR VALUES FROM (200) TO (300);
CREATE INDEX CONCURRENTLY checked_kind ON checked (kind); || ${SET.trim()} ALTER TABLE events ATTACH PARTITION checked FOR VALUES FROM (300) TO (400);
CREATE INDEX CONCURRENTLY loose_kind ON loose (kind); || ALTER TABLE loose ADD CONSTRAINT f CHECK (at >= 200 AND at < 300) NOT VALID; || ALTER TABLE loose VALIDATE CONSTRAINT f; || ${SET.trim()} ALTER TABLE events ATTACH PARTITION loose FOR VALUES FROM (200) TO (300);
CREATE INDEX CONCURRENTLY loose_kind ON loose (kind); || ALTER TABLE loose ADD CONSTRAINT f CHECK (at >= 200 AND at < 300) NOT VALID; || ${SET.trim()} ALTER TABLE events ATTACH PARTITION loose FOR VALUES FROM (200) TO (300);
CREATE TABLE events_d PARTITION OF events DEFAULT; || INSERT INTO events SELECT i, 500 + i, 1 FROM generate_series(1, 300) i; || ${SET.trim()} CREATE TABLE events_3 PARTITION OF events FOR VALUES FROM (300) TO (400);
CREATE TABLE events_d PARTITION OF events DEFAULT; || INSERT INTO events SELECT i, 500 + i, 1 FROM generate_series(1, 300) i; || CREATE INDEX CONCURRENTLY checked_kind ON checked (kind); || ${SET.trim()} ALTER TABLE events ATTACH PARTITION checked FOR VALUES FROM (300) TO (400);
`,
  ),
  ...each(
    "table",
    `
ALTER TABLE users SET LOGGED;
ALTER TABLE users SET UNLOGGED;
ALTER TABLE plain SET UNLOGGED;
ALTER TABLE users SET (fillfactor = 80);
ALTER TABLE users SET (autovacuum_enabled = false);
ALTER TABLE users ALTER COLUMN age SET DEFAULT 3;
ALTER TABLE users ALTER COLUMN active DROP DEFAULT;
ALTER TABLE users ALTER COLUMN age SET STATISTICS 500;
ALTER TABLE users ALTER COLUMN name SET STORAGE EXTERNAL;
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
ALTER TABLE users DISABLE TRIGGER stamp;
ALTER TABLE users REPLICA IDENTITY FULL;
ALTER TABLE users CLUSTER ON users_email;
ALTER TABLE users DROP COLUMN age;
ALTER TABLE users DROP COLUMN IF EXISTS nothing_there;
ALTER TABLE users DROP COLUMN email CASCADE;
ALTER TABLE orders DROP COLUMN user_id;
ALTER TABLE users RENAME TO people;
ALTER TABLE users RENAME COLUMN age TO years;
ALTER TABLE users SET SCHEMA app;
COMMENT ON TABLE users IS 'x';
GRANT SELECT ON users TO PUBLIC;
CREATE TRIGGER t BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION stamp();
DROP TRIGGER stamp ON users;
CREATE POLICY p ON users USING (true);
CREATE STATISTICS st ON age, org FROM users;
CREATE RULE r AS ON DELETE TO plain DO INSTEAD NOTHING;
LOCK TABLE users IN ACCESS EXCLUSIVE MODE;
DROP TABLE plain;
DROP TABLE orders;
DROP TABLE users CASCADE;
DROP TABLE IF EXISTS nothing_there;
DROP SCHEMA app CASCADE;
TRUNCATE plain;
TRUNCATE users CASCADE;
TRUNCATE orders;
CREATE TABLE fresh (id int); DROP TABLE fresh;
CREATE TABLE fresh (id int); TRUNCATE fresh;
CREATE TABLE fresh (id int); ALTER TABLE fresh RENAME TO fresher; ALTER TABLE fresher ADD COLUMN u uuid DEFAULT gen_random_uuid();
CREATE TABLE fresh (id int); DROP TABLE fresh; ALTER TABLE plain RENAME TO fresh; ALTER TABLE fresh ADD COLUMN u uuid DEFAULT gen_random_uuid();
CREATE TABLE IF NOT EXISTS plain (a int); ALTER TABLE plain ADD COLUMN u uuid DEFAULT gen_random_uuid();
CREATE TABLE IF NOT EXISTS fresh (a int); ALTER TABLE fresh ADD COLUMN u uuid DEFAULT gen_random_uuid();
REFRESH MATERIALIZED VIEW summary;
CLUSTER users USING users_email;
ALTER SEQUENCE q RESTART;
CREATE EXTENSION IF NOT EXISTS plpgsql;
ALTER TABLE ONLY users ADD COLUMN c int;
ALTER TABLE IF EXISTS users ADD COLUMN c int;
ALTER TABLE IF EXISTS nothing_there ADD COLUMN c int;
`,
  ),
  ...each(
    "objects",
    `
DROP VIEW adults;
CREATE OR REPLACE VIEW adults AS SELECT id, active FROM users WHERE age > 20;
DROP VIEW adults; CREATE VIEW adults AS SELECT id, active FROM users;
CREATE VIEW fresh AS SELECT id FROM users;
CREATE VIEW fresh AS SELECT id FROM users; DROP VIEW fresh;
DROP MATERIALIZED VIEW summary;
DROP FUNCTION one();
DROP FUNCTION IF EXISTS nothing_there();
CREATE OR REPLACE FUNCTION one() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 2';
CREATE FUNCTION fresh() RETURNS int LANGUAGE sql AS 'SELECT 1'; DROP FUNCTION fresh();
DROP TYPE mood;
DROP TYPE mood CASCADE;
CREATE TYPE fresh AS ENUM ('a'); DROP TYPE fresh;
ALTER TYPE mood RENAME VALUE 'ok' TO 'good';
ALTER TYPE mood RENAME TO moods;
ALTER TYPE mood ADD VALUE 'fine';
ALTER TYPE mood ADD VALUE IF NOT EXISTS 'fine';
ALTER TYPE mood ADD VALUE 'fine'; INSERT INTO users (id, mood) VALUES (9999, 'fine');
ALTER TYPE mood ADD VALUE 'fine'; UPDATE users SET mood = 'fine' WHERE id = 1;
ALTER TYPE mood ADD VALUE 'fine'; ALTER TABLE users ALTER COLUMN mood SET DEFAULT 'fine';
ALTER TYPE mood ADD VALUE 'fine'; INSERT INTO orgs (id, title) VALUES (9999, 'fine');
ALTER TYPE mood ADD VALUE 'fine'; SELECT 'fine'::mood;
ALTER TYPE mood ADD VALUE 'fine'; SELECT 'fine'::text;
CREATE TYPE fresh AS ENUM ('a'); ALTER TYPE fresh ADD VALUE 'b'; SELECT 'b'::fresh;
ALTER DOMAIN positive ADD CONSTRAINT c CHECK (VALUE < 1000);
ALTER DOMAIN amount ADD CONSTRAINT c CHECK (VALUE > 0);
ALTER DOMAIN amount ADD CONSTRAINT c CHECK (VALUE > 0) NOT VALID;
ALTER DOMAIN amount SET NOT NULL;
ALTER DOMAIN amount SET DEFAULT 3;
CREATE DOMAIN fresh AS int; ALTER DOMAIN fresh ADD CONSTRAINT c CHECK (VALUE > 0);
DROP DOMAIN positive;
DROP SEQUENCE q;
DROP SCHEMA app;
`,
  ),
  ...each(
    "rows",
    `
UPDATE users SET age = 1;
UPDATE users SET age = 1 WHERE true;
UPDATE users SET age = 1 WHERE 1 = 1;
UPDATE users SET age = 1 WHERE active IS NOT NULL;
UPDATE users SET age = 1 WHERE org = 3;
UPDATE users SET age = 1 WHERE id = 5;
DELETE FROM plain;
DELETE FROM plain WHERE true;
DELETE FROM plain WHERE a < 10;
INSERT INTO plain VALUES (9999, 1, 'x');
INSERT INTO plain (a) SELECT id + 100000 FROM users;
ALTER TABLE plain ADD COLUMN z int; UPDATE plain SET z = 1;
ALTER TABLE plain ADD COLUMN z int; UPDATE plain SET z = 1 WHERE b > 0;
ALTER TABLE users ADD COLUMN z int; UPDATE users SET z = 1 WHERE id = 5;
ALTER TABLE users ADD COLUMN z int; UPDATE users SET z = 1 WHERE id IN (5, 6);
ALTER TABLE users ADD COLUMN z int; UPDATE orgs SET title = title || '!' WHERE id = 1;
ALTER TABLE plain ADD COLUMN z int; DELETE FROM plain WHERE b > 10;
ALTER TABLE plain ADD COLUMN z int; INSERT INTO plain (a) SELECT id + 100000 FROM users;
ALTER TABLE plain ADD COLUMN z int; INSERT INTO plain (a) VALUES (100000);
ALTER TABLE plain ADD COLUMN z int; WITH u AS (UPDATE plain SET z = 2 RETURNING 1) SELECT count(*) FROM u;
ALTER TABLE plain ADD COLUMN z int; MERGE INTO plain p USING users u ON u.id = p.a WHEN MATCHED THEN UPDATE SET z = 1;
DELETE FROM plain; ALTER TABLE plain ADD COLUMN z int NOT NULL;
TRUNCATE plain; ALTER TABLE plain ADD COLUMN z int NOT NULL;
TRUNCATE plain; ALTER TABLE plain ADD COLUMN z uuid DEFAULT gen_random_uuid();
TRUNCATE plain; CREATE INDEX i ON plain (b);
CREATE TABLE fresh (id bigint); INSERT INTO fresh SELECT id FROM users; UPDATE fresh SET id = 1;
INSERT INTO tree VALUES (9999, 1); ALTER TABLE tree ADD COLUMN z int;
UPDATE tree SET parent = 2 WHERE id = 5; ALTER TABLE tree ADD COLUMN z int;
INSERT INTO tree VALUES (9999, 1); SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE tree ADD COLUMN z int;
INSERT INTO orders (id, user_id) VALUES (9999, 1); ALTER TABLE orders ADD COLUMN z int;
CREATE INDEX i ON plain (c); UPDATE plain SET b = 1;
`,
  ),
  ...each(
    "blocks",
    `
DO $$ BEGIN ALTER TABLE users ADD COLUMN c int; END $$;
DO $$ BEGIN ALTER TABLE users ADD COLUMN c uuid DEFAULT gen_random_uuid(); END $$;
DO $$ BEGIN ALTER TABLE users ADD CONSTRAINT c UNIQUE (email); EXCEPTION WHEN duplicate_table THEN NULL; END $$;
DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_class WHERE relname = 'i') THEN CREATE INDEX i ON users (age); END IF; END $$;
DO $$ BEGIN EXECUTE 'CREATE INDEX i ON users (age)'; END $$;
DO $$ BEGIN EXECUTE 'ALTER TABLE users ADD COLUMN c int'; END $$;
DO $$ BEGIN PERFORM 1; END $$;
DO $$ BEGIN CREATE TYPE fresh AS ENUM ('a'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN ALTER TABLE plain ADD COLUMN z int; UPDATE plain SET z = 1; END $$;
DO $$ DECLARE r record; BEGIN FOR r IN SELECT id FROM orgs LOOP UPDATE orgs SET title = title WHERE id = r.id; END LOOP; END $$;
CREATE FUNCTION grow() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CREATE INDEX i ON users (age); END $$; SELECT grow();
CREATE FUNCTION grow() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CREATE INDEX i ON users (age); END $$;
CREATE PROCEDURE grow() LANGUAGE plpgsql AS $$ BEGIN ALTER TABLE users ALTER COLUMN age TYPE bigint; END $$; CALL grow();
DO $$ BEGIN RETRUN 1; END $$;
CREATE FUNCTION broken() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETRUN 1; END $$;
`,
  ),
  ...bare(
    "transactions and settings",
    `
BEGIN; ALTER TABLE users ADD COLUMN c int; COMMIT;
SET LOCAL lock_timeout = '5s'; BEGIN; ALTER TABLE users ADD COLUMN c int; COMMIT;
SET search_path = app; CREATE TABLE fresh (id int);
SET LOCAL search_path = app; CREATE TABLE fresh (id int);
SELECT pg_catalog.set_config('search_path', '', false); CREATE TABLE public.fresh (id int);
SELECT pg_catalog.set_config('search_path', '', true); CREATE TABLE public.fresh (id int);
SET search_path = ''; CREATE TABLE public.fresh (id int); RESET search_path;
SET statement_timeout = 0; ALTER TABLE orgs ADD COLUMN c int;
ALTER TABLE orgs ADD COLUMN c int;
CREATE TABLE fresh (id int);
CREATE TABLE fresh (id int, u bigint REFERENCES users (id));
DROP TABLE orders;
CREATE VIEW fresh AS SELECT 1 AS a;
ALTER TABLE users VALIDATE CONSTRAINT users_pkey;
UPDATE orgs SET title = title WHERE id = 3;
SELECT count(*) FROM users;
`,
  ),
];
