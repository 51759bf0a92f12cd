SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '10min';

-- Reads the table under a lock that lets reads and writes go on.
ALTER TABLE products VALIDATE CONSTRAINT products_currency_present;
ALTER TABLE products VALIDATE CONSTRAINT products_currency_iso;
