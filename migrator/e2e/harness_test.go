// Package e2e runs the binary against real servers: PostgreSQL and MariaDB, started for the tests in a temporary folder.
package e2e

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	_ "github.com/go-sql-driver/mysql"
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

// A test has databases of its own, and most of its time it waits for a server: so more run at once than there are processors. A
// test with tables of another engine than InnoDB runs alone, since one such table on the server changes what is provable of any file.
func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", "8") // -parallel overrides it
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
	build := exec.Command("go", "build", "-ldflags", "-X ecs-migrate/migrator/internal/database.oldTransaction=2", "-o", binary, "..")
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

// placeOf is a folder that a server may reach, whoever runs the tests.
func placeOf(t *testing.T) string {
	t.Helper()
	place, err := os.MkdirTemp("", "server-")
	if err != nil {
		t.Fatal(err)
	}
	_ = os.Chmod(place, 0o755)
	t.Cleanup(func() { _ = os.RemoveAll(place) })
	return place
}

// startOwn starts a server for one test.
func startOwn(t *testing.T, server interface {
	start(parent string) error
	stop()
}) {
	t.Helper()
	place := placeOf(t) // goes after the server has ended
	t.Cleanup(server.stop)
	if err := server.start(place); err != nil {
		t.Fatal(err)
	}
}

// firstSeed is the seed of n random files, which is logged.
func firstSeed(t *testing.T, n int) uint64 {
	t.Helper()
	from := *seed
	if from == 0 {
		from = uint64(time.Now().UnixNano())
	}
	t.Logf("%d files, seed %d", n, from)
	return from
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
