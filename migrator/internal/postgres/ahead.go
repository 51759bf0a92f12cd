package postgres

import (
	"context"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"ecs-migrate/migrator/internal/statement"
)

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
