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
