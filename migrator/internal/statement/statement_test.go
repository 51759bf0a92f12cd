package statement

import (
	"reflect"
	"strings"
	"testing"
)

// kinds is what a splitter makes of a text: `line kind` of each statement.
func kinds(list []Statement) []string {
	out := []string{}
	for _, s := range list {
		out = append(out, strings.Join([]string{string(rune('0' + s.Line)), s.Kind}, " "))
	}
	return out
}

func TestSplitPostgres(t *testing.T) {
	cases := []struct {
		name, text string
		want       []string
	}{
		{"nothing", " \n-- only a comment\n/* and /* another */ one */ ;;\n", []string{}},
		{"two on their lines", "-- first\nCREATE TABLE a (x text DEFAULT ';');\n\nINSERT INTO a VALUES ('it''s; fine');", []string{"2 CREATE TABLE", "4 INSERT"}},
		{"dollar quotes", "DO $$ BEGIN PERFORM 1; END $$; SELECT $a$ ; $$ ; $a$, $1;", []string{"1 DO", "1 SELECT"}},
		{"an identifier with dollars", "SELECT a$b$ FROM t; SELECT 2;", []string{"1 SELECT", "1 SELECT"}},
		{"escapes", `SELECT E'\';', 'a\'; SELECT "x;""y";`, []string{"1 SELECT", "1 SELECT"}},
		{"a function's body in SQL", "CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END; SELECT 3;", []string{"1 CREATE FUNCTION", "1 SELECT"}},
		{"a rule of two statements", "CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2); SELECT 3;", []string{"1 CREATE RULE", "1 SELECT"}},
		{"transactions", "BEGIN; START TRANSACTION; SAVEPOINT s; ROLLBACK TO s; COMMIT; END; ABORT;", []string{"1 BEGIN", "1 START TRANSACTION", "1 SAVEPOINT", "1 ROLLBACK", "1 COMMIT", "1 END", "1 ABORT"}},
		{"kinds", "CREATE UNIQUE INDEX CONCURRENTLY i ON t (a); ALTER TABLE t ADD x int; DROP MATERIALIZED VIEW v; CREATE TEMP TABLE x AS SELECT 1; COMMENT ON TABLE t IS 'x'; WITH a AS (SELECT 1) SELECT 2;",
			[]string{"1 CREATE INDEX", "1 ALTER TABLE", "1 DROP VIEW", "1 CREATE TABLE", "1 COMMENT", "1 WITH"}},
		{"no semicolon at the end, a byte order mark at the start", "\ufeffSELECT 1;\nSELECT 2", []string{"1 SELECT", "2 SELECT"}},
		{"an open quote", "SELECT 1; SELECT 'open; SELECT 2;", []string{"1 SELECT", "1 SELECT"}},
	}
	for _, c := range cases {
		if got := kinds(SplitPostgres(c.text, true)); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	if got := kinds(SplitPostgres(`SELECT 'a\'; b'; SELECT 2;`, false)); len(got) != 2 {
		t.Errorf("a backslash escapes with standard_conforming_strings off: %v", got)
	}
}

func TestControl(t *testing.T) {
	want := []Control{Begin, Begin, None, None, Commit, Commit, Rollback, Rollback, None, None, Commit, Rollback}
	got := []Control{}
	for _, s := range SplitPostgres("BEGIN; START TRANSACTION; SAVEPOINT s; ROLLBACK TO SAVEPOINT s; COMMIT; END; ROLLBACK; ABORT; COMMIT PREPARED 'a'; ROLLBACK PREPARED 'a'; PREPARE TRANSACTION 'a'; ROLLBACK AND CHAIN;", true) {
		got = append(got, s.Control)
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatal(got)
	}
}

func TestOutsideTransaction(t *testing.T) {
	yes := "VACUUM t; CALL p(); CREATE INDEX CONCURRENTLY i ON t (a); DROP INDEX CONCURRENTLY i; REINDEX TABLE t; CREATE DATABASE d; ALTER SYSTEM SET a = 1; DO $$ BEGIN COMMIT; END $$; " +
		"ALTER TABLE t DETACH PARTITION p CONCURRENTLY; COMMIT PREPARED 'a'; CLUSTER; DISCARD ALL; ALTER DATABASE d SET TABLESPACE s"
	for _, s := range SplitPostgres(yes, true) {
		if !s.OutsideTransaction() {
			t.Errorf("%s runs in a transaction", s.Text)
		}
	}
	no := "CREATE INDEX i ON t (a); DO $$ BEGIN END $$; REFRESH MATERIALIZED VIEW CONCURRENTLY v; ALTER TYPE e ADD VALUE 'x'; ALTER DATABASE d SET work_mem = 1; SELECT 1"
	for _, s := range SplitPostgres(no, true) {
		if s.OutsideTransaction() {
			t.Errorf("%s runs outside of a transaction", s.Text)
		}
	}
}

func TestLineAt(t *testing.T) {
	s := SplitPostgres("\n\nSELECT 'ä',\n  nope\nFROM x;", true)[0]
	for position, line := range map[int]int{0: 3, 1: 3, 12: 3, 15: 4, 22: 5, 999: 5} {
		if got := s.LineAt(position); got != line {
			t.Errorf("position %d: line %d, wanted %d", position, got, line)
		}
	}
}

func TestSplitMySQL(t *testing.T) {
	cases := []struct {
		name, text string
		want       []string
	}{
		{"comments of three kinds", "# a;\n-- b;\n/* c; */ SELECT 1; SELECT 2 --;\n", []string{"3 SELECT", "3 SELECT"}},
		{"minus minus is no comment", "SELECT 1--1; SELECT 2;", []string{"1 SELECT", "1 SELECT"}},
		{"executable comments", "/*!40101 SET NAMES utf8 */;\nSELECT 1;", []string{"1 SQL", "2 SELECT"}},
		{"quotes", "SELECT 'a\\';', \"b;\"\";\", `c;`; SELECT 2;", []string{"1 SELECT", "1 SELECT"}},
		{"a procedure", "CREATE PROCEDURE p()\nBEGIN\n DECLARE i INT DEFAULT 0;\n IF i > 0 THEN SET i = 1; ELSEIF i = 2 THEN SET i = 3; END IF;\n WHILE i < 3 DO SET i = i + 1; END WHILE;\n" +
			" REPEAT SET i = i - 1; UNTIL i < 0 END REPEAT;\n l: LOOP LEAVE l; END LOOP;\n CASE i WHEN 1 THEN SELECT 1; ELSE SELECT 2; END CASE;\n SELECT CASE WHEN i THEN 1 END, IF(i, 1, 2), REPEAT('a', 3);\nEND;\nSELECT 9;",
			[]string{"1 CREATE PROCEDURE", "; SELECT"}},
		{"a trigger of one statement", "CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW SET NEW.a = 1; SELECT 2;", []string{"1 CREATE TRIGGER", "1 SELECT"}},
		{"a trigger with a block", "CREATE DEFINER=`a`@`b` TRIGGER t BEFORE INSERT ON x FOR EACH ROW BEGIN SET NEW.a = 1; SET NEW.b = 2; END; SELECT 2;", []string{"1 CREATE TRIGGER", "1 SELECT"}},
		{"an event", "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO BEGIN DELETE FROM a; DELETE FROM b; END; SELECT 2;", []string{"1 CREATE EVENT", "1 SELECT"}},
		{"MariaDB's block", "BEGIN NOT ATOMIC SELECT 1; SELECT 2; END; SELECT 3;", []string{"1 BEGIN", "1 SELECT"}},
		{"a transaction", "BEGIN; INSERT INTO a VALUES (1); COMMIT;", []string{"1 BEGIN", "1 INSERT", "1 COMMIT"}},
		{"IF EXISTS is no IF", "CREATE TABLE IF NOT EXISTS a (b int); DROP PROCEDURE IF EXISTS p; DROP TABLE IF EXISTS a;", []string{"1 CREATE TABLE", "1 DROP PROCEDURE", "1 DROP TABLE"}},
		{"CREATE PROCEDURE IF NOT EXISTS", "CREATE PROCEDURE IF NOT EXISTS p() SELECT 1; SELECT 2;", []string{"1 CREATE PROCEDURE", "1 SELECT"}},
	}
	for _, c := range cases {
		if got := kinds(SplitMySQL(c.text, true)); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	if got := SplitMySQL(`SELECT '\'; SELECT 2;`, false); len(got) != 2 {
		t.Errorf("NO_BACKSLASH_ESCAPES: %v", kinds(got))
	}
}

// A splitter loses no byte that is not white space or a comment, whatever the text.
func FuzzSplit(f *testing.F) {
	f.Add("SELECT 1; -- x\nDO $$ ; $$; 'a")
	f.Add("CREATE PROCEDURE p() BEGIN IF a THEN SELECT 1; END IF; END; /*! x */ SELECT `;`")
	f.Fuzz(func(t *testing.T, text string) {
		for _, list := range [][]Statement{SplitPostgres(text, true), SplitPostgres(text, false), SplitMySQL(text, true), SplitMySQL(text, false)} {
			rest := text
			for _, s := range list {
				at := strings.Index(rest, s.Text)
				if at < 0 || s.Text == "" {
					t.Fatalf("%q is not in %q in this order", s.Text, text)
				}
				rest = rest[at+len(s.Text):]
			}
		}
	})
}
