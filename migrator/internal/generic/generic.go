// Package generic runs golang-migrate's own drivers, which a build tag adds. What a failed file did is not known there:
// the database stays dirty, as with golang-migrate's command.
package generic

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	gm "github.com/golang-migrate/migrate/v4/database"

	"ecs-migrate/migrator/internal/config"
	"ecs-migrate/migrator/internal/database"
	"ecs-migrate/migrator/internal/statement"
)

// Engine is database.Engine on top of a driver of golang-migrate.
type Engine struct {
	at          config.Database
	showDetails bool
	driver      gm.Driver
}

// Has tells whether a driver for the scheme was built in.
func Has(scheme string) bool { return slices.Contains(gm.List(), scheme) }

func New(at config.Database, showDetails bool) *Engine {
	return &Engine{at: at, showDetails: showDetails}
}

func (e *Engine) ServerVersion() string { return "" }

// Connect also makes golang-migrate's table: its drivers do so when they are opened.
func (e *Engine) Connect(context.Context) error {
	e.Close()
	driver, err := gm.Open(e.at.URL)
	if err != nil {
		f := database.AsFailure(e.wrap(err))
		f.Kind, f.Effect = database.Unreachable, database.Nothing
		f.Message = "the database could not be opened (" + f.Message + ")"
		return f
	}
	e.driver = driver
	return nil
}

func (e *Engine) Close() {
	if e.driver != nil {
		_ = e.driver.Close()
		e.driver = nil
	}
}

var quoted = regexp.MustCompile(`(?s)'[^']*'|"[^"]*"`)

// wrap keeps the driver's words, without the SQL and without what stands in quotes.
func (e *Engine) wrap(err error) error {
	if err == nil {
		return nil
	}
	inner := err
	var value gm.Error
	var pointer *gm.Error
	switch {
	case errors.As(err, &value) && value.OrigErr != nil:
		inner = value.OrigErr
	case errors.As(err, &pointer) && pointer.OrigErr != nil:
		inner = pointer.OrigErr
	}
	message := inner.Error()
	if !e.showDetails {
		message = quoted.ReplaceAllString(message, "(withheld)")
	}
	return &database.Failure{Kind: database.Refused, Message: message, Effect: database.Unknown}
}

func (e *Engine) Version(context.Context) (int, bool, error) {
	version, dirty, err := e.driver.Version()
	return version, dirty, e.wrap(err)
}

func (e *Engine) EnsureTable(context.Context) error { return nil }

func (e *Engine) SetVersion(_ context.Context, version int, dirty bool) error {
	return e.wrap(e.driver.SetVersion(version, dirty))
}

func (e *Engine) TryLock(context.Context) (bool, error) {
	err := e.driver.Lock()
	if errors.Is(err, gm.ErrLocked) {
		return false, nil
	}
	return err == nil, e.wrap(err)
}

func (e *Engine) Unlock(context.Context) error { return e.wrap(e.driver.Unlock()) }

func (e *Engine) Holders(context.Context) []database.Blocker { return nil }

// Split leaves the file whole: its driver cuts it, or its server does.
func (e *Engine) Split(text string) []statement.Statement {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	return []statement.Statement{{N: 1, Line: 1, Text: text, Kind: "SQL"}}
}

func (e *Engine) Plan(context.Context, []statement.Statement) database.Plan {
	return database.Plan{Words: "as golang-migrate's driver runs it"}
}

func (e *Engine) StartFile(context.Context, []statement.Statement) error { return nil }
func (e *Engine) InTransaction() bool                                    { return false }
func (e *Engine) CommitsBefore(statement.Statement) bool                 { return false }

func (e *Engine) Exec(_ context.Context, s statement.Statement) (int64, error) {
	return 0, e.wrap(e.driver.Run(strings.NewReader(s.Text)))
}

func (e *Engine) Observe(context.Context) (database.Activity, error) {
	return database.Activity{}, errors.New("this driver tells nothing")
}

func (e *Engine) Cancel(context.Context) error {
	return errors.New("this driver cannot cancel a statement")
}

func (e *Engine) Inspect(context.Context) (*database.Inspection, error) {
	return nil, &database.Failure{Kind: database.Other, Message: "inspect knows PostgreSQL, MySQL and MariaDB alone", Effect: database.Nothing}
}
