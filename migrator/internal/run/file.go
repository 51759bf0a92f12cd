package run

import (
	"context"
	"math/rand/v2"
	"time"

	"ecs-migrate/migrator/internal/database"
	"ecs-migrate/migrator/internal/result"
	"ecs-migrate/migrator/internal/statement"
)

// fileRun is a file that runs, perhaps more than once.
type fileRun struct {
	*operation
	list []statement.Statement
	plan database.Plan
	// marked: golang-migrate's dirty mark is in the table, or may be.
	marked bool
	// sent: this attempt has come to the file's statements.
	sent bool
	// next is the first statement whose work is not committed: where another attempt begins. From there on the transaction
	// that is open has run.
	next int
	// at is the statement that runs, or len(list) for the migrator's own work after the last.
	at int
	// done are the places in list of the statements that took effect.
	done  []int
	watch watch
	// lost is the time that attempts at the statement in `at` took in vain.
	lost time.Duration
}

// runFile runs a file to its end. Its error says what a failure left behind.
func (o *operation) runFile(text string) error {
	ctx := context.Background()
	f := &fileRun{operation: o, list: o.engine.Split(text)}
	f.plan = o.engine.Plan(ctx, f.list)
	o.out.Line("%s: %s, %s", o.running.Raw, count(len(f.list)), f.plan.Words)
	defer f.observe(ctx)()
	begun := time.Now()
	for attempt := 1; ; attempt++ {
		failure := f.attempt(ctx)
		if failure == nil {
			o.written = f.plan.Atomic
			return nil
		}
		effect := f.settle(ctx, failure)
		if effect == committed {
			o.written = true
			return nil
		}
		if f.leaveTransaction(failure) {
			continue
		}
		// Another attempt begins where the last commit was, if nothing behind it took effect.
		rest := effect == database.Nothing || effect == database.Some && failure.Effect == database.Nothing
		if failure.Again && rest && time.Since(begun) < o.config.LockBudget && o.stop.Soft.Err() == nil {
			f.waitForTurn(failure, attempt)
			continue
		}
		return f.fail(ctx, failure, effect)
	}
}

// committed is an effect beside those of package database: the connection was lost, and the file took effect whole.
const committed database.Effect = "all"

// attempt runs from the first statement that is not committed.
func (f *fileRun) attempt(ctx context.Context) *database.Failure {
	f.sent, f.at = false, f.next
	f.stats = f.stats[:min(f.next, len(f.stats))]
	if err := f.prepare(ctx); err != nil {
		failure := database.AsFailure(err)
		failure.Effect = database.Nothing // no statement was sent
		return failure
	}
	f.sent = true
	for f.at < len(f.list) {
		if f.stop.Hard.Err() != nil {
			return &database.Failure{Kind: database.Cancelled, Message: "stopped before this statement", Effect: database.Nothing}
		}
		if err := f.step(ctx, f.list[f.at]); err != nil {
			return database.AsFailure(err)
		}
		f.at++
	}
	if f.engine.InTransaction() || f.plan.Atomic && f.next == 0 {
		return database.AsFailure(f.finish(ctx))
	}
	return nil
}

// prepare sets golang-migrate's dirty mark where the version cannot be written together with the file's work.
func (f *fileRun) prepare(ctx context.Context) error {
	if !f.plan.Atomic && !f.marked {
		err := f.setVersion(ctx, f.target, true)
		f.marked = err == nil || database.AsFailure(err).Kind == database.Lost
		if err != nil {
			return err
		}
	}
	return f.engine.StartFile(ctx, f.list)
}

// step runs one statement in its transaction.
func (f *fileRun) step(ctx context.Context, s statement.Statement) error {
	if f.engine.CommitsBefore(s) {
		f.commitOpen(f.at)
	}
	if f.plan.Implicit && !f.engine.InTransaction() && s.Control != statement.Begin {
		if err := f.control(ctx, statement.Begin, "BEGIN"); err != nil {
			failure := database.AsFailure(err)
			failure.Effect = database.Nothing
			return failure
		}
	}
	if f.plan.Atomic && f.at == len(f.list)-1 && s.Control == statement.Commit {
		if err := f.engine.SetVersion(ctx, f.target, false); err != nil {
			return err
		}
	}
	if err := f.exec(ctx, s); err != nil {
		return err
	}
	switch {
	case s.Control == statement.Rollback:
		f.next = f.at + 1
	case s.Control == statement.Commit, !f.engine.InTransaction():
		// After COMMIT AND CHAIN a transaction is open again.
		f.commitOpen(f.at + 1)
	}
	return nil
}

// finish writes the version into the transaction that is open, if the file is one, and commits.
func (f *fileRun) finish(ctx context.Context) error {
	if f.plan.Atomic {
		if !f.engine.InTransaction() {
			if err := f.control(ctx, statement.Begin, "BEGIN"); err != nil {
				return err
			}
		}
		if err := f.engine.SetVersion(ctx, f.target, false); err != nil {
			return err
		}
	}
	if err := f.control(ctx, statement.Commit, "COMMIT"); err != nil {
		return err
	}
	f.commitOpen(len(f.list))
	return nil
}

// commitOpen notes that the statements of the open transaction took effect.
func (f *fileRun) commitOpen(to int) {
	for ; f.next < to; f.next++ {
		f.done = append(f.done, f.next)
	}
}

// completed lists the statements that took effect, without those that only begin and end transactions.
func (f *fileRun) completed() (list []database.Completed) {
	for _, i := range f.done {
		if s := f.list[i]; s.Control == statement.None || s.Starts("PREPARE", "TRANSACTION") {
			list = append(list, completed(s))
		}
	}
	return list
}

// control sends a statement of the migrator's own.
func (f *fileRun) control(ctx context.Context, what statement.Control, word string) error {
	_, err := f.engine.Exec(ctx, statement.Statement{Text: word, Control: what, Words: []string{word}})
	return err
}

// settle leaves no transaction open and says what the file did so far.
func (f *fileRun) settle(ctx context.Context, failure *database.Failure) database.Effect {
	if !f.sent {
		return f.effect(database.Nothing)
	}
	if failure.Kind == database.Lost {
		return f.settleLost(ctx, failure)
	}
	if f.engine.InTransaction() {
		if err := f.control(ctx, statement.Rollback, "ROLLBACK"); err != nil {
			return f.settleLost(ctx, failure)
		}
	}
	return f.effect(failure.Effect)
}

func (f *fileRun) effect(ofStatement database.Effect) database.Effect {
	if len(f.completed()) > 0 {
		return database.Some
	}
	return ofStatement
}

// settleLost opens a new session and asks there. The old session is over once golang-migrate's lock is free again.
func (f *fileRun) settleLost(ctx context.Context, failure *database.Failure) database.Effect {
	if !f.connectAgain(ctx) {
		if f.plan.Atomic {
			return f.effect(failure.Effect) // where no COMMIT was sent, none comes
		}
		return f.effect(database.Unknown)
	}
	version, dirty, err := f.engine.Version(ctx)
	switch {
	case err != nil:
		return f.effect(database.Unknown)
	case f.plan.Atomic && version == f.target && !dirty && f.target != f.current:
		f.out.Line("the file took effect before the connection was lost: the database is at its version")
		return committed
	case f.plan.Atomic:
		return f.effect(database.Nothing)
	}
	return f.effect(failure.Effect)
}

// leaveTransaction tells whether the file's one statement turned out to run in no transaction block: then it runs so.
func (f *fileRun) leaveTransaction(failure *database.Failure) bool {
	if !f.plan.Atomic || len(f.list) != 1 {
		return false
	}
	// What a DO runs is refused outside of a transaction as well; but there it may commit.
	if refused := failure.Code == "25001" && !f.list[0].Starts("DO") || failure.Code == "2D000"; !refused {
		return false
	}
	f.plan = database.Plan{Words: "outside a transaction"}
	f.out.Line("  %s runs in no transaction block; it runs outside of one", f.list[0].Kind)
	return true
}

// waitForTurn sleeps with jitter, longer each time.
func (f *fileRun) waitForTurn(failure *database.Failure, attempt int) {
	pause := min(time.Duration(attempt)*400*time.Millisecond, 4*time.Second)
	pause = pause/2 + rand.N(pause)
	f.line.Retries++
	f.lost += pause
	f.waited += pause
	f.out.Line("  %s; tried again in %s%s", failure.Error(), database.Seconds(pause), f.blamed(failure))
	f.sleep(pause)
}

func (f *fileRun) blamed(failure *database.Failure) string {
	f.watch.Lock()
	defer f.watch.Unlock()
	if len(failure.Blockers) == 0 {
		failure.Blockers = f.watch.seen
	}
	switch {
	case len(failure.Blockers) > 0:
		return ": blocked by " + database.Blockers(failure.Blockers)
	case f.watch.unseen != "":
		return ": who blocked it " + f.watch.unseen
	}
	return ""
}

// fail takes golang-migrate's mark away again where nothing took effect, and keeps what is known.
func (f *fileRun) fail(ctx context.Context, failure *database.Failure, effect database.Effect) error {
	f.blamed(failure)
	if f.marked && effect == database.Nothing {
		if err := f.setClean(ctx, f.current); err != nil {
			f.out.Line("nothing took effect, but golang-migrate's dirty mark could not be taken away: %s", err)
		}
	}
	f.fails(failure, effect)
	failure.Completed = f.completed()
	if f.sent && f.at < len(f.list) {
		s := f.list[f.at]
		failure.Statement = &database.Position{N: s.N, Of: len(f.list), Line: max(s.Line, failure.Line)}
		if f.config.ShowDetails {
			f.out.Line("  %s", result.Clip(s.Text, 2000))
		}
	}
	return failure
}
