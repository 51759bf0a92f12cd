/** What ADD CONSTRAINT and SET NOT NULL do. */
import type { Constraint } from "libpg-query";
import type { Context } from "./context.ts";
import { breaking, type Effect, tableLock } from "./effect.ts";
import { columnMissing, keyIndexThere, uniqueWithoutKey } from "./existence.ts";
import type { Index } from "./facts.ts";
import { keyWork } from "./keyWork.ts";
import { type Refused, refusal } from "./refusal.ts";
import { noIndex } from "./refusedColumns.ts";
import { usedIndex } from "./rememberConstraint.ts";
import { listName, namesOf } from "./sqlNames.ts";

export function constraintEffects(table: string, constraint: Constraint, context: Context): Effect[] {
  const { contype, skip_validation: notValid, is_enforced: enforced } = constraint;
  const subject = `${table}.${constraint.conname ?? listName(constraint.fk_attrs ?? constraint.keys)}`;
  const keys = namesOf(constraint.keys);
  const named = [...keys, ...namesOf(constraint.fk_attrs)];
  const missing = [...columnMissing(table, named, context), ...keyIndexThere(constraint, table, context)];
  if (missing.length > 0) return missing;
  const scan = notValid !== true && enforced !== false;
  switch (contype) {
    case "CONSTR_UNIQUE":
    case "CONSTR_PRIMARY":
    case "CONSTR_EXCLUSION": {
      const refused =
        contype === "CONSTR_EXCLUSION" ? [] : uniqueWithoutKey(table, subject, keys, context.schema);
      if (refused.length > 0 && constraint.indexname === undefined) return refused;
      return constraint.indexname === undefined
        ? [buildsIndex(table, subject, constraint, context)]
        : usingIndex(table, subject, constraint, context);
    }
    case "CONSTR_FOREIGN":
      return foreignKey(table, subject, constraint, scan, context);
    case "CONSTR_NOTNULL":
      if (scan) return keys.map((key) => setNotNull(table, key, context));
      break;
    case "CONSTR_CHECK":
      if (scan) return [checkScan(table, subject)];
      break;
    default:
  }
  return [tableLock(table, "some", `adds a constraint to ${table}`)];
}

export function setNotNull(table: string, column: string, { schema, file }: Context): Effect {
  if (schema.isNotNull(table, column) || file.emptied.get(table) === "truncate") {
    return tableLock(table, "some", `sets ${table}.${column} NOT NULL, which it is already`);
  }
  return breaking(
    tableLock(table, "long", `scans ${table}`, "scan"),
    "set-not-null",
    `${table}.${column}`,
    `setting ${table}.${column} NOT NULL scans the table under ACCESS EXCLUSIVE`,
    `first ADD CONSTRAINT … CHECK (${column} IS NOT NULL) NOT VALID, VALIDATE it in the next migration, then SET NOT NULL, in a statement before the one that drops the check`,
  );
}

function buildsIndex(
  table: string,
  subject: string,
  { contype, keys }: Constraint,
  { schema }: Context,
): Effect {
  const partitioned = schema.tables.get(table)?.partitioned;
  const unique = partitioned
    ? `CREATE UNIQUE INDEX … ON ONLY ${table}, CREATE UNIQUE INDEX CONCURRENTLY on each partition in files of their own, then ALTER INDEX … ATTACH PARTITION: a unique index serves instead of the constraint`
    : "CREATE UNIQUE INDEX CONCURRENTLY in a file of its own, then ADD CONSTRAINT … USING INDEX";
  const fix =
    contype === "CONSTR_EXCLUSION"
      ? "an exclusion constraint cannot be built concurrently: add it at a quiet time, and say so with a disable comment"
      : unique;
  return breaking(
    tableLock(table, "long", `builds an index on ${table}`, keyWork(table, namesOf(keys), schema)),
    "constraint-builds-index",
    subject,
    `the constraint builds its index on ${table} under ACCESS EXCLUSIVE`,
    fix,
  );
}

function usingIndex(table: string, subject: string, constraint: Constraint, context: Context): Effect[] {
  const { schema } = context;
  const name = constraint.indexname ?? "";
  const index = usedIndex(table, constraint, schema);
  const lock = tableLock(table, "some", `adds a constraint to ${table}`);
  if (schema.tables.get(table)?.partitioned) {
    return [
      refusal(table, subject, {
        words: "ALTER TABLE / ADD CONSTRAINT USING INDEX is not supported on partitioned tables",
        fix: "keep the unique index: it serves instead of the constraint",
      }),
    ];
  }
  const refused = index ? notForKey(name, index) : noIndex(table, name, schema);
  if (refused) return [refusal(table, subject, refused)];
  if (constraint.contype !== "CONSTR_PRIMARY") return [lock];
  // The columns of a primary key are set NOT NULL, by a scan where that is not known.
  const nullable = (index?.columns ?? []).filter((column) => !schema.isNotNull(table, column));
  return [lock, ...nullable.map((column) => setNotNull(table, column, context))];
}

/** parse_utilcmd.c, transformIndexConstraint. */
function notForKey(name: string, { unique, partial, columns }: Index): Refused | undefined {
  if (!unique)
    return { words: `"${name}" is not a unique index`, fix: "create a unique index, and take that" };
  if (columns.includes(""))
    return {
      words: `index "${name}" contains expressions`,
      fix: "keep the index: no constraint is over expressions",
    };
  if (!partial) return undefined;
  return {
    words: `"${name}" is a partial index, and a constraint cannot be built on one`,
    fix: "create the unique index without WHERE, or keep the index without a constraint",
  };
}

/** Both tables are locked (SHARE ROW EXCLUSIVE), so both have to be named. */
function foreignKey(
  table: string,
  subject: string,
  constraint: Constraint,
  scan: boolean,
  { schema, version }: Context,
): Effect[] {
  const referenced = schema.nameOf(constraint.pktable);
  const lock = tableLock(
    table,
    scan ? "long" : "some",
    `adds a foreign key from ${table} to ${referenced}`,
    "foreignKey",
  );
  const other = tableLock(referenced, "some", `adds a foreign key to ${referenced}`);
  const partitioned = schema.tables.get(table)?.partitioned === true;
  const onPartitions = `add it as NOT VALID to each partition, VALIDATE each in the next migration, then add it to ${table}: Postgres takes the partitions' own over without a scan`;
  if (!scan && partitioned && version < 18) {
    const words = `cannot add NOT VALID foreign key on partitioned table "${table}" referencing relation "${referenced}"`;
    return [refusal(table, subject, { words, fix: onPartitions }), other];
  }
  if (!scan || partitionsHaveKey(table, constraint, schema))
    return [{ ...lock, lock: "some", duration: "some" }, other];
  return [
    breaking(
      lock,
      "foreign-key-validated",
      subject,
      `the foreign key from ${table} to ${referenced} scans ${table} while writes to both tables wait`,
      partitioned && version < 18
        ? onPartitions
        : "add it as NOT VALID, and VALIDATE CONSTRAINT in the next migration",
    ),
    other,
  ];
}

/** Whether each partition has a validated foreign key over the same columns, which the parent's takes over. */
function partitionsHaveKey(table: string, constraint: Constraint, schema: Context["schema"]): boolean {
  const columns = namesOf(constraint.fk_attrs).join(" ");
  const referenced = schema.nameOf(constraint.pktable);
  const partitions = schema.partitionsOf(table);
  return (
    partitions.length > 0 &&
    partitions.every((partition) =>
      schema
        .constraints(partition)
        .some((fact) => fact.valid && fact.references === referenced && fact.columns.join(" ") === columns),
    )
  );
}

function checkScan(table: string, subject: string): Effect {
  return breaking(
    tableLock(table, "long", `scans ${table}`, "scan"),
    "check-validated",
    subject,
    `the check scans ${table} under ACCESS EXCLUSIVE`,
    "add it as NOT VALID, and VALIDATE CONSTRAINT in the next migration",
  );
}
