-- In batches, each committed, so that no row stays locked for longer than its batch takes; a second run goes on where a
-- first one stopped. COMMIT in a DO block needs the block to be the file's one statement.
DO $$
DECLARE
  filled bigint;
BEGIN
  LOOP
    PERFORM set_config('lock_timeout', '5s', true);
    UPDATE products SET currency = 'EUR'
    WHERE id IN (SELECT id FROM products WHERE currency IS NULL ORDER BY id LIMIT 1000);
    GET DIAGNOSTICS filled = ROW_COUNT;
    COMMIT;
    EXIT WHEN filled = 0;
  END LOOP;
END
$$;
