import type { Node } from "libpg-query";

/** What holds within one file, which Postgres runs as one transaction. */
export class FileState {
  /** Tables with a strong lock, which lasts until the file ends. */
  readonly locked = new Set<string>();
  /** Tables that the file has emptied. TRUNCATE leaves no row to read; DELETE leaves dead ones. */
  readonly emptied = new Map<string, "truncate" | "delete">();
  /** Labels that were added to a type which is older than the file. */
  readonly newLabels = new Map<string, Set<string>>();
  /** Tables with a deferred trigger that has yet to run. */
  readonly pendingEvents = new Set<string>();
  /** `table constraint`, in the order in which they were added. */
  readonly addedConstraints = new Set<string>();
  /** Statements that call what commits, with the words for it. */
  readonly calls = new Map<Node, string>();
  /** The same, with locks of its own: the commands of one ALTER TABLE. */
  inStatement(): FileState {
    return Object.assign(new FileState(), this, { locked: new Set(this.locked) });
  }

  /** SET CONSTRAINTS … DEFERRED. */
  deferred = false;
  /** The session's time zone as the file set it. */
  timeZone: string | undefined;
}
