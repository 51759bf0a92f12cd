/** Objects that have a name and no columns: schemas, sequences, extensions, and the policies, triggers and rules of tables. */
import type { CreateSeqStmt, Node, RenameStmt } from "libpg-query";
import type { Context } from "./context.ts";
import { depend, dependentNamed, independ } from "./dependents.ts";
import type { Effect } from "./effect.ts";
import { relationThere } from "./existence.ts";
import type { Dependent } from "./facts.ts";
import { refusal } from "./refusal.ts";
import { besides, type Schema } from "./schema.ts";
import { columnsIn, objectName, partsOf, stringOf } from "./sqlNames.ts";
import { bodiesOf } from "./tree.ts";

type PartKind = Extract<Dependent["kind"], "trigger" | "policy" | "rule">;

interface Part {
  kind: PartKind;
  name: string;
  of: string;
  /** Whether the statement makes it, or needs one that is there. */
  makes: boolean;
}

const PART_KINDS: Partial<Record<string, PartKind>> = {
  OBJECT_TRIGGER: "trigger",
  OBJECT_POLICY: "policy",
  OBJECT_RULE: "rule",
};

const SWITCHES = new Set<string | undefined>([
  ...["AT_EnableTrig", "AT_EnableAlwaysTrig", "AT_EnableReplicaTrig", "AT_DisableTrig"],
]);

/** The parts of tables that a statement makes, drops, alters or renames; one that IF EXISTS or OR REPLACE allows for is left out. */
function tablePartsOf(node: Node, schema: Schema): Part[] {
  if ("CreatePolicyStmt" in node) {
    const { policy_name: name = "", table } = node.CreatePolicyStmt;
    return [{ kind: "policy", name, of: schema.nameOf(table), makes: true }];
  }
  if ("CreateTrigStmt" in node) {
    const { trigname: name = "", relation, replace } = node.CreateTrigStmt;
    return replace ? [] : [{ kind: "trigger", name, of: schema.nameOf(relation), makes: true }];
  }
  if ("RuleStmt" in node) {
    const { rulename: name = "", relation, replace } = node.RuleStmt;
    return replace ? [] : [{ kind: "rule", name, of: schema.nameOf(relation), makes: true }];
  }
  if ("AlterPolicyStmt" in node) {
    const { policy_name: name = "", table } = node.AlterPolicyStmt;
    return [{ kind: "policy", name, of: schema.nameOf(table), makes: false }];
  }
  if ("RenameStmt" in node) return renamedParts(node.RenameStmt, schema);
  if ("AlterTableStmt" in node) {
    const of = schema.nameOf(node.AlterTableStmt.relation);
    return bodiesOf(node.AlterTableStmt.cmds, "AlterTableCmd")
      .filter(({ subtype }) => SWITCHES.has(subtype))
      .map(({ name = "" }) => ({ kind: "trigger", name, of, makes: false }));
  }
  if (!("DropStmt" in node) || node.DropStmt.missing_ok) return [];
  const kind = PART_KINDS[node.DropStmt.removeType ?? ""];
  return (node.DropStmt.objects ?? []).flatMap((object) => {
    const items = partsOf(object);
    const of = schema.nameOfList(items.slice(0, -1), "tables");
    return kind ? [{ kind, name: stringOf(items.at(-1)) ?? "", of, makes: false }] : [];
  });
}

function renamedParts(
  { renameType, relation, subname = "", newname = "" }: RenameStmt,
  schema: Schema,
): Part[] {
  const kind = PART_KINDS[renameType ?? ""];
  if (!kind || !relation) return [];
  const of = schema.nameOf(relation);
  return [
    { kind, name: subname, of, makes: false },
    { kind, name: newname, of, makes: true },
  ];
}

const NOUN = { trigger: "relation", policy: "table", rule: "relation" };

/** A part of a table that is there already, or is not there. */
export function partEffects(node: Node, { schema }: Context): Effect[] {
  return tablePartsOf(node, schema).flatMap(({ kind, name, of, makes }) => {
    const facts = schema.tables.get(of);
    const there = dependentNamed(schema, { kind, name, of });
    if (makes ? !there : there || !facts?.complete || facts.parent !== undefined) return [];
    const words = `${kind} "${name}" for ${NOUN[kind]} "${of}" ${makes ? "already exists" : "does not exist"}`;
    const fix = makes
      ? `DROP ${kind.toUpperCase()} ${name} ON ${of} first, or take another name`
      : `correct the name; no file of the folder gave ${of} such a ${kind}`;
    return [refusal(of, `${of}.${name}`, { words, fix })];
  });
}

export function rememberRenamedPart(statement: RenameStmt, schema: Schema): void {
  const [before, after] = renamedParts(statement, schema);
  const found = before && dependentNamed(schema, before);
  if (!found || !after) return;
  independ(schema, before);
  depend(schema, { ...found, name: after.name });
}

/** What every database has. */
const OF_SERVER = new Set([
  ...["schema public", "schema pg_catalog", "schema information_schema", "extension plpgsql"],
]);

type ObjectKind = "schema" | "extension" | "publication" | "statistics";

export function objectThere(kind: ObjectKind, name: string, { schema }: Context): Effect[] {
  const key = `${kind} ${name}`;
  if (!schema.objects.get(key) && (!OF_SERVER.has(key) || schema.objects.isGone(key))) return [];
  const noun = kind === "statistics" ? "statistics object" : kind;
  const fix =
    kind === "publication"
      ? "ALTER PUBLICATION, or delete the statement"
      : `CREATE ${kind.toUpperCase()} IF NOT EXISTS, or delete the statement`;
  return [refusal(undefined, name, { words: `${noun} "${name}" already exists`, fix })];
}

/** The columns that CREATE STATISTICS is about. */
export function statisticsColumns(exprs: readonly Node[] | undefined): string[] {
  return bodiesOf(exprs, "StatsElem").flatMap(({ name, expr }) => name ?? columnsIn(expr));
}

/** Kinds of objects that a name and nothing else tells apart. */
const OBJECT_KINDS: Partial<Record<string, ObjectKind>> = {
  OBJECT_STATISTIC_EXT: "statistics",
  OBJECT_PUBLICATION: "publication",
  OBJECT_SCHEMA: "schema",
  OBJECT_EXTENSION: "extension",
};

/** How such an object that a statement names is kept; undefined for one of another kind. */
export function objectKey(kind: string | undefined, object: Node | undefined): string | undefined {
  const known = OBJECT_KINDS[kind ?? ""];
  return known && `${known} ${objectName(object)}`;
}

export function sequenceThere(
  { sequence, if_not_exists: ifNotExists }: CreateSeqStmt,
  context: Context,
): Effect[] {
  return ifNotExists || sequence?.relpersistence === "t"
    ? []
    : relationThere(context.schema.newNameOf(sequence), context);
}

/** OWNED BY makes it go with a column; NONE, or an owner that cannot be read, leaves it by itself. */
export function rememberSequence(schema: Schema, name: string, options: readonly Node[] = []): void {
  const ownedBy = bodiesOf(options, "DefElem").find(({ defname }) => defname === "owned_by");
  const owner = ownedBy && partsOf(ownedBy.arg);
  const before = schema.objects.get(`sequence ${name}`) ?? {};
  const column = owner && owner.length > 1 ? stringOf(owner.at(-1)) : undefined;
  const owned = column ? { of: schema.nameOfList(owner?.slice(0, -1), "tables"), columns: [column] } : {};
  schema.objects.set(`sequence ${name}`, owner ? owned : before);
}

/** The sequence that a serial or identity column brings, which goes with the column. */
export function rememberOwnSequence(schema: Schema, table: string, column: string): string {
  const name = besides(table, [table.split(".").at(-1), column, "seq"].join("_"));
  schema.objects.set(`sequence ${name}`, { of: table, columns: [column] });
  return name;
}

/**
 * Sequences and statistics that go with a table.
 *
 * @param column of a whole table if it is left out
 */
export function forgetOwnObjects(schema: Schema, table: string, column?: string): void {
  for (const [key, { columns }] of schema.objects.linking(table))
    if (column === undefined || columns?.includes(column)) schema.objects.delete(key);
}
