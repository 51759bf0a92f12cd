-- LOCK=NONE: the server refuses the statement where rows could not be written meanwhile.
ALTER TABLE orders ADD INDEX orders_placed_at (placed_at), ALGORITHM = INPLACE, LOCK = NONE;
