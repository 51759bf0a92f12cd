package mysql

import (
	"context"
	"database/sql"
	"strings"

	"ecs-migrate/migrator/internal/database"
	"ecs-migrate/migrator/internal/statement"
)

const processColumns = "SELECT id, user, CONCAT_WS(': ', command, NULLIF(state, '')), time * 1000, LEFT(info, 2000) FROM information_schema.processlist "

func sessions(ctx context.Context, conn interface {
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
}, where string, args ...any) ([]database.Blocker, error) {
	rows, err := conn.QueryContext(ctx, processColumns+where, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	list := []database.Blocker{}
	for rows.Next() {
		var b database.Blocker
		if err := scanSession(rows, &b); err != nil {
			return nil, err
		}
		list = append(list, b)
	}
	return list, rows.Err()
}

func scanSession(rows *sql.Rows, b *database.Blocker) error {
	var info sql.NullString
	if err := rows.Scan(&b.PID, &b.User, &b.State, &b.AgeMs, &info); err != nil {
		return err
	}
	if statements := statement.SplitMySQL(info.String, true); len(statements) > 0 {
		b.Kind = &statements[0].Kind
	}
	return nil
}

func (e *Engine) Holders(ctx context.Context) []database.Blocker {
	if e.conn == nil {
		return nil
	}
	list, err := sessions(ctx, e.conn, "WHERE id = IS_USED_LOCK(?)", e.lock)
	if err != nil {
		return nil
	}
	return list
}

// Observe gives the state of our session. Who blocks it: InnoDB knows for rows; for a metadata lock the sessions that have
// a transaction open are named, since without the performance schema or its plugin no server says more.
func (e *Engine) Observe(ctx context.Context) (database.Activity, error) {
	own, err := sessions(ctx, e.db, "WHERE id = ?", e.id)
	if err != nil || len(own) == 0 || own[0].State == nil {
		return database.Activity{}, err
	}
	activity := database.Activity{Wait: *own[0].State}
	waiting := strings.Contains(activity.Wait, "lock")
	const rowBlockers = `WHERE id IN (SELECT b.trx_mysql_thread_id FROM information_schema.innodb_lock_waits w
		JOIN information_schema.innodb_trx b ON b.trx_id = w.blocking_trx_id JOIN information_schema.innodb_trx r ON r.trx_id = w.requesting_trx_id
		WHERE r.trx_mysql_thread_id = ?)`
	list, err := sessions(ctx, e.db, rowBlockers, e.id)
	if (err != nil || len(list) == 0) && (waiting || err == nil) {
		list, err = sessions(ctx, e.db, "WHERE id IN (SELECT trx_mysql_thread_id FROM information_schema.innodb_trx) AND id <> ? AND ?", e.id, waiting)
	}
	activity.Blockers = list
	return activity, err
}

func (e *Engine) Cancel(ctx context.Context) error {
	_, err := e.db.ExecContext(ctx, "KILL QUERY "+e.id)
	return err
}
