package run

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"ecs-migrate/migrator/internal/database"
	"ecs-migrate/migrator/internal/result"
	"ecs-migrate/migrator/internal/statement"
)

// verbose is how many statements of a file get a line at their start.
const verbose = 100

// worthALine is what a statement takes to get a line at its end.
const worthALine = 100 * time.Millisecond

// slow is after how long a second session looks at a statement, if no lock timeout asks for it earlier.
const slow = time.Second

// maxFiles is how many files the result keeps, maxStatements how many statements of a file, maxKept of all files: the line has
// no room for more.
const (
	maxFiles      = 1000
	maxStatements = 500
	maxKept       = 2000
)

// exec runs one statement, watched.
func (f *fileRun) exec(ctx context.Context, s statement.Statement) error {
	if s.N <= verbose {
		f.out.Line("  %s: %s", f.nth(s), s.Kind)
	}
	f.watch.start(s)
	rows, err := f.engine.Exec(ctx, s)
	took := f.watch.end()
	if err != nil {
		if failure := database.AsFailure(err); failure.Again {
			f.lost += took
			f.waited += took
		}
		return err
	}
	if took >= worthALine {
		f.out.Line("  %s: %s done in %s, %d rows", f.nth(s), s.Kind, took.Round(time.Microsecond*100), rows)
	}
	if len(f.stats) < maxStatements && f.kept < maxKept {
		f.kept++
		f.stats = append(f.stats, result.Statement{Completed: completed(s), Ms: result.Ms(took), Rows: max(rows, 0), WaitedMs: result.Ms(f.lost)})
	}
	f.lost = 0
	return nil
}

func (f *fileRun) nth(s statement.Statement) string {
	return fmt.Sprintf("statement %d of %d, line %d", s.N, len(f.list), s.Line)
}

func completed(s statement.Statement) database.Completed {
	return database.Completed{N: s.N, Line: s.Line, Kind: s.Kind}
}

// watch is what the second session knows of the statement that runs. A look at it, or its cancellation, ends before the
// statement does for the file.
type watch struct {
	sync.Mutex
	running      *statement.Statement
	begun, spoke time.Time
	wait         string
	seen         []database.Blocker
	unseen       string // who could see them, if this user may not
}

func (w *watch) start(s statement.Statement) {
	w.Lock()
	defer w.Unlock()
	w.running, w.begun, w.wait, w.seen, w.unseen = &s, time.Now(), "", nil, ""
	w.spoke = w.begun
}

func (w *watch) end() time.Duration {
	w.Lock()
	defer w.Unlock()
	w.running = nil
	return time.Since(w.begun)
}

// observe watches the file's statements from a second session until the function that it returns is called: what one waits
// for, and who blocks it. It also cancels it when the process must end.
func (f *fileRun) observe(ctx context.Context) (finish func()) {
	over, end := context.WithCancel(ctx)
	looking, endLook := context.WithCancel(f.stop.Hard) // a cancellation waits for no look
	context.AfterFunc(over, endLook)
	var group sync.WaitGroup
	group.Go(func() {
		every := watchEvery(f.config.LockTimeout, f.config.Heartbeat)
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for hard := f.stop.Hard.Done(); ; {
			select {
			case <-over.Done():
				return
			case <-hard:
				hard = nil
				f.cancel(ctx, true)
			case <-ticker.C:
				if hard == nil {
					f.cancel(ctx, false) // again, since the first may have come before the statement
				} else {
					f.look(looking, every)
				}
			}
			ticker.Reset(every) // a statement that has ended meanwhile comes first
		}
	})
	return func() {
		end()
		group.Wait()
	}
}

// watchEvery is often enough to see who blocks before the lock timeout ends the wait, and to keep the heartbeat.
func watchEvery(lockTimeout, heartbeat time.Duration) time.Duration {
	every := min(slow, heartbeat)
	if lockTimeout > 0 {
		every = min(every, max(lockTimeout/3, 50*time.Millisecond))
	}
	return every
}

func (f *fileRun) cancel(ctx context.Context, aloud bool) {
	f.watch.Lock()
	defer f.watch.Unlock()
	if f.watch.running == nil {
		return
	}
	if aloud {
		f.out.Line("  cancelling the statement at the server")
	}
	if err := f.engine.Cancel(ctx); err != nil && aloud {
		f.out.Line("  the statement could not be cancelled (%s); the server goes on with it", err)
	}
}

// look remembers who blocks the statement, and says it once in a heartbeat.
func (f *fileRun) look(ctx context.Context, every time.Duration) {
	w := &f.watch
	w.Lock()
	defer w.Unlock()
	if w.running == nil || time.Since(w.begun) < every/2 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	activity, err := f.engine.Observe(ctx)
	if err != nil {
		activity = database.Activity{Unseen: fmt.Sprintf("cannot be seen: %s", err)}
	}
	w.notice(activity)
	if time.Since(w.spoke) >= f.config.Heartbeat-every/2 {
		w.spoke = time.Now()
		f.out.Line("  %s: %s runs for %s%s", f.nth(*w.running), w.running.Kind, database.Seconds(time.Since(w.begun)), w.wait)
	}
}

func (w *watch) notice(activity database.Activity) {
	w.wait, w.unseen = "", activity.Unseen
	if activity.Wait != "" {
		w.wait = ", waits for " + activity.Wait
	}
	if activity.Unseen != "" && strings.Contains(activity.Wait, "lock") {
		w.wait += ", for whom " + activity.Unseen
	}
	if len(activity.Blockers) > 0 {
		w.seen = activity.Blockers
		w.wait += ", blocked by " + database.Blockers(activity.Blockers)
	}
}
