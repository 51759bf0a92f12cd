/** Postgres behind the interface of `check`. */
import type { Finding } from "../finding.ts";
import { finding } from "../finding.ts";
import type { LintSettings, SqlDialect, SqlFile, SqlLint } from "../sqlDialect.ts";
import { droppedBy, estimateFiles } from "./estimate.ts";
import { FileState } from "./fileState.ts";
import { blockOf, functionBlock } from "./procedural.ts";
import { checkStatements } from "./rules.ts";
import { Schema } from "./schema.ts";
import { parseSql, type Statement } from "./statements.ts";
import { syntaxFix } from "./syntaxFix.ts";

export const postgres: SqlDialect = { openLint, estimateFiles, droppedBy };

function openLint({ historyKnown, postgresVersion, multiStatement, lockLimit }: LintSettings): SqlLint {
  const schema = new Schema(historyKnown);
  return {
    async check({ file, direction, text, ran }: SqlFile): Promise<Finding[]> {
      const isUp = direction === "up";
      if (isUp) schema.startFile();
      const sql = await parseSql(text);
      if (!sql.ok) return [syntaxFinding(file, sql, syntaxFix(sql, text))];
      // A down file knows what its up file made; it is not part of the way up.
      const context = {
        schema: isUp ? schema : new Schema(historyKnown, schema),
        file: new FileState(),
        version: postgresVersion,
      };
      const found = checkStatements(
        { file, direction, multiStatement, lockLimit },
        sql.statements,
        context,
        ran,
      );
      return [...found, ...bodyErrors(file, sql.statements)];
    },
  };
}

/** PL/pgSQL's parser reads the body when the function is made, and when the block runs. */
function bodyErrors(file: string, statements: readonly Statement[]): Finding[] {
  return statements.flatMap(({ node, line, text }) => {
    const block =
      "DoStmt" in node
        ? blockOf(node.DoStmt)
        : "CreateFunctionStmt" in node
          ? functionBlock(node.CreateFunctionStmt, text)
          : undefined;
    return block?.error === undefined
      ? []
      : [syntaxFinding(file, { line, message: block.error }, "correct the SQL")];
  });
}

function syntaxFinding(
  file: string,
  { line, message }: { line: number; message: string },
  fix: string,
): Finding {
  return finding("syntax", { file, line, subject: message }, `Postgres's parser says: ${message}`, fix);
}
