package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gmsource "github.com/golang-migrate/migrate/v4/source"

	"ecs-migrate/migrator/internal/config"
	"ecs-migrate/migrator/internal/database"
	"ecs-migrate/migrator/internal/mask"
	"ecs-migrate/migrator/internal/result"
	"ecs-migrate/migrator/internal/source"
	"ecs-migrate/migrator/internal/statement"
)

// fake is a server that keeps a version, and fails at the calls that a test names.
type fake struct {
	database.Engine
	atomic, in bool
	// down: the session is lost, up to the next connect.
	down bool
	// saved is what is committed, open what the transaction that is open would commit.
	saved, open string
	calls       []string
	// fails are the failures of calls, each taken once; always those of a server that has gone.
	fails, always map[string]*database.Failure
	// took: the call that fails takes effect before.
	took string
}

func (f *fake) call(name string, effect func()) error {
	f.calls = append(f.calls, name)
	failure := f.fails[name]
	delete(f.fails, name)
	if failure == nil {
		failure = f.always[name]
	}
	if f.down && name != "connect" {
		failure = &database.Failure{Kind: database.Lost, Effect: database.Unknown, Message: "lost"}
	}
	if failure == nil || f.took == name {
		effect()
	}
	if failure == nil {
		f.down = f.down && name != "connect"
		return nil
	}
	if failure.Kind == database.Lost {
		f.down, f.in, f.open = true, false, f.saved
	}
	copied := *failure
	return &copied
}

func (f *fake) Connect(context.Context) error { return f.call("connect", func() {}) }
func (f *fake) TryLock(context.Context) (bool, error) {
	err := f.call("lock", func() {})
	return err == nil, err
}
func (f *fake) Holders(context.Context) []database.Blocker { return nil }
func (f *fake) Version(context.Context) (version int, dirty bool, err error) {
	version = -1
	_, _ = fmt.Sscanf(f.saved, "%d %t", &version, &dirty)
	return version, dirty, nil
}
func (f *fake) SetVersion(_ context.Context, version int, dirty bool) error {
	return f.call(fmt.Sprintf("set %d %t", version, dirty), func() {
		f.open = fmt.Sprintf("%d %t", version, dirty)
		if !f.in {
			f.saved = f.open
		}
	})
}
func (f *fake) Split(text string) []statement.Statement { return statement.SplitPostgres(text, true) }
func (f *fake) Plan(context.Context, []statement.Statement) database.Plan {
	return database.Plan{Atomic: f.atomic, Implicit: f.atomic}
}
func (f *fake) StartFile(context.Context, []statement.Statement) error { return nil }
func (f *fake) InTransaction() bool                                    { return f.in }
func (f *fake) CommitsBefore(statement.Statement) bool                 { return false }
func (f *fake) Exec(_ context.Context, s statement.Statement) (int64, error) {
	switch s.Text {
	case "BEGIN":
		return 0, f.call("begin", func() { f.in = true })
	case "COMMIT":
		return 0, f.call("commit", func() { f.in, f.saved = false, f.open })
	case "ROLLBACK":
		return 0, f.call("rollback", func() { f.in, f.open = false, f.saved })
	}
	return 1, f.call("exec "+s.Text, func() {})
}
func (f *fake) Observe(context.Context) (database.Activity, error) { return database.Activity{}, nil }

// looked is a server whose second session is slow to answer; it ends the statement when that is cancelled.
type looked struct {
	fake
	looking, cancelled chan struct{}
	ended              error // why the look ended
}

func (l *looked) Exec(ctx context.Context, s statement.Statement) (int64, error) {
	if s.Text == "A" {
		<-l.cancelled
		return 0, &database.Failure{Kind: database.Cancelled, Effect: database.Nothing}
	}
	return l.fake.Exec(ctx, s)
}

func (l *looked) Observe(ctx context.Context) (database.Activity, error) {
	close(l.looking)
	<-ctx.Done()
	l.ended = ctx.Err()
	return database.Activity{}, l.ended
}

func (l *looked) Cancel(context.Context) error {
	close(l.cancelled)
	return nil
}

// The time that a task has to stop is too short for a look at who blocks.
func TestACancellationWaitsForNoLook(t *testing.T) {
	server := &looked{fake{atomic: true}, make(chan struct{}), make(chan struct{}), nil}
	hard, stop := context.WithCancel(t.Context())
	o := &operation{engine: server, out: mask.NewPrinter(io.Discard), config: config.Config{Heartbeat: 10 * time.Millisecond}, stop: Stop{Soft: t.Context(), Hard: hard},
		line: &result.Line{}, running: &gmsource.Migration{}}
	go func() {
		<-server.looking
		stop()
	}()
	if f := database.AsFailure(o.runFile("A;")); f == nil || f.Kind != database.Cancelled {
		t.Fatal(f)
	}
	if !errors.Is(server.ended, context.Canceled) {
		t.Fatal(server.ended)
	}
}

// What a file did is told as the server's answers prove it, and golang-migrate's row says the same.
func TestFile(t *testing.T) {
	refused := &database.Failure{Kind: database.Refused, Effect: database.Nothing, Message: "no"}
	unknown := &database.Failure{Kind: database.Refused, Effect: database.Unknown, Message: "no"}
	locked := &database.Failure{Kind: database.Locked, Effect: database.Nothing, Again: true, Message: "locked"}
	lost := &database.Failure{Kind: database.Lost, Effect: database.Unknown, Message: "lost"}
	rolledBack := &database.Failure{Kind: database.Lost, Effect: database.Nothing, Message: "lost"}
	gone := map[string]*database.Failure{"connect": lost}
	cases := []struct {
		name   string
		server fake
		// effect is empty if the file took effect whole.
		effect database.Effect
		row    string
		done   int
		calls  string
	}{
		{"one transaction", fake{atomic: true}, "", "1 false", 0, "begin, exec A, exec B, set 1 false, commit"},
		{"one transaction, refused", fake{atomic: true, fails: map[string]*database.Failure{"exec B": refused}}, "nothing", "", 0, "begin, exec A, exec B, rollback"},
		{"one transaction, refused at its end", fake{atomic: true, fails: map[string]*database.Failure{"commit": refused}}, "nothing", "", 0, "begin, exec A, exec B, set 1 false, commit, rollback"},
		{"one transaction, lost before its end", fake{atomic: true, fails: map[string]*database.Failure{"commit": lost}}, "nothing", "", 0, "begin, exec A, exec B, set 1 false, commit, connect, lock"},
		{"one transaction, lost behind its end", fake{atomic: true, took: "commit", fails: map[string]*database.Failure{"commit": lost}}, "", "1 false", 0,
			"begin, exec A, exec B, set 1 false, commit, connect, lock"},
		{"one transaction, lost with the server", fake{atomic: true, fails: map[string]*database.Failure{"commit": lost}, always: gone}, "unknown", "", 0,
			"begin, exec A, exec B, set 1 false, commit, connect"},
		{"one transaction, lost with the server in a statement", fake{atomic: true, fails: map[string]*database.Failure{"exec B": rolledBack}, always: gone}, "nothing", "", 0,
			"begin, exec A, exec B, connect"},
		{"one transaction, locked once", fake{atomic: true, fails: map[string]*database.Failure{"exec B": locked}}, "", "1 false", 0,
			"begin, exec A, exec B, rollback, begin, exec A, exec B, set 1 false, commit"},
		{"statements", fake{}, "", "1 false", 0, "set 1 true, exec A, exec B, set 1 false"},
		{"statements, the first refused", fake{fails: map[string]*database.Failure{"exec A": refused}}, "nothing", "-1 false", 0, "set 1 true, exec A, set -1 false"},
		{"statements, the first not known", fake{fails: map[string]*database.Failure{"exec A": unknown}}, "unknown", "1 true", 0, "set 1 true, exec A"},
		{"statements, the second refused", fake{fails: map[string]*database.Failure{"exec B": refused}}, "some", "1 true", 1, "set 1 true, exec A, exec B"},
		{"statements, the second locked once", fake{fails: map[string]*database.Failure{"exec B": locked}}, "", "1 false", 0, "set 1 true, exec A, exec B, exec B, set 1 false"},
		{"statements, the mark locked once", fake{fails: map[string]*database.Failure{"set 1 true": locked, "exec B": refused}}, "some", "1 true", 1,
			"set 1 true, set 1 true, exec A, exec B"},
		{"statements, lost in the first", fake{fails: map[string]*database.Failure{"exec A": lost}}, "unknown", "1 true", 0, "set 1 true, exec A, connect, lock"},
		{"statements, lost before the first", fake{fails: map[string]*database.Failure{"set 1 true": lost}, always: gone}, "nothing", "", 0, "set 1 true, set -1 false, connect"},
		{"statements, the version locked once", fake{fails: map[string]*database.Failure{"set 1 false": locked}}, "", "1 false", 0, "set 1 true, exec A, exec B, set 1 false, set 1 false"},
		{"statements, lost behind the last", fake{fails: map[string]*database.Failure{"set 1 false": lost}}, "", "1 false", 0, "set 1 true, exec A, exec B, set 1 false, connect, lock, set 1 false"},
		{"statements, the server gone behind the last", fake{fails: map[string]*database.Failure{"set 1 false": lost}, always: gone}, "some", "1 true", 2,
			"set 1 true, exec A, exec B, set 1 false, connect"},
	}
	path := t.TempDir()
	if err := os.WriteFile(filepath.Join(path, "1_a.up.sql"), []byte("A; B;"), 0o644); err != nil {
		t.Fatal(err)
	}
	folder, err := source.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	settings := config.Config{LockBudget: time.Minute, Heartbeat: time.Hour}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := &operation{engine: &c.server, folder: folder, out: mask.NewPrinter(io.Discard), config: settings, stop: Stop{Soft: t.Context(), Hard: t.Context()},
				line: &result.Line{}, current: -1}
			// As golang-migrate calls its drivers.
			err := d.SetVersion(1, true)
			if err == nil {
				err = d.Run(strings.NewReader("1_a.up.sql"))
			}
			if err == nil {
				err = d.SetVersion(1, false)
			}
			failed := database.AsFailure(err)
			if (failed == nil) != (c.effect == "") {
				t.Fatal(err)
			}
			if failed != nil && (failed.File == nil || failed.Effect != c.effect || len(failed.Completed) != c.done) {
				t.Errorf("%s, %d completed", failed.Effect, len(failed.Completed))
			}
			if c.server.saved != c.row {
				t.Errorf("the row is %q, wanted %q", c.server.saved, c.row)
			}
			if calls := strings.Join(slices.DeleteFunc(c.server.calls, func(s string) bool { return s == "" }), ", "); calls != c.calls {
				t.Errorf("calls: %s", calls)
			}
		})
	}
}
