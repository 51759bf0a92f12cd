/** Forms that neither server takes; most are Postgres's or SQL Server's. Asked of MySQL 8.0.33 and MariaDB 10.11. */
import type { ServerFeature } from "./serverFeatures.ts";

/** Functions that answer something else each time. */
const CHANGING = "(?:(?:NOW|CURDATE|CURTIME|SYSDATE|RAND|UUID|SLEEP) \\(|CURRENT_(?:TIMESTAMP|DATE|TIME) )";
const LEVEL = "(?:[^()]|\\( (?:[^()]|\\( [^()]* \\))* \\))*?";
/** In a parenthesis or two more. */
const INSIDE = `${LEVEL}(?:\\( ${LEVEL}){0,2}`;
const GENERATED = `^(?:CREATE TABLE|ALTER TABLE) .* AS \\( (?!SELECT|WITH)${INSIDE}${CHANGING}`;
const BODY = "^CREATE (?:(?!PROCEDURE|EVENT)\\S+ ){0,9}?";

export const NEITHER: readonly ServerFeature[] = [
  { what: "ON CONFLICT", form: / ON CONFLICT / },
  { what: "ILIKE", form: / ILIKE '/ },
  { what: ":: and [ ]", form: / : : | \[ / },
  {
    what: "CONCURRENTLY, WHERE or INCLUDE for an index",
    form: /^CREATE (?:UNIQUE )?INDEX (?:CONCURRENTLY (?:IF NOT EXISTS )?\S+ ON |.*\) (?:WHERE|INCLUDE) )/,
  },
  { what: "TRUNCATE … CASCADE", form: /^TRUNCATE .* CASCADE$/ },
  { what: "COMMENT ON", form: /^COMMENT ON / },
  {
    what: "NOT NULL before the expression of a generated column",
    form: / NOT NULL (?:GENERATED ALWAYS )?AS \(/,
  },
  {
    what: "IF NOT EXISTS before the name of a foreign key",
    form: /CONSTRAINT IF NOT EXISTS \S+ FOREIGN KEY /,
  },
  { what: "TYPE for the engine of a table", form: /^CREATE TABLE .*\) TYPE = / },
  { what: "TEMPORARY for a view", form: /^CREATE TEMPORARY VIEW / },
  { what: "FOR EACH STATEMENT", form: / FOR EACH STATEMENT / },
  { what: "the table behind DROP TRIGGER", form: /^DROP TRIGGER (?:IF EXISTS )?\S+ ON / },
  { what: "UPDATE … FROM", outer: true, form: /^UPDATE \S+ (?:AS \S+ )?SET .* FROM / },
  { what: "DELETE without FROM", form: /^DELETE (?:\* FROM |(?!FROM )\S+ (?:WHERE|ORDER|LIMIT) )/ },
  { what: "= =", form: / = = / },
  { what: "SELECT TOP", form: /^SELECT (?:DISTINCT )?TOP 0 / },
  { what: "FULL OUTER JOIN", form: / FULL OUTER JOIN / },
  { what: "ON DUPLICATE KEY without UPDATE", form: /^INSERT .* ON DUPLICATE KEY (?!UPDATE )/ },
  { what: "DEFAULT VALUES", form: /^INSERT .* DEFAULT VALUES$/ },
  { what: "WHERE behind VALUES", outer: true, form: /^INSERT .* VALUES \( \)(?: , \( \))* WHERE / },
  { what: "WITH before INSERT", outer: true, form: /^WITH .* \) INSERT / },
  {
    what: "a function such as NOW or RAND, a query or a variable in a CHECK",
    form: new RegExp(`^(?:CREATE TABLE|ALTER TABLE) .* CHECK \\( ${INSIDE}(?:${CHANGING}|\\( SELECT |@)`),
    error: 3814,
  },
  {
    what: "a function such as NOW or RAND in a generated column",
    mariadb: 0,
    form: new RegExp(GENERATED),
    error: 3763,
  },
  {
    what: "a function such as NOW or RAND in a stored column",
    form: new RegExp(`${GENERATED}[^,]* (?:STORED|PERSISTENT)`),
    error: 1901,
  },
  {
    what: "NEW in a trigger of DELETE",
    form: new RegExp(`${BODY}TRIGGER .* DELETE ON .* NEW \\. `),
    error: 1363,
  },
  {
    what: "OLD in a trigger of INSERT",
    form: new RegExp(`${BODY}TRIGGER .* INSERT ON .* OLD \\. `),
    error: 1363,
  },
  { what: "a change of OLD", form: new RegExp(`${BODY}TRIGGER .* SET OLD \\. `), error: 1362 },
  {
    what: "a change of NEW in an AFTER trigger",
    form: new RegExp(`${BODY}TRIGGER \\S+ AFTER .* SET NEW \\. `),
    error: 1362,
  },
  {
    what: "a COMMIT in a trigger or function",
    form: new RegExp(
      `${BODY}(?:TRIGGER|FUNCTION) .*(?:BEGIN|;|THEN|ELSE) (?:COMMIT|ROLLBACK|START TRANSACTION) ;`,
    ),
    error: 1422,
  },
];
