/** The character set of a column, and how many bytes a character of it takes. */
import type { ColumnDefinition } from "./columnDefinition.ts";

/** A collation's name begins with its character set. */
export function charsetOf(charset: string | undefined, collation: string | undefined): string | undefined {
  return (charset ?? collation?.split("_")[0])?.toLowerCase();
}

/** `utf8` is utf8mb3 in both servers (MySQL 8.0 manual, "The utf8 Character Set"). */
export function charsetOfColumn(
  { charset, collation }: Pick<ColumnDefinition, "charset" | "collation">,
  table: { readonly charset: string | undefined } | undefined,
): string | undefined {
  const known = charsetOf(charset, collation) ?? table?.charset;
  return known === "utf8" ? "utf8mb3" : known;
}

/** The most bytes of a character, by character set. */
export const BYTES: Readonly<Record<string, number>> = {
  utf8mb4: 4,
  utf16: 4,
  utf16le: 4,
  utf32: 4,
  utf8mb3: 3,
  ucs2: 2,
  gbk: 2,
  sjis: 2,
  big5: 2,
  latin1: 1,
  ascii: 1,
  binary: 1,
};
