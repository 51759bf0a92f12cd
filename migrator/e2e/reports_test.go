package e2e

import (
	"strings"
	"sync"
	"testing"
)

// Each is what users of golang-migrate reported, on a table of versions that is not as it should be (golang-migrate/migrate#34).
func TestTableOfVersions(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *database) {
		path := folder(t, "1_a.up.sql", "CREATE TABLE a (id int);", "2_b.up.sql", "CREATE TABLE b (id int);")
		for name, c := range map[string]struct{ table, words string }{
			"another tool's": {"CREATE TABLE schema_migrations (version varchar(20) PRIMARY KEY); INSERT INTO schema_migrations VALUES ('20200101')", "(a column is missing)"},
			"two rows":       {"CREATE TABLE schema_migrations (version bigint, dirty boolean); INSERT INTO schema_migrations VALUES (1, false), (2, true)", "(it has several rows)"},
			"no mark":        {"CREATE TABLE schema_migrations (version bigint, dirty boolean); INSERT INTO schema_migrations VALUES (1, NULL)", "(its row has no number, or no mark)"},
			"no number":      {"CREATE TABLE schema_migrations (version varchar(20), dirty boolean); INSERT INTO schema_migrations VALUES ('x', false)", "(its row has no number, or no mark)"},
		} {
			d.exec("DROP TABLE IF EXISTS schema_migrations, a, b")
			d.exec(c.table)
			for _, operation := range []string{"up", "version"} {
				r := d.migrate(path, operation)
				if f := r.line.Failed; r.code != 11 || f.Kind != "other" || f.Effect != "nothing" || r.line.To != nil || !strings.Contains(f.Message, c.words) {
					t.Fatal(name, r.out)
				}
			}
			if name != "another tool's" {
				r := d.migrate(path, "force 1")
				r.expect(t, 0, "applied", "1")
				d.migrate(path, "up").expect(t, 0, "applied", "2")
			}
		}
		d.exec("DROP TABLE IF EXISTS schema_migrations, a, b")
		d.exec("CREATE TABLE schema_migrations (dirty boolean NOT NULL, version int NOT NULL PRIMARY KEY)")
		r := d.migrate(folder(t, "20261104120000_a.up.sql", "SELECT 1;"), "up")
		r.expect(t, 11, "failed", "none")
		if f := r.line.Failed; f.Effect != "nothing" || f.Statement != nil && d.conn != nil || !strings.Contains(f.Message, "schema_migrations") {
			t.Fatal(r.out)
		}
		d.migrate(path, "up").expect(t, 0, "applied", "2")
	})
}

// Several migrators that start at the same moment on an empty database (golang-migrate/migrate#394): one applies, the others
// find nothing to do.
func TestManyMigratorsStartAtOnce(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *database) {
		path := folder(t, three...)
		results := make([]ran, 5)
		var group sync.WaitGroup
		for i := range results {
			group.Go(func() { results[i] = d.start(path, "up", "LOCK_BUDGET=120s").end() })
		}
		group.Wait()
		applied := 0
		for _, r := range results {
			if r.code != 0 {
				t.Fatal(r.out)
			}
			applied += len(r.line.Files)
		}
		if applied != 3 {
			t.Fatalf("%d files were applied", applied)
		}
	})
}

// A privilege that is missing is told of the table that it is missing on, and of no statement (golang-migrate/migrate#826).
func TestVersionsCannotBeWritten(t *testing.T) {
	t.Parallel()
	d := pg.database(t)
	d.exec("DROP ROLE IF EXISTS low; CREATE ROLE low; REVOKE CREATE ON SCHEMA public FROM public; GRANT low TO app; ALTER DATABASE " + d.one("SELECT current_database()") + " SET role = low")
	several := folder(t, "1_a.up.sql", "CREATE TABLE a (); COMMIT; CREATE TABLE b ();")
	expect := func(words string) {
		t.Helper()
		r := d.migrate(several, "up")
		r.expect(t, 11, "failed", "none")
		if f := r.line.Failed; f.Statement != nil || f.Code != "42501" || f.Effect != "nothing" || f.Message != words {
			t.Fatal(r.out)
		}
	}
	expect(`golang-migrate's table "public"."schema_migrations" cannot be made: permission denied for schema public (SQLSTATE 42501)`)
	d.exec("GRANT CREATE ON SCHEMA public TO low; CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean); GRANT SELECT ON schema_migrations TO low")
	expect(`golang-migrate's table "public"."schema_migrations" cannot be written: permission denied for table schema_migrations (SQLSTATE 42501)`)
}

// A version that golang-migrate's library cannot count with is refused before anything runs.
func TestVersionTooHigh(t *testing.T) {
	t.Parallel()
	d := pg.database(t)
	for _, name := range []string{"9223372036854775808_a.up.sql", "99999999999999999999_a.up.sql"} {
		r := d.migrate(folder(t, name, "CREATE TABLE a ();"), "up")
		r.expect(t, 11, "failed", "none")
		if f := r.line.Failed; f.Kind != "source" || !strings.HasPrefix(f.Message, name+" has a version that no database can hold") {
			t.Fatal(r.out)
		}
	}
	d.migrate(folder(t, "9223372036854775807_a.up.sql", "CREATE TABLE a ();"), "up").expect(t, 0, "applied", "9223372036854775807")
}

// An index that an earlier attempt left invalid serves no query, so IF NOT EXISTS must not pass over it (multica-ai/multica#7073).
func TestInvalidIndexIsNotPassedOver(t *testing.T) {
	t.Parallel()
	d := pg.database(t)
	d.exec("CREATE TABLE twice (a int); INSERT INTO twice VALUES (1), (1); CREATE TABLE other (a int)")
	d.migrate(folder(t, "1_a.up.sql", "CREATE UNIQUE INDEX CONCURRENTLY i ON twice (a);"), "up").expect(t, 12, "dirty", "1 dirty")
	d.migrate(folder(t), "force -1").expect(t, 0, "applied", "none")
	for _, text := range []string{"CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON twice (a);", "CREATE TABLE b (); CREATE INDEX IF NOT EXISTS i ON twice (a);"} {
		r := d.migrate(folder(t, "1_a.up.sql", text), "up")
		r.expect(t, 11, "failed", "none")
		if f := r.line.Failed; f.Effect != "nothing" || !strings.HasPrefix(f.Message, "the index i exists and is invalid") {
			t.Fatal(r.out)
		}
	}
	d.exec("DROP INDEX i; CREATE INDEX i ON twice (a)")
	d.migrate(folder(t, "1_a.up.sql", "CREATE INDEX IF NOT EXISTS i ON twice (a);"), "up").expect(t, 0, "applied", "1")
}

// An application's URL may have a readTimeout: a statement that takes longer is not cut off by it (gastownhall/beads#4154).
func TestReadTimeoutCutsNoStatement(t *testing.T) {
	t.Parallel()
	d := maria.database(t)
	d.url += "?readTimeout=200ms"
	d.migrate(folder(t, "1_a.up.sql", "SELECT SLEEP(1);"), "up").expect(t, 0, "applied", "1")
}

// A parameter of the URL may hold a blank, as those of the server's options do, or a plus.
func TestBlankInAParameter(t *testing.T) {
	t.Parallel()
	d := pg.database(t)
	d.url += "&options=-c%20statement_timeout%3D200ms+-c%20application_name%3Dx"
	r := d.migrate(folder(t, "1_a.up.sql", "SELECT pg_sleep(5);"), "up")
	r.expect(t, 11, "failed", "none")
	if r.line.Failed.Code != "57014" || r.line.Failed.Effect != "nothing" {
		t.Fatal(r.out)
	}
	my := maria.database(t)
	my.url += "?time_zone=%27%2B09%3A00%27"
	my.migrate(folder(t, "1_a.up.sql", "CREATE TABLE a AS SELECT @@time_zone AS zone;"), "up").expect(t, 0, "applied", "1")
	if zone := my.one("SELECT zone FROM a"); zone != "+09:00" {
		t.Fatal(zone)
	}
}

// What an editor or a shell of Windows saved in UTF-16, and a byte that PostgreSQL takes nowhere.
func TestNoSQL(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *database) {
		r := d.migrate(folder(t, "1_a.up.sql", "\xff\xfeC\x00R\x00E\x00A\x00T\x00E\x00"), "up")
		r.expect(t, 11, "failed", "none")
		if *r.line.Error != "1_a.up.sql is written in UTF-16, which no database reads as SQL: save it in UTF-8" {
			t.Fatal(r.out)
		}
		if d.my != nil {
			return
		}
		r = d.migrate(folder(t, "1_a.up.sql", "CREATE TABLE a ();\nSELECT 'x\x00';"), "up")
		r.expect(t, 11, "failed", "none")
		if *r.line.Error != "1_a.up.sql, statement 2 of 2, line 2: the statement holds a NUL byte, which PostgreSQL takes nowhere: write the file in UTF-8 without it (SQLSTATE 08P01); nothing of this file took effect" {
			t.Fatal(r.out)
		}
	})
}

// A temporary table of this name stands before golang-migrate's for the rest of the session, in whichever way it was made.
func TestTemporaryTableOfVersions(t *testing.T) {
	t.Parallel()
	const made = "CREATE TEMPORARY TABLE schema_migrations (version bigint, dirty boolean)"
	for name, text := range map[string]string{
		"a statement": made + "; INSERT INTO schema_migrations VALUES (7, false);",
		"a procedure": "CREATE PROCEDURE p() " + made + "; CALL p();",
		"a prepared":  "PREPARE s FROM '" + made + "'; EXECUTE s;",
		"no commit":   "SET autocommit = 0; " + made + "; INSERT INTO schema_migrations VALUES (7, true);",
	} {
		t.Run(name, func(t *testing.T) {
			d := maria.database(t)
			r := d.migrate(folder(t, "1_a.up.sql", text, "2_b.up.sql", "CREATE TABLE b (n INT);"), "up")
			r.expect(t, 0, "applied", "2")
			if row := d.one("SELECT GROUP_CONCAT(version, ' ', dirty) FROM schema_migrations"); row != "2 0" {
				t.Fatal(row)
			}
			r = d.migrate(folder(t, "2_b.up.sql", "", "3_c.up.sql", strings.ReplaceAll(text, "PROCEDURE p()", "PROCEDURE q()")+" INSERT INTO nope VALUES (1);"), "up")
			r.expect(t, 12, "dirty", "3 dirty")
			if row := d.one("SELECT GROUP_CONCAT(version, ' ', dirty) FROM schema_migrations"); row != "3 1" {
				t.Fatal(row)
			}
		})
	}
}

// A file may change role or database for good; golang-migrate's table is still the one that the run began with.
func TestTableAfterAFileThatMovedAway(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *database) {
		leaves := []string{"SET ROLE pg_monitor;", "SET SESSION AUTHORIZATION pg_monitor;"}
		if d.my != nil {
			leaves = []string{"USE information_schema;"}
		}
		for _, leave := range leaves {
			d.migrate(folder(t), "force -1")
			r := d.migrate(folder(t, "1_a.up.sql", leave+" SELECT 1; COMMIT; SELECT 2;", "2_b.up.sql", "SELECT 3;"), "up")
			r.expect(t, 0, "applied", "2")
			r = d.migrate(folder(t, "2_b.up.sql", "", "3_c.up.sql", leave+" SELECT 1; COMMIT; SELECT * FROM nope;"), "up")
			r.expect(t, 12, "dirty", "3 dirty")
			if row := d.one("SELECT version FROM schema_migrations WHERE dirty"); row != "3" {
				t.Fatal(row)
			}
		}
	})
}

// golang-migrate takes a version without a file for the direction as one that needs none. That nothing was undone is said.
func TestDownWithoutAFile(t *testing.T) {
	t.Parallel()
	d := pg.database(t)
	path := folder(t, "1_a.up.sql", "CREATE TABLE a ();", "2_b.up.sql", "CREATE TABLE b ();")
	up := d.migrate(path, "up")
	down := d.migrate(path, "down 1")
	down.expect(t, 0, "applied", "1")
	const said = "has no file for this direction in the image: nothing ran, only golang-migrate's version changed"
	if strings.Contains(up.out, said) || !strings.Contains(down.out, "\nversion 2 "+said+"\n") {
		t.Fatal(down.out)
	}
}

// A database that goes away in the middle of a transaction has nothing of it, also if nobody can ask it any more.
func TestDatabaseGoesAway(t *testing.T) {
	t.Parallel()
	d := pg.database(t)
	path := folder(t, "1_a.up.sql", "CREATE TABLE a ();", "2_b.up.sql", "CREATE TABLE b (); SELECT pg_sleep(60);")
	m := d.start(path, "up", "CONNECT_TIMEOUT=1s")
	m.says("statement 2 of 2, line 1: SELECT")
	name := d.one("SELECT current_database()")
	execPostgres(t, connectPostgres(t, pg.url("postgres")), "DROP DATABASE "+name+" WITH (FORCE)")
	r := m.end()
	r.expect(t, 11, "failed", "unknown")
	if f := r.line.Failed; f.Effect != "nothing" || f.Kind != "lost" || *f.File != "2_b.up.sql" || len(r.line.Files) != 1 {
		t.Fatal(r.out)
	}
}

// DELIMITER is the mysql client's own (golang-migrate/migrate#1036).
func TestDelimiter(t *testing.T) {
	t.Parallel()
	r := maria.database(t).migrate(folder(t, "1_a.up.sql", "DELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1; END//\nDELIMITER ;"), "up")
	r.expect(t, 11, "failed", "none")
	if !strings.HasPrefix(r.line.Failed.Message, "DELIMITER is a command of the mysql client") {
		t.Fatal(r.out)
	}
}

// A server that refuses to be the one that the URL asks for may become it by a failover, and is waited for.
func TestTargetSessionAttributes(t *testing.T) {
	t.Parallel()
	d := pg.database(t)
	d.url += "&target_session_attrs=standby"
	r := d.migrate(folder(t, three...), "version", "CONNECT_TIMEOUT=1200ms")
	if f := r.line.Failed; r.code != 11 || f.Kind != "unreachable" || !strings.Contains(r.out, "waiting for the database: the server is not one that target_session_attrs") {
		t.Fatal(r.out)
	}
}

// Where no second session is to be had, the wait is told without names.
func TestNoSecondSession(t *testing.T) {
	t.Parallel()
	d := maria.database(t)
	d.exec("CREATE TABLE held (id int); DROP USER IF EXISTS single; CREATE USER single IDENTIFIED BY 'single' WITH MAX_USER_CONNECTIONS 1; GRANT ALL ON *.* TO single")
	defer d.hold("SELECT * FROM held")()
	d.url = strings.Replace(d.url, d.url[strings.Index(d.url, "//")+2:strings.LastIndex(d.url, "@tcp")], "single:single", 1)
	r := d.migrate(folder(t, "1_a.up.sql", "ALTER TABLE held ADD x int;"), "up", "LOCK_TIMEOUT=3s", "LOCK_BUDGET=4s")
	r.expect(t, 11, "failed", "none")
	if r.line.Failed.Kind != "lock" || !strings.Contains(r.out, ": who blocked it cannot be seen: ") || !strings.Contains(r.out, "max_user_connections") {
		t.Fatal(r.out)
	}
}
