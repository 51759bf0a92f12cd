/** What a row of a table of reasons holds. */
import type { ExitCode } from "../contract/errors.ts";
import type { VerdictContext } from "./context.ts";

/** Why no SQL can have run. One row says all that this program knows of a reason. */
export interface Reason {
  /** AWS's words, wherever they come from: a stopped reason, a container's reason, `failures[]`, an exception. */
  readonly pattern: RegExp | null;
  /** For the headline's bracket. */
  readonly short: string;
  readonly sentence: string | ((detail: string) => string);
  /** What a person does about it, in one sentence; null if the next command is all. */
  readonly fix: string | null | ((context: VerdictContext, detail: string) => string | null);
  /** The commands that follow the fix. */
  readonly next: "again" | "doctorAgain" | "deployAgain" | "deploy" | "followAgain";
  /** ECS had no room for the task: another start may find some a moment later. */
  readonly findsRoom?: true;
  /** Another exit code than the kind's own. */
  readonly exitCode?: ExitCode;
  /** A whole text of AWS that leads here, account numbers replaced; null if none of AWS's does. */
  readonly example: string | null;
}

/** IAM's answers; a text that has one is about nothing else, whatever it was that was denied. */
export const DENIED =
  "not authorized to perform|AccessDenied|UnauthorizedOperation|Unable to assume|unable to assume";
/** Words of a connection that did not come about, in a text about a secret, an image or a log. */
export const NO_CONNECTION =
  "connection issue|Check your (?:task )?network configuration|i\\/o timeout|context deadline exceeded|request canceled while waiting|signal: killed|no such host|connection refused|network is unreachable|Client\\.Timeout|context canceled|RequestError: send request failed";

/**
 * A pattern for a text that is about this and neither about a denied call nor about a connection.
 * Anchored, so that it is linear in the text's length.
 */
export function about(words: string): RegExp {
  return new RegExp(`^(?![\\s\\S]*(?:${DENIED}|${NO_CONNECTION}))(?=[\\s\\S]*(?:${words}))`, "i");
}

/** The same, for a text that may be about a connection too. */
export function notDenied(words: string): RegExp {
  return new RegExp(`^(?![\\s\\S]*(?:${DENIED}))(?=[\\s\\S]*(?:${words}))`, "i");
}

interface DeniedCall {
  readonly action: string;
  /** null if AWS does not name it. */
  readonly resource: string | null;
  /** A role's name, or the whole ARN of another principal. */
  readonly principal: string | null;
}

/** Reads IAM's own sentence; undefined if the text has none. */
export function deniedCall(text: string): DeniedCall | undefined {
  const match =
    /(?:User: (?<user>[^\s"']{1,300}) is )?not authorized to perform: (?<action>[\w:*]{1,100})(?: on resource: "?(?<resource>[^\s"',]{1,500}))?/.exec(
      text,
    );
  if (!match?.groups) return undefined;
  const { user, action = "", resource } = match.groups;
  const role = /:assumed-role\/([^/]+)\//.exec(user ?? "")?.[1];
  return {
    action,
    resource: resource ?? null,
    principal: role === undefined ? (user ?? null) : `role ${role}`,
  };
}
