/** Reads tokens from left to right. Nothing here throws: what does not fit is left where it is. */
import { joinParts } from "./qualifiedName.ts";
import type { Token } from "./tokens.ts";

export class TokenReader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  peek(ahead = 0): Token | undefined {
    return this.#tokens[this.#at + ahead];
  }

  next(): Token | undefined {
    const token = this.peek();
    this.#at += 1;
    return token;
  }

  /** Whether these words or symbols come next. */
  sees(...values: readonly string[]): boolean {
    return values.every((value, ahead) => {
      const token = this.peek(ahead);
      return (token?.kind === "word" || token?.kind === "symbol") && token.value === value;
    });
  }

  /** The first of these words that comes next. */
  seesAny(values: ReadonlySet<string> | readonly string[]): boolean {
    const token = this.peek();
    return token?.kind === "word" && [...values].includes(token.value);
  }

  /** Takes these words or symbols when they come next. */
  take(...values: readonly string[]): boolean {
    const found = this.sees(...values);
    if (found) this.#at += values.length;
    return found;
  }

  /** Takes one of these words when it comes next. */
  takeAny(values: readonly string[]): string | undefined {
    return this.seesAny(values) ? this.next()?.value : undefined;
  }

  /** Takes a name, with or without quotes; undefined when a symbol or number comes next. */
  name(): string | undefined {
    const token = this.peek();
    if (token?.kind !== "word" && token?.kind !== "name" && token?.kind !== "string") return undefined;
    this.#at += 1;
    return token.kind === "word" ? token.text : token.value;
  }

  /** `db.table` or `table` (qualifiedName.ts); an empty text when no name comes next. */
  qualifiedName(): string {
    const parts = [this.name() ?? ""];
    while (this.take(".")) parts.push(this.name() ?? "");
    return joinParts(parts);
  }

  /** Takes a group in parentheses. @returns the tokens in it; undefined when none comes next */
  group(): Token[] | undefined {
    if (!this.sees("(")) return undefined;
    const inside: Token[] = [];
    let depth = 0;
    for (let token = this.next(); token; token = this.next()) {
      if (token.kind === "symbol" && token.value === "(") depth += 1;
      if (token.kind === "symbol" && token.value === ")") depth -= 1;
      if (depth === 0) break;
      inside.push(token);
    }
    return inside.slice(1);
  }

  /** Takes all up to the next comma that is not in parentheses, and leaves the comma. */
  untilComma(): Token[] {
    return this.until((token) => token.kind === "symbol" && token.value === ",");
  }

  /** Takes all up to a token outside parentheses for which `ends` is true, and leaves that token. */
  until(ends: (token: Token) => boolean): Token[] {
    const taken: Token[] = [];
    let depth = 0;
    for (let token = this.peek(); token; token = this.peek()) {
      if (depth === 0 && ends(token)) break;
      if (token.kind === "symbol" && token.value === "(") depth += 1;
      if (token.kind === "symbol" && token.value === ")") depth -= 1;
      taken.push(token);
      this.#at += 1;
    }
    return taken;
  }

  rest(): Token[] {
    return this.until(() => false);
  }
}

/** Finds one of these words, and no name or text that is written alike. */
export function isWord(...words: readonly string[]): (token: Token) => boolean {
  return ({ kind, value }) => kind === "word" && words.includes(value);
}

/** Cuts a list at its commas, those in parentheses left alone. */
export function splitAtCommas(tokens: readonly Token[]): Token[][] {
  const reader = new TokenReader(tokens);
  const parts: Token[][] = [];
  while (!reader.isAtEnd) {
    parts.push(reader.untilComma());
    reader.next();
  }
  return parts;
}

/** The words as written, with single spaces. */
export function textOf(tokens: readonly Token[]): string {
  return tokens.map(({ text }) => text).join(" ");
}

/** A text, a number, NULL, TRUE or FALSE as written; undefined for all else. */
export function literalOf(value: readonly Token[]): string | undefined {
  const [first, second] = value;
  if (value.length === 2 && (first?.value === "-" || first?.value === "+") && second?.kind === "number")
    return `${first.value}${second.text}`;
  if (value.length !== 1 || !first) return undefined;
  const isLiteral = first.kind === "string" || first.kind === "number";
  return isLiteral || /^(?:NULL|TRUE|FALSE)$/i.test(first.text) ? first.text : undefined;
}
