// Package run executes one operation: golang-migrate decides which files come in which order, this package runs them
// statement by statement, waits for locks and knows what a failure left behind.
package run

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"time"

	gm "github.com/golang-migrate/migrate/v4/database"
	gmsource "github.com/golang-migrate/migrate/v4/source"

	"ecs-migrate/migrator/internal/config"
	"ecs-migrate/migrator/internal/database"
	"ecs-migrate/migrator/internal/mask"
	"ecs-migrate/migrator/internal/result"
	"ecs-migrate/migrator/internal/source"
)

// Stop is how the process is told to end. Both channels are closed, never sent to.
type Stop struct {
	// Soft: the running file comes to its end, no other begins.
	Soft chan bool
	// Hard: the running statement is cancelled at the server.
	Hard chan bool
}

func closed(c chan bool) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

var errInterrupted = errors.New("interrupted by a signal")

// driver is golang-migrate's database driver on top of an Engine. golang-migrate calls it in a fixed order: Lock,
// Version, then for each file SetVersion(dirty), Run, SetVersion(clean), and Unlock at the end.
type driver struct {
	engine database.Engine
	folder *source.Folder
	out    *mask.Printer
	config config.Config
	stop   Stop

	current int             // the version that the table has
	first   *result.Version // what it had when the lock was ours
	target  int             // the version that the file leads to
	written bool
	begun   time.Time
	running *gmsource.Migration
	stats   []result.Statement
	kept    int // statements of all files in the result

	files   []result.File
	omitted int // of files, in the middle
	failed  *result.Failed
	retries int
	waited  time.Duration
}

func newDriver(engine database.Engine, folder *source.Folder, out *mask.Printer, c config.Config, stop Stop) *driver {
	return &driver{engine: engine, folder: folder, out: out, config: c, stop: stop, current: gm.NilVersion}
}

func (d *driver) Open(string) (gm.Driver, error) { return d, nil }
func (d *driver) Close() error                   { return nil }
func (d *driver) Drop() error                    { return errors.New("the migrator drops nothing") }

// Lock waits for golang-migrate's lock. It asks again and again instead of queueing: a session that waits in
// pg_advisory_lock holds a snapshot, and CREATE INDEX CONCURRENTLY of the holder would wait for that.
func (d *driver) Lock() error {
	ctx := context.Background()
	begun, spoke := time.Now(), time.Time{}
	for {
		got, err := d.engine.TryLock(ctx)
		if err != nil {
			return err
		}
		if got {
			if waited := time.Since(begun); waited > 100*time.Millisecond {
				d.waited += waited
			}
			return d.engine.EnsureTable(ctx)
		}
		holders := d.engine.Holders(ctx)
		if closed(d.stop.Soft) {
			return errInterrupted
		}
		if waited := time.Since(begun); waited >= d.config.LockBudget {
			d.waited += waited
			return &database.Failure{Kind: database.Locked, Effect: database.Nothing, Blockers: holders,
				Message: "nothing ran: another session holds golang-migrate's lock (can't acquire lock within " + database.Seconds(waited) + "): " + database.Blockers(holders)}
		}
		if time.Since(spoke) >= d.config.Heartbeat {
			spoke = time.Now()
			d.out.Line("waiting for golang-migrate's lock, %s so far: held by %s", database.Seconds(time.Since(begun)), database.Blockers(holders))
		}
		d.sleep(300*time.Millisecond + rand.N(200*time.Millisecond))
	}
}

// sleep ends early when the process is told to stop.
func (d *driver) sleep(t time.Duration) {
	select {
	case <-time.After(t):
	case <-d.stop.Soft:
	}
}

func (d *driver) Unlock() error {
	// The session ends with the process, and the lock with the session: a failure here changes nothing.
	_ = d.engine.Unlock(context.Background())
	return nil
}

func (d *driver) Version() (int, bool, error) {
	version, dirty, err := d.engine.Version(context.Background())
	if err == nil {
		d.current, d.first = version, versionOf(version, dirty)
	}
	return version, dirty, err
}

// SetVersion with dirty begins a file, and writes nothing yet: whether the mark is needed, Run knows. Without dirty it ends
// one, or it is `force`.
func (d *driver) SetVersion(version int, dirty bool) error {
	if dirty {
		d.target, d.begun, d.written, d.running, d.stats = version, time.Now(), false, nil, nil
		return nil
	}
	if !d.written {
		if err := d.writeVersion(context.Background(), version); err != nil {
			return err
		}
	}
	if d.running != nil {
		file := d.running
		d.files = append(d.files, result.File{Version: int(file.Version), Name: file.Identifier, Direction: string(file.Direction),
			Ms: result.Ms(time.Since(d.begun)), File: &file.Raw, Statements: d.stats})
		if len(d.files) > maxFiles {
			d.files = slices.Delete(d.files, maxFiles/2, maxFiles/2+1)
			d.omitted++
		}
	}
	d.current, d.running = version, nil
	return nil
}

// writeVersion takes the dirty mark away after a file that completed, or is `force`. Once a file has completed its version
// is due, so it is written in a new session if the old one is lost.
func (d *driver) writeVersion(ctx context.Context, version int) error {
	err := d.setClean(ctx, version)
	if err == nil || d.running == nil {
		return err
	}
	failure := database.AsFailure(err)
	failure.Message = "all of this file took effect, but its version could not be written: " + failure.Message
	d.fails(failure, database.Some)
	for _, s := range d.stats {
		d.failed.Completed = append(d.failed.Completed, s.Completed)
	}
	return failure
}

// fails keeps why the running file failed, and what it did.
func (d *driver) fails(failure *database.Failure, effect database.Effect) {
	file, version, direction := d.running, int(d.running.Version), string(d.running.Direction)
	d.failed = &result.Failed{Kind: failure.Kind, File: &file.Raw, Version: &version, Direction: &direction, Code: database.Text(failure.Code),
		Message: failure.Error(), TookEffect: effect, Blockers: failure.Blockers}
}

// setVersion writes golang-migrate's row outside of a file: a lock on its table is waited for no longer than on any other.
func (d *driver) setVersion(ctx context.Context, version int, dirty bool) error {
	if err := d.engine.StartFile(ctx, nil); err != nil {
		return err
	}
	return d.engine.SetVersion(ctx, version, dirty)
}

// setClean writes the version, in a new session if the old one is lost, and again if its table is locked.
func (d *driver) setClean(ctx context.Context, version int) error {
	for begun := time.Now(); ; {
		err := d.setVersion(ctx, version, false)
		if err == nil || time.Since(begun) > d.config.LockBudget {
			return err
		}
		switch f := database.AsFailure(err); {
		case f.Again:
			d.out.Line("  golang-migrate's table: %s; tried again", f)
			time.Sleep(300 * time.Millisecond) // also when the process is to stop: the version is due
		case f.Kind != database.Lost || !d.connectAgain(ctx):
			return err
		}
	}
}

// connectAgain opens a new session after one was lost, and takes golang-migrate's lock: then the old session is over.
func (d *driver) connectAgain(ctx context.Context) bool {
	d.out.Line("the connection to the database was lost; connecting again")
	if err := connect(ctx, d.engine, d.config, d.out, d.stop); err != nil {
		return false
	}
	for deadline := time.Now().Add(d.config.ConnectTimeout); ; time.Sleep(200 * time.Millisecond) {
		got, err := d.engine.TryLock(ctx)
		if got && err == nil {
			return true
		}
		if err != nil || time.Now().After(deadline) {
			d.out.Line("the session that was lost still runs at the server: %s", database.Blockers(d.engine.Holders(ctx)))
			return false
		}
	}
}

// Run gets the name of the file, as Folder hands it out.
func (d *driver) Run(body io.Reader) error {
	name, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	if d.running, err = gmsource.DefaultParse(string(name)); err != nil {
		return err
	}
	text, err := d.folder.Read(d.running.Raw)
	if err != nil {
		return &database.Failure{Kind: database.Source, Message: err.Error(), Effect: database.Nothing}
	}
	return d.runFile(text)
}
