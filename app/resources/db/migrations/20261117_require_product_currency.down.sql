SET lock_timeout = '5s';

ALTER TABLE products
  DROP CONSTRAINT products_currency_present,
  DROP CONSTRAINT products_currency_iso;
