SET lock_timeout = '5s';

-- Reads the table under a lock that lets reads and writes go on.
ALTER TABLE products VALIDATE CONSTRAINT products_currency_present;
ALTER TABLE products VALIDATE CONSTRAINT products_currency_iso;
