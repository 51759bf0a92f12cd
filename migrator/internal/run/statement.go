package run

import (
	"context"
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

// maxStatements is how many statements of a file the result keeps, maxKept of all files: the line has no room for more.
const (
	maxStatements = 500
	maxKept       = 2000
)

// exec runs one statement, watched.
func (f *fileRun) exec(ctx context.Context, s statement.Statement) error {
	of := len(f.list)
	if s.N <= verbose {
		f.out.Line("  statement %d of %d, line %d: %s", s.N, of, s.Line, s.Kind)
	}
	begun := time.Now()
	finish := f.observe(ctx, s)
	rows, err := f.engine.Exec(ctx, s)
	finish()
	took := time.Since(begun)
	if err != nil {
		if failure := database.AsFailure(err); failure.Again {
			f.lost += took
			f.waited += took
		}
		return err
	}
	if took >= worthALine {
		f.out.Line("  statement %d of %d, line %d: %s done in %s, %d rows", s.N, of, s.Line, s.Kind, took.Round(time.Microsecond*100), rows)
	}
	if len(f.stats) < maxStatements && f.kept < maxKept {
		f.kept++
		f.stats = append(f.stats, result.Statement{Completed: completed(s), Ms: result.Ms(took), Rows: max(rows, 0), WaitedMs: result.Ms(f.lost)})
	}
	f.lost = 0
	return nil
}

func completed(s statement.Statement) result.Completed {
	return result.Completed{N: s.N, Line: s.Line, Kind: s.Kind}
}

// observe watches the statement from a second session until the function that it returns is called: what it waits for,
// and who blocks it. It also cancels it when the process must end.
func (f *fileRun) observe(ctx context.Context, s statement.Statement) (finish func()) {
	over := make(chan struct{})
	var group sync.WaitGroup
	f.watch.Lock()
	f.seen, f.unseen = nil, ""
	f.watch.Unlock()
	group.Go(func() {
		begun := time.Now()
		ticker := time.NewTicker(watchEvery(f.config.LockTimeout))
		defer ticker.Stop()
		heart := time.NewTicker(f.config.Heartbeat)
		defer heart.Stop()
		hard := f.stop.Hard
		var wait string
		for {
			select {
			case <-over:
				return
			case <-ticker.C:
				if hard == nil {
					_ = f.engine.Cancel(ctx) // again, since the first may have come before the statement
				} else {
					wait = f.look(ctx)
				}
			case <-heart.C:
				f.out.Line("  statement %d of %d, line %d: %s runs for %s%s", s.N, len(f.list), s.Line, s.Kind, database.Seconds(time.Since(begun)), wait)
			case <-hard:
				hard = nil
				f.out.Line("  cancelling the statement at the server")
				if err := f.engine.Cancel(ctx); err != nil {
					f.out.Line("  the statement could not be cancelled (%s); the server goes on with it", err)
				}
			}
		}
	})
	return func() {
		close(over)
		group.Wait()
	}
}

// watchEvery is often enough to see who blocks before the lock timeout ends the wait.
func watchEvery(lockTimeout time.Duration) time.Duration {
	if lockTimeout <= 0 {
		return slow
	}
	return min(slow, max(lockTimeout/3, 50*time.Millisecond))
}

// look remembers who blocks, and says it in words.
func (f *fileRun) look(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	activity, err := f.engine.Observe(ctx)
	if err != nil {
		return ""
	}
	words := ""
	if activity.Wait != "" {
		words = ", waits for " + activity.Wait
	}
	if activity.Unseen != "" && strings.Contains(activity.Wait, "lock") {
		words += ", for whom " + activity.Unseen
	}
	f.watch.Lock()
	defer f.watch.Unlock()
	f.unseen = activity.Unseen
	if len(activity.Blockers) > 0 {
		f.seen = activity.Blockers
		words += ", blocked by " + database.Blockers(activity.Blockers)
	}
	return words
}
