/** Literal defaults that do not fit the type of their column: error 1067 of both servers, whatever sql_mode is. */
import type { ColumnDefinition } from "./columnDefinition.ts";

/** The largest of a signed one and of an unsigned one; of BIGINT a little more, beyond what a number tells exactly. */
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  TINYINT: [127, 255],
  SMALLINT: [32767, 65535],
  MEDIUMINT: [8388607, 16777215],
  INT: [2147483647, 4294967295],
  BIGINT: [9.3e18, 1.85e19],
};
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** Whether DEFAULT is a literal that the column cannot hold; false for all that is not certain. */
export function isUnfit({ type, defaultValue, notNull, autoIncrement }: ColumnDefinition): boolean {
  if (defaultValue === undefined) return false;
  if (autoIncrement) return true;
  if (/^null$/i.test(defaultValue)) return notNull;
  const text = quotedText(defaultValue);
  if (text === undefined) return NUMBER.test(defaultValue) && !takesNumber(type, defaultValue);
  return !takesText(type, text);
}

/** The same of a value that a row is given: error 1264, 1265, 1292, 1366 or 1406, in strict mode. */
export function isUnfitValue(column: ColumnDefinition, value: string): boolean {
  // The number of a member is a value too.
  if (/^(?:ENUM|SET)$/.test(column.type.name) && /^['"]?\d*['"]?$/.test(value)) return false;
  if (/^(?:DATE|DATETIME|TIMESTAMP)$/.test(column.type.name) && /^['"].*\dZ['"]$/.test(value)) return true;
  // MySQL takes '' for 00:00:00.
  if (column.type.name === "TIME" && quotedText(value) === "") return false;
  return isUnfit({ ...column, defaultValue: value, autoIncrement: false, notNull: false });
}

/** What stands in the quotes; undefined for anything but a text without escapes. */
export function quotedText(value: string): string | undefined {
  const [, quote = "", text] = /^(['"])(.*)\1$/s.exec(value) ?? [];
  return text?.includes("\\") ? undefined : text?.replaceAll(quote + quote, quote);
}

function takesNumber({ name, args, unsigned }: ColumnDefinition["type"], literal: string): boolean {
  const value = Number(literal);
  const range = RANGES[name];
  if (range) return value < range[unsigned ? 1 : 0] + 0.5 && value > (unsigned ? -0.5 : -range[0] - 1.5);
  if (name === "DECIMAL") {
    const [digits = "10", scale = "0"] = args;
    return Math.abs(value) < 10 ** (Number(digits) - Number(scale)) && !(unsigned && value < 0);
  }
  if (name === "BIT") return value < 2 ** Number(args[0] ?? 1);
  if (name === "ENUM") return args.includes(literal);
  const isText = (name === "CHAR" || name === "VARCHAR") && /^-?[1-9]\d*$/.test(literal);
  return !isText || literal.length <= Number(args[0] ?? 1);
}

function takesText(type: ColumnDefinition["type"], text: string): boolean {
  const { name, args } = type;
  const members = args.map((member) => member.toLowerCase().trimEnd());
  switch (name) {
    case "ENUM":
      return members.includes(text.toLowerCase().trimEnd());
    case "SET":
      return text === "" || text.split(",").every((one) => members.includes(one.toLowerCase().trimEnd()));
    case "CHAR":
    case "VARCHAR":
      return [...text.trimEnd()].length <= Number(args[0] ?? 1);
    case "DATE":
    case "DATETIME":
    case "TIMESTAMP":
      return isDate(text);
    case "TIME":
    case "YEAR":
      return /\d/.test(text);
    default:
      return name in RANGES || /^(?:DOUBLE|FLOAT|DECIMAL)$/.test(name)
        ? NUMBER.test(text.trim()) && takesNumber(type, text.trim())
        : true;
  }
}

/** Of zeros nothing is said: sql_mode decides. */
function isDate(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)/.exec(text) ?? [];
  if (year === undefined) return /\d/.test(text) && !/^\d{1,2}[./]\d{1,2}[./]\d{4}/.test(text);
  if (Number(month) === 0 || Number(day) === 0) return true;
  return (
    Number(month) <= 12 && Number(day) <= new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate()
  );
}
