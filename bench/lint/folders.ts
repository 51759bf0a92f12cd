/**
 * Folders as teams write them, each with tables of its own. A part that begins with `-- rows` fills them before the last file runs,
 * and is not the folder's. What a folder really does is read from the server, as with the corpus.
 */
import type { Item } from "./corpus.ts";

/** Folders are parted by `## name`, their files by a line of hyphens. */
export function folders(text: string): Item[] {
  return text
    .split(/^## /m)
    .slice(1)
    .map((folder) => {
      const [name = "", ...lines] = folder.split("\n");
      const parts = lines.join("\n").split(/^-----*$/m);
      const isRows = (part: string) => part.trimStart().startsWith("-- rows");
      return {
        name,
        files: parts.filter((part) => !isRows(part)).map((part) => part.trim()),
        rows: parts.filter(isRows).join("\n"),
      };
    });
}

export const FOLDERS: readonly Item[] = folders(`
## a view reads the column that is dropped
CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL, phone text, vat text);
-----
CREATE VIEW customer_contacts AS SELECT c.id, c.name, c.phone FROM customers c WHERE c.phone IS NOT NULL;
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE customers DROP COLUMN phone;
## a view reads other columns than the one that is dropped
CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL, phone text, vat text);
CREATE TABLE visits (id bigint PRIMARY KEY, customer bigint REFERENCES customers (id), vat text, at timestamptz);
-----
CREATE VIEW last_visits AS
  WITH ranked AS (SELECT v.customer, v.at, v.vat FROM visits v)
  SELECT c.name, r.at, r.vat FROM ranked r JOIN customers c ON c.id = r.customer;
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE customers DROP COLUMN vat;
## a view of all columns
CREATE TABLE devices (id int PRIMARY KEY, serial_no text, label text);
CREATE VIEW all_devices AS SELECT * FROM devices;
-----
ALTER TABLE devices ADD COLUMN retired boolean;
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE devices DROP COLUMN retired;
## a view of all columns, one of them dropped
CREATE TABLE devices (id int PRIMARY KEY, serial_no text, label text);
CREATE VIEW all_devices AS SELECT d.* FROM devices d;
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE devices DROP COLUMN IF EXISTS label;
## a view reads the column that gets another type
CREATE TABLE prices (id int PRIMARY KEY, cents int NOT NULL, note varchar(20));
CREATE VIEW dear AS SELECT id, cents / 100.0 AS euros, note FROM prices WHERE cents > 10000;
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE prices ALTER COLUMN note TYPE text;
## the view is dropped, the column changed, the view made again
CREATE TABLE prices (id int PRIMARY KEY, cents int NOT NULL, note varchar(20));
CREATE VIEW dear AS SELECT id, cents / 100.0 AS euros, note FROM prices WHERE cents > 10000;
-----
SET LOCAL lock_timeout = '3s';
DROP VIEW dear;
ALTER TABLE prices ALTER COLUMN note TYPE text;
CREATE VIEW dear AS SELECT id, cents / 100.0 AS euros, note FROM prices WHERE cents > 10000;
## a materialized view reads the dropped column of a renamed table
CREATE TABLE sale (id int PRIMARY KEY, shop int, total numeric, coupon text);
CREATE MATERIALIZED VIEW sales_by_shop AS SELECT shop, sum(total) AS total, count(coupon) AS coupons FROM sale GROUP BY shop;
-----
ALTER TABLE sale RENAME TO sales;
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE sales DROP COLUMN coupon;
## a generated column is computed from the one that is dropped
CREATE TABLE people (id int PRIMARY KEY, first text, last text, full_name text GENERATED ALWAYS AS (first || ' ' || last) STORED);
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE people DROP COLUMN last;
## a generated column is computed from the one that gets another type
CREATE TABLE people (id int PRIMARY KEY, first varchar(20), last text, shout text GENERATED ALWAYS AS (upper(first)) STORED);
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE people ALTER COLUMN first TYPE varchar(80);
## the generated column itself is dropped
CREATE TABLE people (id int PRIMARY KEY, first varchar(20), shout text GENERATED ALWAYS AS (upper(first)) STORED);
-----
SET LOCAL lock_timeout = '3s';
-- ecs-migrate:disable drop-column nothing reads it
ALTER TABLE people DROP COLUMN shout;
ALTER TABLE people ALTER COLUMN first TYPE varchar(80);
## a policy names the dropped column
CREATE TABLE docs (id int PRIMARY KEY, tenant int NOT NULL, body text);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
-----
CREATE POLICY same_tenant ON docs USING (tenant = current_setting('app.tenant')::int);
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE docs DROP COLUMN tenant;
## a policy names the column that gets a wider bound
CREATE TABLE docs (id int PRIMARY KEY, owner varchar(30) NOT NULL, body varchar(30));
CREATE POLICY own ON docs FOR SELECT USING (owner = current_user);
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE docs ALTER COLUMN owner TYPE varchar(60);
## a trigger's column list names the dropped column
CREATE TABLE stock (id int PRIMARY KEY, amount int, bin text);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
-----
CREATE TRIGGER stock_moved AFTER UPDATE OF amount, bin ON stock FOR EACH ROW EXECUTE FUNCTION note();
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE stock DROP COLUMN bin;
## a trigger's condition names the column that gets another type
CREATE TABLE stock (id int PRIMARY KEY, amount int, bin varchar(8));
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER stock_moved AFTER UPDATE ON stock FOR EACH ROW WHEN (OLD.bin IS DISTINCT FROM NEW.bin) EXECUTE FUNCTION note();
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE stock ALTER COLUMN bin TYPE varchar(16);
## a rule names the dropped column
CREATE TABLE logs (id int, line text, level int);
CREATE TABLE old_logs (id int, line text);
CREATE RULE keep AS ON DELETE TO logs DO ALSO INSERT INTO old_logs VALUES (OLD.id, OLD.line);
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE logs DROP COLUMN line;
## a function with a SQL body reads the dropped column
CREATE TABLE rates (day date PRIMARY KEY, rate numeric, source text);
CREATE FUNCTION rate_on(d date) RETURNS text LANGUAGE sql STABLE RETURN (SELECT r.source FROM rates r WHERE r.day = d);
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE rates DROP COLUMN source;
## a function of text reads the dropped column
CREATE TABLE rates (day date PRIMARY KEY, rate numeric, source text);
CREATE FUNCTION rate_on(d date) RETURNS text LANGUAGE sql STABLE AS 'SELECT source FROM rates WHERE day = d';
-----
SET LOCAL lock_timeout = '3s';
-- ecs-migrate:disable drop-column the function goes with the next one
ALTER TABLE rates DROP COLUMN source;
## a foreign key of another table points to the dropped column
CREATE TABLE countries (id int PRIMARY KEY, iso char(2) UNIQUE, name text);
CREATE TABLE cities (id int PRIMARY KEY, country char(2) REFERENCES countries (iso));
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE countries DROP COLUMN iso;
## a unique constraint that a foreign key needs is dropped
CREATE TABLE countries (id int PRIMARY KEY, iso char(2) UNIQUE, name text UNIQUE);
CREATE TABLE cities (id int PRIMARY KEY, country char(2) REFERENCES countries (iso));
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE countries DROP CONSTRAINT countries_iso_key;
## a unique constraint that no foreign key needs is dropped
CREATE TABLE countries (id int PRIMARY KEY, iso char(2) UNIQUE, name text UNIQUE);
CREATE TABLE cities (id int PRIMARY KEY, country char(2) REFERENCES countries (iso));
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE countries DROP CONSTRAINT countries_name_key;
## the partition key is dropped
CREATE TABLE measures (id bigint, at date NOT NULL, value float) PARTITION BY RANGE (at);
CREATE TABLE measures_2025 PARTITION OF measures FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE measures DROP COLUMN at;
## the partition key gets another type
CREATE TABLE measures (id bigint, place varchar(10) NOT NULL, value float) PARTITION BY LIST (place);
CREATE TABLE measures_a PARTITION OF measures FOR VALUES IN ('a');
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE measures ALTER COLUMN place TYPE varchar(20);
## a default calls the function that is dropped
CREATE FUNCTION short_id() RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT substr(md5(random()::text), 1, 8) $$;
CREATE TABLE links (id text PRIMARY KEY DEFAULT short_id(), url text);
-----
DROP FUNCTION short_id();
## a trigger calls the function that is dropped
CREATE TABLE links (id text PRIMARY KEY, touched timestamptz);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.touched := now(); RETURN NEW; END $$;
CREATE TRIGGER touch BEFORE UPDATE ON links FOR EACH ROW EXECUTE FUNCTION touch();
-----
DROP FUNCTION IF EXISTS touch();
## the trigger is dropped before its function
CREATE TABLE links (id text PRIMARY KEY, touched timestamptz);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.touched := now(); RETURN NEW; END $$;
CREATE TRIGGER touch BEFORE UPDATE ON links FOR EACH ROW EXECUTE FUNCTION touch();
-----
SET LOCAL lock_timeout = '3s';
DROP TRIGGER touch ON links;
-- ecs-migrate:disable drop-object only the trigger called it
DROP FUNCTION touch();
## a view and an index call the function that is dropped
CREATE FUNCTION clean(t text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT lower(trim(t)) $$;
CREATE TABLE tags (id int PRIMARY KEY, tag text);
CREATE INDEX tags_clean ON tags (clean(tag));
-----
DROP FUNCTION clean(text);
## a sequence that a default draws from is dropped
CREATE SEQUENCE invoice_no;
CREATE TABLE invoices (id int PRIMARY KEY DEFAULT nextval('invoice_no'), total numeric);
-----
DROP SEQUENCE invoice_no;
## a table is dropped that a materialized view reads
CREATE TABLE hits (page text, at timestamptz);
CREATE MATERIALIZED VIEW hits_by_page AS SELECT page, count(*) AS n FROM hits GROUP BY page;
-----
SET LOCAL lock_timeout = '3s';
DROP TABLE hits;
## the index of a constraint is dropped
CREATE TABLE users (id int PRIMARY KEY, email text UNIQUE);
-----
DROP INDEX CONCURRENTLY users_email_key;
## the index of a partition is dropped by itself
CREATE TABLE jobs (id bigint, day date NOT NULL, kind int) PARTITION BY RANGE (day);
CREATE TABLE jobs_1 PARTITION OF jobs FOR VALUES FROM ('2025-01-01') TO ('2025-02-01');
CREATE INDEX jobs_kind ON jobs (kind);
-----
SET LOCAL lock_timeout = '3s';
DROP INDEX jobs_1_kind_idx;
## a materialized view is refreshed concurrently without a unique index
CREATE TABLE votes (id int PRIMARY KEY, topic int, up boolean);
CREATE MATERIALIZED VIEW tally AS SELECT topic, count(*) FILTER (WHERE up) AS ups FROM votes GROUP BY topic;
CREATE INDEX tally_topic ON tally (topic);
-----
REFRESH MATERIALIZED VIEW CONCURRENTLY tally;
## a materialized view is refreshed concurrently with a partial unique index
CREATE TABLE votes (id int PRIMARY KEY, topic int, up boolean);
CREATE MATERIALIZED VIEW tally AS SELECT topic, count(*) FILTER (WHERE up) AS ups FROM votes GROUP BY topic;
CREATE UNIQUE INDEX tally_topic ON tally (topic) WHERE ups > 0;
-----
REFRESH MATERIALIZED VIEW CONCURRENTLY tally;
## a materialized view with a unique index is refreshed concurrently
CREATE TABLE votes (id int PRIMARY KEY, topic int, up boolean);
CREATE MATERIALIZED VIEW tally AS SELECT topic, count(*) FILTER (WHERE up) AS ups FROM votes GROUP BY topic;
CREATE UNIQUE INDEX tally_topic ON tally (topic);
-----
REFRESH MATERIALIZED VIEW CONCURRENTLY tally;
## a materialized view without data is refreshed concurrently
CREATE TABLE votes (id int PRIMARY KEY, topic int, up boolean);
CREATE MATERIALIZED VIEW tally AS SELECT topic, count(*) AS n FROM votes GROUP BY topic WITH NO DATA;
CREATE UNIQUE INDEX tally_topic ON tally (topic);
-----
REFRESH MATERIALIZED VIEW CONCURRENTLY tally;
## a view is replaced with fewer columns
CREATE TABLE bills (id int PRIMARY KEY, total numeric, due date);
CREATE VIEW open_bills AS SELECT id, total, due FROM bills WHERE due > now();
-----
CREATE OR REPLACE VIEW open_bills AS SELECT id, due FROM bills WHERE due > now();
## a view is replaced with a column more
CREATE TABLE bills (id int PRIMARY KEY, total numeric, due date);
CREATE VIEW open_bills AS SELECT id, total FROM bills WHERE due > now();
-----
SET LOCAL lock_timeout = '3s';
CREATE OR REPLACE VIEW open_bills AS SELECT id, total, due FROM bills WHERE due > now();
## a function is replaced with another result
CREATE FUNCTION tax(n numeric) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 19';
-----
CREATE OR REPLACE FUNCTION tax(n numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT n * 0.19';
## a function of the same name with other arguments
CREATE FUNCTION tax(n numeric) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 19';
-----
CREATE OR REPLACE FUNCTION tax(n numeric, rate numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT n * rate';
## rows are copied out of a table that the file has locked
CREATE TABLE accounts (id int PRIMARY KEY, mail text, phone text);
CREATE TABLE contacts (account int, kind text, value text);
-----
-- rows
INSERT INTO accounts SELECT i, 'm' || i, 'p' || i FROM generate_series(1, 300) i;
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE accounts ADD COLUMN moved boolean;
INSERT INTO contacts SELECT id, 'mail', mail FROM accounts;
## a new table is filled from a table that the file has locked
CREATE TABLE accounts (id int PRIMARY KEY, mail text, phone text);
-----
-- rows
INSERT INTO accounts SELECT i, 'm' || i, 'p' || i FROM generate_series(1, 300) i;
-----
SET LOCAL lock_timeout = '3s';
LOCK TABLE accounts IN EXCLUSIVE MODE;
CREATE TABLE phones AS SELECT id, phone FROM accounts WHERE phone IS NOT NULL;
## a new table is filled before the lock
CREATE TABLE accounts (id int PRIMARY KEY, mail text, phone text);
-----
-- rows
INSERT INTO accounts SELECT i, 'm' || i, 'p' || i FROM generate_series(1, 300) i;
-----
SET LOCAL lock_timeout = '3s';
CREATE TABLE phones AS SELECT id, phone FROM accounts WHERE phone IS NOT NULL;
ALTER TABLE accounts ADD COLUMN moved boolean;
## a new table points to a table whose rows fill it
CREATE TABLE shops (id int PRIMARY KEY, city text);
-----
-- rows
INSERT INTO shops SELECT i, 'c' || i % 7 FROM generate_series(1, 300) i;
-----
SET LOCAL lock_timeout = '3s';
CREATE TABLE addresses (id int PRIMARY KEY, shop int REFERENCES shops (id), city text);
INSERT INTO addresses SELECT id, id, city FROM shops;
## a loop updates the table that the file has locked
CREATE TABLE shops (id int PRIMARY KEY, city text);
-----
-- rows
INSERT INTO shops SELECT i, 'c' || i % 7 FROM generate_series(1, 300) i;
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE shops ADD COLUMN slug text;
DO $$
DECLARE s record;
BEGIN
  FOR s IN SELECT id, city FROM shops LOOP
    UPDATE shops SET slug = lower(s.city) WHERE id = s.id;
  END LOOP;
END $$;
## an upsert of all rows under the lock
CREATE TABLE shops (id int PRIMARY KEY, city text);
CREATE TABLE feed (id int PRIMARY KEY, city text);
-----
-- rows
INSERT INTO shops SELECT i, 'c' || i % 7 FROM generate_series(1, 300) i;
INSERT INTO feed SELECT i, 'd' || i % 7 FROM generate_series(1, 300) i;
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE shops ALTER COLUMN city SET DEFAULT '';
INSERT INTO shops SELECT id, city FROM feed ON CONFLICT (id) DO UPDATE SET city = excluded.city;
## a label is used in the table that the file makes
CREATE TYPE plan AS ENUM ('free', 'pro');
-----
ALTER TYPE plan ADD VALUE 'team';
CREATE TABLE subscriptions (id int PRIMARY KEY, plan plan NOT NULL DEFAULT 'team');
## a label is added twice and one that was there is used
CREATE TYPE plan AS ENUM ('free', 'pro');
CREATE TABLE subscriptions (id int PRIMARY KEY, plan plan NOT NULL DEFAULT 'free');
-----
ALTER TYPE plan ADD VALUE IF NOT EXISTS 'pro';
INSERT INTO subscriptions VALUES (1, 'pro');
## a label is used in a partial index
CREATE TYPE state AS ENUM ('new', 'done');
CREATE TABLE tasks (id int PRIMARY KEY, state state);
-----
SET LOCAL lock_timeout = '3s';
ALTER TYPE state ADD VALUE 'failed' BEFORE 'done';
CREATE VIEW failed_tasks AS SELECT id FROM tasks WHERE state = 'failed';
## a label is renamed and used
CREATE TYPE state AS ENUM ('new', 'done');
CREATE TABLE tasks (id int PRIMARY KEY, state state);
-----
-- ecs-migrate:disable rename nobody reads it yet
ALTER TYPE state RENAME VALUE 'done' TO 'finished';
INSERT INTO tasks VALUES (1, 'finished');
## a label is added in a block and used after it
CREATE TYPE state AS ENUM ('new', 'done');
CREATE TABLE tasks (id int PRIMARY KEY, state state);
-----
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_enum WHERE enumlabel = 'failed') THEN
    ALTER TYPE state ADD VALUE 'failed';
  END IF;
END $$;
INSERT INTO tasks VALUES (2, 'failed');
## a role stays set for the next file
CREATE TABLE notes (id int);
-----
SET ROLE pg_read_all_data;
SELECT count(*) FROM notes;
## a role is set and reset
CREATE TABLE notes (id int);
-----
SET ROLE pg_read_all_data;
SELECT count(*) FROM notes;
RESET ROLE;
## a block sets the search path for good
CREATE SCHEMA hr;
CREATE TABLE notes (id int);
-----
DO $$ BEGIN
  PERFORM set_config('search_path', 'hr', false);
  CREATE TABLE staff (id int);
END $$;
## the session becomes read-only
CREATE TABLE notes (id int);
-----
SET default_transaction_read_only = on;
## a temporary table of the name of a table
CREATE TABLE notes (id int, body text);
-----
CREATE TEMP TABLE notes AS SELECT 1 AS id;
## a temporary table that ends with the file
CREATE TABLE notes (id int, body text);
-----
CREATE TEMP TABLE scratch ON COMMIT DROP AS SELECT 1 AS id;
INSERT INTO notes SELECT id, '' FROM scratch;
## a partition of a list is attached without a check
CREATE TABLE bookings (id bigint, region text NOT NULL) PARTITION BY LIST (region);
CREATE TABLE bookings_eu (id bigint, region text NOT NULL);
-----
-- rows
INSERT INTO bookings_eu SELECT i, 'eu' FROM generate_series(1, 300) i;
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE bookings ATTACH PARTITION bookings_eu FOR VALUES IN ('eu');
## a partition of a list is attached behind a valid check
CREATE TABLE bookings (id bigint, region text NOT NULL) PARTITION BY LIST (region);
CREATE TABLE bookings_eu (id bigint, region text NOT NULL, CONSTRAINT only_eu CHECK (region = 'eu'));
-----
-- rows
INSERT INTO bookings_eu SELECT i, 'eu' FROM generate_series(1, 300) i;
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE bookings ATTACH PARTITION bookings_eu FOR VALUES IN ('eu');
## a partition is attached whose key may be null
CREATE TABLE bookings (id bigint, region text) PARTITION BY LIST (region);
CREATE TABLE bookings_eu (id bigint, region text, CONSTRAINT only_eu CHECK (region = 'eu'));
-----
-- rows
INSERT INTO bookings_eu SELECT i, 'eu' FROM generate_series(1, 300) i;
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE bookings ATTACH PARTITION bookings_eu FOR VALUES IN ('eu');
## a unique index of a partitioned table leaves out its key
CREATE TABLE events (id bigint, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2025-02-01');
-----
SET LOCAL lock_timeout = '3s';
CREATE UNIQUE INDEX events_id ON ONLY events (id);
## a default partition is scanned by a new partition's creation
CREATE TABLE events (id bigint, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE events_rest PARTITION OF events DEFAULT;
-----
-- rows
INSERT INTO events SELECT i, '2024-05-05' FROM generate_series(1, 300) i;
-----
SET LOCAL lock_timeout = '3s';
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
## a domain of a domain gets a check
CREATE DOMAIN word AS text;
CREATE DOMAIN slug AS word;
CREATE TABLE posts (id int PRIMARY KEY, slug slug);
-----
-- rows
INSERT INTO posts SELECT i, 's' || i FROM generate_series(1, 300) i;
-----
SET LOCAL lock_timeout = '3s';
ALTER DOMAIN word ADD CONSTRAINT no_blank CHECK (VALUE !~ ' ');
## an attribute of a composite type in use gets another type
CREATE TYPE money_amount AS (cents int, currency text);
CREATE TABLE payments (id int PRIMARY KEY, amount money_amount);
-----
ALTER TYPE money_amount ALTER ATTRIBUTE cents TYPE bigint;
## a composite type gets an attribute more
CREATE TYPE money_amount AS (cents int, currency text);
CREATE TABLE payments (id int PRIMARY KEY, amount money_amount);
-----
-- rows
INSERT INTO payments SELECT i, ROW(i, 'EUR')::money_amount FROM generate_series(1, 300) i;
-----
ALTER TYPE money_amount ADD ATTRIBUTE precision int;
## two long names are one
CREATE TABLE t (id int, a int, b int);
CREATE INDEX idx_the_table_of_all_things_that_have_ever_been_seen_by_anybody_first ON t (a);
-----
CREATE INDEX CONCURRENTLY idx_the_table_of_all_things_that_have_ever_been_seen_by_anybody_second ON t (b);
## a constraint is added in a block that looks for it first
CREATE TABLE teams (id int PRIMARY KEY, name text);
-----
-- rows
INSERT INTO teams SELECT i, 't' || i FROM generate_series(1, 300) i;
-----
SET LOCAL lock_timeout = '3s';
DO $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'teams_name_len') THEN
    EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I CHECK (length(name) < 50)', 'teams', 'teams_name_len');
  END IF;
END
$$;
## SQL is put together from texts
CREATE TABLE teams (id int PRIMARY KEY, name text);
-----
-- rows
INSERT INTO teams SELECT i, 't' || i FROM generate_series(1, 300) i;
-----
SET LOCAL lock_timeout = '3s';
DO $$ BEGIN EXECUTE 'ALTER TABLE teams ' || 'ALTER COLUMN id TYPE bigint'; END $$;
## a function of SQL is called that builds an index
CREATE TABLE teams (id int PRIMARY KEY, name text);
CREATE FUNCTION add_index() RETURNS void LANGUAGE sql AS 'CREATE INDEX teams_name ON teams (name)';
-----
-- rows
INSERT INTO teams SELECT i, 't' || i FROM generate_series(1, 300) i;
-----
SET LOCAL lock_timeout = '3s';
SELECT add_index();
## columns of defaults that stand still
CREATE TABLE teams (id int PRIMARY KEY, name text);
-----
-- rows
INSERT INTO teams SELECT i, 't' || i FROM generate_series(1, 300) i;
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE teams
  ADD COLUMN created timestamptz NOT NULL DEFAULT (now() AT TIME ZONE 'utc'),
  ADD COLUMN settings jsonb NOT NULL DEFAULT jsonb_build_object('mails', true),
  ADD COLUMN owner text DEFAULT CURRENT_USER,
  ADD COLUMN parent uuid DEFAULT '00000000-0000-0000-0000-000000000000'::uuid,
  ADD COLUMN zone text DEFAULT current_setting('TimeZone'),
  ADD COLUMN labels text[] NOT NULL DEFAULT ARRAY[]::text[],
  ADD COLUMN weight int DEFAULT coalesce(NULL, 3),
  ADD COLUMN expires timestamptz DEFAULT now() + interval '7 days';
## a default takes the clock's time
CREATE TABLE teams (id int PRIMARY KEY, name text);
-----
-- rows
INSERT INTO teams SELECT i, 't' || i FROM generate_series(1, 300) i;
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE teams ADD COLUMN seen text DEFAULT timeofday();
## a table in a schema that the path names is new
CREATE SCHEMA billing;
-----
SET LOCAL lock_timeout = '3s';
SET LOCAL search_path = billing, public;
CREATE TABLE ledger (id int, account int);
CREATE INDEX ledger_account ON ledger (account);
ALTER TABLE ledger ADD CONSTRAINT positive CHECK (id > 0);
ALTER TABLE billing.ledger ALTER COLUMN account TYPE bigint;
## a table is filled by SELECT INTO and indexed
CREATE TABLE raw (id int, body text);
-----
-- rows
INSERT INTO raw SELECT i, 'b' || i FROM generate_series(1, 300) i;
-----
SELECT id, body INTO cooked FROM raw;
CREATE UNIQUE INDEX cooked_id ON cooked (id);
ALTER TABLE cooked ALTER COLUMN id SET NOT NULL;
## a table that inherits its columns
CREATE TABLE base (id int NOT NULL, note varchar(10));
CREATE TABLE child (extra int) INHERITS (base);
-----
-- rows
INSERT INTO child SELECT i, 'n', i FROM generate_series(1, 300) i;
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE child ALTER COLUMN id SET NOT NULL;
ALTER TABLE base ALTER COLUMN note TYPE varchar(20);
## a table like another
CREATE TABLE plain (id int NOT NULL, note varchar(10));
CREATE TABLE twin (LIKE plain INCLUDING ALL);
-----
-- rows
INSERT INTO twin SELECT i, 'n' FROM generate_series(1, 300) i;
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE twin ALTER COLUMN id SET NOT NULL;
ALTER TABLE twin ALTER COLUMN note TYPE varchar(20);
## an index is there by its constraint's name
CREATE TABLE users (id int PRIMARY KEY, email text, CONSTRAINT users_email UNIQUE (email));
-----
-- rows
INSERT INTO users SELECT i, 'u' || i FROM generate_series(1, 300) i;
-----
SET LOCAL lock_timeout = '3s';
CREATE UNIQUE INDEX IF NOT EXISTS users_email ON users (email);
## an index was dropped and is made again
CREATE TABLE users (id int PRIMARY KEY, email text);
CREATE INDEX users_email ON users (email);
-----
DROP INDEX CONCURRENTLY IF EXISTS users_email;
-----
-- rows
INSERT INTO users SELECT i, 'u' || i FROM generate_series(1, 300) i;
-----
SET LOCAL lock_timeout = '3s';
CREATE INDEX IF NOT EXISTS users_email ON users (email);
## a column is there already
CREATE TABLE users (id int PRIMARY KEY, email text, token uuid);
-----
-- rows
INSERT INTO users SELECT i, 'u' || i FROM generate_series(1, 300) i;
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE users ADD COLUMN IF NOT EXISTS token uuid DEFAULT gen_random_uuid();
## the table is there already
CREATE TABLE users (id int PRIMARY KEY, email text);
-----
CREATE TABLE users (id int PRIMARY KEY, name text);
## the column is there already
CREATE TABLE users (id int PRIMARY KEY, email text);
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE users ADD COLUMN email text;
## the column to drop is not there
CREATE TABLE users (id int PRIMARY KEY, email text);
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE users DROP COLUMN mail;
## a foreign key to a column that is not unique
CREATE TABLE users (id int PRIMARY KEY, email text);
CREATE TABLE mails (id int PRIMARY KEY, email text);
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE mails ADD CONSTRAINT mails_user FOREIGN KEY (email) REFERENCES users (email) NOT VALID;
## a second primary key
CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL);
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE users ADD PRIMARY KEY (email);
## a type that no cast reaches
CREATE TABLE users (id int PRIMARY KEY, age text, active text);
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE users ALTER COLUMN age TYPE integer;
## NOT NULL is taken from a key column
CREATE TABLE users (id int PRIMARY KEY, email text);
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE users ALTER COLUMN id DROP NOT NULL;
## rows are deleted by a condition that every row meets
CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL);
-----
-- rows
INSERT INTO users SELECT i, 'u' || i FROM generate_series(1, 300) i;
-----
DELETE FROM users WHERE id IS NOT NULL AND NOT false;
## settings only
CREATE TABLE users (id int PRIMARY KEY);
-----
-- the index was made by hand on 2025-02-11, see the runbook
## the column moves to a wider bound by CAST
CREATE TABLE users (id int PRIMARY KEY, code varchar(4), at timestamptz(3));
-----
-- rows
INSERT INTO users SELECT i, 'u', now() FROM generate_series(1, 300) i;
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE users ALTER COLUMN code TYPE varchar(8) USING CAST(code AS varchar(8)), ALTER COLUMN at TYPE timestamptz;
## two tables swap their names
CREATE TABLE jobs (id int PRIMARY KEY, name varchar(5));
CREATE TABLE jobs_new (id bigint PRIMARY KEY, name varchar(5));
-----
-- rows
INSERT INTO jobs SELECT i, 'j' FROM generate_series(1, 300) i;
INSERT INTO jobs_new SELECT i, 'j' FROM generate_series(1, 300) i;
-----
BEGIN;
SET LOCAL lock_timeout = '3s';
-- ecs-migrate:disable rename one transaction
ALTER TABLE jobs RENAME TO jobs_old;
ALTER TABLE jobs_new RENAME TO jobs;
ALTER TABLE jobs ALTER COLUMN id TYPE bigint;
COMMIT;
## the sequence is set to the highest number under the lock
CREATE TABLE jobs (id int, name text);
CREATE SEQUENCE jobs_seq;
-----
-- rows
INSERT INTO jobs SELECT i, 'j' FROM generate_series(1, 300) i;
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE jobs ALTER COLUMN id SET DEFAULT nextval('jobs_seq');
SELECT setval('jobs_seq', (SELECT max(id) FROM jobs));
`);
