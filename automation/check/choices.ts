/** How `check` prints its findings. By itself, since the command line names the formats and loads no more of `check`. */

export const FORMATS = ["human", "json", "sarif", "codequality"] as const;
export type Format = (typeof FORMATS)[number];

/** Which databases' SQL is read: a file of its own, since the command line needs the words and none of the rules. */
export const DIALECTS = ["postgres", "other"] as const;

/** `postgres` parses each file; `other` looks at names and bytes alone. */
export type Dialect = (typeof DIALECTS)[number];
