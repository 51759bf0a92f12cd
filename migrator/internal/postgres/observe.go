package postgres

import (
	"context"
	"strconv"

	"github.com/jackc/pgx/v5/pgconn"

	"ecs-migrate/migrator/internal/database"
	"ecs-migrate/migrator/internal/statement"
)

// sessionColumns describe a session of pg_stat_activity, for blocker.
const sessionColumns = `a.pid, a.application_name, a.usename, a.state,
	extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, a.state_change)) * 1000, left(a.query, 2000)`

func blocker(row []string) database.Blocker {
	b := database.Blocker{}
	b.PID, _ = strconv.ParseInt(row[0], 10, 64)
	text := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	b.Application, b.User, b.State = text(row[1]), text(row[2]), text(row[3])
	if age, err := strconv.ParseFloat(row[4], 64); err == nil {
		age = max(0, float64(int64(age)))
		b.AgeMs = &age
	}
	if list := statement.SplitPostgres(row[5], true); len(list) > 0 {
		b.Kind = text(list[len(list)-1].Kind)
	}
	return b
}

func blockersOf(rows [][]string) []database.Blocker {
	list := make([]database.Blocker, 0, len(rows))
	for _, row := range rows {
		list = append(list, blocker(row))
	}
	return list
}

func (e *Engine) Holders(ctx context.Context) []database.Blocker {
	rows, err := query(ctx, e.conn, `SELECT `+sessionColumns+` FROM pg_locks l JOIN pg_stat_activity a USING (pid)
		WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.classid = 0 AND l.objid::bigint = $1::bigint
		AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`, e.lockID)
	if err != nil {
		return nil
	}
	return blockersOf(rows)
}

// observer is the second session.
func (e *Engine) observer(ctx context.Context) (*pgconn.PgConn, error) {
	if e.second != nil && !e.second.IsClosed() {
		return e.second, nil
	}
	conn, err := e.dial(ctx)
	if err != nil {
		return nil, err
	}
	e.second = conn
	return conn, nil
}

func (e *Engine) Observe(ctx context.Context) (database.Activity, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	conn, err := e.observer(ctx)
	if err != nil {
		return database.Activity{}, err
	}
	rows, err := query(ctx, conn, `SELECT coalesce(wait_event_type || ':' || wait_event, '') FROM pg_stat_activity WHERE pid = $1::int`, e.pid)
	if err != nil || len(rows) == 0 {
		return database.Activity{}, err
	}
	activity := database.Activity{Wait: rows[0][0]}
	rows, err = query(ctx, conn, `SELECT `+sessionColumns+` FROM pg_stat_activity a WHERE a.pid = ANY (pg_blocking_pids($1::int))`, e.pid)
	activity.Blockers = blockersOf(rows)
	return activity, err
}

func (e *Engine) Cancel(ctx context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	conn, err := e.observer(ctx)
	if err == nil {
		_, err = query(ctx, conn, "SELECT pg_cancel_backend($1::int)", e.pid)
	}
	return err
}
