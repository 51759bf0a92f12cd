/** MySQL and MariaDB behind the interface of `check`. */
import { type Finding, finding } from "../finding.ts";
import type { RuleId } from "../rules.ts";
import type { LintSettings, SqlDialect, SqlFile, SqlLint } from "../sqlDialect.ts";
import type { PlacedRule } from "./effect.ts";
import { droppedBy, estimateFiles } from "./estimate.ts";
import { fileRules } from "./fileRules.ts";
import { type JudgedStatement, judge } from "./judge.ts";
import { SchemaMemory } from "./schemaMemory.ts";
import type { ServerVersion } from "./serverVersion.ts";
import { readSql } from "./statements.ts";

/** @param server what the folder is for */
export function mysqlDialect(server: ServerVersion): SqlDialect {
  return {
    openLint: (settings) => openLint(settings, server),
    estimateFiles: async (files) => estimateFiles(files, server),
    droppedBy: async (sql) => droppedBy(sql, server),
  };
}

/** What a way back is for, and what has no fix there: a version has one down file, and no next one. */
const NOT_IN_DOWN_FILES = new Set<RuleId>([
  "drop-table",
  "drop-column",
  "rename",
  "insert-breaks",
  "nulls-refused",
]);
/** What fails whatever the database holds. Down files of a folder may undo each other's work, in their own order. */
const FAILS = new Set<RuleId>([
  "delimiter",
  "algorithm-refused",
  "name-too-long",
  "use-database",
  "load-data-local",
  "server-lacks",
  "reserved-word",
  "default-refused",
  "syntax",
]);

function openLint({ historyKnown, lockLimit }: LintSettings, server: ServerVersion): SqlLint {
  const memory = new SchemaMemory(server.engine);
  return {
    async check({ file, direction, text, ran }: SqlFile): Promise<Finding[]> {
      const isUp = direction === "up";
      if (isUp) memory.startFile(historyKnown);
      const { statements, error } = readSql(text, server);
      if (error) {
        memory.ranCode = true;
        return [
          finding("syntax", { file, line: error.line, subject: error.message }, error.message, "close it"),
        ];
      }
      // A down file knows what its up file made; it is not part of the way up.
      const judged = judge(statements, isUp ? memory : memory.copy(), server, ran);
      const found = [...brokenRules(judged), ...fileRules(judged, lockLimit, server)].map((one) =>
        placed(file, one),
      );
      return [...emptiness(file, direction, judged), ...(isUp ? found : found.flatMap(milder))];
    },
  };
}

function brokenRules(statements: readonly JudgedStatement[]): PlacedRule[] {
  return statements.flatMap(({ line, effects, refused }) =>
    [...refused, ...effects.flatMap(({ breaks }) => breaks)].map((one) => ({ ...one, line })),
  );
}

function placed(file: string, { rule, line, subject, message, fix }: PlacedRule): Finding {
  return finding(rule, { file, line, subject }, message, fix);
}

/** A down file may drop and rename, and its locks are warnings. */
function milder(found: Finding): Finding[] {
  if (NOT_IN_DOWN_FILES.has(found.rule)) return [];
  return [FAILS.has(found.rule) ? found : { ...found, severity: "warning" }];
}

/** A down file of comments is a choice that says why; one of settings is a template left as it was. */
function emptiness(
  file: string,
  direction: "up" | "down",
  statements: readonly JudgedStatement[],
): Finding[] {
  if (
    statements.some(
      ({ body }) => body.kind !== "set" || body.assignments.some(({ scope }) => scope === "global"),
    )
  )
    return [];
  if (direction === "down" && statements.length === 0) return [];
  return [
    finding(
      "empty",
      { file },
      `the file holds only ${statements.length === 0 ? "comments" : "settings"}`,
      direction === "up"
        ? "write what it does, or delete the pair"
        : "write the way back, or leave nothing but a comment that says why there is none",
    ),
  ];
}
