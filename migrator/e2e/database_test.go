package e2e

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
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

// gate is a statement that waits until it is opened. It needs LOCK_TIMEOUT=0.
func (d *database) gate() (statement string, open func()) {
	d.t.Helper()
	if d.my == nil {
		conn := connectPostgres(d.t, d.url)
		execPostgres(d.t, conn, "SELECT pg_advisory_lock(7)")
		return "SELECT pg_advisory_xact_lock(7);", func() { execPostgres(d.t, conn, "SELECT pg_advisory_unlock(7)") }
	}
	conn, err := d.my.Conn(context.Background())
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = conn.Close() })
	name := "gate of " + d.url[strings.LastIndex(d.url, "/")+1:]
	run := func(text string) {
		if _, err := conn.ExecContext(context.Background(), text, name); err != nil {
			d.t.Fatal(err)
		}
	}
	run("DO GET_LOCK(?, 0)")
	return "SELECT GET_LOCK('" + name + "', 600);", func() { run("DO RELEASE_LOCK(?)") }
}
