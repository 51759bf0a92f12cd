// Package drivers chooses the engine for a database's scheme, and runs golang-migrate's own drivers, which a build tag adds.
package drivers

import (
	"context"
	"errors"
	"regexp"
	"strings"

	gm "github.com/golang-migrate/migrate/v4/database"

	"ecs-migrate/migrator/internal/config"
	"ecs-migrate/migrator/internal/database"
	"ecs-migrate/migrator/internal/mask"
	"ecs-migrate/migrator/internal/mysql"
	"ecs-migrate/migrator/internal/postgres"
	"ecs-migrate/migrator/internal/statement"
)

// Open makes the engine; it does not connect.
func Open(c config.Config, out *mask.Printer) (database.Engine, error) {
	switch c.Database.Engine {
	case "postgres":
		return postgres.New(c, out)
	case "mysql":
		return mysql.New(c, out)
	}
	return &generic{at: c.Database, showDetails: c.ShowDetails}, nil
}

// generic is database.Engine on top of a driver of golang-migrate. What a failed file did is not known there: the database
// stays dirty, as with golang-migrate's command.
type generic struct {
	at          config.Database
	showDetails bool
	driver      gm.Driver
}

func (e *generic) ServerVersion() string { return "" }

// Connect also makes golang-migrate's table: its drivers do so when they are opened.
func (e *generic) Connect(context.Context) error {
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

func (e *generic) Close() {
	if e.driver != nil {
		_ = e.driver.Close()
		e.driver = nil
	}
}

var quoted = regexp.MustCompile(`(?s)'[^']*'|"[^"]*"`)

// wrap keeps the driver's words, without the SQL and without what stands in quotes.
func (e *generic) wrap(err error) error {
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

func (e *generic) Version(context.Context) (int, bool, error) {
	version, dirty, err := e.driver.Version()
	return version, dirty, e.wrap(err)
}

func (e *generic) EnsureTable(context.Context) error { return nil }

func (e *generic) SetVersion(_ context.Context, version int, dirty bool) error {
	return e.wrap(e.driver.SetVersion(version, dirty))
}

func (e *generic) TryLock(context.Context) (bool, error) {
	err := e.driver.Lock()
	if errors.Is(err, gm.ErrLocked) {
		return false, nil
	}
	return err == nil, e.wrap(err)
}

func (e *generic) Unlock(context.Context) error { return e.wrap(e.driver.Unlock()) }

func (e *generic) Holders(context.Context) []database.Blocker { return nil }

// Split leaves the file whole: its driver cuts it, or its server does.
func (e *generic) Split(text string) []statement.Statement {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	return []statement.Statement{{N: 1, Line: 1, Text: text, Kind: "SQL"}}
}

func (e *generic) Plan(context.Context, []statement.Statement) database.Plan {
	return database.Plan{Words: "as golang-migrate's driver runs it"}
}

func (e *generic) StartFile(context.Context, []statement.Statement) error { return nil }
func (e *generic) InTransaction() bool                                    { return false }
func (e *generic) CommitsBefore(statement.Statement) bool                 { return false }

func (e *generic) Exec(_ context.Context, s statement.Statement) (int64, error) {
	return 0, e.wrap(e.driver.Run(strings.NewReader(s.Text)))
}

func (e *generic) Observe(context.Context) (database.Activity, error) {
	return database.Activity{}, errors.New("this driver tells nothing")
}

func (e *generic) Cancel(context.Context) error {
	return errors.New("this driver cannot cancel a statement")
}

func (e *generic) Inspect(context.Context) (*database.Inspection, error) {
	return nil, &database.Failure{Kind: database.Other, Message: "inspect knows PostgreSQL, MySQL and MariaDB alone", Effect: database.Nothing}
}
