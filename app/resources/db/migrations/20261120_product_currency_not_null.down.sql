SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '30s';

ALTER TABLE products ADD CONSTRAINT products_currency_present CHECK (currency IS NOT NULL) NOT VALID;
ALTER TABLE products ALTER COLUMN currency DROP NOT NULL;
ALTER TABLE products VALIDATE CONSTRAINT products_currency_present;
