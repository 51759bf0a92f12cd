/** A statement that Postgres refuses, as far as the files tell. */
import { breaking, type Effect } from "./effect.ts";

/** @param words Postgres's own words, or what they come to */
export function refusal(effect: Effect, subject: string, words: string, fix: string): Effect {
  return breaking(effect, "refused", subject, `Postgres refuses the statement: ${words}`, fix);
}
