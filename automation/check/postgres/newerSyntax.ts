/** What the parser, which is Postgres 18's, reads and an older server refuses (release notes of 15 to 18, migration and changes). */
import type { Constraint, CopyStmt, Node, ViewStmt } from "libpg-query";
import type { Context } from "./context.ts";
import type { Effect } from "./effect.ts";
import { refusal } from "./refusal.ts";
import { stringOf } from "./sqlNames.ts";
import { hasOption, walk } from "./tree.ts";

interface Feature {
  name: string;
  /** The major version that brought it. */
  since: number;
}

/** The oldest version, which stands for one that nobody has set: then nothing is known of the server. */
const UNSET = 14;

/** A statement that needs a newer server than the one that is set. */
export function newerSyntax(node: Node, { version, schema }: Context): Effect[] {
  if (version <= UNSET) return [];
  const found: Feature[] = [];
  walk(node, (kind, body) => {
    const own = (name: string) => schema.functions.get(name) !== undefined;
    found.push(...featuresOf(kind, body, own).filter(({ since }) => since > version));
  });
  const [first] = found.sort((a, b) => b.since - a.since);
  if (!first) return [];
  const words = `${first.name} came with Postgres ${first.since}, and the server is ${version}`;
  const fix = `write it without, or set ecs-migrate:postgresVersion (for check: --postgres-version) if the server is newer`;
  return [refusal(undefined, first.name, { words, fix })];
}

function featuresOf(kind: string, body: object, isOwn: (name: string) => boolean): Feature[] {
  switch (kind) {
    case "MergeStmt":
      return "returningClause" in body || "returningList" in body
        ? [{ name: "RETURNING of MERGE", since: 17 }]
        : [{ name: "MERGE", since: 15 }];
    case "Constraint":
      return ofConstraint(body);
    case "FuncCall":
      return (body as { funcname?: Node[] }).funcname?.length === 1
        ? ofFunction(stringOf((body as { funcname?: Node[] }).funcname?.[0]) ?? "", isOwn)
        : [];
    case "IndexStmt":
      return "nulls_not_distinct" in body ? [{ name: "NULLS NOT DISTINCT", since: 15 }] : [];
    case "AlterTableCmd":
      return (body as { subtype?: string }).subtype === "AT_SetExpression"
        ? [{ name: "SET EXPRESSION", since: 17 }]
        : [];
    case "ViewStmt":
      return hasOption((body as ViewStmt).options, "security_invoker")
        ? [{ name: "security_invoker", since: 15 }]
        : [];
    case "CopyStmt":
      return hasOption((body as CopyStmt).options, "on_error")
        ? [{ name: "ON_ERROR of COPY", since: 17 }]
        : [];
    default:
      return NODES[kind] ? [NODES[kind]] : [];
  }
}

const NODES: Record<string, Feature> = {
  JsonTable: { name: "JSON_TABLE", since: 17 },
  JsonFuncExpr: { name: "JSON_EXISTS, JSON_QUERY or JSON_VALUE", since: 17 },
  JsonIsPredicate: { name: "IS JSON", since: 16 },
};

/** Functions that no file made; an unqualified name may also be one of the database's own, so the list is short. */
const FUNCTIONS: Record<string, number> = { uuidv7: 18, any_value: 16 };

function ofFunction(name: string, isOwn: (name: string) => boolean): Feature[] {
  const since = FUNCTIONS[name];
  return since === undefined || isOwn(name) ? [] : [{ name: `${name}()`, since }];
}

function ofConstraint(constraint: Constraint): Feature[] {
  const { contype, generated_kind: generated, keys, is_enforced: enforced } = constraint;
  const enforceable = contype === "CONSTR_CHECK" || contype === "CONSTR_FOREIGN";
  const found: (Feature | false)[] = [
    generated === "v" && { name: "a generated column without STORED", since: 18 },
    contype === "CONSTR_NOTNULL" &&
      (keys ?? []).length > 0 && { name: "NOT NULL as a constraint", since: 18 },
    ((enforceable && !enforced) || contype === "CONSTR_ATTR_NOT_ENFORCED") && {
      name: "NOT ENFORCED",
      since: 18,
    },
    constraint.nulls_not_distinct === true && { name: "NULLS NOT DISTINCT", since: 15 },
    constraint.without_overlaps === true && { name: "WITHOUT OVERLAPS", since: 18 },
    constraint.fk_del_set_cols !== undefined && { name: "a list of columns behind SET NULL", since: 15 },
  ];
  return found.filter((one) => one !== false);
}
