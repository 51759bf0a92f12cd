SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '30s';

-- Nullable and without a default: the lock lasts for the catalogue change alone. The files after this one fill the column
-- and make it NOT NULL.
ALTER TABLE products ADD COLUMN currency text;
