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

// isMySQL8 tells whether the server has the performance schema's tables of locks in place of information_schema's.
func (e *Engine) isMySQL8() bool { return !e.isMariaDB() && !strings.HasPrefix(e.version, "5.") }

// rowWaits joins who waits for a row (r) and who holds it (b), both of information_schema.innodb_trx.
func (e *Engine) rowWaits() string {
	view, requesting, blocking := "information_schema.innodb_lock_waits", "requesting_trx_id", "blocking_trx_id"
	if e.isMySQL8() {
		view, requesting, blocking = "performance_schema.data_lock_waits", "requesting_engine_transaction_id", "blocking_engine_transaction_id"
	}
	return view + " w JOIN information_schema.innodb_trx b ON b.trx_id = w." + blocking + " JOIN information_schema.innodb_trx r ON r.trx_id = w." + requesting
}

// tableHolders are the sessions that have a metadata lock on what session ? waits for.
const tableHolders = `SELECT h.processlist_id FROM performance_schema.metadata_locks g JOIN performance_schema.threads h ON h.thread_id = g.owner_thread_id
	JOIN performance_schema.metadata_locks p ON p.object_type = g.object_type AND p.object_schema <=> g.object_schema AND p.object_name <=> g.object_name
	JOIN performance_schema.threads r ON r.thread_id = p.owner_thread_id
	WHERE r.processlist_id = ? AND p.lock_status = 'PENDING' AND g.lock_status = 'GRANTED' AND g.owner_thread_id <> p.owner_thread_id
	AND NOT (g.lock_type = 'INTENTION_EXCLUSIVE' AND p.lock_type = 'INTENTION_EXCLUSIVE')`

// Observe gives the state of our session, and who blocks it.
func (e *Engine) Observe(ctx context.Context) (database.Activity, error) {
	own, err := sessions(ctx, e.db, "WHERE id = ?", e.id)
	if err != nil || len(own) == 0 || own[0].State == nil {
		return database.Activity{}, err
	}
	activity := database.Activity{Wait: *own[0].State}
	activity.Blockers, err = e.blockers(ctx, strings.Contains(activity.Wait, "lock"))
	if n := number(err); n == 1142 || n == 1227 {
		activity.Unseen = "only a user with the privilege PROCESS sees"
		err = nil
	}
	return activity, err
}

// blockers asks for rows, then for a table's metadata, and where the server does not tell of that, names the sessions that
// have a transaction open. MariaDB tells with a plugin alone, MySQL 8 a user who may read the performance schema.
func (e *Engine) blockers(ctx context.Context, waiting bool) ([]database.Blocker, error) {
	list, err := sessions(ctx, e.db, "WHERE id IN (SELECT b.trx_mysql_thread_id FROM "+e.rowWaits()+" WHERE r.trx_mysql_thread_id = ?)", e.id)
	if len(list) > 0 || !waiting {
		return list, err
	}
	if e.isMySQL8() {
		if list, err = sessions(ctx, e.db, "WHERE id IN ("+tableHolders+")", e.id); len(list) > 0 {
			return list, err
		}
	}
	return sessions(ctx, e.db, "WHERE id IN (SELECT trx_mysql_thread_id FROM information_schema.innodb_trx) AND id <> ?", e.id)
}

func (e *Engine) Cancel(ctx context.Context) error {
	_, err := e.db.ExecContext(ctx, "KILL QUERY "+e.id)
	return err
}
