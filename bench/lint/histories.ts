/** Histories of whole folders: each file is judged, after those before it but for those that Postgres refuses. */
import type { Item } from "./corpus.ts";
import { folders } from "./folders.ts";

const REFUSED = "-- refused";

/** Each file of each folder, after those before it that Postgres takes. */
export function histories(text: string): Item[] {
  return folders(text).flatMap(({ name, files, rows = "" }) =>
    files.map((file, index) => ({
      name: `${name}, file ${index + 1}`,
      files: [...files.slice(0, index).filter((one) => !one.startsWith(REFUSED)), file],
      rows: index === files.length - 1 ? rows : "",
    })),
  );
}

export const HISTORIES: readonly Item[] = histories(`
## rails structure dump
SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
CREATE TYPE public.order_state AS ENUM ('draft', 'paid');
CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.updated_at := now(); RETURN NEW; END $$;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.ar_internal_metadata (key character varying NOT NULL, value character varying, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL);
CREATE TABLE public.users (id bigint NOT NULL, email character varying DEFAULT ''::character varying NOT NULL, state public.order_state DEFAULT 'draft'::public.order_state, updated_at timestamp without time zone);
CREATE SEQUENCE public.users_id_seq START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1;
ALTER SEQUENCE public.users_id_seq OWNED BY public.users.id;
ALTER TABLE ONLY public.users ALTER COLUMN id SET DEFAULT nextval('public.users_id_seq'::regclass);
ALTER TABLE ONLY public.users ADD CONSTRAINT users_pkey PRIMARY KEY (id);
CREATE INDEX index_users_on_email ON public.users USING gin (email public.gin_trgm_ops);
CREATE TRIGGER touch BEFORE UPDATE ON public.users FOR EACH ROW EXECUTE FUNCTION public.touch();
SET search_path TO "$user", public;
INSERT INTO "ar_internal_metadata" (key, value, created_at, updated_at) VALUES ('a','b',now(),now());
-----
ALTER TABLE users ADD COLUMN name text;
-----
SET LOCAL lock_timeout = '5s';
ALTER TABLE public.users ALTER COLUMN state DROP DEFAULT;
ALTER TYPE order_state RENAME TO order_state_old;
CREATE TYPE order_state AS ENUM ('draft', 'paid', 'void');
ALTER TABLE users ALTER COLUMN state TYPE order_state USING state::text::order_state;
DROP TYPE order_state_old;
ALTER TABLE users ALTER COLUMN state SET DEFAULT 'void';
## schema public dropped and made again
DROP SCHEMA public CASCADE;
CREATE SCHEMA public;
CREATE TABLE t (id int);
## replace view with using star
CREATE TABLE a (id int PRIMARY KEY, x int); CREATE TABLE b (id int PRIMARY KEY, y int);
CREATE VIEW ab AS SELECT * FROM a JOIN b USING (id);
-----
CREATE OR REPLACE VIEW ab AS SELECT * FROM a JOIN b USING (id);
-----
CREATE OR REPLACE VIEW ab AS SELECT * FROM a JOIN b USING (id) WHERE x > 0;
## natural join star replaced
CREATE TABLE a (id int PRIMARY KEY, x int); CREATE TABLE b (id int PRIMARY KEY, y int);
CREATE VIEW ab AS SELECT * FROM a NATURAL JOIN b;
-----
CREATE OR REPLACE VIEW ab AS SELECT id, x, y FROM a NATURAL JOIN b;
-----
CREATE OR REPLACE VIEW ab AS SELECT id, x, y, x + y AS z FROM a JOIN b USING (id);
## column aliases in from
CREATE TABLE a (id int PRIMARY KEY, x int);
-----
CREATE VIEW v AS SELECT q.k, q.v FROM a AS q(k, v) WHERE k > 0;
-----
SELECT k FROM a AS q (k) WHERE k = 1;
## functional notation
CREATE TABLE people (id int PRIMARY KEY, first text, last text);
CREATE FUNCTION full_name(people) RETURNS text LANGUAGE sql STABLE AS $$ SELECT $1.first || ' ' || $1.last $$;
-----
CREATE VIEW names AS SELECT p.id, p.full_name FROM people p;
## expression index goes with column
CREATE TABLE a (id int PRIMARY KEY, email text, gone boolean, note text);
CREATE INDEX a_lower ON a (lower(email));
CREATE INDEX a_live ON a (id) WHERE NOT gone;
CREATE INDEX a_inc ON a (id) INCLUDE (note);
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE a DROP COLUMN email, DROP COLUMN gone, DROP COLUMN note;
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE a ADD COLUMN email text, ADD COLUMN gone boolean, ADD COLUMN note text;
-----
CREATE INDEX CONCURRENTLY a_lower ON a (lower(email));
-----
CREATE INDEX CONCURRENTLY a_live ON a (id) WHERE NOT gone;
-----
CREATE INDEX CONCURRENTLY a_inc ON a (id) INCLUDE (note);
## table check of two columns goes with one of them
CREATE TABLE a (id int PRIMARY KEY, lo int, hi int, CONSTRAINT ordered CHECK (lo < hi), CONSTRAINT pair UNIQUE (lo, hi), EXCLUDE USING gist (int4range(lo, hi) WITH &&));
-----
-- refused
SET LOCAL lock_timeout = '3s';
ALTER TABLE a DROP COLUMN hi;
-----
-- refused
SET LOCAL lock_timeout = '3s';
ALTER TABLE a ADD COLUMN hi int, ADD CONSTRAINT ordered CHECK (lo < hi) NOT VALID;
-----
-- refused
CREATE UNIQUE INDEX CONCURRENTLY pair ON a (lo, hi);
## drop type cascade drops columns
CREATE TYPE st AS ENUM ('a'); CREATE TABLE t (id int PRIMARY KEY, s st);
-----
SET LOCAL lock_timeout = '3s';
DROP TYPE st CASCADE;
ALTER TABLE t ADD COLUMN s text;
## drop function cascade drops triggers
CREATE TABLE t (id int PRIMARY KEY, u timestamptz);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER touch BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch();
-----
SET LOCAL lock_timeout = '3s';
DROP FUNCTION touch CASCADE;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER touch BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch();
## drop view cascade and table cascade, made again
CREATE TABLE t (id int PRIMARY KEY, u timestamptz);
CREATE VIEW v1 AS SELECT id FROM t; CREATE VIEW v2 AS SELECT id FROM v1; CREATE MATERIALIZED VIEW m AS SELECT id FROM v2; CREATE UNIQUE INDEX m_id ON m (id);
-----
DROP VIEW v1 CASCADE;
CREATE VIEW v1 AS SELECT id FROM t; CREATE VIEW v2 AS SELECT id FROM v1; CREATE MATERIALIZED VIEW m AS SELECT id FROM v2; CREATE UNIQUE INDEX m_id ON m (id);
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE t DROP COLUMN id CASCADE;
ALTER TABLE t ADD COLUMN id int;
CREATE VIEW v1 AS SELECT id FROM t; CREATE VIEW v2 AS SELECT id FROM v1; CREATE MATERIALIZED VIEW m AS SELECT id FROM v2; CREATE UNIQUE INDEX m_id ON m (id);
-----
SET LOCAL lock_timeout = '3s';
DROP TABLE t CASCADE;
CREATE TABLE t (id int PRIMARY KEY, u timestamptz);
CREATE VIEW v1 AS SELECT id FROM t; CREATE VIEW v2 AS SELECT id FROM v1; CREATE MATERIALIZED VIEW m AS SELECT id FROM v2; CREATE UNIQUE INDEX m_id ON m (id);
## set schema and made again
CREATE SCHEMA archive;
CREATE TABLE t (id bigserial PRIMARY KEY, x text UNIQUE); CREATE INDEX t_x ON t (x);
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE t SET SCHEMA archive;
CREATE TABLE t (id bigserial PRIMARY KEY, x text UNIQUE); CREATE INDEX t_x ON t (x);
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE archive.t DROP CONSTRAINT t_x_key;
ALTER TABLE archive.t ADD COLUMN gone timestamptz;
DROP INDEX archive.t_x;
## integer bounds as texts
CREATE TABLE p (id int, v text) PARTITION BY RANGE (id);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('1') TO ('10');
-----
CREATE TABLE p2 PARTITION OF p FOR VALUES FROM ('10') TO ('100');
-----
CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (100) TO (1000);
-----
CREATE TABLE p4 PARTITION OF p FOR VALUES FROM (1000) TO ('99999');
-----
CREATE TABLE p5 PARTITION OF p FOR VALUES FROM (99999) TO (MAXVALUE);
-----
CREATE TABLE p6 PARTITION OF p FOR VALUES FROM (-5) TO (1);
-----
CREATE TABLE p7 PARTITION OF p FOR VALUES FROM (MINVALUE) TO (-5);
## dates written in several ways
CREATE TABLE p (at timestamptz NOT NULL, v text) PARTITION BY RANGE (at);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2024-01-01') TO ('2024-2-1');
-----
CREATE TABLE p2 PARTITION OF p FOR VALUES FROM ('2024-02-01 00:00:00+00') TO ('2024-03-01T00:00:00Z');
-----
CREATE TABLE p3 PARTITION OF p FOR VALUES FROM ('20240301') TO ('April 1, 2024');
-----
CREATE TABLE p4 PARTITION OF p FOR VALUES FROM ('2024-04-01'::timestamptz) TO ('2024-05-01'::date);
-----
CREATE TABLE p9 PARTITION OF p FOR VALUES FROM ('2024-09-01 09:00+09') TO ('2024-10-01 00:00');
-----
CREATE TABLE p8 PARTITION OF p FOR VALUES FROM ('2024-08-01') TO ('2024-09-01 00:00+00');
-----
CREATE TABLE p0 PARTITION OF p DEFAULT;
-----
CREATE TABLE p10 PARTITION OF p FOR VALUES FROM (to_timestamp(1760000000)) TO (to_timestamp(1770000000));
## default dropped after the type in one statement
CREATE TABLE t (id int PRIMARY KEY, c text DEFAULT 'x');
-----
SET LOCAL lock_timeout = '3s';
-- ecs-migrate:disable column-type
ALTER TABLE t ALTER COLUMN c TYPE int USING 0, ALTER COLUMN c DROP DEFAULT;
## constraint added and dropped in one statement
CREATE TABLE t (id int PRIMARY KEY, c int, CONSTRAINT c_check CHECK (c > 0));
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE t ADD CONSTRAINT c_check CHECK (c > 1) NOT VALID, DROP CONSTRAINT c_check;
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE t ADD COLUMN c bigint, DROP COLUMN c;
## self reference and key declared later
CREATE TABLE t (id int, parent int REFERENCES t (id), org int, PRIMARY KEY (id));
CREATE TABLE u (id int REFERENCES u, up int, UNIQUE (id, up), PRIMARY KEY (id), FOREIGN KEY (id, up) REFERENCES u (id, up));
## update of other columns under a deferred key
CREATE TABLE a (id int PRIMARY KEY, name text); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a DEFERRABLE INITIALLY DEFERRED, note text);
INSERT INTO a VALUES (1, 'x'), (2, 'y');
-----
INSERT INTO b VALUES (1, 1, 'n');
-----
UPDATE b SET note = 'm';
ALTER TABLE b ADD COLUMN z int;
-----
UPDATE a SET name = 'm';
ALTER TABLE a ADD COLUMN z int;
-----
-- refused
UPDATE b SET a = 2;
ALTER TABLE b ADD COLUMN zz int;
## delete under deferred cascade
CREATE TABLE a (id int PRIMARY KEY, name text); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, note text);
INSERT INTO a VALUES (1, 'x');
-----
INSERT INTO b VALUES (1, 1, 'n');
-----
DELETE FROM a WHERE id = 1;
ALTER TABLE a ADD COLUMN z int;
ALTER TABLE b ADD COLUMN z int;
## rename table keeps its indexes
CREATE TABLE t (id int, CONSTRAINT t_pkey PRIMARY KEY (id)); CREATE INDEX t_i ON t (id);
-----
ALTER TABLE t RENAME TO t_old;
ALTER INDEX t_pkey RENAME TO t_old_pkey;
CREATE TABLE t (id int, CONSTRAINT t_pkey PRIMARY KEY (id));
CREATE INDEX t_i2 ON t (id);
-----
-- refused
ALTER TABLE t RENAME TO t_older;
CREATE TABLE t (id int, CONSTRAINT t_pkey PRIMARY KEY (id));
## rename and made up names
CREATE TABLE t (id serial PRIMARY KEY, x text UNIQUE);
-----
ALTER TABLE t RENAME TO t_old;
CREATE TABLE t (id serial PRIMARY KEY, x text UNIQUE);
DROP TABLE t_old;
-----
ALTER TABLE t DROP CONSTRAINT t_x_key1;
## names of odd letters
CREATE TABLE "v1.users" (id int PRIMARY KEY, "e-mail" text, "Order" int);
CREATE INDEX "v1.users.mail" ON "v1.users" ("e-mail");
CREATE TABLE "Users" ("Id" serial PRIMARY KEY, "createdAt" timestamptz DEFAULT now());
CREATE TABLE users (id serial PRIMARY KEY);
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE "v1.users" ADD COLUMN x int;
UPDATE "v1.users" SET x = 1 WHERE "e-mail" = 'a' AND "Order" = 1;
ALTER TABLE "Users" ADD COLUMN "updatedAt" timestamptz;
-----
DROP INDEX CONCURRENTLY "v1.users.mail";
-----
CREATE VIEW x AS SELECT "Id", "updatedAt" FROM "Users";
-----
CREATE INDEX CONCURRENTLY "v1.users.mail" ON "v1.users" ("e-mail");
## schema renamed
CREATE SCHEMA app; CREATE TABLE app.t (id int PRIMARY KEY); CREATE TYPE app.m AS ENUM ('a');
-----
ALTER SCHEMA app RENAME TO core;
ALTER TABLE core.t ADD COLUMN x int;
CREATE SCHEMA app; CREATE TABLE app.t (id int PRIMARY KEY, m core.m);
-----
ALTER TABLE core.t ADD COLUMN y core.m;
CREATE TYPE app.m AS ENUM ('b');
UPDATE core.t SET x = 1 WHERE y = 'a';
## view in place of the renamed table
CREATE TABLE a (id int PRIMARY KEY, x int);
-----
ALTER TABLE a RENAME TO b;
CREATE VIEW a AS SELECT * FROM b;
-----
INSERT INTO a (id, x) VALUES (1, 2);
-----
DROP VIEW a;
ALTER TABLE b ADD COLUMN y int;
## writing with in a select
CREATE TABLE users (id int PRIMARY KEY, n int); CREATE TABLE sessions (user_id int, expires_at timestamptz);
-----
WITH del AS (DELETE FROM sessions WHERE expires_at < now() RETURNING user_id) UPDATE users SET n = 0 WHERE id IN (SELECT user_id FROM del);
-----
WITH del AS (DELETE FROM sessions WHERE expires_at < now() RETURNING user_id) SELECT count(*) FROM users WHERE id IN (SELECT user_id FROM del);
-----
WITH upd AS (UPDATE sessions s SET expires_at = now() FROM users u WHERE u.id = s.user_id AND expires_at IS NULL RETURNING s.user_id) SELECT n FROM users u JOIN upd ON upd.user_id = u.id;
## domain with default
CREATE DOMAIN d AS int NOT NULL DEFAULT 0; CREATE DOMAIN e AS int DEFAULT 1; CREATE TABLE t (id int PRIMARY KEY);
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE t ADD COLUMN x e NOT NULL;
-----
-- rows
INSERT INTO t SELECT generate_series(1, 50);
## domain not null without default
CREATE DOMAIN d AS int NOT NULL; CREATE TABLE t (id int PRIMARY KEY);
-----
-- refused
SET LOCAL lock_timeout = '3s';
ALTER TABLE t ADD COLUMN x d;
-----
-- rows
INSERT INTO t SELECT generate_series(1, 50);
## domain nullable with default constant
CREATE DOMAIN d AS int DEFAULT 0; CREATE TABLE t (id int PRIMARY KEY);
-----
-- refused
SET LOCAL lock_timeout = '3s';
ALTER TABLE t ADD COLUMN x d;
-----
-- rows
INSERT INTO t SELECT generate_series(1, 50);
## drop with set not null
CREATE TABLE t (id int PRIMARY KEY, a int, b int);
-----
ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID;
-----
ALTER TABLE t VALIDATE CONSTRAINT c;
-----
SET LOCAL lock_timeout = '5s';
ALTER TABLE t ALTER a SET NOT NULL, DROP CONSTRAINT c;
-----
-- rows
INSERT INTO t SELECT g, g, g FROM generate_series(1, 100) g;
## validate with set not null
CREATE TABLE t (id int PRIMARY KEY, a int, b int);
-----
ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID;
-----
SET LOCAL lock_timeout = '5s';
ALTER TABLE t VALIDATE CONSTRAINT c, ALTER a SET NOT NULL;
-----
-- rows
INSERT INTO t SELECT g, g, g FROM generate_series(1, 100) g;
## multi tenant loop
CREATE SCHEMA t1; CREATE SCHEMA t2;
CREATE TABLE t1.items (id bigint PRIMARY KEY, name text); CREATE TABLE t2.items (id bigint PRIMARY KEY, name text);
-----
DO $$ DECLARE s text; BEGIN FOR s IN SELECT nspname FROM pg_namespace WHERE nspname ~ '^t\\d' LOOP EXECUTE format('ALTER TABLE %I.items ADD COLUMN sku text', s); END LOOP; END $$;
-----
CREATE INDEX CONCURRENTLY items_sku ON t1.items (sku);
-----
UPDATE t2.items SET sku = 'x' WHERE sku IS NULL AND name = 'a';
-----
SET LOCAL search_path = t1, public;
ALTER TABLE items ADD COLUMN extra int;
INSERT INTO items (id, name, sku, extra) VALUES (1, 'a', 'b', 2);
## conditional drop and rename
CREATE TABLE old_t (id int PRIMARY KEY, a int); CREATE TABLE new_t (id int PRIMARY KEY);
-----
DO $$ BEGIN IF current_setting('server_version_num')::int < 90000 THEN DROP TABLE new_t; ALTER TABLE old_t RENAME COLUMN a TO b; ALTER TABLE old_t DROP COLUMN b; END IF; END $$;
-----
ALTER TABLE new_t ADD COLUMN z int;
UPDATE old_t SET a = 1 WHERE id = 1;
## conditional create
DO $$ BEGIN IF to_regclass('public.q') IS NULL THEN CREATE TABLE q (id int PRIMARY KEY, v int); END IF; END $$;
-----
DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = 'q' AND column_name = 'w') THEN ALTER TABLE q ADD COLUMN w int; END IF; END $$;
-----
ALTER TABLE q ADD COLUMN IF NOT EXISTS w int;
CREATE INDEX IF NOT EXISTS q_w ON q (w);
-----
DO $$ BEGIN ALTER TABLE q ADD CONSTRAINT q_v CHECK (v > 0) NOT VALID; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
-----
DO $$ BEGIN ALTER TABLE q ADD CONSTRAINT q_v CHECK (v > 0) NOT VALID; EXCEPTION WHEN duplicate_object THEN RAISE NOTICE 'there'; END $$;
-----
DO $$ BEGIN CREATE TYPE st AS ENUM ('a'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE TYPE st AS ENUM ('a'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
ALTER TABLE q ADD COLUMN s st DEFAULT 'a';
## unique deferred and pending
CREATE TABLE t (id int PRIMARY KEY, pos int UNIQUE DEFERRABLE INITIALLY DEFERRED);
INSERT INTO t VALUES (1, 1);
-----
INSERT INTO t VALUES (2, 2);
UPDATE t SET pos = pos + 10 WHERE id > 0;
ALTER TABLE t ADD COLUMN n int;
## rls of supabase
CREATE SCHEMA auth; CREATE TABLE auth.users (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), email text);
CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('request.jwt.claim.sub', true), '')::uuid $$;
-----
CREATE TABLE public.profiles (id uuid PRIMARY KEY REFERENCES auth.users ON DELETE CASCADE, username text UNIQUE, CONSTRAINT username_length CHECK (char_length(username) >= 3));
ALTER TABLE profiles ENABLE ROW LEVEL SECURITY;
CREATE POLICY "Public profiles are viewable by everyone." ON profiles FOR SELECT USING (true);
CREATE POLICY "Users can insert their own profile." ON profiles FOR INSERT WITH CHECK (auth.uid() = id);
CREATE FUNCTION public.handle_new_user() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$ BEGIN INSERT INTO public.profiles (id, username) VALUES (NEW.id, NEW.email); RETURN NEW; END; $$;
CREATE TRIGGER on_auth_user_created AFTER INSERT ON auth.users FOR EACH ROW EXECUTE FUNCTION public.handle_new_user();
-----
CREATE TABLE teams (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), owner uuid NOT NULL DEFAULT auth.uid() REFERENCES auth.users (id));
CREATE TABLE members (team_id uuid REFERENCES teams, user_id uuid REFERENCES auth.users, role text CHECK (role IN ('owner','member')), PRIMARY KEY (team_id, user_id));
CREATE POLICY team_read ON teams FOR SELECT USING (EXISTS (SELECT 1 FROM members m WHERE m.team_id = teams.id AND m.user_id = auth.uid()));
CREATE POLICY team_read2 ON teams USING (id IN (SELECT team_id FROM members WHERE user_id = (SELECT auth.uid()) AND owner IS NOT NULL));
-----
DROP POLICY IF EXISTS "Public profiles are viewable by everyone." ON profiles;
CREATE POLICY "Public profiles are viewable by everyone." ON public.profiles FOR SELECT USING (auth.uid() IS NOT NULL);
ALTER TABLE teams ADD COLUMN created_by uuid DEFAULT auth.uid();
-----
-- rows
INSERT INTO teams (owner) SELECT NULL WHERE false;
## trigger bodies and generated columns
CREATE TABLE docs (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text, body text, tsv tsvector GENERATED ALWAYS AS (to_tsvector('english', coalesce(title, '') || ' ' || coalesce(body, ''))) STORED);
CREATE INDEX docs_tsv ON docs USING gin (tsv);
-----
-- refused
SET LOCAL lock_timeout = '3s';
ALTER TABLE docs DROP COLUMN body;
## generated column and cascade
CREATE TABLE docs (id int PRIMARY KEY, a int, b int GENERATED ALWAYS AS (a + 1) STORED);
CREATE INDEX docs_b ON docs (b);
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE docs DROP COLUMN a CASCADE;
ALTER TABLE docs ADD COLUMN b int;
-----
CREATE INDEX CONCURRENTLY docs_b ON docs (b);
## enum recreated without dropping the default
CREATE TYPE st AS ENUM ('a', 'b'); CREATE TABLE t (id int PRIMARY KEY, s st NOT NULL DEFAULT 'a');
-----
-- refused
-- ecs-migrate:disable column-type
SET LOCAL lock_timeout = '3s';
ALTER TYPE st RENAME TO st_old;
CREATE TYPE st AS ENUM ('a', 'b', 'c');
ALTER TABLE t ALTER COLUMN s TYPE st USING s::text::st;
DROP TYPE st_old;
## enum recreated while a view uses it
CREATE TYPE st AS ENUM ('a', 'b'); CREATE TABLE t (id int PRIMARY KEY, s st NOT NULL); CREATE VIEW v AS SELECT id, s FROM t WHERE s = 'a';
-----
SET LOCAL lock_timeout = '3s';
DROP VIEW v;
ALTER TYPE st RENAME TO st_old;
CREATE TYPE st AS ENUM ('a', 'b', 'c');
ALTER TABLE t ALTER COLUMN s TYPE st USING s::text::st;
DROP TYPE st_old;
CREATE VIEW v AS SELECT id, s FROM t WHERE s = 'a';
-----
-- refused
DROP TYPE st;
## enum partial index
CREATE TYPE st AS ENUM ('a', 'b'); CREATE TABLE t (id int PRIMARY KEY, s st NOT NULL); CREATE INDEX t_a ON t (id) WHERE s = 'a';
-----
-- refused
SET LOCAL lock_timeout = '3s';
ALTER TYPE st RENAME TO st_old;
CREATE TYPE st AS ENUM ('a', 'b', 'c');
ALTER TABLE t ALTER COLUMN s TYPE st USING s::text::st;
DROP TYPE st_old;
## new label used in the file
CREATE TYPE st AS ENUM ('a', 'b'); CREATE TABLE t (id int PRIMARY KEY, s st NOT NULL, kind text DEFAULT 'c');
-----
ALTER TYPE st ADD VALUE IF NOT EXISTS 'c';
UPDATE t SET kind = 'c' WHERE kind = 'c';
INSERT INTO t (id, s, kind) VALUES (1, 'a', 'c');
-----
ALTER TYPE st ADD VALUE 'd' BEFORE 'a';
COMMENT ON TYPE st IS 'd';
-----
-- refused
ALTER TYPE st ADD VALUE 'e';
ALTER TABLE t ALTER s SET DEFAULT 'e';
-----
-- refused
ALTER TYPE st ADD VALUE 'f';
CREATE FUNCTION f() RETURNS st LANGUAGE sql AS $$ SELECT 'f'::st $$;
## new label in function of plpgsql
CREATE TYPE st AS ENUM ('a', 'b');
-----
ALTER TYPE st ADD VALUE 'f';
CREATE FUNCTION f() RETURNS st LANGUAGE plpgsql AS $$ BEGIN RETURN 'f'::st; END $$;
-----
-- refused
ALTER TYPE st ADD VALUE 'g';
CREATE TABLE t (s st DEFAULT 'g');
## new label in check of a new table by text
CREATE TYPE st AS ENUM ('a', 'b');
-----
ALTER TYPE st ADD VALUE 'g';
CREATE TABLE t (s text DEFAULT 'g' CHECK (s IN ('a', 'g')), s2 st);
INSERT INTO t (s) VALUES ('g');
-----
-- refused
ALTER TYPE st ADD VALUE 'h';
CREATE VIEW vv AS SELECT s2 FROM t WHERE s2 = 'h';
## pg_dump with partitions
CREATE TABLE public.events (id bigint NOT NULL, at timestamp with time zone NOT NULL, kind text) PARTITION BY RANGE (at);
CREATE SEQUENCE public.events_id_seq START WITH 1;
ALTER SEQUENCE public.events_id_seq OWNED BY public.events.id;
CREATE TABLE public.events_2024_01 (id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL, at timestamp with time zone NOT NULL, kind text);
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_2024_01 FOR VALUES FROM ('2024-01-01 00:00:00+00') TO ('2024-02-01 00:00:00+00');
ALTER TABLE ONLY public.events ALTER COLUMN id SET DEFAULT nextval('public.events_id_seq'::regclass);
ALTER TABLE ONLY public.events ADD CONSTRAINT events_pkey PRIMARY KEY (id, at);
ALTER TABLE ONLY public.events_2024_01 ADD CONSTRAINT events_2024_01_pkey PRIMARY KEY (id, at);
CREATE INDEX events_kind ON ONLY public.events USING btree (kind);
CREATE INDEX events_2024_01_kind_idx ON public.events_2024_01 USING btree (kind);
ALTER INDEX public.events_pkey ATTACH PARTITION public.events_2024_01_pkey;
ALTER INDEX public.events_kind ATTACH PARTITION public.events_2024_01_kind_idx;
-----
CREATE TABLE events_2024_02 PARTITION OF events FOR VALUES FROM ('2024-02-01 00:00:00+00') TO ('2024-03-01 00:00:00+00');
-----
ALTER TABLE events DETACH PARTITION events_2024_01;
DROP TABLE events_2024_01;
-----
CREATE TABLE events_2024_01 PARTITION OF events FOR VALUES FROM ('2024-01-01 00:00:00+00') TO ('2024-02-01 00:00:00+00');
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE events ADD COLUMN payload jsonb;
-----
UPDATE events_2024_01 SET payload = '{}' WHERE payload IS NULL AND id = 1;
CREATE VIEW jan AS SELECT payload FROM events_2024_01;
-----
ALTER TABLE events RENAME TO events_old;
CREATE TABLE events (LIKE events_old INCLUDING DEFAULTS) PARTITION BY RANGE (at);
ALTER TABLE events_old RENAME CONSTRAINT events_pkey TO events_old_pkey;
ALTER TABLE events ADD CONSTRAINT events_pkey PRIMARY KEY (id, at);
## rotation by name swap
CREATE TABLE logs (id bigserial PRIMARY KEY, line text, at timestamptz DEFAULT now()); CREATE INDEX logs_at ON logs (at);
-----
CREATE TABLE logs_new (LIKE logs INCLUDING ALL);
-----
ALTER TABLE logs RENAME TO logs_old;
ALTER TABLE logs_new RENAME TO logs;
-----
-- refused
DROP TABLE logs_old;
-----
-- refused
INSERT INTO logs (line) VALUES ('x');
CREATE INDEX CONCURRENTLY logs_at ON logs (at);
## rotation by name swap 2
CREATE TABLE logs (id bigserial PRIMARY KEY, line text, at timestamptz DEFAULT now()); CREATE INDEX logs_at ON logs (at);
-----
CREATE TABLE logs_new (LIKE logs INCLUDING ALL);
ALTER SEQUENCE logs_id_seq OWNED BY logs_new.id;
-----
ALTER TABLE logs RENAME TO logs_old;
ALTER TABLE logs_new RENAME TO logs;
DROP TABLE logs_old;
-----
CREATE INDEX logs_at ON logs (at);
-----
ALTER INDEX logs_new_pkey RENAME TO logs_pkey;
## identity instead of serial
CREATE TABLE t (id serial PRIMARY KEY, v text);
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE t ALTER COLUMN id DROP DEFAULT;
DROP SEQUENCE t_id_seq;
ALTER TABLE t ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY;
SELECT setval(pg_get_serial_sequence('t', 'id'), (SELECT max(id) FROM t));
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE t ALTER COLUMN id DROP IDENTITY IF EXISTS, ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY;
-----
ALTER SEQUENCE t_id_seq RESTART WITH 100;
## int to bigint by a new column
CREATE TABLE t (id serial PRIMARY KEY, v text); CREATE TABLE u (id int PRIMARY KEY, t_id int REFERENCES t (id));
-----
ALTER TABLE t ADD COLUMN id_new bigint;
CREATE FUNCTION t_copy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.id_new := NEW.id; RETURN NEW; END $$;
CREATE TRIGGER t_copy BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION t_copy();
-----
UPDATE t SET id_new = id WHERE id_new IS NULL AND id BETWEEN 1 AND 1000;
-----
CREATE UNIQUE INDEX CONCURRENTLY t_id_new ON t (id_new);
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE t ADD CONSTRAINT id_new_nn CHECK (id_new IS NOT NULL) NOT VALID;
-----
ALTER TABLE t VALIDATE CONSTRAINT id_new_nn;
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE t ALTER id_new SET NOT NULL;
ALTER TABLE t DROP CONSTRAINT id_new_nn;
ALTER TABLE u DROP CONSTRAINT u_t_id_fkey;
ALTER SEQUENCE t_id_seq OWNED BY t.id_new;
ALTER TABLE t ALTER id DROP DEFAULT;
ALTER TABLE t ALTER id_new SET DEFAULT nextval('t_id_seq');
ALTER TABLE t DROP CONSTRAINT t_pkey;
ALTER TABLE t ADD CONSTRAINT t_pkey PRIMARY KEY USING INDEX t_id_new;
ALTER TABLE t RENAME COLUMN id TO id_old;
ALTER TABLE t RENAME COLUMN id_new TO id;
DROP TRIGGER t_copy ON t;
DROP FUNCTION t_copy();
ALTER TABLE u ADD CONSTRAINT u_t_id_fkey FOREIGN KEY (t_id) REFERENCES t (id) NOT VALID;
-----
ALTER TABLE u VALIDATE CONSTRAINT u_t_id_fkey;
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE t ALTER id_old DROP NOT NULL;
ALTER TABLE t DROP COLUMN id_old;
## materialized views
CREATE TABLE o (id int PRIMARY KEY, total numeric, state text);
CREATE MATERIALIZED VIEW sums AS SELECT state, sum(total) AS total, count(*) FROM o GROUP BY state WITH NO DATA;
CREATE UNIQUE INDEX sums_state ON sums (state);
-----
REFRESH MATERIALIZED VIEW sums;
-----
REFRESH MATERIALIZED VIEW CONCURRENTLY sums;
-----
DROP MATERIALIZED VIEW sums;
CREATE MATERIALIZED VIEW sums AS SELECT state, sum(total) AS total, avg(total) AS average FROM o GROUP BY state;
CREATE UNIQUE INDEX sums_state ON sums (state);
-----
CREATE VIEW big AS SELECT state, average FROM sums WHERE total > 100;
ALTER MATERIALIZED VIEW sums RENAME COLUMN average TO mean;
-----
CREATE VIEW big2 AS SELECT b.average, s.mean FROM big b JOIN sums s ON s.state = b.state;
ALTER VIEW big2 RENAME COLUMN mean TO m;
-----
CREATE OR REPLACE VIEW big2 AS SELECT b.average, s.mean AS m, s.total FROM big b JOIN sums s ON s.state = b.state;
-----
ALTER VIEW big2 RENAME TO big3;
DROP VIEW big3, big;
## functions changed
CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS $$ SELECT a $$;
CREATE FUNCTION f(a text) RETURNS text LANGUAGE sql AS $$ SELECT a $$;
-----
CREATE OR REPLACE FUNCTION f(a int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT a + 1 $$;
-----
DROP FUNCTION f(text);
CREATE FUNCTION f(b text) RETURNS int LANGUAGE sql AS $$ SELECT length(b) $$;
-----
DROP FUNCTION f(int);
CREATE FUNCTION f(a integer, b integer DEFAULT 0) RETURNS int LANGUAGE sql AS $$ SELECT a + b $$;
-----
CREATE OR REPLACE FUNCTION f(a int4, b int4 DEFAULT 0) RETURNS integer LANGUAGE sql AS $$ SELECT a + b + 1 $$;
CREATE FUNCTION g() RETURNS TABLE (x int, y text) LANGUAGE sql AS $$ SELECT 1, 'a' $$;
-----
CREATE OR REPLACE FUNCTION g() RETURNS TABLE (x integer, y text) LANGUAGE sql AS $$ SELECT 2, 'b' $$;
-----
-- refused
CREATE OR REPLACE FUNCTION g() RETURNS TABLE (x integer, y text, z int) LANGUAGE sql AS $$ SELECT 2, 'b', 1 $$;
## function of a table's rows
CREATE TABLE t (id int PRIMARY KEY); CREATE FUNCTION rows() RETURNS SETOF t LANGUAGE sql AS $$ SELECT * FROM t $$;
-----
-- refused
DROP TABLE t;
## down files
CREATE TABLE a (id serial PRIMARY KEY, n text);
-----
CREATE TYPE k AS ENUM ('x');
ALTER TABLE a ADD COLUMN k k DEFAULT 'x', ADD COLUMN parent int REFERENCES a (id), ADD CONSTRAINT n_len CHECK (length(n) < 100) NOT VALID;
-----
ALTER TABLE a RENAME n TO name;
CREATE INDEX a_name ON a (name);
-----
ALTER TABLE a ADD COLUMN z int;
-----
CREATE VIEW av AS SELECT id, name FROM a;
-----
CREATE OR REPLACE VIEW av AS SELECT id, name, z FROM a;
-----
DROP VIEW av;
-----
ALTER TABLE a DROP COLUMN z;
-----
ALTER TYPE k ADD VALUE 'y';
-----
CREATE TABLE b (a_id int REFERENCES a);
-----
DROP TABLE b;
## renamed type and down
CREATE TYPE st AS ENUM ('a', 'b'); CREATE TABLE t (id int PRIMARY KEY, s st DEFAULT 'a');
-----
ALTER TYPE st RENAME VALUE 'b' TO 'c';
-----
ALTER TYPE st RENAME TO state;
ALTER TABLE t ALTER s SET DEFAULT 'c'::state;
## deferred foreign keys of a cycle
CREATE TABLE a (id int PRIMARY KEY, b int); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a DEFERRABLE INITIALLY DEFERRED);
ALTER TABLE a ADD CONSTRAINT a_b FOREIGN KEY (b) REFERENCES b DEFERRABLE INITIALLY DEFERRED;
-----
INSERT INTO a VALUES (1, 1);
INSERT INTO b VALUES (1, 1);
-----
INSERT INTO a VALUES (2, NULL);
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE a ADD COLUMN x int;
-----
DROP TABLE a, b;
## exclusion and ranges
CREATE EXTENSION btree_gist;
CREATE TABLE booking (id int PRIMARY KEY, room int NOT NULL, during tstzrange NOT NULL, EXCLUDE USING gist (room WITH =, during WITH &&));
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE booking DROP CONSTRAINT booking_room_during_excl;
ALTER TABLE booking ADD COLUMN cancelled boolean NOT NULL DEFAULT false;
-----
INSERT INTO booking (id, room, during) VALUES (1, 1, tstzrange(now(), now() + interval '1 hour')) ON CONFLICT (id) DO UPDATE SET room = EXCLUDED.room WHERE booking.room <> EXCLUDED.room;
## queries of all sorts
CREATE TABLE u (id int PRIMARY KEY, name text, tags text[], meta jsonb, at timestamptz DEFAULT now()); CREATE TABLE o (id int PRIMARY KEY, uid int REFERENCES u (id), total int);
-----
UPDATE u SET name = x.name FROM (VALUES (1, 'a'), (2, 'b')) AS x (id, name) WHERE u.id = x.id;
UPDATE u SET meta = jsonb_set(coalesce(meta, '{}'), '{n}', to_jsonb(s.n)) FROM (SELECT uid, count(*) AS n FROM o GROUP BY uid) s WHERE s.uid = u.id;
WITH r AS (SELECT id, row_number() OVER (PARTITION BY name ORDER BY at) AS rn FROM u) DELETE FROM u USING r WHERE r.id = u.id AND r.rn > 1;
INSERT INTO o (id, uid, total) SELECT g, u.id, 1 FROM u CROSS JOIN generate_series(1, 0) AS g;
UPDATE o SET total = t.total + 1 FROM o AS t WHERE t.id = o.id AND t.total = 99;
UPDATE u SET tags = array(SELECT DISTINCT e FROM unnest(tags) AS e ORDER BY e) WHERE tags IS NOT NULL;
UPDATE u SET (name, at) = (SELECT 'n', max(at) FROM u) WHERE id = -1;
DELETE FROM o WHERE NOT EXISTS (SELECT FROM u WHERE u.id = o.uid);
SELECT key, value FROM u, jsonb_each(meta) WHERE id = 1;
SELECT t.tag FROM u, LATERAL unnest(tags) WITH ORDINALITY AS t (tag, n) ORDER BY n;
SELECT name AS label, count(*) AS c FROM u GROUP BY label HAVING count(*) > 1 ORDER BY c DESC;
WITH RECURSIVE tree AS (SELECT id, uid, 1 AS depth FROM o WHERE uid IS NULL UNION ALL SELECT o.id, o.uid, depth + 1 FROM o JOIN tree ON tree.id = o.uid) SELECT max(depth) FROM tree;
SELECT u FROM u WHERE u IS NOT NULL;
SELECT (SELECT max(total) FROM o WHERE uid = u.id) AS most FROM u ORDER BY most;
SELECT id FROM u UNION SELECT uid FROM o ORDER BY id;
INSERT INTO u (id, name) VALUES (5, 'x') ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name || u.name RETURNING id, name;
MERGE INTO u USING (SELECT 1 AS k) s ON s.k = u.id WHEN MATCHED THEN UPDATE SET name = 'm' WHEN NOT MATCHED THEN INSERT (id, name) VALUES (s.k, 'n');
SELECT x.y FROM (SELECT id AS y FROM u) x;
SELECT xmin, ctid, tableoid::regclass FROM u;
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY total) FROM o;
SELECT sum(total) FILTER (WHERE total > 0) OVER w FROM o WINDOW w AS (PARTITION BY uid);
SELECT o.* FROM o JOIN u USING (id) WHERE name = 'a';
SELECT id, name FROM o NATURAL JOIN u;
SELECT j.name FROM (o JOIN u ON u.id = o.uid) AS j (oid2, uid, total, id2, name, tags, meta, at);
SELECT a.n FROM ROWS FROM (generate_series(1, 2)) AS a (n);
SELECT * FROM u ORDER BY 1 FOR UPDATE OF u SKIP LOCKED;
SELECT extract(epoch FROM at), at AT TIME ZONE 'utc', current_date, session_user FROM u;
UPDATE u AS z SET name = z.name || 'x' WHERE z.id IN (SELECT o.uid FROM o WHERE o.total > z.id);
## domain default
CREATE DOMAIN e AS int DEFAULT 1; CREATE TABLE t (id int PRIMARY KEY);
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE t ADD COLUMN x e NOT NULL;
-----
-- rows
INSERT INTO t SELECT generate_series(1, 50);
## pg_partman
CREATE SCHEMA partman;
CREATE TABLE m (id bigint GENERATED ALWAYS AS IDENTITY, at timestamptz NOT NULL DEFAULT now(), v text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE m_default PARTITION OF m DEFAULT;
-----
CREATE TABLE m_p20240101 PARTITION OF m FOR VALUES FROM ('2024-01-01') TO ('2024-01-02');
CREATE TABLE m_p20240102 (LIKE m INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
ALTER TABLE m_p20240102 ADD CONSTRAINT m_p20240102_at CHECK (at IS NOT NULL AND at >= '2024-01-02' AND at < '2024-01-03');
ALTER TABLE m ATTACH PARTITION m_p20240102 FOR VALUES FROM ('2024-01-02') TO ('2024-01-03');
ALTER TABLE m_p20240102 DROP CONSTRAINT m_p20240102_at;
-----
SET LOCAL lock_timeout = '3s';
ALTER TABLE m DETACH PARTITION m_p20240101;
ALTER TABLE m_p20240101 SET SCHEMA partman;
DROP TABLE partman.m_p20240101;
-----
CREATE INDEX m_v ON ONLY m (v);
-----
CREATE INDEX CONCURRENTLY m_default_v ON m_default (v);
-----
ALTER INDEX m_v ATTACH PARTITION m_default_v;
-----
DROP TABLE m_default;
-----
CREATE TABLE m_default PARTITION OF m DEFAULT PARTITION BY LIST (at);
## hash partitions
CREATE TABLE h (id bigint NOT NULL, v text) PARTITION BY HASH (id);
DO $$ BEGIN FOR i IN 0..3 LOOP EXECUTE format('CREATE TABLE h_%s PARTITION OF h FOR VALUES WITH (MODULUS 4, REMAINDER %s)', i, i); END LOOP; END $$;
-----
ALTER TABLE h_0 ADD CONSTRAINT x CHECK (id > 0) NOT VALID;
INSERT INTO h SELECT 1, 'a';
CREATE UNIQUE INDEX ON h (id);
-----
ALTER TABLE h ADD CONSTRAINT h_v CHECK (v <> '') NOT VALID;
-----
ALTER TABLE h VALIDATE CONSTRAINT h_v;
-----
DROP TABLE h_3;
-----
CREATE TABLE h_3 PARTITION OF h FOR VALUES WITH (MODULUS 8, REMAINDER 3);
CREATE TABLE h_7 PARTITION OF h FOR VALUES WITH (MODULUS 8, REMAINDER 7);
## inheritance
CREATE TABLE base (id int PRIMARY KEY, created timestamptz); CREATE TABLE sub (extra text) INHERITS (base);
-----
ALTER TABLE base ADD COLUMN n int;
-----
UPDATE sub SET n = 1 WHERE id = 1;
CREATE INDEX sub_n ON sub (n);
ALTER TABLE sub ADD CONSTRAINT sub_pkey PRIMARY KEY (id);
-----
ALTER TABLE base DROP COLUMN created;
CREATE VIEW vs AS SELECT id, n, extra FROM sub;
-----
-- refused
ALTER TABLE sub NO INHERIT base;
ALTER TABLE sub DROP COLUMN n;
## rules and instead of triggers
CREATE TABLE t (id int PRIMARY KEY, v text); CREATE VIEW tv AS SELECT id, v FROM t; CREATE TABLE log (id int, at timestamptz DEFAULT now());
CREATE RULE tv_del AS ON DELETE TO tv DO INSTEAD DELETE FROM t WHERE t.id = OLD.id;
CREATE RULE t_log AS ON UPDATE TO t WHERE NEW.v IS DISTINCT FROM OLD.v DO ALSO INSERT INTO log (id) VALUES (NEW.id);
CREATE FUNCTION ins() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t VALUES (NEW.id, NEW.v); RETURN NEW; END $$;
CREATE TRIGGER tv_ins INSTEAD OF INSERT ON tv FOR EACH ROW EXECUTE FUNCTION ins();
-----
INSERT INTO tv VALUES (1, 'a');
DELETE FROM tv WHERE id = 1;
CREATE OR REPLACE RULE tv_del AS ON DELETE TO tv DO INSTEAD DELETE FROM t WHERE t.id = OLD.id AND OLD.v IS NOT NULL;
-----
-- refused
ALTER TABLE t DROP COLUMN v;
-----
ALTER TABLE t RENAME COLUMN v TO w;
-----
UPDATE t SET w = 'x' WHERE id = 1;
INSERT INTO tv (id, v) VALUES (2, 'b');
CREATE OR REPLACE VIEW tv AS SELECT id, w AS v FROM t;
-----
DROP RULE t_log ON t;
DROP TRIGGER tv_ins ON tv;
DROP VIEW tv;
ALTER TABLE t DROP COLUMN w;
## composite types
CREATE TYPE addr AS (street text, city text); CREATE TABLE c (id int PRIMARY KEY, a addr, b addr[]);
-----
UPDATE c SET a.city = 'x' WHERE (a).city IS NULL;
SELECT (a).street, (c.a).city, (b[1]).city FROM c;
ALTER TYPE addr ADD ATTRIBUTE zip text;
-----
UPDATE c SET a.zip = '1' WHERE (a).zip IS NULL;
ALTER TYPE addr RENAME ATTRIBUTE zip TO postcode;
-----
ALTER TYPE addr DROP ATTRIBUTE postcode CASCADE;
-----
-- refused
DROP TYPE addr;
## aggregates operators casts
CREATE FUNCTION add2(numeric, numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$ SELECT coalesce($1, 0) + $2 $$;
CREATE AGGREGATE total(numeric) (SFUNC = add2, STYPE = numeric);
CREATE TABLE n (v numeric);
-----
CREATE VIEW nt AS SELECT total(v) FROM n;
-----
CREATE OR REPLACE VIEW nt AS SELECT total(v) AS total FROM n;
-----
-- refused
DROP AGGREGATE total(numeric);
## aggregate dropped
CREATE FUNCTION add2(numeric, numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$ SELECT coalesce($1, 0) + $2 $$;
CREATE AGGREGATE total(numeric) (SFUNC = add2, STYPE = numeric);
-----
-- refused
DROP FUNCTION add2(numeric, numeric);
## comments grants and publication
CREATE TABLE t (id int PRIMARY KEY, v text); DO $$ BEGIN CREATE ROLE app_ro; EXCEPTION WHEN duplicate_object THEN NULL; END $$; CREATE VIEW tv AS SELECT id AS key, v FROM t;
-----
COMMENT ON COLUMN tv.key IS 'x'; COMMENT ON TABLE t IS 'y'; COMMENT ON VIEW tv IS 'z'; COMMENT ON CONSTRAINT t_pkey ON t IS 'k'; COMMENT ON INDEX t_pkey IS 'i';
GRANT SELECT ON t, tv TO app_ro; GRANT SELECT (id) ON t TO app_ro; GRANT USAGE ON SCHEMA public TO app_ro; GRANT SELECT ON ALL TABLES IN SCHEMA public TO app_ro;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO app_ro;
CREATE PUBLICATION p FOR TABLE t; CREATE STATISTICS st ON id, v FROM t;
-----
DROP PUBLICATION p; DROP STATISTICS st; DROP OWNED BY app_ro; DROP ROLE app_ro;
## using index constraints
CREATE TABLE t (id int NOT NULL, email text NOT NULL); CREATE SCHEMA s; CREATE TABLE s.t (id int NOT NULL, email text NOT NULL);
-----
CREATE UNIQUE INDEX CONCURRENTLY t_id ON t (id);
-----
CREATE UNIQUE INDEX CONCURRENTLY t_id ON s.t (id);
-----
ALTER TABLE s.t ADD CONSTRAINT t_pkey PRIMARY KEY USING INDEX t_id;
ALTER TABLE t ADD CONSTRAINT t_pkey PRIMARY KEY USING INDEX t_id;
-----
CREATE TABLE r (tid int REFERENCES s.t (id), t2 int REFERENCES t);
-----
ALTER TABLE s.t DROP CONSTRAINT t_pkey CASCADE;
ALTER TABLE r ADD CONSTRAINT r_tid_fkey FOREIGN KEY (tid) REFERENCES t (id) NOT VALID;
## extension columns cascade
CREATE EXTENSION citext; CREATE TABLE t (id int PRIMARY KEY, email citext UNIQUE);
-----
DROP EXTENSION citext CASCADE;
ALTER TABLE t ADD COLUMN email text;
## temp tables
CREATE TABLE t (id int PRIMARY KEY, v text);
-----
CREATE TEMP TABLE tmp_t ON COMMIT DROP AS SELECT id, v AS w FROM t;
UPDATE t SET v = tmp_t.w FROM tmp_t WHERE tmp_t.id = t.id;
-----
CREATE TEMP TABLE tmp_t (id int) ON COMMIT DROP;
INSERT INTO tmp_t SELECT id FROM t;
DROP TABLE tmp_t;
-----
CREATE TEMPORARY TABLE tmp_t (id int);
DROP TABLE tmp_t;
-----
CREATE TEMPORARY TABLE tmp_t (id int);
CREATE INDEX tmp_i ON tmp_t (id);
DROP TABLE tmp_t;
SELECT id INTO TEMP tmp_z FROM t;
DROP TABLE tmp_z;
-----
CREATE UNLOGGED TABLE u1 AS TABLE t;
ALTER TABLE u1 SET LOGGED;
CREATE INDEX tmp_i ON u1 (id);
DROP TABLE u1;
## nothing but selects and loops
CREATE TABLE t (id int PRIMARY KEY, v text);
CREATE PROCEDURE fill() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t SELECT 1, 'a'; COMMIT; END $$;
-----
DO $$ DECLARE r record; v text; BEGIN FOR r IN SELECT t.id, t.v FROM t LOOP UPDATE t SET v = r.v WHERE id = r.id; END LOOP; SELECT count(*) INTO v FROM t; RAISE NOTICE '%', v; END $$;
-----
DROP PROCEDURE fill();
CREATE FUNCTION add_col() RETURNS void LANGUAGE plpgsql AS $$ BEGIN ALTER TABLE t ADD COLUMN IF NOT EXISTS z int; END $$;
SELECT add_col();
DROP FUNCTION add_col();
-----
UPDATE t SET z = 1 WHERE id = 1;
## identifier folding and unicode
CREATE TABLE Größe (ID int PRIMARY KEY, "Ünicode" text, "select" text, user_ text); CREATE TABLE "注文" ("番号" int PRIMARY KEY);
-----
ALTER TABLE größe ADD COLUMN x int;
-----
UPDATE größe SET "select" = 'a', "Ünicode" = 'b' WHERE id = 1;
INSERT INTO "注文" ("番号") VALUES (1);
CREATE INDEX "索引" ON "注文" ("番号");
## long names
CREATE TABLE a_very_long_table_name_that_goes_on_and_on_for_ever_and_ever (id int PRIMARY KEY, a_column_with_quite_a_long_name_too_that_is text UNIQUE, x int CHECK (x > 0));
-----
ALTER TABLE a_very_long_table_name_that_goes_on_and_on_for_ever_and_ever DROP CONSTRAINT a_very_long_table_name_that_g_a_column_with_quite_a_long_na_key;
-----
ALTER TABLE a_very_long_table_name_that_goes_on_and_on_for_ever_and_ever DROP CONSTRAINT a_very_long_table_name_that_goes_on_and_on_for_ever_and_x_check;
## settings
CREATE TABLE t (id int PRIMARY KEY);
SET search_path = app, public;
-----
CREATE TABLE u (id int PRIMARY KEY);
## session replication role
CREATE TABLE t (id int PRIMARY KEY);
-----
SET session_replication_role = replica;
INSERT INTO t VALUES (1);
SET session_replication_role = DEFAULT;
-----
SET session_replication_role = 'replica';
INSERT INTO t VALUES (2);
SET session_replication_role = 'origin';
-----
SET ROLE postgres; CREATE TABLE x (id int); RESET ROLE;
-----
SET ROLE postgres; CREATE TABLE y (id int); SET ROLE none;
-----
SET SESSION AUTHORIZATION postgres; CREATE TABLE z (id int); SET SESSION AUTHORIZATION DEFAULT;
-----
BEGIN; SET LOCAL statement_timeout = 0; ALTER TABLE t ADD COLUMN q int; COMMIT;
-----
SET statement_timeout = '5min'; ALTER TABLE t ADD COLUMN q2 int; SET statement_timeout TO DEFAULT;
-----
SET statement_timeout = 0; UPDATE t SET q = 1 WHERE id = 1; SET statement_timeout = '30s';
## the extension is dropped while a column has its type
CREATE EXTENSION citext; CREATE TABLE t (id int PRIMARY KEY, email citext);
-----
-- refused
DROP EXTENSION citext;
## insert without a required value
CREATE TABLE t (id int PRIMARY KEY, name text NOT NULL, n int NOT NULL DEFAULT 0, g int GENERATED ALWAYS AS (n + 1) STORED);
-----
-- refused
INSERT INTO t (id, n) VALUES (1, 2);
-----
-- refused
INSERT INTO t (id, name, n) VALUES (1, 'a');
-----
-- refused
INSERT INTO t (id, name, g) VALUES (1, 'a', 2);
-----
INSERT INTO t (id, name, g) VALUES (1, 'a', DEFAULT);
-----
-- refused
UPDATE t SET g = 4 WHERE id = 1;
## identity always
CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text);
-----
-- refused
INSERT INTO t (id, name) VALUES (1, 'a');
-----
INSERT INTO t (id, name) OVERRIDING SYSTEM VALUE VALUES (1, 'a');
## labels
CREATE TYPE s AS ENUM ('a', 'b'); CREATE TABLE t (id int PRIMARY KEY, s s);
-----
-- refused
INSERT INTO t VALUES (1, 'c');
-----
-- refused
ALTER TABLE t ALTER s SET DEFAULT 'c';
-----
-- refused
ALTER TYPE s ADD VALUE 'z' BEFORE 'q';
-----
-- refused
ALTER TYPE s RENAME VALUE 'q' TO 'r';
-----
-- refused
ALTER TYPE s RENAME VALUE 'a' TO 'b';
-----
ALTER TYPE s RENAME VALUE 'a' TO 'A';
-----
ALTER TYPE s ADD VALUE 'c';
-----
-- refused
INSERT INTO t VALUES (1, 'c'), (2, 'A');
UPDATE t SET s = 'x' WHERE id = 1;
## using index
CREATE TABLE t (id int NOT NULL, a int); CREATE INDEX t_a ON t (a); CREATE UNIQUE INDEX t_x ON t ((id + 1));
-----
-- refused
ALTER TABLE t ADD CONSTRAINT u UNIQUE USING INDEX t_b;
-----
-- refused
ALTER TABLE t ADD CONSTRAINT u UNIQUE USING INDEX t_a;
-----
-- refused
ALTER TABLE t ADD CONSTRAINT u UNIQUE USING INDEX t_x;
-----
-- refused
ALTER TABLE t CLUSTER ON t_b;
-----
ALTER TABLE t CLUSTER ON t_a;
## upsert
CREATE TABLE t (id int PRIMARY KEY, email text, org int); CREATE UNIQUE INDEX t_e ON t (lower(email)); CREATE UNIQUE INDEX t_o ON t (org) WHERE org > 0;
-----
-- refused
INSERT INTO t VALUES (1, 'a', 1) ON CONFLICT (email) DO NOTHING;
-----
INSERT INTO t VALUES (1, 'a', 1) ON CONFLICT (lower(email)) DO NOTHING;
-----
INSERT INTO t VALUES (1, 'a', 1) ON CONFLICT (org) WHERE org > 0 DO NOTHING;
-----
INSERT INTO t VALUES (1, 'a', 1) ON CONFLICT ON CONSTRAINT t_pkey DO NOTHING;
## domain constraints
CREATE DOMAIN d AS int CONSTRAINT pos CHECK (VALUE > 0); CREATE DOMAIN e AS int;
-----
-- refused
ALTER DOMAIN d DROP CONSTRAINT nope;
-----
-- refused
ALTER DOMAIN d ADD CONSTRAINT pos CHECK (VALUE > 1);
-----
ALTER DOMAIN d DROP CONSTRAINT pos;
-----
ALTER DOMAIN e ADD CHECK (VALUE > 0);
-----
ALTER DOMAIN e DROP CONSTRAINT e_check;
-----
-- refused
ALTER DOMAIN d VALIDATE CONSTRAINT pos;
## rows of all sorts
CREATE TYPE st AS ENUM ('a', 'b''c', ''); CREATE DOMAIN dd AS int NOT NULL DEFAULT 3;
CREATE TABLE t (id bigserial PRIMARY KEY, s st NOT NULL DEFAULT 'a', ss st[] DEFAULT '{}', n int NOT NULL, d dd, j jsonb NOT NULL DEFAULT '{}', at timestamptz NOT NULL DEFAULT now());
-----
INSERT INTO t (s, ss, n) VALUES ('b''c', '{a,""}', 1), ('', ARRAY['a']::st[], 2), (DEFAULT, NULL, 3), (('a'), NULL, 4);
INSERT INTO t VALUES (100, 'a', '{}', 5);
INSERT INTO t (n) SELECT 7;
INSERT INTO t (n, s) VALUES ((SELECT count(*) FROM t), lower('A')::st);
UPDATE t SET s = DEFAULT, ss = '{}', n = n + 1 WHERE id = 1;
UPDATE t SET (s, n) = ('a', 2) WHERE id = 2;
UPDATE t SET ss[1] = 'a' WHERE id = 1;
INSERT INTO t (ss[1], n) VALUES ('a', 1);
ALTER TABLE t ALTER s SET DEFAULT 'a'::st, ALTER ss SET DEFAULT '{a}';
INSERT INTO t (id, n) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET n = EXCLUDED.n, s = 'a';
-----
ALTER TYPE st ADD VALUE 'new';
-----
INSERT INTO t (n, s) VALUES (1, 'new');
ALTER TYPE st RENAME VALUE 'new' TO 'newer';
-----
UPDATE t SET s = 'newer' WHERE s = 'a';
ALTER TYPE st RENAME TO state;
INSERT INTO t (n, s) VALUES (1, 'newer');
-----
ALTER TABLE t ALTER n DROP NOT NULL;
INSERT INTO t (s) VALUES ('newer');
ALTER TABLE t ALTER s DROP DEFAULT, ALTER s TYPE text;
INSERT INTO t (s) VALUES ('anything');
## triggers and views fill
CREATE TABLE t (id int PRIMARY KEY, slug text NOT NULL, name text NOT NULL);
CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.slug := lower(NEW.name); RETURN NEW; END $$;
CREATE TRIGGER fill BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION fill();
CREATE VIEW tv AS SELECT id, name FROM t;
-----
INSERT INTO t (id, name) VALUES (1, 'A');
INSERT INTO tv (id, name) VALUES (2, 'B');
INSERT INTO tv VALUES (3, 'C');
-----
-- refused
DROP TRIGGER fill ON t;
INSERT INTO t (id, name) VALUES (4, 'A');
## identity and generated change
CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a int, b int GENERATED ALWAYS AS (a * 2) STORED, c int NOT NULL GENERATED BY DEFAULT AS IDENTITY);
-----
INSERT INTO t (a) VALUES (1);
INSERT INTO t (id, a, b) VALUES (DEFAULT, 1, DEFAULT);
INSERT INTO t (id, a) OVERRIDING USER VALUE VALUES (7, 1);
ALTER TABLE t ALTER id SET GENERATED BY DEFAULT;
INSERT INTO t (id, a) VALUES (50, 1);
ALTER TABLE t ALTER b DROP EXPRESSION;
UPDATE t SET b = 3 WHERE id = 1;
INSERT INTO t (a, b) VALUES (1, 2);
ALTER TABLE t ALTER id DROP IDENTITY;
INSERT INTO t (id, a) VALUES (60, 1);
-----
ALTER TABLE t ALTER id ADD GENERATED ALWAYS AS IDENTITY (START WITH 100);
INSERT INTO t (a) VALUES (1);
## copies and parts
CREATE TABLE a (id int GENERATED ALWAYS AS IDENTITY, n int NOT NULL, d int NOT NULL DEFAULT 5, g int GENERATED ALWAYS AS (n + 1) STORED);
CREATE TABLE l (LIKE a); CREATE TABLE la (LIKE a INCLUDING ALL);
CREATE TABLE p (id int NOT NULL, n int NOT NULL DEFAULT 1) PARTITION BY LIST (id); CREATE TABLE p1 PARTITION OF p (n DEFAULT 2) FOR VALUES IN (1);
-----
INSERT INTO l (id, n, d, g) VALUES (1, 2, 3, 4);
INSERT INTO la (n) VALUES (1);
INSERT INTO p (id) VALUES (1);
INSERT INTO p1 (id) VALUES (1);
INSERT INTO p1 (n, id) VALUES (DEFAULT, 1);
CREATE TABLE x AS SELECT * FROM a;
INSERT INTO x (id, g) VALUES (1, 2);
ALTER TABLE l ADD COLUMN q int NOT NULL DEFAULT 0;
INSERT INTO l VALUES (1, 2, 3, 4);
## function of default and serial
CREATE SEQUENCE sq; CREATE TABLE t (id bigint NOT NULL, n text NOT NULL);
ALTER TABLE t ALTER id SET DEFAULT nextval('sq'); ALTER SEQUENCE sq OWNED BY t.id;
-----
INSERT INTO t (n) VALUES ('x');
ALTER TABLE t RENAME n TO name;
INSERT INTO t (name) VALUES ('y');
DO $$ BEGIN INSERT INTO t (name) VALUES ('z'); INSERT INTO t (id) VALUES (1); EXCEPTION WHEN OTHERS THEN NULL; END $$;
## dynamic label
CREATE TYPE st AS ENUM ('a'); CREATE TABLE t (s st);
-----
DO $$ DECLARE l text; BEGIN FOREACH l IN ARRAY ARRAY['x', 'y'] LOOP EXECUTE format('ALTER TYPE st ADD VALUE IF NOT EXISTS %L', l); END LOOP; END $$;
-----
INSERT INTO t VALUES ('x');
`);
