/** What changes of types do. */
import type { AlterDomainStmt, AlterEnumStmt } from "libpg-query";
import type { Context } from "./context.ts";
import { breaking, type Effect, tableLock, work } from "./effect.ts";
import { type Refused, refusal } from "./refusal.ts";
import { listName } from "./sqlNames.ts";
import { bodyOf } from "./tree.ts";

/**
 * A new constraint of a domain is checked in every table with a column of it, each under SHARE (typecmds.c,
 * validateDomainConstraint): writes wait.
 */
export function domainEffects(statement: AlterDomainStmt, context: Context): Effect[] {
  const { subtype, typeName, def, name } = statement;
  const { schema } = context;
  const domain = schema.nameOfList(typeName, "types");
  const fact = schema.types.get(domain);
  const refused = refusedCheck(statement, domain, fact?.checks);
  if (refused) return [refused];
  const notValid = bodyOf(def, "Constraint")?.skip_validation === true;
  // C: ADD CONSTRAINT, O: SET NOT NULL, V: VALIDATE (parsenodes.h, AlterDomainStmt).
  const adds = (subtype === "C" && !notValid) || subtype === "O";
  if (!adds && subtype !== "V") return [];
  const tables = tablesWith(domain, context).filter((table) => !schema.isFreshTable(table));
  if (fact && tables.length === 0) return [];
  const array = arrayColumn(domain, schema);
  if (array !== undefined) {
    const words = `cannot alter type "${domain}" because column "${array}" uses it`;
    return [
      refusal(undefined, domain, {
        words,
        fix: "no constraint of a domain is checked in an array: change the column",
      }),
    ];
  }
  const where = tables.length === 0 ? "every table with a column of it" : tables.join(", ");
  const locks = tables.map((table) =>
    tableLock(table, "long", `scans ${table} for domain ${domain}`, "scan"),
  );
  if (!adds) return locks.length > 0 ? locks : [work(undefined, "long", `checks ${where}`)];
  const finding = breaking(
    work(undefined, "long", `scans ${where} for domain ${domain}`),
    "domain-check",
    `${domain} ${name ?? ""}`,
    `the constraint of domain ${domain} is checked in ${where} while writes wait`,
    subtype === "O"
      ? `ALTER DOMAIN … ADD CONSTRAINT … CHECK (VALUE IS NOT NULL) NOT VALID, and VALIDATE CONSTRAINT at a quiet time in the next migration`
      : "add it as NOT VALID, which holds for new values, and VALIDATE CONSTRAINT at a quiet time in the next migration",
  );
  return [finding, ...locks];
}

/** typecmds.c, AlterDomainAddConstraint, AlterDomainDropConstraint and AlterDomainValidateConstraint. */
function refusedCheck(
  { subtype, def, name, missing_ok: ifExists }: AlterDomainStmt,
  domain: string,
  checks: readonly string[] | undefined,
): Effect | undefined {
  const added = bodyOf(def, "Constraint")?.conname;
  const refuse = (words: string, fix: string) => refusal(undefined, domain, { words, fix });
  if (subtype === "C" && added !== undefined && checks?.includes(added))
    return refuse(
      `constraint "${added}" for domain "${domain}" already exists`,
      "take another name, or drop the old one first",
    );
  const needs = (subtype === "X" && !ifExists) || subtype === "V";
  const missing = needs && name !== undefined && noCheck(domain, name, checks);
  return missing ? refuse(missing.words, missing.fix) : undefined;
}

export function noCheck(
  domain: string,
  name: string,
  checks: readonly string[] | undefined,
): Refused | undefined {
  // NOT NULL has a name of its own since Postgres 17.
  if (!checks || checks.includes(name) || /not_null/.test(name)) return undefined;
  const fix = `correct the name; the files gave ${domain} ${checks.length === 0 ? "no check" : checks.join(", ")}`;
  return { words: `constraint "${name}" of domain "${domain}" does not exist`, fix };
}

/** typecmds.c, get_rels_with_domain: rows are looked at in columns of the domain itself. */
function arrayColumn(domain: string, { tables }: Context["schema"]): string | undefined {
  for (const [table, { columns }] of tables.entries())
    for (const [column, { type }] of columns)
      if (type?.name === domain && type.array) return `${table}.${column}`;
  return undefined;
}

/** A domain may be over another one. */
function tablesWith(domain: string, context: Context): string[] {
  const { schema } = context;
  const over = [...schema.types.entries()].filter(([, { base }]) => base?.name === domain && !base.array);
  const tables = [...schema.tables.entries()]
    .filter(([, { columns }]) => [...columns.values()].some(({ type }) => type?.name === domain))
    .map(([name]) => name);
  return [...new Set([...tables, ...over.flatMap(([name]) => tablesWith(name, context))])];
}

export function enumEffects(statement: AlterEnumStmt, { schema }: Context): Effect[] {
  const { typeName, oldVal, newVal = "" } = statement;
  const type = listName(typeName);
  const known = schema.types.get(schema.nameOfList(typeName, "types"));
  const refused = known?.labels && refusedLabel(statement, type, known.labels);
  if (refused) return [refused];
  if (oldVal === undefined || schema.isFresh(known)) return [];
  return [
    breaking(
      work(undefined, "some", `renames a label of ${type}`),
      "rename",
      `${type}.${oldVal}`,
      `the statement renames label ${oldVal} of ${type} to ${newVal}, which the code that still runs knows by its old name`,
      "add the new label beside the old one, switch the code and the rows over, and leave the old one",
    ),
  ];
}

function refusedLabel(statement: AlterEnumStmt, type: string, labels: readonly string[]): Effect | undefined {
  const { oldVal, newVal = "", newValNeighbor: neighbor, skipIfNewValExists: ifNotExists } = statement;
  const isThere = labels.includes(newVal);
  const refuse = (label: string, words: string, fix: string) =>
    refusal(undefined, `${type}.${label}`, { words, fix });
  const needed = isThere && ifNotExists ? [oldVal] : [oldVal, neighbor];
  const missing = needed.find((label) => label !== undefined && !labels.includes(label));
  if (missing !== undefined)
    return refuse(missing, `"${missing}" is not an existing enum label`, `take one of ${labels.join(", ")}`);
  if (!isThere || ifNotExists) return undefined;
  return refuse(newVal, `enum label "${newVal}" already exists`, "delete the statement");
}
