/** What Postgres refuses of partitions, of tables that inherit, and of those of a composite type (tablecmds.c). */
import type { AlterTableCmd } from "libpg-query";
import type { Table } from "./facts.ts";
import { refusedBound } from "./partitionBounds.ts";
import type { Refused } from "./refusal.ts";
import { subjectOf } from "./refusedColumns.ts";
import type { Schema } from "./schema.ts";
import { bodyOf } from "./tree.ts";

const VERBS = new Map<string | undefined, string>([
  ["AT_AddColumn", "add"],
  ["AT_DropColumn", "drop"],
  ["AT_AlterColumnType", "alter"],
]);

/** Columns that are another table's, or a type's. */
export function notItsOwn(command: AlterTableCmd, facts: Table, schema: Schema): Refused | undefined {
  const verb = VERBS.get(command.subtype);
  const { parent, inherits = [], ofType } = facts;
  if (command.subtype === "AT_DropNotNull" && parent && schema.isNotNull(parent, subjectOf(command)))
    return {
      words: `column "${subjectOf(command)}" is marked NOT NULL in parent table`,
      fix: `ALTER TABLE ${parent}, which changes all its partitions`,
    };
  if (verb === undefined) return undefined;
  if (ofType !== undefined)
    return {
      words: `cannot ${verb} column ${PREPOSITION[verb]} typed table`,
      fix: `ALTER TYPE ${ofType} … CASCADE`,
    };
  const owner = parent ?? inherits.find((one) => schema.column(one, subjectOf(command)));
  if (owner === undefined || (verb === "add" && parent === undefined)) return undefined;
  const words = verb === "add" ? "cannot add column to a partition" : `cannot ${verb} inherited column`;
  return { words, fix: `ALTER TABLE ${owner}, which changes all tables that have its columns` };
}

const PREPOSITION: Record<string, string> = { add: "to", drop: "from", alter: "type of" };

/** A constraint that the parent has too. */
export function inheritedConstraint(
  { name = "" }: AlterTableCmd,
  { parent }: Table,
  schema: Schema,
): Refused | undefined {
  if (parent === undefined || schema.tables.get(parent)?.constraints.get(name)?.kind !== "check")
    return undefined;
  return {
    words: `cannot drop inherited constraint "${name}"`,
    fix: `ALTER TABLE ${parent} DROP CONSTRAINT ${name}`,
  };
}

export function refusedDetach(table: string, { def }: AlterTableCmd, schema: Schema): Refused | undefined {
  const { name, concurrent } = bodyOf(def, "PartitionCmd") ?? {};
  if (concurrent && schema.tables.get(table)?.defaultPartition !== undefined)
    return {
      words: "cannot detach partitions concurrently when a default partition exists",
      fix: "DETACH PARTITION without CONCURRENTLY, after SET LOCAL lock_timeout = '5s';",
    };
  const child = schema.nameOf(name);
  const facts = schema.tables.get(child);
  if (!facts?.complete || facts.parent === table) return undefined;
  return {
    words: `relation "${child}" is not a partition of relation "${table}"`,
    fix:
      facts.parent === undefined
        ? "delete the statement"
        : `ALTER TABLE ${facts.parent} DETACH PARTITION ${child}`,
  };
}

export function refusedAttach(parent: string, { def }: AlterTableCmd, schema: Schema): Refused | undefined {
  const { name, bound } = bodyOf(def, "PartitionCmd") ?? {};
  if (!bound) return undefined;
  const child = schema.nameOf(name);
  if (schema.tables.get(child)?.parent !== undefined)
    return {
      words: `"${child}" is already a partition`,
      fix: "DETACH PARTITION first, or delete the statement",
    };
  return refusedBound(child, parent, bound, schema);
}

/** NO INHERIT of a table that is no parent. */
export function noParent(table: string, { def }: AlterTableCmd, schema: Schema): Refused | undefined {
  const parent = schema.nameOf(bodyOf(def, "RangeVar"));
  const { inherits } = schema.tables.get(table) ?? {};
  if (!inherits || inherits.includes(parent)) return undefined;
  return {
    words: `relation "${parent}" is not a parent of relation "${table}"`,
    fix: "delete the statement",
  };
}
