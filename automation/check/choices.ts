/** How `check` prints its findings. By itself, since the command line names the formats and loads no more of `check`. */

export const FORMATS = ["human", "json", "markdown", "sarif", "codequality"] as const;
export type Format = (typeof FORMATS)[number];

/** Which databases' SQL is read: a file of its own, since the command line needs the words and none of the rules. */
export const DIALECTS = ["auto", "postgres", "mysql", "mariadb", "other"] as const;

/** `auto`: what the database said it is, else what the SQL looks like. */
export type DialectChoice = (typeof DIALECTS)[number];

/** `other` looks only at names and bytes; the others read each file. */
export type Dialect = Exclude<DialectChoice, "auto">;
