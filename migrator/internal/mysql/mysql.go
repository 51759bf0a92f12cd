// Package mysql is the session with MySQL or MariaDB: go-sql-driver's connection, golang-migrate's table and lock.
package mysql

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"
	"io"
	"log"
	"slices"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
	gm "github.com/golang-migrate/migrate/v4/database"

	"ecs-migrate/migrator/internal/config"
	"ecs-migrate/migrator/internal/database"
	"ecs-migrate/migrator/internal/mask"
	"ecs-migrate/migrator/internal/statement"
)

//go:embed questions.sql
var questions string

// Engine is database.Engine for MySQL and MariaDB.
type Engine struct {
	database.Session
	at       config.Database
	settings config.Config
	out      *mask.Printer

	db      *sql.DB   // of the session and of those that observe it
	conn    *sql.Conn // the session
	version string
	// in tells whether a transaction is open: the protocol's flag does not reach database/sql.
	in bool
	// autocommit is false from SET autocommit = 0 on.
	autocommit bool
	backslash  bool
	// hides: the session may have a temporary table of the name of golang-migrate's.
	hides bool
}

// New does not connect. The error is about the parameters of the URL.
func New(c config.Config, out *mask.Printer) (e *Engine, err error) {
	// The driver's own log lines may hold what must not show.
	_ = mysql.SetLogger(log.New(io.Discard, "", 0))
	at := c.Database
	if at.Name == "" {
		return nil, fmt.Errorf("the database URL names no database: mysql://user:password@tcp(host:3306)/name")
	}
	e = &Engine{at: at, settings: c, out: out}
	e.Session = database.Session{Asker: e, Cut: func(text string) []statement.Statement { return statement.SplitMySQL(text, true) }, Hello: hello, NoTable: "1146", NoColumn: "1054",
		Table: quoteName(at.Name) + "." + quoteName(at.Table)} // a file may USE another database
	if e.Lock, err = gm.GenerateAdvisoryLockId(at.Name + ":" + at.Table); err != nil {
		return nil, err
	}
	_, err = e.config()
	return e, err
}

func quoteName(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }

func (e *Engine) ServerVersion() string { return e.version }

func (e *Engine) Query(ctx context.Context, text string, args ...any) ([][]string, error) {
	return query(ctx, e.conn, text, args)
}

func (e *Engine) Aside(ctx context.Context, question string, args ...any) ([][]string, error) {
	return query(ctx, e.db, question, args)
}

type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// query returns the rows of the last statement.
func query(ctx context.Context, conn queryer, text string, args []any) (list [][]string, err error) {
	rows, err := conn.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for more := true; more; more = rows.NextResultSet() {
		columns, _ := rows.Columns()
		for list = nil; rows.Next(); {
			values, row := make([]sql.NullString, len(columns)), make([]string, len(columns))
			into := make([]any, len(columns))
			for i := range values {
				into[i] = &values[i]
			}
			err := rows.Scan(into...)
			if err != nil {
				return nil, err
			}
			for i, value := range values {
				row[i] = value.String
			}
			list = append(list, row)
		}
	}
	return list, rows.Err()
}

// Version asks golang-migrate's own table.
func (e *Engine) Version(ctx context.Context) (version int, dirty bool, err error) {
	e.uncover(ctx)
	return e.Session.Version(ctx)
}

// uncover drops a temporary table of a file that stands before golang-migrate's; no transaction ends by that.
func (e *Engine) uncover(ctx context.Context) {
	if e.hides && e.Do(ctx, "DROP TEMPORARY TABLE IF EXISTS "+e.Table) == nil {
		e.hides = false
	}
}

// SetVersion writes in the transaction that is open, or in one of its own.
func (e *Engine) SetVersion(ctx context.Context, version int, dirty bool) error {
	if e.in {
		return e.WriteVersion(ctx, "", version, dirty, "")
	}
	e.uncover(ctx)
	err := e.WriteVersion(ctx, "START TRANSACTION; ", version, dirty, "; COMMIT")
	if err != nil {
		_ = e.Do(ctx, "ROLLBACK")
	}
	return err
}

func (e *Engine) Split(text string) []statement.Statement {
	return statement.SplitMySQL(text, e.backslash)
}

// Plan calls a file one transaction if each of its statements changes rows of InnoDB tables, and they are one statement, or
// stand between START TRANSACTION and COMMIT. Everything else MySQL commits statement by statement.
func (e *Engine) Plan(ctx context.Context, list []statement.Statement) database.Plan {
	plain := database.Plan{Words: "each statement commits by itself"}
	if len(list) == 0 {
		return database.Plan{Atomic: true, Implicit: true, Words: "one transaction"}
	}
	explicit := len(list) > 1 && list[0].Control == statement.Begin && list[len(list)-1].Control == statement.Commit
	inner := list
	if explicit {
		plain.Words = "transactions of its own"
		inner = list[1 : len(list)-1]
	} else if len(list) > 1 {
		return plain
	}
	if slices.ContainsFunc(inner, func(s statement.Statement) bool { return !s.ChangesRows() }) || !e.transactional(ctx) {
		return plain
	}
	return database.Plan{Atomic: true, Implicit: true, Words: "one transaction"}
}

// transactional tells whether every table of the server that the user sees is InnoDB's.
func (e *Engine) transactional(ctx context.Context) bool {
	others, err := e.Ask(ctx, `SELECT COUNT(*) FROM information_schema.tables WHERE table_type = 'BASE TABLE' AND engine <> 'InnoDB'
		AND table_schema NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')`)
	return err == nil && others[0][0] == "0"
}

func (e *Engine) StartFile(ctx context.Context, list []statement.Statement) error {
	e.hides = e.hides || slices.ContainsFunc(list, func(s statement.Statement) bool { return s.Has("TEMPORARY") || s.RunsOthers() })
	if e.settings.LockTimeout > 0 {
		seconds := max(1, int((e.settings.LockTimeout+time.Second-1)/time.Second))
		if err := e.Do(ctx, fmt.Sprintf("SET SESSION lock_wait_timeout = %d, SESSION innodb_lock_wait_timeout = %d", seconds, seconds)); err != nil {
			return err
		}
	}
	if e.at.StatementTimeout == "" {
		return nil
	}
	if e.isMariaDB() {
		return e.Do(ctx, fmt.Sprintf("SET SESSION max_statement_time = %s / 1000", e.at.StatementTimeout))
	}
	return e.Do(ctx, "SET SESSION max_execution_time = "+e.at.StatementTimeout)
}

func (e *Engine) isMariaDB() bool { return strings.Contains(e.version, "MariaDB") }

// isMySQL8 tells whether the server has the performance schema's tables of locks in place of information_schema's.
func (e *Engine) isMySQL8() bool { return !e.isMariaDB() && !strings.HasPrefix(e.version, "5.") }

func (e *Engine) InTransaction() bool { return e.in }

func (e *Engine) CommitsBefore(s statement.Statement) bool {
	return e.in && (s.Control == statement.Begin || s.Control == statement.None && s.CommitsImplicitly())
}

func (e *Engine) Exec(ctx context.Context, s statement.Statement) (int64, error) {
	wasIn := e.in
	if e.CommitsBefore(s) {
		e.in = false
	}
	result, err := e.conn.ExecContext(ctx, s.Text)
	if err != nil {
		f := e.Failure(ctx, err, &s)
		if f.Kind == database.Lost && wasIn && s.ChangesRows() {
			f.Effect = database.Nothing
		}
		return 0, f
	}
	e.follow(s)
	rows, _ := result.RowsAffected()
	return rows, nil
}

// follow keeps `in` true to the server.
func (e *Engine) follow(s statement.Statement) {
	switch {
	case s.Control == statement.Begin:
		e.in = true
	case s.Control == statement.Commit, s.Control == statement.Rollback:
		e.in = s.Has("CHAIN")
	case s.Starts("SET") && s.Has("AUTOCOMMIT"):
		e.autocommit = !strings.HasSuffix(strings.TrimSpace(s.Text), "0") && !strings.HasSuffix(strings.ToUpper(s.Text), "OFF")
		e.in = !e.autocommit
	case !e.autocommit:
		e.in = true
	}
}
