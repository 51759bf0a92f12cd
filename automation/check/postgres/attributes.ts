/** Composite types: their attributes, and the tables that have them. */
import type { AlterTableCmd, Node, RangeVar } from "libpg-query";
import type { Context } from "./context.ts";
import type { Effect } from "./effect.ts";
import { type Refused, refusal } from "./refusal.ts";
import { subjectOf } from "./refusedColumns.ts";
import type { Schema } from "./schema.ts";
import { bodiesOf } from "./tree.ts";

function typeNamed(relation: RangeVar | undefined, schema: Schema): string {
  const parts = [relation?.schemaname, relation?.relname].filter((part) => part !== undefined);
  return schema.nameOfList(
    parts.map((sval) => ({ String: { sval } })),
    "types",
  );
}

/** ALTER TYPE of a composite type: what it changes is there, or not there, or in use. */
export function attributeEffects(
  relation: RangeVar | undefined,
  commands: readonly Node[] | undefined,
  { schema }: Context,
): Effect[] {
  const type = typeNamed(relation, schema);
  return bodiesOf(commands, "AlterTableCmd").flatMap((command) => {
    const refused = refusedAttribute(type, command, schema) ?? inTypedTable(type, command, schema);
    return refused ? [refusal(undefined, type, refused)] : [];
  });
}

function refusedAttribute(type: string, command: AlterTableCmd, schema: Schema): Refused | undefined {
  const { subtype, missing_ok: ifExists } = command;
  const name = subjectOf(command);
  const [column] = [...schema.tables.entries()].flatMap(([table, { columns }]) =>
    [...columns].filter(([, one]) => one.type?.name === type).map(([one]) => `${table}.${one}`),
  );
  if (subtype === "AT_AlterColumnType" && column !== undefined)
    return {
      words: `cannot alter type "${type}" because column "${column}" uses it`,
      fix: "make a new type and a column of it, fill it in batches, switch over",
    };
  const has = schema.types.get(type)?.attributes?.includes(name);
  const isThere = subtype === "AT_AddColumn";
  if (has === undefined || has !== isThere || ifExists) return undefined;
  const words = `column "${name}" of relation "${type}" ${isThere ? "already exists" : "does not exist"}`;
  return { words, fix: isThere ? "delete the statement" : "correct the name" };
}

/** typecmds.c, find_typed_table_dependencies. */
function inTypedTable(type: string, { behavior }: AlterTableCmd, schema: Schema): Refused | undefined {
  const typed = [...schema.tables.entries()].some(([, { ofType }]) => ofType === type);
  if (!typed || behavior === "DROP_CASCADE") return undefined;
  const words = `cannot alter type "${type}" because it is the type of a typed table`;
  return { words, fix: "write CASCADE behind it, which changes those tables too" };
}

/** Takes ALTER TYPE in. */
export function changeAttributes(
  relation: RangeVar | undefined,
  commands: readonly Node[] | undefined,
  schema: Schema,
): void {
  const type = typeNamed(relation, schema);
  for (const command of bodiesOf(commands, "AlterTableCmd")) {
    const fact = schema.types.get(type);
    if (!fact?.attributes) return;
    const others = fact.attributes.filter((one) => one !== subjectOf(command));
    const added = command.subtype === "AT_DropColumn" ? [] : [subjectOf(command)];
    schema.types.set(type, { ...fact, attributes: [...others, ...added] });
  }
}

export function renameAttribute(
  relation: RangeVar | undefined,
  from: string,
  to: string,
  schema: Schema,
): void {
  const type = typeNamed(relation, schema);
  const fact = schema.types.get(type);
  if (!fact?.attributes) return;
  schema.types.set(type, { ...fact, attributes: fact.attributes.map((one) => (one === from ? to : one)) });
}
