/** What each statement of a migration does to those who use the database. */
import type { AlterTableCmd, CreateStmt, Node, RenameStmt } from "libpg-query";
import { inPasses } from "./alterPasses.ts";
import { alterTableEffects, letsWrite } from "./alterTableEffects.ts";
import { attributeEffects } from "./attributes.ts";
import type { Context } from "./context.ts";
import { contradictions } from "./contradictions.ts";
import { createTable } from "./createTable.ts";
import { dropEffects, losing, truncateEffects } from "./dropEffects.ts";
import { breaking, type Effect, tableLock, work } from "./effect.ts";
import {
  columnMissing,
  refreshConcurrently,
  tableThere,
  typeThere,
  unfilled,
  viewThere,
} from "./existence.ts";
import { createFunction, noTriggerFunction } from "./functions.ts";
import { createIndex } from "./indexEffects.ts";
import { missingCalled, missingDropped, missingRelations, missingTypes } from "./missing.ts";
import { missingColumns } from "./missingColumns.ts";
import { newerSyntax } from "./newerSyntax.ts";
import { objectThere, partEffects, sequenceThere, statisticsColumns } from "./objects.ts";
import { refusedMove, refusedRename } from "./refusedRename.ts";
import { constraintName } from "./rememberConstraint.ts";
import { rememberCommand } from "./rememberTable.ts";
import { deleteEffects, insertEffects, mergeEffects, readsLocked, updateEffects } from "./rowEffects.ts";
import { namesOf, objectName } from "./sqlNames.ts";
import type { Statement } from "./statements.ts";
import { type Body, bodiesOf, bodyOf, changesInWith, hasOption, type Kind } from "./tree.ts";
import { domainEffects, enumEffects } from "./typeEffects.ts";
import { wrongKind } from "./wrongKind.ts";

type Handlers = { [K in Kind]?: (body: Body<K>, context: Context) => Effect[] };

/**
 * Judges one statement.
 *
 * Effects on a table that nobody uses yet are kept as `none` and break no rule.
 *
 * @returns one effect at least
 */
export function effectsOf(
  { node, inBlock }: Pick<Statement, "node" | "inBlock">,
  context: Context,
): Effect[] {
  const newer = [...newerSyntax(node, context), ...contradictions(node)];
  if (newer.length > 0) return newer;
  const refused = [
    ...missingRelations(node, context),
    ...missingTypes(node, context),
    ...missingCalled(node, context),
    ...partEffects(node, context),
    ...unfilled(node, context),
    ...wrongKind(node, context),
  ];
  if (refused.length > 0) return refused;
  const unknown = inBlock ? [] : missingColumns(node, context);
  if (unknown.length > 0) return unknown;
  const effects = [
    ...rawEffects(node, context),
    ...changesInWith(node).flatMap((inner) => rawEffects(inner, context)),
  ];
  if (effects.length === 0) return [work(undefined, "none", "locks no table that is in use")];
  return effects.map((effect) => asUsed(effect, context));
}

function rawEffects(node: Node, context: Context): Effect[] {
  const [entry] = Object.entries(node) as [Kind, never][];
  if (!entry) return [];
  const handler = HANDLERS[entry[0]] as ((body: never, context: Context) => Effect[]) | undefined;
  return handler?.(entry[1], context) ?? [];
}

/** What Postgres refuses stays refused; everything else needs a table with rows and readers. */
function asUsed(effect: Effect, { schema, file }: Context): Effect {
  const { table, breaks } = effect;
  if (table === undefined || breaks?.rule === "refused") return effect;
  if (schema.isFreshTable(table)) return work(table, "none", `nobody uses ${table} yet`);
  const isEmpty = file.emptied.get(table) === "truncate" || schema.tables.get(table)?.populated === false;
  if (!isEmpty || breaks?.rule === "drop-table") return effect;
  // No row is left to read or write; the lock is as strong as before.
  const { breaks: _breaks, ...rest } = effect;
  const mild = breaks && (breaks.rule === "drop-column" || breaks.rule === "rename") ? effect : rest;
  return { ...mild, lock: effect.lock === "none" ? "none" : "some", duration: "some" };
}

const HANDLERS: Handlers = {
  AlterTableStmt: ({ relation, cmds, objtype }, context) => {
    if (objtype === "OBJECT_INDEX") return [];
    const { schema } = context;
    const table = schema.nameOf(relation);
    if (objtype === "OBJECT_TYPE") return attributeEffects(relation, cmds, context);
    if (objtype !== undefined && objtype !== "OBJECT_TABLE")
      return [tableLock(table, "some", `alters ${table}`)];
    // Each command sees what the one before it did; the schema itself learns of the statement afterwards.
    const branch = { ...context, schema: schema.branch(), file: context.file.inStatement() };
    // The statement takes the strongest lock of its commands before the first one runs.
    const commands = inPasses(cmds);
    if (!commands.every(({ subtype }) => letsWrite(subtype))) branch.file.locked.add(table);
    return commands.flatMap((command) => {
      const effects = alterTableEffects(table, command, branch);
      rememberCommand(table, command, branch.schema);
      noteConstraint(table, command, context);
      return effects;
    });
  },
  CreateStmt: createTable,
  CreateTableAsStmt: ({ into, query, if_not_exists: ifNotExists }, context) => [
    ...(ifNotExists ? [] : tableThere({ ...into, relation: into?.rel } as CreateStmt, context)),
    work(context.schema.newNameOf(into?.rel), "long", "copies the rows of a query"),
    ...readsLocked("CREATE TABLE AS", query, context),
  ],
  ViewStmt: (statement, context) => {
    const { view, replace } = statement;
    const name = context.schema.newNameOf(view);
    const locks = replace && context.schema.tables.get(name);
    return [
      ...viewThere(statement, context),
      ...(locks ? [tableLock(name, "some", `replaces view ${name}`)] : []),
    ];
  },
  CreateEnumStmt: ({ typeName }, context) => typeThere(context.schema.newNameOfList(typeName), context),
  CreateRangeStmt: ({ typeName }, context) => typeThere(context.schema.newNameOfList(typeName), context),
  CreateDomainStmt: ({ domainname }, context) => typeThere(context.schema.newNameOfList(domainname), context),
  CompositeTypeStmt: ({ typevar }, context) => typeThere(context.schema.newNameOf(typevar), context),
  CreateSchemaStmt: ({ schemaname = "", if_not_exists: ifNotExists }, context) =>
    ifNotExists ? [] : objectThere("schema", schemaname, context),
  CreateExtensionStmt: ({ extname = "", if_not_exists: ifNotExists }, context) =>
    ifNotExists ? [] : objectThere("extension", extname, context),
  CreatePublicationStmt: ({ pubname = "" }, context) => objectThere("publication", pubname, context),
  CreateStatsStmt: ({ defnames, if_not_exists: ifNotExists, relations, exprs }, context) => [
    ...(ifNotExists ? [] : objectThere("statistics", context.schema.newNameOfList(defnames), context)),
    ...bodiesOf(relations, "RangeVar").flatMap((relation) =>
      columnMissing(context.schema.nameOf(relation), statisticsColumns(exprs), context),
    ),
  ],
  GrantStmt: ({ objects, privileges }, context) =>
    bodiesOf(objects, "RangeVar").flatMap((relation) => {
      const columns = bodiesOf(privileges, "AccessPriv").flatMap(({ cols }) => namesOf(cols));
      return columnMissing(context.schema.nameOf(relation), columns, context);
    }),
  CreateSeqStmt: (sequence, context) => sequenceThere(sequence, context),
  CreateFunctionStmt: createFunction,
  IndexStmt: (index, context) => createIndex(index, context),
  RenameStmt: (rename, context) => {
    const refused = refusedRename(rename, context);
    return refused.length > 0 ? refused : renameEffects(rename, context);
  },
  AlterObjectSchemaStmt: (statement, context) => {
    const { relation, objectType } = statement;
    const refused = refusedMove(statement, context);
    if (refused.length > 0 || !relation || objectType !== "OBJECT_TABLE") return refused;
    const name = context.schema.nameOf(relation);
    return [renaming(name, "moves", name)];
  },
  AlterDomainStmt: (statement, context) => domainEffects(statement, context),
  AlterEnumStmt: (statement, context) => enumEffects(statement, context),
  DropStmt: (drop, context) => {
    const missing = missingDropped(drop, context);
    return missing.length > 0 ? missing : dropEffects(drop, context);
  },
  TruncateStmt: (truncate, context) => truncateEffects(truncate, context),
  UpdateStmt: updateEffects,
  DeleteStmt: deleteEffects,
  MergeStmt: mergeEffects,
  InsertStmt: insertEffects,
  SelectStmt: (select, context) => [
    work(undefined, "some", "a query, whose time depends on what it reads and calls"),
    ...(select.intoClause ? tableThere({ relation: select.intoClause.rel } as CreateStmt, context) : []),
    ...readsLocked("SELECT", { SelectStmt: select }, context),
  ],
  DoStmt: () => [work(undefined, "some", "a block of code")],
  CallStmt: () => [work(undefined, "some", "a procedure")],
  CreateTrigStmt: ({ relation, funcname }, { schema }) => [
    ...noTriggerFunction(funcname, schema),
    tableLock(schema.nameOf(relation), "some", "adds a trigger"),
  ],
  CreatePolicyStmt: ({ table }, { schema }) => [tableLock(schema.nameOf(table), "some", "adds a policy")],
  AlterPolicyStmt: ({ table }, { schema }) => [tableLock(schema.nameOf(table), "some", "alters a policy")],
  RuleStmt: ({ relation }, { schema }) => [tableLock(schema.nameOf(relation), "some", "adds a rule")],
  LockStmt: ({ relations, mode = 0 }, { schema }) =>
    (mode >= SHARE ? bodiesOf(relations, "RangeVar") : []).map((relation) =>
      tableLock(schema.nameOf(relation), "some", "locks a table until the file ends"),
    ),
  VacuumStmt: ({ options, is_vacuumcmd: vacuum }) =>
    vacuum && hasOption(options, "full")
      ? [heavy(undefined, "VACUUM FULL", "VACUUM without FULL, or pg_repack")]
      : [work(undefined, "long", "reads whole tables while reads and writes go on")],
  ReindexStmt: ({ relation, kind, params }, { schema }) => {
    if (hasOption(params, "concurrently"))
      return [work(undefined, "long", "rebuilds while reads and writes go on")];
    const name = relation ? schema.nameOf(relation) : undefined;
    const table =
      kind === "REINDEX_OBJECT_INDEX" && name !== undefined
        ? (schema.indexes.get(name)?.table ?? name)
        : name;
    return [heavy(table, "REINDEX", "REINDEX … CONCURRENTLY in a file of its own")];
  },
  RefreshMatViewStmt: (statement, context) => {
    const { concurrent, relation, skipData } = statement;
    const { schema } = context;
    if (concurrent)
      return [
        ...refreshConcurrently(statement, context),
        work(schema.nameOf(relation), "long", "rebuilds while reads go on"),
      ];
    const name = schema.nameOf(relation);
    // Nobody reads what is not filled yet.
    const filled = schema.tables.get(name)?.populated !== false;
    if (skipData && filled) return [losing(name, "the rows of materialized view")];
    return !filled || skipData
      ? [tableLock(name, "some", `fills ${name} for the first time, or empties it`)]
      : [
          heavy(
            schema.nameOf(relation),
            "REFRESH MATERIALIZED VIEW",
            "REFRESH MATERIALIZED VIEW CONCURRENTLY (it needs a unique index)",
          ),
        ];
  },
  ClusterStmt: ({ relation }, { schema }) => [
    heavy(relation && schema.nameOf(relation), "CLUSTER", "pg_repack, or a maintenance window"),
  ],
};

/** Weaker locks keep no reader or writer waiting (lockdefs.h; manual, table-level lock modes). */
const SHARE = 5;

function heavy(table: string | undefined, what: string, instead: string): Effect {
  return breaking(
    tableLock(table, "long", `${what} rebuilds under a lock`, what === "CLUSTER" ? "rewrite" : undefined),
    "heavy-lock",
    `${what} ${table ?? ""}`,
    `${what} keeps readers or writers waiting while it rebuilds`,
    `use ${instead}`,
  );
}

function renaming(table: string | undefined, verb: string, what: string): Effect {
  return breaking(
    table === undefined
      ? work(undefined, "some", `${verb} ${what}`)
      : tableLock(table, "some", `${verb} ${what}`),
    "rename",
    what,
    `the statement ${verb} ${what}, which the code that still runs knows by its old name`,
    "add the new name beside the old one (a column or a view), switch the code over, drop the old one in a later deploy",
  );
}

const NAMED_BY_CODE = new Set<string | undefined>([
  "OBJECT_TYPE",
  "OBJECT_DOMAIN",
  "OBJECT_FUNCTION",
  "OBJECT_PROCEDURE",
  "OBJECT_SCHEMA",
]);

function renameEffects({ renameType, relation, object, subname }: RenameStmt, { schema }: Context): Effect[] {
  const table = relation ? schema.nameOf(relation) : "";
  switch (renameType) {
    case "OBJECT_COLUMN":
      return [renaming(table, "renames", `${table}.${subname ?? ""}`)];
    case "OBJECT_TABLE":
    case "OBJECT_VIEW":
    case "OBJECT_MATVIEW":
    case "OBJECT_SEQUENCE":
      // ALTER TABLE … RENAME takes an index too.
      return schema.indexes.get(table) ? [] : [renaming(table, "renames", table)];
    case "OBJECT_INDEX":
      return [];
    default: {
      if (relation) return [tableLock(table, "some", "renames a part of a table")];
      if (!NAMED_BY_CODE.has(renameType)) return [];
      const name = object ? objectName(object) : (subname ?? "");
      if (renameType === "OBJECT_SCHEMA" && schema.isFreshSchema(name)) return [];
      const fact = schema.types.get(name) ?? schema.functions.get(name);
      return schema.isFresh(fact) ? [] : [renaming(undefined, "renames", name)];
    }
  }
}

/** VALIDATE in the same file, or in the same statement, scans under the lock of ADD CONSTRAINT. */
function noteConstraint(table: string, { def }: AlterTableCmd, { file }: Context): void {
  const constraint = bodyOf(def, "Constraint");
  if (!constraint) return;
  const { conname, contype, fk_attrs: attributes, keys } = constraint;
  const kind = contype === "CONSTR_FOREIGN" ? "foreign" : contype === "CONSTR_NOTNULL" ? "notNull" : "check";
  file.addedConstraints.add(
    `${table} ${conname ?? constraintName(table, kind, namesOf(attributes ?? keys))}`,
  );
}
