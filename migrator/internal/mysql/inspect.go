package mysql

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"ecs-migrate/migrator/internal/database"
)

// Inspect reads in one short transaction. The catalogue opens a table at high priority, which makes nobody wait; where it
// would wait itself, it gives up after a second and knows nothing of that table.
func (e *Engine) Inspect(ctx context.Context) (*database.Inspection, error) {
	limit := "max_execution_time = 10000"
	if e.isMariaDB() {
		limit = "max_statement_time = 10"
	}
	// trx_started is in the server's own time zone.
	for _, text := range []string{"SET SESSION lock_wait_timeout = 1, time_zone = 'SYSTEM', " + limit, "START TRANSACTION READ ONLY"} {
		if _, err := e.conn.ExecContext(ctx, text); err != nil {
			return nil, e.failure(ctx, err, nil)
		}
	}
	defer func() { _, _ = e.conn.ExecContext(ctx, "ROLLBACK") }()
	l := &look{ctx: ctx, e: e, found: &database.Inspection{InvalidIndexes: []database.InvalidIndex{}, Unknown: []database.Unseen{}}}
	l.server()
	l.tables()
	l.transactions()
	l.blockers()
	l.replicas()
	return l.found, ctx.Err()
}

// look reads one part of the inspection after the other. What a role may not see is unknown, and the rest is still said.
type look struct {
	ctx   context.Context
	e     *Engine
	found *database.Inspection
}

func (l *look) unknown(what string, err error) {
	l.found.Unknown = append(l.found.Unknown, database.Unseen{What: what, Why: l.e.failure(l.ctx, err, nil).Error()})
}

// read gives each row of a question to a function.
func read[T any](l *look, question string, scan func(rows *sql.Rows, into *T) error, args ...any) ([]T, error) {
	list := []T{}
	rows, err := l.e.conn.QueryContext(l.ctx, question, args...)
	if err != nil {
		return list, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var one T
		if err := scan(rows, &one); err != nil {
			return list, err
		}
		list = append(list, one)
	}
	return list, rows.Err()
}

func (l *look) server() {
	into := &l.found.Server
	into.Version = l.e.version
	row := l.e.conn.QueryRowContext(l.ctx, "SELECT @@read_only, @@innodb_buffer_pool_size")
	if err := row.Scan(&into.ReadOnly, &into.CacheBytes); err != nil {
		l.unknown("server", err)
	}
	best := time.Duration(0)
	for range 3 {
		begun := time.Now()
		var zero int
		if err := l.e.conn.QueryRowContext(l.ctx, "SELECT BENCHMARK(300000, MD5('ecs-migrate'))").Scan(&zero); err != nil {
			l.unknown("speed", err)
			return
		}
		if took := time.Since(begun); best == 0 || took < best {
			best = took
		}
	}
	into.SpeedMs = float64(best.Microseconds()) / 1000
}

func (l *look) tables() {
	tables, err := read(l, `SELECT t.table_schema, t.table_name, COALESCE(t.table_rows, 0), COALESCE(t.data_length, 0), COALESCE(t.index_length, 0), COALESCE(t.engine, ''),
		COALESCE(t.create_options, '') LIKE '%partitioned%',
		(SELECT COUNT(DISTINCT s.index_name) FROM information_schema.statistics s WHERE s.table_schema = t.table_schema AND s.table_name = t.table_name)
		FROM information_schema.tables t WHERE t.table_schema = DATABASE() AND t.table_type = 'BASE TABLE' ORDER BY 4 DESC, 2 LIMIT `+fmt.Sprint(database.MostTables),
		func(rows *sql.Rows, t *database.Table) error {
			return rows.Scan(&t.Schema, &t.Name, &t.Rows, &t.Bytes, &t.IndexBytes, &t.Engine, &t.Partitioned, &t.Indexes)
		})
	if err != nil {
		l.unknown("sizes", err)
	}
	l.found.Tables = tables
	var count int
	if err := l.e.conn.QueryRowContext(l.ctx, "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'").Scan(&count); err == nil {
		l.found.TablesOmitted = max(0, count-len(tables))
	}
}

func (l *look) transactions() {
	transactions, err := read(l, `SELECT p.id, p.user, CONCAT_WS(': ', p.command, NULLIF(p.state, '')), TIMESTAMPDIFF(SECOND, t.trx_started, NOW()) * 1000, LEFT(p.info, 2000)
		FROM information_schema.innodb_trx t JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id
		WHERE t.trx_started < NOW() - INTERVAL ? SECOND AND p.id <> ? AND (p.db = DATABASE() OR p.db IS NULL) ORDER BY t.trx_started LIMIT `+fmt.Sprint(database.MostSessions),
		func(rows *sql.Rows, t *database.Transaction) error {
			t.Holds = []database.Hold{}
			return scanSession(rows, &t.Blocker)
		}, int(database.OldTransaction().Seconds()), l.e.id)
	if err != nil {
		l.unknown("transactions", err)
	}
	l.found.Transactions = transactions
	if len(transactions) > 0 {
		l.holds()
	}
}

// holds: MySQL 8 watches metadata locks unless it is told not to; MariaDB does with the plugin metadata_lock_info.
func (l *look) holds() {
	question := `SELECT t.processlist_id, m.object_schema, m.object_name, m.lock_type FROM performance_schema.metadata_locks m
		JOIN performance_schema.threads t ON t.thread_id = m.owner_thread_id WHERE m.object_type = 'TABLE' AND m.lock_status = 'GRANTED' AND m.object_schema = DATABASE()`
	if l.e.isMariaDB() {
		question = "SELECT thread_id, table_schema, table_name, lock_mode FROM information_schema.metadata_lock_info WHERE table_schema = DATABASE() AND table_name <> ''"
	}
	type held struct {
		id int64
		database.Hold
	}
	list, err := read(l, question+" ORDER BY 1, 2, 3, 4", func(rows *sql.Rows, h *held) error { return rows.Scan(&h.id, &h.Schema, &h.Table, &h.Mode) })
	if err != nil {
		l.unknown("locks on tables", err)
		return
	}
	for i := range l.found.Transactions {
		t := &l.found.Transactions[i]
		for _, h := range list {
			if h.id == t.PID && len(t.Holds) < database.MostHolds {
				t.Holds = append(t.Holds, h.Hold)
			}
		}
	}
}

func (l *look) blockers() {
	question := "SELECT b.trx_mysql_thread_id, COUNT(*), MAX(TIMESTAMPDIFF(SECOND, r.trx_wait_started, NOW())) * 1000.0 FROM " + l.e.rowWaits() + " GROUP BY 1"
	blocking, err := read(l, question+" ORDER BY 2 DESC, 1 LIMIT "+fmt.Sprint(database.MostSessions), func(rows *sql.Rows, b *database.Blocking) error {
		b.Holds = []database.Hold{}
		return rows.Scan(&b.Session.PID, &b.Waiting, &b.WaitedMs)
	})
	if err != nil {
		l.unknown("who waits for whom", err)
	}
	l.found.Blockers = blocking
	for i := range blocking {
		if list, err := sessions(l.ctx, l.e.conn, "WHERE id = ?", blocking[i].Session.PID); err == nil && len(list) > 0 {
			blocking[i].Session = list[0]
		}
	}
}

// replicas are the sessions that send the binary log. How far behind they are, only they know.
func (l *look) replicas() {
	list, err := read(l, "SELECT COALESCE(SUBSTRING_INDEX(host, ':', 1), ''), command FROM information_schema.processlist WHERE command LIKE 'Binlog Dump%' ORDER BY 1",
		func(rows *sql.Rows, r *database.Replica) error { return rows.Scan(&r.Name, &r.State) })
	if err != nil {
		l.unknown("replicas", err)
	}
	l.found.Replicas = list
}
