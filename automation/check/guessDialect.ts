/** What a folder's SQL looks like, when nothing says which database it is for. Pure. */
import type { MigrationFile } from "../migrations/folder.ts";
import type { Dialect } from "./choices.ts";

/** What only one of the servers takes, outside comments and strings. */
const SIGNS: Readonly<Record<"postgres" | "mysql" | "mariadb" | "mysql8", readonly RegExp[]>> = {
  postgres: [
    /\$\$|\$[a-z_]+\$/i,
    /::\s*"?[a-z]/i,
    /\b(?:big|small)?serial\b/i,
    /\b(?:jsonb|timestamptz|bytea|tsvector|citext|uuid_generate_v4|gen_random_uuid)\b/i,
    /\buuid\s+(?:not\s+null|primary|default|references|unique)\b|\btext\s*\[\]/i,
    /\bcreate\s+(?:unique\s+)?index\s+concurrently\b/i,
    /\bcreate\s+(?:extension|type|policy|materialized|domain)\b/i,
    /\balter\s+column\s+\S+\s+(?:(?:set\s+data\s+)?type|(?:set|drop)\s+not\s+null)\b/i,
    /\bset\s+local\b|\bsearch_path\b/i,
    /\bwith(?:out)?\s+time\s+zone\b/i,
    /\bgenerated\s+(?:always|by\s+default)\s+as\s+identity\b/i,
    /\busing\s+(?:gin|gist|brin)\b|\bnot\s+valid\b/i,
    /\bon\s+conflict\b|\bilike\b|\bowner\s+to\b|\blanguage\s+(?:plpgsql)\b/i,
    /\b(?:table|index|view|into|exists|only)\s+(?:"?\w+"?\.)?"\w+"/i,
    /\bpublic\.\w|\bcomment\s+on\b/i,
    /^\s*\\(?:i|ir|include|copy|c|connect|set|echo|if|pset|timing|restrict)\b/im,
  ],
  mysql: [
    /`/,
    /\bauto_increment\b/i,
    /\bengine\s*=\s*\w/i,
    /\b(?:tiny|small|medium|big)?int(?:eger)?\s*(?:\(\d+\))?\s+unsigned\b|\bint\s*\(\d+\)/i,
    /\bcharacter\s+set\b|\bcharset\b|\bcollate[\s=]+['"]?\w+_(?:ci|bin|cs)\b/i,
    /\b(?:tiny|medium|long)(?:text|blob)\b|\b(?:tiny|medium)int\b/i,
    /[(,]\s*\w+\s+(?:(?:datetime|double|blob|year)\b|enum\s*\()|\badd\s+(?:column\s+)?\w+\s+(?:(?:datetime|double|blob)\b|enum\s*\()/i,
    /^\s*delimiter\b/im,
    /^\s*(?:source[ \t]+\S|\\\.[ \t]+\S|use[ \t]+\S+\s*(?:;|$))/im,
    /\bmodify\s+(?:column\s+)?\w+\s+\w/i,
    /\bchange\s+(?:column\s+)?\w+\s+\w+\s+\w/i,
    /\balter\s+table\s+\w+\s+(?:add|drop)\s+(?:unique\s+)?(?:key|index)\b|\bdrop\s+(?:foreign|primary)\s+key\b/i,
    /\bdrop\s+index\s+\w+\s+on\b|\brename\s+table\b|\bunique\s+key\b|,\s*key\s+\w+\s*\(/i,
    /\bon\s+update\s+(?:current_timestamp|now\b)/i,
    /\bon\s+duplicate\s+key\b|\binsert\s+ignore\b|\bupdate\s+\w+\s+(?:\w+\s+)?(?:inner\s+|left\s+)?join\b|\breplace\s+into\b/i,
    /\b(?:add|modify|change)\b[^;]*[\w)]\s+(?:first|after\s+\w+)\s*(?:,|;|$)/im,
    /^\s*#(?!>|-)/m,
    /\b(?:ifnull|unix_timestamp|date_format|from_unixtime|json_extract|json_object|unhex|last_insert_id|date_sub|date_add)\s*\(/i,
    /\block_wait_timeout\b|\bforeign_key_checks\b|\bsql_mode\b|\bset\s+names\b|\bidentified\s+(?:by|with)\b|\bset\s+(?:session\s+)?@|@\w+\s*:=|\block\s+tables\b/i,
  ],
  mariadb: [
    /\/\*M!/,
    /\bsystem\s+versioning\b/i,
    /\bnext\s+value\s+for\b|\bcreate\s+(?:or\s+replace\s+)?sequence\b/i,
    /\bset\s+statement\b|\bexecute\s+immediate\b/i,
    /uca1400|_nopad_/i,
    /\b(?:add|drop|modify|change)\s+(?:(?:column|index|key|unique|foreign|constraint)\s+)*if\s+(?:not\s+)?exists\b/i,
    /\b(?:create|drop)\s+(?:unique\s+)?index\s+if\s+(?:not\s+)?exists\b/i,
    /\bcreate\s+or\s+replace\s+(?:temporary\s+)?(?:table|index|procedure|function|trigger|event)\b/i,
    /\)\s*(?:persistent|returning)\b/i,
  ],
  mysql8: [
    /_0900_/,
    /->>?/,
    /\b(?:not\s+)?enforced\b|\bdrop\s+check\b/i,
    /\)\s*(?:in)?visible\b|\balter\s+index\s+\S+\s+(?:in)?visible\b/i,
    /\bsrid\s+\d|\blateral\s*\(/i,
    /\bas\s+\w+\s+on\s+duplicate\b|\bvalues\s+row\s*\(/i,
    /\(\s*\(\s*(?:lower|upper|cast|json_)/i,
    /\bidentified\s+with\s+\S+\s+by\b|\bset\s+persist\b|\b(?:uuid_to_bin|bin_to_uuid|regexp_like)\s*\(/i,
  ],
};

/** The last files are the likeliest to be for the database of today, and a folder may hold thousands. */
const LOOKED_AT = 200;

/** @returns `postgres` when nothing points elsewhere */
export function guessDialect(files: readonly MigrationFile[]): Dialect {
  return looksLike(files) ?? "postgres";
}

/** @returns undefined when nothing points anywhere, or as much here as there */
export function looksLike(files: readonly MigrationFile[]): Dialect | undefined {
  const text = files
    .slice(-LOOKED_AT)
    .map(({ bytes }) => withoutComments(new TextDecoder().decode(bytes)))
    .join("\n");
  const points = (signs: readonly RegExp[]) => signs.filter((sign) => sign.test(text)).length;
  const mysql = points(SIGNS.mysql);
  const postgres = points(SIGNS.postgres);
  if (mysql <= postgres) return mysql < postgres ? "postgres" : undefined;
  return points(SIGNS.mariadb) > points(SIGNS.mysql8) ? "mariadb" : "mysql";
}

function withoutComments(sql: string): string {
  return sql.replace(/--[^\n]*|'(?:[^'\\]|\\.|'')*'/g, " ");
}
