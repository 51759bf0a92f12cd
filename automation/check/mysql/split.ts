/**
 * Cuts a file's words into statements as the server does: a semicolon ends one, except in the compound body of a
 * routine, trigger or event, or of a block that MariaDB runs outside of one. The migrator's SplitMySQL has the same rules.
 */
import { programWord } from "./storedProgram.ts";
import type { Token } from "./tokens.ts";

/** One statement's words, without the semicolon. */
type StatementTokens = readonly Token[];

interface SplitFile {
  readonly statements: readonly StatementTokens[];
  /** A DELIMITER command of the mysql client; the words after it cannot be cut as the server would. */
  readonly delimiter: Token | undefined;
}

/** MariaDB, "Using Compound Statements Outside of Stored Programs". */
const MARIADB_BLOCKS = new Set(["IF", "CASE", "LOOP", "WHILE", "REPEAT", "FOR"]);
/** How many words may stand between CREATE and PROCEDURE: OR REPLACE, DEFINER = a @ b, AGGREGATE, and comments' words. */
const HEAD_WORDS = 10;

export function splitStatements(tokens: readonly Token[]): SplitFile {
  const statements: Token[][] = [];
  let current: Token[] = [];
  let body = new CompoundBody();
  for (const token of tokens) {
    if (current.length === 0 && token.kind === "word" && token.value === "DELIMITER")
      return { statements, delimiter: token };
    if (token.kind === "symbol" && token.value === ";" && body.depth === 0) {
      if (current.length > 0) statements.push(current);
      current = [];
      body = new CompoundBody();
      continue;
    }
    current.push(token);
    body.read(token, current);
  }
  if (current.length > 0) statements.push(current);
  return { statements, delimiter: undefined };
}

/** How deep the words so far are in BEGIN, CASE, IF, LOOP, WHILE, REPEAT and FOR. */
class CompoundBody {
  depth = 0;
  #isProgram = false;
  #previous = "";

  read(token: Token, statement: readonly Token[]): void {
    const word = token.kind === "word" || token.kind === "symbol" ? token.value : "";
    if (!this.#isProgram && isProgram(statement)) {
      this.#isProgram = true;
      // BEGIN NOT ATOMIC is known by its third word.
      if (statement[0]?.value === "BEGIN") this.depth = 1;
    }
    if (this.#isProgram) this.depth = Math.max(0, this.depth + this.#change(word));
    this.#previous = word;
  }

  #change(word: string): number {
    const previous = this.#previous;
    if (word === "END") return -1;
    if (previous === "END") return 0;
    if (word === "BEGIN" || word === "CASE") return 1;
    // IF() and REPEAT() are functions too, and IF EXISTS follows DROP: these words open a block only at a statement's start.
    return MARIADB_BLOCKS.has(word) && startsStatement(previous) ? 1 : 0;
  }
}

function startsStatement(previous: string): boolean {
  return ["", ";", ":", "BEGIN", "THEN", "ELSE", "DO", "LOOP", "REPEAT"].includes(previous);
}

function isProgram(statement: readonly Token[]): boolean {
  const head = statement.slice(0, HEAD_WORDS + 1);
  const [first = "", second, third] = head.map(({ kind, value }) => (kind === "word" ? value : ""));
  if (first === "BEGIN") return second === "NOT" && third === "ATOMIC";
  if (MARIADB_BLOCKS.has(first)) return true;
  if (first !== "CREATE" && first !== "ALTER") return false;
  const made = programWord(head)?.value;
  return made !== undefined && made !== "VIEW";
}
