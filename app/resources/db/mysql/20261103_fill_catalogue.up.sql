INSERT INTO products (sku, name, price_cents) VALUES
  ('TEA-SENCHA-100', 'Sencha, 100 g', 1250),
  ('TEA-HOJICHA-100', 'Hojicha, 100 g', 980),
  ('POT-KYUSU-300', 'Kyusu teapot, 300 ml', 4900);
