package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// startPooler runs PgBouncer in front of the PostgreSQL server and returns the database's URL by it.
func startPooler(t *testing.T, mode string, d *database) string {
	t.Helper()
	program, err := find("pgbouncer", "/usr/sbin", "/usr/local/bin", "/opt/homebrew/bin")
	if err != nil {
		t.Fatal("no PgBouncer is here: apt-get install pgbouncer, or brew install pgbouncer")
	}
	place, err := os.MkdirTemp("", "pooler-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(place) })
	port := freePort()
	users := filepath.Join(place, "users")
	settings := fmt.Sprintf("[databases]\n* = host=127.0.0.1 port=%d\n[pgbouncer]\nlisten_addr=127.0.0.1\nlisten_port=%d\nauth_type=scram-sha-256\nauth_file=%s\npool_mode=%s\nunix_socket_dir=\nignore_startup_parameters=extra_float_digits\n",
		pg.port, port, users, mode)
	for name, text := range map[string]string{users: `"app" "` + strings.ReplaceAll(password, `"`, `""`) + `"`, filepath.Join(place, "ini"): settings} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	command := unprivileged(place, exec.Command(program, "-q", filepath.Join(place, "ini")))
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Signal(syscall.SIGINT)
		_ = command.Wait()
	})
	at := strings.Replace(d.url, fmt.Sprintf(":%d/", pg.port), fmt.Sprintf(":%d/", port), 1)
	if err := until(2*time.Minute, func() error {
		conn, err := pgconn.Connect(context.Background(), at)
		if err == nil {
			_ = conn.Close(context.Background())
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return at
}

// A pooler in transaction or statement mode would strand golang-migrate's lock; in session mode it does no harm. A pool of one
// connection lets nobody see what the session does, and cancels its statement all the same.
func TestPooler(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"transaction", "statement", "session", "transaction\ndefault_pool_size=1", "statement\ndefault_pool_size=1", "session\ndefault_pool_size=1"} {
		t.Run(strings.ReplaceAll(mode, "\n", " "), func(t *testing.T) {
			t.Parallel()
			d := pg.database(t)
			pooled := &database{t: t, url: startPooler(t, mode, d), conn: d.conn}
			path := folder(t, three...)
			if strings.HasPrefix(mode, "session") {
				pooled.migrate(path, "up").expect(t, 0, "applied", "10")
				m := pooled.start(folder(t, "11_a.up.sql", "SELECT pg_sleep(600);", "10_a.up.sql", "SELECT 1"), "up", "STOP_TIMEOUT=2s")
				m.says("statement 1 of 1")
				m.signal(syscall.SIGTERM)
				m.end().expect(t, 13, "interrupted", "10")
				return
			}
			r := pooled.migrate(path, "up")
			r.expect(t, 11, "failed", "none")
			if f := r.line.Failed; f.Kind != "pooler" || f.Effect != "nothing" || !strings.Contains(f.Message, "PgBouncer") {
				t.Fatal(r.out)
			}
			if n := d.one("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"); n != "0" {
				t.Fatal(n)
			}
			pooled.migrate(path, "status").expect(t, 0, "unchanged", "none")
		})
	}
}
