// Package run executes one operation: golang-migrate decides which files come in which order, this package runs them
// statement by statement, waits for locks and knows what a failure left behind.
package run

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/golang-migrate/migrate/v4"
	gm "github.com/golang-migrate/migrate/v4/database"
	gmsource "github.com/golang-migrate/migrate/v4/source"

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
	o := &operation{config: c, out: out, stop: stop, engine: engine, line: line, current: gm.NilVersion}
	o.conclude(o.execute(context.Background()))
}

// Stop is how the process is told to end, which has come when a context is done.
type Stop struct {
	// Soft: the running file comes to its end, no other begins.
	Soft context.Context
	// Hard: the running statement is cancelled at the server.
	Hard context.Context
}

var errInterrupted = errors.New("interrupted by a signal")

// operation is one run of the program.
type operation struct {
	gm.Driver // its Open, Close and Drop, which nobody calls

	config config.Config
	out    *mask.Printer
	stop   Stop
	engine database.Engine
	line   *result.Line
	folder *source.Folder

	current int  // the version that the table has
	target  int  // the version that the file leads to
	written bool // with the file
	begun   time.Time
	running *gmsource.Migration
	stats   []result.Statement
	kept    int // statements of all files in the result
	waited  time.Duration
}

func (o *operation) execute(ctx context.Context) error {
	folder, folderErr := source.Open(o.config.MigrationsPath)
	o.folder = folder
	if folderErr == nil {
		o.line.Holds, folderErr = folder.Holds()
	}
	err := o.connect(ctx)
	if err == nil {
		o.line.Database.ServerVersion = database.Text(o.engine.ServerVersion())
		o.line.From, err = o.readVersion(ctx)
		if o.config.Operation == "force" {
			err = nil // it makes the row anew
		}
	}
	from := o.line.From
	if err != nil {
		if !o.config.ReadsOnly() {
			o.out.Line("version before: unknown")
		}
		return err
	}
	if o.config.ReadsOnly() {
		return o.answer(ctx, folderErr)
	}
	if from != nil {
		o.out.Line("version before: %s", words(from))
	}
	if folderErr != nil && o.config.Operation != "force" {
		o.line.To = from
		return unreadable(folderErr)
	}
	if o.stop.Soft.Err() != nil {
		o.line.To = from
		return errInterrupted
	}
	err = o.migrate()
	o.readAfter(ctx)
	return err
}

func unreadable(err error) error {
	return &database.Failure{Kind: database.Source, Message: err.Error(), Effect: database.Nothing}
}

// answer is for the questions: version, status, inspect.
func (o *operation) answer(ctx context.Context, folderErr error) error {
	o.line.To = o.line.From
	o.out.Line("version: %s", words(o.line.From))
	switch o.config.Operation {
	case "status":
		if folderErr != nil {
			return unreadable(folderErr)
		}
		o.line.Pending = o.folder.Pending(o.line.From.Version)
		for _, file := range o.line.Pending {
			o.out.Line("pending: %s", file.File)
		}
		if len(o.line.Pending) == 0 {
			o.out.Line("pending: none")
		}
	case "inspect":
		found, err := o.engine.Inspect(ctx)
		if err != nil {
			return err
		}
		o.line.Inspection = found
	}
	return nil
}

func (o *operation) readVersion(ctx context.Context) (*result.Version, error) {
	number, dirty, err := o.engine.Version(ctx)
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

func (o *operation) readAfter(ctx context.Context) {
	to, err := o.readVersion(ctx)
	if err != nil && database.AsFailure(err).Kind == database.Lost {
		if err = o.connect(ctx); err == nil {
			to, err = o.readVersion(ctx)
		}
	}
	o.line.To = to
	if err != nil {
		o.out.Line("version after: unknown")
		return
	}
	o.out.Line("version after: %s", words(to))
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
func (o *operation) migrate() error {
	m, err := migrate.NewWithInstance("folder", o.folder, o.config.Database.Engine, o)
	if err != nil {
		return err
	}
	// A file is read when it runs, and the lock has a limit of its own.
	m.PrefetchMigrations = 0
	// What golang-migrate buffers of a file is its name.
	migrate.DefaultBufferSize = 1024
	m.LockTimeout = 1000 * time.Hour
	m.Log = logger{o.out}
	context.AfterFunc(o.stop.Soft, func() { close(m.GracefulStop) })
	switch o.config.Operation {
	case "up":
		err = m.Up()
	case "down":
		if o.config.Steps == 0 {
			err = m.Down()
		} else {
			err = m.Steps(-o.config.Steps)
		}
	case "goto":
		err = m.Migrate(uint(o.config.Version))
	case "force":
		err = m.Force(o.config.Version)
	}
	if errors.Is(err, migrate.ErrNoChange) {
		o.out.Line("no change")
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
