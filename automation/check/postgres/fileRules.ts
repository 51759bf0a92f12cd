/** What one statement means to a later one of the same file, which is one transaction. */
import type { Node, RenameStmt, VariableSetStmt } from "libpg-query";
import { type Finding, finding } from "../finding.ts";
import type { Context } from "./context.ts";
import { afterwards } from "./createTable.ts";
import { meansLabel } from "./labelUse.ts";
import { alwaysTrue } from "./rowEffects.ts";
import { besides } from "./schema.ts";
import { configCalls } from "./sessionRules.ts";
import { partsOf, wordsOf } from "./sqlNames.ts";
import type { Statement } from "./statements.ts";
import { nonTransactional } from "./transactionRules.ts";
import { namesIn, relationsIn, stringsIn } from "./tree.ts";

/** Findings of one statement by what the file did before it. Call before {@link noteInFile}. */
export function fileFindings(file: string, statement: Statement, context: Context): Finding[] {
  return [...newLabelUsed(file, statement, context), ...pendingEvents(file, statement, context)];
}

/** 55P04, "unsafe use of new value": a label that ALTER TYPE added is usable after its transaction. */
function newLabelUsed(file: string, { node, line }: Statement, context: Context): Finding[] {
  const added = context.file.newLabels;
  if (added.size === 0 || "AlterEnumStmt" in node) return [];
  const strings = new Set(stringsIn(node));
  const used = [...added].flatMap(([type, labels]) =>
    [...labels].filter((label) => strings.has(label)).map((label) => ({ type, label })),
  );
  // Of a new table the columns are known by the statement itself.
  const known = "CreateStmt" in node ? { schema: afterwards(node.CreateStmt, context.schema) } : context;
  return used
    .filter(({ type, label }) => meansLabel(node, type, label, known))
    .map(({ type, label }) =>
      finding(
        "enum-value-used",
        { file, line, subject: `${type}.${label}` },
        `Postgres refuses the statement: '${label}' was added to ${type} in this file, and a new label is usable only after its transaction (55P04)`,
        "put ALTER TYPE … ADD VALUE into a migration of its own, before this one",
      ),
    );
}

/** 55006, "pending trigger events": a deferred trigger has yet to run on the table that is altered. */
function pendingEvents(file: string, { node, line }: Statement, { schema, file: state }: Context): Finding[] {
  const tables =
    "AlterTableStmt" in node || "TruncateStmt" in node || "IndexStmt" in node
      ? relationsIn(node)
          .slice(0, 1)
          .map((relation) => schema.nameOf(relation))
      : "DropStmt" in node && node.DropStmt.removeType === "OBJECT_TABLE"
        ? (node.DropStmt.objects ?? []).map((object) => schema.nameOfList(partsOf(object), "tables"))
        : [];
  return tables
    .filter((table) => state.pendingEvents.has(table))
    .map((table) =>
      finding(
        "pending-trigger-events",
        { file, line, subject: table },
        `Postgres refuses the statement: ${table} has pending trigger events, since this file changed rows under a deferred constraint (55006)`,
        "put the change of rows into a migration of its own, or SET CONSTRAINTS ALL IMMEDIATE; between the two",
      ),
    );
}

/** Takes in what holds for the rest of the file. Call before the schema learns of the statement. */
export function noteInFile({ node }: Statement, context: Context): void {
  const { schema, file } = context;
  const commits = "CallStmt" in node ? nonTransactional(node, schema) : undefined;
  if (commits !== undefined) file.calls.set(node, commits);
  if ("AlterEnumStmt" in node) noteLabel(node.AlterEnumStmt, context);
  if ("RenameStmt" in node) noteRename(node.RenameStmt, context);
  if ("DeleteStmt" in node) {
    const table = schema.nameOf(node.DeleteStmt.relation);
    if (alwaysTrue(node.DeleteStmt.whereClause, table, context) && !node.DeleteStmt.usingClause)
      file.emptied.set(table, "delete");
  }
  if ("TruncateStmt" in node) {
    for (const relation of relationsIn(node)) file.emptied.set(schema.nameOf(relation), "truncate");
  }
  if ("InsertStmt" in node) file.emptied.delete(schema.nameOf(node.InsertStmt.relation));
  if ("ConstraintsSetStmt" in node) {
    file.deferred = node.ConstraintsSetStmt.deferred === true;
    if (!file.deferred) file.pendingEvents.clear();
  }
  if ("VariableSetStmt" in node) noteSetting(node.VariableSetStmt, context);
  if ("SelectStmt" in node) {
    for (const { name, value } of configCalls(node.SelectStmt.targetList))
      if (name === "search_path" && value !== undefined) setPath([value], schema);
  }
  noteEvents(node, context);
}

function noteLabel(
  { typeName, oldVal, newVal = "" }: { typeName?: Node[]; oldVal?: string; newVal?: string },
  context: Context,
): void {
  const { schema, file, version } = context;
  const type = schema.nameOfList(typeName, "types");
  const known = schema.types.get(type);
  if (known?.labels?.includes(newVal)) return;
  const fact = version >= 17 ? known : undefined;
  // Since Postgres 17 every label of a type that the same transaction made is usable (enum.c, check_safe_enum_use).
  if (oldVal !== undefined || (fact && !fact.deployed && fact.file === schema.file)) return;
  file.newLabels.set(type, (file.newLabels.get(type) ?? new Set()).add(newVal));
}

/** New labels and locks go with what is renamed. */
function noteRename({ renameType, object, relation, newname = "" }: RenameStmt, context: Context): void {
  const { schema, file } = context;
  if (renameType === "OBJECT_TYPE") {
    const type = schema.nameOfList(partsOf(object), "types");
    const labels = file.newLabels.get(type);
    if (labels) file.newLabels.set(besides(type, newname), labels);
  } else if (renameType === "OBJECT_TABLE" && relation) {
    const table = schema.nameOf(relation);
    const to = besides(table, newname);
    for (const set of [file.locked, file.pendingEvents]) if (set.delete(table)) set.add(to);
  }
}

function noteSetting({ name, args, kind }: VariableSetStmt, { schema, file }: Context): void {
  const words = wordsOf(args);
  if (name === "search_path") setPath(kind === "VAR_SET_VALUE" ? words : ["public"], schema);
  if (name === "timezone") file.timeZone = words[0];
}

function setPath(words: readonly string[], schema: Context["schema"]): void {
  const named = words.flatMap((word) => word.split(",")).map((word) => word.trim().replace(/^"|"$/g, ""));
  const path = named.filter((word) => word !== "" && word !== "$user" && word !== "pg_catalog");
  schema.path = path.length === 0 ? [""] : path.map((word) => (word === "public" ? "" : word));
}

/**
 * Rows that a deferred foreign key has to look at when the transaction ends, on either side of it. An update of other columns gives it
 * no work, and only NO ACTION waits (trigger.c, AfterTriggerSaveEvent; manual, CREATE TABLE).
 */
function noteEvents(node: Node, { schema, file }: Context): void {
  const [kind, statement] =
    "InsertStmt" in node
      ? (["insert", node.InsertStmt] as const)
      : "UpdateStmt" in node
        ? (["update", node.UpdateStmt] as const)
        : "DeleteStmt" in node
          ? (["delete", node.DeleteStmt] as const)
          : [];
  if (!kind) return;
  const table = schema.nameOf(statement.relation);
  const targets = "targetList" in statement ? (statement.targetList ?? []) : [];
  const written = new Set(namesIn(targets, "ResTarget"));
  const touches = (columns: readonly string[] | undefined) =>
    kind !== "update" || columns?.some((column) => written.has(column)) === true;
  const deferred = (name: string) =>
    schema
      .constraints(name)
      .filter(
        (fact) =>
          fact.references !== undefined && (fact.initiallyDeferred || (file.deferred && fact.deferrable)),
      );
  const asChild = kind !== "delete" && deferred(table).some(({ columns }) => touches(columns));
  const asParent =
    kind !== "insert" &&
    [table, ...schema.referencing(table)]
      .flatMap(deferred)
      .some(({ references, keys, waits }) => references === table && waits?.[kind] && touches(keys));
  if (asChild || asParent) file.pendingEvents.add(table);
}
