-- What the migrator asks a MySQL or MariaDB server. {name} stands for the text of another part.

-- name: session
p.id, '', p.user, CONCAT_WS(': ', p.command, NULLIF(p.state, '')), p.time * 1000, LEFT(p.info, 2000)

-- name: has table
SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE()
  AND CONCAT('`', REPLACE(table_schema, '`', '``'), '`.`', REPLACE(table_name, '`', '``'), '`') = ?

-- name: try lock
SELECT GET_LOCK(?, 0)

-- name: unlock
DO RELEASE_LOCK(?)

-- name: holders
SELECT {session} FROM information_schema.processlist p WHERE p.id = IS_USED_LOCK(?)

-- name: state
SELECT CONCAT_WS(': ', command, NULLIF(state, '')) FROM information_schema.processlist WHERE id = ?

-- name: waits
SELECT blocking_engine_transaction_id AS blocking, requesting_engine_transaction_id AS requesting FROM performance_schema.data_lock_waits

-- name: waits, MariaDB
SELECT blocking_trx_id AS blocking, requesting_trx_id AS requesting FROM information_schema.innodb_lock_waits

-- name: waits, MySQL 5
SELECT blocking_trx_id AS blocking, requesting_trx_id AS requesting FROM information_schema.innodb_lock_waits

-- name: pairs
({waits}) w JOIN information_schema.innodb_trx b ON b.trx_id = w.blocking JOIN information_schema.innodb_trx r ON r.trx_id = w.requesting

-- InnoDB knows who blocks a row.
-- name: blockers
SELECT {session} FROM information_schema.processlist p WHERE p.id IN (SELECT b.trx_mysql_thread_id FROM {pairs} WHERE r.trx_mysql_thread_id = ?)

-- name: blockers of a table
SELECT {session} FROM performance_schema.threads me
JOIN performance_schema.metadata_locks wanted ON wanted.owner_thread_id = me.thread_id AND wanted.lock_status = 'PENDING'
JOIN performance_schema.metadata_locks held ON held.lock_status = 'GRANTED' AND held.owner_thread_id <> me.thread_id
  AND held.object_type = wanted.object_type AND held.object_schema <=> wanted.object_schema AND held.object_name <=> wanted.object_name
  AND NOT (held.lock_type = 'INTENTION_EXCLUSIVE' AND wanted.lock_type = 'INTENTION_EXCLUSIVE')
JOIN performance_schema.threads other ON other.thread_id = held.owner_thread_id JOIN information_schema.processlist p ON p.id = other.processlist_id
WHERE me.processlist_id = ? GROUP BY 1, 2, 3, 4, 5, 6

-- name: blockers of a table, MariaDB

-- Where the server does not say who holds the metadata lock, the sessions with an open transaction are named: those of the same
-- database, or else all.
-- name: suspects
{suspects elsewhere} AND p.db = me.db

-- name: suspects elsewhere
SELECT {session} FROM information_schema.processlist me JOIN information_schema.processlist p ON p.id <> me.id
WHERE p.id IN (SELECT trx_mysql_thread_id FROM information_schema.innodb_trx) AND me.id = ? AND me.state LIKE '%lock%'

-- name: cancel
KILL QUERY ?

-- name: end session
KILL ?

-- The rest is for inspect. The catalogue opens a table at high priority, which makes nobody wait; where it would wait itself,
-- it gives up after a second and knows nothing of that table. trx_started is in the server's own time zone.

-- name: begin
SET SESSION lock_wait_timeout = 1, time_zone = 'SYSTEM', max_execution_time = 10000; START TRANSACTION READ ONLY

-- name: begin, MariaDB
SET SESSION lock_wait_timeout = 1, time_zone = 'SYSTEM', max_statement_time = 10; START TRANSACTION READ ONLY

-- name: sizes
SELECT t.table_schema, t.table_name, COALESCE(t.table_rows, 0), COALESCE(t.data_length, 0), 0, COALESCE(t.index_length, 0),
  (SELECT COUNT(DISTINCT s.index_name) FROM information_schema.statistics s WHERE s.table_schema = t.table_schema AND s.table_name = t.table_name),
  COALESCE(t.create_options, '') LIKE '%partitioned%', t.engine,
  (SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE')
FROM information_schema.tables t WHERE t.table_schema = DATABASE() AND t.table_type = 'BASE TABLE' ORDER BY 4 DESC, 2 LIMIT 500

-- name: transactions
SELECT p.id, '', p.user, CONCAT_WS(': ', p.command, NULLIF(p.state, '')), TIMESTAMPDIFF(SECOND, t.trx_started, NOW()) * 1000, LEFT(p.info, 2000), p.id
FROM information_schema.innodb_trx t JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id
WHERE t.trx_started < NOW() - INTERVAL ? SECOND AND p.id <> CONNECTION_ID() AND (p.db = DATABASE() OR p.db IS NULL) ORDER BY t.trx_started LIMIT 50

-- name: who waits for whom
SELECT {session}, p.id, w.waiting, w.waited
FROM (SELECT b.trx_mysql_thread_id AS id, COUNT(*) AS waiting, MAX(TIMESTAMPDIFF(SECOND, r.trx_wait_started, NOW())) * 1000.0 AS waited FROM {pairs} GROUP BY 1) w
JOIN information_schema.processlist p ON p.id = w.id ORDER BY w.waiting DESC, p.id LIMIT 50

-- MySQL 8 watches metadata locks unless it is told not to; MariaDB does with the plugin metadata_lock_info.
-- name: locks on tables
SELECT t.processlist_id, m.object_schema, m.object_name, m.lock_type FROM performance_schema.metadata_locks m
JOIN performance_schema.threads t ON t.thread_id = m.owner_thread_id
WHERE m.object_type = 'TABLE' AND m.lock_status = 'GRANTED' AND m.object_schema = DATABASE() ORDER BY 1, 2, 3, 4

-- name: locks on tables, MariaDB
SELECT thread_id, table_schema, table_name, lock_mode FROM information_schema.metadata_lock_info WHERE table_schema = DATABASE() AND table_name <> '' ORDER BY 1, 2, 3, 4

-- They are the sessions that send the binary log. How far behind they are, only they know.
-- name: replicas
SELECT SUBSTRING_INDEX(host, ':', 1), command, NULL FROM information_schema.processlist WHERE command LIKE 'Binlog Dump%' ORDER BY 1

-- name: server
SELECT VERSION(), @@read_only, @@innodb_buffer_pool_size, NULL

-- name: speed
SELECT BENCHMARK(300000, MD5('ecs-migrate'))
