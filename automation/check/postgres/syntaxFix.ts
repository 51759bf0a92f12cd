/** What to do about a line that Postgres's parser refuses, where it is a command of a client's. Pure. */

/** psql's documentation, "Meta-Commands" and "Variables"; `source` and `\.` are the mysql client's. */
const CLIENT_COMMANDS: readonly [RegExp, string][] = [
  [
    /^\s*(?:\\(?:i|ir|include|include_relative|\.)|source)\s+\S/i,
    "put what that file holds in its place: the server gets each file as it is, and no client reads such a command",
  ],
  [
    /^\s*\\copy\b/i,
    "the client would read that file, and there is none: write the rows as INSERT, or load them by another way",
  ],
  [/\\(?:gexec|gset|gdesc|g)\s*$/, "end the statement with a semicolon: the rest of the line is psql's"],
  [/^\s*\\/, "leave the line out: it is a command of psql's"],
  [/^\s*use\s+\S+\s*;?\s*$/i, "leave the line out: the database is that of the URL"],
];

const VARIABLE = "write the value in its place: variables are filled in by psql, and there is none";

/** The rows after `COPY … FROM stdin;`, up to the line `\.`. */
const COPIED_ROWS = /^\s*copy\b[^;]*\bfrom\s+stdin\b[^;]*;\s*$/im;

/**
 * @param error what the parser says, and its line, from 1
 * @param text the file
 * @returns what to do, as a finding says it
 */
export function syntaxFix({ message, line }: { message: string; line: number }, text: string): string {
  const lines = text.split("\n");
  const command = CLIENT_COMMANDS.find(([form]) => form.test(lines[line - 1] ?? ""));
  if (command) return command[1];
  if (message.endsWith('near ":"')) return VARIABLE;
  const before = lines.slice(0, line - 1).join("\n");
  const copied = before.lastIndexOf("\\.") < before.search(COPIED_ROWS);
  return copied
    ? "write the rows as INSERT (pg_dump --inserts): only psql sends what follows COPY"
    : "correct the SQL";
}
