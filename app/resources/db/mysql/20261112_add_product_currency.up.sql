-- A default that is a constant is kept beside the table: no row is written.
ALTER TABLE products ADD COLUMN currency char(3) NOT NULL DEFAULT 'EUR', ALGORITHM = INSTANT;
