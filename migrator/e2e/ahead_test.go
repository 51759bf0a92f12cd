package e2e

import (
	"strings"
	"syscall"
	"testing"
)

// Row changes of one transaction are sent ahead of their answers: what is told of each is still its own.
func TestStatementsSentAhead(t *testing.T) {
	t.Parallel()
	insert := strings.Repeat("INSERT INTO a VALUES (1);\n", 149)
	t.Run("refused", func(t *testing.T) {
		d := pg.database(t)
		d.exec("CREATE TABLE a (id int CHECK (id > 0))")
		r := d.migrate(folder(t, "1_a.up.sql", insert+"INSERT INTO a VALUES (0);\n"+insert), "up")
		r.expect(t, 11, "failed", "none")
		if f := r.line.Failed; f.Code != "23514" || f.Statement.N != 150 || f.Statement.Of != 299 || f.Statement.Line != 150 || f.Effect != "nothing" || d.one("SELECT count(*) FROM a") != "0" {
			t.Fatal(r.out)
		}
	})
	t.Run("locked", func(t *testing.T) {
		d := pg.database(t)
		d.exec("CREATE TABLE a (id int); CREATE TABLE held (id int)")
		release := d.hold("LOCK TABLE held")
		m := d.start(folder(t, "1_a.up.sql", insert+"UPDATE held SET id = 2;\n"+insert), "up", "LOCK_TIMEOUT=200ms")
		m.says("tried again")
		release()
		r := m.end()
		r.expect(t, 0, "applied", "1")
		if f := r.line.Files[0]; r.line.Retries < 1 || d.one("SELECT count(*) FROM a") != "298" || len(f.Statements) != 299 || f.Statements[0].Rows != 1 || f.Statements[149].Rows != 0 {
			t.Fatal(r.out)
		}
	})
	t.Run("stopped", func(t *testing.T) {
		d := pg.database(t)
		d.exec("CREATE TABLE a (id int)")
		m := d.start(folder(t, "1_a.up.sql", insert+strings.Repeat("INSERT INTO a SELECT 1 FROM pg_sleep(600);\n", 3)), "up")
		m.says("statement 100 of 152")
		m.signal(syscall.SIGTERM)
		m.says("Stopping after this running migration")
		m.signal(syscall.SIGTERM)
		r := m.end()
		r.expect(t, 13, "interrupted", "none")
		if f := r.line.Failed; f == nil || f.Kind != "cancelled" || f.Effect != "nothing" || d.one("SELECT count(*) FROM a") != "0" {
			t.Fatal(r.out)
		}
	})
}
