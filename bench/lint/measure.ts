/** What a file really does on a server: errors, long work under a strong lock, what the old code can no longer read. */
import pg from "pg";
import { parseSql } from "../../automation/check/postgres/statements.ts";

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

/** The next file of the same run makes a table without naming a schema. */
const NEXT_FILE = "BEGIN; CREATE TABLE next_file (id int); ROLLBACK;";

/** These words of a file stop it from being run inside BEGIN, where its locks can be seen. */
const OUTSIDE =
  /^\s*(BEGIN|SET LOCAL lock_timeout = '5s';\s*BEGIN|VACUUM|CLUSTER\s*;)|\bCONCURRENTLY\b|\bCOMMIT\b/i;

/** @param rows fills the tables before the last file runs */
export async function measure(url: string, files: readonly string[], rows = ""): Promise<Truth> {
  // On a connection of their own: a session's counters of rows outlive its transactions.
  await onConnection(url, async (client) => {
    for (const file of [...files.slice(0, -1), rows]) await client.query(file);
  });
  const probes = await onConnection(url, async (client) => {
    const all = await probesOf(client);
    const failing = new Set(await brokenProbes(client, all));
    return all.filter((probe) => !failing.has(probe));
  });
  const run = await onConnection(url, async (client) => {
    const before = await relations(client);
    const last = files.at(-1) ?? "";
    const ran = OUTSIDE.test(last) ? await runBare(client, last) : await runInTransaction(client, last);
    const inUse = (ids: readonly string[]) => ids.flatMap((id) => before.get(id) ?? []);
    const found = { refused: ran.refused, blocked: inUse(ran.blocked), locked: inUse(ran.locked) };
    return {
      ...found,
      failing: ran.refused === null ? await brokenProbes(client, [NEXT_FILE, ...probes]) : [],
    };
  });
  const { failing, ...found } = run;
  const broken = await onConnection(url, (client) => brokenProbes(client, failing));
  return { ...found, broken, leaks: failing.length > broken.length };
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

/** Statement by statement: what one reads before the file locks a table keeps nobody waiting. */
async function runInTransaction(client: pg.Client, sql: string): Promise<Run> {
  const parsed = await parseSql(sql);
  const statements = parsed.ok ? parsed.statements.map(({ text }) => text) : [sql];
  await client.query("BEGIN");
  try {
    const touched = new Map<string, number>();
    const blocked = new Set<string>();
    let locked: string[] = [];
    for (const statement of statements) {
      await client.query(statement);
      // A materialized view is filled by way of a table that takes its place, so its own counters stay.
      const refreshed = /^REFRESH MATERIALIZED VIEW (?!CONCURRENTLY)(\w+)(?! WITH NO DATA)\b/.exec(
        statement,
      )?.[1];
      const rows = await strongLocks(client);
      locked = rows.map(({ id }) => id);
      for (const { id, name, rows: now } of rows)
        if (now - (touched.get(id) ?? 0) >= MANY || name === refreshed) blocked.add(id);
      for (const { id, rows: now } of await rowsTouched(client)) touched.set(id, now);
    }
    await client.query("COMMIT");
    return { refused: null, blocked: [...blocked], locked };
  } catch (error) {
    await client.query("ROLLBACK");
    return { refused: (error as Error).message, blocked: [], locked: [] };
  }
}

interface Touched {
  id: string;
  name: string;
  rows: number;
}

/** Rows of each relation that the transaction has read in sequence or written so far. */
async function rowsTouched(client: pg.Client): Promise<Touched[]> {
  const { rows } = await client.query(
    `SELECT relid::text AS id, relname AS name, (seq_tup_read + n_tup_upd + n_tup_del + n_tup_ins)::int AS rows
       FROM pg_stat_xact_all_tables WHERE schemaname NOT LIKE 'pg\\_%'`,
  );
  return rows as Touched[];
}

async function strongLocks(client: pg.Client): Promise<Touched[]> {
  const { rows } = await client.query(
    `SELECT DISTINCT c.oid::text AS id, c.relname AS name FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
      WHERE l.pid = pg_backend_pid() AND l.mode = ANY ($1) AND c.relkind IN ('r', 'v', 'm', 'p')
        AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'pg_toast'::regnamespace)`,
    [STRONG],
  );
  const touched = new Map((await rowsTouched(client)).map(({ id, rows: count }) => [id, count]));
  return (rows as Touched[]).map((row) => ({ ...row, rows: touched.get(row.id) ?? 0 }));
}

async function relations(client: pg.Client): Promise<Map<string, string>> {
  const { rows } = await client.query(
    "SELECT oid::text AS id, oid::regclass::text AS name FROM pg_class WHERE relkind IN ('r', 'v', 'm', 'p') AND relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace, 'pg_toast'::regnamespace)",
  );
  return new Map(rows.map(({ id, name }) => [id as string, name as string]));
}

/** What the old code does: it reads each column of each relation, calls each function, names each label. */
async function probesOf(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query(
    `SELECT format('SELECT %s FROM %s LIMIT 0', string_agg(quote_ident(attname), ', '), attrelid::regclass) AS probe
       FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
      WHERE attnum > 0 AND NOT attisdropped AND relkind IN ('r', 'v', 'm', 'p') AND relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace, 'pg_toast'::regnamespace)
      GROUP BY attrelid
      UNION ALL SELECT format('SELECT %L::%s', enumlabel, enumtypid::regtype) FROM pg_enum
      UNION ALL SELECT 'SELECT one()' UNION ALL SELECT 'SELECT nextval(''q'')' UNION ALL SELECT 'SELECT 1::positive'
      UNION ALL SELECT format('SELECT 1 / count(*) FROM %s', oid::regclass) FROM pg_class WHERE relkind = 'r' AND reltuples <> 0 AND relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace, 'pg_toast'::regnamespace)`,
  );
  return rows.map(({ probe }) => probe as string);
}

async function brokenProbes(client: pg.Client, probes: readonly string[]): Promise<string[]> {
  const broken: string[] = [];
  for (const probe of probes) {
    await client.query(probe).catch(async () => {
      broken.push(probe);
      await client.query("ROLLBACK");
    });
  }
  return broken;
}
