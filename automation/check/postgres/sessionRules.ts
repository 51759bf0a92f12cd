/**
 * Settings that outlive their file: golang-migrate runs all files of a run on one connection, so a SET without LOCAL holds in the
 * files that follow, and only there: what runs in the same deploy on one database runs in the next deploy on another.
 */
import type { Node } from "libpg-query";
import { type Finding, finding } from "../finding.ts";
import { madeBy } from "./missing.ts";
import type { Schema } from "./schema.ts";
import { stringOf, wordsOf } from "./sqlNames.ts";
import type { Statement } from "./statements.ts";

/** Settings that change what the next file's SQL means, so that it fails or goes elsewhere. */
const CHANGES_MEANING = new Set(["search_path", "role", "session_authorization", "session_replication_role"]);

/** A limit helps the next file too. */
const HARMLESS = new Set(["lock_timeout", "application_name"]);

interface Setting {
  name: string;
  statement: Statement;
}

/** One finding a file: the gravest setting that is left. */
export function leakedSettings(file: string, statements: readonly Statement[]): Finding[] {
  const left = new Map<string, Setting>();
  for (const statement of statements) {
    const setting = settingOf(statement);
    if (setting === "all") left.clear();
    else if (setting?.kind === "set") left.set(setting.name, { name: setting.name, statement });
    else if (setting?.kind === "reset") left.delete(setting.name);
  }
  const settings = [...left.values()].filter(({ name }) => !HARMLESS.has(name));
  const worst = settings.find(({ name }) => CHANGES_MEANING.has(name)) ?? settings[0];
  if (!worst) return [];
  const { name, statement } = worst;
  const others = settings.length > 1 ? ` (and ${settings.length - 1} more)` : "";
  const found = finding(
    "session-setting",
    { file, line: statement.line, subject: name },
    `${name}${others} stays set for the files that run after this one on the same connection`,
    `SET LOCAL ${name}, or set_config(…, true), which ends with the file`,
  );
  return [CHANGES_MEANING.has(name) ? found : { ...found, severity: "warning" }];
}

/** SET LOCAL ends with its transaction, and here each statement is one (manual, SET). */
export function uselessLocals(file: string, statements: readonly Statement[]): Finding[] {
  return statements.flatMap(({ node, line }) => {
    if (!("VariableSetStmt" in node) || !node.VariableSetStmt.is_local) return [];
    const { name = "" } = node.VariableSetStmt;
    const found = finding(
      "session-setting",
      { file, line, subject: name },
      `SET LOCAL ${name} does nothing: with x-multi-statement=true each statement of this file runs by itself`,
      `SET ${name} here, and RESET ${name} at the end of the file`,
    );
    return [{ ...found, severity: "warning" as const }];
  });
}

/** A temporary table stays on the connection too, and comes before a table of its name. */
export function hiddenTables(file: string, statements: readonly Statement[], schema: Schema): Finding[] {
  const left = [...schema.hidden].filter(([name, table]) => {
    const own = schema.tables.get(name);
    return table !== undefined && own?.temporary === true && !own.dropsItself;
  });
  return left.map(([name]) => {
    const maker = statements.find(({ node }) => madeBy(node)?.relname === name);
    return finding(
      "session-setting",
      { file, line: maker?.line ?? 1, subject: name },
      `the temporary table ${name} hides table ${name} from the files that run after this one on the same connection`,
      "give it another name, and ON COMMIT DROP",
    );
  });
}

type Change = { kind: "set" | "reset"; name: string } | "all" | undefined;

function settingOf({ node, text }: Statement): Change {
  if ("VariableSetStmt" in node) {
    const { kind, name = "", args, is_local: local } = node.VariableSetStmt;
    if (kind === "VAR_RESET_ALL") return "all";
    if (local || name.toUpperCase().startsWith("TRANSACTION")) return undefined;
    const isReset = kind === "VAR_RESET" || kind === "VAR_SET_DEFAULT" || isDefault(name, args);
    return { kind: isReset ? "reset" : "set", name };
  }
  if ("DiscardStmt" in node) return "all";
  if (!("SelectStmt" in node) || !/set_config/i.test(text)) return undefined;
  const call = configCalls(node.SelectStmt.targetList).find(({ local }) => local === false);
  return call && { kind: "set", name: call.name ?? "a setting" };
}

/** What a server has from the start; a dump of Rails ends with that search path. */
const DEFAULTS: Partial<Record<string, RegExp>> = {
  search_path: /^(\$user,)?public$/,
  session_replication_role: /^origin$/,
  role: /^none$/,
};

function isDefault(name: string, args: readonly Node[] | undefined): boolean {
  return DEFAULTS[name]?.test(wordsOf(args).join(",")) === true;
}

interface ConfigCall {
  /** undefined: worked out as the statement runs. */
  readonly name: string | undefined;
  readonly value: string | undefined;
  /** undefined: as the name. */
  readonly local: boolean | undefined;
}

/** The calls of `set_config(name, value, is_local)` that a SELECT lists. */
export function configCalls(targets: readonly Node[] = []): ConfigCall[] {
  return (targets as { ResTarget?: { val?: { FuncCall?: { funcname?: never[]; args?: unknown[] } } } }[])
    .map(({ ResTarget }) => ResTarget?.val?.FuncCall)
    .filter((call) => call !== undefined && stringOf(call.funcname?.at(-1)) === "set_config")
    .map((call) => {
      const [name, value, local] = (call?.args ?? []) as {
        A_Const?: { sval?: { sval?: string }; boolval?: { boolval?: boolean } };
      }[];
      const isLocal = local?.A_Const?.boolval;
      return {
        name: name?.A_Const?.sval?.sval,
        // An empty text has no field of its own in the tree.
        value: value?.A_Const?.sval && (value.A_Const.sval.sval ?? ""),
        local: isLocal && isLocal.boolval === true,
      };
    });
}
