-- Alone in its file: golang-migrate sends a file as one query, and Postgres runs several statements of one query in one
-- transaction, where CONCURRENTLY is refused. A build that fails leaves an INVALID index: run the down file, then this one.
CREATE INDEX CONCURRENTLY orders_placed_at_idx ON orders (placed_at);
