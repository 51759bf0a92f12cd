package run

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/golang-migrate/migrate/v4"

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

// Run executes the operation and fills in the line.
func Run(c config.Config, out *mask.Printer, stop Stop, engine database.Engine, line *result.Line) {
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
	driver *driver
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
	r.line.Database.ServerVersion = database.Text(version)
	from, err := r.readVersion(ctx)
	if err != nil && r.config.Operation != "force" {
		r.say("version before: unknown")
		return err
	}
	r.line.From = from
	if r.config.ReadsOnly() {
		return r.answer(ctx, folderErr)
	}
	if from != nil {
		r.out.Line("version before: %s", words(from))
	}
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
		pending := r.folder.Pending(r.line.From.Version)
		for _, file := range pending {
			r.out.Line("pending: %s", file.File)
		}
		if len(pending) == 0 {
			r.out.Line("pending: none")
		}
		r.line.Pending = &pending
	case "inspect":
		found, err := r.engine.Inspect(ctx)
		if err != nil {
			return err
		}
		r.line.Inspection = found
	}
	return nil
}

func (r *operation) readVersion(ctx context.Context) (*result.Version, error) {
	number, dirty, err := r.engine.Version(ctx)
	if err != nil {
		return nil, err
	}
	return versionOf(number, dirty), nil
}

func versionOf(number int, dirty bool) *result.Version {
	v := &result.Version{Dirty: dirty}
	if number >= 0 {
		v.Version = &number
	}
	return v
}

func (r *operation) readAfter(ctx context.Context) {
	to, err := r.readVersion(ctx)
	if err != nil && database.AsFailure(err).Kind == database.Lost {
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
	m, err := migrate.NewWithInstance("folder", folder, r.config.Database.Engine, r.driver)
	if err != nil {
		return err
	}
	// A file is read when it runs, and the lock has a limit of its own.
	m.PrefetchMigrations = 0
	// What golang-migrate buffers of a file is its name.
	migrate.DefaultBufferSize = 1024
	m.LockTimeout = 1000 * time.Hour
	m.Log = logger{r.out}
	m.GracefulStop = r.stop.Soft
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
