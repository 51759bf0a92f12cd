/** Defaults and dates that MySQL refuses, and MariaDB takes. Asked of MySQL 8.0.33 and MariaDB 10.11. */
import type { AlterAction, AlterTable } from "./alterAction.ts";
import type { ColumnDefinition } from "./columnDefinition.ts";
import { isUnfit } from "./defaultValues.ts";
import type { BrokenRule } from "./effect.ts";
import { strictly } from "./refusal.ts";
import type { SchemaMemory } from "./schemaMemory.ts";
import { isAtLeast, type ServerVersion } from "./serverVersion.ts";
import { columnsOf } from "./statementNames.ts";
import type { Statement } from "./statements.ts";

export function refusedValues(
  { body, tokens }: Statement,
  server: ServerVersion,
  memory: SchemaMemory,
): BrokenRule[] {
  const alter = body.kind === "alterTable" ? body : undefined;
  const columns = [
    ...columnsOf(body).flatMap((column) => refusedDefault(column, server, memory.isStrict)),
    ...(alter ? setDefaults(alter, server, memory) : []),
    ...(alter && server.engine === "mysql" ? alter.actions.flatMap((one) => unsafeDefault(one, server)) : []),
  ];
  const zero =
    tokens.find(({ kind, value }) => kind === "string" && ZERO_DATE.test(value))?.value ??
    columnsOf(body).find(({ type, defaultValue }) => TIMES.test(type.name) && defaultValue === "0")
      ?.defaultValue;
  if (zero === undefined || !isAtLeast(server, "mysql", 50700) || takesZero(memory.settings.get("sql_mode")))
    return columns;
  return [...columns, zeroDate(zero, server)];
}

/** ALTER COLUMN … SET DEFAULT takes a literal or an expression in parentheses, and MySQL no CURRENT_TIMESTAMP without them. */
function setDefaults(
  { table, actions }: AlterTable,
  server: ServerVersion,
  memory: SchemaMemory,
): BrokenRule[] {
  return actions.flatMap((action) => {
    if (action.kind !== "columnDefault" || action.value === undefined) return [];
    const { name, value } = action;
    const column = memory.ranCode ? undefined : memory.tableOf(table)?.columns.get(name.toLowerCase());
    const isMysql = server.engine === "mysql";
    const fix = "put it into parentheses: SET DEFAULT (…), from MySQL 8.0.13 on";
    if (isMysql && !value.startsWith("(") && !LITERAL.test(value))
      return [refuses(name, `SET DEFAULT ${value} for ${name}`, 1064, fix, server)];
    if (isMysql && column && /^(?:null|''|"")$/i.test(value) && WITHOUT_LITERAL.test(column.type.name))
      return [
        refuses(name, `SET DEFAULT ${value} for ${column.type.name} ${name}`, 1101, "DROP DEFAULT", server),
      ];
    return column ? refusedDefault({ ...column, defaultValue: value }, server, memory.isStrict) : [];
  });
}

const WITHOUT_LITERAL =
  /^(?:(?:TINY|MEDIUM|LONG)?(?:TEXT|BLOB)|JSON|GEOMETRY(?:COLLECTION)?|(?:MULTI)?(?:POINT|LINESTRING|POLYGON))$/;
const TIMES = /^(?:DATE|DATETIME|TIMESTAMP)$/;
const NOW = /^(?:current_timestamp|now|localtime|localtimestamp)(?:\((?<digits>\d?)\))?$/i;
const LITERAL = /^(?:[+-]?[\d.]|[bxn]?['"]|_\w+|(?:null|true|false)$)/i;

function refusedDefault(column: ColumnDefinition, server: ServerVersion, strict: boolean): BrokenRule[] {
  const { name, type, defaultValue } = column;
  const say = (what: string, error: number, fix: string) => [refuses(name, what, error, fix, server)];
  const shown = `DEFAULT ${defaultValue} for ${type.name} ${name}`;
  if (type.name === "TIMESTAMP" && /^'1970-01-01 00:00:00/.test(defaultValue ?? ""))
    return say(shown, 1067, "a TIMESTAMP begins at 1970-01-01 00:00:01 UTC: take NULL, or DATETIME");
  if (isUnfit(column)) {
    const fits = "write a value that the type holds, or leave the DEFAULT out";
    return say(shown, 1067, column.autoIncrement ? "leave the DEFAULT out" : fits);
  }
  if (defaultValue === undefined || server.engine === "mariadb") return [];
  if (defaultValue.startsWith("(") && server.number < 80013) {
    const fix = "write a literal: expressions came with MySQL 8.0.13";
    return say(`an expression as the DEFAULT of ${name}`, 1064, fix);
  }
  return /^(?:\(|null$)/i.test(defaultValue) ? [] : refusedByMysql(column, defaultValue, server, strict);
}

function refusedByMysql(
  { name, type }: ColumnDefinition,
  value: string,
  server: ServerVersion,
  strict: boolean,
): BrokenRule[] {
  const what = `DEFAULT ${LITERAL.test(value) ? "as a literal" : value} for ${type.name} ${name}`;
  const say = (error: number, fix: string) => [refuses(name, what, error, fix, server)];
  const inParentheses = "put it into parentheses: DEFAULT (…), from MySQL 8.0.13 on";
  const now = NOW.exec(value);
  if (now && TIMES.test(type.name)) {
    if (Number(now.groups?.digits || 0) === Number(type.args[0] ?? 0)) return [];
    return say(1067, `give both the same digits: ${type.name}(6) DEFAULT CURRENT_TIMESTAMP(6)`);
  }
  if (/^(['"])\1$/.test(value) && /TEXT$|BLOB$|^JSON$/.test(type.name))
    return strict ? [strictly(server, name, `column ${name} has ${what}`, 1101, inParentheses)] : [];
  if (WITHOUT_LITERAL.test(type.name)) return say(1101, inParentheses);
  return LITERAL.test(value) ? [] : say(1064, inParentheses);
}

const RANDOM = /\b(?:uuid|uuid_short|rand|random_bytes|sysdate)\s*\(/i;

function unsafeDefault(action: AlterAction, server: ServerVersion): BrokenRule[] {
  if (action.kind !== "addColumn" || !RANDOM.test(action.column.defaultValue ?? "")) return [];
  const { name } = action.column;
  const message = `new column ${name} has a default that differs from row to row; with binary logging on, as RDS has it for backups, ${server.name} refuses it (error 1674)`;
  const fix = `add it without the default, fill it, and ALTER TABLE … ALTER ${name} SET DEFAULT (…)`;
  return [{ rule: "function-binlog", subject: name, message, fix }];
}

function refuses(
  subject: string,
  what: string,
  error: number,
  fix: string,
  { name }: ServerVersion,
): BrokenRule {
  return { rule: "default-refused", subject, message: `${name} refuses ${what} (error ${error})`, fix };
}

/** NO_ZERO_DATE, which without a strict mode only warns (MySQL 8.0 manual, "Server SQL Modes"). */
const ZERO_DATE = /^0000-00-00(?:[ T][\d:.]+)?$/;

function takesZero(mode: string | undefined): boolean {
  if (mode === undefined || mode.startsWith("@")) return false;
  return !/traditional|default|(?=.*strict_).*no_zero_date/i.test(mode);
}

function zeroDate(date: string, { name }: ServerVersion): BrokenRule {
  const message = `${date} is no date for ${name} with its default sql_mode, neither to store nor to compare with (errors 1067, 1292 and 1525)`;
  const fix =
    "use NULL, or a real date; to find such rows compare with CAST('0000-00-00' AS CHAR), or set sql_mode in the file and put it back";
  return { rule: "zero-date", subject: date, message, fix };
}
