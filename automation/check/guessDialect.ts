/** What a folder's SQL looks like, when nothing says which database it is for. Pure. */
import type { MigrationFile } from "../migrations/folder.ts";
import type { Dialect } from "./choices.ts";

/** What only one of the servers takes, outside comments and strings. */
const SIGNS: Readonly<Record<"postgres" | "mysql" | "mariadb", readonly RegExp[]>> = {
  postgres: [
    /\$\$|\$[a-z_]+\$/i,
    /::\s*[a-z]/i,
    /\b(?:big|small)?serial\b/i,
    /\b(?:jsonb|timestamptz|bytea|tsvector|uuid_generate_v4|gen_random_uuid)\b/i,
    /\bcreate\s+(?:unique\s+)?index\s+concurrently\b/i,
    /\bcreate\s+extension\b/i,
    /\balter\s+column\s+\w+\s+(?:set\s+data\s+)?type\b/i,
    /\bset\s+local\b/i,
    /\bwith(?:out)?\s+time\s+zone\b/i,
  ],
  mysql: [
    /`/,
    /\bauto_increment\b/i,
    /\bengine\s*=\s*\w/i,
    /\b(?:tiny|small|medium|big)?int(?:eger)?\s*(?:\(\d+\))?\s+unsigned\b/i,
    /\bcharacter\s+set\b|\bcharset\s*=/i,
    /\b(?:tiny|medium|long)(?:text|blob)\b|\bdatetime\b/i,
    /^\s*delimiter\b/im,
    /\bmodify\s+(?:column\s+)?\w/i,
    /\bon\s+duplicate\s+key\b/i,
    /\block_wait_timeout\b|\bforeign_key_checks\b|\bsql_mode\b/i,
  ],
  mariadb: [
    /\/\*M!/,
    /\bsystem\s+versioning\b/i,
    /\bnext\s+value\s+for\b/i,
    /\bset\s+statement\b/i,
    /\buca1400\b/i,
  ],
};

/** The last files are the likeliest to be for the database of today, and a folder may hold thousands. */
const LOOKED_AT = 200;

/** @returns `postgres` when nothing points elsewhere */
export function guessDialect(files: readonly MigrationFile[]): Dialect {
  const text = files
    .slice(-LOOKED_AT)
    .map(({ bytes }) => withoutComments(new TextDecoder().decode(bytes)))
    .join("\n");
  const points = (signs: readonly RegExp[]) => signs.filter((sign) => sign.test(text)).length;
  const mysql = points(SIGNS.mysql);
  if (mysql <= points(SIGNS.postgres)) return "postgres";
  return points(SIGNS.mariadb) > 0 ? "mariadb" : "mysql";
}

function withoutComments(sql: string): string {
  return sql.replace(/--[^\n]*|'(?:[^'\\]|\\.|'')*'/g, " ");
}
