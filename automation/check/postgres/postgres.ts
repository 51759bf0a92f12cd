/** Postgres behind the interface of `check`. */
import type { Finding } from "../finding.ts";
import { finding } from "../finding.ts";
import type { LintSettings, SqlDialect, SqlFile, SqlLint } from "../sqlDialect.ts";
import { droppedBy, estimateFiles } from "./estimate.ts";
import { checkStatements } from "./rules.ts";
import { SchemaMemory } from "./schemaMemory.ts";
import { parseSql } from "./statements.ts";

export const postgres: SqlDialect = { openLint, estimateFiles, droppedBy };

function openLint({ historyKnown }: LintSettings): SqlLint {
  const memory = new SchemaMemory();
  return {
    async check({ file, direction, text, ran }: SqlFile): Promise<Finding[]> {
      const isUp = direction === "up";
      if (isUp) memory.startFile(historyKnown);
      const sql = await parseSql(text);
      if (!sql.ok) return [syntaxFinding(file, sql)];
      // A down file knows what its up file made; it is not part of the way up.
      return checkStatements({ file, direction }, sql.statements, isUp ? memory : memory.copy(), ran);
    },
  };
}

function syntaxFinding(file: string, { line, message }: { line: number; message: string }): Finding {
  return finding(
    "syntax",
    { file, line, subject: message },
    `Postgres's parser says: ${message}`,
    "correct the SQL; psql's commands (\\copy, \\i) are none",
  );
}
