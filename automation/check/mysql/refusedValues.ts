/** Defaults and dates that MySQL refuses, and MariaDB takes. Asked of MySQL 8.0.33 and MariaDB 10.11. */
import type { AlterTable } from "./alterAction.ts";
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
  const columns = [
    ...columnsOf(body).flatMap((column) => refusedDefault(column, server, memory.isStrict)),
    ...(body.kind === "alterTable" ? setDefaults(body, server, memory) : []),
  ];
  const zero =
    tokens.find(({ kind, value }) => kind === "string" && ZERO_DATE.test(value))?.value ??
    columnsOf(body).find(({ type, defaultValue }) => TIMES.test(type.name) && defaultValue === "0")
      ?.defaultValue;
  columns.push(
    ...addedRandoms(body)
      .map((column) => unsafeDefault(column, server))
      .filter(() => server.engine === "mysql"),
  );
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
  if (type.name === "TIMESTAMP" && /^'1970-01-01 00:00:00/.test(defaultValue ?? ""))
    return [
      refuses(
        name,
        `DEFAULT ${defaultValue} for TIMESTAMP ${name}`,
        1067,
        "a TIMESTAMP begins at 1970-01-01 00:00:01 UTC: take NULL, or DATETIME",
        server,
      ),
    ];
  if (isUnfit(column))
    return [
      refuses(
        name,
        `DEFAULT ${defaultValue} for ${type.name} ${name}`,
        1067,
        column.autoIncrement
          ? "leave the DEFAULT out"
          : "write a value that the type holds, or leave the DEFAULT out",
        server,
      ),
    ];
  if (defaultValue?.startsWith("(") && server.engine === "mysql" && server.number < 80013)
    return [
      refuses(
        name,
        `an expression as the DEFAULT of ${name}`,
        1064,
        "write a literal: expressions came with MySQL 8.0.13",
        server,
      ),
    ];
  if (defaultValue === undefined || server.engine === "mariadb" || /^(?:\(|null$)/i.test(defaultValue))
    return [];
  const what = `DEFAULT ${LITERAL.test(defaultValue) ? "as a literal" : defaultValue} for ${type.name} ${name}`;
  const inParentheses = "put it into parentheses: DEFAULT (…), from MySQL 8.0.13 on";
  const now = NOW.exec(defaultValue);
  if (now && TIMES.test(type.name))
    return Number(now.groups?.digits || 0) === Number(type.args[0] ?? 0)
      ? []
      : [
          refuses(
            name,
            what,
            1067,
            `give both the same digits: ${type.name}(6) DEFAULT CURRENT_TIMESTAMP(6)`,
            server,
          ),
        ];
  if (/^(['"])\1$/.test(defaultValue) && /TEXT$|BLOB$|^JSON$/.test(type.name))
    return strict ? [strictly(server, name, `column ${name} has ${what}`, 1101, inParentheses)] : [];
  if (WITHOUT_LITERAL.test(type.name)) return [refuses(name, what, 1101, inParentheses, server)];
  return LITERAL.test(defaultValue) ? [] : [refuses(name, what, 1064, inParentheses, server)];
}

const RANDOM = /\b(?:uuid|uuid_short|rand|random_bytes|sysdate)\s*\(/i;

function addedRandoms(body: Statement["body"]): ColumnDefinition[] {
  if (body.kind !== "alterTable") return [];
  return body.actions.flatMap((action) =>
    action.kind === "addColumn" && RANDOM.test(action.column.defaultValue ?? "") ? [action.column] : [],
  );
}

function unsafeDefault({ name }: ColumnDefinition, server: ServerVersion): BrokenRule {
  return {
    rule: "function-binlog",
    subject: name,
    message: `new column ${name} has a default that differs from row to row; with binary logging on, as RDS has it for backups, ${server.name} refuses it (error 1674)`,
    fix: `add it without the default, fill it, and ALTER TABLE … ALTER ${name} SET DEFAULT (…)`,
  };
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

/** NO_ZERO_DATE (MySQL 8.0 manual, "Server SQL Modes"). */
const ZERO_DATE = /^0000-00-00(?:[ T][\d:.]+)?$/;

function takesZero(mode: string | undefined): boolean {
  return mode !== undefined && !mode.startsWith("@") && !/no_zero_date|traditional|default/i.test(mode);
}

function zeroDate(date: string, { name }: ServerVersion): BrokenRule {
  return {
    rule: "zero-date",
    subject: date,
    message: `${date} is no date for ${name} with its default sql_mode, neither to store nor to compare with (errors 1067, 1292 and 1525)`,
    fix: "use NULL, or a real date; to find such rows compare with CAST('0000-00-00' AS CHAR), or set sql_mode in the file and put it back",
  };
}
