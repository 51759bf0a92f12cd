/** Functions: Postgres keeps one by its name and the types of its arguments. */
import type { CreateFunctionStmt, Node, ObjectWithArgs, TypeName } from "libpg-query";
import type { Context } from "./context.ts";
import { depend } from "./dependents.ts";
import type { Effect } from "./effect.ts";
import { functionBlock } from "./procedural.ts";
import { refusal } from "./refusal.ts";
import type { Schema } from "./schema.ts";
import { listName, stringOf } from "./sqlNames.ts";
import { typeOf } from "./sqlTypes.ts";
import { bodiesOf } from "./tree.ts";
import { usesOf } from "./uses.ts";

interface Signature {
  types: string;
  names: readonly string[];
  result: string;
  defaults: number;
}

function typeText(type: TypeName | undefined, schema: Schema): string {
  const known = typeOf(type, schema);
  return known ? `${known.name}${known.array ? "[]" : ""}` : "?";
}

/** The types of the arguments that a DROP names, as a signature has them; undefined if it names none. */
export function argumentTypes(
  { objargs, args_unspecified: none }: ObjectWithArgs,
  schema: Schema,
): string | undefined {
  if (none) return undefined;
  return bodiesOf(objargs, "TypeName")
    .map((type) => typeText(type, schema))
    .join(", ");
}

function signatureOf({ parameters, returnType }: CreateFunctionStmt, schema: Schema): Signature {
  const all = bodiesOf(parameters, "FunctionParameter");
  const isResult = (mode: string | undefined) => mode === "FUNC_PARAM_OUT" || mode === "FUNC_PARAM_TABLE";
  const inputs = all.filter(({ mode }) => !isResult(mode));
  const columns = all
    .filter(({ mode }) => isResult(mode) || mode === "FUNC_PARAM_INOUT")
    .map(({ name, argType }) => `${name} ${typeText(argType, schema)}`);
  return {
    types: inputs.map(({ argType }) => typeText(argType, schema)).join(", "),
    names: inputs.map(({ name }) => name ?? ""),
    defaults: inputs.filter(({ defexpr }) => defexpr).length,
    result: [returnType?.setof ? "setof " : "", typeText(returnType, schema), ...columns].join(" "),
  };
}

/** trigger.c, CreateTriggerFiringOn: the function has no arguments and returns trigger. */
export function noTriggerFunction(funcname: readonly Node[] | undefined, schema: Schema): Effect[] {
  const name = schema.nameOfList([...(funcname ?? [])], "functions");
  const signature = schema.functions.get(name)?.signatures.get("");
  if (!signature || signature.result.trim() === "trigger" || signature.result.includes("?")) return [];
  const words = `function ${listName(funcname)} must return type trigger`;
  const fix = "write RETURNS trigger, with RETURN NEW in its body";
  return [refusal(undefined, name, { words, fix })];
}

/** CREATE OR REPLACE may change the body, and neither the result nor the names of arguments (manual, CREATE FUNCTION, notes). */
export function createFunction(statement: CreateFunctionStmt, { schema }: Context): Effect[] {
  const name = schema.nameOfList(statement.funcname, "functions");
  const signature = signatureOf(statement, schema);
  const before = schema.functions.get(name)?.signatures.get(signature.types);
  if (!before || signature.types.includes("?")) return [];
  const shown = `${listName(statement.funcname)}(${signature.types})`;
  const renamed = before.names.find(
    (one, index) => one !== "" && signature.names[index] !== undefined && signature.names[index] !== one,
  );
  const words = !statement.replace
    ? `function "${listName(statement.funcname)}" already exists with same argument types`
    : before.result !== signature.result
      ? "cannot change return type of existing function"
      : renamed !== undefined
        ? `cannot change name of input parameter "${renamed}"`
        : before.defaults > signature.defaults
          ? "cannot remove parameter defaults from existing function"
          : undefined;
  if (words === undefined) return [];
  const fix = statement.replace
    ? `make a function with another name, or DROP FUNCTION ${shown} first, with what depends on it`
    : "CREATE OR REPLACE FUNCTION";
  return [refusal(undefined, name, { words, fix })];
}

/** @param text the statement as it is written */
export function rememberFunction(
  statement: CreateFunctionStmt,
  schema: Schema,
  deployed: boolean,
  text: string,
): void {
  const { funcname, options, replace, sql_body: sqlBody } = statement;
  const name = schema.newNameOfList(funcname);
  const before = schema.functions.get(name);
  const { types, ...signature } = signatureOf(statement, schema);
  const signatures = new Map(before?.signatures).set(types, signature);
  const level = bodiesOf(options, "DefElem").find(({ defname }) => defname === "volatility");
  const block = functionBlock(statement, text);
  schema.functions.set(name, {
    file: replace && before ? before.file : schema.file,
    deployed: replace && before ? before.deployed : deployed,
    volatile: (stringOf(level?.arg) ?? "volatile") === "volatile",
    signatures,
    ...(block ? { body: block.statements, commits: block.commits, dynamic: block.dynamic } : {}),
  });
  const { returnType, parameters } = statement;
  const given = bodiesOf(parameters, "FunctionParameter").map(({ argType }) => argType);
  const uses = usesOf([sqlBody, ...[returnType, ...given].map((typeName) => ({ typeName }))], schema);
  depend(schema, { kind: "function", name, of: name, uses });
}
