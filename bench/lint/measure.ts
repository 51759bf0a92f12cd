/** What a file really does on a server: errors, long work under a strong lock, what the old code can no longer read. */
import pg from "pg";

export interface Truth {
  /** The server's words if it refuses the file. */
  readonly refused: string | null;
  /** Tables with rows that are read or written whole while others wait for a strong lock on them. */
  readonly blocked: readonly string[];
  /** Tables, views and matviews that were there, with a strong lock. */
  readonly locked: readonly string[];
  /** What the old code reads and can no longer. */
  readonly broken: readonly string[];
  /** A file that follows on the same connection finds no schema, or not its tables. */
  readonly leaks: boolean;
}

/** Modes that writers wait for (manual, explicit locking): SHARE and above, SHARE UPDATE EXCLUSIVE left out. */
const STRONG = ["ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"];

/** Rows of a table that count as all of it: the smallest has 50. */
const MANY = 40;

/** These words of a file stop it from being run inside BEGIN, where its locks can be seen. */
const OUTSIDE =
  /^\s*(BEGIN|SET LOCAL lock_timeout = '5s';\s*BEGIN|VACUUM|CLUSTER\s*;)|\bCONCURRENTLY\b|\bCOMMIT\b/i;

export async function measure(url: string, files: readonly string[]): Promise<Truth> {
  // On a connection of their own: a session's counters of rows outlive its transactions.
  await onConnection(url, async (client) => {
    for (const file of files.slice(0, -1)) await client.query(file);
  });
  return onConnection(url, async (client) => {
    const before = await relations(client);
    const probes = await probesOf(client);
    const last = files.at(-1) ?? "";
    const run = OUTSIDE.test(last) ? await runBare(client, last) : await runInTransaction(client, last);
    const leaks = run.refused === null && (await leaksInto(client));
    await client.query("RESET ALL");
    const broken = run.refused === null ? await brokenProbes(client, probes) : [];
    const inUse = (ids: readonly string[]) => ids.flatMap((id) => before.get(id) ?? []);
    return { refused: run.refused, blocked: inUse(run.blocked), locked: inUse(run.locked), broken, leaks };
  });
}

async function onConnection<T>(url: string, action: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await action(client);
  } finally {
    await client.end();
  }
}

/** Relations by their number, which a rename leaves. */
interface Run {
  refused: string | null;
  blocked: string[];
  locked: string[];
}

async function runBare(client: pg.Client, sql: string): Promise<Run> {
  try {
    await client.query(sql);
    // VACUUM FULL and CLUSTER are the two that rewrite outside a transaction that can be looked into.
    const whole = /VACUUM FULL (\w+)|CLUSTER (\w+)/.exec(sql);
    const table = whole?.[1] ?? whole?.[2];
    const ids = table
      ? [(await client.query("SELECT $1::regclass::oid::text AS id", [table])).rows[0].id as string]
      : [];
    return { refused: null, blocked: ids, locked: ids };
  } catch (error) {
    await client.query("ROLLBACK");
    return { refused: (error as Error).message, blocked: [], locked: [] };
  }
}

async function runInTransaction(client: pg.Client, sql: string): Promise<Run> {
  await client.query("BEGIN");
  try {
    await client.query(sql);
    const { rows } = await client.query(
      `SELECT c.oid::text AS id, c.relname AS name, coalesce(s.seq_tup_read + s.n_tup_upd + s.n_tup_del + s.n_tup_ins, 0)::int AS touched
         FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
         LEFT JOIN pg_stat_xact_all_tables s ON s.relid = c.oid
        WHERE l.pid = pg_backend_pid() AND l.mode = ANY ($1) AND c.relkind IN ('r', 'v', 'm', 'p')
          AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'pg_toast'::regnamespace)`,
      [STRONG],
    );
    const locked = [...new Set(rows.map(({ id }) => id as string))];
    // A materialized view is filled by way of a table that takes its place, so its own counters stay.
    const isRefresh = /REFRESH MATERIALIZED VIEW (?!CONCURRENTLY)(\w+)/.exec(sql)?.[1];
    const blocked = rows
      .filter(({ name, touched }) => touched >= MANY || name === isRefresh)
      .map(({ id }) => id as string);
    await client.query("COMMIT");
    return { refused: null, blocked: [...new Set(blocked)], locked };
  } catch (error) {
    await client.query("ROLLBACK");
    return { refused: (error as Error).message, blocked: [], locked: [] };
  }
}

async function relations(client: pg.Client): Promise<Map<string, string>> {
  const { rows } = await client.query(
    "SELECT oid::text AS id, oid::regclass::text AS name FROM pg_class WHERE relkind IN ('r', 'v', 'm', 'p') AND relnamespace IN ('public'::regnamespace, 'app'::regnamespace)",
  );
  return new Map(rows.map(({ id, name }) => [id as string, name as string]));
}

/** What the old code does: it reads each column of each relation, calls each function, names each label. */
async function probesOf(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query(
    `SELECT format('SELECT %s FROM %s LIMIT 0', string_agg(quote_ident(attname), ', '), attrelid::regclass) AS probe
       FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
      WHERE attnum > 0 AND NOT attisdropped AND relkind IN ('r', 'v', 'm', 'p') AND relnamespace IN ('public'::regnamespace, 'app'::regnamespace)
      GROUP BY attrelid
      UNION ALL SELECT format('SELECT %L::%s', enumlabel, enumtypid::regtype) FROM pg_enum
      UNION ALL SELECT 'SELECT one()' UNION ALL SELECT 'SELECT nextval(''q'')' UNION ALL SELECT 'SELECT 1::positive'
      UNION ALL SELECT format('SELECT 1 / count(*) FROM %s', oid::regclass) FROM pg_class WHERE relkind = 'r' AND reltuples <> 0 AND relnamespace IN ('public'::regnamespace, 'app'::regnamespace)`,
  );
  return rows.map(({ probe }) => probe as string);
}

async function brokenProbes(client: pg.Client, probes: readonly string[]): Promise<string[]> {
  const broken: string[] = [];
  for (const probe of probes) await client.query(probe).catch(() => broken.push(probe));
  return broken;
}

/** The next file of the same run makes a table without naming a schema, and reads one. */
async function leaksInto(client: pg.Client): Promise<boolean> {
  try {
    await client.query(
      "BEGIN; CREATE TABLE next_file (id int); SELECT 1 FROM public.orgs LIMIT 0; SELECT 1 FROM orgs LIMIT 0; ROLLBACK;",
    );
    return false;
  } catch {
    await client.query("ROLLBACK");
    return true;
  }
}
