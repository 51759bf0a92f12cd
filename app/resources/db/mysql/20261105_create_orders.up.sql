-- Two statements, each of which can run twice: if the second fails, the file is run again as it is.
CREATE TABLE IF NOT EXISTS orders (
  id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  customer_email varchar(254) NOT NULL,
  placed_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE IF NOT EXISTS order_lines (
  order_id bigint unsigned NOT NULL,
  product_id bigint unsigned NOT NULL,
  quantity int unsigned NOT NULL,
  unit_price_cents bigint unsigned NOT NULL,
  PRIMARY KEY (order_id, product_id),
  CONSTRAINT order_lines_order FOREIGN KEY (order_id) REFERENCES orders (id),
  CONSTRAINT order_lines_product FOREIGN KEY (product_id) REFERENCES products (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
