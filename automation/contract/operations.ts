/**
 * The operations that the migration container knows, and how they travel: RunTask cannot override an entrypoint, so an
 * operation is the `command` of the container override.
 */
import { ConfigError } from "./errors.ts";

export type Operation =
  | { readonly name: "up" }
  | { readonly name: "down"; readonly steps: number | "all" }
  | { readonly name: "goto"; readonly version: number }
  | { readonly name: "force"; readonly version: number }
  | { readonly name: "version" }
  | { readonly name: "status" }
  | { readonly name: "inspect" };

/** The container's arguments for an operation. */
export function operationCommand(operation: Operation): string[] {
  switch (operation.name) {
    case "down":
      return ["down", operation.steps === "all" ? "--all" : String(operation.steps)];
    case "goto":
    case "force":
      return [operation.name, String(operation.version)];
    default:
      return [operation.name];
  }
}

/** The operation as a person would type it: `down 2`, `goto 20261124`. */
export function operationText(operation: Operation): string {
  return operationCommand(operation).join(" ");
}

/** True for the operations that change nothing: they need no confirmation and tell Slack nothing unless asked. */
export function isReadOnly(operation: Operation): boolean {
  return operation.name === "version" || operation.name === "status" || operation.name === "inspect";
}

/**
 * Reads `down`'s argument: always a number of steps, or `--all` said in full.
 *
 * @throws {ConfigError} for none, for both, and for what is no positive whole number
 */
export function parseDown(steps: string | undefined, all: boolean): Operation {
  if (all && steps !== undefined)
    throw new ConfigError([`down takes a number of steps or --all, not both; you gave ${steps} and --all`]);
  if (all) return { name: "down", steps: "all" };
  if (steps === undefined)
    throw new ConfigError(["down wants a number of steps, such as `down 1`, or --all for every one"]);
  return { name: "down", steps: wholeNumber("down", steps, 1) };
}

/**
 * Reads the version of `goto` or `force`. golang-migrate takes -1 for `force`: no version at all.
 *
 * @throws {ConfigError} for what is no version
 */
export function parseVersioned(name: "goto" | "force", version: string): Operation {
  return { name, version: wholeNumber(name, version, name === "force" ? -1 : 0) };
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) {
    const most = value > Number.MAX_SAFE_INTEGER ? ` and at most ${Number.MAX_SAFE_INTEGER}` : "";
    throw new ConfigError([
      `${name} wants a whole number of ${least} or more${most}; you gave ${text || "none"}`,
    ]);
  }
  return value;
}

/**
 * Reads a container's command back into an operation: `["down", "2"]`.
 *
 * @throws {ConfigError} if it is none
 */
export function parseOperation(command: readonly string[]): Operation {
  const [name, argument] = command;
  switch (name) {
    case "up":
    case "version":
    case "status":
    case "inspect":
      return { name };
    case "down":
      return parseDown(argument === "--all" ? undefined : argument, argument === "--all");
    case "goto":
    case "force":
      return parseVersioned(name, argument ?? "");
    default:
      throw new ConfigError([`The task runs \`${command.join(" ")}\`, which is no migration operation`]);
  }
}
