/** What is there already, or is not there: files on {@link BASE} that name objects of the files before them. */
import type { Item } from "./corpus.ts";
import { folders } from "./folders.ts";

export const EXISTING: readonly Item[] = folders(`
## a policy a second time
CREATE POLICY own ON orders USING (state = 'new');
-----
CREATE POLICY own ON orders FOR SELECT USING (paid);
## a policy of the same name on another table
CREATE POLICY own ON orders USING (state = 'new');
-----
CREATE POLICY own ON orgs USING (id > 0);
## a policy dropped and made again
CREATE POLICY own ON orders USING (true);
-----
DROP POLICY own ON orders;
CREATE POLICY own ON orders USING (paid);
## a policy that is not there is dropped
DROP POLICY own ON orders;
## a policy that is not there is altered
ALTER POLICY own ON orders USING (paid);
## a trigger a second time
CREATE TRIGGER stamp BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION stamp();
## a trigger replaced
CREATE OR REPLACE TRIGGER stamp BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION stamp();
## a trigger of the same name on another table
CREATE TRIGGER stamp BEFORE INSERT ON orgs FOR EACH ROW EXECUTE FUNCTION stamp();
## a trigger that is not there is dropped
DROP TRIGGER stamped ON users;
## a trigger that is not there is dropped, if it exists
DROP TRIGGER IF EXISTS stamped ON users;
## a trigger went with its table
DROP TABLE users CASCADE;
CREATE TABLE users (id int);
CREATE TRIGGER stamp BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION stamp();
## a trigger of a renamed table
ALTER TABLE users RENAME TO people;
-----
CREATE TRIGGER stamp BEFORE INSERT ON people FOR EACH ROW EXECUTE FUNCTION stamp();
## a trigger renamed and made again
ALTER TRIGGER stamp ON users RENAME TO stamp_old;
-----
CREATE TRIGGER stamp BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION stamp();
## a rule a second time
CREATE RULE quiet AS ON DELETE TO plain DO INSTEAD NOTHING;
-----
CREATE RULE quiet AS ON DELETE TO plain DO INSTEAD NOTHING;
## a composite type a second time
CREATE TYPE pair AS (a int, b int);
-----
CREATE TYPE pair AS (a int, b text);
## a range type a second time
CREATE TYPE floats AS RANGE (subtype = float8);
-----
CREATE TYPE floats AS RANGE (subtype = float8);
## an enum of the name of a table
CREATE TYPE plain AS ENUM ('a');
## a domain of the name of an enum
CREATE DOMAIN mood AS text;
## a table of the name of an enum
CREATE TABLE mood (id int);
## a view of the name of a type
CREATE VIEW mood AS SELECT 1 AS one;
## a type made behind a block that looks for it
DO $$ BEGIN CREATE TYPE mood AS ENUM ('ok'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
## a schema a second time
CREATE SCHEMA app;
## a schema a second time, if not exists
CREATE SCHEMA IF NOT EXISTS app;
## the schema public
CREATE SCHEMA public;
## a sequence a second time
CREATE SEQUENCE q;
## a sequence a second time, if not exists
CREATE SEQUENCE IF NOT EXISTS q;
## a sequence that went with its column is made again
CREATE SEQUENCE s9;
ALTER TABLE plain ADD COLUMN q bigint;
ALTER SEQUENCE s9 OWNED BY plain.q;
ALTER TABLE plain DROP COLUMN q;
CREATE SEQUENCE s9;
## a sequence of the name of a serial's
CREATE TABLE s (id serial PRIMARY KEY);
-----
CREATE SEQUENCE s_id_seq;
## an extension a second time
CREATE EXTENSION pgcrypto;
-----
CREATE EXTENSION pgcrypto;
## an extension a second time, if not exists
CREATE EXTENSION pgcrypto;
-----
CREATE EXTENSION IF NOT EXISTS pgcrypto;
## plpgsql is there
CREATE EXTENSION plpgsql;
## an extension that is not there is dropped
DROP EXTENSION pgcrypto;
## the extension of a type of a column is dropped
CREATE EXTENSION citext;
CREATE TABLE mails (address citext);
-----
DROP EXTENSION citext;
## the extension of a function of a default is dropped
CREATE EXTENSION "uuid-ossp";
CREATE TABLE keys (id uuid DEFAULT uuid_generate_v4());
-----
DROP EXTENSION "uuid-ossp";
## the extension of an index's operators is dropped
CREATE EXTENSION pg_trgm;
CREATE INDEX orgs_title ON orgs USING gin (title gin_trgm_ops);
-----
DROP EXTENSION pg_trgm;
## the type of an extension is dropped
CREATE EXTENSION citext;
-----
DROP TYPE citext;
## the type of an extension is made
CREATE EXTENSION citext;
-----
CREATE DOMAIN citext AS text;
## the function of an extension is made
CREATE EXTENSION pgcrypto;
-----
CREATE FUNCTION gen_salt(text) RETURNS text LANGUAGE sql AS 'SELECT $1';
## a type that no file made and no extension has
CREATE TABLE mails (address citext);
## a type of an extension that no file made, in an alter
ALTER TABLE orgs ADD COLUMN tags hstore;
## an index by operators of an extension that no file made
CREATE INDEX CONCURRENTLY orgs_title ON orgs USING gin (title gin_trgm_ops);
## a default of a function of an extension that no file made
CREATE TABLE keys (id uuid DEFAULT uuid_generate_v4());
## a default of a function that is built in
CREATE TABLE keys (id uuid DEFAULT gen_random_uuid());
## an exclusion with an integer and a range without its extension
CREATE TABLE bookings (room int, during tstzrange, EXCLUDE USING gist (room WITH =, during WITH &&));
## an exclusion with an integer and a range with its extension
CREATE EXTENSION btree_gist;
-----
CREATE TABLE bookings (room int, during tstzrange, EXCLUDE USING gist (room WITH =, during WITH &&));
## an exclusion of ranges alone
CREATE TABLE bookings (during tstzrange, EXCLUDE USING gist (during WITH &&));
## partition bounds overlap
CREATE TABLE events_3 PARTITION OF events FOR VALUES FROM (150) TO (300);
## partition bounds touch
CREATE TABLE events_3 PARTITION OF events FOR VALUES FROM (200) TO (300);
## partition bounds are empty
CREATE TABLE events_3 PARTITION OF events FOR VALUES FROM (300) TO (300);
## partition bounds overlap on attach
ALTER TABLE loose ADD CONSTRAINT fits CHECK (at >= 200 AND at < 300) NOT VALID;
ALTER TABLE events ATTACH PARTITION checked FOR VALUES FROM (199) TO (400);
## partition bounds of a detached one are free
ALTER TABLE events DETACH PARTITION events_2;
-----
CREATE TABLE events_3 PARTITION OF events FOR VALUES FROM (150) TO (300);
## partition bounds of a dropped one are free
DROP TABLE events_2;
-----
CREATE TABLE events_3 PARTITION OF events FOR VALUES FROM (100) TO (300);
## partition by list with a value twice
CREATE TABLE regions (id int, region text) PARTITION BY LIST (region);
CREATE TABLE regions_eu PARTITION OF regions FOR VALUES IN ('de', 'fr');
-----
CREATE TABLE regions_us PARTITION OF regions FOR VALUES IN ('us', 'fr');
## partition by list with other values
CREATE TABLE regions (id int, region text) PARTITION BY LIST (region);
CREATE TABLE regions_eu PARTITION OF regions FOR VALUES IN ('de', 'fr');
-----
CREATE TABLE regions_us PARTITION OF regions FOR VALUES IN ('us', NULL);
## partition by hash with a remainder twice
CREATE TABLE hashed (id int) PARTITION BY HASH (id);
CREATE TABLE hashed_0 PARTITION OF hashed FOR VALUES WITH (MODULUS 4, REMAINDER 0);
-----
CREATE TABLE hashed_4 PARTITION OF hashed FOR VALUES WITH (MODULUS 4, REMAINDER 0);
## partition by hash with another remainder
CREATE TABLE hashed (id int) PARTITION BY HASH (id);
CREATE TABLE hashed_0 PARTITION OF hashed FOR VALUES WITH (MODULUS 4, REMAINDER 0);
-----
CREATE TABLE hashed_1 PARTITION OF hashed FOR VALUES WITH (MODULUS 4, REMAINDER 1);
## partitions by day overlap
CREATE TABLE logs (at timestamptz NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE logs_01 PARTITION OF logs FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
-----
CREATE TABLE logs_02 PARTITION OF logs FOR VALUES FROM ('2026-01-31') TO ('2026-03-01');
## partitions by day follow each other
CREATE TABLE logs (at timestamptz NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE logs_01 PARTITION OF logs FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
-----
CREATE TABLE logs_02 PARTITION OF logs FOR VALUES FROM ('2026-02-01 00:00:00') TO ('2026-03-01');
## partitions from minvalue overlap
CREATE TABLE logs (at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE logs_old PARTITION OF logs FOR VALUES FROM (MINVALUE) TO ('2026-01-01');
-----
CREATE TABLE logs_25 PARTITION OF logs FOR VALUES FROM ('2025-12-01') TO ('2026-01-01');
## partitions of two columns
CREATE TABLE logs (a int, b int) PARTITION BY RANGE (a, b);
CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM (1, 1) TO (1, 10);
-----
CREATE TABLE logs_2 PARTITION OF logs FOR VALUES FROM (1, 10) TO (2, 1);
## a second default partition
CREATE TABLE events_d PARTITION OF events DEFAULT;
-----
CREATE TABLE events_e PARTITION OF events DEFAULT;
## a partition of a table that is not partitioned
CREATE TABLE plain_1 PARTITION OF plain FOR VALUES FROM (1) TO (2);
## a list bound on a range
CREATE TABLE events_9 PARTITION OF events FOR VALUES IN (900);
## detach of a table that is no partition
ALTER TABLE events DETACH PARTITION loose;
## a foreign key from text to bigint
CREATE TABLE notes (id int PRIMARY KEY, user_id text REFERENCES users (id));
## a foreign key from int to bigint
CREATE TABLE notes (id int PRIMARY KEY, user_id int REFERENCES users (id));
## a foreign key from uuid to int
CREATE TABLE notes (id int PRIMARY KEY, org uuid);
-----
ALTER TABLE notes ADD CONSTRAINT notes_org FOREIGN KEY (org) REFERENCES orgs (id) NOT VALID;
## a foreign key from varchar to text
CREATE TABLE codes (code text PRIMARY KEY);
CREATE TABLE notes (code varchar(10) REFERENCES codes (code));
## a foreign key from numeric to int
CREATE TABLE notes (org numeric REFERENCES orgs (id));
## a foreign key from date to timestamp
CREATE TABLE days (day timestamp PRIMARY KEY);
CREATE TABLE notes (day date REFERENCES days (day));
## a foreign key from char to varchar
CREATE TABLE codes (code varchar(10) PRIMARY KEY);
CREATE TABLE notes (code char(10) REFERENCES codes (code));
## a foreign key of an enum to text
CREATE TABLE codes (code text PRIMARY KEY);
CREATE TABLE notes (code mood REFERENCES codes (code));
## a foreign key to a view
CREATE TABLE notes (id bigint REFERENCES adults (id));
## a foreign key with fewer columns
CREATE TABLE notes (a int, b int, FOREIGN KEY (a, b) REFERENCES orgs (id));
## a foreign key to a table without a key
CREATE TABLE notes (a int REFERENCES plain);
## a foreign key in a new table to a column that is not unique
CREATE TABLE notes (a int REFERENCES plain (b));
## a foreign key in a new table to a column that is not there
CREATE TABLE notes (a int REFERENCES orgs (nono));
## a foreign key over a partitioned table of 15
ALTER TABLE app.things ADD CONSTRAINT te FOREIGN KEY (id) REFERENCES events (id) NOT VALID;
## a view's column is renamed by alter view
ALTER VIEW adults RENAME COLUMN active TO is_active;
## a view's column that is not there is renamed
ALTER VIEW adults RENAME COLUMN nono TO is_active;
## a view reads a column that is not there
CREATE VIEW v AS SELECT id, nono FROM users;
## a view reads an alias's column that is not there
CREATE VIEW v AS SELECT u.id, o.nono FROM users u JOIN orgs o ON o.id = u.org;
## a query reads a view's column that is not there
INSERT INTO orgs (id, title) SELECT id, email FROM adults;
## a query reads a view's column that is there
INSERT INTO orgs (id, title) SELECT id + 9000, active FROM adults WHERE id = 3;
## a view of a view loses its column
CREATE VIEW grown AS SELECT id FROM adults WHERE active;
-----
DROP VIEW adults;
## a column is dropped that a view of a view reads
CREATE VIEW grown AS SELECT * FROM adults;
-----
ALTER TABLE users DROP COLUMN active;
## an update of a column that is not there
UPDATE users SET nono = 1 WHERE id = 1;
## an update by a column that is not there
UPDATE users SET age = 1 WHERE nono = 1;
## a delete by a column that is not there
DELETE FROM users WHERE nono = 1;
## an index over an expression of a column that is not there
CREATE INDEX CONCURRENTLY users_nono ON users (lower(nono));
## an index with a condition on a column that is not there
CREATE INDEX CONCURRENTLY users_some ON users (id) WHERE nono IS NULL;
## a check of a column that is not there
ALTER TABLE users ADD CONSTRAINT nono CHECK (nono > 0) NOT VALID;
## a comment on a column that is not there
COMMENT ON COLUMN users.nono IS 'x';
## a comment on a column that is there
COMMENT ON COLUMN users.email IS 'x';
## a policy over a column that is not there
CREATE POLICY p ON users USING (nono = 1);
## a trigger of a column that is not there
CREATE TRIGGER t BEFORE UPDATE OF nono ON users FOR EACH ROW EXECUTE FUNCTION stamp();
## a trigger of a function that is not there
CREATE TRIGGER t BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION nono();
## a constraint that is not there is dropped
ALTER TABLE users DROP CONSTRAINT users_email_key;
## a constraint that is not there is dropped, if it exists
ALTER TABLE users DROP CONSTRAINT IF EXISTS users_email_key;
## a constraint by the name that Postgres made up is dropped
ALTER TABLE orders DROP CONSTRAINT orders_user_id_fkey;
## a check by the name that Postgres made up is dropped
CREATE TABLE made (a int CHECK (a > 0), b int, CHECK (a > b), CHECK (b > 0), UNIQUE (a, b));
-----
ALTER TABLE made DROP CONSTRAINT made_a_check, DROP CONSTRAINT made_check, DROP CONSTRAINT made_b_check, DROP CONSTRAINT made_a_b_key;
## two checks of one column by the names that Postgres made up
CREATE TABLE made (a int CHECK (a > 0) CHECK (a < 9));
-----
ALTER TABLE made DROP CONSTRAINT made_a_check, DROP CONSTRAINT made_a_check1;
## a constraint of a renamed column keeps its name
ALTER TABLE orgs RENAME COLUMN title TO name;
-----
ALTER TABLE orgs DROP CONSTRAINT orgs_name_key;
## a constraint of a renamed table keeps its name
ALTER TABLE orgs RENAME TO companies;
-----
ALTER TABLE companies DROP CONSTRAINT orgs_title_key;
## a constraint that is not there is validated
ALTER TABLE users VALIDATE CONSTRAINT nono;
## a constraint that is not there is renamed
ALTER TABLE users RENAME CONSTRAINT nono TO yes;
## a unique index is no constraint
ALTER TABLE users DROP CONSTRAINT users_token;
## a constraint dropped twice
ALTER TABLE orgs DROP CONSTRAINT orgs_title_key;
-----
ALTER TABLE orgs DROP CONSTRAINT orgs_title_key;
## a constraint of a partition of its parent is dropped
ALTER TABLE events ADD CONSTRAINT kinds CHECK (kind > -1);
-----
ALTER TABLE events_1 DROP CONSTRAINT kinds;
## a table that was dropped is altered
DROP TABLE plain;
-----
ALTER TABLE plain ADD COLUMN z int;
## a table that was renamed is altered by its old name
ALTER TABLE plain RENAME TO plainer;
-----
ALTER TABLE plain ADD COLUMN z int;
## a table that was renamed is altered by its old name, if it exists
ALTER TABLE plain RENAME TO plainer;
-----
ALTER TABLE IF EXISTS plain ADD COLUMN z int;
## a table that was dropped is dropped again
DROP TABLE plain;
-----
DROP TABLE plain;
## a table that was dropped is dropped again, if it exists
DROP TABLE plain;
-----
DROP TABLE IF EXISTS plain;
## rows go into a table that was dropped
DROP TABLE plain;
-----
INSERT INTO plain (a) VALUES (1);
## a table that no file made is altered
ALTER TABLE products ADD COLUMN z int;
## a table that no file made is indexed
CREATE INDEX CONCURRENTLY products_z ON products (z);
## a foreign key to a table that no file made
CREATE TABLE notes (product int REFERENCES products (id));
## rows go into a table that no file made
INSERT INTO products (id) VALUES (1);
## a table that no file made is dropped
DROP TABLE products;
## an index that is not there is dropped
DROP INDEX users_nono;
## an index that is not there is dropped concurrently
DROP INDEX CONCURRENTLY users_nono;
## an index that is not there is dropped, if it exists
DROP INDEX IF EXISTS users_nono;
## an index that was dropped with its column is dropped
ALTER TABLE users DROP COLUMN name;
-----
DROP INDEX users_name;
## an index by the name that Postgres made up is dropped
CREATE INDEX ON plain (b);
-----
DROP INDEX plain_b_idx;
## an index that is not there is renamed
ALTER INDEX nono RENAME TO yes;
## a view that is not there is dropped
DROP VIEW nono;
## a view that is dropped as a table
DROP TABLE adults;
## a table that is dropped as a view
DROP VIEW plain;
## a materialized view that is dropped as a view
DROP VIEW summary;
## a type that is not there is dropped
DROP TYPE nono;
## a type that is not there gets a label
ALTER TYPE nono ADD VALUE 'x';
## a label before one that is not there
ALTER TYPE mood ADD VALUE 'mad' BEFORE 'nono';
## a label that is not there is renamed
ALTER TYPE mood RENAME VALUE 'nono' TO 'mad';
## a sequence that is not there is dropped
DROP SEQUENCE nono;
## a function that is not there is dropped
DROP FUNCTION nono();
## a function with other arguments is dropped
DROP FUNCTION one(int);
## a function is dropped by its name
DROP FUNCTION one;
## a schema that is not there is dropped
DROP SCHEMA nono;
## a table in a schema that is not there
CREATE TABLE nono.things (id int);
## a domain gets a constraint that it has
ALTER DOMAIN positive ADD CONSTRAINT positive_check CHECK (VALUE > 1) NOT VALID;
## a domain's constraint by the name that Postgres made up is dropped
ALTER DOMAIN positive DROP CONSTRAINT positive_check;
## a domain's constraint that is not there is dropped
ALTER DOMAIN positive DROP CONSTRAINT nono;
## a domain's constraint that is not there is validated
ALTER DOMAIN amount VALIDATE CONSTRAINT nono;
## a domain's constraint is validated in a file of its own
ALTER DOMAIN amount ADD CONSTRAINT big CHECK (VALUE < 100000) NOT VALID;
-----
ALTER DOMAIN amount VALIDATE CONSTRAINT big;
## a domain's constraint is validated in the same file
ALTER DOMAIN amount ADD CONSTRAINT big CHECK (VALUE < 100000) NOT VALID;
ALTER DOMAIN amount VALIDATE CONSTRAINT big;
## a domain that is not there gets a constraint
ALTER DOMAIN nono ADD CONSTRAINT big CHECK (VALUE < 100000);
## a domain of no table gets a constraint
ALTER DOMAIN positive ADD CONSTRAINT big CHECK (VALUE < 100000);
## a domain is made not null
ALTER DOMAIN amount SET NOT NULL;
## a table goes to the tablespace that it has
ALTER TABLE users SET TABLESPACE pg_default;
## a table gets the access method that it has
ALTER TABLE users SET ACCESS METHOD heap;
## an index goes to the tablespace that it has
ALTER INDEX users_email SET TABLESPACE pg_default;
## all tables go to the tablespace that they have
ALTER TABLE ALL IN TABLESPACE pg_default SET TABLESPACE pg_default;
## a replica identity of an index that is not there
ALTER TABLE users REPLICA IDENTITY USING INDEX nono;
## a constraint using an index that is not there
ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE USING INDEX nono;
## a constraint using an index that is not unique
ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email;
## a constraint using a partial index
ALTER TABLE users ADD CONSTRAINT users_code_key UNIQUE USING INDEX users_code;
## a cluster on an index that is not there
ALTER TABLE users CLUSTER ON nono;
## a trigger that is not there is switched off
ALTER TABLE users DISABLE TRIGGER nono;
## a trigger that is there is switched off
ALTER TABLE users DISABLE TRIGGER stamp;
## a role is granted what is there
GRANT SELECT ON users TO PUBLIC;
## a grant on a table that was dropped
DROP TABLE plain;
-----
GRANT SELECT ON plain TO PUBLIC;
## a grant to a role that no file made
GRANT SELECT ON users TO readonly_nobody;
## an insert with fewer values than columns
INSERT INTO orgs (id, title) VALUES (6001);
## an insert without a value for a not null column
INSERT INTO orgs (id) VALUES (6001);
## an insert with a label that the type lacks
INSERT INTO users (id, mood) VALUES (9009, 'nono');
## a default with a label that the type lacks
ALTER TABLE users ALTER COLUMN mood SET DEFAULT 'nono';
## an insert into an always generated column
CREATE TABLE gen (id int GENERATED ALWAYS AS IDENTITY, a int, b int GENERATED ALWAYS AS (a + 1) STORED);
-----
INSERT INTO gen (a, b) VALUES (1, 2);
## an insert into an always identity column
CREATE TABLE gen (id int GENERATED ALWAYS AS IDENTITY, a int);
-----
INSERT INTO gen (id, a) VALUES (1, 2);
## an update of a generated column
CREATE TABLE gen (id int, a int, b int GENERATED ALWAYS AS (a + 1) STORED);
-----
UPDATE gen SET b = 3 WHERE id = 1;
## an upsert without a unique key
INSERT INTO users (id, email) VALUES (1, 'x') ON CONFLICT (email) DO NOTHING;
## an upsert with a key
INSERT INTO orgs (id, title) VALUES (1, 'x') ON CONFLICT (title) DO NOTHING;
## a second column of the same name
CREATE TABLE twice (a int, b int, a text);
## two primary keys in one table
CREATE TABLE twice (a int PRIMARY KEY, b int PRIMARY KEY);
## an insert into a table with a column renamed
ALTER TABLE orgs RENAME COLUMN title TO name;
-----
INSERT INTO orgs (id, title) VALUES (7001, 'x');
## a table is moved to a schema that is not there
ALTER TABLE plain SET SCHEMA nono;
## a column is renamed to one that is there
ALTER TABLE users RENAME COLUMN name TO email;
## a column that is not there is renamed
ALTER TABLE users RENAME COLUMN nono TO yes;
## a table is renamed to one that is there
ALTER TABLE plain RENAME TO orgs;
## an index is renamed to one that is there
ALTER INDEX users_email RENAME TO users_name;
## a type is renamed to one that is there
ALTER TYPE mood RENAME TO positive;
`).map(({ name, files }) => ({ name, files }));
