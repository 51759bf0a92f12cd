/** What a production stack wants said twice: the stack's name, typed. */
import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import { EcsMigrateError, EXIT } from "../contract/errors.ts";
import { type Operation, operationText } from "../contract/operations.ts";

/** The confirmation was not given; nothing was started. */
export class NotConfirmedError extends EcsMigrateError {
  readonly code = "notConfirmed";
  readonly exitCode = EXIT.refused;
}

export interface Confirmation {
  readonly stack: string;
  readonly production: boolean;
  readonly operation: Operation;
  /** The highest version of the image that would run; null if its revision has no record. */
  readonly highest: number | null;
  /** --yes: the stack's name, typed in advance. */
  readonly yes: string | undefined;
}

/**
 * What the operation does that must be confirmed, or undefined if nothing must: `down` and `force` always, `goto` below the
 * highest version of the image, since golang-migrate then runs down files. Pure.
 */
export function confirmationText({ operation, production, highest }: Confirmation): string | undefined {
  if (!production) return undefined;
  switch (operation.name) {
    case "down":
      return operation.steps === "all"
        ? "undoes every migration"
        : `undoes the last ${operation.steps} migrations`;
    case "force":
      return `sets the version to ${operation.version} without running anything`;
    case "goto":
      return highest === null || operation.version < highest
        ? `runs the down files of every migration above ${operation.version}`
        : undefined;
    default:
      return undefined;
  }
}

/** {@link confirmEffect} of an operation, where it needs to be confirmed. */
export async function confirm(confirmation: Confirmation, ask: Ask | undefined): Promise<void> {
  const { stack, operation, yes } = confirmation;
  const effect = confirmationText(confirmation);
  if (effect === undefined) return;
  await confirmEffect({ stack, yes, command: operationText(operation), effect }, ask);
}

/** Puts a question to the person. */
type Ask = (question: string) => Promise<string>;

export interface Effect extends Pick<Confirmation, "stack" | "yes"> {
  /** `down 2`, `rollback`. */
  readonly command: string;
  /** What it does: a predicate, without a full stop. */
  readonly effect: string;
}

/**
 * Sees that a command on a production stack was confirmed, and asks where there is a person to ask.
 *
 * @param ask undefined if there is no terminal
 * @throws {NotConfirmedError} if it was not
 */
export async function confirmEffect(
  { stack, yes, command, effect }: Effect,
  ask: Ask | undefined,
): Promise<void> {
  // `acme/ecs-migrate/prod` is called prod by everyone.
  const names = [stack, stack.slice(stack.lastIndexOf("/") + 1)];
  if (yes !== undefined && names.includes(yes)) return;
  if (yes !== undefined)
    throw new NotConfirmedError(
      `--yes ${yes} is not the stack's name; ${command} on ${stack} wants --yes ${stack}`,
    );
  if (!ask) throw new NotConfirmedError(`${command} on ${stack} ${effect}; say --yes ${stack} to confirm it`);
  const answer = await ask(`${command} on ${stack} ${effect}.\nType the stack's name to go on: `);
  if (!names.includes(answer.trim()))
    throw new NotConfirmedError(`${command} on ${stack} was not confirmed; nothing was started`);
}

/** Asks on the terminal. ^C and ^D are no answer: "". */
export async function askOnTerminal(
  question: string,
  input: NodeJS.ReadableStream = process.stdin,
  output: NodeJS.WritableStream = process.stderr,
): Promise<string> {
  const terminal = createInterface({ input, output });
  try {
    // A question whose terminal is closed is never answered.
    return await Promise.race([terminal.question(question), once(terminal, "close").then(() => "")]);
  } finally {
    terminal.close();
  }
}
