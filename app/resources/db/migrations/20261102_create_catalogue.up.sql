-- LOCAL: golang-migrate runs all files on one connection, and a timeout of the session would reach into the next file. A file
-- of several statements is one transaction.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE products (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  sku text NOT NULL UNIQUE,
  name text NOT NULL,
  price_cents bigint NOT NULL CHECK (price_cents >= 0),
  created_at timestamptz NOT NULL DEFAULT now()
);

INSERT INTO products (sku, name, price_cents) VALUES
  ('TEA-SENCHA-100', 'Sencha, 100 g', 1250),
  ('TEA-HOJICHA-100', 'Hojicha, 100 g', 980),
  ('POT-KYUSU-300', 'Kyusu teapot, 300 ml', 4900);
