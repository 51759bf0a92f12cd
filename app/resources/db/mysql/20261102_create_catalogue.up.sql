-- One statement a file: MySQL commits each by itself, so a file of one is applied whole or not at all.
CREATE TABLE products (
  id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  sku varchar(40) NOT NULL UNIQUE,
  name varchar(200) NOT NULL,
  price_cents bigint unsigned NOT NULL,
  created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
