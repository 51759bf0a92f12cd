package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/golang-migrate/migrate/v4"
	gm "github.com/golang-migrate/migrate/v4/database"

	"ecs-migrate/migrator/internal/config"
	"ecs-migrate/migrator/internal/database"
	"ecs-migrate/migrator/internal/mask"
	"ecs-migrate/migrator/internal/result"
	"ecs-migrate/migrator/internal/source"
)

// Exit codes, as automation/contract/container.ts has them.
const (
	ExitOK          = 0
	ExitUsage       = 2
	ExitFailed      = 11
	ExitDirty       = 12
	ExitInterrupted = 13
)

// Run executes the operation and fills in the line. Open makes the engine.
func Run(c config.Config, out *mask.Printer, stop Stop, open func() (database.Engine, error), line *result.Line) {
	engine, err := open()
	if err != nil {
		line.Outcome, line.ExitCode, line.Error = "usage", ExitUsage, result.Text(out.Text(err.Error()))
		out.Line("error: %s", err)
		return
	}
	defer engine.Close()
	r := &operation{config: c, out: out, stop: stop, engine: engine, line: line}
	r.conclude(r.execute(context.Background()))
}

// operation is one run of the program.
type operation struct {
	config config.Config
	out    *mask.Printer
	stop   Stop
	engine database.Engine
	line   *result.Line
	folder *source.Folder
	driver *Driver
}

func (r *operation) execute(ctx context.Context) error {
	folder, folderErr := source.Open(r.config.MigrationsPath)
	if folderErr == nil {
		r.folder = folder
		r.line.Holds, folderErr = folder.Holds()
	}
	if err := connect(ctx, r.engine, r.config, r.out, r.stop); err != nil {
		r.say("version before: unknown")
		return err
	}
	version := r.engine.ServerVersion()
	r.line.Database.ServerVersion = result.Text(version)
	from, err := r.readVersion(ctx)
	if err != nil {
		r.say("version before: unknown")
		return err
	}
	r.line.From = from
	if r.config.ReadsOnly() {
		return r.answer(ctx, folderErr)
	}
	r.out.Line("version before: %s", words(from))
	if folderErr != nil && r.config.Operation != "force" {
		r.line.To = from
		return &database.Failure{Kind: database.Source, Message: folderErr.Error(), Effect: database.Nothing}
	}
	if closed(r.stop.Soft) {
		r.line.To = from
		return errInterrupted
	}
	if folder == nil {
		folder = &source.Folder{}
	}
	err = r.migrate(folder)
	if r.driver.first != nil {
		r.line.From = r.driver.first // another run may have ended while this one waited for the lock
	}
	r.readAfter(ctx)
	return err
}

// say prints what only an operation that changes something says.
func (r *operation) say(text string) {
	if !r.config.ReadsOnly() {
		r.out.Line("%s", text)
	}
}

// answer is for the questions: version, status, inspect.
func (r *operation) answer(ctx context.Context, folderErr error) error {
	r.line.To = r.line.From
	r.out.Line("version: %s", words(r.line.From))
	switch r.config.Operation {
	case "status":
		if folderErr != nil {
			return &database.Failure{Kind: database.Source, Message: folderErr.Error(), Effect: database.Nothing}
		}
		r.listPending()
	case "inspect":
		found, err := r.engine.Inspect(ctx)
		if err != nil {
			return err
		}
		r.line.Inspection = found
	}
	return nil
}

func (r *operation) listPending() {
	current := gm.NilVersion
	if r.line.From.Version != nil {
		current = *r.line.From.Version
	}
	list := []result.Pending{}
	for _, file := range r.folder.Pending(current) {
		list = append(list, result.Pending{Version: file.Version, Name: file.Identifier, File: file.Name})
		r.out.Line("pending: %s", file.Name)
	}
	if len(list) == 0 {
		r.out.Line("pending: none")
	}
	r.line.Pending = &list
}

func (r *operation) readVersion(ctx context.Context) (*result.Version, error) {
	number, dirty, err := r.engine.Version(ctx)
	if err != nil {
		return nil, err
	}
	v := &result.Version{Dirty: dirty}
	if number >= 0 {
		v.Version = &number
	}
	return v, nil
}

func (r *operation) readAfter(ctx context.Context) {
	to, err := r.readVersion(ctx)
	if err != nil && asFailure(err).Kind == database.Lost {
		if err = connect(ctx, r.engine, r.config, r.out, r.stop); err == nil {
			to, err = r.readVersion(ctx)
		}
	}
	r.line.To = to
	if err != nil {
		r.out.Line("version after: unknown")
		return
	}
	r.out.Line("version after: %s", words(to))
}

func words(v *result.Version) string {
	text := "none"
	if v.Version != nil {
		text = fmt.Sprint(*v.Version)
	}
	if v.Dirty {
		text += " (dirty)"
	}
	return text
}

// migrate lets golang-migrate choose the files.
func (r *operation) migrate(folder *source.Folder) error {
	r.driver = newDriver(r.engine, folder, r.out, r.config, r.stop)
	m, err := migrate.NewWithInstance("folder", folder, r.engine.Name(), r.driver)
	if err != nil {
		return err
	}
	// A file is read when it runs, and the lock has a limit of its own.
	m.PrefetchMigrations = 0
	m.LockTimeout = 1000 * time.Hour
	m.Log = logger{r.out}
	over := make(chan struct{})
	defer close(over)
	go func() {
		select {
		case <-r.stop.Soft:
			m.GracefulStop <- true
		case <-over:
		}
	}()
	switch r.config.Operation {
	case "up":
		err = m.Up()
	case "down":
		if r.config.Steps == 0 {
			err = m.Down()
		} else {
			err = m.Steps(-r.config.Steps)
		}
	case "goto":
		err = m.Migrate(uint(r.config.Version))
	case "force":
		err = m.Force(r.config.Version)
	}
	if errors.Is(err, migrate.ErrNoChange) {
		r.out.Line("no change")
		return nil
	}
	return err
}

// logger prints golang-migrate's line for each file that ended. Its errors come back as values.
type logger struct{ out *mask.Printer }

func (l logger) Printf(format string, v ...any) {
	if !strings.HasPrefix(format, "error:") {
		l.out.Line("%s", strings.TrimSuffix(fmt.Sprintf(format, v...), "\n"))
	}
}
func (l logger) Verbose() bool { return false }

// conclude turns the error, the versions and the signal into outcome and exit code. A dirty database outweighs all else.
func (r *operation) conclude(err error) {
	l := r.line
	if r.driver != nil {
		l.Files, l.Retries, l.WaitedMs = r.driver.files, r.driver.retries, result.Ms(r.driver.waited)
	}
	if err != nil {
		r.explain(err)
	}
	interrupted := closed(r.stop.Soft) && (!r.config.ReadsOnly() || err != nil)
	switch {
	case l.To != nil && l.To.Dirty:
		l.Outcome, l.ExitCode = "dirty", ExitDirty
		if l.Error == nil {
			l.Error = result.Text("the database is dirty at version " + strings.TrimSuffix(words(l.To), " (dirty)"))
		}
		r.out.Line("the database is dirty at version %s: complete or undo by hand what its file left half done, then force the version that the database has",
			strings.TrimSuffix(words(l.To), " (dirty)"))
	case interrupted:
		l.Outcome, l.ExitCode = "interrupted", ExitInterrupted
		if l.Error == nil {
			l.Error = result.Text(errInterrupted.Error())
		}
	case err != nil:
		l.Outcome, l.ExitCode = "failed", ExitFailed
	case r.config.ReadsOnly() || r.unchanged():
		l.Outcome = "unchanged"
	default:
		l.Outcome = "applied"
	}
}

func (r *operation) unchanged() bool {
	if r.line.From == nil || r.line.To == nil {
		return r.driver != nil && len(r.driver.files) == 0
	}
	return words(r.line.From) == words(r.line.To) && len(r.line.Files) == 0
}

// explain fills in `error` and `failed`.
func (r *operation) explain(err error) {
	if errors.Is(err, errInterrupted) {
		return
	}
	var f *database.Failure
	if !errors.As(err, &f) {
		f = explainMigrate(err)
	}
	failed := &result.Failed{Kind: f.Kind, Code: result.Text(f.Code), Message: f.Error(), TookEffect: database.Nothing, Blockers: f.Blockers}
	if r.driver != nil && r.driver.failed != nil {
		failed = r.driver.failed
	} else if r.driver != nil && f.Effect != "" {
		failed.TookEffect = f.Effect
	}
	if failed.Completed == nil {
		failed.Completed = []result.Completed{}
	}
	if failed.Blockers == nil {
		failed.Blockers = []database.Blocker{}
	}
	text := r.out.Text(place(failed) + failed.Message + effect(failed))
	failed.Message = result.Clip(r.out.Text(failed.Message), 2000)
	r.line.Error, r.line.Failed = &text, failed
	r.out.Line("error: %s", text)
	if f.Detail != "" {
		r.out.Line("  %s", f.Detail)
	}
	if f.Kind == database.Version {
		r.out.Line("this image lacks the file of that version: run the image that has it (an older image knows no newer files)")
	}
}

func place(f *result.Failed) string {
	switch {
	case f.File == nil:
		return ""
	case f.Statement == nil:
		return *f.File + ": "
	}
	return fmt.Sprintf("%s, statement %d of %d, line %d: ", *f.File, f.Statement.N, f.Statement.Of, f.Statement.Line)
}

func effect(f *result.Failed) string {
	switch {
	case f.File == nil:
		return ""
	case f.TookEffect == database.Nothing:
		return "; nothing of this file took effect"
	case f.TookEffect == database.Some:
		return fmt.Sprintf("; %d statements of this file took effect", len(f.Completed))
	}
	return "; what this file did is not known"
}

// explainMigrate sorts golang-migrate's own errors. Their texts stay as they are.
func explainMigrate(err error) *database.Failure {
	f := &database.Failure{Kind: database.Other, Message: err.Error(), Effect: database.Nothing}
	var dirty migrate.ErrDirty
	var short migrate.ErrShortLimit
	switch {
	case errors.As(err, &dirty):
		f.Kind = database.DirtyBefore
	case errors.As(err, &short):
		f.Kind = database.ShortLimit
	case strings.HasPrefix(f.Message, "no migration found for version"):
		f.Kind = database.Version
	case errors.Is(err, os.ErrNotExist):
		f.Kind = database.Source
		if strings.HasPrefix(f.Message, "file does not exist") {
			f.Message = "there is no migration to undo: the database is at no version"
		}
	}
	return f
}

// connect opens the session, and waits for a database that is not up yet.
func connect(ctx context.Context, engine database.Engine, c config.Config, out *mask.Printer, stop Stop) error {
	begun, spoke := time.Now(), time.Time{}
	for {
		attempt, cancel := context.WithTimeout(ctx, 15*time.Second)
		err := engine.Connect(attempt)
		cancel()
		if err == nil {
			return nil
		}
		f := asFailure(err)
		limit := c.ConnectTimeout
		if f.Kind == database.Host {
			limit = min(limit, 10*time.Second) // a name that does not resolve is a mistake more often than a start
		}
		waited := time.Since(begun)
		if !f.Again || waited >= limit || closed(stop.Soft) {
			f.Effect = database.Nothing
			if f.Again && waited > time.Second {
				f.Message += fmt.Sprintf("; waited for %s", database.Seconds(waited))
			}
			return f
		}
		if time.Since(spoke) >= c.Heartbeat {
			spoke = time.Now()
			out.Line("waiting for the database: %s", f)
		}
		select {
		case <-time.After(min(time.Second, limit-waited)):
		case <-stop.Soft:
		}
	}
}
