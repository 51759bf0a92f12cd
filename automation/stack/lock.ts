/** The lock that another `pulumi up` holds on the stack. Pure. */
import { EcsMigrateError, EXIT } from "../contract/errors.ts";

/** A process that holds the stack, as Pulumi names it. */
interface LockOwner {
  /** `root@ip-10-0-0-1 (pid 123)` */
  readonly process: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** Another update of the stack is running. No migration was started. */
export class StackLockedError extends EcsMigrateError {
  readonly code = "stackLocked";
  readonly exitCode = EXIT.notStarted;
  readonly owner: LockOwner | null;

  constructor(stack: string, owner: LockOwner | null, options?: ErrorOptions) {
    super(`Stack ${stack} is locked by ${ownerText(owner)}`, options);
    this.owner = owner;
  }
}

/**
 * The owner of the lock that an update met, or null if Pulumi does not name it; undefined if the text is about something
 * else. Pulumi's own backends write one line for each lock, its service another sentence.
 * Source: pulumi pkg/backend/diy/lock.go (checkForLock); pkg/backend/httpstate (409 Conflict).
 */
export function lockOwner(text: string): LockOwner | null | undefined {
  if (!/the stack is currently locked|Conflict: Another update/i.test(text)) return undefined;
  const owners = [...text.matchAll(/created by (\S+@\S+ \(pid \d+\)) at (\d{4}-\d\d-\d\dT\S+)/g)]
    .map(([, process = "", at = ""]) => ({ process, since: Date.parse(at) }))
    .filter(({ since }) => !Number.isNaN(since))
    .sort((a, b) => a.since - b.since);
  return owners[0] ?? null;
}

/** `root@ip-10-0-0-1 (pid 123) since 2026-11-26 18:37:37 UTC` */
export function ownerText(owner: LockOwner | null): string {
  if (owner === null) return "another update";
  const at = new Date(owner.since).toISOString().replace("T", " ").slice(0, 19);
  return `${owner.process} since ${at} UTC`;
}
