/** What Postgres refuses by the statement's own words, whatever the database holds. */
import type { ColumnDef, CreatePolicyStmt, CreateTrigStmt, Node } from "libpg-query";
import type { Effect } from "./effect.ts";
import { type Refused, refusal } from "./refusal.ts";
import { calledFunctions, columnsIn, stringOf } from "./sqlNames.ts";
import { bodiesOf, isQuery, walk } from "./tree.ts";

export function contradictions(node: Node): Effect[] {
  if (isQuery(node)) return [];
  const found: Refused[] = [];
  walk(node, (kind, body) => {
    if (kind === "ColumnDef") found.push(...ofColumn(body));
    if (kind === "AlterTableCmd" && (body as { subtype?: string }).subtype === "AT_ColumnDefault")
      found.push(...ofDefault((body as { def?: Node }).def));
    if (kind === "CreatePolicyStmt") found.push(...ofPolicy(body));
    if (kind === "CreateTrigStmt") found.push(...ofTrigger(body));
  });
  return found.slice(0, 1).map((refused) => refusal(undefined, refused.words, refused));
}

/** parse_utilcmd.c, transformColumnDefinition. */
function ofColumn({ colname, constraints }: ColumnDef): Refused[] {
  const of = (kind: string) => bodiesOf(constraints, "Constraint").filter(({ contype }) => contype === kind);
  const [values, generated] = [of("CONSTR_DEFAULT"), of("CONSTR_GENERATED")];
  const changing = generated.flatMap(({ raw_expr: expression }) => changingCalls(expression));
  const words =
    values.length > 1
      ? `multiple default values specified for column "${colname}"`
      : values.length > 0 && generated.length > 0
        ? `both default and generation expression specified for column "${colname}"`
        : values.length > 0 && of("CONSTR_IDENTITY").length > 0
          ? `both default and identity specified for column "${colname}"`
          : undefined;
  return [
    ...(words === undefined ? [] : [{ words, fix: "leave one of the two out" }]),
    ...changing.map((name) => ({
      words: `generation expression is not immutable: ${name}() gives another value each time`,
      fix: "fill the column by a trigger, or by a DEFAULT",
    })),
    ...values.flatMap(({ raw_expr: expression }) => ofDefault(expression)),
  ];
}

/** Of pg_proc those with provolatile `s` or `v` that people write; `CURRENT_TIMESTAMP` and its like are no calls. */
const CHANGING = new Set([
  ...["now", "clock_timestamp", "statement_timestamp", "transaction_timestamp", "timeofday", "random"],
  ...["gen_random_uuid", "nextval", "currval", "current_setting", "to_char", "txid_current"],
]);

function changingCalls(expression: Node | undefined): string[] {
  const called = calledFunctions(expression).map((names) => stringOf(names.at(-1)) ?? "");
  return called.filter((name) => CHANGING.has(name));
}

function ofDefault(expression: Node | undefined): Refused[] {
  const [column] = columnsIn(expression);
  if (column === undefined) return [];
  return [
    {
      words: `cannot use column reference in DEFAULT expression (${column})`,
      fix: "GENERATED ALWAYS AS (…) STORED, or a trigger, works a value out of other columns",
    },
  ];
}

/** policy.c, CreatePolicy. */
function ofPolicy({ cmd_name: command = "", qual, with_check: check }: CreatePolicyStmt): Refused[] {
  if (command === "insert" && qual)
    return [{ words: "only WITH CHECK expression allowed for INSERT", fix: "write WITH CHECK for USING" }];
  if ((command !== "select" && command !== "delete") || !check) return [];
  return [{ words: "WITH CHECK cannot be applied to SELECT or DELETE", fix: "write USING for WITH CHECK" }];
}

/** pg_trigger.h, TRIGGER_TYPE_INSERT and TRIGGER_TYPE_DELETE. */
const [INSERT, DELETE] = [1 << 2, 1 << 3];

/** trigger.c, CreateTriggerFiringOn. */
function ofTrigger({ whenClause, events = 0 }: CreateTrigStmt): Refused[] {
  const rows = new Set<string>();
  walk({ List: whenClause }, (kind, body) => {
    const fields = kind === "ColumnRef" ? ((body as { fields?: Node[] }).fields ?? []) : [];
    if (fields.length > 1) rows.add(stringOf(fields[0]) ?? "");
  });
  const wrong =
    (events & INSERT) !== 0 && rows.has("old")
      ? ["INSERT", "OLD"]
      : (events & DELETE) !== 0 && rows.has("new")
        ? ["DELETE", "NEW"]
        : undefined;
  if (!wrong) return [];
  const words = `${wrong[0]} trigger's WHEN condition cannot reference ${wrong[1]} values`;
  return [{ words, fix: `make a trigger of its own for ${wrong[0]}` }];
}
