/** Settings of tables, columns and constraints that Postgres refuses. */
import type { AlterTableCmd } from "libpg-query";
import type { Table } from "./facts.ts";
import type { Refused } from "./refusal.ts";
import { partsOf, stringOf } from "./sqlNames.ts";
import { bodiesOf, bodyOf } from "./tree.ts";

/** Types that are never stored elsewhere (pg_type, typstorage `p`), as far as columns have them. */
const PLAIN = new Set([
  ...["int2", "int4", "int8", "float4", "float8", "bool", "uuid", "oid", "money", "macaddr"],
  ...["date", "time", "timetz", "timestamp", "timestamptz", "interval"],
]);

/** tablecmds.c, ATExecSetStorage. */
export function refusedStorage({ name = "", def }: AlterTableCmd, { columns }: Table): Refused | undefined {
  const type = columns.get(name)?.type;
  if (!type || type.array || !PLAIN.has(type.name) || /^(plain|default)$/i.test(stringOf(def) ?? ""))
    return undefined;
  return { words: `column data type ${type.name} can only have storage PLAIN`, fix: "delete the statement" };
}

/** Settings of a table (manual, CREATE TABLE, storage parameters). */
const PARAMETERS =
  /^(fillfactor|parallel_workers|user_catalog_table|toast_tuple_target|vacuum_(index_cleanup|truncate|max_eager_freeze_failure_rate)|log_autovacuum_min_duration|log_autoanalyze_min_duration|autovacuum_\w+|security_barrier|security_invoker|check_option)$/;

export function unknownParameter({ def }: AlterTableCmd, { kind }: Table): Refused | undefined {
  const unknown = bodiesOf(partsOf(def), "DefElem").find(
    ({ defname = "", defnamespace }) => defnamespace === undefined && !PARAMETERS.test(defname),
  );
  if (!unknown || kind !== "table") return undefined;
  return { words: `unrecognized parameter "${unknown.defname}"`, fix: "correct the name of the setting" };
}

/** tablecmds.c, ATExecAlterConstraint: only a foreign key may be made to wait. */
export function notForeign(
  table: string,
  { def }: AlterTableCmd,
  { constraints }: Table,
): Refused | undefined {
  const { conname = "", alterDeferrability: waits } = bodyOf(def, "ATAlterConstraint") ?? {};
  const kind = constraints.get(conname)?.kind;
  if (!waits || kind === undefined || kind === "foreign") return undefined;
  return {
    words: `constraint "${conname}" of relation "${table}" is not a foreign key constraint`,
    fix: "drop the constraint, and add it again as it is to be",
  };
}
