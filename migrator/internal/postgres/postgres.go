// Package postgres is the session with PostgreSQL: pgx's connection, golang-migrate's table and lock, and what the server
// tells of locks.
package postgres

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"

	gm "github.com/golang-migrate/migrate/v4/database"
	"github.com/jackc/pgx/v5/pgconn"

	"ecs-migrate/migrator/internal/config"
	"ecs-migrate/migrator/internal/database"
	"ecs-migrate/migrator/internal/mask"
	"ecs-migrate/migrator/internal/statement"
)

// Engine is database.Engine for PostgreSQL.
type Engine struct {
	at       config.Database
	settings config.Config
	out      *mask.Printer

	quoted, multi    bool   // x-migrations-table-quoted, x-multi-statement
	statementTimeout string // x-statement-timeout

	conn          *pgconn.PgConn
	pid           string
	schema, table string
	role          string // of a new session
	lockID        string
	ownTimeout    bool // URL, role or database set a lock_timeout
	number        int  // server_version_num

	mu     sync.Mutex // guards second
	second *pgconn.PgConn
}

// New reads the parameters that are golang-migrate's.
func New(c config.Config, out *mask.Printer) (e *Engine, err error) {
	at := c.Database
	e = &Engine{at: at, settings: c, out: out}
	if e.quoted, err = at.Flag("x-migrations-table-quoted"); err != nil {
		return nil, err
	}
	if e.multi, err = at.Flag("x-multi-statement"); err != nil {
		return nil, err
	}
	if e.statementTimeout, err = at.StatementTimeout(); err != nil {
		return nil, err
	}
	_, err = e.config()
	return e, err
}

func (e *Engine) ServerVersion() string {
	if e.conn == nil {
		return ""
	}
	return e.conn.ParameterStatus("server_version")
}

// query asks one question by the extended protocol; NULL reads as the empty text.
func query(ctx context.Context, conn *pgconn.PgConn, sql string, args ...string) ([][]string, error) {
	values := make([][]byte, len(args))
	for i, a := range args {
		values[i] = []byte(a)
	}
	result := conn.ExecParams(ctx, sql, values, nil, nil, nil).Read()
	if result.Err != nil {
		return nil, result.Err
	}
	rows := make([][]string, len(result.Rows))
	for i, row := range result.Rows {
		rows[i] = make([]string, len(row))
		for j, value := range row {
			rows[i][j] = string(value)
		}
	}
	return rows, nil
}

// run executes text by the simple protocol and counts the rows of its last statement.
func (e *Engine) run(ctx context.Context, sql string) (int64, error) {
	if e.conn == nil {
		return 0, fmt.Errorf("no connection")
	}
	reader := e.conn.Exec(ctx, sql)
	var rows int64
	for reader.NextResult() {
		result := reader.ResultReader()
		for result.NextRow() { //nolint:revive // rows are dropped, never kept
		}
		if tag, err := result.Close(); err == nil {
			rows = tag.RowsAffected()
		}
	}
	return rows, reader.Close()
}

func (e *Engine) do(ctx context.Context, sql string) error {
	if _, err := e.run(ctx, sql); err != nil {
		return e.failure(err, nil)
	}
	return nil
}

func (e *Engine) Version(ctx context.Context) (int, bool, error) {
	if e.conn == nil {
		return -1, false, &database.Failure{Kind: database.Lost, Message: "there is no connection to the database"}
	}
	rows, err := query(ctx, e.conn, "SELECT version, dirty FROM "+e.table+" LIMIT 1")
	if code(err) == undefinedTable || code(err) == undefinedSchema {
		return gm.NilVersion, false, nil
	}
	if err != nil {
		return 0, false, e.failure(err, nil)
	}
	if len(rows) == 0 {
		return gm.NilVersion, false, nil
	}
	version, err := strconv.Atoi(rows[0][0])
	if err != nil {
		return 0, false, &database.Failure{Kind: database.Other, Message: "the version in " + e.table + " is no number"}
	}
	return version, rows[0][1] == "t", nil
}

func (e *Engine) EnsureTable(ctx context.Context) error {
	rows, err := query(ctx, e.conn, "SELECT to_regclass($1)", e.table)
	if err != nil {
		return e.failure(err, nil)
	}
	if rows[0][0] != "" {
		return nil
	}
	return e.do(ctx, "CREATE TABLE IF NOT EXISTS "+e.table+" (version bigint not null primary key, dirty boolean not null)")
}

func (e *Engine) SetVersion(ctx context.Context, version int, dirty bool) error {
	sql := "DELETE FROM " + e.table
	if version >= 0 || dirty {
		sql += fmt.Sprintf("; INSERT INTO %s (version, dirty) VALUES (%d, %t)", e.table, version, dirty)
	}
	if e.InTransaction() {
		// The file may have changed the role, and the table belongs to the role that the session began with.
		sql = "SET LOCAL ROLE " + e.role + "; " + sql
	}
	return e.do(ctx, sql)
}

func (e *Engine) TryLock(ctx context.Context) (bool, error) {
	if err := e.refusePooler(ctx); err != nil {
		return false, err
	}
	rows, err := query(ctx, e.conn, "SELECT pg_try_advisory_lock($1::bigint)", e.lockID)
	if err != nil {
		return false, e.failure(err, nil)
	}
	return rows[0][0] == "t", nil
}

func (e *Engine) Unlock(ctx context.Context) error {
	if e.conn == nil || e.conn.IsClosed() {
		return nil
	}
	_, err := query(ctx, e.conn, "SELECT pg_advisory_unlock($1::bigint)", e.lockID)
	if err != nil {
		return e.failure(err, nil)
	}
	return nil
}

func (e *Engine) Split(text string) []statement.Statement {
	return statement.SplitPostgres(text, e.conn == nil || e.conn.ParameterStatus("standard_conforming_strings") != "off")
}

func (e *Engine) Plan(_ context.Context, list []statement.Statement) database.Plan {
	if len(list) == 1 && e.outsideTransaction(list[0]) {
		return database.Plan{Words: "outside a transaction"}
	}
	// With x-multi-statement golang-migrate runs each statement by itself; here only if one of them needs it.
	apart := e.multi && slices.ContainsFunc(list, e.outsideTransaction)
	if oneTransaction(list) && !apart {
		return database.Plan{Atomic: true, Implicit: true, Words: "one transaction"}
	}
	if e.multi {
		return database.Plan{Words: "each statement by itself (x-multi-statement)"}
	}
	return database.Plan{Implicit: true, Words: "several transactions"}
}

func (e *Engine) outsideTransaction(s statement.Statement) bool {
	return s.OutsideTransaction() || e.number < 120000 && s.Kind == "ALTER TYPE"
}

// oneTransaction tells whether nothing but the file's last statement ends a transaction.
func oneTransaction(list []statement.Statement) bool {
	for i, s := range list {
		ends := s.Control == statement.Commit && i < len(list)-1 || s.Control == statement.Rollback || s.Starts("PREPARE", "TRANSACTION")
		if ends || s.Has("CHAIN") && s.Control == statement.Commit {
			return false
		}
	}
	return true
}

func (e *Engine) StartFile(ctx context.Context, list []statement.Statement) error {
	sql := ""
	if !e.ownTimeout {
		timeout := e.settings.LockTimeout
		if len(list) == 1 && list[0].Concurrent() {
			// It waits for old transactions, as long as they last, and nobody waits for it.
			timeout = 0
		}
		sql = fmt.Sprintf("SET lock_timeout = %d; ", timeout.Milliseconds())
	}
	if e.statementTimeout != "" {
		sql += "SET statement_timeout = " + e.statementTimeout + "; "
	}
	if sql != "" {
		if err := e.do(ctx, sql); err != nil {
			return err
		}
	}
	if e.number >= 140000 {
		// A server that looks for its client ends a statement whose migrator was killed. Not every platform has it.
		_, _ = e.run(ctx, "SET client_connection_check_interval = '2s'")
	}
	return nil
}

func (e *Engine) Begin(ctx context.Context) error    { return e.do(ctx, "BEGIN") }
func (e *Engine) Commit(ctx context.Context) error   { return e.do(ctx, "COMMIT") }
func (e *Engine) Rollback(ctx context.Context) error { return e.do(ctx, "ROLLBACK") }

func (e *Engine) InTransaction() bool {
	return e.conn != nil && !e.conn.IsClosed() && e.conn.TxStatus() != 'I'
}

func (e *Engine) CommitsBefore(statement.Statement) bool { return false }

func (e *Engine) Exec(ctx context.Context, s statement.Statement) (int64, error) {
	alone := !e.InTransaction() && e.outsideTransaction(s)
	before := ""
	if alone && s.Concurrent() {
		before = e.indexes(ctx)
	}
	rows, err := e.run(ctx, s.Text)
	if err == nil {
		return rows, nil
	}
	failure := e.failure(err, &s)
	if alone {
		failure.Effect = e.aloneEffect(ctx, err, before)
	}
	return rows, failure
}
