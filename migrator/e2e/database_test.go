package e2e

import (
	"database/sql"
	"fmt"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

var databases struct {
	sync.Mutex
	n int
}

func newName() string {
	databases.Lock()
	defer databases.Unlock()
	databases.n++
	return fmt.Sprintf("db%d", databases.n)
}

// database is one of a test's own.
type database struct {
	t    *testing.T
	url  string
	conn *pgconn.PgConn
	my   *sql.DB
}

// one is the only value of a question.
func (d *database) one(question string) string {
	d.t.Helper()
	if d.my != nil {
		var value sql.NullString
		if err := d.my.QueryRow(question).Scan(&value); err != nil {
			d.t.Fatalf("%s: %v", question, err)
		}
		return value.String
	}
	rows := execPostgres(d.t, d.conn, question)
	if len(rows) == 0 {
		return ""
	}
	return rows[0][0]
}

func (d *database) exec(text string) {
	d.t.Helper()
	if d.my != nil {
		if _, err := d.my.Exec(text); err != nil {
			d.t.Fatalf("%s: %v", text, err)
		}
		return
	}
	execPostgres(d.t, d.conn, text)
}
