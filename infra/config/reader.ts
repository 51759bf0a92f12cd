/**
 * Typed readers over a stack's configuration that gather every problem instead of stopping at the first.
 *
 * Pulumi hands each value over as text (booleans and numbers as their literals, arrays and objects as JSON), and an
 * optional key that is declared in Pulumi.yaml must have a default there; so the empty value ("", [], {}) means unset.
 */

/** The part of a key before the colon: the project's name in Pulumi.yaml. */
export const CONFIG_NAMESPACE = "ecs-migrate";

/** What a value looks like that Pulumi.stage.yaml and Pulumi.prod.yaml ship for the user to replace. */
const PLACEHOLDER = /<[^<>]*>/;

/** A value that must have a form: the pattern, and what it is called in the message. */
export interface Form {
  readonly pattern: RegExp;
  readonly is: string;
}

export class ConfigReader {
  readonly problems: string[] = [];
  readonly #values: ReadonlyMap<string, string>;
  readonly #stack: string;
  readonly #wrong = new Set<string>();

  /**
   * @param values full keys (`ecs-migrate:cpu`, `aws:region`) and their text
   * @param stack the stack's name, for the commands in the messages
   */
  constructor(values: ReadonlyMap<string, string>, stack: string) {
    this.#values = values;
    this.#stack = stack;
  }

  /** True if one of the keys has a value that could not be read: what follows from its stand-in is no problem of its own. */
  isWrong(...keys: readonly string[]): boolean {
    return keys.some((key) => this.#wrong.has(key));
  }

  /** Notes that `key` has a wrong value; `rule` says what is right, as the end of a sentence. */
  reject(key: string, value: unknown, rule: string): void {
    this.rejectAs(key, `is ${shown(value)}`, rule);
  }

  /** As {@link reject}, if what is wrong is not the whole value: `has 51 tags`. */
  rejectAs(key: string, found: string, rule: string): void {
    if (!this.isWrong(key)) this.problems.push(`${fullKey(key)} ${found}, but ${rule}; ${this.#fix()}`);
  }

  /** As {@link reject}, of a value that cannot be read; several items of one list are each noted. */
  #refuse(key: string, value: unknown, rule: string): void {
    this.problems.push(`${fullKey(key)} is ${shown(value)}, but ${rule}; ${this.#fix()}`);
    this.#wrong.add(key);
  }

  /** Notes that `key` is not set though it must be; `why` says what needs it. */
  missing(key: string, why: string): void {
    if (!this.isWrong(key)) this.problems.push(`${fullKey(key)} is not set, but ${why}; ${this.#fix()}`);
  }

  /** A text, or "" where it is unset. A placeholder is a problem of its own. */
  text(key: string, form?: Form): string {
    const value = this.#values.get(fullKey(key)) ?? "";
    if (value === "") return "";
    if (PLACEHOLDER.test(value)) {
      this.#refuse(key, value, "that is the placeholder it came with");
      return "";
    }
    if (form && !form.pattern.test(value)) {
      this.#refuse(key, value, `it must be ${form.is}`);
      return "";
    }
    return value;
  }

  /** A text that must be set. */
  requiredText(key: string, form: Form): string {
    const value = this.text(key, form);
    if (value !== "") return value;
    this.missing(key, `it must be ${form.is}`);
    this.#wrong.add(key);
    return "";
  }

  /** One of the given words. */
  choice<const Word extends string>(key: string, words: readonly [Word, ...Word[]]): Word {
    const value = this.text(key);
    const word = words.find((candidate) => candidate === value);
    if (word !== undefined) return word;
    if (value !== "") this.#refuse(key, value, `it must be one of ${words.join(", ")}`);
    return words[0];
  }

  /** `true` or `false`; unset is false. */
  flag(key: string): boolean {
    const value = this.text(key);
    if (value !== "" && value !== "true" && value !== "false")
      this.#refuse(key, value, "it must be true or false");
    return value === "true";
  }

  /** A whole number from `least` to `most`; Pulumi.yaml has a default for each. */
  integer(key: string, least: number, most: number): number {
    const is = `a whole number from ${least} to ${most}`;
    const value = this.requiredText(key, { pattern: /./, is });
    if (value === "") return least;
    const number = Number(value);
    if (/^\s*\d+\s*$/.test(value) && number >= least && number <= most) return number;
    this.#refuse(key, value, `it must be ${is}`);
    return least;
  }

  /** A time like 90s, 45m or 2h, or a number of seconds; Pulumi.yaml has a default for each. @returns seconds */
  seconds(key: string, least: number, most: number): number {
    const is = `a time like 90s, 45m or 2h, from ${least} s to ${most} s`;
    const value = this.requiredText(key, { pattern: /./, is });
    if (value === "") return least;
    const [, count, unit = "s"] = /^(\d{1,9})(s|m|h)?$/.exec(value) ?? [];
    const seconds = Number(count) * { s: 1, m: 60, h: 3600 }[unit as "s" | "m" | "h"];
    if (count !== undefined && seconds >= least && seconds <= most) return seconds;
    this.#refuse(key, value, `it must be ${is}`);
    return least;
  }

  /** A list of texts; unset is empty. */
  texts(key: string, form?: Form): string[] {
    const value = this.#json(key, "a list of texts", isTextList) ?? [];
    return value.filter((item) => this.#acceptItem(key, item, form));
  }

  /** A map of texts; unset is empty. */
  textMap(key: string): Record<string, string> {
    const value = this.#json(key, "a map of texts", isTextMap) ?? {};
    for (const item of Object.values(value)) this.#acceptItem(key, item);
    return value;
  }

  /** Parsed JSON of a shape, or undefined if the key is unset or wrong. */
  json<Shape>(key: string, is: string, guard: (value: unknown) => value is Shape): Shape | undefined {
    return this.#json(key, is, guard);
  }

  #acceptItem(key: string, item: string, form?: Form): boolean {
    if (PLACEHOLDER.test(item)) {
      this.#refuse(key, item, "that is the placeholder it came with");
      return false;
    }
    if (form && !form.pattern.test(item)) {
      this.#refuse(key, item, `each item must be ${form.is}`);
      return false;
    }
    return true;
  }

  #json<Shape>(key: string, is: string, guard: (value: unknown) => value is Shape): Shape | undefined {
    const text = this.#values.get(fullKey(key)) ?? "";
    if (text === "") return undefined;
    const value = parseJson(text);
    if (guard(value)) return value;
    this.#refuse(key, value ?? text, `it must be ${is}`);
    return undefined;
  }

  #fix(): string {
    return `set it in Pulumi.${this.#stack}.yaml`;
  }
}

function shown(value: unknown): string {
  return typeof value === "string" ? `"${withoutPassword(value)}"` : JSON.stringify(value);
}

/** A database URL or a token, put where its name belongs, must not reach the log of a build. */
function withoutPassword(text: string): string {
  return text.replace(/:\/\/\S*@/, "://***@");
}

/** The empty text as undefined. */
export function optional(text: string): string | undefined {
  return text === "" ? undefined : text;
}

function fullKey(key: string): string {
  return key.includes(":") ? key : `${CONFIG_NAMESPACE}:${key}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function isTextMap(value: unknown): value is Record<string, string> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((item) => typeof item === "string")
  );
}
