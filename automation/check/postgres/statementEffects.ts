/** What each statement of a migration does to those who use the database. */
import type { DropStmt, IndexStmt, Node, RenameStmt } from "libpg-query";
import { alterTableEffects } from "./alterTableEffects.ts";
import { breaking, type Effect, tableLock, work } from "./effect.ts";
import type { SchemaMemory } from "./schemaMemory.ts";
import { listName, objectName, relationName, stringOf } from "./sqlNames.ts";
import type { Statement } from "./statements.ts";

type Kind = Node extends infer One ? (One extends object ? keyof One : never) : never;
type Body<K extends Kind> = Extract<Node, { [Key in K]: unknown }>[K];
type Handlers = { [K in Kind]?: (body: Body<K>, memory: SchemaMemory) => Effect[] };

/**
 * Judges one statement, and lets `memory` know of its ALTER TABLE commands.
 *
 * Effects on a table that nobody uses yet are kept as `none` and break no rule.
 *
 * @returns one effect at least
 */
export function effectsOf({ node }: Statement, memory: SchemaMemory): Effect[] {
  const [entry] = Object.entries(node) as [Kind, never][];
  const handler = entry
    ? (HANDLERS[entry[0]] as ((body: never, memory: SchemaMemory) => Effect[]) | undefined)
    : undefined;
  const effects = entry && handler ? handler(entry[1], memory) : [];
  if (effects.length === 0) return [work(undefined, "none", "locks no table that is in use")];
  return effects.map((effect) =>
    memory.isFresh(effect.table) ? work(effect.table, "none", `nobody uses ${effect.table} yet`) : effect,
  );
}

const HANDLERS: Handlers = {
  AlterTableStmt: ({ relation, cmds, objtype }, memory) => {
    const table = relationName(relation);
    if (objtype !== undefined && objtype !== "OBJECT_TABLE")
      return [tableLock(table, "some", `alters ${table}`)];
    return (cmds ?? []).flatMap((command) => {
      if (!("AlterTableCmd" in command)) return [];
      const effects = alterTableEffects(table, command.AlterTableCmd, memory);
      memory.rememberCommand(table, command.AlterTableCmd);
      return effects;
    });
  },
  CreateStmt: ({ tableElts }) =>
    referencedTables(tableElts).map((table) => tableLock(table, "some", `adds a foreign key to ${table}`)),
  CreateTableAsStmt: ({ into }) => [work(relationName(into?.rel), "long", "copies the rows of a query")],
  IndexStmt: (index) => [createIndex(index)],
  RenameStmt: (rename) => renameEffects(rename),
  AlterObjectSchemaStmt: ({ relation, objectType }) =>
    relation && objectType === "OBJECT_TABLE"
      ? [renaming(relationName(relation), "moves", relationName(relation))]
      : [],
  DropStmt: (drop, memory) => dropEffects(drop, memory),
  TruncateStmt: ({ relations }) =>
    (relations ?? []).flatMap((node) =>
      "RangeVar" in node ? [losing(relationName(node.RangeVar), "all rows of")] : [],
    ),
  UpdateStmt: ({ relation, whereClause }, memory) => [
    rowChange("UPDATE", relationName(relation), whereClause, memory),
  ],
  DeleteStmt: ({ relation, whereClause }, memory) => [
    rowChange("DELETE", relationName(relation), whereClause, memory),
  ],
  InsertStmt: ({ relation, selectStmt }) => [insert(relationName(relation), selectStmt)],
  SelectStmt: () => [work(undefined, "some", "a query, whose time depends on what it reads and calls")],
  DoStmt: () => [work(undefined, "some", "a block of code that check does not look into")],
  CallStmt: () => [work(undefined, "some", "a procedure that check does not look into")],
  CreateTrigStmt: ({ relation }) => [tableLock(relationName(relation), "some", "adds a trigger")],
  CreatePolicyStmt: ({ table }) => [tableLock(relationName(table), "some", "adds a policy")],
  AlterPolicyStmt: ({ table }) => [tableLock(relationName(table), "some", "alters a policy")],
  RuleStmt: ({ relation }) => [tableLock(relationName(relation), "some", "adds a rule")],
  LockStmt: ({ relations }) =>
    (relations ?? []).flatMap((node) =>
      "RangeVar" in node
        ? [tableLock(relationName(node.RangeVar), "some", "locks a table until the file ends")]
        : [],
    ),
  VacuumStmt: ({ options, is_vacuumcmd: vacuum }) =>
    vacuum && hasOption(options, "full")
      ? [heavy(undefined, "VACUUM FULL", "run VACUUM without FULL, or pg_repack")]
      : [work(undefined, "long", "reads whole tables while reads and writes go on")],
  ReindexStmt: ({ relation, params }) =>
    hasOption(params, "concurrently")
      ? [work(undefined, "long", "rebuilds while reads and writes go on")]
      : [heavy(relation && relationName(relation), "REINDEX", "REINDEX … CONCURRENTLY in a file of its own")],
  RefreshMatViewStmt: ({ concurrent, relation }) =>
    concurrent
      ? [work(relationName(relation), "long", "rebuilds while reads go on")]
      : [
          heavy(
            relationName(relation),
            "REFRESH MATERIALIZED VIEW",
            "REFRESH MATERIALIZED VIEW CONCURRENTLY (it needs a unique index)",
          ),
        ],
  ClusterStmt: ({ relation }) => [
    heavy(relation && relationName(relation), "CLUSTER", "pg_repack, or a maintenance window"),
  ],
};

function hasOption(options: Node[] | undefined, name: string): boolean {
  return (options ?? []).some((option) => "DefElem" in option && option.DefElem.defname === name);
}

function heavy(table: string | undefined, what: string, instead: string): Effect {
  return breaking(
    tableLock(table, "long", `${what} rebuilds under a lock`),
    "heavy-lock",
    `${what} ${table ?? ""}`,
    `${what} keeps readers or writers waiting while it rebuilds`,
    `use ${instead}`,
  );
}

/** The tables that the foreign keys of CREATE TABLE point to. */
function referencedTables(elements: Node[] | undefined): string[] {
  return (elements ?? []).flatMap((element) => {
    if ("ColumnDef" in element) return referencedTables(element.ColumnDef.constraints);
    if (!("Constraint" in element) || element.Constraint.contype !== "CONSTR_FOREIGN") return [];
    return [relationName(element.Constraint.pktable)];
  });
}

function createIndex({ idxname, relation, concurrent }: IndexStmt): Effect {
  const table = relationName(relation);
  if (concurrent) return work(table, "long", `builds an index on ${table} while reads and writes go on`);
  return breaking(
    tableLock(table, "long", `builds an index on ${table}`),
    "index-not-concurrent",
    idxname ?? table,
    `index ${idxname ?? "without a name"} blocks writes to ${table} while it builds`,
    "CREATE INDEX CONCURRENTLY, in a file of its own",
  );
}

function renaming(table: string, verb: string, what: string): Effect {
  return breaking(
    tableLock(table, "some", `${verb} ${what}`),
    "rename",
    what,
    `the statement ${verb} ${what}, which the code that still runs knows by its old name`,
    "add the new name beside the old one (a column or a view), switch the code over, drop the old one in a later deploy",
  );
}

function renameEffects({ renameType, relation, subname }: RenameStmt): Effect[] {
  const table = relationName(relation);
  if (renameType === "OBJECT_COLUMN") return [renaming(table, "renames", `${table}.${subname ?? ""}`)];
  if (renameType === "OBJECT_TABLE" || renameType === "OBJECT_VIEW")
    return [renaming(table, "renames", table)];
  return relation ? [tableLock(table, "some", "renames a part of a table")] : [];
}

function losing(table: string, what: string): Effect {
  return breaking(
    tableLock(table, "some", `${what} ${table} are gone`),
    "drop-table",
    table,
    `${what} ${table} are gone, and the code that still runs may read them`,
    "deploy code that does not use it first, and keep a backup; then disable this rule in the file with that reason",
  );
}

function dropEffects({ removeType, objects, concurrent }: DropStmt, memory: SchemaMemory): Effect[] {
  const list = objects ?? [];
  switch (removeType) {
    case "OBJECT_TABLE":
      return list.map((object) => losing(objectName(object), "the rows of table"));
    case "OBJECT_SCHEMA":
      return list.map((object) => losing(objectName(object), "the tables of schema"));
    case "OBJECT_INDEX":
      return list.map((object) => dropIndex(objectName(object), concurrent === true, memory));
    case "OBJECT_TRIGGER":
    case "OBJECT_POLICY":
    case "OBJECT_RULE":
      return list.map((object) => {
        const table = "List" in object ? listName(object.List.items?.slice(0, -1)) : (stringOf(object) ?? "");
        return tableLock(table, "some", `drops a part of ${table}`);
      });
    case "OBJECT_VIEW":
    case "OBJECT_MATVIEW":
      return list.map((object) => tableLock(objectName(object), "some", "drops a view"));
    default:
      return [];
  }
}

function dropIndex(index: string, concurrent: boolean, memory: SchemaMemory): Effect {
  const table = memory.tableOfIndex(index);
  if (concurrent) return work(table, "some", "drops an index while reads and writes go on");
  return breaking(
    tableLock(table, "some", `drops index ${index}`),
    "drop-index-not-concurrent",
    index,
    `dropping index ${index} takes ACCESS EXCLUSIVE on ${table ?? "its table"}`,
    "DROP INDEX CONCURRENTLY, in a file of its own",
  );
}

function rowChange(
  verb: "UPDATE" | "DELETE",
  table: string,
  where: Node | undefined,
  memory: SchemaMemory,
): Effect {
  const effect: Effect = {
    table,
    lock: "some",
    rowsOnly: true,
    duration: "long",
    reason: `changes rows of ${table}`,
  };
  if (memory.isLockedInFile(table)) {
    return breaking(
      { ...effect, lock: "long", rowsOnly: false },
      "backfill-under-lock",
      table,
      `${verb} runs in the transaction that has ${table} locked already, so the lock lasts as long as the ${verb}`,
      "put the change of rows into a migration of its own, after this one",
    );
  }
  if (where) return effect;
  return breaking(
    { ...effect, lock: "long" },
    "update-all-rows",
    table,
    `${verb} without WHERE locks every row of ${table} until the file ends`,
    "change rows in batches from the application or a job, or say why the table is small with a disable comment",
  );
}

function insert(table: string, select: Node | undefined): Effect {
  const copies = select && "SelectStmt" in select && select.SelectStmt.valuesLists === undefined;
  return work(
    table,
    copies ? "long" : "some",
    copies ? `copies rows into ${table}` : `inserts rows into ${table}`,
  );
}
