/** A statement that the server refuses for what the files before it have made. */
import type { BrokenRule } from "./effect.ts";
import type { ServerVersion } from "./serverVersion.ts";

/** @param error the server's number, or both servers' */
export function refusal(
  { name }: ServerVersion,
  subject: string,
  words: string,
  error: number | string,
  fix: string,
): BrokenRule {
  const noun = typeof error === "string" ? "errors" : "error";
  return { rule: "refused", subject, message: `${words}: ${name} refuses it (${noun} ${error})`, fix };
}
