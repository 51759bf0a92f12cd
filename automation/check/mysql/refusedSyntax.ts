/** Syntax errors (1064) of both servers that a statement's words and columns tell. Asked of both. */
import type { BrokenRule } from "./effect.ts";
import type { ServerVersion } from "./serverVersion.ts";
import { formOf } from "./statementForm.ts";
import { columnsOf } from "./statementNames.ts";
import type { Statement } from "./statements.ts";

/** Where a name must stand; `'` is a text in either quote (statementForm.ts). */
const QUOTED_NAME =
  /^(?:(?:CREATE (?:OR REPLACE )?(?:TEMPORARY )?TABLE (?:IF NOT EXISTS )?|ALTER TABLE |DROP TABLE (?:IF EXISTS )?|TRUNCATE (?:TABLE )?|RENAME TABLE |UPDATE |DELETE FROM |(?:INSERT|REPLACE) (?:IGNORE )?(?:INTO )?|CREATE (?:UNIQUE |FULLTEXT |SPATIAL )?INDEX |DROP INDEX |CREATE (?:OR REPLACE )?VIEW )'|CREATE (?:UNIQUE |FULLTEXT |SPATIAL )?INDEX \S+ ON (?:'|\S+ \( ')|CREATE TABLE (?:IF NOT EXISTS )?\S+ \( '|(?:INSERT|REPLACE) (?:IGNORE )?INTO \S+ \( '|ALTER TABLE \S+ (?:ADD|DROP|MODIFY|CHANGE|ALTER|RENAME) (?:COLUMN |INDEX |KEY |CONSTRAINT |UNIQUE )?')| REFERENCES '/;
const NEEDS_LENGTH = /^(?:VARCHAR|VARBINARY|ENUM|SET)$/;

/** @param ansiQuotes whether `"x"` may be a name, as after SET sql_mode = 'ANSI_QUOTES' */
export function refusedSyntax(
  { tokens, body }: Statement,
  { name }: ServerVersion,
  ansiQuotes: boolean,
): BrokenRule[] {
  const bare = columnsOf(body).find(({ type }) => NEEDS_LENGTH.test(type.name) && type.args.length === 0);
  if (bare)
    return [
      {
        rule: "syntax",
        subject: bare.name,
        message: `${bare.type.name} of column ${bare.name} has no ${/CHAR|BIN/.test(bare.type.name) ? "length" : "values"}: ${name} refuses it (error 1064)`,
        fix: `write ${bare.type.name}(…)`,
      },
    ];
  const quoted = tokens.find(({ kind, text }) => kind === "string" && !(ansiQuotes && text.startsWith('"')));
  if (!quoted || !QUOTED_NAME.test(formOf(tokens))) return [];
  const fix = `write \`${quoted.value}\`${quoted.text.startsWith('"') ? "; or SET sql_mode = 'ANSI_QUOTES' in the file, and put it back" : ""}`;
  const message = `${quoted.text} is a text for ${name}, and a name is meant (error 1064)`;
  return [{ rule: "syntax", subject: quoted.value, message, fix }];
}
