package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"ecs-migrate/migrator/internal/database"
)

// sizes takes no lock: pg_relation_size and pg_partition_tree lock what they look at, so the catalogue's numbers stand in.
// As the planner does, pages are scaled to the live rows; a table that was never analysed gets its row width from its columns.
const sizes = `WITH RECURSIVE leaf AS (
  SELECT c.oid AS root, c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_toast%%' AND n.nspname NOT LIKE 'pg_temp%%'
  UNION ALL
  SELECT leaf.root, i.inhrelid FROM leaf JOIN pg_class p ON p.oid = leaf.oid AND p.relkind = 'p' JOIN pg_inherits i ON i.inhparent = leaf.oid
), counted AS (
  SELECT leaf.root, c.oid, c.relpages, c.reltuples, c.reltoastrelid, b.size, CASE WHEN c.relkind = 'p' THEN 0
    WHEN pg_stat_get_live_tuples(c.oid) > 0 THEN pg_stat_get_live_tuples(c.oid) ELSE greatest(c.reltuples, 0) END::float8 AS rows
  FROM leaf JOIN pg_class c ON c.oid = leaf.oid, (SELECT current_setting('block_size')::bigint AS size) b
), measured AS (
  SELECT root, rows, CASE WHEN relpages > 0 AND reltuples > 0 THEN relpages * size * greatest(rows / reltuples, 1)
      WHEN rows = 0 THEN relpages * size
      ELSE rows * (SELECT 28 + coalesce(sum(CASE WHEN a.attlen > 0 THEN a.attlen WHEN a.atttypmod BETWEEN 5 AND 36 THEN a.atttypmod - 4 ELSE 32 END), 0)
        FROM pg_attribute a WHERE a.attrelid = counted.oid AND a.attnum > 0 AND NOT a.attisdropped) END AS bytes,
    greatest((SELECT t.relpages FROM pg_class t WHERE t.oid = reltoastrelid) * size, pg_stat_get_live_tuples(nullif(reltoastrelid, 0)) * 2000) AS toast,
    (SELECT sum(i.relpages) FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid WHERE x.indrelid = counted.oid) * size AS indexed,
    (SELECT count(*) FROM pg_index x WHERE x.indrelid = counted.oid) AS indexes
  FROM counted
), summed AS (
  SELECT root, sum(rows) AS rows, sum(bytes) AS bytes, coalesce(sum(toast), 0) AS toast, coalesce(sum(indexed), 0) AS indexed, max(indexes) AS indexes FROM measured GROUP BY root
)
SELECT coalesce(json_agg(t ORDER BY bytes DESC, schema, name), '[]') FROM (
  SELECT n.nspname AS schema, c.relname AS name, s.rows::bigint AS rows, s.bytes::bigint AS bytes, s.toast::bigint AS "toastBytes",
    s.indexed::bigint AS "indexBytes", s.indexes::int AS indexes, c.relkind = 'p' AS partitioned
  FROM summed s JOIN pg_class c ON c.oid = s.root JOIN pg_namespace n ON n.oid = c.relnamespace ORDER BY s.bytes DESC, 1, 2 LIMIT %d) t`

const tableCount = `SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_toast%%' AND n.nspname NOT LIKE 'pg_temp%%'`

const invalidIndexes = `SELECT coalesce(json_agg(t), '[]') FROM (
  SELECT n.nspname AS schema, i.relname AS name, c.relname AS "table",
    EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = x.indexrelid) AS building
  FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE NOT x.indisvalid AND i.relkind = 'i' ORDER BY 1, 2 LIMIT 100) t`

// heldLocks are those on tables.
const heldLocks = `coalesce((SELECT json_agg(h) FROM (
    SELECT DISTINCT n.nspname AS schema, c.relname AS "table", l.mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE %s AND l.granted AND l.locktype = 'relation' AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND c.relkind IN ('r', 'p', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2, 3 LIMIT %d) h), '[]')::text`

// preparedLock finds the locks of a prepared transaction, which has no pid.
const preparedLock = `l.pid IS NULL AND l.virtualtransaction IN (SELECT x.virtualtransaction FROM pg_locks x
      WHERE x.pid IS NULL AND x.locktype = 'transactionid' AND x.transactionid = p.transaction)`

const replicas = `SELECT coalesce(json_agg(t), '[]') FROM (
  SELECT coalesce(application_name, '') AS name, coalesce(state, '') AS state,
    round(extract(epoch FROM replay_lag) * 1000)::float8 AS "lagMs" FROM pg_stat_replication ORDER BY 1 LIMIT %d) t`

// server has pages of 8 kB in shared_buffers; the role sees other roles' sessions only as a member of pg_read_all_stats.
const server = `SELECT json_build_object('version', current_setting('server_version'), 'readOnly', pg_is_in_recovery() OR current_setting('default_transaction_read_only')::bool,
  'cacheBytes', (SELECT setting::bigint FROM pg_settings WHERE name = 'shared_buffers') * current_setting('block_size')::bigint)::text,
  pg_has_role(current_user, 'pg_read_all_stats', 'USAGE')`

// fixedWork sorts numbers: the work of most of what takes long, without a table.
const fixedWork = `SELECT count(*) FROM (SELECT i FROM generate_series(1, 100000) i ORDER BY (i * 7919::bigint) %% 100003 OFFSET 0) t`

// seen reads one part of the inspection. A server or a role that does not give it makes it unknown, not the whole wrong.
type look struct {
	ctx   context.Context
	e     *Engine
	found *database.Inspection
	lost  error
}

func (l *look) rows(what, sql string, args ...any) [][]string {
	if l.lost != nil {
		return nil
	}
	if err := l.e.do(l.ctx, "SAVEPOINT look"); err != nil {
		l.lost = err
		return nil
	}
	rows, err := query(l.ctx, l.e.conn, fmt.Sprintf(sql, args...))
	if err == nil {
		return rows
	}
	failure := l.e.failure(err, nil)
	if l.lost = l.e.do(l.ctx, "ROLLBACK TO look"); l.lost != nil {
		l.lost = errors.Join(failure, l.lost)
	}
	l.found.Unknown = append(l.found.Unknown, database.Unseen{What: what, Why: failure.Error()})
	return nil
}

// json reads one value into a part of the inspection.
func (l *look) json(into any, what, sql string, args ...any) {
	if rows := l.rows(what, sql, args...); len(rows) == 1 {
		if err := json.Unmarshal([]byte(rows[0][0]), into); err != nil {
			l.lost = fmt.Errorf("the server's answer does not read: %w", err)
		}
	}
}

// Inspect reads in one short transaction. It waits for nobody: no table is opened but the catalogue's.
func (e *Engine) Inspect(ctx context.Context) (*database.Inspection, error) {
	if err := e.do(ctx, "BEGIN READ ONLY; SET LOCAL statement_timeout = '10s'; SET LOCAL lock_timeout = '1s'; SET LOCAL jit = off"); err != nil {
		return nil, err
	}
	defer func() { _ = e.do(ctx, "ROLLBACK") }()
	found := &database.Inspection{Tables: []database.Table{}, InvalidIndexes: []database.InvalidIndex{}, Transactions: []database.Transaction{},
		Blockers: []database.Blocking{}, Replicas: []database.Replica{}, Unknown: []database.Unseen{}}
	l := &look{ctx: ctx, e: e, found: found}
	l.json(&found.Tables, "sizes", sizes, database.MostTables)
	if count := l.rows("sizes", tableCount); len(count) == 1 {
		found.TablesOmitted = max(0, int(number(count[0][0]))-len(found.Tables))
	}
	l.json(&found.InvalidIndexes, "invalid indexes", invalidIndexes)
	l.transactions()
	l.blockers()
	l.json(&found.Replicas, "replicas", replicas, database.MostSessions)
	l.server()
	if l.lost != nil {
		return nil, l.lost
	}
	return found, nil
}

func (l *look) server() {
	rows := l.rows("server", server)
	if len(rows) != 1 {
		return
	}
	if err := json.Unmarshal([]byte(rows[0][0]), &l.found.Server); err != nil {
		l.lost = err
		return
	}
	if rows[0][1] != "t" {
		l.found.Unknown = append(l.found.Unknown, database.Unseen{What: "other roles' sessions and replicas", Why: "the role is no member of pg_read_all_stats (GRANT pg_monitor)"})
	}
	l.found.Server.SpeedMs = l.speed()
}

// speed is the best of three, so that a busy moment does not count.
func (l *look) speed() float64 {
	best := time.Duration(0)
	for range 3 {
		begun := time.Now()
		if l.rows("speed", fixedWork) == nil {
			return 0
		}
		if took := time.Since(begun); best == 0 || took < best {
			best = took
		}
	}
	return float64(best.Microseconds()) / 1000
}

func (l *look) transactions() {
	old := fmt.Sprintf("< clock_timestamp() - interval '%d s'", int(database.OldTransaction().Seconds()))
	sessions := l.rows("transactions", `SELECT `+sessionColumns+`, `+fmt.Sprintf(heldLocks, "l.pid = a.pid", database.MostHolds)+` FROM pg_stat_activity a
		WHERE a.datname = current_database() AND a.xact_start `+old+` AND a.pid <> pg_backend_pid() AND a.backend_type = 'client backend'
		ORDER BY a.xact_start LIMIT %d`, database.MostSessions)
	// A prepared transaction holds its locks until somebody ends it. Its name is the application's and is not shown.
	prepared := l.rows("prepared transactions", `SELECT 0, '', p.owner, 'prepared transaction', extract(epoch FROM clock_timestamp() - p.prepared) * 1000, '',
		`+fmt.Sprintf(heldLocks, preparedLock, database.MostHolds)+`
		FROM pg_prepared_xacts p WHERE p.database = current_database() AND p.prepared `+old+` ORDER BY p.prepared LIMIT %d`, database.MostSessions)
	for _, row := range append(sessions, prepared...) {
		l.found.Transactions = append(l.found.Transactions, database.Transaction{Blocker: blocker(row), Holds: l.holds(row[6])})
	}
}

func (l *look) holds(text string) []database.Hold {
	list := []database.Hold{}
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		l.lost = err
	}
	return list
}

func (l *look) blockers() {
	waited := "NULL::timestamptz"
	if l.e.number >= 140000 {
		waited = "min((SELECT min(l.waitstart) FROM pg_locks l WHERE l.pid = s.pid AND NOT l.granted))"
	}
	rows := l.rows("blockers", `SELECT `+sessionColumns+`, `+fmt.Sprintf(heldLocks, "l.pid = a.pid", database.MostHolds)+`, w.waiting, extract(epoch FROM clock_timestamp() - w.since) * 1000
		FROM (SELECT b.pid, count(*) AS waiting, `+waited+` AS since
			FROM pg_stat_activity s, unnest(pg_blocking_pids(s.pid)) AS b (pid) WHERE s.wait_event_type = 'Lock' AND s.datname = current_database() GROUP BY 1) w
		JOIN pg_stat_activity a ON a.pid = w.pid ORDER BY w.waiting DESC, a.pid LIMIT %d`, database.MostSessions)
	for _, row := range rows {
		blocking := database.Blocking{Session: blocker(row), Waiting: int(number(row[7])), Holds: l.holds(row[6])}
		if row[8] != "" {
			ms := max(0, float64(int64(number(row[8]))))
			blocking.WaitedMs = &ms
		}
		l.found.Blockers = append(l.found.Blockers, blocking)
	}
}

func number(text string) float64 {
	value, _ := strconv.ParseFloat(text, 64)
	return value
}
