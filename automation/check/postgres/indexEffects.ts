/** What CREATE INDEX and REINDEX do. */
import type { IndexStmt } from "libpg-query";
import type { Context } from "./context.ts";
import { breaking, type Effect, tableLock, work } from "./effect.ts";
import { columnMissing, indexThere, uniqueWithoutKey } from "./existence.ts";
import { keyWork } from "./keyWork.ts";
import { refusal } from "./refusal.ts";
import { besides } from "./schema.ts";
import { namesIn } from "./tree.ts";

export function createIndex(statement: IndexStmt, context: Context): Effect[] {
  const { idxname, relation, concurrent, if_not_exists: ifNotExists } = statement;
  const { schema } = context;
  const table = schema.nameOf(relation);
  const name = idxname ?? "without a name";
  if (ifNotExists && schema.indexes.get(besides(table, name)))
    return [tableLock(table, "some", `finds index ${name} there`)];
  const facts = schema.tables.get(table);
  const columns = namesIn(statement.indexParams, "IndexElem");
  const refused = [
    ...(ifNotExists ? [] : indexThere(statement, table, context)),
    ...columnMissing(table, columns, context),
    ...(statement.unique ? uniqueWithoutKey(table, name, columns, schema) : []),
  ];
  if (refused.length > 0) return refused;
  const key = keyWork(table, columns, schema);
  if (facts?.partitioned) return [onPartitioned(statement, table, name)];
  if (!concurrent) {
    return [
      breaking(
        tableLock(table, "long", `builds an index on ${table}`, key),
        "index-not-concurrent",
        idxname ?? table,
        `index ${name} blocks writes to ${table} while it builds`,
        "CREATE INDEX CONCURRENTLY, in a file of its own",
      ),
    ];
  }
  const build = work(table, "long", `builds an index on ${table} while reads and writes go on`, key);
  return [ifNotExists ? mayBeInvalid(build, name) : build];
}

/** PG: a partitioned table has an index of its own only as the parent of its partitions' indexes. */
function onPartitioned({ relation, concurrent, unique }: IndexStmt, table: string, name: string): Effect {
  const kind = unique ? "UNIQUE INDEX" : "INDEX";
  const fix = `CREATE ${kind} … ON ONLY ${table}, CREATE ${kind} CONCURRENTLY on each partition in files of their own, then ALTER INDEX … ATTACH PARTITION each`;
  const lock = tableLock(table, "some", `adds an index to ${table}`);
  if (concurrent)
    return refusal(table, name, {
      words: `cannot create index on partitioned table "${table}" concurrently`,
      fix,
    });
  if (relation?.inh !== true) return lock;
  return breaking(
    { ...lock, lock: "long", duration: "long", rows: "index" },
    "index-not-concurrent",
    name,
    `index ${name} blocks writes to all partitions of ${table} while it builds`,
    fix,
  );
}

function mayBeInvalid(effect: Effect, name: string): Effect {
  return breaking(
    effect,
    "invalid-index",
    name,
    `if a build of ${name} fails, its index stays as INVALID, and IF NOT EXISTS then passes over it: the version is clean and the index serves no query`,
    `CREATE INDEX CONCURRENTLY without IF NOT EXISTS; after a failed build DROP INDEX CONCURRENTLY IF EXISTS ${name} first`,
  );
}
