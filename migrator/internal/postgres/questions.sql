-- What the migrator asks a PostgreSQL server. {name} stands for the text of another part.

-- name: session
a.pid, a.application_name, a.usename, a.state, extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, a.state_change)) * 1000, left(a.query, 2000)

-- name: has table
SELECT to_regclass($1)

-- name: try lock
SELECT pg_try_advisory_lock($1::bigint)

-- name: unlock
SELECT pg_advisory_unlock($1::bigint)

-- name: holders
SELECT {session} FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.classid = 0 AND l.objid::bigint = $1::bigint
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())

-- name: state
SELECT coalesce(wait_event_type || ':' || wait_event, '') FROM pg_stat_activity WHERE pid = $1::int

-- name: blockers
SELECT {session} FROM pg_stat_activity a WHERE a.pid = ANY (pg_blocking_pids($1::int))

-- name: cancel
SELECT pg_cancel_backend($1::int)

-- name: end session
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE pid = $1::int AND application_name = current_setting('application_name') AND pid <> pg_backend_pid()

-- The rest is for inspect. It opens no table but the catalogue's.

-- name: begin
BEGIN READ ONLY; SET LOCAL statement_timeout = '10s'; SET LOCAL lock_timeout = '1s'; SET LOCAL jit = off

-- pg_relation_size and pg_partition_tree lock what they look at, so the catalogue's numbers stand in. As the planner does,
-- pages are scaled to the live rows; a table that was never analysed gets its row width from its columns.
-- name: sizes
WITH RECURSIVE leaf AS (
  SELECT c.oid AS root, c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_toast%' AND n.nspname NOT LIKE 'pg_temp%'
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
SELECT n.nspname, c.relname, s.rows::bigint, s.bytes::bigint, s.toast::bigint, s.indexed::bigint, s.indexes, c.relkind = 'p', '', count(*) OVER ()
FROM summed s JOIN pg_class c ON c.oid = s.root JOIN pg_namespace n ON n.oid = c.relnamespace ORDER BY s.bytes DESC, 1, 2 LIMIT 500

-- name: invalid indexes
SELECT n.nspname, i.relname, c.relname, EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = x.indexrelid)
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT x.indisvalid AND i.relkind = 'i' ORDER BY 1, 2 LIMIT 100

-- name: transactions
SELECT {session}, a.pid FROM pg_stat_activity a
WHERE a.datname = current_database() AND a.xact_start < clock_timestamp() - $1::int * interval '1 s' AND a.pid <> pg_backend_pid() AND a.backend_type = 'client backend'
ORDER BY a.xact_start LIMIT 50

-- A prepared transaction holds its locks until somebody ends it. Its name is the application's and is not shown.
-- name: prepared transactions
SELECT 0, '', p.owner, 'prepared transaction', extract(epoch FROM clock_timestamp() - p.prepared) * 1000, '',
  (SELECT x.virtualtransaction FROM pg_locks x WHERE x.pid IS NULL AND x.locktype = 'transactionid' AND x.transactionid = p.transaction LIMIT 1)
FROM pg_prepared_xacts p WHERE p.database = current_database() AND p.prepared < clock_timestamp() - $1::int * interval '1 s' ORDER BY p.prepared LIMIT 50

-- name: who waits for whom
SELECT {session}, a.pid, w.waiting, extract(epoch FROM clock_timestamp() - w.since) * 1000
FROM (SELECT b.pid, count(*) AS waiting, min((SELECT min(l.waitstart) FROM pg_locks l WHERE l.pid = s.pid AND NOT l.granted)) AS since
  FROM pg_stat_activity s, unnest(pg_blocking_pids(s.pid)) AS b (pid) WHERE s.wait_event_type = 'Lock' AND s.datname = current_database() GROUP BY 1) w
JOIN pg_stat_activity a ON a.pid = w.pid ORDER BY w.waiting DESC, a.pid LIMIT 50

-- name: who waits for whom, PostgreSQL 13
SELECT {session}, a.pid, w.waiting, NULL
FROM (SELECT b.pid, count(*) AS waiting FROM pg_stat_activity s, unnest(pg_blocking_pids(s.pid)) AS b (pid)
  WHERE s.wait_event_type = 'Lock' AND s.datname = current_database() GROUP BY 1) w
JOIN pg_stat_activity a ON a.pid = w.pid ORDER BY w.waiting DESC, a.pid LIMIT 50

-- name: locks on tables
SELECT key, nspname, relname, mode FROM (
  SELECT coalesce(l.pid::text, l.virtualtransaction) AS key, n.nspname, c.relname, l.mode, rank() OVER (PARTITION BY l.pid, l.virtualtransaction ORDER BY n.nspname, c.relname, l.mode) AS place
  FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE l.granted AND l.locktype = 'relation' AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND c.relkind IN ('r', 'p', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')) held
WHERE place <= 20 GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4

-- name: replicas
SELECT application_name, state, round(extract(epoch FROM replay_lag) * 1000) FROM pg_stat_replication ORDER BY 1 LIMIT 50

-- The role sees other roles' sessions only as a member of pg_read_all_stats.
-- name: server
SELECT current_setting('server_version'), pg_is_in_recovery() OR current_setting('default_transaction_read_only')::bool,
  (SELECT setting::bigint FROM pg_settings WHERE name = 'shared_buffers') * current_setting('block_size')::bigint,
  CASE WHEN NOT pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') THEN 'the role is no member of pg_read_all_stats (GRANT pg_monitor)' END

-- It sorts numbers: the work of most of what takes long, without a table.
-- name: speed
SELECT count(*) FROM (SELECT i FROM generate_series(1, 100000) i ORDER BY (i * 7919::bigint) % 100003 OFFSET 0) t
