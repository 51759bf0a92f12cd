/** Takes indexes into the schema. */
import type { IndexStmt } from "libpg-query";
import { depend } from "./dependents.ts";
import type { Index } from "./facts.ts";
import { besides, type Schema } from "./schema.ts";
import { namesOf } from "./sqlNames.ts";
import { bodiesOf, namesIn } from "./tree.ts";
import { columnUse, usesOf } from "./uses.ts";

export function rememberIndex(statement: IndexStmt, schema: Schema): void {
  const { idxname, relation, indexParams, indexIncludingParams, unique, whereClause } = statement;
  const table = schema.nameOf(relation);
  const columns = namesIn(indexParams, "IndexElem");
  const name = idxname ?? indexName(table, columns);
  const fact = { table, columns, unique: unique === true, partial: whereClause !== undefined };
  schema.indexes.set(besides(table, name), fact);
  const uses = usesOf([indexParams, whereClause], schema, table);
  for (const { opclass } of bodiesOf(indexParams, "IndexElem"))
    uses.add(`opclass ${namesOf(opclass).at(-1)}`);
  for (const column of namesIn(indexIncludingParams, "IndexElem")) uses.add(columnUse(table, column));
  depend(schema, { kind: "index", name, of: table, uses });
  if (relation?.inh === true && schema.tables.get(table)?.partitioned)
    for (const partition of schema.partitionsOf(table))
      addPartOfIndex(schema, partition, besides(table, name), fact);
}

/** The part of an index that a partition gets. */
export function addPartOfIndex(schema: Schema, partition: string, parent: string, fact: Index): void {
  const name = indexName(partition, fact.columns);
  schema.indexes.set(besides(partition, name), { ...fact, table: partition, parent });
}

/** The name that Postgres makes up for an index. */
export function indexName(table: string, columns: readonly string[]): string {
  return [table.split(".").at(-1), ...columns.map((column) => column || "expr"), "idx"].join("_");
}
