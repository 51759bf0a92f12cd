/** What depends on tables, columns, functions and types, so that Postgres refuses to drop them (2BP01), or to change a column's type. */
import type { Dependent } from "./facts.ts";
import type { Schema } from "./schema.ts";
import { columnUse } from "./uses.ts";

/** What has a name of its own besides what it uses. */
const PARTS = new Set<Dependent["kind"]>(["trigger", "policy", "rule"]);

export function dependentNamed(schema: Schema, named: Omit<Dependent, "uses">): Dependent | undefined {
  return schema.dependents.get(keyOf(named));
}

/** Takes in what an object uses, in place of what is known of it; one that uses nothing is forgotten. */
export function depend(schema: Schema, dependent: Dependent): void {
  if (dependent.uses.size > 0 || PARTS.has(dependent.kind))
    schema.dependents.set(keyOf(dependent), dependent);
  else independ(schema, dependent);
}

export function independ(schema: Schema, dependent: Omit<Dependent, "uses">): void {
  schema.dependents.delete(keyOf(dependent));
}

function keyOf({ kind, name, of }: Omit<Dependent, "uses">): string {
  return `${kind} ${name} ${of}`;
}

/** As Postgres names it in the DETAIL of 2BP01. */
export function describe({ kind, name, of }: Dependent): string {
  switch (kind) {
    case "column":
      return `column ${name} of table ${of}`;
    case "default value":
      return `default value for column ${name} of table ${of}`;
    case "trigger":
    case "policy":
    case "rule":
    case "constraint":
      return `${kind} ${name} on table ${of}`;
    case "function":
      return `function ${name}()`;
    default:
      return `${kind} ${name}`;
  }
}

export function dependentsOn(schema: Schema, ...uses: string[]): Dependent[] {
  const found = uses.flatMap((use) => schema.dependents.linking(use));
  return [...new Map(found).values()];
}

/** The views that read a table or another view. */
export function viewsOf(name: string, schema: Schema): string[] {
  return dependentsOn(schema, `table ${name}`)
    .filter(({ kind }) => kind === "view" || kind === "materialized view")
    .map(({ of }) => of);
}

/** What keeps a column: an index, a constraint or a default of the same table goes with it. */
export function dependentsOnColumn(schema: Schema, table: string, column: string): Dependent[] {
  return dependentsOn(schema, columnUse(table, column)).filter(
    ({ kind, name, of }) =>
      !["index", "constraint", "default value"].includes(kind) &&
      !(kind === "column" && of === table && name === column),
  );
}

/** After a rename of what `old` uses or belongs to: `change` gives each use, and `owner` each owner, as it is now. */
export function renameUses(
  schema: Schema,
  old: readonly string[],
  owner: (of: string) => string,
  change: (use: string) => string,
): void {
  for (const [key, dependent] of old.flatMap((link) => schema.dependents.linking(link))) {
    const of = owner(dependent.of);
    const name = dependent.name === dependent.of ? of : dependent.name;
    schema.dependents.delete(key);
    depend(schema, { ...dependent, of, name, uses: new Set([...dependent.uses].map(change)) });
  }
}
