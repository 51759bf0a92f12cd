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
    case "alterTable": {
      return alterEffects(body, { server, ...memory.alterFacts(body.table) });
    }
    case "drop":
      return dropEffects(body);
    case "renameTable":
      return body.pairs.map(([from]) => moment(from, `renames ${from}`, renames(from)));
    case "truncate":
      return [moment(body.table, `removes all rows of ${body.table}`, losing(body.table, "all rows of"))];
    case "update":
    case "delete":
      return [rowChange(body)];
    case "insert":
      return [
        body.fromQuery
          ? {
              table: body.table,
              lock: "none",
              duration: "long",
              reason: `copies rows into ${body.table}`,
              breaks: [],
            }
          : harmless(`adds rows to ${body.table}`),
      ];
    case "loadData":
      return [
        {
          ...harmless(`loads rows into ${body.table}`, ...(body.local ? [loadLocal()] : [])),
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
      return [harmless("is a command of the mysql client", delimiter())];
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

function dropEffects({ object, names, temporary }: Extract<Statement["body"], { kind: "drop" }>): Effect[] {
  if (temporary) return [harmless("drops a temporary table")];
  if (object === "table")
    return names.map((name) => moment(name, `drops table ${name}`, losing(name, "the rows of table")));
  if (object === "database")
    return names.map((name) =>
      moment(name, `drops database ${name}`, losing(name, "the tables of database")),
    );
  if (object === "view")
    return names.map((name) =>
      moment(name, `drops view ${name}`, losing(name, "the name and definition of view")),
    );
  return [harmless(`drops a ${object}`)];
}

function losing(name: string, what: string): BrokenRule {
  return {
    rule: "drop-table",
    subject: name,
    message: `${what} ${name} are gone, and the code that still runs may read them`,
    fix: "deploy code that does not use it first, and keep a backup; then disable this rule in the file with that reason",
  };
}

function rowChange({ kind, tables, limit }: RowChange): Effect {
  const verb = kind.toUpperCase();
  const [table = ""] = tables;
  const effect = { table, lock: "none", reason: `changes rows of ${table}` } as const;
  if (limit === "limited") return { ...effect, duration: "some", breaks: [] };
  const broken: BrokenRule = {
    rule: "update-all-rows",
    subject: `${verb} ${table}`,
    message: `${verb} ${limit === "none" ? "without WHERE" : "with a WHERE that is always true"} changes every row of ${table}, and keeps all of them locked until it ends`,
    fix: "change them in parts by primary key, or disable this rule in the file when the table is small",
  };
  return { ...effect, lock: "long", duration: "long", rows: "change", breaks: [broken] };
}

function maintenance(verb: string, table: string): Effect {
  const reason = `${verb} TABLE ${table}`;
  if (verb === "OPTIMIZE")
    return { table, lock: "some", duration: "long", reason: `${reason} rebuilds it`, breaks: [] };
  return { table, lock: "none", duration: "long", reason, breaks: [] };
}

function program({ program: kind, name, definer, saysWhatItReads, table, verb }: StoredProgram): Effect {
  const breaks: BrokenRule[] = [];
  if (definer !== undefined) {
    breaks.push({
      rule: "definer",
      subject: name,
      message: `${kind} ${name} has the definer ${definer}: another user than the migration's needs SET_USER_ID or SUPER (error 1227), and one that does not exist fails when it is used (error 1449)`,
      fix: "leave DEFINER out; the migration's user is then the definer",
    });
  }
  if (kind === "function" && verb === "CREATE" && !saysWhatItReads) {
    breaks.push({
      rule: "function-binlog",
      subject: name,
      message: `function ${name} does not say DETERMINISTIC, NO SQL or READS SQL DATA; with binary logging on, as RDS has it for backups, the server refuses it (error 1418)`,
      fix: "add what is true of it",
    });
  }
  const reason = `defines ${kind} ${name}`;
  return table === undefined ? harmless(reason, ...breaks) : moment(table, reason, ...breaks);
}

function globalSetting({ scope, name }: Assignment): BrokenRule[] {
  if (scope !== "global") return [];
  return [
    {
      rule: "global-setting",
      subject: name,
      message: `${name} is set for the whole server, which RDS refuses to its users (error 1227)`,
      fix: "set it in the server's parameter group",
    },
  ];
}

function useDatabase(database: string): BrokenRule {
  return {
    rule: "use-database",
    subject: database,
    message: `after USE ${database} golang-migrate looks for its table in ${database}: the version is lost, or the run ends dirty`,
    fix: `write ${database}.table in the statements, or migrate ${database} with a URL of its own`,
  };
}

function loadLocal(): BrokenRule {
  return {
    rule: "load-data-local",
    subject: "LOAD DATA LOCAL",
    message: "LOAD DATA LOCAL asks the client for a file, which the driver refuses to send",
    fix: "write INSERT statements, or load the data outside a migration",
  };
}

function delimiter(): BrokenRule {
  return {
    rule: "delimiter",
    subject: "DELIMITER",
    message:
      "DELIMITER is a command of the mysql client, which the server refuses (error 1064); what follows is not checked",
    fix: "leave it out and end the routine with a semicolon; the migrator finds its end",
  };
}

function unknownStatement(word: string): BrokenRule {
  return {
    rule: "syntax",
    subject: word,
    message: `neither MySQL nor MariaDB has a statement that begins with ${word}`,
    fix: "correct the SQL; the mysql client's commands (source, \\.) are none",
  };
}
