SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '30s';

-- NOT VALID: new rows are checked from now on, the old ones are not read while the lock is held.
ALTER TABLE products
  ADD CONSTRAINT products_currency_present CHECK (currency IS NOT NULL) NOT VALID,
  ADD CONSTRAINT products_currency_iso CHECK (currency ~ '^[A-Z]{3}$') NOT VALID;
