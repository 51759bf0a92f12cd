/** How a deploy looks at migrations: by its flags, else by the stack's configuration. Pure. */

import { ConfigError } from "../contract/errors.ts";
import { DIALECTS, type DialectChoice } from "./choices.ts";
import { readServerVersion } from "./mysql/serverVersion.ts";
import { isOrderRule, isRule } from "./rules.ts";

export interface CheckSettings {
  readonly dialect: DialectChoice;
  /** `8.0`, `8.4`, `mariadb-10.11`; undefined when it is not set. */
  readonly mysqlVersion: string | undefined;
  /** `postgres` or `mysql` of a stack that names its database by its parts; undefined when a URL says it. */
  readonly engine: string | undefined;
  /** Ids of rules that are off. */
  readonly disable: readonly string[];
  /** Postgres's major version: what it can do, and so the right fix, differs. */
  readonly postgresVersion: number;
  /** Whether golang-migrate cuts each file at its semicolons: `x-multi-statement=true` in the database URL. */
  readonly multiStatement: boolean;
  /** Whether the migrator limits the wait for a lock; not if `ecs-migrate:lockTimeout` is 0. */
  readonly lockLimit: boolean;
}

/** The oldest version that is maintained: what it can do, the newer ones can. */
const OLDEST_POSTGRES = 14;

export const DEFAULT_CHECK: CheckSettings = {
  dialect: "auto",
  mysqlVersion: undefined,
  engine: undefined,
  disable: [],
  postgresVersion: OLDEST_POSTGRES,
  multiStatement: false,
  lockLimit: true,
};

const DIALECT_KEY = "ecs-migrate:checkDialect";
const DISABLE_KEY = "ecs-migrate:checkDisable";
const POSTGRES_KEY = "ecs-migrate:postgresVersion";
const MULTI_KEY = "ecs-migrate:multiStatement";
const VERSION_KEY = "ecs-migrate:mysqlVersion";
const SEARCH_KEY = "ecs-migrate:searchPaths";
const LOCK_KEY = "ecs-migrate:lockTimeout";
const HOST_KEY = "ecs-migrate:databaseHost";
const ENGINE_KEY = "ecs-migrate:databaseEngine";

/** Of the rules of order and edits, those whose finding a person may mean: a way back repaired, a file renamed. */
const OPTIONAL_ORDER_RULES: readonly string[] = ["down-edited", "renamed"];

/**
 * The flag's dialect, else the stack's; the rules that either switches off.
 *
 * @param config the stack's configuration as `readStackConfig` gives it
 * @throws {ConfigError} naming every rule that does not exist or cannot be off, and every value of the wrong form
 */
export function checkSettings(
  flags: {
    readonly dialect?: DialectChoice | undefined;
    readonly disable?: readonly string[];
    readonly postgresVersion?: number | undefined;
  },
  config: ReadonlyMap<string, string>,
): CheckSettings {
  const { disable = [] } = flags;
  const problems: string[] = [];
  const configured = parseRules(config.get(DISABLE_KEY) || "[]", problems);
  const sources = { "--disable": disable, [DISABLE_KEY]: configured };
  for (const [source, rules] of Object.entries(sources)) {
    for (const rule of rules) {
      const problem = ruleProblem(rule);
      if (problem !== undefined) problems.push(`${source} ${rule}: ${problem}`);
    }
  }
  const dialect = flags.dialect ?? parseDialect(config.get(DIALECT_KEY) || "auto", problems);
  const postgresVersion = flags.postgresVersion ?? parseVersion(config.get(POSTGRES_KEY), problems);
  const mysqlVersion = config.get(VERSION_KEY) || undefined;
  const versionProblem = mysqlVersionProblem(mysqlVersion);
  if (versionProblem) problems.push(`${VERSION_KEY} is "${mysqlVersion}"; ${versionProblem}`);
  const multiStatement = config.get(MULTI_KEY) === "true";
  if (problems.length > 0) throw new ConfigError(problems);
  const engine = config.get(HOST_KEY) ? config.get(ENGINE_KEY) || "postgres" : undefined;
  const lockLimit = !/^0+[smh]?$/.test(config.get(LOCK_KEY) ?? "");
  const off = [...new Set([...configured, ...disable])];
  return { dialect, mysqlVersion, engine, disable: off, postgresVersion, multiStatement, lockLimit };
}

/** Why a deploy does not take a rule as switched off, as the end of a sentence; undefined if it does. */
export function ruleProblem(rule: string): string | undefined {
  if (!isRule(rule)) return "there is no such rule; docs/check.md lists them all";
  const always = isOrderRule(rule) && !OPTIONAL_ORDER_RULES.includes(rule);
  return always ? "a deploy always looks for it, since such a file never does what it says" : undefined;
}

/** Why a version cannot be read, as the end of a sentence; undefined if it can, or is not set. */
export function mysqlVersionProblem(text: string | undefined): string | undefined {
  if (text === undefined || readServerVersion(text)) return undefined;
  return "it must be a version such as 8.0, 8.4, 8.0.28 or mariadb-10.11";
}

function parseDialect(text: string, problems: string[]): DialectChoice {
  const dialect = DIALECTS.find((candidate) => candidate === text);
  if (dialect === undefined)
    problems.push(`${DIALECT_KEY} is "${text}"; it must be one of ${DIALECTS.join(", ")}`);
  return dialect ?? "auto";
}

/** @returns the major version; the oldest maintained one if none is set */
function parseVersion(text: string | undefined, problems: string[]): number {
  if (text === undefined || text === "") return OLDEST_POSTGRES;
  const version = Number(text);
  if (Number.isInteger(version) && version >= 9) return version;
  problems.push(`${POSTGRES_KEY} is "${text}"; it must be a major version, such as 16`);
  return OLDEST_POSTGRES;
}

/** The folders where running code is searched, from the repository's root; empty: the application's folder. */
export function searchPaths(config: ReadonlyMap<string, string>): string[] {
  return textsOf(config.get(SEARCH_KEY) || "[]") ?? [];
}

function parseRules(text: string, problems: string[]): string[] {
  const list = textsOf(text);
  if (list) return list;
  problems.push(`${DISABLE_KEY} is ${text}; it must be a list of rules, such as ["alone"]`);
  return [];
}

/** Pulumi gives a list as JSON. */
function textsOf(text: string): string[] | undefined {
  const list = jsonOf(text);
  return Array.isArray(list) && list.every((item) => typeof item === "string") ? list : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
