/** Judges the statements of a file one after the other. */
import { RULES } from "../rules.ts";
import type { BrokenRule, Effect } from "./effect.ts";
import { refusedNames } from "./existence.ts";
import { neededByForeignKeys } from "./foreignKeys.ts";
import { refusedRows } from "./insertedRows.ts";
import { readsItsOwnTable } from "./ownSubquery.ts";
import { refusedSyntax } from "./refusedSyntax.ts";
import { refusedValues } from "./refusedValues.ts";
import type { SchemaMemory } from "./schemaMemory.ts";
import type { ServerVersion } from "./serverVersion.ts";
import { serverWords } from "./serverWords.ts";
import { effectsOf } from "./statementEffects.ts";
import { columnsOf } from "./statementNames.ts";
import type { Statement } from "./statements.ts";
import { refusedTable } from "./tableRefusals.ts";
import { refusedTypes } from "./typeLimits.ts";

/** One statement with what it does. */
export interface JudgedStatement extends Statement {
  readonly effects: readonly Effect[];
  /** Why the server would not take it at all. */
  readonly refused: readonly BrokenRule[];
}

/**
 * Judges in order; `memory` learns from each.
 *
 * @param deployed whether code in use may know the tables that the statements make
 */
export function judge(
  statements: readonly Statement[],
  memory: SchemaMemory,
  server: ServerVersion,
  deployed: boolean,
): JudgedStatement[] {
  return statements.map((statement) => {
    const effects = effectsOf(statement, memory, server);
    const refused = [
      ...refusedSyntax(statement, server, memory.ansiQuotes),
      ...serverWords(statement, server, memory.functions),
      ...readsItsOwnTable(statement, server),
      ...refusedTypes(columnsOf(statement.body), server),
      ...refusedValues(statement, server, memory),
      ...refusedByFiles(statement.body, memory, server),
    ];
    memory.remember(statement, deployed);
    if (refused.some(({ rule }) => RULES[rule].severity === "error")) memory.doubt(statement.body);
    return { ...statement, effects, refused };
  });
}

/** One a statement: the server stops at the first. */
function refusedByFiles(body: Statement["body"], memory: SchemaMemory, server: ServerVersion): BrokenRule[] {
  const names = refusedNames(body, memory, server);
  if (names.length > 0) return names;
  const table = refusedTable(body, memory, server);
  if (table.length > 0) return table;
  const rows = refusedRows(body, memory, server);
  return rows.length > 0 ? rows : neededByForeignKeys(body, memory, server);
}
