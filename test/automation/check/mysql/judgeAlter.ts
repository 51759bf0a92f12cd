import assert from "node:assert/strict";
import type { Online } from "../../../../automation/check/mysql/online.ts";
import { onlineOf } from "../../../../automation/check/mysql/onlineDdl.ts";
import { SchemaMemory } from "../../../../automation/check/mysql/schemaMemory.ts";
import { readServerVersion } from "../../../../automation/check/mysql/serverVersion.ts";
import { readSql } from "../../../../automation/check/mysql/statements.ts";
import { type OnlineCase, TABLES } from "./onlineDdlTable.ts";

/** What check says of `ALTER TABLE t …` after the fixture's tables and the case's own statements. */
export function judgeAlter(
  { setup = "", alter }: Pick<OnlineCase, "alter"> & Partial<OnlineCase>,
  version: string,
): Online {
  const server = readServerVersion(version);
  assert(server);
  const memory = new SchemaMemory(server.engine);
  for (const statement of readSql(`${TABLES}${setup};`, server).statements) memory.remember(statement, true);
  const [statement] = readSql(`ALTER TABLE t ${alter}`, server).statements;
  assert(statement?.body.kind === "alterTable");
  const judged = onlineOf(statement.body, { server, ...memory.alterFacts("t") });
  assert(judged, alter);
  return judged;
}
