/** Folders whose last file stands on {@link BASE}: the tables and rows of the corpus. */
import type { Item } from "./corpus.ts";
import { folders } from "./folders.ts";

export const ON_BASE: readonly Item[] = folders(`
## identity on a nullable column is refused
ALTER TABLE plain ALTER COLUMN a ADD GENERATED ALWAYS AS IDENTITY;
## replica identity by index
ALTER TABLE users REPLICA IDENTITY USING INDEX users_token;
## replica identity by a partial index
ALTER TABLE users REPLICA IDENTITY USING INDEX users_code;
## replica identity by a unique index of not null columns
CREATE TABLE ri (id int NOT NULL, k int NOT NULL);
CREATE UNIQUE INDEX ri_k ON ri (k);
-----
ALTER TABLE ri REPLICA IDENTITY USING INDEX ri_k;
## schema renamed and a wider column
ALTER SCHEMA app RENAME TO app2;
-----
ALTER TABLE app2.things ALTER COLUMN label TYPE varchar(20);
## set schema then narrower
ALTER TABLE app.things SET SCHEMA public;
-----
ALTER TABLE things ALTER COLUMN label TYPE varchar(5);
## type renamed and a label added and used
ALTER TYPE mood RENAME TO feeling;
ALTER TYPE feeling ADD VALUE 'mad';
UPDATE users SET mood = 'mad' WHERE id = 1;
## label added before and compared through a cast
ALTER TYPE mood ADD VALUE 'mad' BEFORE 'sad';
SELECT count(*) FROM users WHERE mood::text = 'mad';
## label added and used as a default
ALTER TYPE mood ADD VALUE 'mad';
ALTER TABLE users ALTER COLUMN mood SET DEFAULT 'mad';
## validate and set not null in one alter
ALTER TABLE plain ADD CONSTRAINT a_nn CHECK (a IS NOT NULL) NOT VALID;
-----
ALTER TABLE plain VALIDATE CONSTRAINT a_nn, ALTER COLUMN a SET NOT NULL;
## validate after a lock in the same file by another statement
ALTER TABLE plain ADD CONSTRAINT a_pos CHECK (a > 0) NOT VALID;
-----
ALTER TABLE plain ADD COLUMN z int;
ALTER TABLE plain VALIDATE CONSTRAINT a_pos;
## procedure called that commits beside another
CREATE PROCEDURE step() LANGUAGE plpgsql AS $$ BEGIN UPDATE plain SET b = 1 WHERE a = 1; COMMIT; END $$;
-----
CALL step();
SELECT 2;
## do block commits beside another statement
SELECT 1;
DO $$ BEGIN UPDATE plain SET b = 0 WHERE a = 1; COMMIT; END $$;
## truncate a table with a foreign key to it
TRUNCATE users;
## truncate both
TRUNCATE users, orders;
## lock in a weak mode and all rows
LOCK TABLE users IN ROW EXCLUSIVE MODE;
UPDATE users SET age = 3 WHERE age > 3;
## lock table and all rows
LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE;
UPDATE users SET age = 3;
## materialized view refreshed with no data
REFRESH MATERIALIZED VIEW summary WITH NO DATA;
## index of a column that is not there
CREATE INDEX CONCURRENTLY nn ON plain (nono);
## insert in a column that is not there
INSERT INTO plain (nono) VALUES (1);
## virtual generated in 15
ALTER TABLE plain ADD COLUMN v int GENERATED ALWAYS AS (a * 2) VIRTUAL;
## not null constraint not valid of 18
ALTER TABLE plain ADD CONSTRAINT nn NOT NULL a NOT VALID;
## merge returning of 17
MERGE INTO orgs USING (VALUES (1)) v (i) ON i = id WHEN MATCHED THEN DO NOTHING RETURNING id;
## json_table of 17
SELECT * FROM JSON_TABLE('[1]', '$[*]' COLUMNS (x int PATH '$')) j;
## rename chain table and column then widen
ALTER TABLE users RENAME TO people;
ALTER TABLE people RENAME COLUMN email TO mail;
-----
ALTER TABLE people RENAME COLUMN mail TO address;
ALTER TABLE people ALTER COLUMN address TYPE varchar(128);
## rename chain then the old name is a new table
ALTER TABLE plain RENAME TO plain_old;
CREATE TABLE plain (a int, b int, c text);
CREATE INDEX plain_b ON plain (b);
## rename chain then index on the old one
ALTER TABLE plain RENAME TO plain_old;
CREATE TABLE plain (a int, b int, c text);
CREATE INDEX plain_b ON plain_old (b);
## attach behind a check of the wrong bounds
ALTER TABLE events ATTACH PARTITION checked FOR VALUES FROM (300) TO (350);
## attach behind the fitting check
CREATE INDEX checked_kind ON checked (kind);
-----
ALTER TABLE events ATTACH PARTITION checked FOR VALUES FROM (300) TO (400);
## set not null after a check with or
ALTER TABLE plain ADD CONSTRAINT orr CHECK (a IS NOT NULL OR b IS NOT NULL);
-----
ALTER TABLE plain ALTER COLUMN a SET NOT NULL;
## insert into a partition a column of the parent
ALTER TABLE events ADD COLUMN note text;
-----
INSERT INTO events_1 (id, at, note) VALUES (1, 5, 'x');
CREATE INDEX CONCURRENTLY ev1 ON events_2 (note);
## insert into a partition a column of the parent, one statement
ALTER TABLE events ADD COLUMN note text;
-----
INSERT INTO events_1 (id, at, note) VALUES (1, 5, 'x');
## a child that inherits gets the parent's new column
CREATE TABLE kid () INHERITS (plain);
ALTER TABLE plain ADD COLUMN d int;
-----
INSERT INTO kid (a, d) VALUES (1, 2);
## inherit set later and a new column
CREATE TABLE kid (a int, b int, c text);
ALTER TABLE kid INHERIT plain;
ALTER TABLE plain ADD COLUMN d int;
-----
UPDATE kid SET d = 2 WHERE a = 1;
## a table of a type
CREATE TYPE pt AS (x int, y int);
CREATE TABLE pts OF pt;
-----
INSERT INTO pts (x, y) VALUES (1, 2);
## a column added by dynamic sql
DO $$ DECLARE t text; BEGIN FOREACH t IN ARRAY ARRAY['plain', 'orgs'] LOOP EXECUTE format('ALTER TABLE %I ADD COLUMN tenant int', t); END LOOP; END $$;
-----
INSERT INTO orgs (id, title, tenant) VALUES (5001, 'z', 1);
## a column added by a function that takes the table
CREATE FUNCTION add_tenant(t text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'ALTER TABLE ' || t || ' ADD COLUMN tenant int'; END $$;
SELECT add_tenant('orgs');
-----
INSERT INTO orgs (id, title, tenant) VALUES (5001, 'z', 1);
## a column added in a loop over the catalogue
DO $$ DECLARE r record; BEGIN FOR r IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename IN ('orgs') LOOP EXECUTE 'ALTER TABLE ' || quote_ident(r.tablename) || ' ADD COLUMN tenant int'; END LOOP; END $$;
-----
CREATE INDEX CONCURRENTLY orgs_tenant ON orgs (tenant);
## a column added in a block behind a condition
DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = 'orgs' AND column_name = 'tenant') THEN ALTER TABLE orgs ADD COLUMN tenant int; END IF; END $$;
-----
CREATE INDEX CONCURRENTLY orgs_tenant ON orgs (tenant);
## upsert with excluded
INSERT INTO orgs (id, title) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET title = EXCLUDED.title;
## update of an array element and a composite field
UPDATE users SET tags[1] = 'z' WHERE id = 3;
## update of several columns at once
UPDATE users SET (name, age) = ('z', 3) WHERE id = 3;
## quoted mixed case columns
CREATE TABLE "Cased" ("Id" int PRIMARY KEY, "userName" text);
-----
INSERT INTO "Cased" ("Id", "userName") VALUES (1, 'x');
-----
CREATE INDEX CONCURRENTLY "Cased_userName" ON "Cased" ("userName");
## quoted mixed case, asked for in lower case
CREATE TABLE cased ("Id" int PRIMARY KEY, "userName" text);
-----
INSERT INTO cased (id, username) VALUES (1, 'x');
## a temporary table of the same name
CREATE TEMP TABLE orgs (id int, extra text) ON COMMIT DROP;
INSERT INTO orgs (id, extra) VALUES (1, 'x');
## a cte of the name of a table
WITH orgs AS (SELECT 1 AS id, 'x' AS extra) SELECT extra FROM orgs;
## select into a new table
SELECT id, email INTO backup_users FROM users;
INSERT INTO backup_users (id, email) VALUES (1, 'x');
## a table as query with names
CREATE TABLE two (x, y) AS SELECT 1, 2;
INSERT INTO two (x, y) VALUES (1, 2);
## like without all
CREATE TABLE loose2 (LIKE loose, extra int);
INSERT INTO loose2 (id, at, extra) VALUES (1, 1, 1);
## insert into a view
INSERT INTO adults (id, active) VALUES (9001, true);
## a text column that holds the new label
ALTER TYPE mood ADD VALUE 'mad';
UPDATE users SET name = 'mad' WHERE id = 5;
INSERT INTO users (id, name) VALUES (8001, 'mad');
SELECT count(*) FROM users WHERE name IN ('mad', 'x');
## the enum column by position
ALTER TYPE mood ADD VALUE 'mad';
INSERT INTO users (id, mood) VALUES (8001, 'mad');
## the enum column in a case
ALTER TYPE mood ADD VALUE 'mad';
UPDATE users SET mood = CASE WHEN age > 3 THEN 'mad'::mood ELSE mood END WHERE id = 3;
## the enum column in IN
ALTER TYPE mood ADD VALUE 'mad';
SELECT count(*) FROM users WHERE mood IN ('ok', 'mad');
## the label in a comment
ALTER TYPE mood ADD VALUE 'mad';
COMMENT ON COLUMN users.mood IS 'mad';
## two labels added
ALTER TYPE mood ADD VALUE 'mad';
ALTER TYPE mood ADD VALUE 'glad' AFTER 'mad';
## truncate with identity restart
TRUNCATE orders RESTART IDENTITY;
## truncate a partitioned table and a partition
TRUNCATE events;
## truncate the referenced and its only referrer
TRUNCATE orders, users;
## truncate only of a tree
TRUNCATE tree;
## identity on a key
ALTER TABLE orders ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY;
## identity on a serial
CREATE TABLE ser (id serial PRIMARY KEY);
-----
ALTER TABLE ser ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY;
## replica identity default and nothing
ALTER TABLE users REPLICA IDENTITY NOTHING;
ALTER TABLE users REPLICA IDENTITY DEFAULT;
## replica identity by the primary key
ALTER TABLE users REPLICA IDENTITY USING INDEX users_pkey;
## call of a procedure beside another that does not commit
CREATE PROCEDURE quiet() LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; END $$;
CALL quiet();
SELECT 1;
## validate two constraints in one statement
ALTER TABLE plain ADD CONSTRAINT c1 CHECK (a > 0) NOT VALID, ADD CONSTRAINT c2 CHECK (b > 0) NOT VALID;
-----
ALTER TABLE plain VALIDATE CONSTRAINT c1, VALIDATE CONSTRAINT c2;
## validate and set statistics
ALTER TABLE plain ADD CONSTRAINT c1 CHECK (a > 0) NOT VALID;
-----
ALTER TABLE plain VALIDATE CONSTRAINT c1, ALTER COLUMN a SET STATISTICS 200;
## validate and drop another constraint in one statement
ALTER TABLE plain ADD CONSTRAINT c1 CHECK (a > 0) NOT VALID, ADD CONSTRAINT c2 CHECK (b > 0) NOT VALID;
-----
ALTER TABLE plain VALIDATE CONSTRAINT c1, DROP CONSTRAINT c2;
## nothing of a new schema's tables
CREATE SCHEMA billing;
CREATE TABLE billing.inv (id int PRIMARY KEY, total numeric);
ALTER SCHEMA billing RENAME TO invoices;
CREATE INDEX inv_total ON invoices.inv (total);
ALTER TABLE invoices.inv ADD COLUMN due date NOT NULL;
## type moved to a schema and used
ALTER TYPE mood SET SCHEMA app;
-----
ALTER TYPE app.mood ADD VALUE 'mad';
UPDATE users SET mood = 'mad' WHERE id = 1;
## table moved to a schema with its index
ALTER TABLE plain SET SCHEMA app;
-----
DROP INDEX CONCURRENTLY app.plain_a;
## table moved and its index by the old schema
ALTER TABLE plain SET SCHEMA app;
-----
CREATE UNIQUE INDEX CONCURRENTLY plain_a ON orgs (title);
## locked then renamed then filled
ALTER TABLE plain ADD COLUMN z int;
ALTER TABLE plain RENAME TO plainer;
UPDATE plainer SET z = 1;
## lock in share update exclusive mode
LOCK TABLE users IN SHARE UPDATE EXCLUSIVE MODE;
UPDATE users SET age = 4 WHERE age > 3;
## check not enforced on 15
ALTER TABLE plain ADD CONSTRAINT ne CHECK (a > 0) NOT ENFORCED;
## check plain not valid on 15
ALTER TABLE plain ADD CONSTRAINT ne CHECK (a > 0) NOT VALID;
## foreign key not valid on 15 with actions
ALTER TABLE app.things ADD CONSTRAINT f FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE SET NULL (user_id) NOT VALID;
## create table with everything of 15
CREATE TABLE all15 (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a text NOT NULL CONSTRAINT nn CHECK (a <> ''), b int GENERATED ALWAYS AS (1) STORED, c int REFERENCES orgs (id) DEFERRABLE INITIALLY DEFERRED, UNIQUE NULLS NOT DISTINCT (a, b), EXCLUDE USING btree (b WITH =));
## uuidv7 on 15
ALTER TABLE plain ALTER COLUMN c SET DEFAULT uuidv7()::text;
## own uuidv7 on 15
CREATE FUNCTION uuidv7() RETURNS uuid LANGUAGE sql AS 'SELECT gen_random_uuid()';
ALTER TABLE plain ALTER COLUMN c SET DEFAULT uuidv7()::text;
## is json on 15
SELECT '{}' IS JSON;
## sql body function
CREATE FUNCTION add1(i int) RETURNS int LANGUAGE sql BEGIN ATOMIC; SELECT i + 1; END;
## without overlaps on 15
CREATE TABLE wo (id int, d daterange, PRIMARY KEY (id, d WITHOUT OVERLAPS));
## merge into on 15
MERGE INTO orgs o USING (VALUES (1, 'a')) v (i, t) ON o.id = v.i WHEN MATCHED THEN UPDATE SET title = v.t WHEN NOT MATCHED THEN INSERT (id, title) VALUES (v.i, v.t);
## security invoker view
CREATE VIEW sv WITH (security_invoker = true) AS SELECT id FROM users;
## unique constraint over a column that is not there
ALTER TABLE plain ADD CONSTRAINT u UNIQUE (nono);
## foreign key over a column that is not there
ALTER TABLE plain ADD CONSTRAINT u FOREIGN KEY (nono) REFERENCES orgs (id) NOT VALID;
## column added and keyed in one statement
ALTER TABLE plain ADD COLUMN org_id int, ADD CONSTRAINT org_fk FOREIGN KEY (org_id) REFERENCES orgs (id) NOT VALID;
## column renamed and indexed in one file
ALTER TABLE plain RENAME COLUMN b TO bb;
CREATE INDEX plain_bb ON plain (bb);
## column renamed and the old one updated
ALTER TABLE plain RENAME COLUMN b TO bb;
UPDATE plain SET b = 1 WHERE a = 1;
## a trigger function's insert into a log that is made later
CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO orgs (nono) VALUES (1); RETURN NEW; END $$;
`).map(({ name, files }) => ({ name, files }));
