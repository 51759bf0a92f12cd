// Package mysql is the session with MySQL or MariaDB: go-sql-driver's connection, golang-migrate's table and lock.
package mysql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
	gm "github.com/golang-migrate/migrate/v4/database"

	"ecs-migrate/migrator/internal/config"
	"ecs-migrate/migrator/internal/database"
	"ecs-migrate/migrator/internal/mask"
	"ecs-migrate/migrator/internal/statement"
)

// Engine is database.Engine for MySQL and MariaDB.
type Engine struct {
	at       config.Database
	settings config.Config
	out      *mask.Printer
	table    string
	lock     string
	noLock   bool
	timeout  string // x-statement-timeout

	db      *sql.DB   // of the session and of those that observe it
	conn    *sql.Conn // the session
	id      string
	version string
	// in tells whether a transaction is open: the protocol's flag does not reach database/sql.
	in bool
	// autocommit is false from SET autocommit = 0 on.
	autocommit bool
	backslash  bool
}

// New reads the parameters that are golang-migrate's.
func New(c config.Config, out *mask.Printer) (e *Engine, err error) {
	// The driver's own log lines may hold what must not show.
	_ = mysql.SetLogger(log.New(io.Discard, "", 0))
	at := c.Database
	e = &Engine{at: at, settings: c, out: out, table: at.Params.Get("x-migrations-table")}
	if e.table == "" {
		e.table = "schema_migrations"
	}
	if e.noLock, err = at.Flag("x-no-lock"); err != nil {
		return nil, err
	}
	if e.timeout, err = at.StatementTimeout(); err != nil {
		return nil, err
	}
	if at.Name == "" {
		return nil, fmt.Errorf("the database URL names no database: mysql://user:password@tcp(host:3306)/name")
	}
	if e.lock, err = gm.GenerateAdvisoryLockId(at.Name + ":" + e.table); err != nil {
		return nil, err
	}
	_, err = e.config()
	return e, err
}

func (e *Engine) ServerVersion() string { return e.version }

func (e *Engine) name() string { return "`" + strings.ReplaceAll(e.table, "`", "``") + "`" }

func (e *Engine) Version(ctx context.Context) (int, bool, error) {
	if e.conn == nil {
		return -1, false, &database.Failure{Kind: database.Lost, Message: "there is no connection to the database"}
	}
	var version int
	var dirty bool
	err := e.conn.QueryRowContext(ctx, "SELECT version, dirty FROM "+e.name()+" LIMIT 1").Scan(&version, &dirty)
	if errors.Is(err, sql.ErrNoRows) || number(err) == noSuchTable {
		return gm.NilVersion, false, nil
	}
	if err != nil {
		return 0, false, e.failure(ctx, err, nil)
	}
	return version, dirty, nil
}

func (e *Engine) EnsureTable(ctx context.Context) error {
	var one int
	err := e.conn.QueryRowContext(ctx, "SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?", e.table).Scan(&one)
	if err == nil {
		return nil
	}
	return e.do(ctx, "CREATE TABLE IF NOT EXISTS "+e.name()+" (version bigint not null primary key, dirty boolean not null)")
}

func (e *Engine) do(ctx context.Context, query string) error {
	if e.conn == nil {
		return &database.Failure{Kind: database.Lost, Message: "there is no connection to the database", Effect: database.Unknown}
	}
	if _, err := e.conn.ExecContext(ctx, query); err != nil {
		return e.failure(ctx, err, nil)
	}
	return nil
}

func (e *Engine) SetVersion(ctx context.Context, version int, dirty bool) error {
	own := !e.in
	list := []string{"DELETE FROM " + e.name()}
	if version >= 0 || dirty {
		list = append(list, fmt.Sprintf("INSERT INTO %s (version, dirty) VALUES (%d, %t)", e.name(), version, dirty))
	}
	if own {
		list = append(append([]string{"START TRANSACTION"}, list...), "COMMIT")
	}
	for _, query := range list {
		if err := e.do(ctx, query); err != nil {
			if own {
				_ = e.do(ctx, "ROLLBACK")
			}
			return err
		}
	}
	return nil
}

func (e *Engine) TryLock(ctx context.Context) (bool, error) {
	if e.noLock {
		return true, nil
	}
	var got sql.NullInt64
	if err := e.conn.QueryRowContext(ctx, "SELECT GET_LOCK(?, 0)", e.lock).Scan(&got); err != nil {
		return false, e.failure(ctx, err, nil)
	}
	return got.Int64 == 1, nil
}

func (e *Engine) Unlock(ctx context.Context) error {
	if e.noLock || e.conn == nil {
		return nil
	}
	_, err := e.conn.ExecContext(ctx, "DO RELEASE_LOCK(?)", e.lock)
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
	for _, s := range inner {
		if !s.ChangesRows() {
			return plain
		}
	}
	if !e.transactional(ctx) {
		return plain
	}
	return database.Plan{Atomic: true, Implicit: true, Words: "one transaction"}
}

// transactional tells whether every table of the server that the user sees is InnoDB's.
func (e *Engine) transactional(ctx context.Context) bool {
	var others int
	err := e.conn.QueryRowContext(ctx, `SELECT COUNT(*) FROM information_schema.tables WHERE table_type = 'BASE TABLE' AND engine <> 'InnoDB'
		AND table_schema NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')`).Scan(&others)
	return err == nil && others == 0
}

func (e *Engine) StartFile(ctx context.Context, _ []statement.Statement) error {
	if e.settings.LockTimeout > 0 {
		seconds := max(1, int((e.settings.LockTimeout+time.Second-1)/time.Second))
		if err := e.do(ctx, fmt.Sprintf("SET SESSION lock_wait_timeout = %d, SESSION innodb_lock_wait_timeout = %d", seconds, seconds)); err != nil {
			return err
		}
	}
	if e.timeout == "" {
		return nil
	}
	if e.isMariaDB() {
		return e.do(ctx, fmt.Sprintf("SET SESSION max_statement_time = %s / 1000", e.timeout))
	}
	return e.do(ctx, "SET SESSION max_execution_time = "+e.timeout)
}

func (e *Engine) isMariaDB() bool { return strings.Contains(e.version, "MariaDB") }

func (e *Engine) Begin(ctx context.Context) error {
	err := e.do(ctx, "START TRANSACTION")
	e.in = err == nil
	return err
}

func (e *Engine) Commit(ctx context.Context) error {
	err := e.do(ctx, "COMMIT")
	e.in = false
	return err
}

func (e *Engine) Rollback(ctx context.Context) error {
	e.in = false
	return e.do(ctx, "ROLLBACK")
}

func (e *Engine) InTransaction() bool { return e.in }

func (e *Engine) CommitsBefore(s statement.Statement) bool {
	return e.in && (s.Control == statement.Begin || s.Control == statement.None && s.CommitsImplicitly())
}

func (e *Engine) Exec(ctx context.Context, s statement.Statement) (int64, error) {
	if e.conn == nil {
		return 0, &database.Failure{Kind: database.Lost, Message: "there is no connection to the database", Effect: database.Unknown}
	}
	wasIn := e.in
	if e.CommitsBefore(s) {
		e.in = false
	}
	result, err := e.conn.ExecContext(ctx, s.Text)
	if err != nil {
		f := e.failure(ctx, err, &s)
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
