SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '10min';

-- A constraint cannot be made unvalidated: it is made anew as the file before left it.
ALTER TABLE products
  DROP CONSTRAINT products_currency_present,
  DROP CONSTRAINT products_currency_iso,
  ADD CONSTRAINT products_currency_present CHECK (currency IS NOT NULL) NOT VALID,
  ADD CONSTRAINT products_currency_iso CHECK (currency ~ '^[A-Z]{3}$') NOT VALID;
