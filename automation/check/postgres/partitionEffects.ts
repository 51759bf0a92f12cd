/** What attaching and detaching partitions does. */
import type { AlterTableCmd } from "libpg-query";
import type { Context } from "./context.ts";
import { breaking, type Effect, tableLock, work } from "./effect.ts";
import { bodyOf } from "./tree.ts";

/**
 * ATTACH PARTITION takes SHARE UPDATE EXCLUSIVE on the parent and ACCESS EXCLUSIVE on the partition, which it scans unless a
 * validated check implies the bound; the default partition is locked and scanned likewise (manual, ALTER TABLE).
 */
export function attachPartition(parent: string, { def }: AlterTableCmd, context: Context): Effect[] {
  const { schema, version } = context;
  const { name, bound } = bodyOf(def, "PartitionCmd") ?? {};
  if (!bound) return [work(parent, "some", "attaches an index")];
  const child = schema.nameOf(name);
  const key = schema.tables.get(parent)?.partitionKey ?? [];
  const onParent =
    version < 12
      ? tableLock(parent, "some", `attaches a partition to ${parent}`)
      : work(parent, "some", "attaches a partition");
  return [
    onParent,
    implied(child, parent, context)
      ? tableLock(child, "some", `attaches ${child}, whose check implies the bound`)
      : scans(child, child, key),
    ...missingIndexes(parent, child, context),
    ...defaultPartition(parent, key, context),
  ];
}

function scans(scanned: string, subject: string, key: readonly string[]): Effect {
  const column = key[0] ?? "key";
  return breaking(
    tableLock(scanned, "long", `scans ${scanned}`, "scan"),
    "attach-partition",
    subject,
    `ATTACH PARTITION scans ${scanned} under ACCESS EXCLUSIVE to see that its rows fit`,
    `first ADD CONSTRAINT … CHECK (${column} IS NOT NULL AND …, what the bound says) NOT VALID, VALIDATE it in the next migration, then attach`,
  );
}

/** Whether a validated check names every column of the partition key. */
function implied(child: string, parent: string, { schema }: Context): boolean {
  const { partitionKey: key = [], strategy } = schema.tables.get(parent) ?? {};
  const table = schema.tables.get(child);
  if (!table || key.length === 0 || strategy === "hash") return false;
  // The bound says of each column of the key that it is not null.
  if (!key.every((column) => schema.isNotNull(child, column))) return false;
  return [...table.constraints.values()].some(
    ({ kind, valid, columns }) =>
      kind === "check" && valid && key.every((column) => columns.includes(column)),
  );
}

/** An index of the parent that the partition lacks is built under the same lock. */
function missingIndexes(parent: string, child: string, { schema }: Context): Effect[] {
  const has = (columns: readonly string[]) =>
    schema.indexesOf(child).some((one) => one.columns.join(" ") === columns.join(" "));
  return schema.indexes
    .linking(parent)
    .filter(([, one]) => !has(one.columns))
    .map(([name]) =>
      breaking(
        tableLock(child, "long", `builds an index on ${child}`, "index"),
        "attach-partition",
        `${child} ${name}`,
        `ATTACH PARTITION builds index ${name} on ${child} under ACCESS EXCLUSIVE, since the partition has none like it`,
        `CREATE INDEX CONCURRENTLY on ${child} first, in a file of its own`,
      ),
    );
}

function defaultPartition(parent: string, key: readonly string[], context: Context): Effect[] {
  const name = context.schema.tables.get(parent)?.defaultPartition;
  return name === undefined
    ? []
    : [implied(name, parent, context) ? tableLock(name, "some", `locks ${name}`) : scans(name, name, key)];
}

/** CREATE TABLE … PARTITION OF locks the parent (ACCESS EXCLUSIVE) and scans the default partition. */
export function newPartition(parent: string, isDefault: boolean, context: Context): Effect[] {
  const lock = tableLock(parent, "some", `adds a partition to ${parent}`);
  const key = context.schema.tables.get(parent)?.partitionKey ?? [];
  return [lock, ...(isDefault ? [] : defaultPartition(parent, key, context))];
}

export function detachPartition(parent: string, { def }: AlterTableCmd, { schema }: Context): Effect[] {
  const { name, concurrent } = bodyOf(def, "PartitionCmd") ?? {};
  if (concurrent)
    return [work(parent, "long", `detaches a partition of ${parent}, waiting for those who use it`)];
  const child = schema.nameOf(name);
  return [
    tableLock(parent, "some", `detaches a partition of ${parent}`),
    tableLock(child, "some", `detaches ${child}`),
  ];
}
