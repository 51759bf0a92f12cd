/** `goto` and `force` take a version that a file has: any other is a typing error, and is refused before a task. Pure. */
import { ConfigError } from "../contract/errors.ts";
import type { Operation } from "../contract/operations.ts";
import { commandFor } from "../text/commandLine.ts";

export interface VersionRequest {
  readonly stack: string;
  readonly operation: Operation;
  /** The versions that the image has, ascending; null if its revision does not say. */
  readonly inImage: readonly number[] | null;
  /** The versions that the stack has shipped, ascending. */
  readonly shipped: readonly number[];
  /** `--unknown-version`: the database's version is that of another checkout. */
  readonly unknownVersion: boolean;
  /** A revision whose image has the version, if one is known. */
  readonly revisionWith: number | undefined;
}

/**
 * The reason to refuse, as one sentence with the next command; undefined if there is none. `force -1` means no version at
 * all, and `goto` runs files, so that no word of the caller's can help a version that the image does not have.
 */
export function versionProblem(request: VersionRequest): string | undefined {
  const { stack, operation, inImage, shipped, unknownVersion, revisionWith } = request;
  if (operation.name === "goto") {
    if (inImage === null || inImage.includes(operation.version)) return undefined;
    const there =
      revisionWith === undefined
        ? `the image of stack ${stack} has ${nearest(operation.version, inImage)}`
        : `revision ${revisionWith} has it: ${commandFor(`goto ${operation.version} --revision ${revisionWith}`, stack)}`;
    return `No migration in the image has version ${operation.version}, so there is nothing to go to; ${there}`;
  }
  if (operation.name !== "force" || operation.version === -1 || unknownVersion) return undefined;
  const known = [...new Set([...(inImage ?? []), ...shipped])].sort((a, b) => a - b);
  if (known.includes(operation.version)) return undefined;
  return `No migration of stack ${stack} has version ${operation.version} (there is ${nearest(operation.version, known)}), so it was not set; if it is the version of another checkout: ${commandFor(`force ${operation.version} --unknown-version`, stack)}`;
}

/** @throws {ConfigError} with {@link versionProblem} */
export function requireVersion(request: VersionRequest): void {
  const problem = versionProblem(request);
  if (problem !== undefined) throw new ConfigError([problem]);
}

/** The neighbours of a version: `20261102 and 20261105`. */
function nearest(version: number, known: readonly number[]): string {
  const below = known.findLast((other) => other < version);
  const above = known.find((other) => other > version);
  return [below, above].filter((other) => other !== undefined).join(" and ") || "none at all";
}
