package e2e

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

type mariaServer struct {
	port    int
	program string
	folder  string
	process *exec.Cmd
	isMySQL bool
}

// programs finds the server and the command that makes its data folder. MIGRATOR_TEST_MYSQL, the folder of an unpacked MySQL,
// puts that server in MariaDB's place.
func (s *mariaServer) programs(data string) (server string, install []string, err error) {
	if mysql := os.Getenv("MIGRATOR_TEST_MYSQL"); mysql != "" {
		s.isMySQL = true
		server = filepath.Join(mysql, "bin", "mysqld")
		return server, []string{server, "--no-defaults", "--datadir=" + data, "--initialize-insecure"}, nil
	}
	places := []string{os.Getenv("MIGRATOR_TEST_MARIADB"), "/usr/sbin", "/usr/bin"}
	server, err = find("mariadbd", places...)
	script, err2 := find("mariadb-install-db", places...)
	if err != nil || err2 != nil {
		return "", nil, errors.New("no MariaDB server is here: apt-get install mariadb-server, or name its folder in MIGRATOR_TEST_MARIADB")
	}
	return server, []string{script, "--no-defaults", "--datadir=" + data, "--auth-root-authentication-method=normal", "--skip-test-db"}, nil
}

func (s *mariaServer) start(parent string) error {
	s.folder = filepath.Join(parent, "mariadb")
	if err := os.Mkdir(s.folder, 0o755); err != nil {
		return err
	}
	server, install, err := s.programs(filepath.Join(s.folder, "data"))
	if err != nil {
		return err
	}
	s.program = server
	command := unprivileged(s.folder, exec.Command(install[0], install[1:]...))
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", install[0], err, out)
	}
	s.port = freePort()
	if err := s.launch(); err != nil {
		return err
	}
	return s.makeUser()
}

// launch starts the server on the data that it has.
func (s *mariaServer) launch() error {
	args := []string{"--no-defaults", "--datadir=" + filepath.Join(s.folder, "data"), "--socket=" + filepath.Join(s.folder, "s"), fmt.Sprintf("--port=%d", s.port), "--bind-address=127.0.0.1",
		"--pid-file=" + filepath.Join(s.folder, "pid"), "--innodb-flush-log-at-trx-commit=2", "--sync-binlog=0"}
	if s.isMySQL {
		args = append(args, "--mysqlx=OFF", "--log-bin-trust-function-creators=1")
	}
	s.process = unprivileged(s.folder, exec.Command(s.program, args...))
	log, err := os.Create(filepath.Join(s.folder, "log"))
	if err != nil {
		return err
	}
	s.process.Stdout, s.process.Stderr = log, log
	if err := s.process.Start(); err != nil {
		return err
	}
	root := s.root()
	defer func() { _ = root.Close() }()
	return until(2*time.Minute, root.Ping)
}

func (s *mariaServer) root() *sql.DB {
	root, err := sql.Open("mysql", "root@unix("+filepath.Join(s.folder, "s")+")/mysql")
	if err != nil {
		panic(err)
	}
	return root
}

func (s *mariaServer) makeUser() error {
	root := s.root()
	defer func() { _ = root.Close() }()
	quoted := strings.NewReplacer(`\`, `\\`, "'", "''").Replace(password)
	for _, text := range []string{"CREATE USER app IDENTIFIED BY '" + quoted + "'", "GRANT ALL ON *.* TO app WITH GRANT OPTION"} {
		if _, err := root.Exec(text); err != nil {
			return err
		}
	}
	return nil
}

func (s *mariaServer) stop() { end(s.process, syscall.SIGTERM) }

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
	db, err := sql.Open("mysql", at+name+"?multiStatements=true")
	if err != nil {
		t.Fatal(err)
	}
	// What a killed statement did is known only if all tables of the server are InnoDB's, those of other tests too.
	t.Cleanup(func() {
		_ = db.Close()
		if _, err := admin.Exec("DROP DATABASE " + name); err != nil {
			t.Error(err)
		}
		_ = admin.Close()
	})
	return &database{t: t, url: s.url(name), my: db}
}

// without drops what only MariaDB has from a list of SQL, if the server is MySQL.
func (s *mariaServer) without(list []string, words ...string) []string {
	if !s.isMySQL {
		return list
	}
	return slices.DeleteFunc(list, func(text string) bool {
		return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(text, word) })
	})
}
