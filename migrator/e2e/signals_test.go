package e2e

import (
	"strings"
	"syscall"
	"testing"
)

func TestFirstSignalLetsTheFileEnd(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *database) {
		waits, open := d.gate()
		m := d.start(folder(t, "1_a.up.sql", waits, "2_b.up.sql", "CREATE TABLE b (id int);"), "up", "LOCK_TIMEOUT=0")
		m.says("statement 1 of 1")
		m.signal(syscall.SIGTERM)
		m.says("SIGTERM: Stopping after this running migration ...")
		open()
		m.end().expect(t, 13, "interrupted", "1")
	})
}

// The second signal, or the end of the stop timeout, cancels the statement at the server.
func TestCancelAtTheServer(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *database) {
		for _, how := range []string{"second signal", "stop timeout"} {
			text := "SELECT pg_sleep(600);"
			if d.my != nil {
				// An interrupted SLEEP is no error in MySQL; a statement that reads rows is.
				text = "SELECT COUNT(*) FROM information_schema.columns a, information_schema.columns b, information_schema.columns c;"
			}
			env := "STOP_TIMEOUT=120s"
			if how == "stop timeout" {
				env = "STOP_TIMEOUT=2s"
			}
			m := d.start(folder(t, "1_a.up.sql", text), "up", env)
			m.says("statement 1 of 1")
			m.signal(syscall.SIGTERM)
			if how == "second signal" {
				m.says("Stopping after this running migration")
				m.signal(syscall.SIGTERM)
			}
			r := m.end()
			r.expect(t, 13, "interrupted", "none")
			if f := r.line.Failed; f == nil || f.Kind != "cancelled" || f.Effect != "nothing" {
				t.Fatal(how, r.out)
			}
		}
	})
}

func TestSignalWhileItWaits(t *testing.T) {
	t.Parallel()
	m := start(t, []string{"up"}, "MIGRATION_DB=postgres://app:x@127.0.0.1:1/shop", "MIGRATIONS_PATH="+folder(t, three...), "CONNECT_TIMEOUT=600s")
	m.says("waiting for the database")
	m.signal(syscall.SIGTERM)
	if r := m.end(); r.code != 13 || r.line.Outcome != "interrupted" {
		t.Fatal(r.out)
	}
}

func TestHeartbeat(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *database) {
		waits, open := d.gate()
		m := d.start(folder(t, "1_a.up.sql", waits), "up", "HEARTBEAT=500ms", "LOCK_TIMEOUT=0")
		wait := ", waits for Lock:advisory, blocked by pid "
		if d.my != nil {
			wait = ", waits for Query: User lock"
		}
		m.says(wait)
		open()
		r := m.end()
		r.expect(t, 0, "applied", "1")
		if !strings.Contains(r.out, "line 1: SELECT runs for ") {
			t.Fatal(r.out)
		}
	})
}
