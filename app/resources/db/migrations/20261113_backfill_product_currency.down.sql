-- Empties what the backfill filled, in batches as well.
DO $$
DECLARE
  emptied bigint;
BEGIN
  LOOP
    PERFORM set_config('lock_timeout', '5s', true);
    UPDATE products SET currency = NULL
    WHERE id IN (SELECT id FROM products WHERE currency IS NOT NULL ORDER BY id LIMIT 1000);
    GET DIAGNOSTICS emptied = ROW_COUNT;
    COMMIT;
    EXIT WHEN emptied = 0;
  END LOOP;
END
$$;
