// Package postgres is the session with PostgreSQL: pgx's connection, golang-migrate's table and lock, and what the server
// tells of locks.
package postgres

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"ecs-migrate/migrator/internal/config"
	"ecs-migrate/migrator/internal/database"
	"ecs-migrate/migrator/internal/mask"
	"ecs-migrate/migrator/internal/statement"
)

//go:embed questions.sql
var questions string

// Engine is database.Engine for PostgreSQL.
type Engine struct {
	database.Session
	at       config.Database
	settings config.Config
	out      *mask.Printer

	conn       *pgconn.PgConn
	file       []statement.Statement
	skipped    string // the last notice of a name that is taken
	ahead      int    // statements of the file that were sent and not answered
	ownTimeout bool   // URL, role or database set a lock_timeout
	number     int    // server_version_num

	mu     sync.Mutex // guards what follows
	second *pgconn.PgConn
	// waited is when a second session was last waited for in vain, as in a pool of one connection.
	waited time.Time
}

// New does not connect. The error is about the parameters of the URL.
func New(c config.Config, out *mask.Printer) (*Engine, error) {
	e := &Engine{at: c.Database, settings: c, out: out}
	e.Session = database.Session{Asker: e, Cut: func(text string) []statement.Statement { return statement.SplitPostgres(text, true) }, Hello: hello, NoTable: "42P01", NoColumn: "42703"}
	_, err := e.config()
	return e, err
}

func (e *Engine) ServerVersion() string {
	return e.conn.ParameterStatus("server_version")
}

// query asks one question by the extended protocol, or executes statements by the simple one.
func query(ctx context.Context, conn *pgconn.PgConn, sql string, args ...any) ([][]string, error) {
	var result *pgconn.Result
	if len(args) > 0 {
		values := make([][]byte, len(args))
		for i, a := range args {
			values[i] = fmt.Append(nil, a)
		}
		result = conn.ExecParams(ctx, sql, values, nil, nil, nil).Read()
	} else if list, err := conn.Exec(ctx, sql).ReadAll(); err != nil || len(list) == 0 {
		return nil, err
	} else {
		result = list[len(list)-1]
	}
	rows := make([][]string, len(result.Rows))
	for i, row := range result.Rows {
		for _, value := range row {
			rows[i] = append(rows[i], string(value))
		}
	}
	return rows, result.Err
}

func (e *Engine) Query(ctx context.Context, text string, args ...any) ([][]string, error) {
	e.settle(ctx)
	return query(ctx, e.conn, text, args...)
}

func (e *Engine) Aside(ctx context.Context, question string, args ...any) (rows [][]string, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.second == nil || e.second.IsClosed() {
		if time.Since(e.waited) < 30*time.Second {
			return nil, &database.Failure{Kind: database.Unreachable, Message: "the server gives no second session"}
		}
		if e.second, err = e.dial(ctx); err != nil {
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				e.waited = time.Now()
			}
			return nil, err
		}
	}
	return query(ctx, e.second, question, args...)
}

// Cancel asks the server in the protocol's own way, which needs no place for a second session, and in SQL: RDS Proxy knows no
// other. The caller sends no other statement meanwhile, which the second could meet.
func (e *Engine) Cancel(ctx context.Context) error {
	var errs [2]error
	for i, ask := range []func(context.Context) error{e.conn.CancelRequest, e.Session.Cancel} {
		bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
		errs[i] = ask(bounded)
		cancel()
	}
	if errs[0] == nil {
		return nil
	}
	return errs[1]
}

func (e *Engine) TryLock(ctx context.Context) (bool, error) {
	if err := e.refusePooler(ctx); err != nil {
		return false, err
	}
	return e.Session.TryLock(ctx)
}

func (e *Engine) Split(text string) []statement.Statement {
	return statement.SplitPostgres(text, e.conn.ParameterStatus("standard_conforming_strings") != "off")
}

func (e *Engine) Plan(_ context.Context, list []statement.Statement) database.Plan {
	if len(list) == 1 && e.outsideTransaction(list[0]) {
		return database.Plan{Words: "outside a transaction"}
	}
	// With x-multi-statement golang-migrate runs each statement by itself; here only if one of them needs it.
	apart := e.at.MultiStatement && slices.ContainsFunc(list, e.outsideTransaction)
	if oneTransaction(list) && !apart {
		return database.Plan{Atomic: true, Implicit: true, Words: "one transaction"}
	}
	if e.at.MultiStatement {
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
	e.file = list
	sql := ""
	if !e.ownTimeout {
		timeout := e.settings.LockTimeout
		if len(list) == 1 && list[0].Concurrent() {
			// It waits for old transactions, as long as they last, and nobody waits for it.
			timeout = 0
		}
		sql = fmt.Sprintf("SET lock_timeout = %d; ", timeout.Milliseconds())
	}
	if e.at.StatementTimeout != "" {
		sql += "SET statement_timeout = " + e.at.StatementTimeout + "; "
	}
	if sql != "" {
		if err := e.Do(ctx, sql); err != nil {
			return err
		}
	}
	if e.number >= 140000 {
		// A server that looks for its client ends a statement whose migrator was killed. Not every platform has it.
		_, _ = e.Query(ctx, "SET client_connection_check_interval = '2s'")
	}
	return nil
}

func (e *Engine) InTransaction() bool {
	return !e.conn.IsClosed() && e.conn.TxStatus() != 'I'
}

func (e *Engine) CommitsBefore(statement.Statement) bool { return false }

func (e *Engine) Exec(ctx context.Context, s statement.Statement) (int64, error) {
	alone := !e.InTransaction() && s.Control == statement.None
	before := ""
	if alone && s.Concurrent() {
		before = e.indexes(ctx)
	}
	e.skipped = ""
	rows, err := e.run(ctx, s)
	if err == nil {
		return rows, e.refuseInvalid(ctx, s)
	}
	failure := e.Failure(ctx, err, &s)
	if alone {
		failure.Effect = e.aloneEffect(ctx, err, s, before)
	}
	return rows, failure
}

// Statements that change rows inside of a transaction are sent before the answers to earlier ones have come, up to these
// limits: if one fails, the server refuses those behind it.
const (
	mostAhead  = 128
	bytesAhead = 16 << 10
)

// run executes a statement, together with those of the file that may go ahead, and returns how many rows it changed. The answers
// come in order, each with its own end.
func (e *Engine) run(ctx context.Context, s statement.Statement) (int64, error) {
	list := []statement.Statement{s}
	if rowsOnly(s) && s.N > 0 && e.InTransaction() {
		list = e.file[s.N-1:]
	} else {
		e.settle(ctx)
	}
	if e.ahead <= mostAhead/2 { // the server has work while the answers are read
		size := 0
		for i, next := range list {
			size += len(next.Text)
			if i > 0 && (!rowsOnly(next) || i == mostAhead || size > bytesAhead) {
				break
			}
			if i >= e.ahead {
				e.conn.Frontend().SendQuery(&pgproto3.Query{String: next.Text})
				e.ahead++
			}
		}
		if err := e.conn.Frontend().Flush(); err != nil {
			return 0, err
		}
	}
	return e.receive(ctx)
}

// settle reads the answers that are still to come after a failure, whose transaction refuses the rest, or at a stop.
func (e *Engine) settle(ctx context.Context) {
	for e.ahead > 0 {
		if e.conn.TxStatus() == 'T' {
			_ = e.Cancel(ctx)
		}
		_, _ = e.receive(ctx)
	}
}

func rowsOnly(s statement.Statement) bool {
	return len(s.Words) > 0 && (s.Words[0] == "INSERT" || s.Words[0] == "UPDATE" || s.Words[0] == "DELETE")
}

// receive reads the answer to the first of the statements that were sent ahead.
func (e *Engine) receive(ctx context.Context) (rows int64, failure error) {
	e.ahead--
	for {
		message, err := e.conn.ReceiveMessage(ctx)
		if err != nil {
			e.ahead = 0
			return 0, err
		}
		switch m := message.(type) {
		case *pgproto3.CommandComplete:
			rows = pgconn.NewCommandTag(string(m.CommandTag)).RowsAffected()
		case *pgproto3.CopyInResponse: // else the server waits for rows for ever
			e.conn.Frontend().Send(&pgproto3.CopyFail{Message: "the file of a migration holds no rows for it; write INSERT"})
			if err := e.conn.Frontend().Flush(); err != nil {
				return 0, err
			}
		case *pgproto3.ErrorResponse:
			failure = pgconn.ErrorResponseToPgError(m)
		case *pgproto3.ReadyForQuery:
			return rows, failure
		}
	}
}
