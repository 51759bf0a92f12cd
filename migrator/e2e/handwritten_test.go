package e2e

import (
	"math/rand/v2"
	"testing"
	"time"
)

// handWritten are files that hide what they do, or end in an unusual way. Of MariaDB's none is known to be whole.
var handWritten = map[string][]randomFile{
	"PostgreSQL": {
		// Blocks that catch, commit, or hide that they commit.
		{"DO $$ BEGIN INSERT INTO effects VALUES (1); BEGIN PERFORM 1/0; EXCEPTION WHEN OTHERS THEN INSERT INTO effects VALUES (2); END; END $$; SELECT 1/0;", true},
		{"DO $$ BEGIN INSERT INTO effects VALUES (1); BEGIN COMMIT; EXCEPTION WHEN OTHERS THEN INSERT INTO effects VALUES (2); END; PERFORM 1/0; END $$;", false},
		{"DO $$ BEGIN EXECUTE 'CA' || 'LL commits_and_fails()'; END $$;", false},
		{"DO 'BEGIN INSERT INTO effects VALUES (1); COM'\n'MIT; PERFORM 1/0; END';", false},
		{"DO U&'BEGIN INSERT INTO effects VALUES (1); \\0043OMMIT; PERFORM 1/0; END';", false},
		{"DO $$ BEGIN EXECUTE 'CREATE INDEX CONCURRENTLY i ON twice (a)'; END $$;", true},
		{"DO $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); END $$;", true},
		{"DO $$ BEGIN INSERT INTO effects VALUES (1); COMMIT; PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(1); END $$;", false},
		{"INSERT INTO effects VALUES (1); CALL commits();", true},
		{"CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO effects VALUES (1); COMMIT; END $$; CALL p(); SELECT 1/0;", true},
		{"CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN CALL commits(); PERFORM 1/0; END $$; COMMIT; CALL p();", false},
		// What shows at the end only.
		{"CREATE TABLE p (id int UNIQUE DEFERRABLE INITIALLY DEFERRED); INSERT INTO p VALUES (1), (1);", true},
		{"BEGIN; CREATE TABLE p (id int UNIQUE DEFERRABLE INITIALLY DEFERRED); INSERT INTO p VALUES (1), (1); COMMIT;", true},
		{"BEGIN; INSERT INTO effects VALUES (1); COMMIT; BEGIN; CREATE TABLE p (id int UNIQUE DEFERRABLE INITIALLY DEFERRED); INSERT INTO p VALUES (1), (1); COMMIT;", false},
		{"BEGIN ISOLATION LEVEL SERIALIZABLE; INSERT INTO effects VALUES (1); SELECT 1/0; COMMIT;", true},
		{"CREATE CONSTRAINT TRIGGER t AFTER INSERT ON effects DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger(); INSERT INTO effects VALUES (1);", true},
		// golang-migrate's own table.
		{"DROP TABLE schema_migrations;", true},
		{"INSERT INTO effects VALUES (1); ALTER TABLE schema_migrations RENAME TO other;", true},
		{"CREATE TEMP TABLE schema_migrations (version bigint, dirty boolean); INSERT INTO effects VALUES (1);", true},
		{"CREATE TEMP TABLE schema_migrations (version bigint, dirty boolean); COMMIT; INSERT INTO effects VALUES (1); SELECT 1/0;", false},
		{"ALTER TABLE schema_migrations ADD CHECK (version < 2) NOT VALID; INSERT INTO effects VALUES (1);", true},
		// Settings that stay, and end what comes after them.
		{"SET default_transaction_read_only = on; COMMIT; INSERT INTO effects VALUES (1);", false},
		{"INSERT INTO effects VALUES (1); SET statement_timeout = 1; COMMIT; SELECT pg_sleep(1);", false},
		{"SET statement_timeout = 1; SELECT pg_sleep(1);", true},
		{"SET SESSION AUTHORIZATION pg_monitor; SELECT 1;", true},
		{"SET ROLE pg_monitor; INSERT INTO effects VALUES (1);", true},
		{"SET idle_in_transaction_session_timeout = 1; SELECT pg_sleep(0.01); INSERT INTO effects VALUES (1);", true},
		{"SELECT pg_advisory_unlock_all(); INSERT INTO effects VALUES (1); SELECT 1/0;", true},
		{"DISCARD ALL;", false},
		// Transactions in other words.
		{"INSERT INTO effects VALUES (1); END; ABORT; SELECT 1/0;", false},
		{"BEGIN; INSERT INTO effects VALUES (1); PREPARE TRANSACTION 'h1'; SELECT 1/0;", false},
		{"BEGIN; INSERT INTO effects VALUES (1); PREPARE TRANSACTION 'h2'; COMMIT PREPARED 'h2'; SELECT 1/0;", false},
		{"SAVEPOINT s; INSERT INTO effects VALUES (1); ROLLBACK TO s; SELECT 1/0;", true},
		{"SAVEPOINT s; SELECT 1/0; ROLLBACK TO s; INSERT INTO effects VALUES (1);", true},
		{"ROLLBACK; INSERT INTO effects VALUES (1); SELECT 1/0;", false},
		{"INSERT INTO effects VALUES (1); COMMIT AND CHAIN; INSERT INTO effects VALUES (2); ROLLBACK AND CHAIN; SELECT 1/0;", false},
		{"INSERT INTO effects VALUES (1); COMMIT; INSERT INTO effects VALUES (2); SELECT pg_terminate_backend(pg_backend_pid());", false},
		{"SELECT pg_terminate_backend(pg_backend_pid());", true},
		// Prepared statements, COPY, locks, and what runs in no transaction.
		{"PREPARE p AS INSERT INTO effects VALUES ($1); EXECUTE p(1); EXECUTE p(1, 2);", true},
		{"COPY effects FROM STDIN;", true},
		{"COPY effects (n) FROM STDIN;\n1\n\\.\n", true},
		{"INSERT INTO effects VALUES (1); COPY effects TO STDOUT; COPY effects FROM STDIN; SELECT 1;", true},
		{"LOCK TABLE effects; LISTEN x; NOTIFY x; INSERT INTO effects VALUES (1); SELECT 1/0;", true},
		{"CREATE INDEX CONCURRENTLY i ON effects (n); INSERT INTO effects VALUES (1);", true},
		{"COMMIT; CREATE INDEX CONCURRENTLY i ON effects (n);", false},
		{"CREATE UNIQUE INDEX CONCURRENTLY i ON twice ((1/(a-1)));", false},
		{"REINDEX (CONCURRENTLY) TABLE nope;", false},
		{"CREATE TABLE parts (n int) PARTITION BY LIST (n); CREATE TABLE part PARTITION OF parts DEFAULT; COMMIT; ALTER TABLE parts DETACH PARTITION part CONCURRENTLY;", false},
	},
	"MariaDB": {
		{text: "START TRANSACTION; INSERT INTO effects VALUES (1); INSERT INTO once VALUES (7); COMMIT;"},
		{text: "START TRANSACTION; INSERT INTO effects VALUES (1); CREATE TABLE x (id int); INSERT INTO once VALUES (7); COMMIT;"},
		{text: "LOCK TABLES effects WRITE; INSERT INTO effects VALUES (1); INSERT INTO once VALUES (8); UNLOCK TABLES;"},
		{text: "LOCK TABLES effects WRITE; INSERT INTO effects VALUES (1);"},
		{text: "SET autocommit = 0; LOCK TABLES effects WRITE; INSERT INTO effects VALUES (1);"},
		{text: "SET autocommit = 0; LOCK TABLES effects WRITE, once WRITE; INSERT INTO effects VALUES (1); INSERT INTO once VALUES (7);"},
		{text: "SET autocommit = 0; INSERT INTO effects VALUES (1); UNLOCK TABLES; INSERT INTO once VALUES (7);"},
		{text: "XA START 'h1'; INSERT INTO effects VALUES (1); XA END 'h1'; XA PREPARE 'h1'; SELECT 1 FROM nope;"},
		{text: "XA START 'h2'; INSERT INTO effects VALUES (1); INSERT INTO once VALUES (7);"},
		{text: "XA START 'h3'; INSERT INTO effects VALUES (1); XA END 'h3'; XA COMMIT 'h3' ONE PHASE; INSERT INTO nope VALUES (1);"},
		{text: "XA START 'h4'; INSERT INTO effects VALUES (1);"},
		{text: "XA START 'h5'; INSERT INTO effects VALUES (1); XA END 'h5'; XA PREPARE 'h5';"},
		{text: "CREATE TEMPORARY TABLE tmp (n int); INSERT INTO tmp VALUES (1); INSERT INTO nope SELECT * FROM tmp;"},
		{text: "START TRANSACTION; CREATE TEMPORARY TABLE tmp (n int); INSERT INTO effects VALUES (1); DROP TEMPORARY TABLE tmp; INSERT INTO once VALUES (7); COMMIT;"},
		{text: "CALL plain(); SELECT 1 FROM nope;"},
		{text: "START TRANSACTION; INSERT INTO effects VALUES (1); CALL fails(); COMMIT;"},
		{text: "PREPARE s FROM 'CREATE TABLE x (n int)'; START TRANSACTION; INSERT INTO effects VALUES (1); EXECUTE s; INSERT INTO nope VALUES (1); COMMIT;"},
		{text: "PREPARE s FROM 'INSERT INTO effects VALUES (1)'; EXECUTE s; EXECUTE other;"},
		{text: "CREATE PROCEDURE ddl() BEGIN INSERT INTO effects VALUES (1); CREATE TABLE x (n int); END; START TRANSACTION; INSERT INTO effects VALUES (2); CALL ddl(); INSERT INTO nope VALUES (1); COMMIT;"},
		{text: "CREATE PROCEDURE caught() BEGIN DECLARE CONTINUE HANDLER FOR SQLEXCEPTION INSERT INTO effects VALUES (2); INSERT INTO once VALUES (7); INSERT INTO effects VALUES (3); SIGNAL SQLSTATE '45000'; END; CALL caught(); INSERT INTO nope VALUES (1);"},
		{text: "START TRANSACTION; INSERT INTO effects VALUES (1); SET autocommit = 1; INSERT INTO nope VALUES (1);"},
		{text: "START TRANSACTION; INSERT INTO effects VALUES (1); KILL CONNECTION_ID();"},
		{text: "INSERT INTO effects VALUES (1); KILL CONNECTION_ID();"},
		{text: "KILL CONNECTION_ID();"},
		{text: "SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES'; INSERT INTO effects VALUES (1); INSERT INTO nope VALUES ('a\\'); INSERT INTO effects VALUES (2);"},
		{text: "START TRANSACTION READ ONLY; INSERT INTO effects VALUES (1);"},
		{text: "SET SESSION TRANSACTION READ ONLY; INSERT INTO effects VALUES (1);"},
		{text: "CREATE TABLE x (n int PRIMARY KEY) AS SELECT 7 AS n UNION ALL SELECT 7;"},
		{text: "SAVEPOINT a; INSERT INTO effects VALUES (1); ROLLBACK TO a; INSERT INTO nope VALUES (1);"},
		{text: "BEGIN; INSERT INTO effects VALUES (1); SAVEPOINT s; INSERT INTO once VALUES (7); COMMIT;"},
		{text: "BEGIN WORK; INSERT INTO effects VALUES (1); ROLLBACK AND CHAIN; INSERT INTO effects VALUES (2); COMMIT AND CHAIN; INSERT INTO nope VALUES (1);"},
		{text: "HANDLER once OPEN; INSERT INTO effects VALUES (1); HANDLER nope OPEN;"},
		{text: "SET @x = (SELECT n FROM nope);"},
		{text: "CREATE TRIGGER tr BEFORE INSERT ON effects FOR EACH ROW SET NEW.n = NEW.n + (SELECT n FROM nope); INSERT INTO effects VALUES (1);"},
		{text: "DROP TABLE schema_migrations; INSERT INTO effects VALUES (1);"},
		{text: "RENAME TABLE schema_migrations TO other;"},
		{text: "UPDATE once SET n = n + 1; DELETE FROM nope;"},
		{text: "/*!50000 INSERT INTO effects VALUES (1) */; INSERT INTO nope VALUES (1);"},
		{text: "SELECT 1; DO GET_LOCK('x', 0); DO RELEASE_ALL_LOCKS(); INSERT INTO effects VALUES (1); INSERT INTO nope VALUES (1);"},
	},
}

// What TestRandomFiles says of random files is true of these, with -full also if the connection is cut or the migrator is killed
// meanwhile.
func TestHandWrittenFiles(t *testing.T) {
	t.Parallel()
	blows := []blow{nothingHappens}
	if *full {
		blows = append(blows, connectionCut, killed)
	}
	both(t, func(t *testing.T, d *database) {
		list := handWritten["PostgreSQL"]
		if d.my != nil {
			list = handWritten["MariaDB"]
		}
		counts := map[string]int{}
		for n, f := range list {
			for _, happens := range blows {
				x := &trial{database: d, r: rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), uint64(n))), n: n}
				x.reset()
				if problem := x.judge(f, happens, counts); problem != "" {
					t.Errorf("file %d: %s", n, problem)
				}
			}
		}
		t.Log(counts)
	})
}
