package e2e

import (
	"strings"
	"testing"
)

var three = []string{
	"000001_a.up.sql", "CREATE TABLE a (id int);", "000001_a.down.sql", "DROP TABLE a;",
	"000002_b.up.sql", "CREATE TABLE b (id int);\nINSERT INTO b VALUES (1), (2);", "000002_b.down.sql", "DROP TABLE b;",
	"000010_c.up.sql", "CREATE TABLE c (id int);", "000010_c.down.sql", "DROP TABLE c;",
}

// both runs a test against a database of each server, at the same time.
func both(t *testing.T, test func(t *testing.T, d *database)) {
	each(t, func(t *testing.T, d *database) {
		t.Parallel()
		test(t, d)
	})
}

// each runs a test against a database of one server, then of the other.
func each(t *testing.T, test func(t *testing.T, d *database)) {
	t.Run("PostgreSQL", func(t *testing.T) { test(t, pg.database(t)) })
	t.Run("MariaDB", func(t *testing.T) { test(t, maria.database(t)) })
}

func TestOperations(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *database) {
		path := folder(t, three...)
		d.migrate(path, "version").expect(t, 0, "unchanged", "none")
		status := d.migrate(path, "status")
		status.expect(t, 0, "unchanged", "none")
		if p := status.line.Pending; len(p) != 3 || p[0].File != "000001_a.up.sql" || !strings.Contains(status.out, "pending: 000010_c.up.sql") {
			t.Fatal(status.out)
		}
		up := d.migrate(path, "up")
		up.expect(t, 0, "applied", "10")
		if f := up.line.Files[1]; *f.File != "000002_b.up.sql" || f.Version != 2 || f.Name != "b" || len(f.Statements) != 2 || f.Statements[1].Rows != 2 || f.Statements[1].Line != 2 {
			t.Fatal(up.out)
		}
		if !strings.Contains(up.out, "\n2/u b (") {
			t.Fatal(up.out)
		}
		d.migrate(path, "up").expect(t, 0, "unchanged", "10")
		d.migrate(path, "down 1").expect(t, 0, "applied", "2")
		d.migrate(path, "goto 1").expect(t, 0, "applied", "1")
		d.migrate(path, "goto 10").expect(t, 0, "applied", "10")
		d.migrate(path, "goto 5").expect(t, 11, "failed", "10")
		d.migrate(path, "down 4").expect(t, 11, "failed", "none")
		d.migrate(path, "up").expect(t, 0, "applied", "10")
		d.migrate(path, "down --all").expect(t, 0, "applied", "none")
		d.migrate(path, "down 1").expect(t, 11, "failed", "none")
		d.migrate(path, "force 2").expect(t, 0, "applied", "2")
		d.migrate(path, "force -1").expect(t, 0, "applied", "none")
		d.migrate(path, "inspect").expect(t, 0, "unchanged", "none")
	})
}

func TestQuestionsCreateNothing(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *database) {
		path := folder(t, three...)
		for _, operation := range []string{"version", "status", "inspect"} {
			d.migrate(path, operation).expect(t, 0, "unchanged", "none")
		}
		if n := d.one("SELECT count(*) FROM information_schema.tables WHERE table_name = 'schema_migrations' AND table_schema IN ('public', '" + d.url[strings.LastIndex(d.url, "/")+1:] + "')"); n != "0" {
			t.Fatal(n)
		}
	})
}

// The table and the lock are golang-migrate's own: its row says what ours says.
func TestTable(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *database) {
		d.migrate(folder(t, three...), "up").expect(t, 0, "applied", "10")
		if got := d.one("SELECT concat(version, ' ', dirty) FROM schema_migrations"); got != "10 f" && got != "10 0" {
			t.Fatal(got)
		}
	})
}

func TestMissingFolderAndOlderImage(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *database) {
		d.migrate(folder(t, three...), "up").expect(t, 0, "applied", "10")
		missing := d.migrate("/nonexistent", "up")
		missing.expect(t, 11, "failed", "10")
		if f := missing.line.Failed; f.Kind != "source" || f.Effect != "nothing" || !strings.Contains(f.Message, "/nonexistent, cannot be read") {
			t.Fatal(missing.out)
		}
		older := d.migrate(folder(t, three[:4]...), "up")
		older.expect(t, 11, "failed", "10")
		if f := older.line.Failed; f.Kind != "version" || *older.line.Error != "no migration found for version 10: read down for version 10 .: file does not exist" &&
			!strings.HasPrefix(*older.line.Error, "no migration found for version 10: ") {
			t.Fatal(older.out)
		}
	})
	r := pg.database(t).migrate(folder(t, "README.md", ""), "up")
	r.expect(t, 11, "failed", "none")
	if f := r.line.Failed; f.Kind != "source" || f.Message != "the image's folder of migrations holds no file that is named as one (VERSION_NAME.up.sql)" {
		t.Fatal(r.out)
	}
}

func TestFailedFiles(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, server, sql, to, effect, message string
		line                                   int
	}{
		{"one transaction", "postgres", "CREATE TABLE x ();\n\nSELECT 1/0;", "1", "nothing", "division by zero (SQLSTATE 22012)", 3},
		{"its own transaction", "postgres", "BEGIN;\nCREATE TABLE x ();\nALTER TABLE nope ADD y int;\nCOMMIT;", "1", "nothing", `relation "nope" does not exist (SQLSTATE 42P01)`, 3},
		{"an explicit COMMIT", "postgres", "CREATE TABLE x (); COMMIT;\nSELECT nope();", "2 dirty", "some", "function nope() does not exist (SQLSTATE 42883)", 2},
		{"a transaction rolled back before it", "postgres", "BEGIN; CREATE TABLE x (); ROLLBACK;\nSELECT nope();", "1", "nothing", "function nope() does not exist (SQLSTATE 42883)", 2},
		{"an index that was never begun", "postgres", "CREATE INDEX CONCURRENTLY i ON nope (a);", "1", "nothing", `relation "nope" does not exist (SQLSTATE 42P01)`, 1},
		{"an index that stays invalid", "postgres", "CREATE UNIQUE INDEX CONCURRENTLY i ON twice (a);", "2 dirty", "unknown", `could not create unique index "i" (SQLSTATE 23505)`, 1},
		{"a DO that commits", "postgres", "DO $$ BEGIN CREATE TABLE x (); COMMIT; RAISE division_by_zero; END $$;", "2 dirty", "unknown", "division_by_zero (SQLSTATE 22012)", 1},
		{"a DO that does not", "postgres", "DO $$ BEGIN CREATE TABLE x (); RAISE division_by_zero; END $$;", "1", "nothing", "division_by_zero (SQLSTATE 22012)", 1},
		{"a DO that hides that it commits", "postgres", "DO 'BEGIN CREATE TABLE x (); COM'\n'MIT; RAISE division_by_zero; END';", "2 dirty", "unknown", "division_by_zero (SQLSTATE 22012)", 1},
		{"rows from a client", "postgres", "COPY twice FROM STDIN;\n1\n\\.\n", "1", "nothing", "COPY from stdin failed: the file of a migration holds no rows for it; write INSERT (SQLSTATE 57014)", 1},
		{"a deferred constraint at COMMIT", "postgres", "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (p int REFERENCES p DEFERRABLE INITIALLY DEFERRED); INSERT INTO c VALUES (1);", "1", "nothing",
			`insert or update on table "c" violates foreign key constraint "c_p_fkey" (SQLSTATE 23503)`, 0},
		{"a template that does not exist", "postgres", "CREATE DATABASE x TEMPLATE nope;", "1", "nothing", `template database "nope" does not exist (SQLSTATE 3D000)`, 1},
		{"a database that does not exist", "postgres", "DROP DATABASE nope;", "1", "nothing", `database "nope" does not exist (SQLSTATE 3D000)`, 1},
		{"a database that exists", "postgres", "CREATE DATABASE postgres;", "1", "nothing", `database "postgres" already exists (SQLSTATE 42P04)`, 1},
		{"a table without a name's position", "postgres", "VACUUM nope;", "1", "nothing", `relation "nope" does not exist (SQLSTATE 42P01)`, 1},
		{"a prepared transaction that does not exist", "postgres", "COMMIT PREPARED 'nope';", "1", "nothing", `prepared transaction with identifier "nope" does not exist (SQLSTATE 42704)`, 1},
		{"a setting that does not exist", "postgres", "ALTER SYSTEM SET nope = 1;", "1", "nothing", `unrecognized configuration parameter "nope" (SQLSTATE 42704)`, 1},
		{"another database that does not exist", "mariadb", "CREATE TABLE nope.x (id int);", "1", "nothing", "Unknown database 'nope' (error 1049)", 1},
		{"to use it", "mariadb", "USE nope;", "1", "nothing", "Unknown database 'nope' (error 1049)", 1},
		{"to drop it", "mariadb", "DROP DATABASE nope;", "1", "nothing", "Can't drop database 'nope'; database doesn't exist (error 1008)", 1},
		{"statements that commit by themselves", "mariadb", "CREATE TABLE x (id int);\nINSERT INTO x VALUES (1);\nINSERT INTO nope VALUES (1);", "2 dirty", "some", "Table '", 3},
		{"the first of them", "mariadb", "ALTER TABLE nope ADD y int;\nCREATE TABLE x (id int);", "1", "nothing", "Table '", 1},
		{"a transaction of rows", "mariadb", "START TRANSACTION;\nINSERT INTO twice VALUES (9);\nINSERT INTO nope VALUES (1);\nCOMMIT;", "1", "nothing", "Table '", 3},
		{"a transaction that DDL ended", "mariadb", "START TRANSACTION;\nINSERT INTO twice VALUES (9);\nCREATE TABLE x (id int);\nINSERT INTO nope VALUES (1);\nCOMMIT;", "2 dirty", "some", "Table '", 4},
	}
	// MySQL 8 drops both tables or none; MariaDB drops the first of the two.
	dropped, effect := "2 dirty", "unknown"
	if maria.isMySQL {
		dropped, effect = "1", "nothing"
	}
	for _, c := range []struct{ sql, to, effect, message string }{
		{"DROP TABLE twice, nope;", dropped, effect, "Unknown table"},
		{"ALTER TABLE twice ADD COLUMN x int, ADD UNIQUE (a);", "1", "nothing", "Duplicate entry"},
	} {
		more := cases[0]
		more.name, more.server, more.sql, more.to, more.effect, more.message = c.sql, "mariadb", c.sql, c.to, c.effect, c.message
		more.line = 1
		cases = append(cases, more)
	}
	for _, c := range cases {
		t.Run(c.server+": "+c.name, func(t *testing.T) {
			d := pg.database(t)
			if c.server == "mariadb" {
				d = maria.database(t)
			}
			r := d.migrate(folder(t, "1_start.up.sql", "CREATE TABLE twice (a int); INSERT INTO twice VALUES (1); INSERT INTO twice VALUES (1);", "2_fails.up.sql", c.sql), "up")
			code, outcome := 11, "failed"
			if strings.Contains(c.to, "dirty") {
				code, outcome = 12, "dirty"
			}
			r.expect(t, code, outcome, c.to)
			f := r.line.Failed
			if string(f.Effect) != c.effect || !strings.HasPrefix(f.Message, c.message) || *f.File != "2_fails.up.sql" || f.Statement == nil && c.line > 0 || f.Statement != nil && f.Statement.Line != c.line {
				t.Fatal(r.out)
			}
		})
	}
}
