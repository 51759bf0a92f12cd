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

/** Of both servers; MySQL has gb18030 besides (SHOW CHARACTER SET), and both take utf8 for utf8mb3. */
export const CHARSETS: ReadonlySet<string> = new Set(
  (
    "armscii8 ascii big5 binary cp1250 cp1251 cp1256 cp1257 cp850 cp852 cp866 cp932 dec8 eucjpms euckr gb18030 gb2312 gbk " +
    "geostd8 greek hebrew hp8 keybcs2 koi8r koi8u latin1 latin2 latin5 latin7 macce macroman sjis swe7 tis620 ucs2 ujis " +
    "utf16 utf16le utf32 utf8 utf8mb3 utf8mb4"
  ).split(" "),
);
