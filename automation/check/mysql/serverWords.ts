/** Words of a statement that the server does not have, or has for itself. */
import type { ColumnDefinition } from "./columnDefinition.ts";
import type { BrokenRule } from "./effect.ts";
import { NEITHER } from "./neitherServer.ts";
import { refusedCharset } from "./refusedCharset.ts";
import { CALLED_ONLY, reservedWords } from "./reservedWords.ts";
import {
  type Availability,
  has,
  SERVER_FEATURES,
  SERVER_FUNCTIONS,
  SERVER_TYPES,
  SERVER_VARIABLES,
  type ServerFeature,
} from "./serverFeatures.ts";
import type { ServerVersion } from "./serverVersion.ts";
import { formOf, outerForm } from "./statementForm.ts";
import { columnsOf, namesOf } from "./statementNames.ts";
import type { Statement } from "./statements.ts";
import type { Token } from "./tokens.ts";

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

const NOT_NULL = { what: "NOT NULL for a generated column", mysql: 50700 };
const NO_AUTO_CREATE: Omit<ServerFeature, "form"> = {
  what: "sql_mode NO_AUTO_CREATE_USER",
  mysql: [0, 80011],
  mariadb: 0,
  error: 1231,
};
const EXPRESSION = { what: "an index over an expression", mysql: 80013 };

/** @param functions those that the files define, in capitals */
export function serverWords(
  statement: Statement,
  server: ServerVersion,
  functions: ReadonlySet<string>,
): BrokenRule[] {
  const form = formOf(statement.tokens);
  const outer = outerForm(statement.tokens);
  const names = namesOf(statement.body);
  const columns = columnsOf(statement.body);
  const missing = [...SERVER_FEATURES, ...NEITHER].find(
    (feature) => !has(server, feature) && feature.form.test(feature.outer ? outer : form),
  );
  // One a statement: the server stops at the first.
  const lacking = [
    ...(missing ? [lacks(server, missing)] : []),
    ...(names.some((name) => name.startsWith("(")) ? unless(server, EXPRESSION) : []),
    ...missingFunctions(statement.tokens, server, functions),
    ...missingTypes(columns, server),
    ...(columns.some(({ generated, notNull }) => generated && notNull) ? unless(server, NOT_NULL) : []),
    ...missingVariables(statement, server),
    ...missingEngine(statement.body, server),
    ...refusedCharset(statement.body, server),
  ].slice(0, 1);
  return [...lacking, ...reservedNames(names, statement.tokens, server)];
}

/** The rule, unless the server has it. */
function unless(server: ServerVersion, feature: Omit<ServerFeature, "form">): BrokenRule[] {
  return has(server, feature) ? [] : [lacks(server, feature)];
}

function lacks(
  server: ServerVersion,
  { what, error = 1064, ...feature }: Omit<ServerFeature, "form">,
): BrokenRule {
  const message = `${server.name} does not know ${what}${whoHas(server, feature)} (error ${error})`;
  const fix = `write it as ${server.name} knows it, or name the server that the files are for: --dialect, --mysql-version`;
  return { rule: "server-lacks", subject: what, message, fix };
}

/** `, which came with MySQL 8.0.3`. */
function whoHas({ engine, number }: ServerVersion, feature: Availability): string {
  const own = feature[engine];
  const names = { mysql: "MySQL", mariadb: "MariaDB" } as const;
  if (own !== undefined) {
    const [from, before] = typeof own === "number" ? [own, own] : own;
    const release = from > number ? from : before;
    const dotted = [release / 10_000, (release / 100) % 100, release % 100].map(Math.floor).join(".");
    return `, which ${from > number ? "came" : "ended"} with ${names[engine]} ${dotted}`;
  }
  const other = engine === "mysql" ? "mariadb" : "mysql";
  return feature[other] === undefined ? "" : `, which is ${names[other]}'s`;
}

/** The word behind these is a name. */
const NAMES = new Set(["FUNCTION", "INTO", "TABLE", "EXISTS", "REFERENCES", "ON"]);

function missingFunctions(
  tokens: readonly Token[],
  server: ServerVersion,
  functions: ReadonlySet<string>,
): BrokenRule[] {
  const names = new Set(
    tokens.flatMap(({ kind, value }, at) => {
      // KEY (password(10)) is the length of a prefix.
      const isCalled = tokens[at + 1]?.value === "(" && tokens[at + 2]?.kind !== "number";
      return kind === "word" && isCalled && !functions.has(value) && !NAMES.has(tokens[at - 1]?.value ?? "")
        ? [value]
        : [];
    }),
  );
  return [...names].flatMap((name) => {
    const feature = SERVER_FUNCTIONS[name];
    return feature ? unless(server, { what: `function ${name}`, ...feature, error: 1305 }) : [];
  });
}

function missingTypes(columns: readonly ColumnDefinition[], server: ServerVersion): BrokenRule[] {
  const names = new Set(columns.map(({ type }) => type.name));
  const error = server.engine === "mysql" ? 1064 : 4161;
  return [...names].flatMap((name) =>
    name === "" ? [] : unless(server, { what: `type ${name}`, ...SERVER_TYPES[name], error }),
  );
}

function missingVariables({ body }: Statement, server: ServerVersion): BrokenRule[] {
  if (body.kind !== "set") return [];
  return body.assignments.flatMap(({ scope, name, value }) => {
    const feature = scope === "user" ? undefined : SERVER_VARIABLES[name];
    if (feature) return unless(server, { what: `variable ${name}`, ...feature, error: 1193 });
    return name === "sql_mode" && /no_auto_create_user/i.test(value) ? unless(server, NO_AUTO_CREATE) : [];
  });
}

/** Those that a plugin may bring are left out: RDS and others have some of them. */
const ENGINES = {
  mysql: words(
    "INNODB MYISAM MEMORY HEAP CSV ARCHIVE BLACKHOLE MRG_MYISAM MERGE FEDERATED NDB NDBCLUSTER EXAMPLE",
  ),
  mariadb: words(
    "INNODB MYISAM ARIA MEMORY HEAP CSV ARCHIVE BLACKHOLE MRG_MYISAM MERGE FEDERATED FEDERATEDX SEQUENCE CONNECT SPIDER MROONGA ROCKSDB S3 COLUMNSTORE OQGRAPH SPHINX",
  ),
};

function missingEngine(body: Statement["body"], server: ServerVersion): BrokenRule[] {
  const named =
    body.kind === "createTable"
      ? body.options.get("ENGINE")
      : body.kind === "alterTable"
        ? body.actions.flatMap((one) =>
            one.kind === "option" && one.name === "ENGINE" ? [one.value] : [],
          )[0]
        : undefined;
  if (named === undefined || ENGINES[server.engine].has(named.toUpperCase())) return [];
  return [lacks(server, { what: `engine ${named}`, error: 1286 })];
}

function reservedNames(
  names: readonly string[],
  tokens: readonly Token[],
  server: ServerVersion,
): BrokenRule[] {
  const reserved = reservedWords(server);
  const quoted = new Set(tokens.flatMap(({ kind, value }) => (kind === "name" ? [value.toUpperCase()] : [])));
  const defined = names.filter((name) => reserved.has(name.toUpperCase()) && !quoted.has(name.toUpperCase()));
  const used = tokens.flatMap(({ kind, value, text }, at) => {
    if (kind !== "word" || !CALLED_ONLY.has(value) || !reserved.has(value)) return [];
    return tokens[at + 1]?.value === "(" || tokens[at - 1]?.value === "." ? [] : [text];
  });
  return [...new Set([...defined, ...used])].map((name) => ({
    rule: "reserved-word",
    subject: name,
    message: `${name} is a reserved word of ${server.name} and needs backquotes as a name (error 1064)`,
    fix: `write \`${name}\`, or take another name`,
  }));
}
