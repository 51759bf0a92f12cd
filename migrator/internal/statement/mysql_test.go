package statement

import (
	_ "embed"
	"fmt"
	"regexp"
	"testing"
)

//go:embed testdata/mariadb.sql
var mariadb string

var caseHead = regexp.MustCompile(`(?m)^-- case: (.+), (\d+)\n`)

// The counts are the server's own: e2e/split_test.go asks MariaDB.
func TestSplitMySQLAsTheServer(t *testing.T) {
	heads := caseHead.FindAllStringSubmatchIndex(mariadb, -1)
	for i, h := range heads {
		end := len(mariadb)
		if i+1 < len(heads) {
			end = heads[i+1][0]
		}
		name, want := mariadb[h[2]:h[3]], mariadb[h[4]:h[5]]
		if list := SplitMySQL(mariadb[h[1]:end], true); fmt.Sprint(len(list)) != want {
			t.Errorf("%s: %d statements, wanted %s", name, len(list), want)
			for _, s := range list {
				t.Logf("line %d: %s", s.Line, s.Text)
			}
		}
	}
}

func TestWhatAStatementDoesInMySQL(t *testing.T) {
	cases := []struct{ text, want string }{
		{"INSERT INTO a VALUES (1)", "rows"},
		{"SAVEPOINT s", "rows"},
		{"RELEASE SAVEPOINT s", "rows"},
		{"ROLLBACK TO s", ""},
		{"SET @x = 1", "rows"},
		{"SET autocommit = 0", "commits"},
		{"CREATE TABLE a (b int)", "commits"},
		{"RENAME TABLE a TO b", "commits"},
		{"CALL p()", "commits others"},
		{"BEGIN NOT ATOMIC SET @x = 1; END", "commits others"},
		{"IF 1 THEN SET @x = 1; END IF", "commits others"},
		{"/*! SET @x = 1 */", "commits others"},
	}
	for _, c := range cases {
		s := SplitMySQL(c.text, true)[0]
		got := ""
		for word, does := range map[string]bool{"rows": s.ChangesRows(), "commits": s.CommitsImplicitly()} {
			if does {
				got = word
			}
		}
		if s.RunsOthers() {
			got += " others"
		}
		if got != c.want {
			t.Errorf("%s: %s", c.text, got)
		}
	}
}
