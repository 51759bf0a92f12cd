package run

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	gmsource "github.com/golang-migrate/migrate/v4/source"

	"ecs-migrate/migrator/internal/database"
	"ecs-migrate/migrator/internal/result"
)

// The operation is golang-migrate's database driver on top of an Engine. golang-migrate calls it in a fixed order: Lock,
// Version, then for each file SetVersion(dirty), Run, SetVersion(clean), and Unlock at the end.

// try calls what may succeed in a moment until it does, fails for good, its limit is over or the process is to stop. Once in
// a heartbeat it says what it waits for.
func (o *operation) try(limit, pause time.Duration, call func() *database.Failure, says func(f *database.Failure, waited time.Duration) string) (*database.Failure, time.Duration) {
	begun, spoke := time.Now(), time.Time{}
	for {
		failure, waited := call(), time.Since(begun)
		if failure == nil || !failure.Again || waited >= limit || o.stop.Soft.Err() != nil {
			return failure, waited
		}
		if time.Since(spoke) >= o.config.Heartbeat {
			spoke = time.Now()
			o.out.Line("%s", says(failure, waited))
		}
		o.sleep(min(pause, limit-waited))
	}
}

// sleep ends early when the process is told to stop.
func (o *operation) sleep(t time.Duration) {
	select {
	case <-time.After(t):
	case <-o.stop.Soft.Done():
	}
}

// connect opens the session, and waits for a database that is not up yet.
func (o *operation) connect(ctx context.Context) error {
	begun := time.Now()
	failure, waited := o.try(o.config.ConnectTimeout, time.Second, func() *database.Failure {
		attempt, cancel := context.WithTimeout(ctx, 15*time.Second)
		defer cancel()
		f := database.AsFailure(o.engine.Connect(attempt))
		if f != nil && f.Kind == database.Host {
			f.Again = time.Since(begun) < 10*time.Second // a name that does not resolve is a mistake more often than a start
		}
		return f
	}, func(f *database.Failure, _ time.Duration) string { return "waiting for the database: " + f.Error() })
	if failure == nil {
		return nil
	}
	failure.Effect = database.Nothing
	if waited > time.Second && (failure.Again || failure.Kind == database.Host) {
		failure.Message += "; waited for " + database.Seconds(waited)
	}
	return failure
}

// Lock asks for golang-migrate's lock again and again instead of queueing: a session that waits in pg_advisory_lock holds a
// snapshot, and CREATE INDEX CONCURRENTLY of the holder would wait for that.
func (o *operation) Lock() error {
	ctx := context.Background()
	failure, waited := o.try(o.config.LockBudget, 300*time.Millisecond+rand.N(200*time.Millisecond), func() *database.Failure {
		got, err := o.engine.TryLock(ctx)
		if got || err != nil {
			return database.AsFailure(err)
		}
		return &database.Failure{Kind: database.Locked, Effect: database.Nothing, Again: true, Blockers: o.engine.Holders(ctx)}
	}, func(f *database.Failure, waited time.Duration) string {
		return fmt.Sprintf("waiting for golang-migrate's lock, %s so far: held by %s", database.Seconds(waited), database.Blockers(f.Blockers))
	})
	if waited > 100*time.Millisecond {
		o.waited += waited
	}
	switch {
	case failure == nil:
		return o.engine.EnsureTable(ctx)
	case failure.Message == "" && o.stop.Soft.Err() != nil:
		return errInterrupted
	case failure.Message == "":
		failure.Message = "nothing ran: another session holds golang-migrate's lock (can't acquire lock within " + database.Seconds(waited) + "): " + database.Blockers(failure.Blockers)
	}
	return failure
}

func (o *operation) Unlock() error {
	// The session ends with the process, and the lock with the session: a failure here changes nothing.
	_ = o.engine.Unlock(context.Background())
	return nil
}

func (o *operation) Version() (int, bool, error) {
	version, dirty, err := o.engine.Version(context.Background())
	if err == nil { // another run may have ended while this one waited for the lock
		o.current, o.line.From = version, versionOf(version, dirty)
	}
	return version, dirty, err
}

// SetVersion with dirty begins a file, and writes nothing yet: whether the mark is needed, Run knows. Without dirty it ends
// one, or it is `force`.
func (o *operation) SetVersion(version int, dirty bool) error {
	if dirty {
		o.target, o.begun, o.written, o.running, o.stats = version, time.Now(), false, nil, nil
		return nil
	}
	if !o.written {
		if err := o.writeVersion(context.Background(), version); err != nil {
			return err
		}
	}
	if o.running == nil && o.config.Operation != "force" {
		o.out.Line("version %d has no file for this direction in the image: nothing ran, only golang-migrate's version changed", max(version, o.current))
	}
	if file, l := o.running, o.line; file != nil {
		l.Files = append(l.Files, result.File{Version: int(file.Version), Name: file.Identifier, Direction: string(file.Direction),
			Ms: result.Ms(time.Since(o.begun)), File: &file.Raw, Statements: o.stats})
		if len(l.Files) > maxFiles {
			l.Files = slices.Delete(l.Files, maxFiles/2, maxFiles/2+1)
			l.FilesOmitted++
		}
	}
	o.current, o.running = version, nil
	return nil
}

// writeVersion takes the dirty mark away after a file that completed, or is `force`. Once a file has completed its version
// is due, so it is written in a new session if the old one is lost.
func (o *operation) writeVersion(ctx context.Context, version int) error {
	failure := o.setClean(ctx, version)
	if failure == nil {
		return nil
	}
	if o.running != nil {
		failure.Message = "all of this file took effect, but its version could not be written: " + failure.Message
		for _, s := range o.stats {
			failure.Completed = append(failure.Completed, s.Completed)
		}
		o.fails(failure, database.Some)
	}
	return failure
}

// fails adds to a failure which file it was of, and what that did.
func (o *operation) fails(failure *database.Failure, effect database.Effect) {
	version, direction := int(o.running.Version), string(o.running.Direction)
	failure.File, failure.Version, failure.Direction, failure.Effect = &o.running.Raw, &version, &direction, effect
}

// setVersion writes golang-migrate's row outside of a file: a lock on its table is waited for no longer than on any other.
func (o *operation) setVersion(ctx context.Context, version int, dirty bool) error {
	if err := o.engine.StartFile(ctx, nil); err != nil {
		return err
	}
	return o.engine.SetVersion(ctx, version, dirty)
}

// setClean writes the version, in a new session if the old one is lost, and again if its table is locked.
func (o *operation) setClean(ctx context.Context, version int) *database.Failure {
	for begun := time.Now(); ; {
		failure := database.AsFailure(o.setVersion(ctx, version, false))
		switch {
		case failure == nil || time.Since(begun) > o.config.LockBudget:
			return failure
		case failure.Again:
			o.out.Line("  golang-migrate's table: %s; tried again", failure)
			time.Sleep(300 * time.Millisecond) // also when the process is to stop: the version is due
		case failure.Kind != database.Lost || !o.connectAgain(ctx):
			return failure
		}
	}
}

// connectAgain opens a new session after one was lost, and takes golang-migrate's lock: then the old session is over.
func (o *operation) connectAgain(ctx context.Context) bool {
	o.out.Line("the connection to the database was lost; connecting again")
	if o.connect(ctx) != nil {
		return false
	}
	for deadline := time.Now().Add(o.config.ConnectTimeout); ; time.Sleep(200 * time.Millisecond) {
		got, err := o.engine.TryLock(ctx)
		if got && err == nil {
			return true
		}
		if err != nil || time.Now().After(deadline) {
			o.out.Line("the session that was lost still runs at the server: %s", database.Blockers(o.engine.Holders(ctx)))
			return false
		}
	}
}

// Run gets the name of the file, as Folder hands it out.
func (o *operation) Run(body io.Reader) error {
	name, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	if o.running, err = gmsource.DefaultParse(string(name)); err != nil {
		return err
	}
	text, err := o.folder.Read(o.running.Raw)
	if err == nil && (strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff")) {
		err = fmt.Errorf("%s is written in UTF-16, which no database reads as SQL: save it in UTF-8", o.running.Raw)
	}
	if err != nil {
		return unreadable(err)
	}
	return o.runFile(text)
}
