package e2e

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"os"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"github.com/go-sql-driver/mysql"

	"ecs-migrate/migrator/internal/statement"
)

var caseHead = regexp.MustCompile(`(?m)^-- case: (.+), (\d+)\n`)

// notMySQL are the cases that MySQL 8.0.33 refuses as a syntax error or an unknown sql_mode.
var notMySQL = []string{"BEGIN NOT ATOMIC", "nested blocks and declarations", "IF outside of a routine", "CASE outside of a routine", "loops outside of a routine",
	"FOR over rows", "OR REPLACE and DEFINER", "an aggregate function", "Oracle mode", "packages of Oracle mode", "labels inside of a block", "a prepared text"}

// MariaDB takes each text of the splitter's test in one piece, and as many statements as the test says; and it takes what
// the splitter makes of it one by one.
func TestSplitAsMariaDB(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile("../internal/statement/testdata/mariadb.sql")
	if err != nil {
		t.Fatal(err)
	}
	text := string(file)
	heads := caseHead.FindAllStringSubmatchIndex(text, -1)
	if len(heads) < 20 {
		t.Fatal(len(heads))
	}
	for i, h := range heads {
		end := len(text)
		if i+1 < len(heads) {
			end = heads[i+1][0]
		}
		whole := text[h[1]:end]
		want, _ := strconv.Atoi(text[h[4]:h[5]])
		name := text[h[2]:h[3]]
		if maria.isMySQL && slices.Contains(notMySQL, name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			if n := results(t, fresh(t), whole); n != want {
				t.Errorf("the server took %d statements, the test says %d", n, want)
			}
			session := fresh(t)
			for _, s := range statement.SplitMySQL(whole, true) {
				if n := results(t, session, s.Text); n != 1 {
					t.Errorf("the server took %d statements of what the splitter calls one:\n%s", n, s.Text)
				}
			}
		})
	}
}

// fresh is a session in a database of its own with a table t.
func fresh(t *testing.T) *sql.Conn {
	t.Helper()
	conn, err := maria.database(t).my.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if _, err := conn.ExecContext(context.Background(), "CREATE TABLE t (a INT); CREATE TABLE t2 (a INT)"); err != nil {
		t.Fatal(err)
	}
	return conn
}

// results is how many statements the server took of a text: it answers each with one result.
func results(t *testing.T, conn *sql.Conn, text string) (n int) {
	t.Helper()
	if err := conn.Raw(func(c any) error {
		result, err := c.(driver.ExecerContext).ExecContext(context.Background(), text, nil)
		if err == nil {
			n = len(result.(mysql.Result).AllRowsAffected())
		}
		return err
	}); err != nil {
		t.Errorf("%v:\n%s", err, text)
	}
	return n
}

// A syntax error in a text that the statement runs comes after what ran before it.
func TestSyntaxErrorInside(t *testing.T) {
	t.Parallel()
	d := maria.database(t)
	d.exec(`CREATE TABLE effects (n INT); CREATE PROCEDURE misspelt() BEGIN INSERT INTO effects VALUES (1); PREPARE s FROM 'SELEC 1'; END`)
	for _, text := range maria.without([]string{"CALL misspelt();", "BEGIN NOT ATOMIC INSERT INTO effects VALUES (1); EXECUTE IMMEDIATE 'SELEC 1'; END;"}, "NOT ATOMIC") {
		r := d.migrate(folder(t, "1_a.up.sql", text), "up")
		r.expect(t, 12, "dirty", "1 dirty")
		if r.line.Failed.Code != "1064" || r.line.Failed.Effect != "unknown" {
			t.Fatal(r.out)
		}
		d.migrate(folder(t), "force -1").expect(t, 0, "applied", "none")
	}
}
