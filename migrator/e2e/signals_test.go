package e2e

import (
	"strings"
	"syscall"
	"testing"
	"time"
)

func sleeping(d *database) []string {
	if d.my != nil {
		return []string{"1_a.up.sql", "SELECT SLEEP(2);", "2_b.up.sql", "CREATE TABLE b (id int);"}
	}
	return []string{"1_a.up.sql", "SELECT pg_sleep(2);", "2_b.up.sql", "CREATE TABLE b (id int);"}
}

func TestFirstSignalLetsTheFileEnd(t *testing.T) {
	both(t, func(t *testing.T, d *database) {
		m := d.start(folder(t, sleeping(d)...), "up")
		m.says("statement 1 of 1")
		m.signal(syscall.SIGTERM)
		m.end().expect(t, 13, "interrupted", "1")
	})
}

// The second signal, or the end of the stop timeout, cancels the statement at the server.
func TestCancelAtTheServer(t *testing.T) {
	both(t, func(t *testing.T, d *database) {
		for _, how := range []string{"second signal", "stop timeout"} {
			files := sleeping(d)
			files[1] = strings.Replace(files[1], "(2)", "(60)", 1)
			if d.my != nil {
				// An interrupted SLEEP is no error in MySQL; a statement that reads rows is.
				files[1] = "SELECT COUNT(*) FROM information_schema.columns a, information_schema.columns b, information_schema.columns c;"
			}
			env := "STOP_TIMEOUT=120s"
			if how == "stop timeout" {
				env = "STOP_TIMEOUT=2s"
			}
			m := d.start(folder(t, files...), "up", env)
			m.says("statement 1 of 1")
			time.Sleep(300 * time.Millisecond)
			m.signal(syscall.SIGTERM)
			if how == "second signal" {
				time.Sleep(100 * time.Millisecond)
				m.signal(syscall.SIGTERM)
			}
			r := m.end()
			r.expect(t, 13, "interrupted", "none")
			if f := r.line.Failed; f == nil || f.Kind != "cancelled" || f.TookEffect != "nothing" || r.took > 10*time.Second {
				t.Fatal(how, r.took, r.out)
			}
		}
	})
}

func TestSignalWhileItWaits(t *testing.T) {
	m := start(t, []string{"up"}, "MIGRATION_DB=postgres://app:x@127.0.0.1:1/shop", "MIGRATIONS_PATH="+folder(t, three...), "CONNECT_TIMEOUT=60s")
	m.says("waiting for the database")
	m.signal(syscall.SIGTERM)
	if r := m.end(); r.code != 13 || r.line.Outcome != "interrupted" || r.took > 5*time.Second {
		t.Fatal(r.took, r.out)
	}
}

func TestHeartbeat(t *testing.T) {
	both(t, func(t *testing.T, d *database) {
		r := d.migrate(folder(t, sleeping(d)...), "up", "HEARTBEAT=500ms", "LOCK_TIMEOUT=300ms")
		r.expect(t, 0, "applied", "2")
		wait := "waits for Timeout:PgSleep"
		if d.my != nil {
			wait = "waits for Query: User sleep"
		}
		if !strings.Contains(r.out, "line 1: SELECT runs for ") || !strings.Contains(r.out, wait) {
			t.Fatal(r.out)
		}
	})
}
