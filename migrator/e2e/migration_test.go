package e2e

import (
	"bytes"
	"ecs-migrate/migrator/internal/mask"
	"ecs-migrate/migrator/internal/result"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

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
	if err := until(2*time.Minute, func() error {
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
		if r.code != -1 && r.line.ExitCode != r.code { // -1: it was killed, perhaps behind its last line
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
