/** The statements inside DO blocks and functions, as far as they are written out. */
import type { CreateFunctionStmt, DoStmt, Node } from "libpg-query";
import { parser } from "./parser.ts";
import { stringOf } from "./sqlNames.ts";
import type { Statement } from "./statements.ts";

export interface Block {
  /** Lines are counted from 1 within the body. */
  statements: Statement[];
  /** Whether the block ends transactions itself. */
  commits: boolean;
  /** Whether it may change tables by SQL that cannot be read. */
  dynamic: boolean;
  /** What PL/pgSQL's parser refuses; undefined if it refuses nothing. */
  error: string | undefined;
}

/** The statements of a DO block. Branches and loops are read as if each ran once. */
export function blockOf({ args = [] }: DoStmt): Block | undefined {
  const language = optionOf(args, "language") ?? "plpgsql";
  const body = optionOf(args, "as");
  return language === "plpgsql" && body !== undefined ? parseBlock(`DO ${quoted(body)}`, body) : undefined;
}

/** The statements of a DO block, with their lines in the file; none of any other statement. */
export function statementsInside({ node, line, text }: Statement): Statement[] {
  if (!("DoStmt" in node)) return [];
  const body = text.search(/\$[^$\s]*\$/);
  const first = line + (body < 0 ? 0 : text.slice(0, body).split("\n").length - 1);
  return (blockOf(node.DoStmt)?.statements ?? []).map((inner) => ({
    ...inner,
    line: first + inner.line - 1,
  }));
}

/**
 * The statements of a function or procedure; undefined if its language is another.
 *
 * @param text the whole CREATE statement: the body may name its parameters, and return what it declares
 */
export function functionBlock({ options = [] }: CreateFunctionStmt, text: string): Block | undefined {
  const body = optionOf(options, "as");
  if (body === undefined) return undefined;
  switch (optionOf(options, "language")) {
    case "plpgsql":
      return parseBlock(text, body);
    case "sql":
      return { statements: parseStatements(body, 1), commits: false, dynamic: false, error: undefined };
    default:
      return undefined;
  }
}

function optionOf(options: readonly Node[], name: string): string | undefined {
  for (const option of options) {
    if (!("DefElem" in option) || option.DefElem.defname !== name) continue;
    const { arg } = option.DefElem;
    return arg && "List" in arg ? stringOf(arg.List.items?.[0]) : stringOf(arg);
  }
  return undefined;
}

function parseBlock(sql: string, body: string): Block {
  let tree: unknown;
  try {
    tree = parser().parsePlPgSQLSync(sql);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // Without a catalogue the parser may miss a type or a variable; of the grammar it is sure.
    return {
      statements: [],
      commits: false,
      dynamic: false,
      error: message.startsWith("syntax error") ? message : undefined,
    };
  }
  const block: Block = { statements: [], commits: false, dynamic: false, error: undefined };
  collect(tree, block);
  const conditional =
    /"(PLpgSQL_stmt_if|PLpgSQL_stmt_case|PLpgSQL_exception_block|PLpgSQL_stmt_\w*loop|PLpgSQL_stmt_for\w+)":/.test(
      JSON.stringify(tree),
    );
  // A line feed right behind the quotes is not counted (pl_scanner.c, location_lineno_init).
  const skipped = /^\r?\n/.test(body) ? 1 : 0;
  const statements = block.statements.map((one) => ({ ...one, line: one.line + skipped, conditional }));
  return { ...block, statements };
}

/** In dollar quotes whose tag the body does not hold. */
function quoted(body: string): string {
  let tag = "$b$";
  while (body.includes(tag)) tag = `${tag.slice(0, -1)}b$`;
  return `${tag}${body}${tag}`;
}

interface Expression {
  PLpgSQL_expr?: { query?: string };
}

interface Part {
  lineno?: number;
  sqlstmt?: Expression;
  expr?: Expression;
  query?: Expression;
}

function collect(tree: unknown, block: Block): void {
  if (tree === null || typeof tree !== "object") return;
  if (Array.isArray(tree)) {
    for (const item of tree) collect(item, block);
    return;
  }
  for (const [key, value] of Object.entries(tree) as [string, Part][]) {
    const line = value?.lineno ?? 1;
    if (key === "PLpgSQL_stmt_execsql") add(block, value.sqlstmt?.PLpgSQL_expr?.query, line);
    else if (key === "PLpgSQL_stmt_perform" || key === "PLpgSQL_stmt_call")
      add(block, value.expr?.PLpgSQL_expr?.query, line);
    else if (key === "PLpgSQL_stmt_fors") add(block, value.query?.PLpgSQL_expr?.query, line);
    else if (key === "PLpgSQL_stmt_dynexecute") addDynamic(block, value.query?.PLpgSQL_expr?.query, line);
    else if (key === "PLpgSQL_stmt_commit" || key === "PLpgSQL_stmt_rollback") block.commits = true;
    collect(value, block);
  }
}

function add(block: Block, sql: string | undefined, line: number): void {
  if (sql !== undefined) block.statements.push(...parseStatements(sql, line));
}

/** What is put together at run time may change any table, unless its constant parts are of another kind. */
function addDynamic(block: Block, expression: string | undefined, line: number): void {
  const sql = constantOf(expression);
  if (sql === undefined && /\b(alter|create|drop)\b|^[^']*$/i.test(expression ?? "")) block.dynamic = true;
  add(block, sql, line);
}

function parseStatements(sql: string, line: number): Statement[] {
  try {
    const { stmts = [] } = sql.trim() === "" ? {} : parser().parseSync(sql);
    return stmts.flatMap(({ stmt, stmt_location: from = 0, stmt_len: length }) =>
      stmt ? [{ line, text: sql.slice(from, length ? from + length : undefined).trim(), node: stmt }] : [],
    );
  } catch {
    // What PL/pgSQL puts together with its own variables is no statement by itself.
    return [];
  }
}

/** The text that EXECUTE runs, if it is put together from constants: by `||`, format() or quote_ident(). */
function constantOf(expression: string | undefined): string | undefined {
  const [statement] = expression === undefined ? [] : parseStatements(`SELECT ${expression}`, 1);
  if (!statement || !("SelectStmt" in statement.node)) return undefined;
  const [target] = statement.node.SelectStmt.targetList ?? [];
  return textOf(target && "ResTarget" in target ? target.ResTarget.val : undefined);
}

function textOf(value: Node | undefined): string | undefined {
  if (!value) return undefined;
  if ("A_Const" in value) return value.A_Const.sval ? (value.A_Const.sval.sval ?? "") : undefined;
  if ("TypeCast" in value) return textOf(value.TypeCast.arg);
  if ("A_Expr" in value && stringOf(value.A_Expr.name?.[0]) === "||") {
    const [left, right] = [textOf(value.A_Expr.lexpr), textOf(value.A_Expr.rexpr)];
    return left === undefined || right === undefined ? undefined : left + right;
  }
  if (!("FuncCall" in value)) return undefined;
  const [first, ...rest] = (value.FuncCall.args ?? []).map(textOf);
  if (first === undefined || rest.includes(undefined)) return undefined;
  const name = stringOf(value.FuncCall.funcname?.at(-1));
  if (name === "quote_ident") return identifier(first);
  return name === "format" ? formatted(first, rest as string[]) : undefined;
}

/** What format() makes of `%s`, `%I` and `%L` (manual, string functions). */
function formatted(pattern: string, values: readonly string[]): string {
  let next = 0;
  return pattern.replace(/%(?:(\d+)\$)?([sIL%])/g, (_, position: string | undefined, kind: string) => {
    if (kind === "%") return "%";
    const value = values[position === undefined ? next++ : Number(position) - 1] ?? "";
    return kind === "s" ? value : kind === "I" ? identifier(value) : `'${value.replaceAll("'", "''")}'`;
  });
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
