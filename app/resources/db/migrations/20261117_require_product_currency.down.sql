SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '30s';

ALTER TABLE products
  DROP CONSTRAINT products_currency_present,
  DROP CONSTRAINT products_currency_iso;
