/** What each statement of a file does to those who use the database. */
import { alterEffects, renames } from "./alterEffects.ts";
import { createEffects } from "./createEffects.ts";
import { type BrokenRule, type Effect, harmless, moment } from "./effect.ts";
import type { SchemaMemory } from "./schemaMemory.ts";
import type { ServerVersion } from "./serverVersion.ts";
import type { Assignment, RowChange } from "./statementBody.ts";
import type { Statement } from "./statements.ts";
import type { StoredProgram } from "./storedProgram.ts";

/**
 * Judges one statement. Effects on a table that nobody uses yet are `none`.
 *
 * @param memory the schema and the session's settings as the statements before have left them
 * @returns one effect at least
 */
export function effectsOf({ body }: Statement, memory: SchemaMemory, server: ServerVersion): Effect[] {
  const effects = judge(body, memory, server);
  return effects.map((effect) => (memory.isFresh(effect.table) ? unused(effect) : effect));
}

/** Of what is wrong with a table that nobody uses, only its own choices are left. */
const HOLDS_FOR_NEW_TABLES = new Set([
  "algorithm-refused",
  "three-byte-charset",
  "not-innodb",
  "no-primary-key",
  "attributes-lost",
  "syntax",
]);

function unused({ table, breaks }: Effect): Effect {
  const kept = breaks.filter(({ rule }) => HOLDS_FOR_NEW_TABLES.has(rule));
  return { table, lock: "none", duration: "none", reason: `nobody uses ${table} yet`, breaks: kept };
}

function judge(body: Statement["body"], memory: SchemaMemory, server: ServerVersion): Effect[] {
  switch (body.kind) {
    case "createTable":
      return createEffects(body);
    case "alterTable":
      return alterEffects(body, { server, ...memory.alterFacts(body.table) });
    case "drop":
      return dropEffects(body);
    case "renameTable":
      return body.pairs.map(([from]) => moment(from, `renames ${from}`, renames(from)));
    case "truncate":
      return [moment(body.table, `removes all rows of ${body.table}`, losing(body.table, "all rows of"))];
    case "update":
    case "delete":
      return [rowChange(body)];
    case "insert": {
      const added = harmless(`adds rows to ${body.table}`);
      const reason = `copies rows into ${body.table}`;
      return [body.fromQuery ? { ...added, table: body.table, duration: "long", reason } : added];
    }
    case "loadData":
      return [
        {
          ...harmless(`loads rows into ${body.table}`, ...(body.local ? [LOAD_LOCAL] : [])),
          duration: "long",
        },
      ];
    case "maintenance":
      return body.tables.map((table) => maintenance(body.verb, table));
    case "lockTables":
      return body.tables.map((table) => moment(table, `locks ${table} until UNLOCK TABLES`));
    case "program":
      return [program(body)];
    case "set":
      return [harmless("sets a variable", ...body.assignments.flatMap(globalSetting))];
    case "use":
      return [harmless(`changes to database ${body.database}`, useDatabase(body.database))];
    case "delimiter":
      return [harmless("is a command of the mysql client", DELIMITER)];
    case "code":
      return [{ ...harmless("runs code that check does not look into"), duration: "some" }];
    case "query":
      return [{ ...harmless("a query, whose time depends on what it reads"), duration: "some" }];
    case "unknown":
      return [harmless("is not known", unknownStatement(body.word))];
    case "definition":
    case "transaction":
    case "unlockTables":
      return [harmless("locks no table that is in use")];
    default:
      return body satisfies never;
  }
}

/** What is gone with an object that code reads. */
const LOST: Readonly<Record<string, string>> = {
  table: "the rows of table",
  database: "the tables of database",
  view: "the name and definition of view",
};

function dropEffects({ object, names, temporary }: Extract<Statement["body"], { kind: "drop" }>): Effect[] {
  if (temporary) return [harmless("drops a temporary table")];
  const lost = LOST[object];
  if (lost === undefined) return [harmless(`drops a ${object}`)];
  return names.map((name) => moment(name, `drops ${object} ${name}`, losing(name, lost)));
}

function losing(name: string, what: string): BrokenRule {
  const message = `${what} ${name} are gone, and the code that still runs may read them`;
  const fix =
    "deploy code that does not use it first, and keep a backup; then disable this rule in the file with that reason";
  return { rule: "drop-table", subject: name, message, fix };
}

function rowChange({ kind, tables, limit }: RowChange): Effect {
  const verb = kind.toUpperCase();
  const [table = ""] = tables;
  const effect = { table, lock: "none", reason: `changes rows of ${table}` } as const;
  if (limit === "limited") return { ...effect, duration: "some", breaks: [] };
  const how = limit === "none" ? "without WHERE" : "with a WHERE that is always true";
  const message = `${verb} ${how} changes every row of ${table}, and keeps all of them locked until it ends`;
  const fix = "change them in parts by primary key, or disable this rule in the file when the table is small";
  const breaks: BrokenRule[] = [{ rule: "update-all-rows", subject: `${verb} ${table}`, message, fix }];
  return { ...effect, lock: "long", duration: "long", rows: "change", breaks };
}

function maintenance(verb: string, table: string): Effect {
  const reason = `${verb} TABLE ${table}`;
  const effect = { table, lock: "none", duration: "long", reason, breaks: [] } as const;
  return verb === "OPTIMIZE" ? { ...effect, lock: "some", reason: `${reason} rebuilds it` } : effect;
}

function program(stored: StoredProgram): Effect {
  const { program: kind, name, table } = stored;
  const breaks = [...otherDefiner(stored), ...notForBinlog(stored)];
  const reason = `defines ${kind} ${name}`;
  return table === undefined ? harmless(reason, ...breaks) : moment(table, reason, ...breaks);
}

function otherDefiner({ program: kind, name, definer }: StoredProgram): BrokenRule[] {
  if (definer === undefined) return [];
  const message = `${kind} ${name} has the definer ${definer}: another user than the migration's needs SET_USER_ID or SUPER (error 1227), and one that does not exist fails when it is used (error 1449)`;
  const fix = "leave DEFINER out; the migration's user is then the definer";
  return [{ rule: "definer", subject: name, message, fix }];
}

function notForBinlog({ program: kind, name, verb, saysWhatItReads }: StoredProgram): BrokenRule[] {
  if (kind !== "function" || verb !== "CREATE" || saysWhatItReads) return [];
  const message = `function ${name} does not say DETERMINISTIC, NO SQL or READS SQL DATA; with binary logging on, as RDS has it for backups, the server refuses it (error 1418)`;
  return [{ rule: "function-binlog", subject: name, message, fix: "add what is true of it" }];
}

function globalSetting({ scope, name }: Assignment): BrokenRule[] {
  if (scope !== "global") return [];
  const message = `${name} is set for the whole server, which RDS refuses to its users (error 1227)`;
  return [{ rule: "global-setting", subject: name, message, fix: "set it in the server's parameter group" }];
}

function useDatabase(database: string): BrokenRule {
  const message = `after USE ${database} golang-migrate looks for its table in ${database}: the version is lost, or the run ends dirty`;
  const fix = `write ${database}.table in the statements, or migrate ${database} with a URL of its own`;
  return { rule: "use-database", subject: database, message, fix };
}

const LOAD_LOCAL: BrokenRule = {
  rule: "load-data-local",
  subject: "LOAD DATA LOCAL",
  message: "LOAD DATA LOCAL asks the client for a file, which the driver refuses to send",
  fix: "write INSERT statements, or load the data outside a migration",
};

const DELIMITER: BrokenRule = {
  rule: "delimiter",
  subject: "DELIMITER",
  message:
    "DELIMITER is a command of the mysql client, which the server refuses (error 1064); what follows is not checked",
  fix: "leave it out and end the routine with a semicolon; the migrator finds its end",
};

function unknownStatement(word: string): BrokenRule {
  const message = `neither MySQL nor MariaDB has a statement that begins with ${word}`;
  const fix = "correct the SQL; the mysql client's commands (source, \\.) are none";
  return { rule: "syntax", subject: word, message, fix };
}
