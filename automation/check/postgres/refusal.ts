/** A statement that Postgres refuses, as far as the files tell. */
import { breaking, type Effect, work } from "./effect.ts";

/** Postgres's own words, or what they come to, and what to do. */
export interface Refused {
  words: string;
  fix: string;
}

export function refusal(table: string | undefined, subject: string, { words, fix }: Refused): Effect {
  const message = `Postgres refuses the statement: ${words}`;
  return breaking(work(table, "none", words), "refused", subject, message, fix);
}
