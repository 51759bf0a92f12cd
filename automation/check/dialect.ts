/** Which databases' SQL is read: a file of its own, since the command line needs the words and none of the rules. */
export const DIALECTS = ["postgres", "other"] as const;

/** `postgres` parses each file; `other` looks at names and bytes alone. */
export type Dialect = (typeof DIALECTS)[number];
