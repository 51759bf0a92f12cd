/** Procedures, functions, triggers, events and views: their heads, and nothing of their bodies. */
import { isWord, TokenReader } from "./tokenReader.ts";
import type { Token } from "./tokens.ts";

export interface StoredProgram {
  readonly kind: "program";
  readonly verb: "CREATE" | "ALTER";
  readonly program: "procedure" | "function" | "trigger" | "event" | "view" | "package";
  readonly name: string;
  /** OR REPLACE or IF NOT EXISTS. */
  readonly repeatable: boolean;
  /** As written: `root@localhost`; undefined when there is no clause, or it is the current user. */
  readonly definer: string | undefined;
  /** A function's DETERMINISTIC, NO SQL or READS SQL DATA, without which error 1418 threatens. */
  readonly saysWhatItReads: boolean;
  /** The table of a trigger. */
  readonly table: string | undefined;
}

const isProgram = isWord("PROCEDURE", "FUNCTION", "TRIGGER", "EVENT", "VIEW", "PACKAGE");
const isOther = isWord("TABLE", "INDEX", "DATABASE", "SCHEMA", "SEQUENCE", "USER", "ROLE", "SERVER");

/** The word that says which program a CREATE, ALTER or DROP is for; undefined for a table and its like. */
export function programWord(tokens: readonly Token[]): Token | undefined {
  const word = tokens.find((token) => isProgram(token) || isOther(token));
  return word && isProgram(word) ? word : undefined;
}

/** @returns undefined for any other statement, and for a loadable function, which is a library and no SQL */
export function readProgram(tokens: readonly Token[]): StoredProgram | undefined {
  const word = programWord(tokens);
  if (!word || tokens.some(isWord("SONAME"))) return undefined;
  const at = tokens.indexOf(word);
  const head = tokens.slice(0, at);
  const reader = new TokenReader(tokens.slice(at + 1));
  const ifMissing = reader.take("IF", "NOT", "EXISTS");
  const name = reader.qualifiedName();
  const rest = reader.rest();
  return {
    kind: "program",
    verb: tokens[0]?.value === "ALTER" ? "ALTER" : "CREATE",
    program: word.value.toLowerCase() as StoredProgram["program"],
    name,
    repeatable: ifMissing || head.some(({ value }) => value === "REPLACE"),
    definer: readDefiner(head),
    saysWhatItReads: hasCharacteristic(rest),
    table: word.value === "TRIGGER" ? triggerTable(rest) : undefined,
  };
}

function readDefiner(head: readonly Token[]): string | undefined {
  const at = head.findIndex(({ value }) => value === "DEFINER");
  if (at < 0) return undefined;
  const reader = new TokenReader(head.slice(at + 1));
  reader.take("=");
  const user = reader.name() ?? "";
  if (/^current_(?:user|role)$/i.test(user)) return undefined;
  // The lexer reads @`localhost` as a variable.
  const host = reader.next()?.text.replace(/^@[`'"]?|[`'"]$/g, "");
  return host ? `${user}@${host}` : user;
}

/** NOT DETERMINISTIC says nothing of what it reads. */
function hasCharacteristic(tokens: readonly Token[]): boolean {
  return tokens.some(({ value }, at) => {
    const before = tokens[at - 1]?.value;
    if (value === "DETERMINISTIC") return before !== "NOT";
    return value === "SQL" && (before === "NO" || before === "READS");
  });
}

function triggerTable(rest: readonly Token[]): string | undefined {
  const at = rest.findIndex(({ value }) => value === "ON");
  return at < 0 ? undefined : new TokenReader(rest.slice(at + 1)).qualifiedName();
}
