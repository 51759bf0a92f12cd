/** Folders by what teams keep in Postgres: partitions, enums, views, row security, domains, upserts. What is refused was asked of Postgres 15. */
import type { Item } from "./corpus.ts";
import { histories } from "./histories.ts";

export const TEAMS: readonly Item[] = histories(`
## events partitioned by month
CREATE TABLE events (id bigint GENERATED ALWAYS AS IDENTITY, tenant_id uuid NOT NULL, kind text NOT NULL, payload jsonb NOT NULL DEFAULT '{}', created_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (id, created_at)) PARTITION BY RANGE (created_at);
CREATE TABLE events_2026_01 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE events_2026_02 PARTITION OF events FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
CREATE INDEX events_tenant ON events (tenant_id, created_at DESC);
-----
CREATE TABLE events_default PARTITION OF events DEFAULT;
-----
CREATE TABLE events_2026_03 (LIKE events INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
ALTER TABLE events_2026_03 ADD CONSTRAINT c CHECK (created_at >= '2026-03-01' AND created_at < '2026-04-01');
ALTER TABLE events ATTACH PARTITION events_2026_03 FOR VALUES FROM ('2026-03-01') TO ('2026-04-01');
-----
ALTER TABLE events_2026_03 DROP CONSTRAINT c;
-----
ALTER TABLE events DETACH PARTITION events_2026_01;
DROP TABLE events_2026_01;
-----
-- refused
CREATE UNIQUE INDEX events_kind_uq ON events (kind);
-----
ALTER TABLE events ADD COLUMN source text;
ALTER TABLE ONLY events ALTER COLUMN source SET DEFAULT 'api';
-----
-- refused
CREATE INDEX CONCURRENTLY events_kind ON events (kind);
-----
CREATE INDEX events_kind ON ONLY events (kind);
CREATE INDEX events_2026_02_kind ON events_2026_02 (kind);
ALTER INDEX events_kind ATTACH PARTITION events_2026_02_kind;
-----
-- refused
CREATE TABLE events_2026_02b PARTITION OF events FOR VALUES FROM ('2026-02-15') TO ('2026-03-01');
## enum lifecycle
CREATE TYPE order_status AS ENUM ('new', 'paid', 'shipped');
CREATE TABLE orders (id bigserial PRIMARY KEY, status order_status NOT NULL DEFAULT 'new', total numeric(12,2) NOT NULL DEFAULT 0 CHECK (total >= 0));
CREATE INDEX orders_open ON orders (id) WHERE status <> 'shipped';
-----
ALTER TYPE order_status ADD VALUE 'cancelled' AFTER 'paid';
-----
ALTER TYPE order_status ADD VALUE IF NOT EXISTS 'refunded';
UPDATE orders SET status = 'new' WHERE status = 'paid' AND total < 0;
-----
ALTER TYPE order_status RENAME VALUE 'new' TO 'created';
ALTER TABLE orders ALTER COLUMN status SET DEFAULT 'created';
-----
-- refused
ALTER TYPE order_status ADD VALUE 'lost';
CREATE VIEW lost AS SELECT * FROM orders WHERE status = 'lost';
-----
-- refused
ALTER TABLE orders ALTER COLUMN status TYPE text USING status::text;
-----
-- refused
DROP TYPE order_status;
-----
DROP INDEX orders_open;
ALTER TABLE orders ALTER COLUMN status DROP DEFAULT, ALTER COLUMN status TYPE text USING status::text, ALTER COLUMN status SET DEFAULT 'created';
DROP TYPE order_status;
CREATE INDEX orders_open ON orders (id) WHERE status <> 'shipped';
## matview refreshed concurrently
CREATE TABLE sales (id int PRIMARY KEY, region text NOT NULL, amount numeric NOT NULL);
CREATE MATERIALIZED VIEW sales_by_region AS SELECT region, sum(amount) AS total FROM sales GROUP BY region;
-----
-- refused
REFRESH MATERIALIZED VIEW CONCURRENTLY sales_by_region;
-----
CREATE UNIQUE INDEX sales_by_region_key ON sales_by_region (region);
-----
REFRESH MATERIALIZED VIEW CONCURRENTLY sales_by_region;
-----
CREATE VIEW top_regions AS SELECT * FROM sales_by_region WHERE total > 100;
-----
-- refused
DROP MATERIALIZED VIEW sales_by_region;
-----
DROP VIEW top_regions;
DROP MATERIALIZED VIEW sales_by_region;
CREATE MATERIALIZED VIEW sales_by_region AS SELECT region, sum(amount) AS total, count(*) AS n FROM sales GROUP BY region WITH NO DATA;
CREATE UNIQUE INDEX ON sales_by_region (region);
-----
-- refused
REFRESH MATERIALIZED VIEW CONCURRENTLY sales_by_region;
-----
-- refused
SELECT total FROM sales_by_region;
-----
REFRESH MATERIALIZED VIEW sales_by_region;
-----
-- refused
ALTER TABLE sales DROP COLUMN amount;
## generated columns
CREATE TABLE people (id int PRIMARY KEY, first text NOT NULL, last text NOT NULL, born date);
-----
ALTER TABLE people ADD COLUMN full_name text GENERATED ALWAYS AS (first || ' ' || last) STORED;
-----
-- refused
UPDATE people SET full_name = 'x' WHERE id = 1;
-----
-- refused
ALTER TABLE people ADD COLUMN age int GENERATED ALWAYS AS (date_part('year', age(born))) STORED;
-----
-- refused
ALTER TABLE people ADD COLUMN label text GENERATED ALWAYS AS (concat(first, last)) STORED;
-----
-- refused
ALTER TABLE people DROP COLUMN last;
-----
-- refused
ALTER TABLE people ALTER COLUMN first TYPE varchar(50);
-----
ALTER TABLE people ALTER COLUMN full_name DROP EXPRESSION;
-----
ALTER TABLE people ALTER COLUMN first TYPE varchar(50);
-----
-- refused
ALTER TABLE people ALTER COLUMN full_name DROP EXPRESSION;
-----
-- refused
ALTER TABLE people ADD COLUMN v int GENERATED ALWAYS AS (id * 2);
## identity columns
CREATE TABLE docs (id int NOT NULL, title text NOT NULL);
-----
ALTER TABLE docs ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY;
-----
ALTER TABLE docs ADD PRIMARY KEY (id);
-----
INSERT INTO docs (title) VALUES ('a'), ('b');
SELECT setval(pg_get_serial_sequence('docs', 'id'), (SELECT max(id) FROM docs));
-----
ALTER TABLE docs ALTER COLUMN id SET GENERATED ALWAYS;
-----
-- refused
INSERT INTO docs (id, title) VALUES (10, 'x');
-----
INSERT INTO docs (id, title) OVERRIDING SYSTEM VALUE VALUES (10, 'x');
-----
-- refused
ALTER TABLE docs ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY;
-----
ALTER TABLE docs ALTER COLUMN id DROP IDENTITY;
-----
-- refused
ALTER TABLE docs ALTER COLUMN id DROP IDENTITY;
-----
ALTER TABLE docs ALTER COLUMN id DROP IDENTITY IF EXISTS, ALTER COLUMN id TYPE bigint;
-----
-- refused
ALTER TABLE docs ALTER COLUMN title ADD GENERATED ALWAYS AS IDENTITY;
## do blocks
CREATE TABLE accounts (id int PRIMARY KEY, email text);
-----
DO $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = 'accounts' AND column_name = 'phone') THEN
    ALTER TABLE accounts ADD COLUMN phone text;
  END IF;
END $$;
-----
DO $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'plan') THEN
    CREATE TYPE plan AS ENUM ('free', 'pro');
  END IF;
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;
ALTER TABLE accounts ADD COLUMN plan plan NOT NULL DEFAULT 'free';
-----
DO $$
BEGIN
  ALTER TABLE accounts ADD CONSTRAINT accounts_email_key UNIQUE (email);
EXCEPTION
  WHEN duplicate_table THEN RAISE NOTICE 'there';
  WHEN duplicate_object THEN RAISE NOTICE 'there';
END $$;
-----
DO $$
DECLARE r record;
BEGIN
  FOR r IN SELECT id FROM accounts WHERE email IS NULL LOOP
    UPDATE accounts SET email = 'user' || r.id || '@example.com' WHERE id = r.id;
  END LOOP;
END $$;
-----
-- refused
DO $$ BEGIN RAISE EXCEPTION 'not in production'; END $$;
-----
-- refused
DO $$ BEGIN
  CREATE INDEX CONCURRENTLY accounts_email ON accounts (email);
END $$;
-----
DO $$ BEGIN
  EXECUTE 'ALTER TABLE accounts ADD COLUMN ' || quote_ident('fax') || ' text';
END $$;
ALTER TABLE accounts DROP COLUMN fax;
-----
DO $$ BEGIN
  PERFORM 1 FROM accounts;
  COMMIT;
END $$;
-----
DO $$ BEGIN
  ASSERT (SELECT count(*) FROM accounts) >= 0, 'negative';
  ALTER TABLE accounts ALTER COLUMN email SET NOT NULL;
END $$;
## plpgsql functions and triggers
CREATE TABLE items (id int PRIMARY KEY, name text NOT NULL, updated_at timestamptz, search tsvector);
CREATE FUNCTION set_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.updated_at = now();
  RETURN NEW;
END;
$$;
CREATE TRIGGER items_updated BEFORE UPDATE ON items FOR EACH ROW EXECUTE FUNCTION set_updated_at();
-----
CREATE OR REPLACE FUNCTION set_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW IS DISTINCT FROM OLD THEN NEW.updated_at := clock_timestamp(); END IF;
  RETURN NEW;
END $$;
-----
-- refused
CREATE OR REPLACE FUNCTION set_updated_at() RETURNS void LANGUAGE sql AS 'SELECT 1';
-----
-- refused
DROP FUNCTION set_updated_at();
-----
DROP TRIGGER items_updated ON items;
DROP FUNCTION set_updated_at();
-----
CREATE TRIGGER items_search BEFORE INSERT OR UPDATE ON items FOR EACH ROW EXECUTE FUNCTION tsvector_update_trigger(search, 'pg_catalog.english', name);
-----
CREATE OR REPLACE TRIGGER items_search BEFORE INSERT OR UPDATE OF name ON items FOR EACH ROW EXECUTE FUNCTION tsvector_update_trigger(search, 'pg_catalog.english', name);
-----
ALTER TABLE items DISABLE TRIGGER items_search;
-----
-- refused
ALTER TABLE items DISABLE TRIGGER items_nothere;
-----
-- refused
ALTER TABLE items DROP COLUMN name;
-----
CREATE FUNCTION add(a int, b int DEFAULT 1) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT a + b $$;
-----
-- refused
CREATE OR REPLACE FUNCTION add(a int, b int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT a + b $$;
-----
DROP FUNCTION add;
-----
-- refused
CREATE FUNCTION bad() RETURNS int LANGUAGE sql AS $$ SELECT nothere FROM items $$;
-----
CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;
-----
-- refused
CALL p();
-----
-- refused
CREATE FUNCTION notrig() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;
CREATE TRIGGER x AFTER INSERT ON items FOR EACH ROW EXECUTE FUNCTION notrig();
## extensions
CREATE EXTENSION IF NOT EXISTS pgcrypto;
CREATE TABLE tokens (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), secret bytea NOT NULL DEFAULT gen_random_bytes(16));
-----
CREATE EXTENSION citext;
ALTER TABLE tokens ADD COLUMN owner citext;
-----
-- refused
DROP EXTENSION citext;
-----
ALTER TABLE tokens DROP COLUMN owner;
DROP EXTENSION citext;
-----
CREATE EXTENSION IF NOT EXISTS "uuid-ossp";
ALTER TABLE tokens ADD COLUMN other uuid DEFAULT uuid_generate_v4();
-----
CREATE EXTENSION btree_gist;
CREATE TABLE bookings (room int NOT NULL, during tstzrange NOT NULL, EXCLUDE USING gist (room WITH =, during WITH &&));
-----
-- refused
CREATE EXTENSION pgcrypto;
-----
CREATE SCHEMA ext;
CREATE EXTENSION pg_trgm WITH SCHEMA ext;
CREATE INDEX tokens_trgm ON tokens USING gin ((id::text) ext.gin_trgm_ops);
-----
-- refused
CREATE INDEX tokens_trgm2 ON tokens USING gin ((id::text) gin_trgm_ops);
## row level security
CREATE TABLE notes (id int PRIMARY KEY, tenant uuid NOT NULL, body text);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON notes USING (tenant = current_setting('app.tenant')::uuid);
-----
ALTER POLICY tenant_only ON notes USING (tenant = current_setting('app.tenant', true)::uuid);
-----
-- refused
CREATE POLICY tenant_only ON notes FOR SELECT USING (true);
-----
DROP POLICY IF EXISTS tenant_only ON notes;
CREATE POLICY tenant_only ON notes FOR ALL TO PUBLIC USING (tenant = current_setting('app.tenant', true)::uuid) WITH CHECK (true);
-----
-- refused
ALTER TABLE notes DROP COLUMN tenant;
-----
-- refused
ALTER TABLE notes ALTER COLUMN tenant TYPE text;
-----
-- refused
DROP POLICY other ON notes;
-----
ALTER TABLE notes FORCE ROW LEVEL SECURITY;
-----
ALTER POLICY tenant_only ON notes RENAME TO tenant_all;
ALTER TABLE notes DROP COLUMN tenant CASCADE;
-----
-- refused
DROP POLICY tenant_all ON notes;
## grants and roles
CREATE TABLE reports (id int PRIMARY KEY, body text);
DO $$ BEGIN CREATE ROLE fresh_reader NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
GRANT SELECT ON reports TO fresh_reader;
-----
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO fresh_reader;
GRANT USAGE ON SCHEMA public TO fresh_reader;
-----
REVOKE ALL ON reports FROM PUBLIC;
REVOKE SELECT ON reports FROM fresh_reader;
-----
GRANT SELECT (body) ON reports TO fresh_reader;
-----
-- refused
GRANT SELECT (nothere) ON reports TO fresh_reader;
-----
-- refused
GRANT EXECUTE ON FUNCTION nothere() TO fresh_reader;
-----
ALTER TABLE reports OWNER TO fresh_reader;
-----
CREATE POLICY p ON reports TO fresh_reader USING (true);
-----
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE SELECT ON TABLES FROM fresh_reader;
GRANT ALL ON ALL TABLES IN SCHEMA public TO fresh_reader;
GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO fresh_reader;
## domains
CREATE DOMAIN email AS text CHECK (VALUE ~ '@');
CREATE TABLE contacts (id int PRIMARY KEY, email email NOT NULL);
-----
ALTER DOMAIN email ADD CONSTRAINT short CHECK (length(VALUE) < 300) NOT VALID;
-----
ALTER DOMAIN email VALIDATE CONSTRAINT short;
-----
ALTER DOMAIN email SET NOT NULL;
-----
-- refused
ALTER DOMAIN email DROP CONSTRAINT nothere;
-----
ALTER DOMAIN email DROP CONSTRAINT short;
-----
-- refused
INSERT INTO contacts VALUES (1, 'no at');
-----
ALTER TABLE contacts ALTER COLUMN email TYPE text;
DROP DOMAIN email;
-----
CREATE DOMAIN email AS varchar(320);
ALTER TABLE contacts ALTER COLUMN email TYPE email;
-----
-- refused
DROP DOMAIN email;
-----
CREATE DOMAIN positive AS int DEFAULT 1 CHECK (VALUE > 0);
ALTER TABLE contacts ADD COLUMN rank positive;
-----
ALTER TABLE contacts ADD COLUMN rank2 positive NOT NULL;
-----
-- refused
CREATE DOMAIN email AS text;
## exclusion constraints
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE TABLE shifts (id int PRIMARY KEY, nurse int NOT NULL, during tsrange NOT NULL);
-----
ALTER TABLE shifts ADD CONSTRAINT no_overlap EXCLUDE USING gist (nurse WITH =, during WITH &&);
-----
-- refused
ALTER TABLE shifts ADD CONSTRAINT no_overlap EXCLUDE USING gist (nurse WITH =, during WITH &&);
-----
ALTER TABLE shifts DROP CONSTRAINT no_overlap;
-----
CREATE TABLE rooms (id int, during tsrange, EXCLUDE USING gist (id WITH =, during WITH &&));
-----
-- refused
CREATE TABLE rooms2 (id int, EXCLUDE USING btree (id WITH &&));
-----
ALTER TABLE shifts ALTER COLUMN nurse TYPE bigint;
## reindex and index upkeep
CREATE TABLE logs (id bigserial PRIMARY KEY, at timestamptz, msg text);
CREATE INDEX logs_at ON logs (at);
-----
REINDEX INDEX CONCURRENTLY logs_at;
-----
REINDEX TABLE logs;
-----
REINDEX INDEX logs_at;
SELECT 1;
-----
-- refused
REINDEX TABLE CONCURRENTLY logs; SELECT 1;
-----
ALTER INDEX logs_at RENAME TO logs_at_idx;
-----
-- refused
DROP INDEX CONCURRENTLY logs_at;
-----
DROP INDEX CONCURRENTLY IF EXISTS logs_at_idx;
-----
CREATE INDEX CONCURRENTLY IF NOT EXISTS logs_at ON logs USING brin (at);
-----
ALTER INDEX logs_at SET (pages_per_range = 64);
-----
-- refused
ALTER INDEX logs_at SET (fillfactor = 70);
-----
ALTER TABLE logs CLUSTER ON logs_pkey;
-----
CLUSTER logs;
-----
ALTER TABLE logs SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.01);
-----
VACUUM (ANALYZE) logs;
-----
ANALYZE logs;
-----
ALTER TABLE logs SET UNLOGGED;
-----
ALTER TABLE logs ALTER COLUMN msg SET STATISTICS 500;
-----
ALTER TABLE logs ALTER COLUMN msg SET STORAGE EXTERNAL;
-----
ALTER TABLE logs SET TABLESPACE pg_default;
-----
CREATE STATISTICS logs_stats (dependencies) ON at, msg FROM logs;
-----
-- refused
CREATE STATISTICS logs_stats ON at, msg FROM logs;
## several schemas
CREATE SCHEMA billing;
CREATE SCHEMA IF NOT EXISTS crm;
CREATE TABLE billing.invoices (id int PRIMARY KEY, total numeric);
CREATE TABLE crm.invoices (id int PRIMARY KEY, customer text);
-----
SET search_path TO crm, public;
ALTER TABLE invoices ADD COLUMN customer_id int;
-----
SET LOCAL search_path = billing;
ALTER TABLE invoices ADD COLUMN paid boolean NOT NULL DEFAULT false;
-----
-- refused
ALTER TABLE invoices ADD COLUMN x int;
-----
-- refused
ALTER TABLE billing.invoices SET SCHEMA crm;
-----
-- refused
ALTER TABLE billing.invoices RENAME TO bills;
ALTER TABLE billing.bills SET SCHEMA crm;
SELECT paid FROM crm.bills;
-----
-- refused
DROP SCHEMA billing;
-----
-- refused
DROP SCHEMA crm;
-----
-- refused
CREATE VIEW public.all_invoices AS SELECT id FROM crm.invoices UNION ALL SELECT id FROM crm.bills;
-----
DROP SCHEMA crm CASCADE;
-----
-- refused
SELECT * FROM all_invoices;
-----
ALTER SCHEMA public RENAME TO app;
CREATE SCHEMA public;
## temp tables and copy
CREATE TABLE users (id int PRIMARY KEY, email text);
CREATE TEMP TABLE imported (email text) ON COMMIT DROP;
INSERT INTO imported VALUES ('a@example.com');
INSERT INTO users SELECT row_number() OVER (), email FROM imported;
-----
-- refused
SELECT * FROM imported;
-----
CREATE TEMPORARY TABLE users (id int);
ALTER TABLE users ADD COLUMN x int NOT NULL;
DROP TABLE users;
-----
-- refused
COPY users (id, email) FROM STDIN;
-----
CREATE TABLE backup AS TABLE users;
-----
SELECT * INTO backup2 FROM users;
-----
-- refused
SELECT * INTO backup FROM users;
-----
CREATE TABLE IF NOT EXISTS backup AS SELECT 1;
-----
CREATE UNLOGGED TABLE staging (LIKE users INCLUDING ALL);
INSERT INTO staging TABLE users;
-----
ALTER TABLE staging SET LOGGED;
-----
TRUNCATE staging;
-----
TRUNCATE users RESTART IDENTITY CASCADE;
## comments only
CREATE TABLE t (id int);
-----
-- nothing to do here
-----
/* left empty
   on purpose */
-----
COMMENT ON TABLE t IS 'x';
COMMENT ON COLUMN t.id IS 'the number';
-----
-- refused
COMMENT ON COLUMN t.nothere IS 'x';
-----
-- refused
COMMENT ON TABLE nothere IS 'x';
-----
-- refused
COMMENT ON INDEX nothere IS NULL;
-----
;;
-----
SELECT 1;;
## foreign keys across
CREATE TABLE parents (id bigint PRIMARY KEY, code text UNIQUE);
CREATE TABLE children (id bigint PRIMARY KEY, parent_id bigint, parent_code text);
-----
ALTER TABLE children ADD FOREIGN KEY (parent_id) REFERENCES parents;
-----
ALTER TABLE children ADD CONSTRAINT by_code FOREIGN KEY (parent_code) REFERENCES parents (code) NOT VALID;
-----
ALTER TABLE children VALIDATE CONSTRAINT by_code;
-----
-- refused
ALTER TABLE children ADD FOREIGN KEY (parent_code) REFERENCES parents (id);
-----
-- refused
ALTER TABLE children ADD FOREIGN KEY (nothere) REFERENCES parents (id);
-----
-- refused
ALTER TABLE parents DROP CONSTRAINT parents_pkey;
-----
ALTER TABLE parents ALTER COLUMN id TYPE int;
-----
ALTER TABLE children ALTER CONSTRAINT by_code DEFERRABLE INITIALLY DEFERRED;
-----
ALTER TABLE children DROP CONSTRAINT children_parent_id_fkey;
-----
-- refused
DROP TABLE parents;
-----
-- refused
TRUNCATE parents;
-----
ALTER TABLE children ADD COLUMN parent2 bigint REFERENCES parents (id);
-----
CREATE INDEX CONCURRENTLY children_parent2 ON children (parent2);
-----
ALTER TABLE children ADD COLUMN parent3 bigint REFERENCES parents (id) DEFAULT 1;
-----
DROP TABLE parents CASCADE;
## upserts of seeds
CREATE TABLE roles (id int PRIMARY KEY, code text NOT NULL, name text, UNIQUE (code, name));
CREATE UNIQUE INDEX roles_lower ON roles (lower(code));
CREATE UNIQUE INDEX roles_partial ON roles (name) WHERE name IS NOT NULL;
-----
INSERT INTO roles (id, code) VALUES (1, 'admin') ON CONFLICT DO NOTHING;
-----
INSERT INTO roles (id, code) VALUES (1, 'admin') ON CONFLICT (id) DO UPDATE SET code = EXCLUDED.code;
-----
-- refused
INSERT INTO roles (id, code) VALUES (1, 'admin') ON CONFLICT (code) DO NOTHING;
-----
-- refused
INSERT INTO roles (id, code) VALUES (1, 'admin') ON CONFLICT (name, code) DO NOTHING;
-----
INSERT INTO roles (id, code) VALUES (1, 'admin') ON CONFLICT (lower(code)) DO NOTHING;
-----
-- refused
INSERT INTO roles (id, code, name) VALUES (1, 'admin', 'x') ON CONFLICT (name) DO NOTHING;
-----
-- refused
INSERT INTO roles (id, code, name) VALUES (1, 'admin', 'x') ON CONFLICT (name) WHERE name IS NOT NULL DO NOTHING;
-----
INSERT INTO roles (id, code) VALUES (1, 'admin') ON CONFLICT ON CONSTRAINT roles_pkey DO NOTHING;
-----
-- refused
INSERT INTO roles (id, code) VALUES (1, 'admin') ON CONFLICT ON CONSTRAINT roles_code_name_key DO NOTHING;
-----
-- refused
INSERT INTO roles (id, code) VALUES (1, 'admin') ON CONFLICT ON CONSTRAINT roles_nothere DO NOTHING;
-----
CREATE UNIQUE INDEX CONCURRENTLY roles_code ON roles (code);
-----
INSERT INTO roles (id, code) VALUES (2, 'admin2') ON CONFLICT (code) DO NOTHING;
-----
-- refused
INSERT INTO roles (id, code) SELECT 3, 'x' ON CONFLICT (id, code) DO NOTHING;
-----
DROP INDEX roles_code;
-----
-- refused
INSERT INTO roles (id, code) VALUES (2, 'admin2') ON CONFLICT (code) DO NOTHING;
-----
CREATE TABLE copies (LIKE roles INCLUDING ALL);
INSERT INTO copies (id, code) VALUES (1, 'a') ON CONFLICT (id) DO NOTHING;
-----
CREATE TABLE parts (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE parts1 PARTITION OF parts DEFAULT;
INSERT INTO parts VALUES (1, '2026-01-01') ON CONFLICT (id, at) DO NOTHING;
INSERT INTO parts1 VALUES (1, '2026-01-01') ON CONFLICT (id, at) DO NOTHING;
-----
-- refused
INSERT INTO parts VALUES (1, '2026-01-01') ON CONFLICT (id) DO NOTHING;
## named checks of a domain
CREATE DOMAIN score AS int CONSTRAINT low CHECK (VALUE >= 0) CONSTRAINT high CHECK (VALUE <= 100);
CREATE TYPE span AS RANGE (subtype = int);
-----
-- refused
ALTER DOMAIN score ADD CONSTRAINT low CHECK (VALUE > 1);
-----
-- refused
ALTER DOMAIN score DROP CONSTRAINT middle;
-----
ALTER DOMAIN score DROP CONSTRAINT IF EXISTS middle;
-----
-- refused
ALTER DOMAIN score DROP CONSTRAINT low, ADD CONSTRAINT low CHECK (VALUE > 1);
-----
ALTER DOMAIN score DROP CONSTRAINT low;
ALTER DOMAIN score ADD CONSTRAINT low CHECK (VALUE > 1) NOT VALID;
-----
ALTER DOMAIN score VALIDATE CONSTRAINT low;
-----
-- refused
ALTER DOMAIN score VALIDATE CONSTRAINT lower;
-----
ALTER DOMAIN score RENAME CONSTRAINT low TO lowest;
ALTER DOMAIN score DROP CONSTRAINT lowest;
-----
CREATE DOMAIN level AS int CHECK (VALUE > 0);
ALTER DOMAIN level DROP CONSTRAINT level_check;
-----
-- refused
CREATE TYPE span AS RANGE (subtype = bigint);
-----
DROP TYPE span;
CREATE TYPE span AS RANGE (subtype = bigint);
`);
