/** Who held a lock, in words. Pure. */
import type { Blocker, Failure } from "../contract/resultLine.ts";
import { durationText } from "../text/duration.ts";

/** More of them would not fit into a sentence. */
const SHOWN = 3;

/** `The lock was held by session 4242 (psql, user ada, idle in transaction for 3 min 0 s, last statement UPDATE).` */
export function blockersText(failure: Failure | null | undefined): string {
  const blockers = failure?.blockers ?? [];
  if (blockers.length === 0) return "";
  const more = blockers.length - SHOWN;
  const names = blockers.slice(0, SHOWN).map(blockerText).join(", ");
  return `The lock was held by ${names}${more > 0 ? ` and ${more} more` : ""}.`;
}

function blockerText({ pid, application, user, state, ageMs, kind }: Blocker): string {
  const age = ageMs === null ? "" : ` for ${durationText(ageMs)}`;
  const parts = [
    application,
    user === null ? null : `user ${user}`,
    state === null ? (age === "" ? null : age.trim()) : `${state}${age}`,
    kind === null ? null : `last statement ${kind}`,
  ].filter((part) => part !== null && part !== "");
  return `session ${pid}${parts.length === 0 ? "" : ` (${parts.join(", ")})`}`;
}
